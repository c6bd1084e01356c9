//! A simulated year of ten thousand random patients, planned again at every visit.
//!
//! `cargo bench --bench year` prints what was seen and ends with 1 when a plan breaks a law, a scar is left without a
//! reason, or a treatment comes and goes while no fact changes. A number after `--` takes that many patients.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a tool")]
#![allow(clippy::wildcard_enum_match_arm, reason = "most facts are alike here")]

#[path = "../tests/support/laws.rs"]
mod laws;
#[path = "../tests/support/people.rs"]
mod people;
#[path = "../tests/support/random.rs"]
mod random;
#[path = "../tests/support/year.rs"]
mod year;

use std::{process::ExitCode, sync::Mutex, thread};

use year::Tally;

/// How many patients.
const PATIENTS: usize = 10_000;

fn main() -> ExitCode {
    let patients = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(PATIENTS);
    // What breaks is told once, at the end.
    std::panic::set_hook(Box::new(|_| {}));
    let total = Mutex::new(Tally::default());
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let total = &total;
            scope.spawn(move || {
                for number in (worker..patients).step_by(workers) {
                    let tally = year::year(number);
                    total.lock().unwrap().add(tally);
                }
            });
        }
    });
    let total = total.into_inner().unwrap();
    print!("{total}");
    let good = total.violations.is_empty() && total.dead_ends.is_empty() && total.oscillations.is_empty();
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
