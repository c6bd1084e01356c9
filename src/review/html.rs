//! Writes HTML: every text is escaped on its way in, so that no sentence can become markup.

use std::fmt::Write as _;

pub(super) use crate::present::escape;

/// A document in the making. What is called `markup` is made by this module or by the caller, and not escaped.
#[derive(Debug, Default)]
pub(super) struct Html(pub String);

impl Html {
    pub(super) fn markup(&mut self, markup: &str) {
        self.0.push_str(markup);
        self.0.push('\n');
    }

    /// An element that holds text only.
    pub(super) fn text(&mut self, tag: &str, text: &str) {
        let _ = writeln!(self.0, "<{tag}>{}</{tag}>", escape(text));
    }

    /// A heading that can be linked to.
    pub(super) fn heading(&mut self, level: u8, id: &str, text: &str) {
        let _ = writeln!(self.0, "<h{level} id=\"{}\">{}</h{level}>", escape(id), escape(text));
    }

    /// A table with a row of headings; the cells are markup.
    pub(super) fn table(&mut self, class: &str, headings: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        let _ = writeln!(self.0, "<table class=\"{}\"><thead><tr>", escape(class));
        for heading in headings {
            let _ = write!(self.0, "<th>{}</th>", escape(heading));
        }
        self.markup("</tr></thead><tbody>");
        for row in rows {
            let cells: String = row.iter().map(|cell| format!("<td>{cell}</td>")).collect();
            let _ = writeln!(self.0, "<tr>{cells}</tr>");
        }
        self.markup("</tbody></table>");
    }
}

/// A link out of the document.
pub(super) fn link(address: &str, text: &str) -> String {
    // Anything but a plain address stays text: a link could do more than lead somewhere.
    if address.starts_with("https://") || address.starts_with("http://") {
        format!("<a href=\"{}\">{}</a>", escape(address), escape(text))
    } else {
        escape(text)
    }
}

/// A part of an address: what could end it early is written in its percent form.
pub(super) fn in_address(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/()".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{Html, escape, in_address, link};

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(escape("<b> & \"x\" 'y'"), "&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;");
        let mut html = Html::default();
        html.heading(2, "a\"b", "<script>");
        html.text("p", "</p><script>");
        assert!(!html.0.contains("<script>"));
        assert_eq!(link("javascript:x", "a"), "a");
        assert_eq!(in_address("10.1/a<b> c"), "10.1/a%3Cb%3E%20c");
    }
}
