//! Answers made of borrowed values: the messages of the schema again, as structs that own nothing.
//!
//! Their names and fields are those of [`v1`]. What they hold belongs to the knowledge, the case, the plan or
//! an arena that is thrown away in one piece, so that an answer with a thousand strings costs a few blocks of memory.

#![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub, reason = "generated from the schema")]

use super::{
    Rendered,
    sink::{Answer, Field, Sink, Sizes},
    v1,
};

include!(concat!(env!("OUT_DIR"), "/borrowed.rs"));
