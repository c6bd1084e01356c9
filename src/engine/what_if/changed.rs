//! What is otherwise in another plan for the same scars.

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{
        CareItem, ChangeKind, Day, Limit, Plan, PlanChange, ProcedureId, Protocol, Rules, ScarIndex, Scars, Stage,
    },
    engine::{limits::FEW, screen::insert_sorted},
};

/// A procedure on one group.
struct Treated<'p> {
    scar: ScarIndex,
    procedure: ProcedureId,
    contingent: bool,
    protocol: &'p Protocol,
    stage: &'p Stage,
}

impl Treated<'_> {
    /// The same treatment in another plan.
    fn key(&self) -> (ScarIndex, ProcedureId, bool) {
        (self.scar, self.procedure, self.contingent)
    }

    /// Sessions at the clinic: planned, or done before.
    fn sessions(&self) -> i32 {
        self.stage.planned.saturating_add(self.stage.done)
    }

    /// The first and the last of its days at the clinic. A test area takes the first, and moves the last.
    fn days(&self) -> Option<(Day, Day)> {
        let Stage { session_count, start, end, .. } = self.stage;
        session_count.is_some().then(|| (*start, end.unwrap_or(*start)))
    }

    /// Is something else said of how it is done, or what must be agreed before?
    fn is_done_otherwise(&self, other: &Self) -> bool {
        let settings = |it: &Self| -> SmallVec<[(usize, Limit); FEW]> {
            let here = it.stage.parameters.iter().filter(|setting| setting.scars.contains(&it.scar));
            here.map(|setting| (setting.parameter, setting.limit)).collect()
        };
        let items = |it: &Self| -> SmallVec<[(usize, Rules); FEW]> {
            let fits = |item: &&CareItem| item.procedures.contains(&it.procedure) && item.scars.contains(&it.scar);
            let mut items: SmallVec<[_; FEW]> =
                it.protocol.items.iter().filter(fits).map(|it| (it.item, it.rules.clone())).collect();
            items.sort_unstable();
            items
        };
        self.stage.preconditions != other.stage.preconditions
            || self.stage.technique != other.stage.technique
            || settings(self) != settings(other)
            || items(self) != items(other)
    }
}

/// What is otherwise in `after`, the gravest first.
pub(super) fn changes(before: &Plan, after: &Plan) -> Vec<PlanChange> {
    let (before, after) = (treated(before), treated(after));
    let mut all: Vec<PlanChange> = Vec::new();
    let on = |list: &[Treated<'_>], scar: ScarIndex, visited: bool| {
        list.iter().any(|it| it.scar == scar && (!visited || it.stage.session_count.is_some()))
    };
    // Without visits nothing is left of a treatment that had them.
    let gone = |scar: ScarIndex| !on(&after, scar, on(&before, scar, true));
    let mut add = |kind, procedure, from_to, scar| {
        let same = |it: &&mut PlanChange| it.kind == kind && it.procedure == procedure && it.from_to == from_to;
        match all.iter_mut().find(same) {
            Some(known) => insert_sorted(&mut known.scars, scar),
            None => all.push(PlanChange { kind, procedure, from_to, scars: smallvec![scar] }),
        }
    };
    for was in &before {
        let Some(is) = after.iter().find(|it| it.key() == was.key()) else {
            if gone(was.scar) {
                add(ChangeKind::NotTreated, None, None, was.scar);
            } else {
                add(ChangeKind::Dropped, Some(was.procedure), None, was.scar);
            }
            continue;
        };
        let procedure = Some(was.procedure);
        if was.sessions() != is.sessions() {
            add(ChangeKind::Sessions, procedure, Some((was.sessions(), is.sessions())), was.scar);
        }
        if let (Some((first, last)), Some((then, end))) = (was.days(), is.days())
            && let Some(moved) = [(first, then), (last, end)].into_iter().find(|(here, there)| here != there)
        {
            add(ChangeKind::Days, procedure, Some(moved), was.scar);
        }
        if was.is_done_otherwise(is) {
            add(ChangeKind::Care, procedure, None, was.scar);
        }
    }
    for is in after.iter().filter(|it| !before.iter().any(|was| was.key() == it.key())) {
        add(ChangeKind::Added, Some(is.procedure), None, is.scar);
    }
    all.sort();
    all
}

/// Every procedure on every group, in the order of the stages; what was begun and is not continued is not there.
fn treated(plan: &Plan) -> Vec<Treated<'_>> {
    let mut all: Vec<Treated<'_>> = Vec::new();
    if let Some(protocol) = plan.protocol() {
        for stage in protocol.stages.iter().filter(|it| it.goes_on()) {
            let Stage { scars, procedure, contingent_on, .. } = stage;
            all.extend(scars.iter().map(|scar| Treated {
                scar: *scar,
                procedure: *procedure,
                contingent: contingent_on.is_some(),
                protocol,
                stage,
            }));
        }
    }
    all.sort_by_key(Treated::key);
    all
}

/// The groups that have sessions of anything, planned or contingent, each as often as it has kinds of treatment that
/// stand for themselves.
pub(super) fn treatments(plan: &Plan, counts: impl Fn(ProcedureId) -> bool) -> Scars {
    let stages = plan.protocol().into_iter().flat_map(|it| &it.stages);
    let mut all: Scars = stages
        .filter(|it| it.session_count.is_some() && it.goes_on() && counts(it.procedure))
        .flat_map(|it| it.scars.iter().copied())
        .collect();
    all.sort_unstable();
    all
}
