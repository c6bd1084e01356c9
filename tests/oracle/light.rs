//! Vascular light for red marks beside other scars on the same skin, day by day and by trying.
//!
//! "Colour tools may run inside phases 2-3 at their own gaps". What the service chose where the dossier leaves it
//! open: the depth work keeps its days; the light begins on the first day from which all its sessions keep their rhythm
//! (4 weeks, at most 8, R-324); while depth work follows, the least waits are enough, and after it the usual ones; the next
//! session joins a visit where it may, and no sitting is shared in skin that marks easily or on the trunk.

use cicatrix::wire::v1::Site;

use super::{
    courses::told,
    gaps::code,
    people::{self, KINDS},
    person::{Group, Kind, request},
    support::service,
};

/// Weeks from depth work to the laser, least and typical, and back to it, the least; and whether a sitting may be shared.
/// "PDL: CROSS 2 and 4, MNRF 2 and 2, FX 4 and 4, same sitting published with FX"; the rest by the hold of the first
/// subcision 2, punch 4, needling 2, other lasers 4, PDL 4. Needling after the laser waits as MNRF does.
const WAITS: [(&str, i32, i32, i32, bool); 8] = [
    ("SUB", 2, 4, 4, false),
    ("PUN", 4, 4, 4, false),
    ("CRH", 4, 4, 2, false),
    ("MN", 2, 4, 2, false),
    ("MNRF", 2, 4, 2, false),
    ("AFL", 4, 4, 4, true),
    ("NAFL", 4, 4, 4, false),
    ("PICO", 4, 4, 4, false),
];

/// A session of the depth work, as the light sees it.
struct Depth {
    day: i32,
    least: i32,
    usual: i32,
    before: i32,
    shared: bool,
}

/// Where a session of the light may stand.
fn fits(depth: &[Depth], day: i32) -> bool {
    let follows = depth.iter().any(|it| it.day >= day);
    depth.iter().all(|it| match it.day.cmp(&day) {
        std::cmp::Ordering::Less => day - it.day >= if follows { it.least } else { it.usual.max(it.least) },
        std::cmp::Ordering::Equal => it.shared,
        std::cmp::Ordering::Greater => it.day - day >= it.before,
    })
}

/// The rest of the course after a session, each 28 to 56 days after the one before.
fn rest(depth: &[Depth], before: i32, sessions: usize) -> Option<Vec<i32>> {
    if sessions == 0 {
        return Some(Vec::new());
    }
    let shared = |day: &i32| depth.iter().any(|it| it.day == *day);
    let window = || (before + 28..=before + 56).filter(|day| fits(depth, *day));
    let ranked = window().filter(shared).chain(window().filter(|day| !shared(day)));
    let mut ranked = ranked;
    ranked.find_map(|day| {
        let rest = rest(depth, day, sessions - 1)?;
        Some(std::iter::once(day).chain(rest).collect())
    })
}

#[test]
fn light_for_red_marks_goes_between_the_depth_work() {
    let (mut compared, mut earlier) = (0, 0);
    for kind in KINDS {
        for phototype in [Some(1), Some(2), Some(3), Some(4), None] {
            for (site, trunk) in [(Site::Cheek, false), (Site::Back, true)] {
                for (grade, count) in [(None, 12), (Some(2), 4), (Some(4), 20)] {
                    let mut person = people::person(kind, site, phototype, grade, count);
                    let alone = told(&service().generate_protocol(request(&person)).unwrap());
                    person.groups.push(Group { id: "red", kind: Kind::RedMark, site, count: 10 });
                    let plan = told(&service().generate_protocol(request(&person)).unwrap());
                    let who = format!("{kind:?} {phototype:?} {site:?} grade {grade:?}, {count} scars: {plan:?}");
                    let is_light = |it: &&super::plans::Stage| it.procedure == "pulsed-dye-laser";
                    let Some(light) = plan.stages.iter().find(is_light) else { continue };
                    let dark = phototype.is_none_or(|it| it >= 4);
                    let depth: Vec<Depth> = plan
                        .stages
                        .iter()
                        .filter(|it| !is_light(it) && !it.contingent && it.procedure != "prp")
                        .flat_map(|stage| {
                            let code = code(&stage.procedure, 100.0).unwrap();
                            let row = WAITS.iter().find(|it| it.0 == code).unwrap();
                            let &(_, least, usual, before, shared) = row;
                            // "Add 2 weeks in IV-VI for FX and CROSS from 65 %", and "trunk: gap + 2".
                            let marks = i32::from(dark && matches!(code, "AFL" | "CRH"));
                            let more = 2 * (marks + i32::from(trunk));
                            let [least, usual, before] = [least, usual, before].map(|it| 7 * (it + more));
                            let (sessions, tests) = (stage.days.iter(), stage.tests.iter());
                            let sessions = sessions.map(move |day| (*day, shared && !dark && !trunk));
                            sessions
                                .chain(tests.map(|day| (*day, false)))
                                .map(move |(day, shared)| Depth { day, least, usual, before, shared })
                                .collect::<Vec<_>>()
                        })
                        .collect();
                    // The depth work is what it is without red marks.
                    let days = |plan: &super::plans::Plan| -> Vec<Vec<i32>> {
                        let stages = plan.stages.iter().filter(|it| !is_light(it) && !it.contingent);
                        stages.map(|it| it.days.clone()).collect()
                    };
                    if grade.is_none() {
                        assert_eq!(days(&plan), days(&alone), "{who}");
                    }
                    let step = if trunk { 42 } else { 28 };
                    assert!(trunk || light.tests.is_empty() || light.days[0] - light.tests[0] >= 28, "{who}");
                    assert!(light.days.windows(2).all(|it| it[1] - it[0] >= step), "{who}");
                    // A test area, and the longer waits of the trunk, are not tried here.
                    if trunk || !light.tests.is_empty() {
                        assert!(light.tests.iter().chain(&light.days).all(|day| fits(&depth, *day)), "{who}");
                        continue;
                    }
                    let sessions = light.days.len() - 1;
                    let ours = (0..2_000).filter(|day| fits(&depth, *day)).find_map(|first| {
                        let rest = rest(&depth, first, sessions)?;
                        Some(std::iter::once(first).chain(rest).collect::<Vec<i32>>())
                    });
                    assert_eq!(Some(&light.days), ours.as_ref(), "{who}");
                    compared += 1;
                    let last = depth.iter().map(|it| it.day).max();
                    earlier += usize::from(Some(light.days[0]) <= last);
                }
            }
        }
    }
    println!("{compared} courses of light, {earlier} of them begin before the depth work is over");
    assert!(compared > 60 && earlier > 40, "{compared} {earlier}");
}
