//! Reads waits as they are spoken: "4 weeks", "4 to 6 weeks", "3 days". A month has no fixed length and is refused.

use crate::domain::Day;

/// How to write a wait.
pub(super) const HOW: &str = r#"write a wait as "4 weeks" or "4 to 6 weeks" (days or weeks)"#;
/// How to write a wait that is no range.
pub(super) const HOW_ONE: &str = r#"write one wait such as "4 weeks" or "3 days""#;

const DAYS_IN_A_WEEK: Day = 7;

/// A number of digits alone: `parse` would take a sign before them.
pub(super) fn whole(text: &str) -> Option<i32> {
    text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// One wait in days.
pub(super) fn days(text: &str) -> Option<Day> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number = whole(number).filter(|it| *it <= 10_000)?;
    match unit.trim() {
        "day" | "days" => Some(number),
        "week" | "weeks" => number.checked_mul(DAYS_IN_A_WEEK),
        _ => None,
    }
}

/// A range of waits in days; one wait is a range of itself.
pub(super) fn range(text: &str) -> Option<(Day, Day)> {
    match text.split_once(" to ") {
        Some((from, to)) => {
            let (_, unit) = to.trim().split_once(' ')?;
            Some((days(&format!("{} {unit}", from.trim()))?, days(to)?))
        }
        None => days(text).map(|days| (days, days)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_number_of_days_or_weeks() {
        assert_eq!(["3 days", "1 week", "4 weeks"].map(days), [Some(3), Some(7), Some(28)]);
        assert_eq!(["+3 days", "-3 days", "3", "3 months", "ten days", " days", "10001 days"].map(days), [None; 7]);
        assert_eq!(range("4 to 6 weeks"), Some((28, 42)));
        assert_eq!(range("4 to +6 weeks"), None);
    }
}
