//! Other plans, what answers would change, why something is not planned, and until when an answer holds.
//!
//! Each is held against a slow search that plans again for everything.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that other test files share")]

#[path = "what_if/alternatives.rs"]
mod alternatives;
#[path = "what_if/days.rs"]
mod days;
#[path = "support/laws.rs"]
mod laws;
#[path = "support/people.rs"]
mod people;
#[path = "what_if/questions.rs"]
mod questions;
#[path = "support/random.rs"]
mod random;
#[path = "support/service.rs"]
mod support;
#[path = "what_if/why_not.rs"]
mod why_not;

use std::collections::BTreeMap;

use cicatrix::{
    domain::{
        Case, Day, Fact, Field, Insight, Outcome, Plan, ProcedureId, Protocol, RuleId, Scope, SessionKind, StageStatus,
        Value, WhatIf,
    },
    engine,
    wire::{self, v1},
};
use people::knowledge;
use random::{Dice, person};
use strum::VariantArray as _;

/// Requests that differ in what is known.
const EXAMPLES: [&str; 8] = [
    "ice_pick_phototype_ii",
    "ice_pick_phototype_iv",
    "mixed_face",
    "pregnant",
    "keloid_former",
    "rolling",
    "deep_boxcar",
    "acid_three_done",
];

fn example(name: &str) -> Case {
    let path = format!("{}/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let request: v1::GenerateProtocolRequest = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    wire::case(knowledge().vocabulary(), &request).unwrap()
}

fn examples() -> Vec<(String, Case)> {
    EXAMPLES.iter().map(|name| ((*name).to_owned(), example(name))).collect()
}

fn people(many: usize) -> Vec<(String, Case)> {
    let mut dice = Dice(29);
    (0..many).map(|number| (format!("person {number}"), person(&mut dice))).collect()
}

fn found(case: &Case, include: &[Insight]) -> (Plan, WhatIf) {
    let mut plan = engine::plan(knowledge(), &Case { include: include.to_vec(), ..case.clone() });
    let what_if = std::mem::take(&mut plan.what_if);
    (plan, what_if)
}

fn protocol(plan: &Plan) -> Option<&Protocol> {
    match &plan.outcome {
        Outcome::Protocol(protocol) => Some(protocol),
        Outcome::Referral => None,
    }
}

/// What is done on each group, and what goes with it.
type Done = BTreeMap<(u16, ProcedureId, bool), Treatment>;

/// One treatment of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Treatment {
    sessions: i32,
    /// The first day and the last.
    days: Option<[Day; 2]>,
    /// Every day, and what is done on it.
    visits: Vec<(Day, SessionKind)>,
    said: Vec<RuleId>,
    settings: Vec<(usize, i64, i64)>,
    items: Vec<(usize, RuleId)>,
}

fn done(plan: &Plan) -> Done {
    let mut all = Done::new();
    let Some(protocol) = protocol(plan) else { return all };
    let goes_on = |it: &StageStatus| matches!(it, StageStatus::Open | StageStatus::InProgress | StageStatus::Satisfied);
    for (place, stage) in protocol.stages.iter().enumerate().filter(|(_, it)| goes_on(&it.status)) {
        for scar in &stage.scars {
            let said: Vec<RuleId> = stage.preconditions.iter().chain(&stage.technique).copied().collect();
            let settings = stage.parameters.iter().filter(|it| it.scars.contains(scar));
            let settings = settings.map(|it| (it.parameter, it.limit.low, it.limit.high)).collect();
            let items = protocol.items.iter();
            let items = items.filter(|it| it.procedures.contains(&stage.procedure) && it.scars.contains(scar));
            let mut items: Vec<_> = items.flat_map(|it| it.rules.iter().map(|rule| (it.item, *rule))).collect();
            items.sort_unstable();
            let days = stage.session_count.map(|_| [stage.start, stage.end.unwrap_or(stage.start)]);
            let visits = protocol.sessions.iter().chain(&protocol.contingent_sessions).flat_map(|session| {
                let here = session.procedures.iter().filter(|it| it.stage == place && it.scars.contains(scar));
                here.map(|it| (session.day, it.kind))
            });
            let key = (scar.0, stage.procedure, stage.contingent_on.is_some());
            let sessions = stage.planned + stage.done;
            let visits = visits.collect();
            all.entry(key).or_insert(Treatment { sessions, days, visits, said, settings, items });
        }
    }
    all
}

/// The case with one more answer, on all skin and all scars that lack it.
fn with(case: &Case, fact: Fact, value: Value) -> Case {
    let mut case = case.clone();
    match fact.scope() {
        Scope::Patient if fact >= Fact::Grade => case.findings.appearance.set(fact, Some(value)),
        Scope::Patient => {
            case.patient.set(fact, Some(value));
            if fact == Fact::Fitzpatrick {
                case.patient.set(Fact::PlanningPhototype, Some(value));
            }
        }
        Scope::Field => {
            let known = |it: &&cicatrix::domain::Scar| {
                let on = |field: &&Field| field.sites.iter().any(|site| site.overlaps(it.area.site));
                it.facts.get(fact).is_some()
                    || case.patient.get(fact).is_some()
                    || case.fields.iter().filter(on).any(|field| field.facts.get(fact).is_some())
            };
            let sites = case.findings.scars.iter().filter(|it| !known(it)).map(|it| it.area.site).collect();
            let mut field = Field { sites, facts: Default::default() };
            field.facts.set(fact, Some(value));
            case.fields.push(field);
        }
        Scope::Scar => {
            for scar in case.findings.scars.iter_mut().filter(|it| it.facts.get(fact).is_none()) {
                scar.facts.set(fact, Some(value));
            }
        }
    }
    case
}

#[test]
fn nothing_else_of_the_answer_depends_on_what_is_included() {
    for (name, case) in examples().into_iter().chain(people(20)) {
        assert_eq!(found(&case, Insight::VARIANTS).0, engine::plan(knowledge(), &case), "{name}");
    }
}

#[test]
fn what_is_asked_for_comes_and_nothing_else() {
    let ask = |include: &[v1::Insight]| {
        let include = include.iter().map(|it| i32::from(*it)).collect();
        support::service().generate_protocol(v1::GenerateProtocolRequest { include, ..support::request() }).unwrap()
    };
    let (plain, full) = (ask(&[]), ask(&[v1::Insight::Alternatives, v1::Insight::Questions, v1::Insight::WhyNot]));
    assert!(plain.alternatives.is_empty() && plain.why_not.is_empty() && plain.valid_until_day.is_none());
    assert!(!full.alternatives.is_empty() && !full.why_not.is_empty());
    assert_eq!(plain.protocol_id, full.protocol_id);
    let Some(v1::generate_protocol_response::Outcome::Protocol(protocol)) = full.outcome else { panic!("no protocol") };
    assert!(protocol.questions.iter().all(|it| !it.answers.is_empty() && !it.field.is_empty()));
    let wrong = v1::GenerateProtocolRequest { include: vec![0, 9], ..support::request() };
    let error = support::service().generate_protocol(wrong).unwrap_err();
    let text = format!("{error:?}");
    assert!(text.contains("include[0]") && text.contains("include[1]"), "{text}");
}

#[test]
fn the_preferences_of_an_alternative_can_be_sent_as_they_are() {
    let include = vec![v1::Insight::Alternatives.into()];
    let request = v1::GenerateProtocolRequest { include, ..support::request() };
    let answer = support::service().generate_protocol(request.clone()).unwrap();
    for alternative in answer.alternatives {
        let sent = v1::GenerateProtocolRequest { preferences: alternative.preferences.clone(), ..request.clone() };
        let there = support::service().generate_protocol(sent).unwrap();
        let Some(v1::generate_protocol_response::Outcome::Protocol(there)) = there.outcome else {
            panic!("no protocol")
        };
        let days: Vec<i32> = there.sessions.iter().map(|it| it.day).collect();
        assert_eq!(days, alternative.visit_days);
    }
}

/// Nobody is told what depends on when somebody went.
#[test]
fn what_nobody_waits_for_is_ended_and_thrown_away() {
    for (name, case) in examples().into_iter().take(4).chain(people(1)) {
        let case = Case { include: Insight::VARIANTS.to_vec(), ..case };
        let asked = std::cell::Cell::new(0_usize);
        let awaited = |so_often: usize| {
            asked.set(0);
            engine::plan_awaited(knowledge(), &case, &|| asked.replace(asked.get() + 1) < so_often)
        };
        assert_eq!(awaited(usize::MAX), Some(engine::plan(knowledge(), &case)), "{name}");
        let all = asked.get();
        for so_often in [0, 1, all / 2, all - 1] {
            assert_eq!(awaited(so_often), None, "{name}: {so_often} of {all}");
            // Whoever has gone is asked after once more by each loop that is left, and by nothing else.
            assert!(asked.get() <= so_often + 30, "{name}: asked {} times instead of {so_often}", asked.get());
        }
    }
}
