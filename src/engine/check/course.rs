//! Whether courses are long enough and not too long, steps come in order, and somebody judges the result.

use std::collections::BTreeMap;

use crate::{
    domain::{Day, FindingKind, Measured, Mend, Phase, Place, ProcedureId, RuleId, ScarIndex},
    engine::{
        home_care::used_before_plan,
        select::Context,
        spacing::{aim, between, on},
    },
    knowledge::{ProcedureKind, Spacing},
};

use super::{
    About, Found, Spots,
    items::Item,
    rules::{is_out, opens},
};

pub(super) fn check(found: &mut Found<'_, '_>) {
    counts(found);
    order(found);
    review(found);
    home_care(found);
}

/// Sessions on the same groups: more than the most, fewer than the least.
fn counts(found: &mut Found<'_, '_>) {
    let context = found.context;
    for (id, groups) in found.courses() {
        let Some(known) = context.knowledge.procedures().get(id.index()) else { continue };
        let Some(sessions) = known.sessions else { continue };
        let most = usize::try_from(sessions.count.max).unwrap_or(usize::MAX);
        let mut many: BTreeMap<(usize, Vec<Place>), Spots> = BTreeMap::new();
        let mut few: BTreeMap<(usize, usize), (Spots, Day)> = BTreeMap::new();
        for (&scar, course) in &groups {
            let places: Vec<Place> = course.iter().map(|it| it.place()).collect();
            // What was done before counts, as it does where the engine plans.
            let first = course.first().map_or(0, |it| it.day);
            let before = context.past.done(id, scar).on(context, id, first).sessions.len();
            // What has failed counts for no course, and has been done all the same.
            let before = before.max(context.past.failed(id, scar));
            let done = before.saturating_add(course.len());
            if done > most {
                let beyond: Vec<Place> = places.iter().skip(most.saturating_sub(before)).copied().collect();
                let spots = many.entry((done, beyond.clone())).or_default();
                beyond.into_iter().for_each(|place| spots.add(place, [scar]));
            }
            // How many sittings its sites take is looked at where visits are.
            let least = usize::try_from(sessions.count.min).unwrap_or(0);
            if done < least && !is_out(found, id, scar) {
                let (spots, last) = few.entry((done, least - done)).or_default();
                places.into_iter().for_each(|place| spots.add(place, [scar]));
                *last = (*last).max(course.last().map_or(0, |it| it.day));
            }
        }
        for ((count, places), spots) in many {
            let about = About {
                measured: Some(measured(count, sessions.count.max)),
                mends: vec![Mend::Remove { places, scars: spots.scars.clone() }],
                ..spots.about(found, Some(id))
            };
            found.add(FindingKind::TooManySessions, [sessions.rule], about);
        }
        for ((count, missing), (spots, last)) in few {
            let every = repeat(found, id, &spots.scars).map_or(0, |it| aim(&it));
            let count_missing = i32::try_from(missing).unwrap_or(i32::MAX);
            let day = last.saturating_add(every).max(opens(context, id, &spots.scars));
            let about = About {
                measured: Some(measured(count, i32::try_from(count).unwrap_or(i32::MAX).saturating_add(count_missing))),
                mends: vec![Mend::AddSessions {
                    procedure: id,
                    scars: spots.scars.clone(),
                    count: count_missing,
                    day,
                    every,
                }],
                ..spots.about(found, Some(id))
            };
            found.add(FindingKind::TooFewSessions, [sessions.rule], about);
        }
    }
}

fn measured(found: usize, limit: i32) -> Measured {
    Measured::Sessions { found: i32::try_from(found).unwrap_or(i32::MAX), limit }
}

/// The wait between two sessions of a procedure.
pub(super) fn repeat(found: &Found<'_, '_>, id: ProcedureId, scars: &[ScarIndex]) -> Option<Spacing> {
    let context = found.context;
    let gap = found.items.iter().rev().find(|it| it.id == id)?.gap?;
    let patient = context.patient();
    Some(on(context, between(context.knowledge, patient, gap, gap)?, scars))
}

/// Steps that begin before one that comes earlier on the ladder of the same group.
fn order(found: &mut Found<'_, '_>) {
    let context = found.context;
    let courses = found.courses();
    // By group: what is done, with its phase and its sessions.
    type Step<'i, 'a, 'k> = (Phase, ProcedureId, &'i [&'a Item<'a, 'k>], RuleId, bool);
    let mut steps: BTreeMap<ScarIndex, Vec<Step<'_, '_, '_>>> = BTreeMap::new();
    for (&id, groups) in &courses {
        for (&scar, sessions) in groups {
            if let Some((phase, rule)) = phase(context, id, scar) {
                // What was begun before does not begin late.
                let begun = context.past.done(id, scar).begun();
                steps.entry(scar).or_default().push((phase, id, sessions, rule, begun));
            }
        }
    }
    let mut wrong: BTreeMap<(ProcedureId, ProcedureId, RuleId), Early> = BTreeMap::new();
    for (scar, all) in &steps {
        for (phase, id, sessions, rule, begun) in all {
            let (Some(first), Some(last)) = (sessions.first(), sessions.last()) else { continue };
            for (later, other, others, ..) in all.iter().filter(|(later, ..)| later > phase) {
                // What ends the ladder comes after the whole series on the surface, or with a session of it.
                let ends = (*phase, *later) == (Phase::Surface, Phase::Finish);
                if *begun && !ends {
                    continue;
                }
                let before = if ends { last.day } else { first.day };
                let with = |it: &Item<'_, '_>| ends && sessions.iter().any(|session| session.day == it.day);
                let early: Vec<_> = others.iter().filter(|it| it.day < before && !with(it)).collect();
                let Some(earliest) = early.first() else { continue };
                let open = last.day.saturating_add(wait(context, last, earliest, *scar));
                let entry = wrong.entry((*other, *id, *rule)).or_insert_with(|| Early {
                    spots: Spots::default(),
                    after: if ends { last.place() } else { first.place() },
                    open,
                    course: BTreeMap::new(),
                });
                entry.open = entry.open.max(open);
                let course = others.iter().filter(|it| it.day >= earliest.day);
                entry.course.extend(course.map(|it| (it.place(), it.day)));
                early.into_iter().for_each(|it| entry.spots.add(it.place(), [*scar]));
            }
        }
    }
    for ((later, earlier, rule), Early { spots, after, open, course }) in wrong {
        let mut about = spots.about(found, Some(later));
        // The course keeps its rhythm.
        let shift = open.saturating_sub(about.day.unwrap_or(open)).max(0);
        about.mends =
            course.into_iter().filter_map(|(place, day)| moved(found, place, day.saturating_add(shift))).collect();
        about.places.push(after);
        about.other = Some(earlier);
        found.add(FindingKind::OrderOfSteps, [rule], about);
    }
}

/// Sessions of a step that begins too early.
struct Early {
    spots: Spots,
    /// What they wait for.
    after: Place,
    /// The first day for them.
    open: Day,
    /// These and all that come after them of the same course, with their days.
    course: BTreeMap<Place, Day>,
}

/// Moves a procedure to another day: its visit, where it is alone there.
fn moved(found: &Found<'_, '_>, place: Place, day: Day) -> Option<Mend> {
    match place {
        Place::Procedure(session, procedure) => {
            let alone = found.plan.sessions.get(session).is_some_and(|it| it.procedures.len() <= 1);
            Some(if alone { Mend::Postpone { session, day } } else { Mend::Split { session, procedure, day } })
        }
        Place::Session(_) | Place::Setting(..) | Place::HomeCare(_) | Place::Past(_) | Place::Reviews => None,
    }
}

/// The least wait from one procedure to the other.
fn wait(context: Context<'_, '_>, first: &Item<'_, '_>, next: &Item<'_, '_>, scar: ScarIndex) -> Day {
    let patient = context.patient();
    let spacing = first.gap.zip(next.gap).and_then(|(a, b)| between(context.knowledge, patient, a, b));
    spacing.map_or(0, |it| on(context, it, &[scar]).plan_min)
}

/// The phase in which the pathway of the group has the procedure, with the rule of the step.
pub(super) fn phase(context: Context<'_, '_>, id: ProcedureId, scar: ScarIndex) -> Option<(Phase, RuleId)> {
    let facts = context.facts.get(scar.index())?;
    let holds = |when: &crate::domain::Predicate| when.is_true(facts, 0);
    let pathway = context.knowledge.pathways().iter().find(|it| holds(&it.answers))?;
    let steps = pathway.steps.iter().filter(|step| holds(&step.when));
    let mut having = steps.filter(|step| step.options.iter().any(|it| it.procedure == id && holds(&it.when)));
    having.next().map(|step| (step.phase, step.rule))
}

/// Somebody judges the result once it can be judged.
fn review(found: &mut Found<'_, '_>) {
    let planning = found.context.knowledge.planning();
    let treated = || found.items.iter().filter(|it| it.is_treatment() && it.known.kind != ProcedureKind::HomeCare);
    let Some(last) = treated().max_by_key(|it| it.day) else { return };
    let due = last.day.saturating_add(planning.gate_review.days);
    if found.plan.reviews.iter().any(|day| *day >= due) {
        return;
    }
    let lasting = treated().any(|it| !planning.not_reviewed.contains(it.id));
    let reviews = [Some(planning.gate_review), Some(planning.final_review).filter(|_| lasting)];
    let days = reviews.iter().flatten().map(|it| last.day.saturating_add(it.days));
    let about = About {
        places: vec![Place::Reviews, Place::Session(last.session)],
        day: Some(due),
        mends: days.map(|day| Mend::AddReview { day }).collect(),
        ..About::default()
    };
    found.add(FindingKind::ReviewMissing, reviews.iter().flatten().map(|it| it.rule), about);
}

/// Home care that lasts longer than it may, all its courses on a group together.
fn home_care(found: &mut Found<'_, '_>) {
    let context = found.context;
    let mut used: BTreeMap<(ProcedureId, ScarIndex), Day> = BTreeMap::new();
    let mut order: Vec<usize> = (0..found.plan.home_care.len()).collect();
    order.sort_by_key(|at| (found.plan.home_care.get(*at).map(|it| it.start), *at));
    for at in order {
        let Some(given) = found.plan.home_care.get(at) else { continue };
        let known = context.knowledge.procedures().get(given.procedure.index());
        let Some(course) = known.and_then(|it| it.course) else { continue };
        let Some(most) = course.at_most else { continue };
        if let Some(end) = beside(found, given.procedure, most) {
            if given.end.is_none_or(|it| it > end) {
                let mend = if given.start <= end {
                    Mend::EndHomeCare { home_care: at, day: end }
                } else {
                    Mend::Remove { places: vec![Place::HomeCare(at)], scars: given.scars.clone() }
                };
                let mends = vec![mend];
                too_long(found, at, course.rule, None, mends);
            }
            continue;
        }
        let recorded = used_before_plan(context, given.procedure, given.start);
        let done = given.scars.iter().map(|scar| used.get(&(given.procedure, *scar)).copied().unwrap_or(recorded));
        let before = done.max().unwrap_or(recorded);
        // Its first and its last day are days of use; those on which it is left off are none.
        let days = |(from, to): (Day, Day)| to.saturating_sub(from).saturating_add(1);
        let length = given.used().into_iter().map(days).fold(0, Day::saturating_add);
        let total = before.saturating_add(length);
        let left = most.saturating_sub(before);
        for scar in &given.scars {
            let days = used.entry((given.procedure, *scar)).or_insert(recorded);
            *days = days.saturating_add(length);
        }
        if total <= most {
            continue;
        }
        let place = Place::HomeCare(at);
        let mend = if left > 0 {
            Mend::EndHomeCare { home_care: at, day: given.start.saturating_add(left).saturating_sub(1) }
        } else {
            Mend::Remove { places: vec![place], scars: given.scars.clone() }
        };
        // A course without an end has no length to compare.
        let measured = given.end.map(|_| Measured::Days { found: total, limit: most });
        too_long(found, at, course.rule, measured, vec![mend]);
    }
}

fn too_long(found: &mut Found<'_, '_>, at: usize, rule: RuleId, measured: Option<Measured>, mends: Vec<Mend>) {
    let Some(given) = found.plan.home_care.get(at) else { return };
    let about = About {
        places: vec![Place::HomeCare(at)],
        day: Some(given.start),
        procedure: Some(given.procedure),
        scars: given.scars.clone(),
        measured,
        mends,
        ..About::default()
    };
    found.add(FindingKind::CourseTooLong, [rule], about);
}

/// The last day of what is used after sessions: its course counts from the last of them.
fn beside(found: &Found<'_, '_>, id: ProcedureId, most: Day) -> Option<Day> {
    let steps = found.context.knowledge.home_care().iter().filter(|it| !it.with.is_empty());
    let mut steps = steps.filter(|it| it.options.iter().any(|it| it.procedure == id));
    let with = steps.next()?.with;
    let planned = found.items.iter().filter(|it| with.contains(it.id)).map(|it| it.day);
    // What was done leaves days of it as well.
    let done = found.context.case.history.iter().filter(|it| with.contains(it.procedure)).map(|it| it.day);
    let done = done.filter(|day| day.saturating_add(most) >= 0);
    planned.chain(done).max().map(|last| last.saturating_add(most))
}
