//! Deployment: what `deploy/` says of the service is true of it.
//!
//! The tools that read these files themselves are run by `deploy/check`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use cicatrix::{
    serve,
    settings::{NAMES, Settings, Sources},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|it| panic!("{path}: {it}"))
}

/// Every file in `deploy/`, with its text.
fn files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join("deploy")];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path, text));
            }
        }
    }
    found
}

/// The value that follows the first `name: ` or `name=` at the beginning of a line.
fn value(text: &str, name: &str) -> String {
    let line = text.lines().map(str::trim).find_map(|it| it.strip_prefix(name)?.strip_prefix([':', '=']));
    line.unwrap_or_else(|| panic!("there is no {name}")).trim().trim_matches('"').to_owned()
}

/// The settings under `settings:` of the chart.
fn of_the_chart() -> BTreeMap<String, String> {
    let text = read("deploy/helm/cicatrix/values.yaml");
    let lines = text.lines().skip_while(|it| *it != "settings:").skip(1).take_while(|it| it.starts_with("  "));
    let pairs = lines.filter_map(|it| it.trim().split_once(": ")).filter(|(name, _)| !name.starts_with('#'));
    pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect()
}

/// The variables of a replica in compose.
fn of_compose() -> BTreeMap<String, String> {
    let text = read("deploy/compose.yaml");
    let pairs = text.lines().filter_map(|it| it.trim().split_once(": ")).filter(|(it, _)| it.starts_with("CICATRIX__"));
    pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect()
}

fn load(variables: impl IntoIterator<Item = (String, String)>) -> Settings {
    Settings::from_variables(&Sources::default(), variables).unwrap()
}

fn chart_settings() -> Settings {
    let variable = |name: &str| format!("CICATRIX__{}", name.to_uppercase().replace('.', "__"));
    let mut settings = of_the_chart();
    // The chart leaves it to the operator to say who may ask, and renders nothing without.
    assert!(!settings.contains_key("server.allow_unauthenticated"));
    settings.insert("server.allow_unauthenticated".to_owned(), true.to_string());
    load(settings.into_iter().map(|(name, value)| (variable(&name), value)))
}

#[test]
fn every_variable_is_a_setting() {
    let mut seen = 0;
    for (path, text) in files() {
        for after in text.split("CICATRIX__").skip(1) {
            let name: String =
                after.chars().take_while(|it| it.is_ascii_uppercase() || *it == '_' || it.is_ascii_digit()).collect();
            // A template or a script fills the name in.
            if name.is_empty() {
                continue;
            }
            let setting = name.to_lowercase().replace("__", ".");
            assert!(NAMES.contains(&setting.as_str()), "{}: {setting} is no setting", path.display());
            seen += 1;
        }
    }
    assert!(seen > 3, "too little was found: {seen}");
}

#[test]
fn the_service_takes_the_settings_of_the_chart_and_of_compose() {
    assert!(of_the_chart().len() > 3 && of_compose().len() > 2);
    for settings in [chart_settings(), load(of_compose())] {
        assert!(!settings.server.listen.ip().is_loopback(), "nobody outside the container would reach it");
        assert_eq!(settings.server.listen.port(), Settings::default().server.listen.port());
        assert!(!settings.server.drain_delay.is_zero(), "balancers would not learn of the end in time");
    }
}

#[test]
fn nobody_is_killed_while_it_drains() {
    let seconds = |text: String| Duration::from_secs(text.trim_end_matches('s').parse().unwrap());
    let chart = seconds(value(&read("deploy/helm/cicatrix/values.yaml"), "gracePeriodSeconds"));
    let compose = seconds(value(&read("deploy/compose.yaml"), "stop_grace_period"));
    let unit = seconds(value(&read("deploy/systemd/cicatrix.service"), "TimeoutStopSec"));
    for (grace, settings) in [(chart, chart_settings()), (compose, load(of_compose())), (unit, Settings::default())] {
        let most = settings.server.drain_delay + settings.server.drain_timeout;
        assert!(grace > most, "{grace:?} is not longer than {most:?}");
    }
}

#[test]
fn versions_are_those_of_the_crate() {
    let version = env!("CARGO_PKG_VERSION");
    let chart = read("deploy/helm/cicatrix/Chart.yaml");
    assert_eq!([value(&chart, "version"), value(&chart, "appVersion")], [version, version]);
    assert!(read("deploy/compose.yaml").contains(&format!("image: cicatrix:{version}")));
    let rust = env!("CARGO_PKG_RUST_VERSION");
    assert!(read("deploy/Dockerfile").contains(&format!("FROM rust:{rust}-")), "the image is not built by Rust {rust}");
}

#[test]
fn ports_services_and_paths_are_those_of_the_service() {
    let port = Settings::default().server.listen.port();
    for path in ["deploy/Dockerfile", "deploy/compose.yaml", "deploy/envoy/envoy.yaml"] {
        assert!(read(path).contains(&port.to_string()), "{path} does not name port {port}");
    }
    let schema: String =
        fs::read_dir(root().join("proto/cicatrix/v1")).unwrap().map(|it| text_of(&it.unwrap().path())).collect();
    let routes = serve::openapi();
    let mut seen = 0;
    for (path, text) in files() {
        for after in text.split("cicatrix.v1.").skip(1) {
            let name: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
            if name.is_empty() {
                continue;
            }
            assert!(schema.contains(&format!("service {name} {{")), "{}: there is no {name}", path.display());
            seen += 1;
        }
        for after in text.split("/v1/").skip(1) {
            let rest: String = after.chars().take_while(|it| it.is_ascii_alphanumeric() || *it == ':').collect();
            assert!(routes["paths"].get(format!("/v1/{rest}")).is_some(), "{}: no /v1/{rest}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "too little was found: {seen}");
}

/// What needs no credentials shares no bound of the edge with requests.
#[test]
fn strangers_take_no_room_of_requests_at_the_edge() {
    let text = read("deploy/envoy/envoy.yaml");
    let routes = text.split("              - match: ").skip(1);
    let (mut open, mut streams) = (0, 0);
    for route in routes {
        let to = |cluster: &str| route.contains(&format!("cluster: {cluster}"));
        let stranger = route.starts_with("{ prefix: /grpc.") || route.starts_with("{ path: /grpc.");
        assert_eq!(stranger, to("cicatrix_open") || route.contains("direct_response"), "{route}");
        open += u32::from(to("cicatrix_open"));
        streams += u32::from(to("cicatrix_streams"));
    }
    assert_eq!((open, streams), (1, 2));
    // They end although nothing ends them, and an error stays one of headers alone.
    assert!(text.contains("max_stream_duration: { max_stream_duration: 5s }"));
    assert!(text.contains("  answer:body()\n"));
    let at = text.find("- name: cicatrix_open").unwrap();
    assert!(text[at..].contains("max_requests: 16"));
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

// ---- what dashboards and alerts ask for ----

/// A real server whose files have been read again, after one plan.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn send(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Every series of the service after one plan and one look at the files, with the names of its labels.
fn series() -> BTreeMap<String, BTreeSet<String>> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cicatrix"))
        .args(["serve", "--listen", "127.0.0.1:0", "--knowledge"])
        .arg(root().join("knowledge"))
        .args(["--set", "admin.listen=127.0.0.1:0", "--set", "log.format=json", "--set", "log.access=false"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let server = Server(child);
    let line = lines.find(|it| it.as_ref().unwrap().contains("listening")).unwrap().unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    let (address, admin) = (said["address"].as_str().unwrap(), said["admin"].as_str().unwrap());
    let body = read("examples/rolling.json");
    let planned = send(
        address,
        &format!(
            "POST /v1/protocols:generate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    assert!(planned.starts_with("HTTP/1.1 200"), "{planned}");
    let asked = Command::new("kill").args(["-HUP", &server.0.id().to_string()]).status().unwrap();
    assert!(asked.success());
    lines.find(|it| it.as_ref().unwrap().contains("read again")).unwrap().unwrap();
    let text = send(admin, "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let mut series: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|it| it.starts_with("cicatrix_")) {
        let (name, labels) = parts(line);
        series.entry(name).or_default().extend(labels);
    }
    series
}

/// The name that a text begins with, and the names of the labels that follow it.
fn parts(text: &str) -> (String, Vec<String>) {
    let name: String = text.chars().take_while(|it| it.is_ascii_alphanumeric() || *it == '_').collect();
    let Some(labels) = text[name.len()..].strip_prefix('{') else { return (name, Vec::new()) };
    let labels = labels.split_once('}').unwrap().0;
    let key = |it: &str| it.trim().chars().take_while(|it| it.is_ascii_alphanumeric() || *it == '_').collect();
    // No value of ours has a comma.
    (name, labels.split(',').map(key).collect())
}

#[test]
fn dashboard_and_alerts_name_what_there_is() {
    let series = series();
    let of_prometheus = ["job", "instance", "le"];
    let mut seen = BTreeSet::new();
    for path in ["monitoring/alerts.yaml", "monitoring/dashboard.json"] {
        let text = read(&format!("deploy/helm/cicatrix/{path}")).replace("\\\"", "\"");
        for (at, _) in text.match_indices("cicatrix_") {
            // What a rule records has its own name.
            if text[..at].ends_with(':') {
                continue;
            }
            let (name, labels) = parts(&text[at..]);
            let known = series.get(&name).unwrap_or_else(|| panic!("{path}: there is no {name} in {series:#?}"));
            for label in labels.iter().filter(|it| !of_prometheus.contains(&it.as_str())) {
                assert!(known.contains(label), "{path}: {name} has no label {label}, but {known:?}");
            }
            seen.insert(name);
        }
    }
    // What is measured and never looked at is measured for nothing.
    let family =
        |it: &str| it.trim_end_matches("_bucket").trim_end_matches("_count").trim_end_matches("_sum").to_owned();
    let looked_at: BTreeSet<String> = seen.iter().map(|it| family(it)).collect();
    for name in series.keys() {
        assert!(looked_at.contains(&family(name)), "nobody looks at {name}");
    }
}
