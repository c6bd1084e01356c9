//! Wrong requests: the same mistakes and refusals by both doors.

use cicatrix::wire::v1::{
    self, knowledge_service_client::KnowledgeServiceClient, protocol_service_client::ProtocolServiceClient,
};
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::{
    GENERATE, by_grpc, by_rest, framed, get, http_client, post, raw,
    server::{Server, limits},
    support::{bare_scar, request},
};

#[tokio::test]
async fn the_same_errors() {
    let server = Server::start();
    let mut protocols = ProtocolServiceClient::new(server.channel().await);
    let mut spoiled = request();
    spoiled.start_date = None;
    spoiled.scars.push(v1::Scar { count: Some(-5), opening_width_mm: Some(-1.0), ..bare_scar("s1") });
    spoiled.patient.as_mut().unwrap().age_years = Some(500);
    let (code, json) = post(&server, "/v1/protocols:generate", serde_json::to_vec(&spoiled).unwrap()).await;
    let status = protocols.generate_protocol(spoiled).await.unwrap_err();
    assert_eq!((code, &json["error"]["code"]), (400, &json!(400)));
    assert_eq!(by_rest(&json), by_grpc(&status));
    assert_eq!(by_rest(&json).3.len(), 5, "{json}");

    let spoiled = v1::CheckProtocolRequest {
        scars: vec![bare_scar("s1")],
        plan: Some(v1::ProposedPlan {
            sessions: vec![v1::ProposedSession::default()],
            settled_rules: vec!["NO-SUCH-RULE".to_owned()],
            ..v1::ProposedPlan::default()
        }),
        ..v1::CheckProtocolRequest::default()
    };
    let (code, json) = post(&server, "/v1/protocols:check", serde_json::to_vec(&spoiled).unwrap()).await;
    let status = protocols.check_protocol(spoiled).await.unwrap_err();
    assert_eq!((code, by_rest(&json)), (400, by_grpc(&status)));
    assert_eq!(by_rest(&json).3.len(), 4, "{json}");

    let mut knowledge = KnowledgeServiceClient::new(server.channel().await);
    let (code, json) = get(&server, "/v1/rules/NO-SUCH-RULE").await;
    let status = knowledge.get_rule(v1::GetRuleRequest { rule: "NO-SUCH-RULE".to_owned() }).await.unwrap_err();
    assert_eq!((code, by_rest(&json)), (404, by_grpc(&status)));
    let (code, json) = get(&server, "/v1/procedures/none").await;
    let request = v1::GetProcedureRequest { procedure: "none".to_owned() };
    let status = knowledge.get_procedure(request).await.unwrap_err();
    assert_eq!((code, by_rest(&json)), (404, by_grpc(&status)));
    // An id that is required cannot be empty.
    let status = knowledge.get_procedure(v1::GetProcedureRequest::default()).await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::InvalidArgument, "procedure is required; ListProcedures names them")
    );
    let status = knowledge.get_rule(v1::GetRuleRequest::default()).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::InvalidArgument, "rule is required; ListRules names them"));
    // A token of one list is none of another.
    let (_, json) = get(&server, "/v1/rules?pageSize=1").await;
    let token = json["nextPageToken"].as_str().unwrap().to_owned();
    for (list, expected) in [("rules", 200), ("procedures", 400), ("citations", 400)] {
        let (code, json) = get(&server, &format!("/v1/{list}?pageToken={token}")).await;
        assert_eq!(code, expected, "{list}: {json}");
    }
    let (code, json) = get(&server, "/v1/rules?pageSize=-1&pageToken=x").await;
    let request = v1::ListRulesRequest { page_size: -1, page_token: "x".to_owned() };
    let status = knowledge.list_rules(request).await.unwrap_err();
    assert_eq!((code, by_rest(&json)), (400, by_grpc(&status)));
}

#[tokio::test]
async fn the_same_refusals() {
    let most = 4096;
    let server = Server::with(cicatrix::serve::Limits { max_request_bytes: most, ..limits() });
    let rpc = async |body: Vec<u8>| by_grpc(&raw(&server, GENERATE, body).await);

    // Unreadable.
    let grpc = rpc(framed(b"\xff\xff\xff")).await;
    let (code, json) = post(&server, "/v1/protocols:generate", "{").await;
    let rest = by_rest(&json);
    assert_eq!((code, &grpc.0, &grpc.2), (400, &rest.0, &rest.2));
    assert_eq!(rest.2, "UNREADABLE_BODY");

    // Too large.
    let grpc = rpc(framed(&vec![0; most + 1])).await;
    let (code, json) = post(&server, "/v1/protocols:generate", vec![b' '; most + 1]).await;
    assert_eq!((code, by_rest(&json)), (413, grpc));

    // Unknown route, unknown method, wrong type: the same shape.
    let unknown = by_grpc(&raw(&server, "/cicatrix.v1.ProtocolService/Forget", framed(b"")).await);
    let (code, json) = get(&server, "/v1/nothing").await;
    assert_eq!((code, by_rest(&json).2), (404, unknown.2));
    let (code, json) = get(&server, "/v1/protocols:generate").await;
    assert_eq!((code, by_rest(&json).2.as_str()), (405, "UNKNOWN_METHOD"));
    let plain =
        http_client().post(server.url("/v1/protocols:generate")).header("content-type", "text/plain").body("{}");
    let response = plain.send().await.unwrap();
    assert_eq!(response.status(), 415);
    assert_eq!(by_rest(&response.json().await.unwrap()).2, "UNSUPPORTED_MEDIA_TYPE");
    // An rpc path without a gRPC content type is no route of REST.
    let response = http_client().post(server.url(GENERATE)).header("content-type", "application/json").body("{}");
    assert_eq!(response.send().await.unwrap().status(), 404);
}

/// The fields that a refusal of REST names.
fn fields(json: &Value) -> Vec<String> {
    let told = by_rest(json);
    assert_eq!((told.0.as_str(), told.2.as_str()), ("INVALID_ARGUMENT", "INVALID_REQUEST"));
    told.3.into_iter().map(|(field, _)| field).collect()
}

#[tokio::test]
async fn what_no_path_reads_of_a_query_is_refused_by_name() {
    let server = Server::start();
    for (query, wrong) in [
        ("/v1/rules?pageSise=1", vec!["pageSise"]),
        ("/v1/rules?pageSize=1&page_size=2", vec!["page_size"]),
        ("/v1/rules?x=1&pageSize=x&y=", vec!["page_size", "x", "y"]),
        ("/v1/rules/PREG-02?rule=PREG-02&Jane%20Doe", vec!["rule", ""]),
        ("/v1/knowledge?view=VIEW_BASIC", vec!["view"]),
        // Nothing that is no text is an id.
        ("/v1/procedures/%ff", vec![""]),
        ("/v1/rules/%ff", vec![""]),
    ] {
        let (code, json) = get(&server, query).await;
        assert_eq!((code, fields(&json)), (400, wrong.into_iter().map(str::to_owned).collect()), "{query}");
    }
    let body = serde_json::to_vec(&request()).unwrap();
    for path in ["/v1/protocols:generate", "/v1/protocols:batchGenerate", "/v1/protocols:check", "/v1/scars:classify"] {
        let (code, json) = post(&server, &format!("{path}?view=VIEW_BASIC&y"), body.clone()).await;
        assert_eq!((code, fields(&json)), (400, vec!["view".to_owned(), "y".to_owned()]), "{path}");
    }
    let (code, _) = post(&server, "/v1/protocols:generate?", body).await;
    assert_eq!(code, 200);
    for path in ["/healthz", "/readyz", "/openapi.json", "/docs"] {
        let response = http_client().get(server.url(&format!("{path}?probe=1"))).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
    }
}

/// By gRPC a message holds any number, and by REST too.
#[tokio::test]
async fn a_number_that_an_enum_does_not_have_is_the_same_mistake() {
    let server = Server::start();
    let mut spoiled = request();
    spoiled.patient.as_mut().unwrap().phototype = 99;
    spoiled.scars[0].count = Some(-5);
    spoiled.include = vec![9];
    let status = ProtocolServiceClient::new(server.channel().await).generate_protocol(spoiled).await.unwrap_err();
    let mut body = serde_json::to_value(request()).unwrap();
    body["patient"]["phototype"] = json!(99);
    body["scars"][0]["count"] = json!(-5);
    body["include"] = json!([9]);
    let (code, json) = post(&server, "/v1/protocols:generate", body.to_string()).await;
    assert_eq!((code, by_rest(&json)), (400, by_grpc(&status)));
    assert_eq!(by_rest(&json).3.len(), 3, "{json}");
    let line = http_client().post(server.url("/v1/protocols:batchGenerate"));
    let line = line.header("content-type", "application/x-ndjson").body(body.to_string()).send().await.unwrap();
    let line: Value = serde_json::from_str(&line.text().await.unwrap()).unwrap();
    assert_eq!(line["error"], json["error"]);
}

/// What the transport itself cannot read is the caller's mistake as well.
#[tokio::test]
async fn what_holds_no_message_is_unreadable_by_grpc() {
    let server = Server::start();
    let unreadable = by_grpc(&raw(&server, GENERATE, framed(b"\xff\xff\xff")).await);
    assert_eq!((unreadable.0.as_str(), unreadable.2.as_str()), ("INVALID_ARGUMENT", "UNREADABLE_BODY"));
    for body in [&b""[..], b"\0\0", b"\0\0\0\0\x09\x0a", b"\x01\0\0\0\0", b"\x07\0\0\0\0"] {
        assert_eq!(by_grpc(&raw(&server, GENERATE, body.to_vec()).await), unreadable, "{body:?}");
    }
    for (content_type, body) in
        [("application/grpc-web-text", &b"%%%%"[..]), ("application/grpc-web+proto", &b"\0\0\0\0\x09\x0a"[..])]
    {
        let response = http_client().post(server.url(GENERATE)).header("content-type", content_type).body(body);
        let response = response.send().await.unwrap();
        let status = Status::from_header_map(response.headers()).unwrap();
        assert_eq!(by_grpc(&status), unreadable, "{content_type}");
    }
}
