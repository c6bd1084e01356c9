//! Selects: which procedure takes each step, and which steps become one stage.

mod choice;
mod draft;

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{
        Case, EventId, Fact, Facts, PassedOver, Phase, ProcedureId, RuleId, Rules, ScarIndex, Scars, Sites, Truth,
        Value, whole_units,
    },
    engine::{
        Said,
        history::Past,
        limits::FEW,
        screen::{Screening, Standing, insert_sorted},
    },
    knowledge::{Downtime, Knowledge, Lead, Pathway, Sessions, Step, StepOption, Strength, Topic, TypeStrength},
};

use choice::Choice;
pub(super) use draft::{Decisive, Draft, Leads, Selection};

/// Everything that selecting looks at.
#[derive(Clone, Copy)]
pub(super) struct Context<'a, 'k> {
    pub knowledge: &'k Knowledge,
    pub case: &'a Case,
    /// The facts of each group.
    pub facts: &'a [Facts],
    pub screening: &'a Screening<'k>,
    pub past: &'a Past,
    pub courses: Courses,
    pub said: Said,
}

/// How long courses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Courses {
    /// As long as usual, and shorter for few and mild scars.
    Usual,
    /// As short as possible.
    Least,
}

/// What there is for a step on one group.
#[derive(Debug, Clone, Copy)]
pub(super) enum Offered<'k> {
    Option(&'k StepOption),
    /// Something must come to an end first.
    Waits,
    Nothing,
}

/// Selects the steps of each group that has a pathway, and merges them into stages.
pub(super) fn select<'k>(context: Context<'_, 'k>, groups: &[(ScarIndex, &'k Pathway)]) -> Selection<'k> {
    let mut selection = Selection::default();
    for &(scar, pathway) in groups {
        let mut taken = false;
        let mut could_open = false;
        let mut held = false;
        for step in &pathway.steps {
            if context.holds(&step.when, scar) != Truth::Yes {
                continue;
            }
            let mut choice = context.choose(step, scar, &mut selection);
            // The surface is not treated while work on the single scar, which comes first, has to wait.
            if held && step.phase > Phase::Structural {
                choice.hold(context.knowledge.planning().held);
            }
            held |= step.phase == Phase::Structural && choice.taken.is_none() && choice.waits;
            could_open |= choice.could_open;
            match choice.taken {
                Some(option) => {
                    taken = true;
                    context.add(&mut selection, pathway, step, option, choice.passed_over, scar);
                }
                None => context.leave_out(&mut selection.left_out, step, choice.passed_over, scar),
            }
        }
        if taken || could_open {
            selection.treatable.push(scar);
        } else {
            selection.hopeless.push(scar);
        }
    }
    // All that tells two drafts apart, so that the order of the groups says nothing.
    let place = |it: &Draft<'_>| {
        let when = (it.not_before, it.leads, it.anew);
        (it.phase, it.order, it.contingent.is_some(), it.procedure, when, it.adjunct)
    };
    selection.drafts.sort_by(|one, other| place(one).cmp(&place(other)).then_with(|| one.done.cmp(&other.done)));
    for draft in &mut selection.drafts {
        context.count(draft);
    }
    selection
}

impl<'a, 'k> Context<'a, 'k> {
    /// What is known of the patient.
    pub(super) fn patient(&self) -> &'a Facts {
        self.facts.first().unwrap_or(&self.case.patient)
    }

    fn holds(&self, when: &crate::domain::Predicate, scar: ScarIndex) -> Truth {
        self.facts.get(scar.index()).map_or(Truth::Unknown, |facts| when.holds(facts, 0))
    }

    /// Takes the first option that is allowed, available and wanted.
    fn choose(&self, step: &'k Step, scar: ScarIndex, selection: &mut Selection<'k>) -> Choice<'k> {
        let mut choice = Choice { taken: None, passed_over: Vec::new(), could_open: false, waits: false };
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
            match (standing, self.unwanted(procedure).or_else(|| self.plateaued(procedure, scar))) {
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
                (Standing::Open { clearance, .. }, None) => {
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
        let plain = candidates.iter().find(|(option, clearance)| {
            !clearance
                && !option.substitute
                && self.strength(option.procedure, scar) >= self.strength(first.procedure, scar)
        });
        match plain {
            Some(&(option, _)) if clearance => {
                let skipped = candidates.iter().take_while(|(it, _)| it.procedure != option.procedure);
                for (it, _) in skipped {
                    choice.passed_over.push((it.procedure, smallvec![self.knowledge.planning().plain_first]));
                }
                choice.taken = Some(option);
            }
            Some(_) | None => choice.taken = Some(first),
        }
        choice.prefer(&candidates, self.case.wishes.preferred, self.knowledge.planning().preferred);
        let settled = !clearance && self.case.wishes.preferred.is_empty();
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

    /// What would be taken for a step on a group, where no plan is drawn.
    pub(super) fn offered(&self, step: &'k Step, scar: ScarIndex) -> Offered<'k> {
        // What the choice hangs on tells plans apart, and here is none.
        let choice = self.choose(step, scar, &mut Selection::default());
        match choice.taken {
            Some(option) => Offered::Option(option),
            None if choice.waits => Offered::Waits,
            None => Offered::Nothing,
        }
    }

    /// Why the patient or the clinic rules it out.
    pub(super) fn unwanted(&self, procedure: ProcedureId) -> Option<RuleId> {
        let planning = self.knowledge.planning();
        let wishes = &self.case.wishes;
        let makeup_day = || self.downtime(procedure).map(|it| it.makeup_day);
        if wishes.excluded.contains(procedure) {
            Some(planning.unwanted)
        } else if wishes.available.is_some_and(|available| !available.contains(procedure)) {
            Some(planning.unavailable)
        } else if wishes.max_downtime.is_some_and(|most| makeup_day().is_some_and(|day| day > most)) {
            Some(planning.downtime)
        } else {
            None
        }
    }

    /// Why more of it is no use.
    fn plateaued(&self, procedure: ProcedureId, scar: ScarIndex) -> Option<RuleId> {
        let rule = self.knowledge.planning().past.plateau.rule;
        // A tool that has a rule of its own for when it has failed follows that.
        if self.knowledge.planning().failures.iter().any(|it| it.procedures.contains(procedure)) {
            return None;
        }
        self.past.done(procedure, scar).plateaued.then_some(rule)
    }

    /// The traces of a session: those of the gentlest setting when only that is accepted.
    pub(super) fn downtime(&self, procedure: ProcedureId) -> Option<Downtime> {
        let known = self.knowledge.procedures().get(procedure.index())?;
        let usual = known.downtime?;
        let fits = |it: &Downtime| self.case.wishes.max_downtime.is_none_or(|most| it.makeup_day <= most);
        let gentler = known.gentler.iter().copied().find(fits);
        Some(if fits(&usual) { usual } else { gentler.unwrap_or(usual) })
    }

    fn strength(&self, procedure: ProcedureId, scar: ScarIndex) -> Option<Strength> {
        self.strengths(procedure, scar).map(|row| row.strength).max()
    }

    /// How well it suits what the scar is called.
    pub(super) fn strengths(&self, procedure: ProcedureId, scar: ScarIndex) -> impl Iterator<Item = &'k TypeStrength> {
        let rows = self.knowledge.procedures().get(procedure.index()).map_or(&[][..], |it| &it.strengths);
        let facts = self.facts.get(scar.index());
        let is = move |fact, place| facts.is_some_and(|facts| facts.has_word_at(fact, place));
        rows.iter().filter(move |row| {
            is(Fact::ScarType, row.scar_type as usize)
                && row.depth_class.is_none_or(|depth| is(Fact::DepthClass, depth as usize))
        })
    }

    /// Adds the group to the stage of its procedure, or begins one.
    fn add(
        &self,
        selection: &mut Selection<'k>,
        pathway: &'k Pathway,
        step: &'k Step,
        option: &StepOption,
        passed_over: Vec<(ProcedureId, Rules)>,
        scar: ScarIndex,
    ) {
        let procedure = option.procedure;
        let not_before = match self.screening.standing(self.knowledge, procedure, scar) {
            Standing::Open { not_before, .. } => not_before,
            Standing::Waiting | Standing::Closed => 0,
        };
        let mut leads = self.leads(procedure, scar);
        selection.decisive.priming |= leads.priming.is_some();
        let done = self.past.done(procedure, scar);
        let anew = leads;
        let not_before = match (leads.test_area, done.tested) {
            (Some((days, _)), Some(tested)) => not_before.max(tested.saturating_add(days)),
            (_, _) => not_before,
        };
        // What was tested, or done, is not tested again.
        leads.test_area = leads.test_area.filter(|_| !done.begun() && done.tested.is_none());
        let waits = step.contingent.as_ref().filter(|line| self.holds(&line.when, scar) != Truth::No);
        // What was begun has been decided.
        let contingent = waits.filter(|_| !done.begun()).map(|line| line.rule);
        let goal_reached = self.past.goal_reached(scar);
        let enough = self.knowledge.planning().past.goal.rule;
        let contingent = contingent.or((goal_reached && !done.begun()).then_some(enough));
        let adjunct = step
            .adjunct
            .as_ref()
            .filter(|it| self.holds(&it.when, scar) == Truth::Yes)
            .and_then(|it| Some((self.joins(procedure, &it.procedures, scar, selection)?, it.rule)));
        let full = self.case.wishes.procedures_per_visit.is_some_and(|most| most <= 1);
        if let Some((joins, _)) = adjunct.filter(|_| full) {
            merge_passed_over(&mut selection.left_out, joins, scar, smallvec![self.knowledge.planning().full_visit]);
        }
        let adjunct = adjunct.filter(|_| !full);
        let drafts = &mut selection.drafts;
        let same = |it: &Draft<'_>| {
            it.phase == step.phase
                && it.procedure == procedure
                && it.contingent.is_some() == contingent.is_some()
                && it.not_before == not_before
                && it.leads == leads
                && it.anew == anew
                && it.done == *done
                && it.goal_reached == goal_reached
                && it.adjunct == adjunct.map(|(procedure, _)| procedure)
        };
        let draft = match drafts.iter_mut().position(|it| same(it)).and_then(|at| drafts.get_mut(at)) {
            Some(draft) => draft,
            None => {
                let order = self.knowledge.procedures().get(procedure.index()).map_or(0, |it| it.order);
                drafts.push(Draft {
                    phase: step.phase,
                    procedure,
                    order,
                    contingent,
                    not_before,
                    leads,
                    scars: Scars::new(),
                    sites: Sites::new(),
                    adjunct: adjunct.map(|(procedure, _)| procedure),
                    count: 0,
                    done: done.clone(),
                    goal_reached,
                    anew,
                    restarted: None,
                    stop: Vec::new(),
                    reasons: Rules::new(),
                    adjunct_reasons: Rules::new(),
                    passed_over: Vec::new(),
                });
                let Some(draft) = drafts.last_mut() else { return };
                draft
            }
        };
        insert_sorted(&mut draft.scars, scar);
        if let Some(found) = self.case.findings.scars.get(scar.index()) {
            insert_sorted(&mut draft.sites, found.area.site);
        }
        for line in &step.stop {
            if self.holds(&line.when, scar) == Truth::Yes && !draft.stop.contains(&line) {
                draft.stop.push(line);
            }
        }
        add_rules(&mut draft.reasons, [pathway.rule, step.rule, option.rule]);
        add_rules(&mut draft.reasons, contingent);
        add_rules(&mut draft.adjunct_reasons, adjunct.map(|(_, rule)| rule));
        for (procedure, reasons) in passed_over {
            merge_passed_over(&mut draft.passed_over, procedure, scar, reasons);
        }
    }

    /// The first of `ranked` that may share a sitting with `host`, is allowed, available and wanted.
    fn joins(
        &self,
        host: ProcedureId,
        ranked: &[ProcedureId],
        scar: ScarIndex,
        selection: &mut Selection<'_>,
    ) -> Option<ProcedureId> {
        let kind = |id: ProcedureId| Some(self.knowledge.procedures().get(id.index())?.gaps?.kind);
        let together = |id: ProcedureId| {
            let gap = self.knowledge.gaps().between(kind(host)?, kind(id)?)?;
            Some(gap.same_sitting)
        };
        let is_liked = |id: &ProcedureId| self.case.wishes.preferred.contains(*id);
        let (liked, others) = (ranked.iter().filter(|id| is_liked(id)), ranked.iter().filter(|id| !is_liked(id)));
        for id in liked.chain(others).copied().filter(|id| together(*id) == Some(true)) {
            selection.decisive.procedures.insert(id);
            match self.screening.standing(self.knowledge, id, scar) {
                Standing::Closed => {}
                Standing::Waiting => {
                    selection.candidates.insert(id);
                    let events = self.screening.waits_for(self.knowledge, id, scar);
                    events.for_each(|event| insert_sorted(&mut selection.events, event));
                }
                Standing::Open { .. } => {
                    selection.candidates.insert(id);
                    if self.unwanted(id).is_none() {
                        return Some(id);
                    }
                }
            }
        }
        None
    }

    fn leads(&self, procedure: ProcedureId, scar: ScarIndex) -> Leads {
        let mut leads = Leads::default();
        for firing in self.screening.about(Topic::Lead, procedure, scar) {
            let rule = firing.rule.rule;
            match firing.rule.lead {
                Some(Lead::Priming(days)) => leads.priming = leads.priming.max(Some((days, rule))),
                Some(Lead::TestArea(days)) => leads.test_area = leads.test_area.max(Some((days, rule))),
                None => {}
            }
        }
        leads
    }

    fn leave_out(
        &self,
        left_out: &mut Vec<PassedOver>,
        step: &Step,
        passed_over: Vec<(ProcedureId, Rules)>,
        scar: ScarIndex,
    ) {
        let Some(first) = step.options.first() else { return };
        let mut reasons: Rules = smallvec![self.knowledge.planning().step_left_out];
        for (_, rules) in passed_over {
            add_rules(&mut reasons, rules);
        }
        merge_passed_over(left_out, first.procedure, scar, reasons);
    }

    /// Are so many scars few and mild?
    fn are_few(&self, scars: Option<i64>) -> Truth {
        let Some(facts) = self.facts.first() else { return Truth::Unknown };
        let when = &self.knowledge.planning().fewest.when;
        if facts.number(Fact::ScarCount) == scars {
            return when.holds(facts, 0);
        }
        let mut facts = facts.clone();
        facts.set(Fact::ScarCount, scars.map(Value::Number));
        when.holds(&facts, 0)
    }

    /// Plans the least number of sessions for few and mild scars, the usual number otherwise.
    pub(super) fn count(&self, draft: &mut Draft<'_>) {
        let Some(sessions) = self.knowledge.procedures().get(draft.procedure.index()).and_then(|it| it.sessions) else {
            return;
        };
        let counts = || draft.scars.iter().map(|scar| self.facts.get(scar.index())?.number(Fact::ScarCount));
        let scars: Option<i64> = counts().sum();
        let planning = self.knowledge.planning();
        let (count, rule) = match (self.courses, self.are_few(scars)) {
            (_, Truth::Yes) => (sessions.count.min, planning.fewest.rule),
            (Courses::Least, Truth::Unknown | Truth::No) => (sessions.count.min, planning.few_visits),
            (Courses::Usual, Truth::Unknown | Truth::No) => (sessions.count.typical, planning.usual),
        };
        // Many scars need as many sittings as take them.
        let count = count.max(sittings(&sessions, counts().flatten().sum()));
        let past = &planning.past;
        let repeated = count.saturating_add(draft.done.repeats).min(sessions.count.max).max(count);
        draft.count = repeated.saturating_sub(draft.done.count()).max(0);
        add_rules(&mut draft.reasons, [sessions.rule, rule]);
        if draft.done.begun() {
            add_rules(&mut draft.reasons, [past.counted]);
            if draft.goal_reached || draft.done.reached_goal(*self) {
                draft.count = 0;
                add_rules(&mut draft.reasons, [past.goal.rule]);
            } else if draft.count == 0 {
                add_rules(&mut draft.reasons, [past.complete]);
            } else if repeated > count {
                add_rules(&mut draft.reasons, past.lapse(draft.procedure).map(|it| it.rule));
            }
        }
    }
}

/// How many sittings so many scars take, in thousandths, within the most of the course; 0 where one takes them all.
pub(super) fn sittings(sessions: &Sessions, scars: i64) -> i32 {
    let Some(each) = sessions.per_sitting else { return 0 };
    let sittings = whole_units(scars).saturating_add(each).saturating_sub(1).checked_div(each);
    sittings.unwrap_or(0).min(sessions.count.max)
}

/// Adds rules that are not yet there, in order.
pub(super) fn add_rules(rules: &mut Rules, more: impl IntoIterator<Item = RuleId>) {
    more.into_iter().for_each(|rule| {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    });
}

fn merge_passed_over(list: &mut Vec<PassedOver>, procedure: ProcedureId, scar: ScarIndex, reasons: Rules) {
    match list.iter_mut().find(|it| it.procedure == procedure && it.reasons == reasons) {
        Some(known) => insert_sorted(&mut known.scars, scar),
        None => list.push(PassedOver { procedure, scars: smallvec![scar], reasons }),
    }
}
