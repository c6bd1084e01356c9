//! From files as written to values that cannot be wrong.
//!
//! Three passes: parse each file, collect the names it defines, then resolve everything against those names. A file
//! that does not parse is reported once; what it would have defined is then not reported as missing.

mod about;
mod classification;
mod codes;
mod grading;
mod names;
mod pathways;
mod planning;
mod policies;
mod procedures;
mod rules;
mod safety;
mod scales;
mod skin_tone;
mod spacing;

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use super::{
    Choices, Citation, Condition, Event, Knowledge, Problem, Problems, SafetyTable, SourceFile, model,
    policy::Policies, raw, specimens::Specimens, wait,
};
use crate::domain::{Date, EventId, Predicate, ProcedureId, ProcedureSet, RuleId, Vocabulary};
use names::Names;
use rules::Rules;

/// Checks all files.
pub(super) fn check(files: &[SourceFile], choices: &Choices) -> Result<Knowledge, Problems> {
    let mut checker = Checker::default();
    let parsed = Parsed::read(&mut checker, files);
    let knowledge = parsed.as_ref().and_then(|parsed| checker.knowledge(files, parsed, choices));
    checker.problems.sort();
    checker.problems.dedup();
    match knowledge {
        Some(knowledge) if checker.problems.is_empty() => Ok(knowledge),
        Some(_) | None => Err(Problems(checker.problems)),
    }
}

/// A file with its content.
pub(super) struct File<'f, T> {
    pub source: &'f SourceFile,
    pub raw: T,
}

/// All files, parsed.
struct Parsed<'f> {
    release: File<'f, raw::Release>,
    citations: File<'f, raw::Citations>,
    events: File<'f, raw::Events>,
    classification: File<'f, raw::Classification>,
    grading: File<'f, raw::Grading>,
    skin_tone: File<'f, raw::SkinTone>,
    codes: File<'f, raw::Codes>,
    gaps: File<'f, raw::Gaps>,
    more_gaps: Vec<File<'f, raw::MoreGaps>>,
    policies: File<'f, raw::Policies>,
    required: File<'f, raw::RequiredFacts>,
    planning: File<'f, raw::Planning>,
    home_care: File<'f, raw::HomeCare>,
    referrals: File<'f, raw::Referrals>,
    source_attributes: File<'f, raw::SourceAttributes>,
    considered: File<'f, raw::ConsideredTreatments>,
    safety: Vec<File<'f, raw::Safety>>,
    /// In the order of the ids.
    procedures: Vec<(&'f str, File<'f, raw::Procedure>)>,
    /// In the order of the file names.
    pathways: Vec<(&'f str, File<'f, raw::Pathway>)>,
}

impl<'f> Parsed<'f> {
    /// `None` when some file is missing or does not parse.
    fn read(checker: &mut Checker, files: &'f [SourceFile]) -> Option<Self> {
        let mut sorted: Vec<&SourceFile> = files.iter().collect();
        sorted.sort_by(|a, b| a.path.cmp(&b.path));
        let singles = [
            "release.toml",
            "citations.toml",
            "events.toml",
            "classification.toml",
            "grading.toml",
            "skin_tone.toml",
            "codes.toml",
            "gaps.toml",
            "policies.toml",
            "required_facts.toml",
            "planning.toml",
            "home_care.toml",
            "referrals.toml",
            "source_attributes.toml",
            "considered.toml",
        ];
        let mut safety = Vec::new();
        let mut more_gaps = Vec::new();
        let mut procedures = Vec::new();
        let mut pathways = Vec::new();
        let mut whole = true;
        for file in &sorted {
            let path = file.path.as_str();
            let name = path.strip_suffix(".toml").and_then(|it| it.split_once('/'));
            match name {
                None if singles.contains(&path) => {}
                Some(("safety", _)) => match checker.read(file) {
                    Some(raw) => safety.push(File { source: file, raw }),
                    None => whole = false,
                },
                Some(("gaps", _)) => match checker.read(file) {
                    Some(raw) => more_gaps.push(File { source: file, raw }),
                    None => whole = false,
                },
                Some(("procedures", id)) => match checker.read(file) {
                    Some(raw) => procedures.push((id, File { source: file, raw })),
                    None => whole = false,
                },
                Some(("pathways", id)) => match checker.read(file) {
                    Some(raw) => pathways.push((id, File { source: file, raw })),
                    None => whole = false,
                },
                _ if path.ends_with("README.md") || (path.starts_with("cases/") && path.ends_with(".md")) => {}
                Some(_) | None => checker.problem(path, 1, "nothing reads a file of this name"),
            }
        }
        let mut of = Single { checker, files: &sorted };
        let (release, citations, events) = (of.read("release.toml"), of.read("citations.toml"), of.read("events.toml"));
        let (classification, grading, gaps) =
            (of.read("classification.toml"), of.read("grading.toml"), of.read("gaps.toml"));
        let (skin_tone, codes) = (of.read("skin_tone.toml"), of.read("codes.toml"));
        let (planning, home_care, referrals) =
            (of.read("planning.toml"), of.read("home_care.toml"), of.read("referrals.toml"));
        let (policies, required) = (of.read("policies.toml"), of.read("required_facts.toml"));
        let (source_attributes, considered) = (of.read("source_attributes.toml"), of.read("considered.toml"));
        let parsed = Self {
            source_attributes: source_attributes?,
            considered: considered?,
            release: release?,
            citations: citations?,
            events: events?,
            classification: classification?,
            grading: grading?,
            skin_tone: skin_tone?,
            codes: codes?,
            gaps: gaps?,
            more_gaps,
            policies: policies?,
            required: required?,
            planning: planning?,
            home_care: home_care?,
            referrals: referrals?,
            safety,
            procedures,
            pathways,
        };
        whole.then_some(parsed)
    }
}

/// Reads files that there is one of.
struct Single<'c, 'f> {
    checker: &'c mut Checker,
    files: &'c [&'f SourceFile],
}

impl<'f> Single<'_, 'f> {
    fn read<T: DeserializeOwned>(&mut self, path: &str) -> Option<File<'f, T>> {
        match self.files.iter().find(|file| file.path == path) {
            Some(file) => self.checker.read(file).map(|raw| File { source: file, raw }),
            None => {
                self.checker.problem(path, 1, "this file is missing");
                None
            }
        }
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
    fn read<T: DeserializeOwned>(&mut self, file: &SourceFile) -> Option<T> {
        match toml::from_str(&file.text) {
            Ok(raw) => Some(raw),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(&file.text, span.start));
                self.problem(&file.path, line, error.message().lines().next().unwrap_or_default());
                None
            }
        }
    }

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
        let home_care = scope.home_care(parsed, &procedures);
        let referrals = scope.referrals(parsed);
        let planning = scope.planning(parsed);
        let source_attributes = scope.source_attributes(parsed);
        let considered = scope.considered(parsed);
        let nothing_allowed = referrals.iter().position(|it| it.answers.is_none());
        if let (Some(_), Some(_)) = (&classification, &nothing_allowed) {
            scope.every_type_is_answered(parsed, &pathways, &referrals);
        }
        scope.everything_is_used(parsed, &safety, &pathways, &home_care);
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
            home_care,
            referrals,
            nothing_allowed: nothing_allowed?,
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
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<i32>().ok());
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
        model::Line { rule: self.rule(file, &line.rule), when }
    }

    /// The rule of this id. Every id in a file was collected, so it is there.
    pub(super) fn rule(&mut self, _file: &SourceFile, id: &raw::Text) -> RuleId {
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
        let mut set = ProcedureSet::default();
        for id in ids {
            self.family(file, id).into_iter().for_each(|id| set.insert(id));
        }
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
        Vocabulary {
            procedures: self.names.procedures.clone(),
            in_sessions: having(|it| it.sessions.is_some()),
            parameters: Vec::new(),
            settled_by_word: Vec::new(),
            by_strength: having(|it| it.gaps.as_ref().is_some_and(|gaps| gaps.weaker.is_some())),
            max_scars: limits.max_scars,
            max_history: limits.max_history,
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
