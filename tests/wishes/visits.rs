//! How far apart visits are, and how much a clinic does at one.

use cicatrix::wire::v1;

use super::{clinic, in_sessions, rules, support, support::request, told};

/// Pits on the cheek and shallow rolling scars on the temple: courses that can share visits.
fn two_sites() -> v1::GenerateProtocolRequest {
    let temple = v1::Scar {
        site: v1::Site::Temple.into(),
        declared_type: v1::ScarType::Rolling.into(),
        declared_depth_class: v1::DepthClass::Shallow.into(),
        count: Some(9),
        ..support::bare_scar("s2")
    };
    v1::GenerateProtocolRequest { scars: vec![support::pits("s1"), temple], ..request() }
}

fn apart(days: i32, request: v1::GenerateProtocolRequest) -> v1::GenerateProtocolRequest {
    let preferences = v1::Preferences { min_days_between_visits: Some(days), ..v1::Preferences::default() };
    v1::GenerateProtocolRequest { preferences: Some(preferences), ..request }
}

fn days(plan: &v1::Protocol, procedure: &str) -> Vec<i32> {
    let of = |it: &&v1::Session| it.procedures.iter().any(|it| it.procedure == procedure);
    plan.sessions.iter().filter(of).map(|it| it.day).collect()
}

#[test]
fn visits_are_as_far_apart_as_wished() {
    // Four weeks are the usual wait between two sessions of acid: a wish for less changes nothing.
    assert_eq!(told(apart(28, request())).sessions, told(request()).sessions);
    let spaced = told(apart(35, request()));
    assert_eq!(days(&spaced, "tca-cross"), [0, 35, 70, 105]);
    assert!(spaced.schedule_exact);
    let waits: Vec<i32> = spaced
        .sessions
        .iter()
        .filter(|it| rules(&it.reasons).contains(&"PLAN-VISITS-APART".to_owned()))
        .map(|it| it.day)
        .collect();
    assert_eq!(waits[..3], [35, 70, 105]);
    assert!(!rules(&spaced.sessions[0].reasons).contains(&"PLAN-VISITS-APART".to_owned()));
}

#[test]
fn the_last_past_session_is_a_visit_too() {
    let mut treated = apart(20, request());
    treated.history = vec![v1::PastSession {
        procedure: "subcision".to_owned(),
        date: support::date(2026, 11, 26),
        sites: vec![v1::Site::Back.into()],
        ..v1::PastSession::default()
    }];
    let spaced = told(treated.clone());
    assert_eq!(spaced.sessions[0].day, 15);
    assert!(rules(&spaced.sessions[0].reasons).contains(&"PLAN-VISITS-APART".to_owned()));
    treated.preferences = None;
    assert_eq!(told(treated).sessions[0].day, 0);
}

#[test]
fn a_spaced_plan_made_again_on_the_day_of_its_own_visit_goes_on() {
    let first = apart(40, two_sites());
    let whole = told(first.clone());
    let dates = |plan: &v1::Protocol| plan.sessions.iter().map(|it| it.date.unwrap()).collect::<Vec<_>>();
    let mut later = first;
    for (done, session) in whole.sessions.iter().enumerate() {
        support::visit(&mut later, session);
        assert_eq!(dates(&told(later.clone())), dates(&whole)[done + 1..], "{done} done");
    }
}

#[test]
fn a_visit_holds_as_many_procedures_as_the_clinic_does_at_one() {
    let at_most = |most| {
        let limits = v1::Clinic { max_procedures_per_visit: Some(most), ..v1::Clinic::default() };
        told(clinic(limits, two_sites()))
    };
    let count = |it: &v1::Session| {
        let all: std::collections::BTreeSet<&str> = it.procedures.iter().map(|it| it.procedure.as_str()).collect();
        i32::try_from(all.len()).unwrap()
    };
    let free = told(two_sites());
    let fullest = free.sessions.iter().map(count).max().unwrap();
    assert!(fullest >= 2, "visits are shared: {fullest}");
    assert_eq!(at_most(10), free);
    for most in 1..fullest {
        let limited = at_most(most);
        assert!(limited.sessions.iter().all(|it| count(it) <= most));
        assert!(limited.sessions.len() > free.sessions.len());
        let full = |it: &&v1::Session| rules(&it.reasons).contains(&"PLAN-FULL-VISIT".to_owned());
        assert!(limited.sessions.iter().any(|it| full(&it)), "at most {most}");
    }
    // Nor is it done the day after, on skin that is swollen and under a dressing.
    let closest = |plan: &v1::Protocol| plan.sessions.windows(2).map(|it| it[1].day - it[0].day).min().unwrap();
    assert_eq!(closest(&at_most(1)), 7);
    // What joins a sitting has no visit of its own.
    let one = at_most(1);
    assert!(in_sessions(&free).contains(&"prp") && !in_sessions(&one).contains(&"prp"));
    let left = one.not_treated.iter().find(|it| it.procedure == "prp").unwrap();
    assert_eq!(rules(&left.reasons), ["PLAN-FULL-VISIT"]);
}

#[test]
fn a_limit_that_no_visit_reaches_moves_nothing() {
    let free = told(two_sites());
    let at_one = |it: &v1::Session| {
        it.procedures.iter().map(|it| it.procedure.as_str()).collect::<std::collections::BTreeSet<_>>().len()
    };
    let fullest = free.sessions.iter().chain(&free.contingent_sessions).map(at_one).max().unwrap();
    for most in [fullest, fullest + 1] {
        let most = i32::try_from(most).unwrap();
        let limits = v1::Clinic { max_procedures_per_visit: Some(most), ..v1::Clinic::default() };
        assert_eq!(told(clinic(limits, two_sites())), free, "{most} at a visit");
    }
    let closest = free.sessions.windows(2).map(|it| it[1].day - it[0].day).min().unwrap();
    assert_eq!(told(apart(closest, two_sites())), free, "{closest} days apart");
}
