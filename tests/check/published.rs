//! Regimens that somebody published or that a ruling defends are no violation, and what goes beyond them is.

use cicatrix::wire::{
    Date,
    v1::{self, FindingKind as Kind, Site, generate_protocol_response::Outcome},
};

use crate::{
    cases::{Request, acid, dark, declared, every, home, on, patient, plan, request, set},
    support::{self, bare_scar, date, service},
};

/// The kinds of what is found of one procedure, as (violations, the others).
fn found(request: Request, procedure: &str) -> (Vec<Kind>, Vec<Kind>) {
    let answer = service().check_protocol(request).unwrap();
    let kinds = |all: &[v1::Finding]| {
        let mut kinds: Vec<Kind> = all.iter().filter(|it| it.procedure == procedure).map(v1::Finding::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    };
    let others = [answer.missing_preparation, answer.unsupported_combinations, answer.advice].concat();
    (kinds(&answer.violations), kinds(&others))
}

fn at(site: Site, mut it: Request) -> Request {
    it.scars.iter_mut().for_each(|scar| scar.site = site.into());
    it
}

fn primed(it: Request) -> Request {
    patient(it, |it| it.priming_since = date(2026, 9, 1))
}

fn marked_before(it: Request) -> Request {
    patient(it, |it| it.conditions = vec![v1::Condition::PihHistory.into()])
}

fn boxcar(it: Request, width: f64) -> Request {
    let mut it = declared(it, v1::ScarType::Boxcar);
    it.scars[0].opening_width_mm = Some(width);
    it
}

/// R-330, "W not H": the pulsed dye laser, the fractional ablative laser and acid of 50 % in one sitting, three times, in
/// skin type IV (TR008). Nobody published it with strong acid.
#[test]
fn three_treatments_in_one_sitting_of_one_patient() {
    let visit = |strength: f64| vec![on("pulsed-dye-laser", &[]), on("ablative-fractional-laser", &[]), acid(strength)];
    for weeks in [4, 6, 8] {
        let course = |strength| {
            let visits = [0, 7 * weeks, 14 * weeks].map(|day| (day, visit(strength)));
            primed(dark(request(visits.to_vec()), v1::Phototype::Iv))
        };
        let (violations, others) = found(course(50.0), "tca-cross");
        assert_eq!(violations, [], "every {weeks} weeks");
        assert!(others.contains(&Kind::RarelyTogether), "every {weeks} weeks: {others:?}");
        assert!(found(course(70.0), "tca-cross").0.contains(&Kind::PairNotAllowed), "every {weeks} weeks");
    }
}

/// "Punch to laser: same day in I-III is advice, not violation." In darker skin it is one.
#[test]
fn punch_and_laser_on_one_day() {
    let visit = || vec![on("punch-excision", &["s1"]), on("ablative-fractional-laser", &["s1"])];
    let answer = service().check_protocol(request(vec![(0, visit())])).unwrap();
    assert!(answer.unsupported_combinations.is_empty());
    assert!(answer.advice.iter().any(|it| it.kind() == Kind::RarelyTogether));
    let (violations, _) = found(dark(request(vec![(60, visit())]), v1::Phototype::Iv), "ablative-fractional-laser");
    assert_eq!(violations, [Kind::PairNotAllowed]);
}

/// The dossier warns of acid in boxcar scars (IND-04, SC-156) and excludes it in broad ones (IND-01), which begin at 3 mm.
#[test]
fn acid_in_a_wide_opening_is_no_violation() {
    let of = |mut it: Request, width| {
        it.scars[0].opening_width_mm = Some(width);
        found(it, "tca-cross").0
    };
    let course = || every(&[0, 28, 56], &acid(80.0));
    for width in [1.5, 2.5, 2.9, 3.0] {
        assert_eq!(of(declared(course(), v1::ScarType::IcePick), width), [], "{width} mm");
        let broad = if width < 3.0 { vec![] } else { vec![Kind::Excluded] };
        assert_eq!(of(declared(course(), v1::ScarType::Boxcar), width), broad, "{width} mm");
    }
    let rolling = declared(every(&[0, 28, 56], &acid(80.0)), v1::ScarType::Rolling);
    assert_eq!(found(rolling, "tca-cross").0, [Kind::Excluded, Kind::NotForThisScar]);
}

/// "PEEL_JESSNER_TCA35: one to three sessions every 4, usually 6, to 8 weeks."
#[test]
fn medium_peels_every_four_weeks() {
    let peel = boxcar(every(&[0, 28, 56], &on("peel-medium-tca", &["s1"])), 2.5);
    let (violations, others) = found(peel, "peel-medium-tca");
    assert_eq!((violations, others.contains(&Kind::BelowLeast)), (vec![], true));
    let sooner = boxcar(every(&[0, 27, 54], &on("peel-medium-tca", &["s1"])), 2.5);
    assert_eq!(found(sooner, "peel-medium-tca").0, [Kind::BelowFloor]);
}

/// 2000 points a square centimetre were given at 1540 nm; in darker skin 456 are the most (FST-07), and in type III after
/// brown marks, "as one type darker" (PIH-04).
#[test]
fn the_density_of_the_mild_laser() {
    let laser = |points| set(on("non-ablative-fractional-laser", &["s1"]), "mtz_per_cm2", points);
    let id = "non-ablative-fractional-laser";
    let of = |points, phototype| primed(dark(every(&[0, 28, 56], &laser(points)), phototype));
    assert_eq!(found(of(1000.0, v1::Phototype::Iii), id).0, []);
    let (violations, others) = found(of(2000.0, v1::Phototype::Iii), id);
    assert_eq!((violations, others.contains(&Kind::SettingUnusual)), (vec![], true));
    assert_eq!(found(of(457.0, v1::Phototype::Iv), id).0, [Kind::AboveLimit]);
    assert_eq!(found(marked_before(of(457.0, v1::Phototype::Iii)), id).0, [Kind::AboveLimit]);
    assert_eq!(found(marked_before(of(457.0, v1::Phototype::Ii)), id).0, []);
}

/// After brown marks acid in single scars is as weak, and the skin as well prepared, as in darker skin (PIH-04).
#[test]
fn acid_after_brown_marks_is_weaker() {
    let of = |percent, phototype| marked_before(dark(every(&[0, 28, 56], &acid(percent)), phototype));
    for light in [v1::Phototype::Ii, v1::Phototype::Iii] {
        assert_eq!(found(primed(of(71.0, light)), "tca-cross").0, [Kind::AboveLimit]);
        assert_eq!(found(primed(of(70.0, light)), "tca-cross").0, []);
    }
    let unprimed = |phototype| found(of(50.0, phototype), "tca-cross").1.contains(&Kind::PrimingMissing);
    assert_eq!([v1::Phototype::Ii, v1::Phototype::Iii].map(unprimed), [false, true]);
}

/// "Lowest peel strength" on isotretinoin (ISO-11).
#[test]
fn mild_peels_on_isotretinoin_stay_at_their_lowest() {
    let current = v1::IsotretinoinUse { status: v1::Isotretinoin::Current.into(), last_taken: None };
    for (peel, setting, lowest) in [
        ("peel-superficial-bha", "salicylic_acid_percent", 20.0),
        ("peel-superficial-aha", "glycolic_acid_percent", 20.0),
        ("peel-light-tca", "tca_concentration_percent", 10.0),
        ("peel-jessner", "layers", 1.0),
    ] {
        let of = |value| {
            let plan = every(&[0, 28, 56], &set(on(peel, &["s1"]), setting, value));
            let it = patient(plan, |it| it.isotretinoin = Some(current));
            found(it, peel).0.contains(&Kind::AboveLimit)
        };
        assert_eq!((of(lowest), of(lowest + 1.0)), (false, true), "{peel}");
    }
}

/// A laser session before the drug says nothing of skin under it: a test area comes first all the same (ISO-03), unless
/// sessions or a test area followed since.
#[test]
fn a_laser_session_before_isotretinoin_is_no_test() {
    let id = "ablative-fractional-laser";
    let stopped = v1::IsotretinoinUse { status: v1::Isotretinoin::Stopped.into(), last_taken: date(2026, 10, 20) };
    let of = |past: Option<Date>, kind: v1::SessionKind| {
        let mut it = patient(every(&[0, 56], &on(id, &["s1"])), |it| it.isotretinoin = Some(stopped));
        let session = |date| v1::PastSession {
            procedure: id.to_owned(),
            date: Some(date),
            scar_ids: vec!["s1".to_owned()],
            kind: kind.into(),
            ..v1::PastSession::default()
        };
        it.history = past.into_iter().map(session).collect();
        found(boxcar(it, 2.5), id).1.contains(&Kind::TestAreaMissing)
    };
    let treatment = v1::SessionKind::Treatment;
    assert!(of(None, treatment), "nothing was done");
    assert!(of(date(2026, 2, 1), treatment), "ten months ago");
    assert!(of(date(2026, 10, 19), treatment), "on the drug, or before it: nobody knows");
    assert!(!of(date(2026, 10, 20), treatment), "on the day of the last capsule");
    assert!(of(date(2026, 2, 1), v1::SessionKind::TestArea), "a test area of a course that was given up");
    assert!(!of(date(2026, 10, 1), v1::SessionKind::TestArea), "a test area of this course");
}

/// "Fractional ablative laser: low density in IV-VI": what one trial gave on one side of Asian faces is unusual there, and
/// more than that a breach. Brown marks before ask for "the lowest density" in any skin.
#[test]
fn the_density_of_the_ablative_laser() {
    let id = "ablative-fractional-laser";
    let of = |value, phototype| {
        let laser = set(set(on(id, &["s1"]), "density_percent", value), "energy_mj", value);
        primed(dark(every(&[0, 56, 112], &laser), phototype))
    };
    let settings = |request| {
        let (violations, others) = found(request, id);
        let others = others.into_iter().filter(|it| matches!(it, Kind::SettingUnusual | Kind::StartsTooStrong));
        (violations, others.collect::<Vec<_>>())
    };
    let strong = vec![Kind::SettingUnusual, Kind::StartsTooStrong];
    for light in [v1::Phototype::Ii, v1::Phototype::Iii] {
        assert_eq!(settings(of(20.0, light)), (vec![], vec![]));
        assert_eq!(settings(marked_before(of(20.0, light))), (vec![], strong.clone()));
    }
    for dark in [v1::Phototype::Iv, v1::Phototype::V, v1::Phototype::Vi] {
        assert_eq!(settings(of(10.0, dark)), (vec![], vec![]));
        assert_eq!(settings(of(15.0, dark)), (vec![], vec![Kind::StartsTooStrong]));
        assert_eq!(settings(of(20.0, dark)), (vec![], strong.clone()));
        assert_eq!(settings(of(21.0, dark)).0, [Kind::AboveLimit]);
    }
}

/// "Priming start to acid: 2 weeks at least, usually 4" (expert case E02; FST-08, two to four weeks).
#[test]
fn priming_of_two_weeks_is_short_and_not_missing() {
    let primed = |day: i32| {
        let it = dark(every(&[day, day + 28, day + 56], &acid(70.0)), v1::Phototype::Iv);
        found(plan(it, |it| it.home_care = vec![home("azelaic-acid", 0, None)]), "tca-cross").1
    };
    let kinds = |day| (primed(day).contains(&Kind::PrimingMissing), primed(day).contains(&Kind::PrimingShort));
    assert_eq!(kinds(13), (true, false));
    assert_eq!(kinds(14), (false, true));
    assert_eq!(kinds(27), (false, true));
    assert_eq!(kinds(28), (false, false));
}

/// "Show the review's table and practice values, warn above": over the cheekbone from 1.0 mm, the review's value, to where
/// practice on cheeks begins.
#[test]
fn needles_over_the_cheekbone() {
    let of = |site, depth| {
        let needles = set(on("mnrf", &["s1"]), "needle_depth_mm", depth);
        found(at(site, every(&[0, 28, 56], &needles)), "mnrf").1.contains(&Kind::SettingUnusual)
    };
    for (depth, unusual) in [(0.8, true), (1.0, false), (2.0, false), (2.5, true), (3.5, true)] {
        assert_eq!(of(Site::UpperCheek, depth), unusual, "{depth} mm");
    }
    assert!(!of(Site::LowerCheek, 3.5));
}

/// "Test spot: VI always."
#[test]
fn a_test_spot_in_the_darkest_skin() {
    let missing = |procedure: &str, phototype| {
        let it = primed(dark(every(&[60, 88, 116], &on(procedure, &["s1"])), phototype));
        found(it, procedure).1.contains(&Kind::TestAreaMissing)
    };
    for procedure in ["tca-cross", "mnrf", "picosecond-fractional-laser", "non-ablative-fractional-laser"] {
        assert!(missing(procedure, v1::Phototype::Vi), "{procedure}");
        assert!(!missing(procedure, v1::Phototype::V), "{procedure}");
    }
}

/// "PLLA every 4 weeks, PMMA after 4"; calcium hydroxylapatite was topped up after 2.
#[test]
fn fillers_again() {
    let again = |filler: &str, days| {
        let mut it = declared(every(&[0, days], &on(filler, &["s1"])), v1::ScarType::Rolling);
        it.scars[0].opening_width_mm = Some(6.0);
        found(it, filler)
    };
    for filler in ["filler-plla", "filler-pmma"] {
        assert!(again(filler, 27).0.contains(&Kind::BelowFloor), "{filler}");
        assert!(!again(filler, 28).0.contains(&Kind::BelowFloor), "{filler}");
    }
    assert!(again("filler-caha", 13).0.contains(&Kind::BelowFloor));
    let (violations, others) = again("filler-caha", 14);
    assert!(!violations.contains(&Kind::BelowFloor) && others.contains(&Kind::BelowLeast), "{others:?}");
}

/// "After brown marks: two weeks more" on the skin of that session, for the plan and never for the floor.
#[test]
fn skin_on_which_brown_marks_have_faded() {
    let course = |days: i32, complications: &[v1::Complication]| {
        let mut it = every(&[0, days, 2 * days], &on("mnrf", &["s1"]));
        it.scars.push(v1::Scar { site: Site::Forehead.into(), ..bare_scar("s2") });
        it.history = vec![v1::PastSession {
            procedure: "ablative-fractional-laser".to_owned(),
            date: date(2026, 2, 1),
            scar_ids: vec!["s1".to_owned()],
            complications: complications.iter().map(|it| (*it).into()).collect(),
            complications_resolved: (!complications.is_empty()).then(|| date(2026, 6, 1)).flatten(),
            ..v1::PastSession::default()
        }];
        it
    };
    let brown = [v1::Complication::PihUnresolved];
    let close = |days, complications: &[v1::Complication]| {
        let (violations, others) = found(course(days, complications), "mnrf");
        (violations, others.contains(&Kind::BelowLeast), others.contains(&Kind::BelowUsual))
    };
    assert_eq!(close(28, &[]), (vec![], false, false));
    // Planned from 3 weeks and usually 4: now 5 and 6.
    assert_eq!(close(34, &brown), (vec![], true, false));
    assert_eq!(close(35, &brown), (vec![], false, true));
    assert_eq!(close(42, &brown), (vec![], false, false));
    assert_eq!(close(21, &brown).0, []);
    assert_eq!(close(20, &brown).0, [Kind::BelowFloor]);
    // Elsewhere nothing is longer.
    let mut elsewhere = course(28, &brown);
    elsewhere.plan.as_mut().unwrap().sessions.iter_mut().for_each(|it| {
        it.procedures = vec![on("mnrf", &["s2"])];
    });
    assert!(!found(elsewhere, "mnrf").1.iter().any(|it| matches!(it, Kind::BelowLeast | Kind::BelowUsual)));
}

/// What may be done is not yet planned: above 2 mm the rulings have the knife, and nothing where there are too many pits.
#[test]
fn acid_is_not_planned_in_a_wide_opening() {
    for (scar_type, depth) in [(v1::ScarType::IcePick, None), (v1::ScarType::Boxcar, Some(v1::DepthClass::Deep))] {
        for (count, tool) in [(8, Some("punch-excision")), (20, None)] {
            let scar = v1::Scar {
                declared_type: scar_type.into(),
                declared_depth_class: depth.unwrap_or_default().into(),
                opening_width_mm: Some(2.5),
                count: Some(count),
                ..bare_scar("s1")
            };
            let request = v1::GenerateProtocolRequest { scars: vec![scar], ..support::request() };
            let answer = service().generate_protocol(request).unwrap();
            let Some(Outcome::Protocol(protocol)) = answer.outcome else { panic!("{scar_type:?}: no plan") };
            let planned = |id: &str| protocol.stages.iter().any(|it| it.procedure == id);
            assert!(!planned("tca-cross") && !planned("dot-peel"), "{scar_type:?}, {count} scars");
            assert!(tool.is_none_or(planned), "{scar_type:?}, {count} scars");
        }
    }
}

/// The plan keeps the same distances: six weeks instead of four, and still only four elsewhere.
#[test]
fn sessions_are_further_apart_where_brown_marks_have_faded() {
    let planned = |site: Site| {
        let scar = v1::Scar {
            declared_type: v1::ScarType::Rolling.into(),
            opening_width_mm: Some(6.0),
            count: Some(8),
            site: site.into(),
            ..bare_scar("s1")
        };
        let history = vec![v1::PastSession {
            procedure: "microneedling".to_owned(),
            date: date(2026, 2, 1),
            sites: vec![Site::Cheek.into()],
            complications: vec![v1::Complication::PihUnresolved.into()],
            complications_resolved: date(2026, 6, 1),
            ..v1::PastSession::default()
        }];
        let request = v1::GenerateProtocolRequest { scars: vec![scar], history, ..support::request() };
        let Some(Outcome::Protocol(protocol)) = service().generate_protocol(request).unwrap().outcome else {
            panic!("no plan")
        };
        let days = protocol.sessions.iter().filter(|it| it.procedures.iter().any(|it| it.procedure == "subcision"));
        let days: Vec<i32> = days.map(|it| it.day).collect();
        let reasons = protocol.stages.iter().flat_map(|it| &it.reasons).any(|it| it.rule == "GAP-PIH-FADED");
        (days, reasons)
    };
    assert_eq!(planned(Site::Cheek), (vec![0, 42, 84], true));
    assert_eq!(planned(Site::Forehead), (vec![0, 28, 56], false));
}

#[test]
fn a_filler_comes_last_in_a_sitting() {
    let in_order = |procedures: &[&str]| {
        let them = procedures.iter().map(|it| on(it, &["s1"])).collect();
        found(boxcar(request(vec![(0, them)]), 4.0), procedures[1]).0
    };
    for (filler, device) in [("filler-ha", "mnrf"), ("filler-caha", "ablative-fractional-laser")] {
        assert!(in_order(&[filler, device]).contains(&Kind::PairNotAllowed), "{filler} under {device}");
        assert!(!in_order(&[device, filler]).contains(&Kind::PairNotAllowed), "{filler} after {device}");
    }
}

#[test]
fn weaker_acid_shares_the_sittings_of_the_stronger() {
    for percent in [50.0, 100.0] {
        let sitting = vec![on("subcision", &["s1"]), acid(percent)];
        assert!(!found(request(vec![(0, sitting)]), "tca-cross").0.contains(&Kind::PairNotAllowed), "{percent}");
    }
}

/// "The day before or the morning of treatment", and famciclovir from one or two days before.
#[test]
fn antiviral_cover_begins_around_the_day_before() {
    let lacks_cover = |day: i32| {
        let it = request(vec![(28, vec![on("ablative-fractional-laser", &["s1"])])]);
        let it = patient(it, |patient| patient.herpes_simplex_history = Some(true));
        let cover = v1::ProposedCare { kind: v1::CareItemKind::AntiviralCover.into(), days: vec![day] };
        let it = plan(it, |plan| plan.care.push(cover));
        let missing = service().check_protocol(it).unwrap().missing_preparation;
        let cover = |it: &v1::Finding| it.reasons.iter().any(|it| it.rule == "HSV-01");
        missing.iter().filter(|it| it.kind() == Kind::CareMissing).any(cover)
    };
    let lacking: Vec<i32> = [25, 26, 27, 28, 29].into_iter().filter(|day| lacks_cover(*day)).collect();
    assert_eq!(lacking, [25, 29]);
}
