//! The names that files define: procedures, events, and the kinds of the gap table.

use super::{Checker, Parsed};
use crate::{
    domain::{EventId, ProcedureId, ProcedureSet},
    knowledge::{Event, GapKind},
};

/// The names, each list in the order of its ids.
pub(in crate::knowledge) struct Names {
    pub procedures: Vec<String>,
    pub events: Vec<Event>,
    pub kinds: Vec<String>,
}

impl Names {
    pub(super) fn collect(checker: &mut Checker, parsed: &Parsed<'_>) -> Self {
        let procedures: Vec<String> = parsed.procedures.iter().map(|(id, _)| (*id).to_owned()).collect();
        if let Some((_, file)) = parsed.procedures.get(ProcedureSet::CAPACITY) {
            let message = format!("there are more than {} procedures", ProcedureSet::CAPACITY);
            checker.problem(&file.source.path, 1, message);
        }
        for (id, file) in &parsed.procedures {
            let kebab = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
            if !id.bytes().all(kebab) || id.starts_with('-') || id.ends_with('-') {
                checker.problem(
                    &file.source.path,
                    1,
                    "name the file in small letters joined by `-`, as `tca-cross.toml`",
                );
            }
        }
        let mut events: Vec<Event> = Vec::new();
        for raw in &parsed.events.raw.event {
            if events.iter().any(|it| it.id == *raw.id.get_ref()) {
                checker.at(parsed.events.source, &raw.id, "this event is listed twice");
            } else {
                events.push(raw.into());
            }
        }
        events.sort_by(|a, b| a.id.cmp(&b.id));
        let gaps = parsed.procedures.iter().filter_map(|(_, file)| file.raw.gaps.as_ref());
        let mut kinds: Vec<String> = gaps
            .flat_map(|gaps| std::iter::once(&gaps.kind).chain(gaps.weaker.as_ref().map(|it| &it.kind)))
            .map(|kind| kind.get_ref().clone())
            .collect();
        kinds.sort();
        kinds.dedup();
        Self { procedures, events, kinds }
    }

    pub(in crate::knowledge) fn procedure(&self, id: &str) -> Option<ProcedureId> {
        let place = self.procedures.binary_search_by(|it| it.as_str().cmp(id)).ok()?;
        u8::try_from(place).ok().map(ProcedureId)
    }

    pub(super) fn event(&self, id: &str) -> Option<EventId> {
        let place = self.events.binary_search_by(|it| it.id.as_str().cmp(id)).ok()?;
        u8::try_from(place).ok().map(EventId)
    }

    pub(super) fn kind(&self, id: &str) -> Option<GapKind> {
        let place = self.kinds.binary_search_by(|it| it.as_str().cmp(id)).ok()?;
        u8::try_from(place).ok().map(GapKind)
    }
}
