//! Days of a plan and calendar dates, without a clock and without a time zone.

use strum::{EnumCount, IntoStaticStr, VariantArray};

/// A day of the plan, counted from the start date; negative before it.
pub type Day = i32;

/// A date of the proleptic Gregorian calendar, as days since 1970-01-01.
///
/// INVARIANT (range): the year is 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    days: i32,
}

impl Date {
    /// The date of a year, a month and a day; `None` when there is no such date.
    pub fn new(year: i32, month: i32, day: i32) -> Option<Self> {
        let exists =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        exists.then(|| Self { days: days_from_civil(year, month, day) })
    }

    /// The last day of a month; `None` when there is no such month.
    pub fn end_of_month(year: i32, month: i32) -> Option<Self> {
        Self::new(year, month, days_in_month(year, month))
    }

    /// The date `days` later, or the last date there is.
    pub fn plus(self, days: Day) -> Self {
        let last = days_from_civil(9999, 12, 31);
        let first = days_from_civil(1, 1, 1);
        Self { days: self.days.saturating_add(days).clamp(first, last) }
    }

    /// Days from `start` to this date; negative when it is earlier.
    pub fn days_after(self, start: Self) -> Day {
        self.days - start.days
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::Thursday.after(self.days)
    }

    /// Year, month and day.
    pub fn civil(self) -> (i32, i32, i32) {
        civil_from_days(self.days)
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, IntoStaticStr, VariantArray)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// The day of the week `days` later.
    pub fn after(self, days: Day) -> Self {
        match days.rem_euclid(7).saturating_add(self as i32).rem_euclid(7) {
            0 => Self::Monday,
            1 => Self::Tuesday,
            2 => Self::Wednesday,
            3 => Self::Thursday,
            4 => Self::Friday,
            5 => Self::Saturday,
            _ => Self::Sunday,
        }
    }
}

/// A set of days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Adds a day.
    pub fn insert(&mut self, day: Weekday) {
        self.0 |= 1 << (day as u8);
    }

    /// Is the day among them?
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << (day as u8)) != 0
    }

    /// Is no day among them?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<T: IntoIterator<Item = Weekday>>(days: T) -> Self {
        let mut all = Self::default();
        days.into_iter().for_each(|day| all.insert(day));
        all
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. The year is taken to begin in March, so that the leap day is its last.
fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i32) -> (i32, i32, i32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use strum::VariantArray as _;

    use super::{Date, Weekday, Weekdays};

    #[test]
    fn days_of_the_week_follow_each_other() {
        // The first is a Sunday, the second a Saturday, and the third lies before 1970.
        for (date, weekday) in
            [((2026, 11, 22), Weekday::Sunday), ((2000, 1, 1), Weekday::Saturday), ((1900, 1, 1), Weekday::Monday)]
        {
            let date = Date::new(date.0, date.1, date.2).unwrap();
            assert_eq!(date.weekday(), weekday);
            for days in -20..20 {
                assert_eq!(date.plus(days).weekday(), weekday.after(days));
            }
        }
        let some: Weekdays = [Weekday::Monday, Weekday::Sunday].into_iter().collect();
        let named: Vec<&Weekday> = Weekday::VARIANTS.iter().filter(|it| some.contains(**it)).collect();
        assert_eq!(named, [&Weekday::Monday, &Weekday::Sunday]);
        assert!(Weekdays::default().is_empty() && !some.is_empty());
    }

    #[test]
    fn every_day_of_eight_centuries_round_trips() {
        let mut date = Date::new(1600, 1, 1).unwrap();
        let end = Date::new(2400, 12, 31).unwrap();
        while date < end {
            let (year, month, day) = date.civil();
            assert_eq!(Date::new(year, month, day), Some(date));
            let next = date.plus(1);
            assert_eq!(next.days_after(date), 1);
            assert!(next.civil() > date.civil());
            date = next;
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_none() {
        for (year, month, day) in [(2026, 2, 29), (2026, 13, 1), (2026, 4, 31), (0, 1, 1), (10_000, 1, 1), (2026, 0, 1)]
        {
            assert_eq!(Date::new(year, month, day), None);
        }
        assert!(Date::new(2028, 2, 29).is_some());
        assert_eq!(Date::end_of_month(2028, 2).unwrap().civil(), (2028, 2, 29));
    }
}
