//! Checks pathways, home care and referrals, and that every scar has exactly one answer.

use strum::VariantArray as _;

use super::{Parsed, Scope};
use crate::{
    domain::{DepthClass, Fact, Facts, Phase, ProcedureId, ProcedureSet, ScarType, Truth, Urgency},
    knowledge::{
        Adjunct, Considered, HomeCareStep, Line, Pathway, Procedure, ProcedureKind, Referral, SafetyRule, SourceFile,
        Step, StepOption, Wait, raw,
    },
};

impl Scope<'_> {
    /// The pathways, in the order of the files.
    pub(super) fn pathways(&mut self, parsed: &Parsed<'_>, procedures: &[Procedure]) -> Vec<Pathway> {
        let mut pathways = Vec::new();
        for (id, file) in &parsed.pathways {
            let source = file.source;
            let raw = &file.raw;
            if raw.step.is_empty() {
                self.checker.at(source, &raw.rule, "a pathway needs at least one step");
            }
            let steps = raw.step.iter().map(|step| self.step(source, step, procedures)).collect::<Vec<_>>();
            self.steps_climb(source, raw, procedures);
            pathways.push(Pathway {
                id: (*id).to_owned(),
                answers: self.checker.condition(source, Some(&raw.answers)),
                rule: self.rule(&raw.rule),
                steps,
            });
        }
        pathways
    }

    fn step(&mut self, file: &SourceFile, raw: &raw::Step, procedures: &[Procedure]) -> Step {
        let contingent = raw
            .contingent
            .as_ref()
            .map(|it| Line { rule: self.rule(&it.rule), when: self.checker.condition(file, Some(&it.when)) });
        let options = self.options(file, &raw.rule, &raw.option);
        for (option, text) in options.iter().zip(&raw.option) {
            let kind = procedures.get(option.procedure.index()).map(|it| it.kind);
            if matches!(kind, Some(ProcedureKind::HomeCare | ProcedureKind::Adjunct)) {
                self.checker.at(file, &text.procedure, "a step takes a focal or a field procedure");
            }
        }
        let adjunct = raw.adjunct.as_ref().map(|it| {
            let ids = it.procedures.iter().filter_map(|text| {
                let id = self.procedure(file, text)?;
                let kind = procedures.get(id.index()).map(|it| it.kind);
                if kind != Some(ProcedureKind::Adjunct) {
                    self.checker.at(file, text, "only a procedure of the kind `adjunct` joins a sitting");
                }
                Some(id)
            });
            let procedures = ids.collect();
            let when = self.checker.condition(file, it.when.as_ref());
            Adjunct { when, procedures, rule: self.rule(&it.rule) }
        });
        Step {
            phase: raw.phase.into(),
            rule: self.rule(&raw.rule),
            when: self.checker.condition(file, raw.when.as_ref()),
            contingent,
            between_others: raw.between_others,
            options,
            adjunct,
            stop: raw.stop.iter().map(|it| self.line(file, it)).collect(),
        }
    }

    fn options(&mut self, file: &SourceFile, near: &raw::Text, raw: &[raw::StepOption]) -> Vec<StepOption> {
        if raw.is_empty() {
            self.checker.at(file, near, "a step needs at least one option");
        }
        let mut options = Vec::new();
        for it in raw {
            let when = self.checker.condition(file, it.when.as_ref());
            let rule = self.rule(&it.rule);
            let (substitute, last, retry) = (it.substitute, it.last, it.retry);
            let procedure = self.procedure(file, &it.procedure);
            options.extend(procedure.map(|procedure| StepOption { procedure, when, substitute, last, retry, rule }));
        }
        options
    }

    /// Reports steps that go down the ladder: merged plans are in the order of phase and place.
    fn steps_climb(&mut self, file: &SourceFile, raw: &raw::Pathway, procedures: &[Procedure]) {
        let order = |option: &raw::StepOption| {
            let id = self.names.procedure(option.procedure.get_ref())?;
            procedures.get(id.index()).map(|it| it.order)
        };
        let mut problems = Vec::new();
        for pair in raw.step.windows(2) {
            let [first, next] = pair else { continue };
            let (one, other): (Phase, Phase) = (first.phase.into(), next.phase.into());
            let highest = first.option.iter().filter_map(order).max();
            let lowest = next.option.iter().filter_map(order).min();
            if one > other {
                problems.push((&next.rule, "this step belongs to an earlier phase than the step before it"));
            } else if one == other && lowest < highest {
                problems.push((&next.rule, "a procedure of this step has a lower `order` than one of the step before"));
            }
        }
        for (rule, message) in problems {
            self.checker.at(file, rule, message);
        }
    }

    /// What goes between the sessions of others. Past sessions name their procedure and no step, so it does in every step.
    pub(super) fn between_others(&mut self, parsed: &Parsed<'_>, pathways: &[Pathway]) -> ProcedureSet {
        let steps = pathways.iter().flat_map(|it| &it.steps).filter(|it| it.between_others);
        let all: ProcedureSet = steps.flat_map(|it| &it.options).map(|it| it.procedure).collect();
        for (_, file) in &parsed.pathways {
            for option in file.raw.step.iter().filter(|it| !it.between_others).flat_map(|it| &it.option) {
                if self.names.procedure(option.procedure.get_ref()).is_some_and(|id| all.contains(id)) {
                    let message = "another step takes it with `between_others = true`; write that here too";
                    self.checker.at(file.source, &option.procedure, message);
                }
            }
        }
        all
    }

    /// What is used at home.
    pub(super) fn home_care(&mut self, parsed: &Parsed<'_>, procedures: &[Procedure]) -> Vec<HomeCareStep> {
        let file = parsed.home_care.source;
        let mut steps = Vec::new();
        for raw in &parsed.home_care.raw.step {
            let phase: Phase = raw.phase.into();
            if !matches!(phase, Phase::Prepare | Phase::Maintain) {
                self.checker.at(file, &raw.rule, "home care belongs to the phase `prepare` or `maintain`");
            }
            if raw.goes_on && (phase != Phase::Prepare || raw.when_priming) {
                self.checker.at(file, &raw.rule, "`goes_on` is for what begins with the plan");
            }
            if raw.resume.is_some() && (phase != Phase::Prepare || raw.goes_on) {
                self.checker.at(
                    file,
                    &raw.rule,
                    "`resume` is for what begins with the plan and ends with the last session",
                );
            }
            let after = self.procedure_set(file, &raw.after, &[]);
            let earlier = |id| steps.iter().any(|it: &HomeCareStep| it.options.iter().any(|it| it.procedure == id));
            let limited = |id: ProcedureId| {
                procedures.get(id.index()).and_then(|it| it.course).is_some_and(|it| it.at_most.is_some())
            };
            if !after.procedures().all(|id| earlier(id) && limited(id)) {
                let message = "`after` names what a step before this one uses, and what has a longest use";
                self.checker.at(file, &raw.rule, message);
            }
            let resume = raw.resume.as_ref().and_then(|it| {
                let rule = self.rule(&it.rule);
                self.checker.wait(file, &it.runs_for).map(|days| Wait { days, rule })
            });
            let options = self.options(file, &raw.rule, &raw.option);
            for (option, text) in options.iter().zip(&raw.option) {
                if procedures.get(option.procedure.index()).map(|it| it.kind) != Some(ProcedureKind::HomeCare) {
                    self.checker.at(file, &text.procedure, "only a procedure of the kind `home-care` is used at home");
                }
            }
            steps.push(HomeCareStep {
                phase,
                when_priming: raw.when_priming,
                goes_on: raw.goes_on,
                resume,
                after,
                with: self.procedure_set(file, &raw.with, &[]),
                when: self.checker.condition(file, raw.when.as_ref()),
                rule: self.rule(&raw.rule),
                options,
            });
        }
        steps
    }

    /// What is not planned for.
    pub(super) fn referrals(&mut self, parsed: &Parsed<'_>) -> Vec<Referral> {
        let file = parsed.referrals.source;
        let mut referrals = Vec::new();
        for raw in &parsed.referrals.raw.referral {
            let flags = [raw.when_nothing_is_allowed, raw.when_structure_is_missing, raw.when_courses_are_done];
            let flags = flags.into_iter().filter(|it| *it);
            let conditions = [&raw.answers, &raw.beside].into_iter().flatten();
            if flags.count() + conditions.count() != 1 {
                let message = "write one of `for`, `beside`, `when_nothing_is_allowed = true`, \
                               `when_structure_is_missing = true` and `when_courses_are_done = true`";
                self.checker.at(file, &raw.rule, message);
            }
            let urgency = match raw.urgency {
                raw::UrgencyWord::Urgent => Urgency::Urgent,
                raw::UrgencyWord::Soon => Urgency::Soon,
                raw::UrgencyWord::Routine => Urgency::Routine,
            };
            let beside = raw.beside.as_ref();
            referrals.push(Referral {
                answers: raw.answers.as_ref().map(|text| self.checker.condition(file, Some(text))),
                beside: beside.and_then(|text| self.when(parsed, file, text, raw.because.get_ref())),
                to: raw.to.clone(),
                urgency,
                rule: self.rule(&raw.rule),
            });
        }
        let rows = &parsed.referrals.raw.referral;
        for (name, count) in [
            ("when_nothing_is_allowed", rows.iter().filter(|it| it.when_nothing_is_allowed).count()),
            ("when_structure_is_missing", rows.iter().filter(|it| it.when_structure_is_missing).count()),
            ("when_courses_are_done", rows.iter().filter(|it| it.when_courses_are_done).count()),
        ] {
            if count != 1 {
                let message = format!("write exactly one referral with `{name} = true`");
                self.checker.problem(&file.path, 1, message);
            }
        }
        referrals
    }

    /// Reports each type and depth that has no answer, or two pathways.
    pub(super) fn every_type_is_answered(&mut self, parsed: &Parsed<'_>, pathways: &[Pathway], referrals: &[Referral]) {
        for scar_type in ScarType::VARIANTS {
            for depth in DepthClass::VARIANTS {
                let (name, class): (&str, &str) = (scar_type.into(), depth.into());
                let mut facts = Facts::default();
                facts.set_word(Fact::ScarType, name);
                facts.set_word(Fact::DepthClass, class);
                let holds = |when: &crate::domain::Predicate| when.holds(&facts, 0) == Truth::Yes;
                if referrals.iter().filter_map(|it| it.answers.as_ref()).any(holds) {
                    continue;
                }
                let answers: Vec<&(&str, super::File<'_, raw::Pathway>)> = parsed
                    .pathways
                    .iter()
                    .zip(pathways)
                    .filter(|(_, it)| holds(&it.answers))
                    .map(|(it, _)| it)
                    .collect();
                match answers.as_slice() {
                    [_] => {}
                    [] => {
                        let message = format!("no pathway and no referral answers {name} scars of depth {class}");
                        self.checker.problem(&parsed.referrals.source.path, 1, message);
                    }
                    [(first, _), (_, second), ..] => {
                        let message = format!("pathways/{first}.toml answers {name} scars of depth {class} already");
                        self.checker.at(second.source, &second.raw.answers, message);
                    }
                }
            }
        }
    }

    /// Reports procedures and events that nothing uses.
    pub(super) fn everything_is_used(
        &mut self,
        parsed: &Parsed<'_>,
        safety: &[SafetyRule],
        pathways: &[Pathway],
        home_care: &[HomeCareStep],
        considered: &[Considered],
    ) {
        let steps = || pathways.iter().flat_map(|it| &it.steps);
        let joined = steps().filter_map(|it| it.adjunct.as_ref()).flat_map(|it| it.procedures.iter().copied());
        let options = steps().flat_map(|it| &it.options).chain(home_care.iter().flat_map(|it| &it.options));
        // What is not planned alone is known for the check of plans.
        let alone = |id| considered.iter().any(|it| it.alone.contains(id));
        let used: Vec<_> = options.map(|it| it.procedure).chain(joined).collect();
        for (id, file) in &parsed.procedures {
            if !self.names.procedure(id).is_some_and(|id| used.contains(&id) || alone(id)) {
                self.checker.problem(&file.source.path, 1, "no pathway and no home care uses this procedure");
            }
        }
        for raw in &parsed.events.raw.event {
            let id = self.names.event(raw.id.get_ref());
            if !safety.iter().any(|it| it.until.is_some() && it.until == id) {
                self.checker.at(parsed.events.source, &raw.id, "no rule waits for this event");
            }
        }
    }
}

impl From<raw::PhaseWord> for Phase {
    fn from(raw: raw::PhaseWord) -> Self {
        match raw {
            raw::PhaseWord::Prepare => Self::Prepare,
            raw::PhaseWord::Structural => Self::Structural,
            raw::PhaseWord::Surface => Self::Surface,
            raw::PhaseWord::Finish => Self::Finish,
            raw::PhaseWord::Maintain => Self::Maintain,
        }
    }
}
