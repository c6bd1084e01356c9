//! Sites that count together: what does not fit into one visit with others of its kind comes at a later one.

use smallvec::SmallVec;

use crate::{
    domain::{Day, Fact, Facts, RuleId, ScarIndex, Value, whole_units},
    engine::{
        limits::FEW,
        schedule::Dated,
        select::Context,
        spacing::{aim, combined},
    },
    knowledge::{Spacing, Together},
};

/// A stage that has to be over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// Its place among the stages.
    pub stage: usize,
    /// The wait after it, as if both were on the same skin.
    pub wait: Option<Spacing>,
    /// The rule that keeps them apart.
    pub rule: RuleId,
}

impl Before {
    /// The fewest days after it.
    pub(super) fn floor(&self) -> Day {
        self.wait.map_or(1, |it| it.floor.max(1))
    }

    /// The days that are aimed at.
    pub(super) fn aim(&self) -> Day {
        self.wait.map_or(1, |it| aim(&it).max(1))
    }
}

/// How many sites of `scars` fall to one of so many sessions, in thousandths. A group has one scar at least.
pub(super) fn sites(context: Context<'_, '_>, scars: &[ScarIndex], sessions: i32) -> i64 {
    let count = |scar: &ScarIndex| context.facts.get(scar.index())?.number(Fact::ScarCount);
    let whole = |scar: &ScarIndex| count(scar).map_or(1, whole_units).max(1);
    let all = scars.iter().map(|scar| i64::from(whole(scar))).sum();
    let Value::Number(all) = Value::thousandths(all) else { return 0 };
    all.checked_div(i64::from(sessions.max(1))).unwrap_or(all)
}

/// The stages that have to be over before the one at `at` begins, since no visit has room for the sites of all.
///
/// Stages share their visits in the order of the ladder as long as there is room; the next one begins a new row of visits.
pub(super) fn before(
    context: Context<'_, '_>,
    patient: &Facts,
    stages: &[Dated<'_>],
    at: usize,
) -> SmallVec<[Before; FEW]> {
    let mut all: SmallVec<[Before; FEW]> = SmallVec::new();
    let Some(stage) = stages.get(at) else { return all };
    let counts = |row: &&Together| row.procedures.contains(stage.draft.procedure);
    for row in context.knowledge.planning().together.iter().filter(counts) {
        let mut taken: i64 = 0;
        let mut shared: SmallVec<[usize; FEW]> = SmallVec::new();
        let mut over: SmallVec<[usize; FEW]> = SmallVec::new();
        for (place, other) in stages.iter().enumerate().take(at.saturating_add(1)) {
            let draft = &other.draft;
            let sessions = draft.count.saturating_add(draft.done.count());
            let alike = draft.contingent.is_some() == stage.draft.contingent.is_some();
            if !alike || sessions == 0 || !row.procedures.contains(draft.procedure) {
                continue;
            }
            let load = sites(context, &draft.scars, sessions).min(row.at_most);
            if taken.saturating_add(load) > row.at_most {
                over.append(&mut shared);
                taken = 0;
            }
            taken = taken.saturating_add(load);
            shared.push(place);
        }
        for earlier in over {
            let Some(other) = stages.get(earlier) else { continue };
            let wait = combined(context, patient, other.kinds, stage.kinds, &stage.draft.scars);
            all.push(Before { stage: earlier, wait, rule: row.rule });
        }
    }
    all
}
