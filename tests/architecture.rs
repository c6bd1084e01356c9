//! Keeps the house: who may import whom, no clinical number in Rust, first lines, no procedure named.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every Rust file below `dir`, with its text.
fn files(dir: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(dir)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{dir} holds no Rust");
    found
}

/// The code of a file without its tests, its comments and what stands in quotes.
fn code(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("#[cfg(test)]") {
            break;
        }
        let mut kept = String::new();
        let mut quoted = false;
        let mut chars = line.chars().peekable();
        while let Some(it) = chars.next() {
            match it {
                '\\' if quoted => drop(chars.next()),
                '"' => quoted = !quoted,
                '/' if !quoted && chars.peek() == Some(&'/') => break,
                _ if quoted => {}
                _ => kept.push(it),
            }
        }
        lines.push((number + 1, kept));
    }
    lines
}

fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs")
}

#[test]
fn imports_go_one_way() {
    let rules: [(&str, &[&str]); 8] = [
        (
            "src/domain",
            &["knowledge", "engine", "wire", "serve", "settings", "release", "cli", "survey", "review", "present"],
        ),
        ("src/knowledge", &["engine", "wire", "serve", "settings", "release", "cli", "survey", "review", "present"]),
        ("src/engine", &["wire", "serve", "settings", "release", "cli", "survey", "review", "present"]),
        ("src/wire", &["knowledge", "engine", "serve", "settings", "release", "cli", "survey", "review", "present"]),
        ("src/present", &["knowledge", "engine", "serve", "settings", "release", "cli", "survey", "review"]),
        ("src/survey", &["engine", "wire", "serve", "settings", "release", "cli", "review", "present"]),
        ("src/review", &["serve", "settings", "release", "cli"]),
        ("src/serve", &["settings", "release", "cli", "survey", "review"]),
    ];
    for (dir, banned) in rules {
        for (name, text) in files(dir) {
            // `use crate::{` trees are flattened well enough by looking at every line of the tree.
            let mut in_tree = false;
            for (line, code) in code(&text) {
                let starts = code.contains("use crate::{");
                in_tree |= starts;
                for it in banned {
                    let direct = code.contains(&format!("crate::{it}"));
                    let inside = in_tree && code.trim_start().starts_with(&format!("{it}::"));
                    assert!(!direct && !inside, "{name}:{line} may not import crate::{it}");
                }
                if in_tree && code.contains("};") {
                    in_tree = false;
                }
            }
        }
    }
}

#[test]
fn the_core_is_pure() {
    let banned = [
        "std::fs",
        "std::env",
        "std::time",
        "std::net",
        "std::io",
        "HashMap",
        "HashSet",
        "SystemTime",
        "Instant::",
        "rand::",
        "tonic",
        "prost",
        "axum",
        "tokio",
        "thread_local",
        "static mut",
        "println!",
        "eprintln!",
    ];
    for dir in ["src/domain", "src/knowledge", "src/engine", "src/survey", "src/present"] {
        for (name, text) in files(dir) {
            for (line, code) in code(&text) {
                for word in banned {
                    assert!(!code.contains(word), "{name}:{line}: {word} has no place in the core");
                }
            }
        }
    }
}

#[test]
fn the_engine_holds_no_number() {
    for (name, text) in files("src/engine") {
        // Its limits are technical and say so.
        if is_test(&name) || name == "src/engine/limits.rs" {
            continue;
        }
        for (line, code) in code(&text) {
            for word in code.split(|it: char| !it.is_ascii_alphanumeric() && it != '_' && it != '.') {
                let digits: String = word.chars().filter(|it| *it != '_').collect();
                let plain = digits.trim_end_matches("i32").trim_end_matches("i64").trim_end_matches("usize");
                let Ok(number) = plain.parse::<f64>() else { continue };
                assert!(number <= 1.0, "{name}:{line}: put {word} in knowledge/");
            }
        }
    }
}

#[test]
fn no_procedure_and_no_rule_is_named_in_rust() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge/procedures");
    let names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|it| it.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(names.len() > 10);
    for (name, text) in files("src") {
        // Its words include allergens, and one of them is also a treatment.
        if is_test(&name) || name == "src/domain/fact.rs" {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            if line.trim_start().starts_with("#[cfg(test)]") {
                break;
            }
            for procedure in &names {
                assert!(!line.contains(&format!("\"{procedure}\"")), "{name}:{} names {procedure}", number + 1);
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for dir in ["src", "tests", "benches"] {
        for (name, text) in files(dir) {
            let first = text.lines().next().unwrap_or_default();
            assert!(first.starts_with("//! ") && first.ends_with(['.', ':']), "{name} must begin with a //! sentence");
        }
    }
}

#[test]
fn files_fit_in_the_head() {
    // Formats and words stand together so that a reader finds them in one place.
    let catalogues = ["src/knowledge/raw.rs", "src/knowledge/model.rs", "src/domain/fact.rs"];
    for (name, text) in files("src") {
        let lines = text.lines().count();
        assert!(lines <= 500 || catalogues.contains(&name.as_str()), "{name} has {lines} lines: two rooms in one?");
    }
}
