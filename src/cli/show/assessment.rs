//! What the scars are, what they grade, what the skin tone says: as tables.

use super::{Page, row, words};
use crate::wire::v1;

impl Page {
    /// Scars, codes, grades and the skin tone.
    pub(super) fn assessment(
        &mut self,
        scars: &[v1::ClassifiedScar],
        grades: &[v1::Grade],
        tone: Option<&v1::SkinToneEstimate>,
    ) {
        self.heading("scars");
        let mut rows = vec![row(["id", "site", "type", "depth", "confidence", "could also be", "look again"])];
        for scar in scars {
            let list = |names: Vec<String>| names.join(", ");
            rows.push(vec![
                scar.id.clone(),
                words(scar.site().as_str_name(), "SITE_"),
                words(scar.scar_type().as_str_name(), "SCAR_TYPE_") + mark(scar.type_declared),
                words(scar.depth_class().as_str_name(), "DEPTH_CLASS_") + mark(scar.depth_declared),
                words(scar.confidence().as_str_name(), "CONFIDENCE_"),
                list(scar.alternatives().map(|it| words(it.as_str_name(), "SCAR_TYPE_")).collect()),
                list(scar.flags().map(|it| words(it.as_str_name(), "SCAR_FLAG_")).collect()),
            ]);
        }
        self.table(&rows);
        self.codes(scars);
        self.heading("grades");
        self.table(&grades.iter().map(grade).collect::<Vec<_>>());
        if let Some(tone) = tone {
            self.heading("skin tone");
            let phototype = words(tone.phototype().as_str_name(), "PHOTOTYPE_").to_uppercase();
            let how = if tone.estimated { "estimated" } else { "not used, as one was stated" };
            self.line(2, &format!("{}: phototype {phototype}, {how}", tone.tone_class.replace('_', " ")));
            self.reasons(2, &tone.reasons);
        }
    }

    /// Groups with the same codes stand together.
    fn codes(&mut self, scars: &[v1::ClassifiedScar]) {
        let mut groups: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
        for scar in scars {
            let codes: Vec<String> = scar.codes.iter().map(|it| format!("{} {}", it.code, it.display)).collect();
            match groups.iter_mut().find(|(known, _)| *known == codes) {
                Some((_, ids)) => ids.push(&scar.id),
                None => groups.push((codes, vec![&scar.id])),
            }
        }
        groups.retain(|(codes, _)| !codes.is_empty());
        if !groups.is_empty() {
            self.heading("codes");
        }
        for (codes, ids) in groups {
            self.line(2, &format!("{}: {}", ids.join(", "), codes.join("; ")));
        }
    }
}

fn mark(declared: bool) -> &'static str {
    if declared { " (declared)" } else { "" }
}

fn grade(grade: &v1::Grade) -> Vec<String> {
    let total = grade.total.map_or_else(|| "not known".to_owned(), |it| format!("{it} of {}", grade.maximum));
    let band = grade.band.as_ref().map(|it| it.name.replace('_', " ")).unwrap_or_default();
    let mut look: Vec<String> = grade.flags.iter().map(|it| words(it, "")).collect();
    if !grade.clinically_relevant.is_empty() {
        look.push(format!("relevant: {}", grade.clinically_relevant.join(", ")));
    }
    if !grade.scar_id.is_empty() {
        look.push(format!("of {}", grade.scar_id));
    }
    vec![words(grade.scale().as_str_name(), "SCALE_"), total, band, look.join(", ")]
}
