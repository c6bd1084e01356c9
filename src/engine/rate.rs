//! Grades on the scales that are rated item by item, and on those whose total the caller states.

use crate::{
    domain::{Findings, Grade, GradeFlag, GradeInput, Rating, StatedTotal, whole_units},
    knowledge::{GradeBand, Grading, RatedItem, RatedScale, StatedScale},
};

/// One entry a scale that was rated, in the order of the scales.
pub(super) fn rated<'f>(grading: &'f Grading, findings: &'f Findings) -> impl Iterator<Item = Grade> + 'f {
    let scales = &findings.scales;
    let rated = scales.rated.iter().filter_map(|rating| {
        let scale = grading.rated.iter().find(|it| it.scale == rating.scale)?;
        Some(by_items(scale, rating))
    });
    let stated = scales.stated.iter().filter_map(|total| {
        let scale = grading.stated.iter().find(|it| it.scale == total.scale)?;
        Some(as_stated(scale, total))
    });
    rated.chain(stated)
}

fn by_items(scale: &RatedScale, rating: &Rating) -> Grade {
    let mut grade = Grade::new(scale.scale);
    grade.scar = rating.scar;
    grade.reasons.push(scale.rule);
    let mut total: i32 = 0;
    let mut blanks = 0;
    for (item, value) in scale.items.iter().zip(&rating.items) {
        let Some(value) = *value else {
            blanks += 1;
            continue;
        };
        let points = points(item, value);
        total = total.saturating_add(points);
        let level = scale.levels.iter().position(|it| it.value == value);
        if let Some(rule) = level.and_then(|at| scale.levels.get(at)).map(|it| it.rule)
            && !grade.reasons.contains(&rule)
        {
            grade.reasons.push(rule);
        }
        if scale.relevant.is_some_and(|(from, _)| value >= from) {
            grade.relevant.push(item.name);
        }
        grade.inputs.push(GradeInput { name: item.name, value, points: Some(points), level });
        grade.rows_rated.push(item.name);
    }
    if !grade.relevant.is_empty() {
        grade.reasons.extend(scale.relevant.map(|(_, rule)| rule));
    }
    // A blank is no 0. Where the scale lets one pass as such, the answer says so.
    match scale.blank {
        _ if blanks == 0 => set_total(&mut grade, total, &scale.bands),
        Some((most, why)) if blanks <= most => {
            grade.flag(GradeFlag::BlankCountsZero, why);
            set_total(&mut grade, total, &scale.bands);
        }
        Some(_) | None => grade.flag(GradeFlag::ItemMissing, scale.missing),
    }
    if grade.total.is_some() {
        grade.reasons.extend(scale.notes.iter().copied());
    }
    grade
}

/// What a value adds to the total.
fn points(item: &RatedItem, value: i64) -> i32 {
    if item.bands.is_empty() { whole_units(value) } else { banded(&item.bands, value) }
}

/// The points of the last band that `value` reaches; limits marked as such must be passed.
pub(super) fn banded(bands: &[(i64, bool, i32)], value: i64) -> i32 {
    let reaches = |(limit, above, _): &&(i64, bool, i32)| if *above { value > *limit } else { value >= *limit };
    bands.iter().rev().find(reaches).map_or(0, |(_, _, points)| *points)
}

fn as_stated(scale: &StatedScale, stated: &StatedTotal) -> Grade {
    let mut grade = Grade::new(scale.scale);
    grade.total = Some(stated.total);
    grade.stated = Some((stated.version.clone(), stated.maximum));
    grade.reasons.push(scale.rule);
    grade.reasons.extend(scale.notes.iter().copied());
    grade
}

/// Sets the total, and the band that it lies in.
pub(super) fn set_total(grade: &mut Grade, total: i32, bands: &[GradeBand]) {
    grade.total = Some(total);
    grade.band = bands.iter().position(|it| (it.from..=it.to).contains(&total));
    grade.reasons.extend(grade.band.and_then(|at| bands.get(at)).map(|it| it.rule));
}
