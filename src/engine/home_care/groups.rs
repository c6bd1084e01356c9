//! What a group of scars may use at home: which groups fare alike, and for how long something was used on them already.

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{Day, Fact, ProcedureId, ScarIndex, Scars, Stage, Value},
    engine::{limits::FEW, screen::Standing, select::Context},
    knowledge::{HomeCareStep, StepOption},
};

/// Groups that fare alike with every option of a step, in their order: a rule about the skin of one site takes nothing
/// away from another.
pub(super) fn alike(context: Context<'_, '_>, step: &HomeCareStep, groups: &[ScarIndex]) -> SmallVec<[Scars; 1]> {
    if let [scar] = groups {
        return smallvec![smallvec![*scar]];
    }
    let mut all: SmallVec<[Scars; 1]> = SmallVec::new();
    let mut fares: SmallVec<[SmallVec<[Option<Day>; FEW]>; FEW]> = SmallVec::new();
    for &scar in groups {
        let days = step.options.iter().map(|option| ready(context, option, scar)).collect();
        match all.iter_mut().zip(&fares).find(|(_, it)| **it == days) {
            Some((known, _)) => known.push(scar),
            None => {
                all.push(smallvec![scar]);
                fares.push(days);
            }
        }
    }
    all
}

/// The groups by the day from `start` on on which what a step comes after has come to its end.
pub(super) fn free(
    stages: &[Stage],
    step: &HomeCareStep,
    groups: &[ScarIndex],
    start: Day,
) -> SmallVec<[(Day, Scars); 1]> {
    let free = |scar: ScarIndex| {
        let before = stages.iter().filter(|it| step.after.contains(it.procedure) && it.contingent_on.is_none());
        let in_use = before.filter(|it| it.start <= start && it.scars.contains(&scar));
        in_use.filter_map(|it| it.end).map(|end| end.saturating_add(1)).fold(start, Day::max)
    };
    let mut all: SmallVec<[(Day, Scars); 1]> = SmallVec::new();
    for &scar in groups {
        let day = free(scar);
        match all.iter_mut().find(|it| it.0 == day) {
            Some((_, known)) => known.push(scar),
            None => all.push((day, smallvec![scar])),
        }
    }
    all
}

/// The groups by the skin that hangs together, in their order.
pub(in crate::engine) fn skins(context: Context<'_, '_>, groups: &[ScarIndex]) -> SmallVec<[Scars; 1]> {
    let whole = |scar: ScarIndex| context.case.findings.scars.get(scar.index()).map(|it| it.area.site.whole());
    let mut all: SmallVec<[Scars; 1]> = SmallVec::new();
    for &scar in groups {
        match all.iter_mut().find(|it| it.first().is_some_and(|it| whole(*it) == whole(scar))) {
            Some(known) => known.push(scar),
            None => all.push(smallvec![scar]),
        }
    }
    all
}

/// The first day on which an option may be used on a group; `None` where it may not.
pub(super) fn ready(context: Context<'_, '_>, option: &StepOption, scar: ScarIndex) -> Option<Day> {
    let suits = context.facts.get(scar.index()).is_some_and(|facts| option.when.is_true(facts, 0));
    match context.screening.standing(context.knowledge, option.procedure, scar) {
        Standing::Open { not_before, .. } => suits.then_some(not_before),
        Standing::Waiting | Standing::Closed => None,
    }
}

/// Days for which something has already been used on some of the groups before day `from`: on record, and earlier in the
/// plan. What is in use and has no days in the plan goes on until then, for all that anybody knows.
pub(super) fn used_before(
    context: Context<'_, '_>,
    procedure: ProcedureId,
    groups: &[ScarIndex],
    stages: &[Stage],
    from: Day,
) -> Day {
    let on_them = |it: &&Stage| it.procedure == procedure && it.scars.iter().any(|scar| groups.contains(scar));
    let earlier = || stages.iter().filter(on_them);
    let until = if earlier().next().is_some() { 0 } else { from };
    let days = earlier().filter_map(|it| Some(it.end?.saturating_sub(it.start).saturating_add(1)));
    days.fold(used_before_plan(context, procedure, until), Day::saturating_add)
}

/// Days of use on record, whatever told of them: since when it is in use, for what is in use until day `until`, and since
/// when the skin is primed, for what is used first for that.
pub(in crate::engine) fn used_before_plan(context: Context<'_, '_>, procedure: ProcedureId, until: Day) -> Day {
    let (in_use, primed) = in_use_since(context, procedure);
    let days = [in_use.map(|day| until.max(0).saturating_sub(day)), primed.map(Day::saturating_neg)];
    days.into_iter().flatten().fold(0, Day::max)
}

/// Is it on record that it is in use?
pub(super) fn is_in_use(context: Context<'_, '_>, procedure: ProcedureId) -> bool {
    in_use_since(context, procedure) != (None, None)
}

/// Since when it is in use on record, and since when the skin is primed, for what is used first for that.
fn in_use_since(context: Context<'_, '_>, procedure: ProcedureId) -> (Option<Day>, Option<Day>) {
    let since = |fact: Fact| match context.patient().get(fact) {
        Some(Value::Since(day)) => Some(day),
        Some(_) | None => None,
    };
    let course = context.knowledge.procedures().get(procedure.index()).and_then(|it| it.course);
    let in_use = course.and_then(|it| it.in_use_since).and_then(since);
    let mut steps = context.knowledge.home_care().iter().filter(|it| it.when_priming);
    let primes = steps.any(|it| it.options.first().is_some_and(|it| it.procedure == procedure));
    (in_use, since(Fact::DaysSincePriming).filter(|_| primes))
}
