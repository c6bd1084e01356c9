//! What would be otherwise: found out by planning again, with other wishes, other answers and on later days.

mod alternatives;
mod changed;
mod questions;
mod valid_until;
mod why_not;

use crate::{
    domain::{Case, Fact, Field, Insight, ScarIndex, Scope, Value, WhatIf},
    engine::{Awaited, Drawn, Ground},
    knowledge::Knowledge,
};

/// A plan, what it was drawn from, and whether anybody still waits for what is found out about it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a, 'k> {
    pub knowledge: &'k Knowledge,
    pub case: &'a Case,
    pub ground: &'a Ground<'k>,
    pub drawn: &'a Drawn,
    pub awaited: Awaited<'a>,
}

/// Finds out what the case asks for.
pub(super) fn find_out(asked: Asked<'_, '_>) -> WhatIf {
    let mut found = WhatIf::default();
    for insight in &asked.case.include {
        match insight {
            Insight::Alternatives => found.alternatives = alternatives::alternatives(asked),
            Insight::Questions => found.questions = Some(questions::questions(asked)),
            Insight::WhyNot => found.why_not = why_not::why_not(asked),
            Insight::ValidUntil => found.valid_until = valid_until::valid_until(asked),
        }
    }
    found
}

/// The same case with an answer to a fact on the groups of which it was not asked.
fn answered(case: &Case, fact: Fact, value: Value, lacking: &[ScarIndex]) -> Case {
    let mut case = case.clone();
    let appearance = [Fact::ObviousAtSocialDistance, Fact::Coverable, Fact::FlattensOnStretch];
    match fact.scope() {
        Scope::Patient if appearance.contains(&fact) => case.findings.appearance.set(fact, Some(value)),
        Scope::Patient => {
            case.patient.set(fact, Some(value));
            if fact == Fact::Fitzpatrick {
                case.patient.set(Fact::PlanningPhototype, Some(value));
            }
        }
        Scope::Field => {
            let found = lacking.iter().filter_map(|scar| case.findings.scars.get(scar.index()));
            let mut field = Field { sites: found.map(|it| it.area.site).collect(), facts: Default::default() };
            field.facts.set(fact, Some(value));
            case.fields.push(field);
        }
        Scope::Scar => {
            for scar in lacking {
                if let Some(scar) = case.findings.scars.get_mut(scar.index()) {
                    scar.facts.set(fact, Some(value));
                }
            }
        }
    }
    case
}
