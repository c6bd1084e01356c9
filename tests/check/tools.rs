//! Severe scars need work on the single scar, and scars with depth need more than peels of the surface.

use cicatrix::wire::v1::{self, FindingKind as Kind};

use super::cases::{Request, declared, every, on, patient, request};
use crate::support::{bare_scar, date, service};

const LASER: &str = "ablative-fractional-laser";
const PEEL: &str = "peel-superficial-aha";

/// Scars that are seen across a room, cannot be covered and do not flatten when the skin is stretched: grade 4.
fn severe(mut it: Request) -> Request {
    it.appearance = Some(v1::Appearance {
        obvious_at_social_distance: Some(true),
        coverable: Some(false),
        flattens_on_stretch: Some(false),
        ..v1::Appearance::default()
    });
    it
}

/// Severe rolling scars that get nothing but these sessions of `procedure`.
fn rolling(procedure: &str, days: &[i32]) -> Request {
    severe(declared(every(days, &on(procedure, &["s1"])), v1::ScarType::Rolling))
}

fn done(mut it: Request, procedure: &str, change: impl FnOnce(&mut v1::PastSession)) -> Request {
    let mut past = v1::PastSession {
        procedure: procedure.to_owned(),
        date: date(2025, 6, 1),
        scar_ids: vec!["s1".to_owned()],
        ..v1::PastSession::default()
    };
    change(&mut past);
    it.history.push(past);
    it
}

fn wishing(mut it: Request, change: impl FnOnce(&mut v1::Preferences)) -> Request {
    change(it.preferences.get_or_insert_default());
    it
}

fn rules(reasons: &[v1::Reason]) -> Vec<String> {
    reasons.iter().map(|it| it.rule.clone()).collect()
}

/// The findings of one kind.
fn found(it: Request, kind: Kind) -> Vec<v1::Finding> {
    let answer = service().check_protocol(it).unwrap();
    answer.violations.into_iter().chain(answer.advice).filter(|it| it.kind() == kind).collect()
}

/// The groups that the finding is about.
fn groups(it: Request, kind: Kind) -> Vec<String> {
    found(it, kind).into_iter().flat_map(|it| it.scar_ids).collect()
}

fn warned(it: Request) -> Vec<String> {
    rules(&service().check_protocol(it).unwrap().warnings)
}

fn lacks_structure(it: Request) -> bool {
    !found(it, Kind::StructureMissing).is_empty()
}

/// The plan with everything that the finding asks for.
fn changed(mut it: Request, mends: &[v1::Mend]) -> Request {
    let sessions = &mut it.plan.as_mut().unwrap().sessions;
    for mend in mends {
        if let Some(v1::mend::Change::MoveSession(moved)) = &mend.change {
            let at: usize = moved.field.trim_matches(|it: char| !it.is_ascii_digit()).parse().unwrap();
            sessions[at].day = moved.not_before_day;
        } else if let Some(v1::mend::Change::AddSessions(more)) = &mend.change {
            let scars: Vec<&str> = more.scar_ids.iter().map(String::as_str).collect();
            for number in 0..more.count {
                sessions.push(v1::ProposedSession {
                    day: Some(more.day.unwrap() + number * more.interval_days),
                    date: None,
                    procedures: vec![on(&more.procedure, &scars)],
                });
            }
        } else {
            panic!("{mend:?}");
        }
    }
    it
}

#[test]
fn severe_rolling_scars_are_not_left_with_a_laser_alone() {
    let plan = rolling(LASER, &[0, 28, 56]);
    let all = found(plan.clone(), Kind::StructureMissing);
    let [finding] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(finding.severity(), v1::FindingSeverity::Violation);
    assert_eq!(
        rules(&finding.reasons),
        ["CHECK-STRUCTURE", "PLAN-GRADE-4", "PATH-ROLL-RELEASE", "PATH-ROLL-SUBCISION"]
    );
    // Release comes first and the laser after it; so mended the plan breaks no rule.
    let Some(v1::mend::Change::AddSessions(added)) = &finding.mends[0].change else { panic!("{finding:?}") };
    assert_eq!((added.procedure.as_str(), added.day), ("subcision", Some(0)));
    let answer = service().check_protocol(changed(plan, &finding.mends)).unwrap();
    assert!(answer.violations.is_empty(), "{:?}", answer.violations);
    let kinds: Vec<Kind> = answer.advice.iter().map(v1::Finding::kind).collect();
    assert!(!kinds.contains(&Kind::OrderOfSteps) && !kinds.contains(&Kind::TooFewSessions), "{kinds:?}");
}

#[test]
fn needles_peels_and_fillers_are_no_work_on_the_single_scar() {
    for procedure in ["mnrf", "microneedling", PEEL, "prp", "filler-ha", "peel-light-tca"] {
        assert!(lacks_structure(rolling(procedure, &[0, 28, 56])), "{procedure}");
    }
    // Work on colour treats other things, and says nothing of depth.
    assert!(!lacks_structure(rolling("pulsed-dye-laser", &[0, 28])));
    // Flat red marks have no depth.
    assert!(!lacks_structure(severe(declared(every(&[0], &on(LASER, &["s1"])), v1::ScarType::MacularErythematous))));
}

#[test]
fn release_that_is_planned_or_was_done_is_enough() {
    let both = severe(declared(
        request(vec![
            (0, vec![on("subcision", &["s1"])]),
            (28, vec![on("subcision", &["s1"])]),
            (60, vec![on(LASER, &["s1"])]),
        ]),
        v1::ScarType::Rolling,
    ));
    assert!(!lacks_structure(both));
    let laser = || rolling(LASER, &[0, 28, 56]);
    assert!(!lacks_structure(done(laser(), "subcision", |_| ())));
    // What was broken off, a small test area and a laser before are not.
    assert!(lacks_structure(done(laser(), "subcision", |it| it.counts = Some(false))));
    assert!(lacks_structure(done(laser(), "subcision", |it| it.kind = v1::SessionKind::TestArea.into())));
    assert!(lacks_structure(done(laser(), "mnrf", |_| ())));
    // Acid is no tool for rolling scars.
    assert!(lacks_structure(done(laser(), "tca-cross", |_| ())));
    // Scars that are better by more than three quarters are left as they are.
    assert!(!lacks_structure(done(laser(), LASER, |it| it.response = v1::Response::Over75Percent.into())));
}

#[test]
fn only_severe_scars_need_it_and_each_group_for_itself() {
    let not_judged = declared(every(&[0, 28, 56], &on(LASER, &["s1"])), v1::ScarType::Rolling);
    assert!(!lacks_structure(not_judged));
    let mut two = severe(declared(
        request(vec![(0, vec![on("subcision", &["s1"])]), (60, vec![on(LASER, &["s1", "s2"])])]),
        v1::ScarType::Rolling,
    ));
    two.scars.push(v1::Scar { id: "s2".to_owned(), ..two.scars[0].clone() });
    assert_eq!(groups(two.clone(), Kind::StructureMissing), ["s2"]);
    // What no visit is for is told as that.
    two.plan.as_mut().unwrap().sessions[1].procedures[0].scar_ids.pop();
    let answer = service().check_protocol(two).unwrap();
    assert_eq!((answer.untreated_scar_ids, answer.violations.len()), (vec!["s2".to_owned()], 0));
    // Pits have tools of their own; a tool of another pathway that is not to be avoided counts as well.
    let pits = |procedure: &str| severe(every(&[0, 28, 56], &on(procedure, &["s1"])));
    assert!(lacks_structure(pits("mnrf")));
    for procedure in ["tca-cross", "punch-excision", "dot-peel", "subcision"] {
        assert!(!lacks_structure(pits(procedure)), "{procedure}");
    }
}

#[test]
fn where_no_release_can_be_done_it_is_said_and_no_rule_is_broken() {
    let laser = || rolling(LASER, &[0, 28, 56]);
    let said = |it: Request| {
        assert!(!lacks_structure(it.clone()));
        let all = warned(it);
        let of_interest = ["PLAN-GRADE-4", "PATH-ROLL-RELEASE", "PLAN-LEFT-OUT", "PLAN-HELD"];
        all.into_iter().filter(|it| of_interest.contains(&it.as_str())).collect::<std::collections::BTreeSet<_>>()
    };
    let words = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<std::collections::BTreeSet<_>>();
    let left_out = words(&["PATH-ROLL-RELEASE", "PLAN-GRADE-4", "PLAN-LEFT-OUT"]);
    // The patient does not want it; the clinic has lasers only.
    assert_eq!(said(wishing(laser(), |it| it.excluded_procedures = vec!["subcision".to_owned()])), left_out);
    let mut clinic = laser();
    clinic.clinic = Some(v1::Clinic { available_procedures: vec![LASER.to_owned()], ..v1::Clinic::default() });
    assert_eq!(said(clinic), left_out);
    // While something has to end first, the surface waits with it.
    let waiting = patient(laser(), |it| it.pregnancy = v1::Pregnancy::Pregnant.into());
    assert_eq!(said(waiting), words(&["PATH-ROLL-RELEASE", "PLAN-GRADE-4", "PLAN-HELD"]));
    // Who has it planned hears nothing of it.
    assert_eq!(said(rolling("subcision", &[0, 28])), words(&[]));
}

#[test]
fn peels_alone_do_little_for_pits() {
    let days = [0, 14, 28, 42, 56, 70];
    let peels = every(&days, &on(PEEL, &["s1"]));
    let all = found(peels.clone(), Kind::TooWeakAlone);
    let [finding] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(finding.severity(), v1::FindingSeverity::Advice);
    assert_eq!(
        rules(&finding.reasons),
        ["CHECK-ALONE", "CONS-PEEL-SOLE-DEPTH-TREATMENT", "PAHA-082", "PATH-ICE-FOCAL"]
    );
    let said = &finding.reasons[1].statement;
    assert!(said.contains("26 to 29 %") && said.contains("12 to 18 %"), "{said}");
    let Some(v1::mend::Change::AddSessions(added)) = &finding.mends[0].change else { panic!("{finding:?}") };
    assert_eq!(added.procedure, "tca-cross");
    let answer = service().check_protocol(changed(peels, &finding.mends)).unwrap();
    assert!(answer.violations.is_empty(), "{:?}", answer.violations);
    assert!(answer.advice.iter().all(|it| it.kind() != Kind::TooWeakAlone));
}

#[test]
fn what_is_alone_depends_on_the_scar_and_on_what_else_is_done() {
    let days = [0, 14, 28];
    let told = |it: Request| groups(it, Kind::TooWeakAlone).len();
    let of = |scar: v1::ScarType, procedure: &str| declared(every(&days, &on(procedure, &["s1"])), scar);
    for scar in [v1::ScarType::IcePick, v1::ScarType::Boxcar, v1::ScarType::Rolling] {
        assert_eq!(told(of(scar, PEEL)), 1, "{scar:?}");
        assert_eq!(told(of(scar, "peel-superficial-bha")), 1, "{scar:?}");
        assert_eq!(told(of(scar, "mnrf")), 0, "{scar:?}");
    }
    // Against brown marks peels are the right thing.
    assert_eq!(told(of(v1::ScarType::MacularHyperpigmented, PEEL)), 0);
    assert_eq!(told(of(v1::ScarType::Rolling, "microdermabrasion")), 1);
    // Light that claims nothing for scars leaves the peels alone; needles between them, and acid a year ago, do not.
    let with = |more: &str| {
        let visit = |day: i32| (day, vec![on(if day % 28 == 0 { PEEL } else { more }, &["s1"])]);
        declared(request([0, 14, 28, 42].into_iter().map(visit).collect()), v1::ScarType::IcePick)
    };
    assert_eq!((told(with("led-light")), told(with("mnrf")), told(with("peel-superficial-bha"))), (1, 0, 1));
    assert_eq!(told(done(of(v1::ScarType::IcePick, PEEL), "tca-cross", |_| ())), 0);
    // Weak acid over the field goes with needles and does nothing alone.
    assert_eq!(told(of(v1::ScarType::Rolling, "peel-light-tca")), 1);
    // Needles over a field reach the scars beside those that they are named for.
    let mut field = with("mnrf");
    field.scars.push(v1::Scar { declared_type: v1::ScarType::Rolling.into(), ..bare_scar("s2") });
    for session in &mut field.plan.as_mut().unwrap().sessions {
        let it = &mut session.procedures[0];
        it.scar_ids = vec![if it.procedure == "mnrf" { "s2" } else { "s1" }.to_owned()];
    }
    assert_eq!(told(field), 0);
    // Where nothing better can be done, it is only said.
    let mut peels_only = of(v1::ScarType::IcePick, PEEL);
    peels_only.clinic = Some(v1::Clinic { available_procedures: vec![PEEL.to_owned()], ..v1::Clinic::default() });
    assert_eq!(told(peels_only.clone()), 0);
    assert!(warned(peels_only).contains(&"CONS-PEEL-SOLE-DEPTH-TREATMENT".to_owned()));
}
