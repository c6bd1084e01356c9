//! A person as the second opinion sees one, and the request that says the same.

use cicatrix::wire::{
    Date,
    v1::{self, Site},
};

use super::facts::{Facts, Value, number, word, words, yes};

/// Day 0 of every case.
pub const START: Date = Date { year: 2026, month: 12, day: 1 };

/// What a group of scars is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// V, 1.2 mm.
    IcePick,
    /// Named by the clinician, nothing measured.
    Boxcar,
    /// U, 2.5 mm, 0.3 mm deep.
    BoxcarShallow,
    /// U, 1.8 mm, deep by eye.
    DeepNarrow,
    /// U, 2.5 mm, deep by eye.
    DeepMiddle,
    /// U, 3.5 mm, deep by eye, sound base.
    DeepWide,
    /// U, 3.5 mm, deep by eye, scarred base.
    DeepWideScarred,
    /// M, 6 mm, held down.
    Rolling,
    /// Named an ice pick, and shaped like a rolling scar. No second planner knows what to do with it.
    Doubtful,
    Hypertrophic,
    Keloid,
    /// Flat and red.
    RedMark,
    /// Flat and brown.
    BrownMark,
    /// Flat and white.
    WhiteMark,
    /// A spot that may be cancer.
    Suspicious,
    /// A spot of acne and no scar.
    Inflamed,
}

impl Kind {
    /// Is it what the service plans for?
    pub fn is_sunken(self) -> bool {
        let flat = matches!(self, Self::RedMark | Self::BrownMark | Self::WhiteMark);
        !flat && !matches!(self, Self::Hypertrophic | Self::Keloid | Self::Suspicious | Self::Inflamed)
    }
}

/// A group of like scars at one site.
#[derive(Debug, Clone)]
pub struct Group {
    pub id: &'static str,
    pub kind: Kind,
    pub site: Site,
    pub count: i32,
}

/// A session that was done before.
#[derive(Debug, Clone)]
pub struct Past {
    pub procedure: &'static str,
    pub days_ago: i32,
    pub tca_percent: Option<f64>,
}

#[derive(Debug, Clone)]
pub struct Person {
    pub facts: Facts,
    /// Field facts that differ at single sites.
    pub elsewhere: Vec<(Site, Facts)>,
    /// Do the brown marks come from mild acne?
    pub acne_marks: Option<bool>,
    pub primed_days: Option<i32>,
    pub groups: Vec<Group>,
    pub grade: Option<i32>,
    pub history: Vec<Past>,
    /// Is there an operating theatre? The vocabulary of the rules does not ask.
    pub theatre: Option<bool>,
}

impl Person {
    /// What holds at the site of a group.
    pub fn facts_at(&self, group: &Group) -> Facts {
        let mut facts = self.facts.clone();
        for (_, own) in self.elsewhere.iter().filter(|(site, _)| *site == group.site) {
            facts.extend(own.clone());
        }
        facts.insert("site".to_owned(), Value::Words(site_words(group.site)));
        let types = scar_types(group.kind).iter().map(|it| (*it).to_owned()).collect();
        facts.insert("scar_types".to_owned(), Value::Words(types));
        facts
    }
}

fn site_words(site: Site) -> Vec<String> {
    let name = site.as_str_name().trim_start_matches("SITE_").to_lowercase();
    match name.as_str() {
        "upper_cheek" | "lower_cheek" => vec!["cheek".to_owned()],
        // Forehead, nose and chin together.
        // "Chest, back, shoulder: no full-field wounding; laser, acid, subcision and punch with clearance": the rules say
        // chest and back.
        "shoulder" => ["shoulder", "back"].map(str::to_owned).to_vec(),
        // The lip belongs to the skin around the mouth, where herpes sits.
        "lip" => ["lip", "perioral"].map(str::to_owned).to_vec(),
        "t_zone" => ["forehead", "nose", "chin"].map(str::to_owned).to_vec(),
        _ => vec![name],
    }
}

fn scar_types(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::IcePick | Kind::Doubtful => &["ice_pick"],
        Kind::DeepNarrow => &["boxcar_narrow"],
        Kind::Boxcar | Kind::BoxcarShallow | Kind::DeepMiddle => &["boxcar"],
        Kind::DeepWide | Kind::DeepWideScarred => &["boxcar_broad"],
        Kind::Rolling => &["rolling"],
        Kind::Hypertrophic => &["hypertrophic"],
        Kind::Keloid => &["keloid"],
        Kind::RedMark | Kind::BrownMark | Kind::WhiteMark | Kind::Suspicious | Kind::Inflamed => &[],
    }
}

fn scar(group: &Group) -> v1::Scar {
    let mut scar =
        v1::Scar { id: group.id.to_owned(), site: group.site.into(), count: Some(group.count), ..v1::Scar::default() };
    let depressed = |scar: &mut v1::Scar, profile: v1::Profile, edge: v1::Edge, stretch: v1::Stretch, width: f64| {
        scar.relief = v1::Relief::Depressed.into();
        scar.profile = profile.into();
        scar.edge = edge.into();
        scar.stretch = stretch.into();
        scar.opening_width_mm = Some(width);
    };
    let flat = |scar: &mut v1::Scar, color: v1::ScarColor| {
        scar.relief = v1::Relief::Flat.into();
        scar.color = color.into();
    };
    let boxcar = |scar: &mut v1::Scar, width: f64| {
        depressed(scar, v1::Profile::U, v1::Edge::Sharp, v1::Stretch::NoChange, width);
    };
    let deep = |scar: &mut v1::Scar, width: f64, base: v1::ScarBase| {
        boxcar(scar, width);
        scar.declared_depth_class = v1::DepthClass::Deep.into();
        scar.base = base.into();
    };
    match group.kind {
        Kind::IcePick => depressed(&mut scar, v1::Profile::V, v1::Edge::Sharp, v1::Stretch::NoChange, 1.2),
        Kind::Boxcar => scar.declared_type = v1::ScarType::Boxcar.into(),
        Kind::BoxcarShallow => {
            boxcar(&mut scar, 2.5);
            scar.depth_mm = Some(0.3);
            scar.depth_method = v1::DepthMethod::Ultrasound.into();
        }
        Kind::DeepNarrow => deep(&mut scar, 1.8, v1::ScarBase::Sound),
        Kind::DeepMiddle => deep(&mut scar, 2.5, v1::ScarBase::Sound),
        Kind::DeepWide => deep(&mut scar, 3.5, v1::ScarBase::Sound),
        Kind::DeepWideScarred => deep(&mut scar, 3.5, v1::ScarBase::Scarred),
        Kind::Rolling => depressed(&mut scar, v1::Profile::M, v1::Edge::Sloping, v1::Stretch::CentralTether, 6.0),
        Kind::Doubtful => {
            depressed(&mut scar, v1::Profile::M, v1::Edge::Sloping, v1::Stretch::CentralTether, 1.2);
            scar.declared_type = v1::ScarType::IcePick.into();
        }
        Kind::Hypertrophic | Kind::Keloid => {
            scar.relief = v1::Relief::Raised.into();
            scar.raised_form = v1::RaisedForm::NodulePlaque.into();
            scar.extends_beyond_wound = Some(group.kind == Kind::Keloid);
        }
        Kind::RedMark => flat(&mut scar, v1::ScarColor::Red),
        Kind::BrownMark => flat(&mut scar, v1::ScarColor::Brown),
        Kind::WhiteMark => flat(&mut scar, v1::ScarColor::White),
        Kind::Suspicious => scar.activity = v1::Activity::Suspicious.into(),
        Kind::Inflamed => scar.activity = v1::Activity::Inflamed.into(),
    }
    if matches!(group.kind, Kind::DeepNarrow) {
        scar.base_width_mm = Some(1.6);
    }
    scar
}

/// The date some days before day 0.
pub fn ago(days: i32) -> Date {
    // Counted from 1 March of year 0, so that a leap day ends its year.
    let (year, month) = if START.month > 2 { (START.year, START.month) } else { (START.year - 1, START.month + 12) };
    let count = 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + START.day - 1 - days;
    let mut year = count / 365 + 1;
    let first = |year: i32| 365 * year + year / 4 - year / 100 + year / 400;
    while first(year) > count {
        year -= 1;
    }
    let day = count - first(year);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    if month < 10 { Date { year, month: month + 3, day } } else { Date { year: year + 1, month: month - 9, day } }
}

/// The day of an event that a fact dates.
fn event(facts: &Facts, fact: &str) -> Option<Date> {
    #[allow(clippy::cast_possible_truncation, reason = "whole days")]
    number(facts, fact).map(|it| ago(it as i32))
}

/// The number of an enum value by the vocabulary's word for it.
fn named<E>(prefix: &str, word: Option<&str>, read: impl Fn(&str) -> Option<E>) -> i32
where
    E: Into<i32>,
{
    let Some(word) = word else { return 0 };
    let name = format!("{prefix}_{}", word.to_uppercase());
    read(&name).unwrap_or_else(|| panic!("{name} is no value of the request")).into()
}

fn several<E: Into<i32>>(prefix: &str, words: Option<&[String]>, read: impl Fn(&str) -> Option<E> + Copy) -> Vec<i32> {
    words.unwrap_or_default().iter().map(|it| named(prefix, Some(it), read)).collect()
}

fn without_none(words: Option<&[String]>) -> Option<Vec<String>> {
    words.map(|all| all.iter().filter(|it| *it != "none").cloned().collect())
}

/// The conditions of the request, by the vocabulary's names.
const CONDITIONS: [&str; 20] = [
    "sepsis",
    "febrile_illness",
    "bleeding_disorder",
    "gold_therapy_ever",
    "renal_disease",
    "pih_history",
    "bleeding_supplements",
    "blood_borne_virus",
    "cardiac_disease",
    "hepatic_disease",
    "chemo_current",
    "endocrine_uncontrolled",
    "hemodynamic_instability",
    "methemoglobinemia_risk",
    "ochronosis",
    "photosensitive_epilepsy",
    "silver_exposure",
    "skin_picking",
    "smoker",
    "unrealistic_expectations",
];

fn patient(person: &Person) -> v1::Patient {
    let facts = &person.facts;
    let conditions = |answer: bool| -> Vec<i32> {
        let all = CONDITIONS.iter().filter(|it| yes(facts, it) == Some(answer));
        all.map(|it| named("CONDITION", Some(it), v1::Condition::from_str_name)).collect()
    };
    let status = named("ISOTRETINOIN", word(facts, "isotretinoin"), v1::Isotretinoin::from_str_name);
    let pregnancy = match word(facts, "pregnancy") {
        Some("yes") => v1::Pregnancy::Pregnant.into(),
        Some("no") => v1::Pregnancy::NotPregnant.into(),
        other => named("PREGNANCY", other, v1::Pregnancy::from_str_name),
    };
    #[allow(clippy::cast_possible_truncation, reason = "small whole numbers")]
    let whole = |fact: &str| number(facts, fact).map(|it| it as i32);
    let drugs = several("ANTITHROMBOTIC", words(facts, "antithrombotic"), v1::Antithrombotic::from_str_name);
    let allergies = words(facts, "allergies");
    let devices = without_none(words(facts, "implanted_device"));
    v1::Patient {
        age_years: whole("age_years"),
        phototype: whole("fitzpatrick").unwrap_or_default(),
        pregnancy,
        lactating: yes(facts, "lactating"),
        isotretinoin: (status != 0)
            .then(|| v1::IsotretinoinUse { status, last_taken: event(facts, "isotretinoin_months_since") }),
        topical_retinoid_last_used: event(facts, "topical_retinoid_days_since"),
        active_acne: named("ACTIVE_ACNE", word(facts, "active_acne"), v1::ActiveAcne::from_str_name),
        acne_quiet_since: event(facts, "acne_quiet_months"),
        keloid_history: named("KELOID_HISTORY", word(facts, "keloid_history"), v1::KeloidHistory::from_str_name),
        antithrombotic: drugs.first().copied().unwrap_or_default(),
        further_antithrombotics: drugs.iter().skip(1).copied().collect(),
        inr: number(facts, "inr"),
        platelets: number(facts, "platelets"),
        hemoglobin_g_dl: number(facts, "hemoglobin_g_dl"),
        nsaid_last_taken: event(facts, "nsaid_days_since"),
        herpes_simplex_history: yes(facts, "hsv_history"),
        allergies: allergies.map(|_| v1::Allergies {
            recorded: true,
            substances: several("ALLERGEN", allergies, v1::Allergen::from_str_name),
        }),
        implanted_devices: devices.map(|devices| v1::ImplantedDevices {
            recorded: true,
            devices: several("IMPLANTED_DEVICE", Some(&devices), v1::ImplantedDevice::from_str_name),
        }),
        conditions: conditions(true),
        absent_conditions: conditions(false),
        can_avoid_sun: yes(facts, "can_avoid_sun"),
        priming_since: person.primed_days.map(ago),
        bdd_screen: named("BDD_SCREEN", word(facts, "bdd_screen"), v1::BddScreen::from_str_name),
        can_follow_aftercare: yes(facts, "can_follow_aftercare"),
        connective_tissue_diseases: several(
            "CONNECTIVE_TISSUE_DISEASE",
            words(facts, "ctd"),
            v1::ConnectiveTissueDisease::from_str_name,
        ),
        diabetes: named("DIABETES", word(facts, "diabetes"), v1::Diabetes::from_str_name),
        hba1c_percent: number(facts, "hba1c"),
        facial_surgery: event(facts, "facial_surgery_months"),
        hydroquinone_since: event(facts, "hydroquinone_months"),
        immune_trigger: event(facts, "immune_trigger_weeks"),
        immunosuppression: named(
            "IMMUNOSUPPRESSION",
            word(facts, "immunosuppression"),
            v1::Immunosuppression::from_str_name,
        ),
        lichen_planus: named("LICHEN_PLANUS", word(facts, "lichen_planus"), v1::LichenPlanus::from_str_name),
        malignancies: several("MALIGNANCY", words(facts, "malignancy"), v1::Malignancy::from_str_name),
        photosensitisers: several(
            "PHOTOSENSITISER",
            words(facts, "photosensitiser"),
            v1::Photosensitiser::from_str_name,
        ),
        photosensitive_disease: named(
            "PHOTOSENSITIVE_DISEASE",
            word(facts, "photosensitive_disease"),
            v1::PhotosensitiveDisease::from_str_name,
        ),
        psoriasis: named("PSORIASIS", word(facts, "psoriasis"), v1::Psoriasis::from_str_name),
        systemic_steroid_last_taken: event(facts, "systemic_steroid_weeks"),
        vitiligo: named("VITILIGO", word(facts, "vitiligo"), v1::Vitiligo::from_str_name),
        vitiligo_stable_since: event(facts, "vitiligo_stable_months"),
        ..v1::Patient::default()
    }
}

fn field(person: &Person, group: &Group) -> v1::SkinField {
    let facts = &person.facts_at(group);
    let origin = match (yes(facts, "pih_active_in_field"), person.acne_marks) {
        (Some(true), Some(true)) => v1::PihOrigin::AcneMarks.into(),
        (Some(true), Some(false)) => v1::PihOrigin::Procedure.into(),
        _ => 0,
    };
    v1::SkinField {
        sites: vec![group.site.into()],
        infections: several("INFECTION", words(facts, "infection_in_field"), v1::Infection::from_str_name),
        infection_resolved: event(facts, "infection_resolved_days"),
        pustules: yes(facts, "pustules_in_field"),
        pih_active: yes(facts, "pih_active_in_field"),
        pih_origin: origin,
        metal: yes(facts, "metal_in_field"),
        last_tan: event(facts, "tan_days_since"),
        sunburn: yes(facts, "sunburn"),
        last_botulinum: event(facts, "botulinum_days"),
        dermatitis: yes(facts, "dermatitis_in_field"),
        distensible: yes(facts, "distensible"),
        extent: named("FIELD_EXTENT", word(facts, "field_extent"), v1::FieldExtent::from_str_name),
        last_filler: event(facts, "filler_in_field_weeks"),
        permanent_filler: yes(facts, "permanent_filler_in_field"),
        lid_laxity: yes(facts, "lid_laxity"),
        melasma: yes(facts, "melasma"),
        radiotherapy: yes(facts, "radiotherapy_field"),
        scars_formed: event(facts, "scar_age_months"),
        last_steroid: event(facts, "site_steroid_weeks"),
        tattoo: yes(facts, "tattoo_in_field"),
    }
}

/// The vocabulary knows what was done before by these facts; the request by past sessions.
const SESSIONS: [(&str, &str); 4] = [
    ("afl_weeks", "ablative-fractional-laser"),
    ("punch_weeks", "punch-excision"),
    ("nonablative_weeks", "mnrf"),
    ("deep_resurfacing_weeks", "dermabrasion-rotary"),
];

fn history(person: &Person) -> Vec<v1::PastSession> {
    let session = |procedure: &str, date| v1::PastSession {
        procedure: procedure.to_owned(),
        date: Some(date),
        ..v1::PastSession::default()
    };
    let dated = SESSIONS.iter().filter_map(|(fact, it)| Some(session(it, event(&person.facts, fact)?)));
    let told = person
        .history
        .iter()
        .map(|it| v1::PastSession { tca_percent: it.tca_percent, ..session(it.procedure, ago(it.days_ago)) });
    let complication = word(&person.facts, "previous_complication").filter(|it| *it != "none");
    let complicated = complication.map(|it| v1::PastSession {
        complications: vec![named("COMPLICATION", Some(it), v1::Complication::from_str_name)],
        // What the rules say of a raised scar they say of one that has settled; while it has not, its skin waits.
        complications_resolved: (it == "hypertrophic_scar").then(|| ago(20)),
        // Long ago, so that spacing plays no part.
        ..session("microneedling", ago(700))
    });
    dated.chain(told).chain(complicated).collect()
}

/// The request that says what is known of the person.
pub fn request(person: &Person) -> v1::GenerateProtocolRequest {
    let facts = &person.facts;
    let mut sites: Vec<Site> = Vec::new();
    let mut fields = Vec::new();
    for group in &person.groups {
        if !sites.contains(&group.site) {
            sites.push(group.site);
            fields.push(field(person, group));
        }
    }
    v1::GenerateProtocolRequest {
        start_date: Some(START),
        patient: Some(patient(person)),
        scars: person.groups.iter().map(scar).collect(),
        appearance: person
            .grade
            .map(|grade| v1::Appearance { declared_grade: Some(grade), ..v1::Appearance::default() }),
        fields,
        clinic: Some(v1::Clinic {
            mnrf_needle_material: named(
                "NEEDLE_MATERIAL",
                word(facts, "mnrf_needle_material"),
                v1::NeedleMaterial::from_str_name,
            ),
            guardian_consent: yes(facts, "guardian_consent"),
            setting: named("CLINIC_SETTING", word(facts, "setting"), v1::ClinicSetting::from_str_name),
            cardiac_monitoring: yes(facts, "cardiac_monitoring"),
            operating_theatre: person.theatre,
            ..v1::Clinic::default()
        }),
        history: history(person),
        ..v1::GenerateProtocolRequest::default()
    }
}
