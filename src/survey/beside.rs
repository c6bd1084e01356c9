//! What can stand beside a scar: another scar, past sessions, what the patient wishes and what the clinic can do.

use std::fmt;

use super::{FIRST, Subject, measured, scar, set_phototype};
use crate::{
    domain::{
        Case, CountingReason, Day, Fact, PastSession, Response, ScaleInputs, SessionKind, Site, SkinTone, Weekday,
    },
    knowledge::Knowledge,
};

/// Something beside the scar. Procedures go by their id, since a survey can span two releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// Another group of scars.
    Scar(Box<Subject>, Site),
    /// A session in the past.
    Past(String, Day),
    /// A session today of its weaker form, with this strength in thousandths.
    PastWeak(String, i64),
    /// A session in the past, and the clinic can do one procedure only.
    PastThenOnly(String, String),
    /// A course of so many sessions as told, with the response after the last ones.
    Course(String, Course),
    /// Done so many times, the last time so many days ago, with hardly any effect.
    Failed(String, usize, Day),
    /// The patient does not want it.
    Unwanted(String),
    /// The patient wants none of these: whatever ranks after them gets its turn.
    WithoutThose(Vec<String>),
    /// The same, and traces must be covered by then.
    WithoutThoseIn(Vec<String>, Day),
    /// Scales that were rated, or totals that were stated.
    Rated(Box<ScaleInputs>),
    /// A skin tone that was measured.
    Tone(SkinTone),
    /// The clinic can do nothing else.
    Only(String),
    /// Traces must be covered by then.
    Downtime(Day),
    /// The patient would like it best.
    Preferred(String),
    /// The patient wants to come at most so often.
    Visits(i32),
    /// The patient wants so many days between two visits.
    Apart(Day),
    /// The clinic does so many procedures at a visit.
    PerVisit(i32),
    /// The clinic does it under supervision only.
    Supervised(String),
    /// The patient wants to look well on that day.
    Event(Day),
    /// The same, and a session was done today.
    EventAfter(String, Day),
    /// The patient cannot come from one day to another.
    Away(Day, Day),
    /// The patient can come on one day of the week.
    Weekday(Weekday),
    /// How many scars there are was not recorded.
    Uncounted,
}

impl Beside {
    /// Does it give the turn to what ranks last?
    pub(super) fn is_ranking(&self) -> bool {
        matches!(self, Self::Only(_) | Self::WithoutThose(_))
    }

    /// Was something measured beside the facts?
    pub(super) fn is_measured(&self) -> bool {
        matches!(self, Self::Rated(_) | Self::Tone(_))
    }

    /// Changes the case; `None` when the knowledge has no such procedure.
    pub(super) fn put(&self, case: &mut Case, knowledge: &Knowledge) -> Option<()> {
        let id = |name: &str| knowledge.vocabulary().procedure(name);
        let past = PastSession::new;
        match self {
            Self::Scar(subject, site) => case.findings.scars.push(scar(&format!("{FIRST}2"), *site, 1, subject)),
            Self::Past(procedure, day) => case.history.push(past(id(procedure)?, *day)),
            Self::PastWeak(procedure, strength) => {
                case.history.push(PastSession { tca_percent: Some(*strength), ..past(id(procedure)?, 0) });
            }
            Self::Course(procedure, course) => {
                let session = past(id(procedure)?, 0);
                case.history.extend(course.sessions(&session));
                (0..).zip(&mut case.history).for_each(|(place, it)| it.place = place);
            }
            Self::Failed(procedure, times, day) => {
                let sessions = Course::Plateau(*times, day.saturating_neg()).sessions(&past(id(procedure)?, 0));
                case.history.extend(sessions);
                (0..).zip(&mut case.history).for_each(|(place, it)| it.place = place);
            }
            Self::PastThenOnly(procedure, only) => {
                case.history.push(past(id(procedure)?, 0));
                case.wishes.available = Some(std::iter::once(id(only)?).collect());
            }
            Self::Unwanted(procedure) => case.wishes.excluded.insert(id(procedure)?),
            Self::WithoutThose(procedures) => {
                // What only the other release has cannot be planned by this one.
                procedures.iter().filter_map(|it| id(it)).for_each(|it| case.wishes.excluded.insert(it));
            }
            Self::WithoutThoseIn(procedures, days) => {
                procedures.iter().filter_map(|it| id(it)).for_each(|it| case.wishes.excluded.insert(it));
                case.wishes.max_downtime = Some(*days);
            }
            Self::Rated(inputs) => case.findings.scales = inputs.as_ref().clone(),
            Self::Tone(tone) => {
                let stated = case.patient.number(Fact::Fitzpatrick).and_then(|it| i32::try_from(it / 1000).ok());
                let reading = knowledge.vocabulary().skin_tones.read(*tone, stated)?;
                if reading.estimated {
                    set_phototype(&mut case.patient, Some(reading.phototype));
                }
                case.findings.skin_tone = Some(reading);
            }
            Self::Only(procedure) => case.wishes.available = Some(std::iter::once(id(procedure)?).collect()),
            Self::Downtime(days) => case.wishes.max_downtime = Some(*days),
            Self::Preferred(procedure) => case.wishes.preferred.insert(id(procedure)?),
            Self::Visits(most) => case.wishes.max_visits = Some(*most),
            Self::Apart(days) => case.wishes.days_between_visits = Some(*days),
            Self::PerVisit(most) => case.wishes.procedures_per_visit = Some(*most),
            Self::Supervised(procedure) => case.wishes.supervised.insert(id(procedure)?),
            Self::Event(day) => case.wishes.event = Some(*day),
            Self::EventAfter(procedure, day) => {
                case.history.push(past(id(procedure)?, 0));
                case.wishes.event = Some(*day);
            }
            Self::Away(first, last) => case.wishes.unavailable = vec![(*first, *last)],
            Self::Weekday(day) => case.wishes.weekdays.insert(*day),
            Self::Uncounted => {
                for scar in &mut case.findings.scars {
                    scar.count = None;
                    scar.facts.set(Fact::ScarCount, None);
                }
            }
        }
        Some(())
    }
}

impl fmt::Display for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scar(subject, site) => {
                let site: &str = (*site).into();
                let Subject { scar, depth, .. } = subject.as_ref();
                let depth = if depth.is_empty() { String::new() } else { format!(", {depth}") };
                write!(f, "beside {scar}{depth} at {}", site.replace('_', " "))
            }
            Self::Past(procedure, day) => write!(f, "{procedure} {} days ago", day.saturating_neg()),
            Self::PastWeak(procedure, _) => write!(f, "weak {procedure} 0 days ago"),
            Self::PastThenOnly(procedure, only) => write!(f, "{procedure} today, and only {only} to be had"),
            Self::Course(procedure, course) => write!(f, "{procedure} {}", course.in_words()),
            Self::Failed(procedure, times, day) => {
                write!(f, "{times} times {procedure} without effect, {} days ago", day.saturating_neg())
            }
            Self::Unwanted(procedure) => write!(f, "{procedure} not wanted"),
            Self::WithoutThose(procedures) => write!(f, "without {}", procedures.join(", ")),
            Self::WithoutThoseIn(procedures, days) => {
                write!(f, "without {}, at most {days} days of downtime", procedures.join(", "))
            }
            Self::Rated(inputs) => f.write_str(&measured::in_words(inputs)),
            Self::Tone(tone) => f.write_str(&measured::tone_in_words(*tone)),
            Self::Only(procedure) => write!(f, "only {procedure} to be had"),
            Self::Downtime(days) => write!(f, "at most {days} days of downtime"),
            Self::Preferred(procedure) => write!(f, "{procedure} preferred"),
            Self::Visits(most) => write!(f, "at most {most} visits"),
            Self::Apart(days) => write!(f, "{days} days between two visits"),
            Self::PerVisit(most) => write!(f, "at most {most} procedures at a visit"),
            Self::Supervised(procedure) => write!(f, "{procedure} under supervision"),
            Self::Event(day) => write!(f, "an event in {day} days"),
            Self::EventAfter(procedure, day) => write!(f, "{procedure} today and an event in {day} days"),
            Self::Away(first, last) => write!(f, "away from day {first} to day {last}"),
            Self::Weekday(day) => write!(f, "only on a {}", <&str>::from(*day)),
            Self::Uncounted => f.write_str("not counted"),
        }
    }
}

/// How a course went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// The second session came the day after the first.
    TooFast,
    /// A session, and then a break of so many days.
    LongAgo(Day),
    /// Two sessions, and the scars are as good as they get.
    Goal,
    /// So many sessions in a row without effect, the last one so many days ago.
    Plateau(usize, Day),
    /// A test area only.
    Tested,
    /// A session that the sender does not count.
    NotCounted,
    /// A session about which the sender decided, and why.
    Decided(bool, CountingReason),
    /// So many sessions, four weeks apart.
    Sessions(usize),
    /// The same, the last of them so many days ago.
    Complete(usize, Day),
}

/// Days between the sessions of a course that keeps its distance.
const APART: Day = 28;

impl Course {
    fn sessions(self, session: &PastSession) -> Vec<PastSession> {
        let on = |day: Day, response: Option<Response>| PastSession { day, response, ..session.clone() };
        let course = |times: usize, last: Day, response: Option<Response>| -> Vec<PastSession> {
            let mut all: Vec<PastSession> = (0..)
                .take(times)
                .map(|back: Day| on(last.saturating_sub(back.saturating_mul(APART)), response))
                .collect();
            all.reverse();
            all
        };
        match self {
            Self::TooFast => vec![on(-APART - 1, None), on(-APART, None)],
            Self::LongAgo(days) => vec![on(days.saturating_neg(), None), on(-APART, None)],
            Self::Goal => course(2, -APART, Some(Response::Over75Percent)),
            Self::Plateau(times, days) => course(times, days.saturating_neg(), Some(Response::Under25Percent)),
            Self::Tested => vec![PastSession { kind: SessionKind::TestArea, ..on(-APART, None) }],
            Self::NotCounted => vec![PastSession { counts: Some(false), ..on(-APART, None) }],
            Self::Decided(counts, why) => {
                vec![PastSession { counts: Some(counts), counts_because: Some(why), ..on(-APART, None) }]
            }
            Self::Sessions(times) => course(times, -APART, None),
            Self::Complete(times, days) => course(times, days.saturating_neg(), None),
        }
    }

    fn in_words(self) -> String {
        match self {
            Self::TooFast => "on two days in a row".to_owned(),
            Self::LongAgo(days) => format!("{days} and {APART} days ago"),
            Self::Goal => "twice, with the scars better by more than three quarters".to_owned(),
            Self::Plateau(times, days) => format!("{times} times without effect, {days} days ago"),
            Self::Tested => "on a test area".to_owned(),
            Self::NotCounted => "in a session that does not count".to_owned(),
            Self::Decided(counts, why) => {
                let why: &str = why.into();
                let what = if counts { "counts" } else { "does not count" };
                format!("in a session that {what}, {}", why.replace('_', " "))
            }
            Self::Sessions(times) => format!("{times} times, every {APART} days"),
            Self::Complete(times, days) => format!("{times} times, the last {days} days ago"),
        }
    }
}
