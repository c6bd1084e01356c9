//! The chapter of procedures: sessions, waits, downtime, settings, care, risks and figures, one procedure after the other.

use super::{Booklet, chapters::when_of, escape};
use crate::{
    domain::{RuleId, number_in_words},
    knowledge::{Expected, PigmentRisk, Procedure, ProcedureKind},
    review::{
        details::{days, parts},
        words::{between, condition_in_words, plain, wait_in_words},
    },
};

pub(super) fn procedures(it: &mut Booklet<'_>) {
    for procedure in it.knowledge.procedures() {
        it.html.heading(3, &format!("procedure-{}", procedure.id), &procedure.name);
        let kind = match procedure.kind {
            ProcedureKind::Focal => "On single scars.",
            ProcedureKind::Field => "On the whole field.",
            ProcedureKind::Adjunct => "Joins the visits of others.",
            ProcedureKind::HomeCare => "Used at home.",
        };
        let id = escape(&procedure.id);
        it.html.markup(&format!("<p>{} {kind} <code>{id}</code></p>", escape(&procedure.description)));
        it.numbers(procedure);
        it.settings(procedure);
        it.strengths(procedure);
        for (title, lines) in parts(procedure) {
            if lines.is_empty() {
                continue;
            }
            it.html.text("h4", title);
            it.html.markup("<ul>");
            for line in lines {
                let (sentence, when) = (it.sentence(line.rule), when_of(line));
                let when = if when.is_empty() {
                    when
                } else {
                    format!(" <span class=\"more\">({})</span>", when.trim_start_matches(", "))
                };
                it.html.markup(&format!("<li>{sentence}{when}</li>"));
            }
            it.html.markup("</ul>");
        }
        it.figures("what was reported", &procedure.expected);
        it.figures("adverse effects as reported", &procedure.adverse);
    }
}

impl Booklet<'_> {
    fn numbers(&mut self, procedure: &Procedure) {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut row = |all: &mut Self, name: &str, value: String, rule: RuleId| {
            rows.push(vec![escape(name), escape(&value), all.sentence(rule)]);
        };
        if let Some(it) = procedure.sessions {
            let value = format!("{} ({} to {})", it.count.typical, it.count.min, it.count.max);
            row(self, "sessions", value, it.rule);
        }
        let repeat = procedure.gaps.and_then(|it| self.knowledge.gaps().between(it.kind, it.kind)).map(|it| it.base);
        if let Some(it) = repeat {
            let value = format!("{} (never below {})", days(it.typical_from, it.typical_to), wait_in_words(it.floor));
            row(self, "between two sessions", value, it.rule);
        }
        if let Some(it) = procedure.gaps.and_then(|it| it.weaker) {
            row(self, "weaker form", format!("below {}", number_in_words(it.below)), it.rule);
        }
        if let Some(it) = procedure.downtime {
            let value = format!(
                "{} days ({} to {}), make-up from day {}",
                it.days.typical, it.days.min, it.days.max, it.makeup_day
            );
            row(self, "traces", value, it.rule);
        }
        if let Some(it) = procedure.judge {
            row(self, "judged after", wait_in_words(it.days), it.rule);
        }
        if let Some(it) = procedure.course {
            row(self, "course", it.at_most.map_or_else(|| "open-ended".to_owned(), wait_in_words), it.rule);
        }
        for it in &procedure.gentler {
            let value = format!("{} days, make-up from day {}", it.days.typical, it.makeup_day);
            row(self, "traces of gentler settings", value, it.rule);
        }
        row(self, "evidence", format!("grade {}", procedure.evidence.grade), procedure.evidence.rule);
        if let Some(it) = procedure.cost {
            row(self, "cost of a session", format!("class {}", it.class), it.rule);
        }
        if let Some(it) = procedure.pigment {
            row(self, "risk to the colour of the skin", risk(it.risk), it.rule);
        }
        self.html.table("facts", &["what", "how much", "rule"], &rows);
    }

    fn settings(&mut self, procedure: &Procedure) {
        if procedure.parameters.is_empty() {
            return;
        }
        self.html.text("h4", "settings");
        let mut rows = Vec::new();
        for it in &procedure.parameters {
            let (low, high) = (number_in_words(it.low), number_in_words(it.high));
            let sentence = self.sentence(it.rule);
            let range = between(&low, &high, &it.unit);
            rows.push(vec![escape(&plain(&it.name)), escape(&range), escape(&condition_in_words(&it.when)), sentence]);
        }
        self.html.table("settings", &["setting", "range", "when", "rule"], &rows);
    }

    fn strengths(&mut self, procedure: &Procedure) {
        if procedure.strengths.is_empty() {
            return;
        }
        self.html.text("h4", "how well it works");
        let mut rows = Vec::new();
        for it in &procedure.strengths {
            let scar_type: &str = it.scar_type.into();
            let depth = it.depth_class.map(|it| format!(", {}", plain(it.into()))).unwrap_or_default();
            let strength = format!("{:?}", it.strength).to_lowercase();
            let sentence = self.sentence(it.rule);
            rows.push(vec![escape(&format!("{}{depth}", plain(scar_type))), escape(&strength), sentence]);
        }
        self.html.table("strengths", &["scar", "strength", "rule"], &rows);
    }

    fn figures(&mut self, title: &str, figures: &[Expected]) {
        if figures.is_empty() {
            return;
        }
        self.html.text("h4", title);
        let mut rows = Vec::new();
        for it in figures {
            let sentence = self.sentence(it.rule);
            let range = between(&it.low.to_string(), &it.high.to_string(), &it.unit);
            rows.push(vec![escape(&it.measure), escape(&range), sentence]);
        }
        self.html.table("figures", &["measure", "figure", "rule"], &rows);
    }
}

fn risk(risk: PigmentRisk) -> String {
    <&str>::from(risk).replace('_', " ")
}
