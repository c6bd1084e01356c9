//! A condition over facts, in three-valued logic: what was not asked is neither true nor false.

use super::{
    date::Day,
    fact::{Fact, Scope},
    facts::{Facts, Value},
};

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    No,
    /// A fact that it needs was not asked.
    Unknown,
    /// It holds.
    Yes,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// Holds for everybody.
    Always,
    /// All parts hold.
    All(Vec<Predicate>),
    /// At least one part holds.
    Any(Vec<Predicate>),
    /// The part does not hold.
    Not(Box<Predicate>),
    /// The fact was asked. Never unknown itself.
    Known(Fact),
    /// The yes/no fact is a yes.
    Yes(Fact),
    /// At least one of the words holds.
    Word(Fact, u32),
    /// The number compares with this many thousandths.
    Number(Fact, Comparison, i64),
    /// The event compares with this many days ago.
    DaysAgo(Fact, Comparison, Day),
}

impl Predicate {
    /// Does it hold on `day`?
    #[inline]
    pub fn holds(&self, facts: &Facts, day: Day) -> Truth {
        if self.is_true(facts, day) {
            Truth::Yes
        } else if self.is_false(facts, day) {
            Truth::No
        } else {
            Truth::Unknown
        }
    }

    /// Does it certainly hold on `day`? Most who ask need no more, and what is unknown ends the look as a no does.
    #[inline]
    pub fn is_true(&self, facts: &Facts, day: Day) -> bool {
        self.is::<true>(facts, day)
    }

    /// Does it certainly not hold on `day`?
    #[inline]
    pub fn is_false(&self, facts: &Facts, day: Day) -> bool {
        self.is::<false>(facts, day)
    }

    /// Is it certainly so? What reads one fact, as most conditions and most parts of the others do, is asked without a
    /// call.
    #[inline(always)]
    fn is<const SO: bool>(&self, facts: &Facts, day: Day) -> bool {
        match self {
            Self::Always => SO,
            Self::All(_) | Self::Any(_) | Self::Not(_) => self.parts_are::<SO>(facts, day),
            Self::Known(fact) => facts.has(*fact) == SO,
            Self::Yes(fact) => matches!(facts.get(*fact), Some(Value::YesNo(yes)) if yes == SO),
            Self::Word(fact, words) => {
                matches!(facts.get(*fact), Some(Value::Words(known)) if (known & words != 0) == SO)
            }
            Self::Number(fact, comparison, limit) => {
                matches!(facts.get(*fact), Some(Value::Number(number)) if comparison.compare(number, *limit) == SO)
            }
            Self::DaysAgo(fact, comparison, limit) => {
                let compare = |event| comparison.compare(day.saturating_sub(event), *limit);
                matches!(facts.get(*fact), Some(Value::Since(event)) if compare(event) == SO)
            }
        }
    }

    #[inline(never)]
    fn parts_are<const SO: bool>(&self, facts: &Facts, day: Day) -> bool {
        match (self, SO) {
            // One part that does not hold is enough for all not to, and one that does for any.
            (Self::All(parts), true) | (Self::Any(parts), false) => parts.iter().all(|it| it.is::<SO>(facts, day)),
            (Self::All(parts), false) | (Self::Any(parts), true) => parts.iter().any(|it| it.is::<SO>(facts, day)),
            (Self::Not(part), true) => part.is_false(facts, day),
            (Self::Not(part), false) => part.is_true(facts, day),
            (
                Self::Always | Self::Known(_) | Self::Yes(_) | Self::Word(..) | Self::Number(..) | Self::DaysAgo(..),
                _,
            ) => self.is::<SO>(facts, day),
        }
    }

    /// Calls `change` with each later day on which the answer may change, in no order.
    pub fn changes(&self, facts: &Facts, change: &mut impl FnMut(Day)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|it| it.changes(facts, change)),
            Self::Not(part) => part.changes(facts, change),
            Self::DaysAgo(fact, comparison, limit) => {
                if let Some(Value::Since(event)) = facts.get(*fact) {
                    // "at most n days" and "more than n days" change on the day after the n-th.
                    let after = match comparison {
                        Comparison::Below | Comparison::AtLeast => 0,
                        Comparison::AtMost | Comparison::Above => 1,
                    };
                    change(event.saturating_add(*limit).saturating_add(after));
                }
            }
            Self::Always | Self::Known(_) | Self::Yes(_) | Self::Word(..) | Self::Number(..) => {}
        }
    }

    /// Calls `read` with each fact that it asks about, in the order of the text.
    pub fn reads(&self, read: &mut impl FnMut(Fact)) {
        match self {
            Self::Always => {}
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|it| it.reads(read)),
            Self::Not(part) => part.reads(read),
            Self::Known(fact)
            | Self::Yes(fact)
            | Self::Word(fact, _)
            | Self::Number(fact, ..)
            | Self::DaysAgo(fact, ..) => read(*fact),
        }
    }

    /// The narrowest scope of the facts that it asks about.
    pub fn scope(&self) -> Scope {
        let mut scope = Scope::Patient;
        self.reads(&mut |fact| scope = scope.max(fact.scope()));
        scope
    }
}

impl Comparison {
    fn compare<T: Ord>(self, number: T, limit: T) -> bool {
        match self {
            Self::Below => number < limit,
            Self::AtMost => number <= limit,
            Self::Above => number > limit,
            Self::AtLeast => number >= limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least of all parts for `All`, the most for `Any`: the three-valued logic, written out.
    fn slow(when: &Predicate, facts: &Facts) -> Truth {
        let each = |parts: &[Predicate]| -> Vec<Truth> { parts.iter().map(|it| slow(it, facts)).collect() };
        match when {
            Predicate::All(parts) => each(parts).into_iter().min().unwrap_or(Truth::Yes),
            Predicate::Any(parts) => each(parts).into_iter().max().unwrap_or(Truth::No),
            Predicate::Not(part) => match slow(part, facts) {
                Truth::Yes => Truth::No,
                Truth::Unknown => Truth::Unknown,
                Truth::No => Truth::Yes,
            },
            Predicate::Always
            | Predicate::Known(_)
            | Predicate::Yes(_)
            | Predicate::Word(..)
            | Predicate::Number(..)
            | Predicate::DaysAgo(..) => when.holds(facts, 0),
        }
    }

    #[test]
    fn what_was_not_asked_is_neither_true_nor_false() {
        let mut facts = Facts::default();
        facts.set(Fact::Lactating, Some(Value::YesNo(true)));
        facts.set(Fact::Sepsis, Some(Value::YesNo(false)));
        let leaves = [Predicate::Yes(Fact::Lactating), Predicate::Yes(Fact::Sepsis), Predicate::Yes(Fact::Sunburn)];
        assert_eq!(leaves.each_ref().map(|it| it.holds(&facts, 0)), [Truth::Yes, Truth::No, Truth::Unknown]);
        let mut all = leaves.to_vec();
        // Two rounds build everything of two parts over everything of two parts.
        for _ in 0..2 {
            let small = all.clone();
            all.extend(small.iter().map(|it| Predicate::Not(Box::new(it.clone()))));
            for one in &small {
                for other in small.iter().take(12) {
                    all.push(Predicate::All(vec![one.clone(), other.clone()]));
                    all.push(Predicate::Any(vec![one.clone(), other.clone()]));
                }
            }
        }
        for when in all.iter().chain([&Predicate::All(Vec::new()), &Predicate::Any(Vec::new())]) {
            let truth = slow(when, &facts);
            assert_eq!(when.holds(&facts, 0), truth, "{when:?}");
            let (yes, no) = (when.is_true(&facts, 0), when.is_false(&facts, 0));
            assert_eq!((yes, no), (truth == Truth::Yes, truth == Truth::No), "{when:?}");
        }
    }
}
