//! The safety rules as bit tables: most of them are ruled out by one answer, without a look at their conditions.

use super::SafetyRule;
use crate::domain::{Fact, Facts, Predicate, ProcedureId, Scope, Truth};

/// Words of a set of rules.
const WORDS: usize = 8;

/// A set of safety rules, by their places: the strictest first.
///
/// INVARIANT (capacity): the loader refuses more than [`RuleSet::CAPACITY`] safety rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RuleSet([u64; WORDS]);

impl RuleSet {
    /// How many safety rules there can be.
    pub const CAPACITY: usize = WORDS * u64::BITS as usize;

    /// The set with the rule at `place` added.
    pub fn insert(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / u64::BITS as usize) {
            *word |= 1_u64 << (place % u64::BITS as usize);
        }
    }

    /// Is the rule at `place` in the set?
    pub fn contains(self, place: usize) -> bool {
        self.0.get(place / u64::BITS as usize).is_some_and(|word| word & (1_u64 << (place % u64::BITS as usize)) != 0)
    }

    /// The rules that are in one or both.
    pub fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// The rules that are in both.
    pub fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// The rules that are in `self` and not in `other`.
    pub fn without(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// How many rules there are.
    pub fn len(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Is there none?
    pub fn is_empty(self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The places, in order.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..).zip(self.0).flat_map(|(at, word)| bits(word).map(move |bit| at * u64::BITS as usize + bit))
    }

    /// For each rule that is also in `all`: how many rules of `all` stand before it.
    pub fn ranks(self, all: Self) -> impl Iterator<Item = usize> {
        let mut before = 0;
        self.and(all).0.into_iter().zip(all.0).flat_map(move |(word, whole)| {
            let start = before;
            before += whole.count_ones() as usize;
            bits(word).map(move |bit| start + (whole & ((1_u64 << bit) - 1)).count_ones() as usize)
        })
    }

    fn zip(self, other: Self, with: impl Fn(u64, u64) -> u64) -> Self {
        let mut set = self;
        set.0.iter_mut().zip(other.0).for_each(|(word, more)| *word = with(*word, more));
        set
    }
}

/// The places of the bits of a word.
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.wrapping_sub(1);
        (bit < u64::BITS).then_some(bit as usize)
    })
}

/// A part of conditions that reads one fact and does not change with the days.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    when: Predicate,
    /// The rules that cannot hold when it does not.
    needed_by: RuleSet,
}

/// The safety rules as bit tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SafetyTable {
    all: RuleSet,
    /// The rules that read facts of the patient alone.
    of_patient: RuleSet,
    /// The rules on each procedure.
    by_procedure: Vec<RuleSet>,
    patient_parts: Vec<Part>,
    narrow_parts: Vec<Part>,
}

impl SafetyTable {
    /// The table of `rules`, for as many procedures as there are.
    pub(super) fn new(rules: &[SafetyRule], procedures: usize) -> Self {
        let mut table = Self::default();
        for (place, rule) in rules.iter().enumerate() {
            table.all.insert(place);
            if rule.scope == Scope::Patient {
                table.of_patient.insert(place);
            }
            for (fact, when) in needs(&rule.when) {
                let parts =
                    if fact.scope() == Scope::Patient { &mut table.patient_parts } else { &mut table.narrow_parts };
                match parts.iter_mut().find(|it| it.when == *when) {
                    Some(known) => known.needed_by.insert(place),
                    None => {
                        let mut part = Part { when: when.clone(), needed_by: RuleSet::default() };
                        part.needed_by.insert(place);
                        parts.push(part);
                    }
                }
            }
        }
        let of = |id| {
            let mut set = RuleSet::default();
            let speaking = rules.iter().enumerate().filter(|(_, rule)| rule.procedures.contains(id));
            speaking.for_each(|(place, _)| set.insert(place));
            set
        };
        table.by_procedure = (0_u8..).map(ProcedureId).take(procedures).map(of).collect();
        table
    }

    /// The rules on a procedure.
    pub fn on(&self, procedure: ProcedureId) -> RuleSet {
        self.by_procedure.get(procedure.index()).copied().unwrap_or_default()
    }

    /// The rules that the facts of the patient leave open: those that read nothing else, and the others.
    pub fn open(&self, patient: &Facts) -> (RuleSet, RuleSet) {
        let open = still_open(self.all, &self.patient_parts, patient);
        (open.and(self.of_patient), open.without(self.of_patient))
    }

    /// Those of `open` that the facts of the field and the scar leave open as well.
    pub fn open_on(&self, open: RuleSet, scar: &Facts) -> RuleSet {
        still_open(open, &self.narrow_parts, scar)
    }
}

/// Those of `rules` that no part rules out.
fn still_open(rules: RuleSet, parts: &[Part], facts: &Facts) -> RuleSet {
    let mut ruled_out = RuleSet::default();
    for part in parts.iter().filter(|part| part.when.holds(facts, 0) == Truth::No) {
        ruled_out = ruled_out.or(part.needed_by);
    }
    rules.without(ruled_out)
}

/// The parts without each of which `when` cannot hold on any day, with the one fact that each reads.
fn needs(when: &Predicate) -> Vec<(Fact, &Predicate)> {
    if let Some(fact) = only_fact(when) {
        return vec![(fact, when)];
    }
    match when {
        Predicate::All(parts) => parts.iter().flat_map(needs).collect(),
        Predicate::Any(parts) => {
            let mut each = parts.iter().map(needs);
            let first = each.next().unwrap_or_default();
            each.fold(first, |common, next| common.into_iter().filter(|it| next.contains(it)).collect())
        }
        // What denies several facts needs none of them; days go by.
        Predicate::Not(_)
        | Predicate::Always
        | Predicate::Known(_)
        | Predicate::Yes(_)
        | Predicate::Word(..)
        | Predicate::Number(..)
        | Predicate::DaysAgo(..) => Vec::new(),
    }
}

/// The fact that `when` reads, if it is a single one and days do not matter.
fn only_fact(when: &Predicate) -> Option<Fact> {
    fn has_days(when: &Predicate) -> bool {
        match when {
            Predicate::DaysAgo(..) => true,
            Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(has_days),
            Predicate::Not(part) => has_days(part),
            Predicate::Always
            | Predicate::Known(_)
            | Predicate::Yes(_)
            | Predicate::Word(..)
            | Predicate::Number(..) => false,
        }
    }
    let mut facts = Vec::new();
    when.reads(&mut |fact| facts.push(fact));
    facts.dedup();
    match facts.as_slice() {
        [fact] if !has_days(when) => Some(*fact),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_count_what_stands_before() {
        let mut all = RuleSet::default();
        [3, 63, 64, 70, 200, 511].into_iter().for_each(|it| all.insert(it));
        let mut some = RuleSet::default();
        [3, 5, 64, 200, 511].into_iter().for_each(|it| some.insert(it));
        assert_eq!(some.ranks(all).collect::<Vec<_>>(), [0, 2, 4, 5]);
        assert_eq!(some.places().collect::<Vec<_>>(), [3, 5, 64, 200, 511]);
        assert_eq!((all.len(), all.without(some).len(), all.and(some).len()), (6, 2, 4));
    }

    #[test]
    fn a_need_is_what_every_way_of_holding_needs() {
        let pregnant = Predicate::Word(Fact::Pregnancy, 8);
        let smoker = Predicate::Yes(Fact::Smoker);
        let long_ago = Predicate::DaysAgo(Fact::DaysSinceTan, crate::domain::Comparison::AtLeast, 30);
        let both = Predicate::All(vec![pregnant.clone(), long_ago.clone(), smoker.clone()]);
        assert_eq!(needs(&both), [(Fact::Pregnancy, &pregnant), (Fact::Smoker, &smoker)]);
        let either = Predicate::Any(vec![both.clone(), smoker.clone()]);
        assert_eq!(needs(&either), [(Fact::Smoker, &smoker)]);
        assert!(needs(&Predicate::Not(Box::new(both))).is_empty());
        assert!(needs(&long_ago).is_empty());
    }
}
