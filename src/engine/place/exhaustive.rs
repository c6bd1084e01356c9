//! Looks for a better placement until there is none, or until that would take too long.
//!
//! Why it is enough to try the starts that it tries. Take the best placement, and of equals the one with the least sum
//! of starts. Tie two courses when they share a day, or when one starts on the very day on which its wait after the
//! other is over. Take a set of courses that hang together by ties. Were none of them as early as it is ready, and had
//! none a session on the first open day after a closed one, then all of them could move by a day: their sessions move
//! with their starts, none is moved by a closed day, what they share is still shared, no wait is broken, and the sum is
//! less. So each set holds a
//! course of which one of these is true, and the others follow tie by tie. The search begins a set with such a course
//! and ties every further one to one that is placed, in every order.

use std::collections::BTreeSet;

use strum::EnumCount as _;

use super::{Board, Found, Placement, rank};
use crate::{
    domain::{Day, Days, Weekday},
    engine::{calendar::Turn, limits::PLACEMENTS},
};

/// Improves what the quick search found, and says whether it is the best now.
pub(super) fn improve(board: Board<'_>, found: Found, spent: bool) -> Placement {
    let earliest = board.earliest();
    let soon = |at: usize| earliest.get(at) == found.starts.get(at);
    let rested = board.courses.iter().flat_map(|it| &it.after).all(|(_, wait)| *wait > 0);
    if rested && longest_chain(&board, soon) == found.visits.len() {
        // These courses follow each other as early as they may, and the others add no visit.
        return Placement { starts: found.starts, best: true };
    }
    if spent {
        return Placement { starts: found.starts, best: false };
    }
    let least = if rested { longest_chain(&board, |_| true) } else { 0 };
    let roots = roots(&board);
    let mut search = Search { board, best: found, least, roots, seen: BTreeSet::new(), tried: 0 };
    search.extend();
    let best = !search.is_spent();
    Placement { starts: search.best.starts, best }
}

/// The most sessions of courses that follow each other, of those that fit: no two of them share a day.
fn longest_chain(board: &Board<'_>, fits: impl Fn(usize) -> bool) -> usize {
    let mut longest: Vec<usize> = Vec::with_capacity(board.courses.len());
    for (at, course) in board.courses.iter().enumerate() {
        let before = longest.iter().enumerate().filter(|(other, _)| board.is_before(*other, at)).map(|(_, it)| *it);
        let chain = before.max().unwrap_or(0).saturating_add(course.offsets.len());
        longest.push(if fits(at) { chain } else { 0 });
    }
    longest.into_iter().max().unwrap_or(0)
}

/// For each course, the starts with which a session is on the first open day after a closed one.
fn roots(board: &Board<'_>) -> Vec<Days> {
    let horizon = horizon(board);
    let mut roots = Vec::with_capacity(board.courses.len());
    for course in board.courses {
        let mut starts = Days::new();
        if !course.calendar.is_always_open() {
            for session in 0..course.offsets.len() {
                let turn = if session == 0 { Turn::First } else { Turn::Later };
                for day in course.calendar.reopenings(turn, course.ready, horizon) {
                    starts.extend(course.all_meeting(session, day, course.ready));
                }
            }
        }
        starts.sort_unstable();
        starts.dedup();
        roots.push(starts);
    }
    roots
}

/// A day on which every course of the best placement is over: later on only weeks repeat, and a set of courses that
/// began a week later than it could would begin a week earlier.
fn horizon(board: &Board<'_>) -> Day {
    let week = Day::try_from(Weekday::COUNT).unwrap_or_default();
    let courses = || board.courses.iter();
    let closed = courses().filter_map(|it| it.calendar.last_closed());
    let settled = courses().map(|it| it.ready).chain(closed).max().unwrap_or_default();
    courses().fold(settled, |day, course| {
        let wait = course.after.iter().map(|(_, wait)| *wait).max().unwrap_or_default();
        let start = course.opening(day.saturating_add(wait).saturating_add(week));
        course.last(start).unwrap_or(start).max(day).saturating_add(week)
    })
}

struct Search<'a> {
    board: Board<'a>,
    best: Found,
    /// Visits that no placement can do without.
    least: usize,
    /// For each course, starts that need no other course.
    roots: Vec<Days>,
    /// Placements of some courses that have been looked at.
    seen: BTreeSet<Vec<Option<Day>>>,
    tried: usize,
}

impl Search<'_> {
    /// Places one more course in every way that can lead to something better.
    fn extend(&mut self) {
        let open: Vec<usize> = (0..self.board.courses.len()).filter(|at| self.board.start(*at).is_none()).collect();
        if open.is_empty() {
            let found = self.board.found();
            if rank(&found.visits) < rank(&self.best.visits) {
                self.best = found;
            }
            return;
        }
        // A course that nothing can meet goes as early as it may, once what comes before it has its place.
        let lonely = |at: &usize| self.board.may_be_next(*at) && self.board.apart(*at).next().is_none();
        if let Some(at) = open.iter().copied().find(lonely)
            && let Some(&first) = self.board.earliest().get(at)
            && self.board.keeps_rhythm(at, first)
        {
            return self.follow(at, first);
        }
        for at in open {
            for start in self.starts(at) {
                if self.is_spent() {
                    return;
                }
                self.follow(at, start);
            }
        }
    }

    fn is_spent(&self) -> bool {
        self.tried >= PLACEMENTS
    }

    fn follow(&mut self, at: usize, start: Day) {
        self.tried += self.board.courses.len();
        self.board.put(at, Some(start));
        if self.board.keeps_rhythm(at, start) && self.seen.insert(self.board.starts.clone()) && self.is_hopeful() {
            self.extend();
        }
        self.board.put(at, None);
    }

    /// Can what is placed so far still be the best, and keep every wait?
    fn is_hopeful(&self) -> bool {
        let earliest = self.board.earliest();
        let last = |at: usize| self.board.courses.get(at)?.last(*earliest.get(at)?);
        let keeps = |(course, start): (&super::Course, &Option<Day>)| {
            let Some(start) = *start else { return true };
            course.after.iter().all(|(before, wait)| last(*before).is_none_or(|last| last + wait <= start))
        };
        let visits = self.board.visits().len().max(self.least);
        let ends = (0..self.board.courses.len()).filter_map(last).max();
        let no_worse = (visits, ends.as_ref()) <= (self.best.visits.len(), self.best.visits.last());
        no_worse && self.board.courses.iter().zip(&self.board.starts).all(keeps)
    }

    /// The starts that hang on what is placed, and those that hang on nothing.
    fn starts(&mut self, at: usize) -> Days {
        let mut starts = Days::new();
        let Some(course) = self.board.courses.get(at) else { return starts };
        let Some(&first) = self.board.earliest().get(at) else { return starts };
        starts.push(first);
        starts.extend(self.roots.get(at).into_iter().flatten().copied().filter(|start| *start > first));
        for other in self.board.apart(at) {
            let (Some(it), Some(start)) = (self.board.courses.get(other), self.board.start(other)) else { continue };
            for day in it.days(start) {
                for session in 0..course.offsets.len() {
                    self.tried += usize::from(!course.calendar.is_always_open());
                    starts.extend(course.all_meeting(session, day, first));
                }
            }
        }
        let sessions = course.offsets.len();
        for (later, start) in self.board.courses.iter().zip(&self.board.starts) {
            // What comes after it has its place already: it can end just in time for that.
            let waits = later.after.iter().filter(|(before, _)| *before == at);
            for (day, last) in waits.filter_map(|(_, wait)| Some(((*start)? - wait, sessions.checked_sub(1)?))) {
                starts.extend(course.all_meeting(last, day, first));
            }
        }
        starts.sort_unstable();
        starts.dedup();
        starts
    }
}
