//! What a caller accepts (RFC 9110, 12.5.1), and which form an answer takes.

use http::{HeaderMap, header};

/// A form of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Calendar,
    Svg,
}

/// The forms, what is preferred first.
const FORMS: [Form; 3] = [Form::Json, Form::Calendar, Form::Svg];

impl Form {
    /// What stands in `content-type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Calendar => "text/calendar; charset=utf-8",
            Self::Svg => "image/svg+xml",
        }
    }

    /// Type and subtype.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::Calendar => ("text", "calendar"),
            Self::Svg => ("image", "svg+xml"),
        }
    }

    /// The media type.
    pub(super) fn media_type(self) -> String {
        let (kind, name) = self.names();
        format!("{kind}/{name}")
    }

    /// The forms besides JSON.
    pub(super) fn besides_json() -> impl Iterator<Item = Self> {
        FORMS.into_iter().filter(|it| *it != Self::Json)
    }

    /// The form that the caller wants most; JSON when it does not say, `None` when it accepts none of ours.
    pub(super) fn wanted(headers: &HeaderMap) -> Option<Self> {
        let values: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|it| it.to_str().ok()).collect();
        let unsaid = !headers.contains_key(header::ACCEPT) || values.iter().any(|it| it.trim().is_empty());
        let ranges: Vec<Range<'_>> = values.iter().flat_map(|it| outside_quotes(it, ',')).filter_map(range).collect();
        if unsaid && ranges.is_empty() {
            return Some(Self::Json);
        }
        let mut best: Option<(u16, Self)> = None;
        for form in FORMS {
            let quality = quality(&ranges, form);
            if quality > 0 && best.is_none_or(|(most, _)| most < quality) {
                best = Some((quality, form));
            }
        }
        best.map(|(_, form)| form)
    }
}

/// A media range with its weight in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range<'a> {
    kind: &'a str,
    name: &'a str,
    quality: u16,
}

impl Range<'_> {
    /// How closely it names a form; `None` when it does not.
    fn closeness(self, form: Form) -> Option<u8> {
        let (kind, name) = form.names();
        match (self.kind, self.name) {
            ("*", "*") => Some(0),
            (it, "*") if it.eq_ignore_ascii_case(kind) => Some(1),
            (it, of) if it.eq_ignore_ascii_case(kind) && of.eq_ignore_ascii_case(name) => Some(2),
            _ => None,
        }
    }
}

/// The weight of a form: that of the range that names it most closely.
fn quality(ranges: &[Range<'_>], form: Form) -> u16 {
    let named = ranges.iter().filter_map(|it| Some((it.closeness(form)?, it.quality)));
    named.max().map_or(0, |(_, quality)| quality)
}

/// One media range. What cannot be read is not accepted.
fn range(text: &str) -> Option<Range<'_>> {
    let mut parts = outside_quotes(text, ';').map(str::trim);
    let (kind, name) = parts.next()?.split_once('/')?;
    let mut quality = 1000;
    for parameter in parts {
        if let Some((key, value)) = parameter.split_once('=')
            && key.trim().eq_ignore_ascii_case("q")
        {
            quality = weight(value.trim())?;
        }
    }
    Some(Range { kind: kind.trim(), name: name.trim(), quality })
}

/// A weight from 0 to 1 with at most three decimals, in thousandths.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole: u16 = if matches!(whole, "0" | "1") { whole.parse().ok()? } else { return None };
    if decimals.len() > 3 || !decimals.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    Some(whole * 1000 + thousandths).filter(|it| *it <= 1000)
}

/// The parts of a text between separators that are not in quotes.
fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |it| {
        let separates = it == separator && !quoted;
        match it {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        separates
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use http::{HeaderMap, HeaderValue, header};

    use super::Form;

    fn wanted(values: &[&str]) -> Option<Form> {
        let mut headers = HeaderMap::new();
        for it in values {
            headers.append(header::ACCEPT, HeaderValue::from_bytes(it.as_bytes()).unwrap());
        }
        Form::wanted(&headers)
    }

    #[test]
    fn the_form_that_is_wanted_most() {
        let (json, calendar, svg) = (Some(Form::Json), Some(Form::Calendar), Some(Form::Svg));
        for (accept, form) in [
            ("", json),
            ("*/*", json),
            ("application/json", json),
            ("application/*", json),
            ("text/calendar", calendar),
            ("TEXT/Calendar;charset=UTF-8", calendar),
            ("text/*", calendar),
            ("image/svg+xml", svg),
            ("image/avif,image/webp,image/*", svg),
            // A browser's own.
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", json),
            ("text/calendar, */*;q=0.1", calendar),
            ("text/calendar;q=0.5, image/svg+xml;q=0.501", svg),
            ("text/calendar;q=0.3, application/json;q=0.2", calendar),
            // Alike: JSON before calendar before drawing.
            ("image/svg+xml, text/calendar", calendar),
            ("image/svg+xml, application/json", json),
            // The closest range counts, not the largest weight.
            ("text/*;q=1, text/calendar;q=0, image/*;q=0.1", svg),
            ("*/*, application/json;q=0", calendar),
            ("application/json;q=0.0, text/calendar;q=0.000, */*", svg),
            ("text/calendar; x=\"a,b;q=0\"; q=0.9, application/json;q=0.8", calendar),
            ("text/calendar ; Q=1.000", calendar),
            // What cannot be read is not accepted.
            ("text/calendar;q=2, application/json;q=0.1", json),
            ("text/calendar;q=high, application/json;q=0.1", json),
            ("nonsense, image/svg+xml", svg),
            ("text/html", None),
            ("nonsense", None),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
        ] {
            assert_eq!(wanted(&[accept]), form, "{accept}");
        }
        assert_eq!(wanted(&[]), json);
        assert_eq!(wanted(&["text/html", "text/calendar"]), calendar);
        assert_eq!(wanted(&["text/html", "\u{e9}"]), None);
    }
}
