//! Technical limits of the planner. None of them is clinical: a plan is never wrong for them, only less short.

/// How much each search for shared visits does before it keeps the best placement found: courses times placements.
pub(super) const PLACEMENTS: usize = 40_000;

/// The same for each search where visits have to be apart, or hold only so many procedures.
pub(super) const SPACED: usize = 40_000;
