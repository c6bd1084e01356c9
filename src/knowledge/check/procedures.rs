//! Checks the procedures.

use strum::VariantArray as _;

use super::{Parsed, Scope};
use crate::{
    domain::{DepthClass, Range, ScarType},
    knowledge::{
        Course, Downtime, Evidence, Expected, GapKinds, Line, Parameter, Procedure, ProcedureKind, Sessions,
        SourceFile, Strength, TypeStrength, Wait, WeakerKind, raw,
    },
};

impl Scope<'_> {
    /// The procedures, in the order of the ids, unless one could not be made.
    pub(super) fn procedures(&mut self, parsed: &Parsed<'_>) -> Option<Vec<Procedure>> {
        let made: Vec<Option<Procedure>> =
            parsed.procedures.iter().map(|(id, file)| self.one_procedure(file.source, id, &file.raw)).collect();
        made.into_iter().collect()
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
            self.in_order(file, &it.rule, [it.min, it.typical, it.max], 1);
            Sessions { count: Range { min: it.min, typical: it.typical, max: it.max }, rule: self.rule(file, &it.rule) }
        });
        let gentler = raw.gentler.iter().map(|it| self.downtime(file, it)).collect();
        let downtime = raw.downtime.as_ref().map(|it| self.downtime(file, it));
        let judge = match &raw.judge {
            Some(it) => Some(Wait { days: self.checker.wait(file, &it.after)?, rule: self.rule(file, &it.rule) }),
            None => None,
        };
        let course = match &raw.course {
            Some(it) => {
                let at_most = match &it.at_most {
                    Some(text) => Some(self.checker.wait(file, text)?),
                    None => None,
                };
                Some(Course { at_most, rule: self.rule(file, &it.rule) })
            }
            None => None,
        };
        let mut figures =
            |rows: &[raw::Expected]| -> Vec<Expected> { rows.iter().map(|it| self.figure(file, it)).collect() };
        let (expected, adverse) = (figures(&raw.expected), figures(&raw.adverse));
        let evidence = self.evidence(file, &raw.evidence);
        let strengths = raw.strength.iter().filter_map(|it| self.strength(file, it)).collect();
        let mut lines = |lines: &[raw::Line]| -> Vec<Line> { lines.iter().map(|it| self.line(file, it)).collect() };
        Some(Procedure {
            id: id.to_owned(),
            name: raw.name.clone(),
            description: raw.description.clone(),
            kind,
            families: raw.families.iter().map(|it| it.get_ref().clone()).collect(),
            evidence,
            order: raw.order,
            gaps,
            sessions,
            downtime,
            gentler,
            judge,
            course,
            parameters,
            parameter_names,
            preparation: lines(&raw.preparation),
            aftercare: lines(&raw.aftercare),
            technique: lines(&raw.technique),
            stop: lines(&raw.stop),
            switch: lines(&raw.switch),
            risk: lines(&raw.risk),
            red_flag: lines(&raw.red_flag),
            adverse,
            expected,
            strengths,
        })
    }

    fn downtime(&mut self, file: &SourceFile, raw: &raw::Downtime) -> Downtime {
        self.in_order(file, &raw.rule, [raw.min, raw.typical, raw.max], 0);
        if raw.makeup_day < 0 || raw.makeup_day > raw.max {
            self.checker.at(file, &raw.rule, "`makeup_day` lies between 0 and the longest downtime");
        }
        Downtime {
            days: Range { min: raw.min, typical: raw.typical, max: raw.max },
            makeup_day: raw.makeup_day,
            rule: self.rule(file, &raw.rule),
        }
    }

    fn figure(&mut self, file: &SourceFile, raw: &raw::Expected) -> Expected {
        if !(raw.low.is_finite() && raw.high.is_finite() && raw.low <= raw.high) {
            self.checker.at(file, &raw.rule, "`low` is above `high`");
        }
        let rule = self.rule(file, &raw.rule);
        Expected { measure: raw.measure.clone(), low: raw.low, high: raw.high, unit: raw.unit.clone(), rule }
    }

    fn evidence(&mut self, file: &SourceFile, raw: &raw::Evidence) -> Evidence {
        let grade = raw.grade.get_ref();
        if !["A", "B", "C", "D"].contains(&grade.as_str()) {
            self.checker.at(file, &raw.grade, "write the grade as A, B, C or D");
        }
        Evidence { grade: grade.clone(), rule: self.rule(file, &raw.rule) }
    }

    fn has_what_its_kind_needs(&mut self, file: &SourceFile, raw: &raw::Procedure, kind: ProcedureKind) {
        let needs = [("[gaps]", raw.gaps.is_some()), ("[sessions]", raw.sessions.is_some())];
        let needs = needs.into_iter().chain([("[downtime]", raw.downtime.is_some())]);
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

    fn in_order(&mut self, file: &SourceFile, near: &raw::Text, numbers: [i32; 3], least: i32) {
        let [min, typical, max] = numbers;
        if min < least {
            self.checker.at(file, near, format!("`min` is at least {least}"));
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
            let rule = self.rule(file, &row.rule);
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
                    rule: self.rule(file, &it.rule),
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
        Some(TypeStrength { scar_type, depth_class, strength, rule: self.rule(file, &raw.rule) })
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
