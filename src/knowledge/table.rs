//! The safety rules as bit tables: most of them are ruled out by one answer, without a look at their conditions.

mod answers;

use strum::{EnumCount, VariantArray};

pub(super) use answers::Answers;

use super::{Event, SafetyRule};
use crate::domain::{Action, Fact, Facts, Predicate, ProcedureId, RuleId, Scope};

/// Words of a set of rules.
const WORDS: usize = 6;

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

    /// Adds the rules of another set.
    pub fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
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

    /// The rules that are in one and not in the other.
    pub fn differing(self, other: Self) -> Self {
        self.zip(other, |a, b| a ^ b)
    }

    /// Is there none?
    pub fn is_empty(self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The places, in order.
    pub fn places(self) -> Places {
        Places { set: self.0, at: 0 }
    }

    fn zip(self, other: Self, with: impl Fn(u64, u64) -> u64) -> Self {
        let mut set = self;
        set.0.iter_mut().zip(other.0).for_each(|(word, more)| *word = with(*word, more));
        set
    }
}

/// See [`RuleSet::places`]. Written out, since it is what screening spends its time on.
#[derive(Debug, Clone)]
pub struct Places {
    /// What is still to come.
    set: [u64; WORDS],
    /// The word that comes next.
    at: usize,
}

impl Iterator for Places {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let word = self.set.get_mut(self.at)?;
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= word.wrapping_sub(1);
                return Some(self.at * u64::BITS as usize + bit);
            }
            self.at += 1;
        }
    }

    // Most sets are nearly empty: in one go there is less to keep in mind.
    fn fold<B, F: FnMut(B, usize) -> B>(self, init: B, mut f: F) -> B {
        let mut all = init;
        for (at, word) in self.set.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                all = f(all, at * u64::BITS as usize + left.trailing_zeros() as usize);
                left &= left.wrapping_sub(1);
            }
        }
        all
    }
}

/// What a rule has a say in: who looks for one thing does not look at the rules that say nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumCount, VariantArray)]
pub enum Topic {
    /// It keeps procedures away, for a time or for good.
    Keeps,
    /// It asks for the word of somebody else.
    Opinion,
    /// Something must be true or agreed before.
    Precondition,
    /// It changes how something is done.
    Technique,
    /// It has something to be said.
    Warning,
    /// Something has to come first.
    Lead,
    /// It bounds a setting.
    Limit,
    /// It adds something to the plan.
    Item,
    /// It asks for facts that were not asked.
    Question,
}

impl Topic {
    fn is_of(self, rule: &SafetyRule, events: &[Event]) -> bool {
        let check = rule.until.and_then(|event| events.get(event.index())).is_some_and(|event| event.at_visit);
        match self {
            Self::Keeps => rule.action >= Action::Defer,
            Self::Opinion => rule.action == Action::Clearance && !rule.at_visit,
            Self::Precondition => rule.action == Action::Clearance || check || rule.precondition,
            Self::Technique => rule.action == Action::Modify && !rule.precondition,
            Self::Warning => rule.action == Action::Warn,
            Self::Lead => rule.lead.is_some(),
            Self::Limit => !rule.limits.is_empty(),
            Self::Item => !rule.items.is_empty(),
            Self::Question => !rule.asks.is_empty(),
        }
    }
}

/// The safety rules as bit tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SafetyTable {
    all: RuleSet,
    /// The ids of the rules, by place: a list that stays in the cache.
    ids: Vec<RuleId>,
    /// The rules that read facts of the patient alone.
    of_patient: RuleSet,
    /// The rules that hold for everybody.
    always: RuleSet,
    /// The rules that have a say in more than words and questions.
    telling: RuleSet,
    /// The rules that have a say in each topic.
    topics: [RuleSet; Topic::COUNT],
    /// The rules on each procedure.
    by_procedure: Vec<RuleSet>,
    patient: Vec<Answers>,
    /// Of the field and the scar.
    narrow: Vec<Answers>,
}

impl SafetyTable {
    /// The table of `rules`, for as many procedures as there are.
    pub(super) fn new(rules: &[SafetyRule], events: &[Event], procedures: usize) -> Self {
        let mut table = Self::default();
        let mut answers = Vec::new();
        for (place, rule) in rules.iter().enumerate() {
            table.all.insert(place);
            table.ids.push(rule.rule);
            if rule.scope == Scope::Patient {
                table.of_patient.insert(place);
            }
            for (topic, about) in Topic::VARIANTS.iter().zip(&mut table.topics) {
                if topic.is_of(rule, events) {
                    about.insert(place);
                    if !matches!(topic, Topic::Warning | Topic::Question) {
                        table.telling.insert(place);
                    }
                }
            }
            if rule.when == Predicate::Always {
                table.always.insert(place);
            }
            need(&mut answers, &rule.when, place, rule.if_unknown);
        }
        let answers = answers.into_iter().map(Answers::settle);
        (table.patient, table.narrow) = answers.partition(|it| it.fact.scope() == Scope::Patient);
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

    /// The id of the rule at `place`.
    pub fn id(&self, place: usize) -> Option<RuleId> {
        self.ids.get(place).copied()
    }

    /// Every rule.
    pub fn all(&self) -> RuleSet {
        self.all
    }

    /// The rules that have a say in `topic`.
    pub fn about(&self, topic: Topic) -> RuleSet {
        self.topics.get(topic as usize).copied().unwrap_or_default()
    }

    /// The rules that change what is planned, or how it is done: all but those that only have something to be said.
    pub fn telling(&self) -> RuleSet {
        self.telling
    }

    /// The rules that hold for everybody.
    pub fn always(&self) -> RuleSet {
        self.always
    }

    /// The rules that the facts of the patient leave open: those that read nothing else, and the others.
    pub fn open(&self, patient: &Facts) -> (RuleSet, RuleSet) {
        let open = still_open(self.all, &self.patient, patient);
        (open.and(self.of_patient), open.without(self.of_patient))
    }

    /// Those of `open` that the facts of the field and the scar leave open as well.
    pub fn open_on(&self, open: RuleSet, scar: &Facts) -> RuleSet {
        still_open(open, &self.narrow, scar)
    }
}

/// Adds what the one at `place`, which holds when `when` says, needs of answers.
pub(super) fn need(answers: &mut Vec<Answers>, when: &Predicate, place: usize, if_unknown: bool) {
    for (fact, when) in needs(when) {
        match answers.iter_mut().find(|it| it.fact == fact) {
            Some(known) => known.need(when, place, if_unknown),
            None => {
                let mut new = Answers::new(fact);
                new.need(when, place, if_unknown);
                answers.push(new);
            }
        }
    }
}

/// Those of `rules` that no answer rules out.
pub(super) fn still_open(rules: RuleSet, answers: &[Answers], facts: &Facts) -> RuleSet {
    answers.iter().fold(rules, |open, it| it.leave(open, facts))
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

/// The fact that `when` reads, if it is a single one.
fn only_fact(when: &Predicate) -> Option<Fact> {
    let mut facts = Vec::new();
    when.reads(&mut |fact| facts.push(fact));
    facts.dedup();
    match facts.as_slice() {
        [fact] => Some(*fact),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_in_order() {
        let of = |places: &[usize]| {
            let mut set = RuleSet::default();
            places.iter().for_each(|it| set.insert(*it));
            set
        };
        let places = |set: RuleSet| set.places().collect::<Vec<_>>();
        let (all, some) = (of(&[383, 3, 63, 64, 70, 200]), of(&[3, 5, 64, 200, 383]));
        assert_eq!(places(some), [3, 5, 64, 200, 383]);
        assert_eq!(places(all.and(some)), [3, 64, 200, 383]);
        assert_eq!(places(all.without(some)), [63, 70]);
        assert_eq!(places(all.or(some)), [3, 5, 63, 64, 70, 200, 383]);
        assert!(some.contains(5) && !all.contains(5) && !all.contains(RuleSet::CAPACITY));
    }

    #[test]
    fn a_need_is_what_every_way_of_holding_needs() {
        let pregnant = Predicate::Word(Fact::Pregnancy, 8);
        let smoker = Predicate::Yes(Fact::Smoker);
        let long_ago = Predicate::DaysAgo(Fact::DaysSinceTan, crate::domain::Comparison::AtLeast, 30);
        let both = Predicate::All(vec![pregnant.clone(), long_ago.clone(), smoker.clone()]);
        assert_eq!(
            needs(&both),
            [(Fact::Pregnancy, &pregnant), (Fact::DaysSinceTan, &long_ago), (Fact::Smoker, &smoker)]
        );
        let either = Predicate::Any(vec![both.clone(), smoker.clone()]);
        assert_eq!(needs(&either), [(Fact::Smoker, &smoker)]);
        assert!(needs(&Predicate::Not(Box::new(both))).is_empty());
        assert_eq!(needs(&long_ago), [(Fact::DaysSinceTan, &long_ago)]);
    }
}
