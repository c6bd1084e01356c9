//! Hazards of the service and not of the medicine: units, contradictions, versions, reasons, privacy of the contract.

use std::{fs, path::Path};

use cicatrix::{
    serve::violations,
    wire::v1::{self, generate_protocol_response::Outcome},
};

use crate::{
    seen::knowledge,
    support::{bare_scar, date, patient, request, service},
};

/// The fields that are refused after `change`.
fn refused(change: impl Fn(&mut v1::Patient)) -> Vec<String> {
    let mut patient = patient();
    change(&mut patient);
    let request = v1::GenerateProtocolRequest { patient: Some(patient), ..request() };
    match service().generate_protocol(request) {
        Ok(_) => Vec::new(),
        Err(status) => violations(&status),
    }
}

fn is_refused(field: &str, change: impl Fn(&mut v1::Patient)) {
    let found = refused(change);
    assert!(found.iter().any(|it| it.contains(field)), "{field}: {found:?}");
}

#[test]
fn hz_049_a_number_in_another_unit_is_refused() {
    is_refused("platelets", |it| it.platelets = Some(250_000.0));
    is_refused("hemoglobin", |it| it.hemoglobin_g_dl = Some(140.0));
    is_refused("hba1c", |it| it.hba1c_percent = Some(53.0));
    is_refused("inr", |it| it.inr = Some(35.0));
    is_refused("age_years", |it| it.age_years = Some(200));
}

#[test]
fn hz_050_contradictions_are_refused() {
    let never = v1::Isotretinoin::Never.into();
    is_refused("isotretinoin", |it| {
        it.isotretinoin = Some(v1::IsotretinoinUse { status: never, last_taken: date(2026, 5, 1) });
    });
    is_refused("allergies", |it| {
        it.allergies = Some(v1::Allergies { recorded: false, substances: vec![v1::Allergen::Gold.into()] });
    });
    // Two entries for one site are both heard, in whatever order.
    let burnt = |answers: &[bool]| {
        let sites = vec![v1::Site::Cheek.into()];
        let field = |it: &bool| v1::SkinField { sites: sites.clone(), sunburn: Some(*it), ..v1::SkinField::default() };
        let fields = answers.iter().map(field).collect();
        let answer = service().generate_protocol(v1::GenerateProtocolRequest { fields, ..request() }).unwrap();
        (answer.dispositions, answer.outcome)
    };
    assert_ne!(burnt(&[true]), burnt(&[false]));
    assert_eq!(burnt(&[true, false]), burnt(&[true]));
    assert_eq!(burnt(&[false, true]), burnt(&[true]));
}

#[test]
fn hz_051_a_word_nobody_knows_is_refused() {
    is_refused("pregnancy", |it| it.pregnancy = 99);
    is_refused("phototype", |it| it.phototype = 99);
    is_refused("isotretinoin", |it| {
        it.isotretinoin = Some(v1::IsotretinoinUse { status: 99, last_taken: None });
    });
}

#[test]
fn hz_052_every_answer_names_its_knowledge() {
    let answer = service().generate_protocol(request()).unwrap();
    assert_eq!(answer.knowledge_release, knowledge().release());
    assert_eq!(answer.knowledge_digest, knowledge().digest());
}

#[test]
fn hz_053_removing_any_safety_rule_changes_the_digest_and_is_told() {
    let files = cicatrix::release::embedded();
    let mut edited = files.clone();
    let file = edited.iter_mut().find(|it| it.path == "safety/implants.toml").unwrap();
    let start = file.text.find("[[rule]]").unwrap();
    let end = file.text[start + 1..].find("[[rule]]").unwrap() + start + 1;
    let id =
        file.text[start..end].lines().find(|it| it.starts_with("id")).unwrap().split('"').nth(1).unwrap().to_owned();
    file.text.to_mut().replace_range(start..end, "");
    let parsed = match cicatrix::knowledge::Knowledge::parse(&edited) {
        Ok(it) => it,
        // Refused outright: something else leaned on it.
        Err(problems) => return assert!(!problems.0.is_empty()),
    };
    assert_ne!(parsed.digest(), knowledge().digest());
    // A part of the survey will do: the rule acts on everybody with an implant.
    let survey = cicatrix::survey::Survey::of_all(&[knowledge()]).thinned(41);
    let old = cicatrix::review::Side { knowledge: knowledge(), files: &files };
    let new = cicatrix::review::Side { knowledge: &parsed, files: &edited };
    let difference = cicatrix::review::diff(old, new, &survey);
    let gone = difference.rules.iter().find(|it| it.rule == id).unwrap();
    assert!(gone.what[0].starts_with("gone: ") && difference.changed_cases > 0);
}

#[test]
fn hz_054_every_safety_rule_has_a_code() {
    for rule in knowledge().rules().iter().filter(|it| it.action.is_some()) {
        assert!(!rule.code.is_empty(), "{} has no code", rule.id);
        let upper = rule.code.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
        assert!(upper, "{}: {}", rule.id, rule.code);
    }
}

#[test]
fn hz_055_every_answer_is_for_a_clinician_to_review() {
    let said = |reasons: &[cicatrix::wire::v1::Reason]| reasons.iter().any(|it| it.statement.contains("clinician"));
    assert!(said(&service().generate_protocol(request()).unwrap().reasons));
    let mut referred = request();
    referred.scars = vec![bare_scar("s1")];
    assert!(said(&service().generate_protocol(referred).unwrap().reasons));
}

#[test]
fn hz_056_no_image_can_be_sent() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/cicatrix/v1");
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let fields = text.lines().map(str::trim).filter(|it| !it.starts_with("//"));
        for field in fields {
            assert!(!field.contains("bytes "), "{}: {field}", path.display());
        }
    }
}

#[test]
fn hz_057_every_stage_and_session_gives_its_reasons() {
    let answer = service().generate_protocol(request()).unwrap();
    let Some(Outcome::Protocol(protocol)) = answer.outcome else { panic!("no protocol") };
    assert!(!protocol.stages.is_empty() && !protocol.sessions.is_empty());
    assert!(protocol.stages.iter().all(|it| !it.reasons.is_empty()));
    assert!(protocol.sessions.iter().all(|it| !it.reasons.is_empty()));
    let rule = protocol.stages[0].reasons[0].rule.clone();
    let shown = service().get_rule(v1::GetRuleRequest { rule }).unwrap().rule.unwrap();
    assert!(!shown.statement.is_empty() && shown.basis != i32::from(v1::Basis::Unspecified));
}

#[test]
fn hz_058_what_has_no_source_says_so() {
    let rules = service().list_rules(v1::ListRulesRequest { page_size: 1000, ..Default::default() }).unwrap().rules;
    assert!(!rules.is_empty());
    for rule in rules {
        let practice = rule.basis() == v1::Basis::ExpertPractice;
        assert_eq!(rule.awaits_sign_off, practice, "{}", rule.rule);
        assert_eq!(rule.basis() == v1::Basis::Sourced, !rule.citations.is_empty(), "{}", rule.rule);
    }
}

#[test]
fn hz_062_days_are_counted_exactly() {
    let at = |month: i32, day: i32| {
        let mut patient = patient();
        let status = v1::Isotretinoin::Stopped.into();
        patient.isotretinoin = Some(v1::IsotretinoinUse { status, last_taken: date(2026, month, day) });
        let answer = service().generate_protocol(v1::GenerateProtocolRequest { patient: Some(patient), ..request() });
        let answer = answer.unwrap();
        let laser = answer.dispositions.iter().find(|it| it.procedure == "full-ablative-laser").unwrap().clone();
        laser.reasons.iter().any(|it| it.rule == "ISO-01")
    };
    // The plan begins on 1 December 2026: 183 days before is 1 June.
    assert!(!at(6, 1), "the wait is over after 183 days");
    assert!(at(6, 2), "the wait is not over after 182 days");
}

#[test]
fn hz_066_an_answer_can_be_reported_back() {
    let answer = service().generate_protocol(request()).unwrap();
    assert!(!answer.protocol_id.is_empty() && !answer.knowledge_release.is_empty());
}
