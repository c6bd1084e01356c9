//! Questions: the facts that were not asked and of which some answer would change the plan.
//!
//! Every answer that some condition tells apart is tried, one fact at a time. An answer is planned with only when
//! something that the plan hangs on would be otherwise with it: what is said of a procedure that ranks behind the one
//! that was taken, or of a scar's name that stays the same, moves nothing.

use strum::VariantArray as _;

use super::{Asked, answered, changed::changes};
use crate::{
    domain::{
        Answers, Case, DepthClass, Fact, Facts, OpenQuestion, Plan, PlanChange, PossibleAnswer, ProcedureSet, Rules,
        ScarIndex, Scope, Value,
    },
    engine::{
        Awaited, Drawn, Ground, Said, classify, facts,
        screen::{self, same_days},
        select::{Context, Decisive, add_rules},
        spacing::additions,
        wished,
    },
    knowledge::{Knowledge, Pathway, Reader, RuleSet},
};

/// The questions of which some answer would change the plan, in the order of the facts.
pub(super) fn questions(asked: Asked<'_, '_>) -> Vec<OpenQuestion> {
    let Asked { knowledge, case, ground, drawn, awaited } = asked;
    let facts = ground.facts.as_slice();
    let around = Around {
        knowledge,
        case,
        plan: &drawn.plan,
        ground,
        awaited,
        meant: rules_on(knowledge, meant(knowledge, facts)),
        hinges: Hinges::new(knowledge, ground, drawn.decisive),
    };
    let asked = Fact::VARIANTS.iter().copied().filter(|it| !it.is_computed());
    let questions = asked.take_while(|_| awaited()).filter_map(|fact| {
        let lacking = lacking(facts, fact);
        if lacking.is_empty() || !may_be_asked(facts, fact) {
            return None;
        }
        let answers = around.answers(fact, &lacking);
        let reasons = asking(knowledge, &drawn.plan, fact, &answers);
        (!answers.is_empty()).then_some(OpenQuestion { fact, reasons, answers })
    });
    questions.collect()
}

/// The groups on which `fact` was not asked; of a fact of the patient all or none.
fn lacking(facts: &[Facts], fact: Fact) -> Vec<ScarIndex> {
    let no_depth = |facts: &Facts| facts.has_word_at(Fact::DepthClass, DepthClass::Unknown as usize);
    // A clinician's own label is no answer to a question, unless it says what nobody measured.
    let is_open = |facts: &Facts| fact != Fact::DeclaredType && (fact != Fact::DeclaredDepthClass || no_depth(facts));
    let lacks = |(_, facts): &(ScarIndex, &Facts)| facts.get(fact).is_none() && is_open(facts);
    (0_u16..).map(ScarIndex).zip(facts).filter(lacks).map(|(scar, _)| scar).collect()
}

/// Is the question one that is asked beside the answers there are?
fn may_be_asked(facts: &[Facts], fact: Fact) -> bool {
    fact.beside().is_none_or(|(other, answer)| facts.iter().any(|it| it.get(other) == Some(answer)))
}

/// What could be done for some group.
fn meant(knowledge: &Knowledge, facts: &[Facts]) -> ProcedureSet {
    let mut procedures = ProcedureSet::default();
    for facts in facts {
        let answers = |it: &&Pathway| it.answers.is_true(facts, 0);
        let steps = knowledge.pathways().iter().filter(answers).flat_map(|it| &it.steps);
        for step in steps {
            step.options.iter().for_each(|it| procedures.insert(it.procedure));
            step.adjunct.iter().flat_map(|it| &it.procedures).for_each(|it| procedures.insert(*it));
        }
    }
    let at_home = knowledge.home_care().iter().flat_map(|it| &it.options);
    at_home.for_each(|it| procedures.insert(it.procedure));
    procedures
}

/// The safety rules on any of `procedures`.
fn rules_on(knowledge: &Knowledge, procedures: ProcedureSet) -> RuleSet {
    let on = knowledge.procedure_ids().filter(|(id, _)| procedures.contains(*id));
    on.fold(RuleSet::default(), |all, (id, _)| all.or(knowledge.safety_table().on(id)))
}

/// The rules that ask for it; where none does, those that some answer would wake.
fn asking(knowledge: &Knowledge, plan: &Plan, fact: Fact, answers: &[PossibleAnswer]) -> Rules {
    let mut rules = Rules::new();
    let asked = plan.protocol().into_iter().flat_map(|it| &it.questions).filter(|it| it.fact == fact);
    add_rules(&mut rules, asked.flat_map(|it| it.reasons.iter().copied()));
    if rules.is_empty() {
        add_rules(&mut rules, answers.iter().flat_map(|it| it.reasons.iter().copied()));
    }
    if rules.is_empty() {
        rules.push(knowledge.planning().not_assessed);
    }
    rules
}

/// What a plan hangs on.
#[derive(Clone, Copy)]
struct Hinges {
    decisive: Decisive,
    /// The rules that can change it.
    telling: RuleSet,
}

impl Hinges {
    fn new(knowledge: &Knowledge, ground: &Ground<'_>, decisive: Decisive) -> Self {
        // Whatever is used at home is looked at in full, and what was begun stands somewhere.
        let at_home = knowledge.home_care().iter().flat_map(|it| &it.options).map(|it| it.procedure);
        let procedures = decisive.procedures.with(at_home.chain(ground.past.begun()).collect());
        let telling = rules_on(knowledge, procedures).and(knowledge.safety_table().telling());
        Self { decisive: Decisive { procedures, ..decisive }, telling }
    }
}

/// A plan for an answer.
struct Tried {
    facts: Vec<Facts>,
    hinges: Hinges,
    changes: Vec<PlanChange>,
}

/// The plan that answers are held against.
struct Around<'a> {
    knowledge: &'a Knowledge,
    case: &'a Case,
    plan: &'a Plan,
    ground: &'a Ground<'a>,
    awaited: Awaited<'a>,
    /// The rules on all that could be done.
    meant: RuleSet,
    hinges: Hinges,
}

impl Around<'_> {
    /// The answers that would change the plan; those that change it alike stand together.
    fn answers(&self, fact: Fact, lacking: &[ScarIndex]) -> Vec<PossibleAnswer> {
        let mut all: Vec<PossibleAnswer> = Vec::new();
        let mut told: Vec<Answers> = Vec::new();
        let mut tried: Vec<Tried> = Vec::new();
        for specimen in self.knowledge.specimens().of(fact).iter().take_while(|_| (self.awaited)()) {
            if told.contains(&specimen.answers) {
                continue;
            }
            let then = self.facts(fact, specimen.value, lacking);
            if !self.are_apart(self.hinges, &self.ground.facts, &then) {
                continue;
            }
            // Most answers of one fact are seen alike.
            let fresh = self.waking(fact, &then);
            let changes = match tried.iter().find(|it| !self.are_apart(it.hinges, &it.facts, &then)) {
                Some(alike) => alike.changes.clone(),
                None => {
                    let Drawn { plan, decisive } = self.planned(&then);
                    let changes = changes(self.plan, &plan);
                    let hinges = Hinges::new(self.knowledge, self.ground, decisive);
                    tried.push(Tried { facts: then, hinges, changes: changes.clone() });
                    changes
                }
            };
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

    /// What is known of each group with an answer to `fact` on those that lack it.
    fn facts(&self, fact: Fact, value: Value, lacking: &[ScarIndex]) -> Vec<Facts> {
        let appearance = [Fact::ObviousAtSocialDistance, Fact::Coverable, Fact::FlattensOnStretch].contains(&fact);
        let everywhere = lacking.len() == self.ground.facts.len();
        // What is recorded of scars can give them other names, and how they look another grade; what is said of the
        // skin at a site is said of all groups there.
        if fact.scope() == Scope::Scar || appearance || !everywhere {
            let case = answered(self.case, fact, value, lacking);
            return facts::gather(self.knowledge, &case, &classify(self.knowledge, &case.findings));
        }
        let mut all = self.ground.facts.clone();
        for facts in &mut all {
            facts.set(fact, Some(value));
            if fact == Fact::Fitzpatrick {
                facts.set(Fact::PlanningPhototype, Some(value));
            }
        }
        all
    }

    /// The same case, planned on other facts.
    fn planned(&self, facts: &[Facts]) -> Drawn {
        let mut reading = RuleSet::default();
        for fact in self.ground.facts.iter().zip(facts).flat_map(|(here, then)| here.differing(then)) {
            reading.join(&self.knowledge.specimens().safety(fact));
        }
        let screening = self.ground.screening.again(reading, facts);
        let context = self.ground.context(self.knowledge, self.case, Said::Outline);
        let added = additions(self.knowledge, facts);
        wished(Context { facts, added: &added, screening: &screening, ..context })
    }

    /// Is anything that the plan for `here` hangs on otherwise?
    fn are_apart(&self, hinges: Hinges, here: &[Facts], then: &[Facts]) -> bool {
        here.iter().zip(then).any(|(here, then)| {
            let mut facts = here.differing(then);
            facts.any(|fact| {
                is_counted(hinges.decisive, fact)
                    || self.tells_use(fact)
                    || self.is_read_otherwise(hinges, fact, here, then)
            })
        })
    }

    /// Does it tell for how long something was used at home?
    fn tells_use(&self, fact: Fact) -> bool {
        let mut courses = self.knowledge.procedures().iter().filter_map(|it| it.course);
        courses.any(|it| it.in_use_since == Some(fact))
    }

    /// Does a condition that reads `fact` say otherwise?
    fn is_read_otherwise(&self, hinges: Hinges, fact: Fact, here: &Facts, then: &Facts) -> bool {
        let specimens = self.knowledge.specimens();
        let rules = specimens.safety(fact).and(hinges.telling).places();
        let safety = self.knowledge.safety();
        // Rests around sessions ask what a rule would say, had something been used at home that day.
        let at_home =
            |place: usize| self.knowledge.last_used().iter().any(|it| it.fact != fact && it.rules.contains(&place));
        let says_otherwise =
            |place: usize| safety.get(place).is_some_and(|rule| at_home(place) || !same_days(rule, here, then));
        let reads = |reader: Reader| match reader {
            Reader::Pathway(place) => self
                .knowledge
                .pathways()
                .get(place)
                .is_none_or(|pathway| [here, then].iter().any(|facts| pathway.answers.is_true(facts, 0))),
            Reader::Procedure(id) => hinges.decisive.procedures.contains(id),
            Reader::Planner => true,
        };
        let holds_otherwise = |(reader, when): &(Reader, crate::domain::Predicate)| {
            reads(*reader) && when.holds(here, 0) != when.holds(then, 0)
        };
        rules.into_iter().any(says_otherwise) || specimens.elsewhere(fact).iter().any(holds_otherwise)
    }

    /// The rules that read `fact` and would speak of what could be done, and do not now.
    fn waking(&self, fact: Fact, then: &[Facts]) -> Rules {
        let mut rules = Rules::new();
        let reading = self.knowledge.specimens().safety(fact).and(self.meant);
        for (here, then) in self.ground.facts.iter().zip(then) {
            for rule in reading.places().filter_map(|place| self.knowledge.safety().get(place)) {
                let new = screen::ever(rule, then) && !screen::ever(rule, here);
                add_rules(&mut rules, new.then_some(rule.rule));
            }
        }
        rules
    }
}

/// Does the planner itself read it?
fn is_counted(decisive: Decisive, fact: Fact) -> bool {
    let named = matches!(fact, Fact::ScarType | Fact::DepthClass);
    let always = matches!(fact, Fact::ScarCount | Fact::DaysSinceSmokeFree);
    always || fact == Fact::DaysSincePriming && decisive.priming || named && decisive.strengths
}
