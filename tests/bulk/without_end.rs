//! Streams without an end: who does not read, who goes away, and how they are ended.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use cicatrix::{
    serve::Limits,
    wire::{UnreadRequest, v1::protocol_service_client::ProtocolServiceClient as Protocols},
};
use futures_util::{Stream, StreamExt as _, stream};
use prost::Message as _;
use serde_json::Value;
use tonic::{Code, transport::Channel};
use tonic_types::StatusExt as _;

use crate::{
    ROUTE, client, lines_of, posting,
    server::{Server, limits},
    support::request,
};

/// Counts what is taken of an endless supply.
fn endless<T: Clone + Send + Sync + 'static>(
    item: T,
) -> (Arc<AtomicUsize>, impl Stream<Item = T> + Send + Sync + 'static) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let supply = stream::repeat(item).inspect(move |_| {
        counted.fetch_add(1, Relaxed);
    });
    (count, supply)
}

/// Waits until the count stands still, and gives it.
async fn settled(count: &AtomicUsize) -> usize {
    let mut last = usize::MAX;
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let seen = count.load(Relaxed);
        if seen == last && seen > 0 {
            return seen;
        }
        last = seen;
    }
    panic!("{last} were taken and it does not end");
}

/// A request of 16 kB and an answer of 100 kB: what the transport holds is counted in bytes.
fn bulky() -> UnreadRequest {
    let mut bytes = UnreadRequest::from(request()).encode_to_vec();
    // A field that nobody knows, which protobuf passes over.
    prost::encoding::bytes::encode(1000, &vec![0_u8; 16 * 1024], &mut bytes);
    UnreadRequest::from(Bytes::from(bytes))
}

/// What the transport holds besides: about a megabyte of requests, most of it in the client, and three of answers.
const IN_TRANSPORT: usize = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_not_read_from() {
    let server = Server::with(Limits { bulk_in_flight: 4, ..limits() });
    let channel = server.channel().await;
    let (count, items) = endless(bulky());
    let mut answers = Protocols::new(channel.clone()).generate_protocols(items).await.unwrap().into_inner();
    let taken = settled(&count).await;
    assert!(taken < IN_TRANSPORT, "{taken} were taken while nothing was read");
    // The others on the same connection are not held up.
    let mut other = Protocols::new(channel);
    tokio::time::timeout(Duration::from_secs(5), other.generate_protocol(request())).await.unwrap().unwrap();
    // Reading sets it going again.
    for index in 0..i32::try_from(taken).unwrap() + 50 {
        assert_eq!(answers.message().await.unwrap().unwrap().index, Some(index));
    }
    assert!(count.load(Relaxed) > taken);

    let line = format!("{}\n", serde_json::to_string(&request()).unwrap());
    let (count, body) = endless(Bytes::from(line));
    let mut response = posting(&server, lines_of(body)).send().await.unwrap();
    let taken = settled(&count).await;
    // Here the sockets of the operating system hold megabytes.
    assert!(taken < 8000, "{taken} were taken while nothing was read");
    let mut read = 0;
    while count.load(Relaxed) == taken && read < 400_000_000 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
    assert!(count.load(Relaxed) > taken, "{read} bytes were read and nothing more is taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_makes_room() {
    let server = Server::with(Limits { bulk_streams: 1, ..limits() });
    let mut other = client(&server).await;
    let address = server.address;
    for _ in 0..3 {
        for by_grpc in [true, false] {
            // A client of its own, which ends with all that it holds.
            let (begun, waits) = std::sync::mpsc::channel();
            let (go, goes) = std::sync::mpsc::channel::<()>();
            let away = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
                let holds = runtime.block_on(begin(address, by_grpc));
                begun.send(()).unwrap();
                goes.recv().unwrap();
                runtime.shutdown_background();
                drop(holds);
            });
            tokio::task::block_in_place(|| waits.recv()).unwrap();
            // There is room for one only.
            let status = other.generate_protocols(stream::empty()).await.unwrap_err();
            assert_eq!(status.code(), Code::ResourceExhausted);
            let details = status.get_error_details();
            assert_eq!(details.error_info().unwrap().reason, "TOO_MANY_STREAMS");
            assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_secs(1)));
            let refused = posting(&server, "{}").send().await.unwrap();
            assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"1".parse().unwrap()));
            go.send(()).unwrap();
            tokio::task::block_in_place(|| away.join()).unwrap();
            free(&server).await;
        }
    }
}

/// Begins a stream without an end and reads its first answer.
async fn begin(address: std::net::SocketAddr, by_grpc: bool) -> Box<dyn std::any::Any> {
    if by_grpc {
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        let (_, items) = endless(UnreadRequest::from(request()));
        let mut answers = Protocols::new(channel).generate_protocols(items).await.unwrap().into_inner();
        answers.message().await.unwrap().unwrap();
        Box::new(answers)
    } else {
        let (_, body) = endless(Bytes::from_static(b"{}\n"));
        let post = reqwest::Client::new().post(format!("http://{address}{ROUTE}"));
        let post = post.header("content-type", "application/x-ndjson").body(lines_of(body));
        let mut response = post.send().await.unwrap();
        response.chunk().await.unwrap().unwrap();
        Box::new(response)
    }
}

/// Waits until a stream is answered.
async fn free(server: &Server) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while posting(server, "{}").send().await.unwrap().status() != 200 {
        assert!(Instant::now() < deadline, "the stream is still worked on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // That one is not over at the moment its answer is there.
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn draining_answers_what_was_taken_and_says_how_much() {
    // Long enough for a machine that is busy with other tests; cut off, neither stream would say how much was answered.
    let drain_timeout = Duration::from_secs(120);
    let mut server = Server::with(Limits { drain_timeout, ..limits() });
    let (_, items) = endless(UnreadRequest::from(request()));
    let mut by_grpc = client(&server).await.generate_protocols(items).await.unwrap().into_inner();
    let (_, body) = endless(Bytes::from_static(b"{}\n"));
    let mut by_rest = posting(&server, lines_of(body)).send().await.unwrap();
    by_grpc.message().await.unwrap().unwrap();
    by_rest.chunk().await.unwrap().unwrap();
    let begun = Instant::now();
    server.ask_to_stop();
    let rest = tokio::spawn(async move {
        let mut text = Vec::new();
        while let Some(part) = by_rest.chunk().await.unwrap() {
            text.extend_from_slice(&part);
        }
        String::from_utf8(text).unwrap()
    });
    let mut read = 1;
    let status = loop {
        match by_grpc.message().await {
            Ok(answer) => assert_eq!(answer.expect("an error ends it").index, Some(read)),
            Err(status) => break status,
        }
        read += 1;
    };
    assert_eq!(status.code(), Code::Unavailable);
    let says = |count: i32| format!("the server ends; the first {count} requests are answered, send the others again");
    assert_eq!(status.message(), says(read));
    let text = rest.await.unwrap();
    let mut lines: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let last = lines.pop().unwrap();
    let taken = lines.last().unwrap()["index"].as_i64().unwrap() + 1;
    assert_eq!(last["index"], Value::Null);
    assert_eq!(last["error"]["code"], 503);
    assert_eq!(last["error"]["message"], says(i32::try_from(taken).unwrap()));
    tokio::task::spawn_blocking(move || server.wait()).await.unwrap();
    assert!(begun.elapsed() < drain_timeout / 2, "it drained for {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_stream_ends_at_its_deadline_or_when_it_stands_still() {
    let server = Server::start();
    // The deadline of the caller is that of the whole stream.
    let mut call = tonic::Request::new(stream::pending::<UnreadRequest>());
    call.metadata_mut().insert("grpc-timeout", "200m".parse().unwrap());
    let mut answers = client(&server).await.generate_protocols(call).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap_err().code(), Code::DeadlineExceeded);
    let pending = || lines_of(stream::iter([Bytes::from_static(b"{}\n")]).chain(stream::pending()));
    let response = posting(&server, pending()).header("grpc-timeout", "200m").send().await.unwrap();
    assert_eq!(last_error(response).await, (1, 504, "DEADLINE_EXCEEDED".to_owned()));

    // Ours is for standing still: the time of one request is not that of a million.
    // Long enough for a machine that is busy with other tests.
    let limits = Limits { bulk_idle: Duration::from_millis(800), deadline: Duration::from_millis(800), ..limits() };
    let server = Server::with(limits);
    let response = posting(&server, pending()).send().await.unwrap();
    assert_eq!(last_error(response).await, (1, 504, "SILENT_STREAM".to_owned()));
    let mut answers = client(&server).await.generate_protocols(stream::pending()).await.unwrap().into_inner();
    let status = answers.message().await.unwrap_err();
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "SILENT_STREAM");
    let slow = stream::unfold(0, |sent| async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        (sent < 6).then(|| (UnreadRequest::from(request()), sent + 1))
    });
    let mut answers = client(&server).await.generate_protocols(slow).await.unwrap().into_inner();
    for index in 0..6 {
        assert_eq!(answers.message().await.unwrap().unwrap().index, Some(index));
    }
    assert!(answers.message().await.unwrap().is_none());
}

/// How many lines there were before the last, and the code and the reason of that.
async fn last_error(response: reqwest::Response) -> (usize, u64, String) {
    // What the server throws away after the end is not waited for.
    let text = response.text().await.unwrap();
    let lines: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let (last, before) = lines.split_last().unwrap();
    assert_eq!(last.get("index"), None);
    let error = &last["error"];
    (before.len(), error["code"].as_u64().unwrap(), error["details"][0]["reason"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_time_without_end_is_no_end() {
    let server = Server::with(Limits { bulk_idle: Duration::MAX, ..limits() });
    let answers = super::post(&server, "{}\n{}\n").await;
    assert_eq!(answers.len(), 2);
}
