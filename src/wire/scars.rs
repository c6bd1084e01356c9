//! Reads scars and their appearance.

use std::collections::BTreeMap;

use strum::VariantArray as _;

use super::{
    limits::{AREA_CM2, COUNT, GRADE, ID_CHARS},
    reader::Reader,
    scales::Rated,
    v1,
    violation::{InvalidRequest, Path},
};
use crate::domain::{Area, Fact, Facts, Findings, Laterality, Scar, Site, Value, Vocabulary};

/// Reads a request to classify.
pub fn findings(vocabulary: &Vocabulary, request: &v1::ClassifyScarsRequest) -> Result<Findings, InvalidRequest> {
    let v1::ClassifyScarsRequest { scars, appearance, scale_inputs, skin_tone } = request;
    let mut reader = Reader::new(vocabulary);
    let mut findings = reader.findings(scars, appearance.as_ref(), scale_inputs.as_ref());
    findings.skin_tone = reader.skin_tone(Path::root("skin_tone"), skin_tone.as_ref(), &mut Facts::default());
    reader.finish(Some(findings))
}

impl Reader<'_> {
    pub(super) fn findings(
        &mut self,
        scars: &[v1::Scar],
        appearance: Option<&v1::Appearance>,
        inputs: Option<&v1::ScaleInputs>,
    ) -> Findings {
        let mut findings = Findings::default();
        let most = self.vocabulary.max_scars;
        if scars.is_empty() {
            self.wrong(Path::root("scars"), "is empty; send at least one group of scars");
        }
        if scars.len() > most {
            self.wrong(
                Path::root("scars"),
                format_args!("holds too many groups; send at most {most} and merge like ones"),
            );
            return findings;
        }
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        findings.scars.reserve(scars.len());
        for (at, scar) in scars.iter().enumerate() {
            let path = Path::item("scars", at);
            let chars = scar.id.chars().count();
            if chars == 0 || chars > ID_CHARS {
                self.wrong(path.field("id"), format_args!("is required and holds 1 to {ID_CHARS} characters"));
            } else if let Some(first) = seen.get(scar.id.as_str()) {
                self.wrong(
                    path.field("id"),
                    format_args!("is also the id of scars[{first}]; every group needs its own"),
                );
            } else {
                seen.insert(&scar.id, at);
            }
            findings.scars.extend(self.scar(path, scar));
        }
        findings.scars.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some(appearance) = appearance {
            self.appearance(appearance, &mut findings);
        }
        if let Some(inputs) = inputs {
            findings.scales = self.scale_inputs(inputs, Rated { sent: scars, read: &findings.scars });
        }
        findings
    }

    fn scar(&mut self, path: Path<'_>, scar: &v1::Scar) -> Option<Scar> {
        let v1::Scar {
            id,
            site,
            laterality,
            count,
            activity,
            relief,
            raised_form,
            extends_beyond_wound,
            tunnel,
            opening_width_mm,
            base_width_mm,
            depth_mm,
            depth_method,
            profile,
            edge,
            stretch,
            tethered,
            color,
            shape,
            base,
            cause,
            area_cm2,
            declared_type,
            declared_depth_class,
        } = scar;
        let mut facts = Facts::default();
        if *site == 0 {
            self.wrong(path.field("site"), "is required; name the site");
        }
        let site = self.variant(path.field("site"), *site, Site::VARIANTS);
        let laterality = self.variant(path.field("laterality"), *laterality, Laterality::VARIANTS);
        let count = self.whole(path.field("count"), *count, 1, COUNT);
        facts.set(Fact::ScarCount, count.map(|it| Value::thousandths(i64::from(it))));
        for (fact, field, number) in [
            (Fact::Activity, "activity", *activity),
            (Fact::Relief, "relief", *relief),
            (Fact::RaisedForm, "raised_form", *raised_form),
            (Fact::DepthMethod, "depth_method", *depth_method),
            (Fact::Profile, "profile", *profile),
            (Fact::Edge, "edge", *edge),
            (Fact::Stretch, "stretch", *stretch),
            (Fact::Color, "color", *color),
            (Fact::Shape, "shape", *shape),
            (Fact::Base, "base", *base),
            (Fact::Cause, "cause", *cause),
            (Fact::DeclaredType, "declared_type", *declared_type),
        ] {
            self.word(&mut facts, fact, path.field(field), number);
        }
        for (fact, answer) in
            [(Fact::ExtendsBeyondWound, extends_beyond_wound), (Fact::Tunnel, tunnel), (Fact::Tethered, tethered)]
        {
            facts.set(fact, answer.map(Value::YesNo));
        }
        let width = whole_units(self.vocabulary.max_width_mm);
        let opening = self.positive(path.field("opening_width_mm"), *opening_width_mm, width);
        facts.set(Fact::OpeningWidthMm, opening.map(Value::Number));
        let base_width = self.number(path.field("base_width_mm"), *base_width_mm, 0.0, width);
        facts.set(Fact::BaseWidthMm, base_width.map(Value::Number));
        let depth = self.depth(path, *depth_mm, *depth_method);
        facts.set(Fact::DepthMm, depth.map(Value::Number));
        if *declared_depth_class == v1::DepthClass::Unknown as i32 {
            self.wrong(path.field("declared_depth_class"), "cannot be unknown; leave it out when it was not judged");
        } else {
            let path = path.field("declared_depth_class");
            self.word(&mut facts, Fact::DeclaredDepthClass, path, *declared_depth_class);
        }
        if area_cm2.is_some() && !is_raised(*relief, *declared_type) {
            let message = "is only counted for a raised scar; set relief to RELIEF_RAISED or leave it out";
            self.wrong(path.field("area_cm2"), message);
        }
        let area_cm2 = self.positive(path.field("area_cm2"), *area_cm2, AREA_CM2);
        Some(Scar { id: id.clone(), area: Area { site: site?, laterality }, count, area_cm2, facts })
    }

    fn depth(&mut self, path: Path<'_>, depth: Option<f64>, method: i32) -> Option<i64> {
        depth?;
        if method == v1::DepthMethod::Unspecified as i32 {
            self.wrong(path.field("depth_method"), "is required with depth_mm; say how the depth was measured");
        } else if method == v1::DepthMethod::ClinicalVisual as i32 {
            let message = "cannot be judged by eye to the millimetre; send declared_depth_class instead";
            self.wrong(path.field("depth_mm"), message);
        }
        self.number(path.field("depth_mm"), depth, 0.0, whole_units(self.vocabulary.max_depth_mm))
    }

    fn appearance(&mut self, appearance: &v1::Appearance, findings: &mut Findings) {
        let v1::Appearance { obvious_at_social_distance, coverable, flattens_on_stretch, declared_grade } = appearance;
        for (fact, answer) in [
            (Fact::ObviousAtSocialDistance, obvious_at_social_distance),
            (Fact::Coverable, coverable),
            (Fact::FlattensOnStretch, flattens_on_stretch),
        ] {
            findings.appearance.set(fact, answer.map(Value::YesNo));
        }
        let path = Path::root("appearance");
        findings.declared_grade = self.whole(path.field("declared_grade"), *declared_grade, GRADE.0, GRADE.1);
    }
}

/// Is the scar raised, as far as the request says?
fn is_raised(relief: i32, declared: i32) -> bool {
    let raised = [v1::ScarType::Hypertrophic, v1::ScarType::Keloid, v1::ScarType::RaisedUnspecified];
    relief == v1::Relief::Raised as i32 || raised.iter().any(|it| *it as i32 == declared)
}

/// Does the scar stand above the skin, as far as the request says?
pub(super) fn is_elevated(scar: &v1::Scar) -> bool {
    is_raised(scar.relief, scar.declared_type) || scar.declared_type == v1::ScarType::Papular as i32
}

#[allow(clippy::cast_precision_loss, reason = "limits are small")]
fn whole_units(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use strum::VariantArray as _;

    use super::{Laterality, Site};
    use crate::{
        domain::{DepthClass, ScarType},
        wire::v1,
    };

    /// The readers count on it: the n-th value on the wire is the n-th variant of the domain.
    #[test]
    fn enums_are_in_the_order_of_the_wire() {
        for (number, site) in (1..).zip(Site::VARIANTS) {
            let name: &str = site.into();
            assert_eq!(v1::Site::try_from(number).unwrap().as_str_name(), format!("SITE_{}", name.to_uppercase()));
        }
        for (number, it) in (1..).zip(ScarType::VARIANTS) {
            let name: &str = it.into();
            let wire = v1::ScarType::try_from(number).unwrap().as_str_name();
            assert_eq!(wire, format!("SCAR_TYPE_{}", name.to_uppercase()));
        }
        for (number, it) in (1..).zip(DepthClass::VARIANTS) {
            let name: &str = it.into();
            let wire = v1::DepthClass::try_from(number).unwrap().as_str_name();
            assert_eq!(wire, format!("DEPTH_CLASS_{}", name.to_uppercase()));
        }
        for (number, it) in (1..).zip(Laterality::VARIANTS) {
            let wire = v1::Laterality::try_from(number).unwrap().as_str_name();
            assert_eq!(wire, format!("LATERALITY_{it:?}").to_uppercase());
        }
    }
}
