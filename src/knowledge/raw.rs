//! The TOML files one to one. Nothing here is checked yet.
//!
//! Every table that stands for a rule carries `rule` (its stable id), `says` (one sentence a patient could read) and
//! `because`. A `because` holds citation keys, or ids of the rules it is derived from, or the one word
//! `expert-practice`. `says` may name a sibling field in braces, so that no number is written twice.

mod planning;
mod scales;

use serde::Deserialize;
use toml::Spanned;

pub(super) use planning::{Decision, Failure, FindingLine, Lapse, Objective, Occasion, Past, Planning, ReviewRule};
pub(super) use scales::{Codes, GradeBand, RatedItem, RatedScale, Said, SkinTone, StatedScale, ToneTable};

pub(super) type Text = Spanned<String>;

/// What every rule carries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Condition over facts; absent means always.
    pub when: Option<Text>,
}

/// `release.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    pub release: Text,
    /// As `2026-11-23`.
    pub date: Text,
}

/// `citations.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Citations {
    #[serde(default)]
    pub citation: Vec<Citation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Citation {
    pub key: Text,
    pub text: String,
    #[serde(default)]
    pub pmid: String,
    #[serde(default)]
    pub doi: String,
    #[serde(default)]
    pub pmcid: String,
    #[serde(default)]
    pub url: String,
}

/// `events.toml`: what ends a wait of unknown length.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Events {
    pub event: Vec<Event>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub id: Text,
    pub kind: EventKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum EventKind {
    /// A check that can be made at the visit: the plan is laid out as if passed.
    Check,
    /// A state that must end: nothing is planned before.
    State,
}

/// `safety/*.toml`: who must not have what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Safety {
    /// What the file is about, for the reader.
    #[allow(dead_code, reason = "for the reader of the file")]
    pub factor: String,
    pub rule: Vec<SafetyRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SafetyRule {
    pub id: Text,
    /// Stable code for clients.
    pub code: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    pub when: Text,
    #[serde(default)]
    pub if_unknown: IfUnknown,
    /// Ids of procedures, their families, or `in-sessions`, `home-care`, `all`.
    pub procedures: Vec<Text>,
    /// Taken out again, named in the same way.
    #[serde(default)]
    pub except: Vec<Text>,
    pub action: SafetyAction,
    /// Event that ends the wait; for a `defer` whose condition does not end by itself.
    pub until: Option<Text>,
    /// Bounds on parameters.
    #[serde(default)]
    pub limit: Vec<SafetyLimit>,
    /// Something that has to come days before the first session.
    pub lead: Option<Lead>,
    /// True for an opinion or a check that is shown as a precondition of the stage, whatever the action.
    #[serde(default)]
    pub precondition: bool,
    /// A clearance that can be settled at the visit: a question or a look, and nobody else's opinion.
    #[serde(default)]
    pub at_visit: bool,
    /// True when the rule is about two of its procedures in one sitting.
    #[serde(default)]
    pub stacked: bool,
    /// What the rule adds to the plan.
    #[serde(default)]
    pub item: Vec<CareItem>,
}

/// Something that a safety rule adds to the plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CareItem {
    pub kind: Text,
    pub at: ItemAt,
    /// Days relative to that; absent means the day itself.
    pub days: Option<Vec<i32>>,
    /// Choices for the clinician.
    #[serde(default)]
    pub options: Vec<String>,
    #[serde(default)]
    pub amount: Vec<ItemAmount>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ItemAt {
    /// The first day of the plan.
    BeforePlan,
    /// The first session of each stage.
    FirstSession,
    /// Every session.
    EachSession,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemAmount {
    pub name: Text,
    pub value: f64,
    pub unit: String,
    /// A kilogram of weight.
    #[serde(default)]
    pub per_kg: bool,
}

/// `policies.toml`: what a deployment may choose.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policies {
    pub policy: Vec<Policy>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub id: Text,
    /// A closed list, or none for a wait.
    #[serde(default)]
    pub values: Vec<Text>,
    pub default: Text,
    /// Bounds of a wait.
    pub at_least: Option<Text>,
    pub at_most: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// `required_facts.toml`: what must be known before a procedure is planned.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequiredFacts {
    pub required: Vec<RequiredFact>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequiredFact {
    pub fact: Text,
    pub procedures: Vec<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SafetyAction {
    Warn,
    Modify,
    Clearance,
    Defer,
    Exclude,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum IfUnknown {
    /// The rule fires when a fact that it needs was not asked.
    Apply,
    /// It does not fire.
    #[default]
    Ignore,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SafetyLimit {
    pub parameter: Text,
    /// Never more than this.
    pub at_most: Option<f64>,
    /// Start no higher than this.
    pub start_at: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lead {
    pub kind: LeadKind,
    /// As `"4 weeks"`.
    pub wait: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LeadKind {
    /// Pigment-controlling home care.
    Priming,
    /// A test spot or test area that is judged first.
    TestArea,
}

/// `procedures/NAME.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Procedure {
    pub name: String,
    pub description: String,
    pub kind: ProcedureKind,
    /// Place in a sitting and on the ladder within a phase: lower comes first.
    pub order: u8,
    /// Kinds of procedure that safety rules name: it is meant wherever one of them is.
    #[serde(default)]
    pub families: Vec<Text>,
    pub evidence: Evidence,
    /// Rows and columns of `gaps.toml` that hold for it; absent for home care.
    pub gaps: Option<GapKinds>,
    pub sessions: Option<Sessions>,
    pub downtime: Option<Downtime>,
    /// Gentler settings with traces of their own, for patients who accept few days of them.
    #[serde(default)]
    pub gentler: Vec<Downtime>,
    pub judge: Option<Judge>,
    /// What a session costs, compared with others.
    pub cost: Option<Cost>,
    /// How much it endangers the colour of the skin, compared with others.
    pub pigment: Option<Pigment>,
    /// Home care: how long it is used.
    pub course: Option<Course>,
    #[serde(default)]
    pub parameter: Vec<Parameter>,
    #[serde(default)]
    pub preparation: Vec<Line>,
    #[serde(default)]
    pub aftercare: Vec<Line>,
    /// Home care that rests around a session.
    #[serde(default)]
    pub rest: Vec<Rest>,
    #[serde(default)]
    pub technique: Vec<Line>,
    #[serde(default)]
    pub stop: Vec<Line>,
    #[serde(default)]
    pub switch: Vec<Line>,
    #[serde(default)]
    pub risk: Vec<Line>,
    /// What the patient must report at once.
    #[serde(default)]
    pub red_flag: Vec<Line>,
    /// Rates of adverse effects as reported.
    #[serde(default)]
    pub adverse: Vec<Expected>,
    #[serde(default)]
    pub expected: Vec<Expected>,
    #[serde(default)]
    pub strength: Vec<Strength>,
}

/// How well a procedure was studied.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Evidence {
    /// A, B, C or D.
    pub grade: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ProcedureKind {
    /// On single scars; spacing is held by scar.
    Focal,
    /// On the whole field; spacing is held by site.
    Field,
    /// Joins the sitting of a field procedure.
    Adjunct,
    /// Used at home; has no sessions.
    HomeCare,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GapKinds {
    /// The kind, for example `"mnrf"`.
    pub kind: Text,
    /// A second kind, used while the upper bound of a parameter stays below a value.
    pub weaker: Option<WeakerKind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeakerKind {
    pub kind: Text,
    pub parameter: Text,
    pub below: f64,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sessions {
    pub min: i32,
    pub typical: i32,
    pub max: i32,
    /// How many scars one session takes, where it takes only so many.
    pub per_sitting: Option<i32>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Downtime {
    /// Days of visible traces.
    pub min: i32,
    pub typical: i32,
    pub max: i32,
    /// Days until make-up covers them.
    pub makeup_day: i32,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// What a session costs, compared with others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cost {
    /// From 1, the lowest.
    pub class: Spanned<i32>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// How much it endangers the colour of the skin, compared with others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pigment {
    /// A word of the list.
    pub risk: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Judge {
    /// Wait after the last session, as `"12 weeks"`.
    pub after: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// Home care that rests around a session.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rest {
    /// The home care that rests. Home care leaves it out: the row is about itself.
    #[serde(default)]
    pub of: Vec<Text>,
    /// Home care: days before a session.
    pub before: Option<Text>,
    /// How long after a session; of home care the most, where the session asks for longer.
    pub after: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// How long home care is used.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Course {
    /// What goes with sessions: how long after one it begins, as `"2 weeks"`; absent for at once.
    pub begins_after: Option<Text>,
    /// The fact that says when it was last used: what safety rules ask of it is kept before each session.
    pub last_used: Option<Text>,
    /// The longest use, as `"16 weeks"`; absent for open-ended use.
    pub at_most: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameter {
    pub name: Text,
    pub unit: String,
    pub low: f64,
    pub high: f64,
    /// True where the device's own table governs: past the range a plan is unusual and not in breach.
    #[serde(default)]
    pub guide: bool,
    /// Condition, over facts of the scar and its site; the first row of a name that holds is used.
    pub when: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    pub measure: String,
    pub low: f64,
    pub high: f64,
    pub unit: String,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Strength {
    /// A scar type, as in the facts.
    pub scar_type: Text,
    /// A depth class; absent when it makes no difference.
    pub depth_class: Option<Text>,
    pub strength: StrengthWord,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum StrengthWord {
    Avoid,
    Weak,
    Moderate,
    Strong,
}

/// `gaps.toml`: the wait from one procedure to the next on overlapping skin.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gaps {
    /// Stable code of every wait, for clients; a kind can have one of its own.
    pub code: Text,
    pub pigment_addition: PigmentAddition,
    pub site_addition: Option<PigmentAddition>,
    pub derivation: Derivation,
    pub kind: Vec<GapKindRow>,
    pub gap: Vec<Gap>,
}

/// `gaps/*.toml`: more kinds and pairs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoreGaps {
    #[serde(default)]
    pub kind: Vec<GapKindRow>,
    #[serde(default)]
    pub gap: Vec<Gap>,
}

/// How a pair without a row of its own follows from the rest after its first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Derivation {
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
pub(super) struct GapKindRow {
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
pub(super) struct PigmentAddition {
    pub wait: Text,
    pub when: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gap {
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
    /// The pair may share a sitting under a condition over patient facts; the check of a plan then says how rare that is.
    pub same_day: Option<Line>,
    /// `plan_min` and `typical` grow by the pigment addition.
    #[serde(default)]
    pub pigment_addition: bool,
    /// Other values under a condition over patient facts; the first that holds, or may hold, is used.
    #[serde(default)]
    pub variant: Vec<GapVariant>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GapVariant {
    pub when: Text,
    pub plan_min: Text,
    pub typical: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// `classification.toml`: the decision table, first match wins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Classification {
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
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScarLimits {
    pub max_scars: usize,
    pub max_history: usize,
    pub max_depth_mm: f64,
    pub max_width_mm: f64,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declared {
    /// Said when the clinician's label won.
    pub label: Line,
    /// Said when it differs from what the features give.
    pub differs: Line,
    /// Said when the clinician's depth class won.
    pub depth: Line,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Rows of one rule, tried in order.
    pub row: Vec<TypeRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeRow {
    pub when: Text,
    pub scar_type: Text,
    pub confidence: Text,
    #[serde(default)]
    pub alternatives: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DepthRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    pub when: Text,
    pub depth_class: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BucketRule {
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
pub(super) struct AdjustRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// May read `scar_type`.
    pub when: Text,
    pub confidence: Adjust,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Adjust {
    /// One step down.
    Down,
    /// Low at most.
    Low,
    /// Medium at most.
    Medium,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlagRule {
    pub id: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// May read `scar_type` and `depth_class`.
    pub when: Text,
    pub flag: Text,
}

/// `grading.toml`: the scales.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grading {
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
pub(super) struct Qualitative {
    pub version: String,
    pub citation: Text,
    pub maximum: i32,
    pub declared: Line,
    /// First match wins; reads the patient's appearance facts, and `scar_type` of the worst scars through `scars`.
    pub grade: Vec<QualitativeRow>,
    pub flag: Vec<GradeFlagRow>,
    /// What the grades are called.
    pub band: Vec<GradeBand>,
    /// Said of every grade.
    #[serde(default)]
    pub note: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QualitativeRow {
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
pub(super) struct GradeFlagRow {
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
pub(super) struct Quantitative {
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
pub(super) struct Band {
    pub from: i64,
    pub times: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AreaBand {
    /// Areas above this belong to the band…
    pub above: Option<f64>,
    /// …or areas of at least this.
    pub from: Option<f64>,
    pub points: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuantitativeRow {
    pub name: Text,
    pub points: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScaleMap {
    /// Over scar facts, with `scar_type` and `depth_class`.
    pub when: Text,
    pub row: Text,
    /// Flag the scale when this holds, for example a width outside the row.
    pub outside: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ecca {
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
    /// Said when no row was rated.
    pub item_missing: Said,
    /// Said of every total.
    #[serde(default)]
    pub note: Vec<Said>,
}

/// `pathways/NAME.toml`: which procedures, in which order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pathway {
    /// Condition over `scar_type` and `depth_class`. Exactly one pathway or referral answers each.
    #[serde(rename = "for")]
    pub answers: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    pub step: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub phase: PhaseWord,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Condition over facts of the scar, its site and the patient; absent means always.
    pub when: Option<Text>,
    /// The step is done only if a review finds it necessary.
    pub contingent: Option<Contingent>,
    /// Ranked: the first that is allowed, available and wanted is taken.
    pub option: Vec<StepOption>,
    /// Joins each sitting of the step; ranked.
    pub adjunct: Option<Adjunct>,
    /// When to leave the step out or stop it.
    #[serde(default)]
    pub stop: Vec<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PhaseWord {
    Prepare,
    Structural,
    Surface,
    Finish,
    Maintain,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contingent {
    pub when: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepOption {
    pub procedure: Text,
    /// Condition over facts of the scar, its site and the patient; absent means always.
    pub when: Option<Text>,
    /// Taken only when none before it can be: a clearance that one of those needs is no reason to prefer it.
    #[serde(default)]
    pub substitute: bool,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Adjunct {
    pub procedures: Vec<Text>,
    /// Condition over facts of the scar, its site and the patient; absent means always.
    pub when: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// `home_care.toml`: what is used at home before, during and after.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HomeCare {
    pub step: Vec<HomeCareStep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HomeCareStep {
    /// `prepare` or `maintain`.
    pub phase: PhaseWord,
    /// Only when a planned stage needs priming.
    #[serde(default)]
    pub when_priming: bool,
    /// It goes on after the last session.
    #[serde(default)]
    pub goes_on: bool,
    /// Only when the plan has a stage of one of these procedures or families: from its first session on.
    #[serde(default)]
    pub with: Vec<Text>,
    /// Condition over patient facts; absent means always.
    pub when: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Ranked: the first that is allowed and wanted is taken.
    pub option: Vec<StepOption>,
}

/// `referrals.toml`: what is not planned for, and who should see it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Referrals {
    pub referral: Vec<Referral>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Referral {
    /// Condition over facts of the scar. First match wins, before any pathway.
    #[serde(rename = "for")]
    pub answers: Option<Text>,
    /// Instead of `for`: used when every procedure of the pathway is excluded.
    #[serde(default)]
    pub when_nothing_is_allowed: bool,
    pub to: String,
    pub urgency: UrgencyWord,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum UrgencyWord {
    Urgent,
    Soon,
    Routine,
}

/// `source_attributes.toml`: what users of decision support are told about where it comes from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceAttributes {
    #[serde(default)]
    pub attribute: Vec<SourceAttribute>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceAttribute {
    pub id: Text,
    pub name: Text,
    pub value: Text,
}

/// `considered.toml`: treatments that are known and not planned, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsideredTreatments {
    pub considered: Vec<Considered>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Considered {
    pub id: Text,
    pub name: Text,
    /// Types of scar it is discussed for; empty or absent: for any.
    #[serde(default)]
    pub scar_types: Vec<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}
