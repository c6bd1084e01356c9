//! What can be measured beside the facts: scales rated item by item, totals that are stated, and skin tones.

use strum::EnumCount as _;

use super::Beside;
use crate::{
    domain::{
        EccaRow, QuantitativeRow, Rating, ScaleInputs, ScarIndex, SkinTone, StatedTotal, ToneTable, number_in_words,
    },
    knowledge::{Knowledge, RatedScale, StatedScale},
};

/// Every band, every level and every kind of blank of every scale, and every class of skin tones.
pub(super) fn measured(knowledge: &[&Knowledge]) -> Vec<Beside> {
    let mut all = vec![Beside::Rated(Box::new(nothing_counted()))];
    for known in knowledge {
        let grading = known.grading();
        all.extend(grading.rated.iter().flat_map(ratings).map(|it| Beside::Rated(Box::new(it))));
        all.extend(grading.stated.iter().map(|it| Beside::Rated(Box::new(stated(it)))));
        all.extend(known.vocabulary().skin_tones.tables.iter().flat_map(tones).map(Beside::Tone));
    }
    let mut once: Vec<Beside> = Vec::new();
    for it in all {
        if !once.contains(&it) {
            once.push(it);
        }
    }
    once
}

/// Rows that were looked at, and none was counted.
fn nothing_counted() -> ScaleInputs {
    ScaleInputs {
        quantitative: Some([None; QuantitativeRow::COUNT]),
        ecca: Some([None; EccaRow::COUNT]),
        ..ScaleInputs::default()
    }
}

fn stated(scale: &StatedScale) -> ScaleInputs {
    let total = StatedTotal { scale: scale.scale, version: "1".to_owned(), total: 1, maximum: 1 };
    ScaleInputs { stated: vec![total], ..ScaleInputs::default() }
}

/// The scale with both ends of each band, each level, and with blanks: of the scars as a whole, and of one group.
fn ratings(scale: &RatedScale) -> Vec<ScaleInputs> {
    let ends = scale.bands.iter().flat_map(|it| [it.from, it.to]).chain([scale.minimum, scale.maximum]);
    let mut items: Vec<Vec<Option<i64>>> = ends.map(|total| adding_up(scale, i64::from(total) * 1000)).collect();
    let full: Vec<Option<i64>> = scale.items.iter().map(|it| Some(it.most)).collect();
    for level in &scale.levels {
        let within = |least: i64, most: i64| (least..=most).contains(&level.value).then_some(level.value);
        items.push(scale.items.iter().map(|it| within(it.least, it.most).or(Some(it.least))).collect());
    }
    // One blank after the other, until all are.
    for blanks in 1..=full.len() {
        items.push(full.iter().enumerate().map(|(at, it)| it.filter(|_| at >= blanks)).collect());
    }
    let rated = |(items, scar): (&Vec<Option<i64>>, Option<ScarIndex>)| ScaleInputs {
        rated: vec![Rating { scale: scale.scale, items: items.clone(), scar }],
        ..ScaleInputs::default()
    };
    items.iter().flat_map(|it| [(it, None), (it, Some(ScarIndex(0)))]).map(rated).collect()
}

/// Values, in thousandths, that add up to `total` if they can.
fn adding_up(scale: &RatedScale, total: i64) -> Vec<Option<i64>> {
    let least: i64 = scale.items.iter().map(|it| it.least).sum();
    let mut left = total.saturating_sub(least).max(0);
    let values = scale.items.iter().map(|it| {
        let more = left.min(it.most.saturating_sub(it.least));
        left = left.saturating_sub(more);
        Some(it.least.saturating_add(more))
    });
    values.collect()
}

/// The border of each class, the margin before it, and both ends.
fn tones(table: &ToneTable) -> Vec<SkinTone> {
    let borders = table.classes.iter().filter_map(|it| it.begins);
    let margin = if table.scale.falls() { table.margin } else { table.margin.saturating_neg() };
    let values = borders.flat_map(|it| [it, it.saturating_add(margin)]).chain([table.least, table.most]);
    let values = values.filter(|it| (table.least..=table.most).contains(it));
    values.map(|value| SkinTone { scale: table.scale, value }).collect()
}

/// Which scales are rated or stated, in words.
pub(super) fn in_words(inputs: &ScaleInputs) -> String {
    let rated = inputs.rated.iter().map(|it| {
        let name: &str = it.scale.into();
        let known = it.items.iter().flatten().sum::<i64>();
        let blank = it.items.iter().filter(|it| it.is_none()).count();
        format!("{} of {} with {blank} blanks", name.replace('_', " "), number_in_words(known))
    });
    let stated = inputs.stated.iter().map(|it| format!("{} stated", <&str>::from(it.scale).replace('_', " ")));
    let all: Vec<String> = rated.chain(stated).collect();
    if all.is_empty() { "rows not counted".to_owned() } else { all.join(", ") }
}

/// How a skin tone was measured, in words.
pub(super) fn tone_in_words(tone: SkinTone) -> String {
    let name: &str = tone.scale.into();
    format!("{} {}", name.replace('_', " "), number_in_words(tone.value))
}

/// A stated phototype at either end of the scale: one of them does not fit a measured tone.
pub(super) fn ends() -> [Option<i8>; 3] {
    let [first, last] = [super::PHOTOTYPES.first(), super::PHOTOTYPES.last()].map(|it| it.map(|(it, _)| *it));
    [None, first, last]
}
