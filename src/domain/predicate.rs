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
        self.look(facts, day)
    }

    /// What reads one fact, as most conditions and most parts of the others do, is asked without a call.
    #[inline(always)]
    fn look(&self, facts: &Facts, day: Day) -> Truth {
        match self {
            Self::Always => Truth::Yes,
            Self::All(_) | Self::Any(_) | Self::Not(_) => self.evaluate(facts, day),
            Self::Known(fact) => truth(facts.has(*fact)),
            Self::Yes(fact) => match facts.get(*fact) {
                Some(Value::YesNo(yes)) => truth(yes),
                Some(Value::Words(_) | Value::Number(_) | Value::Since(_)) | None => Truth::Unknown,
            },
            Self::Word(fact, words) => match facts.get(*fact) {
                Some(Value::Words(known)) => truth(known & words != 0),
                Some(Value::YesNo(_) | Value::Number(_) | Value::Since(_)) | None => Truth::Unknown,
            },
            Self::Number(fact, comparison, limit) => match facts.get(*fact) {
                Some(Value::Number(number)) => truth(comparison.compare(number, *limit)),
                Some(Value::YesNo(_) | Value::Words(_) | Value::Since(_)) | None => Truth::Unknown,
            },
            Self::DaysAgo(fact, comparison, limit) => match facts.get(*fact) {
                Some(Value::Since(event)) => truth(comparison.compare(day.saturating_sub(event), *limit)),
                Some(Value::YesNo(_) | Value::Words(_) | Value::Number(_)) | None => Truth::Unknown,
            },
        }
    }

    #[inline(never)]
    fn evaluate(&self, facts: &Facts, day: Day) -> Truth {
        match self {
            Self::All(parts) => worst(parts.iter().map(|it| it.look(facts, day))),
            Self::Any(parts) => best(parts.iter().map(|it| it.look(facts, day))),
            Self::Not(part) => match part.holds(facts, day) {
                Truth::Yes => Truth::No,
                Truth::Unknown => Truth::Unknown,
                Truth::No => Truth::Yes,
            },
            Self::Always | Self::Known(_) | Self::Yes(_) | Self::Word(..) | Self::Number(..) | Self::DaysAgo(..) => {
                self.holds(facts, day)
            }
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

/// The least of all; a no is not followed by a look at the rest.
fn worst(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut worst = Truth::Yes;
    for truth in truths {
        worst = worst.min(truth);
        if worst == Truth::No {
            break;
        }
    }
    worst
}

/// The most of all; a yes is not followed by a look at the rest.
fn best(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut best = Truth::No;
    for truth in truths {
        best = best.max(truth);
        if best == Truth::Yes {
            break;
        }
    }
    best
}

fn truth(holds: bool) -> Truth {
    if holds { Truth::Yes } else { Truth::No }
}
