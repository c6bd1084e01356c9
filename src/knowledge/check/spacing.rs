//! Checks the gap table: total over all ordered pairs, and every row in order.

use super::{Parsed, Scope};
use crate::{
    domain::Day,
    knowledge::{Gap, GapKind, Gaps, PigmentAddition, Procedure, SourceFile, Spacing, raw, wait},
};

impl Scope<'_> {
    /// The gap table, unless it has a hole.
    pub(super) fn gaps(&mut self, parsed: &Parsed<'_>) -> Option<Gaps> {
        let file = parsed.gaps.source;
        let raw = &parsed.gaps.raw;
        let size = self.names.kinds.len();
        let mut cells: Vec<Option<Gap>> = vec![None; size * size];
        let mut seen: Vec<(GapKind, GapKind)> = Vec::new();
        for row in &raw.gap {
            let (from, to) = (self.kind(file, &row.from), self.kind(file, &row.to));
            let gap = self.gap(file, row);
            let (Some(from), Some(to)) = (from, to) else { continue };
            if seen.contains(&(from, to)) {
                self.checker.at(file, &row.to, "this pair is listed twice");
                continue;
            }
            seen.push((from, to));
            if let Some(cell) = cells.get_mut(usize::from(from.0) * size + usize::from(to.0)) {
                *cell = gap;
            }
        }
        for (from, first) in (0_u8..).map(GapKind).zip(&self.names.kinds) {
            for (to, next) in (0_u8..).map(GapKind).zip(&self.names.kinds) {
                if !seen.contains(&(from, to)) {
                    let message = format!("there is no row from `{first}` to `{next}`");
                    self.checker.problem(&file.path, 1, message);
                }
            }
        }
        let addition = &raw.pigment_addition;
        let pigment_addition = PigmentAddition {
            days: self.checker.wait(file, &addition.wait)?,
            when: self.checker.condition(file, Some(&addition.when)),
            rule: self.rule(file, &addition.rule),
        };
        let cells: Option<Vec<Gap>> = cells.into_iter().collect();
        Some(Gaps { kinds: self.names.kinds.clone(), cells: cells?, pigment_addition })
    }

    /// Reports waits of a weaker form that are longer than those of the stronger one.
    pub(super) fn weaker_waits_no_longer(&mut self, parsed: &Parsed<'_>, procedures: &[Procedure], gaps: &Gaps) {
        let file = parsed.gaps.source;
        let row = |from: GapKind, to: GapKind| {
            let name = |kind: GapKind| gaps.kinds.get(usize::from(kind.0));
            parsed
                .gaps
                .raw
                .gap
                .iter()
                .find(|it| Some(it.from.get_ref()) == name(from) && Some(it.to.get_ref()) == name(to))
        };
        let kinds = || (0_u8..).map(GapKind).take(gaps.kinds.len());
        for (strong, weak) in procedures.iter().filter_map(|it| Some((it.gaps?.kind, it.gaps?.weaker?.kind))) {
            let pairs = kinds().flat_map(|it| [((weak, it), (strong, it)), ((it, weak), (it, strong))]);
            for ((from, to), (strong_from, strong_to)) in pairs {
                let (Some(mild), Some(full)) = (gaps.between(from, to), gaps.between(strong_from, strong_to)) else {
                    continue;
                };
                let longer = mild.base.floor > full.base.floor || mild.base.plan_min > full.base.plan_min;
                if let Some(row) = row(from, to).filter(|_| longer) {
                    self.checker.at(file, &row.to, "a weaker form never waits longer than the stronger one");
                }
            }
        }
    }

    fn kind(&mut self, file: &SourceFile, text: &raw::Text) -> Option<GapKind> {
        let found = self.names.kind(text.get_ref());
        if found.is_none() {
            let message = format!("no procedure has the kind `{}` under [gaps]", text.get_ref());
            self.checker.at(file, text, message);
        }
        found
    }

    fn gap(&mut self, file: &SourceFile, raw: &raw::Gap) -> Option<Gap> {
        let floor = self.checker.wait(file, &raw.floor);
        let plan_min = match &raw.plan_min {
            Some(text) => self.checker.wait(file, text),
            None => floor,
        };
        let typical = self.typical(file, &raw.typical);
        let latest = match &raw.latest {
            Some(text) => Some(self.checker.wait(file, text)?),
            None => None,
        };
        let (floor, plan_min, (typical_from, typical_to)) = (floor?, plan_min?, typical?);
        let rule = self.rule(file, &raw.rule);
        let base = Spacing { floor, plan_min, typical_from, typical_to, latest, rule, also: None };
        let near = raw.plan_min.as_ref().unwrap_or(&raw.floor);
        self.ordered(file, near, &raw.typical, raw.latest.as_ref(), &base);
        let mut variants = Vec::new();
        for it in &raw.variant {
            let when = self.checker.condition(file, Some(&it.when));
            let plan_min = self.checker.wait(file, &it.plan_min)?;
            let text = it.typical.as_ref();
            let (typical_from, typical_to) = match text {
                Some(text) => self.typical(file, text)?,
                None => (typical_from, typical_to),
            };
            let rule = self.rule(file, &it.rule);
            let spacing = Spacing { plan_min, typical_from, typical_to, rule, ..base };
            self.ordered(file, &it.plan_min, text.unwrap_or(&it.plan_min), raw.latest.as_ref(), &spacing);
            variants.push((when, spacing));
        }
        Some(Gap { base, same_sitting: raw.same_sitting, pigment_addition: raw.pigment_addition, variants })
    }

    fn typical(&mut self, file: &SourceFile, text: &raw::Text) -> Option<(Day, Day)> {
        let range = wait::range(text.get_ref()).filter(|(from, to)| *from > 0 && from <= to);
        if range.is_none() {
            self.checker.at(file, text, wait::HOW);
        }
        range
    }

    /// Reports a row that is out of order.
    fn ordered(
        &mut self,
        file: &SourceFile,
        least: &raw::Text,
        typical: &raw::Text,
        latest: Option<&raw::Text>,
        spacing: &Spacing,
    ) {
        let Spacing { floor, plan_min, typical_from, typical_to, latest: last, .. } = *spacing;
        if plan_min < floor {
            let message = format!("`plan_min` ({plan_min} days) is below the floor ({floor} days)");
            self.checker.at(file, least, message);
        }
        if typical_from < plan_min {
            let message =
                format!("the typical wait ({typical_from} days) is sooner than the least allowed ({plan_min} days)");
            self.checker.at(file, typical, message);
        }
        if let (Some(text), Some(last)) = (latest, last)
            && last < typical_to
        {
            let message = format!("the latest wait ({last} days) is sooner than the typical one ({typical_to} days)");
            self.checker.at(file, text, message);
        }
    }
}
