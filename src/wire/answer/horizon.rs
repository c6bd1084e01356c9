//! What is returned of a plan when only the next visit is asked for, and the wishes that must give way.

use std::borrow::Cow;

use super::Writer;
use crate::{
    domain::{CareItem, Conflict, Horizon, Protocol, Review, Session, Wish},
    wire::borrowed,
};

/// The parts of a plan that are returned.
pub(super) struct Seen<'p> {
    pub sessions: &'p [Session],
    pub contingent_sessions: &'p [Session],
    pub reviews: &'p [Review],
    pub items: Cow<'p, [CareItem]>,
}

/// What is within the horizon.
pub(super) fn seen(horizon: Horizon, protocol: &Protocol) -> Seen<'_> {
    let Protocol { sessions, contingent_sessions, reviews, items, .. } = protocol;
    if horizon == Horizon::All {
        return Seen { sessions, contingent_sessions, reviews, items: Cow::Borrowed(items) };
    }
    let next = sessions.get(..1).unwrap_or_default();
    let review = if next.is_empty() { reviews.get(..1).unwrap_or_default() } else { &[] };
    let until = next.first().map(|it| it.day).or_else(|| review.first().map(|it| it.day));
    let due = |it: &CareItem| {
        let days = it.days.iter().copied().filter(|day| until.is_some_and(|until| *day <= until)).collect();
        CareItem { days, contingent_days: Default::default(), ..it.clone() }
    };
    let items = items.iter().map(due).filter(|it| !it.days.is_empty()).collect();
    Seen { sessions: next, contingent_sessions: &[], reviews: review, items: Cow::Owned(items) }
}

/// The wishes that must give way.
pub(super) fn conflict<'a>(writer: &mut Writer<'a>, conflict: &'a Conflict) -> borrowed::ConflictingWishes<'a> {
    let Conflict { wishes, rule } = conflict;
    let field = |wish: &Wish| match wish {
        Wish::DaysBetweenVisits => "preferences.min_days_between_visits",
        Wish::MaxVisits => "preferences.max_visits",
        Wish::MaxDowntime => "preferences.max_downtime_days",
        Wish::Budget => "preferences.budget",
        Wish::Excluded => "preferences.excluded_procedures",
    };
    let fields = writer.list(wishes.iter().map(field));
    borrowed::ConflictingWishes { fields, reasons: writer.reasons(&[*rule]) }
}
