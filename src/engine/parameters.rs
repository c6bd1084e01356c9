//! Settings of a procedure, group by group: the base range of the procedure, narrowed by every rule that fired.

use smallvec::smallvec;

use crate::{
    domain::{Limit, ParameterSetting, ProcedureId, Rules, ScarIndex, Site},
    engine::{
        screen::insert_sorted,
        select::{Context, add_rules},
    },
    knowledge::Topic,
};

/// The settings of `procedure` on `scars`, groups that share a setting taken together.
pub(super) fn settings(context: Context<'_, '_>, procedure: ProcedureId, scars: &[ScarIndex]) -> Vec<ParameterSetting> {
    let places = context.knowledge.procedures().get(procedure.index()).map_or(0, |it| it.parameter_names.len());
    let mut all: Vec<ParameterSetting> = Vec::with_capacity(places);
    for parameter in 0..places {
        for &scar in scars {
            let Some((limit, reasons)) = setting(context, procedure, parameter, scar) else { continue };
            let Some(site) = site(context, scar) else { continue };
            let alike =
                |it: &&mut ParameterSetting| it.parameter == parameter && it.limit == limit && it.reasons == reasons;
            match all.iter_mut().find(alike) {
                Some(known) => {
                    insert_sorted(&mut known.scars, scar);
                    insert_sorted(&mut known.sites, site);
                }
                None => {
                    all.push(ParameterSetting {
                        parameter,
                        limit,
                        scars: smallvec![scar],
                        sites: smallvec![site],
                        reasons,
                    });
                }
            }
        }
    }
    all
}

/// The largest upper bound of a parameter over all groups.
pub(super) fn highest(settings: &[ParameterSetting], parameter: usize) -> Option<i64> {
    settings.iter().filter(|it| it.parameter == parameter).map(|it| it.limit.high).max()
}

/// The upper bound of a parameter on one group.
pub(super) fn high(context: Context<'_, '_>, procedure: ProcedureId, parameter: usize, scar: ScarIndex) -> Option<i64> {
    setting(context, procedure, parameter, scar).map(|(limit, _)| limit.high)
}

fn site(context: Context<'_, '_>, scar: ScarIndex) -> Option<Site> {
    Some(context.case.findings.scars.get(scar.index())?.area.site)
}

fn setting(
    context: Context<'_, '_>,
    procedure: ProcedureId,
    parameter: usize,
    scar: ScarIndex,
) -> Option<(Limit, Rules)> {
    let facts = context.facts.get(scar.index())?;
    let rows = &context.knowledge.procedures().get(procedure.index())?.parameters;
    let base = rows.iter().find(|row| row.place == parameter && row.when.is_true(facts, 0))?;
    let mut limit = Limit { low: base.low, high: base.high };
    let mut reasons: Rules = smallvec![base.rule];
    for firing in context.screening.about(Topic::Limit, procedure, scar) {
        let limits = firing.rule.limits.iter();
        for bound in limits.filter(|it| it.procedure == procedure && it.parameter == parameter) {
            if let Some(most) = bound.at_most {
                limit.high = limit.high.min(most);
            }
            if let Some(start) = bound.start_at {
                limit.low = limit.low.min(start);
            }
            limit.low = limit.low.min(limit.high);
            add_rules(&mut reasons, [firing.rule.rule]);
        }
    }
    Some((limit, reasons))
}
