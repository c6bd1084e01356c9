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
mod marks;
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
pub use marks::Marks;
pub use patient::case;
pub use rendered::Rendered;
pub use scars::findings;
pub use sink::{Answer, Sink};
pub use unread::UnreadRequest;
pub use violation::{InvalidRequest, LISTED, Path, Violation, no_value};

/// What `build.rs` makes of `proto/`: the messages with their clients in the tree that their paths expect, and the services.
#[allow(
    clippy::all,
    clippy::restriction,
    clippy::pedantic,
    missing_debug_implementations,
    unreachable_pub,
    reason = "generated"
)]
mod generated {
    pub mod cicatrix {
        pub mod v1 {
            include!(concat!(env!("OUT_DIR"), "/cicatrix.v1.rs"));
            include!(concat!(env!("OUT_DIR"), "/cicatrix.v1.serde.rs"));
        }
    }
    pub mod google {
        pub mod r#type {
            include!(concat!(env!("OUT_DIR"), "/google.r#type.rs"));
            include!(concat!(env!("OUT_DIR"), "/google.r#type.serde.rs"));
        }
    }
    pub mod services {
        include!(concat!(env!("OUT_DIR"), "/services/cicatrix.v1.rs"));
    }
}

pub use generated::{cicatrix::v1, google::r#type::Date, services};

/// Every descriptor with comments and options: for the OpenAPI document.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
/// Every descriptor without comments: for reflection.
pub const REFLECTION: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/reflection.bin"));
