//! Files that name callers: API keys by their hash, clients by the names in their certificates.

use std::{collections::HashMap, fs, path::Path};

use serde::{Deserialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;

use super::{Callers, Identity, Kind, Scope, Scopes, digest, plain};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    #[serde(default)]
    key: Vec<KeyRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyRow {
    name: String,
    scopes: Vec<String>,
    sha256: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateFile {
    #[serde(default)]
    certificate: Vec<CertificateRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateRow {
    name: String,
    scopes: Vec<String>,
}

/// API keys. Only their hashes are known here.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<([u8; 32], Identity)>);

impl Keys {
    pub(super) fn read(path: &Path, callers: &Callers) -> Result<Self, Vec<String>> {
        let setting = "auth.api_keys";
        let KeyFile { key: rows } = parse(setting, path)?;
        let mut problems = Vec::new();
        let mut wrong = |what: String| problems.push(format!("{setting}: {}: {what}", path.display()));
        let mut keys: Vec<([u8; 32], Identity)> = Vec::new();
        for KeyRow { name, scopes, sha256 } in rows {
            let shown = plain(&name);
            let hash = unhex(&sha256);
            match &hash {
                None => wrong(format!(
                    "the sha256 of {shown} must be 64 hexadecimal digits; hash the key, and never write it here"
                )),
                // A shell in which the variable of the key was not set makes it.
                Some(it) if *it == digest(b"") => {
                    wrong(format!("the sha256 of {shown} is that of an empty key; set the key before it is hashed"));
                }
                Some(it) if keys.iter().any(|(other, _)| other == it) => {
                    wrong(format!("the key of {shown} is another caller's too; give each its own"));
                }
                Some(_) => {}
            }
            match (identity(Kind::Key, &name, &scopes, callers), hash) {
                (Ok(identity), Some(hash)) => keys.push((hash, identity)),
                (Ok(_), None) => {}
                (Err(all), _) => all.into_iter().for_each(&mut wrong),
            }
        }
        if keys.is_empty() && problems.is_empty() {
            problems.push(format!(
                "{setting}: {} names no key; write a [[key]] with name, scopes and sha256",
                path.display()
            ));
        }
        if problems.is_empty() { Ok(Self(keys)) } else { Err(problems) }
    }

    /// Looks at every key, however early one fits: how long it takes says nothing.
    pub(super) fn identify(&self, key: &[u8]) -> Option<Identity> {
        let sent = digest(key);
        let mut found = None;
        for (hash, identity) in &self.0 {
            if bool::from(hash.ct_eq(&sent)) {
                found = Some(identity);
            }
        }
        found.cloned()
    }
}

/// Names in client certificates. That a certificate is good was settled by TLS.
#[derive(Debug, Default)]
pub(super) struct Certificates(HashMap<String, Identity>);

impl Certificates {
    pub(super) fn read(path: &Path, callers: &Callers) -> Result<Self, Vec<String>> {
        let setting = "auth.client_certificates";
        let CertificateFile { certificate: rows } = parse(setting, path)?;
        let mut problems = Vec::new();
        let mut named = HashMap::new();
        for CertificateRow { name, scopes } in rows {
            let shown = plain(&name);
            match identity(Kind::Certificate, &name, &scopes, callers) {
                Ok(it) => {
                    if named.insert(name, it).is_some() {
                        problems.push(format!("{setting}: {}: {shown} stands twice", path.display()));
                    }
                }
                Err(all) => problems.extend(all.iter().map(|it| format!("{setting}: {}: {it}", path.display()))),
            }
        }
        if named.is_empty() && problems.is_empty() {
            problems.push(format!(
                "{setting}: {} names no client; write a [[certificate]] with name and scopes",
                path.display()
            ));
        }
        if problems.is_empty() { Ok(Self(named)) } else { Err(problems) }
    }

    /// The first name that is known.
    pub(super) fn identify(&self, names: &[String]) -> Option<Identity> {
        names.iter().find_map(|it| self.0.get(it)).cloned()
    }
}

/// The caller of a row, or everything that is wrong with it.
fn identity(kind: Kind, name: &str, scopes: &[String], callers: &Callers) -> Result<Identity, Vec<String>> {
    let shown = plain(name);
    let mut wrong = Vec::new();
    if name.is_empty() || shown != name {
        wrong.push(format!("the name {shown:?} must be 1 to 128 printable ASCII characters without spaces"));
    }
    for other in scopes.iter().filter(|it| Scope::named(it).is_none()) {
        wrong.push(format!("{shown} has the scope {other:?}; write classify, protocols or knowledge"));
    }
    if scopes.is_empty() {
        wrong.push(format!("{shown} may do nothing; write a scope: classify, protocols or knowledge"));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Identity { caller: callers.known(kind, name), scopes: Scopes::named(scopes.iter().map(String::as_str)) })
}

/// Reads TOML. What the file holds is never part of a message: it could be a key that was written in by mistake.
fn parse<T: DeserializeOwned>(setting: &str, path: &Path) -> Result<T, Vec<String>> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|it| vec![format!("{setting}: {shown}: {it}")])?;
    toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |it| it.start);
        let line = text.bytes().take(at).filter(|it| *it == b'\n').count().saturating_add(1);
        vec![format!("{setting}: {shown}:{line}: {}", error.message())]
    })
}

/// 32 bytes as hexadecimal digits.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).ok().filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use std::{fs, path::PathBuf};

    use super::{Callers, Certificates, Keys, digest, unhex};

    fn file(name: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("cicatrix-{name}-{}.toml", std::process::id()));
        fs::write(&path, text).unwrap();
        path
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|it| format!("{it:02x}")).collect()
    }

    #[test]
    fn a_key_is_known_by_its_hash() {
        assert_eq!(hex(&digest(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(unhex(&hex(&digest(b"abc"))), Some(digest(b"abc")));
        let text =
            format!("[[key]]\nname = \"emr\"\nscopes = [\"protocols\"]\nsha256 = \"{}\"\n", hex(&digest(b"secret")));
        let path = file("keys", &text);
        let keys = Keys::read(&path, &Callers::default()).unwrap();
        assert_eq!(keys.identify(b"secret").unwrap().caller.name, "key:emr");
        for other in ["", "Secret", "secret ", &hex(&digest(b"secret"))] {
            assert!(keys.identify(other.as_bytes()).is_none(), "{other}");
        }
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_is_wrong_is_said_without_what_was_written() {
        let path = file(
            "wrong",
            "[[key]]\nname = \"a\"\nscopes = [\"protocols\"]\nsha256 = \"my-secret-key\"\n\
             [[key]]\nname = \"b c\"\nscopes = [\"protocols\"]\nsha256 = \"00\"\n\
             [[key]]\nname = \"d\"\nscopes = [\"all\"]\nsha256 = \"0000000000000000000000000000000000000000000000000000000000000000\"\n\
             [[key]]\nname = \"e\"\nscopes = []\nsha256 = \"1000000000000000000000000000000000000000000000000000000000000000\"\n\
             [[key]]\nname = \"f\"\nscopes = [\"classify\"]\nsha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n",
        );
        let problems = Keys::read(&path, &Callers::default()).unwrap_err();
        // The second row has two.
        assert_eq!(problems.len(), 6, "{problems:#?}");
        assert!(problems[5].contains("the sha256 of f is that of an empty key; set the key"), "{problems:#?}");
        assert!(
            problems.iter().all(|it| it.starts_with("auth.api_keys: ") && !it.contains("my-secret")),
            "{problems:#?}"
        );
        fs::write(&path, "[[key]]\nname = \"a\"\nkey = \"my-secret-key\"\n").unwrap();
        let problems = Keys::read(&path, &Callers::default()).unwrap_err();
        assert!(problems.concat().contains("unknown field `key`"), "{problems:?}");
        assert!(!problems.concat().contains("my-secret"), "{problems:?}");
        fs::write(&path, "").unwrap();
        assert!(Keys::read(&path, &Callers::default()).unwrap_err().concat().contains("names no key"));
        assert!(Certificates::read(&path, &Callers::default()).unwrap_err().concat().contains("names no client"));
        fs::remove_file(&path).unwrap();
        assert!(Keys::read(&path, &Callers::default()).is_err());
    }
}
