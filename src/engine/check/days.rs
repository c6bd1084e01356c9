//! Whether the patient can come, and whether it is early enough before an event.

use crate::{
    domain::{Day, FindingKind, Measured, Mend, Place, ProcedureId, Rules},
    engine::{
        calendar::{Calendar, Turn},
        select::add_rules,
    },
};

use super::{About, Found};

/// Sessions on days that are closed for what is done.
pub(super) fn check(found: &mut Found<'_, '_>) {
    let occasion = found.context.knowledge.planning().occasion;
    let (quiet, filler) = (occasion.quiet.rule, occasion.filler.rule);
    let mut begun: Vec<ProcedureId> = Vec::new();
    for item in found.items {
        let turn = if begun.contains(&item.id) { Turn::Later } else { Turn::First };
        let calendar = Calendar::of(found.context, item.id);
        let closed = calendar.why(turn, item.day);
        if closed.is_empty() {
            begun.push(item.id);
            continue;
        }
        // Traces on the day of the event break a rule. That it is new to the skin, or that the patient is away, does not.
        let near = calendar.span(quiet, item.day);
        let kind = near.map_or(FindingKind::NotWanted, |_| FindingKind::TooNearEvent);
        // What closes the day for something else still closes it.
        let filled = calendar.span(filler, item.day);
        let mut rules: Rules = near.map(|_| quiet).into_iter().chain(filled.map(|_| filler)).collect();
        add_rules(&mut rules, closed);
        let measured = near.map(|(first, event)| {
            let first = filled.map_or(first, |(earlier, _)| earlier.min(first));
            Measured::Days {
                found: event.saturating_sub(item.day),
                // The day before the first that is closed is just early enough.
                limit: event.saturating_sub(first).saturating_add(1),
            }
        });
        let day: Day = calendar.open_from(turn, item.day);
        let mends = match item.place() {
            Place::Procedure(session, _) => vec![Mend::Postpone { session, day }],
            Place::Session(_) | Place::Setting(..) | Place::HomeCare(_) | Place::Past(_) | Place::Reviews => Vec::new(),
        };
        let about = About {
            places: vec![item.place()],
            day: Some(item.day),
            procedure: Some(item.id),
            scars: item.given.scars.clone(),
            measured,
            mends,
            ..About::default()
        };
        found.add(kind, rules, about);
    }
}
