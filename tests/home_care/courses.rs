//! How long a course at home lasts, what follows it, and what takes its place where it is of no use.

use cicatrix::wire::v1;

use super::{Outcome, boxcars, days, is_used, plan_of, support::service};

/// Sixteen weeks of hydroquinone end on the eve of the last laser session: nothing is left out, for nothing is missing.
#[test]
fn a_course_that_lasts_until_the_last_session_leaves_nothing_out() {
    let plan = plan_of(true, |request| {
        request.scars = vec![boxcars("box", v1::Site::Cheek, 12)];
        let known = ["non-ablative-fractional-laser"].map(str::to_owned);
        request.clinic.as_mut().unwrap().available_procedures = known.to_vec();
    });
    assert_eq!(days(&plan, "non-ablative-fractional-laser"), [28, 56, 84, 112]);
    let course = plan.stages.iter().find(|it| it.procedure == "hydroquinone").unwrap();
    assert_eq!((course.start_day, course.end_day), (0, Some(111)));
    let creams = ["hydroquinone", "azelaic-acid"];
    let left: Vec<_> = plan.not_treated.iter().filter(|it| creams.contains(&&*it.procedure)).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// On the day of a session nothing is begun that rests from that day on: what follows hydroquinone begins after the rest.
#[test]
fn what_follows_hydroquinone_begins_after_the_rest() {
    let text = std::fs::read_to_string("examples/mixed_face.json").unwrap();
    let request: v1::GenerateProtocolRequest = serde_json::from_str(&text).unwrap();
    let Some(Outcome::Protocol(plan)) = service().generate_protocol(request).unwrap().outcome else { panic!() };
    let first = |product: &str| plan.stages.iter().find(|it| it.procedure == product).unwrap();
    assert_eq!(first("hydroquinone").end_day, Some(111));
    assert!(days(&plan, "tca-cross").contains(&112));
    let azelaic = first("azelaic-acid");
    assert_eq!(azelaic.start_day, 119);
    assert!(azelaic.reasons.iter().any(|it| it.rule == "AZA-042"), "{:?}", azelaic.reasons);
    assert!(azelaic.rests.iter().all(|it| it.from_day > azelaic.start_day), "{:?}", azelaic.rests);
}

/// One laser session in dark skin, on few and mild scars.
fn lasered_once(request: &mut v1::GenerateProtocolRequest) {
    request.scars = vec![boxcars("box", v1::Site::Cheek, 3)];
    request.appearance = Some(v1::Appearance { declared_grade: Some(2), ..v1::Appearance::default() });
    request.clinic.as_mut().unwrap().available_procedures = vec!["non-ablative-fractional-laser".to_owned()];
}

/// After the last session, too, the cream against pigment rests for a week and then runs for four weeks.
#[test]
fn hydroquinone_runs_for_four_weeks_after_the_last_session() {
    let plan = plan_of(true, lasered_once);
    assert_eq!(days(&plan, "non-ablative-fractional-laser"), [28]);
    let course = plan.stages.iter().find(|it| it.procedure == "hydroquinone").unwrap();
    assert_eq!((course.start_day, course.end_day), (0, Some(62)));
    assert!(course.reasons.iter().any(|it| it.rule == "HOME-PRIME-RESUME"), "{:?}", course.reasons);
    for (day, on) in [(27, true), (28, false), (34, false), (35, true), (62, true), (63, false)] {
        assert_eq!(is_used(&plan, "hydroquinone", "box", day), on, "day {day}");
    }
    // The retinoid has a step of its own after the last session.
    assert!(plan.stages.iter().filter(|it| it.procedure == "topical-retinoid").all(|it| it.end_day < Some(28)));
    // Where sixteen weeks end before, azelaic acid takes the rest of the days.
    let four = plan_of(true, |request| {
        lasered_once(request);
        request.scars[0].count = Some(12);
        request.appearance = Some(v1::Appearance { declared_grade: Some(3), ..v1::Appearance::default() });
    });
    assert_eq!(days(&four, "non-ablative-fractional-laser"), [28, 56, 84, 112]);
    let azelaic = four.stages.iter().find(|it| it.procedure == "azelaic-acid").unwrap();
    assert_eq!((azelaic.start_day, azelaic.end_day), (119, Some(146)));
}

/// Planned again on the day after the session, the four weeks are still to come.
#[test]
fn planned_again_after_the_last_session_hydroquinone_still_runs_for_four_weeks() {
    let plan = plan_of(true, |request| {
        lasered_once(request);
        let date = |month, day| Some(cicatrix::wire::Date { year: 2026, month, day });
        request.patient.as_mut().unwrap().hydroquinone_since = date(11, 2);
        request.history = vec![v1::PastSession {
            procedure: "non-ablative-fractional-laser".to_owned(),
            date: date(11, 30),
            sites: vec![v1::Site::Cheek.into()],
            ..v1::PastSession::default()
        }];
    });
    assert!(days(&plan, "non-ablative-fractional-laser").is_empty());
    let course = plan.stages.iter().find(|it| it.procedure == "hydroquinone").expect("it is not over");
    assert_eq!((course.start_day, course.end_day), (6, Some(33)));
}

/// Brown marks are calmed with hydroquinone first where it primes, and with azelaic acid when its sixteen weeks are over.
#[test]
fn azelaic_acid_follows_hydroquinone_on_brown_marks() {
    let marked = |request: &mut v1::GenerateProtocolRequest| {
        let field = v1::SkinField {
            sites: vec![v1::Site::Cheek.into()],
            pih_active: Some(true),
            pih_origin: v1::PihOrigin::AcneMarks.into(),
            ..v1::SkinField::default()
        };
        request.fields = vec![field];
    };
    let azelaic = |plan: &v1::Protocol| {
        let all = plan.stages.iter().filter(|it| it.procedure == "azelaic-acid");
        let all: Vec<(i32, Option<i32>)> = all.map(|it| (it.start_day, it.end_day)).collect();
        assert_eq!(all.len(), 1, "it is named once: {all:?}");
        all[0]
    };
    let plan = plan_of(true, marked);
    let hydroquinone = plan.stages.iter().find(|it| it.procedure == "hydroquinone").unwrap();
    assert_eq!((hydroquinone.start_day, hydroquinone.end_day), (0, Some(111)));
    assert_eq!(azelaic(&plan), (119, None), "after the rest of the session of day 112");
    // Without hydroquinone it is used from the start, and so it is where colour troubles most.
    let without = plan_of(true, |request| {
        marked(request);
        request.preferences.get_or_insert_default().excluded_procedures = vec!["hydroquinone".to_owned()];
    });
    assert_eq!(azelaic(&without), (0, None));
    let colour = plan_of(true, |request| {
        marked(request);
        request.patient.as_mut().unwrap().goals = vec![v1::Goal::EvenColour.into()];
    });
    assert_eq!(azelaic(&colour), (0, None));
}

/// Between laser sessions a retinoid would be used for single evenings: acne is treated with azelaic acid there.
#[test]
fn single_evenings_are_no_treatment() {
    let plan = plan_of(false, |request| {
        request.scars = vec![boxcars("box", v1::Site::Cheek, 10)];
        let patient = request.patient.as_mut().unwrap();
        (patient.active_acne, patient.acne_quiet_since) = (v1::ActiveAcne::Mild.into(), None);
        patient.acne_kind = v1::AcneKind::Inflammatory.into();
    });
    assert_eq!(days(&plan, "ablative-fractional-laser"), [0, 28, 56]);
    let azelaic = plan.stages.iter().find(|it| it.procedure == "azelaic-acid").expect("acne is treated");
    assert_eq!((azelaic.start_day, azelaic.end_day), (7, Some(55)));
    assert!(azelaic.reasons.iter().any(|it| it.rule == "HOME-ACNE-2"), "{:?}", azelaic.reasons);
    let over = azelaic.passed_over.iter().find(|it| it.procedure == "topical-retinoid").expect("it is told why");
    assert!(over.reasons.iter().any(|it| it.rule == "PLAN-HOME-CARE-LEAST"), "{:?}", over.reasons);
    let retinoid = plan.stages.iter().filter(|it| it.procedure == "topical-retinoid");
    assert!(retinoid.map(|it| it.start_day).eq([77]), "it is kept up after the last session only");
}
