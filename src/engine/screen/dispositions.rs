//! How every procedure fares on every group of scars, in words.

use smallvec::smallvec;

use super::{at_visit, insert_sorted};
use crate::{
    domain::{Action, Day, Disposition, Places, ProcedureId, Rules, ScarIndex, Site, only},
    engine::{history, select::Context},
    knowledge::{SafetyRule, Topic},
};

/// How every procedure fares on every group, groups that fare alike taken together.
pub(in crate::engine) fn dispositions(context: Context<'_, '_>) -> Vec<Disposition> {
    let [first, others @ ..] = context.case.findings.scars.as_slice() else { return Vec::new() };
    let mut all = on_first(context, first.area.site);
    if others.is_empty() {
        return all;
    }
    // By procedure: its places in the list.
    let mut known: Vec<(ProcedureId, Places)> =
        (0_usize..).zip(&all).map(|(at, it)| (it.procedure, smallvec![at])).collect();
    for (scar, found) in (1_u16..).map(ScarIndex).zip(others) {
        for (procedure, known) in &mut known {
            let site = found.area.site;
            let heard =
                |it: &Disposition| it.scars.first().is_some_and(|other| alike(context, *procedure, *other, scar));
            let mut fresh = None;
            let mut at = known.iter().copied().find(|at| all.get(*at).is_some_and(heard));
            if at.is_none() {
                let it = fresh.insert(on_group(context, *procedure, scar, site));
                at = known.iter().copied().find(|at| all.get(*at).is_some_and(|known| says_the_same(known, it)));
            }
            match at.and_then(|at| all.get_mut(at)) {
                Some(known) => {
                    known.scars.push(scar);
                    insert_sorted(&mut known.sites, site);
                }
                None => {
                    known.push(all.len());
                    all.extend(fresh);
                }
            }
        }
    }
    // Within a procedure in the order of the groups.
    all.sort_by_key(|it| it.procedure);
    all
}

/// Is it plain that `procedure` fares alike on both groups, since the same rules hold on both on all days?
fn alike(context: Context<'_, '_>, procedure: ProcedureId, one: ScarIndex, other: ScarIndex) -> bool {
    let screening = context.screening;
    let (here, there) = (screening.fired(one), screening.fired(other));
    let differing = here.today.differing(there.today).or(here.timed).or(there.timed);
    screening.table.on(procedure).and(differing).is_empty()
        && history::wait(context, procedure, one).is_none()
        && history::wait(context, procedure, other).is_none()
}

fn says_the_same(one: &Disposition, other: &Disposition) -> bool {
    one.action == other.action
        && one.until_day == other.until_day
        && one.until_event == other.until_event
        && one.reasons == other.reasons
}

/// Of which nothing was said yet.
fn unspoken(procedure: ProcedureId, scar: ScarIndex, site: Site) -> Disposition {
    Disposition {
        procedure,
        scars: only(scar),
        sites: only(site),
        action: None,
        until_day: None,
        until_event: None,
        reasons: Rules::new(),
    }
}

/// Adds what a rule says; the strictest come first.
fn hear(disposition: &mut Disposition, rule: &SafetyRule) {
    disposition.action.get_or_insert(rule.action);
    disposition.reasons.push(rule.rule);
}

/// How every procedure fares on the first group.
fn on_first(context: Context<'_, '_>, site: Site) -> Vec<Disposition> {
    let (screening, scar) = (context.screening, ScarIndex(0));
    let mut all: Vec<Disposition> =
        context.knowledge.procedure_ids().map(|(procedure, _)| unspoken(procedure, scar, site)).collect();
    // By rule: most are about few procedures, and most procedures hear few.
    screening.fired(scar).today.places().filter_map(|place| screening.rules.get(place)).for_each(|rule| {
        rule.procedures.procedures().for_each(|procedure| {
            if let Some(spoken) = all.get_mut(procedure.index()) {
                hear(spoken, rule);
            }
        });
    });
    all.iter_mut().for_each(|it| settle(context, it, scar));
    all
}

/// How one procedure fares on a group.
fn on_group(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex, site: Site) -> Disposition {
    let screening = context.screening;
    let mut disposition = unspoken(procedure, scar, site);
    let rules = screening.table.on(procedure).and(screening.fired(scar).today).places();
    rules.filter_map(|place| screening.rules.get(place)).for_each(|rule| hear(&mut disposition, rule));
    settle(context, &mut disposition, scar);
    disposition
}

/// Adds what is no safety rule, and says until when it has to wait.
#[inline]
fn settle(context: Context<'_, '_>, disposition: &mut Disposition, scar: ScarIndex) {
    let procedure = disposition.procedure;
    let spacing = history::wait(context, procedure, scar);
    let supervised = context.case.wishes.supervised.contains(procedure);
    if spacing.is_some() || supervised {
        hear_others(context, disposition, scar, spacing, supervised);
    }
    if disposition.reasons.is_empty() {
        disposition.reasons.push(context.knowledge.planning().allowed);
    }
    if disposition.action == Some(Action::Defer) {
        wait(context, disposition, scar, spacing);
    }
}

/// Adds the wait that past sessions leave, and that somebody has to be there.
fn hear_others(
    context: Context<'_, '_>,
    disposition: &mut Disposition,
    scar: ScarIndex,
    spacing: Option<history::Wait>,
    supervised: bool,
) {
    let screening = context.screening;
    let Disposition { procedure, action, reasons, .. } = disposition;
    let today = screening.table.on(*procedure).and(screening.fired(scar).today);
    let at_least = |action| {
        let rules = today.places().filter_map(|place| screening.rules.get(place));
        rules.filter(|it| it.action >= action).count()
    };
    // Behind what is stricter, and what only warns behind it.
    if supervised {
        reasons.insert(at_least(Action::Clearance), context.knowledge.planning().supervised);
        *action = (*action).max(Some(Action::Clearance));
    }
    if let Some(spacing) = spacing {
        reasons.insert_many(at_least(Action::Defer), std::iter::once(spacing.rule).chain(spacing.also.rules()));
        *action = (*action).max(Some(Action::Defer));
    }
}

/// Says until when it has to wait.
fn wait(context: Context<'_, '_>, disposition: &mut Disposition, scar: ScarIndex, spacing: Option<history::Wait>) {
    let (knowledge, screening) = (context.knowledge, context.screening);
    let fired = screening.fired(scar);
    let keeping = screening.table.on(disposition.procedure).and(screening.table.about(Topic::Keeps)).and(fired.today);
    let deferring = || keeping.places().filter_map(|place| screening.firing(fired, place));
    let ends = deferring().map(|it| it.until).filter(|until| *until != Day::MAX);
    disposition.until_day = ends.chain(spacing.map(|it| it.until)).max();
    // What must come to an end is named before what can be settled at the visit.
    let events = deferring().filter_map(|it| it.rule.until);
    disposition.until_event = events.min_by_key(|event| (at_visit(knowledge, *event), *event));
}
