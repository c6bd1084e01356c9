//! The memory for what streams have taken and not yet given back.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes for the requests of all streams.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    left: Arc<Semaphore>,
    most: u32,
}

/// Room that is held until it is dropped.
pub(super) type Held = OwnedSemaphorePermit;

impl Budget {
    pub(super) fn new(most: usize) -> Self {
        let most = u32::try_from(most.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Self { left: Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(usize::MAX))), most }
    }

    /// Room for so many bytes, where there is.
    pub(super) fn try_take(&self, bytes: usize) -> Option<Held> {
        Arc::clone(&self.left).try_acquire_many_owned(self.share(bytes)).ok()
    }

    /// Room for so many bytes, once there is. Can be dropped while it waits; then it waits behind the others.
    pub(super) async fn take(&self, bytes: usize) -> Option<Held> {
        Arc::clone(&self.left).acquire_many_owned(self.share(bytes)).await.ok()
    }

    /// What is larger than all of it has all of it, so that it comes to its turn.
    fn share(&self, bytes: usize) -> u32 {
        u32::try_from(bytes).unwrap_or(u32::MAX).min(self.most)
    }
}
