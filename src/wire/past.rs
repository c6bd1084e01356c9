//! Reads what was done before.

use strum::VariantArray as _;

use super::{
    limits::{ENTRIES, TCA_PERCENT, WORDS},
    reader::Reader,
    v1,
    violation::Path,
};
use crate::domain::{
    Complication, CountingReason, Date, Day, PastSession, ProcedureId, Response, Scar, ScarIndex, SessionKind, Value,
};

impl Reader<'_> {
    pub(super) fn history(
        &mut self,
        history: &[v1::PastSession],
        start: Option<Date>,
        scars: &[Scar],
    ) -> Vec<PastSession> {
        let most = self.vocabulary.max_history;
        if history.len() > most {
            self.wrong(Path::root("history"), format_args!("holds too many sessions; send the latest {most}"));
            return Vec::new();
        }
        let mut all: Vec<PastSession> = Vec::new();
        for (at, session) in history.iter().enumerate() {
            let path = Path::item("history", at);
            all.extend(self.past_session(at, path, session, start, scars));
        }
        all.sort();
        all
    }

    fn past_session(
        &mut self,
        place: usize,
        path: Path<'_>,
        session: &v1::PastSession,
        start: Option<Date>,
        scars: &[Scar],
    ) -> Option<PastSession> {
        let v1::PastSession {
            procedure,
            date,
            scar_ids,
            sites,
            complications,
            tca_percent,
            response,
            kind,
            counts,
            complications_resolved,
            counts_because,
        } = session;
        let procedure = self.past_procedure(path, procedure, *tca_percent);
        let day = match date {
            Some(date) => self.date(path.field("date"), date),
            None => {
                self.wrong(path.field("date"), "is required; send the day on which it was done");
                None
            }
        };
        if let (Some(day), Some(start)) = (day, start)
            && day > start
        {
            self.wrong(path.field("date"), "lies after start_date; send only sessions that were done");
        }
        let mut groups: Vec<ScarIndex> = Vec::new();
        for (at, id) in self.entries(path.field("scar_ids"), scar_ids, ENTRIES).iter().enumerate() {
            match scars.binary_search_by(|it| it.id.cmp(id)).ok().and_then(|it| u16::try_from(it).ok()) {
                Some(index) => groups.push(ScarIndex(index)),
                None => {
                    self.wrong(path.nth("scar_ids", at), "is the id of no group in scars; name one or leave it out")
                }
            }
        }
        groups.sort_unstable();
        groups.dedup();
        let sites = self.sites(path, sites);
        let tca_percent = self.number(path.field("tca_percent"), *tca_percent, TCA_PERCENT.0, TCA_PERCENT.1);
        let response = self.variant(path.field("response"), *response, Response::VARIANTS);
        // Nothing said: a whole session.
        let kind = self.variant(path.field("kind"), *kind, SessionKind::VARIANTS).unwrap_or(SessionKind::Treatment);
        let complications = self.complications(path, complications);
        let counts_because = self.variant(path.field("counts_because"), *counts_because, CountingReason::VARIANTS);
        if counts_because.is_some() && counts.is_none() {
            self.wrong(path.field("counts_because"), "says why counts was decided; send counts too or leave it out");
        }
        let resolved = self.event(path.field("complications_resolved"), complications_resolved.as_ref(), start);
        let day = day?.days_after(start?);
        let healed = self.healed(path, resolved, day, complications.is_empty());
        Some(PastSession {
            day,
            procedure: procedure?,
            scars: groups,
            sites,
            tca_percent,
            response,
            kind,
            counts: *counts,
            counts_because,
            complications,
            healed,
            place,
        })
    }

    fn complications(&mut self, path: Path<'_>, numbers: &[i32]) -> Vec<Complication> {
        let (path, all) = (path.field("complications"), Complication::VARIANTS);
        let numbers = self.entries(path, numbers, WORDS).iter().enumerate();
        let places = numbers.filter_map(|(at, number)| self.listed(path.entry(at), *number, all.len()));
        let mut found: Vec<Complication> = places.filter_map(|it| all.get(it).copied()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The day on which what went wrong was over.
    fn healed(&mut self, path: Path<'_>, resolved: Option<Value>, done: Day, nothing_wrong: bool) -> Option<Day> {
        let Some(Value::Since(day)) = resolved else { return None };
        if day < done {
            self.wrong(path.field("complications_resolved"), "lies before date; send the day on which they were over");
        }
        if nothing_wrong {
            self.wrong(path.field("complications_resolved"), "goes with complications; name them or leave it out");
        }
        Some(day)
    }

    fn past_procedure(&mut self, path: Path<'_>, id: &str, tca_percent: Option<f64>) -> Option<ProcedureId> {
        if id.is_empty() {
            self.wrong(path.field("procedure"), "is required; name the procedure that was done");
            return None;
        }
        let procedure = self.procedure(path.field("procedure"), id)?;
        if !self.vocabulary.in_sessions.contains(procedure) {
            self.wrong(path.field("procedure"), "is home care and has no sessions; describe it under patient");
        }
        if tca_percent.is_some() && !self.vocabulary.by_strength.contains(procedure) {
            self.wrong(path.field("tca_percent"), "only goes with a procedure that uses this acid; leave it out");
        }
        Some(procedure)
    }
}
