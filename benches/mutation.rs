//! Changes the knowledge, one rule or number at a time, and asks the second opinion whether it notices.
//!
//! `cargo bench --bench mutation` tries every mutation of the safety rules and of the gap table and lists those that
//! nobody noticed; `cargo bench --bench mutation -- ISO-` only those whose name holds a text. A mutation is noticed when
//! the loader refuses it, or when one of these tests of the default suite, run on the changed knowledge, would fail: the
//! matrix of the dossier and the signed page of waits, the safety cases, the worked cases, and the second planner of `tests/oracle`.
//! The generated pages would notice everything, and so do not count.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a tool")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "parts that the tests share")]

#[path = "../tests/oracle/compare.rs"]
mod compare;
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
#[path = "../tests/oracle/rules.rs"]
mod rules;
#[path = "../tests/oracle/verdicts.rs"]
mod verdicts;
#[path = "../tests/cases/waits.rs"]
mod waits;
#[path = "../tests/cases/worked.rs"]
mod worked;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    thread,
};

use cicatrix::{
    knowledge::{Knowledge, SourceFile},
    release,
    serve::Service,
};
use compare::{Findings, What};
use person::Person;
use worked::Worked;

/// The service that the shared parts of the tests ask.
mod support {
    use std::{cell::RefCell, sync::Arc};

    use cicatrix::serve::Service;

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

/// One changed text.
struct Mutation {
    name: String,
    file: usize,
    text: String,
}

fn main() {
    let filter: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let files = release::embedded();
    let all = mutations(&files);
    let chosen: Vec<&Mutation> = all
        .iter()
        .filter(|it| filter.is_empty() || filter.iter().any(|text| it.name.contains(text.as_str())))
        .collect();
    let asked = Asked::new();
    // Everything that looks must be content with what is shipped.
    match noticed(Service::new(Knowledge::parse(&files).unwrap()), &asked) {
        None => std::panic::set_hook(Box::new(|_| {})),
        Some(how) => panic!("{how}, without a mutation"),
    }
    let tally = Mutex::new((BTreeMap::<&str, usize>::new(), Vec::new()));
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let (chosen, files, asked, tally) = (&chosen, &files, &asked, &tally);
            scope.spawn(move || {
                for mutation in chosen.iter().skip(worker).step_by(workers) {
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
}

const UNNOTICED: &str = "noticed by nobody";

fn judge(files: &[SourceFile], mutation: &Mutation, asked: &Asked) -> &'static str {
    let mut files = files.to_vec();
    files[mutation.file].text.clone_from(&mutation.text);
    match Knowledge::parse(&files) {
        Err(_) => "refused by the loader",
        Ok(knowledge) => noticed(Service::new(knowledge), asked).unwrap_or(UNNOTICED),
    }
}

/// Whom the service under test is asked about.
struct Asked {
    cases: Vec<Worked>,
    people: Vec<(String, Person)>,
}

impl Asked {
    fn new() -> Self {
        // Those that tell most mutations apart come first.
        let mut people = everyone::all_answers_at_sites();
        people.extend(everyone::all_answers());
        people.extend(everyone::all_answers_few_and_severe());
        people.extend(everyone::all_grades_numbers_and_sites());
        people.extend(everyone::all_answers_elsewhere());
        Self { cases: worked::all(), people }
    }
}

/// Which test of the default suite notices that the service is not as it should be.
fn noticed(service: Service, asked: &Asked) -> Option<&'static str> {
    support::put(Arc::new(service));
    let fails = |look: &dyn Fn() -> bool| !catch_unwind(AssertUnwindSafe(look)).unwrap_or(false);
    if fails(&|| matrix::differs(support::service().knowledge()).is_empty()) {
        return Some("noticed by the gap matrix");
    }
    if fails(&|| waits::differs(support::service().knowledge()).is_empty()) {
        return Some("noticed by the signed page of waits");
    }
    if fails(&|| dossier::wrong().0.is_empty()) {
        return Some("noticed by the safety cases of the dossier");
    }
    if fails(&|| worked::wrong(&support::service(), &asked.cases).is_empty()) {
        return Some("noticed by a worked case");
    }
    let disagrees = |(who, person): &(String, Person)| {
        fails(&|| {
            let mut found = Findings::default();
            let what = if person.groups.len() > 1 { What::Dispositions } else { What::DispositionsAndPlans };
            found.compare(what, who, person);
            found.agree()
        })
    };
    // A few of each kind first: most mutations show in one of them.
    let few = asked.people.iter().step_by(FEW);
    few.chain(&asked.people).any(disagrees).then_some("noticed by the second opinion")
}

/// One person of so many is asked first.
const FEW: usize = 23;

/// Every mutation of the safety rules and of the waits.
fn mutations(files: &[SourceFile]) -> Vec<Mutation> {
    let mut all = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let path = file.path.as_str();
        if path.starts_with("safety/") {
            for (start, block) in blocks(&file.text, "[[rule]]") {
                rule_mutations(&mut all, at, &file.text, start, block);
            }
        } else if path.starts_with("gaps") {
            for (start, block) in blocks(&file.text, "[[gap]]") {
                let id = field(block, "rule").unwrap_or_default();
                wait_mutations(&mut all, at, &file.text, start, block, id, &["floor", "plan_min", "typical"]);
            }
            for (start, block) in blocks(&file.text, "[[kind]]") {
                let id = field(block, "rule").unwrap_or_default();
                wait_mutations(&mut all, at, &file.text, start, block, id, &["hold"]);
            }
        }
    }
    all
}

fn rule_mutations(all: &mut Vec<Mutation>, file: usize, text: &str, start: usize, block: &str) {
    let id = field(block, "id").unwrap_or_default();
    let mut add = |what: &str, changed: String| {
        if changed != block {
            let text = format!("{}{changed}{}", &text[..start], &text[start + block.len()..]);
            all.push(Mutation { name: format!("{id}: {what}"), file, text });
        }
    };
    add("removed", String::new());
    let Some(action) = field(block, "action") else { return };
    if action != "warn" {
        let weaker: String = block
            .lines()
            .filter(|it| !it.starts_with("until ") && !it.starts_with("at_visit"))
            .map(|it| if it.starts_with("action ") { "action = \"warn\"" } else { it })
            .map(|it| format!("{it}\n"))
            .collect();
        add("only a warning", weaker);
    }
    let Some(when) = field(block, "when") else { return };
    if when != "always" {
        add(
            "for everybody",
            block.replacen(&format!("\"{when}\""), "\"always\"", 1).replace("if_unknown = \"apply\"\n", ""),
        );
    }
    add("silent when not asked", block.replace("if_unknown = \"apply\"\n", ""));
    for (place, number) in numbers(when) {
        for change in [-1, 1] {
            let moved = format!("{}{}{}", &when[..place], number + change, &when[place + number.to_string().len()..]);
            add(&format!("{number} becomes {}", number + change), block.replacen(when, &moved, 1));
        }
    }
    for key in ["at_most", "start_at"] {
        if let Some((line, number)) = number_line(block, key) {
            add(&format!("{key} one more"), block.replacen(line, &format!("{key} = {}", number + 1.0), 1));
        }
    }
    let wait = block.split("wait = \"").nth(1).and_then(|it| it.split('"').next());
    if let Some((wait, shorter)) = wait.and_then(|it| Some((it, shifted(it, -1)?))) {
        add("a week less to wait", block.replacen(wait, &shorter, 1));
    }
}

fn wait_mutations(
    all: &mut Vec<Mutation>,
    file: usize,
    text: &str,
    start: usize,
    block: &str,
    id: &str,
    keys: &[&str],
) {
    for key in keys {
        let Some(wait) = field(block, key) else { continue };
        for change in [-1, 1] {
            let Some(moved) = shifted(wait, change) else { continue };
            let line = block.lines().find(|it| it.split('=').next().is_some_and(|it| it.trim() == *key)).unwrap();
            let changed = block.replacen(line, &format!("{key} = \"{moved}\""), 1);
            let text = format!("{}{changed}{}", &text[..start], &text[start + block.len()..]);
            all.push(Mutation { name: format!("{id}: {key} {wait} becomes {moved}"), file, text });
        }
    }
}

/// "4 weeks" as 3 or 5 weeks.
fn shifted(wait: &str, change: i32) -> Option<String> {
    let (number, unit) = wait.split_once(' ')?;
    let number: i32 = number.parse().ok()?;
    (number + change > 0).then(|| format!("{} {unit}", number + change))
}

/// The tables of one name, with where they begin.
fn blocks<'t>(text: &'t str, head: &str) -> Vec<(usize, &'t str)> {
    let starts: Vec<usize> = text.match_indices(&format!("\n{head}")).map(|(at, _)| at + 1).collect();
    let tables: Vec<usize> = text
        .match_indices("\n[[")
        .map(|(at, _)| at + 1)
        .filter(|at| !text[*at..].starts_with("[[rule.") && !text[*at..].starts_with("[[gap."))
        .collect();
    starts
        .iter()
        .map(|start| {
            let end = tables.iter().find(|it| *it > start).copied().unwrap_or(text.len());
            (*start, &text[*start..end])
        })
        .collect()
}

fn field<'b>(block: &'b str, key: &str) -> Option<&'b str> {
    let line = block.lines().find(|it| it.split('=').next().is_some_and(|it| it.trim() == key))?;
    let (_, value) = line.split_once('=')?;
    value.trim().strip_prefix('"')?.strip_suffix('"')
}

fn number_line<'b>(block: &'b str, key: &str) -> Option<(&'b str, f64)> {
    let line = block.lines().find(|it| it.split('=').next().is_some_and(|it| it.trim() == key))?;
    Some((line, line.split_once('=')?.1.trim().parse().ok()?))
}

/// Whole numbers in a condition, with their places.
fn numbers(when: &str) -> Vec<(usize, i64)> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in when.split(' ') {
        if let Ok(number) = word.parse::<i64>() {
            found.push((at, number));
        }
        at += word.len() + 1;
    }
    found
}
