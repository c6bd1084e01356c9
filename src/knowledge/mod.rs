//! The medicine: checks every file of `knowledge/` and hands over values that cannot be wrong.

mod check;
mod condition;
mod model;
mod policy;
mod problem;
mod raw;
mod rows;
mod specimens;
mod table;
mod tree;
mod wait;

use std::borrow::Cow;

pub use model::{
    Adjunct, Adjust, Also, Amount, Band, Basis, Booster, CareItem, Citation, Classification, Code, CodeFit, Condition,
    Considered, Cost, Course, Downtime, Ecca, Event, Evidence, Expected, Failure, Gap, GapKind, GapKinds, Gaps, Goal,
    GradeBand, Grading, HomeCareStep, ItemAt, Knowledge, Lapse, LapseThen, LastUsed, Lead, Level, Line, Lines,
    Occasion, Overruled, Parameter, Past, Pathway, Pigment, PigmentAddition, PigmentRisk, Planning, Plateau, Procedure,
    ProcedureKind, Qualitative, Quantitative, RatedItem, RatedScale, Referral, RequiredFact, Rest, Rule, SafetyLimit,
    SafetyRule, ScaleMap, ScarsMatch, Sessions, SourceAttribute, Spacing, StatedScale, Step, StepOption, Strength,
    Together, TypeRow, TypeStrength, Variant, Wait, WeakerKind,
};
pub use policy::{Choices, Policy};
pub use problem::{Problem, Problems};
pub use rows::{Conditional, Rows};
pub use specimens::{Reader, Specimens};
pub use table::{RuleSet, SafetyTable, Topic};

/// The path of a problem that is not in a file but in what a deployment chose.
pub const SETTINGS: &str = "settings";

/// One file as text. Whoever calls us does the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the knowledge directory, with `/`.
    pub path: String,
    /// The text; what is in the program already is not copied.
    pub text: Cow<'static, str>,
}

/// A file that was read before: when the program was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadFile<'a> {
    /// Path below the knowledge directory, with `/`.
    pub path: &'a str,
    /// What was read. For another text the tree is not used.
    pub text: &'a str,
    /// Its values and where they stand, as the build wrote them.
    pub tree: &'a [u8],
}

impl Knowledge {
    /// Checks every file and reports every problem, not only the first. Every policy has its default.
    pub fn parse(files: &[SourceFile]) -> Result<Self, Problems> {
        Self::with_policies(files, &Choices::new())
    }

    /// The same with the policies that a deployment chose.
    pub fn with_policies(files: &[SourceFile], choices: &Choices) -> Result<Self, Problems> {
        Self::read_before(files, &[], choices)
    }

    /// The same without reading once more what was read before, which changes nothing but the time it takes.
    pub fn read_before(files: &[SourceFile], read: &[ReadFile<'_>], choices: &Choices) -> Result<Self, Problems> {
        check::check(files, read, choices)
    }
}
