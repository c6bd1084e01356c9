//! Ids and limits that a request is checked against, built by the knowledge.

use super::{
    ids::{ProcedureId, ProcedureSet, RuleId},
    scale::{ItemRange, Scale},
    skin_tone::SkinTones,
};

/// Ids and limits that a request is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    /// Ids of the procedures, sorted: the place is the [`ProcedureId`].
    pub procedures: Vec<String>,
    /// Procedures that are done in sessions; the others are used at home.
    pub in_sessions: ProcedureSet,
    /// Procedures whose spacing depends on the strength of an acid.
    pub by_strength: ProcedureSet,
    /// By procedure: the names of its parameters, by place.
    pub parameters: Vec<Vec<String>>,
    /// Rules that ask for a clearance or a check, in the order of their ids.
    pub settled_by_word: Vec<(String, RuleId)>,
    /// Most groups of scars in a request.
    pub max_scars: usize,
    /// Most past sessions in a request.
    pub max_history: usize,
    /// Largest depth in thousandths of a millimetre that is not an input error.
    pub max_depth_mm: i64,
    /// Largest width in thousandths of a millimetre.
    pub max_width_mm: i64,
    /// By scale that is rated item by item: what each item can be.
    pub items: Vec<(Scale, Vec<ItemRange>)>,
    /// What a measured skin tone says of the phototype.
    pub skin_tones: SkinTones,
}

impl Vocabulary {
    /// The procedure of this id.
    pub fn procedure(&self, id: &str) -> Option<ProcedureId> {
        let place = self.procedures.binary_search_by(|it| it.as_str().cmp(id)).ok()?;
        u8::try_from(place).ok().map(ProcedureId)
    }

    /// The names of the parameters of a procedure, by place.
    pub fn parameters(&self, procedure: ProcedureId) -> &[String] {
        self.parameters.get(procedure.index()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The rule of this id, when somebody can be asked for what it wants.
    pub fn settled_by_word(&self, id: &str) -> Option<RuleId> {
        let place = self.settled_by_word.binary_search_by(|(it, _)| it.as_str().cmp(id)).ok()?;
        self.settled_by_word.get(place).map(|(_, rule)| *rule)
    }

    /// What each item of a scale can be, in the order of its items.
    pub fn items(&self, scale: Scale) -> &[ItemRange] {
        self.items.iter().find(|(it, _)| *it == scale).map(|(_, items)| items.as_slice()).unwrap_or_default()
    }
}
