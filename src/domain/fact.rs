//! Everything a rule can ask about.

use strum::{EnumCount, EnumString, IntoStaticStr, VariantArray, VariantNames};

use super::{
    assessment::{Confidence, DepthClass, ScarType},
    case::{Complication, Site, Tool},
    facts::Value,
};

/// A fact. Its name in the knowledge files is the variant in snake case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Fact {
    // The patient.
    AgeYears,
    Fitzpatrick,
    /// The phototype that a plan is made for: the stated one, and the most cautious when none is stated.
    PlanningPhototype,
    Pregnancy,
    Lactating,
    Isotretinoin,
    DaysSinceIsotretinoin,
    DaysSinceTopicalRetinoid,
    ActiveAcne,
    DaysSinceAcneQuiet,
    KeloidHistory,
    Antithrombotic,
    Inr,
    Platelets,
    HemoglobinGDl,
    DaysSinceNsaid,
    HsvHistory,
    Allergies,
    ImplantedDevice,
    Sepsis,
    FebrileIllness,
    BleedingDisorder,
    GoldTherapyEver,
    RenalDisease,
    PihHistory,
    CanAvoidSun,
    DaysSincePriming,
    AcneKind,
    BddScreen,
    UnrealisticExpectations,
    BleedingSupplements,
    BloodBorneVirus,
    CanFollowAftercare,
    CardiacDisease,
    HepaticDisease,
    ChemoCurrent,
    Ctd,
    Diabetes,
    Hba1c,
    EndocrineUncontrolled,
    HemodynamicInstability,
    DaysSinceFacialSurgery,
    DaysSinceHydroquinoneStarted,
    DaysSinceImmuneTrigger,
    Immunosuppression,
    LichenPlanus,
    Malignancy,
    MethemoglobinemiaRisk,
    Ochronosis,
    Photosensitiser,
    PhotosensitiveDisease,
    PhotosensitiveEpilepsy,
    Psoriasis,
    SilverExposure,
    SkinPicking,
    Smoker,
    DaysSinceSmokeFree,
    DaysSinceSystemicSteroid,
    Vitiligo,
    DaysSinceVitiligoStable,
    WeightKg,
    Goals,
    Budget,
    /// Most days until make-up covers the traces of a session. Computed from the wishes.
    DowntimeDays,
    /// A keloid among the scars of the request, or a raised scar whose borders nobody looked at. Computed.
    KeloidPresent,
    /// A scar among them that is raised within its borders. Computed.
    HypertrophicPresent,
    // The clinic.
    MnrfNeedleMaterial,
    GuardianConsent,
    Setting,
    CardiacMonitoring,
    OperatingTheatre,
    MnrfNeedlesInsulated,
    // The field.
    Site,
    InfectionInField,
    DaysSinceInfection,
    PustulesInField,
    PihActiveInField,
    PihOrigin,
    MetalInField,
    DaysSinceTan,
    Sunburn,
    DaysSinceBotulinum,
    DermatitisInField,
    Distensible,
    FieldExtent,
    DaysSinceFiller,
    PermanentFillerInField,
    LidLaxity,
    Melasma,
    RadiotherapyField,
    DaysSinceScarFormed,
    DaysSinceSiteSteroid,
    TattooInField,
    /// A hypertrophic scar or a keloid at the same site. Computed.
    RaisedInField,
    /// A spot that may be cancer at the same site. Computed.
    SuspiciousInField,
    /// What went wrong in past sessions there and is not over, or must not be risked again. Computed.
    PreviousComplication,
    /// A herpes outbreak after a past session was over. Computed.
    DaysSinceOutbreakHealed,
    /// A burn of a past session had healed. Computed.
    DaysSinceBurnHealed,
    /// An infection after a past session was over. Computed.
    DaysSinceWoundInfectionHealed,
    /// The brown marks of a past session had faded. Computed.
    DaysSincePihFaded,
    /// A raised scar that a past session left there has not settled. Computed.
    RaisedScarOpen,
    /// The last session, on whatever skin, after which a raised scar grew. Computed.
    DaysSinceRaisedScarSession,
    /// What the sessions worked with, on whatever skin, after which raised scars grew. Computed.
    RaisedAfter,
    // The scar, as recorded.
    Activity,
    Relief,
    RaisedForm,
    ExtendsBeyondWound,
    Tunnel,
    OpeningWidthMm,
    BaseWidthMm,
    /// Width of the base over the width of the opening. Computed.
    BaseRatio,
    DepthMm,
    DepthMethod,
    Profile,
    Edge,
    Stretch,
    Tethered,
    Color,
    Shape,
    Base,
    Cause,
    ScarCount,
    DeclaredType,
    DeclaredDepthClass,
    /// What was tried on it without enough effect. Computed from past sessions.
    FailedBefore,
    // The scar, as classified.
    ScarType,
    DepthClass,
    Confidence,
    /// The qualitative grade of the patient.
    Grade,
    ObviousAtSocialDistance,
    Coverable,
    FlattensOnStretch,
}

/// What kind of answer a fact takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// Yes or no.
    YesNo,
    /// One or several words of a closed list.
    Words(&'static [&'static str]),
    /// A number in a unit; the unit may be empty.
    Number(&'static str),
    /// The day of an event; rules ask how many days ago it was.
    Elapsed,
}

/// Where a fact acts. A rule acts as narrowly as the narrowest fact it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    Patient,
    /// On the skin of one site.
    Field,
    /// On one group of scars.
    Scar,
}

impl Fact {
    /// Does the answer say of skin that there is no danger? One part of the skin cannot say that for the others.
    pub fn rules_out(self, answer: Value) -> bool {
        match answer {
            // What stretches is safe to fill; everything else that is asked of skin is a danger.
            Value::YesNo(yes) => yes == (self == Self::Distensible),
            Value::Words(words) => self.word("none").is_some_and(|none| words == none),
            Value::Number(_) | Value::Since(_) => false,
        }
    }

    /// What kind of answer it takes.
    pub fn kind(self) -> FactKind {
        match self {
            Self::Lactating
            | Self::HsvHistory
            | Self::Sepsis
            | Self::FebrileIllness
            | Self::BleedingDisorder
            | Self::GoldTherapyEver
            | Self::RenalDisease
            | Self::PihHistory
            | Self::KeloidPresent
            | Self::HypertrophicPresent
            | Self::CanAvoidSun
            | Self::GuardianConsent
            | Self::PustulesInField
            | Self::PihActiveInField
            | Self::MetalInField
            | Self::Sunburn
            | Self::RaisedInField
            | Self::SuspiciousInField
            | Self::RaisedScarOpen
            | Self::ExtendsBeyondWound
            | Self::Tunnel
            | Self::Tethered
            | Self::ObviousAtSocialDistance
            | Self::Coverable
            | Self::FlattensOnStretch
            | Self::UnrealisticExpectations
            | Self::BleedingSupplements
            | Self::BloodBorneVirus
            | Self::CanFollowAftercare
            | Self::CardiacDisease
            | Self::HepaticDisease
            | Self::ChemoCurrent
            | Self::EndocrineUncontrolled
            | Self::HemodynamicInstability
            | Self::MethemoglobinemiaRisk
            | Self::Ochronosis
            | Self::PhotosensitiveEpilepsy
            | Self::SilverExposure
            | Self::SkinPicking
            | Self::Smoker
            | Self::CardiacMonitoring
            | Self::OperatingTheatre
            | Self::MnrfNeedlesInsulated
            | Self::DermatitisInField
            | Self::Distensible
            | Self::PermanentFillerInField
            | Self::LidLaxity
            | Self::Melasma
            | Self::RadiotherapyField
            | Self::TattooInField => FactKind::YesNo,
            Self::AgeYears => FactKind::Number("years"),
            Self::Fitzpatrick | Self::PlanningPhototype | Self::Inr | Self::BaseRatio | Self::Grade => {
                FactKind::Number("")
            }
            Self::Platelets => FactKind::Number("10^9/l"),
            Self::HemoglobinGDl => FactKind::Number("g/dl"),
            Self::OpeningWidthMm | Self::BaseWidthMm | Self::DepthMm => FactKind::Number("mm"),
            Self::ScarCount => FactKind::Number("scars"),
            Self::Hba1c => FactKind::Number("%"),
            Self::WeightKg => FactKind::Number("kg"),
            Self::DowntimeDays => FactKind::Number("days"),
            Self::DaysSinceIsotretinoin
            | Self::DaysSinceTopicalRetinoid
            | Self::DaysSinceAcneQuiet
            | Self::DaysSinceNsaid
            | Self::DaysSincePriming
            | Self::DaysSinceInfection
            | Self::DaysSinceTan
            | Self::DaysSinceFacialSurgery
            | Self::DaysSinceHydroquinoneStarted
            | Self::DaysSinceImmuneTrigger
            | Self::DaysSinceSmokeFree
            | Self::DaysSinceSystemicSteroid
            | Self::DaysSinceVitiligoStable
            | Self::DaysSinceBotulinum
            | Self::DaysSinceFiller
            | Self::DaysSinceScarFormed
            | Self::DaysSinceSiteSteroid
            | Self::DaysSinceOutbreakHealed
            | Self::DaysSinceBurnHealed
            | Self::DaysSinceWoundInfectionHealed
            | Self::DaysSincePihFaded
            | Self::DaysSinceRaisedScarSession => FactKind::Elapsed,
            Self::Pregnancy => FactKind::Words(&["not_pregnant", "not_applicable", "possible", "pregnant"]),
            Self::Isotretinoin => FactKind::Words(&["never", "current", "stopped"]),
            Self::ActiveAcne => FactKind::Words(&["none", "mild", "moderate", "severe"]),
            Self::KeloidHistory => FactKind::Words(&["none", "family", "personal"]),
            Self::Antithrombotic => {
                FactKind::Words(&["none", "aspirin_cv", "p2y12", "dapt", "warfarin", "doac", "other"])
            }
            Self::Allergies => FactKind::Words(&[
                "gold",
                "nickel",
                "stainless_steel",
                "lidocaine",
                "hydroquinone",
                "tca",
                "bovine_collagen",
                "latex",
                "salicylate",
                "other",
            ]),
            Self::AcneKind => FactKind::Words(&["comedonal", "inflammatory", "mixed"]),
            Self::BddScreen => FactKind::Words(&["negative", "positive", "not_done"]),
            Self::Ctd => FactKind::Words(&[
                "none",
                "scleroderma_systemic",
                "morphea_in_field",
                "ehlers_danlos",
                "other_quiescent",
                "other_active",
            ]),
            Self::Diabetes => FactKind::Words(&["none", "controlled", "uncontrolled"]),
            Self::Immunosuppression => FactKind::Words(&["none", "moderate", "severe"]),
            Self::LichenPlanus => FactKind::Words(&["none", "inactive", "active"]),
            Self::Malignancy => {
                FactKind::Words(&["none", "skin_in_field_or_suspicious", "hematologic", "active_solid", "remission"])
            }
            Self::Photosensitiser => {
                FactKind::Words(&["none", "pdt_agent", "amiodarone", "minocycline", "st_johns_wort", "other"])
            }
            Self::PhotosensitiveDisease => {
                FactKind::Words(&["none", "lupus_active", "lupus_quiescent", "porphyria", "xp"])
            }
            Self::Psoriasis => FactKind::Words(&["none", "inactive", "active_in_field"]),
            Self::Vitiligo => FactKind::Words(&["none", "stable", "active"]),
            Self::Goals => FactKind::Words(&["shallower_scars", "smoother_surface", "even_colour", "less_visible"]),
            Self::Budget => FactKind::Words(&["low", "medium", "high"]),
            Self::FailedBefore | Self::RaisedAfter => FactKind::Words(<Tool as VariantNames>::VARIANTS),
            Self::Setting => FactKind::Words(&["dermatology_clinic", "home", "unlicensed"]),
            Self::FieldExtent => FactKind::Words(&["focal", "regional", "full_face"]),
            Self::ImplantedDevice => {
                FactKind::Words(&["pacemaker", "icd", "neurostimulator", "cochlear", "other_active"])
            }
            Self::PreviousComplication => FactKind::Words(<Complication as VariantNames>::VARIANTS),
            Self::MnrfNeedleMaterial => FactKind::Words(&["gold", "stainless_steel", "other"]),
            Self::Site => FactKind::Words(<Site as VariantNames>::VARIANTS),
            Self::InfectionInField => {
                FactKind::Words(&["none", "bacterial", "fungal", "hsv", "zoster", "warts", "molluscum", "other"])
            }
            Self::PihOrigin => FactKind::Words(&["procedure", "acne_marks"]),
            Self::Activity => FactKind::Words(&["none", "plug", "inflamed", "suspicious"]),
            Self::Relief => FactKind::Words(&["raised", "flat", "depressed"]),
            Self::RaisedForm => FactKind::Words(&["papule", "nodule_plaque", "bridge"]),
            Self::DepthMethod => FactKind::Words(&["clinical_visual", "surface_3d", "ultrasound", "oct"]),
            Self::Profile => FactKind::Words(&["v", "u", "m"]),
            Self::Edge => FactKind::Words(&["sharp", "sloping"]),
            Self::Stretch => FactKind::Words(&["flattens", "central_tether", "no_change"]),
            Self::Color => FactKind::Words(&["normal", "red", "brown", "white"]),
            Self::Shape => FactKind::Words(&["round_oval", "linear", "stellate"]),
            Self::Base => FactKind::Words(&["sound", "scarred"]),
            Self::Cause => FactKind::Words(&[
                "acne",
                "varicella",
                "other_infection",
                "injury",
                "excoriation",
                "inflammatory_disease",
                "genetic_follicular",
                "iatrogenic",
                "surgery",
                "burn",
            ]),
            Self::ScarType | Self::DeclaredType => FactKind::Words(<ScarType as VariantNames>::VARIANTS),
            Self::DepthClass | Self::DeclaredDepthClass => FactKind::Words(<DepthClass as VariantNames>::VARIANTS),
            Self::Confidence => FactKind::Words(<Confidence as VariantNames>::VARIANTS),
        }
    }

    /// Where it acts.
    pub fn scope(self) -> Scope {
        if self < Self::Site || self >= Self::Grade {
            Scope::Patient
        } else if self < Self::Activity {
            Scope::Field
        } else {
            Scope::Scar
        }
    }

    /// Is it worked out, and not asked?
    pub fn is_computed(self) -> bool {
        matches!(
            self,
            Self::PlanningPhototype
                | Self::DowntimeDays
                | Self::PreviousComplication
                | Self::DaysSinceOutbreakHealed
                | Self::DaysSinceBurnHealed
                | Self::DaysSinceWoundInfectionHealed
                | Self::DaysSincePihFaded
                | Self::RaisedScarOpen
                | Self::DaysSinceRaisedScarSession
                | Self::RaisedAfter
                | Self::KeloidPresent
                | Self::HypertrophicPresent
                | Self::Site
                | Self::RaisedInField
                | Self::SuspiciousInField
                | Self::FailedBefore
                | Self::BaseRatio
                | Self::ScarType
                | Self::DepthClass
                | Self::Confidence
                | Self::Grade
        )
    }

    /// The answer to another fact without which it is not asked.
    pub fn beside(self) -> Option<(Self, Value)> {
        let word = |fact: Self, word| fact.word(word).map(|bit| (fact, Value::Words(bit)));
        if self == Self::DaysSinceIsotretinoin {
            word(Self::Isotretinoin, "stopped")
        } else if self == Self::DaysSinceVitiligoStable {
            word(Self::Vitiligo, "stable")
        } else if self == Self::DaysSinceAcneQuiet {
            word(Self::ActiveAcne, "none")
        } else if self == Self::DaysSinceSmokeFree {
            Some((Self::Smoker, Value::YesNo(true)))
        } else {
            (self == Self::PihOrigin).then_some((Self::PihActiveInField, Value::YesNo(true)))
        }
    }

    /// Can none of its words hold? Then it is a list, and an empty one is an answer.
    pub fn may_be_none(self) -> bool {
        matches!(self, Self::Allergies | Self::ImplantedDevice)
    }

    /// Was it always so when it is so now? A history is not: it may have begun since.
    pub fn lasts(self) -> bool {
        matches!(self, Self::Fitzpatrick | Self::PlanningPhototype | Self::Site)
    }

    /// The name in the knowledge files.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The place of `word` in its closed list, as a bit.
    pub fn word(self, word: &str) -> Option<u32> {
        let FactKind::Words(words) = self.kind() else { return None };
        let place = words.iter().position(|it| *it == word)?;
        1_u32.checked_shl(u32::try_from(place).ok()?)
    }
}
