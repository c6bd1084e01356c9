//! Every case that can differ: derived from the closed lists of the domain and from the conditions of the knowledge.
//!
//! The full product of what pathways read, each answer that a condition tells apart alone on top, and the answers that
//! one condition reads together. What no condition can tell apart stands once. A new fact, a new word or a new
//! threshold is surveyed without a line here: see `baseline.rs` for the only table, which the compiler completes.

mod alike;
mod answers;
mod baseline;
mod beside;
mod measured;
mod people;
mod subjects;
mod values;
mod wishes;

use crate::{
    domain::{Case, Date, DepthClass, Fact, Facts, Findings, Horizon, Scar, ScarType, Site, Value, View, Wishes},
    knowledge::Knowledge,
};

pub use answers::Answer;
pub use baseline::{Baseline, baseline};
pub use beside::{Beside, Course};
pub use subjects::Subject;
pub use values::answer_in_words;

/// The cases of one survey, in a fixed order. Made when asked for, since there are many.
#[derive(Debug)]
pub struct Survey {
    subjects: Vec<Subject>,
    answers: Vec<Answer>,
    besides: Vec<Beside>,
    healthy: Facts,
    people: Vec<Person>,
}

/// One case, by its place in the lists of the survey. Small, since there are millions of pairs.
#[derive(Debug, Clone, Copy)]
struct Person {
    subject: Place,
    grade: Option<i8>,
    count: i32,
    phototype: Option<i8>,
    site: Site,
    answers: [Option<Place>; 2],
    beside: Option<Place>,
}

/// A place in a list of the survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place(u32);

impl Place {
    fn of(at: usize) -> Self {
        // A place beyond all lists is found in none: such a case is left out and not mistaken for another.
        Self(u32::try_from(at).unwrap_or(u32::MAX))
    }

    fn of_list<T>(self, list: &[T]) -> Option<&T> {
        list.get(usize::try_from(self.0).ok()?)
    }
}

/// The healthy person with one kind of scar, and with these answers instead of the healthy ones. For a look at one case.
pub fn person(
    knowledge: &Knowledge,
    (scar_type, depth): (ScarType, Option<DepthClass>),
    site: Site,
    phototype: Option<i8>,
    changes: &[(Fact, Option<Value>)],
) -> Option<Case> {
    let survey = people::one(knowledge, Subject::declared(scar_type, depth), site, phototype);
    let mut case = survey.case(0, knowledge)?;
    changes.iter().for_each(|(fact, value)| answer(&mut case, *fact, *value));
    Some(case)
}

/// Who is surveyed, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    /// What the scar is called.
    pub scar: String,
    /// Its depth, when it was declared.
    pub depth: String,
    /// Its features.
    pub features: String,
    /// How many there are.
    pub count: i32,
    /// The grade, when it was declared.
    pub grade: Option<i32>,
    /// The phototype, when it was asked.
    pub phototype: Option<i32>,
    /// The site.
    pub site: Site,
    /// What is not as in the healthy person.
    pub answers: Vec<String>,
    /// Other scars, past sessions or wishes.
    pub beside: String,
}

impl Survey {
    /// Every case that `knowledge` can tell apart.
    pub fn of(knowledge: &Knowledge) -> Self {
        Self::of_all(&[knowledge])
    }

    /// Every case that one of several releases can tell apart.
    pub fn of_all(knowledge: &[&Knowledge]) -> Self {
        people::Parts::collect(knowledge).every()
    }

    /// Every two answers together, on one case a pathway and phototype group.
    pub fn pairs(knowledge: &[&Knowledge]) -> Self {
        people::Parts::collect(knowledge).pairs()
    }

    /// Only every so-manieth case, for a quick look.
    #[must_use]
    pub fn thinned(mut self, step: usize) -> Self {
        self.people = self.people.into_iter().step_by(step.max(1)).collect();
        self
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Is there no case at all?
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Every case that `knowledge` can answer, with who it is.
    pub fn iter<'s>(&'s self, knowledge: &'s Knowledge) -> impl Iterator<Item = (Who, Case)> + 's {
        (0..self.len()).filter_map(|at| Some((self.who(at)?, self.case(at, knowledge)?)))
    }

    /// Who stands at this place.
    pub fn who(&self, at: usize) -> Option<Who> {
        let Person { subject, grade, count, phototype, site, answers, beside } = self.people.get(at)?;
        let subject = subject.of_list(&self.subjects)?;
        let answers = answers.iter().flatten().filter_map(|it| it.of_list(&self.answers));
        Some(Who {
            scar: subject.scar.clone(),
            depth: subject.depth.clone(),
            features: subject.features.clone(),
            count: *count,
            grade: grade.map(i32::from),
            phototype: phototype.map(i32::from),
            site: *site,
            answers: answers.map(|it| it.name.clone()).collect(),
            beside: beside.and_then(|it| it.of_list(&self.besides)).map(ToString::to_string).unwrap_or_default(),
        })
    }

    /// The case at this place; `None` when it names a procedure that `knowledge` does not have.
    pub fn case(&self, at: usize, knowledge: &Knowledge) -> Option<Case> {
        let Person { subject, grade, count, phototype, site, answers, beside } = self.people.get(at)?;
        let subject = subject.of_list(&self.subjects)?;
        let mut case = Case {
            start: Date::new(SPECIMEN_YEAR, 1, 1)?,
            patient: self.healthy.clone(),
            fields: Vec::new(),
            findings: Findings { scars: vec![scar(FIRST, *site, *count, subject)], ..Findings::default() },
            wishes: Wishes::default(),
            history: Vec::new(),
            view: View::Full,
            horizon: Horizon::All,
            include: Vec::new(),
        };
        case.findings.declared_grade = grade.map(i32::from);
        set_phototype(&mut case.patient, phototype.map(i32::from));
        for fact in APPEARANCE {
            case.findings.appearance.set(fact, subject.facts.get(fact));
        }
        for answer in answers.iter().flatten() {
            for (fact, value) in &answer.of_list(&self.answers)?.changes {
                self::answer(&mut case, *fact, *value);
            }
        }
        if let Some(beside) = beside {
            beside.of_list(&self.besides)?.put(&mut case, knowledge)?;
        }
        Some(case)
    }
}

/// Day 0 of a survey stands in a year that means nothing.
const SPECIMEN_YEAR: i32 = 2001;
/// Id of the group that a case is about.
const FIRST: &str = "a";
/// Facts of how the scars look as a whole.
const APPEARANCE: [Fact; 3] = [Fact::ObviousAtSocialDistance, Fact::Coverable, Fact::FlattensOnStretch];
/// The phototypes of the Fitzpatrick scale, the most cautious last.
const PHOTOTYPES: [(i8, &str); 6] = [(1, "I"), (2, "II"), (3, "III"), (4, "IV"), (5, "V"), (6, "VI")];

/// A phototype as it is written.
pub fn phototype_in_words(phototype: i32) -> &'static str {
    PHOTOTYPES.iter().find(|(it, _)| i32::from(*it) == phototype).map_or("not asked", |(_, name)| name)
}

/// Writes down the phototype, and the one that is planned for.
fn set_phototype(facts: &mut Facts, phototype: Option<i32>) {
    let whole = |it: i32| Value::thousandths(i64::from(it));
    let most_cautious = PHOTOTYPES.last().map(|(it, _)| i32::from(*it));
    facts.set(Fact::Fitzpatrick, phototype.map(whole));
    facts.set(Fact::PlanningPhototype, phototype.or(most_cautious).map(whole));
}

/// Puts an answer where it belongs.
fn answer(case: &mut Case, fact: Fact, value: Option<Value>) {
    if APPEARANCE.contains(&fact) {
        case.findings.appearance.set(fact, value);
    } else if baseline(fact) == Baseline::OfTheScar {
        case.findings.scars.iter_mut().for_each(|it| it.facts.set(fact, value));
    } else {
        case.patient.set(fact, value);
    }
}

fn scar(id: &str, site: Site, count: i32, subject: &Subject) -> Scar {
    let mut facts = subject.facts.clone();
    APPEARANCE.iter().for_each(|it| facts.set(*it, None));
    facts.set(Fact::ScarCount, Some(Value::thousandths(i64::from(count))));
    Scar {
        id: id.to_owned(),
        area: crate::domain::Area { site, laterality: None },
        count: Some(count),
        area_cm2: None,
        facts,
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let site: &str = self.site.into();
        write!(f, "{}", self.scar)?;
        for part in [&self.depth, &self.features].into_iter().filter(|it| !it.is_empty()) {
            write!(f, ", {part}")?;
        }
        write!(f, ", {}, phototype ", site.replace('_', " "))?;
        match self.phototype {
            Some(it) => f.write_str(phototype_in_words(it))?,
            None => f.write_str("not asked")?,
        }
        if let Some(grade) = self.grade {
            write!(f, ", grade {grade}")?;
        }
        write!(f, ", {} scars", self.count)?;
        self.answers.iter().chain(Some(&self.beside)).filter(|it| !it.is_empty()).try_for_each(|it| write!(f, ", {it}"))
    }
}
