//! How scars are named and graded.

use super::{GradeBand, Line, RatedScale, StatedScale};
use crate::{
    domain::{
        Confidence, DepthClass, EccaRow, GradeFlag, Predicate, QuantitativeRow, RuleId, ScarFlag, ScarType, WidthBucket,
    },
    knowledge::Rows,
};

/// A row of the decision table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeRow {
    pub rule: RuleId,
    pub when: Predicate,
    pub scar_type: ScarType,
    pub confidence: Confidence,
    pub alternatives: Vec<ScarType>,
}

/// How confidence is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjust {
    /// One step down.
    Down,
    /// This at most.
    AtMost(Confidence),
}

/// The decision table. Rows are tried in order; the last of `types` always holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    pub types: Rows<TypeRow>,
    /// The last always holds.
    pub depths: Vec<(Line, DepthClass)>,
    pub buckets: Vec<(Line, WidthBucket)>,
    pub adjusts: Rows<(Line, Adjust)>,
    pub flags: Rows<(Line, ScarFlag)>,
    pub atrophic: Vec<ScarType>,
    /// Types that a declared label never overrules when the features give them.
    pub never_overruled: Vec<ScarType>,
    /// The labels that stand in spite of such a type.
    pub overruled: Vec<Overruled>,
    /// Said where at least one group is as the condition says.
    pub ceiling: Vec<Line>,
    pub declared_label: RuleId,
    pub declared_differs: RuleId,
    pub declared_depth: RuleId,
    pub limits: RuleId,
}

/// A type that the features give, and the labels that stand in spite of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overruled {
    pub scar_type: ScarType,
    pub by: Vec<ScarType>,
    /// The features leave open what these labels say, and speak against none of them.
    pub open: bool,
}

/// What a row of the qualitative grade asks of the scars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScarsMatch {
    /// Every group must match.
    pub every: Option<Predicate>,
    /// At least one group must match.
    pub any: Option<Predicate>,
}

/// The qualitative grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualitative {
    pub version: String,
    pub citation: String,
    pub maximum: i32,
    pub declared: RuleId,
    /// First match wins; no match, no grade.
    pub rows: Vec<(Line, ScarsMatch, i32)>,
    pub flags: Vec<(Line, ScarsMatch, GradeFlag)>,
    /// Said when no row matches.
    pub item_missing: RuleId,
    /// What the grades are called.
    pub bands: Vec<GradeBand>,
    pub notes: Vec<RuleId>,
}

/// From this many on, this multiplier. In order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    pub from: i64,
    pub times: i32,
}

/// How classified scars are counted into a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleMap<R> {
    pub when: Predicate,
    pub row: R,
    /// The scar does not quite fit the row.
    pub outside: Option<Predicate>,
}

/// The quantitative score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantitative {
    pub version: String,
    pub citation: String,
    pub maximum: i32,
    pub rule: RuleId,
    pub bands: Vec<Band>,
    /// Limits in thousandths of a square centimetre: areas of at least the first (or above it, when the flag is set)
    /// get the points. In order.
    pub area_bands: Vec<(i64, bool, i32)>,
    /// Points by row; 0 for the area row.
    pub points: Vec<(QuantitativeRow, i32)>,
    pub map: Vec<ScaleMap<QuantitativeRow>>,
    pub count_missing: RuleId,
    pub item_missing: RuleId,
    pub notes: Vec<RuleId>,
}

/// The ECCA score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ecca {
    pub version: String,
    pub citation: String,
    pub maximum: i32,
    pub rule: RuleId,
    pub bands: Vec<Band>,
    pub points: Vec<(EccaRow, i32)>,
    pub map: Vec<ScaleMap<EccaRow>>,
    pub count_missing: RuleId,
    pub outside_row: RuleId,
    /// Scars that belong into a row, when none of the map matches them.
    pub row_unknown: Line,
    pub item_missing: RuleId,
    pub notes: Vec<RuleId>,
}

/// The scales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grading {
    pub qualitative: Qualitative,
    pub quantitative: Quantitative,
    pub ecca: Ecca,
    /// In the order of the scales.
    pub rated: Vec<RatedScale>,
    /// In the order of the scales.
    pub stated: Vec<StatedScale>,
}
