//! Each mistake in a request has its sentence.

use cicatrix::wire::v1;

use super::{Request, away, bare_scar, date, past, pits, violations, wishes};

#[test]
fn each_mistake_has_its_sentence() {
    type Spoil = fn(&mut Request);
    let table: &[(Spoil, &str)] = &[
        (|it| it.start_date = None, "start_date is required; send the day on which the plan begins"),
        (
            |it| it.start_date = date(2026, 2, 29),
            "start_date is not a date; send year, month and day of a day that exists",
        ),
        (
            |it| it.start_date = date(2026, 12, 0),
            "start_date is not a date; send year, month and day of a day that exists",
        ),
        (
            |it| it.start_date = date(1899, 12, 31),
            "start_date lies outside the years 1900 to 2200; send the day of planning",
        ),
        (
            |it| it.start_date = date(9999, 12, 1),
            "start_date lies outside the years 1900 to 2200; send the day of planning",
        ),
        (|it| it.scars.clear(), "scars is empty; send at least one group of scars"),
        (
            |it| it.scars = (0..1001).map(|at| bare_scar(&at.to_string())).collect(),
            "scars holds too many groups; send at most 1000 and merge like ones",
        ),
        (|it| it.scars[0].id.clear(), "scars[0].id is required and holds 1 to 64 characters"),
        (|it| it.scars[0].id = "x".repeat(65), "scars[0].id is required and holds 1 to 64 characters"),
        (|it| it.scars.push(pits("s1")), "scars[1].id is also the id of scars[0]; every group needs its own"),
        (|it| it.scars[0].site = 0, "scars[0].site is required; name the site"),
        (|it| it.scars[0].site = 99, "scars[0].site is 99, which is no value of this enum; send one from 1 to 20"),
        (|it| it.scars[0].profile = -1, "scars[0].profile is -1, which is no value of this enum; send one from 1 to 3"),
        (|it| it.scars[0].count = Some(0), "scars[0].count must be a whole number from 1 to 1000"),
        (|it| it.scars[0].count = Some(1001), "scars[0].count must be a whole number from 1 to 1000"),
        (
            |it| it.scars[0].opening_width_mm = Some(-1.0),
            "scars[0].opening_width_mm must be a number above 0 and up to 50",
        ),
        (
            |it| it.scars[0].opening_width_mm = Some(0.0),
            "scars[0].opening_width_mm must be a number above 0 and up to 50",
        ),
        (
            |it| it.scars[0].opening_width_mm = Some(f64::NAN),
            "scars[0].opening_width_mm must be a number above 0 and up to 50",
        ),
        (
            |it| it.scars[0].opening_width_mm = Some(f64::INFINITY),
            "scars[0].opening_width_mm must be a number above 0 and up to 50",
        ),
        (|it| it.scars[0].base_width_mm = Some(51.0), "scars[0].base_width_mm must be a number from 0 to 50"),
        (
            |it| it.scars[0].depth_mm = Some(0.4),
            "scars[0].depth_method is required with depth_mm; say how the depth was measured",
        ),
        (
            |it| {
                it.scars[0].depth_mm = Some(5.1);
                it.scars[0].depth_method = v1::DepthMethod::Oct.into();
            },
            "scars[0].depth_mm must be a number from 0 to 5",
        ),
        (
            |it| {
                it.scars[0].depth_mm = Some(0.4);
                it.scars[0].depth_method = v1::DepthMethod::ClinicalVisual.into();
            },
            "scars[0].depth_mm cannot be judged by eye to the millimetre; send declared_depth_class instead",
        ),
        (
            |it| it.scars[0].declared_depth_class = v1::DepthClass::Unknown.into(),
            "scars[0].declared_depth_class cannot be unknown; leave it out when it was not judged",
        ),
        (
            |it| it.scars[0].area_cm2 = Some(2.0),
            "scars[0].area_cm2 is only counted for a raised scar; set relief to RELIEF_RAISED or leave it out",
        ),
        (
            |it| it.appearance = Some(v1::Appearance { declared_grade: Some(5), ..v1::Appearance::default() }),
            "appearance.declared_grade must be a whole number from 1 to 4",
        ),
        (
            |it| {
                let ecca = v1::EccaCounts { u_2_4mm: Some(-3), ..v1::EccaCounts::default() };
                it.scale_inputs = Some(v1::ScaleInputs { ecca: Some(ecca), ..v1::ScaleInputs::default() });
            },
            "scale_inputs.ecca.u_2_4mm must be a whole number from 0 to 1000",
        ),
        (
            |it| {
                let rows =
                    v1::QuantitativeCounts { hypertrophic_area_cm2: Some(-1.0), ..v1::QuantitativeCounts::default() };
                it.scale_inputs =
                    Some(v1::ScaleInputs { goodman_baron_quantitative: Some(rows), ..v1::ScaleInputs::default() });
            },
            "scale_inputs.goodman_baron_quantitative.hypertrophic_area_cm2 must be a number from 0 to 1000",
        ),
        (
            |it| it.patient.as_mut().unwrap().age_years = Some(121),
            "patient.age_years must be a whole number from 0 to 120",
        ),
        (
            |it| it.patient.as_mut().unwrap().phototype = 7,
            "patient.phototype is 7, which is no value of this enum; send one from 1 to 6",
        ),
        (|it| it.patient.as_mut().unwrap().inr = Some(0.1), "patient.inr must be a number from 0.8 to 15"),
        (
            |it| it.patient.as_mut().unwrap().acne_quiet_since = date(2027, 1, 0),
            "patient.acne_quiet_since lies after start_date; send the day on which it last was so",
        ),
        (
            |it| it.patient.as_mut().unwrap().topical_retinoid_last_used = date(2026, 0, 3),
            "patient.topical_retinoid_last_used is not a date; send a year that exists, and month and day or 0 where \
             they are not known",
        ),
        (
            |it| {
                let status = v1::Isotretinoin::Never.into();
                it.patient.as_mut().unwrap().isotretinoin =
                    Some(v1::IsotretinoinUse { status, last_taken: date(2026, 1, 1) });
            },
            "patient.isotretinoin.last_taken only goes with status ISOTRETINOIN_STOPPED; set that status or leave the \
             date out",
        ),
        (
            |it| it.patient.as_mut().unwrap().further_antithrombotics = vec![v1::Antithrombotic::Doac.into()],
            "patient.further_antithrombotics names drugs although antithrombotic does not; name the strongest there",
        ),
        (
            |it| {
                it.patient.as_mut().unwrap().allergies =
                    Some(v1::Allergies { recorded: false, substances: vec![v1::Allergen::Gold.into()] });
            },
            "patient.allergies.recorded must be true when the list holds entries",
        ),
        (
            |it| it.patient.as_mut().unwrap().conditions = vec![0],
            "patient.conditions[0] is unspecified; name a value or leave the entry out",
        ),
        (
            |it| {
                let both = vec![v1::Condition::Smoker.into()];
                let patient = it.patient.as_mut().unwrap();
                (patient.conditions, patient.absent_conditions) = (both.clone(), both);
            },
            "patient.absent_conditions[0] also stands in conditions; a condition is present or absent",
        ),
        (
            |it| it.patient.as_mut().unwrap().smoke_free_since = it.start_date,
            "patient.smoke_free_since only goes with CONDITION_SMOKER, also while there is a pause; set that or leave the \
             date out",
        ),
        (
            |it| it.fields = vec![v1::SkinField::default()],
            "fields[0].sites is empty; name the sites that this describes",
        ),
        (
            |it| {
                let infections = vec![v1::Infection::None.into(), v1::Infection::Hsv.into()];
                let sites = vec![v1::Site::Cheek.into()];
                it.fields = vec![v1::SkinField { sites, infections, ..v1::SkinField::default() }];
            },
            "fields[0].infections holds INFECTION_NONE beside infections; send one or the other",
        ),
        (
            |it| {
                it.fields = vec![v1::SkinField {
                    sites: vec![v1::Site::Cheek.into()],
                    pih_active: Some(false),
                    pih_origin: v1::PihOrigin::AcneMarks.into(),
                    ..v1::SkinField::default()
                }];
            },
            "fields[0].pih_origin only goes with brown marks; set pih_active to true or leave it out",
        ),
        (
            |it| {
                it.preferences = Some(v1::Preferences {
                    excluded_procedures: vec!["prp".to_owned(), "tca-crss".to_owned()],
                    ..v1::Preferences::default()
                });
            },
            "preferences.excluded_procedures[1] is no procedure of this knowledge release; ListProcedures names them",
        ),
        (
            |it| {
                it.preferences = Some(v1::Preferences { max_downtime_days: Some(-1), ..v1::Preferences::default() });
            },
            "preferences.max_downtime_days must be a whole number from 0 to 60",
        ),
        (
            |it| {
                let (liked, unwanted) = (vec!["gfc".to_owned(), "prp".to_owned()], vec!["prp".to_owned()]);
                wishes(it, |it| (it.preferred_procedures, it.excluded_procedures) = (liked, unwanted));
            },
            "preferences.preferred_procedures[1] also stands in excluded_procedures; a procedure is preferred or excluded",
        ),
        (
            |it| wishes(it, |it| it.preferred_procedures = vec!["tca-crss".to_owned()]),
            "preferences.preferred_procedures[0] is no procedure of this knowledge release; ListProcedures names them",
        ),
        (|it| wishes(it, |it| it.max_visits = Some(0)), "preferences.max_visits must be a whole number from 1 to 100"),
        (
            |it| wishes(it, |it| it.min_days_between_visits = Some(61)),
            "preferences.min_days_between_visits must be a whole number from 1 to 60",
        ),
        (
            |it| it.clinic = Some(v1::Clinic { max_procedures_per_visit: Some(0), ..v1::Clinic::default() }),
            "clinic.max_procedures_per_visit must be a whole number from 1 to 10",
        ),
        (
            |it| {
                let supervised_procedures = vec!["tca-crss".to_owned()];
                it.clinic = Some(v1::Clinic { supervised_procedures, ..v1::Clinic::default() });
            },
            "clinic.supervised_procedures[0] is no procedure of this knowledge release; ListProcedures names them",
        ),
        (|it| it.horizon = 3, "horizon is 3, which is no value of this enum; send one from 1 to 2"),
        (
            |it| wishes(it, |it| it.event_date = date(2026, 11, 30)),
            "preferences.event_date lies before start_date; send a day that is to come, or leave it out",
        ),
        (
            |it| wishes(it, |it| it.event_date = date(2027, 6, 0)),
            "preferences.event_date is not a date; send year, month and day of a day that exists",
        ),
        (
            |it| wishes(it, |it| it.event_date = date(2036, 11, 29)),
            "preferences.event_date lies more than 3650 days after start_date; send an earlier day or leave it out",
        ),
        (
            |it| wishes(it, |it| it.unavailable = vec![away(date(2026, 6, 2), date(9999, 6, 1))]),
            "preferences.unavailable[0].to lies more than 3650 days after start_date; send an earlier day or leave it out",
        ),
        (
            |it| wishes(it, |it| it.unavailable = vec![away(date(2027, 6, 2), date(2027, 6, 1))]),
            "preferences.unavailable[0] ends before it begins; send the first day as from and the last one as to",
        ),
        (
            |it| wishes(it, |it| it.unavailable = vec![away(date(2027, 6, 2), None)]),
            "preferences.unavailable[0].to is required; send a complete date",
        ),
        (
            |it| wishes(it, |it| it.unavailable = vec![away(date(2027, 2, 29), date(2027, 3, 1))]),
            "preferences.unavailable[0].from is not a date; send year, month and day of a day that exists",
        ),
        (
            |it| wishes(it, |it| it.unavailable = vec![away(date(2027, 6, 2), date(2027, 6, 2)); 51]),
            "preferences.unavailable holds too many entries; send at most 50",
        ),
        (
            |it| {
                let two = vec![away(date(2027, 1, 1), date(2027, 12, 31)), away(date(2028, 2, 1), date(2028, 2, 1))];
                wishes(it, |it| it.unavailable = two);
            },
            "preferences.unavailable holds too many days; send at most 365, or plan again later",
        ),
        (
            |it| wishes(it, |it| it.weekdays = vec![v1::Weekday::Monday.into(), 0]),
            "preferences.weekdays[1] is unspecified; name a value or leave the entry out",
        ),
        (
            |it| wishes(it, |it| it.weekdays = vec![8]),
            "preferences.weekdays[0] is 8, which is no value of this enum; send one from 1 to 7",
        ),
        (
            |it| {
                it.clinic = Some(v1::Clinic { available_procedures: vec![String::new()], ..v1::Clinic::default() });
            },
            "clinic.available_procedures[0] is no procedure of this knowledge release; ListProcedures names them",
        ),
        (|it| it.history = vec![past("", 1)], "history[0].procedure is required; name the procedure that was done"),
        (
            |it| it.history = vec![past("sunscreen", 1)],
            "history[0].procedure is home care and has no sessions; describe it under patient",
        ),
        (
            |it| it.history = vec![v1::PastSession { date: None, ..past("mnrf", 1) }],
            "history[0].date is required; send the day on which it was done",
        ),
        (
            |it| it.history = vec![v1::PastSession { date: date(2026, 12, 2), ..past("mnrf", 1) }],
            "history[0].date lies after start_date; send only sessions that were done",
        ),
        (
            |it| it.history = vec![v1::PastSession { scar_ids: vec!["s9".to_owned()], ..past("mnrf", 1) }],
            "history[0].scar_ids[0] is the id of no group in scars; name one or leave it out",
        ),
        (
            |it| it.history = vec![v1::PastSession { tca_percent: Some(50.0), ..past("mnrf", 1) }],
            "history[0].tca_percent only goes with a procedure that uses this acid; leave it out",
        ),
        (
            |it| it.history = vec![v1::PastSession { complications: vec![9], ..past("mnrf", 1) }],
            "history[0].complications[0] is 9, which is no value of this enum; send one from 1 to 6",
        ),
        (
            |it| it.history = (0..201).map(|_| past("mnrf", 1)).collect(),
            "history holds too many sessions; send the latest 200",
        ),
        (|it| it.view = 3, "view is 3, which is no value of this enum; send one from 1 to 2"),
    ];
    for (spoil, sentence) in table {
        let found = violations(*spoil);
        assert_eq!(found, [*sentence]);
    }
}

/// What a list holds beyond its limit is not looked at: it would take long, and fill the memory.
#[test]
fn each_list_has_a_limit() {
    type Fill = fn(&mut Request);
    fn patient(it: &mut Request) -> &mut v1::Patient {
        it.patient.as_mut().unwrap()
    }
    fn field(it: &mut Request) -> &mut v1::SkinField {
        it.fields = vec![v1::SkinField { sites: vec![1], ..v1::SkinField::default() }];
        &mut it.fields[0]
    }
    fn session(it: &mut Request) -> &mut v1::PastSession {
        it.history = vec![past("mnrf", 1)];
        &mut it.history[0]
    }
    const MANY: usize = 200_000;
    let ids = || vec!["prp".to_owned(); MANY];
    let words: &[(Fill, &str)] = &[
        (|it| patient(it).conditions = vec![1; MANY], "patient.conditions"),
        (|it| patient(it).absent_conditions = vec![0; MANY], "patient.absent_conditions"),
        (|it| patient(it).goals = vec![1; MANY], "patient.goals"),
        (|it| patient(it).malignancies = vec![1; MANY], "patient.malignancies"),
        (|it| patient(it).photosensitisers = vec![1; MANY], "patient.photosensitisers"),
        (|it| patient(it).connective_tissue_diseases = vec![1; MANY], "patient.connective_tissue_diseases"),
        (|it| patient(it).allergies.as_mut().unwrap().substances = vec![99; MANY], "patient.allergies.substances"),
        (
            |it| patient(it).implanted_devices.as_mut().unwrap().devices = vec![1; MANY],
            "patient.implanted_devices.devices",
        ),
        (
            |it| {
                patient(it).antithrombotic = v1::Antithrombotic::Doac.into();
                patient(it).further_antithrombotics = vec![1; MANY];
            },
            "patient.further_antithrombotics",
        ),
        (|it| field(it).sites = vec![1; MANY], "fields[0].sites"),
        (|it| field(it).infections = vec![1; MANY], "fields[0].infections"),
        (|it| wishes(it, |it| it.weekdays = vec![0; MANY]), "preferences.weekdays"),
        (|it| session(it).sites = vec![1; MANY], "history[0].sites"),
        (|it| session(it).complications = vec![1; MANY], "history[0].complications"),
        (|it| it.include = vec![9; MANY], "include"),
    ];
    for (fill, field) in words {
        assert_eq!(violations(*fill), [format!("{field} holds too many entries; send at most 100")]);
    }
    assert_eq!(
        violations(|it| session(it).scar_ids = vec!["s1".to_owned(); MANY]),
        ["history[0].scar_ids holds too many entries; send at most 1000"]
    );
    let both = violations(|it| wishes(it, |it| (it.preferred_procedures, it.excluded_procedures) = (ids(), ids())));
    assert_eq!(
        both,
        ["excluded", "preferred"]
            .map(|it| format!("preferences.{it}_procedures holds too many entries; send at most 1000"))
    );
}
