//! Questions: the facts that were not asked and of which some answer would change the plan.
//!
//! Every answer that some condition tells apart is tried, one fact at a time. Where no condition that matters here would
//! say otherwise, there is no need to plan.

use strum::VariantArray as _;

use super::{answered, changed::changes, protocol};
use crate::{
    domain::{
        Answers, Case, DepthClass, Fact, Facts, OpenQuestion, Plan, PossibleAnswer, ProcedureSet, Rules, ScarIndex,
        Scope, Truth, Value,
    },
    engine::{
        Said, classify, facts,
        screen::{self, same_days},
        select::{add_rules, says},
        wished,
    },
    knowledge::{Knowledge, Pathway, RuleSet},
};

/// The questions of which some answer would change the plan, in the order of the facts.
pub(super) fn questions(knowledge: &Knowledge, case: &Case, plan: &Plan) -> Vec<OpenQuestion> {
    let facts = facts::gather(knowledge, case, &classify(knowledge, &case.findings));
    let matter = rules_that_matter(knowledge, &facts);
    let asked: Vec<Fact> = Fact::VARIANTS.iter().copied().filter(|it| !it.is_computed()).collect();
    let questions = asked.into_iter().filter_map(|fact| {
        let lacking = lacking(&facts, fact);
        if lacking.is_empty() || !may_be_asked(&facts, fact) {
            return None;
        }
        let answers = Question { knowledge, case, plan, facts: &facts, fact, lacking: &lacking, matter }.answers();
        (!answers.is_empty()).then(|| OpenQuestion { fact, reasons: asking(knowledge, plan, fact, &answers), answers })
    });
    questions.collect()
}

/// The groups on which `fact` was not asked; of a fact of the patient all or none.
fn lacking(facts: &[Facts], fact: Fact) -> Vec<ScarIndex> {
    let no_depth = |facts: &Facts| says(facts, Fact::DepthClass, DepthClass::Unknown.into());
    // A clinician's own label is no answer to a question, unless it says what nobody measured.
    let is_open = |facts: &Facts| fact != Fact::DeclaredType && (fact != Fact::DeclaredDepthClass || no_depth(facts));
    let lacks = |(_, facts): &(ScarIndex, &Facts)| facts.get(fact).is_none() && is_open(facts);
    (0_u16..).map(ScarIndex).zip(facts).filter(lacks).map(|(scar, _)| scar).collect()
}

/// Is the question one that is asked beside the answers there are?
fn may_be_asked(facts: &[Facts], fact: Fact) -> bool {
    fact.beside().is_none_or(|(other, answer)| facts.iter().any(|it| it.get(other) == Some(answer)))
}

/// The safety rules on what could be done for some group.
fn rules_that_matter(knowledge: &Knowledge, facts: &[Facts]) -> RuleSet {
    let mut procedures = ProcedureSet::default();
    for facts in facts {
        let answers = |it: &&Pathway| it.answers.holds(facts, 0) == Truth::Yes;
        let steps = knowledge.pathways().iter().filter(answers).flat_map(|it| &it.steps);
        for step in steps {
            step.options.iter().for_each(|it| procedures.insert(it.procedure));
            step.adjunct.iter().flat_map(|it| &it.procedures).for_each(|it| procedures.insert(*it));
        }
    }
    let at_home = knowledge.home_care().iter().flat_map(|it| &it.options);
    at_home.for_each(|it| procedures.insert(it.procedure));
    let on = knowledge.procedure_ids().filter(|(id, _)| procedures.contains(*id));
    on.fold(RuleSet::default(), |all, (id, _)| all.or(knowledge.safety_table().on(id)))
}

/// The rules that ask for it; where none does, those that some answer would wake.
fn asking(knowledge: &Knowledge, plan: &Plan, fact: Fact, answers: &[PossibleAnswer]) -> Rules {
    let mut rules = Rules::new();
    let asked = protocol(plan).into_iter().flat_map(|it| &it.questions).filter(|it| it.fact == fact);
    add_rules(&mut rules, asked.flat_map(|it| it.reasons.iter().copied()));
    if rules.is_empty() {
        add_rules(&mut rules, answers.iter().flat_map(|it| it.reasons.iter().copied()));
    }
    if rules.is_empty() {
        rules.push(knowledge.planning().not_assessed);
    }
    rules
}

struct Question<'a> {
    knowledge: &'a Knowledge,
    case: &'a Case,
    plan: &'a Plan,
    facts: &'a [Facts],
    fact: Fact,
    lacking: &'a [ScarIndex],
    matter: RuleSet,
}

impl Question<'_> {
    /// The answers that would change the plan; those that change it alike stand together.
    fn answers(&self) -> Vec<PossibleAnswer> {
        let mut all: Vec<PossibleAnswer> = Vec::new();
        let mut told: Vec<Answers> = Vec::new();
        for specimen in self.knowledge.specimens().of(self.fact) {
            if told.contains(&specimen.answers) {
                continue;
            }
            let (otherwise, fresh) = self.said(specimen.value);
            if !otherwise && !self.is_read_otherwise(specimen.value) {
                continue;
            }
            let case = answered(self.case, self.fact, specimen.value, self.lacking);
            let changes = changes(self.plan, &wished(self.knowledge, &case, Said::Outline));
            if changes.is_empty() {
                continue;
            }
            told.push(specimen.answers);
            match all.iter_mut().find(|it| it.changes == changes && it.reasons == fresh) {
                Some(known) => match known.answers.last_mut().map(|last| (last.joined(specimen.answers), last)) {
                    Some((Some(both), last)) => *last = both,
                    Some((None, _)) | None => known.answers.push(specimen.answers),
                },
                None => all.push(PossibleAnswer { answers: vec![specimen.answers], changes, reasons: fresh }),
            }
        }
        all.sort_by(|a, b| a.changes.cmp(&b.changes));
        all
    }

    /// Would something else than safety rules see it otherwise?
    fn is_read_otherwise(&self, value: Value) -> bool {
        let specimens = self.knowledge.specimens();
        // What is recorded of a scar can give it another name.
        if self.fact.scope() == Scope::Scar || specimens.counted(self.fact) {
            return true;
        }
        let mut facts = self.lacking.iter().filter_map(|scar| self.facts.get(scar.index()));
        facts.any(|facts| {
            let then = self.then(facts, value);
            specimens.elsewhere(self.fact).iter().any(|when| when.holds(facts, 0) != when.holds(&then, 0))
        })
    }

    /// The facts of a group with the answer.
    fn then(&self, facts: &Facts, value: Value) -> Facts {
        let mut then = facts.clone();
        then.set(self.fact, Some(value));
        if self.fact == Fact::Fitzpatrick {
            then.set(Fact::PlanningPhototype, Some(value));
        }
        then
    }

    /// Would some safety rule that matters here say otherwise? And which would speak that do not now?
    fn said(&self, value: Value) -> (bool, Rules) {
        let (mut otherwise, mut fresh) = (false, Rules::new());
        let rules = self.knowledge.specimens().safety(self.fact).and(self.matter);
        for scar in self.lacking {
            let Some(facts) = self.facts.get(scar.index()) else { continue };
            let then = self.then(facts, value);
            for rule in rules.places().filter_map(|place| self.knowledge.safety().get(place)) {
                if !same_days(rule, facts, &then) {
                    otherwise = true;
                    let new = screen::ever(rule, &then) && !screen::ever(rule, facts);
                    add_rules(&mut fresh, new.then_some(rule.rule));
                }
            }
        }
        (otherwise, fresh)
    }
}
