//! Facts and their answers in words.

use super::{
    fact::{Fact, FactKind},
    what_if::Answers,
};

/// A fact in words, without its unit.
pub fn fact_in_words(fact: Fact) -> String {
    let name = fact.name();
    let name = match fact.kind() {
        FactKind::Number(unit) if !unit.is_empty() => {
            let suffix = format!("_{}", unit.replace('/', "_"));
            name.strip_suffix(suffix.as_str()).unwrap_or(name)
        }
        FactKind::YesNo | FactKind::Words(_) | FactKind::Number(_) | FactKind::Elapsed => name,
    };
    name.replace('_', " ")
}

/// The words of a closed list whose bits are set.
pub fn words_of(fact: Fact, bits: u32) -> Vec<String> {
    let FactKind::Words(words) = fact.kind() else { return Vec::new() };
    let set = words.iter().filter(|it| fact.word(it).is_some_and(|bit| bits & bit != 0));
    set.map(|it| it.replace('_', " ")).collect()
}

/// A number in thousandths as it is written.
pub fn number_in_words(thousandths: i64) -> String {
    let (whole, rest) = (thousandths / 1000, (thousandths % 1000).abs());
    if rest == 0 {
        return whole.to_string();
    }
    let rest = format!("{rest:03}");
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

/// Answers that make no difference among each other, in words, for example "age: 18 years or more".
pub fn answers_in_words(fact: Fact, answers: Answers) -> String {
    let unit = match fact.kind() {
        FactKind::Number("") | FactKind::YesNo | FactKind::Words(_) => String::new(),
        FactKind::Number(unit) => format!(" {unit}"),
        FactKind::Elapsed => " days".to_owned(),
    };
    let whole = |number: i64| number.saturating_mul(ONE);
    let is_one = matches!(answers, Answers::DaysAgo(Some(1), None) | Answers::Numbers(Some(ONE), None));
    let unit = if is_one { unit.trim_end_matches('s').to_owned() } else { unit };
    let said = match answers {
        Answers::YesNo(yes) => if yes { "yes" } else { "no" }.to_owned(),
        Answers::Words(0) => "none".to_owned(),
        Answers::Words(words) => words_of(fact, words).join(" or "),
        Answers::Numbers(from, below) => range_in_words(from, below, &unit),
        Answers::DaysAgo(from, below) => range_in_words(from.map(whole), below.map(whole), &unit),
    };
    format!("{}: {said}", fact_in_words(fact))
}

/// A whole number or more as the answer to a fact, for example "downtime: 6 days or more".
pub fn or_more_in_words(fact: Fact, least: i32) -> String {
    answers_in_words(fact, Answers::Numbers(Some(i64::from(least).saturating_mul(ONE)), None))
}

/// One unit in thousandths, of which numbers are made.
const ONE: i64 = 1000;
/// No limit is finer than a hundredth.
const TENTH: i64 = 10;

/// A number that is a hair above a limit is more than the limit.
fn range_in_words(from: Option<i64>, below: Option<i64>, unit: &str) -> String {
    let hair = |number: i64| number.checked_rem(TENTH).is_some_and(|rest| rest == 1);
    let from = from.map(|it| match hair(it) {
        true => format!("more than {}{unit}", number_in_words(it.saturating_sub(1))),
        false => format!("{}{unit} or more", number_in_words(it)),
    });
    let below = below.map(|it| match hair(it) {
        true => format!("at most {}{unit}", number_in_words(it.saturating_sub(1))),
        false => format!("less than {}{unit}", number_in_words(it)),
    });
    let both: Vec<String> = from.into_iter().chain(below).collect();
    both.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_said_with_their_bounds() {
        assert_eq!(number_in_words(-1_500), "-1.5");
        let said = |answers| answers_in_words(Fact::AgeYears, answers);
        assert_eq!(said(Answers::Numbers(None, Some(18_000))), "age: less than 18 years");
        assert_eq!(said(Answers::Numbers(Some(18_000), Some(40_001))), "age: 18 years or more and at most 40 years");
        assert_eq!(said(Answers::Numbers(Some(40_001), None)), "age: more than 40 years");
        assert_eq!(or_more_in_words(Fact::DowntimeDays, 1), "downtime: 1 day or more");
        assert_eq!(or_more_in_words(Fact::DowntimeDays, 6), "downtime: 6 days or more");
        let days = answers_in_words(Fact::DaysSinceTan, Answers::DaysAgo(Some(28), None));
        assert_eq!(days, "days since tan: 28 days or more");
        let inr = answers_in_words(Fact::Inr, Answers::Numbers(Some(3_501), None));
        assert_eq!(inr, "inr: more than 3.5");
        assert_eq!(answers_in_words(Fact::Lactating, Answers::YesNo(true)), "lactating: yes");
        assert_eq!(answers_in_words(Fact::Allergies, Answers::Words(0)), "allergies: none");
    }
}
