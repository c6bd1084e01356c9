//! What is selected: stages without days, and what the choice hung on.

use crate::{
    domain::{Day, EventId, PassedOver, Phase, ProcedureId, ProcedureSet, RuleId, Rules, ScarIndex, Scars, Sites},
    engine::{
        done::Done,
        opening::{Begun, Rung},
    },
    knowledge::Line,
};

/// A stage without days.
#[derive(Debug)]
pub(in crate::engine) struct Draft<'k> {
    pub phase: Phase,
    pub procedure: ProcedureId,
    /// Place on the ladder within the phase.
    pub order: u8,
    /// It waits for a review, and this rule says so.
    pub contingent: Option<RuleId>,
    /// The first day that screening allows.
    pub not_before: Day,
    /// What has to come first.
    pub leads: Leads,
    /// The groups, in order.
    pub scars: Scars,
    /// Their sites, in order.
    pub sites: Sites,
    /// What joins each sitting.
    pub adjunct: Option<ProcedureId>,
    /// Sessions to plan, or to draw when it is contingent.
    pub count: i32,
    /// Sessions that are planned of it on the same skin for other scars.
    pub beside: i32,
    /// What has been done of it.
    pub done: Done,
    /// Its scars are as good as they get, whatever made them so.
    pub goal_reached: bool,
    /// What has to come first when it begins anew.
    pub anew: Leads,
    /// It begins anew on its first day, and this rule says so.
    pub restarted: Option<RuleId>,
    pub stop: Vec<&'k Line>,
    /// Why this procedure, and why this count.
    pub reasons: Rules,
    /// Why something joins.
    pub adjunct_reasons: Rules,
    pub passed_over: Vec<PassedOver>,
}

impl Draft<'_> {
    /// Its place on the ladder.
    pub(in crate::engine) fn rung(&self) -> Rung {
        Rung { contingent: self.contingent.is_some(), phase: self.phase, order: self.order }
    }
}

/// What has to come before the first session, with the rules that ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in crate::engine) struct Leads {
    /// Days of priming.
    pub priming: Option<(Day, RuleId)>,
    /// Days from a test area to the first session.
    pub test_area: Option<(Day, RuleId)>,
}

/// What was selected.
#[derive(Debug, Default)]
pub(in crate::engine) struct Selection<'k> {
    /// In the order of the ladder.
    pub drafts: Vec<Draft<'k>>,
    /// Steps that nothing could take.
    pub left_out: Vec<PassedOver>,
    /// Groups that nothing is allowed for.
    pub hopeless: Scars,
    /// Groups that need work on the single scar, none of which can be planned.
    pub unstructured: Scars,
    /// Groups that have had, long enough ago to be judged, all that their pathway has for them.
    pub finished: Scars,
    /// Groups that a pathway answers.
    pub treatable: Scars,
    /// Events that something waits for.
    pub events: Vec<EventId>,
    /// What could be done on some group, now or later: only what they need to know is worth a question.
    pub candidates: ProcedureSet,
    pub decisive: Decisive,
    /// When the steps began, as far as that was known.
    pub begun: Vec<Begun>,
    /// It hung on the days on which steps begin.
    pub by_days: bool,
    /// What others take on the same skin counts, and what kept a step waiting.
    pub together: bool,
    /// Something gave way to what needs nobody's agreement.
    pub gave_way: bool,
    /// What was taken because it begins with others, or later than it could.
    pub moved: Vec<Moved>,
}

/// A step of a group that begins on other days than its own scars would have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Moved {
    pub scar: ScarIndex,
    pub phase: Phase,
    pub procedure: ProcedureId,
}

/// What this plan hangs on: while nothing of it is otherwise, neither is the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::engine) struct Decisive {
    /// What was looked at before something was taken. What ranks lower was not.
    pub procedures: ProcedureSet,
    /// How well something suits what a scar is called.
    pub strengths: bool,
    /// How long the skin has been primed.
    pub priming: bool,
}

impl Decisive {
    /// What two plans hang on.
    pub(in crate::engine) fn with(self, other: Self) -> Self {
        Self {
            procedures: self.procedures.with(other.procedures),
            strengths: self.strengths || other.strengths,
            priming: self.priming || other.priming,
        }
    }
}
