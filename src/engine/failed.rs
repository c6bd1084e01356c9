//! What has failed: a tool that was used often and long enough on a group of scars, and left it hardly better.

use std::ops::Range;

use smallvec::SmallVec;

use crate::{
    domain::{Area, Case, Day, ProcedureId, ProcedureSet, Response, RuleId, ScarIndex, SessionKind},
    knowledge::{Failure, Knowledge},
};

/// A procedure that has failed on a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failed {
    /// Says so.
    pub rule: RuleId,
    /// What was done from this place of the history on is a course of its own: what took its place, or took it up again.
    pub until: usize,
    /// It was taken up again after something else, and failed once more.
    pub again: bool,
}

/// Sessions of a tool that follow on each other without the rest after which it is judged.
#[derive(Debug, Default)]
struct Stretch {
    /// Days of treatment: one visit can be sent in parts.
    days: usize,
    treated: Option<Day>,
    /// Whatever was done last.
    last: Option<Day>,
    /// The day of the last treatment that was judged, and how much better the scars were.
    judged: Option<(Day, Response)>,
}

impl Stretch {
    /// Was it often and long enough before `day`, and were the scars hardly better when they were last judged?
    fn failed(&self, failure: &Failure, day: Day) -> bool {
        let rested = self.last.is_some_and(|it| it.saturating_add(failure.after) <= day);
        self.days >= failure.sessions && rested && self.judged.is_some_and(|it| it.1 <= failure.response)
    }
}

/// The stretches of the history in which `procedures`, a tool or one that works with it, have failed on a group. Each stays
/// failed, whatever was done later: that is judged by itself. A test area, and what the sender does not count, is no
/// treatment that could have failed.
fn stretches(
    case: &Case,
    failure: &Failure,
    procedures: ProcedureSet,
    scar: ScarIndex,
    area: Area,
) -> SmallVec<[Range<usize>; 1]> {
    let mut all = SmallVec::new();
    let (mut begin, mut end) = (0, 0);
    let mut stretch = Stretch::default();
    for (place, past) in case.history.iter().enumerate() {
        if !procedures.contains(past.procedure) || !past.treats(scar, area) {
            continue;
        }
        if stretch.failed(failure, past.day) {
            all.push(begin..end);
            begin = place;
            stretch = Stretch::default();
        }
        stretch.last = Some(past.day);
        end = place.saturating_add(1);
        if past.kind == SessionKind::Treatment && past.counts != Some(false) {
            if stretch.treated != Some(past.day) {
                stretch.treated = Some(past.day);
                stretch.days = stretch.days.saturating_add(1);
            }
            // Of what was judged of one day, the best is what the scars look like.
            stretch.judged = stretch.judged.max(past.response.map(|it| (past.day, it)));
        }
    }
    if stretch.failed(failure, 0) {
        all.push(begin..end);
    }
    all
}

/// Has a tool ever failed on a group, or something that works with it?
pub(super) fn has_failed(case: &Case, failure: &Failure, scar: ScarIndex, area: Area) -> bool {
    let failed = |procedures| !stretches(case, failure, procedures, scar, area).is_empty();
    !case.history.is_empty() && (failed(failure.procedures) || failure.procedures.procedures().map(only).any(failed))
}

fn only(procedure: ProcedureId) -> ProcedureSet {
    [procedure].into_iter().collect()
}

/// How `procedure` has failed on `scar`, if it has: by itself, or in a stretch of its tool that it had part in.
pub(super) fn failure(knowledge: &Knowledge, case: &Case, procedure: ProcedureId, scar: ScarIndex) -> Option<Failed> {
    let area = case.findings.scars.get(scar.index())?.area;
    let of_it = knowledge.planning().failures.iter().filter(|it| it.procedures.contains(procedure));
    let mut found = of_it.filter_map(|failure| {
        let treated = |places: Range<usize>, fits: &dyn Fn(ProcedureId) -> bool| {
            let mut sessions = case.history.get(places).unwrap_or_default().iter();
            sessions.any(|it| it.kind == SessionKind::Treatment && fits(it.procedure) && it.treats(scar, area))
        };
        let mut failed = stretches(case, failure, failure.procedures, scar, area);
        failed.retain(|it| treated(it.clone(), &|of| of == procedure));
        failed.extend(stretches(case, failure, only(procedure), scar, area));
        let until = failed.iter().map(|it| it.end).max()?;
        // Something else has changed what it works on before it failed once more.
        let other = |places: Range<usize>| treated(places, &|of| !failure.procedures.contains(of));
        let once_more = |one: &Range<usize>, later: &Range<usize>| one.end <= later.start && other(one.end..later.end);
        let again = failed.iter().any(|one| failed.iter().any(|later| once_more(one, later)));
        Some(Failed { rule: failure.rule, until, again })
    });
    found.next()
}
