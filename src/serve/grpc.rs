//! The gRPC door.

use axum::Router;
use futures_util::{StreamExt as _, stream::BoxStream};
use tonic::{Code, Request, Response, Status, Streaming, async_trait, service::Routes};
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_reflection::server::Builder;
use tonic_web::GrpcWebLayer;

use super::{Service, app::OPEN_BYTES, bulk::Bulk, error, live::Live, on_demand::OnDemand};
use crate::wire::{
    Encoded, REFLECTION, UnreadRequest, codec,
    services::{
        classification_service_server::{ClassificationService, ClassificationServiceServer},
        knowledge_service_server::{KnowledgeService, KnowledgeServiceServer},
        protocol_service_server::{ProtocolService, ProtocolServiceServer},
    },
    v1,
};

type Answer<T> = Result<Response<T>, Status>;

/// Every gRPC service on one router.
pub(super) fn router(live: &Live, health: HealthServer<impl Health>, bulk: Bulk, max_bytes: usize) -> Router {
    let reflection = || {
        let health = tonic_health::pb::FILE_DESCRIPTOR_SET;
        Builder::configure()
            .register_encoded_file_descriptor_set(REFLECTION)
            .register_encoded_file_descriptor_set(health)
    };
    let reflection_v1 =
        OnDemand::new(move || reflection().build_v1().ok().map(|it| it.max_decoding_message_size(OPEN_BYTES)));
    let reflection_v1alpha =
        OnDemand::new(move || reflection().build_v1alpha().ok().map(|it| it.max_decoding_message_size(OPEN_BYTES)));
    let routes = Routes::new(ProtocolServiceServer::new(Protocols { bulk }).max_decoding_message_size(max_bytes))
        .add_service(ClassificationServiceServer::new(live.clone()).max_decoding_message_size(max_bytes))
        .add_service(KnowledgeServiceServer::new(live.clone()).max_decoding_message_size(max_bytes))
        .add_service(health)
        .add_service(reflection_v1)
        .add_service(reflection_v1alpha);
    routes.prepare().into_axum_router().layer(GrpcWebLayer::new())
}

/// The services whose health is reported.
pub(super) const SERVICES: [&str; 3] =
    ["cicatrix.v1.ClassificationService", "cicatrix.v1.ProtocolService", "cicatrix.v1.KnowledgeService"];

/// How the transport begins to say that it does not unpack a message.
const COMPRESSED: &str = "Content is compressed";

/// The same error that REST gives, where the transport has one of its own.
pub(super) fn own_words(status: &Status, max_bytes: usize) -> Option<Status> {
    let code = status.code();
    if code == Code::OutOfRange {
        Some(error::too_large(max_bytes))
    } else if code == Code::Unimplemented && status.message().starts_with(COMPRESSED) {
        Some(error::unsupported_encoding())
    } else if code == Code::Unimplemented {
        Some(error::unknown_rpc())
    } else if code == Code::InvalidArgument && status.message() == codec::UNREADABLE {
        Some(error::unreadable(codec::UNREADABLE))
    } else if code == Code::Internal && status.details().is_empty() {
        // Ours carries details: the transport could not read a message, and says so as if it were our fault.
        Some(error::unreadable(codec::UNREADABLE))
    } else {
        None
    }
}

fn answer<Q, R>(request: Request<Q>, run: impl FnOnce(Q) -> Result<R, Status>) -> Answer<R> {
    run(request.into_inner()).map(Response::new)
}

#[async_trait]
impl ClassificationService for Live {
    async fn classify_scars(
        &self,
        request: Request<v1::ClassifyScarsRequest>,
    ) -> Answer<Encoded<v1::ClassifyScarsResponse>> {
        answer(request, |it| self.now().classify_scars_as(it, |it| Encoded::of(it)))
    }
}

/// What answers streams, and single requests here or there.
struct Protocols {
    bulk: Bulk,
}

#[async_trait]
impl ProtocolService for Protocols {
    type GenerateProtocolsStream = BoxStream<'static, Result<Encoded<v1::GenerateProtocolsResponse>, Status>>;

    async fn generate_protocols(
        &self,
        request: Request<Streaming<UnreadRequest>>,
    ) -> Answer<Self::GenerateProtocolsStream> {
        let (answers, outcome) = self.bulk.grpc(request)?;
        let mut response = Response::new(answers.boxed());
        response.extensions_mut().insert(outcome);
        Ok(response)
    }

    async fn generate_protocol(
        &self,
        request: Request<v1::GenerateProtocolRequest>,
    ) -> Answer<Encoded<v1::GenerateProtocolResponse>> {
        let answer = |service: &Service, it| service.generate_protocol_as(it, |it| Encoded::of(it));
        self.bulk.one(request.into_inner(), answer).await.map(Response::new)
    }

    async fn check_protocol(
        &self,
        request: Request<v1::CheckProtocolRequest>,
    ) -> Answer<Encoded<v1::CheckProtocolResponse>> {
        let answer = |service: &Service, it| service.check_protocol_as(it, |it| Encoded::of(it));
        self.bulk.one(request.into_inner(), answer).await.map(Response::new)
    }
}

#[async_trait]
impl KnowledgeService for Live {
    async fn get_knowledge(&self, request: Request<v1::GetKnowledgeRequest>) -> Answer<v1::GetKnowledgeResponse> {
        answer(request, |it| self.now().get_knowledge(it))
    }

    async fn list_procedures(&self, request: Request<v1::ListProceduresRequest>) -> Answer<v1::ListProceduresResponse> {
        answer(request, |it| self.now().list_procedures(it))
    }

    async fn get_procedure(&self, request: Request<v1::GetProcedureRequest>) -> Answer<v1::GetProcedureResponse> {
        answer(request, |it| self.now().get_procedure(it))
    }

    async fn list_rules(&self, request: Request<v1::ListRulesRequest>) -> Answer<v1::ListRulesResponse> {
        answer(request, |it| self.now().list_rules(it))
    }

    async fn get_rule(&self, request: Request<v1::GetRuleRequest>) -> Answer<v1::GetRuleResponse> {
        answer(request, |it| self.now().get_rule(it))
    }

    async fn list_citations(&self, request: Request<v1::ListCitationsRequest>) -> Answer<v1::ListCitationsResponse> {
        answer(request, |it| self.now().list_citations(it))
    }
}
