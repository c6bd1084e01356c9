//! The answers to each fact that some condition tells apart: one of each kind, worked out once at loading.

use std::collections::{BTreeMap, BTreeSet};

use strum::VariantArray as _;

use super::{Condition, Lead, Pathway, Planning, Procedure, RuleSet, SafetyRule};
use crate::domain::{Answers, Comparison, Day, Fact, FactKind, Predicate, ProcedureId, Specimen, Value};

/// The folder of the safety rules.
const SAFETY: &str = "safety/";
/// The file that names scars.
const NAMES: &str = "classification.toml";
/// The files that grade scars and give them codes.
const LABELS: [&str; 3] = [NAMES, "grading.toml", "codes.toml"];
/// The file of the planner itself.
const PLANNING: &str = "planning.toml";

/// What can be answered, by fact.
#[derive(Debug, Clone, Default)]
pub struct Specimens {
    /// In the order of the facts.
    of: Vec<OfFact>,
}

/// What can be answered to one fact, and who reads it.
#[derive(Debug, Clone, Default)]
struct OfFact {
    specimens: Vec<Specimen>,
    safety: RuleSet,
    elsewhere: Vec<(Reader, Predicate)>,
    names: bool,
}

/// Whose condition it is, of those that are no safety rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The pathway at this place.
    Pathway(usize),
    /// What is known of a procedure.
    Procedure(ProcedureId),
    /// Everybody.
    Planner,
}

impl Reader {
    /// Whose file it is: each is named after the one thing that it is about.
    fn of(file: &str, pathways: &[Pathway], procedures: &[Procedure]) -> Self {
        let Some((folder, name)) = file.strip_suffix(".toml").and_then(|it| it.split_once('/')) else {
            return Self::Planner;
        };
        let pathway = || pathways.iter().position(|it| it.id == name).map(Self::Pathway);
        let procedure = || (0_u8..).map(ProcedureId).zip(procedures).find(|(_, it)| it.id == name);
        match folder {
            "pathways" => pathway(),
            "procedures" => procedure().map(|(id, _)| Self::Procedure(id)),
            _ => None,
        }
        .unwrap_or(Self::Planner)
    }
}

/// What the conditions tell apart in one fact.
#[derive(Debug, Clone, Default)]
struct Told {
    /// Sets of words that some condition asks for.
    words: BTreeSet<u32>,
    /// Numbers, in thousandths or in days, from which on some condition says otherwise than below.
    cuts: BTreeSet<i64>,
    /// Some condition reads it that is none of a safety rule.
    read: bool,
    /// What reads it and can move a plan, besides safety rules.
    elsewhere: Vec<(Reader, Predicate)>,
    /// The planner itself reads it.
    counted: bool,
    /// It gives scars their names.
    names: bool,
}

impl Specimens {
    pub(super) fn new(
        conditions: &[Condition],
        safety: &[SafetyRule],
        pathways: &[Pathway],
        procedures: &[Procedure],
        planning: Option<&Planning>,
    ) -> Self {
        let is_said = |condition: &Condition| {
            let only_said = |planning: &Planning| {
                let mut warnings = planning.warnings.iter();
                warnings.any(|it| it.when == condition.when) && planning.fewest.when != condition.when
            };
            condition.file == PLANNING && planning.is_some_and(only_said)
        };
        let mut told: BTreeMap<Fact, Told> = BTreeMap::new();
        for condition in conditions {
            tell(&condition.when, &mut told);
            let reader = Reader::of(&condition.file, pathways, procedures);
            let names = condition.file == NAMES;
            // What names and grades scars, and what is only said, moves no plan by itself.
            let safety = condition.file.starts_with(SAFETY);
            let moves = !safety && !LABELS.contains(&condition.file.as_str()) && !is_said(condition);
            condition.when.reads(&mut |fact| {
                let told = told.entry(fact).or_default();
                told.names |= names;
                told.read |= !safety;
                let reading = (reader, condition.when.clone());
                if moves && !told.elsewhere.contains(&reading) {
                    told.elsewhere.push(reading);
                }
            });
        }
        told_by_counting(safety, procedures, &mut told);
        // What is worked out from a fact is told apart by it.
        for (from, worked_out) in
            [(Fact::Fitzpatrick, Fact::PlanningPhototype), (Fact::DeclaredDepthClass, Fact::DepthClass)]
        {
            let Some(Told { words, cuts, .. }) = told.get(&worked_out).cloned() else { continue };
            let own = told.entry(from).or_default();
            own.words.extend(words);
            own.cuts.extend(cuts);
            own.counted = true;
        }
        let of = Fact::VARIANTS.iter().map(|&fact| {
            let told = told.remove(&fact).unwrap_or_default();
            let mut reading = RuleSet::default();
            for (place, rule) in safety.iter().enumerate() {
                rule.when.reads(&mut |read| {
                    if read == fact {
                        reading.insert(place);
                    }
                });
            }
            let specimens = told.specimens(fact);
            let Told { elsewhere, names, .. } = told;
            OfFact { specimens, safety: reading, elsewhere, names }
        });
        Self { of: of.collect() }
    }

    /// One of each kind of answers to `fact` that some condition tells apart; none when no condition reads it.
    pub fn of(&self, fact: Fact) -> &[Specimen] {
        self.of.get(fact as usize).map_or(&[], |it| it.specimens.as_slice())
    }

    /// The safety rules that read `fact`.
    pub fn safety(&self, fact: Fact) -> RuleSet {
        self.of.get(fact as usize).map(|it| it.safety).unwrap_or_default()
    }

    /// Does `fact` give scars their names?
    pub fn names(&self, fact: Fact) -> bool {
        self.of.get(fact as usize).is_some_and(|it| it.names)
    }

    /// The conditions that read `fact` and can move a plan, besides those of safety rules.
    pub fn elsewhere(&self, fact: Fact) -> &[(Reader, Predicate)] {
        self.of.get(fact as usize).map_or(&[], |it| it.elsewhere.as_slice())
    }
}

fn tell(when: &Predicate, all: &mut BTreeMap<Fact, Told>) {
    match when {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|it| tell(it, all)),
        Predicate::Not(part) => tell(part, all),
        Predicate::Always | Predicate::Known(_) | Predicate::Yes(_) => {}
        Predicate::Word(fact, words) => {
            all.entry(*fact).or_default().words.insert(*words);
        }
        Predicate::Number(fact, comparison, limit) => {
            all.entry(*fact).or_default().cuts.insert(cut(*comparison, *limit));
        }
        Predicate::DaysAgo(fact, comparison, limit) => {
            all.entry(*fact).or_default().cuts.insert(cut(*comparison, i64::from(*limit)));
        }
    }
}

/// The first number that is on the other side. Numbers are whole thousandths, and days are whole days.
fn cut(comparison: Comparison, limit: i64) -> i64 {
    match comparison {
        Comparison::Below | Comparison::AtLeast => limit,
        Comparison::AtMost | Comparison::Above => limit.saturating_add(1),
    }
}

/// What the planner counts by itself: how long skin has been primed, since when nobody smokes, and how many scars a sitting takes.
fn told_by_counting(safety: &[SafetyRule], procedures: &[Procedure], all: &mut BTreeMap<Fact, Told>) {
    let mut counted = |fact: Fact, of: fn(Lead) -> Option<Day>| {
        let told = all.entry(fact).or_default();
        told.counted = true;
        // What begins with the plan begins on the day that is counted from anyway.
        told.cuts.insert(1);
        told.cuts.extend(safety.iter().filter_map(|rule| of(rule.lead?)).map(i64::from));
    };
    counted(Fact::DaysSincePriming, |lead| match lead {
        Lead::Priming(days) => Some(days),
        Lead::TestArea(_) | Lead::SmokeFree(_) => None,
    });
    counted(Fact::DaysSinceSmokeFree, |lead| match lead {
        Lead::SmokeFree(days) => Some(days),
        Lead::TestArea(_) | Lead::Priming(_) => None,
    });
    let longest = procedures.iter().filter_map(|it| it.course?.at_most);
    all.entry(Fact::DaysSincePriming).or_default().cuts.extend(longest.map(i64::from));
    // Some procedures suit a depth better than another.
    let depths = procedures.iter().flat_map(|it| &it.strengths).filter_map(|it| it.depth_class);
    let depths = depths.filter_map(|it| Fact::DepthClass.word(it.into()));
    all.entry(Fact::DepthClass).or_default().words.extend(depths);
    let scars = all.entry(Fact::ScarCount).or_default();
    scars.counted = true;
    for sessions in procedures.iter().filter_map(|it| it.sessions) {
        let Some(each) = sessions.per_sitting else { continue };
        // Each site more can be one too many for a visit that others share.
        for sites in 1..=i64::from(each).saturating_mul(i64::from(sessions.count.max)) {
            if let Value::Number(sites) = Value::thousandths(sites) {
                scars.cuts.insert(sites);
            }
        }
    }
    for course in procedures.iter().filter_map(|it| it.course) {
        if let Some(fact) = course.last_used {
            all.entry(fact).or_default().counted = true;
        }
        if let Some(fact) = course.in_use_since {
            let told = all.entry(fact).or_default();
            told.counted = true;
            // Use that begins with the plan is as good as none.
            told.cuts.extend([1].into_iter().chain(course.at_most.map(i64::from)));
        }
    }
}

impl Told {
    fn specimens(&self, fact: Fact) -> Vec<Specimen> {
        let read = self.counted || self.read || !self.words.is_empty() || !self.cuts.is_empty();
        match fact.kind() {
            FactKind::YesNo => {
                [true, false].map(|yes| Specimen { answers: Answers::YesNo(yes), value: Value::YesNo(yes) }).to_vec()
            }
            FactKind::Words(_) if !read => Vec::new(),
            FactKind::Words(words) => {
                let bits = words.iter().filter_map(|it| fact.word(it)).chain(fact.may_be_none().then_some(0));
                let mut classes: Vec<(Vec<bool>, u32, u32)> = Vec::new();
                for bit in bits {
                    let class: Vec<bool> = self.words.iter().map(|asked| asked & bit != 0).collect();
                    match classes.iter_mut().find(|it| it.0 == class && bit != 0) {
                        Some(known) => known.1 |= bit,
                        None => classes.push((class, bit, bit)),
                    }
                }
                let specimen = |(_, all, one)| Specimen { answers: Answers::Words(all), value: Value::Words(one) };
                classes.into_iter().map(specimen).collect()
            }
            FactKind::Number(_) => self
                .ranges()
                .map(|(from, below)| Specimen {
                    answers: Answers::Numbers(from, below),
                    value: Value::Number(from.map_or_else(|| whole_below(below), |from| whole_from(from, below))),
                })
                .collect(),
            FactKind::Elapsed => self
                .ranges()
                .flat_map(|(from, below)| {
                    // A wait that has just begun and one that is nearly over do not move the same sessions.
                    let first = from.unwrap_or_default();
                    let last = below.map(|it| it.saturating_sub(1)).filter(|last| *last > first);
                    let ends = [Some(first), last].into_iter().flatten();
                    ends.map(move |ago| (Answers::DaysAgo(from, below), ago))
                })
                .map(|(answers, ago)| Specimen { answers, value: Value::Since(days(ago)) })
                .collect(),
        }
    }

    /// What lies between the cuts, from below.
    fn ranges(&self) -> impl Iterator<Item = (Option<i64>, Option<i64>)> {
        let cuts = || self.cuts.iter().copied().filter(|it| *it > 0);
        let from = std::iter::once(None).chain(cuts().map(Some));
        let below = cuts().map(Some).chain(std::iter::once(None));
        from.zip(below).filter(|range| *range != (None, None))
    }
}

/// The largest whole number below.
fn whole_below(below: Option<i64>) -> i64 {
    let Value::Number(one) = Value::thousandths(1) else { return 0 };
    let last = below.unwrap_or_default().saturating_sub(1).max(0);
    last.saturating_sub(last.checked_rem(one).unwrap_or_default())
}

/// The first whole number from there on, where there is one in the range.
fn whole_from(from: i64, below: Option<i64>) -> i64 {
    let Value::Number(one) = Value::thousandths(1) else { return from };
    let over = from.checked_rem(one).unwrap_or_default();
    let whole = if over == 0 { from } else { from.saturating_add(one).saturating_sub(over) };
    if below.is_none_or(|below| whole < below) { whole } else { from }
}

fn days(ago: i64) -> Day {
    Day::try_from(ago).unwrap_or(Day::MAX).saturating_neg()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn specimens(conditions: &[&str]) -> Specimens {
        let parse = |text: &&str| super::super::condition::parse(text, &Default::default()).unwrap();
        let conditions: Vec<Condition> =
            conditions.iter().map(|it| Condition { file: "safety/x.toml".to_owned(), when: parse(it) }).collect();
        Specimens::new(&conditions, &[], &[], &[], None)
    }

    #[test]
    fn numbers_are_told_apart_at_every_cut() {
        let all = specimens(&["age_years < 18 years", "age_years > 40 years"]);
        let found: Vec<Answers> = all.of(Fact::AgeYears).iter().map(|it| it.answers).collect();
        assert_eq!(
            found,
            [
                Answers::Numbers(None, Some(18_000)),
                Answers::Numbers(Some(18_000), Some(40_001)),
                Answers::Numbers(Some(40_001), None)
            ]
        );
        assert_eq!(all.of(Fact::AgeYears).first().unwrap().value, Value::Number(17_000));
        let days = specimens(&["days_since_tan < 4 weeks"]);
        let found: Vec<Value> = days.of(Fact::DaysSinceTan).iter().map(|it| it.value).collect();
        assert_eq!(found, [0, -27, -28].map(Value::Since));
    }

    #[test]
    fn words_that_nothing_tells_apart_stand_together() {
        let all = specimens(&["antithrombotic in (warfarin, doac)", "antithrombotic is warfarin"]);
        let found: Vec<u32> = all
            .of(Fact::Antithrombotic)
            .iter()
            .map(|it| match it.answers {
                Answers::Words(words) => words.count_ones(),
                Answers::YesNo(_) | Answers::Numbers(..) | Answers::DaysAgo(..) => 0,
            })
            .collect();
        let FactKind::Words(words) = Fact::Antithrombotic.kind() else { return };
        assert_eq!(found.iter().sum::<u32>(), u32::try_from(words.len()).unwrap());
        assert_eq!(found.iter().filter(|it| **it == 1).count(), 2);
        assert_eq!(all.of(Fact::Pregnancy), []);
    }
}
