//! A server in its life: knowledge that changes under it, probes, and the end within a stated time.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/identity.rs"]
mod identity;

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn cicatrix() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cicatrix"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CICATRIX")) {
        command.env_remove(name);
    }
    command
}

/// The shipped knowledge in a directory of one test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        for file in cicatrix::release::embedded() {
            let path = dir.join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file.text.as_ref()).unwrap();
        }
        Self(dir)
    }

    fn name_release(&self, name: &str) {
        let path = self.0.join("release.toml");
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().map(|it| match it.split_once(" = ") {
            Some(("release", _)) => format!("release = \"{name}\"\n"),
            _ => format!("{it}\n"),
        });
        fs::write(&path, lines.collect::<String>()).unwrap();
    }

    fn spoil(&self) -> String {
        let path = self.0.join("gaps.toml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}\nnonsense = 1\n")).unwrap();
        text
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Serving {
    child: Child,
    address: String,
    admin: String,
    log: mpsc::Receiver<String>,
}

impl Serving {
    fn start(args: &[&str]) -> Self {
        let mut child = cicatrix()
            .args(["serve", "--listen", "127.0.0.1:0", "--set", "log.format=json", "--set", "admin.listen=127.0.0.1:0"])
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
        let line: Value = serde_json::from_str(&log.recv_timeout(Duration::from_secs(30)).unwrap()).unwrap();
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        Self { child, address: text("address"), admin: text("admin"), log }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    fn get(&self, address: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn release(&self) -> String {
        let answer = self.get(&self.address, "/v1/knowledge");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str::<Value>(body).unwrap()["knowledgeRelease"].as_str().unwrap().to_owned()
    }

    /// Waits for a line of the log.
    fn hears(&self, message: &str) -> Value {
        let until = Instant::now() + Duration::from_secs(30);
        while let Ok(line) = self.log.recv_timeout(until.saturating_duration_since(Instant::now())) {
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["message"] == message {
                return line;
            }
        }
        panic!("the log does not say {message:?}")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn knowledge_is_taken_anew_when_asked_and_a_bad_release_changes_nothing() {
    let knowledge = Directory::new("asked");
    let server = Serving::start(&["--knowledge", knowledge.0.to_str().unwrap()]);
    assert_eq!(server.release(), "2026.1");

    // An alert sees an increase only from what was there.
    let metrics = server.get(&server.admin, "/metrics");
    for what in ["tls", "auth", "knowledge", "jwks"] {
        let line = format!("cicatrix_reloads_total{{what=\"{what}\",result=\"refused\"}} 0");
        assert!(metrics.contains(&line), "{line} is not in\n{metrics}");
    }

    let whole = knowledge.spoil();
    server.signal("-HUP");
    let refused = server.hears("refused; what was there before stays");
    assert!(refused["problem"].as_str().unwrap().contains("gaps.toml:"), "{refused}");
    assert_eq!(server.release(), "2026.1");

    fs::write(knowledge.0.join("gaps.toml"), whole).unwrap();
    knowledge.name_release("2099.9");
    // Nobody asked, and nobody said that it is watched.
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(server.release(), "2026.1");
    server.signal("-HUP");
    server.hears("read again");
    assert_eq!(server.release(), "2099.9");

    let metrics = server.get(&server.admin, "/metrics");
    for line in [
        "cicatrix_reloads_total{what=\"knowledge\",result=\"refused\"} 1",
        "cicatrix_reloads_total{what=\"knowledge\",result=\"taken\"} 1",
        "cicatrix_knowledge_release{release=\"2099.9\",",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(!metrics.contains("release=\"2026.1\""), "{metrics}");
}

#[test]
fn a_watched_directory_is_taken_anew_when_it_changes() {
    let knowledge = Directory::new("watched");
    let dir = knowledge.0.to_str().unwrap();
    let server = Serving::start(&["--knowledge", dir, "--set", "knowledge.watch=true"]);
    let whole = knowledge.spoil();
    server.hears("refused; what was there before stays");
    fs::write(knowledge.0.join("gaps.toml"), whole).unwrap();
    knowledge.name_release("2099.9");
    server.hears("read again");
    assert_eq!(server.release(), "2099.9");
}

/// While requests come, each is answered from one release or the other.
#[test]
fn no_request_fails_while_knowledge_changes() {
    let knowledge = Directory::new("roll-out");
    let server = Serving::start(&["--knowledge", knowledge.0.to_str().unwrap()]);
    let mut seen = Vec::new();
    for round in 0..3 {
        knowledge.name_release(&format!("2099.{round}"));
        server.signal("-HUP");
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let release = server.release();
            if seen.last() != Some(&release) {
                seen.push(release.clone());
            }
            if release == format!("2099.{round}") {
                break;
            }
            assert!(Instant::now() < until, "still {release}");
        }
    }
    let expected = ["2026.1", "2099.0", "2099.1", "2099.2"];
    // The first may be gone before it is seen.
    assert!(seen == expected || seen == expected[1..], "{seen:?}");
}

#[test]
fn health_says_what_readiness_says() {
    let health = |args: &[&str]| {
        let output = cicatrix().arg("health").args(args).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let server = Serving::start(&["--set", "server.drain_delay=5s"]);
    for address in [&server.address, &server.admin] {
        assert_eq!(health(&["--address", address]), (0, String::new()));
    }
    // From the settings, as a probe in the same container has them.
    let output = cicatrix().arg("health").env("CICATRIX__SERVER__LISTEN", &server.address).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    // And from the same options, which come first.
    assert_eq!(health(&["--listen", &server.address]), (0, String::new()));
    assert_eq!(health(&["--set", &format!("server.listen={}", server.address)]), (0, String::new()));
    // With TLS the admin port is asked, and that of another server says nothing of one that does not listen.
    let tls = ["--set", "tls.certificate=a.pem", "--set", "tls.key=a.key", "--set"];
    let admin = format!("admin.listen={}", server.admin);
    for (listen, code) in [(server.address.as_str(), 0), ("127.0.0.1:1", 1)] {
        let args: Vec<&str> = [&tls[..], &[&admin, "--listen", listen]].concat();
        assert_eq!(health(&args).0, code, "{listen}");
    }
    server.signal("-TERM");
    server.hears("draining");
    let (code, said) = health(&["--address", &server.address]);
    assert_eq!((code, said.contains("not ready")), (1, true), "{said}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert_eq!(health(&["--address", &closed]).0, 1);
    assert_eq!(health(&["--address", "nonsense"]).0, 1);
    let output = cicatrix().arg("health").env("CICATRIX__SERVER__LISTEN", "nonsense").output().unwrap();
    assert_eq!(output.status.code(), Some(78));
}

#[test]
fn it_ends_within_the_stated_time_even_if_a_caller_never_does() {
    let mut server = Serving::start(&["--set", "server.drain_delay=300ms", "--set", "server.drain_timeout=700ms"]);
    let mut begun = TcpStream::connect(&server.address).unwrap();
    begun.write_all(b"POST /v1/protocols:generate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{").unwrap();
    thread::sleep(Duration::from_millis(200));
    let asked = Instant::now();
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let took = asked.elapsed();
    assert!((700..3000).contains(&took.as_millis()), "{took:?}");
}

/// A default that nobody asked for keeps nobody from serving; an address that was set does.
#[test]
fn two_servers_on_one_machine() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = cicatrix()
        .args(["serve", "--listen", "127.0.0.1:0", "--set", &format!("admin.listen={address}")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(69));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("admin.listen: cannot listen on"));
}

/// Keys that do not come keep the start waiting, and whoever has the files read again meanwhile ends nothing.
#[test]
fn a_signal_while_it_starts_is_heard_and_kills_nothing() {
    for (signal, ends) in [("-HUP", false), ("-TERM", true)] {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let jwks = format!("https://127.0.0.1:{}/keys", silent.local_addr().unwrap().port());
        let mut child = cicatrix()
            .args(["serve", "--listen", "127.0.0.1:0", "--set", "admin.listen=127.0.0.1:0"])
            .args(["--set", "auth.jwt.issuer=https://login.example.org", "--set", "auth.jwt.audience=cicatrix"])
            .args(["--set", &format!("auth.jwt.jwks={jwks}")])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _asked = silent.accept().unwrap();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let mut said = String::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let listens = lines.by_ref().inspect(|it| said.push_str(it)).any(|it| it.contains("listening"));
        assert_eq!(listens, !ends, "{signal}: {said}");
        if ends {
            assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// A file that is away for a moment is being replaced; one that stays away is told of, once.
#[test]
fn files_that_vanish_are_told_of_and_what_was_read_stays() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("vanish-{}.toml", std::process::id()));
    let row = |key: &str| {
        let hash: String = Sha256::digest(key).iter().map(|it| format!("{it:02x}")).collect();
        format!("[[key]]\nname = \"emr\"\nscopes = [\"knowledge\"]\nsha256 = \"{hash}\"\n")
    };
    fs::write(&path, row("old")).unwrap();
    let server = Serving::start(&["--set", &format!("auth.api_keys={}", path.display())]);
    let refused = || {
        let metrics = server.get(&server.admin, "/metrics");
        let name = "cicatrix_reloads_total{what=\"auth\",result=\"refused\"} ";
        metrics.lines().find_map(|it| it.strip_prefix(name)).unwrap().to_owned()
    };
    fs::remove_file(&path).unwrap();
    thread::sleep(Duration::from_millis(300));
    fs::write(&path, row("new")).unwrap();
    server.hears("read again");
    assert_eq!(refused(), "0");

    fs::remove_file(&path).unwrap();
    let line = server.hears("refused; what was there before stays");
    assert!(line["problem"].as_str().unwrap().contains(&*path.to_string_lossy()), "{line}");
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(refused(), "1");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(stream, "GET /v1/knowledge HTTP/1.1\r\nhost: x\r\nx-api-key: new\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    fs::write(&path, row("new")).unwrap();
    server.hears("read again");
    fs::remove_file(path).unwrap();
}

/// Nobody else says that the certificate of a server has run out.
#[test]
fn a_certificate_that_ends_while_it_is_shown_is_told_of() {
    let authority = identity::Authority::new();
    let scratch = identity::Scratch::new("ends");
    let now = identity::now();
    let (certificate, key) = authority.leaf_between("localhost", false, now - 60..now + 4);
    let certificate = format!("tls.certificate={}", scratch.file("a.pem", certificate).display());
    let key = format!("tls.key={}", scratch.file("a.key", key).display());
    let server = Serving::start(&["--set", &certificate, "--set", &key]);
    server.hears("the certificate has expired and callers will not trust this server; renew it");
    assert!(identity::now() >= now + 4);
    let metrics = server.get(&server.admin, "/metrics");
    let line = format!("cicatrix_tls_certificate_expiry_timestamp_seconds {}\n", now + 4);
    assert!(metrics.contains(&line), "{metrics}");
}

#[test]
fn who_is_known_and_turned_away_is_named_in_the_log() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("named-{}.toml", std::process::id()));
    let row = |name: &str, scope: &str| {
        let hash: String = Sha256::digest(name).iter().map(|it| format!("{it:02x}")).collect();
        format!("[[key]]\nname = \"{name}\"\nscopes = [\"{scope}\"]\nsha256 = \"{hash}\"\n")
    };
    fs::write(&dir, row("emr", "protocols") + &row("portal", "knowledge")).unwrap();
    let keys = format!("auth.api_keys={}", dir.display());
    let server = Serving::start(&[
        "--set",
        &keys,
        "--set",
        "log.access_every=1",
        "--set",
        "limits.rate_per_second=1",
        "--set",
        "limits.burst=1",
    ]);
    for (key, status) in [("emr", "403"), ("portal", "200"), ("portal", "429")] {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        write!(stream, "GET /v1/knowledge HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        let line = server.hears("request");
        assert_eq!(
            (&line["status"], &line["caller"]),
            (&Value::from(status), &Value::from(format!("key:{key}"))),
            "{line}"
        );
    }
    fs::remove_file(dir).unwrap();
}

/// A file that was cut between two rows is sound in itself; what is not there any more is missed all the same.
#[test]
fn a_release_that_lost_a_rule_is_not_taken_under_the_same_name() {
    let knowledge = Directory::new("cut");
    let server = Serving::start(&["--knowledge", knowledge.0.to_str().unwrap(), "--set", "knowledge.watch=true"]);
    let path = knowledge.0.join("safety/pregnancy.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.rfind("[[").unwrap()]).unwrap();
    let refused = server.hears("refused; what was there before stays");
    let problem = refused["problem"].as_str().unwrap();
    assert!(problem.starts_with("release 2026.1 had ") && problem.contains("without PREG-"), "{problem}");
    // Who means it says so.
    knowledge.name_release("2099.9");
    let taken = server.hears("knowledge that answers from now on");
    assert!(taken["rules"].as_u64().unwrap() < taken["rules_before"].as_u64().unwrap(), "{taken}");
    assert!(taken["digest"] != taken["digest_before"] && taken["release_before"] == "2026.1", "{taken}");
    assert_eq!(server.release(), "2099.9");
}

#[test]
fn whoever_asks_again_and_again_has_the_files_read_once_more() {
    let knowledge = Directory::new("storm");
    let server = Serving::start(&["--knowledge", knowledge.0.to_str().unwrap()]);
    for _ in 0..60 {
        server.signal("-HUP");
    }
    // What was asked while they were read is one.
    thread::sleep(Duration::from_secs(3));
    let metrics = server.get(&server.admin, "/metrics");
    let name = "cicatrix_reloads_total{what=\"knowledge\",result=\"taken\"} ";
    let taken: u32 = metrics.lines().find_map(|it| it.strip_prefix(name)).unwrap().parse().unwrap();
    assert!((1..40).contains(&taken), "{taken}");
}

/// Whoever reads the log may stand still.
#[test]
fn a_log_that_nobody_reads_stops_nobody() {
    let mut child = cicatrix()
        .args(["serve", "--listen", "127.0.0.1:0", "--set", "log.format=json", "--set", "log.access_every=1"])
        .args(["--set", "admin.listen=127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The pipe is open, and after the first line nobody looks at it.
    let mut log = BufReader::with_capacity(1, child.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let mut stream = TcpStream::connect(said["address"].as_str().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut answer = [0; 4096];
    for number in 0..12_000 {
        write!(stream, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let read = stream.read(&mut answer).unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "request {number}");
    }
    // A pipe holds far less, and so does what waits for it.
    let mut stream = TcpStream::connect(said["admin"].as_str().unwrap()).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut metrics = String::new();
    stream.read_to_string(&mut metrics).unwrap();
    let dropped = metrics.lines().find_map(|it| it.strip_prefix("cicatrix_log_lines_dropped_total ")).unwrap();
    assert!(dropped.parse::<u64>().unwrap() > 0, "{dropped}");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let asked = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    drop(log);
}

/// At the defaults, too: who is turned away is what is asked for afterwards.
#[test]
fn who_is_not_let_in_stands_in_the_log() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shut-out-{}.toml", std::process::id()));
    let hash: String = Sha256::digest("good").iter().map(|it| format!("{it:02x}")).collect();
    fs::write(&path, format!("[[key]]\nname = \"emr\"\nscopes = [\"classify\"]\nsha256 = \"{hash}\"\n")).unwrap();
    let server = Serving::start(&["--set", &format!("auth.api_keys={}", path.display())]);
    for (key, status) in [("bad", "401"), ("bad", "401"), ("good", "403")] {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        write!(stream, "GET /v1/knowledge HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(server.hears("request")["status"], status, "{answer}");
    }
    fs::remove_file(path).unwrap();
}
