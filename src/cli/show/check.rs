//! What was found in a plan, in words.

use std::collections::BTreeMap;

use super::{Page, setting, words};
use crate::{
    knowledge::Knowledge,
    wire::v1::{self, mend::Change},
};

/// What was found in a plan.
pub(in crate::cli) fn check(knowledge: &Knowledge, answer: &v1::CheckProtocolResponse) -> String {
    let names: BTreeMap<&str, &str> =
        knowledge.procedures().iter().map(|it| (it.id.as_str(), it.name.as_str())).collect();
    let mut page = Page::default();
    if let Some(it) = &answer.assessment {
        page.assessment(&it.scars, &it.grades, it.skin_tone.as_ref());
    }
    for (heading, findings) in [
        ("violations", &answer.violations),
        ("missing preparation", &answer.missing_preparation),
        ("unsupported combinations", &answer.unsupported_combinations),
        ("advice", &answer.advice),
    ] {
        page.heading(heading);
        if findings.is_empty() {
            page.line(2, "none found");
        }
        findings.iter().for_each(|it| page.finding(&names, it));
    }
    page.heading("to be said");
    page.reasons(2, &answer.warnings);
    page.not_known(&names, answer);
    page.heading("read this first");
    page.reasons(2, &answer.reasons);
    page.line(2, "* awaits a clinician's sign-off");
    page.0.push_str(&format!("\nknowledge {}\n", answer.knowledge_release));
    page.0
}

impl Page {
    fn finding(&mut self, names: &BTreeMap<&str, &str>, it: &v1::Finding) {
        let kind = words(it.kind().as_str_name(), "FINDING_KIND_");
        let name = |id: &str| names.get(id).copied().unwrap_or(id).to_owned();
        let pair: Vec<String> =
            [&it.procedure, &it.other_procedure].into_iter().filter(|id| !id.is_empty()).map(|id| name(id)).collect();
        let mut text = kind;
        if !pair.is_empty() {
            text.push_str(&format!(": {}", pair.join(", with ")));
        }
        if !it.scar_ids.is_empty() {
            text.push_str(&format!(" ({})", it.scar_ids.join(", ")));
        }
        if let Some(day) = it.day {
            text.push_str(&format!(", day {day}"));
        }
        if let Some(it) = &it.measured {
            let (found, limit) = (it.found.unwrap_or_default(), it.limit.unwrap_or_default());
            text.push_str(&format!(": {found} against {limit} {}", it.unit));
        }
        self.line(2, &text);
        self.line(4, &format!("at {}", it.fields.join(", ")));
        self.reasons(4, &it.reasons);
        for mend in it.mends.iter().filter_map(|it| it.change.as_ref()) {
            self.line(4, &format!("mend: {}", mended(&name, mend)));
        }
    }

    /// What nobody asked, what the plan does not state, and whom it does not treat.
    fn not_known(&mut self, names: &BTreeMap<&str, &str>, answer: &v1::CheckProtocolResponse) {
        if !answer.not_assessed.is_empty() {
            self.heading("not asked, so not checked");
            for it in &answer.not_assessed {
                self.line(2, &format!("- {}", it.fields.join(", ")));
                self.reasons(4, &it.reasons);
            }
        }
        if !answer.not_stated.is_empty() {
            self.heading("not stated in the plan, so not checked");
            for it in &answer.not_stated {
                let name = names.get(it.procedure.as_str()).copied().unwrap_or(&it.procedure);
                let what: Vec<String> = it.parameters.iter().map(|it| setting(it)).collect();
                self.line(2, &format!("- {name}: {}", what.join(", ")));
            }
        }
        if !answer.untreated_scar_ids.is_empty() {
            self.heading("no visit is for");
            self.line(2, &answer.untreated_scar_ids.join(", "));
        }
    }
}

fn mended(name: &impl Fn(&str) -> String, mend: &Change) -> String {
    let day = |day: Option<i32>| day.unwrap_or_default();
    match mend {
        Change::MoveSession(it) => match (it.not_before_day, it.not_after_day) {
            (_, Some(last)) => format!("do {} on day {last} or earlier", it.field),
            (first, None) => format!("do {} on day {} or later", it.field, day(first)),
        },
        Change::SplitSitting(it) => format!("do {} apart, on day {} or later", it.field, day(it.not_before_day)),
        Change::ReorderSitting(it) => format!("do {} before {}", it.field, it.before),
        Change::Remove(it) => format!("take out {} for {}", it.fields.join(", "), it.scar_ids.join(", ")),
        Change::ChangeSetting(it) => {
            format!("set {} to {} {}", setting(&it.parameter), it.value, it.unit)
        }
        Change::AddCare(it) => {
            let days: Vec<String> = it.days.iter().map(ToString::to_string).collect();
            format!("arrange {} on day {}", words(it.kind().as_str_name(), "CARE_ITEM_KIND_"), days.join(", "))
        }
        Change::AddPriming(it) => format!("prime the skin from day {}", day(it.from_day)),
        Change::AddTestArea(it) => {
            let scars = it.scar_ids.join(", ");
            format!("treat a test area with {} on day {} ({scars})", name(&it.procedure), day(it.day))
        }
        Change::AddSessions(it) => format!(
            "plan {} more of {}, from day {}, every {} days ({})",
            it.count,
            name(&it.procedure),
            day(it.day),
            it.interval_days,
            it.scar_ids.join(", ")
        ),
        Change::AddReview(it) => format!("judge the result on day {}", day(it.day)),
        Change::ChangeHomeCare(it) => match (it.start_day, it.end_day) {
            (Some(first), _) => format!("begin {} on day {first}", it.field),
            (None, last) => format!("end {} on day {}", it.field, day(last)),
        },
        Change::RestHomeCare(it) => {
            let (from, to) = (day(it.from_day), day(it.to_day));
            format!("leave off {} from day {from} to day {to} ({})", it.field, it.scar_ids.join(", "))
        }
        Change::SettleRule(it) => format!("obtain it and name {} under plan.settled_rules", it.rule),
        Change::AwaitEvent(it) => {
            format!("take out {} and ask again after {}", it.fields.join(", "), it.event.replace('-', " "))
        }
    }
}
