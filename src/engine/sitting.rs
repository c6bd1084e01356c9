//! Sittings: which procedures share a visit, in which order, and what goes with it.

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{
        Day, PassedOver, Phase, ProcedureId, Range, Rules, ScarIndex, Scars, Session, SessionKind, SessionProcedure,
        SessionProcedures, copied,
    },
    engine::{
        calendar::{Calendar, Turn},
        done::{Done, past_due},
        explain::said,
        history,
        schedule::{Dated, Schedule},
        screen::{Standing, insert_sorted},
        select::{Context, add_list, add_rules},
    },
    knowledge::{Downtime, Procedure},
};

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
        for joined in &self.sittings {
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

/// What an item is.
struct Part<'a> {
    scars: &'a Scars,
    kind: SessionKind,
    number: i32,
    earliest: Day,
    latest: Option<Day>,
    past_due: Option<Day>,
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

/// What visits are drawn from.
#[derive(Clone, Copy)]
struct Drawing<'a, 'k> {
    context: Context<'a, 'k>,
    schedule: &'a Schedule<'k>,
    joining: &'a [Joining],
    /// So many stages of home care come before.
    offset: usize,
}

impl<'a> Drawing<'a, '_> {
    fn dated(&self, item: Item) -> Option<&'a Dated<'a>> {
        self.schedule.stages.get(item.stage)
    }

    fn joined(&self, item: Item) -> Option<(&'a Joining, &'a Joined)> {
        let joining = self.joining.get(item.stage.checked_sub(self.schedule.stages.len())?)?;
        Some((joining, joining.sittings.get(item.session?)?))
    }

    /// What is done, and on which scars.
    fn done(&self, item: Item) -> Option<(ProcedureId, &'a Scars)> {
        match self.dated(item) {
            Some(dated) => Some((dated.draft.procedure, &dated.draft.scars)),
            None => self.joined(item).map(|(joining, joined)| (joining.procedure, &joined.scars)),
        }
    }

    /// What the item is. `None` for what is in no list, as none of them is.
    fn part(&self, item: Item) -> Option<Part<'a>> {
        if let Some(dated) = self.dated(item) {
            return Some(self.own(dated, item));
        }
        let (joining, joined) = self.joined(item)?;
        let hosts = joined.hosts.iter();
        let hosts = hosts.filter_map(|(host, session)| Some(earliest(self.schedule.stages.get(*host)?, *session)));
        // What a review decides on comes after the planned sittings, and is counted by itself.
        let first = if joined.contingent { joining.planned() } else { 0 };
        let number = item.session.map_or(0, |it| i32::try_from(it.saturating_sub(first)).unwrap_or(i32::MAX));
        Some(Part {
            scars: &joined.scars,
            kind: SessionKind::Treatment,
            number: joining.done.count().saturating_add(1).saturating_add(number),
            // It has no day of its own.
            earliest: hosts.max().unwrap_or(item.day),
            latest: None,
            past_due: None,
        })
    }

    /// A session, or the test area, of a stage with days of its own.
    fn own(&self, dated: &'a Dated<'_>, item: Item) -> Part<'a> {
        let draft = &dated.draft;
        let before = item.session.and_then(|it| dated.days.get(it.checked_sub(1)?)).copied();
        let number = item
            .session
            .map_or(0, |it| draft.done.count().saturating_add(1).saturating_add(i32::try_from(it).unwrap_or(i32::MAX)));
        let (kind, earliest, latest) = match (item.session, before, dated.repeat) {
            (None, ..) => (SessionKind::TestArea, dated.earliest, dated.latest),
            (Some(session), before, repeat) => {
                let latest = match (before, repeat) {
                    (Some(before), Some(spacing)) => spacing.latest.map(|latest| before.saturating_add(latest)),
                    (_, _) if dated.test_area.is_some() => None,
                    (_, _) => dated.latest,
                };
                // What a closed day has moved beyond it has lost its rhythm already.
                let latest = latest.filter(|latest| *latest >= item.day);
                (SessionKind::Treatment, self::earliest(dated, session), latest)
            }
        };
        // What a session goes on from: the one before it, of the plan or of the past.
        let tested = dated.test_area.filter(|_| item.session.is_some());
        let before = before.or(tested).or_else(|| draft.done.last(self.context).max(draft.done.tested));
        let past_due =
            before.and_then(|it| past_due(self.context.knowledge, draft.procedure, number - 1, it, item.day));
        Part { scars: &draft.scars, kind, number, earliest, latest, past_due }
    }

    /// Adds why the item is on its day.
    fn explain(&self, item: Item, reasons: &mut Rules) {
        let Some(dated) = self.dated(item) else {
            self.joined(item).iter().for_each(|(_, it)| add_list(reasons, &it.reasons));
            return;
        };
        let draft = &dated.draft;
        let tested = draft.leads.test_area.map(|(_, rule)| rule);
        let opening = |reasons: &mut Rules| {
            add_list(reasons, &dated.timing);
            add_list(reasons, &draft.reasons);
        };
        match (item.session, dated.repeat) {
            (None, _) => {
                add_rules(reasons, [self.context.knowledge.planning().test_area]);
                add_rules(reasons, tested);
                opening(reasons);
            }
            (Some(session @ 1..), Some(spacing)) => {
                add_rules(reasons, spacing.rules());
                let before = session.checked_sub(1).and_then(|before| dated.days.get(before));
                let latest = before.zip(spacing.latest).map(|(before, latest)| before.saturating_add(latest));
                let late = latest.is_some_and(|latest| latest < item.day);
                add_rules(reasons, late.then_some(self.context.knowledge.planning().past.late));
            }
            (Some(_), _) if dated.test_area.is_some() => add_rules(reasons, tested),
            (Some(_), _) => opening(reasons),
        }
        if let Some(session) = item.session {
            add_rules(reasons, dated.moved(session));
        }
    }

    /// Do two visits do the same on the same scars?
    fn alike(&self, one: &[Item], other: &[Item]) -> bool {
        let scars = |item: &Item| self.joined(*item).map(|(_, joined)| &joined.scars);
        one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.stage == b.stage && scars(a) == scars(b))
    }

    fn care(&self, items: &[Item]) -> Care {
        let context = self.context;
        let mut care = Care {
            preparation: Rules::new(),
            aftercare: Rules::new(),
            downtime: Range { min: 0, typical: 0, max: 0 },
            makeup_day: 0,
        };
        for (id, scars) in items.iter().filter_map(|item| self.done(*item)) {
            let Some(known) = procedure(context, id) else { continue };
            if let Some(downtime) = context.downtime(id) {
                care.lengthen(&downtime);
            }
            for (all, of) in [(&mut care.preparation, &known.preparation), (&mut care.aftercare, &known.aftercare)] {
                let said = said(context, of, scars);
                if all.is_empty() {
                    *all = said;
                } else {
                    add_list(all, &said);
                }
            }
        }
        care
    }

    /// The visit at which `items` are done.
    fn visit(&self, items: &[Item], care: &Care) -> Session {
        let planning = self.context.knowledge.planning();
        let day = items.first().map_or(0, |item| item.day);
        let mut session = Session {
            day,
            earliest: Day::MIN,
            latest: None,
            past_due: None,
            procedures: SessionProcedures::with_capacity(items.len()),
            downtime: care.downtime,
            makeup_day: care.makeup_day,
            preparation: copied(&care.preparation),
            aftercare: copied(&care.aftercare),
            reasons: Rules::new(),
        };
        let sooner = |one: Option<Day>, other: Option<Day>| one.into_iter().chain(other).min();
        for &item in items {
            let Some(part) = self.part(item) else { continue };
            session.earliest = session.earliest.max(part.earliest);
            session.latest = sooner(session.latest, part.latest);
            session.past_due = sooner(session.past_due, part.past_due);
            session.procedures.push(SessionProcedure {
                stage: item.stage + self.offset,
                scars: copied(part.scars),
                kind: part.kind,
                number_in_stage: part.number,
            });
            self.explain(item, &mut session.reasons);
            let opens_surface = self.dated(item).is_some_and(|it| it.after_focal);
            if opens_surface && part.number <= 1 {
                add_rules(&mut session.preparation, [planning.visit_check]);
            }
        }
        session.earliest = session.earliest.min(day);
        if items.len() > 1 {
            add_rules(&mut session.reasons, [planning.shared_sitting]);
        }
        session
    }
}

/// What goes with a visit.
struct Care {
    preparation: Rules,
    aftercare: Rules,
    downtime: Range,
    makeup_day: Day,
}

impl Care {
    /// A visit leaves traces for as long as the longest of its parts.
    fn lengthen(&mut self, downtime: &Downtime) {
        self.downtime.min = self.downtime.min.max(downtime.days.min);
        self.downtime.typical = self.downtime.typical.max(downtime.days.typical);
        self.downtime.max = self.downtime.max.max(downtime.days.max);
        self.makeup_day = self.makeup_day.max(downtime.makeup_day);
    }
}

/// The first day that the floors allow for a session, given the one before it.
fn earliest(dated: &Dated<'_>, session: usize) -> Day {
    let before = session.checked_sub(1).and_then(|before| dated.days.get(before));
    match (before, dated.repeat, dated.test_area, dated.draft.leads.test_area) {
        (Some(before), Some(spacing), ..) => before.saturating_add(spacing.floor),
        (None, spacing, Some(test), Some((days, _))) => {
            test.saturating_add(days.max(spacing.map_or(0, |spacing| spacing.floor)))
        }
        (_, _, _, _) => dated.earliest,
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
