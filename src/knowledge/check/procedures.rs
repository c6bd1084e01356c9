//! Checks the procedures.

use std::ops::RangeInclusive;

use strum::VariantArray as _;

use super::{Parsed, Scope};
use crate::{
    domain::{DepthClass, Fact, FactKind, Predicate, ProcedureId, ProcedureSet, Range, ScarType},
    knowledge::{
        Cost, Course, Downtime, Evidence, Expected, GapKinds, Line, Lines, Parameter, Pigment, PigmentRisk, Procedure,
        ProcedureKind, Rest, Sessions, SourceFile, Strength, TypeStrength, Wait, WeakerKind, raw,
    },
};

/// How many classes of cost there are.
const CLASSES: i32 = 4;
/// The longest course, and the most scars of one sitting.
const MOST_SESSIONS: i32 = 100;
/// The most days, of downtime and between a session and its care: every plan ends long before.
pub(super) const MOST_DAYS: i32 = 10_000;

impl Scope<'_> {
    /// The procedures, in the order of the ids, unless one could not be made.
    pub(super) fn procedures(&mut self, parsed: &Parsed<'_>) -> Option<Vec<Procedure>> {
        let made: Vec<Option<Procedure>> =
            parsed.procedures.iter().map(|(id, file)| self.one_procedure(file.source, id, &file.raw)).collect();
        let made: Vec<Procedure> = made.into_iter().collect::<Option<_>>()?;
        let home_care: ProcedureSet =
            (0_u8..).map(ProcedureId).zip(&made).filter(|(_, it)| it.course.is_some()).map(|(id, _)| id).collect();
        for ((_, file), procedure) in parsed.procedures.iter().zip(&made) {
            for (row, rest) in file.raw.rest.iter().zip(&procedure.rests) {
                if !rest.of.is_within(home_care) {
                    self.checker.at(file.source, &row.rule, "only home care rests around a session");
                }
            }
        }
        Some(made)
    }

    fn one_procedure(&mut self, file: &SourceFile, id: &str, raw: &raw::Procedure) -> Option<Procedure> {
        let kind = raw.kind.into();
        self.has_what_its_kind_needs(file, raw, kind);
        let (parameters, parameter_names) = self.parameters(file, &raw.parameter);
        let gaps = match &raw.gaps {
            Some(gaps) => Some(self.gap_kinds(file, gaps, &parameter_names)?),
            None => None,
        };
        let sessions = raw.sessions.as_ref().map(|it| {
            self.in_order(file, &it.rule, [it.min, it.typical, it.max], 1..=MOST_SESSIONS);
            if let Some(scars) = it.per_sitting {
                self.checker.within(file, &it.rule, "per_sitting", scars, 1..=MOST_SESSIONS);
            }
            Sessions {
                count: Range { min: it.min, typical: it.typical, max: it.max },
                per_sitting: it.per_sitting,
                rule: self.rule(&it.rule),
            }
        });
        let gentler = raw.gentler.iter().map(|it| self.downtime(file, it)).collect();
        let downtime = raw.downtime.as_ref().map(|it| self.downtime(file, it));
        let judge = match &raw.judge {
            Some(it) => Some(Wait { days: self.checker.wait(file, &it.after)?, rule: self.rule(&it.rule) }),
            None => None,
        };
        let course = match &raw.course {
            Some(it) => {
                let at_most = match &it.at_most {
                    Some(text) => Some(self.checker.wait(file, text)?),
                    None => None,
                };
                let begins_after = match &it.begins_after {
                    Some(text) => self.checker.wait(file, text)?,
                    None => 0,
                };
                let last_used = match &it.last_used {
                    Some(text) => Some(self.elapsed(file, text)?),
                    None => None,
                };
                let in_use_since = match &it.in_use_since {
                    Some(text) => Some(self.elapsed(file, text)?),
                    None => None,
                };
                Some(Course { begins_after, last_used, in_use_since, at_most, rule: self.rule(&it.rule) })
            }
            None => None,
        };
        let mut figures =
            |rows: &[raw::Expected]| -> Vec<Expected> { rows.iter().map(|it| self.figure(file, it)).collect() };
        let (expected, adverse) = (figures(&raw.expected), figures(&raw.adverse));
        let evidence = self.evidence(file, &raw.evidence);
        let strengths = raw.strength.iter().filter_map(|it| self.strength(file, it)).collect();
        let rests = self.rests(file, id, raw)?;
        let said = rests.iter().map(|it| Line { rule: it.rule, when: Predicate::Always });
        let (after, at_home) =
            if kind == ProcedureKind::HomeCare { (Vec::new(), said.collect()) } else { (said.collect(), Vec::new()) };
        let cost = raw.cost.as_ref().map(|it| self.cost(file, it));
        let pigment = match &raw.pigment {
            Some(it) => Some(self.pigment(file, it)?),
            None => None,
        };
        let mut lines = |rows: &[raw::Line], more: Vec<Line>| -> Lines {
            Lines::new(rows.iter().map(|it| self.line(file, it)).chain(more).collect())
        };
        Some(Procedure {
            id: id.to_owned(),
            name: raw.name.clone(),
            description: raw.description.clone(),
            kind,
            families: raw.families.iter().map(|it| it.get_ref().clone()).collect(),
            opt_in: raw.opt_in,
            evidence,
            order: raw.order,
            gaps,
            sessions,
            downtime,
            gentler,
            judge,
            cost,
            pigment,
            course,
            parameters,
            parameter_names,
            preparation: lines(&raw.preparation, Vec::new()),
            aftercare: lines(&raw.aftercare, after),
            rests,
            technique: lines(&raw.technique, at_home),
            stop: lines(&raw.stop, Vec::new()),
            switch: lines(&raw.switch, Vec::new()),
            risk: lines(&raw.risk, Vec::new()),
            red_flag: lines(&raw.red_flag, Vec::new()),
            adverse,
            expected,
            strengths,
        })
    }

    /// Home care that rests around sessions: what a session asks of others, or what home care does itself.
    fn rests(&mut self, file: &SourceFile, id: &str, raw: &raw::Procedure) -> Option<Vec<Rest>> {
        let home_care = raw.kind == raw::ProcedureKind::HomeCare;
        let mut rests = Vec::new();
        for row in &raw.rest {
            match (home_care, row.of.is_empty(), row.before.is_some(), row.after.is_some()) {
                (true, false, ..) => {
                    self.checker.at(file, &row.rule, "the rest of home care is its own: leave out `of`")
                }
                (false, true, ..) => self.checker.at(file, &row.rule, "write under `of` which home care rests"),
                (false, _, true, _) => {
                    self.checker.at(file, &row.rule, "what rests before a session says so in its own file");
                }
                (false, _, _, false) => self.checker.at(file, &row.rule, "write under `after` for how long"),
                (_, _, false, false) => self.checker.at(file, &row.rule, "write `before`, `after` or both"),
                (_, _, _, _) => {}
            }
            let mut wait = |text: &Option<raw::Text>| match text {
                Some(text) => self.checker.wait(file, text).map(Some),
                None => Some(None),
            };
            let (before, after) = (wait(&row.before)?, wait(&row.after)?);
            let of = if home_care {
                self.names.procedure(id).into_iter().collect()
            } else {
                self.procedure_set(file, &row.of, &[])
            };
            rests.push(Rest { of, before: before.unwrap_or(0), after, rule: self.rule(&row.rule) });
        }
        Some(rests)
    }

    /// A fact that is the day of an event.
    fn elapsed(&mut self, file: &SourceFile, text: &raw::Text) -> Option<Fact> {
        let found = text.get_ref().parse().ok().filter(|fact: &Fact| fact.kind() == FactKind::Elapsed);
        if found.is_none() {
            self.checker.at(file, text, "write a fact that says how long ago something was");
        }
        found
    }

    fn downtime(&mut self, file: &SourceFile, raw: &raw::Downtime) -> Downtime {
        self.in_order(file, &raw.rule, [raw.min, raw.typical, raw.max], 0..=MOST_DAYS);
        if raw.makeup_day < 0 || raw.makeup_day > raw.max {
            self.checker.at(file, &raw.rule, "`makeup_day` lies between 0 and the longest downtime");
        }
        Downtime {
            days: Range { min: raw.min, typical: raw.typical, max: raw.max },
            makeup_day: raw.makeup_day,
            rule: self.rule(&raw.rule),
        }
    }

    fn figure(&mut self, file: &SourceFile, raw: &raw::Expected) -> Expected {
        if !(raw.low.is_finite() && raw.high.is_finite() && raw.low <= raw.high) {
            self.checker.at(file, &raw.rule, "`low` is above `high`");
        }
        let rule = self.rule(&raw.rule);
        Expected { measure: raw.measure.clone(), low: raw.low, high: raw.high, unit: raw.unit.clone(), rule }
    }

    fn cost(&mut self, file: &SourceFile, raw: &raw::Cost) -> Cost {
        let class = *raw.class.get_ref();
        if !(1..=CLASSES).contains(&class) {
            self.checker.at(file, &raw.class, format!("write the class as a number from 1 to {CLASSES}"));
        }
        Cost { class, rule: self.rule(&raw.rule) }
    }

    fn pigment(&mut self, file: &SourceFile, raw: &raw::Pigment) -> Option<Pigment> {
        let risk = self.checker.word(file, &raw.risk, PigmentRisk::VARIANTS);
        let rule = self.rule(&raw.rule);
        Some(Pigment { risk: risk?, rule })
    }

    fn evidence(&mut self, file: &SourceFile, raw: &raw::Evidence) -> Evidence {
        let grade = raw.grade.get_ref();
        if !["A", "B", "C", "D"].contains(&grade.as_str()) {
            self.checker.at(file, &raw.grade, "write the grade as A, B, C or D");
        }
        Evidence { grade: grade.clone(), rule: self.rule(&raw.rule) }
    }

    fn has_what_its_kind_needs(&mut self, file: &SourceFile, raw: &raw::Procedure, kind: ProcedureKind) {
        let needs = [("[gaps]", raw.gaps.is_some()), ("[sessions]", raw.sessions.is_some())];
        let more = [
            ("[downtime]", raw.downtime.is_some()),
            ("[cost]", raw.cost.is_some()),
            ("[pigment]", raw.pigment.is_some()),
        ];
        let needs = needs.into_iter().chain(more);
        let home_care = kind == ProcedureKind::HomeCare;
        for (table, there) in needs {
            match (home_care, there) {
                (true, true) => {
                    self.checker.problem(&file.path, 1, format!("home care has no {table}"));
                }
                (false, false) => self.checker.problem(&file.path, 1, format!("{table} is missing")),
                (true, false) | (false, true) => {}
            }
        }
        match (home_care, raw.course.is_some()) {
            (true, false) => self.checker.problem(&file.path, 1, "[course] is missing"),
            (false, true) => self.checker.problem(&file.path, 1, "only home care has a [course]"),
            (true, true) | (false, false) => {}
        }
    }

    fn in_order(&mut self, file: &SourceFile, near: &raw::Text, numbers: [i32; 3], bounds: RangeInclusive<i32>) {
        let [min, typical, max] = numbers;
        let (least, most) = bounds.into_inner();
        if min < least {
            self.checker.at(file, near, format!("`min` is at least {least}"));
        }
        if max > most {
            self.checker.at(file, near, format!("`max` is at most {most}"));
        }
        if min > typical || typical > max {
            self.checker.at(file, near, "write `min`, `typical` and `max` in ascending order");
        }
    }

    fn parameters(&mut self, file: &SourceFile, rows: &[raw::Parameter]) -> (Vec<Parameter>, Vec<String>) {
        let mut names: Vec<String> = Vec::new();
        let mut parameters: Vec<Parameter> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let name = row.name.get_ref();
            let place = names.iter().position(|it| it == name).unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            });
            if parameters.iter().any(|it| it.place == place && it.unit != row.unit) {
                self.checker.at(file, &row.name, "rows of one parameter share the unit");
            }
            let last = !rows.iter().skip(at + 1).any(|it| it.name.get_ref() == name);
            match (&row.when, last) {
                (Some(when), true) => {
                    self.checker.at(file, when, "the last row of a parameter holds for everybody: leave out `when`");
                }
                (None, false) => self.checker.at(file, &row.name, "rows after this one can never be reached"),
                (Some(_), false) | (None, true) => {}
            }
            let low = self.checker.thousandths(file, &row.name, row.low);
            let high = self.checker.thousandths(file, &row.name, row.high);
            if low > high {
                self.checker.at(file, &row.name, "`low` is above `high`");
            }
            let when = self.checker.condition(file, row.when.as_ref());
            let rule = self.rule(&row.rule);
            let (name, unit, guide) = (name.clone(), row.unit.clone(), row.guide);
            parameters.push(Parameter { name, unit, place, when, low, high, guide, rule });
        }
        (parameters, names)
    }

    fn gap_kinds(&mut self, file: &SourceFile, raw: &raw::GapKinds, parameters: &[String]) -> Option<GapKinds> {
        let kind = self.names.kind(raw.kind.get_ref())?;
        let weaker = match &raw.weaker {
            Some(it) => {
                let name = it.parameter.get_ref();
                let Some(parameter) = parameters.iter().position(|known| known == name) else {
                    self.checker.at(file, &it.parameter, format!("this procedure has no parameter `{name}`"));
                    return None;
                };
                Some(WeakerKind {
                    kind: self.names.kind(it.kind.get_ref())?,
                    parameter,
                    below: self.checker.thousandths(file, &it.parameter, it.below),
                    rule: self.rule(&it.rule),
                })
            }
            None => None,
        };
        Some(GapKinds { kind, weaker })
    }

    fn strength(&mut self, file: &SourceFile, raw: &raw::Strength) -> Option<TypeStrength> {
        let scar_type = self.checker.word(file, &raw.scar_type, ScarType::VARIANTS)?;
        let depth_class = match &raw.depth_class {
            Some(text) => Some(self.checker.word(file, text, DepthClass::VARIANTS)?),
            None => None,
        };
        let strength = match raw.strength {
            raw::StrengthWord::Avoid => Strength::Avoid,
            raw::StrengthWord::Weak => Strength::Weak,
            raw::StrengthWord::Moderate => Strength::Moderate,
            raw::StrengthWord::Strong => Strength::Strong,
        };
        Some(TypeStrength { scar_type, depth_class, strength, rule: self.rule(&raw.rule) })
    }
}

impl From<raw::ProcedureKind> for ProcedureKind {
    fn from(raw: raw::ProcedureKind) -> Self {
        match raw {
            raw::ProcedureKind::Focal => Self::Focal,
            raw::ProcedureKind::Field => Self::Field,
            raw::ProcedureKind::Adjunct => Self::Adjunct,
            raw::ProcedureKind::HomeCare => Self::HomeCare,
        }
    }
}
