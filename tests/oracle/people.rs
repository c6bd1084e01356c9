//! Whom the second opinion is asked about: every pathway, each with every single unhealthy answer on top.

use std::collections::BTreeMap;

use cicatrix::wire::v1::Site;
use serde_json::{Map, Value as Json, json};

use super::{
    facts::{self, Facts, Value},
    person::{Group, Kind, Person},
    rules::rules,
};

/// One answer that is not the healthy one, with what has to be said beside it.
#[derive(Debug, Clone)]
pub struct Answer {
    pub name: String,
    pub changes: Facts,
    pub forgotten: Vec<String>,
    pub acne_marks: Option<bool>,
    pub primed_days: Option<i32>,
    pub theatre: Option<bool>,
}

impl Answer {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            changes: Facts::new(),
            forgotten: Vec::new(),
            acne_marks: None,
            primed_days: None,
            theatre: Some(true),
        }
    }

    /// Does it speak of the skin at a site, and of nothing else?
    pub fn is_about_a_field(&self) -> bool {
        let of_a_field = |it: &String| facts::entry(it).scope == "field";
        !self.changes.is_empty() && self.forgotten.is_empty() && self.changes.keys().all(of_a_field)
    }

    pub fn give(&self, person: &mut Person) {
        for fact in &self.forgotten {
            person.facts.remove(fact);
        }
        person.facts.extend(self.changes.clone());
        person.acne_marks = self.acne_marks;
        person.primed_days = self.primed_days;
        person.theatre = self.theatre;
    }
}

/// Everything asked, and all of it well.
pub fn healthy() -> Facts {
    let mut facts = Facts::new();
    for entry in facts::vocabulary() {
        if let Some(value) = facts::value(&entry.fact, &entry.healthy).filter(|_| entry.scope != "plan") {
            facts.insert(entry.fact.clone(), value);
        }
    }
    // What a group of scars says of itself.
    for own in ["site", "scar_types", "fitzpatrick"] {
        facts.remove(own);
    }
    facts
}

/// What has to stand beside a fact so that it makes sense.
fn companions(fact: &str) -> Map<String, Json> {
    let all = match fact {
        "isotretinoin_months_since" => json!({"isotretinoin": "stopped"}),
        "vitiligo_stable_months" => json!({"vitiligo": "stable"}),
        "acne_quiet_months" => json!({"active_acne": "none"}),
        _ => json!({}),
    };
    all.as_object().unwrap().clone()
}

/// The least step of a fact that is compared with a threshold.
fn step(fact: &str) -> f64 {
    if matches!(fact, "inr" | "hba1c" | "hemoglobin_g_dl") { 0.1 } else { 1.0 }
}

fn answer(name: &str, changes: &Json) -> Answer {
    let mut answer = Answer::new(name);
    let all = changes.as_object().unwrap();
    facts::learn(&mut answer.changes, all);
    answer.forgotten =
        all.iter().filter(|(_, it)| it.is_null() || *it == "unknown").map(|(it, _)| it.clone()).collect();
    // A person with acne has no day since which it is quiet.
    if matches!(facts::word(&answer.changes, "active_acne"), Some("mild" | "moderate" | "severe")) {
        answer.forgotten.push("acne_quiet_months".to_owned());
    }
    answer
}

/// Each value and each threshold of every fact, one at a time, and the pairs that some rule asks for.
pub fn answers() -> Vec<Answer> {
    let mut all = vec![Answer::new("healthy")];
    let mut thresholds: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut found = Vec::new();
    rules().iter().for_each(|it| it.asks().thresholds(&mut found));
    for (fact, threshold) in found {
        let known = thresholds.entry(fact).or_default();
        if !known.contains(&threshold) {
            known.push(threshold);
        }
    }
    // The scars have the first three; past sessions the rest.
    let apart = [
        "fitzpatrick",
        "site",
        "scar_types",
        "afl_weeks",
        "punch_weeks",
        "nonablative_weeks",
        "deep_resurfacing_weeks",
    ];
    for entry in facts::vocabulary().iter().filter(|it| it.scope != "plan" && !apart.contains(&it.fact.as_str())) {
        let fact = &entry.fact;
        let mut push = |name: String, number: Option<Value>, changes: Json| {
            let mut changes = changes.as_object().unwrap().clone();
            changes.extend(companions(fact));
            let mut answer = answer(&name, &Json::Object(changes));
            answer.changes.extend(number.map(|it| (fact.clone(), it)));
            all.push(answer);
        };
        match entry.kind.as_str() {
            "number" => {
                for threshold in thresholds.get(fact).into_iter().flatten() {
                    for shift in [-step(fact), 0.0, step(fact)] {
                        let value = ((threshold + shift) * 10.0).round() / 10.0;
                        let name = format!("{fact} = {value}");
                        push(name, Some(Value::Number(value)), json!({}));
                    }
                }
            }
            "yes/no" => [true, false].iter().for_each(|it| push(format!("{fact} = {it}"), None, json!({fact: it}))),
            _ => {
                for word in
                    entry.values.iter().filter(|it| *it != "unknown" && !matches!(it.as_str(), "True" | "False"))
                {
                    push(format!("{fact} = {word}"), None, json!({fact: word}));
                }
            }
        }
        // Not asked.
        let mut unasked = Answer::new(&format!("{fact} unknown"));
        unasked.forgotten.push(fact.clone());
        all.push(unasked);
    }
    all.extend(combined());
    all
}

/// Answers that only matter together, and values that the vocabulary leaves to the request.
fn combined() -> Vec<Answer> {
    let mut all: Vec<Answer> = [
        ("herpes before", json!({"hsv_history": true})),
        ("mild acne", json!({"active_acne": "mild"})),
        ("mild acne, pustules", json!({"active_acne": "mild", "pustules_in_field": true})),
        ("moderate acne, pustules", json!({"active_acne": "moderate", "pustules_in_field": true})),
        ("stopped, day unknown", json!({"isotretinoin": "stopped"})),
        ("stable vitiligo, since when unknown", json!({"vitiligo": "stable"})),
        ("warfarin, INR 3.5", json!({"antithrombotic": "warfarin", "inr": 3.5})),
        ("warfarin, INR 3.6", json!({"antithrombotic": "warfarin", "inr": 3.6})),
        ("warfarin, INR unknown", json!({"antithrombotic": "warfarin"})),
        ("herpes and kidneys", json!({"hsv_history": true, "renal_disease": true})),
        ("gold allergy, gold needles", json!({"allergies": ["gold"], "mnrf_needle_material": "gold"})),
        ("gold allergy, steel needles", json!({"allergies": ["gold"], "mnrf_needle_material": "stainless_steel"})),
        ("two allergies", json!({"allergies": ["lidocaine", "latex"]})),
        ("two implants", json!({"implanted_device": ["pacemaker", "cochlear"]})),
        ("two cancers", json!({"malignancy": ["remission", "hematologic"]})),
        ("16, consent", json!({"age_years": 16, "guardian_consent": true})),
        ("16, no consent", json!({"age_years": 16, "guardian_consent": false})),
        ("11, consent", json!({"age_years": 11, "guardian_consent": true})),
        ("age unknown, consent", json!({"age_years": null, "guardian_consent": true})),
        ("lactating, not pregnant", json!({"lactating": true, "pregnancy": "no"})),
        ("isotretinoin now, could be pregnant", json!({"isotretinoin": "current", "pregnancy": "no"})),
        ("tan and sunburn", json!({"tan_days_since": 1, "sunburn": true})),
        ("monitored heart", json!({"cardiac_monitoring": true})),
        ("HbA1c 9.1 alone", json!({"hba1c": 9.1})),
        ("HbA1c 9.1, uncontrolled", json!({"diabetes": "uncontrolled", "hba1c": 9.1})),
        ("full face, herpes unknown", json!({"field_extent": "full_face", "hsv_history": null})),
        ("steroids", json!({"systemic_steroid_weeks": 1, "site_steroid_weeks": 2})),
        ("chemotherapy, solid cancer", json!({"chemo_current": true, "malignancy": "active_solid"})),
        ("nothing asked of the acne", json!({"active_acne": null, "acne_quiet_months": null})),
    ]
    .iter()
    .map(|(name, changes)| answer(name, changes))
    .collect();
    for (name, marks) in [("brown marks of acne", true), ("brown marks of a procedure", false)] {
        let mut marked = answer(name, &json!({"pih_active_in_field": true}));
        marked.acne_marks = Some(marks);
        all.push(marked);
    }
    for (name, theatre) in [("no theatre", Some(false)), ("theatre not asked", None)] {
        let mut without = Answer::new(name);
        without.theatre = theatre;
        all.push(without);
    }
    for days in [1, 13, 14, 27, 28, 29] {
        let mut primed = Answer::new(&format!("primed for {days} days"));
        primed.primed_days = Some(days);
        all.push(primed);
    }
    all
}

pub const KINDS: [Kind; 8] = [
    Kind::IcePick,
    Kind::Boxcar,
    Kind::BoxcarShallow,
    Kind::DeepNarrow,
    Kind::DeepMiddle,
    Kind::DeepWide,
    Kind::DeepWideScarred,
    Kind::Rolling,
];

/// A healthy person with one group of scars.
pub fn person(kind: Kind, site: Site, phototype: Option<i32>, grade: Option<i32>, count: i32) -> Person {
    let mut facts = healthy();
    if let Some(phototype) = phototype {
        facts.insert("fitzpatrick".to_owned(), Value::Number(f64::from(phototype)));
    }
    facts.insert("distensible".to_owned(), Value::Yes(kind == Kind::Rolling));
    Person {
        facts,
        elsewhere: Vec::new(),
        acne_marks: None,
        primed_days: None,
        groups: vec![Group { id: "s", kind, site, count }],
        grade,
        history: Vec::new(),
        theatre: Some(true),
    }
}
