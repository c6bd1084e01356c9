//! The TOML of `gaps.toml` and `gaps/*.toml`, one to one.

use serde::Deserialize;
use toml::Spanned;

use super::{Line, Text};

/// `gaps.toml`: the wait from one procedure to the next on overlapping skin.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Gaps {
    /// Stable code of every wait, for clients; a kind can have one of its own for all waits after it, and a pair too.
    pub code: Text,
    pub pigment_addition: PigmentAddition,
    #[serde(default)]
    pub skin_addition: Vec<PigmentAddition>,
    pub derivation: Derivation,
    pub kind: Vec<GapKindRow>,
    pub gap: Vec<Gap>,
}

/// `gaps/*.toml`: more kinds and pairs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct MoreGaps {
    #[serde(default)]
    pub kind: Vec<GapKindRow>,
    #[serde(default)]
    pub gap: Vec<Gap>,
}

/// How a pair without a row of its own follows from the rest after its first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Derivation {
    /// The generator aims at this at least.
    pub typical_at_least: Text,
    /// Added to what it aims at between two deep steps of which one is ablative.
    pub deep_addition: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// A row and column of the table: how long skin rests after it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct GapKindRow {
    pub id: Text,
    pub code: Option<Text>,
    pub hold: Text,
    #[serde(default)]
    pub deep: bool,
    #[serde(default)]
    pub ablative: bool,
    /// It takes part in the pigment addition.
    #[serde(default)]
    pub marks: bool,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct PigmentAddition {
    pub wait: Text,
    pub when: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Gap {
    pub from: Text,
    pub to: Text,
    /// Below it, a plan is in breach.
    pub floor: Text,
    /// The generator never goes below it. Absent: the floor.
    pub plan_min: Option<Text>,
    /// What the generator aims at; a range such as `"4 to 6 weeks"` is allowed.
    pub typical: Text,
    /// Past it the course loses its rhythm.
    pub latest: Option<Text>,
    /// The pair may share a sitting, in this order.
    #[serde(default)]
    pub same_sitting: bool,
    /// In the same sitting the other order is a breach, and not only unusual.
    #[serde(default)]
    pub order_binds: bool,
    /// The pair may share a sitting under a condition over patient facts; the check of a plan then says how rare that is.
    pub same_day: Option<Line>,
    /// `plan_min` and `typical` grow by the pigment addition.
    #[serde(default)]
    pub pigment_addition: bool,
    /// Other values under a condition over patient facts; the first that holds, or may hold, is used.
    #[serde(default)]
    pub variant: Vec<GapVariant>,
    /// Absent: that of the kind it comes after.
    pub code: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct GapVariant {
    pub when: Text,
    pub plan_min: Text,
    pub typical: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}
