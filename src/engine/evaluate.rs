//! Evaluates: what each past session is to the plan, and what was begun and is not continued.

use smallvec::smallvec;

use crate::{
    domain::{
        Action, Day, EvaluatedSession, FactKind, PastSession, PastStatus, ProcedureId, RuleId, Rules, ScarIndex, Scope,
        SessionKind, Stage, StageStatus, Truth, visit_of,
    },
    engine::{
        done::{Break, Done},
        explain::frame,
        failed::failure,
        history,
        schedule::Schedule,
        screen::{Standing, held_on, insert_sorted, is_kept},
        select::{Context, add_rules},
        sitting::Joining,
    },
    knowledge::{Pathway, SafetyRule, Spacing, Step},
};

/// A stage of the plan, with the past sessions that count towards it.
#[derive(Debug)]
pub(super) struct Course {
    /// Place of the stage, from 0.
    pub stage: usize,
    pub procedure: ProcedureId,
    pub done: Done,
    /// It begins anew on its first day, and this rule says so.
    pub restarted: Option<RuleId>,
}

/// The courses of planned stages and of what joins them; `offset` stages come before.
pub(super) fn courses(schedule: &Schedule<'_>, joining: &[Joining], offset: usize) -> Vec<Course> {
    let planned = schedule.stages.iter().map(|it| (it.draft.procedure, it.draft.done.clone(), it.draft.restarted));
    let joined = joining.iter().map(|it| (it.procedure, it.done.clone(), None));
    let all = planned.chain(joined).zip(offset..);
    all.map(|((procedure, done, restarted), stage)| Course { stage, procedure, done, restarted }).collect()
}

/// Stages of what was begun on `treatable` groups and has no session in the plan, with what counts towards them.
pub(super) fn not_continued(context: Context<'_, '_>, stages: &[Stage], treatable: &[ScarIndex]) -> Vec<(Stage, Done)> {
    let mut all: Vec<(Stage, Done)> = Vec::new();
    for procedure in context.past.begun() {
        for &scar in treatable {
            let goes_on = |it: &Stage| it.procedure == procedure && it.scars.binary_search(&scar).is_ok();
            let done = context.past.done(procedure, scar);
            let begun = done.begun() && context.past.treated(procedure, scar).is_some();
            let Some((step, _)) = steps(context, procedure, scar).next().filter(|_| begun) else { continue };
            if stages.iter().any(goes_on) {
                continue;
            }
            let (status, reasons) = ended(context, procedure, scar, done);
            let same = |(it, known): &(Stage, Done)| {
                it.procedure == procedure && it.status == status && it.reasons == reasons && known == done
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
                    stage.phase = step.phase;
                    stage.status = status;
                    stage.done = done.count();
                    stage.reasons = reasons;
                    all.push((stage, done.clone()));
                }
            }
        }
    }
    all
}

/// The steps of the pathway of the group in which the procedure stands, as an option or joining one.
fn steps<'k>(
    context: Context<'_, 'k>,
    procedure: ProcedureId,
    scar: ScarIndex,
) -> impl Iterator<Item = (&'k Step, bool)> {
    let facts = context.facts.get(scar.index());
    let answers = move |it: &&Pathway| facts.is_some_and(|facts| it.answers.is_true(facts, 0));
    let steps = context.knowledge.pathways().iter().find(answers).map(|it| it.steps.as_slice()).unwrap_or_default();
    steps.iter().filter_map(move |step| {
        let joins = step.adjunct.iter().any(|it| it.procedures.contains(&procedure));
        let takes = step.options.iter().any(|it| it.procedure == procedure);
        (joins || takes).then_some((step, takes))
    })
}

/// Why a course that was begun does not go on.
fn ended(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex, done: &Done) -> (StageStatus, Rules) {
    let past = &context.knowledge.planning().past;
    if is_complete(context, procedure, scar, done) && !done.plateaued {
        return (StageStatus::Satisfied, smallvec![past.complete]);
    }
    match context.screening.standing(context.knowledge, procedure, scar) {
        Standing::Waiting => (StageStatus::OnHold, context.screening.against(procedure, scar)),
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
        Standing::Open { .. } if done.plateaued => (StageStatus::Stopped, smallvec![past.plateau.rule]),
        Standing::Open { .. } if done.good => (StageStatus::Satisfied, smallvec![past.goal.rule]),
        Standing::Open { .. } => {
            // By ruling what somebody has to agree to gives way to what needs no word, also when it was begun before.
            let opinions = context.screening.opinions(procedure, scar, 0);
            (StageStatus::Stopped, std::iter::once(past.dropped).chain(opinions).collect())
        }
    }
}

/// Has it had all its sessions? What only joins those of others ends with them, once it has had its least number.
fn is_complete(context: Context<'_, '_>, procedure: ProcedureId, scar: ScarIndex, done: &Done) -> bool {
    let sessions = context.knowledge.procedures().get(procedure.index()).and_then(|it| it.sessions);
    let joins = !steps(context, procedure, scar).any(|(_, takes)| takes);
    sessions.is_some_and(|it| {
        let planned = if joins { it.count.min } else { context.planned(&it, &[scar]).0 };
        done.count() >= planned
    })
}

/// Every past session, in the order of the request.
pub(super) fn sessions(context: Context<'_, '_>, stages: &[Stage], courses: &[Course]) -> Vec<EvaluatedSession> {
    if context.case.history.is_empty() {
        return Vec::new();
    }
    let speakers = speakers(context);
    let history = (0..).zip(&context.case.history);
    let mut all: Vec<EvaluatedSession> =
        history.map(|(place, past)| session(context, stages, courses, &speakers, place, past)).collect();
    all.sort_by_key(|it| it.place);
    all
}

fn session(
    context: Context<'_, '_>,
    stages: &[Stage],
    courses: &[Course],
    speakers: &[&SafetyRule],
    place: usize,
    past: &PastSession,
) -> EvaluatedSession {
    let rules = &context.knowledge.planning().past;
    let skin = context.past.skin(place);
    let same = || courses.iter().filter(|it| it.procedure == past.procedure);
    let stage_of = |it: &Course| stages.get(it.stage);
    let mut counted_in = Vec::new();
    let visit = visit_of(&context.case.history, place);
    let of_visit = || {
        let history = &context.case.history;
        let same_day = (visit..).take_while(|it| history.get(*it).is_some_and(|it| it.day == past.day));
        same_day.filter(|it| visit_of(history, *it) == visit)
    };
    for it in same() {
        let is_on_it = |place: usize| {
            context.past.skin(place).iter().any(|scar| stage_of(it).is_some_and(|it| it.scars.contains(scar)))
        };
        // What joined the sittings of groups that have none any more counts all the same.
        let same = |known: &usize| *known == visit && (is_on_it(place) || !of_visit().any(is_on_it));
        if let Some(number) = it.done.sessions.iter().position(same) {
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
            let failed = |scar: &ScarIndex| failure(context.knowledge, context.case, past.procedure, *scar);
            let failed = skin.iter().filter_map(failed).find(|it| place < it.until);
            let ended = || context.past.trail.ended(visit);
            let old = || same().next().and_then(|_| ended()).or_else(|| same().find_map(|it| it.restarted));
            match failed.map(|it| it.rule).or_else(old) {
                Some(rule) => (PastStatus::EarlierCourse, rule),
                None => (PastStatus::Other, rules.other),
            }
        }
    };
    let mut reasons: Rules = smallvec![rule];
    if past.counts == Some(true) {
        add_rules(&mut reasons, [rules.accepted]);
    }
    add_rules(&mut reasons, past.counts_because.map(|it| rules.decision(it)));
    let too_early = too_early(context, place, past);
    if let Some(Broken { rule, .. }) = too_early {
        add_rules(&mut reasons, [rules.too_early, rule]);
    }
    let late = too_late(context, place, past, skin);
    add_rules(&mut reasons, late.map(|it| it.rule));
    let against = against(context, speakers, past, skin);
    if !against.is_empty() {
        add_rules(&mut reasons, [rules.against]);
        add_rules(&mut reasons, against.iter().copied());
    }
    EvaluatedSession {
        place: past.place,
        status,
        counted_in,
        too_early: too_early.map(|it| (it.by, it.floor)),
        too_late: late.map(|it| (it.by, it.latest)),
        against: !against.is_empty(),
        decided: past.counts.map(|counts| (counts, past.counts_because)),
        reasons,
    }
}

/// A course that lost its rhythm.
#[derive(Debug, Clone, Copy)]
struct Late {
    by: Day,
    latest: Day,
    /// What the break means.
    rule: RuleId,
}

/// By how much it came later after the session before of the same course than keeps its rhythm.
fn too_late(context: Context<'_, '_>, place: usize, past: &PastSession, skin: &[ScarIndex]) -> Option<Late> {
    let (before, rest) = context.past.trail.before(place)?;
    let before = context.case.history.get(before)?;
    let latest = history::between_past(context, before, past, skin)?.latest?;
    let days = past.day.saturating_sub(before.day);
    let rule = match rest {
        Break::None => context.knowledge.planning().past.late,
        Break::Repeat(rule) | Break::Restart(rule) => rule,
    };
    (days > latest).then_some(Late { by: days.saturating_sub(latest), latest, rule })
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
fn too_early(context: Context<'_, '_>, place: usize, past: &PastSession) -> Option<Broken> {
    let broken = history::just_before(context, place).into_iter().filter_map(|(day, spacing)| {
        let Spacing { floor, rule, .. } = spacing;
        let by = floor.saturating_sub(past.day.saturating_sub(day));
        (by > 0).then_some(Broken { by, floor, rule })
    });
    broken.max()
}

/// The strict rules that read only what can be known of a day in the past.
fn speakers<'k>(context: Context<'_, 'k>) -> Vec<&'k SafetyRule> {
    let can_speak = |rule: &&SafetyRule| {
        let mut can = true;
        rule.action >= Action::Defer && {
            rule.when.reads(&mut |fact| can &= fact.kind() == FactKind::Elapsed || is_kept(rule, fact));
            can
        }
    };
    context.knowledge.safety().iter().filter(can_speak).collect()
}

/// The rules that spoke against it on its day, by facts that last or whose event was before it.
fn against(context: Context<'_, '_>, speakers: &[&SafetyRule], past: &PastSession, skin: &[ScarIndex]) -> Rules {
    let strict = speakers.iter().copied().filter(|it| it.procedures.contains(past.procedure));
    let mut all = Rules::new();
    for rule in strict {
        // What is the same on all skin is asked once.
        let asked = if rule.scope == Scope::Patient { skin.get(..skin.len().min(1)) } else { Some(skin) };
        let mut facts = asked.into_iter().flatten().filter_map(|scar| context.facts.get(scar.index()));
        if facts.any(|facts| held_on(rule, facts, past.day)) {
            all.push(rule.rule);
        }
    }
    all
}
