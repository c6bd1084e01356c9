//! What a stream begins with, the room that it takes, and how it ended.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{Extensions, HeaderMap};
use tokio::sync::OwnedSemaphorePermit;
use tonic::Code;

use crate::serve::{
    deadline,
    guard::{Payer, Share},
    trace::REQUEST_ID,
};

/// How a stream ended, once it did. Cheap to clone; with the answer it goes to where requests are counted.
#[derive(Debug, Clone, Default)]
pub(in crate::serve) struct Outcome(Arc<OnceLock<Code>>);

impl Outcome {
    pub(super) fn set(&self, code: Code) {
        // Only set here, and once.
        let _ = self.0.set(code);
    }

    /// Of a stream that did not come to its end nobody was there any more.
    pub(in crate::serve) fn code(&self) -> Code {
        self.0.get().copied().unwrap_or(Code::Cancelled)
    }
}

/// What comes before the items of a stream.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) deadline: Option<Duration>,
    pub(super) payer: Option<Payer>,
}

impl Head {
    pub(super) fn of(headers: &HeaderMap, extensions: &Extensions) -> Self {
        Self {
            id: headers.get(REQUEST_ID).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned(),
            deadline: deadline::asked(headers),
            payer: extensions.get().cloned(),
        }
    }
}

/// The place of one stream, until it is dropped.
pub(super) struct Room {
    _permit: OwnedSemaphorePermit,
    _open: Option<Share>,
}

impl Room {
    pub(super) fn new(permit: OwnedSemaphorePermit, open: Option<Share>) -> Self {
        Self { _permit: permit, _open: open }
    }
}
