//! Wishes that cannot all be kept: the fewest that must give way.
//!
//! Found by planning without some of them, the smallest sets first.

use std::collections::BTreeSet;

use strum::VariantArray as _;

use crate::{
    domain::{Case, Conflict, Plan, ScarIndex, Wish},
    engine::{Awaited, Ground, Said, wished},
    knowledge::Knowledge,
};

/// The fewest wishes that must give way so that the others are kept, and everything is treated that could be.
pub(super) fn find(knowledge: &Knowledge, case: &Case, plan: &Plan, awaited: Awaited<'_>) -> Option<Conflict> {
    let wishes: Vec<Wish> = Wish::VARIANTS.iter().copied().filter(|wish| case.wishes_for(*wish)).collect();
    if wishes.is_empty() {
        return None;
    }
    let here = treated(plan);
    if keeps_visits(case, plan) && here.len() == case.findings.scars.len() {
        return None;
    }
    let most = treated(&outline(knowledge, &case.without(&wishes)));
    if keeps_visits(case, plan) && here.is_superset(&most) {
        return None;
    }
    let mut sets: Vec<Vec<Wish>> = vec![Vec::new()];
    for _ in &wishes {
        sets = larger(&sets, &wishes);
        for given_up in sets.iter().take_while(|_| awaited()) {
            let case = case.without(given_up);
            let plan = outline(knowledge, &case);
            if keeps_visits(&case, &plan) && treated(&plan).is_superset(&most) {
                return Some(Conflict { wishes: given_up.clone(), rule: knowledge.planning().conflict });
            }
        }
    }
    None
}

fn outline(knowledge: &Knowledge, case: &Case) -> Plan {
    // The budget and the downtime that are wished for are facts as well.
    wished(Ground::of(knowledge, case).context(knowledge, case, Said::Outline)).plan
}

/// Has the plan no more visits than are wished for?
pub(super) fn keeps_visits(case: &Case, plan: &Plan) -> bool {
    case.wishes.max_visits.is_none_or(|most| usize::try_from(most).is_ok_and(|most| visits(plan) <= most))
}

/// How many visits are planned.
pub(super) fn visits(plan: &Plan) -> usize {
    plan.protocol().map_or(0, |it| it.sessions.len())
}

/// The groups that have sessions, planned or contingent.
fn treated(plan: &Plan) -> BTreeSet<ScarIndex> {
    let stages = plan.protocol().into_iter().flat_map(|it| &it.stages);
    stages.filter(|it| it.session_count.is_some() && it.goes_on()).flat_map(|it| it.scars.iter().copied()).collect()
}

/// Each set with one more of the wishes, in order.
fn larger(sets: &[Vec<Wish>], wishes: &[Wish]) -> Vec<Vec<Wish>> {
    let with = |set: &Vec<Wish>| {
        let set = set.clone();
        let last = set.last().copied();
        let more = wishes.iter().filter(move |wish| last.is_none_or(|last| **wish > last));
        more.map(move |wish| set.iter().copied().chain([*wish]).collect()).collect::<Vec<Vec<Wish>>>()
    };
    sets.iter().flat_map(with).collect()
}
