//! From files as written to values that cannot be wrong.

use super::{Knowledge, Problems, SourceFile};

pub(super) fn check(_files: &[SourceFile]) -> Result<Knowledge, Problems> {
    Err(Problems(Vec::new()))
}
