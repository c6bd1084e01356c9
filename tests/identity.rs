//! Who may ask: tokens, keys and certificates at both doors, over real sockets, and every way to be turned away.

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
#[path = "identity/renewed.rs"]
mod renewed;
#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;

use std::{path::PathBuf, time::Duration};

use cicatrix::{
    serve::{Around, Credentials, Guard, Jwks, Jwt},
    wire::v1::{
        self, classification_service_client::ClassificationServiceClient,
        knowledge_service_client::KnowledgeServiceClient, protocol_service_client::ProtocolServiceClient,
    },
};
use identity::{AUDIENCE, ISSUER, Scratch, Signer, claims, key_set, now};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use server::{Server, limits};
use sha2::{Digest as _, Sha256};
use support::request;
use tonic::Code;
use tonic_types::StatusExt as _;

/// Looks again and again, for what another thread brings about.
async fn eventually(so: impl AsyncFn() -> bool) {
    for _ in 0..100 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn hash(key: &str) -> String {
    Sha256::digest(key).iter().map(|it| format!("{it:02x}")).collect()
}

fn jwt(jwks: PathBuf) -> Option<Jwt> {
    Some(Jwt { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), jwks: Jwks::File(jwks) })
}

fn guarded(how: Credentials) -> Server {
    Server::around(limits(), Around { guard: Guard::new(how).unwrap(), ..Around::default() })
}

/// One way to say who asks.
type Sent<'a> = &'a [(&'static str, &'a str)];

/// HTTP status, code and reason.
async fn by_rest(server: &Server, method: &str, path: &str, sent: Sent<'_>) -> (u16, String, String) {
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let request_of = |it: &str| client.request(it.parse().unwrap(), server.url(path));
    let mut call = if method == "POST" { request_of("POST").json(&request()) } else { request_of(method) };
    for (name, value) in sent {
        call = call.header(*name, *value);
    }
    let response = call.send().await.unwrap();
    let status = response.status().as_u16();
    let challenge = response.headers().get("www-authenticate").map(|it| it.to_str().unwrap().to_owned());
    if status == 200 {
        assert_eq!(challenge, None);
        return (status, "OK".to_owned(), String::new());
    }
    let error: Value = response.json().await.unwrap();
    let reason = &error["error"]["details"][0]["reason"];
    // RFC 6750, 3.1.
    let scope = &error["error"]["details"][0]["metadata"]["scope"];
    let expected = match reason.as_str().unwrap() {
        "NO_CREDENTIALS" => Some("Bearer".to_owned()),
        "BAD_CREDENTIALS" => Some("Bearer error=\"invalid_token\"".to_owned()),
        "MISSING_SCOPE" => Some(format!("Bearer error=\"insufficient_scope\", scope={scope}")),
        _ => None,
    };
    assert_eq!(challenge, expected);
    (status, error["error"]["status"].as_str().unwrap().to_owned(), reason.as_str().unwrap().to_owned())
}

/// Code and reason.
async fn by_grpc(server: &Server, sent: Sent<'_>) -> (Code, String) {
    let mut call = tonic::Request::new(request());
    for (name, value) in sent {
        call.metadata_mut().insert(*name, value.parse().unwrap());
    }
    match ProtocolServiceClient::new(server.channel().await).generate_protocol(call).await {
        Ok(_) => (Code::Ok, String::new()),
        Err(status) => (status.code(), status.get_error_details().error_info().unwrap().reason.clone()),
    }
}

/// Both doors let this caller plan, or both say the same why not.
async fn both(server: &Server, sent: Sent<'_>) -> (u16, String) {
    let (http, code, reason) = by_rest(server, "POST", "/v1/protocols:generate", sent).await;
    let (grpc, same) = by_grpc(server, sent).await;
    let named = match grpc {
        Code::Ok => "OK",
        Code::Unauthenticated => "UNAUTHENTICATED",
        Code::PermissionDenied => "PERMISSION_DENIED",
        other => panic!("{other:?}"),
    };
    assert_eq!((code.as_str(), &reason), (named, &same));
    (http, reason)
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn tokens_of_every_algorithm_are_taken_at_both_doors() {
    let scratch = Scratch::new("algorithms");
    let algorithms = [Algorithm::ES256, Algorithm::ES384, Algorithm::RS256, Algorithm::RS384, Algorithm::EdDSA];
    let ids = ["a", "b", "c", "d", "e"];
    let signers: Vec<Signer> = ids.into_iter().zip(algorithms).map(|(id, it)| Signer::new(id, it)).collect();
    let jwks = scratch.file("jwks.json", key_set(&signers.iter().collect::<Vec<_>>()));
    let server = guarded(Credentials { jwt: jwt(jwks), ..Credentials::default() });
    for it in &signers {
        let token = bearer(&it.token("emr", "openid protocols"));
        // The second time it is remembered.
        for _ in 0..2 {
            assert_eq!(both(&server, &[("authorization", &token)]).await.0, 200, "{:?}", it.algorithm);
        }
    }
    // Scopes as a list, as some issuers write them, and no key id where one key fits.
    let mut said = claims("emr", "");
    said["scp"] = json!(["protocols"]);
    said["scope"] = Value::Null;
    let token = encode(&Header::new(Algorithm::ES256), &said, &signers[0].key).unwrap();
    assert_eq!(both(&server, &[("authorization", &bearer(&token))]).await.0, 200);
}

#[tokio::test]
async fn tokens_that_are_not_good_are_turned_away_alike() {
    let scratch = Scratch::new("bad-tokens");
    let (ours, theirs) = (Signer::new("k1", Algorithm::ES256), Signer::new("k1", Algorithm::ES256));
    let rsa = Signer::new("k2", Algorithm::RS256);
    let jwks = scratch.file("jwks.json", key_set(&[&ours, &rsa]));
    let server = guarded(Credentials { jwt: jwt(jwks), ..Credentials::default() });
    let with = |change: &dyn Fn(&mut Value)| {
        let mut said = claims("emr", "protocols");
        change(&mut said);
        ours.sign(&said)
    };
    let good = ours.token("emr", "protocols");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let unsigned = {
        // {"alg":"none"}
        let (_, rest) = good.split_once('.').unwrap();
        let (body, _) = rest.rsplit_once('.').unwrap();
        format!("eyJhbGciOiJub25lIn0.{body}.")
    };
    // The public key as the secret of a symmetric algorithm: the oldest trick.
    let public = rsa.jwk()["n"].as_str().unwrap().to_owned();
    let confused = Header { kid: Some("k2".to_owned()), ..Header::new(Algorithm::HS256) };
    let confused =
        encode(&confused, &claims("emr", "protocols"), &EncodingKey::from_secret(public.as_bytes())).unwrap();
    let other_kind = Header { kid: Some("k2".to_owned()), ..Header::new(Algorithm::ES256) };
    let other_kind = encode(&other_kind, &claims("emr", "protocols"), &ours.key).unwrap();
    let other_hash = Header { kid: Some("k2".to_owned()), ..Header::new(Algorithm::RS384) };
    let other_hash = encode(&other_hash, &claims("emr", "protocols"), &rsa.key).unwrap();
    let unknown = Header { kid: Some("k9".to_owned()), ..ours.header() };
    let unknown = encode(&unknown, &claims("emr", "protocols"), &ours.key).unwrap();
    let critical = Header { crit: Some(vec!["exp".to_owned()]), ..ours.header() };
    let critical = encode(&critical, &claims("emr", "protocols"), &ours.key).unwrap();
    for (what, token) in [
        ("expired", with(&|it| it["exp"] = json!(now() - 120))),
        ("without an end", with(&|it| drop(it.as_object_mut().unwrap().remove("exp")))),
        ("not valid yet", with(&|it| it["nbf"] = json!(now() + 600))),
        ("another issuer", with(&|it| it["iss"] = json!("https://evil.example"))),
        ("no issuer", with(&|it| drop(it.as_object_mut().unwrap().remove("iss")))),
        ("another audience", with(&|it| it["aud"] = json!("billing"))),
        ("no audience", with(&|it| drop(it.as_object_mut().unwrap().remove("aud")))),
        (
            "nobody",
            with(&|it| {
                it.as_object_mut().unwrap().remove("sub");
                it.as_object_mut().unwrap().remove("client_id");
            }),
        ),
        ("signed by another", theirs.token("emr", "protocols")),
        ("unsigned", unsigned),
        ("cut off", signed.to_owned()),
        ("another signature", format!("{signed}.{}", signature.chars().rev().collect::<String>())),
        ("confused", confused),
        ("another kind of key", other_kind),
        ("another hash", other_hash),
        ("unknown key", unknown),
        ("critical", critical),
        ("nothing", String::new()),
        ("nonsense", "a.b.c".to_owned()),
    ] {
        let told = both(&server, &[("authorization", &bearer(&token))]).await;
        assert_eq!(told, (401, "BAD_CREDENTIALS".to_owned()), "{what}");
    }
    assert_eq!(both(&server, &[]).await, (401, "NO_CREDENTIALS".to_owned()));
    assert_eq!(both(&server, &[("authorization", "Basic YTpi")]).await, (401, "BAD_CREDENTIALS".to_owned()));
    // A time may have a fraction (RFC 7519, 2).
    let broken = with(&|it| it["exp"] = json!(now() as f64 + 60.5));
    assert_eq!(both(&server, &[("authorization", &bearer(&broken))]).await.0, 200);
    // Clocks may differ by a minute.
    let late = with(&|it| it["exp"] = json!(now() - 20));
    assert_eq!(both(&server, &[("authorization", &bearer(&late))]).await.0, 200);
}

#[tokio::test]
async fn a_scope_opens_its_own_services_and_no_others() {
    let scratch = Scratch::new("scopes");
    let signer = Signer::new("k", Algorithm::EdDSA);
    let jwks = scratch.file("jwks.json", key_set(&[&signer]));
    let server = guarded(Credentials { jwt: jwt(jwks), ..Credentials::default() });
    let calls = [
        ("POST", "/v1/scars:classify", "classify"),
        ("POST", "/v1/protocols:generate", "protocols"),
        ("POST", "/v1/protocols:check", "protocols"),
        ("POST", "/v1/protocols:batchGenerate", "protocols"),
        ("GET", "/v1/knowledge", "knowledge"),
        ("GET", "/v1/procedures", "knowledge"),
        ("GET", "/v1/procedures/mnrf", "knowledge"),
        ("GET", "/v1/rules", "knowledge"),
        ("GET", "/v1/rules/PREG-02", "knowledge"),
        ("GET", "/v1/citations", "knowledge"),
    ];
    for scope in ["classify", "protocols", "knowledge", "openid"] {
        let token = bearer(&signer.token("emr", scope));
        for (method, path, needs) in calls {
            let (http, _, reason) = by_rest(&server, method, path, &[("authorization", &token)]).await;
            let refused = (http, reason.as_str()) == (403, "MISSING_SCOPE");
            assert_eq!(refused, scope != needs, "{path} with {scope}: {http} {reason}");
        }
        let mut call = tonic::Request::new(v1::GetKnowledgeRequest {});
        call.metadata_mut().insert("authorization", token.parse().unwrap());
        let told = KnowledgeServiceClient::new(server.channel().await).get_knowledge(call).await;
        assert_eq!(told.is_ok(), scope == "knowledge");
        assert!(told.err().is_none_or(|it| it.code() == Code::PermissionDenied && it.message().contains("knowledge")));
        let mut call = tonic::Request::new(v1::ClassifyScarsRequest::default());
        call.metadata_mut().insert("authorization", token.parse().unwrap());
        let told = ClassificationServiceClient::new(server.channel().await).classify_scars(call).await.unwrap_err();
        assert_eq!(told.code() == Code::PermissionDenied, scope != "classify");
    }
    // A stranger does not learn what is there; whoever is known does.
    assert_eq!(by_rest(&server, "GET", "/v1/nothing", &[]).await.0, 401);
    let token = bearer(&signer.token("emr", ""));
    assert_eq!(by_rest(&server, "GET", "/v1/nothing", &[("authorization", &token)]).await.0, 404);
}

#[tokio::test]
async fn probes_and_papers_need_nothing() {
    let scratch = Scratch::new("open");
    let keys = format!("[[key]]\nname = \"emr\"\nscopes = [\"protocols\"]\nsha256 = \"{}\"\n", hash("k"));
    let keys = scratch.file("keys.toml", keys);
    let server = guarded(Credentials { api_keys: Some(keys), ..Credentials::default() });
    for path in ["/healthz", "/readyz", "/openapi.json", "/docs"] {
        assert_eq!(reqwest::get(server.url(path)).await.unwrap().status(), 200, "{path}");
    }
    let mut health = tonic_health::pb::health_client::HealthClient::new(server.channel().await);
    health.check(tonic_health::pb::HealthCheckRequest::default()).await.unwrap();
}

#[tokio::test]
async fn keys_are_known_by_their_hash() {
    let scratch = Scratch::new("keys");
    let row = |name: &str, scope: &str, key: &str| {
        format!("[[key]]\nname = \"{name}\"\nscopes = [\"{scope}\"]\nsha256 = \"{}\"\n", hash(key))
    };
    let text = row("emr", "protocols", "first-key") + &row("portal", "knowledge", "second-key");
    let keys = scratch.file("keys.toml", text);
    let server = guarded(Credentials { api_keys: Some(keys), ..Credentials::default() });
    assert_eq!(both(&server, &[("x-api-key", "first-key")]).await.0, 200);
    assert_eq!(both(&server, &[("x-api-key", "second-key")]).await, (403, "MISSING_SCOPE".to_owned()));
    for bad in ["third-key", "first-key ", &hash("first-key")] {
        let told = both(&server, &[("x-api-key", bad)]).await;
        // White space at the end of a header is not part of it.
        assert_eq!(told.0, if bad.trim() == "first-key" { 200 } else { 401 }, "{bad}");
    }
    // A token is not taken where nobody said whose.
    let token = Signer::new("k", Algorithm::EdDSA).token("emr", "protocols");
    assert_eq!(both(&server, &[("authorization", &bearer(&token))]).await, (401, "BAD_CREDENTIALS".to_owned()));
    // And what was sent counts, not what else was sent.
    let sent: Sent<'_> = &[("authorization", "Bearer x"), ("x-api-key", "first-key")];
    assert_eq!(both(&server, sent).await.0, 401);
}

/// Authorised before the body is read: the answer comes while the body has not.
#[test]
fn nobody_has_to_send_a_body_to_be_turned_away() {
    use std::io::{Read as _, Write as _};
    let scratch = Scratch::new("before-body");
    let keys = format!("[[key]]\nname = \"emr\"\nscopes = [\"knowledge\"]\nsha256 = \"{}\"\n", hash("k"));
    let keys = scratch.file("keys.toml", keys);
    let server = guarded(Credentials { api_keys: Some(keys), ..Credentials::default() });
    for (key, status) in [("wrong", "401"), ("k", "403")] {
        let mut stream = std::net::TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let head = format!(
            "POST /v1/protocols:generate HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-length: 2000000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(std::str::from_utf8(&answer).unwrap(), format!("HTTP/1.1 {status}"));
    }
}

/// Whoever looks at the other one of two would see another caller; one that is empty says nothing.
#[tokio::test]
async fn credentials_stand_once_and_hold_something() {
    let scratch = Scratch::new("once");
    let signer = Signer::new("a", Algorithm::ES256);
    let jwks = scratch.file("jwks.json", key_set(&[&signer]));
    let row = format!("[[key]]\nname = \"emr\"\nscopes = [\"protocols\"]\nsha256 = \"{}\"\n", hash("good"));
    let api_keys = Some(scratch.file("keys.toml", row));
    let server = guarded(Credentials { jwt: jwt(jwks), api_keys, ..Credentials::default() });
    let token = bearer(&signer.token("emr", "protocols"));
    let bad = (401, "BAD_CREDENTIALS".to_owned());
    for (name, good) in [("x-api-key", "good"), ("authorization", token.as_str())] {
        assert_eq!(both(&server, &[(name, good)]).await.0, 200);
        for other in ["bad", good] {
            let by_rest = by_rest(&server, "POST", "/v1/protocols:generate", &[(name, good), (name, other)]).await;
            assert_eq!((by_rest.0, by_rest.2), bad, "{name}");
        }
        assert_eq!(both(&server, &[(name, "")]).await, (401, "NO_CREDENTIALS".to_owned()), "{name}");
    }
    assert_eq!(both(&server, &[("x-api-key", "good"), ("authorization", "")]).await.0, 200);
}

/// At some issuers users choose their names.
#[tokio::test]
async fn a_token_in_the_name_of_a_key_does_not_use_up_what_the_key_may_ask() {
    let scratch = Scratch::new("kinds");
    let signer = Signer::new("a", Algorithm::ES256);
    let jwks = scratch.file("jwks.json", key_set(&[&signer]));
    let row = format!("[[key]]\nname = \"emr\"\nscopes = [\"protocols\"]\nsha256 = \"{}\"\n", hash("good"));
    let api_keys = Some(scratch.file("keys.toml", row));
    let guard = Guard::new(Credentials { jwt: jwt(jwks), api_keys, ..Credentials::default() }).unwrap();
    let limits = cicatrix::serve::Limits { rate_per_second: 1, burst: 1, ..limits() };
    let server = Server::around(limits, Around { guard, ..Around::default() });
    let token = bearer(&signer.token("emr", "protocols"));
    let ask = async |sent: Sent<'_>| by_rest(&server, "POST", "/v1/protocols:generate", sent).await.0;
    for _ in 0..50 {
        if ask(&[("authorization", &token)]).await == 429 {
            break;
        }
    }
    assert_eq!(ask(&[("x-api-key", "good")]).await, 200);
}
