//! The TOML files one to one. Nothing here is checked yet.
//!
//! Every table that stands for a rule carries `rule` (its stable id), `says` (one sentence a patient could read) and
//! `because`. A `because` holds citation keys, or ids of the rules it is derived from, or the one word
//! `expert-practice`. `says` may name a sibling field in braces, so that no number is written twice.

mod classification;
mod gaps;
mod grading;
mod pathways;
mod planning;
mod procedures;
mod safety;
mod scales;

use serde::Deserialize;
use toml::Spanned;

pub(super) use classification::{Adjust, Classification, Overruled, TypeRow, TypeRule};
pub(super) use gaps::{Gap, GapKindRow, Gaps, MoreGaps, PigmentAddition};
pub(super) use grading::{AreaBand, Band, Ecca, Grading, Qualitative, Quantitative, QuantitativeRow, ScaleMap};
pub(super) use pathways::{HomeCare, Pathway, PhaseWord, Referrals, Step, StepOption, UrgencyWord};
pub(super) use planning::{
    Booster, Decision, Failure, FindingLine, Lapse, Modality, Objective, Occasion, Past, Planning, ReviewRule, Together,
};
pub(super) use procedures::{
    Cost, Downtime, Evidence, Expected, GapKinds, Parameter, Pigment, Procedure, ProcedureKind, Strength, StrengthWord,
};
pub(super) use safety::{CareItem, IfUnknown, ItemAt, Lead, LeadKind, Safety, SafetyAction, SafetyLimit, SafetyRule};
pub(super) use scales::{Codes, GradeBand, RatedItem, RatedScale, Said, SkinTone, StatedScale, ToneTable};

pub(super) type Text = Spanned<String>;

/// What every rule carries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
    /// Condition over facts; absent means always.
    pub when: Option<Text>,
}

/// `release.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    pub release: Text,
    /// As `2026-11-23`.
    pub date: Text,
}

/// `citations.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Citations {
    #[serde(default)]
    pub citation: Vec<Citation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Citation {
    pub key: Text,
    pub text: String,
    #[serde(default)]
    pub pmid: String,
    #[serde(default)]
    pub doi: String,
    #[serde(default)]
    pub pmcid: String,
    #[serde(default)]
    pub url: String,
}

/// `events.toml`: what ends a wait of unknown length.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Events {
    pub event: Vec<Event>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub id: Text,
    pub kind: EventKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum EventKind {
    /// A check that can be made at the visit: the plan is laid out as if passed.
    Check,
    /// A state that must end: nothing is planned before.
    State,
}

/// `policies.toml`: what a deployment may choose.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policies {
    pub policy: Vec<Policy>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub id: Text,
    /// A closed list, or none for a wait.
    #[serde(default)]
    pub values: Vec<Text>,
    pub default: Text,
    /// Bounds of a wait.
    pub at_least: Option<Text>,
    pub at_most: Option<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// `required_facts.toml`: what must be known before a procedure is planned.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequiredFacts {
    pub required: Vec<RequiredFact>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequiredFact {
    pub fact: Text,
    pub procedures: Vec<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}

/// `source_attributes.toml`: what users of decision support are told about where it comes from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceAttributes {
    #[serde(default)]
    pub attribute: Vec<SourceAttribute>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceAttribute {
    pub id: Text,
    pub name: Text,
    pub value: Text,
}

/// `considered.toml`: treatments that are known and not planned, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsideredTreatments {
    pub considered: Vec<Considered>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Considered {
    pub id: Text,
    pub name: Text,
    /// Types of scar it is discussed for; empty or absent: for any.
    #[serde(default)]
    pub scar_types: Vec<Text>,
    /// Procedures that it is about when such scars get nothing else.
    #[serde(default)]
    pub alone: Vec<Text>,
    pub rule: Text,
    pub says: Text,
    pub because: Spanned<Vec<Text>>,
}
