//! Random people with several groups of scars, fields, wishes and past sessions: what must always hold still does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/people.rs"]
mod people;
#[path = "support/random.rs"]
mod random;

use cicatrix::{
    domain::{Area, Laterality, Outcome, Site, Value},
    engine,
};
use people::knowledge;
use random::{Dice, person};

/// How many people.
const PEOPLE: u32 = 6_000;

#[test]
fn what_must_always_hold_holds_for_anybody() {
    let mut dice = Dice(20_261_123);
    let (mut planned, mut exact) = (0, 0);
    for number in 0..PEOPLE {
        let it = person(&mut dice);
        let plan = engine::plan(knowledge(), &it);
        laws::check(&format!("person {number}"), knowledge(), &it, &plan);
        assert_eq!(plan, engine::plan(knowledge(), &it), "person {number}: another plan the second time");
        planned += usize::from(!laws::planned(&plan).is_empty());
        if let Outcome::Protocol(protocol) = &plan.outcome {
            exact += usize::from(protocol.exact && !laws::planned(&plan).is_empty());
        }
    }
    println!("{exact} of {planned} plans with sessions are exact");
    assert!(exact > planned * 3 / 4, "only {exact} of {planned} plans are known to be the best");
    // The people are not all referred: the laws had something to hold on to.
    assert!(planned > usize::try_from(PEOPLE / 3).unwrap(), "only {planned} of {PEOPLE} have sessions");
}

#[test]
fn sides_are_apart() {
    let left = Area { site: Site::Cheek, laterality: Some(Laterality::Left) };
    let right = Area { site: Site::Cheek, laterality: Some(Laterality::Right) };
    assert!(!left.overlaps(right) && left.overlaps(left));
    assert_eq!(Value::thousandths(2), Value::Number(2_000));
}
