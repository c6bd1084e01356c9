//! Cases that no list of answers gives: several groups and sites, past sessions, wishes, appearances and ratings.

#![allow(unreachable_pub, reason = "a part of a test file")]

use cicatrix::domain::{
    Case, Day, EccaRow, Fact, FactKind, ItemRange, PastSession, QuantitativeRow, Rating, Response, Scale, ScarIndex,
    SessionKind, Site, SkinTone, StatedTotal, Value,
};
use strum::{EnumCount as _, VariantArray as _};

use crate::people::{case, facts, healthy, knowledge, number, scar, treatable, untreatable, word, yes};

/// Courses that were begun, finished, given up, done too fast or long ago.
fn courses(phototype: Option<i64>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (_, features) in treatable() {
        for (id, _) in knowledge().procedure_ids().filter(|(_, it)| it.sessions.is_some()) {
            let past = |day: Day| PastSession { scars: vec![ScarIndex(0)], ..PastSession::new(id, day) };
            let better = |day, response| PastSession { response: Some(response), ..past(day) };
            let histories = [
                vec![past(-40), past(-35)],
                vec![past(-430), past(-400)],
                vec![past(-430), past(-30)],
                vec![better(-60, Response::From25To50Percent), better(-30, Response::Over75Percent)],
                vec![better(-60, Response::Under25Percent), better(-30, Response::Under25Percent)],
                vec![PastSession { kind: SessionKind::TestArea, ..past(-30) }],
                vec![PastSession { counts: Some(false), ..past(-30) }],
                (1..=14).rev().map(|it| past(-it * 28)).collect(),
            ];
            for history in histories {
                let mut it = case(healthy(phototype), vec![scar("a", Site::Cheek, 12, &features)]);
                it.history = history;
                it.history.iter_mut().enumerate().for_each(|(place, past)| past.place = place);
                let mut on_drug = it.clone();
                cases.push(it);
                // Done in the months after a drug that spoke against it.
                on_drug.patient.set(Fact::Isotretinoin, word(Fact::Isotretinoin, "stopped").1);
                on_drug.patient.set(Fact::DaysSinceIsotretinoin, Some(Value::Since(-100)));
                cases.push(on_drug);
            }
        }
    }
    cases
}

/// Cases with several groups, several sites, past sessions, wishes and appearances.
pub fn special_cases() -> Vec<Case> {
    let kinds = treatable();
    let mut cases = Vec::new();
    for phototype in [Some(2), Some(5), None] {
        // All pairs of kinds, at one site and at two.
        for (at, (_, first)) in kinds.iter().enumerate() {
            for (_, second) in kinds.iter().skip(at + 1) {
                for site in [Site::Cheek, Site::Temple] {
                    cases.push(case(
                        healthy(phototype),
                        vec![scar("a", Site::Cheek, 12, first), scar("b", site, 5, second)],
                    ));
                }
                // Without needles that heat, the one is planned a laser that waits for a review on the other.
                let scars = vec![scar("a", Site::Cheek, 12, first), scar("b", Site::Cheek, 12, second)];
                let mut cold = case(healthy(phototype), scars);
                let needles = knowledge().procedure_ids().filter(|(_, it)| it.id == "mnrf").map(|(id, _)| id);
                cold.wishes.excluded = needles.collect();
                cases.push(cold);
            }
        }
        // All kinds at once, and with something that is not planned for.
        let sites = [Site::Cheek, Site::Temple, Site::Forehead, Site::Jawline];
        let mut all: Vec<_> = kinds
            .iter()
            .zip(sites.iter().cycle())
            .enumerate()
            .map(|(at, ((_, features), site))| scar(&format!("s{at:02}"), *site, 6, features))
            .collect();
        cases.push(case(healthy(phototype), all.clone()));
        all.push(scar("t", Site::Chest, 2, &untreatable().swap_remove(5).1));
        cases.push(case(healthy(phototype), all));
        // The second of two sittings is all that is left for platelets after a steroid at the site.
        for (_, features) in &kinds {
            let mut few = case(healthy(phototype), vec![scar("a", Site::Cheek, 3, features)]);
            few.findings.declared_grade = Some(1);
            few.patient.set(Fact::DaysSinceSiteSteroid, Some(Value::Since(0)));
            few.patient.set(Fact::DaysSinceSystemicSteroid, Some(Value::Since(0)));
            cases.push(few);
        }
        // Past sessions of every procedure.
        for (id, _) in knowledge().procedure_ids() {
            for day in [0, -10, -40] {
                let mut it = case(healthy(phototype), vec![scar("a", Site::Cheek, 12, &kinds[0].1)]);
                it.history.push(PastSession::new(id, day));
                cases.push(it);
            }
        }
        cases.extend(courses(phototype));
        for (at, (_, features)) in kinds.iter().enumerate() {
            // What the patient or the clinic rules out, one by one.
            for (id, _) in knowledge().procedure_ids() {
                let mut it = case(healthy(phototype), vec![scar("a", Site::Cheek, 12, features)]);
                it.wishes.excluded.insert(id);
                cases.push(it.clone());
                it.wishes.excluded = Default::default();
                it.wishes.available = Some([id].into_iter().collect());
                cases.push(it);
            }
            for days in [0, 1, 3, 5] {
                let mut it = case(healthy(phototype), vec![scar("a", Site::Cheek, 12, features)]);
                it.wishes.max_downtime = Some(days);
                cases.push(it);
            }
            // Every appearance.
            for obvious in [None, Some(false), Some(true)] {
                for coverable in [None, Some(false), Some(true)] {
                    for flattens in [None, Some(false), Some(true)] {
                        let mut it = case(healthy(phototype), vec![scar("a", Site::Cheek, 3 + at as i32, features)]);
                        it.findings.appearance = facts(&[
                            (Fact::ObviousAtSocialDistance, obvious.map(Value::YesNo)),
                            (Fact::Coverable, coverable.map(Value::YesNo)),
                            (Fact::FlattensOnStretch, flattens.map(Value::YesNo)),
                        ]);
                        cases.push(it);
                    }
                }
            }
        }
        // Priming on record, for long and for short.
        for days in [3, 40, 200] {
            let mut it = case(healthy(phototype), vec![scar("a", Site::Cheek, 12, &kinds[0].1)]);
            it.patient.set(Fact::DaysSincePriming, Some(Value::Since(-days)));
            cases.push(it);
        }
        // Labels that the features contradict, and features that contradict each other.
        let odd: Vec<Vec<(Fact, Option<Value>)>> = vec![
            vec![word(Fact::DeclaredType, "rolling"), word(Fact::Profile, "v"), number(Fact::OpeningWidthMm, 1_200)],
            vec![word(Fact::DeclaredType, "ice_pick"), word(Fact::Relief, "raised"), yes(Fact::ExtendsBeyondWound)],
            vec![word(Fact::Profile, "m"), word(Fact::Edge, "sharp"), number(Fact::OpeningWidthMm, 4_500)],
            vec![word(Fact::Profile, "m"), word(Fact::Stretch, "no_change"), number(Fact::OpeningWidthMm, 6_000)],
            vec![word(Fact::Profile, "v"), word(Fact::Edge, "sloping"), number(Fact::OpeningWidthMm, 1_900)],
            vec![word(Fact::Profile, "v"), word(Fact::Stretch, "flattens"), number(Fact::OpeningWidthMm, 1_000)],
            vec![word(Fact::Profile, "v"), number(Fact::OpeningWidthMm, 3_500)],
            vec![word(Fact::Profile, "u"), number(Fact::OpeningWidthMm, 6_000), word(Fact::Stretch, "flattens")],
            vec![
                word(Fact::Profile, "u"),
                number(Fact::OpeningWidthMm, 1_200),
                number(Fact::BaseWidthMm, 900),
                number(Fact::BaseRatio, 750),
            ],
            vec![word(Fact::Edge, "sharp"), number(Fact::OpeningWidthMm, 3_000)],
            vec![word(Fact::Edge, "sloping")],
            vec![
                word(Fact::Profile, "u"),
                number(Fact::OpeningWidthMm, 2_500),
                number(Fact::DepthMm, 2_500),
                word(Fact::DepthMethod, "oct"),
            ],
            vec![
                word(Fact::Profile, "u"),
                number(Fact::OpeningWidthMm, 2_500),
                number(Fact::DepthMm, 300),
                word(Fact::DepthMethod, "oct"),
                word(Fact::DeclaredDepthClass, "deep"),
            ],
            vec![
                word(Fact::Profile, "u"),
                number(Fact::OpeningWidthMm, 2_500),
                number(Fact::DepthMm, 50),
                word(Fact::DepthMethod, "oct"),
            ],
        ];
        let odd = odd.into_iter().chain([
            vec![
                word(Fact::Profile, "u"),
                word(Fact::Edge, "sloping"),
                number(Fact::OpeningWidthMm, 2_500),
                number(Fact::DepthMm, 500),
                word(Fact::DepthMethod, "oct"),
            ],
            // Called a boxcar scar, and looks like something else.
            vec![
                word(Fact::Profile, "m"),
                word(Fact::Edge, "sloping"),
                word(Fact::Stretch, "flattens"),
                word(Fact::Base, "sound"),
                number(Fact::OpeningWidthMm, 4_000),
                word(Fact::DeclaredType, "boxcar"),
                word(Fact::DeclaredDepthClass, "deep"),
            ],
        ]);
        for features in odd {
            cases.push(case(healthy(phototype), vec![scar("a", Site::Cheek, 12, &features)]));
            let mut uncounted = scar("a", Site::Cheek, 12, &features);
            uncounted.count = None;
            uncounted.facts.set(Fact::ScarCount, None);
            cases.push(case(healthy(phototype), vec![uncounted]));
        }
        let mut expecting = case(healthy(phototype), vec![scar("a", Site::Cheek, 12, &kinds[0].1)]);
        for (fact, value) in [word(Fact::Pregnancy, "pregnant"), word(Fact::ActiveAcne, "mild")] {
            expecting.patient.set(fact, value);
        }
        cases.push(expecting);
        // Two sittings, and what would join them has to wait past the first.
        let (_, rolling) = kinds.last().unwrap();
        let mut hasty = case(healthy(phototype), vec![scar("a", Site::Cheek, 3, rolling)]);
        hasty.findings.declared_grade = Some(2);
        hasty.patient.set(Fact::DaysSinceNsaid, Some(Value::Since(-6)));
        hasty.wishes.excluded.insert(knowledge().vocabulary().procedure("subcision").unwrap());
        cases.push(hasty);
        let mut many = case(healthy(phototype), vec![scar("a", Site::Cheek, 40, &kinds[6].1)]);
        many.findings.declared_grade = Some(3);
        cases.push(many);
    }
    cases.extend(rated_cases());
    cases
}

/// Cases with ratings on the scales, measured skin tones, and every cause.
fn rated_cases() -> Vec<Case> {
    let kinds = treatable();
    let plain = || case(healthy(Some(3)), vec![scar("a", Site::Cheek, 12, &kinds[0].1)]);
    let mut cases = Vec::new();
    for scale in Scale::VARIANTS {
        let ranges = knowledge().vocabulary().items(*scale);
        if ranges.is_empty() {
            continue;
        }
        let mut rate = |items: Vec<Option<i64>>| {
            let mut it = plain();
            it.findings.scales.rated = vec![Rating { scale: *scale, items, scar: None }];
            cases.push(it);
        };
        // Every item at each of its whole values, and with blanks.
        for value in 0..=10 {
            let at = |range: &ItemRange| Some((value * 1000).clamp(range.least, range.most));
            rate(ranges.iter().map(at).collect());
            rate(ranges.iter().enumerate().map(|(place, range)| at(range).filter(|_| place > 0)).collect());
            rate(ranges.iter().enumerate().map(|(place, range)| at(range).filter(|_| place > 1)).collect());
        }
        // One item at the top: the totals between.
        rate(ranges.iter().enumerate().map(|(at, it)| Some(if at == 0 { it.most } else { it.least })).collect());
    }
    for scale in [Scale::Scars, Scale::Fasqol] {
        let mut it = plain();
        let stated = StatedTotal { scale, version: "1".to_owned(), total: 3, maximum: 9 };
        it.findings.scales.stated = vec![stated];
        cases.push(it);
    }
    for rows in [[None; QuantitativeRow::COUNT], [Some(30); QuantitativeRow::COUNT]] {
        let mut it = plain();
        it.findings.scales.quantitative = Some(rows);
        it.findings.scales.ecca = Some([rows[0].map(|_| 30); EccaRow::COUNT]);
        cases.push(it);
    }
    let tones = &knowledge().vocabulary().skin_tones;
    for table in &tones.tables {
        for value in (table.least..=table.most).step_by(500) {
            for stated in [None, Some(1), Some(6)] {
                let mut it = plain();
                let reading = tones.read(SkinTone { scale: table.scale, value }, stated).unwrap();
                it.patient = healthy(Some(i64::from(stated.unwrap_or(reading.phototype))));
                it.findings.skin_tone = Some(reading);
                cases.push(it);
            }
        }
    }
    let FactKind::Words(causes) = Fact::Cause.kind() else { panic!("causes are words") };
    for cause in causes {
        let mut features = kinds[0].1.clone();
        features.push(word(Fact::Cause, cause));
        cases.push(case(healthy(Some(3)), vec![scar("a", Site::Cheek, 12, &features)]));
    }
    cases
}
