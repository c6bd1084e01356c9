//! What is known of one patient, or of one group of scars: the answers to facts.

use strum::{EnumCount as _, VariantArray as _};

use super::{date::Day, fact::Fact};

/// What is known of one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// Yes or no.
    YesNo(bool),
    /// The words that hold, as bits of the closed list. No bit: asked, and none holds.
    Words(u32),
    /// A number in thousandths of its unit.
    Number(i64),
    /// The day of the event, counted from the start date; the event is not after it.
    Since(Day),
}

/// What is known. A fact that is absent was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Facts {
    values: [Option<Value>; Fact::COUNT],
    /// A bit for each fact that was asked.
    asked: u128,
}

const _: () = assert!(Fact::COUNT <= u128::BITS as usize, "a fact has no bit");

impl Default for Facts {
    fn default() -> Self {
        Self { values: [None; Fact::COUNT], asked: 0 }
    }
}

impl Value {
    /// A whole number, as a number in thousandths.
    pub fn thousandths(whole: i64) -> Self {
        Self::Number(whole.saturating_mul(1000))
    }

    /// The more cautious of two answers to one question: a yes, all words together, the later event, the larger number.
    fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::YesNo(a), Self::YesNo(b)) => Self::YesNo(a || b),
            (Self::Words(a), Self::Words(b)) => Self::Words(a | b),
            (Self::Since(a), Self::Since(b)) => Self::Since(a.max(b)),
            (Self::Number(a), Self::Number(b)) => Self::Number(a.max(b)),
            (Self::YesNo(_) | Self::Words(_) | Self::Since(_) | Self::Number(_), _) => other,
        }
    }
}

impl Facts {
    /// Adds what `other` knows; where both know a fact of the field, the more cautious answer is kept.
    pub fn worsen(&mut self, other: &Self) {
        for (fact, theirs) in other.known() {
            let value = self.get(fact).map_or(theirs, |mine| mine.worse(theirs));
            self.set(fact, Some(value));
        }
    }

    /// Adds what `other` knows; where both know a fact, `other` wins.
    pub fn overlay(&mut self, other: &Self) {
        for (fact, theirs) in other.known() {
            self.set(fact, Some(theirs));
        }
    }

    /// Every fact that was asked, in order.
    fn known(&self) -> impl Iterator<Item = (Fact, Value)> {
        facts_of(self.asked).filter_map(|fact| Some((fact, self.get(fact)?)))
    }

    /// The facts of which something else is known, in order.
    pub fn differing(&self, other: &Self) -> impl Iterator<Item = Fact> {
        facts_of(self.asked | other.asked).filter(|fact| self.get(*fact) != other.get(*fact))
    }

    /// Was it asked?
    pub fn has(&self, fact: Fact) -> bool {
        self.asked & bit(fact) != 0
    }

    /// What is known of `fact`.
    pub fn get(&self, fact: Fact) -> Option<Value> {
        self.values.get(fact as usize).copied().flatten()
    }

    /// The number of `fact`, in thousandths, when it is known.
    pub fn number(&self, fact: Fact) -> Option<i64> {
        match self.get(fact) {
            Some(Value::Number(number)) => Some(number),
            Some(Value::YesNo(_) | Value::Words(_) | Value::Since(_)) | None => None,
        }
    }

    /// Writes down `value`, or with `None` that it was not asked.
    pub fn set(&mut self, fact: Fact, value: Option<Value>) {
        if let Some(slot) = self.values.get_mut(fact as usize) {
            *slot = value;
            if value.is_some() { self.asked |= bit(fact) } else { self.asked &= !bit(fact) }
        }
    }

    /// Writes down one word of a closed list.
    pub fn set_word(&mut self, fact: Fact, word: &str) {
        self.set(fact, fact.word(word).map(Value::Words));
    }

    /// Writes down the word at a place of a closed list: that of a variant, where the list is that of an enum.
    pub fn set_word_at(&mut self, fact: Fact, place: usize) {
        self.set(fact, word_at(place).map(Value::Words));
    }

    /// Is the word at that place among those that hold?
    pub fn has_word_at(&self, fact: Fact, place: usize) -> bool {
        match (self.get(fact), word_at(place)) {
            (Some(Value::Words(known)), Some(bit)) => known & bit != 0,
            (_, _) => false,
        }
    }
}

/// The facts of which the bit is set, in order.
fn facts_of(mut bits: u128) -> impl Iterator<Item = Fact> {
    std::iter::from_fn(move || {
        let fact = Fact::VARIANTS.get(usize::try_from(bits.trailing_zeros()).ok()?)?;
        bits &= bits.wrapping_sub(1);
        Some(*fact)
    })
}

fn bit(fact: Fact) -> u128 {
    1_u128.checked_shl(fact as u32).unwrap_or_default()
}

fn word_at(place: usize) -> Option<u32> {
    1_u32.checked_shl(u32::try_from(place).ok()?)
}
