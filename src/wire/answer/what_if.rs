//! Writes what would be otherwise.

use super::{Writer, date, nth};
use crate::{
    domain::{
        Alternative, AlternativeStage, Case, Fact, OpenQuestion, Otherwise, PlanChange, PossibleAnswer, ProcedureId,
        ProcedureSet, Trade, Value, Weekday, WhyNot, Wishes, answers_in_words, or_more_in_words,
    },
    wire::{borrowed, field::field},
};
use strum::VariantArray as _;

impl<'a> Writer<'a> {
    pub(super) fn alternative(&mut self, case: &'a Case, alternative: &'a Alternative) -> borrowed::Alternative<'a> {
        let Alternative { best_in, gained, lost, stages, visits, wishes } = alternative;
        borrowed::Alternative {
            best_in: self.list(best_in.iter().map(|it| nth(*it as usize))),
            gained: self.each(gained, Self::trade),
            lost: self.each(lost, Self::trade),
            stages: self.list(stages.iter().map(|it| self.alternative_stage(it))),
            visit_days: visits,
            preferences: Some(self.preferences(case, wishes)),
        }
    }

    fn trade(&mut self, trade: &'a Trade) -> borrowed::Trade<'a> {
        let Trade { objective, here, there, reasons } = trade;
        borrowed::Trade {
            objective: nth(*objective as usize),
            here: *here,
            there: *there,
            reasons: self.reasons(reasons),
        }
    }

    fn alternative_stage(&self, stage: &'a AlternativeStage) -> borrowed::AlternativeStage<'a> {
        let AlternativeStage { procedure, scars, planned, start, end, contingent } = stage;
        borrowed::AlternativeStage {
            procedure: self.catalogue.procedure_id(*procedure),
            scar_ids: self.scar_ids(scars),
            planned_sessions: *planned,
            start_day: *start,
            end_day: *end,
            contingent: *contingent,
        }
    }

    /// Wishes as they are sent.
    fn preferences(&self, case: &Case, wishes: &Wishes) -> borrowed::Preferences<'a> {
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
            self.list(all.filter(|id| set.contains(*id)).map(|id| self.catalogue.procedure_id(id)))
        };
        let on = |day| Some(date(case, day));
        let budget = match case.patient.get(Fact::Budget) {
            Some(Value::Words(word)) if word != 0 => nth(word.trailing_zeros() as usize),
            Some(Value::Words(_) | Value::YesNo(_) | Value::Number(_) | Value::Since(_)) | None => 0,
        };
        let open = Weekday::VARIANTS.iter().enumerate().filter(|(_, day)| weekdays.contains(**day));
        borrowed::Preferences {
            excluded_procedures: ids(excluded),
            max_downtime_days: *max_downtime,
            budget,
            event_date: event.and_then(on),
            unavailable: self
                .list(unavailable.iter().map(|(from, to)| borrowed::DateRange { from: on(*from), to: on(*to) })),
            weekdays: self.list(open.map(|(place, _)| nth(place))),
            preferred_procedures: ids(preferred),
            max_visits: *max_visits,
            min_days_between_visits: *days_between_visits,
        }
    }

    pub(super) fn open_question(&mut self, question: &'a OpenQuestion) -> borrowed::Question<'a> {
        let OpenQuestion { fact, answers, reasons } = question;
        borrowed::Question {
            field: field(*fact),
            would_change: self.statements(reasons),
            reasons: self.reasons(reasons),
            answers: self.each(answers, |writer, it| writer.possible_answer(*fact, it)),
        }
    }

    fn possible_answer(&mut self, fact: Fact, answer: &'a PossibleAnswer) -> borrowed::PossibleAnswer<'a> {
        let PossibleAnswer { answers, changes, reasons } = answer;
        borrowed::PossibleAnswer {
            answer: self.joined("; ", answers.iter().map(|it| answers_in_words(fact, *it))),
            changes: self.list(changes.iter().map(|it| self.plan_change(it))),
            reasons: self.reasons(reasons),
        }
    }

    fn plan_change(&self, change: &'a PlanChange) -> borrowed::PlanChange<'a> {
        let PlanChange { kind, procedure, from_to, scars } = change;
        borrowed::PlanChange {
            kind: nth(*kind as usize),
            procedure: procedure.map(|it| self.catalogue.procedure_id(it)).unwrap_or_default(),
            scar_ids: self.scar_ids(scars),
            from: from_to.map(|(from, _)| from),
            to: from_to.map(|(_, to)| to),
        }
    }

    pub(super) fn why_not(&mut self, why_not: &'a WhyNot) -> borrowed::WhyNot<'a> {
        let WhyNot { procedure, scars, reasons, changes, after, out_of_reach } = why_not;
        let procedure = self.catalogue.procedure_id(*procedure);
        let change = |it: &Otherwise| {
            let (field, answer) = match it {
                Otherwise::Fact(fact, answers) => {
                    (field(*fact), self.text(format_args!("{}", answers_in_words(*fact, *answers))))
                }
                Otherwise::NotExcluded => {
                    let answer = self.text(format_args!("excluded procedures: without {procedure}"));
                    ("preferences.excluded_procedures", answer)
                }
                Otherwise::Available => {
                    let answer = self.text(format_args!("available procedures: with {procedure}"));
                    ("clinic.available_procedures", answer)
                }
                Otherwise::Downtime(days) => {
                    let fact = Fact::DowntimeDays;
                    (field(fact), self.text(format_args!("{}", or_more_in_words(fact, *days))))
                }
            };
            borrowed::FactAnswer { field, answer }
        };
        borrowed::WhyNot {
            scar_ids: self.scar_ids(scars),
            changes: self.list(changes.iter().map(change)),
            procedure,
            reasons: self.reasons(reasons),
            after_day: *after,
            out_of_reach: *out_of_reach,
        }
    }
}
