//! What a node of a tree can be. Shared with the build, which writes them.

/// A string that stands in the text between the quotes of its place.
pub(crate) const QUOTED: u8 = 0;
/// A string that is written differently in the text: its length, then its letters.
pub(crate) const SPELT: u8 = 1;
/// A whole number, zigzag.
pub(crate) const INTEGER: u8 = 2;
/// A number with a point: eight bytes.
pub(crate) const FLOAT: u8 = 3;
pub(crate) const FALSE: u8 = 4;
pub(crate) const TRUE: u8 = 5;
/// How many, then the nodes.
pub(crate) const ARRAY: u8 = 6;
/// How many, then of each the length of its name, its name and its node.
pub(crate) const TABLE: u8 = 7;
