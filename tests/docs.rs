//! The pages of `docs/` are true: what is made from the knowledge is fresh, and the hazard log names what exists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{collections::BTreeSet, fs, path::PathBuf};

use cicatrix::{
    knowledge::Knowledge,
    release,
    review::{self, Worked},
};

/// How stale pages are made fresh.
const REMEDY: &str = "run `cargo run -- knowledge pages --write`";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shipped() -> (Knowledge, Vec<Worked>) {
    let knowledge = Knowledge::parse(&release::embedded()).unwrap_or_else(|it| panic!("\n{it}"));
    let files = release::worked_cases(None).unwrap();
    let worked = review::worked(&knowledge, &files).unwrap_or_else(|it| panic!("{it:?}"));
    (knowledge, worked)
}

/// Every test function below `tests/` and `src/`, with its attribute.
fn test_functions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![root().join("tests"), root().join("src")];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let lines: Vec<&str> = text.lines().map(str::trim).collect();
                for pair in
                    lines.windows(2).filter(|it| it[0].starts_with("#[test]") || it[0].starts_with("#[tokio::test"))
                {
                    let name =
                        pair[1].trim_start_matches("async ").strip_prefix("fn ").and_then(|it| it.split_once('('));
                    found.extend(name.map(|(name, _)| name.to_owned()));
                }
            }
        }
    }
    found
}

/// One row of the hazard log.
struct Hazard {
    id: String,
    cells: Vec<String>,
}

impl Hazard {
    /// What stands in backticks in a cell.
    fn named(&self, cell: usize) -> Vec<&str> {
        self.cells[cell].split('`').skip(1).step_by(2).collect()
    }
}

fn hazards() -> Vec<Hazard> {
    let text = fs::read_to_string(root().join("docs/hazards.md")).unwrap();
    let rows = text.lines().filter(|it| it.starts_with("| HZ-"));
    rows.map(|row| {
        let cells: Vec<String> = row.trim_matches('|').split(" | ").map(|it| it.trim().to_owned()).collect();
        assert_eq!(cells.len(), 7, "a row has seven cells: {row}");
        Hazard { id: cells[0].clone(), cells }
    })
    .collect()
}

#[test]
fn pages_are_fresh() {
    let (knowledge, worked) = shipped();
    for page in review::pages(&knowledge, &worked) {
        let path = root().join("docs").join(page.name);
        let text = fs::read_to_string(&path).unwrap_or_default();
        assert!(text == page.text, "docs/{} is stale; {REMEDY}", page.name);
    }
}

#[test]
fn pages_hold_every_rule_and_every_procedure() {
    let (knowledge, worked) = shipped();
    let pages = review::pages(&knowledge, &worked);
    let page = |name: &str| &pages.iter().find(|it| it.name == name).unwrap().text;
    for rule in knowledge.rules() {
        assert!(page("rules.md").contains(&format!("\n### {}\n", rule.id)), "{} is left out", rule.id);
    }
    for procedure in knowledge.procedures() {
        assert!(page("procedures.md").contains(&format!("\n## {}\n", procedure.name)), "{}", procedure.id);
    }
    for treatment in knowledge.considered() {
        assert!(page("procedures.md").contains(&treatment.name), "{}", treatment.id);
    }
    // A rule that worked cases hear names them.
    let heard = page("rules.md").lines().filter(|it| it.starts_with("- heard in ")).count();
    assert!(heard > 100, "only {heard} rules are heard in a worked case");
}

#[test]
fn the_hazard_log_is_whole_and_in_order() {
    let ids: Vec<String> = hazards().into_iter().map(|it| it.id).collect();
    let expected: Vec<String> = (1..=ids.len()).map(|it| format!("HZ-{it:03}")).collect();
    assert_eq!(ids, expected, "a row was taken out or moved");
    assert!(ids.len() >= 66, "only {} hazards", ids.len());
    for hazard in hazards() {
        assert!(hazard.cells[1..5].iter().all(|it| !it.is_empty()), "{} has an empty cell", hazard.id);
        assert!(["S1", "S2", "S3", "S4", "S5"].contains(&hazard.cells[3].as_str()), "{}: severity", hazard.id);
    }
}

#[test]
fn every_rule_of_the_hazard_log_exists() {
    let (knowledge, _) = shipped();
    for hazard in hazards() {
        for rule in hazard.named(5) {
            assert!(knowledge.rules().iter().any(|it| it.id == rule), "{} names {rule}, which is no rule", hazard.id);
        }
    }
}

#[test]
fn every_hazard_has_a_test_that_exists() {
    let tests = test_functions();
    assert!(tests.contains("every_hazard_has_a_test_that_exists"), "the search finds itself");
    for hazard in hazards() {
        let named = hazard.named(6);
        assert!(!named.is_empty(), "{} has no test", hazard.id);
        for test in named {
            assert!(tests.contains(test), "{} names {test}, which is no test", hazard.id);
        }
    }
}

#[test]
fn every_test_of_a_hazard_is_in_the_log() {
    let named: BTreeSet<String> =
        hazards().iter().flat_map(|it| it.named(6).into_iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    for test in test_functions().into_iter().filter(|it| it.starts_with("hz_")) {
        assert!(named.contains(&test), "docs/hazards.md does not name {test}");
    }
}

#[test]
fn there_are_thirteen_source_attributes() {
    let (knowledge, _) = shipped();
    assert_eq!(knowledge.source_attributes().len(), 13);
    let service = cicatrix::serve::Service::new(knowledge);
    let answer = service.get_knowledge(cicatrix::wire::v1::GetKnowledgeRequest {}).unwrap();
    assert_eq!(answer.source_attributes.len(), 13);
    assert!(answer.source_attributes.iter().all(|it| !it.name.is_empty() && !it.value.is_empty()));
}

#[test]
fn considered_treatments_are_listed_on_the_first_page_only() {
    let (knowledge, _) = shipped();
    let many = knowledge.considered().len();
    assert!(many > 0);
    let service = cicatrix::serve::Service::new(knowledge);
    let list = |page_token: String| {
        service.list_procedures(cicatrix::wire::v1::ListProceduresRequest { page_size: 3, page_token }).unwrap()
    };
    let first = list(String::new());
    assert_eq!(first.considered_treatments.len(), many);
    assert!(first.considered_treatments.iter().all(|it| it.reason.is_some()));
    assert!(list(first.next_page_token).considered_treatments.is_empty());
}

#[test]
fn the_booklet_holds_everything_and_nothing_from_outside() {
    let (knowledge, worked) = shipped();
    let booklet = review::booklet(&knowledge, &worked);
    for rule in knowledge.rules() {
        let anchors = booklet.matches(&format!("id=\"{}\"", rule.id)).count();
        assert_eq!(anchors, 1, "{} stands {anchors} times", rule.id);
    }
    for citation in knowledge.citations() {
        assert_eq!(booklet.matches(&format!("id=\"source-{}\"", citation.key)).count(), 1, "{}", citation.key);
    }
    for word in ["<script", "<link", "<img", "@import", "url(", "javascript:"] {
        assert!(!booklet.contains(word), "{word}");
    }
    // Every link inside leads somewhere.
    for target in booklet.split("href=\"#").skip(1).filter_map(|it| it.split('"').next()) {
        assert!(booklet.contains(&format!("id=\"{target}\"")), "#{target} leads nowhere");
    }
    assert!(booklet.contains("expert practice, awaits sign-off"));
}

#[test]
fn the_changelog_counts_what_there_is() {
    use strum::EnumCount as _;
    let text = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    // In the files: some hold only where a clinic chooses so, and are left out of what is loaded.
    let safety = release::embedded().into_iter().filter(|it| it.path.starts_with("safety/"));
    let rules: usize = safety.map(|it| it.text.lines().filter(|line| *line == "[[rule]]").count()).sum();
    let facts = cicatrix::domain::Fact::COUNT;
    let line = format!("- {rules} safety rules, {facts} facts that a rule can ask about, ");
    assert!(text.lines().any(|it| it.starts_with(&line)), "CHANGELOG.md does not say {line:?}");
}
