//! Whoever is charged for a stream: each of its items by the rate of the caller, and the stream itself.

use std::{sync::Arc, time::Duration};

use super::{Caller, Guard, Of, Rate, Share};

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
    pub(in crate::serve) fn open(&self, most: usize) -> Option<Share> {
        self.caller.share(Of::Streams, most)
    }
}
