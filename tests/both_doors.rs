//! Two doors, one room: a real server, a real gRPC client and a real HTTP client get the same answers and errors.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "both_doors/mistakes.rs"]
mod mistakes;
#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;

use std::{fs, path::Path, sync::OnceLock};

use bytes::Bytes;
use cicatrix::wire::{
    DESCRIPTORS,
    v1::{
        self, classification_service_client::ClassificationServiceClient,
        knowledge_service_client::KnowledgeServiceClient, protocol_service_client::ProtocolServiceClient,
    },
};
use http_body_util::Full;
use prost::Message as _;
use serde_json::Value;
use server::Server;
use support::request;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::{Service as _, ServiceExt as _};

fn examples() -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut all: Vec<(String, String)> = fs::read_dir(dir)
        .unwrap()
        .map(|it| it.unwrap().path())
        .map(|it| (it.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&it).unwrap()))
        .collect();
    all.sort();
    assert!(all.len() >= 8);
    all
}

fn http_client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap())
}

async fn post(server: &Server, path: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let request = http_client().post(server.url(path)).header("content-type", "application/json");
    let response = request.body(body).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers().contains_key("x-request-id"));
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn get(server: &Server, path: &str) -> (u16, Value) {
    let response = http_client().get(server.url(path)).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    (response.status().as_u16(), response.json().await.unwrap())
}

/// An error as both doors tell it: code, message, reason and violations.
type Told = (String, String, String, Vec<(String, String)>);

fn by_rest(body: &Value) -> Told {
    let error = &body["error"];
    let detail = |kind: &str| {
        let details = error["details"].as_array().unwrap().iter();
        details.clone().find(|it| it["@type"].as_str().unwrap().ends_with(kind)).cloned().unwrap_or_default()
    };
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let info = detail("ErrorInfo");
    assert_eq!(info["domain"], "cicatrix");
    let fields = detail("BadRequest")["fieldViolations"].as_array().cloned().unwrap_or_default();
    let fields = fields.iter().map(|it| (text(&it["field"]), text(&it["description"]))).collect();
    (text(&error["status"]), text(&error["message"]), text(&info["reason"]), fields)
}

fn by_grpc(status: &Status) -> Told {
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!(info.domain, "cicatrix");
    let fields = details.bad_request().map(|it| it.field_violations.clone()).unwrap_or_default();
    let fields = fields.into_iter().map(|it| (it.field, it.description)).collect();
    // `InvalidArgument` is INVALID_ARGUMENT.
    let name: String = format!("{:?}", status.code())
        .chars()
        .enumerate()
        .flat_map(|(at, it)| {
            let under = (at > 0 && it.is_uppercase()).then_some('_');
            under.into_iter().chain([it.to_ascii_uppercase()])
        })
        .collect();
    (name, status.message().to_owned(), info.reason.clone(), fields)
}

#[tokio::test]
async fn the_same_answers() {
    let server = Server::start();
    let mut protocols = ProtocolServiceClient::new(server.channel().await);
    let mut classes = ClassificationServiceClient::new(server.channel().await);
    for (name, body) in examples() {
        if name.starts_with("classify") {
            let (code, json) = post(&server, "/v1/scars:classify", body.clone()).await;
            assert_eq!(code, 200, "{name}: {json}");
            let request: v1::ClassifyScarsRequest = serde_json::from_str(&body).unwrap();
            let by_grpc = classes.classify_scars(request).await.unwrap().into_inner();
            let by_rest: v1::ClassifyScarsResponse = serde_json::from_value(json).unwrap();
            assert_eq!(by_grpc, by_rest, "{name}");
        } else if name.starts_with("check") {
            let (code, json) = post(&server, "/v1/protocols:check", body.clone()).await;
            assert_eq!(code, 200, "{name}: {json}");
            let request: v1::CheckProtocolRequest = serde_json::from_str(&body).unwrap();
            let by_grpc = protocols.check_protocol(request).await.unwrap().into_inner();
            let by_rest: v1::CheckProtocolResponse = serde_json::from_value(json).unwrap();
            assert_eq!(by_grpc, by_rest, "{name}");
        } else {
            let (code, json) = post(&server, "/v1/protocols:generate", body.clone()).await;
            assert_eq!(code, 200, "{name}: {json}");
            let request: v1::GenerateProtocolRequest = serde_json::from_str(&body).unwrap();
            let by_grpc = protocols.generate_protocol(request.clone()).await.unwrap().into_inner();
            let by_rest: v1::GenerateProtocolResponse = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(by_grpc, by_rest, "{name}");
            // The prepared parts are what an ordinary encoder writes.
            assert_eq!(serde_json::to_value(&by_rest).unwrap(), json, "{name}");
            let in_process = support::service().generate_protocol(request).unwrap();
            assert_eq!(in_process.encode_to_vec(), by_grpc.encode_to_vec(), "{name}");
        }
    }
}

#[tokio::test]
async fn the_same_knowledge() {
    let server = Server::start();
    let mut client = KnowledgeServiceClient::new(server.channel().await);
    let (_, json) = get(&server, "/v1/knowledge").await;
    let whole = client.get_knowledge(v1::GetKnowledgeRequest {}).await.unwrap().into_inner();
    assert_eq!(serde_json::to_value(&whole).unwrap(), json);
    assert!(whole.rule_count > 500 && whole.procedure_count >= 15 && whole.citation_count > 100);

    let (_, json) = get(&server, "/v1/procedures").await;
    let procedures =
        client.list_procedures(v1::ListProceduresRequest::default()).await.unwrap().into_inner().procedures;
    assert_eq!(json["procedures"].as_array().unwrap().len(), procedures.len());
    for it in &procedures {
        let (_, json) = get(&server, &format!("/v1/procedures/{}", it.procedure)).await;
        let request = v1::GetProcedureRequest { procedure: it.procedure.clone() };
        let one = client.get_procedure(request).await.unwrap().into_inner();
        assert_eq!(serde_json::to_value(&one).unwrap(), json);
        assert_eq!(one.procedure.as_ref(), Some(it));
    }

    // Every rule and every source, page by page through both doors.
    let mut rules = Vec::new();
    let mut page_token = String::new();
    loop {
        let (_, json) = get(&server, &format!("/v1/rules?pageSize=200&page_token={page_token}")).await;
        let page = client.list_rules(v1::ListRulesRequest { page_size: 200, page_token }).await.unwrap().into_inner();
        assert_eq!(serde_json::to_value(&page).unwrap(), json);
        rules.extend(page.rules);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(rules.len(), usize::try_from(whole.rule_count).unwrap());
    let (_, json) = get(&server, "/v1/rules/PREG-02").await;
    assert_eq!(json["rule"]["code"], "PREGNANCY");
    let (_, json) = get(&server, "/v1/citations?pageSize=1000").await;
    assert_eq!(json["citations"].as_array().unwrap().len(), usize::try_from(whole.citation_count).unwrap());
    for rule in &rules {
        let says = rule.basis() != v1::Basis::Sourced || !rule.citations.is_empty();
        assert!(says, "{} is sourced without a source", rule.rule);
    }
}

/// Calls an rpc with a body that is not made by a generated client, and gives the status of the answer.
async fn raw(server: &Server, path: &str, body: Vec<u8>) -> Status {
    let mut channel = server.channel().await;
    let request = http::Request::post(path).header("content-type", "application/grpc").header("te", "trailers");
    let request = request.body(tonic::body::Body::new(Full::new(Bytes::from(body)))).unwrap();
    let response = channel.ready().await.unwrap().call(request).await.unwrap();
    Status::from_header_map(response.headers()).unwrap()
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    body.extend(message);
    body
}

const GENERATE: &str = "/cicatrix.v1.ProtocolService/GenerateProtocol";

#[tokio::test]
async fn a_deadline_that_has_passed_is_deadline_exceeded() {
    let server = Server::start();
    // A gRPC client would give up by itself, so one that only speaks HTTP asks; REST hears the same header.
    let ask = |path: &str, content_type: &'static str, body: Vec<u8>| {
        let request = http_client().post(server.url(path)).header("content-type", content_type);
        request.header("grpc-timeout", "1n").body(body).send()
    };
    let response = ask(GENERATE, "application/grpc-web+proto", framed(&request().encode_to_vec())).await.unwrap();
    let status = Status::from_header_map(response.headers()).unwrap();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    let body = serde_json::to_vec(&request()).unwrap();
    let response = ask("/v1/protocols:generate", "application/json", body).await.unwrap();
    assert_eq!(response.status(), 504);
    assert_eq!(by_rest(&response.json().await.unwrap()), by_grpc(&status));
}

#[tokio::test]
async fn grpc_web_is_answered() {
    let server = Server::start();
    let body = framed(&request().encode_to_vec());
    for content_type in ["application/grpc-web", "application/grpc-web+proto"] {
        let response = http_client().post(server.url(GENERATE)).header("content-type", content_type);
        let response = response.body(body.clone()).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let bytes = response.bytes().await.unwrap();
        let length = usize::try_from(u32::from_be_bytes(bytes[1..5].try_into().unwrap())).unwrap();
        let answer = v1::GenerateProtocolResponse::decode(&bytes[5..5 + length]).unwrap();
        assert_eq!(answer, support::service().generate_protocol(request()).unwrap());
        let trailers = String::from_utf8(bytes[5 + length + 5..].to_vec()).unwrap();
        assert!(trailers.contains("grpc-status:0"), "{trailers}");
    }
}

#[tokio::test]
async fn health_and_reflection_are_there() {
    use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
    use tonic_reflection::pb::{v1 as reflection, v1alpha};

    let server = Server::start();
    let mut health = HealthClient::new(server.channel().await);
    for service in ["", "cicatrix.v1.ProtocolService", "cicatrix.v1.KnowledgeService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let status = health.check(request).await.unwrap().into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service:?}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(http_client().get(server.url(path)).send().await.unwrap().status(), 200, "{path}");
    }

    let mut client = reflection::server_reflection_client::ServerReflectionClient::new(server.channel().await);
    let list = reflection::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(reflection::server_reflection_request::MessageRequest::ListServices(String::new())),
    };
    let mut answers = client.server_reflection_info(tokio_stream(list)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let reflection::server_reflection_response::MessageResponse::ListServicesResponse(found) = answer else {
        panic!("{answer:?}")
    };
    let names: Vec<String> = found.service.into_iter().map(|it| it.name).collect();
    let ours = ["cicatrix.v1.ProtocolService", "cicatrix.v1.ClassificationService", "cicatrix.v1.KnowledgeService"];
    for name in ours.into_iter().chain(["grpc.health.v1.Health"]) {
        assert!(names.iter().any(|it| it == name), "{names:?}");
    }
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(server.channel().await);
    let symbol = "cicatrix.v1.GenerateProtocolRequest".to_owned();
    let find = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol(symbol)),
    };
    let mut answers = client.server_reflection_info(tokio_stream(find)).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    assert!(matches!(answer, v1alpha::server_reflection_response::MessageResponse::FileDescriptorResponse(_)));
}

fn tokio_stream<T>(item: T) -> impl futures_util::Stream<Item = T> {
    futures_util::stream::iter([item])
}

#[tokio::test]
async fn the_routes_are_those_of_the_schema() {
    use prost_reflect::{DescriptorPool, Value as Reflected};

    let server = Server::start();
    let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
    let http = pool.get_extension_by_name("google.api.http").unwrap();
    let openapi = get(&server, "/openapi.json").await.1;
    let docs = http_client().get(server.url("/docs")).send().await.unwrap().text().await.unwrap();
    let mut count = 0;
    for rpc in pool.services().flat_map(|it| it.methods().collect::<Vec<_>>()) {
        let options = rpc.options();
        let Reflected::Message(rule) = options.get_extension(&http).into_owned() else { panic!("{}", rpc.name()) };
        let text = |field: &str| rule.get_field_by_name(field).unwrap().as_str().unwrap().to_owned();
        let (method, path) = if text("get").is_empty() { ("post", text("post")) } else { ("get", text("get")) };
        assert!(openapi["paths"][&path][method]["operationId"] == rpc.name(), "{path}");
        assert!(docs.contains(&path), "{path}");
        let described = openapi["paths"][&path][method]["description"].as_str().unwrap();
        assert!(described.len() > 10, "{path}");
        let address = server.url(&path.replace("{procedure}", "mnrf").replace("{rule}", "PREG-02"));
        let request = if method == "get" { http_client().get(address) } else { http_client().post(address).body("{}") };
        let content = openapi["paths"][&path][method]["requestBody"]["content"].as_object();
        let content_type = content.map_or("application/json", |it| it.keys().next().unwrap().as_str());
        let streams = rpc.is_client_streaming() && rpc.is_server_streaming();
        assert_eq!(content_type == "application/x-ndjson", streams, "{path}");
        let code = request.header("content-type", content_type).send().await.unwrap().status();
        assert!(code == 200 || method == "post" && code == 400, "{path}: {code}");
        count += 1;
    }
    assert_eq!(count, openapi["paths"].as_object().unwrap().len());
    // Every reference leads somewhere, and every field is explained.
    let schemas = openapi["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for (field, it) in schema["properties"].as_object().into_iter().flatten() {
            if name.starts_with("cicatrix.") {
                assert!(it["description"].as_str().is_some_and(|it| it.len() > 3), "{name}.{field}");
            }
        }
    }
    let text = openapi.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn ids_are_carried_through_both_doors() {
    let server = Server::start();
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let mut call = tonic::Request::new(request());
    call.metadata_mut().insert("x-request-id", "visit-7".parse().unwrap());
    call.metadata_mut().insert("traceparent", trace.parse().unwrap());
    let mut client = ProtocolServiceClient::new(server.channel().await);
    let answer = client.generate_protocol(call).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "visit-7");
    assert_eq!(answer.metadata().get("traceparent").unwrap(), trace);
    let response = http_client()
        .get(server.url("/v1/knowledge"))
        .header("x-request-id", "visit-8")
        .header("traceparent", trace)
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["x-request-id"], "visit-8");
    assert_eq!(response.headers()["traceparent"], trace);
}
