//! One patient with scars, as far as it was recorded.

use strum::{EnumCount, IntoStaticStr, VariantArray, VariantNames};

use super::{
    date::{Date, Day, Weekdays},
    fact::Fact,
    facts::Facts,
    ids::{ProcedureId, ProcedureSet, ScarIndex},
    protocol::SessionKind,
    scale::{Rating, StatedTotal},
    skin_tone::ToneReading,
    what_if::Insight,
};

/// A part of the body surface.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, IntoStaticStr, VariantArray, VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum Site {
    Cheek,
    UpperCheek,
    LowerCheek,
    Forehead,
    Glabella,
    Temple,
    Nose,
    Chin,
    Perioral,
    Lip,
    Jawline,
    Preauricular,
    Periorbital,
    Eyelid,
    Eyebrow,
    TZone,
    Neck,
    Chest,
    Back,
    Shoulder,
}

impl Site {
    /// Is some skin of `self` also skin of `other`?
    pub fn overlaps(self, other: Self) -> bool {
        self == other || self.includes(other) || other.includes(self)
    }

    /// Is all of its skin among `sites`, as one of them or by its parts?
    pub fn is_within(self, sites: &[Self]) -> bool {
        let parts = self.parts();
        // There is more around the mouth than the lip.
        let by_parts = self != Self::Perioral && !parts.is_empty() && parts.iter().all(|it| sites.contains(it));
        by_parts || sites.iter().any(|it| *it == self || it.includes(self))
    }

    fn includes(self, part: Self) -> bool {
        self.parts().contains(&part)
    }

    /// The site that it is a part of, or itself: skin of two sites is connected when these are the same.
    pub fn whole(self) -> Self {
        <Self as VariantArray>::VARIANTS.iter().copied().find(|it| it.includes(self)).unwrap_or(self)
    }

    /// The parts of it that have names of their own.
    fn parts(self) -> &'static [Self] {
        match self {
            Self::Cheek => &[Self::UpperCheek, Self::LowerCheek],
            Self::TZone => &[Self::Forehead, Self::Glabella, Self::Nose, Self::Chin],
            Self::Perioral => &[Self::Lip],
            Self::UpperCheek
            | Self::LowerCheek
            | Self::Forehead
            | Self::Glabella
            | Self::Temple
            | Self::Nose
            | Self::Chin
            | Self::Lip
            | Self::Jawline
            | Self::Preauricular
            | Self::Periorbital
            | Self::Eyelid
            | Self::Eyebrow
            | Self::Neck
            | Self::Chest
            | Self::Back
            | Self::Shoulder => &[],
        }
    }
}

/// Side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum Laterality {
    Left,
    Right,
    Bilateral,
}

/// Skin that is treated: a site and, if recorded, its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area {
    /// The site.
    pub site: Site,
    /// The side; `None` overlaps with either.
    pub laterality: Option<Laterality>,
}

impl Area {
    /// Is some skin of `self` also skin of `other`?
    pub fn overlaps(self, other: Self) -> bool {
        let sides_apart = matches!(
            (self.laterality, other.laterality),
            (Some(Laterality::Left), Some(Laterality::Right)) | (Some(Laterality::Right), Some(Laterality::Left))
        );
        self.site.overlaps(other.site) && !sides_apart
    }
}

/// A group of like scars at one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scar {
    /// The caller's id.
    pub id: String,
    /// Where it is.
    pub area: Area,
    /// How many scars it holds.
    pub count: Option<i32>,
    /// Area of a raised scar in thousandths of a square centimetre.
    pub area_cm2: Option<i64>,
    /// What was recorded of it: facts of scope `Scar`, without those that classification adds.
    pub facts: Facts,
}

/// What is known of the skin at some sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The sites.
    pub sites: Vec<Site>,
    /// Facts of scope `Field`.
    pub facts: Facts,
}

/// A row of the Goodman and Baron quantitative scale.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, IntoStaticStr, VariantArray, VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum QuantitativeRow {
    Macular,
    MildAtrophicDish,
    ModerateAtrophicDish,
    #[strum(serialize = "punched_out_shallow_lt5mm")]
    PunchedOutShallow,
    BroadShallowAtrophic,
    #[strum(serialize = "punched_out_deep_normal_base_lt5mm")]
    PunchedOutDeepNormalBase,
    #[strum(serialize = "punched_out_deep_abnormal_base_lt5mm")]
    PunchedOutDeepAbnormalBase,
    LinearOrTroughed,
    BroadDeepAtrophic,
    Papular,
    /// Counted by area, in thousandths of a square centimetre, and not by number.
    HypertrophicAreaCm2,
}

/// A row of the ECCA scale.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, IntoStaticStr, VariantArray, VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum EccaRow {
    #[strum(serialize = "v_lt2mm")]
    V,
    #[strum(serialize = "u_2_4mm")]
    U,
    #[strum(serialize = "m_gt4mm")]
    M,
    SuperficialElastolysis,
    #[strum(serialize = "hypertrophic_inflammatory_lt2y")]
    HypertrophicInflammatory,
    #[strum(serialize = "hypertrophic_keloid_gt2y")]
    HypertrophicKeloid,
}

/// Ratings made on the scales.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScaleInputs {
    /// Every row of the quantitative scale, in the order of the rows; counts are whole numbers. `None` was not counted.
    pub quantitative: Option<[Option<i64>; QuantitativeRow::COUNT]>,
    /// Every row of the ECCA scale; `None` was not rated.
    pub ecca: Option<[Option<i32>; EccaRow::COUNT]>,
    /// The scales that are rated item by item, in the order of the scales.
    pub rated: Vec<Rating>,
    /// Totals that the caller worked out, in the order of the scales.
    pub stated: Vec<StatedTotal>,
}

/// The scars of one patient, and what their grades need.
///
/// INVARIANT (sorted): the scars are in the order of their ids, and no two ids are equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// The scars.
    pub scars: Vec<Scar>,
    /// How the scars look as a whole: the facts `ObviousAtSocialDistance`, `Coverable` and `FlattensOnStretch`.
    pub appearance: Facts,
    /// The clinician's own qualitative grade.
    pub declared_grade: Option<i32>,
    /// Ratings made on the scales.
    pub scales: ScaleInputs,
    /// What a measured skin tone says of the phototype.
    pub skin_tone: Option<ToneReading>,
}

/// What the patient wishes and what the clinic can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// What the patient does not want.
    pub excluded: ProcedureSet,
    /// What the clinic can do; `None` is everything.
    pub available: Option<ProcedureSet>,
    /// Most days until make-up covers the traces of a session.
    pub max_downtime: Option<Day>,
    /// A day on which the patient wants to look well.
    pub event: Option<Day>,
    /// Times at which the patient cannot come, first and last day, in order and apart.
    pub unavailable: Vec<(Day, Day)>,
    /// The days of the week on which the patient can come; empty is all.
    pub weekdays: Weekdays,
    /// What the patient would like best.
    pub preferred: ProcedureSet,
    /// The most planned visits.
    pub max_visits: Option<i32>,
    /// The least days from one visit to the next.
    pub days_between_visits: Option<Day>,
    /// The most different procedures that the clinic does at one visit.
    pub procedures_per_visit: Option<i32>,
    /// What the clinic does under supervision only.
    pub supervised: ProcedureSet,
}

/// A wish that can stand in the way of a plan. In the order in which they are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum Wish {
    DaysBetweenVisits,
    MaxVisits,
    MaxDowntime,
    Budget,
    Excluded,
}

/// How far ahead a plan is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Horizon {
    /// The next visit only.
    Next,
    /// Everything.
    #[default]
    All,
}

/// Something that went wrong after a past session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Complication {
    HypertrophicScar,
    PihUnresolved,
    InfectionUnresolved,
    BurnUnresolved,
    HerpesOutbreak,
    PersistentErythema,
}

impl Complication {
    /// Does it say something of all skin, and not only of the skin that was treated?
    pub fn is_patient_wide(self) -> bool {
        self == Self::HypertrophicScar
    }

    /// Did the skin answer badly, as it may again? Germs and viruses are fought otherwise.
    pub fn is_reaction(self) -> bool {
        match self {
            Self::HypertrophicScar | Self::PihUnresolved | Self::BurnUnresolved | Self::PersistentErythema => true,
            Self::InfectionUnresolved | Self::HerpesOutbreak => false,
        }
    }

    /// Can it be over? A raised scar never is: it must not be risked again.
    pub fn heals(self) -> bool {
        self != Self::HypertrophicScar
    }
}

/// Why a clinician lets a past session count, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum CountingReason {
    BrokenOff,
    TooWeak,
    OtherSkin,
    Documented,
    Judgement,
}

/// What a course of treatment works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Tool {
    Acid,
    Laser,
    Release,
    Needles,
    Surgery,
    Filler,
    Abrasion,
    Peel,
}

/// How far scars were better after a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, VariantNames)]
pub enum Response {
    #[strum(serialize = "under_25_percent")]
    Under25Percent,
    #[strum(serialize = "from_25_to_50_percent")]
    From25To50Percent,
    #[strum(serialize = "from_50_to_75_percent")]
    From50To75Percent,
    #[strum(serialize = "over_75_percent")]
    Over75Percent,
}

/// A session that was done. By day; those of one day by all that is said of them, and not by their places in the request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastSession {
    /// The day, zero or negative.
    pub day: Day,
    /// The procedure.
    pub procedure: ProcedureId,
    /// The groups it was done on. Empty with empty `sites`: everywhere.
    pub scars: Vec<ScarIndex>,
    /// The sites it was done on.
    pub sites: Vec<Site>,
    /// Trichloroacetic acid in thousandths of a percent.
    pub tca_percent: Option<i64>,
    /// How far the scars were better after it.
    pub response: Option<Response>,
    /// Whole area or test area.
    pub kind: SessionKind,
    /// The sender decided whether it counts.
    pub counts: Option<bool>,
    /// Why the sender decided so.
    pub counts_because: Option<CountingReason>,
    /// What went wrong.
    pub complications: Vec<Complication>,
    /// The day on which the last of them was over, as far as they can be; `None`: they are not.
    pub healed: Option<Day>,
    /// Its place in the request.
    pub place: usize,
}

impl PastSession {
    /// A whole session on all skin, of which nothing else is known.
    pub fn new(procedure: ProcedureId, day: Day) -> Self {
        Self {
            day,
            procedure,
            scars: Vec::new(),
            sites: Vec::new(),
            tca_percent: None,
            response: None,
            kind: SessionKind::Treatment,
            counts: None,
            counts_because: None,
            complications: Vec::new(),
            healed: None,
            place: 0,
        }
    }

    /// Was it one of the treatment of a group? What names scars or sites treats these, and only shares skin with others.
    pub fn treats(&self, scar: ScarIndex, area: Area) -> bool {
        let everywhere = self.scars.is_empty() && self.sites.is_empty();
        everywhere || self.scars.contains(&scar) || self.sites.iter().any(|site| site.overlaps(area.site))
    }

    /// Did the skin answer badly?
    pub fn has_reaction(&self) -> bool {
        self.complications.iter().any(|it| it.is_reaction())
    }

    /// Is it another part of the same visit, when it is the same procedure?
    pub fn is_same_visit(&self, other: &Self) -> bool {
        (self.day, self.kind) == (other.day, other.kind)
    }
}

/// The place in `history` of the first part of the visit at which the session at `place` was: one that was sent in parts
/// is one session.
pub fn visit_of(history: &[PastSession], place: usize) -> usize {
    let Some(past) = history.get(place) else { return place };
    let of_it = |it: &PastSession| it.procedure == past.procedure && it.is_same_visit(past);
    let before = history.iter().enumerate().take(place).rev().take_while(|(_, it)| it.day == past.day);
    before.filter(|(_, it)| of_it(it)).last().map_or(place, |(first, _)| first)
}

/// The parts of the visit whose first part stands at the place `visit` in `history`.
pub fn parts(history: &[PastSession], visit: usize) -> impl Iterator<Item = &PastSession> {
    let from = history.get(visit..).unwrap_or_default();
    let first = from.first();
    let of_it =
        move |it: &&PastSession| first.is_some_and(|past| it.procedure == past.procedure && it.is_same_visit(past));
    from.iter().take_while(move |it| first.is_some_and(|past| it.day == past.day)).filter(of_it)
}

/// How much is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Without what is not in the plan.
    Basic,
    /// Everything.
    #[default]
    Full,
}

/// One patient with scars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Day 0.
    pub start: Date,
    /// Facts of scope `Patient`, and the facts of scope `Field` that were stated for all skin.
    pub patient: Facts,
    /// What is known of the skin at some sites.
    pub fields: Vec<Field>,
    /// The scars.
    pub findings: Findings,
    /// What is wished and what can be done.
    pub wishes: Wishes,
    /// What was done, in the order of the days.
    pub history: Vec<PastSession>,
    /// How much is returned.
    pub view: View,
    /// How far ahead.
    pub horizon: Horizon,
    /// What else is to be found out, each once, in order.
    pub include: Vec<Insight>,
}

impl Case {
    /// Is something wished for?
    pub fn wishes_for(&self, wish: Wish) -> bool {
        match wish {
            Wish::DaysBetweenVisits => self.wishes.days_between_visits.is_some(),
            Wish::MaxVisits => self.wishes.max_visits.is_some(),
            Wish::MaxDowntime => self.wishes.max_downtime.is_some(),
            Wish::Budget => self.patient.get(Fact::Budget).is_some(),
            Wish::Excluded => !self.wishes.excluded.is_empty(),
        }
    }

    /// The same case without some of its wishes.
    #[must_use]
    pub fn without(&self, wishes: &[Wish]) -> Self {
        let mut case = self.clone();
        for wish in wishes {
            match wish {
                Wish::DaysBetweenVisits => case.wishes.days_between_visits = None,
                Wish::MaxVisits => case.wishes.max_visits = None,
                Wish::MaxDowntime => case.wishes.max_downtime = None,
                Wish::Budget => case.patient.set(Fact::Budget, None),
                Wish::Excluded => case.wishes.excluded = ProcedureSet::default(),
            }
        }
        case
    }
}
