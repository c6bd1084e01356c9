//! The pages of `docs/` that are made from the knowledge: every rule, and every procedure.

use std::fmt::Write as _;

use super::{
    Worked,
    coverage::heard_in_worked,
    details::{days, details, parts},
    html::in_address,
    words::{between, condition_in_words, plain, wait_in_words},
};
use crate::{
    domain::{Predicate, RuleId, number_in_words},
    knowledge::{Basis, Knowledge, Procedure, ProcedureKind, Rule},
};

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its name below `docs/`.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

/// What every page begins with, after its heading.
const MADE: &str = "Made from `knowledge/` by `cicatrix knowledge pages --write`; edits here are overwritten.";

/// A rule that more worked cases hear is heard nearly everywhere: naming them all says nothing.
const MOST_CASES: usize = 8;
/// How many are named of more than that.
const SHOWN_OF_MANY: usize = 3;

/// Every page that is made from the knowledge.
pub fn pages(knowledge: &Knowledge, worked: &[Worked]) -> Vec<Page> {
    vec![
        Page { name: "rules.md", text: rules(knowledge, worked) },
        Page { name: "procedures.md", text: procedures(knowledge) },
    ]
}

fn rules(knowledge: &Knowledge, worked: &[Worked]) -> String {
    let (details, heard) = (details(knowledge), heard_in_worked(knowledge, worked));
    let mut text = format!(
        "# Rules\n\n{MADE}\n\nKnowledge {} of {}: {} rules. A rule of expert practice awaits a clinician's sign-off.\n",
        knowledge.release(),
        knowledge.date(),
        knowledge.rules().len()
    );
    let mut order: Vec<(usize, &Rule)> = knowledge.rules().iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.file.cmp(&b.file).then_with(|| a.id.cmp(&b.id)));
    let mut file = "";
    for (at, rule) in order {
        if *rule.file != *file {
            file = &rule.file;
            let _ = write!(text, "\n## `{file}`\n");
        }
        let _ = write!(text, "\n### {}\n\n{}\n\n", rule.id, escape(&rule.says));
        let told: Vec<String> =
            details.get(at).into_iter().flatten().map(|(label, value)| format!("{label}: {}", escape(value))).collect();
        if !told.is_empty() {
            let _ = writeln!(text, "- {}", told.join("; "));
        }
        let _ = writeln!(text, "- {}", basis(knowledge, rule));
        let cases = heard.get(at).map(Vec::as_slice).unwrap_or_default();
        if !cases.is_empty() {
            let shown = if cases.len() > MOST_CASES { SHOWN_OF_MANY } else { cases.len() };
            let links =
                cases.iter().take(shown).map(|it| format!("[{}](../knowledge/cases/{it}.md)", escape(&plain(it))));
            let many = if cases.len() > shown { "many worked cases, such as " } else { "" };
            let _ = writeln!(text, "- heard in {many}{}", links.collect::<Vec<_>>().join(", "));
        }
    }
    text
}

fn basis(knowledge: &Knowledge, rule: &Rule) -> String {
    match &rule.basis {
        Basis::ExpertPractice => "expert practice, **awaits sign-off**".to_owned(),
        Basis::Derived(from) => {
            let ids = from.iter().filter_map(|it| knowledge.rules().get(it.index()));
            let links: Vec<String> = ids.map(|it| format!("[{}](#{})", it.id, it.id.to_lowercase())).collect();
            format!("follows from {}", links.join(", "))
        }
        Basis::Sourced(keys) => {
            let all = keys.iter().map(|key| source(knowledge, key));
            format!("rests on {}", all.collect::<Vec<_>>().join(", "))
        }
    }
}

fn source(knowledge: &Knowledge, key: &str) -> String {
    let Some(it) = knowledge.citations().iter().find(|it| it.key == key) else { return escape(key) };
    let address = if !it.pmid.is_empty() {
        format!("https://pubmed.ncbi.nlm.nih.gov/{}/", in_address(&it.pmid))
    } else if !it.doi.is_empty() {
        format!("https://doi.org/{}", in_address(&it.doi))
    } else {
        it.url.replace(['(', ')', ' ', '<', '>'], "")
    };
    if address.is_empty() { escape(key) } else { format!("[{}]({address})", escape(key)) }
}

fn procedures(knowledge: &Knowledge) -> String {
    let mut text = format!("# Procedures\n\n{MADE}\n\nKnowledge {} of {}.\n", knowledge.release(), knowledge.date());
    text.push_str(
        "\n| procedure | sessions | between two | traces | judged after |\n| --- | --- | --- | --- | --- |\n",
    );
    for it in knowledge.procedures() {
        let [sessions, between, traces, judged] = numbers(knowledge, it);
        let _ =
            writeln!(text, "| [{}](#{}) | {sessions} | {between} | {traces} | {judged} |", it.name, anchor(&it.name));
    }
    for it in knowledge.procedures() {
        procedure(knowledge, it, &mut text);
    }
    text.push_str("\n## Considered and not planned\n\n");
    for it in knowledge.considered() {
        let _ = writeln!(text, "- {}: {}", escape(&it.name), said(knowledge, it.rule));
    }
    text
}

fn procedure(knowledge: &Knowledge, it: &Procedure, text: &mut String) {
    let kind = match it.kind {
        ProcedureKind::Focal => "on single scars",
        ProcedureKind::Field => "on the whole field",
        ProcedureKind::Adjunct => "joins the visits of others",
        ProcedureKind::HomeCare => "used at home",
    };
    let _ = write!(text, "\n## {}\n\n`{}`, {kind}. {}\n", it.name, it.id, escape(&it.description));
    if !it.parameters.is_empty() {
        text.push_str("\n| setting | range | when | rule |\n| --- | --- | --- | --- |\n");
        for row in &it.parameters {
            let range = between(&number_in_words(row.low), &number_in_words(row.high), &row.unit);
            let when = condition_in_words(&row.when);
            let name = plain(&row.name);
            let _ = writeln!(text, "| {name} | {range} | {} | {} |", escape(&when), linked(knowledge, row.rule));
        }
    }
    for (title, lines) in parts(it) {
        if lines.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{}:\n\n", capital(title));
        for line in lines {
            let when = if line.when == Predicate::Always {
                String::new()
            } else {
                format!(" If {}.", escape(&condition_in_words(&line.when)))
            };
            let _ = writeln!(text, "- {}{when}", said(knowledge, line.rule));
        }
    }
    let figures: Vec<RuleId> =
        it.strengths.iter().map(|it| it.rule).chain(it.expected.iter().map(|it| it.rule)).collect();
    if !figures.is_empty() {
        text.push_str("\nHow well it works:\n\n");
        figures.iter().for_each(|rule| text.push_str(&format!("- {}\n", said(knowledge, *rule))));
    }
}

fn numbers(knowledge: &Knowledge, it: &Procedure) -> [String; 4] {
    let repeat = it.gaps.and_then(|it| knowledge.gaps().between(it.kind, it.kind)).map(|it| it.base);
    let course = || it.course.map(|it| it.at_most.map_or_else(|| "open-ended".to_owned(), wait_in_words));
    [
        it.sessions
            .map(|it| format!("{} ({} to {})", it.count.typical, it.count.min, it.count.max))
            .or_else(course)
            .unwrap_or_default(),
        repeat
            .map(|it| format!("{}, never below {}", days(it.typical_from, it.typical_to), wait_in_words(it.floor)))
            .unwrap_or_default(),
        it.downtime
            .map(|it| format!("{} days, make-up from day {}", it.days.typical, it.makeup_day))
            .unwrap_or_default(),
        it.judge.map(|it| wait_in_words(it.days)).unwrap_or_default(),
    ]
}

/// A sentence with a link to its rule.
fn said(knowledge: &Knowledge, rule: RuleId) -> String {
    let says = knowledge.rules().get(rule.index()).map(|it| escape(&it.says)).unwrap_or_default();
    format!("{says} {}", linked(knowledge, rule))
}

fn linked(knowledge: &Knowledge, rule: RuleId) -> String {
    let id = knowledge.rules().get(rule.index()).map(|it| it.id.as_str()).unwrap_or_default();
    format!("[{id}](rules.md#{})", id.to_lowercase())
}

/// The anchor of a heading, as it is made where Markdown is shown.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars().filter(|it| it.is_alphanumeric() || [' ', '-', '_'].contains(it)).collect::<String>().replace(' ', "-")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Text that stays text in Markdown.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for it in text.chars() {
        if matches!(it, '*' | '_' | '<' | '|' | '`' | '[' | '\\') {
            safe.push('\\');
        }
        safe.push(it);
    }
    safe
}
