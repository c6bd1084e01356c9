//! What a rule asks for is asked on the day on which something begins, and not on the day of the request.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "tests")]

#[path = "support/service.rs"]
mod support;

use cicatrix::{
    domain,
    wire::{Date, v1},
};
use support::{date, pits, request, service};
use v1::{SessionKind, generate_protocol_response::Outcome};

const LASER: &str = "ablative-fractional-laser";
/// ISO-03: half a year after the last capsule.
const HALF_YEAR: i32 = 183;

fn plan(request: &v1::GenerateProtocolRequest) -> v1::Protocol {
    match service().generate_protocol(request.clone()).unwrap().outcome {
        Some(Outcome::Protocol(protocol)) => protocol,
        other => panic!("no protocol: {other:?}"),
    }
}

/// A day of the plan.
fn on(day: i32) -> Option<Date> {
    let (year, month, day) = domain::Date::new(2026, 12, 1).unwrap().plus(day).civil();
    date(year, month, day)
}

/// Scars that are released first: the laser begins twelve weeks later.
fn rolling() -> v1::Scar {
    v1::Scar {
        id: "valleys".to_owned(),
        profile: v1::Profile::M.into(),
        edge: v1::Edge::Sloping.into(),
        stretch: v1::Stretch::CentralTether.into(),
        opening_width_mm: Some(6.0),
        ..pits("")
    }
}

/// Scars that the laser treats at once.
fn shallow() -> v1::Scar {
    v1::Scar {
        id: "boxes".to_owned(),
        profile: v1::Profile::U.into(),
        opening_width_mm: Some(3.0),
        depth_mm: Some(0.3),
        depth_method: v1::DepthMethod::Ultrasound.into(),
        ..pits("")
    }
}

/// The last capsule was taken so many days before the start.
fn stopped(days: i32, scars: Vec<v1::Scar>) -> v1::GenerateProtocolRequest {
    let mut request = v1::GenerateProtocolRequest { scars, ..request() };
    let patient = request.patient.as_mut().unwrap();
    patient.isotretinoin =
        Some(v1::IsotretinoinUse { status: v1::Isotretinoin::Stopped.into(), last_taken: on(-days) });
    request
}

/// Days of a procedure, and which of them are test areas.
fn visits(plan: &v1::Protocol, procedure: &str) -> Vec<(i32, SessionKind)> {
    let parts = plan.sessions.iter().flat_map(|visit| visit.procedures.iter().map(|it| (visit.day, it)));
    parts.filter(|(_, it)| it.procedure == procedure).map(|(day, it)| (day, it.kind())).collect()
}

fn stages<'p>(plan: &'p v1::Protocol, procedure: &str) -> Vec<&'p v1::Stage> {
    plan.stages.iter().filter(|it| it.procedure == procedure).collect()
}

fn asks(stage: &v1::Stage, rule: &str) -> bool {
    stage.preconditions.iter().any(|it| it.rule == rule)
}

#[test]
fn a_laser_after_the_half_year_needs_no_test_area_and_no_agreement() {
    let begins = 84;
    for days in 0..=HALF_YEAR {
        let plan = plan(&stopped(days, vec![rolling()]));
        let visits = visits(&plan, LASER);
        let within = days + begins < HALF_YEAR;
        let first = if within { SessionKind::TestArea } else { SessionKind::Treatment };
        assert_eq!(visits[0], (begins, first), "{days} days after the last capsule");
        assert_eq!(visits.len(), if within { 4 } else { 3 }, "{days} days after the last capsule");
        assert_eq!(asks(stages(&plan, LASER)[0], "ISO-03"), within, "{days} days after the last capsule");
    }
}

#[test]
fn what_ranks_first_is_not_passed_over_for_an_opinion_that_nobody_will_need() {
    let days: Vec<_> = [14, 60, 140].iter().map(|it| plan(&stopped(*it, vec![pits("s1")]))).collect();
    let never = plan(&request());
    assert!(!visits(&never, LASER).is_empty());
    for stopped in &days {
        assert_eq!(visits(stopped, LASER), visits(&never, LASER));
        let passed = stopped.stages.iter().flat_map(|it| &it.passed_over).flat_map(|it| &it.reasons);
        assert!(passed.into_iter().all(|it| it.rule != "PLAN-PLAIN-FIRST"));
    }
}

/// Rolling scars in skin that marks easily, at the end of a course of isotretinoin.
fn rolling_in_dark_skin() -> v1::GenerateProtocolRequest {
    let mut request = stopped(91, vec![rolling()]);
    request.patient.as_mut().unwrap().phototype = v1::Phototype::V.into();
    request
}

#[test]
fn each_treatment_that_is_passed_over_hears_its_own_reason() {
    let plan = plan(&rolling_in_dark_skin());
    let [gentle] = stages(&plan, "non-ablative-fractional-laser")[..] else { panic!("{:#?}", plan.stages) };
    let over = |procedure: &str| -> Vec<&str> {
        let all = gentle.passed_over.iter().filter(|it| it.procedure == procedure);
        all.flat_map(|it| &it.reasons).map(|it| it.rule.as_str()).collect()
    };
    // The needles would need an opinion; what comes between them and the laser needs none and is the weaker for it.
    assert_eq!(over("mnrf"), ["PLAN-PLAIN-FIRST"]);
    assert_eq!(over("picosecond-fractional-laser"), ["PLAN-SUITS-LESS"]);
    assert_eq!(over("microneedling"), ["PLAN-SUITS-LESS"]);
}

#[test]
fn what_gives_way_to_what_is_preferred_hears_that() {
    let mut request = rolling_in_dark_skin();
    let preferred_procedures = vec!["picosecond-fractional-laser".to_owned()];
    request.preferences = Some(v1::Preferences { preferred_procedures, ..v1::Preferences::default() });
    let plan = plan(&request);
    let [laser] = stages(&plan, "picosecond-fractional-laser")[..] else { panic!("{:#?}", plan.stages) };
    // The needles would need an opinion; that is not why this laser, which suits less, goes first.
    let over: Vec<_> = laser.passed_over.iter().filter(|it| it.procedure == "mnrf").collect();
    assert_eq!(over[0].reasons.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>(), ["PLAN-PREFERRED"]);
    assert_eq!(over.len(), 1);
}

#[test]
fn what_begins_at_once_is_asked_for_today() {
    for days in [0, 100, HALF_YEAR - 1, HALF_YEAR] {
        let plan = plan(&stopped(days, vec![shallow()]));
        let within = days < HALF_YEAR;
        let first = if within { SessionKind::TestArea } else { SessionKind::Treatment };
        assert_eq!(visits(&plan, LASER)[0], (0, first), "{days} days after the last capsule");
    }
}

#[test]
fn groups_that_share_a_laser_are_tested_together_or_not_at_all() {
    for days in 0..=HALF_YEAR {
        let plan = plan(&stopped(days, vec![rolling(), shallow()]));
        let [stage] = stages(&plan, LASER)[..] else { panic!("{days} days after the last capsule: two courses") };
        assert_eq!(stage.scar_ids, ["boxes", "valleys"]);
        let first = visits(&plan, LASER)[0];
        let within = days + first.0 < HALF_YEAR;
        assert_eq!(first.1 == SessionKind::TestArea, within, "{days} days after the last capsule: {first:?}");
    }
}

#[test]
fn a_day_that_is_closed_can_end_a_wait() {
    let away = |days: i32| {
        let mut request = stopped(days, vec![rolling()]);
        let unavailable = vec![v1::DateRange { from: on(60), to: on(119) }];
        request.preferences = Some(v1::Preferences { unavailable, ..v1::Preferences::default() });
        let plan = plan(&request);
        (visits(&plan, LASER)[0], asks(stages(&plan, LASER)[0], "ISO-03"))
    };
    // Without the journey it would begin on day 84, within the half year.
    assert_eq!(away(80), ((120, SessionKind::Treatment), false));
    assert_eq!(away(63), ((120, SessionKind::Treatment), false));
    assert_eq!(away(62), ((120, SessionKind::TestArea), true));
}

/// Pits beside rolling scars on one cheek.
fn pits_and_rolling(mut request: v1::GenerateProtocolRequest, phototype: v1::Phototype) -> v1::GenerateProtocolRequest {
    request.scars = vec![pits("pits"), rolling()];
    request.patient.as_mut().unwrap().phototype = phototype.into();
    request.appearance = Some(v1::Appearance { declared_grade: Some(3), ..v1::Appearance::default() });
    request
}

fn current(phototype: v1::Phototype) -> v1::GenerateProtocolRequest {
    let mut request = pits_and_rolling(request(), phototype);
    request.patient.as_mut().unwrap().isotretinoin =
        Some(v1::IsotretinoinUse { status: v1::Isotretinoin::Current.into(), last_taken: None });
    request
}

/// What is planned of needles and lasers over the field, and for whom.
fn devices(plan: &v1::Protocol) -> Vec<(&str, Vec<&str>)> {
    let planned = plan.stages.iter().filter(|it| it.planned_sessions > 0 && it.phase() == v1::Phase::Surface);
    let devices = planned.filter(|it| it.procedure != "prp");
    devices.map(|it| (it.procedure.as_str(), it.scar_ids.iter().map(String::as_str).collect())).collect()
}

fn says(stage: &v1::Stage, rule: &str) -> bool {
    stage.reasons.iter().any(|it| it.rule == rule)
}

const NEEDLES: &str = "mnrf";
const BOTH: [&str; 2] = ["pits", "valleys"];

#[test]
fn an_opinion_that_is_over_by_the_planned_day_brings_no_second_device() {
    let never = plan(&pits_and_rolling(request(), v1::Phototype::V));
    assert_eq!(devices(&never), [(NEEDLES, BOTH.to_vec())]);
    for days in [14, 60, 91, 140] {
        let after = plan(&pits_and_rolling(stopped(days, Vec::new()), v1::Phototype::V));
        assert_eq!(devices(&after), devices(&never), "{days} days after the last capsule");
        assert_eq!(visits(&after, NEEDLES), visits(&never, NEEDLES), "{days} days after the last capsule");
    }
}

#[test]
fn an_opinion_that_is_asked_for_anyway_is_no_reason_for_a_second_device_on_the_same_skin() {
    let request = current(v1::Phototype::Iv);
    let whole = plan(&request);
    assert_eq!(devices(&whole), [(NEEDLES, BOTH.to_vec())]);
    let stage = stages(&whole, NEEDLES)[0];
    assert!(asks(stage, "ISO-08") && says(stage, "PLAN-AGREED-ANYWAY"), "{stage:#?}");
    // In whatever order they are told.
    let mut turned = request.clone();
    turned.scars.reverse();
    assert_eq!(devices(&plan(&turned)), devices(&whole));
    // Other skin needs an opinion of its own, and has what needs none.
    let mut apart = request;
    apart.scars[1].site = v1::Site::Temple.into();
    let apart = plan(&apart);
    let gentle = "non-ablative-fractional-laser";
    assert_eq!(devices(&apart), [(NEEDLES, vec!["pits"]), (gentle, vec!["valleys"])]);
}

#[test]
fn a_laser_that_is_supervised_anyway_is_the_only_one_on_its_skin() {
    let mut request = pits_and_rolling(request(), v1::Phototype::Ii);
    let supervised_procedures = vec![LASER.to_owned()];
    request.clinic = Some(v1::Clinic { supervised_procedures, ..v1::Clinic::default() });
    let whole = plan(&request);
    assert_eq!(devices(&whole), [(NEEDLES, vec!["pits"]), (LASER, BOTH.to_vec())]);
    assert!(says(stages(&whole, LASER)[0], "PLAN-AGREED-ANYWAY"));
}

#[test]
fn what_is_kept_waiting_until_nobody_must_agree_is_taken_as_if_nobody_had_to() {
    // The needles could begin on day 84, a day before the half year is over.
    let mut request = rolling_in_dark_skin();
    request.patient.as_mut().unwrap().isotretinoin =
        Some(v1::IsotretinoinUse { status: v1::Isotretinoin::Stopped.into(), last_taken: on(84 + 1 - HALF_YEAR) });
    let at_once = plan(&request);
    assert!(stages(&at_once, NEEDLES).is_empty());
    let unavailable = vec![v1::DateRange { from: on(60), to: on(119) }];
    request.preferences = Some(v1::Preferences { unavailable, ..v1::Preferences::default() });
    let away = plan(&request);
    assert_eq!(visits(&away, NEEDLES)[0], (120, SessionKind::Treatment));
    assert!(stages(&away, "non-ablative-fractional-laser").is_empty());
}
