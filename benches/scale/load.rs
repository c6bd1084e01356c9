//! A load that comes whether or not it is answered, and what became of it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::MissedTickBehavior};

use crate::calls::{Call, Callers, Ending};

/// One call that was made.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) sent: Instant,
    pub(crate) took: Duration,
    pub(crate) ending: Ending,
}

/// What became of the calls of one load.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally(pub(crate) Vec<Sample>);

impl Tally {
    pub(crate) fn count(&self, which: impl Fn(&Sample) -> bool) -> usize {
        self.0.iter().filter(|it| which(it)).count()
    }

    pub(crate) fn right(&self) -> usize {
        self.count(|it| matches!(it.ending, Ending::Right(_)))
    }

    pub(crate) fn of_release(&self, release: usize) -> usize {
        self.count(|it| it.ending == Ending::Right(release))
    }

    /// Not answered rightly: under a steady load a call that is shed has failed too.
    pub(crate) fn failed(&self) -> usize {
        self.0.len() - self.right()
    }

    /// Answered, and not with the bytes of any release.
    pub(crate) fn different(&self) -> usize {
        self.count(|it| matches!(it.ending, Ending::Different(_)))
    }

    pub(crate) fn shed(&self) -> usize {
        self.count(|it| it.ending == Ending::Shed)
    }

    pub(crate) fn since(&self, moment: Instant) -> Self {
        Self(self.0.iter().filter(|it| it.sent >= moment).cloned().collect())
    }

    /// The time within which this share of the calls that `which` picks ended, in milliseconds.
    pub(crate) fn within(&self, share: f64, which: impl Fn(&Sample) -> bool) -> f64 {
        let mut times: Vec<Duration> = self.0.iter().filter(|it| which(it)).map(|it| it.took).collect();
        times.sort();
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "figures for people"
        )]
        let at = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
        times.get(at).map_or(f64::NAN, |it| it.as_secs_f64() * 1000.0)
    }

    pub(crate) fn percentile(&self, share: f64) -> f64 {
        self.within(share, |it| matches!(it.ending, Ending::Right(_)))
    }

    /// What went wrong, how often, the most frequent first.
    pub(crate) fn reasons(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for sample in &self.0 {
            match &sample.ending {
                Ending::Right(_) => {}
                Ending::Shed => *counts.entry("shed".to_owned()).or_default() += 1,
                Ending::Different(call) => {
                    *counts.entry(format!("{call}: the answer is that of no release")).or_default() += 1
                }
                Ending::Failed(why) => *counts.entry(why.chars().take(200).collect()).or_default() += 1,
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|it| std::cmp::Reverse(it.1));
        counts.iter().take(5).map(|(why, count)| format!("\n      {count} x {why}")).collect()
    }
}

/// A load that goes on until it is stopped.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<Sample>>>,
    sender: tokio::task::JoinHandle<()>,
}

impl Load {
    /// Sends the calls in turn, `rate` of them a second, without waiting for answers.
    pub(crate) fn start(callers: &Arc<Callers>, calls: &Arc<Vec<Call>>, rate: f64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen: Arc<Mutex<Vec<Sample>>> = Arc::default();
        let (callers, calls) = (Arc::clone(callers), Arc::clone(calls));
        let (stopped, samples) = (Arc::clone(&stop), Arc::clone(&seen));
        let sender = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut open = JoinSet::new();
            for turn in 0.. {
                ticks.tick().await;
                if stopped.load(Relaxed) {
                    break;
                }
                let (callers, calls, samples) = (Arc::clone(&callers), Arc::clone(&calls), Arc::clone(&samples));
                open.spawn(async move {
                    let sent = Instant::now();
                    let ending = callers.send(&calls[turn % calls.len()], turn).await;
                    samples.lock().unwrap().push(Sample { sent, took: sent.elapsed(), ending });
                });
                while open.try_join_next().is_some() {}
            }
            while open.join_next().await.is_some() {}
        });
        Self { stop, seen, sender }
    }

    /// Sends no more, waits for what is open, and gives everything.
    pub(crate) async fn end(self) -> Tally {
        self.stop.store(true, Relaxed);
        self.sender.await.unwrap();
        Tally(std::mem::take(&mut self.seen.lock().unwrap()))
    }
}

/// So many callers at once, each sending the next call when it has its answer, for so long.
pub(crate) async fn closed(callers: &Arc<Callers>, calls: &Arc<Vec<Call>>, at_once: usize, time: Duration) -> Tally {
    let end = Instant::now() + time;
    let mut open = JoinSet::new();
    for caller in 0..at_once {
        let (callers, calls) = (Arc::clone(callers), Arc::clone(calls));
        open.spawn(async move {
            let mut samples = Vec::new();
            for turn in (caller..).step_by(at_once) {
                let sent = Instant::now();
                if sent >= end {
                    break;
                }
                let ending = callers.send(&calls[turn % calls.len()], turn).await;
                samples.push(Sample { sent, took: sent.elapsed(), ending });
            }
            samples
        });
    }
    Tally(open.join_all().await.into_iter().flatten().collect())
}
