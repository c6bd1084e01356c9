//! Where each fact stands in a request.

use std::sync::LazyLock;

use strum::VariantArray as _;

use crate::domain::{Fact, FactSet};

/// The fields to ask for when `facts` were not asked, each once.
pub(super) fn fields(facts: FactSet) -> impl Iterator<Item = &'static str> {
    // By fact, the first that stands in the same field.
    static FIRST: LazyLock<Vec<Fact>> = LazyLock::new(|| {
        let first =
            |fact: &Fact| Fact::VARIANTS.iter().find(|it| field(**it) == field(*fact)).copied().unwrap_or(*fact);
        Fact::VARIANTS.iter().map(first).collect()
    });
    let mut told = FactSet::default();
    facts.facts().filter_map(move |fact| {
        let first = FIRST.get(fact as usize).copied().unwrap_or(fact);
        let is_new = !told.contains(first);
        told.insert(first);
        is_new.then(|| field(first))
    })
}

/// The field to ask for when `fact` was not asked. Facts that are computed name what they are computed from.
pub(super) fn field(fact: Fact) -> &'static str {
    match fact {
        Fact::AgeYears => "patient.age_years",
        Fact::Fitzpatrick | Fact::PlanningPhototype => "patient.phototype",
        Fact::Pregnancy => "patient.pregnancy",
        Fact::Lactating => "patient.lactating",
        Fact::Isotretinoin => "patient.isotretinoin.status",
        Fact::DaysSinceIsotretinoin => "patient.isotretinoin.last_taken",
        Fact::DaysSinceTopicalRetinoid => "patient.topical_retinoid_last_used",
        Fact::ActiveAcne => "patient.active_acne",
        Fact::DaysSinceAcneQuiet => "patient.acne_quiet_since",
        Fact::KeloidHistory => "patient.keloid_history",
        Fact::Antithrombotic => "patient.antithrombotic",
        Fact::Inr => "patient.inr",
        Fact::Platelets => "patient.platelets",
        Fact::HemoglobinGDl => "patient.hemoglobin_g_dl",
        Fact::DaysSinceNsaid => "patient.nsaid_last_taken",
        Fact::HsvHistory => "patient.herpes_simplex_history",
        Fact::Allergies => "patient.allergies",
        Fact::ImplantedDevice => "patient.implanted_devices",
        Fact::Sepsis
        | Fact::FebrileIllness
        | Fact::BleedingDisorder
        | Fact::GoldTherapyEver
        | Fact::RenalDisease
        | Fact::PihHistory
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
        | Fact::Smoker => "patient.conditions",
        Fact::DaysSinceSmokeFree => "patient.smoke_free_since",
        Fact::AcneKind => "patient.acne_kind",
        Fact::BddScreen => "patient.bdd_screen",
        Fact::CanFollowAftercare => "patient.can_follow_aftercare",
        Fact::Ctd => "patient.connective_tissue_diseases",
        Fact::Diabetes => "patient.diabetes",
        Fact::Hba1c => "patient.hba1c_percent",
        Fact::DaysSinceFacialSurgery => "patient.facial_surgery",
        Fact::DaysSinceHydroquinoneStarted => "patient.hydroquinone_since",
        Fact::DaysSinceImmuneTrigger => "patient.immune_trigger",
        Fact::Immunosuppression => "patient.immunosuppression",
        Fact::LichenPlanus => "patient.lichen_planus",
        Fact::Malignancy => "patient.malignancies",
        Fact::Photosensitiser => "patient.photosensitisers",
        Fact::PhotosensitiveDisease => "patient.photosensitive_disease",
        Fact::Psoriasis => "patient.psoriasis",
        Fact::DaysSinceSystemicSteroid => "patient.systemic_steroid_last_taken",
        Fact::Vitiligo => "patient.vitiligo",
        Fact::DaysSinceVitiligoStable => "patient.vitiligo_stable_since",
        Fact::WeightKg => "patient.weight_kg",
        Fact::Goals => "patient.goals",
        Fact::Budget => "preferences.budget",
        Fact::DowntimeDays => "preferences.max_downtime_days",
        Fact::FailedBefore => "history.response",
        Fact::Setting => "clinic.setting",
        Fact::CardiacMonitoring => "clinic.cardiac_monitoring",
        Fact::OperatingTheatre => "clinic.operating_theatre",
        Fact::MnrfNeedlesInsulated => "clinic.mnrf_needles_insulated",
        Fact::DaysSinceBotulinum => "fields.last_botulinum",
        Fact::DermatitisInField => "fields.dermatitis",
        Fact::Distensible => "fields.distensible",
        Fact::FieldExtent => "fields.extent",
        Fact::DaysSinceFiller => "fields.last_filler",
        Fact::PermanentFillerInField => "fields.permanent_filler",
        Fact::LidLaxity => "fields.lid_laxity",
        Fact::Melasma => "fields.melasma",
        Fact::RadiotherapyField => "fields.radiotherapy",
        Fact::DaysSinceScarFormed => "fields.scars_formed",
        Fact::DaysSinceSiteSteroid => "fields.last_steroid",
        Fact::TattooInField => "fields.tattoo",
        Fact::CanAvoidSun => "patient.can_avoid_sun",
        Fact::DaysSincePriming => "patient.priming_since",
        Fact::PreviousComplication | Fact::DaysSinceRaisedScarSession | Fact::RaisedAfter => "history.complications",
        Fact::DaysSinceOutbreakHealed
        | Fact::DaysSinceBurnHealed
        | Fact::DaysSinceWoundInfectionHealed
        | Fact::DaysSincePihFaded
        | Fact::RaisedScarOpen => "history.complications_resolved",
        Fact::MnrfNeedleMaterial => "clinic.mnrf_needle_material",
        Fact::GuardianConsent => "clinic.guardian_consent",
        Fact::InfectionInField => "patient.infection_in_field",
        Fact::DaysSinceInfection => "fields.infection_resolved",
        Fact::PustulesInField => "fields.pustules",
        Fact::PihActiveInField => "fields.pih_active",
        Fact::PihOrigin => "fields.pih_origin",
        Fact::MetalInField => "fields.metal",
        Fact::DaysSinceTan => "fields.last_tan",
        Fact::Sunburn => "fields.sunburn",
        Fact::Site => "scars.site",
        Fact::Activity | Fact::SuspiciousInField => "scars.activity",
        Fact::Relief | Fact::RaisedInField => "scars.relief",
        Fact::RaisedForm => "scars.raised_form",
        Fact::ExtendsBeyondWound | Fact::KeloidPresent | Fact::HypertrophicPresent => "scars.extends_beyond_wound",
        Fact::Tunnel => "scars.tunnel",
        Fact::OpeningWidthMm | Fact::BaseRatio => "scars.opening_width_mm",
        Fact::BaseWidthMm => "scars.base_width_mm",
        Fact::DepthMm => "scars.depth_mm",
        Fact::DepthMethod => "scars.depth_method",
        Fact::Profile => "scars.profile",
        Fact::Edge => "scars.edge",
        Fact::Stretch => "scars.stretch",
        Fact::Tethered => "scars.tethered",
        Fact::Color => "scars.color",
        Fact::Shape => "scars.shape",
        Fact::Base => "scars.base",
        Fact::Cause => "scars.cause",
        Fact::ScarCount => "scars.count",
        Fact::DeclaredType | Fact::ScarType | Fact::Confidence => "scars.declared_type",
        Fact::DeclaredDepthClass | Fact::DepthClass => "scars.declared_depth_class",
        Fact::Grade => "appearance.declared_grade",
        Fact::ObviousAtSocialDistance => "appearance.obvious_at_social_distance",
        Fact::Coverable => "appearance.coverable",
        Fact::FlattensOnStretch => "appearance.flattens_on_stretch",
    }
}
