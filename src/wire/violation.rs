//! What is wrong with a request, field by field.

use std::fmt;

/// One thing that is wrong. The text says what to send instead and repeats nothing of what was sent but the number of an
/// enum value that there is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path in the request, as `scars[0].opening_width_mm`.
    pub field: String,
    /// What is wrong and what to send instead.
    pub description: String,
}

/// Violations that are listed; a gRPC client takes only so much in a trailer.
pub const LISTED: usize = 50;

/// A request that cannot be read, with what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvalidRequest {
    /// The first [`LISTED`], in the order of the fields.
    pub violations: Vec<Violation>,
    /// How many follow. They are only counted: a body can hold a million.
    pub more: usize,
}

impl InvalidRequest {
    /// Adds what is wrong at a field.
    pub fn wrong(&mut self, field: impl fmt::Display, description: impl fmt::Display) {
        if self.violations.len() < LISTED {
            self.violations.push(Violation { field: field.to_string(), description: description.to_string() });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Is nothing wrong?
    pub fn is_empty(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Said of a number that is no value of an enum with so many values besides the unspecified one.
pub fn no_value(number: i32, count: usize) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "is {number}, which is no value of this enum; send one from 1 to {count}"))
}

/// A place in a request. It is written out only when something is wrong there.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    above: Option<&'a Path<'a>>,
    field: &'a str,
    item: Option<usize>,
}

impl<'a> Path<'a> {
    pub fn root(field: &'a str) -> Self {
        Self { above: None, field, item: None }
    }

    pub fn item(field: &'a str, item: usize) -> Self {
        Self { above: None, field, item: Some(item) }
    }

    pub fn field<'b>(&'b self, field: &'b str) -> Path<'b> {
        Path { above: Some(self), field, item: None }
    }

    pub fn nth<'b>(&'b self, field: &'b str, item: usize) -> Path<'b> {
        Path { above: Some(self), field, item: Some(item) }
    }

    /// An entry of this list.
    pub fn entry(self, item: usize) -> Self {
        Self { item: Some(item), ..self }
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
