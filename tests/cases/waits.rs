//! Every wait of the gap table as one page, to be held against the page that was signed.

use std::fmt::Write as _;

use cicatrix::knowledge::{Knowledge, Spacing};

/// The page: one line for each ordered pair of kinds.
pub fn page(knowledge: &Knowledge) -> String {
    let gaps = knowledge.gaps();
    let id = |rule: cicatrix::domain::RuleId| knowledge.rules()[rule.index()].id.as_str();
    let days = |it: &Spacing| {
        let Spacing { floor, plan_min, typical_from, typical_to, latest, .. } = *it;
        let latest = latest.map_or(String::new(), |it| format!(", at most {it}"));
        format!("{floor} {plan_min} {typical_from}-{typical_to}{latest}")
    };
    let mut page = String::from(
        "Days from a session of the first to one of the second on the same skin: floor, least, usual, most.\n\n",
    );
    for (at, cell) in gaps.cells.iter().enumerate() {
        let (from, to) = (&gaps.kinds[at / gaps.kinds.len()], &gaps.kinds[at % gaps.kinds.len()]);
        let sitting = if cell.same_sitting { ", or in one sitting" } else { "" };
        let marks = if cell.pigment_addition { ", longer where skin marks" } else { "" };
        writeln!(page, "{from} > {to}: {}{marks}{sitting}", days(&cell.base)).unwrap();
        for it in &cell.variants {
            writeln!(page, "    {}: {}", id(it.rule), days(&it.spacing)).unwrap();
        }
    }
    let pigment = &gaps.pigment_addition;
    writeln!(page, "\n{}: {} more", id(pigment.rule), pigment.days).unwrap();
    for skin in &gaps.skin_additions {
        writeln!(page, "{}: {} more", id(skin.rule), skin.days).unwrap();
    }
    page.push_str("\nHow long the same skin rests.\n\n");
    for rule in knowledge.rules().iter().filter(|it| it.id.starts_with("HOLD-")) {
        writeln!(page, "{}: {}", rule.id, rule.says).unwrap();
    }
    page
}

/// The lines that are not as they were signed.
pub fn differs(knowledge: &Knowledge) -> Vec<String> {
    let signed = include_str!("../golden/waits.txt");
    let page = page(knowledge);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (signed, now) = (lines(signed), lines(&page));
    let mut all: Vec<String> = signed.iter().filter(|it| !now.contains(it)).map(|it| format!("signed: {it}")).collect();
    all.extend(now.iter().filter(|it| !signed.contains(it)).map(|it| format!("now:    {it}")));
    all
}
