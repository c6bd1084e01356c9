//! Plans keep to the days on which the patient can come, and away from the day of an event.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that other test files share")]

#[path = "support/service.rs"]
mod support;

use cicatrix::{
    domain,
    wire::{Date, v1},
};
use support::{date, pits, request, service};
use v1::generate_protocol_response::Outcome;

fn plan(request: v1::GenerateProtocolRequest) -> v1::Protocol {
    match service().generate_protocol(request).unwrap().outcome {
        Some(Outcome::Protocol(protocol)) => protocol,
        other => panic!("no protocol: {other:?}"),
    }
}

fn wish(preferences: v1::Preferences) -> v1::GenerateProtocolRequest {
    v1::GenerateProtocolRequest { preferences: Some(preferences), ..request() }
}

fn rules(reasons: &[cicatrix::wire::v1::Reason]) -> Vec<String> {
    reasons.iter().map(|it| it.rule.clone()).collect()
}

fn has(reasons: &[cicatrix::wire::v1::Reason], rule: &str) -> bool {
    rules(reasons).iter().any(|it| it == rule)
}

/// Days of the sessions of a procedure.
fn days(plan: &v1::Protocol, procedure: &str) -> Vec<i32> {
    let of = |it: &&v1::Session| it.procedures.iter().any(|it| it.procedure == procedure);
    plan.sessions.iter().filter(of).map(|it| it.day).collect()
}

/// The day of the plan on which a date falls: it begins on the first of December 2026.
fn day_of(year: i32, month: i32, day: i32) -> i32 {
    let start = domain::Date::new(2026, 12, 1).unwrap();
    domain::Date::new(year, month, day).unwrap().days_after(start)
}

fn on(day: i32) -> Option<Date> {
    let (year, month, day) = domain::Date::new(2026, 12, 1).unwrap().plus(day).civil();
    date(year, month, day)
}

#[test]
fn without_wishes_nothing_moves_and_the_schedule_is_exact() {
    let plan = plan(request());
    assert_eq!(days(&plan, "tca-cross"), [0, 28, 56, 84]);
    assert!(plan.schedule_exact);
    assert!(plan.sessions.iter().all(|it| !has(&it.reasons, "PLAN-CLOSED-DAY")));
    assert!(!has(&plan.warnings, "EVENT-PARTIAL"));
}

#[test]
fn a_session_on_a_closed_day_comes_later_and_says_why() {
    let unavailable = vec![v1::DateRange { from: on(20), to: on(33) }, v1::DateRange { from: on(34), to: on(40) }];
    let moved = plan(wish(v1::Preferences { unavailable, ..v1::Preferences::default() }));
    // The second session waits until the patient is back, and the others keep their distance from it.
    assert_eq!(days(&moved, "tca-cross"), [0, 41, 69, 97]);
    let told: Vec<i32> =
        moved.sessions.iter().filter(|it| has(&it.reasons, "PLAN-CLOSED-DAY")).map(|it| it.day).collect();
    assert_eq!(told, [41]);
    assert!(moved.sessions.iter().all(|it| it.latest_day.is_none_or(|latest| latest >= it.day)));
    let away_first = vec![v1::DateRange { from: on(-30), to: on(2) }];
    let moved = plan(wish(v1::Preferences { unavailable: away_first, ..v1::Preferences::default() }));
    assert_eq!(days(&moved, "tca-cross"), [3, 31, 59, 87]);
    assert!(has(&moved.sessions[0].reasons, "PLAN-CLOSED-DAY"));
}

#[test]
fn only_the_days_of_the_week_that_suit() {
    let weekdays = vec![v1::Weekday::Friday.into(), v1::Weekday::Monday.into()];
    let plan = plan(wish(v1::Preferences { weekdays, ..v1::Preferences::default() }));
    let all = plan.sessions.iter().map(|it| it.day).chain(plan.reviews.iter().map(|it| it.day));
    for day in all {
        let weekday = domain::Date::new(2026, 12, 1).unwrap().plus(day).weekday();
        assert!(matches!(weekday, domain::Weekday::Monday | domain::Weekday::Friday), "day {day}: {weekday:?}");
    }
    // Day 0 is a Tuesday, and four weeks after a Friday is a Friday.
    assert_eq!(days(&plan, "tca-cross"), [3, 31, 59, 87]);
    assert!(plan.schedule_exact);
}

#[test]
fn a_review_waits_for_the_patient_too() {
    let usual = plan(request());
    let away = usual.reviews[0].day;
    let unavailable = vec![v1::DateRange { from: on(away), to: on(away) }];
    let moved = plan(wish(v1::Preferences { unavailable, ..v1::Preferences::default() }));
    assert_eq!(moved.reviews[0].day, away + 1);
    assert!(has(&moved.reviews[0].reasons, "PLAN-CLOSED-DAY"));
}

#[test]
fn nothing_that_leaves_traces_is_close_before_an_event() {
    // The fourth session would be three days too late.
    let event = 84 + 25;
    let told = plan(wish(v1::Preferences { event_date: on(event), ..v1::Preferences::default() }));
    assert_eq!(days(&told, "tca-cross"), [0, 28, 56, event + 1]);
    let late = told.sessions.iter().find(|it| it.day == event + 1).unwrap();
    assert!(has(&late.reasons, "EVENT-QUIET"), "{:?}", rules(&late.reasons));
    assert!(has(&told.warnings, "EVENT-PARTIAL"));
    let acid = told.stages.iter().find(|it| it.procedure == "tca-cross").unwrap();
    assert!(has(&acid.reasons, "EVENT-PARTIAL"));
    // Four weeks before is just early enough.
    let kept = plan(wish(v1::Preferences { event_date: on(84 + 28), ..v1::Preferences::default() }));
    assert_eq!(days(&kept, "tca-cross"), [0, 28, 56, 84]);
}

#[test]
fn nothing_new_begins_close_before_an_event() {
    // Acid is known by then; needling would be new and begins afterwards.
    let usual = days(&plan(request()), "mnrf")[0];
    let told = plan(wish(v1::Preferences { event_date: on(usual + 83), ..v1::Preferences::default() }));
    assert_eq!(days(&told, "mnrf")[0], usual + 84);
    let first = told.sessions.iter().find(|it| it.day == usual + 84).unwrap();
    assert!(has(&first.reasons, "EVENT-NEW"), "{:?}", rules(&first.reasons));
    let kept = plan(wish(v1::Preferences { event_date: on(usual + 84), ..v1::Preferences::default() }));
    assert_eq!(days(&kept, "mnrf")[0], usual);
}

/// What is due before the plan is not due on the same day again for what a review decides.
#[test]
fn care_that_is_due_anyway_is_due_once() {
    let mut dark = wish(v1::Preferences::default());
    dark.patient.as_mut().unwrap().phototype = v1::Phototype::Iv.into();
    let dark = plan(dark);
    assert!(dark.stages.iter().any(|it| it.contingent_on.is_some()), "nothing waits for a review");
    assert!(!dark.care_items.is_empty());
    for item in &dark.care_items {
        assert!(item.days.iter().all(|it| !item.contingent_days.contains(it)), "{item:?}");
    }
    let photographs = dark.care_items.iter().find(|it| it.kind() == v1::CareItemKind::Photographs).unwrap();
    assert_eq!((photographs.days.as_slice(), photographs.contingent_days.as_slice()), (&[0][..], &[][..]));
}

#[test]
fn an_event_after_everything_changes_nothing_but_the_id() {
    let usual = plan(request());
    let end = usual.total_days + 400;
    let told = plan(wish(v1::Preferences { event_date: on(end), ..v1::Preferences::default() }));
    assert_eq!(told, usual);
}

#[test]
fn the_order_of_wishes_says_nothing() {
    let of = |unavailable: Vec<v1::DateRange>, weekdays: Vec<v1::Weekday>| {
        let weekdays = weekdays.into_iter().map(Into::into).collect();
        service()
            .generate_protocol(wish(v1::Preferences { unavailable, weekdays, ..v1::Preferences::default() }))
            .unwrap()
    };
    let (early, late) = (v1::DateRange { from: on(20), to: on(33) }, v1::DateRange { from: on(100), to: on(120) });
    let (monday, friday) = (v1::Weekday::Monday, v1::Weekday::Friday);
    assert_eq!(
        of(vec![early, late], vec![monday, friday]),
        of(vec![late, early], vec![friday, monday]),
        "the id and the plan"
    );
}

#[test]
fn a_plan_made_again_on_the_day_of_its_own_visit_goes_on() {
    let wishes = v1::Preferences {
        unavailable: vec![v1::DateRange { from: on(20), to: on(40) }],
        event_date: on(150),
        weekdays: vec![v1::Weekday::Tuesday.into(), v1::Weekday::Saturday.into()],
        ..v1::Preferences::default()
    };
    let first = wish(wishes);
    let whole = plan(first.clone());
    let dates = |plan: &v1::Protocol| plan.sessions.iter().map(|it| it.date.unwrap()).collect::<Vec<_>>();
    let own = |it: &v1::Session| it.procedures.iter().map(|it| it.procedure.clone()).collect::<Vec<_>>();
    let mut later = first;
    for (done, session) in whole.sessions.iter().enumerate() {
        support::visit(&mut later, session);
        // What is over is no wish any more.
        if session.day > 150 {
            later.preferences.as_mut().unwrap().event_date = None;
        }
        let rest = plan(later.clone());
        assert_eq!(dates(&rest), dates(&whole)[done + 1..], "{done} done, {:?}", own(session));
    }
}

#[test]
fn a_plan_of_others_is_told_which_days_do_not_suit() {
    let session = |day: i32| v1::ProposedSession {
        day: Some(day),
        procedures: vec![v1::ProposedProcedure {
            procedure: "tca-cross".to_owned(),
            scar_ids: vec!["s1".to_owned()],
            ..v1::ProposedProcedure::default()
        }],
        ..v1::ProposedSession::default()
    };
    let request = request();
    let check = v1::CheckProtocolRequest {
        start_date: request.start_date,
        patient: request.patient,
        scars: vec![pits("s1")],
        preferences: Some(v1::Preferences {
            unavailable: vec![v1::DateRange { from: on(25), to: on(30) }],
            event_date: on(110),
            ..v1::Preferences::default()
        }),
        plan: Some(v1::ProposedPlan {
            sessions: vec![session(0), session(28), session(90)],
            ..v1::ProposedPlan::default()
        }),
        ..v1::CheckProtocolRequest::default()
    };
    let found = service().check_protocol(check).unwrap();
    let told: Vec<(Option<i32>, Vec<String>)> = found
        .advice
        .iter()
        .filter(|it| it.kind() == v1::FindingKind::NotWanted)
        .map(|it| (it.day, rules(&it.reasons)))
        .collect();
    assert_eq!(told, [(Some(28), vec!["CHECK-WISH".to_owned(), "PLAN-CLOSED-DAY".to_owned()])]);
    // That the patient is away is a wish; traces shortly before the event break a rule.
    let [near] = found.violations.as_slice() else { panic!("{:?}", found.violations) };
    assert_eq!((near.kind(), near.day), (v1::FindingKind::TooNearEvent, Some(90)));
    assert_eq!(rules(&near.reasons), ["CHECK-EVENT-DAY", "EVENT-QUIET"]);
}

#[test]
fn a_plan_of_others_is_told_which_visits_are_too_close_or_too_full() {
    let on = |procedure: &str| v1::ProposedProcedure {
        procedure: procedure.to_owned(),
        scar_ids: vec!["s1".to_owned()],
        ..v1::ProposedProcedure::default()
    };
    let visit = |day: i32, procedures: &[&str]| v1::ProposedSession {
        day: Some(day),
        procedures: procedures.iter().map(|it| on(it)).collect(),
        ..v1::ProposedSession::default()
    };
    let request = request();
    let mut check = v1::CheckProtocolRequest {
        start_date: request.start_date,
        patient: request.patient,
        scars: vec![pits("s1")],
        preferences: Some(v1::Preferences { min_days_between_visits: Some(30), ..v1::Preferences::default() }),
        clinic: Some(v1::Clinic { max_procedures_per_visit: Some(1), ..v1::Clinic::default() }),
        plan: Some(v1::ProposedPlan {
            sessions: vec![visit(0, &["tca-cross"]), visit(28, &["tca-cross"]), visit(84, &["mnrf", "prp"])],
            ..v1::ProposedPlan::default()
        }),
        ..v1::CheckProtocolRequest::default()
    };
    let told = |check: &v1::CheckProtocolRequest| -> Vec<_> {
        let found = service().check_protocol(check.clone()).unwrap().advice.into_iter();
        let wishes = found.filter(|it| it.kind() == v1::FindingKind::NotWanted);
        wishes.map(|it| (it.fields.clone(), rules(&it.reasons), it.measured.clone().unwrap(), it.mends)).collect()
    };
    let measured = |found: f64, limit: f64, unit: &str| v1::Measured {
        found: Some(found),
        limit: Some(limit),
        unit: unit.to_owned(),
        parameter: String::new(),
    };
    let [(close, close_why, days, later), (full, full_why, procedures, apart)] = &told(&check)[..] else {
        panic!("{:?}", told(&check));
    };
    assert_eq!((close.as_slice(), days), (["plan.sessions[1]".to_owned()].as_slice(), &measured(28.0, 30.0, "days")));
    assert_eq!(close_why[1], "PLAN-VISITS-APART");
    let Some(v1::mend::Change::MoveSession(moved)) = &later[0].change else { panic!("{later:?}") };
    assert_eq!(moved.not_before_day, Some(30));
    assert_eq!(
        (full.as_slice(), procedures),
        (["plan.sessions[2].procedures[1]".to_owned()].as_slice(), &measured(2.0, 1.0, "procedures"))
    );
    assert_eq!(full_why[1], "PLAN-FULL-VISIT");
    let Some(v1::mend::Change::SplitSitting(moved)) = &apart[0].change else { panic!("{apart:?}") };
    assert_eq!(moved.not_before_day, Some(84 + 30));
    // What it says mends it; a visit of the past counts as well.
    let sessions = &mut check.plan.as_mut().unwrap().sessions;
    *sessions = vec![visit(0, &["tca-cross"]), visit(30, &["tca-cross"]), visit(84, &["mnrf"]), visit(114, &["prp"])];
    assert_eq!(told(&check), []);
    check.history = vec![v1::PastSession {
        procedure: "tca-cross".to_owned(),
        date: date(2026, 11, 3),
        scar_ids: vec!["s1".to_owned()],
        ..v1::PastSession::default()
    }];
    assert_eq!(told(&check)[0].0, ["plan.sessions[0]"]);
}

#[test]
fn both_ways_of_writing_say_the_same() {
    let json = r#"{"preferences": {"eventDate": {"year": 2027, "month": 9, "day": 4}, "weekdays": ["WEEKDAY_MONDAY"],
        "unavailable": [{"from": {"year": 2027, "month": 1, "day": 1}, "to": {"year": 2027, "month": 1, "day": 9}}]}}"#;
    let read: v1::GenerateProtocolRequest = serde_json::from_str(json).unwrap();
    let expected = v1::Preferences {
        event_date: date(2027, 9, 4),
        weekdays: vec![v1::Weekday::Monday.into()],
        unavailable: vec![v1::DateRange { from: date(2027, 1, 1), to: date(2027, 1, 9) }],
        ..v1::Preferences::default()
    };
    assert_eq!(read.preferences, Some(expected));
    assert_eq!(day_of(2027, 1, 1), 31);
}
