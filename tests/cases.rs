//! Runs the worked cases of `knowledge/cases/`: what a clinician wrote is what the service answers.
//!
//! Each case is prose, a `toml case` block with the request, and a `toml plan` block with what is expected. What the
//! second block does not name is not checked; what it names must be so to the letter.

#![allow(unreachable_pub, reason = "shared by the modules of this test")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/service.rs"]
mod support;
#[path = "cases/waits.rs"]
mod waits;
#[path = "cases/worked.rs"]
mod worked;

#[test]
fn worked_cases_come_out_as_written() {
    let cases = worked::all();
    assert!(cases.len() >= 60, "only {} worked cases", cases.len());
    let wrong = worked::wrong(support::service(), &cases);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The page of all waits in `tests/golden/waits.txt` is changed by hand together with a wait: that is the sign-off.
#[test]
fn every_wait_is_as_it_was_signed() {
    let differs = waits::differs(support::service().knowledge());
    assert!(differs.is_empty(), "\n{}", differs.join("\n"));
}
