//! Published regimens that differ from ours, each with the reason why the difference stays.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

/// Differences that stay for one reason.
#[derive(Debug)]
pub struct Exception {
    pub why: &'static str,
    /// The record, and the difference as the test words it.
    pub of: &'static [(&'static str, &'static str)],
}

const CROSS_2_WEEKS: &str = "advice: cross-high to cross-high after 14 days, planned from 28";
const AFL_3_WEEKS: &str = "advice: afl to afl after 21 days, planned from 28";
const CROSS_ON_ROLLING: &str = "avoid: tca-cross on rolling";
const ONE_AFL: &str = "sessions: 1 to 1 of ablative-fractional-laser, ours are 2 to 6";

/// Every difference.
pub const EXCEPTIONS: &[Exception] = &[
    // ---- waits: above the floor, shorter than what is planned ----
    Exception {
        why: "CROSS every 2 weeks without recorded priming is advice: the one course at 2 weeks that was primed is \
              within ours, the rest waits 4 (gaps, warnings for the planner; rulings, CROSS to CROSS)",
        of: &[
            ("cross_bhardwaj_2010", CROSS_2_WEEKS),
            ("prp_vs_cross_vs_mnprp_nofal_2014", CROSS_2_WEEKS),
            ("TR046", CROSS_2_WEEKS),
            ("TR047", CROSS_2_WEEKS),
            ("TR048", CROSS_2_WEEKS),
            ("TR049", CROSS_2_WEEKS),
        ],
    },
    Exception {
        why: "fractional ablative laser every 3 weeks is the shortest seen: the floor allows it, the plan keeps 4 \
              (rulings, AFL to AFL; R-330 for the laser within the course of TR001)",
        of: &[
            ("co2_subcision_isfahan", AFL_3_WEEKS),
            ("triple_kang_2009", AFL_3_WEEKS),
            ("TR001", AFL_3_WEEKS),
            ("TR005", AFL_3_WEEKS),
        ],
    },
    Exception {
        why: "one patient of type IV, three procedures at each visit (R-330: a warning and no rule, one case); the \
              plan adds its pigment weeks",
        of: &[
            ("TR008", "sitting: afl with cross-low"),
            ("TR008", "advice: afl to afl after 28 days, planned from 42"),
            ("TR008", "advice: afl to cross-low after 28 days, planned from 42"),
            ("TR008", "advice: cross-low to afl after 28 days, planned from 35"),
            ("TR008", "advice: afl to vascular after 28 days, planned from 42"),
            ("TR008", "advice: vascular to afl after 28 days, planned from 42"),
        ],
    },
    Exception {
        why: "calcium hydroxylapatite a week after subcision, topped up at 2 to 4 weeks (R-304): allowed by the floor, and \
              the plan keeps the 4 weeks of repeated courses (R-326)",
        of: &[
            ("TR064", "advice: sub to caha after 7 days, planned from 14"),
            ("TR064", "advice: caha to caha after 14 days, planned from 28"),
        ],
    },
    Exception {
        why: "a light erbium course every month: the floor allows it, and the plan keeps the half year that carbon \
              dioxide and dermabrasion need (R-315; TR043 repeated after a year)",
        of: &[
            ("TR093", "advice: ablative-full to ablative-full after 28 days, planned from 182"),
            ("TR093", "advice: ablative-full to ablative-full after 56 days, planned from 182"),
        ],
    },
    // ---- sittings ----
    Exception {
        why: "one operation in theatre on different scars, described without a score: only inside such a plan \
              (adjuncts, part 4), which is not generated",
        of: &[
            ("TR105", "sitting: sub with punch"),
            ("TR105", "sitting: fat with punch"),
            ("TR105", "sitting: fat with abrasion-spot"),
        ],
    },
    Exception {
        why: "the fibrin was injected before the needles; with us plasma comes last in a sitting (R-209)",
        of: &[
            ("iprf_mn_krishnegowda_2023", "order: prp before mn, ours is the other way round"),
            ("iprf_mn_nepal_2024", "order: prp before mn, ours is the other way round"),
        ],
    },
    Exception {
        why: "the source does not make clear whether the peel or the subcision came first; with us surgery does (R-202)",
        of: &[("single_session_taylor_2016", "order: peel-light before sub, ours is the other way round")],
    },
    // ---- numbers of sessions ----
    Exception {
        why: "one session was compared with one session by design; a course is at least two (rulings, session counts)",
        of: &[
            ("co2_params_yuan_2014", ONE_AFL),
            ("mnrf_vs_co2_qu_2025", ONE_AFL),
            ("mnrf_vs_co2_qu_2025", "sessions: 1 to 1 of mnrf, ours are 2 to 6"),
            ("pico1064_vs_co2", ONE_AFL),
            ("pico1064_vs_co2", "sessions: 1 to 1 of picosecond-fractional-laser, ours are 2 to 7"),
            ("TR094", ONE_AFL),
            ("TR095", ONE_AFL),
        ],
    },
    Exception {
        why: "a single visit of several procedures was the object of the study",
        of: &[("single_session_taylor_2016", ONE_AFL), ("TR053", ONE_AFL)],
    },
    Exception {
        why: "some of the patients had enough after one session: ours is what is planned, and the stop rule ends it",
        of: &[
            ("cross_35_aamir_jpad", "sessions: 1 of tca-cross in some, ours are 2 or more"),
            ("subcision_vs_cross_ramadan_2011", "sessions: 1 of tca-cross in some, ours are 2 or more"),
            ("TR067", "sessions: 1 of filler-plla in some, ours are 3 or more"),
        ],
    },
    Exception {
        why: "two or three sittings of a comparison; a course of needling is at least three (rulings, session counts)",
        of: &[("prp_id_vs_mn_savitri", "sessions: 2 of microneedling in some, ours are 3 or more")],
    },
    Exception {
        why: "the eighth is a touch-up 14 months after the course",
        of: &[("TR068", "sessions: 8 to 8 of filler-plla, ours are 3 to 7")],
    },
    // ---- on scars that should not get it ----
    Exception {
        why: "rolling scars with CROSS are what these two show to be inferior: to subcision and to a fractional laser",
        of: &[("cross_vs_nafl_kim_2009", CROSS_ON_ROLLING), ("subcision_vs_cross_ramadan_2011", CROSS_ON_ROLLING)],
    },
    Exception {
        why: "a mix of types got CROSS, or an acid weaker than ours; ours keeps CROSS to ice-pick and narrow boxcar \
              scars (procedures, part 2; TR048)",
        of: &[
            ("cross_35_aamir_jpad", CROSS_ON_ROLLING),
            ("subcision_cross50_kaur_kalsy_2014", CROSS_ON_ROLLING),
            ("TR008", CROSS_ON_ROLLING),
            ("TR017", CROSS_ON_ROLLING),
        ],
    },
    Exception {
        why: "the light peel was the partner of needling; alone it does nothing for deep scars (R-114)",
        of: &[
            ("subcision_mn_tca15_garg_2014", "avoid: peel-light-tca on boxcar"),
            ("subcision_mn_tca15_garg_2014", "avoid: peel-light-tca on ice_pick"),
        ],
    },
    Exception {
        why: "pits gained little from the medium peel, with brown marks in 73 % of dark skin (R-403)",
        of: &[("TR018", "avoid: peel-medium-tca on ice_pick")],
    },
];

const SURFACE_PINS: &str = "radiofrequency by pins on the surface is no procedure of ours";

/// Records in which nothing is ours, and why.
pub const NOT_INTERPRETABLE: &[(&str, &str)] = &[
    ("frf_eubanks_2021", SURFACE_PINS),
    ("TR096", SURFACE_PINS),
    ("TR101", SURFACE_PINS),
    ("TR044", "up to three surgical stages; which procedure belongs to which stage is not stated"),
    ("TR080", "iontophoresis of tretinoin is no procedure of ours"),
];
