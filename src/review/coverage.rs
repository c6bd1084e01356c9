//! Which rules are heard: in how many surveyed cases, and in which worked cases.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Worked, everywhere, heard};
use crate::{
    domain::{Action, Predicate, ProcedureId, ProcedureSet, RuleId},
    engine,
    knowledge::{Knowledge, Rule},
    survey::Survey,
};

/// Where one rule is heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The rule.
    pub rule: String,
    /// The file that holds it.
    pub file: String,
    /// Surveyed cases that hear it.
    pub cases: usize,
    /// Names of the worked cases that hear it.
    pub worked: Vec<String>,
    /// Where else it is heard; empty: nowhere.
    pub elsewhere: &'static str,
}

impl Coverage {
    /// Does nobody ever hear it?
    pub fn is_silent(&self) -> bool {
        self.cases == 0 && self.worked.is_empty() && self.elsewhere.is_empty()
    }
}

/// Files of the table of waits: the loader wants every ordered pair, also those that no plan brings together.
const WAITS: &str = "gaps";

/// Where every rule is heard, in the order of the ids.
pub fn coverage(knowledge: &Knowledge, survey: &Survey, worked: &[Worked]) -> Vec<Coverage> {
    let many = knowledge.rules().len();
    let counts = everywhere(survey.len(), |range| {
        let mut counts = vec![0_usize; many];
        for case in range.filter_map(|at| survey.case(at, knowledge)) {
            for rule in heard(knowledge, &engine::plan(knowledge, &case)) {
                if let Some(count) = counts.get_mut(rule.index()) {
                    *count = count.saturating_add(1);
                }
            }
        }
        counts
    });
    let written = heard_in_worked(knowledge, worked);
    let shown = shown(knowledge);
    let planning = knowledge.planning();
    let objectives = planning.objectives.iter().flat_map(|(better, worse)| [*better, *worse]);
    let compared: BTreeSet<RuleId> = objectives.chain([planning.ranks_after, planning.not_recorded]).collect();
    let in_force: BTreeSet<RuleId> = knowledge.safety().iter().map(|it| it.rule).collect();
    let left_out = left_out(knowledge);
    let untaken = untaken(knowledge);
    let elsewhere = |id: RuleId, rule: &Rule| {
        let finding = knowledge.planning().findings.contains(&id) || knowledge.planning().not_stated == id;
        if finding || untaken.contains(&*rule.file) {
            "said when a plan is checked"
        } else if compared.contains(&id) {
            "said of other plans and of what is not planned"
        } else if shown.contains(&id) {
            "shown to whoever asks for the knowledge"
        } else if rule.file.starts_with(WAITS) {
            "a row of the table of waits, which has no holes"
        } else if rule.action.is_some() && !in_force.contains(&id) || left_out.contains(&*rule.file) {
            "in force when a deployment chooses another policy"
        } else {
            ""
        }
    };
    let rules = knowledge.rules().iter().zip((0..).map(RuleId));
    rules
        .map(|(rule, id)| Coverage {
            rule: rule.id.clone(),
            file: rule.file.to_string(),
            cases: counts.iter().filter_map(|it| it.get(id.index())).sum(),
            worked: written.get(id.index()).cloned().unwrap_or_default(),
            elsewhere: elsewhere(id, rule),
        })
        .collect()
}

/// The files of procedures that are too weak alone and that no pathway takes: they are known for the check of plans.
fn untaken(knowledge: &Knowledge) -> BTreeSet<String> {
    let alone = knowledge.considered().iter().fold(ProcedureSet::default(), |all, it| all.with(it.alone));
    let steps = || knowledge.pathways().iter().flat_map(|it| &it.steps);
    let taken = |id: ProcedureId| steps().flat_map(|it| &it.options).any(|it| it.procedure == id);
    let untaken = knowledge.procedure_ids().filter(|(id, _)| alone.contains(*id) && !taken(*id));
    untaken.map(|(_, it)| format!("procedures/{}.toml", it.id)).collect()
}

/// By rule: the worked cases that hear it.
pub fn heard_in_worked(knowledge: &Knowledge, worked: &[Worked]) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new(); knowledge.rules().len()];
    for it in worked {
        for rule in heard(knowledge, &engine::plan(knowledge, &it.case)) {
            if let Some(names) = all.get_mut(rule.index()) {
                names.push(it.name.clone());
            }
        }
    }
    all
}

/// The rules that the knowledge shows of itself: what a plan only says by numbers.
fn shown(knowledge: &Knowledge) -> BTreeSet<RuleId> {
    let mut rules = BTreeSet::from([knowledge.classification().limits]);
    rules.extend(knowledge.policies().iter().map(|it| it.rule));
    rules.extend(knowledge.considered().iter().map(|it| it.rule));
    for it in knowledge.procedures() {
        rules.extend(it.strengths.iter().map(|it| it.rule));
        rules.extend(it.downtime.map(|it| it.rule));
        rules.extend(it.judge.map(|it| it.rule));
        rules.extend(it.course.map(|it| it.rule));
        rules.insert(it.evidence.rule);
        rules.extend(it.cost.map(|it| it.rule));
        rules.extend(it.pigment.map(|it| it.rule));
        rules.extend(it.expected.iter().chain(&it.adverse).map(|it| it.rule));
        rules.extend(it.gaps.and_then(|it| it.weaker).map(|it| it.rule));
    }
    rules
}

/// Files of the procedures that a policy excludes for everybody.
fn left_out(knowledge: &Knowledge) -> BTreeSet<String> {
    let bans = || knowledge.safety().iter().filter(|it| it.action == Action::Exclude && it.when == Predicate::Always);
    let banned = knowledge.procedure_ids().filter(|(id, _)| bans().any(|it| it.procedures.contains(*id)));
    banned.map(|(_, it)| format!("procedures/{}.toml", it.id)).collect()
}

/// As a table for people, the silent rules last.
pub fn coverage_in_words(rows: &[Coverage], cases: usize) -> String {
    let width = rows.iter().map(|it| it.rule.chars().count()).max().unwrap_or_default();
    let mut text = format!("{} rules over {cases} cases\n\n", rows.len());
    for row in rows.iter().filter(|it| !it.is_silent()) {
        // Where a case hears it, there is no need to say where else.
        let elsewhere = if row.cases == 0 { row.elsewhere } else { "" };
        let worked = row.worked.join(", ");
        let told: Vec<&str> = [elsewhere, worked.as_str()].into_iter().filter(|it| !it.is_empty()).collect();
        let line = format!("  {:width$}  {:>8}  {}", row.rule, row.cases, told.join("; "));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let silent: Vec<&Coverage> = rows.iter().filter(|it| it.is_silent()).collect();
    if !silent.is_empty() {
        text.push_str("\nheard by nobody: add a case that hears it, or take the rule out\n");
        for row in silent {
            text.push_str(&format!("  {:width$}  {}\n", row.rule, row.file));
        }
    }
    text
}
