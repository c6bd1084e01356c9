//! The facts as the dossiers name them, with time in days, and the words that the files in `tests/data` use for them.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;
use serde_json::Value as Json;

/// What is known of one fact. A fact that is not in the map was not asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Yes(bool),
    /// A number; a time is in days.
    Number(f64),
    Word(String),
    Words(Vec<String>),
}

pub type Facts = BTreeMap<String, Value>;

/// One fact of the vocabulary.
#[derive(Debug, Deserialize)]
pub struct Entry {
    pub fact: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub scope: String,
    pub values: Vec<String>,
    pub healthy: Json,
    #[serde(default)]
    pub many: bool,
    pub unit: Option<String>,
}

/// Every fact that a safety rule reads.
pub fn vocabulary() -> &'static [Entry] {
    static ALL: OnceLock<Vec<Entry>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(include_str!("../data/safety_facts.json")).unwrap())
}

pub fn entry(fact: &str) -> &'static Entry {
    vocabulary().iter().find(|it| it.fact == fact).unwrap_or_else(|| panic!("{fact} is not in the vocabulary"))
}

/// A length of time in days: a month is 30.4375 days, and the sum is rounded up.
pub fn days(amount: f64, unit: &str) -> f64 {
    match unit {
        "days" | "day" => amount.ceil(),
        "weeks" | "week" => (amount * 7.0).ceil(),
        "months" | "month" => (amount * 30.4375).ceil(),
        other => panic!("unit {other}"),
    }
}

/// Reads a value of a fact; none when it says that nothing is known.
pub fn value(fact: &str, json: &Json) -> Option<Value> {
    let entry = entry(fact);
    Some(match json {
        Json::Null => return None,
        // Unknown is one thing: not sent, unspecified and "unknown" are the same.
        Json::String(word) if word == "unknown" => return None,
        Json::Bool(it) => Value::Yes(*it),
        Json::Number(it) => {
            let it = it.as_f64().unwrap();
            Value::Number(entry.unit.as_deref().map_or(it, |unit| days(it, unit)))
        }
        Json::String(word) if entry.many => Value::Words(vec![word.clone()]),
        Json::String(word) => Value::Word(word.clone()),
        Json::Array(all) => Value::Words(all.iter().map(|it| it.as_str().unwrap().to_owned()).collect()),
        Json::Object(_) => panic!("{fact}: {json}"),
    })
}

/// Reads a map of facts, over what is known already.
pub fn learn(facts: &mut Facts, all: &serde_json::Map<String, Json>) {
    for (fact, json) in all {
        match value(fact, json) {
            Some(value) => facts.insert(fact.clone(), value),
            None => facts.remove(fact),
        };
    }
}

/// Does the fact say how long ago something was? Then it grows with the calendar.
pub fn is_time(fact: &str) -> bool {
    vocabulary().iter().any(|it| it.fact == fact && it.unit.is_some())
}

/// The same person some days later.
pub fn later(mut facts: Facts, passed: i32) -> Facts {
    for (fact, value) in &mut facts {
        if let Value::Number(number) = value
            && is_time(fact)
        {
            *number += f64::from(passed);
        }
    }
    facts
}

pub fn number(facts: &Facts, fact: &str) -> Option<f64> {
    match facts.get(fact)? {
        Value::Number(it) => Some(*it),
        Value::Yes(_) | Value::Word(_) | Value::Words(_) => None,
    }
}

pub fn yes(facts: &Facts, fact: &str) -> Option<bool> {
    match facts.get(fact)? {
        Value::Yes(it) => Some(*it),
        Value::Number(_) | Value::Word(_) | Value::Words(_) => None,
    }
}

pub fn word<'a>(facts: &'a Facts, fact: &str) -> Option<&'a str> {
    match facts.get(fact)? {
        Value::Word(it) => Some(it),
        Value::Yes(_) | Value::Number(_) | Value::Words(_) => None,
    }
}

pub fn words<'a>(facts: &'a Facts, fact: &str) -> Option<&'a [String]> {
    match facts.get(fact)? {
        Value::Words(it) => Some(it),
        Value::Yes(_) | Value::Number(_) | Value::Word(_) => None,
    }
}
