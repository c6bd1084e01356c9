//! Checks the decision table of scar types.

use strum::VariantArray as _;

use super::{Parsed, Scope};
use crate::{
    domain::{Confidence, DepthClass, Predicate, ScarFlag, ScarType, WidthBucket},
    knowledge::{Adjust, Classification, Line, Overruled, Rows, SourceFile, TypeRow, raw},
};

impl Scope<'_> {
    /// The decision table.
    pub(super) fn classification(&mut self, parsed: &Parsed<'_>) -> Option<Classification> {
        let file = parsed.classification.source;
        let raw = &parsed.classification.raw;
        let mut types = Vec::new();
        for rule in &raw.rule {
            for row in &rule.row {
                types.extend(self.type_row(file, rule, row));
            }
        }
        if let Some(row) = raw.rule.last().and_then(|rule| rule.row.last())
            && types.last().is_some_and(|row| row.when != Predicate::Always)
        {
            self.checker.at(file, &row.when, "the last row must hold for every scar: write `always`");
        }
        let mut depths = Vec::new();
        for it in &raw.depth {
            let line = self.table_line(file, &it.id, &it.when);
            depths.extend(self.checker.word(file, &it.depth_class, DepthClass::VARIANTS).map(|class| (line, class)));
        }
        if let Some(it) = raw.depth.last()
            && depths.last().is_some_and(|(line, _)| line.when != Predicate::Always)
        {
            self.checker.at(file, &it.when, "the last row must hold for every scar: write `always`");
        }
        let mut buckets = Vec::new();
        for it in &raw.bucket {
            let line = self.table_line(file, &it.id, &it.when);
            buckets.extend(self.checker.word(file, &it.bucket, WidthBucket::VARIANTS).map(|bucket| (line, bucket)));
        }
        let adjusts = raw.adjust.iter().map(|it| {
            let adjust = match it.confidence {
                raw::Adjust::Down => Adjust::Down,
                raw::Adjust::Low => Adjust::AtMost(Confidence::Low),
                raw::Adjust::Medium => Adjust::AtMost(Confidence::Medium),
            };
            (self.table_line(file, &it.id, &it.when), adjust)
        });
        let adjusts = adjusts.collect();
        let mut flags = Vec::new();
        for it in &raw.flag {
            let line = self.table_line(file, &it.id, &it.when);
            flags.extend(self.checker.word(file, &it.flag, ScarFlag::VARIANTS).map(|flag| (line, flag)));
        }
        if types.is_empty() || depths.is_empty() {
            return None;
        }
        Some(Classification {
            types: Rows::new(types),
            depths,
            buckets,
            adjusts: Rows::new(adjusts),
            flags: Rows::new(flags),
            atrophic: self.types(file, &raw.atrophic),
            never_overruled: self.types(file, &raw.never_overruled),
            overruled: raw.overruled.iter().filter_map(|it| self.overruled(file, raw, it)).collect(),
            ceiling: raw.ceiling.iter().map(|it| self.line(file, it)).collect(),
            declared_label: self.rule(&raw.declared.label.rule),
            declared_differs: self.rule(&raw.declared.differs.rule),
            declared_depth: self.rule(&raw.declared.depth.rule),
            limits: self.rule(&raw.limits.rule),
        })
    }

    fn table_line(&mut self, file: &SourceFile, id: &raw::Text, when: &raw::Text) -> Line {
        Line { rule: self.rule(id), when: self.checker.condition(file, Some(when)) }
    }

    /// The labels that stand in spite of a type that is not overruled by others.
    fn overruled(&mut self, file: &SourceFile, all: &raw::Classification, raw: &raw::Overruled) -> Option<Overruled> {
        let mut never = all.never_overruled.iter();
        if !never.any(|it| it.get_ref() == raw.scar_type.get_ref()) {
            let message = "any label overrules this type; `overruled` is about those of `never_overruled`";
            self.checker.at(file, &raw.scar_type, message);
        }
        let by = self.types(file, &raw.by);
        let scar_type = self.checker.word(file, &raw.scar_type, ScarType::VARIANTS)?;
        Some(Overruled { scar_type, by, open: raw.open })
    }

    fn types(&mut self, file: &SourceFile, words: &[raw::Text]) -> Vec<ScarType> {
        words.iter().filter_map(|it| self.checker.word(file, it, ScarType::VARIANTS)).collect()
    }

    fn type_row(&mut self, file: &SourceFile, rule: &raw::TypeRule, row: &raw::TypeRow) -> Option<TypeRow> {
        let scar_type = self.checker.word(file, &row.scar_type, ScarType::VARIANTS);
        let confidence = self.checker.word(file, &row.confidence, Confidence::VARIANTS);
        Some(TypeRow {
            rule: self.rule(&rule.id),
            when: self.checker.condition(file, Some(&row.when)),
            alternatives: self.types(file, &row.alternatives),
            scar_type: scar_type?,
            confidence: confidence?,
        })
    }
}
