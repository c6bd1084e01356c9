//! A simulated year: patients come late or early, do not respond, get complications and change their minds.
//!
//! At every visit the plan is made again from the facts alone, and is held against the gap table and the safety rules.

#![allow(dead_code, unreachable_pub, reason = "each user takes its part")]

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use cicatrix::{
    domain::{
        Action, Case, Complication, Day, Fact, Facts, Outcome, PastSession, Plan, ProcedureId, Protocol, Response,
        ScarIndex, ScarType, Site, StageStatus, Truth, Value,
    },
    engine,
    knowledge::ProcedureKind,
};
use strum::VariantArray as _;

use crate::{
    laws,
    people::{answers, knowledge},
    random::{Dice, person},
};

/// Days of the year.
const YEAR: Day = 365;

/// What was seen in the years of all patients.
#[derive(Debug, Default)]
pub struct Tally {
    pub patients: usize,
    pub visits: usize,
    pub sessions: usize,
    pub late: usize,
    pub early: usize,
    pub complications: usize,
    pub changed_minds: usize,
    /// Plans that break a law, each told.
    pub violations: Vec<String>,
    /// Scars for which nothing is planned and nobody says why.
    pub dead_ends: Vec<String>,
    /// Treatments that were chosen, dropped and chosen again while no fact changed.
    pub oscillations: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.patients += other.patients;
        self.visits += other.visits;
        self.sessions += other.sessions;
        self.late += other.late;
        self.early += other.early;
        self.complications += other.complications;
        self.changed_minds += other.changed_minds;
        self.violations.extend(other.violations);
        self.dead_ends.extend(other.dead_ends);
        self.oscillations.extend(other.oscillations);
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { patients, visits, sessions, late, early, complications, changed_minds, .. } = self;
        writeln!(f, "{patients} patients, {visits} visits, {sessions} sessions done")?;
        writeln!(f, "{late} visits late, {early} early, {complications} complications, {changed_minds} changed minds")?;
        let [violations, dead_ends, oscillations] = [&self.violations, &self.dead_ends, &self.oscillations];
        for (what, all) in [("violations", violations), ("dead ends", dead_ends), ("oscillating plans", oscillations)] {
            writeln!(f, "{} {what}", all.len())?;
            all.iter().take(5).try_for_each(|it| writeln!(f, "  {it}"))?;
        }
        Ok(())
    }
}

/// What was chosen for each group on a visit, what has ended, and how often facts had changed by then.
struct Seen {
    chosen: Vec<BTreeSet<ProcedureId>>,
    ended: Vec<BTreeSet<ProcedureId>>,
    facts: usize,
}

/// The year of one patient.
pub fn year(number: usize) -> Tally {
    let mut dice = Dice(0x5EED_0000 + u64::try_from(number).unwrap());
    let mut case = person(&mut dice);
    if dice.one_in(2) {
        case.history.clear();
    }
    let mut tally = Tally { patients: 1, ..Tally::default() };
    let responds = !dice.one_in(3);
    let (mut today, mut changes, mut idle) = (0, 0, 0);
    let mut seen: Vec<Seen> = Vec::new();
    while today <= YEAR && idle < 3 {
        tally.visits += 1;
        let who = format!("patient {number} on day {today}");
        let Some(plan) = planned(&who, &case, &mut tally) else { break };
        let Outcome::Protocol(protocol) = &plan.outcome else { break };
        watch(&who, &plan, protocol, changes, &mut seen, &mut tally);
        let done = attend(&mut dice, &mut case, protocol, responds, &mut tally);
        changes += usize::from(done && judged_or_complicated(&case));
        idle = if done || protocol.sessions.iter().any(|it| it.day > 0) { 0 } else { idle + 1 };
        changes += live(&mut dice, &mut case, &mut tally);
        let days = until_next(&mut dice, protocol, done, &mut tally);
        today += days;
        pass(&mut case, days);
    }
    tally
}

/// The plan of a visit, unless it breaks a law.
fn planned(who: &str, case: &Case, tally: &mut Tally) -> Option<Plan> {
    let plan = catch_unwind(AssertUnwindSafe(|| {
        let plan = engine::plan(knowledge(), case);
        laws::check(who, knowledge(), case, &plan);
        nothing_unsafe(who, case, &plan);
        plan
    }));
    match plan {
        Ok(plan) => Some(plan),
        Err(why) => {
            let text = why.downcast_ref::<String>().cloned();
            tally.violations.push(text.unwrap_or_else(|| format!("{who}: a panic without words")));
            None
        }
    }
}

/// No session on a day on which a rule that keeps it away holds: the rules are asked anew, on facts put together here.
fn nothing_unsafe(who: &str, case: &Case, plan: &Plan) {
    let Outcome::Protocol(protocol) = &plan.outcome else { return };
    let facts: Vec<Facts> = (0..case.findings.scars.len()).map(|at| known(case, plan, at)).collect();
    for session in protocol.sessions.iter().chain(&protocol.contingent_sessions) {
        for done in &session.procedures {
            let procedure = protocol.stages[done.stage].procedure;
            for rule in knowledge().safety().iter().filter(|it| it.action >= Action::Defer) {
                let at_visit = rule.until.is_some_and(|it| knowledge().events()[it.index()].at_visit);
                if at_visit || !rule.procedures.contains(procedure) {
                    continue;
                }
                for scar in &done.scars {
                    let holds = rule.when.holds(&facts[scar.index()], session.day) == Truth::Yes;
                    let (rule, id) = (&knowledge().rules()[rule.rule.index()].id, procedure.index());
                    let id = &knowledge().procedures()[id].id;
                    assert!(!holds, "{who}: {id} on day {} of the plan, against {rule}", session.day);
                }
            }
        }
    }
}

/// What is known of one group: of the patient, of the skin there, of the scar, and what went wrong there.
fn known(case: &Case, plan: &Plan, at: usize) -> Facts {
    let scar = &case.findings.scars[at];
    let mut facts = case.patient.clone();
    for field in case.fields.iter().filter(|it| it.sites.iter().any(|site| site.overlaps(scar.area.site))) {
        field.facts.known().for_each(|(fact, value)| facts.worsen(fact, value));
    }
    facts.overlay(&scar.facts);
    facts.set_word(Fact::Site, <&str>::from(scar.area.site));
    // By ruling a brown mark among acne scars is one that acne left, unless somebody says otherwise.
    let brown = plan.assessment.scars.iter().filter(|it| it.scar_type == ScarType::MacularHyperpigmented);
    let here = brown.map(|it| &case.findings.scars[it.scar.index()]).any(|it| it.area.overlaps(scar.area));
    if here && facts.get(Fact::PihOrigin).is_none() {
        facts.set_word(Fact::PihOrigin, "acne_marks");
    }
    let mut open = match facts.get(Fact::PreviousComplication) {
        Some(Value::Words(words)) => words,
        _ => 0,
    };
    for past in &case.history {
        let here = past.scars.is_empty() && past.sites.is_empty()
            || past.scars.iter().any(|it| case.findings.scars[it.index()].area.overlaps(scar.area))
            || past.sites.iter().any(|it| it.overlaps(scar.area.site));
        for it in &past.complications {
            let raised = *it == Complication::HypertrophicScar;
            if raised {
                // By the safety tables twelve months count from the session.
                facts.set(Fact::DaysSinceRaisedScarSession, Some(Value::Since(past.day)));
                if here && past.healed.is_none() {
                    facts.set(Fact::RaisedScarOpen, Some(Value::YesNo(true)));
                }
            }
            if raised || here && past.healed.is_none() {
                open |= Fact::PreviousComplication.word((*it).into()).unwrap();
            }
        }
    }
    facts.set(Fact::PreviousComplication, Some(Value::Words(open)));
    facts
}

/// Looks for dead ends, and for what was chosen, dropped and chosen again.
fn watch(who: &str, plan: &Plan, protocol: &Protocol, facts: usize, seen: &mut Vec<Seen>, tally: &mut Tally) {
    let goes_on = |status: StageStatus| matches!(status, StageStatus::Open | StageStatus::InProgress);
    let of = |at: usize, going: bool| -> BTreeSet<ProcedureId> {
        let scar = ScarIndex(u16::try_from(at).unwrap());
        let office = protocol.stages.iter().filter(|it| it.session_count.is_some() && it.scars.contains(&scar));
        office.filter(|it| goes_on(it.status) == going).map(|it| it.procedure).collect()
    };
    let groups = 0..plan.assessment.scars.len();
    let now = Seen {
        chosen: groups.clone().map(|at| of(at, true)).collect(),
        ended: groups.clone().map(|at| of(at, false)).collect(),
        facts,
    };
    for at in groups {
        let scar = ScarIndex(u16::try_from(at).unwrap());
        let at_home = |it: ProcedureId| knowledge().procedures()[it.index()].kind == ProcedureKind::HomeCare;
        let said = |it: &cicatrix::domain::PassedOver| {
            it.scars.contains(&scar) && !it.reasons.is_empty() && !at_home(it.procedure)
        };
        let ended = protocol.stages.iter().any(|it| {
            it.session_count.is_some() && !goes_on(it.status) && it.scars.contains(&scar) && !it.reasons.is_empty()
        });
        let referred = plan.referrals.iter().any(|it| it.scars.contains(&scar) && !it.reasons.is_empty());
        if now.chosen[at].is_empty() && !ended && !referred && !protocol.not_treated.iter().any(said) {
            tally.dead_ends.push(format!("{who}: group {at}"));
        }
        let [.., first, second] = seen.as_slice() else { continue };
        let unchanged = first.facts == facts && second.facts == facts;
        let dropped = first.chosen[at].difference(&second.chosen[at]).filter(|it| !second.ended[at].contains(*it));
        for it in dropped.filter(|it| unchanged && now.chosen[at].contains(*it)) {
            let id = &knowledge().procedures()[it.index()].id;
            tally.oscillations.push(format!("{who}: {id} on group {at} was chosen, dropped and chosen again"));
        }
    }
    seen.push(now);
}

/// What is due today is done. Now and then a clinic does the next session although it is not due.
fn attend(dice: &mut Dice, case: &mut Case, protocol: &Protocol, responds: bool, tally: &mut Tally) -> bool {
    let today = protocol.sessions.first().filter(|it| it.day == 0 || it.day < 20 && dice.one_in(12));
    let Some(session) = today else { return false };
    tally.sessions += 1;
    let went_wrong = dice.one_in(12).then(|| *dice.of(Complication::VARIANTS));
    tally.complications += usize::from(went_wrong.is_some());
    for done in &session.procedures {
        let better = if responds { dice.roll(4) } else { dice.roll(5).saturating_sub(3) };
        case.history.push(PastSession {
            scars: done.scars.to_vec(),
            kind: done.kind,
            response: dice.one_in(2).then(|| Response::VARIANTS[better]),
            complications: went_wrong.into_iter().collect(),
            counts: dice.one_in(30).then(|| dice.one_in(2)),
            ..PastSession::new(protocol.stages[done.stage].procedure, 0)
        });
    }
    number(case);
    true
}

/// The place of each past session in the request.
fn number(case: &mut Case) {
    case.history.sort_by_key(|it| it.day);
    case.history.iter_mut().enumerate().for_each(|(place, past)| past.place = place);
}

/// Is there anything in what was done today that the plan did not foresee?
fn judged_or_complicated(case: &Case) -> bool {
    let today = case.history.iter().filter(|it| it.day == 0);
    today.into_iter().any(|it| it.response.is_some() || !it.complications.is_empty() || it.counts.is_some())
}

/// What happens between two visits: something heals, somebody changes a wish, an answer is another one. How much?
fn live(dice: &mut Dice, case: &mut Case, tally: &mut Tally) -> usize {
    let mut changes = 0;
    for past in case.history.iter_mut().filter(|it| !it.complications.is_empty() && it.healed.is_none()) {
        if dice.one_in(2) {
            past.healed = Some(0);
            changes += 1;
        }
    }
    if dice.one_in(12) {
        let procedures: Vec<ProcedureId> = knowledge().procedure_ids().map(|(id, _)| id).collect();
        match dice.roll(3) {
            0 => case.wishes.excluded.insert(*dice.of(&procedures)),
            1 => case.wishes.excluded = cicatrix::domain::ProcedureSet::default(),
            _ => case.wishes.max_downtime = dice.one_in(2).then(|| i32::try_from(dice.roll(10)).unwrap()),
        }
        tally.changed_minds += 1;
        changes += 1;
    }
    if dice.one_in(25) {
        for (fact, value) in &dice.of(&answers()).changes {
            case.patient.set(*fact, *value);
        }
        changes += 1;
    }
    if dice.one_in(40) {
        case.fields.push(cicatrix::domain::Field {
            sites: vec![*dice.of(Site::VARIANTS)],
            facts: {
                let mut facts = Facts::default();
                facts.set(Fact::DaysSinceTan, Some(Value::Since(0)));
                facts
            },
        });
        changes += 1;
    }
    changes
}

/// Days until the patient comes again: on time, late, or early.
fn until_next(dice: &mut Dice, protocol: &Protocol, done: bool, tally: &mut Tally) -> Day {
    let next = protocol.sessions.iter().map(|it| it.day).find(|day| *day > 0);
    let due = next.or_else(|| protocol.reviews.iter().map(|it| it.day).find(|day| *day > 0)).unwrap_or(60);
    let roll = |dice: &mut Dice, sides: usize| i32::try_from(dice.roll(sides)).unwrap();
    match dice.roll(10) {
        0 | 1 => {
            tally.late += 1;
            due + 1 + roll(dice, 60)
        }
        2 => {
            tally.late += 1;
            due + 90 + roll(dice, 150)
        }
        3 if done || due > 1 => {
            tally.early += 1;
            1 + roll(dice, usize::try_from(due).unwrap())
        }
        _ => due,
    }
    .max(1)
}

/// Days pass: what was today is some days ago.
fn pass(case: &mut Case, days: Day) {
    case.start = case.start.plus(days);
    let older = |facts: &mut Facts| {
        for fact in Fact::VARIANTS {
            if let Some(Value::Since(day)) = facts.get(*fact) {
                facts.set(*fact, Some(Value::Since(day.saturating_sub(days))));
            }
        }
    };
    older(&mut case.patient);
    case.fields.iter_mut().for_each(|it| older(&mut it.facts));
    for past in &mut case.history {
        past.day -= days;
        past.healed = past.healed.map(|it| it - days);
    }
}
