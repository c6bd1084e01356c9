//! The calendar: on which days something can be done, and why not on the others.
//!
//! A day is closed when the patient cannot come, and for some procedures when it is too close before an event. What
//! would fall on a closed day is done later, never earlier, so that no wait is shortened.

use crate::{
    domain::{Day, ProcedureId, RuleId, Rules, Weekday, Weekdays},
    engine::select::{Context, add_rules},
};

/// Which session of a course is asked about: more is kept away from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    First,
    Later,
}

/// Days that are closed, and the rule that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Closed {
    first: Day,
    last: Day,
    rule: RuleId,
    /// For the first session of a course only.
    only_first: bool,
}

/// The days on which something can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    closed: Vec<Closed>,
    /// The days of the week that are open, with the rule that closes the others; `None`: all.
    week: Option<(Weekdays, RuleId)>,
    /// The day of the week of day 0.
    today: Weekday,
}

impl Calendar {
    /// The days on which the patient can come.
    pub(super) fn of_the_patient(context: Context<'_, '_>) -> Self {
        let wishes = &context.case.wishes;
        let rule = context.knowledge.planning().closed_day;
        let day = |event: Day| (event, event);
        let times = wishes.unavailable.iter().copied().chain(wishes.event.map(day));
        Self {
            closed: times.map(|(first, last)| Closed { first, last, rule, only_first: false }).collect(),
            week: (!wishes.weekdays.is_empty()).then_some((wishes.weekdays, rule)),
            today: context.case.start.weekday(),
        }
    }

    /// The days on which a procedure can be done.
    pub(super) fn of(context: Context<'_, '_>, procedure: ProcedureId) -> Self {
        let mut calendar = Self::of_the_patient(context);
        if let Some(event) = context.case.wishes.event {
            calendar.keep_away(context, procedure, event);
        }
        calendar
    }

    /// Closes the days before an event that are too close for a procedure.
    fn keep_away(&mut self, context: Context<'_, '_>, procedure: ProcedureId, event: Day) {
        let occasion = context.knowledge.planning().occasion;
        let mut close = |wait: Day, rule, only_first| {
            // A session that long before the event is just early enough.
            let first = event.saturating_sub(wait).saturating_add(1);
            self.closed.push(Closed { first, last: event, rule, only_first });
        };
        // What is not known to leave no traces leaves some.
        let traces = context.downtime(procedure).map(|it| it.days.max);
        if traces != Some(0) {
            close(occasion.quiet.days.max(traces.unwrap_or_default()), occasion.quiet.rule, false);
        }
        if occasion.fillers.contains(procedure) {
            close(occasion.filler.days, occasion.filler.rule, false);
        }
        if !context.case.history.iter().any(|past| past.procedure == procedure) {
            close(occasion.new.days, occasion.new.rule, true);
        }
    }

    /// Is no day closed?
    pub(super) fn is_always_open(&self) -> bool {
        self.closed.is_empty() && self.week.is_none()
    }

    /// The first open day from `day` on.
    pub(super) fn open_from(&self, turn: Turn, day: Day) -> Day {
        let mut day = day;
        while let Some((later, _)) = self.closed_on(turn, day) {
            day = later;
        }
        day
    }

    /// The last open day from `from` to `day`; `from` where none is.
    pub(super) fn open_until(&self, turn: Turn, from: Day, day: Day) -> Day {
        let mut day = day;
        while day > from && !self.is_open(turn, day) {
            day = day.saturating_sub(1);
        }
        day
    }

    /// Is the day open?
    pub(super) fn is_open(&self, turn: Turn, day: Day) -> bool {
        self.closed_on(turn, day).is_none()
    }

    /// The rules that close the days from `day` to the next open one.
    pub(super) fn why(&self, turn: Turn, day: Day) -> Rules {
        let mut rules = Rules::new();
        let mut day = day;
        while let Some((later, rule)) = self.closed_on(turn, day) {
            add_rules(&mut rules, [rule]);
            day = later;
        }
        rules
    }

    /// The first and the last day of what `rule` closes with `day` in it, when it does.
    pub(super) fn span(&self, rule: RuleId, day: Day) -> Option<(Day, Day)> {
        let closes = |it: &&Closed| it.rule == rule && it.first <= day && day <= it.last;
        self.closed.iter().find(closes).map(|it| (it.first, it.last))
    }

    /// The open days from `from` to `until` that follow a closed one.
    pub(super) fn reopenings(&self, turn: Turn, from: Day, until: Day) -> impl Iterator<Item = Day> {
        let follows = move |day: &Day| self.is_open(turn, *day) && !self.is_open(turn, day.saturating_sub(1));
        (from..=until).filter(follows)
    }

    /// The last day that is closed for itself and not for its day of the week.
    pub(super) fn last_closed(&self) -> Option<Day> {
        self.closed.iter().map(|it| it.last).max()
    }

    /// The day after what closes `day`, and the rule that closes it.
    fn closed_on(&self, turn: Turn, day: Day) -> Option<(Day, RuleId)> {
        let closes = |it: &&Closed| it.first <= day && day <= it.last && (turn == Turn::First || !it.only_first);
        let times = self.closed.iter().filter(closes).map(|it| (it.last, it.rule));
        let week = self.week.filter(|(open, _)| !open.contains(self.today.after(day))).map(|(_, rule)| (day, rule));
        // What closes it the longest says most.
        let (last, rule) = times.chain(week).max_by_key(|(last, _)| *last)?;
        let later = last.saturating_add(1);
        (later > day).then_some((later, rule))
    }
}

#[cfg(test)]
impl Calendar {
    /// No day is closed.
    pub(super) fn open() -> Self {
        Self { closed: Vec::new(), week: None, today: Weekday::Monday }
    }

    /// Times that are closed for every session, days of the week that are open, and the day of the week of day 0.
    pub(super) fn closed(times: &[(Day, Day)], weekdays: Weekdays, today: Weekday) -> Self {
        let rule = RuleId(0);
        let closed = times.iter().map(|&(first, last)| Closed { first, last, rule, only_first: false }).collect();
        Self { closed, week: (!weekdays.is_empty()).then_some((weekdays, rule)), today }
    }

    /// The same, and these days for the first session only.
    pub(super) fn closed_to_the_first(mut self, (first, last): (Day, Day)) -> Self {
        self.closed.push(Closed { first, last, rule: RuleId(1), only_first: true });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_opens_again() {
        let weekdays = [Weekday::Monday, Weekday::Thursday].into_iter().collect();
        // Day 0 is a Wednesday: days 1, 5, 8, 12, 15 … are open, and some of them are closed for themselves.
        let calendar = Calendar::closed(&[(4, 8), (8, 9)], weekdays, Weekday::Wednesday).closed_to_the_first((10, 15));
        assert_eq!([0, 1, 2, 8, 9, 13].map(|day| calendar.open_from(Turn::Later, day)), [1, 1, 12, 12, 12, 15]);
        assert_eq!([2, 15, 16].map(|day| calendar.open_from(Turn::First, day)), [19, 19, 19]);
        assert_eq!(calendar.reopenings(Turn::Later, 0, 20).collect::<Vec<_>>(), [1, 12, 15, 19]);
        assert_eq!(calendar.why(Turn::First, 12).as_slice(), [RuleId(1), RuleId(0)]);
        assert!(calendar.why(Turn::Later, 12).is_empty());
        assert_eq!(
            [9, 10, 15, 16].map(|day| calendar.span(RuleId(1), day)),
            [None, Some((10, 15)), Some((10, 15)), None]
        );
    }

    #[test]
    fn days_never_run_out() {
        let calendar = Calendar::closed(&[(0, Day::MAX)], Weekdays::default(), Weekday::Monday);
        assert_eq!(calendar.open_from(Turn::First, 5), Day::MAX);
    }
}
