//! Names scars from their features and grades them.

use crate::{
    domain::{Assessment, Findings},
    knowledge::Knowledge,
};

/// Names each group of scars and grades the patient.
pub fn classify(_knowledge: &Knowledge, _findings: &Findings) -> Assessment {
    Assessment {
        scars: Vec::new(),
        dominant_type: None,
        mixed: false,
        counts_by_type: Vec::new(),
        grades: Vec::new(),
        reasons: Vec::new(),
    }
}
