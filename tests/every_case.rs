//! The domain is finite: every case that can differ is planned, and what must always hold is checked on it.
//!
//! `src/survey/` lists the cases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/people.rs"]
mod people;
#[path = "support/special.rs"]
mod special;

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use cicatrix::{
    domain::{Action, Case, Fact, Outcome, PastSession, Plan, Response, RuleId, ScarType, Site, Value},
    engine,
    knowledge::{Basis, Knowledge},
    release,
    survey::Survey,
};
use people::{answers, case, healthy, knowledge, scar, treatable, untreatable};
use strum::VariantArray as _;

/// Runs `check` on every case of a survey, on all cores, and says how many there were.
fn for_every_case(survey: &Survey, check: impl Fn(&str, &Case, &Plan) + Sync) -> usize {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Relaxed);
                    let Some(who) = survey.who(at) else { break };
                    let case = survey.case(at, knowledge()).unwrap();
                    check(&who.to_string(), &case, &engine::plan(knowledge(), &case));
                }
            });
        }
    });
    survey.len()
}

#[test]
fn what_must_always_hold_holds_on_every_case() {
    let heard = std::sync::Mutex::new(BTreeSet::new());
    let count = for_every_case(&Survey::of(knowledge()), |name, case, plan| {
        laws::check(name, knowledge(), case, plan);
        let rules: BTreeSet<RuleId> = laws::rules(plan).into_iter().collect();
        heard.lock().unwrap().extend(rules);
    });
    println!("{count} cases");
    assert!(count > 40_000, "only {count} cases");
    let mut heard = heard.into_inner().unwrap();
    heard.extend(mixed_rules());
    heard.extend(ranked_rules());
    heard.extend(failed_rules());
    heard.extend(done_rules());
    heard.extend(policy_rules());
    heard.extend(covered_rules());
    // These are heard when the knowledge itself is asked for.
    for (_, procedure) in knowledge().procedure_ids() {
        heard.extend(procedure.strengths.iter().map(|it| it.rule));
        heard.extend(procedure.downtime.map(|it| it.rule));
        heard.extend(procedure.judge.map(|it| it.rule));
        heard.extend(procedure.course.map(|it| it.rule));
        heard.extend(procedure.expected.iter().chain(&procedure.adverse).map(|it| it.rule));
        heard.extend(procedure.gentler.iter().map(|it| it.rule));
        heard.insert(procedure.evidence.rule);
        heard.extend(procedure.cost.map(|it| it.rule));
        heard.extend(procedure.pigment.map(|it| it.rule));
        heard.extend(procedure.gaps.and_then(|it| it.weaker).map(|it| it.rule));
    }
    // These are heard when other plans are asked for: tests/what_if.rs.
    let planning = knowledge().planning();
    heard.extend(planning.objectives.iter().flat_map(|(better, worse)| [*better, *worse]));
    heard.insert(planning.ranks_after);
    heard.insert(planning.not_recorded);
    // These are heard when a plan is checked: tests/check.rs.
    heard.extend(&knowledge().planning().findings);
    heard.insert(knowledge().planning().not_stated);
    heard.insert(knowledge().classification().limits);
    heard.extend(knowledge().policies().iter().map(|it| it.rule));
    heard.extend(knowledge().considered().iter().map(|it| it.rule));
    // The table is total: rows between kinds that no pathway puts one after the other are heard by past sessions only.
    let silent: Vec<&str> = knowledge()
        .rules()
        .iter()
        .zip(0..)
        .filter(|(rule, at)| !heard.contains(&RuleId(*at)) && !rule.file.starts_with("gaps"))
        .filter(|(rule, _)| !is_of_a_check(&rule.file))
        .map(|(rule, _)| rule.id.as_str())
        .collect();
    assert!(silent.is_empty(), "no case ever leads to {silent:?}");
}

#[test]
fn what_must_always_hold_holds_on_pairs_of_answers() {
    // All of them are for a command of their own: `knowledge diff --pairs`.
    let pairs = Survey::pairs(&[knowledge()]).thinned(101);
    let count = for_every_case(&pairs, |name, case, plan| laws::check(name, knowledge(), case, plan));
    assert!(count > 10_000, "only {count} pairs");
}

/// Rules that need several groups of scars, past sessions or wishes.
fn mixed_rules() -> Vec<RuleId> {
    let mut rules = Vec::new();
    for case in special::special_cases() {
        let plan = engine::plan(knowledge(), &case);
        laws::check("special", knowledge(), &case, &plan);
        rules.extend(laws::rules(&plan));
    }
    rules
}

/// Rules of what ranks lower: whatever a plan takes is taken away, until nothing is left.
fn ranked_rules() -> Vec<RuleId> {
    let mut rules = Vec::new();
    let mut kinds = treatable();
    for declared in ["macular_erythematous", "macular_hyperpigmented"] {
        kinds.push((declared, vec![people::word(Fact::DeclaredType, declared)]));
    }
    // A label that the features contradict is a doubtful one.
    for (at, declared, profile) in [(0, "ice_pick", "m"), (8, "boxcar", "m")] {
        let mut doubtful = kinds[at].1.clone();
        doubtful.extend([people::word(Fact::DeclaredType, declared), people::word(Fact::Profile, profile)]);
        doubtful.push(people::word(Fact::Edge, "sloping"));
        kinds.push(("doubtful", doubtful));
    }
    for (name, mut features) in kinds {
        features.push(people::yes(Fact::Distensible));
        for (site, phototype, grade) in [Site::Cheek, Site::Forehead]
            .into_iter()
            .flat_map(|site| [(site, 1, None), (site, 1, Some(4)), (site, 3, Some(4)), (site, 5, None)])
        {
            let mut it = case(healthy(Some(phototype)), vec![scar("s", site, 14, &features)]);
            it.findings.declared_grade = grade;
            for fact in [Fact::CardiacMonitoring, Fact::OperatingTheatre] {
                it.patient.set(fact, Some(Value::YesNo(true)));
            }
            loop {
                let plan = engine::plan(knowledge(), &it);
                laws::check(name, knowledge(), &it, &plan);
                rules.extend(laws::rules(&plan));
                let before = it.wishes.excluded;
                laws::planned(&plan).into_iter().for_each(|id| it.wishes.excluded.insert(id));
                if it.wishes.excluded == before {
                    break;
                }
            }
            it.wishes.excluded = Default::default();
            it.wishes.max_downtime = Some(0);
            it.patient.set(Fact::KeloidHistory, None);
            it.patient.set(Fact::Lactating, Some(Value::YesNo(true)));
            for (fact, value) in [people::word(Fact::ActiveAcne, "mild"), people::word(Fact::AcneKind, "comedonal")] {
                it.patient.set(fact, value);
            }
            let retinoid = knowledge().vocabulary().procedure("topical-retinoid").unwrap();
            it.wishes.excluded.insert(retinoid);
            rules.extend(laws::rules(&engine::plan(knowledge(), &it)));
        }
    }
    rules
}

/// Rules of what was tried without effect.
fn failed_rules() -> Vec<RuleId> {
    let mut rules = Vec::new();
    for failure in &knowledge().planning().failures {
        for (id, _) in knowledge().procedure_ids().filter(|(id, _)| failure.procedures.contains(*id)) {
            for (name, features) in treatable() {
                for grade in [None, Some(4)] {
                    let mut it = case(healthy(Some(2)), vec![scar("s", Site::Cheek, 14, &features)]);
                    it.findings.declared_grade = grade;
                    let days =
                        (0..failure.sessions).rev().map(|back| -failure.after - 28 * i32::try_from(back).unwrap());
                    let past =
                        |day| PastSession { response: Some(Response::Under25Percent), ..PastSession::new(id, day) };
                    it.history = days.map(past).collect();
                    let plan = engine::plan(knowledge(), &it);
                    laws::check(name, knowledge(), &it, &plan);
                    rules.extend(laws::rules(&plan));
                }
            }
        }
    }
    rules
}

/// Rules of weak kidneys and herpes near the mouth: two answers and a site, which no condition but theirs has together.
fn covered_rules() -> Vec<RuleId> {
    let mut it = case(healthy(Some(3)), vec![scar("s", Site::Perioral, 14, &treatable()[0].1)]);
    for fact in [Fact::HsvHistory, Fact::RenalDisease] {
        it.patient.set(fact, Some(Value::YesNo(true)));
    }
    let plan = engine::plan(knowledge(), &it);
    laws::check("weak kidneys and herpes at the mouth", knowledge(), &it, &plan);
    laws::rules(&plan)
}

/// What no pathway and no home care takes is known for the check of plans: its pages are told by no plan.
fn is_of_a_check(file: &str) -> bool {
    let of_check = knowledge().considered().iter().fold(Vec::new(), |mut all, it| {
        all.extend(knowledge().procedure_ids().map(|(id, _)| id).filter(|id| it.alone.contains(*id)));
        all
    });
    let taken = |id| {
        let steps = knowledge().pathways().iter().flat_map(|it| &it.steps);
        steps.flat_map(|it| &it.options).any(|it| it.procedure == id)
    };
    let mut files = of_check.into_iter().filter(|id| !taken(*id));
    files.any(|id| file.ends_with(&format!("procedures/{}.toml", knowledge().procedures()[id.index()].id)))
}

/// Rules of scars for which all was done, long enough ago, and then once more.
fn done_rules() -> Vec<RuleId> {
    let mut rules = Vec::new();
    for (name, features) in treatable() {
        let mut it = case(healthy(Some(2)), vec![scar("s", Site::Cheek, 8, &features)]);
        for last in [600, 400, 0] {
            let plan = engine::plan(knowledge(), &it);
            laws::check(name, knowledge(), &it, &plan);
            rules.extend(laws::rules(&plan));
            let Some(protocol) = plan.protocol() else { break };
            for stage in protocol.stages.iter().filter(|it| it.goes_on()) {
                let Some(count) = stage.session_count else { continue };
                // What a review decides on is done once; of a first course, what is usual.
                let times = if last == 600 { count.typical } else { stage.contingent_on.map_or(0, |_| 1) };
                it.history.extend((0..times).map(|back| PastSession {
                    response: Some(Response::From50To75Percent),
                    ..PastSession::new(stage.procedure, -last - 28 * back)
                }));
            }
            it.history.sort();
            it.history.iter_mut().enumerate().for_each(|(place, past)| past.place = place);
        }
    }
    rules
}

/// Rules that only another policy brings in force: every value of every policy, on every answer alone.
fn policy_rules() -> Vec<RuleId> {
    let mut rules = Vec::new();
    for policy in knowledge().policies() {
        for value in policy.values.iter().filter(|value| **value != policy.value) {
            let choices = std::iter::once((policy.id.clone(), value.clone())).collect();
            let other = Knowledge::with_policies(&release::embedded(), &choices).unwrap();
            for (name, features) in treatable() {
                for phototype in [2, 5] {
                    for answer in answers() {
                        let mut it = case(healthy(Some(phototype)), vec![scar("s", Site::Cheek, 14, &features)]);
                        for (fact, value) in &answer.changes {
                            it.patient.set(*fact, *value);
                        }
                        let plan = engine::plan(&other, &it);
                        laws::check(name, &other, &it, &plan);
                        rules.extend(laws::rules(&plan));
                    }
                    // A keloid elsewhere is found and not answered.
                    let keloid = [people::word(Fact::DeclaredType, "keloid")];
                    let found = vec![scar("s", Site::Cheek, 14, &features), scar("k", Site::Neck, 1, &keloid)];
                    let it = case(healthy(Some(phototype)), found);
                    let plan = engine::plan(&other, &it);
                    laws::check(name, &other, &it, &plan);
                    rules.extend(laws::rules(&plan));
                }
            }
        }
    }
    rules.sort_unstable();
    rules.dedup();
    rules
}

#[test]
fn an_unasked_fact_is_never_less_cautious_than_the_healthy_answer() {
    for (name, features) in treatable() {
        let healthy_plan =
            engine::plan(knowledge(), &case(healthy(Some(3)), vec![scar("s", Site::Cheek, 14, &features)]));
        for fact in Fact::VARIANTS.iter().copied().filter(|it| *it < Fact::Activity && *it != Fact::PlanningPhototype) {
            let mut unasked = case(healthy(Some(3)), vec![scar("s", Site::Cheek, 14, &features)]);
            unasked.patient.set(fact, None);
            if fact == Fact::Fitzpatrick {
                unasked.patient = healthy(None);
            }
            let plan = engine::plan(knowledge(), &unasked);
            for (asked, unasked) in healthy_plan.dispositions.iter().zip(&plan.dispositions) {
                assert_eq!(asked.procedure, unasked.procedure);
                let (a, b) = (asked.action, unasked.action);
                let procedure = &knowledge().procedures()[asked.procedure.index()].id;
                // A quiet acne long ago is what lifts a mild warning; not knowing it is asked, not warned of.
                let advice = fact == Fact::DaysSinceAcneQuiet;
                assert!(
                    b >= a || advice,
                    "{name}: {procedure} is {b:?} when {fact:?} is not asked, {a:?} when it is fine"
                );
            }
        }
    }
}

#[test]
fn a_contraindication_never_adds_what_it_forbids() {
    for (name, features) in treatable() {
        for phototype in [Some(2), Some(5)] {
            for answer in answers().into_iter().filter(|it| !it.healthy) {
                let mut it = case(healthy(phototype), vec![scar("s", Site::Cheek, 14, &features)]);
                for (fact, value) in &answer.changes {
                    it.patient.set(*fact, *value);
                }
                let plan = engine::plan(knowledge(), &it);
                for disposition in plan.dispositions.iter().filter(|it| it.action == Some(Action::Exclude)) {
                    let added = laws::planned(&plan).contains(&disposition.procedure);
                    assert!(!added, "{name}, {}: an excluded procedure is planned", answer.name);
                }
            }
        }
    }
}

#[test]
fn equal_facts_give_equal_plans() {
    for case in special::special_cases() {
        let plan = engine::plan(knowledge(), &case);
        assert_eq!(plan, engine::plan(knowledge(), &case));
    }
}

#[test]
fn the_seed_sequence_comes_out() {
    let ice_pick = treatable().swap_remove(0).1;
    let id = |name: &str| knowledge().vocabulary().procedure(name).unwrap();
    for phototype in 1..=6 {
        let plan =
            engine::plan(knowledge(), &case(healthy(Some(phototype)), vec![scar("s", Site::Cheek, 14, &ice_pick)]));
        let Outcome::Protocol(protocol) = &plan.outcome else { panic!("phototype {phototype}: no protocol") };
        let office: Vec<_> = protocol.stages.iter().filter(|it| it.session_count.is_some()).collect();
        let procedures: Vec<_> = office.iter().map(|it| it.procedure).collect();
        assert_eq!(procedures[0], id("tca-cross"), "phototype {phototype}");
        assert_eq!(procedures[1], id("mnrf"), "phototype {phototype}");
        let laser = office[2];
        assert!(knowledge().procedures()[laser.procedure.index()].id.ends_with("laser"), "phototype {phototype}");
        assert!(procedures.contains(&id("prp")), "phototype {phototype}");
        // 100 % is reached by the light, and the dark start lower, primed, with a laser that waits for a review.
        let dark = phototype >= 4;
        let acid = &office[0].parameters[0];
        assert_eq!(acid.limit.high, if dark { 70_000 } else { 100_000 }, "phototype {phototype}");
        assert_eq!(acid.limit.low, if dark { 50_000 } else { 70_000 }, "phototype {phototype}");
        assert_eq!(office[0].start > 0, dark, "phototype {phototype}: priming");
        assert_eq!(laser.contingent_on.is_some(), dark, "phototype {phototype}: review");
    }
}

#[test]
fn every_type_of_scar_is_answered() {
    for (name, features) in untreatable() {
        let plan = engine::plan(knowledge(), &case(healthy(Some(3)), vec![scar("s", Site::Cheek, 2, &features)]));
        assert_eq!(plan.outcome, Outcome::Referral, "{name}");
        assert!(!plan.referrals.is_empty(), "{name}");
    }
    for scar_type in ScarType::VARIANTS {
        let name: &str = scar_type.into();
        let declared = [people::word(Fact::DeclaredType, name)];
        let plan = engine::plan(knowledge(), &case(healthy(Some(3)), vec![scar("s", Site::Cheek, 2, &declared)]));
        assert_eq!(plan.assessment.scars[0].scar_type, *scar_type);
        let planned = matches!(plan.outcome, Outcome::Protocol(_));
        let pathway = matches!(
            scar_type,
            ScarType::IcePick
                | ScarType::Boxcar
                | ScarType::Rolling
                | ScarType::MacularErythematous
                | ScarType::MacularHyperpigmented
        );
        assert_eq!(planned, pathway, "{name}");
    }
}

#[test]
fn sourced_rules_name_their_sources_and_derived_ones_their_rules() {
    for rule in knowledge().rules() {
        match &rule.basis {
            Basis::Sourced(keys) => {
                assert!(!keys.is_empty(), "{}", rule.id);
                for key in keys {
                    assert!(knowledge().citations().iter().any(|it| it.key == *key), "{} cites {key}", rule.id);
                }
            }
            Basis::Derived(from) => assert!(!from.is_empty(), "{}", rule.id),
            Basis::ExpertPractice => {}
        }
    }
}

#[test]
fn sentences_neither_promise_nor_stop_a_drug() {
    let promises = ["cure", "remove the scar", "will remove", "guarantee", "permanently", "scar-free", "perfect"];
    let orders =
        ["stop taking", "stop your", "discontinue", "come off", "stop the blood", "stop warfarin", "pause your blood"];
    for rule in knowledge().rules() {
        let says = rule.says.to_lowercase();
        for word in promises {
            assert!(!says.contains(word), "{} promises: {}", rule.id, rule.says);
        }
        for word in orders {
            assert!(!says.contains(word), "{} orders: {}", rule.id, rule.says);
        }
    }
}

#[test]
fn a_value_in_a_case_is_a_number() {
    // Guards the builders above: phototypes are thousandths.
    assert_eq!(healthy(Some(4)).get(Fact::Fitzpatrick), Some(Value::Number(4_000)));
}
