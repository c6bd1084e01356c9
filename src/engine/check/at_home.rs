//! Whether home care stays off the skin around sessions, by what the planner rests it for.

use std::collections::BTreeMap;

use crate::{
    domain::{Day, FindingKind, Mend, Place, ProcedureId, RuleId, Rules, Scars, Sites},
    engine::{
        home_care::skins,
        rest::{self, Sessions, skin_of, treated_skin},
        screen::insert_sorted,
    },
};

use super::{About, Found};

/// A session around which something rests, and the skin that hangs together with it; none: all skin.
struct Around {
    place: Place,
    procedure: ProcedureId,
    day: Day,
    skin: Sites,
}

pub(super) fn check(found: &mut Found<'_, '_>) {
    let (context, plan) = (found.context, found.plan);
    if plan.home_care.is_empty() {
        return;
    }
    // What is done on no group is not done.
    let items = || found.items.iter().filter(|it| !it.given.scars.is_empty());
    let sessions = Sessions::given(context, items().map(|it| (it.day, it.id, it.given.scars.as_slice())));
    let planned = items().map(|it| {
        let skin = skin_of(context, &it.given.scars);
        Around { place: it.place(), procedure: it.id, day: it.day, skin }
    });
    let done = context.case.history.iter().enumerate().map(|(at, it)| Around {
        place: Place::Past(at),
        procedure: it.procedure,
        day: it.day,
        skin: treated_skin(context, it),
    });
    let rests = |id: ProcedureId| {
        let known = context.knowledge.procedures().get(id.index());
        known.is_some_and(|it| it.rests.iter().any(|it| it.after.is_some()))
    };
    let around: Vec<Around> = planned.chain(done).filter(|it| rests(it.procedure)).collect();
    for (at, given) in plan.home_care.iter().enumerate() {
        let used = given.used();
        let own = context.knowledge.procedures().get(given.procedure.index()).and_then(|it| it.rests.first());
        // What rests by its own rule alone, as long as the surface is open, breaks nobody else's.
        let is_usual = |rule: &RuleId| own.is_some_and(|it| it.rule == *rule && it.before <= 0);
        // Skin that rests on the same days, for the same reasons, with the first of them on which it is used.
        let mut broken: BTreeMap<(Day, Day, Rules), (Scars, Day)> = BTreeMap::new();
        for scars in skins(context, &given.scars) {
            for rest in rest::rests(context, &sessions, given.procedure, &scars) {
                let in_rest = |(from, to): &&(Day, Day)| *from <= rest.to && rest.from <= *to;
                let Some((from, _)) = used.iter().find(in_rest) else { continue };
                let day = rest.from.max(*from);
                let entry = broken.entry((rest.from, rest.to, rest.reasons));
                let (groups, _) = entry.or_insert_with(|| (Scars::new(), day));
                scars.iter().for_each(|scar| insert_sorted(groups, *scar));
            }
        }
        for ((from, to, reasons), (scars, day)) in broken {
            let skin = skin_of(context, &scars);
            let meets = |it: &&Around| it.skin.is_empty() || it.skin.iter().any(|site| skin.contains(site));
            let within = |it: &&Around| from <= it.day && it.day <= to;
            let around: Vec<&Around> = around.iter().filter(within).filter(meets).collect();
            let about = About {
                places: std::iter::once(Place::HomeCare(at)).chain(around.iter().map(|it| it.place)).collect(),
                day: Some(day),
                procedure: Some(given.procedure),
                other: around.first().map(|it| it.procedure),
                mends: vec![Mend::Rest { home_care: at, from: from.max(0), to, scars: scars.clone() }],
                scars,
                ..About::default()
            };
            let usual = reasons.iter().all(is_usual);
            let kind = if usual { FindingKind::HomeCareRestShort } else { FindingKind::HomeCareNotRested };
            found.add(kind, reasons, about);
        }
    }
}
