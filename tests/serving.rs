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
