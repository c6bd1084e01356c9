//! Checks the safety rules.

use super::{Parsed, Scope};
use crate::{
    domain::{Action, Fact, FactKind, Predicate, ProcedureId, ProcedureSet},
    knowledge::{Lead, Procedure, SafetyLimit, SafetyRule, SourceFile, raw},
};

impl Scope<'_> {
    /// The safety rules, in the order of the ids.
    pub(super) fn safety(&mut self, parsed: &Parsed<'_>, procedures: &[Procedure]) -> Vec<SafetyRule> {
        let mut rules = Vec::new();
        for file in &parsed.safety {
            for raw in &file.raw.rule {
                rules.push(self.safety_rule(file.source, raw, procedures));
            }
        }
        rules.sort_by_key(|it| it.rule);
        rules
    }

    fn safety_rule(&mut self, file: &SourceFile, raw: &raw::SafetyRule, procedures: &[Procedure]) -> SafetyRule {
        let before = self.checker.count();
        let when = self.checker.condition(file, Some(&raw.when));
        let readable = self.checker.count() == before;
        if raw.procedures.is_empty() {
            self.checker.at(file, &raw.id, "name at least one procedure that the rule acts on");
        }
        let ids: Vec<ProcedureId> = raw.procedures.iter().filter_map(|id| self.procedure(file, id)).collect();
        let action: Action = raw.action.into();
        let until = raw.until.as_ref().and_then(|event| self.event(file, event));
        let mut facts = Vec::new();
        when.reads(&mut |fact| facts.push(fact));
        let elapsed = facts.iter().any(|fact| fact.kind() == FactKind::Elapsed);
        match (action == Action::Defer, &raw.until) {
            (true, None) if !elapsed => {
                self.checker.at(file, &raw.id, "a deferral needs `until`, or a condition on days since an event");
            }
            (false, Some(event)) => self.checker.at(file, event, "only a deferral has `until`"),
            (true, _) | (false, None) => {}
        }
        let if_unknown = raw.if_unknown == raw::IfUnknown::Apply;
        if if_unknown && readable && facts.is_empty() {
            self.checker.at(file, &raw.when, "a rule that reads no fact cannot be unknown; leave out `if_unknown`");
        }
        let mut limits = Vec::new();
        for limit in &raw.limit {
            limits.extend(self.limit(file, limit, &ids, procedures));
        }
        let lead = raw.lead.as_ref().and_then(|lead| {
            let days = self.checker.wait(file, &lead.wait)?;
            Some(match lead.kind {
                raw::LeadKind::Priming => Lead::Priming(days),
                raw::LeadKind::TestArea => Lead::TestArea(days),
            })
        });
        SafetyRule {
            rule: self.rule(file, &raw.id),
            scope: when.scope(),
            timed: elapsed,
            asks: asks(&when, if_unknown, &facts),
            when,
            if_unknown,
            procedures: ids.into_iter().collect::<ProcedureSet>(),
            action,
            until,
            limits,
            lead,
            precondition: raw.precondition,
        }
    }

    fn limit(
        &mut self,
        file: &SourceFile,
        raw: &raw::SafetyLimit,
        ids: &[ProcedureId],
        procedures: &[Procedure],
    ) -> Vec<SafetyLimit> {
        let name = raw.parameter.get_ref();
        if raw.at_most.is_none() && raw.start_at.is_none() {
            self.checker.at(file, &raw.parameter, "a limit needs `at_most` or `start_at`");
        }
        let at_most = raw.at_most.map(|it| self.checker.thousandths(file, &raw.parameter, it));
        let start_at = raw.start_at.map(|it| self.checker.thousandths(file, &raw.parameter, it));
        if let (Some(most), Some(start)) = (at_most, start_at)
            && start > most
        {
            self.checker.at(file, &raw.parameter, "`start_at` is above `at_most`");
        }
        let mut limits = Vec::new();
        for &procedure in ids {
            let names = procedures.get(procedure.index()).map(|it| it.parameter_names.as_slice()).unwrap_or_default();
            if let Some(parameter) = names.iter().position(|it| it == name) {
                limits.push(SafetyLimit { procedure, parameter, at_most, start_at });
            }
        }
        if limits.is_empty() && !ids.is_empty() {
            self.checker.at(file, &raw.parameter, format!("none of these procedures has a parameter `{name}`"));
        }
        limits
    }
}

/// The facts whose absence made the rule fire, so that they are worth asking for.
fn asks(when: &Predicate, if_unknown: bool, facts: &[Fact]) -> Vec<Fact> {
    let mut asks = Vec::new();
    if if_unknown {
        asks.extend_from_slice(facts);
    } else {
        known_tests(when, &mut asks);
    }
    asks.sort_unstable();
    asks.dedup();
    asks
}

fn known_tests(predicate: &Predicate, asks: &mut Vec<Fact>) {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().for_each(|it| known_tests(it, asks)),
        Predicate::Not(part) => known_tests(part, asks),
        Predicate::Known(fact) => asks.push(*fact),
        Predicate::Always
        | Predicate::Yes(_)
        | Predicate::Word(..)
        | Predicate::Number(..)
        | Predicate::DaysAgo(..) => {}
    }
}
