//! Explains: puts stages, visits, reviews and what must be said into one protocol.

use smallvec::smallvec;

use crate::{
    domain::{
        Day, Days, EventId, Fact, PassedOver, ProcedureId, ProcedureSet, Protocol, Question, Range, Review, RuleId,
        Rules, ScarIndex, Scars, Sites, copied,
    },
    domain::{Stage, StageStatus},
    engine::{
        Said,
        calendar::Turn,
        care, evaluate,
        failed::has_failed,
        home_care, parameters,
        rest::Sessions,
        schedule::{Dated, Schedule},
        screen::insert_sorted,
        select::{Context, add_list, add_rules},
        sitting,
    },
    knowledge::{Line, Lines, Spacing, Topic},
};

/// Puts everything into one protocol.
pub(super) fn explain(
    context: Context<'_, '_>,
    schedule: &mut Schedule<'_>,
    treatable: &[ScarIndex],
    mut not_treated: Vec<PassedOver>,
    events: Vec<EventId>,
    candidates: ProcedureSet,
) -> Protocol {
    let reviews = reviews(context, schedule);
    let event = context.case.wishes.event;
    let plan = sitting::Plan::new(context, schedule);
    not_treated.extend(plan.too_few.iter().cloned());
    let visited = Sessions::new(context, schedule, &plan.joining);
    let at_home = context.knowledge.home_care().len();
    let parts = [at_home, schedule.stages.len(), plan.joining.len(), at_home];
    let mut stages = Vec::with_capacity(parts.iter().sum());
    home_care::before(context, schedule, &visited, treatable, &mut stages, &mut not_treated);
    let mut left_out = Vec::new();
    let mut kept = home_care::after(context, schedule, &visited, &mut stages, treatable, &mut left_out);
    let used = (&mut stages, kept.as_mut_slice());
    home_care::waiting(context, schedule, &visited, treatable, used, &mut not_treated);
    left_out.into_iter().for_each(|it| home_care::insert(&mut not_treated, it));
    let offset = stages.len();
    stages.extend(schedule.stages.iter_mut().map(|dated| stage(context, dated)));
    let schedule = &*schedule;
    let mut partial = Rules::new();
    for stage in
        stages.iter_mut().skip(offset).filter(|it| it.planned > 0 && event.is_some_and(|day| it.end > Some(day)))
    {
        partial = smallvec![context.knowledge.planning().occasion.partial];
        add_list(&mut stage.reasons, &partial);
    }
    stages.extend(plan.joining.iter().map(|joining| joining_stage(context, joining)));
    let in_full = context.said > Said::Visits;
    // How many there are counts where few are wished for.
    let counts = context.said > Said::Outline || context.case.wishes.max_visits.is_some();
    let visits = |wanted: bool, contingent| {
        if wanted { plan.visits(context, schedule, offset, contingent) } else { Vec::new() }
    };
    let (sessions, contingent_sessions) = (visits(counts, false), visits(in_full, true));
    stages.extend(kept);
    let mut courses = Vec::new();
    if !context.case.history.is_empty() {
        courses = evaluate::courses(schedule, &plan.joining, offset);
        for (stage, done) in evaluate::not_continued(context, &stages, treatable) {
            courses.push(evaluate::Course { stage: stages.len(), procedure: stage.procedure, done, restarted: None });
            stages.push(stage);
        }
    }

    let mut protocol = Protocol { stages, sessions, contingent_sessions, reviews, not_treated, ..Protocol::default() };
    for stage in protocol.stages.iter().filter(|stage| stage.contingent_on.is_none()) {
        add_list(&mut protocol.preconditions, &stage.preconditions);
    }
    protocol.items = care::items(context, schedule, &plan.joining, &protocol.stages);
    protocol.exact = schedule.exact;
    if in_full {
        protocol.warnings = warnings(context, &protocol.stages, treatable);
        add_rules(&mut protocol.warnings, partial);
        protocol.questions = questions(context, treatable, candidates);
        protocol.ask_again_after = events;
        protocol.history = evaluate::sessions(context, &protocol.stages, &courses);
    }
    protocol
}

/// The rules of the lines of a procedure that hold on at least one of `scars`.
pub(super) fn said(context: Context<'_, '_>, all: &Lines, scars: &[ScarIndex]) -> Rules {
    match all.plain() {
        Some(rules) if !scars.is_empty() => Rules::from_slice(rules),
        Some(_) | None => lines(context, all, scars),
    }
}

/// The rules of `lines` that hold on at least one of `scars`.
pub(super) fn lines(context: Context<'_, '_>, lines: &[Line], scars: &[ScarIndex]) -> Rules {
    let mut rules = Rules::new();
    for line in lines {
        let mut facts = scars.iter().filter_map(|scar| context.facts.get(scar.index()));
        if facts.any(|facts| line.when.is_true(facts, 0)) {
            rules.push(line.rule);
        }
    }
    rules
}

/// The safety rules about a topic that hold for a procedure on some day of the stage.
fn fired(
    context: Context<'_, '_>,
    topic: Topic,
    procedure: ProcedureId,
    scars: &[ScarIndex],
    days: (Day, Day),
) -> Rules {
    let mut rules = Rules::new();
    for &scar in scars {
        // What is told of one group has nothing twice in it.
        let first = rules.is_empty();
        context.screening.said(topic, procedure, scar, days, |rule| {
            if first || !rules.contains(&rule) {
                rules.push(rule);
            }
        });
    }
    rules.sort_unstable();
    rules
}

/// Somebody must agree or check before: a clearance, a check at the visit, or a rule that says so.
pub(super) fn preconditions(
    context: Context<'_, '_>,
    procedure: ProcedureId,
    scars: &[ScarIndex],
    days: (Day, Day),
) -> Rules {
    let mut rules = fired(context, Topic::Precondition, procedure, scars, days);
    let supervised = context.case.wishes.supervised.contains(procedure);
    add_rules(&mut rules, supervised.then_some(context.knowledge.planning().supervised));
    rules
}

/// The stage of a draft, which gives it what nobody else asks for.
fn stage(context: Context<'_, '_>, dated: &mut Dated<'_>) -> Stage {
    let parameters = std::mem::take(&mut dated.settings);
    let passed_over = std::mem::take(&mut dated.draft.passed_over);
    let dated = &*dated;
    let draft = &dated.draft;
    let day = |place: Option<&usize>| Some(context.case.history.get(*place?)?.day);
    // What has been done to its end keeps the days on which it was done.
    let first = dated.first().or_else(|| day(draft.done.sessions.first()));
    let last = dated.last().or_else(|| day(draft.done.sessions.last()));
    let mut stage = frame(context, draft.procedure, &draft.scars, first, last);
    stage.done = draft.done.count();
    stage.status = match (draft.done.begun(), draft.count) {
        (false, _) => StageStatus::Open,
        (true, 0) => StageStatus::Satisfied,
        (true, _) => StageStatus::InProgress,
    };
    stage.phase = draft.phase;
    stage.sites = copied(&draft.sites);
    stage.planned = if draft.contingent.is_some() { 0 } else { draft.count };
    // What other scars have of it on the same skin is not there for these.
    let beside = draft.done.beside.saturating_add(draft.beside);
    if let Some(count) = stage.session_count.as_mut().filter(|_| draft.contingent.is_some()) {
        count.max = count.max.saturating_sub(beside).max(count.min);
        count.typical = count.typical.min(count.max);
        // What is done once more is so many and no others.
        if draft.contingent.is_some_and(|it| context.is_booster(draft.procedure, it)) {
            let all = stage.done.saturating_add(draft.count);
            *count = Range { min: all, typical: all, max: all };
        }
    }
    // The gate review is the first there is.
    stage.contingent_on = draft.contingent.map(|_| 1);
    stage.interval = dated.interval();
    stage.parameters = parameters;
    let mut stop = lines_of(context, &draft.stop, &draft.scars);
    add_rules(&mut stop, std::mem::take(&mut stage.stop_rules));
    stage.stop_rules = stop;
    add_list(&mut stage.reasons, &draft.reasons);
    // What has failed is planned only where a pathway takes it again.
    let failed = draft.scars.iter().any(|scar| context.past.failed(draft.procedure, *scar) > 0);
    add_rules(&mut stage.reasons, failed.then_some(context.knowledge.planning().past.retried));
    add_rules(&mut stage.reasons, dated.interval().and(dated.repeat).iter().flat_map(Spacing::rules));
    add_list(&mut stage.reasons, &dated.timing);
    // A gentler setting is how the session is done.
    let usual = context.knowledge.procedures().get(draft.procedure.index()).and_then(|it| it.downtime);
    let chosen = context.downtime(draft.procedure);
    add_rules(&mut stage.technique, chosen.filter(|_| chosen != usual).map(|it| it.rule));
    stage.passed_over = passed_over;
    stage
}

fn lines_of(context: Context<'_, '_>, chosen: &[&Line], scars: &[ScarIndex]) -> Rules {
    chosen.iter().flat_map(|line| lines(context, std::slice::from_ref(*line), scars)).collect()
}

/// What joins the sittings of other stages.
fn joining_stage(context: Context<'_, '_>, joining: &sitting::Joining) -> Stage {
    let days: Days = joining.days().collect();
    let mut stage =
        frame(context, joining.procedure, &joining.scars, days.iter().min().copied(), days.iter().max().copied());
    stage.phase = joining.phase;
    stage.planned = i32::try_from(joining.planned()).unwrap_or(i32::MAX);
    stage.done = joining.done.count();
    stage.status = if joining.done.begun() { StageStatus::InProgress } else { StageStatus::Open };
    stage.contingent_on = (stage.planned == 0).then_some(1);
    stage.parameters = parameters::settings(context, joining.procedure, &joining.scars);
    add_list(&mut stage.reasons, &joining.reasons);
    let procedure = context.knowledge.procedures().get(joining.procedure.index());
    add_rules(&mut stage.reasons, procedure.and_then(|it| it.sessions).map(|it| it.rule));
    stage
}

/// What every stage of a procedure carries.
pub(super) fn frame(
    context: Context<'_, '_>,
    procedure: ProcedureId,
    scars: &[ScarIndex],
    first: Option<Day>,
    last: Option<Day>,
) -> Stage {
    let start = first.unwrap_or_default();
    let days = (start, last.unwrap_or(start));
    let known = context.knowledge.procedures().get(procedure.index());
    let pick = |from: fn(&crate::knowledge::Procedure) -> &Lines| {
        known.map(|it| said(context, from(it), scars)).unwrap_or_default()
    };
    let told = |from| if context.said > Said::Visits { pick(from) } else { Rules::new() };
    let mut technique = pick(|it| &it.technique);
    add_list(&mut technique, &fired(context, Topic::Technique, procedure, scars, days));
    let mut sites = Sites::new();
    for scar in scars {
        if let Some(found) = context.case.findings.scars.get(scar.index()) {
            insert_sorted(&mut sites, found.area.site);
        }
    }
    Stage {
        phase: crate::domain::Phase::Prepare,
        procedure,
        scars: Scars::from_slice(scars),
        sites,
        session_count: known.and_then(|it| it.sessions).map(|it| it.count),
        planned: 0,
        status: StageStatus::Open,
        done: 0,
        contingent_on: None,
        interval: None::<Range>,
        start,
        end: last,
        rests: Vec::new(),
        parameters: Vec::new(),
        preconditions: preconditions(context, procedure, scars, days),
        stop_rules: told(|it| &it.stop),
        switch_rules: told(|it| &it.switch),
        technique,
        risks: told(|it| &it.risk),
        red_flags: told(|it| &it.red_flag),
        reasons: Rules::new(),
        passed_over: Vec::new(),
    }
}

/// The gate review and the final one.
fn reviews(context: Context<'_, '_>, schedule: &Schedule<'_>) -> Vec<Review> {
    let planning = context.knowledge.planning();
    let Some(last) = schedule.last else {
        let first = schedule.gate.map(|day| Review { day, reasons: smallvec![planning.first_review] });
        return first.into_iter().collect();
    };
    let gate = schedule.gate.map(|_| planning.gate_review);
    let planned = schedule.stages.iter().map(|it| &it.draft).filter(|it| it.contingent.is_none());
    let lasting = planned.map(|it| it.procedure).any(|it| !planning.not_reviewed.contains(it));
    let mut reviews: Vec<Review> = Vec::new();
    for wait in gate.into_iter().chain(lasting.then_some(planning.final_review)) {
        // A review that is overdue is made at once, or on the next day on which the patient can come.
        let due = last.saturating_add(wait.days).max(0);
        let mut reasons: Rules = smallvec![wait.rule];
        add_rules(&mut reasons, schedule.calendar.why(Turn::Later, due));
        let day = schedule.calendar.open_from(Turn::Later, due);
        // Where both are overdue, the one visit judges for both.
        match reviews.iter_mut().find(|it| it.day == day) {
            Some(known) => add_rules(&mut known.reasons, reasons),
            None => reviews.push(Review { day, reasons }),
        }
    }
    for review in &mut reviews {
        for dated in &schedule.stages {
            let judge = context.knowledge.procedures().get(dated.draft.procedure.index()).and_then(|it| it.judge);
            let due = |days: Day| dated.last().is_some_and(|last| last.saturating_add(days) <= review.day);
            if dated.draft.contingent.is_none() {
                add_rules(&mut review.reasons, judge.filter(|judge| due(judge.days)).map(|judge| judge.rule));
            }
        }
    }
    reviews
}

/// What must be said: general lines, warnings of the procedures in the plan, and what failed before.
fn warnings(context: Context<'_, '_>, stages: &[Stage], treatable: &[ScarIndex]) -> Rules {
    let planning = context.knowledge.planning();
    let mut rules = lines(context, &planning.warnings, treatable);
    for stage in stages {
        let days = (stage.start, stage.end.unwrap_or(Day::MAX));
        let said = fired(context, Topic::Warning, stage.procedure, &stage.scars, days);
        add_list(&mut rules, &said);
    }
    let scars = context.case.findings.scars.iter();
    for (scar, found) in (0_u16..).map(ScarIndex).zip(scars).filter(|(scar, _)| treatable.contains(scar)) {
        let failed = planning.failures.iter().filter(|it| has_failed(context.case, it, scar, found.area));
        add_rules(&mut rules, failed.map(|it| it.rule));
    }
    // An estimate is never passed off as a stated skin type.
    add_rules(&mut rules, context.case.findings.skin_tone.iter().flat_map(|it| it.warnings.iter().copied()));
    rules
}

/// The facts that were not asked and that a rule which fired asks for, on something that could be done.
fn questions(context: Context<'_, '_>, treatable: &[ScarIndex], candidates: ProcedureSet) -> Vec<Question> {
    let mut asked: Vec<(Fact, RuleId)> = Vec::new();
    for &scar in treatable {
        let Some(facts) = context.facts.get(scar.index()) else { continue };
        for firing in context.screening.on(Topic::Question, scar).filter(|it| it.rule.procedures.overlaps(candidates)) {
            // What goes with another answer only is not asked without it.
            let fits = |fact: Fact| fact.beside().is_none_or(|(with, answer)| facts.get(with) == Some(answer));
            for &fact in firing.rule.asks.iter().filter(|fact| facts.get(**fact).is_none() && fits(**fact)) {
                insert_sorted(&mut asked, (fact, firing.rule.rule));
            }
        }
    }
    let mut questions: Vec<Question> = Vec::new();
    for (fact, rule) in asked {
        match questions.last_mut().filter(|it| it.fact == fact) {
            Some(question) => question.reasons.push(rule),
            None => questions.push(Question { fact, reasons: smallvec![rule] }),
        }
    }
    questions
}
