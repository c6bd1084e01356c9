//! Scar classification and treatment protocols.
//!
//! Data goes one way: `serve` → `wire` → `domain` → `engine` → `wire` → `serve`.
//! `tests/architecture.rs` holds the modules to it.

pub mod cli;
pub mod domain;
pub mod engine;
pub mod knowledge;
pub mod present;
pub mod release;
pub mod review;
pub mod serve;
pub mod settings;
pub mod survey;
pub mod wire;
