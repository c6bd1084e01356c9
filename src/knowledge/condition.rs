//! Reads a condition as a clinician writes it, for example `fitzpatrick >= 4 and site in (chest, back)`.
//!
//! ```text
//! any    := all ("or" all)*
//! all    := one ("and" one)*
//! one    := "not" one | "(" any ")" | "always" | "never" | "policy" name "is" value | fact test
//! test   := "is" ["not"] (word | "yes" | "no" | "known" | "unknown")
//!         | "in" "(" word ("," word)* ")"
//!         | ("<" | "<=" | ">" | ">=") (number [unit] | "policy" name)
//! ```
//!
//! Policies are settled when the knowledge is loaded: what is left is a condition over facts alone.
//! A safety rule may say `as PRI-01` instead, which `check/safety.rs` reads.

use std::str::FromStr as _;

use super::{policy::Policies, wait::days};
use crate::domain::{Comparison, Fact, FactKind, Predicate};

/// How deep a condition may be nested.
const MAX_DEPTH: usize = 32;

/// Reads `text`, or says what is wrong with it.
pub(super) fn parse(text: &str, policies: &Policies) -> Result<Predicate, String> {
    let mut reader = Reader { tokens: tokens(text), at: 0, depth: 0, policies };
    let predicate = reader.any()?;
    match reader.peek() {
        None => Ok(predicate),
        Some(rest) => Err(format!("`{rest}` does not fit here; join conditions with `and` or `or`")),
    }
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(it) = chars.next() {
        match it {
            '(' | ')' | ',' | '<' | '>' => {
                flush(&mut tokens, &mut word);
                let mut token = String::from(it);
                if matches!(it, '<' | '>') && chars.next_if_eq(&'=').is_some() {
                    token.push('=');
                }
                tokens.push(token);
            }
            it if it.is_whitespace() => flush(&mut tokens, &mut word),
            it => word.push(it),
        }
    }
    flush(&mut tokens, &mut word);
    tokens
}

fn flush(tokens: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        tokens.push(std::mem::take(word));
    }
}

struct Reader<'p> {
    tokens: Vec<String>,
    at: usize,
    depth: usize,
    policies: &'p Policies,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Option<String> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        match self.next() {
            Some(found) if found == token => Ok(()),
            Some(found) => Err(format!("write `{token}` instead of `{found}`")),
            None => Err(format!("`{token}` is missing at the end")),
        }
    }

    fn any(&mut self) -> Result<Predicate, String> {
        let mut parts = vec![self.all()?];
        while self.take("or") {
            parts.push(self.all()?);
        }
        Ok(any_of(parts))
    }

    fn all(&mut self) -> Result<Predicate, String> {
        let mut parts = vec![self.one()?];
        while self.take("and") {
            parts.push(self.one()?);
        }
        Ok(all_of(parts))
    }

    fn one(&mut self) -> Result<Predicate, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the condition is nested too deeply; split the rule".to_owned());
        }
        let found = self.one_level();
        self.depth -= 1;
        found
    }

    fn one_level(&mut self) -> Result<Predicate, String> {
        if self.take("not") {
            return Ok(not(self.one()?));
        }
        if self.take("policy") {
            let Some(name) = self.next() else { return Err("the condition is not finished".to_owned()) };
            self.expect("is")?;
            let Some(value) = self.next() else { return Err(format!("write what the policy `{name}` is")) };
            return Ok(if self.policies.is(&name, &value)? { Predicate::Always } else { never() });
        }
        if self.take("(") {
            let inner = self.any()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.take("always") {
            return Ok(Predicate::Always);
        }
        if self.take("never") {
            return Ok(never());
        }
        let Some(name) = self.next() else { return Err("the condition is not finished".to_owned()) };
        let fact = Fact::from_str(&name).map_err(|_unknown| format!("`{name}` is no fact"))?;
        self.test(fact)
    }

    fn test(&mut self, fact: Fact) -> Result<Predicate, String> {
        let name = fact.name();
        match self.next().as_deref() {
            Some("is") => {
                let negated = self.take("not");
                let Some(word) = self.next() else { return Err(format!("write what `{name}` is")) };
                let predicate = is(fact, &word)?;
                Ok(if negated { not(predicate) } else { predicate })
            }
            Some("in") => {
                self.expect("(")?;
                let mut words = 0;
                loop {
                    let Some(word) = self.next() else { return Err("`)` is missing at the end".to_owned()) };
                    words |= bit(fact, &word)?;
                    if self.take(")") {
                        return Ok(Predicate::Word(fact, words));
                    }
                    self.expect(",")?;
                }
            }
            Some("<") => self.number(fact, Comparison::Below, "<"),
            Some("<=") => self.number(fact, Comparison::AtMost, "<="),
            Some(">") => self.number(fact, Comparison::Above, ">"),
            Some(">=") => self.number(fact, Comparison::AtLeast, ">="),
            Some(_) | None => Err(format!("after `{name}` write `is`, `in (…)` or a comparison such as `<`")),
        }
    }

    fn number(&mut self, fact: Fact, comparison: Comparison, sign: &str) -> Result<Predicate, String> {
        let name = fact.name();
        if self.take("policy") {
            let Some(policy) = self.next() else { return Err(format!("a policy is missing after `{name} {sign}`")) };
            return match fact.kind() {
                FactKind::Elapsed => Ok(Predicate::DaysAgo(fact, comparison, self.policies.wait(&policy)?)),
                FactKind::YesNo | FactKind::Words(_) | FactKind::Number(_) => {
                    Err(format!("`{name}` is not compared with a wait"))
                }
            };
        }
        let Some(number) = self.next() else { return Err(format!("a number is missing after `{name} {sign}`")) };
        match fact.kind() {
            FactKind::Number(unit) => {
                let thousandths = thousandths(&number).ok_or_else(|| format!("`{number}` is no number"))?;
                if !unit.is_empty() && !self.take(unit) {
                    return Err(format!("a number needs its unit: write `{name} {sign} {number} {unit}`"));
                }
                Ok(Predicate::Number(fact, comparison, thousandths))
            }
            FactKind::Elapsed => {
                let unit = self.next().unwrap_or_default();
                let days = days(&format!("{number} {unit}"))
                    .ok_or_else(|| format!("a wait needs its unit: write `{name} {sign} {number} days` or weeks"))?;
                Ok(Predicate::DaysAgo(fact, comparison, days))
            }
            FactKind::YesNo | FactKind::Words(_) => Err(format!("`{name}` is no number; write `{name} is …`")),
        }
    }
}

/// Holds for nobody.
fn never() -> Predicate {
    Predicate::Not(Box::new(Predicate::Always))
}

/// Does it hold for nobody, whatever is known?
pub(super) fn is_never(predicate: &Predicate) -> bool {
    matches!(predicate, Predicate::Not(part) if **part == Predicate::Always)
}

fn not(part: Predicate) -> Predicate {
    if is_never(&part) { Predicate::Always } else { Predicate::Not(Box::new(part)) }
}

/// All of the parts, without those that always hold.
fn all_of(mut parts: Vec<Predicate>) -> Predicate {
    if parts.iter().any(is_never) {
        return never();
    }
    parts.retain(|it| *it != Predicate::Always);
    joined(parts, Predicate::Always, Predicate::All)
}

/// Any of the parts, without those that never hold.
fn any_of(mut parts: Vec<Predicate>) -> Predicate {
    if parts.contains(&Predicate::Always) {
        return Predicate::Always;
    }
    parts.retain(|it| !is_never(it));
    joined(parts, never(), Predicate::Any)
}

fn joined(mut parts: Vec<Predicate>, none: Predicate, join: fn(Vec<Predicate>) -> Predicate) -> Predicate {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            join(parts)
        }
        (None, _) => none,
    }
}

fn is(fact: Fact, word: &str) -> Result<Predicate, String> {
    match (word, fact.kind()) {
        // A list that has the word itself means it.
        ("unknown", FactKind::Words(words)) if words.contains(&"unknown") => {
            bit(fact, word).map(|bit| Predicate::Word(fact, bit))
        }
        ("known", _) => Ok(Predicate::Known(fact)),
        ("unknown", _) => Ok(not(Predicate::Known(fact))),
        ("yes", FactKind::YesNo) => Ok(Predicate::Yes(fact)),
        ("no", FactKind::YesNo) => Ok(not(Predicate::Yes(fact))),
        (_, FactKind::YesNo) => Err(format!("`{}` is a yes/no fact; write `is yes` or `is no`", fact.name())),
        (_, FactKind::Words(_)) => bit(fact, word).map(|bit| Predicate::Word(fact, bit)),
        (_, FactKind::Number(_) | FactKind::Elapsed) => {
            Err(format!("`{}` is a number; compare it with `<`, `<=`, `>` or `>=`", fact.name()))
        }
    }
}

fn bit(fact: Fact, word: &str) -> Result<u32, String> {
    fact.word(word).ok_or_else(|| match fact.kind() {
        FactKind::Words(words) => {
            format!("`{word}` is no word of `{}`; write one of {}", fact.name(), words.join(", "))
        }
        FactKind::YesNo | FactKind::Number(_) | FactKind::Elapsed => {
            format!("`{}` has no list of words", fact.name())
        }
    })
}

/// A decimal number in thousandths; `None` when it is no number or finer than a thousandth.
pub(super) fn thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = fraction.len();
    if digits > 3 || whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|it| it.is_ascii_digit()) {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<3}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{super::policy::Policies, thousandths};
    use crate::domain::{Fact, Facts, Truth, Value};

    fn parse(text: &str) -> Result<crate::domain::Predicate, String> {
        super::parse(text, &Policies::default())
    }

    fn holds(text: &str, facts: &[(Fact, Value)]) -> Truth {
        let mut known = Facts::default();
        for (fact, value) in facts {
            known.set(*fact, Some(*value));
        }
        parse(text).unwrap().holds(&known, 0)
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let lactating = (Fact::Lactating, Value::YesNo(true));
        let text = "lactating is yes or sepsis is yes and sunburn is yes";
        assert_eq!(holds(text, &[lactating]), Truth::Yes);
        assert_eq!(holds("(lactating is yes or sepsis is yes) and sunburn is yes", &[lactating]), Truth::Unknown);
    }

    #[test]
    fn what_was_not_asked_is_neither_true_nor_false() {
        assert_eq!(holds("fitzpatrick >= 4", &[]), Truth::Unknown);
        assert_eq!(holds("not fitzpatrick >= 4", &[]), Truth::Unknown);
        assert_eq!(holds("fitzpatrick is unknown", &[]), Truth::Yes);
        assert_eq!(holds("fitzpatrick is known and fitzpatrick >= 4", &[]), Truth::No);
    }

    #[test]
    fn numbers_carry_units() {
        let width = |thousandths| [(Fact::OpeningWidthMm, Value::Number(thousandths))];
        assert_eq!(holds("opening_width_mm < 2 mm", &width(1_999)), Truth::Yes);
        assert_eq!(holds("opening_width_mm < 2 mm", &width(2_000)), Truth::No);
        assert_eq!(holds("days_since_tan < 4 weeks", &[(Fact::DaysSinceTan, Value::Since(-27))]), Truth::Yes);
        assert_eq!(holds("days_since_tan < 4 weeks", &[(Fact::DaysSinceTan, Value::Since(-28))]), Truth::No);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, message) in [
            ("", "the condition is not finished"),
            ("fitzpatick >= 4", "`fitzpatick` is no fact"),
            ("site is chesst and always", "`chesst` is no word of `site`; write one of cheek, upper_cheek"),
            ("opening_width_mm < 2", "a number needs its unit: write `opening_width_mm < 2 mm`"),
            ("days_since_tan < 2", "a wait needs its unit: write `days_since_tan < 2 days` or weeks"),
            ("days_since_tan < 2 months", "a wait needs its unit: write `days_since_tan < 2 days` or weeks"),
            ("lactating is maybe", "`lactating` is a yes/no fact; write `is yes` or `is no`"),
            ("lactating > 3", "`lactating` is no number; write `lactating is …`"),
            ("age_years is 4", "`age_years` is a number; compare it with `<`, `<=`, `>` or `>=`"),
            ("(always", "`)` is missing at the end"),
            ("always always", "`always` does not fit here; join conditions with `and` or `or`"),
            ("site", "after `site` write `is`, `in (…)` or a comparison such as `<`"),
        ] {
            let found = parse(text).unwrap_err();
            assert!(found.starts_with(message), "{text}: {found}");
        }
        assert!(parse(&"(".repeat(100)).is_err());
    }

    #[test]
    fn thousandths_are_exact() {
        assert_eq!(thousandths("0.5"), Some(500));
        assert_eq!(thousandths("3.25"), Some(3_250));
        assert_eq!(thousandths("12"), Some(12_000));
        assert_eq!(thousandths("1.2345"), None);
        assert_eq!(thousandths("-1"), None);
        assert_eq!(thousandths("1e3"), None);
    }
}
