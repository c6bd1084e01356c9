//! The words in and behind a drawing.

use super::{
    super::{Plan, Standing, Visit, labels, markup::Type},
    NORMAL, SMALL, care,
};
use crate::wire::v1;

/// Characters that surely fit into a line of the drawing.
const LINE_CHARS: usize = 130;

/// How often, where, and on what it hangs.
pub(super) fn about(stage: &v1::Stage) -> String {
    let count = match &stage.session_count {
        None => "at home".to_owned(),
        Some(_) if stage.done_sessions > 0 => {
            format!("{} sessions done, {} more", stage.done_sessions, stage.planned_sessions)
        }
        Some(it) if stage.planned_sessions > 0 => {
            format!("{} sessions ({}-{})", stage.planned_sessions, it.min, it.max)
        }
        Some(it) => format!("{}-{} sessions", it.min, it.max),
    };
    let condition = stage.contingent_on.map(|it| labels::condition(Standing::Decided(it)));
    let parts = [Some(count), condition, Some(sites(stage.sites()))];
    parts.into_iter().flatten().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The first sites, and how many more there are.
fn sites(all: impl Iterator<Item = v1::Site>) -> String {
    let names: Vec<String> = all.map(|it| labels::words(it.as_str_name(), "SITE_")).collect();
    match names.as_slice() {
        [first, second, rest @ ..] if !rest.is_empty() => format!("{first}, {second} and {} more", rest.len()),
        few => few.join(", "),
    }
}

pub(super) fn session_title(plan: &Plan<'_>, visit: &Visit<'_>, it: &v1::SessionProcedure) -> String {
    let session = visit.session;
    let which = match it.kind() {
        v1::SessionKind::TestArea => "test area".to_owned(),
        v1::SessionKind::Treatment | v1::SessionKind::Unspecified => format!("session {}", it.number_in_stage),
    };
    let day = labels::long(plan.date(session.day));
    let mut title = format!("{} {which}, {day} (day {})", plan.names.of(&it.procedure), session.day);
    let condition = labels::condition(visit.standing);
    if !condition.is_empty() {
        title.push_str(&format!(", {condition}"));
    }
    title.push_str(&format!("; not before {}", labels::long(plan.date(session.earliest_day))));
    if let Some(latest) = session.latest_day {
        title.push_str(&format!(", not after {}", labels::long(plan.date(latest))));
    }
    if let Some(it) = &session.downtime_days {
        title.push_str(&format!("; traces for {}", labels::days(it)));
    }
    title
}

/// The whole drawing for those who do not see it.
pub(super) fn in_words(plan: &Plan<'_>, visits: &[Visit<'_>], notes: &[(Type, String)]) -> String {
    let mut days: Vec<(i32, String)> = Vec::new();
    for visit in visits {
        let done = visit.session.procedures.iter().map(|it| session_title(plan, visit, it));
        days.extend(done.map(|it| (visit.session.day, it)));
    }
    for it in plan.reviews() {
        days.push((it.day, format!("Review {}, {}", it.number, labels::long(plan.date(it.day)))));
    }
    days.sort_by_key(|(day, _)| *day);
    let home = plan.stages().iter().filter(|it| it.session_count.is_none()).map(|it| {
        let start = labels::long(plan.date(it.start_day));
        let condition = it.contingent_on.map(|it| format!(", {}", labels::condition(Standing::Decided(it))));
        format!("{} at home from {start}{}", plan.names.of(&it.procedure), condition.unwrap_or_default())
    });
    let care = care(plan).into_iter().map(|(day, planned, kinds)| {
        let condition = if planned { "" } else { ", if a review says so" };
        format!("Care on {}: {kinds}{condition}", labels::long(plan.date(day)))
    });
    let all = home.chain(days.into_iter().map(|(_, it)| it)).chain(care);
    let notes = notes.iter().map(|(_, it)| it.trim_end_matches('.').to_owned());
    let all: Vec<String> = all.chain(notes).collect();
    all.join(". ") + "."
}

/// What stands below: whom to refer to and why, when to ask again, and what to make of it all.
pub(super) fn notes(plan: &Plan<'_>) -> Vec<(Type, String)> {
    let mut notes: Vec<(Type, String)> = Vec::new();
    let mut add = |set: Type, text: &str| notes.extend(folded(text).into_iter().map(|it| (set, it)));
    if plan.visits().is_empty() {
        add(NORMAL, "No visit is planned.");
    }
    for it in &plan.answer.referrals {
        let urgency = labels::words(it.urgency().as_str_name(), "URGENCY_");
        add(Type { bold: true, ..NORMAL }, &format!("Refer to {} ({urgency}): {}", it.to, sites(it.sites())));
        if let Some(reason) = it.reasons.first() {
            add(SMALL, &reason.statement);
        }
    }
    for event in plan.protocol().map(|it| it.ask_again_after.as_slice()).unwrap_or_default() {
        add(NORMAL, &format!("Ask again after: {}.", event.replace('-', " ")));
    }
    add(SMALL, &format!("For a clinician to review. Knowledge {}.", plan.answer.knowledge_release));
    notes
}

/// Text in lines that fit.
fn folded(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= LINE_CHARS {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
