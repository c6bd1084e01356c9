//! Whoever is charged for a stream: each of its items by the rate of the caller, and the stream itself.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use super::{Caller, Guard, Rate};

/// The caller of a stream. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::serve) struct Payer {
    guard: Guard,
    caller: Arc<Caller>,
    rate: Option<Rate>,
}

impl Payer {
    pub(in crate::serve) fn new(guard: Guard, caller: Arc<Caller>, rate: Option<Rate>) -> Self {
        Self { guard, caller, rate }
    }

    /// Charges one more item, or says how long to wait.
    pub(in crate::serve) fn pay(&self) -> Result<(), Duration> {
        match self.rate {
            Some(rate) => self.caller.account.take(rate, self.guard.callers().now()),
            None => Ok(()),
        }
    }

    /// Opens a stream, if this caller has fewer than `most`.
    pub(in crate::serve) fn open(&self, most: usize) -> Option<Open> {
        let before = self.caller.streams.fetch_add(1, Relaxed);
        // Dropping it takes it back.
        let open = Open(Arc::clone(&self.caller));
        (before < most).then_some(open)
    }
}

/// One open stream of a caller, until it is dropped.
#[derive(Debug)]
pub(in crate::serve) struct Open(Arc<Caller>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{Guard, Payer};

    #[test]
    fn one_caller_has_only_so_many_streams() {
        let guard = Guard::open();
        let payer = |name| Payer::new(guard.clone(), guard.callers().named(name), None);
        let (one, other) = (payer("one"), payer("other"));
        let (first, second) = (one.open(2), payer("one").open(2));
        assert!(first.is_some() && second.is_some());
        assert!(one.open(2).is_none() && other.open(2).is_some());
        drop(first);
        assert!(one.open(2).is_some());
    }
}
