//! What happened to one step on one group, and what is taken for it.

use smallvec::smallvec;

use crate::{
    domain::{ProcedureId, ProcedureSet, RuleId, Rules},
    knowledge::StepOption,
};

/// What happened to one step on one group.
pub(super) struct Choice<'k> {
    pub taken: Option<&'k StepOption>,
    pub passed_over: Vec<(ProcedureId, Rules)>,
    /// Something other than an exclusion stood in the way of an option.
    pub could_open: bool,
    /// An option waits for something to end.
    pub waits: bool,
}

impl<'k> Choice<'k> {
    /// The first of `preferred` is taken, where it is as freely allowed. Says whether that is another one.
    pub(super) fn prefer(
        &mut self,
        candidates: &[(&'k StepOption, bool)],
        preferred: ProcedureSet,
        rule: RuleId,
    ) -> bool {
        let Some(taken) = self.taken.filter(|it| !preferred.contains(it.procedure)) else { return false };
        let asks = candidates.iter().any(|(it, clearance)| std::ptr::eq(*it, taken) && *clearance);
        let liked = |(it, clearance): &&(&StepOption, bool)| {
            preferred.contains(it.procedure) && !it.substitute && (asks || !clearance)
        };
        let Some(&(option, _)) = candidates.iter().find(liked) else { return false };
        for (it, _) in candidates.iter().take_while(|(it, _)| !std::ptr::eq(*it, option)) {
            if !self.passed_over.iter().any(|(known, _)| *known == it.procedure) {
                self.passed_over.push((it.procedure, smallvec![rule]));
            }
        }
        self.passed_over.retain(|(procedure, _)| *procedure != option.procedure);
        self.taken = Some(option);
        true
    }

    /// Nothing of the step is done now, whatever could be.
    pub(super) fn hold(&mut self, rule: RuleId) {
        if let Some(option) = self.taken.take() {
            self.could_open = true;
            self.passed_over.push((option.procedure, smallvec![rule]));
        }
    }
}
