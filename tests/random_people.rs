//! Random people with several groups of scars, fields, wishes and past sessions: what must always hold still does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/people.rs"]
mod people;
#[path = "support/random.rs"]
mod random;

use cicatrix::{
    domain::{Area, Laterality, Outcome, PastSession, ScarIndex, Site, Value},
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

/// A visit on several groups that is told one session for each of them is the same visit.
#[test]
fn a_visit_that_is_told_in_parts_is_the_same_visit() {
    let mut dice = Dice(20_261_128);
    let mut in_parts = 0;
    for number in 0..PEOPLE / 3 {
        let mut whole = person(&mut dice);
        let groups = whole.findings.scars.len();
        if groups < 2 {
            continue;
        }
        for session in &mut whole.history {
            let on = (0..groups).filter(|_| dice.one_in(2)).map(|at| ScarIndex(u16::try_from(at).unwrap()));
            session.scars = on.collect();
            session.sites.clear();
        }
        let mut parts = whole.clone();
        parts.history = whole.history.iter().flat_map(in_parts_of).collect();
        if parts.history.len() == whole.history.len() {
            continue;
        }
        for it in [&mut whole, &mut parts] {
            it.history.sort();
            it.history.iter_mut().enumerate().for_each(|(place, past)| past.place = place);
        }
        let [whole, parts] = [&whole, &parts].map(|it| {
            let mut plan = engine::plan(knowledge(), it);
            if let Outcome::Protocol(protocol) = &mut plan.outcome {
                // Each part is told of by itself.
                protocol.history.clear();
            }
            plan
        });
        assert_eq!(whole, parts, "person {number}");
        in_parts += 1;
    }
    assert!(in_parts > 500, "only {in_parts} were told in parts");
}

/// The same session, told once for each of its groups.
fn in_parts_of(session: &PastSession) -> Vec<PastSession> {
    if session.scars.is_empty() {
        return vec![session.clone()];
    }
    session.scars.iter().map(|scar| PastSession { scars: vec![*scar], ..session.clone() }).collect()
}

#[test]
fn sides_are_apart() {
    let left = Area { site: Site::Cheek, laterality: Some(Laterality::Left) };
    let right = Area { site: Site::Cheek, laterality: Some(Laterality::Right) };
    assert!(!left.overlaps(right) && left.overlaps(left));
    assert_eq!(Value::thousandths(2), Value::Number(2_000));
}
