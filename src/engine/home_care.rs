//! Home care: what is used at home before, during and after the sessions.

mod after;
mod groups;

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{Day, PassedOver, Phase, ProcedureId, Rest, RuleId, Rules, ScarIndex, Scars, Stage, Truth, copied},
    engine::{
        explain::{frame, said},
        parameters,
        rest::{self, Begins, Sessions},
        schedule::{Dated, Schedule},
        screen::Standing,
        select::{Context, add_rules},
    },
    knowledge::{HomeCareStep, StepOption, Topic},
};

pub(super) use after::after;
use groups::{alike, free, is_in_use, ready, used_before};
pub(super) use groups::{skins, used_before_plan};

/// Adds home care that begins with the plan, as the first stages. What nothing can be used for is `left_out`.
pub(super) fn before(
    context: Context<'_, '_>,
    schedule: &Schedule<'_>,
    sessions: &Sessions<'_>,
    treatable: &[ScarIndex],
    stages: &mut Vec<Stage>,
    left_out: &mut Vec<PassedOver>,
) {
    let planned = priming(schedule, false);
    for step in steps(context, treatable, Phase::Prepare).filter(|it| it.with.is_empty()) {
        let last = schedule.last.filter(|_| !step.goes_on);
        // Where all sessions are over there is nothing left to prepare for, and some of it runs again after the last.
        let is_due = last.is_none_or(|last| last >= 0) || step.resume.is_some();
        if is_due && (!step.when_priming || !planned.is_empty()) {
            let start = if step.when_priming { primes_from(context, schedule, step) } else { 0 };
            let alike = alike(context, step, treatable).into_iter();
            let free: SmallVec<[(Day, Scars); 1]> =
                alike.flat_map(|groups| free(stages, step, &groups, start)).collect();
            for (start, groups) in free {
                let around = Around { sessions, priming: &planned, span: Span { start, last, review: None } };
                let passed_over = course(context, stages, (&[], &mut Vec::new()), step, &groups, around);
                leave_out(context, left_out, step, &groups, passed_over);
            }
        }
    }
}

/// Adds priming that begins with the review for what waits for it, behind what begins with the plan, and gives both their
/// rests. What is in use then without an end, as much of what is `kept` up is, primes as it is.
pub(super) fn waiting(
    context: Context<'_, '_>,
    schedule: &Schedule<'_>,
    sessions: &Sessions<'_>,
    treatable: &[ScarIndex],
    (stages, kept): (&mut Vec<Stage>, &mut [Stage]),
    left_out: &mut Vec<PassedOver>,
) {
    let waiting = priming(schedule, true);
    let contingent = schedule.stages.iter().filter(|it| it.draft.contingent.is_some());
    let mut used = Vec::new();
    if let (Some(gate), Some(last), false) =
        (schedule.gate, contingent.filter_map(Dated::last).max(), waiting.is_empty())
    {
        for step in steps(context, treatable, Phase::Prepare).filter(|it| it.when_priming) {
            let span = Span { start: gate, last: Some(last), review: Some(1) };
            let around = Around { sessions, priming: &waiting, span };
            for groups in alike(context, step, treatable) {
                let passed_over = course(context, stages, (kept, &mut used), step, &groups, around);
                leave_out(context, left_out, step, &groups, passed_over);
            }
        }
    }
    stages.retain_mut(|stage| fit(context, stage, left_out));
    // What primes does not wait for its first rest to end. This has begun long before.
    for InUse { procedure, groups, reasons, passed_over } in used {
        let elsewhere = |it: &PassedOver| stages.iter().any(|stage| stage.procedure == it.procedure);
        let passed_over: Vec<PassedOver> = passed_over.into_iter().filter(|it| !elsewhere(it)).collect();
        let goes_on = |it: &&mut Stage| it.procedure == procedure && goes_on(it, &groups);
        let Some(known) = stages.iter_mut().chain(kept.iter_mut()).find(goes_on) else { continue };
        add_rules(&mut known.reasons, reasons);
        passed_over.into_iter().for_each(|it| insert(&mut known.passed_over, it));
    }
}

/// Is it used on all of the groups without an end, whatever a review says?
fn goes_on(stage: &Stage, groups: &[ScarIndex]) -> bool {
    stage.contingent_on.is_none() && stage.end.is_none() && groups.iter().all(|it| stage.scars.contains(it))
}

/// What is in use without an end, and takes a step as it is.
struct InUse {
    procedure: ProcedureId,
    groups: Scars,
    reasons: Rules,
    /// What ranked before it in the step.
    passed_over: Vec<PassedOver>,
}

/// Gives a stage the days on which it rests around sessions, beside those that it has. Is a day left for it?
fn rest(context: Context<'_, '_>, sessions: &Sessions<'_>, stage: &mut Stage, left_out: &mut Vec<PassedOver>) -> bool {
    let own = std::mem::replace(&mut stage.rests, rest::rests(context, sessions, stage.procedure, &stage.scars));
    if !own.is_empty() {
        stage.rests.extend(own);
        rest::unite(&mut stage.rests);
    }
    fit(context, stage, left_out)
}

/// Has a stage begin after a rest and end before one. Is a day left for it?
fn fit(context: Context<'_, '_>, stage: &mut Stage, left_out: &mut Vec<PassedOver>) -> bool {
    if stage.rests.is_empty() {
        return stage.end.is_none_or(|end| stage.start <= end);
    }
    // Priming begins with its first day all the same: the days of the first session are counted from it.
    let planning = context.knowledge.planning();
    let primes = stage.reasons.contains(&planning.priming);
    let begins = if primes { Begins::OnItsDay } else { Begins::OfUse };
    let (review, least) = (stage.contingent_on, planning.home_care_least);
    match rest::fit(&stage.rests, (stage.start, stage.end), review, begins, least) {
        Ok(used) => {
            (stage.start, stage.end) = (used.start, used.end);
            add_rules(&mut stage.reasons, used.waited);
        }
        Err(why) => {
            let mut reasons: Rules = smallvec![planning.home_care_left_out];
            add_rules(&mut reasons, why);
            insert(left_out, PassedOver { procedure: stage.procedure, scars: copied(&stage.scars), reasons });
            return false;
        }
    }
    let (start, end) = (stage.start, stage.end);
    stage.rests.retain_mut(|it| {
        it.from = it.from.max(start);
        // What a review decides on does not end it early, and it rests until its end then.
        let waits = !rest::is_sure(it, review);
        if waits {
            it.to = end.map_or(it.to, |end| it.to.min(end));
        }
        start <= it.to && it.from <= it.to && end.is_none_or(|end| waits || it.to < end)
    });
    rest::fill(&mut stage.rests, review, least);
    true
}

/// Says that nothing can be used for a step, or not for all of its days; `passed_over` is what could not.
fn leave_out(
    context: Context<'_, '_>,
    left_out: &mut Vec<PassedOver>,
    step: &HomeCareStep,
    scars: &[ScarIndex],
    passed_over: Vec<PassedOver>,
) {
    let (Some(first), false) = (step.options.first(), passed_over.is_empty()) else { return };
    let mut reasons: Rules = smallvec![context.knowledge.planning().home_care_left_out];
    passed_over.into_iter().for_each(|it| add_rules(&mut reasons, it.reasons));
    insert(left_out, PassedOver { procedure: first.procedure, scars: Scars::from_slice(scars), reasons });
}

/// Adds what is not there yet.
pub(super) fn insert(list: &mut Vec<PassedOver>, entry: PassedOver) {
    if !list.contains(&entry) {
        list.push(entry);
    }
}

/// The rules that ask for priming before planned stages, or before those that wait for a review.
fn priming(schedule: &Schedule<'_>, contingent: bool) -> Rules {
    let stages = schedule.stages.iter().filter(|it| it.draft.contingent.is_some() == contingent);
    let mut rules = Rules::new();
    add_rules(&mut rules, stages.filter_map(|it| it.draft.leads.priming).map(|(_, rule)| rule));
    rules
}

/// The day on which priming begins: as long before the first session that asks for it as that asks. What is in use for it
/// already goes on.
fn primes_from(context: Context<'_, '_>, schedule: &Schedule<'_>, step: &HomeCareStep) -> Day {
    if step.options.iter().any(|it| is_in_use(context, it.procedure)) {
        return 0;
    }
    let stages = schedule.stages.iter().filter(|it| it.draft.contingent.is_none());
    let days = stages.filter_map(|it| Some(it.first()?.saturating_sub(it.draft.leads.priming?.0)));
    days.min().unwrap_or(0).max(0)
}

/// Does the skin count as primed from the beginning of a step? It does with the first that is there for it.
fn is_counted(context: Context<'_, '_>, step: &HomeCareStep) -> bool {
    let first = context.knowledge.home_care().iter().find(|it| it.when_priming);
    first.is_some_and(|it| it.rule == step.rule)
}

/// Days on which something is used at home.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: Day,
    /// `None`: open-ended.
    last: Option<Day>,
    /// The review that decides.
    review: Option<i32>,
}

/// The last day of a step that runs again after the rest that follows the last session; of any other, the day of that.
fn resumed(step: &HomeCareStep, rests: &[Rest], last: Day, review: Option<i32>) -> Day {
    let Some(resume) = step.resume else { return last };
    let sure = rests.iter().filter(|it| it.contingent_on.is_none() || it.contingent_on == review);
    sure.map(|it| it.to.saturating_add(resume.days)).fold(last, Day::max)
}

/// The sessions that home care goes around, what asks for priming before them, and its days.
#[derive(Clone, Copy)]
struct Around<'a, 'k> {
    sessions: &'a Sessions<'k>,
    priming: &'a [RuleId],
    span: Span,
}

/// Adds what a step uses: a course that may not last that long is followed by the next option. For what a review decides,
/// what is in use by then is noted instead. Returns what could not be used where nothing was in its place.
fn course(
    context: Context<'_, '_>,
    stages: &mut Vec<Stage>,
    (kept, in_use): (&[Stage], &mut Vec<InUse>),
    step: &HomeCareStep,
    treatable: &[ScarIndex],
    Around { sessions, priming, span }: Around<'_, '_>,
) -> Vec<PassedOver> {
    let mut reasons: Rules = smallvec![step.rule];
    if step.when_priming {
        add_rules(&mut reasons, [context.knowledge.planning().priming]);
        add_rules(&mut reasons, priming.iter().copied());
    }
    let mut start = span.start;
    let mut follows = span.last.is_some_and(|last| last < start);
    let mut passed_over = Vec::new();
    for option in &step.options {
        let mut rejected = rejected(context, option, treatable);
        if let Some(rejected) = rejected.take_if(|_| !follows) {
            passed_over.push(rejected);
            continue;
        }
        let rests = rest::rests(context, sessions, option.procedure, treatable);
        let last = span.last.map(|last| resumed(step, &rests, last, span.review));
        let begins = match (step.when_priming, is_counted(context, step) && !follows) {
            // The days of the first session are counted from it.
            (true, true) => Begins::OnItsDay,
            // Skin stays primed until the next session.
            (true, false) => Begins::AfterRest,
            (false, _) => Begins::OfUse,
        };
        let least = context.knowledge.planning().home_care_least;
        let fit = |from| rest::fit(&rests, (from, last), span.review, begins, least);
        // Where a course lasts until nothing but rests is left, nothing is missing after it.
        if follows && fit(start).is_err() {
            return Vec::new();
        }
        if let Some(rejected) = rejected {
            passed_over.push(rejected);
            continue;
        }
        // All groups are ready on the same day.
        let ready = start.max(treatable.first().and_then(|it| ready(context, option, *it)).unwrap_or(0));
        let (from, waited) = match fit(ready) {
            Ok(used) => (used.start, used.waited),
            Err(why) => {
                let mut reasons = Rules::new();
                let waits = treatable.iter().flat_map(|scar| context.screening.against(option.procedure, *scar));
                add_rules(&mut reasons, waits.chain(why));
                passed_over.push(PassedOver {
                    procedure: option.procedure,
                    scars: Scars::from_slice(treatable),
                    reasons,
                });
                continue;
            }
        };
        let course = context.knowledge.procedures().get(option.procedure.index()).and_then(|it| it.course);
        let used = used_before(context, option.procedure, treatable, stages, from);
        let most = course.and_then(|it| it.at_most).map(|most| (most - used).max(0));
        if most == Some(0) {
            let reasons = course.map(|it| it.rule).into_iter().collect();
            passed_over.push(PassedOver { procedure: option.procedure, scars: Scars::from_slice(treatable), reasons });
            continue;
        }
        let end = match (most, last) {
            // The first and the last day are days of use.
            (Some(most), Some(last)) => Some(last.min(from.saturating_add(most).saturating_sub(1))),
            (Some(most), None) => Some(from.saturating_add(most).saturating_sub(1)),
            (None, last) => last,
        };
        let mut rules = copied(&reasons);
        add_rules(&mut rules, std::iter::once(option.rule).chain(course.map(|it| it.rule)));
        add_rules(&mut rules, waited);
        add_rules(&mut rules, step.resume.filter(|_| span.last < end).map(|it| it.rule));
        let over = std::mem::take(&mut passed_over);
        // Named twice, the same product would seem to be used twice. What is kept up begins as soon as the skin allows.
        let mut begun = stages.iter().filter(|it| it.start <= from).chain(kept);
        if begun.any(|it| it.procedure == option.procedure && goes_on(it, treatable)) && span.review.is_some() {
            let groups = Scars::from_slice(treatable);
            in_use.push(InUse { procedure: option.procedure, groups, reasons: rules, passed_over: over });
            break;
        }
        let used = Use {
            phase: Phase::Prepare,
            procedure: option.procedure,
            scars: treatable,
            span: Span { start: from, last: end, review: span.review },
            rests,
            reasons: rules,
            passed_over: over,
        };
        add(context, stages, used);
        match end {
            Some(day) if last.is_some_and(|last| day < last) => {
                start = day.saturating_add(1);
                follows = true;
            }
            Some(_) | None => break,
        }
    }
    passed_over
}

/// The steps that hold for at least one of the groups.
fn steps<'k>(
    context: Context<'_, 'k>,
    treatable: &[ScarIndex],
    phase: Phase,
) -> impl Iterator<Item = &'k HomeCareStep> {
    let facts = move |scar: &ScarIndex| context.facts.get(scar.index());
    let holds = move |step: &&HomeCareStep| {
        let mut facts = treatable.iter().filter_map(facts);
        step.phase == phase && facts.any(|facts| step.when.is_true(facts, 0))
    };
    context.knowledge.home_care().iter().filter(holds)
}

/// Why an option cannot be used at home: screening, the condition of the option, or the patient's or the clinic's word.
fn rejected(context: Context<'_, '_>, option: &StepOption, treatable: &[ScarIndex]) -> Option<PassedOver> {
    let procedure = option.procedure;
    let mut reasons = Rules::new();
    for &scar in treatable {
        match context.screening.standing(context.knowledge, procedure, scar) {
            Standing::Open { .. } => {}
            Standing::Waiting | Standing::Closed => {
                add_rules(&mut reasons, context.screening.against(procedure, scar));
            }
        }
        let suits = context.facts.get(scar.index()).map_or(Truth::Unknown, |facts| option.when.holds(facts, 0));
        match suits {
            Truth::Yes => {}
            // What safety says of its use tells why; a condition is there for its sake.
            Truth::No => {
                let say = |rule| add_rules(&mut reasons, [rule]);
                context.screening.said(Topic::Technique, procedure, scar, (0, 0), say);
                if reasons.is_empty() {
                    reasons.push(option.rule);
                }
            }
            Truth::Unknown => add_rules(&mut reasons, [context.knowledge.planning().not_assessed]),
        }
    }
    if context.case.wishes.excluded.contains(procedure) {
        add_rules(&mut reasons, [context.knowledge.planning().unwanted]);
    }
    (!reasons.is_empty()).then(|| PassedOver { procedure, scars: Scars::from_slice(treatable), reasons })
}

/// Something that is used at home.
struct Use<'a> {
    phase: Phase,
    procedure: ProcedureId,
    scars: &'a [ScarIndex],
    span: Span,
    /// The days on which it rests, as far as they are known.
    rests: Vec<Rest>,
    reasons: Rules,
    passed_over: Vec<PassedOver>,
}

/// Adds a stage, or its days and reasons to the stage of the same procedure with which it overlaps. Returns its place.
fn add(context: Context<'_, '_>, stages: &mut Vec<Stage>, used: Use<'_>) -> usize {
    let Use { phase, procedure, scars, span: Span { start, last: end, review }, rests, reasons, passed_over } = used;
    let ends_by = |end: Option<Day>, by: Option<Day>| by.is_none_or(|by| end.is_some_and(|end| end <= by));
    let joins = |it: &Stage| {
        let overlaps = it.end.is_none_or(|last| start <= last) && end.is_none_or(|end| it.start <= end);
        // On other groups each keeps its own days, unless the known one has all of these.
        let has = || it.start <= start && ends_by(end, it.end) && scars.iter().all(|scar| it.scars.contains(scar));
        let same = it.procedure == procedure && it.contingent_on == review;
        same && (overlaps && *it.scars == *scars || has())
    };
    if let Some(at) = stages.iter().position(joins) {
        if let Some(known) = stages.get_mut(at) {
            add_rules(&mut known.reasons, reasons);
            known.passed_over.extend(passed_over);
            known.start = known.start.min(start);
            known.end = if known.end.is_none() || end.is_none() { None } else { known.end.max(end) };
        }
        return at;
    }
    let mut stage = frame(context, procedure, scars, Some(start), end);
    stage.phase = phase;
    stage.contingent_on = review;
    stage.parameters = parameters::settings(context, procedure, scars);
    // It has no visits that could carry what comes before and after.
    if let Some(known) = context.knowledge.procedures().get(procedure.index()) {
        add_rules(&mut stage.technique, said(context, &known.preparation, scars));
        add_rules(&mut stage.technique, said(context, &known.aftercare, scars));
    }
    stage.rests = rests;
    stage.reasons = reasons;
    stage.passed_over = passed_over;
    // What it has all days of, on fewer groups, needs no stage of its own.
    stages.retain_mut(|it| {
        let within = it.procedure == procedure
            && it.contingent_on == review
            && start <= it.start
            && ends_by(it.end, end)
            && it.scars.iter().all(|scar| scars.contains(scar));
        if within {
            add_rules(&mut stage.reasons, it.reasons.iter().copied());
            stage.passed_over.append(&mut it.passed_over);
        }
        !within
    });
    stages.push(stage);
    stages.len().saturating_sub(1)
}
