//! A plan that somebody else wrote, and what was found in it.

use strum::{EnumCount, IntoStaticStr, VariantArray, VariantNames};

use super::{
    assessment::Assessment,
    date::Day,
    ids::{EventId, ProcedureId, RuleId},
    lists::{Days, Rules, Scars},
    protocol::{ItemKind, NotAssessed, SessionKind},
};

/// A plan as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProposedPlan {
    /// The visits, in the order in which they were given.
    pub sessions: Vec<ProposedSession>,
    /// What is used at home.
    pub home_care: Vec<ProposedHomeCare>,
    /// What is arranged beside the treatment.
    pub care: Vec<ProposedCare>,
    /// The days on which the result is judged.
    pub reviews: Days,
    /// Rules whose clearance or check was obtained, in order.
    pub settled: Rules,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedSession {
    /// The day.
    pub day: Day,
    /// What is done, in order.
    pub procedures: Vec<ProposedProcedure>,
}

/// One procedure of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedProcedure {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The groups, in order.
    pub scars: Scars,
    /// The groups were named one by one, so it is meant for each of them.
    pub named: bool,
    /// Whole area or test area.
    pub kind: SessionKind,
    /// How it is set.
    pub settings: Vec<ProposedSetting>,
}

/// How one parameter is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedSetting {
    /// Place among the parameters of the procedure.
    pub parameter: usize,
    /// The lowest value, in thousandths.
    pub low: i64,
    /// The highest value, in thousandths.
    pub high: i64,
    /// The groups that it is for, in order.
    pub scars: Scars,
}

/// Something that is used at home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedHomeCare {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The groups, in order.
    pub scars: Scars,
    /// The first day.
    pub start: Day,
    /// The last day; `None` is open-ended.
    pub end: Option<Day>,
    /// Days on which it is left off, each span with its first and its last, in order.
    pub rests: Vec<(Day, Day)>,
}

impl ProposedHomeCare {
    /// The days on which it is used, span by span: what the rests leave of its days.
    pub fn used(&self) -> Vec<(Day, Day)> {
        let (mut from, end) = (self.start, self.end.unwrap_or(Day::MAX));
        let mut used = Vec::new();
        for (first, last) in &self.rests {
            if from < *first && from <= end {
                used.push((from, end.min(first.saturating_sub(1))));
            }
            from = from.max(last.saturating_add(1));
        }
        if from <= end {
            used.push((from, end));
        }
        used
    }
}

/// Something that is arranged beside the treatment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedCare {
    /// What it is.
    pub kind: ItemKind,
    /// The days, in order. Empty: whenever it is due.
    pub days: Days,
}

/// How much a finding weighs, the heaviest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    /// The plan breaks a rule.
    Violation,
    /// Something that must come before is not in the plan.
    MissingPreparation,
    /// A sitting joins what is not joined, or not so.
    UnsupportedCombination,
    /// It can be done so, and better otherwise.
    Advice,
}

/// What a finding is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, IntoStaticStr, VariantArray, VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum FindingKind {
    Excluded,
    WaitNotOver,
    EventNotOver,
    NotForThisScar,
    BelowFloor,
    PairNotAllowed,
    AboveLimit,
    TooManySessions,
    CourseTooLong,
    PrimingMissing,
    TestAreaMissing,
    CareMissing,
    StackedWounds,
    RarelyTogether,
    OrderInSitting,
    BelowLeast,
    BelowUsual,
    AboveLatest,
    TooFewSessions,
    OrderOfSteps,
    ClearanceNeeded,
    CheckNeeded,
    ReviewMissing,
    SettingUnusual,
    StartsTooStrong,
    NotWanted,
    Referred,
    TooNearEvent,
    StructureMissing,
    TooWeakAlone,
    PrimingShort,
    SmokeFreeShort,
    TooManySites,
    HomeCareNotRested,
    HomeCareRestShort,
}

impl FindingKind {
    /// How much it weighs.
    pub fn severity(self) -> Severity {
        match self {
            Self::Excluded
            | Self::WaitNotOver
            | Self::EventNotOver
            | Self::NotForThisScar
            | Self::BelowFloor
            | Self::PairNotAllowed
            | Self::AboveLimit
            | Self::TooManySessions
            | Self::CourseTooLong
            | Self::TooNearEvent
            | Self::StructureMissing
            | Self::HomeCareNotRested => Severity::Violation,
            Self::PrimingMissing | Self::TestAreaMissing | Self::CareMissing | Self::SmokeFreeShort => {
                Severity::MissingPreparation
            }
            Self::StackedWounds | Self::OrderInSitting => Severity::UnsupportedCombination,
            // By ruling what somebody did on one day is advice, however few did it.
            Self::RarelyTogether
            | Self::PrimingShort
            | Self::BelowLeast
            | Self::BelowUsual
            | Self::AboveLatest
            | Self::TooFewSessions
            | Self::OrderOfSteps
            | Self::ClearanceNeeded
            | Self::CheckNeeded
            | Self::ReviewMissing
            | Self::SettingUnusual
            | Self::StartsTooStrong
            | Self::NotWanted
            | Self::Referred
            | Self::TooWeakAlone
            | Self::TooManySites
            | Self::HomeCareRestShort => Severity::Advice,
        }
    }
}

/// Where in the plan something is, by places from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A visit.
    Session(usize),
    /// A procedure of a visit.
    Procedure(usize, usize),
    /// A setting of a procedure of a visit.
    Setting(usize, usize, usize),
    /// Something that is used at home.
    HomeCare(usize),
    /// A past session: its place in the history in the order of the days.
    Past(usize),
    /// The days on which the result is judged.
    Reviews,
}

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measured {
    /// Days.
    Days { found: Day, limit: Day },
    /// Sessions.
    Sessions { found: i32, limit: i32 },
    /// Different procedures at one visit.
    Procedures { found: i32, limit: i32 },
    /// Sites at one visit.
    Sites { found: i32, limit: i32 },
    /// A parameter of the procedure of the finding, in thousandths.
    Setting { parameter: usize, found: i64, limit: i64 },
}

/// A change of the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mend {
    /// Do the visit on this day or later.
    Postpone { session: usize, day: Day },
    /// Do the visit on this day or earlier.
    BringForward { session: usize, day: Day },
    /// Take the procedure out of its visit and do it on this day or later.
    Split { session: usize, procedure: usize, day: Day },
    /// Do the first of two procedures of a visit before the other.
    Reorder { session: usize, first: usize, before: usize },
    /// Take out the procedures for these groups.
    Remove { places: Vec<Place>, scars: Scars },
    /// Set the parameter to this, in thousandths.
    Set { place: Place, procedure: ProcedureId, parameter: usize, value: i64 },
    /// Arrange this on these days.
    AddCare { item: ItemKind, days: Days },
    /// Prime the skin from this day on.
    AddPriming { from: Day },
    /// Treat a test area on this day.
    AddTestArea { procedure: ProcedureId, scars: Scars, day: Day },
    /// Plan more sessions: the first on this day, and then every so many days.
    AddSessions { procedure: ProcedureId, scars: Scars, count: i32, day: Day, every: Day },
    /// Judge the result on this day.
    AddReview { day: Day },
    /// Use it at home from this day on.
    BeginHomeCare { home_care: usize, day: Day },
    /// Use it at home until this day.
    EndHomeCare { home_care: usize, day: Day },
    /// Leave it off at home for these groups from the first day to the last.
    Rest { home_care: usize, from: Day, to: Day, scars: Scars },
    /// Obtain what the rule asks for, and name the rule as settled.
    Settle { rule: RuleId },
    /// Take it out now and ask again after this.
    Await { places: Vec<Place>, scars: Scars, event: EventId },
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// Where it is; what to change first. Never empty.
    pub places: Vec<Place>,
    /// The day on which it first matters.
    pub day: Option<Day>,
    /// The procedure at fault.
    pub procedure: Option<ProcedureId>,
    /// The other one of a pair.
    pub other: Option<ProcedureId>,
    /// The groups, in order.
    pub scars: Scars,
    /// What was compared.
    pub measured: Option<Measured>,
    /// The changes that together mend it.
    pub mends: Vec<Mend>,
    /// Why: the sentence of the kind, and then the rules of the medicine.
    pub reasons: Rules,
}

/// Something that could not be judged, since the plan does not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotStated {
    /// Where it is missing.
    pub places: Vec<Place>,
    /// The procedure.
    pub procedure: ProcedureId,
    /// The parameters, by place.
    pub parameters: Vec<usize>,
    /// Why it matters.
    pub reasons: Rules,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What the scars are.
    pub assessment: Assessment,
    /// What was found, the heaviest first.
    pub findings: Vec<Finding>,
    /// What must be said of these treatments.
    pub warnings: Rules,
    /// What no rule could read, what is required first.
    pub not_assessed: Vec<NotAssessed>,
    /// What the plan does not say.
    pub not_stated: Vec<NotStated>,
    /// Groups that no visit of the plan is for.
    pub not_treated: Scars,
    /// What must be said of every answer.
    pub reasons: Rules,
}
