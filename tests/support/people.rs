//! People with scars: a healthy baseline, and every value that a safety rule tells apart.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(clippy::wildcard_enum_match_arm, reason = "most facts are alike here")]

use std::sync::OnceLock;

use cicatrix::{
    domain::{Area, Case, Date, Fact, Facts, Field, Findings, Horizon, ScaleInputs, Scar, Site, Value, View, Wishes},
    knowledge::Knowledge,
    release,
};

/// The shipped knowledge, loaded once.
pub fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| Knowledge::parse(&release::embedded()).unwrap_or_else(|it| panic!("\n{it}")))
}

pub fn word(fact: Fact, word: &str) -> (Fact, Option<Value>) {
    (fact, Some(Value::Words(fact.word(word).unwrap_or_else(|| panic!("{word} is no word of {fact:?}")))))
}

pub fn yes(fact: Fact) -> (Fact, Option<Value>) {
    (fact, Some(Value::YesNo(true)))
}

pub fn no(fact: Fact) -> (Fact, Option<Value>) {
    (fact, Some(Value::YesNo(false)))
}

pub fn number(fact: Fact, thousandths: i64) -> (Fact, Option<Value>) {
    (fact, Some(Value::Number(thousandths)))
}

pub fn days_ago(fact: Fact, days: i32) -> (Fact, Option<Value>) {
    (fact, Some(Value::Since(-days)))
}

pub fn facts(list: &[(Fact, Option<Value>)]) -> Facts {
    let mut facts = Facts::default();
    for (fact, value) in list {
        facts.set(*fact, *value);
    }
    facts
}

/// A healthy adult of whom everything was asked.
pub fn healthy(phototype: Option<i64>) -> Facts {
    facts(&[
        number(Fact::AgeYears, 27_000),
        (Fact::Fitzpatrick, phototype.map(|it| Value::Number(it * 1000))),
        number(Fact::PlanningPhototype, phototype.unwrap_or(6) * 1000),
        word(Fact::Pregnancy, "not_applicable"),
        no(Fact::Lactating),
        word(Fact::Isotretinoin, "never"),
        word(Fact::ActiveAcne, "none"),
        days_ago(Fact::DaysSinceAcneQuiet, 400),
        word(Fact::KeloidHistory, "none"),
        word(Fact::Antithrombotic, "none"),
        word(Fact::InfectionInField, "none"),
        no(Fact::HsvHistory),
        (Fact::Allergies, Some(Value::Words(0))),
        (Fact::ImplantedDevice, Some(Value::Words(0))),
    ])
}

/// One group of scars.
pub fn scar(id: &str, site: Site, count: i32, features: &[(Fact, Option<Value>)]) -> Scar {
    let mut facts = facts(features);
    facts.set(Fact::ScarCount, Some(Value::Number(i64::from(count) * 1000)));
    Scar { id: id.to_owned(), area: Area { site, laterality: None }, count: Some(count), area_cm2: None, facts }
}

pub fn case(patient: Facts, scars: Vec<Scar>) -> Case {
    Case {
        start: Date::new(2026, 12, 1).unwrap_or_else(|| panic!("a date")),
        patient,
        fields: Vec::<Field>::new(),
        findings: Findings {
            scars,
            appearance: Facts::default(),
            declared_grade: None,
            scales: ScaleInputs::default(),
            skin_tone: None,
        },
        wishes: Wishes::default(),
        history: Vec::new(),
        view: View::Full,
        horizon: Horizon::All,
        include: Vec::new(),
    }
}

/// A named set of features.
pub type Features = (&'static str, Vec<(Fact, Option<Value>)>);

fn sharp(profile: &str, width: i64) -> Vec<(Fact, Option<Value>)> {
    vec![
        word(Fact::Relief, "depressed"),
        word(Fact::Profile, profile),
        word(Fact::Edge, "sharp"),
        word(Fact::Stretch, "no_change"),
        number(Fact::OpeningWidthMm, width),
    ]
}

fn deep(width: i64, base: Option<&str>) -> Vec<(Fact, Option<Value>)> {
    let mut features = sharp("u", width);
    features.push(word(Fact::DeclaredDepthClass, "deep"));
    features.extend(base.map(|base| word(Fact::Base, base)));
    features
}

/// Every kind of treatable scar that a pathway tells apart.
pub fn treatable() -> Vec<Features> {
    let mut shallow = sharp("u", 2_500);
    shallow.extend([number(Fact::DepthMm, 300), word(Fact::DepthMethod, "ultrasound")]);
    let rolling = vec![
        word(Fact::Relief, "depressed"),
        word(Fact::Profile, "m"),
        word(Fact::Edge, "sloping"),
        word(Fact::Stretch, "central_tether"),
        number(Fact::OpeningWidthMm, 6_000),
    ];
    let mut tethered = deep(3_500, Some("sound"));
    tethered.push(yes(Fact::Tethered));
    let mut shallow_tethered = shallow.clone();
    shallow_tethered.push(yes(Fact::Tethered));
    vec![
        ("ice pick", sharp("v", 1_200)),
        ("wide ice pick", sharp("v", 2_500)),
        ("ice pick of unknown width", vec![word(Fact::DeclaredType, "ice_pick")]),
        ("shallow boxcar", shallow),
        ("boxcar of unknown depth", sharp("u", 2_500)),
        ("narrow deep boxcar", deep(1_800, Some("sound"))),
        ("deep boxcar", deep(2_500, Some("sound"))),
        ("wide deep boxcar", deep(3_500, Some("sound"))),
        ("wide deep boxcar with a scarred base", deep(3_500, Some("scarred"))),
        ("wide deep boxcar with an unknown base", deep(3_500, None)),
        ("tethered deep boxcar", tethered),
        ("tethered shallow boxcar", shallow_tethered),
        ("rolling", rolling),
        ("red mark", vec![word(Fact::Relief, "flat"), word(Fact::Color, "red")]),
        ("brown mark", vec![word(Fact::Relief, "flat"), word(Fact::Color, "brown")]),
    ]
}

/// Every kind of scar that is not planned for.
pub fn untreatable() -> Vec<Features> {
    let declared = |name: &'static str| (name, vec![word(Fact::DeclaredType, name)]);
    vec![
        ("suspicious", vec![word(Fact::Activity, "suspicious")]),
        ("inflamed", vec![word(Fact::Activity, "inflamed")]),
        ("plugged", vec![word(Fact::Activity, "plug"), word(Fact::Relief, "depressed")]),
        ("tunnel", vec![yes(Fact::Tunnel)]),
        ("bridge", vec![word(Fact::Relief, "raised"), word(Fact::RaisedForm, "bridge")]),
        ("keloid", vec![word(Fact::Relief, "raised"), yes(Fact::ExtendsBeyondWound)]),
        ("hypertrophic", vec![word(Fact::Relief, "raised"), no(Fact::ExtendsBeyondWound)]),
        ("raised", vec![word(Fact::Relief, "raised")]),
        ("papular", vec![word(Fact::Relief, "raised"), word(Fact::RaisedForm, "papule")]),
        ("white mark", vec![word(Fact::Relief, "flat"), word(Fact::Color, "white")]),
        ("flat", vec![word(Fact::Relief, "flat"), word(Fact::Color, "normal")]),
        ("stellate", vec![word(Fact::Relief, "depressed"), word(Fact::Shape, "stellate")]),
        ("linear", vec![word(Fact::Relief, "depressed"), word(Fact::Shape, "linear")]),
        ("pore", vec![word(Fact::Profile, "v"), number(Fact::OpeningWidthMm, 300)]),
        ("unmeasured", vec![]),
        ("of a genetic cause", vec![word(Fact::Profile, "v"), word(Fact::Cause, "genetic_follicular")]),
        declared("perifollicular_elastolysis"),
    ]
}

/// One answer to one question, and whether it is what a healthy person answers.
#[derive(Debug, Clone)]
pub struct Answer {
    pub name: String,
    pub changes: Vec<(Fact, Option<Value>)>,
    pub healthy: bool,
}

/// Every value that a safety rule tells apart, each alone; the unasked question among them.
pub fn answers() -> Vec<Answer> {
    use strum::VariantArray as _;
    let baseline = healthy(Some(3));
    let mut answers = Vec::new();
    let mut add = |name: String, changes: Vec<(Fact, Option<Value>)>| {
        let healthy = changes.iter().all(|(fact, value)| *value == baseline.get(*fact));
        answers.push(Answer { name, changes, healthy });
    };
    for fact in Fact::VARIANTS.iter().copied().filter(|it| *it < Fact::Activity) {
        use cicatrix::domain::FactKind;
        match fact {
            Fact::Fitzpatrick | Fact::PlanningPhototype | Fact::Site => continue,
            Fact::RaisedInField | Fact::SuspiciousInField | Fact::KeloidPresent | Fact::HypertrophicPresent => continue,
            Fact::DaysSinceIsotretinoin | Fact::PihOrigin => continue,
            _ => {}
        }
        add(format!("{fact:?} not asked"), vec![(fact, None)]);
        match fact.kind() {
            FactKind::YesNo => {
                add(format!("{fact:?} yes"), vec![yes(fact)]);
                add(format!("{fact:?} no"), vec![no(fact)]);
            }
            FactKind::Words(words) => {
                for it in words {
                    add(format!("{fact:?} {it}"), vec![word(fact, it)]);
                }
            }
            FactKind::Number(_) => {
                let values: &[i64] = match fact {
                    Fact::AgeYears => &[8_000, 14_000, 17_000, 18_000, 21_000, 22_000, 60_000],
                    Fact::Inr => &[1_000, 3_500, 3_600],
                    Fact::Platelets => &[40_000, 50_000, 99_000, 100_000, 149_000, 150_000, 300_000],
                    Fact::HemoglobinGDl => &[9_500, 10_000, 14_000],
                    _ => &[],
                };
                for it in values {
                    add(format!("{fact:?} {it}"), vec![number(fact, *it)]);
                }
            }
            FactKind::Elapsed => {
                for days in [0, 1, 2, 3, 6, 7, 13, 14, 27, 28, 91, 92, 182, 183, 365, 366] {
                    add(format!("{fact:?} {days}"), vec![days_ago(fact, days)]);
                }
            }
        }
    }
    for days in [0, 30, 31, 182, 183, 365, 366] {
        add(
            format!("isotretinoin stopped {days} days ago"),
            vec![word(Fact::Isotretinoin, "stopped"), days_ago(Fact::DaysSinceIsotretinoin, days)],
        );
    }
    for origin in ["procedure", "acne_marks"] {
        add(format!("pih of {origin}"), vec![yes(Fact::PihActiveInField), word(Fact::PihOrigin, origin)]);
    }
    add("minor with consent".to_owned(), vec![number(Fact::AgeYears, 16_000), yes(Fact::GuardianConsent)]);
    add("warfarin in range".to_owned(), vec![word(Fact::Antithrombotic, "warfarin"), number(Fact::Inr, 2_500)]);
    add("warfarin out of range".to_owned(), vec![word(Fact::Antithrombotic, "warfarin"), number(Fact::Inr, 3_600)]);
    add(
        "gold allergy, gold needles".to_owned(),
        vec![word(Fact::Allergies, "gold"), word(Fact::MnrfNeedleMaterial, "gold")],
    );
    add(
        "gold allergy, steel needles".to_owned(),
        vec![word(Fact::Allergies, "gold"), word(Fact::MnrfNeedleMaterial, "stainless_steel")],
    );
    add("herpes and kidney disease".to_owned(), vec![yes(Fact::HsvHistory), yes(Fact::RenalDisease)]);
    add(
        "isotretinoin now, pregnancy possible".to_owned(),
        vec![word(Fact::Isotretinoin, "current"), word(Fact::Pregnancy, "not_pregnant")],
    );
    answers
}
