//! Whom both are asked about.

use cicatrix::wire::v1::Site;

use super::{
    compare::{What, compare_all},
    people::{self, Answer, KINDS, answers},
    person::{Kind, Person},
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

#[test]
fn every_answer_on_every_pathway_and_phototype() {
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
    compare_all("answers", What::DispositionsAndPlans, &people);
}

#[test]
fn every_grade_number_and_site() {
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
    compare_all("grades, numbers and sites", What::DispositionsAndPlans, &people);
}
