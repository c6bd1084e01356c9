//! The worked safety cases and the eight properties of the safety dossier, through the service.
//!
//! Each case is a healthy person with some changes, and what must come of it. Where a ruling decided otherwise the
//! difference stands here by name, with the reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that another test file shares")]

#[path = "safety_cases/dossier.rs"]
mod dossier;
#[path = "oracle/facts.rs"]
mod facts;
#[path = "oracle/people.rs"]
mod people;
#[path = "oracle/person.rs"]
mod person;
#[path = "oracle/procedures.rs"]
mod procedures;
#[path = "safety_cases/properties.rs"]
mod properties;
#[path = "oracle/rules.rs"]
mod rules;
#[path = "safety_cases/statements.rs"]
mod statements;
#[path = "support/service.rs"]
mod support;

use std::sync::Arc;

use cicatrix::{knowledge::Knowledge, release, serve::Service};

#[test]
fn every_case_comes_out_as_written() {
    assert_eq!(dossier::cases().cases.len(), 126);
    let (wrong, ruled) = dossier::wrong();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(ruled, dossier::RULINGS.len(), "a ruling that no case needs any more leaves the list");
}

#[test]
fn what_is_stated_of_each_rule_of_our_own_is_so() {
    let all = statements::all();
    let wrong = statements::wrong(&all.statement.iter().collect::<Vec<_>>(), &mut |choices| {
        Arc::new(Service::new(Knowledge::with_policies(&release::embedded(), choices).unwrap()))
    });
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_clinic_chooses_within_the_stated_bounds() {
    let wrong = statements::unbounded(&|choices| Knowledge::with_policies(&release::embedded(), choices).is_ok());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_visit_settles_what_is_stated() {
    let wrong = statements::unsettled(support::service().knowledge());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_rule_adds_what_is_stated_of_it() {
    let wrong = statements::adds_otherwise(support::service().knowledge());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
