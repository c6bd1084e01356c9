//! Reads what the patient wishes.

use super::{
    Date,
    limits::{BETWEEN_VISITS, DOWNTIME_DAYS, PLAN_DAYS, UNAVAILABLE, UNAVAILABLE_DAYS, VISITS, WORDS},
    reader::Reader,
    v1,
    violation::Path,
};
use crate::domain::{self, Day, Fact, Facts, ProcedureSet, Weekday, Weekdays, Wishes};
use strum::VariantArray as _;

impl Reader<'_> {
    pub(super) fn preferences(
        &mut self,
        preferences: &v1::Preferences,
        start: Option<domain::Date>,
        wishes: &mut Wishes,
        facts: &mut Facts,
    ) {
        let v1::Preferences {
            excluded_procedures,
            max_downtime_days,
            budget,
            event_date,
            unavailable,
            weekdays,
            preferred_procedures,
            max_visits,
            min_days_between_visits,
        } = preferences;
        let path = Path::root("preferences");
        wishes.excluded = self.procedures(path, "excluded_procedures", excluded_procedures);
        wishes.max_downtime = self.whole(path.field("max_downtime_days"), *max_downtime_days, 0, DOWNTIME_DAYS);
        self.word(facts, Fact::Budget, path.field("budget"), *budget);
        wishes.event = self.event_day(path.field("event_date"), event_date.as_ref(), start);
        wishes.unavailable = self.unavailable(path, unavailable, start);
        wishes.weekdays = self.weekdays(path, weekdays);
        wishes.preferred = self.procedures(path, "preferred_procedures", preferred_procedures);
        if wishes.preferred.overlaps(wishes.excluded) {
            self.not_both(path.field("preferred_procedures"), preferred_procedures, wishes.excluded);
        }
        wishes.max_visits = self.whole(path.field("max_visits"), *max_visits, 1, VISITS);
        let apart = path.field("min_days_between_visits");
        wishes.days_between_visits = self.whole(apart, *min_days_between_visits, 1, BETWEEN_VISITS);
    }

    /// Names what is preferred and excluded.
    fn not_both(&mut self, path: Path<'_>, preferred: &[String], excluded: ProcedureSet) {
        for (at, id) in preferred.iter().enumerate() {
            if self.vocabulary.procedure(id).is_some_and(|it| excluded.contains(it)) {
                let message = "also stands in excluded_procedures; a procedure is preferred or excluded";
                self.wrong(path.entry(at), message);
            }
        }
    }

    fn event_day(&mut self, path: Path<'_>, date: Option<&Date>, start: Option<domain::Date>) -> Option<Day> {
        let day = self.date(path, date?)?.days_after(start?);
        if day < 0 {
            self.wrong(path, "lies before start_date; send a day that is to come, or leave it out");
            return None;
        }
        self.within_plan(path, day)
    }

    /// A day that is not too far ahead.
    fn within_plan(&mut self, path: Path<'_>, day: Day) -> Option<Day> {
        if day > PLAN_DAYS {
            self.wrong(
                path,
                format_args!("lies more than {PLAN_DAYS} days after start_date; send an earlier day or leave it out"),
            );
            return None;
        }
        Some(day)
    }

    /// The times of the plan at which the patient cannot come, in order and apart.
    fn unavailable(
        &mut self,
        path: Path<'_>,
        ranges: &[v1::DateRange],
        start: Option<domain::Date>,
    ) -> Vec<(Day, Day)> {
        let (path, mut times) = (path.field("unavailable"), Vec::new());
        for (at, range) in self.entries(path, ranges, UNAVAILABLE).iter().enumerate() {
            let read = self.date_range(path.entry(at), range);
            let (Some((from, to)), Some(start)) = (read, start) else { continue };
            let Some(last) = self.within_plan(path.entry(at).field("to"), to.days_after(start)) else { continue };
            // What is over before the plan begins closes no day of it.
            let first = from.days_after(start).max(0);
            if first <= last {
                times.push((first, last));
            }
        }
        times.sort_unstable();
        let mut apart: Vec<(Day, Day)> = Vec::with_capacity(times.len());
        for (first, last) in times {
            match apart.last_mut().filter(|before| first <= before.1.saturating_add(1)) {
                Some(before) => before.1 = before.1.max(last),
                None => apart.push((first, last)),
            }
        }
        let closed = apart.iter().map(|(first, last)| last.saturating_sub(*first).saturating_add(1));
        if closed.fold(0, Day::saturating_add) > UNAVAILABLE_DAYS {
            let message = format_args!("holds too many days; send at most {UNAVAILABLE_DAYS}, or plan again later");
            self.wrong(path, message);
            return Vec::new();
        }
        apart
    }

    fn date_range(&mut self, path: Path<'_>, range: &v1::DateRange) -> Option<(domain::Date, domain::Date)> {
        let v1::DateRange { from, to } = range;
        let mut end = |field, date: &Option<Date>| {
            if date.is_none() {
                self.wrong(path.field(field), "is required; send a complete date");
            }
            date.as_ref().and_then(|date| self.date(path.field(field), date))
        };
        let (from, to) = (end("from", from), end("to", to));
        let (from, to) = (from?, to?);
        if from > to {
            self.wrong(path, "ends before it begins; send the first day as from and the last one as to");
            return None;
        }
        Some((from, to))
    }

    fn weekdays(&mut self, path: Path<'_>, weekdays: &[i32]) -> Weekdays {
        let (path, all) = (path.field("weekdays"), Weekday::VARIANTS);
        let days = self.entries(path, weekdays, WORDS).iter().enumerate().filter_map(|(at, number)| {
            let place = self.listed(path.entry(at), *number, all.len())?;
            all.get(place).copied()
        });
        days.collect()
    }
}
