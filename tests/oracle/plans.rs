//! The plan for one group of scars, worked out step by step: which procedure, how often, on which days.

use std::collections::BTreeMap;

use cicatrix::wire::v1::Site;

use super::{
    facts::{number, yes},
    gaps::{Skin, code, gap},
    person::{Group, Kind, Person},
    rules::Action,
    verdicts::{Heard, Until, Verdict, hear, is_dark, skin},
};

/// One procedure of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub procedure: String,
    /// Is it done only if a review says so?
    pub contingent: bool,
    pub days: Vec<i32>,
    pub tests: Vec<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// In order; PRP last.
    pub stages: Vec<Stage>,
    pub reviews: Vec<i32>,
}

/// A step: the first of its procedures that may be done is taken.
struct Step {
    ranked: Vec<&'static str>,
    contingent: bool,
    part: Part,
}

/// "Phase order 2 structural, 3 surface, 4 volume and finish".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Structural,
    Surface,
    Finish,
}

const MNRF: &str = "mnrf";
const MN: &str = "microneedling";
const AFL: &str = "ablative-fractional-laser";
const NAFL: &str = "non-ablative-fractional-laser";
const PICO: &str = "picosecond-fractional-laser";
const CROSS: &str = "tca-cross";
const SUBCISION: &str = "subcision";
const EXCISION: &str = "punch-excision";
const ELEVATION: &str = "punch-elevation";
const GRAFT: &str = "punch-grafting";
const HA: &str = "filler-ha";
const PLLA: &str = "filler-plla";
const CAHA: &str = "filler-caha";
const PMMA: &str = "filler-pmma";
const ABRASION: &str = "dermabrasion-manual";
const PRP: &str = "prp";

/// "Judged at 12 weeks; final 26 weeks after the last session."
const REVIEW_DAYS: [i32; 2] = [12 * 7, 26 * 7];
/// "Priming 14 to 28 days"; the typical length.
const PRIMING_DAYS: i32 = 28;

/// The steps of a pathway, in order.
fn steps(person: &Person, group: &Group) -> Vec<Step> {
    let Group { kind, count, site, .. } = *group;
    let (grade, dark) = (person.grade, is_dark(person));
    let phototype = number(&person.facts, "fitzpatrick").unwrap_or(6.0);
    let distensible = yes(&person.facts, "distensible") == Some(true);
    let step = |ranked: &[&'static str]| Step { ranked: ranked.to_vec(), contingent: false, part: Part::Surface };
    let contingent = |ranked: &[&'static str]| Step { ranked: ranked.to_vec(), contingent: true, part: Part::Finish };
    let later = |ranked: &[&'static str]| Step { part: Part::Surface, ..contingent(ranked) };
    // "I-III: AFL if downtime is accepted, else MNRF"; "IV-VI: MNRF, picosecond (mild to moderate), microneedling,
    // low-density NAFL, low-density AFL".
    let surface = || match (dark, grade) {
        // What comes after is left open for I-III: safety class before fit, as in darker skin.
        (false, Some(4)) => step(&[AFL, MNRF, MN, NAFL]),
        (false, _) => step(&[AFL, MNRF, PICO, MN, NAFL]),
        (true, Some(4)) => step(&[MNRF, MN, NAFL, AFL]),
        (true, _) => step(&[MNRF, PICO, MN, NAFL, AFL]),
    };
    // "Trunk: no CROSS/punch by default".
    let trunk = matches!(site, Site::Chest | Site::Back | Site::Shoulder);
    let acid = (!trunk).then_some(CROSS);
    // "Punch not offered beyond 10-15 pits."
    let punch = |it: &'static str| (count <= 15 && !trunk).then_some(it);
    let structural = |ranked: &[Option<&'static str>]| Step {
        ranked: ranked.iter().filter_map(|it| *it).collect(),
        contingent: false,
        part: Part::Structural,
    };
    // "Grade 4: structural tool required": where neither acid nor punch is left, release is.
    let release = (grade == Some(4)).then_some(SUBCISION);
    let shoulders = || contingent(if phototype <= 4.0 { &[ABRASION] } else { &[] });
    match kind {
        // "Ice pick keeps the seed order (MNRF, then fractional laser)": planned in I-III, contingent in IV-VI, where
        // "picosecond or low-density NAFL first, AFL needs clearance and test spot".
        Kind::IcePick => vec![
            structural(&[acid, punch(EXCISION)]),
            step(&[MNRF, MN]),
            if dark { later(&[PICO, NAFL, AFL]) } else { step(&[AFL, PICO, NAFL]) },
        ],
        // "Filler if a distensible residual is left."
        // "Grade 4: structural tool required."
        Kind::Boxcar | Kind::BoxcarShallow => {
            let severe = (grade == Some(4)).then(|| structural(&[Some(SUBCISION)]));
            let fill = distensible.then(|| contingent(&[HA]));
            severe.into_iter().chain([surface()]).chain(fill).collect()
        }
        // "Up to 2 mm CROSS, then punch; over 2 to 3 mm excision; over 3 mm with a sound base elevation; scarred base
        // excision or graft."
        // Shoulders that stay are abraded by hand, which the adjuncts advise against in V-VI.
        Kind::DeepNarrow => vec![structural(&[acid, punch(EXCISION), release]), surface(), shoulders()],
        Kind::DeepMiddle => vec![structural(&[punch(EXCISION), release]), surface(), shoulders()],
        Kind::DeepWide => vec![structural(&[punch(ELEVATION), punch(EXCISION), release]), surface(), shoulders()],
        // "Base scarred, forehead or upper cheek: graft."
        Kind::DeepWideScarred if matches!(site, Site::Forehead | Site::Glabella | Site::UpperCheek) => {
            vec![structural(&[punch(GRAFT), punch(EXCISION), release]), surface(), shoulders()]
        }
        Kind::DeepWideScarred => vec![structural(&[punch(EXCISION), punch(GRAFT), release]), surface(), shoulders()],
        // "Rolling, distensible, released, residual: HA, PLLA, CaHA, PMMA."
        Kind::Rolling => vec![structural(&[Some(SUBCISION)]), surface(), contingent(&[HA, PLLA, CAHA, PMMA])],
        Kind::Doubtful | Kind::Hypertrophic | Kind::Keloid => Vec::new(),
        Kind::Suspicious | Kind::Inflamed => Vec::new(),
        Kind::RedMark | Kind::BrownMark | Kind::WhiteMark => Vec::new(),
    }
}

/// Strength by scar type, section 2 of the procedures: weak 1, weak to moderate 2, moderate 3, strong 4.
fn strength(procedure: &str, kind: Kind) -> i32 {
    // Where the depth is not known, what is said of deep ones is the least that can be said.
    let deep = !matches!(kind, Kind::IcePick | Kind::BoxcarShallow | Kind::Rolling);
    match (procedure, kind) {
        (MNRF | NAFL, Kind::IcePick) => 2,
        (AFL | PICO | MN, Kind::IcePick) => 1,
        (AFL | MNRF, _) if deep => 3,
        (PICO | MN | NAFL, _) if deep => 1,
        (AFL, _) => 4,
        (MNRF | NAFL, _) => 3,
        (PICO, Kind::BoxcarShallow) => 3,
        (PICO, _) => 2,
        (MN, Kind::Rolling) => 2,
        (MN, _) => 1,
        (CROSS, Kind::IcePick) => 4,
        // What cannot be undone is never the equal of what can.
        (PMMA, _) => 1,
        _ => 3,
    }
}

/// Least, typical and most sessions: "CROSS 2/4/6, MNRF 2/4/6, AFL 2/3/6, NAFL 1/4/6, MN 3/4/6, PRP 2/3/12,
/// subcision 1/3/6"; the rest from the tables of the adjuncts.
fn counts(procedure: &str) -> (i32, i32) {
    match procedure {
        CROSS | MNRF => (2, 4),
        AFL => (2, 3),
        NAFL => (1, 4),
        MN => (3, 4),
        PICO => (2, 4),
        SUBCISION => (1, 3),
        EXCISION | ELEVATION | GRAFT | ABRASION => (1, 1),
        HA => (1, 2),
        PLLA => (3, 4),
        CAHA => (1, 1),
        PMMA => (1, 2),
        _ => panic!("no count for {procedure}"),
    }
}

/// "Minimum where at most 5 scars and grade at most 2; typical otherwise."
fn planned(procedure: &str, group: &Group, grade: Option<i32>) -> i32 {
    // "About 4 to 6 sites a sitting": many sites are spread over the sittings there may be.
    let most = match procedure {
        EXCISION | GRAFT => 3,
        ELEVATION => 2,
        _ => 0,
    };
    if most > 0 {
        return ((group.count + 5) / 6).clamp(1, most);
    }
    let (least, typical) = counts(procedure);
    if group.count <= 5 && grade.is_some_and(|it| it <= 2) { least } else { typical }
}

/// How many days a test takes before the first session: "test spots 4 weeks, keloid test areas 8 weeks".
fn test_days(procedure: &str, verdict: &Verdict, skin: Skin) -> i32 {
    let laser = matches!(procedure, AFL | NAFL | PICO);
    let of = |rule: &str| match rule {
        // Test areas "occupy the calendar" whatever else the rule does: KEL-07 and GLD-02 only warn.
        "KEL-05" | "KEL-07" | "KEL-07-HAND" | "KEL-13" => 56,
        "GLD-02" => 28,
        // "Stop date missing = inside the window": what ISO-03 asks for, ISO-15 asks for.
        "ISO-15" if procedure == AFL => 28,
        "ISO-03" | "PHO-02" | "PHD-02" | "PHD-02-HAND" | "VIT-03" | "FST-06" | "SITE-05" | "RAD-02" => 28,
        // "Test spot: for fractional ablative laser in IV and V, in VI always" (adjuncts, part 5), which FST-09 names with
        // the opinion in VI. Needles without heat, release and punch are not among what it is about.
        "FST-09" if matches!(procedure, CROSS | MNRF | NAFL | PICO) => 28,
        // "Treat as one skin type darker: test spot"; the expert case with brown marks before has none for MNRF and acid.
        "PIH-04" if laser => 28,
        _ => 0,
    };
    match verdict.said.iter().map(|(rule, _, _)| of(rule)).max().unwrap_or(0) {
        0 => 0,
        // A test area is a small session: the next one keeps the least distance of two.
        test => test.max(least_between(procedure, skin)),
    }
}

/// The least distance between two sessions of the same procedure.
fn least_between(procedure: &str, skin: Skin) -> i32 {
    match (code(procedure, 100.0), procedure) {
        (Some(it), _) => gap(it, it, skin).least,
        (None, ABRASION) => (8 + if skin.trunk { 2 } else { 0 }) * 7,
        (None, _) => between(procedure, procedure, skin),
    }
}

/// "Priming delays CROSS from 65 %, lasers and peels; not subcision, punch or MNRF."
fn waits_for_priming(procedure: &str) -> bool {
    matches!(procedure, CROSS | AFL | NAFL | PICO)
}

/// What SMK-01 is about.
fn waits_for_a_pause(procedure: &str) -> bool {
    matches!(procedure, AFL | SUBCISION | EXCISION | ELEVATION | GRAFT)
}

/// Clearances by opinion; the others are checks that are made at the visit.
fn is_opinion(rule: &str) -> bool {
    let asked_at_the_visit = [
        "HSV-06",
        "FST-13",
        "SET-02",
        "SITE-00",
        "ISO-13",
        "INF-07",
        "ALG-12",
        "DEV-05",
        "ATH-07",
        "ATH-08",
        "ONC-07",
        "ACNE-09",
        "KEL-10",
        "BDD-02",
        "ATH-08-HAND",
        "HSV-06-HAND",
        "KEL-10-HAND",
    ];
    !asked_at_the_visit.contains(&rule)
}

/// "Checks that can be made at the visit count as allowed with a precondition" (ruling 6): a test that nobody has made and a
/// consent that nobody has asked for. A bad answer that is on record is no check that is to be made: what waits for it is
/// "deferred until an event" (ruling 7).
fn is_check(person: &Person, rule: &str) -> bool {
    match rule {
        "PREG-07" => true,
        "AGE-09" => {
            let refused = yes(&person.facts, "guardian_consent") == Some(false);
            !refused || number(&person.facts, "age_years").is_none()
        }
        _ => false,
    }
}

/// What the rules say of a group on each day that was asked for.
struct Calendar<'a> {
    person: &'a Person,
    group: &'a Group,
    heard: BTreeMap<i32, Heard<'a>>,
}

/// Where the service is known to plan otherwise than the rulings have it: told apart so that nothing else hides behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quirk {
    /// What a review decides is drawn although nothing is planned that could be reviewed.
    ReviewOfNothing,
}

impl Quirk {
    pub const ALL: [Self; 1] = [Self::ReviewOfNothing];
}

impl<'a> Calendar<'a> {
    fn verdict(&mut self, procedure: &str, day: i32) -> Verdict {
        let (person, group) = (self.person, self.group);
        self.heard.entry(day).or_insert_with(|| hear(person, group, day)).verdict(procedure)
    }

    /// Does it wait for something to end?
    fn waits(&mut self, procedure: &str, from: i32) -> bool {
        let person = self.person;
        let verdict = self.verdict(procedure, from);
        let mut defers = verdict.said.iter().filter(|it| it.1 == Action::Defer && !is_check(person, it.0));
        verdict.action != Action::Exclude && defers.any(|it| it.2 == Some(Until::Event))
    }

    /// The first day from `from` on which it may be done, and whether an opinion is wanted first.
    fn opens(&mut self, procedure: &str, from: i32) -> Option<(i32, bool)> {
        let person = self.person;
        let verdict = self.verdict(procedure, from);
        if verdict.action == Action::Exclude {
            return None;
        }
        let defers = verdict.said.iter().filter(|it| it.1 == Action::Defer && !is_check(person, it.0));
        match defers.filter_map(|it| it.2).max() {
            Some(Until::Event) => None,
            Some(Until::Day(wait)) => self.opens(procedure, from + wait),
            None => {
                let mut clearances = verdict.said.iter().filter(|it| it.1 == Action::Clearance);
                Some((from, clearances.any(|it| is_opinion(it.0))))
            }
        }
    }
}

/// The plan for a person with one group of scars.
pub fn plan(person: &Person, quirk: Option<Quirk>) -> Plan {
    let group = person.groups.first().unwrap();
    let dark = is_dark(person);
    let skin = skin(person, group);
    // "Mild acne marks: prime 4 weeks."
    let marks = person.acne_marks == Some(true) && yes(&person.facts, "pih_active_in_field") == Some(true);
    // "Treat as one skin type darker" (PIH-04): after brown marks type III is primed as type IV is.
    let marked = number(&person.facts, "fitzpatrick") == Some(3.0) && yes(&person.facts, "pih_history") == Some(true);
    let dark_to_acid_and_light = dark || marked;
    let ready =
        if dark_to_acid_and_light || marks { (PRIMING_DAYS - person.primed_days.unwrap_or(0)).max(0) } else { 0 };
    // "At least 4 weeks' cessation before": who smokes stops with the plan at the earliest.
    let pause = if yes(&person.facts, "smoker") == Some(true) { 28 } else { 0 };
    let mut calendar = Calendar { person, group, heard: BTreeMap::new() };
    let mut stages: Vec<Stage> = Vec::new();
    let mut last: Option<(&'static str, i32)> = None;
    let mut reviews = Vec::new();
    // "Subcision before any resurfacing of the same area", "fillers after the device series": while what
    // comes first has to wait, the rest waits too.
    let mut held: Option<Part> = None;
    for step in steps(person, group) {
        if held.is_some_and(|part| part < step.part) {
            continue;
        }
        if step.contingent && reviews.is_empty() {
            match last {
                Some((_, day)) => reviews = REVIEW_DAYS.iter().map(|it| day + it).collect(),
                None if quirk == Some(Quirk::ReviewOfNothing) => reviews = vec![0],
                // There is nothing to review.
                None => continue,
            }
        }
        let earliest = |procedure: &str| {
            let after = last.map_or(0, |(before, day)| day + between(before, procedure, skin));
            let priming = if waits_for_priming(procedure) { ready } else { 0 };
            let after = after.max(if waits_for_a_pause(procedure) { pause } else { 0 });
            let Some(review) = reviews.first().filter(|_| step.contingent) else { return after.max(priming) };
            // Skin that needs priming is primed again before what a review decides.
            let again = if dark_to_acid_and_light && waits_for_priming(procedure) { PRIMING_DAYS } else { 0 };
            after.max(review + again)
        };
        let open: Vec<(&'static str, i32, bool)> = step
            .ranked
            .iter()
            .filter_map(|it| calendar.opens(it, earliest(it)).map(|(day, opinion)| (*it, day, opinion)))
            .collect();
        let Some(&first) = open.first() else {
            let waits = step.part < Part::Finish && step.ranked.iter().any(|it| calendar.waits(it, earliest(it)));
            held = held.or(waits.then_some(step.part));
            continue;
        };
        // "Opinion-type clearance ranks below a plainly allowed option of equal strength", and the more of greater.
        // In IV-VI the ablative laser comes last, whatever those before it need.
        let in_turn = |it: &str| it != AFL || !is_dark(person);
        let as_strong = |it: &str| strength(it, group.kind) >= strength(first.0, group.kind);
        let plain = open.iter().find(|it| !it.2 && in_turn(it.0) && as_strong(it.0));
        let (procedure, day, _) = if first.2 { *plain.unwrap_or(&first) } else { first };
        let test = test_days(procedure, &calendar.verdict(procedure, day), skin);
        let every = between(procedure, procedure, skin);
        let count = planned(procedure, group, person.grade);
        let days: Vec<i32> = (0..count).map(|at| day + test + at * every).collect();
        if !step.contingent {
            last = Some((procedure, *days.last().unwrap()));
        }
        let tests = if test > 0 { vec![day] } else { Vec::new() };
        stages.push(Stage { procedure: procedure.to_owned(), contingent: step.contingent, days, tests });
    }
    if reviews.is_empty() {
        reviews = last.iter().flat_map(|(_, day)| REVIEW_DAYS.map(|it| day + it)).collect();
    }
    stages.extend(plasma(&mut calendar, &stages));
    Plan { stages, reviews }
}

/// Days from one session to the next: the typical gap, never below the least.
fn between(from: &str, to: &str, skin: Skin) -> i32 {
    match (code(from, 100.0), code(to, 100.0)) {
        (Some(from), Some(to)) => gap(from, to, skin).typical,
        // Fillers: four weeks, and two more on the trunk.
        _ => 28 + if skin.trunk { 14 } else { 0 },
    }
}

/// PRP joins the device sittings that the matrix allows: "MN, MNRF, AFL; never with CROSS, NAFL or picosecond".
fn plasma(calendar: &mut Calendar<'_>, stages: &[Stage]) -> Option<Stage> {
    let sittings = stages.iter().filter(|it| !it.contingent && matches!(it.procedure.as_str(), MN | MNRF | AFL));
    let joined = sittings.flat_map(|it| it.days.clone());
    let days: Vec<i32> = joined.filter(|day| calendar.opens(PRP, *day).is_some_and(|(open, _)| open == *day)).collect();
    // At least two sittings: fewer are no course.
    (days.len() >= 2).then(|| Stage { procedure: PRP.to_owned(), contingent: false, days, tests: Vec::new() })
}
