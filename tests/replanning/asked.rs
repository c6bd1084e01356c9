//! What is asked of the service when a plan is made again.

#![allow(dead_code, unreachable_pub, reason = "the mutation run uses a part")]

use cicatrix::wire::{
    Date,
    v1::{self, generate_protocol_response::Outcome},
};

use super::support::service;

pub fn protocol(request: &v1::GenerateProtocolRequest) -> Option<v1::Protocol> {
    match service().generate_protocol(request.clone()).unwrap().outcome {
        Some(Outcome::Protocol(protocol)) => Some(protocol),
        _ => None,
    }
}

/// A day before the first of December 2026, by the calendar of a year without leap day.
pub fn days_before(days: i32) -> Date {
    let months = [(2026, 11, 30), (2026, 10, 31), (2026, 9, 30), (2026, 8, 31), (2026, 7, 31), (2026, 6, 30)];
    let earlier = [(2026, 5, 31), (2026, 4, 30), (2026, 3, 31), (2026, 2, 28), (2026, 1, 31), (2025, 12, 31)];
    let years_before = [(2025, 11, 30), (2025, 10, 31), (2025, 9, 30)];
    let mut left = days;
    for (year, month, length) in months.into_iter().chain(earlier).chain(years_before) {
        if left <= length {
            return Date { year, month, day: length - left + 1 };
        }
        left -= length;
    }
    panic!("{days} days are too many")
}

pub fn acid(plan: &v1::Protocol) -> &v1::Stage {
    plan.stages.iter().find(|it| it.procedure == "tca-cross").unwrap()
}
