//! Checked knowledge of the scales that are rated item by item, and of codes.

use crate::domain::{Predicate, RuleId, Scale};

/// A band of totals, both ends in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeBand {
    pub from: i32,
    pub to: i32,
    pub name: String,
    pub rule: RuleId,
}

/// What a value of an item is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// In thousandths.
    pub value: i64,
    pub name: String,
    pub rule: RuleId,
}

/// An item of a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedItem {
    pub name: &'static str,
    /// In thousandths.
    pub least: i64,
    /// In thousandths.
    pub most: i64,
    /// Limits in thousandths: values of at least the first (or above it, when the flag is set) get the points. In order.
    /// Empty: the value is the points.
    pub bands: Vec<(i64, bool, i32)>,
}

/// A scale whose items are rated and added up.
///
/// INVARIANT (whole): the items are those of [`Scale::items`] in their order; their points add up to `maximum` at most
/// and to `minimum` at least; `bands` are empty or cover the totals without a hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedScale {
    pub scale: Scale,
    pub version: String,
    pub citation: String,
    pub minimum: i32,
    pub maximum: i32,
    pub rule: RuleId,
    pub items: Vec<RatedItem>,
    /// So many items may be left blank, and then count as 0: with the rule that says so.
    pub blank: Option<(usize, RuleId)>,
    /// Said when more are left blank.
    pub missing: RuleId,
    /// From which value on, in thousandths, an item is clinically relevant.
    pub relevant: Option<(i64, RuleId)>,
    pub levels: Vec<Level>,
    pub bands: Vec<GradeBand>,
    pub notes: Vec<RuleId>,
}

/// A scale whose total the caller states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedScale {
    pub scale: Scale,
    pub citation: String,
    pub rule: RuleId,
    pub notes: Vec<RuleId>,
}

/// A code of a public system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// URI of the system.
    pub system: String,
    pub code: String,
    /// What the system calls it.
    pub display: String,
    pub fit: CodeFit,
    /// Over scar facts, with the label.
    pub when: Predicate,
    pub rule: RuleId,
}

/// How well a code fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum CodeFit {
    /// It says what the type says.
    Equivalent,
    /// It says less.
    Broader,
}
