//! Sittings: which procedures share a visit, in which order, and what goes with it.

mod visit;

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{Day, PassedOver, Phase, ProcedureId, Range, Rules, ScarIndex, Scars, Session, copied},
    engine::{
        calendar::{Calendar, Turn},
        done::Done,
        history,
        schedule::{Dated, Schedule},
        screen::{Standing, insert_sorted},
        select::{Context, add_list, add_rules},
    },
    knowledge::Procedure,
};

use visit::{Care, Drawing};

/// What joins the sittings of other stages: one stage for each such procedure.
#[derive(Debug)]
pub(super) struct Joining {
    pub procedure: ProcedureId,
    pub phase: Phase,
    pub scars: Scars,
    pub reasons: Rules,
    /// The sittings it joined before, on any of the groups.
    pub done: Done,
    /// The sittings it joins, the planned ones first and then in order of their days.
    sittings: Vec<Joined>,
}

/// A sitting that something joins: one for each day, however many stages have a session on it.
#[derive(Debug)]
struct Joined {
    day: Day,
    contingent: bool,
    /// The stages it joins, with the number of their session from 0.
    hosts: SmallVec<[(usize, usize); 1]>,
    /// Their groups.
    scars: Scars,
    /// Why it joins them.
    reasons: Rules,
}

impl Joining {
    /// The days of the planned sittings it joins, or of all when none is planned.
    pub(super) fn days(&self) -> impl Iterator<Item = Day> + '_ {
        let planned = self.planned() > 0;
        self.sittings.iter().filter(move |it| !planned || !it.contingent).map(|it| it.day)
    }

    /// The days of all sittings it joins, whether a review decides on them, and their groups.
    pub(super) fn all_days(&self) -> impl Iterator<Item = (Day, bool, &[ScarIndex])> {
        self.sittings.iter().map(|it| (it.day, it.contingent, it.scars.as_slice()))
    }

    /// How many planned sittings it joins.
    pub(super) fn planned(&self) -> usize {
        self.sittings.iter().filter(|it| !it.contingent).count()
    }

    /// Drops sittings on days that are closed for it, and says which rules close them.
    fn keep_open_days(&mut self, calendar: &Calendar) -> Rules {
        let mut rules = Rules::new();
        if calendar.is_always_open() {
            return rules;
        }
        let mut turn = Turn::First;
        self.sittings.retain(|it| {
            let closed = calendar.why(turn, it.day);
            if closed.is_empty() {
                turn = Turn::Later;
            }
            add_rules(&mut rules, closed.iter().copied());
            closed.is_empty()
        });
        rules
    }

    /// Drops planned sittings that are too few for a course, and what is beyond the most.
    fn keep_a_course(&mut self, count: Range) {
        let left = |count: i32| usize::try_from(count.saturating_sub(self.done.count())).unwrap_or(0);
        let (least, most) = (left(count.min), left(count.max));
        if self.planned() < least {
            self.sittings.retain(|it| it.contingent);
        }
        if self.sittings.len() < least {
            self.sittings.clear();
        }
        self.sittings.truncate(most);
    }

    /// The groups of the sittings, and why it joins them.
    fn hosts(&self) -> (Scars, Rules) {
        let (mut scars, mut reasons) = (Scars::new(), Rules::new());
        let mut before: Option<&Joined> = None;
        for joined in &self.sittings {
            // Most sittings are those of one stage.
            let alike = |it: &Joined| it.scars == joined.scars && it.reasons == joined.reasons;
            if before.replace(joined).is_some_and(alike) {
                continue;
            }
            joined.scars.iter().for_each(|scar| insert_sorted(&mut scars, *scar));
            add_list(&mut reasons, &joined.reasons);
        }
        (scars, reasons)
    }

    /// Joins the session `number`, from 0, of the stage `host`.
    fn join(&mut self, day: Day, (host, number): (usize, usize), dated: &Dated<'_>) {
        let draft = &dated.draft;
        let contingent = draft.contingent.is_some();
        match self.sittings.iter_mut().find(|it| it.day == day && it.contingent == contingent) {
            Some(known) => {
                known.hosts.push((host, number));
                draft.scars.iter().for_each(|scar| insert_sorted(&mut known.scars, *scar));
                add_list(&mut known.reasons, &draft.adjunct_reasons);
            }
            None => self.sittings.push(Joined {
                day,
                contingent,
                hosts: smallvec![(host, number)],
                scars: copied(&draft.scars),
                reasons: copied(&draft.adjunct_reasons),
            }),
        }
    }
}

/// Which procedures join which sittings.
#[derive(Debug)]
pub(super) struct Plan {
    pub joining: Vec<Joining>,
    /// What had too few sittings to join.
    pub too_few: Vec<PassedOver>,
}

/// One procedure on one day, by where more of it stands. In the order of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    day: Day,
    order: u8,
    /// Place of the stage among dated stages and then joining ones.
    stage: usize,
    /// Its place among the sessions of the stage, or among the sittings that it joins; `None` is the test area.
    session: Option<usize>,
}

impl Plan {
    /// Finds what joins: as many sittings as make a course of it, and no more than its most.
    pub(super) fn new(context: Context<'_, '_>, schedule: &Schedule<'_>) -> Self {
        let mut joining: Vec<Joining> = Vec::new();
        for (host, dated) in schedule.stages.iter().enumerate() {
            let Some(procedure) = dated.draft.adjunct else { continue };
            let at = joining.iter().position(|it| it.procedure == procedure).unwrap_or_else(|| {
                joining.push(Joining {
                    procedure,
                    phase: dated.draft.phase,
                    scars: Scars::new(),
                    reasons: Rules::new(),
                    done: Done::default(),
                    sittings: Vec::with_capacity(dated.days.len()),
                });
                joining.len().saturating_sub(1)
            });
            let Some(stage) = joining.get_mut(at) else { continue };
            for &scar in &dated.draft.scars {
                stage.done.add(context.past.done(procedure, scar));
            }
            // What was done before keeps its distance from what joins too.
            let wait = |scar: ScarIndex| history::wait(context, procedure, scar).map_or(0, |it| it.until);
            let ready = dated.draft.scars.iter().map(|scar| not_before(context, procedure, *scar).max(wait(*scar)));
            let ready = ready.max().unwrap_or(0);
            for (number, day) in dated.days.iter().enumerate().filter(|(_, day)| **day >= ready) {
                stage.join(*day, (host, number), dated);
            }
        }
        let mut too_few = Vec::new();
        for stage in &mut joining {
            stage.sittings.sort_by_key(|it| (it.contingent, it.day));
            if let Some(first) = stage.sittings.first() {
                stage.done = stage.done.on(context, stage.procedure, first.day).into_owned();
            }
            let before = stage.sittings.len();
            (stage.scars, stage.reasons) = stage.hosts();
            let closed = stage.keep_open_days(&Calendar::of(context, stage.procedure));
            if let Some(sessions) = procedure(context, stage.procedure).and_then(|it| it.sessions) {
                stage.keep_a_course(sessions.count);
            }
            if stage.sittings.len() == before {
                continue;
            }
            let (scars, reasons) = stage.hosts();
            stage.reasons = reasons;
            let mut lost = std::mem::replace(&mut stage.scars, scars);
            lost.retain(|it| !stage.scars.contains(it));
            if !lost.is_empty() {
                let mut reasons: Rules = smallvec![context.knowledge.planning().too_few_sittings];
                add_rules(&mut reasons, closed);
                too_few.push(PassedOver { procedure: stage.procedure, scars: lost, reasons });
            }
        }
        joining.retain(|it| !it.sittings.is_empty());
        Self { joining, too_few }
    }

    /// The visits of the planned stages, or of the contingent ones. `offset` stages of home care come before.
    pub(super) fn visits(
        &self,
        context: Context<'_, '_>,
        schedule: &Schedule<'_>,
        offset: usize,
        contingent: bool,
    ) -> Vec<Session> {
        let items = self.items(context, schedule, contingent);
        let drawing = Drawing { context, schedule, joining: &self.joining, offset };
        let mut visits = Vec::with_capacity(items.len());
        let mut known: Option<(&[Item], Care)> = None;
        for today in items.chunk_by(|one, other| one.day == other.day) {
            // Most visits do the same as the one before.
            let care = match known.take() {
                Some((before, care)) if drawing.alike(before, today) => care,
                Some(_) | None => drawing.care(today),
            };
            visits.push(drawing.visit(today, &care));
            known = Some((today, care));
        }
        visits
    }

    fn items(&self, context: Context<'_, '_>, schedule: &Schedule<'_>, contingent: bool) -> Vec<Item> {
        let days = schedule.stages.iter().map(|it| it.days.len().saturating_add(1));
        let joined = self.joining.iter().map(|it| it.sittings.len());
        let mut items = Vec::with_capacity(days.chain(joined).sum());
        for (stage, dated) in schedule.stages.iter().enumerate() {
            if dated.draft.contingent.is_some() == contingent {
                let order = dated.draft.order;
                items.extend(dated.test_area.map(|day| Item { day, order, stage, session: None }));
                let days = dated.days.iter().enumerate();
                items.extend(days.map(|(session, day)| Item { day: *day, order, stage, session: Some(session) }));
            }
        }
        for (stage, joining) in (schedule.stages.len()..).zip(&self.joining) {
            let order = procedure(context, joining.procedure).map_or(0, |it| it.order);
            let sittings = joining.sittings.iter().enumerate().filter(|(_, it)| it.contingent == contingent);
            items.extend(sittings.map(|(at, joined)| Item { day: joined.day, order, stage, session: Some(at) }));
        }
        items.sort_unstable();
        // Groups that have the same at one visit keep their order whatever made two stages of them.
        let place = |it: &Item| match (schedule.stages.get(it.stage), it.stage.checked_sub(schedule.stages.len())) {
            (Some(Dated { draft, .. }), _) => Some((0, draft.phase, draft.procedure, draft.scars.as_slice())),
            (None, at) => self.joining.get(at?).map(|it| (1, it.phase, it.procedure, it.scars.as_slice())),
        };
        for same in items.chunk_by_mut(|one, other| (one.day, one.order) == (other.day, other.order)) {
            same.sort_by_key(place);
        }
        items
    }
}

fn not_before(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex) -> Day {
    match context.screening.standing(context.knowledge, procedure, scar) {
        Standing::Open { not_before, .. } => not_before,
        Standing::Waiting | Standing::Closed => Day::MAX,
    }
}

fn procedure<'k>(context: Context<'_, 'k>, id: ProcedureId) -> Option<&'k Procedure> {
    context.knowledge.procedures().get(id.index())
}
