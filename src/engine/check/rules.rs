//! What the safety rules, the strengths and the wishes say of each procedure on its own day.

use std::collections::BTreeMap;

use crate::{
    domain::{Action, Day, EventId, FindingKind, Mend, Place, ProcedureId, Referral, RuleId, Rules, ScarIndex, Scars},
    engine::{
        screen::{Firing, Standing, at_visit},
        select::Context,
    },
    knowledge::{ProcedureKind, Strength},
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
    let rule = refused(context, it.procedure, matches!(it.place, Place::HomeCare(_)));
    if let Some(rule) = rule {
        let (spots, _) = said.entry((FindingKind::NotWanted, it.procedure, rule)).or_default();
        spots.add(it.place, it.scars.iter().copied());
    }
}

/// Procedures on types of scar that they are not meant for.
fn not_for_this_scar(found: &mut Found<'_, '_>, context: Context<'_, '_>) {
    let mut said: BTreeMap<(ProcedureId, Rules), Spots> = BTreeMap::new();
    for item in found.items {
        let all: Vec<(ScarIndex, Rules)> =
            item.given.scars.iter().filter_map(|scar| Some((*scar, avoided(context, item.id, *scar)?))).collect();
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

/// The rule by which the patient or the clinic rules it out. What is used at home is nothing that a clinic has to have.
fn refused(context: Context<'_, '_>, id: ProcedureId, at_home: bool) -> Option<RuleId> {
    if at_home {
        let excluded = context.case.wishes.excluded.contains(id);
        excluded.then_some(context.knowledge.planning().unwanted)
    } else {
        context.unwanted(id)
    }
}

/// Why it is not meant for the group; `None` where it is.
fn avoided(context: Context<'_, '_>, id: ProcedureId, scar: ScarIndex) -> Option<Rules> {
    let rows = || context.strengths(id, scar);
    let best = rows().map(|row| row.strength).max()?;
    // Unless a pathway takes it for this scar after all, in its place among other steps.
    let avoid = best == Strength::Avoid && phase(context, id, scar).is_none();
    avoid.then(|| rows().map(|row| row.rule).collect())
}

/// Does all of it on the group have to come out of the plan, or to wait for something to happen? Nothing more of it is then
/// added there: what is wrong with its course is wrong with something that is not done.
pub(super) fn is_out(found: &Found<'_, '_>, id: ProcedureId, scar: ScarIndex) -> bool {
    let context = found.context;
    let kept = || match context.screening.standing(context.knowledge, id, scar) {
        Standing::Open { .. } => false,
        Standing::Waiting | Standing::Closed => true,
    };
    let at_home = || {
        let known = context.knowledge.procedures().get(id.index());
        known.is_some_and(|it| it.kind == ProcedureKind::HomeCare)
    };
    found.referred.binary_search(&scar).is_ok()
        || kept()
        || refused(context, id, at_home()).is_some()
        || avoided(context, id, scar).is_some()
}

/// The first day on which nothing that time ends keeps it from any of the groups: what is added is not added before.
pub(super) fn opens(context: Context<'_, '_>, id: ProcedureId, scars: &[ScarIndex]) -> Day {
    let days = scars.iter().map(|scar| match context.screening.standing(context.knowledge, id, *scar) {
        Standing::Open { not_before } => not_before,
        Standing::Waiting | Standing::Closed => 0,
    });
    days.max().unwrap_or_default()
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
