//! What a clinician talks about: facts, scars, procedures, plans and reasons.
//!
//! Plain values. Nothing here knows of files, of the wire or of the engine.

mod assessment;
mod case;
mod date;
mod fact;
mod ids;
mod predicate;
mod protocol;
mod vocabulary;

pub use assessment::{
    Assessment, ClassifiedScar, Confidence, DepthClass, Grade, GradeFlag, Scale, ScarFlag, ScarType, TypeCount,
    WidthBucket,
};
pub use case::{
    Area, Case, Complication, EccaRow, Field, Findings, Laterality, PastSession, QuantitativeRow, Response,
    ScaleInputs, Scar, Site, Tool, View, Wishes,
};
pub use date::{Date, Day};
pub use fact::{Fact, FactKind, Facts, Scope, Value};
pub use ids::{EventId, ProcedureId, ProcedureSet, RuleId, ScarIndex};
pub use predicate::{Comparison, Predicate, Truth};
pub use protocol::{
    Action, CareItem, Disposition, ItemKind, Limit, NotAssessed, Outcome, ParameterSetting, PassedOver, Phase, Plan,
    Protocol, Question, Range, Referral, Review, Session, SessionKind, SessionProcedure, Stage, Urgency,
};
pub use vocabulary::Vocabulary;
