//! Names scars from their features, and counts them.

use strum::VariantArray as _;

use super::grade::grades;
use crate::{
    domain::{
        Assessment, ClassifiedScar, CodeId, Codes, Confidence, DepthClass, Fact, Facts, Findings, Predicate, Rules,
        ScarFlag, ScarFlags, ScarIndex, ScarType, ScarTypes, TypeCount, TypeCounts, Value,
    },
    knowledge::{Adjust, Classification, Code, Knowledge, Rows, TypeRow},
};

/// Names each group of scars and grades the patient.
pub fn classify(knowledge: &Knowledge, findings: &Findings) -> Assessment {
    let table = knowledge.classification();
    let mut scars = Vec::with_capacity(findings.scars.len());
    let mut labelled = Vec::with_capacity(findings.scars.len());
    for (index, scar) in (0_u16..).map(ScarIndex).zip(&findings.scars) {
        labelled.push(scar.facts.clone());
        let Some(facts) = labelled.last_mut() else { continue };
        let mut label = label(table, index, facts);
        label.codes = codes(knowledge.codes(), facts);
        scars.push(label);
    }
    let counts_by_type = counts(findings, &scars);
    let ceiling = table.ceiling.iter().filter(|line| labelled.iter().any(|facts| holds(&line.when, facts)));
    let atrophic = counts_by_type.iter().filter(|it| table.atrophic.contains(&it.scar_type));
    Assessment {
        dominant_type: dominant(atrophic.clone()),
        mixed: atrophic.count() > 1,
        grades: grades(knowledge.grading(), findings, &labelled),
        scars,
        counts_by_type,
        reasons: ceiling.map(|line| line.rule).collect(),
        skin_tone: findings.skin_tone.clone(),
    }
}

/// Names one group, and writes the label down among its facts.
pub(super) fn label(table: &Classification, scar: ScarIndex, facts: &mut Facts) -> ClassifiedScar {
    facts.set(Fact::BaseRatio, base_ratio(facts));
    let declared = word_of(facts, Fact::DeclaredType, ScarType::VARIANTS);
    let row = table.types.holding(facts).map(|(_, row)| row).next().or(table.types.last());
    let by_features = row.map_or(ScarType::AtrophicUnspecified, |row| row.scar_type);
    let mut reasons = Rules::new();
    let mut flags = ScarFlags::new();

    // A finding that must not be treated as a sunken scar stays what it is, whatever it is called; but for a label that is
    // as careful, or that says what the features leave open.
    let stands = declared.and_then(|declared| {
        table.overruled.iter().find(|it| it.scar_type == by_features && it.by.contains(&declared))
    });
    let overruled = table.never_overruled.contains(&by_features) && stands.is_none();
    let type_declared = declared.is_some() && !overruled;
    let scar_type = declared.filter(|_| type_declared).unwrap_or(by_features);
    facts.set_word_at(Fact::ScarType, scar_type as usize);
    // A label is not contradicted by features that say nothing.
    let silent = row.is_none_or(|row| row.when == Predicate::Always) || stands.is_some_and(|it| it.open);
    let differs = declared.is_some_and(|declared| declared != by_features) && !silent;
    let mut confidence = if type_declared {
        reasons.push(table.declared_label);
        if differs { Confidence::Low } else { Confidence::High }
    } else {
        let row_confidence = row.map_or(Confidence::Low, |row| row.confidence);
        reasons.extend(row.map(|row| row.rule));
        row_confidence
    };
    if differs {
        reasons.push(table.declared_differs);
        flags.push(ScarFlag::DeclaredTypeDiffers);
    }
    if !type_declared {
        for (_, (line, adjust)) in table.adjusts.holding(facts) {
            confidence = lowered(confidence, *adjust);
            reasons.push(line.rule);
        }
    }

    let measured = table.depths.iter().find(|(line, _)| holds(&line.when, facts));
    let declared_depth = word_of(facts, Fact::DeclaredDepthClass, DepthClass::VARIANTS);
    let by_measure = measured.map_or(DepthClass::Unknown, |(_, class)| *class);
    let depth_class = declared_depth.unwrap_or(by_measure);
    facts.set_word_at(Fact::DepthClass, depth_class as usize);
    match declared_depth {
        Some(class) => {
            reasons.push(table.declared_depth);
            if by_measure != DepthClass::Unknown && by_measure != class {
                flags.push(ScarFlag::DeclaredDepthDiffers);
            }
        }
        None => reasons.extend(measured.map(|(line, _)| line.rule)),
    }
    let bucket = table.buckets.iter().find(|(line, _)| holds(&line.when, facts));
    reasons.extend(bucket.map(|(line, _)| line.rule));
    for (_, (line, flag)) in table.flags.holding(facts) {
        flags.push(*flag);
        reasons.push(line.rule);
    }
    flags.sort_unstable();
    flags.dedup();
    facts.set_word_at(Fact::Confidence, confidence as usize);
    ClassifiedScar {
        scar,
        scar_type,
        type_by_features: by_features,
        type_declared,
        depth_class,
        depth_declared: declared_depth.is_some(),
        confidence,
        alternatives: alternatives(scar_type, declared, by_features, row, silent),
        flags,
        width_bucket: bucket.map(|(_, bucket)| *bucket),
        reasons,
        codes: Codes::new(),
    }
}

/// What it is called in public systems of codes.
fn codes(codes: &Rows<Code>, facts: &Facts) -> Codes {
    codes.holding(facts).filter_map(|(place, _)| u16::try_from(place).ok()).map(CodeId).collect()
}

/// What else it could be: what the features or the clinician say instead, then what the row names.
fn alternatives(
    scar_type: ScarType,
    declared: Option<ScarType>,
    by_features: ScarType,
    row: Option<&TypeRow>,
    silent: bool,
) -> ScarTypes {
    let mut all = ScarTypes::new();
    let features = (!silent).then_some(by_features);
    let listed = row.map(|row| row.alternatives.as_slice()).unwrap_or_default();
    for other in declared.into_iter().chain(features).chain(listed.iter().copied()) {
        if other != scar_type && !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

fn holds(when: &Predicate, facts: &Facts) -> bool {
    when.is_true(facts, 0)
}

fn lowered(confidence: Confidence, adjust: Adjust) -> Confidence {
    match adjust {
        Adjust::AtMost(most) => confidence.min(most),
        Adjust::Down => match confidence {
            Confidence::High => Confidence::Medium,
            Confidence::Medium | Confidence::Low => Confidence::Low,
        },
    }
}

/// Width of the base over the width of the opening, in thousandths.
fn base_ratio(facts: &Facts) -> Option<Value> {
    let base = facts.number(Fact::BaseWidthMm)?;
    let opening = facts.number(Fact::OpeningWidthMm)?;
    let Value::Number(one) = Value::thousandths(1) else { return None };
    base.checked_mul(one)?.checked_div(opening).map(Value::Number)
}

/// The word that a fact of one word holds, as the variant of the same name.
fn word_of<T: Copy + Into<&'static str>>(facts: &Facts, fact: Fact, all: &[T]) -> Option<T> {
    let Some(Value::Words(known)) = facts.get(fact) else { return None };
    all.iter().copied().find(|it| fact.word((*it).into()) == Some(known))
}

fn counts(findings: &Findings, labels: &[ClassifiedScar]) -> TypeCounts {
    let mut counts = TypeCounts::new();
    for label in labels {
        let scar_type = label.scar_type;
        let at = counts.binary_search_by_key(&scar_type, |it| it.scar_type).unwrap_or_else(|at| {
            counts.insert(at, TypeCount { scar_type, groups: 0, scars: 0 });
            at
        });
        let Some(count) = counts.get_mut(at) else { continue };
        count.groups += 1;
        let scars = findings.scars.get(label.scar.index()).and_then(|it| it.count);
        count.scars = count.scars.saturating_add(scars.unwrap_or(0));
    }
    counts
}

/// The most counted type; by groups where nothing was counted; none on a tie.
fn dominant<'a>(counts: impl Iterator<Item = &'a TypeCount> + Clone) -> Option<ScarType> {
    let weight = |it: &TypeCount| (it.scars, it.groups);
    let most = counts.clone().map(weight).max()?;
    let mut best = counts.filter(|it| weight(it) == most);
    match (best.next(), best.next()) {
        (Some(only), None) => Some(only.scar_type),
        (Some(_), Some(_)) | (None, _) => None,
    }
}
