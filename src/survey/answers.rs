//! Every answer that the conditions tell apart, alone, and together with those that some condition reads beside it.

use std::collections::BTreeSet;

use strum::VariantArray as _;

use super::{
    baseline::{Baseline, baseline},
    values::{Thresholds, answer_in_words, facts_of, told_apart},
};
use crate::domain::{Fact, Facts, Predicate, Scope, Value};

/// Most answers that are tried together for one condition; beyond it its facts are tried two by two.
const MOST_TOGETHER: usize = 600;

/// Answers that differ from those of the healthy person, in the order of the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// In words.
    pub name: String,
    /// The facts that change.
    pub changes: Vec<(Fact, Option<Value>)>,
}

/// Collects answers, each once.
pub(super) struct Answers<'s> {
    pub thresholds: &'s Thresholds,
    pub healthy: &'s Facts,
    seen: BTreeSet<String>,
    found: Vec<Answer>,
}

impl<'s> Answers<'s> {
    pub(super) fn new(thresholds: &'s Thresholds, healthy: &'s Facts) -> Self {
        Self { thresholds, healthy, seen: BTreeSet::new(), found: Vec::new() }
    }

    /// Each answer of the person alone, and each feature of the scar that is not named in `features`.
    pub(super) fn alone(mut self, read_of_the_scar: &[Fact]) -> Vec<Answer> {
        let asked = Fact::VARIANTS.iter().copied().filter(|it| baseline(*it).is_asked());
        let facts: Vec<Fact> = asked.chain(read_of_the_scar.iter().copied()).collect();
        for fact in facts {
            for value in self.thresholds.answers(fact) {
                self.add(vec![(fact, value)]);
            }
        }
        self.found
    }

    /// Every combination that one condition tells apart, for conditions that read several facts of the person.
    pub(super) fn together(mut self, conditions: &[&Predicate], alone: &[Answer]) -> Vec<Answer> {
        self.seen.extend(alone.iter().map(|it| it.name.clone()));
        for when in conditions {
            let facts: Vec<Fact> = facts_of(when).into_iter().filter(|it| baseline(*it).is_asked()).collect();
            for changes in self.combinations(when, &facts) {
                self.add(changes);
            }
        }
        self.found
    }

    /// Every combination of answers to `facts` that `when` tells apart.
    pub(super) fn combinations(&self, when: &Predicate, facts: &[Fact]) -> Vec<Vec<(Fact, Option<Value>)>> {
        let values: Vec<(Fact, Vec<Option<Value>>)> =
            facts.iter().map(|fact| (*fact, told_apart(when, *fact, self.usual(*fact)))).collect();
        let many: usize = values.iter().map(|(_, values)| values.len()).fold(1, usize::saturating_mul);
        if many <= MOST_TOGETHER {
            return product(&values);
        }
        let pairs = values.iter().enumerate().flat_map(|(at, first)| {
            let later = values.iter().skip(at.saturating_add(1));
            later.flat_map(move |second| product(&[first.clone(), second.clone()]))
        });
        pairs.collect()
    }

    /// What the healthy person answers, or else the first answer that matters anywhere.
    fn usual(&self, fact: Fact) -> Option<Value> {
        self.healthy.get(fact).or_else(|| self.thresholds.answers(fact).into_iter().flatten().next())
    }

    fn add(&mut self, changes: Vec<(Fact, Option<Value>)>) {
        let Some(changes) = self.consistent(changes) else { return };
        let name = in_words(&changes);
        if !changes.is_empty() && self.seen.insert(name.clone()) {
            self.found.push(Answer { name, changes });
        }
    }

    /// With what must be answered as well, and without what the healthy person answers too; `None` when the answers
    /// cannot be given together.
    fn consistent(&self, mut changes: Vec<(Fact, Option<Value>)>) -> Option<Vec<(Fact, Option<Value>)>> {
        let given = changes.clone();
        for (fact, value) in &given {
            let Some((other, needed)) = fact.beside() else { continue };
            match given.iter().find(|(it, _)| *it == other) {
                Some((_, answer)) if *answer == Some(needed) => {}
                Some(_) if value.is_none() => {}
                Some(_) => return None,
                None => changes.push((other, Some(needed))),
            }
        }
        changes.retain(|(fact, value)| *value != self.healthy.get(*fact));
        changes.sort_by_key(|(fact, _)| *fact);
        Some(changes)
    }
}

/// Changes in words.
pub(super) fn in_words(changes: &[(Fact, Option<Value>)]) -> String {
    let all: Vec<String> = changes
        .iter()
        // That a fact was not asked is only worth a word when it could have been.
        .filter(|(fact, value)| value.is_some() || baseline(*fact) != Baseline::OfTheScar)
        .map(|(fact, value)| answer_in_words(*fact, *value))
        .collect();
    all.join(", ")
}

/// One value of each fact, in every combination.
pub(super) fn product(values: &[(Fact, Vec<Option<Value>>)]) -> Vec<Vec<(Fact, Option<Value>)>> {
    let mut all = vec![Vec::new()];
    for (fact, values) in values {
        all = all
            .iter()
            .flat_map(|so_far: &Vec<(Fact, Option<Value>)>| {
                values.iter().map(|value| {
                    let mut more = so_far.clone();
                    more.push((*fact, *value));
                    more
                })
            })
            .collect();
    }
    all
}

/// Facts of the scar that `conditions` read, without those that the survey goes through by itself.
pub(super) fn of_the_scar<'p>(conditions: impl Iterator<Item = &'p Predicate>) -> Vec<Fact> {
    let facts: BTreeSet<Fact> = conditions.flat_map(facts_of).collect();
    facts.into_iter().filter(|it| it.scope() == Scope::Scar && baseline(*it) == Baseline::OfTheScar).collect()
}
