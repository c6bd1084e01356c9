//! The plan as iCalendar (RFC 5545): one all-day event for each visit, review and care step.
//!
//! Phones share their calendars. An event says the procedure and the day; it never says where the scars are, what they
//! are called, or why something is done, and care that would tell of an illness is only "a care step".
//!
//! There is no METHOD: with one, RFC 5546 asks for an ORGANIZER, and the service is nobody's organizer.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    CareDay, Plan, Standing, Visit,
    content_line::{Lines, basic},
    is_test, labels,
};
use crate::wire::v1;

const PRODUCT: &str = concat!("-//Cicatrix//Cicatrix ", env!("CARGO_PKG_VERSION"), "//EN");
const EVERY_EVENT: &str = "A suggested day, for the clinician to confirm.";
const SEE_THE_PLAN: &str = "see the plan";

/// One event.
struct Event {
    /// What it is, for ever: the part of the UID after the reference.
    thing: String,
    day: i32,
    summary: String,
    description: Vec<String>,
    standing: Standing,
}

/// Writes the calendar.
pub(super) fn write(plan: &Plan<'_>, reference: &str) -> String {
    let mut lines = Lines::default();
    lines.plain("BEGIN", "VCALENDAR");
    lines.plain("VERSION", "2.0");
    lines.text("PRODID", PRODUCT);
    lines.plain("CALSCALE", "GREGORIAN");
    for event in events(plan) {
        write_event(&mut lines, plan, reference, &event);
    }
    lines.plain("END", "VCALENDAR");
    lines.finish()
}

fn write_event(lines: &mut Lines, plan: &Plan<'_>, reference: &str, event: &Event) {
    let date = plan.date(event.day);
    let start = basic(plan.start);
    let mut description = event.description.clone();
    description.push(EVERY_EVENT.to_owned());
    lines.plain("BEGIN", "VEVENT");
    lines.text("UID", &format!("{reference}.{}@cicatrix", event.thing));
    // There is no clock: a plan is as old as its start date, and a later plan is a later word on the same things.
    lines.plain("DTSTAMP", &format!("{start}T000000Z"));
    // Many programs take an update only when this number rises. Dates as numbers rise as dates do.
    lines.plain("SEQUENCE", start.trim_start_matches('0'));
    lines.date("DTSTART", date);
    lines.date_after("DTEND", date);
    lines.text("SUMMARY", &event.summary);
    lines.text("DESCRIPTION", &description.join("\n"));
    lines.plain("STATUS", if event.standing == Standing::Planned { "CONFIRMED" } else { "TENTATIVE" });
    lines.plain("CLASS", "PRIVATE");
    // Only the day is known: it takes no time of the day.
    lines.plain("TRANSP", "TRANSPARENT");
    lines.plain("END", "VEVENT");
}

/// Every event, in the order of its day.
fn events(plan: &Plan<'_>) -> Vec<Event> {
    let visits = plan.visits();
    let care = plan.care();
    let mut all = visit_events(plan, &visits, &care);
    all.extend(plan.reviews().iter().map(review_event));
    all.extend(care_events(&visits, &care));
    if !plan.answer.referrals.is_empty() {
        all.push(notice("referral", "Referral"));
    } else if all.is_empty() {
        // A calendar without events is not valid, and could be taken for a plan that has ended well.
        all.push(notice("no-visit", "No visit is planned"));
    }
    // A stable sort: on one day visits come before reviews, and reviews before care.
    all.sort_by_key(|it| it.day);
    all
}

/// Stands on the start date for what has no day.
fn notice(thing: &str, what: &str) -> Event {
    Event {
        thing: thing.to_owned(),
        day: 0,
        summary: format!("{what}: {SEE_THE_PLAN}"),
        description: Vec::new(),
        standing: Standing::Planned,
    }
}

fn visit_events(plan: &Plan<'_>, visits: &[Visit<'_>], care: &[CareDay]) -> Vec<Event> {
    let mut counts = plan.done_before();
    let mut all = Vec::new();
    for visit in visits {
        let mut thing = None;
        let mut here = BTreeSet::new();
        for it in &visit.session.procedures {
            let what = (is_test(it.kind()), it.procedure.as_str());
            let count = counts.entry(what).or_insert(0);
            // Two stages of one procedure are one sitting of it, as they are when they are told as done.
            *count += usize::from(here.insert(what));
            let kind = if what.0 { "test-area" } else { "visit" };
            // What is done first names the visit: it is the same visit whatever joins it.
            thing.get_or_insert_with(|| format!("{kind}.{}.{count}", what.1));
        }
        all.push(Event {
            thing: thing.unwrap_or_else(|| format!("visit.{}", visit.session.number)),
            day: visit.session.day,
            summary: visit_summary(plan, visit),
            description: visit_description(plan, visit, care),
            standing: visit.standing,
        });
    }
    all
}

fn visit_summary(plan: &Plan<'_>, visit: &Visit<'_>) -> String {
    let mut done: Vec<String> = Vec::new();
    for it in &visit.session.procedures {
        let name = plan.names.of(&it.procedure);
        let name = if is_test(it.kind()) { format!("test area of {name}") } else { name.to_owned() };
        if !done.contains(&name) {
            done.push(name);
        }
    }
    let what = done.join(" + ");
    match visit.standing {
        Standing::Planned => format!("Visit {}: {what}", visit.session.number),
        Standing::Decided(_) => format!("Possible visit: {what}"),
    }
}

fn visit_description(plan: &Plan<'_>, visit: &Visit<'_>, care: &[CareDay]) -> Vec<String> {
    let session = visit.session;
    let mut lines = Vec::new();
    let condition = labels::condition(visit.standing);
    if !condition.is_empty() {
        lines.push(format!("Takes place {condition}."));
    }
    let earliest = labels::long(plan.date(session.earliest_day));
    lines.push(match session.latest_day {
        Some(latest) => format!("Not before {earliest}, not after {}.", labels::long(plan.date(latest))),
        None => format!("Not before {earliest}."),
    });
    if let Some(traces) = &session.downtime_days {
        lines.push(format!("Visible traces for {}.", labels::days(traces)));
    }
    let kinds = care.iter().filter(|it| it.day == session.day && at_the_visit(it.kind));
    let kinds: Vec<String> = kinds.map(|it| labels::care(it.kind)).collect();
    if !kinds.is_empty() {
        lines.push(format!("At the visit: {}.", kinds.join(", ")));
    }
    lines
}

fn review_event(review: &v1::Review) -> Event {
    Event {
        thing: format!("review.{}", review.number),
        day: review.day,
        summary: format!("Review {}", review.number),
        description: if review.purpose.is_empty() { Vec::new() } else { vec![review.purpose.clone()] },
        standing: Standing::Planned,
    }
}

/// Care on days of its own. What belongs to a visit stands with the visit, unless there is none on that day.
fn care_events(visits: &[Visit<'_>], care: &[CareDay]) -> Vec<Event> {
    let has_visit = |day: i32| visits.iter().any(|it| it.session.day == day);
    let mut days: BTreeMap<(&str, &str, i32), bool> = BTreeMap::new();
    for it in care.iter().filter(|it| !(at_the_visit(it.kind) && has_visit(it.day))) {
        let (thing, title) = title(it.kind);
        *days.entry((thing, title, it.day)).or_insert(false) |= it.planned;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let event = |((thing, title, day), planned): ((&'static str, &str, i32), bool)| {
        let count = counts.entry(thing).or_insert(0);
        *count += 1;
        Event {
            thing: format!("{thing}.{count}"),
            day,
            summary: format!("{title}: {SEE_THE_PLAN}"),
            description: Vec::new(),
            standing: if planned { Standing::Planned } else { Standing::Decided(0) },
        }
    };
    days.into_iter().map(event).collect()
}

/// Is it part of what is done at a visit, for whoever treats?
fn at_the_visit(kind: v1::CareItemKind) -> bool {
    use v1::CareItemKind as Kind;
    match kind {
        Kind::TestArea
        | Kind::EyeProtection
        | Kind::AnaestheticCeiling
        | Kind::TopicalRestriction
        | Kind::ProductChoice
        | Kind::RescueKit => true,
        Kind::Unspecified
        | Kind::AcneControl
        | Kind::AntiviralCover
        | Kind::Priming
        | Kind::DysmorphiaScreen
        | Kind::InfectionReview
        | Kind::Photographs
        | Kind::Consent
        | Kind::TopicalSteroid
        | Kind::BloodTest
        | Kind::Contraception
        | Kind::SmokingCessation
        | Kind::SpecialistOpinion
        | Kind::PigmentControl
        | Kind::Counselling => false,
    }
}

/// The name in a UID, and a title. What is only for some patients would tell something of the patient, and all of it
/// goes by one name.
fn title(kind: v1::CareItemKind) -> (&'static str, &'static str) {
    use v1::CareItemKind as Kind;
    match kind {
        Kind::Photographs => ("photographs", "Photographs"),
        Kind::Consent => ("consent", "Consent"),
        Kind::TestArea
        | Kind::EyeProtection
        | Kind::AnaestheticCeiling
        | Kind::TopicalRestriction
        | Kind::ProductChoice
        | Kind::RescueKit
        | Kind::Unspecified
        | Kind::AcneControl
        | Kind::AntiviralCover
        | Kind::Priming
        | Kind::DysmorphiaScreen
        | Kind::InfectionReview
        | Kind::TopicalSteroid
        | Kind::BloodTest
        | Kind::Contraception
        | Kind::SmokingCessation
        | Kind::SpecialistOpinion
        | Kind::PigmentControl
        | Kind::Counselling => ("care", "Care step"),
    }
}
