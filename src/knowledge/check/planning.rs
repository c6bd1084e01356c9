//! Checks the rules of the planner that belong to no single procedure.

use strum::VariantArray as _;

use super::{Parsed, Scope};
use crate::{
    domain::{CountingReason, FindingKind, Response, RuleId, Tool},
    knowledge::{LapseThen, Occasion, Past, Planning, SourceFile, Wait, model, raw},
};

impl Scope<'_> {
    pub(super) fn planning(&mut self, parsed: &Parsed<'_>) -> Option<Planning> {
        let file = parsed.planning.source;
        let raw = &parsed.planning.raw;
        let mut one = |line: &raw::Line| self.rule(file, &line.rule);
        let disclaimer = raw.disclaimer.iter().map(&mut one).collect();
        let [usual, visit_check, allowed, shared_sitting, not_for_this_scar, unwanted, unavailable, downtime] = [
            &raw.usual,
            &raw.visit_check,
            &raw.allowed,
            &raw.shared_sitting,
            &raw.not_for_this_scar,
            &raw.unwanted,
            &raw.unavailable,
            &raw.downtime,
        ]
        .map(&mut one);
        let [held, not_assessed, not_stated, closed_day, preferred, few_visits, conflict] = [
            &raw.held,
            &raw.not_assessed,
            &raw.not_stated,
            &raw.closed_day,
            &raw.preferred,
            &raw.few_visits,
            &raw.conflict,
        ]
        .map(&mut one);
        let [visits_apart, full_visit, supervised] =
            [&raw.visits_apart, &raw.full_visit, &raw.supervised].map(&mut one);
        let [plain_first, step_left_out, test_area, priming, first_review, too_few_sittings] = [
            &raw.plain_first,
            &raw.step_left_out,
            &raw.test_area,
            &raw.priming,
            &raw.first_review,
            &raw.too_few_sittings,
        ]
        .map(&mut one);
        let warnings = raw.warning.iter().map(|line| self.line(file, line)).collect();
        let fewest = model::Line {
            rule: self.rule(file, &raw.fewest.rule),
            when: self.checker.condition(file, Some(&raw.fewest.when)),
        };
        let failures = raw.failure.iter().filter_map(|it| self.failure(file, it)).collect();
        let gate_review = self.review(file, &raw.gate_review);
        let final_review = self.review(file, &raw.final_review);
        let past = self.past(file, &raw.past);
        let occasion = self.occasion(file, &raw.occasion);
        Some(Planning {
            disclaimer,
            warnings,
            fewest,
            failures,
            usual,
            gate_review: gate_review?,
            final_review: final_review?,
            first_review,
            too_few_sittings,
            visit_check,
            allowed,
            shared_sitting,
            not_for_this_scar,
            unwanted,
            unavailable,
            downtime,
            plain_first,
            step_left_out,
            past: past?,
            closed_day,
            preferred,
            few_visits,
            visits_apart,
            full_visit,
            supervised,
            conflict,
            occasion: occasion?,
            held,
            not_assessed,
            test_area,
            priming,
            not_stated,
            findings: self.findings(file, &raw.finding),
        })
    }

    fn past(&mut self, file: &SourceFile, raw: &raw::Past) -> Option<Past> {
        let [counted, test_area, not_counted, accepted, other, beyond, too_early, late, against, complete, dropped] =
            raw.lines().map(|line| self.rule(file, &line.rule));
        let sessions = usize::try_from(raw.plateau.sessions).ok().filter(|it| *it > 0);
        if sessions.is_none() {
            self.checker.at(file, &raw.plateau.rule, "`sessions` is at least 1");
        }
        let (plateau, goal) = (self.rule(file, &raw.plateau.rule), self.rule(file, &raw.goal.rule));
        let hardly = self.checker.word(file, &raw.plateau.response, Response::VARIANTS);
        let enough = self.checker.word(file, &raw.goal.response, Response::VARIANTS);
        let earlier_course = self.review(file, &raw.earlier_course);
        let decisions = self.decisions(file, &raw.decision);
        let earlier_course = earlier_course?;
        let lapses = self.lapses(file, &raw.lapse, earlier_course);
        Some(Past {
            counted,
            test_area,
            not_counted,
            accepted,
            other,
            earlier_course,
            beyond,
            too_early,
            late,
            lapses,
            decisions,
            against,
            complete,
            goal: model::Goal { response: enough?, rule: goal },
            plateau: model::Plateau { sessions: sessions?, response: hardly?, rule: plateau },
            dropped,
        })
    }

    fn occasion(&mut self, file: &SourceFile, raw: &raw::Occasion) -> Option<Occasion> {
        let raw::Occasion { quiet, new, filler, partial } = raw;
        let [quiet, new, spaced] =
            [(&quiet.before, &quiet.rule), (&new.before, &new.rule), (&filler.before, &filler.rule)].map(
                |(before, rule)| {
                    let rule = self.rule(file, rule);
                    self.checker.wait(file, before).map(|days| Wait { days, rule })
                },
            );
        let fillers = self.procedure_set(file, &filler.procedures, &[]);
        let partial = self.rule(file, &partial.rule);
        Some(Occasion { quiet: quiet?, new: new?, fillers, filler: spaced?, partial })
    }

    /// What a break does to the courses of some procedures: each in one row, and before every course begins anew.
    fn lapses(&mut self, file: &SourceFile, rows: &[raw::Lapse], longest: Wait) -> Vec<model::Lapse> {
        let mut all: Vec<model::Lapse> = Vec::new();
        for row in rows {
            let procedures = self.procedure_set(file, &row.procedures, &[]);
            let rule = self.rule(file, &row.rule);
            let then = self.checker.word(file, &row.then, LapseThen::VARIANTS);
            let after = self.checker.wait(file, &row.after);
            if all.iter().any(|it| it.procedures.overlaps(procedures)) {
                self.checker.at(file, &row.rule, "a procedure of this row stands in another [[past.lapse]] already");
            }
            if after.is_some_and(|after| after >= longest.days) {
                self.checker.at(
                    file,
                    &row.after,
                    "every course begins anew before: write less than past.earlier_course",
                );
            }
            if let (Some(then), Some(after)) = (then, after) {
                all.push(model::Lapse { procedures, after, then, rule });
            }
        }
        all
    }

    /// The sentence of each reason that a clinician can give, in the order of the reasons.
    fn decisions(&mut self, file: &SourceFile, rows: &[raw::Decision]) -> Vec<RuleId> {
        let mut found: Vec<Option<RuleId>> = vec![None; CountingReason::VARIANTS.len()];
        for row in rows {
            let rule = self.rule(file, &row.rule);
            let Some(reason) = self.checker.word(file, &row.reason, CountingReason::VARIANTS) else { continue };
            let Some(slot) = found.get_mut(reason as usize) else { continue };
            if slot.replace(rule).is_some() {
                self.checker.at(file, &row.reason, "this reason is listed twice");
            }
        }
        for (reason, _) in CountingReason::VARIANTS.iter().zip(&found).filter(|(_, rule)| rule.is_none()) {
            let name: &str = reason.into();
            self.checker.problem(&file.path, 1, format!("there is no [[past.decision]] for the reason `{name}`"));
        }
        found.into_iter().flatten().collect()
    }

    /// The sentence of each kind of finding, in the order of the kinds.
    fn findings(&mut self, file: &SourceFile, rows: &[raw::FindingLine]) -> Vec<RuleId> {
        let mut found: Vec<Option<RuleId>> = vec![None; FindingKind::VARIANTS.len()];
        for row in rows {
            let rule = self.rule(file, &row.rule);
            let Some(kind) = self.checker.word(file, &row.kind, FindingKind::VARIANTS) else { continue };
            let Some(slot) = found.get_mut(kind as usize) else { continue };
            if slot.replace(rule).is_some() {
                self.checker.at(file, &row.kind, "this kind of finding is listed twice");
            }
        }
        for (kind, _) in FindingKind::VARIANTS.iter().zip(&found).filter(|(_, rule)| rule.is_none()) {
            let name: &str = kind.into();
            self.checker.problem(&file.path, 1, format!("there is no [[finding]] of the kind `{name}`"));
        }
        found.into_iter().flatten().collect()
    }

    fn failure(&mut self, file: &SourceFile, raw: &raw::Failure) -> Option<model::Failure> {
        let procedures = self.procedure_set(file, &raw.procedures, &[]);
        let sessions = usize::try_from(raw.sessions).ok().filter(|it| *it > 0);
        if sessions.is_none() {
            self.checker.at(file, &raw.rule, "`sessions` is at least 1");
        }
        let rule = self.rule(file, &raw.rule);
        let tool = self.checker.word(file, &raw.tool, Tool::VARIANTS)?;
        let response = self.checker.word(file, &raw.response, Response::VARIANTS);
        let after = self.checker.wait(file, &raw.after)?;
        Some(model::Failure { tool, procedures, sessions: sessions?, after, response: response?, rule })
    }

    fn review(&mut self, file: &SourceFile, raw: &raw::ReviewRule) -> Option<Wait> {
        let rule = self.rule(file, &raw.rule);
        self.checker.wait(file, &raw.after).map(|days| Wait { days, rule })
    }
}
