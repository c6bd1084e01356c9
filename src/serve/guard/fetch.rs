//! Fetches the public keys of an issuer over HTTPS, from the one address that the operator named.

use std::{fmt, path::PathBuf};

use http::Method;

use crate::serve::outward::{Sent, send, shown};

/// Where keys are fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// An `https` URL.
    pub url: String,
    /// Authorities of its certificate, as PEM; without it those of the system.
    pub ca: Option<PathBuf>,
}

/// Fetches the text at an address.
pub(super) fn fetch(address: &Address) -> Result<String, String> {
    let Address { url, ca } = address;
    let wrong = |what: &dyn fmt::Display| format!("auth.jwt.jwks: {}: {what}", shown(url));
    if !url.starts_with("https://") {
        return Err(wrong(&"is no https URL"));
    }
    let sent = Sent { method: Method::GET, url, ca: ca.as_deref(), media_type: "application/json", body: Vec::new() };
    let body = send(sent).map_err(|it| wrong(&it))?;
    String::from_utf8(body.into()).map_err(|_| wrong(&"is no text"))
}
