//! Statuses that say when or where to come again.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// The status, with the time after which it is worth to ask again.
pub(super) fn after(status: &Status, wait: Duration) -> Status {
    let mut details = status.get_error_details();
    details.set_retry_info(Some(wait));
    Status::with_error_details(status.code(), status.message(), details)
}

/// Ends what would never end of itself: the connection is old, or the server stops.
pub(super) fn elsewhere() -> Status {
    let details = ErrorDetails::with_error_info("STOPPING", "cicatrix", []);
    Status::with_error_details(Code::Unavailable, "this connection ends; ask again over another one", details)
}
