//! Keys that are taken anew: from their files, and from the address that is named.

use std::{path::PathBuf, sync::mpsc, time::Duration};

use cicatrix::serve::{Address, Admin, Around, Credentials, Guard, Jwks, Jwt, KnowledgeSource};
use jsonwebtoken::Algorithm;

use super::{
    bearer, by_rest, eventually, hash,
    identity::{self, AUDIENCE, ISSUER, Scratch, Signer, key_set},
    jwt,
    server::{Server, limits},
};

#[tokio::test]
async fn keys_are_taken_anew_when_their_file_changes_and_bad_ones_change_nothing() {
    let scratch = Scratch::new("rotation");
    let row = |key: &str| format!("[[key]]\nname = \"emr\"\nscopes = [\"protocols\"]\nsha256 = \"{}\"\n", hash(key));
    let keys = scratch.file("keys.toml", row("old"));
    let (ask, asked) = mpsc::channel();
    let guard = Guard::new(Credentials { api_keys: Some(keys), ..Credentials::default() }).unwrap();
    let server = Server::around(limits(), Around { guard, reload: Some(asked), ..Around::default() });
    let status = async |key: &str| by_rest(&server, "POST", "/v1/protocols:generate", &[("x-api-key", key)]).await.0;
    assert_eq!((status("old").await, status("new").await), (200, 401));

    // A slip: what was there stays.
    scratch.file("keys.toml", "[[key]]\nname = \"emr\"\n");
    ask.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((status("old").await, status("new").await), (200, 401));

    // Nobody asks: the change is seen.
    scratch.file("keys.toml", row("new"));
    eventually(async || status("new").await == 200).await;
    assert_eq!((status("old").await, status("new").await), (401, 200));
}

/// What panics is refused, and whoever looks after the files lives on.
#[tokio::test]
async fn keys_are_taken_anew_after_something_else_broke_down() {
    let scratch = Scratch::new("broke-down");
    let row = |key: &str| format!("[[key]]\nname = \"emr\"\nscopes = [\"protocols\"]\nsha256 = \"{}\"\n", hash(key));
    let keys = scratch.file("keys.toml", row("old"));
    let (ask, asked) = mpsc::channel();
    let guard = Guard::new(Credentials { api_keys: Some(keys), ..Credentials::default() }).unwrap();
    let knowledge = KnowledgeSource {
        read: Box::new(|| Ok(Vec::new())),
        parse: Box::new(|_| panic!("a slip of ours")),
        watch: true,
    };
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    let around = Around { guard, admin, knowledge: Some(knowledge), reload: Some(asked), ..Around::default() };
    let server = Server::around(limits(), around);
    let refused = async || {
        let metrics = reqwest::get(format!("http://{}/metrics", server.admin.unwrap())).await.unwrap();
        metrics.text().await.unwrap().contains("cicatrix_reloads_total{what=\"knowledge\",result=\"refused\"} 1\n")
    };
    let status = async |key: &str| by_rest(&server, "POST", "/v1/protocols:generate", &[("x-api-key", key)]).await.0;
    ask.send(()).unwrap();
    eventually(refused).await;
    assert!(refused().await, "what broke down is not counted");
    assert_eq!(status("old").await, 200);
    scratch.file("keys.toml", row("new"));
    eventually(async || status("new").await == 200).await;
    assert_eq!((status("old").await, status("new").await), (401, 200));
}

#[test]
fn files_that_cannot_be_used_are_all_named_at_once() {
    let scratch = Scratch::new("unusable");
    let jwks = scratch.file("jwks.json", r#"{"keys": [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "new"}]}"#);
    let how = Credentials {
        jwt: jwt(jwks),
        api_keys: Some("/no/such/keys.toml".into()),
        client_certificates: Some(scratch.file("c.toml", "[[certificate]]\nname = \"a\"\nscopes = [\"root\"]\n")),
        any_certificate: false,
    };
    let problems = Guard::new(how).unwrap_err();
    for name in ["auth.jwt.jwks: ", "auth.api_keys: ", "auth.client_certificates: "] {
        assert_eq!(problems.iter().filter(|it| it.starts_with(name)).count(), 1, "{problems:#?}");
    }
}

/// A server of keys that answers each connection with what is in the file.
async fn key_server(authority: &identity::Authority, keys: PathBuf) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let config = authority.server("localhost");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/keys", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = tokio_rustls::TlsAcceptor::from(config.clone()).accept(stream).await else { continue };
            let mut asked = [0; 1024];
            let read = stream.read(&mut asked).await.unwrap();
            assert!(asked[..read].starts_with(b"GET /keys HTTP/1.1\r\n"));
            let answer = match std::fs::read_to_string(&keys) {
                Ok(text) => format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len()),
                Err(_) => "HTTP/1.1 500 Oh no\r\ncontent-length: 0\r\n\r\n".to_owned(),
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
            let _ = stream.shutdown().await;
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_fetched_from_the_named_address_and_from_no_other() {
    let scratch = Scratch::new("fetched");
    let (authority, stranger) = (identity::Authority::new(), identity::Authority::new());
    let (first, second) = (Signer::new("one", Algorithm::ES256), Signer::new("two", Algorithm::ES256));
    let served = scratch.0.join("served.json");
    let url = key_server(&authority, served.clone()).await;
    let address = |ca: &identity::Authority| {
        let ca = Some(scratch.file("ca.pem", ca.pem()));
        let jwks = Jwks::Url(Address { url: url.clone(), ca });
        Some(Jwt { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned(), jwks })
    };
    let of = |signer: &Signer| bearer(&signer.token("emr", "protocols"));

    // Nothing to be had yet: it starts, and says so to whoever brings a token.
    let (ask, asked) = mpsc::channel();
    let how = Credentials { jwt: address(&authority), ..Credentials::default() };
    let guard = tokio::task::spawn_blocking(|| Guard::new(how).unwrap()).await.unwrap();
    let server = Server::around(limits(), Around { guard, reload: Some(asked), ..Around::default() });
    let status =
        async |token: String| by_rest(&server, "POST", "/v1/protocols:generate", &[("authorization", &token)]).await.0;
    let becomes = async |token: String, expected: u16| {
        for _ in 0..100 {
            if status(token.clone()).await == expected {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    };
    assert_eq!(status(of(&first)).await, 503);
    // Nobody can be known, so nobody should be sent here.
    let ready = async || reqwest::get(server.url("/readyz")).await.unwrap().status().as_u16();
    assert_eq!(ready().await, 503);
    let call = reqwest::Client::new().get(server.url("/v1/knowledge")).header("authorization", of(&first));
    assert_eq!(call.send().await.unwrap().headers()["retry-after"], "10");
    std::fs::write(&served, key_set(&[&first])).unwrap();
    ask.send(()).unwrap();
    assert!(becomes(of(&first), 200).await, "the keys were not fetched");
    eventually(async || ready().await == 200).await;
    assert_eq!(ready().await, 200);
    assert_eq!(status(of(&second)).await, 401);
    // The issuer changes its key; then its server breaks, and what was known stays.
    std::fs::write(&served, key_set(&[&second])).unwrap();
    ask.send(()).unwrap();
    assert!(becomes(of(&second), 200).await, "the new keys were not fetched");
    assert_eq!(status(of(&first)).await, 401);
    for broken in [None, Some("nonsense"), Some(r#"{"keys": []}"#)] {
        match broken {
            None => std::fs::remove_file(&served).unwrap(),
            Some(text) => std::fs::write(&served, text).unwrap(),
        }
        ask.send(()).unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!((status(of(&second)).await, ready().await), (200, 200), "{broken:?}");
    }
    // A server that another authority vouches for is not believed.
    std::fs::write(&served, key_set(&[&first])).unwrap();
    // There is another way in, so it is ready all the same.
    let keys = format!("[[key]]\nname = \"emr\"\nscopes = [\"protocols\"]\nsha256 = \"{}\"\n", hash("k"));
    let api_keys = Some(scratch.file("keys.toml", keys));
    let how = Credentials { jwt: address(&stranger), api_keys, ..Credentials::default() };
    let guard = tokio::task::spawn_blocking(|| Guard::new(how).unwrap()).await.unwrap();
    let server = Server::around(limits(), Around { guard, ..Around::default() });
    assert_eq!(reqwest::get(server.url("/readyz")).await.unwrap().status(), 200);
    let token = of(&first);
    assert_eq!(by_rest(&server, "POST", "/v1/protocols:generate", &[("authorization", &token)]).await.0, 503);
}
