//! Technical limits of the planner. None of them is clinical: a plan is never wrong for them, only less short.
//!
//! Those of the searches for days are courses times placements. They were chosen on thousands of random people: half of
//! the first two loses proofs of the best plan, and twice as much costs more than it finds.

/// How much the quick search for shared visits does before it keeps the best placement found.
pub(super) const QUICK: usize = 20_000;

/// How much the search does that proves a placement best.
pub(super) const PLACEMENTS: usize = 40_000;

/// How much each search does where visits have to be apart, or hold only so many procedures.
pub(super) const SPACED: usize = 40_000;

/// How many alternatives are told.
pub(super) const ALTERNATIVES: usize = 4;

/// Rounds of the search for alternatives.
pub(super) const ALTERNATIVE_ROUNDS: usize = 2;

/// Up to which day it is looked for day by day until when an answer holds.
pub(super) const CALENDAR_DAYS: i32 = 400;

/// How many facts and wishes may have to be otherwise, for what would admit a procedure to be looked for.
pub(super) const CHANGES: usize = 3;

/// What a short list that is soon thrown away holds without asking the allocator.
pub(super) const FEW: usize = 4;
