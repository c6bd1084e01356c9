//! Home care stays off the skin around sessions, and what must not be used at home is found there.

use cicatrix::wire::v1::{self, FindingKind as Kind, generate_protocol_response::Outcome};

use crate::{
    cases::{Request, dark, declared, every, home, on, patient, plan},
    support::{self, bare_scar, date, service},
};

const LASER: &str = "ablative-fractional-laser";
const RETINOID: &str = "topical-retinoid";
const SALICYLIC: &str = "bha-leave-on";

fn used(it: Request, care: Vec<v1::ProposedHomeCare>) -> Request {
    plan(it, |it| it.home_care = care)
}

/// What is left off, and for how long: entry, first day, last day.
fn rests(it: &Request) -> Vec<(String, i32, i32)> {
    let answer = service().check_protocol(it.clone()).unwrap();
    let found = answer.violations.into_iter().filter(|it| it.kind() == Kind::HomeCareNotRested);
    let rests = found.flat_map(|it| it.mends).filter_map(|it| match it.change {
        Some(v1::mend::Change::RestHomeCare(rest)) => Some((rest.field, rest.from_day?, rest.to_day?)),
        _ => None,
    });
    rests.collect()
}

fn days(it: &Request) -> Vec<(i32, i32)> {
    rests(it).into_iter().map(|(_, from, to)| (from, to)).collect()
}

/// RET-01 and the rest after the laser: a week before and three weeks after each session.
#[test]
fn a_retinoid_rests_around_every_session_of_the_laser() {
    let course = every(&[28, 70, 112], &on(LASER, &["s1"]));
    let daily = used(course.clone(), vec![home("sunscreen", 0, None), home(RETINOID, 0, None)]);
    let entry = |from, to| ("plan.home_care[1]".to_owned(), from, to);
    assert_eq!(rests(&daily), [entry(22, 48), entry(64, 90), entry(106, 132)]);
    // With these rests, sent as such or as days of use, nothing is left to say.
    let mut rested = daily.clone();
    let found = rests(&daily);
    rested.plan.as_mut().unwrap().home_care[1].rests =
        found.iter().map(|(_, from, to)| v1::ProposedRest { from_day: *from, to_day: *to }).collect();
    let spans = [(0, Some(21)), (49, Some(63)), (91, Some(105)), (133, None)];
    let spans = used(course.clone(), spans.map(|(from, to)| home(RETINOID, from, to)).to_vec());
    for it in [rested, spans] {
        assert_eq!(rests(&it), [], "{:?}", it.plan);
    }
    // A day more on either side is found.
    let one = |from, to| used(every(&[28], &on(LASER, &["s1"])), vec![home(RETINOID, from, to)]);
    assert_eq!((days(&one(0, Some(21))), days(&one(49, None))), (vec![], vec![]));
    assert_eq!((days(&one(0, Some(22))), days(&one(48, None))), (vec![(22, 48)], vec![(22, 48)]));
}

/// RET-02 and RET-03: five days before a mild peel, a week in darker skin. RET-04: three before needles.
#[test]
fn each_session_asks_for_its_own_rest() {
    let on_day_20 =
        |procedure: &str, product: &str| used(every(&[20], &on(procedure, &["s1"])), vec![home(product, 0, None)]);
    let peel = on_day_20("peel-superficial-aha", RETINOID);
    assert_eq!((days(&peel), days(&dark(peel.clone(), v1::Phototype::V))), (vec![(16, 24)], vec![(14, 24)]));
    assert_eq!(days(&on_day_20("mnrf", RETINOID)), [(18, 26)]);
    assert_eq!(days(&on_day_20("peel-superficial-bha", SALICYLIC)), [(18, 24)]);
    // CMB-02 and VITC-041: a week after needling, however it is done, and no rest after the laser, where it belongs.
    for needles in ["mnrf", "microneedling"] {
        assert_eq!(days(&on_day_20(needles, "vitamin-c")), [(20, 26)], "{needles}");
    }
    assert_eq!((days(&on_day_20(LASER, "vitamin-c")), days(&on_day_20(LASER, "sunscreen"))), (vec![], vec![]));
    // What was done before the plan counts: needled three days ago.
    let mut later = used(every(&[60], &on("mnrf", &["s1"])), vec![home("vitamin-c", 0, Some(30))]);
    let needled = |day| v1::PastSession { procedure: "mnrf".to_owned(), date: day, ..v1::PastSession::default() };
    later.history = vec![needled(date(2026, 11, 28))];
    assert_eq!(days(&later), [(0, 3)]);
    later.history = vec![needled(date(2026, 11, 24))];
    assert_eq!(days(&later), []);
}

/// "Until the surface has closed, for up to 7 days": no session names these creams, so it is advised and breaks nothing.
/// After what takes the whole surface off, the session names them.
#[test]
fn creams_against_marks_usually_rest_after_a_session() {
    let kinds = |procedure: &str, product: &str| {
        let it = used(every(&[20], &on(procedure, &["s1"])), vec![home(product, 0, Some(60))]);
        let answer = service().check_protocol(it).unwrap();
        let all = answer.violations.into_iter().chain(answer.advice);
        let rests = [Kind::HomeCareNotRested, Kind::HomeCareRestShort];
        all.map(|it| it.kind()).filter(|it| rests.contains(it)).collect::<Vec<_>>()
    };
    for product in ["azelaic-acid", "hydroquinone", "tranexamic-acid"] {
        assert_eq!(kinds("mnrf", product), [Kind::HomeCareRestShort], "{product}");
        assert_eq!(kinds("full-ablative-laser", product), [Kind::HomeCareNotRested], "{product}");
    }
    assert_eq!(kinds("mnrf", SALICYLIC), [Kind::HomeCareNotRested]);
}

/// Skin that does not hang together with what is treated goes on with its creams.
#[test]
fn skin_elsewhere_needs_no_rest() {
    let mut two = every(&[28], &on("mnrf", &["s1"]));
    two.scars.push(v1::Scar { site: v1::Site::Chest.into(), ..two.scars[0].clone() });
    two.scars[1].id = "s2".to_owned();
    let two = used(two, vec![home(RETINOID, 0, None)]);
    let answer = service().check_protocol(two).unwrap();
    let found: Vec<_> = answer.violations.into_iter().filter(|it| it.kind() == Kind::HomeCareNotRested).collect();
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(found.scar_ids, ["s1"]);
    assert_eq!(found.fields, ["plan.home_care[0]", "plan.sessions[0].procedures[0]"]);
    assert_eq!((found.procedure.as_str(), found.other_procedure.as_str()), (RETINOID, "mnrf"));
}

/// What this service plans can be sent back as it is, and is found wanting without its rests.
#[test]
fn a_plan_of_this_service_rests_as_it_should() {
    let mut facts = support::request();
    facts.patient.as_mut().unwrap().phototype = v1::Phototype::Iv.into();
    let answer = service().generate_protocol(facts.clone()).unwrap();
    let Some(Outcome::Protocol(protocol)) = answer.outcome else { panic!("no protocol") };
    let sessions = protocol.sessions.iter().map(|it| v1::ProposedSession {
        day: Some(it.day),
        date: None,
        procedures: it.procedures.iter().map(|it| on(&it.procedure, &["s1"])).collect(),
    });
    let at_home = protocol.stages.iter().filter(|it| it.session_count.is_none() && it.contingent_on.is_none());
    let home_care = at_home.map(|it| v1::ProposedHomeCare {
        end_day: it.end_day,
        rests: it
            .rests
            .iter()
            .filter(|it| it.contingent_on.is_none())
            .map(|it| v1::ProposedRest { from_day: it.from_day, to_day: it.to_day })
            .collect(),
        ..home(&it.procedure, it.start_day, None)
    });
    let planned =
        v1::ProposedPlan { sessions: sessions.collect(), home_care: home_care.collect(), ..Default::default() };
    let it = Request {
        start_date: facts.start_date,
        patient: facts.patient,
        scars: facts.scars,
        plan: Some(planned),
        ..Request::default()
    };
    assert_eq!(rests(&it), []);
    let bare = plan(it, |it| it.home_care.iter_mut().for_each(|it| it.rests.clear()));
    assert!(!rests(&bare).is_empty());
}

#[test]
fn a_rest_that_ends_before_it_begins_is_refused() {
    let mut care = home(RETINOID, 0, None);
    care.rests = vec![v1::ProposedRest { from_day: 9, to_day: 8 }, v1::ProposedRest { from_day: -1, to_day: 4000 }];
    let error = service().check_protocol(used(every(&[28], &on(LASER, &["s1"])), vec![care])).unwrap_err();
    assert_eq!(
        cicatrix::serve::violations(&error),
        [
            "plan.home_care[0].rests[0].to_day lies before from_day; send the last day here",
            "plan.home_care[0].rests[1].from_day must be a whole number from 0 to 3650",
            "plan.home_care[0].rests[1].to_day must be a whole number from 0 to 3650",
        ]
    );
}

/// What the planner keeps away from home care, the check of a plan finds there.
#[test]
fn what_is_not_used_at_home_is_found() {
    let kinds = |product: &str, change: &dyn Fn(&mut v1::Patient)| {
        let it = patient(every(&[28], &on("mnrf", &["s1"])), |it| change(it));
        let answer = service().check_protocol(used(it, vec![home(product, 0, Some(7))])).unwrap();
        let all = answer.violations.into_iter().chain(answer.advice);
        all.filter(|it| it.procedure == product).map(|it| it.kind()).collect::<Vec<_>>()
    };
    let salicylate = |it: &mut v1::Patient| {
        it.allergies.get_or_insert_default().substances = vec![v1::Allergen::Salicylate.into()];
    };
    assert_eq!(kinds(SALICYLIC, &|_| {}), []);
    assert_eq!(kinds(SALICYLIC, &salicylate), [Kind::Excluded]);
    assert_eq!(kinds(RETINOID, &salicylate), []);
    for product in [SALICYLIC, RETINOID] {
        let pregnancy = |word: v1::Pregnancy| kinds(product, &|it| it.pregnancy = word.into());
        assert_eq!(pregnancy(v1::Pregnancy::Pregnant), [Kind::EventNotOver], "{product}");
        assert_eq!(pregnancy(v1::Pregnancy::Possible), [Kind::CheckNeeded], "{product}");
        assert_eq!(pregnancy(v1::Pregnancy::Unspecified), [Kind::CheckNeeded], "{product}");
        assert_eq!(pregnancy(v1::Pregnancy::NotPregnant), [], "{product}");
        let on_isotretinoin = |it: &mut v1::Patient| {
            it.isotretinoin.get_or_insert_default().status = v1::Isotretinoin::Current.into();
        };
        assert_eq!(kinds(product, &on_isotretinoin), [Kind::ClearanceNeeded], "{product}");
    }
    // On the lids nothing that irritates.
    let mut lids = declared(every(&[28], &on("mnrf", &["s1"])), v1::ScarType::Boxcar);
    lids.scars = vec![v1::Scar { site: v1::Site::Eyelid.into(), ..bare_scar("s1") }];
    let answer = service().check_protocol(used(lids, vec![home(RETINOID, 0, None)])).unwrap();
    assert!(answer.violations.iter().any(|it| it.kind() == Kind::Excluded && it.procedure == RETINOID));
}
