//! What a stream costs its caller, and what is told of it: its items, its room, and how it ended.

use std::time::{Duration, Instant};

use bytes::Bytes;
use cicatrix::{
    serve::{Admin, Around, Limits},
    wire::UnreadRequest,
};
use futures_util::{StreamExt as _, stream};

use crate::{
    client, lines_of, post, posting,
    server::{Server, limits},
    support::request,
};

fn measured(limits: Limits) -> Server {
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    Server::around(limits, Around { admin, ..Around::default() })
}

/// One figure of the admin port; 0 when it is not there.
async fn figure(server: &Server, name: &str) -> f64 {
    let url = format!("http://{}/metrics", server.admin.unwrap());
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|it| it.strip_prefix(name).and_then(|it| it.strip_prefix(' ')));
    line.map_or(0.0, |it| it.parse().unwrap())
}

#[tokio::test]
async fn a_stream_waits_for_the_rate_of_its_caller() {
    // Standing still for want of a turn is not the fault of the caller.
    let idle = Duration::from_millis(150);
    let server = Server::with(Limits { rate_per_second: 5, burst: 5, bulk_idle: idle, ..limits() });
    let begun = Instant::now();
    // Five at once, the other five a fifth of a second apart.
    assert_eq!(post(&server, "{}\n".repeat(10)).await.len(), 10);
    assert!(begun.elapsed() >= Duration::from_millis(900), "ten were answered in {:?}", begun.elapsed());
    // By gRPC, from the same account.
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_millis(250)).await;
    let items = stream::iter((0..5).map(|_| UnreadRequest::from(request())));
    let mut answers = client(&server).await.generate_protocols(items).await.unwrap().into_inner();
    for index in 0..5 {
        assert_eq!(answers.message().await.unwrap().unwrap().index, Some(index));
    }
    assert!(answers.message().await.unwrap().is_none());
    assert!(begun.elapsed() >= Duration::from_millis(900), "five were answered in {:?}", begun.elapsed());
}

#[tokio::test]
async fn one_caller_leaves_room_for_the_streams_of_others() {
    let server = measured(Limits { bulk_streams: 4, ..limits() });
    let pending = || lines_of(stream::iter([Bytes::from_static(b"{}\n")]).chain(stream::pending()));
    let mut open = Vec::new();
    for _ in 0..2 {
        let response = posting(&server, pending()).send().await.unwrap();
        assert_eq!(response.status(), 200);
        open.push(response);
    }
    assert_eq!(posting(&server, "{}").send().await.unwrap().status(), 429);
    assert_eq!(figure(&server, "cicatrix_refused_total{reason=\"streams\"}").await, 1.0);
    // Somebody else, who comes from elsewhere.
    let other = reqwest::Client::builder().local_address(std::net::IpAddr::from([127, 0, 0, 2]));
    let call = other.build().unwrap().post(server.url(crate::ROUTE)).header("content-type", "application/x-ndjson");
    assert_eq!(call.body("{}").send().await.unwrap().status(), 200);
    drop(open);
}

#[tokio::test]
async fn a_stream_is_counted_when_it_ends_and_as_it_ended() {
    let server = measured(limits());
    let series = |door: &str, code: &str| {
        format!("cicatrix_requests_total{{rpc=\"GenerateProtocols\",door=\"{door}\",code=\"{code}\"}}")
    };
    let mut call = tonic::Request::new(stream::pending::<UnreadRequest>());
    call.metadata_mut().insert("grpc-timeout", "300m".parse().unwrap());
    let mut by_grpc = client(&server).await.generate_protocols(call).await.unwrap().into_inner();
    let pending = lines_of(stream::pending());
    let by_rest = posting(&server, pending).header("grpc-timeout", "300m").send().await.unwrap();
    for door in ["grpc", "rest"] {
        assert_eq!(figure(&server, &series(door, "OK")).await, 0.0, "counted before its end");
    }
    assert!(by_grpc.message().await.is_err());
    assert!(by_rest.text().await.unwrap().contains("DEADLINE_EXCEEDED"));
    assert_eq!(post(&server, "{}").await.len(), 1);
    for (door, code, count) in
        [("grpc", "DEADLINE_OF_CALLER", 1.0), ("rest", "DEADLINE_OF_CALLER", 1.0), ("rest", "OK", 1.0)]
    {
        assert_eq!(figure(&server, &series(door, code)).await, count, "{door} {code}");
        let sum = format!("cicatrix_request_duration_seconds_sum{{rpc=\"GenerateProtocols\",door=\"{door}\"}}");
        assert!(figure(&server, &sum).await >= 0.3, "{door}: the time of the head");
    }
    // Whoever goes away before the end is counted as well, once.
    drop(posting(&server, lines_of(stream::pending())).send().await.unwrap());
    let count = "cicatrix_request_duration_seconds_count{rpc=\"GenerateProtocols\",door=\"rest\"}";
    let begun = Instant::now();
    while figure(&server, count).await < 3.0 {
        assert!(begun.elapsed() < Duration::from_secs(5), "it is not counted");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(figure(&server, "cicatrix_requests_in_flight").await, 0.0);
}
