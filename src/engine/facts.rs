//! Gathers what is known on each group of scars: of the patient, the field, the scar and its label.

use crate::domain::{Assessment, Case, Fact, Facts, ScarType, Value};

/// The facts of each group, in order.
pub(super) fn gather(case: &Case, assessment: &Assessment) -> Vec<Facts> {
    let mut patient = case.patient.clone();
    for fact in [Fact::ObviousAtSocialDistance, Fact::Coverable, Fact::FlattensOnStretch] {
        patient.set(fact, case.findings.appearance.get(fact));
    }
    patient.set(Fact::Grade, assessment.qualitative_grade().map(|grade| Value::thousandths(i64::from(grade))));
    let raised: Vec<_> = assessment
        .scars
        .iter()
        .filter(|it| is_raised(it.scar_type))
        .filter_map(|it| case.findings.scars.get(it.scar.index()))
        .map(|scar| scar.area)
        .collect();
    let groups = case.findings.scars.iter().zip(&assessment.scars);
    groups
        .map(|(scar, label)| {
            let mut facts = patient.clone();
            for field in case.fields.iter().filter(|it| it.sites.iter().any(|site| site.overlaps(scar.area.site))) {
                facts.worsen(&field.facts);
            }
            facts.overlay(&scar.facts);
            facts.set_word(Fact::Site, scar.area.site.into());
            facts.set(Fact::RaisedInField, Some(Value::YesNo(raised.iter().any(|area| area.overlaps(scar.area)))));
            facts.set_word(Fact::ScarType, label.scar_type.into());
            facts.set_word(Fact::DepthClass, label.depth_class.into());
            facts.set_word(Fact::Confidence, label.confidence.into());
            facts
        })
        .collect()
}

fn is_raised(scar_type: ScarType) -> bool {
    matches!(scar_type, ScarType::Hypertrophic | ScarType::Keloid | ScarType::RaisedUnspecified)
}
