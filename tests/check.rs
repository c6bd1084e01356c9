//! The check of a plan that somebody else wrote: each kind of finding, what mends it, and plans of the engine itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "check/at_home.rs"]
mod at_home;
#[path = "check/cases.rs"]
mod cases;
#[path = "check/pairs.rs"]
mod pairs;
#[path = "support/people.rs"]
mod people;
#[path = "support/proposed.rs"]
mod proposals;
#[path = "check/published.rs"]
mod published;
#[path = "support/random.rs"]
mod random;
#[path = "check/remedies.rs"]
mod remedies;
#[path = "support/service.rs"]
mod support;
#[path = "check/tools.rs"]
mod tools;

use std::collections::BTreeMap;

use cicatrix::{
    domain::{
        Case, Check, Day, Finding, FindingKind, ItemKind, Mend, Outcome, Place, ProcedureId, ProposedCare,
        ProposedHomeCare, ProposedPlan, ProposedProcedure, ProposedSession, ProposedSetting, ScarIndex, Scars,
        SessionKind, Severity, Site,
    },
    engine, release, review,
    survey::Survey,
};
use people::{case, healthy, knowledge, scar, treatable};
use proposals::{mended, proposed};
use random::{Dice, person};
use strum::VariantArray as _;

fn id(procedure: Option<ProcedureId>) -> &'static str {
    procedure.map_or("", |it| &knowledge().procedures()[it.index()].id)
}

/// A finding in one line.
fn line(it: &Finding) -> String {
    let rules = knowledge().rules();
    let ids: Vec<&str> = it.reasons.iter().map(|it| rules[it.index()].id.as_str()).collect();
    let (a, b) = (id(it.procedure), id(it.other));
    format!("{:?} {a} {b} {:?} {:?} {:?} {ids:?} {:?}", it.kind, it.places, it.measured, it.scars, it.mends)
}

fn violations(check: &Check) -> Vec<&Finding> {
    check.findings.iter().filter(|it| it.kind.severity() == Severity::Violation).collect()
}

fn generated(case: &Case, contingent: bool) -> Option<ProposedPlan> {
    match engine::plan(knowledge(), case).outcome {
        Outcome::Protocol(protocol) => Some(proposed(&protocol, contingent)).filter(|plan| !plan.sessions.is_empty()),
        Outcome::Referral => None,
    }
}

/// What holds of every answer.
fn sound(name: &str, check: &Check) {
    let severities: Vec<Severity> = check.findings.iter().map(|it| it.kind.severity()).collect();
    assert!(severities.is_sorted(), "{name}: out of order");
    for it in &check.findings {
        assert_eq!(it.reasons[0], knowledge().planning().finding(it.kind), "{name}: {}", line(it));
        assert!(!it.places.is_empty() && !it.mends.is_empty(), "{name}: {}", line(it));
        let bare = it.kind == FindingKind::Referred;
        assert!(it.reasons.len() > 1 || bare, "{name}: no rule of the medicine: {}", line(it));
    }
    assert!(!check.reasons.is_empty(), "{name}");
}

/// Counts the kinds of findings in plans of the engine; none is a violation.
#[derive(Default)]
struct Tally {
    plans: usize,
    clean: usize,
    kinds: BTreeMap<FindingKind, usize>,
}

impl Tally {
    fn add(&mut self, name: &str, case: &Case, contingent: bool) {
        let Some(plan) = generated(case, contingent) else { return };
        let check = engine::check(knowledge(), case, &plan);
        sound(name, &check);
        let breaches: Vec<String> = violations(&check).into_iter().map(line).collect();
        assert!(breaches.is_empty(), "{name}:\n{}", breaches.join("\n"));
        let limits = |it: &&Finding| {
            it.kind.severity() == Severity::UnsupportedCombination || it.kind == FindingKind::RarelyTogether
        };
        assert_eq!(check.findings.iter().find(limits).map(line), None, "{name}");
        self.plans += 1;
        // Closed days and visits apart stretch a course beyond its rhythm, and the plan says so.
        let wishes = &case.wishes;
        let apart = wishes.days_between_visits.is_some() || wishes.procedures_per_visit.is_some();
        let closed = apart || wishes.event.is_some() || !wishes.unavailable.is_empty() || !wishes.weekdays.is_empty();
        let left: Vec<&Finding> =
            check.findings.iter().filter(|it| !closed || it.kind != FindingKind::AboveLatest).collect();
        self.clean += usize::from(left.is_empty());
        for it in left {
            *self.kinds.entry(it.kind).or_default() += 1;
        }
    }
}

#[test]
fn what_the_engine_plans_for_anybody_checks_clean() {
    let mut dice = Dice(4_001);
    let mut tally = Tally::default();
    let mut drawn = Tally::default();
    for number in 0..4_000 {
        let it = person(&mut dice);
        tally.add(&format!("person {number}"), &it, false);
        drawn.add(&format!("person {number}, with what a review decides"), &it, true);
    }
    println!("{} plans, {} without a finding: {:?}", tally.plans, tally.clean, tally.kinds);
    println!("with what a review decides {} plans, {}: {:?}", drawn.plans, drawn.clean, drawn.kinds);
    assert!(tally.plans > 2_000, "only {} plans", tally.plans);
    // Some people are left without what primes, what joins a sitting has no test area of its own, and groups that share
    // a stage share what was done before.
    let shared = [FindingKind::TooFewSessions, FindingKind::TooManySites];
    let known = |it: &FindingKind| it.severity() == Severity::MissingPreparation || shared.contains(it);
    assert!(tally.kinds.keys().all(known), "{:?}", tally.kinds);
    assert!(tally.clean * 100 > tally.plans * 98, "{} of {} are clean", tally.clean, tally.plans);
}

#[test]
fn what_the_engine_plans_for_every_case_checks_clean() {
    let mut tally = Tally::default();
    let survey = Survey::of(knowledge()).thinned(23);
    for at in 0..survey.len() {
        let who = survey.who(at).unwrap().to_string();
        tally.add(&who, &survey.case(at, knowledge()).unwrap(), at % 2 == 1);
    }
    for it in review::worked(knowledge(), &release::worked_cases(None).unwrap()).unwrap() {
        tally.add(&it.name, &it.case, false);
        tally.add(&it.name, &it.case, true);
    }
    println!("{} plans, {} without a finding: {:?}", tally.plans, tally.clean, tally.kinds);
    assert!(tally.plans > 5_000, "only {} plans", tally.plans);
}

/// Sessions that are moved too close are found, those and no others, and the mend brings them back.
#[test]
fn a_session_below_the_floor_is_found_and_mended() {
    let mut moved = 0;
    for (name, features) in treatable() {
        for phototype in [Some(2), Some(5), None] {
            let it = case(healthy(phototype), vec![scar("s", Site::Cheek, 14, &features)]);
            let Some(mut plan) = generated(&it, false) else { continue };
            // What is used after sessions would end earlier with them.
            plan.home_care.clear();
            for at in 1..plan.sessions.len() {
                let before = plan.sessions[at - 1].day;
                let mut spoilt = plan.clone();
                spoilt.sessions[at].day = before + 13;
                if spoilt.sessions[at].day >= plan.sessions[at].day {
                    continue;
                }
                let check = engine::check(knowledge(), &it, &spoilt);
                let found = violations(&check);
                assert!(!found.is_empty(), "{name}, session {at}: two weeks less a day is below every floor");
                let mut until = 0;
                for finding in &found {
                    assert_eq!(finding.kind, FindingKind::BelowFloor, "{name}: {}", line(finding));
                    assert!(matches!(finding.places[0], Place::Procedure(session, _) if session == at), "{name}");
                    let [Mend::Postpone { session, day }] = finding.mends.as_slice() else { panic!("{name}") };
                    assert_eq!(*session, at);
                    // A day earlier it is closer than would be planned, on the day it is not.
                    let close = |day: i32| {
                        let mut moved = spoilt.clone();
                        moved.sessions[at].day = day;
                        let check = engine::check(knowledge(), &it, &moved);
                        let kinds = [FindingKind::BelowFloor, FindingKind::BelowLeast];
                        let here = |it: &&Finding| kinds.contains(&it.kind) && it.places == finding.places;
                        check.findings.iter().any(|it| here(&it))
                    };
                    assert!(close(day - 1) && !close(*day), "{name}: {}", line(finding));
                    until = until.max(*day);
                }
                spoilt.sessions[at].day = until;
                let check = engine::check(knowledge(), &it, &spoilt);
                assert_eq!(violations(&check).into_iter().map(line).collect::<Vec<_>>(), [""; 0], "{name}");
                moved += 1;
            }
        }
    }
    assert!(moved > 100, "only {moved} sessions were moved");
}

/// The same finding of the same place.
fn same(one: &Finding, other: &Finding) -> bool {
    let item = |it: &Finding| match it.mends.as_slice() {
        [Mend::AddCare { item, days: _ }] => Some(*item),
        _ => None,
    };
    one.kind == other.kind && one.places == other.places && one.reasons == other.reasons && item(one) == item(other)
}

/// A plan at random, nearly always a bad one.
fn any_plan(dice: &mut Dice, groups: usize) -> ProposedPlan {
    let vocabulary = knowledge().vocabulary();
    let all: Vec<ProcedureId> = knowledge().procedure_ids().map(|(id, _)| id).collect();
    let (sessions, home): (Vec<_>, Vec<_>) = all.into_iter().partition(|id| vocabulary.in_sessions.contains(*id));
    let number = |it: usize| i32::try_from(it).unwrap();
    let some = |dice: &mut Dice| -> Scars {
        let one = dice.roll(groups);
        let chosen = (0..groups).filter(|at| *at == one || dice.one_in(2));
        chosen.map(|at| ScarIndex(u16::try_from(at).unwrap())).collect()
    };
    // Few procedures, so that courses come about.
    let few: Vec<ProcedureId> = (0..=dice.roll(4)).map(|_| *dice.of(&sessions)).collect();
    let mut plan = ProposedPlan::default();
    for _ in 0..=dice.roll(9) {
        let mut procedures = Vec::new();
        for _ in 0..=dice.roll(3) {
            let (procedure, scars) = (*dice.of(&few), some(dice));
            let many = vocabulary.parameters(procedure).len();
            let mut settings = Vec::new();
            for parameter in (0..many).filter(|_| dice.one_in(2)).collect::<Vec<_>>() {
                let low = i64::try_from(dice.roll(120_000)).unwrap();
                let high = low + i64::try_from(dice.roll(40_000)).unwrap();
                settings.push(ProposedSetting { parameter, low, high, scars: scars.clone() });
            }
            let kind = if dice.one_in(8) { SessionKind::TestArea } else { SessionKind::Treatment };
            let named = dice.one_in(2);
            procedures.push(ProposedProcedure { procedure, scars, named, kind, settings });
        }
        plan.sessions.push(ProposedSession { day: number(dice.roll(150)), procedures });
    }
    for _ in 0..dice.roll(3) {
        let start = number(dice.roll(100));
        let end = dice.one_in(2).then(|| start + number(dice.roll(200)));
        let mut rests: Vec<(Day, Day)> = Vec::new();
        for _ in 0..dice.roll(3) {
            let from = number(dice.roll(150));
            rests.push((from, from + number(dice.roll(30))));
        }
        rests.sort_unstable();
        plan.home_care.push(ProposedHomeCare { procedure: *dice.of(&home), scars: some(dice), start, end, rests });
    }
    for _ in 0..dice.roll(3) {
        let days = (0..dice.roll(3)).map(|at| number(at * 20)).collect();
        plan.care.push(ProposedCare { kind: *dice.of(ItemKind::VARIANTS), days });
    }
    if dice.one_in(2) {
        plan.reviews.push(number(dice.roll(400)));
    }
    plan
}

/// Any plan gets the same answer twice; the waits are those that a slow search finds; every mend mends.
#[test]
fn any_plan_is_answered_and_every_mend_mends() {
    let mut dice = Dice(77);
    let mut mends = 0;
    let mut unmended: Vec<String> = Vec::new();
    let mut kinds: BTreeMap<FindingKind, usize> = BTreeMap::new();
    for number in 0..1_500 {
        let it = person(&mut dice);
        let plan = any_plan(&mut dice, it.findings.scars.len());
        let name = format!("plan {number}");
        let check = engine::check(knowledge(), &it, &plan);
        assert_eq!(check, engine::check(knowledge(), &it, &plan), "{name}");
        sound(&name, &check);
        pairs::agree(&name, knowledge(), &it, &plan, &check);
        for finding in &check.findings {
            *kinds.entry(finding.kind).or_default() += 1;
            if !dice.one_in(6) {
                continue;
            }
            let after = engine::check(knowledge(), &it, &mended(&plan, &finding.mends));
            // What was taken out leaves its place, for no group.
            let meant =
                |it: &&Finding| finding.scars.is_empty() || it.scars.iter().any(|it| finding.scars.contains(it));
            let mut left = after.findings.iter().filter(meant);
            let left = left.find(|it| same(it, finding) || preparation_of(it, finding));
            if let Some(left) = left {
                unmended.push(format!("{name}: {}\n    is left: {}", line(finding), line(left)));
            }
            mends += 1;
        }
    }
    println!("{mends} mends; {kinds:?}");
    assert!(unmended.is_empty(), "{} are not mended:\n{}", unmended.len(), unmended.join("\n"));
    assert!(mends > 2_000, "only {mends} mends");
    assert!(kinds.len() > 22, "only {kinds:?}");
}

/// Preparation of the same procedure for the same rule, wherever it is missing.
fn preparation_of(one: &Finding, other: &Finding) -> bool {
    let kinds = [FindingKind::PrimingMissing, FindingKind::PrimingShort, FindingKind::TestAreaMissing];
    kinds.contains(&one.kind)
        && (one.kind, one.procedure, &one.reasons) == (other.kind, other.procedure, &other.reasons)
        && one.scars.iter().any(|scar| other.scars.contains(scar))
}

#[test]
fn every_kind_of_finding_has_its_case() {
    let seen = cases::all_as_written();
    let missing: Vec<_> = FindingKind::VARIANTS.iter().filter(|it| !seen.contains(it)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[test]
fn each_mistake_in_a_plan_has_its_sentence() {
    cases::mistakes();
}

#[test]
fn what_nobody_asked_and_nobody_stated_is_said() {
    cases::unasked();
}
