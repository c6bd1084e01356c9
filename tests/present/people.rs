//! Random people as they are sent, and the same people on another day.

use cicatrix::{
    domain,
    wire::{Date, v1},
};

use crate::support::{bare_scar, date, patient, pits, request, service};

/// How many people.
const PEOPLE: usize = 400;

/// A small generator: the same people on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i32) -> i32 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        i32::try_from((it ^ (it >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }

    fn one_in(&mut self, sides: i32) -> bool {
        self.roll(sides) == 0
    }
}

const PROCEDURES: [&str; 8] = [
    "tca-cross",
    "mnrf",
    "prp",
    "subcision",
    "punch-elevation",
    "filler-ha",
    "ablative-fractional-laser",
    "picosecond-fractional-laser",
];

/// A name that only the clinic may see, with everything in it that a format could trip over.
pub const SCAR_ID: &str = "Jane <Doe> & \"co\"; a,b\\n";

fn scars(dice: &mut Dice) -> Vec<v1::Scar> {
    let groups = 1 + dice.roll(5);
    let group = |at| {
        let id = format!("{SCAR_ID}{at}\u{1}");
        let mut scar = if dice.one_in(3) { pits(&id) } else { bare_scar(&id) };
        scar.site = 1 + dice.roll(12);
        if scar.profile == 0 {
            scar.declared_type = 1 + dice.roll(8);
            scar.declared_depth_class = 1 + dice.roll(3);
            scar.count = dice.one_in(2).then(|| 1 + dice.roll(30));
        }
        scar
    };
    (0..groups).map(group).collect()
}

fn past(dice: &mut Dice, start: Date) -> v1::PastSession {
    v1::PastSession {
        procedure: PROCEDURES[usize::try_from(dice.roll(8)).unwrap()].to_owned(),
        date: Some(later(start, -dice.roll(200))),
        response: dice.roll(3),
        ..v1::PastSession::default()
    }
}

fn person(dice: &mut Dice) -> v1::GenerateProtocolRequest {
    let start = Date { year: 2024 + dice.roll(8), month: 1 + dice.roll(12), day: 1 + dice.roll(28) };
    let mut known = patient();
    known.acne_quiet_since = Some(later(start, -dice.roll(900)));
    known.phototype = dice.roll(7);
    known.herpes_simplex_history = [None, Some(false), Some(true)][usize::try_from(dice.roll(3)).unwrap()];
    for _ in 0..dice.roll(3) {
        match dice.roll(9) {
            0 => known.pregnancy = 1 + dice.roll(4),
            1 => known.keloid_history = dice.roll(4),
            2 => known.active_acne = 1 + dice.roll(4),
            3 => known.antithrombotic = 1 + dice.roll(6),
            4 => {
                known.isotretinoin = Some(v1::IsotretinoinUse {
                    status: v1::Isotretinoin::Stopped.into(),
                    last_taken: Some(later(start, -dice.roll(500))),
                });
            }
            5 => known.conditions = vec![1 + dice.roll(20)],
            6 => known.bdd_screen = 1 + dice.roll(3),
            7 => known.diabetes = 1 + dice.roll(3),
            _ => known.malignancies = vec![2 + dice.roll(4)],
        }
    }
    v1::GenerateProtocolRequest {
        start_date: Some(start),
        patient: Some(known),
        scars: scars(dice),
        preferences: Some(v1::Preferences {
            excluded_procedures: (0..dice.roll(3))
                .map(|it| PROCEDURES[usize::try_from(it).unwrap()].to_owned())
                .collect(),
            max_downtime_days: dice.one_in(4).then(|| dice.roll(8)),
            ..v1::Preferences::default()
        }),
        history: (0..dice.roll(3)).map(|_| past(dice, start)).collect(),
        plan_reference: Some("Plan_7.a-1".to_owned()),
        ..request()
    }
}

/// Somebody of whom one group has had a session and the other none: two stages of one procedure share their visits.
fn two_stages_at_once() -> v1::GenerateProtocolRequest {
    let temple = v1::Scar { site: v1::Site::Temple.into(), ..pits("b") };
    let done = v1::PastSession {
        procedure: "tca-cross".to_owned(),
        date: date(2026, 11, 3),
        scar_ids: vec!["a".to_owned()],
        ..v1::PastSession::default()
    };
    v1::GenerateProtocolRequest {
        patient: Some(v1::Patient { acne_quiet_since: date(2025, 6, 30), ..patient() }),
        scars: vec![pits("a"), temple],
        history: vec![done],
        plan_reference: Some("Plan_7.a-1".to_owned()),
        ..request()
    }
}

/// Somebody who was treated before and wants nothing more: all there is lies in the past.
fn all_in_the_past() -> v1::GenerateProtocolRequest {
    let excluded = service()
        .list_procedures(v1::ListProceduresRequest { page_size: 1_000, ..Default::default() })
        .unwrap()
        .procedures;
    let done =
        v1::PastSession { procedure: "tca-cross".to_owned(), date: date(2026, 9, 1), ..v1::PastSession::default() };
    v1::GenerateProtocolRequest {
        patient: Some(v1::Patient { acne_quiet_since: date(2025, 6, 30), ..patient() }),
        history: vec![done],
        plan_reference: Some("Plan_7.a-1".to_owned()),
        preferences: Some(v1::Preferences {
            excluded_procedures: excluded.into_iter().map(|it| it.procedure).collect(),
            ..v1::Preferences::default()
        }),
        ..request()
    }
}

/// Everybody who is answered, with the answer.
pub fn everybody() -> Vec<(v1::GenerateProtocolRequest, v1::GenerateProtocolResponse)> {
    let mut dice = Dice(20_261_125);
    let people = (0..PEOPLE).map(|_| person(&mut dice)).chain([two_stages_at_once(), all_in_the_past()]);
    let answered: Vec<_> = people
        .filter_map(|it| {
            let answer = service().generate_protocol(it.clone()).ok()?;
            Some((it, answer))
        })
        .collect();
    assert!(answered.len() > PEOPLE * 3 / 4, "only {} of {PEOPLE} are answered", answered.len());
    answered
}

/// A date some days later.
pub fn later(day: Date, days: i32) -> Date {
    let (year, month, day) = domain::Date::new(day.year, day.month, day.day).unwrap().plus(days).civil();
    Date { year, month, day }
}

/// The same person, of whom all is told that many days later.
pub fn moved(mut request: v1::GenerateProtocolRequest, days: i32) -> v1::GenerateProtocolRequest {
    let patient = request.patient.as_mut().unwrap();
    let isotretinoin = patient.isotretinoin.as_mut().and_then(|it| it.last_taken.as_mut());
    let dates = request.start_date.as_mut().into_iter().chain(patient.acne_quiet_since.as_mut()).chain(isotretinoin);
    for it in dates.chain(request.history.iter_mut().filter_map(|it| it.date.as_mut())) {
        *it = later(*it, days);
    }
    request
}

/// The planned and the possible sessions, the first with `true`.
pub fn sessions(answer: &v1::GenerateProtocolResponse) -> Vec<(&v1::Session, bool)> {
    let Some(it) = protocol(answer) else { return Vec::new() };
    let planned = it.sessions.iter().map(|it| (it, true));
    planned.chain(it.contingent_sessions.iter().map(|it| (it, false))).collect()
}

pub fn protocol(answer: &v1::GenerateProtocolResponse) -> Option<&v1::Protocol> {
    match answer.outcome.as_ref().unwrap() {
        v1::generate_protocol_response::Outcome::Protocol(it) => Some(it),
        v1::generate_protocol_response::Outcome::Referral(_) => None,
    }
}

/// Somebody who is only referred.
pub fn referred() -> v1::GenerateProtocolRequest {
    let keloid = v1::Scar { declared_type: v1::ScarType::Keloid.into(), ..bare_scar("k") };
    v1::GenerateProtocolRequest {
        scars: vec![keloid],
        plan_reference: Some("ref-1".to_owned()),
        start_date: date(2026, 12, 1),
        ..request()
    }
}
