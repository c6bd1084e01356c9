//! Opening: the first day on which a step of the ladder may begin.
//!
//! What a rule asks for is asked on the day of the session, and a later step begins months from now. Selecting needs that
//! day before anything has its days, so it counts on what is certain: what was taken before on the same scars is never
//! over earlier. Other groups and closed days can only make it later.

use smallvec::SmallVec;

use crate::{
    domain::{Day, Days, Fact, PastSession, Phase, ProcedureId, ScarIndex, SessionKind, Value},
    engine::{
        done::Done,
        history,
        limits::FEW,
        parameters,
        select::{Context, Draft},
        spacing::{Kinds, aim, combined},
    },
    knowledge::{ProcedureKind, Spacing},
};

/// What may take a step on a group.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub rung: Rung,
    pub procedure: ProcedureId,
    pub adjunct: Option<ProcedureId>,
    pub scar: ScarIndex,
    /// The first day that screening allows.
    pub not_before: Day,
    /// Days of priming that have to come first.
    pub priming: Option<Day>,
    /// What has been done of it.
    pub done: &'a Done,
}

/// A place on the ladder. What waits for a review comes after all that does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rung {
    pub contingent: bool,
    pub phase: Phase,
    pub order: u8,
}

/// The day on which a step began in a schedule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    pub scar: ScarIndex,
    pub phase: Phase,
    pub procedure: ProcedureId,
    /// It waited for a review.
    pub contingent: bool,
    pub day: Day,
}

/// What was taken for the group, and when it is over at the earliest.
struct Taken {
    rung: Rung,
    kinds: Kinds,
    /// It goes between the sessions of others.
    between: bool,
    /// The day of the last session that is planned.
    planned: Option<Day>,
    /// The day of the last session, planned or done.
    last: Option<Day>,
}

impl Candidate<'_> {
    /// The first day on which it can begin, after what of `drafts` was taken for its group.
    pub(super) fn opens(self, context: Context<'_, '_>, drafts: &[Draft<'_>]) -> Day {
        let mut before: SmallVec<[&Draft<'_>; FEW]> =
            drafts.iter().filter(|it| it.scars.contains(&self.scar) && it.rung() < self.rung).collect();
        before.sort_by_key(|it| it.rung());
        let mut taken: SmallVec<[Taken; FEW]> = SmallVec::new();
        for draft in before {
            let earlier = Candidate {
                rung: draft.rung(),
                procedure: draft.procedure,
                adjunct: draft.adjunct,
                scar: self.scar,
                not_before: draft.not_before,
                priming: draft.leads.priming.map(|(days, _)| days),
                done: &draft.done,
            };
            let kinds = earlier.kinds(context);
            let scars = [self.scar];
            let repeat = combined(context, context.patient(), kinds, kinds, &scars);
            let test_area = draft.leads.test_area.map(|(days, _)| days);
            let offsets = offsets(test_area, repeat.as_ref(), context.left(draft, &scars));
            let planned = offsets.last().map(|days| earlier.after(context, &taken, kinds).saturating_add(*days));
            taken.push(Taken {
                rung: earlier.rung,
                kinds,
                between: context.knowledge.goes_between(earlier.procedure),
                planned,
                last: planned.or_else(|| draft.done.last(context)),
            });
        }
        self.after(context, &taken, self.kinds(context))
    }

    fn kinds(self, context: Context<'_, '_>) -> Kinds {
        let high = |parameter| parameters::high(context, self.procedure, parameter, self.scar);
        Kinds::new(context.knowledge, self.procedure, self.adjunct, high)
    }

    /// The first day on which it can begin after what was `taken` before it.
    fn after(self, context: Context<'_, '_>, taken: &[Taken], kinds: Kinds) -> Day {
        let scars = [self.scar];
        let reviewed = taken.iter().filter(|it| self.rung.contingent && !it.rung.contingent);
        let reviewed = reviewed.filter_map(|it| it.last).max();
        let gate = context.knowledge.planning().gate_review.days;
        let ready = reviewed.map_or(0, |last| last.saturating_add(gate).max(0));
        let repeat = combined(context, context.patient(), kinds, kinds, &scars);
        let priming = self.priming.filter(|_| !is_primed(context, self.done, repeat.as_ref()));
        let mut day = open_day(context, self.not_before, priming, ready);
        let known = context.knowledge.procedures().get(self.procedure.index());
        let focal = known.is_some_and(|it| it.kind == ProcedureKind::Focal);
        let between = context.knowledge.goes_between(self.procedure);
        for past in history::recent(context) {
            let wait = kinds.own.and_then(|kind| history::since(context, past, kind, focal, &scars));
            let Some(wait) = wait.map(|wait| kept_after(context, past, wait, self.procedure)) else { continue };
            let least = between && past.procedure != self.procedure;
            day = day.max(past.day.saturating_add(if least { wait.plan_min } else { aim(&wait) }));
        }
        let ladder = |rung: Rung| (rung.phase, rung.order);
        // What goes between the sessions of others waits for none to be over, and none for it.
        let waits = |it: &&Taken| !between && !it.between && ladder(it.rung) < ladder(self.rung);
        for earlier in taken.iter().filter(waits) {
            let wait = combined(context, context.patient(), earlier.kinds, kinds, &scars);
            if let (Some(last), Some(wait)) = (earlier.planned, wait) {
                day = day.max(last.saturating_add(aim(&wait)));
            }
        }
        day
    }
}

/// The first day from `ready` on that screening and priming allow. What waits for a review is primed after it.
pub(super) fn open_day(context: Context<'_, '_>, not_before: Day, priming: Option<Day>, ready: Day) -> Day {
    let since = if ready > 0 { ready } else { primed_since(context) };
    let primed = priming.map_or(ready, |days| days.saturating_add(since));
    not_before.max(primed).max(ready)
}

/// Is skin still primed for what was done of a course? It was for that, and is while the course keeps its rhythm; where
/// the skin reacted badly creams were left off until it had healed.
pub(super) fn is_primed(context: Context<'_, '_>, done: &Done, repeat: Option<&Spacing>) -> bool {
    done.borne.is_some() && done.keeps_rhythm(context, repeat)
}

/// The wait from a past session to `next`. What follows a test area, or what goes between the sessions of others, comes
/// after the least wait, as it does when both are planned.
pub(super) fn kept_after(context: Context<'_, '_>, past: &PastSession, wait: Spacing, next: ProcedureId) -> Spacing {
    let between = past.procedure != next && context.knowledge.goes_between(past.procedure);
    let typical_from = if past.kind == SessionKind::TestArea || between { wait.plan_min } else { wait.typical_from };
    Spacing { typical_from, ..wait }
}

/// The day since which the skin is primed: on record, or the start of the plan.
fn primed_since(context: Context<'_, '_>) -> Day {
    match context.patient().get(Fact::DaysSincePriming) {
        Some(Value::Since(day)) => day.min(0),
        Some(Value::YesNo(_) | Value::Words(_) | Value::Number(_)) | None => 0,
    }
}

/// Days of the test area and of the sessions, counted from the first.
pub(super) fn offsets(test_area: Option<Day>, repeat: Option<&Spacing>, sessions: i32) -> Days {
    let step = repeat.map_or(0, aim);
    // The test area is treated skin too: it also keeps the wait between two sessions.
    let between = repeat.map_or(0, |spacing| spacing.plan_min);
    let first = test_area.map(|days| days.max(between));
    let sessions = (0..sessions).map(|number| first.unwrap_or(0).saturating_add(step.saturating_mul(number)));
    first.map(|_| 0).into_iter().chain(sessions).collect()
}
