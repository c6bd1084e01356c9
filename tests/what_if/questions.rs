//! Questions are exactly the facts of which some answer would change the plan.

use std::collections::{BTreeMap, BTreeSet};

use cicatrix::{
    domain::{
        Answers, Case, ChangeKind, DepthClass, Fact, FactKind, Field, Insight, Plan, PlanChange, ProcedureId, Scope,
        SessionKind, Value,
    },
    engine,
};
use strum::VariantArray as _;

use super::{Done, done, example, examples, found, knowledge, people, with};

/// Every answer of `fact` that could matter, denser than the planner looks: each word, and numbers all over the range.
fn dense(fact: Fact) -> Vec<Value> {
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

/// What is otherwise, taken apart: group, procedure, kind, and from what to what.
type Apart = BTreeSet<(u16, Option<ProcedureId>, ChangeKind, Option<(i32, i32)>)>;

fn told_apart(changes: &[PlanChange]) -> Apart {
    let one = |it: &PlanChange| {
        let (procedure, kind, from_to) = (it.procedure, it.kind, it.from_to);
        it.scars.iter().map(|scar| (scar.0, procedure, kind, from_to)).collect::<Vec<_>>()
    };
    changes.iter().flat_map(one).collect()
}

fn taken_apart(before: &Done, after: &Done) -> Apart {
    let has = |all: &Done, scar: u16, visited: bool| {
        all.iter().any(|(key, it)| key.0 == scar && (!visited || it.days.is_some()))
    };
    let mut all = Apart::new();
    for (&(scar, procedure, contingent), was) in before {
        let mut add = |kind, from_to| all.insert((scar, Some(procedure), kind, from_to));
        match after.get(&(scar, procedure, contingent)) {
            Some(is) => {
                if was.sessions != is.sessions {
                    add(ChangeKind::Sessions, Some((was.sessions, is.sessions)));
                }
                if let (Some([first, last]), Some([then, end])) = (was.days, is.days) {
                    if first != then {
                        add(ChangeKind::Days, Some((first, then)));
                    } else if last != end {
                        add(ChangeKind::Days, Some((last, end)));
                    }
                }
                if (&was.said, &was.settings, &was.items) != (&is.said, &is.settings, &is.items) {
                    add(ChangeKind::Care, None);
                }
            }
            None if has(after, scar, has(before, scar, true)) => drop(add(ChangeKind::Dropped, None)),
            None => drop(all.insert((scar, None, ChangeKind::NotTreated, None))),
        }
    }
    for &(scar, procedure, _) in after.keys().filter(|key| !before.contains_key(key)) {
        all.insert((scar, Some(procedure), ChangeKind::Added, None));
    }
    all
}

/// What is told of an answer is what planning with it in full gives.
#[test]
fn each_answer_changes_what_it_is_told_to_change() {
    for (name, case) in examples().into_iter().chain(people(25)) {
        let (plan, what_if) = found(&case, &[Insight::Questions]);
        let before = done(&plan);
        for question in what_if.questions.unwrap().iter().filter(|it| is_a_question(&case, it.fact)) {
            for answer in &question.answers {
                let mut meant: BTreeMap<Answers, bool> = BTreeMap::new();
                for specimen in knowledge().specimens().of(question.fact) {
                    if answer.answers.iter().any(|it| is_in(specimen.value, *it)) {
                        let after = done(&engine::plan(knowledge(), &with(&case, question.fact, specimen.value)));
                        // Of a range of days one day stands for all.
                        let same = taken_apart(&before, &after) == told_apart(&answer.changes);
                        *meant.entry(specimen.answers).or_default() |= same;
                    }
                }
                assert!(meant.values().all(|it| *it), "{name}: {:?}: {meant:?} {answer:#?}", question.fact);
            }
        }
    }
}

/// How deep a scar is can be said by a clinician where nobody measured it.
#[test]
fn a_depth_that_nobody_measured_is_a_question_where_it_matters() {
    let mut asked = 0;
    let unmeasured = |case: &Case| {
        let labels = engine::classify(knowledge(), &case.findings).scars;
        !labels.is_empty() && labels.iter().all(|it| it.depth_class == DepthClass::Unknown && !it.depth_declared)
    };
    for (name, case) in examples().into_iter().chain(people(60)).filter(|(_, case)| unmeasured(case)) {
        let (plan, what_if) = found(&case, &[Insight::Questions]);
        let question = what_if.questions.unwrap().into_iter().find(|it| it.fact == Fact::DeclaredDepthClass);
        for value in dense(Fact::DeclaredDepthClass) {
            let changes =
                done(&engine::plan(knowledge(), &with(&case, Fact::DeclaredDepthClass, value))) != done(&plan);
            let told = question.iter().flat_map(|it| &it.answers).flat_map(|it| &it.answers);
            assert_eq!(told.copied().any(|it| is_in(value, it)), changes, "{name}: {value:?}: {question:#?}");
            asked += i32::from(changes);
        }
    }
    assert!(asked > 0, "no depth of anybody mattered");
}

/// The answer with which the same is done, and fewest rules speak.
fn reassuring(case: &Case, fact: Fact) -> Value {
    let treated = |plan: &Plan| done(plan).into_keys().collect::<Vec<_>>();
    let before = treated(&engine::plan(knowledge(), case));
    let heard = |value: &Value| {
        let plan = engine::plan(knowledge(), &with(case, fact, *value));
        (treated(&plan) != before, plan.dispositions.iter().map(|it| it.reasons.len()).sum::<usize>())
    };
    dense(fact).into_iter().min_by_key(heard).unwrap()
}

/// Somebody of whom all else is known hears of each fact that is left open what planning with its answers in full gives.
#[test]
fn what_one_answer_changes_is_not_told_of_another_that_its_plan_tells_apart() {
    let asked = |case: &Case| Fact::VARIANTS.iter().filter(|it| is_a_question(case, **it)).copied().collect::<Vec<_>>();
    let mut apart = 0;
    for (name, tone) in [("rolling", 4), ("rolling", 2), ("ice_pick_phototype_iv", 5), ("deep_boxcar", 3)] {
        let mut full = Case { include: Vec::new(), ..example(name) };
        full.patient.set(Fact::Fitzpatrick, Some(Value::Number(tone * 1000)));
        full.patient.set(Fact::PlanningPhototype, Some(Value::Number(tone * 1000)));
        // Of a range of days one day stands for all.
        let open = asked(&full).into_iter().filter(|it| it.scope() == Scope::Patient && it.kind() != FactKind::Elapsed);
        let open: Vec<Fact> = open.collect();
        for fact in open.iter().copied() {
            full = with(&full, fact, reassuring(&full, fact));
        }
        for fact in open {
            let mut case = full.clone();
            let known = if fact >= Fact::Grade { &mut case.findings.appearance } else { &mut case.patient };
            known.set(fact, None);
            let (plan, what_if) = found(&case, &[Insight::Questions]);
            let before = done(&plan);
            let questions = what_if.questions.unwrap();
            let answers = || questions.iter().filter(|it| it.fact == fact).flat_map(|it| &it.answers);
            apart += answers().count().saturating_sub(1);
            for value in dense(fact) {
                let after = done(&engine::plan(knowledge(), &with(&case, fact, value)));
                let told = answers().filter(|it| it.answers.iter().any(|it| is_in(value, *it)));
                let told: Vec<Apart> = told.map(|it| told_apart(&it.changes)).collect();
                let real = taken_apart(&before, &after);
                let right = if after == before { told.is_empty() } else { told == [real.clone()] };
                assert!(right, "{name}, phototype {tone}: {fact:?}: {value:?}: {told:#?} {real:#?}");
            }
        }
    }
    assert!(apart > 0, "no two answers are told apart");
}

/// A test area takes the day of the first session, and moves what it is before.
#[test]
fn a_test_area_that_an_answer_adds_is_told() {
    let mut case = example("ice_pick_phototype_ii");
    case.patient.set(Fact::Fitzpatrick, Some(Value::Number(3000)));
    case.patient.set(Fact::PlanningPhototype, Some(Value::Number(3000)));
    case.patient.set(Fact::GoldTherapyEver, None);
    let (plan, what_if) = found(&case, &[Insight::Questions]);
    let gold = what_if.questions.unwrap().into_iter().find(|it| it.fact == Fact::GoldTherapyEver);
    let gold = gold.expect("gold adds a test area before the laser");
    let after = done(&engine::plan(knowledge(), &with(&case, Fact::GoldTherapyEver, Value::YesNo(true))));
    let laser = |all: &Done| {
        let mut all = all.iter();
        let (_, it) = all.find(|(key, _)| knowledge().procedures()[key.1.index()].id == "ablative-fractional-laser")?;
        Some(it.clone())
    };
    let (was, is) = (laser(&done(&plan)).unwrap(), laser(&after).unwrap());
    let tested = |it: &super::Treatment| it.visits.iter().any(|it| it.1 == SessionKind::TestArea);
    assert!(!tested(&was) && tested(&is), "{was:?} {is:?}");
    let [answer] = gold.answers.as_slice() else { panic!("{gold:#?}") };
    assert_eq!(answer.answers, [Answers::YesNo(true)]);
    assert!(answer.changes.iter().any(|it| it.kind == ChangeKind::Days && it.from_to.is_some()), "{answer:#?}");
}
