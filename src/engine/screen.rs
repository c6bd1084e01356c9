//! Screens: which safety rules speak on which scars, on which days.

use std::ops::Deref;

use smallvec::{Array, SmallVec, smallvec};

use crate::{
    domain::{
        Action, Case, Day, Disposition, EventId, Facts, Places, ProcedureId, RuleId, Rules, ScarIndex, Site, Truth,
    },
    engine::{facts::smoke_free, history, select::Context},
    knowledge::{Knowledge, Lead, RuleSet, SafetyRule, SafetyTable, Topic},
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
    /// Not before this day.
    Open { not_before: Day },
    /// Not until something happens.
    Waiting,
    /// Not at all.
    Closed,
}

/// Everything that fired.
#[derive(Debug)]
pub(super) struct Screening<'k> {
    table: &'k SafetyTable,
    rules: &'k [SafetyRule],
    /// By group.
    groups: Vec<Fired>,
    /// What fires where there is no group.
    nothing: Fired,
    /// The day since which the patient does not smoke: on record, or the start of the plan.
    smoke_free: Day,
}

/// What fired on one group, by the places of the rules: the strictest first.
#[derive(Debug, Clone, Default)]
struct Fired {
    /// The rules that hold on some day.
    rules: RuleSet,
    /// Those that hold on day 0.
    today: RuleSet,
    /// Those that come and go.
    timed: RuleSet,
    /// Of rules that come and go: place, first day, and the day on which it ends.
    windows: Vec<(usize, Day, Day)>,
    /// The same, where a rule holds again after it had ended.
    again: Vec<(usize, Day, Day)>,
}

/// Screens every group. `facts` are the facts of each group, in order.
pub(super) fn screen<'k>(knowledge: &'k Knowledge, case: &Case, facts: &[Facts]) -> Screening<'k> {
    let table = knowledge.safety_table();
    let rules = knowledge.safety();
    let patient = facts.first().unwrap_or(&case.patient);
    let (of_patient, narrow) = table.open(patient);
    let mut common = Fired::default();
    common.fire(rules, of_patient, table.always(), patient);
    let groups = facts.iter().map(|facts| {
        let mut fired = common.clone();
        fired.fire(rules, table.open_on(narrow, facts), table.always(), facts);
        fired
    });
    let mut groups: Vec<Fired> = groups.collect();
    groups.iter_mut().for_each(|it| it.again.sort_unstable());
    Screening { table, rules, groups, nothing: Fired::default(), smoke_free: smoke_free(patient) }
}

impl Fired {
    /// Forgets what is said of `rules`.
    fn forget(&mut self, rules: RuleSet) {
        for set in [&mut self.rules, &mut self.today, &mut self.timed] {
            *set = set.without(rules);
        }
        self.windows.retain(|(place, ..)| !rules.contains(*place));
        self.again.retain(|(place, ..)| !rules.contains(*place));
    }

    /// Adds the days on which each of `open` holds; those of `always` do on all days.
    fn fire(&mut self, rules: &[SafetyRule], open: RuleSet, always: RuleSet, facts: &Facts) {
        let everybody = open.and(always);
        self.rules = self.rules.or(everybody);
        self.today = self.today.or(everybody);
        open.without(always).places().for_each(|place| {
            let Some(rule) = rules.get(place) else { return };
            if !rule.timed {
                // Nothing in it changes with the days.
                if holds(rule, facts, 0) {
                    self.rules.insert(place);
                    self.today.insert(place);
                }
                return;
            }
            windows(rule, facts, |from, until| {
                if self.rules.contains(place) {
                    self.again.push((place, from, until));
                } else {
                    self.rules.insert(place);
                    self.timed.insert(place);
                    self.windows.push((place, from, until));
                }
                if from <= 0 {
                    self.today.insert(place);
                }
            });
        });
    }
}

/// Calls `add` with each window in which `rule` holds, from day 0 on.
fn windows(rule: &SafetyRule, facts: &Facts, mut add: impl FnMut(Day, Day)) {
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

/// Does the rule hold on the same days for both?
pub(super) fn same_days(rule: &SafetyRule, one: &Facts, other: &Facts) -> bool {
    if !rule.timed {
        return holds(rule, one, 0) == holds(rule, other, 0);
    }
    let days = |facts: &Facts| {
        let mut days: Vec<(Day, Day)> = Vec::new();
        windows(rule, facts, |from, until| days.push((from, until)));
        days
    };
    days(one) == days(other)
}

/// Does the rule hold on some day?
pub(super) fn ever(rule: &SafetyRule, facts: &Facts) -> bool {
    ends(rule, facts, false).is_some()
}

/// The day on which a rule that holds on some day ends; `Day::MAX` when time alone does not end it, or where it waits
/// for something to happen. `None`: it does not hold.
pub(super) fn ends(rule: &SafetyRule, facts: &Facts, waits: bool) -> Option<Day> {
    let mut end: Option<Day> = None;
    if rule.timed {
        windows(rule, facts, |_, until| end = end.max(Some(until)));
    } else if holds(rule, facts, 0) {
        end = Some(Day::MAX);
    }
    end.map(|day| if waits { Day::MAX } else { day })
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
    /// The same with other facts, of which only `rules` say otherwise.
    pub(super) fn again(&self, rules: RuleSet, facts: &[Facts]) -> Self {
        let groups = self.groups.iter().zip(facts).map(|(fired, facts)| {
            let mut fired = fired.clone();
            fired.forget(rules);
            fired.fire(self.rules, rules, self.table.always(), facts);
            fired.again.sort_unstable();
            fired
        });
        let smoke_free = facts.first().map_or(self.smoke_free, smoke_free);
        Self { table: self.table, rules: self.rules, groups: groups.collect(), nothing: Fired::default(), smoke_free }
    }

    /// The rules that fired for `procedure` on `scar`: the strictest first, and last what holds again.
    pub(super) fn of(&self, procedure: ProcedureId, scar: ScarIndex) -> impl Iterator<Item = Firing<'k>> {
        self.firings(self.fired(scar), self.table.on(procedure))
    }

    /// Those of them that have a say in `topic`.
    pub(super) fn about(
        &self,
        topic: Topic,
        procedure: ProcedureId,
        scar: ScarIndex,
    ) -> impl Iterator<Item = Firing<'k>> {
        self.firings(self.fired(scar), self.table.on(procedure).and(self.table.about(topic)))
    }

    /// The rules about `topic` that fired on `scar`, whatever the procedure.
    pub(super) fn on(&self, topic: Topic, scar: ScarIndex) -> impl Iterator<Item = Firing<'k>> {
        self.firings(self.fired(scar), self.table.about(topic))
    }

    /// Calls `say` with the rules about `topic` that hold for `procedure` on `scar` on some day of `from..=to`.
    pub(super) fn said(
        &self,
        topic: Topic,
        procedure: ProcedureId,
        scar: ScarIndex,
        (from, to): (Day, Day),
        say: impl FnMut(RuleId),
    ) {
        let fired = self.fired(scar);
        let wanted = self.table.on(procedure).and(self.table.about(topic)).and(fired.rules);
        if wanted.is_empty() {
            return;
        }
        let windows = fired.windows.iter().chain(&fired.again);
        let touches = |place: usize| {
            if fired.timed.contains(place) {
                windows.clone().any(|(it, first, until)| *it == place && *first <= to && from < *until)
            } else {
                // It holds on all days from day 0 on.
                to >= 0
            }
        };
        wanted.places().filter(|place| touches(*place)).filter_map(|place| self.table.id(place)).for_each(say);
    }

    /// The firings of `wanted` among what fired on a group.
    fn firings(&self, fired: &Fired, wanted: RuleSet) -> impl Iterator<Item = Firing<'k>> {
        let first = wanted.and(fired.rules).places().filter_map(|place| self.firing(fired, place));
        let again = fired.again.iter().filter(move |(place, ..)| wanted.contains(*place));
        first
            .chain(again.filter_map(|&(place, from, until)| Some(Firing { rule: self.rules.get(place)?, from, until })))
    }

    /// The first window of the rule at `place`.
    fn firing(&self, fired: &Fired, place: usize) -> Option<Firing<'k>> {
        let rule = self.rules.get(place)?;
        let window = fired.windows.iter().find(|it| rule.timed && it.0 == place);
        let (from, until) = window.map_or((0, Day::MAX), |&(_, from, until)| (from, until));
        Some(Firing { rule, from, until })
    }

    fn fired(&self, scar: ScarIndex) -> &Fired {
        self.groups.get(scar.index()).unwrap_or(&self.nothing)
    }

    /// How `procedure` fares on `scar`.
    pub(super) fn standing(&self, knowledge: &Knowledge, procedure: ProcedureId, scar: ScarIndex) -> Standing {
        let fired = self.fired(scar);
        let keeps = self.table.on(procedure).and(self.table.about(Topic::Keeps)).and(fired.rules);
        let mut not_before = 0;
        let mut waiting = false;
        let mut closed = false;
        if !keeps.is_empty() {
            self.firings(fired, keeps).for_each(|firing| match (firing.rule.action, firing.rule.until) {
                (Action::Defer, Some(event)) if at_visit(knowledge, event) => {}
                (Action::Defer, Some(_)) => waiting = true,
                (_, _) if firing.until == Day::MAX => closed = true,
                (_, _) => not_before = not_before.max(firing.until),
            });
        }
        if closed {
            return Standing::Closed;
        }
        if waiting {
            return Standing::Waiting;
        }
        let smoke_free = self.smoke_free_for(procedure, scar).map(|(day, _)| day);
        Standing::Open { not_before: smoke_free.fold(not_before, Day::max) }
    }

    /// The first day with enough time without smoking before it, by each rule that asks for some.
    pub(super) fn smoke_free_for(
        &self,
        procedure: ProcedureId,
        scar: ScarIndex,
    ) -> impl Iterator<Item = (Day, RuleId)> {
        self.about(Topic::SmokeFree, procedure, scar).filter_map(|it| match it.rule.lead? {
            Lead::SmokeFree(days) => Some((self.smoke_free.saturating_add(days), it.rule.rule)),
            Lead::Priming(_) | Lead::TestArea(_) => None,
        })
    }

    /// The day since which the patient does not smoke.
    pub(super) fn smoke_free(&self) -> Day {
        self.smoke_free
    }

    /// Does somebody have to agree to `procedure` on `scar`, on the day on which it `begins`?
    pub(super) fn wants_opinion(&self, procedure: ProcedureId, scar: ScarIndex, begins: impl FnOnce() -> Day) -> bool {
        let fired = self.fired(scar);
        let opinions = self.table.on(procedure).and(self.table.about(Topic::Opinion)).and(fired.rules);
        if opinions.is_empty() {
            return false;
        }
        if !opinions.without(fired.timed).is_empty() {
            return true;
        }
        let day = begins();
        self.firings(fired, opinions).any(|it| it.touches(day, day))
    }

    /// The rules by which somebody has to agree to `procedure` on `scar` on `day`.
    pub(super) fn opinions(&self, procedure: ProcedureId, scar: ScarIndex, day: Day) -> impl Iterator<Item = RuleId> {
        let opinions = self.about(Topic::Opinion, procedure, scar);
        opinions.filter(move |it| it.touches(day, day)).map(|it| it.rule.rule)
    }

    /// Everything that has to happen before `procedure` may be done on `scar`, but for what a visit settles.
    pub(super) fn waits_for(
        &self,
        knowledge: &Knowledge,
        procedure: ProcedureId,
        scar: ScarIndex,
    ) -> impl Iterator<Item = EventId> {
        let keeps = self.about(Topic::Keeps, procedure, scar).filter(|it| it.rule.action == Action::Defer);
        keeps.filter_map(|it| it.rule.until).filter(|event| !at_visit(knowledge, *event))
    }

    /// Why `procedure` may not be done on `scar` now.
    pub(super) fn against(&self, procedure: ProcedureId, scar: ScarIndex) -> Rules {
        self.about(Topic::Keeps, procedure, scar).map(|firing| firing.rule.rule).collect()
    }
}

/// How every procedure fares on every group, groups that fare alike taken together.
pub(super) fn dispositions(context: Context<'_, '_>) -> Vec<Disposition> {
    let [first, others @ ..] = context.case.findings.scars.as_slice() else { return Vec::new() };
    let mut all = on_group(context, ScarIndex(0), first.area.site);
    if others.is_empty() {
        return all;
    }
    // By procedure: its places in the list.
    let mut known: Vec<Places> = (0..all.len()).map(|at| smallvec![at]).collect();
    for (scar, found) in (1_u16..).map(ScarIndex).zip(others) {
        for (fresh, known) in on_group(context, scar, found.area.site).into_iter().zip(&mut known) {
            let alike = |it: &Disposition| {
                it.action == fresh.action
                    && it.until_day == fresh.until_day
                    && it.until_event == fresh.until_event
                    && it.reasons == fresh.reasons
            };
            let at = known.iter().copied().find(|at| all.get(*at).is_some_and(alike));
            match at.and_then(|at| all.get_mut(at)) {
                Some(known) => {
                    known.scars.push(scar);
                    insert_sorted(&mut known.sites, found.area.site);
                }
                None => {
                    known.push(all.len());
                    all.push(fresh);
                }
            }
        }
    }
    // Within a procedure in the order of the groups.
    all.sort_by_key(|it| it.procedure);
    all
}

/// How every procedure fares on one group.
fn on_group(context: Context<'_, '_>, scar: ScarIndex, site: Site) -> Vec<Disposition> {
    let ids = context.knowledge.procedure_ids().map(|(id, _)| id);
    let unspoken = |procedure| Disposition {
        procedure,
        scars: smallvec![scar],
        sites: smallvec![site],
        action: None,
        until_day: None,
        until_event: None,
        reasons: Rules::new(),
    };
    let mut all: Vec<Disposition> = ids.map(unspoken).collect();
    let screening = context.screening;
    // By rule: most are about few procedures, and most procedures hear few. The strictest come first.
    screening.fired(scar).today.places().filter_map(|place| screening.rules.get(place)).for_each(|rule| {
        for procedure in rule.procedures.procedures() {
            if let Some(spoken) = all.get_mut(procedure.index()) {
                spoken.action = spoken.action.max(Some(rule.action));
                spoken.reasons.push(rule.rule);
            }
        }
    });
    all.iter_mut().for_each(|it| settle(context, it, scar));
    all
}

/// Adds what is no safety rule, and says until when it has to wait.
fn settle(context: Context<'_, '_>, disposition: &mut Disposition, scar: ScarIndex) {
    let (knowledge, screening) = (context.knowledge, context.screening);
    let Disposition { procedure, action, until_day, until_event, reasons, .. } = disposition;
    let spacing = history::wait(context, *procedure, scar);
    let supervised = context.case.wishes.supervised.contains(*procedure);
    let fired = screening.fired(scar);
    let today = || screening.table.on(*procedure).and(fired.today);
    if spacing.is_some() || supervised {
        let at_least = |action| {
            let rules = today().places().filter_map(|place| screening.rules.get(place));
            rules.filter(|it| it.action >= action).count()
        };
        // Behind what is stricter, and what only warns behind it.
        if supervised {
            reasons.insert(at_least(Action::Clearance), knowledge.planning().supervised);
            *action = (*action).max(Some(Action::Clearance));
        }
        if let Some(spacing) = spacing {
            reasons.insert_many(at_least(Action::Defer), std::iter::once(spacing.rule).chain(spacing.also.rules()));
            *action = (*action).max(Some(Action::Defer));
        }
    }
    if reasons.is_empty() {
        reasons.push(knowledge.planning().allowed);
    }
    if *action == Some(Action::Defer) {
        let keeping = today().and(screening.table.about(Topic::Keeps));
        let deferring = || keeping.places().filter_map(|place| screening.firing(fired, place));
        let ends = deferring().map(|it| it.until).filter(|until| *until != Day::MAX);
        *until_day = ends.chain(spacing.map(|it| it.until)).max();
        // What must come to an end is named before what can be settled at the visit.
        let events = deferring().filter_map(|it| it.rule.until);
        *until_event = events.min_by_key(|event| (at_visit(knowledge, *event), *event));
    }
}

/// Can the event be settled at the visit?
pub(super) fn at_visit(knowledge: &Knowledge, event: EventId) -> bool {
    knowledge.events().get(event.index()).is_some_and(|event| event.at_visit)
}

/// Puts `item` in its place in a sorted list, once.
#[inline]
pub(super) fn insert_sorted<L: List<Item: Ord>>(list: &mut L, item: L::Item) {
    // Most come in order, or again.
    match list.last() {
        Some(last) if *last == item => {}
        Some(last) if *last > item => insert_between(list, item),
        Some(_) | None => list.put_last(item),
    }
}

#[inline(never)]
fn insert_between<L: List<Item: Ord>>(list: &mut L, item: L::Item) {
    if let Err(place) = list.binary_search(&item) {
        list.put(place, item);
    }
}

/// What [`insert_sorted`] can add to.
pub(super) trait List: Deref<Target = [Self::Item]> {
    type Item;
    /// Puts `item` at `place`.
    fn put(&mut self, place: usize, item: Self::Item);
    /// Puts `item` at the end.
    fn put_last(&mut self, item: Self::Item);
}

impl<T> List for Vec<T> {
    type Item = T;
    fn put(&mut self, place: usize, item: T) {
        self.insert(place, item);
    }
    fn put_last(&mut self, item: T) {
        self.push(item);
    }
}

impl<A: Array> List for SmallVec<A> {
    type Item = A::Item;
    fn put(&mut self, place: usize, item: A::Item) {
        self.insert(place, item);
    }
    fn put_last(&mut self, item: A::Item) {
        self.push(item);
    }
}
