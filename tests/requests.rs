//! Bad requests: every problem is named with its field and a remedy, and nothing that was sent is repeated.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "requests/mistakes.rs"]
mod mistakes;
#[path = "requests/ratings.rs"]
mod ratings;
#[path = "support/service.rs"]
mod support;

use std::collections::BTreeSet;

use cicatrix::{
    serve,
    wire::{self, Date, v1},
};
use serde_json::{Value, json};
use support::{bare_scar, date, patient as healthy, pits, request, service};

type Request = v1::GenerateProtocolRequest;

/// The violations of a request that was right before `spoil`.
fn violations(spoil: impl FnOnce(&mut Request)) -> Vec<String> {
    let mut request = request();
    spoil(&mut request);
    match service().generate_protocol(request) {
        Ok(_) => Vec::new(),
        Err(status) => {
            assert_eq!(status.code(), tonic::Code::InvalidArgument);
            serve::violations(&status)
        }
    }
}

#[test]
fn a_right_request_is_answered() {
    assert_eq!(violations(|_| {}), [""; 0]);
}

/// Changes what the patient wishes.
fn wishes(request: &mut Request, change: impl FnOnce(&mut v1::Preferences)) {
    change(request.preferences.get_or_insert_default());
}

fn away(from: Option<Date>, to: Option<Date>) -> v1::DateRange {
    v1::DateRange { from, to }
}

fn past(procedure: &str, day: i32) -> v1::PastSession {
    v1::PastSession { procedure: procedure.to_owned(), date: date(2026, 11, day), ..v1::PastSession::default() }
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_fields() {
    let found = violations(|it| {
        it.start_date = None;
        it.patient.as_mut().unwrap().age_years = Some(-1);
        it.scars.push(v1::Scar { count: Some(0), site: 0, ..pits("s1") });
        it.view = 7;
    });
    let fields: Vec<&str> = found.iter().map(|it| it.split(' ').next().unwrap()).collect();
    assert_eq!(fields, ["start_date", "patient.age_years", "scars[1].id", "scars[1].site", "scars[1].count", "view"]);
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let mut request = request();
    request.scars = (0..400).map(|at| v1::Scar { count: Some(-1), ..bare_scar(&at.to_string()) }).collect();
    let status = service().generate_protocol(request.clone()).unwrap_err();
    assert_eq!(status.message(), "400 fields are wrong; the first 50 are listed");
    assert_eq!(serve::violations(&status).len(), 50);
    let kept = wire::case(service().knowledge().vocabulary(), &request).unwrap_err();
    assert_eq!((kept.violations.len(), kept.more), (50, 350));
    // Even a cautious client takes so much in a trailer.
    assert!(status.details().len() < 8 * 1024, "{}", status.details().len());
}

#[test]
fn nothing_that_was_sent_is_repeated() {
    let secret = "Jane Doe 1990-01-01";
    let found = violations(|it| {
        it.scars[0].id = secret.repeat(10);
        it.history = vec![v1::PastSession { scar_ids: vec![secret.to_owned()], ..past(secret, 1) }];
        it.preferences =
            Some(v1::Preferences { excluded_procedures: vec![secret.to_owned()], ..v1::Preferences::default() });
    });
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|it| !it.contains("Jane")), "{found:?}");
}

#[test]
fn a_partial_date_is_read_as_the_latest_day_it_can_be() {
    let until = |last_taken| {
        let mut request = request();
        let status = v1::Isotretinoin::Stopped.into();
        request.patient.as_mut().unwrap().isotretinoin = Some(v1::IsotretinoinUse { status, last_taken });
        let answer = service().generate_protocol(request).unwrap();
        let mnrf = answer.dispositions.iter().find(|it| it.procedure == "mnrf").unwrap();
        mnrf.reasons.iter().any(|it| it.code == "ISOTRETINOIN")
    };
    // 183 days before the start is 1 June 2026.
    assert!(!until(date(2026, 6, 1)));
    assert!(until(date(2026, 6, 2)));
    assert!(until(date(2026, 6, 0)), "30 June is possible");
    assert!(!until(date(2026, 5, 0)));
    assert!(until(date(2026, 0, 0)), "the start date is possible");
    assert!(!until(date(2025, 0, 0)));
}

/// Every list that a request can hold, by its path.
fn lists(message: &prost_reflect::MessageDescriptor, path: &str) -> Vec<String> {
    let below = |field: prost_reflect::FieldDescriptor| {
        let path = format!("{path}{}", field.json_name());
        let kind = field.kind();
        let inner = kind.as_message().map(|it| lists(it, &format!("{path}."))).unwrap_or_default();
        field.is_list().then_some(path).into_iter().chain(inner)
    };
    message.fields().flat_map(below).collect()
}

/// Turns every list around and says everything in it twice, and notes its path. Groups have ids and are said once; a past
/// session that is said twice was done twice.
fn turn(value: &mut Value, path: &str, turned: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, it) in fields {
                turn(it, format!("{path}.{name}").trim_start_matches('.'), turned);
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|it| turn(it, path, turned));
            match path {
                "history" | "scars" => items.reverse(),
                _ => {
                    assert!(items.len() > 1 && items[0] != items[1], "{path} has no order");
                    items.reverse();
                    items.extend(items.clone());
                }
            }
            turned.insert(path.to_owned());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_order_of_scars_and_lists_changes_nothing() {
    let mut one = serde_json::to_value(request()).unwrap();
    one["scars"] =
        serde_json::to_value([pits("a"), v1::Scar { site: v1::Site::Temple.into(), ..pits("b") }, bare_scar("c")])
            .unwrap();
    let patient = &mut one["patient"];
    patient["antithrombotic"] = json!("ANTITHROMBOTIC_ASPIRIN_CV");
    patient["furtherAntithrombotics"] = json!(["ANTITHROMBOTIC_P2Y12", "ANTITHROMBOTIC_DOAC"]);
    patient["allergies"]["substances"] = json!(["ALLERGEN_SALICYLATE", "ALLERGEN_LATEX"]);
    patient["implantedDevices"]["devices"] = json!(["IMPLANTED_DEVICE_PACEMAKER", "IMPLANTED_DEVICE_COCHLEAR"]);
    patient["conditions"] = json!(["CONDITION_PIH_HISTORY", "CONDITION_RENAL_DISEASE"]);
    patient["absentConditions"] = json!(["CONDITION_SEPSIS", "CONDITION_FEBRILE_ILLNESS"]);
    patient["connectiveTissueDiseases"] =
        json!(["CONNECTIVE_TISSUE_DISEASE_EHLERS_DANLOS", "CONNECTIVE_TISSUE_DISEASE_OTHER_QUIESCENT"]);
    patient["malignancies"] = json!(["MALIGNANCY_REMISSION", "MALIGNANCY_HEMATOLOGIC"]);
    patient["photosensitisers"] = json!(["PHOTOSENSITISER_OTHER", "PHOTOSENSITISER_AMIODARONE"]);
    patient["goals"] = json!(["GOAL_SMOOTHER_SURFACE", "GOAL_SHALLOWER_SCARS"]);
    one["fields"] = json!([
        { "sites": ["SITE_TEMPLE", "SITE_CHEEK"], "infections": ["INFECTION_WARTS", "INFECTION_FUNGAL"] },
        { "sites": ["SITE_CHEEK", "SITE_TEMPLE"], "infections": ["INFECTION_HSV", "INFECTION_FUNGAL"], "sunburn": true },
    ]);
    // Two of them differ in nothing but in how far the scars were better: the later would be believed.
    let date = |month: i32| json!({ "year": 2026, "month": month, "day": 1 });
    one["history"] = json!([
        {
            "procedure": "mnrf",
            "date": date(10),
            "scarIds": ["b", "a"],
            "sites": ["SITE_TEMPLE", "SITE_CHEEK"],
            "complications": ["COMPLICATION_HERPES_OUTBREAK", "COMPLICATION_PIH_UNRESOLVED"],
        },
        { "procedure": "mnrf", "date": date(7), "scarIds": ["c", "a"], "response": "RESPONSE_OVER_75_PERCENT" },
        { "procedure": "mnrf", "date": date(7), "scarIds": ["c", "a"], "response": "RESPONSE_UNDER_25_PERCENT" },
        { "procedure": "tca-cross", "date": date(7), "tcaPercent": 70.0 },
    ]);
    let away = |month: i32| {
        let day = |day: i32| json!({ "year": 2027, "month": month, "day": day });
        json!({ "from": day(3), "to": day(9) })
    };
    one["preferences"] = json!({
        "excludedProcedures": ["prp", "gfc"],
        "preferredProcedures": ["mnrf", "subcision"],
        "unavailable": [away(5), away(2)],
        "weekdays": ["WEEKDAY_FRIDAY", "WEEKDAY_MONDAY"],
    });
    one["clinic"] = json!({
        "availableProcedures": ["tca-cross", "mnrf", "microneedling"],
        "supervisedProcedures": ["tca-cross", "mnrf"],
    });
    one["include"] = json!(["INSIGHT_VALID_UNTIL", "INSIGHT_WHY_NOT"]);
    let mut other = one.clone();
    let mut turned = BTreeSet::new();
    turn(&mut other, "", &mut turned);

    // None is left out, and so a new one cannot be.
    let schema = prost_reflect::DescriptorPool::decode(cicatrix::wire::REFLECTION).unwrap();
    let schema = schema.get_message_by_name("cicatrix.v1.GenerateProtocolRequest").unwrap();
    assert_eq!(turned, lists(&schema, "").into_iter().collect());

    let answer = |it: &Value| service().generate_protocol(serde_json::from_value(it.clone()).unwrap()).unwrap();
    let (first, mut turned) = (answer(&one), answer(&other));
    if let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = &mut turned.outcome {
        // Past sessions are told by their places in the request.
        let last = i32::try_from(plan.history.len()).unwrap() - 1;
        plan.history.iter_mut().for_each(|it| it.index = last - it.index);
        plan.history.reverse();
    }
    assert_eq!(first, turned);
    // Other facts, other id.
    other["patient"]["ageYears"] = json!(28);
    assert_ne!(answer(&one).protocol_id, answer(&other).protocol_id);
}

/// What is not said can be not said in several ways.
#[test]
fn absence_has_one_id() {
    let id = |request: Request| service().generate_protocol(request).unwrap().protocol_id;
    let patient = |patient: v1::Patient| Request { patient: Some(patient), ..request() };
    let bare = || v1::Patient { allergies: None, implanted_devices: None, isotretinoin: None, ..healthy() };
    let empty = v1::Patient {
        allergies: Some(v1::Allergies::default()),
        implanted_devices: Some(v1::ImplantedDevices::default()),
        isotretinoin: Some(v1::IsotretinoinUse::default()),
        ..bare()
    };
    assert_eq!(id(patient(empty)), id(patient(bare())));
    let silent = v1::SkinField { sites: vec![v1::Site::Cheek.into()], ..v1::SkinField::default() };
    assert_eq!(id(Request { fields: vec![silent], ..request() }), id(request()));
    let done = |kind: v1::SessionKind| {
        let (procedure, date) = ("mnrf".to_owned(), date(2025, 11, 1));
        let history = vec![v1::PastSession { procedure, date, kind: kind.into(), ..v1::PastSession::default() }];
        id(Request { history, ..request() })
    };
    assert_eq!(done(v1::SessionKind::Unspecified), done(v1::SessionKind::Treatment));
    assert_ne!(done(v1::SessionKind::TestArea), done(v1::SessionKind::Treatment));
    let away = |days: &[(i32, i32)]| {
        let march = |day| date(2026, 3, day);
        let range = |&(from, to): &(i32, i32)| v1::DateRange { from: march(from), to: march(to) };
        let unavailable = days.iter().map(range).collect();
        id(Request { preferences: Some(v1::Preferences { unavailable, ..v1::Preferences::default() }), ..request() })
    };
    assert_eq!(away(&[(5, 9)]), away(&[(6, 7), (5, 9)]));
    assert_eq!(away(&[(5, 9)]), away(&[(7, 9), (5, 8)]));
    assert_ne!(away(&[(5, 9)]), away(&[(5, 7), (9, 9)]));
}

/// Twenty facts stand in one list of conditions, which is named once.
#[test]
fn what_was_not_asked_names_each_field_once() {
    let answer = service().generate_protocol(Request { patient: None, ..request() }).unwrap();
    for missing in &answer.not_assessed {
        let fields: BTreeSet<&String> = missing.fields.iter().collect();
        assert_eq!(fields.len(), missing.fields.len(), "{:?}", missing.fields);
    }
    assert!(answer.not_assessed.iter().any(|it| it.fields.iter().any(|it| it == "patient.conditions")));
}

#[test]
fn how_much_is_returned_does_not_change_the_plan() {
    let full = service().generate_protocol(request()).unwrap();
    let basic = service().generate_protocol(Request { view: v1::View::Basic.into(), ..request() }).unwrap();
    assert_eq!(full.protocol_id, basic.protocol_id);
    let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = &basic.outcome else { panic!("no plan") };
    assert!(basic.dispositions.len() < full.dispositions.len());
    for it in &basic.dispositions {
        assert!(plan.stages.iter().any(|stage| stage.procedure == it.procedure), "{}", it.procedure);
    }
    assert!(plan.stages.iter().all(|it| it.passed_over.is_empty()));
}

#[test]
fn wishes_and_the_clinic_are_heard() {
    let stages = |request: Request| -> Vec<String> {
        let answer = service().generate_protocol(request).unwrap();
        let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = answer.outcome else { panic!("no plan") };
        plan.stages.into_iter().filter(|it| it.session_count.is_some()).map(|it| it.procedure).collect()
    };
    assert_eq!(stages(request()), ["tca-cross", "mnrf", "ablative-fractional-laser", "prp"]);
    let without = |ids: &[&str]| {
        let excluded_procedures = ids.iter().map(|it| (*it).to_owned()).collect();
        stages(Request {
            preferences: Some(v1::Preferences { excluded_procedures, ..v1::Preferences::default() }),
            ..request()
        })
    };
    assert_eq!(without(&["prp"]), ["tca-cross", "mnrf", "ablative-fractional-laser", "prf"]);
    assert_eq!(without(&["prp", "gfc", "mnrf"]), ["tca-cross", "microneedling", "ablative-fractional-laser", "prf"]);
    let only = |ids: &[&str]| {
        let available_procedures = ids.iter().map(|it| (*it).to_owned()).collect();
        stages(Request { clinic: Some(v1::Clinic { available_procedures, ..v1::Clinic::default() }), ..request() })
    };
    assert_eq!(only(&["tca-cross", "microneedling"]), ["tca-cross", "microneedling"]);
    let quiet = Request {
        preferences: Some(v1::Preferences { max_downtime_days: Some(1), ..v1::Preferences::default() }),
        ..request()
    };
    assert_eq!(stages(quiet), ["mnrf", "picosecond-fractional-laser", "prp"]);
}

#[test]
fn a_patient_of_whom_nothing_was_asked_gets_questions() {
    let answer = service().generate_protocol(Request { patient: None, ..request() }).unwrap();
    let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = answer.outcome else { panic!("no plan") };
    let asked: Vec<&str> = plan.questions.iter().map(|it| it.field.as_str()).collect();
    for field in [
        "patient.age_years",
        "patient.phototype",
        "patient.pregnancy",
        "patient.isotretinoin.status",
        "patient.active_acne",
        "patient.keloid_history",
        "patient.antithrombotic",
        "patient.infection_in_field",
        "patient.herpes_simplex_history",
        "patient.allergies",
        "patient.implanted_devices",
    ] {
        assert!(asked.contains(&field), "{field} is not asked: {asked:?}");
    }
    assert!(plan.questions.iter().all(|it| !it.would_change.is_empty() && !it.reasons.is_empty()));
}

/// The rules of every reason in an answer, whatever it is a reason of, that await sign-off.
fn unsigned<'a>(answer: &'a Value, found: &mut BTreeSet<&'a str>) {
    match answer {
        Value::Object(fields) => {
            if fields.get("awaitsSignOff") == Some(&json!(true)) {
                found.insert(fields["rule"].as_str().unwrap());
            }
            fields.values().for_each(|it| unsigned(it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| unsigned(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_rule_that_awaits_sign_off_is_listed() {
    let insights = [v1::Insight::Alternatives, v1::Insight::Questions, v1::Insight::WhyNot].map(i32::from);
    let exactly = |answer: Value, listed: &Value, some: &[&str]| {
        let mut found = BTreeSet::new();
        unsigned(&answer, &mut found);
        let listed: Vec<&str> = listed.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        assert!(found.iter().eq(&listed), "{:?}", found.symmetric_difference(&listed.into_iter().collect()));
        assert!(some.iter().all(|it| found.contains(it)), "{found:?}");
    };
    for include in [Vec::new(), insights.to_vec()] {
        for view in [v1::View::Full, v1::View::Basic] {
            let asked = !include.is_empty();
            let request = Request { include: include.clone(), view: view.into(), ..request() };
            let answer = serde_json::to_value(service().generate_protocol(request).unwrap()).unwrap();
            let listed = answer["protocol"]["rulesAwaitingSignOff"].clone();
            let said_of_others: &[&str] = if asked { &["PLAN-RANKS-AFTER"] } else { &[] };
            exactly(answer, &listed, &[&["POL-ACNE-FOCAL", "POL-CROSS-DARK-SKIN"], said_of_others].concat());
        }
    }
    let Request { start_date, patient, scars, .. } = request();
    let check = v1::CheckProtocolRequest { start_date, patient, scars, ..v1::CheckProtocolRequest::default() };
    let mut check = serde_json::to_value(check).unwrap();
    let done = |day: i32| json!({ "day": day, "procedures": [{ "procedure": "mnrf", "scarIds": [] }] });
    check["plan"] = json!({ "sessions": [done(0), done(7)] });
    let check = serde_json::from_value(check).unwrap();
    let answer = serde_json::to_value(service().check_protocol(check).unwrap()).unwrap();
    let listed = answer["rulesAwaitingSignOff"].clone();
    exactly(answer, &listed, &["POL-ACNE-FOCAL"]);
}

fn care(request: Request) -> Vec<v1::CareItem> {
    let answer = service().generate_protocol(request).unwrap();
    let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = answer.outcome else { panic!("no plan") };
    plan.care_items
}

#[test]
fn the_most_of_lidocaine_goes_by_weight_and_has_a_bound() {
    let well = [v1::Condition::CardiacDisease, v1::Condition::HepaticDisease];
    let of = |change: fn(&mut v1::Patient), weight: f64| -> Vec<f64> {
        let mut request = request();
        let patient = request.patient.as_mut().unwrap();
        patient.weight_kg = Some(weight);
        patient.absent_conditions = well.iter().map(|it| (*it).into()).collect();
        change(patient);
        let items = care(request);
        let ceiling = items.iter().find(|it| it.kind() == v1::CareItemKind::AnaestheticCeiling).unwrap();
        ceiling.amounts.iter().filter_map(|it| it.total).collect()
    };
    assert_eq!(of(|_| {}, 50.0), [225.0, 350.0]);
    assert_eq!(of(|_| {}, 150.0), [300.0, 500.0], "plain, and with adrenaline");
    assert_eq!(of(|it| it.age_years = Some(18), 50.0), [225.0, 350.0]);
    assert_eq!(of(|it| it.age_years = Some(64), 50.0), [225.0, 350.0]);
    // For whom less is safe, and for whom nobody knows, nobody works it out by weight alone.
    assert!(of(|it| it.age_years = Some(17), 48.0).is_empty());
    assert!(of(|it| it.age_years = Some(65), 62.0).is_empty());
    assert!(of(|it| it.age_years = None, 62.0).is_empty());
    assert!(of(|it| it.absent_conditions.clear(), 62.0).is_empty());
    for ill in 0..2 {
        let change: fn(&mut v1::Patient) = if ill == 0 {
            |it| it.conditions.push(it.absent_conditions.remove(0))
        } else {
            |it| it.conditions.push(it.absent_conditions.remove(1))
        };
        assert!(of(change, 62.0).is_empty());
    }
}

#[test]
fn a_pregnancy_test_is_due_with_each_session_and_not_with_the_plan() {
    let mut request = request();
    request.patient.as_mut().unwrap().pregnancy = v1::Pregnancy::Possible.into();
    request.patient.as_mut().unwrap().phototype = v1::Phototype::Iv.into();
    let answer = service().generate_protocol(request.clone()).unwrap();
    let Some(v1::generate_protocol_response::Outcome::Protocol(plan)) = answer.outcome else { panic!("no plan") };
    let sessions: Vec<i32> = plan.sessions.iter().map(|it| it.day).collect();
    assert!(sessions[0] > 0, "the skin is primed first");
    let test = plan.care_items.iter().find(|it| it.kind() == v1::CareItemKind::BloodTest).unwrap();
    assert!(sessions.iter().all(|day| test.days.contains(day)), "{:?}", test.days);
}
