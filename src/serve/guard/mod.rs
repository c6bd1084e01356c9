//! Who may ask: callers are known by a signed token, a key or a certificate, before a byte of the body is read.

mod callers;
mod fetch;
mod files;
mod payer;
mod rate;
mod tokens;

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwap;
use http::{HeaderMap, HeaderName, header};
use sha2::{Digest as _, Sha256};
use tonic::Status;

use self::{
    files::{Certificates, Keys},
    tokens::{Bad, LEEWAY, Tokens},
};
use super::{
    error,
    given::Ending,
    retry,
    routes::{Needs, Scope},
    tls::Named,
};

use callers::Kind;
pub(super) use callers::{Caller, Callers, Of, Share};
pub use fetch::Address;
pub(super) use payer::{Payer, Unpaid};
pub(super) use rate::{Account, Rate};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// A token or key that is longer is none of ours.
const MAX_CREDENTIAL: usize = 8 * 1024;
/// Characters of a name that are kept.
const MAX_NAME: usize = 128;
/// Keys that are wanted are fetched again after so long.
const KEYS_WAIT: Duration = Duration::from_secs(10);

/// How callers are known. Everything but the names is read from files, again whenever they change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Signed tokens.
    pub jwt: Option<Jwt>,
    /// File of API keys.
    pub api_keys: Option<PathBuf>,
    /// File of the names in client certificates.
    pub client_certificates: Option<PathBuf>,
    /// Every client with a certificate of the right authority may do everything.
    pub any_certificate: bool,
}

impl Credentials {
    /// Is there any way to be known?
    pub fn any(&self) -> bool {
        self.jwt.is_some() || self.api_keys.is_some() || self.client_certificates.is_some() || self.any_certificate
    }
}

/// Which tokens are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwt {
    /// Who signs them.
    pub issuer: String,
    /// Whom they are for: this service.
    pub audience: String,
    /// The public keys of the issuer, as a JSON Web Key Set.
    pub jwks: Jwks,
}

/// Where the public keys of an issuer are. A token never says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Jwks {
    /// In a file.
    File(PathBuf),
    /// At an address, fetched again from time to time.
    Url(Address),
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Scopes(u8);

impl Scopes {
    const ALL: Self = Self(u8::MAX);

    fn allow(&mut self, scope: Scope) {
        self.0 |= 1 << scope as u8;
    }

    fn allows(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }

    /// The scopes of these names; names of other services are passed over.
    fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scopes = Self::default();
        names.into_iter().filter_map(Scope::named).for_each(|it| scopes.allow(it));
        scopes
    }
}

/// A caller that is known, and what it may do.
#[derive(Debug, Clone)]
struct Identity {
    caller: Arc<Caller>,
    scopes: Scopes,
}

/// Who is at the other end of a connection.
#[derive(Debug)]
pub(super) struct Peer {
    /// Stands for callers that are not known otherwise.
    pub(super) stranger: Arc<Caller>,
    /// Whom a client certificate names that was verified; `None` without one.
    pub(super) certificate: Option<Named>,
    /// The connection, when it ends.
    pub(super) ending: Ending,
}

/// Lets callers in, or not. Cheap to clone.
#[derive(Clone)]
pub struct Guard(Arc<Inner>);

struct Inner {
    how: Credentials,
    known: ArcSwap<Known>,
    callers: Callers,
    /// The key set that was fetched last.
    fetched: Mutex<Option<String>>,
    /// A token named a key that is not known: there may be new ones.
    wanted: AtomicBool,
}

/// What the files said when they were last read.
#[derive(Debug, Default)]
struct Known {
    tokens: Option<Tokens>,
    keys: Keys,
    certificates: Certificates,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("how", &self.0.how).finish_non_exhaustive()
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::open()
    }
}

/// Why a caller is not let in, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NoCredentials,
    BadCredentials,
    NoScope,
    NoKeys,
}

/// A caller who is not let in.
#[derive(Debug)]
pub(super) struct TurnedAway {
    pub(super) why: Refusal,
    pub(super) status: Status,
    /// Who it is, when that is known.
    pub(super) caller: Option<Arc<Caller>>,
}

impl TurnedAway {
    fn unknown(why: Refusal, status: Status) -> Self {
        Self { why, status, caller: None }
    }
}

impl Guard {
    /// Lets everybody in.
    pub fn open() -> Self {
        Self::with(Credentials::default(), Known::default(), Callers::default(), None)
    }

    fn with(how: Credentials, known: Known, callers: Callers, fetched: Option<String>) -> Self {
        let (known, fetched) = (ArcSwap::from_pointee(known), Mutex::new(fetched));
        Self(Arc::new(Inner { how, known, callers, fetched, wanted: AtomicBool::new(false) }))
    }

    /// Reads the files; everything that is wrong is said at once.
    ///
    /// Keys that cannot be fetched keep nobody from starting: they come later, and until then tokens wait.
    pub fn new(how: Credentials) -> Result<Self, Vec<String>> {
        let callers = Callers::default();
        let fetched = how.jwt.as_ref().and_then(|jwt| match &jwt.jwks {
            Jwks::File(_) => None,
            Jwks::Url(address) => fetch::fetch(address)
                .and_then(|text| Tokens::parse(jwt, &text).map(|_| text))
                .map_err(|problem| tracing::error!(problem, "no keys yet"))
                .ok(),
        });
        let known = read(&how, &callers, fetched.as_deref())?;
        Ok(Self::with(how, known, callers, fetched))
    }

    /// Does it ask who calls? Else a caller is an address, behind which there may be many.
    pub(super) fn asks(&self) -> bool {
        self.0.how.any()
    }

    /// Does it fetch keys?
    pub(super) fn fetches(&self) -> bool {
        matches!(&self.0.how.jwt, Some(Jwt { jwks: Jwks::Url(_), .. }))
    }

    /// Are new keys wanted, or are there none at all?
    pub(super) fn wants(&self) -> bool {
        let none = self.0.fetched.lock().unwrap_or_else(PoisonError::into_inner).is_none();
        self.0.wanted.swap(false, Relaxed) || none
    }

    /// Is nobody known until keys have been fetched?
    pub(super) fn knows_nobody(&self) -> bool {
        let Credentials { jwt: _, api_keys, client_certificates, any_certificate } = &self.0.how;
        let only_tokens = api_keys.is_none() && client_certificates.is_none() && !any_certificate;
        only_tokens && self.fetches() && self.0.known.load().tokens.is_none()
    }

    /// Fetches the keys again. When something is wrong, those that were there stay. Says whether they differ.
    pub(super) fn refresh(&self) -> Result<bool, Vec<String>> {
        let Some(jwt @ Jwt { jwks: Jwks::Url(address), .. }) = &self.0.how.jwt else { return Ok(false) };
        let text = fetch::fetch(address).map_err(|it| vec![it])?;
        Tokens::parse(jwt, &text).map_err(|it| vec![it])?;
        let mut fetched = self.0.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if fetched.as_ref() == Some(&text) {
            return Ok(false);
        }
        // Keys are fetched when they are in use: where another file is refused, they are tried again.
        self.0.known.store(Arc::new(read(&self.0.how, &self.0.callers, Some(&text))?));
        *fetched = Some(text);
        Ok(true)
    }

    /// Reads the files again. When something is wrong, what was known stays.
    pub(super) fn reload(&self) -> Result<(), Vec<String>> {
        // Held until they are in use, so that two who read at once do not put older keys over newer ones.
        let fetched = self.0.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        let known = read(&self.0.how, &self.0.callers, fetched.as_deref())?;
        self.0.known.store(Arc::new(known));
        Ok(())
    }

    /// The files that it reads.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let Credentials { jwt, api_keys, client_certificates, any_certificate: _ } = &self.0.how;
        let jwks = jwt.iter().filter_map(|it| if let Jwks::File(path) = &it.jwks { Some(path) } else { None });
        jwks.chain(api_keys).chain(client_certificates).cloned().collect()
    }

    pub(super) fn callers(&self) -> &Callers {
        &self.0.callers
    }

    /// Who asks, if that caller may have what it asks for.
    pub(super) fn admit(&self, needs: Needs, headers: &HeaderMap, peer: &Peer) -> Result<Arc<Caller>, TurnedAway> {
        if needs == Needs::Nothing || !self.asks() {
            return Ok(Arc::clone(&peer.stranger));
        }
        // What began while a certificate was good does not go on without end after it.
        if peer.certificate.as_ref().and_then(|it| it.ends).is_some_and(|it| it.saturating_add(LEEWAY) <= now()) {
            tracing::debug!(why = Bad::Expired.word(), "credentials are not accepted");
            return Err(TurnedAway::unknown(Refusal::BadCredentials, error::bad_credentials()));
        }
        let Identity { caller, scopes } = self.identify(headers, peer)?;
        match needs {
            Needs::Scope(scope) if !scopes.allows(scope) => {
                let status = error::missing_scope(scope.name());
                Err(TurnedAway { why: Refusal::NoScope, status, caller: Some(caller) })
            }
            Needs::Scope(_) | Needs::Identity | Needs::Nothing => Ok(caller),
        }
    }

    /// What was sent counts, and not what else might have been: a bad token is not made good by a certificate.
    fn identify(&self, headers: &HeaderMap, peer: &Peer) -> Result<Identity, TurnedAway> {
        let known = self.0.known.load();
        let bad = |why: Bad| {
            tracing::debug!(why = why.word(), "credentials are not accepted");
            TurnedAway::unknown(Refusal::BadCredentials, error::bad_credentials())
        };
        if let Some(sent) = sent(headers, &header::AUTHORIZATION).map_err(bad)? {
            let token = bearer(sent).ok_or_else(|| bad(Bad::Malformed))?;
            let Some(tokens) = &known.tokens else {
                let no_keys = || retry::after(&error::no_keys(), KEYS_WAIT);
                return Err(if self.fetches() {
                    TurnedAway::unknown(Refusal::NoKeys, no_keys())
                } else {
                    bad(Bad::NotTaken)
                });
            };
            return tokens.identify(token, now(), &self.0.callers).map_err(|why| {
                if why == Bad::UnknownKey {
                    self.0.wanted.store(true, Relaxed);
                }
                bad(why)
            });
        }
        if let Some(key) = sent(headers, &API_KEY).map_err(bad)? {
            let key = Some(key).filter(|it| it.len() <= MAX_CREDENTIAL).ok_or_else(|| bad(Bad::Malformed))?;
            return known.keys.identify(key).ok_or_else(|| bad(Bad::UnknownKey));
        }
        let Credentials { client_certificates, any_certificate, .. } = &self.0.how;
        match &peer.certificate {
            Some(Named { names, subject, .. }) if *any_certificate => {
                let name = names.first().unwrap_or(subject);
                let caller = self.0.callers.known(Kind::Certificate, &plain(name));
                Ok(Identity { caller, scopes: Scopes::ALL })
            }
            // Where certificates only let connections in, whoever shows nothing else has shown nothing.
            Some(Named { names, .. }) if client_certificates.is_some() => {
                known.certificates.identify(names).ok_or_else(|| bad(Bad::UnknownKey))
            }
            Some(_) | None => Err(TurnedAway::unknown(Refusal::NoCredentials, error::no_credentials())),
        }
    }
}

fn read(how: &Credentials, callers: &Callers, fetched: Option<&str>) -> Result<Known, Vec<String>> {
    let Credentials { jwt, api_keys, client_certificates, any_certificate: _ } = how;
    let mut problems = Vec::new();
    let tokens = jwt.as_ref().and_then(|jwt| match (&jwt.jwks, fetched) {
        (Jwks::File(path), _) => Some(Tokens::read(jwt, path)),
        (Jwks::Url(_), text) => text.map(|it| Tokens::parse(jwt, it)),
    });
    let tokens = tokens.and_then(|it| it.map_err(|it| problems.push(it)).ok());
    let keys = api_keys.as_ref().map(|it| Keys::read(it, callers));
    let keys = keys.and_then(|it| it.map_err(|it| problems.extend(it)).ok()).unwrap_or_default();
    let certificates = client_certificates.as_ref().map(|it| Certificates::read(it, callers));
    let certificates = certificates.and_then(|it| it.map_err(|it| problems.extend(it)).ok()).unwrap_or_default();
    if problems.is_empty() { Ok(Known { tokens, keys, certificates }) } else { Err(problems) }
}

/// What stands in a header that stands once: with two of them, whoever looks at the other one sees another caller. One
/// that is empty says nothing.
fn sent<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h [u8]>, Bad> {
    let mut all = headers.get_all(name).iter();
    let first = all.next().map(|it| it.as_bytes().trim_ascii());
    if all.next().is_some() { Err(Bad::Malformed) } else { Ok(first.filter(|it| !it.is_empty())) }
}

/// The token of `Bearer TOKEN`.
fn bearer(value: &[u8]) -> Option<&str> {
    let value = std::str::from_utf8(value).ok().filter(|it| it.len() <= MAX_CREDENTIAL)?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A name as it may stand in a log.
fn plain(name: &str) -> String {
    name.chars().take(MAX_NAME).map(|it| if it.is_ascii_graphic() { it } else { '_' }).collect()
}

fn digest(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

#[cfg(test)]
mod tests {
    use super::{Scopes, bearer, plain};
    use crate::serve::routes::Scope;

    #[test]
    fn scopes_of_others_are_passed_over() {
        let scopes = Scopes::named(["openid", "classify", "CLASSIFY", "protocols2"]);
        assert!(scopes.allows(Scope::Classify));
        assert!(!scopes.allows(Scope::Protocols) && !scopes.allows(Scope::Knowledge));
    }

    #[test]
    fn what_is_no_bearer_token_is_none() {
        assert_eq!(bearer(b"Bearer abc"), Some("abc"));
        assert_eq!(bearer(b"bearer  abc "), Some("abc"));
        for bad in ["", "Bearer", "Basic abc", "abc", "\u{e9} abc"] {
            assert_eq!(bearer(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(bearer(format!("Bearer {}", "a".repeat(9000)).as_bytes()), None);
        assert_eq!(plain("emr\nnorth é"), "emr_north__");
    }
}
