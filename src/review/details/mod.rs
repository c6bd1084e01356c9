//! What stands behind each rule besides its sentence: numbers, conditions, and where it belongs.

mod care;
mod scales;

use super::words::{between, condition_in_words, listed, plain, wait_in_words};
use crate::{
    domain::{Day, Predicate, ProcedureId, ProcedureSet, Range, RuleId, number_in_words},
    knowledge::{Adjust, Gap, HomeCareStep, Knowledge, Lead, Line, Procedure, SafetyRule, Spacing, Step, StepOption},
};

/// What stands behind one rule: labels and values, in the order of the files.
pub type Details = Vec<(&'static str, String)>;

/// The details of every rule, in the order of the rules.
pub fn details(knowledge: &Knowledge) -> Vec<Details> {
    let mut all = All { knowledge, details: vec![Details::new(); knowledge.rules().len()] };
    knowledge.procedures().iter().for_each(|it| all.procedure(it));
    all.gaps();
    knowledge.safety().iter().for_each(|it| all.safety(it));
    all.classification();
    all.grading();
    for pathway in knowledge.pathways() {
        all.add(pathway.rule, "pathway", plain(&pathway.id));
        all.when(pathway.rule, &pathway.answers);
        pathway.steps.iter().for_each(|it| all.step(it));
    }
    knowledge.home_care().iter().for_each(|it| all.home_care(it));
    for it in knowledge.referrals() {
        all.add(it.rule, "to", it.to.clone());
        all.add(it.rule, "urgency", <&str>::from(it.urgency).to_owned());
        it.answers.iter().for_each(|when| all.when(it.rule, when));
    }
    for it in knowledge.considered() {
        let types: Vec<String> = it.scar_types.iter().map(|it| plain((*it).into())).collect();
        all.add(it.rule, "considered", it.name.clone());
        all.add(it.rule, "for", if types.is_empty() { "any scar".to_owned() } else { listed(&types, "and") });
        if !it.alone.is_empty() {
            all.set(it.rule, "told of a plan with nothing but", it.alone);
        }
    }
    all.planning();
    knowledge.policies().iter().for_each(|it| all.policy(it));
    knowledge.required().iter().for_each(|it| all.required(it));
    knowledge.items().iter().for_each(|it| all.item(it));
    knowledge.planning().failures.iter().for_each(|it| all.failure(it));
    knowledge.grading().rated.iter().for_each(|it| all.rated(it));
    knowledge.grading().stated.iter().for_each(|it| all.stated(it));
    knowledge.codes().iter().for_each(|it| all.code(it));
    all.details
}

struct All<'k> {
    knowledge: &'k Knowledge,
    details: Vec<Details>,
}

impl All<'_> {
    fn add(&mut self, rule: RuleId, label: &'static str, value: String) {
        if let Some(details) = self.details.get_mut(rule.index()) {
            details.push((label, value));
        }
    }

    fn when(&mut self, rule: RuleId, when: &Predicate) {
        if *when != Predicate::Always {
            self.add(rule, "when", condition_in_words(when));
        }
    }

    fn procedures(&mut self, rule: RuleId, set: ProcedureSet) {
        self.set(rule, "procedures", set);
    }

    fn set(&mut self, rule: RuleId, label: &'static str, set: ProcedureSet) {
        let ids = self.knowledge.procedure_ids().filter(|(id, _)| set.contains(*id));
        let ids: Vec<String> = ids.map(|(_, it)| it.id.clone()).collect();
        self.add(rule, label, listed(&ids, "and"));
    }

    fn line(&mut self, line: &Line, label: &'static str, value: &str) {
        self.add(line.rule, label, value.to_owned());
        self.when(line.rule, &line.when);
    }

    fn name(&self, procedure: ProcedureId) -> String {
        self.knowledge.procedures().get(procedure.index()).map(|it| it.id.clone()).unwrap_or_default()
    }

    fn procedure(&mut self, it: &Procedure) {
        let of = |all: &mut Self, rule: RuleId, part: &str| all.add(rule, "of", format!("{}, {part}", it.id));
        if let Some(sessions) = it.sessions {
            of(self, sessions.rule, "sessions");
            self.range(sessions.rule, sessions.count, "sessions");
        }
        if let Some(downtime) = it.downtime {
            of(self, downtime.rule, "downtime");
            self.range(downtime.rule, downtime.days, "days of traces");
            self.add(downtime.rule, "make-up from day", downtime.makeup_day.to_string());
        }
        if let Some(wait) = it.judge {
            of(self, wait.rule, "when to judge");
            self.add(wait.rule, "after", wait_in_words(wait.days));
        }
        if let Some(course) = it.course {
            of(self, course.rule, "course");
            self.add(course.rule, "at most", course.at_most.map_or_else(|| "open-ended".to_owned(), wait_in_words));
        }
        if let Some(weaker) = it.gaps.and_then(|it| it.weaker) {
            of(self, weaker.rule, "weaker form");
            self.add(weaker.rule, "below", number_in_words(weaker.below));
        }
        for row in &it.parameters {
            of(self, row.rule, &plain(&row.name));
            let (low, high) = (number_in_words(row.low), number_in_words(row.high));
            self.add(row.rule, "range", between(&low, &high, &row.unit));
            self.when(row.rule, &row.when);
        }
        of(self, it.evidence.rule, "evidence");
        self.add(it.evidence.rule, "grade", it.evidence.grade.clone());
        if let Some(cost) = it.cost {
            of(self, cost.rule, "cost");
            self.add(cost.rule, "class", cost.class.to_string());
        }
        if let Some(pigment) = it.pigment {
            of(self, pigment.rule, "risk to the colour of the skin");
            self.add(pigment.rule, "risk", <&str>::from(pigment.risk).replace('_', " "));
        }
        for gentler in &it.gentler {
            of(self, gentler.rule, "gentler settings");
            self.range(gentler.rule, gentler.days, "days of traces");
            self.add(gentler.rule, "make-up from day", gentler.makeup_day.to_string());
        }
        for row in it.expected.iter().chain(&it.adverse) {
            of(self, row.rule, "what was reported");
            let value = between(&row.low.to_string(), &row.high.to_string(), &row.unit);
            self.add(row.rule, "figure", format!("{}: {value}", row.measure));
        }
        for row in &it.strengths {
            let scar_type: &str = row.scar_type.into();
            let depth = row.depth_class.map(|it| format!(", {}", plain(it.into()))).unwrap_or_default();
            of(self, row.rule, &format!("strength on {}{depth}", plain(scar_type)));
            self.add(row.rule, "strength", format!("{:?}", row.strength).to_lowercase());
        }
        for (part, lines) in parts(it) {
            lines.iter().for_each(|line| self.line(line, "of", &format!("{}, {part}", it.id)));
        }
    }

    fn range(&mut self, rule: RuleId, range: Range, unit: &str) {
        let Range { min, typical, max } = range;
        self.add(rule, "least", format!("{min} {unit}"));
        self.add(rule, "usual", format!("{typical} {unit}"));
        self.add(rule, "most", format!("{max} {unit}"));
    }

    fn gaps(&mut self) {
        let gaps = self.knowledge.gaps();
        let pairs = gaps.kinds.iter().flat_map(|first| gaps.kinds.iter().map(move |next| (first, next)));
        for ((first, next), gap) in pairs.zip(&gaps.cells) {
            self.gap(first, next, gap);
        }
        for addition in std::iter::once(&gaps.pigment_addition).chain(&gaps.skin_additions) {
            self.add(addition.rule, "added", wait_in_words(addition.days));
            self.when(addition.rule, &addition.when);
        }
    }

    fn gap(&mut self, first: &str, next: &str, gap: &Gap) {
        let mut spacing = |rule: RuleId, it: &Spacing| {
            self.add(rule, "wait", format!("from {first} to {next}"));
            self.add(rule, "never below", wait_in_words(it.floor));
            self.add(rule, "planned from", wait_in_words(it.plan_min));
            self.add(rule, "usual", days(it.typical_from, it.typical_to));
            it.latest.into_iter().for_each(|latest| self.add(rule, "latest", wait_in_words(latest)));
        };
        spacing(gap.base.rule, &gap.base);
        gap.variants.iter().for_each(|it| spacing(it.rule, &it.spacing));
        for it in &gap.variants {
            self.when(it.rule, &it.when);
        }
        if gap.same_sitting {
            self.add(gap.base.rule, "same visit", "allowed".to_owned());
        }
        if let Some(line) = &gap.same_day {
            self.line(line, "same visit", "rarely done");
        }
        if gap.pigment_addition {
            self.add(gap.base.rule, "longer where skin marks easily", "yes".to_owned());
        }
    }

    fn safety(&mut self, it: &SafetyRule) {
        let SafetyRule {
            rule,
            when,
            if_unknown,
            procedures,
            action,
            until,
            limits,
            lead,
            lead_least,
            lead_anew,
            precondition,
            stacked,
            only_preferred,
            ..
        } = it;
        let action: &str = (*action).into();
        self.add(*rule, "action", action.to_owned());
        self.procedures(*rule, *procedures);
        self.when(*rule, when);
        if *if_unknown {
            self.add(*rule, "when not asked", "applies".to_owned());
        }
        if let Some(event) = until.and_then(|it| self.knowledge.events().get(it.index())) {
            self.add(*rule, "until", plain(&event.id));
        }
        for limit in limits {
            let procedure = self.knowledge.procedures().get(limit.procedure.index());
            let name = procedure.and_then(|it| it.parameter_names.get(limit.parameter)).map_or("", String::as_str);
            let of = format!("{} {}", self.name(limit.procedure), plain(name));
            for (word, bound) in [("at most", limit.at_most), ("start at", limit.start_at)] {
                if let Some(bound) = bound {
                    self.add(*rule, "limit", format!("{of}: {word} {}", number_in_words(bound)));
                }
            }
        }
        match lead {
            Some(Lead::Priming(days)) => self.add(*rule, "first", format!("priming for {}", wait_in_words(*days))),
            Some(Lead::TestArea(days)) => {
                self.add(*rule, "first", format!("a test area, judged after {}", wait_in_words(*days)));
            }
            Some(Lead::SmokeFree(days)) => {
                self.add(*rule, "first", format!("no smoking for {}", wait_in_words(*days)));
            }
            None => {}
        }
        if *lead_anew {
            self.add(*rule, "tested by", "what was done since it began".to_owned());
        }
        if let Some(days) = lead_least {
            self.add(*rule, "first, at least", wait_in_words(*days));
        }
        if *only_preferred {
            self.add(*rule, "planned", "only where it is preferred".to_owned());
        }
        if *stacked {
            self.add(*rule, "about", "two of these in one sitting".to_owned());
        }
        if *precondition {
            self.add(*rule, "shown as", "a precondition of the stage".to_owned());
        }
    }

    fn classification(&mut self) {
        let table = self.knowledge.classification();
        for row in &table.types {
            let (scar_type, confidence): (&str, &str) = (row.scar_type.into(), row.confidence.into());
            let others: Vec<String> = row.alternatives.iter().map(|it| plain((*it).into())).collect();
            let others = if others.is_empty() { String::new() } else { format!("; also {}", listed(&others, "or")) };
            let when = condition_in_words(&row.when);
            let named = format!("{} with {confidence} confidence{others}, when {when}", plain(scar_type));
            self.add(row.rule, "named", named);
        }
        for (line, depth) in &table.depths {
            self.line(line, "depth", &plain((*depth).into()));
        }
        for (line, bucket) in &table.buckets {
            self.line(line, "width", &plain((*bucket).into()));
        }
        for (line, adjust) in &table.adjusts {
            let how = match adjust {
                Adjust::Down => "one step down".to_owned(),
                Adjust::AtMost(most) => format!("{} at most", <&str>::from(*most)),
            };
            self.line(line, "confidence", &how);
        }
        for (line, flag) in &table.flags {
            self.line(line, "flag", &plain((*flag).into()));
        }
    }

    fn grading(&mut self) {
        let grading = self.knowledge.grading();
        let qualitative = &grading.qualitative;
        for (line, scars, grade) in &qualitative.rows {
            self.line(line, "grade", &grade.to_string());
            self.scars(line.rule, scars.every.as_ref(), scars.any.as_ref());
        }
        for (line, scars, flag) in &qualitative.flags {
            self.line(line, "flag", &plain((*flag).into()).to_lowercase());
            self.scars(line.rule, scars.every.as_ref(), scars.any.as_ref());
        }
        let quantitative = &grading.quantitative;
        for (row, points) in &quantitative.points {
            self.add(quantitative.rule, "points", format!("{}: {points}", plain((*row).into())));
        }
        for (row, points) in &grading.ecca.points {
            self.add(grading.ecca.rule, "points", format!("{}: {points}", plain((*row).into())));
        }
        for (rule, bands) in [(quantitative.rule, &quantitative.bands), (grading.ecca.rule, &grading.ecca.bands)] {
            for band in bands {
                self.add(rule, "number", format!("from {} scars: times {}", band.from, band.times));
            }
        }
        for (limit, above, points) in &quantitative.area_bands {
            let word = if *above { "above" } else { "from" };
            self.add(quantitative.rule, "area", format!("{word} {} cm²: {points}", number_in_words(*limit)));
        }
    }

    fn scars(&mut self, rule: RuleId, every: Option<&Predicate>, any: Option<&Predicate>) {
        every.into_iter().for_each(|it| self.add(rule, "every scar", condition_in_words(it)));
        any.into_iter().for_each(|it| self.add(rule, "some scar", condition_in_words(it)));
    }

    fn step(&mut self, step: &Step) {
        let phase: &str = step.phase.into();
        self.add(step.rule, "step", phase.to_owned());
        self.when(step.rule, &step.when);
        if let Some(line) = &step.contingent {
            self.line(line, "step", "waits for a review");
        }
        if step.between_others {
            self.add(step.rule, "step", "goes between the sessions of others".to_owned());
        }
        self.options(&step.options);
        if let Some(adjunct) = &step.adjunct {
            let ids: Vec<String> = adjunct.procedures.iter().map(|it| self.name(*it)).collect();
            self.add(adjunct.rule, "joins the visits", listed(&ids, "or"));
        }
        step.stop.iter().for_each(|line| self.line(line, "step", "when to stop"));
    }

    fn options(&mut self, options: &[StepOption]) {
        for (rank, option) in options.iter().enumerate() {
            let name = self.name(option.procedure);
            self.add(option.rule, "choice", format!("{}: {name}", rank.saturating_add(1)));
            self.when(option.rule, &option.when);
            if option.substitute {
                self.add(option.rule, "only", "when none before it can be done".to_owned());
            }
            if option.last {
                self.add(option.rule, "last", "what needs an agreement does not give way to it".to_owned());
            }
        }
    }

    fn home_care(&mut self, step: &HomeCareStep) {
        let phase: &str = step.phase.into();
        self.add(step.rule, "home care", phase.to_owned());
        if step.when_priming {
            self.add(step.rule, "only", "when a stage needs priming".to_owned());
        }
        if !step.with.is_empty() {
            self.procedures(step.rule, step.with);
        }
        if !step.after.is_empty() {
            self.set(step.rule, "after", step.after);
        }
        self.when(step.rule, &step.when);
        if let Some(resume) = step.resume {
            self.add(resume.rule, "runs for", wait_in_words(resume.days));
        }
        self.options(&step.options);
    }

    fn planning(&mut self) {
        let planning = self.knowledge.planning();
        planning.warnings.iter().for_each(|it| self.when(it.rule, &it.when));
        self.when(planning.fewest.rule, &planning.fewest.when);
        let past = &planning.past;
        for wait in [planning.gate_review, planning.final_review, past.earlier_course] {
            self.add(wait.rule, "after", wait_in_words(wait.days));
        }
        self.add(planning.home_care_least.rule, "least", wait_in_words(planning.home_care_least.days));
        self.set(planning.final_review.rule, "not after", planning.not_reviewed);
        let occasion = &planning.occasion;
        for wait in [occasion.quiet, occasion.new, occasion.filler] {
            self.add(wait.rule, "before", wait_in_words(wait.days));
        }
        self.procedures(occasion.filler.rule, occasion.fillers);
        for it in &past.lapses {
            self.procedures(it.rule, it.procedures);
            self.add(it.rule, "after", wait_in_words(it.after));
            self.add(it.rule, "then", plain(it.then.into()));
        }
        for it in &past.boosters {
            self.procedures(it.rule, it.procedures);
            self.add(it.rule, "after", wait_in_words(it.after));
            self.add(it.rule, "sessions", it.sessions.to_string());
        }
        self.add(past.goal.rule, "least response", plain(past.goal.response.into()));
        self.add(past.plateau.rule, "best response", plain(past.plateau.response.into()));
        self.add(past.plateau.rule, "sessions", past.plateau.sessions.to_string());
        let vocabulary = self.knowledge.vocabulary();
        let rule = self.knowledge.classification().limits;
        self.add(rule, "most groups", vocabulary.max_scars.to_string());
        self.add(rule, "most past sessions", vocabulary.max_history.to_string());
        self.add(rule, "deepest", format!("{} mm", number_in_words(vocabulary.max_depth_mm)));
        self.add(rule, "widest", format!("{} mm", number_in_words(vocabulary.max_width_mm)));
    }
}

/// The texts of a procedure by what they are about.
pub(super) fn parts(it: &Procedure) -> [(&'static str, &[Line]); 7] {
    [
        ("before", &it.preparation),
        ("after", &it.aftercare),
        ("how it is done", &it.technique),
        ("when to stop", &it.stop),
        ("when to change", &it.switch),
        ("what can go wrong", &it.risk),
        ("call at once", &it.red_flag),
    ]
}

/// A range of days in words.
pub(super) fn days(from: Day, to: Day) -> String {
    let (first, last) = (wait_in_words(from), wait_in_words(to));
    let unit = |text: &str| text.split_once(' ').map(|(_, unit)| unit.to_owned());
    match first.split_once(' ') {
        _ if from == to => first,
        Some((number, unit_of_first)) if unit(&last).as_deref() == Some(unit_of_first) => format!("{number} to {last}"),
        _ => format!("{first} to {last}"),
    }
}
