//! Red marks beside other scars: vascular light goes between the sessions for depth, moves none of them, and is as safe.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/people.rs"]
mod people;
#[path = "support/proposed.rs"]
mod proposals;
#[path = "support/random.rs"]
mod random;

use cicatrix::{
    domain::{
        Case, Day, Fact, FindingKind, Outcome, PastSession, Plan, ProcedureId, Protocol, Session, SessionKind, Site,
        Value, Weekday,
    },
    engine,
};
use people::{Features, case, healthy, knowledge, scar, treatable, word};
use proposals::proposed;
use random::{Dice, person};

const LIGHT: [&str; 2] = ["pulsed-dye-laser", "ipl"];

fn features(name: &str) -> Features {
    treatable().into_iter().find(|it| it.0 == name).unwrap()
}

/// Scars of the cheek of these kinds.
fn cheek(phototype: i64, kinds: &[&str]) -> Case {
    let group = |(at, name): (usize, &&str)| scar(&format!("s{at}"), Site::Cheek, 12, &features(name).1);
    case(healthy(Some(phototype)), kinds.iter().enumerate().map(group).collect())
}

fn id(it: ProcedureId) -> &'static str {
    &knowledge().procedures()[it.index()].id
}

fn plan(case: &Case) -> Plan {
    let plan = engine::plan(knowledge(), case);
    laws::check("colour", knowledge(), case, &plan);
    plan
}

fn protocol(plan: &Plan) -> &Protocol {
    let Outcome::Protocol(protocol) = &plan.outcome else { panic!("no protocol") };
    protocol
}

/// What is planned on which day, without what joins a sitting.
fn visits(protocol: &Protocol) -> Vec<(Day, &'static str, SessionKind)> {
    let all = protocol.sessions.iter().flat_map(|it| it.procedures.iter().map(move |part| (it.day, part)));
    all.map(|(day, part)| (day, id(protocol.stages[part.stage].procedure), part.kind)).collect()
}

fn days(protocol: &Protocol, procedure: &str) -> Vec<Day> {
    visits(protocol).into_iter().filter(|it| it.1 == procedure).map(|it| it.0).collect()
}

fn depth(protocol: &Protocol) -> Vec<(Day, &'static str, SessionKind)> {
    visits(protocol).into_iter().filter(|it| !LIGHT.contains(&it.1) && it.1 != "led-light").collect()
}

fn visit(protocol: &Protocol, day: Day) -> &Session {
    protocol.sessions.iter().find(|it| it.day == day).unwrap()
}

fn reasons(session: &Session) -> Vec<&'static str> {
    session.reasons.iter().map(|it| knowledge().rules()[it.index()].id.as_str()).collect()
}

#[test]
fn light_goes_between_the_needling_of_ice_picks() {
    let it = cheek(2, &["ice pick", "red mark"]);
    let plan = plan(&it);
    let with = protocol(&plan);
    // Acid four weeks apart leaves no room, needles do: two weeks after one session and two before the next.
    assert_eq!(days(with, "tca-cross"), [0, 28, 56, 84]);
    assert_eq!(days(with, "mnrf"), [112, 140, 168, 196]);
    assert_eq!(days(with, "pulsed-dye-laser"), [126, 154, 182]);
    // The last session is the last of the laser for depth, as it is without red marks.
    let alone = self::plan(&cheek(2, &["ice pick"]));
    assert_eq!(depth(with), depth(protocol(&alone)));
    assert_eq!(with.sessions.last().unwrap().day, protocol(&alone).sessions.last().unwrap().day);
    // Why it is on these days, and how far each visit can move while the others stay.
    let light = visit(with, 126);
    for rule in ["PATH-RED-LIGHT", "GAP-MNRF-PDL"] {
        assert!(reasons(light).contains(&rule), "{:?}", reasons(light));
    }
    assert_eq!((light.earliest, light.latest), (126, Some(126)));
    // Needles come two weeks after the light, though they might come three after needles.
    assert_eq!((visit(with, 140).earliest, visit(with, 140).latest), (140, Some(168)));
    assert_eq!((visit(with, 112).earliest, visit(with, 196).earliest), (112, 196));
}

#[test]
fn light_shares_the_sittings_of_the_laser_for_rolling_scars() {
    let it = cheek(2, &["rolling", "red mark"]);
    let plan = plan(&it);
    let with = protocol(&plan);
    assert_eq!(days(with, "subcision"), [0, 28, 56]);
    assert_eq!(days(with, "ablative-fractional-laser"), [84, 112, 140]);
    // Four weeks before the laser or on its day: the published sitting, the vascular laser first.
    assert_eq!(days(with, "pulsed-dye-laser"), [84, 112, 140]);
    assert_eq!(with.sessions.len(), 6);
    let first: Vec<&str> = visit(with, 84).procedures.iter().map(|it| id(with.stages[it.stage].procedure)).collect();
    assert_eq!(first, ["pulsed-dye-laser", "ablative-fractional-laser", "prp"]);
    assert!(reasons(visit(with, 84)).contains(&"GAP-PDL-AFL"), "{:?}", reasons(visit(with, 84)));
    assert!(visit(with, 84).latest.is_none(), "both move together");
    // Release leaves no room: after the vascular laser it would wait four weeks.
    assert!(with.sessions.iter().take(3).all(|it| it.procedures.len() == 1));
    // The pictures are judged from the last session, wherever it is.
    assert_eq!(with.reviews[0].day, 140 + 84);
}

#[test]
fn skin_that_marks_easily_has_one_laser_a_day() {
    for phototype in [4, 5, 6] {
        let mut it = cheek(phototype, &["rolling", "red mark"]);
        let vocabulary = knowledge().vocabulary();
        let tools = ["subcision", "ablative-fractional-laser", "pulsed-dye-laser", "sunscreen"];
        it.wishes.available = Some(tools.iter().map(|it| vocabulary.procedure(it).unwrap()).collect());
        let plan = plan(&it);
        let with = protocol(&plan);
        let (laser, light) = (days(with, "ablative-fractional-laser"), days(with, "pulsed-dye-laser"));
        assert!(!laser.is_empty() && !light.is_empty(), "{phototype}");
        assert!(light.iter().all(|day| !laser.contains(day)), "{phototype}: {laser:?} {light:?}");
    }
    // So has the trunk.
    let mut it = cheek(2, &["rolling", "red mark"]);
    it.findings.scars.iter_mut().for_each(|it| it.area.site = Site::Back);
    let plan = plan(&it);
    let with = protocol(&plan);
    let (laser, light) = (days(with, "ablative-fractional-laser"), days(with, "pulsed-dye-laser"));
    assert!(light.iter().all(|day| !laser.contains(day)), "{laser:?} {light:?}");
}

#[test]
fn depth_work_keeps_its_days() {
    // Brown marks have no light.
    for (name, _) in treatable().into_iter().filter(|it| !["red mark", "brown mark"].contains(&it.0)) {
        for phototype in 1..=6 {
            let (alone, with) = (plan(&cheek(phototype, &[name])), plan(&cheek(phototype, &[name, "red mark"])));
            let (alone, with) = (protocol(&alone), protocol(&with));
            if depth(alone).len() != depth(with).len() {
                // With more scars a course may be longer.
                continue;
            }
            assert_eq!(depth(alone), depth(with), "{name}, {phototype}");
            let light = days(with, "pulsed-dye-laser");
            let last = alone.sessions.last().unwrap().day;
            let Some(&first) = light.first() else { panic!("{name}, {phototype}: no light") };
            // What there was no room for comes after the others, as soon as it may.
            assert!(first < last || first <= last + 42, "{name}, {phototype}: {light:?} after day {last}");
        }
    }
}

/// Days pass: what was today is some days ago.
fn later(case: &mut Case, days: Day) {
    case.start = case.start.plus(days);
    for past in &mut case.history {
        past.day -= days;
    }
    for fact in [Fact::DaysSinceAcneQuiet, Fact::DaysSincePriming] {
        if let Some(Value::Since(day)) = case.patient.get(fact) {
            case.patient.set(fact, Some(Value::Since(day - days)));
        }
    }
}

#[test]
fn a_plan_made_again_at_every_visit_keeps_its_days() {
    for (name, _) in treatable().into_iter().filter(|it| it.0 != "red mark") {
        for phototype in [2, 5] {
            let mut it = cheek(phototype, &[name, "red mark"]);
            if phototype == 5 {
                it.patient.set(Fact::DaysSincePriming, Some(Value::Since(-28)));
            }
            let first = plan(&it);
            let all = visits(protocol(&first));
            let stays: Vec<Day> = protocol(&first).sessions.iter().map(|it| it.day).collect();
            let mut today = 0;
            for day in stays {
                later(&mut it, day - today);
                today = day;
                let again = plan(&it);
                let left = visits(protocol(&again)).into_iter().map(|(at, what, kind)| (at + today, what, kind));
                let expected: Vec<_> = all.iter().filter(|it| it.0 >= today).copied().collect();
                assert_eq!(left.collect::<Vec<_>>(), expected, "{name}, {phototype}, on day {today}");
                let done = visit(protocol(&again), 0).procedures.clone();
                for part in done {
                    let procedure = protocol(&again).stages[part.stage].procedure;
                    let scars = part.scars.to_vec();
                    it.history.push(PastSession { scars, kind: part.kind, ..PastSession::new(procedure, 0) });
                }
                it.history.iter_mut().enumerate().for_each(|(place, past)| past.place = place);
            }
        }
    }
}

#[test]
fn wishes_are_kept() {
    let base = cheek(2, &["ice pick", "red mark"]);
    let light = |case: &Case| days(protocol(&plan(case)), "pulsed-dye-laser");
    // On one day of the week: two Tuesdays are two weeks apart, and so are a session of each.
    let mut it = base.clone();
    it.wishes.weekdays = [Weekday::Tuesday].into_iter().collect();
    assert_eq!(light(&it), [126, 154, 182]);
    // Away when the first would be: the whole course begins later, and its last session shares a visit within eight weeks.
    let mut it = base.clone();
    it.wishes.unavailable = vec![(120, 130)];
    assert_eq!(light(&it), [154, 182, 238]);
    // Visits three weeks apart leave nothing between needles, two weeks do.
    let mut it = base.clone();
    it.wishes.days_between_visits = Some(14);
    assert_eq!(light(&it), [126, 154, 182]);
    it.wishes.days_between_visits = Some(21);
    let plan = self::plan(&it);
    let apart: Vec<Day> = protocol(&plan).sessions.iter().map(|it| it.day).collect();
    assert!(apart.windows(2).all(|it| it[1] - it[0] >= 21), "{apart:?}");
    // One thing a visit: no sitting is shared.
    let mut it = cheek(2, &["rolling", "red mark"]);
    it.wishes.procedures_per_visit = Some(1);
    let plan = self::plan(&it);
    assert!(protocol(&plan).sessions.iter().all(|it| it.procedures.len() == 1));
    // Fewer visits, where few are wished for.
    let mut it = cheek(2, &["rolling", "red mark"]);
    it.wishes.max_visits = Some(6);
    let plan = self::plan(&it);
    assert_eq!((protocol(&plan).sessions.len(), plan.conflict.is_none()), (6, true));
}

#[test]
fn light_that_has_to_wait_waits() {
    // An infection of the skin: no light while it lasts, whatever room there is.
    let mut it = cheek(2, &["ice pick", "red mark"]);
    let before = days(protocol(&plan(&it)), "pulsed-dye-laser");
    it.patient.set(Fact::InfectionInField, word(Fact::InfectionInField, "bacterial").1);
    let plan = plan(&it);
    let waits = match &plan.outcome {
        Outcome::Protocol(it) => days(it, "pulsed-dye-laser"),
        Outcome::Referral => Vec::new(),
    };
    assert!(!before.is_empty() && waits.is_empty(), "{waits:?}");
}

/// Random people with red marks beside what they have: safe, and nothing in them that a check advises against.
#[test]
fn red_marks_beside_anything_check_clean() {
    let mut dice = Dice(7_077);
    let (mut plans, mut between) = (0, 0);
    for number in 0..1_500 {
        let mut it = person(&mut dice);
        let at = dice.roll(it.findings.scars.len());
        let mut red = scar("red", Site::Cheek, 9, &features("red mark").1);
        red.area = it.findings.scars[at].area;
        if it.findings.scars.len() >= knowledge().vocabulary().max_scars {
            continue;
        }
        it.findings.scars.push(red);
        if dice.one_in(2) {
            it.wishes.excluded = Default::default();
            it.wishes.available = None;
            it.patient = healthy(Some(1 + i64::try_from(dice.roll(6)).unwrap()));
        }
        let name = format!("person {number}");
        let plan = engine::plan(knowledge(), &it);
        laws::check(&name, knowledge(), &it, &plan);
        let Outcome::Protocol(protocol) = &plan.outcome else { continue };
        let light: Vec<Day> = LIGHT.iter().flat_map(|it| days(protocol, it)).collect();
        let last = depth(protocol).iter().map(|it| it.0).max();
        between += usize::from(light.iter().min().copied() < last && !light.is_empty());
        if protocol.sessions.is_empty() {
            continue;
        }
        plans += 1;
        let check = engine::check(knowledge(), &it, &proposed(protocol, false));
        let waits = [FindingKind::BelowFloor, FindingKind::BelowLeast, FindingKind::BelowUsual];
        let wrong = check
            .findings
            .iter()
            .find(|it| waits.contains(&it.kind) || it.kind.severity() == cicatrix::domain::Severity::Violation);
        assert!(wrong.is_none(), "{name}: {wrong:?}");
    }
    println!("{plans} plans, in {between} light comes before the last session for depth");
    assert!(plans > 700 && between > 100, "{plans} {between}");
}
