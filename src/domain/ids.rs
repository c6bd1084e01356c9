//! Ids of things that live in the knowledge, interned when it is loaded.

/// A rule: its place among all rules in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// A procedure: its place among all procedures in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcedureId(pub u8);

/// An event that ends a wait, for example delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u8);

/// A group of scars: its place in [`Findings::scars`](super::Findings::scars).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScarIndex(pub u16);

/// A code of a public system: its place among the codes of the knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeId(pub u16);

impl CodeId {
    /// The place in a list of codes.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl RuleId {
    /// The place in a list of rules.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl ProcedureId {
    /// The place in a list of procedures.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl EventId {
    /// The place in a list of events.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl ScarIndex {
    /// The groups of a list of so many, in order. A place that no index can hold is left out.
    pub fn all(count: usize) -> impl ExactSizeIterator<Item = Self> {
        (0..u16::try_from(count).unwrap_or(u16::MAX)).map(Self)
    }

    /// The place in a list of scars.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A set of procedures.
///
/// INVARIANT (capacity): the loader refuses more than [`ProcedureSet::CAPACITY`] procedures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ProcedureSet([u64; 2]);

impl ProcedureSet {
    /// How many procedures there can be.
    pub const CAPACITY: usize = 2 * u64::BITS as usize;

    /// The first so many procedures.
    pub fn first(count: usize) -> Self {
        (0..u8::try_from(count.min(Self::CAPACITY)).unwrap_or_default()).map(ProcedureId).collect()
    }

    /// The set with `id` added.
    pub fn insert(&mut self, id: ProcedureId) {
        if let Some(word) = self.0.get_mut(Self::word(id)) {
            *word |= Self::bit(id);
        }
    }

    /// The set without `id`.
    pub fn remove(&mut self, id: ProcedureId) {
        if let Some(word) = self.0.get_mut(Self::word(id)) {
            *word &= !Self::bit(id);
        }
    }

    /// Is `id` in the set?
    pub fn contains(self, id: ProcedureId) -> bool {
        self.0.get(Self::word(id)).is_some_and(|word| word & Self::bit(id) != 0)
    }

    /// Do the sets share a procedure?
    pub fn overlaps(self, other: Self) -> bool {
        !self.and(other).is_empty()
    }

    /// Everything of both sets.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// How many procedures it holds.
    pub fn len(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Its procedures, in order.
    pub fn procedures(self) -> impl Iterator<Item = ProcedureId> {
        ProceduresOf(self.0)
    }

    /// What is in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// What is in `self` and not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// Is everything of it in `other`?
    pub fn is_within(self, other: Self) -> bool {
        self.without(other).is_empty()
    }

    /// Is the set empty?
    pub fn is_empty(self) -> bool {
        self.0 == [0; 2]
    }

    fn zip(self, other: Self, with: impl Fn(u64, u64) -> u64) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Self([with(a, c), with(b, d)])
    }

    fn word(id: ProcedureId) -> usize {
        id.index() / u64::BITS as usize
    }

    fn bit(id: ProcedureId) -> u64 {
        1_u64.wrapping_shl(u32::from(id.0))
    }
}

/// See [`ProcedureSet::procedures`]: what is still to come.
struct ProceduresOf([u64; 2]);

impl Iterator for ProceduresOf {
    type Item = ProcedureId;

    fn next(&mut self) -> Option<ProcedureId> {
        let (at, word) = self.0.iter_mut().enumerate().find(|(_, word)| **word != 0)?;
        let id = u8::try_from(at * u64::BITS as usize + word.trailing_zeros() as usize).ok()?;
        *word &= word.wrapping_sub(1);
        Some(ProcedureId(id))
    }

    // In one go there is less to keep in mind.
    fn fold<B, F: FnMut(B, ProcedureId) -> B>(self, init: B, mut f: F) -> B {
        let mut all = init;
        for (first, mut left) in [0, u64::BITS].into_iter().zip(self.0) {
            while left != 0 {
                let id = u8::try_from(first + left.trailing_zeros()).unwrap_or_default();
                all = f(all, ProcedureId(id));
                left &= left.wrapping_sub(1);
            }
        }
        all
    }
}

impl FromIterator<ProcedureId> for ProcedureSet {
    fn from_iter<I: IntoIterator<Item = ProcedureId>>(ids: I) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{ProcedureId, ProcedureSet, ScarIndex};

    #[test]
    fn the_first_procedures_are_those_below() {
        for count in [0_u8, 1, 44, 127, 128, 200] {
            let below: ProcedureSet = (0..count.min(128)).map(ProcedureId).collect();
            assert_eq!(ProcedureSet::first(usize::from(count)), below, "{count}");
        }
    }

    #[test]
    fn procedures_come_back_in_order() {
        let all: ProcedureSet = [0, 1, 43, 63, 64, 90, 127].map(ProcedureId).into_iter().collect();
        let (mut one_by_one, mut at_once) = (Vec::new(), Vec::new());
        for id in all.procedures() {
            one_by_one.push(id.0);
        }
        all.procedures().for_each(|id| at_once.push(id.0));
        assert_eq!(one_by_one, [0, 1, 43, 63, 64, 90, 127]);
        assert_eq!(at_once, one_by_one);
        let some: ProcedureSet = [1, 5, 64].map(ProcedureId).into_iter().collect();
        assert!(all.and(some).procedures().eq([1, 64].map(ProcedureId)));
        assert!(some.without(all).procedures().eq([ProcedureId(5)]));
    }

    #[test]
    fn no_list_has_more_indices_than_there_are() {
        for (count, length) in [(0, 0), (3, 3), (65_535, 65_535), (65_536, 65_535), (1_000_000, 65_535)] {
            assert!(ScarIndex::all(count).map(ScarIndex::index).eq(0..length), "{count}");
        }
    }
}
