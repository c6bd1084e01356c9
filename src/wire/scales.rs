//! Reads ratings made on the scales.

use strum::{EnumCount, VariantArray as _};

use super::{
    answer::number,
    limits::{AREA_CM2, COUNT, STATED_TOTAL, VERSION_CHARS},
    reader::Reader,
    scars::is_elevated,
    v1,
    violation::Path,
};
use crate::domain::{
    EccaRow, ItemRange, QuantitativeRow, Rating, Scale, ScaleInputs, Scar, ScarIndex, StatedTotal, Value, whole_units,
};

/// The scars of the request, and those that were read from them, in the order of their ids.
#[derive(Clone, Copy)]
pub(super) struct Rated<'a> {
    pub(super) sent: &'a [v1::Scar],
    pub(super) read: &'a [Scar],
}

impl Reader<'_> {
    pub(super) fn scale_inputs(&mut self, inputs: &v1::ScaleInputs, scars: Rated<'_>) -> ScaleInputs {
        let v1::ScaleInputs {
            goodman_baron_quantitative,
            ecca,
            scar_s,
            vss,
            posas_patient,
            posas_observer,
            dlqi,
            scars_total,
            fasqol_total,
        } = inputs;
        let path = Path::root("scale_inputs");
        let quantitative = goodman_baron_quantitative
            .as_ref()
            .map(|rows| self.quantitative(path.field("goodman_baron_quantitative"), rows));
        let ecca = ecca.as_ref().map(|rows| self.ecca(path.field("ecca"), rows));
        let mut rated = Vec::new();
        if let Some(v1::ScarSGrades { face, chest, back }) = scar_s {
            rated.push(self.whole_items(path.field("scar_s"), Scale::ScarS, &[*face, *chest, *back]));
        }
        if let Some(ratings) = vss {
            rated.push(self.vss(path.field("vss"), ratings, scars));
        }
        if let Some(ratings) = posas_patient {
            rated.push(self.posas(path.field("posas_patient"), Scale::Posas2Patient, ratings, scars));
        }
        if let Some(ratings) = posas_observer {
            rated.push(self.posas(path.field("posas_observer"), Scale::Posas2Observer, ratings, scars));
        }
        if let Some(answers) = dlqi {
            rated.push(self.dlqi(path.field("dlqi"), answers));
        }
        let mut stated = Vec::new();
        for (scale, field, total) in
            [(Scale::Scars, "scars_total", scars_total), (Scale::Fasqol, "fasqol_total", fasqol_total)]
        {
            if let Some(total) = total {
                stated.extend(self.stated_total(path.field(field), scale, total));
            }
        }
        ScaleInputs { quantitative, ecca, rated, stated }
    }

    fn quantitative(&mut self, path: Path<'_>, rows: &v1::QuantitativeCounts) -> [Option<i64>; QuantitativeRow::COUNT] {
        let v1::QuantitativeCounts {
            macular,
            mild_atrophic_dish,
            moderate_atrophic_dish,
            punched_out_shallow_lt5mm,
            broad_shallow_atrophic,
            punched_out_deep_normal_base_lt5mm,
            punched_out_deep_abnormal_base_lt5mm,
            linear_or_troughed,
            broad_deep_atrophic,
            papular,
            hypertrophic_area_cm2,
        } = rows;
        let counts = [
            macular,
            mild_atrophic_dish,
            moderate_atrophic_dish,
            punched_out_shallow_lt5mm,
            broad_shallow_atrophic,
            punched_out_deep_normal_base_lt5mm,
            punched_out_deep_abnormal_base_lt5mm,
            linear_or_troughed,
            broad_deep_atrophic,
            papular,
        ];
        let mut all = [None; QuantitativeRow::COUNT];
        for ((row, slot), count) in QuantitativeRow::VARIANTS.iter().zip(&mut all).zip(counts) {
            let name: &str = row.into();
            *slot = self.whole(path.field(name), *count, 0, COUNT).map(i64::from);
        }
        let area = self.number(path.field("hypertrophic_area_cm2"), *hypertrophic_area_cm2, 0.0, AREA_CM2);
        if let Some(slot) = all.get_mut(QuantitativeRow::HypertrophicAreaCm2 as usize) {
            *slot = area;
        }
        all
    }

    fn ecca(&mut self, path: Path<'_>, rows: &v1::EccaCounts) -> [Option<i32>; EccaRow::COUNT] {
        let v1::EccaCounts {
            v_lt2mm,
            u_2_4mm,
            m_gt4mm,
            superficial_elastolysis,
            hypertrophic_inflammatory_lt2y,
            hypertrophic_keloid_gt2y,
        } = rows;
        let counts = [
            v_lt2mm,
            u_2_4mm,
            m_gt4mm,
            superficial_elastolysis,
            hypertrophic_inflammatory_lt2y,
            hypertrophic_keloid_gt2y,
        ];
        let mut all = [None; EccaRow::COUNT];
        for ((row, slot), count) in EccaRow::VARIANTS.iter().zip(&mut all).zip(counts) {
            let name: &str = row.into();
            *slot = self.whole(path.field(name), *count, 0, COUNT);
        }
        all
    }

    fn vss(&mut self, path: Path<'_>, ratings: &v1::VssRatings, scars: Rated<'_>) -> Rating {
        let v1::VssRatings { version, vascularity, pigmentation, pliability, height_mm, scar_id } = ratings;
        self.version(path, *version, "VSS_VERSION_13, as totals of modified versions do not compare");
        let mut rating = self.whole_items(path, Scale::Vss13, &[*vascularity, *pigmentation, *pliability]);
        let height = self.range(Scale::Vss13, rating.items.len());
        let (least, most) = (number(height.least), number(height.most));
        rating.items.push(self.number(path.field("height_mm"), *height_mm, least, most));
        let known = self.rated_scar(path, scar_id, scars, &mut rating);
        // Its height has no value below the skin.
        let mut about = scars.sent.iter().filter(|it| scar_id.is_empty() || it.id == *scar_id);
        if known && !about.any(is_elevated) {
            let message =
                "is made for raised scars, and none is meant here; leave it out, or record the scar as raised";
            self.wrong(path, message);
        }
        rating
    }

    fn posas(&mut self, path: Path<'_>, scale: Scale, ratings: &v1::PosasRatings, scars: Rated<'_>) -> Rating {
        let v1::PosasRatings { version, item_1, item_2, item_3, item_4, item_5, item_6, scar_id } = ratings;
        self.version(path, *version, "POSAS_VERSION_2_0, as the items of other versions differ");
        let items = [*item_1, *item_2, *item_3, *item_4, *item_5, *item_6];
        let mut rating = self.whole_items(path, scale, &items);
        self.rated_scar(path, scar_id, scars, &mut rating);
        rating
    }

    fn dlqi(&mut self, path: Path<'_>, answers: &v1::DlqiAnswers) -> Rating {
        let v1::DlqiAnswers { item_1, item_2, item_3, item_4, item_5, item_6, item_7, item_8, item_9, item_10 } =
            answers;
        let items = [item_1, item_2, item_3, item_4, item_5, item_6, item_7, item_8, item_9, item_10].map(|it| *it);
        self.whole_items(path, Scale::Dlqi, &items)
    }

    /// Refuses any version but the first: an unnamed one is a guess.
    fn version(&mut self, path: Path<'_>, version: i32, remedy: &str) {
        if version == 0 {
            self.wrong(path.field("version"), format_args!("is required; send {remedy}"));
        }
        self.place(path.field("version"), version, 1);
    }

    /// Items that are whole numbers, in the order of the scale; what is missing stays missing.
    fn whole_items(&mut self, path: Path<'_>, scale: Scale, values: &[Option<i32>]) -> Rating {
        let mut items = Vec::with_capacity(scale.items().len());
        for (at, (name, value)) in scale.items().iter().zip(values).enumerate() {
            let range = self.range(scale, at);
            let (least, most) = (whole_units(range.least), whole_units(range.most));
            let value = self.whole(path.field(name), *value, least, most);
            items.push(value.and_then(|it| match Value::thousandths(i64::from(it)) {
                Value::Number(number) => Some(number),
                Value::YesNo(_) | Value::Words(_) | Value::Since(_) => None,
            }));
        }
        Rating { scale, items, scar: None }
    }

    /// What an item can be. The loader refuses a scale without one of its items.
    fn range(&self, scale: Scale, item: usize) -> ItemRange {
        self.vocabulary.items(scale).get(item).copied().unwrap_or(ItemRange { least: 0, most: 0 })
    }

    /// The group that was rated, when one is named. Is the name known, or none?
    fn rated_scar(&mut self, path: Path<'_>, id: &str, scars: Rated<'_>, rating: &mut Rating) -> bool {
        if id.is_empty() {
            return true;
        }
        if !scars.sent.iter().any(|it| it.id == id) {
            self.wrong(path.field("scar_id"), "is the id of no group in scars; name one or leave it out");
            return false;
        }
        let place = scars.read.binary_search_by(|it| it.id.as_str().cmp(id)).ok();
        rating.scar = place.and_then(|it| u16::try_from(it).ok()).map(ScarIndex);
        true
    }

    fn stated_total(&mut self, path: Path<'_>, scale: Scale, stated: &v1::StatedTotal) -> Option<StatedTotal> {
        let v1::StatedTotal { version, total, maximum } = stated;
        let chars = version.chars().count();
        if chars == 0 || chars > VERSION_CHARS {
            let message = format!("is required and holds 1 to {VERSION_CHARS} characters; name it as the form does");
            self.wrong(path.field("version"), message);
        }
        if total.is_none() {
            self.wrong(path.field("total"), "is required; send the total, or leave the scale out");
        }
        if maximum.is_none() {
            self.wrong(path.field("maximum"), "is required; send the largest total of this version");
        }
        let maximum = self.whole(path.field("maximum"), *maximum, 1, STATED_TOTAL);
        let total = self.whole(path.field("total"), *total, 0, maximum.unwrap_or(STATED_TOTAL));
        Some(StatedTotal { scale, version: version.clone(), total: total?, maximum: maximum? })
    }
}
