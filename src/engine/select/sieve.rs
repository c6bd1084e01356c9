//! A sieve: tells at once of most rules that they are not in a list.

use crate::domain::RuleId;

/// Bits of the ids of rules, by which most that are not among them are told at once.
pub(super) struct Sieve(u64);

impl Sieve {
    pub(super) fn of(rules: &[RuleId]) -> Self {
        Self(rules.iter().fold(0, |bits, rule| bits | Self::bit(*rule)))
    }

    /// Is the rule certainly not among them?
    pub(super) fn lets_through(&self, rule: RuleId) -> bool {
        self.0 & Self::bit(rule) == 0
    }

    fn bit(rule: RuleId) -> u64 {
        1_u64.wrapping_shl(u32::from(rule.0))
    }
}
