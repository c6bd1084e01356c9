//! Words for people: labels of what the answer holds, never what it says.

use super::Standing;
use crate::{domain::Date, wire::v1};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// 1970-01-01 was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// An enum name without its prefix, as words.
pub(super) fn words(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_lowercase().replace('_', " ")
}

/// What safety adds, as words.
pub(super) fn care(kind: v1::CareItemKind) -> String {
    words(kind.as_str_name(), "CARE_ITEM_KIND_")
}

/// A date as `2026-12-01`.
pub(super) fn iso(date: Date) -> String {
    let (year, month, day) = date.civil();
    format!("{year:04}-{month:02}-{day:02}")
}

/// A date with its weekday.
pub(super) fn long(date: Date) -> String {
    format!("{} {}", weekday(date), iso(date))
}

fn weekday(date: Date) -> &'static str {
    let Some(epoch) = Date::new(1970, 1, 1) else { return "" };
    let place = usize::try_from(date.days_after(epoch).rem_euclid(7)).unwrap_or(0);
    WEEKDAYS.get(place).copied().unwrap_or_default()
}

/// The first three letters of a month, from 1.
pub(super) fn month(month: i32) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|it| MONTHS.get(it).copied()).unwrap_or_default()
}

/// What must come true first; empty for what is planned.
pub(super) fn condition(standing: Standing) -> String {
    match standing {
        Standing::Planned => String::new(),
        Standing::Decided(0) => "if a review says so".to_owned(),
        Standing::Decided(review) => format!("if review {review} says so"),
    }
}

/// A range of days with its usual value, such as `7 (2-14) days`.
pub(super) fn days(range: &v1::IntRange) -> String {
    if range.min == range.max {
        one_day_or_more(range.typical)
    } else {
        format!("{} ({}-{}) days", range.typical, range.min, range.max)
    }
}

/// A number of days.
pub(super) fn one_day_or_more(days: i32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::long;
    use crate::domain::Date;

    #[test]
    fn weekdays_are_right() {
        for (year, month, day, shown) in [
            (2026, 12, 1, "Tue 2026-12-01"),
            (1970, 1, 1, "Thu 1970-01-01"),
            (1969, 12, 31, "Wed 1969-12-31"),
            (2000, 2, 29, "Tue 2000-02-29"),
            (1, 1, 1, "Mon 0001-01-01"),
        ] {
            assert_eq!(long(Date::new(year, month, day).unwrap()), shown);
        }
    }
}
