//! How every procedure fares on every group of scars, in words.

use super::{at_visit, insert_sorted};
use crate::{
    domain::{Action, Day, Disposition, ProcedureId, ProcedureSet, Rules, ScarIndex, Site, only},
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
    let everything = ProcedureSet::first(all.len());
    let mut kinds = vec![Kind { first: ScarIndex(0), places: (0..all.len()).collect() }];
    for (scar, found) in (1_u16..).map(ScarIndex).zip(others) {
        let site = found.area.site;
        let mut places = vec![0; everything.len()];
        let mut set = |procedure: ProcedureId, at: usize| {
            if let Some(place) = places.get_mut(procedure.index()) {
                *place = at;
            }
        };
        let mut open = everything;
        for kind in &kinds {
            let differing = differing(context, everything, kind.first, scar);
            open.without(differing).procedures().for_each(|procedure| {
                let Some(at) = kind.place(procedure) else { return };
                set(procedure, at);
                join(all.get_mut(at), scar, site);
            });
            open = open.and(differing);
            if open.is_empty() {
                break;
            }
        }
        open.procedures().for_each(|procedure| {
            let fresh = on_group(context, procedure, scar, site);
            let mut known = kinds.iter().filter_map(|kind| kind.place(procedure));
            let at = known.find(|at| all.get(*at).is_some_and(|it| says_the_same(it, &fresh)));
            set(procedure, at.unwrap_or(all.len()));
            match at {
                Some(at) => join(all.get_mut(at), scar, site),
                None => all.push(fresh),
            }
        });
        if !kinds.iter().any(|kind| kind.places == places) {
            kinds.push(Kind { first: scar, places });
        }
    }
    // Within a procedure in the order of the groups.
    all.sort_by_key(|it| it.procedure);
    all
}

/// Groups on which every procedure fares alike.
struct Kind {
    /// The first of them.
    first: ScarIndex,
    /// By procedure: the place of its disposition.
    places: Vec<usize>,
}

impl Kind {
    fn place(&self, procedure: ProcedureId) -> Option<usize> {
        self.places.get(procedure.index()).copied()
    }
}

/// The procedures that may fare otherwise on the one group than on the other: on the rest of them the same rules hold, for
/// good, and no past session is waited for.
fn differing(context: Context<'_, '_>, everything: ProcedureSet, one: ScarIndex, other: ScarIndex) -> ProcedureSet {
    if history::was_treated(context, one) || history::was_treated(context, other) {
        return everything;
    }
    let screening = context.screening;
    let (here, there) = (screening.fired(one), screening.fired(other));
    let passing = here.timed.or(there.timed).and(here.today);
    let rules = here.today.differing(there.today).or(passing).places().filter_map(|place| screening.rules.get(place));
    rules.fold(ProcedureSet::default(), |all, rule| all.with(rule.procedures))
}

/// Adds a group to those that fare so.
fn join(disposition: Option<&mut Disposition>, scar: ScarIndex, site: Site) {
    if let Some(it) = disposition {
        it.scars.push(scar);
        insert_sorted(&mut it.sites, site);
    }
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
    settle(context, &mut all, scar);
    all
}

/// How one procedure fares on a group.
fn on_group(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex, site: Site) -> Disposition {
    let screening = context.screening;
    let mut disposition = unspoken(procedure, scar, site);
    let rules = screening.table.on(procedure).and(screening.fired(scar).today).places();
    rules.filter_map(|place| screening.rules.get(place)).for_each(|rule| hear(&mut disposition, rule));
    settle(context, std::slice::from_mut(&mut disposition), scar);
    disposition
}

/// Adds what is no safety rule, and says until when it has to wait: there is neither for most procedures.
fn settle(context: Context<'_, '_>, dispositions: &mut [Disposition], scar: ScarIndex) {
    let allowed = context.knowledge.planning().allowed;
    // Most patients come for the first time, to a clinic that does alone what it does.
    let rules_only = context.case.history.is_empty() && context.case.wishes.supervised.is_empty();
    for it in dispositions {
        if it.reasons.is_empty() && rules_only {
            it.reasons = only(allowed);
            continue;
        }
        let spacing = history::wait(context, it.procedure, scar);
        let supervised = context.case.wishes.supervised.contains(it.procedure);
        if spacing.is_some() || supervised {
            hear_others(context, it, scar, spacing, supervised);
        }
        if it.reasons.is_empty() {
            it.reasons.push(allowed);
        }
        if it.action == Some(Action::Defer) {
            wait(context, it, scar, spacing);
        }
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
