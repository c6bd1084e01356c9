//! Settings: defaults, then a file, then the environment, then the command line.
//!
//! What is wrong or unknown is refused by name, all of it at once, before anything starts.

mod sections;

use std::{collections::BTreeSet, env, ffi::OsString, fmt, path::PathBuf, time::Duration};

use config::{Config, Environment, File, FileFormat, Value, ValueKind};

use sections::remedy;
pub use sections::{
    AdminListen, AdminSettings, Auth, CorsSettings, JwtSettings, KnowledgeSettings, LimitSettings, Log, Server,
    Settings, TlsSettings, TraceSettings,
};

use crate::serve::{Address, Collector, Cors, Credentials, Jwks, Jwt, Limits, TlsFiles, telemetry};

/// Variables begin with it; two underscores stand between the parts of a name.
const PREFIX: &str = "CICATRIX";
/// Names the settings file.
pub const FILE_VARIABLE: &str = "CICATRIX_CONFIG";
/// Kubernetes sets such variables in every pod beside a service that is called cicatrix.
const FOREIGN: [&str; 2] = ["CICATRIX_SERVICE_", "CICATRIX_PORT"];
/// How the address of keys begins that are fetched.
const HTTPS: &str = "https://";
/// Clocks and timers cannot count for ever.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);
/// More threads answer nothing sooner, and the system may refuse them.
const MAX_SHARDS: usize = 1024;
/// More mistakes than this are not looked for.
const MAX_MISTAKES: usize = 64;

/// The name of every setting.
pub const NAMES: [&str; 46] = [
    "server.listen",
    "server.allow_unauthenticated",
    "server.shards",
    "server.max_connections",
    "server.max_request_bytes",
    "server.deadline",
    "server.first_byte_timeout",
    "server.header_timeout",
    "server.keep_alive_timeout",
    "server.unread_timeout",
    "server.max_streams",
    "server.max_connection_age",
    "server.ping_interval",
    "server.ping_timeout",
    "server.drain_delay",
    "server.drain_timeout",
    "server.bulk_streams",
    "server.bulk_in_flight",
    "server.bulk_bytes",
    "server.bulk_idle_timeout",
    "admin.listen",
    "tls.certificate",
    "tls.key",
    "tls.client_ca",
    "auth.jwt.issuer",
    "auth.jwt.audience",
    "auth.jwt.jwks",
    "auth.jwt.jwks_ca",
    "auth.api_keys",
    "auth.client_certificates",
    "limits.concurrency",
    "limits.body_bytes",
    "limits.rate_per_second",
    "limits.burst",
    "limits.watches",
    "limits.watches_per_address",
    "cors.origins",
    "traces.otlp",
    "traces.one_in",
    "knowledge.path",
    "knowledge.watch",
    "knowledge.policy",
    "log.format",
    "log.filter",
    "log.access",
    "log.access_every",
];

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
        Self::from_variables(sources, env::vars_os())
    }

    /// Reads the settings with these environment variables.
    pub fn from_variables<T: Into<OsString>>(
        sources: &Sources,
        all: impl IntoIterator<Item = (T, T)>,
    ) -> Result<Self, Mistakes> {
        let mut variables = config::Map::<String, String>::new();
        let mut mistakes: Vec<String> = Vec::new();
        for (name, value) in all.into_iter().map(|(name, value)| (name.into(), value.into())) {
            let shown = name.to_string_lossy().into_owned();
            if !shown.starts_with(PREFIX) {
                continue;
            }
            // One that was passed over could be the one that says who may ask.
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => drop(variables.insert(name, value)),
                _ => mistakes.push(format!("{shown}: is not UTF-8; write the name and the value of it in UTF-8")),
            }
        }
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
            match builder.clone().set_override(name, value.as_str()) {
                Ok(with) => builder = with,
                Err(_) => mistakes.push(format!("{name}: is no name of a setting; write one such as log.format")),
            }
        }
        let settings = match builder.build() {
            Ok(config) => read(config.cache, &mut mistakes),
            Err(error) => {
                mistakes.push(format!("settings file: {error}"));
                None
            }
        };
        // Maps that they come from have no order of their own.
        mistakes.sort_unstable();
        match settings {
            Some(settings) => settings.check(mistakes),
            None => Err(Mistakes(mistakes)),
        }
    }

    fn check(self, mut mistakes: Vec<String>) -> Result<Self, Mistakes> {
        let server = &self.server;
        let mut wrong = |name: &str, what: &str| mistakes.push(format!("{name}: {what}"));
        if !server.listen.ip().is_loopback() && !self.asks() && !server.allow_unauthenticated {
            wrong(
                "server.listen",
                "other machines can reach this address and nobody who asks is known; set auth.jwt, auth.api_keys or \
                 tls.client_ca, or listen on 127.0.0.1, or say server.allow_unauthenticated = true",
            );
        }
        self.check_security(&mut wrong);
        for (name, number) in [
            ("server.max_connections", server.max_connections),
            ("server.max_request_bytes", server.max_request_bytes),
            ("limits.concurrency", self.limits.concurrency),
            ("limits.watches", self.limits.watches),
            ("limits.watches_per_address", self.limits.watches_per_address),
            ("traces.one_in", usize::try_from(self.traces.one_in).unwrap_or(usize::MAX)),
            ("log.access_every", usize::try_from(self.log.access_every).unwrap_or(usize::MAX)),
            ("server.bulk_streams", server.bulk_streams),
            ("server.bulk_in_flight", server.bulk_in_flight),
            ("server.bulk_bytes", server.bulk_bytes),
            ("server.max_streams", usize::try_from(server.max_streams).unwrap_or(usize::MAX)),
        ] {
            if number == 0 {
                wrong(name, "must be above 0");
            }
        }
        if server.shards > MAX_SHARDS {
            wrong("server.shards", &format!("must be at most {MAX_SHARDS}; 0 is one thread for each processor"));
        }
        if self.knowledge.watch && self.knowledge.path.is_none() {
            wrong("knowledge.watch", "needs knowledge.path; the knowledge in the binary does not change");
        }
        if self.limits.burst > 0 && self.limits.rate_per_second == 0 {
            wrong("limits.burst", "needs limits.rate_per_second; without a rate there is no limit");
        }
        // Some may be nothing: no connection is too old, or nothing is waited for.
        let never_nothing = [
            ("server.deadline", server.deadline),
            ("server.first_byte_timeout", server.first_byte_timeout),
            ("server.header_timeout", server.header_timeout),
            ("server.keep_alive_timeout", server.keep_alive_timeout),
            ("server.unread_timeout", server.unread_timeout),
            ("server.ping_interval", server.ping_interval),
            ("server.ping_timeout", server.ping_timeout),
            ("server.bulk_idle_timeout", server.bulk_idle_timeout),
        ];
        let others = [
            ("server.max_connection_age", server.max_connection_age),
            ("server.drain_delay", server.drain_delay),
            ("server.drain_timeout", server.drain_timeout),
        ];
        for (name, _) in never_nothing.iter().filter(|(_, time)| time.is_zero()) {
            wrong(name, "must be longer than nothing");
        }
        for (name, _) in never_nothing.iter().chain(&others).filter(|(_, time)| *time > LONGEST) {
            wrong(name, "must be at most 365 days");
        }
        if self.limits.body_bytes < server.max_request_bytes.saturating_mul(2) {
            wrong(
                "limits.body_bytes",
                "must be at least twice server.max_request_bytes; one caller may hold half of it",
            );
        }
        if !telemetry::is_filter(&self.log.filter) {
            wrong("log.filter", "is no filter; write for example info or cicatrix=debug,warn");
        }
        if mistakes.is_empty() { Ok(self) } else { Err(Mistakes(mistakes)) }
    }

    fn check_security(&self, wrong: &mut impl FnMut(&str, &str)) {
        let (tls, auth) = (&self.tls, &self.auth);
        // What a variable holds that was never set. Passed over, it would open what it was to close.
        for name in self.empty() {
            wrong(name, "is empty; write what it is to be, or leave it out");
        }
        match (&tls.certificate, &tls.key) {
            (Some(_), None) => wrong("tls.key", "is missing; tls.certificate needs its private key"),
            (None, Some(_)) => wrong("tls.certificate", "is missing; tls.key needs the certificate"),
            (None, None) if tls.client_ca.is_some() => {
                wrong("tls.client_ca", "needs TLS; set tls.certificate and tls.key");
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        if auth.client_certificates.is_some() && tls.client_ca.is_none() {
            wrong("auth.client_certificates", "needs tls.client_ca, which says whose certificates are good");
        }
        let JwtSettings { issuer, audience, jwks, jwks_ca } = &auth.jwt;
        let parts = [
            ("auth.jwt.issuer", issuer.is_some()),
            ("auth.jwt.audience", audience.is_some()),
            ("auth.jwt.jwks", jwks.is_some()),
        ];
        if jwks.as_ref().is_some_and(|it| it.contains("://") && !it.starts_with(HTTPS)) {
            wrong("auth.jwt.jwks", "is no https URL; write https://…, or the path of a file");
        }
        if jwks_ca.is_some() && !jwks.as_ref().is_some_and(|it| it.starts_with(HTTPS)) {
            wrong("auth.jwt.jwks_ca", "needs an https URL in auth.jwt.jwks");
        }
        if parts.iter().any(|(_, set)| *set) {
            for (name, _) in parts.iter().filter(|(_, set)| !set) {
                wrong(name, "is missing; tokens need auth.jwt.issuer, auth.jwt.audience and auth.jwt.jwks");
            }
        }
        let otlp = self.traces.otlp.as_ref().filter(|it| !it.trim().is_empty());
        if otlp.is_some_and(|it| !it.starts_with("http://") && !it.starts_with(HTTPS)) {
            wrong("traces.otlp", "is no address of a collector; write for example http://127.0.0.1:4318");
        }
        for (name, url) in [("auth.jwt.jwks", jwks), ("traces.otlp", &self.traces.otlp)] {
            if url.as_ref().is_some_and(|it| names_somebody(it)) {
                wrong(name, "holds a user name or a password, which would not be sent; write the address without it");
            }
        }
        for origin in self.cors.origins.iter().filter(|it| !Cors::is_origin(it)) {
            wrong("cors.origins", &format!("{origin:?} is no origin; write for example https://records.example.org"));
        }
    }

    /// The texts that are set and hold nothing.
    fn empty(&self) -> impl Iterator<Item = &'static str> {
        let Self { tls, auth, .. } = self;
        let JwtSettings { issuer, audience, jwks, jwks_ca } = &auth.jwt;
        let paths = [
            ("tls.certificate", &tls.certificate),
            ("tls.key", &tls.key),
            ("tls.client_ca", &tls.client_ca),
            ("auth.jwt.jwks_ca", jwks_ca),
            ("auth.api_keys", &auth.api_keys),
            ("auth.client_certificates", &auth.client_certificates),
            ("knowledge.path", &self.knowledge.path),
        ];
        let paths = paths.map(|(name, it)| (name, it.as_ref().and_then(|it| it.to_str())));
        let texts = [
            ("auth.jwt.issuer", issuer),
            ("auth.jwt.audience", audience),
            ("auth.jwt.jwks", jwks),
            ("traces.otlp", &self.traces.otlp),
        ];
        let texts = texts.map(|(name, it)| (name, it.as_deref()));
        let all = paths.into_iter().chain(texts);
        let empty: Vec<_> = all.filter(|(_, it)| it.is_some_and(|it| it.trim().is_empty())).collect();
        empty.into_iter().map(|(name, _)| name)
    }

    /// Is anything set of who may ask?
    fn asks(&self) -> bool {
        self.auth != Auth::default() || self.tls.client_ca.is_some()
    }

    /// How callers are known; `None` when a part of it is missing.
    pub fn credentials(&self) -> Option<Credentials> {
        let (tls, auth) = (&self.tls, &self.auth);
        let jwt = match auth.jwt.clone() {
            JwtSettings { issuer: None, audience: None, jwks: None, jwks_ca: _ } => None,
            JwtSettings { issuer, audience, jwks, jwks_ca } => {
                let (issuer, audience, place) = (issuer?, audience?, jwks?);
                let jwks = if place.starts_with(HTTPS) {
                    Jwks::Url(Address { url: place, ca: jwks_ca })
                } else {
                    Jwks::File(place.into())
                };
                Some(Jwt { issuer, audience, jwks })
            }
        };
        let (api_keys, client_certificates) = (auth.api_keys.clone(), auth.client_certificates.clone());
        let any_certificate =
            tls.client_ca.is_some() && jwt.is_none() && api_keys.is_none() && client_certificates.is_none();
        Some(Credentials { jwt, api_keys, client_certificates, any_certificate })
    }

    /// Where traces go, when they go anywhere.
    pub fn collector(&self) -> Option<Collector> {
        Some(Collector { url: self.traces.otlp.clone()?, one_in: self.traces.one_in })
    }

    /// The files of TLS, when there is TLS.
    pub fn tls_files(&self) -> Option<TlsFiles> {
        let TlsSettings { certificate, key, client_ca } = self.tls.clone();
        let others = self.auth.jwt != JwtSettings::default() || self.auth.api_keys.is_some();
        let certificate_optional = self.auth.client_certificates.is_some() && others;
        Some(TlsFiles { certificate: certificate?, key: key?, client_ca, certificate_optional })
    }

    /// The limits of the server.
    pub fn limits(&self) -> Limits {
        let Server {
            listen: _,
            allow_unauthenticated: _,
            shards,
            max_connections,
            max_request_bytes,
            deadline,
            first_byte_timeout,
            header_timeout,
            keep_alive_timeout,
            max_streams,
            ping_interval,
            ping_timeout,
            drain_delay,
            drain_timeout,
            max_connection_age,
            unread_timeout,
            bulk_streams,
            bulk_in_flight,
            bulk_bytes,
            bulk_idle_timeout,
        } = self.server;
        let LimitSettings { concurrency, body_bytes, rate_per_second, burst, watches, watches_per_address } =
            self.limits;
        Limits {
            shards,
            max_connections,
            max_request_bytes,
            deadline,
            first_byte: first_byte_timeout,
            header: header_timeout,
            keep_alive: keep_alive_timeout,
            max_streams,
            ping_interval,
            ping_timeout,
            drain_delay,
            drain_timeout,
            access_log: self.log.access,
            access_log_every: self.log.access_every,
            concurrency,
            body_bytes,
            rate_per_second,
            burst,
            watches,
            watches_of_one: watches_per_address,
            max_connection_age,
            unread: unread_timeout,
            bulk_streams,
            bulk_in_flight,
            bulk_bytes,
            bulk_idle: bulk_idle_timeout,
        }
    }
}

/// Does a URL hold a user or a password? Of any other text it says no.
fn names_somebody(url: &str) -> bool {
    let authority = url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    authority.is_some_and(|it| it.contains('@'))
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
            None => remedy(&path).map_or(text, ToOwned::to_owned),
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
