//! The calls of the load, each with the right answer of every release, and how they are sent.

use std::{convert::Infallible, fs, path::Path, time::Duration};

use bytes::{BufMut as _, Bytes};
use cicatrix::{
    serve::{self, Service},
    wire::{
        Answer as _,
        v1::{self, protocol_service_client::ProtocolServiceClient},
    },
};
use futures_util::stream;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use prost::Message;
use serde::de::DeserializeOwned;
use tonic::{Status, body::Body, transport::Channel};
use tower::{Service as _, ServiceExt as _};

/// Nobody waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// HTTP/2 connections of the callers by gRPC; by REST they open as many as they need.
const CONNECTIONS: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Grpc,
    Rest,
}

/// One call, and its answer by each release.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) door: Door,
    path: &'static str,
    /// The form that is asked for, where there are several.
    accept: &'static str,
    body: Bytes,
    answers: Vec<Bytes>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The very bytes of this release.
    Right(usize),
    /// Refused because there is too much to do.
    Shed,
    /// This call was answered with other bytes than any release would.
    Different(String),
    /// Anything else.
    Failed(String),
}

/// Every example through both doors, with the answers of these services in this process.
pub(crate) fn calls(services: &[Service]) -> Vec<Call> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut paths: Vec<_> = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    let mut calls = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let text = fs::read(&path).unwrap();
        if name.starts_with("classify") {
            let paths = ["/cicatrix.v1.ClassificationService/ClassifyScars", "/v1/scars:classify"];
            calls.extend(both(name, paths, "ClassifyScarsRequest", &text, services, |service, it| {
                service.classify_scars_as(it, |it| (it.to_proto(), it.to_json()))
            }));
        } else if name.starts_with("check") {
            let paths = ["/cicatrix.v1.ProtocolService/CheckProtocol", "/v1/protocols:check"];
            calls.extend(both(name, paths, "CheckProtocolRequest", &text, services, |service, it| {
                service.check_protocol_as(it, |it| (it.to_proto(), it.to_json()))
            }));
        } else {
            calls.extend(generate(name, &text, services));
        }
    }
    calls
}

fn generate(name: &str, text: &[u8], services: &[Service]) -> [Call; 2] {
    let paths = ["/cicatrix.v1.ProtocolService/GenerateProtocol", GENERATE];
    both(name, paths, "GenerateProtocolRequest", text, services, |service, it| {
        service.generate_protocol_as(it, |it| (it.to_proto(), it.to_json()))
    })
}

/// Plans for a face with so many groups of scars, by gRPC, and by REST as a drawing: much work for few bytes.
pub(crate) fn heavy(scars: usize, service: &Service) -> Vec<Call> {
    let path = format!("{}/examples/mixed_face.json", env!("CARGO_MANIFEST_DIR"));
    let mut request: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let one = request["scars"][0].clone();
    let scar = |number: usize| {
        let mut scar = one.clone();
        scar["id"] = format!("s{number}").into();
        scar
    };
    request["scars"] = (0..scars).map(scar).collect();
    request["view"] = "VIEW_BASIC".into();
    let text = serde_json::to_vec(&request).unwrap();
    let [grpc, rest] = generate("a face with many scars", &text, std::slice::from_ref(service));
    let drawn = service.generate_drawing(serde_json::from_slice(&text).unwrap()).unwrap();
    vec![grpc, Call { accept: "image/svg+xml", answers: vec![drawn.into()], ..rest }]
}

const JSON: &str = "application/json";
const GENERATE: &str = "/v1/protocols:generate";

/// An answer by gRPC and by REST.
type Answered = Result<(Vec<u8>, Vec<u8>), Status>;

fn both<Q: DeserializeOwned + Message + Default + Clone>(
    name: &str,
    paths: [&'static str; 2],
    message: &str,
    text: &[u8],
    services: &[Service],
    run: fn(&Service, Q) -> Answered,
) -> [Call; 2] {
    let request: Q = serve::parse_json(&format!("cicatrix.v1.{message}"), text).unwrap();
    let answers: Vec<_> = services.iter().map(|it| run(it, request.clone()).unwrap()).collect();
    let call = |door, path, body, answers| Call {
        name: format!("{name} by {door:?}"),
        door,
        path,
        accept: JSON,
        body,
        answers,
    };
    let grpc = answers.iter().map(|(proto, _)| framed(proto)).collect();
    let rest = answers.into_iter().map(|(_, json)| json.into()).collect();
    [
        call(Door::Grpc, paths[0], framed(&request.encode_to_vec()), grpc),
        call(Door::Rest, paths[1], Bytes::copy_from_slice(text), rest),
    ]
}

fn framed(message: &[u8]) -> Bytes {
    let mut bytes = vec![0];
    bytes.put_u32(u32::try_from(message.len()).unwrap());
    bytes.extend(message);
    bytes.into()
}

/// Callers of one address.
#[derive(Debug)]
pub(crate) struct Callers {
    base: String,
    grpc: Vec<Channel>,
    rest: reqwest::Client,
}

impl Callers {
    pub(crate) fn of(address: &str) -> Self {
        let base = format!("http://{address}");
        let channel = || Channel::from_shared(base.clone()).unwrap().connect_lazy();
        let grpc = (0..CONNECTIONS).map(|_| channel()).collect();
        Self { grpc, rest: reqwest::Client::builder().no_proxy().build().unwrap(), base }
    }

    /// Sends a call once. `turn` picks the connection.
    pub(crate) async fn send(&self, call: &Call, turn: usize) -> Ending {
        let answer = async {
            match call.door {
                Door::Grpc => self.by_grpc(call, turn).await,
                Door::Rest => self.by_rest(call).await,
            }
        };
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(ending) => ending,
            Err(_) => Ending::Failed("no answer".to_owned()),
        }
    }

    async fn by_grpc(&self, call: &Call, turn: usize) -> Ending {
        let request =
            http::Request::post(call.path).header("content-type", "application/grpc").header("te", "trailers");
        let mut channel = self.grpc[turn % self.grpc.len()].clone();
        let request = request.body(Body::new(Full::new(call.body.clone()))).unwrap();
        let response = match channel.ready().await {
            Ok(ready) => ready.call(request).await,
            Err(error) => Err(error),
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => return Ending::Failed(format!("connection: {error:?}")),
        };
        let (head, body) = response.into_parts();
        let body = match body.collect().await {
            Ok(body) => body,
            Err(error) => return Ending::Failed(format!("body: {error:?}")),
        };
        let trailers = body.trailers().cloned().unwrap_or_default();
        let status = Status::from_header_map(&trailers).or_else(|| Status::from_header_map(&head.headers));
        match status {
            Some(it) if it.code() == tonic::Code::Ok => call.judge(&body.to_bytes()),
            Some(it) if matches!(it.code(), tonic::Code::Unavailable | tonic::Code::ResourceExhausted) => Ending::Shed,
            Some(it) => Ending::Failed(format!("{}: {:?}: {}", call.name, it.code(), it.message())),
            None => Ending::Failed(format!("HTTP {} without a status", head.status)),
        }
    }

    async fn by_rest(&self, call: &Call) -> Ending {
        let request = self.rest.post(format!("{}{}", self.base, call.path)).header("content-type", JSON);
        let response = match request.header("accept", call.accept).body(call.body.clone()).send().await {
            Ok(response) => response,
            Err(error) => return Ending::Failed(format!("connection: {error:?}")),
        };
        let status = response.status().as_u16();
        match (status, response.bytes().await) {
            (200, Ok(body)) => call.judge(&body),
            (429 | 503, Ok(_)) => Ending::Shed,
            (_, Ok(body)) => {
                Ending::Failed(format!("{}: HTTP {status}: {}", call.name, String::from_utf8_lossy(&body)))
            }
            (_, Err(error)) => Ending::Failed(format!("body: {error:?}")),
        }
    }
}

impl Callers {
    /// What an empty request is told by each door: code, message and details, or status and body.
    pub(crate) async fn refused(&self) -> (Option<(tonic::Code, String, Vec<u8>)>, Option<(u16, Bytes)>) {
        let mut by_grpc = ProtocolServiceClient::new(self.grpc[0].clone());
        let status = by_grpc.generate_protocol(v1::GenerateProtocolRequest::default()).await.err();
        let status = status.map(|it| (it.code(), it.message().to_owned(), it.details().to_vec()));
        let post = self.rest.post(format!("{}{GENERATE}", self.base)).header("content-type", JSON);
        let response = match post.body("{}").send().await {
            Ok(response) => Some((response.status().as_u16(), response.bytes().await.unwrap_or_default())),
            Err(_) => None,
        };
        (status, response)
    }

    /// Sends a request in a stream, and the next one only when the first is answered; gives the number of answers.
    pub(crate) async fn stream(&self, text: &[u8]) -> Result<usize, String> {
        let line: Bytes =
            [&text.iter().copied().filter(|it| *it != b'\n').collect::<Vec<u8>>()[..], b"\n"].concat().into();
        let (send, lines) = tokio::sync::mpsc::channel::<Bytes>(1);
        let lines = stream::unfold(lines, |mut lines| async {
            Some((Ok::<_, Infallible>(Frame::data(lines.recv().await?)), lines))
        });
        let request = http::Request::post("/v1/protocols:batchGenerate").header("content-type", "application/x-ndjson");
        let mut channel = self.grpc[0].clone();
        let talk = async {
            send.send(line.clone()).await.map_err(|it| it.to_string())?;
            let ready = channel.ready().await.map_err(|it| it.to_string())?;
            let response = ready.call(request.body(Body::new(StreamBody::new(lines))).unwrap()).await;
            let mut body = response.map_err(|it| it.to_string())?.into_body();
            let (mut answers, mut more) = (0, Some(send));
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|it| it.to_string())?;
                answers += frame.data_ref().map_or(0, |it| it.iter().filter(|it| **it == b'\n').count());
                if let Some(send) = more.take_if(|_| answers == 1) {
                    send.send(line.clone()).await.map_err(|it| it.to_string())?;
                }
            }
            Ok(answers)
        };
        tokio::time::timeout(PATIENCE, talk).await.unwrap_or_else(|_| Err("no answer".to_owned()))
    }
}

impl Call {
    fn judge(&self, body: &[u8]) -> Ending {
        match self.answers.iter().position(|it| it == body) {
            Some(release) => Ending::Right(release),
            None => Ending::Different(self.name.clone()),
        }
    }

    /// Does each release answer it differently?
    pub(crate) fn tells_releases_apart(&self) -> bool {
        self.answers.iter().enumerate().all(|(at, it)| !self.answers[..at].contains(it))
    }
}
