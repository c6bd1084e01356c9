//! The 233 safety rules, read from our own copy, and a three-valued reading of what they ask.

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value as Json;

use super::facts::{Facts, Value, days, entry};

/// What a rule does, the mildest first: the strictest of all that fire wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Allow,
    Warn,
    Modify,
    Clearance,
    Defer,
    Exclude,
}

#[derive(Debug, Deserialize)]
pub struct Duration {
    pub value: f64,
    pub unit: String,
    pub from: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfUnknown {
    #[default]
    Ignore,
    Apply,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    when: Json,
    #[serde(skip)]
    pub asks: Option<When>,
    pub procedures: Vec<String>,
    pub action: Action,
    pub duration: Option<Duration>,
    #[serde(default)]
    pub if_unknown: IfUnknown,
    #[serde(default, rename = "policy")]
    _policy: Option<String>,
}

/// A condition. `None` is "not known" throughout.
#[derive(Debug)]
pub enum When {
    Always,
    All(Vec<When>),
    Any(Vec<When>),
    Not(Box<When>),
    Fact { fact: String, op: String, to: Vec<Json>, threshold: f64 },
}

impl When {
    fn read(json: &Json) -> Self {
        let several = |json: &Json| json.as_array().unwrap().iter().map(Self::read).collect();
        if json.get("always").is_some() {
            return Self::Always;
        }
        if let Some(all) = json.get("all") {
            return Self::All(several(all));
        }
        if let Some(any) = json.get("any") {
            return Self::Any(several(any));
        }
        if let Some(not) = json.get("not") {
            return Self::Not(Box::new(Self::read(not)));
        }
        let text = |key: &str| json.get(key).unwrap().as_str().unwrap().to_owned();
        let (fact, to) = (text("fact"), json.get("value").cloned().unwrap_or(Json::Null));
        let unit = entry(&fact).unit.as_deref();
        let threshold = to.as_f64().map_or(f64::NAN, |it| unit.map_or(it, |unit| days(it, unit)));
        // "16 weeks cumulative over the course, then azelaic acid": the four months of HQ-01.
        let threshold = if fact == "hydroquinone_months" { 112.0 } else { threshold };
        let to = to.as_array().cloned().unwrap_or_else(|| vec![to]);
        Self::Fact { fact, op: text("op"), to, threshold }
    }

    /// Does it ask for this fact?
    pub fn reads(&self, wanted: &str) -> bool {
        match self {
            Self::Always => false,
            Self::All(of) | Self::Any(of) => of.iter().any(|it| it.reads(wanted)),
            Self::Not(it) => it.reads(wanted),
            Self::Fact { fact, .. } => fact == wanted,
        }
    }

    /// Every fact with every threshold that it is compared with.
    pub fn thresholds(&self, into: &mut Vec<(String, f64)>) {
        match self {
            Self::Always => {}
            Self::All(of) | Self::Any(of) => of.iter().for_each(|it| it.thresholds(into)),
            Self::Not(it) => it.thresholds(into),
            Self::Fact { fact, threshold, .. } if !threshold.is_nan() => into.push((fact.clone(), *threshold)),
            Self::Fact { .. } => {}
        }
    }

    pub fn holds(&self, facts: &Facts) -> Option<bool> {
        match self {
            Self::Always => Some(true),
            Self::All(of) => of.iter().try_fold_known(facts, false).map(|found| !found),
            Self::Any(of) => of.iter().try_fold_known(facts, true),
            Self::Not(it) => it.holds(facts).map(|it| !it),
            Self::Fact { fact, op, to, threshold } => {
                let known = facts.get(fact);
                if op == "missing" {
                    return Some(known.is_none());
                }
                // Unknown is one thing: a rule about "unknown" is about what was not sent.
                if known.is_none() && matches!(op.as_str(), "eq" | "in") && to.iter().any(|it| it == "unknown") {
                    return Some(true);
                }
                compare(known?, op, to, *threshold)
            }
        }
    }
}

/// Looks for a decisive answer: true among "any", false among "all".
trait Known {
    fn try_fold_known(self, facts: &Facts, decisive: bool) -> Option<bool>;
}

impl<'a, I: Iterator<Item = &'a When>> Known for I {
    fn try_fold_known(self, facts: &Facts, decisive: bool) -> Option<bool> {
        let mut unknown = false;
        for it in self {
            match it.holds(facts) {
                Some(answer) if answer == decisive => return Some(true),
                Some(_) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(false)
    }
}

fn compare(known: &Value, op: &str, to: &[Json], threshold: f64) -> Option<bool> {
    Some(match (known, op) {
        (Value::Number(it), "lt") => *it < threshold,
        (Value::Number(it), "lte") => *it <= threshold,
        (Value::Number(it), "gt") => *it > threshold,
        (Value::Number(it), "gte") => *it >= threshold,
        (_, "eq" | "in" | "contains" | "intersects") => to.iter().any(|to| is(known, to)),
        (_, "ne") => !to.iter().any(|to| is(known, to)),
        (_, other) => panic!("{known:?} {other} {to:?}"),
    })
}

/// A fact that holds several words is each of them.
fn is(known: &Value, to: &Json) -> bool {
    match known {
        Value::Yes(it) => to.as_bool() == Some(*it),
        Value::Number(it) => to.as_f64() == Some(*it),
        Value::Word(it) => to.as_str() == Some(it),
        Value::Words(all) => all.iter().any(|it| to.as_str() == Some(it)),
    }
}

impl Rule {
    pub fn asks(&self) -> &When {
        self.asks.as_ref().unwrap()
    }

    pub fn fires(&self, facts: &Facts) -> bool {
        self.asks().holds(facts).unwrap_or(self.if_unknown == IfUnknown::Apply)
    }
}

pub fn rules() -> &'static [Rule] {
    static ALL: OnceLock<Vec<Rule>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<Rule> = serde_json::from_str(include_str!("../data/safety_rules.json")).unwrap();
        for rule in &mut all {
            rule.asks = Some(When::read(&rule.when));
        }
        all
    })
}
