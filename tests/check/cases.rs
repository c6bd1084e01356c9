//! One patient with a plan for each kind of finding, what is wrong with requests, and what nobody asked.
//!
//! `findings.txt` holds what is found, to the letter; it is changed by hand, and that is the sign-off.

use std::{fmt::Write as _, fs, path::Path};

use cicatrix::{
    domain::FindingKind,
    serve,
    wire::v1::{self, FindingKind as Kind},
};
use strum::VariantArray as _;

use crate::support::{self, bare_scar, date, pits, service};

pub(crate) type Request = v1::CheckProtocolRequest;

/// One procedure on every group, or on the named ones.
pub(crate) fn on(procedure: &str, scars: &[&str]) -> v1::ProposedProcedure {
    let scar_ids = scars.iter().map(|it| (*it).to_owned()).collect();
    v1::ProposedProcedure { procedure: procedure.to_owned(), scar_ids, ..v1::ProposedProcedure::default() }
}

pub(crate) fn set(mut it: v1::ProposedProcedure, name: &str, value: f64) -> v1::ProposedProcedure {
    it.settings.push(v1::ProposedSetting {
        name: name.to_owned(),
        value: Some(value),
        ..v1::ProposedSetting::default()
    });
    it
}

pub(crate) fn acid(value: f64) -> v1::ProposedProcedure {
    set(on("tca-cross", &["s1"]), "tca_concentration_percent", value)
}

pub(crate) fn home(procedure: &str, start: i32, end: Option<i32>) -> v1::ProposedHomeCare {
    v1::ProposedHomeCare {
        procedure: procedure.to_owned(),
        start_day: Some(start),
        end_day: end,
        ..v1::ProposedHomeCare::default()
    }
}

/// A healthy patient with narrow pits, and these visits.
pub(crate) fn request(sessions: Vec<(i32, Vec<v1::ProposedProcedure>)>) -> Request {
    let facts = support::request();
    let sessions = sessions.into_iter();
    let sessions =
        sessions.map(|(day, procedures)| v1::ProposedSession { day: Some(day), date: None, procedures }).collect();
    Request {
        start_date: facts.start_date,
        patient: facts.patient,
        scars: facts.scars,
        plan: Some(v1::ProposedPlan { sessions, review_days: vec![1000], ..v1::ProposedPlan::default() }),
        ..Request::default()
    }
}

/// Visits with one procedure each.
pub(crate) fn every(days: &[i32], procedure: &v1::ProposedProcedure) -> Request {
    request(days.iter().map(|day| (*day, vec![procedure.clone()])).collect())
}

pub(crate) fn patient(mut it: Request, change: impl FnOnce(&mut v1::Patient)) -> Request {
    change(it.patient.as_mut().unwrap());
    it
}

pub(crate) fn plan(mut it: Request, change: impl FnOnce(&mut v1::ProposedPlan)) -> Request {
    change(it.plan.as_mut().unwrap());
    it
}

pub(crate) fn declared(mut it: Request, declared: v1::ScarType) -> Request {
    it.scars = vec![v1::Scar { declared_type: declared.into(), count: Some(6), ..bare_scar("s1") }];
    it
}

pub(crate) fn dark(it: Request, phototype: v1::Phototype) -> Request {
    patient(it, |it| it.phototype = phototype.into())
}

/// With a day on which to look well: day 105.
fn wedding(it: Request) -> Request {
    let preferences = v1::Preferences { event_date: date(2027, 3, 16), ..v1::Preferences::default() };
    Request { preferences: Some(preferences), ..it }
}

/// A plan for each kind of finding.
fn cases() -> Vec<(Kind, Request)> {
    let (mnrf, laser) = (on("mnrf", &["s1"]), on("ablative-fractional-laser", &["s1"]));
    let punch = on("punch-excision", &["s1"]);
    let courses = [0, 28, 56];
    vec![
        (
            Kind::Excluded,
            patient(every(&courses, &acid(80.0)), |it| {
                it.keloid_history = v1::KeloidHistory::Personal.into();
            }),
        ),
        (Kind::WaitNotOver, {
            let mut it = every(&[3, 31, 59], &mnrf);
            let field = v1::SkinField {
                sites: vec![v1::Site::Cheek.into()],
                last_botulinum: date(2026, 11, 28),
                ..v1::SkinField::default()
            };
            it.fields = vec![field];
            it
        }),
        (Kind::EventNotOver, patient(every(&courses, &mnrf), |it| it.pregnancy = v1::Pregnancy::Pregnant.into())),
        (Kind::NotForThisScar, declared(every(&courses, &acid(80.0)), v1::ScarType::Rolling)),
        (Kind::BelowFloor, {
            let mut it = every(&[0, 20, 48], &mnrf);
            it.history = vec![v1::PastSession {
                procedure: "mnrf".to_owned(),
                date: date(2026, 11, 20),
                ..v1::PastSession::default()
            }];
            it
        }),
        (Kind::PairNotAllowed, request(vec![(0, vec![acid(80.0), laser.clone()])])),
        (Kind::AboveLimit, dark(request(vec![(60, vec![acid(100.0)])]), v1::Phototype::Iv)),
        (Kind::TooManySessions, every(&[0, 28, 56, 84, 112, 140, 168], &acid(80.0))),
        (
            Kind::CourseTooLong,
            plan(every(&courses, &mnrf), |it| {
                it.home_care = vec![home("hydroquinone", 0, Some(200)), home("azelaic-acid", 10, None)];
            }),
        ),
        (Kind::PrimingMissing, dark(every(&[0, 28, 56], &acid(70.0)), v1::Phototype::Iv)),
        (Kind::TestAreaMissing, dark(every(&[40, 82, 124], &laser), v1::Phototype::V)),
        (Kind::CareMissing, patient(every(&courses, &laser), |it| it.herpes_simplex_history = Some(true))),
        (Kind::StackedWounds, request(vec![(0, vec![laser.clone(), mnrf.clone()])])),
        (Kind::RarelyTogether, request(vec![(0, vec![punch.clone(), laser.clone()])])),
        (Kind::OrderInSitting, request(vec![(0, vec![on("prp", &["s1"]), mnrf.clone()])])),
        (Kind::BelowLeast, every(&[0, 21, 42], &acid(80.0))),
        (Kind::BelowUsual, every(&[0, 24, 52], &mnrf)),
        (Kind::AboveLatest, every(&[0, 70, 98], &mnrf)),
        (Kind::TooFewSessions, every(&[0], &mnrf)),
        (
            Kind::OrderOfSteps,
            request(vec![
                (0, vec![mnrf.clone()]),
                (28, vec![mnrf.clone()]),
                (60, vec![acid(80.0)]),
                (88, vec![acid(80.0)]),
            ]),
        ),
        (Kind::ClearanceNeeded, dark(every(&[40, 82, 124], &laser), v1::Phototype::V)),
        (Kind::CheckNeeded, patient(every(&courses, &laser), |it| it.herpes_simplex_history = None)),
        (Kind::ReviewMissing, plan(every(&courses, &mnrf), |it| it.review_days = vec![80])),
        (Kind::SettingUnusual, every(&courses, &set(mnrf.clone(), "needle_depth_mm", 4.5))),
        (Kind::StartsTooStrong, dark(every(&[60, 88, 116], &acid(70.0)), v1::Phototype::Iv)),
        (Kind::NotWanted, {
            let mut it = every(&courses, &mnrf);
            let excluded_procedures = vec!["mnrf".to_owned()];
            it.preferences = Some(v1::Preferences { excluded_procedures, ..v1::Preferences::default() });
            it
        }),
        (Kind::Referred, declared(every(&courses, &mnrf), v1::ScarType::Papular)),
        (Kind::TooNearEvent, wedding(every(&[0, 28, 56, 84], &laser))),
        (Kind::StructureMissing, {
            let mut it = declared(every(&[0, 28, 56], &laser), v1::ScarType::Rolling);
            it.appearance = Some(v1::Appearance {
                obvious_at_social_distance: Some(true),
                coverable: Some(false),
                flattens_on_stretch: Some(false),
                ..v1::Appearance::default()
            });
            it
        }),
        (Kind::TooWeakAlone, every(&[0, 14, 28, 42, 56, 70], &on("peel-superficial-aha", &["s1"]))),
        (
            Kind::PrimingShort,
            plan(dark(every(&[20, 48, 76], &acid(70.0)), v1::Phototype::Iv), |it| {
                it.home_care = vec![home("azelaic-acid", 0, None)];
            }),
        ),
        (
            Kind::SmokeFreeShort,
            patient(every(&[7, 35, 63], &laser), |it| {
                it.conditions = vec![v1::Condition::Smoker.into()];
                it.smoke_free_since = date(2026, 11, 20);
            }),
        ),
        (Kind::HomeCareNotRested, {
            plan(every(&[28, 70, 112], &laser), |it| it.home_care = vec![home("topical-retinoid", 0, None)])
        }),
        (
            Kind::HomeCareRestShort,
            plan(every(&courses, &mnrf), |it| it.home_care = vec![home("azelaic-acid", 0, None)]),
        ),
        (Kind::TooManySites, {
            let kinds = ["punch-elevation", "punch-excision", "punch-grafting"];
            let groups = ["s1", "s2", "s3"];
            let visit = kinds.iter().zip(groups).map(|(kind, group)| on(kind, &[group])).collect();
            let mut it = request(vec![(0, visit)]);
            let wide = |id: &str| v1::Scar {
                count: Some(4),
                declared_type: v1::ScarType::Boxcar.into(),
                declared_depth_class: v1::DepthClass::Deep.into(),
                opening_width_mm: Some(3.5),
                ..bare_scar(id)
            };
            it.scars = groups.map(wide).to_vec();
            it
        }),
    ]
}

/// The findings of one kind, in words.
fn told(kind: Kind, answer: &v1::CheckProtocolResponse) -> String {
    let lists = [&answer.violations, &answer.missing_preparation, &answer.unsupported_combinations, &answer.advice];
    let mut text = format!("## {}\n", kind.as_str_name());
    for it in lists.into_iter().flatten().filter(|it| it.kind() == kind) {
        let rules: Vec<String> = it.reasons.iter().map(|it| it.rule.clone()).collect();
        let _ = writeln!(text, "{}", it.fields.join(" "));
        let day = it.day.map(|it| format!(", day {it}")).unwrap_or_default();
        let _ = writeln!(text, "  {} {} on {}{day}", it.procedure, it.other_procedure, it.scar_ids.join(" "));
        if let Some(m) = &it.measured {
            let (found, limit) = (m.found.unwrap(), m.limit.unwrap());
            let _ = writeln!(text, "  {found} against {limit} {} {}", m.unit, m.parameter);
        }
        let _ = writeln!(text, "  {}", rules.join(" "));
        for mend in &it.mends {
            let _ = writeln!(text, "  {}", serde_json::to_string(mend).unwrap());
        }
    }
    text.lines().map(|it| format!("{}\n", it.trim_end())).collect()
}

/// Every case comes out as it is written down; the kinds that were seen.
pub(crate) fn all_as_written() -> Vec<FindingKind> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/findings.txt");
    let written = fs::read_to_string(path).unwrap_or_default();
    let mut now = String::new();
    let mut seen = Vec::new();
    for (kind, request) in cases() {
        let answer = service().check_protocol(request).unwrap();
        let text = told(kind, &answer);
        if text.lines().count() > 1 {
            seen.push(FindingKind::VARIANTS[usize::try_from(kind as i32).unwrap() - 1]);
        }
        now.push_str(&text);
        now.push('\n');
    }
    assert!(now == written, "tests/check/findings.txt is not what is found now:\n{now}");
    seen
}

/// What is wrong with a request, all at once and by field.
pub(crate) fn mistakes() {
    let said = |it: Request| -> Vec<String> { serve::violations(&service().check_protocol(it).unwrap_err()) };
    let good = || every(&[0, 28], &acid(80.0));
    assert!(service().check_protocol(good()).is_ok());
    let first = |change: fn(&mut v1::ProposedSession)| plan(good(), |it| change(&mut it.sessions[0]));
    let procedure =
        |change: fn(&mut v1::ProposedProcedure)| plan(good(), |it| change(&mut it.sessions[0].procedures[0]));
    let setting =
        |change: fn(&mut v1::ProposedSetting)| plan(good(), |it| change(&mut it.sessions[0].procedures[0].settings[0]));
    let at_home = |change: fn(&mut v1::ProposedHomeCare)| {
        plan(good(), |it| {
            let mut care = home("hydroquinone", 0, Some(20));
            change(&mut care);
            it.home_care = vec![care];
        })
    };
    let table: Vec<(Request, &str)> = vec![
        (Request { plan: None, ..good() }, "plan is required; send the plan to be checked"),
        (plan(good(), |it| it.sessions.clear()), "plan.sessions is empty; send at least one visit"),
        (
            plan(good(), |it| it.sessions = vec![it.sessions[0].clone(); 101]),
            "plan.sessions holds too much; send at most 100 visits with 200 procedures together",
        ),
        (first(|it| it.day = None), "plan.sessions[0] has neither day nor date; send one of them"),
        (first(|it| it.date = date(2026, 12, 1)), "plan.sessions[0].day goes with no date; send one of them"),
        (first(|it| it.day = Some(-1)), "plan.sessions[0].day must be a whole number from 0 to 3650"),
        (
            first(|it| (it.day, it.date) = (None, date(2026, 11, 30))),
            "plan.sessions[0].date lies before start_date; send what was done under history",
        ),
        (
            first(|it| (it.day, it.date) = (None, date(2040, 1, 1))),
            "plan.sessions[0].date lies more than 3650 days after start_date",
        ),
        (
            first(|it| (it.day, it.date) = (None, date(2027, 2, 30))),
            "plan.sessions[0].date is not a date; send year, month and day of a day that exists",
        ),
        (first(|it| it.procedures.clear()), "plan.sessions[0].procedures is empty; name at least one procedure"),
        (
            procedure(|it| it.procedure.clear()),
            "plan.sessions[0].procedures[0].procedure is required; name the procedure",
        ),
        (
            procedure(|it| it.procedure = "magic".to_owned()),
            "plan.sessions[0].procedures[0].procedure is no procedure of this knowledge release; ListProcedures names \
             them",
        ),
        (
            procedure(|it| *it = on("hydroquinone", &[])),
            "plan.sessions[0].procedures[0].procedure is used at home and has no sessions; send it under plan.home_care",
        ),
        (
            procedure(|it| it.scar_ids = vec!["s9".to_owned()]),
            "plan.sessions[0].procedures[0].scar_ids[0] is the id of no group in scars; name one or leave it out",
        ),
        (
            procedure(|it| it.sites = vec![v1::Site::Chest.into()]),
            "plan.sessions[0].procedures[0].sites[0] holds no group in scars; describe the scars there or leave it out",
        ),
        (
            procedure(|it| it.sites = vec![v1::Site::Cheek.into(), v1::Site::Chest.into(), v1::Site::Chest.into()]),
            "plan.sessions[0].procedures[0].sites[1] holds no group in scars; describe the scars there or leave it out",
        ),
        (
            procedure(|it| it.sites = vec![v1::Site::Cheek.into(); 101]),
            "plan.sessions[0].procedures[0].sites holds too many entries; send at most 100",
        ),
        (
            procedure(|it| it.scar_ids = vec!["s1".to_owned(); 1001]),
            "plan.sessions[0].procedures[0].scar_ids holds too many entries; send at most 1000",
        ),
        // Of groups that are not read a plan says nothing, and more than there are indices of them harm nothing.
        (
            Request { scars: vec![v1::Scar::default(); 65_536], ..first(|it| it.procedures[0].scar_ids.clear()) },
            "scars holds too many groups; send at most 1000 and merge like ones",
        ),
        (
            procedure(|it| it.kind = 9),
            "plan.sessions[0].procedures[0].kind is 9, which is no value of this enum; send one from 1 to 2",
        ),
        (
            setting(|it| it.name = "power".to_owned()),
            "plan.sessions[0].procedures[0].settings[0].name is no parameter of this procedure; there are: \
             tca_concentration_percent",
        ),
        (
            setting(|it| it.low = Some(3.0)),
            "plan.sessions[0].procedures[0].settings[0] needs value alone, or low and high together",
        ),
        (
            procedure(|it| it.settings = vec![it.settings[0].clone(); 21]),
            "plan.sessions[0].procedures[0].settings holds too many entries; send at most 20",
        ),
        (
            setting(|it| it.value = Some(-3.0)),
            "plan.sessions[0].procedures[0].settings[0].value must be a number from 0 to 1000000",
        ),
        (
            setting(|it| (it.value, it.low, it.high) = (None, Some(9.0), Some(8.0))),
            "plan.sessions[0].procedures[0].settings[0].low is above high; send the lower end here",
        ),
        (
            at_home(|it| it.procedure = "mnrf".to_owned()),
            "plan.home_care[0].procedure is done in sessions; send it under plan.sessions",
        ),
        (
            at_home(|it| it.start_day = Some(30)),
            "plan.home_care[0].end_day lies before the first day; send the last day here",
        ),
        (
            at_home(|it| it.start_date = date(2026, 12, 1)),
            "plan.home_care[0].start_day goes with no start_date; send one of them",
        ),
        (
            plan(good(), |it| it.care = vec![v1::ProposedCare::default()]),
            "plan.care[0].kind is required; say what is arranged",
        ),
        (plan(good(), |it| it.review_days = vec![9000]), "plan.review_days[0] must be a whole number from 0 to 3650"),
        (
            plan(good(), |it| it.settled_rules = vec!["KEL-03".to_owned()]),
            "plan.settled_rules[0] is no rule that asks for a clearance or a check; name one that a finding gave",
        ),
    ];
    for (request, sentence) in table {
        assert_eq!(said(request), [sentence]);
    }
    // A group that the procedure is not done on, while it is one of the patient.
    let mut two = plan(good(), |it| it.sessions[0].procedures[0].settings[0].scar_ids = vec!["s2".to_owned()]);
    two.scars.push(pits("s2"));
    assert_eq!(
        said(two),
        ["plan.sessions[0].procedures[0].settings[0].scar_ids names a group that this procedure is not done on"]
    );
    // All at once, of the facts and of the plan.
    let mut all = first(|it| {
        it.day = None;
        it.procedures[0].procedure = "magic".to_owned();
        it.procedures[0].scar_ids = vec!["s9".to_owned()];
    });
    all.start_date = None;
    assert_eq!(
        said(all),
        [
            "start_date is required; send the day on which the plan begins",
            "plan.sessions[0] has neither day nor date; send one of them",
            "plan.sessions[0].procedures[0].procedure is no procedure of this knowledge release; ListProcedures names them",
            "plan.sessions[0].procedures[0].scar_ids[0] is the id of no group in scars; name one or leave it out",
        ]
    );
}

/// An unasked fact and an unstated setting are listed, and never count as safe.
pub(crate) fn unasked() {
    let mut bare = every(&[0, 14], &on("tca-cross", &[]));
    bare.patient = None;
    let answer = service().check_protocol(bare).unwrap();
    let asked: Vec<&str> =
        answer.not_assessed.iter().filter(|it| it.required).map(|it| it.fields[0].as_str()).collect();
    for field in ["patient.pregnancy", "patient.keloid_history", "patient.isotretinoin.status"] {
        assert!(asked.contains(&field), "{asked:?}");
    }
    assert_eq!(answer.not_stated.len(), 1);
    assert_eq!(answer.not_stated[0].parameters, ["tca_concentration_percent"]);
    assert_eq!(answer.not_stated[0].fields, ["plan.sessions[0].procedures[0]", "plan.sessions[1].procedures[0]"]);
    assert!(!answer.reasons.is_empty() && !answer.rules_awaiting_sign_off.is_empty());
    // The strongest acid is taken: after it two weeks are below the least that is planned without priming.
    let kinds: Vec<Kind> = answer.advice.iter().map(v1::Finding::kind).collect();
    assert!(kinds.contains(&Kind::BelowLeast), "{kinds:?}");
    // A date is the day that it stands for, and a group without a visit is named.
    let mut dated = every(&[0, 28, 56], &on("mnrf", &["s1"]));
    let by_day = service().check_protocol(dated.clone()).unwrap();
    for session in &mut dated.plan.as_mut().unwrap().sessions {
        let day = session.day.take().unwrap();
        session.date = [(0, date(2026, 12, 1)), (28, date(2026, 12, 29)), (56, date(2027, 1, 26))]
            .into_iter()
            .find_map(|(it, date)| (it == day).then_some(date))
            .unwrap();
    }
    assert_eq!(service().check_protocol(dated.clone()).unwrap(), by_day);
    dated.scars.push(pits("s2"));
    assert_eq!(service().check_protocol(dated).unwrap().untreated_scar_ids, ["s2"]);
    // What was obtained is not asked for again.
    let dark = || dark(every(&[40, 82, 124], &on("ablative-fractional-laser", &["s1"])), v1::Phototype::V);
    let clearances = |it: Request| {
        let answer = service().check_protocol(it).unwrap();
        answer.advice.iter().filter(|it| it.kind() == Kind::ClearanceNeeded).count()
    };
    let before = clearances(dark());
    assert_eq!(clearances(plan(dark(), |it| it.settled_rules = vec!["FST-06".to_owned()])), before - 1);
}

/// Eight weeks, for the bruises and for what has to be adjusted; and traces on the day itself are a breach.
#[test]
fn a_filler_is_held_against_its_own_time_before_an_event() {
    let told = |day: i32| {
        let it = wedding(declared(every(&[day], &on("filler-ha", &["s1"])), v1::ScarType::Rolling));
        let answer = service().check_protocol(it).unwrap();
        let mut all = answer.violations.into_iter().chain(answer.advice);
        let found = all.find(|it| matches!(it.kind(), Kind::TooNearEvent | Kind::NotWanted))?;
        assert!(found.reasons.iter().any(|it| it.rule == "EVENT-FILLER"), "day {day}: {:?}", found.reasons);
        Some((found.kind(), found.measured.as_ref().and_then(|it| it.limit)))
    };
    assert_eq!(told(105), Some((Kind::TooNearEvent, Some(56.0))));
    assert_eq!(told(84), Some((Kind::TooNearEvent, Some(56.0))));
    assert_eq!(told(60).map(|it| it.0), Some(Kind::NotWanted));
}

/// A raised scar whose border nobody recorded, and one that is called a keloid, count as keloids of this patient.
#[test]
fn acid_is_taken_out_where_a_keloid_was_seen_or_may_have_been() {
    let excluded = |beyond: Option<bool>, declared: v1::ScarType| {
        let mut it = every(&[0, 28, 56, 84], &acid(70.0));
        it.scars.push(v1::Scar {
            site: v1::Site::Chest.into(),
            relief: v1::Relief::Raised.into(),
            extends_beyond_wound: beyond,
            declared_type: declared.into(),
            ..bare_scar("s2")
        });
        let answer = service().check_protocol(it).unwrap();
        let mut found = answer.violations.iter().filter(|it| it.kind() == Kind::Excluded);
        found.any(|it| it.reasons.iter().any(|it| it.rule == "KEL-25"))
    };
    use v1::ScarType::{Hypertrophic, Keloid, Unspecified};
    assert!(excluded(None, Unspecified) && excluded(None, Keloid) && excluded(Some(true), Unspecified));
    assert!(!excluded(Some(false), Unspecified) && !excluded(None, Hypertrophic));
}

/// A laser three weeks before a wedding is a breach, whatever was done before. Light that leaves no traces is none, and
/// neither is what is only new.
#[test]
fn nothing_that_leaves_traces_is_done_shortly_before_an_event() {
    let told = |procedure: &str, days: &[i32]| {
        let it = wedding(every(days, &on(procedure, &["s1"])));
        let answer = service().check_protocol(it).unwrap();
        let near = answer.violations.iter().filter(|it| it.kind() == Kind::TooNearEvent);
        let new = answer.advice.iter().filter(|it| it.kind() == Kind::NotWanted);
        (near.filter_map(|it| it.day).collect::<Vec<_>>(), new.filter_map(|it| it.day).collect::<Vec<_>>())
    };
    let laser = "ablative-fractional-laser";
    // Three weeks before and on the day itself; four weeks before is just early enough.
    assert_eq!(told(laser, &[0, 77, 84, 105]), (vec![84, 105], vec![]));
    // The first of a course that is new to the skin: eight weeks before it is only told, three weeks before it is a breach.
    assert_eq!(told(laser, &[49]), (vec![], vec![49]));
    assert_eq!(told(laser, &[84]), (vec![84], vec![]));
    // Afterwards nothing is in the way.
    assert_eq!(told(laser, &[0, 106]), (vec![], vec![]));
    assert_eq!(told("led-light", &[0, 100]), (vec![], vec![]));
}
