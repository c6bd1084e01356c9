//! Plans every two answers together, on one case a pathway and phototype group, and checks what must always hold.
//!
//! `cargo bench --bench pairs` prints the number of cases. It takes minutes and is no part of the tests for that reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a tool")]

#[path = "../tests/support/laws.rs"]
mod laws;
#[path = "../tests/support/people.rs"]
mod people;

use std::thread;

use cicatrix::{engine, survey::Survey};
use people::knowledge;

fn main() {
    let survey = Survey::pairs(&[knowledge()]);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let survey = &survey;
            scope.spawn(move || {
                for at in (worker..survey.len()).step_by(workers) {
                    let Some(case) = survey.case(at, knowledge()) else { continue };
                    let plan = engine::plan(knowledge(), &case);
                    laws::check(&format!("{:?}", survey.who(at)), knowledge(), &case, &plan);
                }
            });
        }
    });
    println!("{} cases of two answers together keep the laws", survey.len());
}
