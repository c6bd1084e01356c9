//! What a tree tells is what its text tells.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use serde::{Deserialize, de::DeserializeOwned};
use toml::Spanned;

use super::{read, tree};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    text: Spanned<String>,
    letters: Spanned<String>,
    lines: String,
    small: i32,
    large: Spanned<i64>,
    least: i64,
    point: f64,
    whole: f64,
    yes: bool,
    no: Option<bool>,
    absent: Option<Spanned<String>>,
    words: Spanned<Vec<Spanned<Word>>>,
    row: Vec<Row>,
    only: Only,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    OneOf,
    Another,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Spanned<String>,
    #[serde(default)]
    more: Vec<Spanned<String>>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Only(String);

const TEXT: &str = r#"
text = "plain"
letters = "a \"word\" and 1 \u00b5m"
lines = """
two
lines"""
small = 0x1f
large = 9_000_000_000
least = -9223372036854775808
point = -0.25
whole = 3
yes = true
no = false
words = ["one-of", 'another']
only = 'ä'

[[row]]
id = "ü"
more = []

[[row]]
id = ""
more = ["x", "y"] # said beside it
"#;

/// The value from the tree, having seen that it is that of the text.
fn both<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> T {
    let known = toml::from_str::<T>(text).unwrap();
    let value = read::<T>(text, &tree(text).unwrap()).unwrap();
    assert_eq!(value, known);
    value
}

#[test]
fn every_kind_of_value_comes_out_as_it_was_written() {
    let all: All = both(TEXT);
    // Compared above: a value with a place is equal to one elsewhere, so places are compared here.
    let known: All = toml::from_str(TEXT).unwrap();
    for (here, there) in [(&all.text, &known.text), (&all.letters, &known.letters)] {
        assert_eq!(here.span(), there.span());
    }
    assert_eq!(all.large.span(), known.large.span());
    assert_eq!(all.words.span(), known.words.span());
    let places = |all: &All| -> Vec<_> {
        let words = all.words.get_ref().iter().map(Spanned::span);
        let rows = all.row.iter().flat_map(|it| it.more.iter().chain([&it.id])).map(Spanned::span);
        words.chain(rows).collect()
    };
    assert_eq!(places(&all), places(&known));
}

#[test]
fn what_does_not_fit_is_refused() {
    let whole = tree(TEXT).unwrap();
    assert!(read::<Row>(TEXT, &whole).is_err(), "another table");
    for length in 0..whole.len() {
        assert!(read::<All>(TEXT, whole.get(..length).unwrap()).is_err(), "cut off after {length} bytes");
    }
    let longer: Vec<u8> = whole.iter().copied().chain([0]).collect();
    assert!(read::<All>(TEXT, &longer).is_err(), "something behind it");
    assert!(read::<All>("", &whole).is_err(), "another text");
    assert!(tree("a = 2026-11-27").is_err(), "a day is written as a string");
    assert!(tree("a = ").is_err());
}

/// Whatever stands in a tree, reading it ends with a value or with none.
#[test]
fn no_byte_of_a_tree_breaks_anything() {
    let whole = tree(TEXT).unwrap();
    for at in 0..whole.len() {
        for byte in [0x00, 0x05, 0x07, 0x7f, 0x80, 0xff] {
            let mut changed = whole.clone();
            *changed.get_mut(at).unwrap() = byte;
            let _ = read::<All>(TEXT, &changed);
            let _ = read::<toml::Value>(TEXT, &changed);
        }
    }
}

/// The same line and the same words as by reading the text with the parser's own types.
#[test]
fn what_is_wrong_is_told_where_it_stands() {
    let mistakes = [
        ("text = \"plain\"", "text = 3"),
        ("text = \"plain\"", ""),
        ("text = \"plain\"", "text = \"plain\"\ntexts = \"\""),
        ("small = 0x1f", "small = 3000000000"),
        ("small = 0x1f", "small = 1.5"),
        ("point = -0.25", "point = \"-0.25\""),
        ("'another'", "'nother'"),
        ("id = \"\"", ""),
        ("id = \"\"", "id = \"\"\nof = [1]"),
        ("more = []", "more = {}"),
        ("more = [\"x\", \"y\"]", "more = [\n\"x\",\n[],\n\"y\"]"),
        ("only = 'ä'", "only = 'ä"),
        ("yes = true", "yes = true\nyes = false"),
        ("yes = true", "yes = "),
    ];
    let seven = TEXT.replace("'another'", "7");
    let (_, what) = tree(&seven).and_then(|it| read::<All>(&seven, &it)).unwrap_err();
    assert_eq!(what, "write one word, in quotes");
    let line = |text: &str, at: usize| text.get(..at).unwrap().matches('\n').count() + 1;
    for (right, wrong) in mistakes {
        assert_eq!(TEXT.matches(right).count(), 1, "{right}");
        let text = TEXT.replace(right, wrong);
        let known = toml::from_str::<All>(&text).unwrap_err();
        let (at, what) = tree(&text).and_then(|tree| read::<All>(&text, &tree)).unwrap_err();
        assert_eq!(what, known.message().lines().next().unwrap(), "{wrong}");
        assert_eq!(line(&text, at), line(&text, known.span().unwrap().start), "{wrong}: {what}");
    }
}
