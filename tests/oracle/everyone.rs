//! Whom both are asked about.

use cicatrix::wire::v1::Site;

use super::{
    compare::{What, compare_all},
    matrix,
    people::{self, Answer, KINDS, answers},
    person::{Group, Kind, Past, Person},
    plans::Quirk,
    support::service,
};

fn phototypes() -> Vec<Option<i32>> {
    (1..=6).map(Some).chain([None]).collect()
}

fn all_sites() -> Vec<Site> {
    (1..=20).map(|it| Site::try_from(it).unwrap()).collect()
}

fn with(answer: &Answer, mut person: Person) -> Person {
    answer.give(&mut person);
    person
}

/// Every answer on every pathway and phototype.
pub fn all_answers() -> Vec<(String, Person)> {
    let mut people = Vec::new();
    let answers = answers();
    for kind in KINDS {
        for phototype in phototypes() {
            for answer in &answers {
                let person = people::person(kind, Site::Cheek, phototype, None, 12);
                people.push((format!("{kind:?}, {phototype:?}, {}", answer.name), with(answer, person)));
            }
        }
    }
    people
}

/// Every past session at every distance.
pub fn all_past_sessions() -> Vec<(String, Person)> {
    let mut people = Vec::new();
    for kind in [Kind::IcePick, Kind::Rolling] {
        for phototype in [Some(2), Some(4), None] {
            for site in [Site::Cheek, Site::Back] {
                for primed_days in [None, Some(20)] {
                    for (procedure, tca_percent) in DONE {
                        for days_ago in (0..64).chain([181, 182, 195, 196]) {
                            let mut person = people::person(kind, site, phototype, None, 12);
                            person.primed_days = primed_days;
                            person.history = vec![Past { procedure, days_ago, tca_percent }];
                            let name = format!(
                                "{kind:?}, {phototype:?}, {site:?}, primed {primed_days:?}, {procedure} {tca_percent:?} \
                                 {days_ago} days ago"
                            );
                            people.push((name, person));
                        }
                    }
                }
            }
        }
    }
    people
}

#[test]
fn every_answer_on_every_pathway_and_phototype() {
    let people = all_answers();
    let found = compare_all("answers", What::DispositionsAndPlans, &people);
    for quirk in Quirk::ALL {
        assert!(found.known.contains_key(&quirk), "{quirk:?} is seen no more: take it off the list of known errors");
    }
}

/// Every grade, number and site.
pub fn all_grades_numbers_and_sites() -> Vec<(String, Person)> {
    let mut people = Vec::new();
    for kind in KINDS {
        for phototype in phototypes() {
            for grade in [None, Some(1), Some(2), Some(3), Some(4)] {
                for site in all_sites() {
                    for count in [4, 12, 20] {
                        let name = format!("{kind:?}, {phototype:?}, grade {grade:?}, {site:?}, {count} scars");
                        people.push((name, people::person(kind, site, phototype, grade, count)));
                    }
                }
            }
        }
    }
    people
}

#[test]
fn every_grade_number_and_site() {
    let people = all_grades_numbers_and_sites();
    compare_all("grades, numbers and sites", What::DispositionsAndPlans, &people);
}

/// Every answer at sites that have rules of their own.
pub fn all_answers_at_sites() -> Vec<(String, Person)> {
    let sites = [Site::Forehead, Site::Perioral, Site::Jawline, Site::Neck, Site::Chest, Site::Periorbital];
    let mut people = Vec::new();
    let answers = answers();
    for kind in [Kind::IcePick, Kind::BoxcarShallow, Kind::DeepWideScarred, Kind::Rolling] {
        for phototype in [Some(2), Some(5)] {
            for site in sites {
                for answer in &answers {
                    let person = people::person(kind, site, phototype, None, 12);
                    people.push((format!("{kind:?}, {phototype:?}, {site:?}, {}", answer.name), with(answer, person)));
                }
            }
        }
    }
    people
}

#[test]
fn every_answer_at_sites_with_rules_of_their_own() {
    let people = all_answers_at_sites();
    compare_all("answers at other sites", What::DispositionsAndPlans, &people);
}

/// Every answer with few scars and with severe ones.
pub fn all_answers_few_and_severe() -> Vec<(String, Person)> {
    let mut people = Vec::new();
    let answers = answers();
    for kind in KINDS {
        for phototype in [Some(3), Some(4)] {
            for (grade, count) in [(2, 4), (4, 20)] {
                for answer in &answers {
                    let person = people::person(kind, Site::Temple, phototype, Some(grade), count);
                    let name = format!("{kind:?}, {phototype:?}, grade {grade}, {count} scars, {}", answer.name);
                    people.push((name, with(answer, person)));
                }
            }
        }
    }
    people
}

#[test]
fn every_answer_with_few_and_with_severe_scars() {
    let people = all_answers_few_and_severe();
    compare_all("answers, few and severe", What::DispositionsAndPlans, &people);
}

/// Every procedure of the gap matrix, and the deep wounds that stand outside it.
const DONE: [(&str, Option<f64>); 14] = [
    ("subcision", None),
    ("punch-excision", None),
    ("punch-elevation", None),
    ("tca-cross", Some(90.0)),
    ("tca-cross", Some(50.0)),
    ("tca-cross", None),
    ("microneedling", None),
    ("mnrf", None),
    ("ablative-fractional-laser", None),
    ("non-ablative-fractional-laser", None),
    ("picosecond-fractional-laser", None),
    ("prp", None),
    ("peel-superficial-aha", None),
    ("dermabrasion-rotary", None),
];

#[test]
fn every_past_session_keeps_its_distance() {
    let people = all_past_sessions();
    compare_all("past sessions", What::Dispositions, &people);
}

/// Every answer about a field, at another site only.
pub fn all_answers_elsewhere() -> Vec<(String, Person)> {
    let mut people = Vec::new();
    for kind in [Kind::IcePick, Kind::Rolling] {
        for phototype in [Some(2), Some(6)] {
            for answer in answers().iter().filter(|it| it.is_about_a_field()) {
                let mut person = people::person(kind, Site::Cheek, phototype, None, 12);
                let there = Group { id: "there", kind, site: Site::Temple, count: 12 };
                person.groups.push(there);
                person.elsewhere.push((Site::Temple, answer.changes.clone()));
                person.acne_marks = answer.acne_marks;
                people.push((format!("{kind:?}, {phototype:?}, {} at the temple only", answer.name), person));
            }
        }
    }
    people
}

/// "Field facts belong to a field": an answer about one site changes nothing at another.
#[test]
fn an_answer_about_one_site_stays_there() {
    let people = all_answers_elsewhere();
    compare_all("fields", What::Dispositions, &people);
}

#[test]
fn the_gap_table_is_the_matrix() {
    let differs = matrix::differs(service().knowledge());
    assert!(differs.is_empty(), "\n{}", differs.join("\n"));
}
