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

/// So many days before the first of December 2026.
pub fn days_before(days: i32) -> Date {
    let (mut year, mut month, mut left) = (2026, 12, days);
    loop {
        if left == 0 {
            return Date { year, month, day: 1 };
        }
        (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
        let length = match month {
            2 if year % 4 == 0 => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if left <= length {
            return Date { year, month, day: length - left + 1 };
        }
        left -= length;
    }
}

pub fn acid(plan: &v1::Protocol) -> &v1::Stage {
    plan.stages.iter().find(|it| it.procedure == "tca-cross").unwrap()
}
