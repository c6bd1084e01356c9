//! The visits there are so far, and what keeps a session off a day: too close to a visit, or that visit is full.

use super::Course;
use crate::domain::{Day, Days, ProcedureSet};

/// What visits have to keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Limits {
    /// Least days from one visit to the next, at least 1.
    pub apart: Day,
    /// Most different procedures at one visit.
    pub most: usize,
    /// Days from a visit to one with what does not fit into it, at least 1.
    pub around: Day,
}

impl Limits {
    /// Is there none?
    pub(in crate::engine) fn are_none(self) -> bool {
        self.apart <= 1 && self.most == usize::MAX
    }

    /// Are these too many for one visit?
    fn is_full(self, there: ProcedureSet, more: ProcedureSet) -> bool {
        there.with(more).len() > self.most
    }

    /// Do they never keep anything off a day, as long as no more than `procedures` are planned?
    pub(super) fn are_idle(self, procedures: ProcedureSet) -> bool {
        self.apart <= 1 && procedures.len() <= self.most
    }
}

/// What keeps a session off a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum Held {
    /// It is too close to another visit.
    TooClose,
    /// It would be a visit with too many procedures.
    Full,
}

/// A day on which something is done at the clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Visit {
    day: Day,
    procedures: ProcedureSet,
    /// It is one of those that are being placed.
    placed: bool,
}

/// The visits there are so far, in order.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Diary {
    pub limits: Limits,
    visits: Vec<Visit>,
}

impl Diary {
    /// Visits that stand already: each a day with what is done on it.
    pub(in crate::engine) fn new(limits: Limits, standing: impl IntoIterator<Item = (Day, ProcedureSet)>) -> Self {
        let mut diary = Self { limits, visits: Vec::new() };
        standing.into_iter().for_each(|(day, procedures)| diary.note(day, procedures, false));
        diary
    }

    /// Everything that is done at the visits.
    pub(super) fn procedures(&self) -> ProcedureSet {
        self.visits.iter().fold(ProcedureSet::default(), |all, it| all.with(it.procedures))
    }

    /// Do courses on these days keep to the limits?
    pub(super) fn admits(&self, courses: &[Course], days: &[Days]) -> bool {
        let mut all = self.clone();
        courses.iter().zip(days).for_each(|(course, days)| all.place(days, course.procedures));
        let full = |it: &Visit| it.placed && it.procedures.len() > self.limits.most;
        let close = |(one, next): (&Visit, &Visit)| {
            (one.placed || next.placed) && next.day.saturating_sub(one.day) < self.limits.apart
        };
        let crowded = all.visits.iter().enumerate().any(|(at, one)| {
            let near = all.visits.iter().skip(at.saturating_add(1));
            let mut near = near.take_while(|next| next.day.saturating_sub(one.day) < self.limits.around);
            near.any(|next| (one.placed || next.placed) && self.limits.is_full(one.procedures, next.procedures))
        });
        !crowded && !all.visits.iter().any(full) && !all.visits.iter().zip(all.visits.iter().skip(1)).any(close)
    }

    /// The day of the last visit.
    pub(super) fn last(&self) -> Option<Day> {
        self.visits.last().map(|it| it.day)
    }

    /// Puts sessions of a course on their days.
    pub(super) fn place(&mut self, days: &[Day], procedures: ProcedureSet) {
        days.iter().for_each(|day| self.note(*day, procedures, true));
    }

    /// The days of the visits that are being placed.
    pub(super) fn placed(&self) -> impl Iterator<Item = Day> + '_ {
        self.visits.iter().filter(|it| it.placed).map(|it| it.day)
    }

    /// What keeps `procedures` off `day`, and the next day on which that may be over.
    pub(in crate::engine) fn held(&self, day: Day, procedures: ProcedureSet) -> Option<(Held, Day)> {
        let at = self.visits.partition_point(|it| it.day < day);
        let next = self.visits.get(at);
        if let Some(same) = next.filter(|it| it.day == day) {
            if self.limits.is_full(same.procedures, procedures) {
                return Some((Held::Full, day.saturating_add(self.limits.apart.max(self.limits.around))));
            }
            return self.crowded(day, same.procedures.with(procedures));
        }
        let close = |first: Day, second: Day| second.saturating_sub(first) < self.limits.apart;
        if let Some(before) = at.checked_sub(1).and_then(|at| self.visits.get(at)).filter(|it| close(it.day, day)) {
            return Some((Held::TooClose, before.day.saturating_add(self.limits.apart)));
        }
        // It cannot come before that visit; it may be part of it.
        let close = next.filter(|it| close(day, it.day)).map(|it| (Held::TooClose, it.day));
        close.or_else(|| self.crowded(day, procedures))
    }

    /// A visit that has no room for `procedures` keeps them off the days around it as well.
    fn crowded(&self, day: Day, procedures: ProcedureSet) -> Option<(Held, Day)> {
        if self.limits.most == usize::MAX {
            return None;
        }
        let near = |it: &&Visit| it.day != day && it.day.saturating_sub(day).saturating_abs() < self.limits.around;
        let full = self.visits.iter().filter(near).filter(|it| self.limits.is_full(it.procedures, procedures));
        full.map(|it| (Held::Full, it.day.saturating_add(self.limits.around))).max_by_key(|it| it.1)
    }

    fn note(&mut self, day: Day, procedures: ProcedureSet, placed: bool) {
        let at = self.visits.partition_point(|it| it.day < day);
        match self.visits.get_mut(at).filter(|it| it.day == day) {
            Some(same) => {
                same.procedures = same.procedures.with(procedures);
                same.placed |= placed;
            }
            None => self.visits.insert(at, Visit { day, procedures, placed }),
        }
    }
}
