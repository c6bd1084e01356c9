//! Serves: one function for each rpc, and two doors that open on it.

mod accept;
mod access;
mod admin;
mod app;
mod bulk;
mod catalogue;
mod connection;
mod cors;
mod deadline;
mod descriptors;
mod docs;
mod door;
mod error;
mod first;
mod given;
mod grpc;
mod guard;
mod heavy;
mod json;
mod listen;
mod live;
mod metrics;
mod on_demand;
mod openapi;
mod outward;
mod page;
mod people;
mod reload;
mod rest;
mod retry;
mod routes;
mod seat;
mod subject;
mod taken;
pub mod telemetry;
mod tls;
mod trace;
mod traces;
mod unread;

use std::sync::{Arc, OnceLock};

use http::{HeaderMap, header};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::{
    engine,
    knowledge::Knowledge,
    wire::{self, Catalogue, Encoded, borrowed, v1},
};

pub use admin::Admin;
pub use app::Readiness;
pub use cors::Cors;
pub use error::violations;
pub use guard::{Address, Credentials, Guard, Jwks, Jwt};
pub use json::parse as parse_json;
pub use listen::{Around, Doors, Limits, Listening, ServeError, serve, serve_around, serve_doors};
pub use live::Hear;
pub use openapi::document as openapi;
pub use reload::{KnowledgeSource, Parse};
pub use tls::{Tls, TlsFiles};
pub use traces::Collector;

/// The service: knowledge, and what is rendered from it once. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Service {
    loaded: Arc<Loaded>,
    /// Plans are counted while it serves.
    counts: Option<live::Counts>,
    /// Cancelled when nobody waits for what is asked; `None`: somebody does.
    gone: Option<CancellationToken>,
}

#[derive(Debug)]
struct Loaded {
    knowledge: Knowledge,
    catalogue: Catalogue,
    /// Digest of the files and what was chosen for the policies: what decides besides the facts.
    identity: String,
    /// Made when somebody first asks for it: most replicas only plan.
    shown: OnceLock<catalogue::Shown>,
}

impl Service {
    /// Renders what depends on the knowledge alone.
    pub fn new(knowledge: Knowledge) -> Self {
        let catalogue = catalogue::catalogue(&knowledge);
        let chosen = knowledge.policies().iter().filter(|it| it.chosen);
        let chosen: String = chosen.map(|it| format!(";{}={}", it.id, it.value)).collect();
        let identity = format!("{}{chosen}", knowledge.digest());
        Self {
            loaded: Arc::new(Loaded { knowledge, catalogue, identity, shown: OnceLock::new() }),
            counts: None,
            gone: None,
        }
    }

    /// The same, counting plans.
    fn counted(self, counts: live::Counts) -> Self {
        Self { counts: Some(counts), ..self }
    }

    /// The same for one call, which is ended between two plans when nobody waits for it any more.
    fn until(&self, gone: CancellationToken) -> Self {
        Self { gone: Some(gone), ..self.clone() }
    }

    /// The knowledge that it answers from.
    pub fn knowledge(&self) -> &Knowledge {
        &self.loaded.knowledge
    }

    fn shown(&self) -> &catalogue::Shown {
        self.loaded.shown.get_or_init(|| catalogue::shown(&self.loaded.knowledge))
    }

    /// Names scars from their features.
    pub fn classify_scars(&self, request: v1::ClassifyScarsRequest) -> Result<v1::ClassifyScarsResponse, Status> {
        self.classify_scars_as(request, |it| Encoded::of(it).message())
    }

    /// Names scars from their features, as `form` makes of the answer.
    pub fn classify_scars_as<R>(
        &self,
        request: v1::ClassifyScarsRequest,
        form: impl FnOnce(&borrowed::ClassifyScarsResponse<'_>) -> R,
    ) -> Result<R, Status> {
        let Loaded { knowledge, catalogue, .. } = &*self.loaded;
        let findings = wire::findings(knowledge.vocabulary(), &request).map_err(error::invalid_request)?;
        let assessment = engine::classify(knowledge, &findings);
        Ok(wire::classified(catalogue, &findings, &assessment, form))
    }

    /// Generates a treatment protocol.
    pub fn generate_protocol(
        &self,
        request: v1::GenerateProtocolRequest,
    ) -> Result<v1::GenerateProtocolResponse, Status> {
        self.generate_protocol_as(request, |it| Encoded::of(it).message())
    }

    /// Generates a treatment protocol, as `form` makes of the answer.
    pub fn generate_protocol_as<R>(
        &self,
        request: v1::GenerateProtocolRequest,
        form: impl FnOnce(&borrowed::GenerateProtocolResponse<'_>) -> R,
    ) -> Result<R, Status> {
        let Loaded { knowledge, catalogue, identity, .. } = &*self.loaded;
        let case = wire::case(knowledge.vocabulary(), &request).map_err(error::invalid_request)?;
        let awaited = || self.gone.as_ref().is_none_or(|it| !it.is_cancelled());
        // Nobody is there to be told.
        let plan = engine::plan_awaited(knowledge, &case, &awaited).ok_or_else(error::deadline_exceeded)?;
        if let Some(counts) = &self.counts {
            counts.plan(knowledge, &plan);
        }
        let id = wire::protocol_id(identity, request);
        Ok(wire::generated(catalogue, &case, &plan, &id, form))
    }

    /// Checks a plan that somebody else wrote.
    pub fn check_protocol(&self, request: v1::CheckProtocolRequest) -> Result<v1::CheckProtocolResponse, Status> {
        self.check_protocol_as(request, |it| Encoded::of(it).message())
    }

    /// Checks a plan that somebody else wrote, as `form` makes of the answer.
    pub fn check_protocol_as<R>(
        &self,
        request: v1::CheckProtocolRequest,
        form: impl FnOnce(&borrowed::CheckProtocolResponse<'_>) -> R,
    ) -> Result<R, Status> {
        let Loaded { knowledge, catalogue, .. } = &*self.loaded;
        let proposed = wire::proposed(knowledge.vocabulary(), request).map_err(error::invalid_request)?;
        let check = engine::check(knowledge, &proposed.case, &proposed.plan);
        Ok(wire::checked(catalogue, &proposed, &check, form))
    }

    /// Says which knowledge is loaded.
    pub fn get_knowledge(&self, request: v1::GetKnowledgeRequest) -> Result<v1::GetKnowledgeResponse, Status> {
        let v1::GetKnowledgeRequest {} = request;
        Ok(self.shown().knowledge.clone())
    }

    /// Lists the procedures.
    pub fn list_procedures(&self, request: v1::ListProceduresRequest) -> Result<v1::ListProceduresResponse, Status> {
        let v1::ListProceduresRequest { page_size, page_token } = request;
        let (procedures, next_page_token) =
            page::page(self.loaded.knowledge.digest(), "procedures", &self.shown().procedures, page_size, &page_token)?;
        let first = page_token.is_empty();
        let considered_treatments = if first { self.shown().considered.clone() } else { Vec::new() };
        Ok(v1::ListProceduresResponse { procedures, next_page_token, considered_treatments })
    }

    /// Shows one procedure.
    pub fn get_procedure(&self, request: v1::GetProcedureRequest) -> Result<v1::GetProcedureResponse, Status> {
        let v1::GetProcedureRequest { procedure } = request;
        if procedure.is_empty() {
            return Err(error::invalid_field("procedure", "is required; ListProcedures names them"));
        }
        let found = self.shown().procedures.iter().find(|it| it.procedure == procedure);
        let procedure = found.cloned().ok_or_else(|| error::not_found("procedure", "ListProcedures"))?;
        Ok(v1::GetProcedureResponse { procedure: Some(procedure) })
    }

    /// Lists the rules.
    pub fn list_rules(&self, request: v1::ListRulesRequest) -> Result<v1::ListRulesResponse, Status> {
        let v1::ListRulesRequest { page_size, page_token } = request;
        let (rules, next_page_token) =
            page::page(self.loaded.knowledge.digest(), "rules", &self.shown().rules, page_size, &page_token)?;
        Ok(v1::ListRulesResponse { rules, next_page_token })
    }

    /// Shows one rule.
    pub fn get_rule(&self, request: v1::GetRuleRequest) -> Result<v1::GetRuleResponse, Status> {
        let v1::GetRuleRequest { rule } = request;
        if rule.is_empty() {
            return Err(error::invalid_field("rule", "is required; ListRules names them"));
        }
        let found = self.shown().rules.iter().find(|it| it.rule == rule);
        let rule = found.cloned().ok_or_else(|| error::not_found("rule", "ListRules"))?;
        Ok(v1::GetRuleResponse { rule: Some(rule) })
    }

    /// Lists the sources.
    pub fn list_citations(&self, request: v1::ListCitationsRequest) -> Result<v1::ListCitationsResponse, Status> {
        let v1::ListCitationsRequest { page_size, page_token } = request;
        let (citations, next_page_token) =
            page::page(self.loaded.knowledge.digest(), "citations", &self.shown().citations, page_size, &page_token)?;
        Ok(v1::ListCitationsResponse { citations, next_page_token })
    }
}

/// Is the body compressed or the like?
fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Is the text in UTF-8, as far as its content type says? JSON is in nothing else (RFC 8259, 8.1).
fn is_utf8(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let parameters = content_type.split(';').skip(1).filter_map(|it| it.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.all(|(_, value)| value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

/// The content type without its parameters; empty when there is none.
fn media_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim()
}
