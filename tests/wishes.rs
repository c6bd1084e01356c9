//! What the patient would like best, few visits, wishes that cannot all be kept, and how far ahead a plan is returned.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that other test files share")]

#[path = "support/service.rs"]
mod support;
#[path = "wishes/visits.rs"]
mod visits;

use cicatrix::wire::v1;
use support::{date, request, service};
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

fn rules(reasons: &[cicatrix::wire::v1::Reason]) -> Vec<String> {
    reasons.iter().map(|it| it.rule.clone()).collect()
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

/// What was begun and is not continued treats nobody.
#[test]
fn a_dropped_course_hides_no_conflict() {
    let everything = service()
        .list_procedures(v1::ListProceduresRequest { page_size: 1_000, ..Default::default() })
        .unwrap()
        .procedures;
    let nothing = v1::Preferences {
        excluded_procedures: everything.into_iter().map(|it| it.procedure).collect(),
        ..v1::Preferences::default()
    };
    let done =
        v1::PastSession { procedure: "tca-cross".to_owned(), date: date(2026, 9, 1), ..v1::PastSession::default() };
    for history in [vec![], vec![done]] {
        let begun = history.len();
        let request = v1::GenerateProtocolRequest { preferences: Some(nothing.clone()), history, ..request() };
        let answer = service().generate_protocol(request).unwrap();
        assert_eq!(answer.conflicting_wishes.as_ref().unwrap().fields, ["preferences.excluded_procedures"], "{begun}");
    }
}

/// Whoever has begun something is not better off for dropping it.
#[test]
fn an_alternative_does_not_just_drop_what_was_begun() {
    let with = |history| {
        let clinic = v1::Clinic { available_procedures: ids(&["mnrf", "punch-excision"]), ..v1::Clinic::default() };
        let request = v1::GenerateProtocolRequest {
            clinic: Some(clinic),
            include: vec![v1::Insight::Alternatives.into()],
            history,
            ..request()
        };
        service().generate_protocol(request).unwrap()
    };
    let done = v1::PastSession { procedure: "mnrf".to_owned(), date: date(2026, 9, 1), ..v1::PastSession::default() };
    for answer in [with(vec![]), with(vec![done])] {
        let excluded =
            |it: &v1::Alternative| it.preferences.iter().flat_map(|it| it.excluded_procedures.clone()).collect();
        let drops = |it: &v1::Alternative| -> bool {
            let all: Vec<String> = excluded(it);
            all.iter().any(|it| it == "mnrf")
        };
        assert!(!answer.alternatives.iter().any(drops), "{:?}", answer.alternatives);
    }
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
fn a_limit_that_even_short_courses_miss_still_makes_them_short() {
    let usual = plan(visits(100)).sessions.len();
    let kept = (1..).find(|most| visits(*most).conflicting_wishes.is_none()).unwrap();
    let shortest = plan(visits(kept));
    assert!(shortest.sessions.len() < usual);
    for most in 1..kept {
        let missed = visits(most);
        assert_eq!(missed.conflicting_wishes.as_ref().unwrap().fields, ["preferences.max_visits"], "{most} visits");
        let missed = plan(missed);
        assert_eq!((missed.stages, missed.sessions), (shortest.stages.clone(), shortest.sessions.clone()), "{most}");
    }
}

/// Pits that are too narrow for a punch, in skin that marks easily.
fn narrow_pits() -> v1::GenerateProtocolRequest {
    let mut request = v1::GenerateProtocolRequest { scars: vec![support::pits("s1")], ..request() };
    request.patient.as_mut().unwrap().phototype = v1::Phototype::V.into();
    request
}

#[test]
fn what_is_left_out_is_named_by_what_ranks_first_for_these_scars() {
    let left = |request: v1::GenerateProtocolRequest| {
        let plan = told(request);
        let of_clinic = plan.not_treated.into_iter().filter(|it| rules(&it.reasons)[0] == "PLAN-LEFT-OUT");
        of_clinic.map(|it| (it.procedure, rules(&it.reasons))).collect::<Vec<_>>()
    };
    // Acid leaves traces for four days. A punch is for wider pits and for those that acid did not raise.
    let calm = v1::Preferences { max_downtime_days: Some(2), ..v1::Preferences::default() };
    let calm = left(v1::GenerateProtocolRequest { preferences: Some(calm), ..narrow_pits() });
    assert_eq!(calm, [("tca-cross".to_owned(), ids(&["PLAN-LEFT-OUT", "PLAN-DOWNTIME"]))]);
    // In skin that marks easily the ablative laser is the last of the lasers.
    let mut expecting = narrow_pits();
    expecting.patient.as_mut().unwrap().pregnancy = v1::Pregnancy::Pregnant.into();
    let named: Vec<String> = left(expecting).into_iter().map(|it| it.0).collect();
    assert_eq!(named, ["tca-cross", "mnrf", "picosecond-fractional-laser"]);
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
fn days_between_visits_give_way_where_they_cost_a_visit() {
    // One session of needling was three months ago. Soon after the acid its course goes on; visits two months apart
    // bring it so late that a session has to be repeated.
    let with = |apart: Option<i32>, most: i32| {
        let preferences =
            v1::Preferences { min_days_between_visits: apart, max_visits: Some(most), ..v1::Preferences::default() };
        let mut request = v1::GenerateProtocolRequest { preferences: Some(preferences), ..request() };
        request.history = vec![v1::PastSession {
            procedure: "mnrf".to_owned(),
            date: support::date(2026, 8, 23),
            ..v1::PastSession::default()
        }];
        service().generate_protocol(request).unwrap()
    };
    let fewest = (1..).find(|most| with(None, *most).conflicting_wishes.is_none()).unwrap();
    let conflict = with(Some(60), fewest).conflicting_wishes.unwrap();
    assert_eq!(conflict.fields, ["preferences.min_days_between_visits"]);
    assert_eq!(with(Some(60), fewest + 1).conflicting_wishes, None);
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

fn told(request: v1::GenerateProtocolRequest) -> v1::Protocol {
    plan(service().generate_protocol(request).unwrap())
}

fn clinic(clinic: v1::Clinic, request: v1::GenerateProtocolRequest) -> v1::GenerateProtocolRequest {
    v1::GenerateProtocolRequest { clinic: Some(clinic), ..request }
}

#[test]
fn what_is_done_under_supervision_only_goes_after_what_is_not_and_says_so() {
    let supervised = |names: &[&str]| {
        let limits = v1::Clinic { supervised_procedures: ids(names), ..v1::Clinic::default() };
        service().generate_protocol(clinic(limits, request())).unwrap()
    };
    // Nothing is as strong as acid on these pits: it stays, and who supervises must agree.
    let acid = supervised(&["tca-cross"]);
    let of_acid = acid.dispositions.iter().find(|it| it.procedure == "tca-cross").unwrap();
    assert_eq!(of_acid.disposition(), v1::Disposition::NeedsClearance);
    assert!(rules(&of_acid.reasons).contains(&"PLAN-SUPERVISED".to_owned()));
    let acid = plan(acid);
    let stage = acid.stages.iter().find(|it| it.procedure == "tca-cross").unwrap();
    assert!(rules(&stage.preconditions).contains(&"PLAN-SUPERVISED".to_owned()));
    assert!(rules(&acid.preconditions).contains(&"PLAN-SUPERVISED".to_owned()));
    // Another laser of the same strength needs nobody.
    let laser = plan(supervised(&["ablative-fractional-laser"]));
    let taken = in_sessions(&laser).into_iter().find(|it| it.ends_with("laser")).unwrap();
    assert_ne!(taken, "ablative-fractional-laser");
    let stage = laser.stages.iter().find(|it| it.procedure == taken).unwrap();
    let over = stage.passed_over.iter().find(|it| it.procedure == "ablative-fractional-laser").unwrap();
    assert_eq!(rules(&over.reasons), ["PLAN-PLAIN-FIRST"]);
}

/// Skin that marks easily and heals slowly has two reasons for a longer wait, and hears both.
#[test]
fn each_reason_for_a_longer_wait_is_told() {
    let text = std::fs::read_to_string("examples/ice_pick_phototype_iv.json").unwrap();
    let mut request: v1::GenerateProtocolRequest = serde_json::from_str(&text).unwrap();
    request.scars.iter_mut().for_each(|it| it.site = v1::Site::Back.into());
    // On the trunk acid is planned where it is asked for.
    let preferred_procedures = ids(&["tca-cross"]);
    request.preferences = Some(v1::Preferences { preferred_procedures, ..v1::Preferences::default() });
    let plan = plan(service().generate_protocol(request).unwrap());
    let hears = |reasons: &[v1::Reason], rule: &str| reasons.iter().any(|it| it.rule == rule);
    let both = |it: &v1::Session| hears(&it.reasons, "GAP-PIGMENT") && hears(&it.reasons, "GAP-TRUNK");
    assert!(plan.sessions.iter().any(both), "{:#?}", plan.sessions);
    let mut repeated = plan.stages.iter().filter(|it| it.interval_days.is_some());
    assert!(repeated.all(|it| hears(&it.reasons, "GAP-TRUNK")), "{:#?}", plan.stages);
}

/// Severe pits that no tool is left for are referred beside the plan; those that somebody could treat, or nobody may now,
/// are not.
#[test]
fn severe_scars_without_a_tool_are_referred_beside_the_plan() {
    let severe = |change: &dyn Fn(&mut v1::GenerateProtocolRequest)| {
        let mut request = request();
        request.scars[0].opening_width_mm = Some(2.5);
        request.scars[0].count = Some(20);
        request.appearance = Some(v1::Appearance { declared_grade: Some(4), ..v1::Appearance::default() });
        change(&mut request);
        let answer = service().generate_protocol(request).unwrap();
        let referred = answer.referrals.iter().flat_map(|it| rules(&it.reasons)).collect::<Vec<_>>();
        (referred, in_sessions(&plan(answer)).into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let (referred, planned) = severe(&|_| {});
    assert_eq!(referred, ["REF-NO-STRUCTURE"]);
    assert_eq!(planned, ["mnrf", "ablative-fractional-laser", "prp"]);
    // Fewer are cut out, and narrower ones get acid.
    assert!(severe(&|it| it.scars[0].count = Some(15)).0.is_empty());
    assert!(severe(&|it| it.scars[0].opening_width_mm = Some(2.0)).0.is_empty());
    assert!(severe(&|it| it.appearance.as_mut().unwrap().declared_grade = Some(3)).0.is_empty());
    // Who does not want it could have it here; a clinic that lacks it sends to one that has it.
    let wish = |it: &mut v1::GenerateProtocolRequest| {
        it.scars[0].count = Some(10);
        let excluded_procedures = ids(&["punch-excision"]);
        it.preferences = Some(v1::Preferences { excluded_procedures, ..v1::Preferences::default() });
    };
    assert!(severe(&wish).0.is_empty());
    let lacks = |it: &mut v1::GenerateProtocolRequest| {
        it.scars[0].count = Some(10);
        let available_procedures = ids(&["mnrf", "ablative-fractional-laser"]);
        it.clinic = Some(v1::Clinic { available_procedures, ..v1::Clinic::default() });
    };
    assert_eq!(severe(&lacks).0, ["REF-NO-STRUCTURE"]);
    // What has to wait comes later.
    let infected = |it: &mut v1::GenerateProtocolRequest| {
        it.scars[0].count = Some(10);
        it.patient.as_mut().unwrap().infection_in_field = v1::Infection::Bacterial.into();
    };
    assert!(severe(&infected).0.is_empty());
}

/// Fillers are left out of a low budget on every pathway.
#[test]
fn a_low_budget_has_no_filler() {
    let fillers = |budget: v1::Budget| {
        let mut broad = support::pits("s1");
        (broad.profile, broad.opening_width_mm) = (v1::Profile::U.into(), Some(3.5));
        broad.stretch = v1::Stretch::Flattens.into();
        let preferences = v1::Preferences { budget: budget.into(), ..v1::Preferences::default() };
        let request = v1::GenerateProtocolRequest { scars: vec![broad], preferences: Some(preferences), ..request() };
        let plan = plan(service().generate_protocol(request).unwrap());
        plan.stages.iter().filter(|it| it.procedure.starts_with("filler")).count()
    };
    assert_eq!((fillers(v1::Budget::Low), fillers(v1::Budget::Medium)), (0, 1));
}

/// A session that closed days move beyond the latest wait of its course says so, and has no latest day any more.
#[test]
fn a_course_that_loses_its_rhythm_says_so() {
    let second = |to: Option<(i32, i32)>| {
        let away = to.map(|(month, day)| v1::DateRange { from: date(2026, 12, 2), to: date(2027, month, day) });
        let wishes = v1::Preferences { unavailable: away.into_iter().collect(), ..v1::Preferences::default() };
        let second = plan(answer(wishes)).sessions[1].clone();
        (second.latest_day.is_some(), rules(&second.reasons).contains(&"PAST-LATE".to_owned()))
    };
    assert_eq!(second(None), (true, false));
    assert_eq!(second(Some((1, 20))), (true, false), "later, and within its rhythm");
    assert_eq!(second(Some((4, 20))), (false, true));
}

/// Who else sees the patient stands beside the plan, and keeps nothing from it.
#[test]
fn worry_and_raised_scars_are_referred_beside_the_plan() {
    let told = |change: &dyn Fn(&mut v1::GenerateProtocolRequest)| {
        let mut request = request();
        change(&mut request);
        let answer = service().generate_protocol(request).unwrap();
        let referrals = answer.referrals.iter().map(|it| (it.to.clone(), it.scar_ids.clone(), rules(&it.reasons)));
        (referrals.collect::<Vec<_>>(), in_sessions(&plan(answer)).len())
    };
    let positive = |it: &mut v1::GenerateProtocolRequest| {
        it.patient.as_mut().unwrap().bdd_screen = v1::BddScreen::Positive.into();
    };
    let scars = request().scars.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    let to = |to: &str, rule: &str| vec![(to.to_owned(), scars.clone(), ids(&[rule]))];
    assert_eq!(told(&positive), (to("mental health professional", "REF-WORRY"), 0));
    let negative = |it: &mut v1::GenerateProtocolRequest| {
        it.patient.as_mut().unwrap().bdd_screen = v1::BddScreen::Negative.into();
    };
    assert!(told(&negative).0.is_empty());
    let grew = |it: &mut v1::GenerateProtocolRequest| {
        it.history = vec![v1::PastSession {
            procedure: "mnrf".to_owned(),
            date: date(2026, 10, 2),
            scar_ids: scars.clone(),
            complications: vec![v1::Complication::HypertrophicScar.into()],
            ..v1::PastSession::default()
        }];
    };
    assert_eq!(told(&grew).0, to("scar clinic", "REF-RAISED-AFTER"));
}

/// Neither the earliest nor the latest day of a visit is one on which it cannot be done.
#[test]
fn a_visit_is_not_offered_on_closed_days() {
    let start = cicatrix::domain::Date::new(2026, 12, 1).unwrap();
    let on = |day: i32| {
        let (year, month, day) = start.plus(day).civil();
        date(year, month, day)
    };
    let closed = |first: i32, last: i32| {
        let unavailable = vec![v1::DateRange { from: on(first), to: on(last) }];
        plan(answer(v1::Preferences { unavailable, ..v1::Preferences::default() })).sessions
    };
    let usual = plan(answer(v1::Preferences::default())).sessions;
    assert_eq!((usual[0].day, usual[0].earliest_day), (0, 0));
    // Closed from the first day on.
    let late = closed(0, 9);
    assert_eq!((late[0].day, late[0].earliest_day), (10, 10));
    // Closed on the last days that would be in time, and on the first.
    let (day, earliest, latest) = (usual[1].day, usual[1].earliest_day, usual[1].latest_day.unwrap());
    assert!(earliest < day && day < latest);
    assert_eq!(closed(latest - 2, latest + 5)[1].latest_day, Some(latest - 3));
    assert_eq!(closed(earliest - 2, earliest)[1].earliest_day, earliest + 1);
    // An event keeps new things away for longer than others.
    let event = v1::Preferences { event_date: on(20), ..v1::Preferences::default() };
    let first = plan(answer(event)).sessions[0].clone();
    assert_eq!(first.earliest_day, first.day, "on no day before the event");
}
