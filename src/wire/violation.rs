//! What is wrong with a request, field by field.

use std::fmt;

/// One thing that is wrong. The text says what to send instead and never repeats what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path in the request, as `scars[0].opening_width_mm`.
    pub field: String,
    /// What is wrong and what to send instead.
    pub description: String,
}

/// A request that cannot be read, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRequest {
    /// At least one, in the order of the fields.
    pub violations: Vec<Violation>,
}

/// A place in a request. It is written out only when something is wrong there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'a> {
    above: Option<&'a Path<'a>>,
    field: &'a str,
    item: Option<usize>,
}

impl<'a> Path<'a> {
    pub(super) fn root(field: &'a str) -> Self {
        Self { above: None, field, item: None }
    }

    pub(super) fn item(field: &'a str, item: usize) -> Self {
        Self { above: None, field, item: Some(item) }
    }

    pub(super) fn field<'b>(&'b self, field: &'b str) -> Path<'b> {
        Path { above: Some(self), field, item: None }
    }

    pub(super) fn nth<'b>(&'b self, field: &'b str, item: usize) -> Path<'b> {
        Path { above: Some(self), field, item: Some(item) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            write!(f, "{above}.")?;
        }
        f.write_str(self.field)?;
        match self.item {
            Some(item) => write!(f, "[{item}]"),
            None => Ok(()),
        }
    }
}
