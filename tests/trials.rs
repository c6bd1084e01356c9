//! Published regimens against our waits, sittings and counts: what was published is never a violation here.
//!
//! `tests/data/trials.json` holds 148 records. Each arm is laid out in time and every pair of sittings is looked up in
//! the gap table. What differs is either put right in the knowledge or stands in `support/exceptions.rs` with its
//! reason. `cargo test --test trials -- --nocapture` prints the figures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/arms.rs"]
mod arms;
#[path = "support/codes.rs"]
mod codes;
#[path = "support/exceptions.rs"]
mod exceptions;
#[path = "support/people.rs"]
mod people;

use std::collections::{BTreeMap, BTreeSet};

use arms::{Arm, Code, Part, Sitting, lay_out};
use cicatrix::{
    domain::{Fact, Facts, ScarType, Truth, Value},
    knowledge::{Basis, Gap, GapKind, Procedure, ProcedureKind, Spacing, Strength},
};
use codes::{CODES, Meaning, meaning};
use exceptions::{EXCEPTIONS, NOT_INTERPRETABLE};
use people::knowledge;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct File {
    trials: Vec<Trial>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "the fields say what the file holds")]
#[serde(deny_unknown_fields)]
struct Trial {
    id: String,
    key: String,
    scar_types: Vec<String>,
    fitzpatrick: Option<Vec<i64>>,
    site: String,
    arms_coded: Vec<String>,
    n_sessions: Option<(i32, Option<i32>)>,
    interval_weeks: Option<(Option<f64>, Option<f64>)>,
    same_day: Option<bool>,
    verdict: Option<String>,
    seen: bool,
    counted: Option<bool>,
}

fn trials() -> Vec<Trial> {
    let file: File = serde_json::from_str(include_str!("data/trials.json")).unwrap();
    file.trials
}

fn procedure(id: &str) -> Option<&'static Procedure> {
    knowledge().procedures().iter().find(|it| it.id == id)
}

/// Our procedures for a code; none when it is none of ours.
fn ours(code: &Code) -> Vec<&'static Procedure> {
    match meaning(&code.base) {
        Some(Meaning::Ours(ids)) => ids.iter().filter_map(|id| procedure(id)).collect(),
        Some(Meaning::Priming | Meaning::Nothing | Meaning::None(_)) | None => Vec::new(),
    }
}

/// Rows of the gap table that a code may have. A strength below that of the weaker form has the row of that.
fn kinds(code: &Code) -> Vec<GapKind> {
    let of = |it: &Procedure| {
        let gaps = it.gaps?;
        let strength = code.number.map(|it| (it * 1000.0) as i64);
        let weaker = gaps.weaker.filter(|weaker| strength.is_some_and(|it| it < weaker.below));
        Some(weaker.map_or(gaps.kind, |it| it.kind))
    };
    ours(code).into_iter().filter_map(of).collect()
}

fn name(kind: GapKind) -> &'static str {
    &knowledge().gaps().kinds[usize::from(kind.0)]
}

fn gap(first: GapKind, next: GapKind) -> &'static Gap {
    knowledge().gaps().between(first, next).unwrap()
}

/// The lightest skin of the trial, with priming on record if there was any: what asks for the shortest waits.
fn facts(trial: &Trial, arm: &Arm) -> Facts {
    let mut facts = people::healthy(Some(trial.fitzpatrick.iter().flatten().copied().min().unwrap_or(3)));
    let parts = arm.courses.iter().flatten();
    if parts.flat_map(|it| it.sittings.iter().flatten()).any(|it| it.base == "PRIME") {
        facts.set(Fact::DaysSincePriming, Some(Value::Since(-14)));
    }
    facts
}

/// What the planner keeps.
fn planned(facts: &Facts, gap: &Gap) -> Spacing {
    let variant = gap.variants.iter().find(|it| it.when.holds(facts, 0) != Truth::No);
    let mut spacing = variant.map_or(gap.base, |it| it.spacing);
    let addition = &knowledge().gaps().pigment_addition;
    if gap.pigment_addition && addition.when.holds(facts, 0) != Truth::No {
        spacing.plan_min += addition.days;
    }
    spacing
}

/// What was looked at, and what differs from ours.
#[derive(Debug, Default)]
struct Report {
    arms: usize,
    /// Pairs of sittings with a published wait.
    waits: usize,
    /// Pairs within a sitting.
    sittings: usize,
    /// Published numbers of sessions.
    counts: usize,
    /// Courses of which the order is not stated, so that some order had to fit.
    orders: usize,
    /// By trial.
    findings: BTreeSet<(String, String)>,
}

impl Report {
    fn find(&mut self, trial: &Trial, what: String) {
        self.findings.insert((trial.id.clone(), what));
    }

    fn trial(&mut self, trial: &Trial) {
        for text in &trial.arms_coded {
            let arm = arms::parse(text).unwrap_or_else(|error| panic!("{}: {error}", trial.id));
            self.arms += 1;
            for course in &arm.courses {
                self.course(trial, &arm, course);
            }
            self.side_by_side(trial, &arm);
            self.counts(trial, &arm);
            self.choice(trial, &arm);
        }
    }

    /// The waits and the sittings of one course.
    fn course(&mut self, trial: &Trial, arm: &Arm, course: &[Part]) {
        let sittings = lay_out(course, times(trial, arm), false);
        for sitting in &sittings {
            self.together(trial, &sitting.codes);
        }
        let facts = facts(trial, arm);
        for (at, first) in sittings.iter().enumerate() {
            for next in sittings.iter().skip(at + 1).filter(|next| next.block == first.block) {
                for (a, b) in pairs(&first.codes, &next.codes) {
                    self.wait(trial, &facts, next.day - first.day, &kinds(a), &kinds(b));
                }
            }
        }
        // The longest published interval against the rhythm of ours.
        for part in course.iter().filter(|it| it.sittings.len() == 1) {
            for code in part.sittings.iter().flatten() {
                for kind in kinds(code) {
                    let (Some((_, longest)), Some(latest)) = (part.every, gap(kind, kind).base.latest) else {
                        continue;
                    };
                    if longest > latest && kinds(code).len() == 1 {
                        self.find(trial, format!("rhythm: {} every {longest} days, ours ends at {latest}", name(kind)));
                    }
                }
            }
        }
    }

    fn wait(&mut self, trial: &Trial, facts: &Facts, days: i32, first: &[GapKind], next: &[GapKind]) {
        // Several rows where the source does not say which: one that fits is enough.
        let all = first.iter().flat_map(|a| next.iter().map(move |b| (*a, *b)));
        let Some((a, b)) = all.min_by_key(|(a, b)| gap(*a, *b).base.floor) else { return };
        self.waits += 1;
        let (floor, planned) = (gap(a, b).base.floor, planned(facts, gap(a, b)));
        let (a, b) = (name(a), name(b));
        if days < floor {
            self.find(trial, format!("floor: {a} to {b} after {days} days, the floor is {floor}"));
        } else if days < planned.plan_min {
            self.find(trial, format!("advice: {a} to {b} after {days} days, planned from {}", planned.plan_min));
        }
    }

    fn together(&mut self, trial: &Trial, codes: &[Code]) {
        for (at, first) in codes.iter().enumerate() {
            for next in codes.iter().skip(at + 1) {
                let (first, next) = (kinds(first), kinds(next));
                if first.is_empty() || next.is_empty() {
                    continue;
                }
                self.sittings += 1;
                let any = |first: &[GapKind], next: &[GapKind]| {
                    first.iter().any(|a| next.iter().any(|b| gap(*a, *b).same_sitting))
                };
                let (a, b) = (name(first[0]), name(next[0]));
                match (any(&first, &next), any(&next, &first)) {
                    (true, _) => {}
                    (false, true) => self.find(trial, format!("order: {a} before {b}, ours is the other way round")),
                    (false, false) => self.find(trial, format!("sitting: {a} with {b}")),
                }
            }
        }
    }

    /// Courses in the same period: some way to begin the second must keep every floor.
    fn side_by_side(&mut self, trial: &Trial, arm: &Arm) {
        for (at, first) in arm.courses.iter().enumerate() {
            for next in arm.courses.iter().skip(at + 1) {
                let fits = [false, true].into_iter().any(|longest| {
                    let (one, other) =
                        (lay_out(first, times(trial, arm), longest), lay_out(next, times(trial, arm), longest));
                    // What repeats overlaps with the other course, or it would not be the same period.
                    let last =
                        |it: &[Sitting]| it.iter().filter(|it| it.block == 0).map(|it| it.day).max().unwrap_or(0);
                    let (from, to) = match (last(&other), last(&one)) {
                        (0, _) | (_, 0) => (-84, 84),
                        (other, one) => (1 - other, one - 1),
                    };
                    (from..=to).any(|shift| fit(&one, &other, shift))
                });
                self.orders += 1;
                if !fits {
                    self.find(trial, format!("period: no order of the courses keeps the floors ({})", list(arm)));
                }
            }
        }
    }

    /// Sessions of each procedure in the whole arm.
    fn counts(&mut self, trial: &Trial, arm: &Arm) {
        let mut counts: BTreeMap<&str, Option<(i32, Option<i32>)>> = BTreeMap::new();
        for course in &arm.courses {
            for part in course {
                // Without a number, a step of a chain is done once, and a course that stands alone takes the record's.
                let once = (course.len() > 1 && part.every.is_none()).then_some((1, Some(1)));
                let alone = trial.n_sessions.filter(|_| arm.courses.len() == 1 && course.len() == 1);
                let stated = part.count.or(once).or(alone);
                for code in part.sittings.iter().flatten() {
                    let [only] = ours(code)[..] else { continue };
                    let sum = counts.entry(&only.id).or_insert(Some((0, Some(0))));
                    let both = sum.zip(stated);
                    *sum = both.map(|((a, b), (least, most))| (a + least, b.zip(most).map(|(a, b)| a + b)));
                }
            }
        }
        for (id, published) in counts {
            let (Some((least, most)), Some(sessions)) = (published, procedure(id).and_then(|it| it.sessions)) else {
                continue;
            };
            self.counts += 1;
            let range = sessions.count;
            if most.unwrap_or(least) < range.min || least.max(most.unwrap_or(least)) > range.max {
                let published = most.map_or(format!("{least} or more"), |it| format!("{least} to {it}"));
                self.find(trial, format!("sessions: {published} of {id}, ours are {} to {}", range.min, range.max));
            } else if least < range.min {
                self.find(trial, format!("sessions: {least} of {id} in some, ours are {} or more", range.min));
            }
        }
    }

    /// What the scars of the trial should not get by our tables.
    fn choice(&mut self, trial: &Trial, arm: &Arm) {
        let types = ScarTypes(&trial.scar_types);
        for code in arm.courses.iter().flatten().flat_map(|it| it.sittings.iter().flatten()) {
            for procedure in ours(code) {
                for strength in &procedure.strengths {
                    if strength.strength == Strength::Avoid && types.holds(strength.scar_type) {
                        let scar_type: &str = strength.scar_type.into();
                        self.find(trial, format!("avoid: {} on {scar_type}", procedure.id));
                    }
                }
            }
        }
    }
}

struct ScarTypes<'t>(&'t [String]);

impl ScarTypes<'_> {
    fn holds(&self, scar_type: ScarType) -> bool {
        let name: &str = scar_type.into();
        self.0.iter().any(|it| it == name)
    }
}

/// The number of sittings where only the record gives one.
fn times(trial: &Trial, arm: &Arm) -> Option<i32> {
    let (least, most) = trial.n_sessions.filter(|_| arm.courses.len() == 1)?;
    Some(most.unwrap_or(least))
}

fn pairs<'c>(first: &'c [Code], next: &'c [Code]) -> impl Iterator<Item = (&'c Code, &'c Code)> {
    first.iter().flat_map(|a| next.iter().map(move |b| (a, b)))
}

/// Do the sittings of `other`, begun `shift` days later, keep every floor to those of `one`?
fn fit(one: &[Sitting], other: &[Sitting], shift: i32) -> bool {
    let keeps = |days: i32, first: &Sitting, next: &Sitting| {
        pairs(&first.codes, &next.codes).all(|(a, b)| {
            let (a, b) = (kinds(a), kinds(b));
            let fits = |a: &GapKind, b: &GapKind| match days {
                0 => gap(*a, *b).same_sitting || gap(*b, *a).same_sitting,
                _ => days >= gap(*a, *b).base.floor,
            };
            a.is_empty() || b.is_empty() || a.iter().any(|a| b.iter().any(|b| fits(a, b)))
        })
    };
    one.iter().filter(|it| it.block == 0).all(|a| {
        other.iter().filter(|it| it.block == 0).all(|b| {
            let days = b.day + shift - a.day;
            if days >= 0 { keeps(days, a, b) } else { keeps(-days, b, a) }
        })
    })
}

fn list(arm: &Arm) -> String {
    let codes = arm.courses.iter().flatten().flat_map(|it| it.sittings.iter().flatten());
    codes.map(|it| it.base.as_str()).collect::<Vec<_>>().join(", ")
}

#[test]
fn published_regimens_are_within_ours_or_named() {
    let mut report = Report::default();
    let all = trials();
    for trial in &all {
        report.trial(trial);
    }
    let listed: BTreeSet<(String, String)> =
        EXCEPTIONS.iter().flat_map(|it| it.of).map(|(id, what)| ((*id).to_owned(), (*what).to_owned())).collect();
    println!(
        "{} trials, {} arms, {} waits, {} pairs in one sitting, {} counts, {} open orders, {} exceptions",
        all.len(),
        report.arms,
        report.waits,
        report.sittings,
        report.counts,
        report.orders,
        report.findings.len()
    );
    for kind in ["floor", "period", "sitting", "order", "advice", "rhythm", "sessions", "avoid"] {
        let number = report.findings.iter().filter(|(_, what)| what.starts_with(&format!("{kind}:"))).count();
        println!("  {kind:9} {number}");
    }
    let fresh: Vec<_> = report.findings.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&report.findings).collect();
    assert!(fresh.is_empty(), "differs from ours and is not listed: {fresh:#?}");
    assert!(gone.is_empty(), "is listed and no longer differs: {gone:#?}");
    assert_eq!(listed.len(), EXCEPTIONS.iter().map(|it| it.of.len()).sum::<usize>(), "an exception is listed twice");
    assert!(EXCEPTIONS.iter().all(|it| it.why.len() > 10), "an exception without a reason");
    // A floor is below every published regimen, whatever else differs.
    assert!(!listed.iter().any(|(_, what)| what.starts_with("floor:")), "a floor has no exceptions");
}

#[test]
fn every_record_is_read_or_named() {
    let all = trials();
    assert_eq!(all.len(), 148);
    let ids: BTreeSet<&str> = all.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "a record is there twice");
    let mut used = BTreeSet::new();
    for trial in &all {
        assert_eq!(trial.id, trial.key, "the key of a record is its id");
        let mut ours_in_it = false;
        for text in &trial.arms_coded {
            let arm = arms::parse(text).unwrap_or_else(|error| panic!("{}: {error}", trial.id));
            for code in arm.courses.iter().flatten().flat_map(|it| it.sittings.iter().flatten()) {
                let found = meaning(&code.base).unwrap_or_else(|| panic!("{}: nobody knows {}", trial.id, code.base));
                used.insert(code.base.clone());
                ours_in_it |= matches!(found, Meaning::Ours(_));
            }
        }
        let named = NOT_INTERPRETABLE.iter().any(|(id, _)| *id == trial.id);
        assert_eq!(ours_in_it, !named, "{}: either something of ours is in it, or it is named", trial.id);
    }
    for (code, meaning) in CODES {
        assert!(used.contains(*code), "no record uses {code}");
        if let Meaning::Ours(ids) = meaning {
            for id in *ids {
                assert!(procedure(id).is_some(), "{code}: there is no procedure {id}");
            }
        }
    }
    println!("{} records, {} not ours, {} codes", all.len(), NOT_INTERPRETABLE.len(), CODES.len());
}

#[test]
fn what_no_regimen_did_is_found() {
    let trial = |arm: &str| Trial {
        id: "made up".to_owned(),
        key: String::new(),
        scar_types: vec!["rolling".to_owned()],
        fitzpatrick: Some(vec![4]),
        site: String::new(),
        arms_coded: vec![arm.to_owned()],
        n_sessions: None,
        interval_weeks: None,
        same_day: None,
        verdict: None,
        seen: true,
        counted: None,
    };
    for (arm, what) in [
        ("SUB>1w>MNRF x3@4w", "floor: sub to mnrf after 7 days, the floor is 14"),
        ("MNRF x3@2w", "floor: mnrf to mnrf after 14 days, the floor is 21"),
        ("CROSS100 x4@1w", "floor: cross-high to cross-high after 7 days, the floor is 14"),
        ("CROSS100+MNRF x2@4w", "sitting: cross-high with mnrf"),
        ("CROSS100 x2@13w", "rhythm: cross-high every 91 days, ours ends at 84"),
        ("MN x9@4w", "sessions: 9 to 9 of microneedling, ours are 3 to 6"),
        ("CROSS100 x4@2w", "advice: cross-high to cross-high after 14 days, planned from 28"),
        ("CROSS100 x4@4w", "avoid: tca-cross on rolling"),
        ("CROSS100 x3@4w & MNRF x3@3w", "period: no order of the courses keeps the floors (CROSS, MNRF)"),
    ] {
        let mut report = Report::default();
        report.trial(&trial(arm));
        let found: Vec<&str> = report.findings.iter().map(|(_, what)| what.as_str()).collect();
        assert!(found.contains(&what), "{arm}: {found:?}");
    }
    // Priming on record is what allows two weeks.
    let mut report = Report::default();
    report.trial(&trial("PRIME>2w>CROSS100 x4@2w"));
    assert!(!report.findings.iter().any(|(_, what)| what.starts_with("advice")), "{:?}", report.findings);
}

/// The exceptions that the dossiers name and that no coded arm shows.
#[test]
fn what_the_dossiers_except_is_in_the_knowledge() {
    let cites = |key: &str, word: &str| {
        knowledge().rules().iter().any(|rule| {
            matches!(&rule.basis, Basis::Sourced(keys) if keys.iter().any(|it| it == key)) && rule.says.contains(word)
        })
    };
    assert!(cites("cross_micropipette_veenstra_2021", "micropipette"), "the micropipette is not used");
    assert!(cites("mnrf_prp_chowdhary_2019", "no"), "plasma adds nothing measurable to MNRF");
    assert_eq!(procedure("gfc").unwrap().kind, ProcedureKind::Adjunct);
    assert_eq!(procedure("gfc").unwrap().evidence.grade, "D", "growth factor concentrate is taken over from plasma");
}

#[test]
fn the_shorthand_is_read() {
    let read = |text: &str| arms::parse(text).unwrap();
    let arm = read("SUB>2w>MN alt PEEL_TCA15 x6 each @2w steps");
    let laid = lay_out(&arm.courses[0], None, false);
    assert_eq!(laid.len(), 13);
    assert_eq!((laid[0].day, laid[1].day, laid[12].day), (0, 14, 14 + 11 * 14));
    assert_eq!(laid[2].codes, [Code { base: "PEEL_TCA".to_owned(), number: Some(15.0) }]);
    let arm = read("CROSS_HIGH+SUB x2@8-12w & FRACTIONAL @3-4w");
    assert_eq!((arm.courses.len(), arm.courses[0][0].every), (2, Some((56, 84))));
    assert_eq!(read("AFL_CO2 20mJ/10% x1").courses[0][0].count, Some((1, Some(1))));
    assert_eq!(read("ABL_CO2+AFL_CO2 x(2+)").courses[0][0].count, Some((2, None)));
    assert_eq!(arms::days("0.5w"), Some((3, 3)));
    for wrong in ["", "MN>", "MN>2w", "2w>MN", "MN x", "MN @4", "mn", "MN & "] {
        assert!(arms::parse(wrong).is_err(), "{wrong} is read");
    }
}
