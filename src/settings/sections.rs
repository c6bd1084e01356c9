//! The sections of the settings, with their defaults.

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};

use crate::{
    knowledge::Choices,
    serve::{Admin, telemetry::Format},
};

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The server.
    pub server: Server,
    /// The admin port.
    pub admin: AdminSettings,
    /// TLS.
    pub tls: TlsSettings,
    /// Who may ask.
    pub auth: Auth,
    /// How much may be asked.
    pub limits: LimitSettings,
    /// Web pages that may call.
    pub cors: CorsSettings,
    /// Traces.
    pub traces: TraceSettings,
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
    /// Allows an address that other machines can reach although nobody who asks is known.
    pub allow_unauthenticated: bool,
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
    /// Longest time for the headers of the first HTTP/1 request of a connection.
    #[serde(with = "humantime_serde")]
    pub header_timeout: Duration,
    /// Longest time from the end of one HTTP/1 request to the headers of the next.
    #[serde(with = "humantime_serde")]
    pub keep_alive_timeout: Duration,
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
    /// After so long a caller is asked to connect again, so that callers spread over new replicas; 0s: never.
    #[serde(with = "humantime_serde")]
    pub max_connection_age: Duration,
    /// Longest time for which a caller does not take what was written.
    #[serde(with = "humantime_serde")]
    pub unread_timeout: Duration,
    /// Streams of requests open at once.
    pub bulk_streams: usize,
    /// Requests of one stream that are taken and not yet answered.
    pub bulk_in_flight: usize,
    /// Bytes of the requests of all streams that are taken and not yet answered.
    pub bulk_bytes: usize,
    /// Longest time in which a stream may stand still.
    #[serde(with = "humantime_serde")]
    pub bulk_idle_timeout: Duration,
}

/// `admin.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct AdminSettings {
    /// Address of metrics and probes; empty for none.
    pub listen: AdminListen,
}

/// Where the admin port is. Its default gives way when the port is taken; an address that was set does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdminListen(pub Admin);

impl Default for AdminListen {
    fn default() -> Self {
        Self(Admin::IfFree(SocketAddr::from(([127, 0, 0, 1], 9464))))
    }
}

impl<'de> Deserialize<'de> for AdminListen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self(Admin::Off));
        }
        Ok(Self(Admin::At(text.parse().map_err(D::Error::custom)?)))
    }
}

/// `tls.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSettings {
    /// Certificate chain, as PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key, as PEM.
    pub key: Option<PathBuf>,
    /// Authorities of client certificates, as PEM.
    pub client_ca: Option<PathBuf>,
}

/// `auth.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Signed tokens.
    pub jwt: JwtSettings,
    /// File of API keys.
    pub api_keys: Option<PathBuf>,
    /// File of names in client certificates.
    pub client_certificates: Option<PathBuf>,
}

/// `auth.jwt.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct JwtSettings {
    /// Who signs tokens.
    pub issuer: Option<String>,
    /// Whom they must be for.
    pub audience: Option<String>,
    /// Public keys of the issuer: a file, or an https URL.
    pub jwks: Option<String>,
    /// Authorities of the certificate at that URL, as PEM; without it those of the system.
    pub jwks_ca: Option<PathBuf>,
}

/// `limits.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Requests at once.
    pub concurrency: usize,
    /// Bytes of bodies that were read and not answered.
    pub body_bytes: usize,
    /// Requests a second of one caller; 0: no limit.
    pub rate_per_second: u32,
    /// Requests at once of one caller; 0: as many as in a second.
    pub burst: u32,
    /// Streams of the health and of reflection open at once.
    pub watches: usize,
    /// The same of one address.
    pub watches_per_address: usize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            concurrency: 1024,
            body_bytes: 64 * 1024 * 1024,
            rate_per_second: 0,
            burst: 0,
            watches: 1024,
            watches_per_address: 64,
        }
    }
}

/// `cors.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct CorsSettings {
    /// Origins of web pages that may call.
    #[serde(deserialize_with = "listed")]
    pub origins: Vec<String>,
}

/// `traces.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TraceSettings {
    /// Collector that takes OTLP over HTTP; without it there are no traces.
    pub otlp: Option<String>,
    /// Of so many requests that bring no trace of their own one is traced.
    pub one_in: u64,
}

impl Default for TraceSettings {
    fn default() -> Self {
        Self { otlp: None, one_in: 100 }
    }
}

/// A list, or one text with commas, as it stands in the environment.
fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Listed;
    impl<'de> Visitor<'de> for Listed {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of texts, or one text with commas")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<String>, E> {
            Ok(text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
            let mut all = Vec::new();
            while let Some(it) = seq.next_element()? {
                all.push(it);
            }
            Ok(all)
        }
    }
    deserializer.deserialize_any(Listed)
}

/// `knowledge.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct KnowledgeSettings {
    /// Directory with the knowledge; without it the knowledge in the binary is used.
    pub path: Option<PathBuf>,
    /// Takes the directory anew when it changes, and not only on SIGHUP.
    pub watch: bool,
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
    /// Lines for requests and streams.
    pub access: bool,
    /// Of so many requests one has a line; what went wrong here always has.
    pub access_every: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50051)),
            allow_unauthenticated: false,
            shards: 0,
            max_connections: 4096,
            max_request_bytes: 2 * 1024 * 1024,
            deadline: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(5),
            keep_alive_timeout: Duration::from_secs(75),
            max_streams: 256,
            ping_interval: Duration::from_secs(30),
            ping_timeout: Duration::from_secs(10),
            drain_delay: Duration::ZERO,
            drain_timeout: Duration::from_secs(25),
            max_connection_age: Duration::from_secs(5 * 60),
            unread_timeout: Duration::from_secs(30),
            bulk_streams: 64,
            bulk_in_flight: 16,
            bulk_bytes: 64 * 1024 * 1024,
            bulk_idle_timeout: Duration::from_secs(30),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: Format::default(), filter: "info".to_owned(), access: true, access_every: 100 }
    }
}

/// What a setting holds, for whoever wrote something that it cannot hold.
pub(super) fn remedy(name: &str) -> Option<&'static str> {
    Some(match name {
        "server.listen" => "is no address; write an IP address and a port, for example 127.0.0.1:50051",
        "admin.listen" => "is no address; write for example 127.0.0.1:9464, or nothing to have no admin port",
        "log.format" => "is no format; write human or json",
        "cors.origins" => "is no list of origins; write them with commas, for example https://records.example.org",
        "server.allow_unauthenticated" | "knowledge.watch" | "log.access" => {
            "is neither yes nor no; write true or false"
        }
        "server.deadline"
        | "server.first_byte_timeout"
        | "server.header_timeout"
        | "server.keep_alive_timeout"
        | "server.unread_timeout"
        | "server.max_connection_age"
        | "server.ping_interval"
        | "server.ping_timeout"
        | "server.drain_delay"
        | "server.drain_timeout"
        | "server.bulk_idle_timeout" => "is no time; write for example 10s or 1m 30s",
        "server.shards"
        | "server.max_connections"
        | "server.max_request_bytes"
        | "server.max_streams"
        | "server.bulk_streams"
        | "server.bulk_in_flight"
        | "server.bulk_bytes"
        | "limits.concurrency"
        | "limits.body_bytes"
        | "limits.rate_per_second"
        | "limits.burst"
        | "limits.watches"
        | "limits.watches_per_address"
        | "traces.one_in"
        | "log.access_every" => "is no whole number that fits; write for example 100",
        "tls.certificate"
        | "tls.key"
        | "tls.client_ca"
        | "auth.jwt.issuer"
        | "auth.jwt.audience"
        | "auth.jwt.jwks"
        | "auth.jwt.jwks_ca"
        | "auth.api_keys"
        | "auth.client_certificates"
        | "traces.otlp"
        | "knowledge.path"
        | "log.filter" => "is no text; write one, in quotes where a file holds it",
        "server" | "admin" | "tls" | "auth" | "auth.jwt" | "limits" | "cors" | "traces" | "knowledge"
        | "knowledge.policy" | "log" => "holds settings and no value of its own; write one of them, as log.format",
        _ => return None,
    })
}
