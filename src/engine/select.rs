//! Selects: which procedure takes each step, and which steps become one stage.

mod choice;
mod course;
mod days;
mod draft;
mod sieve;
mod structure;

use std::cell::LazyCell;

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{Case, Day, Fact, Facts, PassedOver, Phase, ProcedureId, RuleId, Rules, ScarIndex, Scars, Sites, Truth},
    engine::{
        Said,
        history::Past,
        limits::FEW,
        opening::Begun,
        parameters,
        screen::{Screening, Standing, insert_sorted},
        spacing::{Added, between, kind, lengthens_alike, on},
    },
    knowledge::{
        Downtime, Knowledge, Lead, Pathway, SafetyRule, Spacing, Step, StepOption, Strength, Topic, TypeStrength,
    },
};

use choice::Choice;
pub(super) use course::sittings;
pub(super) use draft::{Decisive, Draft, Leads, Moved, Selection};
use sieve::Sieve;
use structure::Structure;

/// Everything that selecting looks at.
#[derive(Clone, Copy)]
pub(super) struct Context<'a, 'k> {
    pub knowledge: &'k Knowledge,
    pub case: &'a Case,
    /// The facts of each group.
    pub facts: &'a [Facts],
    /// What lengthens waits on the skin of each group.
    pub added: &'a [Added],
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
///
/// `begun` says on which days the steps began when they had been selected and scheduled before, and `together` whether
/// a group may take what others take on the same skin.
pub(super) fn select<'k>(
    context: Context<'_, 'k>,
    groups: &[(ScarIndex, &'k Pathway)],
    begun: Vec<Begun>,
    together: bool,
) -> Selection<'k> {
    let mut selection = Selection { begun, together, ..Selection::default() };
    for &(scar, pathway) in groups {
        let mut taken = false;
        let mut could_open = false;
        let mut left = false;
        let mut held: Option<Phase> = None;
        let mut structure = Structure::default();
        for step in &pathway.steps {
            if context.holds(&step.when, scar) != Truth::Yes {
                continue;
            }
            let mut choice = context.choose(step, scar, &mut selection);
            // The surface is not treated while work on the single scar has to wait, nor is what the surface hides filled.
            if held.is_some_and(|phase| phase < step.phase) {
                choice.hold(context.knowledge.planning().held);
            }
            let holds =
                matches!(step.phase, Phase::Structural | Phase::Surface) && choice.taken.is_none() && choice.waits;
            held = held.or(holds.then_some(step.phase));
            could_open |= choice.could_open;
            if step.phase == Phase::Structural {
                structure.see(context, &choice);
            }
            match choice.taken {
                Some(option) => {
                    taken = true;
                    context.add(&mut selection, pathway, step, (option, choice), scar);
                }
                None => {
                    left |= choice.could_open;
                    context.leave_out(&mut selection.left_out, step, choice.passed_over, scar);
                }
            }
        }
        if taken || could_open {
            selection.treatable.push(scar);
            if taken && !left {
                selection.finished.push(scar);
            }
            if structure.is_missing(context, scar) {
                selection.unstructured.push(scar);
            }
        } else {
            selection.hopeless.push(scar);
        }
    }
    // All that tells two drafts apart, so that the order of the groups says nothing.
    let place = |it: &Draft<'_>| {
        let when = (it.not_before, it.leads, it.anew);
        (it.phase, it.order, it.contingent.is_some(), it.procedure, when, it.adjunct)
    };
    selection.drafts.sort_by(|one, other| {
        // Where it is says more than which group was sent first: the search for days takes equal courses in this order.
        let skin = || one.done.cmp(&other.done).then_with(|| one.sites.cmp(&other.sites));
        place(one).cmp(&place(other)).then_with(skin).then_with(|| one.scars.cmp(&other.scars))
    });
    let goal = context.knowledge.planning().past.goal.rule;
    for draft in &mut selection.drafts {
        context.count(draft);
        // What came to its end beside others waits for no review.
        if draft.count == 0
            && draft.done.begun()
            && let Some(waits) = draft.contingent.take()
        {
            draft.reasons.retain(|it| *it != waits || *it == goal);
        }
    }
    context.boost(&mut selection);
    context.share_most(&mut selection);
    context.finish(&mut selection);
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
        } else if self.is_opt_in(procedure) && wishes.available.is_none() && !wishes.preferred.contains(procedure) {
            Some(planning.opt_in)
        } else if wishes.max_downtime.is_some_and(|most| makeup_day().is_some_and(|day| day > most)) {
            Some(planning.downtime)
        } else {
            None
        }
    }

    /// Why it is planned only where it is preferred, and it is not. What was begun there has been decided.
    pub(super) fn only_preferred(&self, procedure: ProcedureId, scar: ScarIndex) -> Option<RuleId> {
        let mut rules = self.screening.about(Topic::OnlyPreferred, procedure, scar);
        let decided = || {
            let begun = self.past.done(procedure, scar).begun() && self.past.treated(procedure, scar).is_some();
            begun || self.case.wishes.preferred.contains(procedure)
        };
        rules.next().map(|it| it.rule.rule).filter(|_| !decided())
    }

    /// Must the clinic have decided to offer it?
    fn is_opt_in(&self, procedure: ProcedureId) -> bool {
        self.knowledge.procedures().get(procedure.index()).is_some_and(|it| it.opt_in)
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
        (option, choice): (&StepOption, Choice<'_>),
        scar: ScarIndex,
    ) {
        let procedure = option.procedure;
        let not_before = match self.screening.standing(self.knowledge, procedure, scar) {
            Standing::Open { not_before } => not_before,
            Standing::Waiting | Standing::Closed => 0,
        };
        let priming = self.priming(procedure, scar);
        selection.decisive.priming |= priming.is_some();
        let mut by_days = false;
        let mut test_areas = self.test_areas(procedure, scar, || {
            by_days = true;
            self.opens(step, procedure, scar, not_before, priming, selection)
        });
        selection.by_days |= by_days;
        let anew = Leads { priming, test_area: longest(&test_areas) };
        let done = self.past.done(procedure, scar);
        let repeat = || self.repeat(procedure, scar);
        // Skin that has borne it is not tested again, and is judged as a test area is.
        let mut not_before = not_before;
        test_areas.retain(|(days, rule)| {
            let borne = done.tried_for(*self, rule, scar, repeat().as_ref());
            not_before = borne.map_or(not_before, |borne| not_before.max(borne.saturating_add(*days)));
            borne.is_none()
        });
        let leads = Leads { priming, test_area: longest(&test_areas) };
        let contingent = self.contingent(step, procedure, scar);
        let goal_reached = self.past.goal_reached(scar);
        let adjunct = step
            .adjunct
            .as_ref()
            .filter(|it| self.holds(&it.when, scar) == Truth::Yes)
            .and_then(|it| Some((self.joins(procedure, &it.procedures, scar, selection)?, it.rule)));
        let full = self.case.wishes.procedures_per_visit.is_some_and(|most| most <= 1);
        if let Some((joins, _)) = adjunct.filter(|_| full) {
            let full = self.knowledge.planning().full_visit.rule;
            merge_passed_over(&mut selection.left_out, joins, scar, smallvec![full]);
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
                // What slows one site does not slow the others.
                && it.scars.first().is_none_or(|known| lengthens_alike(*self, *known, scar))
        };
        let draft = match drafts.iter_mut().position(|it| same(it)).and_then(|at| drafts.get_mut(at)) {
            Some(draft) => draft,
            None => {
                drafts.push(Draft {
                    phase: step.phase,
                    procedure,
                    order: self.order(procedure),
                    contingent,
                    not_before,
                    leads,
                    scars: Scars::new(),
                    sites: Sites::new(),
                    adjunct: adjunct.map(|(procedure, _)| procedure),
                    count: 0,
                    beside: 0,
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
        add_rules(&mut draft.reasons, contingent.into_iter().chain(choice.agreed));
        add_rules(&mut draft.adjunct_reasons, adjunct.map(|(_, rule)| rule));
        for (procedure, reasons) in choice.passed_over {
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
                    match self.unwanted(id) {
                        None => return Some(id),
                        Some(rule) if rule == self.knowledge.planning().opt_in => {
                            merge_passed_over(&mut selection.left_out, id, scar, smallvec![rule]);
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        None
    }

    /// The rule by which a step waits for a review.
    fn contingent(&self, step: &Step, procedure: ProcedureId, scar: ScarIndex) -> Option<RuleId> {
        // What was begun on the group has been decided; beside it, it was decided for others.
        if self.past.done(procedure, scar).begun() && self.past.treated(procedure, scar).is_some() {
            return None;
        }
        let waits = step.contingent.as_ref().filter(|line| self.holds(&line.when, scar) != Truth::No);
        let enough = self.past.goal_reached(scar).then_some(self.knowledge.planning().past.goal.rule);
        waits.map(|line| line.rule).or(enough)
    }

    /// Its place on the ladder within a phase.
    fn order(&self, procedure: ProcedureId) -> u8 {
        self.knowledge.procedures().get(procedure.index()).map_or(0, |it| it.order)
    }

    /// The longest priming that some rule asks for, on whatever days: priming itself moves the first one.
    fn priming(&self, procedure: ProcedureId, scar: ScarIndex) -> Option<(Day, RuleId)> {
        let firings = self.screening.about(Topic::Lead, procedure, scar);
        let priming = firings.filter_map(|it| match it.rule.lead? {
            Lead::Priming(days) => Some((days, it.rule.rule)),
            Lead::TestArea(_) | Lead::SmokeFree(_) => None,
        });
        priming.max()
    }

    /// The longest wait after a test area that some rule asks for on the first day, which `opens` finds, or later.
    pub(super) fn test_area(
        &self,
        procedure: ProcedureId,
        scar: ScarIndex,
        opens: impl FnOnce() -> Day,
    ) -> Option<(Day, RuleId)> {
        longest(&self.test_areas(procedure, scar, opens))
    }

    /// Every wait after a test area that some rule asks for on that day or later.
    fn test_areas(&self, procedure: ProcedureId, scar: ScarIndex, opens: impl FnOnce() -> Day) -> TestAreas<'k> {
        let opens = LazyCell::new(opens);
        let firings = self.screening.about(Topic::Lead, procedure, scar);
        let test_areas = firings.filter_map(|it| match it.rule.lead? {
            Lead::TestArea(days) if !it.rule.timed || it.touches(*opens, Day::MAX) => Some((days, it.rule)),
            Lead::TestArea(_) | Lead::Priming(_) | Lead::SmokeFree(_) => None,
        });
        test_areas.collect()
    }

    /// The wait between two sessions of a procedure on the group.
    fn repeat(&self, procedure: ProcedureId, scar: ScarIndex) -> Option<Spacing> {
        let known = self.knowledge.procedures().get(procedure.index())?;
        let kind = kind(known, |parameter| parameters::high(*self, procedure, parameter, scar))?;
        Some(on(*self, between(self.knowledge, self.patient(), kind, kind)?, &[scar]))
    }

    fn leave_out(
        &self,
        left_out: &mut Vec<PassedOver>,
        step: &Step,
        passed_over: Vec<(ProcedureId, Rules)>,
        scar: ScarIndex,
    ) {
        let planning = self.knowledge.planning();
        let suits = |it: &&StepOption| self.holds(&it.when, scar) == Truth::Yes;
        let suited = step.options.iter().find(suits);
        let Some(first) = suited.or(step.options.first()) else { return };
        let mut reasons: Rules = smallvec![planning.step_left_out];
        for (_, rules) in passed_over {
            // What is not for this scar could not have been planned here.
            let rules = rules.into_iter().filter(|it| suited.is_none() || *it != planning.not_for_this_scar);
            add_rules(&mut reasons, rules);
        }
        merge_passed_over(left_out, first.procedure, scar, reasons);
    }
}

/// Waits after a test area, each with the rule that asks for it.
type TestAreas<'k> = SmallVec<[(Day, &'k SafetyRule); FEW]>;

fn longest(test_areas: &TestAreas<'_>) -> Option<(Day, RuleId)> {
    test_areas.iter().map(|(days, rule)| (*days, rule.rule)).max()
}

/// Adds rules that are not yet there, in order.
pub(super) fn add_rules(rules: &mut Rules, more: impl IntoIterator<Item = RuleId>) {
    more.into_iter().for_each(|rule| {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    });
}

/// The same for a list that has nothing twice in it.
pub(super) fn add_list(rules: &mut Rules, more: &[RuleId]) {
    if rules.is_empty() {
        rules.extend_from_slice(more);
        return;
    }
    let known = Sieve::of(rules);
    let count = rules.len();
    for &rule in more {
        if known.lets_through(rule) || !rules.iter().take(count).any(|it| *it == rule) {
            rules.push(rule);
        }
    }
}

fn merge_passed_over(list: &mut Vec<PassedOver>, procedure: ProcedureId, scar: ScarIndex, reasons: Rules) {
    match list.iter_mut().find(|it| it.procedure == procedure && it.reasons == reasons) {
        Some(known) => insert_sorted(&mut known.scars, scar),
        None => list.push(PassedOver { procedure, scars: smallvec![scar], reasons }),
    }
}
