//! Checks the safety rules.

use strum::VariantArray as _;

use super::{
    Parsed, Scope,
    parsed::{AS, Model},
    procedures::MOST_DAYS,
};
use crate::{
    domain::{Action, Day, Fact, FactKind, FactSet, ItemKind, Predicate, ProcedureId, RuleId},
    knowledge::{
        Amount, CareItem, Condition, ItemAt, LastUsed, Lead, Procedure, RequiredFact, RuleSet, SafetyLimit, SafetyRule,
        SourceFile, condition, raw,
    },
};

impl Scope<'_> {
    /// The safety rules that the policies leave in force, the strictest first, and what they add to plans.
    pub(super) fn safety(&mut self, parsed: &Parsed<'_>, procedures: &[Procedure]) -> (Vec<SafetyRule>, Vec<CareItem>) {
        let mut rules = Vec::new();
        let mut items = Vec::new();
        for file in &parsed.safety {
            for raw in &file.raw.rule {
                let when = self.when(parsed, file.source, &raw.when, raw.because.get_ref());
                let rule =
                    self.safety_rule(parsed, Model { source: file.source, rule: raw }, when, (procedures, &mut items));
                if !condition::is_never(&rule.when) {
                    rules.push(rule);
                }
            }
        }
        if let (true, Some(file)) = (rules.len() > RuleSet::CAPACITY, parsed.safety.last()) {
            let message = format!("there are more than {} safety rules", RuleSet::CAPACITY);
            self.checker.problem(&file.source.path, 1, message);
        }
        rules.sort_by_key(|it| (std::cmp::Reverse(it.action), it.rule));
        let like =
            |(at, it): (usize, &CareItem)| items.iter().enumerate().any(|(other, its)| other != at && it.is_like(its));
        let like: Vec<bool> = items.iter().enumerate().map(like).collect();
        items.iter_mut().zip(like).for_each(|(it, like)| it.is_like_another = like);
        (rules, items)
    }

    /// What must be known before a procedure is planned.
    pub(super) fn required(&mut self, parsed: &Parsed<'_>) -> Vec<RequiredFact> {
        let file = parsed.required.source;
        let mut all = Vec::new();
        for raw in &parsed.required.raw.required {
            let procedures = self.procedure_set(file, &raw.procedures, &[]);
            let rule = self.rule(&raw.rule);
            if let Some(fact) = self.checker.word(file, &raw.fact, Fact::VARIANTS) {
                all.push(RequiredFact { fact, procedures, rule });
            }
        }
        all
    }

    /// The rules that ask for somebody's word or a check at the visit, in the order of their ids.
    pub(super) fn settled_by_word(&self, rules: &[SafetyRule]) -> Vec<(String, RuleId)> {
        let events = &self.names.events;
        let check = |it: &SafetyRule| it.until.is_some_and(|it| events.get(it.index()).is_some_and(|it| it.at_visit));
        let asks = rules.iter().filter(|it| it.action == Action::Clearance || it.precondition || check(it));
        let mut all: Vec<(String, RuleId)> =
            asks.filter_map(|it| Some((self.rules.name(it.rule)?.to_owned(), it.rule))).collect();
        all.sort();
        all
    }

    fn item(&mut self, file: &SourceFile, rule: RuleId, raw: &raw::CareItem) -> Option<CareItem> {
        let days = raw.days.as_deref().unwrap_or(&[0]).iter();
        let mut days: Vec<i32> =
            days.map(|it| self.checker.within(file, &raw.kind, "days", *it, -MOST_DAYS..=MOST_DAYS)).collect();
        days.sort_unstable();
        if days.is_empty() {
            self.checker.at(file, &raw.kind, "name at least one day, or leave `days` out");
        }
        let also_on = raw.also_on.as_deref().unwrap_or_default().iter();
        let also_on: Vec<i32> =
            also_on.map(|it| self.checker.within(file, &raw.kind, "also_on", *it, -MOST_DAYS..=MOST_DAYS)).collect();
        if raw.at == raw::ItemAt::BeforePlan && (days != [0] || !also_on.is_empty()) {
            self.checker.at(file, &raw.kind, "what comes before the plan has no `days`");
        }
        let amounts = raw.amount.iter().map(|it| Amount {
            name: it.name.get_ref().clone(),
            value: self.checker.thousandths(file, &it.name, it.value),
            unit: it.unit.clone(),
            per_kg: it.per_kg,
            at_most: it.at_most.as_ref().and_then(|name| self.ceiling(file, raw, name)),
        });
        let amounts = amounts.collect();
        let at = match raw.at {
            raw::ItemAt::BeforePlan => ItemAt::BeforePlan,
            raw::ItemAt::FirstSession => ItemAt::FirstSession,
            raw::ItemAt::EachSession => ItemAt::EachSession,
        };
        let totals_when = self.checker.condition(file, raw.totals_when.as_ref());
        if let (Some(text), false) = (&raw.totals_when, raw.amount.iter().any(|it| it.per_kg)) {
            self.checker.at(file, text, "no amount of the item counts by weight; leave out `totals_when`");
        }
        let kind = self.checker.word(file, &raw.kind, ItemKind::VARIANTS)?;
        let options = raw.options.clone();
        Some(CareItem { kind, rule, at, days, also_on, options, amounts, totals_when, is_like_another: false })
    }

    /// The amount of the item that another one names as its most.
    fn ceiling(&mut self, file: &SourceFile, raw: &raw::CareItem, name: &raw::Text) -> Option<i64> {
        let known = raw.amount.iter().find(|it| it.name == *name && !it.per_kg);
        if known.is_none() {
            let message = format!("the item has no amount `{}` that is the same for everybody", name.get_ref());
            self.checker.at(file, name, message);
        }
        known.map(|it| self.checker.thousandths(file, &it.name, it.value))
    }

    /// The condition of a rule; `None` where it cannot be read. One that follows from a safety rule can hold when that one
    /// does, so that a number that moves moves for both.
    pub(super) fn when(
        &mut self,
        parsed: &Parsed<'_>,
        file: &SourceFile,
        text: &raw::Text,
        because: &[raw::Text],
    ) -> Option<Predicate> {
        let Some(named) = text.get_ref().strip_prefix(AS) else {
            let before = self.checker.count();
            let when = self.checker.condition(file, Some(text));
            return (self.checker.count() == before).then_some(when);
        };
        let wrong = match parsed.model_of(text) {
            None => format!("`{named}` is the id of no safety rule"),
            Some(model) if model.rule.when.get_ref().starts_with(AS) => {
                format!("`{named}` takes its condition from another rule itself; name that one")
            }
            Some(_) if !because.iter().any(|it| it.get_ref() == named) => {
                format!("a rule that holds when `{named}` does follows from it; name it in `because`")
            }
            // What is wrong with it is told where it stands.
            Some(model) => {
                let when = condition::parse(model.rule.when.get_ref(), &self.checker.policies).ok()?;
                self.checker.conditions.push(Condition { file: file.path.clone(), when: when.clone() });
                return Some(when);
            }
        };
        self.checker.at(file, text, wrong);
        None
    }

    /// The rule that says what one asks for: bounds, what comes first, and what it adds. One that follows from another can
    /// ask for the same, so that its numbers are written once.
    fn measures<'p>(&mut self, parsed: &'p Parsed<'_>, own: Model<'p>) -> Model<'p> {
        let Model { source: file, rule: raw } = own;
        let Some(text) = &raw.measures else { return own };
        let named = text.get_ref().strip_prefix(AS).unwrap_or_default();
        let wrong = match parsed.model_of(text) {
            None => format!("write `as` and the id of a safety rule; `{}` is none", text.get_ref()),
            Some(model) if model.rule.measures.is_some() => {
                format!("`{named}` takes its measures from another rule itself; name that one")
            }
            Some(_) if !raw.because.get_ref().iter().any(|it| it.get_ref() == named) => {
                format!("a rule that asks for what `{named}` does follows from it; name it in `because`")
            }
            Some(_) if raw.lead.is_some() || !raw.limit.is_empty() || !raw.item.is_empty() => {
                format!("bounds, lead and items are those of `{named}`; leave out its own, or `measures`")
            }
            Some(Model { rule: raw::SafetyRule { lead: None, limit, item, .. }, .. })
                if limit.is_empty() && item.is_empty() =>
            {
                format!("`{named}` has no bounds, no lead and no items; leave out `measures`")
            }
            Some(model) => return model,
        };
        self.checker.at(file, text, wrong);
        own
    }

    fn safety_rule(
        &mut self,
        parsed: &Parsed<'_>,
        own: Model<'_>,
        when: Option<Predicate>,
        (procedures, items): (&[Procedure], &mut Vec<CareItem>),
    ) -> SafetyRule {
        let Model { source: file, rule: raw } = own;
        // What is wrong with the measures of another rule is told where they stand.
        let Model { source, rule: measures } = self.measures(parsed, own);
        let readable = when.is_some();
        let when = when.unwrap_or(Predicate::Always);
        if raw.procedures.is_empty() {
            self.checker.at(file, &raw.id, "name at least one procedure that the rule acts on");
        }
        let set = self.procedure_set(file, &raw.procedures, &raw.except);
        let ids: Vec<ProcedureId> =
            (0_u8..).map(ProcedureId).take(procedures.len()).filter(|it| set.contains(*it)).collect();
        let action: Action = raw.action.into();
        let until = raw.until.as_ref().and_then(|event| self.event(file, event));
        let mut facts = Vec::new();
        when.reads(&mut |fact| facts.push(fact));
        let events: FactSet = facts.iter().copied().filter(|fact| fact.kind() == FactKind::Elapsed).collect();
        let elapsed = !events.is_empty();
        match (action == Action::Defer, &raw.until) {
            (true, None) if !elapsed && !condition::is_never(&when) => {
                self.checker.at(file, &raw.id, "a deferral needs `until`, or a condition on days since an event");
            }
            (false, Some(event)) => self.checker.at(file, event, "only a deferral has `until`"),
            (true, _) | (false, None) => {}
        }
        if raw.at_visit && action != Action::Clearance {
            self.checker.at(
                file,
                &raw.id,
                "only a clearance has `at_visit`; a deferral names an event of kind `check`",
            );
        }
        if raw.only_preferred && action >= Action::Defer {
            self.checker.at(
                file,
                &raw.id,
                "what is kept away is not planned for whoever prefers it: leave out `only_preferred`",
            );
        }
        let if_unknown = raw.if_unknown == raw::IfUnknown::Apply;
        if if_unknown && readable && facts.is_empty() && !condition::is_never(&when) {
            self.checker.at(file, &raw.when, "a rule that reads no fact cannot be unknown; leave out `if_unknown`");
        }
        let mut limits = Vec::new();
        for limit in &measures.limit {
            let near = raw.measures.as_ref().unwrap_or(&limit.parameter);
            limits.extend(self.limit(source, limit, (file, near), &ids, procedures));
        }
        let lead = measures.lead.as_ref().and_then(|lead| {
            let days = self.checker.wait(source, &lead.wait)?;
            Some(match lead.kind {
                raw::LeadKind::Priming => Lead::Priming(days),
                raw::LeadKind::TestArea => Lead::TestArea(days),
                raw::LeadKind::SmokeFree => Lead::SmokeFree(days),
            })
        });
        let lead_least = measures.lead.as_ref().zip(lead).and_then(|(raw, lead)| self.lead_least(source, raw, lead));
        let lead_anew = measures.lead.as_ref().is_some_and(|it| it.anew);
        if lead_anew && !matches!(lead, Some(Lead::TestArea(_))) {
            self.checker.at(source, &measures.id, "only a test area is made `anew`");
        }
        let rule = self.rule(&raw.id);
        let first = items.len();
        for item in &measures.item {
            items.extend(self.item(source, rule, item));
        }
        SafetyRule {
            rule,
            items: (first..items.len()).collect(),
            scope: when.scope(),
            timed: elapsed,
            events,
            asks: asks(&when, if_unknown, &facts),
            when,
            if_unknown,
            procedures: set,
            action,
            until,
            limits,
            lead,
            lead_least,
            lead_anew,
            precondition: raw.precondition,
            at_visit: raw.at_visit,
            stacked: raw.stacked,
            only_preferred: raw.only_preferred,
        }
    }

    fn lead_least(&mut self, file: &SourceFile, raw: &raw::Lead, lead: Lead) -> Option<Day> {
        let text = raw.least.as_ref()?;
        let least = self.checker.wait(file, text)?;
        match lead {
            Lead::Priming(days) if least < days => return Some(least),
            Lead::Priming(_) => self.checker.at(file, text, "`least` is below `wait`, or is left out"),
            Lead::TestArea(_) => self.checker.at(file, text, "a test area that is judged too early has no `least`"),
            Lead::SmokeFree(_) => self.checker.at(file, text, "time without smoking has no `least`"),
        }
        None
    }

    fn limit(
        &mut self,
        file: &SourceFile,
        raw: &raw::SafetyLimit,
        (user, near): (&SourceFile, &raw::Text),
        ids: &[ProcedureId],
        procedures: &[Procedure],
    ) -> Vec<SafetyLimit> {
        let name = raw.parameter.get_ref();
        match (raw.lowest, raw.at_most.is_some() || raw.start_at.is_some()) {
            (false, false) => self.checker.at(file, &raw.parameter, "a limit needs `at_most`, `start_at` or `lowest`"),
            (true, true) => self.checker.at(file, &raw.parameter, "`lowest` stands alone"),
            (true, false) | (false, true) => {}
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
            let Some(known) = procedures.get(procedure.index()) else { continue };
            if let Some(parameter) = known.parameter_names.iter().position(|it| it == name) {
                let least =
                    known.parameters.iter().filter(|it| raw.lowest && it.place == parameter).map(|it| it.low).min();
                limits.push(SafetyLimit { procedure, parameter, at_most: at_most.or(least), start_at });
            }
        }
        if limits.is_empty() && !ids.is_empty() {
            self.checker.at(user, near, format!("none of these procedures has a parameter `{name}`"));
        }
        limits
    }
}

/// The facts that some rule reads and that somebody can be asked for.
pub(super) fn asked(rules: &[SafetyRule]) -> FactSet {
    let mut all = Vec::new();
    for rule in rules {
        rule.when.reads(&mut |fact| all.push(fact));
    }
    all.into_iter().filter(|fact| !fact.is_computed()).collect()
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

/// The rules that ask how long ago home care was used, by the home care.
pub(super) fn last_used(procedures: &[Procedure], safety: &[SafetyRule]) -> Vec<LastUsed> {
    let asks = |rule: &SafetyRule, wanted: Fact| {
        let mut found = false;
        rule.when.reads(&mut |fact| found |= fact == wanted);
        found && rule.action >= Action::Defer
    };
    let mut all = Vec::new();
    for (id, procedure) in (0_u8..).map(ProcedureId).zip(procedures) {
        let Some(fact) = procedure.course.and_then(|it| it.last_used) else { continue };
        let rules = safety.iter().enumerate().filter(|(_, rule)| asks(rule, fact)).map(|(place, _)| place).collect();
        all.push(LastUsed { of: id, fact, rules });
    }
    all
}
