//! What the patient would like best, few visits, wishes that cannot all be kept, and how far ahead a plan is returned.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that other test files share")]

#[path = "support/service.rs"]
mod support;

use cicatrix::wire::v1;
use support::{request, service};
use v1::generate_protocol_response::Outcome;

fn answer(preferences: v1::Preferences) -> v1::GenerateProtocolResponse {
    let request = v1::GenerateProtocolRequest { preferences: Some(preferences), ..request() };
    service().generate_protocol(request).unwrap()
}

fn plan(answer: v1::GenerateProtocolResponse) -> v1::Protocol {
    match answer.outcome {
        Some(Outcome::Protocol(protocol)) => protocol,
        other => panic!("no protocol: {other:?}"),
    }
}

fn in_sessions(plan: &v1::Protocol) -> Vec<&str> {
    plan.stages.iter().filter(|it| it.session_count.is_some()).map(|it| it.procedure.as_str()).collect()
}

fn ids(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

fn prefer(names: &[&str]) -> v1::Protocol {
    plan(answer(v1::Preferences { preferred_procedures: ids(names), ..v1::Preferences::default() }))
}

fn visits(most: i32) -> v1::GenerateProtocolResponse {
    answer(v1::Preferences { max_visits: Some(most), ..v1::Preferences::default() })
}

fn rules(reasons: &[cicatrix::wire::Reason]) -> Vec<String> {
    reasons.iter().map(|it| it.message().rule).collect()
}

#[test]
fn what_is_preferred_goes_first_where_it_is_allowed_as_freely() {
    assert_eq!(in_sessions(&prefer(&[])), ["tca-cross", "mnrf", "ablative-fractional-laser", "prp"]);
    let gentle = prefer(&["non-ablative-fractional-laser"]);
    assert_eq!(in_sessions(&gentle)[..3], ["tca-cross", "mnrf", "non-ablative-fractional-laser"]);
    let stage = gentle.stages.iter().find(|it| it.procedure == "non-ablative-fractional-laser").unwrap();
    let over = stage.passed_over.iter().find(|it| it.procedure == "ablative-fractional-laser").unwrap();
    assert_eq!(rules(&over.reasons), ["PLAN-PREFERRED"]);
    // Plain needling is a substitute only: being liked does not make it one that is for these scars.
    assert_eq!(prefer(&["microneedling"]), prefer(&[]));
    assert_eq!(in_sessions(&prefer(&["gfc"]))[3], "gfc");
    // What is not for these scars is not done for being liked.
    assert_eq!(prefer(&["filler-ha"]), prefer(&[]));
}

#[test]
fn courses_are_as_short_as_they_may_be_for_the_sake_of_few_visits() {
    let usual = plan(visits(100));
    assert_eq!(usual, prefer(&[]));
    let all = i32::try_from(usual.sessions.len()).unwrap();
    assert_eq!(plan(visits(all)), usual);
    let fewer = visits(all - 1);
    assert_eq!(fewer.conflicting_wishes, None);
    let fewer = plan(fewer);
    assert!(fewer.sessions.len() < usual.sessions.len());
    for stage in fewer.stages.iter().filter(|it| it.procedure != "prp") {
        let least = stage.session_count.as_ref().map_or(0, |it| it.min);
        assert_eq!(stage.planned_sessions, least, "{}", stage.procedure);
    }
    let acid = fewer.stages.iter().find(|it| it.procedure == "tca-cross").unwrap();
    assert!(rules(&acid.reasons).contains(&"PLAN-FEW-VISITS".to_owned()));
}

#[test]
fn what_must_give_way_is_named_and_nothing_more() {
    let told = |answer: &v1::GenerateProtocolResponse| {
        let conflict = answer.conflicting_wishes.as_ref().unwrap();
        assert_eq!(rules(&conflict.reasons), ["PLAN-CONFLICT"]);
        conflict.fields.clone()
    };
    let one = visits(1);
    assert_eq!(told(&one), ["preferences.max_visits"]);
    assert_eq!(plan(one).sessions, plan(visits(100)).sessions);

    let everything: Vec<String> =
        service().knowledge().procedures().iter().filter(|it| it.sessions.is_some()).map(|it| it.id.clone()).collect();
    let nothing = v1::Preferences { excluded_procedures: everything, ..v1::Preferences::default() };
    assert_eq!(told(&answer(nothing.clone())), ["preferences.excluded_procedures"]);
    // A wish that does no harm is not named; two that both do are.
    let calm = v1::Preferences { max_downtime_days: Some(60), budget: v1::Budget::High.into(), ..nothing.clone() };
    assert_eq!(told(&answer(calm)), ["preferences.excluded_procedures"]);
    let both = v1::Preferences { max_visits: Some(1), ..nothing };
    assert_eq!(told(&answer(both)), ["preferences.max_visits", "preferences.excluded_procedures"]);
}

#[test]
fn the_next_visit_only() {
    let next = v1::GenerateProtocolRequest { horizon: v1::Horizon::Next.into(), ..request() };
    let next = service().generate_protocol(next).unwrap();
    let whole = service().generate_protocol(request()).unwrap();
    assert_eq!(next.protocol_id, whole.protocol_id);
    let (next, whole) = (plan(next), plan(whole));
    assert_eq!(next.sessions, whole.sessions[..1]);
    assert!(next.reviews.is_empty() && next.contingent_sessions.is_empty());
    assert_eq!(next.stages, whole.stages);
    assert!(!next.care_items.is_empty() && next.care_items.len() <= whole.care_items.len());
    assert!(next.care_items.iter().flat_map(|it| &it.days).all(|day| *day <= next.sessions[0].day));
    let all = v1::GenerateProtocolRequest { horizon: v1::Horizon::All.into(), ..request() };
    assert_eq!(plan(service().generate_protocol(all).unwrap()), whole);
}
