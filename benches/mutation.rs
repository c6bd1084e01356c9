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

/// One changed text.
struct Mutation {
    /// The rule that is changed.
    rule: String,
    name: String,
    file: usize,
    text: String,
    /// Why it alters no answer.
    equivalent: Option<&'static str>,
}

/// Changes that cannot alter any answer: what is gone, from the rules that also say this, and why.
const EQUIVALENT: [(&str, &str, &str); 5] = [
    (
        "isotretinoin is stopped",
        "days_since_isotretinoin <",
        "a request that dates the end of a course of which it says anything else is refused",
    ),
    (
        "vitiligo is stable",
        "days_since_vitiligo_stable",
        "a request that dates the rest of vitiligo that is not stable is refused",
    ),
    (
        "pih_active_in_field is yes",
        "pih_origin is acne_marks",
        "a request that says where brown marks come from that are not there is refused",
    ),
    (
        "(active_acne in (none, mild) or active_acne is unknown)",
        "days_since_acne_quiet < policy acne_quiescence_full_field",
        "a request that has acne and dates its rest is refused",
    ),
    (
        "mild",
        "days_since_acne_quiet < policy acne_quiescence_full_field",
        "a request that has acne and dates its rest is refused; the word keeps the rule in step with ACNE-07-UNKNOWN",
    ),
];

/// Why a change alters no answer, if that is so.
fn equivalent(name: &str, when: &str) -> Option<&'static str> {
    let gone = name.split_once(": when, without ")?.1;
    EQUIVALENT.iter().find(|(word, beside, _)| *word == gone && when.contains(beside)).map(|(_, _, why)| *why)
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
    files[mutation.file].text.clone_from(&mutation.text);
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
    if fails(&|| statements::unsettled(support::service().knowledge()).is_empty()) || stated(&|it| it.rule == rule) {
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
        } else if path == "policies.toml" {
            for (start, block) in blocks(&file.text, "[[policy]]") {
                let id = field(block, "rule").unwrap_or_default();
                wait_mutations(&mut all, at, &file.text, start, block, id, &["default", "at_least", "at_most"]);
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
            let name = format!("{id}: {what}");
            let equivalent = equivalent(&name, field(block, "when").unwrap_or_default());
            all.push(Mutation { rule: id.to_owned(), name, file, text, equivalent });
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
    for (dropped, rest) in shorter_conditions(when) {
        add(&format!("when, without {dropped}"), block.replacen(when, &rest, 1));
    }
    for key in ["procedures", "except"] {
        let Some((from, list)) = list(block, key) else { continue };
        let words: Vec<&str> = list.split(',').map(str::trim).filter(|it| it.starts_with('"')).collect();
        for word in &words {
            let rest: Vec<&str> = words.iter().filter(|it| *it != word).copied().collect();
            let changed = format!("{}{}{}", &block[..from], rest.join(", "), &block[from + list.len()..]);
            add(&format!("{key} without {}", word.trim_matches('"')), changed);
        }
    }
    for key in ["at_most", "start_at"] {
        for (at, line, number) in number_lines(block, key) {
            for (what, change) in [("less", -1.0), ("more", 1.0)] {
                let changed = format!("{}{key} = {}{}", &block[..at], number + change, &block[at + line.len()..]);
                add(&format!("{key} {number} one {what}"), changed);
            }
        }
    }
    add(
        "not settled at the visit",
        block.lines().filter(|it| !it.starts_with("at_visit")).map(|it| format!("{it}\n")).collect(),
    );
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
            all.push(Mutation {
                rule: id.to_owned(),
                name: format!("{id}: {key} {wait} becomes {moved}"),
                file,
                text,
                equivalent: None,
            });
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

/// The lines of one key that hold a number, with their places.
fn number_lines<'b>(block: &'b str, key: &str) -> Vec<(usize, &'b str, f64)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in block.split('\n') {
        if let Some((name, value)) = line.split_once('=')
            && name.trim() == key
            && let Ok(number) = value.trim().parse()
        {
            found.push((at, line, number));
        }
        at += line.len() + 1;
    }
    found
}

/// What stands between the brackets of a list, and where.
fn list<'b>(block: &'b str, key: &str) -> Option<(usize, &'b str)> {
    let line = block.lines().find(|it| it.split('=').next().is_some_and(|it| it.trim() == key))?;
    let start = line.as_ptr() as usize - block.as_ptr() as usize;
    let from = start + block[start..].find('[')? + 1;
    Some((from, &block[from..from + block[from..].find(']')?]))
}

/// The same condition without one word of a list, one alternative or one demand, which comes first.
fn shorter_conditions(when: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open = vec![(0, false)];
    for (at, letter) in when.char_indices().chain([(when.len(), ')')]) {
        if letter == '(' {
            open.push((at + 1, when[..at].ends_with("in ")));
        }
        if letter != ')' {
            continue;
        }
        let (from, is_list) = open.pop().unwrap();
        let inner = &when[from..at];
        let between = if is_list {
            ", "
        } else if split(inner, " or ").len() > 1 {
            " or "
        } else {
            " and "
        };
        let parts = split(inner, between);
        for gone in (0..parts.len()).filter(|_| parts.len() > 1) {
            let rest: Vec<&str> = parts.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, it)| *it).collect();
            let rest = format!("{}{}{}", &when[..from], rest.join(between), &when[at..]);
            all.push((parts[gone].to_owned(), rest));
        }
    }
    all
}

/// Splits where no bracket is open.
fn split<'t>(text: &'t str, between: &str) -> Vec<&'t str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && at >= from && text[at..].starts_with(between) => {
                parts.push(&text[from..at]);
                from = at + between.len();
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
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
