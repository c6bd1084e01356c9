//! The REST door: the proto3 JSON of the same messages, by the routes of the schema.

use axum::{
    Router,
    body::{Body, Bytes, HttpBody as _},
    extract::{
        Query, RawPathParams, Request,
        rejection::{QueryRejection, RawPathParamsRejection},
    },
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get, post},
};
use http::{HeaderMap, HeaderValue, Uri, Version, header, request::Parts};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use prost::Message;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{task::consume_budget, time::timeout};
use tonic::Status;

use super::{
    Service,
    accept::Form,
    app::Readiness,
    bulk::{self, Bulk, LINGER},
    docs, error,
    heavy::Weigh,
    is_encoded, is_utf8, json,
    live::Live,
    media_type, openapi,
};
use crate::wire::{Answer as _, InvalidRequest, v1};

/// Every route, and what is beside them.
pub(super) fn router(live: &Live, readiness: Readiness, bulk: Bulk, max_bytes: usize) -> Router {
    let from_body = Doors { live: live.clone(), bulk: bulk.clone(), max_bytes };
    let from_path = from_body.clone();
    Router::new()
        .route("/v1/scars:classify", from_body.post("cicatrix.v1.ClassifyScarsRequest", classify))
        .route("/v1/protocols:generate", from_body.plan())
        .route("/v1/protocols:check", from_body.post("cicatrix.v1.CheckProtocolRequest", check))
        .route("/v1/knowledge", from_path.get("cicatrix.v1.GetKnowledgeRequest", Service::get_knowledge))
        .route("/v1/procedures", from_path.get("cicatrix.v1.ListProceduresRequest", Service::list_procedures))
        .route("/v1/procedures/{procedure}", from_path.get("cicatrix.v1.GetProcedureRequest", Service::get_procedure))
        .route("/v1/rules", from_path.get("cicatrix.v1.ListRulesRequest", Service::list_rules))
        .route("/v1/rules/{rule}", from_path.get("cicatrix.v1.GetRuleRequest", Service::get_rule))
        .route("/v1/citations", from_path.get("cicatrix.v1.ListCitationsRequest", Service::list_citations))
        .route(bulk::ROUTE, bulk::route(bulk))
        .route("/healthz", get(|| async { text("ok") }))
        .route("/readyz", get(move || async move { readiness.answer() }))
        .route("/openapi.json", get(|| async { typed("application/json", openapi::text()) }))
        .route("/docs", get(|| async { typed("text/html; charset=utf-8", docs::page()) }))
        .fallback(|| async { error::json_response(&error::unknown_route()) })
        .method_not_allowed_fallback(|| async { error::json_response(&error::unknown_method()) })
}

fn classify(service: &Service, request: v1::ClassifyScarsRequest) -> Result<Vec<u8>, Status> {
    service.classify_scars_as(request, |it| it.to_json())
}

fn check(service: &Service, request: v1::CheckProtocolRequest) -> Result<Vec<u8>, Status> {
    service.check_protocol_as(request, |it| it.to_json())
}

fn text(text: &'static str) -> Response {
    typed("text/plain; charset=utf-8", text)
}

fn typed(content_type: &'static str, body: &'static str) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response()
}

#[derive(Clone)]
struct Doors {
    live: Live,
    bulk: Bulk,
    max_bytes: usize,
}

impl Doors {
    /// A route whose request is the body.
    fn post<Q>(&self, message: &'static str, run: fn(&Service, Q) -> Result<Vec<u8>, Status>) -> MethodRouter
    where
        Q: DeserializeOwned + Message + Default + Weigh + 'static,
    {
        let Self { bulk, max_bytes, .. } = self.clone();
        post(move |request: Request| async move {
            let answer = async {
                let body = read_body(request, max_bytes).await?;
                bulk.one(json::parse(message, &body)?, run).await
            };
            respond(answer.await)
        })
    }

    /// The route of the plan, which has forms for people besides JSON.
    fn plan(&self) -> MethodRouter {
        let Self { bulk, max_bytes, .. } = self.clone();
        post(move |request: Request| async move {
            let answer = async {
                let form = Form::wanted(request.headers()).ok_or_else(error::not_acceptable)?;
                let body = read_body(request, max_bytes).await?;
                let request = json::parse("cicatrix.v1.GenerateProtocolRequest", &body)?;
                let write: fn(&Service, v1::GenerateProtocolRequest) -> Result<Vec<u8>, Status> = match form {
                    Form::Json => |service, request| service.generate_protocol_as(request, |it| it.to_json()),
                    Form::Calendar => |service, request| service.generate_calendar(request).map(String::into_bytes),
                    Form::Svg => |service, request| service.generate_drawing(request).map(String::into_bytes),
                };
                Ok((form.content_type(), bulk.one(request, write).await?))
            };
            let mut response = match answer.await {
                Ok((content_type, body)) => written(content_type, body),
                Err(status) => error::json_response(&status),
            };
            response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
            response
        })
    }

    /// A route whose request is the path and the query.
    fn get<Q, R>(&self, message: &'static str, run: fn(&Service, Q) -> Result<R, Status>) -> MethodRouter
    where
        Q: Message + Default + 'static,
        R: Serialize + 'static,
    {
        let live = self.live.clone();
        get(move |path: Result<RawPathParams, RawPathParamsRejection>, uri: Uri| async move {
            let answer = || {
                let path =
                    path.map_err(|_not_utf8| error::invalid_field("", "the path is not UTF-8; send an id in it"))?;
                let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
                let fields = path.chain(pairs(&uri)?);
                run(&live.now(), json::from_texts(message, fields)?)
            };
            respond(answer().and_then(|it| write(&it)))
        })
    }
}

/// The parameters of a query.
fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Status> {
    let unreadable = |_: QueryRejection| error::invalid_field("", "the query is not readable");
    Query::try_from_uri(uri).map(|Query(pairs)| pairs).map_err(unreadable)
}

/// A request that is a body has no parameters: one that nobody reads is refused, as an unknown field is.
pub(super) fn refuse_parameters(uri: &Uri) -> Result<(), Status> {
    let mut invalid = InvalidRequest::default();
    for (name, _) in pairs(uri)? {
        let name = json::repeatable(&name).unwrap_or_default();
        invalid.wrong(name, "is no parameter of this path, which takes none; send it in the body");
    }
    if invalid.is_empty() { Ok(()) } else { Err(error::invalid_request(invalid)) }
}

fn respond(answer: Result<Vec<u8>, Status>) -> Response {
    match answer {
        Ok(body) => written(Form::Json.content_type(), body),
        Err(status) => error::json_response(&status),
    }
}

fn written(content_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// What is shown of the knowledge, as JSON.
fn write(shown: &impl Serialize) -> Result<Vec<u8>, Status> {
    serde_json::to_vec(shown).map_err(|_unwritable| error::internal())
}

async fn read_body(request: Request, max_bytes: usize) -> Result<Bytes, Status> {
    let (parts, mut body) = request.into_parts();
    refuse_parameters(&parts.uri)?;
    if !is_json(&parts.headers) {
        return Err(error::unsupported_media_type());
    }
    if is_encoded(&parts.headers) {
        return Err(error::unsupported_encoding());
    }
    // What says how long it is need not come to be refused.
    let told = body.size_hint().lower() > max_bytes as u64;
    let read = if told { None } else { Some(Limited::new(&mut body, max_bytes).collect().await) };
    match read {
        Some(Ok(body)) => Ok(body.to_bytes()),
        Some(Err(it)) if !it.is::<LengthLimitError>() => {
            throw_away(&parts, body);
            Err(error::body_ended_early())
        }
        Some(Err(_)) | None => {
            throw_away(&parts, body);
            Err(error::too_large(max_bytes))
        }
    }
}

/// Takes what is still sent of a refused body, for a while: over HTTP/1 closing at once could take back the answer.
fn throw_away(parts: &Parts, mut body: Body) {
    // Who asks before sending does not send, and other streams of a connection are not in the way.
    if parts.headers.contains_key(header::EXPECT) || parts.version >= Version::HTTP_2 {
        return;
    }
    let thrown_away = async move {
        while let Some(Ok(_)) = body.frame().await {
            // Others on this thread have their turn, however much is there.
            consume_budget().await;
        }
    };
    tokio::spawn(timeout(LINGER, thrown_away));
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).eq_ignore_ascii_case("application/json") && is_utf8(headers)
}
