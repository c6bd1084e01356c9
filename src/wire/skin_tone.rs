//! Reads a measured skin tone, and what it says of the phototype.

use super::{
    answer::number as in_units,
    reader::{Reader, thousandths},
    v1::{self, skin_tone::Measured},
    violation::Path,
};
use crate::domain::{Fact, Facts, SkinTone, ToneReading, ToneScale, Value, whole_units};

impl Reader<'_> {
    /// Reads a skin tone. Where no phototype is written down among `facts`, the estimate is.
    pub(super) fn skin_tone(
        &mut self,
        path: Path<'_>,
        tone: Option<&v1::SkinTone>,
        facts: &mut Facts,
    ) -> Option<ToneReading> {
        let v1::SkinTone { measured } = tone?;
        let Some(measured) = measured else {
            self.wrong(path, "is empty; send ita_degrees, monk or melanin_index, or leave it out");
            return None;
        };
        let tones = &self.vocabulary.skin_tones;
        let scale = match measured {
            Measured::ItaDegrees(_) => ToneScale::ItaDegrees,
            Measured::Monk(_) => ToneScale::Monk,
            Measured::MelaninIndex(_) => ToneScale::MelaninIndex,
        };
        let (path, table) = (path.field(scale.into()), tones.table(scale)?);
        let value = match measured {
            Measured::Monk(swatch) => {
                let (least, most) = (whole_units(table.least), whole_units(table.most));
                thousandths(f64::from(self.whole(path, Some(*swatch), least, most)?))?
            }
            Measured::ItaDegrees(number) | Measured::MelaninIndex(number) => {
                self.number(path, Some(*number), in_units(table.least), in_units(table.most))?
            }
        };
        let stated = facts.number(Fact::Fitzpatrick).map(whole_units);
        let reading = tones.read(SkinTone { scale, value }, stated)?;
        if reading.estimated {
            facts.set(Fact::Fitzpatrick, Some(Value::thousandths(i64::from(reading.phototype))));
        }
        Some(reading)
    }
}
