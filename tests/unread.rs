//! Answers that nobody takes, and streams without an end: what they hold is given back, and they are ended.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use cicatrix::serve::{Admin, Around, Limits};
use futures_util::stream;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    body::Incoming,
    client::conn::http2::{Builder, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use server::{Server, limits};
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};
use tonic::{Code, Streaming};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse, health_client::HealthClient};
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;

/// Long enough for a machine that is busy with other tests.
const UNREAD: Duration = Duration::from_millis(700);

fn started(limits: Limits) -> Server {
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    Server::around(Limits { unread: UNREAD, ..limits }, Around { admin, ..Around::default() })
}

/// An HTTP/2 connection with little room for each answer, which answers pings; and what is ready when it ends.
async fn connect(server: &Server, room: u32) -> (SendRequest<Empty<Bytes>>, JoinHandle<()>) {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut builder = Builder::new(TokioExecutor::new());
    builder.initial_stream_window_size(room);
    let (send, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
    let ended = tokio::spawn(async move {
        let _ = connection.await;
    });
    (send, ended)
}

async fn get(send: &mut SendRequest<Empty<Bytes>>, server: &Server, path: &str) -> Response<Incoming> {
    let response = send.send_request(Request::get(server.url(path)).body(Empty::new()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    response
}

async fn in_flight(server: &Server) -> u32 {
    let url = format!("http://{}/metrics", server.admin.unwrap());
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|it| it.strip_prefix("cicatrix_requests_in_flight "));
    line.unwrap().parse().unwrap()
}

const LONG: &str = "/v1/rules?pageSize=1000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_not_taken_holds_its_place_and_not_for_ever() {
    let server = started(Limits { concurrency: 3, ..limits() });
    let (mut send, _connection) = connect(&server, 5000).await;
    let mut left = Vec::new();
    for _ in 0..3 {
        left.push(get(&mut send, &server, LONG).await);
    }
    assert_eq!(in_flight(&server).await, 3);
    assert_eq!(reqwest::get(server.url("/v1/knowledge")).await.unwrap().status(), 429, "there was still room");
    let begun = Instant::now();
    while in_flight(&server).await > 0 {
        assert!(begun.elapsed() < 10 * UNREAD, "what nobody takes is still held");
        tokio::time::sleep(UNREAD / 10).await;
    }
    for it in left {
        assert!(it.into_body().collect().await.is_err(), "it was cut short and looks whole");
    }
    // The others on the same connection go on, slowly as they may read.
    let mut slow = get(&mut send, &server, LONG).await.into_body();
    let begun = Instant::now();
    let mut length = 0;
    while let Some(frame) = slow.frame().await {
        length += frame.unwrap().data_ref().map_or(0, Bytes::len);
        if begun.elapsed() < 2 * UNREAD {
            tokio::time::sleep(UNREAD / 10).await;
        }
    }
    assert!(length > 100_000, "{length}");
}

#[tokio::test]
async fn who_was_refused_holds_no_place() {
    let server = started(Limits { rate_per_second: 1, burst: 1, ..limits() });
    let (mut send, _connection) = connect(&server, 0).await;
    let answered = get(&mut send, &server, "/v1/knowledge").await;
    let request = Request::get(server.url("/v1/knowledge")).body(Empty::new()).unwrap();
    let refused = send.send_request(request).await.unwrap();
    assert_eq!((refused.status().as_u16(), in_flight(&server).await), (429, 1));
    drop((answered, refused));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_connection_whose_answers_are_left_is_cut_off() {
    let server = started(Limits { max_connection_age: Duration::from_millis(300), ..limits() });
    // The first is left in the service, the second in the transport.
    for path in [LONG, "/v1/knowledge"] {
        let (mut send, connection) = connect(&server, 1).await;
        let left = get(&mut send, &server, path).await;
        timeout(10 * UNREAD, connection).await.unwrap_or_else(|_| panic!("{path}: still open")).unwrap();
        assert!(left.into_body().collect().await.is_err(), "{path}: it was cut short and looks whole");
    }
}

/// Reads what is told of the health until it ends.
async fn watched(server: &Server) -> Streaming<HealthCheckResponse> {
    let mut client = HealthClient::new(server.channel().await);
    let mut told = client.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    told.message().await.unwrap().unwrap();
    told
}

#[tokio::test]
async fn streams_without_an_end_are_ended_when_their_connection_is_old() {
    let server = started(Limits { max_connection_age: Duration::from_millis(300), ..limits() });
    let mut watched = watched(&server).await;
    let mut reflection = ServerReflectionClient::new(server.channel().await);
    let mut asked = reflection.server_reflection_info(stream::pending()).await.unwrap().into_inner();
    // Idle streams hold no place.
    assert_eq!(in_flight(&server).await, 0);
    let ended = timeout(Duration::from_secs(5), async {
        (watched.message().await.unwrap_err(), asked.message().await.unwrap_err())
    });
    let (health, reflection) = ended.await.unwrap();
    assert_eq!((health.code(), reflection.code()), (Code::Unavailable, Code::Unavailable), "{health:?} {reflection:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_watches_does_not_hold_up_the_end() {
    let drain_timeout = Duration::from_secs(20);
    let mut server = Server::with(Limits { drain_timeout, ..limits() });
    let mut watched = watched(&server).await;
    let begun = Instant::now();
    server.ask_to_stop();
    let status = loop {
        match watched.message().await {
            Ok(told) => assert!(told.is_some(), "it ended without a word"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    drop(watched);
    tokio::task::spawn_blocking(move || server.wait()).await.unwrap();
    assert!(begun.elapsed() < drain_timeout / 2, "it drained for {:?}", begun.elapsed());
}
