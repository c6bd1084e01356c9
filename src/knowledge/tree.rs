//! A file of knowledge as a tree: every value, and where it stands in the text.
//!
//! The trees of the files that a program is built with are made by the build, so that no replica reads TOML before it
//! answers. They stand in the program beside the texts, and hold no string that the text holds already.

mod kinds;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, IntoDeserializer as _, MapAccess, SeqAccess, Visitor, value::BorrowedStrDeserializer,
    },
    forward_to_deserialize_any,
};

/// How the type of a value with its place begins: it is no table, though it asks for one.
const PLACED: &str = "$__serde_spanned";

pub(super) use write::{Wrong, tree};

/// The value of a text, from its tree.
pub(super) fn read<'t, T: Deserialize<'t>>(text: &'t str, tree: &'t [u8]) -> Result<T, Wrong> {
    let mut cursor = Cursor { text, tree };
    let value = T::deserialize(&mut cursor).and_then(|it| if cursor.tree.is_empty() { Ok(it) } else { Err(torn()) });
    value.map_err(|Misfit { at, what }| (at.unwrap_or_default(), what))
}

/// A value that is not what was asked for, and where it stands once that is known.
#[derive(Debug)]
struct Misfit {
    at: Option<usize>,
    what: String,
}

impl Misfit {
    /// The innermost place is the one that is told.
    fn at(self, place: Place) -> Self {
        Self { at: self.at.or(Some(place.start)), ..self }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Misfit {}

impl Error for Misfit {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self { at: None, what: what.to_string() }
    }
}

/// A tree that is not one, or not that of the text.
fn torn() -> Misfit {
    Misfit { at: None, what: "this program holds a file that it cannot read".to_owned() }
}

/// What is still to be read.
struct Cursor<'t> {
    text: &'t str,
    tree: &'t [u8],
}

/// Where a node stands in the text.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    length: usize,
}

impl Place {
    fn end(self) -> usize {
        self.start.saturating_add(self.length)
    }
}

impl<'t> Cursor<'t> {
    fn byte(&mut self) -> Result<u8, Misfit> {
        let (first, rest) = self.tree.split_first().ok_or_else(torn)?;
        self.tree = rest;
        Ok(*first)
    }

    fn bytes(&mut self, count: usize) -> Result<&'t [u8], Misfit> {
        let (taken, rest) = self.tree.split_at_checked(count).ok_or_else(torn)?;
        self.tree = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, Misfit> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(torn())
    }

    fn count(&mut self) -> Result<usize, Misfit> {
        usize::try_from(self.number()?).map_err(|_| torn())
    }

    fn letters(&mut self) -> Result<&'t str, Misfit> {
        let count = self.count()?;
        str::from_utf8(self.bytes(count)?).map_err(|_| torn())
    }

    /// What comes next, and where it stands.
    fn head(&mut self) -> Result<(u8, Place), Misfit> {
        Ok((self.byte()?, Place { start: self.count()?, length: self.count()? }))
    }

    /// Where what comes next stands, without reading it.
    fn place(&self) -> Result<Place, Misfit> {
        Ok(Cursor { ..*self }.head()?.1)
    }

    /// What stands between the quotes.
    fn quoted(&self, place: Place) -> Result<&'t str, Misfit> {
        let (start, end) = (place.start.saturating_add(1), place.end().saturating_sub(1));
        self.text.get(start..end).ok_or_else(torn)
    }

    /// The value of a node whose kind and place are known.
    fn value<V: Visitor<'t>>(&mut self, kind: u8, place: Place, visitor: V) -> Result<V::Value, Misfit> {
        match kind {
            kinds::QUOTED => visitor.visit_borrowed_str(self.quoted(place)?),
            kinds::SPELT => visitor.visit_borrowed_str(self.letters()?),
            kinds::INTEGER => {
                let number = self.number()?;
                visitor.visit_i64((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
            }
            kinds::FLOAT => {
                let bytes = self.bytes(size_of::<f64>())?;
                visitor.visit_f64(f64::from_le_bytes(bytes.try_into().map_err(|_| torn())?))
            }
            kinds::FALSE => visitor.visit_bool(false),
            kinds::TRUE => visitor.visit_bool(true),
            kinds::ARRAY => {
                let left = self.count()?;
                visitor.visit_seq(Within { cursor: self, left })
            }
            kinds::TABLE => {
                let left = self.count()?;
                visitor.visit_map(Within { cursor: self, left })
            }
            _ => Err(torn()),
        }
    }
}

impl<'t> Deserializer<'t> for &mut Cursor<'t> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let (kind, place) = self.head()?;
        self.value(kind, place, visitor).map_err(|it| it.at(place))
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if !name.starts_with(PLACED) {
            return self.deserialize_any(visitor);
        }
        let place = self.place()?;
        visitor.visit_map(Placed { cursor: self, place, parts: fields.iter() })
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    /// Only words of a closed list.
    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let (kind, place) = self.head()?;
        let word = match kind {
            kinds::QUOTED => self.quoted(place)?,
            kinds::SPELT => self.letters()?,
            _ => return Err(Misfit::custom("write one word, in quotes").at(place)),
        };
        visitor.visit_enum(BorrowedStrDeserializer::new(word)).map_err(|it: Misfit| it.at(place))
    }

    forward_to_deserialize_any! {
        <W: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// The nodes of an array or a table.
struct Within<'c, 't> {
    cursor: &'c mut Cursor<'t>,
    left: usize,
}

impl<'t> SeqAccess<'t> for Within<'_, 't> {
    type Error = Misfit;

    fn next_element_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.cursor).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'t> MapAccess<'t> for Within<'_, 't> {
    type Error = Misfit;

    fn next_key_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let name = BorrowedStrDeserializer::new(self.cursor.letters()?);
        let place = self.cursor.place()?;
        // What is wrong with a name stands where its value does.
        seed.deserialize(name).map(Some).map_err(|it: Misfit| it.at(place))
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Misfit> {
        seed.deserialize(&mut *self.cursor)
    }
}

/// A value with its place, as the table of three that its type asks for.
struct Placed<'c, 't> {
    cursor: &'c mut Cursor<'t>,
    place: Place,
    parts: Parts,
}

/// The names of a start, an end and a value that are still to be told.
type Parts = std::slice::Iter<'static, &'static str>;

impl<'t> MapAccess<'t> for Placed<'_, 't> {
    type Error = Misfit;

    fn next_key_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        self.parts.next().map(|it| seed.deserialize(BorrowedStrDeserializer::new(it))).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Misfit> {
        match self.parts.len() {
            2 => seed.deserialize(self.place.start.into_deserializer()),
            1 => seed.deserialize(self.place.end().into_deserializer()),
            _ => seed.deserialize(&mut *self.cursor),
        }
    }
}
