//! Checks the gap table: total over all ordered pairs, and every row in order.

use super::{Parsed, Scope};
use crate::{
    domain::{Day, RuleId},
    knowledge::{Also, Gap, GapKind, Gaps, PigmentAddition, Procedure, SourceFile, Spacing, Variant, raw, wait},
};

/// How long skin rests after a kind, and what the rest of a derived pair depends on.
#[derive(Debug, Clone, Copy)]
struct Hold {
    days: Day,
    deep: bool,
    ablative: bool,
    marks: bool,
    rule: RuleId,
}

impl Hold {
    /// The pair that follows from it where no source says more.
    fn before(&self, next: &Self, least: Day, deep: Day, rule: RuleId) -> Gap {
        let both_deep = self.deep && next.deep && (self.ablative || next.ablative);
        let typical = self.days.max(least) + if both_deep { deep } else { 0 };
        let base = Spacing {
            floor: self.days,
            plan_min: self.days,
            typical_from: typical,
            typical_to: typical,
            latest: None,
            rule: self.rule,
            also: Also::one(rule),
        };
        let pigment_addition = self.marks || next.marks;
        Gap { base, same_sitting: false, order_binds: false, same_day: None, pigment_addition, variants: Vec::new() }
    }
}

/// The rows of every file, in order.
fn rows<'p>(parsed: &'p Parsed<'_>) -> impl Iterator<Item = (&'p SourceFile, &'p raw::Gap)> {
    let first = parsed.gaps.raw.gap.iter().map(|it| (parsed.gaps.source, it));
    first.chain(parsed.more_gaps.iter().flat_map(|file| file.raw.gap.iter().map(|it| (file.source, it))))
}

impl Scope<'_> {
    /// The gap table, unless it has a hole.
    pub(super) fn gaps(&mut self, parsed: &Parsed<'_>) -> Option<Gaps> {
        let file = parsed.gaps.source;
        let raw = &parsed.gaps.raw;
        let size = self.names.kinds.len();
        let mut cells: Vec<Option<Gap>> = vec![None; size * size];
        let mut seen: Vec<(GapKind, GapKind)> = Vec::new();
        for (file, row) in rows(parsed) {
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
        let holds = self.holds(parsed);
        let derivation = &raw.derivation;
        let least = self.checker.wait(file, &derivation.typical_at_least);
        let deep = self.checker.wait(file, &derivation.deep_addition);
        let rule = self.rule(&derivation.rule);
        for (from, first) in (0_u8..).map(GapKind).zip(&self.names.kinds) {
            for (to, next) in (0_u8..).map(GapKind).zip(&self.names.kinds) {
                if seen.contains(&(from, to)) {
                    continue;
                }
                if from == to {
                    self.checker.problem(&file.path, 1, format!("there is no row from `{first}` to `{next}`"));
                }
                let both = (holds.get(usize::from(from.0)), holds.get(usize::from(to.0)));
                let (Some(Some(one)), Some(Some(other))) = both else { continue };
                let place = usize::from(from.0) * size + usize::from(to.0);
                if let (Some(least), Some(deep), Some(cell)) = (least, deep, cells.get_mut(place)) {
                    *cell = Some(one.before(other, least, deep, rule));
                }
            }
        }
        let pigment_addition = self.addition(file, &raw.pigment_addition);
        // A wait has one rule for each, beside that it is derived, pigment, and the one that a joined procedure brings.
        if let Some(more) = raw.skin_addition.get(Also::ROOM.saturating_sub(3)) {
            self.checker.at(file, &more.rule, "there are too many [[skin_addition]]");
        }
        let skin_additions: Option<Vec<_>> = raw.skin_addition.iter().map(|it| self.addition(file, it)).collect();
        let cells: Option<Vec<Gap>> = cells.into_iter().collect();
        let (cells, pigment_addition, skin_additions) = (cells?, pigment_addition?, skin_additions?);
        let spacings =
            cells.iter().flat_map(|it| std::iter::once(&it.base).chain(it.variants.iter().map(|it| &it.spacing)));
        let longest = spacings.map(|it| it.typical_from.max(it.plan_min)).max().unwrap_or_default();
        let added = skin_additions.iter().fold(pigment_addition.days, |sum, it| sum.saturating_add(it.days));
        Some(Gaps {
            kinds: self.names.kinds.clone(),
            cells,
            pigment_addition,
            skin_additions,
            longest: longest.saturating_add(added),
        })
    }

    fn addition(&mut self, file: &SourceFile, raw: &raw::PigmentAddition) -> Option<PigmentAddition> {
        let when = self.checker.condition(file, Some(&raw.when));
        let rule = self.rule(&raw.rule);
        self.checker.wait(file, &raw.wait).map(|days| PigmentAddition { days, when, rule })
    }

    /// How long skin rests after each kind; `None` where the row is missing or wrong.
    fn holds(&mut self, parsed: &Parsed<'_>) -> Vec<Option<Hold>> {
        let mut holds: Vec<Option<Hold>> = vec![None; self.names.kinds.len()];
        let first = parsed.gaps.raw.kind.iter().map(|it| (parsed.gaps.source, it));
        let more = parsed.more_gaps.iter().flat_map(|file| file.raw.kind.iter().map(|it| (file.source, it)));
        for (file, row) in first.chain(more) {
            let kind = self.kind(file, &row.id);
            let days = self.checker.wait(file, &row.hold);
            let rule = self.rule(&row.rule);
            let (Some(kind), Some(days)) = (kind, days) else { continue };
            let Some(slot) = holds.get_mut(usize::from(kind.0)) else { continue };
            if slot.is_some() {
                self.checker.at(file, &row.id, "this kind is listed twice");
            }
            *slot = Some(Hold { days, deep: row.deep, ablative: row.ablative, marks: row.marks, rule });
        }
        for (kind, hold) in self.names.kinds.iter().zip(&holds) {
            if hold.is_none() {
                let message = format!("there is no [[kind]] `{kind}` that says how long skin rests after it");
                self.checker.problem(&parsed.gaps.source.path, 1, message);
            }
        }
        holds
    }

    /// Reports waits of a weaker form that are longer than those of the stronger one.
    pub(super) fn weaker_waits_no_longer(&mut self, parsed: &Parsed<'_>, procedures: &[Procedure], gaps: &Gaps) {
        let row = |from: GapKind, to: GapKind| {
            let name = |kind: GapKind| gaps.kinds.get(usize::from(kind.0));
            rows(parsed).find(|(_, it)| Some(it.from.get_ref()) == name(from) && Some(it.to.get_ref()) == name(to))
        };
        let kinds = || (0_u8..).map(GapKind).take(gaps.kinds.len());
        for (strong, weak) in procedures.iter().filter_map(|it| Some((it.gaps?.kind, it.gaps?.weaker?.kind))) {
            let pairs = kinds().flat_map(|it| [((weak, it), (strong, it)), ((it, weak), (it, strong))]);
            for ((from, to), (strong_from, strong_to)) in pairs {
                let (Some(mild), Some(full)) = (gaps.between(from, to), gaps.between(strong_from, strong_to)) else {
                    continue;
                };
                let longer = mild.base.floor > full.base.floor || mild.base.plan_min > full.base.plan_min;
                let Some((file, row)) = row(from, to) else { continue };
                if longer {
                    self.checker.at(file, &row.to, "a weaker form never waits longer than the stronger one");
                }
                if full.same_sitting && !mild.same_sitting {
                    self.checker.at(file, &row.to, "a weaker form shares the sittings of the stronger one");
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
        let rule = self.rule(&raw.rule);
        let base = Spacing { floor, plan_min, typical_from, typical_to, latest, rule, also: Also::default() };
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
            let rule = self.rule(&it.rule);
            // What it does not say otherwise is still that of the row.
            let spacing = Spacing { plan_min, typical_from, typical_to, also: Also::one(rule), ..base };
            self.ordered(file, &it.plan_min, text.unwrap_or(&it.plan_min), raw.latest.as_ref(), &spacing);
            variants.push(Variant { when, rule, spacing });
        }
        if let Some(line) = raw.same_day.as_ref().filter(|_| raw.same_sitting) {
            self.checker.at(file, &line.rule, "a pair with `same_sitting` needs no `same_day`");
        }
        if raw.order_binds && !raw.same_sitting {
            self.checker.at(file, &raw.rule, "`order_binds` needs `same_sitting`");
        }
        let same_day = raw.same_day.as_ref().map(|line| self.line(file, line));
        let order_binds = raw.order_binds;
        let (same_sitting, pigment_addition) = (raw.same_sitting, raw.pigment_addition);
        Some(Gap { base, same_sitting, order_binds, same_day, pigment_addition, variants })
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
