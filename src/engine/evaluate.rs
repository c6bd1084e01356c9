//! Evaluates: what each past session is to the plan, and what was begun and is not continued.

use smallvec::smallvec;

use crate::{
    domain::{
        Action, Day, EvaluatedSession, Fact, FactKind, Facts, PastSession, PastStatus, Phase, ProcedureId, Procedures,
        RuleId, Rules, ScarIndex, Scars, SessionKind, Stage, StageStatus, Truth, Value,
    },
    engine::{
        explain::frame,
        history::{self, Done},
        schedule::Schedule,
        screen::{Standing, insert_sorted},
        select::{Context, add_rules},
        sitting::Joining,
    },
    knowledge::{SafetyRule, Spacing, Step},
};

/// A stage of the plan, with the past sessions that count towards it.
#[derive(Debug)]
pub(super) struct Course {
    /// Place of the stage, from 0.
    pub stage: usize,
    pub procedure: ProcedureId,
    pub done: Done,
}

/// The courses of planned stages and of what joins them; `offset` stages come before.
pub(super) fn courses(schedule: &Schedule<'_>, joining: &[Joining], offset: usize) -> Vec<Course> {
    let planned = schedule.stages.iter().map(|it| (it.draft.procedure, it.draft.done.clone()));
    let joined = joining.iter().map(|it| (it.procedure, it.done.clone()));
    let all = planned.chain(joined).zip(offset..);
    all.map(|((procedure, done), stage)| Course { stage, procedure, done }).collect()
}

/// Stages of what was begun on `treatable` groups and has no session in the plan, with what counts towards them.
pub(super) fn not_continued(context: Context<'_, '_>, stages: &[Stage], treatable: &[ScarIndex]) -> Vec<(Stage, Done)> {
    let mut all: Vec<(Stage, Done)> = Vec::new();
    let mut begun: Procedures = Procedures::new();
    context.case.history.iter().for_each(|past| insert_sorted(&mut begun, past.procedure));
    for procedure in begun {
        for &scar in treatable {
            let goes_on = |it: &Stage| it.procedure == procedure && it.scars.contains(&scar);
            let done = history::done(context, procedure, scar);
            let Some(phase) = phase(context, procedure, scar).filter(|_| done.begun()) else { continue };
            if stages.iter().any(goes_on) {
                continue;
            }
            let (status, reasons) = ended(context, procedure, scar, &done);
            let same = |(it, known): &(Stage, Done)| {
                it.procedure == procedure && it.status == status && it.reasons == reasons && *known == done
            };
            match all.iter_mut().find(|it| same(it)) {
                Some((stage, _)) => {
                    insert_sorted(&mut stage.scars, scar);
                    if let Some(found) = context.case.findings.scars.get(scar.index()) {
                        insert_sorted(&mut stage.sites, found.area.site);
                    }
                }
                None => {
                    let day = |place: Option<&usize>| Some(context.case.history.get(*place?)?.day);
                    let (first, last) = (day(done.sessions.first()), day(done.sessions.last()));
                    let mut stage = frame(context, procedure, &[scar], first, last);
                    stage.phase = phase;
                    stage.status = status;
                    stage.done = done.count();
                    stage.reasons = reasons;
                    all.push((stage, done));
                }
            }
        }
    }
    all
}

/// Where the pathway of the group has the procedure.
fn phase(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex) -> Option<Phase> {
    let facts = context.facts.get(scar.index())?;
    let pathway = context.knowledge.pathways().iter().find(|it| it.answers.holds(facts, 0) == Truth::Yes)?;
    let has = |step: &&Step| {
        let joins = step.adjunct.iter().any(|it| it.procedures.contains(&procedure));
        joins || step.options.iter().any(|it| it.procedure == procedure)
    };
    pathway.steps.iter().find(has).map(|step| step.phase)
}

/// Why a course that was begun does not go on.
fn ended(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex, done: &Done) -> (StageStatus, Rules) {
    let past = &context.knowledge.planning().past;
    match context.screening.standing(context.knowledge, procedure, scar) {
        Standing::Waiting(_) => (StageStatus::OnHold, context.screening.against(procedure, scar)),
        Standing::Closed => {
            let facts = context.facts.get(scar.index());
            let unknown = |rule: &SafetyRule| facts.is_some_and(|facts| rule.when.holds(facts, 0) == Truth::Unknown);
            let known = context
                .screening
                .of(procedure, scar)
                .any(|it| it.rule.action >= Action::Defer && it.until == Day::MAX && !unknown(it.rule));
            let status = if known { StageStatus::Contraindicated } else { StageStatus::NeedsInformation };
            (status, context.screening.against(procedure, scar))
        }
        Standing::Open { .. } if done.plateaued(context) => (StageStatus::Stopped, smallvec![past.plateau.rule]),
        Standing::Open { .. } if done.reached_goal(context) => (StageStatus::Satisfied, smallvec![past.goal.rule]),
        Standing::Open { .. } => {
            let sessions = context.knowledge.procedures().get(procedure.index()).and_then(|it| it.sessions);
            if sessions.is_some_and(|it| done.count() >= it.count.max) {
                (StageStatus::Satisfied, smallvec![past.complete])
            } else {
                (StageStatus::Stopped, smallvec![past.dropped])
            }
        }
    }
}

/// Every past session, in the order of the request.
pub(super) fn sessions(context: Context<'_, '_>, stages: &[Stage], courses: &[Course]) -> Vec<EvaluatedSession> {
    let mut all: Vec<EvaluatedSession> =
        (0..).zip(&context.case.history).map(|(place, past)| session(context, stages, courses, place, past)).collect();
    all.sort_by_key(|it| it.place);
    all
}

fn session(
    context: Context<'_, '_>,
    stages: &[Stage],
    courses: &[Course],
    place: usize,
    past: &PastSession,
) -> EvaluatedSession {
    let rules = &context.knowledge.planning().past;
    let skin = skin(context, past);
    let same = || courses.iter().filter(|it| it.procedure == past.procedure);
    let mut counted_in = Vec::new();
    for it in same() {
        if let Some(number) = it.done.sessions.iter().position(|known| *known == place) {
            counted_in.push((it.stage, i32::try_from(number).unwrap_or(i32::MAX).saturating_add(1)));
        } else if past.kind == SessionKind::TestArea && it.done.tested == Some(past.day) {
            counted_in.push((it.stage, 0));
        }
    }
    let most = |stage: usize| stages.get(stage).and_then(|it| it.session_count).map(|it| it.max);
    let beyond = counted_in.iter().any(|(stage, number)| most(*stage).is_some_and(|most| *number > most));
    let (status, rule) = match (past.counts, past.kind) {
        (Some(false), _) => (PastStatus::NotCounted, rules.not_counted),
        (_, SessionKind::TestArea) => (PastStatus::TestArea, rules.test_area),
        (_, SessionKind::Treatment) if beyond => (PastStatus::Beyond, rules.beyond),
        (_, SessionKind::Treatment) if !counted_in.is_empty() => (PastStatus::Counted, rules.counted),
        (_, SessionKind::Treatment) => {
            match skin.iter().find_map(|scar| history::failure(context, past.procedure, *scar)) {
                Some(failure) => (PastStatus::EarlierCourse, failure.rule),
                None if same().next().is_some() && is_old(context, past) => {
                    (PastStatus::EarlierCourse, rules.earlier_course.rule)
                }
                None => (PastStatus::Other, rules.other),
            }
        }
    };
    let mut reasons: Rules = smallvec![rule];
    let too_early = too_early(context, place, past, &skin);
    if let Some(Broken { rule, .. }) = too_early {
        add_rules(&mut reasons, [rules.too_early, rule]);
    }
    let against = against(context, past, &skin);
    if !against.is_empty() {
        add_rules(&mut reasons, [rules.against]);
        add_rules(&mut reasons, against.iter().copied());
    }
    EvaluatedSession {
        place: past.place,
        status,
        counted_in,
        too_early: too_early.map(|it| (it.by, it.floor)),
        against: !against.is_empty(),
        reasons,
    }
}

/// Is it before a break that ended its course?
fn is_old(context: Context<'_, '_>, past: &PastSession) -> bool {
    let later = context.case.history.iter().filter(|it| it.procedure == past.procedure && it.day > past.day);
    let most = context.knowledge.planning().past.earlier_course.days;
    let mut day = past.day;
    for next in later.map(|it| it.day).chain(std::iter::once(0)) {
        if next.saturating_sub(day) > most {
            return true;
        }
        day = next;
    }
    false
}

/// The groups it was done on.
fn skin(context: Context<'_, '_>, past: &PastSession) -> Scars {
    let all = (0_u16..).map(ScarIndex).zip(&context.case.findings.scars);
    all.map(|(scar, _)| scar).filter(|scar| history::was_on(context, past, *scar)).collect()
}

/// A floor that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Broken {
    /// By so many days.
    by: Day,
    floor: Day,
    /// The row of the gap table.
    rule: RuleId,
}

/// The floor that it broke most.
fn too_early(context: Context<'_, '_>, place: usize, past: &PastSession, skin: &[ScarIndex]) -> Option<Broken> {
    let before = context.case.history.iter().take(place).filter(|it| it.day < past.day);
    let broken = before.filter_map(|before| {
        let Spacing { floor, rule, .. } = history::between_past(context, before, past, skin)?;
        let by = floor.saturating_sub(past.day.saturating_sub(before.day));
        (by > 0).then_some(Broken { by, floor, rule })
    });
    broken.max()
}

/// The rules that spoke against it on its day, by facts that last or whose event was before it.
fn against(context: Context<'_, '_>, past: &PastSession, skin: &[ScarIndex]) -> Rules {
    let speaks = |rule: &SafetyRule, facts: &Facts| {
        let mut known = true;
        rule.when.reads(&mut |fact| known &= was_so(rule, facts, fact, past.day));
        known && rule.when.holds(facts, past.day) == Truth::Yes
    };
    let rules = context.knowledge.safety().iter();
    let strict = rules.filter(|it| it.action >= Action::Defer && it.procedures.contains(past.procedure));
    let mut all = Rules::new();
    for rule in strict {
        if skin.iter().filter_map(|scar| context.facts.get(scar.index())).any(|facts| speaks(rule, facts)) {
            all.push(rule.rule);
        }
    }
    all
}

/// Does what is known of the fact today tell what it was on `day`?
fn was_so(rule: &SafetyRule, facts: &Facts, fact: Fact, day: Day) -> bool {
    match (fact.kind(), facts.get(fact)) {
        (FactKind::Elapsed, Some(Value::Since(event))) => event <= day,
        (FactKind::Elapsed, _) => false,
        // Whoever has stopped before that day had stopped on it.
        (_, _) => fact.lasts() || (rule.timed && fact == Fact::Isotretinoin),
    }
}
