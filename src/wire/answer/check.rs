//! Writes what was found in a plan.

use std::sync::atomic::AtomicUsize;

use bumpalo::collections::Vec as ArenaVec;

use super::{
    super::{
        Catalogue, Proposed,
        borrowed::{self, Date, mend::Change},
    },
    Writer, date, in_arena, nth, number,
};
use crate::domain::{Check, Day, Finding, Measured, Mend, NotStated, Place, ProcedureId, ScarIndex, Severity};

/// Writes what was found in a plan.
pub fn checked<R>(
    catalogue: &Catalogue,
    proposed: &Proposed,
    check: &Check,
    send: impl FnOnce(&borrowed::CheckProtocolResponse<'_>) -> R,
) -> R {
    let Check { assessment, findings, warnings, not_assessed, not_stated, not_treated, reasons } = check;
    static LAST: AtomicUsize = AtomicUsize::new(0);
    in_arena(&LAST, |arena| {
        let mut to = CheckWriter { writer: Writer::new(arena, catalogue, &proposed.case.findings), proposed };
        let assessment = to.writer.assessment(assessment);
        let mut of = |severity: Severity| {
            to.each(findings.iter().filter(|it| it.kind.severity() == severity), CheckWriter::finding)
        };
        let violations = of(Severity::Violation);
        let missing_preparation = of(Severity::MissingPreparation);
        let unsupported_combinations = of(Severity::UnsupportedCombination);
        let advice = of(Severity::Advice);
        let mut answer = borrowed::CheckProtocolResponse {
            knowledge_release: &catalogue.release,
            knowledge_digest: &catalogue.digest,
            assessment: Some(assessment),
            violations,
            missing_preparation,
            unsupported_combinations,
            advice,
            warnings: to.writer.reasons(warnings),
            not_assessed: to.writer.each(not_assessed, Writer::not_assessed),
            not_stated: to.each(not_stated, CheckWriter::not_stated),
            untreated_scar_ids: to.writer.scar_ids(not_treated),
            reasons: to.writer.reasons(reasons),
            policies: to.writer.policies(),
            rules_awaiting_sign_off: &[],
        };
        answer.rules_awaiting_sign_off = to.writer.awaiting_sign_off();
        send(&answer)
    })
}

struct CheckWriter<'a> {
    writer: Writer<'a>,
    proposed: &'a Proposed,
}

impl<'a> CheckWriter<'a> {
    fn each<F, T: Copy>(&mut self, from: impl IntoIterator<Item = F>, write: impl Fn(&mut Self, F) -> T) -> &'a [T] {
        let mut list = ArenaVec::new_in(self.writer.arena);
        list.extend(from.into_iter().map(|it| write(self, it)));
        list.into_bump_slice()
    }

    fn finding(&mut self, finding: &'a Finding) -> borrowed::Finding<'a> {
        let Finding { kind, places, day, procedure, other, scars, measured, mends, reasons } = finding;
        let mut sessions = ArenaVec::new_in(self.writer.arena);
        for session in places.iter().filter_map(session) {
            if !sessions.contains(&session) {
                sessions.push(session);
            }
        }
        borrowed::Finding {
            severity: nth(kind.severity() as usize),
            kind: nth(*kind as usize),
            fields: self.fields(places),
            sessions: sessions.into_bump_slice(),
            day: *day,
            procedure: self.procedure(*procedure),
            other_procedure: self.procedure(*other),
            scar_ids: self.writer.scar_ids(scars),
            measured: measured.map(|it| self.measured(*procedure, it)),
            mends: self.each(mends, |to, it| borrowed::Mend { change: Some(to.mend(it)) }),
            reasons: self.writer.reasons(reasons),
        }
    }

    fn procedure(&self, procedure: Option<ProcedureId>) -> &'a str {
        procedure.map(|it| self.writer.catalogue.procedure_id(it)).unwrap_or_default()
    }

    fn fields(&self, places: &[Place]) -> &'a [&'a str] {
        self.writer.list(places.iter().map(|it| self.field(*it)))
    }

    fn field(&self, place: Place) -> &'a str {
        let writer = &self.writer;
        match place {
            Place::Reviews => "plan.review_days",
            Place::Session(at) => writer.text(format_args!("plan.sessions[{at}]")),
            Place::Procedure(session, at) => writer.text(format_args!("plan.sessions[{session}].procedures[{at}]")),
            Place::Setting(session, procedure, at) => {
                writer.text(format_args!("plan.sessions[{session}].procedures[{procedure}].settings[{at}]"))
            }
            Place::HomeCare(at) => writer.text(format_args!("plan.home_care[{at}]")),
            Place::Past(at) => {
                let place = self.proposed.case.history.get(at).map_or(at, |it| it.place);
                writer.text(format_args!("history[{place}]"))
            }
        }
    }

    fn parameter(&self, procedure: Option<ProcedureId>, parameter: usize) -> (&'a str, &'a str) {
        self.writer.catalogue.parameter(procedure, parameter)
    }

    fn measured(&self, procedure: Option<ProcedureId>, measured: Measured) -> borrowed::Measured<'a> {
        let plain = |found: i32, limit: i32, unit: &'static str| borrowed::Measured {
            found: Some(f64::from(found)),
            limit: Some(f64::from(limit)),
            unit,
            parameter: "",
        };
        match measured {
            Measured::Days { found, limit } => plain(found, limit, "days"),
            Measured::Sessions { found, limit } => plain(found, limit, "sessions"),
            Measured::Procedures { found, limit } => plain(found, limit, "procedures"),
            Measured::Sites { found, limit } => plain(found, limit, "sites"),
            Measured::Setting { parameter, found, limit } => {
                let (parameter, unit) = self.parameter(procedure, parameter);
                borrowed::Measured { found: Some(number(found)), limit: Some(number(limit)), unit, parameter }
            }
        }
    }

    fn date(&self, day: Day) -> Option<Date> {
        Some(date(&self.proposed.case, day))
    }

    fn scars(&self, scars: &[ScarIndex]) -> &'a [&'a str] {
        self.writer.scar_ids(scars)
    }

    fn mend(&self, mend: &'a Mend) -> Change<'a> {
        match mend {
            Mend::Postpone { session, day } => Change::MoveSession(borrowed::MoveSession {
                field: self.field(Place::Session(*session)),
                not_before_day: Some(*day),
                not_after_day: None,
                date: self.date(*day),
            }),
            Mend::BringForward { session, day } => Change::MoveSession(borrowed::MoveSession {
                field: self.field(Place::Session(*session)),
                not_before_day: None,
                not_after_day: Some(*day),
                date: self.date(*day),
            }),
            Mend::Split { session, procedure, day } => Change::SplitSitting(borrowed::SplitSitting {
                field: self.field(Place::Procedure(*session, *procedure)),
                not_before_day: Some(*day),
                date: self.date(*day),
            }),
            Mend::Reorder { session, first, before } => Change::ReorderSitting(borrowed::ReorderSitting {
                field: self.field(Place::Procedure(*session, *first)),
                before: self.field(Place::Procedure(*session, *before)),
            }),
            Mend::Remove { places, scars } => {
                Change::Remove(borrowed::RemoveFromPlan { fields: self.fields(places), scar_ids: self.scars(scars) })
            }
            Mend::Set { place, procedure, parameter, value } => {
                let (parameter, unit) = self.parameter(Some(*procedure), *parameter);
                let (field, value) = (self.field(*place), number(*value));
                Change::ChangeSetting(borrowed::ChangeSetting { field, parameter, value, unit })
            }
            Mend::AddCare { item, days } => Change::AddCare(borrowed::AddCare { kind: nth(*item as usize), days }),
            Mend::AddPriming { from } => Change::AddPriming(borrowed::AddPriming { from_day: Some(*from) }),
            Mend::AddTestArea { procedure, scars, day } => Change::AddTestArea(borrowed::AddTestArea {
                procedure: self.procedure(Some(*procedure)),
                scar_ids: self.scars(scars),
                day: Some(*day),
            }),
            Mend::AddSessions { procedure, scars, count, day, every } => Change::AddSessions(borrowed::AddSessions {
                procedure: self.procedure(Some(*procedure)),
                scar_ids: self.scars(scars),
                count: *count,
                day: Some(*day),
                interval_days: *every,
            }),
            Mend::AddReview { day } => Change::AddReview(borrowed::AddReview { day: Some(*day) }),
            Mend::BeginHomeCare { home_care, day } => Change::ChangeHomeCare(borrowed::ChangeHomeCare {
                field: self.field(Place::HomeCare(*home_care)),
                start_day: Some(*day),
                end_day: None,
            }),
            Mend::EndHomeCare { home_care, day } => Change::ChangeHomeCare(borrowed::ChangeHomeCare {
                field: self.field(Place::HomeCare(*home_care)),
                start_day: None,
                end_day: Some(*day),
            }),
            Mend::Rest { home_care, from, to, scars } => Change::RestHomeCare(borrowed::RestHomeCare {
                field: self.field(Place::HomeCare(*home_care)),
                from_day: Some(*from),
                to_day: Some(*to),
                scar_ids: self.scars(scars),
            }),
            Mend::Settle { rule } => {
                let rule = self.writer.catalogue.rules.get(rule.index()).map(String::as_str).unwrap_or_default();
                Change::SettleRule(borrowed::SettleRule { rule })
            }
            Mend::Await { places, scars, event } => Change::AwaitEvent(borrowed::AwaitEvent {
                fields: self.fields(places),
                scar_ids: self.scars(scars),
                event: self.writer.catalogue.event(*event),
            }),
        }
    }

    fn not_stated(&mut self, missing: &'a NotStated) -> borrowed::NotStated<'a> {
        let NotStated { places, procedure, parameters, reasons } = missing;
        borrowed::NotStated {
            fields: self.fields(places),
            procedure: self.procedure(Some(*procedure)),
            parameters: self.writer.list(parameters.iter().map(|it| self.parameter(Some(*procedure), *it).0)),
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
