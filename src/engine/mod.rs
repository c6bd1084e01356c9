//! Decides. Pure and total: no clock, no I/O, no randomness, no hash order, no errors.
//!
//! `facts ─ classify ─► assessment ─ screen ─► dispositions ─ select ─► stages ─ schedule ─► sessions ─ explain ─► plan`

mod classify;

pub use classify::classify;
