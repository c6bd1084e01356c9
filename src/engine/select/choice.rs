//! What happened to one step on one group, and what is taken for it.

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{EventId, ProcedureId, ProcedureSet, RuleId, Rules, ScarIndex, Truth},
    engine::{
        limits::FEW,
        screen::{Standing, insert_sorted},
    },
    knowledge::{Step, StepOption},
};

use super::{Context, Selection};

/// What happened to one step on one group.
pub(super) struct Choice<'k> {
    pub taken: Option<&'k StepOption>,
    pub passed_over: Vec<(ProcedureId, Rules)>,
    /// What it needs is agreed on for others anyway, and this rule says so.
    pub agreed: Option<RuleId>,
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
        let asks =
            self.agreed.is_none() && candidates.iter().any(|(it, clearance)| std::ptr::eq(*it, taken) && *clearance);
        let liked = |(it, clearance): &&(&StepOption, bool)| {
            preferred.contains(it.procedure) && !it.substitute && (asks || !clearance)
        };
        let Some(&(option, _)) = candidates.iter().find(liked) else { return false };
        // Whatever else spoke for one of them, this decided.
        self.passed_over.retain(|(procedure, _)| !candidates.iter().any(|(it, _)| it.procedure == *procedure));
        let passed = candidates.iter().map(|it| it.0).take_while(|it| !std::ptr::eq(*it, option));
        let others = passed.filter(|it| it.procedure != option.procedure);
        self.passed_over.extend(others.map(|it| (it.procedure, smallvec![rule])));
        self.taken = Some(option);
        self.agreed = None;
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

impl<'k> Context<'_, 'k> {
    /// Takes the first option that is allowed, available and wanted.
    pub(super) fn choose(&self, step: &'k Step, scar: ScarIndex, selection: &mut Selection<'k>) -> Choice<'k> {
        let mut choice = Choice { taken: None, passed_over: Vec::new(), agreed: None, could_open: false, waits: false };
        let mut events: SmallVec<[(usize, EventId); FEW]> = SmallVec::new();
        let mut candidates: SmallVec<[(&StepOption, bool); FEW]> = SmallVec::new();
        for (place, option) in step.options.iter().enumerate() {
            let procedure = option.procedure;
            if self.holds(&option.when, scar) != Truth::Yes {
                // A second row of the same procedure speaks for it under another condition.
                let twice = step.options.iter().filter(|it| it.procedure == procedure).count() > 1;
                if !twice {
                    choice.passed_over.push((procedure, smallvec![self.knowledge.planning().not_for_this_scar]));
                }
                continue;
            }
            let standing = self.screening.standing(self.knowledge, procedure, scar);
            if standing != Standing::Closed {
                selection.candidates.insert(procedure);
            }
            // What nobody asks for here is not waited for either.
            let unasked = self.only_preferred(procedure, scar).filter(|_| standing != Standing::Closed);
            if let Some(rule) = unasked {
                choice.could_open = true;
                choice.passed_over.push((procedure, smallvec![self.unwanted(procedure).unwrap_or(rule)]));
                continue;
            }
            match (standing, self.unwanted(procedure)) {
                (Standing::Closed, _) => {
                    choice.passed_over.push((procedure, self.screening.against(procedure, scar)));
                }
                (Standing::Waiting, _) => {
                    choice.could_open = true;
                    choice.waits = true;
                    events.extend(self.screening.waits_for(self.knowledge, procedure, scar).map(|it| (place, it)));
                    choice.passed_over.push((procedure, self.screening.against(procedure, scar)));
                }
                (Standing::Open { .. }, Some(rule)) => {
                    choice.could_open = true;
                    choice.passed_over.push((procedure, smallvec![rule]));
                }
                (Standing::Open { not_before }, None) => {
                    if let Some(rule) = self.in_vain(option, scar) {
                        choice.passed_over.push((procedure, smallvec![rule]));
                        continue;
                    }
                    let priming = || self.priming(procedure, scar);
                    let mut by_days = false;
                    let clearance = self.screening.wants_opinion(procedure, scar, || {
                        by_days = true;
                        self.opens(step, procedure, scar, not_before, priming(), selection)
                    });
                    selection.by_days |= by_days;
                    selection.decisive.priming |= by_days && priming().is_some();
                    let supervised = self.case.wishes.supervised.contains(procedure);
                    candidates.push((option, clearance || supervised));
                }
            }
        }
        let Some(&(first, clearance)) = candidates.first() else {
            step.options.iter().for_each(|it| selection.decisive.procedures.insert(it.procedure));
            events.iter().for_each(|(_, event)| insert_sorted(&mut selection.events, *event));
            return choice;
        };
        let planning = self.knowledge.planning();
        let as_strong = |it: &StepOption| self.strength(it.procedure, scar) >= self.strength(first.procedure, scar);
        let in_turn = |it: &StepOption| !it.substitute && !it.last && as_strong(it);
        let plain = candidates.iter().find(|(it, clearance)| !clearance && in_turn(it));
        // Without the agreement it would have been taken.
        let equal = |it: &StepOption| std::ptr::eq(it, first) || in_turn(it);
        match plain {
            Some(&(plain, _)) if clearance => {
                let before = || candidates.iter().take_while(|(it, _)| !std::ptr::eq(*it, plain));
                let mut agreed = before().filter(|(it, asks)| *asks && equal(it));
                let agreed = agreed.find(|(it, _)| self.is_agreed(step, it.procedure, scar, selection));
                let option = agreed.map_or(plain, |(it, _)| it);
                for &(it, asks) in before().take_while(|(it, _)| it.procedure != option.procedure) {
                    let rule = if asks && equal(it) { planning.plain_first } else { planning.suits_less };
                    choice.passed_over.push((it.procedure, smallvec![rule]));
                }
                choice.agreed = agreed.map(|_| planning.agreed_anyway);
                selection.gave_way |= agreed.is_none();
                choice.taken = Some(option);
            }
            Some(_) | None => choice.taken = Some(first),
        }
        let begun = candidates.iter().map(|(it, _)| it.procedure).filter(|it| self.goes_on(step, *it, scar, selection));
        let begun = begun.collect();
        selection.by_days |= choice.prefer(&candidates, begun, planning.past.goes_on);
        choice.prefer(&candidates, self.case.wishes.preferred, planning.preferred);
        if let Some(taken) = choice.taken {
            let asks = candidates.iter().any(|(it, asks)| std::ptr::eq(*it, taken) && *asks);
            if choice.agreed.is_some() || !asks {
                self.note_moved(step, taken.procedure, scar, selection);
            }
        }
        let settled = !clearance && self.case.wishes.preferred.is_empty() && begun.is_empty();
        selection.decisive.strengths |= clearance;
        // What ranks after the one that is taken is not waited for.
        let chosen = step.options.iter().position(|it| choice.taken.is_some_and(|taken| std::ptr::eq(taken, it)));
        let looked_at = chosen.filter(|_| settled).map_or(step.options.len(), |at| at.saturating_add(1));
        step.options.iter().take(looked_at).for_each(|it| selection.decisive.procedures.insert(it.procedure));
        for (place, event) in events {
            if chosen.is_none_or(|chosen| place < chosen) {
                insert_sorted(&mut selection.events, event);
            }
        }
        choice
    }
}
