//! The floor: a server that reads the same request, decides nothing, and returns the same bytes, ready made.

use std::{
    convert::Infallible,
    fs,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    path::Path,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    routing::{get, post},
};
use bytes::{BufMut as _, Bytes};
use cicatrix::{
    knowledge::Knowledge,
    release, review,
    serve::{self, Around, Doors, Limits, Service},
    settings::Settings,
    wire::{Answer as _, v1},
};
use http::{HeaderValue, header};
use http_body_util::BodyExt as _;
use prost::Message as _;
use tonic::{
    Response, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, UnaryService},
};
use tonic_web::GrpcWebLayer;

pub(crate) const GRPC: &str = "/cicatrix.v1.ProtocolService/GenerateProtocol";
pub(crate) const REST: &str = "/v1/protocols:generate";
/// The request, and with it the plan that is returned.
pub(crate) const EXAMPLE: &str = "ice_pick_phototype_ii";

pub(crate) fn request() -> v1::GenerateProtocolRequest {
    let path = format!("{}/examples/{EXAMPLE}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn service() -> Service {
    Service::new(Knowledge::parse(&release::embedded()).unwrap())
}

/// The answer that the floor gives: it is handed to it in files, so that the floor needs no knowledge.
pub(crate) struct Reply {
    pub(crate) proto: Bytes,
    pub(crate) json: Bytes,
}

impl Reply {
    /// The plan, by the service.
    pub(crate) fn planned() -> Self {
        let (proto, json) = service().generate_protocol_as(request(), |it| (it.to_proto(), it.to_json())).unwrap();
        Self { proto: proto.into(), json: json.into() }
    }

    pub(crate) fn write(&self, dir: &Path) {
        fs::write(dir.join(PROTO), &self.proto).unwrap();
        fs::write(dir.join(JSON), &self.json).unwrap();
    }

    fn read(dir: &Path) -> Self {
        let read = |name: &str| Bytes::from(fs::read(dir.join(name)).unwrap());
        Self { proto: read(PROTO), json: read(JSON) }
    }
}

const PROTO: &str = "reply.pb";
const JSON: &str = "reply.json";

/// Serves the service with its metrics for ever, on one thread, having printed its address.
pub(crate) fn serve_service(access_log: bool) {
    // Dropped, it would write no more.
    let _lines = access_log.then(|| serve::telemetry::start(serve::telemetry::Format::Json, "info").unwrap());
    let around = Around { hear: Some(review::heard), ..Around::default() };
    serve::serve_around(service(), ANY_PORT, &limits(access_log), around, listening, std::future::pending()).unwrap();
}

/// Serves the floor in the same way, with the answer in `dir`.
pub(crate) fn serve_empty(dir: &Path) {
    let reply = Reply::read(dir);
    let doors = |_, _| empty_doors(reply);
    serve::serve_doors(doors, ANY_PORT, &limits(false), listening, std::future::pending()).unwrap();
}

const ANY_PORT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

fn limits(access_log: bool) -> Limits {
    Limits { shards: 1, access_log, access_log_every: 1, ..Settings::default().limits() }
}

fn listening(it: serve::Listening) {
    println!("{}", it.address);
    std::io::stdout().flush().unwrap();
}

fn empty_doors(reply: Reply) -> Doors {
    let Reply { proto, json } = reply;
    let grpc = tower::service_fn(move |request: Request| {
        let reply = Ready(proto.clone());
        async move { Ok::<_, Infallible>(Grpc::new(BytesCodec).unary(reply, request).await.map(Body::new)) }
    });
    let rest = post(move |request: Request| {
        let json = json.clone();
        async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let read: v1::GenerateProtocolRequest =
                serve::parse_json("cicatrix.v1.GenerateProtocolRequest", &body).unwrap();
            std::hint::black_box(read);
            ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json)
        }
    });
    Doors {
        grpc: Router::new().route_service(GRPC, grpc).layer(GrpcWebLayer::new()),
        rest: Router::new().route(REST, rest).route("/readyz", get(|| async { "ready" })),
    }
}

struct Ready(Bytes);

impl UnaryService<v1::GenerateProtocolRequest> for Ready {
    type Response = Bytes;
    type Future = std::future::Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, request: tonic::Request<v1::GenerateProtocolRequest>) -> Self::Future {
        std::hint::black_box(request);
        std::future::ready(Ok(Response::new(self.0.clone())))
    }
}

#[derive(Clone, Copy)]
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = v1::GenerateProtocolRequest;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buf.reserve(item.len());
        buf.put_slice(&item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = v1::GenerateProtocolRequest;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<v1::GenerateProtocolRequest>, Status> {
        v1::GenerateProtocolRequest::decode(buf).map(Some).map_err(|_| Status::invalid_argument("unreadable"))
    }
}
