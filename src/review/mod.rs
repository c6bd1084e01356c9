//! Tools with which clinicians review the knowledge: what a change changes and for whom, what nobody hears, the booklet.
//!
//! They plan the cases of `survey` and the worked cases, and write text. Nothing here serves requests.

mod booklet;
mod coverage;
mod details;
mod diff;
mod heard;
mod html;
mod pages;
mod words;
mod worked;

use std::{ops::Range, thread};

pub use booklet::booklet;
pub use coverage::{Coverage, coverage, coverage_in_words, heard_in_worked};
pub use details::{Details, details};
pub use diff::{Change, Difference, RuleChange, Side, diff};
pub use heard::heard;
pub use pages::{Page, pages};
pub use words::condition_in_words;
pub use worked::{Worked, worked};

/// Parts that each core works through one after the other, so that none waits long for the others.
const PARTS_A_CORE: usize = 16;

/// Runs `work` on every part of `0..many`, on all cores, and gives the results in the order of the parts.
pub(crate) fn everywhere<T: Send>(many: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let size = many.div_ceil(cores.saturating_mul(PARTS_A_CORE)).max(1);
    let parts: Vec<Range<usize>> = (0..many).step_by(size).map(|at| at..at.saturating_add(size).min(many)).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let run = || {
            let mut mine = Vec::new();
            loop {
                let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(part) = parts.get(at) else { return mine };
                mine.push((at, work(part.clone())));
            }
        };
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(run)).collect();
        let done = |it: thread::ScopedJoinHandle<'_, Vec<(usize, T)>>| match it.join() {
            Ok(done) => done,
            // Half an answer would be taken for a whole one.
            Err(panic) => std::panic::resume_unwind(panic),
        };
        workers.into_iter().flat_map(done).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, it)| it).collect()
}
