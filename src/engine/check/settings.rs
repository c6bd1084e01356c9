//! Whether the settings stay within the range of the procedure and within what safety allows.

use std::collections::BTreeMap;

use smallvec::smallvec;

use crate::{
    domain::{FindingKind, Measured, Mend, NotStated, Place, ProcedureId, ProposedSetting, RuleId, Rules, ScarIndex},
    engine::select::Context,
    knowledge::Parameter,
};

use super::{About, Found, Spots, items::Item};

/// What holds for one parameter on one group on one day.
#[derive(Debug, Default)]
struct Bounds {
    /// Never more: the value and the rules that say so.
    most: Vec<(i64, RuleId)>,
    /// Start no higher.
    start: Vec<(i64, RuleId)>,
}

/// A mistake: its kind, the parameter of a procedure, what is found, what it is held against, and why.
type Mistake = (FindingKind, ProcedureId, usize, i64, i64, Rules);

pub(super) fn check(found: &mut Found<'_, '_>) {
    let mut silent: BTreeMap<(ProcedureId, Vec<usize>), (Spots, Rules)> = BTreeMap::new();
    let mut wrong: BTreeMap<Mistake, Spots> = BTreeMap::new();
    for (at, item) in found.items.iter().enumerate() {
        for (place, setting) in item.given.settings.iter().enumerate() {
            one(found, at, item, Place::Setting(item.session, item.at, place), setting, &mut wrong);
        }
        let (missing, rules) = not_stated(found.context, item);
        if !missing.is_empty() {
            let (spots, reasons) = silent.entry((item.id, missing)).or_default();
            spots.add(item.place(), []);
            for rule in rules {
                if !reasons.contains(&rule) {
                    reasons.push(rule);
                }
            }
        }
    }
    for ((kind, procedure, parameter, value, limit, rules), spots) in wrong {
        let mends = spots.places.iter().map(|place| Mend::Set { place: *place, procedure, parameter, value: limit });
        let about = About {
            measured: Some(Measured::Setting { parameter, found: value, limit }),
            mends: mends.collect(),
            ..spots.about(found, Some(procedure))
        };
        found.add(kind, rules, about);
    }
    let why = found.context.knowledge.planning().not_stated;
    found.not_stated.extend(silent.into_iter().map(|((procedure, parameters), (spots, rules))| NotStated {
        places: spots.places,
        procedure,
        parameters,
        reasons: std::iter::once(why).chain(rules).collect(),
    }));
}

/// What is wrong with one setting.
fn one(
    found: &Found<'_, '_>,
    at: usize,
    item: &Item<'_, '_>,
    place: Place,
    setting: &ProposedSetting,
    wrong: &mut BTreeMap<Mistake, Spots>,
) {
    let context = found.context;
    let ProposedSetting { parameter, low, high, scars } = setting;
    let mut add = |kind: FindingKind, value: i64, limit: i64, rules: Rules, scar: ScarIndex| {
        wrong.entry((kind, item.id, *parameter, value, limit, rules)).or_default().add(place, [scar]);
    };
    for &scar in scars {
        let Some(row) = row(context, item, *parameter, scar) else { continue };
        let bounds = bounds(context, item, *parameter, scar);
        let broken = || bounds.most.iter().filter(|(most, _)| most < high);
        let mut rules: Rules = broken().map(|(_, rule)| *rule).collect();
        let most = broken().map(|(most, _)| *most).min();
        let past = *high > row.high;
        match (most, past, row.guide) {
            (None, true, true) => {
                add(FindingKind::SettingUnusual, *high, row.high, smallvec![row.rule], scar);
            }
            (None, false, _) => {}
            (most, past, guide) => {
                let range = (past && !guide).then_some(row.high);
                rules.extend(range.map(|_| row.rule));
                let limit = most.into_iter().chain(range).min().unwrap_or(row.high);
                add(FindingKind::AboveLimit, *high, limit, rules, scar);
            }
        }
        let start = bounds.start.iter().map(|(start, _)| *start).min();
        // A range that safety lowers begins lower.
        let least = row.low.min(start.unwrap_or(row.low));
        let least = bounds.most.iter().map(|(most, _)| *most).fold(least, i64::min);
        if *low < least {
            add(FindingKind::SettingUnusual, *low, least, smallvec![row.rule], scar);
        }
        if let Some(start) = start.filter(|start| start < low)
            && is_first(found, at, item, scar)
        {
            let rules = bounds.start.iter().filter(|(it, _)| it < low).map(|(_, rule)| *rule).collect();
            add(FindingKind::StartsTooStrong, *low, start, rules, scar);
        }
    }
}

/// The row of a parameter that holds on a group.
fn row<'k>(context: Context<'_, '_>, item: &Item<'_, 'k>, parameter: usize, scar: ScarIndex) -> Option<&'k Parameter> {
    let facts = context.facts.get(scar.index())?;
    item.known.parameters.iter().find(|row| row.place == parameter && row.when.is_true(facts, 0))
}

/// What safety says of a parameter on the day of the session.
fn bounds(context: Context<'_, '_>, item: &Item<'_, '_>, parameter: usize, scar: ScarIndex) -> Bounds {
    let mut bounds = Bounds::default();
    for firing in context.screening.of(item.id, scar).filter(|it| it.touches(item.day, item.day)) {
        let limits = firing.rule.limits.iter();
        for limit in limits.filter(|it| it.procedure == item.id && it.parameter == parameter) {
            bounds.most.extend(limit.at_most.map(|most| (most, firing.rule.rule)));
            bounds.start.extend(limit.start_at.map(|start| (start, firing.rule.rule)));
        }
    }
    bounds
}

/// Is it the first session of the procedure on the group, as far as is known?
fn is_first(found: &Found<'_, '_>, at: usize, item: &Item<'_, '_>, scar: ScarIndex) -> bool {
    let before = found.items.iter().take(at);
    let mut same = before.filter(|it| it.id == item.id && it.given.scars.binary_search(&scar).is_ok());
    same.next().is_none() && !found.context.past.done(item.id, scar).on(found.context, item.id, item.day).begun()
}

/// The parameters that have a range here and are not set for every group, with the rules of their ranges.
fn not_stated(context: Context<'_, '_>, item: &Item<'_, '_>) -> (Vec<usize>, Rules) {
    let mut missing = Vec::new();
    let mut rules = Rules::new();
    for parameter in 0..item.known.parameter_names.len() {
        let stated = |scar: &ScarIndex| {
            let mut rows = item.given.settings.iter().filter(|it| it.parameter == parameter);
            rows.any(|it| it.scars.binary_search(scar).is_ok())
        };
        for scar in item.given.scars.iter().filter(|scar| !stated(scar)) {
            let Some(row) = row(context, item, parameter, *scar) else { continue };
            if missing.last() != Some(&parameter) {
                missing.push(parameter);
            }
            let limits = bounds(context, item, parameter, *scar).most.into_iter().map(|(_, rule)| rule);
            for rule in std::iter::once(row.rule).chain(limits) {
                if !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
        }
    }
    (missing, rules)
}
