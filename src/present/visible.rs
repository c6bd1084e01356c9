//! Makes visible what a terminal would obey instead of showing it.

use std::borrow::Cow;

/// The text with control characters, and those that turn the direction of what follows, written as escapes.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for it in text.chars() {
        if is_obeyed(it) { shown.extend(it.escape_default()) } else { shown.push(it) }
    }
    Cow::Owned(shown)
}

fn is_obeyed(it: char) -> bool {
    let direction =
        matches!(it, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let new_line = matches!(it, '\u{2028}' | '\u{2029}');
    it.is_control() || direction || new_line
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn nothing_is_obeyed_and_what_is_shown_stays() {
        assert_eq!(visible("Wange links, \u{5e9}\u{5dc}\u{5d5}\u{5dd}"), "Wange links, \u{5e9}\u{5dc}\u{5d5}\u{5dd}");
        assert_eq!(visible("a\u{1b}[2Jb\r\n\t\u{9b}c"), "a\\u{1b}[2Jb\\r\\n\\t\\u{9b}c");
        assert_eq!(visible("x\u{202e}y\u{2069}\u{200f}\u{2028}"), "x\\u{202e}y\\u{2069}\\u{200f}\\u{2028}");
    }
}
