//! The values that conditions can tell apart: words of closed lists, and numbers around every threshold.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Fact, FactKind, Predicate, Value, fact_in_words, number_in_words, words_of};

/// The thresholds of each fact: numbers in thousandths, elapsed times in days.
#[derive(Debug, Clone, Default)]
pub(super) struct Thresholds(BTreeMap<Fact, BTreeSet<i64>>);

impl Thresholds {
    pub(super) fn of<'p>(conditions: impl Iterator<Item = &'p Predicate>) -> Self {
        let mut all = Self::default();
        conditions.for_each(|it| all.add(it));
        all
    }

    fn add(&mut self, when: &Predicate) {
        match when {
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|it| self.add(it)),
            Predicate::Not(part) => self.add(part),
            Predicate::Number(fact, _, limit) => self.insert(*fact, *limit),
            Predicate::DaysAgo(fact, _, days) => self.insert(*fact, i64::from(*days)),
            Predicate::Always | Predicate::Known(_) | Predicate::Yes(_) | Predicate::Word(..) => {}
        }
    }

    fn insert(&mut self, fact: Fact, threshold: i64) {
        self.0.entry(fact).or_default().insert(threshold);
    }

    fn of_fact(&self, fact: Fact) -> impl Iterator<Item = i64> + '_ {
        self.0.get(&fact).into_iter().flatten().copied()
    }

    /// A day before the longest that any condition looks back.
    pub(super) fn long_ago(&self) -> i32 {
        let elapsed = self.0.iter().filter(|(fact, _)| fact.kind() == FactKind::Elapsed);
        let longest = elapsed.flat_map(|(_, days)| days).copied().max().unwrap_or_default();
        -i32::try_from(longest.saturating_add(1)).unwrap_or(i32::MAX)
    }

    /// The numbers just below, at and just above each threshold of `fact`, in order.
    pub(super) fn around(&self, fact: Fact) -> Vec<i64> {
        let step = match fact.kind() {
            FactKind::Number(_) => step(self.of_fact(fact)),
            FactKind::YesNo | FactKind::Words(_) | FactKind::Elapsed => 1,
        };
        let near = self.of_fact(fact).flat_map(|it| [it.saturating_sub(step), it, it.saturating_add(step)]);
        let near: BTreeSet<i64> = near.filter(|it| *it >= 0).collect();
        near.into_iter().collect()
    }

    /// Every answer to `fact` that could matter; that it was not asked comes first.
    pub(super) fn answers(&self, fact: Fact) -> Vec<Option<Value>> {
        let known: Vec<Value> = match fact.kind() {
            FactKind::YesNo => [true, false].map(Value::YesNo).to_vec(),
            FactKind::Words(words) => words.iter().filter_map(|it| fact.word(it)).map(Value::Words).collect(),
            FactKind::Number(_) => self.around(fact).into_iter().map(Value::Number).collect(),
            FactKind::Elapsed => {
                let mut days: BTreeSet<i64> = self.around(fact).into_iter().collect();
                days.insert(0);
                days.into_iter().filter_map(days_ago).collect()
            }
        };
        std::iter::once(None).chain(known.into_iter().map(Some)).collect()
    }
}

/// The coarsest of 1, 0.1, 0.01 and 0.001 that every threshold is a multiple of: people are whole years old.
fn step(thresholds: impl Iterator<Item = i64>) -> i64 {
    let thresholds: Vec<i64> = thresholds.collect();
    [1000, 100, 10].into_iter().find(|step| thresholds.iter().all(|it| it % step == 0)).unwrap_or(1)
}

fn days_ago(days: i64) -> Option<Value> {
    i32::try_from(days).ok().map(|days| Value::Since(-days))
}

/// The answers to `fact` that one condition tells apart, that it was not asked among them.
pub(super) fn told_apart(when: &Predicate, fact: Fact, usual: Option<Value>) -> Vec<Option<Value>> {
    let mut values: Vec<Option<Value>> = vec![None];
    let thresholds = Thresholds::of(std::iter::once(when));
    match fact.kind() {
        FactKind::YesNo | FactKind::Number(_) => {
            values.extend(thresholds.answers(fact).into_iter().flatten().map(Some))
        }
        FactKind::Elapsed => values.extend(thresholds.around(fact).into_iter().filter_map(days_ago).map(Some)),
        FactKind::Words(words) => {
            let mut masks = Vec::new();
            word_masks(when, fact, &mut masks);
            let mut classes: Vec<Vec<bool>> = Vec::new();
            for bit in words.iter().filter_map(|it| fact.word(it)) {
                let class: Vec<bool> = masks.iter().map(|mask| mask & bit != 0).collect();
                if !classes.contains(&class) {
                    classes.push(class);
                    values.push(Some(Value::Words(bit)));
                }
            }
        }
    }
    if usual.is_some() && !values.contains(&usual) {
        values.push(usual);
    }
    values
}

fn word_masks(when: &Predicate, fact: Fact, masks: &mut Vec<u32>) {
    match when {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|it| word_masks(it, fact, masks)),
        Predicate::Not(part) => word_masks(part, fact, masks),
        Predicate::Word(asked, mask) if *asked == fact => masks.push(*mask),
        Predicate::Word(..)
        | Predicate::Always
        | Predicate::Known(_)
        | Predicate::Yes(_)
        | Predicate::Number(..)
        | Predicate::DaysAgo(..) => {}
    }
}

/// The facts that a condition reads, each once, in the order of the facts.
pub(super) fn facts_of(when: &Predicate) -> Vec<Fact> {
    let mut facts = BTreeSet::new();
    when.reads(&mut |fact| {
        facts.insert(fact);
    });
    facts.into_iter().collect()
}

/// An answer in words.
pub fn answer_in_words(fact: Fact, value: Option<Value>) -> String {
    let name = fact_in_words(fact);
    match value {
        None => format!("{name} not asked"),
        Some(Value::YesNo(yes)) => format!("{name} {}", if yes { "yes" } else { "no" }),
        Some(Value::Words(0)) => format!("{name} none"),
        Some(Value::Words(bits)) => format!("{name} {}", words_of(fact, bits).join(" and ")),
        Some(Value::Number(number)) => {
            let unit = match fact.kind() {
                FactKind::Number(unit) => unit,
                FactKind::YesNo | FactKind::Words(_) | FactKind::Elapsed => "",
            };
            format!("{name} {} {unit}", number_in_words(number)).trim_end().to_owned()
        }
        Some(Value::Since(day)) => {
            let days = day.saturating_neg();
            format!("{days} {name}", name = name.replacen("days", if days == 1 { "day" } else { "days" }, 1))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{Thresholds, answer_in_words, told_apart};
    use crate::domain::{Comparison, Fact, Predicate, Value};

    #[test]
    fn every_threshold_is_met_from_both_sides() {
        let age = Predicate::Number(Fact::AgeYears, Comparison::Below, 18_000);
        let inr = Predicate::Number(Fact::Inr, Comparison::Above, 3_500);
        let tan = Predicate::DaysAgo(Fact::DaysSinceTan, Comparison::Below, 28);
        let all = Thresholds::of([&age, &inr, &tan].into_iter());
        assert_eq!(all.around(Fact::AgeYears), [17_000, 18_000, 19_000]);
        assert_eq!(all.around(Fact::Inr), [3_400, 3_500, 3_600]);
        let days = [None, Some(0), Some(27), Some(28), Some(29)].map(|it| it.map(|days: i32| Value::Since(-days)));
        assert_eq!(all.answers(Fact::DaysSinceTan), days);
        assert_eq!(all.long_ago(), -29);
    }

    #[test]
    fn words_that_a_condition_does_not_tell_apart_stand_once() {
        let bits = Fact::Antithrombotic.word("warfarin").unwrap() | Fact::Antithrombotic.word("doac").unwrap();
        let when = Predicate::Word(Fact::Antithrombotic, bits);
        assert_eq!(told_apart(&when, Fact::Antithrombotic, None).len(), 3);
    }

    #[test]
    fn answers_are_said_in_words() {
        assert_eq!(answer_in_words(Fact::OpeningWidthMm, Some(Value::Number(1_250))), "opening width 1.25 mm");
        assert_eq!(answer_in_words(Fact::DaysSinceTan, Some(Value::Since(-1))), "1 day since tan");
        assert_eq!(answer_in_words(Fact::Lactating, None), "lactating not asked");
        assert_eq!(answer_in_words(Fact::Allergies, Some(Value::Words(0))), "allergies none");
    }
}
