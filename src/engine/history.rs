//! History: which past sessions count towards a course, and how long they keep skin from what comes next.

use crate::{
    domain::{Area, Day, PastSession, Places, ProcedureId, Response, RuleId, ScarIndex, SessionKind},
    engine::{
        facts::has_failed,
        parameters,
        screen::insert_sorted,
        select::Context,
        spacing::{between, kind, on},
    },
    knowledge::{Failure, GapKind, Plateau, Procedure, ProcedureKind, Spacing},
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
    let done = kind_done(past, procedure)?;
    let patient = context.facts.first().unwrap_or(&context.case.patient);
    if !touches(context, past, procedure, focal, scars) {
        return None;
    }
    between(context.knowledge, patient, done, next).map(|wait| on(context, wait, scars))
}

/// The wait from a past session to a later one on `scars`.
pub(super) fn between_past(
    context: Context<'_, '_>,
    before: &PastSession,
    past: &PastSession,
    scars: &[ScarIndex],
) -> Option<Spacing> {
    let procedure = context.knowledge.procedures().get(past.procedure.index())?;
    since(context, before, kind_done(past, procedure)?, procedure.kind == ProcedureKind::Focal, scars)
}

/// Was the past session on `scar`?
pub(super) fn was_on(context: Context<'_, '_>, past: &PastSession, scar: ScarIndex) -> bool {
    let procedure = context.knowledge.procedures().get(past.procedure.index());
    procedure.is_some_and(|it| touches(context, past, it, it.kind == ProcedureKind::Focal, &[scar]))
}

/// The row of the gap table of what was done: the strength of an acid is all that is recorded of a past session.
fn kind_done(past: &PastSession, procedure: &Procedure) -> Option<GapKind> {
    kind(procedure, |parameter| procedure.parameter_names.get(parameter).and(past.tca_percent))
}

/// Was the past session on the same skin?
fn touches(context: Context<'_, '_>, past: &PastSession, done: &Procedure, focal: bool, scars: &[ScarIndex]) -> bool {
    if past.scars.is_empty() && past.sites.is_empty() {
        true
    } else if focal && done.kind == ProcedureKind::Focal && past.sites.is_empty() {
        past.scars.iter().any(|scar| scars.contains(scar))
    } else {
        let named = past.sites.iter().map(|site| Area { site: *site, laterality: None });
        // Not gathered first: most sessions meet at once, and a request can name many groups.
        let found = past.scars.iter().filter_map(|scar| Some(context.case.findings.scars.get(scar.index())?.area));
        let mut done = found.chain(named);
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

/// What has been done of a course of one procedure on one group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Done {
    /// The sessions that count, by their places in the history, in the order of the days.
    pub sessions: Places,
    /// The day of the last test area of the same course.
    pub tested: Option<Day>,
}

impl Done {
    /// Together with what was done on another group.
    pub(super) fn add(&mut self, other: Self) {
        other.sessions.into_iter().for_each(|it| insert_sorted(&mut self.sessions, it));
        self.tested = self.tested.max(other.tested);
    }

    /// Has the course begun?
    pub(super) fn begun(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// How many sessions count.
    pub(super) fn count(&self) -> i32 {
        i32::try_from(self.sessions.len()).unwrap_or(i32::MAX)
    }

    /// The day of the last one.
    pub(super) fn last(&self, context: Context<'_, '_>) -> Option<Day> {
        Some(context.case.history.get(*self.sessions.last()?)?.day)
    }

    /// How far the scars were better when they were last judged in this course.
    fn judged<'a>(&'a self, context: Context<'a, '_>) -> impl DoubleEndedIterator<Item = Response> + 'a {
        self.sessions.iter().filter_map(move |it| context.case.history.get(*it)?.response)
    }

    /// Are the scars as good as they get with it?
    pub(super) fn reached_goal(&self, context: Context<'_, '_>) -> bool {
        let goal = context.knowledge.planning().past.goal.response;
        self.judged(context).next_back().is_some_and(|it| it >= goal)
    }

    /// Did the last sessions that were judged leave the scars hardly better?
    pub(super) fn plateaued(&self, context: Context<'_, '_>) -> bool {
        let Plateau { sessions, response, .. } = context.knowledge.planning().past.plateau;
        let mut last = self.judged(context).rev().take(sessions);
        self.judged(context).count() >= sessions && last.all(|it| it <= response)
    }
}

/// The rule by which `procedure` has failed on `scar`, if it has: what comes after begins anew.
pub(super) fn failure<'k>(context: Context<'_, 'k>, procedure: ProcedureId, scar: ScarIndex) -> Option<&'k Failure> {
    let area = context.case.findings.scars.get(scar.index())?.area;
    let failures = context.knowledge.planning().failures.iter();
    failures.filter(|it| it.procedures.contains(procedure)).find(|it| has_failed(context.case, it, scar, area))
}

/// What has been done of `procedure` on `scar`: a long break, or a failure, begins a new course.
pub(super) fn done(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex) -> Done {
    let mut course = Done::default();
    let Some(known) = context.knowledge.procedures().get(procedure.index()) else { return course };
    if failure(context, procedure, scar).is_some() {
        return course;
    }
    let most = context.knowledge.planning().past.earlier_course.days;
    let mut before: Option<Day> = None;
    for (place, past) in context.case.history.iter().enumerate() {
        if !is_of(context, past, procedure, known, scar) {
            continue;
        }
        if before.is_some_and(|before| past.day.saturating_sub(before) > most) {
            course = Done::default();
        }
        before = Some(past.day);
        match past.kind {
            SessionKind::TestArea => course.tested = Some(past.day),
            SessionKind::Treatment => course.sessions.push(place),
        }
    }
    if before.is_some_and(|before| before.saturating_add(most) < 0) { Done::default() } else { course }
}

/// Is it a session of `procedure` on `scar` that may count?
fn is_of(
    context: Context<'_, '_>,
    past: &PastSession,
    procedure: ProcedureId,
    known: &Procedure,
    scar: ScarIndex,
) -> bool {
    past.procedure == procedure
        && past.counts != Some(false)
        && touches(context, past, known, known.kind == ProcedureKind::Focal, &[scar])
}
