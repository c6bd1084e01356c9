//! What the codes of published regimens are with us: our procedures, or the reason why there is none.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// A procedure of ours; several where the source does not say which.
    Ours(&'static [&'static str]),
    /// Done at home before the first session.
    Priming,
    /// Nothing was done.
    Nothing,
    /// None of ours, and why.
    None(&'static str),
}

use Meaning::{None, Nothing, Ours, Priming};

/// Every code, by the letters before its number.
pub const CODES: &[(&str, Meaning)] = &[
    ("CROSS", Ours(&["tca-cross"])),
    ("CROSS_HIGH", Ours(&["dot-peel"])),
    ("PHENOL_CROSS", None("phenol is not placed into single scars here: one series, and phenol has its own dangers")),
    ("GA_CROSS", None("glycolic acid into single scars did worse than the TCA that it was compared with")),
    ("SUB", Ours(&["subcision"])),
    ("SUB_CANNULA", Ours(&["subcision"])),
    ("SUCTION", None("suction after subcision is not offered: one group of authors")),
    ("THREAD_PDO", Ours(&["thread-lift"])),
    ("FAT", Ours(&["fat-grafting"])),
    ("NANOFAT", Ours(&["fat-grafting"])),
    ("SVF", None("cells prepared from fat are not offered: experimental")),
    ("PUNCH", Ours(&["punch-excision"])),
    (
        "CO2_PUNCH_OUT",
        None("the laser in place of the punch is not offered: one old series, without a fractional mode"),
    ),
    ("STAGES", None("the source does not say which procedure belongs to which stage")),
    ("MN", Ours(&["microneedling"])),
    ("MNRF", Ours(&["mnrf"])),
    ("FRF_PIN", None("radiofrequency by pins on the surface is not needling and is not offered")),
    ("FRF", None("radiofrequency by pins on the surface is not needling and is not offered")),
    ("FRF_ABL", None("radiofrequency by pins on the surface is not needling and is not offered")),
    ("US_DELIVERY", None("ultrasound that drives a drug in is not offered")),
    ("MFU", None("focused ultrasound is not offered")),
    ("AFL_CO2", Ours(&["ablative-fractional-laser"])),
    ("AFL_ERYAG", Ours(&["ablative-fractional-laser"])),
    ("FRACTIONAL", Ours(&["non-ablative-fractional-laser", "ablative-fractional-laser"])),
    ("ABL", Ours(&["full-ablative-laser"])),
    ("ABL_CO2", Ours(&["full-ablative-laser"])),
    ("ABL_ERYAG", Ours(&["full-ablative-laser"])),
    ("NAFL", Ours(&["non-ablative-fractional-laser"])),
    ("PICO", Ours(&["picosecond-fractional-laser"])),
    ("PRP", Ours(&["prp"])),
    ("PRP_ID", Ours(&["prp"])),
    ("PRP_TOP", Ours(&["prp"])),
    ("IPRF", Ours(&["prf"])),
    ("PEEL_GA", Ours(&["peel-superficial-aha"])),
    ("PEEL_SMP", Ours(&["peel-superficial-bha"])),
    ("PEEL_SA", Ours(&["peel-superficial-bha"])),
    ("PEEL_TCA", Ours(&["peel-light-tca"])),
    ("PEEL_TCA_PEROXIDE", Ours(&["peel-light-tca"])),
    ("PEEL_JTCA", Ours(&["peel-medium-tca"])),
    ("PEEL_PHENOL", Ours(&["peel-deep-phenol"])),
    ("MDA", Ours(&["microdermabrasion"])),
    ("DERMABRASION", Ours(&["dermabrasion-rotary"])),
    ("DERMABRASION_SPOT", Ours(&["dermabrasion-manual"])),
    ("FILLER_HA", Ours(&["filler-ha"])),
    ("FILLER_CAHA", Ours(&["filler-caha"])),
    ("FILLER_PLLA", Ours(&["filler-plla"])),
    ("FILLER_PMMA", Ours(&["filler-pmma"])),
    ("PLLA_TOP", None("poly-lactic acid through the channels of a device is not offered: small series")),
    ("PN", Ours(&["polynucleotide"])),
    ("PDL", Ours(&["pulsed-dye-laser"])),
    ("IPL", Ours(&["ipl"])),
    ("LED", Ours(&["led-light"])),
    ("TXA", None("tranexamic acid is used on the skin here and not injected: no added benefit was shown")),
    ("RETINOID", Ours(&["topical-retinoid"])),
    ("TRETINOIN_IONTO", None("current that drives tretinoin in is not offered: one old series")),
    ("AZELAIC", Ours(&["azelaic-acid"])),
    ("GA_CREAM", Ours(&["aha-cream"])),
    ("VITC", Ours(&["vitamin-c"])),
    ("SILICONE", Ours(&["silicone-gel"])),
    ("PRIME", Priming),
    ("CONTROL", Nothing),
    ("PLACEBO", Nothing),
    ("SALINE", Nothing),
];

/// What `base` stands for.
pub fn meaning(base: &str) -> Option<Meaning> {
    CODES.iter().find(|(code, _)| *code == base).map(|(_, meaning)| *meaning)
}
