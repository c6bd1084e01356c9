//! Alternatives are whole plans, each better in something, and none is beaten by a plan nearby.

use std::collections::{BTreeMap, BTreeSet};

use cicatrix::{
    domain::{Alternative, Case, Day, Insight, Objective, ProcedureId, Protocol},
    engine,
    knowledge::{Procedure, ProcedureKind},
};

use super::{example, examples, found, knowledge, laws, people, protocol};

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
    for stage in protocol.stages.iter().filter(|it| it.session_count.is_some() && it.goes_on()) {
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

/// Every plan that comes of leaving out one or two of all that these plans hold, with its figures.
fn all_around(case: &Case, known: &Protocol) -> Vec<BTreeMap<Objective, i32>> {
    let at_clinic = |it: &Protocol| -> BTreeSet<ProcedureId> {
        it.stages.iter().filter(|it| it.session_count.is_some()).map(|it| it.procedure).collect()
    };
    let without = |left_out: &[ProcedureId]| {
        let mut case = case.clone();
        for procedure in left_out {
            case.wishes.excluded.insert(*procedure);
            case.wishes.preferred.remove(*procedure);
        }
        engine::plan(knowledge(), &case)
    };
    let first: Vec<ProcedureId> = at_clinic(known).into_iter().collect();
    let mut all = Vec::new();
    for one in first {
        let plan = without(&[one]);
        let Some(protocol) = protocol(&plan) else { continue };
        all.push((figures(protocol), kinds(protocol)));
        for other in at_clinic(protocol) {
            let plan = without(&[one, other]);
            all.extend(self::protocol(&plan).map(|it| (figures(it), kinds(it))));
        }
    }
    let usual = kinds(known);
    let as_much = |it: &BTreeMap<u16, usize>| usual.iter().all(|(scar, many)| it.get(scar) >= Some(many));
    all.into_iter().filter(|(_, kinds)| as_much(kinds)).map(|(figures, _)| figures).collect()
}

#[test]
fn no_plan_without_one_or_two_procedures_is_better_than_an_alternative_in_everything() {
    let mut looked_at = 0;
    for (name, case) in examples().into_iter().chain(people(30)) {
        let (plan, what_if) = found(&case, &[Insight::Alternatives]);
        let Some(known) = protocol(&plan) else { continue };
        let around = all_around(&case, known);
        looked_at += around.len();
        for alternative in &what_if.alternatives {
            let sent = engine::plan(knowledge(), &Case { wishes: alternative.wishes.clone(), ..case.clone() });
            let told = figures(protocol(&sent).unwrap());
            let better = around
                .iter()
                .find(|it| **it != told && it.iter().all(|(objective, figure)| figure <= &told[objective]));
            assert_eq!(better, None, "{name}: better than {told:?}");
        }
    }
    assert!(looked_at > 300, "only {looked_at} plans");
}

#[test]
fn a_gentler_plan_is_found_for_a_patient_with_lasers() {
    let (_, what_if) = found(&example("ice_pick_phototype_ii"), &[Insight::Alternatives]);
    let best: BTreeSet<Objective> = what_if.alternatives.iter().flat_map(|it| it.best_in.clone()).collect();
    assert!(best.contains(&Objective::Visits), "{best:?}");
    assert!(best.contains(&Objective::Downtime), "{best:?}");
}
