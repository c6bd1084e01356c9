//! The plan in the forms for people: read back by other readers, and over REST by a real server.

#![allow(unreachable_pub, reason = "shared by the modules of this test")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::wildcard_enum_match_arm, reason = "most kinds of care are alike here")]

#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;

#[path = "present/people.rs"]
mod people;
#[path = "present/read.rs"]
mod read;

#[path = "present/calendar.rs"]
mod calendar;
#[path = "present/drawing.rs"]
mod drawing;
#[path = "present/over_rest.rs"]
mod over_rest;
