//! The wire: messages generated from `proto/`, and the conversions in and out.

mod answer;
pub mod borrowed;
mod catalogue;
mod check;
pub mod codec;
mod encoded;
mod field;
mod identity;
mod limits;
mod past;
mod patient;
mod preferences;
mod reader;
mod rendered;
mod scales;
mod scars;
mod sink;
mod skin_field;
mod skin_tone;
mod unread;
mod violation;

pub use answer::{checked, classified, generated, number};
pub use catalogue::{Catalogue, ItemText, ProcedureText, ScaleText};
pub use check::{Proposed, proposed};
pub use encoded::{Encodable, Encoded};
pub use identity::protocol_id;
pub use patient::case;
pub use rendered::Rendered;
pub use scars::findings;
pub use sink::{Answer, Sink};
pub use unread::UnreadRequest;
pub use violation::{InvalidRequest, Violation};

/// The messages of `proto/` with their clients, in the tree that the generated paths expect.
#[allow(unreachable_pub, reason = "the tree that generated paths expect")]
mod generated {
    pub mod cicatrix {
        #[allow(
            clippy::all,
            clippy::restriction,
            clippy::pedantic,
            missing_debug_implementations,
            unreachable_pub,
            reason = "generated"
        )]
        pub mod v1 {
            include!(concat!(env!("OUT_DIR"), "/cicatrix.v1.rs"));
            include!(concat!(env!("OUT_DIR"), "/cicatrix.v1.serde.rs"));
        }
    }
    pub mod google {
        #[allow(
            clippy::all,
            clippy::restriction,
            clippy::pedantic,
            missing_debug_implementations,
            unreachable_pub,
            reason = "generated"
        )]
        pub mod r#type {
            include!(concat!(env!("OUT_DIR"), "/google.r#type.rs"));
            include!(concat!(env!("OUT_DIR"), "/google.r#type.serde.rs"));
        }
    }
}

pub use generated::{cicatrix::v1, google::r#type::Date};

/// What the services are made of.
#[allow(
    clippy::all,
    clippy::restriction,
    clippy::pedantic,
    missing_debug_implementations,
    unreachable_pub,
    reason = "generated"
)]
pub mod services {
    include!(concat!(env!("OUT_DIR"), "/services/cicatrix.v1.rs"));
}

/// Every descriptor with comments and options: for the OpenAPI document.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
/// Every descriptor without comments: for reflection.
pub const REFLECTION: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/reflection.bin"));
