//! How a procedure fares at one site: the 233 rules, and on top of them the rulings where the dossiers differ.

use cicatrix::wire::v1::Site;

use super::{
    facts::{Facts, Value, days, later, number, word, words, yes},
    gaps::{self, Skin},
    person::{Group, Kind, Person},
    procedures::{Kin, ids, rule_code},
    rules::{Action, Duration, Rule, rules},
};

/// The wounds of a full field, which ask for six months without acne.
const FULL_FIELD: [&str; 5] =
    ["ablative_full", "dermabrasion_rotary", "peel_deep_phenol", "peel_medium_tca", "filler_pmma"];

/// What the gentler of two needs, the deeper needs too: the rule about the gentler, both, and what it is called then.
const DEEPER: [(&str, &str, &str, &str); 5] = [
    ("TAT-01", "ablative-fractional-laser", "ablative_full", "TAT-02"),
    ("MEL-01", "peel-medium-tca", "peel_deep_phenol", "MEL-03"),
    ("PRI-01", "peel-medium-tca", "peel_deep_phenol", "PRI-01-DEEP"),
    ("PRI-03", "peel-medium-tca", "peel_deep_phenol", "PRI-03-DEEP"),
    ("PRI-04", "peel-medium-tca", "peel_deep_phenol", "PRI-04-DEEP"),
];

/// What is said of abrasion by machine because it bleeds, is numbed by injection or wounds skin that cannot bear it holds
/// for abrasion by hand, and under which name.
const BY_HAND: [(&str, &str); 14] = [
    ("ALG-05", "ALG-05-HAND"),
    ("ATH-01", "ATH-01-HAND"),
    ("ATH-08", "ATH-08-HAND"),
    ("BLD-02", "BLD-02-HAND"),
    ("BLD-03", "BLD-03"),
    ("BLD-04", "BLD-04"),
    ("HSV-06", "HSV-06-HAND"),
    ("KEL-07", "KEL-07-HAND"),
    ("KEL-10", "KEL-10-HAND"),
    ("LA-03", "LA-03"),
    ("PHD-01", "PHD-01-HAND"),
    ("PHD-02", "PHD-02-HAND"),
    ("PRI-01", "PRI-01-HAND"),
    ("RAD-01", "RAD-01-HAND"),
];

/// What stands for the gap matrix among the rules.
pub const GAPS: &str = "the gap matrix";

/// How long something must wait. An event outlasts any day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    Day(i32),
    Event,
}

#[derive(Debug, Clone)]
pub struct Verdict {
    pub action: Action,
    pub until: Option<Until>,
    /// The rules that fired, with what each says.
    pub said: Vec<(&'static str, Action, Option<Until>)>,
}

/// Which fact dates the beginning of a wait.
fn since(from: &str) -> Option<&'static str> {
    Some(match from {
        "isotretinoin_stop" => "isotretinoin_months_since",
        "last_retinoid" => "topical_retinoid_days_since",
        "acne_quiescence" => "acne_quiet_months",
        "infection_resolved" => "infection_resolved_days",
        "last_sun" => "tan_days_since",
        "last_nsaid" => "nsaid_days_since",
        "last_systemic_steroid" => "systemic_steroid_weeks",
        "last_site_steroid" => "site_steroid_weeks",
        "stability" => "vitiligo_stable_months",
        "filler" => "filler_in_field_weeks",
        "toxin" => "botulinum_days",
        "surgery" => "facial_surgery_months",
        "trigger" => "immune_trigger_weeks",
        "deep_resurfacing" => "deep_resurfacing_weeks",
        "afl" => "afl_weeks",
        "nonablative" => "nonablative_weeks",
        "punch" => "punch_weeks",
        _ => return None,
    })
}

fn wait(rule: &Rule, duration: &Duration, facts: &Facts) -> Until {
    // A rule that does not ask for the date is about a state that still holds: its end is an event.
    let dated = since(&duration.from).filter(|fact| duration.unit != "event" && rule.asks().reads(fact));
    #[allow(clippy::cast_possible_truncation, reason = "whole days")]
    match dated.and_then(|fact| number(facts, fact)) {
        Some(passed) => Until::Day((days(duration.value, &duration.unit) - passed) as i32),
        None => Until::Event,
    }
}

/// Is a word among those of a fact?
fn has(facts: &Facts, fact: &str, word: &str) -> bool {
    words(facts, fact).is_some_and(|it| it.iter().any(|it| it == word))
}

/// What one rule says of one procedure after the rulings.
fn ruled(rule: &Rule, code: &str, person: &Person) -> Option<Action> {
    Some(match (rule.id.as_str(), code) {
        ("CMB-01" | "CMB-02", _) => Action::Warn,
        // It is about "any procedure with lidocaine", and whoever is allergic to it gets none (ALG-05).
        ("LA-01", _) if has(&person.facts, "allergies", "lidocaine") => return None,
        // "Plain needling on or within 6 months = clearance (defer only under label_strict), so it is never stricter than
        // MNRF."
        ("ISO-06", _) => Action::Clearance,
        // "Microneedling to microneedling: floor 2, typical 4"; after the others the matrix has four weeks anyway.
        ("PRI-12", "microneedling") => return None,
        // "Mild acne marks: prime 4 weeks, MNRF and CROSS with clearance."
        ("PIH-01", "tca_cross") if person.acne_marks == Some(true) => Action::Clearance,
        // "From a procedure, or dense: defer until resolved." Not recorded is handled as if from a procedure.
        ("PIH-02", _) if person.acne_marks != Some(true) => Action::Defer,
        // "Exclude until delivery / cure / negative test is shown as deferred until an event, not as excluded."
        _ if rule.action == Action::Exclude && rule.duration.is_some() => Action::Defer,
        _ => rule.action,
    })
}

/// Everything that the rules say of a group of scars on one day.
pub struct Heard<'a> {
    person: &'a Person,
    group: &'a Group,
    day: i32,
    facts: Facts,
    fired: Vec<&'static Rule>,
}

/// Hears every rule about a group of scars, some days after day 0.
pub fn hear<'a>(person: &'a Person, group: &'a Group, day: i32) -> Heard<'a> {
    let mut known = person.facts_at(group);
    for done in &person.history {
        if let Some(fact) = fact_of(done.procedure) {
            known.insert(fact.to_owned(), Value::Number(f64::from(done.days_ago)));
        }
    }
    // Whoever has brown marks of a session has had brown marks: the vocabulary asks for both, and the answers go together.
    if word(&known, "previous_complication") == Some("pih_unresolved") {
        known.insert("pih_history".to_owned(), Value::Yes(true));
    }
    let facts = later(known, day);
    // "Absence never gives a less careful plan": without a phototype everything holds too that holds for the darkest.
    let darkest = (!facts.contains_key("fitzpatrick")).then(|| {
        let mut darkest = facts.clone();
        darkest.insert("fitzpatrick".to_owned(), Value::Number(6.0));
        darkest
    });
    // Facts of scope "plan" are computed, not asked: what is said of combinations is said always, as a caution. The pair
    // table forbids two wounds in one sitting.
    // An extent that nobody stated counts as the whole face, which neck and trunk are no part of.
    let no_face = matches!(group.site, Site::Neck | Site::Chest | Site::Back | Site::Shoulder);
    let elsewhere = |rule: &Rule| rule.id == "HSV-03" && no_face && !facts.contains_key("field_extent");
    let fires = |rule: &&Rule| {
        if elsewhere(rule) {
            return false;
        }
        rule.id.starts_with("CMB-") || rule.fires(&facts) || darkest.as_ref().is_some_and(|it| rule.fires(it))
    };
    let fired = rules().iter().filter(fires).collect();
    Heard { person, group, day, facts, fired }
}

impl Heard<'_> {
    /// The rules of the dossier that a procedure falls under which the dossier does not know.
    pub fn kin(&self, kin: &Kin) -> Vec<&'static str> {
        let like = kin.like.iter().flat_map(|code| self.verdict(ids(code)[0]).said);
        let like = like.map(|(id, _, _)| id).filter(|id| !kin.without.contains(id));
        let with = self.fired.iter().map(|it| it.id.as_str()).filter(|id| kin.with.contains(id));
        like.chain(with).collect()
    }

    /// How one procedure fares.
    pub fn verdict(&self, procedure: &str) -> Verdict {
        let code = rule_code(procedure).unwrap_or_else(|| panic!("{procedure} has no code in the rules"));
        let mut said = Vec::new();
        for rule in self.fired.iter().filter(|it| it.procedures.iter().any(|it| it == code)) {
            let Some(action) = ruled(rule, code, self.person) else { continue };
            let until = (action == Action::Defer)
                .then(|| rule.duration.as_ref().map_or(Until::Event, |it| wait(rule, it, &self.facts)));
            said.push((rule.id.as_str(), action, until));
        }
        // "Focal and field work released at none, or mild without pustules; 6 months' quiet for full-field wounding is a
        // rule": so acne that is mild but there is not quiet.
        if word(&self.facts, "active_acne") == Some("mild") && FULL_FIELD.contains(&code) {
            said.push(("ACNE-07", Action::Defer, Some(Until::Event)));
        }
        // "Acne plan first or in parallel": what treats acne at home says that it is not the whole of it.
        let acne = word(&self.facts, "active_acne");
        let pustules = yes(&self.facts, "pustules_in_field") == Some(true);
        if (matches!(acne, Some("moderate" | "severe")) || pustules) && code == "topical_retinoid" {
            said.push(("ACNE-10", Action::Warn, None));
        }
        // What is used at home begins "when the skin has healed", so it waits for what sessions wait for.
        if ["topical_retinoid", "hydroquinone"].contains(&code) {
            let wait = |rule| (rule, Action::Defer, Some(Until::Event));
            said.extend(yes(&self.facts, "dermatitis_in_field").filter(|it| *it).map(|_| wait("DRM-02")));
            said.extend(yes(&self.facts, "sunburn").filter(|it| *it).map(|_| wait("SUN-05")));
            let infected = |kinds: &[&str]| kinds.iter().any(|it| has(&self.facts, "infection_in_field", it));
            if infected(&["bacterial", "fungal", "other"]) {
                said.push(wait("INF-08"));
            }
            if infected(&["hsv", "zoster"]) {
                said.push(wait("INF-09"));
            }
            match word(&self.facts, "previous_complication") {
                Some("infection_unresolved" | "burn_unresolved") => said.push(wait("CPL-13")),
                Some("herpes_outbreak") => said.push(wait("CPL-14")),
                Some("persistent_erythema") if code == "topical_retinoid" => said.push(wait("CPL-16")),
                _ => {}
            }
        }
        // "MNRF may start in moderate non-nodular acne away from pustules": the caution about them is said wherever there are
        // any.
        if code == "mnrf" && yes(&self.facts, "pustules_in_field") == Some(true) {
            said.push(("ACNE-04", Action::Warn, None));
        }
        // The worked case of narrow deep boxcar scars has the warning that acid can widen them too.
        if self.group.kind == Kind::DeepNarrow && code == "tca_cross" {
            said.push(("IND-04", Action::Warn, None));
        }
        // Expert case E07: nothing in the office on chest, back, shoulder and jawline, so no filler either; and the laser is
        // named for the clinic that lifts KEL-02.
        let keloids = matches!(self.group.site, Site::Chest | Site::Back | Site::Shoulder | Site::Jawline);
        if keloids && word(&self.facts, "keloid_history") == Some("personal") && ["filler_ha", "afl"].contains(&code) {
            said.push(("KEL-04", Action::Exclude, None));
        }
        // Beyond the 233, from KEL-05 and KEL-09: what KEL-09 leaves over begins with a test area and an opinion.
        let raised = word(&self.facts, "previous_complication") == Some("hypertrophic_scar");
        if raised && ["subcision", "nafl", "picosecond", "biostimulator", "filler_ha"].contains(&code) {
            said.push(("KEL-13", Action::Clearance, None));
        }
        // The safety tables, "Intervals after a complication": hypertrophic scar, "12 months and never the same modality".
        // The session of these people is needling of 700 days ago, so the months are over and needles are out; what the
        // rules exclude for a personal history holds for whoever grew a raised scar.
        if raised && code == "prp_gfc" {
            said.push(("KEL-24", Action::Exclude, None));
        }
        if raised && ["dermabrasion_manual", "filler_pmma"].contains(&code) {
            said.push(("KEL-17", Action::Exclude, None));
        }
        let in_depth = ["subcision", "nafl", "picosecond", "biostimulator", "filler_ha", "afl"];
        if keloids && raised && in_depth.contains(&code) {
            said.push(("KEL-16", Action::Exclude, None));
        }
        // "From a procedure, or dense: defer until resolved": cutting too.
        let marked = yes(&self.facts, "pih_active_in_field") == Some(true) && self.person.acne_marks != Some(true);
        if marked && code == "punch" {
            said.push(("PIH-06", Action::Defer, Some(Until::Event)));
        }
        // A new brown mark holds release, by its own dossier: somebody looks first.
        if marked && code == "subcision" {
            said.push(("PIH-09", Action::Clearance, None));
        }
        // The same holds for brown marks of an earlier session: what wounds waits, and cutting wounds.
        if word(&self.facts, "previous_complication") == Some("pih_unresolved") && code == "punch" {
            said.push(("PIH-03", Action::Defer, Some(Until::Event)));
        }
        // Release does not wound the surface, and its own dossier holds it for a new brown mark: somebody looks first.
        if word(&self.facts, "previous_complication") == Some("pih_unresolved") && code == "subcision" {
            said.push(("PIH-08", Action::Clearance, None));
        }
        // "The prescriber decides whether the cream is used" (ISO-11): so somebody is asked before it is.
        if word(&self.facts, "isotretinoin") == Some("current") && code == "topical_retinoid" {
            said.push(("ISO-16", Action::Clearance, None));
        }
        // "Unknown is not safe": who was not asked about pregnancy, or has no date of the last capsule, hears what ISO-12
        // says to whoever could be pregnant.
        let capsules = match word(&self.facts, "isotretinoin") {
            Some("current") => true,
            Some("stopped") => number(&self.facts, "isotretinoin_months_since").is_none_or(|it| it < 31.0),
            _ => false,
        };
        let may_be = word(&self.facts, "pregnancy").is_none_or(|it| it != "not_applicable");
        if capsules && may_be {
            let told = rules().iter().find(|it| it.id == "ISO-12").unwrap();
            if told.procedures.iter().any(|it| it == code) && !said.iter().any(|it| it.0 == "ISO-12") {
                said.push(("ISO-12", Action::Warn, None));
            }
        }
        // "Filler to acid or release: two weeks", as after a filler that is recorded as a session.
        if ["tca_cross", "subcision"].contains(&code) {
            said.extend(self.verdict("mnrf").said.into_iter().filter(|it| it.0 == "PRI-01"));
        }
        for (rule, gentler, _, own) in DEEPER.iter().filter(|it| it.2 == code) {
            let of_the_gentler = self.verdict(gentler).said.into_iter().filter(|it| it.0 == *rule);
            said.extend(of_the_gentler.map(|(_, action, until)| (*own, action, until)));
        }
        // "Risk rises with hepatic or cardiac disease": with what is injected as much as with a cream.
        let heart_or_liver = ["cardiac_disease", "hepatic_disease"].map(|fact| yes(&self.facts, fact));
        if heart_or_liver.contains(&Some(true)) && ["subcision", "punch", "dermabrasion_rotary"].contains(&code) {
            said.push(("LA-03", Action::Clearance, None));
        }
        if code == "dermabrasion_manual" {
            let machine = self.verdict("dermabrasion-rotary").said.into_iter();
            let named = |rule| BY_HAND.iter().find(|(it, _)| *it == rule).map(|(_, own)| *own);
            said.extend(machine.filter_map(|(rule, action, until)| Some((named(rule)?, action, until))));
        }
        // Whoever has cover has it by a prescriber who "checks renal function" (safety.md 5.2), not only with a history.
        if yes(&self.facts, "renal_disease") == Some(true) {
            let mouth = matches!(self.group.site, Site::Perioral | Site::Lip);
            let history = yes(&self.facts, "hsv_history");
            let dose = |rule: &str| match (rule, history) {
                ("HSV-06" | "HSV-06-HAND", None) => Some("HSV-07-UNKNOWN"),
                ("HSV-02", Some(false)) => Some("HSV-07-WHOLE"),
                ("HSV-03", Some(false)) => Some("HSV-07-FACE"),
                ("HSV-04", Some(true)) if mouth => Some("HSV-07-MOUTH"),
                _ => None,
            };
            let doses: Vec<_> = said.iter().filter_map(|it| dose(it.0)).collect();
            said.extend(doses.into_iter().map(|rule| (rule, Action::Clearance, None)));
        }
        // Rubbing with crystals wounds too, and a wound can wake lupus.
        if code == "microdermabrasion" && word(&self.facts, "photosensitive_disease") == Some("lupus_active") {
            said.push(("PHD-01-HAND", Action::Defer, Some(Until::Event)));
        }
        // "Exclude active; clearance when quiescent": before deep work no less than before the gentle work of CTD-02.
        let excluded_when_active =
            || rules().iter().any(|it| it.id == "CTD-01" && it.procedures.iter().any(|it| it == code));
        let quiet = words(&self.facts, "ctd").is_some_and(|it| it.iter().any(|it| it == "other_quiescent"));
        if quiet && excluded_when_active() {
            said.push(("CTD-03", Action::Clearance, None));
        }
        // The eyebrow lies between two sites that get no filler.
        if self.group.site == Site::Eyebrow && ["filler_ha", "biostimulator", "filler_pmma"].contains(&code) {
            said.push(("SITE-11", Action::Exclude, None));
        }
        if let Some(free) = spaced(self.person, self.group, procedure).filter(|free| *free > self.day) {
            said.push((GAPS, Action::Defer, Some(Until::Day(free - self.day))));
        }
        let action = said.iter().map(|(_, action, _)| *action).max().unwrap_or(Action::Allow);
        let until = said.iter().filter(|(_, it, _)| *it == action).filter_map(|(_, _, until)| *until).max();
        Verdict { action, until, said }
    }
}

/// The fact by which the rules of spacing, PRI-08 to PRI-13, know a past session. "Spacing lives only in the gap matrix":
/// they are compiled into it, so that it is never milder than they are.
fn fact_of(procedure: &str) -> Option<&'static str> {
    Some(match procedure {
        "ablative-fractional-laser" => "afl_weeks",
        "punch-excision" | "punch-elevation" | "punch-grafting" => "punch_weeks",
        "mnrf" | "microneedling" | "non-ablative-fractional-laser" | "picosecond-fractional-laser" => {
            "nonablative_weeks"
        }
        "dermabrasion-rotary" => "deep_resurfacing_weeks",
        _ => return None,
    })
}

/// The first day that past sessions leave free.
fn spaced(person: &Person, group: &Group, procedure: &str) -> Option<i32> {
    let skin = skin(person, group);
    let told = person.history.iter().map(|it| (it.procedure, it.days_ago, it.tca_percent.unwrap_or(100.0)));
    let waits = told.filter_map(|(past, days_ago, percent)| {
        let to = gaps::code(procedure, 100.0)?;
        let least = match past {
            "dermabrasion-rotary" | "peel-deep-phenol" => gaps::after_dermabrasion(to, skin),
            _ => gaps::gap(gaps::code(past, percent)?, to, skin).least,
        };
        Some(least - days_ago)
    });
    waits.max()
}

/// Phototypes IV to VI; one that was not asked is handled like the darkest.
pub fn is_dark(person: &Person) -> bool {
    number(&person.facts, "fitzpatrick").is_none_or(|it| it >= 4.0)
}

/// What about the skin of a group lengthens waits.
pub fn skin(person: &Person, group: &Group) -> Skin {
    let trunk = matches!(group.site, Site::Chest | Site::Back | Site::Shoulder);
    Skin { dark: is_dark(person), primed: person.primed_days.is_some(), trunk }
}
