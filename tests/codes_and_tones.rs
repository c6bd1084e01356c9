//! Codes of public systems, agreement of experts, and plans for a measured skin tone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/service.rs"]
mod support;

use std::collections::BTreeSet;

use cicatrix::wire::v1::{self, generate_protocol_response::Outcome, skin_tone::Measured};
use support::{bare_scar, pits, request, service};

fn classify(scars: Vec<v1::Scar>) -> v1::ClassifyScarsResponse {
    service().classify_scars(v1::ClassifyScarsRequest { scars, ..v1::ClassifyScarsRequest::default() }).unwrap()
}

fn codes(scar: v1::Scar) -> Vec<String> {
    let answer = classify(vec![scar]);
    answer.scars[0].codes.iter().map(|it| it.code.clone()).collect()
}

fn declared(scar_type: v1::ScarType, cause: v1::ScarCause) -> v1::Scar {
    v1::Scar { declared_type: scar_type.into(), cause: cause.into(), ..bare_scar("s") }
}

/// A raised scar, with what is known of its border and what the clinician calls it.
fn raised(beyond: Option<bool>, declared: v1::ScarType) -> v1::Scar {
    v1::Scar {
        relief: v1::Relief::Raised.into(),
        raised_form: v1::RaisedForm::NodulePlaque.into(),
        extends_beyond_wound: beyond,
        declared_type: declared.into(),
        ..bare_scar("s")
    }
}

#[test]
fn a_label_that_is_as_careful_as_the_finding_stands() {
    use v1::ScarType::{Hypertrophic, IcePick, Keloid, Papular, RaisedUnspecified, Unspecified};
    let told = |beyond, declared| {
        let scar = classify(vec![raised(beyond, declared)]).scars.remove(0);
        let differs = scar.flags().any(|it| it == v1::ScarFlag::DeclaredTypeDiffers);
        (scar.scar_type(), scar.type_declared, differs)
    };
    assert_eq!(told(None, Unspecified), (RaisedUnspecified, false, false));
    // Nobody recorded the border: the name says what was seen, and nothing speaks against it.
    assert_eq!(told(None, Keloid), (Keloid, true, false));
    assert_eq!(told(None, Hypertrophic), (Hypertrophic, true, false));
    // The border is within the wound, and the clinician is more careful.
    assert_eq!(told(Some(false), Keloid), (Keloid, true, true));
    // The other way round the finding stands, as it does against every harmless name.
    assert_eq!(told(Some(true), Hypertrophic), (Keloid, false, true));
    for harmless in [IcePick, Papular] {
        for (beyond, found) in [(None, RaisedUnspecified), (Some(false), Hypertrophic), (Some(true), Keloid)] {
            assert_eq!(told(beyond, harmless), (found, false, true), "{harmless:?}");
        }
    }
}

/// Pits of the cheek beside another scar of the chest: the rules that acid in the pits hears.
fn acid_beside(other: v1::Scar) -> Vec<String> {
    let other = v1::Scar { id: "other".to_owned(), site: v1::Site::Chest.into(), ..other };
    let answer =
        service().generate_protocol(v1::GenerateProtocolRequest { scars: vec![pits("s"), other], ..request() });
    let mut all = answer.unwrap().dispositions.into_iter();
    let acid = all.find(|it| it.procedure == "tca-cross" && it.scar_ids == ["s"]).unwrap();
    acid.reasons.into_iter().map(|it| it.rule).collect()
}

#[test]
fn a_keloid_by_name_or_by_want_of_a_border_speaks_of_all_skin() {
    use v1::ScarType::{Hypertrophic, Keloid, Unspecified};
    let forms_keloids = |it: v1::Scar| {
        let rules = acid_beside(it);
        (rules.iter().any(|it| it == "KEL-25"), rules.iter().any(|it| it == "KEL-14"))
    };
    for keloid in
        [raised(None, Unspecified), raised(None, Keloid), raised(Some(false), Keloid), raised(Some(true), Unspecified)]
    {
        assert_eq!(forms_keloids(keloid.clone()), (true, false), "{keloid:?}");
    }
    for hypertrophic in [raised(Some(false), Unspecified), raised(None, Hypertrophic)] {
        assert_eq!(forms_keloids(hypertrophic.clone()), (false, true), "{hypertrophic:?}");
    }
    // What else it may be takes the name from it, and not the warning.
    let growing = v1::Scar { activity: v1::Activity::Suspicious.into(), ..raised(None, Keloid) };
    assert_eq!(classify(vec![growing.clone()]).scars[0].scar_type(), v1::ScarType::OosSuspiciousLesion);
    assert!(forms_keloids(growing).0);
}

#[test]
fn each_type_has_the_codes_of_the_dossier() {
    let acne = v1::ScarCause::Acne;
    for it in [v1::ScarType::IcePick, v1::ScarType::Boxcar, v1::ScarType::Rolling] {
        assert_eq!(codes(declared(it, acne)), ["ED80.5", "L90.5"], "{it:?}");
        // Without a cause it is an acne scar; with another cause it is not.
        assert_eq!(codes(declared(it, v1::ScarCause::Unspecified)), ["ED80.5", "L90.5"], "{it:?}");
        assert_eq!(codes(declared(it, v1::ScarCause::Varicella)), ["EE40.2", "L90.5"], "{it:?}");
        assert_eq!(codes(declared(it, v1::ScarCause::Surgery)), ["EL50", "L90.5"], "{it:?}");
    }
    assert_eq!(codes(declared(v1::ScarType::Keloid, acne)), ["EE60.0", "L91.0", "33659008"]);
    assert_eq!(codes(declared(v1::ScarType::Hypertrophic, acne)), ["EE60.1", "L91.0", "19843006"]);
    assert_eq!(codes(declared(v1::ScarType::MacularHyperpigmented, acne)), ["ED60.2", "L81.0", "49765009"]);
    assert_eq!(codes(declared(v1::ScarType::MacularHypopigmented, acne)), ["ED63.2", "L81.8"]);
    assert_eq!(codes(declared(v1::ScarType::MacularErythematous, acne)), ["L53.8"]);
    assert_eq!(codes(declared(v1::ScarType::OosActiveLesion, acne)), [""; 0]);
}

#[test]
fn no_scar_is_ever_coded_as_acne_varioliformis() {
    let mut seen = BTreeSet::new();
    for scar_type in (1..).map_while(|it| v1::ScarType::try_from(it).ok()) {
        for cause in (0..).map_while(|it| v1::ScarCause::try_from(it).ok()) {
            let answer = classify(vec![declared(scar_type, cause)]);
            for it in &answer.scars[0].codes {
                assert!(it.system.starts_with("http://") && !it.display.is_empty() && it.reasons.len() == 1, "{it:?}");
                assert!(it.fit == "equivalent" || it.fit == "broader", "{it:?}");
                seen.insert(it.code.clone());
            }
        }
    }
    assert_eq!(seen.len(), 15, "{seen:?}");
    for trap in ["L70.2", "L73.0"] {
        assert!(!seen.contains(trap), "{trap}");
    }
}

#[test]
fn every_cause_is_taken() {
    let all: Vec<v1::ScarCause> = (1..).map_while(|it| v1::ScarCause::try_from(it).ok()).collect();
    assert_eq!(all.len(), 10);
    for cause in all {
        assert_eq!(classify(vec![declared(v1::ScarType::Boxcar, cause)]).scars.len(), 1, "{cause:?}");
    }
}

#[test]
fn how_far_experts_agree_is_said() {
    let rules =
        |scars: Vec<v1::Scar>| -> Vec<String> { classify(scars).reasons.iter().map(|it| it.rule.clone()).collect() };
    let always = [
        "CLASS-NOT-A-DIAGNOSIS",
        "CLASS-AGREEMENT",
        "CLASS-AGREEMENT-COUNT",
        "CLASS-AGREEMENT-SHAPE",
        "CLASS-AGREEMENT-PRESENCE",
    ];
    assert_eq!(rules(vec![declared(v1::ScarType::Rolling, v1::ScarCause::Acne)]), always);
    let pits = rules(vec![pits("s")]);
    assert_eq!(pits[..5], always);
    assert_eq!(pits[5], "CLASS-AGREEMENT-ULTRASOUND");
}

/// What the plan makes of a skin tone, and the warnings that follow from it.
fn planned(phototype: v1::Phototype, measured: Measured) -> (v1::SkinToneEstimate, Vec<String>) {
    let mut request = request();
    let patient = request.patient.as_mut().unwrap();
    patient.phototype = phototype.into();
    patient.skin_tone = Some(v1::SkinTone { measured: Some(measured) });
    let answer = service().generate_protocol(request).unwrap();
    let Some(Outcome::Protocol(plan)) = answer.outcome else { panic!("no plan") };
    let said: Vec<String> = plan.warnings.iter().map(|it| it.rule.clone()).collect();
    let tones = said.iter().filter(|it| it.starts_with("TONE-") || *it == "PLAN-PHOTOTYPE-UNKNOWN");
    (answer.assessment.unwrap().skin_tone.unwrap(), tones.cloned().collect())
}

#[test]
fn a_skin_tone_is_taken_for_the_darker_neighbour() {
    use v1::Phototype::{Ii, Iii, Iv, V, Vi};
    let table = [
        (Measured::ItaDegrees(80.0), "very_light", Ii),
        (Measured::ItaDegrees(56.0), "very_light", Ii),
        (Measured::ItaDegrees(55.0), "light", Iii),
        (Measured::ItaDegrees(41.0), "intermediate", Iii),
        (Measured::ItaDegrees(30.1), "intermediate", Iii),
        (Measured::ItaDegrees(30.0), "intermediate", Iv),
        (Measured::ItaDegrees(28.1), "intermediate", Iv),
        (Measured::ItaDegrees(28.0), "tan", Iv),
        (Measured::ItaDegrees(12.0), "tan", V),
        (Measured::ItaDegrees(10.0), "brown", V),
        (Measured::ItaDegrees(-27.9), "brown", V),
        (Measured::ItaDegrees(-28.0), "brown", Vi),
        (Measured::ItaDegrees(-30.0), "dark", Vi),
        (Measured::ItaDegrees(-90.0), "dark", Vi),
        (Measured::Monk(1), "swatch_1_to_5", Iii),
        (Measured::Monk(5), "swatch_1_to_5", Iii),
        (Measured::Monk(6), "swatch_6", V),
        (Measured::Monk(7), "swatch_7", V),
        (Measured::Monk(8), "swatch_8_to_10", Vi),
        (Measured::Monk(10), "swatch_8_to_10", Vi),
        (Measured::MelaninIndex(30.0), "I-III", Iii),
        (Measured::MelaninIndex(41.0), "I-III", Iv),
        (Measured::MelaninIndex(42.0), "IV", Iv),
        (Measured::MelaninIndex(46.0), "IV", V),
        (Measured::MelaninIndex(47.0), "V-VI", Vi),
    ];
    for (measured, class, phototype) in table {
        let (found, warnings) = planned(v1::Phototype::Unspecified, measured);
        assert_eq!((found.tone_class.as_str(), found.phototype()), (class, phototype), "{measured:?}");
        assert!(found.estimated);
        assert_eq!(found.measured.unwrap().measured, Some(measured));
        assert_eq!(warnings, ["TONE-ESTIMATED"], "{measured:?}");
        assert!(found.reasons.iter().any(|it| it.rule == "TONE-ESTIMATED"));
    }
}

#[test]
fn a_plan_for_an_estimate_is_the_plan_for_that_phototype() {
    let plan = |phototype: v1::Phototype, skin_tone: Option<v1::SkinTone>| {
        let mut request = request();
        let patient = request.patient.as_mut().unwrap();
        (patient.phototype, patient.skin_tone) = (phototype.into(), skin_tone);
        service().generate_protocol(request).unwrap()
    };
    let measured = Some(v1::SkinTone { measured: Some(Measured::ItaDegrees(20.0)) });
    let (stated, estimated) = (plan(v1::Phototype::Iv, None), plan(v1::Phototype::Unspecified, measured));
    assert_eq!(stated.dispositions, estimated.dispositions);
    let (Some(Outcome::Protocol(stated)), Some(Outcome::Protocol(estimated))) = (stated.outcome, estimated.outcome)
    else {
        panic!("no plan")
    };
    assert_eq!(stated.stages, estimated.stages);
    assert_eq!(stated.sessions, estimated.sessions);
}

#[test]
fn a_stated_phototype_wins_and_a_skin_tone_that_does_not_fit_is_warned_of() {
    // The neighbour still fits.
    for phototype in [v1::Phototype::Iii, v1::Phototype::Iv, v1::Phototype::V] {
        let (found, warnings) = planned(phototype, Measured::ItaDegrees(20.0));
        assert!(!found.estimated);
        assert_eq!(warnings, [""; 0], "{phototype:?}");
    }
    for phototype in [v1::Phototype::I, v1::Phototype::Ii, v1::Phototype::Vi] {
        let (found, warnings) = planned(phototype, Measured::ItaDegrees(20.0));
        assert!(!found.estimated);
        assert_eq!(warnings, ["TONE-DIFFERS"], "{phototype:?}");
    }
    // A class of several phototypes fits each of them.
    assert_eq!(planned(v1::Phototype::I, Measured::MelaninIndex(30.0)).1, [""; 0]);
}
