//! Fetches the public keys of an issuer over HTTPS, from the one address that the operator named.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{net::TcpStream, runtime, time::timeout};
use tokio_rustls::TlsConnector;

/// Longest time for all of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// A key set is a few kilobytes.
const MOST: usize = 256 * 1024;
const HTTPS: u16 = 443;

/// Where keys are fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// An `https` URL.
    pub url: String,
    /// Authorities of its certificate, as PEM; without it those of the system.
    pub ca: Option<PathBuf>,
}

/// Fetches the text at an address. Redirections are not followed: nobody else says where keys are.
pub(super) fn fetch(address: &Address) -> Result<String, String> {
    let wrong = |what: &dyn fmt::Display| format!("auth.jwt.jwks: {}: {what}", address.url);
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(|it| wrong(&it))?;
    let fetched = runtime.block_on(async { timeout(PATIENCE, get(address)).await });
    fetched.map_err(|_| wrong(&"no answer in time"))?.map_err(|it| wrong(&it))
}

async fn get(address: &Address) -> Result<String, String> {
    let url: Uri = address.url.parse().map_err(|_| "is no URL".to_owned())?;
    let (Some("https"), Some(host)) = (url.scheme_str(), url.host()) else { return Err("is no https URL".to_owned()) };
    let path = url.path_and_query().map_or("/", |it| it.as_str());
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let stream = TcpStream::connect((bare.as_str(), url.port_u16().unwrap_or(HTTPS))).await.map_err(text)?;
    let name = ServerName::try_from(bare).map_err(text)?;
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(text)?
        .with_root_certificates(roots(address.ca.as_deref())?)
        .with_no_client_auth();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(text)?;
    let (mut send, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(text)?;
    let connection = tokio::spawn(connection);
    let request = Request::get(path)
        .header(header::HOST, url.authority().map_or(host, |it| it.as_str()))
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, concat!("cicatrix/", env!("CARGO_PKG_VERSION")))
        .body(Empty::<bytes::Bytes>::new())
        .map_err(text)?;
    let response = send.send_request(request).await.map_err(text)?;
    if response.status() != StatusCode::OK {
        return Err(format!("answers with {}", response.status().as_u16()));
    }
    let body = Limited::new(response.into_body(), MOST).collect().await.map_err(|it| it.to_string())?;
    connection.abort();
    String::from_utf8(body.to_bytes().into()).map_err(|_| "is no text".to_owned())
}

fn text(error: impl fmt::Display) -> String {
    error.to_string()
}

fn roots(ca: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let named = |it: &dyn fmt::Display| format!("auth.jwt.jwks_ca: {}: {it}", path.display());
            let pem = fs::read(path).map_err(|it| named(&it))?;
            for it in CertificateDer::pem_slice_iter(&pem) {
                roots.add(it.map_err(|it| named(&it))?).map_err(|it| named(&it))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err("there is no authority to trust; name one with auth.jwt.jwks_ca".to_owned());
    }
    Ok(roots)
}
