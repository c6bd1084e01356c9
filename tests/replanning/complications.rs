//! What went wrong holds where it happened, says what treats it, and lets go when it is over.
//!
//! The mutation run calls the same functions on changed knowledge.

#![allow(unreachable_pub, reason = "shared with the mutation run")]

use cicatrix::wire::v1::{self, Complication, Site};

use super::{
    asked::{acid, days_before, protocol},
    support,
};

/// Pits on the cheek and on the temple.
fn two_places() -> v1::GenerateProtocolRequest {
    let mut request = support::request();
    request.scars.push(v1::Scar { site: Site::Temple.into(), ..support::pits("s2") });
    request
}

/// Needling of the temple eight weeks ago, after which something went wrong that was over so many days ago.
fn after(complication: Complication, over: Option<i32>) -> v1::GenerateProtocolRequest {
    let mut request = two_places();
    request.history.push(v1::PastSession {
        procedure: "mnrf".to_owned(),
        date: Some(days_before(56)),
        scar_ids: vec!["s2".to_owned()],
        complications: vec![complication.into()],
        complications_resolved: over.map(days_before),
        ..v1::PastSession::default()
    });
    request
}

/// How a procedure fares on a group: its disposition, the day or the event it waits for, and the rules.
fn fares(request: &v1::GenerateProtocolRequest, procedure: &str, scar: &str) -> (String, String, Vec<String>) {
    let answer = support::service().generate_protocol(request.clone()).unwrap();
    let found =
        answer.dispositions.iter().find(|it| it.procedure == procedure && it.scar_ids.iter().any(|it| it == scar));
    let found = found.unwrap_or_else(|| panic!("{procedure} on {scar} is not told"));
    let until = found.until_day.map_or(found.until_event.clone(), |it| it.to_string());
    let rules = found.reasons.iter().map(|it| it.rule.clone()).collect();
    (found.disposition().as_str_name().trim_start_matches("DISPOSITION_").to_lowercase(), until, rules)
}

pub fn what_went_wrong_holds_where_it_happened() {
    let events = [
        (Complication::PihUnresolved, "PIH-03", "pigment-resolved"),
        (Complication::InfectionUnresolved, "PRI-14", "complication-resolved"),
        (Complication::BurnUnresolved, "PRI-14", "complication-resolved"),
        (Complication::HerpesOutbreak, "CPL-03", "complication-resolved"),
        (Complication::PersistentErythema, "CPL-07", "complication-resolved"),
    ];
    for (complication, rule, event) in events {
        let request = after(complication, None);
        let there = fares(&request, "tca-cross", "s2");
        assert_eq!((there.0.as_str(), there.1.as_str()), ("deferred", event), "{complication:?}");
        assert!(there.2.iter().any(|it| it == rule), "{complication:?}: {:?}", there.2);
        let elsewhere = fares(&request, "tca-cross", "s1");
        assert_ne!(elsewhere.0, "deferred", "{complication:?} holds the cheek too: {:?}", elsewhere.2);
        assert!(!elsewhere.2.iter().any(|it| it == rule));
        // The cheek is treated meanwhile, and the answer says after what to ask again for the temple.
        let plan = protocol(&request).unwrap();
        assert_eq!(plan.ask_again_after, [event], "{complication:?}");
        assert_eq!(acid(&plan).scar_ids, ["s1"], "{complication:?}");
        assert!(acid(&plan).planned_sessions > 0);
    }
}

pub fn a_raised_scar_speaks_of_all_skin() {
    let request = after(Complication::HypertrophicScar, None);
    for scar in ["s1", "s2"] {
        let (fares, _, rules) = fares(&request, "tca-cross", scar);
        assert_eq!(fares, "excluded", "{scar}");
        assert!(rules.iter().any(|it| it == "KEL-09"));
    }
    // That it may come again is never over.
    let over = after(Complication::HypertrophicScar, Some(20));
    assert_eq!(fares(&over, "tca-cross", "s1").0, "excluded");
    // While it has not settled the temple has no day at all; the cheek has, after a year.
    let asked = |request: &v1::GenerateProtocolRequest, scar: &str| {
        let (fares, _, rules) = fares(request, "picosecond-fractional-laser", scar);
        (fares, rules.iter().any(|it| it == "CPL-17"))
    };
    assert_eq!(asked(&request, "s2"), ("deferred".to_owned(), true));
    for (request, scar) in [(&request, "s1"), (&over, "s1"), (&over, "s2")] {
        assert_eq!(asked(request, scar), ("deferred".to_owned(), false), "{scar}");
    }
    assert_eq!(protocol(&request).unwrap().ask_again_after, ["complication-resolved"]);
    // Light that is used on raised scars themselves goes on.
    assert!(!fares(&request, "pulsed-dye-laser", "s2").2.iter().any(|it| it == "CPL-17"));
}

pub fn what_is_over_leaves_a_rest_and_a_memory() {
    // Complication, days since it was over, and the day on which the rest ends.
    for (complication, over, until) in [
        (Complication::HerpesOutbreak, 5, "9"),
        (Complication::InfectionUnresolved, 10, "18"),
        (Complication::BurnUnresolved, 50, "42"),
    ] {
        let request = after(complication, Some(over));
        assert_eq!(fares(&request, "mnrf", "s2").1, until, "{complication:?}");
        assert_eq!(fares(&request, "mnrf", "s1").1, "", "{complication:?}");
    }
    for complication in [Complication::HerpesOutbreak, Complication::InfectionUnresolved] {
        let rested = after(complication, Some(40));
        assert_ne!(fares(&rested, "mnrf", "s2").0, "deferred", "{complication:?}");
    }
    // Whoever had herpes or brown marks has a history of them, on all skin and whatever else was said.
    let herpes = fares(&after(Complication::HerpesOutbreak, Some(40)), "ablative-fractional-laser", "s1");
    assert!(herpes.2.iter().any(|it| it == "HSV-01"), "{:?}", herpes.2);
    let brown = fares(&after(Complication::PihUnresolved, Some(40)), "ablative-fractional-laser", "s1");
    assert!(brown.2.iter().any(|it| it == "PIH-04"), "{:?}", brown.2);
    assert_ne!(fares(&after(Complication::PihUnresolved, Some(40)), "tca-cross", "s2").0, "deferred");
    // The cause of a burn stands before the plan for ever.
    let burn = protocol(&after(Complication::BurnUnresolved, Some(50))).unwrap();
    assert!(burn.preconditions.iter().any(|it| it.rule == "CPL-06"));
}

pub fn what_treats_it_goes_on() {
    let red = after(Complication::PersistentErythema, None);
    assert_eq!(fares(&red, "pulsed-dye-laser", "s2").0, "needs_clearance");
    let plan = protocol(&red).unwrap();
    let home = |plan: &v1::Protocol, procedure: &str, rule: &str| {
        let reasons = plan.stages.iter().filter(|it| it.procedure == procedure).flat_map(|it| &it.reasons);
        reasons.into_iter().any(|it| it.rule == rule)
    };
    assert!(home(&plan, "azelaic-acid", "HOME-RED"));
    let brown = protocol(&after(Complication::PihUnresolved, None)).unwrap();
    assert!(home(&brown, "azelaic-acid", "HOME-BROWN"));
}

pub fn days_that_cannot_be_are_refused() {
    let wrong = |change: fn(&mut v1::PastSession)| {
        let mut request = after(Complication::HerpesOutbreak, Some(5));
        change(request.history.last_mut().unwrap());
        let status = support::service().generate_protocol(request).unwrap_err();
        cicatrix::serve::violations(&status)
    };
    assert_eq!(
        wrong(|it| it.complications_resolved = Some(days_before(60))),
        ["history[0].complications_resolved lies before date; send the day on which they were over"]
    );
    assert_eq!(
        wrong(|it| it.complications.clear()),
        ["history[0].complications_resolved goes with complications; name them or leave it out"]
    );
    assert_eq!(
        wrong(|it| it.counts_because = v1::CountingReason::TooWeak.into()),
        ["history[0].counts_because says why counts was decided; send counts too or leave it out"]
    );
}

const HEAT: [&str; 7] = [
    "ablative-fractional-laser",
    "full-ablative-laser",
    "ipl",
    "mnrf",
    "non-ablative-fractional-laser",
    "picosecond-fractional-laser",
    "pulsed-dye-laser",
];
const WOUNDS: [&str; 18] = [
    "ablative-fractional-laser",
    "dermabrasion-manual",
    "dermabrasion-rotary",
    "dot-peel",
    "full-ablative-laser",
    "microdermabrasion",
    "microneedling",
    "mnrf",
    "non-ablative-fractional-laser",
    "peel-deep-phenol",
    "peel-jessner",
    "peel-light-tca",
    "peel-medium-tca",
    "picosecond-fractional-laser",
    "punch-elevation",
    "punch-excision",
    "punch-grafting",
    "tca-cross",
];

const IRRITANTS: [&str; 3] = ["aha-cream", "bha-leave-on", "topical-retinoid"];

pub fn what_went_wrong_holds_for_what_it_is_about_and_nothing_else() {
    let everything = |request: &v1::GenerateProtocolRequest| -> Vec<v1::ProcedureDisposition> {
        let all = support::service().generate_protocol(request.clone()).unwrap().dispositions;
        all.into_iter().filter(|it| it.scar_ids.iter().any(|it| it == "s2")).collect()
    };
    let listed = v1::ListProceduresRequest { page_size: 1000, ..v1::ListProceduresRequest::default() };
    let listed = support::service().list_procedures(listed).unwrap().procedures;
    // What is used at home has no sessions.
    let sessions: Vec<&str> =
        listed.iter().filter(|it| it.session_count.is_some()).map(|it| it.procedure.as_str()).collect();
    assert!(sessions.len() > 30, "{}", sessions.len());
    for (complication, over, rule, about, least) in [
        (Complication::InfectionUnresolved, Some(10), "CPL-01", sessions.as_slice(), "DEFERRED"),
        (Complication::InfectionUnresolved, Some(40), "CPL-02", &sessions, "PRECONDITION"),
        (Complication::HerpesOutbreak, None, "CPL-03", &sessions, "DEFERRED"),
        (Complication::HerpesOutbreak, Some(5), "CPL-04", &sessions, "DEFERRED"),
        (Complication::BurnUnresolved, Some(50), "CPL-05", &sessions, "DEFERRED"),
        (Complication::BurnUnresolved, Some(200), "CPL-06", &HEAT, "PRECONDITION"),
        (Complication::BurnUnresolved, Some(200), "CPL-15", &HEAT, "MORE THAN A WARNING"),
        (Complication::PersistentErythema, None, "CPL-07", &WOUNDS, "DEFERRED"),
        (Complication::PersistentErythema, None, "CPL-16", &IRRITANTS, "DEFERRED"),
        (Complication::PersistentErythema, None, "CPL-08", &["ipl", "pulsed-dye-laser"], "NEEDS_CLEARANCE"),
    ] {
        let mut request = after(complication, over);
        if over > Some(56) {
            request.history.last_mut().unwrap().date = Some(days_before(300));
        }
        let all = everything(&request);
        let hear = |it: &&v1::ProcedureDisposition| it.reasons.iter().any(|it| it.rule == rule);
        let mut heard: Vec<&str> = all.iter().filter(hear).map(|it| it.procedure.as_str()).collect();
        let mut expected = about.to_vec();
        heard.sort_unstable();
        expected.sort_unstable();
        assert_eq!(heard, expected, "{rule}");
        // It is strict enough: a milder action would let what nothing else holds up go on.
        let mut fares = all.iter().filter(hear).map(|it| it.disposition().as_str_name());
        if least == "PRECONDITION" || least == "MORE THAN A WARNING" {
            let plan = protocol(&request).unwrap();
            let stands = plan.preconditions.iter().any(|it| it.rule == rule);
            assert_eq!(stands, least == "PRECONDITION", "{rule} stands before the plan: {stands}");
            // A plain warning, of an id that comes before it, is said after it.
            let needles = all.iter().find(|it| it.procedure == "mnrf").unwrap();
            let place = |rule: &str| needles.reasons.iter().position(|it| it.rule == rule).unwrap();
            assert!(place(rule) < place("CMB-01"), "{rule} is a mere warning");
        } else {
            assert!(fares.any(|it| it.ends_with(least)), "{rule}: nothing is {least}");
        }
    }
}

/// Needles that burned the temple once are tried there again; brown marks of acid have the skin primed before the next, which
/// is weaker.
pub fn skin_that_reacted_badly_begins_again() {
    let mut burned = after(Complication::BurnUnresolved, Some(150));
    burned.history[0].date = Some(days_before(200));
    let plan = protocol(&burned).unwrap();
    let first = |scar: &str| {
        let done = plan.sessions.iter().flat_map(|it| &it.procedures);
        let mut needles = done.filter(|it| it.procedure == "mnrf" && it.scar_ids.iter().any(|it| it == scar));
        needles.next().unwrap().kind()
    };
    assert_eq!(first("s2"), v1::SessionKind::TestArea, "where it burned");
    assert_eq!(first("s1"), v1::SessionKind::Treatment, "elsewhere");

    let mut marked = support::request();
    marked.history.push(v1::PastSession {
        procedure: "tca-cross".to_owned(),
        date: Some(days_before(56)),
        scar_ids: vec!["s1".to_owned()],
        tca_percent: Some(100.0),
        complications: vec![Complication::PihUnresolved.into()],
        complications_resolved: Some(days_before(10)),
        ..v1::PastSession::default()
    });
    let plan = protocol(&marked).unwrap();
    let strength = acid(&plan).parameters.iter().find(|it| it.name == "tca_concentration_percent").unwrap();
    assert_eq!((strength.low, strength.high), (50.0, 70.0));
    let acid_days = plan.sessions.iter().filter(|it| it.procedures.iter().any(|it| it.procedure == "tca-cross"));
    assert_eq!(acid_days.map(|it| it.day).next(), Some(28), "four weeks of creams come first");
}

/// Each of them, for whoever changes the knowledge.
#[allow(dead_code, reason = "for the mutation run")]
pub const ALL: [fn(); 7] = [
    skin_that_reacted_badly_begins_again,
    what_went_wrong_holds_where_it_happened,
    a_raised_scar_speaks_of_all_skin,
    what_is_over_leaves_a_rest_and_a_memory,
    what_treats_it_goes_on,
    days_that_cannot_be_are_refused,
    what_went_wrong_holds_for_what_it_is_about_and_nothing_else,
];

#[cfg(test)]
mod tests {
    #[test]
    fn what_went_wrong_holds_where_it_happened() {
        super::what_went_wrong_holds_where_it_happened();
    }

    #[test]
    fn a_raised_scar_speaks_of_all_skin() {
        super::a_raised_scar_speaks_of_all_skin();
    }

    #[test]
    fn what_is_over_leaves_a_rest_and_a_memory() {
        super::what_is_over_leaves_a_rest_and_a_memory();
    }

    #[test]
    fn what_treats_it_goes_on() {
        super::what_treats_it_goes_on();
    }

    #[test]
    fn skin_that_reacted_badly_begins_again() {
        super::skin_that_reacted_badly_begins_again();
    }

    #[test]
    fn days_that_cannot_be_are_refused() {
        super::days_that_cannot_be_are_refused();
    }

    #[test]
    fn what_went_wrong_holds_for_what_it_is_about_and_nothing_else() {
        super::what_went_wrong_holds_for_what_it_is_about_and_nothing_else();
    }
}
