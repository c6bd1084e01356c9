//! Requests that the service sends itself: to an address that the operator named, and to no other.

use std::{fmt, fs, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    runtime,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// Longest time for all of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer.
const MOST: usize = 256 * 1024;

/// What is sent.
pub(super) struct Sent<'a> {
    pub(super) method: Method,
    /// An `http` or `https` URL.
    pub(super) url: &'a str,
    /// Authorities of its certificate, as PEM; without it those of the system.
    pub(super) ca: Option<&'a Path>,
    /// Of the body, or what is accepted where there is none.
    pub(super) media_type: &'static str,
    pub(super) body: Vec<u8>,
}

/// An address as it may stand in a log: what could be a secret is left out.
pub(super) fn shown(url: &str) -> String {
    let Ok(url) = url.parse::<Uri>() else { return "an address that is no URL".to_owned() };
    format!("{}://{}{}", url.scheme_str().unwrap_or_default(), host(&url), url.path())
}

/// Sends it on a runtime of its own and waits. Redirections are not followed: nobody else says where to.
pub(super) fn send(sent: Sent<'_>) -> Result<Bytes, String> {
    in_time(PATIENCE, begin(sent))
}

/// The name of a machine is asked for on a thread that nobody can end. It is left behind, and not waited for.
fn in_time<T>(patience: Duration, sending: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(text)?;
    let ended = runtime.block_on(async { timeout(patience, sending).await });
    runtime.shutdown_background();
    ended.map_err(|_| "no answer in time".to_owned())?
}

async fn begin(sent: Sent<'_>) -> Result<Bytes, String> {
    let url: Uri = sent.url.parse().map_err(|_| "is no URL".to_owned())?;
    let (Some(scheme), Some(host)) = (url.scheme_str(), url.host()) else { return Err("is no URL".to_owned()) };
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = match (url.port_u16(), scheme) {
        (Some(port), _) => port,
        (None, "http") => 80,
        (None, _) => 443,
    };
    let stream = TcpStream::connect((bare.as_str(), port)).await.map_err(text)?;
    match scheme {
        "http" => talk(stream, &url, sent).await,
        "https" => {
            let name = ServerName::try_from(bare).map_err(text)?;
            let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(text)?
                .with_root_certificates(roots(sent.ca)?)
                .with_no_client_auth();
            let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(text)?;
            talk(stream, &url, sent).await
        }
        _ => Err("is neither http nor https".to_owned()),
    }
}

async fn talk<S>(stream: S, url: &Uri, sent: Sent<'_>) -> Result<Bytes, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut send, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(text)?;
    let connection = tokio::spawn(connection);
    let kind = if sent.body.is_empty() { header::ACCEPT } else { header::CONTENT_TYPE };
    let request = Request::builder()
        .method(sent.method)
        .uri(url.path_and_query().map_or("/", |it| it.as_str()))
        .header(header::HOST, host(url))
        .header(kind, sent.media_type)
        .header(header::USER_AGENT, concat!("cicatrix/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(Bytes::from(sent.body)))
        .map_err(text)?;
    let response = send.send_request(request).await.map_err(text)?;
    if response.status() != StatusCode::OK {
        return Err(format!("answers with {}", response.status().as_u16()));
    }
    let body = Limited::new(response.into_body(), MOST).collect().await.map_err(|it| it.to_string())?;
    connection.abort();
    Ok(body.to_bytes())
}

/// Host and port alone: whoever is named before them is no part of it (RFC 9110, 7.2).
fn host(url: &Uri) -> String {
    let port = url.port().map(|it| format!(":{it}")).unwrap_or_default();
    format!("{}{port}", url.host().unwrap_or_default())
}

fn text(error: impl fmt::Display) -> String {
    error.to_string()
}

fn roots(ca: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let named = |it: &dyn fmt::Display| format!("{}: {it}", path.display());
            let pem = fs::read(path).map_err(|it| named(&it))?;
            for it in CertificateDer::pem_slice_iter(&pem) {
                roots.add(it.map_err(|it| named(&it))?).map_err(|it| named(&it))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() { Err("there is no authority to trust here".to_owned()) } else { Ok(roots) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::{
        thread,
        time::{Duration, Instant},
    };

    use super::{host, in_time, shown};

    /// As long as a silent server of names.
    #[test]
    fn nobody_waits_for_a_thread_that_does_not_end() {
        let begun = Instant::now();
        let silent = async {
            tokio::task::spawn_blocking(|| thread::sleep(Duration::from_secs(20))).await.map_err(|it| it.to_string())
        };
        assert_eq!(in_time(Duration::from_millis(50), silent), Err("no answer in time".to_owned()));
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        assert_eq!(in_time(Duration::from_secs(9), async { Ok(7) }), Ok(7));
    }

    #[test]
    fn no_secret_of_an_address_is_shown_or_sent() {
        for (url, named, sent) in [
            ("https://user:secret@a.example:8443/keys?key=secret", "https://a.example:8443/keys", "a.example:8443"),
            ("http://[::1]:4318/v1/traces", "http://[::1]:4318/v1/traces", "[::1]:4318"),
            ("https://a.example", "https://a.example/", "a.example"),
        ] {
            assert_eq!((shown(url).as_str(), host(&url.parse().unwrap()).as_str()), (named, sent));
        }
        assert_eq!(shown("https://us er:secret@a"), "an address that is no URL");
    }
}
