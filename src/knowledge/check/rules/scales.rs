//! Collects the rules of the scales, of skin tones and of codes.

use super::{Entries, number};
use crate::knowledge::{SourceFile, raw};

impl<'f> Entries<'_, 'f> {
    pub(super) fn grading(&mut self, file: &'f SourceFile, raw: &'f raw::Grading) {
        let qualitative = &raw.goodman_baron_qualitative;
        self.line(file, &qualitative.declared);
        for it in &qualitative.grade {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
        }
        for it in &qualitative.flag {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
        }
        self.said(file, [&qualitative.item_missing]);
        self.bands(file, &qualitative.band);
        self.said(file, &qualitative.note);
        let quantitative = &raw.goodman_baron_quantitative;
        self.add(file, &quantitative.rule, &quantitative.says, &quantitative.because, &[]);
        self.line(file, &quantitative.count_missing);
        self.said(file, [&quantitative.item_missing]);
        self.said(file, &quantitative.note);
        self.add(file, &raw.ecca.rule, &raw.ecca.says, &raw.ecca.because, &[]);
        self.line(file, &raw.ecca.count_missing);
        self.line(file, &raw.ecca.outside_row);
        self.line(file, &raw.ecca.row_unknown);
        self.said(file, [&raw.ecca.item_missing]);
        self.said(file, &raw.ecca.note);
        for it in [&raw.scar_s, &raw.vss_13, &raw.posas_2_patient, &raw.posas_2_observer, &raw.dlqi] {
            self.rated(file, it);
        }
        for it in [&raw.scars, &raw.fasqol] {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
            self.said(file, &it.note);
        }
    }

    fn rated(&mut self, file: &'f SourceFile, raw: &'f raw::RatedScale) {
        let fields = [("minimum", raw.minimum.to_string()), ("maximum", raw.maximum.to_string())];
        self.add(file, &raw.rule, &raw.says, &raw.because, &fields);
        let missing = &raw.missing;
        let fields = [("may_miss", raw.may_miss.to_string())];
        self.add(file, &missing.rule, &missing.says, &missing.because, &fields);
        self.said(file, &raw.blank);
        if let Some(it) = &raw.relevant {
            self.add(file, &it.rule, &it.says, &it.because, &[("from", it.from.to_string())]);
        }
        for it in &raw.level {
            self.add(file, &it.rule, &it.says, &it.because, &[("value", it.value.to_string())]);
        }
        self.bands(file, &raw.band);
        self.said(file, &raw.note);
    }

    fn bands(&mut self, file: &'f SourceFile, raw: &'f [raw::GradeBand]) {
        for it in raw {
            let fields = [("from", it.from.to_string()), ("to", it.to.to_string())];
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
    }

    fn said(&mut self, file: &'f SourceFile, raw: impl IntoIterator<Item = &'f raw::Said>) {
        for it in raw {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
        }
    }

    pub(super) fn skin_tone(&mut self, file: &'f SourceFile, raw: &'f raw::SkinTone) {
        self.said(file, [&raw.estimated, &raw.border, &raw.agreement]);
        let differs = &raw.differs;
        let fields = [("neighbours", differs.neighbours.to_string())];
        self.add(file, &differs.rule, &differs.says, &differs.because, &fields);
        for table in [&raw.ita_degrees, &raw.monk, &raw.melanin_index] {
            self.add(file, &table.rule, &table.says, &table.because, &[("margin", number(table.margin))]);
            for it in &table.class {
                let most = it.at_most.map(|it| ("at_most", number(it)));
                let least = it.at_least.map(|it| ("at_least", number(it)));
                let fields: Vec<_> = most.into_iter().chain(least).collect();
                self.add(file, &it.rule, &it.says, &it.because, &fields);
            }
        }
    }

    pub(super) fn codes(&mut self, file: &'f SourceFile, raw: &'f raw::Codes) {
        for it in &raw.code {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
        }
    }
}
