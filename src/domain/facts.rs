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
    asked: FactSet,
}

/// A set of facts, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct FactSet([u64; Fact::COUNT.div_ceil(WORD)]);

/// Facts that share a word of a set.
const WORD: usize = u64::BITS as usize;

impl Default for Facts {
    fn default() -> Self {
        Self { values: [None; Fact::COUNT], asked: FactSet::default() }
    }
}

impl Value {
    /// A whole number, as a number in thousandths.
    pub fn thousandths(whole: i64) -> Self {
        Self::Number(whole.saturating_mul(1000))
    }

    /// The more cautious of two answers to one question: the one that rules nothing out, all words together, the later
    /// event, the larger number.
    fn worse(self, fact: Fact, other: Self) -> Self {
        match (self, other) {
            (Self::YesNo(_), Self::YesNo(_)) => {
                if fact.rules_out(self) {
                    other
                } else {
                    self
                }
            }
            (Self::Words(a), Self::Words(b)) => Self::Words(a | b),
            (Self::Since(a), Self::Since(b)) => Self::Since(a.max(b)),
            (Self::Number(a), Self::Number(b)) => Self::Number(a.max(b)),
            (Self::YesNo(_) | Self::Words(_) | Self::Since(_) | Self::Number(_), _) => other,
        }
    }
}

impl FactSet {
    /// Is `fact` in the set?
    pub fn contains(self, fact: Fact) -> bool {
        let (word, bit) = place(fact);
        self.0.get(word).is_some_and(|it| it & bit != 0)
    }

    /// The set with `fact` added.
    pub fn insert(&mut self, fact: Fact) {
        let (word, bit) = place(fact);
        if let Some(it) = self.0.get_mut(word) {
            *it |= bit;
        }
    }

    /// The set without `fact`.
    pub fn remove(&mut self, fact: Fact) {
        let (word, bit) = place(fact);
        if let Some(it) = self.0.get_mut(word) {
            *it &= !bit;
        }
    }

    /// Is there none?
    pub fn is_empty(self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The facts that are in both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(it, theirs)| *it &= theirs);
        self
    }

    /// The facts that are in one or both.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(it, theirs)| *it |= theirs);
        self
    }

    /// The facts that are in `self` and not in `other`.
    #[must_use]
    pub fn without(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(it, theirs)| *it &= !theirs);
        self
    }

    /// How many facts it holds.
    pub fn len(self) -> usize {
        self.0.iter().map(|it| it.count_ones() as usize).sum()
    }

    /// The facts, in order.
    pub fn facts(self) -> impl Iterator<Item = Fact> {
        self.0.into_iter().zip(Fact::VARIANTS.chunks(WORD)).flat_map(|(mut bits, facts)| {
            std::iter::from_fn(move || {
                let fact = facts.get(bits.trailing_zeros() as usize)?;
                bits &= bits.wrapping_sub(1);
                Some(*fact)
            })
        })
    }
}

impl FromIterator<Fact> for FactSet {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let mut set = Self::default();
        facts.into_iter().for_each(|fact| set.insert(fact));
        set
    }
}

impl Facts {
    /// Adds one more answer; the more cautious of two is kept.
    pub fn worsen(&mut self, fact: Fact, answer: Value) {
        let value = self.get(fact).map_or(answer, |known| known.worse(fact, answer));
        self.set(fact, Some(value));
    }

    /// Adds what `other` knows; where both know a fact, `other` wins.
    pub fn overlay(&mut self, other: &Self) {
        for (fact, theirs) in other.known() {
            self.set(fact, Some(theirs));
        }
    }

    /// Every fact that was asked, in order.
    pub fn known(&self) -> impl Iterator<Item = (Fact, Value)> {
        self.asked.facts().filter_map(|fact| Some((fact, self.get(fact)?)))
    }

    /// The facts of which something else is known, in order.
    pub fn differing(&self, other: &Self) -> impl Iterator<Item = Fact> {
        self.asked.or(other.asked).facts().filter(|fact| self.get(*fact) != other.get(*fact))
    }

    /// Was it asked?
    pub fn has(&self, fact: Fact) -> bool {
        self.asked.contains(fact)
    }

    /// Everything that was asked.
    pub fn asked(&self) -> FactSet {
        self.asked
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
            if value.is_some() { self.asked.insert(fact) } else { self.asked.remove(fact) }
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

/// The word of a set that holds the fact, and its bit in there.
fn place(fact: Fact) -> (usize, u64) {
    let at = fact as usize;
    (at / WORD, 1 << (at % WORD))
}

fn word_at(place: usize) -> Option<u32> {
    1_u32.checked_shl(u32::try_from(place).ok()?)
}
