//! How often one caller may ask: so many at once, and after that so many a second.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// What is allowed to each caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::serve) struct Rate {
    /// Nanoseconds between two requests that go on for ever.
    apart: u64,
    /// Nanoseconds by which a caller may be ahead of that.
    ahead: u64,
}

impl Rate {
    /// `None` when there is no limit. Without a burst of its own, a second's worth may come at once.
    pub(in crate::serve) const fn new(per_second: u32, burst: u32) -> Option<Self> {
        let Some(apart) = 1_000_000_000_u64.checked_div(per_second as u64) else { return None };
        let burst = if burst == 0 { per_second } else { burst };
        Some(Self { apart, ahead: apart.saturating_mul(burst as u64) })
    }
}

/// The account of one caller: when it will have asked no more than it may. Takes no lock.
#[derive(Debug, Default)]
pub(in crate::serve) struct Account(AtomicU64);

impl Account {
    /// Has this caller asked no more than it may, so that forgetting it takes nothing back?
    pub(in crate::serve) fn is_even(&self, now: u64) -> bool {
        self.0.load(Relaxed) <= now
    }

    /// Counts one request at `now`, in nanoseconds since some beginning; or says how long to wait.
    pub(in crate::serve) fn take(&self, rate: Rate, now: u64) -> Result<(), Duration> {
        let mut wait = 0;
        let taken = self.0.fetch_update(Relaxed, Relaxed, |even| {
            let next = even.max(now).saturating_add(rate.apart);
            let ahead = next.saturating_sub(now);
            wait = ahead.saturating_sub(rate.ahead);
            (wait == 0).then_some(next)
        });
        taken.map(drop).map_err(|_| Duration::from_nanos(wait))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use super::{Account, Rate};

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_burst_then_a_steady_rate() {
        let rate = Rate::new(10, 5).unwrap();
        let account = Account::default();
        let now = 7 * SECOND;
        for _ in 0..5 {
            account.take(rate, now).unwrap();
        }
        assert_eq!(account.take(rate, now), Err(Duration::from_millis(100)));
        // What is refused is not counted.
        assert_eq!(account.take(rate, now + SECOND / 20), Err(Duration::from_millis(50)));
        account.take(rate, now + SECOND / 10).unwrap();
        assert!(account.take(rate, now + SECOND / 10).is_err());
        // A caller who was away has its burst again, and no more.
        let later = now + 1000 * SECOND;
        assert_eq!((0..100).filter(|_| account.take(rate, later).is_ok()).count(), 5);
    }

    #[test]
    fn over_time_no_more_than_the_rate() {
        let rate = Rate::new(3, 0).unwrap();
        let account = Account::default();
        let taken = (0..10_000).filter(|it| account.take(rate, it * SECOND / 1000).is_ok()).count();
        assert_eq!(taken, 3 + 30 - 1);
        assert_eq!(Rate::new(0, 7), None);
    }
}
