//! Tests of what every request goes through.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, routing::any};
use http::{Request, StatusCode, Version, header};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::{App, Bounds, Told};
use crate::serve::{
    Cors, Doors, Guard,
    given::{Ending, Given},
    guard::Peer,
    metrics::Metrics,
    seat,
};

/// Both doors open on a handler that panics, one that never ends, and one that answers.
fn app() -> App {
    let router = Router::new()
        .route("/panic", any(|| async { panic!("a patient's name") as &'static str }))
        .route("/slow", any(std::future::pending::<&'static str>))
        .route("/works", any(works))
        .route("/quick", any(|| async { "quick" }));
    let bounds = Bounds {
        deadline: Duration::from_millis(50),
        max_bytes: 1000,
        concurrency: 10,
        body_bytes: 1000,
        rate: None,
        log_every: 0,
        watches: 1,
        watches_of_one: 1,
    };
    let doors = Doors { grpc: router.clone(), rest: router };
    let told = Told { metrics: Arc::new(Metrics::default()), traces: None };
    App::new(doors, bounds, Guard::open(), Cors::default(), told)
}

/// Goes on for a while when nobody waits for it.
async fn works() -> &'static str {
    let seat = seat::take();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(seat);
    });
    std::future::pending().await
}

#[tokio::test]
async fn work_that_goes_on_keeps_its_place() {
    let app = app();
    let peer = Arc::new(Peer {
        stranger: Guard::open().callers().named("test"),
        certificate: None,
        ending: Ending::default(),
    });
    let ask = |path: &str| {
        let request = Request::get(path).version(Version::HTTP_2).body(Body::empty()).unwrap();
        app.answer(request, Arc::clone(&peer))
    };
    // One whose work has ended with it gives its place back with its answer.
    drop(ask("/slow").await.unwrap());
    assert_eq!(app.0.metrics.in_flight.get(), 0);
    let late = ask("/works").await.unwrap();
    assert_eq!(late.status(), StatusCode::GATEWAY_TIMEOUT);
    drop(late);
    assert_eq!(app.0.metrics.in_flight.get(), 1);
    // As when its caller hangs up.
    let _ = tokio::time::timeout(Duration::from_millis(10), ask("/works")).await;
    assert_eq!(app.0.metrics.in_flight.get(), 2);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(app.0.metrics.in_flight.get(), 0);
}

#[tokio::test]
async fn what_is_malformed_is_refused() {
    for timeout in ["-1S", "abc", "1", "123456789S"] {
        let (code, status, message) = json_status(send("/quick", &[("grpc-timeout", timeout)]).await).await;
        assert_eq!((code, status.as_str()), (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"), "{timeout}");
        assert!(message.starts_with("grpc-timeout is no time"), "{message}");
    }
    for (written, status) in
        [("+json", "3"), ("+thrift", "3"), ("x", "3"), ("", "0"), ("+proto", "0"), ("+proto;charset=utf-8", "0")]
    {
        let response = send("/quick", &[("content-type", &format!("application/grpc{written}"))]).await;
        let found = response.headers().get("grpc-status").map_or("0", |it| it.to_str().unwrap());
        assert_eq!(found, status, "{written}");
    }
}

async fn send(path: &str, headers: &[(&str, &str)]) -> http::Response<Given> {
    let mut request = Request::get(path).version(Version::HTTP_2);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let stranger = Guard::open().callers().named("test");
    let peer = Arc::new(Peer { stranger, certificate: None, ending: Ending::default() });
    app().answer(request.body(Body::empty()).unwrap(), peer).await.unwrap()
}

async fn json_status(response: http::Response<Given>) -> (StatusCode, String, String) {
    let code = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let error = serde_json::from_slice::<Value>(&body).unwrap()["error"].clone();
    assert_eq!(error["code"], code.as_u16());
    (code, error["status"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_panic_is_internal_and_says_nothing() {
    let response = send("/panic", &[]).await;
    let (code, status, message) = json_status(response).await;
    assert_eq!((code, status.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"));
    assert!(!message.contains("patient"));
    let response = send("/panic", &[("content-type", "application/grpc")]).await;
    assert_eq!((response.status(), &response.headers()["grpc-status"]), (StatusCode::OK, &"13".parse().unwrap()));
}

#[tokio::test]
async fn a_deadline_is_deadline_exceeded() {
    let (code, status, _) = json_status(send("/slow", &[]).await).await;
    assert_eq!((code, status.as_str()), (StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED"));
    let response = send("/slow", &[("content-type", "application/grpc"), ("grpc-timeout", "5m")]).await;
    assert_eq!(response.headers()["grpc-status"], "4");
    // Quick is not quick enough for a nanosecond.
    let response = send("/quick", &[("content-type", "application/grpc"), ("grpc-timeout", "1n")]).await;
    assert_eq!(response.headers()["grpc-status"], "4");
    let response = send("/slow", &[("content-type", "application/grpc-web+proto")]).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/grpc-web+proto");
}

#[tokio::test]
async fn ids_are_carried() {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let response = send("/quick", &[("x-request-id", "abc"), ("traceparent", trace)]).await;
    assert_eq!(response.headers()["x-request-id"], "abc");
    assert_eq!(response.headers()["traceparent"], trace);
    assert!(send("/quick", &[]).await.headers().contains_key("x-request-id"));
}
