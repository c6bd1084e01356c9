//! Gathers what is known on each group of scars: of the patient, the field, the scar and its label.

use crate::{
    domain::{Area, Assessment, Case, Fact, Facts, PastSession, ScarIndex, ScarType, Value},
    knowledge::{Failure, Knowledge},
};

/// The facts of each group, in order.
pub(super) fn gather(knowledge: &Knowledge, case: &Case, assessment: &Assessment) -> Vec<Facts> {
    let mut patient = case.patient.clone();
    for fact in [Fact::ObviousAtSocialDistance, Fact::Coverable, Fact::FlattensOnStretch] {
        patient.set(fact, case.findings.appearance.get(fact));
    }
    patient.set(Fact::Grade, assessment.qualitative_grade().map(|grade| Value::thousandths(i64::from(grade))));
    patient.set(Fact::DowntimeDays, case.wishes.max_downtime.map(|days| Value::thousandths(i64::from(days))));
    let areas = |fits: fn(ScarType) -> bool| -> Vec<_> {
        let found = assessment.scars.iter().filter(|it| fits(it.scar_type));
        found.filter_map(|it| case.findings.scars.get(it.scar.index())).map(|scar| scar.area).collect()
    };
    let raised = areas(is_raised);
    let brown = areas(|it| it == ScarType::MacularHyperpigmented);
    let keloid = !areas(|it| it == ScarType::Keloid).is_empty();
    patient.set(Fact::KeloidPresent, Some(Value::YesNo(keloid)));
    let groups = case.findings.scars.iter().zip(&assessment.scars);
    groups
        .map(|(scar, label)| {
            let mut facts = patient.clone();
            for field in case.fields.iter().filter(|it| it.sites.iter().any(|site| site.overlaps(scar.area.site))) {
                facts.worsen(&field.facts);
            }
            facts.overlay(&scar.facts);
            if brown.iter().any(|area| area.overlaps(scar.area)) {
                facts.set(Fact::PihActiveInField, Some(Value::YesNo(true)));
                // A brown mark among acne scars is one that acne left, unless somebody says otherwise.
                if facts.get(Fact::PihOrigin).is_none() {
                    facts.set_word(Fact::PihOrigin, "acne_marks");
                }
            }
            facts.set_word(Fact::Site, scar.area.site.into());
            facts.set(Fact::RaisedInField, Some(Value::YesNo(raised.iter().any(|area| area.overlaps(scar.area)))));
            facts.set_word(Fact::ScarType, label.scar_type.into());
            facts.set_word(Fact::DepthClass, label.depth_class.into());
            facts.set_word(Fact::Confidence, label.confidence.into());
            let failed = knowledge.planning().failures.iter().filter(|it| has_failed(case, it, label.scar, scar.area));
            let words = failed.filter_map(|it| Fact::FailedBefore.word(it.tool.into()));
            facts.set(Fact::FailedBefore, Some(Value::Words(words.fold(0, |all, word| all | word))));
            facts
        })
        .collect()
}

fn is_raised(scar_type: ScarType) -> bool {
    matches!(scar_type, ScarType::Hypertrophic | ScarType::Keloid | ScarType::RaisedUnspecified)
}

/// Was the scar treated often and long enough with a tool, and was it hardly better when it was last judged?
pub(super) fn has_failed(case: &Case, failure: &Failure, scar: ScarIndex, area: Area) -> bool {
    let on_it = |it: &&PastSession| {
        let everywhere = it.scars.is_empty() && it.sites.is_empty();
        failure.procedures.contains(it.procedure)
            && (everywhere || it.scars.contains(&scar) || it.sites.iter().any(|site| site.overlaps(area.site)))
    };
    let done = || case.history.iter().filter(on_it);
    let judged = done().filter_map(|it| it.response).next_back();
    let rested = done().next_back().is_some_and(|it| it.day.saturating_add(failure.after) <= 0);
    done().count() >= failure.sessions && rested && judged.is_some_and(|it| it <= failure.response)
}
