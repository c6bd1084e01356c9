//! What is said to admit a procedure admits it, and nothing less would.

use std::collections::BTreeSet;

use cicatrix::domain::{
    Answers, Case, Fact, FactKind, Facts, Insight, Otherwise, ProcedureId, RuleId, Scope, Site, Value,
};
use strum::VariantArray as _;

use super::{done, example, examples, found, knowledge, people, with};

fn changed(case: &Case, change: &Otherwise, procedure: ProcedureId) -> Vec<Case> {
    let mut wishes = case.wishes.clone();
    match change {
        Otherwise::Fact(fact, answers) => {
            // The first of the answers that could be sent.
            let specimens = knowledge().specimens().of(*fact).iter().filter(|it| it.answers == *answers);
            return specimens.map(|it| replaced(case, *fact, it.value)).collect();
        }
        Otherwise::NotExcluded => wishes.excluded.remove(procedure),
        Otherwise::Available => wishes.available.as_mut().unwrap().insert(procedure),
        Otherwise::Downtime(days) => wishes.max_downtime = Some(*days),
    }
    vec![Case { wishes, ..case.clone() }]
}

/// The case with another answer, whatever was answered.
fn replaced(case: &Case, fact: Fact, value: Value) -> Case {
    let mut case = case.clone();
    if fact.scope() != Scope::Scar {
        case.patient.set(fact, None);
        case.fields.iter_mut().for_each(|it| it.facts.set(fact, None));
    }
    case.findings.scars.iter_mut().for_each(|it| it.facts.set(fact, None));
    with(&case, fact, value)
}

fn reasons_against_end(name: &str, case: &Case) -> usize {
    let (plan, what_if) = found(case, &[Insight::WhyNot]);
    let planned = |scar: u16| done(&plan).keys().filter(|it| it.0 == scar).map(|it| it.1).collect::<BTreeSet<_>>();
    let mut many = 0;
    for why in &what_if.why_not {
        let id = &knowledge().procedures()[why.procedure.index()].id;
        assert!(!why.reasons.is_empty(), "{name}: {id}");
        assert!(why.scars.iter().all(|scar| !planned(scar.0).contains(&why.procedure)), "{name}: {id} is planned");
        assert!(why.changes.is_empty() || !why.out_of_reach, "{name}: {id}");
        if why.changes.is_empty() {
            continue;
        }
        many += 1;
        let mut after = case.clone();
        for change in &why.changes {
            after = changed(&after, change, why.procedure).remove(0);
        }
        // Nothing is in its way any more: it is planned, it only ranks after something, or it waits for a day.
        let (then, still) = found(&after, &[Insight::WhyNot]);
        let scar = why.scars[0];
        let is_planned = done(&then).keys().any(|it| it.0 == scar.0 && it.1 == why.procedure);
        let left = still.why_not.iter().find(|it| it.procedure == why.procedure && it.scars.contains(&scar));
        let admitted = left.is_some_and(|it| it.changes.is_empty() && !it.out_of_reach);
        assert!(is_planned || admitted, "{name}: {id} is not admitted by {:?}: {left:#?}", why.changes);
        // A wait that is left then was told.
        let waits = left.and_then(|it| it.after);
        assert!(
            waits <= why.after,
            "{name}: {id} waits until {waits:?} after {:?}, told was {:?}",
            why.changes,
            why.after
        );
    }
    many
}

#[test]
fn what_is_said_to_admit_a_procedure_admits_it() {
    let mut many = 0;
    for (name, case) in examples().into_iter().chain(people(40)) {
        many += reasons_against_end(&name, &case);
    }
    assert!(many > 60, "only {many} changes were tried");
}

#[test]
fn the_smallest_change_is_told() {
    let case = example("pregnant");
    let (_, what_if) = found(&case, &[Insight::WhyNot]);
    let pregnancy = |it: &Otherwise| matches!(it, Otherwise::Fact(Fact::Pregnancy, _));
    let acid = what_if.why_not.iter().find(|it| knowledge().procedures()[it.procedure.index()].id == "tca-cross");
    let acid = acid.expect("acid is in the pathway and not planned");
    assert!(acid.changes.len() == 1 && pregnancy(&acid.changes[0]), "{acid:?}");
    // A wish is given up like a fact.
    let mut wishing = example("ice_pick_phototype_ii");
    wishing.wishes.max_downtime = Some(1);
    wishing.wishes.excluded =
        knowledge().procedure_ids().filter(|(_, it)| it.id == "tca-cross").map(|it| it.0).collect();
    let (_, what_if) = found(&wishing, &[Insight::WhyNot]);
    let acid = what_if.why_not.iter().find(|it| knowledge().procedures()[it.procedure.index()].id == "tca-cross");
    let changes = &acid.unwrap().changes;
    assert!(changes.contains(&Otherwise::NotExcluded), "{changes:?}");
    assert!(changes.iter().any(|it| matches!(it, Otherwise::Downtime(_))), "{changes:?}");
}

/// What a visit still has to settle is not admitted already: the answer that settles it is told.
#[test]
fn what_waits_for_a_consent_is_not_said_to_be_admitted() {
    let mut case = example("ice_pick_phototype_ii");
    case.patient.set(Fact::AgeYears, Some(Value::thousandths(16)));
    let consent = |it: &Otherwise| matches!(it, Otherwise::Fact(Fact::GuardianConsent, _));
    let (plan, what_if) = found(&case, &[Insight::WhyNot]);
    assert!(!done(&plan).is_empty(), "the plan is laid out as if the consent were there");
    let sessions = |it: ProcedureId| knowledge().procedures()[it.index()].sessions.is_some();
    let open = what_if.why_not.iter().filter(|it| sessions(it.procedure) && !it.out_of_reach);
    let (told, silent): (Vec<_>, Vec<_>) = open.partition(|it| it.changes.iter().any(consent));
    assert!(!told.is_empty() && silent.is_empty(), "{silent:?}");
}

#[test]
fn what_is_not_used_at_home_is_told_too() {
    let mut case = example("ice_pick_phototype_iv");
    let isotretinoin = |word| Some(Value::Words(Fact::Isotretinoin.word(word).unwrap()));
    case.patient.set(Fact::Isotretinoin, isotretinoin("current"));
    let (_, what_if) = found(&case, &[Insight::WhyNot]);
    let id = |it: &ProcedureId| knowledge().procedures()[it.index()].id.as_str();
    let retinoid = what_if.why_not.iter().find(|it| id(&it.procedure) == "topical-retinoid");
    let retinoid = retinoid.expect("the retinoid is passed over");
    let rules: Vec<&str> = retinoid.reasons.iter().map(|it| knowledge().rules()[it.index()].id.as_str()).collect();
    assert_eq!(rules, ["ISO-11"]);
    let [Otherwise::Fact(Fact::Isotretinoin, answers)] = retinoid.changes.as_slice() else { panic!("{retinoid:?}") };
    let never = knowledge().specimens().of(Fact::Isotretinoin).iter().find(|it| it.answers == *answers).unwrap();
    let then = Case {
        patient: {
            let mut it = case.patient.clone();
            it.set(Fact::Isotretinoin, Some(never.value));
            it
        },
        ..case
    };
    let (plan, _) = found(&then, &[]);
    assert!(super::done(&plan).keys().any(|it| id(&it.1) == "topical-retinoid"));
}

/// What was not measured can be measured, and what a measure would admit is not out of reach.
#[test]
fn what_was_not_measured_is_not_out_of_reach() {
    let mut case = example("deep_boxcar");
    for scar in &mut case.findings.scars {
        for fact in [Fact::OpeningWidthMm, Fact::BaseWidthMm, Fact::DepthMm, Fact::Tethered, Fact::Base] {
            scar.facts.set(fact, None);
        }
        scar.facts.set_word(Fact::DeclaredType, "boxcar");
        scar.facts.set_word(Fact::DeclaredDepthClass, "deep");
    }
    let (_, what_if) = found(&case, &[Insight::WhyNot]);
    let id = |it: &ProcedureId| knowledge().procedures()[it.index()].id.as_str();
    let rules = |all: &[RuleId]| all.iter().map(|it| knowledge().rules()[it.index()].id.clone()).collect::<Vec<_>>();
    for procedure in ["punch-excision", "subcision"] {
        let found = what_if.why_not.iter().find(|it| id(&it.procedure) == procedure);
        let found = found.unwrap_or_else(|| panic!("{procedure} is in the pathway and not planned"));
        let [Otherwise::Fact(fact, _)] = found.changes.as_slice() else { panic!("{procedure}: {found:?}") };
        assert!(case.findings.scars.iter().all(|it| it.facts.get(*fact).is_none()), "{procedure}: {found:?}");
        assert!(!found.out_of_reach && rules(&found.reasons) == ["PLAN-NOT-RECORDED"], "{procedure}: {found:?}");
    }
    assert!(reasons_against_end("not measured", &case) >= 2);
}

/// Of facts that tell how long ago something was, the answer that admits is the one after the wait and not the one within
/// it: whatever else nobody asked, and whatever was answered to one of them.
#[test]
fn an_answer_that_only_shortens_a_wait_admits_nothing() {
    let mut many = 0;
    let elapsed = Fact::VARIANTS.iter().filter(|it| it.kind() == FactKind::Elapsed && !it.is_computed());
    let elapsed: Vec<Fact> = elapsed.copied().collect();
    for (name, features) in crate::people::treatable() {
        let scars = || vec![crate::people::scar("s", Site::Cheek, 8, &features)];
        many += reasons_against_end(&format!("{name}, nothing asked"), &crate::people::case(Facts::default(), scars()));
        many += reasons_against_end(name, &crate::people::case(crate::people::healthy(Some(2)), scars()));
    }
    for fact in elapsed {
        for specimen in knowledge().specimens().of(fact) {
            let case = with(&example("rolling"), fact, specimen.value);
            many += reasons_against_end(&format!("{fact:?} {:?}", specimen.value), &case);
        }
    }
    assert!(many > 100, "only {many} changes were tried");
}

/// Shallow boxcar scars of which nothing else is known: a peel of the whole surface needs half a year without acne.
#[test]
fn acne_must_have_been_quiet_for_long_and_not_for_short() {
    let (_, features) = crate::people::treatable().into_iter().find(|it| it.0.contains("boxcar")).unwrap();
    let case = crate::people::case(Facts::default(), vec![crate::people::scar("s", Site::Cheek, 8, &features)]);
    let (_, what_if) = found(&case, &[Insight::WhyNot]);
    let id = |it: &ProcedureId| knowledge().procedures()[it.index()].id.as_str();
    let peel = what_if.why_not.iter().find(|it| id(&it.procedure) == "peel-medium-tca").expect("not planned");
    let quiet = peel.changes.iter().find_map(|it| match it {
        Otherwise::Fact(Fact::DaysSinceAcneQuiet, answers) => Some(*answers),
        Otherwise::Fact(..) | Otherwise::NotExcluded | Otherwise::Available | Otherwise::Downtime(_) => None,
    });
    assert_eq!(quiet, Some(Answers::DaysAgo(Some(183), None)), "{peel:?}");
    assert_eq!(peel.after, None);
}
