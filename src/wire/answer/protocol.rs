//! Writes a plan: its stages, visits and reviews.

use bumpalo::collections::Vec as ArenaVec;

use super::{Writer, date, horizon, nth, number, range};
use crate::{
    domain::{
        Case, ParameterSetting, PassedOver, Protocol, Rest, Review, Rules, Session, SessionKind, SessionProcedure,
        Stage, View, WhatIf,
    },
    wire::{Catalogue, borrowed, marks, v1},
};

impl<'a> Writer<'a> {
    pub(super) fn protocol(
        &mut self,
        case: &'a Case,
        protocol: &'a Protocol,
        seen: &'a horizon::Seen<'a>,
        what_if: &'a WhatIf,
    ) -> borrowed::Protocol<'a> {
        let Protocol {
            stages,
            sessions,
            contingent_sessions: _,
            reviews,
            preconditions,
            warnings,
            questions,
            not_treated,
            ask_again_after,
            items: _,
            history,
            exact,
        } = protocol;
        let last_session = sessions.iter().map(|it| it.day).max();
        let last_review = reviews.iter().map(|it| it.day).max();
        let horizon::Seen { sessions, contingent_sessions, reviews, items } = seen;
        let mut written = borrowed::Protocol {
            stages: self.each(stages.iter().zip(1..), |writer, (it, number)| writer.stage(case, it, number)),
            sessions: self.sessions(case, stages, sessions),
            contingent_sessions: self.sessions(case, stages, contingent_sessions),
            reviews: self.each(reviews.iter().zip(1..), |writer, (it, number)| writer.review(case, it, number)),
            preconditions: self.reasons(preconditions),
            warnings: self.reasons(warnings),
            questions: match &what_if.questions {
                Some(found) => self.each(found, Self::open_question),
                None => self.each(questions, Self::question),
            },
            not_treated: self.each(not_treated, Self::passed_over),
            ask_again_after: self.list(ask_again_after.iter().map(|it| self.catalogue.event(*it))),
            total_days: last_session.max(last_review).unwrap_or(0),
            rules_awaiting_sign_off: &[],
            care_items: self.each(items.iter(), Self::care_item),
            history: self.each(history, Self::past_session),
            schedule_exact: *exact,
        };
        written.rules_awaiting_sign_off = self.awaiting_sign_off();
        written
    }

    /// The rules in the answer that await sign-off, in their order: many, so that their list is not grown.
    pub(super) fn awaiting_sign_off(&self) -> &'a [&'a str] {
        let Catalogue { awaits_sign_off, rules, .. } = self.catalogue;
        let awaits = awaits_sign_off.words();
        let mut awaiting = ArenaVec::with_capacity_in(marks::count(self.heard, awaits), self.arena);
        let ids = marks::places(self.heard, awaits).filter_map(|at| rules.get(at));
        awaiting.extend(ids.map(String::as_str));
        awaiting.into_bump_slice()
    }

    fn stage(&mut self, case: &'a Case, stage: &'a Stage, number: i32) -> borrowed::Stage<'a> {
        let Stage {
            phase,
            procedure,
            scars,
            sites,
            session_count,
            planned,
            status,
            done,
            contingent_on,
            interval,
            start,
            end,
            rests,
            parameters,
            preconditions,
            stop_rules,
            switch_rules,
            technique,
            risks,
            red_flags,
            reasons,
            passed_over,
        } = stage;
        let catalogue = self.catalogue;
        let text = catalogue.procedure(*procedure);
        let expected = text.map(|it| it.expected.as_slice()).unwrap_or_default();
        let adverse = text.map(|it| it.adverse.as_slice()).unwrap_or_default();
        expected.iter().chain(adverse).for_each(|(_, rule)| self.hear(*rule));
        let evidence = text.and_then(|it| it.evidence.as_ref());
        let studied = evidence.map(|(_, rule)| *rule);
        let reasons: Rules = reasons.iter().copied().chain(studied).collect();
        borrowed::Stage {
            number,
            phase: nth(*phase as usize),
            procedure: catalogue.procedure_id(*procedure),
            scar_ids: self.scar_ids(scars),
            sites: self.site_numbers(sites),
            session_count: session_count.map(range),
            planned_sessions: *planned,
            status: nth(*status as usize),
            done_sessions: *done,
            rests: self.each(rests, Self::rest),
            contingent_on: *contingent_on,
            interval_days: interval.map(range),
            start_day: *start,
            end_day: *end,
            parameters: self.each(parameters, |writer, it| writer.parameter(stage, it)),
            preconditions: self.reasons(preconditions),
            technique: self.reasons(technique),
            stop_rules: self.reasons(stop_rules),
            switch_rules: self.reasons(switch_rules),
            expected: self.list(expected.iter().map(|(expected, _)| expected)),
            risks: self.reasons(risks),
            red_flags: self.reasons(red_flags),
            adverse_effects: self.list(adverse.iter().map(|(adverse, _)| adverse)),
            evidence_grade: evidence.map(|(grade, _)| grade.as_str()).unwrap_or_default(),
            reasons: self.reasons(&reasons),
            passed_over: match case.view {
                View::Full => self.each(passed_over, Self::passed_over),
                View::Basic => &[],
            },
        }
    }

    fn rest(&mut self, rest: &'a Rest) -> borrowed::Rest<'a> {
        let Rest { from, to, contingent_on, reasons } = rest;
        borrowed::Rest { from_day: *from, to_day: *to, contingent_on: *contingent_on, reasons: self.reasons(reasons) }
    }

    fn parameter(&mut self, stage: &Stage, setting: &'a ParameterSetting) -> borrowed::Parameter<'a> {
        let ParameterSetting { parameter, limit, scars, sites, reasons } = setting;
        let (name, unit) = self.catalogue.parameter(Some(stage.procedure), *parameter);
        borrowed::Parameter {
            name,
            low: number(limit.low),
            high: number(limit.high),
            unit,
            sites: self.site_numbers(sites),
            scar_ids: self.scar_ids(scars),
            reasons: self.reasons(reasons),
        }
    }

    fn passed_over(&mut self, passed_over: &'a PassedOver) -> borrowed::PassedOver<'a> {
        let PassedOver { procedure, scars, reasons } = passed_over;
        borrowed::PassedOver {
            procedure: self.catalogue.procedure_id(*procedure),
            scar_ids: self.scar_ids(scars),
            reasons: self.reasons(reasons),
        }
    }

    fn sessions(
        &mut self,
        case: &'a Case,
        stages: &'a [Stage],
        sessions: &'a [Session],
    ) -> &'a [borrowed::Session<'a>] {
        let numbered = sessions.iter().zip(1..);
        self.each(numbered, |writer, (session, number)| writer.session(case, stages, session, number))
    }

    fn session(
        &mut self,
        case: &'a Case,
        stages: &'a [Stage],
        session: &'a Session,
        number: i32,
    ) -> borrowed::Session<'a> {
        let Session {
            day,
            earliest,
            latest,
            past_due,
            procedures,
            downtime,
            makeup_day,
            preparation,
            aftercare,
            reasons,
        } = session;
        let done = procedures.iter().zip(1..).filter_map(|(it, sequence)| {
            let SessionProcedure { stage, scars, kind, number_in_stage } = it;
            let of = stages.get(*stage)?;
            Some(borrowed::SessionProcedure {
                procedure: self.catalogue.procedure_id(of.procedure),
                scar_ids: self.scar_ids(scars),
                sites: self.sites(scars),
                stage: nth(*stage),
                sequence,
                kind: match kind {
                    SessionKind::Treatment => v1::SessionKind::Treatment.into(),
                    SessionKind::TestArea => v1::SessionKind::TestArea.into(),
                },
                number_in_stage: *number_in_stage,
            })
        });
        borrowed::Session {
            number,
            day: *day,
            date: Some(date(case, *day)),
            earliest_day: *earliest,
            latest_day: *latest,
            past_due_day: *past_due,
            procedures: self.list(done),
            downtime_days: Some(range(*downtime)),
            makeup_day: *makeup_day,
            preparation: self.reasons(preparation),
            aftercare: self.reasons(aftercare),
            reasons: self.reasons(reasons),
        }
    }

    fn review(&mut self, case: &'a Case, review: &'a Review, number: i32) -> borrowed::Review<'a> {
        let Review { day, reasons } = review;
        let purpose = reasons.first().map(|it| self.catalogue.statement(*it)).unwrap_or_default();
        borrowed::Review { number, day: *day, date: Some(date(case, *day)), purpose, reasons: self.reasons(reasons) }
    }
}
