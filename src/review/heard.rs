//! Every rule that a plan gives as a reason.

use crate::{
    domain::{
        Alternative, Assessment, CareItem, ClassifiedScar, Disposition, Grade, NotAssessed, OpenQuestion, Outcome,
        ParameterSetting, PassedOver, Plan, Protocol, Question, Referral, Rest, Review, RuleId, Session, Stage, WhatIf,
        WhyNot,
    },
    knowledge::{Knowledge, Procedure},
};

/// Every rule that is heard in `plan`, each once, in order.
///
/// Taken apart in full: what a plan says more one day must be heard here. What an answer adds from the knowledge alone is
/// heard with it: the policies in force, and of each stage how well it was studied and what can be expected of it.
pub fn heard(knowledge: &Knowledge, plan: &Plan) -> Vec<RuleId> {
    let Plan { assessment, dispositions, outcome, referrals, not_assessed, reasons, conflict, what_if } = plan;
    let mut rules = Heard(reasons.to_vec());
    rules.0.extend(knowledge.policies().iter().map(|it| it.rule));
    rules.0.extend(conflict.as_ref().map(|it| it.rule));
    rules.what_if(what_if);
    rules.assessment(assessment);
    let codes = assessment.scars.iter().flat_map(|it| &it.codes);
    rules.0.extend(codes.filter_map(|it| knowledge.codes().get(it.index())).map(|it| it.rule));
    for Disposition { reasons, procedure: _, scars: _, sites: _, action: _, until_day: _, until_event: _ } in
        dispositions
    {
        rules.all(reasons);
    }
    for Referral { reasons, referral: _, urgency: _, scars: _, sites: _ } in referrals {
        rules.all(reasons);
    }
    for NotAssessed { reasons, facts: _, required: _ } in not_assessed {
        rules.all(reasons);
    }
    match outcome {
        Outcome::Protocol(protocol) => {
            rules.protocol(protocol);
            let stages = protocol.stages.iter();
            let known = stages.filter_map(|it| knowledge.procedures().get(it.procedure.index()));
            known.for_each(|it| rules.procedure(it));
        }
        Outcome::Referral => {}
    }
    let mut rules = rules.0;
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// Rules as they come: sorted once at the end, since most are heard many times.
struct Heard(Vec<RuleId>);

impl Heard {
    fn all(&mut self, rules: &[RuleId]) {
        self.0.extend(rules);
    }

    fn what_if(&mut self, what_if: &WhatIf) {
        let WhatIf { alternatives, questions, why_not, valid_until: _ } = what_if;
        for Alternative { gained, lost, best_in: _, stages: _, visits: _, wishes: _ } in alternatives {
            gained.iter().chain(lost).for_each(|it| self.all(&it.reasons));
        }
        for OpenQuestion { fact: _, answers, reasons } in questions.iter().flatten() {
            self.all(reasons);
            answers.iter().for_each(|it| self.all(&it.reasons));
        }
        for WhyNot { reasons, procedure: _, scars: _, changes: _, after: _, out_of_reach: _ } in why_not {
            self.all(reasons);
        }
    }

    fn assessment(&mut self, assessment: &Assessment) {
        let Assessment { scars, grades, reasons, dominant_type: _, mixed: _, counts_by_type: _, skin_tone } =
            assessment;
        if let Some(it) = skin_tone {
            self.all(&it.reasons);
            self.all(&it.warnings);
        }
        for ClassifiedScar { reasons, .. } in scars {
            self.all(reasons);
        }
        for Grade { reasons, .. } in grades {
            self.all(reasons);
        }
        self.all(reasons);
    }

    fn protocol(&mut self, protocol: &Protocol) {
        let Protocol {
            stages,
            sessions,
            contingent_sessions,
            reviews,
            preconditions,
            warnings,
            questions,
            not_treated,
            ask_again_after: _,
            items,
            history,
            exact: _,
        } = protocol;
        for session in history {
            self.all(&session.reasons);
        }
        for CareItem { rules, item: _, procedures: _, scars: _, days: _, contingent_days: _, totals: _ } in items {
            self.all(rules);
        }
        stages.iter().for_each(|it| self.stage(it));
        sessions.iter().chain(contingent_sessions).for_each(|it| self.session(it));
        for Review { reasons, day: _ } in reviews {
            self.all(reasons);
        }
        for Question { reasons, fact: _ } in questions {
            self.all(reasons);
        }
        self.passed_over(not_treated);
        self.all(preconditions);
        self.all(warnings);
    }

    fn stage(&mut self, stage: &Stage) {
        let Stage {
            phase: _,
            procedure: _,
            scars: _,
            sites: _,
            session_count: _,
            planned: _,
            status: _,
            done: _,
            contingent_on: _,
            interval: _,
            start: _,
            end: _,
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
        for ParameterSetting { reasons, parameter: _, limit: _, scars: _, sites: _ } in parameters {
            self.all(reasons);
        }
        for Rest { reasons, from: _, to: _, contingent_on: _ } in rests {
            self.all(reasons);
        }
        for list in [preconditions, stop_rules, switch_rules, technique, risks, red_flags, reasons] {
            self.all(list);
        }
        self.passed_over(passed_over);
    }

    /// What an answer says of a procedure in each of its stages.
    fn procedure(&mut self, known: &Procedure) {
        self.0.extend(known.expected.iter().chain(&known.adverse).map(|it| it.rule));
        self.0.push(known.evidence.rule);
    }

    fn session(&mut self, session: &Session) {
        let Session {
            day: _,
            earliest: _,
            latest: _,
            past_due: _,
            procedures: _,
            downtime: _,
            makeup_day: _,
            preparation,
            aftercare,
            reasons,
        } = session;
        for list in [preparation, aftercare, reasons] {
            self.all(list);
        }
    }

    fn passed_over(&mut self, all: &[PassedOver]) {
        for PassedOver { reasons, procedure: _, scars: _ } in all {
            self.all(reasons);
        }
    }
}
