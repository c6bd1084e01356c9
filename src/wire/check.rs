//! Reads a plan that somebody else wrote, with the facts that it is held against.

use std::collections::BTreeSet;

use strum::VariantArray as _;

use super::{
    Date,
    limits::{ENTRIES, PLAN_DAYS, SESSION_PROCEDURES, SESSIONS, SETTING, SETTINGS, WORDS},
    patient,
    reader::Reader,
    v1,
    violation::{InvalidRequest, Path},
};
use crate::domain::{
    self, Case, Day, Days, ItemKind, ProcedureId, ProposedCare, ProposedHomeCare, ProposedPlan, ProposedProcedure,
    ProposedSession, ProposedSetting, Rules, ScarIndex, Scars, SessionKind, Site, Vocabulary,
};

/// A plan with the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The facts.
    pub case: Case,
    /// The plan.
    pub plan: ProposedPlan,
}

/// Reads a request to check.
pub fn proposed(vocabulary: &Vocabulary, request: v1::CheckProtocolRequest) -> Result<Proposed, InvalidRequest> {
    let v1::CheckProtocolRequest {
        start_date,
        patient,
        scars,
        appearance,
        scale_inputs,
        fields,
        preferences,
        clinic,
        history,
        plan,
    } = request;
    let mut reader = Reader::new(vocabulary);
    let facts = v1::GenerateProtocolRequest {
        start_date,
        patient,
        scars,
        appearance,
        scale_inputs,
        fields,
        preferences,
        clinic,
        history,
        ..v1::GenerateProtocolRequest::default()
    };
    let case = patient::read(&mut reader, &facts);
    // Of so many groups none was read, and a plan can say something of each of them.
    if facts.scars.len() > vocabulary.max_scars {
        return reader.finish(None);
    }
    let groups = Groups::of(&facts);
    let start = facts.start_date.as_ref().and_then(|it| domain::Date::new(it.year, it.month, it.day));
    let plan = match &plan {
        Some(plan) => reader.plan(plan, &groups, start),
        None => {
            reader.wrong(Path::root("plan"), "is required; send the plan to be checked");
            ProposedPlan::default()
        }
    };
    reader.finish(case.map(|case| Proposed { case, plan }))
}

/// The groups of the request: their ids in order, each with its site.
struct Groups<'r>(Vec<(&'r str, Option<Site>)>);

impl<'r> Groups<'r> {
    fn of(request: &'r v1::GenerateProtocolRequest) -> Self {
        let site = |number: i32| Site::VARIANTS.get(usize::try_from(number).ok()?.checked_sub(1)?).copied();
        let mut all: Vec<_> = request.scars.iter().map(|it| (it.id.as_str(), site(it.site))).collect();
        all.sort_unstable();
        Self(all)
    }

    fn all(&self) -> Scars {
        ScarIndex::all(self.0.len()).collect()
    }

    fn named(&self, id: &str) -> Option<ScarIndex> {
        let place = self.0.binary_search_by(|(it, _)| (*it).cmp(id)).ok()?;
        u16::try_from(place).ok().map(ScarIndex)
    }

    fn at(&self, site: Site) -> Scars {
        let here = |it: &Option<Site>| it.is_some_and(|it| it.overlaps(site));
        let all = ScarIndex::all(self.0.len()).zip(&self.0);
        all.filter(|(_, (_, it))| here(it)).map(|(scar, _)| scar).collect()
    }
}

impl Reader<'_> {
    fn plan(&mut self, plan: &v1::ProposedPlan, groups: &Groups<'_>, start: Option<domain::Date>) -> ProposedPlan {
        let v1::ProposedPlan { sessions, home_care, care, review_days, settled_rules } = plan;
        let path = Path::root("plan");
        if sessions.is_empty() {
            self.wrong(path.field("sessions"), "is empty; send at least one visit");
        }
        let many = sessions.iter().map(|it| it.procedures.len()).fold(0, usize::saturating_add);
        if sessions.len() > SESSIONS || many > SESSION_PROCEDURES {
            let message = format_args!(
                "holds too much; send at most {SESSIONS} visits with {SESSION_PROCEDURES} procedures together"
            );
            self.wrong(path.field("sessions"), message);
            return ProposedPlan::default();
        }
        for (field, count) in [
            ("home_care", home_care.len()),
            ("care", care.len()),
            ("review_days", review_days.len()),
            ("settled_rules", settled_rules.len()),
        ] {
            if count > SESSIONS {
                self.wrong(path.field(field), format_args!("holds too many entries; send at most {SESSIONS}"));
                return ProposedPlan::default();
            }
        }
        let sessions = sessions.iter().enumerate();
        let sessions = sessions.filter_map(|(at, it)| self.session(path.nth("sessions", at), it, groups, start));
        let sessions = sessions.collect();
        let home_care = home_care.iter().enumerate();
        let home_care = home_care.filter_map(|(at, it)| self.home_care(path.nth("home_care", at), it, groups, start));
        let home_care = home_care.collect();
        let care = care.iter().enumerate().filter_map(|(at, it)| self.care(path.nth("care", at), it)).collect();
        let reviews = self.plan_days(path, "review_days", review_days);
        let mut settled = Rules::new();
        for (at, id) in settled_rules.iter().enumerate() {
            match self.vocabulary.settled_by_word(id) {
                Some(rule) => settled.push(rule),
                None => {
                    let message = "is no rule that asks for a clearance or a check; name one that a finding gave";
                    self.wrong(path.nth("settled_rules", at), message);
                }
            }
        }
        settled.sort_unstable();
        settled.dedup();
        ProposedPlan { sessions, home_care, care, reviews, settled }
    }

    fn session(
        &mut self,
        path: Path<'_>,
        session: &v1::ProposedSession,
        groups: &Groups<'_>,
        start: Option<domain::Date>,
    ) -> Option<ProposedSession> {
        let v1::ProposedSession { day, date, procedures } = session;
        let when = self.day(path, ("day", *day), ("date", date.as_ref()), start);
        if day.is_none() && date.is_none() {
            self.wrong(path, "has neither day nor date; send one of them");
        }
        if procedures.is_empty() {
            self.wrong(path.field("procedures"), "is empty; name at least one procedure");
        }
        let procedures = procedures.iter().enumerate();
        let procedures: Vec<_> =
            procedures.filter_map(|(at, it)| self.of_session(path.nth("procedures", at), it, groups)).collect();
        Some(ProposedSession { day: when?, procedures })
    }

    /// A day that is given as a number or as a date, and not as both. `None` when it is wrong or not given.
    fn day(
        &mut self,
        path: Path<'_>,
        (day_field, day): (&str, Option<i32>),
        (date_field, date): (&str, Option<&Date>),
        start: Option<domain::Date>,
    ) -> Option<Day> {
        if day.is_some() && date.is_some() {
            self.wrong(path.field(day_field), format_args!("goes with no {date_field}; send one of them"));
            return None;
        }
        if let Some(date) = date {
            let date = self.date(path.field(date_field), date);
            let day = date?.days_after(start?);
            if day < 0 {
                self.wrong(path.field(date_field), "lies before start_date; send what was done under history");
                return None;
            }
            if day > PLAN_DAYS {
                self.wrong(path.field(date_field), format_args!("lies more than {PLAN_DAYS} days after start_date"));
                return None;
            }
            return Some(day);
        }
        self.whole(path.field(day_field), day, 0, PLAN_DAYS)
    }

    fn plan_days(&mut self, path: Path<'_>, field: &str, days: &[i32]) -> Days {
        let days = days.iter().enumerate();
        let mut days: Days =
            days.filter_map(|(at, day)| self.whole(path.nth(field, at), Some(*day), 0, PLAN_DAYS)).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    fn of_session(
        &mut self,
        path: Path<'_>,
        given: &v1::ProposedProcedure,
        groups: &Groups<'_>,
    ) -> Option<ProposedProcedure> {
        let v1::ProposedProcedure { procedure, scar_ids, sites, kind, settings } = given;
        let id = self.named_procedure(path, procedure);
        if id.is_some_and(|id| !self.vocabulary.in_sessions.contains(id)) {
            self.wrong(path.field("procedure"), "is used at home and has no sessions; send it under plan.home_care");
        }
        let scars = self.groups(path, scar_ids, groups);
        let named = !scar_ids.is_empty();
        let scars = self.at_sites(path, scars, sites, named, groups);
        let kind = self.variant(path.field("kind"), *kind, &[SessionKind::Treatment, SessionKind::TestArea]);
        let settings = self.entries(path.field("settings"), settings, SETTINGS).iter().enumerate();
        let settings = settings.filter_map(|(at, it)| self.setting(path.nth("settings", at), it, id, &scars, groups));
        let settings: Vec<ProposedSetting> = settings.collect();
        (!scars.is_empty()).then_some(ProposedProcedure {
            procedure: id?,
            scars,
            named,
            kind: kind.unwrap_or(SessionKind::Treatment),
            settings,
        })
    }

    fn named_procedure(&mut self, path: Path<'_>, id: &str) -> Option<ProcedureId> {
        if id.is_empty() {
            self.wrong(path.field("procedure"), "is required; name the procedure");
            return None;
        }
        self.procedure(path.field("procedure"), id)
    }

    /// The groups of these ids, in order.
    fn groups(&mut self, path: Path<'_>, ids: &[String], groups: &Groups<'_>) -> Scars {
        let (path, mut scars) = (path.field("scar_ids"), Scars::new());
        for (at, id) in self.entries(path, ids, ENTRIES).iter().enumerate() {
            match groups.named(id) {
                Some(scar) => scars.push(scar),
                None => {
                    self.wrong(path.entry(at), "is the id of no group in scars; name one or leave it out");
                }
            }
        }
        scars.sort_unstable();
        scars.dedup();
        scars
    }

    /// With the groups at the sites; every group where neither is given.
    fn at_sites(&mut self, path: Path<'_>, mut scars: Scars, sites: &[i32], named: bool, groups: &Groups<'_>) -> Scars {
        if sites.is_empty() && !named {
            return groups.all();
        }
        let (path, mut seen) = (path.field("sites"), BTreeSet::new());
        for (at, number) in self.entries(path, sites, WORDS).iter().enumerate() {
            let place = self.listed(path.entry(at), *number, Site::VARIANTS.len());
            let Some(site) = place.and_then(|it| Site::VARIANTS.get(it)).filter(|it| seen.insert(**it)) else {
                continue;
            };
            let here = groups.at(*site);
            if here.is_empty() {
                self.wrong(path.entry(at), "holds no group in scars; describe the scars there or leave it out");
            }
            scars.extend(here);
        }
        scars.sort_unstable();
        scars.dedup();
        scars
    }

    fn setting(
        &mut self,
        path: Path<'_>,
        setting: &v1::ProposedSetting,
        procedure: Option<ProcedureId>,
        all: &[ScarIndex],
        groups: &Groups<'_>,
    ) -> Option<ProposedSetting> {
        let v1::ProposedSetting { name, value, low, high, scar_ids } = setting;
        let names = procedure.map(|it| self.vocabulary.parameters(it));
        let parameter = names.and_then(|names| names.iter().position(|it| it == name));
        if let (Some(names), None) = (names, parameter) {
            let known = if names.is_empty() { "it has none".to_owned() } else { names.join(", ") };
            self.wrong(path.field("name"), format!("is no parameter of this procedure; there are: {known}"));
        }
        let scars = self.groups(path, scar_ids, groups);
        let strangers = scars.iter().any(|scar| all.binary_search(scar).is_err());
        if strangers {
            self.wrong(path.field("scar_ids"), "names a group that this procedure is not done on");
        }
        let [value_is, low_is, high_is] = [("value", value), ("low", low), ("high", high)]
            .map(|(field, number)| self.number(path.field(field), *number, 0.0, SETTING));
        let (low, high) = match (value, low, high) {
            (Some(_), None, None) => (value_is?, value_is?),
            (None, Some(_), Some(_)) => (low_is?, high_is?),
            (_, _, _) => {
                self.wrong(path, "needs value alone, or low and high together");
                return None;
            }
        };
        if low > high {
            self.wrong(path.field("low"), "is above high; send the lower end here");
        }
        let scars = if scar_ids.is_empty() { all.into() } else { scars };
        Some(ProposedSetting { parameter: parameter?, low, high, scars })
    }

    fn home_care(
        &mut self,
        path: Path<'_>,
        given: &v1::ProposedHomeCare,
        groups: &Groups<'_>,
        start: Option<domain::Date>,
    ) -> Option<ProposedHomeCare> {
        let v1::ProposedHomeCare { procedure, start_day, start_date, end_day, end_date, scar_ids, rests } = given;
        let id = self.named_procedure(path, procedure);
        if id.is_some_and(|id| self.vocabulary.in_sessions.contains(id)) {
            self.wrong(path.field("procedure"), "is done in sessions; send it under plan.sessions");
        }
        let first = self.day(path, ("start_day", *start_day), ("start_date", start_date.as_ref()), start);
        let last = self.day(path, ("end_day", *end_day), ("end_date", end_date.as_ref()), start);
        let first = if start_day.is_none() && start_date.is_none() { Some(0) } else { first };
        if let (Some(first), Some(last)) = (first, last)
            && last < first
        {
            let field = if end_day.is_some() { "end_day" } else { "end_date" };
            self.wrong(path.field(field), "lies before the first day; send the last day here");
        }
        let scars = self.groups(path, scar_ids, groups);
        let scars = if scar_ids.is_empty() { groups.all() } else { scars };
        let rests = self.entries(path.field("rests"), rests, SESSIONS).iter().enumerate();
        let mut rests: Vec<(Day, Day)> =
            rests.filter_map(|(at, rest)| self.rest(path.nth("rests", at), *rest)).collect();
        rests.sort_unstable();
        Some(ProposedHomeCare { procedure: id?, scars, start: first?, end: last, rests })
    }

    fn rest(&mut self, path: Path<'_>, rest: v1::ProposedRest) -> Option<(Day, Day)> {
        let v1::ProposedRest { from_day, to_day } = rest;
        let from = self.whole(path.field("from_day"), Some(from_day), 0, PLAN_DAYS);
        let to = self.whole(path.field("to_day"), Some(to_day), 0, PLAN_DAYS);
        let (from, to) = (from?, to?);
        if to < from {
            self.wrong(path.field("to_day"), "lies before from_day; send the last day here");
        }
        Some((from, to))
    }

    fn care(&mut self, path: Path<'_>, given: &v1::ProposedCare) -> Option<ProposedCare> {
        let v1::ProposedCare { kind, days } = given;
        if *kind == 0 {
            self.wrong(path.field("kind"), "is required; say what is arranged");
        }
        let kind = self.variant(path.field("kind"), *kind, ItemKind::VARIANTS);
        let days = self.entries(path.field("days"), days, ENTRIES);
        let days = self.plan_days(path, "days", days);
        Some(ProposedCare { kind: kind?, days })
    }
}
