//! What has been done of a course, and what a long break does to it.

use std::borrow::Cow;

use crate::{
    domain::{Case, Day, PastSession, Places, ProcedureId, Response, RuleId, ScarIndex, SessionKind, parts, visit_of},
    engine::{
        screen::{held_on, insert_sorted},
        select::Context,
    },
    knowledge::{Knowledge, Lapse, LapseThen, Plateau, SafetyRule, Spacing},
};

/// What has been done of a course of one procedure on one group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Done {
    /// The sessions that count, by the places of the first parts of their visits in the history, in the order of the days.
    pub sessions: Places,
    /// The day of the last test area of the same course.
    pub tested: Option<Day>,
    /// The day since which the skin has shown that it bears the treatment: that of a test area with nothing but sessions
    /// after it, or of the first session. What went wrong takes it back.
    pub borne: Option<Day>,
    /// Sessions of a course on the same skin that was for other scars.
    pub beside: i32,
    /// Sessions that are repeated, since one came too late after another.
    pub repeats: i32,
    /// The scars were as good as they get with it when they were last judged.
    pub good: bool,
    /// The last sessions that were judged, of this course or of one before, left the scars hardly better.
    pub plateaued: bool,
}

impl Done {
    /// What `places`, the sessions of `procedure` on the skin of one group in the order of the days, leave of a course;
    /// each with whether it was on the group itself, so that it says something of its scars.
    pub(super) fn of(
        knowledge: &Knowledge,
        case: &Case,
        procedure: ProcedureId,
        mut places: Vec<(usize, bool)>,
        trail: &mut Trail,
    ) -> Self {
        let Plateau { sessions, response: hardly, .. } = knowledge.planning().past.plateau;
        let goal = knowledge.planning().past.goal.response;
        let mut course = Self::default();
        let mut before: Option<(usize, Day)> = None;
        let mut in_vain = 0;
        let mut judged: Option<(Day, Response)> = None;
        let past = |place: usize| case.history.get(place);
        let is_one = |one: &(usize, bool), other: &(usize, bool)| {
            past(one.0).zip(past(other.0)).is_some_and(|(one, other)| one.is_same_visit(other))
        };
        // One visit that was sent in parts is one session. A test area of the same day is another.
        places.sort_by_key(|it| past(it.0).map(|it| (it.day, it.kind)));
        for parts in places.chunk_by(is_one) {
            let Some((&(place, _), it)) = parts.first().and_then(|first| Some((first, past(first.0)?))) else {
                continue;
            };
            if let Some((before, day)) = before {
                let rest = after(knowledge, procedure, course.count(), it.day.saturating_sub(day));
                parts.iter().for_each(|(place, _)| trail.follow(*place, before, rest));
                match rest {
                    Break::Restart(rule) => course.end(case, rule, trail),
                    Break::Repeat(_) => course.repeats += 1,
                    Break::None => {}
                }
            }
            before = Some((place, it.day));
            match it.kind {
                SessionKind::TestArea => course.tested = Some(it.day),
                SessionKind::Treatment => course.sessions.push(visit_of(&case.history, place)),
            }
            let own = parts.iter().filter(|it| it.1).filter_map(|it| past(it.0));
            let response = own.filter_map(|it| it.response).max();
            // Of what was judged of one day, the best is what the scars look like.
            let best =
                response.map(|best| judged.filter(|known| known.0 == it.day).map_or(best, |known| known.1.max(best)));
            judged = best.map(|best| (it.day, best)).or(judged);
            course.learn(it, parts.iter().filter_map(|it| past(it.0)).any(PastSession::has_reaction), best, goal);
            if let (SessionKind::Treatment, Some(response)) = (it.kind, response) {
                in_vain = if response <= hardly { in_vain + 1 } else { 0 };
            }
        }
        // The break until today ends a course; whether a session is repeated is judged on the day of the next.
        if let Some((_, day)) = before
            && let Break::Restart(rule) = after(knowledge, procedure, course.count(), day.saturating_neg())
        {
            course.end(case, rule, trail);
        }
        course.plateaued = in_vain >= sessions;
        course
    }

    /// What a session, or a test area, shows of the skin, and what was judged of the scars after it.
    fn learn(&mut self, past: &PastSession, reacted: bool, response: Option<Response>, goal: Response) {
        self.good = response.map_or(self.good, |it| it >= goal);
        self.borne = match past.kind {
            _ if reacted => None,
            SessionKind::TestArea => Some(past.day),
            SessionKind::Treatment => self.borne.or(Some(past.day)),
        };
    }

    /// A break ended it, and `rule` says so.
    fn end(&mut self, case: &Case, rule: RuleId, trail: &mut Trail) {
        let before = self.sessions.clone();
        self.begin_anew(case);
        before.iter().filter(|it| !self.sessions.contains(it)).for_each(|it| trail.end(*it, rule));
    }

    /// The course begins anew: only what a clinician accepted still counts.
    pub(super) fn begin_anew(&mut self, case: &Case) {
        // A visit of which a clinician accepted a part was accepted.
        self.sessions.retain(|visit| parts(&case.history, *visit).any(|it| it.counts == Some(true)));
        self.tested = None;
        self.borne = None;
        self.good = false;
        self.repeats = 0;
    }

    /// What is left of it when it goes on on `day`.
    pub(super) fn on(&self, context: Context<'_, '_>, procedure: ProcedureId, day: Day) -> Cow<'_, Self> {
        let days = self.last(context).map(|last| day.saturating_sub(last));
        let rest = days.map(|days| after(context.knowledge, procedure, self.count(), days));
        match rest {
            Some(Break::Restart(_)) => {
                let mut anew = self.clone();
                anew.begin_anew(context.case);
                Cow::Owned(anew)
            }
            Some(Break::None | Break::Repeat(_)) | None => Cow::Borrowed(self),
        }
    }

    /// Together with what was done on another group.
    pub(super) fn add(&mut self, other: &Self) {
        other.sessions.iter().for_each(|it| insert_sorted(&mut self.sessions, *it));
        self.tested = self.tested.max(other.tested);
        self.borne = self.borne.zip(other.borne).map(|(one, other)| one.max(other));
        self.repeats = self.repeats.max(other.repeats);
        self.good &= other.good;
        self.plateaued |= other.plateaued;
    }

    /// Has the course begun?
    pub(super) fn begun(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// How many sessions count.
    pub(super) fn count(&self) -> i32 {
        i32::try_from(self.sessions.len()).unwrap_or(i32::MAX)
    }

    /// Since when the skin has borne it; what it bore long ago says little.
    pub(super) fn borne_since(&self, context: Context<'_, '_>) -> Option<Day> {
        let longest = context.knowledge.planning().past.earlier_course.days;
        let last = self.last(context).max(self.tested)?;
        self.borne.filter(|_| last.saturating_add(longest) >= 0)
    }

    /// Since when the skin of `scar` has borne it as `rule` asks. What that is about may have begun since: what was done on
    /// a day on which it is not known to have held says nothing, but for a test area of a course that keeps its rhythm,
    /// which was made for whatever there was to test.
    pub(super) fn tried_for(
        &self,
        context: Context<'_, '_>,
        rule: &SafetyRule,
        scar: ScarIndex,
        repeat: Option<&Spacing>,
    ) -> Option<Day> {
        let borne = self.borne_since(context)?;
        if !rule.lead_anew {
            return Some(borne);
        }
        let facts = context.facts.get(scar.index())?;
        let sessions = self.sessions.iter().filter_map(|it| context.case.history.get(*it)).map(|it| it.day);
        let good = self.tested.into_iter().chain(sessions).filter(|day| *day >= borne);
        let since = good.filter(|day| held_on(rule, facts, *day)).min();
        since.or(self.tested.filter(|day| *day >= borne && self.keeps_rhythm(context, repeat)))
    }

    /// Was the last of it, or its test area, no longer ago than the longest of its usual breaks?
    pub(super) fn keeps_rhythm(&self, context: Context<'_, '_>, repeat: Option<&Spacing>) -> bool {
        let latest = repeat.and_then(|it| it.latest).unwrap_or(Day::MAX);
        self.last(context).max(self.tested).is_some_and(|last| last.saturating_add(latest) >= 0)
    }

    /// Did it go on after a break of more than `days` although it had had its least number? That was once more of it.
    pub(super) fn was_boosted(&self, context: Context<'_, '_>, procedure: ProcedureId, days: Day) -> bool {
        let day = |place: &usize| context.case.history.get(*place).map(|it| it.day);
        let pairs = self.sessions.iter().zip(self.sessions.iter().skip(1)).zip(1..);
        let broke = |one: &usize, next: &usize| {
            day(one).zip(day(next)).is_some_and(|(one, next)| next.saturating_sub(one) > days)
        };
        pairs.into_iter().any(|((one, next), done)| broke(one, next) && stands(context.knowledge, procedure, done))
    }

    /// The day of the last one.
    pub(super) fn last(&self, context: Context<'_, '_>) -> Option<Day> {
        Some(context.case.history.get(*self.sessions.last()?)?.day)
    }
}

/// How past sessions followed on each other, by their places in the history.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// The session before of the same course, and what the break since then meant.
    before: Vec<Option<(usize, Break)>>,
    /// The rule of the break that ended the course.
    ended: Vec<Option<RuleId>>,
}

impl Trail {
    pub(super) fn of(sessions: usize) -> Self {
        Self { before: vec![None; sessions], ended: vec![None; sessions] }
    }

    fn follow(&mut self, place: usize, before: usize, rest: Break) {
        if let Some(slot) = self.before.get_mut(place) {
            slot.get_or_insert((before, rest));
        }
    }

    fn end(&mut self, place: usize, rule: RuleId) {
        if let Some(slot) = self.ended.get_mut(place) {
            slot.get_or_insert(rule);
        }
    }

    /// The session before of the same course, and what the break since then meant.
    pub(super) fn before(&self, place: usize) -> Option<(usize, Break)> {
        self.before.get(place).copied().flatten()
    }

    /// The rule of the break that ended its course.
    pub(super) fn ended(&self, place: usize) -> Option<RuleId> {
        self.ended.get(place).copied().flatten()
    }
}

/// What a break does to a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// It goes on where it stood.
    None,
    /// One more session is planned.
    Repeat(RuleId),
    /// It begins anew.
    Restart(RuleId),
}

/// What a break of so many days does to a course of `procedure` of which so many sessions were done.
pub(super) fn after(knowledge: &Knowledge, procedure: ProcedureId, done: i32, days: Day) -> Break {
    let past = &knowledge.planning().past;
    if days > past.earlier_course.days && !stands(knowledge, procedure, done) {
        return Break::Restart(past.earlier_course.rule);
    }
    match lapse(knowledge, procedure, done).filter(|it| days > it.after) {
        Some(lapse) if lapse.then == LapseThen::Repeat => Break::Repeat(lapse.rule),
        Some(lapse) => Break::Restart(lapse.rule),
        None => Break::None,
    }
}

/// What a long break does to a course of which so many sessions were done.
fn lapse(knowledge: &Knowledge, procedure: ProcedureId, done: i32) -> Option<&Lapse> {
    let row = knowledge.planning().past.lapse(procedure);
    // What is gone has changed nothing that would stay.
    row.filter(|it| it.then != LapseThen::Restart || !stands(knowledge, procedure, done))
}

/// Has it had its least number of sessions? No break takes back what these have changed.
fn stands(knowledge: &Knowledge, procedure: ProcedureId, done: i32) -> bool {
    let sessions = knowledge.procedures().get(procedure.index()).and_then(|it| it.sessions);
    sessions.is_some_and(|it| done >= it.count.min)
}

/// The first day after `planned` on which a session after that of `before` is past due.
pub(super) fn past_due(
    knowledge: &Knowledge,
    procedure: ProcedureId,
    done: i32,
    before: Day,
    planned: Day,
) -> Option<Day> {
    let longest = Some(knowledge.planning().past.earlier_course.days).filter(|_| !stands(knowledge, procedure, done));
    let limits = lapse(knowledge, procedure, done).map(|it| it.after).into_iter().chain(longest);
    let mut days = limits.map(|limit| before.saturating_add(limit).saturating_add(1));
    days.find(|day| *day > planned)
}
