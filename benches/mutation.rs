//! Changes the knowledge, one rule or number at a time, and asks the second opinion whether it notices.
//!
//! `cargo bench --bench mutation` tries every mutation of the safety rules, the gap table and the policies and lists
//! those that nobody noticed; `cargo bench --bench mutation -- ISO-` only those whose name holds a text. With `--quick`
//! only every so many of the people are asked. A mutation is noticed when the loader refuses it, or when one of these
//! tests of the default suite, run on the changed knowledge, would fail: the matrix of the dossier and the signed page of
//! waits, the statements and the safety cases, the worked cases, what is held of complications, and the second planner
//! of `tests/oracle`.
//! The generated pages would notice everything, and so do not count.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a tool")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "parts that the tests share")]

#[path = "../tests/replanning/asked.rs"]
mod asked;
#[path = "mutation/changes.rs"]
mod changes;
#[path = "../tests/oracle/compare.rs"]
mod compare;
#[path = "../tests/replanning/complications.rs"]
mod complications;
#[path = "../tests/oracle/courses.rs"]
mod courses;
#[path = "../tests/oracle/dispositions.rs"]
mod dispositions;
#[path = "../tests/safety_cases/dossier.rs"]
mod dossier;
#[path = "../tests/oracle/everyone.rs"]
mod everyone;
#[path = "../tests/oracle/facts.rs"]
mod facts;
#[path = "../tests/oracle/gaps.rs"]
mod gaps;
#[path = "../tests/oracle/matrix.rs"]
mod matrix;
#[path = "../tests/oracle/people.rs"]
mod people;
#[path = "../tests/oracle/person.rs"]
mod person;
#[path = "../tests/oracle/plans.rs"]
mod plans;
#[path = "../tests/oracle/procedures.rs"]
mod procedures;
#[path = "../tests/support/requests.rs"]
mod requests;
#[path = "../tests/oracle/rules.rs"]
mod rules;
#[path = "../tests/safety_cases/statements.rs"]
mod statements;
#[path = "../tests/oracle/verdicts.rs"]
mod verdicts;
#[path = "../tests/cases/waits.rs"]
mod waits;
#[path = "../tests/cases/worked.rs"]
mod worked;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use changes::{Mutation, mutations};
use cicatrix::{
    knowledge::{Choices, Knowledge, SourceFile},
    release,
    serve::Service,
};
use compare::{Findings, What};
use person::Person;
use statements::Statement;
use worked::Worked;

/// The service that the shared parts of the tests ask.
mod support {
    use std::{cell::RefCell, sync::Arc};

    use cicatrix::serve::Service;

    pub use super::requests::*;

    thread_local! {
        static SERVICE: RefCell<Option<Arc<Service>>> = const { RefCell::new(None) };
    }

    /// The one under test on this thread.
    pub fn service() -> Arc<Service> {
        SERVICE.with_borrow(|it| it.clone().unwrap())
    }

    pub fn put(service: Arc<Service>) {
        SERVICE.set(Some(service));
    }
}

fn main() {
    let quick = std::env::args().any(|it| it == "--quick");
    let filter: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let files = release::embedded();
    let all = mutations(&files);
    let chosen: Vec<&Mutation> = all
        .iter()
        .filter(|it| filter.is_empty() || filter.iter().any(|text| it.name.contains(text.as_str())))
        .collect();
    let asked = Asked::new(quick);
    // Everything that looks must be content with what is shipped.
    match noticed(Knowledge::parse(&files).unwrap(), &files, "", &asked) {
        None => std::panic::set_hook(Box::new(|_| {})),
        Some(how) => panic!("{how}, without a mutation"),
    }
    let tally = Mutex::new((BTreeMap::<&str, usize>::new(), Vec::new()));
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (chosen, files, asked, tally, next) = (&chosen, &files, &asked, &tally, &next);
            scope.spawn(move || {
                while let Some(mutation) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let how = judge(files, mutation, asked);
                    let mut tally = tally.lock().unwrap();
                    *tally.0.entry(how).or_default() += 1;
                    if how == UNNOTICED {
                        eprintln!("unnoticed so far: {}", mutation.name);
                        tally.1.push(mutation.name.clone());
                    }
                }
            });
        }
    });
    let (counts, mut survivors) = tally.into_inner().unwrap();
    survivors.sort();
    println!("{} mutations, {} people and {} worked cases asked", chosen.len(), asked.people.len(), asked.cases.len());
    counts.iter().for_each(|(how, count)| println!("{count:>6} {how}"));
    survivors.iter().for_each(|it| println!("unnoticed: {it}"));
    for mutation in chosen.iter().filter(|it| it.equivalent.is_some()) {
        println!("equivalent: {}, since {}", mutation.name, mutation.equivalent.unwrap());
    }
}

const UNNOTICED: &str = "noticed by nobody";

fn judge(files: &[SourceFile], mutation: &Mutation, asked: &Asked) -> &'static str {
    if mutation.equivalent.is_some() {
        return "changes no answer, for a reason that is given";
    }
    let mut files = files.to_vec();
    files[mutation.file].text = mutation.text.clone().into();
    match Knowledge::parse(&files) {
        Err(_) => "refused by the loader",
        Ok(knowledge) => noticed(knowledge, &files, &mutation.rule, asked).unwrap_or(UNNOTICED),
    }
}

/// Whom the service under test is asked about.
struct Asked {
    cases: Vec<Worked>,
    statements: Vec<Statement>,
    people: Vec<(String, Person)>,
    quick: bool,
}

impl Asked {
    fn new(quick: bool) -> Self {
        // Those that tell most mutations apart come first.
        let mut people = everyone::all_answers_at_sites();
        people.extend(everyone::all_answers());
        people.extend(everyone::all_answers_few_and_severe());
        people.extend(everyone::all_grades_numbers_and_sites());
        people.extend(everyone::all_answers_elsewhere());
        Self { cases: worked::all(), statements: statements::all().statement, people, quick }
    }
}

/// Which test of the default suite notices that the service is not as it should be. The quick ones look first, and those
/// that have to do with the rule.
fn noticed(knowledge: Knowledge, files: &[SourceFile], rule: &str, asked: &Asked) -> Option<&'static str> {
    let fails = |look: &dyn Fn() -> bool| !catch_unwind(AssertUnwindSafe(look)).unwrap_or(false);
    let under = |choices: &Choices| Arc::new(Service::new(Knowledge::with_policies(files, choices).unwrap()));
    support::put(Arc::new(Service::new(knowledge)));
    if fails(&|| matrix::differs(support::service().knowledge()).is_empty()) {
        return Some("noticed by the gap matrix");
    }
    if fails(&|| waits::differs(support::service().knowledge()).is_empty()) {
        return Some("noticed by the signed page of waits");
    }
    let stated = |about: &dyn Fn(&Statement) -> bool| {
        let chosen: Vec<&Statement> = asked.statements.iter().filter(|it| about(it)).collect();
        fails(&|| statements::wrong(&chosen, &mut |it| under(it)).is_empty())
    };
    let settled = || statements::unsettled(support::service().knowledge()).is_empty();
    let adds = || statements::adds_otherwise(support::service().knowledge()).is_empty();
    if fails(&settled) || fails(&adds) || stated(&|it| it.rule == rule) {
        return Some("noticed by a statement");
    }
    let disagrees = |(who, person): &(String, Person)| {
        fails(&|| {
            let mut found = Findings::default();
            let what = if person.groups.len() > 1 { What::Dispositions } else { What::DispositionsAndPlans };
            found.compare(what, who, person);
            found.agree()
        })
    };
    let second = Some("noticed by the second opinion");
    let facts: Vec<&str> = rules::rules()
        .iter()
        .filter(|it| rule == it.id || rule.starts_with(&format!("{}-", it.id)))
        .flat_map(|rule| facts::vocabulary().iter().filter(|it| rule.asks().reads(&it.fact)))
        .map(|it| it.fact.as_str())
        .collect();
    let concerned: Vec<_> = asked.people.iter().filter(|(who, _)| facts.iter().any(|it| who.contains(it))).collect();
    if concerned.iter().step_by(FEW).any(|it| disagrees(it)) || concerned.iter().any(|it| disagrees(it)) {
        return second;
    }
    let breaks = |held: &fn()| {
        fails(&|| {
            held();
            true
        })
    };
    if complications::ALL.iter().any(breaks) {
        return Some("noticed by what is held of complications");
    }
    if fails(&|| dossier::wrong().0.is_empty()) {
        return Some("noticed by the safety cases of the dossier");
    }
    if fails(&|| worked::wrong(&support::service(), &asked.cases).is_empty()) {
        return Some("noticed by a worked case");
    }
    if fails(&|| statements::unbounded(&|it| Knowledge::with_policies(files, it).is_ok()).is_empty())
        || stated(&|_| true)
    {
        return Some("noticed by a statement");
    }
    if asked.people.iter().step_by(FEW).any(disagrees) {
        return second;
    }
    (!asked.quick && asked.people.iter().any(disagrees)).then_some("noticed by the second opinion")
}

/// One person of so many is asked first.
const FEW: usize = 23;
