//! What stands behind the rules of the scales that are rated item by item, and of the codes.

use super::All;
use crate::{
    domain::number_in_words,
    knowledge::{Code, RatedScale, StatedScale},
    review::words::{between, condition_in_words, plain},
};

impl All<'_> {
    pub(super) fn rated(&mut self, scale: &RatedScale) {
        self.add(scale.rule, "total", between(&scale.minimum.to_string(), &scale.maximum.to_string(), ""));
        for item in &scale.items {
            let range = between(&number_in_words(item.least), &number_in_words(item.most), "");
            self.add(scale.rule, "item", format!("{}: {range}", plain(item.name)));
            for (limit, above, points) in &item.bands {
                let word = if *above { "above" } else { "from" };
                let name = plain(item.name);
                self.add(scale.rule, "points", format!("{name} {word} {}: {points}", number_in_words(*limit)));
            }
        }
        if let Some((many, rule)) = scale.blank {
            self.add(rule, "may be left blank", many.to_string());
        }
        if let Some((from, rule)) = scale.relevant {
            self.add(rule, "relevant from", number_in_words(from));
        }
        for level in &scale.levels {
            self.add(level.rule, "level", format!("{}: {}", number_in_words(level.value), level.name));
        }
        for band in &scale.bands {
            let range = between(&band.from.to_string(), &band.to.to_string(), "");
            self.add(band.rule, "band", format!("{range}: {}", band.name));
        }
    }

    pub(super) fn stated(&mut self, scale: &StatedScale) {
        self.add(scale.rule, "scale", plain(scale.scale.into()));
    }

    pub(super) fn code(&mut self, code: &Code) {
        let fit: &str = code.fit.into();
        let when = condition_in_words(&code.when);
        self.add(code.rule, "code", format!("{} {} ({}, {fit}), when {when}", code.system, code.code, code.display));
    }
}
