//! Rules that are marked, a bit for each.

use crate::domain::RuleId;

/// Marked rules, by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(Vec<u64>);

impl Marks {
    /// The words that hold them.
    pub(super) fn words(&self) -> &[u64] {
        &self.0
    }
}

impl FromIterator<RuleId> for Marks {
    fn from_iter<I: IntoIterator<Item = RuleId>>(rules: I) -> Self {
        let mut words = Vec::new();
        for rule in rules {
            let needed = word(rule).saturating_add(1);
            if words.len() < needed {
                words.resize(needed, 0);
            }
            mark(&mut words, rule);
        }
        Self(words)
    }
}

/// How many words so many rules need.
pub(super) fn words(rules: usize) -> usize {
    rules.div_ceil(u64::BITS as usize)
}

/// Marks a rule; one beyond the end is in no knowledge.
pub(super) fn mark(words: &mut [u64], rule: RuleId) {
    if let Some(word) = words.get_mut(word(rule)) {
        *word |= 1 << (rule.index() % u64::BITS as usize);
    }
}

/// How many are marked in both.
pub(super) fn count(one: &[u64], other: &[u64]) -> usize {
    one.iter().zip(other).map(|(one, other)| (one & other).count_ones() as usize).sum()
}

/// The places of those that are marked in both, in order.
pub(super) fn places<'a>(one: &'a [u64], other: &'a [u64]) -> impl Iterator<Item = usize> + 'a {
    one.iter().zip(other).enumerate().flat_map(|(at, (one, other))| {
        let mut left = one & other;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left.wrapping_sub(1);
            Some(at * u64::BITS as usize + bit)
        })
    })
}

fn word(rule: RuleId) -> usize {
    rule.index() / u64::BITS as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_in_both_comes_in_order() {
        let of = |rules: &[u16]| rules.iter().copied().map(RuleId).collect::<Marks>();
        let (one, other) = (of(&[200, 3, 64, 63]), of(&[63, 200, 5, 64, 1000]));
        let (one, other) = (one.words(), other.words());
        assert_eq!(places(one, other).collect::<Vec<_>>(), [63, 64, 200]);
        assert_eq!((count(one, other), words(64), words(65)), (3, 1, 2));
        let mut few = [0; 1];
        [0, 63, 64].into_iter().for_each(|it| mark(&mut few, RuleId(it)));
        assert_eq!(few, [1 | 1 << 63]);
    }
}
