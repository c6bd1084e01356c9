//! Figures for Prometheus: bounded labels, no patient data. Handles are resolved once, so a request only counts.

use std::{fmt, fs, sync::OnceLock, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use strum::VariantArray as _;
use tonic::Code;

use super::{app::Ended, door::Door, error, guard::Refusal, routes::Route, telemetry};

/// Seconds: from a fast answer of the catalogue to the longest deadline.
const BUCKETS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];
/// Codes of gRPC, numbered from 0, and one more.
const CODES: usize = 18;
/// Stands for a deadline that was the caller's own, which is no failure of the service.
const THEIRS: (usize, &str) = (17, "DEADLINE_OF_CALLER");
/// The codes of what failed here, which alerts wait for.
const FAILED: [Code; 5] = [Code::Internal, Code::Unknown, Code::Unavailable, Code::DeadlineExceeded, Code::DataLoss];
/// Of so many plans the rules of one are counted: to list them costs about as much as to plan.
const PLANS_PER_SAMPLE: u64 = 64;
/// Bytes of a page of memory, where the system does not say.
const PAGE: u64 = 4096;
/// What is read again while serving.
const RELOADED: [&str; 4] = ["tls", "auth", "knowledge", "jwks"];
/// How that ends.
const RESULTS: [&str; 2] = ["taken", "refused"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    rpc: &'static str,
    door: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    rpc: &'static str,
    door: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Rule {
    rule: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Release {
    release: String,
    digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reloaded {
    what: &'static str,
    result: &'static str,
}

/// Why a request was turned away before it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub(super) enum Refused {
    Overload,
    Rate,
    NoCredentials,
    BadCredentials,
    NoScope,
    NoKeys,
    Streams,
    Watches,
    Share,
    Bodies,
}

impl Refused {
    fn name(self) -> &'static str {
        match self {
            Self::Overload => "overload",
            Self::Rate => "rate",
            Self::NoCredentials => "no_credentials",
            Self::BadCredentials => "bad_credentials",
            Self::NoScope => "no_scope",
            Self::NoKeys => "no_keys",
            Self::Streams => "streams",
            Self::Watches => "watches",
            Self::Share => "share",
            Self::Bodies => "bodies",
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoCredentials => Self::NoCredentials,
            Refusal::BadCredentials => Self::BadCredentials,
            Refusal::NoScope => Self::NoScope,
            Refusal::NoKeys => Self::NoKeys,
        }
    }
}

/// How a plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub(super) enum Planned {
    Protocol,
    ProtocolAndReferral,
    Referral,
}

impl Planned {
    fn name(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::ProtocolAndReferral => "protocol_and_referral",
            Self::Referral => "referral",
        }
    }
}

/// Everything that is counted.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request: Vec<OnceLock<Counter>>,
    durations: Family<Call, Histogram, fn() -> Histogram>,
    duration: Vec<OnceLock<Histogram>>,
    refused: Vec<Counter>,
    outcomes: Vec<Counter>,
    rules: Family<Rule, Counter>,
    releases: Family<Release, Gauge>,
    reloads: Family<Reloaded, Counter>,
    pub(super) in_flight: Gauge,
    pub(super) connections: Gauge,
    pub(super) connections_most: Gauge,
    pub(super) accepted: Counter,
    pub(super) handshakes_failed: Counter,
    pub(super) spans_sent: Counter,
    pub(super) spans_dropped: Counter,
    pub(super) ready: Gauge,
    pub(super) certificate_expires: Gauge,
    memory: Gauge,
    files: Gauge,
    lines_dropped: Counter,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("cicatrix");
        let requests = Family::<Request, Counter>::default();
        registry.register("requests", "Requests by rpc, door and status", requests.clone());
        let durations: Family<Call, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let help = "Time from the headers of a request to those of its answer; of a stream, to its end";
        registry.register_with_unit("request_duration", help, Unit::Seconds, durations.clone());
        let refused = Family::<Why, Counter>::default();
        registry.register("refused", "Requests turned away before they were read, by reason", refused.clone());
        let outcomes = Family::<Outcome, Counter>::default();
        registry.register("plans", "Plans by outcome", outcomes.clone());
        let rules = Family::<Rule, Counter>::default();
        let help = "Plans in which a rule was heard; one plan of 64 is looked at";
        registry.register("rules_heard", help, rules.clone());
        let releases = Family::<Release, Gauge>::default();
        registry.register("knowledge_release", "1 for the knowledge that answers", releases.clone());
        let reloads = Family::<Reloaded, Counter>::default();
        let help = "Files read again while serving; refused: what was there before stays";
        registry.register("reloads", help, reloads.clone());
        // An increase from nothing is none: what an alert waits for is there from the beginning.
        for (what, result) in RELOADED.into_iter().flat_map(|what| RESULTS.map(|result| (what, result))) {
            let _zero = reloads.get_or_create(&Reloaded { what, result });
        }
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let in_flight = gauge("requests_in_flight", "Requests that were begun and not answered");
        let connections = gauge("connections", "Open connections");
        let connections_most = gauge("connections_max", "Most connections at once; more wait to be accepted");
        let ready = gauge("ready", "1 while requests should be sent here");
        let help = "Unix time at which the certificate that is shown ends; 0 without TLS";
        let certificate_expires = gauge("tls_certificate_expiry_timestamp_seconds", help);
        let memory = gauge("resident_memory_bytes", "Memory of the process");
        let files = gauge("open_files", "File descriptors of the process");
        let mut counter = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let accepted = counter("connections_accepted", "Connections accepted");
        let handshakes_failed = counter("tls_handshakes_failed", "TLS handshakes that failed");
        let spans_sent = counter("spans_sent", "Spans that the collector took");
        let spans_dropped = counter("spans_dropped", "Spans that the collector did not take");
        let lines_dropped = counter("log_lines_dropped", "Lines of the log that their reader did not take");
        let doors = Door::VARIANTS.len();
        // Here as well: the first failures of a kind are an increase like any other.
        for (route, door) in Route::VARIANTS.iter().flat_map(|it| Door::VARIANTS.iter().map(move |door| (it, door))) {
            for code in FAILED.map(error::name) {
                let _zero = requests.get_or_create(&Request { rpc: route.name(), door: door.name(), code });
            }
        }
        Self {
            request: (0..Route::COUNT * doors * CODES).map(|_| OnceLock::new()).collect(),
            duration: (0..Route::COUNT * doors).map(|_| OnceLock::new()).collect(),
            refused: Refused::VARIANTS
                .iter()
                .map(|it| refused.get_or_create_owned(&Why { reason: it.name() }))
                .collect(),
            outcomes: Planned::VARIANTS
                .iter()
                .map(|it| outcomes.get_or_create_owned(&Outcome { outcome: it.name() }))
                .collect(),
            registry,
            requests,
            durations,
            rules,
            releases,
            reloads,
            in_flight,
            connections,
            connections_most,
            accepted,
            handshakes_failed,
            spans_sent,
            spans_dropped,
            ready,
            certificate_expires,
            memory,
            files,
            lines_dropped,
        }
    }
}

impl Metrics {
    /// Counts one request.
    pub(super) fn request(&self, route: Route, door: Door, Ended { code, theirs }: Ended, took: Duration) {
        let call = route as usize * Door::VARIANTS.len() + door as usize;
        let (rpc, door) = (route.name(), door.name());
        let (number, code) = if theirs { THEIRS } else { (code as usize, error::name(code)) };
        if let Some(counter) = self.request.get(call * CODES + number) {
            let labels = || Request { rpc, door, code };
            counter.get_or_init(|| self.requests.get_or_create_owned(&labels())).inc();
        }
        if let Some(histogram) = self.duration.get(call) {
            let histogram = histogram.get_or_init(|| self.durations.get_or_create_owned(&Call { rpc, door }));
            histogram.observe(took.as_secs_f64());
        }
    }

    /// Counts a request that was turned away.
    pub(super) fn refused(&self, why: Refused) {
        if let Some(counter) = self.refused.get(why as usize) {
            counter.inc();
        }
    }

    /// Counts a plan. Of some, and only of those, `heard` is asked which rules it gives.
    pub(super) fn planned<'a, I: IntoIterator<Item = &'a str>>(&self, how: Planned, heard: impl FnOnce() -> I) {
        let Some(counter) = self.outcomes.get(how as usize) else { return };
        if counter.inc().is_multiple_of(PLANS_PER_SAMPLE) {
            for rule in heard() {
                self.rules.get_or_create(&Rule { rule: rule.to_owned() }).inc();
            }
        }
    }

    /// Says which knowledge answers.
    pub(super) fn release(&self, release: &str, digest: &str) {
        self.releases.clear();
        self.releases.get_or_create(&Release { release: release.to_owned(), digest: digest.to_owned() }).set(1);
    }

    /// Counts files that were read again.
    pub(super) fn reloaded(&self, what: &'static str, well: bool) {
        let [taken, refused] = RESULTS;
        let result = if well { taken } else { refused };
        self.reloads.get_or_create(&Reloaded { what, result }).inc();
    }

    /// Everything in the text format of Prometheus.
    pub(super) fn text(&self) -> String {
        self.memory.set(signed(resident().unwrap_or_default()));
        self.files.set(signed(open_files().unwrap_or_default()));
        self.lines_dropped.inc_by(telemetry::dropped().saturating_sub(self.lines_dropped.get()));
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = prometheus_text::encode(&mut text, &self.registry);
        text
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Bytes of memory that are in use, where the system says so.
fn resident() -> Option<u64> {
    let pages: u64 = fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    pages.checked_mul(PAGE)
}

fn open_files() -> Option<u64> {
    u64::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}
