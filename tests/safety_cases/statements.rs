//! What is said of rules beyond the safety dossier, and under other policies: `tests/data/statements.toml`.
//!
//! A statement names a rule, those who hear it and those who just do not, the procedures that it is about, and how these
//! fare. Everything that it does not name is as in a healthy person of phototype III with scars of the cheek.

use std::collections::BTreeMap;

use cicatrix::{
    knowledge::{Choices, Knowledge, SafetyRule},
    serve::Service,
    wire::v1::{self, Disposition, Site},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{
    facts::{self, Value, vocabulary},
    people,
    person::{Group, Kind, Person, ago, request},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What a clinician would say.
    says: String,
    pub rule: String,
    /// What the clinic chose, where it is not the default.
    #[serde(default)]
    pub policy: Choices,
    /// All procedures that hear it, or `in sessions` for all that are not done at home.
    #[serde(default)]
    of: Vec<String>,
    /// What is left out of `in sessions`.
    #[serde(default)]
    but: Vec<String>,
    /// Procedures that hear it, beside others.
    #[serde(default)]
    among: Vec<String>,
    /// How each of them fares on the scars that suit it best.
    fares: Option<String>,
    /// The event that ends the wait.
    event: Option<String>,
    /// The day that ends the wait of the first who hears it.
    day: Option<i32>,
    /// Words of the sentence that holds its numbers.
    #[serde(default)]
    words: Vec<String>,
    /// A plain warning that it stands before, being stricter.
    before: Option<String>,
    /// The kinds of what it adds to a plan.
    #[serde(default)]
    adds: Vec<String>,
    #[serde(default)]
    heard: Vec<Map<String, Json>>,
    #[serde(default)]
    silent: Vec<Map<String, Json>>,
}

/// How far a clinic may go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    policy: String,
    /// The least that is accepted, and what is not any more.
    least: [String; 2],
    /// The most that is accepted, and what is not any more.
    most: [String; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct All {
    settled_at_the_visit: Vec<String>,
    pub statement: Vec<Statement>,
    bounds: Vec<Bounds>,
}

pub fn all() -> All {
    toml::from_str(include_str!("../data/statements.toml")).unwrap()
}

/// Rules that the visit settles although nobody says so, and the other way round.
pub fn unsettled(knowledge: &Knowledge) -> Vec<String> {
    let settled = all().settled_at_the_visit;
    let of = |it: &SafetyRule| knowledge.rules()[it.rule.index()].id.clone();
    let rules = knowledge.safety().iter().filter(|it| it.at_visit != settled.contains(&of(it)));
    rules.map(|it| format!("{}: settled at the visit: {}", of(it), it.at_visit)).collect()
}

/// Rules that add something else to a plan than what is stated of them.
pub fn adds_otherwise(knowledge: &Knowledge) -> Vec<String> {
    let mut wrong = Vec::new();
    for statement in all().statement.iter().filter(|it| !it.adds.is_empty()) {
        let is_it = |it: &&SafetyRule| knowledge.rules()[it.rule.index()].id == statement.rule;
        let items = knowledge.safety().iter().find(is_it).into_iter().flat_map(|it| &it.items);
        let kinds: Vec<&str> = items.map(|it| knowledge.items()[*it].kind.into()).collect();
        if kinds != statement.adds {
            wrong.push(format!("{}: adds {kinds:?}", statement.rule));
        }
    }
    wrong
}

/// Policies that may be chosen beyond what is stated, or not as far.
pub fn unbounded(accepts: &dyn Fn(&Choices) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for Bounds { policy, least, most } in all().bounds {
        for (value, expected) in [&least, &most].into_iter().flat_map(|it| [(&it[0], true), (&it[1], false)]) {
            if accepts(&[(policy.clone(), value.clone())].into()) != expected {
                wrong.push(format!("{policy} of {value}: accepted {}", !expected));
            }
        }
    }
    wrong
}

/// Used at home, and never in a session.
const AT_HOME: [&str; 9] = [
    "aha-cream",
    "azelaic-acid",
    "bha-leave-on",
    "hydroquinone",
    "silicone-gel",
    "sunscreen",
    "topical-retinoid",
    "tranexamic-acid",
    "vitamin-c",
];

/// Between them every procedure has scars that suit it.
const KINDS: [Kind; 4] = [Kind::IcePick, Kind::Boxcar, Kind::DeepNarrow, Kind::Rolling];

fn kinds(words: &Map<String, Json>) -> Vec<Kind> {
    let Some(kind) = words.get("scar") else { return KINDS.to_vec() };
    vec![match kind.as_str().unwrap() {
        "ice pick" => Kind::IcePick,
        "boxcar, not measured" => Kind::Boxcar,
        "boxcar, 1.8 mm" => Kind::DeepNarrow,
        "boxcar, 2.5 mm" => Kind::DeepMiddle,
        "rolling" => Kind::Rolling,
        "doubtful" => Kind::Doubtful,
        "red mark" => Kind::RedMark,
        "brown mark" => Kind::BrownMark,
        "white mark" => Kind::WhiteMark,
        "inflamed spot" => Kind::Inflamed,
        other => panic!("scar {other}"),
    }]
}

/// A time of the vocabulary, named in days.
fn timed(name: &str) -> Option<&'static str> {
    let is = |fact: &str| {
        let (months, weeks) = (fact.replace("months", "days"), fact.replace("weeks", "days"));
        name == months || name == weeks
    };
    vocabulary().iter().filter(|it| it.unit.is_some()).map(|it| it.fact.as_str()).find(|fact| is(fact))
}

fn person(words: &Map<String, Json>, kind: Kind) -> Person {
    let text = |name: &str| words.get(name).and_then(Json::as_str);
    let site = text("site").map_or(Site::Cheek, |it| {
        let name = format!("SITE_{}", it.to_uppercase());
        Site::from_str_name(&name).unwrap_or_else(|| panic!("{name}"))
    });
    let count = words.get("scars").map_or(12, |it| i32::try_from(it.as_i64().unwrap()).unwrap());
    let mut person = people::person(kind, site, Some(3), None, count);
    // A clinic that has everything, so that only the statement decides.
    person.facts.insert("cardiac_monitoring".to_owned(), Value::Yes(true));
    let mut known = Map::new();
    for (name, value) in words {
        match name.as_str() {
            "site" | "scar" | "scars" | "tethered" | "stretch" | "after" | "session_days" | "healed_days" => {}
            "theatre" => person.theatre = value.as_bool(),
            "acne_marks" => person.acne_marks = value.as_bool(),
            "raised_scar" | "keloid" | "suspicious" => {
                let kind = match name.as_str() {
                    "keloid" => Kind::Keloid,
                    "suspicious" => Kind::Suspicious,
                    _ => Kind::Hypertrophic,
                };
                let site = if value == "here" { site } else { Site::Temple };
                person.groups.push(Group { id: "other", kind, site, count: 1 });
            }
            name => match timed(name).filter(|_| value.is_number()) {
                Some(fact) => {
                    person.facts.insert(fact.to_owned(), Value::Number(value.as_f64().unwrap()));
                }
                None => {
                    known.insert(timed(name).unwrap_or(name).to_owned(), value.clone());
                }
            },
        }
    }
    facts::learn(&mut person.facts, &known);
    // A person with acne has no day since which it is quiet.
    if !matches!(facts::word(&person.facts, "active_acne"), Some("none") | None) {
        person.facts.remove("acne_quiet_months");
    }
    person
}

/// Says after what something went wrong, how many days ago that was, and since how many days it is over.
fn went_wrong(request: &mut v1::GenerateProtocolRequest, words: &Map<String, Json>) {
    let day = |name: &str| words.get(name).map(|it| ago(i32::try_from(it.as_i64().unwrap()).unwrap()));
    for session in request.history.iter_mut().filter(|it| !it.complications.is_empty()) {
        if let Some(procedure) = words.get("after") {
            session.procedure = procedure.as_str().unwrap().to_owned();
        }
        session.date = day("session_days").or(session.date.take());
        session.complications_resolved = day("healed_days");
    }
}

/// What the answers of one person say on the scars of each kind: by procedure.
type Answers = BTreeMap<String, Vec<v1::ProcedureDisposition>>;

fn ask(service: &Service, words: &Map<String, Json>) -> Result<Answers, String> {
    let mut all = Answers::new();
    for kind in kinds(words) {
        let mut request = request(&person(words, kind));
        request.scars[0].tethered = words.get("tethered").and_then(Json::as_bool);
        if let Some(stretch) = words.get("stretch").and_then(Json::as_str) {
            request.scars[0].stretch = v1::Stretch::from_str_name(&format!("STRETCH_{stretch}")).unwrap().into();
        }
        went_wrong(&mut request, words);
        let answer = service.generate_protocol(request);
        let answer = answer.map_err(|it| format!("refused: {:?}", cicatrix::serve::violations(&it)))?;
        for found in answer.dispositions.into_iter().filter(|it| it.scar_ids.iter().any(|id| id == "s")) {
            all.entry(found.procedure.clone()).or_default().push(found);
        }
    }
    Ok(all)
}

fn place(found: &v1::ProcedureDisposition, rule: &str) -> Option<usize> {
    found.reasons.iter().position(|it| it.rule == rule)
}

fn who_hears<'a>(answers: &'a Answers, rule: &str) -> Vec<&'a str> {
    let hear = answers.iter().filter(|(_, all)| all.iter().any(|it| place(it, rule).is_some()));
    hear.map(|(procedure, _)| procedure.as_str()).collect()
}

impl Statement {
    fn procedures(&self, answers: &Answers) -> Vec<String> {
        if self.of == ["in sessions"] {
            let in_sessions = answers.keys().filter(|it| !AT_HOME.contains(&it.as_str()));
            return in_sessions.filter(|it| !self.but.contains(it)).cloned().collect();
        }
        let mut all = self.of.clone();
        all.sort_unstable();
        all
    }

    fn heard(&self, service: &Service, at: usize, words: &Map<String, Json>) -> Result<(), String> {
        let answers = ask(service, words)?;
        let hear = who_hears(&answers, &self.rule);
        let expected = self.procedures(&answers);
        if self.among.is_empty() && hear != expected {
            return Err(format!("is heard on {hear:?}"));
        }
        if let Some(deaf) = self.among.iter().find(|it| !hear.contains(&it.as_str())) {
            return Err(format!("is not heard on {deaf}"));
        }
        for procedure in expected.iter().chain(&self.among) {
            let found = answers[procedure].iter().filter(|it| place(it, &self.rule).is_some());
            let best = found.min_by_key(|it| rank(it.disposition())).unwrap();
            // Exosomes are excluded for everybody by default.
            if procedure == "exosome-topical" && expected.len() > 1 {
                continue;
            }
            let fares = best.disposition().as_str_name().trim_start_matches("DISPOSITION_").to_lowercase();
            if self.fares.as_ref().is_some_and(|it| *it != fares) {
                return Err(format!("{procedure} is {fares}"));
            }
            if self.event.as_ref().is_some_and(|it| *it != best.until_event) {
                return Err(format!("{procedure} waits for {}", best.until_event));
            }
            if self.day.is_some_and(|it| at == 0 && Some(it) != best.until_day) {
                return Err(format!("{procedure} waits until {:?}", best.until_day));
            }
            let said = place(best, &self.rule).unwrap();
            let sentence = &best.reasons[said].statement;
            if let Some(words) = self.words.iter().find(|it| !sentence.contains(it.as_str())) {
                return Err(format!("{words} is not in: {sentence}"));
            }
            if self.before.as_ref().is_some_and(|it| place(best, it).is_none_or(|it| it < said)) {
                return Err(format!("stands behind a warning on {procedure}"));
            }
        }
        Ok(())
    }

    fn silent(&self, service: &Service, words: &Map<String, Json>) -> Result<(), String> {
        let answers = ask(service, words)?;
        let hear = who_hears(&answers, &self.rule);
        if hear.is_empty() { Ok(()) } else { Err(format!("is heard on {hear:?}")) }
    }

    /// Does the service under this policy say what is stated?
    fn wrong(&self, service: &Service) -> Option<String> {
        let told = |words: &Map<String, Json>, it: String| {
            let person = serde_json::to_string(words).unwrap();
            format!("{} ({}, {:?}): with {person} it {it}", self.rule, self.says, self.policy)
        };
        for (at, words) in self.heard.iter().enumerate() {
            if let Err(it) = self.heard(service, at, words) {
                return Some(told(words, it));
            }
        }
        self.silent.iter().find_map(|words| self.silent(service, words).err().map(|it| told(words, it)))
    }
}

fn rank(disposition: Disposition) -> usize {
    super::dossier::ACTIONS.iter().position(|it| *it == super::dossier::action(disposition)).unwrap()
}

/// What is not as stated, in the services that `under` makes for the chosen policies.
pub fn wrong(statements: &[&Statement], under: &mut dyn FnMut(&Choices) -> std::sync::Arc<Service>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut services = BTreeMap::new();
    for statement in statements {
        let service = services.entry(&statement.policy).or_insert_with(|| under(&statement.policy));
        wrong.extend(statement.wrong(service));
    }
    // What only another policy brings in force is silent under the defaults.
    let stated = |rule: &str| statements.iter().any(|it| it.rule == rule && it.policy.is_empty());
    let service = under(&Choices::new());
    for statement in statements.iter().filter(|it| !stated(&it.rule)) {
        for words in &statement.heard {
            if let Err(it) = statement.silent(&service, words) {
                wrong.push(format!("{} ({}): without the policy it {it}", statement.rule, statement.says));
            }
        }
    }
    wrong
}
