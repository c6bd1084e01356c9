//! The names that files define: procedures, events, and the kinds of the gap table.

use std::collections::BTreeMap;

use super::{Checker, Parsed, raw};
use crate::{
    domain::{EventId, ProcedureId, ProcedureSet},
    knowledge::{Event, GapKind},
};

/// The names, each list in the order of its ids.
pub(in crate::knowledge) struct Names {
    pub procedures: Vec<String>,
    /// Families of procedures and the words for all, each with its members.
    families: BTreeMap<String, Vec<ProcedureId>>,
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
        let families = families(checker, parsed, &procedures);
        let gaps = parsed.procedures.iter().filter_map(|(_, file)| file.raw.gaps.as_ref());
        let mut kinds: Vec<String> = gaps
            .flat_map(|gaps| std::iter::once(&gaps.kind).chain(gaps.weaker.as_ref().map(|it| &it.kind)))
            .map(|kind| kind.get_ref().clone())
            .collect();
        kinds.sort();
        kinds.dedup();
        Self { procedures, families, events, kinds }
    }

    pub(in crate::knowledge) fn procedure(&self, id: &str) -> Option<ProcedureId> {
        let place = self.procedures.binary_search_by(|it| it.as_str().cmp(id)).ok()?;
        u8::try_from(place).ok().map(ProcedureId)
    }

    /// The procedures of an id, a family or a word for all; empty when there are none.
    pub(in crate::knowledge) fn family(&self, name: &str) -> Vec<ProcedureId> {
        let mut members = self.families.get(name).cloned().unwrap_or_default();
        members.extend(self.procedure(name));
        members.sort_unstable();
        members.dedup();
        members
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

/// The procedures of each family that a file names, and of the words for all.
fn families(checker: &mut Checker, parsed: &Parsed<'_>, procedures: &[String]) -> BTreeMap<String, Vec<ProcedureId>> {
    let mut families: BTreeMap<String, Vec<ProcedureId>> = BTreeMap::new();
    for (id, (_, file)) in (0_u8..).map(ProcedureId).zip(&parsed.procedures) {
        let home_care = file.raw.kind == raw::ProcedureKind::HomeCare;
        for word in [ALL, if home_care { HOME_CARE } else { IN_SESSIONS }] {
            families.entry(word.to_owned()).or_default().push(id);
        }
        for family in &file.raw.families {
            let name = family.get_ref();
            if [ALL, HOME_CARE, IN_SESSIONS].contains(&name.as_str()) {
                checker.at(file.source, family, "every procedure belongs to this of itself; leave it out");
            } else if procedures.get(id.index()) == Some(name) {
                checker.at(file.source, family, "a procedure is its own family of itself; leave it out");
            } else {
                families.entry(name.clone()).or_default().push(id);
            }
        }
    }
    families
}

/// Words that mean many procedures.
const ALL: &str = "all";
const HOME_CARE: &str = "home-care";
const IN_SESSIONS: &str = "in-sessions";
