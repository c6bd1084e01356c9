//! Writes answers. It cannot fail: everything it names was checked when the knowledge was loaded.

mod asked;
mod assessment;
mod check;
mod horizon;
mod past;
mod protocol;
mod what_if;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

pub use check::checked;

use bumpalo::{Bump, collections::Vec as ArenaVec};

use super::{
    Catalogue, Rendered,
    borrowed::{self, Date, generate_protocol_response::Outcome as WireOutcome},
    marks, v1,
};
use crate::domain::{
    Action, Assessment, Case, Day, Disposition, Fact, Findings, Outcome, Plan, Range, Referral, RuleId, ScarIndex,
    Site, Sites, Value, View, WhatIf,
};

/// Writes what the scars are.
pub fn classified<R>(
    catalogue: &Catalogue,
    findings: &Findings,
    assessment: &Assessment,
    send: impl FnOnce(&borrowed::ClassifyScarsResponse<'_>) -> R,
) -> R {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    in_arena(&LAST, |arena| {
        let borrowed::Assessment { scars, dominant_type, mixed, counts_by_type, grades, reasons, skin_tone } =
            Writer::new(arena, catalogue, findings).assessment(assessment);
        send(&borrowed::ClassifyScarsResponse {
            scars,
            dominant_type,
            mixed,
            counts_by_type,
            grades,
            reasons,
            knowledge_release: &catalogue.release,
            knowledge_digest: &catalogue.digest,
            skin_tone,
        })
    })
}

/// Writes a plan.
pub fn generated<R>(
    catalogue: &Catalogue,
    case: &Case,
    plan: &Plan,
    protocol_id: &str,
    send: impl FnOnce(&borrowed::GenerateProtocolResponse<'_>) -> R,
) -> R {
    let Plan { assessment, dispositions, outcome, referrals, not_assessed, reasons, conflict, what_if } = plan;
    let in_plan = |it: &&Disposition| match (case.view, outcome) {
        (View::Full, _) => true,
        (View::Basic, Outcome::Protocol(protocol)) => {
            protocol.stages.iter().any(|stage| stage.procedure == it.procedure)
        }
        (View::Basic, Outcome::Referral) => false,
    };
    static LAST: AtomicUsize = AtomicUsize::new(0);
    in_arena(&LAST, |arena| {
        let mut writer = Writer::new(arena, catalogue, &case.findings);
        let assessment = writer.assessment(assessment);
        let dispositions = writer.each(dispositions.iter().filter(in_plan), Writer::disposition);
        let referrals = writer.each(referrals, Writer::referral);
        let reasons = writer.reasons(reasons);
        let not_assessed = writer.each(not_assessed, Writer::not_assessed);
        let conflicting_wishes = conflict.as_ref().map(|it| horizon::conflict(&mut writer, it));
        let WhatIf { alternatives, questions: _, why_not, valid_until } = what_if;
        let policies = writer.policies();
        let alternatives = writer.each(alternatives, |writer, it| writer.alternative(case, it));
        let why_not = writer.each(why_not, Writer::why_not);
        // Last, since it lists which of all that was written await sign-off.
        let protocol = match outcome {
            Outcome::Protocol(protocol) => Some((protocol, horizon::seen(case.horizon, protocol))),
            Outcome::Referral => None,
        };
        let outcome = match &protocol {
            Some((protocol, seen)) => Some(WireOutcome::Protocol(writer.protocol(case, protocol, seen, what_if))),
            None => referrals.first().copied().map(WireOutcome::Referral),
        };
        send(&borrowed::GenerateProtocolResponse {
            knowledge_release: &catalogue.release,
            knowledge_digest: &catalogue.digest,
            protocol_id,
            assessment: Some(assessment),
            dispositions,
            outcome,
            referrals,
            reasons,
            not_assessed,
            policies,
            conflicting_wishes,
            alternatives,
            why_not,
            valid_until_day: *valid_until,
            valid_until: valid_until.map(|day| date(case, day)),
        })
    })
}

/// Runs `write` with an arena that is as large as the last answer of its kind needed.
fn in_arena<R>(last: &AtomicUsize, write: impl FnOnce(&Bump) -> R) -> R {
    let arena = Bump::with_capacity(last.load(Relaxed));
    let written = write(&arena);
    last.store(arena.allocated_bytes(), Relaxed);
    written
}

/// A number in thousandths as it stands on the wire.
#[allow(clippy::cast_precision_loss, reason = "clinical numbers are small")]
pub fn number(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

/// The value on the wire of a variant whose list is in the order of the wire.
fn nth(place: usize) -> i32 {
    i32::try_from(place).map_or(0, |it| it + 1)
}

/// Writes into an arena what the catalogue, the case and the plan do not hold as it is sent.
struct Writer<'a> {
    arena: &'a Bump,
    catalogue: &'a Catalogue,
    findings: &'a Findings,
    /// The rules that are in the answer.
    heard: &'a mut [u64],
}

impl<'a> Writer<'a> {
    fn new(arena: &'a Bump, catalogue: &'a Catalogue, findings: &'a Findings) -> Self {
        let heard = arena.alloc_slice_fill_copy(marks::words(catalogue.reasons.len()), 0);
        Self { arena, catalogue, findings, heard }
    }

    /// A list of what owns nothing.
    fn list<T: Copy>(&self, items: impl IntoIterator<Item = T>) -> &'a [T] {
        ArenaVec::from_iter_in(items, self.arena).into_bump_slice()
    }

    /// A list of what is written of each.
    fn each<F, T: Copy>(&mut self, from: impl IntoIterator<Item = F>, write: impl Fn(&mut Self, F) -> T) -> &'a [T] {
        let items = from.into_iter();
        // Others come into the arena meanwhile, so that it could not grow where it is.
        let (_, most) = items.size_hint();
        let mut list = ArenaVec::with_capacity_in(most.unwrap_or_default(), self.arena);
        list.extend(items.map(|it| write(self, it)));
        list.into_bump_slice()
    }

    /// A text that was put together.
    fn text(&self, text: std::fmt::Arguments<'_>) -> &'a str {
        match text.as_str() {
            Some(fixed) => fixed,
            None => {
                let mut written = bumpalo::collections::String::new_in(self.arena);
                // Writing to memory does not fail.
                let _ = std::fmt::Write::write_fmt(&mut written, text);
                written.into_bump_str()
            }
        }
    }

    fn hear(&mut self, rule: RuleId) {
        marks::mark(self.heard, rule);
    }

    fn reasons(&mut self, rules: &[RuleId]) -> &'a [&'a Rendered] {
        let Self { arena, catalogue, ref mut heard, .. } = *self;
        arena.alloc_slice_fill_iter(rules.iter().map(|rule| {
            marks::mark(heard, *rule);
            catalogue.reason(*rule)
        }))
    }

    /// The policies in force, which every answer names.
    fn policies(&mut self) -> &'a [&'a Rendered] {
        let catalogue = self.catalogue;
        self.each(&catalogue.policies, |writer, (policy, rule)| {
            writer.hear(*rule);
            policy
        })
    }

    fn scar_id(&self, scar: ScarIndex) -> Option<&'a str> {
        Some(self.findings.scars.get(scar.index())?.id.as_str())
    }

    fn scar_ids(&self, scars: &[ScarIndex]) -> &'a [&'a str] {
        self.arena.alloc_slice_fill_iter(scars.iter().map(|scar| self.scar_id(*scar).unwrap_or_default()))
    }

    fn sites(&self, scars: &[ScarIndex]) -> &'a [i32] {
        let mut sites: Sites =
            scars.iter().filter_map(|scar| Some(self.findings.scars.get(scar.index())?.area.site)).collect();
        sites.sort_unstable();
        sites.dedup();
        self.site_numbers(&sites)
    }

    fn site_numbers(&self, sites: &[Site]) -> &'a [i32] {
        self.arena.alloc_slice_fill_iter(sites.iter().map(|it| nth(*it as usize)))
    }

    fn assessment(&mut self, assessment: &'a Assessment) -> borrowed::Assessment<'a> {
        let Assessment { scars, dominant_type, mixed, counts_by_type, grades, reasons, skin_tone } = assessment;
        let findings = self.findings;
        let labels = scars.iter().filter_map(|label| Some((label, findings.scars.get(label.scar.index())?)));
        let scars = self.each(labels, |writer, (label, scar)| {
            let differs = label.type_declared && label.type_by_features != label.scar_type;
            let codes = writer.each(&label.codes, |writer, code| writer.coding(*code));
            borrowed::ClassifiedScar {
                id: &scar.id,
                site: nth(scar.area.site as usize),
                scar_type: nth(label.scar_type as usize),
                depth_class: nth(label.depth_class as usize),
                depth_method: word(scar.facts.get(Fact::DepthMethod)),
                confidence: nth(label.confidence as usize),
                alternatives: writer.list(label.alternatives.iter().map(|it| nth(*it as usize))),
                flags: writer.list(label.flags.iter().map(|it| nth(*it as usize))),
                reasons: writer.reasons(&label.reasons),
                width_bucket: label.width_bucket.map_or(0, |it| nth(it as usize)),
                type_declared: label.type_declared,
                depth_declared: label.depth_declared,
                type_by_features: if differs { nth(label.type_by_features as usize) } else { 0 },
                codes,
            }
        });
        let counts = counts_by_type.iter().map(|it| borrowed::TypeCount {
            scar_type: nth(it.scar_type as usize),
            groups: it.groups,
            scars: it.scars,
        });
        borrowed::Assessment {
            scars,
            dominant_type: dominant_type.map_or(0, |it| nth(it as usize)),
            mixed: *mixed,
            counts_by_type: self.list(counts),
            grades: self.each(grades, Self::grade),
            reasons: self.reasons(reasons),
            skin_tone: skin_tone.as_ref().map(|it| self.skin_tone(it)),
        }
    }

    fn disposition(&mut self, disposition: &'a Disposition) -> borrowed::ProcedureDisposition<'a> {
        let Disposition { procedure, scars, sites, action, until_day, until_event, reasons } = disposition;
        let fares = match action {
            Some(Action::Exclude) => v1::Disposition::Excluded,
            Some(Action::Defer) => v1::Disposition::Deferred,
            Some(Action::Clearance) => v1::Disposition::NeedsClearance,
            Some(Action::Modify) => v1::Disposition::Modified,
            Some(Action::Warn) => v1::Disposition::Warned,
            None => v1::Disposition::Allowed,
        };
        borrowed::ProcedureDisposition {
            procedure: self.catalogue.procedure_id(*procedure),
            sites: self.site_numbers(sites),
            scar_ids: self.scar_ids(scars),
            disposition: fares.into(),
            until_day: *until_day,
            until_event: until_event.map(|it| self.catalogue.event(it)).unwrap_or_default(),
            reasons: self.reasons(reasons),
        }
    }

    fn referral(&mut self, referral: &'a Referral) -> borrowed::Referral<'a> {
        let Referral { referral, urgency, scars, sites, reasons } = referral;
        borrowed::Referral {
            to: self.catalogue.referrals.get(*referral).map(String::as_str).unwrap_or_default(),
            urgency: nth(*urgency as usize),
            scar_ids: self.scar_ids(scars),
            sites: self.site_numbers(sites),
            reasons: self.reasons(reasons),
        }
    }
}

fn range(range: Range) -> borrowed::IntRange {
    let Range { min, typical, max } = range;
    borrowed::IntRange { min, typical, max }
}

fn date(case: &Case, day: Day) -> Date {
    let (year, month, day) = case.start.plus(day).civil();
    Date { year, month, day }
}

/// The value on the wire of a fact of one word.
fn word(value: Option<Value>) -> i32 {
    match value {
        Some(Value::Words(known)) => i32::try_from(known.trailing_zeros()).map_or(0, |it| it + 1),
        Some(Value::YesNo(_) | Value::Number(_) | Value::Since(_)) | None => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use strum::VariantArray;

    use super::nth;
    use crate::{
        domain::{Confidence, Phase, Scale, ScarFlag, Urgency, WidthBucket},
        wire::v1,
    };

    fn same_order<T: Copy + Into<&'static str> + VariantArray>(prefix: &str, name: fn(i32) -> Option<&'static str>) {
        for (place, it) in T::VARIANTS.iter().enumerate() {
            let word: &str = (*it).into();
            assert_eq!(name(nth(place)).unwrap(), format!("{prefix}{}", word.to_uppercase()));
        }
        assert_eq!(name(nth(T::VARIANTS.len())), None, "{prefix} has values that the domain has not");
    }

    macro_rules! name {
        ($wire:ident) => {
            |number| v1::$wire::try_from(number).ok().map(|it| it.as_str_name())
        };
    }

    /// The writer counts on it: the n-th variant of the domain is the n-th value on the wire.
    #[test]
    fn variants_are_in_the_order_of_the_wire() {
        same_order::<Confidence>("CONFIDENCE_", name!(Confidence));
        same_order::<Phase>("PHASE_", name!(Phase));
        same_order::<Scale>("SCALE_", name!(Scale));
        same_order::<ScarFlag>("SCAR_FLAG_", name!(ScarFlag));
        same_order::<Urgency>("URGENCY_", name!(Urgency));
        same_order::<WidthBucket>("WIDTH_BUCKET_", name!(WidthBucket));
    }
}
