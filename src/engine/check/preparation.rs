//! Whether what must come before is in the plan: priming, test areas, and what safety adds.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        Action, Day, Days, Fact, FindingKind, ItemKind, Mend, Place, ProcedureId, ProcedureSet, RuleId, ScarIndex,
        Value,
    },
    engine::{
        opening::is_primed,
        select::Context,
        spacing::{between, on},
    },
    knowledge::{ItemAt, Lead, SafetyRule, Spacing},
};

use super::{
    Found, Spots,
    items::Item,
    rules::{is_out, opens},
};

pub(super) fn check(found: &mut Found<'_, '_>) {
    leads(found);
    care(found);
}

/// Days on which the skin is primed, in order; spans that meet are one.
struct Primed(Vec<(Day, Day)>);

impl Primed {
    fn of(found: &Found<'_, '_>) -> Self {
        let context = found.context;
        let products = products(context);
        let at_home = found.plan.home_care.iter().filter(|it| products.contains(it.procedure));
        // What rests around sessions goes on priming.
        let mut spans: Vec<(Day, Day)> = at_home.map(|it| (it.start, it.end.unwrap_or(Day::MAX))).collect();
        let arranged = found.plan.care.iter().filter(|it| it.kind == ItemKind::Priming);
        spans.extend(arranged.flat_map(|it| &it.days).map(|day| (*day, Day::MAX)));
        if let Some(Value::Since(day)) = context.case.patient.get(Fact::DaysSincePriming) {
            spans.push((day.min(0), Day::MAX));
        }
        // Around a session what primes rests, and what follows it begins after that rest.
        let rests = |id: ProcedureId| {
            let known = context.knowledge.procedures().get(id.index());
            known.map(|it| it.rests.as_slice()).unwrap_or_default().iter().filter(|it| it.of.overlaps(products))
        };
        let own = context.knowledge.procedure_ids().map(|(id, _)| id).filter(|id| products.contains(*id));
        let rests = own.chain(found.items.iter().map(|it| it.id)).flat_map(rests);
        let rest = rests.filter_map(|it| it.after).max().unwrap_or(0);
        spans.sort_unstable();
        let mut merged: Vec<(Day, Day)> = Vec::new();
        for (from, to) in spans {
            match merged.last_mut() {
                Some((_, end)) if from <= end.saturating_add(rest).saturating_add(1) => *end = to.max(*end),
                Some(_) | None => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    /// The day since which the skin is primed on `day`.
    fn since(&self, day: Day) -> Option<Day> {
        // What ends on the eve of a session has primed for it.
        self.0.iter().find(|(from, to)| *from <= day && day <= to.saturating_add(1)).map(|(from, _)| *from)
    }
}

/// What primes: the products of the first step of home care that is there for it.
fn products(context: Context<'_, '_>) -> ProcedureSet {
    let step = context.knowledge.home_care().iter().find(|it| it.when_priming);
    step.into_iter().flat_map(|it| &it.options).map(|it| it.procedure).collect()
}

/// What has to come before the first session of a procedure, by the rule that asks for it.
fn leads(found: &mut Found<'_, '_>) {
    let context = found.context;
    let primed = Primed::of(found);
    let mut late: BTreeMap<(FindingKind, ProcedureId, RuleId), (&SafetyRule, Day, Spots)> = BTreeMap::new();
    let courses = found.courses();
    for (&id, groups) in &courses {
        for (&scar, sessions) in groups {
            let Some(first) = sessions.first().filter(|_| !is_out(found, id, scar)) else { continue };
            // Skin that was treated or tested before was primed for it, and is not tested again once it has borne it.
            let done = context.past.done(id, scar).on(context, id, first.day);
            let repeat = repeat(context, first, scar);
            for firing in context.screening.of(id, scar).filter(|it| it.touches(first.day, first.day)) {
                let (kind, lead, since) = match firing.rule.lead {
                    Some(Lead::Priming(_)) if is_primed(context, &done, repeat.as_ref()) => continue,
                    Some(Lead::Priming(days)) => (FindingKind::PrimingMissing, days, primed.since(first.day)),
                    Some(Lead::TestArea(days)) => {
                        // What was tested before the plan needs no other test.
                        let borne = done.tried_for(context, firing.rule, scar, repeat.as_ref());
                        let tested = borne.or_else(|| test_area(found, id, scar, first.day));
                        (FindingKind::TestAreaMissing, days, tested)
                    }
                    Some(Lead::SmokeFree(days)) => {
                        (FindingKind::SmokeFreeShort, days, Some(context.screening.smoke_free()))
                    }
                    None => continue,
                };
                let passed = since.map(|since| first.day.saturating_sub(since));
                if passed.is_none_or(|passed| passed < lead) {
                    let defended = firing.rule.lead_least.is_some_and(|least| passed >= Some(least));
                    let kind = if defended { FindingKind::PrimingShort } else { kind };
                    let (.., spots) = late
                        .entry((kind, id, firing.rule.rule))
                        .or_insert_with(|| (firing.rule, lead, Spots::default()));
                    spots.add(first.place(), [scar]);
                }
            }
        }
    }
    for ((kind, id, rule), (asks, lead, spots)) in late {
        let sessions = courses.get(&id).into_iter().flatten();
        let mine =
            sessions.filter(|(scar, _)| spots.scars.binary_search(scar).is_ok()).flat_map(|(_, sessions)| sessions);
        let mut about = spots.about(found, Some(id));
        let first = about.day.unwrap_or_default();
        let course: BTreeSet<(usize, Day)> = mine.map(|it| (it.session, it.day)).collect();
        let begun = if is_priming(kind) {
            primed.since(first)
        } else if kind == FindingKind::SmokeFreeShort {
            Some(context.screening.smoke_free())
        } else {
            // A test area that would move with the course is none to wait for.
            let moved: BTreeSet<usize> = course.iter().map(|(session, _)| *session).collect();
            let stays = |it: &&Item<'_, '_>| !moved.contains(&it.session);
            let again = |scar: ScarIndex| {
                let sessions = courses.get(&id)?.get(&scar)?;
                repeat(context, sessions.first()?, scar)
            };
            let before = |scar: ScarIndex| {
                let done = context.past.done(id, scar).on(context, id, first);
                done.tried_for(context, asks, scar, again(scar).as_ref())
            };
            let planned = |scar: ScarIndex| tests(found, id, scar).find(stays).map(|it| it.day);
            let tests = spots.scars.iter().map(|scar| before(*scar).or_else(|| planned(*scar)));
            tests.collect::<Option<Days>>().and_then(|days| days.into_iter().max())
        };
        // What has begun is waited for, where beginning earlier is no longer possible.
        let begin = first.saturating_sub(lead).max(0);
        let (begin, mend) = match (is_priming(kind), begun) {
            (true, _) => {
                let late = begin.saturating_add(lead) > first;
                let begin = begun.filter(|_| late).map_or(begin, |begun| begun.min(begin));
                let goes_on = primed.since(begin.saturating_add(lead).max(first)).is_some_and(|it| it <= begin);
                (begin, (!goes_on).then_some(Mend::AddPriming { from: begin }))
            }
            (false, Some(begun)) => (begun, None),
            (false, None) => {
                // A test area is not treated either before the skin may be.
                let day = begin.max(opens(context, id, &spots.scars));
                (day, Some(Mend::AddTestArea { procedure: id, scars: spots.scars.clone(), day }))
            }
        };
        about.mends.extend(mend);
        let open = begin.saturating_add(lead);
        // The course keeps its rhythm.
        let shift = open.saturating_sub(first);
        about.mends.extend(
            course
                .into_iter()
                .filter(|_| shift > 0)
                .map(|(session, day)| Mend::Postpone { session, day: day.saturating_add(shift) }),
        );
        found.add(kind, std::iter::once(rule).chain(planning_rule(context, kind)), about);
    }
}

/// The wait between two sessions like this one on a group.
fn repeat(context: Context<'_, '_>, session: &Item<'_, '_>, scar: ScarIndex) -> Option<Spacing> {
    let gap = session.gap?;
    Some(on(context, between(context.knowledge, context.patient(), gap, gap)?, &[scar]))
}

fn is_priming(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::PrimingMissing | FindingKind::PrimingShort)
}

/// What the planner says of it, where the rule that asks for it does not say all.
fn planning_rule(context: Context<'_, '_>, kind: FindingKind) -> Option<RuleId> {
    let planning = context.knowledge.planning();
    let said = if is_priming(kind) { planning.priming } else { planning.test_area };
    Some(said).filter(|_| kind != FindingKind::SmokeFreeShort)
}

/// The first day up to `last` on which a test area of the procedure is treated on the skin of the group.
fn test_area(found: &Found<'_, '_>, id: ProcedureId, scar: ScarIndex, last: Day) -> Option<Day> {
    tests(found, id, scar).map(|it| it.day).find(|day| *day <= last)
}

/// The test areas of the procedure on the skin of the group, in the order of the days.
fn tests<'f, 'a, 'k>(
    found: &'f Found<'a, 'k>,
    id: ProcedureId,
    scar: ScarIndex,
) -> impl Iterator<Item = &'a Item<'a, 'k>> + 'f {
    let tests = found.items.iter().filter(move |it| !it.is_treatment() && it.id == id);
    tests.filter(move |it| it.covers(found.skin, scar))
}

/// Something that is done on some days on some groups.
struct Done<'a> {
    place: Place,
    procedure: ProcedureId,
    scars: &'a [ScarIndex],
    day: Day,
}

/// Days on which something is due, each with those on which it may be done instead.
type DueDays = BTreeMap<Day, BTreeSet<Day>>;

/// What safety adds to the plan, on its days.
fn care(found: &mut Found<'_, '_>) {
    let (context, plan) = (found.context, found.plan);
    let sessions =
        found.items.iter().map(|it| Done { place: it.place(), procedure: it.id, scars: &it.given.scars, day: it.day });
    let at_home = plan.home_care.iter().enumerate().map(|(at, it)| Done {
        place: Place::HomeCare(at),
        procedure: it.procedure,
        scars: &it.scars,
        day: it.start,
    });
    let mut at_home: Vec<Done<'_>> = at_home.collect();
    at_home.sort_by_key(|it| it.day);
    let done: Vec<Done<'_>> = sessions.chain(at_home).collect();
    let first_day = done.iter().map(|it| it.day).min().unwrap_or_default();
    // By item: where and when it is due, and for which procedures.
    let mut due: BTreeMap<usize, (Spots, DueDays, BTreeSet<ProcedureId>)> = BTreeMap::new();
    let mut begun: BTreeSet<(usize, ProcedureId, ScarIndex)> = BTreeSet::new();
    for it in &done {
        for &scar in it.scars {
            let out = is_out(found, it.procedure, scar);
            for firing in context.screening.of(it.procedure, scar).filter(|firing| firing.touches(it.day, it.day)) {
                // What is not done needs no care, but for what ends the wait.
                if out && firing.rule.action < Action::Defer {
                    continue;
                }
                for &item in &firing.rule.items {
                    let Some(known) = context.knowledge.items().get(item) else { continue };
                    let again = !begun.insert((item, it.procedure, scar));
                    // What is used at home has no sessions: what is sent span by span begins once.
                    let once = known.at != ItemAt::EachSession || matches!(it.place, Place::HomeCare(_));
                    if again && once {
                        continue;
                    }
                    let (spots, days, procedures) = due.entry(item).or_default();
                    spots.add(it.place, [scar]);
                    procedures.insert(it.procedure);
                    match known.at {
                        ItemAt::BeforePlan => {
                            days.entry(0).or_default();
                        }
                        ItemAt::FirstSession | ItemAt::EachSession => {
                            // What falls before the plan is due at once.
                            let on = |offset: &Day| it.day.saturating_add(*offset).max(0);
                            for day in known.days.iter().map(on) {
                                days.entry(day).or_default().extend(known.also_on.iter().map(on));
                            }
                        }
                    }
                }
            }
        }
    }
    for (item, (spots, days, procedures)) in due {
        let Some(known) = context.knowledge.items().get(item) else { continue };
        let arranged = || plan.care.iter().filter(|it| it.kind == known.kind);
        let has = |day: Day, instead: &BTreeSet<Day>| match known.at {
            ItemAt::BeforePlan => arranged().any(|it| it.days.first().is_none_or(|first| *first <= first_day)),
            ItemAt::FirstSession | ItemAt::EachSession => {
                arranged().any(|it| it.days.is_empty() || it.days.iter().any(|it| *it == day || instead.contains(it)))
            }
        };
        let missing: Days = days.into_iter().filter(|(day, instead)| !has(*day, instead)).map(|(day, _)| day).collect();
        if missing.is_empty() || has_its_own(found, known.kind, &procedures) {
            continue;
        }
        let only = procedures.iter().next().copied().filter(|_| procedures.len() <= 1);
        let mut about = spots.about(found, only);
        about.day = missing.first().copied();
        about.mends = vec![Mend::AddCare { item: known.kind, days: missing }];
        found.add(FindingKind::CareMissing, [known.rule], about);
    }
}

/// Does another part of the plan hold it: a test area among the visits, priming among the home care?
fn has_its_own(found: &Found<'_, '_>, kind: ItemKind, procedures: &BTreeSet<ProcedureId>) -> bool {
    let tested = |id: &ProcedureId| found.items.iter().any(|it| it.id == *id && !it.is_treatment());
    match kind {
        ItemKind::TestArea => procedures.iter().all(tested),
        ItemKind::Priming => !Primed::of(found).0.is_empty(),
        ItemKind::AcneControl
        | ItemKind::AntiviralCover
        | ItemKind::DysmorphiaScreen
        | ItemKind::EyeProtection
        | ItemKind::AnaestheticCeiling
        | ItemKind::InfectionReview
        | ItemKind::Photographs
        | ItemKind::Consent
        | ItemKind::TopicalSteroid
        | ItemKind::BloodTest
        | ItemKind::Contraception
        | ItemKind::SmokingCessation
        | ItemKind::SpecialistOpinion
        | ItemKind::TopicalRestriction
        | ItemKind::ProductChoice
        | ItemKind::RescueKit
        | ItemKind::PigmentControl
        | ItemKind::Counselling => false,
    }
}
