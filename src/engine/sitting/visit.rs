//! Draws visits: what is done at each, in which order, on which days it can be, and why.

use crate::{
    domain::{
        Day, ProcedureId, Range, Rules, Scars, Session, SessionKind, SessionProcedure, SessionProcedures, copied,
    },
    engine::{
        calendar::Turn,
        done::past_due,
        explain::said,
        schedule::{Dated, Schedule},
        select::{Context, add_list, add_rules},
    },
    knowledge::Downtime,
};

use super::{Item, Joined, Joining, procedure};

/// What an item is.
struct Part<'a> {
    scars: &'a Scars,
    kind: SessionKind,
    number: i32,
    earliest: Day,
    latest: Option<Day>,
    past_due: Option<Day>,
}

/// What visits are drawn from.
#[derive(Clone, Copy)]
pub(super) struct Drawing<'a, 'k> {
    pub context: Context<'a, 'k>,
    pub schedule: &'a Schedule<'k>,
    pub joining: &'a [Joining],
    /// So many stages of home care come before.
    pub offset: usize,
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
        let place = item.session.map_or(0, |it| place(dated, it));
        let (from, until) = dated.room(place);
        let (kind, earliest, latest) = match (item.session, before, dated.repeat) {
            (None, ..) => (SessionKind::TestArea, dated.earliest.max(from), dated.latest),
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
        let latest = latest.into_iter().chain(until).min();
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
    pub(super) fn alike(&self, one: &[Item], other: &[Item]) -> bool {
        let scars = |item: &Item| self.joined(*item).map(|(_, joined)| &joined.scars);
        one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.stage == b.stage && scars(a) == scars(b))
    }

    pub(super) fn care(&self, items: &[Item]) -> Care {
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

    /// Neither the earliest nor the latest day of a visit is one on which part of it cannot be done.
    fn keep_open(&self, items: &[Item], session: &mut Session) {
        let calendars = items.iter().filter_map(|item| {
            let dated = self.dated(*item).filter(|it| !it.calendar.is_always_open())?;
            let begins = item.session.is_none() || (item.session == Some(0) && dated.test_area.is_none());
            Some((&dated.calendar, if begins { Turn::First } else { Turn::Later }))
        });
        // What one of them moves can be closed for another.
        for _ in items {
            for (calendar, turn) in calendars.clone() {
                session.earliest = calendar.open_from(turn, session.earliest).min(session.day);
                session.latest = session.latest.map(|latest| calendar.open_until(turn, session.day, latest));
            }
        }
    }

    /// The visit at which `items` are done.
    pub(super) fn visit(&self, items: &[Item], care: &Care) -> Session {
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
        self.keep_open(items, &mut session);
        if items.len() > 1 {
            add_rules(&mut session.reasons, [planning.shared_sitting]);
        }
        session
    }
}

/// What goes with a visit.
pub(super) struct Care {
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
    let earliest = match (before, dated.repeat, dated.test_area, dated.draft.leads.test_area) {
        (Some(before), Some(spacing), ..) => before.saturating_add(spacing.floor),
        (None, spacing, Some(test), Some((days, _))) => {
            test.saturating_add(days.max(spacing.map_or(0, |spacing| spacing.floor)))
        }
        (_, _, _, _) => dated.earliest,
    };
    let (from, _) = dated.room(place(dated, session));
    earliest.max(from)
}

/// The place of a session, the test area counted.
fn place(dated: &Dated<'_>, session: usize) -> usize {
    session.saturating_add(usize::from(dated.test_area.is_some()))
}
