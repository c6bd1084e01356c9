//! The medicine: checks every file of `knowledge/` and hands over values that cannot be wrong.

mod check;
mod condition;
mod model;
mod problem;
mod raw;
mod wait;

pub use model::{
    Adjunct, Adjust, Band, Basis, Citation, Classification, Code, CodeFit, Course, Downtime, Ecca, Event, Expected,
    Gap, GapKind, GapKinds, Gaps, GradeBand, Grading, HomeCareStep, Knowledge, Lead, Level, Line, Parameter, Pathway,
    PigmentAddition, Planning, Procedure, ProcedureKind, Qualitative, Quantitative, RatedItem, RatedScale, Referral,
    Rule, SafetyLimit, SafetyRule, ScaleMap, ScarsMatch, Sessions, Spacing, StatedScale, Step, StepOption, Strength,
    TypeRow, TypeStrength, Wait, WeakerKind,
};
pub use problem::{Problem, Problems};

/// One file as text. Whoever calls us does the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the knowledge directory, with `/`.
    pub path: String,
    /// The text.
    pub text: String,
}

impl Knowledge {
    /// Checks every file and reports every problem, not only the first.
    pub fn parse(files: &[SourceFile]) -> Result<Self, Problems> {
        check::check(files)
    }
}
