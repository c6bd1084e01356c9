//! Writes grades, codes and skin tones.

use super::{Writer, number};
use crate::{
    domain::{CodeId, Grade, GradeInput, ToneReading, ToneScale, whole_units},
    wire::{
        Rendered,
        borrowed::{self, skin_tone::Measured},
    },
};

impl<'a> Writer<'a> {
    pub(super) fn grade(&mut self, grade: &'a Grade) -> borrowed::Grade<'a> {
        let Grade { scale, inputs, total, band, relevant, flags, rows_rated, reasons, declared, scar, stated } = grade;
        let text = self.catalogue.scale(*scale);
        let input = |it: &'a GradeInput| {
            let GradeInput { name, value, points, level } = *it;
            let level = level.and_then(|at| text.levels.get(at)).map(String::as_str).unwrap_or_default();
            borrowed::GradeInput { name, value: number(value), points, level }
        };
        let (version, maximum) = stated.as_ref().map_or((&text.version, text.maximum), |(of, most)| (of, *most));
        borrowed::Grade {
            scale: super::nth(*scale as usize),
            version,
            inputs: self.list(inputs.iter().map(input)),
            total: *total,
            maximum,
            citation: &text.citation,
            flags: self.list(flags.iter().map(<&str>::from)),
            rows_rated,
            reasons: self.reasons(reasons),
            declared: *declared,
            band: band.and_then(|at| text.bands.get(at)),
            clinically_relevant: relevant,
            scar_id: scar.and_then(|it| self.scar_id(it)).unwrap_or_default(),
            minimum: text.minimum,
        }
    }

    pub(super) fn coding(&mut self, code: CodeId) -> &'a Rendered {
        let Some((coding, rule)) = self.catalogue.codes.get(code.index()) else { return Rendered::empty() };
        self.hear(*rule);
        coding
    }

    pub(super) fn skin_tone(&mut self, reading: &'a ToneReading) -> borrowed::SkinToneEstimate<'a> {
        let ToneReading { tone, class, phototype, estimated, reasons, warnings } = reading;
        let measured = match tone.scale {
            ToneScale::ItaDegrees => Measured::ItaDegrees(number(tone.value)),
            ToneScale::Monk => Measured::Monk(whole_units(tone.value)),
            ToneScale::MelaninIndex => Measured::MelaninIndex(number(tone.value)),
        };
        let said = [self.reasons(reasons), self.reasons(warnings)];
        borrowed::SkinToneEstimate {
            measured: Some(borrowed::SkinTone { measured: Some(measured) }),
            tone_class: class,
            phototype: *phototype,
            estimated: *estimated,
            reasons: self.list(said.into_iter().flatten().copied()),
        }
    }
}
