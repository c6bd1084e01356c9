//! Structure: whether scars that need work on the single scar get any of it.

use crate::{
    domain::{Phase, ProcedureId, ScarIndex, Truth},
    engine::select::Context,
};

use super::choice::Choice;

/// What the steps on the single scar of one group came to.
#[derive(Debug, Default)]
pub(super) struct Structure {
    asked: bool,
    /// One is taken, waits for something to end, or is refused by the patient, who could have it here.
    settled: bool,
}

impl Structure {
    /// Notes what one of these steps came to.
    pub(super) fn see(&mut self, context: Context<'_, '_>, choice: &Choice<'_>) {
        let planning = context.knowledge.planning();
        let refused = [planning.unwanted, planning.downtime];
        let refused = choice.passed_over.iter().flat_map(|it| &it.1).any(|it| refused.contains(it));
        self.asked = true;
        self.settled |= choice.taken.is_some() || choice.waits || refused;
    }

    /// Does the group need what nobody can plan here, and never had?
    pub(super) fn is_missing(&self, context: Context<'_, '_>, scar: ScarIndex) -> bool {
        let needed = &context.knowledge.planning().structural.when;
        self.asked
            && !self.settled
            && context.holds(needed, scar) == Truth::Yes
            && !context.past.begun().any(|it| is_structural(context, it) && context.past.treated(it, scar).is_some())
    }
}

/// Does some pathway take it for the single scar?
fn is_structural(context: Context<'_, '_>, procedure: ProcedureId) -> bool {
    let mut steps = context.knowledge.pathways().iter().flat_map(|it| &it.steps);
    steps.any(|it| it.phase == Phase::Structural && it.options.iter().any(|it| it.procedure == procedure))
}
