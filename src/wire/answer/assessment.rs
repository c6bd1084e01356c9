//! Writes grades, codes and skin tones.

use super::{Writer, number};
use crate::{
    domain::{CodeId, Grade, GradeInput, ToneReading, ToneScale, whole_units},
    wire::v1,
};

impl Writer<'_> {
    pub(super) fn grade(&mut self, grade: &Grade) -> v1::Grade {
        let Grade { scale, inputs, total, band, relevant, flags, rows_rated, reasons, declared, scar, stated } = grade;
        let text = self.catalogue.scale(*scale);
        let input = |it: &GradeInput| {
            let GradeInput { name, value, points, level } = *it;
            v1::GradeInput {
                name: name.to_owned(),
                value: number(value),
                points,
                level: level.and_then(|at| text.levels.get(at)).cloned().unwrap_or_default(),
            }
        };
        let flag = |it: &crate::domain::GradeFlag| {
            let name: &str = it.into();
            name.to_owned()
        };
        let (version, maximum) = stated.clone().unwrap_or_else(|| (text.version.clone(), text.maximum));
        v1::Grade {
            scale: super::nth(*scale as usize),
            version,
            inputs: inputs.iter().map(input).collect(),
            total: *total,
            maximum,
            citation: text.citation.clone(),
            flags: flags.iter().map(flag).collect(),
            rows_rated: names(rows_rated),
            reasons: self.reasons(reasons),
            declared: *declared,
            band: band.and_then(|at| text.bands.get(at)).cloned(),
            clinically_relevant: names(relevant),
            scar_id: self.scar_ids(scar.as_slice()).pop().unwrap_or_default(),
            minimum: text.minimum,
        }
    }

    pub(super) fn coding(&mut self, code: CodeId) -> Option<v1::Coding> {
        let (coding, rule) = self.catalogue.codes.get(code.index())?;
        self.hear(*rule);
        Some(coding.clone())
    }

    pub(super) fn skin_tone(&mut self, reading: &ToneReading) -> v1::SkinToneEstimate {
        let ToneReading { tone, class, phototype, estimated, reasons, warnings } = reading;
        let measured = match tone.scale {
            ToneScale::ItaDegrees => v1::skin_tone::Measured::ItaDegrees(number(tone.value)),
            ToneScale::Monk => v1::skin_tone::Measured::Monk(whole_units(tone.value)),
            ToneScale::MelaninIndex => v1::skin_tone::Measured::MelaninIndex(number(tone.value)),
        };
        let mut said = self.reasons(reasons);
        said.extend(self.reasons(warnings));
        v1::SkinToneEstimate {
            measured: Some(v1::SkinTone { measured: Some(measured) }),
            tone_class: class.clone(),
            phototype: *phototype,
            estimated: *estimated,
            reasons: said,
        }
    }
}

fn names(names: &[&'static str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}
