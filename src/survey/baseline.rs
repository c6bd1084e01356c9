//! A healthy person of whom everything was asked: the answer to each fact. A specimen, and no rule of the medicine.
//!
//! The table is a match over every fact, so that a new fact is placed here before anything compiles.

use crate::domain::{Fact, Facts, Value};

/// How the healthy person answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// No.
    No,
    /// Yes.
    Yes,
    /// This word of the closed list.
    Word(&'static str),
    /// Asked, and none of the list holds.
    NoneOfThem,
    /// This number, in thousandths.
    Number(i64),
    /// Longer ago than any rule looks back.
    LongAgo,
    /// It does not apply to a healthy person, so it has no answer.
    NoAnswer,
    /// Only asked beside an answer to another fact: [`Fact::beside`].
    Beside,
    /// The survey goes through it by itself: phototype, site, type, depth, number and grade.
    Dimension,
    /// Recorded of the scar and not of the person.
    OfTheScar,
    /// Worked out from the rest, never asked.
    Computed,
}

/// The answer of the healthy person.
pub fn baseline(fact: Fact) -> Baseline {
    match fact {
        Fact::Lactating
        | Fact::HsvHistory
        | Fact::Sepsis
        | Fact::FebrileIllness
        | Fact::BleedingDisorder
        | Fact::GoldTherapyEver
        | Fact::RenalDisease
        | Fact::PihHistory
        | Fact::PustulesInField
        | Fact::PihActiveInField
        | Fact::MetalInField
        | Fact::Sunburn
        | Fact::UnrealisticExpectations
        | Fact::BleedingSupplements
        | Fact::BloodBorneVirus
        | Fact::CardiacDisease
        | Fact::HepaticDisease
        | Fact::ChemoCurrent
        | Fact::EndocrineUncontrolled
        | Fact::HemodynamicInstability
        | Fact::MethemoglobinemiaRisk
        | Fact::Ochronosis
        | Fact::PhotosensitiveEpilepsy
        | Fact::SilverExposure
        | Fact::SkinPicking
        | Fact::Smoker
        | Fact::DermatitisInField
        | Fact::Distensible
        | Fact::PermanentFillerInField
        | Fact::LidLaxity
        | Fact::Melasma
        | Fact::RadiotherapyField
        | Fact::TattooInField => Baseline::No,
        Fact::CanAvoidSun
        | Fact::CanFollowAftercare
        | Fact::CardiacMonitoring
        | Fact::OperatingTheatre
        | Fact::MnrfNeedlesInsulated => Baseline::Yes,
        Fact::Pregnancy => Baseline::Word("not_applicable"),
        Fact::Isotretinoin => Baseline::Word("never"),
        Fact::ActiveAcne
        | Fact::KeloidHistory
        | Fact::Antithrombotic
        | Fact::InfectionInField
        | Fact::Ctd
        | Fact::Diabetes
        | Fact::Immunosuppression
        | Fact::LichenPlanus
        | Fact::Malignancy
        | Fact::Photosensitiser
        | Fact::PhotosensitiveDisease
        | Fact::Psoriasis
        | Fact::Vitiligo => Baseline::Word("none"),
        Fact::BddScreen => Baseline::Word("negative"),
        Fact::Setting => Baseline::Word("dermatology_clinic"),
        Fact::FieldExtent => Baseline::Word("regional"),
        Fact::Budget => Baseline::Word("medium"),
        Fact::MnrfNeedleMaterial => Baseline::Word("stainless_steel"),
        Fact::Allergies | Fact::ImplantedDevice => Baseline::NoneOfThem,
        Fact::AgeYears => Baseline::Number(27_000),
        Fact::Inr => Baseline::Number(1_000),
        Fact::Platelets => Baseline::Number(250_000),
        Fact::HemoglobinGDl => Baseline::Number(14_000),
        Fact::Hba1c => Baseline::Number(5_000),
        Fact::WeightKg => Baseline::Number(70_000),
        Fact::DaysSinceAcneQuiet
        | Fact::DaysSinceTopicalRetinoid
        | Fact::DaysSinceNsaid
        | Fact::DaysSinceInfection
        | Fact::DaysSinceTan
        | Fact::DaysSinceFacialSurgery
        | Fact::DaysSinceImmuneTrigger
        | Fact::DaysSinceSystemicSteroid
        | Fact::DaysSinceBotulinum
        | Fact::DaysSinceFiller
        | Fact::DaysSinceScarFormed
        | Fact::DaysSinceSiteSteroid => Baseline::LongAgo,
        Fact::DaysSincePriming
        | Fact::PreviousComplication
        | Fact::DaysSinceOutbreakHealed
        | Fact::DaysSinceBurnHealed
        | Fact::DaysSinceWoundInfectionHealed
        | Fact::DaysSincePihFaded
        | Fact::RaisedScarOpen
        | Fact::DaysSinceRaisedScarSession
        | Fact::RaisedAfter
        | Fact::GuardianConsent
        | Fact::AcneKind
        | Fact::DaysSinceHydroquinoneStarted
        | Fact::Goals => Baseline::NoAnswer,
        // How the scars look as a whole is asked where it decides a grade.
        Fact::ObviousAtSocialDistance | Fact::Coverable | Fact::FlattensOnStretch => Baseline::NoAnswer,
        Fact::DaysSinceIsotretinoin | Fact::DaysSinceSmokeFree | Fact::DaysSinceVitiligoStable | Fact::PihOrigin => {
            Baseline::Beside
        }
        Fact::Fitzpatrick
        | Fact::PlanningPhototype
        | Fact::Site
        | Fact::ScarCount
        | Fact::DeclaredType
        | Fact::DeclaredDepthClass
        | Fact::ScarType
        | Fact::DepthClass
        | Fact::Grade => Baseline::Dimension,
        Fact::Activity
        | Fact::Relief
        | Fact::RaisedForm
        | Fact::ExtendsBeyondWound
        | Fact::Tunnel
        | Fact::OpeningWidthMm
        | Fact::BaseWidthMm
        | Fact::DepthMm
        | Fact::DepthMethod
        | Fact::Profile
        | Fact::Edge
        | Fact::Stretch
        | Fact::Tethered
        | Fact::Color
        | Fact::Shape
        | Fact::Base
        | Fact::Cause => Baseline::OfTheScar,
        Fact::DowntimeDays
        | Fact::KeloidPresent
        | Fact::HypertrophicPresent
        | Fact::RaisedInField
        | Fact::SuspiciousInField
        | Fact::FailedBefore
        | Fact::BaseRatio
        | Fact::Confidence => Baseline::Computed,
    }
}

impl Baseline {
    /// The answer as a value; `long_ago` is the day before which no rule looks back.
    pub(super) fn value(self, fact: Fact, long_ago: i32) -> Option<Value> {
        match self {
            Self::No => Some(Value::YesNo(false)),
            Self::Yes => Some(Value::YesNo(true)),
            Self::Word(word) => fact.word(word).map(Value::Words),
            Self::NoneOfThem => Some(Value::Words(0)),
            Self::Number(number) => Some(Value::Number(number)),
            Self::LongAgo => Some(Value::Since(long_ago)),
            Self::NoAnswer | Self::Beside | Self::Dimension | Self::OfTheScar | Self::Computed => None,
        }
    }

    /// Is it an answer of the person or of the clinic?
    pub(super) fn is_asked(self) -> bool {
        !matches!(self, Self::Dimension | Self::OfTheScar | Self::Computed)
    }
}

/// Everything that the healthy person answers, the phototype left out.
pub(super) fn healthy(long_ago: i32) -> Facts {
    use strum::VariantArray as _;
    let mut facts = Facts::default();
    for fact in Fact::VARIANTS.iter().copied() {
        facts.set(fact, baseline(fact).value(fact, long_ago));
    }
    facts
}
