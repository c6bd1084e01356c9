//! Places courses where visits have to be apart, or hold only so many procedures.
//!
//! A session that would be due too close to a visit, or at one that is full, is done on the next day on which it can be.
//! What stands earlier in the list keeps its days: what stands later finds its place around it. So what can be chosen is
//! again the first day of each course, and the best of all choices is the one of `place.rs`.
//!
//! A quick search tries the starts on which sessions meet; then every day is tried up to the one after which nothing can
//! be better, unless that would take too long.

use smallvec::smallvec;

use super::{
    Course, closure,
    diary::{Diary, Held},
    longest_chain, rank, visits_after,
};
use crate::{
    domain::{Day, Days, Weekday},
    engine::{calendar::Turn, limits::SPACED},
};
use strum::EnumCount as _;

/// Where one course goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct Placed {
    /// The days of its sessions.
    pub days: Days,
    /// What kept a session, by its place, off an earlier day.
    pub held: Vec<(usize, Held)>,
}

/// Finds the days of each course, and says whether it is known that no others are better.
pub(super) fn place(courses: &[Course], diary: &Diary) -> (Vec<Placed>, bool) {
    let before = closure(courses);
    let is_before = |earlier: usize, later: usize| before.get(later).and_then(|row| row.get(earlier)) == Some(&true);
    let lonely = |at: usize| (0..courses.len()).all(|it| it == at || is_before(it, at) || is_before(at, it));
    let rested = courses.iter().flat_map(|it| &it.after).all(|(_, wait)| *wait > 0);
    let mut search = Search {
        courses,
        before: &before,
        lonely: (0..courses.len()).map(lonely).collect(),
        most_moved: Vec::new(),
        least: if rested { longest_chain(courses, &before, |_| true) } else { 0 },
        horizon: horizon(courses, diary),
        days: Vec::with_capacity(courses.len()),
        best: None,
        trying: Trying::Meetings,
        tried: 0,
    };
    search.begin(diary);
    for trying in [Trying::Meetings, Trying::EveryDay] {
        search.trying = trying;
        search.tried = 0;
        search.extend(diary);
    }
    let exact = search.tried < SPACED;
    let days = search.best.map(|it| it.days).unwrap_or_default();
    (told(courses, diary, days), exact)
}

/// The days of each course, with what kept its sessions off earlier ones.
fn told(courses: &[Course], diary: &Diary, all: Vec<Days>) -> Vec<Placed> {
    let mut diary = diary.clone();
    let mut placed: Vec<Placed> = Vec::with_capacity(courses.len());
    let mut before: Vec<Days> = Vec::with_capacity(courses.len());
    let others = |at: usize, diary: &Diary| {
        let mut diary = diary.clone();
        let rest = courses.iter().zip(&all).skip(at.saturating_add(1));
        rest.for_each(|(course, days)| diary.place(days, course.procedures));
        diary
    };
    for (at, (course, days)) in courses.iter().zip(&all).enumerate() {
        let held = course.held(&diary, &others(at, &diary), course.due(&before), days);
        diary.place(days, course.procedures);
        before.push(days.clone());
        placed.push(Placed { days: days.clone(), held });
    }
    placed
}

impl Course {
    /// The days of its sessions around the visits of the diary, when the first is due on `start`.
    fn fit(&self, diary: &Diary, start: Day) -> Days {
        let mut days = Days::new();
        let mut before: Option<(Day, Day)> = None;
        for &offset in &self.offsets {
            let (turn, due) = match before {
                Some((earlier, day)) => (Turn::Later, day.saturating_add(apart(diary, offset - earlier))),
                None => (Turn::First, start),
            };
            let mut day = self.calendar.open_from(turn, due);
            while let Some((_, later)) = diary.held(day, self.procedures) {
                day = self.calendar.open_from(turn, later);
            }
            before = Some((offset, day));
            days.push(day);
        }
        days
    }

    /// What keeps each session off earlier days, when the first could be on `due`. A course that begins later does so for
    /// what any of its sessions would meet of all `others`.
    fn held(&self, diary: &Diary, others: &Diary, due: Day, days: &[Day]) -> Vec<(usize, Held)> {
        let mut all = self.met(diary, due, days);
        let first = self.calendar.open_from(Turn::First, due);
        if days.first().is_some_and(|day| *day > first) {
            let early = self.met(others, due, &self.fit(others, first));
            all.extend(early.into_iter().map(|(_, held)| (0, held)));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What each session meets on the days before its own.
    fn met(&self, diary: &Diary, due: Day, days: &[Day]) -> Vec<(usize, Held)> {
        let mut all = Vec::new();
        let mut before: Option<(Day, Day)> = None;
        for ((session, &offset), &day) in self.offsets.iter().enumerate().zip(days) {
            let (turn, due) = match before {
                Some((earlier, day)) => {
                    let usual = offset - earlier;
                    if self.calendar.open_from(Turn::Later, day.saturating_add(usual)) < day + apart(diary, usual) {
                        all.push((session, Held::TooClose));
                    }
                    (Turn::Later, day.saturating_add(apart(diary, usual)))
                }
                None => (Turn::First, due),
            };
            let mut open = self.calendar.open_from(turn, due);
            while let Some((held, later)) = diary.held(open, self.procedures) {
                all.push((session, held));
                open = self.calendar.open_from(turn, later);
            }
            before = Some((offset, day));
        }
        all
    }
}

/// Days from one session of a course to the next: visits are apart.
fn apart(diary: &Diary, usual: Day) -> Day {
    if usual > 0 { usual.max(diary.limits.apart) } else { usual }
}

/// A day on which every course of the best placement is over: whatever hangs together is no longer than all of it one
/// after the other, and begins within a week of a day on which something settles.
fn horizon(courses: &[Course], diary: &Diary) -> Day {
    let week = Day::try_from(Weekday::COUNT).unwrap_or_default();
    let pause = diary.limits.apart.max(diary.limits.around).saturating_add(week);
    let closed = courses.iter().filter_map(|it| it.calendar.last_closed());
    let settled = courses.iter().map(|it| it.ready).chain(closed).chain(diary.last()).max().unwrap_or_default();
    courses.iter().fold(settled, |day, course| {
        let wait = course.after.iter().map(|(_, wait)| *wait).max().unwrap_or_default();
        let length = course.offsets.last().copied().unwrap_or_default();
        let pauses = course.offsets.iter().fold(pause, |all, _| all.saturating_add(pause));
        day.saturating_add(wait).saturating_add(length).saturating_add(pauses)
    })
}

/// Which starts are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trying {
    /// The earliest one, and those with which a session meets another.
    Meetings,
    /// All that can be better.
    EveryDay,
}

/// A placement of all courses.
struct Found {
    visits: Days,
    days: Vec<Days>,
}

struct Search<'a> {
    courses: &'a [Course],
    /// The courses before each one.
    before: &'a [Vec<bool>],
    /// By course: does everything else come before it or after it?
    lonely: Vec<bool>,
    /// By course: the most sessions that may be moved.
    most_moved: Vec<usize>,
    /// Visits that no placement can do without; none is known where courses may share a day without a wait.
    least: usize,
    /// No course of the best placement goes on later.
    horizon: Day,
    /// The days of the courses that are placed.
    days: Vec<Days>,
    best: Option<Found>,
    trying: Trying,
    tried: usize,
}

impl Search<'_> {
    /// Each course in turn as early as it may.
    fn begin(&mut self, diary: &Diary) {
        let mut diary = diary.clone();
        let mut all: Vec<Days> = Vec::with_capacity(self.courses.len());
        for course in self.courses {
            let days = course.fit(&diary, course.due(&all));
            self.most_moved.push(course.moved(&days));
            diary.place(&days, course.procedures);
            all.push(days);
        }
        self.best = Some(Found { visits: diary.placed().collect(), days: all });
    }

    /// Places one more course in every way worth trying.
    fn extend(&mut self, diary: &Diary) {
        let at = self.days.len();
        let Some(course) = self.courses.get(at) else { return self.finish(diary) };
        let due = course.due(&self.days);
        match self.trying {
            _ if self.lonely.get(at) == Some(&true) && self.keeps_rhythm(course, &course.fit(diary, due)) => {
                self.follow(course, due, diary);
            }
            Trying::Meetings => {
                for start in self.meetings(at, due, diary) {
                    if self.follow(course, start, diary).is_none() {
                        break;
                    }
                }
            }
            Trying::EveryDay => {
                let mut start = due;
                while start <= self.horizon && !self.is_spent() {
                    let Some(first) = self.follow(course, start, diary) else { break };
                    // With what begins later and is done on the same day all is the same.
                    start = first.max(start).saturating_add(1);
                }
            }
        }
    }

    fn is_spent(&self) -> bool {
        self.tried >= SPACED
    }

    /// Tries one start. The day of the first session then, unless every later start is too late as well.
    fn follow(&mut self, course: &Course, start: Day, diary: &Diary) -> Option<Day> {
        if self.is_spent() {
            return None;
        }
        self.tried += self.courses.len();
        let days = course.fit(diary, start);
        let (first, last) = (days.first().copied()?, days.last().copied()?);
        let best = self.best.as_ref().map_or((usize::MAX, Day::MAX), |it| score(&it.visits));
        if (diary.placed().count().max(self.least), last) > best {
            return None;
        }
        if self.keeps_rhythm(course, &days) {
            let mut diary = diary.clone();
            diary.place(&days, course.procedures);
            self.days.push(days);
            if self.at_best(&diary) <= best {
                self.extend(&diary);
            }
            self.days.pop();
        }
        Some(first)
    }

    fn finish(&mut self, diary: &Diary) {
        let visits: Days = diary.placed().collect();
        if self.best.as_ref().is_none_or(|best| rank(&visits) < rank(&best.visits)) {
            self.best = Some(Found { visits, days: self.days.clone() });
        }
    }

    /// Does the next course keep its rhythm as well as it can on these days?
    fn keeps_rhythm(&self, course: &Course, days: &[Day]) -> bool {
        self.most_moved.get(self.days.len()).is_some_and(|most| course.moved(days) <= *most)
    }

    /// The fewest visits and the earliest end that can still come of what is placed.
    fn at_best(&self, diary: &Diary) -> (usize, Day) {
        let mut layout = self.days.clone();
        for course in self.courses.iter().skip(self.days.len()) {
            layout.push(course.days(course.opening(course.due(&layout))));
        }
        let end = layout.iter().filter_map(|days| days.last()).max().copied().unwrap_or_default();
        let last = diary.placed().last().unwrap_or(Day::MIN);
        let open = |at: usize| self.least > 0 && at >= self.days.len();
        let added = visits_after(last, &layout, self.before, open);
        (diary.placed().count().saturating_add(added).max(self.least), end)
    }

    /// The earliest start, and those on which a session may meet one of another course.
    fn meetings(&self, at: usize, due: Day, diary: &Diary) -> Days {
        let mut starts: Days = smallvec![due];
        let Some(course) = self.courses.get(at) else { return starts };
        let mut others: Days = diary.placed().collect();
        let mut all = self.days.clone();
        for other in self.courses.iter().skip(at) {
            all.push(other.days(other.opening(other.due(&all))));
        }
        others.extend(all.into_iter().skip(at.saturating_add(1)).flatten());
        let first = course.offsets.first().copied().unwrap_or_default();
        let meets = |day: Day| course.offsets.iter().map(move |offset| day - (offset - first));
        starts.extend(others.into_iter().flat_map(meets).filter(|start| *start > due));
        starts.sort_unstable();
        starts.dedup();
        starts
    }
}

/// What makes a placement better, but for the days themselves.
fn score(visits: &[Day]) -> (usize, Day) {
    (visits.len(), visits.last().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests;
