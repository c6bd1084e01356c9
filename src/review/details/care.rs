//! What stands behind the rules on what is asked, what a clinic may choose, and what is added to a plan.

use super::All;
use crate::{
    domain::{Predicate, fact_in_words, number_in_words},
    knowledge::{CareItem, Failure, ItemAt, Policy, RequiredFact},
    review::words::{condition_in_words, listed, plain, wait_in_words},
};

impl All<'_> {
    pub(super) fn policy(&mut self, policy: &Policy) {
        self.add(policy.rule, "policy", plain(&policy.id));
        self.add(policy.rule, "in force", plain(&policy.value));
        if !policy.values.is_empty() {
            let values: Vec<String> = policy.values.iter().map(|it| plain(it)).collect();
            self.add(policy.rule, "to choose from", listed(&values, "or"));
        }
    }

    pub(super) fn required(&mut self, required: &RequiredFact) {
        self.add(required.rule, "must be known", fact_in_words(required.fact));
        self.procedures(required.rule, required.procedures);
    }

    pub(super) fn item(&mut self, item: &CareItem) {
        let kind: &str = item.kind.into();
        let at = match item.at {
            ItemAt::BeforePlan => "before the plan",
            ItemAt::FirstSession => "at the first session",
            ItemAt::EachSession => "at each session",
        };
        self.add(item.rule, "adds", format!("{} {at}", plain(kind)));
        if item.days != [0] {
            let days: Vec<String> = item.days.iter().map(ToString::to_string).collect();
            self.add(item.rule, "on days", listed(&days, "and"));
        }
        if !item.also_on.is_empty() {
            let days: Vec<String> = item.also_on.iter().map(ToString::to_string).collect();
            self.add(item.rule, "or on days", listed(&days, "or"));
        }
        for option in &item.options {
            self.add(item.rule, "option", option.clone());
        }
        for it in &item.amounts {
            let each = if it.per_kg { " for each kilogram" } else { "" };
            let most = it.at_most.map(|most| format!(", at most {} in all", number_in_words(most))).unwrap_or_default();
            let amount = format!("{}: {} {}{each}{most}", plain(&it.name), number_in_words(it.value), it.unit);
            self.add(item.rule, "amount", amount);
        }
        self.totals(item);
    }

    /// For whom amounts by weight are worked out.
    fn totals(&mut self, item: &CareItem) {
        if item.totals_when != Predicate::Always {
            self.add(item.rule, "worked out for a patient", format!("when {}", condition_in_words(&item.totals_when)));
        }
    }

    pub(super) fn failure(&mut self, failure: &Failure) {
        self.procedures(failure.rule, failure.procedures);
        self.add(failure.rule, "sessions", failure.sessions.to_string());
        self.add(failure.rule, "after", wait_in_words(failure.after));
        if failure.plateau {
            self.add(failure.rule, "also ends", "at a plateau".to_owned());
        }
    }
}
