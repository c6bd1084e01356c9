//! The procedures of a plan as given, one by one, with the skin that each is done on.

use crate::{
    domain::{Area, Areas, Day, Place, ProcedureId, ProposedPlan, ProposedProcedure, ScarIndex, Scars, SessionKind},
    engine::{history::areas, select::Context, spacing::kind},
    knowledge::{GapKind, Procedure, ProcedureKind},
};

/// One procedure of one visit.
pub(super) struct Item<'a, 'k> {
    pub session: usize,
    /// Place within the visit.
    pub at: usize,
    pub day: Day,
    pub id: ProcedureId,
    pub known: &'k Procedure,
    pub given: &'a ProposedProcedure,
    /// Row and column of the gap table.
    pub gap: Option<GapKind>,
    /// It works on single scars.
    pub focal: bool,
    /// By area of the case: it is done there.
    own: Vec<bool>,
    /// By area of the case: it is done on some of its skin.
    reach: Vec<bool>,
}

impl Item<'_, '_> {
    pub(super) fn place(&self) -> Place {
        Place::Procedure(self.session, self.at)
    }

    /// Is the whole area treated?
    pub(super) fn is_treatment(&self) -> bool {
        self.given.kind == SessionKind::Treatment
    }

    /// Are they on the same skin? Two that work on single scars meet on the same scars.
    pub(super) fn touches(&self, other: &Self) -> bool {
        if self.focal && other.focal {
            share(&self.given.scars, &other.given.scars)
        } else {
            self.own.iter().zip(&other.reach).any(|(own, reach)| *own && *reach)
        }
    }

    /// The groups of this one that lie on the skin of `other`.
    pub(super) fn on_skin_of(&self, skin: &Skin, other: &Self) -> Scars {
        let scars = self.given.scars.iter().copied();
        if self.focal && other.focal {
            return scars.filter(|scar| other.given.scars.binary_search(scar).is_ok()).collect();
        }
        scars.filter(|scar| skin.is_in(&other.reach, *scar)).collect()
    }

    /// Is the group on its skin?
    pub(super) fn covers(&self, skin: &Skin, scar: ScarIndex) -> bool {
        self.given.scars.binary_search(&scar).is_ok() || !self.focal && skin.is_in(&self.reach, scar)
    }

    /// The highest value of a parameter, where the plan states it for every group.
    fn stated(&self, parameter: usize) -> Option<i64> {
        let rows = || self.given.settings.iter().filter(move |it| it.parameter == parameter);
        let stated = |scar: &ScarIndex| rows().any(|it| it.scars.binary_search(scar).is_ok());
        self.given.scars.iter().all(stated).then(|| rows().map(|it| it.high).max()).flatten()
    }
}

/// Do two sorted lists share an entry?
fn share(one: &[ScarIndex], other: &[ScarIndex]) -> bool {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => one.next(),
            std::cmp::Ordering::Greater => other.next(),
        };
    }
    false
}

/// The skin of the case, area by area: what is asked of every pair is looked up.
pub(super) struct Skin {
    /// The areas that some group is on.
    areas: Areas,
    /// By group: the place of its area.
    of: Vec<usize>,
}

impl Skin {
    pub(super) fn of(context: Context<'_, '_>) -> Self {
        let scars = &context.case.findings.scars;
        let every: Scars = (0_u16..).map(ScarIndex).take(scars.len()).collect();
        let areas = areas(context, &every);
        let of = scars.iter().map(|it| areas.binary_search(&it.area).unwrap_or_default()).collect();
        Self { areas, of }
    }

    /// By area: is some of its skin also skin of one of `these`?
    pub(super) fn reach(&self, these: &[Area]) -> Vec<bool> {
        self.areas.iter().map(|area| these.iter().any(|it| it.overlaps(*area))).collect()
    }

    /// Is the area of the group among those that are marked?
    pub(super) fn is_in(&self, marked: &[bool], scar: ScarIndex) -> bool {
        self.of.get(scar.index()).and_then(|at| marked.get(*at)).copied().unwrap_or(false)
    }
}

/// Every procedure of `plan`, in the order of the days and then as given.
pub(super) fn items<'a, 'k>(context: Context<'a, 'k>, skin: &Skin, plan: &'a ProposedPlan) -> Vec<Item<'a, 'k>> {
    let mut items = Vec::new();
    for (session, visit) in plan.sessions.iter().enumerate() {
        for (at, given) in visit.procedures.iter().enumerate() {
            let Some(known) = context.knowledge.procedures().get(given.procedure.index()) else { continue };
            let mine = areas(context, &given.scars);
            let own = skin.areas.iter().map(|area| mine.binary_search(area).is_ok()).collect();
            let reach = skin.reach(&mine);
            let (day, id) = (visit.day, given.procedure);
            let focal = known.kind == ProcedureKind::Focal;
            let mut item = Item { session, at, day, id, known, given, gap: None, focal, own, reach };
            // A strength that nobody states is the strongest: a weaker one never waits longer.
            item.gap = kind(known, |parameter| item.stated(parameter));
            items.push(item);
        }
    }
    items.sort_by_key(|it| (it.day, it.session, it.at));
    // What joins a sitting goes where its hosts go: into single scars when they all work on single scars.
    let joins = |item: &Item<'_, '_>| {
        let hosts = || {
            let same_day = items.iter().filter(|it| it.day == item.day && it.known.kind != ProcedureKind::Adjunct);
            same_day.filter(|it| share(&it.given.scars, &item.given.scars))
        };
        item.known.kind == ProcedureKind::Adjunct && hosts().next().is_some() && hosts().all(|it| it.focal)
    };
    let joining: Vec<bool> = items.iter().map(joins).collect();
    for (item, joins) in items.iter_mut().zip(joining) {
        item.focal |= joins;
    }
    items
}
