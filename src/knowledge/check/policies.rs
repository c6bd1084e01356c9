//! Checks the policies and what a deployment chose.

use super::{Checker, File, Parsed, Scope};
use crate::knowledge::{
    Choices, Policy, SETTINGS, SourceFile,
    policy::{self, Kind},
    raw,
};

impl Checker {
    /// Settles every policy, so that conditions can be read. What is in force, in the order of the file.
    pub(super) fn choose(&mut self, file: &File<'_, raw::Policies>, choices: &Choices) -> Vec<(String, bool)> {
        let mut all = Vec::new();
        let mut ids: Vec<&str> = Vec::new();
        for raw in &file.raw.policy {
            let id = raw.id.get_ref();
            if ids.contains(&id.as_str()) {
                self.at(file.source, &raw.id, "this policy is listed twice");
            }
            ids.push(id);
            let default = raw.default.get_ref();
            let value = choices.get(id).unwrap_or(default);
            all.push((value.clone(), value != default));
            let kind = if raw.values.is_empty() {
                self.wait_policy(file.source, raw, value)
            } else {
                self.word_policy(file.source, raw, value)
            };
            if let Some(kind) = kind {
                self.policies.insert(id, kind);
            }
        }
        for id in choices.keys().filter(|id| !ids.contains(&id.as_str())) {
            let message = format!("knowledge.policy.{id} is no policy of this release; there are: {}", ids.join(", "));
            self.problem(SETTINGS, 1, message);
        }
        all
    }

    fn word_policy(&mut self, file: &SourceFile, raw: &raw::Policy, value: &str) -> Option<Kind> {
        let values: Vec<String> = raw.values.iter().map(|it| it.get_ref().clone()).collect();
        if raw.at_least.is_some() || raw.at_most.is_some() {
            self.at(file, &raw.id, "bounds go with a policy that is a wait; leave them or `values` out");
        }
        if !values.contains(raw.default.get_ref()) {
            self.at(file, &raw.default, format!("the default is not among the values {}", values.join(", ")));
            return None;
        }
        if !values.iter().any(|it| it == value) {
            let message = format!("knowledge.policy.{} must be one of {}", raw.id.get_ref(), values.join(", "));
            self.problem(SETTINGS, 1, message);
            // Conditions are read with the default: what is wrong is the choice, and not they.
            return Some(Kind::Word { values, value: raw.default.get_ref().clone() });
        }
        Some(Kind::Word { values, value: value.to_owned() })
    }

    fn wait_policy(&mut self, file: &SourceFile, raw: &raw::Policy, value: &str) -> Option<Kind> {
        let (Some(at_least), Some(at_most)) = (&raw.at_least, &raw.at_most) else {
            self.at(file, &raw.id, "a policy needs `values`, or the bounds `at_least` and `at_most` of a wait");
            return None;
        };
        let (least, most) = (self.wait(file, at_least)?, self.wait(file, at_most)?);
        let default = self.wait(file, &raw.default)?;
        if !(least..=most).contains(&default) {
            self.at(file, &raw.default, "the default lies outside `at_least` and `at_most`");
        }
        match policy::chosen_wait(value, least, most) {
            Ok(days) => Some(Kind::Wait(days)),
            Err(message) => {
                self.problem(SETTINGS, 1, format!("knowledge.policy.{} {message}", raw.id.get_ref()));
                Some(Kind::Wait(default))
            }
        }
    }
}

impl Scope<'_> {
    /// The policies with what is in force.
    pub(super) fn policies(&mut self, parsed: &Parsed<'_>, chosen: Vec<(String, bool)>) -> Vec<Policy> {
        let rows = parsed.policies.raw.policy.iter().zip(chosen);
        let policies = rows.map(|(raw, (value, chosen))| Policy {
            id: raw.id.get_ref().clone(),
            value,
            chosen,
            values: raw.values.iter().map(|it| it.get_ref().clone()).collect(),
            rule: self.rule(&raw.rule),
        });
        policies.collect()
    }
}
