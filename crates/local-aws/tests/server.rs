//! The server over the wire: what every answer carries, the control endpoints, and the faults.

#![expect(clippy::unwrap_used, reason = "clippy allows it in tests, but not in what they share")]

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use local_aws::{LocalAws, Options};
use serde_json::{Value, json};

struct Wire {
    http: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Wire {
    fn to(aws: &LocalAws) -> Self {
        // A retry of the client would hide a connection that a fault cut.
        let http = Client::builder(TokioExecutor::new())
            .retry_canceled_requests(false)
            .pool_max_idle_per_host(0)
            .build_http();
        Self { http, url: aws.url().to_owned() }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, Box<dyn std::error::Error>> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let (parts, body) = self.http.request(request.body(Full::new(body))?).await?.into_parts();
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
    }

    async fn try_call(&self, operation: &str, input: &Value) -> Result<Answer, Box<dyn std::error::Error>> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [("x-amz-target", target.as_str()), ("origin", "https://app.example")];
        self.send(Method::POST, "/", &headers, input).await
    }

    async fn call(&self, operation: &str, input: &Value) -> Answer {
        self.try_call(operation, input).await.unwrap()
    }

    async fn control(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(method, &format!("/_local/{path}"), &[], body).await.unwrap()
    }

    async fn fault(&self, operation: &str, action: Value) {
        let rule = json!([{ "operation": operation, "times": 1, "action": action }]);
        let answer = self.control(Method::POST, "faults", &rule).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

async fn start() -> (LocalAws, Wire) {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let wire = Wire::to(&aws);
    (aws, wire)
}

/// The client id and the first person of a demo.
async fn demo(aws: &LocalAws) -> (Value, Value) {
    let poolpass = aws.demo().await.unwrap();
    (poolpass["userPool"]["clientId"].clone(), poolpass["demo"]["users"][0].clone())
}

async fn sign_in(wire: &Wire, client_id: &Value, user: &Value) -> Value {
    let parameters = json!({ "USERNAME": user["username"], "PASSWORD": user["password"] });
    let input =
        json!({ "ClientId": client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
    wire.call("InitiateAuth", &input).await.json()["AuthenticationResult"].clone()
}

fn sign_up(client_id: &Value, username: &str) -> Value {
    json!({
        "ClientId": client_id, "Username": username, "Password": "Correct-Horse-1",
        "UserAttributes": [{ "Name": "email", "Value": format!("{username}@example.com") }],
    })
}

#[tokio::test]
async fn several_run_side_by_side_and_a_stopped_one_no_longer_listens() {
    let (one, wire_one) = start().await;
    let (other, wire_other) = start().await;
    assert_ne!(one.port(), other.port());
    let (client_id, user) = demo(&one).await;
    assert!(sign_in(&wire_one, &client_id, &user).await["AccessToken"].is_string());
    assert!(sign_in(&wire_other, &client_id, &user).await.is_null(), "the other has its own account");

    let port = one.port();
    one.stop().await;
    assert!(wire_one.try_call("GetUser", &json!({})).await.is_err());
    let again = LocalAws::start(Options { port, ..Options::default() }).await.unwrap();
    assert_eq!(again.port(), port);
    assert!(LocalAws::start(Options { port, ..Options::default() }).await.is_err(), "the port is taken");
}

#[tokio::test]
async fn answers_carry_the_server_s_date_and_a_request_id() {
    let (aws, wire) = start().await;
    aws.clock().set_offset_seconds(-7200);
    let answer = wire.call("GetUser", &json!({ "AccessToken": "x" })).await;
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let date = time::PrimitiveDateTime::parse(answer.header("date").unwrap(), format).unwrap();
    let now = time::OffsetDateTime::from(aws.clock().now());
    assert!((now - date.assume_utc()).abs() < time::Duration::seconds(5), "{date}");
    assert!(uuid::Uuid::parse_str(answer.header("x-amzn-requestid").unwrap()).is_ok());
    assert_eq!(answer.header("x-amzn-errortype"), Some("NotAuthorizedException"));
    assert_eq!(answer.header("content-type"), Some("application/x-amz-json-1.1"));

    let clock = wire.control(Method::POST, "clock", &json!({ "offsetSeconds": 60 })).await.json();
    assert_eq!((clock["offsetSeconds"].as_i64(), aws.clock().offset_seconds()), (Some(60), 60));
}

#[tokio::test]
async fn browsers_may_call_the_json_services_from_anywhere() {
    let (_aws, wire) = start().await;
    let preflight = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,x-amz-target,x-amz-user-agent"),
    ];
    for path in ["/", "/_region/us-west-2/"] {
        let answer = wire.send(Method::OPTIONS, path, &preflight, &Value::Null).await.unwrap();
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(answer.header("access-control-allow-headers").unwrap().contains("x-amz-target"));
    }

    let answer = wire.call("GetUser", &json!({})).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let exposed = answer.header("access-control-expose-headers").unwrap();
    for name in ["x-amzn-requestid", "x-amzn-errortype", "date"] {
        assert!(exposed.contains(name), "{name}");
    }
}

#[tokio::test]
async fn only_pages_of_this_machine_may_read_the_control_endpoints() {
    let (_aws, wire) = start().await;
    for (origin, allowed) in [
        ("http://localhost:3000", true),
        ("http://127.0.0.1:8080", true),
        ("https://app.example", false),
        ("http://localhost.evil.example", false),
        ("null", false),
    ] {
        let headers = [("origin", origin)];
        let answer = wire.send(Method::GET, "/_local/messages", &headers, &Value::Null).await.unwrap();
        let expected = allowed.then_some(origin);
        assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin}");
    }
}

#[tokio::test]
async fn codes_are_found_by_address_and_by_user() {
    let (aws, wire) = start().await;
    let (client_id, _) = demo(&aws).await;
    for username in ["zoe", "yan"] {
        wire.call("SignUp", &sign_up(&client_id, username)).await;
    }
    let messages = |query: &'static str| wire.control(Method::GET, query, &Value::Null);
    let to_zoe = messages("messages?to=zoe%40example.com").await.json();
    assert_eq!(to_zoe.as_array().unwrap().len(), 1);
    assert_eq!(to_zoe[0]["purpose"], "signUp");
    assert_eq!(to_zoe[0]["code"], aws.messages().last_to("zoe@example.com").unwrap().code);
    assert_eq!(messages("messages?username=yan").await.json()[0]["to"], "yan@example.com");
    assert_eq!(messages("messages?to=nobody").await.json(), json!([]));
}

#[tokio::test]
async fn the_keys_of_a_pool_are_public() {
    let (aws, wire) = start().await;
    let poolpass = aws.demo().await.unwrap();
    let pool = poolpass["userPool"]["id"].as_str().unwrap();
    let document = |name: &str| format!("/{pool}/.well-known/{name}");
    let keys = wire.send(Method::GET, &document("jwks.json"), &[], &Value::Null).await.unwrap().json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    for key in keys["keys"].as_array().unwrap() {
        assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
        assert!(key["n"].is_string() && key["e"] == "AQAB" && key["kid"].is_string() && key["d"].is_null());
    }
    let configuration =
        wire.send(Method::GET, &document("openid-configuration"), &[], &Value::Null).await.unwrap();
    assert_eq!(configuration.json()["issuer"], format!("https://cognito-idp.eu-west-1.amazonaws.com/{pool}"));
    let nowhere = wire.send(Method::GET, "/eu-west-1_None/.well-known/jwks.json", &[], &Value::Null).await;
    assert_eq!(nowhere.unwrap().status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_dropped_request_is_not_handled_but_a_lost_answer_was() {
    let (aws, wire) = start().await;
    let (client_id, _) = demo(&aws).await;
    aws.request_counts().reset();

    wire.fault("SignUp", json!("drop")).await;
    assert!(wire.try_call("SignUp", &sign_up(&client_id, "zoe")).await.is_err());
    assert_eq!(wire.call("SignUp", &sign_up(&client_id, "zoe")).await.status, StatusCode::OK);

    wire.fault("SignUp", json!("dropAfterHandling")).await;
    assert!(wire.try_call("SignUp", &sign_up(&client_id, "yan")).await.is_err());
    let again = wire.call("SignUp", &sign_up(&client_id, "yan")).await;
    assert_eq!(again.json()["__type"], "UsernameExistsException");

    assert_eq!(aws.request_counts().of("SignUp"), 4);
    let counts = wire.control(Method::GET, "requests", &Value::Null).await.json();
    assert_eq!(counts, json!({ "SignUp": 4 }));
    wire.control(Method::DELETE, "requests", &Value::Null).await;
    assert!(aws.request_counts().all().is_empty());
}

#[tokio::test]
async fn a_truncated_answer_announces_more_than_it_sends() {
    let (_aws, wire) = start().await;
    for bytes in [0, 5] {
        wire.fault("GetUser", json!({ "truncate": bytes })).await;
        let target = ("x-amz-target", "AWSCognitoIdentityProviderService.GetUser");
        let request = Request::post(format!("{}/", wire.url)).header(target.0, target.1);
        let response = wire.http.request(request.body(Full::default()).unwrap()).await.unwrap();
        let announced: usize = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
        assert!(announced > bytes);
        assert!(response.into_body().collect().await.is_err());
    }
}

#[tokio::test]
async fn delays_statuses_and_hostile_bodies_come_as_asked() {
    let (aws, wire) = start().await;
    let input = json!({ "AccessToken": "x" });

    wire.fault("GetUser", json!({ "delayMs": 1 })).await;
    assert_eq!(wire.call("GetUser", &input).await.json()["__type"], "NotAuthorizedException");
    assert_eq!(aws.faults().hits(), 1);

    wire.fault("GetUser", json!({ "status": 503, "code": "ServiceUnavailable" })).await;
    let unavailable = wire.call("GetUser", &input).await;
    assert_eq!(unavailable.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(unavailable.json()["__type"], "ServiceUnavailable");

    wire.fault("GetUser", json!({ "body": "<html>", "contentType": "text/html" })).await;
    let hostile = wire.call("GetUser", &input).await;
    assert_eq!((hostile.status, hostile.header("content-type")), (StatusCode::OK, Some("text/html")));
    assert_eq!(hostile.body, "<html>");

    wire.fault("*", json!("throttle")).await;
    let throttled = wire.call("GetUser", &input).await;
    assert_eq!(throttled.json()["__type"], "TooManyRequestsException");
    wire.fault("GetObject", json!("throttle")).await;
    let slow_down = wire.send(Method::GET, "/bucket/key", &[], &Value::Null).await.unwrap();
    assert_eq!(slow_down.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(String::from_utf8_lossy(&slow_down.body).contains("<Code>SlowDown</Code>"));

    let rules = wire.control(Method::GET, "faults", &Value::Null).await.json();
    assert_eq!(rules.as_array().unwrap().len(), 5);
    assert_eq!(rules[1]["hits"], 1);
    wire.control(Method::DELETE, "faults", &Value::Null).await;
    assert_eq!(aws.faults().hits(), 0);
}

#[tokio::test]
async fn a_fault_can_revoke_every_refresh_token() {
    let (aws, wire) = start().await;
    let (client_id, user) = demo(&aws).await;
    let tokens = sign_in(&wire, &client_id, &user).await;
    let refresh = json!({ "ClientId": client_id, "RefreshToken": tokens["RefreshToken"] });
    assert_eq!(wire.call("GetTokensFromRefreshToken", &refresh).await.status, StatusCode::OK);
    wire.fault("GetTokensFromRefreshToken", json!("revokeRefreshTokens")).await;
    let revoked = wire.call("GetTokensFromRefreshToken", &refresh).await.json();
    assert_eq!(revoked["message"], "Refresh Token has been revoked");
}

#[tokio::test]
async fn misuse_of_the_control_endpoints_is_told() {
    let (_aws, wire) = start().await;
    for (path, body) in [
        ("faults", json!([{ "operation": "GetUser", "action": "explode" }])),
        ("faults", json!("x")),
        ("clock", json!({ "offset": 1 })),
    ] {
        assert_eq!(wire.control(Method::POST, path, &body).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(wire.control(Method::GET, "nothing", &Value::Null).await.status, StatusCode::NOT_FOUND);
}
