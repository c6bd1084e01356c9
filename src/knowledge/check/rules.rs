//! Collects every rule of every file: its id, its sentence with the numbers filled in, and what it rests on.

mod planning;
mod scales;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Checker, Parsed, names::Names};
use crate::{
    domain::{Action, ProcedureId, RuleId},
    knowledge::{Basis, Citation, Rule, SourceFile, raw},
};

/// What stands for a rule without a source.
const EXPERT_PRACTICE: &str = "expert-practice";

/// Every rule, in the order of the ids.
pub(in crate::knowledge) struct Rules {
    rules: Vec<Rule>,
    /// What they lean on.
    cited: BTreeSet<String>,
}

/// One rule as it stands in a file.
struct Entry<'f> {
    file: &'f SourceFile,
    id: &'f raw::Text,
    says: String,
    because: &'f toml::Spanned<Vec<raw::Text>>,
    code: String,
    condition: String,
    action: Option<Action>,
    procedures: &'f [raw::Text],
    except: &'f [raw::Text],
}

impl<'f> Entry<'f> {
    /// Its id, and what tells two of the same id apart.
    fn place(&self) -> (&'f str, &'f str, usize) {
        (self.id.get_ref(), &self.file.path, self.id.span().start)
    }
}

impl Rules {
    pub(super) fn collect(checker: &mut Checker, parsed: &Parsed<'_>, names: &Names, citations: &[Citation]) -> Self {
        let mut entries = Entries { checker, found: Vec::new() };
        entries.walk(parsed);
        let mut entries = entries.found;
        entries.sort_unstable_by(|a, b| a.place().cmp(&b.place()));
        entries.dedup_by(|entry, first| {
            let again = entry.id.get_ref() == first.id.get_ref();
            if again {
                checker.at(entry.file, entry.id, "this rule id is used twice");
            }
            again
        });
        // One text for all rules of a file.
        let mut paths: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        let bases: Vec<Basis> = entries.iter().map(|entry| basis(checker, entry, citations, &entries)).collect();
        let rules = entries.into_iter().zip(bases).map(|(entry, basis)| Rule {
            procedures: members(names, &entry),
            id: entry.id.get_ref().clone(),
            says: entry.says,
            basis,
            code: entry.code,
            file: Arc::clone(paths.entry(&entry.file.path).or_insert_with_key(|it| Arc::from(*it))),
            condition: entry.condition,
            action: entry.action,
        });
        let rules: Vec<Rule> = rules.collect();
        let sources = rules.iter().filter_map(|it| match &it.basis {
            Basis::Sourced(keys) => Some(keys),
            Basis::Derived(_) | Basis::ExpertPractice => None,
        });
        let cited = sources.flatten().cloned().collect();
        Self { rules, cited }
    }

    pub(super) fn id(&self, id: &str) -> Option<RuleId> {
        place(&self.rules, id, |it| &it.id)
    }

    /// The id of a rule.
    pub(super) fn name(&self, rule: RuleId) -> Option<&str> {
        self.rules.get(rule.index()).map(|it| it.id.as_str())
    }

    /// Does some rule lean on the citation?
    pub(super) fn cites(&self, key: &str) -> bool {
        self.cited.contains(key)
    }

    /// Every rule, in the order of the ids.
    pub(super) fn finish(self) -> Vec<Rule> {
        self.rules
    }
}

/// The procedures that a rule acts on.
fn members(names: &Names, entry: &Entry<'_>) -> Vec<ProcedureId> {
    let out: Vec<ProcedureId> = entry.except.iter().flat_map(|id| names.family(id.get_ref())).collect();
    let mut all: Vec<ProcedureId> = entry.procedures.iter().flat_map(|id| names.family(id.get_ref())).collect();
    all.retain(|it| !out.contains(it));
    all.sort_unstable();
    all.dedup();
    all
}

/// The rule with an id, in a list in the order of the ids.
fn place<T>(all: &[T], id: &str, of: impl Fn(&T) -> &str) -> Option<RuleId> {
    let place = all.binary_search_by(|it| of(it).cmp(id)).ok()?;
    u16::try_from(place).ok().map(RuleId)
}

/// What a rule rests on: sources, other rules, or clinical practice.
fn basis(checker: &mut Checker, entry: &Entry<'_>, citations: &[Citation], entries: &[Entry<'_>]) -> Basis {
    let because = entry.because.get_ref();
    if because.is_empty() {
        let message = "a rule must name at least one source, the rules it follows from, or `expert-practice`";
        checker.at(entry.file, entry.because, message);
    }
    let mut keys = Vec::new();
    let mut from = Vec::new();
    let mut practice = false;
    for text in because {
        let word = text.get_ref();
        if word == EXPERT_PRACTICE {
            practice = true;
        } else if citations.binary_search_by(|it| it.key.cmp(word)).is_ok() {
            keys.push(word.clone());
        } else if let Some(rule) = place(entries, word, |it| it.id.get_ref()) {
            if word == entry.id.get_ref() {
                checker.at(entry.file, text, "a rule cannot follow from itself");
            }
            from.push(rule);
        } else {
            checker.at(entry.file, text, format!("`{word}` is neither in citations.toml nor the id of a rule"));
        }
    }
    match (keys.is_empty(), from.is_empty(), practice) {
        (false, true, false) => Basis::Sourced(keys),
        (true, false, false) => Basis::Derived(from),
        (true, true, _) => Basis::ExpertPractice,
        (_, _, _) => {
            let message = "name sources, or rules, or `expert-practice`, and not several of these together";
            checker.at(entry.file, entry.because, message);
            Basis::ExpertPractice
        }
    }
}

/// The stable codes of waits.
struct Codes<'p> {
    usual: &'p raw::Text,
    /// By the kind that they come after.
    kinds: Vec<(&'p String, &'p raw::Text)>,
}

impl<'p> Codes<'p> {
    fn after(&self, kind: &raw::Text) -> &'p raw::Text {
        self.kinds.iter().find(|it| it.0 == kind.get_ref()).map_or(self.usual, |it| it.1)
    }
}

/// Walks all files.
struct Entries<'c, 'f> {
    checker: &'c mut Checker,
    found: Vec<Entry<'f>>,
}

/// Sibling fields that a sentence may name.
type Fields<'a> = &'a [(&'a str, String)];

impl<'f> Entries<'_, 'f> {
    fn add(
        &mut self,
        file: &'f SourceFile,
        id: &'f raw::Text,
        says: &'f raw::Text,
        because: &'f toml::Spanned<Vec<raw::Text>>,
        fields: Fields<'_>,
    ) -> Option<&mut Entry<'f>> {
        let says = self.sentence(file, says, fields);
        let id_is_sound = id.get_ref().bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        if id.get_ref().is_empty() || !id_is_sound {
            self.checker.at(file, id, "write a rule id in letters, digits and `-`, as `MNRF-002`");
        }
        self.found.push(Entry {
            file,
            id,
            says,
            because,
            code: String::new(),
            condition: String::new(),
            action: None,
            procedures: &[],
            except: &[],
        });
        self.found.last_mut()
    }

    /// Fills in the fields that the sentence names in braces.
    fn sentence(&mut self, file: &SourceFile, says: &raw::Text, fields: Fields<'_>) -> String {
        let mut text = says.get_ref().clone();
        for (name, value) in fields {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        if let Some((_, rest)) = text.split_once('{') {
            let name = rest.split_once('}').map_or(rest, |(name, _)| name);
            let known: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
            let hint = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            self.checker.at(file, says, format!("`{{{name}}}` is no field of this table; there are: {hint}"));
        }
        if !text.ends_with('.') || text.contains('\n') || text.len() < 3 {
            self.checker.at(file, says, "write one sentence on one line that ends with a full stop");
        }
        text
    }

    fn line(&mut self, file: &'f SourceFile, line: &'f raw::Line) {
        self.add(file, &line.rule, &line.says, &line.because, &[]);
    }

    fn lines(&mut self, file: &'f SourceFile, lines: &'f [raw::Line]) {
        lines.iter().for_each(|line| self.line(file, line));
    }

    fn walk(&mut self, parsed: &'f Parsed<'_>) {
        for (_, file) in &parsed.procedures {
            self.procedure(file.source, &file.raw);
        }
        for file in &parsed.safety {
            file.raw.rule.iter().for_each(|rule| self.safety(file.source, rule, parsed));
        }
        let more = parsed.more_gaps.iter().flat_map(|it| &it.raw.kind);
        let kinds = parsed.gaps.raw.kind.iter().chain(more).filter_map(|it| Some((it.id.get_ref(), it.code.as_ref()?)));
        let codes = Codes { usual: &parsed.gaps.raw.code, kinds: kinds.collect() };
        self.gaps(parsed.gaps.source, &parsed.gaps.raw, &codes);
        for file in &parsed.more_gaps {
            self.gap_rows(file.source, &file.raw.kind, &file.raw.gap, &codes);
        }
        for raw in &parsed.policies.raw.policy {
            let mut fields = vec![("default", raw.default.get_ref().clone())];
            fields.extend(raw.at_least.as_ref().map(|it| ("at_least", it.get_ref().clone())));
            fields.extend(raw.at_most.as_ref().map(|it| ("at_most", it.get_ref().clone())));
            self.add(parsed.policies.source, &raw.rule, &raw.says, &raw.because, &fields);
        }
        for raw in &parsed.required.raw.required {
            self.add(parsed.required.source, &raw.rule, &raw.says, &raw.because, &[]);
        }
        self.classification(parsed.classification.source, &parsed.classification.raw);
        self.grading(parsed.grading.source, &parsed.grading.raw);
        self.skin_tone(parsed.skin_tone.source, &parsed.skin_tone.raw);
        self.codes(parsed.codes.source, &parsed.codes.raw);
        for (_, file) in &parsed.pathways {
            let raw = &file.raw;
            self.add(file.source, &raw.rule, &raw.says, &raw.because, &[]);
            raw.step.iter().for_each(|step| self.step(file.source, step));
        }
        for step in &parsed.home_care.raw.step {
            self.add(parsed.home_care.source, &step.rule, &step.says, &step.because, &[]);
            if let Some(it) = &step.resume {
                let fields = [("runs_for", it.runs_for.get_ref().clone())];
                self.add(parsed.home_care.source, &it.rule, &it.says, &it.because, &fields);
            }
            self.options(parsed.home_care.source, &step.option);
        }
        for raw in &parsed.referrals.raw.referral {
            self.add(parsed.referrals.source, &raw.rule, &raw.says, &raw.because, &[]);
        }
        self.planning(parsed.planning.source, &parsed.planning.raw);
        for it in &parsed.considered.raw.considered {
            self.add(parsed.considered.source, &it.rule, &it.says, &it.because, &[("name", it.name.get_ref().clone())]);
        }
    }

    fn options(&mut self, file: &'f SourceFile, options: &'f [raw::StepOption]) {
        for option in options {
            self.add(file, &option.rule, &option.says, &option.because, &[]);
        }
    }

    fn step(&mut self, file: &'f SourceFile, step: &'f raw::Step) {
        self.add(file, &step.rule, &step.says, &step.because, &[]);
        if let Some(raw) = &step.contingent {
            self.add(file, &raw.rule, &raw.says, &raw.because, &[]);
        }
        self.options(file, &step.option);
        if let Some(raw) = &step.adjunct {
            self.add(file, &raw.rule, &raw.says, &raw.because, &[]);
        }
        self.lines(file, &step.stop);
    }

    fn procedure(&mut self, file: &'f SourceFile, raw: &'f raw::Procedure) {
        if let Some(weaker) = raw.gaps.as_ref().and_then(|gaps| gaps.weaker.as_ref()) {
            let fields = [("below", number(weaker.below))];
            self.add(file, &weaker.rule, &weaker.says, &weaker.because, &fields);
        }
        if let Some(it) = &raw.sessions {
            let mut fields = counts(it.min, it.typical, it.max).to_vec();
            fields.extend(it.per_sitting.map(|scars| ("per_sitting", scars.to_string())));
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        for it in raw.downtime.iter().chain(&raw.gentler) {
            let mut fields = counts(it.min, it.typical, it.max).to_vec();
            fields.push(("makeup_day", it.makeup_day.to_string()));
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        if let Some(it) = &raw.judge {
            let fields = [("after", it.after.get_ref().clone())];
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        if let Some(it) = &raw.course {
            let waits = [("begins_after", &it.begins_after), ("at_most", &it.at_most)];
            let fields = waits.map(|(name, wait)| wait.as_ref().map(|wait| (name, wait.get_ref().clone())));
            let fields: Vec<_> = fields.into_iter().flatten().collect();
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        for it in &raw.rest {
            let waits = [("before", &it.before), ("after", &it.after)];
            let fields = waits.map(|(name, wait)| wait.as_ref().map(|wait| (name, wait.get_ref().clone())));
            let fields: Vec<_> = fields.into_iter().flatten().collect();
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        for it in &raw.parameter {
            let fields = [("low", number(it.low)), ("high", number(it.high)), ("unit", it.unit.clone())];
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        self.add(file, &raw.evidence.rule, &raw.evidence.says, &raw.evidence.because, &[]);
        if let Some(it) = &raw.cost {
            self.add(file, &it.rule, &it.says, &it.because, &[("class", it.class.get_ref().to_string())]);
        }
        if let Some(it) = &raw.pigment {
            self.add(file, &it.rule, &it.says, &it.because, &[("risk", it.risk.get_ref().replace('_', " "))]);
        }
        for it in raw.expected.iter().chain(&raw.adverse) {
            let fields = [
                ("measure", it.measure.clone()),
                ("low", number(it.low)),
                ("high", number(it.high)),
                ("unit", it.unit.clone()),
            ];
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        for it in &raw.strength {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
        }
        let care = [&raw.preparation, &raw.aftercare, &raw.technique, &raw.stop, &raw.switch];
        for lines in care.into_iter().chain([&raw.risk, &raw.red_flag]) {
            self.lines(file, lines);
        }
    }

    fn safety(&mut self, file: &'f SourceFile, raw: &'f raw::SafetyRule, parsed: &Parsed<'_>) {
        let measures = parsed.measures_of(raw);
        let mut fields: Vec<(&str, String)> = Vec::new();
        // One sentence says one number: limits that differ have none for it.
        let most = same(measures.limit.iter().filter_map(|it| it.at_most));
        let start = same(measures.limit.iter().filter_map(|it| it.start_at));
        fields.extend(most.map(|it| ("at_most", number(it))));
        fields.extend(start.map(|it| ("start_at", number(it))));
        for amount in measures.item.iter().flat_map(|it| &it.amount) {
            fields.push((amount.name.get_ref().as_str(), number(amount.value)));
        }
        fields.extend(measures.lead.as_ref().map(|lead| ("wait", lead.wait.get_ref().clone())));
        let least = measures.lead.as_ref().and_then(|lead| lead.least.as_ref());
        fields.extend(least.map(|it| ("least", it.get_ref().clone())));
        let Some(entry) = self.add(file, &raw.id, &raw.says, &raw.because, &fields) else { return };
        entry.code.clone_from(raw.code.get_ref());
        entry.condition.clone_from(parsed.condition_of(raw).get_ref());
        entry.action = Some(raw.action.into());
        entry.procedures = &raw.procedures;
        entry.except = &raw.except;
    }

    fn gaps(&mut self, file: &'f SourceFile, raw: &'f raw::Gaps, codes: &Codes<'_>) {
        let before = self.found.len();
        for addition in std::iter::once(&raw.pigment_addition).chain(&raw.skin_addition) {
            let fields = [("wait", addition.wait.get_ref().clone())];
            self.add(file, &addition.rule, &addition.says, &addition.because, &fields);
        }
        let derivation = &raw.derivation;
        let fields = [
            ("typical_at_least", derivation.typical_at_least.get_ref().clone()),
            ("deep_addition", derivation.deep_addition.get_ref().clone()),
        ];
        self.add(file, &derivation.rule, &derivation.says, &derivation.because, &fields);
        self.coded(before, &raw.code);
        self.gap_rows(file, &raw.kind, &raw.gap, codes);
    }

    fn gap_rows(
        &mut self,
        file: &'f SourceFile,
        kinds: &'f [raw::GapKindRow],
        gaps: &'f [raw::Gap],
        codes: &Codes<'_>,
    ) {
        for kind in kinds {
            let before = self.found.len();
            let fields = [("hold", kind.hold.get_ref().clone())];
            self.add(file, &kind.rule, &kind.says, &kind.because, &fields);
            self.coded(before, codes.after(&kind.id));
        }
        for gap in gaps {
            let before = self.found.len();
            let mut fields = vec![("floor", gap.floor.get_ref().clone()), ("typical", gap.typical.get_ref().clone())];
            fields.extend(gap.plan_min.as_ref().map(|it| ("plan_min", it.get_ref().clone())));
            fields.extend(gap.latest.as_ref().map(|it| ("latest", it.get_ref().clone())));
            self.add(file, &gap.rule, &gap.says, &gap.because, &fields);
            if let Some(line) = &gap.same_day {
                self.line(file, line);
            }
            for it in &gap.variant {
                let mut fields = vec![("plan_min", it.plan_min.get_ref().clone())];
                fields.extend(it.typical.as_ref().map(|it| ("typical", it.get_ref().clone())));
                self.add(file, &it.rule, &it.says, &it.because, &fields);
            }
            self.coded(before, gap.code.as_ref().unwrap_or_else(|| codes.after(&gap.from)));
        }
    }

    /// Gives every rule since `before` the same code.
    fn coded(&mut self, before: usize, code: &raw::Text) {
        self.found.iter_mut().skip(before).for_each(|it| it.code.clone_from(code.get_ref()));
    }

    fn classification(&mut self, file: &'f SourceFile, raw: &'f raw::Classification) {
        let limits = &raw.limits;
        let fields = [
            ("max_scars", limits.max_scars.get_ref().to_string()),
            ("max_history", limits.max_history.get_ref().to_string()),
            ("max_depth_mm", number(limits.max_depth_mm)),
            ("max_width_mm", number(limits.max_width_mm)),
        ];
        self.add(file, &limits.rule, &limits.says, &limits.because, &fields);
        self.lines(file, &raw.ceiling);
        for line in [&raw.declared.label, &raw.declared.differs, &raw.declared.depth] {
            self.line(file, line);
        }
        for it in &raw.rule {
            self.add(file, &it.id, &it.says, &it.because, &[]);
        }
        for it in &raw.depth {
            self.add(file, &it.id, &it.says, &it.because, &[]);
        }
        for it in &raw.bucket {
            self.add(file, &it.id, &it.says, &it.because, &[]);
        }
        for it in &raw.adjust {
            self.add(file, &it.id, &it.says, &it.because, &[]);
        }
        for it in &raw.flag {
            self.add(file, &it.id, &it.says, &it.because, &[]);
        }
    }
}

fn counts(min: i32, typical: i32, max: i32) -> [(&'static str, String); 3] {
    [("min", min.to_string()), ("typical", typical.to_string()), ("max", max.to_string())]
}

/// A number as a clinician writes it.
fn number(number: f64) -> String {
    number.to_string()
}

impl From<raw::SafetyAction> for Action {
    fn from(raw: raw::SafetyAction) -> Self {
        match raw {
            raw::SafetyAction::Warn => Self::Warn,
            raw::SafetyAction::Modify => Self::Modify,
            raw::SafetyAction::Clearance => Self::Clearance,
            raw::SafetyAction::Defer => Self::Defer,
            raw::SafetyAction::Exclude => Self::Exclude,
        }
    }
}

/// The number that all of them are.
fn same(mut numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let first = numbers.next()?;
    numbers.all(|it| it.total_cmp(&first).is_eq()).then_some(first)
}
