//! Courses: how many sessions one has, whether it goes on, and when more of it is no use.

use smallvec::smallvec;

use crate::{
    domain::{Day, Fact, PastSession, ProcedureId, RuleId, ScarIndex, Scars, SessionKind, Truth, Value, whole_units},
    engine::{failed::failure, history::on_same_skin, screen::insert_sorted},
    knowledge::{Booster, ProcedureKind, Sessions, Step, StepOption},
};

use super::{Context, Courses, Draft, Selection, add_rules, merge_passed_over};

impl Context<'_, '_> {
    /// Why more of it is no use.
    pub(super) fn in_vain(&self, option: &StepOption, scar: ScarIndex) -> Option<RuleId> {
        let procedure = option.procedure;
        if !self.past.was_done(procedure) {
            return None;
        }
        let planning = self.knowledge.planning();
        let failed = failure(self.knowledge, self.case, procedure, scar);
        if let Some(failed) = failed.filter(|it| !option.retry || it.again) {
            return Some(failed.rule);
        }
        // A tool that has a rule of its own for when it has failed follows only that, unless that says otherwise.
        let mut own = planning.failures.iter().filter(|it| it.procedures.contains(procedure));
        let ends = own.all(|it| it.plateau) && self.past.done(procedure, scar).plateaued;
        ends.then_some(planning.past.plateau.rule)
    }

    /// Is it a course that was begun on these scars and goes on?
    pub(super) fn goes_on(
        &self,
        step: &Step,
        procedure: ProcedureId,
        scar: ScarIndex,
        selection: &Selection<'_>,
    ) -> bool {
        let Some(last) = self.past.treated(procedure, scar) else { return false };
        let longest = self.knowledge.planning().past.earlier_course.days;
        let opens = || self.opens(step, procedure, scar, 0, self.priming(procedure, scar), selection);
        self.past.done(procedure, scar).begun() && opens() <= last.saturating_add(longest)
    }

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

    /// Where a course came to its end long ago and the scars are sent again, a review decides whether what was gained has
    /// been lost: once more of it is drawn, once. While something else is planned for the scars, that comes first.
    pub(super) fn boost(&self, selection: &mut Selection<'_>) {
        let is_planned = |it: &&Draft<'_>| it.contingent.is_none() && it.count > 0;
        let planned: Scars = selection.drafts.iter().filter(is_planned).flat_map(|it| it.scars.clone()).collect();
        for draft in &mut selection.drafts {
            let busy = draft.scars.iter().any(|it| planned.contains(it));
            if let Some(booster) = self.booster(draft).filter(|_| !busy) {
                draft.contingent = Some(booster.rule);
                draft.count = booster.sessions;
                add_rules(&mut draft.reasons, [booster.rule]);
            }
        }
    }

    /// Does the rule draw once more of a course that came to its end?
    pub(in crate::engine) fn is_booster(&self, procedure: ProcedureId, rule: RuleId) -> bool {
        self.knowledge.planning().past.booster(procedure).is_some_and(|it| it.rule == rule)
    }

    /// What may be done once more of a course that has nothing left.
    fn booster(&self, draft: &Draft<'_>) -> Option<&Booster> {
        let booster = self.knowledge.planning().past.booster(draft.procedure)?;
        let most = self.knowledge.procedures().get(draft.procedure.index())?.sessions?.count.max;
        let done = draft.done.count().saturating_add(draft.done.beside);
        // Whoever has been treated since for anything has not come back.
        let long_ago =
            |scar: &ScarIndex| self.last_treated(*scar).is_some_and(|it| it.saturating_add(booster.after) < 0);
        let long_ago = draft.scars.iter().all(long_ago);
        let has_room = done.saturating_add(booster.sessions) <= most;
        let again = draft.done.was_boosted(*self, draft.procedure, booster.after);
        // What helped hardly at all has gained nothing that could be lost.
        let in_vain = draft.scars.iter().any(|scar| self.hardly_helped(draft.procedure, *scar));
        (draft.done.begun() && draft.count == 0 && long_ago && has_room && !again && !in_vain).then_some(booster)
    }

    /// The day on which anything was last done on a group.
    fn last_treated(&self, scar: ScarIndex) -> Option<Day> {
        self.past.begun().filter_map(|it| self.past.treated(it, scar)).max()
    }

    /// Were the scars of a group hardly better when they were last judged after it?
    fn hardly_helped(&self, procedure: ProcedureId, scar: ScarIndex) -> bool {
        let Some(found) = self.case.findings.scars.get(scar.index()) else { return false };
        let of_it = |it: &&PastSession| {
            it.procedure == procedure && it.kind == SessionKind::Treatment && it.treats(scar, found.area)
        };
        let judged = self.case.history.iter().filter(of_it).filter_map(|it| Some((it.day, it.response?)));
        // Of what was judged of one day, the best is what the scars look like.
        judged.max().is_some_and(|(_, it)| it <= self.knowledge.planning().past.plateau.response)
    }

    /// Keeps of the groups for which everything was taken that there is those of which all was done, long enough ago to be
    /// judged, and that are not as good as they get: they are still there, and somebody judges them.
    pub(super) fn finish(&self, selection: &mut Selection<'_>) {
        let judged = self.knowledge.planning().final_review.days;
        let Selection { drafts, finished, .. } = selection;
        finished.retain(|scar| {
            let last = self.last_treated(*scar);
            let is_over = drafts.iter().filter(|it| it.scars.contains(scar)).all(|it| it.count == 0);
            is_over && !self.past.goal_reached(*scar) && last.is_some_and(|it| it.saturating_add(judged) < 0)
        });
    }

    /// What waits for a review and what is planned of the same on the same skin stay within the most together. What is
    /// left with less than its least number is left out.
    pub(super) fn share_most(&self, selection: &mut Selection<'_>) {
        let rule = self.knowledge.planning().same_skin;
        for at in 0..selection.drafts.len() {
            let Some(draft) = selection.drafts.get(at).filter(|it| it.contingent.is_some()) else { continue };
            let Some(known) = self.knowledge.procedures().get(draft.procedure.index()) else { continue };
            let Some(count) = known.sessions.map(|it| it.count).filter(|_| known.kind != ProcedureKind::Focal) else {
                continue;
            };
            let beside = |scars: &[ScarIndex]| -> i32 {
                let others =
                    selection.drafts.iter().enumerate().filter(|(place, it)| {
                        it.procedure == draft.procedure && (it.contingent.is_none() || *place < at)
                    });
                others.filter(|(_, it)| on_same_skin(*self, &it.scars, scars)).map(|(_, it)| it.count).sum()
            };
            let taken = beside(&draft.scars);
            if taken == 0 {
                continue;
            }
            let room = count.max.saturating_sub(draft.done.beside).saturating_sub(taken);
            let full = |scar: &&ScarIndex| room < count.min && beside(&[**scar]) > 0;
            let full: Scars = draft.scars.iter().filter(full).copied().collect();
            let Some(draft) = selection.drafts.get_mut(at) else { continue };
            for scar in &full {
                merge_passed_over(&mut selection.left_out, draft.procedure, *scar, smallvec![rule]);
            }
            if full.is_empty() {
                draft.beside = taken;
                if draft.count > room {
                    draft.count = room;
                    add_rules(&mut draft.reasons, [rule]);
                }
            } else {
                self.leave(draft, &full);
            }
        }
        selection.drafts.retain(|it| !it.scars.is_empty());
    }

    /// Takes groups out of a stage.
    fn leave(&self, draft: &mut Draft<'_>, groups: &[ScarIndex]) {
        draft.scars.retain(|it| !groups.contains(it));
        draft.passed_over.iter_mut().for_each(|it| it.scars.retain(|it| !groups.contains(it)));
        draft.passed_over.retain(|it| !it.scars.is_empty());
        draft.sites.clear();
        for scar in &draft.scars {
            let found = self.case.findings.scars.get(scar.index());
            found.into_iter().for_each(|it| insert_sorted(&mut draft.sites, it.area.site));
        }
        self.count(draft);
    }

    /// How many sessions are left of it on `scars`.
    pub(in crate::engine) fn left(&self, draft: &Draft<'_>, scars: &[ScarIndex]) -> i32 {
        self.course(draft, scars).map_or(0, |it| it.left)
    }

    /// The course of a stage on `scars`; `None` of what has no sessions.
    fn course(&self, draft: &Draft<'_>, scars: &[ScarIndex]) -> Option<Course> {
        let sessions = self.knowledge.procedures().get(draft.procedure.index())?.sessions?;
        let (count, rule) = self.planned(&sessions, scars);
        let repeated = count.saturating_add(draft.done.repeats).min(sessions.count.max).max(count);
        let enough = draft.done.begun() && (draft.goal_reached || draft.done.good);
        let most = sessions.count.max.saturating_sub(draft.done.beside);
        let booster = self.knowledge.planning().past.booster(draft.procedure);
        if let Some(booster) = booster.filter(|it| draft.contingent == Some(it.rule)) {
            let reasons = (sessions.rule, booster.rule);
            return Some(Course { left: booster.sessions, repeats: false, enough, reasons });
        }
        let left = if enough { 0 } else { repeated.min(most).saturating_sub(draft.done.count()).max(0) };
        Some(Course { left, repeats: repeated > count, enough, reasons: (sessions.rule, rule) })
    }

    /// How many sessions a course on `scars` has, and why so many.
    pub(in crate::engine) fn planned(&self, sessions: &Sessions, scars: &[ScarIndex]) -> (i32, RuleId) {
        let counts = || scars.iter().map(|scar| self.facts.get(scar.index())?.number(Fact::ScarCount));
        let planning = self.knowledge.planning();
        let (count, rule) = match (self.courses, self.are_few(counts().sum())) {
            (_, Truth::Yes) => (sessions.count.min, planning.fewest.rule),
            (Courses::Least, Truth::Unknown | Truth::No) => (sessions.count.min, planning.few_visits),
            (Courses::Usual, Truth::Unknown | Truth::No) => (sessions.count.typical, planning.usual),
        };
        // Many scars need as many sittings as take them.
        (count.max(sittings(sessions, counts().flatten().sum())), rule)
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
