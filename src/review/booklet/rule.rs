//! How one rule stands in the booklet: its sentence, its id, and what it rests on.

use std::fmt::Write as _;

use super::{AWAITS, Booklet, escape};
use crate::{domain::RuleId, knowledge::Basis};

impl Booklet<'_> {
    /// The sentence of a rule with its id and its basis. The first time it is an anchor.
    pub(super) fn sentence(&mut self, rule: RuleId) -> String {
        let Some(known) = self.knowledge.rules().get(rule.index()) else { return String::new() };
        format!("{} {}", escape(&known.says), self.meta(rule))
    }

    /// The id of a rule and its basis. The first time it is an anchor.
    pub(super) fn meta(&mut self, rule: RuleId) -> String {
        let Some(known) = self.knowledge.rules().get(rule.index()) else { return String::new() };
        let id = escape(&known.id);
        let first = self.anchored.get_mut(rule.index()).is_some_and(|it| !std::mem::replace(it, true));
        let name = if first { format!("<code id=\"{id}\">{id}</code>") } else { self.reference(rule) };
        format!("<span class=\"meta\">{name} {}</span>", self.basis(rule))
    }

    /// A link to a rule.
    pub(super) fn reference(&self, rule: RuleId) -> String {
        let id = self.knowledge.rules().get(rule.index()).map(|it| escape(&it.id)).unwrap_or_default();
        format!("<a href=\"#{id}\"><code>{id}</code></a>")
    }

    fn basis(&self, rule: RuleId) -> String {
        let Some(known) = self.knowledge.rules().get(rule.index()) else { return String::new() };
        match &known.basis {
            Basis::ExpertPractice => AWAITS.to_owned(),
            Basis::Derived(from) => {
                let from: Vec<String> = from.iter().map(|it| self.reference(*it)).collect();
                format!("follows from {}", from.join(", "))
            }
            Basis::Sourced(keys) => {
                let mut all = String::new();
                for key in keys {
                    let place = self.knowledge.citations().iter().position(|it| it.key == *key);
                    let number = place.map_or(0, |it| it.saturating_add(1));
                    let key = escape(key);
                    let _ = write!(all, "[<a href=\"#source-{key}\" title=\"{key}\">{number}</a>]");
                }
                all
            }
        }
    }

    /// What stands behind a rule, without the labels in `without`.
    pub(super) fn behind(&self, rule: RuleId, without: &[&str]) -> String {
        let details = self.details.get(rule.index()).map(Vec::as_slice).unwrap_or_default();
        let told = details.iter().filter(|(label, _)| !without.contains(label));
        let told: Vec<String> = told.map(|(label, value)| format!("{label}: {}", escape(value))).collect();
        if told.is_empty() { String::new() } else { format!("<div class=\"more\">{}</div>", told.join("; ")) }
    }

    /// Rules as a list, each with what stands behind it and the worked cases that hear it.
    pub(super) fn rules(&mut self, rules: &[RuleId]) {
        if rules.is_empty() {
            return;
        }
        self.html.markup("<ul>");
        for rule in rules {
            let (sentence, behind) = (self.sentence(*rule), self.behind(*rule, &[]));
            let worked = self.worked_in(*rule);
            self.html.markup(&format!("<li>{sentence}{behind}{worked}</li>"));
        }
        self.html.markup("</ul>");
    }

    /// Rules as a list of sentences.
    pub(super) fn plain_rules(&mut self, rules: &[RuleId]) {
        self.html.markup("<ul>");
        for rule in rules {
            let sentence = self.sentence(*rule);
            self.html.markup(&format!("<li>{sentence}</li>"));
        }
        self.html.markup("</ul>");
    }

    /// The worked cases that hear a rule, when they are few enough to say something.
    pub(super) fn worked_in(&self, rule: RuleId) -> String {
        let names = self.worked.get(rule.index()).map(Vec::as_slice).unwrap_or_default();
        if names.is_empty() || names.len() > MOST_CASES {
            return String::new();
        }
        let names: Vec<String> = names.iter().map(|it| escape(&it.replace('_', " "))).collect();
        format!("<div class=\"more\">worked cases: {}</div>", names.join(", "))
    }
}

/// A rule that more worked cases than this hear is heard nearly everywhere.
const MOST_CASES: usize = 4;
