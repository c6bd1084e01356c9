//! Any plan is a calendar that another program reads as the same days, and a later plan updates its events.

use std::collections::{BTreeMap, BTreeSet};

use cicatrix::wire::{Date, v1};

use crate::{
    people::{SCAR_ID, everybody, moved, protocol, referred, sessions},
    read::{Event, events},
    support::service,
};

fn calendar(request: &v1::GenerateProtocolRequest) -> String {
    service().generate_calendar(request.clone()).unwrap()
}

fn iso(date: Option<&Date>) -> String {
    let it = date.unwrap();
    format!("{:04}-{:02}-{:02}", it.year, it.month, it.day)
}

fn day(request: &v1::GenerateProtocolRequest, day: i32) -> String {
    iso(Some(&crate::people::later(request.start_date.unwrap(), day)))
}

fn of<'a>(all: &'a [Event], things: &'a [&str]) -> impl Iterator<Item = &'a Event> {
    all.iter().filter(move |it| things.iter().any(|thing| it.thing().starts_with(thing)))
}

/// What a set of events says of days, sorted.
fn days<'a>(all: impl Iterator<Item = &'a Event>) -> Vec<(String, bool)> {
    let mut days: Vec<(String, bool)> = all.map(|it| (it.date.clone(), it.sure)).collect();
    days.sort();
    days
}

#[test]
fn every_plan_reads_back_with_the_same_days() {
    let (mut visits, mut possible, mut tests, mut care, mut referrals, mut nothing) = (0, 0, 0, 0, 0, 0);
    for (request, answer) in everybody() {
        let text = calendar(&request);
        assert_eq!(text, calendar(&request), "another calendar the second time");
        let all = events(&text);
        let sessions = sessions(&answer);
        let mut said: Vec<(String, bool)> = sessions.iter().map(|(it, sure)| (iso(it.date.as_ref()), *sure)).collect();
        said.sort();
        assert_eq!(days(of(&all, &["visit.", "test-area."])), said);
        let empty = v1::Protocol::default();
        let plan = protocol(&answer).unwrap_or(&empty);
        let reviews: Vec<(String, bool)> = plan.reviews.iter().map(|it| (iso(it.date.as_ref()), true)).collect();
        assert_eq!(days(of(&all, &["review."])), reviews);
        // Each day of care has an event of its own, or a visit that speaks of it.
        for item in &plan.care_items {
            for due in item.days.iter().chain(&item.contingent_days) {
                let date = day(&request, *due);
                let own = match item.kind() {
                    v1::CareItemKind::Photographs => "photographs.",
                    v1::CareItemKind::Consent => "consent.",
                    _ => "care.",
                };
                let kind = item.kind().as_str_name().replace("CARE_ITEM_KIND_", "").to_lowercase().replace('_', " ");
                let told = all
                    .iter()
                    .any(|it| it.date == date && (it.thing().starts_with(own) || it.description.contains(&kind)));
                assert!(told, "{kind} on {date}");
                care += 1;
            }
        }
        let stamp = format!("{}T00:00:00+00:00", iso(request.start_date.as_ref()));
        let sequence: u32 = iso(request.start_date.as_ref()).replace('-', "").parse().unwrap();
        for it in &all {
            assert_eq!((it.stamp.as_str(), it.sequence), (stamp.as_str(), sequence));
        }
        // An event without a day of the plan is only there for those who are referred or have nothing else.
        assert_eq!(of(&all, &["referral"]).count(), usize::from(!answer.referrals.is_empty()));
        if of(&all, &["no-visit"]).count() == 1 {
            assert_eq!(all.len(), 1);
            nothing += 1;
        }
        referrals += usize::from(protocol(&answer).is_none());
        visits += sessions.iter().filter(|(_, sure)| *sure).count();
        possible += sessions.iter().filter(|(_, sure)| !*sure).count();
        tests += of(&all, &["test-area."]).count();
    }
    println!(
        "{visits} visits, {possible} possible, {tests} test areas, {care} days of care, {referrals} referred, {nothing} empty"
    );
    for count in [visits, possible, tests, care, referrals, nothing] {
        assert!(count > 0, "the people leave something out");
    }
}

#[test]
fn events_tell_nothing_of_the_patient() {
    let sites: Vec<String> = (1..)
        .map_while(|it| v1::Site::try_from(it).ok())
        .map(|it| it.as_str_name().replace("SITE_", "").to_lowercase().replace('_', " "))
        // The name of a procedure may hold one.
        .filter(|it| !["lip", "ear"].contains(&it.as_str()))
        .collect();
    let kinds =
        ["antiviral", "dysmorphia", "blood test", "contraception", "smoking", "specialist", "acne", "infection"];
    for (request, answer) in everybody() {
        let text = calendar(&request).replace("\r\n ", "");
        assert!(!text.contains("Jane") && !text.contains(SCAR_ID), "{text}");
        for word in text.to_lowercase().split(|it: char| !it.is_alphabetic()) {
            assert!(!sites.iter().any(|it| it == word), "{word} is a site");
        }
        let reasons = text.lines().filter(|it| !it.starts_with("DESCRIPTION:Judge")).collect::<String>().to_lowercase();
        assert!(!kinds.iter().any(|it| reasons.contains(it)), "{text}");
        assert!(!text.contains(&answer.protocol_id));
        for referral in &answer.referrals {
            assert!(!text.contains(&referral.to), "{}", referral.to);
        }
    }
}

#[test]
fn a_later_plan_of_the_same_facts_moves_every_event() {
    for (request, _) in everybody() {
        let days = 45;
        let first = events(&calendar(&request));
        let later = moved(request.clone(), days);
        let second = events(&calendar(&later));
        assert_eq!(first.len(), second.len());
        for (a, b) in first.iter().zip(&second) {
            assert_eq!((&a.uid, &a.summary, a.sure), (&b.uid, &b.summary, b.sure));
            let start: Vec<i32> = a.date.split('-').map(|it| it.parse().unwrap()).collect();
            let from = Date { year: start[0], month: start[1], day: start[2] };
            assert_eq!(b.date, iso(Some(&crate::people::later(from, days))));
            assert!(b.sequence > a.sequence && b.stamp > a.stamp);
        }
    }
}

#[test]
fn a_visit_that_took_place_keeps_its_event() {
    let (mut followed, mut tests, mut twice) = (0, 0, 0);
    for (request, answer) in everybody() {
        let Some((first, true)) = sessions(&answer).first().copied() else { continue };
        let before = events(&calendar(&request));
        let date = iso(first.date.as_ref());
        let done = of(&before, &["visit.", "test-area."]).find(|it| it.date == date).unwrap();
        // The next day: what was done is told.
        let mut next = moved(request.clone(), first.day + 1);
        next.history = request.history.clone();
        next.history.extend(first.procedures.iter().map(|it| v1::PastSession {
            procedure: it.procedure.clone(),
            date: first.date,
            scar_ids: it.scar_ids.clone(),
            kind: it.kind,
            ..v1::PastSession::default()
        }));
        let after = events(&calendar(&next));
        assert!(after.iter().all(|it| it.uid != done.uid), "{} is moved", done.uid);
        // What comes next of the same procedures has the events that the old plan gave it, where it has the same days.
        for procedure in first.procedures.iter().map(|it| &it.procedure).collect::<BTreeSet<_>>() {
            for kind in ["visit", "test-area"] {
                let thing = format!("{kind}.{procedure}.");
                let ahead = |all: &[Event]| -> BTreeMap<String, String> {
                    let others = all.iter().filter(|it| it.thing().starts_with(&thing) && it.uid != done.uid);
                    others.map(|it| (it.date.clone(), it.uid.clone())).collect()
                };
                let (old, new) = (ahead(&before), ahead(&after));
                if old.keys().eq(new.keys()) {
                    assert_eq!(old, new);
                    followed += usize::from(!new.is_empty());
                    tests += usize::from(!new.is_empty() && done.thing().starts_with("test-area."));
                    let stages = first.procedures.iter().filter(|it| it.procedure == **procedure).count();
                    twice += usize::from(!new.is_empty() && stages > 1);
                }
            }
        }
    }
    println!("{followed} go on, {tests} after a test area, {twice} of two stages at once");
    assert!(followed > 50 && tests > 0 && twice > 0, "{followed}, {tests}, {twice} plans go on");
}

#[test]
fn a_title_names_a_procedure_once() {
    let mut shared = 0;
    for (request, answer) in everybody() {
        for (session, _) in sessions(&answer) {
            let procedures: BTreeSet<_> = session.procedures.iter().map(|it| (&it.procedure, it.kind)).collect();
            shared += usize::from(procedures.len() < session.procedures.len());
        }
        for it in events(&calendar(&request)) {
            let named: Vec<&str> = it.summary.rsplit(": ").next().unwrap().split(" + ").collect();
            assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len(), "{}", it.summary);
        }
    }
    assert!(shared > 0, "nobody has two stages of a procedure at one visit");
}

#[test]
fn who_is_referred_gets_one_event_that_sends_to_the_plan() {
    let text = calendar(&referred());
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    for line in ["UID:ref-1.referral@cicatrix", "SUMMARY:Referral: see the plan", "DTSTART;VALUE=DATE:20261201"] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{text}");
    }
}

#[test]
fn the_first_and_the_last_day_on_which_a_plan_can_begin_are_days() {
    let on = |year, month, day| {
        let start_date = Some(Date { year, month, day });
        calendar(&v1::GenerateProtocolRequest { start_date, patient: None, ..referred() })
    };
    let text = on(2200, 12, 31);
    assert!(
        text.contains("DTSTART;VALUE=DATE:22001231\r\n") && text.contains("DTEND;VALUE=DATE:22010101\r\n"),
        "{text}"
    );
    assert!(on(1900, 1, 1).contains("DTSTAMP:19000101T000000Z\r\nSEQUENCE:19000101\r\n"));
}
