//! The simulated year of a few hundred patients: `cargo bench --bench year` takes ten thousand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::wildcard_enum_match_arm, reason = "most facts are alike here")]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/people.rs"]
mod people;
#[path = "support/random.rs"]
mod random;
#[path = "support/year.rs"]
mod year;

use year::Tally;

/// How many patients.
const PATIENTS: usize = 400;

#[test]
fn a_year_of_visits_is_safe_and_steady() {
    let mut total = Tally::default();
    (0..PATIENTS).for_each(|it| total.add(year::year(it)));
    println!("{total}");
    assert!(total.violations.is_empty() && total.dead_ends.is_empty() && total.oscillations.is_empty(), "{total}");
    // The year had something to hold on to.
    let Tally { visits, sessions, late, early, complications, changed_minds, .. } = total;
    assert!(visits > 1_500 && sessions > 500 && late > 200 && early > 50, "{visits} {sessions} {late} {early}");
    assert!(complications > 30 && changed_minds > 50, "{complications} {changed_minds}");
}
