//! TLS: both doors on one port, client certificates, certificates that change while it serves, and who is shut out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

#[path = "support/identity.rs"]
mod identity;
#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;

use std::{
    io::{Read as _, Write as _},
    net::TcpStream as Blocking,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use cicatrix::{
    serve::{Admin, Around, Credentials, Guard, Limits, Tls, TlsFiles},
    wire::v1::protocol_service_client::ProtocolServiceClient,
};
use hyper_util::rt::TokioIo;
use identity::{Authority, Scratch};
use rustls::{ClientConfig, pki_types::ServerName};
use server::{Server, limits};
use support::request;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::{Code, transport::Endpoint};

struct Pki {
    scratch: Scratch,
    authority: Authority,
    clients: Authority,
}

impl Pki {
    fn new(name: &str) -> Self {
        let pki = Self { scratch: Scratch::new(name), authority: Authority::new(), clients: Authority::new() };
        pki.renew();
        pki.scratch.file("clients.pem", pki.clients.pem());
        pki
    }

    /// Another certificate for the server.
    fn renew(&self) {
        let (certificate, key) = self.authority.leaf("localhost", false);
        self.scratch.file("server.pem", certificate);
        self.scratch.file("server.key", key);
    }

    fn files(&self, mutual: bool, certificate_optional: bool) -> TlsFiles {
        TlsFiles {
            certificate: self.scratch.0.join("server.pem"),
            key: self.scratch.0.join("server.key"),
            client_ca: mutual.then(|| self.scratch.0.join("clients.pem")),
            certificate_optional,
        }
    }

    fn client(&self, own: Option<&str>, protocol: &[u8]) -> Arc<ClientConfig> {
        let own = own.map(|it| self.clients.leaf(it, true));
        self.authority.client(own.as_ref(), protocol)
    }
}

async fn connect(server: &Server, config: Arc<ClientConfig>) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(server.address).await?;
    TlsConnector::from(config).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

/// HTTP status, by REST. An error is a connection that was refused.
async fn by_rest(server: &Server, config: Arc<ClientConfig>) -> std::io::Result<u16> {
    let mut stream = connect(server, config).await?;
    let body = serde_json::to_string(&request()).unwrap();
    let head = format!(
        "POST /v1/protocols:generate HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await?;
    Ok(std::str::from_utf8(&answer[9..]).unwrap().parse().unwrap())
}

/// Code, by gRPC.
async fn by_grpc(server: &Server, config: Arc<ClientConfig>) -> Code {
    let address = server.address;
    let connector = tower::service_fn(move |_| {
        let config = Arc::clone(&config);
        async move {
            let stream = TcpStream::connect(address).await?;
            let name = ServerName::try_from("localhost").unwrap();
            Ok::<_, std::io::Error>(TokioIo::new(TlsConnector::from(config).connect(name, stream).await?))
        }
    });
    let channel = Endpoint::from_static("http://localhost").connect_with_connector_lazy(connector);
    match ProtocolServiceClient::new(channel).generate_protocol(request()).await {
        Ok(_) => Code::Ok,
        Err(status) => status.code(),
    }
}

fn served(pki: &Pki, mutual: bool, guard: Guard, limits: Limits) -> Server {
    let tls = Tls::new(pki.files(mutual, false)).unwrap();
    Server::around(limits, Around { tls: Some(tls), guard, ..Around::default() })
}

#[tokio::test]
async fn both_doors_speak_tls_on_one_port() {
    let pki = Pki::new("tls");
    let server = served(&pki, false, Guard::open(), limits());
    assert_eq!(by_rest(&server, pki.client(None, b"http/1.1")).await.unwrap(), 200);
    assert_eq!(by_grpc(&server, pki.client(None, b"h2")).await, Code::Ok);
    let stream = connect(&server, pki.client(None, b"h2")).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    // Who trusts somebody else does not talk to us, and who speaks plainly is not answered.
    let stranger = Authority::new().client(None, b"http/1.1");
    assert!(connect(&server, stranger).await.is_err());
    let mut plain = Blocking::connect(server.address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    plain.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn a_client_certificate_of_the_right_authority_is_asked_for() {
    let pki = Pki::new("mutual");
    let how = Credentials { any_certificate: true, ..Credentials::default() };
    let server = served(&pki, true, Guard::new(how).unwrap(), limits());
    assert_eq!(by_rest(&server, pki.client(Some("emr.example"), b"http/1.1")).await.unwrap(), 200);
    assert_eq!(by_grpc(&server, pki.client(Some("emr.example"), b"h2")).await, Code::Ok);
    assert!(by_rest(&server, pki.client(None, b"http/1.1")).await.is_err());
    assert_ne!(by_grpc(&server, pki.client(None, b"h2")).await, Code::Ok);
    // One that another authority vouches for, and one that is not for clients.
    let foreign = pki.authority.client(Some(&Authority::new().leaf("emr.example", true)), b"http/1.1");
    assert!(by_rest(&server, foreign).await.is_err());
    let not_for_clients = pki.authority.client(Some(&pki.clients.leaf("emr.example", false)), b"http/1.1");
    assert!(by_rest(&server, not_for_clients).await.is_err());
}

/// Without names of machines, callers are told apart by their common names, or by the certificates themselves.
#[tokio::test]
async fn every_certificate_is_a_caller_of_its_own() {
    let pki = Pki::new("own-callers");
    let guard = Guard::new(Credentials { any_certificate: true, ..Credentials::default() }).unwrap();
    let server = served(&pki, true, guard, Limits { rate_per_second: 1, burst: 1, ..limits() });
    // Another certificate of the same common name is the same caller, one without any name is not.
    for (name, other) in [("CN=records", "CN=portal"), ("", "")] {
        let again = pki.client(Some(name), b"http/1.1");
        let same = || if name.is_empty() { Arc::clone(&again) } else { pki.client(Some(name), b"http/1.1") };
        let mut tries = 0;
        while by_rest(&server, same()).await.unwrap() != 429 {
            tries += 1;
            assert!(tries < 50, "{name} has no account");
        }
        assert_eq!(by_rest(&server, pki.client(Some(other), b"http/1.1")).await.unwrap(), 200);
    }
}

#[tokio::test]
async fn certificates_name_callers_and_their_scopes() {
    let pki = Pki::new("names");
    let list = "[[certificate]]\nname = \"emr.example\"\nscopes = [\"protocols\"]\n\
                [[certificate]]\nname = \"spiffe://clinic/portal\"\nscopes = [\"knowledge\"]\n";
    let client_certificates = Some(pki.scratch.file("clients.toml", list));
    let how = Credentials { client_certificates, ..Credentials::default() };
    let server = served(&pki, true, Guard::new(how).unwrap(), limits());
    for (name, status, code) in [
        ("emr.example", 200, Code::Ok),
        ("spiffe://clinic/portal", 403, Code::PermissionDenied),
        ("other.example", 401, Code::Unauthenticated),
    ] {
        assert_eq!(by_rest(&server, pki.client(Some(name), b"http/1.1")).await.unwrap(), status, "{name}");
        assert_eq!(by_grpc(&server, pki.client(Some(name), b"h2")).await, code, "{name}");
    }
}

#[tokio::test]
async fn a_certificate_is_one_way_among_others_when_it_is_optional() {
    let pki = Pki::new("optional");
    let list = "[[certificate]]\nname = \"emr.example\"\nscopes = [\"protocols\"]\n";
    let client_certificates = Some(pki.scratch.file("clients.toml", list));
    let guard = Guard::new(Credentials { client_certificates, ..Credentials::default() }).unwrap();
    let tls = Some(Tls::new(pki.files(true, true)).unwrap());
    let server = Server::around(limits(), Around { tls, guard, ..Around::default() });
    assert_eq!(by_rest(&server, pki.client(None, b"http/1.1")).await.unwrap(), 401);
    assert_eq!(by_rest(&server, pki.client(Some("emr.example"), b"http/1.1")).await.unwrap(), 200);
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_a_restart_and_a_broken_one_is_not() {
    let pki = Pki::new("renewal");
    let (ask, asked) = mpsc::channel();
    let tls = Some(Tls::new(pki.files(false, false)).unwrap());
    let server = Server::around(limits(), Around { tls, reload: Some(asked), ..Around::default() });
    let shown = async || {
        let stream = connect(&server, pki.client(None, b"h2")).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    };
    let first = shown().await;
    assert_eq!(shown().await, first);

    // The key of another certificate.
    pki.scratch.file("server.key", pki.authority.leaf("localhost", false).1);
    ask.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(shown().await, first);

    // Nobody asks: the change is seen. The connections there are go on.
    let mut old = connect(&server, pki.client(None, b"http/1.1")).await.unwrap();
    pki.renew();
    let begun = Instant::now();
    while shown().await == first {
        assert!(begun.elapsed() < Duration::from_secs(10), "the old certificate is still shown");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    old.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    old.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_certificate_of_another_time_takes_no_ones_place() {
    let pki = Pki::new("untimely");
    let (ask, asked) = mpsc::channel();
    let tls = Some(Tls::new(pki.files(false, false)).unwrap());
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    let server = Server::around(limits(), Around { tls, admin, reload: Some(asked), ..Around::default() });
    let shown = async || {
        let stream = connect(&server, pki.client(None, b"h2")).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    };
    let refused = async |count: u32| {
        let text =
            reqwest::get(format!("http://{}/metrics", server.admin.unwrap())).await.unwrap().text().await.unwrap();
        text.contains(&format!("cicatrix_reloads_total{{what=\"tls\",result=\"refused\"}} {count}\n"))
    };
    let first = shown().await;
    for (count, years) in [(1, 2000..2001), (2, 2099..2100)] {
        let (certificate, key) = pki.authority.leaf_of("localhost", false, years);
        pki.scratch.file("server.pem", certificate);
        pki.scratch.file("server.key", key);
        ask.send(()).unwrap();
        let begun = Instant::now();
        while !refused(count).await {
            assert!(begun.elapsed() < Duration::from_secs(10), "it was taken");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(shown().await, first);
    }
    // At the start there is none to keep: better one that callers may refuse than no service.
    assert!(Tls::new(pki.files(false, false)).is_ok());
}

/// One figure of the admin port.
async fn figure(server: &Server, name: &str) -> u64 {
    let url = format!("http://{}/metrics", server.admin.unwrap());
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse().unwrap()
}

#[tokio::test]
async fn a_certificate_is_taken_when_its_day_has_come_and_is_refused_once_until_then() {
    let pki = Pki::new("its-day");
    let tls = Some(Tls::new(pki.files(false, false)).unwrap());
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    let server = Server::around(limits(), Around { tls, admin, ..Around::default() });
    let expires = async || figure(&server, "cicatrix_tls_certificate_expiry_timestamp_seconds").await;
    let reloads = async |result: &str| {
        figure(&server, &format!("cicatrix_reloads_total{{what=\"tls\",result=\"{result}\"}}")).await
    };
    // The beginning of 2100.
    assert_eq!(expires().await, 4_102_444_800);
    let now = identity::now();
    let (certificate, key) = pki.authority.leaf_between("localhost", false, now + 6..now + 3600);
    pki.scratch.file("server.pem", certificate);
    pki.scratch.file("server.key", key);
    let begun = Instant::now();
    while reloads("taken").await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is still refused");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(identity::now() >= now + 6, "it was taken before its day");
    assert_eq!((reloads("refused").await, reloads("taken").await), (1, 1));
    while expires().await != now + 3600 {
        assert!(begun.elapsed() < Duration::from_secs(20), "its end is not told");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_ended() {
    let pki = Pki::new("slow");
    let short = Duration::from_millis(200);
    let server = served(&pki, false, Guard::open(), Limits { first_byte: short, header: short, ..limits() });
    // Nothing, half a greeting, and a finished handshake with nothing after it.
    for half in [&b""[..], b"\x16\x03\x01\x02"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(half).await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "still open after {half:?}");
    }
    let mut stream = connect(&server, pki.client(None, b"h2")).await.unwrap();
    stream.write_all(b"PRI * HT").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "still open after half a preface");
}

#[test]
fn files_that_are_no_certificates_are_named() {
    let scratch = Scratch::new("no-certificates");
    let files = TlsFiles {
        certificate: scratch.file("a.pem", "nothing"),
        key: scratch.file("a.key", "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"),
        client_ca: Some("/no/such/ca.pem".into()),
        certificate_optional: false,
    };
    let problems = Tls::new(files).unwrap_err();
    for name in ["tls.certificate: ", "tls.client_ca: "] {
        assert!(problems.iter().any(|it| it.starts_with(name)), "{name} is not in {problems:#?}");
    }
    assert!(!problems.concat().contains("secret"), "{problems:?}");
    let (one, other) = (Authority::new().leaf("localhost", false), Authority::new().leaf("localhost", false));
    let files = TlsFiles {
        certificate: scratch.file("b.pem", one.0),
        key: scratch.file("b.key", other.1),
        client_ca: None,
        certificate_optional: false,
    };
    let problems = Tls::new(files).unwrap_err();
    assert!(problems[0].starts_with("tls.certificate: ") && problems[0].contains("tls.key"), "{problems:?}");
}

/// A session that is taken up again is not looked at, so there is none.
#[tokio::test]
async fn who_shows_a_certificate_shows_it_on_every_connection() {
    let pki = Pki::new("resumed");
    let how = Credentials { any_certificate: true, ..Credentials::default() };
    let server = served(&pki, true, Guard::new(how).unwrap(), limits());
    let (own, other) = (pki.client(Some("emr.example"), b"http/1.1"), pki.client(None, b"http/1.1"));
    let open = served(&pki, false, Guard::open(), limits());
    for (server, client, kind) in
        [(&server, &own, rustls::HandshakeKind::Full), (&open, &other, rustls::HandshakeKind::Resumed)]
    {
        // Tickets come with the answer.
        assert_eq!(by_rest(server, Arc::clone(client)).await.unwrap(), 200);
        let again = connect(server, Arc::clone(client)).await.unwrap();
        assert_eq!(again.get_ref().1.handshake_kind(), Some(kind));
    }
}

#[tokio::test]
async fn a_connection_ends_with_the_certificate_that_opened_it() {
    let pki = Pki::new("ends-with");
    let how = Credentials { any_certificate: true, ..Credentials::default() };
    let server = served(&pki, true, Guard::new(how).unwrap(), limits());
    let now = identity::now();
    let short = pki.clients.leaf_between("emr.example", true, now - 60..now + 4);
    let mut stream = connect(&server, pki.authority.client(Some(&short), b"http/1.1")).await.unwrap();
    stream.write_all(b"GET /v1/knowledge HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let mut rest = Vec::new();
    // Without an end, this would wait for server.keep_alive_timeout.
    let ended = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() && identity::now() >= now + 4);
}

/// Where certificates only let connections in, who sends no key has sent nothing that could be wrong.
#[tokio::test]
async fn a_certificate_is_no_bad_key() {
    let pki = Pki::new("no-key");
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let row = format!("[[key]]\nname = \"emr\"\nscopes = [\"protocols\"]\nsha256 = \"{hash}\"\n");
    let api_keys = Some(pki.scratch.file("keys.toml", row));
    let server = served(&pki, true, Guard::new(Credentials { api_keys, ..Credentials::default() }).unwrap(), limits());
    let mut stream = connect(&server, pki.client(Some("emr.example"), b"http/1.1")).await.unwrap();
    stream.write_all(b"GET /v1/knowledge HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("NO_CREDENTIALS"), "{answer}");
}
