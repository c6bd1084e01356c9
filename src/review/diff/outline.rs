//! A plan without what belongs to one release: ids stand for the same thing in both, so that plans can be compared.

use std::collections::{BTreeMap, BTreeSet};

use super::super::heard;
use crate::{
    domain::{
        Action, Assessment, Confidence, Day, DepthClass, Disposition, EventId, Outcome, Phase, Plan, ProcedureId,
        Protocol, Range, RuleId, ScarType, Session, SessionKind, Stage, Urgency,
    },
    knowledge::Knowledge,
};

/// A name that stands for the same thing in both releases.
pub(super) type Id = u16;

/// Names of both releases, each once, in order.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub rules: Vec<String>,
    pub procedures: Vec<String>,
    pub events: Vec<String>,
    /// To whom a referral goes.
    pub referrals: Vec<String>,
    /// Parameters.
    pub parameters: Vec<String>,
}

impl Names {
    pub(super) fn of(both: &[&Knowledge]) -> Self {
        let all = |names: fn(&Knowledge) -> Vec<String>| -> Vec<String> {
            let set: BTreeSet<String> = both.iter().flat_map(|it| names(it)).collect();
            set.into_iter().collect()
        };
        Self {
            rules: all(|it| it.rules().iter().map(|it| it.id.clone()).collect()),
            procedures: all(|it| it.vocabulary().procedures.clone()),
            events: all(|it| it.events().iter().map(|it| it.id.clone()).collect()),
            referrals: all(|it| it.referrals().iter().map(|it| it.to.clone()).collect()),
            parameters: all(|it| it.procedures().iter().flat_map(|it| &it.parameter_names).cloned().collect()),
        }
    }
}

/// From the ids of one release to those of both.
#[derive(Debug)]
pub(super) struct Key {
    rules: Vec<Id>,
    procedures: Vec<Id>,
    events: Vec<Id>,
    referrals: Vec<Id>,
    /// By procedure and place.
    parameters: Vec<Vec<Id>>,
}

impl Key {
    pub(super) fn of(names: &Names, knowledge: &Knowledge) -> Self {
        let place = |all: &[String], name: &str| -> Id {
            all.binary_search_by(|it| it.as_str().cmp(name))
                .ok()
                .and_then(|it| Id::try_from(it).ok())
                .unwrap_or(Id::MAX)
        };
        Self {
            rules: knowledge.rules().iter().map(|it| place(&names.rules, &it.id)).collect(),
            procedures: knowledge.procedures().iter().map(|it| place(&names.procedures, &it.id)).collect(),
            events: knowledge.events().iter().map(|it| place(&names.events, &it.id)).collect(),
            referrals: knowledge.referrals().iter().map(|it| place(&names.referrals, &it.to)).collect(),
            parameters: knowledge
                .procedures()
                .iter()
                .map(|it| it.parameter_names.iter().map(|it| place(&names.parameters, it)).collect())
                .collect(),
        }
    }

    fn rule(&self, rule: RuleId) -> Id {
        self.rules.get(rule.index()).copied().unwrap_or(Id::MAX)
    }

    fn procedure(&self, procedure: ProcedureId) -> Id {
        self.procedures.get(procedure.index()).copied().unwrap_or(Id::MAX)
    }

    fn event(&self, event: EventId) -> Id {
        self.events.get(event.index()).copied().unwrap_or(Id::MAX)
    }
}

/// What the first group of scars is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    pub scar_type: ScarType,
    pub depth: DepthClass,
    pub confidence: Confidence,
}

/// How a procedure fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fares {
    pub action: Option<Action>,
    pub until_day: Option<Day>,
    pub until_event: Option<Id>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StageOutline {
    pub sessions: Option<Range>,
    pub planned: i32,
    pub contingent: bool,
    pub interval: Option<Range>,
    pub start: Day,
    pub end: Option<Day>,
    /// Name, place of the group, and range in thousandths.
    pub parameters: Vec<(Id, i64, i64)>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    pub labels: Vec<Label>,
    /// Totals, in the order of the scales.
    pub grades: Vec<Option<i32>>,
    pub planned: bool,
    /// By phase, procedure and number among equals.
    pub stages: BTreeMap<(Phase, Id, usize), StageOutline>,
    /// Days and procedures; test areas apart.
    pub visits: Vec<(Day, Vec<(Id, bool)>)>,
    pub contingent_visits: Vec<(Day, Vec<(Id, bool)>)>,
    pub reviews: Vec<Day>,
    /// By procedure, the strictest on any group.
    pub fares: BTreeMap<Id, Vec<Fares>>,
    pub referrals: Vec<(Id, Urgency)>,
    /// Facts to ask for.
    pub questions: Vec<&'static str>,
    pub ask_again_after: Vec<Id>,
    /// Each once, in order.
    pub rules: Vec<Id>,
}

impl Outline {
    pub(super) fn of(knowledge: &Knowledge, key: &Key, plan: &Plan) -> Self {
        let Plan { assessment, dispositions, outcome, referrals, reasons: _, not_assessed: _, conflict: _, what_if: _ } =
            plan;
        let Assessment { scars, grades, .. } = assessment;
        let mut fares: BTreeMap<Id, Vec<Fares>> = BTreeMap::new();
        for it in dispositions {
            let Disposition { procedure, action, until_day, until_event, scars: _, sites: _, reasons: _ } = it;
            fares.entry(key.procedure(*procedure)).or_default().push(Fares {
                action: *action,
                until_day: *until_day,
                until_event: until_event.map(|it| key.event(it)),
            });
        }
        let mut outline = Self {
            labels: scars
                .iter()
                .map(|it| Label { scar_type: it.scar_type, depth: it.depth_class, confidence: it.confidence })
                .collect(),
            grades: grades.iter().map(|it| it.total).collect(),
            planned: false,
            stages: BTreeMap::new(),
            visits: Vec::new(),
            contingent_visits: Vec::new(),
            reviews: Vec::new(),
            fares,
            referrals: referrals
                .iter()
                .map(|it| (key.referrals.get(it.referral).copied().unwrap_or(Id::MAX), it.urgency))
                .collect(),
            questions: Vec::new(),
            ask_again_after: Vec::new(),
            rules: heard(knowledge, plan).into_iter().map(|it| key.rule(it)).collect(),
        };
        if let Outcome::Protocol(protocol) = outcome {
            outline.protocol(key, protocol);
        }
        outline
    }

    fn protocol(&mut self, key: &Key, protocol: &Protocol) {
        let Protocol {
            stages,
            sessions,
            contingent_sessions,
            reviews,
            preconditions: _,
            warnings: _,
            questions,
            not_treated: _,
            ask_again_after,
            items: _,
            history: _,
            exact: _,
        } = protocol;
        self.planned = true;
        for stage in stages {
            let (phase, procedure) = (stage.phase, key.procedure(stage.procedure));
            let number = self.stages.range((phase, procedure, 0)..=(phase, procedure, usize::MAX)).count();
            self.stages.insert((phase, procedure, number), stage_outline(key, stage));
        }
        let visits = |all: &[Session]| all.iter().map(|it| visit(key, stages, it)).collect();
        self.visits = visits(sessions);
        self.contingent_visits = visits(contingent_sessions);
        self.reviews = reviews.iter().map(|it| it.day).collect();
        self.questions = questions.iter().map(|it| it.fact.name()).collect();
        self.ask_again_after = ask_again_after.iter().map(|it| key.event(*it)).collect();
    }
}

fn stage_outline(key: &Key, stage: &Stage) -> StageOutline {
    let names = key.parameters.get(stage.procedure.index());
    let name = |place: usize| names.and_then(|it| it.get(place)).copied().unwrap_or(Id::MAX);
    StageOutline {
        sessions: stage.session_count,
        planned: stage.planned,
        contingent: stage.contingent_on.is_some(),
        interval: stage.interval,
        start: stage.start,
        end: stage.end,
        parameters: stage.parameters.iter().map(|it| (name(it.parameter), it.limit.low, it.limit.high)).collect(),
    }
}

fn visit(key: &Key, stages: &[Stage], session: &Session) -> (Day, Vec<(Id, bool)>) {
    let procedures = session.procedures.iter().filter_map(|it| {
        let stage = stages.get(it.stage)?;
        Some((key.procedure(stage.procedure), it.kind == SessionKind::TestArea))
    });
    (session.day, procedures.collect())
}
