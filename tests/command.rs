//! The command as its users run it: exit codes, what is printed where, and what is refused before anything starts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

fn cicatrix() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cicatrix"));
    // A setting of whoever runs the tests is none of theirs.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CICATRIX")) {
        command.env_remove(name);
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn run(args: &[&str]) -> Output {
    cicatrix().args(args).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A directory of this test alone, gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The shipped knowledge, to be spoiled.
    fn knowledge(&self) -> String {
        for file in cicatrix::release::embedded() {
            self.file(&file.path, &file.text);
        }
        self.0.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_example_is_answered_as_a_table_and_as_json() {
    let mut count = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.to_str().unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let verb = ["classify", "check"].into_iter().find(|it| name.starts_with(it)).unwrap_or("plan");
        let table = run(&[verb, file]);
        // The plan of the check example breaks a rule on purpose.
        let ends = i32::from(verb == "check");
        assert_eq!((code(&table), err(&table)), (ends, String::new()), "{file}");
        assert!(out(&table).contains("SCARS") && out(&table).contains("READ THIS FIRST"), "{file}");
        let output = run(&[verb, file, "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["knowledgeRelease"], "2026.1", "{file}");
        count += 1;
    }
    assert!(count >= 8, "only {count} examples");
}

#[test]
fn what_the_examples_must_show() {
    let plan = |name: &str| -> Value {
        let output = run(&["plan", &format!("examples/{name}.json"), "--json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let stages = |answer: &Value| -> Vec<String> {
        let stages = answer["protocol"]["stages"].as_array().unwrap().iter();
        stages
            .filter(|it| !it["sessionCount"].is_null())
            .map(|it| it["procedure"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(stages(&plan("ice_pick_phototype_ii")), ["tca-cross", "mnrf", "ablative-fractional-laser", "prp"]);
    assert_eq!(stages(&plan("ice_pick_phototype_iv")), ["tca-cross", "mnrf", "picosecond-fractional-laser", "prp"]);
    assert_eq!(stages(&plan("rolling")), ["subcision", "ablative-fractional-laser", "filler-ha", "prp"]);
    assert_eq!(
        stages(&plan("deep_boxcar")),
        ["punch-elevation", "ablative-fractional-laser", "dermabrasion-manual", "prp"]
    );
    let pregnant = plan("pregnant");
    assert_eq!(stages(&pregnant), [""; 0]);
    assert_eq!(pregnant["protocol"]["askAgainAfter"], json!(["delivery"]));
    let keloid = plan("keloid_former");
    assert_eq!(keloid["referrals"][0]["to"], "scar clinic");
    assert!(!stages(&keloid).contains(&"tca-cross".to_owned()));
}

#[test]
fn every_example_is_shown_in_every_form() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.to_str().unwrap();
        let mut request: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        if ["classify", "check"].iter().any(|it| path.file_name().unwrap().to_str().unwrap().starts_with(it)) {
            continue;
        }
        let json = run(&["plan", file, "--format", "json"]);
        assert_eq!(json.stdout, run(&["plan", file, "--json"]).stdout, "{file}");
        assert_eq!(run(&["plan", file, "--format", "table"]).stdout, run(&["plan", file]).stdout, "{file}");
        let answer: Value = serde_json::from_slice(&json.stdout).unwrap();
        let count = |field: &str| answer["protocol"][field].as_array().map_or(0, Vec::len);
        let svg = out(&run(&["plan", file, "--format", "svg"]));
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{file}");
        assert!(out(&run(&["plan", file])).contains("\nTIMELINE\n"), "{file}");

        request["planReference"] = json!("a-1");
        let scratch = Scratch::new("forms");
        let named = scratch.file("named.json", &request.to_string());
        let output = run(&["plan", &named, "--format", "calendar"]);
        assert_eq!((code(&output), err(&output)), (0, String::new()), "{file}");
        let calendar = out(&output);
        assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.ends_with("END:VCALENDAR\r\n"), "{file}");
        assert_eq!(calendar.matches("SUMMARY:Visit ").count(), count("sessions"), "{file}");
        assert_eq!(calendar.matches("SUMMARY:Possible visit").count(), count("contingentSessions"), "{file}");
        assert_eq!(calendar.matches("SUMMARY:Review ").count(), count("reviews"), "{file}");
    }
    let output = run(&["plan", "examples/pregnant.json", "--format", "calendar"]);
    assert_eq!((code(&output), out(&output)), (65, String::new()));
    assert!(err(&output).contains("plan_reference is required for a calendar"), "{}", err(&output));
    assert_eq!(code(&run(&["plan", "examples/pregnant.json", "--format", "pdf"])), 2);
    assert_eq!(code(&run(&["plan", "examples/pregnant.json", "--format", "table", "--json"])), 2);
}

#[test]
fn the_timeline_is_seen_at_a_glance() {
    let table = out(&run(&["plan", "examples/mixed_face.json"]));
    let (_, timeline) = table.split_once("\nTIMELINE\n").unwrap();
    for line in [
        "   7 TCA CROSS                       o o o o\n",
        "  Tue 2026-12-01  0    at home              begin Sunscreen, Hydroquinone, Topical retinoid\n",
        "  Tue 2027-10-19  322  at home              begin Azelaic acid, if review 1 says so\n",
        "                       review 1\n",
    ] {
        assert!(timeline.contains(line), "{line}{timeline}");
    }
    // A procedure that goes on at home neither ends nor begins anew.
    assert_eq!(timeline.matches("begin Sunscreen").count(), 1);
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = fs::read_to_string("README.md").unwrap();
    let printed = [
        out(&run(&["plan", "examples/ice_pick_phototype_iv.json"])),
        out(&run(&["plan", "examples/ice_pick_phototype_iv.json", "--format", "calendar"])).replace("\r\n", "\n"),
        out(&run(&["plan", "examples/ice_pick_phototype_iv.json", "--include", "alternatives,questions,why-not"])),
        out(&run(&["plan", "examples/acid_three_done.json"])),
        out(&run(&["check", "examples/check_ice_pick.json"])),
    ];
    let blocks: Vec<&str> = readme.split("```text\n").skip(1).map(|it| it.split_once("```").unwrap().0).collect();
    assert!(blocks.len() >= 6, "only {} blocks", blocks.len());
    for block in blocks {
        assert!(printed.iter().any(|it| it.contains(block.trim_end())), "{block}");
    }
    // Every setting is in its table.
    for name in cicatrix::settings::NAMES {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
    // What it says of the gap is what the file says.
    let gaps = fs::read_to_string("knowledge/gaps.toml").unwrap();
    assert!(gaps.contains("from = \"mnrf\"\nto = \"mnrf\"\nfloor = \"3 weeks\"\n"), "README, Change the medicine");
}

#[test]
fn standard_input_is_read() {
    let body = fs::read_to_string("examples/rolling.json").unwrap();
    let mut child =
        cicatrix().args(["plan", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, run(&["plan", "examples/rolling.json", "--json"]).stdout);
}

#[test]
fn a_wrong_request_is_told_by_field() {
    let scratch = Scratch::new("wrong-request");
    let file = scratch.file("x.json", r#"{"scars": [{"id": "a", "count": 0}]}"#);
    let output = run(&["plan", &file]);
    assert_eq!((code(&output), out(&output)), (65, String::new()));
    let lines: Vec<String> = err(&output).lines().map(|it| it.replace(&file, "x.json")).collect();
    assert_eq!(
        lines,
        [
            "x.json: start_date is required; send the day on which the plan begins",
            "x.json: scars[0].site is required; name the site",
            "x.json: scars[0].count must be a whole number from 1 to 1000",
        ]
    );
    let file = scratch.file("y.json", r#"{"patient": {"pregnant": true}}"#);
    let output = run(&["plan", &file]);
    assert_eq!(code(&output), 65);
    assert!(err(&output).contains("patient.pregnant is an unknown field"), "{}", err(&output));
    assert_eq!(code(&run(&["plan", "no/such/file.json"])), 66);
    assert_eq!(code(&run(&["plna"])), 2);
}

#[test]
fn knowledge_is_checked() {
    let output = run(&["knowledge", "check"]);
    assert_eq!(code(&output), 0);
    assert!(out(&output).starts_with("knowledge 2026.1 of 2026-11-23 is sound"), "{}", out(&output));
    assert_eq!(out(&run(&["knowledge", "check", "knowledge"])), out(&output));
    assert_eq!(code(&run(&["knowledge", "check", "no/such/dir"])), 66);
    let scratch = Scratch::new("check");
    let dir = scratch.knowledge();
    let file = scratch.0.join("procedures/mnrf.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("min = 2\ntypical = 4", "min = 9\ntypical = 4")).unwrap();
    let output = run(&["knowledge", "check", &dir]);
    assert_eq!((code(&output), out(&output)), (65, String::new()));
    let said = err(&output);
    assert!(said.starts_with(&file.display().to_string()), "{said}");
    assert!(said.contains(": write `min`, `typical` and `max` in ascending order"), "{said}");
}

#[test]
fn an_interval_is_changed_without_rust() {
    let scratch = Scratch::new("interval");
    let dir = scratch.knowledge();
    let file = scratch.0.join("gaps.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (before, row) = text.split_once("from = \"mnrf\"\nto = \"mnrf\"").unwrap();
    let row = row.replacen("typical = \"4 weeks\"", "typical = \"5 weeks\"", 1);
    fs::write(&file, format!("{before}from = \"mnrf\"\nto = \"mnrf\"{row}")).unwrap();
    let days = |args: &[&str]| -> Vec<i64> {
        let answer: Value = serde_json::from_slice(&run(args).stdout).unwrap();
        let sessions = answer["protocol"]["sessions"].as_array().unwrap().iter();
        let mnrf = |it: &&Value| it["procedures"].as_array().unwrap().iter().any(|it| it["procedure"] == "mnrf");
        sessions.filter(mnrf).map(|it| it["day"].as_i64().unwrap()).collect()
    };
    let file = "examples/ice_pick_phototype_ii.json";
    assert_eq!(days(&["plan", file, "--json"]), [112, 140, 168, 196]);
    assert_eq!(days(&["plan", file, "--json", "--knowledge", &dir]), [112, 147, 182, 217]);
}

/// A server of this test alone, and its log.
struct Serving {
    child: Child,
    address: String,
    log: mpsc::Receiver<String>,
}

impl Serving {
    fn start(args: &[&str]) -> Self {
        let mut child = cicatrix()
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--set",
                "log.format=json",
                "--set",
                "log.access_every=1",
                "--set",
                "admin.listen=",
            ])
            .args(args)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, log) = mpsc::channel();
        let stderr = child.stderr.take().unwrap();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                if tell.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        let first = log.recv_timeout(Duration::from_secs(30)).unwrap();
        let line: Value = serde_json::from_str(&first).unwrap();
        assert_eq!(line["message"], "listening", "{first}");
        assert_eq!(line["knowledge_release"], "2026.1");
        let address = line["address"].as_str().unwrap().to_owned();
        Self { child, address, log }
    }

    fn stop(mut self) -> (i32, Vec<String>) {
        let killed = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        let code = self.child.wait().unwrap().code().unwrap();
        (code, self.log.iter().collect())
    }
}

#[tokio::test]
async fn the_server_logs_requests_and_no_patient() {
    let server = Serving::start(&[]);
    let client = reqwest::Client::new();
    let url = |path: &str| format!("http://{}{path}", server.address);
    let mut request: Value =
        serde_json::from_str(&fs::read_to_string("examples/ice_pick_phototype_ii.json").unwrap()).unwrap();
    request["scars"][0]["id"] = json!("jane-doe");
    let post = client.post(url("/v1/protocols:generate")).header("x-request-id", "visit-9");
    let answer: Value = post.json(&request).send().await.unwrap().json().await.unwrap();
    let id = answer["protocolId"].as_str().unwrap().to_owned();
    client.get(url("/v1/jane-doe")).send().await.unwrap();
    client.get(url("/v1/rules/jane-doe")).send().await.unwrap();
    client.get(url("/v1/rules?jane-doe=1")).send().await.unwrap();
    request["scars"][0]["count"] = json!("jane-doe");
    client.post(url("/v1/protocols:generate")).json(&request).send().await.unwrap();
    drop(client);
    let (code, log) = server.stop();
    assert_eq!(code, 0, "{log:?}");
    let lines: Vec<Value> = log.iter().map(|it| serde_json::from_str(it).unwrap()).collect();
    let requests: Vec<&Value> = lines.iter().filter(|it| it["target"] == "cicatrix::access").collect();
    assert_eq!(requests.len(), 5, "{log:?}");
    assert_eq!(requests[0]["request_id"], "visit-9");
    assert_eq!(requests[0]["route"], "/v1/protocols:generate");
    assert_eq!(requests[0]["status"], "200");
    assert_eq!(lines.last().unwrap()["message"], "stopped");
    for line in &log {
        assert!(!line.contains("jane") && !line.contains(&id), "{line}");
    }
}

#[test]
fn it_refuses_to_start_before_a_port_opens() {
    let scratch = Scratch::new("refuses");
    let file = scratch.file("settings.toml", "[server]\nlisen = \"127.0.0.1:0\"\nmax_streams = 0\n[lgo]\nx = 1\n");
    let output = run(&["serve", "--config", &file, "--set", "server.deadline=soon"]);
    assert_eq!(code(&output), 78);
    let said = err(&output);
    for part in [
        "server.lisen: is no setting",
        "lgo: is no setting",
        "server.deadline: is no time; write for example 10s or 1m 30s",
        "server.max_streams: must be above 0",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    // What cannot be read as an argument keeps no other mistake quiet.
    let output = run(&["serve", "--set", "nope=1", "--set", "log.format=xml", "--set", "x", "--set", "y"]);
    assert_eq!(code(&output), 78);
    let said = err(&output);
    let beginnings = ["--set x: write NAME=VALUE", "--set y: write NAME=VALUE", "log.format: ", "nope: is no setting"];
    assert_eq!(said.lines().count(), beginnings.len(), "{said}");
    assert!(said.lines().zip(beginnings).all(|(line, it)| line.starts_with(it)), "{said}");
    let output = run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(code(&output), 78);
    assert!(err(&output).contains("server.allow_unauthenticated"), "{}", err(&output));
    let dir = scratch.knowledge();
    fs::write(scratch.0.join("release.toml"), "release = \"x\"\n").unwrap();
    fs::remove_file(&file).unwrap();
    let output = run(&["serve", "--listen", "127.0.0.1:0", "--knowledge", &dir]);
    assert_eq!(code(&output), 78);
    assert!(err(&output).contains("release.toml:1: missing field `date`"), "{}", err(&output));
    // Knowledge that is wrong keeps no other file quiet.
    let files = ["tls.certificate=no/such.pem", "tls.key=no/such.key", "auth.api_keys=no/such.toml"];
    let args: Vec<&str> = files.iter().flat_map(|it| ["--set", it]).collect();
    let output = run(&[&["serve", "--listen", "127.0.0.1:0", "--knowledge", &dir], args.as_slice()].concat());
    assert_eq!(code(&output), 78);
    let said = err(&output);
    assert!(said.contains("release.toml:1: missing field `date`"), "{said}");
    for name in files.map(|it| it.split_once('=').unwrap().0) {
        assert!(said.contains(&format!("{name}: ")), "{name} is not in\n{said}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let output = run(&["serve", "--listen", &taken.local_addr().unwrap().to_string()]);
    assert_eq!(code(&output), 69);
}

/// What follows from a wrong choice is not told: the conditions that read it are right.
#[test]
fn a_policy_that_is_wrong_is_told_and_nothing_else() {
    for (wrong, said) in [
        ("isotretinoin=foo", "isotretinoin must be one of consensus_2017_conservative, consensus_2017, label_strict"),
        ("acne_quiescence_focal=foo", "acne_quiescence_focal write one wait such as \"4 weeks\" or \"3 days\""),
        ("acne_quiescence_focal=1000 weeks", "acne_quiescence_focal must lie between "),
    ] {
        let output = run(&["plan", "--policy", wrong, "examples/rolling.json"]);
        let setting = format!("knowledge.policy.{wrong}");
        let served = run(&["serve", "--listen", "127.0.0.1:0", "--set", &setting]);
        assert_eq!((code(&output), err(&output)), (code(&served), err(&served)));
        assert_eq!((code(&output), err(&output).lines().count()), (78, 1), "{}", err(&output));
        assert!(err(&output).starts_with(&format!("settings: knowledge.policy.{said}")), "{}", err(&output));
    }
    let output = run(&["plan", "--policy", "x", "--policy", "y", "examples/rolling.json"]);
    assert_eq!((code(&output), err(&output).lines().count()), (78, 2), "{}", err(&output));
    assert!(err(&output).starts_with("--policy x: write NAME=VALUE"), "{}", err(&output));
}

/// The name of a group of scars is the caller's text, and a terminal obeys some of it.
#[test]
fn a_table_holds_nothing_that_a_terminal_obeys() {
    let scratch = Scratch::new("obeyed");
    let request = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/rolling.json")).unwrap();
    let mut request: Value = serde_json::from_str(&request).unwrap();
    let id = "a\u{1b}[31mb\n\r\u{202e}c\u{2066}";
    request["scars"][0]["id"] = json!(id);
    let plan = scratch.file("plan.json", &request.to_string());
    let classify = scratch.file("classify.json", &json!({ "scars": request["scars"] }).to_string());
    for args in [["plan", &plan], ["classify", &classify]] {
        let printed = out(&run(&args));
        let obeyed = |it: char| it.is_control() && it != '\n' || ['\u{202e}', '\u{2066}'].contains(&it);
        assert!(!printed.contains(obeyed), "{printed:?}");
        assert!(printed.contains(r"a\u{1b}[31mb\n\r\u{202e}c\u{2066}"), "{printed}");
        // A program gets what was sent.
        let answer: Value = serde_json::from_slice(&run(&[args[0], args[1], "--json"]).stdout).unwrap();
        let scars = if args[0] == "plan" { &answer["assessment"]["scars"] } else { &answer["scars"] };
        assert_eq!(scars[0]["id"], id);
    }
}

#[test]
fn help_names_every_command() {
    let output = run(&["--help"]);
    for word in ["serve", "plan", "classify", "knowledge", "Exit codes"] {
        assert!(out(&output).contains(word), "{word}");
    }
    assert_eq!(code(&output), 0);
    // Knowledge that is to be looked after is data; that which somebody is to work with is a setting.
    let scratch = Scratch::new("codes");
    let dir = scratch.knowledge();
    fs::write(scratch.0.join("release.toml"), "release = \"x\"\n").unwrap();
    for (args, ends, said) in [
        (["knowledge", "check", &dir].as_slice(), 65, "65 wrong request, or wrong knowledge to look after"),
        (&["plan", "examples/rolling.json", "--knowledge", &dir], 78, "78 wrong settings, or wrong knowledge"),
        (&["knowledge", "diff", "-", &dir], 65, "65 wrong request, or wrong knowledge to look after"),
        (&["knowledge", "diff", &dir, "-"], 65, "65 wrong request, or wrong knowledge to look after"),
        (&["knowledge", "diff", "no/such/dir", "-"], 66, "66 unreadable file"),
        (&["knowledge", "booklet", "--knowledge", "no/such/dir"], 66, "66 unreadable file"),
        (&["knowledge", "diff", "-"], 2, "2 wrong usage"),
    ] {
        assert_eq!(code(&run(args)), ends);
        assert!(out(&output).contains(said), "{said}");
    }
    assert!(out(&run(&["plan", "--help"])).contains("--json"));
    assert!(out(&run(&["plan", "--help"])).contains("--format"));
}
