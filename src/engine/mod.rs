//! Decides. Pure and total: no clock, no I/O, no randomness, no hash order, no errors.
//!
//! `facts ─ classify ─► assessment ─ screen ─► dispositions ─ select ─► stages ─ schedule ─► sessions ─ explain ─► plan`
//!
//! Each arrow is one module and goes one way. What a step needs, the step before has put in its output.

mod calendar;
mod care;
mod check;
mod classify;
mod conflict;
mod done;
mod evaluate;
mod explain;
mod facts;
mod grade;
mod history;
mod home_care;
mod limits;
mod parameters;
mod place;
mod rate;
mod rest;
mod schedule;
mod screen;
mod select;
mod sitting;
mod spacing;
mod what_if;

use smallvec::smallvec;

use crate::{
    domain::{Case, Facts, Outcome, Plan, ProcedureSet, Referral, ScarIndex, Scars, Sites, Truth, WhatIf},
    knowledge::{Knowledge, Pathway},
};

use select::Courses;

pub use check::check;
pub use classify::classify;

/// Plans `case` with `knowledge`. Total: every case gets an answer.
pub fn plan(knowledge: &Knowledge, case: &Case) -> Plan {
    let plan = wished(knowledge, case, Said::Everything);
    let conflict = conflict::find(knowledge, case, &plan);
    let what_if = what_if::find_out(knowledge, case, &plan);
    Plan { conflict, what_if, ..plan }
}

/// How much is said of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// What is done, how and when, and what must be agreed before: enough to tell two plans apart.
    Outline,
    /// That, its visits and what goes with it.
    Plan,
    /// That, and how every procedure fares and what nobody asked.
    Everything,
}

/// Plans the usual number of sessions, or the least where only that keeps to the visits that are wished for.
fn wished(knowledge: &Knowledge, case: &Case, said: Said) -> Plan {
    let plan = draw(knowledge, case, Courses::Usual, said);
    if conflict::keeps_visits(case, &plan) {
        return plan;
    }
    let fewer = draw(knowledge, case, Courses::Least, said);
    if conflict::keeps_visits(case, &fewer) { fewer } else { plan }
}

/// Draws one plan.
fn draw(knowledge: &Knowledge, case: &Case, courses: Courses, said: Said) -> Plan {
    let assessment = classify(knowledge, &case.findings);
    let facts = facts::gather(knowledge, case, &assessment);
    let screening = screen::screen(knowledge, case, &facts);
    let past = history::Past::new(knowledge, case);
    let context = select::Context { knowledge, case, facts: &facts, screening: &screening, past: &past, courses, said };
    let (dispositions, not_assessed) = match said {
        Said::Outline | Said::Plan => (Vec::new(), Vec::new()),
        Said::Everything => {
            let everything: ProcedureSet = knowledge.procedure_ids().map(|(id, _)| id).collect();
            (screen::dispositions(context), care::not_assessed(context, everything))
        }
    };

    let (groups, mut referrals) = answers(knowledge, case, &facts);
    let selection = select::select(context, &groups);
    for &scar in &selection.hopeless {
        refer(knowledge, case, &mut referrals, knowledge.nothing_allowed(), scar);
    }
    referrals.sort_by_key(|it| (it.urgency, it.referral));
    let outcome = if selection.treatable.is_empty() {
        Outcome::Referral
    } else {
        let schedule = schedule::schedule(context, selection.drafts);
        Outcome::Protocol(Box::new(explain::explain(
            context,
            &schedule,
            &selection.treatable,
            selection.left_out,
            selection.events,
            selection.candidates,
        )))
    };
    let reasons = knowledge.planning().disclaimer.as_slice().into();
    Plan {
        assessment,
        dispositions,
        outcome,
        referrals,
        not_assessed,
        reasons,
        conflict: None,
        what_if: WhatIf::default(),
    }
}

/// The pathway or the referral that answers each group.
fn answers<'k>(
    knowledge: &'k Knowledge,
    case: &Case,
    facts: &[Facts],
) -> (Vec<(ScarIndex, &'k Pathway)>, Vec<Referral>) {
    let mut groups = Vec::new();
    let mut referrals = Vec::new();
    for (scar, facts) in (0_u16..).map(ScarIndex).zip(facts) {
        let holds = |when: &crate::domain::Predicate| when.holds(facts, 0) == Truth::Yes;
        let referral = knowledge.referrals().iter().position(|it| it.answers.as_ref().is_some_and(holds));
        let pathway = knowledge.pathways().iter().find(|it| holds(&it.answers));
        match (referral, pathway) {
            (Some(referral), _) => refer(knowledge, case, &mut referrals, referral, scar),
            (None, Some(pathway)) => groups.push((scar, pathway)),
            // The loader lets no type go without an answer; a person decides all the same.
            (None, None) => refer(knowledge, case, &mut referrals, knowledge.nothing_allowed(), scar),
        }
    }
    (groups, referrals)
}

fn refer(knowledge: &Knowledge, case: &Case, referrals: &mut Vec<Referral>, referral: usize, scar: ScarIndex) {
    let Some(known) = knowledge.referrals().get(referral) else { return };
    let Some(found) = case.findings.scars.get(scar.index()) else { return };
    let at = referrals.iter().position(|it| it.referral == referral).unwrap_or_else(|| {
        referrals.push(Referral {
            referral,
            urgency: known.urgency,
            scars: Scars::new(),
            sites: Sites::new(),
            reasons: smallvec![known.rule],
        });
        referrals.len().saturating_sub(1)
    });
    let Some(entry) = referrals.get_mut(at) else { return };
    screen::insert_sorted(&mut entry.scars, scar);
    screen::insert_sorted(&mut entry.sites, found.area.site);
}
