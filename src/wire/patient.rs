//! Reads the patient, the fields of skin, the wishes, the clinic and what was done before.

use strum::VariantArray as _;

use super::{
    limits::{AGE_YEARS, ENTRIES, HBA1C, HEMOGLOBIN, INR, PLATELETS, PROCEDURES_PER_VISIT, WEIGHT_KG, WORDS},
    reader::Reader,
    v1,
    violation::{InvalidRequest, Path},
};
use crate::domain::{
    Case, Date, Fact, Facts, Horizon, Insight, ProcedureSet, ToneReading, Value, View, Vocabulary, Wishes,
};

/// Reads a request to plan.
pub fn case(vocabulary: &Vocabulary, request: &v1::GenerateProtocolRequest) -> Result<Case, InvalidRequest> {
    let mut reader = Reader::new(vocabulary);
    let case = read(&mut reader, request);
    reader.finish(case)
}

/// Reads what is known; what is wrong is with the reader.
pub(super) fn read(reader: &mut Reader<'_>, request: &v1::GenerateProtocolRequest) -> Option<Case> {
    let v1::GenerateProtocolRequest {
        start_date,
        patient,
        scars,
        appearance,
        scale_inputs,
        fields,
        preferences,
        clinic,
        history,
        view,
        plan_reference,
        horizon,
        include,
    } = request;
    let start = match start_date {
        Some(date) => reader.start(Path::root("start_date"), date),
        None => {
            reader.wrong(Path::root("start_date"), "is required; send the day on which the plan begins");
            None
        }
    };
    let mut facts = Facts::default();
    let skin_tone = patient.as_ref().and_then(|patient| reader.patient(patient, start, &mut facts));
    set_planning_phototype(&mut facts);
    let mut findings = reader.findings(scars, appearance.as_ref(), scale_inputs.as_ref());
    findings.skin_tone = skin_tone;
    let fields = reader.fields(fields, start);
    let mut wishes = Wishes::default();
    if let Some(preferences) = preferences {
        reader.preferences(preferences, start, &mut wishes, &mut facts);
    }
    if let Some(clinic) = clinic {
        reader.clinic(clinic, &mut wishes, &mut facts);
    }
    let history = reader.history(history, start, &findings.scars);
    let view = match reader.place(Path::root("view"), *view, [v1::View::Basic, v1::View::Full].len()) {
        Some(0) => View::Basic,
        Some(_) | None => View::Full,
    };
    let horizon = match reader.place(Path::root("horizon"), *horizon, [v1::Horizon::Next, v1::Horizon::All].len()) {
        Some(0) => Horizon::Next,
        Some(_) | None => Horizon::All,
    };
    if let Some(reference) = plan_reference {
        reader.reference(Path::root("plan_reference"), reference);
    }
    let include = reader.include(include);
    Some(Case { start: start?, patient: facts, fields, findings, wishes, history, view, horizon, include })
}

/// Without a phototype, stated or estimated, the plan is as careful as for the darkest skin.
fn set_planning_phototype(facts: &mut Facts) {
    let darkest = Value::thousandths(i64::from(v1::Phototype::Vi as i32));
    facts.set(Fact::PlanningPhototype, facts.get(Fact::Fitzpatrick).or(Some(darkest)));
}

/// The facts of the conditions, in the order of the wire.
const CONDITIONS: [Fact; 20] = [
    Fact::Sepsis,
    Fact::FebrileIllness,
    Fact::BleedingDisorder,
    Fact::GoldTherapyEver,
    Fact::RenalDisease,
    Fact::PihHistory,
    Fact::BleedingSupplements,
    Fact::BloodBorneVirus,
    Fact::CardiacDisease,
    Fact::HepaticDisease,
    Fact::ChemoCurrent,
    Fact::EndocrineUncontrolled,
    Fact::HemodynamicInstability,
    Fact::MethemoglobinemiaRisk,
    Fact::Ochronosis,
    Fact::PhotosensitiveEpilepsy,
    Fact::SilverExposure,
    Fact::SkinPicking,
    Fact::Smoker,
    Fact::UnrealisticExpectations,
];

/// The bit of the first word, where that says that there is none.
pub(super) const NONE: u32 = 1;

impl Reader<'_> {
    /// What else is to be found out, each once.
    fn include(&mut self, include: &[i32]) -> Vec<Insight> {
        let mut all: Vec<Insight> = Vec::new();
        let path = Path::root("include");
        for (at, number) in self.entries(path, include, WORDS).iter().enumerate() {
            let place = self.listed(path.entry(at), *number, Insight::VARIANTS.len());
            all.extend(place.and_then(|place| Insight::VARIANTS.get(place)));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Writes down what is known of the patient, and says what a measured skin tone says.
    fn patient(&mut self, patient: &v1::Patient, start: Option<Date>, facts: &mut Facts) -> Option<ToneReading> {
        let v1::Patient {
            age_years,
            phototype,
            pregnancy,
            lactating,
            isotretinoin,
            topical_retinoid_last_used,
            active_acne,
            acne_quiet_since,
            keloid_history,
            antithrombotic,
            further_antithrombotics,
            inr,
            platelets,
            hemoglobin_g_dl,
            nsaid_last_taken,
            infection_in_field,
            herpes_simplex_history,
            allergies,
            implanted_devices,
            conditions,
            can_avoid_sun,
            priming_since,
            absent_conditions,
            acne_kind,
            bdd_screen,
            can_follow_aftercare,
            connective_tissue_diseases,
            diabetes,
            hba1c_percent,
            facial_surgery,
            hydroquinone_since,
            immune_trigger,
            immunosuppression,
            lichen_planus,
            malignancies,
            photosensitisers,
            photosensitive_disease,
            psoriasis,
            systemic_steroid_last_taken,
            vitiligo,
            vitiligo_stable_since,
            weight_kg,
            goals,
            skin_tone,
            smoke_free_since,
        } = patient;
        let path = Path::root("patient");
        let age = self.whole(path.field("age_years"), *age_years, 0, AGE_YEARS);
        facts.set(Fact::AgeYears, age.map(|it| Value::thousandths(i64::from(it))));
        let types = v1::Phototype::Vi as usize;
        if self.place(path.field("phototype"), *phototype, types).is_some() {
            facts.set(Fact::Fitzpatrick, Some(Value::thousandths(i64::from(*phototype))));
        }
        for (fact, field, number) in [
            (Fact::Pregnancy, "pregnancy", *pregnancy),
            (Fact::ActiveAcne, "active_acne", *active_acne),
            (Fact::KeloidHistory, "keloid_history", *keloid_history),
            (Fact::InfectionInField, "infection_in_field", *infection_in_field),
            (Fact::AcneKind, "acne_kind", *acne_kind),
            (Fact::BddScreen, "bdd_screen", *bdd_screen),
            (Fact::Diabetes, "diabetes", *diabetes),
            (Fact::Immunosuppression, "immunosuppression", *immunosuppression),
            (Fact::LichenPlanus, "lichen_planus", *lichen_planus),
            (Fact::PhotosensitiveDisease, "photosensitive_disease", *photosensitive_disease),
            (Fact::Psoriasis, "psoriasis", *psoriasis),
            (Fact::Vitiligo, "vitiligo", *vitiligo),
        ] {
            self.word(facts, fact, path.field(field), number);
        }
        for (fact, answer) in [
            (Fact::Lactating, lactating),
            (Fact::HsvHistory, herpes_simplex_history),
            (Fact::CanAvoidSun, can_avoid_sun),
            (Fact::CanFollowAftercare, can_follow_aftercare),
        ] {
            facts.set(fact, answer.map(Value::YesNo));
        }
        if let Some(isotretinoin) = isotretinoin {
            self.isotretinoin(path, isotretinoin, start, facts);
        }
        for (fact, field, date) in [
            (Fact::DaysSinceTopicalRetinoid, "topical_retinoid_last_used", topical_retinoid_last_used),
            (Fact::DaysSinceAcneQuiet, "acne_quiet_since", acne_quiet_since),
            (Fact::DaysSinceNsaid, "nsaid_last_taken", nsaid_last_taken),
            (Fact::DaysSincePriming, "priming_since", priming_since),
            (Fact::DaysSinceFacialSurgery, "facial_surgery", facial_surgery),
            (Fact::DaysSinceImmuneTrigger, "immune_trigger", immune_trigger),
            (Fact::DaysSinceSmokeFree, "smoke_free_since", smoke_free_since),
            (Fact::DaysSinceSystemicSteroid, "systemic_steroid_last_taken", systemic_steroid_last_taken),
            (Fact::DaysSinceVitiligoStable, "vitiligo_stable_since", vitiligo_stable_since),
        ] {
            facts.set(fact, self.event(path.field(field), date.as_ref(), start));
        }
        let since = self.beginning(path.field("hydroquinone_since"), hydroquinone_since.as_ref(), start);
        facts.set(Fact::DaysSinceHydroquinoneStarted, since);
        for (fact, field, numbers, none) in [
            (Fact::Ctd, "connective_tissue_diseases", connective_tissue_diseases, "CONNECTIVE_TISSUE_DISEASE_NONE"),
            (Fact::Malignancy, "malignancies", malignancies, "MALIGNANCY_NONE"),
            (Fact::Photosensitiser, "photosensitisers", photosensitisers, "PHOTOSENSITISER_NONE"),
        ] {
            self.list(path, field, numbers, none, fact, facts);
        }
        let goals_known = self.words(Fact::Goals, path, "goals", goals);
        facts.set(Fact::Goals, (!goals.is_empty()).then_some(Value::Words(goals_known)));
        self.only_with(path, patient);
        self.antithrombotics(path, *antithrombotic, further_antithrombotics, facts);
        let inr = self.number(path.field("inr"), *inr, INR.0, INR.1);
        facts.set(Fact::Inr, inr.map(Value::Number));
        let hba1c = self.number(path.field("hba1c_percent"), *hba1c_percent, HBA1C.0, HBA1C.1);
        facts.set(Fact::Hba1c, hba1c.map(Value::Number));
        let weight = self.number(path.field("weight_kg"), *weight_kg, WEIGHT_KG.0, WEIGHT_KG.1);
        facts.set(Fact::WeightKg, weight.map(Value::Number));
        let platelets = self.number(path.field("platelets"), *platelets, PLATELETS.0, PLATELETS.1);
        facts.set(Fact::Platelets, platelets.map(Value::Number));
        let hemoglobin = self.number(path.field("hemoglobin_g_dl"), *hemoglobin_g_dl, HEMOGLOBIN.0, HEMOGLOBIN.1);
        facts.set(Fact::HemoglobinGDl, hemoglobin.map(Value::Number));
        if let Some(v1::Allergies { recorded, substances }) = allergies {
            self.recorded(path.field("allergies"), "substances", *recorded, substances, Fact::Allergies, facts);
        }
        if let Some(v1::ImplantedDevices { recorded, devices }) = implanted_devices {
            let path = path.field("implanted_devices");
            self.recorded(path, "devices", *recorded, devices, Fact::ImplantedDevice, facts);
        }
        self.conditions(path, conditions, absent_conditions, facts);
        self.skin_tone(path.field("skin_tone"), skin_tone.as_ref(), facts)
    }

    /// Answers that make no sense without another one.
    fn only_with(&mut self, path: Path<'_>, patient: &v1::Patient) {
        let quiet = patient.active_acne == v1::ActiveAcne::None as i32;
        if quiet && patient.acne_kind != 0 {
            let message = "only goes with active acne; leave it out with ACTIVE_ACNE_NONE";
            self.wrong(path.field("acne_kind"), message);
        }
        if !quiet && patient.active_acne != 0 && patient.acne_quiet_since.is_some() {
            let message = "contradicts active_acne; send ACTIVE_ACNE_NONE or leave the date out";
            self.wrong(path.field("acne_quiet_since"), message);
        }
        if patient.vitiligo_stable_since.is_some() && patient.vitiligo != v1::Vitiligo::Stable as i32 {
            let message = "only goes with VITILIGO_STABLE; set that or leave the date out";
            self.wrong(path.field("vitiligo_stable_since"), message);
        }
        let smokes = patient.conditions.contains(&i32::from(v1::Condition::Smoker));
        if patient.smoke_free_since.is_some() && !smokes {
            let message =
                "only goes with CONDITION_SMOKER, also while there is a pause; set that or leave the date out";
            self.wrong(path.field("smoke_free_since"), message);
        }
    }

    /// A list in which one entry says that there is none.
    fn list(&mut self, path: Path<'_>, field: &str, numbers: &[i32], none: &str, fact: Fact, facts: &mut Facts) {
        let words = self.words(fact, path, field, numbers);
        if numbers.len() > 1 && words & NONE != 0 {
            self.wrong(path.field(field), format_args!("holds {none} beside others; send one or the other"));
        }
        if !numbers.is_empty() {
            facts.set(fact, Some(Value::Words(words)));
        }
    }

    fn isotretinoin(&mut self, path: Path<'_>, used: &v1::IsotretinoinUse, start: Option<Date>, facts: &mut Facts) {
        let v1::IsotretinoinUse { status, last_taken } = used;
        let path = path.field("isotretinoin");
        self.word(facts, Fact::Isotretinoin, path.field("status"), *status);
        if last_taken.is_some() && *status != v1::Isotretinoin::Stopped as i32 {
            let message = "only goes with status ISOTRETINOIN_STOPPED; set that status or leave the date out";
            self.wrong(path.field("last_taken"), message);
        }
        let day = self.event(path.field("last_taken"), last_taken.as_ref(), start);
        facts.set(Fact::DaysSinceIsotretinoin, day);
    }

    fn antithrombotics(&mut self, path: Path<'_>, strongest: i32, further: &[i32], facts: &mut Facts) {
        let first = self.word(facts, Fact::Antithrombotic, path.field("antithrombotic"), strongest);
        let more = self.words(Fact::Antithrombotic, path, "further_antithrombotics", further);
        if !further.is_empty() && (first.is_none() || strongest == v1::Antithrombotic::None as i32) {
            let message = "names drugs although antithrombotic does not; name the strongest there";
            self.wrong(path.field("further_antithrombotics"), message);
        }
        if more & NONE != 0 {
            let message = "cannot hold ANTITHROMBOTIC_NONE; leave the list empty when there are no others";
            self.wrong(path.field("further_antithrombotics"), message);
        }
        if let Some(Value::Words(known)) = facts.get(Fact::Antithrombotic) {
            facts.set(Fact::Antithrombotic, Some(Value::Words(known | more)));
        }
    }

    /// A list that says whether it was taken: recorded and empty is a "none".
    fn recorded(
        &mut self,
        path: Path<'_>,
        field: &str,
        recorded: bool,
        entries: &[i32],
        fact: Fact,
        facts: &mut Facts,
    ) {
        let words = self.words(fact, path, field, entries);
        if recorded {
            facts.set(fact, Some(Value::Words(words)));
        } else if !entries.is_empty() {
            self.wrong(path.field("recorded"), "must be true when the list holds entries");
        }
    }

    fn conditions(&mut self, path: Path<'_>, present: &[i32], absent: &[i32], facts: &mut Facts) {
        for (field, listed, answer) in [("conditions", present, true), ("absent_conditions", absent, false)] {
            let path = path.field(field);
            for (at, condition) in self.entries(path, listed, WORDS).iter().enumerate() {
                let place = self.listed(path.entry(at), *condition, CONDITIONS.len());
                let Some(fact) = place.and_then(|it| CONDITIONS.get(it)) else { continue };
                if !answer && facts.get(*fact) == Some(Value::YesNo(true)) {
                    self.wrong(path.entry(at), "also stands in conditions; a condition is present or absent");
                    continue;
                }
                facts.set(*fact, Some(Value::YesNo(answer)));
            }
        }
    }

    fn clinic(&mut self, clinic: &v1::Clinic, wishes: &mut Wishes, facts: &mut Facts) {
        let v1::Clinic {
            available_procedures,
            mnrf_needle_material,
            guardian_consent,
            setting,
            cardiac_monitoring,
            operating_theatre,
            mnrf_needles_insulated,
            max_procedures_per_visit,
            supervised_procedures,
        } = clinic;
        let path = Path::root("clinic");
        let available = self.procedures(path, "available_procedures", available_procedures);
        wishes.available = (!available_procedures.is_empty()).then_some(available);
        let most = path.field("max_procedures_per_visit");
        wishes.procedures_per_visit = self.whole(most, *max_procedures_per_visit, 1, PROCEDURES_PER_VISIT);
        wishes.supervised = self.procedures(path, "supervised_procedures", supervised_procedures);
        self.word(facts, Fact::MnrfNeedleMaterial, path.field("mnrf_needle_material"), *mnrf_needle_material);
        self.word(facts, Fact::Setting, path.field("setting"), *setting);
        for (fact, answer) in [
            (Fact::GuardianConsent, guardian_consent),
            (Fact::CardiacMonitoring, cardiac_monitoring),
            (Fact::OperatingTheatre, operating_theatre),
            (Fact::MnrfNeedlesInsulated, mnrf_needles_insulated),
        ] {
            facts.set(fact, answer.map(Value::YesNo));
        }
    }

    pub(super) fn procedures(&mut self, path: Path<'_>, field: &str, ids: &[String]) -> ProcedureSet {
        let (path, mut all) = (path.field(field), ProcedureSet::default());
        for (at, id) in self.entries(path, ids, ENTRIES).iter().enumerate() {
            self.procedure(path.entry(at), id).into_iter().for_each(|id| all.insert(id));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use strum::VariantArray as _;

    use super::{Fact, v1};
    use crate::domain::{Complication, FactKind};

    /// Name of the `number`-th value of an enum; `None` past its end.
    type Name = fn(i32) -> Option<&'static str>;

    macro_rules! name {
        ($wire:ident) => {
            |number| v1::$wire::try_from(number).ok().map(|it| it.as_str_name())
        };
    }

    /// The readers count on it: the n-th value on the wire is the n-th word of the fact.
    #[test]
    fn words_are_in_the_order_of_the_wire() {
        let facts: [(Fact, Name); 41] = [
            (Fact::Pregnancy, name!(Pregnancy)),
            (Fact::Isotretinoin, name!(Isotretinoin)),
            (Fact::ActiveAcne, name!(ActiveAcne)),
            (Fact::KeloidHistory, name!(KeloidHistory)),
            (Fact::Antithrombotic, name!(Antithrombotic)),
            (Fact::Allergies, name!(Allergen)),
            (Fact::ImplantedDevice, name!(ImplantedDevice)),
            (Fact::PreviousComplication, name!(Complication)),
            (Fact::MnrfNeedleMaterial, name!(NeedleMaterial)),
            (Fact::Site, name!(Site)),
            (Fact::InfectionInField, name!(Infection)),
            (Fact::PihOrigin, name!(PihOrigin)),
            (Fact::Activity, name!(Activity)),
            (Fact::Relief, name!(Relief)),
            (Fact::RaisedForm, name!(RaisedForm)),
            (Fact::DepthMethod, name!(DepthMethod)),
            (Fact::Profile, name!(Profile)),
            (Fact::Edge, name!(Edge)),
            (Fact::Stretch, name!(Stretch)),
            (Fact::Color, name!(ScarColor)),
            (Fact::Shape, name!(ScarShape)),
            (Fact::Base, name!(ScarBase)),
            (Fact::Cause, name!(ScarCause)),
            (Fact::DeclaredType, name!(ScarType)),
            (Fact::DeclaredDepthClass, name!(DepthClass)),
            (Fact::Confidence, name!(Confidence)),
            (Fact::AcneKind, name!(AcneKind)),
            (Fact::BddScreen, name!(BddScreen)),
            (Fact::Ctd, name!(ConnectiveTissueDisease)),
            (Fact::Diabetes, name!(Diabetes)),
            (Fact::Immunosuppression, name!(Immunosuppression)),
            (Fact::LichenPlanus, name!(LichenPlanus)),
            (Fact::Malignancy, name!(Malignancy)),
            (Fact::Photosensitiser, name!(Photosensitiser)),
            (Fact::PhotosensitiveDisease, name!(PhotosensitiveDisease)),
            (Fact::Psoriasis, name!(Psoriasis)),
            (Fact::Vitiligo, name!(Vitiligo)),
            (Fact::Goals, name!(Goal)),
            (Fact::Budget, name!(Budget)),
            (Fact::Setting, name!(ClinicSetting)),
            (Fact::FieldExtent, name!(FieldExtent)),
        ];
        for (fact, name) in facts {
            let FactKind::Words(words) = fact.kind() else { panic!("{fact:?} has no words") };
            for (number, word) in (1..).zip(words) {
                let wire = name(number).unwrap_or_else(|| panic!("{fact:?} has no value {number}"));
                assert!(wire.ends_with(&format!("_{}", word.to_uppercase())), "{fact:?}: {wire} is not {word}");
            }
            let end = i32::try_from(words.len()).unwrap() + 1;
            assert_eq!(name(end), None, "{fact:?} has values without a word");
        }
        assert_eq!(Complication::VARIANTS.len(), 6);
        for (number, fact) in (1..).zip(super::CONDITIONS) {
            let wire = v1::Condition::try_from(number).unwrap().as_str_name();
            assert_eq!(wire, format!("CONDITION_{}", fact.name().to_uppercase()));
        }
        let end = i32::try_from(super::CONDITIONS.len()).unwrap() + 1;
        assert!(v1::Condition::try_from(end).is_err(), "a condition has no fact");
    }
}
