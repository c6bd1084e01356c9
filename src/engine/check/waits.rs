//! Whether every ordered pair on overlapping skin keeps its wait, and which pairs share a sitting.

use std::collections::BTreeMap;

use crate::{
    domain::{Day, FindingKind, Measured, Mend, Place, ProcedureId, RuleId, ScarIndex, Truth},
    engine::{
        history,
        screen::insert_sorted,
        select::Context,
        spacing::{between, on},
    },
    knowledge::{Gap, Spacing},
};

use super::{About, Found, items::Item};

/// Sessions before one session that are too close to it, by one row of the table.
#[derive(Debug, Default)]
struct Close {
    /// The sessions before, the one that decides first.
    before: Vec<(Day, Place)>,
    other: Option<ProcedureId>,
    scars: Vec<ScarIndex>,
    /// The day on which all of them are far enough away.
    until: Day,
    /// The wait of the one that decides.
    found: Day,
    limit: Day,
    also: Option<RuleId>,
}

pub(super) fn check(found: &mut Found<'_, '_>) {
    for (at, next) in found.items.iter().enumerate() {
        let mut close: BTreeMap<(FindingKind, RuleId), Close> = BTreeMap::new();
        for first in found.items.iter().take(at).filter(|first| first.touches(next)) {
            if first.day == next.day {
                together(found, first, next);
            } else {
                apart(found.context, first, next, &mut close);
            }
        }
        past(found.context, next, &mut close);
        for ((kind, rule), it) in close {
            let Close { mut before, other, scars, until, found: days, limit, also } = it;
            before.sort_unstable_by(|a, b| b.cmp(a));
            let mut places = vec![next.place()];
            places.extend(before.into_iter().map(|(_, place)| place));
            let about = About {
                places,
                day: Some(next.day),
                procedure: Some(next.id),
                other,
                scars,
                measured: Some(Measured::Days { found: days, limit }),
                mends: vec![Mend::Postpone { session: next.session, day: until }],
            };
            found.add(kind, std::iter::once(rule).chain(also), about);
        }
    }
    latest(found);
}

/// Which of the two ways a wait is too short, with its limit.
fn too_close(context: Context<'_, '_>, wait: Day, spacing: &Spacing) -> Option<(FindingKind, Day, Option<RuleId>)> {
    let gaps = context.knowledge.gaps();
    let added = |rule: &RuleId| {
        *rule == gaps.pigment_addition.rule || gaps.site_addition.as_ref().is_some_and(|it| it.rule == *rule)
    };
    if wait < spacing.floor {
        // What is added for some skin lengthens the plan and not the floor.
        Some((FindingKind::BelowFloor, spacing.floor, spacing.also.filter(|rule| !added(rule))))
    } else if wait < spacing.plan_min {
        Some((FindingKind::BelowLeast, spacing.plan_min, spacing.also))
    } else if wait < spacing.typical_from {
        Some((FindingKind::BelowUsual, spacing.typical_from, spacing.also))
    } else {
        None
    }
}

/// Adds a pair on different days, if it is too close.
fn apart(
    context: Context<'_, '_>,
    first: &Item<'_, '_>,
    next: &Item<'_, '_>,
    close: &mut BTreeMap<(FindingKind, RuleId), Close>,
) {
    let Some(spacing) = spacing(context, first, next) else { return };
    let wait = next.day.saturating_sub(first.day);
    let Some((kind, limit, also)) = too_close(context, wait, &spacing) else { return };
    // A test area is followed as soon as it can be judged.
    let test = !first.is_treatment() || !next.is_treatment();
    if test && kind == FindingKind::BelowUsual {
        return;
    }
    let scars = next.on_skin_of(context, first);
    let entry = close.entry((kind, spacing.rule)).or_default();
    entry.add(first.day, first.place(), first.id, wait, limit, also);
    scars.into_iter().for_each(|scar| insert_sorted(&mut entry.scars, scar));
}

impl Close {
    fn add(&mut self, day: Day, place: Place, id: ProcedureId, wait: Day, limit: Day, also: Option<RuleId>) {
        self.before.push((day, place));
        let until = day.saturating_add(limit);
        if self.before.len() <= 1 || until > self.until {
            self.until = until;
            self.found = wait;
            self.limit = limit;
            self.other = Some(id);
        }
        self.also = self.also.or(also);
    }
}

/// Adds past sessions that are too close.
fn past(context: Context<'_, '_>, next: &Item<'_, '_>, close: &mut BTreeMap<(FindingKind, RuleId), Close>) {
    let Some(gap) = next.gap else { return };
    for (at, past) in context.case.history.iter().enumerate() {
        let Some(all) = history::since(context, past, gap, next.focal, &next.given.scars) else { continue };
        if next.day.saturating_sub(past.day) >= all.plan_min {
            continue;
        }
        for scar in &next.given.scars {
            let Some(spacing) = history::since(context, past, gap, next.focal, &[*scar]) else { continue };
            let wait = next.day.saturating_sub(past.day);
            let Some((kind, limit, also)) = too_close(context, wait, &spacing) else { continue };
            // How usual the wait since another course is, nobody says.
            if kind == FindingKind::BelowUsual {
                continue;
            }
            let entry = close.entry((kind, spacing.rule)).or_default();
            if entry.before.last() != Some(&(past.day, Place::Past(at))) {
                entry.add(past.day, Place::Past(at), past.procedure, wait, limit, also);
            }
            insert_sorted(&mut entry.scars, *scar);
        }
    }
}

/// The wait from one to the other on the skin that they share.
fn spacing(context: Context<'_, '_>, first: &Item<'_, '_>, next: &Item<'_, '_>) -> Option<Spacing> {
    let patient = context.facts.first().unwrap_or(&context.case.patient);
    let spacing = between(context.knowledge, patient, first.gap?, next.gap?)?;
    Some(on(context, spacing, &next.on_skin_of(context, first)))
}

/// Two procedures on the same skin on one day.
fn together(found: &mut Found<'_, '_>, first: &Item<'_, '_>, next: &Item<'_, '_>) {
    let context = found.context;
    let gaps = context.knowledge.gaps();
    let (Some(a), Some(b)) = (first.gap, next.gap) else { return };
    let (Some(forward), Some(back)) = (gaps.between(a, b), gaps.between(b, a)) else { return };
    let same_visit = first.session == next.session;
    let patient = context.facts.first().unwrap_or(&context.case.patient);
    let rare = |gap: &Gap| {
        let line = gap.same_day.as_ref()?;
        (line.when.holds(patient, 0) == Truth::Yes).then_some(line.rule)
    };
    let pair = |mends: Vec<Mend>| About {
        places: vec![next.place(), first.place()],
        day: Some(next.day),
        procedure: Some(next.id),
        other: Some(first.id),
        scars: next.on_skin_of(context, first),
        measured: None,
        mends,
    };
    // The later of the two on the ladder moves.
    let (stays, moves) = if first.known.order > next.known.order { (next, first) } else { (first, next) };
    let wait = spacing(context, stays, moves).map_or(0, |it| it.floor);
    let day = stays.day.saturating_add(wait);
    let split = vec![Mend::Split { session: moves.session, procedure: moves.at, day }];
    if !forward.same_sitting && !back.same_sitting {
        match rare(forward).or_else(|| rare(back)) {
            Some(rule) => found.add(FindingKind::RarelyTogether, [rule], pair(split)),
            None => {
                let row = if std::ptr::eq(stays, first) { forward } else { back };
                let rules = std::iter::once(row.base.rule).chain(row.base.also);
                found.add(FindingKind::PairNotAllowed, rules, pair(split));
            }
        }
        return;
    }
    if !forward.same_sitting && same_visit {
        let mends = vec![Mend::Reorder { session: next.session, first: next.at, before: first.at }];
        found.add(FindingKind::OrderInSitting, [back.base.rule], pair(mends));
    }
    if first.id != next.id {
        let mut rules = Vec::new();
        for scar in next.on_skin_of(context, first) {
            let firings = context.screening.of(next.id, scar).filter(|it| it.touches(next.day, next.day));
            let both = firings.filter(|it| it.rule.stacked && it.rule.procedures.contains(first.id));
            both.for_each(|it| insert_sorted(&mut rules, it.rule.rule));
        }
        if !rules.is_empty() {
            found.add(FindingKind::StackedWounds, rules, pair(split));
        }
    }
}

/// Sessions of a course that are further apart than the latest.
fn latest(found: &mut Found<'_, '_>) {
    let context = found.context;
    for (id, groups) in found.courses() {
        // Groups that share the pair share the finding.
        let mut late: BTreeMap<(Day, Place, Place), (Vec<ScarIndex>, Spacing, usize)> = BTreeMap::new();
        for (scar, sessions) in groups {
            for (first, next) in sessions.iter().zip(sessions.iter().skip(1)) {
                let Some(spacing) = spacing(context, first, next) else { continue };
                let wait = next.day.saturating_sub(first.day);
                if spacing.latest.is_some_and(|latest| latest < wait) {
                    let key = (next.day, next.place(), first.place());
                    late.entry(key).or_insert_with(|| (Vec::new(), spacing, next.session)).0.push(scar);
                }
            }
        }
        for ((day, next, first), (scars, spacing, session)) in late {
            let Some(limit) = spacing.latest else { continue };
            let before = found.day_of(first).unwrap_or(day);
            let about = About {
                places: vec![next, first],
                day: Some(day),
                procedure: Some(id),
                other: Some(id),
                scars,
                measured: Some(Measured::Days { found: day.saturating_sub(before), limit }),
                mends: vec![Mend::BringForward { session, day: before.saturating_add(limit) }],
            };
            found.add(FindingKind::AboveLatest, std::iter::once(spacing.rule).chain(spacing.also), about);
        }
    }
}
