//! Pathways, home care and referrals.

use super::{Line, Wait};
use crate::domain::{Phase, Predicate, ProcedureId, ProcedureSet, RuleId, Urgency};

/// A procedure that a step can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepOption {
    pub procedure: ProcedureId,
    pub when: Predicate,
    /// Taken only when none before it can be.
    pub substitute: bool,
    /// It comes last: what needs a clearance does not give way to it.
    pub last: bool,
    /// Taken where it failed before, too.
    pub retry: bool,
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
    /// Its sessions go between those of other steps on the same skin.
    pub between_others: bool,
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
    /// It runs again after the rest that follows the last session, for so long.
    pub resume: Option<Wait>,
    /// It begins when these, where they are in use by then, have come to their end.
    pub after: ProcedureSet,
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
    /// `None`: only used beside an answer, or when nothing, or nothing that works on the single scar, can be planned.
    pub answers: Option<Predicate>,
    /// It is made beside whatever answers the scar.
    pub beside: Option<Predicate>,
    pub to: String,
    pub urgency: Urgency,
    pub rule: RuleId,
}
