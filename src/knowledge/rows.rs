//! Rows with conditions, of which the answers rule out most without a look at them.

use std::{ops::Deref, slice};

use super::{
    Code, Line, TypeRow,
    table::{Answers, RuleSet, need, still_open},
};
use crate::domain::{Facts, Predicate};

/// Rows in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<R> {
    rows: Vec<R>,
    /// Places among the rows, as far as a set can hold them.
    all: RuleSet,
    answers: Vec<Answers>,
}

/// What holds under a condition.
pub trait Conditional {
    /// When it holds.
    fn when(&self) -> &Predicate;
}

impl<R: Conditional> Rows<R> {
    pub(super) fn new(rows: Vec<R>) -> Self {
        let mut all = RuleSet::default();
        let mut answers = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            all.insert(place);
            // What is not known certainly does not hold.
            need(&mut answers, row.when(), place, false);
        }
        let answers = answers.into_iter().map(Answers::settle).collect();
        Self { rows, all, answers }
    }

    /// Those that certainly hold, with their places.
    pub fn holding(&self, facts: &Facts) -> impl Iterator<Item = (usize, &R)> {
        // What a set cannot hold is looked at each time.
        let places = still_open(self.all, &self.answers, facts).places().chain(RuleSet::CAPACITY..self.rows.len());
        let rows = places.filter_map(|place| Some((place, self.rows.get(place)?)));
        rows.filter(|(_, row)| row.when().is_true(facts, 0))
    }
}

impl<R> Deref for Rows<R> {
    type Target = [R];

    fn deref(&self) -> &[R] {
        &self.rows
    }
}

impl<'r, R> IntoIterator for &'r Rows<R> {
    type Item = &'r R;
    type IntoIter = slice::Iter<'r, R>;

    fn into_iter(self) -> slice::Iter<'r, R> {
        self.rows.iter()
    }
}

impl Conditional for TypeRow {
    fn when(&self) -> &Predicate {
        &self.when
    }
}

impl Conditional for Code {
    fn when(&self) -> &Predicate {
        &self.when
    }
}

impl<T> Conditional for (Line, T) {
    fn when(&self) -> &Predicate {
        &self.0.when
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Comparison, Fact, RuleId, Value};

    #[test]
    fn what_is_ruled_out_would_not_hold() {
        let narrow = Predicate::Number(Fact::OpeningWidthMm, Comparison::Below, 2_000);
        let [one, other, both] = [1, 2, 3].map(|words| Predicate::Word(Fact::Profile, words));
        let not = |it: &Predicate| Predicate::Not(Box::new(it.clone()));
        let conditions = [
            Predicate::All(vec![one.clone(), narrow.clone()]),
            Predicate::All(vec![other.clone(), not(&narrow)]),
            Predicate::Any(vec![one.clone(), narrow.clone()]),
            Predicate::All(vec![not(&Predicate::Known(Fact::Profile)), narrow]),
            not(&both),
            both,
            Predicate::Always,
        ];
        // More than a set holds.
        let rows = conditions.iter().cycle().take(RuleSet::CAPACITY + 9);
        let rows = Rows::new(rows.map(|when| (Line { rule: RuleId(0), when: when.clone() }, ())).collect());
        for words in [None, Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)] {
            for width in [None, Some(0), Some(1_999), Some(2_000), Some(9_000)] {
                let mut facts = Facts::default();
                facts.set(Fact::Profile, words.map(Value::Words));
                facts.set(Fact::OpeningWidthMm, width.map(Value::Number));
                let found: Vec<usize> = rows.holding(&facts).map(|it| it.0).collect();
                let slow = rows.iter().enumerate().filter(|(_, row)| row.0.when.is_true(&facts, 0));
                assert_eq!(found, slow.map(|it| it.0).collect::<Vec<_>>(), "{words:?} {width:?}");
            }
        }
    }
}
