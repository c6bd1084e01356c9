//! What the safety rules, the strengths and the wishes say of each procedure on its own day.

use std::collections::BTreeMap;

use crate::{
    domain::{Action, Day, EventId, FindingKind, Mend, Place, ProcedureId, Referral, RuleId, Rules, ScarIndex, Scars},
    engine::{
        screen::{Firing, at_visit},
        select::Context,
    },
    knowledge::Strength,
};

use super::{About, Found, Spots, course::phase};

/// What one rule says of one procedure, wherever it says it.
type Said = BTreeMap<(FindingKind, ProcedureId, RuleId), (Spots, Option<EventId>)>;

/// Something of the plan, with the days on which it is done.
struct Use<'a> {
    place: Place,
    procedure: ProcedureId,
    scars: &'a [ScarIndex],
    first: Day,
    last: Day,
}

pub(super) fn check(found: &mut Found<'_, '_>) {
    let (context, plan) = (found.context, found.plan);
    let sessions = found.items.iter().map(|it| Use {
        place: it.place(),
        procedure: it.id,
        scars: &it.given.scars,
        first: it.day,
        last: it.day,
    });
    let at_home = plan.home_care.iter().enumerate().filter_map(|(at, it)| {
        let used = it.used();
        let ((first, _), (_, last)) = used.first().zip(used.last())?;
        Some(Use { place: Place::HomeCare(at), procedure: it.procedure, scars: &it.scars, first: *first, last: *last })
    });
    let uses: Vec<Use<'_>> = sessions.chain(at_home).collect();
    let mut said = Said::new();
    for it in &uses {
        screened(found, it, &mut said);
        unwanted(found, it, &mut said);
    }
    for ((kind, procedure, rule), (spots, event)) in said {
        let mends = match (kind, event) {
            (FindingKind::EventNotOver, Some(event)) => {
                vec![Mend::Await { places: spots.places.clone(), scars: spots.scars.clone(), event }]
            }
            (FindingKind::ClearanceNeeded | FindingKind::CheckNeeded, _) => vec![Mend::Settle { rule }],
            (_, _) => vec![Mend::Remove { places: spots.places.clone(), scars: spots.scars.clone() }],
        };
        let about = About { mends, ..spots.about(found, Some(procedure)) };
        found.add(kind, [rule], about);
    }
    not_for_this_scar(found, context);
}

/// What fires on the days of one use.
fn screened(found: &mut Found<'_, '_>, it: &Use<'_>, said: &mut Said) {
    let context = found.context;
    let mut waits: BTreeMap<RuleId, Scars> = BTreeMap::new();
    for &scar in it.scars {
        for firing in context.screening.of(it.procedure, scar).filter(|firing| firing.touches(it.first, it.last)) {
            let rule = firing.rule.rule;
            let Some(kind) = kind_of(context, &firing) else {
                found.warnings.insert(rule);
                continue;
            };
            let word = matches!(kind, FindingKind::ClearanceNeeded | FindingKind::CheckNeeded);
            if word && found.settled(rule) {
                continue;
            }
            if kind == FindingKind::WaitNotOver {
                waits.entry(rule).or_default().push(scar);
            } else {
                let (spots, event) = said.entry((kind, it.procedure, rule)).or_default();
                spots.add(it.place, [scar]);
                *event = firing.rule.until;
            }
        }
    }
    for (rule, scars) in waits {
        let clear = clear_day(context, it, rule, &scars);
        let mends = match (clear, it.place) {
            (Some(day), Place::HomeCare(home_care)) => vec![Mend::BeginHomeCare { home_care, day }],
            (Some(day), Place::Procedure(session, _)) => vec![Mend::Postpone { session, day }],
            (_, place) => vec![Mend::Remove { places: vec![place], scars: scars.clone() }],
        };
        let about = About {
            places: vec![it.place],
            day: Some(it.first),
            procedure: Some(it.procedure),
            scars,
            mends,
            ..About::default()
        };
        found.add(FindingKind::WaitNotOver, [rule], about);
    }
}

/// What a rule that fires makes of it; `None` when it only has something to say.
fn kind_of(context: Context<'_, '_>, firing: &Firing<'_>) -> Option<FindingKind> {
    let rule = firing.rule;
    match (rule.action, rule.until) {
        (Action::Defer, Some(event)) if at_visit(context.knowledge, event) => Some(FindingKind::CheckNeeded),
        (Action::Defer, Some(_)) => Some(FindingKind::EventNotOver),
        (Action::Exclude | Action::Defer, _) if firing.until == Day::MAX => Some(FindingKind::Excluded),
        (Action::Exclude | Action::Defer, _) => Some(FindingKind::WaitNotOver),
        (Action::Clearance, _) if rule.at_visit => Some(FindingKind::CheckNeeded),
        (Action::Clearance, _) => Some(FindingKind::ClearanceNeeded),
        // What it adds to the plan is looked for there.
        (Action::Modify | Action::Warn, _) => {
            (rule.precondition && rule.items.is_empty()).then_some(FindingKind::CheckNeeded)
        }
    }
}

/// The first day on which the rule holds on none of the groups any more; `None` when there is no such day.
fn clear_day(context: Context<'_, '_>, it: &Use<'_>, rule: RuleId, scars: &[ScarIndex]) -> Option<Day> {
    let windows = scars.iter().flat_map(|scar| context.screening.of(it.procedure, *scar));
    let mut windows: Vec<(Day, Day)> =
        windows.filter(|firing| firing.rule.rule == rule).map(|firing| (firing.from, firing.until)).collect();
    windows.sort_unstable();
    let length = it.last.saturating_sub(it.first);
    let mut day = it.first;
    for (from, until) in windows {
        if from <= day.saturating_add(length) && day < until {
            day = until;
        }
    }
    (day < Day::MAX).then_some(day)
}

/// What the patient does not want and the clinic does not have.
fn unwanted(found: &Found<'_, '_>, it: &Use<'_>, said: &mut Said) {
    let context = found.context;
    let rule = match it.place {
        Place::HomeCare(_) => {
            let excluded = context.case.wishes.excluded.contains(it.procedure);
            excluded.then_some(context.knowledge.planning().unwanted)
        }
        Place::Session(_) | Place::Procedure(..) | Place::Setting(..) | Place::Past(_) | Place::Reviews => {
            context.unwanted(it.procedure)
        }
    };
    if let Some(rule) = rule {
        let (spots, _) = said.entry((FindingKind::NotWanted, it.procedure, rule)).or_default();
        spots.add(it.place, it.scars.iter().copied());
    }
}

/// Procedures on types of scar that they are not meant for.
fn not_for_this_scar(found: &mut Found<'_, '_>, context: Context<'_, '_>) {
    let mut said: BTreeMap<(ProcedureId, Rules), Spots> = BTreeMap::new();
    for item in found.items {
        let avoided = |scar: &ScarIndex| {
            let rows = || context.strengths(item.id, *scar);
            let best = rows().map(|row| row.strength).max()?;
            // Unless a pathway takes it for this scar after all, in its place among other steps.
            let avoid = best == Strength::Avoid && phase(context, item.id, *scar).is_none();
            avoid.then(|| (*scar, rows().map(|row| row.rule).collect::<Rules>()))
        };
        let all: Vec<(ScarIndex, Rules)> = item.given.scars.iter().filter_map(avoided).collect();
        // What treats a whole field passes over some scars that it is not meant for.
        if item.given.named || all.len() == item.given.scars.len() {
            for (scar, rules) in all {
                said.entry((item.id, rules)).or_default().add(item.place(), [scar]);
            }
        }
    }
    for ((procedure, rules), spots) in said {
        let mends = vec![Mend::Remove { places: spots.places.clone(), scars: spots.scars.clone() }];
        let about = About { mends, ..spots.about(found, Some(procedure)) };
        found.add(FindingKind::NotForThisScar, rules, about);
    }
}

/// Sessions on scars that somebody else should see first.
pub(super) fn referred(found: &mut Found<'_, '_>, referrals: &[Referral]) {
    for referral in referrals {
        let mut spots = Spots::default();
        for item in found.items {
            let scars: Scars =
                item.given.scars.iter().copied().filter(|scar| referral.scars.binary_search(scar).is_ok()).collect();
            if !scars.is_empty() {
                spots.add(item.place(), scars);
            }
        }
        if !spots.places.is_empty() {
            let mends = vec![Mend::Remove { places: spots.places.clone(), scars: spots.scars.clone() }];
            let about = About { mends, ..spots.about(found, None) };
            found.add(FindingKind::Referred, referral.reasons.iter().copied(), about);
        }
    }
}
