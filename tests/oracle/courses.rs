//! Compares the plans: procedures in order, counts, days of sessions and of reviews.

use cicatrix::wire::v1::{self, SessionKind, generate_protocol_response::Outcome};

use super::{
    compare::Findings,
    person::Person,
    plans::{Plan, Quirk, Stage, plan},
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

/// Compares the plan. A known error of the service is counted by its name.
pub fn compare(found: &mut Findings, who: &str, person: &Person, answer: &v1::GenerateProtocolResponse) {
    found.plans += 1;
    let (ours, theirs) = (plan(person, None), told(answer));
    if ours == theirs {
        return;
    }
    match Quirk::ALL.into_iter().find(|it| plan(person, Some(*it)) == theirs) {
        Some(quirk) => *found.known.entry(quirk).or_default() += 1,
        None => found.tell(format!("       we      {}\n       service {}", shown(&ours), shown(&theirs)), who),
    }
}
