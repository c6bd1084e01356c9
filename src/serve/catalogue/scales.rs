//! Renders what an answer says of scales and codes.

use super::reason;
use crate::{
    domain::{RuleId, Scale},
    knowledge::{CodeFit, GradeBand, Knowledge},
    wire::{Rendered, ScaleText, v1},
};

/// What an answer says of a scale.
pub(super) fn scale_text(knowledge: &Knowledge, scale: Scale) -> ScaleText {
    let grading = knowledge.grading();
    match scale {
        Scale::GoodmanBaronQualitative => {
            let it = &grading.qualitative;
            ScaleText { bands: bands(knowledge, &it.bands), ..text(&it.version, &it.citation, it.maximum) }
        }
        Scale::GoodmanBaronQuantitative => {
            let it = &grading.quantitative;
            text(&it.version, &it.citation, it.maximum)
        }
        Scale::Ecca => {
            let it = &grading.ecca;
            text(&it.version, &it.citation, it.maximum)
        }
        Scale::ScarS | Scale::Vss13 | Scale::Posas2Patient | Scale::Posas2Observer | Scale::Dlqi => {
            let Some(it) = grading.rated.iter().find(|it| it.scale == scale) else { return ScaleText::default() };
            ScaleText {
                minimum: it.minimum,
                levels: it.levels.iter().map(|it| it.name.clone()).collect(),
                bands: bands(knowledge, &it.bands),
                ..text(&it.version, &it.citation, it.maximum)
            }
        }
        // The caller states the version and the largest total.
        Scale::Scars | Scale::Fasqol => {
            let found = grading.stated.iter().find(|it| it.scale == scale);
            found.map(|it| text("", &it.citation, 0)).unwrap_or_default()
        }
    }
}

fn text(version: &str, citation: &str, maximum: i32) -> ScaleText {
    ScaleText { version: version.to_owned(), citation: citation.to_owned(), maximum, ..ScaleText::default() }
}

fn bands(knowledge: &Knowledge, bands: &[GradeBand]) -> Vec<Rendered> {
    let written = bands.iter().map(|it| {
        let meaning = knowledge.rules().get(it.rule.index()).map(|rule| rule.says.clone());
        let meaning = meaning.unwrap_or_default();
        Rendered::new(&v1::GradeBand { name: it.name.clone(), meaning, from: it.from, to: it.to })
    });
    written.collect()
}

/// What an answer says of each code, with the rule that says so.
pub(super) fn codings(knowledge: &Knowledge) -> Vec<(Rendered, RuleId)> {
    let written = knowledge.codes().iter().map(|it| {
        let coding = v1::Coding {
            system: it.system.clone(),
            code: it.code.clone(),
            display: it.display.clone(),
            fit: fit(it.fit).to_owned(),
            reasons: vec![reason(knowledge, it.rule)],
        };
        (Rendered::new(&coding), it.rule)
    });
    written.collect()
}

fn fit(fit: CodeFit) -> &'static str {
    fit.into()
}
