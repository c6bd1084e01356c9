//! What has failed: it is not planned again, and stays failed while its successor or its retry is under way.

use cicatrix::wire::v1::{self, PastSessionStatus, Phototype, Response, StageStatus};

use super::courses::{
    LASER, PICOSECOND, asked, boxcar, course, days, ice_pick, passed_over, plan, rolling, session, stage, with,
};

#[test]
fn what_has_failed_is_not_planned_again() {
    let laser =
        with(Phototype::Ii, vec![boxcar("b")], course(LASER, &[140, 112, 84], &["b"], Response::Under25Percent));
    assert!(days(&laser, LASER).is_empty() && !days(&laser, "mnrf").is_empty());
    assert!(passed_over(&laser, LASER).contains(&"PLAN-FAILED-LASER".to_owned()));
    let often = [252, 224, 196, 168, 140, 112, 84];
    let laser = with(Phototype::Ii, vec![boxcar("b")], course(LASER, &often, &["b"], Response::Under25Percent));
    assert!(days(&laser, LASER).is_empty());
    let release =
        with(Phototype::Ii, vec![rolling("r")], course("subcision", &[140, 112, 84], &["r"], Response::Under25Percent));
    assert!(days(&release, "subcision").is_empty());
    assert!(passed_over(&release, "subcision").contains(&"PLAN-FAILED-RELEASE".to_owned()));
    // Not failed before twelve weeks are over, and not while it is better by a quarter.
    let early = course("subcision", &[139, 111, 83], &["r"], Response::Under25Percent);
    assert!(passed_over(&with(Phototype::Ii, vec![rolling("r")], early), "subcision").is_empty());
}

#[test]
fn where_everything_failed_nothing_is_planned() {
    let tools: &[&[&str]] = &[&["mnrf", "microneedling"], &[LASER, PICOSECOND, "non-ablative-fractional-laser"]];
    let mut history = Vec::new();
    for (at, procedure) in (0..).zip(tools.iter().copied().flatten()) {
        let days = [0, 28, 56].map(|it| 390 - 56 * at + 56 - it);
        history.extend(course(procedure, &days, &["b"], Response::Under25Percent));
    }
    let mut request = asked(Phototype::V, vec![boxcar("b")]);
    request.history = history;
    request.history.sort_by_key(|it| it.date.map(|it| (it.year, it.month, it.day)));
    request.clinic = Some(v1::Clinic {
        available_procedures: tools.iter().copied().flatten().map(|it| (*it).to_owned()).collect(),
        ..v1::Clinic::default()
    });
    // Nothing is left of the pathway: somebody decides.
    let Some(v1::generate_protocol_response::Outcome::Referral(seen)) =
        super::support::service().generate_protocol(request.clone()).unwrap().outcome
    else {
        panic!("somebody else decides where nothing is left")
    };
    assert_eq!(seen.to, "dermatologist");
    // Where the patient may still change their mind about something, the rest of the plan stands.
    request.preferences = Some(v1::Preferences {
        excluded_procedures: vec!["non-ablative-fractional-laser".to_owned()],
        ..v1::Preferences::default()
    });
    let plan = plan(&request);
    assert!(plan.sessions.is_empty() && plan.contingent_sessions.is_empty(), "{:?}", plan.sessions);
    let left_out: Vec<&str> = plan.not_treated.iter().flat_map(|it| &it.reasons).map(|it| it.rule.as_str()).collect();
    for rule in ["PLAN-LEFT-OUT", "PLAN-FAILED-LASER", "PAST-PLATEAU"] {
        assert!(left_out.contains(&rule), "{rule} is not in {left_out:?}");
    }
}

#[test]
fn the_rim_of_a_scar_that_laser_did_not_lift_is_lasered_after_the_punch() {
    let deep = v1::Scar {
        declared_depth_class: v1::DepthClass::Deep.into(),
        base: v1::ScarBase::Sound.into(),
        opening_width_mm: Some(4.0),
        ..boxcar("d")
    };
    let plan = with(Phototype::Ii, vec![deep], course(LASER, &[140, 112, 84], &["d"], Response::Under25Percent));
    assert_eq!(days(&plan, "punch-elevation")[0], 0);
    assert_eq!(days(&plan, LASER).len(), 3);
}

/// Shallow scars on which the ablative laser has failed, where needles are not to be had: another laser takes its place.
fn after_lasers(later: Vec<v1::PastSession>) -> v1::Protocol {
    let mut request = asked(Phototype::Ii, vec![boxcar("b")]);
    request.history = course(LASER, &[170, 140, 110], &["b"], Response::Under25Percent);
    request.history.extend(later);
    request.preferences = Some(v1::Preferences {
        excluded_procedures: ["mnrf", "microneedling"].map(str::to_owned).to_vec(),
        ..v1::Preferences::default()
    });
    plan(&request)
}

#[test]
fn what_takes_the_place_of_what_failed_does_not_revive_it() {
    let before = after_lasers(Vec::new());
    assert_eq!(days(&before, PICOSECOND).len(), 4);
    let answers = [Response::Unspecified, Response::From25To50Percent, Response::From50To75Percent];
    for (ago, response) in [1, 10, 40].into_iter().zip(answers) {
        let plan = after_lasers(course(PICOSECOND, &[ago], &["b"], response));
        let goes_on = stage(&plan, PICOSECOND, "b");
        assert_eq!((goes_on.done_sessions, goes_on.planned_sessions), (1, 3), "{response:?}");
        assert_eq!(goes_on.status(), StageStatus::InProgress, "{response:?}");
        assert!(plan.stages.iter().all(|it| it.procedure != LASER), "{response:?}");
        assert!(passed_over(&plan, LASER).contains(&"PLAN-FAILED-LASER".to_owned()), "{response:?}");
        assert!(plan.warnings.iter().any(|it| it.rule == "PLAN-FAILED-LASER"), "{response:?}");
        let statuses: Vec<_> = plan.history.iter().map(v1::PastSessionEvaluation::status).collect();
        let (counted, earlier) = (PastSessionStatus::Counted, PastSessionStatus::EarlierCourse);
        assert_eq!(statuses, [earlier, earlier, earlier, counted], "{response:?}");
    }
    // What takes its place can fail as well, by its own sessions.
    let plan = after_lasers(course(PICOSECOND, &[100, 86], &["b"], Response::From25To50Percent));
    assert_eq!(stage(&plan, PICOSECOND, "b").planned_sessions, 2);
    let mut request = asked(Phototype::Ii, vec![boxcar("b")]);
    request.history = course(LASER, &[340, 310, 280], &["b"], Response::Under25Percent);
    request.history.extend(course(PICOSECOND, &[150, 120, 90], &["b"], Response::Under25Percent));
    let plan = self::plan(&request);
    assert!(days(&plan, LASER).is_empty() && days(&plan, PICOSECOND).is_empty());
}

#[test]
fn what_is_taken_up_again_counts_its_own_sessions() {
    let deep = || v1::Scar {
        declared_depth_class: v1::DepthClass::Deep.into(),
        base: v1::ScarBase::Sound.into(),
        opening_width_mm: Some(4.0),
        ..boxcar("d")
    };
    let failed = || course(LASER, &[370, 340, 310], &["d"], Response::Under25Percent);
    let then = |again: &[i32], response: Response| {
        let mut history = failed();
        history.push(session("punch-elevation", 220, &["d"]));
        history.extend(course(LASER, again, &["d"], response));
        with(Phototype::Ii, vec![deep()], history)
    };
    assert_eq!(days(&then(&[], Response::Unspecified), LASER).len(), 3);
    for response in [Response::Unspecified, Response::From25To50Percent, Response::From50To75Percent] {
        let plan = then(&[5], response);
        let rim = stage(&plan, LASER, "d");
        assert_eq!((rim.done_sessions, rim.planned_sessions), (1, 2), "{response:?}");
        assert_eq!(rim.status(), StageStatus::InProgress, "{response:?}");
        let statuses: Vec<_> = plan.history.iter().map(v1::PastSessionEvaluation::status).collect();
        assert_eq!(statuses[0], PastSessionStatus::EarlierCourse, "{response:?}");
        assert_eq!(statuses[4], PastSessionStatus::Counted, "{response:?}");
    }
    // What failed once more after the punch is not taken up a third time.
    let plan = then(&[160, 130, 100], Response::Under25Percent);
    assert!(days(&plan, LASER).is_empty() && passed_over(&plan, LASER).contains(&"PLAN-FAILED-LASER".to_owned()));
}

/// Lasers say themselves that two sessions in a row without effect end them. For acid that is a reason to talk only, and a
/// referral hangs on release that failed three times.
#[test]
fn two_sessions_in_a_row_in_vain_end_a_course_before_it_counts_as_failed() {
    let twice = |procedure: &str, scar: v1::Scar, last: Response| {
        let id = scar.id.clone();
        let mut history = course(procedure, &[56], &[&id], Response::Under25Percent);
        history.extend(course(procedure, &[28], &[&id], last));
        with(Phototype::Ii, vec![scar], history)
    };
    for (procedure, scar) in [(LASER, boxcar("b")), (PICOSECOND, boxcar("b"))] {
        let plan = twice(procedure, scar.clone(), Response::Under25Percent);
        let ended = stage(&plan, procedure, &scar.id);
        assert_eq!((ended.done_sessions, ended.planned_sessions), (2, 0), "{procedure}");
        assert_eq!(ended.status(), StageStatus::Stopped, "{procedure}");
        assert!(ended.reasons.iter().any(|it| it.rule == "PAST-PLATEAU"), "{procedure}");
        assert!(passed_over(&plan, procedure).contains(&"PAST-PLATEAU".to_owned()), "{procedure}");
        assert!(!plan.sessions.is_empty(), "{procedure}: something else takes its place");
        let better = twice(procedure, scar.clone(), Response::From25To50Percent);
        assert!(stage(&better, procedure, &scar.id).planned_sessions > 0, "{procedure}");
    }
    let acid = twice("tca-cross", ice_pick("p"), Response::Under25Percent);
    assert_eq!(stage(&acid, "tca-cross", "p").planned_sessions, 2);
    let release = twice("subcision", rolling("r"), Response::Under25Percent);
    assert_eq!(stage(&release, "subcision", "r").planned_sessions, 1);
}
