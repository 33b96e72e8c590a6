//! Checks that signatures equal botocore's, and that another implementation accepts them and refuses altered requests.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::{AUTHORIZATION, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use poolpass::platform::{Body, BoxFuture, Clock, Response, Transport, TransportError};
use poolpass::{Client, Config, Credentials, Region, Service, sigv4};
use poolpass_tests::signature_check::{SigningKey, verify_at};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Table {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    service: String,
    region: String,
    credentials: Key,
    time: DateTime<Utc>,
    sign: Place,
    expires_in: Option<u64>,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    s3: Option<Named>,
    expected: Expected,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Place {
    Headers,
    Query,
}

/// An object in the caller's terms.
#[derive(Deserialize)]
struct Named {
    endpoint: String,
    addressing: String,
    bucket: String,
    key: String,
    parameters: Value,
}

#[derive(Deserialize)]
struct Expected {
    #[serde(default)]
    headers: BTreeMap<String, String>,
    url: Option<String>,
}

impl Case {
    fn all() -> Result<Vec<Self>> {
        let table: Table = serde_json::from_str(include_str!("../data/sigv4_botocore.json"))?;
        ensure!(table.cases.len() > 40, "the table has {} cases", table.cases.len());
        Ok(table.cases)
    }

    fn request(&self) -> Result<Request<Bytes>> {
        let mut request = Request::new(Bytes::from(self.body.clone()));
        *request.method_mut() = self.method.parse()?;
        *request.uri_mut() = self.url.parse()?;
        *request.headers_mut() = self.headers()?;
        Ok(request)
    }

    fn headers(&self) -> Result<HeaderMap> {
        let header = |(name, value): &(String, String)| {
            Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?))
        };
        self.headers.iter().map(header).collect()
    }

    fn sign(&self) -> Result<Request<Bytes>> {
        let mut request = self.request()?;
        let region: Region = self.region.parse()?;
        let scope = sigv4::Scope { service: &self.service, region: &region };
        sigv4::sign(&mut request, &scope, &self.credentials(), self.time.into())?;
        Ok(request)
    }

    fn credentials(&self) -> Credentials {
        let Key { access_key_id, secret_access_key, session_token } = self.credentials.clone();
        Credentials::new(access_key_id, secret_access_key, session_token, None)
    }

    fn signing_key(&self) -> SigningKey {
        let Key { secret_access_key, session_token, .. } = self.credentials.clone();
        SigningKey { secret_access_key, session_token }
    }

    fn expires_in(&self) -> Duration {
        Duration::from_secs(self.expires_in.unwrap_or_default())
    }
}

/// The connections of Amplify to AppSync's real-time API.
#[derive(Deserialize)]
struct AppSync {
    time: DateTime<Utc>,
    region: String,
    credentials: Key,
    cases: Vec<AppSyncConnection>,
}

/// The headers of a signed POST, which travel in a subprotocol of the WebSocket.
#[derive(Deserialize)]
struct AppSyncConnection {
    name: String,
    url: String,
    body: String,
    headers: BTreeMap<String, String>,
}

#[test]
fn the_signed_headers_of_appsync_s_websockets_are_amplifys() -> Result<()> {
    let table: AppSync = serde_json::from_str(include_str!("../data/sigv4_appsync.json"))?;
    let Key { access_key_id, secret_access_key, session_token } = table.credentials;
    let credentials = Credentials::new(access_key_id, secret_access_key, session_token, None);
    let region: Region = table.region.parse()?;
    let scope = sigv4::Scope { service: "appsync", region: &region };
    ensure!(table.cases.len() == 2, "the table has GraphQL and Events");
    for connection in table.cases {
        let mut request = Request::post(&connection.url).body(Bytes::from(connection.body))?;
        for name in ["accept", "content-encoding", "content-type", "host"] {
            let value = connection.headers.get(name).context(name)?;
            request.headers_mut().insert(name, HeaderValue::try_from(value)?);
        }
        sigv4::sign(&mut request, &scope, &credentials, table.time.into())?;
        let text = |value: &HeaderValue| value.to_str().map(str::to_owned);
        let named = |(name, value): (&HeaderName, &HeaderValue)| Ok((name.as_str().to_owned(), text(value)?));
        let signed: BTreeMap<_, _> = request.headers().iter().map(named).collect::<Result<_>>()?;
        assert_eq!(signed, connection.headers, "{}", connection.name);
    }
    Ok(())
}

/// A URL with a sorted query.
fn parts(url: &str) -> (&str, BTreeSet<&str>) {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    (place, query.split('&').collect())
}

#[test]
fn signed_headers_are_botocores() -> Result<()> {
    for case in Case::all()?.iter().filter(|case| case.sign == Place::Headers) {
        let signed = case.sign()?;
        for (name, value) in &case.expected.headers {
            let ours = signed.headers().get(name).with_context(|| format!("{}: no {name}", case.name))?;
            assert_eq!(ours, value, "{}: {name}", case.name);
        }
        let added = signed.headers().len() - case.headers.len();
        assert_eq!(added, case.expected.headers.len(), "{}: {:?}", case.name, signed.headers());
    }
    Ok(())
}

#[test]
fn presigned_urls_are_botocores() -> Result<()> {
    for case in Case::all()?.iter().filter(|case| case.sign == Place::Query) {
        let (region, uri): (Region, Uri) = (case.region.parse()?, case.url.parse()?);
        let scope = sigv4::Scope { service: &case.service, region: &region };
        let method: Method = case.method.parse()?;
        let url = sigv4::presign(
            &method,
            &uri,
            &case.headers()?,
            &scope,
            &case.credentials(),
            case.time.into(),
            case.expires_in(),
        )?;
        let expected = case.expected.url.as_deref().context("no URL")?;
        assert_eq!(parts(&url.to_string()), parts(expected), "{}", case.name);
    }
    Ok(())
}

#[tokio::test]
async fn the_bucket_presigns_as_botocore_does_from_the_key_on() -> Result<()> {
    let mut compared = 0;
    for case in Case::all()?.iter().filter(|case| case.sign == Place::Query) {
        let Some(named) = &case.s3 else { continue };
        let plain = named.parameters == json!({}) && case.method == "GET";
        let Some(session_token) = case.credentials.session_token.as_ref().filter(|_| plain) else { continue };
        let mut config = Config::builder()
            .region(&case.region)
            .identity_pool("eu-west-1:00000000-0000-0000-0000-000000000000")
            .bucket(&named.bucket);
        if named.addressing == "path" {
            config = config.endpoint(Service::S3, &named.endpoint);
        }
        let client = Client::builder(config.build()?)
            .clock(Stopped(case.time.into()))
            .transport(Vending {
                key: case.credentials.clone(),
                session_token: session_token.clone(),
                time: case.time,
            })
            .build()?;
        let url = client.s3()?.presign_get(&named.key, case.expires_in()).await?;
        let expected = case.expected.url.as_deref().context("no URL")?;
        assert_eq!(parts(url.as_str()), parts(expected), "{}", case.name);
        compared += 1;
    }
    ensure!(compared >= 10, "only {compared} cases were compared");
    Ok(())
}

#[tokio::test]
async fn another_implementation_verifies_every_signature_and_refuses_what_was_altered() -> Result<()> {
    for case in Case::all()?.iter().filter(|case| case.sign == Place::Headers) {
        let (signed, key) = (case.sign()?, case.signing_key());
        verify_at(&signed, &key, case.time).await.with_context(|| case.name.clone())?;

        for (what, altered) in alterations(&signed)? {
            let outcome = verify_at(&altered, &key, case.time).await;
            ensure!(outcome.is_err(), "{}: {what} was altered, and it verifies", case.name);
        }
        for minutes in [-16, 16] {
            let then = case.time + TimeDelta::minutes(minutes);
            ensure!(
                verify_at(&signed, &key, then).await.is_err(),
                "{}: it verifies {minutes} minutes later",
                case.name
            );
        }
        let mut other = case.signing_key();
        other.secret_access_key.replace_range(..1, "#");
        ensure!(verify_at(&signed, &other, case.time).await.is_err(), "{}: any secret verifies", case.name);
    }
    Ok(())
}

/// The request in all variants with one altered part.
fn alterations(signed: &Request<Bytes>) -> Result<Vec<(String, Request<Bytes>)>> {
    let altered = |alter: &dyn Fn(&mut Request<Bytes>) -> Result<()>| -> Result<Request<Bytes>> {
        let mut request = signed.clone();
        alter(&mut request)?;
        Ok(request)
    };
    let with_target = |target: String| {
        altered(&|request| {
            *request.uri_mut() = target.parse()?;
            Ok(())
        })
    };
    let url = signed.uri().to_string();
    let (place, query) =
        url.split_once('?').map_or((url.as_str(), None), |(place, query)| (place, Some(query)));
    let and_query = |place: &str| query.map_or_else(|| place.to_owned(), |query| format!("{place}?{query}"));
    let mut alterations = vec![
        ("the path".to_owned(), with_target(and_query(&format!("{place}x")))?),
        (
            "the query".to_owned(),
            with_target(format!("{}{}x=1", and_query(place), if query.is_some() { "&" } else { "?" }))?,
        ),
        ("the host".to_owned(), with_target(url.replacen("://", "://x.", 1))?),
        (
            "the method".to_owned(),
            altered(&|request| {
                *request.method_mut() = Method::PATCH;
                Ok(())
            })?,
        ),
        (
            "the body".to_owned(),
            altered(&|request| {
                let body = [request.body(), &b"x"[..]].concat();
                *request.body_mut() = Bytes::from(body);
                Ok(())
            })?,
        ),
    ];
    for name in signed.headers().keys().filter(|name| **name != AUTHORIZATION) {
        let changed = altered(&|request| {
            let value = request.headers().get(name).context("no such header")?.to_str()?;
            let value = match name.as_str() {
                "x-amz-date" => value.replace("T12", "T13"),
                _ => format!("{value}x"),
            };
            request.headers_mut().insert(name, value.parse()?);
            Ok(())
        })?;
        let dropped = altered(&|request| {
            request.headers_mut().remove(name);
            Ok(())
        })?;
        alterations.extend([(format!("{name}"), changed), (format!("the presence of {name}"), dropped)]);
    }
    Ok(alterations)
}

#[derive(Debug)]
struct Stopped(SystemTime);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        self.0
    }
}

/// An identity pool that always returns the same key.
struct Vending {
    key: Key,
    session_token: String,
    time: DateTime<Utc>,
}

impl std::fmt::Debug for Vending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vending")
    }
}

impl Transport for Vending {
    fn send(&self, _request: Request<Bytes>) -> BoxFuture<'_, Result<Response, TransportError>> {
        let answer = json!({
            "IdentityId": "eu-west-1:11111111-2222-4333-8444-555555555555",
            "Credentials": {
                "AccessKeyId": self.key.access_key_id,
                "SecretKey": self.key.secret_access_key,
                "SessionToken": self.session_token,
                "Expiration": (self.time + TimeDelta::days(8)).timestamp(),
            },
        });
        Box::pin(async move { Ok(Response::new(Body::from(Bytes::from(answer.to_string())))) })
    }
}
