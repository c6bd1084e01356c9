//! What would be otherwise: other plans, what answers would change, and what would admit a procedure.

use strum::{EnumCount, IntoStaticStr, VariantArray};

use super::{
    case::Wishes,
    date::Day,
    fact::Fact,
    facts::Value,
    ids::ProcedureId,
    lists::{Days, Rules, Scars},
};

/// What is to be found out beside the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum Insight {
    Alternatives,
    Questions,
    WhyNot,
    ValidUntil,
}

/// What plans are compared by; less is better in each. In the order in which the best are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Objective {
    /// Days with visible traces, added up over the planned visits.
    Downtime,
    /// Planned visits.
    Visits,
    /// Day of the last planned visit.
    Duration,
    /// The highest risk to pigment of what is planned.
    PigmentRisk,
    /// The cost classes of the planned sessions, added up.
    Cost,
    /// The weakest evidence of what is planned.
    Evidence,
    /// Steps that are taken by what ranks after something that was not wished for, by group.
    Ranking,
    /// Sessions fewer than usual.
    Sessions,
}

/// Something in which another plan is better or worse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trade {
    /// What is compared.
    pub objective: Objective,
    /// The figure of the plan.
    pub here: i32,
    /// The figure of the other plan.
    pub there: i32,
    /// What that means.
    pub reasons: Rules,
}

/// A procedure of another plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlternativeStage {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The groups.
    pub scars: Scars,
    /// Planned sessions.
    pub planned: i32,
    /// First day.
    pub start: Day,
    /// Last day.
    pub end: Day,
    /// A review decides whether it is done.
    pub contingent: bool,
}

/// Another plan for the same scars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// What it is best in.
    pub best_in: Vec<Objective>,
    /// In what it is better.
    pub gained: Vec<Trade>,
    /// In what it is worse.
    pub lost: Vec<Trade>,
    /// What is done, in order, without home care.
    pub stages: Vec<AlternativeStage>,
    /// The days of its visits.
    pub visits: Days,
    /// The wishes that make this plan.
    pub wishes: Wishes,
}

/// Answers to one fact that make no difference among each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answers {
    /// Yes or no.
    YesNo(bool),
    /// Any of these words, as bits of the closed list. No bit: none of the list.
    Words(u32),
    /// Numbers in thousandths: from the first, and below the second.
    Numbers(Option<i64>, Option<i64>),
    /// Days ago: at least the first, and fewer than the second.
    DaysAgo(Option<i64>, Option<i64>),
}

impl Answers {
    /// Both as one, where nothing lies between.
    pub fn joined(self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Words(one), Self::Words(other)) if one != 0 && other != 0 => Some(Self::Words(one | other)),
            (Self::Numbers(from, to), Self::Numbers(then, below)) if to == then => Some(Self::Numbers(from, below)),
            (Self::DaysAgo(from, to), Self::DaysAgo(then, below)) if to == then => Some(Self::DaysAgo(from, below)),
            (Self::YesNo(_) | Self::Words(_) | Self::Numbers(..) | Self::DaysAgo(..), _) => None,
        }
    }
}

/// What an answer would change, from the gravest to the mildest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum ChangeKind {
    /// The groups would not be treated.
    NotTreated,
    /// The procedure would not be done.
    Dropped,
    /// The procedure would be done.
    Added,
    /// It would have another number of sessions.
    Sessions,
    /// It would be done on other days.
    Days,
    /// Other settings, precautions or consent.
    Care,
}

/// Something that would be otherwise in the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanChange {
    /// What.
    pub kind: ChangeKind,
    /// The procedure; `None` when the groups would not be treated at all.
    pub procedure: Option<ProcedureId>,
    /// Sessions, or the first day, or the last where the first stays, as they are and as they would be.
    pub from_to: Option<(i32, i32)>,
    /// The groups.
    pub scars: Scars,
}

/// Answers to a question, and what they would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PossibleAnswer {
    /// The answers.
    pub answers: Vec<Answers>,
    /// What they would change, the gravest first.
    pub changes: Vec<PlanChange>,
    /// The rules that would speak and do not now.
    pub reasons: Rules,
}

/// A question, and the answers that would change the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// The fact.
    pub fact: Fact,
    /// Those of its answers that would change the plan.
    pub answers: Vec<PossibleAnswer>,
    /// The rules that ask for it.
    pub reasons: Rules,
}

/// Something that would have to be otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Otherwise {
    /// The fact would have one of these answers.
    Fact(Fact, Answers),
    /// The patient would not have excluded it.
    NotExcluded,
    /// The clinic would have it.
    Available,
    /// More days with traces would be accepted: this many.
    Downtime(Day),
}

/// Why a procedure is not planned on some groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyNot {
    /// The procedure.
    pub procedure: ProcedureId,
    /// The groups.
    pub scars: Scars,
    /// What stands in its way.
    pub reasons: Rules,
    /// The fewest changes that would admit it.
    pub changes: Vec<Otherwise>,
    /// The first day on which it may be done as things are.
    pub after: Option<Day>,
    /// No change that was looked for would admit it.
    pub out_of_reach: bool,
}

/// What was found out beside the plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WhatIf {
    /// Other plans.
    pub alternatives: Vec<Alternative>,
    /// What some answer would change; `None`: nobody asked.
    pub questions: Option<Vec<OpenQuestion>>,
    /// Why procedures are not planned.
    pub why_not: Vec<WhyNot>,
    /// The first day on which the same facts would give another answer.
    pub valid_until: Option<Day>,
}

/// One answer of those that make no difference among each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Specimen {
    /// All of them.
    pub answers: Answers,
    /// One of them.
    pub value: Value,
}
