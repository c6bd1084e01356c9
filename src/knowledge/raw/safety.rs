//! The TOML of `safety/*.toml`, one to one.

use serde::Deserialize;
use toml::Spanned;

use super::Text;

/// `safety/*.toml`: who must not have what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Safety {
    /// What the file is about, for the reader.
    #[allow(dead_code, reason = "for the reader of the file")]
    pub factor: String,
    pub rule: Vec<SafetyRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct SafetyRule {
    pub id: Text,
    /// Stable code for clients.
    pub code: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    pub when: Text,
    #[serde(default)]
    pub if_unknown: IfUnknown,
    /// Ids of procedures, their families, or `in-sessions`, `home-care`, `all`.
    pub procedures: Vec<Text>,
    /// Taken out again, named in the same way.
    #[serde(default)]
    pub except: Vec<Text>,
    pub action: SafetyAction,
    /// Event that ends the wait; for a `defer` whose condition does not end by itself.
    pub until: Option<Text>,
    /// As `"as FST-08"`: that rule's bounds, what it has come first, and what it adds to the plan are those of this one.
    pub measures: Option<Text>,
    /// Bounds on parameters.
    #[serde(default)]
    pub limit: Vec<SafetyLimit>,
    /// Something that has to come days before the first session.
    pub lead: Option<Lead>,
    /// True for an opinion or a check that is shown as a precondition of the stage, whatever the action.
    #[serde(default)]
    pub precondition: bool,
    /// A clearance that can be settled at the visit: a question or a look, and nobody else's opinion.
    #[serde(default)]
    pub at_visit: bool,
    /// True when the rule is about two of its procedures in one sitting.
    #[serde(default)]
    pub stacked: bool,
    /// True when its procedures are planned only where the caller prefers them.
    #[serde(default)]
    pub only_preferred: bool,
    /// What the rule adds to the plan.
    #[serde(default)]
    pub item: Vec<CareItem>,
}

/// Something that a safety rule adds to the plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct CareItem {
    pub kind: Text,
    pub at: ItemAt,
    /// Days relative to that; absent means the day itself.
    pub days: Option<Vec<i32>>,
    /// Days on which it may be done instead, relative to the same. The check of a plan takes them as well.
    pub also_on: Option<Vec<i32>>,
    /// Choices for the clinician.
    #[serde(default)]
    pub options: Vec<String>,
    #[serde(default)]
    pub amount: Vec<ItemAmount>,
    /// For whom amounts by weight are worked out; absent: for everybody whose weight is known.
    pub totals_when: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum ItemAt {
    /// The first day of the plan.
    BeforePlan,
    /// The first session of each stage.
    FirstSession,
    /// Every session.
    EachSession,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct ItemAmount {
    pub name: Text,
    pub value: f64,
    pub unit: String,
    /// A kilogram of weight.
    #[serde(default)]
    pub per_kg: bool,
    /// Name of another amount of the item, above which it does not go whatever the weight.
    pub at_most: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum SafetyAction {
    Warn,
    Modify,
    Clearance,
    Defer,
    Exclude,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum IfUnknown {
    /// The rule fires when a fact that it needs was not asked.
    Apply,
    /// It does not fire.
    #[default]
    Ignore,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct SafetyLimit {
    pub parameter: Text,
    /// Never more than this.
    pub at_most: Option<f64>,
    /// Start no higher than this.
    pub start_at: Option<f64>,
    /// Never more than the least that the procedure itself names, in place of `at_most`.
    #[serde(default)]
    pub lowest: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Lead {
    pub kind: LeadKind,
    /// As `"4 weeks"`.
    pub wait: Text,
    /// The check of a plan finds less than this missing, and less than `wait` short. Absent: `wait`. Priming alone has it.
    pub least: Option<Text>,
    /// What the rule is about may have begun since past sessions: those that were done before are no test. A test area alone
    /// has it.
    #[serde(default)]
    pub anew: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum LeadKind {
    /// Pigment-controlling home care.
    Priming,
    /// A test spot or test area that is judged first.
    TestArea,
    /// Time without smoking.
    SmokeFree,
}
