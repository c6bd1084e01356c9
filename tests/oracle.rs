//! A second, slow planner, written independently, against the service.
//!
//! They agree on how every procedure fares, and on the procedures, counts and days of the plan.
//! It was written from the dossiers and rulings without a look at the engine or at the knowledge files, and has its own
//! copy of the safety rules in `tests/data`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that another test file shares")]

#[path = "oracle/compare.rs"]
mod compare;
#[path = "oracle/courses.rs"]
mod courses;
#[path = "oracle/dispositions.rs"]
mod dispositions;
#[path = "oracle/everyone.rs"]
mod everyone;
#[path = "oracle/facts.rs"]
mod facts;
#[path = "oracle/gaps.rs"]
mod gaps;
#[path = "oracle/people.rs"]
mod people;
#[path = "oracle/person.rs"]
mod person;
#[path = "oracle/plans.rs"]
mod plans;
#[path = "oracle/procedures.rs"]
mod procedures;
#[path = "oracle/rules.rs"]
mod rules;
#[path = "support/service.rs"]
mod support;
#[path = "oracle/verdicts.rs"]
mod verdicts;
