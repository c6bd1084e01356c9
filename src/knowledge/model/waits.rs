//! How long one procedure waits for another on the same skin.

use super::{GapKind, Line};
use crate::domain::{Day, Predicate, RuleId};

/// Waits of one ordered pair, in days.
///
/// INVARIANT (ordered): `1 <= floor <= plan_min <= typical_from <= typical_to <= latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spacing {
    pub floor: Day,
    pub plan_min: Day,
    pub typical_from: Day,
    pub typical_to: Day,
    /// `None`: nothing is lost by waiting.
    pub latest: Option<Day>,
    /// The rule that set it.
    pub rule: RuleId,
    /// What changed it.
    pub also: Also,
}

impl Spacing {
    /// The rule that set it, and those that changed it.
    pub fn rules(&self) -> impl Iterator<Item = RuleId> + use<> {
        std::iter::once(self.rule).chain(self.also.rules())
    }
}

/// Rules that change a wait: that it is derived or a variant, pigment, what is known of the skin, and what joins a sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Also([Option<RuleId>; Self::ROOM]);

impl Also {
    /// How many rules there is room for.
    pub const ROOM: usize = 6;

    /// One rule.
    pub fn one(rule: RuleId) -> Self {
        let mut also = Self::default();
        also.add(rule);
        also
    }

    /// Adds a rule, once, if there is room for it. The loader keeps the additions few enough.
    pub fn add(&mut self, rule: RuleId) {
        let place = self.0.iter_mut().find(|it| it.is_none_or(|known| known == rule));
        if let Some(place) = place {
            *place = Some(rule);
        }
    }

    /// The rules, in the order in which they were added.
    pub fn rules(self) -> impl Iterator<Item = RuleId> {
        self.0.into_iter().flatten()
    }
}

/// One ordered pair of kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub base: Spacing,
    pub same_sitting: bool,
    /// The other order in one sitting is a breach.
    pub order_binds: bool,
    /// The pair may share a sitting where this holds, though hardly anybody has done it.
    pub same_day: Option<Line>,
    /// `plan_min` and `typical` grow by the pigment addition.
    pub pigment_addition: bool,
    /// The first whose condition holds, or may hold, replaces the base.
    pub variants: Vec<Variant>,
}

/// The gap table, total over all ordered pairs of kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gaps {
    /// Names of the kinds, by place.
    pub kinds: Vec<String>,
    /// Row by row: the wait from the first kind to the second is at `first * kinds.len() + second`.
    pub cells: Vec<Gap>,
    /// Added where the cell says so.
    pub pigment_addition: PigmentAddition,
    /// Each is added to every wait on the skin that it speaks of.
    pub skin_additions: Vec<PigmentAddition>,
    /// No wait that is aimed at is longer.
    pub longest: Day,
}

/// Added to a gap where the skin marks easily.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PigmentAddition {
    pub days: Day,
    pub when: Predicate,
    pub rule: RuleId,
}

impl Gaps {
    /// The wait from `first` to `next`. Total: the loader refuses a table with a hole.
    pub fn between(&self, first: GapKind, next: GapKind) -> Option<&Gap> {
        self.cells.get(usize::from(first.0) * self.kinds.len() + usize::from(next.0))
    }
}

/// Another wait for some patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// For whom.
    pub when: Predicate,
    /// The rule that changes it; it is among those of the spacing.
    pub rule: RuleId,
    pub spacing: Spacing,
}
