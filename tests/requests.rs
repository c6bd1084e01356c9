//! Bad requests: every problem is named with its field and a remedy, and nothing that was sent is repeated.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/service.rs"]
mod support;

use cicatrix::{
    serve,
    wire::{Date, v1},
};
use support::{bare_scar, date, pits, request, service};

type Request = v1::GenerateProtocolRequest;

/// The violations of a request that was right before `spoil`.
fn violations(spoil: impl FnOnce(&mut Request)) -> Vec<String> {
    let mut request = request();
    spoil(&mut request);
    match service().generate_protocol(request) {
        Ok(_) => Vec::new(),
        Err(status) => {
            assert_eq!(status.code(), tonic::Code::InvalidArgument);
            serve::violations(&status)
        }
    }
}

#[test]
fn a_right_request_is_answered() {
    assert_eq!(violations(|_| {}), [""; 0]);
}

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

/// Spoils the ratings of a right request with one raised scar.
fn rated(spoil: impl FnOnce(&mut v1::ScaleInputs)) -> Vec<String> {
    let vss = v1::VssRatings { version: v1::VssVersion::VssVersion13.into(), ..v1::VssRatings::default() };
    let posas = v1::PosasRatings { version: v1::PosasVersion::PosasVersion20.into(), ..v1::PosasRatings::default() };
    let stated = v1::StatedTotal { version: "1".to_owned(), total: Some(3), maximum: Some(9) };
    let mut inputs = v1::ScaleInputs {
        scar_s: Some(v1::ScarSGrades::default()),
        vss: Some(vss),
        posas_patient: Some(posas.clone()),
        posas_observer: Some(posas),
        dlqi: Some(v1::DlqiAnswers::default()),
        scars_total: Some(stated.clone()),
        fasqol_total: Some(stated),
        ..v1::ScaleInputs::default()
    };
    spoil(&mut inputs);
    violations(|it| {
        it.scars.push(v1::Scar { relief: v1::Relief::Raised.into(), ..bare_scar("r") });
        it.scale_inputs = Some(inputs);
    })
}

#[test]
fn each_mistake_in_a_rating_has_its_sentence() {
    assert_eq!(rated(|_| {}), [""; 0]);
    type Spoil = fn(&mut v1::ScaleInputs);
    let table: &[(Spoil, &str)] = &[
        (
            |it| it.scar_s.as_mut().unwrap().chest = Some(6),
            "scale_inputs.scar_s.chest must be a whole number from 0 to 5",
        ),
        (
            |it| it.scar_s.as_mut().unwrap().face = Some(-1),
            "scale_inputs.scar_s.face must be a whole number from 0 to 5",
        ),
        (
            |it| it.vss.as_mut().unwrap().version = 0,
            "scale_inputs.vss.version is required; send VSS_VERSION_13, as totals of modified versions do not compare",
        ),
        (
            |it| it.vss.as_mut().unwrap().version = 2,
            "scale_inputs.vss.version is 2, which is no value of this enum; send one from 1 to 1",
        ),
        (
            |it| it.vss.as_mut().unwrap().pigmentation = Some(3),
            "scale_inputs.vss.pigmentation must be a whole number from 0 to 2",
        ),
        (
            |it| it.vss.as_mut().unwrap().pliability = Some(6),
            "scale_inputs.vss.pliability must be a whole number from 0 to 5",
        ),
        (
            |it| it.vss.as_mut().unwrap().height_mm = Some(-0.5),
            "scale_inputs.vss.height_mm must be a number from 0 to 100",
        ),
        (
            |it| it.vss.as_mut().unwrap().height_mm = Some(f64::NAN),
            "scale_inputs.vss.height_mm must be a number from 0 to 100",
        ),
        (
            |it| it.vss.as_mut().unwrap().scar_id = "x".to_owned(),
            "scale_inputs.vss.scar_id is the id of no group in scars; name one or leave it out",
        ),
        (
            |it| it.vss.as_mut().unwrap().scar_id = "s1".to_owned(),
            "scale_inputs.vss is made for raised scars, and none is meant here; leave it out, or record the scar as raised",
        ),
        (
            |it| it.posas_patient.as_mut().unwrap().version = 0,
            "scale_inputs.posas_patient.version is required; send POSAS_VERSION_2_0, as the items of other versions \
             differ",
        ),
        (
            |it| it.posas_observer.as_mut().unwrap().item_6 = Some(0),
            "scale_inputs.posas_observer.item_6 must be a whole number from 1 to 10",
        ),
        (
            |it| it.posas_observer.as_mut().unwrap().scar_id = "x".to_owned(),
            "scale_inputs.posas_observer.scar_id is the id of no group in scars; name one or leave it out",
        ),
        (
            |it| it.dlqi.as_mut().unwrap().item_10 = Some(4),
            "scale_inputs.dlqi.item_10 must be a whole number from 0 to 3",
        ),
        (
            |it| it.scars_total.as_mut().unwrap().version.clear(),
            "scale_inputs.scars_total.version is required and holds 1 to 64 characters; name it as the form does",
        ),
        (
            |it| it.scars_total.as_mut().unwrap().total = Some(10),
            "scale_inputs.scars_total.total must be a whole number from 0 to 9",
        ),
        (
            |it| it.fasqol_total.as_mut().unwrap().total = None,
            "scale_inputs.fasqol_total.total is required; send the total, or leave the scale out",
        ),
        (
            |it| it.fasqol_total.as_mut().unwrap().maximum = None,
            "scale_inputs.fasqol_total.maximum is required; send the largest total of this version",
        ),
        (
            |it| it.fasqol_total.as_mut().unwrap().maximum = Some(1001),
            "scale_inputs.fasqol_total.maximum must be a whole number from 1 to 1000",
        ),
    ];
    for (spoil, sentence) in table {
        assert_eq!(rated(*spoil), [*sentence]);
    }
    // Without a raised scar there is nothing to rate.
    let vss = v1::VssRatings { version: v1::VssVersion::VssVersion13.into(), ..v1::VssRatings::default() };
    let sunken =
        violations(|it| it.scale_inputs = Some(v1::ScaleInputs { vss: Some(vss), ..v1::ScaleInputs::default() }));
    assert_eq!(sunken.len(), 1, "{sunken:?}");
}

#[test]
fn each_mistake_in_a_skin_tone_has_its_sentence() {
    use v1::skin_tone::Measured;
    let table = [
        (None, "is empty; send ita_degrees, monk or melanin_index, or leave it out"),
        (Some(Measured::ItaDegrees(90.1)), "ita_degrees must be a number from -90 to 90"),
        (Some(Measured::ItaDegrees(f64::NAN)), "ita_degrees must be a number from -90 to 90"),
        (Some(Measured::Monk(0)), "monk must be a whole number from 1 to 10"),
        (Some(Measured::Monk(11)), "monk must be a whole number from 1 to 10"),
        (Some(Measured::MelaninIndex(-1.0)), "melanin_index must be a number from 0 to 100"),
    ];
    for (measured, sentence) in table {
        let join = if measured.is_some() { "." } else { " " };
        let skin_tone = Some(v1::SkinTone { measured });
        let found = violations(|it| it.patient.as_mut().unwrap().skin_tone = skin_tone);
        assert_eq!(found, [format!("patient.skin_tone{join}{sentence}")]);
        let request = v1::ClassifyScarsRequest { scars: vec![pits("s1")], skin_tone, ..Default::default() };
        let status = service().classify_scars(request).unwrap_err();
        assert_eq!(serve::violations(&status), [format!("skin_tone{join}{sentence}")]);
    }
}

/// Changes what the patient wishes.
fn wishes(request: &mut Request, change: impl FnOnce(&mut v1::Preferences)) {
    change(request.preferences.get_or_insert_default());
}

fn away(from: Option<Date>, to: Option<Date>) -> v1::DateRange {
    v1::DateRange { from, to }
}

fn past(procedure: &str, day: i32) -> v1::PastSession {
    v1::PastSession { procedure: procedure.to_owned(), date: date(2026, 11, day), ..v1::PastSession::default() }
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_fields() {
    let found = violations(|it| {
        it.start_date = None;
        it.patient.as_mut().unwrap().age_years = Some(-1);
        it.scars.push(v1::Scar { count: Some(0), site: 0, ..pits("s1") });
        it.view = 7;
    });
    let fields: Vec<&str> = found.iter().map(|it| it.split(' ').next().unwrap()).collect();
    assert_eq!(fields, ["start_date", "patient.age_years", "scars[1].id", "scars[1].site", "scars[1].count", "view"]);
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let mut request = request();
    request.scars = (0..400).map(|at| v1::Scar { count: Some(-1), ..bare_scar(&at.to_string()) }).collect();
    let status = service().generate_protocol(request).unwrap_err();
    assert_eq!(status.message(), "400 fields are wrong; the first 50 are listed");
    assert_eq!(serve::violations(&status).len(), 50);
    // Even a cautious client takes so much in a trailer.
    assert!(status.details().len() < 8 * 1024, "{}", status.details().len());
}

#[test]
fn nothing_that_was_sent_is_repeated() {
    let secret = "Jane Doe 1990-01-01";
    let found = violations(|it| {
        it.scars[0].id = secret.repeat(10);
        it.history = vec![v1::PastSession { scar_ids: vec![secret.to_owned()], ..past(secret, 1) }];
        it.preferences =
            Some(v1::Preferences { excluded_procedures: vec![secret.to_owned()], ..v1::Preferences::default() });
    });
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|it| !it.contains("Jane")), "{found:?}");
}

#[test]
fn a_partial_date_is_read_as_the_latest_day_it_can_be() {
    let until = |last_taken| {
        let mut request = request();
        let status = v1::Isotretinoin::Stopped.into();
        request.patient.as_mut().unwrap().isotretinoin = Some(v1::IsotretinoinUse { status, last_taken });
        let answer = service().generate_protocol(request).unwrap();
        let mnrf = answer.dispositions.iter().find(|it| it.procedure == "mnrf").unwrap();
        mnrf.reasons.iter().any(|it| it.code == "ISOTRETINOIN")
    };
    // 183 days before the start is 1 June 2026.
    assert!(!until(date(2026, 6, 1)));
    assert!(until(date(2026, 6, 2)));
    assert!(until(date(2026, 6, 0)), "30 June is possible");
    assert!(!until(date(2026, 5, 0)));
    assert!(until(date(2026, 0, 0)), "the start date is possible");
    assert!(!until(date(2025, 0, 0)));
}

#[test]
fn the_order_of_scars_and_lists_changes_nothing() {
    let mut one = request();
    one.scars = vec![pits("a"), v1::Scar { site: v1::Site::Temple.into(), ..pits("b") }, bare_scar("c")];
    one.preferences = Some(v1::Preferences {
        excluded_procedures: vec!["gfc".to_owned(), "prp".to_owned()],
        ..v1::Preferences::default()
    });
    let mut other = one.clone();
    other.scars.reverse();
    other.preferences.as_mut().unwrap().excluded_procedures.reverse();
    let one = service().generate_protocol(one).unwrap();
    assert_eq!(one, service().generate_protocol(other.clone()).unwrap());
    // Other facts, other id.
    other.patient.as_mut().unwrap().age_years = Some(28);
    assert_ne!(one.protocol_id, service().generate_protocol(other).unwrap().protocol_id);
}

#[test]
fn how_much_is_returned_does_not_change_the_plan() {
    let full = service().generate_protocol(request()).unwrap();
    let basic = service().generate_protocol(Request { view: v1::View::Basic.into(), ..request() }).unwrap();
    assert_eq!(full.protocol_id, basic.protocol_id);
    let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = &basic.outcome else { panic!("no plan") };
    assert!(basic.dispositions.len() < full.dispositions.len());
    for it in &basic.dispositions {
        assert!(plan.stages.iter().any(|stage| stage.procedure == it.procedure), "{}", it.procedure);
    }
    assert!(plan.stages.iter().all(|it| it.passed_over.is_empty()));
}

#[test]
fn wishes_and_the_clinic_are_heard() {
    let stages = |request: Request| -> Vec<String> {
        let answer = service().generate_protocol(request).unwrap();
        let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = answer.outcome else { panic!("no plan") };
        plan.stages.into_iter().filter(|it| it.session_count.is_some()).map(|it| it.procedure).collect()
    };
    assert_eq!(stages(request()), ["tca-cross", "mnrf", "ablative-fractional-laser", "prp"]);
    let without = |ids: &[&str]| {
        let excluded_procedures = ids.iter().map(|it| (*it).to_owned()).collect();
        stages(Request {
            preferences: Some(v1::Preferences { excluded_procedures, ..v1::Preferences::default() }),
            ..request()
        })
    };
    assert_eq!(without(&["prp"]), ["tca-cross", "mnrf", "ablative-fractional-laser", "gfc"]);
    assert_eq!(without(&["prp", "gfc", "mnrf"]), ["tca-cross", "microneedling", "ablative-fractional-laser", "prf"]);
    let only = |ids: &[&str]| {
        let available_procedures = ids.iter().map(|it| (*it).to_owned()).collect();
        stages(Request { clinic: Some(v1::Clinic { available_procedures, ..v1::Clinic::default() }), ..request() })
    };
    assert_eq!(only(&["tca-cross", "microneedling"]), ["tca-cross", "microneedling"]);
    let quiet = Request {
        preferences: Some(v1::Preferences { max_downtime_days: Some(1), ..v1::Preferences::default() }),
        ..request()
    };
    assert_eq!(stages(quiet), ["mnrf", "picosecond-fractional-laser", "prp"]);
}

#[test]
fn a_patient_of_whom_nothing_was_asked_gets_questions() {
    let answer = service().generate_protocol(Request { patient: None, ..request() }).unwrap();
    let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = answer.outcome else { panic!("no plan") };
    let asked: Vec<&str> = plan.questions.iter().map(|it| it.field.as_str()).collect();
    for field in [
        "patient.age_years",
        "patient.phototype",
        "patient.pregnancy",
        "patient.isotretinoin.status",
        "patient.active_acne",
        "patient.keloid_history",
        "patient.antithrombotic",
        "patient.infection_in_field",
        "patient.herpes_simplex_history",
        "patient.allergies",
        "patient.implanted_devices",
    ] {
        assert!(asked.contains(&field), "{field} is not asked: {asked:?}");
    }
    assert!(plan.questions.iter().all(|it| !it.would_change.is_empty() && !it.reasons.is_empty()));
}
