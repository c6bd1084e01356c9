//! Whether every ordered pair on overlapping skin keeps its wait, and which pairs share a sitting.

use std::collections::BTreeMap;

use smallvec::smallvec;

use crate::{
    domain::{Area, Day, FindingKind, Measured, Mend, Place, ProcedureId, RuleId, Rules, ScarIndex, Scars},
    engine::{
        history,
        screen::insert_sorted,
        spacing::{Added, between, lengthened, most},
    },
    knowledge::{Also, Gap, GapKind, ProcedureKind, Spacing},
};

use super::{About, Found, items::Item};

/// Sessions that are too close to one session, by one row of the table.
#[derive(Debug, Default)]
struct Close {
    before: Vec<(Day, Place)>,
    other: Option<ProcedureId>,
    /// By group: it is on the skin that they share.
    marks: Vec<bool>,
    /// The day on which all of them are far enough away.
    until: Day,
    /// The wait of the one that decides.
    found: Day,
    limit: Day,
    also: Also,
}

/// Procedures that share the day of one procedure and should not, for the same reasons.
#[derive(Debug, Default)]
struct Shared {
    with: Vec<Place>,
    other: Option<ProcedureId>,
    marks: Vec<bool>,
    /// What moves, and to which day.
    splits: BTreeMap<(usize, usize), Day>,
    reorders: Vec<Mend>,
}

/// By kind and reasons: what one session is too close to, or shares its day with.
type ByRule<K, T> = BTreeMap<(FindingKind, K), T>;

pub(super) fn check(found: &mut Found<'_, '_>) {
    let mut history = History::of(found);
    for (at, next) in found.items.iter().enumerate() {
        let mut close = ByRule::<RuleId, Close>::new();
        let mut shared = ByRule::<Rules, Shared>::new();
        for first in found.items.iter().take(at).filter(|first| first.touches(next)) {
            if first.day == next.day {
                together(found, first, next, &mut shared);
            } else {
                apart(found, first, next, &mut close);
            }
        }
        history.add_close(found, next, &mut close);
        for ((kind, rules), it) in shared {
            let Shared { with, other, marks, splits, reorders } = it;
            let splits = splits.into_iter().map(|((session, procedure), day)| Mend::Split { session, procedure, day });
            let about = About {
                places: std::iter::once(next.place()).chain(with).collect(),
                day: Some(next.day),
                procedure: Some(next.id),
                other,
                scars: marked(&marks),
                measured: None,
                mends: splits.chain(reorders).collect(),
            };
            found.add(kind, rules, about);
        }
        for ((kind, rule), it) in close {
            let Close { mut before, other, marks, until, found: days, limit, also } = it;
            before.sort_unstable_by(|a, b| b.cmp(a));
            let about = About {
                places: std::iter::once(next.place()).chain(before.into_iter().map(|(_, place)| place)).collect(),
                day: Some(next.day),
                procedure: Some(next.id),
                other,
                scars: marked(&marks),
                measured: Some(Measured::Days { found: days, limit }),
                mends: vec![Mend::Postpone { session: next.session, day: until }],
            };
            found.add(kind, std::iter::once(rule).chain(also.rules()), about);
        }
    }
    latest(found);
}

/// Marks groups. Many pairs mark the same ones.
fn mark(marks: &mut Vec<bool>, scars: &[ScarIndex]) {
    for scar in scars {
        if marks.len() <= scar.index() {
            marks.resize(scar.index().saturating_add(1), false);
        }
        if let Some(mark) = marks.get_mut(scar.index()) {
            *mark = true;
        }
    }
}

fn marked(marks: &[bool]) -> Scars {
    (0_u16..).map(ScarIndex).zip(marks).filter(|(_, mark)| **mark).map(|(scar, _)| scar).collect()
}

/// Which way a wait is too short, with its limit and the rules that lengthen it: what mends it is the wait that is planned.
fn too_close(wait: Day, spacing: &Spacing) -> Option<(FindingKind, Day, Also)> {
    if wait < spacing.floor {
        Some((FindingKind::BelowFloor, spacing.floor, spacing.also))
    } else if wait < spacing.plan_min {
        Some((FindingKind::BelowLeast, spacing.plan_min, spacing.also))
    } else if wait < spacing.typical_from {
        Some((FindingKind::BelowUsual, spacing.typical_from, spacing.also))
    } else {
        None
    }
}

/// Adds a pair on different days, if it is too close.
fn apart(found: &Found<'_, '_>, first: &Item<'_, '_>, next: &Item<'_, '_>, close: &mut ByRule<RuleId, Close>) {
    let scars = next.on_skin_of(found.skin, first);
    let Some(spacing) = spacing(found, first, next, &scars) else { return };
    let wait = next.day.saturating_sub(first.day);
    let Some((kind, limit, also)) = too_close(wait, &spacing) else { return };
    // A test area is followed as soon as it can be judged, and what goes between the sessions of others leaves no more.
    let test = !first.is_treatment() || !next.is_treatment();
    let between = first.id != next.id && [first.id, next.id].iter().any(|id| found.context.knowledge.goes_between(*id));
    if (test || between) && kind == FindingKind::BelowUsual {
        return;
    }
    let entry = close.entry((kind, spacing.rule)).or_default();
    entry.add((first.day, first.place(), first.id), (wait, limit, planned(kind, limit, &spacing)), also);
    mark(&mut entry.marks, &scars);
}

/// The wait that mends it: what is below the floor is put right to the least that is planned.
fn planned(kind: FindingKind, limit: Day, spacing: &Spacing) -> Day {
    if kind == FindingKind::BelowFloor { spacing.plan_min.max(limit) } else { limit }
}

impl Close {
    /// Adds what comes before, with the wait as it is, the shortest that counts, and the one that mends it.
    fn add(&mut self, (day, place, id): (Day, Place, ProcedureId), (wait, limit, mends): (Day, Day, Day), also: Also) {
        self.before.push((day, place));
        let until = day.saturating_add(mends);
        if self.before.len() <= 1 || until > self.until {
            self.until = until;
            self.found = wait;
            self.limit = limit;
            self.other = Some(id);
        }
        also.rules().for_each(|rule| self.also.add(rule));
    }
}

/// Past sessions, with the skin that they were done on and the waits that they leave.
struct History {
    sessions: Vec<PastSkin>,
    /// By past session, what comes next, whether that works on single scars, and what lengthens waits on the skin.
    waits: BTreeMap<(usize, GapKind, bool, Added), Option<Spacing>>,
}

struct PastSkin {
    everywhere: bool,
    /// It meets what works on single scars on these scars alone.
    by_scar: Option<Scars>,
    /// By area of the case: it was done on some of its skin.
    reach: Vec<bool>,
}

impl History {
    fn of(found: &Found<'_, '_>) -> Self {
        let context = found.context;
        let sessions = context.case.history.iter().map(|past| {
            let named = past.sites.iter().map(|site| Area { site: *site, laterality: None });
            let skin: Vec<Area> = history::areas(context, &past.scars).into_iter().chain(named).collect();
            let known = context.knowledge.procedures().get(past.procedure.index());
            let focal = known.is_some_and(|it| it.kind == ProcedureKind::Focal) && past.sites.is_empty();
            let mut scars = Scars::from_slice(&past.scars);
            scars.sort_unstable();
            PastSkin {
                everywhere: past.scars.is_empty() && past.sites.is_empty(),
                by_scar: focal.then_some(scars),
                reach: found.skin.reach(&skin),
            }
        });
        Self { sessions: sessions.collect(), waits: BTreeMap::new() }
    }

    /// Adds the past sessions that are too close.
    fn add_close(&mut self, found: &Found<'_, '_>, next: &Item<'_, '_>, close: &mut ByRule<RuleId, Close>) {
        let Some(gap) = next.gap else { return };
        for (at, (past, skin)) in found.context.case.history.iter().zip(&self.sessions).enumerate() {
            let touched = |scar: &ScarIndex| match &skin.by_scar {
                _ if skin.everywhere => true,
                Some(scars) if next.focal => scars.binary_search(scar).is_ok(),
                Some(_) | None => found.skin.is_in(&skin.reach, *scar),
            };
            let mut alike = BTreeMap::<&[usize], Vec<ScarIndex>>::new();
            for scar in next.given.scars.iter().copied().filter(touched) {
                alike.entry(found.context.added_on(scar)).or_default().push(scar);
            }
            for (added, scars) in alike {
                let Some(one) = scars.first() else { continue };
                let wait = || history::since(found.context, past, gap, next.focal, &[*one]);
                let wait = *self.waits.entry((at, gap, next.focal, added.into())).or_insert_with(wait);
                let Some(spacing) = wait else { continue };
                let wait = next.day.saturating_sub(past.day);
                let Some((kind, limit, also)) = too_close(wait, &spacing) else { continue };
                // How usual the wait since another course is, nobody says.
                if kind == FindingKind::BelowUsual {
                    continue;
                }
                let entry = close.entry((kind, spacing.rule)).or_default();
                if entry.before.last() != Some(&(past.day, Place::Past(at))) {
                    let done = (past.day, Place::Past(at), past.procedure);
                    entry.add(done, (wait, limit, planned(kind, limit, &spacing)), also);
                }
                mark(&mut entry.marks, &scars);
            }
        }
    }
}

/// The wait from one to the other on `scars`, the skin that they share.
pub(super) fn spacing(
    found: &Found<'_, '_>,
    first: &Item<'_, '_>,
    next: &Item<'_, '_>,
    scars: &[ScarIndex],
) -> Option<Spacing> {
    let context = found.context;
    let patient = context.patient();
    let spacing = between(context.knowledge, patient, first.gap?, next.gap?)?;
    let added = most(context.knowledge, scars.iter().map(|scar| context.added_on(*scar)));
    Some(lengthened(context.knowledge, spacing, added.unwrap_or_default()))
}

/// Adds two procedures on the same skin on one day, unless the table lets them share it.
fn together(found: &Found<'_, '_>, first: &Item<'_, '_>, next: &Item<'_, '_>, shared: &mut ByRule<Rules, Shared>) {
    let context = found.context;
    let gaps = context.knowledge.gaps();
    let (Some(a), Some(b)) = (first.gap, next.gap) else { return };
    let (Some(forward), Some(back)) = (gaps.between(a, b), gaps.between(b, a)) else { return };
    let patient = context.patient();
    let rare = |gap: &Gap| {
        let line = gap.same_day.as_ref()?;
        (line.when.is_true(patient, 0)).then_some(line.rule)
    };
    let scars = next.on_skin_of(found.skin, first);
    let reversed = first.session == next.session && !forward.same_sitting && back.same_sitting;
    let mut add = |kind: FindingKind, rules: Rules| {
        let entry = shared.entry((kind, rules)).or_default();
        entry.with.push(first.place());
        entry.other = Some(first.id);
        mark(&mut entry.marks, &scars);
        if reversed && kind != FindingKind::StackedWounds {
            entry.reorders.push(Mend::Reorder { session: next.session, first: next.at, before: first.at });
            return;
        }
        // The later of the two on the ladder moves.
        let (stays, moves) = if first.known.order > next.known.order { (next, first) } else { (first, next) };
        let wait = spacing(found, stays, moves, &scars).map_or(0, |it| it.plan_min);
        let day = entry.splits.entry((moves.session, moves.at)).or_default();
        *day = stays.day.saturating_add(wait).max(*day);
    };
    if !forward.same_sitting && !back.same_sitting {
        match rare(forward).or_else(|| rare(back)) {
            Some(rule) => add(FindingKind::RarelyTogether, smallvec![rule]),
            None => {
                let row = if first.known.order > next.known.order { back } else { forward };
                add(FindingKind::PairNotAllowed, row.base.rules().collect());
            }
        }
        return;
    }
    // Of two visits on one day nobody says which is first.
    if reversed {
        // What must come last is not done under what follows it.
        match back.order_binds {
            true => add(FindingKind::PairNotAllowed, smallvec![forward.base.rule]),
            false => add(FindingKind::OrderInSitting, smallvec![back.base.rule]),
        }
    }
    if first.id != next.id {
        let mut rules = Rules::new();
        for scar in &scars {
            let firings = context.screening.of(next.id, *scar).filter(|it| it.touches(next.day, next.day));
            let both = firings.filter(|it| it.rule.stacked && it.rule.procedures.contains(first.id));
            both.for_each(|it| insert_sorted(&mut rules, it.rule.rule));
        }
        if !rules.is_empty() {
            add(FindingKind::StackedWounds, rules);
        }
    }
}

/// The groups of a pair, its wait, and the visit of the later one.
type Late = (Scars, Option<Spacing>, usize);

/// Sessions of a course that are further apart than the latest.
fn latest(found: &mut Found<'_, '_>) {
    for (id, groups) in found.courses() {
        // Groups that share the pair share the finding, and the longest of their waits.
        let mut late = BTreeMap::<(Day, Place, Place), Late>::new();
        for (scar, sessions) in groups {
            for (first, next) in sessions.iter().zip(sessions.iter().skip(1)) {
                let shared = || next.on_skin_of(found.skin, first);
                let pair = || (Scars::new(), spacing(found, first, next, &shared()), next.session);
                let entry = late.entry((next.day, next.place(), first.place())).or_insert_with(pair);
                let wait = next.day.saturating_sub(first.day);
                if entry.1.and_then(|it| it.latest).is_some_and(|latest| latest < wait) {
                    entry.0.push(scar);
                }
            }
        }
        for ((day, next, first), (scars, spacing, session)) in late {
            let Some(spacing) = spacing.filter(|_| !scars.is_empty()) else { continue };
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
            found.add(FindingKind::AboveLatest, spacing.rules(), about);
        }
    }
}
