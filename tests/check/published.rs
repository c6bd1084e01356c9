//! Regimens that somebody published or that a ruling defends are no violation, and what goes beyond them is.

use cicatrix::wire::v1::{self, FindingKind as Kind, Site, generate_protocol_response::Outcome};

use crate::{
    cases::{Request, acid, dark, declared, every, home, on, patient, plan, request, set},
    support::{self, bare_scar, date, service},
};

/// The kinds of what is found of one procedure, as (violations, the others).
fn found(request: Request, procedure: &str) -> (Vec<Kind>, Vec<Kind>) {
    let answer = service().check_protocol(request).unwrap();
    let kinds = |all: &[v1::Finding]| {
        let mut kinds: Vec<Kind> = all.iter().filter(|it| it.procedure == procedure).map(v1::Finding::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    };
    let others = [answer.missing_preparation, answer.unsupported_combinations, answer.advice].concat();
    (kinds(&answer.violations), kinds(&others))
}

fn at(site: Site, mut it: Request) -> Request {
    it.scars.iter_mut().for_each(|scar| scar.site = site.into());
    it
}

fn primed(it: Request) -> Request {
    patient(it, |it| it.priming_since = date(2026, 9, 1))
}

fn marked_before(it: Request) -> Request {
    patient(it, |it| it.conditions = vec![v1::Condition::PihHistory.into()])
}

fn boxcar(it: Request, width: f64) -> Request {
    let mut it = declared(it, v1::ScarType::Boxcar);
    it.scars[0].opening_width_mm = Some(width);
    it
}

/// "Punch to laser: same day in I-III is advice, not violation." In darker skin it is one.
#[test]
fn punch_and_laser_on_one_day() {
    let visit = || vec![on("punch-excision", &["s1"]), on("ablative-fractional-laser", &["s1"])];
    let answer = service().check_protocol(request(vec![(0, visit())])).unwrap();
    assert!(answer.unsupported_combinations.is_empty());
    assert!(answer.advice.iter().any(|it| it.kind() == Kind::RarelyTogether));
    let (violations, _) = found(dark(request(vec![(60, visit())]), v1::Phototype::Iv), "ablative-fractional-laser");
    assert_eq!(violations, [Kind::PairNotAllowed]);
}

/// "Priming start to acid: 2 weeks at least, usually 4" (expert case E02; FST-08, two to four weeks).
#[test]
fn priming_of_two_weeks_is_short_and_not_missing() {
    let primed = |day: i32| {
        let it = dark(every(&[day, day + 28, day + 56], &acid(70.0)), v1::Phototype::Iv);
        found(plan(it, |it| it.home_care = vec![home("azelaic-acid", 0, None)]), "tca-cross").1
    };
    let kinds = |day| (primed(day).contains(&Kind::PrimingMissing), primed(day).contains(&Kind::PrimingShort));
    assert_eq!(kinds(13), (true, false));
    assert_eq!(kinds(14), (false, true));
    assert_eq!(kinds(27), (false, true));
    assert_eq!(kinds(28), (false, false));
}
