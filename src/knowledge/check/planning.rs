//! Checks the rules of the planner that belong to no single procedure.

use strum::VariantArray as _;

use super::{Parsed, Scope};
use crate::{
    domain::{CountingReason, FindingKind, Objective, ProcedureId, Response, RuleId, Tool, Value},
    knowledge::{LapseThen, Occasion, Past, Planning, Procedure, SourceFile, Wait, model, raw},
};

impl Scope<'_> {
    pub(super) fn planning(&mut self, parsed: &Parsed<'_>, procedures: &[Procedure]) -> Option<Planning> {
        let file = parsed.planning.source;
        let raw = &parsed.planning.raw;
        let mut one = |line: &raw::Line| self.rule(&line.rule);
        let disclaimer = raw.disclaimer.iter().map(&mut one).collect();
        let [usual, visit_check, allowed, shared_sitting, not_for_this_scar, unwanted, unavailable, opt_in, downtime] =
            [
                &raw.usual,
                &raw.visit_check,
                &raw.allowed,
                &raw.shared_sitting,
                &raw.not_for_this_scar,
                &raw.unwanted,
                &raw.unavailable,
                &raw.opt_in,
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
        let [visits_apart, supervised] = [&raw.visits_apart, &raw.supervised].map(&mut one);
        let [agreed_anyway, suits_less, same_skin] =
            [&raw.agreed_anyway, &raw.suits_less, &raw.same_skin].map(&mut one);
        let [plain_first, step_left_out, home_care_left_out, test_area, priming, first_review, too_few_sittings] = [
            &raw.plain_first,
            &raw.step_left_out,
            &raw.home_care_left_out,
            &raw.test_area,
            &raw.priming,
            &raw.first_review,
            &raw.too_few_sittings,
        ]
        .map(&mut one);
        let mut warnings: Vec<model::Line> = raw.warning.iter().map(|line| self.line(file, line)).collect();
        let structural = self.line(file, &raw.structural);
        warnings.push(structural.clone());
        let fewest = model::Line {
            rule: self.rule(&raw.fewest.rule),
            when: self.checker.condition(file, Some(&raw.fewest.when)),
        };
        let failures = raw.failure.iter().filter_map(|it| self.failure(file, it)).collect();
        let modality = |it: &raw::Modality| {
            let tool = self.checker.word(file, &it.tool, Tool::VARIANTS)?;
            Some((tool, self.procedure_set(file, &it.procedures, &[])))
        };
        let modalities = raw.modality.iter().filter_map(modality).collect();
        let together = raw.together.iter().filter_map(|it| self.together(file, it, procedures)).collect();
        let gate_review = self.review(file, &raw.gate_review);
        let final_review = self.review(file, &raw.final_review);
        let full = self.rule(&raw.full_visit.rule);
        let full_apart = self.checker.wait(file, &raw.full_visit.apart);
        let least = self.rule(&raw.home_care_least.rule);
        let home_care_least = self.checker.wait(file, &raw.home_care_least.days);
        let past = self.past(file, &raw.past);
        let occasion = self.occasion(file, &raw.occasion);
        Some(Planning {
            disclaimer,
            warnings,
            structural,
            fewest,
            failures,
            modalities,
            together,
            usual,
            gate_review: gate_review?,
            final_review: final_review?,
            not_reviewed: self.procedure_set(file, &raw.final_review.except, &[]),
            first_review,
            too_few_sittings,
            visit_check,
            allowed,
            shared_sitting,
            not_for_this_scar,
            not_recorded: self.rule(&raw.not_recorded.rule),
            unwanted,
            unavailable,
            opt_in,
            downtime,
            plain_first,
            agreed_anyway,
            suits_less,
            same_skin,
            step_left_out,
            home_care_left_out,
            home_care_least: Wait { days: home_care_least?, rule: least },
            past: past?,
            closed_day,
            preferred,
            few_visits,
            visits_apart,
            full_visit: Wait { days: full_apart?, rule: full },
            supervised,
            conflict,
            occasion: occasion?,
            held,
            not_assessed,
            test_area,
            priming,
            not_stated,
            findings: self.findings(file, &raw.finding),
            objectives: self.objectives(file, &raw.objective),
            ranks_after: self.rule(&raw.ranks_after.rule),
        })
    }

    fn past(&mut self, file: &SourceFile, raw: &raw::Past) -> Option<Past> {
        let lines = raw.lines().map(|line| self.rule(&line.rule));
        let [counted, test_area, not_counted, accepted, other, beyond, too_early, late, against, ..] = lines;
        let [.., complete, dropped, goes_on, retried] = lines;
        let sessions = usize::try_from(raw.plateau.sessions).ok().filter(|it| *it > 0);
        if sessions.is_none() {
            self.checker.at(file, &raw.plateau.rule, "`sessions` is at least 1");
        }
        let (plateau, goal) = (self.rule(&raw.plateau.rule), self.rule(&raw.goal.rule));
        let hardly = self.checker.word(file, &raw.plateau.response, Response::VARIANTS);
        let enough = self.checker.word(file, &raw.goal.response, Response::VARIANTS);
        let earlier_course = self.review(file, &raw.earlier_course);
        let decisions = self.decisions(file, &raw.decision);
        let earlier_course = earlier_course?;
        let lapses = self.lapses(file, &raw.lapse, earlier_course);
        let boosters = self.boosters(file, &raw.booster);
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
            boosters,
            decisions,
            against,
            complete,
            goal: model::Goal { response: enough?, rule: goal },
            plateau: model::Plateau { sessions: sessions?, response: hardly?, rule: plateau },
            dropped,
            goes_on,
            retried,
        })
    }

    fn occasion(&mut self, file: &SourceFile, raw: &raw::Occasion) -> Option<Occasion> {
        let raw::Occasion { quiet, new, filler, partial } = raw;
        let [quiet, new, spaced] =
            [(&quiet.before, &quiet.rule), (&new.before, &new.rule), (&filler.before, &filler.rule)].map(
                |(before, rule)| {
                    let rule = self.rule(rule);
                    self.checker.wait(file, before).map(|days| Wait { days, rule })
                },
            );
        let fillers = self.procedure_set(file, &filler.procedures, &[]);
        let partial = self.rule(&partial.rule);
        Some(Occasion { quiet: quiet?, new: new?, fillers, filler: spaced?, partial })
    }

    /// What a break does to the courses of some procedures: each in one row, and before every course begins anew.
    fn lapses(&mut self, file: &SourceFile, rows: &[raw::Lapse], longest: Wait) -> Vec<model::Lapse> {
        let mut all: Vec<model::Lapse> = Vec::new();
        for row in rows {
            let procedures = self.procedure_set(file, &row.procedures, &row.except);
            let rule = self.rule(&row.rule);
            let then = self.checker.word(file, &row.then, LapseThen::VARIANTS);
            let after = self.checker.wait(file, &row.after);
            if all.iter().any(|it| it.procedures.overlaps(procedures)) {
                self.checker.at(file, &row.rule, "a procedure of this row stands in another [[past.lapse]] already");
            }
            // What is gone is so whatever was done of it; other courses begin anew before.
            let ends = then.is_none_or(|it| it != LapseThen::Gone);
            if ends && after.is_some_and(|after| after >= longest.days) {
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

    /// What may be done once more of a course that came to its end: each procedure in one row, and within its most.
    fn boosters(&mut self, file: &SourceFile, rows: &[raw::Booster]) -> Vec<model::Booster> {
        let mut all: Vec<model::Booster> = Vec::new();
        for row in rows {
            let procedures = self.procedure_set(file, &row.procedures, &row.except);
            let rule = self.rule(&row.rule);
            let after = self.checker.wait(file, &row.after);
            if all.iter().any(|it| it.procedures.overlaps(procedures)) {
                self.checker.at(file, &row.rule, "a procedure of this row stands in another [[past.booster]] already");
            }
            if row.sessions < 1 {
                self.checker.at(file, &row.rule, "`sessions` is at least 1");
            }
            all.extend(after.map(|after| model::Booster { procedures, after, sessions: row.sessions, rule }));
        }
        all
    }

    /// The sentence of each reason that a clinician can give, in the order of the reasons.
    fn decisions(&mut self, file: &SourceFile, rows: &[raw::Decision]) -> Vec<RuleId> {
        let rows: Vec<_> = rows.iter().map(|it| (&it.reason, self.rule(&it.rule))).collect();
        self.one_for_each(file, "[[past.decision]]", CountingReason::VARIANTS, rows)
    }

    /// The sentence of each kind of finding, in the order of the kinds.
    fn findings(&mut self, file: &SourceFile, rows: &[raw::FindingLine]) -> Vec<RuleId> {
        let rows: Vec<_> = rows.iter().map(|it| (&it.kind, self.rule(&it.rule))).collect();
        self.one_for_each(file, "[[finding]]", FindingKind::VARIANTS, rows)
    }

    /// What is said of a plan that is better, and of one that is worse, in the order of the objectives.
    fn objectives(&mut self, file: &SourceFile, rows: &[raw::Objective]) -> Vec<(RuleId, RuleId)> {
        let mut both = |it: &raw::Objective| (self.rule(&it.better.rule), self.rule(&it.worse.rule));
        let rows: Vec<_> = rows.iter().map(|it| (&it.name, both(it))).collect();
        self.one_for_each(file, "[[objective]]", Objective::VARIANTS, rows)
    }

    /// What the rows say of each word of a closed list, in its order: each word has one row.
    fn one_for_each<T: Copy + Into<&'static str>, V>(
        &mut self,
        file: &SourceFile,
        table: &str,
        words: &[T],
        rows: Vec<(&raw::Text, V)>,
    ) -> Vec<V> {
        let mut found: Vec<Option<V>> = words.iter().map(|_| None).collect();
        for (word, value) in rows {
            let Some(known) = self.checker.word(file, word, words) else { continue };
            let name: &str = known.into();
            let place = words.iter().position(|it| Into::<&str>::into(*it) == name);
            let Some(slot) = place.and_then(|place| found.get_mut(place)) else { continue };
            if slot.replace(value).is_some() {
                self.checker.at(file, word, format!("`{name}` is listed twice"));
            }
        }
        for (word, _) in words.iter().zip(&found).filter(|(_, value)| value.is_none()) {
            let name: &str = (*word).into();
            self.checker.problem(&file.path, 1, format!("there is no {table} for `{name}`"));
        }
        found.into_iter().flatten().collect()
    }

    fn failure(&mut self, file: &SourceFile, raw: &raw::Failure) -> Option<model::Failure> {
        let procedures = self.procedure_set(file, &raw.procedures, &[]);
        let sessions = usize::try_from(raw.sessions).ok().filter(|it| *it > 0);
        if sessions.is_none() {
            self.checker.at(file, &raw.rule, "`sessions` is at least 1");
        }
        let rule = self.rule(&raw.rule);
        let tool = self.checker.word(file, &raw.tool, Tool::VARIANTS)?;
        let response = self.checker.word(file, &raw.response, Response::VARIANTS);
        let after = self.checker.wait(file, &raw.after)?;
        let plateau = raw.plateau;
        Some(model::Failure { tool, procedures, sessions: sessions?, after, response: response?, plateau, rule })
    }

    /// What one visit takes of procedures whose sites count together: the least that any of them takes.
    fn together(
        &mut self,
        file: &SourceFile,
        raw: &raw::Together,
        procedures: &[Procedure],
    ) -> Option<model::Together> {
        let set = self.procedure_set(file, &raw.procedures, &[]);
        let rule = self.rule(&raw.rule);
        let ids = (0_u8..).map(ProcedureId).zip(procedures).filter(|(id, _)| set.contains(*id));
        let each: Option<Vec<i32>> = ids.map(|(_, it)| it.sessions?.per_sitting).collect();
        let Some(least) = each.and_then(|each| each.into_iter().min()) else {
            self.checker.at(file, &raw.rule, "what counts together has `per_sitting`");
            return None;
        };
        let Value::Number(at_most) = Value::thousandths(i64::from(least)) else { return None };
        Some(model::Together { procedures: set, at_most, rule })
    }

    fn review(&mut self, file: &SourceFile, raw: &raw::ReviewRule) -> Option<Wait> {
        let rule = self.rule(&raw.rule);
        self.checker.wait(file, &raw.after).map(|days| Wait { days, rule })
    }
}
