//! Writes what was found in a plan.

use super::{
    super::{Catalogue, Date, Proposed, v1},
    Writer, date, nth, number,
};
use crate::domain::{Check, Day, Finding, Measured, Mend, NotStated, Place, ProcedureId, ScarIndex, Severity};

/// Writes what was found in a plan.
pub fn checked(catalogue: &Catalogue, proposed: &Proposed, check: &Check) -> v1::CheckProtocolResponse {
    let Check { assessment, findings, warnings, not_assessed, not_stated, not_treated, reasons } = check;
    let mut to = CheckWriter { writer: Writer::new(catalogue, &proposed.case.findings), proposed };
    let assessment = to.writer.assessment(assessment);
    let mut of = |severity: Severity| -> Vec<v1::Finding> {
        findings.iter().filter(|it| it.kind.severity() == severity).map(|it| to.finding(it)).collect()
    };
    let violations = of(Severity::Violation);
    let missing_preparation = of(Severity::MissingPreparation);
    let unsupported_combinations = of(Severity::UnsupportedCombination);
    let advice = of(Severity::Advice);
    let mut answer = v1::CheckProtocolResponse {
        knowledge_release: catalogue.release.clone(),
        knowledge_digest: catalogue.digest.clone(),
        assessment: Some(assessment),
        violations,
        missing_preparation,
        unsupported_combinations,
        advice,
        warnings: to.writer.reasons(warnings),
        not_assessed: not_assessed.iter().map(|it| to.writer.not_assessed(it)).collect(),
        not_stated: not_stated.iter().map(|it| to.not_stated(it)).collect(),
        untreated_scar_ids: to.writer.scar_ids(not_treated),
        reasons: to.writer.reasons(reasons),
        policies: catalogue.policies.clone(),
        rules_awaiting_sign_off: Vec::new(),
    };
    let all = to.writer.heard.iter().zip(&catalogue.awaits_sign_off).zip(&catalogue.rules);
    answer.rules_awaiting_sign_off =
        all.filter(|((heard, awaits), _)| **heard && **awaits).map(|(_, id)| id.clone()).collect();
    answer
}

struct CheckWriter<'a> {
    writer: Writer<'a>,
    proposed: &'a Proposed,
}

impl CheckWriter<'_> {
    fn finding(&mut self, finding: &Finding) -> v1::Finding {
        let Finding { kind, places, day, procedure, other, scars, measured, mends, reasons } = finding;
        let mut sessions: Vec<i32> = Vec::new();
        for session in places.iter().filter_map(session) {
            if !sessions.contains(&session) {
                sessions.push(session);
            }
        }
        v1::Finding {
            severity: nth(kind.severity() as usize),
            kind: nth(*kind as usize),
            fields: self.fields(places),
            sessions,
            day: *day,
            procedure: self.procedure(*procedure),
            other_procedure: self.procedure(*other),
            scar_ids: self.writer.scar_ids(scars),
            measured: measured.map(|it| self.measured(*procedure, it)),
            mends: mends.iter().map(|it| v1::Mend { change: Some(self.mend(it)) }).collect(),
            reasons: self.writer.reasons(reasons),
        }
    }

    fn procedure(&self, procedure: Option<ProcedureId>) -> String {
        procedure.map(|it| self.writer.catalogue.procedure_id(it)).unwrap_or_default()
    }

    fn fields(&self, places: &[Place]) -> Vec<String> {
        places.iter().map(|it| self.field(*it)).collect()
    }

    fn field(&self, place: Place) -> String {
        match place {
            Place::Reviews => "plan.review_days".to_owned(),
            Place::Session(at) => format!("plan.sessions[{at}]"),
            Place::Procedure(session, at) => format!("plan.sessions[{session}].procedures[{at}]"),
            Place::Setting(session, procedure, at) => {
                format!("plan.sessions[{session}].procedures[{procedure}].settings[{at}]")
            }
            Place::HomeCare(at) => format!("plan.home_care[{at}]"),
            Place::Past(at) => {
                format!("history[{}]", self.proposed.case.history.get(at).map_or(at, |it| it.place))
            }
        }
    }

    fn parameter(&self, procedure: Option<ProcedureId>, parameter: usize) -> (String, String) {
        let text = procedure.and_then(|it| self.writer.catalogue.procedure(it));
        text.and_then(|it| it.parameters.get(parameter)).cloned().unwrap_or_default()
    }

    fn measured(&self, procedure: Option<ProcedureId>, measured: Measured) -> v1::Measured {
        let plain = |found: i32, limit: i32, unit: &str| v1::Measured {
            found: Some(f64::from(found)),
            limit: Some(f64::from(limit)),
            unit: unit.to_owned(),
            parameter: String::new(),
        };
        match measured {
            Measured::Days { found, limit } => plain(found, limit, "days"),
            Measured::Sessions { found, limit } => plain(found, limit, "sessions"),
            Measured::Setting { parameter, found, limit } => {
                let (parameter, unit) = self.parameter(procedure, parameter);
                v1::Measured { found: Some(number(found)), limit: Some(number(limit)), unit, parameter }
            }
        }
    }

    fn date(&self, day: Day) -> Option<Date> {
        Some(date(&self.proposed.case, day))
    }

    fn scars(&self, scars: &[ScarIndex]) -> Vec<String> {
        self.writer.scar_ids(scars)
    }

    fn mend(&self, mend: &Mend) -> v1::mend::Change {
        use v1::mend::Change;
        match mend {
            Mend::Postpone { session, day } => Change::MoveSession(v1::MoveSession {
                field: self.field(Place::Session(*session)),
                not_before_day: Some(*day),
                not_after_day: None,
                date: self.date(*day),
            }),
            Mend::BringForward { session, day } => Change::MoveSession(v1::MoveSession {
                field: self.field(Place::Session(*session)),
                not_before_day: None,
                not_after_day: Some(*day),
                date: self.date(*day),
            }),
            Mend::Split { session, procedure, day } => Change::SplitSitting(v1::SplitSitting {
                field: self.field(Place::Procedure(*session, *procedure)),
                not_before_day: Some(*day),
                date: self.date(*day),
            }),
            Mend::Reorder { session, first, before } => Change::ReorderSitting(v1::ReorderSitting {
                field: self.field(Place::Procedure(*session, *first)),
                before: self.field(Place::Procedure(*session, *before)),
            }),
            Mend::Remove { places, scars } => {
                Change::Remove(v1::RemoveFromPlan { fields: self.fields(places), scar_ids: self.scars(scars) })
            }
            Mend::Set { place, procedure, parameter, value } => {
                let (parameter, unit) = self.parameter(Some(*procedure), *parameter);
                let (field, value) = (self.field(*place), number(*value));
                Change::ChangeSetting(v1::ChangeSetting { field, parameter, value, unit })
            }
            Mend::AddCare { item, days } => {
                Change::AddCare(v1::AddCare { kind: nth(*item as usize), days: days.to_vec() })
            }
            Mend::AddPriming { from } => Change::AddPriming(v1::AddPriming { from_day: Some(*from) }),
            Mend::AddTestArea { procedure, scars, day } => Change::AddTestArea(v1::AddTestArea {
                procedure: self.procedure(Some(*procedure)),
                scar_ids: self.scars(scars),
                day: Some(*day),
            }),
            Mend::AddSessions { procedure, scars, count, day, every } => Change::AddSessions(v1::AddSessions {
                procedure: self.procedure(Some(*procedure)),
                scar_ids: self.scars(scars),
                count: *count,
                day: Some(*day),
                interval_days: *every,
            }),
            Mend::AddReview { day } => Change::AddReview(v1::AddReview { day: Some(*day) }),
            Mend::BeginHomeCare { home_care, day } => Change::ChangeHomeCare(v1::ChangeHomeCare {
                field: self.field(Place::HomeCare(*home_care)),
                start_day: Some(*day),
                end_day: None,
            }),
            Mend::EndHomeCare { home_care, day } => Change::ChangeHomeCare(v1::ChangeHomeCare {
                field: self.field(Place::HomeCare(*home_care)),
                start_day: None,
                end_day: Some(*day),
            }),
            Mend::Settle { rule } => {
                let rule = self.writer.catalogue.rules.get(rule.index()).cloned().unwrap_or_default();
                Change::SettleRule(v1::SettleRule { rule })
            }
            Mend::Await { places, scars, event } => Change::AwaitEvent(v1::AwaitEvent {
                fields: self.fields(places),
                scar_ids: self.scars(scars),
                event: self.writer.catalogue.event(*event),
            }),
        }
    }

    fn not_stated(&mut self, missing: &NotStated) -> v1::NotStated {
        let NotStated { places, procedure, parameters, reasons } = missing;
        v1::NotStated {
            fields: self.fields(places),
            procedure: self.procedure(Some(*procedure)),
            parameters: parameters.iter().map(|it| self.parameter(Some(*procedure), *it).0).collect(),
            reasons: self.writer.reasons(reasons),
        }
    }
}

/// The visit of a place.
fn session(place: &Place) -> Option<i32> {
    match place {
        Place::Session(at) | Place::Procedure(at, _) | Place::Setting(at, _, _) => Some(index(*at)),
        Place::HomeCare(_) | Place::Past(_) | Place::Reviews => None,
    }
}

fn index(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use strum::VariantArray as _;

    use super::nth;
    use crate::{
        domain::{FindingKind, ItemKind, Severity},
        wire::v1,
    };

    /// The writer counts on it: the n-th variant of the domain is the n-th value on the wire.
    #[test]
    fn findings_are_in_the_order_of_the_wire() {
        for (place, it) in FindingKind::VARIANTS.iter().enumerate() {
            let (name, wire) = (<&str>::from(it), v1::FindingKind::try_from(nth(place)).unwrap());
            assert_eq!(wire.as_str_name(), format!("FINDING_KIND_{}", name.to_uppercase()));
        }
        assert!(v1::FindingKind::try_from(nth(FindingKind::VARIANTS.len())).is_err());
        for (place, it) in Severity::VARIANTS.iter().enumerate() {
            let (name, wire) = (<&str>::from(it), v1::FindingSeverity::try_from(nth(place)).unwrap());
            assert_eq!(wire.as_str_name(), format!("FINDING_SEVERITY_{}", name.to_uppercase()));
        }
        for (place, it) in ItemKind::VARIANTS.iter().enumerate() {
            let (name, wire) = (<&str>::from(it), v1::CareItemKind::try_from(nth(place)).unwrap());
            assert_eq!(wire.as_str_name(), format!("CARE_ITEM_KIND_{}", name.to_uppercase().replace('-', "_")));
        }
    }
}
