//! Content lines of RFC 5545: escaped, folded, ended by CR and LF.

use crate::domain::Date;

/// Octets in a line without its end.
const FOLD: usize = 75;

/// Components in the making.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A property whose value needs no escapes.
    pub(super) fn plain(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{value}"));
    }

    /// A property of type TEXT.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{}", escape(value)));
    }

    /// A property of type DATE.
    pub(super) fn date(&mut self, name: &str, date: Date) {
        self.fold(&format!("{name};VALUE=DATE:{}", basic(date)));
    }

    /// The day after, as the end that is not part of an event; left out after the last date there is.
    pub(super) fn date_after(&mut self, name: &str, date: Date) {
        let next = date.plus(1);
        if next > date {
            self.date(name, next);
        }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    /// A line of at most 75 octets, and what is longer on lines that begin with a space. No character is split.
    fn fold(&mut self, line: &str) {
        let mut octets = 0;
        for it in line.chars() {
            if octets + it.len_utf8() > FOLD {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(it);
            octets += it.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// A date as `20261201`.
pub(super) fn basic(date: Date) -> String {
    let (year, month, day) = date.civil();
    format!("{year:04}{month:02}{day:02}")
}

/// Text with what has a meaning in a value of type TEXT escaped, and without the control characters that it may not hold.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(it);
            }
            '\n' => escaped.push_str("\\n"),
            it if it.is_control() => {}
            it => escaped.push(it),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Lines, escape};

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a, b; c\\d\ne\r\u{7}:\"é\""), "a\\, b\\; c\\\\d\\ne:\"é\"");
    }

    #[test]
    fn a_line_of_75_octets_is_not_folded() {
        let mut lines = Lines::default();
        lines.plain("X", &"a".repeat(73));
        lines.plain("X", &"a".repeat(74));
        assert_eq!(lines.finish(), format!("X:{}\r\nX:{}\r\n a\r\n", "a".repeat(73), "a".repeat(73)));
    }

    proptest! {
        #[test]
        fn what_is_folded_unfolds(text in "[ -~äßéπ字🙂\n]{0,400}") {
            let mut lines = Lines::default();
            lines.text("SUMMARY", &text);
            let folded = lines.finish();
            prop_assert!(folded.ends_with("\r\n"));
            // Every physical line is short and begins inside no character.
            prop_assert!(folded.split("\r\n").all(|it| it.len() <= 75));
            let bare = folded.replace("\r\n", "");
            prop_assert!(!bare.contains(['\r', '\n']));
            let unfolded = folded.replace("\r\n ", "");
            prop_assert_eq!(unfolded, format!("SUMMARY:{}\r\n", escape(&text)));
        }
    }
}
