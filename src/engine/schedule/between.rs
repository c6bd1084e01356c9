//! Between: what may go between the sessions of others on the same skin has the days that these leave, and moves none.
//!
//! It begins on the first day from which its whole course keeps its rhythm. What follows it is left its least wait, and so
//! is it after what stands before it while something follows; where nothing does, there is no hurry, and it waits as long
//! as usual. Each next session is at its usual distance from the one before it or later, up to the latest: at a visit that
//! there is anyway where that can be, else on the first day.

use std::collections::BTreeSet;

use super::{Dated, Room, diary, longest, overlap, procedures, since, timing};
use crate::{
    domain::{Day, Days, Facts, ProcedureId, Rules, Truth},
    engine::{
        calendar::Turn,
        history,
        opening::kept_after,
        place::{Diary, Held},
        select::{Context, add_rules},
        spacing::aim,
    },
    knowledge::{GapKind, Spacing},
};

/// Another session, or test area, on the same skin.
struct Beside {
    day: Day,
    /// Its stage, and its place there; `None`: it is past.
    planned: Option<(usize, usize)>,
    /// The wait after it.
    after: Spacing,
    /// The wait to it.
    before: Spacing,
    /// Both may be done in one sitting.
    shares: bool,
}

/// The stages of `chosen` that go between the others: something comes before them on the ladder, and nothing after them.
pub(super) fn among(context: Context<'_, '_>, stages: &[Dated<'_>], chosen: &[usize]) -> Vec<usize> {
    let stage = |at: usize| stages.get(at).filter(|it| context.knowledge.goes_between(it.draft.procedure));
    let together = &context.knowledge.planning().together;
    let goes = |at: usize, it: &Dated<'_>| {
        let meets = |other: &usize| stages.get(*other).is_some_and(|other| overlap(context, other, it));
        let mut others = chosen.iter().copied().filter(|other| stage(*other).is_none()).filter(meets);
        // What shares its visits by the number of sites has no days of its own.
        let counted = together.iter().any(|row| row.procedures.contains(it.draft.procedure));
        !counted && others.next_back().is_some_and(|last| last < at)
    };
    chosen.iter().copied().filter(|at| stage(*at).is_some_and(|it| goes(*at, it))).collect()
}

/// Gives the stage at `at` its days, not before `ready`. `false`: there are none that keep its rhythm.
pub(super) fn lay(context: Context<'_, '_>, patient: &Facts, stages: &mut [Dated<'_>], at: usize, ready: Day) -> bool {
    let Some(stage) = stages.get(at) else { return true };
    let beside = beside(context, patient, stages, at);
    let open = stage.open_day(context, ready);
    let all = stages.iter().flat_map(|it| it.test_area.iter().chain(&it.days));
    let over = beside.iter().map(|it| it.day.saturating_add(aim(&it.after)));
    let mut search = Search {
        stage,
        end: over.fold(open, Day::max),
        last: beside.iter().filter(|it| it.planned.is_some()).map(|it| it.day).max(),
        offsets: stage.offsets(),
        slack: stage.repeat.and_then(|it| Some(it.latest?.saturating_sub(aim(&it)))),
        visits: all.copied().collect(),
        diary: diary(context, stages, &[at]),
        failed: BTreeSet::new(),
        beside: &beside,
    };
    let Some(days) = search.days(open) else { return false };
    let room = rooms(&beside, &days);
    let (mut held, mut timing) = (Vec::new(), timing::leads(context, stage));
    for (place, &day) in days.iter().enumerate() {
        let due = search.due(place, &days).unwrap_or(open);
        let why = search.why(context, days.get(..place).unwrap_or_default(), due, day);
        if place == 0 {
            add_rules(&mut timing, why);
            add_rules(&mut timing, stage.calendar.why(Turn::First, due));
        } else {
            held.extend(why.into_iter().map(|rule| (place, rule)));
        }
    }
    let first = days.first().copied().unwrap_or(open);
    timing::late(context, stage, first, &mut timing);
    let before = beside.iter().filter(|it| it.day < first);
    let earliest = before.map(|it| it.day.saturating_add(it.after.floor)).fold(open, Day::max).min(first);
    let latest = stage.draft.done.last(context).zip(stage.repeat.and_then(|it| it.latest));
    let latest = latest.map(|(last, wait)| last.saturating_add(wait)).filter(|it| *it >= first);
    let comes_first = |it: &Dated<'_>| it.draft.done.begun() || it.first().is_some_and(|day| day < first);
    let focal = |it: &Dated<'_>| it.focal && comes_first(it) && overlap(context, it, stage);
    let after_focal = !stage.focal && stages.iter().take(at).any(focal);
    for (of, it) in room {
        let Some(stage) = stages.get_mut(of.unwrap_or(at)) else { continue };
        stage.room.push(it);
    }
    let Some(stage) = stages.get_mut(at) else { return true };
    let mut days = days.into_iter();
    stage.test_area = stage.draft.leads.test_area.and_then(|_| days.next());
    stage.days = days.collect();
    (stage.held, stage.timing, stage.after_focal) = (held, timing, after_focal);
    (stage.earliest, stage.latest) = (earliest, latest);
    true
}

/// Everything that was done or is planned on the skin of the stage at `at`.
fn beside(context: Context<'_, '_>, patient: &Facts, stages: &[Dated<'_>], at: usize) -> Vec<Beside> {
    let mut all = Vec::new();
    let Some(stage) = stages.get(at) else { return all };
    for past in history::recent(context) {
        let Some(wait) = since(context, past, stage) else { continue };
        let mut after = kept_after(context, past, wait, stage.draft.procedure);
        if past.procedure == stage.draft.procedure {
            // Its own course keeps its rhythm.
            after.plan_min = aim(&after);
        }
        all.push(Beside { day: past.day, planned: None, after, before: after, shares: false });
    }
    for (place, other) in stages.iter().enumerate().filter(|(place, _)| *place != at) {
        let after = longest(context, patient, other, stage);
        let Some((after, before)) = after.zip(longest(context, patient, stage, other)) else { continue };
        let shares = may_share(context, patient, other, stage);
        let tests = other.test_area.iter().map(|day| (*day, false));
        let days = tests.chain(other.days.iter().map(|day| (*day, shares)));
        all.extend(days.enumerate().map(|(session, (day, shares))| Beside {
            day,
            planned: Some((place, session)),
            after,
            before,
            shares,
        }));
    }
    all
}

/// May a session of each be one sitting on the same skin? By the gap table, in the order of a visit.
fn may_share(context: Context<'_, '_>, patient: &Facts, one: &Dated<'_>, other: &Dated<'_>) -> bool {
    let gaps = context.knowledge.gaps();
    // Skin that needs longer has one thing a day.
    let longer = |it: &Dated<'_>| it.draft.scars.iter().any(|scar| !context.added_on(*scar).is_empty());
    if gaps.pigment_addition.when.holds(patient, 0) != Truth::No || longer(one) || longer(other) {
        return false;
    }
    let together = |first: GapKind, next: GapKind| gaps.between(first, next).is_some_and(|it| it.same_sitting);
    parts(context, one).all(|first| {
        parts(context, other).filter(|next| next.procedure != first.procedure).all(|next| {
            let scars = one.draft.scars.iter().chain(&other.draft.scars);
            let stacked = scars.flat_map(|scar| context.screening.of(next.procedure, *scar));
            let mut stacked = stacked.filter(|it| it.rule.stacked);
            let in_order = if next.order < first.order {
                together(next.kind, first.kind)
            } else {
                together(first.kind, next.kind)
            };
            in_order && !stacked.any(|it| it.rule.procedures.contains(first.procedure))
        })
    })
}

/// Something that is done in a sitting, with its place there.
struct Part {
    procedure: ProcedureId,
    order: u8,
    kind: GapKind,
}

fn parts(context: Context<'_, '_>, stage: &Dated<'_>) -> impl Iterator<Item = Part> {
    let own = stage.kinds.own.map(|kind| (stage.draft.procedure, kind));
    let all = own.into_iter().chain(stage.draft.adjunct.zip(stage.kinds.joined));
    all.filter_map(move |(procedure, kind)| {
        let order = context.knowledge.procedures().get(procedure.index())?.order;
        Some(Part { procedure, order, kind })
    })
}

/// The room of the sessions on `days`, and of those of other stages that follow them: `None` is its own stage.
fn rooms(beside: &[Beside], days: &[Day]) -> Vec<(Option<usize>, Room)> {
    let own = days.iter().enumerate().map(|(place, &day)| {
        let from = beside.iter().filter(|it| it.day < day).map(|it| it.day.saturating_add(it.after.floor)).max();
        // What shares its sitting moves with it.
        let stage = |it: &Beside| it.planned.map(|(stage, _)| stage);
        let moves = |it: &Beside| beside.iter().any(|other| other.day == day && stage(other) == stage(it));
        let next = beside.iter().filter(|it| it.day > day && !moves(it));
        let until = next.map(|it| it.day.saturating_sub(it.before.floor)).min();
        (None, Room { place, from: from.unwrap_or(Day::MIN), until })
    });
    let others = beside.iter().filter_map(|it| {
        let (stage, place) = it.planned?;
        let last = days.iter().filter(|day| **day < it.day).max()?;
        Some((Some(stage), Room { place, from: last.saturating_add(it.before.floor), until: None }))
    });
    own.chain(others).collect()
}

/// Looks for the days of one course.
struct Search<'a, 'k> {
    stage: &'a Dated<'k>,
    beside: &'a [Beside],
    /// Every day on which something is done.
    visits: BTreeSet<Day>,
    diary: Diary,
    /// The day from which nothing stands in its way.
    end: Day,
    /// The last planned day of the others.
    last: Option<Day>,
    /// Usual days of the test area and of its sessions, counted from the first.
    offsets: Days,
    /// How much later than usual a session may be.
    slack: Option<Day>,
    /// Places and days from which the rest of the course keeps its rhythm nowhere.
    failed: BTreeSet<(usize, Day)>,
}

impl Search<'_, '_> {
    /// The first days, from `open` on.
    fn days(&mut self, open: Day) -> Option<Days> {
        // Times away can be years.
        let (stage, end) = (self.stage, self.end);
        let next = |day: Day| Some(stage.calendar.open_from(Turn::First, day)).filter(|it| *it <= end && *it >= day);
        let mut start = next(open);
        while let Some(day) = start {
            let mut days = Days::new();
            if self.fits(&days, day) {
                days.push(day);
                if self.go_on(&mut days) {
                    return Some(days);
                }
            }
            start = day.checked_add(1).and_then(next);
        }
        None
    }

    /// Finds the days of the rest of the course.
    fn go_on(&mut self, days: &mut Days) -> bool {
        let place = days.len();
        let Some(due) = self.due(place, days) else { return true };
        if self.failed.contains(&(place, due)) {
            return false;
        }
        let until = self.slack.map_or(self.end.max(due), |slack| due.saturating_add(slack));
        let mut possible: Vec<Day> = (due..=until).filter(|day| self.fits(days, *day)).collect();
        possible.sort_by_key(|day| !self.visits.contains(day));
        for day in possible {
            days.push(day);
            if self.go_on(days) {
                return true;
            }
            days.pop();
        }
        self.failed.insert((place, due));
        false
    }

    /// The usual day of the session at `place` after the one before it.
    fn due(&self, place: usize, days: &[Day]) -> Option<Day> {
        let before = place.checked_sub(1)?;
        let usual = self.offsets.get(place)?.saturating_sub(*self.offsets.get(before)?);
        Some(days.get(before)?.saturating_add(usual))
    }

    /// Can the session after those on `earlier` be on that day?
    fn fits(&self, earlier: &[Day], day: Day) -> bool {
        let turn = if earlier.is_empty() { Turn::First } else { Turn::Later };
        self.stage.calendar.is_open(turn, day)
            && self.beside.iter().all(|it| self.leaves(it, earlier.len(), day))
            && self.held(earlier, day).is_none()
    }

    /// What is wished for that keeps it off the day.
    fn held(&self, earlier: &[Day], day: Day) -> Option<Held> {
        let close = earlier.last().is_some_and(|before| day.saturating_sub(*before) < self.diary.limits.apart);
        let held = || self.diary.held(day, procedures(self.stage)).map(|(held, _)| held);
        close.then_some(Held::TooClose).or_else(held)
    }

    /// Does another session leave that day to the session at `place`?
    fn leaves(&self, it: &Beside, place: usize, day: Day) -> bool {
        let tested = place == 0 && self.stage.draft.leads.test_area.is_some();
        match it.planned {
            Some(_) if it.day == day => it.shares && !tested,
            Some(_) if it.day > day => it.day.saturating_sub(day) >= it.before.plan_min,
            Some(_) | None => {
                let follows = self.last.is_some_and(|last| last >= day);
                let wait = if follows { it.after.plan_min } else { aim(&it.after) };
                day.saturating_sub(it.day) >= wait
            }
        }
    }

    /// Why the session after those on `earlier` is on `day` and not on `due` or soon after: what keeps it off the day
    /// before.
    fn why(&self, context: Context<'_, '_>, earlier: &[Day], due: Day, day: Day) -> Rules {
        let mut rules = Rules::new();
        let before = day.saturating_sub(1);
        if day <= due {
            return rules;
        }
        let planning = context.knowledge.planning();
        for it in self.beside.iter().filter(|it| !self.leaves(it, earlier.len(), before)) {
            let wait = if it.planned.is_some() && it.day >= before { &it.before } else { &it.after };
            add_rules(&mut rules, wait.rules());
        }
        let held = self.held(earlier, before).map(|held| match held {
            Held::TooClose => planning.visits_apart,
            Held::Full => planning.full_visit.rule,
        });
        add_rules(&mut rules, held);
        if self.fits(earlier, before) && !self.visits.contains(&day) {
            // From an earlier day the rest of the course would not keep its rhythm.
            add_rules(&mut rules, self.stage.repeat.iter().flat_map(Spacing::rules));
        }
        rules
    }
}
