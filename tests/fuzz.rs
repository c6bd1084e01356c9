//! Any bytes at every door: seeds, mutated at random, a few thousand each time and the same ones.
//!
//! `FUZZ_SECONDS=120 cargo test --test fuzz -- --nocapture` runs each door that long, with other inputs each time
//! (`FUZZ_SEED=7`: the same ones), and prints the executions. What breaks is written to `target/fuzz/`.
//! An input that gets a new kind of answer is kept and mutated further; `FUZZ_CORPUS=fuzz/corpus` writes those down for
//! the fuzzer in `fuzz/`, which has the same doors and sees which lines ran.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/doors.rs"]
mod doors;
#[path = "support/laws.rs"]
mod laws;
#[path = "support/mutator.rs"]
mod mutator;
#[path = "support/people.rs"]
mod people;

use std::{
    collections::HashSet,
    env, fs,
    panic::{self, AssertUnwindSafe},
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use doors::{DOORS, Door, FILE, TAKEN, toy};
use mutator::{Form, Mutator};

/// Inputs of each door in the default suite.
const EXECUTIONS: u64 = 1_500;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|it| it.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Inputs that are right, and the form they have.
fn seeds(name: &str) -> (Form, Vec<Vec<u8>>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read(root.join(path)).unwrap();
    let examples = || {
        let mut all: Vec<_> = fs::read_dir(root.join("examples")).unwrap().map(|it| it.unwrap().path()).collect();
        all.sort();
        all.into_iter().map(|it| fs::read(it).unwrap())
    };
    match name {
        "generate_protobuf" => {
            use cicatrix::{serve, wire::v1};
            use prost::Message as _;
            let request = |json: Vec<u8>| {
                serve::parse_json::<v1::GenerateProtocolRequest>("cicatrix.v1.GenerateProtocolRequest", &json)
            };
            let mut all = vec![read("tests/golden/generate_request.pb")];
            all.extend(examples().filter_map(|it| Some(request(it).ok()?.encode_to_vec())));
            (Form::Bytes, all)
        }
        "classify_protobuf" => (Form::Bytes, vec![read("tests/golden/classify_request.pb")]),
        "generate_json" => {
            let mut all = vec![read("tests/golden/generate_request.json")];
            all.extend(examples());
            (Form::Json, all)
        }
        "classify_json" => (Form::Json, vec![read("tests/golden/classify_request.json")]),
        _ => {
            let file = |it: &cicatrix::knowledge::SourceFile| format!("{FILE}{}\n{}", it.path, it.text).into_bytes();
            (Form::Toml, toy().iter().map(file).collect())
        }
    }
}

/// Runs one door and says how many inputs it was given and how many kinds of answers there were.
fn run(name: &str, door: Door) -> (u64, usize) {
    let (form, seeds) = seeds(name);
    let seconds = number("FUZZ_SECONDS");
    let clock = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos();
    let seed = number("FUZZ_SEED").unwrap_or_else(|| seconds.map_or(1, |_| u64::from(clock())));
    let mut mutator = Mutator::new(form, seed);
    let mut known: HashSet<String> = HashSet::new();
    let mut corpus = seeds.clone();
    for seed in &seeds {
        known.insert(door(seed));
    }
    let began = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut executions = 0;
    loop {
        match seconds {
            Some(seconds) if began.elapsed() >= Duration::from_secs(seconds) => break,
            None if executions == EXECUTIONS => break,
            Some(_) | None => {}
        }
        let input = mutator.next(&corpus);
        executions += 1;
        let start = Instant::now();
        let answer = panic::catch_unwind(AssertUnwindSafe(|| door(&input)));
        slowest = slowest.max(start.elapsed());
        let Ok(answer) = answer else {
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join(format!("{name}-{seed}-{executions}")), &input).unwrap();
            panic!("target/fuzz/{name}-{seed}-{executions} breaks {name}");
        };
        if corpus.len() < 4_000 && known.insert(answer) {
            corpus.push(input);
        }
    }
    if let Ok(dir) = env::var("FUZZ_CORPUS") {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir).join(name);
        fs::create_dir_all(&dir).unwrap();
        for (at, input) in corpus.iter().enumerate() {
            fs::write(dir.join(format!("kept-{at}")), input).unwrap();
        }
    }
    let taken = known.iter().filter(|it| it.starts_with(TAKEN)).count();
    let kinds = known.len();
    println!(
        "{name}: {executions} executions, {kinds} kinds of answers, {taken} not refused, slowest {slowest:?}, seed {seed}"
    );
    (executions, known.len())
}

/// One test a door, so that they run side by side and each can be run alone.
fn fuzz(name: &str) {
    let (_, door) = DOORS.iter().find(|(door, _)| *door == name).unwrap();
    let (executions, kinds) = run(name, *door);
    assert!(executions > 0 && kinds > 20, "{name}: the inputs are all alike, {kinds} kinds of answers");
}

#[test]
fn generate_protobuf() {
    fuzz("generate_protobuf");
}

#[test]
fn classify_protobuf() {
    fuzz("classify_protobuf");
}

#[test]
fn generate_json() {
    fuzz("generate_json");
}

#[test]
fn classify_json() {
    fuzz("classify_json");
}

#[test]
fn knowledge() {
    fuzz("knowledge");
}

/// Every number of the toy medicine as large and as small as it can be written: nothing that is made of it overflows.
#[test]
fn numbers_of_the_knowledge_may_be_anything() {
    let (_, door) = DOORS.iter().find(|(door, _)| *door == "knowledge").unwrap();
    let mut executions = 0;
    for file in toy() {
        let digits = |it: &(usize, char)| it.1.is_ascii_digit();
        let mut numbers: Vec<std::ops::Range<usize>> = Vec::new();
        for (at, _) in file.text.char_indices().filter(digits) {
            match numbers.last_mut().filter(|it| it.end == at) {
                Some(it) => it.end += 1,
                None => numbers.push(at..at + 1),
            }
        }
        for number in numbers {
            let (before, after) = (&file.text[..number.start], &file.text[number.end..]);
            let begun = before.ends_with(|it: char| it.is_alphanumeric() || "-_.".contains(it));
            // Names, and what says nothing of a patient.
            let line = before.rsplit('\n').next().unwrap_or_default();
            if begun || line.starts_with('#') || ["rule ", "id ", "text "].iter().any(|it| line.starts_with(it)) {
                continue;
            }
            for odd in ["2147483647", "-2147483648", "2000000000", "9223372036854775807", "999999999"] {
                door(format!("{FILE}{}\n{before}{odd}{after}", file.path).as_bytes());
                executions += 1;
            }
        }
    }
    println!("{executions} executions");
    assert!(executions > 1_000, "only {executions}");
}
