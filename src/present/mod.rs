//! Shows an answer to people: as a timeline in text, as a calendar, as a drawing.
//!
//! All three are drawn from one list of visits, reviews and care, so that they cannot tell different stories.
//! The words here are labels; what is clinical comes with the answer.

mod calendar;
mod content_line;
mod labels;
mod markup;
mod svg;
mod timeline;
mod visible;

pub(crate) use markup::escape;
pub(crate) use visible::visible;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::Date,
    wire::v1::{self, generate_protocol_response::Outcome},
};

/// What procedures are called.
#[derive(Debug)]
pub struct Names<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    /// The names in the catalogue of procedures.
    pub fn new(procedures: &'a [v1::Procedure]) -> Self {
        Self(procedures.iter().map(|it| (it.procedure.as_str(), it.name.as_str())).collect())
    }

    /// The name of a procedure; its id when it is not in the catalogue.
    pub fn of<'b>(&'b self, procedure: &'b str) -> &'b str {
        self.0.get(procedure).copied().unwrap_or(procedure)
    }
}

/// An answer, and what of its request is needed to show it.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    names: &'a Names<'a>,
    start: Date,
    history: &'a [v1::PastSession],
    answer: &'a v1::GenerateProtocolResponse,
}

/// A visit that is planned, or that a review decides.
#[derive(Debug, Clone, Copy)]
struct Visit<'a> {
    session: &'a v1::Session,
    standing: Standing,
}

/// How sure it is that something takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Planned,
    /// The review of this number decides; 0 when the answer names none.
    Decided(i32),
}

/// What safety adds on one day. Several items of one kind are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct CareDay {
    kind: v1::CareItemKind,
    day: i32,
    planned: bool,
}

impl<'a> Plan<'a> {
    /// The answer to a request; `None` when the request has no start date, which no answered request has.
    pub fn new(
        names: &'a Names<'a>,
        request: &'a v1::GenerateProtocolRequest,
        answer: &'a v1::GenerateProtocolResponse,
    ) -> Option<Self> {
        let start = request.start_date?;
        let start = Date::new(start.year, start.month, start.day)?;
        Some(Self { names, start, history: &request.history, answer })
    }

    /// The plan as `text/calendar` (RFC 5545). The reference is the stem of every UID.
    pub fn calendar(&self, reference: &str) -> String {
        calendar::write(self, reference)
    }

    /// The plan as `image/svg+xml`.
    pub fn svg(&self) -> String {
        svg::write(self)
    }

    /// The plan as a chart of one line for each stage, in plain text.
    pub fn chart(&self) -> Vec<String> {
        timeline::chart(self)
    }

    /// The plan day by day, as rows of cells under a row of headings.
    pub fn days(&self) -> Vec<Vec<String>> {
        timeline::days(self)
    }

    fn protocol(&self) -> Option<&'a v1::Protocol> {
        match &self.answer.outcome {
            Some(Outcome::Protocol(protocol)) => Some(protocol),
            Some(Outcome::Referral(_)) | None => None,
        }
    }

    fn stages(&self) -> &'a [v1::Stage] {
        self.protocol().map(|it| it.stages.as_slice()).unwrap_or_default()
    }

    fn stage(&self, number: i32) -> Option<&'a v1::Stage> {
        self.stages().iter().find(|it| it.number == number)
    }

    fn reviews(&self) -> &'a [v1::Review] {
        self.protocol().map(|it| it.reviews.as_slice()).unwrap_or_default()
    }

    fn date(&self, day: i32) -> Date {
        self.start.plus(day)
    }

    /// Every visit, the planned ones first, each in the order of its day.
    fn visits(&self) -> Vec<Visit<'a>> {
        let Some(protocol) = self.protocol() else { return Vec::new() };
        let planned = protocol.sessions.iter().map(|session| Visit { session, standing: Standing::Planned });
        let decided = protocol.contingent_sessions.iter().map(|session| {
            let of = session.procedures.iter().find_map(|it| self.stage(it.stage)?.contingent_on);
            Visit { session, standing: Standing::Decided(of.unwrap_or(0)) }
        });
        planned.chain(decided).collect()
    }

    /// What safety adds, by kind and day. A day that is due for what is planned is not also due for what is not.
    fn care(&self) -> Vec<CareDay> {
        let Some(protocol) = self.protocol() else { return Vec::new() };
        let mut days: BTreeMap<(v1::CareItemKind, i32), bool> = BTreeMap::new();
        for item in &protocol.care_items {
            for day in &item.contingent_days {
                days.entry((item.kind(), *day)).or_insert(false);
            }
            for day in &item.days {
                days.insert((item.kind(), *day), true);
            }
        }
        days.into_iter().map(|((kind, day), planned)| CareDay { kind, day, planned }).collect()
    }

    /// On how many days each procedure was done before, test areas apart from the rest.
    fn done_before(&self) -> BTreeMap<(bool, &'a str), usize> {
        let day = |it: &v1::PastSession| it.date.as_ref().map(|it| (it.year, it.month, it.day));
        let what = |it: &'a v1::PastSession| (is_test(it.kind()), it.procedure.as_str());
        // One sitting can be told as several, one for each group of scars.
        let days: BTreeSet<_> = self.history.iter().map(|it| (what(it), day(it))).collect();
        let mut counts = BTreeMap::new();
        for (what, _) in days {
            *counts.entry(what).or_insert(0) += 1;
        }
        counts
    }

    /// The last day on which something begins, ends or takes place.
    fn last_day(&self) -> i32 {
        let visits = self.visits().into_iter().map(|it| it.session.day);
        let stages = self.stages().iter().flat_map(|it| [Some(it.start_day), it.end_day]).flatten();
        let reviews = self.reviews().iter().map(|it| it.day);
        let care = self.care().into_iter().map(|it| it.day);
        visits.chain(stages).chain(reviews).chain(care).max().unwrap_or(0)
    }
}

/// Is only a test area treated?
fn is_test(kind: v1::SessionKind) -> bool {
    match kind {
        v1::SessionKind::TestArea => true,
        v1::SessionKind::Treatment | v1::SessionKind::Unspecified => false,
    }
}
