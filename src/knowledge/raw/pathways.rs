//! The TOML of `pathways/NAME.toml`, `home_care.toml` and `referrals.toml`, one to one.

use serde::Deserialize;
use toml::Spanned;

use super::{Line, Text};

/// `pathways/NAME.toml`: which procedures, in which order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Pathway {
    /// Condition over `scar_type` and `depth_class`. Exactly one pathway or referral answers each.
    #[serde(rename = "for")]
    pub answers: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    pub step: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Step {
    pub phase: PhaseWord,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Condition over facts of the scar, its site and the patient; absent means always.
    pub when: Option<Text>,
    /// The step is done only if a review finds it necessary.
    pub contingent: Option<Contingent>,
    /// Its sessions go between those of other steps on the same skin, and not after them.
    #[serde(default)]
    pub between_others: bool,
    /// Ranked: the first that is allowed, available and wanted is taken.
    pub option: Vec<StepOption>,
    /// Joins each sitting of the step; ranked.
    pub adjunct: Option<Adjunct>,
    /// When to leave the step out or stop it.
    #[serde(default)]
    pub stop: Vec<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum PhaseWord {
    Prepare,
    Structural,
    Surface,
    Finish,
    Maintain,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Contingent {
    pub when: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct StepOption {
    pub procedure: Text,
    /// Condition over facts of the scar, its site and the patient; absent means always.
    pub when: Option<Text>,
    /// Taken only when none before it can be: a clearance that one of those needs is no reason to prefer it.
    #[serde(default)]
    pub substitute: bool,
    /// It comes last: a clearance that one before it needs is no reason to prefer it, though a wish for it is.
    #[serde(default)]
    pub last: bool,
    /// Taken where it failed before, too: what comes before it changes what it works on.
    #[serde(default)]
    pub retry: bool,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Adjunct {
    pub procedures: Vec<Text>,
    /// Condition over facts of the scar, its site and the patient; absent means always.
    pub when: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// `home_care.toml`: what is used at home before, during and after.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct HomeCare {
    pub step: Vec<HomeCareStep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct HomeCareStep {
    /// `prepare` or `maintain`.
    pub phase: PhaseWord,
    /// Only when a planned stage needs priming.
    #[serde(default)]
    pub when_priming: bool,
    /// It goes on after the last session.
    #[serde(default)]
    pub goes_on: bool,
    /// It begins when these, where they are in use by then, have come to their end.
    #[serde(default)]
    pub after: Vec<Text>,
    /// Only when the plan has a stage of one of these procedures or families: from its first session on.
    #[serde(default)]
    pub with: Vec<Text>,
    /// Condition over patient facts; absent means always.
    pub when: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Whether it runs again after the last session.
    pub resume: Option<Resume>,
    /// Ranked: the first that is allowed and wanted is taken.
    pub option: Vec<StepOption>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Resume {
    /// How long after the rest that follows the last session.
    pub runs_for: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// `referrals.toml`: what is not planned for, and who should see it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Referrals {
    pub referral: Vec<Referral>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Referral {
    /// Condition over facts of the scar. First match wins, before any pathway.
    #[serde(rename = "for")]
    pub answers: Option<Text>,
    /// Instead of `for`, a condition over facts of the scar, or `as` a safety rule: whoever it is also sees the patient,
    /// whatever is planned.
    pub beside: Option<Text>,
    /// Instead of `for`: used when every procedure of the pathway is excluded.
    #[serde(default)]
    pub when_nothing_is_allowed: bool,
    /// Instead of `for`: used beside a plan for scars that need work on the single scar, where none can be planned.
    #[serde(default)]
    pub when_structure_is_missing: bool,
    /// Instead of `for`: used beside a plan for scars that are still there long after all their courses were done.
    #[serde(default)]
    pub when_courses_are_done: bool,
    pub to: String,
    pub urgency: UrgencyWord,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum UrgencyWord {
    Urgent,
    Soon,
    Routine,
}
