//! The TOML of `grading.toml`, one to one.

use serde::Deserialize;
use toml::Spanned;

use super::{GradeBand, Line, RatedScale, Said, StatedScale, Text};

/// `grading.toml`: the scales.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Grading {
    pub goodman_baron_qualitative: Qualitative,
    pub goodman_baron_quantitative: Quantitative,
    pub ecca: Ecca,
    pub scar_s: RatedScale,
    pub vss_13: RatedScale,
    pub posas_2_patient: RatedScale,
    pub posas_2_observer: RatedScale,
    pub dlqi: RatedScale,
    pub scars: StatedScale,
    pub fasqol: StatedScale,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Qualitative {
    pub version: String,
    pub citation: Text,
    pub maximum: i32,
    pub declared: Line,
    /// First match wins; reads the patient's appearance facts, and `scar_type` of the worst scars through `scars`.
    pub grade: Vec<QualitativeRow>,
    pub flag: Vec<GradeFlagRow>,
    /// Said when no row matches.
    pub item_missing: Said,
    /// What the grades are called.
    pub band: Vec<GradeBand>,
    /// Said of every grade.
    #[serde(default)]
    pub note: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct QualitativeRow {
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Over the appearance facts.
    pub when: Text,
    /// Which scars must be there for the row: every group, or at least one, must match this condition over scar facts.
    pub every_scar: Option<Text>,
    pub any_scar: Option<Text>,
    pub grade: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct GradeFlagRow {
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// May read `grade`.
    pub when: Text,
    pub any_scar: Option<Text>,
    /// As on the wire, for example `CRITERIA_CONFLICT`.
    pub flag: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Quantitative {
    pub version: String,
    pub citation: Text,
    pub maximum: i32,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Count bands: from this count on, this multiplier. In order.
    pub band: Vec<Band>,
    /// Bands of the area row: from this area (in square centimetres) on, or above it, these points.
    pub area_band: Vec<AreaBand>,
    pub row: Vec<QuantitativeRow>,
    /// How classified scars are counted into rows: first match wins.
    pub map: Vec<ScaleMap>,
    /// Said when scars could not be counted.
    pub count_missing: Line,
    /// Said when a row that the total needs was not sent.
    pub item_missing: Said,
    /// Said of every total.
    #[serde(default)]
    pub note: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Band {
    pub from: i64,
    pub times: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct AreaBand {
    /// Areas above this belong to the band…
    pub above: Option<f64>,
    /// …or areas of at least this.
    pub from: Option<f64>,
    pub points: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct QuantitativeRow {
    pub name: Text,
    pub points: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct ScaleMap {
    /// Over scar facts, with `scar_type` and `depth_class`.
    pub when: Text,
    pub row: Text,
    /// Flag the scale when this holds, for example a width outside the row.
    pub outside: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Ecca {
    pub version: String,
    pub citation: Text,
    pub maximum: i32,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    pub band: Vec<Band>,
    pub row: Vec<QuantitativeRow>,
    pub map: Vec<ScaleMap>,
    pub count_missing: Line,
    /// Said when the width of a group does not fit its row.
    pub outside_row: Line,
    /// Scars that belong into a row when none of the map matches them, and what is said then.
    pub row_unknown: Line,
    /// Said when no row was rated.
    pub item_missing: Said,
    /// Said of every total.
    #[serde(default)]
    pub note: Vec<Said>,
}
