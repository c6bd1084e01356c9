//! Looks for a better placement until there is none, or until that would take too long.
//!
//! Why it is enough to try the starts that it tries. Take the best placement, and of equals the one with the least sum
//! of starts. Tie two courses when they share a day, or when one starts on the very day on which its wait after the
//! other is over. Take a set of courses that hang together by ties. Were none of them as early as it is ready, and had
//! none a session on the first open day after a closed one, then all of them could move by a day: their sessions move
//! with their starts, none is moved by a closed day, what they share is still shared, no wait is broken, and the sum is
//! less. So each set holds a course of which one of these is true, and the others follow tie by tie. The search begins a
//! set with such a course and ties every further one to one that is placed, in every order.

use std::collections::BTreeSet;

use strum::EnumCount as _;

use super::{Board, Bounds, Course, Found, Placement, rank};
use crate::{
    domain::{Day, Days, Weekday},
    engine::{calendar::Turn, limits::PLACEMENTS},
};

/// Improves what the quick search found, and says whether it is the best now.
pub(super) fn improve(board: Board<'_>, bounds: &Bounds, found: Found) -> Placement {
    let roots = roots(&board);
    let mut search = Search { board, best: found, least: bounds.least, roots, seen: BTreeSet::new(), tried: 0 };
    let layout = search.board.layout();
    search.extend(&layout);
    let best = !search.is_spent();
    Placement { starts: search.best.starts, best }
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
    fn extend(&mut self, layout: &[Days]) {
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
            && let Some(&first) = layout.get(at).and_then(|days| days.first())
            && self.follow(at, first)
        {
            return;
        }
        for at in open {
            for start in self.starts(at, layout) {
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

    /// Places a course and goes on from there. Says whether the course keeps its rhythm so.
    fn follow(&mut self, at: usize, start: Day) -> bool {
        self.tried += self.board.courses.len();
        self.board.put(at, Some(start));
        let keeps_rhythm = self.board.keeps_rhythm(at);
        if keeps_rhythm && self.seen.insert(self.board.starts.clone()) {
            let layout = self.board.layout();
            if self.is_hopeful(&layout) {
                self.extend(&layout);
            }
        }
        self.board.put(at, None);
        keeps_rhythm
    }

    /// Can what is placed so far still be the best, and keep every wait?
    fn is_hopeful(&self, layout: &[Days]) -> bool {
        let last = |at: usize| layout.get(at)?.last();
        let keeps = |(course, start): (&Course, &Option<Day>)| {
            let Some(start) = *start else { return true };
            course.after.iter().all(|(before, wait)| last(*before).is_none_or(|last| last + wait <= start))
        };
        let kept = self.board.courses.iter().zip(&self.board.starts).all(keeps);
        kept && self.board.can_be_better(layout, self.least, &self.best)
    }

    /// The starts that hang on what is placed, and those that hang on nothing.
    fn starts(&mut self, at: usize, layout: &[Days]) -> Days {
        let mut starts = Days::new();
        let Some(course) = self.board.courses.get(at) else { return starts };
        let Some(&first) = layout.get(at).and_then(|days| days.first()) else { return starts };
        starts.push(first);
        starts.extend(self.roots.get(at).into_iter().flatten().copied().filter(|start| *start > first));
        for other in self.board.apart(at) {
            for &day in self.board.days.get(other).into_iter().flatten() {
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
