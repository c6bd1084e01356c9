//! The days on which steps begin, as far as selecting can know them.

use crate::{
    domain::{Day, ProcedureId, RuleId, ScarIndex},
    engine::{
        history::on_same_skin,
        opening::{Begun, Candidate, Rung},
        screen::Standing,
    },
    knowledge::Step,
};

use super::{Context, Moved, Selection};

impl Context<'_, '_> {
    /// The first day on which a procedure can take a step, after what was taken before.
    pub(super) fn opens(
        &self,
        step: &Step,
        procedure: ProcedureId,
        scar: ScarIndex,
        not_before: Day,
        priming: Option<(Day, RuleId)>,
        selection: &Selection<'_>,
    ) -> Day {
        // Others share its visits, and days are closed: where it came later before, it comes later now.
        let day = self.ladder(step, procedure, scar, (not_before, priming), selection);
        day.max(self.came(step, procedure, scar, selection).unwrap_or(0))
    }

    /// The first day that what was taken before on the same scars leaves.
    fn ladder(
        &self,
        step: &Step,
        procedure: ProcedureId,
        scar: ScarIndex,
        (not_before, priming): (Day, Option<(Day, RuleId)>),
        selection: &Selection<'_>,
    ) -> Day {
        let contingent = self.contingent(step, procedure, scar).is_some();
        let rung = Rung { contingent, phase: step.phase, order: self.order(procedure) };
        let priming = priming.map(|(days, _)| days);
        let done = self.past.done(procedure, scar);
        let candidate = Candidate { rung, procedure, adjunct: None, scar, not_before, priming, done };
        candidate.opens(*self, &selection.drafts)
    }

    /// The day on which it came when it had been selected before, or would have come.
    fn came(&self, step: &Step, procedure: ProcedureId, scar: ScarIndex, selection: &Selection<'_>) -> Option<Day> {
        let takes = |it: &&Begun| it.scar == scar && it.phase == step.phase && it.procedure == procedure;
        let own = selection.begun.iter().filter(takes).map(|it| it.day).min();
        if own.is_some() || !selection.together {
            return own;
        }
        let others = self.others(step, procedure, scar, selection).map(|it| it.day).min();
        others.or_else(|| self.kept(step, scar, selection))
    }

    /// Where it begins for others on the same skin, in the same course.
    fn others<'s>(
        &self,
        step: &Step,
        procedure: ProcedureId,
        scar: ScarIndex,
        selection: &'s Selection<'_>,
    ) -> impl Iterator<Item = &'s Begun> {
        let contingent = self.contingent(step, procedure, scar).is_some();
        let (context, phase) = (*self, step.phase);
        selection.begun.iter().filter(move |it| {
            let same = (it.phase, it.procedure, it.contingent) == (phase, procedure, contingent);
            same && it.scar != scar && on_same_skin(context, &[it.scar], &[scar])
        })
    }

    /// The day of what took the step before, where other groups or closed days kept it waiting: they keep others too.
    fn kept(&self, step: &Step, scar: ScarIndex, selection: &Selection<'_>) -> Option<Day> {
        let offers = |it: &Begun| step.options.iter().any(|option| option.procedure == it.procedure);
        let took = |it: &&Begun| it.scar == scar && it.phase == step.phase && offers(it);
        let before = selection.begun.iter().find(took)?;
        let not_before = match self.screening.standing(self.knowledge, before.procedure, scar) {
            Standing::Open { not_before } => not_before,
            Standing::Waiting | Standing::Closed => return None,
        };
        let opening = (not_before, self.priming(before.procedure, scar));
        let could = self.ladder(step, before.procedure, scar, opening, selection);
        (could < before.day).then_some(before.day)
    }

    /// Is all that has to be agreed on for it agreed on for others on the same skin anyway, which have it in one course?
    pub(super) fn is_agreed(
        &self,
        step: &Step,
        procedure: ProcedureId,
        scar: ScarIndex,
        selection: &Selection<'_>,
    ) -> bool {
        // What others have had to its end speaks for those who have begun it with them.
        let begun = self.past.done(procedure, scar).begun();
        selection.together
            && self.others(step, procedure, scar, selection).filter(|it| begun || it.day >= 0).any(|other| {
                let asked = |scar| self.screening.opinions(procedure, scar, other.day);
                asked(scar).all(|rule| asked(other.scar).any(|it| it == rule))
            })
    }

    /// Notes what is taken, and was not before, for days that are not those of its own scars.
    pub(super) fn note_moved(
        &self,
        step: &Step,
        procedure: ProcedureId,
        scar: ScarIndex,
        selection: &mut Selection<'_>,
    ) {
        let phase = step.phase;
        let known = |it: &Begun| (it.scar, it.phase, it.procedure) == (scar, phase, procedure);
        // What was begun on its own scars goes on.
        if selection.together
            && !self.past.done(procedure, scar).begun()
            && !selection.begun.iter().any(known)
            && self.came(step, procedure, scar, selection).is_some()
        {
            selection.moved.push(Moved { scar, phase, procedure });
        }
    }
}
