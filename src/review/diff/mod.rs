//! What changes for whom between two releases of the knowledge, over every surveyed case.

mod outline;
mod rules;
mod tables;
mod who;
mod words;

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;

use super::everywhere;
use crate::{
    engine,
    knowledge::{Knowledge, SourceFile},
    survey::Survey,
};
use outline::{Key, Names, Outline};
use who::Crowd;

pub use rules::RuleChange;

/// What changes for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The releases.
    pub old_release: String,
    pub new_release: String,
    /// The rules that are different.
    pub rules: Vec<RuleChange>,
    /// How many cases there are, and for how many something changes.
    pub cases: usize,
    pub changed_cases: usize,
    /// Equal changes together, what concerns most cases first.
    pub changes: Vec<Change>,
}

/// One change, and all for whom it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// How many.
    pub cases: usize,
    /// The shortest description that covers them.
    pub who: String,
    /// How many cases the description fits; more than `cases` when it says too much.
    pub described: usize,
    /// One of them in full.
    pub example: String,
    /// What changes.
    pub what: Vec<String>,
}

/// A release that is compared: what it is, and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct Side<'k> {
    pub knowledge: &'k Knowledge,
    pub files: &'k [SourceFile],
}

/// Compares two releases over `survey`, which spans both.
pub fn diff(old_side: Side<'_>, new_side: Side<'_>, survey: &Survey) -> Difference {
    let (old, new) = (old_side.knowledge, new_side.knowledge);
    let names = Names::of(&[old, new]);
    let (old_key, new_key) = (Key::of(&names, old), Key::of(&names, new));
    let parts = everywhere(survey.len(), |range| {
        let mut part = Part { heard: vec![[0, 0]; names.rules.len()], changed: Vec::new() };
        for at in range {
            let outline = |knowledge: &Knowledge, key: &Key| {
                survey.case(at, knowledge).map(|case| Outline::of(knowledge, key, &engine::plan(knowledge, &case)))
            };
            let (was, is) = (outline(old, &old_key), outline(new, &new_key));
            for (outline, release) in [(&was, 0), (&is, 1)] {
                for rule in outline.iter().flat_map(|it| &it.rules) {
                    let count = part.heard.get_mut(usize::from(*rule)).and_then(|it| it.get_mut(release));
                    count.into_iter().for_each(|it| *it += 1);
                }
            }
            match (was, is) {
                (Some(was), Some(is)) if was != is => part.changed.push((at, words::in_words(&names, &was, &is))),
                // A case that names a procedure of one release only has nothing to be compared with.
                (Some(_) | None, _) => {}
            }
        }
        part
    });
    let mut groups: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    let mut changed_cases = 0;
    for (at, what) in parts.iter().flat_map(|it| &it.changed) {
        changed_cases += 1;
        groups.entry(what.clone()).or_default().push(*at);
    }
    let mut rules = rules::rules(old_side, new_side);
    for change in &mut rules {
        let place = names.rules.binary_search(&change.rule).ok();
        let heard = |release: usize| -> usize {
            let of = |part: &Part| part.heard.get(place?)?.get(release).copied();
            parts.iter().filter_map(of).sum()
        };
        change.cases = if new.rules().iter().any(|it| it.id == change.rule) { heard(1) } else { heard(0) };
    }
    Difference {
        old_release: old.release().to_owned(),
        new_release: new.release().to_owned(),
        rules,
        cases: survey.len(),
        changed_cases,
        changes: described(survey, groups.into_iter().collect()),
    }
}

/// What one part of the survey gives.
struct Part {
    /// By rule: how many cases hear it in the old and in the new release.
    heard: Vec<[usize; 2]>,
    changed: Vec<(usize, Vec<String>)>,
}

fn described(survey: &Survey, mut groups: Vec<(Vec<String>, Vec<usize>)>) -> Vec<Change> {
    groups.sort_by(|(what, cases), (other, others)| others.len().cmp(&cases.len()).then_with(|| what.cmp(other)));
    if groups.is_empty() {
        return Vec::new();
    }
    let crowd = Crowd::of(survey);
    let parts = everywhere(groups.len(), |range| -> Vec<Change> {
        let groups = groups.get(range).unwrap_or_default();
        groups
            .iter()
            .map(|(what, cases)| {
                let who = crowd.describe(cases);
                let first = cases.first().and_then(|at| survey.who(*at));
                Change {
                    cases: cases.len(),
                    who: who.words,
                    described: who.fits,
                    example: first.map(|it| it.to_string()).unwrap_or_default(),
                    what: what.clone(),
                }
            })
            .collect()
    });
    parts.into_iter().flatten().collect()
}

impl Difference {
    /// Is everything the same?
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.changes.is_empty()
    }

    /// As a table for people; at most `most` groups of cases are shown.
    pub fn in_words(&self, most: usize) -> String {
        let Self { old_release, new_release, rules, cases, changed_cases, changes } = self;
        let mut text = format!("knowledge {old_release} → {new_release}\n\nRULES\n");
        if rules.is_empty() {
            text.push_str("  no rule is different\n");
        }
        for RuleChange { rule, what, cases } in rules {
            let _ = writeln!(text, "  {rule} ({cases} cases hear it)");
            for it in what {
                let _ = writeln!(text, "      {it}");
            }
        }
        let _ = writeln!(text, "\nCASES\n  {changed_cases} of {cases} cases change, in {} ways", changes.len());
        for Change { cases, who, described, example, what } in changes.iter().take(most) {
            let exact = if cases == described { String::new() } else { format!(" among the {described}") };
            let _ = writeln!(text, "\n  {cases} cases{exact}\n    who   {who}");
            if cases != described {
                let _ = writeln!(text, "    as    {example}");
            }
            for it in what {
                let _ = writeln!(text, "    what  {it}");
            }
        }
        let more = changes.len().saturating_sub(most);
        if more > 0 {
            let _ = writeln!(text, "\n  and {more} more ways: --all shows them");
        }
        text
    }
}
