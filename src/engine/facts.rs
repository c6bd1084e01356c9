//! Gathers what is known on each group of scars: of the patient, the field, the scar and its label.

use crate::{
    domain::{Area, Assessment, Case, Complication, Day, Fact, Facts, PastSession, Scar, ScarType, Site, Sites, Value},
    engine::failed::has_failed,
    knowledge::Knowledge,
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
    let complicated: Vec<&PastSession> = case.history.iter().filter(|it| !it.complications.is_empty()).collect();
    for past in &complicated {
        remember(&mut patient, past);
    }
    let suspicious = areas(|it| it == ScarType::OosSuspiciousLesion);
    let inflamed = areas(|it| it == ScarType::OosActiveLesion);
    // What the clinician calls a keloid is one here, whatever its features make of it.
    let declared = |scar: &Scar| scar.facts.has_word_at(Fact::DeclaredType, ScarType::Keloid as usize);
    let keloid = !areas(may_be_keloid).is_empty() || case.findings.scars.iter().any(declared);
    patient.set(Fact::KeloidPresent, Some(Value::YesNo(keloid)));
    let hypertrophic = !areas(|it| it == ScarType::Hypertrophic).is_empty();
    patient.set(Fact::HypertrophicPresent, Some(Value::YesNo(hypertrophic)));
    let groups = case.findings.scars.iter().zip(&assessment.scars);
    // Facts are large: each group's are written where they stay.
    let mut all = vec![patient; groups.len()];
    for ((scar, label), facts) in groups.zip(&mut all) {
        on_skin(case, scar.area.site, facts);
        facts.overlay(&scar.facts);
        if brown.iter().any(|area| area.overlaps(scar.area)) {
            facts.set(Fact::PihActiveInField, Some(Value::YesNo(true)));
            // A brown mark among acne scars is one that acne left, unless somebody says otherwise.
            if facts.get(Fact::PihOrigin).is_none() {
                facts.set_word(Fact::PihOrigin, "acne_marks");
            }
        }
        // Inflamed spots among the scars are pustules until somebody says that they are none.
        if inflamed.iter().any(|area| area.overlaps(scar.area)) && !facts.has(Fact::PustulesInField) {
            facts.set(Fact::PustulesInField, Some(Value::YesNo(true)));
        }
        facts.set_word_at(Fact::Site, scar.area.site as usize);
        if !case.history.is_empty() {
            complications(knowledge, case, &complicated, scar.area, facts);
        }
        let here = |areas: &[Area]| Some(Value::YesNo(areas.iter().any(|area| area.overlaps(scar.area))));
        facts.set(Fact::RaisedInField, here(&raised));
        facts.set(Fact::SuspiciousInField, here(&suspicious));
        facts.set_word_at(Fact::ScarType, label.scar_type as usize);
        facts.set_word_at(Fact::DepthClass, label.depth_class as usize);
        facts.set_word_at(Fact::Confidence, label.confidence as usize);
        let failed = knowledge.planning().failures.iter().filter(|it| has_failed(case, it, label.scar, scar.area));
        let words = failed.filter_map(|it| Fact::FailedBefore.word(it.tool.into()));
        facts.set(Fact::FailedBefore, Some(Value::Words(words.fold(0, |all, word| all | word))));
    }
    all
}

/// The day since which the patient does not smoke. Who smokes now stops with the plan at the earliest.
pub(super) fn smoke_free(patient: &Facts) -> Day {
    match patient.get(Fact::DaysSinceSmokeFree) {
        Some(Value::Since(day)) => day.min(0),
        Some(Value::YesNo(_) | Value::Words(_) | Value::Number(_)) | None => 0,
    }
}

/// Adds what is known of the skin at a site. A danger anywhere on it counts; that there is none must be known of all of it.
fn on_skin(case: &Case, site: Site, facts: &mut Facts) {
    for field in case.fields.iter().filter(|it| it.sites.iter().any(|part| part.overlaps(site))) {
        for (fact, value) in field.facts.known() {
            let asked = || case.fields.iter().filter(|it| it.facts.has(fact)).flat_map(|it| it.sites.iter().copied());
            if !fact.rules_out(value) || site.is_within(&field.sites) || site.is_within(&asked().collect::<Sites>()) {
                facts.worsen(fact, value);
            }
        }
    }
}

/// Who had brown marks or herpes after a session has a history of them, whatever else was said.
fn remember(patient: &mut Facts, past: &PastSession) {
    for it in &past.complications {
        match it {
            Complication::PihUnresolved => patient.set(Fact::PihHistory, Some(Value::YesNo(true))),
            Complication::HerpesOutbreak => patient.set(Fact::HsvHistory, Some(Value::YesNo(true))),
            Complication::HypertrophicScar
            | Complication::InfectionUnresolved
            | Complication::BurnUnresolved
            | Complication::PersistentErythema => {}
        }
    }
}

/// What went wrong on this skin, and since when it is over. What says something of all skin went wrong on it too.
fn complications(knowledge: &Knowledge, case: &Case, complicated: &[&PastSession], area: Area, facts: &mut Facts) {
    let mut open = match facts.get(Fact::PreviousComplication) {
        Some(Value::Words(words)) => words,
        Some(Value::YesNo(_) | Value::Number(_) | Value::Since(_)) | None => 0,
    };
    for past in complicated {
        let here = was_on_skin(case, past, area);
        for it in past.complications.iter().filter(|it| here || it.is_patient_wide()) {
            match past.healed.filter(|_| it.heals()) {
                None => open |= Fact::PreviousComplication.word((*it).into()).unwrap_or(0),
                Some(day) => healed(facts, *it, day),
            }
            // What never is over counts from the session that did it, and is not risked with the same tool again.
            if !it.heals() {
                if here && past.healed.is_none() {
                    facts.set(Fact::RaisedScarOpen, Some(Value::YesNo(true)));
                }
                let tools = knowledge.planning().modalities.iter().filter(|(_, them)| them.contains(past.procedure));
                let words = tools.filter_map(|(tool, _)| Fact::RaisedAfter.word((*tool).into()));
                facts.worsen(Fact::DaysSinceRaisedScarSession, Value::Since(past.day));
                facts.worsen(Fact::RaisedAfter, Value::Words(words.fold(0, |all, word| all | word)));
            }
        }
    }
    facts.set(Fact::PreviousComplication, Some(Value::Words(open)));
}

/// Writes down since when something is over, where that is waited for; the last time counts.
fn healed(facts: &mut Facts, complication: Complication, day: Day) {
    let fact = match complication {
        Complication::HerpesOutbreak => Fact::DaysSinceOutbreakHealed,
        Complication::BurnUnresolved => Fact::DaysSinceBurnHealed,
        Complication::InfectionUnresolved => Fact::DaysSinceWoundInfectionHealed,
        Complication::PihUnresolved => Fact::DaysSincePihFaded,
        Complication::HypertrophicScar | Complication::PersistentErythema => return,
    };
    facts.worsen(fact, Value::Since(day));
}

/// Was the past session on this skin, whether on single scars or on the whole of it?
fn was_on_skin(case: &Case, past: &PastSession, area: Area) -> bool {
    let everywhere = past.scars.is_empty() && past.sites.is_empty();
    let mut found = past.scars.iter().filter_map(|scar| case.findings.scars.get(scar.index()));
    everywhere || found.any(|it| it.area.overlaps(area)) || past.sites.iter().any(|site| site.overlaps(area.site))
}

fn is_raised(scar_type: ScarType) -> bool {
    scar_type == ScarType::Hypertrophic || may_be_keloid(scar_type)
}

/// Is it a keloid, as far as anybody knows?
fn may_be_keloid(scar_type: ScarType) -> bool {
    matches!(scar_type, ScarType::Keloid | ScarType::RaisedUnspecified)
}
