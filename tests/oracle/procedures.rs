//! The codes of the dossier, and our procedures behind each.

pub const PROCEDURES: [(&str, &[&str]); 22] = [
    ("tca_cross", &["tca-cross"]),
    ("peel_superficial_aha", &["peel-superficial-aha"]),
    ("peel_superficial_bha", &["peel-superficial-bha"]),
    ("peel_medium_tca", &["peel-medium-tca"]),
    ("peel_deep_phenol", &["peel-deep-phenol"]),
    ("mnrf", &["mnrf"]),
    ("microneedling", &["microneedling"]),
    ("afl", &["ablative-fractional-laser"]),
    ("ablative_full", &["full-ablative-laser"]),
    ("nafl", &["non-ablative-fractional-laser"]),
    ("picosecond", &["picosecond-fractional-laser"]),
    // GFC inherits every limit of PRP; PRF is made the same way.
    ("prp_gfc", &["prp", "gfc", "prf"]),
    ("subcision", &["subcision"]),
    ("punch", &["punch-excision", "punch-elevation", "punch-grafting"]),
    ("dermabrasion_rotary", &["dermabrasion-rotary"]),
    ("dermabrasion_manual", &["dermabrasion-manual"]),
    ("microdermabrasion", &["microdermabrasion"]),
    ("topical_retinoid", &["topical-retinoid"]),
    ("hydroquinone", &["hydroquinone"]),
    ("filler_ha", &["filler-ha"]),
    ("biostimulator", &["filler-plla", "filler-caha"]),
    ("filler_pmma", &["filler-pmma"]),
];

pub fn rule_code(procedure: &str) -> Option<&'static str> {
    PROCEDURES.iter().find(|(_, ids)| ids.contains(&procedure)).map(|(code, _)| *code)
}

/// The procedures behind a code.
pub fn ids(code: &str) -> &'static [&'static str] {
    let found = PROCEDURES.iter().find(|(it, _)| *it == code);
    found.unwrap_or_else(|| panic!("{code} is no code of the dossier")).1
}
