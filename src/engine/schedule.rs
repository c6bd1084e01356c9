//! Schedules: gives each stage its days.

mod between;
mod timing;

use std::collections::BTreeSet;

use smallvec::SmallVec;

use crate::{
    domain::{Day, Days, Facts, ParameterSetting, PastSession, ProcedureSet, Range, RuleId, Rules, ScarIndex},
    engine::{
        calendar::{Calendar, Turn},
        done::{Break, after},
        history::{self, areas, on_same_skin},
        limits::FEW,
        opening::{Begun, is_primed, kept_after, offsets, open_day},
        parameters,
        place::{Course, Diary, Held, Limits, place_in},
        select::{Context, Draft, Moved, add_rules},
        spacing::{Kinds, aim, combined},
        together,
    },
    knowledge::{ProcedureKind, Spacing},
};

/// The earlier stages that one waits for, by their places.
type Waits = SmallVec<[(usize, Spacing); FEW]>;

/// A stage with its days.
#[derive(Debug)]
pub(super) struct Dated<'k> {
    pub draft: Draft<'k>,
    pub settings: Vec<ParameterSetting>,
    pub kinds: Kinds,
    focal: bool,
    /// The wait between two of its sessions, when it has one.
    pub repeat: Option<Spacing>,
    /// The day of the test area.
    pub test_area: Option<Day>,
    /// The days of its sessions.
    pub days: Days,
    /// The first day that the floors allow for the first thing that is done.
    pub earliest: Day,
    /// The last day before the wait since the stage before is too long.
    pub latest: Option<Day>,
    /// Why it starts when it does.
    pub timing: Rules,
    /// A focal stage comes before it on the same skin.
    pub after_focal: bool,
    /// The days on which it can be done.
    pub calendar: Calendar,
    /// What kept a session, or the test area, off an earlier day: its place among them, and the rule that says so.
    held: Vec<(usize, RuleId)>,
    /// What stands beside its sessions leaves them less room.
    room: Vec<Room>,
    /// A session of it is repeated for the break before the first.
    repeats: bool,
}

/// The days that other sessions on the same skin leave to a session, or to the test area.
#[derive(Debug)]
struct Room {
    /// Its place among them.
    place: usize,
    from: Day,
    until: Option<Day>,
}

/// Every stage with its days.
#[derive(Debug)]
pub(super) struct Schedule<'k> {
    /// In the order of the ladder.
    pub stages: Vec<Dated<'k>>,
    /// The day of the review that gates the contingent stages; `None` when there is nothing to review.
    pub gate: Option<Day>,
    /// The last day of a session that is planned, or that was done of what is planned.
    pub last: Option<Day>,
    /// The days on which the patient can come.
    pub calendar: Calendar,
    /// No other days are better: every search came to its end.
    pub exact: bool,
}

/// Gives `drafts` their days: the planned ones first, the contingent ones after the review.
pub(super) fn schedule<'k>(context: Context<'_, 'k>, drafts: Vec<Draft<'k>>) -> Schedule<'k> {
    let patient = context.patient();
    let stages: Vec<Dated<'k>> = drafts.into_iter().map(|draft| undated(context, patient, draft)).collect();
    let mut schedule = settled(context, patient, stages);
    // What goes on too late has another number of sessions, and that can move the others.
    while judge_breaks(context, &mut schedule.stages) {
        schedule.stages.iter_mut().for_each(Dated::forget_days);
        schedule = settled(context, patient, schedule.stages);
    }
    schedule
}

/// Does what the breaks before the first sessions ask for. What is repeated can move others, and they become so long that a
/// course begins anew: each stage is judged again until then. Was there anything to do?
fn judge_breaks(context: Context<'_, '_>, stages: &mut [Dated<'_>]) -> bool {
    let mut changed = false;
    for stage in stages.iter_mut().filter(|it| it.draft.restarted.is_none()) {
        let (Some(first), Some(last)) = (stage.first(), stage.draft.done.last(context)) else { continue };
        // What is done once more comes after a break: that is why.
        if stage.draft.contingent.is_some_and(|it| context.is_booster(stage.draft.procedure, it)) {
            continue;
        }
        let draft = &mut stage.draft;
        let (count, done) = (draft.count, draft.done.clone());
        match after(context.knowledge, draft.procedure, draft.done.count(), first.saturating_sub(last)) {
            Break::None => continue,
            Break::Repeat(_) if stage.repeats => continue,
            Break::Repeat(_) => {
                draft.done.repeats += 1;
                stage.repeats = true;
            }
            Break::Restart(rule) => {
                let past = &context.knowledge.planning().past;
                // It may have been only a repeat before others moved it.
                let repeat = past.lapse(draft.procedure).map(|it| it.rule);
                draft.done.begin_anew(context.case);
                draft.leads.test_area = draft.anew.test_area.filter(|_| !draft.done.begun());
                draft.reasons.retain(|it| *it != past.counted && Some(*it) != repeat);
                draft.restarted = Some(rule);
                add_rules(&mut draft.reasons, [rule]);
            }
        }
        context.count(draft);
        changed |= draft.count != count || draft.done != done;
    }
    changed
}

/// Gives `stages` their days: the planned ones first, the contingent ones after the review.
fn settled<'k>(context: Context<'_, 'k>, patient: &Facts, mut stages: Vec<Dated<'k>>) -> Schedule<'k> {
    let calendar = Calendar::of_the_patient(context);
    let mut exact = settle(context, patient, &mut stages, 0, |stage| stage.draft.contingent.is_none());
    let planned = stages.iter().filter(|stage| stage.draft.contingent.is_none());
    let planned = planned.filter_map(|stage| stage.last().or_else(|| stage.draft.done.last(context)));
    let last = planned.max().into_iter().chain(history::last_to_review(context)).max();
    let waits = stages.iter().any(|stage| stage.draft.contingent.is_some());
    let gate = match last {
        // A review that is overdue is made at once.
        Some(last) => Some(last.saturating_add(context.knowledge.planning().gate_review.days).max(0)),
        // Nothing comes before what waits for a review: the first visit is the review.
        None => waits.then_some(0),
    };
    let gate = gate.map(|day| calendar.open_from(Turn::Later, day));
    if let Some(gate) = gate {
        exact &= settle(context, patient, &mut stages, gate, |stage| stage.draft.contingent.is_some());
    }
    Schedule { stages, gate, last, calendar, exact }
}

impl Schedule<'_> {
    /// When each step began on each group; of what has been done to its end, when that was.
    pub(super) fn begun(&self, context: Context<'_, '_>) -> Vec<Begun> {
        let day = |it: &Dated<'_>| it.first().or_else(|| it.draft.done.last(context));
        let dated = self.stages.iter().filter_map(|it| Some((&it.draft, day(it)?)));
        let begun = dated.flat_map(|(draft, day)| {
            let Draft { phase, procedure, contingent, scars, .. } = draft;
            let (phase, procedure, contingent) = (*phase, *procedure, contingent.is_some());
            scars.iter().map(move |scar| Begun { scar: *scar, phase, procedure, contingent, day })
        });
        begun.collect()
    }

    /// Has each stage the test area that is asked for on the day on which it begins?
    pub(super) fn is_tested(&self, context: Context<'_, '_>) -> bool {
        self.stages.iter().filter_map(|it| Some((&it.draft, it.first()?))).all(|(draft, first)| {
            let asked = draft.scars.iter().filter_map(|scar| context.test_area(draft.procedure, *scar, || first));
            asked.map(|(days, _)| Some(days)).all(|days| days <= draft.anew.test_area.map(|(days, _)| days))
        })
    }

    /// Is what was `moved` one course with what others have of it on the same skin, and is nobody's agreement asked for
    /// on its day that these others do not need?
    pub(super) fn is_agreed(&self, context: Context<'_, '_>, moved: &[Moved]) -> bool {
        moved.iter().all(|it| {
            let (scar, phase, procedure) = (it.scar, it.phase, it.procedure);
            let of_it = |it: &&Dated<'_>| it.draft.phase == phase && it.draft.procedure == procedure;
            let Some(stage) = self.stages.iter().filter(of_it).find(|it| it.draft.scars.contains(&scar)) else {
                return true;
            };
            let contingent = stage.draft.contingent.is_some();
            let alike = |it: &&Dated<'_>| of_it(it) && it.draft.contingent.is_some() == contingent;
            let mut here =
                self.stages.iter().filter(alike).filter(|it| on_same_skin(context, &it.draft.scars, &[scar]));
            if here.nth(1).is_some() {
                return false;
            }
            let Some(day) = stage.first() else { return true };
            let asked = |scar| context.screening.opinions(procedure, scar, day);
            let stays = |scar: &&ScarIndex| !moved.contains(&Moved { scar: **scar, phase, procedure });
            let others: Rules = stage.draft.scars.iter().filter(stays).flat_map(|scar| asked(*scar)).collect();
            asked(scar).all(|rule| others.contains(&rule))
        })
    }
}

impl Dated<'_> {
    /// Its days are to be found anew.
    fn forget_days(&mut self) {
        self.test_area = None;
        self.days.clear();
        self.held.clear();
        self.room.clear();
    }

    /// Days of the test area and of the sessions, counted from the first.
    fn offsets(&self) -> Days {
        let test_area = self.draft.leads.test_area.map(|(days, _)| days);
        offsets(test_area, self.repeat.as_ref(), self.draft.count)
    }

    /// The first day from `ready` on that screening and priming allow.
    fn open_day(&self, context: Context<'_, '_>, ready: Day) -> Day {
        let priming = self.draft.leads.priming.map(|(days, _)| days);
        let needed = priming.filter(|_| !is_primed(context, &self.draft.done, self.repeat.as_ref()));
        open_day(context, self.draft.not_before, needed, ready)
    }

    /// The first day on which something is done.
    pub(super) fn first(&self) -> Option<Day> {
        self.test_area.or_else(|| self.days.first().copied())
    }

    /// The first and the last day that what goes between sessions leaves to the one at `place`, the test area among them.
    pub(super) fn room(&self, place: usize) -> (Day, Option<Day>) {
        let here = || self.room.iter().filter(|it| it.place == place);
        (here().map(|it| it.from).max().unwrap_or(Day::MIN), here().filter_map(|it| it.until).min())
    }

    /// The day of the last session.
    pub(super) fn last(&self) -> Option<Day> {
        self.days.last().copied()
    }

    /// The day of the last session that is planned, or else was done.
    fn over(&self, context: Context<'_, '_>) -> Option<Day> {
        self.last().or_else(|| self.draft.done.last(context))
    }

    /// Why a session is not on its usual day after the one before it: that day is closed, or visits kept it off.
    pub(super) fn moved(&self, session: usize) -> Rules {
        if self.calendar.is_always_open() && self.held.is_empty() {
            return Rules::new();
        }
        let offsets = self.offsets();
        let place = session.saturating_add(usize::from(self.test_area.is_some()));
        let days: Days = self.test_area.iter().chain(&self.days).copied().collect();
        let due = place.checked_sub(1).and_then(|before| {
            let usual = offsets.get(place)?.saturating_sub(*offsets.get(before)?);
            Some(days.get(before)?.saturating_add(usual))
        });
        let mut rules = due.map(|due| self.calendar.why(Turn::Later, due)).unwrap_or_default();
        if due.is_some() {
            add_rules(&mut rules, self.held_off(place));
        }
        rules
    }

    /// What kept the session at `place`, the test area among them, off an earlier day.
    fn held_off(&self, place: usize) -> impl Iterator<Item = RuleId> {
        self.held.iter().filter(move |it| it.0 == place).map(|it| it.1)
    }

    /// Days between two sessions.
    pub(super) fn interval(&self) -> Option<Range> {
        let spacing = self.repeat.filter(|_| self.draft.count.saturating_add(self.draft.done.count()) > 1)?;
        let typical = aim(&spacing);
        let max = spacing.latest.unwrap_or(spacing.typical_to).max(typical);
        Some(Range { min: spacing.floor, typical, max })
    }
}

fn undated<'k>(context: Context<'_, 'k>, patient: &Facts, draft: Draft<'k>) -> Dated<'k> {
    let knowledge = context.knowledge;
    let settings = parameters::settings(context, draft.procedure, &draft.scars);
    let procedure = knowledge.procedures().get(draft.procedure.index());
    let kinds = Kinds::new(knowledge, draft.procedure, draft.adjunct, |place| parameters::highest(&settings, place));
    let repeat = combined(context, patient, kinds, kinds, &draft.scars);
    let focal = procedure.is_some_and(|it| it.kind == ProcedureKind::Focal);
    let calendar = Calendar::of(context, draft.procedure);
    Dated {
        draft,
        settings,
        kinds,
        focal,
        repeat,
        test_area: None,
        days: Days::new(),
        earliest: 0,
        latest: None,
        timing: Rules::new(),
        after_focal: false,
        calendar,
        held: Vec::new(),
        room: Vec::new(),
        repeats: false,
    }
}

/// What is done at each session of a stage.
fn procedures(stage: &Dated<'_>) -> ProcedureSet {
    std::iter::once(stage.draft.procedure).chain(stage.draft.adjunct).collect()
}

/// The visits that stand already: the last of the past, and those of the stages that have their days.
fn diary(context: Context<'_, '_>, stages: &[Dated<'_>], chosen: &[usize]) -> Diary {
    let wishes = &context.case.wishes;
    let most = wishes.procedures_per_visit.and_then(|most| usize::try_from(most).ok());
    let limits = Limits {
        apart: wishes.days_between_visits.unwrap_or(1),
        most: most.unwrap_or(usize::MAX),
        around: context.knowledge.planning().full_visit.days,
    };
    if limits.are_none() {
        // No visit keeps anything off a day.
        return Diary::new(limits, []);
    }
    let at_the_clinic = |past: &&PastSession| {
        let known = context.knowledge.procedures().get(past.procedure.index());
        known.is_some_and(|it| it.kind != ProcedureKind::HomeCare)
    };
    let done = || context.case.history.iter().filter(at_the_clinic);
    let last = done().map(|it| it.day).max();
    let past = done().filter(|it| Some(it.day) == last).map(|it| (it.day, std::iter::once(it.procedure).collect()));
    let dated = stages.iter().enumerate().filter(|(at, _)| !chosen.contains(at)).flat_map(|(_, stage)| {
        let days = stage.test_area.iter().chain(&stage.days);
        days.map(|day| (*day, procedures(stage)))
    });
    Diary::new(limits, past.chain(dated))
}

/// Gives days to the stages that `now` picks, not before `ready`; stages that have days already stay. Says whether no
/// other days are better, but for those of what goes between the sessions of others.
fn settle<'k>(
    context: Context<'_, 'k>,
    patient: &Facts,
    stages: &mut [Dated<'k>],
    ready: Day,
    now: impl Fn(&Dated<'_>) -> bool,
) -> bool {
    // What has been done to its end takes no more days.
    let open = |stage: &Dated<'_>| now(stage) && stage.draft.count > 0;
    let chosen: Vec<usize> = stages.iter().enumerate().filter(|(_, stage)| open(stage)).map(|(at, _)| at).collect();
    let between = between::among(context, stages, &chosen);
    let best = settle_around(context, patient, stages, ready, &chosen, between.clone());
    if between.is_empty() || context.case.wishes.max_visits.is_none() {
        return best;
    }
    // Few visits are wished for: between the others or after them, whatever makes fewer.
    let visits = visits(stages);
    forget_days(stages, &chosen);
    let after = settle_around(context, patient, stages, ready, &chosen, Vec::new());
    if self::visits(stages) < visits {
        return after;
    }
    forget_days(stages, &chosen);
    settle_around(context, patient, stages, ready, &chosen, between)
}

/// The same, and those of `between` find their days between the sessions of the others, or after them where they do not.
fn settle_around<'k>(
    context: Context<'_, 'k>,
    patient: &Facts,
    stages: &mut [Dated<'k>],
    ready: Day,
    chosen: &[usize],
    mut between: Vec<usize>,
) -> bool {
    loop {
        if between.is_empty() {
            return place_all(context, patient, stages, ready, chosen, &[]);
        }
        let others: Vec<usize> = chosen.iter().copied().filter(|at| !between.contains(at)).collect();
        let best = place_all(context, patient, stages, ready, &others, &between);
        match between.iter().position(|at| !between::lay(context, patient, stages, *at, ready)) {
            Some(without_room) => between.remove(without_room),
            None => return best,
        };
        forget_days(stages, chosen);
    }
}

fn forget_days(stages: &mut [Dated<'_>], chosen: &[usize]) {
    for at in chosen {
        stages.get_mut(*at).into_iter().for_each(Dated::forget_days);
    }
}

/// How many days there are on which something is done.
fn visits(stages: &[Dated<'_>]) -> usize {
    stages.iter().flat_map(|it| it.test_area.iter().chain(&it.days)).collect::<BTreeSet<_>>().len()
}

/// Searches the days of the stages at `chosen`; those at `left_out` find theirs later.
fn place_all<'k>(
    context: Context<'_, 'k>,
    patient: &Facts,
    stages: &mut [Dated<'k>],
    ready: Day,
    chosen: &[usize],
    left_out: &[usize],
) -> bool {
    let mut courses: Vec<Course> = Vec::with_capacity(chosen.len());
    // By course: what it waits for, and how long.
    let mut waits: SmallVec<[Waits; FEW]> = SmallVec::new();
    for &at in chosen {
        let Some(stage) = stages.get(at) else { continue };
        let mut waits_for = Waits::new();
        let mut course = Course {
            offsets: stage.offsets(),
            ready: stage.open_day(context, ready),
            after: Vec::new(),
            calendar: stage.calendar.clone(),
            procedures: procedures(stage),
            usual: stage.draft.done.last(context).zip(stage.repeat).map(|(last, wait)| last.saturating_add(aim(&wait))),
        };
        for past in history::recent(context) {
            if let Some(wait) = since(context, past, stage) {
                let wait = kept_after(context, past, wait, stage.draft.procedure);
                course.ready = course.ready.max(past.day.saturating_add(aim(&wait)));
            }
        }
        for (before, earlier) in stages.iter().enumerate().take(at).filter(|(before, _)| !left_out.contains(before)) {
            let Some(wait) = longest(context, patient, earlier, stage) else { continue };
            waits_for.push((before, wait));
            match (chosen.iter().position(|it| *it == before), earlier.last()) {
                (Some(place), _) => course.after.push((place, aim(&wait))),
                (None, Some(last)) => course.ready = course.ready.max(last.saturating_add(aim(&wait))),
                (None, None) => {}
            }
        }
        for it in together::before(context, patient, stages, at) {
            let Some(earlier) = stages.get(it.stage) else { continue };
            match (chosen.iter().position(|other| *other == it.stage), earlier.over(context)) {
                (Some(place), _) => course.after.push((place, it.aim())),
                (None, Some(last)) => course.ready = course.ready.max(last.saturating_add(it.aim())),
                (None, None) => {}
            }
        }
        courses.push(course);
        waits.push(waits_for);
    }
    let planning = context.knowledge.planning();
    let (placed, best) = place_in(&courses, &diary(context, stages, chosen));
    for (&at, placed) in chosen.iter().zip(placed) {
        let Some(stage) = stages.get_mut(at) else { continue };
        let rule = |held: Held| match held {
            Held::TooClose => planning.visits_apart,
            Held::Full => planning.full_visit.rule,
        };
        stage.held = placed.held.into_iter().map(|(session, held)| (session, rule(held))).collect();
        let mut days = placed.days.into_iter();
        stage.test_area = stage.draft.leads.test_area.and_then(|_| days.next());
        stage.days = days.collect();
    }
    for (&at, waits) in chosen.iter().zip(&waits) {
        timing::explain(context, stages, at, ready, waits);
    }
    best
}

/// The wait from one stage to a later one, when they touch the same skin: the longest over all that is done.
fn longest(context: Context<'_, '_>, patient: &Facts, earlier: &Dated<'_>, later: &Dated<'_>) -> Option<Spacing> {
    if !overlap(context, earlier, later) {
        return None;
    }
    combined(context, patient, earlier.kinds, later.kinds, &later.draft.scars)
}

/// The wait from a past session to a stage, when they touch the same skin.
fn since(context: Context<'_, '_>, past: &PastSession, stage: &Dated<'_>) -> Option<Spacing> {
    history::since(context, past, stage.kinds.own?, stage.focal, &stage.draft.scars)
}

/// Two focal stages meet on the same scars; as soon as one works on the field, they meet on the same site.
fn overlap(context: Context<'_, '_>, one: &Dated<'_>, other: &Dated<'_>) -> bool {
    if one.focal && other.focal {
        one.draft.scars.iter().any(|scar| other.draft.scars.contains(scar))
    } else {
        let second = areas(context, &other.draft.scars);
        areas(context, &one.draft.scars).into_iter().any(|area| second.iter().any(|it| it.overlaps(area)))
    }
}
