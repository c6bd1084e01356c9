//! Keeps the house: who may import whom, no clinical number in Rust, first lines, no procedure named.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/source.rs"]
mod source;

use std::{
    fs,
    path::{Path, PathBuf},
};

use source::{code, lines, paths};

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

/// Where code of `file` says `crate::` or `super::` and means one of `banned`.
fn foreign(file: &str, text: &str, banned: &[&str]) -> Vec<String> {
    let module = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let depth = module.split('/').count();
    let mut found = Vec::new();
    for (line, path) in paths(&code(text)) {
        let mut parts = path.split("::").peekable();
        let mut up = 0;
        let from_root = match parts.peek() {
            Some(&"crate") => parts.next().is_some(),
            Some(&"super") => {
                while parts.next_if_eq(&"super").is_some() {
                    up += 1;
                }
                up >= depth
            }
            _ => false,
        };
        let name = parts.next().unwrap_or_default();
        if from_root && banned.contains(&name) {
            found.push(format!("{file}:{line} may not import crate::{name}"));
        }
    }
    found
}

#[test]
fn the_checker_sees_every_way_to_import() {
    for planted in [
        "use crate::wire;",
        "use crate::{domain::Date, wire::v1};",
        "use crate::{\n    domain::Date,\n    wire,\n};",
        "use crate::{domain::{Date, Day}, wire as other};",
        "use crate::{domain::{self, fact::{A, B}}, knowledge::{C}, wire::{v1::{self, D}}};",
        "pub(crate) use crate::wire::v1;",
        "use super::super::wire;",
        "use super::{super::{wire::v1}};",
        "fn f() -> crate::wire::v1::Scar {}",
        "fn f(it: &crate::wire::Date) {}",
        "let it = super::super::wire::number(1);",
        "let quote = '\"'; let it = crate::wire::number(1); let quote = '\"';",
        "let text = \"\\\"\"; use crate::wire; let text = \"\";",
        "let text = r#\"\"\"#; use crate::wire; let text = \"\";",
        "fn f<'a>(it: &'a str) -> crate::wire::X<'a> {}",
        "/* a\nb */ use crate::wire;",
        "#[cfg(test)]\nuse std::fmt;\nuse crate::wire;",
        "#[cfg(test)]\nmod tests;\nuse crate::wire;",
        "#[cfg(test)]\nmod tests {\n    fn f() { let brace = '}'; }\n}\nuse crate::wire;",
        "use\n    crate::wire;",
    ] {
        assert!(!foreign("src/engine/check.rs", planted, &["wire"]).is_empty(), "{planted}");
    }
    for harmless in [
        "use crate::{domain::Date, engine::wire, wired::X};",
        "use super::wire;",
        "use wire::v1;",
        "use crate::domain::{self as wire, Date};",
        "// use crate::wire;",
        "/* use crate::wire; */",
        "let it = \"crate::wire\";",
        "let it = \"a\n use crate::wire;\";",
        "let it = r#\"\" crate::wire \"#;",
        "#[cfg(test)]\n#[allow(x, reason = \"tests\")]\nmod tests {\n    use crate::wire;\n}",
        "mod tests {}\nfn f() { if crate::domain::x() { wire::number() } }",
    ] {
        assert_eq!(foreign("src/engine/check.rs", harmless, &["wire"]), [""; 0], "{harmless}");
    }
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
        let all = files(dir);
        // Tests put together what the modules that they test may not know.
        let ours = all.iter().filter(|(name, _)| !is_test(name));
        let found: Vec<String> = ours.flat_map(|(name, text)| foreign(name, text, banned)).collect();
        assert!(found.is_empty(), "{found:#?}");
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
        for (number, line) in lines(&text, true) {
            for procedure in &names {
                assert!(!line.contains(&format!("\"{procedure}\"")), "{name}:{number} names {procedure}");
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
    for (name, text) in files("src") {
        let lines = text.lines().count();
        assert!(lines <= 500, "{name} has {lines} lines: two rooms in one?");
    }
}
