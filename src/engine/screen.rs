//! Screens: which safety rules speak on which scars, on which days.

use crate::{
    domain::{Action, Case, Day, Disposition, EventId, Facts, ProcedureId, RuleId, ScarIndex, Truth},
    engine::{history, limits::FEW_RULES, select::Context},
    knowledge::{Knowledge, RuleSet, SafetyRule, SafetyTable},
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
    table: &'k SafetyTable,
    /// By group.
    groups: Vec<Fired<'k>>,
}

/// What fired on one group.
#[derive(Debug, Default)]
struct Fired<'k> {
    /// The rules that hold on some day.
    rules: RuleSet,
    /// Their first windows, in the order of the rules: the strictest first.
    first: Vec<Firing<'k>>,
    /// What opens again after it had ended.
    again: Vec<Firing<'k>>,
}

/// Screens every group. `facts` are the facts of each group, in order.
pub(super) fn screen<'k>(knowledge: &'k Knowledge, case: &Case, facts: &[Facts]) -> Screening<'k> {
    let table = knowledge.safety_table();
    let rules = knowledge.safety();
    let patient = facts.first().unwrap_or(&case.patient);
    let (of_patient, narrow) = table.open(patient);
    let common = fire(rules, of_patient, patient);
    let groups = facts.iter().map(|facts| common.with(fire(rules, table.open_on(narrow, facts), facts)));
    Screening { table, groups: groups.collect() }
}

/// Finds the days on which each of `open` holds.
fn fire<'k>(rules: &'k [SafetyRule], open: RuleSet, facts: &Facts) -> Fired<'k> {
    let mut fired = Fired { first: Vec::with_capacity(open.len()), ..Fired::default() };
    for (place, rule) in open.places().filter_map(|place| Some((place, rules.get(place)?))) {
        let windows = fired.first.len();
        windows_of(rule, facts, |from, until| {
            let to = if fired.first.len() == windows { &mut fired.first } else { &mut fired.again };
            to.push(Firing { rule, from, until });
        });
        if fired.first.len() > windows {
            fired.rules.insert(place);
        }
    }
    fired
}

/// Calls `add` with each window in which `rule` holds.
fn windows_of(rule: &SafetyRule, facts: &Facts, mut add: impl FnMut(Day, Day)) {
    if !rule.timed {
        // Nothing in it changes with the days.
        if holds(rule, facts, 0) {
            add(0, Day::MAX);
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
                add(from, day);
                open = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    if let Some(from) = open {
        add(from, Day::MAX);
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

impl<'k> Fired<'k> {
    /// Together with what fired by other rules.
    fn with(&self, own: Self) -> Self {
        let mut first = Vec::with_capacity(self.first.len() + own.first.len());
        let (mut common, mut narrow) = (self.first.iter(), own.first.iter());
        let rules = self.rules.or(own.rules);
        for place in rules.places() {
            let next = if self.rules.contains(place) { common.next() } else { narrow.next() };
            first.extend(next);
        }
        let again = self.again.iter().chain(&own.again).copied().collect();
        Fired { rules, first, again }
    }
}

impl<'k> Screening<'k> {
    /// The rules that fired for `procedure` on `scar`: the strictest first, and last what opens again.
    pub(super) fn of(&self, procedure: ProcedureId, scar: ScarIndex) -> impl Iterator<Item = &Firing<'k>> {
        let on = self.table.on(procedure);
        self.groups.get(scar.index()).into_iter().flat_map(move |fired| {
            let first = on.ranks(fired.rules).filter_map(|rank| fired.first.get(rank));
            first.chain(fired.again.iter().filter(move |firing| firing.rule.procedures.contains(procedure)))
        })
    }

    /// The rules that fired on `scar`, whatever the procedure.
    pub(super) fn on(&self, scar: ScarIndex) -> impl Iterator<Item = &Firing<'k>> {
        self.groups.get(scar.index()).into_iter().flat_map(|fired| fired.first.iter().chain(&fired.again))
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
    let mut all = Vec::with_capacity(context.knowledge.procedures().len());
    for (procedure, _) in context.knowledge.procedure_ids() {
        let first = all.len();
        for (scar, found) in (0_u16..).map(ScarIndex).zip(&context.case.findings.scars) {
            let fresh = disposition(context, procedure, scar);
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

fn disposition(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex) -> Disposition {
    let knowledge = context.knowledge;
    let fired = || context.screening.of(procedure, scar).filter(|firing| firing.touches(0, 0));
    let spacing = history::wait(context, procedure, scar);
    let mut ruled: Option<Action> = None;
    let mut until_day = spacing.as_ref().map(|it| it.until);
    let mut until_event: Option<(bool, EventId)> = None;
    let mut strict = 0;
    let mut reasons: Vec<RuleId> = Vec::with_capacity(FEW_RULES);
    for firing in fired() {
        let action = firing.rule.action;
        ruled = ruled.max(Some(action));
        strict += usize::from(action >= Action::Defer);
        reasons.push(firing.rule.rule);
        if action == Action::Defer {
            until_day = until_day.max(Some(firing.until).filter(|until| *until != Day::MAX));
            // What must come to an end is named before what can be settled at the visit.
            let event = firing.rule.until.map(|event| (at_visit(knowledge, event), event));
            until_event = [until_event, event].into_iter().flatten().min();
        }
    }
    if let Some(spacing) = spacing {
        reasons.splice(strict..strict, std::iter::once(spacing.rule).chain(spacing.also));
    }
    if reasons.is_empty() {
        reasons.push(knowledge.planning().allowed);
    }
    let action = ruled.max(spacing.map(|_| Action::Defer));
    let deferred = action == Some(Action::Defer);
    Disposition {
        procedure,
        scars: Vec::new(),
        sites: Vec::new(),
        action,
        until_day: until_day.filter(|_| deferred),
        until_event: until_event.map(|(_, event)| event).filter(|_| deferred),
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
