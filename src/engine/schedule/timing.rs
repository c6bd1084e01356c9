//! Timing: what the first day of a stage follows from, and what the floors would have allowed.

use super::{Dated, overlap, since};
use crate::{
    domain::{Day, Rules},
    engine::{
        calendar::Turn,
        done::{Break, after},
        history,
        opening::kept_after,
        select::{Context, add_rules},
        spacing::aim,
        together,
    },
    knowledge::{Spacing, Topic},
};

/// Writes it down.
pub(super) fn explain(
    context: Context<'_, '_>,
    stages: &mut [Dated<'_>],
    at: usize,
    ready: Day,
    waits: &[(usize, Spacing)],
) {
    let Some(stage) = stages.get(at) else { return };
    let Some(first) = stage.first() else { return };
    let mut timing = leads(context, stage);
    let mut earliest = stage.open_day(context, ready);
    let mut due = earliest;
    let mut latest: Option<Day> = None;
    let mut after_focal = false;
    let past = history::recent(context).iter().filter_map(|past| {
        let wait = since(context, past, stage)?;
        Some((past.day, kept_after(context, past, wait, stage.draft.procedure)))
    });
    let planned = waits.iter().filter_map(|(before, wait)| Some((stages.get(*before)?.last()?, *wait)));
    let mut binding: Option<(Day, Spacing)> = None;
    for (day, wait) in past.chain(planned) {
        earliest = earliest.max(day.saturating_add(wait.floor));
        let aimed = day.saturating_add(aim(&wait));
        due = due.max(aimed);
        if binding.is_none_or(|(known, _)| aimed >= known) {
            binding = Some((aimed, wait));
        }
    }
    if let Some((aimed, wait)) = binding
        && aimed > 0
    {
        add_rules(&mut timing, wait.rules());
        latest = wait.latest.map(|latest| aimed.saturating_sub(aim(&wait)).saturating_add(latest));
    }
    for it in together::before(context, context.patient(), stages, at) {
        let Some(last) = stages.get(it.stage).and_then(|it| it.over(context)) else { continue };
        let aimed = last.saturating_add(it.aim());
        earliest = earliest.max(last.saturating_add(it.floor()));
        if aimed > 0 && aimed >= due {
            due = aimed;
            add_rules(&mut timing, [it.rule]);
            add_rules(&mut timing, it.wait.iter().flat_map(Spacing::rules));
        }
    }
    add_rules(&mut timing, stage.calendar.why(Turn::First, due));
    add_rules(&mut timing, stage.held_off(0));
    late(context, stage, first, &mut timing);
    for earlier in stages.iter().take(at) {
        after_focal |= earlier.focal && !stage.focal && overlap(context, earlier, stage);
    }
    let Some(stage) = stages.get_mut(at) else { return };
    stage.timing = timing;
    stage.earliest = earliest.min(first);
    stage.latest = latest.filter(|latest| *latest >= first);
    stage.after_focal = after_focal;
}

/// Why a stage may not begin at once, whatever else is done.
pub(super) fn leads(context: Context<'_, '_>, stage: &Dated<'_>) -> Rules {
    let mut timing = Rules::new();
    add_rules(&mut timing, stage.draft.leads.priming.map(|(_, rule)| rule));
    if stage.draft.not_before > 0 {
        for scar in &stage.draft.scars {
            let waits = context.screening.about(Topic::Keeps, stage.draft.procedure, *scar);
            let dated = waits.filter(|it| it.until == stage.draft.not_before).map(|it| it.rule.rule);
            add_rules(&mut timing, dated);
            let smoke_free = context.screening.smoke_free_for(stage.draft.procedure, *scar);
            add_rules(&mut timing, smoke_free.filter(|it| it.0 == stage.draft.not_before).map(|it| it.1));
        }
    }
    timing
}

/// Says when a course goes on later than it should, and not so late that it has another number of sessions.
pub(super) fn late(context: Context<'_, '_>, stage: &Dated<'_>, first: Day, timing: &mut Rules) {
    // What is done once more does not go on where it stood.
    if stage.draft.contingent.is_some_and(|it| context.is_booster(stage.draft.procedure, it)) {
        return;
    }
    let done = &stage.draft.done;
    let since_before = done.last(context).map(|last| first.saturating_sub(last));
    let goes_on = |days: Day| after(context.knowledge, stage.draft.procedure, done.count(), days) == Break::None;
    let latest_repeat = stage.repeat.and_then(|it| it.latest);
    if since_before.zip(latest_repeat).is_some_and(|(days, latest)| days > latest && goes_on(days)) {
        add_rules(timing, [context.knowledge.planning().past.late]);
    }
}
