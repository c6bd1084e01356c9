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
mod failed;
mod grade;
mod history;
mod home_care;
mod limits;
mod opening;
mod parameters;
mod place;
mod rate;
mod rest;
mod schedule;
mod screen;
mod select;
mod sitting;
mod spacing;
mod together;
mod what_if;

use smallvec::smallvec;

use crate::{
    domain::{Assessment, Case, Facts, Outcome, Plan, ProcedureSet, Referral, ScarIndex, Scars, Sites, WhatIf},
    knowledge::{Knowledge, Pathway},
};

use opening::Begun;
use select::{Context, Courses, Decisive, Selection};
use spacing::Additions;

pub use check::check;
pub use classify::classify;

/// Plans `case` with `knowledge`. Total: every case gets an answer.
pub fn plan(knowledge: &Knowledge, case: &Case) -> Plan {
    planned(knowledge, case, &|| true)
}

/// The same as long as somebody waits for it; `None` once nobody does. Only that is asked: no answer depends on when.
///
/// Who has gone does not come back, so whoever is there at the end was there all the time.
pub fn plan_awaited(knowledge: &Knowledge, case: &Case, awaited: Awaited<'_>) -> Option<Plan> {
    let plan = planned(knowledge, case, awaited);
    awaited().then_some(plan)
}

/// Does anybody wait for the answer? Asked between two of the many plans that are drawn to find out what else there is:
/// they can take as long as a thousand requests. When nobody does, what was found so far is thrown away.
pub(crate) type Awaited<'a> = &'a dyn Fn() -> bool;

fn planned(knowledge: &Knowledge, case: &Case, awaited: Awaited<'_>) -> Plan {
    let assessment = classify(knowledge, &case.findings);
    let ground = Ground::new(knowledge, case, &assessment);
    let drawn = wished(ground.context(knowledge, case, Said::Everything));
    let conflict = conflict::find(knowledge, case, &drawn.plan, awaited);
    let what_if = what_if::find_out(what_if::Asked { knowledge, case, ground: &ground, drawn: &drawn, awaited });
    Plan { assessment, conflict, what_if, ..drawn.plan }
}

/// How much is said of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// What is done, how and when, and what must be agreed before: enough to tell two plans apart.
    Outline,
    /// That, and the planned visits.
    Visits,
    /// That, and how every procedure fares and what nobody asked, in words.
    Everything,
}

/// What a case is planned on: the same whatever is wished for, but for a budget and a downtime, which are facts too.
struct Ground<'k> {
    /// Of each group.
    facts: Vec<Facts>,
    /// What lengthens waits on its skin.
    added: Additions,
    screening: screen::Screening<'k>,
    past: history::Past,
}

impl<'k> Ground<'k> {
    fn new(knowledge: &'k Knowledge, case: &Case, assessment: &Assessment) -> Self {
        let facts = facts::gather(knowledge, case, assessment);
        let screening = screen::screen(knowledge, case, &facts);
        let added = spacing::additions(knowledge, &facts);
        Self { facts, added, screening, past: history::Past::new(knowledge, case) }
    }

    /// The same, where nobody asks for the names of the scars.
    fn of(knowledge: &'k Knowledge, case: &Case) -> Self {
        Self::new(knowledge, case, &classify(knowledge, &case.findings))
    }

    fn context<'a>(&'a self, knowledge: &'k Knowledge, case: &'a Case, said: Said) -> Context<'a, 'k> {
        let Self { facts, added, screening, past } = self;
        Context { knowledge, case, facts, added, screening, past, courses: Courses::Usual, said }
    }
}

/// A plan, and what it hangs on. What the scars are called is not part of it.
struct Drawn {
    plan: Plan,
    decisive: Decisive,
}

/// Plans the usual number of sessions, or the least where the visits are more than are wished for.
fn wished(context: Context<'_, '_>) -> Drawn {
    let usual = draw(context);
    if conflict::keeps_visits(context.case, &usual.plan) {
        return usual;
    }
    let fewer = draw(Context { courses: Courses::Least, ..context });
    let decisive = usual.decisive.with(fewer.decisive);
    // Where even that is not enough, it is as near to the wish as courses come.
    let plan = if conflict::visits(&fewer.plan) < conflict::visits(&usual.plan) { fewer.plan } else { usual.plan };
    Drawn { plan, decisive }
}

/// Draws one plan.
fn draw(context: Context<'_, '_>) -> Drawn {
    let Context { knowledge, case, .. } = context;
    let (dispositions, not_assessed) = match context.said {
        Said::Outline | Said::Visits => (Vec::new(), Vec::new()),
        Said::Everything => {
            let everything = ProcedureSet::first(knowledge.procedures().len());
            (screen::dispositions(context), care::not_assessed(context, everything))
        }
    };

    let (groups, mut referrals) = answers(knowledge, case, context.facts);
    beside(knowledge, case, context.facts, &mut referrals);
    let (selection, schedule) = drafted(context, &groups);
    for &scar in &selection.hopeless {
        refer(knowledge, case, &mut referrals, knowledge.nothing_allowed(), scar);
    }
    for &scar in &selection.unstructured {
        refer(knowledge, case, &mut referrals, knowledge.no_structure(), scar);
    }
    for &scar in &selection.finished {
        refer(knowledge, case, &mut referrals, knowledge.courses_done(), scar);
    }
    referrals.sort_by_key(|it| (it.urgency, it.referral));
    let decisive = selection.decisive;
    let outcome = match schedule {
        None => Outcome::Referral,
        Some(mut schedule) => Outcome::Protocol(Box::new(explain::explain(
            context,
            &mut schedule,
            &selection.treatable,
            selection.left_out,
            selection.events,
            selection.candidates,
        ))),
    };
    let reasons = knowledge.planning().disclaimer.as_slice().into();
    let plan = Plan {
        assessment: Assessment::default(),
        dispositions,
        outcome,
        referrals,
        not_assessed,
        reasons,
        conflict: None,
        what_if: WhatIf::default(),
    };
    Drawn { plan, decisive }
}

/// What is selected for `groups`, and its days where any of them can be treated.
///
/// Steps are selected for the earliest days that they can have, and each group by itself. Where something hung on that,
/// they are selected once more for the days that came out of it and with what others take on the same skin.
fn drafted<'k>(
    context: Context<'_, 'k>,
    groups: &[(ScarIndex, &'k Pathway)],
) -> (Selection<'k>, Option<schedule::Schedule<'k>>) {
    let dated = |begun: Vec<Begun>, together: bool| {
        let mut selection = select::select(context, groups, begun, together);
        let drafts = std::mem::take(&mut selection.drafts);
        let schedule = (!selection.treatable.is_empty()).then(|| schedule::schedule(context, drafts));
        (selection, schedule)
    };
    let (first, schedule) = dated(Vec::new(), false);
    let Some(known) = &schedule else { return (first, schedule) };
    // A group that is alone has only its days.
    let together = first.gave_way && (first.by_days || groups.len() > 1);
    for (together, again) in [(true, together), (false, first.by_days)] {
        if !again {
            continue;
        }
        let (mut again, later) = dated(known.begun(context), together);
        // What moved to earlier days than it was selected for is not safe.
        if later.as_ref().is_some_and(|it| it.is_tested(context) && it.is_agreed(context, &again.moved)) {
            again.decisive = again.decisive.with(first.decisive);
            return (again, later);
        }
    }
    (first, schedule)
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
        let holds = |when: &crate::domain::Predicate| when.is_true(facts, 0);
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

/// Adds who else sees the patient, whatever answers the groups.
fn beside(knowledge: &Knowledge, case: &Case, facts: &[Facts], referrals: &mut Vec<Referral>) {
    for (referral, row) in knowledge.referrals().iter().enumerate() {
        let Some(when) = &row.beside else { continue };
        for (scar, _) in (0_u16..).map(ScarIndex).zip(facts).filter(|(_, facts)| when.is_true(facts, 0)) {
            refer(knowledge, case, referrals, referral, scar);
        }
    }
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
