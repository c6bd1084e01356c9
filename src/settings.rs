//! Settings: defaults, then a file, then the environment, then the command line.
//!
//! What is wrong or unknown is refused by name, all of it at once, before anything starts.

use std::{collections::BTreeSet, env, fmt, net::SocketAddr, path::PathBuf, time::Duration};

use config::{Config, Environment, File, FileFormat, Value, ValueKind};
use serde::Deserialize;

use crate::{
    knowledge::Choices,
    serve::{
        Limits,
        telemetry::{self, Format},
    },
};

/// Variables begin with it; two underscores stand between the parts of a name.
const PREFIX: &str = "CICATRIX";
/// Names the settings file.
pub const FILE_VARIABLE: &str = "CICATRIX_CONFIG";
/// Kubernetes sets such variables in every pod beside a service that is called cicatrix.
const FOREIGN: [&str; 2] = ["CICATRIX_SERVICE_", "CICATRIX_PORT"];
/// More mistakes than this are not looked for.
const MAX_MISTAKES: usize = 64;

/// The name of every setting.
pub const NAMES: [&str; 21] = [
    "server.listen",
    "server.allow_non_loopback",
    "server.shards",
    "server.max_connections",
    "server.max_request_bytes",
    "server.deadline",
    "server.first_byte_timeout",
    "server.header_timeout",
    "server.max_streams",
    "server.ping_interval",
    "server.ping_timeout",
    "server.drain_delay",
    "server.drain_timeout",
    "server.bulk_streams",
    "server.bulk_in_flight",
    "server.bulk_idle_timeout",
    "knowledge.path",
    "knowledge.policy",
    "log.format",
    "log.filter",
    "log.access",
];

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The server.
    pub server: Server,
    /// The knowledge.
    pub knowledge: KnowledgeSettings,
    /// The logs.
    pub log: Log,
}

/// `server.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Allows an address that other machines can reach. There is no authentication yet.
    pub allow_non_loopback: bool,
    /// Threads that answer; 0 is one for each processor.
    pub shards: usize,
    /// Connections open at once.
    pub max_connections: usize,
    /// Largest body of a request in bytes.
    pub max_request_bytes: usize,
    /// Longest time for one request.
    #[serde(with = "humantime_serde")]
    pub deadline: Duration,
    /// Longest time until a connection sends its first byte.
    #[serde(with = "humantime_serde")]
    pub first_byte_timeout: Duration,
    /// Longest time for the headers of an HTTP/1 request.
    #[serde(with = "humantime_serde")]
    pub header_timeout: Duration,
    /// HTTP/2 streams at once on one connection.
    pub max_streams: u32,
    /// Time between two pings on a silent HTTP/2 connection.
    #[serde(with = "humantime_serde")]
    pub ping_interval: Duration,
    /// Longest time until a ping is answered.
    #[serde(with = "humantime_serde")]
    pub ping_timeout: Duration,
    /// Time from "not ready" to the end of accepting, so that balancers notice.
    #[serde(with = "humantime_serde")]
    pub drain_delay: Duration,
    /// Longest time for open requests to end after that.
    #[serde(with = "humantime_serde")]
    pub drain_timeout: Duration,
    /// Streams of requests open at once.
    pub bulk_streams: usize,
    /// Requests of one stream that are taken and not yet answered.
    pub bulk_in_flight: usize,
    /// Longest time in which a stream may stand still.
    #[serde(with = "humantime_serde")]
    pub bulk_idle_timeout: Duration,
}

/// `knowledge.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct KnowledgeSettings {
    /// Directory with the knowledge; without it the knowledge in the binary is used.
    pub path: Option<PathBuf>,
    /// What is chosen for the policies of the knowledge, by their names; the rest has its default.
    pub policy: Choices,
}

/// `log.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `human` or `json`.
    pub format: Format,
    /// What is logged, as `info` or `cicatrix=debug,warn`.
    pub filter: String,
    /// One line for each request.
    pub access: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50051)),
            allow_non_loopback: false,
            shards: 0,
            max_connections: 4096,
            max_request_bytes: 2 * 1024 * 1024,
            deadline: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(5),
            max_streams: 256,
            ping_interval: Duration::from_secs(30),
            ping_timeout: Duration::from_secs(10),
            drain_delay: Duration::ZERO,
            drain_timeout: Duration::from_secs(25),
            bulk_streams: 64,
            bulk_in_flight: 16,
            bulk_idle_timeout: Duration::from_secs(30),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: Format::default(), filter: "info".to_owned(), access: true }
    }
}

/// Where settings come from besides the environment.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// Names and values from the command line; the last one of a name wins.
    pub overrides: Vec<(String, String)>,
}

/// Everything that is wrong, one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<String>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| writeln!(f, "{it}"))
    }
}

impl std::error::Error for Mistakes {}

impl Settings {
    /// Reads the settings of this process.
    pub fn load(sources: &Sources) -> Result<Self, Mistakes> {
        Self::from_variables(
            sources,
            env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Reads the settings with these environment variables.
    pub fn from_variables(
        sources: &Sources,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Mistakes> {
        let variables: config::Map<String, String> =
            variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        let mut mistakes: Vec<String> = Vec::new();
        let separated = format!("{PREFIX}__");
        let ours = |name: &str| {
            name.starts_with(&separated) || name == FILE_VARIABLE || FOREIGN.iter().any(|it| name.starts_with(it))
        };
        for name in variables.keys().filter(|it| !ours(it)) {
            mistakes.push(format!("{name} is no setting; variables are named as CICATRIX__SERVER__LISTEN"));
        }
        let file = sources.file.clone().or_else(|| variables.get(FILE_VARIABLE).map(PathBuf::from));
        let mut builder = Config::builder();
        if let Some(path) = &file {
            builder = builder.add_source(File::from(path.as_path()).format(FileFormat::Toml).required(true));
        }
        let environment =
            Environment::with_prefix(PREFIX).prefix_separator("__").separator("__").source(Some(variables));
        builder = builder.add_source(environment);
        for (name, value) in &sources.overrides {
            builder =
                builder.set_override(name, value.as_str()).map_err(|it| Mistakes(vec![format!("{name}: {it}")]))?;
        }
        let config = builder.build().map_err(|it| Mistakes(vec![format!("settings file: {it}")]))?;
        let settings = read(config.cache, &mut mistakes);
        match settings {
            Some(settings) => settings.check(mistakes),
            None => Err(Mistakes(mistakes)),
        }
    }

    fn check(self, mut mistakes: Vec<String>) -> Result<Self, Mistakes> {
        let server = &self.server;
        let mut wrong = |name: &str, what: &str| mistakes.push(format!("{name}: {what}"));
        if !server.listen.ip().is_loopback() && !server.allow_non_loopback {
            wrong(
                "server.listen",
                "other machines can reach this address and there is no authentication; \
                 listen on 127.0.0.1 behind a proxy, or set server.allow_non_loopback = true",
            );
        }
        for (name, number) in [
            ("server.max_connections", server.max_connections),
            ("server.max_request_bytes", server.max_request_bytes),
            ("server.bulk_streams", server.bulk_streams),
            ("server.bulk_in_flight", server.bulk_in_flight),
            ("server.max_streams", usize::try_from(server.max_streams).unwrap_or(usize::MAX)),
        ] {
            if number == 0 {
                wrong(name, "must be above 0");
            }
        }
        for (name, time) in [
            ("server.deadline", server.deadline),
            ("server.first_byte_timeout", server.first_byte_timeout),
            ("server.header_timeout", server.header_timeout),
            ("server.ping_interval", server.ping_interval),
            ("server.ping_timeout", server.ping_timeout),
            ("server.bulk_idle_timeout", server.bulk_idle_timeout),
        ] {
            if time.is_zero() {
                wrong(name, "must be longer than nothing");
            }
        }
        if !telemetry::is_filter(&self.log.filter) {
            wrong("log.filter", "is no filter; write for example info or cicatrix=debug,warn");
        }
        if mistakes.is_empty() { Ok(self) } else { Err(Mistakes(mistakes)) }
    }

    /// The limits of the server.
    pub fn limits(&self) -> Limits {
        let Server {
            listen: _,
            allow_non_loopback: _,
            shards,
            max_connections,
            max_request_bytes,
            deadline,
            first_byte_timeout,
            header_timeout,
            max_streams,
            ping_interval,
            ping_timeout,
            drain_delay,
            drain_timeout,
            bulk_streams,
            bulk_in_flight,
            bulk_idle_timeout,
        } = self.server;
        Limits {
            shards,
            max_connections,
            max_request_bytes,
            deadline,
            first_byte: first_byte_timeout,
            header: header_timeout,
            max_streams,
            ping_interval,
            ping_timeout,
            drain_delay,
            drain_timeout,
            access_log: self.log.access,
            bulk_streams,
            bulk_in_flight,
            bulk_idle: bulk_idle_timeout,
        }
    }
}

/// Reads the values; each one that is wrong is named, taken out, and the rest is read again.
fn read(mut values: Value, mistakes: &mut Vec<String>) -> Option<Settings> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for _ in 0..MAX_MISTAKES {
        let error = match serde_path_to_error::deserialize::<_, Settings>(values.clone()) {
            Ok(settings) => return Some(settings),
            Err(error) => error,
        };
        let mut path = error.path().to_string();
        let text = error.inner().to_string();
        // Of an unknown setting the path names only the table.
        let unknown = text.strip_prefix("unknown field `").and_then(|it| it.split_once('`')).map(|(name, _)| name);
        if let Some(name) = unknown {
            let last = path.rsplit('.').next().unwrap_or_default();
            if last != name {
                path = if path == "." || path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            }
        }
        let origin = take_out(&mut values, &path);
        let from = origin.map(|it| format!(" (from {it})")).unwrap_or_default();
        let what = match unknown {
            Some(_) => format!(
                "is no setting{}",
                text.split_once(", ").map(|(_, rest)| format!("; {rest}")).unwrap_or_default()
            ),
            None => text,
        };
        mistakes.push(format!("{path}: {what}{from}"));
        if !seen.insert(path) {
            return None;
        }
    }
    None
}

/// Takes the value at `path` out and says where it came from.
fn take_out(values: &mut Value, path: &str) -> Option<String> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let ValueKind::Table(table) = &mut values.kind else { return None };
    match rest {
        Some(rest) if table.get(first).is_some_and(|it| matches!(it.kind, ValueKind::Table(_))) => {
            take_out(table.get_mut(first)?, rest)
        }
        Some(_) | None => table.remove(first)?.origin().map(ToOwned::to_owned),
    }
}
