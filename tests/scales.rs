//! The published scales, the skin tones and the decision table, on every worked example there is.
//!
//! `data/scales.json` holds the examples of the sources as they were handed over; each test says where it reads one
//! otherwise than to the letter, and why.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/service.rs"]
mod support;

use cicatrix::wire::v1;
use serde_json::{Map, Value, json};
use support::{bare_scar, service};

/// The examples of one section, and their number, so that none is left out.
fn data(kind: &str, count: usize) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("data/scales.json")).unwrap();
    let cases = all[kind]["cases"].as_array().unwrap().clone();
    assert_eq!(cases.len(), count, "{kind}");
    cases
}

#[test]
fn every_section_has_its_test() {
    let all: Value = serde_json::from_str(include_str!("data/scales.json")).unwrap();
    let sections: Vec<&str> = all.as_object().unwrap().keys().map(String::as_str).collect();
    let mut tested = [
        "goodman_baron_quantitative",
        "goodman_baron_qualitative",
        "ecca",
        "scar_s",
        "vss_13",
        "posas2_one_scale",
        "dlqi",
        "ita",
        "melanin_index_india",
        "morphology_proposal",
    ];
    tested.sort_unstable();
    assert_eq!(sections, tested);
}

fn classify(request: v1::ClassifyScarsRequest) -> v1::ClassifyScarsResponse {
    service().classify_scars(request).unwrap()
}

fn grades(request: v1::ClassifyScarsRequest) -> Vec<v1::Grade> {
    classify(request).grades
}

fn grade(request: v1::ClassifyScarsRequest, scale: v1::Scale) -> v1::Grade {
    let grade = grades(request).into_iter().find(|it| it.scale() == scale).unwrap();
    // What every grade carries.
    assert!(!grade.reasons.is_empty() && !grade.citation.is_empty() && !grade.version.is_empty(), "{grade:?}");
    assert!(grade.total.is_none_or(|it| (grade.minimum..=grade.maximum).contains(&it)), "{grade:?}");
    assert_eq!(grade.total.is_none(), grade.flags.iter().any(|it| it.ends_with("_MISSING")), "{grade:?}");
    grade
}

fn request(scars: Vec<v1::Scar>) -> v1::ClassifyScarsRequest {
    v1::ClassifyScarsRequest { scars, ..v1::ClassifyScarsRequest::default() }
}

/// A request with ratings on one scale, written as in JSON.
fn rated(scar: v1::Scar, field: &str, ratings: Value) -> v1::ClassifyScarsRequest {
    let mut inputs = Map::new();
    inputs.insert(field.to_owned(), ratings);
    let scale_inputs = Some(serde_json::from_value(Value::Object(inputs)).unwrap());
    v1::ClassifyScarsRequest { scale_inputs, ..request(vec![scar]) }
}

fn raised(id: &str) -> v1::Scar {
    v1::Scar { relief: v1::Relief::Raised.into(), extends_beyond_wound: Some(false), ..bare_scar(id) }
}

/// Names of rows as they stand in JSON.
fn camel(name: &str) -> String {
    let mut upper = false;
    name.chars()
        .filter_map(|it| {
            if it == '_' {
                upper = true;
                return None;
            }
            let it = if upper { it.to_ascii_uppercase() } else { it };
            upper = false;
            Some(it)
        })
        .collect()
}

const QUANTITATIVE_ROWS: [&str; 10] = [
    "macular",
    "mild_atrophic_dish",
    "moderate_atrophic_dish",
    "punched_out_shallow_lt5mm",
    "broad_shallow_atrophic",
    "punched_out_deep_normal_base_lt5mm",
    "punched_out_deep_abnormal_base_lt5mm",
    "linear_or_troughed",
    "broad_deep_atrophic",
    "papular",
];
const ECCA_ROWS: [&str; 6] = [
    "v_lt2mm",
    "u_2_4mm",
    "m_gt4mm",
    "superficial_elastolysis",
    "hypertrophic_inflammatory_lt2y",
    "hypertrophic_keloid_gt2y",
];

/// The rows of an example; `rest` are written as 0 where the example leaves them out.
fn rows(case: &Value, rest: &[&str]) -> Map<String, Value> {
    let counts = case["input"]["counts"].as_object().unwrap();
    let mut rows: Map<String, Value> = rest.iter().map(|name| (camel(name), json!(0))).collect();
    rows.extend(counts.iter().map(|(name, count)| (camel(name), count.clone())));
    rows
}

#[test]
fn quantitative_grade() {
    for case in data("goodman_baron_quantitative", 10) {
        // The examples name the rows that hold scars, and mean that the others were counted and hold none. On the wire
        // that has to be said: a row that is absent was not counted.
        let mut rows = rows(&case, &QUANTITATIVE_ROWS);
        rows.insert("hypertrophicAreaCm2".to_owned(), case["input"]["hypertrophic_area_cm2"].clone());
        let request = rated(bare_scar("s"), "goodmanBaronQuantitative", Value::Object(rows));
        let grade = grade(request, v1::Scale::GoodmanBaronQuantitative);
        assert_eq!(json!(grade.total), case["expected"], "{case}");
        assert_eq!((grade.maximum, grade.rows_rated.len()), (84, 11));
        let sum: i32 = grade.inputs.iter().map(|it| it.points.unwrap()).sum();
        assert_eq!(grade.total, Some(sum), "{case}");
        // There are no official bands.
        assert_eq!(grade.band, None);
    }
}

#[test]
fn a_row_that_was_not_counted_is_no_zero() {
    let request = rated(bare_scar("s"), "goodmanBaronQuantitative", json!({"macular": 3}));
    let grade = grade(request, v1::Scale::GoodmanBaronQuantitative);
    assert_eq!((grade.total, grade.flags.as_slice()), (None, ["ITEM_MISSING".to_owned()].as_slice()));
    assert_eq!(grade.rows_rated, ["macular"]);
    let request = rated(bare_scar("s"), "ecca", json!({}));
    let grade = self::grade(request, v1::Scale::Ecca);
    assert_eq!((grade.total, grade.flags.as_slice()), (None, ["ITEM_MISSING".to_owned()].as_slice()));
}

#[test]
fn ecca() {
    for case in data("ecca", 8) {
        // Trials leave rows out, and the total is then that of the rated rows. Only the example without any row means
        // that all were looked at and none holds a scar.
        let named = case["input"]["counts"].as_object().unwrap().len();
        let rows = rows(&case, if named == 0 { &ECCA_ROWS } else { &[] });
        let rated_rows = rows.len();
        let grade = grade(rated(bare_scar("s"), "ecca", Value::Object(rows)), v1::Scale::Ecca);
        assert_eq!(json!(grade.total), case["expected"], "{case}");
        assert_eq!((grade.maximum, grade.rows_rated.len()), (540, rated_rows), "{case}");
    }
}

#[test]
fn qualitative_grade() {
    let names = ["none", "macular", "mild", "moderate", "severe"];
    for case in data("goodman_baron_qualitative", 6) {
        let given = &case["input"];
        let flat = given["flat_colour_only"] == true;
        let scar = v1::Scar {
            relief: if flat { v1::Relief::Flat } else { v1::Relief::Depressed }.into(),
            color: if flat { v1::ScarColor::Red } else { v1::ScarColor::Normal }.into(),
            ..bare_scar("s")
        };
        let appearance = v1::Appearance {
            obvious_at_social_distance: given["obvious_at_50cm"].as_bool(),
            coverable: given["covered"].as_bool(),
            flattens_on_stretch: given["flattens_on_stretch"].as_bool(),
            declared_grade: None,
        };
        let request = v1::ClassifyScarsRequest { appearance: Some(appearance), ..request(vec![scar]) };
        let grade = grade(request, v1::Scale::GoodmanBaronQualitative);
        assert_eq!(json!(grade.total), case["expected"], "{case}");
        assert_eq!(json!(grade.flags), case["expected_flags"], "{case}");
        assert_eq!(grade.band.unwrap().name, names[usize::try_from(grade.total.unwrap()).unwrap()], "{case}");
    }
}

#[test]
fn a_declared_grade_wins_and_says_so() {
    let appearance = v1::Appearance { declared_grade: Some(3), ..v1::Appearance::default() };
    let request = v1::ClassifyScarsRequest { appearance: Some(appearance), ..request(vec![bare_scar("s")]) };
    let grade = grades(request).remove(0);
    assert_eq!((grade.total, grade.declared), (Some(3), true));
}

#[test]
fn scars_are_counted_into_the_scales() {
    // Eight ice picks: one deep row of 3 points, and the V row of 15.
    let scar = v1::Scar { count: Some(8), ..support::pits("s") };
    let all = grades(request(vec![scar.clone()]));
    let total = |scale: v1::Scale| all.iter().find(|it| it.scale() == scale).unwrap().total;
    assert_eq!(total(v1::Scale::GoodmanBaronQuantitative), Some(3));
    assert_eq!(total(v1::Scale::Ecca), Some(30));
    // What nobody rated is not graded.
    assert_eq!(all.len(), 3);
    // Without a count there is no total, and the flag says why.
    let uncounted = grades(request(vec![v1::Scar { count: None, ..scar }]));
    for grade in uncounted.iter().filter(|it| it.scale() != v1::Scale::GoodmanBaronQualitative) {
        assert_eq!((grade.total, grade.flags.as_slice()), (None, ["COUNT_MISSING".to_owned()].as_slice()));
    }
}

#[test]
fn raised_scars_are_counted_where_their_type_tells_the_row() {
    let counted = |scars: Vec<v1::Scar>| grade(request(scars), v1::Scale::Ecca);
    let said = |grade: &v1::Grade, rule: &str| grade.reasons.iter().any(|it| it.rule == rule);
    let keloids = v1::Scar { extends_beyond_wound: Some(true), count: Some(21), ..raised("s") };
    let grade = counted(vec![keloids.clone()]);
    assert_eq!((grade.total, grade.rows_rated.as_slice()), (Some(150), [ECCA_ROWS[5].to_owned()].as_slice()));
    // Other raised scars have two rows, by their age.
    for extends_beyond_wound in [Some(false), None] {
        let scar = v1::Scar { extends_beyond_wound, count: Some(2), ..raised("t") };
        let grade = counted(vec![keloids.clone(), scar]);
        assert_eq!((grade.total, grade.flags.as_slice()), (None, ["ITEM_MISSING".to_owned()].as_slice()));
        assert!(said(&grade, "ECCA-AGE"), "{grade:?}");
    }
    let uncounted = counted(vec![v1::Scar { count: None, ..keloids }]);
    assert_eq!((uncounted.total, uncounted.flags.as_slice()), (None, ["COUNT_MISSING".to_owned()].as_slice()));
    // Colour has no row.
    let red = v1::Scar {
        relief: v1::Relief::Flat.into(),
        color: v1::ScarColor::Red.into(),
        count: Some(9),
        ..bare_scar("s")
    };
    let grade = counted(vec![red]);
    assert_eq!((grade.total, grade.flags.as_slice()), (None, ["ITEM_MISSING".to_owned()].as_slice()));
    assert!(said(&grade, "ECCA-ROWS") && grade.rows_rated.is_empty(), "{grade:?}");
}

#[test]
fn a_grade_that_is_not_known_says_why() {
    let scar = v1::Scar { count: Some(12), ..support::pits("s") };
    let unseen = grade(request(vec![scar.clone()]), v1::Scale::GoodmanBaronQualitative);
    assert_eq!((unseen.total, unseen.flags.as_slice()), (None, ["ITEM_MISSING".to_owned()].as_slice()));
    assert_eq!(unseen.reasons.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>(), ["GBL-DISTANCE"]);
    // Cover alone tells no grade.
    let appearance = v1::Appearance { coverable: Some(true), ..v1::Appearance::default() };
    let covered = v1::ClassifyScarsRequest { appearance: Some(appearance), ..request(vec![scar]) };
    assert_eq!(grade(covered, v1::Scale::GoodmanBaronQualitative).total, None);
}

#[test]
fn scar_s() {
    let names = ["clear", "almost clear", "mild", "moderate", "severe", "very severe"];
    for case in data("scar_s", 4) {
        let grade = grade(rated(bare_scar("s"), "scarS", case["input"].clone()), v1::Scale::ScarS);
        assert_eq!(json!(grade.total), case["expected"]["total"], "{case}");
        assert_eq!(json!(grade.clinically_relevant), case["expected"]["clinically_relevant_sites"], "{case}");
        assert_eq!((grade.minimum, grade.maximum, grade.band.clone()), (0, 15, None));
        for input in &grade.inputs {
            assert_eq!(Some(input.value), case["input"][&input.name].as_f64(), "{case}");
            assert!(names.iter().zip(0..).any(|(name, at)| *name == input.level && f64::from(at) == input.value));
        }
        let missing = grade.rows_rated.len() < 3;
        assert_eq!(grade.flags, if missing { vec!["ITEM_MISSING".to_owned()] } else { Vec::new() }, "{case}");
    }
}

#[test]
fn vancouver_scar_scale() {
    for case in data("vss_13", 5) {
        // The scale says nothing of sunken scars, so it comes with a raised one.
        let mut ratings = json!({"version": "VSS_VERSION_13", "scarId": "s"});
        for (name, value) in case["input"].as_object().unwrap() {
            ratings[camel(name)] = value.clone();
        }
        let grade = grade(rated(raised("s"), "vss", ratings.clone()), v1::Scale::Vss13);
        assert_eq!(json!(grade.total), case["expected"], "{case}");
        assert_eq!((grade.maximum, grade.scar_id.as_str(), grade.version.as_str()), (13, "s", "VSS-13"));
        ratings.as_object_mut().unwrap().remove("pliability");
        let grade = self::grade(rated(raised("s"), "vss", ratings), v1::Scale::Vss13);
        assert_eq!((grade.total, grade.rows_rated.len()), (None, 3));
    }
}

#[test]
fn posas() {
    for case in data("posas2_one_scale", 3) {
        let items = case["input"]["items"].as_array().unwrap();
        let mut ratings = json!({"version": "POSAS_VERSION_2_0"});
        for (at, item) in items.iter().enumerate() {
            ratings[format!("item{}", at + 1)] = item.clone();
        }
        for (field, scale) in [("posasPatient", v1::Scale::Posas2Patient), ("posasObserver", v1::Scale::Posas2Observer)]
        {
            let grade = grade(rated(bare_scar("s"), field, ratings.clone()), scale);
            assert_eq!(json!(grade.total), case["expected"], "{case}");
            assert_eq!((grade.minimum, grade.maximum, grade.band), (6, 60, None));
            let mut some = ratings.clone();
            some.as_object_mut().unwrap().remove("item4");
            let grade = self::grade(rated(bare_scar("s"), field, some), scale);
            assert_eq!((grade.total, grade.flags.as_slice()), (None, ["ITEM_MISSING".to_owned()].as_slice()));
        }
    }
}

#[test]
fn life_quality_index() {
    for case in data("dlqi", 7) {
        let mut answers = json!({});
        for (at, item) in case["input"]["items"].as_array().unwrap().iter().enumerate() {
            if !item.is_null() {
                answers[format!("item{}", at + 1)] = item.clone();
            }
        }
        let answered = answers.as_object().unwrap().len();
        let grade = grade(rated(bare_scar("s"), "dlqi", answers), v1::Scale::Dlqi);
        assert_eq!(json!(grade.total), case["expected"]["score"], "{case}");
        assert_eq!(json!(grade.band.as_ref().map(|it| it.name.as_str())), case["expected"]["band"], "{case}");
        let flags: &[&str] = match answered {
            10 => &[],
            9 => &["BLANK_COUNTS_ZERO"],
            _ => &["ITEM_MISSING"],
        };
        assert_eq!(grade.flags, flags, "{case}");
        if let (Some(band), Some(total)) = (&grade.band, grade.total) {
            assert!(band.from <= total && total <= band.to && !band.meaning.is_empty(), "{case}");
        }
    }
}

#[test]
fn stated_totals_are_passed_on() {
    for (field, scale) in [("scarsTotal", v1::Scale::Scars), ("fasqolTotal", v1::Scale::Fasqol)] {
        let stated = json!({"version": "2016", "total": 0, "maximum": 40});
        let grade = grade(rated(bare_scar("s"), field, stated), scale);
        assert_eq!((grade.total, grade.maximum, grade.version.as_str()), (Some(0), 40, "2016"));
        assert_eq!((grade.inputs.len(), grade.band), (0, None));
        assert_eq!(grade.citation, "layton_2016");
    }
}

#[test]
fn grades_come_in_the_order_of_the_scales() {
    let inputs = json!({
        "fasqolTotal": {"version": "1", "total": 1, "maximum": 2},
        "scarsTotal": {"version": "1", "total": 1, "maximum": 2},
        "dlqi": {}, "posasObserver": {"version": 1}, "posasPatient": {"version": 1}, "vss": {"version": 1}, "scarS": {},
    });
    let scale_inputs = Some(serde_json::from_value(inputs).unwrap());
    let all = grades(v1::ClassifyScarsRequest { scale_inputs, ..request(vec![raised("s")]) });
    let found: Vec<i32> = all.iter().map(|it| it.scale).collect();
    assert_eq!(found, (1..=10).collect::<Vec<_>>());
}

fn tone(measured: v1::skin_tone::Measured) -> v1::SkinToneEstimate {
    let skin_tone = Some(v1::SkinTone { measured: Some(measured) });
    classify(v1::ClassifyScarsRequest { skin_tone, ..request(vec![bare_scar("s")]) }).skin_tone.unwrap()
}

#[test]
fn typology_angle() {
    for case in data("ita", 5) {
        // The wire takes the angle; how it follows from L* and b* is in its comment.
        let (l, b) = (case["input"]["L"].as_f64().unwrap(), case["input"]["b"].as_f64().unwrap());
        let degrees = ((l - 50.0) / b).atan().to_degrees();
        let expected = &case["expected"];
        assert!((degrees - expected["ita_deg"].as_f64().unwrap()).abs() < 0.05, "{case}");
        let found = tone(v1::skin_tone::Measured::ItaDegrees(degrees));
        assert_eq!(json!(found.tone_class), expected["cls"], "{case}");
    }
}

#[test]
fn melanin_index() {
    for case in data("melanin_index_india", 3) {
        let found = tone(v1::skin_tone::Measured::MelaninIndex(case["input"]["mi"].as_f64().unwrap()));
        assert_eq!(json!(found.tone_class), case["expected"], "{case}");
    }
}

#[test]
fn the_decision_table() {
    for case in data("morphology_proposal", 25) {
        let (given, expected) = (&case["input"], &case["expected"]);
        let word = |prefix: &str, field: &str| match given[field].as_str() {
            Some(word) => json!(format!("{prefix}_{}", word.to_uppercase())),
            None => json!(0),
        };
        let mut scar = json!({
            "id": "s", "site": "SITE_CHEEK",
            "profile": word("PROFILE", "profile"),
            "edge": word("EDGE", "edge"),
            "stretch": word("STRETCH", "stretch"),
            "activity": word("ACTIVITY", "activity"),
            "relief": word("RELIEF", "relief"),
            "color": word("SCAR_COLOR", "color"),
        });
        for (field, name) in [
            ("width_mm", "openingWidthMm"),
            ("base_width_mm", "baseWidthMm"),
            ("depth_mm", "depthMm"),
            ("tunnel", "tunnel"),
            ("extends_beyond_wound", "extendsBeyondWound"),
        ] {
            if !given[field].is_null() {
                scar[name] = given[field].clone();
            }
        }
        // A depth without its method is refused; the examples leave the method open.
        if !given["depth_mm"].is_null() {
            scar["depthMethod"] = json!("DEPTH_METHOD_ULTRASOUND");
        }
        let answer = classify(request(vec![serde_json::from_value(scar).unwrap()]));
        let found = serde_json::to_value(&answer.scars[0]).unwrap();
        let named = |prefix: &str, field: &str| format!("{prefix}_{}", expected[field].as_str().unwrap());
        assert_eq!(found["scarType"], named("SCAR_TYPE", "type"), "{case}");
        assert_eq!(found["confidence"], named("CONFIDENCE", "confidence"), "{case}");
        assert_eq!(found["reasons"][0]["rule"], expected["rule"], "{case}");
        for (field, prefix, name) in
            [("depth_class", "DEPTH_CLASS", "depthClass"), ("width_bucket", "WIDTH_BUCKET", "widthBucket")]
        {
            if !expected[field].is_null() {
                assert_eq!(found[name], named(prefix, field), "{case}");
            }
        }
        let list = |field: &str| expected[field].as_array().cloned().unwrap_or_default();
        let held = |name: &str| found[name].as_array().cloned().unwrap_or_default();
        for it in list("alternatives") {
            let name = json!(format!("SCAR_TYPE_{}", it.as_str().unwrap()));
            assert!(held("alternatives").contains(&name), "{case}: {found}");
        }
        for it in list("flags_include") {
            let name = json!(format!("SCAR_FLAG_{}", it.as_str().unwrap()));
            assert!(held("flags").contains(&name), "{case}: {found}");
        }
    }
}
