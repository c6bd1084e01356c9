//! Whoever is charged for a stream: each of its items by the rate of the caller, and the stream itself.
//!
//! Who was let in at the beginning need not be let in for ever: keys are taken back, and tokens end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use http::{HeaderMap, header};
use tonic::Status;

use super::{API_KEY, Caller, Guard, Of, Peer, Rate, Refusal, Share, TurnedAway};
use crate::serve::routes::Needs;

/// Between two looks whether a caller is still let in.
const LOOK: Duration = Duration::from_secs(1);

/// The caller of a stream.
#[derive(Debug, Clone)]
pub(in crate::serve) struct Payer {
    guard: Guard,
    caller: Arc<Caller>,
    rate: Option<Rate>,
    needs: Needs,
    peer: Arc<Peer>,
    /// What it was known by, of the headers.
    shown: HeaderMap,
    /// When it was last let in.
    known: Instant,
}

/// Why an item is not planned.
#[derive(Debug)]
pub(in crate::serve) enum Unpaid {
    /// Not before so long.
    Wait(Duration),
    /// The caller is let in no longer.
    Refused(Refusal, Status),
}

impl Payer {
    /// `caller` has just been let in by these headers.
    pub(in crate::serve) fn new(
        guard: Guard,
        caller: Arc<Caller>,
        rate: Option<Rate>,
        needs: Needs,
        headers: &HeaderMap,
        peer: Arc<Peer>,
    ) -> Self {
        let shown = [header::AUTHORIZATION, API_KEY].into_iter().filter_map(|name| {
            let value = headers.get(&name)?.clone();
            Some((name, value))
        });
        Self { guard, caller, rate, needs, peer, shown: shown.collect(), known: Instant::now() }
    }

    /// Lets one more item in, and charges it if it is `charged`.
    pub(in crate::serve) fn pay(&mut self, charged: bool) -> Result<(), Unpaid> {
        if self.known.elapsed() >= LOOK {
            let known = self.guard.admit(self.needs, &self.shown, &self.peer);
            known.map_err(|TurnedAway { why, status, .. }| Unpaid::Refused(why, status))?;
            self.known = Instant::now();
        }
        match self.rate.filter(|_| charged) {
            Some(rate) => self.caller.account.take(rate, self.guard.callers().now()).map_err(Unpaid::Wait),
            None => Ok(()),
        }
    }

    /// Opens a stream, if this caller has fewer than `most`.
    pub(in crate::serve) fn open(&self, most: usize) -> Option<Share> {
        self.caller.share(Of::Streams, most)
    }
}
