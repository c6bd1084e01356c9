//! The forms by the `Accept` header, from a real server.

use cicatrix::wire::Answer as _;
use serde_json::{Value, json};

use crate::{
    people::referred,
    server::Server,
    support::{request, service},
};

/// Sends a request that accepts `accept` and gives status, type, and body.
async fn ask(server: &Server, accept: Option<&str>, body: &Value) -> (u16, String, String) {
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let mut request = client.post(server.url("/v1/protocols:generate")).json(body);
    if let Some(accept) = accept {
        request = request.header("accept", accept);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["vary"], "accept");
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), content_type, response.text().await.unwrap())
}

fn error(body: &str) -> Value {
    serde_json::from_str::<Value>(body).unwrap()["error"].clone()
}

#[tokio::test]
async fn the_caller_chooses_the_form() {
    let server = Server::start();
    let named = cicatrix::wire::v1::GenerateProtocolRequest { plan_reference: Some("a.B-3_c".to_owned()), ..request() };
    let body = serde_json::to_value(&named).unwrap();
    let answer = service().generate_protocol_as(named.clone(), |it| it.to_json()).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    for accept in [None, Some("*/*"), Some("application/json"), Some("text/html, */*;q=0.1")] {
        let (code, content_type, text) = ask(&server, accept, &body).await;
        assert_eq!((code, content_type.as_str(), text == answer), (200, "application/json", true), "{accept:?}");
    }
    for accept in ["text/calendar", "text/calendar;q=0.9, application/json;q=0.8", "text/*"] {
        let (code, content_type, text) = ask(&server, Some(accept), &body).await;
        assert_eq!((code, content_type.as_str()), (200, "text/calendar; charset=utf-8"), "{accept}");
        assert_eq!(text, service().generate_calendar(named.clone()).unwrap());
    }
    for accept in ["image/svg+xml", "image/*", "text/calendar;q=0.2, image/svg+xml"] {
        let (code, content_type, text) = ask(&server, Some(accept), &body).await;
        assert_eq!((code, content_type.as_str()), (200, "image/svg+xml"), "{accept}");
        assert_eq!(text, service().generate_drawing(named.clone()).unwrap());
    }
    let (code, content_type, text) = ask(&server, Some("text/html, application/pdf"), &body).await;
    assert_eq!((code, content_type.as_str()), (406, "application/json"));
    let told = error(&text);
    assert_eq!((&told["code"], &told["details"][0]["reason"]), (&json!(406), &json!("NOT_ACCEPTABLE")));
    // A referral is an answer in every form.
    let body = serde_json::to_value(referred()).unwrap();
    for accept in ["application/json", "text/calendar", "image/svg+xml"] {
        assert_eq!(ask(&server, Some(accept), &body).await.0, 200, "{accept}");
    }
}

#[tokio::test]
async fn a_calendar_needs_a_reference() {
    let server = Server::start();
    let mut body = serde_json::to_value(request()).unwrap();
    body["scars"][0]["count"] = json!(0);
    let (code, content_type, text) = ask(&server, Some("text/calendar"), &body).await;
    assert_eq!((code, content_type.as_str()), (400, "application/json"));
    // It is told together with all else that is wrong.
    let fields: Vec<Value> = error(&text)["details"][1]["fieldViolations"].as_array().unwrap().clone();
    let fields: Vec<&str> = fields.iter().map(|it| it["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["scars[0].count", "plan_reference"]);
    // The other forms do without.
    body["scars"][0]["count"] = json!(3);
    assert_eq!(ask(&server, Some("image/svg+xml"), &body).await.0, 200);
    for wrong in ["", "Jane Doe", "a/b", "é", "a\nb", &"a".repeat(65)] {
        body["planReference"] = json!(wrong);
        let (code, _, text) = ask(&server, None, &body).await;
        assert_eq!(
            (code, error(&text)["details"][1]["fieldViolations"][0]["field"].as_str()),
            (400, Some("plan_reference"))
        );
        assert!(!text.contains("Jane"));
    }
    body["planReference"] = json!("a".repeat(64));
    assert_eq!(ask(&server, Some("text/calendar"), &body).await.0, 200);
}

#[test]
fn the_reference_changes_no_plan() {
    let named = cicatrix::wire::v1::GenerateProtocolRequest { plan_reference: Some("x".to_owned()), ..request() };
    assert!(service().generate_protocol(named).unwrap() == service().generate_protocol(request()).unwrap());
}

#[test]
fn the_openapi_document_names_the_forms() {
    let content = cicatrix::serve::openapi()["paths"]["/v1/protocols:generate"]["post"]["responses"]["200"]["content"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect::<Vec<_>>();
    assert_eq!(content, ["application/json", "image/svg+xml", "text/calendar"]);
    let other = &cicatrix::serve::openapi()["paths"]["/v1/scars:classify"]["post"]["responses"]["200"]["content"];
    assert_eq!(other.as_object().unwrap().len(), 1);
}
