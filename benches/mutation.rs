//! Changes the knowledge, one rule or number at a time, and asks the second opinion whether it notices.
//!
//! `cargo bench --bench mutation` tries every mutation of the safety rules and of the gap table and lists those that
//! nobody noticed; `cargo bench --bench mutation -- ISO-` only those whose name holds a text. A mutation is noticed when
//! the loader refuses it, when a safety case or a worked regimen comes out otherwise, or when the independent planner
//! of `tests/oracle` disagrees on how a procedure fares or on the course of a plan.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a tool")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "parts that the tests share")]

#[path = "../tests/oracle/compare.rs"]
mod compare;
#[path = "../tests/oracle/courses.rs"]
mod courses;
#[path = "../tests/oracle/dispositions.rs"]
mod dispositions;
#[path = "../tests/oracle/facts.rs"]
mod facts;
#[path = "../tests/oracle/gaps.rs"]
mod gaps;
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
#[path = "../tests/support/service.rs"]
mod support;
#[path = "../tests/oracle/verdicts.rs"]
mod verdicts;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
};

use cicatrix::{
    knowledge::{Knowledge, SourceFile},
    release,
    serve::Service,
    wire::v1::Site,
};
use person::{Person, request};
use plans::Quirk;

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
    let people = people();
    std::panic::set_hook(Box::new(|_| {}));
    assert_eq!(noticed(&Service::new(Knowledge::parse(&files).unwrap()), &people), None, "without a mutation");
    let tally = Mutex::new((BTreeMap::<&str, usize>::new(), Vec::new()));
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let (chosen, files, people, tally) = (&chosen, &files, &people, &tally);
            scope.spawn(move || {
                for mutation in chosen.iter().skip(worker).step_by(workers) {
                    let how = judge(files, mutation, people);
                    let mut tally = tally.lock().unwrap();
                    *tally.0.entry(how).or_default() += 1;
                    if how == UNNOTICED {
                        tally.1.push(mutation.name.clone());
                    }
                }
            });
        }
    });
    let (counts, mut survivors) = tally.into_inner().unwrap();
    survivors.sort();
    println!("{} mutations, {} people asked", chosen.len(), people.len());
    counts.iter().for_each(|(how, count)| println!("{count:>6} {how}"));
    survivors.iter().for_each(|it| println!("unnoticed: {it}"));
}

const UNNOTICED: &str = "noticed by nobody";

fn judge(files: &[SourceFile], mutation: &Mutation, people: &[Person]) -> &'static str {
    let mut files = files.to_vec();
    files[mutation.file].text.clone_from(&mutation.text);
    match Knowledge::parse(&files) {
        Err(_) => "refused by the loader",
        Ok(knowledge) => noticed(&Service::new(knowledge), people).unwrap_or(UNNOTICED),
    }
}

/// Who notices that the service is not as it should be.
fn noticed(service: &Service, people: &[Person]) -> Option<&'static str> {
    if !table_agrees(service.knowledge()) {
        return Some("noticed by the gap matrix");
    }
    people.iter().find_map(|person| {
        let answer = service.generate_protocol(request(person)).ok()?;
        let agrees = catch_unwind(AssertUnwindSafe(|| fares_agree(person, &answer)));
        if !agrees.unwrap_or(false) {
            return Some("noticed by how a procedure fares");
        }
        let agrees = catch_unwind(AssertUnwindSafe(|| {
            let told = courses::told(&answer);
            let known = [None, Some(Quirk::OpinionsOnDayZero), Some(Quirk::ReviewOfNothing)];
            person.groups.len() > 1 || known.into_iter().any(|quirk| plans::plan(person, quirk) == told)
        }));
        (!agrees.unwrap_or(false)).then_some("noticed by the course of a plan")
    })
}

fn fares_agree(person: &Person, answer: &cicatrix::wire::v1::GenerateProtocolResponse) -> bool {
    person.groups.iter().all(|group| {
        let heard = verdicts::hear(person, group, 0);
        let mut ids: Vec<&str> = answer.dispositions.iter().map(|it| it.procedure.as_str()).collect();
        ids.dedup();
        ids.into_iter().filter(|it| procedures::rule_code(it).is_some()).all(|procedure| {
            let ours = heard.verdict(procedure);
            let Some(theirs) = dispositions::said(answer, procedure, group.id) else { return true };
            let beyond = theirs.action > ours.action
                && theirs.rules.iter().any(|rule| dispositions::STRICTER.iter().any(|(id, _)| id == rule));
            // A rule that no longer speaks is missed even where another one is as strict.
            let all_said = ours
                .said
                .iter()
                .all(|(id, _, _)| SHIPPED.with(|all| !all.contains(*id)) || theirs.rules.iter().any(|it| it == id));
            beyond || ((theirs.action, theirs.until) == (ours.action, ours.until) && all_said)
        })
    })
}

thread_local! {
    /// Ids of the shipped safety rules.
    static SHIPPED: std::collections::BTreeSet<String> = {
        let knowledge = Knowledge::parse(&release::embedded()).unwrap();
        let ids = knowledge.safety().iter().map(|it| knowledge.rules()[it.rule.index()].id.clone());
        ids.collect()
    };
}

/// Does the table hold what the independent matrix holds?
fn table_agrees(knowledge: &Knowledge) -> bool {
    const IDS: [&str; 10] = [
        "subcision",
        "punch-excision",
        "tca-cross",
        "microneedling",
        "mnrf",
        "ablative-fractional-laser",
        "non-ablative-fractional-laser",
        "picosecond-fractional-laser",
        "prp",
        "peel-superficial-aha",
    ];
    let kind = |id: &str| {
        let place = knowledge.vocabulary().procedure(id).unwrap();
        knowledge.procedures()[place.index()].gaps.unwrap().kind
    };
    IDS.iter().all(|from| {
        IDS.iter().all(|to| {
            let (a, b) = (gaps::code(from, 100.0).unwrap(), gaps::code(to, 100.0).unwrap());
            let ours = gaps::gap(a, b, gaps::Skin { dark: false, primed: false, trunk: false });
            let Some(cell) = knowledge.gaps().between(kind(from), kind(to)) else { return false };
            let base = cell.base;
            (base.plan_min, base.typical_from.max(base.plan_min)) == (ours.least, ours.typical)
        })
    })
}

fn people() -> Vec<Person> {
    let mut all = Vec::new();
    for kind in people::KINDS {
        for phototype in [Some(2), Some(4), Some(6), None] {
            for answer in people::answers() {
                let mut person = people::person(kind, Site::Cheek, phototype, None, 12);
                answer.give(&mut person);
                all.push(person);
            }
        }
    }
    let healthy = people::answers().swap_remove(0);
    for site in 1..=20 {
        for phototype in [Some(2), Some(5)] {
            for answer in people::answers() {
                let mut person = people::person(people::KINDS[0], Site::try_from(site).unwrap(), phototype, None, 12);
                if answer.name != healthy.name && site > 1 && site % 5 != 0 {
                    continue;
                }
                answer.give(&mut person);
                all.push(person);
            }
        }
    }
    all
}

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
