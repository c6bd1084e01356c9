//! How long one procedure waits for another on the same skin, for one patient.

use smallvec::SmallVec;

use crate::{
    domain::{Day, Facts, ProcedureId, ScarIndex, Truth},
    engine::{limits::FEW, select::Context},
    knowledge::{GapKind, Knowledge, PigmentAddition, Procedure, Spacing},
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
        add(&mut spacing, addition);
    }
    Some(spacing)
}

/// Places of the additions that hold on some skin, in order.
pub(super) type Added = SmallVec<[usize; FEW]>;

/// Those of each group.
pub(super) type Additions = SmallVec<[Added; 1]>;

/// What lengthens waits on the skin of each group, by what is known of it: every wait asks.
pub(super) fn additions(knowledge: &Knowledge, facts: &[Facts]) -> Additions {
    let all = || knowledge.gaps().skin_additions.iter().enumerate();
    let on = |facts| all().filter(|(_, it)| it.when.is_true(facts, 0)).map(|(at, _)| at).collect();
    facts.iter().map(on).collect()
}

impl<'a> Context<'a, '_> {
    /// What lengthens waits on the skin of a group.
    pub(super) fn added_on(&self, scar: ScarIndex) -> &'a [usize] {
        self.added.get(scar.index()).map(Added::as_slice).unwrap_or_default()
    }
}

/// The one that lengthens most: groups that are treated together wait for the one that waits longest.
pub(super) fn most<'a>(knowledge: &Knowledge, each: impl Iterator<Item = &'a [usize]>) -> Option<&'a [usize]> {
    let additions = &knowledge.gaps().skin_additions;
    let days = |it: &[usize]| {
        it.iter().filter_map(|at| additions.get(*at)).fold(0, |sum: Day, it| sum.saturating_add(it.days))
    };
    each.map(|it| (days(it), it)).reduce(|most, it| if it.0 > most.0 { it } else { most }).map(|(_, it)| it)
}

/// The wait, longer by what was added on the skin.
pub(super) fn lengthened(knowledge: &Knowledge, mut spacing: Spacing, added: &[usize]) -> Spacing {
    for addition in added.iter().filter_map(|at| knowledge.gaps().skin_additions.get(*at)) {
        add(&mut spacing, addition);
    }
    spacing
}

/// Can two groups be treated in one course without the one waiting for what only the other's skin needs?
pub(super) fn lengthens_alike(context: Context<'_, '_>, one: ScarIndex, other: ScarIndex) -> bool {
    let added = |scar: ScarIndex| context.added_on(scar);
    let whole = |scar: ScarIndex| context.case.findings.scars.get(scar.index()).map(|it| it.area.site.whole());
    // Skin that hangs together has one course: two of them would treat it twice.
    added(one) == added(other) || whole(one) == whole(other)
}

/// The wait on the skin of `scars`: some skin needs longer.
pub(super) fn on(context: Context<'_, '_>, spacing: Spacing, scars: &[ScarIndex]) -> Spacing {
    let added = scars.iter().map(|scar| context.added_on(*scar));
    let most = most(context.knowledge, added.filter(|it| !it.is_empty()));
    lengthened(context.knowledge, spacing, most.unwrap_or_default())
}

/// Lengthens what is planned, and never the floor.
fn add(spacing: &mut Spacing, addition: &PigmentAddition) {
    spacing.plan_min += addition.days;
    spacing.typical_from += addition.days;
    spacing.typical_to += addition.days;
    spacing.latest = spacing.latest.map(|latest| latest.max(spacing.typical_to));
    spacing.also.add(addition.rule);
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
    let own = (first.own, next.own);
    for first in first.each() {
        for next in next.each() {
            if own == (Some(first), Some(next)) {
                continue;
            }
            let Some(other) = between(context.knowledge, patient, first, next) else { continue };
            let other = on(context, other, scars);
            wait.floor = wait.floor.max(other.floor);
            if other.plan_min > wait.plan_min {
                wait.plan_min = other.plan_min;
                longer = Some(other);
            }
        }
    }
    // What is usual, and what keeps the rhythm, is never less than what is planned at least.
    wait.typical_from = wait.typical_from.max(wait.plan_min);
    wait.typical_to = wait.typical_to.max(wait.typical_from);
    wait.latest = wait.latest.map(|latest| latest.max(wait.typical_to));
    longer.iter().flat_map(Spacing::rules).for_each(|rule| wait.also.add(rule));
    Some(wait)
}
