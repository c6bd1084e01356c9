//! The TOML of `procedures/NAME.toml`, one to one.

use serde::Deserialize;
use toml::Spanned;

use super::{Line, Text};

/// `procedures/NAME.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Procedure {
    pub name: String,
    pub description: String,
    pub kind: ProcedureKind,
    /// Place in a sitting and on the ladder within a phase: lower comes first.
    pub order: u8,
    /// Kinds of procedure that safety rules name: it is meant wherever one of them is.
    #[serde(default)]
    pub families: Vec<Text>,
    /// It is planned only where the clinic says that it offers it, or prefers it.
    #[serde(default)]
    pub opt_in: bool,
    pub evidence: Evidence,
    /// Rows and columns of `gaps.toml` that hold for it; absent for home care.
    pub gaps: Option<GapKinds>,
    pub sessions: Option<Sessions>,
    pub downtime: Option<Downtime>,
    /// Gentler settings with traces of their own, for patients who accept few days of them.
    #[serde(default)]
    pub gentler: Vec<Downtime>,
    pub judge: Option<Judge>,
    /// What a session costs, compared with others.
    pub cost: Option<Cost>,
    /// How much it endangers the colour of the skin, compared with others.
    pub pigment: Option<Pigment>,
    /// Home care: how long it is used.
    pub course: Option<Course>,
    #[serde(default)]
    pub parameter: Vec<Parameter>,
    #[serde(default)]
    pub preparation: Vec<Line>,
    #[serde(default)]
    pub aftercare: Vec<Line>,
    /// Home care that rests around a session.
    #[serde(default)]
    pub rest: Vec<Rest>,
    #[serde(default)]
    pub technique: Vec<Line>,
    #[serde(default)]
    pub stop: Vec<Line>,
    #[serde(default)]
    pub switch: Vec<Line>,
    #[serde(default)]
    pub risk: Vec<Line>,
    /// What the patient must report at once.
    #[serde(default)]
    pub red_flag: Vec<Line>,
    /// Rates of adverse effects as reported.
    #[serde(default)]
    pub adverse: Vec<Expected>,
    #[serde(default)]
    pub expected: Vec<Expected>,
    #[serde(default)]
    pub strength: Vec<Strength>,
}

/// How well a procedure was studied.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Evidence {
    /// A, B, C or D.
    pub grade: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum ProcedureKind {
    /// On single scars; spacing is held by scar.
    Focal,
    /// On the whole field; spacing is held by site.
    Field,
    /// Joins the sitting of a field procedure.
    Adjunct,
    /// Used at home; has no sessions.
    HomeCare,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct GapKinds {
    /// The kind, for example `"mnrf"`.
    pub kind: Text,
    /// A second kind, used while the upper bound of a parameter stays below a value.
    pub weaker: Option<WeakerKind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct WeakerKind {
    pub kind: Text,
    pub parameter: Text,
    pub below: f64,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Sessions {
    pub min: i32,
    pub typical: i32,
    pub max: i32,
    /// How many scars one session takes, where it takes only so many.
    pub per_sitting: Option<i32>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Downtime {
    /// Days of visible traces.
    pub min: i32,
    pub typical: i32,
    pub max: i32,
    /// Days until make-up covers them.
    pub makeup_day: i32,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// What a session costs, compared with others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Cost {
    /// From 1, the lowest.
    pub class: Spanned<i32>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// How much it endangers the colour of the skin, compared with others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Pigment {
    /// A word of the list.
    pub risk: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Judge {
    /// Wait after the last session, as `"12 weeks"`.
    pub after: Text,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// Home care that rests around a session.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Rest {
    /// The home care that rests. Home care leaves it out: the row is about itself.
    #[serde(default)]
    pub of: Vec<Text>,
    /// Home care: days before a session.
    pub before: Option<Text>,
    /// How long after a session; of home care the most, where the session asks for longer.
    pub after: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// How long home care is used.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Course {
    /// What goes with sessions: how long after one it begins, as `"2 weeks"`; absent for at once.
    pub begins_after: Option<Text>,
    /// The fact that says when it was last used: what safety rules ask of it is kept before each session.
    pub last_used: Option<Text>,
    /// The fact that says since when it is in use: days on record count towards the longest use.
    pub in_use_since: Option<Text>,
    /// The longest use, as `"16 weeks"`; absent for open-ended use.
    pub at_most: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Parameter {
    pub name: Text,
    pub unit: String,
    pub low: f64,
    pub high: f64,
    /// True where the device's own table governs: past the range a plan is unusual and not in breach.
    #[serde(default)]
    pub guide: bool,
    /// Condition, over facts of the scar and its site; the first row of a name that holds is used.
    pub when: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Expected {
    pub measure: String,
    pub low: f64,
    pub high: f64,
    pub unit: String,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::knowledge) struct Strength {
    /// A scar type, as in the facts.
    pub scar_type: Text,
    /// A depth class; absent when it makes no difference.
    pub depth_class: Option<Text>,
    pub strength: StrengthWord,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::knowledge) enum StrengthWord {
    Avoid,
    Weak,
    Moderate,
    Strong,
}
