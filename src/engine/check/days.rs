//! Whether the patient can come, and whether it is early enough before an event.

use crate::{
    domain::{Day, FindingKind, Mend, Place, ProcedureId},
    engine::calendar::{Calendar, Turn},
};

use super::{About, Found};

/// Sessions on days that are closed for what is done.
pub(super) fn check(found: &mut Found<'_, '_>) {
    let mut begun: Vec<ProcedureId> = Vec::new();
    for item in found.items {
        let turn = if begun.contains(&item.id) { Turn::Later } else { Turn::First };
        let calendar = Calendar::of(found.context, item.id);
        let rules = calendar.why(turn, item.day);
        if rules.is_empty() {
            begun.push(item.id);
            continue;
        }
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
            mends,
            ..About::default()
        };
        found.add(FindingKind::NotWanted, rules, about);
    }
}
