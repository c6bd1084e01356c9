//! What follows a session stays in the plan when that is made again on the day of the session, or some days after it.

use std::collections::BTreeSet;

use cicatrix::wire::{
    Date,
    v1::{self, Diabetes, Phototype},
};

use super::{
    afterwards,
    asked::protocol,
    support::{pits, request},
    worked,
};

/// Used at home with sessions.
const WITH_SESSIONS: [&str; 2] = ["silicone-gel", "vitamin-c"];

/// What is used at home with sessions, by day, as of a plan that begins `begins` days after another.
fn used(plan: &v1::Protocol, begins: i32) -> BTreeSet<(String, i32)> {
    let mut all = BTreeSet::new();
    let stages = plan.stages.iter().filter(|it| WITH_SESSIONS.contains(&it.procedure.as_str()));
    for stage in stages.filter(|it| it.contingent_on.is_none()) {
        let rests = |day: i32| {
            stage.rests.iter().any(|it| it.contingent_on.is_none() && (it.from_day..=it.to_day).contains(&day))
        };
        for day in (stage.start_day..=stage.end_day.unwrap()).filter(|day| !rests(*day)) {
            all.insert((stage.procedure.clone(), begins + day));
        }
    }
    all
}

/// What safety adds, by rule and day.
fn care(plan: &v1::Protocol, begins: i32) -> BTreeSet<(String, i32)> {
    let of = |it: &v1::CareItem| {
        let rule = it.reasons[0].rule.clone();
        it.days.iter().map(move |day| (rule.clone(), begins + day)).collect::<Vec<_>>()
    };
    plan.care_items.iter().flat_map(of).collect()
}

/// Some days later.
fn later(date: Option<Date>, days: i32) -> Option<Date> {
    let date = date.unwrap();
    let (year, month, day) = cicatrix::domain::Date::new(date.year, date.month, date.day).unwrap().plus(days).civil();
    Some(Date { year, month, day })
}

/// What of `first` after the first `done` visits and `wait` days is not in the plan that is made then.
fn lost(request: &v1::GenerateProtocolRequest, first: &v1::Protocol, done: usize, wait: i32) -> Vec<String> {
    let today = first.sessions[done - 1].day + wait;
    let mut then = afterwards(request, &first.sessions[..done]);
    then.start_date = later(then.start_date, wait);
    // Whoever is primed says since when.
    let primes = |it: &&v1::Stage| it.reasons.iter().any(|it| it.rule == "PLAN-PRIMING");
    if let (Some(patient), Some(priming)) = (&mut then.patient, first.stages.iter().find(primes)) {
        let begun = priming.start_day < today && patient.priming_since.is_none();
        let since = later(request.start_date, priming.start_day);
        patient.priming_since = patient.priming_since.or(since.filter(|_| begun));
    }
    let Some(next) = protocol(&then) else { return Vec::new() };
    let mut missing = Vec::new();
    for of in [used, care] {
        let (was, now) = (of(first, 0), of(&next, today));
        let next_visit = first.sessions.get(done).map_or(i32::MAX, |it| it.day);
        // What is only moved by a later visit has days of its own.
        let due = was.iter().filter(|it| it.1 > today && it.1 < next_visit);
        missing.extend(due.filter(|it| !now.contains(it)).map(|it| format!("{it:?}")));
    }
    missing
}

#[test]
fn what_follows_a_session_stays_when_the_plan_is_made_again() {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for case in worked::all().iter().filter(|it| it.request.history.is_empty()) {
        let Some(first) = protocol(&case.request) else { continue };
        for done in 1..=first.sessions.len() {
            let next = first.sessions.get(done).map(|it| it.day);
            for wait in [0, 1, 10, 20] {
                let today = first.sessions[done - 1].day + wait;
                if wait > 0 && next.is_none_or(|next| today >= next) {
                    continue;
                }
                compared += 1;
                let lost = lost(&case.request, &first, done, wait);
                if !lost.is_empty() {
                    wrong.push(format!("{}, {done} done, {wait} days later: {}", case.name, lost.join(" ")));
                }
            }
        }
    }
    assert!(compared > 600, "only {compared}");
    assert!(wrong.is_empty(), "{} of {compared}\n{}", wrong.len(), wrong.join("\n"));
}

/// One session of a procedure some days before the plan.
fn after(procedure: &str, days: i32, change: impl Fn(&mut v1::Patient)) -> v1::Protocol {
    let mut request = v1::GenerateProtocolRequest { scars: vec![pits("s1")], ..request() };
    change(request.patient.as_mut().unwrap());
    request.history = vec![v1::PastSession {
        procedure: procedure.to_owned(),
        date: later(request.start_date, -days),
        scar_ids: vec!["s1".to_owned()],
        ..v1::PastSession::default()
    }];
    protocol(&request).unwrap()
}

#[test]
fn what_follows_a_session_ends_in_its_time() {
    let gel = |days: i32| {
        let plan = after("punch-excision", days, |_| ());
        let gel = plan.stages.iter().find(|it| it.procedure == "silicone-gel");
        gel.map(|it| (it.start_day, it.end_day.unwrap()))
    };
    // Skin is needled on the last of its days.
    assert_eq!(gel(0), Some((14, 83)));
    assert_eq!(gel(10), Some((4, 73)));
    assert_eq!(gel(20), Some((0, 63)));
    assert_eq!(gel(85), None);
    let serum = |days: i32| {
        let plan = after("ablative-fractional-laser", days, |_| ());
        // The next laser has days of its own.
        let used = used(&plan, 0);
        let soon = used.iter().filter(|it| it.0 == "vitamin-c" && it.1 <= 14 - days).map(|it| it.1);
        soon.collect::<Vec<_>>()
    };
    assert_eq!(serum(5).last(), Some(&9));
    assert!(serum(15).is_empty());
    let care = |procedure: &str, days: i32, kind: v1::CareItemKind, change: &dyn Fn(&mut v1::Patient)| -> Vec<i32> {
        let plan = after(procedure, days, change);
        let next = plan.sessions.first().map_or(i32::MAX, |it| it.day);
        let items = plan.care_items.iter().filter(|it| it.kind() == kind);
        items.flat_map(|it| it.days.clone()).filter(|day| *day < next).collect()
    };
    // Looked at for infection two, seven and fourteen days after the session.
    let reviews = |days: i32| {
        care("mnrf", days, v1::CareItemKind::InfectionReview, &|it| it.diabetes = Diabetes::Controlled.into())
    };
    assert_eq!(reviews(0), [2, 7, 14]);
    assert_eq!(reviews(5), [2, 9]);
    assert!(reviews(15).is_empty());
    // Steroid on the day of the session and the day after it, in skin that marks easily.
    let steroid = |days: i32| {
        let dark = |it: &mut v1::Patient| it.phototype = Phototype::Iv.into();
        care("ablative-fractional-laser", days, v1::CareItemKind::TopicalSteroid, &dark)
    };
    assert_eq!(steroid(0), [0, 1]);
    assert_eq!(steroid(1), [0]);
    assert!(steroid(2).is_empty());
}

/// What begins in a rest of its own, but for what primes: the days of that are counted from its beginning.
fn begin_in_a_rest(plan: &v1::Protocol) -> Vec<String> {
    let at_home = plan.stages.iter().filter(|it| it.session_count.is_none());
    let primes = |it: &v1::Stage| it.reasons.iter().any(|it| it.rule == "HOME-PRIME");
    let rests = |it: &v1::Stage| {
        let mut sure =
            it.rests.iter().filter(|rest| rest.contingent_on.is_none() || rest.contingent_on == it.contingent_on);
        sure.any(|rest| (rest.from_day..=rest.to_day).contains(&it.start_day))
    };
    let wrong = at_home.filter(|it| rests(it) && !primes(it));
    wrong.map(|it| format!("{} on day {}", it.procedure, it.start_day)).collect()
}

#[test]
fn nothing_is_begun_on_days_on_which_it_rests() {
    let mut wrong = Vec::new();
    for case in worked::all() {
        let Some(first) = protocol(&case.request) else { continue };
        for done in 0..=first.sessions.len() {
            let now = match done {
                0 => Some(first.clone()),
                done => protocol(&afterwards(&case.request, &first.sessions[..done])),
            };
            let found = now.map(|it| begin_in_a_rest(&it)).unwrap_or_default();
            if !found.is_empty() {
                wrong.push(format!("{}, {done} done: {}", case.name, found.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
