//! What is known of skin in parts, what is said of it twice, and what past sessions say of a scar.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "tests")]

#[path = "support/people.rs"]
mod people;

use cicatrix::{
    domain::{
        Action, Case, CountingReason, Date, Fact, Field, Outcome, PastSession, Plan, Protocol, Response, RuleId,
        ScarIndex, ScarType, SessionKind, Site, Stage, Tool, Value,
    },
    engine,
    knowledge::{GapKind, Knowledge},
    release,
};
use people::{case, facts, healthy, knowledge, no, number, scar, treatable, word, yes};
use strum::VariantArray as _;

fn at(site: Site, kind: usize, fields: Vec<Field>) -> Case {
    let mut patient = healthy(Some(2));
    patient.set(Fact::InfectionInField, None);
    let (_, features) = &treatable()[kind];
    Case { fields, ..case(patient, vec![scar("s", site, 8, features)]) }
}

fn field(sites: &[Site], answers: &[(Fact, Option<Value>)]) -> Field {
    Field { sites: sites.to_vec(), facts: facts(answers) }
}

/// By procedure: how strict, and why.
fn fares(case: &Case) -> Vec<(Option<Action>, Vec<String>)> {
    let id = |rule: &cicatrix::domain::RuleId| knowledge().rules()[rule.index()].id.clone();
    let plan = engine::plan(knowledge(), case);
    plan.dispositions.iter().map(|it| (it.action, it.reasons.iter().map(id).collect())).collect()
}

/// Every answer about skin that rules a danger out.
fn reassuring() -> Vec<(Fact, Option<Value>)> {
    let of_skin = Fact::VARIANTS.iter().filter(|it| **it > Fact::Site && **it < Fact::Activity && !it.is_computed());
    let answers = of_skin.flat_map(|fact| {
        let none = fact.word("none").map(Value::Words);
        [Some(Value::YesNo(false)), Some(Value::YesNo(true)), none].into_iter().flatten().map(|it| (*fact, it))
    });
    answers.filter(|(fact, answer)| fact.rules_out(*answer)).map(|(fact, answer)| (fact, Some(answer))).collect()
}

#[test]
fn one_part_of_the_skin_does_not_answer_for_the_others() {
    assert!(reassuring().len() > 10);
    for (whole, part) in [(Site::TZone, Site::Chin), (Site::Cheek, Site::UpperCheek), (Site::Perioral, Site::Lip)] {
        let unasked = fares(&at(whole, 12, Vec::new()));
        for answer in reassuring() {
            assert_eq!(fares(&at(whole, 12, vec![field(&[part], &[answer])])), unasked, "{whole:?}, {answer:?}");
        }
    }
    let heard = |sites: &[Site]| {
        let all = fares(&at(Site::TZone, 12, vec![field(sites, &[word(Fact::InfectionInField, "none")])]));
        all.iter().any(|it| it.1.iter().any(|rule| rule == "INF-07"))
    };
    assert!(heard(&[Site::Chin]) && heard(&[Site::Forehead, Site::Glabella, Site::Nose]) && !heard(&[Site::TZone]));
    assert!(!heard(&[Site::Forehead, Site::Glabella, Site::Nose, Site::Chin]), "all of its parts are the whole");
}

#[test]
fn the_parts_may_be_answered_one_by_one() {
    let none = [word(Fact::InfectionInField, "none")];
    let both = vec![field(&[Site::UpperCheek], &none), field(&[Site::LowerCheek], &none)];
    let whole = vec![field(&[Site::Cheek], &none)];
    assert_eq!(fares(&at(Site::Cheek, 12, both)), fares(&at(Site::Cheek, 12, whole)));
}

#[test]
fn a_danger_in_one_part_counts_for_the_whole() {
    for answer in [yes(Fact::PustulesInField), yes(Fact::MetalInField), word(Fact::InfectionInField, "bacterial")] {
        let part = fares(&at(Site::TZone, 12, vec![field(&[Site::Chin], &[answer])]));
        assert_eq!(part, fares(&at(Site::TZone, 12, vec![field(&[Site::TZone], &[answer])])), "{answer:?}");
        assert_ne!(part, fares(&at(Site::TZone, 12, Vec::new())), "{answer:?}");
    }
}

/// Of two answers about the same skin the one that rules nothing out is kept, in whichever order they come.
#[test]
fn the_more_cautious_of_two_answers_is_kept() {
    for (fact, calm) in reassuring().into_iter().filter(|(_, answer)| matches!(answer, Some(Value::YesNo(_)))) {
        let alarm = if calm == Some(Value::YesNo(false)) { yes(fact) } else { no(fact) };
        let (calm, alarm) = (field(&[Site::Cheek], &[(fact, calm)]), field(&[Site::Cheek], &[alarm]));
        let alone = fares(&at(Site::Cheek, 12, vec![alarm.clone()]));
        for both in [vec![calm.clone(), alarm.clone()], vec![alarm, calm]] {
            assert_eq!(fares(&at(Site::Cheek, 12, both)), alone, "{fact:?}");
        }
    }
}

/// Inflamed spots among the scars are pustules of their skin until somebody says that they are none; nothing wounds the
/// spots themselves whatever is said.
#[test]
fn inflamed_spots_among_the_scars_hold_their_skin() {
    let plan = |scars: Site, spots: Site, fields: Vec<Field>| {
        let scars = scar("s", scars, 8, &treatable()[0].1);
        let spots = scar("x", spots, 5, &[word(Fact::Activity, "inflamed")]);
        engine::plan(knowledge(), &Case { fields, ..case(healthy(Some(2)), vec![scars, spots]) })
    };
    let visits = |plan: &Plan| match &plan.outcome {
        Outcome::Protocol(it) => it.sessions.len(),
        Outcome::Referral => 0,
    };
    assert_eq!(visits(&plan(Site::Cheek, Site::Cheek, Vec::new())), 0, "on one cheek");
    assert_eq!(visits(&plan(Site::Cheek, Site::UpperCheek, Vec::new())), 0, "on part of it");
    assert!(visits(&plan(Site::Cheek, Site::Chin, Vec::new())) > 0, "elsewhere");
    let none = vec![field(&[Site::Cheek], &[no(Fact::PustulesInField)])];
    let looked = plan(Site::Cheek, Site::Cheek, none);
    assert!(visits(&looked) > 0, "somebody looked, and found no pustules");
    let on_spots = looked.dispositions.iter().filter(|it| it.scars.contains(&ScarIndex(1)));
    let open =
        on_spots.filter(|it| it.action < Some(Action::Defer)).map(|it| &knowledge().procedures()[it.procedure.index()]);
    let wounding = ["mnrf", "microneedling", "tca-cross", "subcision", "ablative-fractional-laser", "punch-excision"];
    assert!(open.map(|it| it.id.as_str()).all(|it| !wounding.contains(&it)), "the spots themselves");
    assert_eq!(looked.referrals.len(), 1, "and who treats them");
}

/// The table calls flat what is less than 0.1 mm deep, unless the profile is a V: the bottom of a narrow pit is not seen.
#[test]
fn what_is_hardly_deep_is_no_scar_unless_it_is_narrow() {
    let named = |profile: &[(Fact, Option<Value>)]| {
        let mut features = vec![word(Fact::Relief, "depressed"), number(Fact::OpeningWidthMm, 1_500)];
        features.extend([number(Fact::DepthMm, 50), word(Fact::DepthMethod, "ultrasound")]);
        features.extend(profile);
        let it = case(healthy(Some(2)), vec![scar("s", Site::Cheek, 8, &features)]);
        engine::classify(knowledge(), &it.findings).scars[0].scar_type
    };
    assert_eq!(named(&[]), ScarType::NoContourScar, "nobody recorded the profile");
    assert_eq!(named(&[word(Fact::Profile, "u")]), ScarType::NoContourScar);
    assert_eq!(named(&[word(Fact::Profile, "v")]), ScarType::IcePick);
}

#[test]
fn the_laser_is_mild_on_the_lids() {
    let most = |site: Site| {
        let plan = engine::plan(knowledge(), &at(site, 12, Vec::new()));
        let Outcome::Protocol(protocol) = plan.outcome else { panic!("a protocol") };
        let procedure = |it: &Stage| &knowledge().procedures()[it.procedure.index()];
        let laser = protocol.stages.iter().find(|it| procedure(it).id == "ablative-fractional-laser").unwrap();
        let names = &procedure(laser).parameter_names;
        let high = |name: &str| laser.parameters.iter().find(|it| names[it.parameter] == name).unwrap().limit.high;
        (high("energy_mj"), high("density_percent"))
    };
    assert_eq!(most(Site::Eyelid), (10_000, 10_000));
    assert!(most(Site::Periorbital) > (10_000, 10_000));
}

/// Acid on ice pick scars, four times and hardly better for it, as the sender tells it.
fn after_acid(tell: impl Fn(&mut PastSession)) -> Plan {
    let mut it = case(healthy(Some(4)), vec![scar("s", Site::Cheek, 12, &treatable()[0].1)]);
    it.start = Date::new(2027, 6, 1).unwrap();
    let acid = knowledge().procedure_ids().find(|(_, it)| it.id == "tca-cross").unwrap().0;
    for (place, day) in [-190, -162, -134, -106].into_iter().enumerate() {
        let mut past = PastSession {
            place,
            scars: vec![ScarIndex(0)],
            response: Some(Response::VARIANTS[0]),
            ..PastSession::new(acid, day)
        };
        tell(&mut past);
        it.history.push(past);
    }
    engine::plan(knowledge(), &it)
}

#[test]
fn what_was_no_treatment_has_not_failed() {
    let failed = |plan: &Plan| {
        let rule = knowledge().planning().failures.iter().find(|it| it.tool == Tool::Acid).unwrap().rule;
        let warned = |it: &Protocol| it.warnings.contains(&rule);
        match &plan.outcome {
            Outcome::Protocol(protocol) => warned(protocol),
            Outcome::Referral => true,
        }
    };
    assert!(failed(&after_acid(|_| {})), "four sessions that count");
    for because in [CountingReason::BrokenOff, CountingReason::OtherSkin] {
        let plan = after_acid(|it| (it.counts, it.counts_because) = (Some(false), Some(because)));
        assert!(!failed(&plan), "{because:?}");
    }
    assert!(!failed(&after_acid(|it| it.kind = SessionKind::TestArea)), "test areas");
}

/// The rule that holds the usual wait is told beside the one that lengthens it.
#[test]
fn every_interval_has_the_rule_that_says_it() {
    let plan = engine::plan(knowledge(), &case(healthy(Some(4)), vec![scar("s", Site::Cheek, 12, &treatable()[0].1)]));
    let Outcome::Protocol(protocol) = plan.outcome else { panic!("a protocol") };
    for stage in protocol.stages.iter().filter(|it| it.interval.is_some()) {
        let procedure = &knowledge().procedures()[stage.procedure.index()];
        let kind = procedure.gaps.unwrap().kind;
        let row = knowledge().gaps().between(kind, kind).unwrap().base.rule;
        let weaker = procedure.gaps.unwrap().weaker.map(|it| it.kind);
        let weak = weaker.and_then(|it| knowledge().gaps().between(it, it)).map(|it| it.base.rule);
        assert!(stage.reasons.iter().any(|it| *it == row || Some(*it) == weak), "{}", procedure.id);
    }
}

/// Clients show the code: it is that of what was done, whatever comes next.
#[test]
fn waits_after_deep_resurfacing_have_its_code() {
    let k = knowledge();
    let kinds = || (0_u8..).map(GapKind).zip(&k.gaps().kinds);
    let code = |rule: RuleId| k.rules()[rule.index()].code.as_str();
    for (from, name) in kinds() {
        let deep =
            ["abrasion-spot", "abrasion-full", "peel-medium", "peel-deep", "ablative-full"].contains(&name.as_str());
        for (to, next) in kinds() {
            let row = k.gaps().between(from, to).unwrap();
            let resurfaced = deep || (name == "afl" && next == "mnrf");
            let expected = if resurfaced { "RECENT_RESURFACING" } else { "INTERVAL" };
            assert_eq!(code(row.base.rule), expected, "{name} to {next}");
        }
    }
}

/// When it was last taken goes with a course that was stopped: who takes it now is not asked.
#[test]
fn what_goes_with_another_answer_is_not_asked_without_it() {
    let choices = [("isotretinoin".to_owned(), "label_strict".to_owned())].into();
    let strict = Knowledge::with_policies(&release::embedded(), &choices).unwrap();
    let asked = |status: &str| {
        let mut patient = healthy(Some(2));
        patient.set(Fact::Isotretinoin, word(Fact::Isotretinoin, status).1);
        let plan = engine::plan(&strict, &case(patient, vec![scar("s", Site::Cheek, 12, &treatable()[0].1)]));
        let Outcome::Protocol(protocol) = plan.outcome else { return false };
        protocol.questions.iter().any(|it| it.fact == Fact::DaysSinceIsotretinoin)
    };
    assert!(asked("stopped") && !asked("current"));
}
