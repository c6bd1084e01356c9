//! Policies: what a deployment may choose within bounds that the knowledge sets.

use std::collections::BTreeMap;

use super::wait;
use crate::domain::{Day, RuleId};

/// The choices of a deployment, by the id of the policy. What is not named has its default.
pub type Choices = BTreeMap<String, String>;

/// A policy and what was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its id, for example `isotretinoin`.
    pub id: String,
    /// What is in force.
    pub value: String,
    /// It was chosen, and differs from the default.
    pub chosen: bool,
    /// What can be chosen; empty for a wait.
    pub values: Vec<String>,
    /// The rule that says what it means.
    pub rule: RuleId,
}

/// The policies as conditions read them.
#[derive(Debug, Default)]
pub(super) struct Policies(BTreeMap<String, Kind>);

/// What a policy holds.
#[derive(Debug)]
pub(super) enum Kind {
    /// One of a closed list.
    Word { values: Vec<String>, value: String },
    /// A wait.
    Wait(Day),
}

impl Policies {
    pub(super) fn insert(&mut self, id: &str, kind: Kind) {
        self.0.insert(id.to_owned(), kind);
    }

    /// Does the policy have this value?
    pub(super) fn is(&self, id: &str, value: &str) -> Result<bool, String> {
        match self.0.get(id) {
            Some(Kind::Word { values, value: chosen }) if values.iter().any(|it| it == value) => Ok(chosen == value),
            Some(Kind::Word { values, .. }) => {
                Err(format!("`{value}` is no value of the policy `{id}`; write one of {}", values.join(", ")))
            }
            Some(Kind::Wait(_)) => Err(format!("the policy `{id}` is a wait; compare days with it")),
            None => Err(self.unknown(id)),
        }
    }

    /// The days of a policy that is a wait.
    pub(super) fn wait(&self, id: &str) -> Result<Day, String> {
        match self.0.get(id) {
            Some(Kind::Wait(days)) => Ok(*days),
            Some(Kind::Word { .. }) => Err(format!("the policy `{id}` is no wait; write `policy {id} is …`")),
            None => Err(self.unknown(id)),
        }
    }

    fn unknown(&self, id: &str) -> String {
        let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
        format!("policies.toml has no policy `{id}`; there are: {}", known.join(", "))
    }
}

/// The days that a deployment chose for a wait, if it lies within the bounds.
pub(super) fn chosen_wait(text: &str, least: Day, most: Day) -> Result<Day, String> {
    match wait::days(text) {
        Some(days) if (least..=most).contains(&days) => Ok(days),
        Some(_) => Err(format!("must lie between {least} and {most} days")),
        None => Err(wait::HOW_ONE.to_owned()),
    }
}
