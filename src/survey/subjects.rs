//! Kinds of scars: by label, by the features that pathways read, and by the features that name them.

use std::collections::BTreeSet;

use strum::VariantArray as _;

use super::{
    alike::{LABEL, label, one_of_each, rests, strengths, treated},
    answers::{Answers, in_words, of_the_scar, product},
    baseline::{Baseline, baseline},
    values::facts_of,
};
use crate::{
    domain::{DepthClass, Fact, Facts, Predicate, ScarType, Truth, Value},
    knowledge::Knowledge,
};

/// One kind of scar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is called: by a clinician, or "unnamed".
    pub scar: String,
    /// Its depth as declared; empty when it was not.
    pub depth: String,
    /// Its features in words.
    pub features: String,
    /// How the scars look as a whole, and what was recorded of the scar.
    pub facts: Facts,
    /// The label, when a clinician gave it.
    pub declared: Option<(ScarType, Option<DepthClass>)>,
}

const UNNAMED: &str = "unnamed";

impl Subject {
    pub(super) fn declared(scar_type: ScarType, depth: Option<DepthClass>) -> Self {
        let mut facts = Facts::default();
        facts.set_word(Fact::DeclaredType, scar_type.into());
        if let Some(depth) = depth {
            facts.set_word(Fact::DeclaredDepthClass, depth.into());
        }
        let words = |name: &'static str| name.replace('_', " ");
        Self {
            scar: words(scar_type.into()),
            depth: depth.map(|it| words(it.into())).unwrap_or_default(),
            features: String::new(),
            facts,
            declared: Some((scar_type, depth)),
        }
    }

    /// The same with more features.
    pub(super) fn with(&self, changes: &[(Fact, Option<Value>)]) -> Self {
        let mut it = self.clone();
        for (fact, value) in changes {
            it.facts.set(*fact, *value);
        }
        let features = in_words(changes);
        it.features = [self.features.as_str(), features.as_str()].into_iter().filter(|it| !it.is_empty()).fold(
            String::new(),
            |mut all, it| {
                if !all.is_empty() {
                    all.push_str(", ");
                }
                all.push_str(it);
                all
            },
        );
        it
    }
}

/// What there is to choose from.
#[derive(Debug)]
pub(super) struct Subjects {
    /// Every type and depth that some pathway is for.
    pub treated: Vec<Subject>,
    /// One of each set of those that no condition tells apart.
    pub treated_groups: Vec<Subject>,
    /// Every other type.
    pub untreated: Vec<Subject>,
    /// The groups with every combination of the features that pathways read.
    pub featured: Vec<Subject>,
    /// The groups with a feature that speaks against the label.
    pub doubted_groups: Vec<Subject>,
    /// The same with every combination of the features that pathways read.
    pub doubted: Vec<Subject>,
    /// Scars as features give them, around every row of the tables that name and grade.
    pub shapes: Vec<Subject>,
}

impl Subjects {
    pub(super) fn collect(knowledge: &[&Knowledge], answers: &Answers<'_>) -> Self {
        let conditions = conditions(knowledge, |_| true);
        let pairs = ScarType::VARIANTS.iter().flat_map(|it| DepthClass::VARIANTS.iter().map(|depth| (*it, *depth)));
        let (open, closed): (Vec<_>, Vec<_>) = pairs.partition(|(it, depth)| treated(knowledge, *it, *depth));
        let key = |it: ScarType, depth: DepthClass| {
            (rests(&conditions, &LABEL, &label(it, depth)), strengths(knowledge, it, depth))
        };
        let groups = one_of_each(&open, |(it, depth)| (*it, key(*it, *depth)));
        let named = |all: &[(ScarType, DepthClass)]| -> Vec<Subject> {
            all.iter().map(|(it, depth)| Subject::declared(*it, Some(*depth))).collect()
        };
        let closed = one_of_each(&closed, |(it, _)| *it);
        let treated_groups: Vec<Subject> = named(&groups)
            .into_iter()
            .zip(&groups)
            .map(|(subject, (it, depth))| {
                let alike = open
                    .iter()
                    .filter(|(other, other_depth)| other == it && key(*it, *other_depth) == key(*it, *depth));
                let depths: Vec<String> = alike.map(|(_, depth)| <&str>::from(*depth).replace('_', " ")).collect();
                let depth =
                    if depths.len() == DepthClass::VARIANTS.len() { "any".to_owned() } else { depths.join("/") };
                Subject { depth, ..subject }
            })
            .collect();
        let (shapes, typical) = shapes(knowledge, answers);
        let doubted_groups = doubted(knowledge, &treated_groups, &typical);
        Self {
            treated: named(&open),
            untreated: closed.iter().map(|(it, _)| Subject::declared(*it, None)).collect(),
            doubted: featured(knowledge, &doubted_groups, answers),
            doubted_groups,
            featured: featured(knowledge, &treated_groups, answers),
            shapes,
            treated_groups,
        }
    }
}

/// The conditions of the files that `fits`, each once.
pub(super) fn conditions<'k>(knowledge: &[&'k Knowledge], fits: impl Fn(&str) -> bool) -> Vec<&'k Predicate> {
    let mut all: Vec<&Predicate> = Vec::new();
    for it in knowledge.iter().flat_map(|it| it.conditions()).filter(|it| fits(&it.file)) {
        if !all.contains(&&it.when) {
            all.push(&it.when);
        }
    }
    all
}

/// Is it a file of pathways?
pub(super) fn of_pathways(file: &str) -> bool {
    file.starts_with("pathways/")
}

/// Is it a file that names or grades scars?
pub(super) fn of_naming(file: &str) -> bool {
    ["classification.toml", "grading.toml"].contains(&file)
}

fn featured(knowledge: &[&Knowledge], groups: &[Subject], answers: &Answers<'_>) -> Vec<Subject> {
    let read = of_the_scar(conditions(knowledge, of_pathways).into_iter());
    let values: Vec<(Fact, Vec<Option<Value>>)> =
        read.iter().map(|fact| (*fact, answers.thresholds.answers(*fact))).collect();
    let combinations = product(&values);
    groups.iter().flat_map(|group| combinations.iter().map(|it| group.with(it))).collect()
}

/// The groups with a feature that speaks against the label and that no pathway reads.
fn doubted(knowledge: &[&Knowledge], groups: &[Subject], typical: &[(ScarType, Subject)]) -> Vec<Subject> {
    let read = of_the_scar(conditions(knowledge, of_pathways).into_iter());
    let never = |it: ScarType| knowledge.iter().any(|all| all.classification().never_overruled.contains(&it));
    let against = |group: &Subject| {
        let (scar_type, _) = group.declared?;
        let other = |(it, subject): &&(ScarType, Subject)| {
            *it != scar_type && !never(*it) && read.iter().all(|fact| subject.facts.get(*fact).is_none())
        };
        let (_, other) = typical.iter().find(other)?;
        let known = Fact::VARIANTS.iter().filter_map(|fact| Some((*fact, Some(other.facts.get(*fact)?))));
        Some(group.with(&known.collect::<Vec<_>>()))
    };
    groups.iter().filter_map(against).collect()
}

/// Around every row that names a scar; and every typical scar with what the other rows tell apart on top.
fn shapes(knowledge: &[&Knowledge], answers: &Answers<'_>) -> (Vec<Subject>, Vec<(ScarType, Subject)>) {
    let blank = Subject {
        scar: UNNAMED.to_owned(),
        depth: String::new(),
        features: String::new(),
        facts: Facts::default(),
        declared: None,
    };
    let recorded = |when: &Predicate| -> Vec<Fact> {
        // A ratio is worked out from the two widths.
        let facts = facts_of(when).into_iter().flat_map(|it| {
            let ratio = it == Fact::BaseRatio;
            if ratio { vec![Fact::BaseWidthMm, Fact::OpeningWidthMm] } else { vec![it] }
        });
        let facts: BTreeSet<Fact> = facts.collect();
        let fits = |it: &Fact| baseline(*it) == Baseline::OfTheScar || it.scope() != crate::domain::Scope::Scar;
        facts.into_iter().filter(|it| fits(it) && baseline(*it) != Baseline::Dimension).collect()
    };
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    let mut keep = |subject: Subject| {
        if seen.insert(subject.features.clone()) {
            all.push(subject);
        }
    };
    let mut typical: Vec<(ScarType, Subject)> = Vec::new();
    for table in knowledge.iter().map(|it| it.classification()) {
        for row in &table.types {
            let mut known = false;
            for changes in answers.combinations(&row.when, &recorded(&row.when)) {
                let subject = blank.with(&changes);
                let holds = |when: &Predicate| when.holds(&subject.facts, 0) == Truth::Yes;
                // The first scar that this row names stands for all that it names.
                let named = table.types.iter().find(|it| holds(&it.when));
                if !known && row.when != Predicate::Always && named.is_some_and(|it| std::ptr::eq(it, row)) {
                    known = true;
                    typical.push((row.scar_type, subject.clone()));
                }
                keep(subject);
            }
        }
    }
    for when in conditions(knowledge, of_naming) {
        let combinations = answers.combinations(when, &recorded(when));
        for (_, subject) in &typical {
            combinations.iter().for_each(|changes| keep(subject.with(changes)));
        }
    }
    (all, typical)
}
