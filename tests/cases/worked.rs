//! The worked cases: read from their files, and held against what a service answers.

use std::{collections::BTreeMap, fs, path::Path};

use cicatrix::{
    serve::Service,
    wire::v1::{self, generate_protocol_response::Outcome},
};
use serde::Deserialize;

/// What a clinician expects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    outcome: String,
    /// Stages with sessions, in order.
    stages: Option<Vec<ExpectedStage>>,
    /// Stages that have ended, by procedure: satisfied, stopped, on hold, contraindicated …
    ended: Option<BTreeMap<String, String>>,
    /// Home care, in order.
    home: Option<Vec<String>>,
    sessions: Option<Vec<ExpectedSession>>,
    contingent_sessions: Option<Vec<ExpectedSession>>,
    reviews: Option<Vec<i32>>,
    /// By procedure: how it fares, with the event or the day that ends a wait.
    #[serde(default)]
    dispositions: BTreeMap<String, String>,
    /// By procedure and parameter: the range.
    #[serde(default)]
    parameters: BTreeMap<String, [f64; 2]>,
    /// Rule ids that are among the preconditions.
    #[serde(default)]
    preconditions: Vec<String>,
    /// Rule ids that are among the warnings.
    #[serde(default)]
    warnings: Vec<String>,
    /// To whom, in order.
    #[serde(default)]
    referrals: Vec<String>,
    #[serde(default)]
    ask_again_after: Vec<String>,
    /// Field paths that are among the questions.
    #[serde(default)]
    questions: Vec<String>,
    /// Types of the scars, by id.
    #[serde(default)]
    types: BTreeMap<String, String>,
    /// Procedures that have no stage.
    #[serde(default)]
    without: Vec<String>,
    /// By rule: the days of the care that it adds to what is planned; none, where it adds none.
    #[serde(default)]
    care: BTreeMap<String, Vec<i32>>,
    /// By what is used at home: the first and last days of its rests around what is planned.
    #[serde(default)]
    rests: BTreeMap<String, Vec<[i32; 2]>>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct ExpectedStage {
    procedure: String,
    planned: i32,
    start: i32,
    #[serde(default)]
    contingent: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct ExpectedSession {
    day: i32,
    #[serde(rename = "do")]
    procedures: Vec<String>,
}

/// A patient, and what a clinician expects.
#[derive(Debug)]
pub struct Worked {
    pub name: String,
    pub request: v1::GenerateProtocolRequest,
    pub expected: Expected,
}

/// Every worked case, in the order of the names.
pub fn all() -> Vec<Worked> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge/cases");
    let mut paths: Vec<_> = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths.iter().filter(|it| it.extension().is_some_and(|it| it == "md")) {
        let text = fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        assert!(text.starts_with("# "), "{name}: begin with a heading");
        let request: v1::GenerateProtocolRequest = {
            let value: toml::Value =
                toml::from_str(&block(&name, &text, "case")).unwrap_or_else(|it| panic!("{name}: {it}"));
            let json = serde_json::to_value(value).unwrap();
            serde_json::from_value(json).unwrap_or_else(|it| panic!("{name}: {it}"))
        };
        let expected: Expected =
            toml::from_str(&block(&name, &text, "plan")).unwrap_or_else(|it| panic!("{name}: {it}"));
        all.push(Worked { name, request, expected });
    }
    all
}

/// What `service` answers otherwise than it is written.
pub fn wrong(service: &Service, cases: &[Worked]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Worked { name, request, expected } in cases {
        let response = service.generate_protocol(request.clone()).unwrap_or_else(|it| panic!("{name}: {it:?}"));
        compare(name, expected, &response, &mut wrong);
    }
    wrong
}

fn block(name: &str, text: &str, kind: &str) -> String {
    let (_, rest) = text.split_once(&format!("```toml {kind}\n")).unwrap_or_else(|| panic!("{name}: no {kind} block"));
    rest.split_once("\n```").unwrap_or_else(|| panic!("{name}: {kind} block without an end")).0.to_owned()
}

fn compare(name: &str, expected: &Expected, response: &v1::GenerateProtocolResponse, wrong: &mut Vec<String>) {
    let mut check = |what: &str, expected: String, found: String| {
        if expected != found {
            wrong.push(format!("{name}: {what}\n  written: {expected}\n  answered: {found}"));
        }
    };
    let none = v1::Protocol::default();
    let (outcome, protocol) = match response.outcome.as_ref().unwrap() {
        Outcome::Protocol(protocol) => ("protocol", protocol),
        Outcome::Referral(_) => ("referral", &none),
    };
    check("outcome", expected.outcome.clone(), outcome.to_owned());
    // What has ended is told apart: it has no session to come.
    let goes_on = |it: &&v1::Stage| matches!(it.status(), v1::StageStatus::Open | v1::StageStatus::InProgress);
    let office: Vec<_> = protocol.stages.iter().filter(|it| it.session_count.is_some()).filter(goes_on).collect();
    let ended = protocol.stages.iter().filter(|it| !goes_on(it));
    let ended: BTreeMap<String, String> = ended.map(|it| (it.procedure.clone(), status(it))).collect();
    if let Some(written) = &expected.ended {
        check("ended", format!("{written:?}"), format!("{ended:?}"));
    }
    if let Some(stages) = &expected.stages {
        let found: Vec<_> = office
            .iter()
            .map(|it| ExpectedStage {
                procedure: it.procedure.clone(),
                planned: it.planned_sessions,
                start: it.start_day,
                contingent: it.contingent_on.is_some(),
            })
            .collect();
        check("stages", format!("{stages:?}"), format!("{found:?}"));
    }
    if let Some(home) = &expected.home {
        let all = protocol.stages.iter().filter(|it| it.session_count.is_none());
        let found: Vec<_> = all.map(|it| it.procedure.clone()).collect();
        check("home", format!("{home:?}"), format!("{found:?}"));
    }
    let sessions = |list: &[v1::Session]| -> Vec<ExpectedSession> {
        let one = |it: &v1::SessionProcedure| match it.kind() {
            v1::SessionKind::TestArea => format!("{} test", it.procedure),
            v1::SessionKind::Treatment | v1::SessionKind::Unspecified => it.procedure.clone(),
        };
        list.iter()
            .map(|it| ExpectedSession { day: it.day, procedures: it.procedures.iter().map(one).collect() })
            .collect()
    };
    if let Some(written) = &expected.sessions {
        check("sessions", format!("{written:?}"), format!("{:?}", sessions(&protocol.sessions)));
    }
    if let Some(written) = &expected.contingent_sessions {
        check("contingent sessions", format!("{written:?}"), format!("{:?}", sessions(&protocol.contingent_sessions)));
    }
    if let Some(written) = &expected.reviews {
        let found: Vec<_> = protocol.reviews.iter().map(|it| it.day).collect();
        check("reviews", format!("{written:?}"), format!("{found:?}"));
    }
    for (procedure, written) in &expected.dispositions {
        let found: Vec<_> = response.dispositions.iter().filter(|it| it.procedure == *procedure).map(fares).collect();
        // Groups can fare alike for different reasons.
        let mut found = found;
        found.dedup();
        check(procedure, written.clone(), found.join(" / "));
    }
    for (path, written) in &expected.parameters {
        let (procedure, name) = path.split_once('.').unwrap();
        let stages = office.iter().filter(|it| it.procedure == procedure);
        let found: Vec<_> =
            stages.flat_map(|it| &it.parameters).filter(|it| it.name == name).map(|it| [it.low, it.high]).collect();
        check(path, format!("{:?}", [written]), format!("{found:?}"));
    }
    for (rule, written) in &expected.care {
        let theirs = protocol.care_items.iter().filter(|it| it.reasons.iter().any(|it| it.rule == *rule));
        let found: Vec<_> = theirs.flat_map(|it| it.days.iter().copied()).collect();
        check(rule, format!("{written:?}"), format!("{found:?}"));
    }
    for (procedure, written) in &expected.rests {
        let stages = protocol.stages.iter().filter(|it| it.procedure == *procedure);
        let rests = stages.flat_map(|it| &it.rests).filter(|it| it.contingent_on.is_none());
        let found: Vec<_> = rests.map(|it| [it.from_day, it.to_day]).collect();
        check(procedure, format!("{written:?}"), format!("{found:?}"));
    }
    // The same choice for the same procedures is given once, whatever rules ask for it.
    let choices = protocol.care_items.iter().filter(|it| !it.options.is_empty());
    let mut choices: Vec<_> = choices.map(|it| format!("{:?} {:?} {:?}", it.kind, it.options, it.procedures)).collect();
    let told = choices.len();
    choices.sort_unstable();
    choices.dedup();
    check("care that stands twice", "0".to_owned(), (told - choices.len()).to_string());
    for (id, written) in &expected.types {
        let scars = response.assessment.as_ref().unwrap().scars.iter();
        let found: Vec<_> = scars.filter(|it| it.id == *id).map(|it| it.scar_type().as_str_name()).collect();
        check(id, format!("SCAR_TYPE_{written}"), found.join(" "));
    }
    let ids = |list: &[cicatrix::wire::v1::Reason]| list.iter().map(|it| it.rule.clone()).collect::<Vec<_>>();
    let mut among = |what: &str, written: &[String], found: Vec<String>| {
        for it in written.iter().filter(|it| !found.contains(it)) {
            check(what, it.clone(), found.join(" "));
        }
    };
    among("preconditions", &expected.preconditions, ids(&protocol.preconditions));
    among("warnings", &expected.warnings, ids(&protocol.warnings));
    among("questions", &expected.questions, protocol.questions.iter().map(|it| it.field.clone()).collect());
    let referrals: Vec<_> = response.referrals.iter().map(|it| it.to.clone()).collect();
    check("referrals", expected.referrals.join(", "), referrals.join(", "));
    check("ask again after", expected.ask_again_after.join(", "), protocol.ask_again_after.join(", "));
    for procedure in &expected.without {
        let there = office.iter().any(|it| it.procedure == *procedure);
        check(procedure, "no stage".to_owned(), if there { "a stage" } else { "no stage" }.to_owned());
    }
}

fn status(it: &v1::Stage) -> String {
    it.status().as_str_name().trim_start_matches("STAGE_STATUS_").to_lowercase().replace('_', " ")
}

fn fares(it: &v1::ProcedureDisposition) -> String {
    let word = it.disposition().as_str_name().trim_start_matches("DISPOSITION_").to_lowercase().replace('_', " ");
    let until = match (it.until_day, it.until_event.as_str()) {
        (Some(day), _) => format!(" until day {day}"),
        (None, "") => String::new(),
        (None, event) => format!(" until {event}"),
    };
    format!("{word}{until}")
}
