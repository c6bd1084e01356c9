//! Any bytes at the door `classify_protobuf`.

#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "../../tests/support/doors.rs"]
mod doors;
#[path = "../../tests/support/laws.rs"]
mod laws;
#[path = "../../tests/support/people.rs"]
mod people;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    doors::classify_protobuf(bytes);
});
