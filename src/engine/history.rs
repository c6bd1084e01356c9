//! History: what was done, looked up once for a plan, and how long it keeps skin from what comes next.

use std::{cell::OnceCell, collections::BTreeSet};

use smallvec::SmallVec;

use crate::{
    domain::{Area, Areas, Case, Day, PastSession, ProcedureId, RuleId, ScarIndex, Scars, SessionKind},
    engine::{
        done::{Done, Trail, failure},
        limits::FEW,
        parameters,
        select::Context,
        spacing::{between, kind, on},
    },
    knowledge::{Also, GapKind, Knowledge, Procedure, ProcedureKind, Spacing},
};

/// What was done, by group: made once for a plan.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// The procedures that were done, in order, with what counts of each on every group.
    courses: Vec<(ProcedureId, Vec<Done>)>,
    /// By group: what was done on its skin.
    met: Vec<Met>,
    /// By past session: what it was.
    sittings: Vec<Sitting>,
    /// What has failed on a group, and how many sessions that took.
    failed: Vec<(ProcedureId, ScarIndex, usize)>,
    /// By past session: the groups whose skin it was on.
    skins: Vec<Scars>,
    /// By past session: the groups that it treated.
    treated: Vec<Scars>,
    /// The groups that were as good as they get when they were last judged.
    satisfied: Scars,
    /// What counts of a procedure that was never done.
    nothing: Done,
    /// How the sessions followed on each other.
    pub trail: Trail,
}

/// What was done on the skin of one group: each kind once, with the last of its days, in the order of these days.
#[derive(Debug, Default)]
struct Met {
    /// As something on single scars meets it.
    focal: Vec<(GapKind, Day)>,
    /// As something on the whole field meets it.
    field: Vec<(GapKind, Day)>,
}

impl Past {
    pub(super) fn new(knowledge: &Knowledge, case: &Case) -> Self {
        let mut past = Self::default();
        if case.history.is_empty() {
            return past;
        }
        past.sittings = case.history.iter().map(|it| Sitting::new(knowledge, case, it)).collect();
        let mut begun: Vec<ProcedureId> = case.history.iter().map(|it| it.procedure).collect();
        begun.sort_unstable();
        begun.dedup();
        let scars = || (0_u16..).map(ScarIndex).zip(&case.findings.scars);
        for (session, it) in case.history.iter().zip(&past.sittings) {
            let on = scars().filter(|(scar, found)| it.touches(session, it.focal, *scar, found.area));
            past.skins.push(on.map(|(scar, _)| scar).collect());
            let treated = scars().filter(|(scar, found)| session.treats(*scar, found.area));
            past.treated.push(treated.map(|(scar, _)| scar).collect());
        }
        past.trail = Trail::of(case.history.len());
        for procedure in begun {
            let trail = &mut past.trail;
            let counts = |it: &PastSession| it.procedure == procedure && it.counts != Some(false);
            let done = || (0_usize..).zip(&case.history).zip(&past.treated).zip(&past.skins);
            let courses = scars().map(|(scar, _)| {
                let has = |groups: &Scars| groups.binary_search(&scar).is_ok();
                if failure(knowledge, case, procedure, scar).is_some() {
                    let done = done().filter(|(((_, it), treated), _)| counts(it) && has(treated));
                    let days: BTreeSet<Day> = done.map(|(((_, it), _), _)| it.day).collect();
                    past.failed.push((procedure, scar, days.len()));
                    return Done::default();
                }
                let of =
                    |places: Vec<(usize, bool)>, trail: &mut Trail| Done::of(knowledge, case, procedure, places, trail);
                // What was done on its skin counts, and what was judged of the scars themselves.
                let here = done().filter(|(((_, it), _), skin)| counts(it) && has(skin));
                let here: Vec<(usize, bool)> = here.map(|(((place, _), treated), _)| (place, has(treated))).collect();
                let mut course = of(here.clone(), trail);
                let sessions = knowledge.procedures().get(procedure.index()).and_then(|it| it.sessions);
                if let Some(count) = sessions.map(|it| it.count).filter(|it| course.count() >= it.typical) {
                    // A course that came to its end beside them has not treated them.
                    let own = of(here.into_iter().filter(|it| it.1).collect(), trail);
                    if own.count() < count.min {
                        course = Done { beside: course.count().saturating_sub(own.count()), ..own };
                    }
                }
                // What went wrong beside it, or does not count, went wrong on the same skin.
                let reacted = |it: &PastSession| it.procedure == procedure && it.has_reaction();
                let on_skin = done().filter(|(((_, it), _), skin)| reacted(it) && has(skin));
                let bad = on_skin.map(|(((_, it), _), _)| it.day).max();
                course.borne = course.borne.filter(|day| bad.is_none_or(|bad| bad < *day));
                course
            });
            past.courses.push((procedure, courses.collect()));
        }
        let goal = knowledge.planning().past.goal.response;
        let judged = |scar: &ScarIndex| {
            let treated = case.history.iter().zip(&past.treated).filter(|(it, treated)| {
                it.kind == SessionKind::Treatment && it.counts != Some(false) && treated.contains(scar)
            });
            treated.filter_map(|(it, _)| it.response).next_back()
        };
        let satisfied = scars().map(|(scar, _)| scar).filter(|scar| judged(scar).is_some_and(|it| it >= goal));
        past.satisfied = satisfied.collect();
        past.met = scars().map(|(scar, found)| Met::new(&case.history, &past.sittings, scar, found.area)).collect();
        past
    }

    /// What counts of `procedure` on `scar`.
    pub(super) fn done(&self, procedure: ProcedureId, scar: ScarIndex) -> &Done {
        let course = self.courses.binary_search_by_key(&procedure, |it| it.0).ok().and_then(|at| self.courses.get(at));
        course.and_then(|(_, by_group)| by_group.get(scar.index())).unwrap_or(&self.nothing)
    }

    /// How many sessions of what has failed on `scar` were done.
    pub(super) fn failed(&self, procedure: ProcedureId, scar: ScarIndex) -> usize {
        self.failed.iter().find(|it| (it.0, it.1) == (procedure, scar)).map_or(0, |it| it.2)
    }

    /// Was it done on anything?
    pub(super) fn was_done(&self, procedure: ProcedureId) -> bool {
        self.courses.binary_search_by_key(&procedure, |it| it.0).is_ok()
    }

    /// Were the scars as good as they get when they were last judged?
    pub(super) fn goal_reached(&self, scar: ScarIndex) -> bool {
        self.satisfied.binary_search(&scar).is_ok()
    }

    /// The day on which it was last done on the group itself, and not only beside it.
    pub(super) fn treated(&self, procedure: ProcedureId, scar: ScarIndex) -> Option<Day> {
        let sessions = self.sittings.iter().zip(&self.treated).filter(|(it, _)| it.procedure == procedure);
        sessions.filter(|(_, treated)| treated.binary_search(&scar).is_ok()).map(|(it, _)| it.day).next_back()
    }

    /// The groups whose skin the past session at `place` was on.
    pub(super) fn skin(&self, place: usize) -> &[ScarIndex] {
        self.skins.get(place).map_or(&[], |it| it.as_slice())
    }

    /// The procedures that were done, in order.
    pub(super) fn begun(&self) -> impl Iterator<Item = ProcedureId> {
        self.courses.iter().map(|it| it.0)
    }
}

/// What a past session was.
#[derive(Debug)]
struct Sitting {
    procedure: ProcedureId,
    day: Day,
    /// Its row of the gap table, when it has one.
    kind: Option<GapKind>,
    focal: bool,
    areas: Areas,
}

impl Sitting {
    fn new(knowledge: &Knowledge, case: &Case, past: &PastSession) -> Self {
        let procedure = knowledge.procedures().get(past.procedure.index());
        let found = past.scars.iter().filter_map(|scar| Some(case.findings.scars.get(scar.index())?.area));
        let mut areas: Areas = found.chain(named(past)).collect();
        areas.sort_unstable();
        areas.dedup();
        let focal = procedure.is_some_and(|it| it.kind == ProcedureKind::Focal);
        Self {
            procedure: past.procedure,
            day: past.day,
            kind: procedure.and_then(|it| kind_done(past, it)),
            focal,
            areas,
        }
    }

    /// Was `past`, which it is of, on the same skin as something on `scar`, which is on single scars or on the field?
    fn touches(&self, past: &PastSession, focal: bool, scar: ScarIndex, area: Area) -> bool {
        self.meets(past, focal, &[scar], &[area])
    }

    /// Was it on skin of another past session?
    fn is_on_skin_of(&self, past: &PastSession, other: &Self, session: &PastSession) -> bool {
        let everywhere = session.scars.is_empty() && session.sites.is_empty();
        // What names sites was on all scars there.
        let focal = other.focal && session.sites.is_empty();
        everywhere || self.meets(past, focal, &session.scars, &other.areas)
    }

    /// The same for several groups and their skin.
    fn meets(&self, past: &PastSession, focal: bool, scars: &[ScarIndex], areas: &[Area]) -> bool {
        if past.scars.is_empty() && past.sites.is_empty() {
            true
        } else if focal && self.focal && past.sites.is_empty() {
            past.scars.iter().any(|scar| scars.contains(scar))
        } else {
            self.areas.iter().any(|it| areas.iter().any(|area| it.overlaps(*area)))
        }
    }
}

impl Met {
    fn new(history: &[PastSession], sittings: &[Sitting], scar: ScarIndex, area: Area) -> Self {
        let last = |focal: bool| {
            let mut all: Vec<(GapKind, Day)> = Vec::new();
            // The last comes first, so that each kind is met once.
            for (past, sitting) in history.iter().zip(sittings).rev() {
                let Some(kind) = sitting.kind else { continue };
                if !all.iter().any(|it| it.0 == kind) && sitting.touches(past, focal, scar, area) {
                    all.push((kind, past.day));
                }
            }
            all.reverse();
            all
        };
        Self { focal: last(true), field: last(false) }
    }
}

/// Of each kind the last session before that at `place` on the same skin: its day, and the wait between the two.
pub(super) fn just_before(context: Context<'_, '_>, place: usize) -> SmallVec<[(Day, Spacing); FEW]> {
    let mut all = SmallVec::new();
    let mut met: SmallVec<[GapKind; FEW]> = SmallVec::new();
    let (history, past) = (&context.case.history, context.past);
    let (Some(session), Some(sitting)) = (history.get(place), past.sittings.get(place)) else { return all };
    let Some(next) = sitting.kind else { return all };
    let skin = past.skin(place);
    let patient = context.patient();
    let longest = context.knowledge.gaps().longest;
    let before = history.iter().zip(&past.sittings).take(place).rev();
    for (earlier, it) in before.take_while(|(it, _)| session.day.saturating_sub(it.day) <= longest) {
        let Some(kind) = it.kind.filter(|kind| earlier.day < session.day && !met.contains(kind)) else { continue };
        if it.is_on_skin_of(earlier, sitting, session) {
            met.push(kind);
            let wait = between(context.knowledge, patient, kind, next).map(|wait| on(context, wait, skin));
            all.extend(wait.map(|wait| (earlier.day, wait)));
        }
    }
    all
}

/// A wait that a past session leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    /// The first day on which the generator would plan it.
    pub until: Day,
    /// The row of the gap table.
    pub rule: RuleId,
    /// What lengthened it.
    pub also: Also,
}

/// Was something done before on the skin of the group?
pub(super) fn was_treated(context: Context<'_, '_>, scar: ScarIndex) -> bool {
    context.past.met.get(scar.index()).is_some_and(|met| !met.focal.is_empty() || !met.field.is_empty())
}

/// The longest wait that past sessions leave for `procedure` on `scar`; `None` when there is none any more.
#[inline]
pub(super) fn wait(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex) -> Option<Wait> {
    // Most patients come for the first time.
    context.past.met.get(scar.index()).and_then(|met| longest_wait(context, met, procedure, scar))
}

fn longest_wait(context: Context<'_, '_>, met: &Met, procedure: ProcedureId, scar: ScarIndex) -> Option<Wait> {
    let known = context.knowledge.procedures().get(procedure.index())?;
    let done = if known.kind == ProcedureKind::Focal { &met.focal } else { &met.field };
    if done.is_empty() {
        return None;
    }
    // Most procedures have one row, whatever they are set to.
    let settings = OnceCell::new();
    let settings = || settings.get_or_init(|| parameters::settings(context, procedure, &[scar]));
    let next = kind(known, |parameter| parameters::highest(settings(), parameter))?;
    let patient = context.patient();
    let mut longest: Option<Wait> = None;
    for &(done, day) in done {
        let Some(spacing) = between(context.knowledge, patient, done, next) else { continue };
        let spacing = on(context, spacing, &[scar]);
        let until = day.saturating_add(spacing.plan_min);
        if until > 0 && longest.is_none_or(|it| it.until < until) {
            longest = Some(Wait { until, rule: spacing.rule, also: spacing.also });
        }
    }
    longest
}

/// The last day of what was done at the clinic, while its result is still to be judged.
pub(super) fn last_to_review(context: Context<'_, '_>) -> Option<Day> {
    let knowledge = context.knowledge;
    let judged = knowledge.planning().final_review.days;
    let at_the_clinic = |it: &&PastSession| {
        let known = knowledge.procedures().get(it.procedure.index());
        it.kind == SessionKind::Treatment && known.is_some_and(|it| it.kind != ProcedureKind::HomeCare)
    };
    // What was done elsewhere on the body is judged there.
    let here = context.case.history.iter().zip(&context.past.skins).filter(|(_, skin)| !skin.is_empty());
    let last = here.map(|(it, _)| it).filter(at_the_clinic).map(|it| it.day).next_back();
    last.filter(|day| day.saturating_add(judged) >= 0)
}

/// The past sessions that something can still have to wait for.
pub(super) fn recent<'a>(context: Context<'a, '_>) -> &'a [PastSession] {
    let history = context.case.history.as_slice();
    let longest = context.knowledge.gaps().longest;
    let old = history.partition_point(|it| it.day.saturating_add(longest) < 0);
    history.get(old..).unwrap_or_default()
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
    let patient = context.patient();
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
        // Not gathered first: most sessions meet at once, and a request can name many groups.
        let found = past.scars.iter().filter_map(|scar| Some(context.case.findings.scars.get(scar.index())?.area));
        let mut done = found.chain(named(past));
        let now = areas(context, scars);
        done.any(|done| now.iter().any(|area| area.overlaps(done)))
    }
}

/// The skin of the sites that it names.
fn named(past: &PastSession) -> impl Iterator<Item = Area> {
    past.sites.iter().map(|site| Area { site: *site, laterality: None })
}

/// The skin of `scars`.
pub(super) fn areas(context: Context<'_, '_>, scars: &[ScarIndex]) -> Areas {
    let found = scars.iter().filter_map(|scar| Some(context.case.findings.scars.get(scar.index())?.area));
    let mut areas: Areas = found.collect();
    areas.sort_unstable();
    areas.dedup();
    areas
}

/// Are some of both on the same skin?
pub(super) fn on_same_skin(context: Context<'_, '_>, one: &[ScarIndex], other: &[ScarIndex]) -> bool {
    let area = |scar: &ScarIndex| Some(context.case.findings.scars.get(scar.index())?.area);
    one.iter().filter_map(area).any(|it| other.iter().filter_map(area).any(|other| it.overlaps(other)))
}
