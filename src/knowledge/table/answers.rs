//! What the answer to one fact rules out, worked out when the knowledge is loaded.

use super::RuleSet;
use crate::domain::{Comparison, Day, Fact, FactKind, Facts, Predicate, Truth, Value};

/// A part of conditions that reads one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    when: Predicate,
    /// The rules that cannot hold when it does not.
    needed_by: RuleSet,
    /// Those of them that do not fire when its fact was not asked.
    asked_by: RuleSet,
}

/// What the answer to one fact rules out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::knowledge) struct Answers {
    pub fact: Fact,
    parts: Vec<Part>,
    /// Of a number, and of days since an event: where the truth of some part changes, in order.
    steps: Vec<i64>,
    /// What each answer rules out, by its place: see [`Answers::place`].
    ruled_out: Vec<RuleSet>,
}

impl Answers {
    pub(super) fn new(fact: Fact) -> Self {
        Self { fact, parts: Vec::new(), steps: Vec::new(), ruled_out: Vec::new() }
    }

    pub(super) fn need(&mut self, when: &Predicate, place: usize, if_unknown: bool) {
        let part = match self.parts.iter_mut().find(|it| it.when == *when) {
            Some(known) => known,
            None => {
                let none = RuleSet::default();
                self.parts.push(Part { when: when.clone(), needed_by: none, asked_by: none });
                let Some(new) = self.parts.last_mut() else { return };
                new
            }
        };
        part.needed_by.insert(place);
        if !if_unknown {
            part.asked_by.insert(place);
        }
    }

    /// Works out once what the answers rule out: all but several words at once, of which there are too many.
    pub(in crate::knowledge) fn settle(mut self) -> Self {
        self.parts.iter().for_each(|part| steps(&part.when, &mut self.steps));
        self.steps.sort_unstable();
        self.steps.dedup();
        let word = |bit: usize| 1_u32.checked_shl(u32::try_from(bit).ok()?).map(Value::Words);
        let answers: Vec<Option<Value>> = match self.fact.kind() {
            FactKind::YesNo => [false, true].map(|it| Some(Value::YesNo(it))).into(),
            FactKind::Words(words) => {
                std::iter::once(Some(Value::Words(0))).chain((0..words.len()).map(word)).collect()
            }
            FactKind::Number(_) => {
                std::iter::once(i64::MIN).chain(self.steps.iter().copied()).map(|it| Some(Value::Number(it))).collect()
            }
            FactKind::Elapsed => {
                let days = self.steps.iter().map(|it| Day::try_from(*it).unwrap_or(Day::MAX));
                std::iter::once(0).chain(days).map(|it| Some(Value::Since(it.saturating_neg()))).collect()
            }
        };
        let tried = |answer: Option<Value>| {
            let mut facts = Facts::default();
            facts.set(self.fact, answer);
            self.tried(&facts)
        };
        self.ruled_out = std::iter::once(None).chain(answers).map(tried).collect();
        if self.fact.kind() == FactKind::Elapsed {
            // Days go by: what comes to hold later is not ruled out.
            let mut later = None;
            for set in self.ruled_out.iter_mut().skip(1).rev() {
                *set = later.map_or(*set, |later| set.and(later));
                later = Some(*set);
            }
        }
        self
    }

    /// Where what an answer rules out is found; `None` for several words at once.
    fn place(&self, answer: Option<Value>) -> Option<usize> {
        let reached = |number: i64| self.steps.partition_point(|step| *step <= number);
        let among_known = match answer {
            None => return Some(0),
            Some(Value::YesNo(yes)) => usize::from(yes),
            Some(Value::Words(0)) => 0,
            Some(Value::Words(words)) if words.is_power_of_two() => 1 + words.trailing_zeros() as usize,
            Some(Value::Words(_)) => return None,
            Some(Value::Number(number)) => reached(number),
            Some(Value::Since(event)) => reached(i64::from(event.saturating_neg())),
        };
        Some(1 + among_known)
    }

    /// Those of `open` that the answer does not rule out.
    pub(super) fn leave(&self, open: RuleSet, facts: &Facts) -> RuleSet {
        match self.place(facts.get(self.fact)).and_then(|place| self.ruled_out.get(place)) {
            Some(known) => open.without(*known),
            None => open.without(self.tried(facts)),
        }
    }

    /// What the answer rules out on the day on which it is given.
    fn tried(&self, facts: &Facts) -> RuleSet {
        self.parts.iter().fold(RuleSet::default(), |out, part| match part.when.holds(facts, 0) {
            Truth::No => out.or(part.needed_by),
            // What was not asked stays so on every day.
            Truth::Unknown => out.or(part.asked_by),
            Truth::Yes => out,
        })
    }
}

/// Adds the numbers from which on a comparison in `when` has another answer than before.
fn steps(when: &Predicate, all: &mut Vec<i64>) {
    let mut compared = |comparison: Comparison, limit: i64| {
        all.push(match comparison {
            Comparison::Below | Comparison::AtLeast => limit,
            Comparison::AtMost | Comparison::Above => limit.saturating_add(1),
        });
    };
    match when {
        Predicate::Number(_, comparison, limit) => compared(*comparison, *limit),
        Predicate::DaysAgo(_, comparison, limit) => compared(*comparison, i64::from(*limit)),
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|it| steps(it, all)),
        Predicate::Not(part) => steps(part, all),
        Predicate::Always | Predicate::Known(_) | Predicate::Yes(_) | Predicate::Word(..) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_out_for_good_is_known_for_every_number_and_day() {
        let tan = |comparison, days| Predicate::DaysAgo(Fact::DaysSinceTan, comparison, days);
        let fresh = tan(Comparison::Below, 30);
        let old = tan(Comparison::Above, 60);
        let young = Predicate::Number(Fact::AgeYears, Comparison::AtMost, 18_000);
        let adult = Predicate::Not(Box::new(young.clone()));
        let table = |fact, all: &[&Predicate]| {
            let mut answers = Answers::new(fact);
            all.iter().enumerate().for_each(|(place, when)| answers.need(when, place, place == 0));
            answers.settle()
        };
        let mut every = RuleSet::default();
        (0..3).for_each(|place| every.insert(place));
        let open = |answers: &Answers, value: Option<Value>| {
            let mut facts = Facts::default();
            facts.set(answers.fact, value);
            answers.leave(every, &facts).places().collect::<Vec<_>>()
        };
        let tanned = table(Fact::DaysSinceTan, &[&fresh, &old, &Predicate::Known(Fact::DaysSinceTan)]);
        // What is too fresh gets old; what is old never gets fresh again.
        for (days, left) in
            [(0, [0, 1, 2].as_slice()), (29, &[0, 1, 2]), (30, &[1, 2]), (61, &[1, 2]), (9_999, &[1, 2])]
        {
            assert_eq!(open(&tanned, Some(Value::Since(-days))), left, "{days}");
        }
        // Not asked: what fires all the same stays.
        assert_eq!(open(&tanned, None), [0]);
        let aged = table(Fact::AgeYears, &[&young, &adult]);
        for (years, left) in [(0, [0, 2]), (18_000, [0, 2]), (18_001, [1, 2]), (80_000, [1, 2])] {
            assert_eq!(open(&aged, Some(Value::Number(years))), left, "{years}");
        }
        let [first, second] = [1, 2].map(|words| Predicate::Word(Fact::Allergies, words));
        let allergic = table(Fact::Allergies, &[&first, &second, &Predicate::Always]);
        for (words, left) in [(0, [2].as_slice()), (1, &[0, 2]), (2, &[1, 2]), (3, &[0, 1, 2]), (4, &[2]), (12, &[2])] {
            assert_eq!(open(&allergic, Some(Value::Words(words))), left, "{words}");
        }
    }
}
