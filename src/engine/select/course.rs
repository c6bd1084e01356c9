//! How many sessions a stage has: the usual number, or what is left of it.

use crate::{
    domain::{Fact, RuleId, ScarIndex, Truth, Value, whole_units},
    knowledge::Sessions,
};

use super::{Context, Courses, Draft, add_rules};

impl Context<'_, '_> {
    /// Are so many scars few and mild?
    fn are_few(&self, scars: Option<i64>) -> Truth {
        let Some(facts) = self.facts.first() else { return Truth::Unknown };
        let when = &self.knowledge.planning().fewest.when;
        if facts.number(Fact::ScarCount) == scars {
            return when.holds(facts, 0);
        }
        let mut facts = facts.clone();
        facts.set(Fact::ScarCount, scars.map(Value::Number));
        when.holds(&facts, 0)
    }

    /// Plans the least number of sessions for few and mild scars, the usual number otherwise.
    pub(in crate::engine) fn count(&self, draft: &mut Draft<'_>) {
        let Some(course) = self.course(draft, &draft.scars) else { return };
        draft.count = course.left;
        let past = &self.knowledge.planning().past;
        add_rules(&mut draft.reasons, <[_; _]>::from(course.reasons));
        if draft.done.begun() {
            add_rules(&mut draft.reasons, [past.counted]);
            if course.enough {
                add_rules(&mut draft.reasons, [past.goal.rule]);
            } else if draft.count == 0 {
                add_rules(&mut draft.reasons, [past.complete]);
            } else if course.repeats {
                add_rules(&mut draft.reasons, past.lapse(draft.procedure).map(|it| it.rule));
            }
        }
    }

    /// How many sessions are left of it on `scars`.
    pub(in crate::engine) fn left(&self, draft: &Draft<'_>, scars: &[ScarIndex]) -> i32 {
        self.course(draft, scars).map_or(0, |it| it.left)
    }

    /// The course of a stage on `scars`; `None` of what has no sessions.
    fn course(&self, draft: &Draft<'_>, scars: &[ScarIndex]) -> Option<Course> {
        let sessions = self.knowledge.procedures().get(draft.procedure.index())?.sessions?;
        let counts = || scars.iter().map(|scar| self.facts.get(scar.index())?.number(Fact::ScarCount));
        let planning = self.knowledge.planning();
        let (count, rule) = match (self.courses, self.are_few(counts().sum())) {
            (_, Truth::Yes) => (sessions.count.min, planning.fewest.rule),
            (Courses::Least, Truth::Unknown | Truth::No) => (sessions.count.min, planning.few_visits),
            (Courses::Usual, Truth::Unknown | Truth::No) => (sessions.count.typical, planning.usual),
        };
        // Many scars need as many sittings as take them.
        let count = count.max(sittings(&sessions, counts().flatten().sum()));
        let repeated = count.saturating_add(draft.done.repeats).min(sessions.count.max).max(count);
        let enough = draft.done.begun() && (draft.goal_reached || draft.done.reached_goal(*self));
        let left = if enough { 0 } else { repeated.saturating_sub(draft.done.count()).max(0) };
        Some(Course { left, repeats: repeated > count, enough, reasons: (sessions.rule, rule) })
    }
}

/// How long a course is.
struct Course {
    /// Sessions that are left of it.
    left: i32,
    /// One of them is done again after a long break.
    repeats: bool,
    /// What was begun has reached its goal.
    enough: bool,
    /// Why it is so long: what the procedure takes, and how much of that is planned.
    reasons: (RuleId, RuleId),
}

/// How many sittings so many scars take, in thousandths, within the most of the course; 0 where one takes them all.
pub(in crate::engine) fn sittings(sessions: &Sessions, scars: i64) -> i32 {
    let Some(each) = sessions.per_sitting else { return 0 };
    let sittings = whole_units(scars).saturating_add(each).saturating_sub(1).checked_div(each);
    sittings.unwrap_or(0).min(sessions.count.max)
}
