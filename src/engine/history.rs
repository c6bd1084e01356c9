//! History: how long past sessions keep skin from what comes next.

use crate::{
    domain::{Area, Day, PastSession, ProcedureId, RuleId, ScarIndex},
    engine::{
        parameters,
        select::Context,
        spacing::{between, kind, on},
    },
    knowledge::{GapKind, Procedure, ProcedureKind, Spacing},
};

/// A wait that a past session leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    /// The first day on which the generator would plan it.
    pub until: Day,
    /// The row of the gap table.
    pub rule: RuleId,
    /// What lengthened it.
    pub also: Option<RuleId>,
}

/// The longest wait that past sessions leave for `procedure` on `scar`; `None` when there is none any more.
pub(super) fn wait(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex) -> Option<Wait> {
    let mut longest: Option<Wait> = None;
    for past in &context.case.history {
        let known = context.knowledge.procedures().get(procedure.index())?;
        let settings = parameters::settings(context, procedure, &[scar]);
        let next = kind(known, |parameter| parameters::highest(&settings, parameter))?;
        let focal = known.kind == ProcedureKind::Focal;
        let Some(spacing) = since(context, past, next, focal, &[scar]) else { continue };
        let until = past.day.saturating_add(spacing.plan_min);
        if until > 0 && longest.is_none_or(|it| it.until < until) {
            longest = Some(Wait { until, rule: spacing.rule, also: spacing.also });
        }
    }
    longest
}

/// The wait from a past session to something of the kind `next` on `scars`, when they touch the same skin.
pub(super) fn since(
    context: Context<'_, '_>,
    past: &PastSession,
    next: GapKind,
    focal: bool,
    scars: &[ScarIndex],
) -> Option<Spacing> {
    let procedure = context.knowledge.procedures().get(past.procedure.index())?;
    let done = kind(procedure, |parameter| {
        // The strength of an acid is all that is recorded of a past session.
        procedure.parameter_names.get(parameter).and(past.tca_percent)
    })?;
    let patient = context.facts.first().unwrap_or(&context.case.patient);
    if !touches(context, past, procedure, focal, scars) {
        return None;
    }
    between(context.knowledge, patient, done, next).map(|wait| on(context, wait, scars))
}

/// Was the past session on the same skin?
fn touches(context: Context<'_, '_>, past: &PastSession, done: &Procedure, focal: bool, scars: &[ScarIndex]) -> bool {
    if past.scars.is_empty() && past.sites.is_empty() {
        true
    } else if focal && done.kind == ProcedureKind::Focal && past.sites.is_empty() {
        past.scars.iter().any(|scar| scars.contains(scar))
    } else {
        let named = past.sites.iter().map(|site| Area { site: *site, laterality: None });
        let mut done = areas(context, &past.scars).into_iter().chain(named);
        let now = areas(context, scars);
        done.any(|done| now.iter().any(|area| area.overlaps(done)))
    }
}

/// The skin of `scars`.
pub(super) fn areas(context: Context<'_, '_>, scars: &[ScarIndex]) -> Vec<Area> {
    let found = scars.iter().filter_map(|scar| Some(context.case.findings.scars.get(scar.index())?.area));
    let mut areas: Vec<Area> = found.collect();
    areas.sort_unstable();
    areas.dedup();
    areas
}
