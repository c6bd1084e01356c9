//! Serving: drains, bounds its connections, answers alike from every thread.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use cicatrix::serve::Limits;
use server::{Server, limits};
use support::request;

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// Everything until the server hangs up.
fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(it) if it.kind() == ErrorKind::ConnectionReset => {}
        Err(it) => panic!("{it}"),
    }
    String::from_utf8(bytes).unwrap()
}

fn head(length: usize) -> String {
    format!(
        "POST /v1/protocols:generate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n"
    )
}

#[test]
fn what_was_begun_is_answered_before_the_end() {
    let mut server = Server::with(Limits { drain_timeout: Duration::from_secs(20), ..limits() });
    let body = serde_json::to_string(&request()).unwrap();
    let mut begun = connect(&server);
    begun.write_all(head(body.len()).as_bytes()).unwrap();
    begun.write_all(&body.as_bytes()[..10]).unwrap();
    let mut idle = connect(&server);
    idle.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    server.ask_to_stop();
    // The idle connection ends, the begun request does not.
    rest(&mut idle);
    begun.write_all(&body.as_bytes()[10..]).unwrap();
    let answer = rest(&mut begun);
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("knowledgeRelease"));
    server.wait();
    assert!(TcpStream::connect(server.address).is_err(), "the port is still open");
}

#[test]
fn readiness_falls_before_the_door_closes() {
    let mut server = Server::with(Limits { drain_delay: Duration::from_millis(500), ..limits() });
    server.ask_to_stop();
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let mut stream = connect(&server);
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let answer = rest(&mut stream);
        if answer.starts_with("HTTP/1.1 503") {
            break;
        }
        assert!(Instant::now() < deadline, "still ready: {answer}");
    }
    // A request is still answered while balancers learn of it.
    let body = serde_json::to_string(&request()).unwrap();
    let mut late = connect(&server);
    late.write_all(head(body.len()).as_bytes()).unwrap();
    late.write_all(body.as_bytes()).unwrap();
    let mut answer = [0; 12];
    late.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    server.wait();
}

#[test]
fn a_connection_that_says_nothing_is_closed() {
    let server = Server::with(Limits { first_byte: Duration::from_millis(100), ..limits() });
    assert_eq!(rest(&mut connect(&server)), "");
}

#[test]
fn headers_that_never_end_are_cut_off() {
    let server = Server::with(Limits { header: Duration::from_millis(100), ..limits() });
    let mut stream = connect(&server);
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n").unwrap();
    let answer = rest(&mut stream);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[test]
fn what_http_does_not_allow_is_refused() {
    let server = Server::start();
    let ask = |head: &str| {
        let mut stream = connect(&server);
        stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).unwrap();
        rest(&mut stream)
    };
    for head in ["GET /readyz HTTP/1.1\r\n", "GET /readyz HTTP/1.1\r\nhost: a\r\nhost: b\r\n"] {
        let answer = ask(head);
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("one host header"), "{answer}");
    }
    assert!(ask("GET /readyz HTTP/1.0\r\n").starts_with("HTTP/1.0 200"));
    let answer = ask(
        "POST /cicatrix.v1.KnowledgeService/GetKnowledge HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("gRPC needs HTTP/2"), "{answer}");
}

/// Proxies keep connections for the next request, for longer than headers may take.
#[test]
fn a_connection_waits_for_its_next_request_and_not_for_ever() {
    let times = (Duration::from_millis(100), Duration::from_millis(1500));
    let server = Server::with(Limits { header: times.0, keep_alive: times.1, ..limits() });
    let mut stream = connect(&server);
    let mut answer = [0; 1000];
    for _ in 0..2 {
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let read = stream.read(&mut answer).unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        std::thread::sleep(Duration::from_millis(500));
    }
    let begun = Instant::now();
    assert_eq!(rest(&mut stream), "");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn a_body_that_never_comes_meets_the_deadline() {
    let server = Server::with(Limits { deadline: Duration::from_millis(100), ..limits() });
    let mut stream = connect(&server);
    stream.write_all(head(1000).as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 504");
}

#[test]
fn only_so_many_connections_are_open_at_once() {
    let server = Server::with(Limits { max_connections: 1, ..limits() });
    let ask = |stream: &mut TcpStream| stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    let mut first = connect(&server);
    ask(&mut first);
    first.read_exact(&mut answer).unwrap();
    let mut second = connect(&server);
    ask(&mut second);
    second.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(second.read_exact(&mut answer).is_err(), "a second connection was served");
    drop(first);
    second.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    second.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[tokio::test]
async fn many_callers_at_once_get_the_same_bytes() {
    let server = Server::with(Limits { shards: 3, ..limits() });
    let client = reqwest::Client::new();
    let body = serde_json::to_string(&request()).unwrap();
    let calls = (0..64).map(|_| {
        let call = client.post(server.url("/v1/protocols:generate")).header("content-type", "application/json");
        call.body(body.clone()).send()
    });
    let mut seen = Vec::new();
    for answer in futures_util::future::join_all(calls).await {
        seen.push(answer.unwrap().bytes().await.unwrap());
    }
    assert_eq!(seen.len(), 64);
    assert!(seen.iter().all(|it| *it == seen[0]));
}

#[test]
fn a_port_that_is_taken_is_said() {
    let server = Server::start();
    let error =
        cicatrix::serve::serve(support::service().clone(), server.address, &limits(), |_| {}, std::future::pending())
            .unwrap_err();
    assert!(error.to_string().starts_with(&format!("server.listen: cannot listen on {}", server.address)), "{error}");
}

/// Whoever stops a server that is still starting is heard: signals are listened for before the port is open.
#[test]
fn what_was_stopped_before_it_listened_never_does() {
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let listening = |_| panic!("it listens");
    let ended =
        cicatrix::serve::serve(support::service().clone(), address, &limits(), listening, std::future::ready(()));
    ended.unwrap();
}

/// The head of an answer.
fn answer(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    String::from_utf8(head).unwrap()
}

/// What is left of the body would be read as the next request, so the client is told that there is none.
#[test]
fn a_body_that_is_too_large_is_refused_before_it_comes_and_the_connection_ends() {
    const MOST: usize = 1000;
    let server = Server::with(Limits { max_request_bytes: MOST, ..limits() });
    let with = |line: &str, head: String| head.replace("\r\n\r\n", &format!("\r\n{line}\r\n\r\n"));
    let ended = |head: &str| head.contains("\r\nconnection: close\r\n");
    let large = head(MOST + 1);
    for head in [large.clone(), with("expect: 100-continue", large)] {
        let mut stream = connect(&server);
        stream.write_all(head.as_bytes()).unwrap();
        let answer = answer(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 413") && ended(&answer), "{answer}");
    }
    // One that does not say how long it is.
    let mut stream = connect(&server);
    stream.write_all(head(0).replace("content-length: 0", "transfer-encoding: chunked").as_bytes()).unwrap();
    stream.write_all(format!("{:x}\r\n{}\r\n", MOST + 1, " ".repeat(MOST + 1)).as_bytes()).unwrap();
    let told = answer(&mut stream);
    assert!(told.starts_with("HTTP/1.1 413") && ended(&told), "{told}");
    // A message of gRPC-Web, over the same kind of connection.
    let mut stream = connect(&server);
    let path = "/cicatrix.v1.ProtocolService/GenerateProtocol";
    let web = head(2 * MOST).replace("/v1/protocols:generate", path).replace("/json", "/grpc-web+proto");
    stream.write_all(web.as_bytes()).unwrap();
    stream.write_all(&[0, 0, 0, 7, 0xd0]).unwrap();
    let told = answer(&mut stream);
    assert!(told.contains("grpc-status: 8") && ended(&told), "{told}");
    // Who sends all of it before reading anything is told too.
    for _ in 0..5 {
        let body = vec![b' '; 5_000_000];
        let mut stream = connect(&server);
        stream.write_all(head(body.len()).as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        let told = answer(&mut stream);
        assert!(told.starts_with("HTTP/1.1 413"), "{told}");
    }
    // What can be read keeps its connection, whatever becomes of it.
    let mut stream = connect(&server);
    let last = with("connection: close", head(2));
    stream.write_all(format!("{}{{}}{last}{{}}", head(2)).as_bytes()).unwrap();
    let answers = rest(&mut stream);
    assert_eq!(answers.matches("HTTP/1.1 400").count(), 2, "{answers}");
}

/// What somebody between could read in another way is not read at all, and nothing follows it.
#[test]
fn codings_that_are_not_read_are_refused() {
    let server = Server::start();
    for coding in ["gzip, chunked", "identity", "chunked, chunked"] {
        let mut stream = connect(&server);
        let head = head(0).replace("content-length: 0", &format!("transfer-encoding: {coding}"));
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(b"2\r\n{}\r\n0\r\n\r\n").unwrap();
        let answer = rest(&mut stream);
        // What the transport itself refuses has no words of ours.
        assert!(answer.starts_with("HTTP/1.1 501") || answer.starts_with("HTTP/1.1 400"), "{coding}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 400") || answer.contains("UNSUPPORTED_TRANSFER"), "{coding}: {answer}");
    }
    for (charset, status) in [("utf-8", "400"), ("\"UTF-8\"", "400"), ("utf-16", "415"), ("latin1", "415")] {
        let mut stream = connect(&server);
        let json = format!("application/json; charset={charset}\r\nconnection: close");
        stream.write_all(head(2).replace("application/json", &json).as_bytes()).unwrap();
        stream.write_all(b"{}").unwrap();
        let answer = rest(&mut stream);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{charset}: {answer}");
    }
}
