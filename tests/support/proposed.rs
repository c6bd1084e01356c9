//! A generated plan in the form in which somebody else would send it to be checked, and plans after a mend.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use cicatrix::domain::{
    Days, Mend, Place, ProposedCare, ProposedHomeCare, ProposedPlan, ProposedProcedure, ProposedSession,
    ProposedSetting, Protocol, Rules, ScarIndex, Scars, Session, SessionKind,
};

/// The plan as proposed: what is planned, and with `contingent` what a review decides as well.
pub fn proposed(protocol: &Protocol, contingent: bool) -> ProposedPlan {
    let drawn = protocol.contingent_sessions.iter().filter(|_| contingent);
    let sessions = protocol.sessions.iter().chain(drawn).map(|it| session(protocol, it)).collect();
    let at_home = protocol.stages.iter().filter(|it| it.session_count.is_none());
    let home_care = at_home.filter(|it| contingent || it.contingent_on.is_none()).map(|it| ProposedHomeCare {
        procedure: it.procedure,
        scars: it.scars.clone(),
        start: it.start,
        end: it.end,
        rests: {
            let rests = it.rests.iter().filter(|it| contingent || it.contingent_on.is_none());
            rests.map(|it| (it.from, it.to)).collect()
        },
    });
    let care = protocol.items.iter().map(|it| ProposedCare {
        kind: kind_of(it.item),
        days: {
            let more = it.contingent_days.iter().filter(|_| contingent);
            let mut days: Days = it.days.iter().chain(more).copied().collect();
            days.sort_unstable();
            days.dedup();
            days
        },
    });
    let mut settled: Rules = protocol.stages.iter().flat_map(|it| it.preconditions.iter().copied()).collect();
    settled.sort_unstable();
    settled.dedup();
    ProposedPlan {
        sessions,
        home_care: home_care.collect(),
        care: care.filter(|it| !it.days.is_empty()).collect(),
        reviews: protocol.reviews.iter().map(|it| it.day).collect(),
        settled,
    }
}

fn kind_of(item: usize) -> cicatrix::domain::ItemKind {
    crate::people::knowledge().items()[item].kind
}

fn session(protocol: &Protocol, session: &Session) -> ProposedSession {
    let procedures = session.procedures.iter().map(|it| {
        let stage = &protocol.stages[it.stage];
        let settings = stage.parameters.iter().filter_map(|row| {
            let scars: Scars = row.scars.iter().copied().filter(|scar| it.scars.contains(scar)).collect();
            (!scars.is_empty()).then_some(ProposedSetting {
                parameter: row.parameter,
                low: row.limit.low,
                high: row.limit.high,
                scars,
            })
        });
        ProposedProcedure {
            procedure: stage.procedure,
            scars: it.scars.clone(),
            named: true,
            kind: it.kind,
            settings: settings.collect(),
        }
    });
    ProposedSession { day: session.day, procedures: procedures.collect() }
}

/// The plan after the changes. What is taken out leaves its place empty, so that places stay what they were.
pub fn mended(plan: &ProposedPlan, mends: &[Mend]) -> ProposedPlan {
    let mut plan = plan.clone();
    for mend in mends {
        match mend {
            Mend::Postpone { session, day } => {
                let it = &mut plan.sessions[*session];
                it.day = it.day.max(*day);
            }
            Mend::BringForward { session, day } => {
                let it = &mut plan.sessions[*session];
                it.day = it.day.min(*day);
            }
            Mend::Split { session, procedure, day } => {
                let it = &mut plan.sessions[*session].procedures[*procedure];
                let moved = it.clone();
                (it.scars, it.settings) = (Scars::new(), Vec::new());
                plan.sessions.push(ProposedSession { day: *day, procedures: vec![moved] });
            }
            Mend::Reorder { session, first, before } => plan.sessions[*session].procedures.swap(*first, *before),
            Mend::Remove { places, scars } | Mend::Await { places, scars, event: _ } => {
                places.iter().for_each(|place| remove(&mut plan, *place, scars));
            }
            Mend::Set { place, procedure: _, parameter: _, value } => {
                let Place::Setting(session, procedure, at) = *place else { panic!("no setting: {place:?}") };
                let it = &mut plan.sessions[session].procedures[procedure].settings[at];
                (it.low, it.high) = (*value, *value);
            }
            Mend::AddCare { item, days } => plan.care.push(ProposedCare { kind: *item, days: days.clone() }),
            Mend::AddPriming { from } => {
                plan.care.push(ProposedCare {
                    kind: cicatrix::domain::ItemKind::Priming,
                    days: [*from].into_iter().collect(),
                });
            }
            Mend::AddTestArea { procedure, scars, day } => plan.sessions.push(ProposedSession {
                day: *day,
                procedures: vec![ProposedProcedure {
                    procedure: *procedure,
                    scars: scars.clone(),
                    named: true,
                    kind: SessionKind::TestArea,
                    settings: Vec::new(),
                }],
            }),
            Mend::AddSessions { procedure, scars, count, day, every } => {
                for number in 0..*count {
                    plan.sessions.push(ProposedSession {
                        day: day + every * number,
                        procedures: vec![ProposedProcedure {
                            procedure: *procedure,
                            scars: scars.clone(),
                            named: true,
                            kind: SessionKind::Treatment,
                            settings: Vec::new(),
                        }],
                    });
                }
            }
            Mend::AddReview { day } => plan.reviews.push(*day),
            Mend::BeginHomeCare { home_care, day } => {
                let it = &mut plan.home_care[*home_care];
                it.start = *day;
                it.end = it.end.map(|end| end.max(*day));
            }
            Mend::EndHomeCare { home_care, day } => plan.home_care[*home_care].end = Some(*day),
            // On other groups it goes on.
            Mend::Rest { home_care, from, to, scars } => {
                let it = &mut plan.home_care[*home_care];
                let mut others = it.clone();
                others.scars.retain(|scar| !scars.contains(scar));
                it.scars.retain(|scar| scars.contains(scar));
                it.rests.push((*from, *to));
                it.rests.sort_unstable();
                if !others.scars.is_empty() {
                    plan.home_care.push(others);
                }
            }
            Mend::Settle { rule } => {
                plan.settled.push(*rule);
                plan.settled.sort_unstable();
            }
        }
    }
    plan
}

fn remove(plan: &mut ProposedPlan, place: Place, scars: &[ScarIndex]) {
    match place {
        Place::Procedure(session, at) => {
            let it = &mut plan.sessions[session].procedures[at];
            it.scars.retain(|scar| !scars.contains(scar));
            it.settings.iter_mut().for_each(|it| it.scars.retain(|scar| !scars.contains(scar)));
            it.settings.retain(|it| !it.scars.is_empty());
        }
        Place::HomeCare(at) => {
            plan.home_care[at].scars.retain(|scar| !scars.contains(scar));
        }
        Place::Session(_) | Place::Setting(..) | Place::Past(_) | Place::Reviews => {
            panic!("{place:?} is not taken out")
        }
    }
}
