//! The hazards of `docs/hazards.md`, one test each: what must come of the situation that does the harm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "hazards/seen.rs"]
mod seen;
#[path = "hazards/service.rs"]
mod service;
#[path = "support/service.rs"]
mod support;

use cicatrix::domain::{
    Action::{Clearance, Defer, Exclude, Modify, Warn},
    Fact, ScarType, Site,
};
use seen::{Change, Seen, days_ago, no, not_asked, number, word, yes};

const AFL: &str = "ablative-fractional-laser";
const NAFL: &str = "non-ablative-fractional-laser";
const PICO: &str = "picosecond-fractional-laser";
const CROSS: &str = "tca-cross";
const FULL_LASER: &str = "full-ablative-laser";
const ROTARY: &str = "dermabrasion-rotary";
const MEDIUM_PEEL: &str = "peel-medium-tca";
const PHENOL: &str = "peel-deep-phenol";
const AHA: &str = "peel-superficial-aha";

#[test]
fn hz_001_pregnancy_possible_or_not_asked_waits() {
    for (answer, rule) in [(word(Fact::Pregnancy, "pregnant"), "PREG-02"), (not_asked(Fact::Pregnancy), "PREG-07")] {
        let seen = Seen::with(&[answer]);
        seen.must("mnrf", Defer, rule);
        seen.must("topical-retinoid", Defer, if rule == "PREG-02" { "PREG-04" } else { rule });
        assert!(seen.fares(AHA).is_none_or(|it| it < Defer), "a fruit acid peel stays possible");
        seen.never("hydroquinone");
    }
    Seen::with(&[word(Fact::Pregnancy, "possible")]).must(CROSS, Defer, "PREG-07");
}

#[test]
fn hz_002_breast_feeding_has_its_own_rules() {
    let seen = Seen::with(&[yes(Fact::Lactating)]);
    seen.must("microneedling", Defer, "LACT-01");
    seen.must("hydroquinone", Defer, "LACT-05");
    seen.must("peel-superficial-bha", Defer, "LACT-04");
    seen.must(NAFL, Warn, "LACT-03");
    assert!(seen.fares(AHA).is_none_or(|it| it < Defer) && seen.fares(NAFL).is_none_or(|it| it < Defer));
}

#[test]
fn hz_003_minors_need_consent_and_children_are_not_treated() {
    Seen::with(&[number(Fact::AgeYears, 11)]).must("mnrf", Exclude, "AGE-01");
    let minor = Seen::with(&[number(Fact::AgeYears, 15)]);
    minor.must("mnrf", Defer, "AGE-09");
    minor.must_not_hear("mnrf", "AGE-09-NO");
    Seen::with(&[number(Fact::AgeYears, 15), no(Fact::GuardianConsent)]).must("mnrf", Defer, "AGE-09-NO");
    minor.must("filler-ha", Exclude, "AGE-05");
    minor.must(FULL_LASER, Exclude, "AGE-04");
    Seen::with(&[number(Fact::AgeYears, 15), yes(Fact::GuardianConsent)]).must("mnrf", Clearance, "AGE-03");
}

#[test]
fn hz_004_use_outside_the_label_is_said() {
    let seen = Seen::with(&[number(Fact::AgeYears, 20)]);
    seen.must("filler-ha", Warn, "AGE-07");
    seen.must("microneedling", Warn, "AGE-08");
    seen.must("filler-pmma", Exclude, "AGE-06");
}

#[test]
fn hz_005_isotretinoin_within_half_a_year() {
    let recent = Seen::with(&[word(Fact::Isotretinoin, "stopped"), days_ago(Fact::DaysSinceIsotretinoin, 182)]);
    recent.must(FULL_LASER, Defer, "ISO-01");
    recent.must(AFL, Clearance, "ISO-03");
    recent.must("mnrf", Clearance, "ISO-08");
    recent.must(CROSS, Clearance, "ISO-09");
    let later = Seen::with(&[word(Fact::Isotretinoin, "stopped"), days_ago(Fact::DaysSinceIsotretinoin, 183)]);
    later.must_not_hear(FULL_LASER, "ISO-01");
}

#[test]
fn hz_006_isotretinoin_does_not_forbid_what_the_consensus_allows() {
    let seen = Seen::with(&[word(Fact::Isotretinoin, "current")]);
    for (procedure, rule) in [(NAFL, "ISO-04"), ("subcision", "ISO-05"), (AHA, "ISO-05")] {
        seen.must(procedure, Warn, rule);
        assert!(seen.fares(procedure).is_none_or(|it| it < Defer), "{procedure}");
    }
}

#[test]
fn hz_007_a_missing_stop_date_counts_as_recent() {
    let seen = Seen::with(&[word(Fact::Isotretinoin, "stopped"), not_asked(Fact::DaysSinceIsotretinoin)]);
    seen.must(FULL_LASER, Defer, "ISO-14");
    seen.must("mnrf", Clearance, "ISO-15");
}

#[test]
fn hz_008_acne_or_a_pustule_comes_first() {
    Seen::with(&[word(Fact::ActiveAcne, "moderate")]).must(AFL, Defer, "ACNE-02");
    let pustules = Seen::with(&[yes(Fact::PustulesInField)]);
    pustules.must(FULL_LASER, Defer, "ACNE-01");
    pustules.must("mnrf", Warn, "ACNE-04");
}

#[test]
fn hz_009_infected_skin_is_not_wounded() {
    for (word_of, rule) in [("bacterial", "INF-01"), ("hsv", "INF-02"), ("warts", "INF-03"), ("molluscum", "INF-03")] {
        let seen = Seen::with(&[word(Fact::InfectionInField, word_of)]);
        seen.must("mnrf", Defer, rule);
        seen.never("mnrf");
    }
    Seen::with(&[days_ago(Fact::DaysSinceInfection, 13)]).must("mnrf", Defer, "INF-06");
}

#[test]
fn hz_010_herpes_is_covered() {
    let seen = Seen::with(&[yes(Fact::HsvHistory)]);
    seen.must(AFL, Modify, "HSV-01");
    assert!(seen.items.contains("antiviral-cover"), "the cover is an item of the plan: {:?}", seen.items);
    Seen::with(&[not_asked(Fact::HsvHistory)]).must(AFL, Clearance, "HSV-06");
    Seen::with(&[yes(Fact::HsvHistory), yes(Fact::RenalDisease)]).must(AFL, Clearance, "HSV-07");
    // Whatever the cover is for, weak kidneys have its dose set.
    Seen::with(&[not_asked(Fact::HsvHistory), yes(Fact::RenalDisease)]).must(AFL, Clearance, "HSV-07-UNKNOWN");
    let mouth = |known: &[Change]| Seen::at(ScarType::Boxcar, Site::Perioral, Some(3), known);
    mouth(&[no(Fact::HsvHistory), yes(Fact::RenalDisease)]).must(AFL, Clearance, "HSV-07-FACE");
    mouth(&[yes(Fact::HsvHistory), yes(Fact::RenalDisease)]).must("mnrf", Clearance, "HSV-07-MOUTH");
    Seen::with(&[no(Fact::HsvHistory), yes(Fact::RenalDisease)]).must(FULL_LASER, Clearance, "HSV-07-WHOLE");
}

#[test]
fn hz_011_who_forms_keloids_gets_no_deep_wound() {
    let seen = Seen::with(&[word(Fact::KeloidHistory, "personal")]);
    seen.must(FULL_LASER, Exclude, "KEL-01");
    seen.must(AFL, Exclude, "KEL-02");
    seen.must(CROSS, Exclude, "KEL-03");
    seen.must("punch-excision", Exclude, "KEL-03");
    seen.must("mnrf", Clearance, "KEL-05");
    let jaw = Seen::at(ScarType::IcePick, Site::Jawline, Some(3), &[word(Fact::KeloidHistory, "personal")]);
    jaw.must("mnrf", Exclude, "KEL-04");
}

#[test]
fn hz_012_raised_scars_are_referred() {
    for scar_type in [ScarType::Hypertrophic, ScarType::Keloid, ScarType::RaisedUnspecified] {
        let seen = Seen::at(scar_type, Site::Cheek, Some(3), &[]);
        assert!(seen.planned.is_empty() && !seen.referred.is_empty(), "{scar_type:?}: {:?}", seen.planned);
        seen.must("mnrf", Exclude, "KEL-08");
    }
}

#[test]
fn hz_013_dark_skin_gets_other_settings() {
    let dark = Seen::at(ScarType::IcePick, Site::Cheek, Some(5), &[]);
    dark.must(PHENOL, Exclude, "FST-01");
    dark.must(FULL_LASER, Exclude, "FST-02");
    dark.must(AFL, Modify, "FST-05");
    dark.must(NAFL, Modify, "FST-07");
    dark.must(CROSS, Modify, "FST-08");
    let light = Seen::at(ScarType::IcePick, Site::Cheek, Some(2), &[]);
    assert!(dark.strongest(CROSS) < light.strongest(CROSS), "the acid of the dark is weaker");
    assert!(dark.first_day(CROSS) > light.first_day(CROSS), "the dark are primed");
}

#[test]
fn hz_014_an_unknown_skin_type_is_the_darkest_and_is_asked() {
    let seen = Seen::at(ScarType::IcePick, Site::Cheek, None, &[]);
    seen.must(AFL, Clearance, "FST-13");
    seen.must(FULL_LASER, Exclude, "FST-02");
    assert!(seen.heard.contains("PLAN-PHOTOTYPE-UNKNOWN"));
}

#[test]
fn hz_015_priming_is_not_oversold() {
    let says = seen::says("FST-12");
    assert!(says.contains("weak") && says.contains("proof"), "{says}");
    assert!(seen::says("PLAN-PIGMENT").contains("at best a little"));
}

#[test]
fn hz_016_brown_marks_fade_before_the_next_wound() {
    let marks = Seen::with(&[yes(Fact::PihActiveInField), word(Fact::PihOrigin, "procedure")]);
    marks.must(AFL, Defer, "PIH-01");
    marks.must("mnrf", Defer, "PIH-06");
    Seen::with(&[word(Fact::PreviousComplication, "pih_unresolved")]).must("mnrf", Defer, "PIH-03");
}

#[test]
fn hz_017_sun_waits() {
    let tan = Seen::with(&[days_ago(Fact::DaysSinceTan, 10)]);
    tan.must(NAFL, Defer, "SUN-01");
    tan.must("mnrf", Defer, "SUN-02");
    Seen::with(&[days_ago(Fact::DaysSinceTan, 20)]).must_not_hear("mnrf", "SUN-02");
    Seen::with(&[yes(Fact::Sunburn)]).must("subcision", Defer, "SUN-03");
    Seen::with(&[no(Fact::CanAvoidSun)]).must(AFL, Defer, "SUN-04");
}

#[test]
fn hz_018_photosensitisers_are_told_apart_and_never_stopped() {
    let with = |name: &str| Seen::with(&[word(Fact::Photosensitiser, name)]);
    with("pdt_agent").must(NAFL, Defer, "PHO-01");
    with("amiodarone").must(NAFL, Clearance, "PHO-02");
    with("other").must(NAFL, Warn, "PHO-03");
    for rule in ["PHO-01", "PHO-02", "PHO-03"] {
        assert!(!seen::says(rule).to_lowercase().contains("stop "), "{rule}");
    }
}

#[test]
fn hz_019_lupus_scleroderma_and_porphyria() {
    let lupus = |name: &str| Seen::with(&[word(Fact::PhotosensitiveDisease, name)]);
    lupus("lupus_active").must("mnrf", Defer, "PHD-01");
    lupus("lupus_quiescent").must("mnrf", Clearance, "PHD-02");
    lupus("porphyria").must(AFL, Exclude, "PHD-03");
    Seen::with(&[word(Fact::Ctd, "scleroderma_systemic")]).must(AFL, Exclude, "CTD-01");
}

#[test]
fn hz_020_diseases_that_come_up_in_wounds() {
    Seen::with(&[word(Fact::Vitiligo, "active")]).must("mnrf", Defer, "VIT-01");
    let stable = |days| Seen::with(&[word(Fact::Vitiligo, "stable"), days_ago(Fact::DaysSinceVitiligoStable, days)]);
    stable(365).must("mnrf", Defer, "VIT-02");
    stable(366).must("mnrf", Clearance, "VIT-03");
    Seen::with(&[word(Fact::Vitiligo, "stable"), not_asked(Fact::DaysSinceVitiligoStable)])
        .must("mnrf", Defer, "VIT-04");
    Seen::with(&[word(Fact::Psoriasis, "active_in_field")]).must("mnrf", Defer, "PSO-01");
}

#[test]
fn hz_021_severe_immunosuppression_and_chemotherapy_wait() {
    for answer in [word(Fact::Immunosuppression, "severe"), yes(Fact::ChemoCurrent)] {
        let seen = Seen::with(&[answer]);
        seen.must("mnrf", Defer, "IMM-01");
        seen.must("prp", Defer, "IMM-01");
        seen.never("mnrf");
    }
}

#[test]
fn hz_022_moderate_immunosuppression_is_no_ban() {
    let seen = Seen::with(&[word(Fact::Immunosuppression, "moderate")]);
    seen.must("mnrf", Clearance, "IMM-02");
    assert_eq!(seen.fares("mnrf"), Some(Clearance));
}

#[test]
fn hz_023_diabetes_and_smoking() {
    Seen::with(&[number(Fact::Hba1c, 9)]).must("mnrf", Defer, "DM-01");
    Seen::with(&[number(Fact::Hba1c, 8)]).must("mnrf", Warn, "DM-02");
    let smoker = Seen::with(&[yes(Fact::Smoker)]);
    smoker.must("punch-excision", Modify, "SMK-01");
    assert!(smoker.added_by("SMK-01").contains(&"smoking-cessation"), "{:?}", smoker.added_by("SMK-01"));
    let begins = |changes: &[Change]| Seen::with(changes).first_day("subcision");
    assert_eq!(begins(&[]), Some(0));
    assert_eq!(begins(&[yes(Fact::Smoker)]), Some(28));
    for (days, day) in [(0, 28), (1, 27), (27, 1), (28, 0), (400, 0)] {
        assert_eq!(
            begins(&[yes(Fact::Smoker), days_ago(Fact::DaysSinceSmokeFree, days)]),
            Some(day),
            "{days} days ago"
        );
    }
}

#[test]
fn hz_024_bleeding_and_few_platelets() {
    Seen::with(&[yes(Fact::BleedingDisorder)]).must("microneedling", Exclude, "BLD-01");
    Seen::with(&[number(Fact::Platelets, 49)]).must("mnrf", Exclude, "BLD-03");
    let few = Seen::with(&[number(Fact::Platelets, 50)]);
    few.must("mnrf", Clearance, "BLD-04");
    few.must_not_hear("mnrf", "BLD-03");
    Seen::with(&[number(Fact::Platelets, 99)]).must("prp", Exclude, "BLD-05");
    Seen::with(&[number(Fact::Platelets, 100)]).must_not_hear("prp", "BLD-05");
}

#[test]
fn hz_025_medicine_against_clots_goes_on() {
    for name in ["aspirin_cv", "dapt", "warfarin", "doac"] {
        Seen::with(&[word(Fact::Antithrombotic, name)]).must("mnrf", Warn, "ATH-02");
    }
    assert!(seen::says("ATH-02").contains("goes on as prescribed"));
    Seen::with(&[word(Fact::Antithrombotic, "doac")]).must("subcision", Clearance, "ATH-03");
}

#[test]
fn hz_026_warfarin_needs_an_inr() {
    let warfarin = word(Fact::Antithrombotic, "warfarin");
    Seen::with(&[warfarin, not_asked(Fact::Inr)]).must("mnrf", Clearance, "ATH-08");
    Seen::with(&[warfarin, seen::thousandths(Fact::Inr, 3_600)]).must("mnrf", Defer, "ATH-01");
    Seen::with(&[warfarin, seen::thousandths(Fact::Inr, 3_500)]).must_not_hear("mnrf", "ATH-01");
}

#[test]
fn hz_027_platelet_treatment_has_its_own_bans() {
    for (answer, action, rule) in [
        (yes(Fact::Sepsis), Defer, "INF-04"),
        (number(Fact::Platelets, 80), Exclude, "BLD-05"),
        (word(Fact::Malignancy, "hematologic"), Exclude, "ONC-02"),
        (word(Fact::Malignancy, "active_solid"), Exclude, "ONC-04"),
        (days_ago(Fact::DaysSinceNsaid, 6), Defer, "ATH-05"),
        (days_ago(Fact::DaysSinceSystemicSteroid, 13), Defer, "STR-01"),
        (days_ago(Fact::DaysSinceSiteSteroid, 27), Defer, "STR-02"),
    ] {
        Seen::with(&[answer]).must("prp", action, rule);
    }
}

#[test]
fn hz_028_blood_is_never_mixed_up() {
    Seen::with(&[]).must("prp", Warn, "PRPX-01");
    assert!(seen::says("PRPX-01").contains("single-use"));
    Seen::with(&[word(Fact::Setting, "unlicensed")]).must("prp", Exclude, "SET-01");
}

#[test]
fn hz_029_a_suspicious_spot_comes_first() {
    let seen = Seen::with(&[word(Fact::Malignancy, "skin_in_field_or_suspicious")]);
    seen.must("mnrf", Defer, "ONC-01");
    seen.never("mnrf");
    assert!(seen::says("ONC-01").contains("urgent"));
    let spot = Seen::at(ScarType::OosSuspiciousLesion, Site::Cheek, Some(3), &[]);
    assert!(spot.heard.contains("REF-SUSPICIOUS") && spot.planned.is_empty());
}

#[test]
fn hz_030_no_radiofrequency_with_an_active_implant() {
    for (name, rule) in [("pacemaker", "DEV-01"), ("icd", "DEV-01"), ("neurostimulator", "DEV-02")] {
        let seen = Seen::with(&[word(Fact::ImplantedDevice, name)]);
        seen.must("mnrf", Exclude, rule);
        seen.never("mnrf");
        assert!(!seen.planned.is_empty(), "{name}: something else is planned");
    }
    Seen::with(&[word(Fact::ImplantedDevice, "pacemaker")]).must("punch-excision", Modify, "DEV-04");
    Seen::with(&[not_asked(Fact::ImplantedDevice)]).must("mnrf", Clearance, "DEV-05");
}

#[test]
fn hz_031_metal_and_ink_in_the_field() {
    Seen::with(&[yes(Fact::MetalInField)]).must("mnrf", Exclude, "DEV-03");
    Seen::with(&[yes(Fact::TattooInField)]).must(PICO, Exclude, "TAT-01");
}

#[test]
fn hz_032_needles_count_as_gold_until_known() {
    let gold = word(Fact::Allergies, "gold");
    Seen::with(&[gold, not_asked(Fact::MnrfNeedleMaterial)]).must("mnrf", Exclude, "ALG-01");
    let steel = Seen::with(&[gold, word(Fact::MnrfNeedleMaterial, "stainless_steel")]);
    steel.must_not_hear("mnrf", "ALG-01");
    steel.must("mnrf", Warn, "ALG-02");
}

#[test]
fn hz_033_gold_therapy_rules_out_short_pulses_for_life() {
    Seen::with(&[yes(Fact::GoldTherapyEver)]).must(PICO, Exclude, "GLD-01");
}

#[test]
fn hz_034_anaesthetics_have_a_ceiling() {
    let seen = Seen::with(&[]);
    seen.must("mnrf", Warn, "LA-01");
    assert!(seen.items.contains("anaesthetic-ceiling"), "{:?}", seen.items);
    Seen::with(&[yes(Fact::HepaticDisease)]).must("mnrf", Clearance, "LA-02");
    Seen::with(&[yes(Fact::MethemoglobinemiaRisk)]).must("mnrf", Modify, "MET-01");
    Seen::with(&[word(Fact::Allergies, "lidocaine")]).must("mnrf", Modify, "ALG-05");
}

#[test]
fn hz_035_phenol_only_under_a_monitor() {
    Seen::with(&[no(Fact::CardiacMonitoring)]).must(PHENOL, Exclude, "PHN-02");
    Seen::with(&[yes(Fact::CardiacDisease)]).must(PHENOL, Exclude, "PHN-01");
}

#[test]
fn hz_036_irradiated_skin() {
    Seen::with(&[yes(Fact::RadiotherapyField)]).must(AFL, Exclude, "RAD-01");
}

#[test]
fn hz_037_worry_about_looks_is_asked_about() {
    Seen::with(&[word(Fact::BddScreen, "positive")]).must("mnrf", Defer, "BDD-01");
    Seen::with(&[not_asked(Fact::BddScreen)]).must("mnrf", Clearance, "BDD-02");
    Seen::with(&[yes(Fact::UnrealisticExpectations)]).must("mnrf", Defer, "BDD-03");
}

#[test]
fn hz_038_lids_lips_and_places_over_vessels() {
    let at = |site| Seen::at(ScarType::Rolling, site, Some(3), &[]);
    at(Site::Eyelid).must("mnrf", Exclude, "SITE-01");
    at(Site::Lip).must("mnrf", Exclude, "SITE-10");
    for site in [Site::Eyelid, Site::Lip] {
        for cream in ["hydroquinone", "topical-retinoid", "azelaic-acid", "vitamin-c", "aha-cream", "bha-leave-on"] {
            Seen::at(ScarType::Rolling, site, Some(5), &[]).must(cream, Exclude, "SITE-17");
        }
    }
    at(Site::Eyelid).must(NAFL, Modify, "SITE-18");
    at(Site::Jawline).must("subcision", Modify, "SITE-08");
    at(Site::Glabella).must("filler-ha", Exclude, "SITE-11");
    at(Site::Cheek).must("filler-ha", Warn, "FLU-02");
}

#[test]
fn hz_039_the_trunk_is_no_face() {
    let at = |site| Seen::at(ScarType::Rolling, site, Some(3), &[]);
    at(Site::Neck).must(FULL_LASER, Exclude, "SITE-04");
    at(Site::Neck).must(AFL, Modify, "SITE-05");
    for site in [Site::Chest, Site::Back, Site::Shoulder] {
        at(site).must(ROTARY, Exclude, "SITE-06");
        at(site).must(AFL, Clearance, "SITE-07");
        let pits = Seen::at(ScarType::IcePick, site, Some(3), &[]);
        assert!(pits.heard.contains("SITE-14"), "{site:?}: nobody says why there is no acid");
        for tool in ["tca-cross", "dot-peel", "punch-excision"] {
            assert!(!pits.planned.contains(tool), "{site:?}: {tool}");
        }
    }
}

#[test]
fn hz_040_needle_depth_follows_the_site() {
    let depth = |site| Seen::at(ScarType::IcePick, site, Some(3), &[]).depths("mnrf");
    assert!(!depth(Site::Cheek).is_empty());
    for site in [Site::Temple, Site::Forehead, Site::Perioral, Site::Nose, Site::Neck] {
        assert!(depth(site).iter().max() < depth(Site::Cheek).iter().max(), "{site:?} as deep as the cheek");
    }
    Seen::at(ScarType::Rolling, Site::Temple, Some(3), &[]).must("mnrf", Modify, "SITE-09");
    Seen::with(&[]).must("mnrf", Warn, "MNRF-01");
}

#[test]
fn hz_041_sittings_keep_their_distance() {
    // The laws of `every_case.rs` hold the distance of every two sittings of every case; here, what stands behind them.
    Seen::with(&[]).must(AFL, Warn, "CMB-01");
    for (first, next) in [("afl", "afl"), ("mnrf", "mnrf"), ("cross-high", "cross-high"), ("mnrf", "afl")] {
        let gap = seen::gap(first, next);
        assert!(gap.floor >= 14 && gap.plan_min >= gap.floor, "{first} to {next}: {gap:?}");
    }
}

#[test]
fn hz_042_light_skin_does_not_wait_for_pigment() {
    let every = |phototype| Seen::at(ScarType::IcePick, Site::Cheek, Some(phototype), &[]).interval(CROSS).unwrap();
    assert!(every(2) <= every(5), "light skin waits longer");
    assert_eq!(every(2), every(1));
}

#[test]
fn hz_043_fillers_and_toxin_settle_first() {
    let filler = Seen::with(&[days_ago(Fact::DaysSinceFiller, 13)]);
    filler.must("mnrf", Defer, "PRI-01");
    filler.must(NAFL, Warn, "PRI-02");
    Seen::with(&[days_ago(Fact::DaysSinceBotulinum, 13)]).must(AFL, Defer, "PRI-04");
    Seen::with(&[days_ago(Fact::DaysSinceFiller, 14)]).must_not_hear("mnrf", "PRI-01");
}

#[test]
fn hz_044_nothing_is_rubbed_into_needled_skin() {
    Seen::with(&[]).must("mnrf", Warn, "CMB-02");
    let says = seen::says("CMB-02").to_lowercase();
    assert!(says.contains("saline"), "{says}");
}

#[test]
fn hz_045_each_tool_for_its_scar() {
    Seen::at(ScarType::Rolling, Site::Cheek, Some(3), &[]).must(CROSS, Exclude, "IND-01");
    Seen::at(ScarType::IcePick, Site::Cheek, Some(3), &[]).must("filler-ha", Exclude, "IND-02");
    Seen::at(ScarType::IcePick, Site::Cheek, Some(3), &[]).must("subcision", Exclude, "IND-03");
}

#[test]
fn hz_046_never_at_home_and_never_without_a_licence() {
    for name in ["home", "unlicensed"] {
        let seen = Seen::with(&[word(Fact::Setting, name)]);
        for procedure in ["mnrf", CROSS, AFL, MEDIUM_PEEL] {
            seen.must(procedure, Exclude, "SET-01");
        }
    }
}

#[test]
fn hz_047_hydroquinone_ends() {
    Seen::with(&[days_ago(Fact::DaysSinceHydroquinoneStarted, 112)]).must("hydroquinone", Modify, "HQ-01");
    Seen::with(&[yes(Fact::Ochronosis)]).must("hydroquinone", Exclude, "ALG-08");
    Seen::with(&[]).must("hydroquinone", Warn, "HQ-02");
}

#[test]
fn hz_048_what_was_not_asked_is_said_and_never_a_no() {
    for (fact, procedure, rule) in [
        (Fact::KeloidHistory, AFL, "KEL-10"),
        (Fact::Allergies, "mnrf", "ALG-12"),
        (Fact::ActiveAcne, "mnrf", "ACNE-09"),
        (Fact::Antithrombotic, "mnrf", "ATH-07"),
        (Fact::InfectionInField, "mnrf", "INF-07"),
    ] {
        let seen = Seen::with(&[not_asked(fact)]);
        seen.must(procedure, Clearance, rule);
        assert!(seen.not_assessed.contains(&fact), "{fact:?} is not said to be unasked");
    }
}

#[test]
fn hz_063_no_session_before_its_wait_is_over() {
    let seen = Seen::with(&[days_ago(Fact::DaysSinceTan, 0), days_ago(Fact::DaysSinceTopicalRetinoid, 0)]);
    for (procedure, wait) in [(AFL, 28), ("mnrf", 14)] {
        let first = seen.first_day(procedure);
        assert!(first.is_none_or(|day| day >= wait), "{procedure} on day {first:?}");
    }
}
