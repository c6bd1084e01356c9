//! An answer holds until the day that it names, asked day by day.

use cicatrix::{
    domain::{Case, Day, Fact, Insight, Plan, ProcedureId, Value},
    engine,
};
use strum::VariantArray as _;

use super::{Done, Treatment, done, examples, found, knowledge, people};

/// The same facts, asked later.
fn later(case: &Case, days: Day) -> Case {
    let mut case = case.clone();
    case.start = case.start.plus(days);
    let shift = |facts: &mut cicatrix::domain::Facts| {
        for fact in Fact::VARIANTS.iter().copied() {
            if let Some(Value::Since(day)) = facts.get(fact) {
                facts.set(fact, Some(Value::Since(day - days)));
            }
        }
    };
    shift(&mut case.patient);
    case.fields.iter_mut().for_each(|it| shift(&mut it.facts));
    case.findings.scars.iter_mut().for_each(|it| shift(&mut it.facts));
    for past in &mut case.history {
        past.day -= days;
        past.healed = past.healed.map(|it| it - days);
    }
    case.wishes.event = case.wishes.event.map(|it| it - days).filter(|it| *it >= 0);
    let times = case.wishes.unavailable.iter().map(|(first, last)| ((first - days).max(0), last - days));
    case.wishes.unavailable = times.filter(|it| it.1 >= 0).collect();
    case
}

/// An answer without what merely begins later.
fn gist(plan: &Plan, asked: Day) -> (Vec<String>, Done) {
    let fares = plan.dispositions.iter().map(|it| {
        let until = it.until_day.map(|day| day + asked);
        format!("{:?} {:?} {:?} {until:?} {:?}", it.procedure, it.scars, it.action, it.until_event)
    });
    let at_clinic = |id: ProcedureId| knowledge().procedures()[id.index()].sessions.is_some();
    let done = done(plan)
        .into_iter()
        .filter(|(key, _)| at_clinic(key.1))
        .map(|(key, it)| (key, Treatment { sessions: it.sessions, ..Treatment::default() }));
    (fares.collect(), done.collect())
}

fn holds_until(name: &str, case: &Case, days: Day) -> bool {
    let (plan, what_if) = found(case, &[Insight::ValidUntil]);
    let here = gist(&plan, 0);
    let end = what_if.valid_until.unwrap_or(Day::MAX);
    assert!(end > 0, "{name}");
    for day in 1..days.min(end) {
        let then = engine::plan(knowledge(), &later(case, day));
        let there = gist(&then, day);
        let fares: Vec<_> = there.0.iter().filter(|it| !here.0.contains(it)).collect();
        let done: Vec<_> = there.1.iter().filter(|(key, it)| here.1.get(key) != Some(it)).collect();
        assert_eq!(there, here, "{name}: another answer on day {day}, and not on day {end}: {fares:?} {done:?}");
    }
    if end < Day::MAX {
        let then = engine::plan(knowledge(), &later(case, end));
        assert_ne!(gist(&then, end), here, "{name}: the same answer on day {end}");
    }
    end < Day::MAX
}

#[test]
fn an_answer_holds_until_the_day_that_it_names() {
    let mut ends = 0;
    for (name, case) in examples().into_iter().chain(people(40)) {
        ends += usize::from(holds_until(&name, &case, 400));
    }
    assert!(ends > 10, "only {ends} answers end");
}
