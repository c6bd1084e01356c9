//! Each mistake in what was measured and rated has its sentence.

use cicatrix::{serve, wire::v1};

use super::{bare_scar, pits, service, violations};

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
