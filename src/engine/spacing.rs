//! How long one procedure waits for another on the same skin, for one patient.

use crate::{
    domain::{Day, Facts, ProcedureId, ScarIndex, Truth},
    engine::select::Context,
    knowledge::{GapKind, Knowledge, Procedure, Spacing},
};

/// Rows and columns of the gap table of a sitting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinds {
    /// Of its procedure.
    pub own: Option<GapKind>,
    /// Of what joins it.
    pub joined: Option<GapKind>,
}

impl Kinds {
    /// Those of `procedure`, of which a parameter goes up to what `high` says, and of what joins it.
    pub(super) fn new(
        knowledge: &Knowledge,
        procedure: ProcedureId,
        joined: Option<ProcedureId>,
        high: impl Fn(usize) -> Option<i64>,
    ) -> Self {
        let known = |id: ProcedureId| knowledge.procedures().get(id.index());
        let own = known(procedure).and_then(|it| kind(it, high));
        Self { own, joined: joined.and_then(|id| Some(known(id)?.gaps?.kind)) }
    }

    fn each(self) -> impl Iterator<Item = GapKind> {
        self.own.into_iter().chain(self.joined)
    }
}

/// The wait from `first` to `next`, with the patient's variant and addition.
pub(super) fn between(knowledge: &Knowledge, patient: &Facts, first: GapKind, next: GapKind) -> Option<Spacing> {
    let gaps = knowledge.gaps();
    let gap = gaps.between(first, next)?;
    let variant = gap.variants.iter().find(|it| it.when.holds(patient, 0) != Truth::No);
    let mut spacing = variant.map_or(gap.base, |it| it.spacing);
    let addition = &gaps.pigment_addition;
    if gap.pigment_addition && addition.when.holds(patient, 0) != Truth::No {
        spacing.plan_min += addition.days;
        spacing.typical_from += addition.days;
        spacing.typical_to += addition.days;
        spacing.latest = spacing.latest.map(|latest| latest.max(spacing.typical_to));
        spacing.also.add(addition.rule);
    }
    Some(spacing)
}

/// The wait on the skin of `scars`: some sites need longer.
pub(super) fn on(context: Context<'_, '_>, mut spacing: Spacing, scars: &[ScarIndex]) -> Spacing {
    let Some(addition) = &context.knowledge.gaps().site_addition else { return spacing };
    let mut facts = scars.iter().filter_map(|scar| context.facts.get(scar.index()));
    if facts.any(|facts| addition.when.holds(facts, 0) == Truth::Yes) {
        spacing.plan_min += addition.days;
        spacing.typical_from += addition.days;
        spacing.typical_to += addition.days;
        spacing.latest = spacing.latest.map(|latest| latest.max(spacing.typical_to));
        spacing.also.add(addition.rule);
    }
    spacing
}

/// Does skin of both groups need as long?
pub(super) fn lengthens_alike(context: Context<'_, '_>, one: ScarIndex, other: ScarIndex) -> bool {
    let Some(addition) = &context.knowledge.gaps().site_addition else { return true };
    let holds = |scar: ScarIndex| context.facts.get(scar.index()).map(|facts| addition.when.holds(facts, 0));
    (holds(one) == Some(Truth::Yes)) == (holds(other) == Some(Truth::Yes))
}

/// The kind that holds for `procedure` while a parameter goes up to what `high` says, by its place.
pub(super) fn kind(procedure: &Procedure, high: impl Fn(usize) -> Option<i64>) -> Option<GapKind> {
    let gaps = procedure.gaps?;
    let weaker = gaps.weaker.filter(|weaker| high(weaker.parameter).is_some_and(|high| high < weaker.below));
    Some(weaker.map_or(gaps.kind, |weaker| weaker.kind))
}

/// The wait that the generator aims at: the usual one, never below the least.
pub(super) fn aim(spacing: &Spacing) -> Day {
    spacing.typical_from.max(spacing.plan_min)
}

/// The wait from one sitting to another: that of its procedure, lengthened by what joins the sittings.
pub(super) fn combined(
    context: Context<'_, '_>,
    patient: &Facts,
    first: Kinds,
    next: Kinds,
    scars: &[ScarIndex],
) -> Option<Spacing> {
    let mut wait = on(context, between(context.knowledge, patient, first.own?, next.own?)?, scars);
    if first.joined.is_none() && next.joined.is_none() {
        return Some(wait);
    }
    let mut longer: Option<Spacing> = None;
    for first in first.each() {
        for next in next.each() {
            let Some(other) = between(context.knowledge, patient, first, next) else { continue };
            let other = on(context, other, scars);
            wait.floor = wait.floor.max(other.floor);
            if other.plan_min > wait.plan_min {
                wait.plan_min = other.plan_min;
                longer = Some(other);
            }
        }
    }
    longer.iter().flat_map(Spacing::rules).for_each(|rule| wait.also.add(rule));
    Some(wait)
}
