//! Places courses on days: every wait is kept, and visits are shared where that makes fewer of them.
//!
//! A course keeps the usual distance between its sessions; a session that would fall on a closed day moves to the next
//! open one, and what follows moves with it. What can be chosen is the first day. So the question is how late each
//! course starts, and the answer is the best of all starts in this order: number of visits, last day, the days
//! themselves. For the sake of fewer visits no course has more sessions moved than if all had begun as early as they
//! may.
//!
//! A quick search tries the starts on which courses meet. An exhaustive one then proves that nothing is better, or finds
//! what is, unless it would take too long: `exhaustive.rs` says why what it tries is enough.

mod exhaustive;

use smallvec::smallvec;

use crate::domain::{Day, Days};

use super::{
    calendar::{Calendar, Turn},
    limits::PLACEMENTS,
};

/// A course to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Course {
    /// Days of its sessions, counted from its first, when no day is closed.
    pub offsets: Days,
    /// First day that nothing forbids.
    pub ready: Day,
    /// Courses that come before it on the same skin, and the wait from their last session to its first.
    pub after: Vec<(usize, Day)>,
    /// The days on which its sessions can be.
    pub calendar: Calendar,
}

impl Course {
    /// The days of its sessions when the first is on `start`.
    pub(super) fn days(&self, start: Day) -> Days {
        if self.calendar.is_always_open() {
            return self.offsets.iter().map(|offset| start + offset).collect();
        }
        let mut days = Days::new();
        let mut before: Option<(Day, Day)> = None;
        for &offset in &self.offsets {
            let day = match before {
                Some((earlier, day)) => self.calendar.open_from(Turn::Later, day + offset - earlier),
                None => start,
            };
            before = Some((offset, day));
            days.push(day);
        }
        days
    }

    /// How many sessions are later than their usual distance from the one before.
    fn moved(&self, start: Day) -> usize {
        if self.calendar.is_always_open() {
            return 0;
        }
        let days = self.days(start);
        let usual = self.offsets.iter().zip(self.offsets.iter().skip(1)).map(|(before, after)| after - before);
        let real = days.iter().zip(days.iter().skip(1)).map(|(before, after)| after - before);
        usual.zip(real).filter(|(usual, real)| usual < real).count()
    }

    /// The day of its last session when the first is on `start`.
    fn last(&self, start: Day) -> Option<Day> {
        if self.calendar.is_always_open() {
            return self.offsets.last().map(|offset| start + offset);
        }
        self.days(start).last().copied()
    }

    /// The first day from `day` on on which it can begin.
    fn opening(&self, day: Day) -> Day {
        self.calendar.open_from(Turn::First, day)
    }

    /// All starts from `from` on with which a session is on `day`.
    fn all_meeting(&self, session: usize, day: Day, from: Day) -> Days {
        let mut starts = Days::new();
        let mut next = self.meeting(session, day, from);
        while let Some(start) = next {
            starts.push(start);
            let later = Some(self.opening(start + 1)).filter(|_| !self.calendar.is_always_open());
            next = later.filter(|later| self.days(*later).get(session) == Some(&day));
        }
        starts
    }

    /// The first start from `from` on with which a session is on `day`.
    fn meeting(&self, session: usize, day: Day, from: Day) -> Option<Day> {
        let latest = day - self.offsets.get(session)?;
        if latest < from {
            return None;
        }
        if self.calendar.is_always_open() {
            return Some(latest);
        }
        // The later it starts, the later the session: no earlier start than this one brings it so late.
        let reaches = |start: Day| self.days(self.opening(start)).get(session).is_some_and(|it| *it >= day);
        let (mut least, mut most) = (from, latest);
        while least < most {
            let middle = least.midpoint(most);
            if reaches(middle) {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        let start = self.opening(least);
        (self.days(start).get(session) == Some(&day)).then_some(start)
    }
}

/// Where the courses go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Placement {
    /// The first day of each course.
    pub starts: Days,
    /// Is it known that no other placement is better?
    pub best: bool,
}

/// Finds the first day of each course. `after` may only name courses that come earlier in the list.
pub(super) fn place(courses: &[Course]) -> Placement {
    let mut board =
        Board { courses, before: closure(courses), starts: vec![None; courses.len()], most_moved: Vec::new() };
    let soonest = board.earliest();
    board.most_moved = courses.iter().zip(&soonest).map(|(course, start)| course.moved(*start)).collect();
    let mut search = Search { board, best: None, tried: 0 };
    search.extend();
    let spent = search.is_spent();
    let Search { board, best, .. } = search;
    match best {
        Some(found) => exhaustive::improve(board, found, spent),
        None => Placement::default(),
    }
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

/// A placement of all courses.
#[derive(Debug)]
struct Found {
    /// The days that are taken.
    visits: Days,
    starts: Days,
}

/// The courses, and where they are placed so far.
#[derive(Debug)]
struct Board<'a> {
    courses: &'a [Course],
    /// The courses before each one.
    before: Vec<Vec<bool>>,
    /// `None`: not placed yet.
    starts: Vec<Option<Day>>,
    /// By course: the most sessions that may be moved.
    most_moved: Vec<usize>,
}

impl Board<'_> {
    fn put(&mut self, at: usize, start: Option<Day>) {
        if let Some(slot) = self.starts.get_mut(at) {
            *slot = start;
        }
    }

    fn start(&self, at: usize) -> Option<Day> {
        self.starts.get(at).copied().flatten()
    }

    /// Does it keep its rhythm as well as it can when it begins on `start`?
    fn keeps_rhythm(&self, at: usize, start: Day) -> bool {
        let moved = self.courses.get(at).map(|course| course.moved(start));
        moved.as_ref() <= self.most_moved.get(at)
    }

    /// Is it not placed yet, and is all that comes before it?
    fn may_be_next(&self, at: usize) -> bool {
        let ready = |course: &Course| course.after.iter().all(|(before, _)| self.start(*before).is_some());
        self.start(at).is_none() && self.courses.get(at).is_some_and(ready)
    }

    /// The days that are taken so far.
    fn visits(&self) -> Days {
        let placed = self.courses.iter().zip(&self.starts).filter_map(|(course, start)| Some((course, (*start)?)));
        let mut days: Days = placed.flat_map(|(course, start)| course.days(start)).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The placement, once every course has its place.
    fn found(&self) -> Found {
        Found { visits: self.visits(), starts: self.starts.iter().map(|start| start.unwrap_or_default()).collect() }
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
            let after = course
                .after
                .iter()
                .filter_map(|(before, wait)| Some(self.courses.get(*before)?.last(*days.get(*before)?)? + wait));
            let first = after.fold(course.ready, Day::max);
            days.push(self.start(at).unwrap_or_else(|| course.opening(first)));
        }
        days
    }
}

/// The quick search: courses that may be next start as early as they may, or meet another one.
struct Search<'a> {
    board: Board<'a>,
    best: Option<Found>,
    tried: usize,
}

impl Search<'_> {
    /// Places one more course in every way worth trying.
    fn extend(&mut self) {
        let turn: Vec<usize> = (0..self.board.courses.len()).filter(|at| self.board.may_be_next(*at)).collect();
        if turn.is_empty() {
            return self.finish();
        }
        // A course that nothing can meet has one place only, whatever the order.
        let lonely = turn.iter().copied().find(|at| self.board.apart(*at).next().is_none());
        for at in lonely.map_or(turn, |at| vec![at]) {
            let Some(&first) = self.board.earliest().get(at) else { continue };
            if self.is_spent() {
                return;
            }
            self.follow(at, first);
            if self.is_spent() {
                return;
            }
            for start in self.later(at, first) {
                if self.is_spent() {
                    return;
                }
                self.follow(at, start);
            }
        }
    }

    /// The first way is always followed to its end, so that there is an answer.
    fn is_spent(&self) -> bool {
        self.best.is_some() && self.tried >= PLACEMENTS
    }

    fn follow(&mut self, at: usize, start: Day) {
        self.tried += self.board.courses.len();
        self.board.put(at, Some(start));
        if self.board.keeps_rhythm(at, start) && !self.is_hopeless() {
            self.extend();
        }
        self.board.put(at, None);
    }

    fn finish(&mut self) {
        let found = self.board.found();
        if self.best.as_ref().is_none_or(|best| rank(&found.visits) < rank(&best.visits)) {
            self.best = Some(found);
        }
    }

    /// Can what is placed so far no longer become the best?
    fn is_hopeless(&self) -> bool {
        self.best.as_ref().is_some_and(|best| self.board.visits().len() > best.visits.len())
    }

    /// Starts after the first possible one on which a session meets one of a course on other skin.
    fn later(&mut self, at: usize, first: Day) -> Days {
        let Some(course) = self.board.courses.get(at) else { return Days::new() };
        let earliest = self.board.earliest();
        let mut starts: Days = smallvec![];
        for other in self.board.apart(at) {
            let (Some(it), Some(start)) = (self.board.courses.get(other), earliest.get(other)) else { continue };
            for day in it.days(*start) {
                let sessions = 0..course.offsets.len();
                // Closed days make it dear to look for a start.
                self.tried += if course.calendar.is_always_open() { 0 } else { sessions.len() };
                starts.extend(sessions.filter_map(|it| course.meeting(it, day, first)).filter(|it| *it > first));
            }
        }
        starts.sort_unstable();
        starts.dedup();
        starts
    }
}

/// What makes one list of visits better than another.
fn rank(visits: &[Day]) -> (usize, Option<&Day>, &[Day]) {
    (visits.len(), visits.last(), visits)
}

#[cfg(test)]
mod tests;
