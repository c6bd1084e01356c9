//! What the loader refuses, word for word, on a toy medicine: one edit each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "knowledge/mistakes.rs"]
mod mistakes;

use std::path::Path;

use cicatrix::{
    knowledge::{Knowledge, SourceFile},
    release,
};

fn toy() -> Vec<SourceFile> {
    release::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/toy_knowledge")).unwrap()
}

fn problems(files: &[SourceFile]) -> Vec<String> {
    match Knowledge::parse(files) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
    }
}

/// The problems after `find` in the file became `replace`.
fn after(path: &str, find: &str, replace: &str) -> Vec<String> {
    let mut files = toy();
    let file = files.iter_mut().find(|it| it.path == path).unwrap_or_else(|| panic!("no {path}"));
    assert!(file.text.contains(find), "{path} does not hold {find}");
    file.text = file.text.replacen(find, replace, 1).into();
    problems(&files)
}

#[test]
fn the_toy_is_sound() {
    assert_eq!(problems(&toy()), [""; 0]);
}

#[test]
fn the_shipped_knowledge_is_sound_and_is_the_one_in_the_directory() {
    let dir = release::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge")).unwrap();
    assert_eq!(dir, release::embedded());
    assert_eq!(problems(&dir), [""; 0]);
}

#[test]
fn every_kind_of_finding_has_one_sentence() {
    assert_eq!(
        after("planning.toml", "kind    = \"wait_not_over\"", "kind    = \"excluded\""),
        [
            "planning.toml:1: there is no [[finding]] for `wait_not_over`",
            "planning.toml:255: `excluded` is listed twice",
        ]
    );
}

#[test]
fn each_mistake_has_its_line_and_its_sentence() {
    let mut wrong = Vec::new();
    for (path, find, replace, sentence) in mistakes::ALL {
        let found = after(path, find, replace);
        if !found.iter().any(|it| it == sentence) {
            wrong.push(format!(
                "{path}, {replace:?}\n  written: {sentence}\n  found:   {}",
                found.join("\n           ")
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn all_mistakes_of_all_files_come_at_once() {
    let mut files = toy();
    for file in &mut files {
        if file.path == "pathways/pits.toml" {
            file.text = file.text.replace("toy_book", "toy_bok").into();
        }
        if file.path == "gaps.toml" {
            file.text = file.text.replace("\"3 weeks\"", "\"3 months\"").into();
        }
    }
    let found = problems(&files);
    assert_eq!(found.iter().filter(|it| it.starts_with("pathways/pits.toml")).count(), 3, "{found:?}");
    assert_eq!(found.iter().filter(|it| it.starts_with("gaps.toml")).count(), 3, "{found:?}");
}

#[test]
fn missing_and_foreign_files_are_named() {
    let mut files = toy();
    files.retain(|it| it.path != "events.toml");
    files.push(SourceFile { path: "notes.toml".to_owned(), text: String::new().into() });
    assert_eq!(
        problems(&files),
        ["events.toml:1: this file is missing", "notes.toml:1: nothing reads a file of this name"]
    );
    let mut files = toy();
    files.push(SourceFile {
        path: "procedures/dub.toml".to_owned(),
        text: files.iter().find(|it| it.path == "procedures/cream.toml").unwrap().text.replace("CREAM", "DUB").into(),
    });
    assert_eq!(problems(&files), ["procedures/dub.toml:1: no pathway and no home care uses this procedure"]);
}

#[test]
fn nothing_that_is_no_knowledge_is_a_panic() {
    assert!(!problems(&[]).is_empty());
    for text in ["", "\u{0}", "[[[", "= 1", "a = 99999999999999999999", "[rule]\nrule = 1"] {
        let mut files = toy();
        for at in 0..files.len() {
            let whole = std::mem::replace(&mut files[at].text, text.to_owned().into());
            assert!(!problems(&files).is_empty(), "{} as {text:?}", files[at].path);
            files[at].text = whole;
        }
    }
}

#[test]
fn the_digest_is_of_what_the_files_say() {
    let one = Knowledge::parse(&toy()).unwrap();
    let mut files = toy();
    files.reverse();
    assert_eq!(one.digest(), Knowledge::parse(&files).unwrap().digest());
    let file = files.iter_mut().find(|it| it.path == "release.toml").unwrap();
    file.text.to_mut().push_str("# a comment\n");
    assert_ne!(one.digest(), Knowledge::parse(&files).unwrap().digest());
    assert_eq!(one.digest().len(), 64);
}

/// A number stands once: what takes its measures from another rule moves with it, and says so.
#[test]
fn a_number_that_moves_moves_for_every_rule_that_takes_it() {
    let mut files = release::embedded();
    let file = files.iter_mut().find(|it| it.path == "safety/phototype.toml").unwrap();
    let (before, rule) = file.text.split_at(file.text.find("id         = \"FST-08\"").unwrap());
    file.text = format!("{before}{}", rule.replacen("at_most   = 70", "at_most   = 60", 1)).into();
    let knowledge = Knowledge::parse(&files).unwrap();
    for id in ["FST-08", "FST-21"] {
        let said = knowledge.rules().iter().find(|it| it.id == id).unwrap();
        assert!(said.says.contains("at or below 60 %"), "{id}: {}", said.says);
        let rules = knowledge.safety().iter().filter(|it| knowledge.rules()[it.rule.index()].id == id);
        // Of each procedure of its family.
        let mut limits = rules.flat_map(|it| &it.limits).map(|it| (it.at_most, it.start_at)).peekable();
        assert!(limits.peek().is_some() && limits.all(|it| it == (Some(60_000), Some(50_000))), "{id}");
    }
}
