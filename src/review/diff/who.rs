//! Who is meant: the shortest description that covers a set of cases.

use std::collections::{BTreeMap, BTreeSet};

use crate::survey::{Survey, Who, phototype_in_words};

/// What a person is described by.
const DIMENSIONS: usize = 9;
/// Names of the dimensions, and what stands for an empty value.
const NAMES: [(&str, &str); DIMENSIONS] = [
    ("scar", "unnamed"),
    ("depth", "not declared"),
    ("features", "none recorded"),
    ("phototype", "not asked"),
    ("site", ""),
    ("person", "healthy"),
    ("beside", "nothing"),
    ("grade", "not declared"),
    ("number of scars", ""),
];
/// Most values that are named before the rest is counted.
const MOST_VALUES: usize = 6;
/// How many are named of more than that.
const SHOWN_OF_MANY: usize = 2;
/// The order in which dimensions are left out where nothing is lost: what says least comes first.
const LEAST_TELLING: [usize; DIMENSIONS] = [8, 7, 4, 2, 1, 6, 0, 3, 5];

/// Every case of a survey by the values of its dimensions.
#[derive(Debug)]
pub(super) struct Crowd {
    /// Values, by dimension, in order.
    values: [Vec<String>; DIMENSIONS],
    people: Vec<[u16; DIMENSIONS]>,
}

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Described {
    pub words: String,
    /// Cases that the words fit.
    pub fits: usize,
}

impl Crowd {
    pub(super) fn of(survey: &Survey) -> Self {
        let all: Vec<[String; DIMENSIONS]> = (0..survey.len()).filter_map(|at| survey.who(at)).map(values).collect();
        let mut sets: [BTreeSet<&str>; DIMENSIONS] = Default::default();
        for person in &all {
            for (set, value) in sets.iter_mut().zip(person) {
                set.insert(value);
            }
        }
        let codes: Vec<BTreeMap<&str, u16>> = sets.iter().map(|set| set.iter().copied().zip(0..).collect()).collect();
        let people = all.iter().map(|person| {
            let mut coded = [0; DIMENSIONS];
            for ((code, value), codes) in coded.iter_mut().zip(person).zip(&codes) {
                *code = codes.get(value.as_str()).copied().unwrap_or_default();
            }
            coded
        });
        let people = people.collect();
        Self { values: sets.map(|set| set.into_iter().map(str::to_owned).collect()), people }
    }

    /// The shortest description that covers `members`.
    pub(super) fn describe(&self, members: &[usize]) -> Described {
        let mut seen: [Vec<bool>; DIMENSIONS] = Default::default();
        for (seen, values) in seen.iter_mut().zip(&self.values) {
            seen.resize(values.len(), false);
        }
        for person in members.iter().filter_map(|at| self.people.get(*at)) {
            for (seen, code) in seen.iter_mut().zip(person) {
                if let Some(it) = seen.get_mut(usize::from(*code)) {
                    *it = true;
                }
            }
        }
        // By the set of dimensions that tell a person from the members: how many people.
        let mut apart: BTreeMap<u16, usize> = BTreeMap::new();
        for person in &self.people {
            let mut mask = 0_u16;
            for (bit, (seen, code)) in seen.iter().zip(person).enumerate() {
                if !seen.get(usize::from(*code)).copied().unwrap_or_default() {
                    mask |= 1 << bit;
                }
            }
            *apart.entry(mask).or_default() += 1;
        }
        let fits = |kept: u16| -> usize { apart.iter().filter(|(mask, _)| *mask & kept == 0).map(|(_, n)| n).sum() };
        let all = (1_u16 << DIMENSIONS) - 1;
        let least = fits(all);
        let mut kept = all;
        for bit in LEAST_TELLING {
            let without = kept & !(1 << bit);
            if fits(without) == least {
                kept = without;
            }
        }
        let words: Vec<String> = NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| kept & (1 << bit) != 0)
            .filter_map(|(bit, name)| Some(self.words(*name, self.values.get(bit)?, seen.get(bit)?)))
            .collect();
        let words = if words.is_empty() { "everybody".to_owned() } else { words.join("; ") };
        Described { words, fits: least }
    }

    fn words(&self, (name, empty): (&str, &str), values: &[String], seen: &[bool]) -> String {
        let said = |value: &String| if value.is_empty() { empty.to_owned() } else { value.clone() };
        let pick = |wanted: bool| -> Vec<String> {
            values.iter().zip(seen).filter(|(_, seen)| **seen == wanted).map(|(value, _)| said(value)).collect()
        };
        let (these, others) = (pick(true), pick(false));
        if these.len() > MOST_VALUES && others.len() <= MOST_VALUES {
            return format!("{name} all but {}", others.join(", "));
        }
        // Where the usual value is among many, it says enough.
        let usual = seen.first() == Some(&true) && values.first().is_some_and(String::is_empty);
        let shown = match (these.len() > MOST_VALUES, usual) {
            (false, _) => MOST_VALUES,
            (true, true) => 1,
            (true, false) => SHOWN_OF_MANY,
        };
        let more = these.len().saturating_sub(shown);
        let named: Vec<&str> = these.iter().take(shown).map(String::as_str).collect();
        let others = values.len().saturating_sub(shown);
        let more = if more > 0 { format!(" or {more} of {others} others") } else { String::new() };
        format!("{name} {}{more}", named.join(" | "))
    }
}

fn values(who: Who) -> [String; DIMENSIONS] {
    let Who { scar, depth, features, count, grade, phototype, site, answers, beside } = who;
    let site: &str = site.into();
    [
        scar,
        depth,
        features,
        phototype.map(phototype_in_words).unwrap_or_default().to_owned(),
        site.replace('_', " "),
        answers.join(" and "),
        beside,
        grade.map(|it| it.to_string()).unwrap_or_default(),
        count.to_string(),
    ]
}
