//! What would be otherwise, in words.

use super::{Page, words};
use crate::{
    present::Names,
    wire::v1::{self, PlanChangeKind},
};

/// Other plans, why something is not planned, and until when the answer holds.
pub(super) fn write(page: &mut Page, names: &Names<'_>, answer: &v1::GenerateProtocolResponse) {
    if !answer.alternatives.is_empty() {
        page.heading("other plans");
    }
    for (it, number) in answer.alternatives.iter().zip(1..) {
        let best: Vec<String> = it.best_in().map(|it| words(it.as_str_name(), "OBJECTIVE_")).collect();
        page.line(2, &format!("{number} best in {}", best.join(", ")));
        for trade in it.gained.iter().chain(&it.lost) {
            let says: Vec<String> = trade.reasons.iter().map(|it| it.statement.clone()).collect();
            page.line(4, &format!("- {} ({} instead of {})", says.join(" "), trade.there, trade.here));
        }
        for stage in &it.stages {
            let name = names.of(&stage.procedure);
            let sessions = match stage.contingent {
                true => "if a review says so".to_owned(),
                false => format!("{} from day {} to day {}", stage.planned_sessions, stage.start_day, stage.end_day),
            };
            page.line(6, &format!("{name} ({}): {sessions}", stage.scar_ids.join(", ")));
        }
        let preferences = it.preferences.clone().unwrap_or_default();
        let without: Vec<&str> = preferences.excluded_procedures.iter().map(|it| names.of(it)).collect();
        let without = (!without.is_empty()).then(|| format!("without {}", without.join(", ")));
        let visits = preferences.max_visits.map(|it| format!("at most {it} visits"));
        let how: Vec<String> = without.into_iter().chain(visits).collect();
        page.line(4, &format!("to get it: {}", how.join(", ")));
    }
    if !answer.why_not.is_empty() {
        page.heading("what would admit the others, and no advice");
    }
    for it in &answer.why_not {
        let changes: Vec<&str> = it.changes.iter().map(|it| it.answer.as_str()).collect();
        let what = match (it.after_day, it.out_of_reach) {
            (Some(day), _) => format!("day {day}"),
            (None, true) => "not by other answers to a few questions".to_owned(),
            (None, false) if changes.is_empty() => "it may be done".to_owned(),
            (None, false) => changes.join("; "),
        };
        page.line(2, &format!("{} ({}): {what}", names.of(&it.procedure), it.scar_ids.join(", ")));
        page.reasons(4, &it.reasons);
    }
    if let (Some(day), Some(date)) = (answer.valid_until_day, &answer.valid_until) {
        page.heading("another answer from");
        page.line(2, &format!("day {day}, {:04}-{:02}-{:02}", date.year, date.month, date.day));
    }
}

/// What the answers to a question would change.
pub(super) fn answers(page: &mut Page, names: &Names<'_>, question: &v1::Question) {
    for answer in &question.answers {
        let changes: Vec<String> = answer.changes.iter().map(|it| change(names, it)).collect();
        page.line(4, &format!("- {}: {}", answer.answer, changes.join("; ")));
    }
}

fn change(names: &Names<'_>, change: &v1::PlanChange) -> String {
    let what = names.of(&change.procedure);
    let scars = change.scar_ids.join(", ");
    let from_to = change.from.zip(change.to).map(|(from, to)| format!("{to} instead of {from}")).unwrap_or_default();
    match change.kind() {
        PlanChangeKind::Unspecified => String::new(),
        PlanChangeKind::NotTreated => format!("{scars} not treated"),
        PlanChangeKind::Dropped => format!("no {what} ({scars})"),
        PlanChangeKind::Added => format!("{what} ({scars})"),
        PlanChangeKind::Sessions => format!("{what} sessions {from_to} ({scars})"),
        PlanChangeKind::Days => format!("{what} from day {from_to} ({scars})"),
        PlanChangeKind::Care => format!("other care with {what} ({scars})"),
    }
}
