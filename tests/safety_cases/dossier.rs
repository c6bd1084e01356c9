//! The worked safety cases of the dossier, and the rulings that changed what is expected.

use cicatrix::wire::v1::{self, Disposition, Site, generate_protocol_response::Outcome};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{
    facts::{self, Facts},
    person::{Group, Kind, Person, request},
    procedures::ids,
    support::service,
};

#[derive(Debug, Deserialize)]
pub struct Cases {
    pub baseline: Map<String, Json>,
    pub cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub id: String,
    pub title: String,
    pub patient: Map<String, Json>,
    pub scar: Map<String, Json>,
    #[serde(default)]
    pub must_not_contain: Vec<String>,
    #[serde(default)]
    pub must_contain_or_defer: Vec<Expected>,
    #[serde(default)]
    pub must_warn: Vec<String>,
    #[serde(default)]
    pub must_warn_on: Vec<Warned>,
    #[serde(default)]
    pub must_limit: Vec<Limited>,
}

#[derive(Debug, Deserialize)]
pub struct Expected {
    pub procedure: String,
    pub expect: String,
}

#[derive(Debug, Deserialize)]
pub struct Warned {
    pub procedure: String,
    pub code: String,
}

#[derive(Debug, Deserialize)]
pub struct Limited {
    pub procedure: String,
    pub param: String,
    pub value: Json,
}

pub fn cases() -> Cases {
    serde_json::from_str(include_str!("../data/safety_cases.json")).unwrap()
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// The person of a case: each type of scar is a group of its own at the same site.
pub fn person_of(baseline: &Map<String, Json>, case: &Case) -> Person {
    let mut known = Facts::new();
    facts::learn(&mut known, baseline);
    facts::learn(&mut known, &case.patient);
    let own: Map<String, Json> = case
        .scar
        .iter()
        .filter(|(fact, _)| !matches!(fact.as_str(), "site" | "scar_types"))
        .map(|(a, b)| (a.clone(), b.clone()))
        .collect();
    facts::learn(&mut known, &own);
    let site = texts(&case.scar["site"]);
    let site = Site::from_str_name(&format!("SITE_{}", site[0].to_uppercase())).unwrap();
    let groups = texts(&case.scar["scar_types"]).into_iter().map(|it| {
        let (id, kind) = match it.as_str() {
            "ice_pick" => ("ice pick", Kind::IcePick),
            "boxcar" => ("boxcar", Kind::Boxcar),
            "rolling" => ("rolling", Kind::Rolling),
            "hypertrophic" => ("hypertrophic", Kind::Hypertrophic),
            other => panic!("{other}"),
        };
        Group { id, kind, site, count: 12 }
    });
    Person {
        facts: known,
        elsewhere: Vec::new(),
        acne_marks: None,
        primed_days: None,
        groups: groups.collect(),
        grade: None,
        history: Vec::new(),
        // The cases think of a clinic that has everything.
        theatre: Some(true),
    }
}

/// The words of the dossier, the mildest first.
pub const ACTIONS: [&str; 6] = ["allow", "warn", "modify", "clearance", "defer", "exclude"];

pub fn action(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Unspecified => panic!("unspecified"),
        Disposition::Allowed => "allow",
        Disposition::Warned => "warn",
        Disposition::Modified => "modify",
        Disposition::NeedsClearance => "clearance",
        Disposition::Deferred => "defer",
        Disposition::Excluded => "exclude",
    }
}

fn fares<'a>(
    answer: &'a v1::GenerateProtocolResponse,
    code: &str,
) -> impl Iterator<Item = &'a v1::ProcedureDisposition> + use<'a> {
    let ids = ids(code);
    answer.dispositions.iter().filter(move |it| ids.contains(&it.procedure.as_str()))
}

/// Where a ruling of the project decided otherwise: case, what, and why.
pub const RULINGS: &[(&str, &str, &str)] = &[
    ("SC-032", "afl: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-034", "afl: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-034", "microdermabrasion: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-035", "subcision: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-040", "prp_gfc: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-063", "afl: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-078", "picosecond: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-078", "afl: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-107", "mnrf: expected exclude, got Some(\"defer\")", UNTIL),
    ("SC-103", "tca_cross: expected warn, got Some(\"defer\")", MATRIX),
    ("SC-104", "nafl: expected modify, got Some(\"defer\")", MATRIX),
    ("SC-147", "afl: expected modify, got Some(\"warn\")", STACKED),
    ("SC-147", "peel_medium_tca: expected modify, got Some(\"warn\")", STACKED),
    ("SC-106", "tca_cross: expected warn, got Some(\"defer\")", MATRIX),
];

const UNTIL: &str = "ruling 7: what is excluded until a cure or an event is shown as deferred until it";
const MATRIX: &str = "ruling 4: spacing is the gap matrix, whose row for this pair asks for four weeks, six in IV-VI";

const STACKED: &str = "a property of the plan itself, which is not asked: a plan shares a sitting only where the gap table \
                       says so, and every plan carries the caution";

fn is_ruled(case: &str, what: &str) -> bool {
    RULINGS.iter().any(|(id, about, _)| *id == case && *about == what)
}

fn failures(case: &Case, answer: &v1::GenerateProtocolResponse) -> Vec<String> {
    let mut wrong = Vec::new();
    for code in &case.must_not_contain {
        let open: Vec<&str> = fares(answer, code)
            .map(|it| action(it.disposition()))
            .filter(|it| !matches!(*it, "exclude" | "defer"))
            .collect();
        if !open.is_empty() || fares(answer, code).next().is_none() {
            wrong.push(format!("must not contain {code}: {open:?}"));
        }
    }
    for Expected { procedure, expect } in &case.must_contain_or_defer {
        // On mixed scars a procedure counts where it fares best: an ice pick bars nothing on a rolling scar.
        let best = fares(answer, procedure).map(|it| action(it.disposition()));
        let best = best.min_by_key(|it| ACTIONS.iter().position(|known| known == it));
        if best != Some(expect.as_str()) {
            wrong.push(format!("{procedure}: expected {expect}, got {best:?}"));
        }
    }
    let says = |it: &v1::ProcedureDisposition, code: &str| it.reasons.iter().any(|it| it.code == code);
    for code in &case.must_warn {
        if !answer.dispositions.iter().any(|it| says(it, code)) {
            wrong.push(format!("must warn {code}"));
        }
    }
    for Warned { procedure, code } in &case.must_warn_on {
        if !fares(answer, procedure).any(|it| says(it, code)) {
            wrong.push(format!("must warn {code} on {procedure}"));
        }
    }
    for Limited { procedure, param, value } in &case.must_limit {
        if !is_limited(answer, procedure, param, value) {
            wrong.push(format!("must limit {procedure}: {param} = {value}"));
        }
    }
    wrong
}

/// A limit is said by the rule that sets it; where the procedure is planned it also shows in the plan.
fn is_limited(answer: &v1::GenerateProtocolResponse, procedure: &str, param: &str, value: &Json) -> bool {
    let (rule, word) = match param {
        "skip_pustules" => ("ACNE-04", "pustule"),
        "test_area" => ("KEL-05", "test area"),
        "start" => ("FST-10", "lowest"),
        "test_spot" => ("PHO-02", "test"),
        "lidocaine_max_mg_kg" => ("LA-01", "4.5"),
        "max_energy_mj" | "max_coverage_pct" => ("SITE-05", "15"),
        other => panic!("{other}"),
    };
    let said = fares(answer, procedure)
        .flat_map(|it| &it.reasons)
        .any(|it| it.rule == rule && it.statement.to_lowercase().contains(word));
    let Some(Outcome::Protocol(protocol)) = &answer.outcome else { return said };
    let shown = protocol.stages.iter().filter(|it| ids(procedure).contains(&it.procedure.as_str())).all(|stage| {
        let high = |name: &str| stage.parameters.iter().filter(|it| it.name == name).map(|it| it.high).next();
        let limit = value.as_f64().unwrap_or_default();
        match param {
            "max_energy_mj" => high("energy_mj").is_some_and(|it| it <= limit),
            "max_coverage_pct" => high("density_percent").is_some_and(|it| it <= limit),
            "lidocaine_max_mg_kg" => protocol.care_items.iter().any(|item| {
                item.procedures.contains(&stage.procedure)
                    && item.amounts.iter().any(|it| (it.value - limit).abs() < f64::EPSILON)
            }),
            _ => true,
        }
    });
    said && shown
}

/// What comes out otherwise than it is written, and how many rulings were needed.
pub fn wrong() -> (Vec<String>, usize) {
    let Cases { baseline, cases } = cases();
    let (mut all, mut ruled) = (Vec::new(), 0);
    for case in &cases {
        let answer = service().generate_protocol(request(&person_of(&baseline, case)));
        let answer = answer.unwrap_or_else(|it| panic!("{}: {:?}", case.id, cicatrix::serve::violations(&it)));
        for wrong in failures(case, &answer) {
            if is_ruled(&case.id, &wrong) {
                ruled += 1;
            } else {
                all.push(format!("{} {}: {wrong}", case.id, case.title));
            }
        }
    }
    (all, ruled)
}
