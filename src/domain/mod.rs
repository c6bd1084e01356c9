//! What a clinician talks about: facts, scars, procedures, plans and reasons.
//!
//! Plain values. Nothing here knows of files, of the wire or of the engine.

mod assessment;
mod case;
mod check;
mod date;
mod fact;
mod facts;
mod ids;
mod lists;
mod predicate;
mod protocol;
mod scale;
mod skin_tone;
mod vocabulary;
mod what_if;
mod words;

pub use assessment::{Assessment, ClassifiedScar, Confidence, DepthClass, ScarFlag, ScarType, TypeCount, WidthBucket};
pub use case::{
    Area, Case, Complication, CountingReason, EccaRow, Field, Findings, Horizon, Laterality, PastSession,
    QuantitativeRow, Response, ScaleInputs, Scar, Site, Tool, View, Wish, Wishes, parts, visit_of,
};
pub use check::{
    Check, Finding, FindingKind, Measured, Mend, NotStated, Place, ProposedCare, ProposedHomeCare, ProposedPlan,
    ProposedProcedure, ProposedSession, ProposedSetting, Severity,
};
pub use date::{Date, Day, Weekday, Weekdays};
pub use fact::{Fact, FactKind, Scope};
pub use facts::{FactSet, Facts, Value};
pub use ids::{CodeId, EventId, ProcedureId, ProcedureSet, RuleId, ScarIndex};
pub use lists::{
    Areas, Codes, Days, GradeFlags, Places, Procedures, RowNames, Rules, ScarFlags, ScarTypes, Scars,
    SessionProcedures, Sites, TypeCounts, copied, only,
};
pub use predicate::{Comparison, Predicate, Truth};
pub use protocol::{
    Action, CareItem, Conflict, Disposition, EvaluatedSession, ItemKind, Limit, NotAssessed, Outcome, ParameterSetting,
    PassedOver, PastStatus, Phase, Plan, Protocol, Question, Range, Referral, Rest, Review, Session, SessionKind,
    SessionProcedure, Stage, StageStatus, Urgency,
};
pub use scale::{Grade, GradeFlag, GradeInput, ItemRange, Rating, Scale, StatedTotal, whole_units};
pub use skin_tone::{SkinTone, SkinTones, ToneClass, ToneReading, ToneScale, ToneTable};
pub use vocabulary::Vocabulary;
pub use what_if::{
    Alternative, AlternativeStage, Answers, ChangeKind, Insight, Objective, OpenQuestion, Otherwise, PlanChange,
    PossibleAnswer, Specimen, Trade, WhatIf, WhyNot,
};
pub use words::{answers_in_words, fact_in_words, number_in_words, or_more_in_words, words_of};
