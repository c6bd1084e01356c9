//! The service that answers now. Knowledge that is read again takes its place as a whole, between two requests.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::{
    Service,
    metrics::{Metrics, Planned},
};
use crate::{
    domain::{Outcome, Plan, RuleId},
    knowledge::Knowledge,
};

/// Of rules that are gone, so many are named.
const NAMED: usize = 5;

/// Lists the rules that a plan gives as reasons.
pub type Hear = fn(&Knowledge, &Plan) -> Vec<RuleId>;

/// Counts plans.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    pub(super) metrics: Arc<Metrics>,
    pub(super) hear: Option<Hear>,
}

impl Counts {
    /// Counts one plan.
    pub(super) fn plan(&self, knowledge: &Knowledge, plan: &Plan) {
        let how = match plan.outcome {
            Outcome::Referral => Planned::Referral,
            Outcome::Protocol(_) if plan.referrals.is_empty() => Planned::Protocol,
            Outcome::Protocol(_) => Planned::ProtocolAndReferral,
        };
        self.metrics.planned(how, || {
            let rules = self.hear.map(|hear| hear(knowledge, plan)).unwrap_or_default();
            rules.into_iter().filter_map(|it| Some(knowledge.rules().get(it.index())?.id.as_str()))
        });
    }
}

/// The service that answers now. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: ArcSwap<Service>,
    counts: Counts,
}

impl Live {
    pub(super) fn new(service: Service, counts: Counts) -> Self {
        let service = service.counted(counts.clone());
        let live = Self(Arc::new(Inner { service: ArcSwap::from_pointee(service), counts }));
        live.tell();
        live
    }

    /// The service for one request: it is answered from one release from beginning to end.
    pub(super) fn now(&self) -> Guard<Arc<Service>> {
        self.0.service.load()
    }

    /// Where it is counted.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.counts.metrics
    }

    /// Puts another release in place.
    ///
    /// One that has the name of that which answers and fewer rules is none: a file that was cut between two rows is sound
    /// in itself, and what is not there is missed by nobody.
    pub(super) fn replace(&self, knowledge: Knowledge) -> Result<(), Vec<String>> {
        let (was, now) = (Arc::clone(&self.now()), &knowledge);
        let was = was.knowledge();
        let counts = |it: &Knowledge| it.rules().len();
        if was.release() == now.release() && counts(now) < counts(was) {
            let gone = was.rules().iter().map(|it| it.id.as_str());
            let gone: Vec<&str> = gone.filter(|id| now.rules().iter().all(|it| it.id.as_str() != *id)).collect();
            let named = gone.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
            return Err(vec![format!(
                "release {} had {} rules and has {} now, without {named}{}; a file may be cut short: copy it again, or give \
                 the release another name in release.toml where they are to go",
                now.release(),
                counts(was),
                counts(now),
                if gone.len() > NAMED { ", …" } else { "" },
            )]);
        }
        let (release, digest, rules) = (now.release().to_owned(), now.digest().to_owned(), counts(now));
        let service = Service::new(knowledge).counted(self.0.counts.clone());
        self.0.service.store(Arc::new(service));
        self.tell();
        tracing::info!(
            release,
            digest,
            rules,
            release_before = was.release(),
            digest_before = was.digest(),
            rules_before = counts(was),
            "knowledge that answers from now on"
        );
        Ok(())
    }

    fn tell(&self) {
        let service = self.now();
        self.0.counts.metrics.release(service.knowledge().release(), service.knowledge().digest());
    }
}
