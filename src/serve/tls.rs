//! TLS: HTTP/2 and HTTP/1.1 by ALPN, client certificates, and files that are read again while serving.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use rustls::{
    RootCertStore, ServerConfig, ServerConnection,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
    server::{NoServerSessionStorage, WebPkiClientVerifier},
};
use webpki::{EndEntityCert, KeyUsage};

use super::{reload::NotTaken, subject};

/// What a client may speak, what is preferred first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Later than any certificate can say (RFC 5280, 4.1.2.5).
const FAR_AWAY: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(1 << 40));

/// Where the certificate is, and whom clients must be vouched for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain, as PEM.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
    /// Authorities of client certificates, as PEM.
    pub client_ca: Option<PathBuf>,
    /// Lets clients without a certificate in as well: they are known otherwise, or not at all.
    pub certificate_optional: bool,
}

/// TLS for the port. Cheap to clone.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    files: TlsFiles,
    shown: ArcSwap<Shown>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.0.files).finish_non_exhaustive()
    }
}

/// What the next connection is shown.
struct Shown {
    config: Arc<ServerConfig>,
    /// When the first certificate of the chain ends, in seconds since 1970.
    expires: Option<u64>,
}

impl Tls {
    /// Reads the files; everything that is wrong is said at once. A certificate of another time is shown all the same:
    /// there is no better one.
    pub fn new(files: TlsFiles) -> Result<Self, Vec<String>> {
        let Read { shown, untimely } = read(&files)?;
        for problem in untimely {
            tracing::warn!(problem, "callers will not trust this server");
        }
        let shown = ArcSwap::from_pointee(shown);
        Ok(Self(Arc::new(Inner { files, shown })))
    }

    /// Reads the files again. When something is wrong, or the certificate is of another time, what was there stays.
    pub(super) fn reload(&self) -> Result<(), NotTaken> {
        let Read { shown, untimely } = read(&self.0.files)?;
        if !untimely.is_empty() {
            return Err(NotTaken { problems: untimely, for_now: true });
        }
        self.0.shown.store(Arc::new(shown));
        Ok(())
    }

    /// When what is shown ends, in seconds since 1970.
    pub(super) fn expires(&self) -> Option<u64> {
        self.0.shown.load().expires
    }

    /// The files that it reads.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let TlsFiles { certificate, key, client_ca, certificate_optional: _ } = &self.0.files;
        [certificate, key].into_iter().chain(client_ca).cloned().collect()
    }

    /// What holds for the next connection.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.shown.load().config)
    }
}

/// Whom a verified client certificate names.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// DNS names, then URIs. These alone are what a file of clients can name.
    pub(super) names: Vec<String>,
    /// The common name of its subject, else a fingerprint: tells callers apart that have no such name.
    pub(super) subject: String,
    /// When the certificate ends, in seconds since 1970.
    pub(super) ends: Option<u64>,
}

/// Whom the client certificate of a connection names; `None` without one.
pub(super) fn named(connection: &ServerConnection) -> Option<Named> {
    let certificate = connection.peer_certificates()?.first()?;
    let read = EndEntityCert::try_from(certificate).ok()?;
    let names = read.valid_dns_names().chain(read.valid_uri_names()).map(ToOwned::to_owned).collect();
    let subject = subject::common_name(read.subject()).map(ToOwned::to_owned);
    let subject = subject.unwrap_or_else(|| subject::fingerprint(certificate));
    Some(Named { names, subject, ends: expires(certificate) })
}

/// What the files say.
struct Read {
    shown: Shown,
    /// What is wrong with the times of the certificates.
    untimely: Vec<String>,
}

fn read(files: &TlsFiles) -> Result<Read, Vec<String>> {
    let TlsFiles { certificate, key, client_ca, certificate_optional } = files;
    let mut problems = Vec::new();
    let chain = certificates("tls.certificate", certificate).map_err(|it| problems.push(it));
    let private = private_key(key).map_err(|it| problems.push(it));
    let roots = client_ca.as_ref().map(|it| roots(it)).transpose().map_err(|it| problems.push(it));
    let (Ok(chain), Ok(private), Ok(roots)) = (chain, private, roots) else { return Err(problems) };
    let untimely =
        chain.iter().filter_map(untimely).map(|it| format!("tls.certificate: {}: {it}", certificate.display()));
    let untimely = untimely.collect();
    let expires = chain.iter().filter_map(expires).min();

    let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
    let asked_for = roots.is_some();
    let broken = |it: rustls::Error| vec![format!("tls: {it}")];
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(broken)?;
    let builder = match roots {
        None => builder.with_no_client_auth(),
        Some(roots) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = if *certificate_optional { verifier.allow_unauthenticated() } else { verifier };
            builder.with_client_cert_verifier(verifier.build().map_err(|it| vec![format!("tls.client_ca: {it}")])?)
        }
    };
    // Says as well when the key is that of another certificate.
    let mut config = builder.with_single_cert(chain, private).map_err(|it| {
        vec![format!("tls.certificate: {} with tls.key {}: {it}", certificate.display(), key.display())]
    })?;
    // A session that is taken up again is not looked at: its certificate may have ended, or its authority been replaced.
    if asked_for {
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    config.alpn_protocols = PROTOCOLS.iter().map(|it| it.to_vec()).collect();
    Ok(Read { shown: Shown { config: Arc::new(config), expires }, untimely })
}

/// Why a certificate is not good now, as far as its times go.
fn untimely(certificate: &CertificateDer<'_>) -> Option<&'static str> {
    let read = EndEntityCert::try_from(certificate).ok()?;
    // The times are looked at before anything else. Who vouches for it is for callers to know: nobody is trusted here.
    match read.verify_for_usage(&[], &[], &[], UnixTime::now(), KeyUsage::server_auth(), None, None) {
        Err(webpki::Error::CertExpired { .. }) => Some("a certificate has expired; renew it"),
        Err(webpki::Error::CertNotValidYet { .. }) => {
            Some("a certificate is not valid yet; wait for its day, or set the clock of this machine")
        }
        Ok(_) | Err(_) => None,
    }
}

/// When a certificate ends, in seconds since 1970: told by whoever looks at it long after that.
fn expires(certificate: &CertificateDer<'_>) -> Option<u64> {
    let read = EndEntityCert::try_from(certificate).ok()?;
    match read.verify_for_usage(&[], &[], &[], FAR_AWAY, KeyUsage::server_auth(), None, None) {
        Err(webpki::Error::CertExpired { not_after, .. }) => Some(not_after.as_secs()),
        Ok(_) | Err(_) => None,
    }
}

fn certificates(setting: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |what: &dyn fmt::Display| format!("{setting}: {}: {what}", path.display());
    let text = fs::read(path).map_err(|it| wrong(&it))?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let all = all.map_err(|it| wrong(&format_args!("is not PEM: {it}")))?;
    if all.is_empty() { Err(wrong(&"holds no certificate; write it as PEM")) } else { Ok(all) }
}

/// What is wrong is said without anything of the key.
fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let wrong = |what: &dyn fmt::Display| format!("tls.key: {}: {what}", path.display());
    let text = fs::read(path).map_err(|it| wrong(&it))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| wrong(&"holds no private key; write it as PEM without a password"))
}

fn roots(path: &Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for it in certificates("tls.client_ca", path)? {
        roots.add(it).map_err(|it| format!("tls.client_ca: {}: {it}", path.display()))?;
    }
    Ok(roots)
}
