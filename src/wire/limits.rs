//! What a field of the request can hold at most. Stated in the comments of `proto/`; past them it is a slip of the pen.

/// Characters in the id of a group of scars.
pub(super) const ID_CHARS: usize = 64;
/// Scars in one group, and in one row of a scale.
pub(super) const COUNT: i32 = 1000;
/// Square centimetres of raised scars.
pub(super) const AREA_CM2: f64 = 1000.0;
/// Years of age.
pub(super) const AGE_YEARS: i32 = 120;
/// INR, least and most.
pub(super) const INR: (f64, f64) = (0.8, 15.0);
/// Platelets in 10^9 per litre, least and most.
pub(super) const PLATELETS: (f64, f64) = (5.0, 1500.0);
/// Haemoglobin in g/dl, least and most.
pub(super) const HEMOGLOBIN: (f64, f64) = (3.0, 25.0);
/// HbA1c in percent, least and most: a value in mmol/mol is refused.
pub(super) const HBA1C: (f64, f64) = (3.0, 20.0);
/// Kilograms of weight, least and most.
pub(super) const WEIGHT_KG: (f64, f64) = (2.0, 400.0);
/// Days that a wish for little downtime can name.
pub(super) const DOWNTIME_DAYS: i32 = 60;
/// Visits that a wish for few visits can name.
pub(super) const VISITS: i32 = 100;
/// Days between two visits that can be wished for.
pub(super) const BETWEEN_VISITS: i32 = 60;
/// Different procedures at a visit that a limit can name.
pub(super) const PROCEDURES_PER_VISIT: i32 = 10;
/// Times at which the patient cannot come.
pub(super) const UNAVAILABLE: usize = 50;
/// Days on which the patient cannot come, in all of them.
pub(super) const UNAVAILABLE_DAYS: i32 = 365;
/// Percent of trichloroacetic acid in a past session, least and most.
pub(super) const TCA_PERCENT: (f64, f64) = (10.0, 100.0);
/// The clinician's own grade, least and most.
pub(super) const GRADE: (i32, i32) = (1, 4);
/// Years in which a plan can begin, first and last.
pub(super) const START_YEARS: (i32, i32) = (1900, 2200);
/// The last day of a plan that is checked, and of what is wished for.
pub(super) const PLAN_DAYS: i32 = 3650;
/// Visits of a plan that is checked.
pub(super) const SESSIONS: usize = 100;
/// Procedures of all its visits together.
pub(super) const SESSION_PROCEDURES: usize = 200;
/// Settings of one procedure of a visit.
pub(super) const SETTINGS: usize = 20;
/// The largest value of a setting.
pub(super) const SETTING: f64 = 1_000_000.0;
/// Entries of a list that has no limit of its own in the knowledge.
pub(super) const ENTRIES: usize = 1000;
/// Entries of a list of enum values, of which each says something once.
pub(super) const WORDS: usize = 100;
/// The largest total of a scale that the caller states.
pub(super) const STATED_TOTAL: i32 = 1000;
/// Characters in the name of a version.
pub(super) const VERSION_CHARS: usize = 64;
/// Characters in the caller's reference of a plan.
pub(super) const REFERENCE_CHARS: usize = 64;
