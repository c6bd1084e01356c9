//! Checks the scales that are rated item by item, and what every scale has: bands without holes, sums that are maxima.

use super::{Parsed, Scope, grading::POINTS};
use crate::{
    domain::{ItemRange, RuleId, Scale},
    knowledge::{GradeBand, Grading, Level, RatedItem, RatedScale, SourceFile, StatedScale, raw},
};

/// Thousandths in a unit.
const THOUSAND: i64 = 1000;

impl Scope<'_> {
    /// The scales that are rated item by item, in the order of the scales.
    pub(super) fn rated(&mut self, parsed: &Parsed<'_>) -> Vec<RatedScale> {
        let file = parsed.grading.source;
        let raw = &parsed.grading.raw;
        [
            (Scale::ScarS, &raw.scar_s),
            (Scale::Vss13, &raw.vss_13),
            (Scale::Posas2Patient, &raw.posas_2_patient),
            (Scale::Posas2Observer, &raw.posas_2_observer),
            (Scale::Dlqi, &raw.dlqi),
        ]
        .map(|(scale, raw)| self.rated_scale(file, scale, raw))
        .into()
    }

    /// The scales whose total the caller states, in the order of the scales.
    pub(super) fn stated(&mut self, parsed: &Parsed<'_>) -> Vec<StatedScale> {
        let file = parsed.grading.source;
        let raw = &parsed.grading.raw;
        [(Scale::Scars, &raw.scars), (Scale::Fasqol, &raw.fasqol)]
            .map(|(scale, raw)| {
                self.cited(file, &raw.citation);
                StatedScale {
                    scale,
                    citation: raw.citation.get_ref().clone(),
                    rule: self.rule(&raw.rule),
                    notes: self.notes(&raw.note),
                }
            })
            .into()
    }

    fn rated_scale(&mut self, file: &SourceFile, scale: Scale, raw: &raw::RatedScale) -> RatedScale {
        self.cited(file, &raw.citation);
        let names = scale.items();
        let whole = raw.item.iter().map(|it| it.name.get_ref().as_str()).eq(names.iter().copied());
        if !whole {
            self.checker.at(file, &raw.rule, format!("write the items {}, in this order", names.join(", ")));
        }
        let items: Vec<RatedItem> =
            raw.item.iter().zip(names).map(|(it, name)| self.rated_item(file, it, name)).collect();
        let sum = |points: fn(&RatedItem) -> i64| items.iter().map(points).sum::<i64>();
        let least = sum(|it| if it.bands.is_empty() { it.least / THOUSAND } else { 0 });
        let most = sum(|it| it.bands.last().map_or(it.most / THOUSAND, |(_, _, points)| i64::from(*points)));
        // Without an item the sums are wrong because of that.
        if whole {
            self.adds_up(file, &raw.rule, least, raw.minimum, "minimum");
            self.adds_up(file, &raw.rule, most, raw.maximum, "maximum");
        }
        let blank = match &raw.blank {
            Some(said) if raw.may_miss > 0 => Some((raw.may_miss, self.rule(&said.rule))),
            None if raw.may_miss == 0 => None,
            Some(_) | None => {
                self.checker.at(file, &raw.rule, "`may_miss` and [blank] go together");
                None
            }
        };
        let fits = |value: i32| {
            let value = i64::from(value).saturating_mul(THOUSAND);
            items.iter().all(|it| (it.least..=it.most).contains(&value))
        };
        let mut levels: Vec<Level> = Vec::new();
        for it in &raw.level {
            if !fits(it.value) || levels.iter().any(|level| level.value == i64::from(it.value) * THOUSAND) {
                self.checker.at(file, &it.rule, "the value of a level is one that every item can have, each once");
            }
            let rule = self.rule(&it.rule);
            levels.push(Level { value: i64::from(it.value) * THOUSAND, name: it.name.clone(), rule });
        }
        if let Some(it) = raw.relevant.as_ref().filter(|it| !fits(it.from)) {
            self.checker.at(file, &it.rule, "`from` is a value that every item can have");
        }
        let relevant = raw.relevant.as_ref();
        RatedScale {
            scale,
            version: raw.version.clone(),
            citation: raw.citation.get_ref().clone(),
            minimum: raw.minimum,
            maximum: raw.maximum,
            rule: self.rule(&raw.rule),
            items,
            blank,
            missing: self.rule(&raw.missing.rule),
            relevant: relevant.map(|it| (i64::from(it.from) * THOUSAND, self.rule(&it.rule))),
            levels,
            bands: self.grade_bands(file, &raw.band, raw.minimum, raw.maximum),
            notes: self.notes(&raw.note),
        }
    }

    fn rated_item(&mut self, file: &SourceFile, raw: &raw::RatedItem, name: &'static str) -> RatedItem {
        let least = self.checker.thousandths(file, &raw.name, raw.least);
        let most = self.checker.thousandths(file, &raw.name, raw.most);
        if least >= most {
            self.checker.at(file, &raw.name, "`least` is below `most`");
        }
        RatedItem { name, least, most, bands: self.point_bands(file, &raw.name, &raw.band) }
    }

    /// Points by value: in ascending order of the limits and of the points.
    pub(super) fn point_bands(
        &mut self,
        file: &SourceFile,
        near: &raw::Text,
        raw: &[raw::AreaBand],
    ) -> Vec<(i64, bool, i32)> {
        let mut bands: Vec<(i64, bool, i32)> = Vec::new();
        for it in raw {
            let (limit, above) = match (it.above, it.from) {
                (Some(above), None) => (above, true),
                (None, Some(from)) => (from, false),
                (Some(_), Some(_)) | (None, None) => {
                    self.checker.at(file, near, "an area band has either `above` or `from`");
                    continue;
                }
            };
            let points = self.checker.within(file, near, "points", it.points, POINTS);
            bands.push((self.checker.thousandths(file, near, limit), above, points));
        }
        let ascends = |a: &(i64, bool, i32), b: &(i64, bool, i32)| (a.0, a.1) < (b.0, b.1) && a.2 < b.2;
        if !bands.is_sorted_by(ascends) {
            self.checker.at(file, near, "write the area bands in ascending order");
        }
        bands
    }

    /// What the totals mean: every total from `minimum` to `maximum` lies in one band, unless there are none.
    pub(super) fn grade_bands(
        &mut self,
        file: &SourceFile,
        raw: &[raw::GradeBand],
        minimum: i32,
        maximum: i32,
    ) -> Vec<GradeBand> {
        let mut next = minimum;
        for it in raw {
            if it.from != next {
                self.checker.at(file, &it.rule, format!("the band begins at {next}, so that no total is left out"));
            }
            if it.to < it.from {
                self.checker.at(file, &it.rule, "`from` is not above `to`");
            }
            next = it.to.saturating_add(1);
        }
        if let Some(last) = raw.last().filter(|it| it.to != maximum) {
            self.checker.at(file, &last.rule, format!("the last band ends at {maximum}"));
        }
        raw.iter()
            .map(|it| GradeBand { from: it.from, to: it.to, name: it.name.clone(), rule: self.rule(&it.rule) })
            .collect()
    }

    /// The parts of a scale must add up to what it says.
    pub(super) fn adds_up(&mut self, file: &SourceFile, near: &raw::Text, sum: i64, said: i32, which: &str) {
        if sum != i64::from(said) {
            self.checker.at(file, near, format!("the parts add up to {sum}, and the {which} is {said}"));
        }
    }

    pub(super) fn notes(&mut self, raw: &[raw::Said]) -> Vec<RuleId> {
        raw.iter().map(|it| self.rule(&it.rule)).collect()
    }
}

/// What each item of each scale can be: for whoever reads requests.
pub(super) fn ranges(grading: &Grading) -> Vec<(Scale, Vec<ItemRange>)> {
    let range = |it: &RatedItem| ItemRange { least: it.least, most: it.most };
    grading.rated.iter().map(|scale| (scale.scale, scale.items.iter().map(range).collect())).collect()
}
