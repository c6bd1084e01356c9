//! Reads a calendar with a parser that is not ours, and checks what the parser forgives.

use icalendar::{Calendar, CalendarComponent, Component as _, DatePerhapsTime};

/// An event as another program sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub uid: String,
    /// As `2026-12-01`.
    pub date: String,
    pub sure: bool,
    pub summary: String,
    pub description: String,
    pub stamp: String,
    pub sequence: u32,
}

impl Event {
    /// The UID without the reference.
    pub fn thing(&self) -> &str {
        self.uid.strip_prefix("Plan_7.a-1.").unwrap().strip_suffix("@cicatrix").unwrap()
    }
}

fn day(at: Option<DatePerhapsTime>) -> String {
    match at.unwrap() {
        DatePerhapsTime::Date(it) => it.to_string(),
        other @ DatePerhapsTime::DateTime(_) => panic!("{other:?} is no whole day"),
    }
}

/// Every event of a calendar that is right in every line.
pub fn events(text: &str) -> Vec<Event> {
    assert!(text.ends_with("\r\n"));
    for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(!line.is_empty() && line.len() <= 75, "{line:?}");
        assert!(!line.contains(|it: char| it.is_control()), "{line:?}");
    }
    let parsed: Calendar = text.parse().unwrap_or_else(|error: String| panic!("{error}\n{text}"));
    for (name, value) in [("VERSION", "2.0"), ("CALSCALE", "GREGORIAN")] {
        assert_eq!(parsed.property_value(name), Some(value));
    }
    assert!(parsed.property_value("PRODID").unwrap().starts_with("-//Cicatrix//"));
    // With a METHOD there would have to be an ORGANIZER.
    assert_eq!(parsed.property_value("METHOD"), None);
    let mut all: Vec<Event> = parsed.components.iter().map(event).collect();
    assert!(!all.is_empty(), "a calendar holds at least one component");
    all.sort();
    for pair in all.windows(2) {
        assert_ne!(pair[0].uid, pair[1].uid);
    }
    all
}

fn event(component: &CalendarComponent) -> Event {
    let CalendarComponent::Event(it) = component else { panic!("{component:?} is no event") };
    let date = day(it.get_start());
    assert!(day(it.get_end()) > date, "{it:?}");
    assert_eq!(it.property_value("TRANSP"), Some("TRANSPARENT"));
    assert_eq!(it.property_value("CLASS"), Some("PRIVATE"));
    let status = it.property_value("STATUS").unwrap();
    assert!(["CONFIRMED", "TENTATIVE"].contains(&status));
    Event {
        uid: it.get_uid().unwrap().to_owned(),
        date,
        sure: status == "CONFIRMED",
        summary: it.get_summary().unwrap().to_owned(),
        description: it.get_description().unwrap().to_owned(),
        stamp: it.get_timestamp().unwrap().to_rfc3339(),
        sequence: it.get_sequence().unwrap(),
    }
}
