//! Checks what a measured skin tone says of the phototype.

use super::{Parsed, Scope};
use crate::{
    domain::{SkinTones, ToneClass, ToneScale, ToneTable},
    knowledge::{SourceFile, raw},
};

/// The phototypes.
const PHOTOTYPES: std::ops::RangeInclusive<i32> = 1..=6;

impl Scope<'_> {
    /// The tables of skin tones.
    pub(super) fn skin_tones(&mut self, parsed: &Parsed<'_>) -> SkinTones {
        let file = parsed.skin_tone.source;
        let raw = &parsed.skin_tone.raw;
        let tables = [
            (ToneScale::ItaDegrees, &raw.ita_degrees),
            (ToneScale::Monk, &raw.monk),
            (ToneScale::MelaninIndex, &raw.melanin_index),
        ];
        // Six phototypes: none is further from another than this.
        let neighbours = self.checker.within(file, &raw.differs.rule, "neighbours", raw.differs.neighbours, 0..=5);
        SkinTones {
            tables: tables.map(|(scale, raw)| self.tone_table(file, scale, raw)).into(),
            estimated: self.rule(&raw.estimated.rule),
            border: self.rule(&raw.border.rule),
            differs: self.rule(&raw.differs.rule),
            neighbours,
            agreement: self.rule(&raw.agreement.rule),
        }
    }

    fn tone_table(&mut self, file: &SourceFile, scale: ToneScale, raw: &raw::ToneTable) -> ToneTable {
        let least = self.signed(file, &raw.rule, raw.least);
        let most = self.signed(file, &raw.rule, raw.most);
        if least >= most {
            self.checker.at(file, &raw.rule, "`least` is below `most`");
        }
        let mut classes: Vec<ToneClass> = Vec::new();
        for (at, it) in raw.class.iter().enumerate() {
            let begins = match (it.at_most, it.at_least) {
                (None, None) => None,
                (Some(border), None) if scale.falls() => Some(self.signed(file, &it.rule, border)),
                (None, Some(border)) if !scale.falls() => Some(self.signed(file, &it.rule, border)),
                (Some(_), _) | (None, Some(_)) => {
                    let word = if scale.falls() { "at_most" } else { "at_least" };
                    self.checker.at(file, &it.rule, format!("a class of this table begins with `{word}`"));
                    continue;
                }
            };
            if begins.is_some() != (at > 0) {
                self.checker.at(file, &it.rule, "every class has a value at which it begins, but the lightest");
            }
            if begins.is_some_and(|border| border < least || border > most) {
                self.checker.at(file, &it.rule, "the class begins between `least` and `most`");
            }
            let [lightest, darkest] = it.phototypes;
            if lightest > darkest || !PHOTOTYPES.contains(&lightest) || !PHOTOTYPES.contains(&darkest) {
                self.checker.at(file, &it.rule, "write the lightest and the darkest phototype, from 1 to 6");
            }
            let darkens = classes.last().is_none_or(|last| {
                let border = match (last.begins, begins) {
                    (Some(a), Some(b)) => {
                        if scale.falls() {
                            b < a
                        } else {
                            b > a
                        }
                    }
                    (Some(_) | None, _) => true,
                };
                border && last.lightest <= lightest && last.darkest <= darkest
            });
            if !darkens {
                self.checker.at(file, &it.rule, "write the classes from light to dark");
            }
            let rule = self.rule(&it.rule);
            classes.push(ToneClass { name: it.name.clone(), begins, lightest, darkest, rule });
        }
        if classes.is_empty() {
            self.checker.at(file, &raw.rule, "a table has at least one class");
        }
        let margin = self.checker.thousandths(file, &raw.rule, raw.margin);
        ToneTable { scale, least, most, margin, rule: self.rule(&raw.rule), classes }
    }

    /// A number that may be negative, in thousandths.
    fn signed(&mut self, file: &SourceFile, near: &raw::Text, number: f64) -> i64 {
        let size = self.checker.thousandths(file, near, number.abs());
        if number < 0.0 { -size } else { size }
    }
}
