//! Until when an answer holds: the first day on which the same facts would give another one.
//!
//! Nothing changes but on days on which some condition changes its mind or a wait after a past session ends, so only
//! these days are tried; where the patient cannot come on all days, every day is.

use std::collections::BTreeSet;

use strum::{EnumCount as _, VariantArray as _};

use super::{Asked, changed::changes};
use crate::{
    domain::{
        Action, Case, ChangeKind, Day, Disposition, EventId, Fact, Facts, Plan, PlanChange, ProcedureId, Scars, Value,
        Weekday,
    },
    engine::{Ground, Said, history, limits::CALENDAR_DAYS, wished},
    knowledge::Knowledge,
};

/// The first day on which the same facts would give another answer: a procedure would fare otherwise, something else would
/// be done, or another number of times. A plan that only begins later is none, nor is what is used at home and cared for around its sessions.
pub(super) fn valid_until(asked: Asked<'_, '_>) -> Option<Day> {
    let Asked { knowledge, case, ground, drawn, awaited } = asked;
    let plan = &drawn.plan;
    let here = standings(plan, 0);
    days(knowledge, case, ground, plan).into_iter().take_while(|_| awaited()).find(|&day| {
        let later = later(case, day);
        let then = wished(Ground::of(knowledge, &later).context(knowledge, &later, Said::Everything)).plan;
        let at_home = |id: ProcedureId| knowledge.procedures().get(id.index()).is_some_and(|it| it.sessions.is_none());
        let other = |it: &PlanChange| it.kind < ChangeKind::Days && !it.procedure.is_some_and(at_home);
        standings(&then, day) != here || changes(plan, &then).iter().any(other)
    })
}

/// The later days on which something may be otherwise, in order.
fn days(knowledge: &Knowledge, case: &Case, ground: &Ground<'_>, plan: &Plan) -> BTreeSet<Day> {
    let mut days: BTreeSet<Day> = BTreeSet::new();
    let mut add = |day: Day| {
        if day > 0 {
            days.insert(day);
        }
    };
    for facts in &ground.facts {
        knowledge.conditions().iter().for_each(|it| it.when.changes(facts, &mut add));
    }
    plan.dispositions.iter().filter_map(|it| it.until_day).for_each(&mut add);
    // A wait that ends before another one is told no more from then on, and what fares alike stands together.
    let context = ground.context(knowledge, case, Said::Outline);
    for it in &plan.dispositions {
        let waits = it.scars.iter().filter_map(|scar| history::wait(context, it.procedure, *scar));
        waits.for_each(|it| add(it.until));
    }
    let planning = knowledge.planning();
    let breaks = || {
        let lapses = planning.past.lapses.iter().map(|it| it.after);
        let boosters = planning.past.boosters.iter().map(|it| it.after);
        lapses.chain(boosters).chain([planning.past.earlier_course.days])
    };
    for past in &case.history {
        breaks().for_each(|after| add(past.day.saturating_add(after).saturating_add(1)));
        planning.failures.iter().for_each(|it| add(past.day.saturating_add(it.after)));
    }
    // What was begun goes on, and skin stays primed for it, until a break that is judged on the day on which it begins.
    for stage in plan.protocol().into_iter().flat_map(|it| &it.stages) {
        let rhythm = stage.interval.map(|it| it.max);
        let breaks = || rhythm.into_iter().chain([planning.past.earlier_course.days]);
        for last in stage.scars.iter().filter_map(|scar| ground.past.treated(stage.procedure, *scar)) {
            let begins = [0, stage.start.max(0)];
            let days = breaks().flat_map(|it| begins.map(|start| last.saturating_add(it).saturating_add(1) - start));
            days.for_each(&mut add);
        }
    }
    let wishes = &case.wishes;
    let kept_free = wishes.event.into_iter().chain(wishes.unavailable.iter().map(|it| it.1)).max();
    if kept_free.is_some() || !wishes.weekdays.is_empty() {
        // On which days the patient can come moves visits, and with them what joins them, from any day to the next.
        let settled = days.iter().copied().chain(kept_free).max().unwrap_or_default();
        let week = Day::try_from(Weekday::COUNT).unwrap_or_default();
        days.extend(1..=settled.saturating_add(week).min(CALENDAR_DAYS));
    }
    days
}

/// The same facts, asked `days` later.
fn later(case: &Case, days: Day) -> Case {
    let mut case = case.clone();
    let before = |day: Day| day.saturating_sub(days);
    let shift = |facts: &mut Facts| {
        for fact in Fact::VARIANTS.iter().copied() {
            if let Some(Value::Since(day)) = facts.get(fact) {
                facts.set(fact, Some(Value::Since(before(day))));
            }
        }
    };
    case.start = case.start.plus(days);
    shift(&mut case.patient);
    case.fields.iter_mut().for_each(|it| shift(&mut it.facts));
    case.findings.scars.iter_mut().for_each(|it| shift(&mut it.facts));
    for past in &mut case.history {
        past.day = before(past.day);
        past.healed = past.healed.map(before);
    }
    case.wishes.event = case.wishes.event.map(before).filter(|day| *day >= 0);
    let times = case.wishes.unavailable.iter().map(|(first, last)| (before(*first).max(0), before(*last)));
    case.wishes.unavailable = times.filter(|(_, last)| *last >= 0).collect();
    case
}

/// How each procedure fares, its days counted from the first day of the plan.
type Standing<'p> = (ProcedureId, &'p Scars, Option<Action>, Option<Day>, Option<EventId>);

fn standings(plan: &Plan, asked: Day) -> Vec<Standing<'_>> {
    let one = |it: &'_ Disposition| it.until_day.map(|day| day.saturating_add(asked));
    plan.dispositions.iter().map(|it| (it.procedure, &it.scars, it.action, one(it), it.until_event)).collect()
}
