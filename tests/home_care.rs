//! What is used at home rests around sessions, and what is not used is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that other test files share")]

#[path = "home_care/courses.rs"]
mod courses;
#[path = "support/service.rs"]
mod support;

use cicatrix::wire::v1;
use support::service;
use v1::generate_protocol_response::Outcome;

fn plan(change: impl FnOnce(&mut v1::Patient)) -> v1::Protocol {
    plan_with(change, &[], &[])
}

/// The same with past sessions, by procedure, month and day of 2026, and without what is not wanted.
fn plan_with(change: impl FnOnce(&mut v1::Patient), done: &[(&str, i32, i32)], unwanted: &[&str]) -> v1::Protocol {
    let text = std::fs::read_to_string("examples/ice_pick_phototype_iv.json").unwrap();
    let mut request: v1::GenerateProtocolRequest = serde_json::from_str(&text).unwrap();
    change(request.patient.as_mut().unwrap());
    let past = |(procedure, month, day): &(&str, i32, i32)| v1::PastSession {
        procedure: (*procedure).to_owned(),
        date: Some(cicatrix::wire::Date { year: 2026, month: *month, day: *day }),
        sites: vec![v1::Site::Cheek.into()],
        ..v1::PastSession::default()
    };
    request.history = done.iter().map(past).collect();
    let preferences = request.preferences.get_or_insert_default();
    preferences.excluded_procedures = unwanted.iter().map(|it| (*it).to_owned()).collect();
    match service().generate_protocol(request).unwrap().outcome {
        Some(Outcome::Protocol(protocol)) => protocol,
        other => panic!("no protocol: {other:?}"),
    }
}

/// Shallow boxcar scars at a site.
fn boxcars(id: &str, site: v1::Site, count: i32) -> v1::Scar {
    v1::Scar {
        id: id.to_owned(),
        site: site.into(),
        count: Some(count),
        relief: v1::Relief::Depressed.into(),
        profile: v1::Profile::U.into(),
        edge: v1::Edge::Sharp.into(),
        opening_width_mm: Some(2.5),
        depth_mm: Some(0.3),
        depth_method: v1::DepthMethod::Ultrasound.into(),
        ..v1::Scar::default()
    }
}

/// The plan for other scars, in skin of phototype II or V.
fn plan_of(dark: bool, change: impl FnOnce(&mut v1::GenerateProtocolRequest)) -> v1::Protocol {
    let text = std::fs::read_to_string("examples/ice_pick_phototype_ii.json").unwrap();
    let mut request: v1::GenerateProtocolRequest = serde_json::from_str(&text).unwrap();
    request.appearance = Some(v1::Appearance { declared_grade: Some(3), ..v1::Appearance::default() });
    let phototype = if dark { v1::Phototype::V } else { v1::Phototype::Ii };
    request.patient.as_mut().unwrap().phototype = phototype.into();
    change(&mut request);
    match service().generate_protocol(request).unwrap().outcome {
        Some(Outcome::Protocol(protocol)) => protocol,
        other => panic!("no protocol: {other:?}"),
    }
}

/// The days of the planned sessions of a procedure.
fn days(plan: &v1::Protocol, procedure: &str) -> Vec<i32> {
    let done = plan.sessions.iter().filter(|it| it.procedures.iter().any(|it| it.procedure == procedure));
    done.map(|it| it.day).collect()
}

/// Is a product used on a group on `day`, whatever a review says?
fn is_used(plan: &v1::Protocol, product: &str, group: &str, day: i32) -> bool {
    let on = |it: &&v1::Stage| it.procedure == product && it.scar_ids.iter().any(|it| it == group);
    plan.stages.iter().filter(|it| on(it) && it.contingent_on.is_none()).any(|it| used(it, day))
}

/// Is it used on `day`?
fn used(stage: &v1::Stage, day: i32) -> bool {
    let within = stage.start_day <= day && stage.end_day.is_none_or(|end| day <= end);
    within && !stage.rests.iter().any(|it| (it.from_day..=it.to_day).contains(&day))
}

#[test]
fn a_retinoid_stays_off_the_skin_around_every_session() {
    let plan = plan(|_| {});
    let retinoid: Vec<&v1::Stage> = plan.stages.iter().filter(|it| it.procedure == "topical-retinoid").collect();
    let sure: Vec<&&v1::Stage> = retinoid.iter().filter(|it| it.contingent_on.is_none()).collect();
    assert!(sure.iter().any(|it| !it.rests.is_empty()));
    for session in &plan.sessions {
        for day in session.day - 2..=session.day + 6 {
            assert!(!sure.iter().any(|it| used(it, day)), "day {day} around the session of day {}", session.day);
        }
    }
    let between = plan.sessions[0].day + 14;
    assert!(sure.iter().any(|it| used(it, between)), "day {between}");
    for rest in retinoid.iter().flat_map(|it| &it.rests) {
        assert!(rest.from_day <= rest.to_day && !rest.reasons.is_empty(), "{rest:?}");
    }
}

#[test]
fn a_retinoid_that_does_not_begin_on_isotretinoin_is_told() {
    let plan = plan(|patient| {
        let status = v1::Isotretinoin::Current.into();
        patient.isotretinoin = Some(v1::IsotretinoinUse { status, last_taken: None });
    });
    assert!(!plan.stages.iter().any(|it| it.procedure == "topical-retinoid"));
    let mut over = plan.stages.iter().flat_map(|it| &it.passed_over).filter(|it| it.procedure == "topical-retinoid");
    let over = over.next().expect("the retinoid is passed over");
    assert!(over.reasons.iter().any(|it| it.rule == "ISO-11"));
    // Priming has a step of its own for it, which nothing else takes.
    let left = plan.not_treated.iter().find(|it| it.procedure == "topical-retinoid").expect("the step is left out");
    let rules: Vec<&str> = left.reasons.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(rules[0], "PLAN-HOME-CARE-LEFT-OUT");
    assert!(rules.contains(&"ISO-11"), "{rules:?}");
}

/// The retinoid that is kept up after the last session is in use when the review comes, and primes for the laser.
#[test]
fn what_goes_on_anyway_primes_for_what_a_review_decides() {
    let plan = plan(|_| {});
    let laser = plan.stages.iter().find(|it| it.session_count.is_some() && it.contingent_on.is_some()).unwrap();
    let retinoid: Vec<&v1::Stage> = plan.stages.iter().filter(|it| it.procedure == "topical-retinoid").collect();
    assert!(retinoid.iter().all(|it| it.contingent_on.is_none()), "it is named once for those days");
    let kept = retinoid.iter().find(|it| it.end_day.is_none()).expect("it is kept up");
    assert!(kept.start_day < laser.start_day);
    let rules: Vec<&str> = kept.reasons.iter().map(|it| it.rule.as_str()).collect();
    assert!(["HOME-KEEP", "HOME-PRIME-RETINOID"].iter().all(|it| rules.contains(it)), "{rules:?}");
    // What is not kept up is begun for it.
    assert!(plan.stages.iter().any(|it| it.procedure == "azelaic-acid" && it.contingent_on == Some(1)));
}

/// What is used on marks from the start and without an end primes as well: it still begins after a rest, and says of what
/// ranked before it only what holds for all of its days.
#[test]
fn what_is_used_from_the_start_primes_and_begins_as_it_would() {
    let colour = |patient: &mut v1::Patient| patient.goals = vec![v1::Goal::EvenColour.into()];
    let azelaic = |plan: &v1::Protocol| {
        let all: Vec<_> = plan.stages.iter().filter(|it| it.procedure == "azelaic-acid").cloned().collect();
        assert_eq!(all.len(), 1, "it is named once");
        all[0].clone()
    };
    let rules = |stage: &v1::Stage| stage.reasons.iter().map(|it| it.rule.clone()).collect::<Vec<_>>();
    let fresh = plan(colour);
    let stage = azelaic(&fresh);
    assert!(["HOME-RED", "HOME-PRIME"].iter().all(|it| rules(&stage).iter().any(|rule| rule == it)));
    assert!(fresh.stages.iter().any(|it| it.procedure == "hydroquinone"));
    assert!(stage.passed_over.is_empty(), "hydroquinone is used: {:?}", stage.passed_over);

    // What is refused is told, once.
    let without = azelaic(&plan_with(colour, &[], &["hydroquinone"]));
    let over: Vec<_> = without.passed_over.iter().map(|it| (&*it.procedure, &*it.reasons[0].rule)).collect();
    assert_eq!(over, [("hydroquinone", "PLAN-UNWANTED")]);

    let done = [("tca-cross", 5, 1), ("tca-cross", 6, 1), ("tca-cross", 7, 1), ("tca-cross", 8, 1)];
    let needled = [("mnrf", 9, 10), ("mnrf", 10, 12), ("mnrf", 11, 27)];
    let stage = azelaic(&plan_with(colour, &[&done[..], &needled].concat(), &[]));
    assert_eq!(stage.start_day, 3, "it rests after the session of four days ago");
    assert!(rules(&stage).iter().any(|it| it == "AZA-042"), "{:?}", rules(&stage));
}

/// A review that is made today decides on days on which what is kept up still rests.
#[test]
fn what_is_kept_up_is_named_once_though_it_begins_after_a_rest() {
    let acid = [("tca-cross", 1, 1), ("tca-cross", 2, 1), ("tca-cross", 3, 1), ("tca-cross", 4, 1)];
    let needled = [("mnrf", 5, 10), ("mnrf", 6, 12), ("mnrf", 7, 14), ("mnrf", 8, 15), ("microneedling", 11, 28)];
    let plan = plan_with(|_| {}, &[&acid[..], &needled].concat(), &[]);
    assert!(plan.stages.iter().any(|it| it.contingent_on.is_some() && it.session_count.is_some()));
    let retinoid: Vec<&v1::Stage> = plan.stages.iter().filter(|it| it.procedure == "topical-retinoid").collect();
    assert_eq!(retinoid.len(), 1, "{retinoid:?}");
    assert!(retinoid[0].end_day.is_none() && retinoid[0].start_day > 0);
}

/// A course that has been used up gives way to the next product, and says so.
#[test]
fn what_was_used_for_as_long_as_it_may_be_is_passed_over() {
    let plan = plan(|patient| patient.priming_since = Some(cicatrix::wire::Date { year: 2026, month: 1, day: 1 }));
    assert!(!plan.stages.iter().any(|it| it.procedure == "hydroquinone" && it.contingent_on.is_none()));
    let azelaic = plan.stages.iter().find(|it| it.procedure == "azelaic-acid").expect("the next one is used");
    let over = azelaic.passed_over.iter().find(|it| it.procedure == "hydroquinone").expect("it is told");
    assert!(over.reasons.iter().any(|it| it.rule == "HQN-001"), "{:?}", over.reasons);
}

/// Sixteen weeks are 112 days, of which the first and the last count, whatever told of the days before the plan.
#[test]
fn sixteen_weeks_of_hydroquinone_are_sixteen_weeks_whatever_told_of_them() {
    let date = |year, month, day| Some(cicatrix::wire::Date { year, month, day });
    let days = |change: &dyn Fn(&mut v1::Patient), product: &str| -> Vec<(i32, Option<i32>)> {
        let all = plan(|patient| change(patient)).stages;
        let all = all.iter().filter(|it| it.procedure == product && it.contingent_on.is_none());
        all.map(|it| (it.start_day, it.end_day)).collect()
    };
    let fresh = days(&|_| {}, "hydroquinone");
    assert_eq!(fresh, [(0, Some(111))]);
    assert_eq!(days(&|_| {}, "azelaic-acid")[0].0, 119, "azelaic acid begins after the rest of the session of day 112");
    // The example begins on 1 December 2026: 31 days before are used up on the first.
    for told in [
        (&|it: &mut v1::Patient| it.hydroquinone_since = date(2026, 10, 31)) as &dyn Fn(&mut v1::Patient),
        &|it| it.priming_since = date(2026, 10, 31),
        // The same days, told twice.
        &|it| {
            it.hydroquinone_since = date(2026, 10, 31);
            it.priming_since = date(2026, 10, 31);
        },
        // The longer use counts.
        &|it| {
            it.hydroquinone_since = date(2026, 10, 31);
            it.priming_since = date(2026, 11, 20);
        },
    ] {
        assert_eq!(days(told, "hydroquinone"), [(0, Some(80))]);
        assert_eq!(days(told, "azelaic-acid")[0].0, 81);
    }
    // 11 August was 112 days before.
    let over = |it: &mut v1::Patient| it.hydroquinone_since = date(2026, 8, 11);
    assert_eq!(days(&over, "hydroquinone"), []);
    assert_eq!(days(&over, "azelaic-acid")[0].0, 0, "azelaic acid takes its place at once");
    let last = |it: &mut v1::Patient| it.hydroquinone_since = date(2026, 8, 12);
    assert_eq!(days(&last, "hydroquinone"), [(0, Some(0))]);
}

/// Planned again later, with the day on which it began, it ends on the same day as before.
#[test]
fn planned_again_hydroquinone_goes_on_and_does_not_begin_anew() {
    let began = cicatrix::wire::Date { year: 2026, month: 11, day: 3 };
    let since = |patient: &mut v1::Patient| patient.hydroquinone_since = Some(began);
    let done = [("tca-cross", 12, 1)];
    let again = plan_with(since, &done, &[]);
    let course = again.stages.iter().find(|it| it.procedure == "hydroquinone").unwrap();
    // Day -28 is the first of 112.
    assert_eq!((course.start_day, course.end_day), (0, Some(83)));
}

/// What a spot at one site takes away from its skin it takes away from no other skin.
#[test]
fn home_care_is_decided_for_each_site() {
    let text = std::fs::read_to_string("examples/ice_pick_phototype_iv.json").unwrap();
    let mut request: v1::GenerateProtocolRequest = serde_json::from_str(&text).unwrap();
    let pits = request.scars[0].clone();
    let at = |id: &str, site: v1::Site| v1::Scar { id: id.to_owned(), site: site.into(), ..pits.clone() };
    let spot = v1::Scar {
        id: "spot".to_owned(),
        site: v1::Site::Nose.into(),
        activity: v1::Activity::Suspicious.into(),
        ..v1::Scar::default()
    };
    request.scars = vec![at("temple", v1::Site::Temple), at("nose", v1::Site::Nose), spot];
    let Some(Outcome::Protocol(plan)) = service().generate_protocol(request.clone()).unwrap().outcome else { panic!() };
    for product in ["hydroquinone", "topical-retinoid"] {
        let stages: Vec<_> = plan.stages.iter().filter(|it| it.procedure == product).collect();
        assert!(!stages.is_empty(), "{product} is not used on the temple");
        assert!(stages.iter().all(|it| it.scar_ids == ["temple"]), "{product}");
        let left: Vec<_> = plan.not_treated.iter().filter(|it| it.procedure == product).collect();
        assert!(left.iter().all(|it| it.scar_ids == ["nose"]), "{product} is left out: {left:?}");
        assert!(left.iter().any(|it| it.reasons.iter().any(|it| it.rule == "ONC-01")), "{product}");
    }
    let sunscreen = plan.stages.iter().find(|it| it.procedure == "sunscreen").unwrap();
    assert_eq!(sunscreen.scar_ids, ["nose", "temple"], "what suits both is named once");
    // The acid of the temple comes after its priming.
    let acid = plan.stages.iter().find(|it| it.procedure == "tca-cross").unwrap();
    let primed = plan.stages.iter().find(|it| it.procedure == "hydroquinone").unwrap();
    assert!(acid.scar_ids == ["temple"] && acid.start_day >= primed.start_day + 28);
}

/// The check of a plan counts as the planner does: 112 days are sixteen weeks and 113 are not, with those on record.
#[test]
fn the_check_counts_the_days_of_hydroquinone_as_the_planner_does() {
    let text = std::fs::read_to_string("examples/ice_pick_phototype_iv.json").unwrap();
    let facts: v1::GenerateProtocolRequest = serde_json::from_str(&text).unwrap();
    let too_long = |since: Option<cicatrix::wire::Date>, first: i32, last: i32| -> Vec<Option<f64>> {
        let mut patient = facts.patient.clone().unwrap();
        patient.hydroquinone_since = since;
        let home_care = v1::ProposedHomeCare {
            procedure: "hydroquinone".to_owned(),
            start_day: Some(first),
            end_day: Some(last),
            ..v1::ProposedHomeCare::default()
        };
        let acid = v1::ProposedProcedure { procedure: "tca-cross".to_owned(), ..v1::ProposedProcedure::default() };
        let session = v1::ProposedSession { day: Some(28), procedures: vec![acid], ..v1::ProposedSession::default() };
        let request = v1::CheckProtocolRequest {
            start_date: facts.start_date,
            patient: Some(patient),
            scars: facts.scars.clone(),
            plan: Some(v1::ProposedPlan {
                sessions: vec![session],
                home_care: vec![home_care],
                ..v1::ProposedPlan::default()
            }),
            ..v1::CheckProtocolRequest::default()
        };
        let answer = service().check_protocol(request).unwrap();
        let found = answer.violations.into_iter().filter(|it| it.kind() == v1::FindingKind::CourseTooLong);
        found.map(|it| it.measured.unwrap().found).collect()
    };
    let since = |month, day| Some(cicatrix::wire::Date { year: 2026, month, day });
    assert_eq!(too_long(None, 0, 111), []);
    assert_eq!(too_long(None, 0, 112), [Some(113.0)]);
    assert_eq!(too_long(since(10, 31), 0, 80), []);
    assert_eq!(too_long(since(10, 31), 0, 81), [Some(113.0)]);
    assert_eq!(too_long(since(8, 11), 0, 0), [Some(113.0)], "nothing is left");
}

#[test]
fn priming_begins_as_long_before_the_first_session_as_it_takes() {
    let text = std::fs::read_to_string("examples/ice_pick_phototype_iv.json").unwrap();
    let away = |days: i32| {
        let mut request: v1::GenerateProtocolRequest = serde_json::from_str(&text).unwrap();
        let start = request.start_date.unwrap();
        let start = cicatrix::domain::Date::new(start.year, start.month, start.day).unwrap();
        let (year, month, day) = start.plus(days).civil();
        let to = Some(cicatrix::wire::Date { year, month, day });
        let absence = vec![v1::DateRange { from: request.start_date, to }];
        request.preferences.get_or_insert_default().unavailable = if days > 0 { absence } else { Vec::new() };
        match service().generate_protocol(request).unwrap().outcome {
            Some(Outcome::Protocol(protocol)) => protocol,
            other => panic!("no protocol: {other:?}"),
        }
    };
    let primed = |plan: &v1::Protocol| {
        let primes =
            |it: &&v1::Stage| it.reasons.iter().any(|it| it.rule == "HOME-PRIME") && it.contingent_on.is_none();
        plan.stages.iter().filter(primes).map(|it| it.start_day).min().unwrap()
    };
    let soon = away(0);
    assert_eq!((primed(&soon), soon.sessions[0].day), (0, 28));
    // Sixteen weeks of hydroquinone are not used up before anything is done.
    let later = away(200);
    assert_eq!((primed(&later), later.sessions[0].day), (173, 201));
}

/// What is needled on the chest leaves the cheek in peace: a product rests around what is done on skin that hangs together
/// with its own.
#[test]
fn sessions_on_the_chest_withhold_nothing_from_the_cheek() {
    let chest = |request: &mut v1::GenerateProtocolRequest| {
        let pits = v1::Scar { id: "chest".to_owned(), site: v1::Site::Chest.into(), ..request.scars[0].clone() };
        request.scars = vec![boxcars("cheek", v1::Site::Cheek, 8), pits];
    };
    let plan = plan_of(false, chest);
    let (laser, needles) = (days(&plan, "ablative-fractional-laser"), days(&plan, "mnrf"));
    assert!(needles.iter().any(|day| laser.contains(day)), "both on one day: {laser:?} {needles:?}");
    for day in laser.iter().flat_map(|day| *day..=day + 14) {
        assert!(is_used(&plan, "vitamin-c", "cheek", day), "day {day}");
        assert!(!is_used(&plan, "vitamin-c", "chest", day), "day {day}");
    }
    // What was needled yesterday withholds azelaic acid where the skin hangs together, and not from elsewhere.
    let begins = |site: v1::Site| {
        let plan = plan_of(false, |request| {
            request.scars[0].site = v1::Site::UpperCheek.into();
            // Nothing else is done before the new year.
            let to = Some(cicatrix::wire::Date { year: 2026, month: 12, day: 31 });
            let away = v1::DateRange { from: request.start_date, to };
            request.preferences.get_or_insert_default().unavailable = vec![away];
            request.patient.as_mut().unwrap().goals = vec![v1::Goal::EvenColour.into()];
            request.history = vec![v1::PastSession {
                procedure: "microneedling".to_owned(),
                date: Some(cicatrix::wire::Date { year: 2026, month: 11, day: 30 }),
                sites: vec![site.into()],
                ..v1::PastSession::default()
            }];
        });
        plan.stages.iter().find(|it| it.procedure == "azelaic-acid").map(|it| it.start_day)
    };
    assert!(begins(v1::Site::LowerCheek) > Some(0), "the cheek hangs together");
    assert_eq!(begins(v1::Site::Chest), Some(0));
}

/// Vitamin C belongs to the days after each laser session, on the skin that the laser was on.
#[test]
fn what_goes_with_sessions_goes_with_those_on_its_own_skin() {
    let plan = plan_of(false, |request| {
        let rolling = v1::Scar {
            profile: v1::Profile::M.into(),
            edge: v1::Edge::Sloping.into(),
            stretch: v1::Stretch::CentralTether.into(),
            opening_width_mm: Some(6.0),
            ..request.scars[0].clone()
        };
        let back = v1::Scar { id: "back".to_owned(), site: v1::Site::Back.into(), ..rolling };
        request.scars = vec![boxcars("cheek", v1::Site::Cheek, 8), back];
    });
    let serum: Vec<&v1::Stage> = plan.stages.iter().filter(|it| it.procedure == "vitamin-c").collect();
    assert_eq!(serum.len(), 2, "{serum:?}");
    for stage in serum {
        let mut laser = plan.stages.iter().filter(|it| it.procedure == "ablative-fractional-laser");
        let laser = laser.find(|it| it.scar_ids == stage.scar_ids).expect("a laser of its own");
        assert_eq!((stage.start_day, stage.end_day), (laser.start_day, laser.end_day.map(|day| day + 14)));
    }
}
