//! Screens: which safety rules speak on which scars, on which days.

mod dispositions;

use std::ops::Deref;

use smallvec::{Array, SmallVec};

use crate::{
    domain::{Action, Case, Day, Days, EventId, Fact, FactKind, Facts, ProcedureId, RuleId, Rules, ScarIndex, Value},
    engine::facts::smoke_free,
    knowledge::{Knowledge, Lead, RuleSet, SafetyRule, SafetyTable, Topic},
};

pub(super) use dispositions::dispositions;

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
    let groups = std::iter::repeat_n(common, facts.len()).zip(facts).map(|(mut fired, facts)| {
        fired.fire(rules, table.open_on(narrow, facts), table.always(), facts);
        fired.again.sort_unstable();
        fired
    });
    let groups = groups.collect();
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
        let asked = facts.asked();
        open.without(always).places().for_each(|place| {
            let Some(rule) = rules.get(place) else { return };
            if !rule.timed || rule.events.and(asked).is_empty() {
                // Nothing in it changes with the days.
                if holds(rule, facts, 0) {
                    self.rules.insert(place);
                    self.today.insert(place);
                }
                return;
            }
            windows(rule, facts, |from, until| {
                if (from, until) == (0, Day::MAX) {
                    self.rules.insert(place);
                } else if self.rules.contains(place) {
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
pub(super) fn windows(rule: &SafetyRule, facts: &Facts, mut add: impl FnMut(Day, Day)) {
    let mut changes = Days::new();
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
    if rule.if_unknown { !rule.when.is_false(facts, day) } else { rule.when.is_true(facts, day) }
}

/// Is the rule known to have held on `day`, by facts that last or whose event was before it?
pub(super) fn held_on(rule: &SafetyRule, facts: &Facts, day: Day) -> bool {
    let mut known = true;
    rule.when.is_true(facts, day) && {
        rule.when.reads(&mut |fact| known &= was_so(rule, facts, fact, day));
        known
    }
}

/// Does what is known of the fact today tell what it was on `day`?
fn was_so(rule: &SafetyRule, facts: &Facts, fact: Fact, day: Day) -> bool {
    match (fact.kind(), facts.get(fact)) {
        (FactKind::Elapsed, Some(Value::Since(event))) => event <= day,
        (FactKind::Elapsed, _) => false,
        (_, _) => is_kept(rule, fact),
    }
}

/// Was it so on every day since the event that the rule counts from?
pub(super) fn is_kept(rule: &SafetyRule, fact: Fact) -> bool {
    // Whoever has stopped before that day had stopped on it.
    fact.lasts() || (rule.timed && fact == Fact::Isotretinoin)
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
