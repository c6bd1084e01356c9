//! Writes what past sessions are to the plan.

use super::{Writer, nth};
use crate::{domain::EvaluatedSession, wire::borrowed};

impl<'a> Writer<'a> {
    pub(super) fn past_session(&mut self, session: &'a EvaluatedSession) -> borrowed::PastSessionEvaluation<'a> {
        let EvaluatedSession { place, status, counted_in, too_early, too_late, against, decided, reasons } = session;
        let counted = counted_in
            .iter()
            .map(|&(stage, number)| borrowed::StageCount { stage: nth(stage), number_in_stage: number });
        borrowed::PastSessionEvaluation {
            index: i32::try_from(*place).unwrap_or(i32::MAX),
            status: nth(*status as usize),
            counted_in: self.list(counted),
            too_early_by_days: too_early.map(|(by, _)| by),
            floor_days: too_early.map(|(_, floor)| floor),
            too_late_by_days: too_late.map(|(by, _)| by),
            latest_days: too_late.map(|(_, latest)| latest),
            contraindicated: *against,
            counts: decided.map(|(counts, _)| counts),
            counts_because: decided.and_then(|(_, why)| why).map_or(0, |it| nth(it as usize)),
            reasons: self.reasons(reasons),
        }
    }
}
