//! Renders what depends on the knowledge alone: reasons for every answer, and what `KnowledgeService` shows.

mod scales;

use scales::{codings, scale_text};
use strum::VariantArray as _;

use crate::{
    domain::{Action, Range, RuleId, Scale},
    knowledge::{
        Amount, Basis, CareItem, Considered, Expected, Knowledge, Line, Policy, Procedure, Rule, SourceAttribute,
        Strength,
    },
    wire::{Catalogue, ItemText, ProcedureText, Rendered, number, v1},
};

/// What `KnowledgeService` shows.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) knowledge: v1::GetKnowledgeResponse,
    pub(super) procedures: Vec<v1::Procedure>,
    pub(super) rules: Vec<v1::Rule>,
    pub(super) citations: Vec<v1::Citation>,
    pub(super) considered: Vec<v1::ConsideredTreatment>,
}

/// The fixed texts of every answer.
pub(super) fn catalogue(knowledge: &Knowledge) -> Catalogue {
    Catalogue {
        release: knowledge.release().to_owned(),
        digest: knowledge.digest().to_owned(),
        // One after the other: all of them at once would be the largest thing that a replica ever holds.
        reasons: all_rules(knowledge).map(|it| Rendered::new(&reason(knowledge, it))).collect(),
        rules: knowledge.rules().iter().map(|it| it.id.clone()).collect(),
        awaits_sign_off: awaiting(knowledge).collect(),
        procedures: knowledge.procedures().iter().map(|it| procedure_text(knowledge, it)).collect(),
        events: knowledge.events().iter().map(|it| it.id.clone()).collect(),
        referrals: knowledge.referrals().iter().map(|it| it.to.clone()).collect(),
        scales: Scale::VARIANTS.iter().map(|it| scale_text(knowledge, *it)).collect(),
        items: knowledge.items().iter().map(item_text).collect(),
        policies: knowledge.policies().iter().map(|it| (Rendered::new(&policy(knowledge, it)), it.rule)).collect(),
        codes: codings(knowledge),
    }
}

fn item_text(item: &CareItem) -> ItemText {
    let amount = |it: &Amount| v1::CareAmount {
        name: it.name.clone(),
        value: number(it.value),
        unit: it.unit.clone(),
        total: None,
    };
    ItemText {
        kind: nth(item.kind as usize),
        options: item.options.clone(),
        amounts: item.amounts.iter().map(amount).collect(),
    }
}

fn policy(knowledge: &Knowledge, policy: &Policy) -> v1::Policy {
    v1::Policy {
        policy: policy.id.clone(),
        value: policy.value.clone(),
        is_default: !policy.chosen,
        reasons: vec![reason(knowledge, policy.rule)],
    }
}

fn all_rules(knowledge: &Knowledge) -> impl Iterator<Item = RuleId> + use<> {
    (0..u16::try_from(knowledge.rules().len()).unwrap_or(u16::MAX)).map(RuleId)
}

fn rule_ids(knowledge: &Knowledge, rules: &[RuleId]) -> Vec<String> {
    rules.iter().filter_map(|it| Some(knowledge.rules().get(it.index())?.id.clone())).collect()
}

/// Why something is in an answer.
fn reason(knowledge: &Knowledge, rule: RuleId) -> v1::Reason {
    let Some(rule) = knowledge.rules().get(rule.index()) else { return v1::Reason::default() };
    let (basis, citations, derived_from) = match &rule.basis {
        Basis::Sourced(keys) => (v1::Basis::Sourced, keys.clone(), Vec::new()),
        Basis::Derived(from) => (v1::Basis::Derived, Vec::new(), rule_ids(knowledge, from)),
        Basis::ExpertPractice => (v1::Basis::ExpertPractice, Vec::new(), Vec::new()),
    };
    v1::Reason {
        rule: rule.id.clone(),
        statement: rule.says.clone(),
        basis: basis.into(),
        citations,
        code: rule.code.clone(),
        derived_from,
        awaits_sign_off: awaits_sign_off(rule),
    }
}

fn awaiting(knowledge: &Knowledge) -> impl Iterator<Item = RuleId> {
    all_rules(knowledge).zip(knowledge.rules()).filter(|(_, rule)| awaits_sign_off(rule)).map(|(id, _)| id)
}

fn awaits_sign_off(rule: &Rule) -> bool {
    rule.basis == Basis::ExpertPractice
}

fn expected_result(knowledge: &Knowledge, expected: &Expected) -> v1::ExpectedResult {
    v1::ExpectedResult {
        measure: expected.measure.clone(),
        low: expected.low,
        high: expected.high,
        unit: expected.unit.clone(),
        reason: Some(reason(knowledge, expected.rule)),
    }
}

fn procedure_text(knowledge: &Knowledge, procedure: &Procedure) -> ProcedureText {
    let unit = |place: usize| procedure.parameters.iter().find(|it| it.place == place).map(|it| it.unit.clone());
    let named = procedure.parameter_names.iter().enumerate();
    let expected = |it: &Expected| (Rendered::new(&expected_result(knowledge, it)), it.rule);
    ProcedureText {
        id: procedure.id.clone(),
        parameters: named.map(|(place, name)| (name.clone(), unit(place).unwrap_or_default())).collect(),
        expected: procedure.expected.iter().map(expected).collect(),
        adverse: procedure.adverse.iter().map(expected).collect(),
        evidence: Some((procedure.evidence.grade.clone(), procedure.evidence.rule)),
    }
}

/// What `KnowledgeService` shows.
pub(super) fn shown(knowledge: &Knowledge) -> Shown {
    let rules: Vec<v1::Rule> = all_rules(knowledge).filter_map(|it| rule(knowledge, it)).collect();
    let count = |basis: v1::Basis| length(rules.iter().filter(|it| it.basis() == basis).count());
    let kinds = knowledge.gaps().kinds.len();
    Shown {
        knowledge: v1::GetKnowledgeResponse {
            knowledge_release: knowledge.release().to_owned(),
            knowledge_digest: knowledge.digest().to_owned(),
            release_date: knowledge.date().to_owned(),
            procedure_count: length(knowledge.procedures().len()),
            rule_count: length(rules.len()),
            sourced_rule_count: count(v1::Basis::Sourced),
            derived_rule_count: count(v1::Basis::Derived),
            expert_practice_rule_count: count(v1::Basis::ExpertPractice),
            citation_count: length(knowledge.citations().len()),
            gap_count: length(kinds * kinds),
            policies: knowledge.policies().iter().map(|it| policy(knowledge, it)).collect(),
            source_attributes: knowledge.source_attributes().iter().map(source_attribute).collect(),
        },
        considered: knowledge.considered().iter().map(|it| considered(knowledge, it)).collect(),
        procedures: knowledge.procedures().iter().map(|it| procedure(knowledge, it)).collect(),
        citations: knowledge.citations().iter().map(citation).collect(),
        rules,
    }
}

fn length(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

fn rule(knowledge: &Knowledge, id: RuleId) -> Option<v1::Rule> {
    let rule = knowledge.rules().get(id.index())?;
    let v1::Reason { rule: id, statement, basis, citations, code, derived_from, awaits_sign_off } =
        reason(knowledge, id);
    let procedures = rule.procedures.iter().filter_map(|it| knowledge.procedures().get(it.index()));
    Some(v1::Rule {
        rule: id,
        statement,
        basis,
        citations,
        code,
        derived_from,
        awaits_sign_off,
        file: rule.file.to_string(),
        condition: rule.condition.clone(),
        procedures: procedures.map(|it| it.id.clone()).collect(),
        action: rule.action.map(action).unwrap_or_default(),
    })
}

fn action(action: Action) -> String {
    let name: &str = action.into();
    name.to_owned()
}

fn citation(citation: &crate::knowledge::Citation) -> v1::Citation {
    let crate::knowledge::Citation { key, text, pmid, doi, pmcid, url } = citation.clone();
    v1::Citation { key, text, pmid, doi, pmcid, url }
}

fn source_attribute(attribute: &SourceAttribute) -> v1::SourceAttribute {
    let SourceAttribute { id, name, value } = attribute.clone();
    v1::SourceAttribute { id, name, value }
}

fn considered(knowledge: &Knowledge, considered: &Considered) -> v1::ConsideredTreatment {
    let Considered { id, name, scar_types, alone: _, rule } = considered;
    v1::ConsideredTreatment {
        id: id.clone(),
        name: name.clone(),
        scar_types: scar_types.iter().map(|it| nth(*it as usize)).collect(),
        reason: Some(reason(knowledge, *rule)),
    }
}

fn range(range: Range) -> v1::IntRange {
    let Range { min, typical, max } = range;
    v1::IntRange { min, typical, max }
}

fn procedure(knowledge: &Knowledge, procedure: &Procedure) -> v1::Procedure {
    let heard = |rule: RuleId| reason(knowledge, rule);
    let lines = |lines: &[Line]| lines.iter().map(|it| heard(it.rule)).collect();
    let repeat = procedure.gaps.and_then(|it| knowledge.gaps().between(it.kind, it.kind)).map(|gap| gap.base);
    let expected = |all: &[Expected]| all.iter().map(|it| expected_result(knowledge, it)).collect();
    let rules = [
        procedure.sessions.map(|it| it.rule),
        repeat.map(|it| it.rule),
        procedure.downtime.map(|it| it.rule),
        procedure.judge.map(|it| it.rule),
        procedure.course.map(|it| it.rule),
        Some(procedure.evidence.rule),
        procedure.cost.map(|it| it.rule),
        procedure.pigment.map(|it| it.rule),
        procedure.gaps.and_then(|it| it.weaker).map(|it| it.rule),
    ];
    let gentler = procedure.gentler.iter().map(|it| it.rule);
    v1::Procedure {
        procedure: procedure.id.clone(),
        name: procedure.name.clone(),
        description: procedure.description.clone(),
        session_count: procedure.sessions.map(|it| range(it.count)),
        interval_days: repeat.map(|it| v1::IntRange {
            min: it.floor,
            typical: it.typical_from.max(it.plan_min),
            max: it.latest.unwrap_or(it.typical_to),
        }),
        downtime_days: procedure.downtime.map(|it| range(it.days)),
        makeup_day: procedure.downtime.map_or(0, |it| it.makeup_day),
        parameters: procedure
            .parameters
            .iter()
            .map(|it| v1::Parameter {
                name: it.name.clone(),
                low: number(it.low),
                high: number(it.high),
                unit: it.unit.clone(),
                sites: Vec::new(),
                scar_ids: Vec::new(),
                reasons: vec![heard(it.rule)],
            })
            .collect(),
        preparation: lines(&procedure.preparation),
        aftercare: lines(&procedure.aftercare),
        technique: lines(&procedure.technique),
        stop_rules: lines(&procedure.stop),
        switch_rules: lines(&procedure.switch),
        expected: expected(&procedure.expected),
        risks: lines(&procedure.risk),
        strengths: procedure
            .strengths
            .iter()
            .map(|it| v1::TypeStrength {
                scar_type: nth(it.scar_type as usize),
                depth_class: it.depth_class.map_or(0, |it| nth(it as usize)),
                strength: strength(it.strength).to_owned(),
                reason: Some(heard(it.rule)),
            })
            .collect(),
        reasons: rules.into_iter().flatten().chain(gentler).map(heard).collect(),
        judge_after_days: procedure.judge.map(|it| it.days),
        red_flags: lines(&procedure.red_flag),
        adverse_effects: expected(&procedure.adverse),
        evidence_grade: procedure.evidence.grade.clone(),
        families: procedure.families.clone(),
        cost_class: procedure.cost.map(|it| it.class),
        pigment_risk: procedure.pigment.map(|it| nth(it.risk as usize)),
    }
}

/// The value on the wire of a variant whose list is in the order of the wire.
fn nth(place: usize) -> i32 {
    length(place.saturating_add(1))
}

fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Avoid => "avoid",
        Strength::Weak => "weak",
        Strength::Moderate => "moderate",
        Strength::Strong => "strong",
    }
}
