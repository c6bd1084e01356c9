//! The eight properties of the safety dossier, over every case and every answer.

use cicatrix::{
    knowledge::Knowledge,
    release,
    serve::Service,
    wire::v1::{self, generate_protocol_response::Outcome},
};
use prost::Message as _;
use serde_json::{Map, Value as Json, json};

use super::{
    dossier::{ACTIONS, Case, Cases, action, cases, person_of},
    facts::{self, vocabulary},
    person::{Person, request},
    support::service,
};

fn generate(person: &Person) -> v1::GenerateProtocolResponse {
    service().generate_protocol(request(person)).unwrap_or_else(|it| panic!("{:?}", cicatrix::serve::violations(&it)))
}

/// How strict, and for how long: a deferral until an event outlasts every day.
fn strictness(found: &v1::ProcedureDisposition) -> (usize, i32) {
    let rank = ACTIONS.iter().position(|it| *it == action(found.disposition())).unwrap();
    let until = if found.until_event.is_empty() { found.until_day.unwrap_or(0) } else { i32::MAX };
    (rank, until)
}

/// Each procedure on each group where the second answer is milder.
fn milder(before: &v1::GenerateProtocolResponse, after: &v1::GenerateProtocolResponse) -> Vec<String> {
    let mut found = Vec::new();
    for old in &before.dispositions {
        for group in &old.scar_ids {
            let new = after.dispositions.iter().find(|it| it.procedure == old.procedure && it.scar_ids.contains(group));
            let new = new.unwrap_or_else(|| panic!("{} is silently dropped", old.procedure));
            if strictness(new) < strictness(old) {
                found.push(format!("{} on {group}", old.procedure));
            }
        }
    }
    found
}

/// One answer for each fact that is not the healthy one. What is good news is left out.
fn adverse() -> Vec<(String, Json)> {
    let mut all = Vec::new();
    for entry in vocabulary().iter().filter(|it| !matches!(it.scope.as_str(), "plan" | "history")) {
        let fact = &entry.fact;
        if matches!(fact.as_str(), "site" | "scar_types" | "fitzpatrick" | "age_years" | "field_extent") {
            continue;
        }
        for value in &entry.values {
            let value = match (entry.kind.as_str(), value.as_str()) {
                ("number", it) => json!(it.parse::<f64>().unwrap()),
                (_, "True" | "False" | "none" | "never" | "negative" | "not_applicable" | "unknown") => continue,
                (_, it) => json!(it),
            };
            all.push((fact.clone(), value));
        }
        if entry.kind == "yes/no" {
            // Where "yes" is the good answer, "no" is the adverse one.
            let bad = !matches!(
                fact.as_str(),
                "can_avoid_sun" | "can_follow_aftercare" | "cardiac_monitoring" | "distensible" | "guardian_consent"
            );
            all.push((fact.clone(), json!(bad)));
        }
    }
    all
}

/// The same person with one answer changed.
fn changed(case: &Case, baseline: &Map<String, Json>, changes: &Json) -> Person {
    let mut person = person_of(baseline, case);
    facts::learn(&mut person.facts, changes.as_object().unwrap());
    person
}

/// The answers that go with a fact, so that the request makes sense.
fn beside(fact: &str, value: &Json) -> Json {
    match fact {
        "isotretinoin_months_since" => json!({fact: value, "isotretinoin": "stopped"}),
        "vitiligo_stable_months" => json!({fact: value, "vitiligo": "stable"}),
        "active_acne" => json!({fact: value, "acne_quiet_months": null}),
        _ => json!({fact: value}),
    }
}

/// Healthy people with each type of scar.
fn healthy(all: &Cases) -> Vec<&Case> {
    let healthy = all.cases.iter().filter(|it| it.patient.keys().all(|fact| fact == "fitzpatrick"));
    healthy.filter(|it| it.scar["site"] == json!(["cheek"])).collect()
}

#[test]
fn prop_01_an_adverse_fact_never_makes_anything_milder() {
    let all = cases();
    let mut found = Vec::new();
    for case in healthy(&all) {
        let before = generate(&person_of(&all.baseline, case));
        for (fact, value) in adverse() {
            let after = generate(&changed(case, &all.baseline, &beside(&fact, &value)));
            for it in milder(&before, &after) {
                found.push(format!("{}: {fact} = {value}: {it}", case.id));
            }
        }
    }
    assert!(found.is_empty(), "{} times milder\n{}", found.len(), found.join("\n"));
}

/// Of one kind, the deeper first: what the skin must bear only gets less.
const DEPTHS: [&[&str]; 3] = [
    &["full-ablative-laser", "ablative-fractional-laser", "non-ablative-fractional-laser"],
    &["peel-deep-phenol", "peel-medium-tca", "peel-light-tca"],
    &["dermabrasion-rotary", "dermabrasion-manual"],
];
/// What speaks against the gentler alone, and why.
const OF_ITS_OWN: [(&str, &str); 1] = [("ALG-10", "a reaction to trichloroacetic acid is none to phenol")];

/// Where a fact holds back the gentler of two treatments of a kind, the deeper is not freer.
#[test]
fn a_deeper_treatment_is_never_freer_than_a_gentler_one_of_its_kind() {
    let all = cases();
    let (mut found, mut compared) = (Vec::new(), 0);
    for case in healthy(&all) {
        let before = generate(&person_of(&all.baseline, case));
        for (fact, value) in adverse() {
            let after = generate(&changed(case, &all.baseline, &beside(&fact, &value)));
            let on = |answer: &v1::GenerateProtocolResponse, procedure: &str, group: &String| {
                let of = |it: &&v1::ProcedureDisposition| it.procedure == procedure && it.scar_ids.contains(group);
                answer.dispositions.iter().find(of).cloned()
            };
            for pair in DEPTHS.iter().flat_map(|it| it.windows(2)) {
                let (deeper, gentler) = (pair[0], pair[1]);
                for group in after.dispositions.iter().flat_map(|it| &it.scar_ids) {
                    let (Some(deep), Some(gentle), Some(was)) =
                        (on(&after, deeper, group), on(&after, gentler, group), on(&before, gentler, group))
                    else {
                        continue;
                    };
                    let own = gentle.reasons.iter().any(|it| OF_ITS_OWN.iter().any(|(rule, _)| it.rule == *rule));
                    if own || strictness(&gentle) <= strictness(&was) {
                        continue;
                    }
                    compared += 1;
                    if strictness(&deep) < strictness(&gentle) {
                        found.push(format!("{}: {fact} = {value}: {deeper} is freer than {gentler}", case.id));
                    }
                }
            }
        }
    }
    found.sort();
    found.dedup();
    assert!(compared > 0, "nothing holds any of them back");
    assert!(found.is_empty(), "{} times freer\n{}", found.len(), found.join("\n"));
}

#[test]
fn prop_02_what_was_not_asked_is_never_milder_than_the_safe_answer() {
    let all = cases();
    let required = [
        "age_years",
        "pregnancy",
        "fitzpatrick",
        "isotretinoin",
        "keloid_history",
        "hsv_history",
        "active_acne",
        "infection_in_field",
        "antithrombotic",
        "implanted_device",
        "allergies",
        "bdd_screen",
        "malignancy",
        "acne_quiet_months",
        "setting",
    ];
    let mut found = Vec::new();
    for case in healthy(&all) {
        let before = generate(&person_of(&all.baseline, case));
        for fact in required {
            let after = generate(&changed(case, &all.baseline, &json!({fact: null})));
            for it in milder(&before, &after) {
                found.push(format!("{}: {fact} unknown: {it}", case.id));
            }
        }
    }
    assert!(found.is_empty(), "{} times milder\n{}", found.len(), found.join("\n"));
}

#[test]
fn prop_03_order_changes_nothing() {
    let all = cases();
    for case in &all.cases {
        let request = request(&person_of(&all.baseline, case));
        let mut reversed = request.clone();
        reversed.scars.reverse();
        reversed.fields.reverse();
        reversed.history.reverse();
        let patient = reversed.patient.as_mut().unwrap();
        patient.conditions.reverse();
        patient.absent_conditions.reverse();
        if let Some(allergies) = &mut patient.allergies {
            allergies.substances.reverse();
        }
        let (one, other) = (service().generate_protocol(request), service().generate_protocol(reversed));
        assert_eq!(one.unwrap().encode_to_vec(), other.unwrap().encode_to_vec(), "{}", case.id);
    }
}

#[test]
fn prop_04_the_strictest_comes_first_and_every_reason_stays() {
    // That the reported action is the maximum of all that fire is what `tests/oracle.rs` works out. Here: what is stricter
    // than a plain warning names the rule for it first, and no rule is named twice.
    let all = cases();
    for case in &all.cases {
        let answer = generate(&person_of(&all.baseline, case));
        for found in &answer.dispositions {
            let rules: Vec<String> = found.reasons.iter().map(|it| it.rule.clone()).collect();
            let mut once = rules.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), rules.len(), "{} {}: {rules:?}", case.id, found.procedure);
            let only_notices = rules.iter().all(|it| matches!(it.as_str(), "GEN-01" | "LA-01"));
            let strict = ACTIONS.iter().position(|it| *it == action(found.disposition())).unwrap() > 1;
            assert!(!(strict && only_notices), "{} {}: {rules:?}", case.id, found.procedure);
        }
    }
}

#[test]
fn prop_05_nothing_is_dropped_in_silence() {
    let all = cases();
    let listed = v1::ListProceduresRequest { page_size: 1000, page_token: String::new() };
    let listed = service().list_procedures(listed).unwrap().procedures;
    for case in &all.cases {
        let person = person_of(&all.baseline, case);
        let answer = generate(&person);
        for group in person.groups.iter().filter(|it| it.id != "hypertrophic") {
            for procedure in &listed {
                let found = answer
                    .dispositions
                    .iter()
                    .find(|it| it.procedure == procedure.procedure && it.scar_ids.iter().any(|it| it == group.id));
                let found = found.unwrap_or_else(|| panic!("{}: {} is dropped", case.id, procedure.procedure));
                if matches!(action(found.disposition()), "exclude" | "defer") {
                    let first = found.reasons.first().unwrap_or_else(|| panic!("{}: no reason", case.id));
                    let sourced = first.basis == cicatrix::wire::v1::Basis::Sourced as i32;
                    assert!(!first.statement.is_empty() && (!sourced || !first.citations.is_empty()), "{}", case.id);
                    assert!(!first.code.is_empty(), "{}: {} says no code", case.id, first.rule);
                }
            }
        }
    }
}

#[test]
fn prop_06_no_date_precedes_a_deferral() {
    let all = cases();
    for case in &all.cases {
        let answer = generate(&person_of(&all.baseline, case));
        let Some(Outcome::Protocol(protocol)) = &answer.outcome else { continue };
        for session in protocol.sessions.iter().chain(&protocol.contingent_sessions) {
            for done in &session.procedures {
                let fares = answer.dispositions.iter().filter(|it| it.procedure == done.procedure);
                for found in fares.filter(|it| it.scar_ids.iter().any(|id| done.scar_ids.contains(id))) {
                    let what = format!("{}: {} on day {}", case.id, done.procedure, session.day);
                    assert_ne!(action(found.disposition()), "exclude", "{what}");
                    assert!(found.until_day.is_none_or(|until| session.day >= until), "{what}");
                }
            }
        }
    }
}

/// Words that would have a prescribed drug left out.
const STOPPING: [&str; 9] =
    ["stop", "pause", "interrupt", "discontinu", "withhold", "hold", "leave out", "skip", "come off"];
const DRUGS: [&str; 12] = [
    "aspirin",
    "warfarin",
    "anticoag",
    "antithromb",
    "thinner",
    "clopidogrel",
    "p2y12",
    "doac",
    "apixaban",
    "platelet drug",
    "slows clotting",
    "prescribed",
];

/// Does a sentence tell somebody to leave a prescribed drug out? "Never stopped" and "do not stop" do not.
fn tells_to_stop(sentence: &str) -> bool {
    let text = sentence.to_lowercase().replace('_', " ");
    text.split(['.', ';', ':', ',']).any(|clause| {
        let denied = ["not ", "never", "no reason", "without", "n't "].iter().any(|it| clause.contains(it));
        DRUGS.iter().any(|it| clause.contains(it)) && STOPPING.iter().any(|it| clause.contains(it)) && !denied
    })
}

#[test]
fn prop_07_no_prescribed_drug_is_ordered_to_be_stopped() {
    assert!(tells_to_stop("Warfarin is stopped three days before."));
    assert!(!tells_to_stop("Aspirin is not stopped for this."));
    let mut token = String::new();
    loop {
        let request = v1::ListRulesRequest { page_size: 1000, page_token: token };
        let page = service().list_rules(request).unwrap();
        for rule in &page.rules {
            assert!(!tells_to_stop(&rule.statement), "{}: {}", rule.rule, rule.statement);
        }
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let all = cases();
    let drugs = ["aspirin_cv", "p2y12", "dapt", "warfarin", "doac"];
    for drug in drugs {
        let answer = generate(&changed(&all.cases[0], &all.baseline, &json!({"antithrombotic": drug})));
        let text = serde_json::to_string(&answer).unwrap();
        for sentence in text.split('"') {
            assert!(!tells_to_stop(sentence), "{drug}: {sentence}");
        }
    }
}

#[test]
fn prop_08_the_same_request_gives_the_same_bytes() {
    let all = cases();
    let again = Service::new(Knowledge::parse(&release::embedded()).unwrap());
    for case in &all.cases {
        let request = request(&person_of(&all.baseline, case));
        let (one, other) = (service().generate_protocol(request.clone()), again.generate_protocol(request));
        assert_eq!(one.unwrap().encode_to_vec(), other.unwrap().encode_to_vec(), "{}", case.id);
    }
}
