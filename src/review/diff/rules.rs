//! What is different between the rules of two releases, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::super::details::{Details, details};
use crate::knowledge::{Basis, Knowledge, Rule};

/// One rule that is different.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleChange {
    /// The rule.
    pub rule: String,
    /// What is different, in words.
    pub what: Vec<String>,
    /// Cases that hear it in the new release, or heard it in the old one when it is gone.
    pub cases: usize,
}

/// The rules that are different, in the order of the ids. `cases` is left at 0.
pub(super) fn rules(old: &Knowledge, new: &Knowledge) -> Vec<RuleChange> {
    let (was, is) = (known(old), known(new));
    let ids: BTreeSet<&str> = was.keys().chain(is.keys()).copied().collect();
    let mut all = Vec::new();
    for id in ids {
        let what = match (was.get(id), is.get(id)) {
            (None, Some((rule, _, _))) => vec![format!("new: {}", rule.says)],
            (Some((rule, _, _)), None) => vec![format!("gone: {}", rule.says)],
            (Some(was), Some(is)) => changes(was, is),
            (None, None) => Vec::new(),
        };
        if !what.is_empty() {
            all.push(RuleChange { rule: id.to_owned(), what, cases: 0 });
        }
    }
    all
}

/// A rule, what it rests on and what stands behind it.
type Known<'k> = (&'k Rule, String, Details);

fn known(knowledge: &Knowledge) -> BTreeMap<&str, Known<'_>> {
    let all = knowledge.rules().iter().zip(details(knowledge));
    all.map(|(rule, details)| (rule.id.as_str(), (rule, basis(knowledge, rule), details))).collect()
}

fn basis(knowledge: &Knowledge, rule: &Rule) -> String {
    match &rule.basis {
        Basis::Sourced(keys) => keys.join(", "),
        Basis::Derived(from) => {
            let ids = from.iter().filter_map(|it| knowledge.rules().get(it.index()));
            ids.map(|it| it.id.as_str()).collect::<Vec<_>>().join(", ")
        }
        Basis::ExpertPractice => "expert practice".to_owned(),
    }
}

fn changes((was, was_basis, was_details): &Known<'_>, (is, is_basis, is_details): &Known<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let labels: Vec<&str> = was_details.iter().chain(is_details).map(|(label, _)| *label).collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for label in labels {
        let of = |all: &Details| -> Vec<String> {
            all.iter().filter(|(it, _)| *it == label).map(|(_, value)| value.clone()).collect()
        };
        let (old, new) = (of(was_details), of(is_details));
        if done.insert(label) && old != new {
            // Of long lists only what is different.
            let only = |these: &[String], those: &[String]| {
                let it: Vec<String> = these.iter().filter(|it| !those.contains(it)).cloned().collect();
                if it.is_empty() { "none".to_owned() } else { it.join("; ") }
            };
            lines.push(format!("{label}: {} → {}", only(&old, &new), only(&new, &old)));
        }
    }
    if was.says != is.says {
        lines.push(format!("says: {}", is.says));
        lines.push(format!("said: {}", was.says));
    }
    if was_basis != is_basis {
        lines.push(format!("because: {was_basis} → {is_basis}"));
    }
    if was.code != is.code {
        lines.push(format!("code: {} → {}", was.code, is.code));
    }
    if was.file != is.file {
        lines.push(format!("moved: {} → {}", was.file, is.file));
    }
    lines
}
