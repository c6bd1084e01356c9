//! Answers as tables for people.

mod assessment;
mod check;
mod what_if;

pub(super) use check::check;

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    domain::Action,
    knowledge::Knowledge,
    present::{self, Names, visible},
    wire::v1::{self, Reason, generate_protocol_response::Outcome},
};

/// Columns of text in a paragraph.
const WIDTH: usize = 100;

/// Text under headings. Writing to it cannot fail. Lines and tables show what a terminal would obey.
#[derive(Default)]
struct Page(String);

impl Page {
    fn heading(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        let _ = writeln!(self.0, "{}", text.to_uppercase());
    }

    /// A line from `indent` columns in, folded; what is listed with a dash hangs.
    fn line(&mut self, indent: usize, text: &str) {
        let mut indent = indent;
        let mut column = 0;
        for word in visible(text).split(' ') {
            let length = word.chars().count();
            if column > indent && column + 1 + length > WIDTH {
                self.0.push('\n');
                column = 0;
            }
            if column == 0 {
                let _ = write!(self.0, "{:indent$}", "");
                column = indent;
                if word == "-" {
                    indent += 2;
                }
            } else {
                self.0.push(' ');
                column += 1;
            }
            self.0.push_str(word);
            column += length;
        }
        self.0.push('\n');
    }

    fn reasons(&mut self, indent: usize, reasons: &[Reason]) {
        for reason in reasons {
            self.line(indent, &sentence(reason));
        }
    }

    /// Rows in columns of equal width.
    fn table(&mut self, rows: &[Vec<String>]) {
        let shown = |row: &Vec<String>| row.iter().map(|it| visible(it).into_owned()).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(shown).collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|it| it.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            let cells: Vec<String> = cells.collect();
            let _ = writeln!(self.0, "  {}", cells.join("  ").trim_end());
        }
    }
}

fn sentence(reason: &Reason) -> String {
    let mark = if reason.awaits_sign_off { " *" } else { "" };
    format!("- {} [{}{mark}]", reason.statement, reason.rule)
}

/// An enum name without its prefix, as words.
/// What a setting is called beside its unit.
fn setting(name: &str) -> String {
    let units = ["_percent", "_mm", "_ml", "_mj", "_j_per_cm2"];
    let bare = units.iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(name);
    bare.replace('_', " ")
}

fn words(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase().replace('_', " ")
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.iter().map(|it| (*it).to_owned()).collect()
}

/// What the scars are.
pub(super) fn classification(answer: &v1::ClassifyScarsResponse) -> String {
    let mut page = Page::default();
    page.assessment(&answer.scars, &answer.grades, answer.skin_tone.as_ref());
    page.heading("read this first");
    page.reasons(2, &answer.reasons);
    let _ = writeln!(page.0, "\nknowledge {}", answer.knowledge_release);
    page.0
}

/// A plan.
pub(super) fn plan(
    knowledge: &Knowledge,
    names: &Names<'_>,
    timeline: Option<present::Plan<'_>>,
    answer: &v1::GenerateProtocolResponse,
) -> String {
    let mut page = Page::default();
    if let Some(it) = &answer.assessment {
        page.assessment(&it.scars, &it.grades, it.skin_tone.as_ref());
    }
    if let Some(Outcome::Protocol(protocol)) = &answer.outcome {
        Plan { names, timeline, protocol }.write(&mut page);
    }
    if !answer.referrals.is_empty() {
        page.heading("refer");
        for referral in &answer.referrals {
            let urgency = words(referral.urgency().as_str_name(), "URGENCY_");
            page.line(2, &format!("{} to {} ({urgency})", referral.scar_ids.join(", "), referral.to));
            page.reasons(4, &referral.reasons);
        }
    }
    what_if::write(&mut page, names, answer);
    not_as_usual(&mut page, knowledge, names, &answer.dispositions);
    page.heading("read this first");
    page.reasons(2, &answer.reasons);
    if let Some(it) = &answer.assessment {
        page.reasons(2, &it.reasons);
    }
    page.line(2, "* awaits a clinician's sign-off");
    let _ = writeln!(page.0, "\nknowledge {}, plan {}", answer.knowledge_release, answer.protocol_id);
    page.0
}

/// What is excluded, must wait or needs somebody's word: what fares alike for the same reasons stands together.
fn not_as_usual(page: &mut Page, knowledge: &Knowledge, names: &Names<'_>, dispositions: &[v1::ProcedureDisposition]) {
    let mut groups: BTreeMap<(i32, String, Vec<String>), Vec<String>> = BTreeMap::new();
    for it in dispositions {
        let strict = match it.disposition() {
            v1::Disposition::Excluded => Action::Exclude,
            v1::Disposition::Deferred => Action::Defer,
            v1::Disposition::NeedsClearance => Action::Clearance,
            v1::Disposition::Unspecified
            | v1::Disposition::Modified
            | v1::Disposition::Warned
            | v1::Disposition::Allowed => continue,
        };
        let until = match (it.until_day, it.until_event.as_str()) {
            (Some(day), _) => format!(" until day {day}"),
            (None, "") => String::new(),
            (None, event) => format!(" until {}", event.replace('-', " ")),
        };
        let how = words(it.disposition().as_str_name(), "DISPOSITION_") + &until;
        let action = |reason: &&Reason| {
            let rules = knowledge.rules();
            let rule = rules.binary_search_by(|rule| rule.id.cmp(&reason.rule)).ok().and_then(|at| rules.get(at));
            rule.and_then(|rule| rule.action) == Some(strict)
        };
        let why = it.reasons.iter().filter(action).map(sentence).collect();
        let name = names.of(&it.procedure);
        let what = format!("{name} ({})", it.scar_ids.join(", "));
        groups.entry((it.disposition, how, why)).or_default().push(what);
    }
    if !groups.is_empty() {
        page.heading("not without more ado");
    }
    for ((_, how, why), what) in groups {
        page.line(2, &format!("{how}: {}", what.join("; ")));
        why.iter().for_each(|it| page.line(4, it));
    }
}

struct Plan<'a> {
    names: &'a Names<'a>,
    timeline: Option<present::Plan<'a>>,
    protocol: &'a v1::Protocol,
}

impl Plan<'_> {
    fn name<'b>(&'b self, procedure: &'b str) -> &'b str {
        self.names.of(procedure)
    }

    fn write(&self, page: &mut Page) {
        let protocol = self.protocol;
        page.heading("plan");
        let mut rows = vec![row(["", "phase", "procedure", "scars", "sessions", "every", "from day", "to day"])];
        rows.extend(protocol.stages.iter().map(|it| self.stage_row(it)));
        page.table(&rows);
        self.timeline(page);
        self.visits(page);
        self.reviews(page);
        self.settings(page);
        self.care(page);
        self.words(page);
        self.why(page);
    }

    /// All at a glance, and day by day.
    fn timeline(&self, page: &mut Page) {
        let Some(timeline) = &self.timeline else { return };
        let chart = timeline.chart();
        if !chart.is_empty() {
            page.heading("timeline");
        }
        for line in chart {
            let _ = writeln!(page.0, "{}", format!("  {line}").trim_end());
        }
        let days = timeline.days();
        if !days.is_empty() {
            page.heading("calendar");
            page.table(&days);
        }
    }

    /// What goes before and after the visits; visits with the same care stand together.
    fn visits(&self, page: &mut Page) {
        let mut groups: Vec<(Vec<String>, [&[Reason]; 2])> = Vec::new();
        for (sessions, possible) in [(&self.protocol.sessions, false), (&self.protocol.contingent_sessions, true)] {
            for it in sessions {
                let label =
                    if possible { format!("day {} if a review says so", it.day) } else { it.number.to_string() };
                let care = [it.preparation.as_slice(), it.aftercare.as_slice()];
                match groups.iter_mut().find(|(_, known)| *known == care) {
                    Some((labels, _)) => labels.push(label),
                    None => groups.push((vec![label], care)),
                }
            }
        }
        if !groups.is_empty() {
            page.heading("before and after the visits");
        }
        for (labels, [before, after]) in groups {
            page.line(2, &format!("visit {}", labels.join(", ")));
            for (what, reasons) in [("before", before), ("after", after)] {
                if !reasons.is_empty() {
                    page.line(4, &format!("{what}:"));
                    page.reasons(6, reasons);
                }
            }
        }
    }

    fn reviews(&self, page: &mut Page) {
        if !self.protocol.reviews.is_empty() {
            page.heading("reviews");
        }
        for it in &self.protocol.reviews {
            page.line(2, &format!("review {}, day {}: {}", it.number, it.day, it.purpose));
        }
    }

    /// What safety adds, with its days and choices.
    fn care(&self, page: &mut Page) {
        if self.protocol.care_items.is_empty() {
            return;
        }
        page.heading("care that safety adds");
        for item in &self.protocol.care_items {
            let names: Vec<&str> = item.procedures.iter().map(|it| self.name(it)).collect();
            let list = |days: &[i32]| days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let mut when = Vec::new();
            if !item.days.is_empty() {
                when.push(format!("day {}", list(&item.days)));
            }
            if !item.contingent_days.is_empty() {
                when.push(format!("if the review says so day {}", list(&item.contingent_days)));
            }
            let kind = words(item.kind().as_str_name(), "CARE_ITEM_KIND_");
            page.line(2, &format!("{kind}, {}: {}", when.join("; "), names.join(", ")));
            page.reasons(4, &item.reasons);
            for option in &item.options {
                page.line(6, &format!("- {option}"));
            }
            for amount in &item.amounts {
                let total = amount.total.map(|it| format!(", here {it} {}", amount.unit.trim_end_matches("/kg")));
                let name = amount.name.replace('_', " ");
                page.line(6, &format!("- {name}: {} {}{}", amount.value, amount.unit, total.unwrap_or_default()));
            }
        }
    }

    /// What must be agreed, said and asked, and what is left out.
    fn words(&self, page: &mut Page) {
        let protocol = self.protocol;
        for (heading, reasons) in
            [("before the first session", &protocol.preconditions), ("to be said", &protocol.warnings)]
        {
            if !reasons.is_empty() {
                page.heading(heading);
                page.reasons(2, reasons);
            }
        }
        if !protocol.questions.is_empty() {
            page.heading("not asked, and it matters");
            for question in &protocol.questions {
                page.line(2, &format!("- {}: {}", question.field, question.would_change));
                what_if::answers(page, self.names, question);
            }
        }
        if !protocol.not_treated.is_empty() {
            page.heading("left out");
            for it in &protocol.not_treated {
                page.line(2, &format!("{} ({})", self.name(&it.procedure), it.scar_ids.join(", ")));
                page.reasons(4, &it.reasons);
            }
        }
        self.done_before(page);
        if !protocol.ask_again_after.is_empty() {
            page.heading("ask again after");
            for event in &protocol.ask_again_after {
                page.line(2, &format!("- {}", event.replace('-', " ")));
            }
        }
    }

    /// What each past session is to the plan, in the order of the request.
    fn done_before(&self, page: &mut Page) {
        if !self.protocol.history.is_empty() {
            page.heading("done before");
        }
        for (it, number) in self.protocol.history.iter().zip(1..) {
            let status = words(it.status().as_str_name(), "PAST_SESSION_STATUS_");
            let counted = it.counted_in.iter().filter(|it| it.number_in_stage > 0);
            let counted: Vec<String> =
                counted.map(|it| format!("number {} of stage {}", it.number_in_stage, it.stage)).collect();
            let early = it.too_early_by_days.zip(it.floor_days);
            let early = early.map(|(by, floor)| format!("{by} days short of the {floor} that are the floor"));
            let late = it.too_late_by_days.zip(it.latest_days);
            let late = late.map(|(by, latest)| format!("{by} days past the {latest} that keep the rhythm"));
            let parts = [Some(status), Some(counted.join(", ")), early, late].into_iter().flatten();
            let parts: Vec<String> = parts.filter(|it| !it.is_empty()).collect();
            page.line(2, &format!("session {number}: {}", parts.join(", ")));
            page.reasons(4, &it.reasons);
        }
    }

    fn stage_row(&self, stage: &v1::Stage) -> Vec<String> {
        let sessions = match (&stage.session_count, stage.contingent_on) {
            (None, None) => "at home".to_owned(),
            (None, Some(review)) => format!("at home if review {review} says so"),
            (Some(it), Some(review)) if stage.done_sessions > 0 => {
                let left = |count: i32| (count - stage.done_sessions).max(1);
                let more = match (left(it.min), left(it.max)) {
                    (least, most) if least == most => most.to_string(),
                    (least, most) => format!("{least}-{most}"),
                };
                format!("{} done, {more} more if review {review} says so", stage.done_sessions)
            }
            (Some(it), Some(review)) => format!("{}-{} if review {review} says so", it.min, it.max),
            (Some(_), None) if stage.planned_sessions == 0 && stage.done_sessions > 0 => {
                let status = words(stage.status().as_str_name(), "STAGE_STATUS_");
                format!("{} done, {status}", stage.done_sessions)
            }
            (Some(it), None) if stage.done_sessions > 0 => {
                format!("{} done, {} more ({}-{})", stage.done_sessions, stage.planned_sessions, it.min, it.max)
            }
            (Some(it), None) => format!("{} ({}-{})", stage.planned_sessions, it.min, it.max),
        };
        let every = stage.interval_days.map(|it| format!("{} ({}-{}) days", it.typical, it.min, it.max));
        vec![
            stage.number.to_string(),
            words(stage.phase().as_str_name(), "PHASE_"),
            self.name(&stage.procedure).to_owned(),
            stage.scar_ids.join(", "),
            sessions,
            every.unwrap_or_default(),
            stage.start_day.to_string(),
            stage.end_day.map_or_else(|| "open".to_owned(), |it| it.to_string()),
        ]
    }

    fn settings(&self, page: &mut Page) {
        page.heading("settings");
        let mut rows = Vec::new();
        for stage in &self.protocol.stages {
            for it in &stage.parameters {
                let row = vec![
                    self.name(&stage.procedure).to_owned(),
                    setting(&it.name),
                    if it.low < it.high {
                        format!("{} to {} {}", it.low, it.high, it.unit)
                    } else {
                        format!("{} {}", it.high, it.unit)
                    },
                    it.scar_ids.join(", "),
                ];
                if !rows.contains(&row) {
                    rows.push(row);
                }
            }
        }
        page.table(&rows);
    }

    fn why(&self, page: &mut Page) {
        page.heading("why");
        for stage in &self.protocol.stages {
            page.line(2, &format!("{} {}", stage.number, self.name(&stage.procedure)));
            page.reasons(4, &stage.reasons);
            for (what, reasons) in [
                ("needs first", &stage.preconditions),
                ("how", &stage.technique),
                ("stop", &stage.stop_rules),
                ("change", &stage.switch_rules),
                ("risks", &stage.risks),
                ("to be reported to the clinic", &stage.red_flags),
            ] {
                if !reasons.is_empty() {
                    page.line(4, &format!("{what}:"));
                    page.reasons(6, reasons);
                }
            }
            for it in &stage.passed_over {
                page.line(4, &format!("not {}:", self.name(&it.procedure)));
                page.reasons(6, &it.reasons);
            }
        }
    }
}
