//! Writes SVG elements: every text is escaped on its way in, so that no text can become markup.

use std::fmt::Write as _;

/// A colour on light paper, and the name by which the style sheet changes it on dark paper.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    class: &'static str,
    light: &'static str,
    dark: &'static str,
}

impl Paint {
    const fn new(class: &'static str, light: &'static str, dark: &'static str) -> Self {
        Self { class, light, dark }
    }
}

pub(super) const PAPER: Paint = Paint::new("paper", "#ffffff", "#14181d");
pub(super) const TEXT: Paint = Paint::new("text", "#1d2730", "#e9edf1");
pub(super) const FAINT: Paint = Paint::new("faint", "#55606b", "#a9b4bf");
pub(super) const GRID: Paint = Paint::new("grid", "#d5dbe1", "#39424c");
pub(super) const INK: Paint = Paint::new("ink", "#17587f", "#86c6ef");
pub(super) const HOME: Paint = Paint::new("home", "#6d9173", "#7fa886");
pub(super) const TRACES: Paint = Paint::new("traces", "#c96f1e", "#e59a4f");
const ALL: [Paint; 7] = [PAPER, TEXT, FAINT, GRID, INK, HOME, TRACES];

/// How a shape is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pen {
    Filled(Paint),
    /// An outline on paper.
    Outlined(Paint),
    /// The same, dashed: it is not sure.
    Dashed(Paint),
}

impl Pen {
    fn attributes(self) -> String {
        match self {
            // The class and the attribute say the same, so that a program without style sheets draws on light paper.
            Self::Filled(it) => format!("class=\"f-{}\" fill=\"{}\"", it.class, it.light),
            Self::Outlined(it) => outline(it),
            Self::Dashed(it) => format!("{} stroke-dasharray=\"3 2\"", outline(it)),
        }
    }
}

fn outline(it: Paint) -> String {
    format!("class=\"f-paper s-{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"1.5\"", it.class, PAPER.light, it.light)
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) size: u8,
    pub(super) paint: Paint,
    pub(super) bold: bool,
    pub(super) centred: bool,
}

/// Elements in the making. Writing to a string cannot fail.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    pub(super) fn open(&mut self, tag: &str, attributes: &str) {
        let _ = writeln!(self.0, "<{tag} {attributes}>");
    }

    pub(super) fn close(&mut self, tag: &str) {
        let _ = writeln!(self.0, "</{tag}>");
    }

    /// An element that holds text only.
    pub(super) fn element(&mut self, tag: &str, attributes: &str, text: &str) {
        let space = if attributes.is_empty() { "" } else { " " };
        let _ = writeln!(self.0, "<{tag}{space}{attributes}>{}</{tag}>", escape(text));
    }

    /// The style sheet: only what changes on dark paper.
    pub(super) fn style(&mut self) {
        self.0.push_str("<style>@media (prefers-color-scheme:dark){");
        for Paint { class, dark, .. } in ALL {
            let _ = write!(self.0, ".f-{class}{{fill:{dark}}}.s-{class}{{stroke:{dark}}}");
        }
        self.0.push_str("}</style>\n");
    }

    /// Shapes that a reader is told about as one.
    pub(super) fn group(&mut self, title: &str, draw: impl FnOnce(&mut Self)) {
        self.0.push_str("<g>\n");
        self.element("title", "", title);
        draw(self);
        self.close("g");
    }

    pub(super) fn text(&mut self, x: f64, y: f64, set: Type, text: &str) {
        let Type { size, paint, bold, centred } = set;
        let weight = if bold { " font-weight=\"600\"" } else { "" };
        let anchor = if centred { " text-anchor=\"middle\"" } else { "" };
        let Paint { class, light, .. } = paint;
        let attributes = format!(
            "x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\"{weight}{anchor} class=\"f-{class}\" fill=\"{light}\""
        );
        self.element("text", &attributes, text);
    }

    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, pen: Pen) {
        let pen = pen.attributes();
        let _ = writeln!(
            self.0,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\" {pen}/>"
        );
    }

    pub(super) fn circle(&mut self, x: f64, y: f64, radius: f64, pen: Pen) {
        let _ = writeln!(self.0, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" {}/>", pen.attributes());
    }

    pub(super) fn polygon(&mut self, points: &[(f64, f64)], pen: Pen) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(self.0, "<polygon points=\"{}\" {}/>", points.join(" "), pen.attributes());
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint) {
        let Paint { class, light, .. } = paint;
        let _ = writeln!(
            self.0,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" class=\"s-{class}\" stroke=\"{light}\"/>",
            from.0, from.1, to.0, to.1
        );
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Text made safe for an element or an attribute. What XML 1.0 cannot hold at all is shown as a replacement character.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' => safe.push(it),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            it => safe.push(it),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escape("<script>\"a\" & 'b'</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"
        );
        assert_eq!(escape("a\u{0}b\u{1b}\u{fffe}é\n"), "a\u{fffd}b\u{fffd}\u{fffd}é\n");
    }
}
