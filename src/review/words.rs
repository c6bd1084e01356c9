//! Conditions, waits and bounds in words.

use crate::domain::{Comparison, Day, Fact, FactKind, Predicate, fact_in_words, number_in_words, words_of};

/// A condition in words.
pub fn condition_in_words(when: &Predicate) -> String {
    match when {
        Predicate::Always => "always".to_owned(),
        Predicate::All(parts) => joined(parts, " and ", |it| matches!(it, Predicate::Any(_))),
        Predicate::Any(parts) => joined(parts, ", or ", |_| false),
        Predicate::Not(part) => negated(part),
        Predicate::Known(fact) => format!("{} was asked", fact_in_words(*fact)),
        Predicate::Yes(fact) => format!("{} is yes", fact_in_words(*fact)),
        Predicate::Word(fact, bits) => format!("{} is {}", fact_in_words(*fact), either(*fact, *bits)),
        Predicate::Number(fact, comparison, limit) => {
            let unit = match fact.kind() {
                FactKind::Number(unit) => unit,
                FactKind::YesNo | FactKind::Words(_) | FactKind::Elapsed => "",
            };
            let limit = format!("{} {unit}", number_in_words(*limit));
            format!("{} is {}", fact_in_words(*fact), compared(*comparison, limit.trim_end()))
        }
        Predicate::DaysAgo(fact, comparison, limit) => {
            let what = fact_in_words(*fact);
            format!("{what} are {}", compared(*comparison, &limit.to_string()))
        }
    }
}

fn negated(part: &Predicate) -> String {
    match part {
        Predicate::Known(fact) => format!("{} was not asked", fact_in_words(*fact)),
        Predicate::Yes(fact) => format!("{} is no", fact_in_words(*fact)),
        Predicate::Word(fact, bits) => format!("{} is not {}", fact_in_words(*fact), either(*fact, *bits)),
        Predicate::Always
        | Predicate::All(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Number(..)
        | Predicate::DaysAgo(..) => format!("not ({})", condition_in_words(part)),
    }
}

fn joined(parts: &[Predicate], by: &str, in_brackets: impl Fn(&Predicate) -> bool) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|it| {
            let words = condition_in_words(it);
            if in_brackets(it) { format!("({words})") } else { words }
        })
        .collect();
    parts.join(by)
}

fn either(fact: Fact, bits: u32) -> String {
    listed(&words_of(fact, bits), "or")
}

fn compared(comparison: Comparison, limit: &str) -> String {
    match comparison {
        Comparison::Below => format!("under {limit}"),
        Comparison::AtMost => format!("at most {limit}"),
        Comparison::Above => format!("over {limit}"),
        Comparison::AtLeast => format!("at least {limit}"),
    }
}

/// Words with commas, and `last` before the last.
pub(super) fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// A number of days, in weeks where they are whole.
pub(super) fn wait_in_words(days: Day) -> String {
    let weeks = days / DAYS_IN_A_WEEK;
    match (days, days % DAYS_IN_A_WEEK) {
        (0, _) => "0 days".to_owned(),
        (1, _) => "1 day".to_owned(),
        (DAYS_IN_A_WEEK, 0) => "1 week".to_owned(),
        (_, 0) => format!("{weeks} weeks"),
        _ => format!("{days} days"),
    }
}

const DAYS_IN_A_WEEK: Day = 7;

/// A range of two numbers with its unit.
pub(super) fn between(low: &str, high: &str, unit: &str) -> String {
    let range = if low == high { low.to_owned() } else { format!("{low} to {high}") };
    format!("{range} {unit}").trim_end().to_owned()
}

/// A name with its `-` and `_` as blanks.
pub(super) fn plain(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{condition_in_words, wait_in_words};
    use crate::domain::{Comparison, Fact, Predicate};

    #[test]
    fn conditions_read_as_sentences() {
        let word = |fact: Fact, word: &str| Predicate::Word(fact, fact.word(word).unwrap());
        let stopped = Predicate::All(vec![
            word(Fact::Isotretinoin, "stopped"),
            Predicate::DaysAgo(Fact::DaysSinceIsotretinoin, Comparison::Below, 183),
        ]);
        let either = Predicate::Any(vec![word(Fact::Isotretinoin, "current"), stopped]);
        let words = "isotretinoin is current, or isotretinoin is stopped and days since isotretinoin are under 183";
        assert_eq!(condition_in_words(&either), words);
        let not = |it: Predicate| condition_in_words(&Predicate::Not(Box::new(it)));
        assert_eq!(not(Predicate::Known(Fact::Inr)), "inr was not asked");
        assert_eq!(not(Predicate::Yes(Fact::Lactating)), "lactating is no");
        let width = Predicate::Number(Fact::OpeningWidthMm, Comparison::AtLeast, 1_750);
        assert_eq!(condition_in_words(&width), "opening width is at least 1.75 mm");
        assert_eq!(not(width), "not (opening width is at least 1.75 mm)");
    }

    #[test]
    fn whole_weeks_are_said_as_weeks() {
        let said: Vec<String> = [0, 1, 7, 10, 28].into_iter().map(wait_in_words).collect();
        assert_eq!(said, ["0 days", "1 day", "1 week", "10 days", "4 weeks"]);
    }
}
