//! The search agrees with a brute force that tries every start day.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use smallvec::smallvec;

use super::{Course, place, rank};
use crate::domain::Day;

fn days(courses: &[Course], starts: &[Day]) -> Vec<Day> {
    let mut days: Vec<Day> =
        courses.iter().zip(starts).flat_map(|(c, s)| c.offsets.iter().map(move |o| s + o)).collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn keeps_waits(courses: &[Course], starts: &[Day]) -> bool {
    courses.iter().zip(starts).all(|(course, start)| {
        *start >= course.ready
            && course.after.iter().all(|(before, wait)| {
                *start >= starts[*before] + courses[*before].offsets.last().copied().unwrap_or_default() + wait
            })
    })
}

/// Every start up to `horizon`, one by one.
fn brute_force(courses: &[Course], horizon: Day) -> Vec<Day> {
    let mut best: Option<Vec<Day>> = None;
    let mut starts = vec![0; courses.len()];
    loop {
        if keeps_waits(courses, &starts) {
            let found = days(courses, &starts);
            if best.as_ref().is_none_or(|best| rank(&found) < rank(best)) {
                best = Some(found);
            }
        }
        let Some(at) = starts.iter().rposition(|start| *start < horizon) else { return best.unwrap() };
        starts[at] += 1;
        starts[at + 1..].fill(0);
    }
}

/// Small numbers from a fixed sequence, so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> i32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((self.0 >> 33) % limit).unwrap()
    }
}

#[test]
fn agrees_with_brute_force_on_thousands_of_small_instances() {
    let mut numbers = Numbers(7);
    for round in 0..6_000 {
        let size = 2 + numbers.below(2);
        let courses: Vec<Course> = (0..size)
            .map(|at| {
                let step = 1 + numbers.below(4);
                let sessions = 1 + numbers.below(3);
                let after = (0..at).filter(|_| numbers.below(2) == 0).collect::<Vec<_>>();
                Course {
                    offsets: (0..sessions).map(|it| it * step).collect(),
                    ready: numbers.below(4),
                    after: after.into_iter().map(|it| (usize::try_from(it).unwrap(), 1 + numbers.below(3))).collect(),
                }
            })
            .collect();
        let starts = place(&courses);
        assert!(keeps_waits(&courses, &starts), "{round}: {courses:?} {starts:?}");
        let horizon = if size == 2 { 40 } else { 26 };
        assert_eq!(days(&courses, &starts), brute_force(&courses, horizon), "{round}: {courses:?}");
    }
}

#[test]
fn one_chain_starts_as_early_as_it_may() {
    let course = |ready, after: &[(usize, Day)]| Course { offsets: smallvec![0, 28, 56], ready, after: after.to_vec() };
    assert_eq!(place(&[course(14, &[]), course(0, &[(0, 42)])]).as_slice(), [14, 112]);
}

#[test]
fn courses_on_other_skin_meet() {
    let late = Course { offsets: smallvec![0, 28, 56, 84], ready: 28, after: Vec::new() };
    let early = Course { offsets: smallvec![0, 28, 56], ready: 0, after: Vec::new() };
    assert_eq!(place(&[late, early]).as_slice(), [28, 28]);
}

#[test]
fn nothing_to_place() {
    assert_eq!(place(&[]).as_slice(), [] as [Day; 0]);
}
