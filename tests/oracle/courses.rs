//! Compares the plans: procedures in order, counts, days of sessions and of reviews.

use std::{collections::BTreeMap, sync::Mutex, thread};

use cicatrix::wire::v1::{self, SessionKind, Site, generate_protocol_response::Outcome};

use super::{
    people::{self, KINDS, answers},
    person::{Person, request},
    plans::{Plan, Quirk, Stage, plan},
    support::service,
};

/// The plan of an answer, in the words of the second opinion.
pub fn told(answer: &v1::GenerateProtocolResponse) -> Plan {
    let Some(Outcome::Protocol(protocol)) = &answer.outcome else {
        return Plan { stages: Vec::new(), reviews: Vec::new() };
    };
    let mut stages = Vec::new();
    for stage in protocol.stages.iter().filter(|it| it.session_count.is_some()) {
        let contingent = stage.contingent_on.is_some();
        let sessions = if contingent { &protocol.contingent_sessions } else { &protocol.sessions };
        let days = |kind: SessionKind| -> Vec<i32> {
            let of = sessions.iter().flat_map(|session| {
                session.procedures.iter().filter(|it| it.stage == stage.number).map(|it| (session.day, it.kind()))
            });
            of.filter(|(_, it)| *it == kind).map(|(day, _)| day).collect()
        };
        let days_of = days(SessionKind::Treatment);
        if !contingent {
            assert_eq!(usize::try_from(stage.planned_sessions).unwrap(), days_of.len(), "{}", stage.procedure);
        }
        let (procedure, tests) = (stage.procedure.clone(), days(SessionKind::TestArea));
        stages.push(Stage { procedure, contingent, days: days_of, tests });
    }
    Plan { stages, reviews: protocol.reviews.iter().map(|it| it.day).collect() }
}

fn shown(plan: &Plan) -> String {
    let stages: Vec<String> = plan
        .stages
        .iter()
        .map(|it| {
            let tests = if it.tests.is_empty() { String::new() } else { format!(" test {:?}", it.tests) };
            format!("{}{}{tests} {:?}", if it.contingent { "if: " } else { "" }, it.procedure, it.days)
        })
        .collect();
    format!("{} | reviews {:?}", stages.join(", "), plan.reviews)
}

/// The light acid peel alone on shallow scars, against "peel as sole depth treatment" in the expert cases: it has no code
/// among the 22, so the second opinion does not plan it.
fn is_lone_peel(ours: &Plan, theirs: &Plan) -> bool {
    ours.stages.is_empty() && matches!(theirs.stages.as_slice(), [only] if only.procedure == "peel-light-tca")
}

/// Compares all, on every core. Known errors of the service are counted by name; one that is gone must leave the list.
fn compare_all(people: &[(String, Person)]) {
    let total = Mutex::new((0, BTreeMap::<String, usize>::new(), BTreeMap::<String, (usize, String)>::new()));
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let total = &total;
            scope.spawn(move || {
                let (mut compared, mut known, mut list) = (0, Vec::new(), Vec::new());
                for (name, person) in people.iter().skip(worker).step_by(workers) {
                    let answer = service().generate_protocol(request(person)).unwrap();
                    let (ours, theirs) = (plan(person, None), told(&answer));
                    compared += 1;
                    if ours == theirs {
                        continue;
                    }
                    let quirks = [Quirk::OpinionsOnDayZero, Quirk::ReviewOfNothing];
                    if let Some(quirk) = quirks.into_iter().find(|it| plan(person, Some(*it)) == theirs) {
                        known.push(format!("{quirk:?}"));
                    } else if is_lone_peel(&ours, &theirs) {
                        known.push("LonePeel".to_owned());
                    } else {
                        list.push((format!("we      {}\n       service {}", shown(&ours), shown(&theirs)), name));
                    }
                }
                let mut total = total.lock().unwrap();
                total.0 += compared;
                known.into_iter().for_each(|it| *total.1.entry(it).or_default() += 1);
                for (cause, name) in list {
                    total.2.entry(cause).or_insert_with(|| (0, name.clone())).0 += 1;
                }
            });
        }
    });
    let (compared, known, told) = total.into_inner().unwrap();
    println!("{compared} plans compared; known errors {known:?}");
    let list: Vec<String> =
        told.iter().map(|(cause, (count, name))| format!("{count} x {name}\n       {cause}")).collect();
    assert!(list.is_empty(), "{} kinds of disagreement\n{}", list.len(), list.join("\n"));
}

#[test]
fn every_plan_has_the_same_course() {
    let mut people = Vec::new();
    for kind in KINDS {
        for phototype in (1..=6).map(Some).chain([None]) {
            for answer in answers() {
                let mut person = people::person(kind, Site::Cheek, phototype, None, 12);
                answer.give(&mut person);
                people.push((format!("{kind:?}, {phototype:?}, {}", answer.name), person));
            }
        }
    }
    compare_all(&people);
}
