//! Plans are made again at every visit, from the facts and what was done: the plan goes on as it was.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that other test files share")]

#[path = "replanning/aftercare.rs"]
mod aftercare;
#[path = "replanning/asked.rs"]
mod asked;
#[path = "replanning/complications.rs"]
mod complications;
#[path = "replanning/courses.rs"]
mod courses;
#[path = "replanning/failures.rs"]
mod failures;
#[path = "replanning/lateness.rs"]
mod lateness;
#[path = "replanning/relapse.rs"]
mod relapse;
#[path = "support/service.rs"]
mod support;
#[path = "cases/worked.rs"]
mod worked;

use asked::{acid, days_before, protocol};
use cicatrix::wire::{
    Date,
    v1::{self, PastSessionStatus, Response, StageStatus},
};

/// What is done on a day: procedure, groups, kind, number within the stage.
type Visit = ((i32, i32, i32), Vec<(String, Vec<String>, i32, i32)>);

fn day(date: Option<&Date>) -> (i32, i32, i32) {
    date.map(|it| (it.year, it.month, it.day)).unwrap()
}

fn visits(sessions: &[v1::Session]) -> Vec<Visit> {
    let one = |it: &v1::Session| {
        let mut done: Vec<(String, Vec<String>, i32, i32)> = Vec::new();
        for it in &it.procedures {
            let same = |known: &&mut (String, Vec<String>, i32, i32)| {
                (&known.0, known.2, known.3) == (&it.procedure, it.kind, it.number_in_stage)
            };
            // Groups that had all sessions at the same visits have one stage, whatever made two of them before.
            match done.iter_mut().find(same) {
                Some(known) => {
                    known.1.extend(it.scar_ids.iter().cloned());
                    known.1.sort();
                }
                None => done.push((it.procedure.clone(), it.scar_ids.clone(), it.kind, it.number_in_stage)),
            }
        }
        (day(it.date.as_ref()), done)
    };
    sessions.iter().map(one).collect()
}

/// The request on the day of the last of `sessions`, with all of them done.
fn afterwards(request: &v1::GenerateProtocolRequest, sessions: &[v1::Session]) -> v1::GenerateProtocolRequest {
    let mut later = request.clone();
    later.start_date = sessions.last().unwrap().date;
    // Who smoked has kept to the plan, which begins without it.
    if let Some(patient) = &mut later.patient
        && patient.conditions.contains(&v1::Condition::Smoker.into())
        && patient.smoke_free_since.is_none()
    {
        patient.smoke_free_since = request.start_date;
    }
    for session in sessions {
        for done in &session.procedures {
            later.history.push(v1::PastSession {
                procedure: done.procedure.clone(),
                date: session.date,
                scar_ids: done.scar_ids.clone(),
                kind: done.kind,
                tca_percent: None,
                ..v1::PastSession::default()
            });
        }
    }
    later
}

/// How the plan of `later` differs from the rest of `plan` after `done` visits.
fn differs(name: &str, plan: &v1::Protocol, done: usize, later: &v1::GenerateProtocolRequest) -> Option<String> {
    let Some(next) = protocol(later) else { return Some(format!("{name}, {done} done: no plan any more")) };
    let (rest, now) = (visits(&plan.sessions[done..]), visits(&next.sessions));
    (rest != now).then(|| format!("{name}, {done} done:\n  was {rest:?}\n  now {now:?}"))
}

#[test]
fn a_plan_goes_on_when_its_own_sessions_are_done() {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for case in worked::all().iter().filter(|it| it.request.history.is_empty()) {
        let Some(plan) = protocol(&case.request) else { continue };
        for done in 1..=plan.sessions.len() {
            compared += 1;
            let later = afterwards(&case.request, &plan.sessions[..done]);
            wrong.extend(differs(&case.name, &plan, done, &later));
        }
    }
    assert!(compared > 300, "only {compared}");
    assert!(wrong.is_empty(), "{} of {compared}\n{}", wrong.len(), wrong.join("\n"));
}

/// Twelve pits on the cheek, and what was done of acid: days before the start, with the response.
fn after_acid(done: &[(i32, Response)]) -> v1::Protocol {
    let mut request = support::request();
    for (days, response) in done {
        let past = v1::PastSession {
            procedure: "tca-cross".to_owned(),
            // Day 0 is the first of December 2026.
            date: Some(days_before(*days)),
            scar_ids: vec!["s1".to_owned()],
            response: (*response).into(),
            ..v1::PastSession::default()
        };
        request.history.push(past);
    }
    protocol(&request).unwrap()
}

fn statuses(plan: &v1::Protocol) -> Vec<PastSessionStatus> {
    plan.history.iter().map(v1::PastSessionEvaluation::status).collect()
}

#[test]
fn what_was_done_is_not_planned_again() {
    let new = after_acid(&[]);
    assert_eq!((acid(&new).planned_sessions, acid(&new).done_sessions), (4, 0));
    assert_eq!(acid(&new).status(), StageStatus::Open);

    let begun = after_acid(&[(56, Response::Unspecified), (28, Response::From25To50Percent)]);
    assert_eq!((acid(&begun).planned_sessions, acid(&begun).done_sessions), (2, 2));
    assert_eq!(acid(&begun).status(), StageStatus::InProgress);
    assert_eq!(statuses(&begun), [PastSessionStatus::Counted; 2]);
    assert_eq!(begun.history[1].counted_in[0].number_in_stage, 2);
    assert_eq!(begun.sessions[0].procedures[0].number_in_stage, 3);

    let days = [112, 84, 56, 28].map(|it| (it, Response::From50To75Percent));
    let complete = after_acid(&days);
    assert_eq!((acid(&complete).planned_sessions, acid(&complete).done_sessions), (0, 4));
    assert_eq!(acid(&complete).status(), StageStatus::Satisfied);
    // What comes next waits from what was really done.
    assert!(complete.sessions[0].day >= 0 && !complete.sessions.is_empty());
    assert!(complete.sessions.iter().all(|it| it.procedures.iter().all(|it| it.procedure != "tca-cross")));
}

#[test]
fn a_session_that_came_too_early_counts_and_is_named() {
    let plan = after_acid(&[(40, Response::Unspecified), (31, Response::Unspecified)]);
    assert_eq!(statuses(&plan), [PastSessionStatus::Counted; 2]);
    // Nine days instead of the least fourteen.
    assert_eq!(plan.history[1].too_early_by_days, Some(5));
    assert_eq!(plan.history[1].floor_days, Some(14));
    assert_eq!((plan.history[0].too_early_by_days, plan.history[0].floor_days), (None, None));
    let rules: Vec<String> = plan.history[1].reasons.iter().map(|it| it.rule.clone()).collect();
    assert_eq!(rules, ["PAST-COUNTED", "PAST-TOO-EARLY", "GAP-CRH-CRH"]);
}

/// A plan that was finished long ago asks for nothing in the past: what is used at home begins today.
#[test]
fn what_is_used_at_home_never_begins_before_the_plan() {
    let mut asked = 0;
    for case in worked::all() {
        let Some(plan) = protocol(&case.request).filter(|it| !it.sessions.is_empty()) else { continue };
        let mut later = afterwards(&case.request, &plan.sessions);
        let last = later.start_date.unwrap();
        let (year, month, day) =
            cicatrix::domain::Date::new(last.year, last.month, last.day).unwrap().plus(200).civil();
        later.start_date = Some(Date { year, month, day });
        let Some(next) = protocol(&later) else { continue };
        asked += 1;
        for stage in next.stages.iter().filter(|it| it.session_count.is_none()) {
            assert!(stage.start_day >= 0, "{}: {} begins on day {}", case.name, stage.procedure, stage.start_day);
        }
    }
    assert!(asked > 30, "only {asked} plans went on");
}

#[test]
fn a_long_break_begins_a_new_course() {
    let plan = after_acid(&[(392, Response::Unspecified)]);
    assert_eq!(statuses(&plan), [PastSessionStatus::EarlierCourse]);
    assert_eq!(acid(&plan).planned_sessions, 4);
    // What has had its least number stands.
    let plan = after_acid(&[(420, Response::Unspecified), (392, Response::Unspecified)]);
    assert_eq!(statuses(&plan), [PastSessionStatus::Counted; 2]);
    assert_eq!(acid(&plan).planned_sessions, 2);
}

#[test]
fn a_goal_reached_ends_the_stage_and_a_plateau_switches() {
    let goal = after_acid(&[(56, Response::From50To75Percent), (28, Response::Over75Percent)]);
    assert_eq!((acid(&goal).planned_sessions, acid(&goal).status()), (0, StageStatus::Satisfied));

    // Needles have no rule of their own for when they have failed.
    let mut request = support::request();
    for days in [160, 132] {
        request.history.push(v1::PastSession {
            procedure: "mnrf".to_owned(),
            date: Some(days_before(days)),
            scar_ids: vec!["s1".to_owned()],
            response: Response::Under25Percent.into(),
            ..v1::PastSession::default()
        });
    }
    let plateau = protocol(&request).unwrap();
    let stage = plateau.stages.iter().find(|it| it.procedure == "mnrf").unwrap();
    assert_eq!((stage.planned_sessions, stage.status()), (0, StageStatus::Stopped));
    assert_eq!(stage.reasons[0].rule, "PAST-PLATEAU");
    assert!(plateau.sessions.iter().all(|it| it.procedures.iter().all(|it| it.procedure != "mnrf")));
    assert_eq!(statuses(&plateau), [PastSessionStatus::Counted; 2]);
}

/// One session, judged or not, on the pits.
fn done(procedure: &str, days: i32, response: Response) -> v1::PastSession {
    v1::PastSession {
        procedure: procedure.to_owned(),
        date: Some(days_before(days)),
        scar_ids: vec!["s1".to_owned()],
        response: response.into(),
        ..v1::PastSession::default()
    }
}

#[test]
fn scars_that_are_as_good_as_they_get_get_no_more() {
    let mut request = support::request();
    request.history = vec![
        done("tca-cross", 90, Response::Unspecified),
        done("mnrf", 56, Response::Unspecified),
        done("mnrf", 28, Response::Over75Percent),
    ];
    let plan = protocol(&request).unwrap();
    assert!(plan.sessions.is_empty() && !plan.contingent_sessions.is_empty());
    for procedure in ["tca-cross", "mnrf"] {
        let stage = plan.stages.iter().find(|it| it.procedure == procedure).unwrap();
        assert_eq!(stage.status(), StageStatus::Satisfied, "{procedure}");
        assert!(stage.reasons.iter().any(|it| it.rule == "PAST-GOAL"), "{procedure}");
    }
    // What was not begun waits, and says why.
    for stage in plan.stages.iter().filter(|it| it.done_sessions == 0 && it.session_count.is_some()) {
        assert!(stage.contingent_on.is_some() && stage.planned_sessions == 0, "{}", stage.procedure);
    }
    let laser = plan.stages.iter().find(|it| it.procedure == "ablative-fractional-laser").unwrap();
    assert!(laser.reasons.iter().any(|it| it.rule == "PAST-GOAL"));
    // Nothing is left to prepare for, and nothing is left out for that.
    assert!(plan.not_treated.iter().all(|it| it.procedure != "sunscreen"), "{:?}", plan.not_treated);
    assert!(plan.stages.iter().any(|it| it.procedure == "sunscreen"));

    // A session that does not count, and a test area, were no success.
    request.history[2].counts = Some(false);
    assert!(!protocol(&request).unwrap().sessions.is_empty());
    request.history[2] = done("mnrf", 28, Response::Over75Percent);
    request.history[2].kind = v1::SessionKind::TestArea.into();
    assert!(!protocol(&request).unwrap().sessions.is_empty());
}

#[test]
fn the_sender_may_say_that_a_session_does_not_count() {
    let mut request = support::request();
    request.history.push(v1::PastSession {
        procedure: "tca-cross".to_owned(),
        date: Some(days_before(7)),
        scar_ids: vec!["s1".to_owned()],
        counts: Some(false),
        ..v1::PastSession::default()
    });
    let plan = protocol(&request).unwrap();
    assert_eq!(statuses(&plan), [PastSessionStatus::NotCounted]);
    assert_eq!(acid(&plan).planned_sessions, 4);
    assert!(plan.sessions[0].day >= 14 - 7, "it still keeps its distance");
}

/// A past session of acid four weeks ago on the pits, and what else is known of the patient.
fn begun_by(change: impl Fn(&mut v1::Patient)) -> v1::Protocol {
    let mut request = support::request();
    change(request.patient.as_mut().unwrap());
    request.history.push(v1::PastSession {
        procedure: "tca-cross".to_owned(),
        date: Some(days_before(28)),
        scar_ids: vec!["s1".to_owned()],
        ..v1::PastSession::default()
    });
    protocol(&request).unwrap()
}

#[test]
fn what_was_begun_and_does_not_go_on_says_why() {
    let waits = begun_by(|it| it.pregnancy = v1::Pregnancy::Pregnant.into());
    assert_eq!((acid(&waits).status(), acid(&waits).planned_sessions), (StageStatus::OnHold, 0));
    assert!(acid(&waits).reasons.iter().any(|it| it.rule == "PREG-01"));
    assert_eq!(waits.ask_again_after, ["delivery"]);

    let never = begun_by(|it| it.keloid_history = v1::KeloidHistory::Personal.into());
    assert_eq!((acid(&never).status(), acid(&never).planned_sessions), (StageStatus::Contraindicated, 0));
    // A keloid may have come after the session: nobody is blamed for it.
    assert!(!never.history[0].contraindicated);
}

#[test]
fn a_session_against_a_rule_of_its_day_is_named() {
    let on = |stopped: i32| {
        let mut request = support::request();
        let patient = request.patient.as_mut().unwrap();
        let last_taken = Some(days_before(stopped));
        patient.isotretinoin = Some(v1::IsotretinoinUse { status: v1::Isotretinoin::Stopped.into(), last_taken });
        request.history.push(v1::PastSession {
            procedure: "dermabrasion-rotary".to_owned(),
            date: Some(days_before(250)),
            ..v1::PastSession::default()
        });
        protocol(&request).unwrap().history.remove(0)
    };
    // Within half a year of the last capsule; half a year after it; and before it was ever known to be taken.
    assert!(on(300).contraindicated);
    let rules: Vec<String> = on(300).reasons.iter().map(|it| it.rule.clone()).collect();
    assert_eq!(rules, ["PAST-OTHER", "PAST-AGAINST", "ISO-01"]);
    assert!(!on(440).contraindicated);
    assert!(!on(100).contraindicated);
}

#[test]
fn a_course_beyond_its_most_is_told_and_ends() {
    let days: Vec<(i32, Response)> = (1..=7).rev().map(|it| (it * 28, Response::Unspecified)).collect();
    let plan = after_acid(&days);
    assert_eq!((acid(&plan).planned_sessions, acid(&plan).status()), (0, StageStatus::Satisfied));
    let mut expected = vec![PastSessionStatus::Counted; 6];
    expected.push(PastSessionStatus::Beyond);
    assert_eq!(statuses(&plan), expected);
}

#[test]
fn a_test_area_that_was_done_is_not_done_again() {
    // On skin that was irradiated, release and needling begin with a test area.
    let case = worked::all().into_iter().find(|it| it.name == "radiotherapy_one_site.md").unwrap();
    let is_test = |it: &v1::SessionProcedure| it.kind() == v1::SessionKind::TestArea;
    let tests = |plan: &v1::Protocol| -> Vec<String> {
        let done = plan.sessions.iter().flat_map(|it| &it.procedures).filter(|it| is_test(it));
        done.map(|it| it.procedure.clone()).collect()
    };
    let first = protocol(&case.request).unwrap();
    assert_eq!(tests(&first), ["subcision", "mnrf"]);
    let until = first.sessions.iter().position(|it| it.procedures.iter().any(is_test)).unwrap() + 1;
    let later = protocol(&afterwards(&case.request, &first.sessions[..until])).unwrap();
    assert_eq!(tests(&later), ["mnrf"]);
    assert!(later.sessions.iter().any(|it| it.procedures.iter().any(|it| it.procedure == "subcision")));
    assert!(statuses(&later).contains(&PastSessionStatus::TestArea));
}

#[test]
fn what_was_not_asked_keeps_a_course_from_going_on() {
    let mut case = worked::all().into_iter().find(|it| it.name == "radiotherapy_one_site.md").unwrap();
    case.request.history.push(v1::PastSession {
        procedure: "filler-pmma".to_owned(),
        date: Some(days_before(60)),
        scar_ids: vec!["chin".to_owned()],
        ..v1::PastSession::default()
    });
    // Whether the scars can be stretched was not asked.
    let plan = protocol(&case.request).unwrap();
    let stage = plan.stages.iter().find(|it| it.procedure == "filler-pmma").unwrap();
    assert_eq!((stage.status(), stage.planned_sessions), (StageStatus::NeedsInformation, 0));
    assert!(stage.reasons.iter().any(|it| it.rule == "SITE-12"));
}
