//! The search agrees with a brute force that tries every start day.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use smallvec::smallvec;
use strum::VariantArray as _;

use super::{Course, Placement, Turn, place, rank};
use crate::{
    domain::{Day, ProcedureSet, Weekday},
    engine::calendar::Calendar,
};

fn days(courses: &[Course], starts: &[Day]) -> Vec<Day> {
    let mut days: Vec<Day> = courses.iter().zip(starts).flat_map(|(course, start)| slow_days(course, *start)).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// Day by day: a session that is due waits until a day is open, and the next is due after it.
fn slow_days(course: &Course, start: Day) -> Vec<Day> {
    let mut found = vec![start];
    for pair in course.offsets.windows(2) {
        let mut day = found.last().unwrap() + pair[1] - pair[0];
        while !course.calendar.is_open(Turn::Later, day) {
            day += 1;
        }
        found.push(day);
    }
    found
}

fn keeps_waits(courses: &[Course], starts: &[Day]) -> bool {
    courses.iter().zip(starts).all(|(course, start)| {
        *start >= course.ready
            && course.calendar.is_open(Turn::First, *start)
            && course
                .after
                .iter()
                .all(|(before, wait)| *start >= slow_days(&courses[*before], starts[*before]).last().unwrap() + wait)
    })
}

/// How many sessions are not on their usual day after the one before.
fn moved(course: &Course, start: Day) -> usize {
    let days = slow_days(course, start);
    let usual = course.offsets.windows(2).map(|it| it[1] - it[0]);
    let late = course.usual.is_some_and(|usual| start > usual);
    days.windows(2).map(|it| it[1] - it[0]).zip(usual).filter(|(real, usual)| real != usual).count() + usize::from(late)
}

/// Each course in turn as early as it may.
fn soonest(courses: &[Course]) -> Vec<Day> {
    let mut starts: Vec<Day> = Vec::new();
    for course in courses {
        let mut day = 0;
        loop {
            let after = |(before, wait): &(usize, Day)| {
                day >= slow_days(&courses[*before], starts[*before]).last().unwrap() + wait
            };
            if day >= course.ready && course.calendar.is_open(Turn::First, day) && course.after.iter().all(after) {
                break;
            }
            day += 1;
        }
        starts.push(day);
    }
    starts
}

/// Every start up to `horizon`, one by one.
fn brute_force(courses: &[Course], horizon: Day) -> Option<Vec<Day>> {
    let mut best: Option<Vec<Day>> = None;
    let most: Vec<usize> = courses.iter().zip(soonest(courses)).map(|(course, start)| moved(course, start)).collect();
    let mut starts = vec![0; courses.len()];
    loop {
        let rhythm = |((course, start), most): ((&Course, &Day), &usize)| moved(course, *start) <= *most;
        if keeps_waits(courses, &starts) && courses.iter().zip(&starts).zip(&most).all(rhythm) {
            let found = days(courses, &starts);
            if best.as_ref().is_none_or(|best| rank(&found) < rank(best)) {
                best = Some(found);
            }
        }
        let Some(at) = starts.iter().rposition(|start| *start < horizon) else { return best };
        starts[at] += 1;
        starts[at + 1..].fill(0);
    }
}

/// Small numbers from a fixed sequence, so that a failure can be repeated.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn below(&mut self, limit: u64) -> i32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((self.0 >> 33) % limit).unwrap()
    }

    pub(super) fn courses(&mut self, size: i32, calendar: impl Fn(&mut Self) -> Calendar) -> Vec<Course> {
        let course = |at| {
            let step = 1 + self.below(4);
            let sessions = 1 + self.below(3);
            let after = (0..at).filter(|_| self.below(2) == 0).collect::<Vec<_>>();
            let ready = self.below(4);
            let usual = (self.below(3) == 0).then(|| ready + self.below(3) - 1);
            Course {
                offsets: (0..sessions).map(|it| it * step).collect(),
                ready,
                after: after.into_iter().map(|it| (usize::try_from(it).unwrap(), 1 + self.below(3))).collect(),
                calendar: calendar(self),
                procedures: ProcedureSet::default(),
                usual,
            }
        };
        (0..size).map(course).collect()
    }

    /// Days of the week, a time that is closed, and one that is closed for what begins: each now and then.
    pub(super) fn calendar(&mut self, today: Weekday) -> Calendar {
        let weekdays = Weekday::VARIANTS.iter().copied();
        let weekdays =
            if self.below(3) == 0 { weekdays.filter(|_| self.below(2) == 0).collect() } else { Default::default() };
        let mut times = Vec::new();
        for _ in 0..self.below(3) {
            let first = self.below(9);
            times.push((first, first + self.below(4)));
        }
        let calendar = Calendar::closed(&times, weekdays, today);
        let first = self.below(9);
        if self.below(3) == 0 { calendar.closed_to_the_first((first, first + self.below(6))) } else { calendar }
    }
}

/// Compares, and says how often the search was stopped before its end.
fn agrees(
    numbers: &mut Numbers,
    rounds: usize,
    size: i32,
    horizon: Day,
    calendar: impl Fn(&mut Numbers) -> Calendar,
) -> usize {
    let mut stopped = 0;
    for round in 0..rounds {
        let courses = numbers.courses(size, &calendar);
        let Placement { starts, best } = place(&courses);
        assert!(keeps_waits(&courses, &starts), "{round}: {courses:?} {starts:?}");
        for (course, start) in courses.iter().zip(&starts) {
            assert_eq!(course.days(*start).as_slice(), slow_days(course, *start), "{round}: {course:?}");
        }
        // Some chains of four are longer than what is tried one by one.
        let Some(brute) = brute_force(&courses, horizon) else { continue };
        let found = days(&courses, &starts);
        if best {
            assert_eq!(found, brute, "{round}: {courses:?}");
        } else {
            stopped += 1;
            assert!(rank(&found) >= rank(&brute), "{round}: {courses:?}");
        }
    }
    stopped
}

#[test]
fn agrees_with_brute_force_on_thousands_of_small_instances() {
    let mut numbers = Numbers(7);
    let open = |_: &mut Numbers| Calendar::open();
    assert_eq!(agrees(&mut numbers, 3_000, 2, 40, open), 0);
    assert_eq!(agrees(&mut numbers, 3_000, 3, 26, open), 0);
    // The search is stopped where four courses can meet in many ways.
    let stopped = agrees(&mut numbers, 100, 4, 18, open);
    assert!(stopped < 10, "{stopped} of 100");
}

#[test]
fn agrees_with_brute_force_when_days_are_closed() {
    let mut numbers = Numbers(11);
    // Each course has closed days of its own, as before an event.
    assert_eq!(agrees(&mut numbers, 3_000, 2, 50, |it| it.calendar(Weekday::Thursday)), 0);
    // All have the same, as when the patient cannot come.
    for round in 0..1_000 {
        let shared = numbers.calendar(Weekday::VARIANTS[round % 7]);
        assert_eq!(agrees(&mut numbers, 1, 2, 50, |_| shared.clone()), 0);
    }
    let stopped = agrees(&mut numbers, 200, 3, 30, |it| it.calendar(Weekday::Sunday));
    assert!(stopped < 10, "{stopped} of 200");
}

#[test]
fn without_a_reason_to_move_nothing_moves() {
    let mut numbers = Numbers(17);
    for _ in 0..1_000 {
        let courses = numbers.courses(3, |_| Calendar::open());
        let starts = place(&courses).starts;
        for (course, start) in courses.iter().zip(&starts) {
            let usual: Vec<Day> = course.offsets.iter().map(|offset| start + offset).collect();
            assert_eq!(course.days(*start).as_slice(), usual);
        }
        // A time that is closed long after the last day is no reason.
        let mut closed_later = courses.clone();
        for course in &mut closed_later {
            course.calendar = Calendar::closed(&[(500, 510)], Default::default(), Weekday::Monday);
        }
        assert_eq!(place(&closed_later).starts, starts);
    }
}

#[test]
fn one_chain_starts_as_early_as_it_may() {
    let course = |ready, after: &[(usize, Day)]| Course {
        offsets: smallvec![0, 28, 56],
        ready,
        after: after.to_vec(),
        calendar: Calendar::open(),
        procedures: ProcedureSet::default(),
        usual: None,
    };
    assert_eq!(place(&[course(14, &[]), course(0, &[(0, 42)])]).starts.as_slice(), [14, 112]);
}

#[test]
fn courses_on_other_skin_meet() {
    let course = |offsets, ready| Course {
        offsets,
        ready,
        after: Vec::new(),
        calendar: Calendar::open(),
        procedures: ProcedureSet::default(),
        usual: None,
    };
    let late = course(smallvec![0, 28, 56, 84], 28);
    let early = course(smallvec![0, 28, 56], 0);
    assert_eq!(place(&[late, early]).starts.as_slice(), [28, 28]);
}

#[test]
fn nothing_to_place() {
    assert_eq!(place(&[]), Placement { starts: smallvec![], best: true });
}
