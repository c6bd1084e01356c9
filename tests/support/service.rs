//! The service on the shipped knowledge, and requests that are right.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

#[path = "requests.rs"]
mod requests;

use std::sync::OnceLock;

use cicatrix::{knowledge::Knowledge, release, serve::Service};
#[allow(unused_imports, reason = "each test file uses its part")]
pub use requests::*;

/// The service, made once.
pub fn service() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    SERVICE.get_or_init(|| {
        Service::new(Knowledge::parse(&release::embedded()).unwrap_or_else(|problems| panic!("\n{problems}")))
    })
}
