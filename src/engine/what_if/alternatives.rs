//! Alternatives: other plans for the same scars, each better in something.
//!
//! Another plan is one with other wishes: what is planned is left out, or courses are as short as they may be. So it is
//! as safe as any plan, and whoever wants it sends these wishes. The search goes on from the best of each round.

use strum::{EnumCount as _, VariantArray as _};

use super::{Asked, changed::treatments};
use crate::{
    domain::{
        Alternative, AlternativeStage, Case, Days, Objective, PassedOver, Plan, ProcedureId, Protocol, Scars, Stage,
        Trade, Wishes,
    },
    engine::{
        Awaited, Ground, Said, conflict, draw,
        limits::{ALTERNATIVE_ROUNDS, ALTERNATIVES},
        select::{Context, Courses},
        wished,
    },
    knowledge::{Knowledge, ProcedureKind},
};

/// How good a plan is in each objective, in their order; less is better.
type Figures = [i32; Objective::COUNT];

struct Candidate {
    wishes: Wishes,
    plan: Plan,
    figures: Figures,
}

/// Other plans of which none is worse in everything than another, nor than `plan`.
pub(super) fn alternatives(asked: Asked<'_, '_>) -> Vec<Alternative> {
    let Asked { knowledge, case, ground, drawn, awaited } = asked;
    let plan = &drawn.plan;
    let Some(known) = plan.protocol() else { return Vec::new() };
    let here = figures(knowledge, known);
    let (seen, found) = (vec![case.wishes.clone()], Vec::new());
    let mut search = Search { knowledge, case, ground, plan, here, awaited, seen, found };
    let mut from = vec![(case.wishes.clone(), sessions_of(known))];
    for _ in 0..ALTERNATIVE_ROUNDS {
        let begun = search.found.len();
        for (wishes, planned) in &from {
            search.around(wishes, planned);
        }
        // The best of the round in each objective are where the next one begins.
        let fresh = search.found.get(begun..).unwrap_or_default();
        let best = Objective::VARIANTS.iter().filter_map(|it| best(fresh, *it, &here));
        let mut next: Vec<(Wishes, Vec<ProcedureId>)> = Vec::new();
        for candidate in best {
            let planned = candidate.plan.protocol().map(sessions_of).unwrap_or_default();
            if !next.iter().any(|it| it.0 == candidate.wishes) {
                next.push((candidate.wishes.clone(), planned));
            }
        }
        from = next;
    }
    search.told()
}

struct Search<'a> {
    knowledge: &'a Knowledge,
    case: &'a Case,
    /// None of the wishes that are tried is a fact.
    ground: &'a Ground<'a>,
    plan: &'a Plan,
    here: Figures,
    awaited: Awaited<'a>,
    /// Wishes that were tried.
    seen: Vec<Wishes>,
    found: Vec<Candidate>,
}

impl Search<'_> {
    /// Tries what is next to `wishes`: without each of the procedures that are planned, and with short courses.
    fn around(&mut self, wishes: &Wishes, planned: &[ProcedureId]) {
        for &procedure in planned {
            let mut without = wishes.clone();
            without.excluded.insert(procedure);
            without.preferred.remove(procedure);
            self.attempt(without, Courses::Usual);
        }
        self.attempt(wishes.clone(), Courses::Least);
    }

    fn attempt(&mut self, wishes: Wishes, courses: Courses) {
        if !(self.awaited)() {
            return;
        }
        let mut case = Case { wishes, ..self.case.clone() };
        if courses == Courses::Least {
            let context = self.ground.context(self.knowledge, &case, Said::Visits);
            let short = draw(Context { courses, ..context }).plan;
            let visits = short.protocol().map_or(0, |it| it.sessions.len());
            case.wishes.max_visits = i32::try_from(visits).ok().filter(|it| *it > 0);
        }
        if self.seen.contains(&case.wishes) {
            return;
        }
        let plan = wished(self.ground.context(self.knowledge, &case, Said::Visits)).plan;
        self.seen.push(case.wishes.clone());
        let Some(found) = plan.protocol() else { return };
        let figures = figures(self.knowledge, found);
        if conflict::keeps_visits(&case, &plan) && self.treats_as_much(&plan) && figures != self.here {
            self.found.push(Candidate { wishes: case.wishes, plan, figures });
        }
    }

    /// Has every group as many kinds of treatment as in the plan? What joins another does not count.
    fn treats_as_much(&self, plan: &Plan) -> bool {
        let stands = |id: ProcedureId| {
            let procedure = self.knowledge.procedures().get(id.index());
            procedure.is_some_and(|it| it.kind != ProcedureKind::Adjunct)
        };
        let (here, there): (Scars, Scars) = (treatments(self.plan, stands), treatments(plan, stands));
        let often = |all: &Scars, scar| all.iter().filter(|it| **it == scar).count();
        here.iter().all(|scar| often(&there, *scar) >= often(&here, *scar))
    }

    /// The best in each objective, of those that are worse in everything than no other.
    fn told(self) -> Vec<Alternative> {
        let beaten = |it: &Candidate| {
            dominates(&self.here, &it.figures) || self.found.iter().any(|other| dominates(&other.figures, &it.figures))
        };
        let front: Vec<&Candidate> = self.found.iter().filter(|it| !beaten(it)).collect();
        let mut told: Vec<(&Candidate, Vec<Objective>)> = Vec::new();
        for objective in Objective::VARIANTS.iter().copied() {
            let Some(best) = best(front.iter().copied(), objective, &self.here) else { continue };
            match told.iter_mut().find(|(it, _)| it.figures == best.figures) {
                Some((_, best_in)) => best_in.push(objective),
                None => told.push((best, vec![objective])),
            }
        }
        told.truncate(ALTERNATIVES);
        told.into_iter().map(|(it, best_in)| self.alternative(it, best_in)).collect()
    }

    fn alternative(&self, candidate: &Candidate, best_in: Vec<Objective>) -> Alternative {
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        let figures = self.here.into_iter().zip(candidate.figures);
        for (&objective, (here, there)) in Objective::VARIANTS.iter().zip(figures) {
            let (better, worse) = self.knowledge.planning().objective(objective);
            let trade = |rule| Trade { objective, here, there, reasons: [rule].into_iter().collect() };
            match there.cmp(&here) {
                std::cmp::Ordering::Less => gained.push(trade(better)),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => lost.push(trade(worse)),
            }
        }
        let found = candidate.plan.protocol();
        let stages = found.into_iter().flat_map(at_clinic).map(|it| AlternativeStage {
            procedure: it.procedure,
            scars: it.scars.clone(),
            planned: it.planned,
            start: it.start,
            end: it.end.unwrap_or(it.start),
            contingent: it.contingent_on.is_some(),
        });
        let visits: Days = found.into_iter().flat_map(|it| &it.sessions).map(|it| it.day).collect();
        Alternative { best_in, gained, lost, stages: stages.collect(), visits, wishes: candidate.wishes.clone() }
    }
}

/// The best in `objective`, if it is better than the plan; then the best in the others, in their order.
fn best<'c>(
    candidates: impl IntoIterator<Item = &'c Candidate>,
    objective: Objective,
    here: &Figures,
) -> Option<&'c Candidate> {
    let figure = |figures: &Figures| figures.get(objective as usize).copied().unwrap_or(i32::MAX);
    let better = candidates.into_iter().filter(|it| figure(&it.figures) < figure(here));
    better.min_by_key(|it| (figure(&it.figures), it.figures))
}

/// Is it nowhere worse and somewhere better?
fn dominates(one: &Figures, other: &Figures) -> bool {
    one != other && one.iter().zip(other).all(|(one, other)| one <= other)
}

/// Stages with sessions that are still to come.
fn at_clinic(protocol: &Protocol) -> impl Iterator<Item = &Stage> {
    protocol.stages.iter().filter(|it| it.session_count.is_some() && (it.planned > 0 || it.contingent_on.is_some()))
}

/// The procedures with sessions that are still to come, each once.
fn sessions_of(protocol: &Protocol) -> Vec<ProcedureId> {
    let mut all: Vec<ProcedureId> = at_clinic(protocol).map(|it| it.procedure).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn figures(knowledge: &Knowledge, protocol: &Protocol) -> Figures {
    let procedure = |id: ProcedureId| knowledge.procedures().get(id.index());
    let planned_stages = || at_clinic(protocol).filter(|it| it.planned > 0);
    let planned = || planned_stages().filter_map(|it| procedure(it.procedure));
    let sessions = &protocol.sessions;
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let done = sessions.iter().flat_map(|it| &it.procedures);
    let classes = done.filter_map(|it| procedure(protocol.stages.get(it.stage)?.procedure)?.cost);
    let of = |objective: &Objective| match objective {
        Objective::Downtime => sessions.iter().map(|it| it.downtime.typical).fold(0, i32::saturating_add),
        Objective::Visits => count(sessions.len()),
        Objective::Duration => sessions.iter().map(|it| it.day).max().unwrap_or_default(),
        Objective::PigmentRisk => {
            planned().filter_map(|it| it.pigment).map(|it| count(it.risk as usize).saturating_add(1)).max().unwrap_or(0)
        }
        Objective::Cost => classes.clone().map(|it| it.class).fold(0, i32::saturating_add),
        Objective::Ranking => {
            let unwanted = |it: &&PassedOver| it.reasons.contains(&knowledge.planning().unwanted);
            let passed = at_clinic(protocol).flat_map(|it| &it.passed_over).filter(unwanted);
            passed.map(|it| count(it.scars.len())).fold(0, i32::saturating_add)
        }
        Objective::Sessions => {
            let short = planned_stages().filter(|it| it.reasons.contains(&knowledge.planning().few_visits));
            let missing = short.filter_map(|it| {
                let usual = it.session_count?.typical;
                Some(usual.saturating_sub(it.planned.saturating_add(it.done)).max(0))
            });
            missing.fold(0, i32::saturating_add)
        }
        // Grades are letters from A on.
        Objective::Evidence => {
            let grade = |letter: u8| i32::from(letter.saturating_sub(b'A')).saturating_add(1);
            planned().filter_map(|it| it.evidence.grade.bytes().next()).map(grade).max().unwrap_or(0)
        }
    };
    let mut figures = Figures::default();
    figures.iter_mut().zip(Objective::VARIANTS).for_each(|(figure, objective)| *figure = of(objective));
    figures
}
