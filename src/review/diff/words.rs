//! What is different between two plans, in words: one line for each thing.

use std::collections::BTreeSet;

use super::{
    super::words::{listed, plain},
    outline::{Fares, Id, Names, Outline, StageOutline},
};
use crate::domain::{Day, Phase, Range, Scale, number_in_words};

/// Most rules that one line names.
const MOST_RULES: usize = 12;

/// What is different, in a fixed order. Equal plans give no line.
pub(super) fn in_words(names: &Names, old: &Outline, new: &Outline) -> Vec<String> {
    let mut lines = Lines { names, lines: Vec::new() };
    lines.labels(old, new);
    lines.outcome(old, new);
    lines.stages(old, new);
    lines.days(old, new);
    lines.fares(old, new);
    lines.asked(old, new);
    lines.reasons(old, new);
    if lines.lines.is_empty() && old != new {
        lines.add("something else in the plan".to_owned());
    }
    lines.lines
}

struct Lines<'n> {
    names: &'n Names,
    lines: Vec<String>,
}

impl Lines<'_> {
    fn add(&mut self, line: String) {
        self.lines.push(line);
    }

    fn procedure(&self, id: Id) -> &str {
        self.names.procedures.get(usize::from(id)).map_or("?", String::as_str)
    }

    fn labels(&mut self, old: &Outline, new: &Outline) {
        for (old, new) in old.labels.iter().zip(&new.labels) {
            let words: [(&str, &str, &str); 3] = [
                ("named", old.scar_type.into(), new.scar_type.into()),
                ("depth", old.depth.into(), new.depth.into()),
                ("confidence", old.confidence.into(), new.confidence.into()),
            ];
            for (what, old, new) in words {
                if old != new {
                    self.add(format!("{what}: {} → {}", plain(old), plain(new)));
                }
            }
        }
        use strum::VariantArray as _;
        for ((old, new), scale) in old.grades.iter().zip(&new.grades).zip(Scale::VARIANTS) {
            if old != new {
                let total = |it: &Option<i32>| it.map_or_else(|| "not known".to_owned(), |it| it.to_string());
                self.add(format!("{}: {} → {}", plain((*scale).into()), total(old), total(new)));
            }
        }
    }

    fn outcome(&mut self, old: &Outline, new: &Outline) {
        match (old.planned, new.planned) {
            (true, false) => self.add("referred instead of planned".to_owned()),
            (false, true) => self.add("planned instead of referred".to_owned()),
            (true, true) | (false, false) => {}
        }
        if old.referrals != new.referrals {
            let to = |it: &Outline| {
                let all: Vec<String> = it
                    .referrals
                    .iter()
                    .map(|(to, urgency)| {
                        let urgency: &str = (*urgency).into();
                        let to = self.names.referrals.get(usize::from(*to)).map_or("?", String::as_str);
                        format!("{to} ({urgency})")
                    })
                    .collect();
                listed(&all, "and")
            };
            self.add(format!("refer to: {} → {}", to(old), to(new)));
        }
    }

    fn stages(&mut self, old: &Outline, new: &Outline) {
        let keys: BTreeSet<&(Phase, Id, usize)> = old.stages.keys().chain(new.stages.keys()).collect();
        for key in keys {
            let (phase, procedure, _) = key;
            let phase: &str = (*phase).into();
            let name = format!("{} ({phase})", self.procedure(*procedure));
            match (old.stages.get(key), new.stages.get(key)) {
                (Some(old), Some(new)) => {
                    let changes = self.stage(old, new);
                    if !changes.is_empty() {
                        self.add(format!("{name}: {}", changes.join("; ")));
                    }
                }
                (None, Some(it)) => self.add(format!("+ {name}, {}", drawn(it))),
                (Some(it), None) => self.add(format!("- {name}, {}", drawn(it))),
                (None, None) => {}
            }
        }
    }

    fn stage(&self, old: &StageOutline, new: &StageOutline) -> Vec<String> {
        let mut changes = Vec::new();
        if old.planned != new.planned {
            changes.push(format!("{} → {} sessions", old.planned, new.planned));
        }
        if old.sessions != new.sessions {
            changes.push(format!("sessions allowed {} → {}", range(old.sessions), range(new.sessions)));
        }
        if old.contingent != new.contingent {
            let words = if new.contingent { "waits for a review" } else { "no longer waits for a review" };
            changes.push(words.to_owned());
        }
        if old.interval != new.interval {
            changes.push(format!("every {} → {} days", range(old.interval), range(new.interval)));
        }
        changes.extend(shift("starts", Some(old.start), Some(new.start)));
        if old.parameters != new.parameters {
            let all = |it: &StageOutline| -> BTreeSet<String> {
                let one = |(name, low, high): &(Id, i64, i64)| {
                    let name = self.names.parameters.get(usize::from(*name)).map_or("?", String::as_str);
                    format!("{} {}", plain(name), bounds(*low, *high))
                };
                it.parameters.iter().map(one).collect()
            };
            let (old, new) = (all(old), all(new));
            let (gone, come) = (only_in(&old, &new), only_in(&new, &old));
            changes.push(format!("settings: {} → {}", listed(&gone, "and"), listed(&come, "and")));
        }
        changes
    }

    fn days(&mut self, old: &Outline, new: &Outline) {
        if !(old.planned && new.planned) {
            return;
        }
        for (what, old, new) in
            [("visits", &old.visits, &new.visits), ("visits that wait", &old.contingent_visits, &new.contingent_visits)]
        {
            if old.len() != new.len() {
                self.add(format!("{what}: {} → {}", old.len(), new.len()));
            }
            let last = |it: &Vec<(Day, Vec<(Id, bool)>)>| it.last().map(|(day, _)| *day);
            if let Some(line) = shift("the last one is", last(old), last(new)) {
                self.add(format!("{what}: {line}"));
            } else if old.len() == new.len() && old != new {
                self.add(format!("{what}: other days or other procedures on them"));
            }
        }
        if old.reviews != new.reviews {
            let shifts: BTreeSet<Day> = old.reviews.iter().zip(&new.reviews).map(|(old, new)| new - old).collect();
            match (old.reviews.len() == new.reviews.len(), shifts.first(), shifts.len()) {
                (true, Some(by), 1) => self.add(format!("reviews: {}", later(*by))),
                _ => self.add(format!("reviews: days {} → {}", days(&old.reviews), days(&new.reviews))),
            }
        }
    }

    fn fares(&mut self, old: &Outline, new: &Outline) {
        let ids: BTreeSet<&Id> = old.fares.keys().chain(new.fares.keys()).collect();
        for id in ids {
            let (was, is) = (old.fares.get(id), new.fares.get(id));
            if was != is {
                let words = |it: Option<&Vec<Fares>>| {
                    let all: Vec<String> = it.into_iter().flatten().map(|it| self.fare(it)).collect();
                    if all.is_empty() { "not there".to_owned() } else { all.join(" / ") }
                };
                self.add(format!("{}: {} → {}", self.procedure(*id), words(was), words(is)));
            }
        }
    }

    fn fare(&self, it: &Fares) -> String {
        let action: &str = it.action.map_or("allowed", Into::into);
        let event = it.until_event.and_then(|it| self.names.events.get(usize::from(it)));
        let until = match (it.until_day, event) {
            (Some(day), _) => format!(" until day {day}"),
            (None, Some(event)) => format!(" until {}", plain(event)),
            (None, None) => String::new(),
        };
        format!("{action}{until}")
    }

    fn asked(&mut self, old: &Outline, new: &Outline) {
        let set = |it: &Outline| -> BTreeSet<String> { it.questions.iter().map(|it| plain(it)).collect() };
        let (was, is) = (set(old), set(new));
        self.come_and_gone("asks for", "no longer asks for", &was, &is);
        let events = |it: &Outline| -> BTreeSet<String> {
            let events = it.ask_again_after.iter().filter_map(|it| self.names.events.get(usize::from(*it)));
            events.map(|it| plain(it)).collect()
        };
        let (was, is) = (events(old), events(new));
        self.come_and_gone("ask again after", "no longer ask again after", &was, &is);
    }

    fn reasons(&mut self, old: &Outline, new: &Outline) {
        let names = |it: &[Id]| -> BTreeSet<String> {
            it.iter().filter_map(|it| self.names.rules.get(usize::from(*it))).cloned().collect()
        };
        let (was, is) = (names(&old.rules), names(&new.rules));
        self.come_and_gone("hears", "no longer hears", &was, &is);
    }

    fn come_and_gone(&mut self, come: &str, gone: &str, was: &BTreeSet<String>, is: &BTreeSet<String>) {
        for (words, all) in [(come, only_in(is, was)), (gone, only_in(was, is))] {
            if all.is_empty() {
                continue;
            }
            let more = all.len().saturating_sub(MOST_RULES);
            let named: Vec<String> = all.into_iter().take(MOST_RULES).collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            self.add(format!("{words} {}{more}", named.join(", ")));
        }
    }
}

fn only_in(these: &BTreeSet<String>, those: &BTreeSet<String>) -> Vec<String> {
    these.difference(those).cloned().collect()
}

fn drawn(stage: &StageOutline) -> String {
    match (&stage.sessions, stage.contingent) {
        (None, _) => "at home".to_owned(),
        (Some(_), false) => format!("{} sessions", stage.planned),
        (Some(range), true) => format!("{} to {} sessions if the review says so", range.min, range.max),
    }
}

fn range(range: Option<Range>) -> String {
    range.map_or_else(|| "none".to_owned(), |it| format!("{} ({} to {})", it.typical, it.min, it.max))
}

fn bounds(low: i64, high: i64) -> String {
    if low == high { number_in_words(low) } else { format!("{} to {}", number_in_words(low), number_in_words(high)) }
}

fn shift(what: &str, old: Option<Day>, new: Option<Day>) -> Option<String> {
    let by = new?.saturating_sub(old?);
    (by != 0).then(|| format!("{what} {}", later(by)))
}

fn later(by: Day) -> String {
    let (days, word) = (by.unsigned_abs(), if by > 0 { "later" } else { "sooner" });
    format!("{days} {} {word}", if days == 1 { "day" } else { "days" })
}

fn days(days: &[Day]) -> String {
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    listed(&days, "and")
}
