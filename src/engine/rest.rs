//! Rests: the days around sessions on which something used at home stays off the skin.

use smallvec::{SmallVec, smallvec};

use crate::{
    domain::{
        Day, PastSession, ProcedureId, ProcedureSet, Rest, RuleId, Rules, ScarIndex, Site, Sites, Truth, Value, copied,
    },
    engine::{
        limits::FEW,
        schedule::Schedule,
        screen::insert_sorted,
        select::{Context, add_list, add_rules},
        sitting::Joining,
    },
    knowledge::{Rest as Resting, Wait},
};

/// A day on which something is done to the skin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Done {
    day: Day,
    procedure: ProcedureId,
    /// Number of the review that decides.
    contingent_on: Option<i32>,
    /// Place of the procedure among all that are done.
    place: usize,
    /// Place of the skin among that of all that is done.
    skin: usize,
}

/// Every day on which something was or is done.
#[derive(Debug)]
pub(super) struct Sessions<'k> {
    /// In order.
    done: Vec<Done>,
    /// What is done on any of them.
    procedures: SmallVec<[Session<'k>; FEW]>,
    /// The skin that hangs together with what something was done on; none: all skin.
    skins: Skins,
}

/// A procedure that is done at sessions.
#[derive(Debug)]
struct Session<'k> {
    procedure: ProcedureId,
    /// What rests around it.
    rests: &'k [Resting],
    /// The longest of these rests after it. `None`: it leaves the surface closed, and nothing rests.
    longest: Option<Day>,
}

/// Skin that hangs together.
type Skins = SmallVec<[Sites; FEW]>;

impl<'k> Sessions<'k> {
    pub(super) fn new(context: Context<'_, 'k>, schedule: &Schedule<'_>, joining: &[Joining]) -> Self {
        let planned = schedule.stages.iter().map(|it| it.days.len().saturating_add(1));
        let joined = joining.iter().map(|it| it.all_days().count());
        let mut all: Vec<Done> = Vec::with_capacity(planned.chain(joined).sum());
        let mut skins = Skins::new();
        for dated in &schedule.stages {
            let (procedure, contingent_on) = (dated.draft.procedure, dated.draft.contingent.map(|_| 1));
            let days = dated.test_area.into_iter().chain(dated.days.iter().copied());
            let skin = place(&mut skins, skin_of(context, &dated.draft.scars));
            all.extend(days.map(|day| Done { day, procedure, contingent_on, place: 0, skin }));
        }
        for joining in joining {
            // Most sittings are on the scars of the one before.
            let mut known: Option<(&[ScarIndex], usize)> = None;
            for (day, contingent, scars) in joining.all_days() {
                let (procedure, contingent_on) = (joining.procedure, contingent.then_some(1));
                let skin = match known {
                    Some((before, skin)) if before == scars => skin,
                    Some(_) | None => place(&mut skins, skin_of(context, scars)),
                };
                known = Some((scars, skin));
                all.push(Done { day, procedure, contingent_on, place: 0, skin });
            }
        }
        Self::with_past(context, all, skins)
    }

    /// Of a plan that somebody else wrote: the days, what is done on them, and on which groups.
    pub(super) fn given<'s>(
        context: Context<'_, 'k>,
        sessions: impl Iterator<Item = (Day, ProcedureId, &'s [ScarIndex])>,
    ) -> Self {
        let mut skins = Skins::new();
        let all = sessions.map(|(day, procedure, scars)| {
            let skin = place(&mut skins, skin_of(context, scars));
            Done { day, procedure, contingent_on: None, place: 0, skin }
        });
        let all = all.collect();
        Self::with_past(context, all, skins)
    }

    /// With what was done before the plan.
    fn with_past(context: Context<'_, 'k>, mut all: Vec<Done>, mut skins: Skins) -> Self {
        for past in &context.case.history {
            let (day, procedure) = (past.day, past.procedure);
            let skin = place(&mut skins, treated_skin(context, past));
            all.push(Done { day, procedure, contingent_on: None, place: 0, skin });
        }
        all.sort_unstable();
        let mut procedures: SmallVec<[Session<'_>; FEW]> = SmallVec::new();
        for done in &mut all {
            done.place = procedures.iter().position(|it| it.procedure == done.procedure).unwrap_or_else(|| {
                let rests = resting(context, done.procedure);
                let longest = rests.iter().filter_map(|it| it.after).max();
                procedures.push(Session { procedure: done.procedure, rests, longest });
                procedures.len().saturating_sub(1)
            });
        }
        Self { done: all, procedures, skins }
    }

    /// By the places of skins: does it hang together with `skin`?
    fn meet(&self, skin: &Sites) -> SmallVec<[bool; FEW]> {
        let meets = |treated: &Sites| treated.is_empty() || treated.iter().any(|site| skin.contains(site));
        self.skins.iter().map(meets).collect()
    }
}

/// The place of some skin, which is added where it is new.
fn place(skins: &mut Skins, skin: Sites) -> usize {
    skins.iter().position(|it| *it == skin).unwrap_or_else(|| {
        skins.push(skin);
        skins.len().saturating_sub(1)
    })
}

/// The skin that hangs together with that of the groups.
pub(super) fn skin_of(context: Context<'_, '_>, scars: &[ScarIndex]) -> Sites {
    let sites = scars.iter().filter_map(|scar| Some(context.case.findings.scars.get(scar.index())?.area.site));
    whole(sites)
}

/// The skin that hangs together with that of a past session; none: all skin.
pub(super) fn treated_skin(context: Context<'_, '_>, past: &PastSession) -> Sites {
    let mut skin = skin_of(context, &past.scars);
    whole(past.sites.iter().copied()).into_iter().for_each(|site| insert_sorted(&mut skin, site));
    skin
}

fn whole(sites: impl Iterator<Item = Site>) -> Sites {
    let mut skin = Sites::new();
    sites.for_each(|site| insert_sorted(&mut skin, site.whole()));
    skin
}

/// The days on which `product` rests on `scars`, in order: around what is done on skin that hangs together with theirs.
/// Those that a review decides on stay apart.
pub(super) fn rests(
    context: Context<'_, '_>,
    sessions: &Sessions<'_>,
    product: ProcedureId,
    scars: &[ScarIndex],
) -> Vec<Rest> {
    let asked = asked_before(context, product, scars);
    let own = resting(context, product).first();
    let mut around: SmallVec<[Around; FEW]> = SmallVec::new();
    for session in &sessions.procedures {
        around.push(Around::new(product, own, session, &asked));
    }
    if around.iter().all(Around::is_none) {
        return Vec::new();
    }
    let mut rests: Vec<Rest> = Vec::with_capacity(sessions.done.len());
    let meets = sessions.meet(&skin_of(context, scars));
    for done in sessions.done.iter().filter(|it| meets.get(it.skin) == Some(&true)) {
        let Some(around) = around.get(done.place).filter(|it| !it.is_none()) else { continue };
        // "After seven days" is the seventh day; on the day itself it is not used where it rests before.
        let from = if around.before > 0 { done.day.saturating_sub(around.before).saturating_add(1) } else { done.day };
        let to = done.day.saturating_add(around.after).saturating_sub(1).max(done.day);
        rests.push(Rest { from, to, contingent_on: done.contingent_on, reasons: copied(&around.reasons) });
    }
    unite(&mut rests);
    rests
}

/// Makes one of the rests that meet, as far as nothing or the same review decides on them, and puts them in order.
pub(super) fn unite(rests: &mut Vec<Rest>) {
    rests.sort_by_key(|it| (it.contingent_on, it.from, it.to));
    rests.dedup_by(|later, known| {
        let meets = later.contingent_on == known.contingent_on && later.from <= known.to.saturating_add(1);
        if meets {
            known.to = known.to.max(later.to);
            add_list(&mut known.reasons, &later.reasons);
        }
        meets
    });
    rests.sort_by_key(|it| (it.from, it.to, it.contingent_on));
}

/// When something begins that is asked for from a day on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Begins {
    /// On that day, even in a rest, and for however short.
    OnItsDay,
    /// When no rest is on.
    AfterRest,
    /// When it is of use for long enough.
    OfUse,
}

/// Days on which something is used.
pub(super) struct Used {
    pub start: Day,
    pub end: Option<Day>,
    /// Why it begins later than it was asked for.
    pub waited: Rules,
}

/// What `rests` leave of the days that are asked for: it ends before a rest, and is not used before or after one for less
/// than `least` in a row. What only a review can bring about moves nothing that is planned. Where nothing is left, the
/// rules come back that leave nothing.
pub(super) fn fit(
    rests: &[Rest],
    asked: (Day, Option<Day>),
    review: Option<i32>,
    begins: Begins,
    least: Wait,
) -> Result<Used, Rules> {
    let (mut start, mut end) = asked;
    let mut waited = Rules::new();
    let short = |from: Day, to: Day| to.saturating_sub(from).saturating_add(1) < least.days;
    let sure = || rests.iter().filter(|it| is_sure(it, review));
    // Is there a day that would be of no use?
    let mut few = false;
    for rest in sure() {
        let before = rest.from.saturating_sub(1);
        let waits = match begins {
            Begins::OnItsDay => false,
            Begins::AfterRest => before < start,
            Begins::OfUse => short(start, before),
        };
        if start <= rest.to && waits {
            few |= start < rest.from;
            start = rest.to.saturating_add(1);
            add_list(&mut waited, &rest.reasons);
        }
    }
    for rest in sure().rev() {
        let ends = |day: &Day| match begins {
            Begins::OnItsDay | Begins::AfterRest => *day <= rest.to,
            Begins::OfUse => short(rest.to.saturating_add(1), *day),
        };
        if let Some(day) = end.filter(|day| rest.from <= *day && ends(day)) {
            few |= rest.to < day;
            end = Some(rest.from.saturating_sub(1));
        }
    }
    let within = |it: &&Rest, (start, end): (Day, Option<Day>)| start <= it.to && end.is_none_or(|end| it.from <= end);
    let alone = !matches!(begins, Begins::OnItsDay)
        && end.is_some_and(|end| start <= end && short(start, end))
        && sure().any(|it| within(&it, (start.saturating_sub(1), end.map(|end| end.saturating_add(1)))));
    few |= alone;
    if alone || end.is_some_and(|end| end < start) {
        let mut reasons = Rules::new();
        let around = sure().filter(|it| within(it, asked)).flat_map(|it| it.reasons.iter().copied());
        add_rules(&mut reasons, around.chain(few.then_some(least.rule)));
        return Err(reasons);
    }
    if few && !waited.is_empty() {
        add_rules(&mut waited, [least.rule]);
    }
    Ok(Used { start, end, waited })
}

/// Does a rest hold whatever a review says, or by the review that decides on the product too?
pub(super) fn is_sure(rest: &Rest, review: Option<i32>) -> bool {
    rest.contingent_on.is_none() || rest.contingent_on == review
}

/// Adds to the rests that are sure the days between two of them, where these are fewer than `least`.
pub(super) fn fill(rests: &mut Vec<Rest>, review: Option<i32>, least: Wait) {
    let mut filled: SmallVec<[Rest; FEW]> = SmallVec::new();
    for rest in rests.drain(..) {
        let sure = filled.iter_mut().filter(|it| is_sure(&rest, review) && is_sure(it, review));
        match sure.max_by_key(|it| it.to) {
            Some(last) if (1..least.days).contains(&rest.from.saturating_sub(last.to).saturating_sub(1)) => {
                last.to = last.to.max(rest.to);
                add_rules(&mut last.reasons, rest.reasons.into_iter().chain([least.rule]));
            }
            Some(_) | None => filled.push(rest),
        }
    }
    rests.extend(filled);
}

/// How home care rests around a session; of home care, how it rests itself.
fn resting<'k>(context: Context<'_, 'k>, procedure: ProcedureId) -> &'k [Resting] {
    context.knowledge.procedures().get(procedure.index()).map(|it| it.rests.as_slice()).unwrap_or_default()
}

/// Days on which a product rests around a session of one procedure.
struct Around {
    before: Day,
    after: Day,
    reasons: Rules,
}

impl Around {
    fn is_none(&self) -> bool {
        self.before <= 0 && self.after <= 0
    }

    /// `own` is how the product itself rests.
    fn new(product: ProcedureId, own: Option<&Resting>, session: &Session<'_>, before: &[Before]) -> Self {
        let mut around = Self { before: 0, after: 0, reasons: Rules::new() };
        let Some(longest) = session.longest else { return around };
        let named = session.rests.iter().find(|it| it.of.contains(product));
        match (named, own) {
            (Some(row), _) => {
                around.after = row.after.unwrap_or(0);
                around.reasons.push(row.rule);
            }
            (None, Some(row)) => {
                around.after = row.after.map_or(0, |after| after.min(longest));
                around.reasons.push(row.rule);
            }
            (None, None) => {}
        }
        if let Some(row) = own.filter(|row| row.before > 0) {
            around.before = row.before;
            add_rules(&mut around.reasons, [row.rule]);
        }
        for asked in before.iter().filter(|it| it.sessions.contains(session.procedure)) {
            around.before = around.before.max(asked.days);
            add_rules(&mut around.reasons, [asked.rule]);
        }
        around
    }
}

/// How long before sessions a safety rule wants the last use to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Before {
    days: Day,
    rule: RuleId,
    sessions: ProcedureSet,
}

/// What safety rules ask of the time since `product` was last used on `scars`.
fn asked_before(context: Context<'_, '_>, product: ProcedureId, scars: &[ScarIndex]) -> SmallVec<[Before; FEW]> {
    let mut all = SmallVec::new();
    for asks in context.knowledge.last_used().iter().filter(|it| it.of == product) {
        for facts in scars.iter().filter_map(|scar| context.facts.get(scar.index())) {
            // As if it were used today: how many days on does the rule no longer hold?
            let mut facts = facts.clone();
            facts.set(asks.fact, Some(Value::Since(0)));
            for rule in asks.rules.iter().filter_map(|place| context.knowledge.safety().get(*place)) {
                let mut days = 0;
                rule.when.changes(&facts, &mut |day| {
                    if rule.when.holds(&facts, day.saturating_sub(1)) == Truth::Yes {
                        days = days.max(day);
                    }
                });
                let before = Before { days, rule: rule.rule, sessions: rule.procedures };
                if days > 0 && !all.contains(&before) {
                    all.push(before);
                }
            }
        }
    }
    all
}

/// Days on which something goes with sessions: windows that meet are one, and it rests between them.
pub(super) fn between(windows: impl IntoIterator<Item = (Day, Day)>, rule: RuleId) -> Option<(Day, Day, Vec<Rest>)> {
    let mut windows: Vec<(Day, Day)> = windows.into_iter().collect();
    windows.sort_unstable();
    let (start, mut end) = *windows.first()?;
    let mut rests = Vec::new();
    for (from, to) in windows {
        if from > end.saturating_add(1) {
            let (from, to) = (end.saturating_add(1), from.saturating_sub(1));
            rests.push(Rest { from, to, contingent_on: None, reasons: smallvec![rule] });
        }
        end = end.max(to);
    }
    Some((start, end, rests))
}
