//! Collects the rules of planning: what is said of every plan, of what failed, and of what was done.

use super::Entries;
use crate::knowledge::{SourceFile, raw};

impl<'f> Entries<'_, 'f> {
    pub(super) fn planning(&mut self, file: &'f SourceFile, raw: &'f raw::Planning) {
        self.lines(file, &raw.disclaimer);
        self.lines(file, &raw.warning);
        self.line(file, &raw.structural);
        self.add(file, &raw.fewest.rule, &raw.fewest.says, &raw.fewest.because, &[]);
        for it in &raw.failure {
            let fields = [("sessions", it.sessions.to_string()), ("after", it.after.get_ref().clone())];
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        for it in &raw.together {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
        }
        for it in [&raw.gate_review, &raw.final_review] {
            let fields = [("after", it.after.get_ref().clone())];
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        for line in [
            &raw.usual,
            &raw.first_review,
            &raw.too_few_sittings,
            &raw.visit_check,
            &raw.allowed,
            &raw.shared_sitting,
            &raw.not_for_this_scar,
            &raw.not_recorded,
            &raw.unwanted,
            &raw.unavailable,
            &raw.opt_in,
            &raw.downtime,
            &raw.plain_first,
            &raw.agreed_anyway,
            &raw.suits_less,
            &raw.same_skin,
            &raw.step_left_out,
            &raw.home_care_left_out,
            &raw.held,
            &raw.not_assessed,
            &raw.test_area,
            &raw.priming,
            &raw.not_stated,
            &raw.closed_day,
            &raw.preferred,
            &raw.few_visits,
            &raw.visits_apart,
            &raw.supervised,
            &raw.conflict,
            &raw.ranks_after,
            &raw.occasion.partial,
        ] {
            self.line(file, line);
        }
        for it in &raw.finding {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
        }
        raw.objective.iter().flat_map(|it| [&it.better, &it.worse]).for_each(|line| self.line(file, line));
        let it = &raw.full_visit;
        self.add(file, &it.rule, &it.says, &it.because, &[("apart", it.apart.get_ref().clone())]);
        let it = &raw.home_care_least;
        self.add(file, &it.rule, &it.says, &it.because, &[("days", it.days.get_ref().clone())]);
        self.past(file, &raw.past);
        for it in [&raw.occasion.quiet, &raw.occasion.new] {
            self.add(file, &it.rule, &it.says, &it.because, &[("before", it.before.get_ref().clone())]);
        }
        let it = &raw.occasion.filler;
        self.add(file, &it.rule, &it.says, &it.because, &[("before", it.before.get_ref().clone())]);
    }

    fn past(&mut self, file: &'f SourceFile, raw: &'f raw::Past) {
        let it = &raw.earlier_course;
        self.add(file, &it.rule, &it.says, &it.because, &[("after", it.after.get_ref().clone())]);
        let it = &raw.plateau;
        self.add(file, &it.rule, &it.says, &it.because, &[("sessions", it.sessions.to_string())]);
        self.add(file, &raw.goal.rule, &raw.goal.says, &raw.goal.because, &[]);
        for it in &raw.lapse {
            self.add(file, &it.rule, &it.says, &it.because, &[("after", it.after.get_ref().clone())]);
        }
        for it in &raw.booster {
            let fields = [("after", it.after.get_ref().clone()), ("sessions", it.sessions.to_string())];
            self.add(file, &it.rule, &it.says, &it.because, &fields);
        }
        for it in &raw.decision {
            self.add(file, &it.rule, &it.says, &it.because, &[]);
        }
        for line in raw.lines() {
            self.line(file, line);
        }
    }
}
