//! The TOML of the scales that are rated item by item, of `skin_tone.toml` and of `codes.toml`, one to one.

use serde::Deserialize;
use toml::Spanned;

use super::{AreaBand, Text};

/// A rule that is said without a condition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Said {
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// A scale whose items are rated and added up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct RatedScale {
    pub version: String,
    pub citation: Text,
    pub minimum: i32,
    pub maximum: i32,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Every item of the scale, in its order.
    pub item: Vec<RatedItem>,
    /// So many items may be left blank, and then count as 0.
    #[serde(default)]
    pub may_miss: usize,
    /// Said when more are left blank.
    pub missing: Said,
    /// Said when a blank counts as 0; only with `may_miss`.
    pub blank: Option<Said>,
    /// From which value on an item is clinically relevant.
    pub relevant: Option<RelevantItem>,
    /// What the values of an item are called.
    #[serde(default)]
    pub level: Vec<Level>,
    /// What the totals mean. Without any the scale has no bands.
    #[serde(default)]
    pub band: Vec<GradeBand>,
    /// Said of every total.
    #[serde(default)]
    pub note: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct RatedItem {
    pub name: Text,
    pub least: f64,
    pub most: f64,
    /// Points by value, for an item that is measured; without any the value is the points.
    #[serde(default)]
    pub band: Vec<AreaBand>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct RelevantItem {
    pub from: i32,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Level {
    pub value: i32,
    pub name: String,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// A band of totals, both ends in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct GradeBand {
    pub from: i32,
    pub to: i32,
    pub name: String,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// A scale whose total the caller states.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct StatedScale {
    pub citation: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Said of every total.
    #[serde(default)]
    pub note: Vec<Said>,
}

/// `skin_tone.toml`: what a measured skin tone says of the phototype.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct SkinTone {
    /// Said when a plan is made for an estimate.
    pub estimated: Said,
    /// Said when the next darker class counts too.
    pub border: Said,
    /// Said when a stated phototype does not fit.
    pub differs: Differs,
    /// How far looks and skin types agree; said of every reading.
    pub agreement: Said,
    pub ita_degrees: ToneTable,
    pub monk: ToneTable,
    pub melanin_index: ToneTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Differs {
    /// So many phototypes beyond the class still fit.
    pub neighbours: i32,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct ToneTable {
    pub least: f64,
    pub most: f64,
    /// So close to the next darker class it counts too.
    pub margin: f64,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// From light to dark.
    pub class: Vec<ToneClass>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct ToneClass {
    pub name: String,
    /// The value at which the class begins, where darker skins have smaller values; absent for the lightest.
    pub at_most: Option<f64>,
    /// The same where darker skins have larger values.
    pub at_least: Option<f64>,
    /// The lightest and the darkest phototype that it goes with.
    pub phototypes: [i32; 2],
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// `codes.toml`: what a scar is called in public systems of codes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Codes {
    pub system: Vec<CodeSystem>,
    pub code: Vec<Code>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct CodeSystem {
    pub name: Text,
    pub uri: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Code {
    /// Name of a system.
    pub system: Text,
    pub code: Text,
    /// What the system calls it.
    pub display: String,
    /// `equivalent` or `broader`.
    pub fit: Text,
    /// Over scar facts, with `scar_type` and `depth_class`.
    pub when: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}
