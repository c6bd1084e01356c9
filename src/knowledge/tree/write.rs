//! Makes the tree of a TOML file: when the program is built, and of files that it was not built with.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::kinds;

/// Where in the text something is wrong, and what.
pub(crate) type Wrong = (usize, String);

/// The tree of a file.
pub(crate) fn tree(text: &str) -> Result<Vec<u8>, Wrong> {
    let root = DeTable::parse(text).map_err(|error| {
        let first = error.message().lines().next().unwrap_or_default();
        (error.span().map_or(0, |it| it.start), first.to_owned())
    })?;
    let mut to = Vec::new();
    head(&mut to, kinds::TABLE, &root);
    table(&mut to, text, root.get_ref())?;
    Ok(to)
}

/// What it is, and where it stands.
fn head<T>(to: &mut Vec<u8>, kind: u8, it: &Spanned<T>) {
    to.push(kind);
    count(to, it.span().start);
    count(to, it.span().len());
}

fn node(to: &mut Vec<u8>, text: &str, it: &Spanned<DeValue<'_>>) -> Result<(), Wrong> {
    let wrong = |what: &str| (it.span().start, what.to_owned());
    match it.get_ref() {
        DeValue::String(value) => {
            let quoted = it.span().start + 1..it.span().end.saturating_sub(1);
            if text.get(quoted) == Some(value) {
                head(to, kinds::QUOTED, it);
            } else {
                head(to, kinds::SPELT, it);
                letters(to, value);
            }
        }
        DeValue::Integer(value) => {
            head(to, kinds::INTEGER, it);
            let value = i64::from_str_radix(value.as_str(), value.radix());
            let value = value.map_err(|_| wrong("this number is too large"))?;
            number(to, ((value << 1) ^ (value >> 63)).cast_unsigned());
        }
        DeValue::Float(value) => {
            head(to, kinds::FLOAT, it);
            let value = value.as_str().parse::<f64>().map_err(|_| wrong("this is not a number"))?;
            to.extend_from_slice(&value.to_le_bytes());
        }
        DeValue::Boolean(false) => head(to, kinds::FALSE, it),
        DeValue::Boolean(true) => head(to, kinds::TRUE, it),
        DeValue::Datetime(_) => return Err(wrong("write a date as a string, in quotes")),
        DeValue::Array(values) => {
            head(to, kinds::ARRAY, it);
            count(to, values.len());
            values.iter().try_for_each(|value| node(to, text, value))?;
        }
        DeValue::Table(values) => {
            head(to, kinds::TABLE, it);
            table(to, text, values)?;
        }
    }
    Ok(())
}

fn table(to: &mut Vec<u8>, text: &str, values: &DeTable<'_>) -> Result<(), Wrong> {
    count(to, values.len());
    values.iter().try_for_each(|(name, value)| {
        letters(to, name.get_ref());
        node(to, text, value)
    })
}

fn letters(to: &mut Vec<u8>, it: &str) {
    count(to, it.len());
    to.extend_from_slice(it.as_bytes());
}

fn count(to: &mut Vec<u8>, count: usize) {
    number(to, count as u64);
}

/// Seven bits a byte, the low ones first.
fn number(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    to.push(number as u8);
}
