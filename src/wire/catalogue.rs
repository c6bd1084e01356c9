//! Everything in an answer that depends on the knowledge alone, made once when it is loaded.

use super::{Marks, Rendered, v1};
use crate::domain::{EventId, ProcedureId, RuleId, Scale};

/// The field of a reason that holds its sentence.
const STATEMENT: u32 = 2;

/// What an answer says of a procedure.
#[derive(Debug, Clone, Default)]
pub struct ProcedureText {
    /// Its id.
    pub id: String,
    /// Name and unit of each parameter, by place.
    pub parameters: Vec<(String, String)>,
    /// What can be expected, with the rule that says so.
    pub expected: Vec<(Rendered, RuleId)>,
    /// Rates of adverse effects, with the rule that says so.
    pub adverse: Vec<(Rendered, RuleId)>,
    /// How well it was studied, with the rule that says so.
    pub evidence: Option<(String, RuleId)>,
}

/// What an answer says of a care item.
#[derive(Debug, Clone, Default)]
pub struct ItemText {
    /// Its kind on the wire.
    pub kind: i32,
    /// Choices for the clinician.
    pub options: Vec<String>,
    /// Amounts, without totals.
    pub amounts: Vec<v1::CareAmount>,
}

/// What an answer says of a scale.
#[derive(Debug, Clone, Default)]
pub struct ScaleText {
    /// Version of the scale.
    pub version: String,
    /// Key of its source.
    pub citation: String,
    /// The least total there is.
    pub minimum: i32,
    /// The largest total there is.
    pub maximum: i32,
    /// Names of the values of an item, by place.
    pub levels: Vec<String>,
    /// What the totals mean, by place.
    pub bands: Vec<Rendered>,
}

/// Fixed texts of one knowledge release. Whoever holds the knowledge builds it.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The release.
    pub release: String,
    /// Its digest.
    pub digest: String,
    /// By rule: the reason, rendered.
    pub reasons: Vec<Rendered>,
    /// By rule: its id.
    pub rules: Vec<String>,
    /// The rules that a clinician has yet to sign off.
    pub awaits_sign_off: Marks,
    /// By procedure.
    pub procedures: Vec<ProcedureText>,
    /// By event: its id.
    pub events: Vec<String>,
    /// By referral: to whom.
    pub referrals: Vec<String>,
    /// By scale.
    pub scales: Vec<ScaleText>,
    /// By care item.
    pub items: Vec<ItemText>,
    /// The policies in force, each with the rule that says what it is about.
    pub policies: Vec<(Rendered, RuleId)>,
    /// By code: what is written, with the rule that says so.
    pub codes: Vec<(Rendered, RuleId)>,
}

impl Catalogue {
    pub(super) fn reason(&self, rule: RuleId) -> &Rendered {
        self.reasons.get(rule.index()).unwrap_or_else(|| Rendered::empty())
    }

    /// The sentence of a rule.
    pub(super) fn statement(&self, rule: RuleId) -> &str {
        self.reason(rule).text(STATEMENT)
    }

    pub(super) fn procedure(&self, procedure: ProcedureId) -> Option<&ProcedureText> {
        self.procedures.get(procedure.index())
    }

    pub(super) fn procedure_id(&self, procedure: ProcedureId) -> &str {
        self.procedure(procedure).map(|it| it.id.as_str()).unwrap_or_default()
    }

    /// Name and unit of a parameter.
    pub(super) fn parameter(&self, procedure: Option<ProcedureId>, parameter: usize) -> (&str, &str) {
        let text = procedure.and_then(|it| self.procedure(it));
        let found = text.and_then(|it| it.parameters.get(parameter));
        found.map(|(name, unit)| (name.as_str(), unit.as_str())).unwrap_or_default()
    }

    pub(super) fn item(&self, item: usize) -> &ItemText {
        static NONE: ItemText = ItemText { kind: 0, options: Vec::new(), amounts: Vec::new() };
        self.items.get(item).unwrap_or(&NONE)
    }

    pub(super) fn event(&self, event: EventId) -> &str {
        self.events.get(event.index()).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn scale(&self, scale: Scale) -> &ScaleText {
        static NONE: ScaleText = ScaleText {
            version: String::new(),
            citation: String::new(),
            minimum: 0,
            maximum: 0,
            levels: Vec::new(),
            bands: Vec::new(),
        };
        self.scales.get(scale as usize).unwrap_or(&NONE)
    }
}
