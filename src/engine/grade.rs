//! Grades: the published scales, each with its own rows and count bands.

use strum::{EnumCount, VariantArray, VariantNames};

use super::rate::{banded, rated, set_total};
use crate::{
    domain::{EccaRow, Fact, Facts, Findings, Grade, GradeFlag, GradeInput, QuantitativeRow, RuleId, Scale, Value},
    knowledge::{Band, Ecca, Grading, Qualitative, Quantitative, ScaleMap, ScarsMatch},
};

/// One entry for each scale that scars are counted for, and for each that was rated. `labelled` are the facts of each
/// group with its label.
pub(super) fn grades(grading: &Grading, findings: &Findings, labelled: &[Facts]) -> Vec<Grade> {
    let mut grades = vec![
        qualitative(&grading.qualitative, findings, labelled),
        quantitative(&grading.quantitative, findings, labelled),
        ecca(&grading.ecca, findings, labelled),
    ];
    grades.extend(rated(grading, findings));
    grades
}

fn qualitative(scale: &Qualitative, findings: &Findings, labelled: &[Facts]) -> Grade {
    let mut appearance = findings.appearance.clone();
    if appearance.get(Fact::FlattensOnStretch).is_none() {
        appearance.set(Fact::FlattensOnStretch, stretch(labelled).map(Value::YesNo));
    }
    let mut grade = Grade::new(Scale::GoodmanBaronQualitative);
    grade.declared = findings.declared_grade.is_some();
    let criteria = [Fact::ObviousAtSocialDistance, Fact::Coverable, Fact::FlattensOnStretch];
    grade.inputs.reserve(criteria.len());
    grade.rows_rated.reserve(criteria.len());
    for fact in criteria {
        if let Some(Value::YesNo(yes)) = appearance.get(fact)
            && let Value::Number(value) = Value::thousandths(i64::from(yes))
        {
            grade.inputs.push(GradeInput { name: fact.name(), value, points: None, level: None });
            grade.rows_rated.push(fact.name());
        }
    }
    match findings.declared_grade {
        Some(declared) => {
            grade.reasons.push(scale.declared);
            set_total(&mut grade, declared, &scale.bands);
        }
        None => {
            let row = scale
                .rows
                .iter()
                .find(|(line, scars, _)| line.when.is_true(&appearance, 0) && matches(scars, labelled));
            match row {
                Some((line, _, total)) => {
                    grade.reasons.push(line.rule);
                    set_total(&mut grade, *total, &scale.bands);
                }
                None => grade.flag(GradeFlag::ItemMissing, scale.item_missing),
            }
        }
    }
    appearance.set(Fact::Grade, grade.total.map(|total| Value::thousandths(i64::from(total))));
    for (line, scars, flag) in &scale.flags {
        // How a declared grade was reached is not for the scale to say.
        let of_criteria = *flag != GradeFlag::TypeSuggestsGrade4;
        if of_criteria && grade.declared {
            continue;
        }
        if line.when.is_true(&appearance, 0) && matches(scars, labelled) {
            grade.flags.push(*flag);
            grade.reasons.push(line.rule);
        }
    }
    said_of_a_total(&mut grade, &scale.notes);
    grade
}

/// Do the scars flatten when stretched? Not if one does not; unknown while one was not tested.
fn stretch(labelled: &[Facts]) -> Option<bool> {
    let no_change = Fact::Stretch.word("no_change")?;
    let mut tested = None;
    let mut all = true;
    for facts in labelled {
        match facts.get(Fact::Stretch) {
            Some(Value::Words(known)) if known & no_change != 0 => return Some(false),
            Some(_) => tested = Some(true),
            None => all = false,
        }
    }
    tested.filter(|_| all)
}

fn matches(scars: &ScarsMatch, labelled: &[Facts]) -> bool {
    let every = scars
        .every
        .as_ref()
        .is_none_or(|when| !labelled.is_empty() && labelled.iter().all(|facts| when.is_true(facts, 0)));
    let any = scars.any.as_ref().is_none_or(|when| labelled.iter().any(|it| when.is_true(it, 0)));
    every && any
}

/// What so many scars of a row add to the total. The bands begin at 1: what is not there adds nothing.
fn points_of<R: PartialEq>(points: &[(R, i32)], bands: &[Band], row: &R, count: i64) -> i32 {
    let Some(band) = bands.iter().rev().find(|band| count >= band.from) else { return 0 };
    points.iter().find(|(known, _)| known == row).map_or(0, |(_, points)| *points * band.times)
}

/// Adds what is said of every total.
fn said_of_a_total(grade: &mut Grade, notes: &[RuleId]) {
    if grade.total.is_some() {
        grade.reasons.extend(notes.iter().copied());
    }
}

fn quantitative(scale: &Quantitative, findings: &Findings, labelled: &[Facts]) -> Grade {
    let mut grade = Grade::new(Scale::GoodmanBaronQuantitative);
    grade.reasons.push(scale.rule);
    let rows = findings.scales.quantitative.unwrap_or_else(|| {
        let mut rows = [Some(0); QuantitativeRow::COUNT];
        for (scar, facts) in findings.scars.iter().zip(labelled) {
            let Some(map) = row_of(&scale.map, facts) else { continue };
            let count =
                if map.row == QuantitativeRow::HypertrophicAreaCm2 { scar.area_cm2 } else { scar.count.map(i64::from) };
            match (count, rows.get_mut(map.row as usize)) {
                (Some(count), Some(row)) => *row = Some(row.unwrap_or(0) + count),
                (None, _) => grade.flag(GradeFlag::CountMissing, scale.count_missing),
                (Some(_), None) => {}
            }
        }
        rows
    });
    let mut total = 0;
    grade.rows_rated.reserve(QuantitativeRow::COUNT);
    let named = <QuantitativeRow as VariantArray>::VARIANTS.iter().zip(<QuantitativeRow as VariantNames>::VARIANTS);
    for ((row, name), count) in named.zip(rows) {
        let Some(count) = count else {
            grade.flag(GradeFlag::ItemMissing, scale.item_missing);
            continue;
        };
        let area = *row == QuantitativeRow::HypertrophicAreaCm2;
        let points =
            if area { banded(&scale.area_bands, count) } else { points_of(&scale.points, &scale.bands, row, count) };
        total += points;
        let value = if area { Value::Number(count) } else { Value::thousandths(count) };
        if let Value::Number(value) = value
            && count > 0
        {
            grade.inputs.push(GradeInput { name, value, points: Some(points), level: None });
        }
        grade.rows_rated.push(name);
    }
    grade.total = grade.flags.is_empty().then_some(total);
    said_of_a_total(&mut grade, &scale.notes);
    grade
}

fn ecca(scale: &Ecca, findings: &Findings, labelled: &[Facts]) -> Grade {
    let mut grade = Grade::new(Scale::Ecca);
    grade.reasons.push(scale.rule);
    let rows = findings.scales.ecca.unwrap_or_else(|| {
        let mut rows = [None; EccaRow::COUNT];
        for (scar, facts) in findings.scars.iter().zip(labelled) {
            let Some(map) = row_of(&scale.map, facts) else {
                if scale.row_unknown.when.is_true(facts, 0) {
                    grade.flag(GradeFlag::ItemMissing, scale.row_unknown.rule);
                }
                continue;
            };
            match (scar.count, rows.get_mut(map.row as usize)) {
                (Some(count), Some(row)) => *row = Some(row.unwrap_or(0) + count),
                (None, _) => grade.flag(GradeFlag::CountMissing, scale.count_missing),
                (Some(_), None) => {}
            }
            if map.outside.as_ref().is_some_and(|when| when.is_true(facts, 0)) {
                grade.flag(GradeFlag::WidthOutsideRow, scale.outside_row);
            }
        }
        rows
    });
    let mut total = 0;
    for (row, count) in <EccaRow as VariantArray>::VARIANTS.iter().zip(rows) {
        let Some(count) = count else { continue };
        let points = points_of(&scale.points, &scale.bands, row, i64::from(count));
        total += points;
        if let Value::Number(value) = Value::thousandths(i64::from(count)) {
            grade.inputs.push(GradeInput { name: (*row).into(), value, points: Some(points), level: None });
        }
        grade.rows_rated.push((*row).into());
    }
    let lacks =
        |grade: &Grade| grade.flags.iter().any(|it| matches!(it, GradeFlag::CountMissing | GradeFlag::ItemMissing));
    // Without a row there is nothing to add up; colour alone has none.
    if grade.rows_rated.is_empty() && !lacks(&grade) {
        grade.flag(GradeFlag::ItemMissing, scale.item_missing);
    }
    grade.total = (!lacks(&grade)).then_some(total);
    said_of_a_total(&mut grade, &scale.notes);
    grade
}

fn row_of<'s, R>(map: &'s [ScaleMap<R>], facts: &Facts) -> Option<&'s ScaleMap<R>> {
    map.iter().find(|it| it.when.is_true(facts, 0))
}
