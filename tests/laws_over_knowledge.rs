//! Laws over changed medicine: what is made longer or stricter never comes sooner, nor lets something in.
//!
//! Each law draws changed copies of the shipped files and people, some dozens by default and the same ones each time.
//! `PROPTEST_CASES=2000 cargo test --test laws_over_knowledge` draws as many as it says, others each time, and
//! `PROPTEST_RNG_SEED=7` with it the same ones again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/mutations.rs"]
mod mutations;
#[path = "support/people.rs"]
mod people;

use std::{collections::BTreeMap, env, sync::OnceLock};

use cicatrix::{
    domain::{Action, Case, Day, Fact, Outcome, Plan, Protocol, Session, Site},
    engine,
    knowledge::Knowledge,
    serve::Service,
    wire::v1,
};
use mutations::{Stricter, Wait, load, safety_rules, turned, waits, with_longer, with_stricter};
use people::{Answer, answers, case, healthy, knowledge, scar, treatable, untreatable};
use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, RngSeed},
};
use strum::VariantArray as _;

/// `cases` of the same draws by default, or what the environment says.
fn config(cases: u32) -> Config {
    let asked = env::var("PROPTEST_CASES").is_ok();
    let config = Config { failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    if asked { config } else { Config { cases, rng_seed: RngSeed::Fixed(20_261_124), ..config } }
}

/// Answers that a healthy person does not give.
fn adverse() -> &'static [Answer] {
    static ADVERSE: OnceLock<Vec<Answer>> = OnceLock::new();
    ADVERSE.get_or_init(|| {
        let baseline = dispositions(knowledge(), &case(healthy(Some(3)), scars()));
        let strict = |answer: &Answer| {
            let mut it = case(healthy(Some(3)), scars());
            apply(&mut it, answer);
            let found = dispositions(knowledge(), &it);
            let looser = baseline.iter().any(|(key, action)| found[key] < *action);
            !looser && found != baseline
        };
        answers().into_iter().filter(|it| !it.healthy && strict(it)).collect()
    })
}

/// One group of each kind.
fn scars() -> Vec<cicatrix::domain::Scar> {
    let kinds = treatable();
    kinds.iter().enumerate().map(|(at, (_, features))| scar(&format!("s{at:02}"), Site::Cheek, 6, features)).collect()
}

fn apply(case: &mut Case, answer: &Answer) {
    for (fact, value) in &answer.changes {
        case.patient.set(*fact, *value);
    }
}

/// A person: skin, answers on top of healthy ones, and groups of scars.
#[derive(Debug, Clone)]
struct Person {
    phototype: Option<i64>,
    answers: Vec<Index>,
    /// Kind, site and number.
    scars: Vec<(Index, Index, i32)>,
}

impl Person {
    fn case(&self) -> Case {
        let all = answers();
        let kinds: Vec<_> = treatable().into_iter().chain(untreatable().into_iter().take(2)).collect();
        let group = |(at, (kind, site, count)): (usize, &(Index, Index, i32))| {
            scar(&format!("s{at}"), *site.get(Site::VARIANTS), *count, &kind.get(&kinds).1)
        };
        let mut it = case(healthy(self.phototype), self.scars.iter().enumerate().map(group).collect());
        self.answers.iter().for_each(|answer| apply(&mut it, answer.get(&all)));
        it
    }
}

fn person(answers: usize, groups: usize) -> impl Strategy<Value = Person> {
    let phototype = select((1..=6).map(Some).chain([None]).collect::<Vec<_>>());
    let groups = prop::collection::vec((any::<Index>(), any::<Index>(), 1..30_i32), 1..=groups);
    (phototype, prop::collection::vec(any::<Index>(), 0..=answers), groups)
        .prop_map(|(phototype, answers, scars)| Person { phototype, answers, scars })
}

/// How every procedure fares on every group, by their names.
fn dispositions(knowledge: &Knowledge, case: &Case) -> BTreeMap<(String, String), Option<Action>> {
    let plan = engine::plan(knowledge, case);
    let mut all = BTreeMap::new();
    for it in &plan.dispositions {
        let procedure = &knowledge.procedures()[it.procedure.index()].id;
        for scar in &it.scars {
            let scar = &case.findings.scars[scar.index()].id;
            assert!(all.insert((procedure.clone(), scar.clone()), it.action).is_none(), "two dispositions");
        }
    }
    all
}

fn protocol(plan: &Plan) -> Option<&Protocol> {
    match &plan.outcome {
        Outcome::Protocol(protocol) => Some(protocol),
        Outcome::Referral => None,
    }
}

/// The days of each session of each stage, by place of the stage and number.
fn days(sessions: &[Session]) -> BTreeMap<(usize, i32), Day> {
    let all = sessions.iter().flat_map(|it| it.procedures.iter().map(|one| ((one.stage, one.number_in_stage), it.day)));
    all.collect()
}

/// What a plan says, without the order in which the groups were sent.
fn said(knowledge: &Knowledge, case: &Case, plan: &Plan) -> Vec<String> {
    let names = |scars: &[cicatrix::domain::ScarIndex]| {
        let mut all: Vec<&str> = scars.iter().map(|it| case.findings.scars[it.index()].id.as_str()).collect();
        all.sort_unstable();
        all.join(" ")
    };
    let id = |it: cicatrix::domain::ProcedureId| knowledge.procedures()[it.index()].id.as_str();
    let mut all = Vec::new();
    for ((procedure, scar), action) in dispositions(knowledge, case) {
        all.push(format!("{procedure} on {scar}: {action:?}"));
    }
    for it in &plan.assessment.scars {
        all.push(format!("{}: {:?} {:?} {:?}", names(&[it.scar]), it.scar_type, it.confidence, it.reasons));
    }
    for it in &plan.referrals {
        all.push(format!("referral {} {:?} of {}", it.referral, it.urgency, names(&it.scars)));
    }
    if let Some(protocol) = protocol(plan) {
        for it in &protocol.stages {
            let (procedure, scars) = (id(it.procedure), names(&it.scars));
            all.push(format!("{procedure} of {scars}: {} from {} {:?}", it.planned, it.start, it.contingent_on));
            for one in &it.parameters {
                all.push(format!("{procedure} {} of {}: {:?}", one.parameter, names(&one.scars), one.limit));
            }
        }
        for it in protocol.sessions.iter().chain(&protocol.contingent_sessions) {
            for one in &it.procedures {
                let procedure = id(protocol.stages[one.stage].procedure);
                all.push(format!("day {}: {procedure} of {}", it.day, names(&one.scars)));
            }
        }
        all.push(format!("reviews {:?}", protocol.reviews.iter().map(|it| it.day).collect::<Vec<_>>()));
    }
    all.sort();
    all
}

proptest! {
    #![proptest_config(config(24))]

    /// A longer wait never brings a session of one group forward, and changes nothing but days.
    #[test]
    fn a_longer_wait_brings_nothing_forward(
        wait in select(waits()), more in 1..60_i64, person in person(2, 1),
    ) {
        // A wait that is too long for its neighbours is refused by the loader.
        let Ok(slower) = load(&with_longer(&wait, more)) else { return Err(TestCaseError::reject("refused")) };
        let case = person.case();
        let (before, after) = (engine::plan(knowledge(), &case), engine::plan(&slower, &case));
        prop_assert_eq!(&before.dispositions, &after.dispositions);
        if let (Some(before), Some(after)) = (protocol(&before), protocol(&after)) {
            prop_assert_eq!(before.stages.len(), after.stages.len());
            for (one, other) in before.stages.iter().zip(&after.stages) {
                prop_assert_eq!((one.procedure, one.planned), (other.procedure, other.planned));
                prop_assert!(one.start <= other.start);
            }
            for (one, other) in [
                (days(&before.sessions), days(&after.sessions)),
                (days(&before.contingent_sessions), days(&after.contingent_sessions)),
            ] {
                prop_assert!(one.keys().eq(other.keys()));
                for (key, day) in &one {
                    prop_assert!(other[key] >= *day, "{:?}: {key:?} on day {day}, then {}", wait, other[key]);
                }
            }
            for (one, other) in before.reviews.iter().zip(&after.reviews) {
                prop_assert!(one.day <= other.day);
            }
        }
    }

    /// With several groups, a longer wait between two kinds never makes fewer visits, nor as many that end sooner.
    #[test]
    fn a_longer_wait_shortens_no_plan(
        wait in select(waits()), more in 1..60_i64, person in person(0, 3),
    ) {
        // A course keeps its own rhythm: another rhythm may meet the visits of other groups better.
        prop_assume!(!matches!(&wait, Wait::Pair(from, to) if from == to) && !matches!(wait, Wait::Pigment));
        let Ok(slower) = load(&with_longer(&wait, more)) else { return Err(TestCaseError::reject("refused")) };
        let case = person.case();
        let (before, after) = (engine::plan(knowledge(), &case), engine::plan(&slower, &case));
        if let (Some(before), Some(after)) = (protocol(&before), protocol(&after)) {
            // Longer waits of others can give room to what goes between them.
            prop_assume!(!before.stages.iter().any(|it| knowledge().goes_between(it.procedure)));
            let rank = |it: &Protocol| (it.sessions.len(), it.sessions.last().map(|it| it.day));
            prop_assert!(rank(before) <= rank(after), "{wait:?}: {:?}, then {:?}", rank(before), rank(after));
        }
    }

    /// A stricter rule makes no action milder and raises no setting.
    #[test]
    fn a_stricter_rule_lets_nothing_in(
        rule in select(safety_rules()),
        how in prop_oneof![
            select(vec!["modify", "clearance", "defer", "exclude"]).prop_map(Stricter::Action),
            select(vec![
                "fitzpatrick >= 4", "site is cheek", "smoker is yes", "days_since_tan < 4 weeks", "always",
                "scar_type is ice_pick", "not active_acne is none",
            ]).prop_map(Stricter::Wider),
            Just(Stricter::Unknown),
            (1..100_i64).prop_map(Stricter::Lower),
            Just(Stricter::Everywhere),
        ],
        person in person(4, 2),
    ) {
        let Some(files) = with_stricter(&rule, &how) else { return Err(TestCaseError::reject("nothing to tighten")) };
        let Ok(stricter) = load(&files) else { return Err(TestCaseError::reject("refused")) };
        let case = person.case();
        let (before, after) = (dispositions(knowledge(), &case), dispositions(&stricter, &case));
        for (key, action) in &before {
            prop_assert!(after[key] >= *action, "{rule} {how:?}: {key:?} was {action:?} and is {:?}", after[key]);
        }
        let (before, after) = (engine::plan(knowledge(), &case), engine::plan(&stricter, &case));
        let settings = |plan: &Plan| {
            let mut all = BTreeMap::new();
            for stage in protocol(plan).into_iter().flat_map(|it| &it.stages) {
                for setting in &stage.parameters {
                    for scar in &setting.scars {
                        all.insert((stage.procedure, setting.parameter, *scar), setting.limit);
                    }
                }
            }
            all
        };
        let after = settings(&after);
        for (key, limit) in settings(&before) {
            if let Some(found) = after.get(&key) {
                prop_assert!(found.high <= limit.high && found.low <= limit.low, "{rule} {how:?}: {key:?} was {limit:?}");
            }
        }
    }

    /// The same files give the same bytes, and the order of files and of rows without an order gives the same plan.
    #[test]
    fn the_order_of_rows_says_nothing(turn in 1..1000_usize, person in person(3, 3)) {
        let files = turned(turn);
        let (one, other) = (load(&files).unwrap(), load(&files).unwrap());
        prop_assert_eq!(one.digest(), other.digest());
        let case = person.case();
        prop_assert_eq!(said(&one, &case, &engine::plan(&one, &case)), said(knowledge(), &case, &engine::plan(knowledge(), &case)));
        prop_assert_eq!(engine::plan(&one, &case), engine::plan(&other, &case));
    }
}

proptest! {
    #![proptest_config(config(200))]

    /// PROP-01: one more thing against it makes no action milder, and nothing that it forbids is planned.
    #[test]
    fn a_contraindication_makes_nothing_milder(
        more in any::<Index>(), also in prop::collection::vec(any::<Index>(), 0..3), person in person(0, 2),
    ) {
        let mut before = person.case();
        let more = more.get(adverse());
        let apart = |it: &&Answer| it.changes.iter().all(|(fact, _)| more.changes.iter().all(|(other, _)| fact != other));
        also.iter().map(|it| it.get(adverse())).filter(apart).for_each(|it| apply(&mut before, it));
        let mut after = before.clone();
        apply(&mut after, more);
        let found = dispositions(knowledge(), &after);
        for (key, action) in dispositions(knowledge(), &before) {
            prop_assert!(found[&key] >= action, "{}: {key:?} was {action:?} and is {:?}", more.name, found[&key]);
        }
        let plan = engine::plan(knowledge(), &after);
        for stage in protocol(&plan).into_iter().flat_map(|it| &it.stages) {
            for scar in &stage.scars {
                let scar = after.findings.scars[scar.index()].id.clone();
                let id = knowledge().procedures()[stage.procedure.index()].id.clone();
                prop_assert!(found[&(id.clone(), scar)] != Some(Action::Exclude), "{}: {id} is planned", more.name);
            }
        }
    }

    /// PROP-02: a required fact that was not asked makes no action milder than its healthy answer.
    #[test]
    fn an_unasked_required_fact_makes_nothing_milder(
        fact in select(knowledge().required().iter().map(|it| it.fact).collect::<Vec<_>>()),
        also in prop::collection::vec(any::<Index>(), 0..3), person in person(0, 2),
    ) {
        let mut asked = person.case();
        let apart = |it: &&Answer| it.changes.iter().all(|(other, _)| fact != *other);
        also.iter().map(|it| it.get(adverse())).filter(apart).for_each(|it| apply(&mut asked, it));
        let mut unasked = asked.clone();
        unasked.patient.set(fact, None);
        if fact == Fact::Fitzpatrick {
            unasked.patient.set(Fact::PlanningPhototype, healthy(None).get(Fact::PlanningPhototype));
        }
        let found = dispositions(knowledge(), &unasked);
        for (key, action) in dispositions(knowledge(), &asked) {
            prop_assert!(found[&key] >= action, "{fact:?}: {key:?} was {action:?} and is {:?}", found[&key]);
        }
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    /// The order in which groups are sent says nothing.
    #[test]
    fn the_order_of_the_scars_says_nothing(by in 1..4_usize, person in person(3, 4)) {
        let case = person.case();
        let mut turned = case.clone();
        let by = by % turned.findings.scars.len();
        turned.findings.scars.rotate_left(by);
        prop_assert_eq!(
            said(knowledge(), &case, &engine::plan(knowledge(), &case)),
            said(knowledge(), &turned, &engine::plan(knowledge(), &turned))
        );
    }
}

#[test]
fn two_loads_answer_with_the_same_bytes() {
    let request: v1::GenerateProtocolRequest =
        serde_json::from_str(include_str!("../examples/mixed_face.json")).unwrap();
    let bytes = |_: usize| {
        let service = Service::new(load(&mutations::after(|_, _| false)).unwrap());
        serde_json::to_vec(&service.generate_protocol(request.clone()).unwrap()).unwrap()
    };
    assert_eq!(bytes(0), bytes(1));
}

/// The same needles on skin that overlaps, and only one group gets something with them: found by the law above.
#[test]
fn either_group_of_two_may_be_sent_first() {
    let kinds = treatable();
    let kind = |name: &str| &kinds.iter().find(|it| it.0 == name).unwrap().1;
    let pits = scar("a", Site::TZone, 25, kind("ice pick"));
    let wide = scar("b", Site::Forehead, 27, kind("wide deep boxcar with a scarred base"));
    let all = answers();
    let people = [vec![pits.clone(), wide.clone()], vec![wide, pits]].map(|groups| {
        let mut it = case(healthy(Some(1)), groups);
        let given = |it: &&Answer| it.name == "Platelets 50000" || it.name == "PustulesInField yes";
        all.iter().filter(given).for_each(|answer| apply(&mut it, answer));
        it
    });
    let [one, other] = people.map(|it| said(knowledge(), &it, &engine::plan(knowledge(), &it)));
    assert_eq!(one, other);
}

/// The opposite of each law is seen: what it compares does change.
#[test]
fn the_laws_would_notice() {
    let ice_pick = case(healthy(Some(2)), vec![scar("a", Site::Cheek, 14, &treatable()[0].1)]);
    let sooner = Wait::Pair("cross-high".to_owned(), "mnrf".to_owned());
    let sooner = load(&with_longer(&sooner, -1)).unwrap();
    let last = |knowledge: &Knowledge| {
        let plan = engine::plan(knowledge, &ice_pick);
        protocol(&plan).unwrap().sessions.last().unwrap().day
    };
    assert!(last(&sooner) < last(knowledge()), "a shorter wait brings nothing forward");

    let mut marked = ice_pick.clone();
    let answer = answers().into_iter().find(|it| it.name == "KeloidHistory personal").unwrap();
    apply(&mut marked, &answer);
    let milder = load(&mutations::milder("safety/keloid.toml")).unwrap();
    let (before, after) = (dispositions(knowledge(), &marked), dispositions(&milder, &marked));
    assert!(before.iter().any(|(key, action)| after[key] < *action), "milder rules let nothing in");

    // Most of what is drawn does change something for somebody.
    assert!(adverse().len() > 100, "only {} adverse answers", adverse().len());
    let all = safety_rules();
    let draws = all.iter().step_by(4);
    let people: Vec<Case> = [1, 5].map(|phototype| case(healthy(Some(phototype)), scars())).into();
    let matters = |rule: &&String| {
        let files = with_stricter(rule, &Stricter::Wider("always")).unwrap();
        let Ok(wider) = load(&files) else { return false };
        people.iter().any(|it| dispositions(&wider, it) != dispositions(knowledge(), it))
    };
    let (drawn, matter) = (draws.clone().count(), draws.filter(matters).count());
    println!("{matter} of {drawn} widened rules and {} adverse answers change a disposition", adverse().len());
    assert!(matter * 5 > drawn, "only {matter} of {drawn} widened rules change anything");
}
