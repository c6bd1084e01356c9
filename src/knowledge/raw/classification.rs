//! The TOML of `classification.toml`, one to one.

use serde::Deserialize;
use toml::Spanned;

use super::{Line, Text};

/// `classification.toml`: the decision table, first match wins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Classification {
    pub limits: ScarLimits,
    /// Said of every label, or where a group of scars is as the condition says.
    pub ceiling: Vec<Line>,
    /// A declared label or depth class.
    pub declared: Declared,
    pub rule: Vec<TypeRule>,
    pub depth: Vec<DepthRule>,
    pub bucket: Vec<BucketRule>,
    pub adjust: Vec<AdjustRule>,
    pub flag: Vec<FlagRule>,
    /// Types counted as atrophic for dominance and mixture.
    pub atrophic: Vec<Text>,
    /// Types that a declared label never overrules when the features give them.
    pub never_overruled: Vec<Text>,
    /// But for these.
    #[serde(default)]
    pub overruled: Vec<Overruled>,
}

/// A type that the features give, and the labels that stand in spite of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Overruled {
    pub scar_type: Text,
    pub by: Vec<Text>,
    /// The features leave open what these labels say, and speak against none of them.
    #[serde(default)]
    pub open: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct ScarLimits {
    pub max_scars: Spanned<usize>,
    pub max_history: Spanned<usize>,
    pub max_depth_mm: f64,
    pub max_width_mm: f64,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Declared {
    /// Said when the clinician's label won.
    pub label: Line,
    /// Said when it differs from what the features give.
    pub differs: Line,
    /// Said when the clinician's depth class won.
    pub depth: Line,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct TypeRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Rows of one rule, tried in order.
    pub row: Vec<TypeRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct TypeRow {
    pub when: Text,
    pub scar_type: Text,
    pub confidence: Text,
    #[serde(default)]
    pub alternatives: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct DepthRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    pub when: Text,
    pub depth_class: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct BucketRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// May read `scar_type`.
    pub when: Text,
    /// `lt_3mm` or `ge_3mm`.
    pub bucket: Text,
}

/// Lowers the confidence of the row that matched.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct AdjustRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// May read `scar_type`.
    pub when: Text,
    pub confidence: Adjust,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum Adjust {
    /// One step down.
    Down,
    /// Low at most.
    Low,
    /// Medium at most.
    Medium,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct FlagRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// May read `scar_type` and `depth_class`.
    pub when: Text,
    pub flag: Text,
}
