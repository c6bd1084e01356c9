//! The chapters that are lists and tables: naming, scales, pathways, safety, home care, planning, referrals, sources.

use super::{Booklet, escape, sets::in_words, ways};
use crate::{
    domain::{Predicate, RuleId, fact_in_words, number_in_words},
    knowledge::{Band, Line, SafetyRule, StepOption},
    review::words::{condition_in_words, listed, plain},
};

pub(super) fn classification(it: &mut Booklet<'_>) {
    let table = it.knowledge.classification();
    it.html.text("p", "Rules are tried from the top; the first that certainly holds gives the name.");
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut last = None;
    for row in &table.types {
        let (scar_type, confidence): (&str, &str) = (row.scar_type.into(), row.confidence.into());
        let others: Vec<String> = row.alternatives.iter().map(|it| plain((*it).into())).collect();
        let sentence = if last == Some(row.rule) { "as above".to_owned() } else { it.sentence(row.rule) };
        last = Some(row.rule);
        let others = if others.is_empty() { String::new() } else { listed(&others, "or") };
        let cells = [condition_in_words(&row.when), plain(scar_type), confidence.to_owned(), others];
        rows.push(cells.iter().map(|it| escape(it)).chain([sentence]).collect());
    }
    it.html.table("types", &["when", "named", "confidence", "could also be", "rule"], &rows);
    let lines = |all: Vec<&Line>| -> Vec<RuleId> { all.into_iter().map(|it| it.rule).collect() };
    let parts: [(&str, Vec<RuleId>); 6] = [
        ("Confidence is lowered", lines(table.adjusts.iter().map(|(line, _)| line).collect())),
        ("Depth", lines(table.depths.iter().map(|(line, _)| line).collect())),
        ("Width of a boxcar scar", lines(table.buckets.iter().map(|(line, _)| line).collect())),
        ("Look again", lines(table.flags.iter().map(|(line, _)| line).collect())),
        ("A clinician's own label", vec![table.declared_label, table.declared_differs, table.declared_depth]),
        ("Said of every label", table.ceiling.iter().map(|it| it.rule).chain([table.limits]).collect()),
    ];
    it.titled(&parts);
}

pub(super) fn scales(it: &mut Booklet<'_>) {
    let grading = it.knowledge.grading();
    let qualitative = &grading.qualitative;
    let rows = qualitative.rows.iter().map(|(line, _, _)| line.rule);
    let flags = qualitative.flags.iter().map(|(line, _, _)| line.rule);
    let quantitative = &grading.quantitative;
    let ecca = &grading.ecca;
    it.titled(&[(
        "Goodman and Baron, qualitative",
        [qualitative.declared].into_iter().chain(rows).chain(flags).collect(),
    )]);
    it.html.text("h3", "Goodman and Baron, quantitative");
    it.plain_rules(&[quantitative.rule, quantitative.count_missing]);
    it.points(quantitative.points.iter().map(|(row, points)| (<&str>::from(*row), *points)), &quantitative.bands);
    let areas = quantitative.area_bands.iter().map(|(limit, above, points)| {
        let word = if *above { "above" } else { "from" };
        vec![format!("{word} {} cm²", number_in_words(*limit)), points.to_string()]
    });
    it.html.table("points", &["area of raised scars", "points"], &areas.collect::<Vec<_>>());
    it.html.text("h3", "ECCA");
    it.plain_rules(&[ecca.rule, ecca.count_missing, ecca.outside_row]);
    it.points(ecca.points.iter().map(|(row, points)| (<&str>::from(*row), *points)), &ecca.bands);
    for scale in &grading.rated {
        let name: &str = scale.scale.into();
        let blank = scale.blank.map(|(_, rule)| rule);
        let relevant = scale.relevant.map(|(_, rule)| rule);
        let levels = scale.levels.iter().map(|it| it.rule).chain(scale.bands.iter().map(|it| it.rule));
        let ends = std::iter::once(scale.missing).chain(blank).chain(relevant);
        let all = std::iter::once(scale.rule).chain(levels).chain(ends).chain(scale.notes.iter().copied());
        it.titled(&[(sentence_case(&plain(name)).as_str(), each_once(all))]);
    }
    for scale in &grading.stated {
        let name: &str = scale.scale.into();
        let all = std::iter::once(scale.rule).chain(scale.notes.iter().copied());
        it.titled(&[(sentence_case(&plain(name)).as_str(), each_once(all))]);
    }
    let rest = it.of_file("grading.toml");
    it.titled(&[("What is known of the scales", rest)]);
}

pub(super) fn pathways(it: &mut Booklet<'_>) {
    it.html.text("p", "Steps are taken in order, and in each the first choice that is allowed, available and wanted.");
    for pathway in it.knowledge.pathways() {
        it.html.heading(3, &format!("pathway-{}", pathway.id), &sentence_case(&plain(&pathway.id)));
        let sentence = it.sentence(pathway.rule);
        it.html.markup(&format!("<p>{sentence}</p>"));
        it.html.text("p", &format!("Used when {}.", condition_in_words(&pathway.answers)));
        it.html.markup("<ol>");
        for step in &pathway.steps {
            let phase: &str = step.phase.into();
            let (sentence, when) = (it.sentence(step.rule), when(&step.when));
            it.html.markup(&format!("<li><strong>{}</strong>{when}: {sentence}", sentence_case(phase)));
            if let Some(line) = &step.contingent {
                let (sentence, when) = (it.sentence(line.rule), when_of(line));
                it.html.markup(&format!("<p class=\"more\">Waits for a review{when}: {sentence}</p>"));
            }
            if step.between_others {
                it.html
                    .text("p", "Its sessions go between those of other steps on the same skin, where they have room.");
            }
            it.options(&step.options);
            if let Some(adjunct) = &step.adjunct {
                let names: Vec<String> = adjunct.procedures.iter().map(|id| it.name(*id)).collect();
                let sentence = it.sentence(adjunct.rule);
                it.html.markup(&format!("<p>Joins the visits: {}. {sentence}</p>", escape(&listed(&names, "or"))));
            }
            for line in &step.stop {
                let (sentence, when) = (it.sentence(line.rule), when_of(line));
                it.html.markup(&format!("<p>Stop{when}: {sentence}</p>"));
            }
            it.html.markup("</li>");
        }
        it.html.markup("</ol>");
    }
}

pub(super) fn safety(it: &mut Booklet<'_>) {
    it.html.text(
        "p",
        "Exclude is stricter than defer, defer than clearance, clearance than modify, modify than warn. The strictest \
         wins, and all reasons are shown.",
    );
    let mut rules: Vec<&SafetyRule> = it.knowledge.safety().iter().collect();
    let file = |rule: RuleId| it.knowledge.rules().get(rule.index()).map(|it| &*it.file).unwrap_or_default();
    rules.sort_by_key(|rule| (file(rule.rule), rule.rule));
    let knowledge = it.knowledge;
    let file = |rule: RuleId| knowledge.rules().get(rule.index()).map(|it| &*it.file).unwrap_or_default();
    for factor in rules.chunk_by(|a, b| file(a.rule) == file(b.rule)) {
        let Some(first) = factor.first() else { continue };
        let name = file(first.rule).trim_start_matches("safety/").trim_end_matches(".toml");
        it.html.heading(3, &format!("safety-{name}"), &sentence_case(&plain(name)));
        let mut rows = Vec::new();
        for rule in factor {
            let action: &str = rule.action.into();
            let names = in_words(knowledge, rule.procedures);
            let behind = it.behind(rule.rule, &["action", "procedures", "when"]);
            let sentence = it.sentence(rule.rule);
            let worked = it.worked_in(rule.rule);
            rows.push(vec![
                format!("{sentence}{behind}{worked}"),
                escape(&condition_in_words(&rule.when)),
                format!("<span class=\"action {action}\">{action}</span>"),
                escape(&names),
            ]);
        }
        it.html.table("safety", &["rule", "when", "what", "procedures"], &rows);
    }
    it.not_in_force();
}

pub(super) fn policies(it: &mut Booklet<'_>) {
    it.html.text("p", "What a clinic may choose within bounds, and what is in force here.");
    let rules = it.knowledge.policies().iter().map(|it| it.rule);
    let rules = each_once(rules);
    it.rules(&rules);
}

pub(super) fn required(it: &mut Booklet<'_>) {
    it.html.text("p", "What must be known before a procedure is planned; what is not known is listed in every answer.");
    let mut rows = Vec::new();
    for required in it.knowledge.required() {
        let names = in_words(it.knowledge, required.procedures);
        let sentence = it.sentence(required.rule);
        rows.push(vec![escape(&fact_in_words(required.fact)), sentence, escape(&names)]);
    }
    it.html.table("required", &["what", "rule", "before"], &rows);
}

pub(super) fn codes(it: &mut Booklet<'_>) {
    let mut rows = Vec::new();
    for code in it.knowledge.codes() {
        let fit: &str = code.fit.into();
        let when = condition_in_words(&code.when);
        let sentence = it.sentence(code.rule);
        let cells = [when, format!("{} {}", code.system, code.code), code.display.clone(), fit.to_owned()];
        rows.push(cells.iter().map(|it| escape(it)).chain([sentence]).collect());
    }
    it.html.table("codes", &["when", "code", "called", "fit", "rule"], &rows);
}

pub(super) fn home_care(it: &mut Booklet<'_>) {
    it.html.markup("<ol>");
    for step in it.knowledge.home_care() {
        let phase: &str = step.phase.into();
        let priming = if step.when_priming { ", when a stage needs priming" } else { "" };
        let (sentence, when) = (it.sentence(step.rule), when(&step.when));
        it.html.markup(&format!("<li><strong>{}</strong>{priming}{when}: {sentence}", sentence_case(phase)));
        if let Some(resume) = step.resume {
            let sentence = it.sentence(resume.rule);
            it.html.markup(&format!(" {sentence}"));
        }
        it.options(&step.options);
        it.html.markup("</li>");
    }
    it.html.markup("</ol>");
}

pub(super) fn planning(it: &mut Booklet<'_>) {
    let planning = it.knowledge.planning();
    let occasion = planning.occasion;
    let parts: [(&str, Vec<RuleId>); 5] = [
        ("Said of every answer", planning.disclaimer.clone()),
        ("Said of plans", planning.warnings.iter().map(|it| it.rule).collect()),
        ("How many sessions", vec![planning.fewest.rule, planning.usual, planning.too_few_sittings]),
        (
            "Reviews and checks",
            vec![planning.first_review, planning.gate_review.rule, planning.final_review.rule, planning.visit_check],
        ),
        (
            "Before an event, and on days on which the patient cannot come",
            vec![occasion.quiet.rule, occasion.new.rule, occasion.filler.rule, occasion.partial, planning.closed_day],
        ),
    ];
    it.titled(&parts);
    let rest: Vec<RuleId> = it.of_file("planning.toml");
    it.titled(&[("Why a procedure is taken, passed over or placed", rest)]);
}

pub(super) fn referrals(it: &mut Booklet<'_>) {
    let mut rows = Vec::new();
    for (place, referral) in it.knowledge.referrals().iter().enumerate() {
        let urgency: &str = referral.urgency.into();
        let otherwise = if place == it.knowledge.no_structure() {
            "work on the single scar is missing"
        } else if place == it.knowledge.courses_done() {
            "all courses are done"
        } else {
            "nothing is allowed"
        };
        let beside = || referral.beside.as_ref().map(|it| format!("beside any plan: {}", condition_in_words(it)));
        let when = referral.answers.as_ref().map(condition_in_words).or_else(beside);
        let when = when.unwrap_or_else(|| otherwise.to_owned());
        let sentence = it.sentence(referral.rule);
        rows.push(vec![escape(&when), escape(&referral.to), escape(urgency), sentence]);
    }
    it.html.table("referrals", &["when", "to", "how soon", "rule"], &rows);
}

pub(super) fn considered(it: &mut Booklet<'_>) {
    it.html.text("p", "Treatments that are known and not planned, so that nobody thinks they were overlooked.");
    let mut rows = Vec::new();
    for treatment in it.knowledge.considered() {
        let types: Vec<String> = treatment.scar_types.iter().map(|it| plain((*it).into())).collect();
        let types = if types.is_empty() { "any scar".to_owned() } else { listed(&types, "and") };
        let sentence = it.sentence(treatment.rule);
        rows.push(vec![escape(&treatment.name), escape(&types), sentence]);
    }
    it.html.table("considered", &["treatment", "for", "why it is not planned"], &rows);
}

pub(super) fn sources(it: &mut Booklet<'_>) {
    it.html.markup("<ol class=\"sources\">");
    for citation in it.knowledge.citations() {
        let (key, text) = (escape(&citation.key), escape(&citation.text));
        let line = format!(
            "<li id=\"source-{key}\">{text}{} <span class=\"meta\"><code>{key}</code></span></li>",
            ways(citation)
        );
        it.html.markup(&line);
    }
    it.html.markup("</ol>");
}

pub(super) fn about(it: &mut Booklet<'_>) {
    let rows = it.knowledge.source_attributes().iter().map(|it| vec![escape(&it.name), escape(&it.value)]);
    let rows: Vec<Vec<String>> = rows.collect();
    it.html.table("about", &["what", "what is said"], &rows);
}

impl Booklet<'_> {
    /// Parts with a heading each; parts without a rule are left out.
    pub(super) fn titled(&mut self, parts: &[(&str, Vec<RuleId>)]) {
        for (title, rules) in parts.iter().filter(|(_, rules)| !rules.is_empty()) {
            self.html.text("h3", title);
            self.rules(rules);
        }
    }

    /// Safety rules of policies that are not in force.
    fn not_in_force(&mut self) {
        let knowledge = self.knowledge;
        let all = (0..).map(RuleId).zip(knowledge.rules()).filter(|(_, it)| it.action.is_some());
        let rest: Vec<_> = all.filter(|(id, _)| !self.anchored.get(id.index()).copied().unwrap_or(true)).collect();
        if rest.is_empty() {
            return;
        }
        self.html.text("h3", "In force when a clinic chooses another policy");
        let mut rows = Vec::new();
        for (id, rule) in rest {
            let action: &str = rule.action.map_or("", Into::into);
            let names = in_words(knowledge, rule.procedures.iter().copied().collect());
            let sentence = self.sentence(id);
            let what = format!("<span class=\"action {action}\">{action}</span>");
            rows.push(vec![sentence, escape(&rule.condition), what, escape(&names)]);
        }
        self.html.table("safety", &["rule", "when, as written", "what", "procedures"], &rows);
    }

    /// The points of a scale, and what they are multiplied by.
    fn points<'r>(&mut self, rows: impl Iterator<Item = (&'r str, i32)>, bands: &[Band]) {
        let rows = rows.map(|(row, points)| vec![escape(&plain(row)), points.to_string()]);
        self.html.table("points", &["row", "points"], &rows.collect::<Vec<_>>());
        let bands = bands.iter().map(|it| vec![format!("{} or more", it.from), it.times.to_string()]);
        self.html.table("points", &["scars of a row", "times"], &bands.collect::<Vec<_>>());
    }

    /// The rules of a file, or of files that begin so, that stand nowhere yet.
    pub(super) fn of_file(&self, file: &str) -> Vec<RuleId> {
        let all = (0..).map(RuleId).zip(self.knowledge.rules()).zip(&self.anchored);
        all.filter(|((_, rule), anchored)| rule.file.starts_with(file) && !**anchored).map(|((id, _), _)| id).collect()
    }

    fn options(&mut self, options: &[StepOption]) {
        self.html.markup("<ol type=\"a\">");
        for option in options {
            let name = escape(&self.name(option.procedure));
            let (sentence, when) = (self.sentence(option.rule), when(&option.when));
            let only = match option {
                StepOption { substitute: true, .. } => ", only when none before it can be done",
                StepOption { last: true, .. } => ", and what needs an agreement does not give way to it",
                StepOption { .. } => "",
            };
            self.html.markup(&format!("<li>{name}{when}{only}. {sentence}</li>"));
        }
        self.html.markup("</ol>");
    }

    pub(super) fn name(&self, procedure: crate::domain::ProcedureId) -> String {
        self.knowledge.procedures().get(procedure.index()).map(|it| it.name.clone()).unwrap_or_default()
    }
}

/// Rules in their order, each the first time only.
fn each_once(rules: impl Iterator<Item = RuleId>) -> Vec<RuleId> {
    let mut seen = std::collections::BTreeSet::new();
    rules.filter(|it| seen.insert(*it)).collect()
}

fn when(when: &Predicate) -> String {
    if *when == Predicate::Always { String::new() } else { format!(", if {}", escape(&condition_in_words(when))) }
}

pub(super) fn when_of(line: &Line) -> String {
    when(&line.when)
}

pub(super) fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
