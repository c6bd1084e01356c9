//! Why not: what stands in the way of a procedure, and the smallest change that would admit it.
//!
//! The search goes deeper only when nothing smaller will do, and at each step looks only at the facts that the first
//! thing in the way reads.

use smallvec::smallvec;

use super::Asked;
use crate::{
    domain::{
        Case, Day, Fact, Facts, Otherwise, PassedOver, Plan, Predicate, ProcedureId, ProcedureSet, Rules, ScarIndex,
        Truth, WhyNot,
    },
    engine::{
        Ground,
        classify::label,
        limits::CHANGES,
        screen::{self, Screening, Standing, insert_sorted},
        select::add_rules,
    },
    knowledge::{Downtime, Knowledge, Pathway, ProcedureKind, SafetyRule, Topic},
};

/// Why each procedure that is meant for a group is not planned on it, in the order of the procedures.
pub(super) fn why_not(asked: Asked<'_, '_>) -> Vec<WhyNot> {
    let Asked { knowledge, case, ground, drawn, awaited } = asked;
    let plan = &drawn.plan;
    let Ground { facts, screening, .. } = ground;
    let mut all: Vec<WhyNot> = Vec::new();
    let mut known: Vec<(&Facts, ProcedureSet, Vec<WhyNot>)> = Vec::new();
    for (scar, facts) in (0_u16..).map(ScarIndex).zip(facts).take_while(|_| awaited()) {
        let planned = planned(plan, scar);
        // Groups of which the same is known fare alike.
        let at = known.iter().position(|it| it.0 == facts && it.1 == planned).unwrap_or_else(|| {
            let group = Group { knowledge, case, plan, screening, scar, facts };
            known.push((facts, planned, group.answers(planned)));
            known.len().saturating_sub(1)
        });
        for it in known.get(at).into_iter().flat_map(|it| &it.2) {
            let same = |other: &&mut WhyNot| {
                other.procedure == it.procedure
                    && other.reasons == it.reasons
                    && other.changes == it.changes
                    && other.after == it.after
            };
            match all.iter_mut().find(same) {
                Some(known) => insert_sorted(&mut known.scars, scar),
                None => all.push(WhyNot { scars: smallvec![scar], ..it.clone() }),
            }
        }
    }
    all.sort_by_key(|it| it.procedure);
    all
}

/// What is planned on a group.
fn planned(plan: &Plan, scar: ScarIndex) -> ProcedureSet {
    let stages = plan.protocol().into_iter().flat_map(|it| &it.stages);
    stages.filter(|it| it.scars.contains(&scar)).map(|it| it.procedure).collect()
}

struct Group<'a> {
    knowledge: &'a Knowledge,
    case: &'a Case,
    plan: &'a Plan,
    screening: &'a Screening<'a>,
    scar: ScarIndex,
    facts: &'a Facts,
}

/// A procedure that a pathway or home care has for the group, under any of these conditions.
struct Meant<'k> {
    procedure: ProcedureId,
    /// Of the step, and of the option in it.
    when: Vec<(&'k Predicate, &'k Predicate)>,
}

/// What stands in the way first.
enum InTheWay<'k> {
    Nothing,
    /// None of the conditions of the pathway holds.
    Conditions,
    Rule(&'k SafetyRule),
    Wish(Otherwise),
}

impl<'a> Group<'a> {
    fn answers(&self, planned: ProcedureSet) -> Vec<WhyNot> {
        self.meant().iter().filter(|it| !planned.contains(it.procedure)).map(|it| self.answer(it)).collect()
    }

    /// What the pathway of the group names, in any of its steps, and what could not be used at home.
    fn meant(&self) -> Vec<Meant<'a>> {
        let mut all: Vec<Meant<'a>> = Vec::new();
        let mut add = |procedure, when| match all.iter_mut().find(|it: &&mut Meant<'a>| it.procedure == procedure) {
            Some(known) => known.when.push(when),
            None => all.push(Meant { procedure, when: vec![when] }),
        };
        let answers = |it: &&Pathway| it.answers.is_true(self.facts, 0);
        for step in self.knowledge.pathways().iter().find(answers).into_iter().flat_map(|it| &it.steps) {
            step.options.iter().for_each(|it| add(it.procedure, (&step.when, &it.when)));
            if let Some(adjunct) = &step.adjunct {
                adjunct.procedures.iter().for_each(|it| add(*it, (&step.when, &adjunct.when)));
            }
        }
        let at_home = self.not_used_at_home();
        for step in self.knowledge.home_care() {
            let options = step.options.iter().filter(|it| at_home.contains(it.procedure));
            options.for_each(|it| add(it.procedure, (&step.when, &it.when)));
        }
        all
    }

    /// What was passed over or left out of what is used at home.
    fn not_used_at_home(&self) -> ProcedureSet {
        self.told_of_home_care().map(|it| it.procedure).collect()
    }

    /// What the plan says of home care that it passed over or left out.
    fn told_of_home_care(&self) -> impl Iterator<Item = &'a PassedOver> {
        let protocol = self.plan.protocol().into_iter();
        let stages = protocol.clone().flat_map(|it| &it.stages).filter(|it| it.session_count.is_none());
        let all = stages.flat_map(|it| &it.passed_over).chain(protocol.flat_map(|it| &it.not_treated));
        all.filter(|it| it.scars.contains(&self.scar) && self.is_at_home(it.procedure))
    }

    fn is_at_home(&self, procedure: ProcedureId) -> bool {
        let known = self.knowledge.procedures().get(procedure.index());
        known.is_some_and(|it| it.kind == ProcedureKind::HomeCare)
    }

    fn answer(&self, meant: &Meant<'a>) -> WhyNot {
        let procedure = meant.procedure;
        let waits = match self.screening.standing(self.knowledge, procedure, self.scar) {
            Standing::Open { not_before, .. } => Some(not_before).filter(|day| *day > 0),
            Standing::Waiting | Standing::Closed => None,
        };
        // What leaves a wait of its own is told only where nothing else will do.
        let search = |waits: bool, most: usize| self.search(meant, self.facts, &mut Vec::new(), (most, waits));
        let found = [false, true].into_iter().find_map(|waits| (0..=CHANGES).find_map(|most| search(waits, most)));
        let out_of_reach = found.is_none();
        let (changes, then) = found.unwrap_or_else(|| (Vec::new(), self.facts.clone()));
        let after =
            if changes.is_empty() { waits } else { Some(self.opens(procedure, &then, None)).filter(|it| *it > 0) };
        WhyNot {
            procedure,
            scars: smallvec![self.scar],
            reasons: self.reasons(meant, &changes),
            after: after.filter(|_| !out_of_reach),
            changes,
            out_of_reach,
        }
    }

    /// The first day on which no rule that time ends keeps the group from a procedure; with `reads` only those rules count
    /// that read this fact.
    fn opens(&self, procedure: ProcedureId, facts: &Facts, reads: Option<Fact>) -> Day {
        let mut windows: Vec<(Day, Day)> = Vec::new();
        let rules = self.keeping(procedure).filter(|rule| rule.until.is_none());
        for rule in rules.filter(|rule| reads.is_none_or(|fact| reads_it(&rule.when, fact))) {
            screen::windows(rule, facts, |from, until| windows.push((from, until)));
        }
        windows.sort_unstable();
        let mut day = 0;
        for (from, until) in windows.into_iter().filter(|(_, until)| *until < Day::MAX) {
            if from <= day {
                day = until.max(day);
            }
        }
        day
    }

    /// The rules that can keep a procedure away.
    fn keeping(&self, procedure: ProcedureId) -> impl Iterator<Item = &'a SafetyRule> {
        let table = self.knowledge.safety_table();
        let rules = table.on(procedure).and(table.about(Topic::Keeps));
        rules.places().filter_map(|place| self.knowledge.safety().get(place))
    }

    /// The rules in its way; when there are none, why something else was taken. `changes` would admit it.
    fn reasons(&self, meant: &Meant<'a>, changes: &[Otherwise]) -> Rules {
        let planning = self.knowledge.planning();
        // Of home care the plan has said why.
        let mut told = Rules::new();
        for it in self.told_of_home_care().filter(|it| it.procedure == meant.procedure) {
            add_rules(&mut told, it.reasons.iter().copied().filter(|rule| *rule != planning.home_care_left_out));
        }
        if !told.is_empty() {
            return told;
        }
        let mut reasons = self.screening.against(meant.procedure, self.scar);
        // What only has to be recorded is not said to be unfit.
        let open = |it: &Otherwise| matches!(it, Otherwise::Fact(fact, _) if self.facts.get(*fact).is_none());
        let recorded = changes.is_empty() || !changes.iter().all(open);
        match fits(meant, self.facts) {
            Truth::Yes => {}
            Truth::No if recorded => reasons.insert(0, planning.not_for_this_scar),
            Truth::No | Truth::Unknown => reasons.insert(0, planning.not_recorded),
        }
        match self.wish(meant.procedure, &[]) {
            Some(Otherwise::NotExcluded) => reasons.push(planning.unwanted),
            Some(Otherwise::Available) => reasons.push(planning.unavailable),
            Some(Otherwise::Downtime(_)) => reasons.push(planning.downtime),
            Some(Otherwise::Fact(..)) | None => {}
        }
        if changes.is_empty() && !self.case.wishes.preferred.contains(meant.procedure) {
            let asked = self.screening.about(Topic::OnlyPreferred, meant.procedure, self.scar);
            add_rules(&mut reasons, asked.map(|it| it.rule.rule));
        }
        if reasons.is_empty() {
            let stages = self.plan.protocol().into_iter().flat_map(|it| &it.stages);
            let passed = stages.filter(|it| it.scars.contains(&self.scar)).flat_map(|it| &it.passed_over);
            let why = passed.filter(|it| it.procedure == meant.procedure && it.scars.contains(&self.scar));
            reasons = why.map(|it| it.reasons.clone()).next().unwrap_or_default();
        }
        if reasons.is_empty() {
            reasons.push(planning.ranks_after);
        }
        reasons
    }

    /// Changes, `left` of them at most on top of `made` and of what a visit settles, after which nothing is in the way, and what is known then. With
    /// `waits` a change may leave a wait that reads it.
    fn search(
        &self,
        meant: &Meant<'a>,
        facts: &Facts,
        made: &mut Vec<Otherwise>,
        (left, waits): (usize, bool),
    ) -> Option<(Vec<Otherwise>, Facts)> {
        let way = self.in_the_way(meant, facts, made);
        if matches!(way, InTheWay::Nothing) {
            return Some((made.clone(), facts.clone()));
        }
        // What the visit settles anyway is told and does not count.
        let settled = |rule: &SafetyRule| rule.until.is_some_and(|event| screen::at_visit(self.knowledge, event));
        let left = if matches!(way, InTheWay::Rule(rule) if settled(rule)) { left } else { left.checked_sub(1)? };
        let mut read: Vec<Fact> = Vec::new();
        let mut reads = |when: &Predicate| {
            when.reads(&mut |fact| {
                if !read.contains(&fact) {
                    read.push(fact);
                }
            });
        };
        match way {
            InTheWay::Nothing => return Some((made.clone(), facts.clone())),
            InTheWay::Wish(wish) => {
                made.push(wish);
                let found = self.search(meant, facts, made, (left, waits));
                made.pop();
                return found;
            }
            InTheWay::Conditions => meant.when.iter().for_each(|(step, option)| {
                reads(step);
                reads(option);
            }),
            InTheWay::Rule(rule) => reads(&rule.when),
        }
        // What nobody asked is looked at first: to learn it is less than to be another.
        read.sort_by_key(|fact| (facts.get(*fact).is_some(), *fact));
        // With another shape it would be another scar; what was not measured can be measured.
        let shape = |fact: Fact| self.knowledge.specimens().names(fact);
        for fact in read.into_iter().filter_map(asked).filter(|fact| !shape(*fact) || facts.get(*fact).is_none()) {
            let changed = |it: &Otherwise| matches!(it, Otherwise::Fact(known, _) if *known == fact);
            if made.iter().any(changed) {
                continue;
            }
            for specimen in self.knowledge.specimens().of(fact) {
                let mut then = facts.clone();
                then.set(fact, Some(specimen.value));
                if fact == Fact::Fitzpatrick {
                    then.set(Fact::PlanningPhototype, Some(specimen.value));
                }
                if shape(fact) && !self.is_same_scar(&mut then) {
                    continue;
                }
                let gone = match &way {
                    InTheWay::Rule(rule) => !screen::ever(rule, &then),
                    InTheWay::Conditions => fits(meant, &then) == Truth::Yes || left > 0,
                    InTheWay::Nothing | InTheWay::Wish(_) => false,
                };
                let in_time = || waits || self.opens(meant.procedure, &then, Some(fact)) == 0;
                if gone && facts.get(fact) != Some(specimen.value) && in_time() {
                    made.push(Otherwise::Fact(fact, specimen.answers));
                    let found = self.search(meant, &then, made, (left, waits));
                    made.pop();
                    if found.is_some() {
                        return found;
                    }
                }
            }
        }
        None
    }

    /// Names the scar anew after a measure; is it still called the same, and treated by the same pathway?
    fn is_same_scar(&self, facts: &mut Facts) -> bool {
        label(self.knowledge.classification(), self.scar, facts);
        let pathway = |facts: &Facts| {
            let answers = |it: &Pathway| it.answers.is_true(facts, 0);
            self.knowledge.pathways().iter().position(answers)
        };
        facts.get(Fact::ScarType) == self.facts.get(Fact::ScarType) && pathway(facts) == pathway(self.facts)
    }

    fn in_the_way(&self, meant: &Meant<'a>, facts: &Facts, made: &[Otherwise]) -> InTheWay<'a> {
        if fits(meant, facts) != Truth::Yes {
            return InTheWay::Conditions;
        }
        // What a visit can settle is not settled yet: the answer that does is told as well.
        let keeps = |rule: &&SafetyRule| screen::ends(rule, facts, rule.until.is_some()) == Some(Day::MAX);
        match self.keeping(meant.procedure).find(keeps) {
            Some(rule) => InTheWay::Rule(rule),
            None => self.wish(meant.procedure, made).map_or(InTheWay::Nothing, InTheWay::Wish),
        }
    }

    /// The wish that is in the way of it, unless it is given up already.
    fn wish(&self, procedure: ProcedureId, made: &[Otherwise]) -> Option<Otherwise> {
        let wishes = &self.case.wishes;
        let known = self.knowledge.procedures().get(procedure.index());
        let shortest = || {
            let traces = known.into_iter().flat_map(|it| it.downtime.iter().chain(&it.gentler));
            traces.map(|it: &Downtime| it.makeup_day).min()
        };
        let excluded = wishes.excluded.contains(procedure).then_some(Otherwise::NotExcluded);
        // What is used at home is nothing that a clinic has to have.
        let lacking = wishes.available.is_some_and(|it| !it.contains(procedure)) && !self.is_at_home(procedure);
        let missing = lacking.then_some(Otherwise::Available);
        let downtime = wishes.max_downtime.and_then(|most| shortest().filter(|days| *days > most));
        let all = [excluded, missing, downtime.map(Otherwise::Downtime)];
        all.into_iter().flatten().find(|it| !made.contains(it))
    }
}

/// Is the procedure meant for a group of which this is known?
fn fits(meant: &Meant<'_>, facts: &Facts) -> Truth {
    let both = |(step, option): &(&Predicate, &Predicate)| step.holds(facts, 0).min(option.holds(facts, 0));
    meant.when.iter().map(both).max().unwrap_or(Truth::No)
}

/// Does a condition read the fact, or what is worked out from it?
fn reads_it(when: &Predicate, fact: Fact) -> bool {
    let mut reads = false;
    when.reads(&mut |read| reads |= asked(read) == Some(fact));
    reads
}

/// The fact that is asked for what a condition reads; nothing where it is worked out.
fn asked(fact: Fact) -> Option<Fact> {
    let fact = if fact == Fact::PlanningPhototype { Fact::Fitzpatrick } else { fact };
    (!fact.is_computed()).then_some(fact)
}
