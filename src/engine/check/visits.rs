//! Whether visits are as far apart, and hold as few procedures, as was wished for.

use std::collections::BTreeMap;

use crate::{
    domain::{
        Day, FindingKind, Measured, Mend, Place, ProcedureId, ProcedureSet, RuleId, ScarIndex, Scars, Value,
        whole_units,
    },
    engine::{
        calendar::{Calendar, Turn},
        spacing::{aim, between},
        together::sites,
    },
    knowledge::ProcedureKind,
};

use super::{
    About, Found, Spots,
    course::repeat,
    items::Item,
    rules::{is_out, opens},
};

/// Visits too soon after the one before, and visits with too many procedures.
pub(super) fn check(found: &mut Found<'_, '_>) {
    let past = last_visit(found);
    let items = found.items;
    // What is done on no group is not done.
    let is_done = |visit: &&[Item<'_, '_>]| visit.iter().any(|it| !it.given.scars.is_empty());
    let visits = || items.chunk_by(|one, other| one.day == other.day).filter(is_done);
    let mut days: Vec<Day> = past.into_iter().chain(visits().filter_map(|it| it.first()).map(|it| it.day)).collect();
    days.sort_unstable();
    days.dedup();
    let mut crowded = Crowded::new();
    for visit in visits() {
        too_soon(found, visit, &days);
        too_full(found, visit, &days);
        too_many_sites(found, visit, &days, &mut crowded);
    }
    for ((rule, procedure, measured, mends), spots) in crowded {
        let about = About { measured: Some(measured), mends, ..spots.about(found, Some(procedure)) };
        found.add(FindingKind::TooManySites, [rule], about);
    }
}

/// The day of the last visit that was made.
fn last_visit(found: &Found<'_, '_>) -> Option<Day> {
    let procedures = found.context.knowledge.procedures();
    let at_the_clinic = |id: ProcedureId| {
        let known = procedures.get(id.index());
        known.is_some_and(|it| it.kind != ProcedureKind::HomeCare)
    };
    found.context.case.history.iter().filter(|it| at_the_clinic(it.procedure)).map(|it| it.day).max()
}

/// The first day from `from` on that is `apart` from all visits of `days`, or as far as is wished for, and open for all of
/// `procedures`.
fn free(found: &Found<'_, '_>, procedures: ProcedureSet, days: &[Day], from: Day, apart: Day) -> Day {
    let apart = found.context.case.wishes.days_between_visits.map_or(apart, |wished| wished.max(apart));
    let known = found.context.knowledge.procedure_ids().filter(|(id, _)| procedures.contains(*id));
    let calendars: Vec<Calendar> = known.map(|(id, _)| Calendar::of(found.context, id)).collect();
    let mut day = from;
    loop {
        let near = days.iter().rfind(|it| it.abs_diff(day) < apart.unsigned_abs());
        let far = near.map_or(day, |it| it.saturating_add(apart));
        let open = calendars
            .iter()
            .fold(far, |day, calendar| calendar.open_from(Turn::Later, calendar.open_from(Turn::First, day)));
        if open == day || open == Day::MAX {
            return open;
        }
        day = open;
    }
}

fn too_soon(found: &mut Found<'_, '_>, visit: &[Item<'_, '_>], days: &[Day]) {
    let Some(day) = visit.first().map(|it| it.day) else { return };
    let before = days.iter().rfind(|it| **it < day);
    let (Some(before), Some(limit)) = (before, found.context.case.wishes.days_between_visits) else { return };
    let apart = day.saturating_sub(*before);
    if apart >= limit {
        return;
    }
    let others: Vec<Day> = days.iter().copied().filter(|it| *it != day).collect();
    let due = free(found, visit.iter().map(|it| it.id).collect(), &others, before.saturating_add(limit), 1);
    let mut sessions: Vec<usize> = visit.iter().map(|it| it.session).collect();
    sessions.sort_unstable();
    sessions.dedup();
    let about = About {
        places: sessions.iter().map(|session| Place::Session(*session)).collect(),
        day: Some(day),
        measured: Some(Measured::Days { found: apart, limit }),
        mends: sessions.iter().map(|session| Mend::Postpone { session: *session, day: due }).collect(),
        ..About::default()
    };
    found.add(FindingKind::NotWanted, [found.context.knowledge.planning().visits_apart], about);
}

/// What is beyond the most goes to other days, in the order in which it is done.
fn too_full(found: &mut Found<'_, '_>, visit: &[Item<'_, '_>], days: &[Day]) {
    let (Some(day), Some(limit)) = (visit.first().map(|it| it.day), found.context.case.wishes.procedures_per_visit)
    else {
        return;
    };
    let full = found.context.knowledge.planning().full_visit;
    let most = usize::try_from(limit).unwrap_or_default().max(1);
    let mut all: Vec<ProcedureId> = Vec::new();
    for item in visit.iter().filter(|it| !it.given.scars.is_empty()) {
        if !all.contains(&item.id) {
            all.push(item.id);
        }
    }
    let mut taken = days.to_vec();
    let mut mends: Vec<Mend> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for beyond in all.chunks(most).skip(1) {
        let due = free(found, beyond.iter().copied().collect(), &taken, day, full.days);
        taken.push(due);
        taken.sort_unstable();
        for item in visit.iter().filter(|it| beyond.contains(&it.id)) {
            places.push(item.place());
            mends.push(Mend::Split { session: item.session, procedure: item.at, day: due });
        }
    }
    if places.is_empty() {
        return;
    }
    let about = About {
        places,
        day: Some(day),
        measured: Some(Measured::Procedures { found: i32::try_from(all.len()).unwrap_or(i32::MAX), limit }),
        mends,
        ..About::default()
    };
    found.add(FindingKind::NotWanted, [full.rule], about);
}

/// Visits of which each is mended by more sessions of the same course: the rule, the procedure, what is measured, and what
/// mends them.
type Crowded = BTreeMap<(RuleId, ProcedureId, Measured, Vec<Mend>), Spots>;

/// Sites that count together and are more than one sitting takes: what is beyond goes to later visits, in the order in
/// which it is done, and what is too much by itself gets more sessions.
fn too_many_sites(found: &mut Found<'_, '_>, visit: &[Item<'_, '_>], days: &[Day], crowded: &mut Crowded) {
    let Some(day) = visit.first().map(|it| it.day) else { return };
    let context = found.context;
    for row in &context.knowledge.planning().together {
        let stays = |it: &Item<'_, '_>| !kept(found, it).is_empty();
        let counts = |it: &&Item<'_, '_>| it.is_treatment() && row.procedures.contains(it.id) && stays(it);
        let of_row: Vec<(&Item<'_, '_>, i64)> =
            visit.iter().filter(counts).map(|it| (it, load(found, it, row.at_most))).collect();
        let Some((first, _)) = of_row.first() else { continue };
        let all: i64 = of_row.iter().map(|it| it.1).sum();
        if all <= row.at_most {
            continue;
        }
        let others = of_row.iter().skip(1);
        let waits = others.filter_map(|(it, _)| between(context.knowledge, context.patient(), first.gap?, it.gap?));
        let wait = waits.map(|it| aim(&it)).fold(1, Day::max);
        let mut taken = days.to_vec();
        let (mut due, mut room) = (day, row.at_most);
        let mut mends: Vec<Mend> = Vec::new();
        for (item, sites) in &of_row {
            // The rest of its own sites comes at sessions of its own.
            let sites = (*sites).min(row.at_most);
            if sites > room {
                due = free(found, std::iter::once(item.id).collect(), &taken, due.saturating_add(wait), 1);
                taken.push(due);
                taken.sort_unstable();
                room = row.at_most;
            }
            room = room.saturating_sub(sites);
            if due > day {
                mends.push(Mend::Split { session: item.session, procedure: item.at, day: due });
            }
        }
        let alone = of_row.iter().all(|(it, _)| it.id == first.id) && mends.is_empty();
        for (item, _) in of_row.iter().filter(|it| it.1 > row.at_most) {
            mends.extend(more_sessions(found, item, row.at_most, due));
        }
        let mut spots = Spots::default();
        of_row.iter().for_each(|(it, _)| spots.add(it.place(), kept(found, it)));
        let measured = Measured::Sites { found: rounded_up(all), limit: whole_units(row.at_most) };
        if alone {
            let known = crowded.entry((row.rule, first.id, measured, mends)).or_default();
            spots.places.into_iter().for_each(|place| known.add(place, spots.scars.iter().copied()));
        } else {
            let about = About { measured: Some(measured), mends, ..spots.about(found, None) };
            found.add(FindingKind::TooManySites, [row.rule], about);
        }
    }
}

/// So many sessions more that a visit takes its share of the sites: after the last of the course, and after day `due`.
fn more_sessions(found: &Found<'_, '_>, item: &Item<'_, '_>, most: i64, due: Day) -> Vec<Mend> {
    let context = found.context;
    let Some(longest) = item.known.sessions.map(|it| it.count.max) else { return Vec::new() };
    let scars = kept(found, item);
    let all = sites(context, &scars, 1);
    let needed = all.saturating_add(most).saturating_sub(1).checked_div(most).unwrap_or(all);
    let needed = i32::try_from(needed).unwrap_or(longest).min(longest);
    let mut by_count: BTreeMap<i32, Scars> = BTreeMap::new();
    for scar in &scars {
        let more = needed.saturating_sub(sessions(found, item, *scar));
        if more > 0 {
            by_count.entry(more).or_default().push(*scar);
        }
    }
    let more = by_count.into_iter().map(|(count, scars)| {
        let every = repeat(found, item.id, &scars).map_or(0, |it| aim(&it));
        let on_them = found.items.iter().filter(|it| it.id == item.id && it.touches(item)).map(|it| it.day);
        let last = on_them.max().unwrap_or(item.day).max(due);
        let day = last.saturating_add(every).max(opens(context, item.id, &scars));
        Mend::AddSessions { procedure: item.id, scars, count, day, every }
    });
    more.collect()
}

/// The groups of an item that do not have to come out of it: the sites of the others are none of the visit.
fn kept(found: &Found<'_, '_>, item: &Item<'_, '_>) -> Scars {
    item.given.scars.iter().copied().filter(|scar| !is_out(found, item.id, *scar)).collect()
}

/// The sites of one item, in thousandths: those of each group by the sessions of its course. A course that is as long as it
/// may be takes what there is.
fn load(found: &Found<'_, '_>, item: &Item<'_, '_>, most: i64) -> i64 {
    let longest = item.known.sessions.map_or(0, |it| it.count.max);
    let mut is_full = true;
    let sites = kept(found, item).into_iter().map(|scar| {
        let sessions = sessions(found, item, scar);
        is_full &= sessions >= longest;
        sites(found.context, &[scar], sessions)
    });
    let all: i64 = sites.sum();
    if is_full { all.min(most) } else { all }
}

/// The sessions of the course of an item on a group, those that were done among them.
fn sessions(found: &Found<'_, '_>, item: &Item<'_, '_>, scar: ScarIndex) -> i32 {
    let context = found.context;
    let has = |it: &&Item<'_, '_>| it.is_treatment() && it.id == item.id && it.given.scars.binary_search(&scar).is_ok();
    let first = found.items.iter().find(has).map_or(0, |it| it.day);
    let done = context.past.done(item.id, scar).on(context, item.id, first).sessions.len();
    let sessions = found.items.iter().filter(has).count().saturating_add(done);
    i32::try_from(sessions).unwrap_or(i32::MAX)
}

/// Whole sites; a part of one is one.
fn rounded_up(thousandths: i64) -> i32 {
    let whole = whole_units(thousandths);
    whole.saturating_add(i32::from(Value::thousandths(i64::from(whole)) != Value::Number(thousandths)))
}
