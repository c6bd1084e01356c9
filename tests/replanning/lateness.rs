//! Courses that are gone on with late: continued, a session repeated, or begun anew.

use cicatrix::wire::v1::{self, CountingReason, PastSessionStatus, StageStatus};

use super::{acid, after_acid, afterwards, days_before, differs, protocol, statuses, support};

/// Sessions so many days before the start, on scars of one shape.
fn done(scar: v1::Scar, procedure: &str, days: &[i32]) -> v1::GenerateProtocolRequest {
    let mut request = support::request();
    request.scars = vec![scar];
    request.history = days.iter().map(|it| session(procedure, *it)).collect();
    request
}

fn session(procedure: &str, days: i32) -> v1::PastSession {
    v1::PastSession {
        procedure: procedure.to_owned(),
        date: Some(days_before(days)),
        scar_ids: vec!["s1".to_owned()],
        ..v1::PastSession::default()
    }
}

fn shallow() -> v1::Scar {
    v1::Scar {
        profile: v1::Profile::U.into(),
        opening_width_mm: Some(2.5),
        depth_mm: Some(0.3),
        depth_method: v1::DepthMethod::Ultrasound.into(),
        ..support::pits("s1")
    }
}

fn stage<'p>(plan: &'p v1::Protocol, procedure: &str) -> &'p v1::Stage {
    plan.stages.iter().find(|it| it.procedure == procedure).unwrap_or_else(|| panic!("no {procedure}"))
}

fn says(reasons: &[cicatrix::wire::v1::Reason], rule: &str) -> bool {
    reasons.iter().any(|it| it.rule == rule)
}

/// The same, with needles as all that the clinic has.
fn needles(days: &[i32]) -> v1::GenerateProtocolRequest {
    let mut request = done(shallow(), "mnrf", days);
    request.clinic = Some(v1::Clinic { available_procedures: vec!["mnrf".to_owned()], ..v1::Clinic::default() });
    request
}

#[test]
fn acid_goes_on_where_it_stood() {
    let plan = after_acid(&[(250, v1::Response::Unspecified), (222, v1::Response::Unspecified)]);
    assert_eq!((acid(&plan).done_sessions, acid(&plan).planned_sessions), (2, 2));
    assert!(says(&acid(&plan).reasons, "PAST-LATE"));
    // In time, nobody speaks of it.
    let plan = after_acid(&[(60, v1::Response::Unspecified), (32, v1::Response::Unspecified)]);
    assert!(!says(&acid(&plan).reasons, "PAST-LATE"));
}

/// A session that is repeated moves others; one of them then goes on after more than a year, and begins anew with the test
/// area that its first session needs.
#[test]
fn a_break_is_judged_on_the_days_that_come_out() {
    let mut request = done(support::pits("s1"), "mnrf", &[13]);
    let patient = v1::Patient {
        phototype: v1::Phototype::V.into(),
        conditions: vec![v1::Condition::PihHistory.into()],
        ..v1::Patient::default()
    };
    request.patient = Some(patient);
    request.history[0].response = v1::Response::From50To75Percent.into();
    request.history.extend([session("dermabrasion-rotary", 65), session("picosecond-fractional-laser", 5)]);
    let plan = protocol(&request).unwrap();
    let laser = stage(&plan, "picosecond-fractional-laser");
    let first = plan.sessions.iter().find(|it| it.procedures.iter().any(|it| it.procedure == laser.procedure)).unwrap();
    assert!(first.day + 5 > 364, "day {}", first.day);
    assert_eq!((laser.done_sessions, laser.status()), (0, StageStatus::Open));
    assert!(says(&laser.reasons, "PAST-EARLIER-COURSE") && !says(&laser.reasons, "PAST-LATE-REPEAT"));
    assert_eq!(first.procedures[0].kind(), v1::SessionKind::TestArea);
}

/// Of one visit on several groups, what was not judged on some of them hides no plateau of the others.
#[test]
fn a_plateau_is_seen_in_visits_that_are_told_in_parts() {
    let judged = |days| v1::PastSession { response: v1::Response::Under25Percent.into(), ..session("mnrf", days) };
    let mut request = done(support::pits("s1"), "mnrf", &[]);
    request.history = [189, 161, 133, 105].map(judged).to_vec();
    let whole = protocol(&request).unwrap();
    assert_eq!(stage(&whole, "mnrf").status(), StageStatus::Stopped);
    request.history.extend([189, 161, 133, 105].map(|days| session("mnrf", days)));
    let parts = protocol(&request).unwrap();
    assert_eq!(parts.stages, whole.stages);
}

#[test]
fn needles_after_half_a_year_repeat_a_session() {
    // 26 weeks are 182 days; the next session is on the day of the plan.
    for (last, planned, rule) in [(182, 2, "PAST-LATE"), (183, 3, "PAST-LATE-REPEAT")] {
        let plan = protocol(&needles(&[last + 28, last])).unwrap();
        let mnrf = stage(&plan, "mnrf");
        assert_eq!((mnrf.done_sessions, mnrf.planned_sessions), (2, planned), "{last} days");
        assert!(says(&mnrf.reasons, rule), "{last} days");
        assert_eq!(says(&mnrf.reasons, "PAST-LATE"), rule == "PAST-LATE", "{last} days");
    }
    // What came late before today is repeated too, and the session is told how late it was: eight weeks are the latest.
    let plan = protocol(&needles(&[240, 28])).unwrap();
    assert_eq!((stage(&plan, "mnrf").done_sessions, stage(&plan, "mnrf").planned_sessions), (2, 3));
    let late = &plan.history[1];
    assert_eq!((late.too_late_by_days, late.latest_days), (Some(212 - 56), Some(56)));
    assert!(says(&late.reasons, "PAST-LATE-REPEAT"));
    // Never beyond the most.
    let plan = protocol(&needles(&[440, 250, 60, 28])).unwrap();
    let mnrf = stage(&plan, "mnrf");
    assert!(mnrf.done_sessions + mnrf.planned_sessions <= mnrf.session_count.unwrap().max);
}

#[test]
fn peels_after_a_quarter_begin_anew() {
    let brown = v1::Scar {
        relief: v1::Relief::Flat.into(),
        color: v1::ScarColor::Brown.into(),
        count: Some(8),
        ..support::bare_scar("s1")
    };
    let first = protocol(&done(brown.clone(), "mnrf", &[])).unwrap();
    let peel = first.sessions[0].procedures[0].procedure.clone();
    assert!(peel.starts_with("peel-superficial"), "{peel}");
    let peels = |days: &[i32]| protocol(&done(brown.clone(), &peel, days)).unwrap();
    // Three are the least number: two are no series yet, and 12 weeks are 84 days.
    for (days, counted) in [(&[98, 84][..], 2), (&[99, 85], 0), (&[113, 99, 85], 3)] {
        let plan = peels(days);
        assert_eq!(stage(&plan, &peel).done_sessions, counted, "{days:?}");
        let anew = plan.history.iter().all(|it| says(&it.reasons, "PAST-LATE-RESTART"));
        assert_eq!(anew, counted == 0, "{days:?}");
        let status = if counted == 0 { PastSessionStatus::EarlierCourse } else { PastSessionStatus::Counted };
        assert!(statuses(&plan).iter().all(|it| *it == status), "{days:?}");
    }
}

#[test]
fn a_session_says_when_it_is_past_due() {
    let plan = protocol(&needles(&[56, 28])).unwrap();
    let first = &plan.sessions[0];
    // 183 days after the session before, and always later than the last day that keeps the rhythm.
    assert_eq!(first.past_due_day, Some(-28 + 183));
    for pair in plan.sessions.windows(2) {
        assert_eq!(pair[1].past_due_day, Some(pair[0].day + 183));
    }
    for it in &plan.sessions {
        assert!(it.latest_day.is_none_or(|latest| latest < it.past_due_day.unwrap()));
    }
    // What has not begun cannot be past due.
    assert_eq!(protocol(&needles(&[])).unwrap().sessions[0].past_due_day, None);
}

/// What comes late because something else comes first is late in the plan already, so that it stays as it is.
#[test]
fn a_late_plan_goes_on_as_it_was() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for days in [vec![170], vec![150, 120], vec![200, 182], vec![340, 320], vec![183], vec![365, 300]] {
        for (procedure, beside) in [("mnrf", true), ("mnrf", false), ("tca-cross", true), ("subcision", true)] {
            let mut request = support::request();
            // Acid on pits of the same cheek comes before needles on the others.
            request.scars = vec![shallow()];
            if beside {
                request.scars.push(support::pits("s2"));
            }
            request.history = days.iter().map(|it| session(procedure, *it)).collect();
            let Some(plan) = protocol(&request) else { continue };
            for many in 1..=plan.sessions.len() {
                compared += 1;
                let later = afterwards(&request, &plan.sessions[..many]);
                wrong.extend(differs(&format!("{procedure} {days:?}, beside {beside}"), &plan, many, &later));
            }
        }
    }
    assert!(compared > 100, "only {compared}");
    assert!(wrong.is_empty(), "{} of {compared}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_a_clinician_decides_shows_with_its_reason() {
    let decided = |counts: bool, why: CountingReason, days: i32| {
        let mut request = done(support::pits("s1"), "tca-cross", &[days, 30]);
        request.history[0].counts = Some(counts);
        request.history[0].counts_because = why.into();
        protocol(&request).unwrap()
    };
    let rejected = decided(false, CountingReason::BrokenOff, 60);
    assert_eq!(statuses(&rejected), [PastSessionStatus::NotCounted, PastSessionStatus::Counted]);
    assert_eq!(
        (rejected.history[0].counts, rejected.history[0].counts_because()),
        (Some(false), CountingReason::BrokenOff)
    );
    assert!(says(&rejected.history[0].reasons, "PAST-DECIDED-BROKEN-OFF"));
    assert_eq!((rejected.history[1].counts, rejected.history[1].counts_because()), (None, CountingReason::Unspecified));
    // What is accepted counts, also before a break that ends a course.
    let accepted = decided(true, CountingReason::Documented, 450);
    assert_eq!(statuses(&accepted), [PastSessionStatus::Counted; 2]);
    assert!(says(&accepted.history[0].reasons, "PAST-ACCEPTED"));
    assert!(says(&accepted.history[0].reasons, "PAST-DECIDED-DOCUMENTED"));
    assert_eq!((acid(&accepted).done_sessions, acid(&accepted).planned_sessions), (2, 2));
    assert_eq!(acid(&accepted).status(), StageStatus::InProgress);
}

/// Acid, lasers and release that have failed give the turn to the stronger tool.
#[test]
fn what_has_failed_escalates() {
    let failed = |mut request: v1::GenerateProtocolRequest| {
        for past in &mut request.history {
            past.response = v1::Response::Under25Percent.into();
        }
        protocol(&request).unwrap()
    };
    let planned = |plan: &v1::Protocol, procedure: &str| {
        plan.stages.iter().any(|it| it.procedure == procedure && it.planned_sessions > 0)
    };
    // Four times acid, twelve weeks ago: the pits are punched out. Eleven weeks ago nobody can say yet.
    let acid = |last: i32| {
        let mut request = done(support::pits("s1"), "tca-cross", &[last + 84, last + 56, last + 28, last]);
        request.scars[0].count = Some(6);
        failed(request)
    };
    let punch = |plan: &v1::Protocol| planned(plan, "punch-excision");
    assert!(punch(&acid(84)) && !punch(&acid(77)));
    assert!(says(&acid(84).warnings, "PLAN-FAILED-ACID"));
    // Five or six sessions are no reason to go on either.
    assert!(!planned(&acid(84), "tca-cross"));
    let deep = v1::Scar {
        profile: v1::Profile::U.into(),
        opening_width_mm: Some(3.5),
        declared_depth_class: v1::DepthClass::Deep.into(),
        base: v1::ScarBase::Sound.into(),
        count: Some(4),
        ..support::pits("s1")
    };
    let mut request = done(deep, "ablative-fractional-laser", &[168, 126, 84]);
    request.patient.as_mut().unwrap().phototype = v1::Phototype::Ii.into();
    let laser = failed(request);
    assert!(planned(&laser, "punch-elevation"));
    assert!(says(&laser.warnings, "PLAN-FAILED-LASER"));
    // Once the scar is raised the laser evens out its rim, and says that it returns.
    assert!(planned(&laser, "ablative-fractional-laser"));
    for it in &laser.stages {
        let returns = it.procedure == "ablative-fractional-laser";
        assert_eq!(says(&it.reasons, "PAST-RETRIED"), returns, "{}", it.procedure);
    }
}

/// A treatment that did not help does not come back because time has passed.
#[test]
fn a_plateau_outlasts_a_break() {
    for last in [100, 400] {
        let mut request = done(support::pits("s1"), "mnrf", &[last + 28, last]);
        for past in &mut request.history {
            past.response = v1::Response::Under25Percent.into();
        }
        let plan = protocol(&request).unwrap();
        assert!(plan.sessions.iter().all(|it| it.procedures.iter().all(|it| it.procedure != "mnrf")), "{last}");
    }
}
