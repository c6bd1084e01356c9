//! Reads every file: what stands in which, and that none is missing and none too many.

use serde::de::DeserializeOwned;

use super::{Checker, line_of};
use crate::knowledge::{ReadFile, SourceFile, raw, tree};

/// How a safety rule says that it holds when another one does.
pub(super) const AS: &str = "as ";

/// A safety rule that another one follows from, with its file.
#[derive(Clone, Copy)]
pub(super) struct Model<'p> {
    pub source: &'p SourceFile,
    pub rule: &'p raw::SafetyRule,
}

/// A file with its content.
pub(super) struct File<'f, T> {
    pub source: &'f SourceFile,
    pub raw: T,
}

/// All files, parsed.
pub(super) struct Parsed<'f> {
    pub release: File<'f, raw::Release>,
    pub citations: File<'f, raw::Citations>,
    pub events: File<'f, raw::Events>,
    pub classification: File<'f, raw::Classification>,
    pub grading: File<'f, raw::Grading>,
    pub skin_tone: File<'f, raw::SkinTone>,
    pub codes: File<'f, raw::Codes>,
    pub gaps: File<'f, raw::Gaps>,
    pub more_gaps: Vec<File<'f, raw::MoreGaps>>,
    pub policies: File<'f, raw::Policies>,
    pub required: File<'f, raw::RequiredFacts>,
    pub planning: File<'f, raw::Planning>,
    pub home_care: File<'f, raw::HomeCare>,
    pub referrals: File<'f, raw::Referrals>,
    pub source_attributes: File<'f, raw::SourceAttributes>,
    pub considered: File<'f, raw::ConsideredTreatments>,
    pub safety: Vec<File<'f, raw::Safety>>,
    /// In the order of the ids.
    pub procedures: Vec<(&'f str, File<'f, raw::Procedure>)>,
    /// In the order of the file names.
    pub pathways: Vec<(&'f str, File<'f, raw::Pathway>)>,
}

impl<'f> Parsed<'f> {
    /// `None` when some file is missing or does not parse.
    pub(super) fn read(checker: &mut Checker, files: &'f [SourceFile], read: &[ReadFile<'_>]) -> Option<Self> {
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
                Some(("safety", _)) => match checker.parse(file, read) {
                    Some(raw) => safety.push(File { source: file, raw }),
                    None => whole = false,
                },
                Some(("gaps", _)) => match checker.parse(file, read) {
                    Some(raw) => more_gaps.push(File { source: file, raw }),
                    None => whole = false,
                },
                Some(("procedures", id)) => match checker.parse(file, read) {
                    Some(raw) => procedures.push((id, File { source: file, raw })),
                    None => whole = false,
                },
                Some(("pathways", id)) => match checker.parse(file, read) {
                    Some(raw) => pathways.push((id, File { source: file, raw })),
                    None => whole = false,
                },
                _ if path.ends_with("README.md") || (path.starts_with("cases/") && path.ends_with(".md")) => {}
                Some(_) | None => checker.problem(path, 1, "nothing reads a file of this name"),
            }
        }
        let mut of = Single { checker, files: &sorted, read };
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

    /// The safety rule that is meant by a text: `as PRI-01`. `None`: it names none, or there is no such rule.
    pub(super) fn model_of(&self, text: &raw::Text) -> Option<Model<'_>> {
        let id = text.get_ref().strip_prefix(AS)?;
        let rules = self.safety.iter().flat_map(|file| file.raw.rule.iter().map(|rule| (file.source, rule)));
        rules.map(|(source, rule)| Model { source, rule }).find(|it| it.rule.id.get_ref() == id)
    }

    /// The rule that says what `rule` asks for: itself, or the one that it takes its measures from.
    pub(super) fn measures_of<'p>(&'p self, rule: &'p raw::SafetyRule) -> &'p raw::SafetyRule {
        rule.measures.as_ref().and_then(|it| self.model_of(it)).map_or(rule, |model| model.rule)
    }

    /// The text of the condition of a safety rule.
    pub(super) fn condition_of<'p>(&'p self, rule: &'p raw::SafetyRule) -> &'p raw::Text {
        self.model_of(&rule.when).map_or(&rule.when, |model| &model.rule.when)
    }
}

/// Reads files that there is one of.
struct Single<'c, 'f> {
    checker: &'c mut Checker,
    files: &'c [&'f SourceFile],
    read: &'c [ReadFile<'c>],
}

impl<'f> Single<'_, 'f> {
    fn read<T: DeserializeOwned>(&mut self, path: &str) -> Option<File<'f, T>> {
        match self.files.iter().find(|file| file.path == path) {
            Some(file) => self.checker.parse(file, self.read).map(|raw| File { source: file, raw }),
            None => {
                self.checker.problem(path, 1, "this file is missing");
                None
            }
        }
    }
}

impl Checker {
    /// One file; what is wrong with it is told once.
    fn parse<T: DeserializeOwned>(&mut self, file: &SourceFile, read: &[ReadFile<'_>]) -> Option<T> {
        let before = read.iter().find(|it| it.path == file.path && it.text == file.text && !it.tree.is_empty());
        let raw = match before {
            Some(it) => tree::read(&file.text, it.tree),
            None => tree::tree(&file.text).and_then(|it| tree::read(&file.text, &it)),
        };
        match raw {
            Ok(raw) => Some(raw),
            Err((at, message)) => {
                self.problem(&file.path, line_of(&file.text, at), message);
                None
            }
        }
    }
}
