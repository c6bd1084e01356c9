//! What scars are called, and how they are graded.

use strum::{EnumCount, IntoStaticStr, VariantArray, VariantNames};

use super::{
    ids::ScarIndex,
    lists::{Codes, Rules, ScarFlags, ScarTypes, TypeCounts},
    scale::{Grade, Scale},
    skin_tone::ToneReading,
};

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
    pub alternatives: ScarTypes,
    /// Points to look at again, in the order of the list.
    pub flags: ScarFlags,
    /// Width class of a boxcar scar.
    pub width_bucket: Option<WidthBucket>,
    /// The rules that fired. The first gave the type.
    pub reasons: Rules,
    /// What it is called in public systems of codes.
    pub codes: Codes,
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assessment {
    /// Each group, in the order of the case.
    pub scars: Vec<ClassifiedScar>,
    /// The most counted atrophic type; `None` on a tie or when there is none.
    pub dominant_type: Option<ScarType>,
    /// Two or more atrophic types are present.
    pub mixed: bool,
    /// Count of each type that is present, in the order of the types.
    pub counts_by_type: TypeCounts,
    /// One entry a scale, in the order of the scales: those that the scars are counted for, and those that were rated.
    pub grades: Vec<Grade>,
    /// What must be said of every label, and how far experts agree.
    pub reasons: Rules,
    /// What a measured skin tone says of the phototype.
    pub skin_tone: Option<ToneReading>,
}

impl Assessment {
    /// The qualitative grade, when there is one.
    pub fn qualitative_grade(&self) -> Option<i32> {
        self.grades.iter().find(|it| it.scale == Scale::GoodmanBaronQualitative)?.total
    }
}
