//! The control endpoints for tests, below `/_local/`.

use http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    account::Account,
    echo::Echoes,
    exchange::{Request, Response, full},
    faults::FaultRule,
    user_agent::{self, Script},
    user_pool::TriggerScript,
};

const AUTHENTICATORS: &str = "authenticators/";

pub(crate) async fn handle(account: &Account, request: &Request) -> Response {
    let answer = match (&request.method, request.operation.as_str()) {
        (&Method::POST, operation) if operation.starts_with(AUTHENTICATORS) => {
            let name = operation.trim_start_matches(AUTHENTICATORS);
            match serde_json::from_slice(&request.body) {
                Ok(question) => Ok(account.authenticators.ask(name, question).await),
                Err(error) => Err(error),
            }
        }
        (&Method::POST, "user-agent") => return browse(account, &request.body).await,
        (&Method::GET, "messages") => messages(account, request.uri.query().unwrap_or_default()),
        (&Method::GET, "faults") => Ok(account.faults.to_json()),
        (&Method::POST, "faults") => add_faults(account, &request.body),
        (&Method::DELETE, "faults") => {
            account.faults.clear();
            Ok(json!([]))
        }
        (&Method::GET, "echoes") => Ok(Echoes::combinations()),
        (&Method::DELETE, "echoes") => {
            account.faults.end_echoes();
            Ok(account.echoes.take())
        }
        (&Method::GET, "requests") => Ok(json!(account.request_counts.all())),
        (&Method::DELETE, "requests") => {
            account.request_counts.reset();
            Ok(json!({}))
        }
        (&Method::GET, "limits") => Ok(json!(account.limits.values())),
        (&Method::POST, "limits") => set_limits(account, &request.body),
        (&Method::GET, "triggers") => Ok(Value::Array(account.triggers.events())),
        (&Method::POST, "triggers") => set_triggers(account, &request.body),
        (&Method::DELETE, "triggers") => {
            account.triggers.clear();
            Ok(json!([]))
        }
        (&Method::DELETE, "user-contexts") => Ok(account.user_contexts.take()),
        (&Method::POST, "callback-urls") => add_callback_urls(account, &request.body),
        (&Method::GET, "api") => Ok(json!(account.api.settings())),
        (&Method::POST, "api") => serde_json::from_slice(&request.body).map(|settings| {
            account.api.set(settings);
            json!(account.api.settings())
        }),
        (&Method::POST, "developer-identity") => {
            return match account.identity_pools.as_backend(account, &request.body) {
                Ok(value) => reply(StatusCode::OK, &value),
                Err(error) => reply(StatusCode::BAD_REQUEST, &json!({ "message": error.message })),
            };
        }
        (&Method::GET, "clock") => Ok(clock(account)),
        (&Method::POST, "clock") => set_clock(account, &request.body),
        _ => return reply(StatusCode::NOT_FOUND, &json!({ "message": "no such control endpoint" })),
    };
    match answer {
        Ok(value) => reply(StatusCode::OK, &value),
        Err(error) => reply(StatusCode::BAD_REQUEST, &json!({ "message": error.to_string() })),
    }
}

/// Walks through pages as the person at a browser.
async fn browse(account: &Account, body: &[u8]) -> Response {
    let result = match serde_json::from_slice::<Script>(body) {
        Ok(script) => user_agent::browse(account, script).await,
        Err(error) => Err(error.to_string()),
    };
    match result {
        Ok(value) => reply(StatusCode::OK, &value),
        Err(message) => reply(StatusCode::BAD_REQUEST, &json!({ "message": message })),
    }
}

fn messages(account: &Account, query: &str) -> Result<Value, serde_json::Error> {
    let mut messages = account.messages.all();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "to" => messages.retain(|message| message.to == value),
            "username" => messages.retain(|message| message.username == value),
            _ => {}
        }
    }
    serde_json::to_value(messages)
}

/// Accepts one rule or a list of rules.
fn add_faults(account: &Account, body: &[u8]) -> Result<Value, serde_json::Error> {
    let rules: Vec<FaultRule> = match serde_json::from_slice(body)? {
        Value::Array(rules) => rules.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?,
        rule => vec![serde_json::from_value(rule)?],
    };
    for rule in rules {
        account.faults.add(rule);
    }
    Ok(account.faults.to_json())
}

fn set_limits(account: &Account, body: &[u8]) -> Result<Value, serde_json::Error> {
    account.limits.set(serde_json::from_slice(body)?);
    Ok(json!(account.limits.values()))
}

/// Replaces the triggers of a user pool.
fn set_triggers(account: &Account, body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice::<TriggerScript>(body)?.set(&account.triggers);
    Ok(json!({}))
}

/// Lets an app client redirect to more URLs, such as those of test servers with a port of their own.
fn add_callback_urls(account: &Account, body: &[u8]) -> Result<Value, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Urls {
        client_id: String,
        urls: Vec<String>,
    }
    let Urls { client_id, urls } = serde_json::from_slice(body)?;
    let known = account.user_pools.add_callback_urls(&client_id, &urls);
    Ok(json!({ "known": known }))
}

fn clock(account: &Account) -> Value {
    json!({ "offsetSeconds": account.clock.offset_seconds(), "unixSeconds": account.clock.unix_seconds() })
}

fn set_clock(account: &Account, body: &[u8]) -> Result<Value, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Offset {
        offset_seconds: i64,
    }
    let Offset { offset_seconds } = serde_json::from_slice(body)?;
    account.clock.set_offset_seconds(offset_seconds);
    Ok(clock(account))
}

fn reply(status: StatusCode, value: &Value) -> Response {
    let mut response = http::Response::new(full(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
