//! Streams of callers who were known at the beginning and are not any more.

use std::{
    sync::mpsc::channel,
    time::{Duration, Instant},
};

use cicatrix::{
    serve::{Around, Credentials, Guard, Jwks, Jwt},
    wire::UnreadRequest,
};
use futures_util::stream;
use jsonwebtoken::Algorithm;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::{
    client,
    identity::{AUDIENCE, ISSUER, Scratch, Signer, claims, key_set, now},
    server::{Server, limits},
    support::request,
};

/// How a stream ends that sends an item each tenth of a second, and how many were answered.
async fn ends(server: &Server, name: &'static str, value: &str) -> (Status, u32) {
    let items = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((UnreadRequest::from(request()), ()))
    });
    let mut call = tonic::Request::new(items);
    call.metadata_mut().insert(name, value.parse().unwrap());
    let mut answers = client(server).await.generate_protocols(call).await.unwrap().into_inner();
    let (begun, mut count) = (Instant::now(), 0);
    loop {
        match answers.message().await {
            Ok(answer) => assert!(answer.is_some(), "the stream ended well"),
            Err(status) => return (status, count),
        }
        count += 1;
        assert!(begun.elapsed() < Duration::from_secs(20), "it goes on");
    }
}

fn turned_away((status, count): &(Status, u32)) {
    assert_eq!(status.code(), Code::Unauthenticated, "{status:?}");
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "BAD_CREDENTIALS");
    assert!(*count > 0, "nothing was answered before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_taken_back_ends_its_streams() {
    let scratch = Scratch::new("taken-back");
    let row = |name: &str| {
        let hash: String = Sha256::digest(name).iter().map(|it| format!("{it:02x}")).collect();
        format!("[[key]]\nname = \"{name}\"\nscopes = [\"protocols\"]\nsha256 = \"{hash}\"\n")
    };
    let api_keys = Some(scratch.file("keys.toml", row("one") + &row("other")));
    let guard = Guard::new(Credentials { api_keys, ..Credentials::default() }).unwrap();
    let (ask, asked) = channel();
    let server = Server::around(limits(), Around { guard, reload: Some(asked), ..Around::default() });
    let take_back = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        scratch.file("keys.toml", row("other"));
        ask.send(()).unwrap();
    };
    let (ended, ()) = tokio::join!(ends(&server, "x-api-key", "one"), take_back);
    turned_away(&ended);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_ends_ends_its_streams() {
    let scratch = Scratch::new("token-ends");
    let signer = Signer::new("k", Algorithm::ES256);
    let jwks = Jwks::File(scratch.file("jwks.json", key_set(&[&signer])));
    let jwt = Some(Jwt { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), jwks });
    let guard = Guard::new(Credentials { jwt, ..Credentials::default() }).unwrap();
    let server = Server::around(limits(), Around { guard, ..Around::default() });
    let mut said = claims("emr", "protocols");
    // Clocks may differ by a minute.
    said["exp"] = json!(now() - 57);
    let ended = ends(&server, "authorization", &format!("Bearer {}", signer.sign(&said))).await;
    turned_away(&ended);
}
