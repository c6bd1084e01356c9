//! Puts the parts together: the product of what pathways read, and everything else on top of one of each group.

use strum::VariantArray as _;

use super::{
    Answer, Beside, PHOTOTYPES, Person, Place, Subject, Survey,
    alike::{one_of_each, rests},
    answers::{Answers, of_the_scar},
    baseline::healthy,
    measured::ends,
    set_phototype,
    subjects::{Subjects, conditions, of_naming, of_pathways},
    values::Thresholds,
    wishes::besides,
};
use crate::{
    domain::{Action, Fact, Facts, Predicate, Site, Truth, Value},
    knowledge::Knowledge,
};

/// What the cases are put together from.
pub(super) struct Parts {
    subjects: Subjects,
    alone: Vec<Answer>,
    together: Vec<Answer>,
    healthy: Facts,
    grades: Vec<Option<i8>>,
    counts: Vec<i32>,
    /// One of each set of numbers that no condition tells apart.
    count_groups: Vec<i32>,
    phototypes: Vec<Option<i8>>,
    phototype_groups: Vec<Option<i8>>,
    site_groups: Vec<Site>,
    besides: Vec<Beside>,
    /// Answers alone that lift what stands against the healthy person.
    lifting: Vec<usize>,
}

impl Parts {
    pub(super) fn collect(knowledge: &[&Knowledge]) -> Self {
        let all = conditions(knowledge, |_| true);
        let thresholds = Thresholds::of(all.iter().copied());
        let healthy = healthy(thresholds.long_ago());
        let answers = || Answers::new(&thresholds, &healthy);
        let subjects = Subjects::collect(knowledge, &answers());
        let of_people = conditions(knowledge, |file| !of_naming(file));
        let on_scars = of_the_scar(conditions(knowledge, |file| !of_naming(file) && !of_pathways(file)).into_iter());
        let alone = answers().alone(&on_scars);
        let together = answers().together(&of_people, &alone);
        let phototypes: Vec<Option<i8>> = PHOTOTYPES.iter().map(|(it, _)| Some(*it)).chain([None]).collect();
        let most = knowledge.iter().map(|it| it.grading().qualitative.maximum).max().unwrap_or_default();
        let counts = counts(&thresholds);
        Self {
            lifting: lifting(knowledge, &healthy, &alone),
            besides: besides(knowledge, &subjects),
            subjects,
            alone,
            together,
            count_groups: count_groups(&all, &counts),
            grades: std::iter::once(None).chain((0..=most).map(|it| i8::try_from(it).ok())).collect(),
            counts,
            phototype_groups: phototype_groups(&all, &phototypes),
            phototypes,
            site_groups: site_groups(&all),
            healthy,
        }
    }

    /// Every case that can differ.
    pub(super) fn every(self) -> Survey {
        let mut build = Build::new(&self);
        build.product(&self.subjects.treated, &self.grades, &self.count_groups);
        build.each(&self.subjects.treated, &self.counts, &self.phototype_groups);
        build.product(&self.subjects.untreated, &[None], &[self.usual_count()]);
        build.each(&self.subjects.featured, &self.count_groups, &self.phototype_groups);
        let first = self.phototype_groups.first().copied().unwrap_or_default();
        build.each(&self.subjects.doubted, &self.count_groups, &[first]);
        build.shapes(&self.subjects.shapes);
        build.answers(&self.subjects.treated_groups);
        build.beside();
        let (subjects, people) = (build.subjects, build.people);
        self.survey(subjects, people)
    }

    /// Every two answers together, on one case a pathway and phototype group.
    pub(super) fn pairs(self) -> Survey {
        let mut build = Build::new(&self);
        for subject in &self.subjects.treated_groups {
            let subject = build.subject(subject);
            for phototype in &self.phototype_groups {
                let person = Person { phototype: *phototype, ..build.person(subject) };
                for (first, one) in self.alone.iter().enumerate() {
                    for (second, other) in self.alone.iter().enumerate().skip(first.saturating_add(1)) {
                        let meets = |(fact, _): &(Fact, _)| other.changes.iter().any(|(it, _)| it == fact);
                        if !one.changes.iter().any(meets) {
                            build
                                .people
                                .push(Person { answers: [Some(Place::of(first)), Some(Place::of(second))], ..person });
                        }
                    }
                }
            }
        }
        let (subjects, people) = (build.subjects, build.people);
        self.survey(subjects, people)
    }

    fn usual_count(&self) -> i32 {
        usual(&self.count_groups)
    }

    fn survey(self, subjects: Vec<Subject>, people: Vec<Person>) -> Survey {
        let answers = self.alone.into_iter().chain(self.together).collect();
        Survey { subjects, answers, besides: self.besides, healthy: self.healthy, people }
    }
}

/// One case: the healthy person with one kind of scar.
pub(super) fn one(knowledge: &Knowledge, subject: Subject, site: Site, phototype: Option<i8>) -> Survey {
    let all = conditions(&[knowledge], |_| true);
    let thresholds = Thresholds::of(all.iter().copied());
    let count = usual(&count_groups(&all, &counts(&thresholds)));
    let person =
        Person { subject: Place::of(0), grade: None, count, phototype, site, answers: [None, None], beside: None };
    Survey {
        subjects: vec![subject],
        answers: Vec::new(),
        besides: Vec::new(),
        healthy: healthy(thresholds.long_ago()),
        people: vec![person],
    }
}

/// Numbers of scars around every threshold, at least one.
fn counts(thresholds: &Thresholds) -> Vec<i32> {
    let counts = thresholds.around(Fact::ScarCount).into_iter().filter_map(|it| i32::try_from(it / 1000).ok());
    let counts: Vec<i32> = counts.filter(|it| *it > 0).collect();
    if counts.is_empty() { vec![1] } else { counts }
}

/// Neither few nor many scars.
fn usual(count_groups: &[i32]) -> i32 {
    count_groups.get(count_groups.len() / 2).copied().unwrap_or(1)
}

/// Builds the list of people.
struct Build<'p> {
    parts: &'p Parts,
    subjects: Vec<Subject>,
    people: Vec<Person>,
}

impl<'p> Build<'p> {
    fn new(parts: &'p Parts) -> Self {
        Self { parts, subjects: Vec::new(), people: Vec::new() }
    }

    fn subject(&mut self, subject: &Subject) -> Place {
        self.subjects.push(subject.clone());
        Place::of(self.subjects.len().saturating_sub(1))
    }

    /// The healthy person with this scar.
    fn person(&self, subject: Place) -> Person {
        Person {
            subject,
            grade: None,
            count: self.parts.usual_count(),
            phototype: self.parts.phototype_groups.first().copied().flatten(),
            site: self.parts.site_groups.first().copied().unwrap_or(Site::Cheek),
            answers: [None, None],
            beside: None,
        }
    }

    /// Every grade, number, phototype and site.
    fn product(&mut self, subjects: &[Subject], grades: &[Option<i8>], counts: &[i32]) {
        for subject in subjects {
            let subject = self.subject(subject);
            let person = self.person(subject);
            for &grade in grades {
                for &count in counts {
                    for &phototype in &self.parts.phototypes {
                        for &site in Site::VARIANTS {
                            self.people.push(Person { grade, count, phototype, site, ..person });
                        }
                    }
                }
            }
        }
    }

    /// Every number and phototype of these.
    fn each(&mut self, subjects: &[Subject], counts: &[i32], phototypes: &[Option<i8>]) {
        for subject in subjects {
            let subject = self.subject(subject);
            let person = self.person(subject);
            for &count in counts {
                self.people.extend(phototypes.iter().map(|it| Person { phototype: *it, count, ..person }));
            }
        }
    }

    /// Every shape once, counted and not counted.
    fn shapes(&mut self, shapes: &[Subject]) {
        let uncounted = self.parts.besides.iter().position(|it| *it == Beside::Uncounted).map(Place::of);
        for subject in shapes {
            let subject = self.subject(subject);
            let person = self.person(subject);
            self.people.push(person);
            self.people.push(Person { beside: uncounted, ..person });
        }
    }

    /// Every answer alone on one of each group of scars, phototypes and sites; answers together on one site.
    fn answers(&mut self, subjects: &[Subject]) {
        let (alone, together) = (self.parts.alone.len(), self.parts.together.len());
        for subject in subjects {
            let subject = self.subject(subject);
            let person = self.person(subject);
            for &phototype in &self.parts.phototype_groups {
                for &site in &self.parts.site_groups {
                    let answer = |at| Person { phototype, site, answers: [Some(Place::of(at)), None], ..person };
                    self.people.extend((0..alone).map(answer));
                }
                let answer = |at| Person { phototype, answers: [Some(Place::of(at)), None], ..person };
                self.people.extend((alone..alone.saturating_add(together)).map(answer));
            }
        }
    }

    /// What can stand beside, on each group of scars and of phototypes.
    fn beside(&mut self) {
        for subject in &self.parts.subjects.treated_groups {
            let subject = self.subject(subject);
            let person = self.person(subject);
            for &phototype in &self.parts.phototype_groups {
                // Which of two procedures came before the other is told apart by few rules: one phototype will do.
                let first = phototype == person.phototype;
                let told = |it: &Beside| !it.is_measured() && (first || !matches!(it, Beside::PastThenOnly(..)));
                self.each_beside(Person { phototype, ..person }, told);
                // What ranks last is often for the severe only.
                for grade in self.parts.grades.iter().filter(|it| it.is_some()) {
                    self.each_beside(Person { phototype, grade: *grade, ..person }, Beside::is_ranking);
                    // And it can stand under a ban that an answer lifts.
                    for &at in self.parts.lifting.iter().filter(|_| first) {
                        let answers = [Some(Place::of(at)), None];
                        self.each_beside(Person { phototype, grade: *grade, answers, ..person }, Beside::is_ranking);
                    }
                }
            }
        }
        for subject in &self.parts.subjects.doubted_groups {
            let subject = self.subject(subject);
            for &grade in &self.parts.grades {
                self.each_beside(Person { grade, ..self.person(subject) }, Beside::is_ranking);
            }
        }
        // What is measured says the same of all scars that are treated.
        for subject in self.parts.subjects.treated_groups.iter().take(1) {
            let subject = self.subject(subject);
            for phototype in ends() {
                self.each_beside(Person { phototype, ..self.person(subject) }, Beside::is_measured);
            }
        }
    }

    fn each_beside(&mut self, person: Person, fits: impl Fn(&Beside) -> bool) {
        let besides = self.parts.besides.iter().enumerate().filter(|(_, it)| fits(it));
        self.people.extend(besides.map(|(at, _)| Person { beside: Some(Place::of(at)), ..person }));
    }
}

/// Answers alone that end a ban which holds for the healthy person.
fn lifting(knowledge: &[&Knowledge], healthy: &Facts, alone: &[Answer]) -> Vec<usize> {
    let bans = knowledge.iter().flat_map(|it| it.safety()).filter(|it| it.action >= Action::Defer);
    let bans: Vec<&Predicate> = bans.map(|it| &it.when).filter(|it| it.holds(healthy, 0) == Truth::Yes).collect();
    let lifts = |answer: &Answer| {
        let mut facts = healthy.clone();
        answer.changes.iter().for_each(|(fact, value)| facts.set(*fact, *value));
        bans.iter().any(|it| it.holds(&facts, 0) == Truth::No)
    };
    alone.iter().enumerate().filter(|(_, it)| lifts(it)).map(|(at, _)| at).collect()
}

/// One phototype of each set that no condition tells apart.
fn phototype_groups(conditions: &[&Predicate], all: &[Option<i8>]) -> Vec<Option<i8>> {
    one_of_each(all, |phototype| {
        let mut facts = Facts::default();
        set_phototype(&mut facts, phototype.map(i32::from));
        rests(conditions, &[Fact::Fitzpatrick, Fact::PlanningPhototype], &facts)
    })
}

/// One number of scars of each set that no condition tells apart.
fn count_groups(conditions: &[&Predicate], all: &[i32]) -> Vec<i32> {
    one_of_each(all, |count| {
        let mut facts = Facts::default();
        facts.set(Fact::ScarCount, Some(Value::thousandths(i64::from(*count))));
        rests(conditions, &[Fact::ScarCount], &facts)
    })
}

/// One site of each set that no condition tells apart.
fn site_groups(conditions: &[&Predicate]) -> Vec<Site> {
    one_of_each(Site::VARIANTS, |site| {
        let mut facts = Facts::default();
        facts.set_word(Fact::Site, (*site).into());
        rests(conditions, &[Fact::Site], &facts)
    })
}
