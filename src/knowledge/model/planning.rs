//! Rules of the planner that belong to no single procedure.

use strum::{IntoStaticStr, VariantArray, VariantNames};

use super::{Line, Wait};
use crate::domain::{CountingReason, Day, FindingKind, Objective, ProcedureId, ProcedureSet, Response, RuleId, Tool};

/// When a tool counts as having failed on a scar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    pub tool: Tool,
    pub procedures: ProcedureSet,
    /// Past sessions on the scar, at least.
    pub sessions: usize,
    /// Days since the last of them, at least.
    pub after: Day,
    /// Hardly better: the best response when it was judged last.
    pub response: Response,
    /// A plateau ends a course of it, too.
    pub plateau: bool,
    pub rule: RuleId,
}

/// Procedures whose sites count together at a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Together {
    pub procedures: ProcedureSet,
    /// The most sites of all of them at one visit, in thousandths.
    pub at_most: i64,
    pub rule: RuleId,
}

/// When the scars are as good as they get with a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goal {
    /// The least response.
    pub response: Response,
    pub rule: RuleId,
}

/// When more of a treatment is no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plateau {
    /// Sessions in a row, at least 1.
    pub sessions: usize,
    /// The best response of each.
    pub response: Response,
    pub rule: RuleId,
}

/// What a long break does to a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum LapseThen {
    /// One more session is planned.
    Repeat,
    /// The course begins anew.
    Restart,
    /// What it did is gone: the course begins anew, however much of it was done.
    Gone,
}

/// When a course is no longer simply continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapse {
    pub procedures: ProcedureSet,
    /// A longer break, in days.
    pub after: Day,
    pub then: LapseThen,
    pub rule: RuleId,
}

/// What may be done once more, long after a course came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booster {
    pub procedures: ProcedureSet,
    /// A longer time since the last session, in days.
    pub after: Day,
    /// At least 1.
    pub sessions: i32,
    pub rule: RuleId,
}

/// What a past session is to the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub counted: RuleId,
    pub test_area: RuleId,
    pub not_counted: RuleId,
    pub accepted: RuleId,
    pub other: RuleId,
    /// A longer break ends a course.
    pub earlier_course: Wait,
    pub beyond: RuleId,
    pub too_early: RuleId,
    /// Later than usual, and the course goes on.
    pub late: RuleId,
    /// Each procedure in one at most.
    pub lapses: Vec<Lapse>,
    /// Each procedure in one at most.
    pub boosters: Vec<Booster>,
    /// What is said of each reason that a clinician gives, in the order of the reasons.
    pub decisions: Vec<RuleId>,
    pub against: RuleId,
    pub complete: RuleId,
    pub goal: Goal,
    pub plateau: Plateau,
    pub dropped: RuleId,
    pub goes_on: RuleId,
    /// It has failed, and what comes before it changes what it works on.
    pub retried: RuleId,
}

/// What is kept away from a day on which the patient wants to look well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// What leaves traces.
    pub quiet: Wait,
    /// What was never done before.
    pub new: Wait,
    /// These procedures.
    pub fillers: ProcedureSet,
    pub filler: Wait,
    /// Not everything is done by then.
    pub partial: RuleId,
}

impl Past {
    /// What a long break does to a course of `procedure`, before all courses begin anew.
    pub fn lapse(&self, procedure: ProcedureId) -> Option<&Lapse> {
        self.lapses.iter().find(|it| it.procedures.contains(procedure))
    }

    /// What may be done once more of `procedure`, long after its course came to its end.
    pub fn booster(&self, procedure: ProcedureId) -> Option<&Booster> {
        self.boosters.iter().find(|it| it.procedures.contains(procedure))
    }

    /// The sentence of a reason that a clinician gives. Total: the loader refuses a reason without one.
    pub fn decision(&self, reason: CountingReason) -> RuleId {
        self.decisions.get(reason as usize).copied().unwrap_or(self.accepted)
    }
}

/// Rules of the planner that belong to no single procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planning {
    pub disclaimer: Vec<RuleId>,
    /// Said in every plan, under its condition; the need for work on the single scar is the last of them.
    pub warnings: Vec<Line>,
    /// When a plan needs work on the single scar.
    pub structural: Line,
    pub fewest: Line,
    pub failures: Vec<Failure>,
    /// What works with each tool.
    pub modalities: Vec<(Tool, ProcedureSet)>,
    /// What shares the sites that one sitting takes.
    pub together: Vec<Together>,
    pub usual: RuleId,
    pub gate_review: Wait,
    pub final_review: Wait,
    /// What the final review could see nothing of.
    pub not_reviewed: ProcedureSet,
    pub first_review: RuleId,
    pub too_few_sittings: RuleId,
    pub visit_check: RuleId,
    pub allowed: RuleId,
    pub shared_sitting: RuleId,
    pub not_for_this_scar: RuleId,
    /// Whether it is meant for them hangs on what nobody recorded.
    pub not_recorded: RuleId,
    pub unwanted: RuleId,
    pub unavailable: RuleId,
    pub opt_in: RuleId,
    pub downtime: RuleId,
    pub plain_first: RuleId,
    /// What it needs is agreed on for other scars anyway.
    pub agreed_anyway: RuleId,
    /// Another option suits the scar better.
    pub suits_less: RuleId,
    /// What is planned of it on the same skin counts towards its most.
    pub same_skin: RuleId,
    pub step_left_out: RuleId,
    /// Nothing can be used for a step of home care, or not for all of its days.
    pub home_care_left_out: RuleId,
    /// The fewest days in a row on which home care is of use between rests.
    pub home_care_least: Wait,
    pub past: Past,
    /// A session would be due on a day on which the patient cannot come.
    pub closed_day: RuleId,
    /// Something ranks before it because the patient would like it best.
    pub preferred: RuleId,
    /// The least number of sessions is planned for the sake of few visits.
    pub few_visits: RuleId,
    /// A session would be too close to another visit.
    pub visits_apart: RuleId,
    /// The clinic does no more procedures at a visit: what does not fit keeps so many days from it.
    pub full_visit: Wait,
    /// The clinic does it under supervision only.
    pub supervised: RuleId,
    /// Not all wishes can be kept.
    pub conflict: RuleId,
    pub occasion: Occasion,
    pub held: RuleId,
    pub not_assessed: RuleId,
    pub test_area: RuleId,
    pub priming: RuleId,
    /// What the check of a plan says of a setting that was not sent.
    pub not_stated: RuleId,
    /// What the check of a plan says of each kind of finding, in the order of the kinds.
    pub findings: Vec<RuleId>,
    /// What is said of another plan that is better, and of one that is worse, in the order of the objectives.
    pub objectives: Vec<(RuleId, RuleId)>,
    /// It may be done, and ranks after what is planned.
    pub ranks_after: RuleId,
}

impl Planning {
    /// What is said of a plan that is better in something, and of one that is worse. Total: the loader refuses an
    /// objective without its sentences.
    pub fn objective(&self, objective: Objective) -> (RuleId, RuleId) {
        self.objectives.get(objective as usize).copied().unwrap_or((self.not_assessed, self.not_assessed))
    }

    /// The sentence of a kind of finding. Total: the loader refuses a kind without one.
    pub fn finding(&self, kind: FindingKind) -> RuleId {
        self.findings.get(kind as usize).copied().unwrap_or(self.not_assessed)
    }
}
