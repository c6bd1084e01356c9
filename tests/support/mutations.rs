//! The shipped medicine with one thing changed: a longer wait, a stricter rule, rows in another order.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::sync::OnceLock;

use cicatrix::{
    knowledge::{Knowledge, Problems, SourceFile},
    release,
};
use toml::{Table, Value};

/// The shipped files, each with its content.
fn shipped() -> &'static [(SourceFile, Table)] {
    static SHIPPED: OnceLock<Vec<(SourceFile, Table)>> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        release::embedded()
            .into_iter()
            .map(|file| {
                let table = file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
                (file, table)
            })
            .collect()
    })
}

/// The shipped files after `change`, which is told the path and says whether it changed the content.
pub fn after(mut change: impl FnMut(&str, &mut Table) -> bool) -> Vec<SourceFile> {
    let mut files = Vec::new();
    for (file, table) in shipped() {
        let mut table = table.clone();
        let text =
            if change(&file.path, &mut table) { toml::to_string(&table).unwrap().into() } else { file.text.clone() };
        files.push(SourceFile { path: file.path.clone(), text });
    }
    files
}

pub fn load(files: &[SourceFile]) -> Result<Knowledge, Problems> {
    Knowledge::parse(files)
}

/// The tables of an array of tables.
fn rows<'t>(table: &'t mut Table, name: &str) -> impl Iterator<Item = &'t mut Table> {
    let all = table.get_mut(name).and_then(Value::as_array_mut).map(|it| it.iter_mut()).into_iter().flatten();
    all.filter_map(Value::as_table_mut)
}

fn is_gap_file(path: &str) -> bool {
    path == "gaps.toml" || path.starts_with("gaps/")
}

/// `4 to 6 weeks` and ten days more are `38 to 52 days`.
fn longer(text: &str, days: i64) -> String {
    let (numbers, unit) = text.rsplit_once(' ').unwrap();
    let times = if unit.starts_with("week") { 7 } else { 1 };
    let more: Vec<String> =
        numbers.split(" to ").map(|it| (it.parse::<i64>().unwrap() * times + days).to_string()).collect();
    format!("{} days", more.join(" to "))
}

fn lengthen(table: &mut Table, names: &[&str], days: i64) {
    for name in names {
        if let Some(Value::String(text)) = table.get_mut(*name) {
            *text = longer(text, days);
        }
    }
}

/// A wait that can be made longer.
#[derive(Debug, Clone)]
pub enum Wait {
    /// Between two kinds, in every variant.
    Pair(String, String),
    /// The rest after a kind, of which pairs without a row are derived.
    Hold(String),
    /// What is added where the skin marks easily.
    Pigment,
    /// From the last session to the review that decides.
    GateReview,
}

/// Every wait there is.
pub fn waits() -> Vec<Wait> {
    let mut all = vec![Wait::Pigment, Wait::GateReview];
    let text = |row: &Table, name: &str| row[name].as_str().unwrap().to_owned();
    after(|path, table| {
        if is_gap_file(path) {
            all.extend(rows(table, "gap").map(|row| Wait::Pair(text(row, "from"), text(row, "to"))));
            all.extend(rows(table, "kind").map(|row| Wait::Hold(text(row, "id"))));
        }
        false
    });
    all
}

/// The medicine with one wait made longer.
pub fn with_longer(wait: &Wait, days: i64) -> Vec<SourceFile> {
    const ALL: [&str; 4] = ["floor", "plan_min", "typical", "latest"];
    after(|path, table| match wait {
        Wait::Pair(from, to) if is_gap_file(path) => {
            let mut changed = false;
            for row in rows(table, "gap") {
                if row["from"].as_str() == Some(from) && row["to"].as_str() == Some(to) {
                    lengthen(row, &ALL, days);
                    rows(row, "variant").for_each(|it| lengthen(it, &ALL, days));
                    changed = true;
                }
            }
            changed
        }
        Wait::Hold(kind) if is_gap_file(path) => {
            let found = rows(table, "kind").find(|row| row["id"].as_str() == Some(kind));
            found.map(|row| lengthen(row, &["hold"], days)).is_some()
        }
        Wait::Pigment if path == "gaps.toml" => {
            lengthen(table["pigment_addition"].as_table_mut().unwrap(), &["wait"], days);
            true
        }
        Wait::GateReview if path == "planning.toml" => {
            lengthen(table["gate_review"].as_table_mut().unwrap(), &["after"], days);
            true
        }
        Wait::Pair(..) | Wait::Hold(_) | Wait::Pigment | Wait::GateReview => false,
    })
}

/// Something that makes a safety rule stricter.
#[derive(Debug, Clone)]
pub enum Stricter {
    /// What it does, if that is stricter than before.
    Action(&'static str),
    /// It also holds when this does.
    Wider(&'static str),
    /// It also holds when it is not known whether it does.
    Unknown,
    /// Every upper limit is this share of what it was, in hundredths.
    Lower(i64),
    /// It acts on every procedure that is done in sessions.
    Everywhere,
}

const ACTIONS: [&str; 5] = ["warn", "modify", "clearance", "defer", "exclude"];

/// The ids of the safety rules.
pub fn safety_rules() -> Vec<String> {
    let mut all = Vec::new();
    after(|path, table| {
        if path.starts_with("safety/") {
            all.extend(rows(table, "rule").map(|it| it["id"].as_str().unwrap().to_owned()));
        }
        false
    });
    all
}

/// The medicine with one safety rule made stricter; `None` when that changes nothing.
pub fn with_stricter(id: &str, how: &Stricter) -> Option<Vec<SourceFile>> {
    let mut changed = false;
    let files = after(|path, table| {
        if !path.starts_with("safety/") {
            return false;
        }
        let Some(rule) = rows(table, "rule").find(|it| it["id"].as_str() == Some(id)) else { return false };
        changed = tighten(rule, how);
        changed
    });
    changed.then_some(files)
}

fn tighten(rule: &mut Table, how: &Stricter) -> bool {
    match how {
        Stricter::Action(action) => {
            let place = |it: &str| ACTIONS.iter().position(|action| *action == it);
            if place(action) <= place(rule["action"].as_str().unwrap()) {
                return false;
            }
            rule.insert("action".to_owned(), Value::from(*action));
            rule.remove("at_visit");
            if *action == "defer" {
                rule.insert("until".to_owned(), Value::from("delivery"));
            } else {
                rule.remove("until");
            }
            true
        }
        Stricter::Wider(condition) => {
            let wider = format!("({}) or {condition}", rule["when"].as_str().unwrap());
            rule.insert("when".to_owned(), Value::from(wider));
            true
        }
        Stricter::Unknown => rule.insert("if_unknown".to_owned(), Value::from("apply")).is_none(),
        Stricter::Lower(share) => {
            let mut any = false;
            for limit in rows(rule, "limit") {
                for name in ["at_most", "start_at"] {
                    let Some(number) = limit.get(name) else { continue };
                    let number = number.as_float().or_else(|| number.as_integer().map(|it| it as f64)).unwrap();
                    let lower = (number * *share as f64 * 10.0).floor() / 1000.0;
                    limit.insert(name.to_owned(), Value::from(lower));
                    any = true;
                }
            }
            any
        }
        Stricter::Everywhere => {
            rule.remove("except");
            let list = rule["procedures"].as_array_mut().unwrap();
            let known = list.iter().any(|it| it.as_str() == Some("in-sessions") || it.as_str() == Some("all"));
            if !known {
                list.push(Value::from("in-sessions"));
            }
            !known
        }
    }
}

/// The medicine with the rows of every list that has no order turned around by `turn`, and the files too.
///
/// The steps and options of pathways, rows of parameters and of the decision tables are taken in their order and stay.
pub fn turned(turn: usize) -> Vec<SourceFile> {
    let mut files = after(|path, table| {
        let free: &[&str] = match path {
            "citations.toml" => &["citation"],
            "required_facts.toml" => &["required"],
            _ if is_gap_file(path) => &["gap", "kind"],
            _ if path.starts_with("safety/") => &["rule"],
            _ if path.starts_with("procedures/") => &["strength"],
            _ => return false,
        };
        for name in free {
            if let Some(list) = table.get_mut(*name).and_then(Value::as_array_mut)
                && !list.is_empty()
            {
                let by = turn % list.len();
                list.rotate_left(by);
            }
        }
        for rule in rows(table, "rule") {
            if let Some(list) = rule.get_mut("procedures").and_then(Value::as_array_mut)
                && !list.is_empty()
            {
                let by = turn % list.len();
                list.rotate_left(by);
            }
        }
        true
    });
    let by = turn % files.len();
    files.rotate_left(by);
    files
}

/// The medicine in which the rules of a file only say something.
pub fn milder(file: &str) -> Vec<SourceFile> {
    after(|path, table| {
        if path == file {
            for rule in rows(table, "rule") {
                rule.insert("action".to_owned(), Value::from("warn"));
                rule.remove("until");
                rule.remove("at_visit");
            }
        }
        path == file
    })
}
