//! A slow search for pairs of sessions, from the gap table alone and without the engine.

use std::collections::BTreeSet;

use cicatrix::{
    domain::{Area, Case, Check, Day, FindingKind, Place, ProposedPlan, ScarIndex, Truth},
    knowledge::{Gap, GapKind, Knowledge, Procedure, ProcedureKind},
};

struct One<'k> {
    place: Place,
    day: Day,
    procedure: &'k Procedure,
    kind: GapKind,
    scars: Vec<ScarIndex>,
    /// `None`: everywhere.
    skin: Option<Vec<Area>>,
    focal: bool,
}

/// The findings about waits and sittings are those that the slow search finds.
pub(crate) fn agree(name: &str, knowledge: &Knowledge, case: &Case, plan: &ProposedPlan, check: &Check) {
    let mut all: Vec<One<'_>> = Vec::new();
    for (at, session) in plan.sessions.iter().enumerate() {
        for (number, it) in session.procedures.iter().enumerate() {
            let procedure = &knowledge.procedures()[it.procedure.index()];
            let stated = |place: usize, scar: ScarIndex| {
                it.settings
                    .iter()
                    .filter(|it| it.parameter == place && it.scars.contains(&scar))
                    .map(|it| it.high)
                    .max()
            };
            // The strongest over the groups; one group of which nothing is said is enough to take the strongest.
            let high = |place: usize| {
                let each: Option<Vec<i64>> = it.scars.iter().map(|scar| stated(place, *scar)).collect();
                each?.into_iter().max()
            };
            let hosts = plan.sessions.iter().filter(|other| other.day == session.day).flat_map(|it| &it.procedures);
            let hosts: Vec<ProcedureKind> = hosts
                .filter(|other| other.scars.iter().any(|scar| it.scars.contains(scar)))
                .map(|other| knowledge.procedures()[other.procedure.index()].kind)
                .filter(|kind| *kind != ProcedureKind::Adjunct)
                .collect();
            let joins = !hosts.is_empty() && hosts.iter().all(|kind| *kind == ProcedureKind::Focal);
            let focal = procedure.kind == ProcedureKind::Focal || procedure.kind == ProcedureKind::Adjunct && joins;
            all.push(One {
                place: Place::Procedure(at, number),
                day: session.day,
                procedure,
                kind: kind(procedure, high),
                scars: it.scars.to_vec(),
                skin: Some(skin(case, &it.scars)),
                focal,
            });
        }
    }
    let mut close: BTreeSet<(Place, Place)> = BTreeSet::new();
    let mut apart: BTreeSet<(Place, Place)> = BTreeSet::new();
    let cell = |a: &One<'_>, b: &One<'_>| -> &Gap { knowledge.gaps().between(a.kind, b.kind).unwrap() };
    for a in &all {
        for b in all.iter().filter(|b| touch(a, b)) {
            let (forward, back) = (cell(a, b), cell(b, a));
            if a.day < b.day && b.day - a.day < forward.base.floor {
                close.insert((b.place, a.place));
            }
            let rare =
                |gap: &Gap| gap.same_day.as_ref().is_some_and(|it| it.when.holds(&case.patient, 0) == Truth::Yes);
            let together = forward.same_sitting || back.same_sitting || rare(forward) || rare(back);
            // What must come last is not done first in a visit.
            let visit = |it: &One<'_>| if let Place::Procedure(visit, _) = it.place { Some(visit) } else { None };
            let under = visit(a) == visit(b) && !forward.same_sitting && back.order_binds;
            if a.day == b.day && a.place < b.place && (!together || under) {
                apart.insert((b.place, a.place));
            }
        }
    }
    for (at, past) in case.history.iter().enumerate() {
        let procedure = &knowledge.procedures()[past.procedure.index()];
        if procedure.kind == ProcedureKind::HomeCare {
            continue;
        }
        let everywhere = past.scars.is_empty() && past.sites.is_empty();
        let done = One {
            place: Place::Past(at),
            day: past.day,
            procedure,
            kind: kind(procedure, |_| past.tca_percent),
            scars: past.scars.clone(),
            skin: (!everywhere).then(|| skin(case, &past.scars)),
            focal: procedure.kind == ProcedureKind::Focal,
        };
        for b in all.iter().filter(|b| touch(&done, b)) {
            if b.day - past.day < cell(&done, b).base.floor {
                close.insert((b.place, done.place));
            }
        }
    }
    let found = |kind: FindingKind| -> BTreeSet<(Place, Place)> {
        let findings = check.findings.iter().filter(|it| it.kind == kind);
        findings.flat_map(|it| it.places[1..].iter().map(|other| (it.places[0], *other))).collect()
    };
    assert_eq!(found(FindingKind::BelowFloor), close, "{name}: waits");
    assert_eq!(found(FindingKind::PairNotAllowed), apart, "{name}: sittings");
    assert!(all.iter().all(|it| it.procedure.gaps.is_some()), "{name}");
}

fn skin(case: &Case, scars: &[ScarIndex]) -> Vec<Area> {
    scars.iter().map(|scar| case.findings.scars[scar.index()].area).collect()
}

fn kind(procedure: &Procedure, high: impl Fn(usize) -> Option<i64>) -> GapKind {
    let gaps = procedure.gaps.unwrap();
    match gaps.weaker {
        Some(weaker) if high(weaker.parameter).is_some_and(|it| it < weaker.below) => weaker.kind,
        _ => gaps.kind,
    }
}

fn touch(a: &One<'_>, b: &One<'_>) -> bool {
    let (Some(one), Some(other)) = (&a.skin, &b.skin) else { return true };
    if a.focal && b.focal {
        return a.scars.iter().any(|it| b.scars.contains(it));
    }
    one.iter().any(|one| other.iter().any(|other| one.overlaps(*other)))
}
