//! Home care after sessions: what goes with each of them, and what is kept up from the last one on.

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{Day, Days, PassedOver, PastSession, Phase, Rest, Rules, ScarIndex, Scars, SessionKind, Stage},
    engine::{
        limits::FEW,
        rest::{self, Sessions},
        schedule::Schedule,
        screen::insert_sorted,
        select::{Context, add_rules},
    },
    knowledge::HomeCareStep,
};

use super::{
    Span, Use, add, goes_on,
    groups::{alike, skins},
    leave_out, rejected, rest as rested, steps,
};

/// Home care that goes on after the last session. Without sessions, what began with the plan simply goes on.
pub(in crate::engine) fn after(
    context: Context<'_, '_>,
    schedule: &Schedule<'_>,
    sessions: &Sessions<'_>,
    begun: &mut [Stage],
    treatable: &[ScarIndex],
    left_out: &mut Vec<PassedOver>,
) -> Vec<Stage> {
    let Some(last) = schedule.last else { return Vec::new() };
    // What was done to its end may have ended before the plan.
    let last = last.max(0);
    let mut stages: Vec<Stage> = Vec::with_capacity(context.knowledge.home_care().len());
    let due: SmallVec<[&HomeCareStep; FEW]> = steps(context, treatable, Phase::Maintain).collect();
    for step in due.iter().copied().filter(|it| !it.with.is_empty()) {
        let hosts = || {
            let planned = schedule.stages.iter().filter(|it| it.draft.contingent.is_none() && !it.days.is_empty());
            planned.filter(|it| step.with.contains(it.draft.procedure))
        };
        let done = done(context, step, treatable);
        let mut scars = Scars::new();
        let planned = hosts().flat_map(|it| &it.draft.scars);
        planned.chain(done.iter().flat_map(|it| &it.1)).for_each(|scar| insert_sorted(&mut scars, *scar));
        let days = |groups: &[ScarIndex]| {
            let mut days = Days::new();
            let on_them = |scars: &Scars| scars.iter().any(|scar| groups.contains(scar));
            let planned = hosts().filter(|it| on_them(&it.draft.scars)).flat_map(|it| &it.days);
            let done = done.iter().filter(|it| on_them(&it.1)).map(|it| &it.0);
            planned.chain(done).for_each(|day| insert_sorted(&mut days, *day));
            days
        };
        for groups in alike(context, step, &scars) {
            // Skin elsewhere that is treated on other days has days of its own.
            let mut fares: SmallVec<[(Scars, Days, Vec<Rest>); 1]> = SmallVec::new();
            let skins = skins(context, &groups);
            let elsewhere = skins.len() > 1;
            for skin in skins {
                let days = days(&skin);
                let rests = if elsewhere { withheld(context, sessions, step, &skin, &days) } else { Vec::new() };
                match fares.iter_mut().find(|it| it.1 == days && it.2 == rests) {
                    Some((known, ..)) => skin.into_iter().for_each(|scar| insert_sorted(known, scar)),
                    None => fares.push((skin, days, rests)),
                }
            }
            for (groups, days, _) in fares {
                let passed_over = beside(context, &mut stages, step, &groups, &days);
                leave_out(context, left_out, step, &groups, passed_over);
            }
        }
    }
    for step in due.into_iter().filter(|it| it.with.is_empty()) {
        for groups in alike(context, step, treatable) {
            let passed_over = keep_up(context, &mut stages, step, &groups, begun, last);
            leave_out(context, left_out, step, &groups, passed_over);
        }
    }
    stages.retain_mut(|stage| rested(context, sessions, stage, left_out) && still_to_come(stage));
    stages
}

/// Takes the days before the plan from what goes with sessions that were done. Is a day left?
fn still_to_come(stage: &mut Stage) -> bool {
    if stage.start >= 0 {
        return true;
    }
    stage.start = 0;
    stage.rests.retain_mut(|it| {
        it.from = it.from.max(0);
        it.to >= 0
    });
    // What has a rest first begins after it.
    let rest = stage.rests.iter().find(|it| it.contingent_on.is_none() && it.from <= stage.start);
    if let Some(to) = rest.map(|it| it.to) {
        stage.start = to.saturating_add(1);
        stage.rests.retain(|it| it.from > to || it.contingent_on.is_some());
    }
    stage.end.is_none_or(|end| stage.start <= end)
}

/// The past sessions that a step goes with and that leave days of it still to come, with the groups that they treated.
fn done(context: Context<'_, '_>, step: &HomeCareStep, treatable: &[ScarIndex]) -> Vec<(Day, Scars)> {
    let is_due = |day: Day| {
        let known = step.options.iter().filter_map(|it| context.knowledge.procedures().get(it.procedure.index()));
        let mut courses = known.filter_map(|it| it.course);
        courses.any(|it| it.at_most.is_none_or(|most| day.saturating_add(most) >= 0))
    };
    let sessions = context.case.history.iter().enumerate();
    let sessions = sessions
        .filter(|(_, it)| it.kind == SessionKind::Treatment && step.with.contains(it.procedure) && is_due(it.day));
    let on_them = |(place, past): (usize, &PastSession)| {
        let treated = context.past.treats(place).iter().copied().filter(|scar| treatable.contains(scar));
        (past.day, treated.collect::<Scars>())
    };
    sessions.map(on_them).filter(|it| !it.1.is_empty()).collect()
}

/// The rests that fall on the days on which something goes with sessions.
fn withheld(
    context: Context<'_, '_>,
    sessions: &Sessions<'_>,
    step: &HomeCareStep,
    scars: &[ScarIndex],
    days: &[Day],
) -> Vec<Rest> {
    let (Some(option), Some(first), Some(last)) = (step.options.first(), days.first(), days.last()) else {
        return Vec::new();
    };
    let course = context.knowledge.procedures().get(option.procedure.index()).and_then(|it| it.course);
    let until = course.and_then(|it| it.at_most).map_or(Day::MAX, |most| last.saturating_add(most));
    let mut rests = rest::rests(context, sessions, option.procedure, scars);
    rests.retain(|it| *first <= it.to && it.from <= until);
    rests
}

/// Home care that is kept up from the last session on. Returns what could not be used where nothing was in its place.
fn keep_up(
    context: Context<'_, '_>,
    stages: &mut Vec<Stage>,
    step: &HomeCareStep,
    groups: &[ScarIndex],
    begun: &mut [Stage],
    last: Day,
) -> Vec<PassedOver> {
    let mut passed_over = Vec::new();
    for option in &step.options {
        if let Some(rejected) = rejected(context, option, groups) {
            passed_over.push(rejected);
            continue;
        }
        // What began with the plan and has no end goes on by itself.
        if !begun.iter().any(|it| it.procedure == option.procedure && goes_on(it, groups)) {
            let rules: Rules = smallvec![step.rule, option.rule];
            let lasts =
                |it: &Stage| it.procedure == option.procedure && it.contingent_on.is_none() && it.end > Some(last);
            // What is still in use then is used on.
            if let Some(known) = begun.iter_mut().find(|it| lasts(it) && *it.scars == *groups) {
                known.end = None;
                add_rules(&mut known.reasons, rules);
                known.passed_over.append(&mut passed_over);
                return Vec::new();
            }
            let shared = begun.iter().filter(|it| lasts(it) && it.scars.iter().any(|scar| groups.contains(scar)));
            let start = shared.filter_map(|it| it.end).map(|end| end.saturating_add(1)).fold(last, Day::max);
            let used = Use {
                phase: Phase::Maintain,
                procedure: option.procedure,
                scars: groups,
                span: Span { start, last: None, review: None },
                rests: Vec::new(),
                reasons: rules,
                passed_over,
            };
            add(context, stages, used);
        }
        return Vec::new();
    }
    passed_over
}

/// Home care that goes with the sessions of a procedure: after each of them for as long as its course allows. Returns what
/// could not be used where nothing was in its place.
fn beside(
    context: Context<'_, '_>,
    stages: &mut Vec<Stage>,
    step: &HomeCareStep,
    scars: &[ScarIndex],
    days: &[Day],
) -> Vec<PassedOver> {
    let mut passed_over = Vec::new();
    for option in &step.options {
        if let Some(rejected) = rejected(context, option, scars) {
            passed_over.push(rejected);
            continue;
        }
        let known = context.knowledge.procedures().get(option.procedure.index());
        let Some(course) = known.and_then(|it| it.course) else { continue };
        let rules: Rules = smallvec![step.rule, option.rule, course.rule];
        let until = |day: Day| course.at_most.map_or(Day::MAX, |most| day.saturating_add(most));
        let windows = days.iter().map(|day| (day.saturating_add(course.begins_after), until(*day)));
        let Some((start, last, rests)) = rest::between(windows, course.rule) else { continue };
        let used = Use {
            phase: Phase::Maintain,
            procedure: option.procedure,
            scars,
            span: Span { start, last: course.at_most.map(|_| last), review: None },
            rests: Vec::new(),
            reasons: rules,
            passed_over,
        };
        let at = add(context, stages, used);
        if let Some(stage) = stages.get_mut(at) {
            stage.rests = rests;
        }
        return Vec::new();
    }
    passed_over
}
