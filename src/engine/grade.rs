//! Grades: the published scales, each with its own rows and count bands.

use strum::{EnumCount, VariantArray};

use crate::{
    domain::{EccaRow, Fact, Facts, Findings, Grade, GradeFlag, QuantitativeRow, Scale, Truth, Value},
    knowledge::{Band, Ecca, Grading, Qualitative, Quantitative, ScaleMap, ScarsMatch},
};

/// One entry a scale. `labelled` are the facts of each group with its label.
pub(super) fn grades(grading: &Grading, findings: &Findings, labelled: &[Facts]) -> Vec<Grade> {
    vec![
        qualitative(&grading.qualitative, findings, labelled),
        quantitative(&grading.quantitative, findings, labelled),
        ecca(&grading.ecca, findings, labelled),
    ]
}

fn qualitative(scale: &Qualitative, findings: &Findings, labelled: &[Facts]) -> Grade {
    let mut appearance = findings.appearance.clone();
    if appearance.get(Fact::FlattensOnStretch).is_none() {
        appearance.set(Fact::FlattensOnStretch, stretch(labelled).map(Value::YesNo));
    }
    let mut grade = Grade {
        scale: Scale::GoodmanBaronQualitative,
        inputs: Vec::new(),
        total: None,
        flags: Vec::new(),
        rows_rated: Vec::new(),
        reasons: Vec::new(),
        declared: findings.declared_grade.is_some(),
    };
    for fact in [Fact::ObviousAtSocialDistance, Fact::Coverable, Fact::FlattensOnStretch] {
        if let Some(Value::YesNo(yes)) = appearance.get(fact)
            && let Value::Number(value) = Value::thousandths(i64::from(yes))
        {
            grade.inputs.push((fact.name(), value));
            grade.rows_rated.push(fact.name());
        }
    }
    match findings.declared_grade {
        Some(declared) => {
            grade.total = Some(declared);
            grade.reasons.push(scale.declared);
        }
        None => {
            let row = scale
                .rows
                .iter()
                .find(|(line, scars, _)| line.when.holds(&appearance, 0) == Truth::Yes && matches(scars, labelled));
            if let Some((line, _, total)) = row {
                grade.total = Some(*total);
                grade.reasons.push(line.rule);
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
        if line.when.holds(&appearance, 0) == Truth::Yes && matches(scars, labelled) {
            grade.flags.push(*flag);
            grade.reasons.push(line.rule);
        }
    }
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
        .is_none_or(|when| !labelled.is_empty() && labelled.iter().all(|facts| when.holds(facts, 0) == Truth::Yes));
    let any = scars.any.as_ref().is_none_or(|when| labelled.iter().any(|it| when.holds(it, 0) == Truth::Yes));
    every && any
}

/// The multiplier of a count.
fn times(bands: &[Band], count: i64) -> i32 {
    bands.iter().rev().find(|band| count >= band.from).map_or(0, |band| band.times)
}

fn quantitative(scale: &Quantitative, findings: &Findings, labelled: &[Facts]) -> Grade {
    let mut flags = Vec::new();
    let mut reasons = vec![scale.rule];
    let rows = findings.scales.quantitative.unwrap_or_else(|| {
        let mut rows = [0; QuantitativeRow::COUNT];
        for (scar, facts) in findings.scars.iter().zip(labelled) {
            let Some(map) = row_of(&scale.map, facts) else { continue };
            let count =
                if map.row == QuantitativeRow::HypertrophicAreaCm2 { scar.area_cm2 } else { scar.count.map(i64::from) };
            match (count, rows.get_mut(map.row as usize)) {
                (Some(count), Some(row)) => *row += count,
                (None, _) if !flags.contains(&GradeFlag::CountMissing) => {
                    flags.push(GradeFlag::CountMissing);
                    reasons.push(scale.count_missing);
                }
                (_, _) => {}
            }
        }
        rows
    });
    let mut total = 0;
    let mut inputs = Vec::new();
    let mut rows_rated = Vec::new();
    for (row, count) in QuantitativeRow::VARIANTS.iter().zip(rows) {
        let points = scale.points.iter().find(|(known, _)| known == row).map_or(0, |(_, points)| *points);
        let area = *row == QuantitativeRow::HypertrophicAreaCm2;
        total += if area { area_points(scale, count) } else { points * times(&scale.bands, count) };
        let value = if area { Value::Number(count) } else { Value::thousandths(count) };
        if let Value::Number(value) = value
            && count > 0
        {
            inputs.push(((*row).into(), value));
        }
        rows_rated.push((*row).into());
    }
    let complete = !flags.contains(&GradeFlag::CountMissing);
    Grade {
        scale: Scale::GoodmanBaronQuantitative,
        inputs,
        total: complete.then_some(total),
        flags,
        rows_rated,
        reasons,
        declared: false,
    }
}

fn area_points(scale: &Quantitative, area: i64) -> i32 {
    let reaches = |(limit, above, _): &&(i64, bool, i32)| if *above { area > *limit } else { area >= *limit };
    scale.area_bands.iter().rev().find(reaches).map_or(0, |(_, _, points)| *points)
}

fn ecca(scale: &Ecca, findings: &Findings, labelled: &[Facts]) -> Grade {
    let mut flags = Vec::new();
    let mut reasons = vec![scale.rule];
    let rows = findings.scales.ecca.unwrap_or_else(|| {
        let mut rows = [None; EccaRow::COUNT];
        for (scar, facts) in findings.scars.iter().zip(labelled) {
            let Some(map) = row_of(&scale.map, facts) else { continue };
            match (scar.count, rows.get_mut(map.row as usize)) {
                (Some(count), Some(row)) => *row = Some(row.unwrap_or(0) + count),
                (None, _) if !flags.contains(&GradeFlag::CountMissing) => {
                    flags.push(GradeFlag::CountMissing);
                    reasons.push(scale.count_missing);
                }
                (_, _) => {}
            }
            let outside = map.outside.as_ref().is_some_and(|when| when.holds(facts, 0) == Truth::Yes);
            if outside && !flags.contains(&GradeFlag::WidthOutsideRow) {
                flags.push(GradeFlag::WidthOutsideRow);
                reasons.push(scale.outside_row);
            }
        }
        rows
    });
    let mut total = 0;
    let mut inputs = Vec::new();
    let mut rows_rated = Vec::new();
    for (row, count) in EccaRow::VARIANTS.iter().zip(rows) {
        let Some(count) = count else { continue };
        let points = scale.points.iter().find(|(known, _)| known == row).map_or(0, |(_, points)| *points);
        total += points * times(&scale.bands, i64::from(count));
        if let Value::Number(value) = Value::thousandths(i64::from(count)) {
            inputs.push(((*row).into(), value));
        }
        rows_rated.push((*row).into());
    }
    let complete = !flags.contains(&GradeFlag::CountMissing);
    Grade { scale: Scale::Ecca, inputs, total: complete.then_some(total), flags, rows_rated, reasons, declared: false }
}

fn row_of<'s, R>(map: &'s [ScaleMap<R>], facts: &Facts) -> Option<&'s ScaleMap<R>> {
    map.iter().find(|it| it.when.holds(facts, 0) == Truth::Yes)
}
