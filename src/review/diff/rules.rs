//! What is different between the rules of two releases, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Side,
    tables::{Fields, tables},
};
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

/// What is different, in the order of the ids; what stands with no rule goes by its file. `cases` is left at 0.
pub(super) fn rules(old: Side<'_>, new: Side<'_>) -> Vec<RuleChange> {
    let (was, is) = (known(old.knowledge), known(new.knowledge));
    let (was_written, is_written) = (tables(old.files), tables(new.files));
    let names = was.keys().chain(is.keys()).copied();
    let names = names.chain(was_written.keys().chain(is_written.keys()).map(String::as_str));
    let nothing = Fields::new();
    let mut all = Vec::new();
    for name in names.collect::<BTreeSet<&str>>() {
        let mut what = match (was.get(name), is.get(name)) {
            (None, Some((rule, _))) => vec![format!("new: {}", rule.says)],
            (Some((rule, _)), None) => vec![format!("gone: {}", rule.says)],
            (Some(was), Some(is)) => changes(was, is),
            (None, None) => Vec::new(),
        };
        if was.contains_key(name) == is.contains_key(name) {
            let fields = |all: &'_ BTreeMap<String, Fields>| all.get(name).cloned().unwrap_or_else(|| nothing.clone());
            what.extend(fields_changed(&fields(&was_written), &fields(&is_written)));
        }
        if !what.is_empty() {
            all.push(RuleChange { rule: name.to_owned(), what, cases: 0 });
        }
    }
    all
}

/// A rule and what it rests on.
type Known<'k> = (&'k Rule, String);

fn known(knowledge: &Knowledge) -> BTreeMap<&str, Known<'_>> {
    knowledge.rules().iter().map(|rule| (rule.id.as_str(), (rule, basis(knowledge, rule)))).collect()
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

fn changes((was, was_basis): &Known<'_>, (is, is_basis): &Known<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if was.says != is.says {
        lines.push(format!("says: {}", is.says));
        lines.push(format!("said: {}", was.says));
    }
    let told: [(&str, &str, &str); 3] =
        [("because", was_basis, is_basis), ("code", &was.code, &is.code), ("moved", &was.file, &is.file)];
    for (label, was, is) in told {
        if was != is {
            lines.push(format!("{label}: {was} → {is}"));
        }
    }
    lines
}

fn fields_changed(was: &Fields, is: &Fields) -> Vec<String> {
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let empty = Vec::new();
    let mut lines = Vec::new();
    for name in names {
        let (old, new) = (was.get(name).unwrap_or(&empty), is.get(name).unwrap_or(&empty));
        if old == new {
            continue;
        }
        // Of long lists only what is different; what only changed places is named in full.
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|it| !those.contains(it)).cloned().collect()
        };
        let (mut gone, mut come) = (only(old, new), only(new, old));
        if gone.is_empty() && come.is_empty() {
            (gone, come) = (old.clone(), new.clone());
        }
        let said = |all: Vec<String>| if all.is_empty() { "none".to_owned() } else { all.join("; ") };
        lines.push(format!("{name}: {} → {}", said(gone), said(come)));
    }
    lines
}
