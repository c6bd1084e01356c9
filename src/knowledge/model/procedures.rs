//! Procedures: sessions, traces, settings, care and figures.

use strum::{IntoStaticStr, VariantArray, VariantNames};

use super::Lines;
use crate::domain::{Day, DepthClass, Fact, Predicate, ProcedureId, ProcedureSet, Range, RuleId, ScarType};

/// How well a procedure was studied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// A consistent controlled trials, B some controlled trials, C series or opinion, D taken over from elsewhere.
    pub grade: String,
    pub rule: RuleId,
}

/// How a procedure is spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcedureKind {
    /// On single scars.
    Focal,
    /// On the whole field.
    Field,
    /// Joins the sitting of a field procedure.
    Adjunct,
    /// Used at home.
    HomeCare,
}

/// Row and column of the gap table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GapKind(pub u8);

/// Which rows and columns hold for a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapKinds {
    pub kind: GapKind,
    /// Used while the upper bound of a parameter stays below a value.
    pub weaker: Option<WeakerKind>,
}

/// A weaker form of a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeakerKind {
    pub kind: GapKind,
    /// Place among the parameters of the procedure.
    pub parameter: usize,
    /// In thousandths.
    pub below: i64,
    pub rule: RuleId,
}

/// A parameter row; the first row of a name that holds is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub unit: String,
    /// Place of the name: rows of one name share it.
    pub place: usize,
    pub when: Predicate,
    /// In thousandths.
    pub low: i64,
    /// In thousandths.
    pub high: i64,
    /// The device's own table governs: past the range is unusual and no breach.
    pub guide: bool,
    pub rule: RuleId,
}

/// A figure reported for a procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    pub measure: String,
    pub low: f64,
    pub high: f64,
    pub unit: String,
    pub rule: RuleId,
}

/// How well a procedure works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    Avoid,
    Weak,
    Moderate,
    Strong,
}

/// How well a procedure works on a type of scar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeStrength {
    pub scar_type: ScarType,
    /// `None`: any depth.
    pub depth_class: Option<DepthClass>,
    pub strength: Strength,
    pub rule: RuleId,
}

/// How many sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sessions {
    pub count: Range,
    /// How many scars one session takes, where it takes only so many; at least 1.
    pub per_sitting: Option<i32>,
    pub rule: RuleId,
}

/// How long traces show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Downtime {
    pub days: Range,
    /// Days until make-up covers them.
    pub makeup_day: Day,
    pub rule: RuleId,
}

/// A number of days with its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    pub days: Day,
    pub rule: RuleId,
}

/// How long home care is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// What goes with sessions begins so long after one.
    pub begins_after: Day,
    /// The fact that says when it was last used.
    pub last_used: Option<Fact>,
    /// The fact that says since when it is in use.
    pub in_use_since: Option<Fact>,
    /// Days of use, all of them together. `None`: open-ended.
    pub at_most: Option<Day>,
    pub rule: RuleId,
}

/// What safety rules ask of the time since home care was last used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUsed {
    pub of: ProcedureId,
    /// The day of its last use.
    pub fact: Fact,
    /// The rules that defer by it, by their places.
    pub rules: Vec<usize>,
}

/// Home care that rests around a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// The home care; of home care itself.
    pub of: ProcedureSet,
    pub before: Day,
    /// Of home care: the most, where the session asks for longer. `None`: as long as the session asks.
    pub after: Option<Day>,
    pub rule: RuleId,
}

/// What a session costs, compared with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// From 1, the lowest.
    pub class: i32,
    pub rule: RuleId,
}

/// How much a procedure endangers the colour of the skin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pigment {
    pub risk: PigmentRisk,
    pub rule: RuleId,
}

/// How much a procedure endangers the colour of the skin, compared with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum PigmentRisk {
    VeryLow,
    Low,
    Moderate,
    High,
}

/// A procedure.
///
/// INVARIANT (spaced): every kind but home care has `gaps`, `sessions`, `downtime`, `cost` and `pigment`; home care has `course`.
#[derive(Debug, Clone, PartialEq)]
pub struct Procedure {
    pub id: String,
    pub name: String,
    pub description: String,
    pub kind: ProcedureKind,
    pub families: Vec<String>,
    /// It is planned only where the clinic says that it offers it, or prefers it.
    pub opt_in: bool,
    pub evidence: Evidence,
    /// Place in a sitting and on the ladder within a phase.
    pub order: u8,
    pub gaps: Option<GapKinds>,
    pub sessions: Option<Sessions>,
    pub downtime: Option<Downtime>,
    /// Gentler settings with traces of their own.
    pub gentler: Vec<Downtime>,
    pub judge: Option<Wait>,
    /// What a session costs, compared with others; absent for home care.
    pub cost: Option<Cost>,
    /// How much it endangers the colour of the skin, compared with others; absent for home care.
    pub pigment: Option<Pigment>,
    pub course: Option<Course>,
    pub parameters: Vec<Parameter>,
    /// Names of the parameters, by place.
    pub parameter_names: Vec<String>,
    pub preparation: Lines,
    pub aftercare: Lines,
    /// Home care that rests after a session; of home care, how it rests itself. Said under `aftercare` as well, or of
    /// home care under `technique`.
    pub rests: Vec<Rest>,
    pub technique: Lines,
    pub stop: Lines,
    pub switch: Lines,
    pub risk: Lines,
    pub red_flag: Lines,
    pub adverse: Vec<Expected>,
    pub expected: Vec<Expected>,
    pub strengths: Vec<TypeStrength>,
}
