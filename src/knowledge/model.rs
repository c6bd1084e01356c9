//! Checked knowledge. Every id resolves, every number is in order, every text has its rule.

mod planning;
mod scales;

pub use planning::{Failure, Goal, Lapse, LapseThen, Occasion, Past, Planning, Plateau};
pub use scales::{Code, CodeFit, GradeBand, Level, RatedItem, RatedScale, StatedScale};

use strum::{IntoStaticStr, VariantArray, VariantNames};

use super::{policy::Policy, specimens::Specimens, table::SafetyTable};
use crate::domain::{
    Action, Confidence, Day, DepthClass, EccaRow, EventId, Fact, GradeFlag, ItemKind, Phase, Predicate, ProcedureId,
    ProcedureSet, QuantitativeRow, Range, RuleId, ScarFlag, ScarType, Scope, Urgency, Vocabulary, WidthBucket,
};

/// Checked knowledge. [`Knowledge::parse`] is the only way to get one.
#[derive(Debug, Clone)]
pub struct Knowledge {
    pub(super) release: String,
    pub(super) date: String,
    pub(super) digest: String,
    pub(super) vocabulary: Vocabulary,
    pub(super) rules: Vec<Rule>,
    pub(super) citations: Vec<Citation>,
    pub(super) events: Vec<Event>,
    pub(super) procedures: Vec<Procedure>,
    pub(super) gaps: Gaps,
    pub(super) safety: Vec<SafetyRule>,
    pub(super) safety_table: SafetyTable,
    pub(super) last_used: Vec<LastUsed>,
    pub(super) classification: Classification,
    pub(super) grading: Grading,
    pub(super) pathways: Vec<Pathway>,
    pub(super) home_care: Vec<HomeCareStep>,
    pub(super) referrals: Vec<Referral>,
    /// Place of the referral for scars that nothing is allowed for.
    pub(super) nothing_allowed: usize,
    pub(super) planning: Planning,
    pub(super) policies: Vec<Policy>,
    pub(super) required: Vec<RequiredFact>,
    pub(super) items: Vec<CareItem>,
    /// The facts that some safety rule reads and that can be asked, in order.
    pub(super) asked: Vec<Fact>,
    pub(super) conditions: Vec<Condition>,
    pub(super) specimens: Specimens,
    pub(super) source_attributes: Vec<SourceAttribute>,
    pub(super) considered: Vec<Considered>,
    pub(super) codes: Vec<Code>,
}

/// Something that users of decision support are told about where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAttribute {
    pub id: String,
    pub name: String,
    pub value: String,
}

/// A treatment that is known and not planned; its rule says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered {
    pub id: String,
    pub name: String,
    /// Types of scar it is discussed for; empty: for any.
    pub scar_types: Vec<ScarType>,
    pub rule: RuleId,
}

/// A condition with the file that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub file: String,
    pub when: Predicate,
}

/// What must be known before a procedure is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredFact {
    pub fact: Fact,
    pub procedures: ProcedureSet,
    pub rule: RuleId,
}

/// When something that a rule adds to the plan is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemAt {
    /// On the first day of the plan.
    BeforePlan,
    /// At the first session of each stage.
    FirstSession,
    /// At every session.
    EachSession,
}

/// An amount, for example the most of a drug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    pub name: String,
    /// In thousandths.
    pub value: i64,
    pub unit: String,
    /// It counts for each kilogram of weight.
    pub per_kg: bool,
}

/// Something that a safety rule adds to the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareItem {
    pub kind: ItemKind,
    /// The rule that adds it.
    pub rule: RuleId,
    pub at: ItemAt,
    /// Days relative to that, in order; negative before.
    pub days: Vec<Day>,
    /// Choices for the clinician.
    pub options: Vec<String>,
    pub amounts: Vec<Amount>,
}

/// How well a procedure was studied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// A consistent controlled trials, B some controlled trials, C series or opinion, D taken over from elsewhere.
    pub grade: String,
    pub rule: RuleId,
}

/// How well a rule is supported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// Keys of the sources, at least one.
    Sourced(Vec<String>),
    /// Ids of the rules it follows from, at least one.
    Derived(Vec<RuleId>),
    /// No source at hand; awaits a clinician's sign-off.
    ExpertPractice,
}

/// A rule: what every answer is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Stable id.
    pub id: String,
    /// One sentence.
    pub says: String,
    /// How well it is supported.
    pub basis: Basis,
    /// Stable code for clients; empty when there is none.
    pub code: String,
    /// File that holds it.
    pub file: String,
    /// Condition as written; empty when there is none.
    pub condition: String,
    /// What a safety rule does.
    pub action: Option<Action>,
    /// Procedures that a safety rule acts on.
    pub procedures: Vec<ProcedureId>,
}

/// A source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    pub key: String,
    pub text: String,
    pub pmid: String,
    pub doi: String,
    pub pmcid: String,
    pub url: String,
}

/// What ends a wait of unknown length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, for example `delivery`.
    pub id: String,
    /// It can be settled at the visit: the plan is laid out as if it had been.
    pub at_visit: bool,
}

/// A rule with a condition, for texts that only sometimes apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub rule: RuleId,
    pub when: Predicate,
}

/// Lines in the order in which they are said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    rows: Vec<Line>,
    /// Their rules, when each of them holds for everybody, as most do.
    plain: Vec<RuleId>,
}

impl Lines {
    pub(super) fn new(rows: Vec<Line>) -> Self {
        let plain = rows.iter().all(|it| it.when == Predicate::Always);
        let plain = if plain { rows.iter().map(|it| it.rule).collect() } else { Vec::new() };
        Self { rows, plain }
    }

    /// The rules, when each line holds for everybody.
    pub fn plain(&self) -> Option<&[RuleId]> {
        (self.plain.len() == self.rows.len()).then_some(&self.plain)
    }
}

impl std::ops::Deref for Lines {
    type Target = [Line];

    fn deref(&self) -> &[Line] {
        &self.rows
    }
}

/// What a safety rule asks to come days before the first session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// Pigment-controlling home care for this long.
    Priming(Day),
    /// A test area, judged after this long.
    TestArea(Day),
}

/// A bound that a safety rule sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyLimit {
    /// Procedure that has the parameter.
    pub procedure: ProcedureId,
    /// Place among the parameters of the procedure.
    pub parameter: usize,
    /// Never more, in thousandths.
    pub at_most: Option<i64>,
    /// Start no higher, in thousandths.
    pub start_at: Option<i64>,
}

/// Who must not have what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyRule {
    pub rule: RuleId,
    pub when: Predicate,
    /// The narrowest scope of the facts in `when`.
    pub scope: Scope,
    /// Whether it fires can change from one day to the next.
    pub timed: bool,
    /// Fires when a fact it needs was not asked.
    pub if_unknown: bool,
    pub procedures: ProcedureSet,
    pub action: Action,
    /// Ends the wait of a deferral whose condition does not end by itself.
    pub until: Option<EventId>,
    pub limits: Vec<SafetyLimit>,
    pub lead: Option<Lead>,
    /// Stands under the preconditions of the stage, as a clearance always does.
    pub precondition: bool,
    /// A clearance that the visit itself settles.
    pub at_visit: bool,
    /// It speaks of two of its procedures in one sitting.
    pub stacked: bool,
    /// Places of what it adds to the plan among all items.
    pub items: Vec<usize>,
    /// Facts that `when` tests for being known, or all facts of `when` if it fires when unknown: asked as questions.
    pub asks: Vec<Fact>,
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
    /// `None`: open-ended.
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

/// Waits of one ordered pair, in days.
///
/// INVARIANT (ordered): `1 <= floor <= plan_min <= typical_from <= typical_to <= latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spacing {
    pub floor: Day,
    pub plan_min: Day,
    pub typical_from: Day,
    pub typical_to: Day,
    /// `None`: nothing is lost by waiting.
    pub latest: Option<Day>,
    /// The rule that set it.
    pub rule: RuleId,
    /// A second rule that lengthened it.
    pub also: Option<RuleId>,
}

/// One ordered pair of kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub base: Spacing,
    pub same_sitting: bool,
    /// The pair may share a sitting where this holds, though hardly anybody has done it.
    pub same_day: Option<Line>,
    /// `plan_min` and `typical` grow by the pigment addition.
    pub pigment_addition: bool,
    /// The first whose condition holds, or may hold, replaces the base.
    pub variants: Vec<(Predicate, Spacing)>,
}

/// The gap table, total over all ordered pairs of kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gaps {
    /// Names of the kinds, by place.
    pub kinds: Vec<String>,
    /// Row by row: the wait from the first kind to the second is at `first * kinds.len() + second`.
    pub cells: Vec<Gap>,
    /// Added where the cell says so.
    pub pigment_addition: PigmentAddition,
    /// Added to every wait on some sites.
    pub site_addition: Option<PigmentAddition>,
    /// No wait that is aimed at is longer.
    pub longest: Day,
}

/// Added to a gap where the skin marks easily.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PigmentAddition {
    pub days: Day,
    pub when: Predicate,
    pub rule: RuleId,
}

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
    pub types: Vec<TypeRow>,
    /// The last always holds.
    pub depths: Vec<(Line, DepthClass)>,
    pub buckets: Vec<(Line, WidthBucket)>,
    pub adjusts: Vec<(Line, Adjust)>,
    pub flags: Vec<(Line, ScarFlag)>,
    pub atrophic: Vec<ScarType>,
    /// Types that a declared label never overrules when the features give them.
    pub never_overruled: Vec<ScarType>,
    /// Said where at least one group is as the condition says.
    pub ceiling: Vec<Line>,
    pub declared_label: RuleId,
    pub declared_differs: RuleId,
    pub declared_depth: RuleId,
    pub limits: RuleId,
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

/// A procedure that a step can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepOption {
    pub procedure: ProcedureId,
    pub when: Predicate,
    /// Taken only when none before it can be.
    pub substitute: bool,
    pub rule: RuleId,
}

/// What joins each sitting of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjunct {
    pub when: Predicate,
    /// Ranked.
    pub procedures: Vec<ProcedureId>,
    pub rule: RuleId,
}

/// A step of a pathway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub phase: Phase,
    pub rule: RuleId,
    pub when: Predicate,
    /// The step waits for a review while this holds or may hold.
    pub contingent: Option<Line>,
    /// Ranked, at least one.
    pub options: Vec<StepOption>,
    pub adjunct: Option<Adjunct>,
    pub stop: Vec<Line>,
}

/// Which procedures a type of scar gets, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pathway {
    /// Name of the file.
    pub id: String,
    pub answers: Predicate,
    pub rule: RuleId,
    pub steps: Vec<Step>,
}

/// What is used at home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeCareStep {
    pub phase: Phase,
    /// Only when a planned stage needs priming.
    pub when_priming: bool,
    /// It goes on after the last session.
    pub goes_on: bool,
    /// Only when the plan has a stage of one of these; empty: always.
    pub with: ProcedureSet,
    pub when: Predicate,
    pub rule: RuleId,
    /// Ranked, at least one.
    pub options: Vec<StepOption>,
}

/// What is not planned for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// `None`: only used when nothing is allowed.
    pub answers: Option<Predicate>,
    pub to: String,
    pub urgency: Urgency,
    pub rule: RuleId,
}

impl Knowledge {
    /// The release, for example `2026.1`.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The day of the release, as `2026-11-23`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// SHA-256 of all files, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What a request is checked against.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Every rule, in the order of the ids.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Every source, in the order of the keys.
    pub fn citations(&self) -> &[Citation] {
        &self.citations
    }

    /// Every event.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Every procedure, in the order of the ids.
    pub fn procedures(&self) -> &[Procedure] {
        &self.procedures
    }

    /// Every procedure with its id.
    pub fn procedure_ids(&self) -> impl Iterator<Item = (ProcedureId, &Procedure)> {
        (0_u8..).map(ProcedureId).zip(&self.procedures)
    }

    /// The gap table.
    pub fn gaps(&self) -> &Gaps {
        &self.gaps
    }

    /// The safety rules: the strictest first, and then in the order of the ids.
    pub fn safety(&self) -> &[SafetyRule] {
        &self.safety
    }

    /// The rules that ask how long ago home care was used.
    pub fn last_used(&self) -> &[LastUsed] {
        &self.last_used
    }

    /// The same as bit tables.
    pub fn safety_table(&self) -> &SafetyTable {
        &self.safety_table
    }

    /// The decision table.
    pub fn classification(&self) -> &Classification {
        &self.classification
    }

    /// The scales.
    pub fn grading(&self) -> &Grading {
        &self.grading
    }

    /// The pathways, in the order of the files.
    pub fn pathways(&self) -> &[Pathway] {
        &self.pathways
    }

    /// What is used at home.
    pub fn home_care(&self) -> &[HomeCareStep] {
        &self.home_care
    }

    /// What is not planned for.
    pub fn referrals(&self) -> &[Referral] {
        &self.referrals
    }

    /// Place of the referral for scars that nothing is allowed for.
    pub fn nothing_allowed(&self) -> usize {
        self.nothing_allowed
    }

    /// The policies and what was chosen.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// What must be known before a procedure is planned.
    pub fn required(&self) -> &[RequiredFact] {
        &self.required
    }

    /// Everything that safety rules add to plans.
    pub fn items(&self) -> &[CareItem] {
        &self.items
    }

    /// The facts that some safety rule reads and that can be asked.
    pub fn asked(&self) -> &[Fact] {
        &self.asked
    }

    /// Rules of the planner.
    pub fn planning(&self) -> &Planning {
        &self.planning
    }

    /// What users are told about where decision support comes from.
    pub fn source_attributes(&self) -> &[SourceAttribute] {
        &self.source_attributes
    }

    /// Treatments that are known and not planned.
    pub fn considered(&self) -> &[Considered] {
        &self.considered
    }

    /// Every condition of every file: all that two cases can be told apart by.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// The answers that conditions tell apart.
    pub fn specimens(&self) -> &Specimens {
        &self.specimens
    }

    /// The codes of public systems, in the order of the file.
    pub fn codes(&self) -> &[Code] {
        &self.codes
    }
}

impl Gaps {
    /// The wait from `first` to `next`. Total: the loader refuses a table with a hole.
    pub fn between(&self, first: GapKind, next: GapKind) -> Option<&Gap> {
        self.cells.get(usize::from(first.0) * self.kinds.len() + usize::from(next.0))
    }
}
