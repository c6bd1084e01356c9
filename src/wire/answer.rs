//! Writes answers. It cannot fail: everything it names was checked when the knowledge was loaded.

mod asked;
mod assessment;
mod check;
mod horizon;
mod past;
mod what_if;

pub use check::checked;

use super::{
    Catalogue, Date, Reason,
    v1::{self, generate_protocol_response::Outcome as WireOutcome},
};
use crate::domain::{
    Action, Assessment, Case, Day, Disposition, Fact, Findings, Outcome, ParameterSetting, PassedOver, Plan, Protocol,
    Range, Referral, Rest, Review, RuleId, Rules, ScarIndex, Session, SessionKind, SessionProcedure, Site, Sites,
    Stage, Value, View, WhatIf,
};

/// Writes what the scars are.
pub fn classified(catalogue: &Catalogue, findings: &Findings, assessment: &Assessment) -> v1::ClassifyScarsResponse {
    let v1::Assessment { scars, dominant_type, mixed, counts_by_type, grades, reasons, skin_tone } =
        Writer::new(catalogue, findings).assessment(assessment);
    v1::ClassifyScarsResponse {
        scars,
        dominant_type,
        mixed,
        counts_by_type,
        grades,
        reasons,
        knowledge_release: catalogue.release.clone(),
        knowledge_digest: catalogue.digest.clone(),
        skin_tone,
    }
}

/// Writes a plan.
pub fn generated(catalogue: &Catalogue, case: &Case, plan: &Plan, protocol_id: String) -> v1::GenerateProtocolResponse {
    let Plan { assessment, dispositions, outcome, referrals, not_assessed, reasons, conflict, what_if } = plan;
    let mut writer = Writer::new(catalogue, &case.findings);
    let assessment = writer.assessment(assessment);
    let in_plan = |it: &&Disposition| match (case.view, outcome) {
        (View::Full, _) => true,
        (View::Basic, Outcome::Protocol(protocol)) => {
            protocol.stages.iter().any(|stage| stage.procedure == it.procedure)
        }
        (View::Basic, Outcome::Referral) => false,
    };
    let dispositions = dispositions.iter().filter(in_plan).map(|it| writer.disposition(it)).collect();
    let referrals: Vec<v1::Referral> = referrals.iter().map(|it| writer.referral(it)).collect();
    let reasons = writer.reasons(reasons);
    let not_assessed = not_assessed.iter().map(|it| writer.not_assessed(it)).collect();
    let conflicting_wishes = conflict.as_ref().map(|it| horizon::conflict(&mut writer, it));
    let outcome = match outcome {
        Outcome::Protocol(protocol) => Some(WireOutcome::Protocol(writer.protocol(case, protocol, what_if))),
        Outcome::Referral => referrals.first().cloned().map(WireOutcome::Referral),
    };
    let WhatIf { alternatives, questions: _, why_not, valid_until } = what_if;
    v1::GenerateProtocolResponse {
        knowledge_release: catalogue.release.clone(),
        knowledge_digest: catalogue.digest.clone(),
        protocol_id,
        assessment: Some(assessment),
        dispositions,
        outcome,
        referrals,
        reasons,
        not_assessed,
        policies: catalogue.policies.clone(),
        conflicting_wishes,
        alternatives: alternatives.iter().map(|it| writer.alternative(case, it)).collect(),
        why_not: why_not.iter().map(|it| writer.why_not(it)).collect(),
        valid_until_day: *valid_until,
        valid_until: valid_until.map(|day| date(case, day)),
    }
}

/// A number in thousandths as it stands on the wire.
#[allow(clippy::cast_precision_loss, reason = "clinical numbers are small")]
pub fn number(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

/// The value on the wire of a variant whose list is in the order of the wire.
fn nth(place: usize) -> i32 {
    i32::try_from(place).map_or(0, |it| it + 1)
}

struct Writer<'a> {
    catalogue: &'a Catalogue,
    findings: &'a Findings,
    /// By rule: it is in the answer.
    heard: Vec<bool>,
    /// How many of those await sign-off.
    awaiting: usize,
}

impl<'a> Writer<'a> {
    fn new(catalogue: &'a Catalogue, findings: &'a Findings) -> Self {
        Self { catalogue, findings, heard: vec![false; catalogue.rules.len()], awaiting: 0 }
    }

    fn hear(&mut self, rule: RuleId) {
        let Some(heard) = self.heard.get_mut(rule.index()) else { return };
        if !std::mem::replace(heard, true) && self.catalogue.awaits_sign_off.get(rule.index()) == Some(&true) {
            self.awaiting += 1;
        }
    }

    fn reasons(&mut self, rules: &[RuleId]) -> Vec<Reason> {
        rules.iter().for_each(|rule| self.hear(*rule));
        rules.iter().map(|rule| self.catalogue.reason(*rule)).collect()
    }

    fn scar_ids(&self, scars: &[ScarIndex]) -> Vec<String> {
        scars.iter().filter_map(|scar| Some(self.findings.scars.get(scar.index())?.id.clone())).collect()
    }

    fn sites(&self, scars: &[ScarIndex]) -> Vec<i32> {
        let mut sites: Sites =
            scars.iter().filter_map(|scar| Some(self.findings.scars.get(scar.index())?.area.site)).collect();
        sites.sort_unstable();
        sites.dedup();
        site_numbers(&sites)
    }

    fn assessment(&mut self, assessment: &Assessment) -> v1::Assessment {
        let Assessment { scars, dominant_type, mixed, counts_by_type, grades, reasons, skin_tone } = assessment;
        let labels = scars.iter().filter_map(|label| {
            let scar = self.findings.scars.get(label.scar.index())?;
            let differs = label.type_declared && label.type_by_features != label.scar_type;
            let (reasons, codes) = (&label.reasons, &label.codes);
            let label = v1::ClassifiedScar {
                id: scar.id.clone(),
                site: nth(scar.area.site as usize),
                scar_type: nth(label.scar_type as usize),
                depth_class: nth(label.depth_class as usize),
                depth_method: word(scar.facts.get(Fact::DepthMethod)),
                confidence: nth(label.confidence as usize),
                alternatives: label.alternatives.iter().map(|it| nth(*it as usize)).collect(),
                flags: label.flags.iter().map(|it| nth(*it as usize)).collect(),
                reasons: Vec::new(),
                width_bucket: label.width_bucket.map_or(0, |it| nth(it as usize)),
                type_declared: label.type_declared,
                depth_declared: label.depth_declared,
                type_by_features: if differs { nth(label.type_by_features as usize) } else { 0 },
                codes: Vec::new(),
            };
            Some((label, reasons, codes))
        });
        let labels: Vec<_> = labels.collect();
        let scars = labels
            .into_iter()
            .map(|(label, reasons, codes)| v1::ClassifiedScar {
                reasons: self.reasons(reasons),
                codes: codes.iter().filter_map(|it| self.coding(*it)).collect(),
                ..label
            })
            .collect();
        let counts = counts_by_type.iter().map(|it| v1::TypeCount {
            scar_type: nth(it.scar_type as usize),
            groups: it.groups,
            scars: it.scars,
        });
        v1::Assessment {
            scars,
            dominant_type: dominant_type.map_or(0, |it| nth(it as usize)),
            mixed: *mixed,
            counts_by_type: counts.collect(),
            grades: grades.iter().map(|it| self.grade(it)).collect(),
            reasons: self.reasons(reasons),
            skin_tone: skin_tone.as_ref().map(|it| self.skin_tone(it)),
        }
    }

    fn disposition(&mut self, disposition: &Disposition) -> v1::ProcedureDisposition {
        let Disposition { procedure, scars, sites, action, until_day, until_event, reasons } = disposition;
        let fares = match action {
            Some(Action::Exclude) => v1::Disposition::Excluded,
            Some(Action::Defer) => v1::Disposition::Deferred,
            Some(Action::Clearance) => v1::Disposition::NeedsClearance,
            Some(Action::Modify) => v1::Disposition::Modified,
            Some(Action::Warn) => v1::Disposition::Warned,
            None => v1::Disposition::Allowed,
        };
        v1::ProcedureDisposition {
            procedure: self.catalogue.procedure_id(*procedure),
            sites: site_numbers(sites),
            scar_ids: self.scar_ids(scars),
            disposition: fares.into(),
            until_day: *until_day,
            until_event: until_event.map(|it| self.catalogue.event(it)).unwrap_or_default(),
            reasons: self.reasons(reasons),
        }
    }

    fn referral(&mut self, referral: &Referral) -> v1::Referral {
        let Referral { referral, urgency, scars, sites, reasons } = referral;
        v1::Referral {
            to: self.catalogue.referrals.get(*referral).cloned().unwrap_or_default(),
            urgency: nth(*urgency as usize),
            scar_ids: self.scar_ids(scars),
            sites: site_numbers(sites),
            reasons: self.reasons(reasons),
        }
    }

    fn protocol(&mut self, case: &Case, protocol: &Protocol, what_if: &WhatIf) -> v1::Protocol {
        let Protocol {
            stages,
            sessions,
            contingent_sessions,
            reviews,
            preconditions,
            warnings,
            questions,
            not_treated,
            ask_again_after,
            items,
            history,
            exact,
        } = protocol;
        let last_session = sessions.iter().map(|it| it.day).max();
        let last_review = reviews.iter().map(|it| it.day).max();
        let horizon::Seen { sessions, contingent_sessions, reviews, items } =
            horizon::seen(case.horizon, sessions, contingent_sessions, reviews, items);
        let mut written = v1::Protocol {
            stages: stages.iter().zip(1..).map(|(it, number)| self.stage(case, it, number)).collect(),
            sessions: self.sessions(case, stages, sessions),
            contingent_sessions: self.sessions(case, stages, contingent_sessions),
            reviews: reviews.iter().zip(1..).map(|(it, number)| self.review(case, it, number)).collect(),
            preconditions: self.reasons(preconditions),
            warnings: self.reasons(warnings),
            questions: match &what_if.questions {
                Some(found) => found.iter().map(|it| self.open_question(it)).collect(),
                None => questions.iter().map(|it| self.question(it)).collect(),
            },
            not_treated: self.passed_over(not_treated),
            ask_again_after: ask_again_after.iter().map(|it| self.catalogue.event(*it)).collect(),
            total_days: last_session.max(last_review).unwrap_or(0),
            rules_awaiting_sign_off: Vec::new(),
            care_items: items.iter().map(|it| self.care_item(it)).collect(),
            history: history.iter().map(|it| self.past_session(it)).collect(),
            schedule_exact: *exact,
        };
        written.rules_awaiting_sign_off = self.awaiting_sign_off();
        written
    }

    /// The rules in the answer that await sign-off, in their order: many, so that their list is not grown.
    fn awaiting_sign_off(&self) -> Vec<String> {
        let mut awaiting = Vec::with_capacity(self.awaiting);
        let all = self.heard.iter().zip(&self.catalogue.awaits_sign_off).zip(&self.catalogue.rules);
        awaiting.extend(all.filter(|((heard, awaits), _)| **heard && **awaits).map(|(_, id)| id.clone()));
        awaiting
    }

    fn stage(&mut self, case: &Case, stage: &Stage, number: i32) -> v1::Stage {
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
        let evidence = text.and_then(|it| it.evidence.clone());
        let studied = evidence.as_ref().map(|(_, rule)| *rule);
        let reasons: Rules = reasons.iter().copied().chain(studied).collect();
        v1::Stage {
            number,
            phase: nth(*phase as usize),
            procedure: catalogue.procedure_id(*procedure),
            scar_ids: self.scar_ids(scars),
            sites: site_numbers(sites),
            session_count: session_count.map(range),
            planned_sessions: *planned,
            status: nth(*status as usize),
            done_sessions: *done,
            rests: rests.iter().map(|it| self.rest(it)).collect(),
            contingent_on: *contingent_on,
            interval_days: interval.map(range),
            start_day: *start,
            end_day: *end,
            parameters: parameters.iter().map(|it| self.parameter(stage, it)).collect(),
            preconditions: self.reasons(preconditions),
            technique: self.reasons(technique),
            stop_rules: self.reasons(stop_rules),
            switch_rules: self.reasons(switch_rules),
            expected: expected.iter().map(|(expected, _)| expected.clone()).collect(),
            risks: self.reasons(risks),
            red_flags: self.reasons(red_flags),
            adverse_effects: adverse.iter().map(|(adverse, _)| adverse.clone()).collect(),
            evidence_grade: evidence.map(|(grade, _)| grade).unwrap_or_default(),
            reasons: self.reasons(&reasons),
            passed_over: match case.view {
                View::Full => self.passed_over(passed_over),
                View::Basic => Vec::new(),
            },
        }
    }

    fn rest(&mut self, rest: &Rest) -> v1::Rest {
        let Rest { from, to, contingent_on, reasons } = rest;
        v1::Rest { from_day: *from, to_day: *to, contingent_on: *contingent_on, reasons: self.reasons(reasons) }
    }

    fn parameter(&mut self, stage: &Stage, setting: &ParameterSetting) -> v1::Parameter {
        let ParameterSetting { parameter, limit, scars, sites, reasons } = setting;
        let texts = self.catalogue.procedure(stage.procedure).map(|it| it.parameters.as_slice()).unwrap_or_default();
        let (name, unit) = texts.get(*parameter).cloned().unwrap_or_default();
        v1::Parameter {
            name,
            low: number(limit.low),
            high: number(limit.high),
            unit,
            sites: site_numbers(sites),
            scar_ids: self.scar_ids(scars),
            reasons: self.reasons(reasons),
        }
    }

    fn passed_over(&mut self, passed_over: &[PassedOver]) -> Vec<v1::PassedOver> {
        passed_over
            .iter()
            .map(|PassedOver { procedure, scars, reasons }| v1::PassedOver {
                procedure: self.catalogue.procedure_id(*procedure),
                scar_ids: self.scar_ids(scars),
                reasons: self.reasons(reasons),
            })
            .collect()
    }

    fn sessions(&mut self, case: &Case, stages: &[Stage], sessions: &[Session]) -> Vec<v1::Session> {
        let numbered = sessions.iter().zip(1..);
        numbered.map(|(session, number)| self.session(case, stages, session, number)).collect()
    }

    fn session(&mut self, case: &Case, stages: &[Stage], session: &Session, number: i32) -> v1::Session {
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
            Some(v1::SessionProcedure {
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
        v1::Session {
            number,
            day: *day,
            date: Some(date(case, *day)),
            earliest_day: *earliest,
            latest_day: *latest,
            past_due_day: *past_due,
            procedures: done.collect(),
            downtime_days: Some(range(*downtime)),
            makeup_day: *makeup_day,
            preparation: self.reasons(preparation),
            aftercare: self.reasons(aftercare),
            reasons: self.reasons(reasons),
        }
    }

    fn review(&mut self, case: &Case, review: &Review, number: i32) -> v1::Review {
        let Review { day, reasons } = review;
        let purpose = reasons.first().map(|it| self.catalogue.statement(*it)).unwrap_or_default();
        v1::Review {
            number,
            day: *day,
            date: Some(date(case, *day)),
            purpose: purpose.to_owned(),
            reasons: self.reasons(reasons),
        }
    }
}

fn range(range: Range) -> v1::IntRange {
    let Range { min, typical, max } = range;
    v1::IntRange { min, typical, max }
}

fn site_numbers(sites: &[Site]) -> Vec<i32> {
    sites.iter().map(|it| nth(*it as usize)).collect()
}

fn date(case: &Case, day: Day) -> Date {
    let (year, month, day) = case.start.plus(day).civil();
    Date { year, month, day }
}

/// The value on the wire of a fact of one word.
fn word(value: Option<Value>) -> i32 {
    match value {
        Some(Value::Words(known)) => i32::try_from(known.trailing_zeros()).map_or(0, |it| it + 1),
        Some(Value::YesNo(_) | Value::Number(_) | Value::Since(_)) | None => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use strum::VariantArray;

    use super::nth;
    use crate::{
        domain::{Confidence, Phase, Scale, ScarFlag, Urgency, WidthBucket},
        wire::v1,
    };

    fn same_order<T: Copy + Into<&'static str> + VariantArray>(prefix: &str, name: fn(i32) -> Option<&'static str>) {
        for (place, it) in T::VARIANTS.iter().enumerate() {
            let word: &str = (*it).into();
            assert_eq!(name(nth(place)).unwrap(), format!("{prefix}{}", word.to_uppercase()));
        }
        assert_eq!(name(nth(T::VARIANTS.len())), None, "{prefix} has values that the domain has not");
    }

    macro_rules! name {
        ($wire:ident) => {
            |number| v1::$wire::try_from(number).ok().map(|it| it.as_str_name())
        };
    }

    /// The writer counts on it: the n-th variant of the domain is the n-th value on the wire.
    #[test]
    fn variants_are_in_the_order_of_the_wire() {
        same_order::<Confidence>("CONFIDENCE_", name!(Confidence));
        same_order::<Phase>("PHASE_", name!(Phase));
        same_order::<Scale>("SCALE_", name!(Scale));
        same_order::<ScarFlag>("SCAR_FLAG_", name!(ScarFlag));
        same_order::<Urgency>("URGENCY_", name!(Urgency));
        same_order::<WidthBucket>("WIDTH_BUCKET_", name!(WidthBucket));
    }
}
