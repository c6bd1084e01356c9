//! Checks the scales.

use std::ops::RangeInclusive;

use strum::VariantArray;

use super::{Parsed, Scope};
use crate::{
    domain::{EccaRow, GradeFlag, QuantitativeRow},
    knowledge::{Band, Ecca, Grading, Line, Qualitative, Quantitative, ScaleMap, ScarsMatch, SourceFile, raw},
};

/// Points of a row or a band, and how often a row counts: small enough for their products and sums.
pub(super) const POINTS: RangeInclusive<i32> = 0..=10_000;

impl Scope<'_> {
    /// The scales.
    pub(super) fn grading(&mut self, parsed: &Parsed<'_>) -> Option<Grading> {
        let file = parsed.grading.source;
        let raw = &parsed.grading.raw;
        let qualitative = self.qualitative(file, &raw.goodman_baron_qualitative);
        let quantitative = self.quantitative(file, &raw.goodman_baron_quantitative);
        let ecca = self.ecca(file, &raw.ecca);
        let (rated, stated) = (self.rated(parsed), self.stated(parsed));
        Some(Grading { qualitative: qualitative?, quantitative: quantitative?, ecca: ecca?, rated, stated })
    }

    fn qualitative(&mut self, file: &SourceFile, raw: &raw::Qualitative) -> Option<Qualitative> {
        self.cited(file, &raw.citation);
        let mut rows = Vec::new();
        for it in &raw.grade {
            let line = Line { rule: self.rule(&it.rule), when: self.checker.condition(file, Some(&it.when)) };
            let scars = self.scars(file, it.every_scar.as_ref(), it.any_scar.as_ref());
            if !(0..=raw.maximum).contains(&it.grade) {
                self.checker.at(file, &it.rule, format!("a grade is 0 to {}", raw.maximum));
            }
            rows.push((line, scars, it.grade));
        }
        let mut flags = Vec::new();
        for it in &raw.flag {
            let line = Line { rule: self.rule(&it.rule), when: self.checker.condition(file, Some(&it.when)) };
            let scars = self.scars(file, None, it.any_scar.as_ref());
            flags.extend(self.checker.word(file, &it.flag, GradeFlag::VARIANTS).map(|flag| (line, scars, flag)));
        }
        Some(Qualitative {
            version: raw.version.clone(),
            citation: raw.citation.get_ref().clone(),
            maximum: raw.maximum,
            declared: self.rule(&raw.declared.rule),
            rows,
            flags,
            item_missing: self.rule(&raw.item_missing.rule),
            bands: self.grade_bands(file, &raw.band, 0, raw.maximum),
            notes: self.notes(&raw.note),
        })
    }

    fn scars(&mut self, file: &SourceFile, every: Option<&raw::Text>, any: Option<&raw::Text>) -> ScarsMatch {
        ScarsMatch {
            every: every.map(|text| self.checker.condition(file, Some(text))),
            any: any.map(|text| self.checker.condition(file, Some(text))),
        }
    }

    fn quantitative(&mut self, file: &SourceFile, raw: &raw::Quantitative) -> Option<Quantitative> {
        self.cited(file, &raw.citation);
        let before = self.checker.count();
        let area_bands = self.point_bands(file, &raw.rule, &raw.area_band);
        let area = QuantitativeRow::HypertrophicAreaCm2;
        let rows: Vec<QuantitativeRow> = QuantitativeRow::VARIANTS.iter().copied().filter(|row| *row != area).collect();
        let bands = self.bands(file, &raw.rule, &raw.band);
        let points = self.points(file, &raw.rule, &raw.row, &rows);
        let largest_area = area_bands.iter().map(|(_, _, points)| *points).max().unwrap_or(0);
        let largest = most(&points, &bands) + i64::from(largest_area);
        // What is wrong already makes the sum wrong.
        if self.checker.count() == before {
            self.adds_up(file, &raw.rule, largest, raw.maximum, "maximum");
        }
        Some(Quantitative {
            version: raw.version.clone(),
            citation: raw.citation.get_ref().clone(),
            maximum: raw.maximum,
            rule: self.rule(&raw.rule),
            bands,
            area_bands,
            points,
            map: self.map(file, &raw.map, QuantitativeRow::VARIANTS),
            count_missing: self.rule(&raw.count_missing.rule),
            item_missing: self.rule(&raw.item_missing.rule),
            notes: self.notes(&raw.note),
        })
    }

    fn ecca(&mut self, file: &SourceFile, raw: &raw::Ecca) -> Option<Ecca> {
        self.cited(file, &raw.citation);
        let before = self.checker.count();
        let bands = self.bands(file, &raw.rule, &raw.band);
        let points = self.points(file, &raw.rule, &raw.row, EccaRow::VARIANTS);
        if self.checker.count() == before {
            self.adds_up(file, &raw.rule, most(&points, &bands), raw.maximum, "maximum");
        }
        Some(Ecca {
            version: raw.version.clone(),
            citation: raw.citation.get_ref().clone(),
            maximum: raw.maximum,
            rule: self.rule(&raw.rule),
            bands,
            points,
            map: self.map(file, &raw.map, EccaRow::VARIANTS),
            count_missing: self.rule(&raw.count_missing.rule),
            outside_row: self.rule(&raw.outside_row.rule),
            row_unknown: self.line(file, &raw.row_unknown),
            item_missing: self.rule(&raw.item_missing.rule),
            notes: self.notes(&raw.note),
        })
    }

    pub(super) fn cited(&mut self, file: &SourceFile, key: &raw::Text) {
        if !self.rules.cites(key.get_ref()) {
            let message =
                format!("no rule leans on `{}`; name a citation that a rule of this scale cites", key.get_ref());
            self.checker.at(file, key, message);
        }
    }

    fn bands(&mut self, file: &SourceFile, near: &raw::Text, raw: &[raw::Band]) -> Vec<Band> {
        if raw.is_empty() || !raw.is_sorted_by(|a, b| a.from < b.from) {
            self.checker.at(file, near, "write the bands in ascending order, each with another `from`");
        }
        if raw.first().is_some_and(|it| it.from != 1) {
            self.checker.at(file, near, "the first band begins at 1, so that no scar is left out");
        }
        let times = |it: &raw::Band| self.checker.within(file, near, "times", it.times, POINTS);
        raw.iter().map(times).zip(raw).map(|(times, it)| Band { from: it.from, times }).collect()
    }

    fn points<R: Copy + PartialEq + Into<&'static str>>(
        &mut self,
        file: &SourceFile,
        near: &raw::Text,
        raw: &[raw::QuantitativeRow],
        all: &[R],
    ) -> Vec<(R, i32)> {
        let mut points: Vec<(R, i32)> = Vec::new();
        for it in raw {
            let Some(row) = self.checker.word(file, &it.name, all) else { continue };
            if points.iter().any(|(known, _)| *known == row) {
                self.checker.at(file, &it.name, "this row is listed twice");
            }
            points.push((row, self.checker.within(file, &it.name, "points", it.points, POINTS)));
        }
        for row in all {
            if !points.iter().any(|(known, _)| known == row) {
                let name: &str = (*row).into();
                self.checker.at(file, near, format!("there is no row `{name}`"));
            }
        }
        points
    }

    fn map<R: Copy + VariantArray + Into<&'static str>>(
        &mut self,
        file: &SourceFile,
        raw: &[raw::ScaleMap],
        all: &[R],
    ) -> Vec<ScaleMap<R>> {
        let mut map = Vec::new();
        for it in raw {
            let when = self.checker.condition(file, Some(&it.when));
            let outside = it.outside.as_ref().map(|text| self.checker.condition(file, Some(text)));
            map.extend(self.checker.word(file, &it.row, all).map(|row| ScaleMap { when, row, outside }));
        }
        map
    }
}

/// What the rows add up to when each holds as many as there can be.
fn most<R>(points: &[(R, i32)], bands: &[Band]) -> i64 {
    let times = bands.iter().map(|it| it.times).max().unwrap_or(0);
    points.iter().map(|(_, points)| i64::from(*points) * i64::from(times)).sum()
}
