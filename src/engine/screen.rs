//! Screens: which safety rules speak on which scars, on which days.

use crate::{
    domain::{Action, Case, Day, Disposition, EventId, Facts, ProcedureId, RuleId, ScarIndex, Scope, Truth},
    engine::{history, select::Context},
    knowledge::{Knowledge, SafetyRule},
};

/// A safety rule that fired, and the days on which it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Firing<'k> {
    pub rule: &'k SafetyRule,
    pub from: Day,
    /// The day on which it ends; `Day::MAX` when time alone does not end it.
    pub until: Day,
}

impl Firing<'_> {
    /// Does it hold on some day of `from..=to`?
    pub(super) fn touches(&self, from: Day, to: Day) -> bool {
        self.from <= to && from < self.until
    }
}

/// How a procedure fares on one group of scars, for the planner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Not before this day; somebody may have to agree.
    Open { not_before: Day, clearance: bool },
    /// Not until something happens.
    Waiting(EventId),
    /// Not at all.
    Closed,
}

/// Everything that fired.
#[derive(Debug)]
pub(super) struct Screening<'k> {
    /// Rules over facts of the patient: they hold for every group.
    common: Vec<Firing<'k>>,
    /// Rules over facts of the field and the scar, by group.
    own: Vec<Vec<Firing<'k>>>,
}

/// Screens every group. `facts` are the facts of each group, in order.
pub(super) fn screen<'k>(knowledge: &'k Knowledge, case: &Case, facts: &[Facts]) -> Screening<'k> {
    let mut common = Vec::new();
    let patient = facts.first().unwrap_or(&case.patient);
    for rule in knowledge.safety().iter().filter(|rule| rule.scope == Scope::Patient) {
        fire(rule, patient, &mut common);
    }
    let narrow: Vec<_> = knowledge.safety().iter().filter(|rule| rule.scope != Scope::Patient).collect();
    let own = facts.iter().map(|facts| {
        let mut fired = Vec::new();
        narrow.iter().for_each(|rule| fire(rule, facts, &mut fired));
        fired
    });
    Screening { common, own: own.collect() }
}

/// Adds the windows in which `rule` holds.
fn fire<'k>(rule: &'k SafetyRule, facts: &Facts, fired: &mut Vec<Firing<'k>>) {
    if !rule.timed {
        // Nothing in it changes with the days.
        if holds(rule, facts, 0) {
            fired.push(Firing { rule, from: 0, until: Day::MAX });
        }
        return;
    }
    let mut changes = Vec::new();
    rule.when.changes(facts, &mut |day| {
        if day > 0 {
            changes.push(day);
        }
    });
    changes.sort_unstable();
    changes.dedup();
    let mut open: Option<Day> = None;
    for day in std::iter::once(0).chain(changes) {
        match (holds(rule, facts, day), open) {
            (true, None) => open = Some(day),
            (false, Some(from)) => {
                fired.push(Firing { rule, from, until: day });
                open = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    if let Some(from) = open {
        fired.push(Firing { rule, from, until: Day::MAX });
    }
}

/// Does the rule fire on `day`?
fn holds(rule: &SafetyRule, facts: &Facts, day: Day) -> bool {
    match rule.when.holds(facts, day) {
        Truth::Yes => true,
        Truth::Unknown => rule.if_unknown,
        Truth::No => false,
    }
}

impl<'k> Screening<'k> {
    /// The rules that fired for `procedure` on `scar`.
    pub(super) fn of(&self, procedure: ProcedureId, scar: ScarIndex) -> impl Iterator<Item = &Firing<'k>> {
        self.on(scar).filter(move |firing| firing.rule.procedures.contains(procedure))
    }

    /// The rules that fired on `scar`, whatever the procedure.
    pub(super) fn on(&self, scar: ScarIndex) -> impl Iterator<Item = &Firing<'k>> {
        self.common.iter().chain(self.own.get(scar.index()).into_iter().flatten())
    }

    /// How `procedure` fares on `scar`.
    pub(super) fn standing(&self, knowledge: &Knowledge, procedure: ProcedureId, scar: ScarIndex) -> Standing {
        let mut not_before = 0;
        let mut waiting: Option<EventId> = None;
        for firing in self.of(procedure, scar) {
            match (firing.rule.action, firing.rule.until) {
                (Action::Defer, Some(event)) if at_visit(knowledge, event) => {}
                (Action::Defer, Some(event)) => waiting = Some(waiting.map_or(event, |it| it.min(event))),
                (Action::Exclude | Action::Defer, _) if firing.until == Day::MAX => return Standing::Closed,
                (Action::Exclude | Action::Defer, _) => not_before = not_before.max(firing.until),
                (Action::Warn | Action::Modify | Action::Clearance, _) => {}
            }
        }
        if let Some(event) = waiting {
            return Standing::Waiting(event);
        }
        // A clearance that time ends before the procedure may begin is not asked for.
        let clearance = self.of(procedure, scar).any(|it| is_opinion(it.rule) && it.touches(not_before, not_before));
        Standing::Open { not_before, clearance }
    }

    /// Why `procedure` may not be done on `scar` now.
    pub(super) fn against(&self, procedure: ProcedureId, scar: ScarIndex) -> Vec<RuleId> {
        let strict = |firing: &&Firing<'_>| matches!(firing.rule.action, Action::Exclude | Action::Defer);
        self.of(procedure, scar).filter(strict).map(|firing| firing.rule.rule).collect()
    }
}

/// How every procedure fares on every group, groups that fare alike taken together.
pub(super) fn dispositions(context: Context<'_, '_>) -> Vec<Disposition> {
    let mut all = Vec::new();
    let mut scratch = Vec::new();
    for (procedure, _) in context.knowledge.procedure_ids() {
        let first = all.len();
        for (scar, found) in (0_u16..).map(ScarIndex).zip(&context.case.findings.scars) {
            let fresh = disposition(context, procedure, scar, &mut scratch);
            let alike = |it: &&mut Disposition| {
                it.action == fresh.action
                    && it.until_day == fresh.until_day
                    && it.until_event == fresh.until_event
                    && it.reasons == fresh.reasons
            };
            let site = found.area.site;
            match all.iter_mut().skip(first).find(alike) {
                Some(known) => {
                    known.scars.push(scar);
                    insert_sorted(&mut known.sites, site);
                }
                None => all.push(Disposition { scars: vec![scar], sites: vec![site], ..fresh }),
            }
        }
    }
    all
}

fn disposition<'k>(
    context: Context<'_, 'k>,
    procedure: ProcedureId,
    scar: ScarIndex,
    fired: &mut Vec<Firing<'k>>,
) -> Disposition {
    let knowledge = context.knowledge;
    fired.clear();
    fired.extend(context.screening.of(procedure, scar).filter(|firing| firing.touches(0, 0)));
    fired.sort_unstable_by_key(|firing| (std::cmp::Reverse(firing.rule.action), firing.rule.rule));
    let spacing = history::wait(context, procedure, scar);
    let ruled = fired.first().map(|firing| firing.rule.action);
    let action = ruled.max(spacing.as_ref().map(|_| Action::Defer));
    let waits = || fired.iter().filter(|firing| firing.rule.action == Action::Defer);
    let deferred = action == Some(Action::Defer);
    let dated = waits().map(|firing| firing.until).filter(|until| *until != Day::MAX);
    let until_day = dated.chain(spacing.iter().map(|it| it.until)).max();
    // What must come to an end is named before what can be settled at the visit.
    let until_event =
        waits().filter_map(|firing| firing.rule.until).min_by_key(|event| (at_visit(knowledge, *event), *event));
    let strict = fired.iter().take_while(|firing| firing.rule.action >= Action::Defer).count();
    let mut reasons: Vec<_> = fired.iter().map(|firing| firing.rule.rule).collect();
    if let Some(spacing) = spacing {
        reasons.splice(strict..strict, std::iter::once(spacing.rule).chain(spacing.also));
    }
    if reasons.is_empty() {
        reasons.push(knowledge.planning().allowed);
    }
    Disposition {
        procedure,
        scars: Vec::new(),
        sites: Vec::new(),
        action,
        until_day: until_day.filter(|_| deferred),
        until_event: until_event.filter(|_| deferred),
        reasons,
    }
}

/// Must somebody else be asked, or is it a check that the visit itself settles?
fn is_opinion(rule: &SafetyRule) -> bool {
    rule.action == Action::Clearance && !rule.at_visit
}

/// Can the event be settled at the visit?
pub(super) fn at_visit(knowledge: &Knowledge, event: EventId) -> bool {
    knowledge.events().get(event.index()).is_some_and(|event| event.at_visit)
}

/// Puts `item` in its place in a sorted list, once.
pub(super) fn insert_sorted<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(place) = list.binary_search(&item) {
        list.insert(place, item);
    }
}
