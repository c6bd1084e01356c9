//! What scars are called, and how they are graded.

use strum::{EnumCount, IntoStaticStr, VariantArray, VariantNames};

use super::ids::{RuleId, ScarIndex};

/// What a lesion is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, IntoStaticStr, VariantArray, VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum ScarType {
    IcePick,
    Boxcar,
    Rolling,
    LinearTrough,
    AtrophicUnspecified,
    Dystrophic,
    Bridge,
    TunnelSinus,
    MacularErythematous,
    MacularHyperpigmented,
    MacularHypopigmented,
    Papular,
    PerifollicularElastolysis,
    Hypertrophic,
    Keloid,
    RaisedUnspecified,
    NoContourScar,
    OosSuspiciousLesion,
    OosActiveLesion,
    OosFollicularOpening,
    OosPoreOrMicroscar,
}

/// Depth of a depressed scar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum DepthClass {
    Negligible,
    Shallow,
    Deep,
    Unknown,
}

/// How sure a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// Width class of a boxcar scar. The limit between them is in the knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum WidthBucket {
    #[strum(serialize = "lt_3mm")]
    Narrow,
    #[strum(serialize = "ge_3mm")]
    Wide,
}

/// A point to look at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum ScarFlag {
    #[strum(serialize = "near_width_2mm")]
    NearWidth2mm,
    #[strum(serialize = "grey_width_4_5mm")]
    GreyWidth4To5mm,
    #[strum(serialize = "near_depth_0_5mm")]
    NearDepth0Point5mm,
    Tethered,
    StretchContradicts,
    EdgeContradicts,
    #[strum(serialize = "wide_v")]
    WideV,
    LargeBoxcar,
    ProfileMissing,
    WidthMissing,
    KeloidRisk,
    DeclaredTypeDiffers,
    DeclaredDepthDiffers,
    DepthImplausible,
    WidthOutsideRow,
}

/// What one group of scars is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassifiedScar {
    /// The group.
    pub scar: ScarIndex,
    /// What it is.
    pub scar_type: ScarType,
    /// What the features alone give.
    pub type_by_features: ScarType,
    /// The clinician's own label won.
    pub type_declared: bool,
    /// Its depth class.
    pub depth_class: DepthClass,
    /// The clinician's own depth class won.
    pub depth_declared: bool,
    /// How sure the label is.
    pub confidence: Confidence,
    /// What else it could be, most likely first.
    pub alternatives: Vec<ScarType>,
    /// Points to look at again, in the order of the list.
    pub flags: Vec<ScarFlag>,
    /// Width class of a boxcar scar.
    pub width_bucket: Option<WidthBucket>,
    /// The rules that fired. The first gave the type.
    pub reasons: Vec<RuleId>,
}

/// A published scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Scale {
    GoodmanBaronQualitative,
    GoodmanBaronQuantitative,
    Ecca,
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
}

/// One score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// The scale.
    pub scale: Scale,
    /// What went in: the name of the row, and its value in thousandths.
    pub inputs: Vec<(&'static str, i64)>,
    /// The result; `None` when what it needs was not recorded.
    pub total: Option<i32>,
    /// Points to look at.
    pub flags: Vec<GradeFlag>,
    /// Rows that were rated.
    pub rows_rated: Vec<&'static str>,
    /// The rules that gave it.
    pub reasons: Vec<RuleId>,
    /// The clinician's own grade won.
    pub declared: bool,
}

/// How many scars of one type there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeCount {
    /// The type.
    pub scar_type: ScarType,
    /// Groups of this type.
    pub groups: i32,
    /// Scars of this type; a group that was not counted adds nothing.
    pub scars: i32,
}

/// What the scars of one patient are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Each group, in the order of the case.
    pub scars: Vec<ClassifiedScar>,
    /// The most counted atrophic type; `None` on a tie or when there is none.
    pub dominant_type: Option<ScarType>,
    /// Two or more atrophic types are present.
    pub mixed: bool,
    /// Count of each type that is present, in the order of the types.
    pub counts_by_type: Vec<TypeCount>,
    /// One entry a scale, in the order of the scales.
    pub grades: Vec<Grade>,
    /// What must be said of every label.
    pub reasons: Vec<RuleId>,
}

impl Assessment {
    /// The qualitative grade, when there is one.
    pub fn qualitative_grade(&self) -> Option<i32> {
        self.grades.iter().find(|it| it.scale == Scale::GoodmanBaronQualitative)?.total
    }
}
