//! Signed tokens (RFC 7519, RFC 9068): the algorithm comes from our key, never from the token.

use std::{
    collections::HashMap,
    fmt, fs,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{Callers, Identity, Jwks, Jwt, Kind, Scopes, digest, plain};
use crate::serve::outward::shown;

/// Clocks may differ by so much, in seconds.
pub(super) const LEEWAY: u64 = 60;
/// Verified tokens that are remembered: verifying one again would cost more than the answer.
const REMEMBERED: usize = 4096;

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    /// Nothing that we can read.
    Malformed,
    /// We take none.
    NotTaken,
    /// Of no key that we know.
    UnknownKey,
    Algorithm,
    Signature,
    Expired,
    NotYet,
    Issuer,
    Audience,
    /// Something that must be said is not.
    Claims,
}

impl Bad {
    /// For the log. A caller is told only that it is not accepted.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotTaken => "not taken here",
            Self::UnknownKey => "unknown key",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Expired => "expired",
            Self::NotYet => "not valid yet",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Claims => "missing claim",
        }
    }
}

/// What a token says of its bearer.
#[derive(Debug, Deserialize)]
struct Claims {
    #[serde(deserialize_with = "numeric_date")]
    exp: u64,
    sub: Option<String>,
    client_id: Option<String>,
    /// One that is null says no more than one that is not there.
    scope: Option<Words>,
    scp: Option<Words>,
}

/// Seconds since 1970, which may have a fraction (RFC 7519, 2).
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds).map(|it| it.as_secs()).map_err(D::Error::custom)
}

/// Scopes in one text or in a list: both are in use.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Many(Vec<String>),
}

impl Words {
    fn all(&self) -> Vec<&str> {
        match self {
            Self::One(text) => text.split_ascii_whitespace().collect(),
            Self::Many(all) => all.iter().map(String::as_str).collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
    validation: Validation,
}

struct Seen {
    identity: Identity,
    expires: u64,
}

/// The keys of one issuer, and the tokens that were verified with them.
pub(super) struct Tokens {
    keys: Vec<Key>,
    seen: Mutex<HashMap<[u8; 32], Seen>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Reads the keys from their file.
    pub(super) fn read(how: &Jwt, path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path);
        Self::parse(how, &text.map_err(|it| format!("auth.jwt.jwks: {}: {it}", path.display()))?)
    }

    /// Reads the keys from the text of a key set.
    pub(super) fn parse(how: &Jwt, text: &str) -> Result<Self, String> {
        let Jwt { issuer, audience, jwks } = how;
        let place = match jwks {
            Jwks::File(path) => path.display().to_string(),
            Jwks::Url(address) => shown(&address.url),
        };
        let wrong = |what: &dyn fmt::Display| format!("auth.jwt.jwks: {place}: {what}");
        let set: KeySet = serde_json::from_str(text).map_err(|it| {
            wrong(&format_args!("is no JSON Web Key Set (line {}, column {})", it.line(), it.column()))
        })?;
        // A set may hold keys for other uses, of kinds that are not known here.
        let known = set.keys.into_iter().filter_map(|it| serde_json::from_value::<Jwk>(it).ok());
        let keys: Vec<Key> = known.filter_map(|it| key(&it, issuer, audience)).collect();
        if keys.is_empty() {
            return Err(wrong(&"holds no key for signatures by ES256, ES384, RS256, RS384 or EdDSA (Ed25519)"));
        }
        Ok(Self { keys, seen: Mutex::default() })
    }

    /// Who bears this token. `now` is in seconds since 1970.
    pub(super) fn identify(&self, token: &str, now: u64, callers: &Callers) -> Result<Identity, Bad> {
        let digest = digest(token.as_bytes());
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(it) = seen.get(&digest) {
                if it.expires.saturating_add(LEEWAY) > now {
                    return Ok(it.identity.clone());
                }
                seen.remove(&digest);
                return Err(Bad::Expired);
            }
        }
        let claims = self.verify(token)?;
        let name = claims.client_id.as_deref().or(claims.sub.as_deref()).filter(|it| !it.is_empty());
        let name = name.ok_or(Bad::Claims)?;
        let scopes = Scopes::named([&claims.scope, &claims.scp].into_iter().flatten().flat_map(Words::all));
        let identity = Identity { caller: callers.known(Kind::Token, &plain(name)), scopes };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.retain(|_, it| it.expires.saturating_add(LEEWAY) > now);
            if seen.len() >= REMEMBERED {
                seen.clear();
            }
        }
        seen.insert(digest, Seen { identity: identity.clone(), expires: claims.exp });
        Ok(identity)
    }

    fn verify(&self, token: &str) -> Result<Claims, Bad> {
        let header = decode_header(token).map_err(|it| bad(it.kind()))?;
        // What must be understood and is not makes the token invalid (RFC 7515, 4.1.11).
        if header.crit.is_some() {
            return Err(Bad::Malformed);
        }
        let named = |it: &&Key| header.kid.as_ref().is_none_or(|kid| it.id.as_ref() == Some(kid));
        let mut why = Bad::UnknownKey;
        for key in self.keys.iter().filter(named) {
            if key.algorithm != header.alg {
                why = Bad::Algorithm;
                continue;
            }
            match decode::<Claims>(token, &key.key, &key.validation) {
                Ok(it) => return Ok(it.claims),
                Err(it) => why = bad(it.kind()),
            }
            if why != Bad::Signature {
                break;
            }
        }
        Err(why)
    }
}

/// A key that we can use. The algorithm is that of the key, and no other is tried with it.
#[allow(clippy::wildcard_enum_match_arm, reason = "the list of another crate, which may grow")]
fn key(jwk: &Jwk, issuer: &str, audience: &str) -> Option<Key> {
    let signs = !matches!(&jwk.common.public_key_use, Some(it) if *it != PublicKeyUse::Signature);
    let said = jwk.common.key_algorithm.as_ref();
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(it) if it.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::EllipticCurve(it) if it.curve == EllipticCurve::P384 => Algorithm::ES384,
        AlgorithmParameters::RSA(_) if said == Some(&KeyAlgorithm::RS384) => Algorithm::RS384,
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::OctetKeyPair(it) if it.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        // A secret in a set of public keys, and kinds that we do not know.
        _ => return None,
    };
    let agrees = said.is_none_or(|it| format!("{it:?}") == format!("{algorithm:?}"));
    let key = DecodingKey::from_jwk(jwk).ok().filter(|_| signs && agrees)?;
    let mut validation = Validation::new(algorithm);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    Some(Key { id: jwk.common.key_id.clone(), algorithm, key, validation })
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the list of another crate, which may grow")]
fn bad(kind: &ErrorKind) -> Bad {
    match kind {
        ErrorKind::InvalidSignature => Bad::Signature,
        ErrorKind::ExpiredSignature => Bad::Expired,
        ErrorKind::ImmatureSignature => Bad::NotYet,
        ErrorKind::InvalidIssuer => Bad::Issuer,
        ErrorKind::InvalidAudience => Bad::Audience,
        ErrorKind::InvalidAlgorithm => Bad::Algorithm,
        ErrorKind::MissingRequiredClaim(_) => Bad::Claims,
        _ => Bad::Malformed,
    }
}
