//! The published scales and the decision table, on worked examples.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/service.rs"]
mod support;

use cicatrix::wire::v1;
use serde_json::{Map, Value, json};
use support::{bare_scar, service};

fn data(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("data/scales.json")).unwrap();
    let cases = all[kind].as_array().unwrap().clone();
    assert!(cases.len() > 5, "{kind}");
    cases
}

fn grades(request: v1::ClassifyScarsRequest) -> Vec<v1::Grade> {
    service().classify_scars(request).unwrap().grades
}

fn grade(request: v1::ClassifyScarsRequest, scale: v1::Scale) -> v1::Grade {
    grades(request).into_iter().find(|it| it.scale() == scale).unwrap()
}

fn request(scars: Vec<v1::Scar>) -> v1::ClassifyScarsRequest {
    v1::ClassifyScarsRequest { scars, ..v1::ClassifyScarsRequest::default() }
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

fn rows(case: &Value) -> Map<String, Value> {
    case["counts"].as_object().unwrap().iter().map(|(name, count)| (camel(name), count.clone())).collect()
}

#[test]
fn quantitative_grade() {
    for case in data("quantitative") {
        let mut rows = rows(&case);
        rows.insert("hypertrophicAreaCm2".to_owned(), case["area_cm2"].clone());
        let counts = serde_json::from_value(Value::Object(rows)).unwrap();
        let inputs = v1::ScaleInputs { goodman_baron_quantitative: Some(counts), ecca: None };
        let request = v1::ClassifyScarsRequest { scale_inputs: Some(inputs), ..request(vec![bare_scar("s")]) };
        let grade = grade(request, v1::Scale::GoodmanBaronQuantitative);
        assert_eq!(json!(grade.total), case["total"], "{case}");
        assert_eq!(grade.maximum, 84);
    }
}

#[test]
fn ecca() {
    for case in data("ecca") {
        let counts = serde_json::from_value(Value::Object(rows(&case))).unwrap();
        let inputs = v1::ScaleInputs { goodman_baron_quantitative: None, ecca: Some(counts) };
        let request = v1::ClassifyScarsRequest { scale_inputs: Some(inputs), ..request(vec![bare_scar("s")]) };
        let grade = grade(request, v1::Scale::Ecca);
        assert_eq!(json!(grade.total), case["total"], "{case}");
        assert_eq!(grade.maximum, 540);
        assert_eq!(grade.rows_rated.len(), case["counts"].as_object().unwrap().len(), "{case}");
    }
}

#[test]
fn qualitative_grade() {
    for case in data("qualitative") {
        let flat = case["flat_colour_only"] == true;
        let scar = v1::Scar {
            relief: if flat { v1::Relief::Flat } else { v1::Relief::Depressed }.into(),
            color: if flat { v1::ScarColor::Red } else { v1::ScarColor::Normal }.into(),
            ..bare_scar("s")
        };
        let appearance = v1::Appearance {
            obvious_at_social_distance: case["obvious_at_50cm"].as_bool(),
            coverable: case["covered"].as_bool(),
            flattens_on_stretch: case["flattens_on_stretch"].as_bool(),
            declared_grade: None,
        };
        let request = v1::ClassifyScarsRequest { appearance: Some(appearance), ..request(vec![scar]) };
        let grade = grade(request, v1::Scale::GoodmanBaronQualitative);
        assert_eq!(json!(grade.total), case["grade"], "{case}");
        assert_eq!(json!(grade.flags), case["flags"], "{case}");
        assert!(!grade.reasons.is_empty(), "{case}");
    }
}

#[test]
fn a_declared_grade_wins_and_says_so() {
    let appearance = v1::Appearance { declared_grade: Some(3), ..v1::Appearance::default() };
    let request = v1::ClassifyScarsRequest { appearance: Some(appearance), ..request(vec![bare_scar("s")]) };
    let grade = grade(request, v1::Scale::GoodmanBaronQualitative);
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
    // Without a count there is no total, and the flag says why.
    let uncounted = grades(request(vec![v1::Scar { count: None, ..scar }]));
    for grade in uncounted.iter().filter(|it| it.scale() != v1::Scale::GoodmanBaronQualitative) {
        assert_eq!((grade.total, grade.flags.as_slice()), (None, ["COUNT_MISSING".to_owned()].as_slice()));
    }
}

#[test]
fn the_decision_table() {
    for case in data("morphology") {
        let given = &case["scar"];
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
        if !given["depth_mm"].is_null() {
            scar["depthMethod"] = json!("DEPTH_METHOD_ULTRASOUND");
        }
        let answer = service().classify_scars(request(vec![serde_json::from_value(scar).unwrap()])).unwrap();
        let found = serde_json::to_value(&answer.scars[0]).unwrap();
        let named = |prefix: &str, field: &str| format!("{prefix}_{}", case[field].as_str().unwrap());
        assert_eq!(found["scarType"], named("SCAR_TYPE", "type"), "{case}");
        assert_eq!(found["confidence"], named("CONFIDENCE", "confidence"), "{case}");
        assert_eq!(found["reasons"][0]["rule"], case["rule"], "{case}");
        for (field, prefix, name) in
            [("depth_class", "DEPTH_CLASS", "depthClass"), ("width_bucket", "WIDTH_BUCKET", "widthBucket")]
        {
            if !case[field].is_null() {
                assert_eq!(found[name], named(prefix, field), "{case}");
            }
        }
        let list = |field: &str| case[field].as_array().cloned().unwrap_or_default();
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
