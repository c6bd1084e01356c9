//! Scars that are sent again long after their courses came to their end.
//!
//! What may be done once more, what is gone, and who judges what nobody treats any more.

use cicatrix::wire::v1::{self, PastSessionStatus, Phototype, Response, StageStatus};

use super::{
    courses::{LASER, asked, course, ice_pick, rolling, stage},
    support::service,
};

fn answer(scar: v1::Scar, history: Vec<v1::PastSession>) -> v1::GenerateProtocolResponse {
    let request = v1::GenerateProtocolRequest { history, ..asked(Phototype::Ii, vec![scar]) };
    service().generate_protocol(request).unwrap()
}

fn plan(answer: &v1::GenerateProtocolResponse) -> &v1::Protocol {
    match answer.outcome.as_ref() {
        Some(v1::generate_protocol_response::Outcome::Protocol(it)) => it,
        other => panic!("{other:?}"),
    }
}

fn says(reasons: &[v1::Reason], rule: &str) -> bool {
    reasons.iter().any(|it| it.rule == rule)
}

fn is_referred(answer: &v1::GenerateProtocolResponse) -> bool {
    answer.referrals.iter().any(|it| says(&it.reasons, "REF-COURSES-DONE"))
}

/// So many sessions, four weeks apart, the last so many days ago.
fn done(procedure: &str, times: i32, last: i32, response: Response) -> Vec<v1::PastSession> {
    let days: Vec<i32> = (0..times).rev().map(|back| last + 28 * back).collect();
    course(procedure, &days, &["s"], response)
}

/// All that the pathway of pits has in light skin: acid, needles and the laser, the laser last.
fn all_of_pits(laser: i32, response: Response) -> Vec<v1::PastSession> {
    [("tca-cross", 4, 1700), ("mnrf", 4, 1500), (LASER, 3, laser)]
        .into_iter()
        .flat_map(|(procedure, times, last)| done(procedure, times, last, response))
        .collect()
}

/// "One repeat per lost gain", "one booster on relapse": a review decides, and nothing is planned before it.
#[test]
fn what_came_to_its_end_long_ago_is_done_once_more_if_a_review_says_so() {
    let answered = answer(ice_pick("s"), all_of_pits(1400, Response::From50To75Percent));
    let now = plan(&answered);
    assert_eq!((now.sessions.len(), now.reviews[0].day), (0, 0));
    for procedure in ["tca-cross", "mnrf", LASER] {
        let it = stage(now, procedure, "s");
        assert!(says(&it.reasons, "PAST-BOOSTER") && says(&it.reasons, "PAST-COMPLETE"), "{procedure}: {it:?}");
        assert_eq!((it.status(), it.planned_sessions), (StageStatus::InProgress, 0));
        assert_eq!(it.contingent_on, Some(1));
        // One session more and no other, which does not go on where the course stood.
        let all = it.done_sessions + 1;
        assert_eq!(it.session_count, Some(v1::IntRange { min: all, typical: all, max: all }), "{procedure}");
        assert!(!says(&it.reasons, "PAST-LATE"), "{procedure}");
    }
    let drawn = |it: &v1::Protocol, procedure: &str| {
        let parts = it.contingent_sessions.iter().flat_map(|it| &it.procedures);
        parts.filter(|it| it.procedure == procedure).count()
    };
    assert_eq!(["tca-cross", "mnrf", LASER].map(|it| drawn(now, it)), [1, 1, 1]);
    assert!(!is_referred(&answered));
    // A year is not over yet on its last day.
    let at = |days: i32| {
        let answered = answer(ice_pick("s"), all_of_pits(days, Response::From50To75Percent));
        drawn(plan(&answered), LASER)
    };
    assert_eq!((at(366), at(367)), (0, 1));
    // Scars that were as good as they get can have sunk back as well.
    let good = answer(rolling("s"), done("subcision", 1, 1371, Response::Over75Percent));
    let release = stage(plan(&good), "subcision", "s");
    assert!(says(&release.reasons, "PAST-BOOSTER-RELEASE"), "{release:?}");
    assert_eq!((release.planned_sessions, drawn(plan(&good), "subcision")), (0, 1));
}

#[test]
fn it_is_done_once_and_never_where_nothing_was_gained() {
    let boosted = |procedure: &str, history: Vec<v1::PastSession>| {
        let answered = answer(ice_pick("s"), history);
        let stages = &plan(&answered).stages;
        let stage = stages.iter().find(|it| it.procedure == procedure);
        (stage.is_some_and(|it| says(&it.reasons, "PAST-BOOSTER")), is_referred(&answered))
    };
    // Everything was done once more, and that is a year ago: somebody judges what is left.
    let half = Response::From50To75Percent;
    let mut again = all_of_pits(1400, half);
    again.extend(["tca-cross", "mnrf", LASER].into_iter().flat_map(|it| done(it, 1, 400, half)));
    for procedure in ["tca-cross", "mnrf", LASER] {
        assert_eq!(boosted(procedure, again.clone()), (false, true), "{procedure}");
    }
    // Nothing lies beyond the most of a course.
    let mut most = done("tca-cross", 6, 1600, half);
    most.extend(done("mnrf", 4, 1500, half).into_iter().chain(done(LASER, 3, 1400, half)));
    assert_eq!(boosted("tca-cross", most), (false, false));
    // The needles did hardly anything when they were last judged.
    let mut hardly = all_of_pits(1400, half);
    let last = hardly.iter_mut().rfind(|it| it.procedure == "mnrf").unwrap();
    last.response = Response::Under25Percent.into();
    assert_eq!((boosted("mnrf", hardly.clone()).0, boosted("tca-cross", hardly).0), (false, true));
    // While something else is left to do, that comes first.
    assert_eq!(boosted("tca-cross", done("tca-cross", 4, 1700, half)), (false, false));
}

/// The courses are done, and the result is no longer to be judged by the reviews of the plan.
#[test]
fn scars_that_nothing_is_planned_for_any_more_are_judged_by_somebody() {
    let at = |days: i32, response| is_referred(&answer(ice_pick("s"), all_of_pits(days, response)));
    let half = Response::From50To75Percent;
    let reviews = |days: i32| plan(&answer(ice_pick("s"), all_of_pits(days, half))).reviews.len();
    assert!(reviews(30) > 0 && !at(30, half));
    // Twenty-six weeks after the last session the end result is judged; what is as good as it gets needs nobody.
    assert!(!at(182, half) && !at(200, Response::Over75Percent));
}

/// "The lift wears off; in one trial it held for two years" (FHA-064, R-610).
#[test]
fn a_filler_is_topped_up_after_a_year_and_gone_after_two() {
    let at = |days: i32| {
        let mut history = done("subcision", 3, 1600, Response::From50To75Percent);
        history.extend(done(LASER, 3, 1400, Response::From50To75Percent));
        history.extend(done("filler-ha", 2, days, Response::From50To75Percent));
        answer(rolling("s"), history)
    };
    let filler = |it: &v1::GenerateProtocolResponse| {
        let found = stage(plan(it), "filler-ha", "s").clone();
        let topped_up = says(&found.reasons, "PAST-BOOSTER-FILLER");
        (found.done_sessions, topped_up, found.contingent_on.is_some())
    };
    assert_eq!(filler(&at(366)), (2, false, false));
    assert_eq!(filler(&at(367)), (2, true, true));
    assert_eq!(filler(&at(731)), (2, true, true));
    let gone = at(760);
    assert_eq!(filler(&gone), (0, false, true));
    let last = plan(&gone).history.last().unwrap();
    assert_eq!(last.status(), PastSessionStatus::EarlierCourse);
    assert!(says(&last.reasons, "PAST-FILLER-GONE"), "{last:?}");
}
