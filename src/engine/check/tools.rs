//! Whether scars get a tool that they need, and more than what does little for them alone.

use std::collections::BTreeMap;

use smallvec::smallvec;

use crate::{
    domain::{
        Day, Fact, Facts, FindingKind, Mend, Phase, ProcedureId, ProcedureSet, Rules, ScarIndex, SessionKind, Truth,
    },
    engine::{
        calendar::{Calendar, Turn},
        history,
        screen::Standing,
        select::{Context, Offered, add_rules, sittings},
        spacing::{aim, between, kind, on},
    },
    knowledge::{Considered, GapKind, Pathway, Spacing, Step, Strength},
};

use super::{About, Found, Spots, course::phase, items::Item};

/// What groups lack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Lack {
    kind: FindingKind,
    /// The procedure at fault, if it is one.
    procedure: Option<ProcedureId>,
    /// What the planner would take.
    tool: ProcedureId,
    rules: Rules,
}

/// What is found on one group.
enum Told {
    Lack(Lack),
    /// Nothing better can be done now, and that is said.
    Said(Rules),
}

pub(super) fn check<'k>(found: &mut Found<'_, 'k>, groups: &[(ScarIndex, &'k Pathway)]) {
    let mut lacks: BTreeMap<Lack, Spots> = BTreeMap::new();
    for &(scar, pathway) in groups {
        let context = found.context;
        let on_it = |it: &&Item<'_, 'k>| it.is_treatment() && it.given.scars.binary_search(&scar).is_ok();
        let planned: ProcedureSet = found.items.iter().filter(on_it).map(|it| it.id).collect();
        let known = context.knowledge.procedure_ids().map(|(id, _)| id).filter(|id| planned.contains(*id));
        // What is there for something else, for example for colour, is not held against the scars.
        let meant: ProcedureSet = known.filter(|id| suits(context, *id, scar, Strength::Weak)).collect();
        // What is as good as it gets is left as it is.
        if meant.is_empty() || context.past.goal_reached(scar) {
            continue;
        }
        let items: Vec<&Item<'_, 'k>> = found.items.iter().filter(on_it).filter(|it| meant.contains(it.id)).collect();
        let told = [structure(found, scar, pathway), alone(found, scar, pathway, &items)];
        for told in told.into_iter().flatten() {
            match told {
                Told::Lack(lack) => {
                    let spots = lacks.entry(lack).or_default();
                    items.iter().for_each(|it| spots.add(it.place(), [scar]));
                }
                Told::Said(rules) => found.warnings.extend(rules),
            }
        }
    }
    for (lack, spots) in lacks {
        let mends = mends(found, &lack, &spots);
        let about = About { mends, ..spots.about(found, lack.procedure) };
        found.add(lack.kind, lack.rules, about);
    }
}

/// Severe scars need work on the single scar where their pathway has it.
fn structure<'k>(found: &Found<'_, 'k>, scar: ScarIndex, pathway: &'k Pathway) -> Option<Told> {
    let context = found.context;
    let planning = context.knowledge.planning();
    let (needed, facts) = (&planning.structural, context.facts.get(scar.index())?);
    if needed.when.holds(facts, 0) != Truth::Yes {
        return None;
    }
    if is_treated(found, scar, |id| works_on_the_single_scar(context, id, scar)) {
        return None;
    }
    let steps = || pathway.steps.iter().filter(|step| step.phase == Phase::Structural && is_due(step, facts));
    let first = steps().next()?;
    if let Some((step, option)) = steps().find_map(|step| match context.offered(step, scar) {
        Offered::Option(option) => Some((step, option)),
        Offered::Waits | Offered::Nothing => None,
    }) {
        let rules = smallvec![needed.rule, step.rule, option.rule];
        let kind = FindingKind::StructureMissing;
        return Some(Told::Lack(Lack { kind, procedure: None, tool: option.procedure, rules }));
    }
    // The planner could not plan it either, and says the same.
    let waits = steps().any(|step| matches!(context.offered(step, scar), Offered::Waits));
    let why = if waits { planning.held } else { planning.step_left_out };
    Some(Told::Said(smallvec![needed.rule, first.rule, why]))
}

/// Scars that get nothing but what does little for them.
fn alone<'k>(found: &Found<'_, 'k>, scar: ScarIndex, pathway: &'k Pathway, items: &[&Item<'_, 'k>]) -> Option<Told> {
    let context = found.context;
    let facts = context.facts.get(scar.index())?;
    let is_about = |row: &&Considered| {
        let mut types = row.scar_types.iter();
        row.scar_types.is_empty() || types.any(|it| facts.has_word_at(Fact::ScarType, *it as usize))
    };
    let is_in = |row: &&Considered| items.iter().any(|it| row.alone.contains(it.id));
    let rows: Vec<&Considered> = context.knowledge.considered().iter().filter(is_about).filter(is_in).collect();
    let weak = rows.iter().map(|it| it.alone).reduce(|all, more| all.with(more))?;
    let enough = |id: ProcedureId| !weak.contains(id) && suits(context, id, scar, Strength::Moderate);
    if is_treated(found, scar, enough) {
        return None;
    }
    let mut rules: Rules = rows.iter().map(|it| it.rule).collect();
    let better =
        pathway.steps.iter().filter(|step| is_due(step, facts)).find_map(|step| match context.offered(step, scar) {
            Offered::Option(option) if !weak.contains(option.procedure) => Some((step.rule, option.procedure)),
            Offered::Option(_) | Offered::Waits | Offered::Nothing => None,
        });
    let Some((step, tool)) = better else { return Some(Told::Said(rules)) };
    let weak_items = || items.iter().map(|it| it.id).filter(|id| weak.contains(*id));
    add_rules(&mut rules, weak_items().flat_map(|id| context.strengths(id, scar)).map(|it| it.rule));
    add_rules(&mut rules, [step]);
    Some(Told::Lack(Lack { kind: FindingKind::TooWeakAlone, procedure: weak_items().next(), tool, rules }))
}

/// Is the step taken now, and not after a review?
fn is_due(step: &Step, facts: &Facts) -> bool {
    let waits = step.contingent.as_ref().is_some_and(|it| it.when.holds(facts, 0) != Truth::No);
    !waits && step.when.is_true(facts, 0)
}

/// Is something that `is` it planned for the skin of the group, or was it done there?
fn is_treated(found: &Found<'_, '_>, scar: ScarIndex, is: impl Fn(ProcedureId) -> bool) -> bool {
    let context = found.context;
    let mut planned = found.items.iter().filter(|it| it.is_treatment() && it.covers(found.skin, scar));
    let mut done = context.case.history.iter().enumerate().filter(|(place, past)| {
        let counts = past.kind == SessionKind::Treatment && past.counts != Some(false);
        counts && context.past.skin(*place).contains(&scar)
    });
    let mut asked = ProcedureSet::default();
    let mut is_new = |id: ProcedureId| {
        let is_new = !asked.contains(id);
        asked.insert(id);
        is_new
    };
    planned.any(|it| is_new(it.id) && is(it.id)) || done.any(|(_, past)| is_new(past.procedure) && is(past.procedure))
}

/// Is it at least so strong on the group, or taken by the pathway?
fn suits(context: Context<'_, '_>, id: ProcedureId, scar: ScarIndex, least: Strength) -> bool {
    context.strengths(id, scar).any(|row| row.strength >= least) || phase(context, id, scar).is_some()
}

/// Is it a tool for the single scar: one of the pathway, or of another one and not to be avoided here?
fn works_on_the_single_scar(context: Context<'_, '_>, id: ProcedureId, scar: ScarIndex) -> bool {
    if let Some((phase, _)) = phase(context, id, scar) {
        return phase == Phase::Structural;
    }
    let mut steps = context.knowledge.pathways().iter().flat_map(|it| &it.steps);
    let is_one = steps.any(|it| it.phase == Phase::Structural && it.options.iter().any(|it| it.procedure == id));
    is_one && context.strengths(id, scar).map(|row| row.strength).max() != Some(Strength::Avoid)
}

/// A shortest course of the tool: before what is planned when it is the basis of that, and after it otherwise.
fn mends(found: &Found<'_, '_>, lack: &Lack, spots: &Spots) -> Vec<Mend> {
    let (context, scars) = (found.context, &spots.scars);
    let Some(known) = context.knowledge.procedures().get(lack.tool.index()) else { return Vec::new() };
    let Some(sessions) = known.sessions else { return Vec::new() };
    let gap = kind(known, |_| None);
    let wait = |first: Option<GapKind>, next: Option<GapKind>| -> Option<Spacing> {
        between(context.knowledge, context.patient(), first?, next?).map(|it| on(context, it, scars))
    };
    let counts = scars.iter().filter_map(|scar| context.facts.get(scar.index())?.number(Fact::ScarCount));
    let count = counts.map(|scars| sittings(&sessions, scars)).fold(sessions.count.min, i32::max);
    let every = wait(gap, gap).map_or(0, |it| aim(&it));
    let open = scars.iter().map(|scar| open(context, lack.tool, *scar)).max().unwrap_or_default();
    let items = || found.items.iter().filter(|it| spots.places.binary_search(&it.place()).is_ok());
    let comes_first = lack.kind == FindingKind::StructureMissing;
    let after = items().map(|it| it.day.saturating_add(wait(it.gap, gap).map_or(0, |it| it.plan_min))).max();
    let due = if comes_first { open } else { after.unwrap_or_default().max(open) };
    let day = Calendar::of(context, lack.tool).open_from(Turn::First, due);
    let mut mends = vec![Mend::AddSessions { procedure: lack.tool, scars: scars.clone(), count, day, every }];
    if comes_first {
        let last = day.saturating_add(every.saturating_mul(count.saturating_sub(1)));
        let rest = items().filter_map(|it| wait(gap, it.gap)).map(|it| it.plan_min).max().unwrap_or_default();
        let begins = items().map(|it| it.day).min().unwrap_or_default();
        // What is planned keeps its rhythm.
        let shift = last.saturating_add(rest).saturating_sub(begins);
        let mut visits: Vec<(usize, Day)> = items().map(|it| (it.session, it.day)).collect();
        visits.dedup();
        let later = visits.into_iter().filter(|_| shift > 0);
        mends.extend(later.map(|(session, day)| Mend::Postpone { session, day: day.saturating_add(shift) }));
    }
    mends
}

/// The first day on which the planner could do it on the group.
fn open(context: Context<'_, '_>, id: ProcedureId, scar: ScarIndex) -> Day {
    let screened = match context.screening.standing(context.knowledge, id, scar) {
        Standing::Open { not_before, .. } => not_before,
        Standing::Waiting | Standing::Closed => 0,
    };
    screened.max(history::wait(context, id, scar).map_or(0, |it| it.until))
}
