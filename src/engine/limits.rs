//! Technical limits of the planner. None of them is clinical: a plan is never wrong for them, only less short.

/// How much the search for shared visits does before it keeps the best placement found: courses times placements.
pub(super) const PLACEMENTS: usize = 40_000;

/// Room for the rules of one element: most have no more, and growing a list costs more than this.
pub(super) const FEW_RULES: usize = 16;
