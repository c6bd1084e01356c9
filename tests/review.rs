//! The survey and the clinician's tools on a toy medicine, where every answer can be counted by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use cicatrix::{
    domain::{Fact, FactKind, Predicate, Value},
    engine,
    knowledge::{Knowledge, SourceFile},
    release, review,
    serve::Service,
    survey::{Baseline, Survey, answer_in_words, baseline},
    wire::{self, v1},
};
use serde_json::Value as Json;
use strum::VariantArray as _;

fn toy_files() -> Vec<SourceFile> {
    release::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/toy_knowledge")).unwrap()
}

fn toy() -> Knowledge {
    Knowledge::parse(&toy_files()).unwrap_or_else(|it| panic!("\n{it}"))
}

/// The toy after `find` in the file became `replace`.
fn edited(path: &str, find: &str, replace: &str) -> Vec<SourceFile> {
    let mut files = toy_files();
    let file = files.iter_mut().find(|it| it.path == path).unwrap_or_else(|| panic!("no {path}"));
    assert!(file.text.contains(find), "{path} does not hold {find}");
    file.text = file.text.replacen(find, replace, 1).into();
    files
}

/// A directory of this test alone, gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, files: &[SourceFile]) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("review-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        for file in files {
            let path = dir.join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file.text.as_ref()).unwrap();
        }
        Self(dir)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cicatrix")).arg("knowledge").args(args).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn shipped() -> Knowledge {
    Knowledge::parse(&release::embedded()).unwrap_or_else(|it| panic!("\n{it}"))
}

#[test]
fn every_word_of_every_question_is_surveyed() {
    let knowledge = shipped();
    let survey = Survey::of(&knowledge);
    let said: BTreeSet<String> = (0..survey.len()).filter_map(|at| survey.who(at)).flat_map(|it| it.answers).collect();
    let is_said = |words: &str| said.iter().any(|it| it.split(", ").any(|it| it == words));
    for fact in Fact::VARIANTS.iter().copied() {
        let of_the_survey = matches!(baseline(fact), Baseline::Dimension | Baseline::OfTheScar | Baseline::Computed);
        if of_the_survey {
            continue;
        }
        let healthy = match baseline(fact) {
            Baseline::Word(word) => fact.word(word).map(Value::Words),
            Baseline::No => Some(Value::YesNo(false)),
            Baseline::Yes => Some(Value::YesNo(true)),
            _ => None,
        };
        let values: Vec<Value> = match fact.kind() {
            FactKind::YesNo => [true, false].map(Value::YesNo).to_vec(),
            FactKind::Words(words) => words.iter().map(|it| Value::Words(fact.word(it).unwrap())).collect(),
            FactKind::Number(_) | FactKind::Elapsed => Vec::new(),
        };
        for value in values.into_iter().filter(|it| Some(*it) != healthy) {
            let words = answer_in_words(fact, Some(value));
            assert!(is_said(&words), "nobody says {words}");
        }
    }
}

#[test]
fn every_threshold_is_surveyed_from_both_sides() {
    let knowledge = shipped();
    let survey = Survey::of(&knowledge);
    let said: BTreeSet<String> = (0..survey.len()).filter_map(|at| survey.who(at)).flat_map(|it| it.answers).collect();
    let is_said = |words: &str| said.iter().any(|it| it.split(", ").any(|it| it == words));
    let mut count = 0;
    for condition in knowledge.conditions() {
        let mut thresholds = Vec::new();
        elapsed(&condition.when, &mut thresholds);
        for (fact, days) in thresholds {
            for days in [days - 1, days, days + 1] {
                let words = answer_in_words(fact, Some(Value::Since(-days)));
                // The healthy answer itself is said by saying nothing.
                let longest = !is_said(&answer_in_words(fact, Some(Value::Since(-days - 1))));
                assert!(is_said(&words) || longest, "nobody says {words}");
                count += 1;
            }
        }
    }
    assert!(count > 30, "only {count} thresholds");
}

fn elapsed(when: &Predicate, found: &mut Vec<(Fact, i32)>) {
    match when {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|it| elapsed(it, found)),
        Predicate::Not(part) => elapsed(part, found),
        Predicate::DaysAgo(fact, _, days) => found.push((*fact, *days)),
        _ => {}
    }
}

#[test]
fn the_survey_of_the_toy_is_the_same_twice_and_names_nobody_twice() {
    let knowledge = toy();
    let names = || -> Vec<String> { Survey::of(&knowledge).iter(&knowledge).map(|(who, _)| who.to_string()).collect() };
    let all = names();
    assert_eq!(all, names());
    assert!(all.len() > 1_000, "{}", all.len());
}

#[test]
fn pairs_meet_no_fact_twice() {
    let knowledge = toy();
    let pairs = Survey::pairs(&[&knowledge]);
    assert!(!pairs.is_empty());
    for at in (0..pairs.len()).step_by(97) {
        let who = pairs.who(at).unwrap();
        assert_eq!(who.answers.len(), 2, "{who}");
        assert_ne!(who.answers[0], who.answers[1], "{who}");
        assert!(pairs.case(at, &knowledge).is_some(), "{who}");
    }
}

#[test]
fn nothing_changes_between_a_release_and_itself() {
    let (knowledge, files) = (toy(), toy_files());
    let side = review::Side { knowledge: &knowledge, files: &files };
    let difference = review::diff(side, side, &Survey::of(&knowledge));
    assert!(difference.is_empty());
    assert_eq!(difference.changed_cases, 0);
}

#[test]
fn a_longer_wait_is_told_by_rule_and_by_case() {
    let old = toy();
    let rule = old.gaps().cells[0].base.rule;
    let id = old.rules()[rule.index()].id.clone();
    let files = toy_files();
    let text = &files.iter().find(|it| it.path == "gaps.toml").unwrap().text;
    let row = text.split("[[gap]]").find(|it| it.contains(&format!("\"{id}\""))).unwrap();
    let typical = row.lines().find(|it| it.starts_with("typical")).unwrap();
    let new_files = edited("gaps.toml", row, &row.replace(typical, "typical = \"9 weeks\""));
    let new = Knowledge::parse(&new_files).unwrap();
    let survey = Survey::of_all(&[&old, &new]);
    let old = review::Side { knowledge: &old, files: &files };
    let new = review::Side { knowledge: &new, files: &new_files };
    let difference = review::diff(old, new, &survey);
    let change = difference.rules.iter().find(|it| it.rule == id).unwrap();
    assert!(change.what.iter().any(|it| it.starts_with("typical: ") && it.ends_with("9 weeks")), "{change:?}");
    assert!(difference.changed_cases > 0 && difference.changed_cases < difference.cases);
    let sum: usize = difference.changes.iter().map(|it| it.cases).sum();
    assert_eq!(sum, difference.changed_cases, "each case is in one group");
    assert!(difference.changes.iter().all(|it| it.described >= it.cases && !it.what.is_empty()));
    assert!(difference.changes.is_sorted_by(|a, b| a.cases >= b.cases));
    assert_eq!(review::diff(old, new, &survey), difference, "the same twice");
}

#[test]
fn what_was_compared_decides_the_exit_status() {
    let old = Scratch::new("old", &toy_files());
    let safety = toy_files().into_iter().find(|it| it.path.starts_with("safety/")).unwrap();
    let said = safety.text.lines().find(|it| it.starts_with("says")).unwrap().to_owned();
    let words = said.split('"').nth(1).unwrap().to_owned();
    let new = Scratch::new("new", &edited(&safety.path, &words, "This is said now."));
    let bad = Scratch::new("bad", &edited("release.toml", "release", "relaese"));
    let same = run(&["diff", old.path(), old.path()]);
    assert_eq!(same.status.code(), Some(0), "{}", out(&same));
    let changed = run(&["diff", old.path(), new.path()]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(out(&changed).contains("says: This is said now.") && out(&changed).contains("0 of "), "{}", out(&changed));
    let json = run(&["diff", "--json", old.path(), new.path()]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["changed_cases"], 0);
    assert_eq!(value["rules"].as_array().unwrap().len(), 1);
    let none = "no/such/directory";
    for (a, b, code) in [(old.path(), bad.path(), 65), (bad.path(), old.path(), 65), (old.path(), none, 66)] {
        let failed = run(&["diff", a, b]);
        assert_eq!(failed.status.code(), Some(code), "{a} {b}");
        assert!(!failed.stderr.is_empty());
    }
}

#[test]
fn a_rule_that_nobody_hears_is_told() {
    let knowledge = toy();
    let rows = review::coverage(&knowledge, &Survey::of(&knowledge), &[]);
    assert_eq!(rows.len(), knowledge.rules().len());
    assert!(rows.iter().any(|it| it.cases > 0));
    // A condition that nobody can meet.
    let safety = toy_files().into_iter().find(|it| it.path.starts_with("safety/")).unwrap();
    let when = safety.text.lines().find(|it| it.starts_with("when")).unwrap().to_owned();
    let files = edited(&safety.path, &when, "when = \"lactating is yes and lactating is no\"");
    let Ok(unheard) = Knowledge::parse(&files) else { return };
    let rows = review::coverage(&unheard, &Survey::of(&unheard), &[]);
    let silent: Vec<&str> = rows.iter().filter(|it| it.is_silent()).map(|it| it.file.as_str()).collect();
    assert!(silent.contains(&safety.path.as_str()), "{silent:?}");
}

/// The rules of all reasons in an answer.
fn carried<'a>(answer: &'a Json, found: &mut BTreeSet<&'a str>) {
    match answer {
        Json::Object(fields) => {
            found.extend(fields.get("rule").and_then(Json::as_str));
            fields.values().for_each(|it| carried(it, found));
        }
        Json::Array(items) => items.iter().for_each(|it| carried(it, found)),
        _ => {}
    }
}

#[test]
fn what_is_heard_is_what_an_answer_carries() {
    let service = Service::new(Knowledge::parse(&release::embedded()).unwrap_or_else(|it| panic!("\n{it}")));
    let knowledge = service.knowledge();
    for name in ["ice_pick_phototype_iv", "mixed_face", "keloid_former", "pregnant", "acid_three_done"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{name}.json"));
        let mut request: v1::GenerateProtocolRequest =
            serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        request.include =
            [v1::Insight::Alternatives, v1::Insight::Questions, v1::Insight::WhyNot].map(i32::from).into();
        let case = wire::case(knowledge.vocabulary(), &request).unwrap();
        let heard = review::heard(knowledge, &engine::plan(knowledge, &case));
        let heard: BTreeSet<&str> = heard.iter().map(|it| knowledge.rules()[it.index()].id.as_str()).collect();
        let answer = serde_json::to_value(service.generate_protocol(request).unwrap()).unwrap();
        let mut found = BTreeSet::new();
        carried(&answer, &mut found);
        assert_eq!(found.symmetric_difference(&heard).collect::<Vec<_>>(), [&""; 0], "{name}");
        assert!(heard.contains("POL-ACNE-FOCAL"), "{name}");
    }
}

#[test]
fn pages_are_checked_and_written() {
    let knowledge = Scratch::new("pages", &toy_files());
    let docs = Scratch::new("docs", &[]);
    let with = |how: &str| run(&["pages", how, "--knowledge", knowledge.path(), "--docs", docs.path()]);
    assert_eq!(with("--check").status.code(), Some(1), "nothing is written yet");
    assert_eq!(with("--write").status.code(), Some(0));
    assert_eq!(with("--check").status.code(), Some(0));
    fs::write(docs.0.join("rules.md"), "edited").unwrap();
    let stale = with("--check");
    assert_eq!(stale.status.code(), Some(1));
    assert!(
        String::from_utf8(stale.stderr).unwrap().contains("rules.md: is stale; run `cicatrix knowledge pages --write`")
    );
    assert_eq!(run(&["pages"]).status.code(), Some(2), "neither --check nor --write");
}

#[test]
fn the_booklet_escapes_what_it_is_given() {
    let safety = toy_files().into_iter().find(|it| it.path.starts_with("safety/")).unwrap();
    let said = safety.text.lines().find(|it| it.starts_with("says")).unwrap().to_owned();
    let words = said.split('"').nth(1).unwrap().to_owned();
    let files = edited(&safety.path, &words, "Less <b>than</b> & more.");
    let booklet = review::booklet(&Knowledge::parse(&files).unwrap(), &[]);
    assert!(booklet.contains("Less &lt;b&gt;than&lt;/b&gt; &amp; more."));
}

#[test]
fn a_slip_in_a_worked_case_has_its_line() {
    let knowledge = toy();
    let case = |text: &str| SourceFile { path: "cases/slip.md".to_owned(), text: text.to_owned().into() };
    let told = |text: &str| review::worked(&knowledge, &[case(text)]).unwrap_err()[0].to_string();
    assert_eq!(told("No heading"), "cases/slip.md:1: begin with a heading, as `# Title`");
    assert_eq!(
        told("# Title\n\ntext\n"),
        "cases/slip.md:1: write the patient as a block that begins with ```toml case"
    );
    assert_eq!(told("# Title\n\n```toml case\n"), "cases/slip.md:4: end the block of the patient with ```");
    let text = "# Title\n\n```toml case\nstart_date = { year = 2026, month = 12, day = 1 }\npatiend = 1\n```\n";
    assert!(told(text).starts_with("cases/slip.md:5: unknown field `patiend`"), "{}", told(text));
}
