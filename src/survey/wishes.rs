//! Every wish, every past session and every neighbour that can matter, from the procedures of the knowledge.

use std::collections::BTreeSet;

use strum::VariantArray as _;

use super::{Beside, beside::Course, measured::measured, subjects::Subjects};
use crate::{
    domain::{CountingReason, Day, ProcedureId, Site, Weekday},
    knowledge::Knowledge,
};

/// All that can stand beside a scar.
pub(super) fn besides(knowledge: &[&Knowledge], subjects: &Subjects) -> Vec<Beside> {
    let mut procedures: Vec<&String> = knowledge.iter().flat_map(|it| &it.vocabulary().procedures).collect();
    procedures.sort();
    procedures.dedup();
    let mut all = vec![Beside::Uncounted];
    let others = subjects.treated_groups.iter().chain(&subjects.untreated);
    for subject in others {
        for site in [Site::Cheek, Site::Temple] {
            all.push(Beside::Scar(Box::new(subject.clone()), site));
        }
    }
    for procedure in &procedures {
        let id = || (*procedure).clone();
        all.extend([Beside::Unwanted(id()), Beside::Only(id()), Beside::Preferred(id()), Beside::Supervised(id())]);
        // Today, and as long ago as the longest wait of it, so that something of it is left.
        all.extend(past_days(knowledge, procedure).into_iter().map(|day| Beside::Past(id(), day)));
        all.extend(procedures.iter().map(|only| Beside::PastThenOnly(id(), (*only).clone())));
        all.extend(weaker(knowledge, procedure).map(|strength| Beside::PastWeak(id(), strength)));
    }
    for known in knowledge {
        for it in courses(known) {
            if !all.contains(&it) {
                all.push(it);
            }
        }
        for failure in &known.planning().failures {
            let ids = known.procedure_ids().filter(|(id, _)| failure.procedures.contains(*id));
            let failed = ids.map(|(_, it)| Beside::Failed(it.id.clone(), failure.sessions, -failure.after));
            for it in failed.collect::<Vec<_>>() {
                if !all.contains(&it) {
                    all.push(it);
                }
            }
        }
    }
    let soonest = downtimes(knowledge).first().copied().unwrap_or_default();
    for before in ranked_before(knowledge) {
        all.extend([Beside::WithoutThoseIn(before.clone(), soonest), Beside::WithoutThose(before)]);
    }
    all.extend(measured(knowledge));
    all.extend(downtimes(knowledge).into_iter().map(Beside::Downtime));
    all.extend(visits(knowledge).map(Beside::Visits));
    all.extend(apart(knowledge).into_iter().map(Beside::Apart));
    // One procedure only, and one with what joins it.
    all.extend([1, 2].map(Beside::PerVisit));
    all.extend(events(knowledge).into_iter().map(Beside::Event));
    all.extend(procedures.iter().flat_map(|it| new(knowledge).map(|day| Beside::EventAfter((*it).clone(), day))));
    all.extend(
        away(knowledge).into_iter().flat_map(|(first, last)| [Beside::Away(first, last), Beside::Away(1, last)]),
    );
    all.extend(Weekday::VARIANTS.iter().map(|it| Beside::Weekday(*it)));
    all
}

/// From one visit to as many as the longest course has.
fn visits(knowledge: &[&Knowledge]) -> impl Iterator<Item = i32> {
    let counts = knowledge.iter().flat_map(|it| it.procedures()).filter_map(|it| it.sessions);
    1..=counts.map(|it| it.count.max).max().unwrap_or_default()
}

/// Around the shortest and the longest usual wait between two sessions of a procedure.
fn apart(knowledge: &[&Knowledge]) -> Vec<Day> {
    let repeats = knowledge.iter().flat_map(|known| {
        let kinds = known.procedures().iter().filter_map(|it| it.gaps);
        kinds.filter_map(|it| known.gaps().between(it.kind, it.kind)).map(|gap| gap.base.typical_from)
    });
    let (shortest, longest) = repeats.fold((Day::MAX, 0), |(least, most), it| (it.min(least), it.max(most)));
    vec![shortest, shortest.saturating_add(1), longest.saturating_add(1)]
}

/// Today, around every wait before an event, and when the first sessions are over and others are not.
fn events(knowledge: &[&Knowledge]) -> Vec<Day> {
    let waits = knowledge.iter().flat_map(|it| {
        let occasion = it.planning().occasion;
        [occasion.quiet, occasion.filler, occasion.new]
    });
    let waits: Vec<Day> = waits.map(|it| it.days).collect();
    let longest = waits.iter().copied().max().unwrap_or_default();
    let mut days: Vec<Day> = waits.into_iter().flat_map(|it| [it.saturating_sub(1), it]).collect();
    // What a review decides comes late.
    days.extend([0, 2, 3, 4, 5, 6].map(|times| longest.saturating_mul(times)));
    days.sort_unstable();
    days.dedup();
    days
}

/// An event so soon that only what is known to the skin goes on, and one when a filler that is known to it is due.
fn new(knowledge: &[&Knowledge]) -> impl Iterator<Item = Day> {
    let first = knowledge.iter().map(|it| it.planning().occasion.new.days).take(1);
    first.flat_map(|it| [it, it.saturating_mul(3)]).map(|it| it.saturating_sub(1))
}

/// Times that close the day of a review, and with it sessions of every course.
fn away(knowledge: &[&Knowledge]) -> Option<(Day, Day)> {
    let first = knowledge.iter().map(|it| it.planning().gate_review.days).min()?;
    Some((first, first.saturating_mul(2)))
}

/// Every way in which a course of each procedure can have gone.
fn courses(known: &Knowledge) -> Vec<Beside> {
    let past = &known.planning().past;
    let mut all = Vec::new();
    for (id, procedure) in known.procedure_ids() {
        let Some(sessions) = procedure.sessions else { continue };
        // One more than the most, and long enough ago that nothing has to wait.
        let most = usize::try_from(sessions.count.max).unwrap_or_default().saturating_add(1);
        let rested = known.planning().gate_review.days;
        let ways = [
            Course::TooFast,
            Course::LongAgo(past.earlier_course.days.saturating_add(rested)),
            Course::Goal,
            Course::Plateau(past.plateau.sessions, rested),
            Course::Tested,
            Course::NotCounted,
            Course::Sessions(most),
        ];
        // Every break that some procedure does not simply go on after.
        let breaks = past.lapses.iter().map(|it| Course::LongAgo(it.after.saturating_add(rested)));
        // And the time after which one that came to its end is not left as it is.
        let usual = usize::try_from(sessions.count.typical).unwrap_or_default();
        let booster = past.booster(id).map(|it| Course::Complete(usual, it.after.saturating_add(rested)));
        let decided =
            CountingReason::VARIANTS.iter().flat_map(|it| [true, false].map(|counts| Course::Decided(counts, *it)));
        // What is said of a decision is the same whatever was done.
        let decided = decided.filter(|_| all.is_empty());
        let ways: Vec<Course> = ways.into_iter().chain(breaks).chain(booster).chain(decided).collect();
        all.extend(ways.into_iter().map(|it| Beside::Course(procedure.id.clone(), it)));
    }
    all
}

/// For every choice of every step: what ranks before it.
fn ranked_before(knowledge: &[&Knowledge]) -> BTreeSet<Vec<String>> {
    let mut all = BTreeSet::new();
    for known in knowledge {
        let name = |id: &ProcedureId| known.vocabulary().procedures.get(id.index()).cloned();
        let mut add = |ranked: Vec<ProcedureId>| {
            for many in 1..=ranked.len() {
                let mut before: Vec<String> = ranked.iter().take(many).filter_map(name).collect();
                before.sort();
                before.dedup();
                all.insert(before);
            }
        };
        for step in known.pathways().iter().flat_map(|it| &it.steps) {
            add(step.options.iter().map(|it| it.procedure).collect());
            step.adjunct.iter().for_each(|it| add(it.procedures.clone()));
        }
        known.home_care().iter().for_each(|step| add(step.options.iter().map(|it| it.procedure).collect()));
    }
    all
}

/// Day 0, and half of the wait until the same procedure again.
fn past_days(knowledge: &[&Knowledge], id: &str) -> Vec<Day> {
    let repeat = knowledge.iter().find_map(|it| {
        let procedure = it.procedures().iter().find(|it| it.id == id)?;
        let kinds = procedure.gaps?;
        it.gaps().between(kinds.kind, kinds.kind).map(|gap| gap.base.plan_min)
    });
    std::iter::once(0).chain(repeat.map(|days| -(days / 2))).collect()
}

/// A strength at which the weaker form of a procedure is used.
fn weaker(knowledge: &[&Knowledge], id: &str) -> Option<i64> {
    let known = knowledge.iter().flat_map(|it| it.procedures()).filter(|it| it.id == id);
    known.filter_map(|it| it.gaps?.weaker).map(|it| it.below.saturating_sub(1)).next()
}

/// Around every day from which make-up covers the traces of a procedure.
fn downtimes(knowledge: &[&Knowledge]) -> Vec<Day> {
    let covered = knowledge.iter().flat_map(|it| it.procedures()).filter_map(|it| it.downtime).map(|it| it.makeup_day);
    let mut days: Vec<Day> = covered.flat_map(|it| [it.saturating_sub(1), it]).filter(|it| *it >= 0).collect();
    days.sort_unstable();
    days.dedup();
    days
}
