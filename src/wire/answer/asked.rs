//! Writes what safety adds to a plan, and what nobody asked.

use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::{Writer, number};
use crate::{
    domain::{CareItem, NotAssessed, Question, RuleId},
    wire::{
        borrowed,
        field::{self, field},
        v1,
    },
};

impl<'a> Writer<'a> {
    pub(super) fn care_item(&mut self, item: &'a CareItem) -> borrowed::CareItem<'a> {
        let CareItem { item, rules, procedures, scars, days, contingent_days, totals } = item;
        let text = self.catalogue.item(*item);
        let amounts = text.amounts.iter().zip(totals).map(|(it, total)| {
            let v1::CareAmount { name, value, unit, total: _ } = it;
            borrowed::CareAmount { name, value: *value, unit, total: total.map(number) }
        });
        borrowed::CareItem {
            kind: text.kind,
            procedures: self.list(procedures.iter().map(|it| self.catalogue.procedure_id(*it))),
            scar_ids: self.scar_ids(scars),
            days,
            contingent_days,
            options: self.list(text.options.iter().map(String::as_str)),
            amounts: self.list(amounts),
            reasons: self.reasons(rules),
        }
    }

    pub(super) fn not_assessed(&mut self, missing: &'a NotAssessed) -> borrowed::NotAssessed<'a> {
        let NotAssessed { facts, required, reasons } = missing;
        let mut fields = ArenaVec::with_capacity_in(facts.len(), self.arena);
        fields.extend(field::fields(*facts));
        borrowed::NotAssessed { fields: fields.into_bump_slice(), required: *required, reasons: self.reasons(reasons) }
    }

    pub(super) fn question(&mut self, question: &'a Question) -> borrowed::Question<'a> {
        let Question { fact, reasons } = question;
        borrowed::Question {
            field: field(*fact),
            would_change: self.statements(reasons),
            reasons: self.reasons(reasons),
            answers: &[],
        }
    }

    /// The sentences of rules, one after the other.
    pub(super) fn statements(&self, rules: &[RuleId]) -> &'a str {
        let says = rules.iter().map(|it| self.catalogue.statement(*it));
        self.joined(" ", says)
    }

    /// Texts with something between them.
    pub(super) fn joined(&self, between: &str, texts: impl IntoIterator<Item = impl AsRef<str>>) -> &'a str {
        let mut joined = ArenaString::new_in(self.arena);
        for (place, text) in texts.into_iter().enumerate() {
            if place > 0 {
                joined.push_str(between);
            }
            joined.push_str(text.as_ref());
        }
        joined.into_bump_str()
    }
}
