//! Checked knowledge. Every id resolves, every number is in order, every text has its rule.

mod naming;
mod pathways;
mod planning;
mod procedures;
mod scales;
mod waits;

pub use naming::{
    Adjust, Band, Classification, Ecca, Grading, Overruled, Qualitative, Quantitative, ScaleMap, ScarsMatch, TypeRow,
};
pub use pathways::{Adjunct, HomeCareStep, Pathway, Referral, Step, StepOption};
pub use planning::{Booster, Failure, Goal, Lapse, LapseThen, Occasion, Past, Planning, Plateau, Together};
pub use procedures::{
    Cost, Course, Downtime, Evidence, Expected, GapKind, GapKinds, LastUsed, Parameter, Pigment, PigmentRisk,
    Procedure, ProcedureKind, Rest, Sessions, Strength, TypeStrength, Wait, WeakerKind,
};
pub use scales::{Code, CodeFit, GradeBand, Level, RatedItem, RatedScale, StatedScale};
pub use waits::{Also, Gap, Gaps, PigmentAddition, Spacing, Variant};

use std::sync::Arc;

use super::{Rows, policy::Policy, specimens::Specimens, table::SafetyTable};
use crate::domain::{
    Action, Day, EventId, Fact, FactSet, ItemKind, Predicate, ProcedureId, ProcedureSet, RuleId, ScarType, Scope,
    Vocabulary,
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
    /// What goes between the sessions of others on the same skin.
    pub(super) between_others: ProcedureSet,
    pub(super) home_care: Vec<HomeCareStep>,
    pub(super) referrals: Vec<Referral>,
    /// Place of the referral for scars that nothing is allowed for.
    pub(super) nothing_allowed: usize,
    /// Place of the referral for scars that need work on the single scar, where none can be planned.
    pub(super) no_structure: usize,
    pub(super) courses_done: usize,
    pub(super) planning: Planning,
    pub(super) policies: Vec<Policy>,
    pub(super) required: Vec<RequiredFact>,
    pub(super) items: Vec<CareItem>,
    /// The facts that some safety rule reads and that can be asked.
    pub(super) asked: FactSet,
    pub(super) conditions: Vec<Condition>,
    pub(super) specimens: Specimens,
    pub(super) source_attributes: Vec<SourceAttribute>,
    pub(super) considered: Vec<Considered>,
    pub(super) codes: Rows<Code>,
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
    /// Procedures that it is about when such scars get nothing else; empty for most.
    pub alone: ProcedureSet,
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
    /// The most for anybody, in thousandths of what it is for a patient.
    pub at_most: Option<i64>,
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
    /// Days relative to that on which it may be done instead.
    pub also_on: Vec<Day>,
    /// Choices for the clinician.
    pub options: Vec<String>,
    pub amounts: Vec<Amount>,
    /// For whom amounts by weight are worked out.
    pub totals_when: Predicate,
    /// There is another that [is like it](Self::is_like).
    pub is_like_another: bool,
}

impl CareItem {
    /// Is it the same choice, given on the same days around a session?
    pub fn is_like(&self, other: &Self) -> bool {
        let choice = !self.options.is_empty() && self.kind == other.kind && self.options == other.options;
        let when = (self.at, &self.days) == (other.at, &other.days);
        choice && when && self.amounts == other.amounts
    }
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
    pub file: Arc<str>,
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
    /// No smoking for this long, since the day on record, or else since the start of the plan.
    SmokeFree(Day),
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
    /// The events by which it can.
    pub events: FactSet,
    /// Fires when a fact it needs was not asked.
    pub if_unknown: bool,
    pub procedures: ProcedureSet,
    pub action: Action,
    /// Ends the wait of a deferral whose condition does not end by itself.
    pub until: Option<EventId>,
    pub limits: Vec<SafetyLimit>,
    pub lead: Option<Lead>,
    /// With less of the lead a plan by others is in want of it; none: with less than the lead itself.
    pub lead_least: Option<Day>,
    /// What it is about may have begun since past sessions, which are no test area then.
    pub lead_anew: bool,
    /// Stands under the preconditions of the stage, as a clearance always does.
    pub precondition: bool,
    /// A clearance that the visit itself settles.
    pub at_visit: bool,
    /// It speaks of two of its procedures in one sitting.
    pub stacked: bool,
    /// Its procedures are planned only where they are preferred.
    pub only_preferred: bool,
    /// Places of what it adds to the plan among all items.
    pub items: Vec<usize>,
    /// Facts that `when` tests for being known, or all facts of `when` if it fires when unknown: asked as questions.
    pub asks: Vec<Fact>,
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

    /// Does it go between the sessions of others on the same skin?
    pub fn goes_between(&self, procedure: ProcedureId) -> bool {
        self.between_others.contains(procedure)
    }

    /// Place of the referral for scars that nothing is allowed for.
    pub fn nothing_allowed(&self) -> usize {
        self.nothing_allowed
    }

    /// Place of the referral for scars that need work on the single scar, where none can be planned.
    pub fn no_structure(&self) -> usize {
        self.no_structure
    }

    /// Place of the referral for scars that are still there long after all their courses were done.
    pub fn courses_done(&self) -> usize {
        self.courses_done
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
    pub fn asked(&self) -> FactSet {
        self.asked
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
    pub fn codes(&self) -> &Rows<Code> {
        &self.codes
    }
}
