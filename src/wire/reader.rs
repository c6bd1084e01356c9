//! Reads single values of a request and collects what is wrong with them.

use std::fmt;

use super::{
    Date,
    limits::{REFERENCE_CHARS, START_YEARS, WORDS},
    violation::{InvalidRequest, Path, no_value},
};
use crate::domain::{self, Fact, FactKind, Facts, ProcedureId, Value, Vocabulary};

/// Thousandths in a unit.
const THOUSAND: f64 = 1000.0;

/// Reads values and collects violations.
pub(super) struct Reader<'v> {
    pub(super) vocabulary: &'v Vocabulary,
    invalid: InvalidRequest,
}

impl<'v> Reader<'v> {
    pub(super) fn new(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, invalid: InvalidRequest::default() }
    }

    pub(super) fn wrong(&mut self, path: Path<'_>, description: impl fmt::Display) {
        self.invalid.wrong(path, description);
    }

    /// The value that was read, unless something is wrong.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, InvalidRequest> {
        match value {
            Some(value) if self.invalid.is_empty() => Ok(value),
            Some(_) | None => Err(self.invalid),
        }
    }

    /// The entries of a list; none when there are more than `most`, which is then all that is said of them.
    pub(super) fn entries<'l, T>(&mut self, path: Path<'_>, entries: &'l [T], most: usize) -> &'l [T] {
        if entries.len() > most {
            self.wrong(path, format_args!("holds too many entries; send at most {most}"));
            return &[];
        }
        entries
    }

    /// The place of an enum value in its closed list; `None` when it is unspecified or unknown.
    pub(super) fn place(&mut self, path: Path<'_>, number: i32, count: usize) -> Option<usize> {
        let place = usize::try_from(number).ok().filter(|it| *it <= count);
        if place.is_none() {
            self.wrong(path, no_value(number, count));
        }
        place?.checked_sub(1)
    }

    /// The same for a value that must not be left out of a list.
    pub(super) fn listed(&mut self, path: Path<'_>, number: i32, count: usize) -> Option<usize> {
        if number == 0 {
            self.wrong(path, "is unspecified; name a value or leave the entry out");
        }
        self.place(path, number, count)
    }

    /// The enum value that `all` names in the order of the wire.
    pub(super) fn variant<T: Copy>(&mut self, path: Path<'_>, number: i32, all: &[T]) -> Option<T> {
        let place = self.place(path, number, all.len())?;
        all.get(place).copied()
    }

    /// Writes down one word of a fact. The words of a fact are in the order of the enum.
    pub(super) fn word(&mut self, facts: &mut Facts, fact: Fact, path: Path<'_>, number: i32) -> Option<usize> {
        let place = self.place(path, number, words(fact))?;
        facts.set(fact, bit(place).map(Value::Words));
        Some(place)
    }

    /// Several words that hold together.
    pub(super) fn words(&mut self, fact: Fact, path: Path<'_>, field: &str, numbers: &[i32]) -> u32 {
        let (path, mut all) = (path.field(field), 0);
        for (at, number) in self.entries(path, numbers, WORDS).iter().enumerate() {
            all |= self.listed(path.entry(at), *number, words(fact)).and_then(bit).unwrap_or(0);
        }
        all
    }

    /// A number in thousandths, from `least` to `most` whole units.
    pub(super) fn number(&mut self, path: Path<'_>, number: Option<f64>, least: f64, most: f64) -> Option<i64> {
        let number = number?;
        if !(least..=most).contains(&number) {
            self.wrong(path, format_args!("must be a number from {least} to {most}"));
            return None;
        }
        thousandths(number)
    }

    /// A number in thousandths, above zero and up to `most` whole units.
    pub(super) fn positive(&mut self, path: Path<'_>, number: Option<f64>, most: f64) -> Option<i64> {
        let number = number?;
        let found = thousandths(number).filter(|it| *it > 0 && number <= most);
        if found.is_none() {
            self.wrong(path, format_args!("must be a number above 0 and up to {most}"));
        }
        found
    }

    /// A whole number.
    pub(super) fn whole(&mut self, path: Path<'_>, number: Option<i32>, least: i32, most: i32) -> Option<i32> {
        let number = number?;
        if !(least..=most).contains(&number) {
            self.wrong(path, format_args!("must be a whole number from {least} to {most}"));
            return None;
        }
        Some(number)
    }

    /// A complete date.
    pub(super) fn date(&mut self, path: Path<'_>, date: &Date) -> Option<domain::Date> {
        let Date { year, month, day } = *date;
        let found = domain::Date::new(year, month, day);
        if found.is_none() {
            self.wrong(path, "is not a date; send year, month and day of a day that exists");
        }
        found
    }

    /// The day on which a plan begins.
    pub(super) fn start(&mut self, path: Path<'_>, date: &Date) -> Option<domain::Date> {
        let found = self.date(path, date)?;
        let (first, last) = START_YEARS;
        if !(first..=last).contains(&date.year) {
            self.wrong(path, format_args!("lies outside the years {first} to {last}; send the day of planning"));
            return None;
        }
        Some(found)
    }

    /// The day of an event that is not after the start. A part that is 0 is not known: the latest day that it can be
    /// counts, so that a wait is never too short.
    pub(super) fn event(&mut self, path: Path<'_>, date: Option<&Date>, start: Option<domain::Date>) -> Option<Value> {
        let (_, last, start) = self.days(path, date?, start)?;
        Some(Value::Since(last.min(start).days_after(start)))
    }

    /// The day on which something began that still goes on. A part that is 0 is not known: the earliest day that it can
    /// be counts, so that a course is never too long.
    pub(super) fn beginning(
        &mut self,
        path: Path<'_>,
        date: Option<&Date>,
        start: Option<domain::Date>,
    ) -> Option<Value> {
        let (first, _, start) = self.days(path, date?, start)?;
        Some(Value::Since(first.days_after(start)))
    }

    /// The first and the last day that a date can be, and the start.
    fn days(
        &mut self,
        path: Path<'_>,
        date: &Date,
        start: Option<domain::Date>,
    ) -> Option<(domain::Date, domain::Date, domain::Date)> {
        let Date { year, month, day } = *date;
        let (first, last) = match (month, day) {
            (0, 0) => (domain::Date::new(year, 1, 1), domain::Date::end_of_month(year, 12)),
            (_, 0) => (domain::Date::new(year, month, 1), domain::Date::end_of_month(year, month)),
            (_, _) => (domain::Date::new(year, month, day), domain::Date::new(year, month, day)),
        };
        let (Some(first), Some(last)) = (first, last) else {
            self.wrong(path, "is not a date; send a year that exists, and month and day or 0 where they are not known");
            return None;
        };
        let start = start?;
        if first > start {
            self.wrong(path, "lies after start_date; send the day on which it last was so");
            return None;
        }
        Some((first, last, start))
    }

    /// A name that the caller chose and that is safe in a file, an address and a calendar.
    pub(super) fn reference(&mut self, path: Path<'_>, text: &str) {
        let safe = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_');
        if text.is_empty() || text.len() > REFERENCE_CHARS || !text.bytes().all(safe) {
            let most = REFERENCE_CHARS;
            self.wrong(path, format_args!("holds 1 to {most} letters (a to z), digits, dots, hyphens and underscores"));
        }
    }

    /// A procedure by its id.
    pub(super) fn procedure(&mut self, path: Path<'_>, id: &str) -> Option<ProcedureId> {
        let found = self.vocabulary.procedure(id);
        if found.is_none() {
            self.wrong(path, "is no procedure of this knowledge release; ListProcedures names them");
        }
        found
    }
}

/// How many words a fact has.
fn words(fact: Fact) -> usize {
    match fact.kind() {
        FactKind::Words(words) => words.len(),
        FactKind::YesNo | FactKind::Number(_) | FactKind::Elapsed => 0,
    }
}

fn bit(place: usize) -> Option<u32> {
    1_u32.checked_shl(u32::try_from(place).ok()?)
}

/// A finite number in thousandths, rounded; limits are checked before.
#[allow(clippy::cast_possible_truncation, reason = "checked to fit")]
pub(super) fn thousandths(number: f64) -> Option<i64> {
    let scaled = (number * THOUSAND).round();
    (scaled.abs() < 1e15).then_some(scaled as i64)
}
