//! Other plans, what answers would change, why something is not planned, and until when an answer holds.
//!
//! Each is held against a slow search that plans again for everything.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(dead_code, unreachable_pub, reason = "parts that other test files share")]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/people.rs"]
mod people;
#[path = "support/random.rs"]
mod random;
#[path = "support/service.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use cicatrix::{
    domain::{
        Alternative, Answers, Case, ChangeKind, Day, Fact, Field, Insight, Objective, Otherwise, Outcome, Plan,
        ProcedureId, Protocol, RuleId, Scope, StageStatus, Value, WhatIf,
    },
    engine,
    knowledge::{Procedure, ProcedureKind},
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
type Done =
    BTreeMap<(u16, ProcedureId, bool), (i32, Option<Day>, Vec<RuleId>, Vec<(usize, i64, i64)>, Vec<(usize, RuleId)>)>;

fn done(plan: &Plan) -> Done {
    let mut all = Done::new();
    let Some(protocol) = protocol(plan) else { return all };
    let goes_on = |it: &StageStatus| matches!(it, StageStatus::Open | StageStatus::InProgress | StageStatus::Satisfied);
    for stage in protocol.stages.iter().filter(|it| goes_on(&it.status)) {
        for scar in &stage.scars {
            let said: Vec<RuleId> = stage.preconditions.iter().chain(&stage.technique).copied().collect();
            let settings = stage.parameters.iter().filter(|it| it.scars.contains(scar));
            let settings = settings.map(|it| (it.parameter, it.limit.low, it.limit.high)).collect();
            let items = protocol.items.iter();
            let items = items.filter(|it| it.procedures.contains(&stage.procedure) && it.scars.contains(scar));
            let mut items: Vec<_> = items.map(|it| (it.item, it.rule)).collect();
            items.sort_unstable();
            let first = stage.session_count.map(|_| stage.start);
            let key = (scar.0, stage.procedure, stage.contingent_on.is_some());
            all.entry(key).or_insert((stage.planned + stage.done, first, said, settings, items));
        }
    }
    all
}

/// Every answer of `fact` that could matter, denser than the planner looks: each word, and numbers all over the range.
fn dense(fact: Fact) -> Vec<Value> {
    use cicatrix::domain::FactKind;
    match fact.kind() {
        FactKind::YesNo => vec![Value::YesNo(true), Value::YesNo(false)],
        FactKind::Words(words) => words.iter().map(|it| Value::Words(fact.word(it).unwrap())).collect(),
        FactKind::Number(_) if fact == Fact::Fitzpatrick => (1..=6).map(|it| Value::Number(it * 1000)).collect(),
        FactKind::Number(_) => [0, 500, 1_200, 1_600, 2_100, 2_600, 3_200, 3_600, 4_500, 6_200, 7_500, 9_000, 11_000]
            .into_iter()
            .chain([17_000, 19_000, 30_000, 45_000, 60_000, 90_000, 120_000, 300_000])
            .map(Value::Number)
            .collect(),
        FactKind::Elapsed => [0, 1, 5, 9, 13, 16, 22, 29, 33, 45, 60, 75, 95, 130, 170, 190, 250, 370, 500, 800]
            .into_iter()
            .map(|ago| Value::Since(-ago))
            .collect(),
    }
}

fn is_in(value: Value, answers: Answers) -> bool {
    let between = |it: i64, from: Option<i64>, below: Option<i64>| {
        from.is_none_or(|from| from <= it) && below.is_none_or(|below| it < below)
    };
    match (value, answers) {
        (Value::YesNo(one), Answers::YesNo(other)) => one == other,
        (Value::Words(one), Answers::Words(all)) => one & all != 0 || one == all,
        (Value::Number(it), Answers::Numbers(from, below)) => between(it, from, below),
        (Value::Since(day), Answers::DaysAgo(from, below)) => between(i64::from(-day), from, below),
        _ => false,
    }
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

/// Was it asked on every group? As far as a test can say without the planner.
fn was_asked(case: &Case, fact: Fact) -> bool {
    match fact.scope() {
        Scope::Patient if fact >= Fact::Grade => case.findings.appearance.get(fact).is_some(),
        Scope::Patient => case.patient.get(fact).is_some(),
        Scope::Field => case.findings.scars.iter().all(|it| {
            let on = |field: &&Field| field.sites.iter().any(|site| site.overlaps(it.area.site));
            case.patient.get(fact).is_some()
                || it.facts.get(fact).is_some()
                || case.fields.iter().filter(on).any(|field| field.facts.get(fact).is_some())
        }),
        Scope::Scar => case.findings.scars.iter().all(|it| it.facts.get(fact).is_some()),
    }
}

fn is_a_question(case: &Case, fact: Fact) -> bool {
    let beside = |(other, answer)| {
        case.patient.get(other) == Some(answer) || case.fields.iter().any(|it| it.facts.get(other) == Some(answer))
    };
    // Brown marks among the scars say of themselves that there are marks, and where they come from.
    let told_by_scars = [
        Fact::PihActiveInField,
        Fact::PihOrigin,
        Fact::PihHistory,
        Fact::HsvHistory,
        Fact::DeclaredType,
        Fact::DeclaredDepthClass,
    ];
    !fact.is_computed() && !told_by_scars.contains(&fact) && !was_asked(case, fact) && fact.beside().is_none_or(beside)
}

fn questions_are_exact(name: &str, case: &Case) {
    let (plan, what_if) = found(case, &[Insight::Questions]);
    let questions = what_if.questions.unwrap();
    let before = done(&plan);
    for fact in Fact::VARIANTS.iter().copied().filter(|it| is_a_question(case, *it)) {
        let question = questions.iter().find(|it| it.fact == fact);
        let told = |value| {
            let answers = question.iter().flat_map(|it| &it.answers).flat_map(|it| &it.answers);
            answers.copied().find(|answers| is_in(value, *answers))
        };
        let mut moved: BTreeSet<Answers> = BTreeSet::new();
        for value in dense(fact) {
            let changes = done(&engine::plan(knowledge(), &with(case, fact, value))) != before;
            match told(value) {
                // Not every day of a range need move a session, but some does.
                Some(answers @ Answers::DaysAgo(..)) if !changes => drop(moved.insert(answers)),
                found => assert_eq!(found.is_some(), changes, "{name}: {fact:?} {value:?}: {question:#?}"),
            }
        }
        for specimen in knowledge().specimens().of(fact) {
            let after = done(&engine::plan(knowledge(), &with(case, fact, specimen.value)));
            if after != before {
                moved.retain(|it| !is_in(specimen.value, *it));
            }
        }
        assert!(moved.is_empty(), "{name}: {fact:?}: {moved:?} would change nothing");
    }
    for question in &questions {
        assert!(!question.answers.is_empty() && !question.reasons.is_empty(), "{name}: {:?}", question.fact);
        assert!(question.answers.iter().all(|it| !it.changes.is_empty()), "{name}: {:?}", question.fact);
        let sorted = question.answers.windows(2).all(|it| it[0].changes <= it[1].changes);
        assert!(sorted, "{name}: {:?}: the gravest answer comes first", question.fact);
    }
}

#[test]
fn questions_are_the_facts_that_would_change_the_plan_and_no_others() {
    for (name, case) in examples().into_iter().chain(people(12)) {
        questions_are_exact(&name, &case);
    }
}

#[test]
fn an_answer_says_what_it_would_change() {
    let (_, what_if) = found(&example("ice_pick_phototype_ii"), &[Insight::Questions]);
    let questions = what_if.questions.unwrap();
    let sepsis = questions.iter().find(|it| it.fact == Fact::Sepsis).expect("sepsis was not asked");
    let answer = sepsis.answers.first().unwrap();
    assert_eq!(answer.answers, [Answers::YesNo(true)]);
    assert_eq!(answer.changes.iter().map(|it| it.kind).collect::<Vec<_>>(), [ChangeKind::NotTreated]);
    assert!(!answer.reasons.is_empty());
}

fn figures(protocol: &Protocol) -> BTreeMap<Objective, i32> {
    let of = |id: ProcedureId| &knowledge().procedures()[id.index()];
    let at_clinic = || protocol.stages.iter().filter(|it| it.session_count.is_some() && it.planned > 0);
    let planned = || at_clinic().map(|it| of(it.procedure));
    let classes = protocol.sessions.iter().flat_map(|it| &it.procedures);
    let letter = |it: &Procedure| i32::from(it.evidence.grade.as_bytes()[0] - b'A') + 1;
    [
        (Objective::Downtime, protocol.sessions.iter().map(|it| it.downtime.typical).sum()),
        (Objective::Visits, i32::try_from(protocol.sessions.len()).unwrap()),
        (Objective::Duration, protocol.sessions.iter().map(|it| it.day).max().unwrap_or(0)),
        (Objective::PigmentRisk, planned().map(|it| it.pigment.unwrap().risk as i32 + 1).max().unwrap_or(0)),
        (Objective::Cost, classes.map(|it| of(protocol.stages[it.stage].procedure).cost.unwrap().class).sum()),
        (Objective::Evidence, planned().map(letter).max().unwrap_or(0)),
        (Objective::Ranking, {
            let passed = protocol.stages.iter().filter(|it| it.planned > 0 || it.contingent_on.is_some());
            let passed = passed.filter(|it| it.session_count.is_some()).flat_map(|it| &it.passed_over);
            let unwanted = passed.filter(|it| it.reasons.contains(&knowledge().planning().unwanted));
            i32::try_from(unwanted.map(|it| it.scars.len()).sum::<usize>()).unwrap()
        }),
        (Objective::Sessions, {
            let short = at_clinic().filter(|it| it.reasons.contains(&knowledge().planning().few_visits));
            short.map(|it| (it.session_count.unwrap().typical - it.planned - it.done).max(0)).sum()
        }),
    ]
    .into()
}

/// How many kinds of treatment each group has that stand for themselves.
fn kinds(protocol: &Protocol) -> BTreeMap<u16, usize> {
    let mut kinds = BTreeMap::new();
    for stage in protocol.stages.iter().filter(|it| it.session_count.is_some()) {
        if knowledge().procedures()[stage.procedure.index()].kind != ProcedureKind::Adjunct {
            stage.scars.iter().for_each(|scar| *kinds.entry(scar.0).or_default() += 1);
        }
    }
    kinds
}

fn alternatives_are_as_good(name: &str, case: &Case) -> usize {
    let (plan, what_if) = found(case, &[Insight::Alternatives]);
    let Some(known) = protocol(&plan) else {
        assert!(what_if.alternatives.is_empty(), "{name}");
        return 0;
    };
    let here = figures(known);
    let mut all = vec![here.clone()];
    assert!(what_if.alternatives.len() <= 4, "{name}");
    for alternative in &what_if.alternatives {
        let Alternative { best_in, gained, lost, stages, visits, wishes } = alternative;
        // Whoever sends the wishes gets the plan.
        let sent = Case { wishes: wishes.clone(), ..case.clone() };
        let there = engine::plan(knowledge(), &sent);
        laws::check(name, knowledge(), &sent, &there);
        let there = protocol(&there).unwrap_or_else(|| panic!("{name}: the wishes make no plan"));
        let days: Vec<Day> = there.sessions.iter().map(|it| it.day).collect();
        assert_eq!(visits.to_vec(), days, "{name}");
        let clinic = there.stages.iter().filter(|it| it.session_count.is_some());
        let clinic: Vec<_> = clinic
            .filter(|it| it.planned > 0 || it.contingent_on.is_some())
            .map(|it| (it.procedure, it.planned))
            .collect();
        assert_eq!(stages.iter().map(|it| (it.procedure, it.planned)).collect::<Vec<_>>(), clinic, "{name}");
        // What is gained and lost are the differences.
        let told: BTreeMap<Objective, (i32, i32)> =
            gained.iter().chain(lost).map(|it| (it.objective, (it.here, it.there))).collect();
        let figures = figures(there);
        let differ = figures.iter().filter(|(it, figure)| here[it] != **figure);
        assert_eq!(told, differ.map(|(it, figure)| (*it, (here[it], *figure))).collect(), "{name}");
        assert!(gained.iter().all(|it| it.there < it.here) && lost.iter().all(|it| it.there > it.here), "{name}");
        assert!(!best_in.is_empty() && best_in.iter().all(|it| gained.iter().any(|gain| gain.objective == *it)));
        // Nothing is treated less.
        let more = kinds(there);
        assert!(kinds(known).iter().all(|(scar, many)| more.get(scar) >= Some(many)), "{name}: {wishes:?}");
        all.push(figures);
    }
    for (at, one) in all.iter().enumerate() {
        for other in all.iter().enumerate().filter(|(it, _)| *it != at).map(|(_, it)| it) {
            assert!(!one.iter().all(|(it, figure)| *figure <= other[it]), "{name}: {one:?} and {other:?}");
        }
    }
    what_if.alternatives.len()
}

#[test]
fn alternatives_are_whole_plans_of_which_none_is_better_in_everything() {
    let mut many = 0;
    for (name, case) in examples().into_iter().chain(people(60)) {
        many += alternatives_are_as_good(&name, &case);
    }
    assert!(many > 20, "only {many} alternatives");
}

#[test]
fn a_gentler_plan_is_found_for_a_patient_with_lasers() {
    let (_, what_if) = found(&example("ice_pick_phototype_ii"), &[Insight::Alternatives]);
    let best: BTreeSet<Objective> = what_if.alternatives.iter().flat_map(|it| it.best_in.clone()).collect();
    assert!(best.contains(&Objective::Visits), "{best:?}");
    assert!(best.contains(&Objective::Downtime), "{best:?}");
}

fn changed(case: &Case, change: &Otherwise, procedure: ProcedureId) -> Vec<Case> {
    let mut wishes = case.wishes.clone();
    match change {
        Otherwise::Fact(fact, answers) => {
            // The first of the answers that could be sent.
            let specimens = knowledge().specimens().of(*fact).iter().filter(|it| it.answers == *answers);
            return specimens.map(|it| replaced(case, *fact, it.value)).collect();
        }
        Otherwise::NotExcluded => wishes.excluded.remove(procedure),
        Otherwise::Available => wishes.available.as_mut().unwrap().insert(procedure),
        Otherwise::Downtime(days) => wishes.max_downtime = Some(*days),
    }
    vec![Case { wishes, ..case.clone() }]
}

/// The case with another answer, whatever was answered.
fn replaced(case: &Case, fact: Fact, value: Value) -> Case {
    let mut case = case.clone();
    if fact.scope() != Scope::Scar {
        case.patient.set(fact, None);
        case.fields.iter_mut().for_each(|it| it.facts.set(fact, None));
    }
    case.findings.scars.iter_mut().for_each(|it| it.facts.set(fact, None));
    with(&case, fact, value)
}

fn reasons_against_end(name: &str, case: &Case) -> usize {
    let (plan, what_if) = found(case, &[Insight::WhyNot]);
    let planned = |scar: u16| done(&plan).keys().filter(|it| it.0 == scar).map(|it| it.1).collect::<BTreeSet<_>>();
    let mut many = 0;
    for why in &what_if.why_not {
        let id = &knowledge().procedures()[why.procedure.index()].id;
        assert!(!why.reasons.is_empty(), "{name}: {id}");
        assert!(why.scars.iter().all(|scar| !planned(scar.0).contains(&why.procedure)), "{name}: {id} is planned");
        assert!(why.changes.is_empty() || !why.out_of_reach && why.after.is_none(), "{name}: {id}");
        if why.changes.is_empty() {
            continue;
        }
        many += 1;
        let mut after = case.clone();
        for change in &why.changes {
            after = changed(&after, change, why.procedure).remove(0);
        }
        // Nothing is in its way any more: it is planned, it only ranks after something, or it waits for a day.
        let (then, still) = found(&after, &[Insight::WhyNot]);
        let scar = why.scars[0];
        let is_planned = done(&then).keys().any(|it| it.0 == scar.0 && it.1 == why.procedure);
        let left = still.why_not.iter().find(|it| it.procedure == why.procedure && it.scars.contains(&scar));
        let admitted = left.is_some_and(|it| it.changes.is_empty() && !it.out_of_reach);
        assert!(is_planned || admitted, "{name}: {id} is not admitted by {:?}: {left:#?}", why.changes);
    }
    many
}

#[test]
fn what_is_said_to_admit_a_procedure_admits_it() {
    let mut many = 0;
    for (name, case) in examples().into_iter().chain(people(40)) {
        many += reasons_against_end(&name, &case);
    }
    assert!(many > 60, "only {many} changes were tried");
}

#[test]
fn the_smallest_change_is_told() {
    let case = example("pregnant");
    let (_, what_if) = found(&case, &[Insight::WhyNot]);
    let pregnancy = |it: &Otherwise| matches!(it, Otherwise::Fact(Fact::Pregnancy, _));
    let acid = what_if.why_not.iter().find(|it| knowledge().procedures()[it.procedure.index()].id == "tca-cross");
    let acid = acid.expect("acid is in the pathway and not planned");
    assert!(acid.changes.len() == 1 && pregnancy(&acid.changes[0]), "{acid:?}");
    // A wish is given up like a fact.
    let mut wishing = example("ice_pick_phototype_ii");
    wishing.wishes.max_downtime = Some(1);
    wishing.wishes.excluded =
        knowledge().procedure_ids().filter(|(_, it)| it.id == "tca-cross").map(|it| it.0).collect();
    let (_, what_if) = found(&wishing, &[Insight::WhyNot]);
    let acid = what_if.why_not.iter().find(|it| knowledge().procedures()[it.procedure.index()].id == "tca-cross");
    let changes = &acid.unwrap().changes;
    assert!(changes.contains(&Otherwise::NotExcluded), "{changes:?}");
    assert!(changes.iter().any(|it| matches!(it, Otherwise::Downtime(_))), "{changes:?}");
}

/// The same facts, asked later.
fn later(case: &Case, days: Day) -> Case {
    let mut case = case.clone();
    case.start = case.start.plus(days);
    let shift = |facts: &mut cicatrix::domain::Facts| {
        for fact in Fact::VARIANTS.iter().copied() {
            if let Some(Value::Since(day)) = facts.get(fact) {
                facts.set(fact, Some(Value::Since(day - days)));
            }
        }
    };
    shift(&mut case.patient);
    case.fields.iter_mut().for_each(|it| shift(&mut it.facts));
    case.findings.scars.iter_mut().for_each(|it| shift(&mut it.facts));
    for past in &mut case.history {
        past.day -= days;
        past.healed = past.healed.map(|it| it - days);
    }
    case.wishes.event = case.wishes.event.map(|it| it - days).filter(|it| *it >= 0);
    let times = case.wishes.unavailable.iter().map(|(first, last)| ((first - days).max(0), last - days));
    case.wishes.unavailable = times.filter(|it| it.1 >= 0).collect();
    case
}

/// An answer without what merely begins later.
fn gist(plan: &Plan, asked: Day) -> (Vec<String>, Done) {
    let fares = plan.dispositions.iter().map(|it| {
        let until = it.until_day.map(|day| day + asked);
        format!("{:?} {:?} {:?} {until:?} {:?}", it.procedure, it.scars, it.action, it.until_event)
    });
    let at_clinic = |id: ProcedureId| knowledge().procedures()[id.index()].sessions.is_some();
    let done = done(plan)
        .into_iter()
        .filter(|(key, _)| at_clinic(key.1))
        .map(|(key, (sessions, ..))| (key, (sessions, None, vec![], vec![], vec![])));
    (fares.collect(), done.collect())
}

fn holds_until(name: &str, case: &Case, days: Day) -> bool {
    let (plan, what_if) = found(case, &[Insight::ValidUntil]);
    let here = gist(&plan, 0);
    let end = what_if.valid_until.unwrap_or(Day::MAX);
    assert!(end > 0, "{name}");
    for day in 1..days.min(end) {
        let then = engine::plan(knowledge(), &later(case, day));
        let there = gist(&then, day);
        let fares: Vec<_> = there.0.iter().filter(|it| !here.0.contains(it)).collect();
        let done: Vec<_> = there.1.iter().filter(|(key, it)| here.1.get(key) != Some(it)).collect();
        assert_eq!(there, here, "{name}: another answer on day {day}, and not on day {end}: {fares:?} {done:?}");
    }
    if end < Day::MAX {
        let then = engine::plan(knowledge(), &later(case, end));
        assert_ne!(gist(&then, end), here, "{name}: the same answer on day {end}");
    }
    end < Day::MAX
}

#[test]
fn an_answer_holds_until_the_day_that_it_names() {
    let mut ends = 0;
    for (name, case) in examples().into_iter().chain(people(40)) {
        ends += usize::from(holds_until(&name, &case, 400));
    }
    assert!(ends > 10, "only {ends} answers end");
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
