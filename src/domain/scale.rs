//! Ratings on the published scales, item by item, and the grades that they give.

use strum::{IntoStaticStr, VariantArray, VariantNames};

use super::{
    ids::{RuleId, ScarIndex},
    lists::{GradeFlags, RowNames, Rules},
};

/// A published scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Scale {
    GoodmanBaronQualitative,
    GoodmanBaronQuantitative,
    Ecca,
    ScarS,
    #[strum(serialize = "vss_13")]
    Vss13,
    #[strum(serialize = "posas_2_patient")]
    Posas2Patient,
    #[strum(serialize = "posas_2_observer")]
    Posas2Observer,
    Dlqi,
    Scars,
    Fasqol,
}

impl Scale {
    /// The items that are rated one by one and added up, as they are named on the wire. None for the other scales.
    pub fn items(self) -> &'static [&'static str] {
        match self {
            Self::ScarS => &["face", "chest", "back"],
            Self::Vss13 => &["vascularity", "pigmentation", "pliability", "height_mm"],
            Self::Posas2Patient | Self::Posas2Observer => &["item_1", "item_2", "item_3", "item_4", "item_5", "item_6"],
            Self::Dlqi => {
                &["item_1", "item_2", "item_3", "item_4", "item_5", "item_6", "item_7", "item_8", "item_9", "item_10"]
            }
            Self::GoodmanBaronQualitative
            | Self::GoodmanBaronQuantitative
            | Self::Ecca
            | Self::Scars
            | Self::Fasqol => &[],
        }
    }
}

/// Least and largest value of an item, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemRange {
    pub least: i64,
    pub most: i64,
}

/// Ratings on one scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// A scale with items.
    pub scale: Scale,
    /// By item, in the order of [`Scale::items`], in thousandths; `None` was not rated.
    pub items: Vec<Option<i64>>,
    /// The group that was rated; `None` is the scars as a whole.
    pub scar: Option<ScarIndex>,
}

/// A total that the caller worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedTotal {
    /// The scale.
    pub scale: Scale,
    /// Version of the instrument, as its form names it.
    pub version: String,
    /// The total.
    pub total: i32,
    /// The largest total of this version.
    pub maximum: i32,
}

/// A point to look at in a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum GradeFlag {
    CriteriaConflict,
    #[strum(serialize = "GRADE_3_OR_4")]
    Grade3Or4,
    #[strum(serialize = "TYPE_SUGGESTS_GRADE_4")]
    TypeSuggestsGrade4,
    CountMissing,
    WidthOutsideRow,
    /// Something that the total needs was not rated.
    ItemMissing,
    /// An item was left blank and counts as 0, as the scale allows.
    BlankCountsZero,
}

/// What went into a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GradeInput {
    /// Name of the row, the item or the criterion.
    pub name: &'static str,
    /// Its value in thousandths.
    pub value: i64,
    /// What it adds to the total; `None` where nothing is added up.
    pub points: Option<i32>,
    /// Place of the level that the scale gives the value.
    pub level: Option<usize>,
}

/// One score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// The scale.
    pub scale: Scale,
    /// What went in.
    pub inputs: Vec<GradeInput>,
    /// The result; `None` when what it needs was not recorded.
    pub total: Option<i32>,
    /// Place of the band that the total lies in.
    pub band: Option<usize>,
    /// Inputs that are clinically relevant by the scale's own measure.
    pub relevant: Vec<&'static str>,
    /// Points to look at.
    pub flags: GradeFlags,
    /// Rows that were rated.
    pub rows_rated: RowNames,
    /// The rules that gave it.
    pub reasons: Rules,
    /// The clinician's own grade won.
    pub declared: bool,
    /// The group that was rated; `None` is the scars as a whole.
    pub scar: Option<ScarIndex>,
    /// Version and largest total, where the caller states them.
    pub stated: Option<(String, i32)>,
}

impl Grade {
    /// A grade of which nothing is known yet.
    pub fn new(scale: Scale) -> Self {
        Self {
            scale,
            inputs: Vec::new(),
            total: None,
            band: None,
            relevant: Vec::new(),
            flags: GradeFlags::new(),
            rows_rated: RowNames::new(),
            reasons: Rules::new(),
            declared: false,
            scar: None,
            stated: None,
        }
    }

    /// Sets the flag, and says why the first time.
    pub fn flag(&mut self, flag: GradeFlag, why: RuleId) {
        if !self.flags.contains(&flag) {
            self.flags.push(flag);
            self.reasons.push(why);
        }
    }
}

/// Whole units of a number in thousandths.
pub fn whole_units(thousandths: i64) -> i32 {
    i32::try_from(thousandths / 1000).unwrap_or(i32::MAX)
}
