//! Care: what safety adds to the plan, and what no rule could read because nobody asked.

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{
        CareItem, Day, Days, Fact, FactSet, Facts, NotAssessed, ProcedureId, ProcedureSet, RuleId, ScarIndex, Stage,
        Value, only,
    },
    engine::{
        limits::FEW,
        schedule::Schedule,
        screen::insert_sorted,
        select::{Context, add_rules},
        sitting,
    },
    knowledge::{Amount, CareItem as CareItemOfRule, ItemAt, Topic},
};

/// A procedure of the plan with the days on which it is done.
struct Done<'a> {
    procedure: ProcedureId,
    scars: &'a [ScarIndex],
    /// The test area, or the day on which a course at home begins.
    first: Option<Day>,
    days: &'a [Day],
    contingent: bool,
}

/// What safety adds, in the order of the first day.
pub(super) fn items(
    context: Context<'_, '_>,
    schedule: &Schedule<'_>,
    joining: &[sitting::Joining],
    all_stages: &[Stage],
) -> Vec<CareItem> {
    let mut all: Vec<CareItem> = Vec::with_capacity(context.knowledge.items().len());
    let stages = schedule.stages.iter().map(|it| Done {
        procedure: it.draft.procedure,
        scars: &it.draft.scars,
        first: it.test_area,
        days: &it.days,
        contingent: it.draft.contingent.is_some(),
    });
    let joined_days: SmallVec<[Days; FEW]> = joining.iter().map(|it| it.days().collect()).collect();
    let joined = joining.iter().zip(&joined_days).map(|(it, days)| Done {
        procedure: it.procedure,
        scars: &it.scars,
        first: None,
        days,
        contingent: it.planned() == 0,
    });
    let at_home = all_stages.iter().filter(|it| it.session_count.is_none());
    let home = at_home.map(|it| Done {
        procedure: it.procedure,
        scars: &it.scars,
        first: Some(it.start),
        days: &[],
        contingent: it.contingent_on.is_some(),
    });
    for done in stages.chain(joined).chain(home) {
        for &scar in done.scars {
            for firing in context.screening.about(Topic::Item, done.procedure, scar) {
                for &item in &firing.rule.items {
                    let days = done.first.iter().chain(done.days).copied();
                    let due = days.filter(|day| firing.touches(*day, *day));
                    add(context, &mut all, item, firing.rule.rule, &done, scar, due);
                }
            }
        }
    }
    after_past_sessions(context, &mut all);
    join(context, &mut all);
    all.iter_mut().for_each(|it| once(context, it));
    let first = |it: &CareItem| it.days.first().or(it.contingent_days.first()).copied();
    all.sort_by_key(|it| (it.days.is_empty(), first(it), it.item));
    all
}

/// What follows sessions that were done, on the days that are still to come. What was due before and at them was done.
fn after_past_sessions(context: Context<'_, '_>, all: &mut Vec<CareItem>) {
    let history = &context.case.history;
    if history.is_empty() {
        return;
    }
    let longest = context.knowledge.items().iter().flat_map(|it| it.days.iter().copied()).max().unwrap_or(0);
    let old = history.partition_point(|it| it.day.saturating_add(longest) < 0);
    for (place, past) in history.iter().enumerate().skip(old) {
        for &scar in context.past.treats(place) {
            let today = context.screening.about(Topic::Item, past.procedure, scar).filter(|it| it.touches(0, 0));
            for (item, rule) in today.flat_map(|it| it.rule.items.iter().map(move |item| (*item, it.rule.rule))) {
                let Some(known) = context.knowledge.items().get(item) else { continue };
                if known.at != ItemAt::EachSession || known.days.iter().all(|it| *it <= 0) {
                    continue;
                }
                let from_it_on = known.days.iter().filter(|it| **it >= 0);
                let mut due = from_it_on.map(|it| past.day.saturating_add(*it)).filter(|it| *it >= 0).peekable();
                if due.peek().is_some()
                    && let Some(entry) = entry(context, all, (item, rule), past.procedure, scar)
                {
                    due.for_each(|day| insert_sorted(&mut entry.days, day));
                }
            }
        }
    }
}

fn add(
    context: Context<'_, '_>,
    all: &mut Vec<CareItem>,
    place: usize,
    rule: RuleId,
    done: &Done<'_>,
    scar: ScarIndex,
    mut due: impl Iterator<Item = Day>,
) {
    let Some(known) = context.knowledge.items().get(place) else { return };
    let Some(first) = due.next() else { return };
    let Some(entry) = entry(context, all, (place, rule), done.procedure, scar) else { return };
    let days = if done.contingent { &mut entry.contingent_days } else { &mut entry.days };
    // What falls before the plan is due at once.
    let around = |session: Day| known.days.iter().map(move |offset| session.saturating_add(*offset).max(0));
    match known.at {
        // What waits for a review is prepared for when it begins, if it does.
        ItemAt::BeforePlan => insert_sorted(days, if done.contingent { first } else { 0 }),
        ItemAt::FirstSession => around(first).for_each(|day| insert_sorted(days, day)),
        ItemAt::EachSession => {
            let mut more = Days::new();
            for day in std::iter::once(first).chain(due).flat_map(around) {
                insert_sorted(&mut more, day);
            }
            // What shares its visits has the same days.
            if days.is_empty() {
                *days = more;
            } else if *days != more {
                more.into_iter().for_each(|day| insert_sorted(days, day));
            }
        }
    }
}

/// The entry of an item, with what it is for.
fn entry<'a>(
    context: Context<'_, '_>,
    all: &'a mut Vec<CareItem>,
    (place, rule): (usize, RuleId),
    procedure: ProcedureId,
    scar: ScarIndex,
) -> Option<&'a mut CareItem> {
    let known = context.knowledge.items().get(place)?;
    let at = all.iter().position(|it| it.item == place).unwrap_or_else(|| {
        all.push(CareItem {
            item: place,
            rules: only(rule),
            procedures: only(procedure),
            scars: only(scar),
            days: Days::new(),
            contingent_days: Days::new(),
            totals: known.amounts.iter().map(|it| total(context, known, it)).collect(),
        });
        all.len().saturating_sub(1)
    });
    let entry = all.get_mut(at)?;
    insert_sorted(&mut entry.procedures, procedure);
    insert_sorted(&mut entry.scars, scar);
    Some(entry)
}

/// What several rules ask for in the same words, for the same procedures or sittings, is done once.
fn join(context: Context<'_, '_>, all: &mut Vec<CareItem>) {
    let has_like = |it: &CareItem| context.knowledge.items().get(it.item).is_some_and(|it| it.is_like_another);
    if all.iter().filter(|it| has_like(it)).nth(1).is_none() {
        return;
    }
    let mut at = 0;
    while let Some(item) = all.get(at) {
        let twin = all.iter().take(at).position(|it| are_one(context, it, item));
        let Some(twin) = twin else {
            at = at.saturating_add(1);
            continue;
        };
        let CareItem { item: _, rules, procedures, scars, days, contingent_days, totals: _ } = all.remove(at);
        if let Some(first) = all.get_mut(twin) {
            add_rules(&mut first.rules, rules);
            procedures.into_iter().for_each(|it| insert_sorted(&mut first.procedures, it));
            scars.into_iter().for_each(|it| insert_sorted(&mut first.scars, it));
            days.into_iter().for_each(|it| insert_sorted(&mut first.days, it));
            contingent_days.into_iter().for_each(|it| insert_sorted(&mut first.contingent_days, it));
        }
    }
}

/// What is due anyway is not due once more if a review says so: what comes before the plan on whatever day, and the rest
/// on its days.
fn once(context: Context<'_, '_>, item: &mut CareItem) {
    let at = context.knowledge.items().get(item.item).map(|it| it.at);
    let CareItem { days, contingent_days, .. } = item;
    if at == Some(ItemAt::BeforePlan) && !days.is_empty() {
        contingent_days.clear();
    }
    contingent_days.retain(|day| !days.contains(day));
}

/// Is it the same choice, given on the same days around the same sessions?
fn are_one(context: Context<'_, '_>, one: &CareItem, other: &CareItem) -> bool {
    let known = |it: &CareItem| context.knowledge.items().get(it.item);
    let (Some(first), Some(second)) = (known(one), known(other)) else { return false };
    // The same procedures, or others of the same sittings on the same scars.
    let same_days = one.days == other.days && one.contingent_days == other.contingent_days;
    let together = one.procedures == other.procedures || (same_days && one.scars == other.scars);
    first.is_like(second) && together
}

/// The amount for this patient, where it counts by weight and is the same for everybody like this one, and no more than
/// anybody may have.
fn total(context: Context<'_, '_>, item: &CareItemOfRule, amount: &Amount) -> Option<i64> {
    let patient = context.patient();
    let weight = patient.number(Fact::WeightKg).filter(|_| amount.per_kg && item.totals_when.is_true(patient, 0))?;
    let Value::Number(one) = Value::thousandths(1) else { return None };
    let total = weight.checked_mul(amount.value)?.checked_div(one)?;
    Some(amount.at_most.map_or(total, |most| total.min(most)))
}

/// The facts that were not asked: those that must be known for some procedure first, one by one, then the rest.
pub(super) fn not_assessed(context: Context<'_, '_>, procedures: ProcedureSet) -> Vec<NotAssessed> {
    // What is known of one group alone was not asked of the others.
    let known = context.facts.iter().map(Facts::asked).reduce(FactSet::and).unwrap_or(context.patient().asked());
    let mut all: Vec<NotAssessed> = Vec::new();
    let mut told = known;
    for required in context.knowledge.required() {
        if required.procedures.overlaps(procedures) && !known.contains(required.fact) {
            match all.iter_mut().find(|it| it.facts.contains(required.fact)) {
                Some(told) => add_rules(&mut told.reasons, [required.rule]),
                None => all.push(NotAssessed {
                    facts: FactSet::from_iter([required.fact]),
                    required: true,
                    reasons: smallvec![required.rule],
                }),
            }
            told.insert(required.fact);
        }
    }
    let rest = context.knowledge.asked().without(told);
    if !rest.is_empty() {
        let reasons = smallvec![context.knowledge.planning().not_assessed];
        all.push(NotAssessed { facts: rest, required: false, reasons });
    }
    all
}
