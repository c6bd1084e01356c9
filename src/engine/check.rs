//! Checks a plan that somebody else wrote: the same tables, held against a plan as it was given.
//!
//! Every part looks at the whole plan and adds what it finds; none reads what another found. What has to come out of the
//! plan is asked of the same tables ([`rules::is_out`]), so that no part adds more of it.

mod at_home;
mod cascade;
mod course;
mod days;
mod items;
mod preparation;
mod rules;
mod settings;
mod tools;
mod visits;
mod waits;

use std::collections::{BTreeMap, BTreeSet};

use smallvec::smallvec;

use crate::{
    domain::{
        Case, Check, Day, Finding, FindingKind, Measured, Mend, NotStated, Place, ProcedureId, ProcedureSet,
        ProposedPlan, RuleId, Rules, ScarIndex, Scars,
    },
    engine::{Ground, Said, answers, care, classify, screen::insert_sorted, select::Context},
    knowledge::Knowledge,
};

use items::{Item, Skin, items};

/// Checks `plan` for `case`. Total: every plan gets an answer.
pub fn check(knowledge: &Knowledge, case: &Case, plan: &ProposedPlan) -> Check {
    let assessment = classify(knowledge, &case.findings);
    let ground = Ground::new(knowledge, case, &assessment);
    let context = ground.context(knowledge, case, Said::Visits);
    let skin = Skin::of(context);
    let items = items(context, &skin, plan);
    let (groups, referrals) = answers(knowledge, case, &ground.facts);
    let mut found = Found::new(context, plan, &skin, &items);
    referrals.iter().flat_map(|it| &it.scars).for_each(|scar| insert_sorted(&mut found.referred, *scar));
    rules::check(&mut found);
    rules::referred(&mut found, &referrals);
    waits::check(&mut found);
    settings::check(&mut found);
    course::check(&mut found);
    tools::check(&mut found, &groups);
    preparation::check(&mut found);
    at_home::check(&mut found);
    days::check(&mut found);
    visits::check(&mut found);
    cascade::keep_waits(&mut found);

    let in_plan: ProcedureSet =
        items.iter().map(|it| it.id).chain(plan.home_care.iter().map(|it| it.procedure)).collect();
    let treated = |scar: &ScarIndex| items.iter().any(|it| it.given.scars.binary_search(scar).is_ok());
    let scars = (0_u16..).map(ScarIndex).take(case.findings.scars.len());
    let not_assessed = care::not_assessed(context, in_plan);
    let Found { findings, warnings, not_stated, .. } = found;
    Check {
        assessment,
        findings: in_order(findings),
        warnings: warnings.into_iter().collect(),
        not_assessed,
        not_stated,
        not_treated: scars.filter(|scar| !treated(scar)).collect(),
        reasons: knowledge.planning().disclaimer.as_slice().into(),
    }
}

/// The heaviest first, and then by days and places.
fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let key = |it: &Finding| (it.kind.severity(), it.day.is_none(), it.day, it.places.first().copied(), it.kind);
        key(a).cmp(&key(b)).then_with(|| {
            let rest = |it: &Finding| (it.procedure, it.other, it.measured);
            rest(a).cmp(&rest(b)).then_with(|| a.reasons.cmp(&b.reasons)).then_with(|| a.scars.cmp(&b.scars))
        })
    });
    findings
}

/// What is looked at, and what was found in it.
struct Found<'a, 'k> {
    context: Context<'a, 'k>,
    plan: &'a ProposedPlan,
    skin: &'a Skin,
    /// In the order of the days.
    items: &'a [Item<'a, 'k>],
    /// The groups that somebody else sees first.
    referred: Scars,
    findings: Vec<Finding>,
    warnings: BTreeSet<RuleId>,
    not_stated: Vec<NotStated>,
}

impl<'a, 'k> Found<'a, 'k> {
    fn new(context: Context<'a, 'k>, plan: &'a ProposedPlan, skin: &'a Skin, items: &'a [Item<'a, 'k>]) -> Self {
        let (findings, not_stated) = (Vec::new(), Vec::new());
        let (referred, warnings) = (Scars::new(), BTreeSet::new());
        Self { context, plan, skin, items, referred, findings, warnings, not_stated }
    }

    /// Writes down a finding; the sentence of its kind goes before the rules.
    fn add(&mut self, kind: FindingKind, rules: impl IntoIterator<Item = RuleId>, about: About) {
        let mut reasons: Rules = smallvec![self.context.knowledge.planning().finding(kind)];
        for rule in rules {
            if !reasons.contains(&rule) {
                reasons.push(rule);
            }
        }
        let About { places, day, procedure, other, scars, measured, mends } = about;
        self.findings.push(Finding { kind, places, day, procedure, other, scars, measured, mends, reasons });
    }

    fn settled(&self, rule: RuleId) -> bool {
        self.plan.settled.binary_search(&rule).is_ok()
    }

    /// The day of a place; `None` for what has none.
    fn day_of(&self, place: Place) -> Option<Day> {
        match place {
            Place::Session(at) | Place::Procedure(at, _) | Place::Setting(at, _, _) => {
                self.plan.sessions.get(at).map(|it| it.day)
            }
            Place::HomeCare(at) => self.plan.home_care.get(at).map(|it| it.start),
            Place::Past(at) => self.context.case.history.get(at).map(|it| it.day),
            Place::Reviews => None,
        }
    }

    /// The sessions of each procedure on each group: whole areas only, in the order of the days.
    fn courses(&self) -> BTreeMap<ProcedureId, BTreeMap<ScarIndex, Vec<&'a Item<'a, 'k>>>> {
        let mut courses: BTreeMap<ProcedureId, BTreeMap<ScarIndex, Vec<&'a Item<'a, 'k>>>> = BTreeMap::new();
        for item in self.items.iter().filter(|it| it.is_treatment()) {
            let course = courses.entry(item.id).or_default();
            for scar in &item.given.scars {
                course.entry(*scar).or_default().push(item);
            }
        }
        courses
    }
}

/// What a finding is about.
#[derive(Debug, Default)]
struct About {
    places: Vec<Place>,
    day: Option<Day>,
    procedure: Option<ProcedureId>,
    other: Option<ProcedureId>,
    scars: Scars,
    measured: Option<Measured>,
    mends: Vec<Mend>,
}

/// Places and groups that belong to one finding.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Spots {
    places: Vec<Place>,
    scars: Scars,
}

impl Spots {
    fn add(&mut self, place: Place, scars: impl IntoIterator<Item = ScarIndex>) {
        insert_sorted(&mut self.places, place);
        scars.into_iter().for_each(|scar| insert_sorted(&mut self.scars, scar));
    }

    fn about(&self, found: &Found<'_, '_>, procedure: Option<ProcedureId>) -> About {
        let mut places = self.places.clone();
        places.sort_by_key(|it| (found.day_of(*it), *it));
        let day = places.first().and_then(|it| found.day_of(*it));
        About { places, day, procedure, scars: self.scars.clone(), ..About::default() }
    }
}
