//! Technical limits of the planner. None of them is clinical: a plan is never wrong for them, only less short.

/// How much each search for shared visits does before it keeps the best placement found: courses times placements.
pub(super) const PLACEMENTS: usize = 40_000;

/// How many alternatives are told.
pub(super) const ALTERNATIVES: usize = 4;
/// Rounds of the search for alternatives.
pub(super) const ALTERNATIVE_ROUNDS: usize = 2;
/// How many facts and wishes may have to be otherwise, for what would admit a procedure to be looked for.
pub(super) const CHANGES: usize = 3;
