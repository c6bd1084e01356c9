//! What must always hold of a plan, checked against the knowledge and not against the engine.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::collections::BTreeSet;

use cicatrix::{
    domain::{
        Action, Area, Case, Day, Fact, Outcome, PastSession, PastStatus, Phase, Plan, Predicate, ProcedureId, Protocol,
        Rest, RuleId, ScarIndex, Session, SessionKind, SessionProcedure, Stage, StageStatus, Truth, Value,
    },
    knowledge::{Gap, GapKind, Knowledge, Procedure, ProcedureKind, Spacing},
};

use crate::people::knowledge;

/// Checks one plan.
pub fn check(name: &str, knowledge: &Knowledge, case: &Case, plan: &Plan) {
    for rule in rules(plan) {
        assert!(rule.index() < knowledge.rules().len(), "{name}: a reason without a rule");
    }
    for disposition in &plan.dispositions {
        assert!(!disposition.reasons.is_empty(), "{name}: a disposition without a reason");
        assert!(!disposition.scars.is_empty(), "{name}: a disposition of nothing");
    }
    assert!(!plan.reasons.is_empty(), "{name}");
    for label in &plan.assessment.scars {
        assert!(!label.reasons.is_empty(), "{name}: a label without a reason");
    }
    match &plan.outcome {
        Outcome::Referral => {
            assert!(!plan.referrals.is_empty(), "{name}: neither protocol nor referral");
            assert!(plan.referrals.iter().all(|it| !it.reasons.is_empty()), "{name}");
        }
        Outcome::Protocol(protocol) => {
            nothing_forbidden(name, knowledge, plan, protocol);
            everything_has_reasons(name, protocol);
            counts(name, knowledge, protocol);
            waits(name, knowledge, case, protocol);
            every_scar_is_spoken_of(name, case, plan, protocol);
            home_care_is_used_or_told(name, knowledge, protocol);
            home_care_is_named_once(name, protocol);
            home_care_is_of_use(name, knowledge, protocol);
            days_are_in_order(name, protocol);
            history_is_told(name, case, protocol);
            visits_are_as_few_as_wished(name, case, plan, protocol);
            visits_are_apart(name, case, protocol);
            no_visit_is_too_full(name, case, protocol);
            sites_fit_into_visits(name, knowledge, case, protocol);
            smokers_have_stopped(name, knowledge, case, protocol);
            supervision_is_told(name, knowledge, case, protocol);
            the_calendar_is_kept(name, knowledge, case, protocol);
        }
    }
}

/// No excluded procedure on any group it is excluded for, and none before its wait is over.
fn nothing_forbidden(name: &str, knowledge: &Knowledge, plan: &Plan, protocol: &Protocol) {
    let all = || protocol.sessions.iter().chain(&protocol.contingent_sessions);
    for (at, stage) in protocol.stages.iter().enumerate().filter(|(_, it)| goes_on(it)) {
        for scar in &stage.scars {
            let found = plan.dispositions.iter().find(|it| it.procedure == stage.procedure && it.scars.contains(scar));
            let disposition = found.unwrap_or_else(|| panic!("{name}: a stage without a disposition"));
            let id = &knowledge.procedures()[stage.procedure.index()].id;
            assert_ne!(disposition.action, Some(Action::Exclude), "{name}: {id} is planned although excluded");
            if disposition.action == Some(Action::Defer) {
                if let Some(event) = disposition.until_event {
                    let at_visit = knowledge.events()[event.index()].at_visit;
                    assert!(at_visit, "{name}: {id} is planned before {}", knowledge.events()[event.index()].id);
                    assert!(!stage.preconditions.is_empty(), "{name}: {id} without its check");
                }
                if let Some(day) = disposition.until_day {
                    let home = stage.session_count.is_none();
                    assert!(!home || stage.start >= day, "{name}: {id} before day {day}");
                    let done = |it: &&Session| it.procedures.iter().any(|it| it.stage == at && it.scars.contains(scar));
                    let first = all().filter(done).map(|it| it.day).min();
                    assert!(first.is_none_or(|first| first >= day), "{name}: {id} before day {day}");
                }
            }
            if disposition.action == Some(Action::Clearance) && stage.session_count.is_some() {
                let strictest = disposition.reasons[0];
                let lapsed = !stage.preconditions.contains(&strictest);
                // A clearance that time ends before the stage begins is not asked for.
                assert!(!lapsed || stage.start > 0, "{name}: {id} without the clearance it needs");
            }
        }
    }
}

/// Has it sessions to come, planned or contingent?
fn goes_on(stage: &Stage) -> bool {
    matches!(stage.status, StageStatus::Open | StageStatus::InProgress)
}

/// "About 4 to 6 sites a sitting", of all kinds of punch together. What takes more in its longest course takes what it can.
fn sites_fit_into_visits(name: &str, knowledge: &Knowledge, case: &Case, protocol: &Protocol) {
    const MOST: f64 = 6.0;
    let is_punch = |stage: &Stage| knowledge.procedures()[stage.procedure.index()].id.starts_with("punch-");
    for visits in [&protocol.sessions, &protocol.contingent_sessions] {
        for visit in visits {
            let stages: BTreeSet<usize> = visit.procedures.iter().map(|it| it.stage).collect();
            let punch = stages.into_iter().filter(|at| is_punch(&protocol.stages[*at]));
            let sites = punch.map(|at| {
                let stage = &protocol.stages[at];
                let numbers = visits.iter().flat_map(|it| &it.procedures).filter(|it| it.stage == at);
                let sessions = numbers.map(|it| it.number_in_stage).max().unwrap_or(1).max(1);
                let count = |scar: &ScarIndex| {
                    let known = case.findings.scars[scar.index()].facts.number(Fact::ScarCount);
                    f64::from(i32::try_from(known.unwrap_or(1000)).unwrap()) / 1000.0
                };
                let all: f64 = stage.scars.iter().map(count).sum();
                (all / f64::from(sessions)).min(MOST)
            });
            let sites: f64 = sites.sum();
            assert!(sites < MOST + 0.01, "{name}: {sites} sites of punch on day {}", visit.day);
        }
    }
}

/// Nothing deep is done to a smoker before four weeks without smoking, which begin with the plan at the latest.
fn smokers_have_stopped(name: &str, knowledge: &Knowledge, case: &Case, protocol: &Protocol) {
    if case.patient.get(Fact::Smoker) != Some(Value::YesNo(true)) {
        return;
    }
    let stopped = match case.patient.get(Fact::DaysSinceSmokeFree) {
        Some(Value::Since(day)) => day.min(0),
        _ => 0,
    };
    let deep = ["subcision", "punch-excision", "punch-elevation", "punch-grafting", "ablative-fractional-laser"];
    for visit in protocol.sessions.iter().chain(&protocol.contingent_sessions) {
        for it in &visit.procedures {
            let id = knowledge.procedures()[protocol.stages[it.stage].procedure.index()].id.as_str();
            let waited = visit.day - stopped >= 28;
            assert!(waited || !deep.contains(&id), "{name}: {id} on day {}, smoke-free since {stopped}", visit.day);
        }
    }
}

/// Where all wishes are kept, there are no more visits than wished for.
fn visits_are_as_few_as_wished(name: &str, case: &Case, plan: &Plan, protocol: &Protocol) {
    let most = case.wishes.max_visits.map_or(usize::MAX, |it| usize::try_from(it).unwrap());
    assert!(plan.conflict.is_some() || protocol.sessions.len() <= most, "{name}: too many visits");
    if let Some(conflict) = &plan.conflict {
        assert!(!conflict.wishes.is_empty(), "{name}: nothing has to give way");
        assert!(conflict.wishes.iter().all(|it| case.wishes_for(*it)), "{name}: a wish that nobody has");
    }
}

/// Visits are as far apart as wished, and the first one is as far from what was done last.
fn visits_are_apart(name: &str, case: &Case, protocol: &Protocol) {
    let Some(apart) = case.wishes.days_between_visits else { return };
    let all = protocol.sessions.iter().chain(&protocol.contingent_sessions);
    let days: BTreeSet<Day> = all.map(|it| it.day).chain(last_visit(case)).collect();
    for (first, next) in days.iter().zip(days.iter().skip(1)) {
        assert!(next - first >= apart, "{name}: days {first} and {next} are less than {apart} days apart");
    }
}

/// The last day on which something was done at the clinic.
fn last_visit(case: &Case) -> Option<Day> {
    let office = |it: &&PastSession| knowledge().procedures()[it.procedure.index()].kind != ProcedureKind::HomeCare;
    case.history.iter().filter(office).map(|it| it.day).max()
}

/// No visit has more different procedures than the clinic does at one.
fn no_visit_is_too_full(name: &str, case: &Case, protocol: &Protocol) {
    let Some(most) = case.wishes.procedures_per_visit else { return };
    for session in protocol.sessions.iter().chain(&protocol.contingent_sessions) {
        let planned = session.procedures.iter().map(|it| protocol.stages[it.stage].procedure);
        let done = case.history.iter().filter(|it| it.day == session.day).map(|it| it.procedure);
        let office = done.filter(|it| knowledge().procedures()[it.index()].kind != ProcedureKind::HomeCare);
        let all: BTreeSet<ProcedureId> = planned.chain(office).collect();
        assert!(all.len() <= usize::try_from(most).unwrap(), "{name}: {} procedures on day {}", all.len(), session.day);
        // What does not fit into it is not done on the days around it either.
        let near = |it: &&Session| (it.day - session.day).abs() < knowledge().planning().full_visit.days;
        for other in protocol.sessions.iter().chain(&protocol.contingent_sessions).filter(near) {
            let too = other.procedures.iter().map(|it| protocol.stages[it.stage].procedure);
            let both: BTreeSet<ProcedureId> = all.iter().copied().chain(too).collect();
            assert!(both.len() <= usize::try_from(most).unwrap(), "{name}: days {} and {}", session.day, other.day);
        }
    }
}

/// What is done under supervision only says so.
fn supervision_is_told(name: &str, knowledge: &Knowledge, case: &Case, protocol: &Protocol) {
    let rule = knowledge.planning().supervised;
    for stage in protocol.stages.iter().filter(|it| goes_on(it)) {
        let supervised = case.wishes.supervised.contains(stage.procedure);
        assert_eq!(stage.preconditions.contains(&rule), supervised, "{name}: supervision of a stage");
    }
}

/// Nobody is asked to come on a closed day, and nothing is too close before an event.
fn the_calendar_is_kept(name: &str, knowledge: &Knowledge, case: &Case, protocol: &Protocol) {
    let wishes = &case.wishes;
    let all = || protocol.sessions.iter().chain(&protocol.contingent_sessions);
    let days = all().map(|it| it.day).chain(protocol.reviews.iter().map(|it| it.day));
    // A first visit that only decides is on day 0 or as soon as the patient can come.
    for day in days {
        let away = wishes.unavailable.iter().any(|(first, last)| (*first..=*last).contains(&day));
        assert!(!away, "{name}: the patient is away on day {day}");
        assert_ne!(wishes.event, Some(day), "{name}: the event is on day {day}");
        let weekday = case.start.plus(day).weekday();
        assert!(wishes.weekdays.is_empty() || wishes.weekdays.contains(weekday), "{name}: day {day} is a {weekday:?}");
    }
    let Some(event) = wishes.event else { return };
    let occasion = knowledge.planning().occasion;
    let mut begun: BTreeSet<ProcedureId> = case.history.iter().map(|it| it.procedure).collect();
    for session in all() {
        let before = event - session.day;
        for it in session.procedures.iter().filter(|_| before >= 0) {
            let procedure = protocol.stages[it.stage].procedure;
            let known = &knowledge.procedures()[procedure.index()];
            let id = &known.id;
            let traces = known.downtime.iter().chain(&known.gentler).map(|it| it.days.max).min().unwrap_or(1);
            assert!(traces == 0 || before >= occasion.quiet.days.max(traces), "{name}: {id} {before} days before");
            let filler = occasion.fillers.contains(procedure);
            assert!(!filler || before >= occasion.filler.days, "{name}: {id} {before} days before");
            assert!(begun.contains(&procedure) || before >= occasion.new.days, "{name}: new {id} {before} days before");
        }
        begun.extend(session.procedures.iter().map(|it| protocol.stages[it.stage].procedure));
    }
    let late = protocol.sessions.iter().any(|it| it.day > event);
    assert_eq!(protocol.warnings.contains(&occasion.partial), late, "{name}: what comes after the event is told");
}

/// Each past session is evaluated once, and those that count are numbered without a hole.
fn history_is_told(name: &str, case: &Case, protocol: &Protocol) {
    assert_eq!(protocol.history.len(), case.history.len(), "{name}");
    for (at, stage) in protocol.stages.iter().enumerate() {
        let counted = protocol.history.iter().flat_map(|it| &it.counted_in);
        let mut numbers: Vec<i32> = counted.filter(|it| it.0 == at && it.1 > 0).map(|it| it.1).collect();
        numbers.sort_unstable();
        // One visit can be sent in parts.
        numbers.dedup();
        assert_eq!(numbers, (1..=stage.done).collect::<Vec<_>>(), "{name}: stage {at}");
    }
    for it in &protocol.history {
        assert!(!it.reasons.is_empty(), "{name}: a past session without a reason");
        let counts = matches!(it.status, PastStatus::Counted | PastStatus::Beyond);
        assert_eq!(counts, it.counted_in.iter().any(|(_, number)| *number > 0), "{name}");
    }
}

fn everything_has_reasons(name: &str, protocol: &Protocol) {
    for stage in &protocol.stages {
        // Each day of rest is told once for what is sure, and once for each review.
        for (at, rest) in stage.rests.iter().enumerate() {
            let mut others = stage.rests.iter().skip(at + 1).filter(|it| it.contingent_on == rest.contingent_on);
            let meets = |it: &Rest| it.from <= rest.to + 1 && rest.from <= it.to + 1;
            assert!(rest.from <= rest.to && !others.any(meets), "{name}: {:?}", stage.rests);
        }
        assert!(!stage.reasons.is_empty(), "{name}: a stage without a reason");
        assert!(!stage.scars.is_empty() && !stage.sites.is_empty(), "{name}: a stage for nothing");
        assert!(stage.passed_over.iter().all(|it| !it.reasons.is_empty()), "{name}: passed over without a reason");
        for parameter in &stage.parameters {
            assert!(!parameter.reasons.is_empty(), "{name}");
            assert!(parameter.limit.low <= parameter.limit.high, "{name}");
        }
    }
    for session in protocol.sessions.iter().chain(&protocol.contingent_sessions) {
        assert!(!session.reasons.is_empty(), "{name}: day {} has no reason", session.day);
        assert!(!session.procedures.is_empty(), "{name}");
    }
    assert!(protocol.reviews.iter().all(|it| !it.reasons.is_empty()), "{name}: a review without a reason");
    assert!(protocol.not_treated.iter().all(|it| !it.reasons.is_empty()), "{name}");
    assert!(protocol.questions.iter().all(|it| !it.reasons.is_empty()), "{name}");
}

/// Every stage's count lies in its range, and the sessions of a stage are as many as planned.
fn counts(name: &str, knowledge: &Knowledge, protocol: &Protocol) {
    for (at, stage) in protocol.stages.iter().enumerate() {
        let Some(range) = stage.session_count else {
            assert_eq!(stage.planned, 0, "{name}");
            continue;
        };
        let number = |sessions: &[Session]| {
            let all = sessions.iter().flat_map(|it| &it.procedures);
            let mine = all.filter(|it| it.stage == at && it.kind == SessionKind::Treatment);
            i32::try_from(mine.count()).unwrap()
        };
        assert_eq!(stage.planned, number(&protocol.sessions), "{name}: stage {at}");
        let drawn = if stage.contingent_on.is_some() { number(&protocol.contingent_sessions) } else { stage.planned };
        let id = &knowledge.procedures()[stage.procedure.index()].id;
        if !goes_on(stage) {
            assert_eq!((drawn, stage.contingent_on), (0, None), "{name}: {id} has ended");
            assert!(stage.done > 0, "{name}: {id} has ended and never began");
            continue;
        }
        let all = drawn + stage.done;
        assert!(range.min <= all && all <= range.max, "{name}: {id} has {drawn} sessions after {}", stage.done);
        assert_eq!(stage.contingent_on.is_some(), stage.planned == 0, "{name}: {id}");
    }
}

/// Every ordered pair of sessions on overlapping skin keeps the least wait, found anew from the gap table.
fn waits(name: &str, knowledge: &Knowledge, case: &Case, protocol: &Protocol) {
    let all: Vec<Done> = protocol
        .sessions
        .iter()
        .chain(&protocol.contingent_sessions)
        .flat_map(|session| session.procedures.iter().map(move |it| (session, it)))
        .map(|(session, it)| {
            let stage = &protocol.stages[it.stage];
            let procedure = &knowledge.procedures()[stage.procedure.index()];
            let high =
                |place: usize| stage.parameters.iter().filter(|it| it.parameter == place).map(|it| it.limit.high).max();
            // What joins a sitting goes where its hosts go: into single scars when they all work on single scars.
            let host = |other: &&SessionProcedure| {
                let procedure = &knowledge.procedures()[protocol.stages[other.stage].procedure.index()];
                procedure.kind == ProcedureKind::Field && other.scars.iter().any(|scar| it.scars.contains(scar))
            };
            let focal = match procedure.kind {
                ProcedureKind::Focal => true,
                ProcedureKind::Adjunct => !session.procedures.iter().any(|other| host(&other)),
                ProcedureKind::Field | ProcedureKind::HomeCare => false,
            };
            Done { day: session.day, procedure, kind: kind(procedure, high), scars: it.scars.to_vec(), focal }
        })
        .collect();
    for first in &all {
        for next in &all {
            let same_sitting = first.day == next.day;
            if std::ptr::eq(first, next) || first.day > next.day || !touch(case, first, next) {
                continue;
            }
            let (gap, least) = least(knowledge, case, first.kind, next.kind);
            if same_sitting {
                let (back, _) = self::least(knowledge, case, next.kind, first.kind);
                let together = gap.same_sitting || back.same_sitting;
                let (a, b) = (&first.procedure.id, &next.procedure.id);
                assert!(together, "{name}: {a} and {b} share day {} on the same skin", first.day);
            } else {
                let wait = next.day - first.day;
                let (a, b) = (&first.procedure.id, &next.procedure.id);
                assert!(wait >= least.plan_min, "{name}: {wait} days from {a} to {b}, least {}", least.plan_min);
            }
        }
    }
    for past in &case.history {
        let procedure = &knowledge.procedures()[past.procedure.index()];
        if procedure.kind == ProcedureKind::HomeCare {
            continue;
        }
        let done = Done {
            day: past.day,
            procedure,
            kind: kind(procedure, |_| past.tca_percent),
            scars: past.scars.clone(),
            focal: procedure.kind == ProcedureKind::Focal,
        };
        for next in all.iter().filter(|next| past.scars.is_empty() || touch(case, &done, next)) {
            if !past.sites.is_empty() {
                continue;
            }
            let (_, least) = least(knowledge, case, done.kind, next.kind);
            assert!(next.day - past.day >= least.plan_min, "{name}: too soon after a past session");
        }
    }
}

struct Done<'k> {
    day: Day,
    procedure: &'k Procedure,
    kind: GapKind,
    scars: Vec<ScarIndex>,
    focal: bool,
}

fn kind(procedure: &Procedure, high: impl Fn(usize) -> Option<i64>) -> GapKind {
    let gaps = procedure.gaps.unwrap();
    match gaps.weaker {
        Some(weaker) if high(weaker.parameter).is_some_and(|it| it < weaker.below) => weaker.kind,
        _ => gaps.kind,
    }
}

fn touch(case: &Case, one: &Done<'_>, other: &Done<'_>) -> bool {
    if one.focal && other.focal {
        return one.scars.iter().any(|it| other.scars.contains(it));
    }
    let areas =
        |it: &Done<'_>| -> Vec<Area> { it.scars.iter().map(|scar| case.findings.scars[scar.index()].area).collect() };
    areas(one).iter().any(|a| areas(other).iter().any(|b| a.overlaps(*b)))
}

fn least<'k>(knowledge: &'k Knowledge, case: &Case, first: GapKind, next: GapKind) -> (&'k Gap, Spacing) {
    let gap = knowledge.gaps().between(first, next).unwrap();
    let variant = gap.variants.iter().find(|it| it.when.holds(&case.patient, 0) != Truth::No);
    let mut spacing = variant.map_or(gap.base, |it| it.spacing);
    let addition = &knowledge.gaps().pigment_addition;
    if gap.pigment_addition && addition.when.holds(&case.patient, 0) != Truth::No {
        spacing.plan_min += addition.days;
    }
    (gap, spacing)
}

/// Each group is in a stage with sessions, left out with a reason, or referred.
fn every_scar_is_spoken_of(name: &str, case: &Case, plan: &Plan, protocol: &Protocol) {
    for at in 0..case.findings.scars.len() {
        let scar = ScarIndex(u16::try_from(at).unwrap());
        let treated = protocol.stages.iter().any(|it| it.session_count.is_some() && it.scars.contains(&scar));
        let left_out = protocol.not_treated.iter().any(|it| it.scars.contains(&scar) && !is_at_home(it.procedure));
        let referred = plan.referrals.iter().any(|it| it.scars.contains(&scar));
        assert!(treated || left_out || referred, "{name}: scar {at} is silently dropped");
    }
}

/// What everybody uses at home is used, or it is told why not.
fn home_care_is_used_or_told(name: &str, knowledge: &Knowledge, protocol: &Protocol) {
    let used = |it: ProcedureId| protocol.stages.iter().any(|stage| stage.procedure == it);
    let told = |it: ProcedureId| protocol.not_treated.iter().any(|left| left.procedure == it);
    let for_all = knowledge.home_care().iter().filter(|it| it.when == Predicate::Always && it.with.is_empty());
    for step in for_all.filter(|it| !it.when_priming && (it.phase == Phase::Prepare || !protocol.sessions.is_empty())) {
        let first = step.options[0].procedure;
        let rule = &knowledge.rules()[step.rule.index()].id;
        assert!(step.options.iter().any(|it| used(it.procedure)) || told(first), "{name}: {rule} is silently dropped");
    }
}

/// What goes on without an end is not named once more for when a review decides.
fn home_care_is_named_once(name: &str, protocol: &Protocol) {
    let at_home = || protocol.stages.iter().filter(|it| it.session_count.is_none());
    for waiting in at_home().filter(|it| it.contingent_on.is_some()) {
        let goes_on = |it: &&Stage| {
            let same = it.procedure == waiting.procedure && it.scars == waiting.scars;
            let begun = it.start <= waiting.start || it.phase == Phase::Maintain;
            same && begun && it.contingent_on.is_none() && it.end.is_none()
        };
        let twice = at_home().find(goes_on);
        assert!(twice.is_none(), "{name}: {:?} is used from day {:?} on", waiting.procedure, twice.map(|it| it.start));
    }
}

/// Between two rests nothing is used for a few days only.
fn home_care_is_of_use(name: &str, knowledge: &Knowledge, protocol: &Protocol) {
    let least = knowledge.planning().home_care_least.days;
    for stage in protocol.stages.iter().filter(|it| it.session_count.is_none()) {
        let mut sure: Vec<_> = stage.rests.iter().filter(|it| it.contingent_on.is_none()).collect();
        sure.sort_by_key(|it| it.to);
        for pair in sure.windows(2) {
            let days = pair[1].from - pair[0].to - 1;
            assert!(days <= 0 || days >= least, "{name}: {:?} is used for {days} days", stage.procedure);
        }
    }
}

fn is_at_home(procedure: ProcedureId) -> bool {
    knowledge().procedures()[procedure.index()].kind == ProcedureKind::HomeCare
}

fn days_are_in_order(name: &str, protocol: &Protocol) {
    for sessions in [&protocol.sessions, &protocol.contingent_sessions] {
        assert!(sessions.is_sorted_by(|a, b| a.day < b.day), "{name}: days out of order");
        for it in sessions {
            assert!(it.earliest <= it.day, "{name}: day {} before its earliest day {}", it.day, it.earliest);
            assert!(it.latest.is_none_or(|latest| latest >= it.day), "{name}: day {} after its latest", it.day);
            assert!(it.day >= 0, "{name}");
            assert!(it.past_due.is_none_or(|due| due > it.day), "{name}: day {} is past due when planned", it.day);
        }
    }
    if let (Some(last), Some(first)) = (protocol.sessions.last(), protocol.contingent_sessions.first()) {
        assert!(protocol.reviews[0].day > last.day && first.day >= protocol.reviews[0].day, "{name}: review");
    }
}

/// The procedures with planned or contingent sessions.
pub fn planned(plan: &Plan) -> BTreeSet<ProcedureId> {
    match &plan.outcome {
        Outcome::Protocol(protocol) => {
            let office = protocol.stages.iter().filter(|it| it.session_count.is_some() && goes_on(it));
            office.map(|it| it.procedure).collect()
        }
        Outcome::Referral => BTreeSet::new(),
    }
}

/// Every rule that is heard in a plan.
pub fn rules(plan: &Plan) -> Vec<RuleId> {
    cicatrix::review::heard(knowledge(), plan).into_iter().collect()
}
