//! The answer of the engine: dispositions, stages, sessions, reviews and referrals.

use strum::{IntoStaticStr, VariantArray, VariantNames};

use super::{
    assessment::Assessment,
    case::{CountingReason, Wish},
    date::Day,
    fact::Fact,
    facts::FactSet,
    ids::{EventId, ProcedureId, RuleId},
    lists::{Days, Procedures, Rules, Scars, SessionProcedures, Sites},
    what_if::WhatIf,
};

/// What a safety rule does, from the mildest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    /// Something must be said.
    Warn,
    /// The parameters change.
    Modify,
    /// Somebody must agree or check first.
    Clearance,
    /// It must wait.
    Defer,
    /// It must not be done.
    Exclude,
}

/// What a safety rule adds to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum ItemKind {
    AcneControl,
    AntiviralCover,
    TestArea,
    Priming,
    DysmorphiaScreen,
    EyeProtection,
    AnaestheticCeiling,
    InfectionReview,
    Photographs,
    Consent,
    TopicalSteroid,
    BloodTest,
    Contraception,
    SmokingCessation,
    SpecialistOpinion,
    TopicalRestriction,
    ProductChoice,
    RescueKit,
    PigmentControl,
    Counselling,
}

/// Something that safety adds to the plan, on its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareItem {
    /// Its place among all items of the knowledge.
    pub item: usize,
    /// The rules that add it.
    pub rules: Rules,
    /// The procedures it is for.
    pub procedures: Procedures,
    /// The groups.
    pub scars: Scars,
    /// The days, for what is planned.
    pub days: Days,
    /// The days, for what a review decides.
    pub contingent_days: Days,
    /// By amount: the total for this patient in thousandths, where the weight is known and counts.
    pub totals: Vec<Option<i64>>,
}

/// Facts that were not asked, so that the rules that read them could not speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAssessed {
    /// The facts.
    pub facts: FactSet,
    /// They must be known before something here is done.
    pub required: bool,
    /// Why.
    pub reasons: Rules,
}

/// How one procedure fares on groups of scars that fare alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The groups, in order.
    pub scars: Scars,
    /// Their sites, in order.
    pub sites: Sites,
    /// The strictest action on day 0; `None` is allowed.
    pub action: Option<Action>,
    /// First day on which a wait of known length is over.
    pub until_day: Option<Day>,
    /// The event that ends a wait of unknown length.
    pub until_event: Option<EventId>,
    /// Every rule that fired, the strictest first.
    pub reasons: Rules,
}

/// A bound on a parameter, set by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Where to start, in thousandths.
    pub low: i64,
    /// The most, in thousandths.
    pub high: i64,
}

/// A setting of a procedure for groups that share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterSetting {
    /// Place among the parameters of the procedure.
    pub parameter: usize,
    /// The range, in thousandths.
    pub limit: Limit,
    /// The groups.
    pub scars: Scars,
    /// Their sites.
    pub sites: Sites,
    /// The rules that set it.
    pub reasons: Rules,
}

/// Part of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Phase {
    Prepare,
    Structural,
    Surface,
    Finish,
    Maintain,
}

/// Least, usual and most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// The least.
    pub min: i32,
    /// The usual.
    pub typical: i32,
    /// The most.
    pub max: i32,
}

/// A procedure that was not taken for some groups, or groups that get nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The groups.
    pub scars: Scars,
    /// Why.
    pub reasons: Rules,
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum StageStatus {
    /// No session of it has been done.
    Open,
    /// Some have been done, and more are planned.
    InProgress,
    /// All have been done, or the scars are as good as they get with it.
    Satisfied,
    /// It was begun and waits for something to end.
    OnHold,
    /// It was begun, and something else takes its place.
    Stopped,
    /// It was begun and must not be done any more.
    Contraindicated,
    /// It was begun, and what was not asked keeps it from going on.
    NeedsInformation,
}

/// What a past session is to the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum PastStatus {
    /// It counts towards a stage.
    Counted,
    /// It was a test area.
    TestArea,
    /// It counts, and the course had more than its most.
    Beyond,
    /// It belongs to an earlier course, or to one that failed.
    EarlierCourse,
    /// The sender says that it does not count.
    NotCounted,
    /// The plan does not hold its procedure on its scars.
    Other,
}

/// A past session, evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatedSession {
    /// Its place in the request.
    pub place: usize,
    /// What it is to the plan.
    pub status: PastStatus,
    /// Places of the stages it counts towards, from 0, with its number in each, from 1; 0 for a test area.
    pub counted_in: Vec<(usize, i32)>,
    /// Days by which it came sooner than the floor of the gap table, and that floor.
    pub too_early: Option<(Day, Day)>,
    /// Days by which it came later than the course keeps its rhythm, and that longest wait.
    pub too_late: Option<(Day, Day)>,
    /// A rule spoke against it on its day.
    pub against: bool,
    /// What the sender decided about it, and why.
    pub decided: Option<(bool, Option<CountingReason>)>,
    /// Why.
    pub reasons: Rules,
}

/// Days on which something used at home stays off the skin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The first of them.
    pub from: Day,
    /// The last of them.
    pub to: Day,
    /// Number of the review that decides on the session, from 1.
    pub contingent_on: Option<i32>,
    /// Why.
    pub reasons: Rules,
}

/// One procedure in the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Part of the ladder.
    pub phase: Phase,
    /// The procedure.
    pub procedure: ProcedureId,
    /// The groups, in order.
    pub scars: Scars,
    /// Their sites, in order.
    pub sites: Sites,
    /// Sessions; `None` for home care.
    pub session_count: Option<Range>,
    /// Sessions planned from the start date on; 0 for home care and contingent stages.
    pub planned: i32,
    /// How far it is.
    pub status: StageStatus,
    /// Sessions that were done and count.
    pub done: i32,
    /// Number of the review that decides, from 1.
    pub contingent_on: Option<i32>,
    /// Days between two sessions.
    pub interval: Option<Range>,
    /// First day.
    pub start: Day,
    /// Last day; `None` for open-ended home care.
    pub end: Option<Day>,
    /// Home care: the days between on which it is not used, in order.
    pub rests: Vec<Rest>,
    /// Settings.
    pub parameters: Vec<ParameterSetting>,
    /// What must be true or agreed before.
    pub preconditions: Rules,
    /// When to stop, from the pathway and the procedure.
    pub stop_rules: Rules,
    /// When to change, from the pathway and the procedure.
    pub switch_rules: Rules,
    /// How it is done, as far as it applies.
    pub technique: Rules,
    /// What can go wrong, as far as it applies.
    pub risks: Rules,
    /// What the patient must report at once.
    pub red_flags: Rules,
    /// Why this procedure, this count, these intervals.
    pub reasons: Rules,
    /// What ranked before it.
    pub passed_over: Vec<PassedOver>,
}

impl Stage {
    /// Is it part of the plan, and not only of what was begun and is not continued?
    pub fn goes_on(&self) -> bool {
        match self.status {
            StageStatus::Open | StageStatus::InProgress | StageStatus::Satisfied => true,
            StageStatus::OnHold
            | StageStatus::Stopped
            | StageStatus::Contraindicated
            | StageStatus::NeedsInformation => false,
        }
    }
}

/// Whole area or test area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum SessionKind {
    Treatment,
    TestArea,
}

/// One procedure within a sitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionProcedure {
    /// Place of the stage in the plan, from 0.
    pub stage: usize,
    /// The groups, in order.
    pub scars: Scars,
    /// Whole area or test area.
    pub kind: SessionKind,
    /// Number within the stage, from 1; 0 for a test area.
    pub number_in_stage: i32,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Day.
    pub day: Day,
    /// First day that the floors allow, given the sessions before it.
    pub earliest: Day,
    /// Last day before the course loses its rhythm.
    pub latest: Option<Day>,
    /// First day on which what was begun is no longer simply continued.
    pub past_due: Option<Day>,
    /// What is done, in order.
    pub procedures: SessionProcedures,
    /// Days of visible traces.
    pub downtime: Range,
    /// Days until make-up covers them.
    pub makeup_day: Day,
    /// What to do before.
    pub preparation: Rules,
    /// What to do after.
    pub aftercare: Rules,
    /// Why this day, and what is said on it.
    pub reasons: Rules,
}

/// A visit at which the result is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Day.
    pub day: Day,
    /// Its purpose and why then; the first rule says the purpose.
    pub reasons: Rules,
}

/// A fact that was not asked and that rules which fired read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The fact.
    pub fact: Fact,
    /// The rules that fired because of it.
    pub reasons: Rules,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Protocol {
    /// What is done, in order.
    pub stages: Vec<Stage>,
    /// The planned visits.
    pub sessions: Vec<Session>,
    /// The visits of contingent stages.
    pub contingent_sessions: Vec<Session>,
    /// The reviews.
    pub reviews: Vec<Review>,
    /// What must be true or agreed before.
    pub preconditions: Rules,
    /// What must be said.
    pub warnings: Rules,
    /// What was not asked and matters.
    pub questions: Vec<Question>,
    /// Steps that nothing could take: the procedure that ranked first, and why none.
    pub not_treated: Vec<PassedOver>,
    /// Events after which to ask again.
    pub ask_again_after: Vec<EventId>,
    /// What safety adds, in the order of the first day.
    pub items: Vec<CareItem>,
    /// The past sessions, in the order of the request.
    pub history: Vec<EvaluatedSession>,
    /// No other days for these courses are better: the search for them came to its end.
    pub exact: bool,
}

/// How soon somebody must look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Urgency {
    Urgent,
    Soon,
    Routine,
}

/// Scars that are not planned for, and who should see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// Place of the referral among those of the knowledge.
    pub referral: usize,
    /// How soon.
    pub urgency: Urgency,
    /// The groups.
    pub scars: Scars,
    /// Their sites.
    pub sites: Sites,
    /// Why.
    pub reasons: Rules,
}

/// Whether there is a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// For the scars that can be treated.
    Protocol(Box<Protocol>),
    /// No scar here can be planned for.
    Referral,
}

/// Wishes that cannot all be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The fewest that must give way, so that the others can be kept.
    pub wishes: Vec<Wish>,
    /// Why.
    pub rule: RuleId,
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the scars are.
    pub assessment: Assessment,
    /// How each procedure fares.
    pub dispositions: Vec<Disposition>,
    /// The plan, or none.
    pub outcome: Outcome,
    /// For the scars that are not planned for, the most urgent first. Not empty when the outcome is a referral.
    pub referrals: Vec<Referral>,
    /// What no rule could read, what is required first.
    pub not_assessed: Vec<NotAssessed>,
    /// What must be said of every answer.
    pub reasons: Rules,
    /// What stands in the way of the wishes together; `None` when all can be kept.
    pub conflict: Option<Conflict>,
    /// What was found out beside it, as far as it was asked for.
    pub what_if: WhatIf,
}

impl Plan {
    /// What is planned, if anything is.
    pub fn protocol(&self) -> Option<&Protocol> {
        match &self.outcome {
            Outcome::Protocol(protocol) => Some(protocol),
            Outcome::Referral => None,
        }
    }
}
