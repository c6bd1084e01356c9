//! Compares how each procedure fares at each site.

use std::{collections::BTreeMap, sync::Mutex, thread};

use cicatrix::wire::v1::{self, Disposition, Site};

use super::{
    people::{self, Answer, KINDS, answers},
    person::{Person, request},
    rules::Action,
    support::service,
    verdicts::{Until, hear, rule_code},
};

/// What the answer says of one procedure on one group.
pub struct Said {
    pub action: Action,
    pub until: Option<Until>,
    pub rules: Vec<String>,
}

pub fn said(answer: &v1::GenerateProtocolResponse, procedure: &str, group: &str) -> Option<Said> {
    let all = answer.dispositions.iter().filter(|it| it.procedure == procedure);
    let mut all = all.filter(|it| it.scar_ids.iter().any(|id| id == group));
    let found = all.next()?;
    assert!(all.next().is_none(), "{procedure} fares in two ways on {group}");
    let action = match found.disposition() {
        Disposition::Unspecified => panic!("{procedure}: unspecified"),
        Disposition::Excluded => Action::Exclude,
        Disposition::Deferred => Action::Defer,
        Disposition::NeedsClearance => Action::Clearance,
        Disposition::Modified => Action::Modify,
        Disposition::Warned => Action::Warn,
        Disposition::Allowed => Action::Allow,
    };
    let until = match (found.until_day, found.until_event.is_empty()) {
        (Some(day), true) => Some(Until::Day(day)),
        // With an event, the day is when to ask again.
        (_, false) => Some(Until::Event),
        (None, true) => None,
    };
    Some(Said { action, until, rules: found.reasons.iter().map(|it| it.message().rule).collect() })
}

/// Rules beyond the 233 that make the service stricter, and why.
pub const STRICTER: [(&str, &str); 5] = [
    ("AGE-10", "age is a required fact, and each that is missing asks for clearance; AGE-09 is silent with a consent"),
    ("IND-05", "acid on a boxcar wider than 2 mm: the ruling on deep ones, and expert case E05 on shallow ones"),
    ("THEATRE-01", "rotary dermabrasion and full ablation belong in an operating theatre (guideline of 2008, ADJ-200)"),
    ("THEATRE-02", "and so does a phenol peel (R-007)"),
    ("THEATRE-03", "whether there is one was not asked"),
];

/// Disagreements, gathered so that each cause is told once, with the first case that shows it.
#[derive(Default)]
struct Findings {
    compared: usize,
    procedures: usize,
    told: BTreeMap<String, (usize, String)>,
}

impl Findings {
    fn compare(&mut self, name: &str, person: &Person) {
        let answer = match service().generate_protocol(request(person)) {
            Ok(answer) => answer,
            Err(status) => {
                let cause = format!("refused: {:?}", cicatrix::serve::violations(&status));
                self.told.entry(cause).or_insert_with(|| (0, name.to_owned())).0 += 1;
                return;
            }
        };
        self.compared += 1;
        let mut ids: Vec<&str> = answer.dispositions.iter().map(|it| it.procedure.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        for group in &person.groups {
            let heard = hear(person, group, 0);
            for procedure in ids.iter().filter(|it| rule_code(it).is_some()) {
                let ours = heard.verdict(procedure);
                let Some(theirs) = said(&answer, procedure, group.id) else { continue };
                self.procedures += 1;
                if (theirs.action, theirs.until) == (ours.action, ours.until) {
                    continue;
                }
                let beyond = theirs.action > ours.action
                    && theirs.rules.iter().any(|rule| STRICTER.iter().any(|(id, _)| id == rule));
                if beyond {
                    continue;
                }
                let strict: Vec<&str> =
                    ours.said.iter().filter(|it| it.1 == ours.action).map(|(id, _, _)| *id).collect();
                let cause = format!(
                    "{procedure}: we say {:?} {:?} by {strict:?}, the service {:?} {:?} by {:?}",
                    ours.action,
                    ours.until,
                    theirs.action,
                    theirs.until,
                    theirs.rules.first()
                );
                let entry = self.told.entry(cause).or_insert_with(|| (0, name.to_owned()));
                entry.0 += 1;
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.compared += other.compared;
        self.procedures += other.procedures;
        for (cause, (count, name)) in other.told {
            self.told.entry(cause).or_insert((0, name)).0 += count;
        }
    }
}

/// Compares all, on every core.
fn compare_all(people: &[(String, Person)]) {
    let total = Mutex::new(Findings::default());
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let total = &total;
            scope.spawn(move || {
                let mut own = Findings::default();
                people.iter().skip(worker).step_by(workers).for_each(|(name, it)| own.compare(name, it));
                total.lock().unwrap().add(own);
            });
        }
    });
    let Findings { compared, procedures, told } = total.into_inner().unwrap();
    println!("{compared} people, {procedures} procedures compared");
    let list: Vec<String> =
        told.iter().map(|(cause, (count, name))| format!("{count:>6} x {cause} (first: {name})")).collect();
    assert!(list.is_empty(), "{} kinds of disagreement\n{}", list.len(), list.join("\n"));
}

fn all_sites() -> Vec<Site> {
    (1..=20).map(|it| Site::try_from(it).unwrap()).collect()
}

fn phototypes() -> Vec<Option<i32>> {
    (1..=6).map(Some).chain([None]).collect()
}

fn with(answer: &Answer, mut person: Person) -> Person {
    answer.give(&mut person);
    person
}

#[test]
fn every_answer_bars_what_the_rules_say() {
    let mut people = Vec::new();
    for kind in KINDS {
        for phototype in phototypes() {
            for answer in answers() {
                let person = people::person(kind, Site::Cheek, phototype, None, 12);
                people.push((format!("{kind:?}, {phototype:?}, {}", answer.name), with(&answer, person)));
            }
        }
    }
    compare_all(&people);
}
