//! Reads Rust well enough to keep the house: what is code, and which paths it names.

#![allow(unreachable_pub, reason = "a module of one test")]

/// What stands at a character of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    /// Between quotes, and the quotes.
    Quoted,
    Comment,
}

/// The kind of each character.
fn kinds(text: &[char]) -> Vec<Kind> {
    let at = |place: usize| text.get(place).copied().unwrap_or(' ');
    let named = |it: char| it.is_alphanumeric() || it == '_';
    let find = |from: usize, what: &str| {
        let what: Vec<char> = what.chars().collect();
        (from..text.len()).find(|it| text[*it..].starts_with(&what)).map_or(text.len(), |it| it + what.len())
    };
    let mut kinds = Vec::with_capacity(text.len());
    while kinds.len() < text.len() {
        let here = kinds.len();
        // A raw string: `r`, `br`, with as many signs as end it.
        let signs = text[here..].iter().skip(1).take_while(|it| **it == '#').count();
        let raw = at(here) == 'r'
            && at(here + 1 + signs) == '"'
            && (here == 0 || !named(at(here - 1)) || at(here - 1) == 'b');
        let (kind, end) = match (at(here), at(here + 1)) {
            ('/', '/') => {
                (Kind::Comment, text[here..].iter().position(|it| *it == '\n').map_or(text.len(), |it| here + it))
            }
            ('/', '*') => (Kind::Comment, find(here + 2, "*/")),
            _ if raw => (Kind::Quoted, find(here + signs + 2, &format!("\"{}", "#".repeat(signs)))),
            ('"', _) => {
                let mut end = here + 1;
                while end < text.len() && at(end) != '"' {
                    end += if at(end) == '\\' { 2 } else { 1 };
                }
                (Kind::Quoted, end + 1)
            }
            ('\'', '\\') => (Kind::Quoted, find(here + 3, "'")),
            // A lifetime has no quote after its first letter.
            ('\'', _) if at(here + 2) == '\'' => (Kind::Quoted, here + 3),
            _ => (Kind::Code, here + 1),
        };
        kinds.resize(end.clamp(here + 1, text.len()), kind);
    }
    kinds
}

/// The places of the modules that are only there for tests.
fn test_modules(code: &str) -> Vec<std::ops::Range<usize>> {
    const ONLY_FOR_TESTS: &str = "#[cfg(test)]";
    let mut found = Vec::new();
    for (begin, _) in code.match_indices(ONLY_FOR_TESTS) {
        let mut rest = code[begin + ONLY_FOR_TESTS.len()..].trim_start();
        while let Some((_, after)) = rest.strip_prefix("#[").and_then(|it| it.split_once(']')) {
            rest = after.trim_start();
        }
        let Some((name, _)) = rest.strip_prefix("mod ").and_then(|it| it.split_once('{')) else { continue };
        if name.contains(';') {
            continue;
        }
        let mut open = 0;
        let end = code[begin..].char_indices().find(|(_, it)| {
            open += i32::from(*it == '{') - i32::from(*it == '}');
            *it == '}' && open == 0
        });
        found.push(begin..end.map_or(code.len(), |(at, _)| begin + at + 1));
    }
    found
}

/// The lines of a file without its test modules and its comments, and with or without what stands in quotes. Every
/// character keeps its place.
pub fn lines(text: &str, quotes: bool) -> Vec<(usize, String)> {
    // Places are those of characters and of bytes alike.
    let text: Vec<char> = text.chars().map(|it| if it.is_ascii() { it } else { '?' }).collect();
    let kinds = kinds(&text);
    let only = |wanted: &dyn Fn(Kind) -> bool| -> String {
        let kept = text.iter().zip(&kinds).map(|(it, kind)| if *it == '\n' || wanted(*kind) { *it } else { ' ' });
        kept.collect()
    };
    let tests = test_modules(&only(&|it| it == Kind::Code));
    let kept = only(&|it| it == Kind::Code || quotes && it == Kind::Quoted);
    let kept: String = kept
        .char_indices()
        .map(|(at, it)| if it != '\n' && tests.iter().any(|test| test.contains(&at)) { ' ' } else { it })
        .collect();
    kept.lines().map(ToOwned::to_owned).enumerate().map(|(at, line)| (at + 1, line)).collect()
}

/// The code of a file without its tests, its comments and what stands in quotes.
pub fn code(text: &str) -> Vec<(usize, String)> {
    lines(text, false)
}

/// Every path of the code with its line: those of a `use` tree one by one, with what stands before them.
pub fn paths(code: &[(usize, String)]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // What stands before the tree that is open, and before those around it.
    let mut before: Vec<String> = Vec::new();
    let mut in_use = false;
    let mut path = String::new();
    for (line, text) in code {
        let mut words = text.replace("::", "\u{1}");
        words.push(' ');
        let mut word = String::new();
        for it in words.chars() {
            if it.is_alphanumeric() || it == '_' {
                word.push(it);
                continue;
            }
            match word.as_str() {
                // `use<…>` says what an opaque type captures.
                "use" if it != '<' => (in_use, before, path) = (true, Vec::new(), String::new()),
                "" => {}
                // Another name for what comes before.
                "as" => path.push(' '),
                _ if path.ends_with(' ') => {}
                _ => path.push_str(&word),
            }
            word.clear();
            match it {
                '\u{1}' => path.push_str("::"),
                '{' if in_use => before.push(std::mem::take(&mut path)),
                it if it.is_whitespace() && in_use => {}
                _ => {
                    let whole = format!("{}{}", before.concat(), path.trim_end());
                    if !path.is_empty() {
                        found.push((*line, whole));
                    }
                    path.clear();
                    match it {
                        '}' if in_use => drop(before.pop()),
                        ';' => (in_use, before) = (false, Vec::new()),
                        _ => {}
                    }
                }
            }
        }
    }
    found
}
