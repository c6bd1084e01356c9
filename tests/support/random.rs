//! Random people with several groups of scars, fields, wishes and past sessions: the same people on every machine.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use cicatrix::domain::{
    Case, Complication, Fact, Facts, Field, Laterality, PastSession, ProcedureId, Response, ScarIndex, SessionKind,
    Site, Weekday,
};
use strum::VariantArray as _;

use crate::people::{answers, case, healthy, knowledge, scar, treatable, untreatable};

/// A small generator: the same people on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((it ^ (it >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }

    pub fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

/// Somebody with up to seven groups of scars.
pub fn person(dice: &mut Dice) -> Case {
    let answers = answers();
    let phototypes: Vec<Option<i64>> = (1..=6).map(Some).chain([None]).collect();
    let mut patient = healthy(*dice.of(&phototypes));
    for _ in 0..dice.roll(5) {
        for (fact, value) in &dice.of(&answers).changes {
            patient.set(*fact, *value);
        }
    }
    let (treatable, untreatable) = (treatable(), untreatable());
    let mut scars = Vec::new();
    for at in 0..=dice.roll(6) {
        let (_, features) = if dice.one_in(6) { dice.of(&untreatable) } else { dice.of(&treatable) };
        let count = i32::try_from(dice.roll(30)).unwrap() + 1;
        let mut group = scar(&format!("s{at}"), *dice.of(Site::VARIANTS), count, features);
        group.area.laterality = dice.one_in(2).then(|| *dice.of(Laterality::VARIANTS));
        if dice.one_in(8) {
            group.count = None;
            group.facts.set(Fact::ScarCount, None);
        }
        scars.push(group);
    }
    let groups = scars.len();
    let mut it = case(patient, scars);
    for _ in 0..dice.roll(3) {
        let mut facts = Facts::default();
        let field: Vec<_> = answers.iter().filter(|it| it.changes.iter().all(|(fact, _)| is_field(*fact))).collect();
        for (fact, value) in &dice.of(&field).changes {
            facts.set(*fact, *value);
        }
        it.fields.push(Field { sites: vec![*dice.of(Site::VARIANTS), *dice.of(Site::VARIANTS)], facts });
    }
    let procedures: Vec<ProcedureId> = knowledge().procedure_ids().map(|(id, _)| id).collect();
    for _ in 0..dice.roll(4) {
        it.wishes.excluded.insert(*dice.of(&procedures));
    }
    if dice.one_in(3) {
        it.wishes.available = Some((0..8).map(|_| *dice.of(&procedures)).collect());
    }
    if dice.one_in(4) {
        it.wishes.max_downtime = Some(i32::try_from(dice.roll(8)).unwrap());
    }
    if dice.one_in(4) {
        it.findings.declared_grade = Some(i32::try_from(dice.roll(4)).unwrap() + 1);
    }
    for _ in 0..dice.roll(4) {
        let longest = if dice.one_in(3) { 700 } else { 120 };
        let day = -i32::try_from(dice.roll(longest)).unwrap();
        let since = 1 + usize::try_from(-day).unwrap();
        it.history.push(PastSession {
            scars: if dice.one_in(2) { vec![ScarIndex(u16::try_from(dice.roll(groups)).unwrap())] } else { Vec::new() },
            tca_percent: dice.one_in(3).then_some(50_000),
            response: dice.one_in(3).then(|| *dice.of(Response::VARIANTS)),
            kind: if dice.one_in(8) { SessionKind::TestArea } else { SessionKind::Treatment },
            counts: dice.one_in(8).then(|| dice.one_in(2)),
            complications: dice.one_in(8).then(|| *dice.of(Complication::VARIANTS)).into_iter().collect(),
            healed: dice.one_in(2).then(|| -i32::try_from(dice.roll(since)).unwrap()),
            ..PastSession::new(*dice.of(&procedures), day)
        });
    }
    calendar(dice, &mut it);
    it.history.sort_by_key(|it| it.day);
    it.history.iter_mut().enumerate().for_each(|(place, past)| past.place = place);
    it
}

/// An event, times away and days of the week, now and then.
fn calendar(dice: &mut Dice, it: &mut Case) {
    let mut day = |most: usize| i32::try_from(dice.roll(most)).unwrap();
    let (event, first, length, gap, again) = (day(1_200), day(300), day(60), day(200), day(30));
    if event < 400 {
        it.wishes.event = Some(event);
    }
    if length < 20 {
        it.wishes.unavailable = vec![(first, first + length)];
        if again < 10 {
            let first = first + length + gap + 2;
            it.wishes.unavailable.push((first, first + again));
        }
    }
    let procedures: Vec<ProcedureId> = knowledge().procedure_ids().map(|(id, _)| id).collect();
    for _ in 0..dice.roll(3) {
        it.wishes.preferred.insert(*dice.of(&procedures));
    }
    if dice.one_in(5) {
        it.wishes.max_visits = Some(i32::try_from(dice.roll(20)).unwrap() + 1);
    }
    if dice.one_in(6) {
        it.wishes.days_between_visits = Some(i32::try_from(dice.roll(45)).unwrap() + 1);
    }
    if dice.one_in(6) {
        it.wishes.procedures_per_visit = Some(i32::try_from(dice.roll(4)).unwrap() + 1);
    }
    for _ in 0..dice.roll(6).saturating_sub(3) {
        it.wishes.supervised.insert(*dice.of(&procedures));
    }
    if dice.one_in(4) {
        it.wishes.weekdays = (0..=dice.roll(2)).map(|_| *dice.of(Weekday::VARIANTS)).collect();
    }
}

fn is_field(fact: Fact) -> bool {
    fact > Fact::Site && fact < Fact::Activity
}
