//! Connections: how many, how old, and what half a request may hold.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use cicatrix::{serve::Limits, wire::v1::protocol_service_client::ProtocolServiceClient};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::{
    connect, figure,
    server::{Server, limits},
    support::request,
    with_admin,
};

/// Watching needs no credentials and has no end, so it has bounds; asking once has none.
#[tokio::test]
async fn who_only_watches_takes_no_more_than_its_share() {
    use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    for limits in
        [Limits { watches: 3, watches_of_one: 100, ..limits() }, Limits { watches: 100, watches_of_one: 3, ..limits() }]
    {
        let server = with_admin(limits);
        let channel = server.channel().await;
        let (mut health, mut reflection) =
            (HealthClient::new(channel.clone()), ServerReflectionClient::new(channel.clone()));
        let mut open = Vec::new();
        for _ in 0..2 {
            let mut told = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
            told.message().await.unwrap().unwrap();
            open.push(told);
        }
        let _described = reflection.server_reflection_info(futures_util::stream::pending()).await.unwrap();
        let refused = [
            health.watch(HealthCheckRequest::default()).await.unwrap_err(),
            reflection.server_reflection_info(futures_util::stream::pending()).await.unwrap_err(),
        ];
        for status in refused {
            let details = status.get_error_details();
            assert_eq!(status.code(), Code::ResourceExhausted);
            assert_eq!(details.error_info().unwrap().reason, "TOO_MANY_WATCHES");
            assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_secs(1)));
        }
        assert_eq!(figure(&server, "cicatrix_refused_total{reason=\"watches\"}").await, 2.0);
        // Probes and requests go on, and probes are small.
        health.check(HealthCheckRequest::default()).await.unwrap();
        let large = health.check(HealthCheckRequest { service: "x".repeat(20_000) }).await.unwrap_err();
        assert_eq!(large.get_error_details().error_info().unwrap().reason, "BODY_TOO_LARGE");
        assert!(large.message().contains("16384"), "{large:?}");
        assert_eq!(reqwest::get(server.url("/readyz")).await.unwrap().status(), 200);
        ProtocolServiceClient::new(channel).generate_protocol(request()).await.unwrap();
        // Who hangs up makes room.
        drop(open);
        let mut tries = 0;
        while health.watch(HealthCheckRequest::default()).await.is_err() {
            tries += 1;
            assert!(tries < 100, "there is no room again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[test]
fn half_a_beginning_is_cut_off() {
    let server = Server::with(Limits { first_byte: Duration::from_millis(100), ..limits() });
    // Each could still become HTTP/2.
    for half in ["P", "PRI * HTTP/2.0\r\n"] {
        let mut stream = connect(&server);
        stream.write_all(half.as_bytes()).unwrap();
        let mut rest = Vec::new();
        assert_eq!(stream.read_to_end(&mut rest).unwrap(), 0, "{half}");
    }
}

#[test]
fn a_connection_that_is_old_is_ended_between_two_requests() {
    let server = Server::with(Limits { max_connection_age: Duration::from_millis(300), ..limits() });
    let mut stream = connect(&server);
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let begun = Instant::now();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.starts_with(b"HTTP/1.1 200"));
    assert!((200..2000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn callers_of_an_old_connection_come_back() {
    let server = Server::with(Limits { max_connection_age: Duration::from_millis(200), ..limits() });
    let mut client = ProtocolServiceClient::new(server.channel().await);
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_millis(1500) {
        if let Err(status) = client.generate_protocol(request()).await {
            // What a client still holds when its connection ends was never sent: it is the client's to send again.
            assert!(
                status.code() == Code::Cancelled && format!("{status:?}").contains("connection closed"),
                "{status:?}"
            );
            client.generate_protocol(request()).await.unwrap();
        }
        count += 1;
    }
    assert!(count > 5);
}

/// Whoever only holds connections of the admin port keeps no probe out.
#[tokio::test]
async fn probes_are_answered_whoever_holds_connections() {
    let server = with_admin(limits());
    let admin = server.admin.unwrap();
    let silent: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(admin).unwrap()).collect();
    for path in ["healthz", "readyz", "metrics"] {
        let asked = reqwest::Client::new().get(format!("http://{admin}/{path}")).timeout(Duration::from_secs(2));
        assert_eq!(asked.send().await.unwrap().status(), 200, "{path}");
    }
    drop(silent);
}
