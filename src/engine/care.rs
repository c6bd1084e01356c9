//! Care: what safety adds to the plan, and what no rule could read because nobody asked.

use smallvec::smallvec;

use crate::{
    domain::{
        CareItem, Day, Days, Fact, FactSet, Facts, NotAssessed, ProcedureId, ProcedureSet, Procedures, RuleId,
        ScarIndex, Scars, Value,
    },
    engine::{
        home_care,
        schedule::Schedule,
        screen::insert_sorted,
        select::{Context, add_rules},
        sitting,
    },
    knowledge::{Amount, ItemAt, Topic},
};

/// A procedure of the plan with the days on which it is done.
struct Done<'a> {
    procedure: ProcedureId,
    scars: &'a [ScarIndex],
    days: Days,
    contingent: bool,
}

/// What safety adds, in the order of the first day.
pub(super) fn items(
    context: Context<'_, '_>,
    schedule: &Schedule<'_>,
    joining: &[sitting::Joining],
    at_home: &[home_care::Course],
) -> Vec<CareItem> {
    let mut all: Vec<CareItem> = Vec::with_capacity(context.knowledge.items().len());
    let stages = schedule.stages.iter().map(|it| Done {
        procedure: it.draft.procedure,
        scars: &it.draft.scars,
        days: it.test_area.into_iter().chain(it.days.iter().copied()).collect(),
        contingent: it.draft.contingent.is_some(),
    });
    let joined = joining.iter().map(|it| Done {
        procedure: it.procedure,
        scars: &it.scars,
        days: it.days().collect(),
        contingent: it.planned() == 0,
    });
    let home = at_home.iter().map(|it| Done {
        procedure: it.procedure,
        scars: &it.scars,
        days: smallvec![it.start],
        contingent: it.contingent,
    });
    for done in stages.chain(joined).chain(home) {
        for &scar in done.scars {
            for firing in context.screening.about(Topic::Item, done.procedure, scar) {
                for &item in &firing.rule.items {
                    let due = done.days.iter().copied().filter(|day| firing.touches(*day, *day));
                    add(context, &mut all, item, firing.rule.rule, &done, scar, due);
                }
            }
        }
    }
    let first = |it: &CareItem| it.days.first().or(it.contingent_days.first()).copied();
    all.sort_by_key(|it| (it.days.is_empty(), first(it), it.item));
    all
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
    let at = all.iter().position(|it| it.item == place).unwrap_or_else(|| {
        all.push(CareItem {
            item: place,
            rule,
            procedures: Procedures::new(),
            scars: Scars::new(),
            days: Days::new(),
            contingent_days: Days::new(),
            totals: known.amounts.iter().map(|it| total(context, it)).collect(),
        });
        all.len().saturating_sub(1)
    });
    let Some(entry) = all.get_mut(at) else { return };
    insert_sorted(&mut entry.procedures, done.procedure);
    insert_sorted(&mut entry.scars, scar);
    let days = if done.contingent { &mut entry.contingent_days } else { &mut entry.days };
    let mut on = |session: Day| {
        for offset in &known.days {
            // What falls before the plan is due at once.
            insert_sorted(days, session.saturating_add(*offset).max(0));
        }
    };
    match known.at {
        ItemAt::BeforePlan => insert_sorted(days, 0),
        ItemAt::FirstSession => on(first),
        ItemAt::EachSession => std::iter::once(first).chain(due).for_each(on),
    }
}

/// The amount for this patient, where it counts by weight, and no more than anybody may have.
fn total(context: Context<'_, '_>, amount: &Amount) -> Option<i64> {
    let weight = context.patient().number(Fact::WeightKg).filter(|_| amount.per_kg)?;
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
