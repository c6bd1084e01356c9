//! Requests that take so long that whoever shares their thread would wait for them: they are answered on the pool.

use crate::wire::v1;

/// Groups of scars, past sessions and planned procedures together. As many groups take a fifth of a millisecond; ten
/// groups with twenty sessions behind them, where the search for shared visits has most to do, take four.
const MANY: usize = 16;

/// A request that may be much work.
pub(super) trait Weigh {
    /// Is it more work than the other callers of its thread should wait for?
    fn is_heavy(&self) -> bool;
}

impl Weigh for v1::GenerateProtocolRequest {
    fn is_heavy(&self) -> bool {
        // What is found out beside a plan takes a hundred plans.
        !self.include.is_empty() || self.scars.len().saturating_add(self.history.len()) > MANY
    }
}

impl Weigh for v1::CheckProtocolRequest {
    fn is_heavy(&self) -> bool {
        let sessions = self.plan.iter().flat_map(|it| &it.sessions);
        let planned: usize = sessions.map(|it| it.procedures.len()).sum();
        self.scars.len().saturating_add(self.history.len()).saturating_add(planned) > MANY
    }
}

impl Weigh for v1::ClassifyScarsRequest {
    /// A group takes a microsecond.
    fn is_heavy(&self) -> bool {
        false
    }
}
