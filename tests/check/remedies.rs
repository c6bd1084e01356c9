//! What mends a finding: it is enough, it says what the sentence says, and it makes no breach of its own.

use cicatrix::{
    domain::{Finding, Mend, ProposedPlan, Severity},
    engine,
    wire::{
        self,
        v1::{self, FindingKind as Kind},
    },
};

use crate::{
    cases::{Request, acid, dark, declared, every, home, on, patient, plan, request},
    line,
    people::knowledge,
    proposals::mended,
    support::{bare_scar, date, service},
};

const LASER: &str = "ablative-fractional-laser";

/// Rolling scars that flatten when the skin is stretched.
fn soft(it: Request) -> Request {
    let mut it = declared(it, v1::ScarType::Rolling);
    it.scars[0].stretch = v1::Stretch::Flattens.into();
    it.fields = vec![v1::SkinField {
        sites: vec![v1::Site::Cheek.into()],
        distensible: Some(true),
        ..v1::SkinField::default()
    }];
    it
}

fn visits(days: &[(i32, &str)]) -> Request {
    request(days.iter().map(|(day, procedure)| (*day, vec![on(procedure, &["s1"])])).collect())
}

fn of_kind(it: &Request, kind: Kind) -> Vec<v1::Finding> {
    let answer = service().check_protocol(it.clone()).unwrap();
    let lists = [answer.violations, answer.missing_preparation, answer.unsupported_combinations, answer.advice];
    lists.into_iter().flatten().filter(|it| it.kind() == kind).collect()
}

/// The visits that move, with the days before which they are not done.
fn moves(it: &v1::Finding) -> Vec<(String, i32)> {
    let moved = it.mends.iter().filter_map(|it| match &it.change {
        Some(v1::mend::Change::MoveSession(it)) => Some((it.field.clone(), it.not_before_day?)),
        Some(v1::mend::Change::SplitSitting(it)) => Some((it.field.clone(), it.not_before_day?)),
        _ => None,
    });
    moved.collect()
}

/// a filler comes after the whole series of the device, and never over what is still to be needled.
#[test]
fn a_filler_comes_after_the_whole_series_on_the_surface() {
    let wrong = |days: &[(i32, &str)]| {
        let found = of_kind(&soft(visits(days)), Kind::OrderOfSteps);
        found.iter().flat_map(moves).collect::<Vec<_>>()
    };
    let at = |visit: usize, day| vec![(format!("plan.sessions[{visit}]"), day)];
    // Before all of it, and in the middle: two weeks after the last session it may be placed.
    assert_eq!(wrong(&[(0, "filler-ha"), (7, "mnrf"), (35, "mnrf"), (63, "mnrf")]), at(0, 77));
    assert_eq!(wrong(&[(0, "mnrf"), (14, "filler-ha"), (56, "mnrf"), (84, "mnrf")]), at(1, 98));
    assert_eq!(wrong(&[(0, "mnrf"), (28, "mnrf"), (56, "mnrf"), (84, "filler-ha")]), []);
    // "If same day, device first": a filler that goes with a session of the device is where it belongs.
    let with = |day| (day, vec![on("mnrf", &["s1"]), on("filler-plla", &["s1"])]);
    assert_eq!(of_kind(&soft(request([0, 42, 84].map(with).to_vec())), Kind::OrderOfSteps), []);
    // Where it shares its visit with something else, it alone moves.
    let visit = vec![on("filler-ha", &["s1"]), on("led-light", &["s1"])];
    let shared = request(vec![(0, visit), (42, vec![on("mnrf", &["s1"])]), (70, vec![on("mnrf", &["s1"])])]);
    let found = of_kind(&soft(shared), Kind::OrderOfSteps);
    assert_eq!(found.iter().flat_map(moves).collect::<Vec<_>>(), [("plan.sessions[0].procedures[0]".to_owned(), 84)]);
}

/// "At least 4 weeks, usually 6": three weeks are the shortest that anybody defends, and what mends a breach is the four
/// weeks that this service plans.
#[test]
fn what_mends_a_wait_is_the_wait_of_the_sentence() {
    let laser_on = |day| request(vec![(0, vec![acid(90.0)]), (day, vec![on(LASER, &["s1"])])]);
    let found = of_kind(&laser_on(20), Kind::BelowFloor);
    let [found] = found.as_slice() else { panic!("{found:?}") };
    let measured = found.measured.as_ref().unwrap();
    assert_eq!((measured.found, measured.limit), (Some(20.0), Some(21.0)));
    assert!(found.reasons.iter().any(|it| it.statement.contains("at least 4 weeks, usually 6 weeks")), "{found:?}");
    assert_eq!(moves(found), [("plan.sessions[1]".to_owned(), 28)]);
    let close = [Kind::BelowFloor, Kind::BelowLeast];
    assert!(close.into_iter().all(|kind| of_kind(&laser_on(28), kind).is_empty()));
    // The same where both share a day.
    let stacked = request(vec![(0, vec![acid(90.0), on(LASER, &["s1"])])]);
    let found = of_kind(&stacked, Kind::PairNotAllowed);
    assert_eq!(found.iter().flat_map(moves).collect::<Vec<_>>(), [("plan.sessions[0].procedures[1]".to_owned(), 28)]);
}

/// By ruling needles and the ablative laser may share a sitting; the trial does not say in which order, and R-202 has the
/// needles first. With the gentler laser the trial has the laser first.
#[test]
fn needles_and_the_ablative_laser_share_a_sitting_in_either_order() {
    let visit = |first: &str, next: &str| request(vec![(0, vec![on(first, &["s1"]), on(next, &["s1"])])]);
    for (first, next) in [("mnrf", LASER), (LASER, "mnrf")] {
        let it = visit(first, next);
        let wrong = [Kind::OrderInSitting, Kind::PairNotAllowed];
        assert!(wrong.into_iter().all(|kind| of_kind(&it, kind).is_empty()), "{first}, {next}");
        assert_eq!(of_kind(&it, Kind::StackedWounds).len(), 1, "{first}, {next}");
    }
    assert_eq!(of_kind(&visit("mnrf", "non-ablative-fractional-laser"), Kind::OrderInSitting).len(), 1);
}

/// What the same answer takes out of the plan, or lets wait for something to happen, gets no sessions, no test area and no
/// care added: "never output anything on a raised scar" holds for remedies too.
#[test]
fn nothing_is_added_of_what_has_to_come_out() {
    let adds = [Kind::TooFewSessions, Kind::TestAreaMissing, Kind::PrimingMissing, Kind::CareMissing];
    let kinds = |it: &Request| adds.into_iter().filter(|kind| !of_kind(it, *kind).is_empty()).collect::<Vec<_>>();
    let groups = |it: &Request, kind| {
        let found = of_kind(it, kind);
        found.into_iter().flat_map(|it| it.scar_ids).collect::<Vec<_>>()
    };
    // One session of the laser in dark skin lacks a second one, its test area, and the cream before it.
    let one = || dark(every(&[40], &on(LASER, &["s1"])), v1::Phototype::V);
    let lacks = kinds(&one());
    assert!(lacks.contains(&Kind::TooFewSessions) && lacks.contains(&Kind::TestAreaMissing), "{lacks:?}");
    // In pregnancy nothing of it is done, and so nothing is lacking: it waits for the birth.
    let pregnant = patient(one(), |it| it.pregnancy = v1::Pregnancy::Pregnant.into());
    assert_eq!((of_kind(&pregnant, Kind::EventNotOver).is_empty(), kinds(&pregnant)), (false, vec![]));
    // Who forms keloids gets no more acid. What has no day yet needs no rescue kit on its day.
    let keloid = patient(every(&[0], &acid(80.0)), |it| it.keloid_history = v1::KeloidHistory::Personal.into());
    assert_eq!((of_kind(&keloid, Kind::Excluded).is_empty(), kinds(&keloid)), (false, vec![]));
    let filled = patient(soft(every(&[0], &on("filler-plla", &["s1"]))), |it| it.lactating = Some(true));
    assert_eq!((of_kind(&filled, Kind::EventNotOver).is_empty(), kinds(&filled)), (false, vec![]));
    // What is not meant for a scar, or not wanted, is not done more often either.
    let broad = declared(every(&[0], &acid(80.0)), v1::ScarType::Rolling);
    assert_eq!(groups(&broad, Kind::TooFewSessions), [""; 0]);
    let mut refused = every(&[0], &on("mnrf", &["s1"]));
    assert_eq!(groups(&refused, Kind::TooFewSessions), ["s1"]);
    let excluded_procedures = vec!["mnrf".to_owned()];
    refused.preferences = Some(v1::Preferences { excluded_procedures, ..v1::Preferences::default() });
    assert_eq!(groups(&refused, Kind::TooFewSessions), [""; 0]);
    // Of two groups only the one that may have it is named: the other is a raised scar.
    let mut both = every(&[0], &on("mnrf", &["s1", "raised"]));
    both.scars.push(v1::Scar {
        site: v1::Site::Jawline.into(),
        declared_type: v1::ScarType::Hypertrophic.into(),
        ..bare_scar("raised")
    });
    assert_eq!(groups(&both, Kind::TooFewSessions), ["s1"]);
    // A bad value is no check that is to be made: what bleeds waits for another one, whose test is asked for.
    let thinned = |inr: f64| {
        patient(every(&[0, 28], &on("mnrf", &["s1"])), |it| {
            it.antithrombotic = v1::Antithrombotic::Warfarin.into();
            it.inr = Some(inr);
        })
    };
    assert_eq!(of_kind(&thinned(3.5), Kind::EventNotOver), []);
    let high = thinned(3.6);
    assert_eq!(of_kind(&high, Kind::EventNotOver).len(), 1);
    assert_eq!(of_kind(&high, Kind::CareMissing).len(), 1);
    let minor = |consent: Option<bool>| {
        let mut it = patient(every(&[0, 28], &on("mnrf", &["s1"])), |it| it.age_years = Some(16));
        let clinic = v1::Clinic { guardian_consent: consent, ..it.clinic.take().unwrap_or_default() };
        it.clinic = Some(clinic);
        of_kind(&it, Kind::EventNotOver).len()
    };
    assert_eq!((minor(Some(true)), minor(None), minor(Some(false))), (0, 0, 1));
}

#[test]
fn a_course_has_as_many_sittings_as_take_its_sites() {
    // The sites of the fullest visit, the most of one, and the sessions that mend it.
    let many = |counts: &[i32], days: &[i32]| {
        let ids: Vec<String> = (0..counts.len()).map(|at| format!("s{at}")).collect();
        let named: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut it = every(days, &on("punch-excision", &named));
        let deep = |(id, count): (&String, &i32)| v1::Scar {
            count: Some(*count),
            declared_type: v1::ScarType::Boxcar.into(),
            declared_depth_class: v1::DepthClass::Deep.into(),
            ..bare_scar(id)
        };
        it.scars = ids.iter().zip(counts).map(deep).collect();
        let advice = service().check_protocol(it).unwrap().advice;
        // That there are too few sessions for anybody is not said.
        assert!(advice.iter().all(|it| it.kind() != Kind::TooFewSessions), "{advice:?}");
        let found: Vec<_> = advice.into_iter().filter(|it| it.kind() == Kind::TooManySites).collect();
        assert!(found.len() <= 1, "{found:?}");
        let found = found.into_iter().next()?;
        let measured = found.measured?;
        let [v1::Mend { change: Some(v1::mend::Change::AddSessions(more)) }] = found.mends.as_slice() else {
            panic!("{:?}", found.mends)
        };
        Some((measured.found?, measured.limit?, more.count, more.day?))
    };
    assert_eq!(many(&[14], &[0]), Some((14.0, 6.0, 2, 28)));
    assert_eq!(many(&[14], &[0, 28]), Some((7.0, 6.0, 1, 56)));
    assert_eq!((many(&[14], &[0, 28, 56]), many(&[6], &[0])), (None, None));
    // Seventeen in two groups, in one visit and in two: three are needed.
    assert_eq!(many(&[9, 8], &[0]), Some((17.0, 6.0, 2, 28)));
    assert_eq!(many(&[9, 8], &[0, 28]), Some((9.0, 6.0, 1, 56)));
    assert_eq!(many(&[9, 8], &[0, 28, 56]), None);
}

#[test]
fn work_on_colour_is_judged_once() {
    let reviewed = |procedure: &str| {
        let it = plan(every(&[0, 28, 56], &on(procedure, &["s1"])), |it| it.review_days.clear());
        let advice = service().check_protocol(it).unwrap().advice;
        let missing = advice.into_iter().find(|it| it.kind() == Kind::ReviewMissing).unwrap();
        let days = missing.mends.iter().filter_map(|it| match &it.change {
            Some(v1::mend::Change::AddReview(review)) => review.day,
            _ => None,
        });
        let days: Vec<i32> = days.collect();
        let rules = missing.reasons.iter().filter(|it| it.rule.starts_with("REVIEW-")).count();
        (missing.day, rules, days)
    };
    assert_eq!(reviewed("peel-superficial-aha"), (Some(140), 1, vec![140]));
    assert_eq!(reviewed("mnrf"), (Some(140), 2, vec![140, 238]));
}

/// Plans with mistakes, as a reviewer would try them.
fn plans() -> Vec<(&'static str, Request)> {
    let laser = on(LASER, &["s1"]);
    let prp = || vec![on("prp", &["s1"]), on("mnrf", &["s1"])];
    let mut cases = vec![
        ("filler under needles", soft(visits(&[(0, "filler-ha"), (7, "mnrf"), (35, "mnrf"), (63, "mnrf")]))),
        ("filler between needles", soft(visits(&[(0, "mnrf"), (14, "filler-ha"), (56, "mnrf"), (84, "mnrf")]))),
        ("needles in a hurry", visits(&[(0, "mnrf"), (10, "mnrf"), (31, "mnrf"), (52, "mnrf")])),
        ("laser in a hurry", visits(&[(0, LASER), (14, LASER), (28, LASER), (56, "mnrf")])),
        (
            "surface before acid",
            request(vec![
                (0, vec![on("mnrf", &["s1"])]),
                (28, vec![on("mnrf", &["s1"])]),
                (60, vec![acid(80.0)]),
                (88, vec![acid(80.0)]),
            ]),
        ),
        ("acid under the laser", request(vec![(0, vec![acid(90.0), laser.clone()]), (35, prp())])),
        ("too short a course before the next", visits(&[(0, "mnrf"), (40, LASER), (82, LASER)])),
        (
            "needles twice in a visit",
            request(vec![
                (0, vec![on("mnrf", &["s1"]), on("mnrf", &["s1"]), laser.clone()]),
                (28, vec![on("microneedling", &["s1"]), on("mnrf", &["s1"])]),
            ]),
        ),
        (
            "a laser on a retinoid",
            plan(every(&[28, 70, 112], &laser), |it| {
                it.home_care = vec![home("topical-retinoid", 0, None)];
            }),
        ),
    ];
    let mut late = visits(&[(0, "mnrf"), (28, "mnrf"), (56, "mnrf")]);
    let past = v1::PastSession { procedure: "mnrf".to_owned(), date: date(2026, 11, 20), ..v1::PastSession::default() };
    late.history = vec![past];
    cases.push(("needles again after eleven days", late));
    let mut crowded = every(&[0, 28], &on("punch-excision", &["s1", "s2"]));
    crowded.scars = ["s1", "s2"]
        .map(|id| v1::Scar {
            count: Some(9),
            declared_type: v1::ScarType::Boxcar.into(),
            declared_depth_class: v1::DepthClass::Deep.into(),
            ..bare_scar(id)
        })
        .to_vec();
    cases.push(("seventeen punches and one", crowded));
    cases
}

/// After the remedy of any one finding nothing breaks a rule that broke none before.
#[test]
fn no_remedy_makes_a_breach_of_its_own() {
    let mut many = 0;
    for (name, request) in plans() {
        let wire::Proposed { case, plan } = wire::proposed(knowledge().vocabulary(), request).unwrap();
        let check = |plan: &ProposedPlan| engine::check(knowledge(), &case, plan).findings;
        let grave =
            |it: &&Finding| matches!(it.kind.severity(), Severity::Violation | Severity::UnsupportedCombination);
        let before = check(&plan);
        for finding in &before {
            let after = check(&mended(&plan, &finding.mends));
            let known = |it: &&Finding| before.iter().any(|old| old.kind == it.kind && old.places[0] == it.places[0]);
            let new: Vec<String> = after.iter().filter(grave).filter(|it| !known(it)).map(line).collect();
            assert_eq!(new, [""; 0], "{name}: after {}", line(finding));
            assert!(
                after.iter().filter(grave).count() <= before.iter().filter(grave).count(),
                "{name}: after {}",
                line(finding)
            );
            many += usize::from(!finding.mends.iter().all(|it| matches!(it, Mend::AddCare { .. })));
        }
    }
    assert!(many > 30, "only {many} remedies");
}
