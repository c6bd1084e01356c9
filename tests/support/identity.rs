//! Keys, tokens and certificates of a test, made when they are needed and written where a server reads them.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::wildcard_enum_match_arm,
    reason = "each test file uses its part, and the lists of other crates may grow"
)]

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, PublicKeyData as _, SanType, SigningKey as _, date_time_ymd,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use serde_json::{Value, json};

/// A directory of one test, gone when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Somebody who signs tokens.
pub struct Signer {
    pub id: &'static str,
    pub algorithm: Algorithm,
    /// Not for EdDSA.
    pub key: EncodingKey,
    pair: KeyPair,
}

pub const ISSUER: &str = "https://login.example.org";
pub const AUDIENCE: &str = "cicatrix";

impl Signer {
    pub fn new(id: &'static str, algorithm: Algorithm) -> Self {
        let kind = match algorithm {
            Algorithm::ES256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Algorithm::ES384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Algorithm::EdDSA => &rcgen::PKCS_ED25519,
            Algorithm::RS256 | Algorithm::RS384 => &rcgen::PKCS_RSA_SHA256,
            other => panic!("{other:?}"),
        };
        let pair = KeyPair::generate_for(kind).unwrap();
        let der = pair.serialize_der();
        let key = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_der(&der),
            // The form of this key is one that the crate does not read: it is signed by hand.
            Algorithm::EdDSA => EncodingKey::from_secret(b""),
            _ => {
                // The key of PKCS #1 is the last octet string in that of PKCS #8.
                let inner = (0..der.len()).find(|it| der[*it..].starts_with(&[0x30, 0x82]) && *it > 4).unwrap();
                EncodingKey::from_rsa_der(&der[inner..])
            }
        };
        Self { id, algorithm, key, pair }
    }

    pub fn jwk(&self) -> Value {
        if self.algorithm == Algorithm::EdDSA {
            let x = base64(self.pair.der_bytes());
            return json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.id, "x": x});
        }
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.id.to_owned());
        serde_json::to_value(jwk).unwrap()
    }

    pub fn header(&self) -> Header {
        Header { kid: Some(self.id.to_owned()), ..Header::new(self.algorithm) }
    }

    pub fn sign(&self, claims: &Value) -> String {
        if self.algorithm == Algorithm::EdDSA {
            let header = json!({"alg": "EdDSA", "kid": self.id}).to_string();
            let signed = format!("{}.{}", base64(header.as_bytes()), base64(claims.to_string().as_bytes()));
            let signature = self.pair.sign(signed.as_bytes()).unwrap();
            return format!("{signed}.{}", base64(&signature));
        }
        encode(&self.header(), claims, &self.key).unwrap()
    }

    /// A good token of a client with these scopes.
    pub fn token(&self, client: &str, scope: &str) -> String {
        self.sign(&claims(client, scope))
    }
}

/// For URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = bytes.chunks(3).flat_map(|part| {
        let number = (0..3).fold(0_usize, |it, at| it << 8 | usize::from(*part.get(at).unwrap_or(&0)));
        (0..=part.len()).map(move |at| char::from(DIGITS[number >> (18 - 6 * at) & 63]))
    });
    digits.collect()
}

pub fn claims(client: &str, scope: &str) -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "exp": now() + 600, "sub": client, "client_id": client, "scope": scope})
}

pub fn key_set(signers: &[&Signer]) -> String {
    json!({"keys": signers.iter().map(|it| it.jwk()).collect::<Vec<_>>()}).to_string()
}

/// An authority that vouches for certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "test authority");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Certificate and key as PEM.
    pub fn leaf(&self, name: &str, client: bool) -> (String, String) {
        self.leaf_of(name, client, 2000..2100)
    }

    /// The same, good from the beginning of one year to that of another.
    pub fn leaf_of(&self, name: &str, client: bool, years: Range<i32>) -> (String, String) {
        let begin = |year| u64::try_from(date_time_ymd(year, 1, 1).unix_timestamp()).unwrap();
        self.leaf_between(name, client, begin(years.start)..begin(years.end))
    }

    /// The same, good between two times in seconds since 1970.
    pub fn leaf_between(&self, name: &str, client: bool, seconds: Range<u64>) -> (String, String) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let at = |seconds| date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(seconds);
        params.not_before = at(seconds.start);
        params.not_after = at(seconds.end);
        // Without a name of its own it has the common name that such a certificate has.
        params.distinguished_name = DistinguishedName::new();
        match name.strip_prefix("CN=") {
            Some(common) => params.distinguished_name.push(DnType::CommonName, common),
            None if name.contains(':') => params.subject_alt_names = vec![SanType::URI(name.try_into().unwrap())],
            None if name.is_empty() => {}
            None => params.subject_alt_names = vec![SanType::DnsName(name.try_into().unwrap())],
        }
        let purpose = if client { ExtendedKeyUsagePurpose::ClientAuth } else { ExtendedKeyUsagePurpose::ServerAuth };
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    /// What a server needs that this authority vouches for.
    pub fn server(&self, name: &str) -> Arc<rustls::ServerConfig> {
        use rustls::pki_types::pem::PemObject as _;
        let (certificate, key) = self.leaf(name, false);
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let builder = rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth();
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        Arc::new(builder.with_single_cert(chain, key).unwrap())
    }

    /// What a client needs that trusts this authority, with a certificate of its own or without.
    pub fn client(&self, own: Option<&(String, String)>, protocol: &[u8]) -> Arc<ClientConfig> {
        use rustls::pki_types::pem::PemObject as _;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.pem().as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
                builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap()).unwrap()
            }
        };
        config.alpn_protocols = vec![protocol.to_vec()];
        Arc::new(config)
    }
}
