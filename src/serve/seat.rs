//! The seat of a request: what it holds of what there is for all while it is answered.
//!
//! Work that goes on after its caller has gone keeps it until it ends: else a few who hang up at once would have more than
//! their share.

use std::{cell::Cell, sync::Arc};

use super::{
    app::{Place, Shares},
    taken::Coming,
};

/// See the module.
pub(super) struct Seat {
    pub(super) place: Option<Place>,
    pub(super) shares: Shares,
    /// The memory of its body.
    pub(super) _coming: Arc<Coming>,
}

tokio::task_local! {
    /// The seat of the request that is polled, unless its work has it.
    static SEAT: Cell<Option<Seat>>;
}

/// Runs `answer` on the seat. It comes back with the answer, unless work still has it.
pub(super) async fn on<R>(seat: Seat, answer: impl Future<Output = R>) -> (R, Option<Seat>) {
    let answered = async {
        let answer = answer.await;
        (answer, take())
    };
    SEAT.scope(Cell::new(Some(seat)), answered).await
}

/// Takes it along to another thread.
pub(super) fn take() -> Option<Seat> {
    SEAT.try_with(Cell::take).ok().flatten()
}

/// Brings it back.
pub(super) fn give(seat: Option<Seat>) {
    // Nobody is there who has one outside of a request.
    let _ = SEAT.try_with(|it| it.set(seat));
}
