//! From files as written to values that cannot be wrong.
//!
//! Three passes: parse each file, collect the names it defines, then resolve everything against those names. A file
//! that does not parse is reported once; what it would have defined is then not reported as missing.

mod about;
mod classification;
mod codes;
mod grading;
mod names;
mod parsed;
mod pathways;
mod planning;
mod policies;
mod procedures;
mod rules;
mod safety;
mod scales;
mod skin_tone;
mod spacing;

use std::ops::RangeInclusive;

use sha2::{Digest as _, Sha256};
use toml::Spanned;

use super::{
    Choices, Citation, Condition, Event, Knowledge, Problem, Problems, ReadFile, SafetyTable, SourceFile, model,
    policy::Policies, raw, specimens::Specimens, wait,
};
use crate::domain::{Date, EventId, Predicate, ProcedureId, ProcedureSet, RuleId, Vocabulary};
use names::Names;
use parsed::{File, Parsed};
use rules::Rules;

/// Groups of scars are told apart by numbers of 16 bits.
const MAX_SCARS: usize = u16::MAX as usize - 1;

/// Checks all files.
pub(super) fn check(files: &[SourceFile], read: &[ReadFile<'_>], choices: &Choices) -> Result<Knowledge, Problems> {
    let mut checker = Checker::default();
    let parsed = Parsed::read(&mut checker, files, read);
    let knowledge = parsed.as_ref().and_then(|parsed| checker.knowledge(files, parsed, choices));
    checker.problems.sort();
    checker.problems.dedup();
    match knowledge {
        Some(knowledge) if checker.problems.is_empty() => Ok(knowledge),
        Some(_) | None => Err(Problems(checker.problems)),
    }
}

/// Collects problems.
#[derive(Default)]
pub(super) struct Checker {
    problems: Vec<Problem>,
    policies: Policies,
    /// Every condition that was read, with its file.
    conditions: Vec<Condition>,
}

impl Checker {
    /// How many problems there are so far.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    fn problem(&mut self, path: &str, line: usize, message: impl Into<String>) {
        self.problems.push(Problem { path: path.to_owned(), line, message: message.into() });
    }

    /// Writes down a problem at a value.
    pub(super) fn at<T>(&mut self, file: &SourceFile, value: &Spanned<T>, message: impl Into<String>) {
        self.problem(&file.path, line_of(&file.text, value.span().start), message);
    }

    /// The condition, or always when there is none.
    pub(super) fn condition(&mut self, file: &SourceFile, text: Option<&raw::Text>) -> Predicate {
        let Some(text) = text else { return Predicate::Always };
        let when = super::condition::parse(text.get_ref(), &self.policies).unwrap_or_else(|message| {
            self.at(file, text, message);
            Predicate::Always
        });
        self.conditions.push(Condition { file: file.path.clone(), when: when.clone() });
        when
    }

    /// One wait of at least a day.
    pub(super) fn wait(&mut self, file: &SourceFile, text: &raw::Text) -> Option<i32> {
        match wait::days(text.get_ref()) {
            Some(days) if days > 0 => Some(days),
            Some(_) => {
                self.at(file, text, "a wait must be at least one day");
                None
            }
            None => {
                let how = if wait::range(text.get_ref()).is_some() { wait::HOW_ONE } else { wait::HOW };
                self.at(file, text, how);
                None
            }
        }
    }

    /// A number in thousandths.
    pub(super) fn thousandths(&mut self, file: &SourceFile, near: &raw::Text, number: f64) -> i64 {
        let scaled = number * 1000.0;
        if !(0.0..1e12).contains(&scaled) || (scaled - scaled.round()).abs() > 1e-6 {
            self.at(file, near, format!("write {number} as a number from 0 up, no finer than a thousandth"));
            return 0;
        }
        #[allow(clippy::cast_possible_truncation, reason = "checked above")]
        let whole = scaled.round() as i64;
        whole
    }

    /// A number within bounds; the nearest one that is when it is not, so that nothing is reckoned with what was refused.
    pub(super) fn within(
        &mut self,
        file: &SourceFile,
        near: &raw::Text,
        name: &str,
        number: i32,
        bounds: RangeInclusive<i32>,
    ) -> i32 {
        let (least, most) = bounds.into_inner();
        let nearest = number.clamp(least, most);
        if nearest != number {
            self.at(file, near, format!("write `{name}` as a number from {least} to {most}"));
        }
        nearest
    }

    /// A word of a closed list.
    pub(super) fn word<T: Copy + Into<&'static str>>(
        &mut self,
        file: &SourceFile,
        text: &raw::Text,
        all: &[T],
    ) -> Option<T> {
        let found = all.iter().copied().find(|it| Into::<&str>::into(*it) == text.get_ref());
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|it| (*it).into()).collect();
            self.at(file, text, format!("`{}` is not in the list; write one of {}", text.get_ref(), words.join(", ")));
        }
        found
    }

    fn knowledge(&mut self, files: &[SourceFile], parsed: &Parsed<'_>, choices: &Choices) -> Option<Knowledge> {
        let citations = self.citations(&parsed.citations);
        let chosen = self.choose(&parsed.policies, choices);
        let names = Names::collect(self, parsed);
        let mut rules = Rules::collect(self, parsed, &names, &citations);
        let mut scope = Scope { checker: self, rules: &mut rules, names: &names };

        let procedures = scope.procedures(parsed);
        let procedures = procedures?;
        let gaps = scope.gaps(parsed);
        if let Some(gaps) = &gaps {
            scope.weaker_waits_no_longer(parsed, &procedures, gaps);
        }
        let (safety, items) = scope.safety(parsed, &procedures);
        let required = scope.required(parsed);
        let policies = scope.policies(parsed, chosen);
        let classification = scope.classification(parsed);
        let grading = scope.grading(parsed);
        let pathways = scope.pathways(parsed, &procedures);
        let between_others = scope.between_others(parsed, &pathways);
        let home_care = scope.home_care(parsed, &procedures);
        let referrals = scope.referrals(parsed);
        let planning = scope.planning(parsed, &procedures);
        let source_attributes = scope.source_attributes(parsed);
        let considered = scope.considered(parsed);
        let rows = &parsed.referrals.raw.referral;
        let nothing_allowed = rows.iter().position(|it| it.when_nothing_is_allowed);
        let no_structure = rows.iter().position(|it| it.when_structure_is_missing);
        let courses_done = rows.iter().position(|it| it.when_courses_are_done);
        if let (Some(_), Some(_)) = (&classification, &nothing_allowed) {
            scope.every_type_is_answered(parsed, &pathways, &referrals);
        }
        scope.everything_is_used(parsed, &safety, &pathways, &home_care, &considered);
        let codes = scope.codes(parsed);
        let mut vocabulary = scope.vocabulary(parsed, grading.as_ref());
        vocabulary.parameters = procedures.iter().map(|it| it.parameter_names.clone()).collect();
        vocabulary.settled_by_word = scope.settled_by_word(&safety);
        self.citations_are_used(&parsed.citations, &rules);
        let date = self.date(&parsed.release);
        let mut conditions = std::mem::take(&mut self.conditions);
        conditions.sort_by(|a, b| a.file.cmp(&b.file));
        let safety_table = SafetyTable::new(&safety, &names.events, procedures.len());
        let last_used = safety::last_used(&procedures, &safety);
        Some(Knowledge {
            specimens: Specimens::new(&conditions, &safety, &pathways, &procedures, planning.as_ref()),
            release: parsed.release.raw.release.get_ref().clone(),
            date: date?,
            digest: digest(files),
            vocabulary,
            rules: rules.finish(),
            citations,
            events: names.events,
            procedures,
            gaps: gaps?,
            classification: classification?,
            grading: grading?,
            pathways,
            between_others,
            home_care,
            referrals,
            nothing_allowed: nothing_allowed?,
            no_structure: no_structure?,
            courses_done: courses_done?,
            planning: planning?,
            policies,
            required,
            asked: safety::asked(&safety),
            safety_table,
            last_used,
            safety,
            items,
            conditions,
            source_attributes,
            considered,
            codes,
        })
    }

    fn citations(&mut self, file: &File<'_, raw::Citations>) -> Vec<Citation> {
        let mut citations: Vec<Citation> = Vec::new();
        for raw in &file.raw.citation {
            if citations.iter().any(|it| it.key == *raw.key.get_ref()) {
                self.at(file.source, &raw.key, "this citation is listed twice");
                continue;
            }
            citations.push(Citation {
                key: raw.key.get_ref().clone(),
                text: raw.text.clone(),
                pmid: raw.pmid.clone(),
                doi: raw.doi.clone(),
                pmcid: raw.pmcid.clone(),
                url: raw.url.clone(),
            });
        }
        citations.sort_by(|a, b| a.key.cmp(&b.key));
        citations
    }

    fn citations_are_used(&mut self, file: &File<'_, raw::Citations>, rules: &Rules) {
        for raw in &file.raw.citation {
            if !rules.cites(raw.key.get_ref()) {
                self.at(file.source, &raw.key, "no rule leans on this citation");
            }
        }
    }

    fn date(&mut self, file: &File<'_, raw::Release>) -> Option<String> {
        let text = file.raw.date.get_ref();
        let mut parts = text.splitn(3, '-').map(wait::whole);
        let date = match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
            (Some(year), Some(month), Some(day)) => Date::new(year, month, day),
            (_, _, _) => None,
        };
        if date.is_none() || text.len() != "2026-01-31".len() {
            self.at(file.source, &file.raw.date, "write the date of the release as 2026-01-31");
            return None;
        }
        Some(text.clone())
    }
}

/// What resolving needs: where problems go, the rules, and the names.
pub(super) struct Scope<'s> {
    pub checker: &'s mut Checker,
    pub rules: &'s mut Rules,
    pub names: &'s Names,
}

impl Scope<'_> {
    /// A line of text with its condition.
    pub(super) fn line(&mut self, file: &SourceFile, line: &raw::Line) -> model::Line {
        let when = self.checker.condition(file, line.when.as_ref());
        model::Line { rule: self.rule(&line.rule), when }
    }

    /// The rule of this id. Every id in a file was collected, so it is there.
    pub(super) fn rule(&mut self, id: &raw::Text) -> RuleId {
        self.rules.id(id.get_ref()).unwrap_or(RuleId(0))
    }

    /// The procedure of this id.
    pub(super) fn procedure(&mut self, file: &SourceFile, id: &raw::Text) -> Option<ProcedureId> {
        let found = self.names.procedure(id.get_ref());
        if found.is_none() {
            self.checker.at(file, id, "procedures/ has no file of this name");
        }
        found
    }

    /// The procedures of these ids, families and words, without those of the others.
    pub(super) fn procedure_set(&mut self, file: &SourceFile, ids: &[raw::Text], except: &[raw::Text]) -> ProcedureSet {
        let families: Vec<ProcedureSet> = ids.iter().map(|id| self.family(file, id).into_iter().collect()).collect();
        // A name that adds nothing looks as if it did: whoever takes it out would change nothing.
        for (at, (id, family)) in ids.iter().zip(&families).enumerate() {
            let others = families.iter().enumerate().filter(|(other, _)| *other != at);
            let others = others.fold(ProcedureSet::default(), |all, (_, other)| all.with(*other));
            if !family.is_empty() && family.is_within(others) {
                self.checker.at(file, id, format!("`{}` is in the list already; write it once", id.get_ref()));
            }
        }
        let mut set = families.iter().fold(ProcedureSet::default(), |all, family| all.with(*family));
        for id in except {
            for procedure in self.family(file, id) {
                if !set.contains(procedure) {
                    self.checker.at(file, id, "is not among the procedures from which it is taken out");
                    break;
                }
                set.remove(procedure);
            }
        }
        set
    }

    fn family(&mut self, file: &SourceFile, id: &raw::Text) -> Vec<ProcedureId> {
        let found = self.names.family(id.get_ref());
        if found.is_empty() {
            let message = format!("`{}` is neither a file of procedures/ nor a family of one", id.get_ref());
            self.checker.at(file, id, message);
        }
        found
    }

    /// The event of this id.
    pub(super) fn event(&mut self, file: &SourceFile, id: &raw::Text) -> Option<EventId> {
        let found = self.names.event(id.get_ref());
        if found.is_none() {
            self.checker.at(file, id, "events.toml has no event of this name");
        }
        found
    }

    fn vocabulary(&mut self, parsed: &Parsed<'_>, grading: Option<&model::Grading>) -> Vocabulary {
        let limits = &parsed.classification.raw.limits;
        let file = parsed.classification.source;
        let having = |fits: fn(&raw::Procedure) -> bool| {
            let all = (0_u8..).map(ProcedureId).zip(&parsed.procedures);
            all.filter(|(_, (_, file))| fits(&file.raw)).map(|(id, _)| id).collect()
        };
        if !(1..=MAX_SCARS).contains(limits.max_scars.get_ref()) {
            let message = format!("write `max_scars` as a number from 1 to {MAX_SCARS}");
            self.checker.at(file, &limits.max_scars, message);
        }
        if *limits.max_history.get_ref() == 0 {
            self.checker.at(file, &limits.max_history, "`max_history` is at least 1");
        }
        Vocabulary {
            procedures: self.names.procedures.clone(),
            in_sessions: having(|it| it.sessions.is_some()),
            parameters: Vec::new(),
            settled_by_word: Vec::new(),
            by_strength: having(|it| it.gaps.as_ref().is_some_and(|gaps| gaps.weaker.is_some())),
            max_scars: *limits.max_scars.get_ref(),
            max_history: *limits.max_history.get_ref(),
            max_depth_mm: self.checker.thousandths(file, &limits.rule, limits.max_depth_mm),
            max_width_mm: self.checker.thousandths(file, &limits.rule, limits.max_width_mm),
            items: grading.map(scales::ranges).unwrap_or_default(),
            skin_tones: self.skin_tones(parsed),
        }
    }
}

/// The line of a place in the text, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// SHA-256 over all files that decide something, in hexadecimal.
fn digest(files: &[SourceFile]) -> String {
    let mut sorted: Vec<&SourceFile> = files.iter().filter(|file| file.path.ends_with(".toml")).collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hash = Sha256::new();
    for file in sorted {
        hash.update(file.path.as_bytes());
        hash.update([0]);
        hash.update(file.text.len().to_le_bytes());
        hash.update(file.text.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl From<raw::EventKind> for bool {
    fn from(kind: raw::EventKind) -> Self {
        kind == raw::EventKind::Check
    }
}

impl From<&raw::Event> for Event {
    fn from(raw: &raw::Event) -> Self {
        Self { id: raw.id.get_ref().clone(), at_visit: raw.kind.into() }
    }
}
