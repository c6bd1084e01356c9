//! Writes what safety adds to a plan, and what nobody asked.

use super::{Writer, number};
use crate::{
    domain::{CareItem, NotAssessed, Question},
    wire::{field::field, v1},
};

impl Writer<'_> {
    pub(super) fn care_item(&mut self, item: &CareItem) -> v1::CareItem {
        let CareItem { item, rule, procedures, scars, days, contingent_days, totals } = item;
        let text = self.catalogue.items.get(*item).cloned().unwrap_or_default();
        let amounts = text.amounts.into_iter().zip(totals);
        v1::CareItem {
            kind: text.kind,
            procedures: procedures.iter().map(|it| self.catalogue.procedure_id(*it)).collect(),
            scar_ids: self.scar_ids(scars),
            days: days.to_vec(),
            contingent_days: contingent_days.to_vec(),
            options: text.options,
            amounts: amounts.map(|(it, total)| v1::CareAmount { total: total.map(number), ..it }).collect(),
            reasons: self.reasons(&[*rule]),
        }
    }

    pub(super) fn not_assessed(&mut self, missing: &NotAssessed) -> v1::NotAssessed {
        let NotAssessed { facts, required, reasons } = missing;
        let mut fields: Vec<String> = facts.iter().map(|it| field(*it).to_owned()).collect();
        fields.dedup();
        v1::NotAssessed { fields, required: *required, reasons: self.reasons(reasons) }
    }

    pub(super) fn question(&mut self, question: &Question) -> v1::Question {
        let Question { fact, reasons } = question;
        let says: Vec<&str> = reasons.iter().map(|it| self.catalogue.statement(*it)).collect();
        v1::Question {
            field: field(*fact).to_owned(),
            would_change: says.join(" "),
            reasons: self.reasons(reasons),
            answers: Vec::new(),
        }
    }
}
