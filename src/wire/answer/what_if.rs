//! Writes what would be otherwise.

use super::{Writer, date, nth};
use crate::{
    domain::{
        Alternative, AlternativeStage, Case, Fact, OpenQuestion, Otherwise, PlanChange, PossibleAnswer, ProcedureId,
        ProcedureSet, Trade, Value, Weekday, WhyNot, Wishes, answers_in_words,
    },
    wire::{field::field, v1},
};
use strum::VariantArray as _;

impl Writer<'_> {
    pub(super) fn alternative(&mut self, case: &Case, alternative: &Alternative) -> v1::Alternative {
        let Alternative { best_in, gained, lost, stages, visits, wishes } = alternative;
        v1::Alternative {
            best_in: best_in.iter().map(|it| nth(*it as usize)).collect(),
            gained: gained.iter().map(|it| self.trade(it)).collect(),
            lost: lost.iter().map(|it| self.trade(it)).collect(),
            stages: stages.iter().map(|it| self.alternative_stage(it)).collect(),
            visit_days: visits.to_vec(),
            preferences: Some(self.preferences(case, wishes)),
        }
    }

    fn trade(&mut self, trade: &Trade) -> v1::Trade {
        let Trade { objective, here, there, reasons } = trade;
        v1::Trade { objective: nth(*objective as usize), here: *here, there: *there, reasons: self.reasons(reasons) }
    }

    fn alternative_stage(&self, stage: &AlternativeStage) -> v1::AlternativeStage {
        let AlternativeStage { procedure, scars, planned, start, end, contingent } = stage;
        v1::AlternativeStage {
            procedure: self.catalogue.procedure_id(*procedure),
            scar_ids: self.scar_ids(scars),
            planned_sessions: *planned,
            start_day: *start,
            end_day: *end,
            contingent: *contingent,
        }
    }

    /// Wishes as they are sent.
    fn preferences(&self, case: &Case, wishes: &Wishes) -> v1::Preferences {
        let Wishes {
            excluded,
            max_downtime,
            event,
            unavailable,
            weekdays,
            preferred,
            max_visits,
            days_between_visits,
            // What the clinic can do is no wish of the patient.
            available: _,
            procedures_per_visit: _,
            supervised: _,
        } = wishes;
        let ids = |set: &ProcedureSet| {
            let all = (0_u8..).map(ProcedureId).take(self.catalogue.procedures.len());
            all.filter(|id| set.contains(*id)).map(|id| self.catalogue.procedure_id(id)).collect()
        };
        let on = |day| Some(date(case, day));
        let budget = match case.patient.get(Fact::Budget) {
            Some(Value::Words(word)) if word != 0 => nth(word.trailing_zeros() as usize),
            Some(Value::Words(_) | Value::YesNo(_) | Value::Number(_) | Value::Since(_)) | None => 0,
        };
        let open = Weekday::VARIANTS.iter().enumerate().filter(|(_, day)| weekdays.contains(**day));
        v1::Preferences {
            excluded_procedures: ids(excluded),
            max_downtime_days: *max_downtime,
            budget,
            event_date: event.and_then(on),
            unavailable: unavailable.iter().map(|(from, to)| v1::DateRange { from: on(*from), to: on(*to) }).collect(),
            weekdays: open.map(|(place, _)| nth(place)).collect(),
            preferred_procedures: ids(preferred),
            max_visits: *max_visits,
            min_days_between_visits: *days_between_visits,
        }
    }

    pub(super) fn open_question(&mut self, question: &OpenQuestion) -> v1::Question {
        let OpenQuestion { fact, answers, reasons } = question;
        let says: Vec<&str> = reasons.iter().map(|it| self.catalogue.statement(*it)).collect();
        v1::Question {
            field: field(*fact).to_owned(),
            would_change: says.join(" "),
            reasons: self.reasons(reasons),
            answers: answers.iter().map(|it| self.possible_answer(*fact, it)).collect(),
        }
    }

    fn possible_answer(&mut self, fact: Fact, answer: &PossibleAnswer) -> v1::PossibleAnswer {
        let PossibleAnswer { answers, changes, reasons } = answer;
        let said: Vec<String> = answers.iter().map(|it| answers_in_words(fact, *it)).collect();
        v1::PossibleAnswer {
            answer: said.join("; "),
            changes: changes.iter().map(|it| self.plan_change(it)).collect(),
            reasons: self.reasons(reasons),
        }
    }

    fn plan_change(&self, change: &PlanChange) -> v1::PlanChange {
        let PlanChange { kind, procedure, from_to, scars } = change;
        v1::PlanChange {
            kind: nth(*kind as usize),
            procedure: procedure.map(|it| self.catalogue.procedure_id(it)).unwrap_or_default(),
            scar_ids: self.scar_ids(scars),
            from: from_to.map(|(from, _)| from),
            to: from_to.map(|(_, to)| to),
        }
    }

    pub(super) fn why_not(&mut self, why_not: &WhyNot) -> v1::WhyNot {
        let WhyNot { procedure, scars, reasons, changes, after, out_of_reach } = why_not;
        let procedure = self.catalogue.procedure_id(*procedure);
        let change = |it: &Otherwise| match it {
            Otherwise::Fact(fact, answers) => (field(*fact), answers_in_words(*fact, *answers)),
            Otherwise::NotExcluded => ("preferences.excluded_procedures", format!("without {procedure}")),
            Otherwise::Available => ("clinic.available_procedures", format!("with {procedure}")),
            Otherwise::Downtime(days) => ("preferences.max_downtime_days", format!("{days} or more")),
        };
        let changes =
            changes.iter().map(change).map(|(field, answer)| v1::FactAnswer { field: field.to_owned(), answer });
        v1::WhyNot {
            scar_ids: self.scar_ids(scars),
            changes: changes.collect(),
            procedure,
            reasons: self.reasons(reasons),
            after_day: *after,
            out_of_reach: *out_of_reach,
        }
    }
}
