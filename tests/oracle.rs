//! A second, slow planner, written independently, against the service.
//!
//! They agree on how every procedure fares, and on the procedures, counts and days of the plan.
//! It was written from the dossiers and rulings, before a look at the knowledge files and never with one at the engine,
//! and has its own copy of the safety rules in `tests/data`. Where the dossiers leave something open and the service's
//! choice was taken over, the comment says so. `cargo test --test oracle -- --nocapture` prints how many were compared.

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
#[path = "oracle/light.rs"]
mod light;
#[path = "oracle/matrix.rs"]
mod matrix;
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
