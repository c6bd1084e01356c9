//! What one look at a person shows: how each procedure fares and why, what is planned, what is added.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use cicatrix::{
    domain::{Action, Day, Fact, Outcome, Plan, RuleId, ScarType, Site, Value},
    engine,
    knowledge::{Knowledge, Spacing},
    release,
    review::heard,
    survey,
};

pub(crate) type Change = (Fact, Option<Value>);

pub(crate) fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| Knowledge::parse(&release::embedded()).unwrap_or_else(|it| panic!("\n{it}")))
}

pub(crate) fn word(fact: Fact, word: &str) -> Change {
    (fact, Some(Value::Words(fact.word(word).unwrap_or_else(|| panic!("{word} is no word of {fact:?}")))))
}

pub(crate) fn yes(fact: Fact) -> Change {
    (fact, Some(Value::YesNo(true)))
}

pub(crate) fn no(fact: Fact) -> Change {
    (fact, Some(Value::YesNo(false)))
}

pub(crate) fn number(fact: Fact, whole: i64) -> Change {
    (fact, Some(Value::thousandths(whole)))
}

pub(crate) fn thousandths(fact: Fact, number: i64) -> Change {
    (fact, Some(Value::Number(number)))
}

pub(crate) fn days_ago(fact: Fact, days: Day) -> Change {
    (fact, Some(Value::Since(-days)))
}

pub(crate) fn not_asked(fact: Fact) -> Change {
    (fact, None)
}

/// The sentence of a rule.
pub(crate) fn says(rule: &str) -> &'static str {
    let found = knowledge().rules().iter().find(|it| it.id == rule);
    &found.unwrap_or_else(|| panic!("there is no rule {rule}")).says
}

/// The wait between two kinds of the table.
pub(crate) fn gap(first: &str, next: &str) -> Spacing {
    let gaps = knowledge().gaps();
    let place = |name: &str| gaps.kinds.iter().position(|it| it == name).unwrap_or_else(|| panic!("no kind {name}"));
    gaps.cells[place(first) * gaps.kinds.len() + place(next)].base
}

/// What one look shows.
pub(crate) struct Seen {
    plan: Plan,
    /// By procedure: the strictest action and all reasons.
    fares: BTreeMap<String, (Option<Action>, Vec<String>)>,
    pub(crate) heard: BTreeSet<String>,
    /// Procedures with sessions or home care.
    pub(crate) planned: BTreeSet<String>,
    pub(crate) referred: Vec<String>,
    /// Kinds of what safety adds.
    pub(crate) items: BTreeSet<&'static str>,
    pub(crate) not_assessed: Vec<Fact>,
}

impl Seen {
    /// A healthy person with rolling scars on the cheek and these answers.
    pub(crate) fn with(changes: &[Change]) -> Self {
        Self::at(ScarType::Rolling, Site::Cheek, Some(3), changes)
    }

    pub(crate) fn at(scar_type: ScarType, site: Site, phototype: Option<i8>, changes: &[Change]) -> Self {
        let case = survey::person(knowledge(), (scar_type, None), site, phototype, changes).unwrap();
        let plan = engine::plan(knowledge(), &case);
        let id = |it: RuleId| knowledge().rules()[it.index()].id.clone();
        let name = |it: cicatrix::domain::ProcedureId| knowledge().procedures()[it.index()].id.clone();
        let fares = plan.dispositions.iter().map(|it| {
            let reasons = it.reasons.iter().map(|it| id(*it)).collect();
            (name(it.procedure), (it.action, reasons))
        });
        let (mut planned, mut items) = (BTreeSet::new(), BTreeSet::new());
        if let Outcome::Protocol(protocol) = &plan.outcome {
            planned.extend(protocol.stages.iter().map(|it| name(it.procedure)));
            items.extend(protocol.items.iter().map(|it| <&str>::from(knowledge().items()[it.item].kind)));
        }
        Self {
            fares: fares.collect(),
            heard: heard(knowledge(), &plan).into_iter().map(id).collect(),
            planned,
            referred: plan.referrals.iter().map(|it| knowledge().referrals()[it.referral].to.clone()).collect(),
            items,
            not_assessed: plan.not_assessed.iter().flat_map(|it| it.facts.facts()).collect(),
            plan,
        }
    }

    /// How a procedure fares.
    pub(crate) fn fares(&self, procedure: &str) -> Option<Action> {
        self.fares.get(procedure).unwrap_or_else(|| panic!("nothing is said of {procedure}")).0
    }

    /// The procedure fares at least as badly, and the rule is among the reasons. What must wait or never be is not planned.
    pub(crate) fn must(&self, procedure: &str, action: Action, rule: &str) {
        let (fares, reasons) = self.fares.get(procedure).unwrap_or_else(|| panic!("nothing is said of {procedure}"));
        assert!(*fares >= Some(action), "{procedure} is {fares:?} and not {action:?}: {reasons:?}");
        assert!(reasons.iter().any(|it| it == rule), "{procedure} does not hear {rule}: {reasons:?}");
        let does = knowledge().rules().iter().find(|it| it.id == rule).unwrap().action;
        assert_eq!(does, Some(action), "{rule}");
        if action == Action::Exclude {
            self.never(procedure);
        }
    }

    pub(crate) fn must_not_hear(&self, procedure: &str, rule: &str) {
        let (_, reasons) = self.fares.get(procedure).unwrap_or_else(|| panic!("nothing is said of {procedure}"));
        assert!(!reasons.iter().any(|it| it == rule), "{procedure} hears {rule}");
    }

    pub(crate) fn never(&self, procedure: &str) {
        assert!(!self.planned.contains(procedure), "{procedure} is planned");
    }

    /// Kinds of what a rule adds to plans.
    pub(crate) fn added_by(&self, rule: &str) -> Vec<&'static str> {
        let items = knowledge().items().iter().filter(|it| knowledge().rules()[it.rule.index()].id == rule);
        items.map(|it| it.kind.into()).collect()
    }

    fn stages(&self, procedure: &str) -> impl Iterator<Item = (usize, &cicatrix::domain::Stage)> {
        let stages = match &self.plan.outcome {
            Outcome::Protocol(protocol) => protocol.stages.as_slice(),
            Outcome::Referral => &[],
        };
        let id = knowledge().vocabulary().procedure(procedure).unwrap();
        stages.iter().enumerate().filter(move |(_, it)| it.procedure == id)
    }

    /// The highest first setting of a procedure, in thousandths.
    pub(crate) fn strongest(&self, procedure: &str) -> Option<i64> {
        self.stages(procedure).filter_map(|(_, it)| it.parameters.first()).map(|it| it.limit.high).max()
    }

    /// Needle depths, in thousandths.
    pub(crate) fn depths(&self, procedure: &str) -> Vec<i64> {
        let id = knowledge().vocabulary().procedure(procedure).unwrap();
        let names = &knowledge().procedures()[id.index()].parameter_names;
        let depth = |it: usize| names[it].contains("depth");
        let settings = self.stages(procedure).flat_map(|(_, it)| &it.parameters);
        settings.filter(|it| depth(it.parameter)).map(|it| it.limit.high).collect()
    }

    /// The usual days between two sessions.
    pub(crate) fn interval(&self, procedure: &str) -> Option<i32> {
        self.stages(procedure).find_map(|(_, it)| it.interval).map(|it| it.typical)
    }

    /// The first day of a procedure.
    pub(crate) fn first_day(&self, procedure: &str) -> Option<Day> {
        let Outcome::Protocol(protocol) = &self.plan.outcome else { return None };
        let stages: Vec<usize> = self.stages(procedure).map(|(at, _)| at).collect();
        let sessions = protocol.sessions.iter().chain(&protocol.contingent_sessions);
        sessions.filter(|it| it.procedures.iter().any(|it| stages.contains(&it.stage))).map(|it| it.day).min()
    }
}
