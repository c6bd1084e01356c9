//! Checks what the knowledge says of itself: its source attributes, and the treatments that were considered.

use std::collections::BTreeSet;

use strum::VariantArray as _;

use super::{Parsed, Scope};
use crate::{
    domain::ScarType,
    knowledge::{Considered, SourceAttribute, SourceFile, raw},
};

/// How many attributes the rule on evidence-based decision support names (45 CFR 170.315(b)(11)(iv)(A)).
const SOURCE_ATTRIBUTES: usize = 13;

impl Scope<'_> {
    /// What users are told about where decision support comes from, in the order of the file.
    pub(super) fn source_attributes(&mut self, parsed: &Parsed<'_>) -> Vec<SourceAttribute> {
        let file = parsed.source_attributes.source;
        let all = &parsed.source_attributes.raw.attribute;
        self.each_once(file, all.iter().map(|it| &it.id), "this attribute is listed twice");
        for text in all.iter().flat_map(|it| [&it.id, &it.name, &it.value]) {
            self.not_blank(file, text);
        }
        if all.len() != SOURCE_ATTRIBUTES {
            let message = format!("list all {SOURCE_ATTRIBUTES} source attributes; there are {}", all.len());
            self.checker.problem(&file.path, 1, message);
        }
        let one = |it: &raw::SourceAttribute| SourceAttribute {
            id: it.id.get_ref().clone(),
            name: it.name.get_ref().clone(),
            value: it.value.get_ref().clone(),
        };
        all.iter().map(one).collect()
    }

    /// The treatments that are known and not planned, in the order of the ids.
    pub(super) fn considered(&mut self, parsed: &Parsed<'_>) -> Vec<Considered> {
        let file = parsed.considered.source;
        let all = &parsed.considered.raw.considered;
        self.each_once(file, all.iter().map(|it| &it.id), "this treatment is listed twice");
        let mut found = Vec::new();
        for it in all {
            self.not_blank(file, &it.name);
            if self.names.procedure(it.id.get_ref()).is_some() {
                self.checker.at(
                    file,
                    &it.id,
                    "procedures/ has a file of this name: what is planned is not only considered",
                );
            }
            let types = it.scar_types.iter().filter_map(|text| self.checker.word(file, text, ScarType::VARIANTS));
            let scar_types = types.collect();
            let alone = self.procedure_set(file, &it.alone, &[]);
            found.push(Considered {
                id: it.id.get_ref().clone(),
                name: it.name.get_ref().clone(),
                scar_types,
                alone,
                rule: self.rule(&it.rule),
            });
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    fn each_once<'r>(&mut self, file: &SourceFile, ids: impl Iterator<Item = &'r raw::Text>, message: &str) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id.get_ref()) {
                self.checker.at(file, id, message);
            }
        }
    }

    fn not_blank(&mut self, file: &SourceFile, text: &raw::Text) {
        if text.get_ref().trim().is_empty() {
            self.checker.at(file, text, "write something here; an empty text says nothing");
        }
    }
}
