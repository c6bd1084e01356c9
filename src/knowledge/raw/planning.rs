//! The TOML of `planning.toml`, one to one.

use serde::Deserialize;
use toml::Spanned;

use super::{Line, Text};

/// `planning.toml`: rules of the planner that belong to no single procedure.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Planning {
    /// Said of every answer.
    pub disclaimer: Vec<Line>,
    /// Said in every plan, under its condition.
    pub warning: Vec<Line>,
    /// When a plan needs work on the single scar; said in every plan under its condition.
    pub structural: Line,
    /// When the least number of sessions is planned.
    pub fewest: Fewest,
    /// When a tool counts as having failed.
    #[serde(default)]
    pub failure: Vec<Failure>,
    /// What works with the same tool.
    #[serde(default)]
    pub modality: Vec<Modality>,
    /// What shares the sites that one sitting takes.
    #[serde(default)]
    pub together: Vec<Together>,
    /// When the usual number of sessions is planned.
    pub usual: Line,
    /// Judges the result and gates contingent stages.
    pub gate_review: ReviewRule,
    /// Judges the end result.
    pub final_review: ReviewRule,
    /// Decides at the first visit when nothing comes before what waits for a review.
    pub first_review: Line,
    /// Too few sittings for a course of what would join them.
    pub too_few_sittings: Line,
    /// Checked at the first session of the surface phase after the structural phase.
    pub visit_check: Line,
    /// A procedure against which nothing speaks.
    pub allowed: Line,
    /// A session whose procedures share the sitting.
    pub shared_sitting: Line,
    /// A procedure that is not for this type of scar.
    pub not_for_this_scar: Line,
    /// A procedure of which nobody recorded whether it is for this type of scar.
    pub not_recorded: Line,
    /// The patient does not want it.
    pub unwanted: Line,
    /// The clinic does not have it.
    pub unavailable: Line,
    /// The clinic has not said that it offers what it must have decided to offer.
    pub opt_in: Line,
    /// Its traces show for longer than the patient accepts.
    pub downtime: Line,
    /// An option of equal strength needs nobody's agreement.
    pub plain_first: Line,
    /// What it needs is agreed on for other scars anyway.
    pub agreed_anyway: Line,
    /// Another option suits the scar better.
    pub suits_less: Line,
    /// What is planned of it on the same skin counts towards its most.
    pub same_skin: Line,
    /// No procedure of a step can be done now.
    pub step_left_out: Line,
    /// Nothing can be used for a step of home care, or not for all of its days.
    pub home_care_left_out: Line,
    /// How long home care must be of use between rests.
    pub home_care_least: LeastUse,
    /// What past sessions are to the plan.
    pub past: Past,
    /// A session would be due on a day on which the patient cannot come.
    pub closed_day: Line,
    /// Something ranks before it because the patient would like it best.
    pub preferred: Line,
    /// The least number of sessions is planned for the sake of few visits.
    pub few_visits: Line,
    /// A session would be too soon after a visit, or before one, for what the patient wishes.
    pub visits_apart: Line,
    /// The clinic does no more procedures at a visit.
    pub full_visit: FullVisit,
    /// The clinic does it under supervision only.
    pub supervised: Line,
    /// Not all wishes can be kept.
    pub conflict: Line,
    /// A day on which the patient wants to look well.
    pub occasion: Occasion,
    /// Work on the single scar has to wait, so the surface waits too.
    pub held: Line,
    /// Facts that no rule could read, since nobody asked.
    pub not_assessed: Line,
    /// A test area comes first.
    pub test_area: Line,
    /// Priming comes first.
    pub priming: Line,
    /// A setting that a plan to be checked does not state.
    pub not_stated: Line,
    /// One for each kind of finding in a plan that is checked.
    pub finding: Vec<FindingLine>,
    /// One for each thing that plans are compared by.
    pub objective: Vec<Objective>,
    /// It may be done, and ranks after what is planned.
    pub ranks_after: Line,
}

/// What is said of another plan that is better or worse in something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Objective {
    pub name: Text,
    pub better: Line,
    pub worse: Line,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct FindingLine {
    pub kind: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// What a past session is to the plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Past {
    /// It counts towards the course.
    pub counted: Line,
    /// It was a test area.
    pub test_area: Line,
    /// The sender says that it does not count.
    pub not_counted: Line,
    /// The sender says that it counts.
    pub accepted: Line,
    /// The plan does not hold its procedure.
    pub other: Line,
    /// How long a break ends a course.
    pub earlier_course: ReviewRule,
    /// More than the most.
    pub beyond: Line,
    /// Sooner than the least wait.
    pub too_early: Line,
    /// Later than the usual most, and the course goes on.
    pub late: Line,
    /// After which break a course is not simply continued.
    #[serde(default)]
    pub lapse: Vec<Lapse>,
    /// After which time a course that came to its end may be boosted.
    #[serde(default)]
    pub booster: Vec<Booster>,
    /// One for each reason that a clinician can give.
    pub decision: Vec<Decision>,
    /// A rule spoke against it on its day.
    pub against: Line,
    /// All planned sessions have been done.
    pub complete: Line,
    /// The scars are as good as they get with it.
    pub goal: Goal,
    /// How many sessions in a row without effect end it.
    pub plateau: Plateau,
    /// It was begun, and something else takes its place.
    pub dropped: Line,
    /// It was begun, and goes before what ranks higher.
    pub goes_on: Line,
    /// It has failed, and is planned again.
    pub retried: Line,
}

impl Past {
    /// The rules that carry nothing but their sentence.
    pub(in crate::knowledge) fn lines(&self) -> [&Line; 13] {
        let Self { counted, test_area, not_counted, accepted, other, beyond, .. } = self;
        let Self { too_early, late, against, complete, dropped, goes_on, retried, .. } = self;
        [
            counted,
            test_area,
            not_counted,
            accepted,
            other,
            beyond,
            too_early,
            late,
            against,
            complete,
            dropped,
            goes_on,
            retried,
        ]
    }
}

/// What is kept away from a day on which the patient wants to look well.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Occasion {
    /// What leaves traces.
    pub quiet: Before,
    /// What was never done before.
    pub new: Before,
    /// Fillers.
    pub filler: FillersBefore,
    /// Not everything is done by then.
    pub partial: Line,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Before {
    /// How long before the day.
    pub before: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct FillersBefore {
    pub procedures: Vec<Text>,
    /// How long before the day.
    pub before: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Lapse {
    pub procedures: Vec<Text>,
    #[serde(default)]
    pub except: Vec<Text>,
    /// A longer break between two sessions.
    pub after: Text,
    /// `repeat`, `restart` or `gone`.
    pub then: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Booster {
    pub procedures: Vec<Text>,
    #[serde(default)]
    pub except: Vec<Text>,
    /// A longer time since the last session.
    pub after: Text,
    /// So many sessions, at least 1.
    pub sessions: i32,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Decision {
    /// `broken_off`, `too_weak`, `other_skin`, `documented` or `judgement`.
    pub reason: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Goal {
    /// The least response.
    pub response: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Plateau {
    /// Sessions in a row, at least 1.
    pub sessions: i32,
    /// The best response of each.
    pub response: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Fewest {
    /// Over `scar_count` of the stage and `grade`.
    pub when: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Failure {
    /// `acid`, `laser`, `release`, `needles`, `surgery`, `filler`, `abrasion` or `peel`.
    pub tool: Text,
    pub procedures: Vec<Text>,
    /// Past sessions on the scar, at least.
    pub sessions: i32,
    /// Wait since the last of them.
    pub after: Text,
    /// The best response when it was judged last.
    pub response: Text,
    /// A plateau ends a course of it before it counts as failed.
    #[serde(default)]
    pub plateau: bool,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// Procedures whose sites count together: the fewest that one of them takes in a sitting are what all take at a visit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Together {
    /// Each has `per_sitting`.
    pub procedures: Vec<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// What works with the same tool, for what must never be risked with it again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Modality {
    /// `acid`, `laser`, `release`, `needles`, `surgery`, `filler`, `abrasion` or `peel`.
    pub tool: Text,
    pub procedures: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct FullVisit {
    /// Days from a visit to one with what does not fit into it.
    pub apart: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct LeastUse {
    /// The fewest days in a row.
    pub days: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct ReviewRule {
    /// Wait after the last planned session.
    pub after: Text,
    /// What leaves nothing that such a review could see.
    #[serde(default)]
    pub except: Vec<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}
