//! The chapter of waits: the table as a matrix, then every rule of it.

use super::{Booklet, escape};
use crate::{
    domain::{Day, RuleId},
    knowledge::{Gap, GapKind},
    review::words::plain,
};

/// Columns that fit on a page; a wider table goes on in another.
const COLUMNS: usize = 16;

pub(super) fn gaps(it: &mut Booklet<'_>) {
    it.html.text(
        "p",
        "From the procedure of the row to the procedure of the column, on skin that overlaps. Large: the usual wait. \
         Small: the least that is planned. Green: the two may share a visit. Grey: the same procedure again.",
    );
    let knowledge = it.knowledge;
    let kinds = &knowledge.gaps().kinds;
    let many = kinds.len();
    for first in (0..many).step_by(COLUMNS) {
        it.matrix(kinds, first..first.saturating_add(COLUMNS).min(many));
    }
    it.html.text("p", "w: weeks, d: days.");
    let rows: Vec<Vec<String>> = (0..).map(GapKind).zip(kinds).map(|(kind, name)| it.legend(kind, name)).collect();
    it.html.table("points", &["short", "procedures"], &rows);
    let gaps = knowledge.gaps();
    let additions = std::iter::once(&gaps.pigment_addition).chain(&gaps.skin_additions).map(|it| it.rule);
    let cells = &knowledge.gaps().cells;
    let rules = cells.iter().flat_map(|it| std::iter::once(it.base.rule).chain(it.variants.iter().map(|it| it.rule)));
    let mut all: Vec<RuleId> = additions.chain(rules).collect();
    // A rule can hold for many pairs.
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|it| seen.insert(*it));
    it.html.text("h3", "Every rule of the table");
    it.rules(&all);
    // What no cell of the table took: rules that a longer one stands before.
    let rest = it.of_file("gaps");
    it.rules(&rest);
}

impl Booklet<'_> {
    /// Which procedures a row and column of the table stands for.
    fn legend(&self, kind: GapKind, name: &str) -> Vec<String> {
        let procedures = self.knowledge.procedures().iter().filter_map(|it| {
            let kinds = it.gaps?;
            let weaker = kinds.weaker.is_some_and(|it| it.kind == kind);
            match (kinds.kind == kind, weaker) {
                (true, _) => Some(it.name.clone()),
                (false, true) => Some(format!("{}, weaker form", it.name)),
                (false, false) => None,
            }
        });
        vec![escape(&plain(name)), escape(&procedures.collect::<Vec<_>>().join(", "))]
    }

    fn matrix(&mut self, kinds: &[String], columns: std::ops::Range<usize>) {
        let cells = &self.knowledge.gaps().cells;
        self.html.markup("<table class=\"matrix\"><thead><tr><th>from \\ to</th>");
        for kind in kinds.get(columns.clone()).unwrap_or_default() {
            self.html.markup(&format!("<th><span>{}</span></th>", escape(&plain(kind))));
        }
        self.html.markup("</tr></thead><tbody>");
        for (row, kind) in kinds.iter().enumerate() {
            let mut line = format!("<tr><th>{}</th>", escape(&plain(kind)));
            for column in columns.clone() {
                let place = row.saturating_mul(kinds.len()).saturating_add(column);
                let cell = cells.get(place).map(|gap| self.cell(gap, row == column)).unwrap_or_default();
                line.push_str(&cell);
            }
            self.html.markup(&format!("{line}</tr>"));
        }
        self.html.markup("</tbody></table>");
    }

    fn cell(&self, gap: &Gap, same: bool) -> String {
        let class = match (same, gap.same_sitting) {
            (true, _) => " class=\"self\"",
            (false, true) => " class=\"same\"",
            (false, false) => "",
        };
        let id = self.knowledge.rules().get(gap.base.rule.index()).map(|it| escape(&it.id)).unwrap_or_default();
        let (usual, least) = (short(gap.base.typical_from), short(gap.base.plan_min));
        format!("<td{class}><a href=\"#{id}\" title=\"{id}\">{usual}</a><small>{least}</small></td>")
    }
}

/// A wait as short as it can be written.
fn short(days: Day) -> String {
    if days % DAYS_IN_A_WEEK == 0 { format!("{}w", days / DAYS_IN_A_WEEK) } else { format!("{days}d") }
}

const DAYS_IN_A_WEEK: Day = 7;
