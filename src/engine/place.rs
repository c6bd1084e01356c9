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

mod diary;
mod exhaustive;
mod spaced;

use std::collections::BTreeSet;

use smallvec::{SmallVec, smallvec};

use crate::domain::{Day, Days, ProcedureSet};

use super::{
    calendar::{Calendar, Turn},
    limits::{FEW, QUICK},
};

pub(super) use diary::{Diary, Held, Limits};
pub(super) use spaced::Placed;

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
    /// What is done at each of its sessions.
    pub procedures: ProcedureSet,
    /// Of a course that goes on: the day on which its first session is due after the last that was done.
    pub usual: Option<Day>,
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
    fn moved(&self, days: &[Day]) -> usize {
        let usual = self.offsets.iter().zip(self.offsets.iter().skip(1)).map(|(before, after)| after - before);
        let real = days.iter().zip(days.iter().skip(1)).map(|(before, after)| after - before);
        let late = days.first().zip(self.usual).is_some_and(|(first, usual)| usual < *first);
        usual.zip(real).filter(|(usual, real)| usual < real).count().saturating_add(usize::from(late))
    }

    /// The day of its last session when the first is on `start`.
    fn last(&self, start: Day) -> Option<Day> {
        if self.calendar.is_always_open() {
            return self.offsets.last().map(|offset| start + offset);
        }
        self.days(start).last().copied()
    }

    /// The first day that nothing forbids when these are the days of the courses before it in the list.
    fn due(&self, earlier: &[Days]) -> Day {
        let after =
            self.after.iter().filter_map(|(before, wait)| Some(earlier.get(*before)?.last()?.saturating_add(*wait)));
        after.fold(self.ready, Day::max)
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

/// Finds the days of each course around the visits of the diary, and says whether it is known that no others are better
/// of those on which no session has to wait, or of all. `after` may only name courses that come earlier in the list.
pub(super) fn place_in(courses: &[Course], diary: &Diary) -> (Vec<Placed>, bool) {
    let (days, best) = place_freely(courses);
    let all = courses.iter().fold(diary.procedures(), |all, it| all.with(it.procedures));
    // What keeps to the limits anyway is not moved for them.
    if diary.limits.are_idle(all) || diary.admits(courses, &days) {
        return (days.into_iter().map(|days| Placed { days, held: Vec::new() }).collect(), best);
    }
    spaced::place(courses, diary)
}

/// Finds the days of each course, whatever the visits hold.
fn place_freely(courses: &[Course]) -> (SmallVec<[Days; FEW]>, bool) {
    if follow_each_other(courses) {
        // Each as early as it may: nothing can be shared, and a delay only ends later.
        return (as_early_as_may_be(courses), true);
    }
    let Placement { starts, best } = place(courses);
    (courses.iter().zip(starts).map(|(course, start)| course.days(start)).collect(), best)
}

/// Does each course wait for all that come before it in the list?
fn follow_each_other(courses: &[Course]) -> bool {
    courses.iter().enumerate().all(|(at, course)| {
        course.after.iter().map(|it| it.0).eq(0..at) && course.after.iter().all(|(_, wait)| *wait > 0)
    })
}

/// The days of each course as early as it may.
fn as_early_as_may_be(courses: &[Course]) -> SmallVec<[Days; FEW]> {
    let mut all: SmallVec<[Days; FEW]> = SmallVec::new();
    for course in courses {
        let days = course.days(course.opening(course.due(&all)));
        all.push(days);
    }
    all
}

/// Finds the first day of each course, whatever the visits hold.
fn place(courses: &[Course]) -> Placement {
    let mut board = Board {
        courses,
        before: closure(courses),
        starts: vec![None; courses.len()],
        days: vec![Days::new(); courses.len()],
        most_moved: Vec::new(),
    };
    let soonest = board.layout();
    board.most_moved = courses.iter().zip(&soonest).map(|(course, days)| course.moved(days)).collect();
    let bounds = Bounds::new(&board, &soonest);
    if bounds.rested && (0..courses.len()).all(|at| board.apart(at).next().is_none()) {
        // One follows the other, if through others.
        return Placement { starts: bounds.soonest, best: true };
    }
    let mut search = Search { board, bounds, best: None, proved: false, seen: BTreeSet::new(), tried: 0 };
    search.extend(&soonest);
    let spent = search.is_spent();
    let Search { board, bounds, best, proved, .. } = search;
    match best {
        Some(found) if proved => Placement { starts: found.starts, best: true },
        Some(found) if spent => Placement { starts: found.starts, best: false },
        Some(found) => exhaustive::improve(board, &bounds, found),
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
    /// The days of those that are placed; empty for the others.
    days: Vec<Days>,
    /// By course: the most sessions that may be moved.
    most_moved: Vec<usize>,
}

impl Board<'_> {
    fn put(&mut self, at: usize, start: Option<Day>) {
        if let (Some(slot), Some(days)) = (self.starts.get_mut(at), self.days.get_mut(at)) {
            *slot = start;
            *days = start.and_then(|start| Some(self.courses.get(at)?.days(start))).unwrap_or_default();
        }
    }

    fn start(&self, at: usize) -> Option<Day> {
        self.starts.get(at).copied().flatten()
    }

    /// Does it keep its rhythm as well as it can where it is placed?
    fn keeps_rhythm(&self, at: usize) -> bool {
        let (course, days) = (self.courses.get(at), self.days.get(at));
        course.zip(days).map(|(course, days)| course.moved(days)).as_ref() <= self.most_moved.get(at)
    }

    /// Is it not placed yet, and is all that comes before it?
    fn may_be_next(&self, at: usize) -> bool {
        let ready = |course: &Course| course.after.iter().all(|(before, _)| self.start(*before).is_some());
        self.start(at).is_none() && self.courses.get(at).is_some_and(ready)
    }

    /// The days that are taken so far.
    fn visits(&self) -> Days {
        let mut days: Days = self.days.iter().flatten().copied().collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The days of each course; those that are not placed yet start as early as they may.
    fn layout(&self) -> Vec<Days> {
        let mut all: Vec<Days> = Vec::with_capacity(self.courses.len());
        for ((course, start), days) in self.courses.iter().zip(&self.starts).zip(&self.days) {
            let days = if start.is_some() { days.clone() } else { course.days(course.opening(course.due(&all))) };
            all.push(days);
        }
        all
    }

    /// Can all courses still end with no more visits and no later than this? `layout` is that of the board.
    fn can_be_better(&self, layout: &[Days], least: usize, best: &Found) -> bool {
        let visits = self.visits();
        let ends = layout.iter().filter_map(|days| days.last()).max();
        let last = visits.last().copied().unwrap_or(Day::MIN);
        // Courses without a wait between them may share a day.
        let open = |at: usize| least > 0 && self.start(at).is_none();
        let visits = visits.len().saturating_add(visits_after(last, layout, &self.before, open)).max(least);
        (visits, ends) <= (best.visits.len(), best.visits.last())
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
}

/// What no placement can do without.
struct Bounds {
    /// Each course as early as it may, alone.
    soonest: Days,
    /// Visits.
    least: usize,
    /// No two courses that follow each other share a day.
    rested: bool,
}

impl Bounds {
    fn new(board: &Board<'_>, soonest: &[Days]) -> Self {
        let rested = board.courses.iter().flat_map(|it| &it.after).all(|(_, wait)| *wait > 0);
        let least = if rested { longest_chain(board.courses, &board.before, |_| true) } else { 0 };
        let soonest = soonest.iter().filter_map(|days| days.first().copied()).collect();
        Self { soonest, least, rested }
    }

    /// Is nothing better, since courses that follow each other as early as they may have all its visits?
    fn prove(&self, board: &Board<'_>, found: &Found) -> bool {
        let soon = |at: usize| self.soonest.get(at) == found.starts.get(at);
        self.rested && longest_chain(board.courses, &board.before, soon) == found.visits.len()
    }
}

/// The most sessions of courses that follow each other, of those that fit: no two of them share a day.
fn longest_chain(courses: &[Course], before: &[Vec<bool>], fits: impl Fn(usize) -> bool) -> usize {
    let mut longest: Vec<usize> = Vec::with_capacity(courses.len());
    for (at, (course, row)) in courses.iter().zip(before).enumerate() {
        let before = longest.iter().zip(row).filter(|(_, before)| **before).map(|(it, _)| *it);
        let chain = before.max().unwrap_or(0).saturating_add(course.offsets.len());
        longest.push(if fits(at) { chain } else { 0 });
    }
    longest.into_iter().max().unwrap_or(0)
}

/// The visits after `last` that courses which are still open must add, when they follow each other as early as they may.
fn visits_after(last: Day, layout: &[Days], before: &[Vec<bool>], open: impl Fn(usize) -> bool) -> usize {
    // By course: the sessions after that day of the courses up to it.
    let mut chains: Vec<usize> = Vec::with_capacity(layout.len());
    for (at, (days, row)) in layout.iter().zip(before).enumerate() {
        let before = chains.iter().zip(row).filter(|(_, before)| **before).map(|(it, _)| *it);
        let own = if open(at) { days.iter().filter(|day| **day > last).count() } else { 0 };
        chains.push(before.max().unwrap_or(0).saturating_add(own));
    }
    chains.into_iter().max().unwrap_or(0)
}

/// The quick search: courses that may be next start as early as they may, or meet another one.
struct Search<'a> {
    board: Board<'a>,
    bounds: Bounds,
    best: Option<Found>,
    /// Nothing is better than the best.
    proved: bool,
    /// Placements of some courses that have been looked at: the order in which they came says nothing.
    seen: BTreeSet<Vec<Option<Day>>>,
    tried: usize,
}

impl Search<'_> {
    /// Places one more course in every way worth trying.
    fn extend(&mut self, layout: &[Days]) {
        let turn: Vec<usize> = (0..self.board.courses.len()).filter(|at| self.board.may_be_next(*at)).collect();
        if turn.is_empty() {
            return self.finish();
        }
        // A course that nothing can meet has one place only, whatever the order.
        let lonely = turn.iter().copied().find(|at| self.board.apart(*at).next().is_none());
        for at in lonely.map_or(turn, |at| vec![at]) {
            let Some(&first) = layout.get(at).and_then(|days| days.first()) else { continue };
            if self.is_over() {
                return;
            }
            self.follow(at, first);
            if self.is_over() {
                return;
            }
            for start in self.later(at, first, layout) {
                if self.is_over() {
                    return;
                }
                self.follow(at, start);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.proved || self.is_spent()
    }

    /// The first way is always followed to its end, so that there is an answer.
    fn is_spent(&self) -> bool {
        self.best.is_some() && self.tried >= QUICK
    }

    fn follow(&mut self, at: usize, start: Day) {
        self.tried += self.board.courses.len();
        self.board.put(at, Some(start));
        if self.board.keeps_rhythm(at) && self.seen.insert(self.board.starts.clone()) {
            let layout = self.board.layout();
            if self.is_hopeful(&layout) {
                self.extend(&layout);
            }
        }
        self.board.put(at, None);
    }

    fn finish(&mut self) {
        let found = self.board.found();
        if self.best.as_ref().is_none_or(|best| rank(&found.visits) < rank(&best.visits)) {
            self.proved = self.bounds.prove(&self.board, &found);
            self.best = Some(found);
        }
    }

    /// Can what is placed so far still become the best?
    fn is_hopeful(&self, layout: &[Days]) -> bool {
        self.best.as_ref().is_none_or(|best| self.board.can_be_better(layout, self.bounds.least, best))
    }

    /// Starts after the first possible one on which a session meets one of a course on other skin.
    fn later(&mut self, at: usize, first: Day, layout: &[Days]) -> Days {
        let Some(course) = self.board.courses.get(at) else { return Days::new() };
        let mut starts: Days = smallvec![];
        for other in self.board.apart(at) {
            for &day in layout.get(other).into_iter().flatten() {
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
