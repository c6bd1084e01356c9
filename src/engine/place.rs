//! Places courses on days: every wait is kept, and visits are shared where that makes fewer of them.
//!
//! A course is rigid: its sessions keep their usual distance. What can move is its first day. So the question is how
//! late each course starts, and the answer is the best of all starts in this order: number of visits, last day, the
//! days themselves. A best answer exists in which each course starts on its first possible day or shares a day with
//! another one, and only such starts are tried.

use smallvec::smallvec;

use crate::domain::{Day, Days};

use super::limits::PLACEMENTS;

/// A course to be placed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Course {
    /// Days of its sessions, counted from its first.
    pub offsets: Days,
    /// First day that nothing forbids.
    pub ready: Day,
    /// Courses that come before it on the same skin, and the wait from their last session to its first.
    pub after: Vec<(usize, Day)>,
}

/// The first day of each course. `after` may only name courses that come earlier in the list.
pub(super) fn place(courses: &[Course]) -> Days {
    let mut search =
        Search { courses, before: closure(courses), starts: vec![None; courses.len()], best: None, tried: 0 };
    search.extend();
    search.best.map(|(_, starts)| starts).unwrap_or_default()
}

/// For each course, all that come before it, directly or through others.
fn closure(courses: &[Course]) -> Vec<Vec<bool>> {
    let mut before: Vec<Vec<bool>> = Vec::with_capacity(courses.len());
    for course in courses {
        let mut row = vec![false; courses.len()];
        for (at, _) in &course.after {
            if let Some(slot) = row.get_mut(*at) {
                *slot = true;
            }
            for (slot, earlier) in row.iter_mut().zip(before.get(*at).into_iter().flatten()) {
                *slot |= earlier;
            }
        }
        before.push(row);
    }
    before
}

struct Search<'a> {
    courses: &'a [Course],
    /// The courses before each one.
    before: Vec<Vec<bool>>,
    /// `None`: not placed yet.
    starts: Vec<Option<Day>>,
    /// The visits and the starts of the best placement so far.
    best: Option<(Days, Days)>,
    tried: usize,
}

impl Search<'_> {
    /// Places one more course in every way worth trying.
    fn extend(&mut self) {
        let turn: Vec<usize> = (0..self.courses.len()).filter(|at| self.may_be_next(*at)).collect();
        if turn.is_empty() {
            return self.finish();
        }
        // A course that nothing can meet has one place only, whatever the order.
        let lonely = turn.iter().copied().find(|at| self.apart(*at).next().is_none());
        for at in lonely.map_or(turn, |at| vec![at]) {
            for start in self.candidates(at) {
                // The first way is always followed to its end, so that there is an answer.
                if self.best.is_some() && self.tried >= PLACEMENTS {
                    return;
                }
                self.tried += self.courses.len();
                self.put(at, Some(start));
                if !self.is_hopeless() {
                    self.extend();
                }
                self.put(at, None);
            }
        }
    }

    fn put(&mut self, at: usize, start: Option<Day>) {
        if let Some(slot) = self.starts.get_mut(at) {
            *slot = start;
        }
    }

    fn start(&self, at: usize) -> Option<Day> {
        self.starts.get(at).copied().flatten()
    }

    /// Is it not placed yet, and is all that comes before it?
    fn may_be_next(&self, at: usize) -> bool {
        let ready = |course: &Course| course.after.iter().all(|(before, _)| self.start(*before).is_some());
        self.start(at).is_none() && self.courses.get(at).is_some_and(ready)
    }

    fn finish(&mut self) {
        let visits = self.visits();
        let better = match &self.best {
            None => true,
            Some((best, _)) => rank(&visits) < rank(best),
        };
        if better {
            self.best = Some((visits, self.starts.iter().map(|start| start.unwrap_or_default()).collect()));
        }
    }

    /// The days that are taken so far.
    fn visits(&self) -> Days {
        let placed = self.courses.iter().zip(&self.starts).filter_map(|(course, start)| Some((course, (*start)?)));
        let mut days: Days =
            placed.flat_map(|(course, start)| course.offsets.iter().map(move |offset| start + offset)).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Can what is placed so far no longer become the best?
    fn is_hopeless(&self) -> bool {
        self.best.as_ref().is_some_and(|(best, _)| self.visits().len() > best.len())
    }

    /// The first possible day, and later ones on which a session meets one of a course on other skin.
    fn candidates(&self, at: usize) -> Days {
        let Some(course) = self.courses.get(at) else { return Days::new() };
        let earliest = self.earliest();
        let Some(&first) = earliest.get(at) else { return Days::new() };
        let mut starts: Days = smallvec![first];
        for other in self.apart(at) {
            let (Some(it), Some(start)) = (self.courses.get(other), earliest.get(other)) else { continue };
            for day in it.offsets.iter().map(|offset| start + offset) {
                starts.extend(course.offsets.iter().map(|offset| day - offset).filter(|start| *start > first));
            }
        }
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// The courses that neither come before it nor after it.
    fn apart(&self, at: usize) -> impl Iterator<Item = usize> {
        let others = (0..self.courses.len()).filter(move |other| *other != at);
        others.filter(move |other| !self.is_before(*other, at) && !self.is_before(at, *other))
    }

    /// Is `earlier` on skin that `later` waits for?
    fn is_before(&self, earlier: usize, later: usize) -> bool {
        self.before.get(later).and_then(|row| row.get(earlier)).copied().unwrap_or(false)
    }

    /// The first day of each course; those that are not placed yet start as early as they may.
    fn earliest(&self) -> Days {
        let mut days: Days = Days::new();
        for (at, course) in self.courses.iter().enumerate() {
            let after = course.after.iter().filter_map(|(before, wait)| {
                Some(days.get(*before)? + self.courses.get(*before)?.offsets.last()? + wait)
            });
            let first = after.fold(course.ready, Day::max);
            days.push(self.start(at).unwrap_or(first));
        }
        days
    }
}

/// What makes one list of visits better than another.
fn rank(visits: &[Day]) -> (usize, Option<&Day>, &[Day]) {
    (visits.len(), visits.last(), visits)
}

#[cfg(test)]
mod tests;
