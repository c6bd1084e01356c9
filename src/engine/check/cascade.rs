//! What a change brings along: visits after one that moves keep their waits, so that a remedy makes no breach of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{Day, Finding, FindingKind, Mend, ProcedureId},
    engine::{
        calendar::{Calendar, Turn},
        spacing::aim,
    },
};

use super::{Found, items::Item, waits::spacing};

/// Lets the changes of each finding that move something move what comes after it on the same skin as well.
pub(super) fn keep_waits(found: &mut Found<'_, '_>) {
    let mut findings = std::mem::take(&mut found.findings);
    for finding in &mut findings {
        finding.mends.iter_mut().for_each(|it| clear_its_day(found, it));
        let stays = Stays::of(finding);
        let later = follow(found, &finding.mends, &stays);
        for (session, day) in later {
            let mut known = false;
            for mend in &mut finding.mends {
                if let Mend::Postpone { session: other, day: known_day } = mend
                    && *other == session
                {
                    *known_day = day.max(*known_day);
                    known = true;
                }
            }
            if !known {
                finding.mends.push(Mend::Postpone { session, day });
            }
        }
    }
    found.findings = findings;
}

/// What does not follow: what something waits for.
struct Stays {
    /// The step that another goes past.
    step: Option<ProcedureId>,
    /// The procedure whose test area is waited for.
    tested: Option<ProcedureId>,
}

impl Stays {
    fn of(finding: &Finding) -> Self {
        let is = |kind: FindingKind| finding.kind == kind;
        Self {
            step: finding.other.filter(|_| is(FindingKind::OrderOfSteps)),
            tested: finding.procedure.filter(|_| is(FindingKind::TestAreaMissing)),
        }
    }

    fn has(&self, item: &Item<'_, '_>) -> bool {
        self.step == Some(item.id) || self.tested == Some(item.id) && !item.is_treatment()
    }
}

/// What is taken out of a visit keeps its wait after all that stays on that day.
fn clear_its_day(found: &Found<'_, '_>, mend: &mut Mend) {
    let Mend::Split { session, procedure, day } = mend else { return };
    let is_it = |it: &&Item<'_, '_>| (it.session, it.at) == (*session, *procedure);
    let Some(item) = found.items.iter().find(is_it) else { return };
    let others = found.items.iter().filter(|it| it.day == item.day && !is_it(it) && it.touches(item));
    for other in others {
        let scars = item.on_skin_of(found.skin, other);
        let wait = spacing(found, other, item, &scars).map_or(0, |it| it.plan_min);
        *day = item.day.saturating_add(wait).max(*day);
    }
}

/// The visits that move because others do, with their days.
fn follow(found: &Found<'_, '_>, mends: &[Mend], stays: &Stays) -> BTreeMap<usize, Day> {
    let items = found.items;
    let mut visits: BTreeMap<usize, Day> = BTreeMap::new();
    let may_move = |it: &Mend| matches!(it, Mend::Postpone { .. } | Mend::Split { .. } | Mend::AddSessions { .. });
    if !mends.iter().any(may_move) {
        return visits;
    }
    // By item: the day to which it moves.
    let mut moved: Vec<Option<Day>> = items.iter().map(|it| moves(found, it, mends)).collect();
    let fixed: BTreeSet<usize> = items.iter().filter(|it| stays.has(it)).map(|it| it.session).collect();
    for (at, next) in items.iter().enumerate().filter(|(_, it)| !fixed.contains(&it.session)) {
        let mut due = moved.get(at).copied().flatten().unwrap_or(next.day);
        let mut late = false;
        for (first, to) in items.iter().zip(&moved).take(at) {
            let Some(to) = to.filter(|_| first.day < next.day && first.touches(next)) else { continue };
            let wait = next.day.saturating_sub(first.day);
            let scars = next.on_skin_of(found.skin, first);
            // What was closer before is no closer after, and what was as far as usual stays so.
            let wait = spacing(found, first, next, &scars).map_or(wait, |it| wait.min(aim(&it)));
            let free = to.saturating_add(wait);
            if due < free {
                due = free;
                late = true;
            }
        }
        if !late || mends.iter().any(|it| is_split(it, next)) {
            continue;
        }
        let together = || items.iter().filter(|it| it.session == next.session);
        let due = open(found, together(), due);
        let day = visits.entry(next.session).or_insert(due);
        *day = due.max(*day);
        for (it, moved) in items.iter().zip(&mut moved) {
            if it.session == next.session && !mends.iter().any(|mend| is_split(mend, it)) {
                *moved = Some(due);
            }
        }
    }
    visits
}

/// The day to which a change moves an item, or to which it draws out its course.
fn moves(found: &Found<'_, '_>, item: &Item<'_, '_>, mends: &[Mend]) -> Option<Day> {
    let split = mends.iter().any(|it| is_split(it, item));
    let mut days = mends.iter().filter_map(|mend| {
        if let Mend::Postpone { session, day } = mend {
            return (*session == item.session && !split).then_some(*day);
        }
        if let Mend::Split { day, .. } = mend {
            return is_split(mend, item).then_some(*day);
        }
        let Mend::AddSessions { procedure, scars, count, day, every } = mend else { return None };
        let shares = || scars.iter().any(|scar| item.given.scars.binary_search(scar).is_ok());
        let is_last = || !found.items.iter().any(|it| it.id == item.id && it.day > item.day && it.touches(item));
        let last = day.saturating_add(every.saturating_mul(count.saturating_sub(1)));
        (*procedure == item.id && item.is_treatment() && shares() && is_last()).then_some(last)
    });
    let first = days.next()?;
    Some(days.fold(first, Day::max)).filter(|day| *day > item.day)
}

fn is_split(mend: &Mend, item: &Item<'_, '_>) -> bool {
    matches!(mend, Mend::Split { session, procedure, .. } if (*session, *procedure) == (item.session, item.at))
}

/// The first day from `day` on that is open for all of a visit.
fn open<'i, 'a: 'i, 'k: 'i>(found: &Found<'_, '_>, visit: impl Iterator<Item = &'i Item<'a, 'k>>, day: Day) -> Day {
    let calendars: Vec<Calendar> = visit.map(|it| Calendar::of(found.context, it.id)).collect();
    let mut day = day;
    loop {
        let next = calendars.iter().fold(day, |day, it| it.open_from(Turn::Later, day));
        if next == day {
            return day;
        }
        day = next;
    }
}
