//! Where visits have to be apart, or hold only so many procedures, the search agrees with a brute force too.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use super::{Turn, rank};
use crate::{
    domain::{Day, ProcedureId, ProcedureSet, Weekday},
    engine::{
        calendar::Calendar,
        place::{Course, Diary, Held, Limits, place_in, tests::Numbers},
    },
};

/// The visits so far, by day.
type Visits = BTreeMap<Day, ProcedureSet>;

/// Can it be done on that day?
fn fits(visits: &Visits, limits: Limits, day: Day, what: ProcedureSet) -> bool {
    let what = visits.get(&day).map_or(what, |there| there.with(what));
    let near = visits.iter().filter(|(other, _)| (*other - day).abs() < limits.around);
    let has_room = near.map(|(_, there)| there.with(what)).all(|it| it.len() <= limits.most);
    has_room && (visits.contains_key(&day) || visits.keys().all(|other| (other - day).abs() >= limits.apart))
}

/// Day by day: each session waits until it can be done.
fn slow_days(visits: &Visits, limits: Limits, course: &Course, start: Day) -> Vec<Day> {
    let mut found: Vec<Day> = Vec::new();
    for (at, offset) in course.offsets.iter().enumerate() {
        let turn = if at == 0 { Turn::First } else { Turn::Later };
        let before = at.checked_sub(1).map(|before| (course.offsets[before], found[before]));
        let due = before.map_or(start, |(earlier, day)| day + offset - earlier);
        let own = |day: Day| before.is_none_or(|(_, before)| day - before >= limits.apart);
        let open = |day: &Day| {
            course.calendar.is_open(turn, *day) && own(*day) && fits(visits, limits, *day, course.procedures)
        };
        found.push((due..).find(open).unwrap());
    }
    found
}

/// How many sessions are later than usual after the one before.
fn moved(course: &Course, days: &[Day]) -> usize {
    let usual = course.offsets.windows(2).map(|it| it[1] - it[0]);
    let late = course.usual.is_some_and(|usual| days[0] > usual);
    days.windows(2).map(|it| it[1] - it[0]).zip(usual).filter(|(real, usual)| real != usual).count() + usize::from(late)
}

/// The days of all courses when each begins on its day of `starts`; `None` when a wait is broken.
fn all_days(courses: &[Course], limits: Limits, standing: &Visits, starts: &[Day]) -> Option<Vec<Vec<Day>>> {
    let mut visits = standing.clone();
    let mut all: Vec<Vec<Day>> = Vec::new();
    for (course, start) in courses.iter().zip(starts) {
        let after = |(before, wait): &(usize, Day)| *start >= all[*before].last().unwrap() + wait;
        if *start < course.ready || !course.after.iter().all(after) {
            return None;
        }
        let days = slow_days(&visits, limits, course, *start);
        for day in &days {
            let there = visits.entry(*day).or_default();
            *there = there.with(course.procedures);
        }
        all.push(days);
    }
    Some(all)
}

/// Each course in turn as early as it may.
fn soonest(courses: &[Course], limits: Limits, standing: &Visits) -> Vec<Vec<Day>> {
    let mut starts: Vec<Day> = Vec::new();
    for at in 0..courses.len() {
        let start = (0..).find(|day| {
            let starts: Vec<Day> = starts.iter().copied().chain([*day]).collect();
            all_days(&courses[..=at], limits, standing, &starts).is_some()
        });
        starts.push(start.unwrap());
    }
    all_days(courses, limits, standing, &starts).unwrap()
}

fn visits_of(all: &[Vec<Day>]) -> Vec<Day> {
    let mut visits: Vec<Day> = all.concat();
    visits.sort_unstable();
    visits.dedup();
    visits
}

/// Every start up to `horizon`, one by one.
fn brute_force(courses: &[Course], limits: Limits, standing: &Visits, horizon: Day) -> Vec<Day> {
    let soonest = soonest(courses, limits, standing);
    let most: Vec<usize> = courses.iter().zip(&soonest).map(|(course, days)| moved(course, days)).collect();
    let mut best = visits_of(&soonest);
    let mut starts = vec![0; courses.len()];
    loop {
        if let Some(all) = all_days(courses, limits, standing, &starts)
            && courses.iter().zip(&all).zip(&most).all(|((course, days), most)| moved(course, days) <= *most)
        {
            let found = visits_of(&all);
            if rank(&found) < rank(&best) {
                best = found;
            }
        }
        let Some(at) = starts.iter().rposition(|start| *start < horizon) else { return best };
        starts[at] += 1;
        starts[at + 1..].fill(0);
    }
}

/// The best visits where nothing keeps them apart.
fn freely(courses: &[Course], horizon: Day) -> Vec<Day> {
    brute_force(courses, Limits { apart: 1, most: usize::MAX, around: 1 }, &Visits::new(), horizon)
}

/// Are these days as far apart, and no fuller than they may be?
fn keeps(days: &[Vec<Day>], courses: &[Course], limits: Limits, standing: &Visits) -> bool {
    let mut visits = standing.clone();
    for (days, course) in days.iter().zip(courses) {
        for day in days {
            let there = visits.entry(*day).or_default();
            *there = there.with(course.procedures);
        }
    }
    let apart = visits.keys().zip(visits.keys().skip(1)).all(|(one, next)| next - one >= limits.apart);
    let near = |one: Day, next: Day| (one - next).abs() < limits.around;
    let has_room = |(one, there): (&Day, &ProcedureSet)| {
        visits.iter().filter(|(next, _)| near(*one, **next)).all(|(_, it)| there.with(*it).len() <= limits.most)
    };
    apart && visits.iter().all(has_room)
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
        let mut courses = numbers.courses(size, &calendar);
        for course in &mut courses {
            course.procedures = (0..=numbers.below(2)).map(|_| procedure(numbers.below(3))).collect();
        }
        let most = if numbers.below(2) == 0 { usize::MAX } else { 2 };
        let limits = Limits { apart: 1 + numbers.below(6), most, around: 1 + numbers.below(4) };
        let standing: Visits = match numbers.below(3) {
            0 => Visits::new(),
            back => [(1 - back, std::iter::once(procedure(0)).collect())].into(),
        };
        let diary = Diary::new(limits, standing.clone());
        let (placed, best) = place_in(&courses, &diary);
        let days: Vec<Vec<Day>> = placed.iter().map(|it| it.days.to_vec()).collect();
        let starts: Vec<Day> = days.iter().map(|it| it[0]).collect();
        let told = format!("{round}: {courses:?} {limits:?} {standing:?}");
        if most == usize::MAX && limits.apart > 1 {
            assert_eq!(all_days(&courses, limits, &standing, &starts).as_ref(), Some(&days), "{told}");
        }
        let found = visits_of(&days);
        // What keeps to the limits anyway is not moved for them.
        if visits_of(&days) == freely(&courses, horizon) && keeps(&days, &courses, limits, &standing) {
            continue;
        }
        let brute = brute_force(&courses, limits, &standing, horizon);
        if best {
            assert_eq!(found, brute, "{told}");
        } else {
            stopped += 1;
            assert!(rank(&found) >= rank(&brute), "{told}");
        }
        for (course, placed) in courses.iter().zip(&placed).filter(|(it, _)| it.calendar.is_always_open()) {
            // What is later than usual says why, and nothing else does.
            for (session, days) in placed.days.windows(2).enumerate() {
                let usual = course.offsets[session + 1] - course.offsets[session];
                let held = placed.held.iter().any(|(it, _)| *it == session + 1);
                assert_eq!(held, days[1] - days[0] > usual, "{told} {placed:?}");
            }
        }
    }
    stopped
}

fn procedure(number: i32) -> ProcedureId {
    ProcedureId(u8::try_from(number).unwrap())
}

#[test]
fn agrees_with_brute_force_where_visits_are_apart() {
    let mut numbers = Numbers(23);
    let open = |_: &mut Numbers| Calendar::open();
    assert_eq!(agrees(&mut numbers, 1_500, 2, 40, open), 0);
    let stopped = agrees(&mut numbers, 150, 3, 26, open);
    assert!(stopped < 15, "{stopped} of 150");
}

#[test]
fn agrees_with_brute_force_where_visits_are_apart_and_days_are_closed() {
    let mut numbers = Numbers(29);
    let stopped = agrees(&mut numbers, 800, 2, 50, |it| it.calendar(Weekday::Thursday));
    assert!(stopped < 8, "{stopped} of 800");
}

#[test]
fn what_is_due_too_soon_waits_and_says_why() {
    let course = |offsets: &[Day], ready, number| Course {
        offsets: offsets.iter().copied().collect(),
        ready,
        after: Vec::new(),
        calendar: Calendar::open(),
        procedures: std::iter::once(procedure(number)).collect(),
        usual: None,
    };
    let limits = Limits { apart: 20, most: usize::MAX, around: 1 };
    // A visit two days ago: the first is due after twenty days, and the second course has no place of its own before 90.
    let diary = Diary::new(limits, [(-2, ProcedureSet::default())]);
    let (placed, best) = place_in(&[course(&[0, 28, 56], 0, 0), course(&[0, 42], 0, 1)], &diary);
    assert!(best);
    assert_eq!(placed[0].days.as_slice(), [18, 46, 74]);
    assert_eq!(placed[0].held, [(0, Held::TooClose)]);
    assert_eq!(placed[1].days.as_slice(), [18, 74]);
    assert_eq!(placed[1].held, [(0, Held::TooClose), (1, Held::TooClose)]);

    // One procedure at a visit: the other comes on the next day.
    let limits = Limits { apart: 1, most: 1, around: 1 };
    let (placed, best) =
        place_in(&[course(&[0, 28], 0, 0), course(&[0, 28], 0, 1)], &Diary::new(limits, std::iter::empty()));
    assert!(best);
    assert_eq!(placed[0].days.as_slice(), [0, 28]);
    assert_eq!(
        (placed[1].days.as_slice(), placed[1].held.as_slice()),
        ([1, 29].as_slice(), [(0, Held::Full)].as_slice())
    );
}
