//! Changes inputs at random: bytes anywhere, and values within JSON and TOML so that much of it still reads.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use serde_json::{Value, json};

/// What the inputs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Bytes,
    Json,
    /// Files, each begun by a line `=== path`.
    Toml,
}

/// A source of changed inputs.
#[derive(Debug)]
pub struct Mutator {
    form: Form,
    state: u64,
}

impl Mutator {
    pub fn new(form: Form, seed: u64) -> Self {
        Self { form, state: seed.wrapping_mul(0x2545_F491_4F6C_DD1D) }
    }

    fn roll(&mut self, sides: usize) -> usize {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.state;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((it ^ (it >> 31)) % sides.max(1) as u64) as usize
    }

    /// A changed copy of something in the corpus.
    pub fn next(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus[self.roll(corpus.len())].clone();
        let other = &corpus[self.roll(corpus.len())];
        for _ in 0..=self.roll(3) {
            input = match (self.form, self.roll(5)) {
                (_, 0) | (Form::Bytes, _) => self.bytes(input, other),
                (Form::Json, _) => self.json(input, other),
                (Form::Toml, 1) => [input, other.clone()].concat(),
                (Form::Toml, _) => self.toml(input, other),
            };
        }
        input.truncate(60_000);
        input
    }

    fn bytes(&mut self, mut input: Vec<u8>, other: &[u8]) -> Vec<u8> {
        let at = self.roll(input.len() + 1);
        let end = (at + 1 + self.roll(16)).min(input.len());
        match self.roll(8) {
            0 if at < input.len() => input[at] ^= 1 << self.roll(8),
            1 if at < input.len() => input[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'\n', b'='][self.roll(8)],
            2 => input.insert(at, self.roll(256) as u8),
            3 if at < end => drop(input.drain(at..end)),
            4 if at < end => {
                let again = input[at..end].to_vec();
                input.splice(at..at, again);
            }
            5 if !other.is_empty() => {
                // The end of another input.
                let from = self.roll(other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            6 if !other.is_empty() => {
                let from = self.roll(other.len());
                let to = (from + 1 + self.roll(40)).min(other.len());
                input.splice(at..at, other[from..to].iter().copied());
            }
            _ => input.truncate(at),
        }
        input
    }

    fn odd(&mut self) -> Value {
        let all = [
            json!(null),
            json!(0),
            json!(-1),
            json!(1),
            json!(4),
            json!(2_147_483_647_i64),
            json!(2_147_483_648_i64),
            json!(-2_147_483_648_i64),
            json!(9_223_372_036_854_775_807_i64),
            json!(0.0005),
            json!(1e300),
            json!(-0.0),
            json!(1.5),
            json!(true),
            json!(false),
            json!(""),
            json!("x"),
            json!("NaN"),
            json!("Infinity"),
            json!("-1"),
            json!("ä\u{0}\u{202e}"),
            json!([]),
            json!({}),
            json!([{}, {}]),
            json!("always"),
            json!("not not (always)"),
            json!("site is cheek and fitzpatrick >= 4"),
            json!("days_since_tan < 10000 weeks"),
            json!("2 weeks"),
            json!("10000 weeks"),
            json!("0 days"),
            json!("4 to 2 weeks"),
            json!("-3 days"),
            json!("{low} {high} {"),
            json!(["expert-practice"]),
            json!(["A", "toy_book"]),
            json!("defer"),
            json!("exclude"),
        ];
        let at = self.roll(all.len());
        all[at].clone()
    }

    fn json(&mut self, input: Vec<u8>, other: &[u8]) -> Vec<u8> {
        let Ok(mut value) = serde_json::from_slice(&input) else { return self.bytes(input, other) };
        let donor = serde_json::from_slice(other).unwrap_or(Value::Null);
        self.value(&mut value, &donor);
        serde_json::to_vec(&value).unwrap()
    }

    fn toml(&mut self, input: Vec<u8>, other: &[u8]) -> Vec<u8> {
        fn parts(bytes: &[u8]) -> Vec<(String, Option<Value>)> {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let files = text.split("=== ").skip(1).map(|it| it.split_once('\n').unwrap_or((it, "")));
            files.map(|(path, text)| (path.to_owned(), toml::from_str(text).ok())).collect()
        }
        let mut files = parts(&input);
        if files.is_empty() || files.iter().any(|(_, content)| content.is_none()) {
            return self.bytes(input, other);
        }
        let donor = parts(other).into_iter().find_map(|(_, content)| content).unwrap_or(Value::Null);
        let at = self.roll(files.len());
        if let Some(value) = &mut files[at].1 {
            self.value(value, &donor);
        }
        let mut all = String::new();
        for (path, content) in files {
            let text = content.and_then(|it| toml::to_string(&it).ok()).unwrap_or_default();
            all.push_str(&format!("=== {path}\n{text}"));
        }
        all.into_bytes()
    }

    /// Changes one place somewhere in `value`.
    fn value(&mut self, value: &mut Value, donor: &Value) {
        let deeper = self.roll(8) != 0;
        match value {
            Value::Object(fields) if deeper && !fields.is_empty() => {
                let at = self.roll(fields.len());
                let name = fields.keys().nth(at).unwrap().clone();
                match self.roll(12) {
                    0 => drop(fields.remove(&name)),
                    1 => {
                        let moved = fields.remove(&name).unwrap();
                        fields.insert(format!("{name}x"), moved);
                    }
                    2 => {
                        if let Value::Object(more) = donor {
                            fields.extend(more.clone());
                        }
                    }
                    _ => {
                        let below = donor.get(&name).cloned().unwrap_or(Value::Null);
                        self.value(&mut fields[&name], &below);
                    }
                }
            }
            Value::Array(items) if deeper && !items.is_empty() => {
                let at = self.roll(items.len());
                match self.roll(10) {
                    0 => drop(items.remove(at)),
                    1 => {
                        let again = items[at].clone();
                        items.push(again);
                    }
                    2 => {
                        if let Value::Array(more) = donor {
                            items.extend(more.iter().cloned());
                        }
                    }
                    3 => items.rotate_left(at),
                    _ => self.value(&mut items[at], donor.get(at).unwrap_or(&Value::Null)),
                }
            }
            it @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)) => match (self.roll(4), &mut *it) {
                (0, Value::Number(number)) => {
                    let near = number.as_f64().unwrap_or_default() + [-1.0, 1.0, 0.5, 1000.0][self.roll(4)];
                    *it = if near.fract() == 0.0 { json!(near as i64) } else { json!(near) };
                }
                (1, it) if !donor.is_null() => *it = donor.clone(),
                (_, it) => *it = self.odd(),
            },
        }
    }
}
