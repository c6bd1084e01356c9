//! The gap table of the knowledge against the matrix of the dossier, cell by cell.

use cicatrix::knowledge::{Knowledge, Spacing};

use super::gaps::{Skin, code, gap};

/// A procedure for each row and column of the matrix, with the strength of an acid.
const PROCEDURES: [(&str, f64); 11] = [
    ("subcision", 0.0),
    ("punch-excision", 0.0),
    ("tca-cross", 100.0),
    ("tca-cross", 50.0),
    ("microneedling", 0.0),
    ("mnrf", 0.0),
    ("ablative-fractional-laser", 0.0),
    ("non-ablative-fractional-laser", 0.0),
    ("picosecond-fractional-laser", 0.0),
    ("prp", 0.0),
    ("peel-superficial-aha", 0.0),
];

/// What a least wait may fall to when a clinician decides so, in weeks, where it is not the least wait itself.
const FLOORS: [(&str, &str, i32); 10] = [
    // "Acid after acid: floor 2."
    ("CRH", "CRH", 2),
    ("CRH", "CRL", 2),
    ("CRL", "CRH", 2),
    // "Floor 3; plan minimum 4, in IV-VI 6."
    ("AFL", "AFL", 3),
    // "Staged 4 floor, 6 plan."
    ("AFL", "MNRF", 4),
    // A published regimen (TR001) had three weeks.
    ("CRH", "AFL", 3),
    // PRI-12 asks for a week more than the hold after needling before a device.
    ("MN", "MNRF", 2),
    ("MN", "AFL", 2),
    ("MN", "NAFL", 2),
    ("MN", "PICO", 2),
];

/// Where the usual wait is longer than that of the matrix, and why.
const LONGER: [(&str, &str, i32, &str); 2] = [
    ("MN", "PEEL", 3, "the stronger acids of the same file: three weeks after needling in TR012"),
    ("PEEL", "MN", 3, "as before needling in TR012"),
];

/// Every cell that is not as the matrix has it.
pub fn differs(knowledge: &Knowledge) -> Vec<String> {
    let kind = |(id, strength): (&str, f64)| {
        let place = knowledge.vocabulary().procedure(id).unwrap();
        let gaps = knowledge.procedures()[place.index()].gaps.unwrap();
        // Strengths are in thousandths.
        let weaker = gaps.weaker.filter(|it| strength * 1000.0 < it.below as f64);
        weaker.map_or(gaps.kind, |it| it.kind)
    };
    let mut all = Vec::new();
    for from in PROCEDURES {
        for to in PROCEDURES {
            let cell = knowledge.gaps().between(kind(from), kind(to)).unwrap();
            // What priming shortens stands in a row of its own, for skin that was not primed.
            let Spacing { floor, plan_min, typical_from, .. } = cell.base;
            let (a, b) = (code(from.0, from.1).unwrap(), code(to.0, to.1).unwrap());
            let ours = gap(a, b, Skin { dark: false, primed: false, trunk: false });
            let of_pair = |it: &&(&str, &str, i32)| (it.0, it.1) == (a, b);
            let least = FLOORS.iter().find(of_pair).map_or(ours.least, |it| 7 * it.2);
            let usual = LONGER.iter().find(|it| (it.0, it.1) == (a, b)).map_or(ours.typical, |it| 7 * it.2);
            let (written, expected) = ((floor, plan_min, typical_from.max(plan_min)), (least, ours.least, usual));
            if written != expected {
                all.push(format!("{a} to {b}: {written:?} days, and the matrix has {expected:?}"));
            }
        }
    }
    all
}
