//! What is used at home rests around sessions, and what is not used is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that other test files share")]

#[path = "support/service.rs"]
mod support;

use cicatrix::wire::v1;
use support::service;
use v1::generate_protocol_response::Outcome;

fn plan(change: impl FnOnce(&mut v1::Patient)) -> v1::Protocol {
    let text = std::fs::read_to_string("examples/ice_pick_phototype_iv.json").unwrap();
    let mut request: v1::GenerateProtocolRequest = serde_json::from_str(&text).unwrap();
    change(request.patient.as_mut().unwrap());
    match service().generate_protocol(request).unwrap().outcome {
        Some(Outcome::Protocol(protocol)) => protocol,
        other => panic!("no protocol: {other:?}"),
    }
}

/// Is it used on `day`?
fn used(stage: &v1::Stage, day: i32) -> bool {
    let within = stage.start_day <= day && stage.end_day.is_none_or(|end| day <= end);
    within && !stage.rests.iter().any(|it| (it.from_day..=it.to_day).contains(&day))
}

#[test]
fn a_retinoid_stays_off_the_skin_around_every_session() {
    let plan = plan(|_| {});
    let retinoid: Vec<&v1::Stage> = plan.stages.iter().filter(|it| it.procedure == "topical-retinoid").collect();
    let sure: Vec<&&v1::Stage> = retinoid.iter().filter(|it| it.contingent_on.is_none()).collect();
    assert!(sure.iter().any(|it| !it.rests.is_empty()));
    for session in &plan.sessions {
        for day in session.day - 2..=session.day + 6 {
            assert!(!sure.iter().any(|it| used(it, day)), "day {day} around the session of day {}", session.day);
        }
    }
    let between = plan.sessions[0].day + 14;
    assert!(sure.iter().any(|it| used(it, between)), "day {between}");
    for rest in retinoid.iter().flat_map(|it| &it.rests) {
        assert!(rest.from_day <= rest.to_day && !rest.reasons.is_empty(), "{rest:?}");
    }
}

#[test]
fn a_retinoid_that_does_not_begin_on_isotretinoin_is_told() {
    let plan = plan(|patient| {
        let status = v1::Isotretinoin::Current.into();
        patient.isotretinoin = Some(v1::IsotretinoinUse { status, last_taken: None });
    });
    assert!(!plan.stages.iter().any(|it| it.procedure == "topical-retinoid"));
    let mut over = plan.stages.iter().flat_map(|it| &it.passed_over).filter(|it| it.procedure == "topical-retinoid");
    let over = over.next().expect("the retinoid is passed over");
    assert!(over.reasons.iter().any(|it| it.rule == "ISO-11"));
    // Priming has a step of its own for it, which nothing else takes.
    let left = plan.not_treated.iter().find(|it| it.procedure == "topical-retinoid").expect("the step is left out");
    let rules: Vec<&str> = left.reasons.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(rules[0], "PLAN-HOME-CARE-LEFT-OUT");
    assert!(rules.contains(&"ISO-11"), "{rules:?}");
}

/// A course that has been used up gives way to the next product, and says so.
#[test]
fn what_was_used_for_as_long_as_it_may_be_is_passed_over() {
    let plan = plan(|patient| patient.priming_since = Some(cicatrix::wire::Date { year: 2026, month: 1, day: 1 }));
    assert!(!plan.stages.iter().any(|it| it.procedure == "hydroquinone" && it.contingent_on.is_none()));
    let azelaic = plan.stages.iter().find(|it| it.procedure == "azelaic-acid").expect("the next one is used");
    let over = azelaic.passed_over.iter().find(|it| it.procedure == "hydroquinone").expect("it is told");
    assert!(over.reasons.iter().any(|it| it.rule == "HQN-001"), "{:?}", over.reasons);
}
