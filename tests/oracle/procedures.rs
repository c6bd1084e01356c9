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

/// A procedure that the dossier does not know, and the rules that it falls under.
pub struct Kin {
    pub procedure: &'static str,
    /// Every rule of these codes,
    pub like: &'static [&'static str],
    /// but not these,
    pub without: &'static [&'static str],
    /// and these besides.
    pub with: &'static [&'static str],
}

/// What is put on the skin at home rests only where skin may hide a cancer.
const fn cream(procedure: &'static str) -> Kin {
    Kin { procedure, like: &[], without: &[], with: &["ONC-01"] }
}

/// Vascular light calms acne, neither needs priming nor wounds, and is itself used on raised scars.
const fn lamp(procedure: &'static str) -> Kin {
    let without = &[
        "ACNE-03",
        "ACNE-09",
        "FST-07",
        "FST-12",
        "HSV-04",
        "HSV-07-MOUTH",
        "KEL-04",
        "KEL-05",
        "KEL-13",
        "KEL-16",
        "SMK-02",
    ];
    Kin { procedure, like: &["nafl"], without, with: &[] }
}

/// Whatever lifts from below is a needle or thread under the skin and a filler in one.
const fn lift(procedure: &'static str) -> Kin {
    // Fillers are no matter of a specialist's word in the young: AGE-05 excludes them.
    Kin { procedure, like: &["subcision", "filler_ha"], without: &["AGE-03"], with: &[] }
}

pub const KIN: [Kin; 17] = [
    Kin { procedure: "dot-peel", like: &["tca_cross"], without: &[], with: &[] },
    Kin { procedure: "peel-jessner", like: &["peel_superficial_bha"], without: &[], with: &[] },
    Kin { procedure: "polynucleotide", like: &["filler_ha"], without: &[], with: &[] },
    lift("fat-grafting"),
    lift("thread-lift"),
    lamp("pulsed-dye-laser"),
    lamp("ipl"),
    // No blood is taken or concentrated for exosomes.
    Kin {
        procedure: "exosome-topical",
        like: &["prp_gfc"],
        without: &["ATH-04", "ATH-05", "BLD-05", "BLD-06", "BLD-07", "PRPX-01"],
        with: &[],
    },
    // A lamp of low power neither peels nor rubs. What light does to the sensitive it does too.
    Kin {
        procedure: "led-light",
        like: &["microdermabrasion"],
        without: &[
            "ACNE-06",
            "HSV-05",
            "ISO-05",
            "ISO-11",
            "KEL-06",
            "LACT-03",
            "PHD-01-HAND",
            "PHD-04",
            "PREG-06",
            "RET-02",
            "SUN-02",
        ],
        with: &["EPI-01", "PHD-01", "PHD-02", "PHD-03", "PHO-01", "PHO-02"],
    },
    // A light acid peel lies between the mild and the medium ones: it is asked like a medium peel about drugs, wounds and
    // light, and like a mild one where only the depth matters.
    Kin {
        procedure: "peel-light-tca",
        like: &["peel_medium_tca"],
        without: &[
            "ACNE-01",
            "ACNE-07",
            "ACNE-09",
            "CMB-01",
            "FRESH-01",
            "FST-03",
            "FST-04",
            "HSV-01",
            "HSV-03",
            "HSV-06",
            "HSV-07",
            "HSV-07-FACE",
            "HSV-07-UNKNOWN",
            "ISO-02",
            "ISO-13",
            "ISO-14",
            "KEL-01",
            "KEL-07",
            "KEL-08",
            "KEL-09",
            "KEL-10",
            "MEL-01",
            "PIH-01",
            "RET-01",
            "SITE-03",
            "SITE-04",
            "SITE-06",
            "SITE-13",
        ],
        with: &[
            "ACNE-06", "FST-09", "FST-10", "HSV-05", "ISO-05", "ISO-11", "KEL-04", "KEL-06", "PIH-02", "RET-02",
            "RET-03",
        ],
    },
    cream("aha-cream"),
    cream("azelaic-acid"),
    cream("bha-leave-on"),
    cream("silicone-gel"),
    cream("tranexamic-acid"),
    cream("vitamin-c"),
    Kin { procedure: "sunscreen", like: &[], without: &[], with: &[] },
];
