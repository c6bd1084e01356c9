//! Asks the service and the second opinion about the same people, on every core, and tells each kind of difference once.

use std::{collections::BTreeMap, sync::Mutex, thread};

use super::{
    courses, dispositions,
    person::{Person, request},
    plans::Quirk,
    support::service,
};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Dispositions,
    DispositionsAndPlans,
}

/// What was found, so that each cause is told once with the first case that shows it.
#[derive(Default)]
pub struct Findings {
    people: usize,
    pub procedures: usize,
    pub plans: usize,
    /// Known errors of the service, by name.
    pub known: BTreeMap<Quirk, usize>,
    told: BTreeMap<String, (usize, String)>,
}

impl Findings {
    pub fn tell(&mut self, cause: String, who: &str) {
        self.told.entry(cause).or_insert_with(|| (0, who.to_owned())).0 += 1;
    }

    /// Compares one person's answer.
    pub fn compare(&mut self, what: What, who: &str, person: &Person) {
        self.people += 1;
        match service().generate_protocol(request(person)) {
            Ok(answer) => {
                dispositions::compare(self, who, person, &answer);
                if what == What::DispositionsAndPlans {
                    courses::compare(self, who, person, &answer);
                }
            }
            Err(status) => self.tell(format!("refused: {:?}", cicatrix::serve::violations(&status)), who),
        }
    }

    /// Do both agree on everybody so far?
    pub fn agree(&self) -> bool {
        self.told.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.people += other.people;
        self.procedures += other.procedures;
        self.plans += other.plans;
        for (quirk, count) in other.known {
            *self.known.entry(quirk).or_default() += count;
        }
        for (cause, (count, who)) in other.told {
            self.told.entry(cause).or_insert((0, who)).0 += count;
        }
    }
}

/// Compares all, prints how many, and fails with the list of what differs.
pub fn compare_all(title: &str, what: What, people: &[(String, Person)]) -> Findings {
    let total = Mutex::new(Findings::default());
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let total = &total;
            scope.spawn(move || {
                let mut own = Findings::default();
                people.iter().skip(worker).step_by(workers).for_each(|(who, it)| own.compare(what, who, it));
                total.lock().unwrap().add(own);
            });
        }
    });
    let found = total.into_inner().unwrap();
    let Findings { people, procedures, plans, known, told } = &found;
    println!(
        "{title}: {people} people, {procedures} dispositions, {plans} plans; known errors of the service {known:?}"
    );
    let list: Vec<String> = told.iter().map(|(cause, (count, who))| format!("{count:>6} x {who}\n{cause}")).collect();
    assert!(list.is_empty(), "{title}: {} kinds of disagreement\n{}", list.len(), list.join("\n"));
    found
}
