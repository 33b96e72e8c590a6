//! The fuzz targets. Panics, overflows, and calls that take more than ten seconds or two gigabytes are findings.
//!
//! All targets use the SDK's public API, so that each parser gets inputs that it can get in an app. If a target has several cases, the
//! first byte of the input selects one.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use poolpass::dynamodb::{FromItem, Item, attribute};
use poolpass::platform::MemoryStore;
use poolpass::s3::UploadState;
use poolpass::srp::{ClientEphemeral, Identity, ServerChallenge};
use poolpass::verify::{AlbVerifier, Requirements, UserPoolVerifier};
use poolpass::{AuthFlow, Client, Config, Error, Service, SessionTokens, SignInStep};
use serde_json::{Value, json};

use crate::backend::{APP_CLIENT, Backend, Stored, USER_POOL};

pub(crate) type Target = fn(&[u8]);

pub(crate) const TARGETS: [(&str, Target); 13] = [
    ("configuration", configuration),
    ("user-pool", user_pool),
    ("tokens", tokens),
    ("srp", srp),
    ("identity-pool", identity_pool),
    ("store", store),
    ("dynamodb", dynamodb),
    ("s3-documents", s3_documents),
    ("s3-headers", s3_headers),
    ("refusals", refusals),
    ("urls", urls),
    ("redirects", redirects),
    ("verify", verify),
];

/// Configuration files.
fn configuration(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match Config::from_json(text) {
        Err(error) => quotes_itself(&error),
        Ok(config) => {
            let services =
                [Service::CognitoIdp, Service::CognitoIdentity, Service::Sts, Service::S3, Service::DynamoDb];
            for service in services {
                let _ = config.endpoint(service, config.region()).to_string();
            }
            let backend = Backend::answering("{}");
            let client = Client::builder(config).transport(backend).store(Stored(None)).build();
            if let Ok(client) = client {
                let _ = (client.s3().map(drop), client.dynamodb().map(drop));
            }
        }
    }
}

/// JSON answers of a user pool.
fn user_pool(input: &[u8]) {
    let Some((selector, answer)) = input.split_first() else { return };
    let client = Backend::answering(answer.to_vec()).client();
    let account = client.account();
    run(async {
        match selector % 5 {
            0 => continued(client.sign_in("ada", "Correct-horse-1").await).await,
            1 => continued(by_password(&client).await).await,
            2 => observe(account.sign_up("ada", "Correct-horse-1").await),
            4 => continued(client.sign_in_without_password("ada").await).await,
            _ => observe(account.forgot_password("ada").await),
        }
    });
}

async fn by_password(client: &Client) -> Result<SignInStep, Error> {
    client.sign_in("ada", "Correct-horse-1").flow(AuthFlow::UserPasswordAuth).await
}

async fn continued(step: Result<SignInStep, Error>) {
    match step {
        Ok(SignInStep::Challenge(challenge)) => {
            let _ = (challenge.name().len(), challenge.username().len(), format!("{challenge:?}"));
        }
        Ok(SignInStep::Done(user)) => {
            let _ = format!("{user:?}");
        }
        Err(error) => quotes_itself(&error),
    }
}

/// ID and access tokens: the whole token, or its claims.
fn tokens(input: &[u8]) {
    let Some((selector, claims)) = input.split_first() else { return };
    let token = if selector % 2 == 0 {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    } else {
        String::from_utf8_lossy(claims).into_owned()
    };
    let answer = json!({"AuthenticationResult": {
        "IdToken": token, "AccessToken": token, "RefreshToken": "refresh", "ExpiresIn": 3600, "TokenType": "Bearer",
    }});
    let client = Backend::answering(answer.to_string()).client();
    run(async {
        continued(by_password(&client).await).await;
        observe(client.adopt_session(SessionTokens::new(&*token, &*token, "refresh")).await);
    });
    let stored =
        json!({"version": 1, "id": "s", "idToken": token, "accessToken": token, "refreshToken": "refresh"});
    read_stored(stored.to_string());
}

/// Cognito's SRP parameters: SRP_B, SALT and SECRET_BLOCK, one per line.
fn srp(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut lines = text.splitn(3, '\n');
    let [srp_b, salt, block] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    if let Ok(server) = ServerChallenge::parse(srp_b, salt) {
        let ephemeral = ClientEphemeral::new([7; 32]).expect("a secret exponent");
        let identity = Identity::user("AbCdEfGhI", "ada");
        if let Ok(key) = ephemeral.password_key(identity, "Correct-horse-1", &server) {
            let _ = key.claim_signature(identity, block, "Wed Sep 9 06:40:48 UTC 2026");
        }
    }
}

/// JSON answers of an identity pool.
fn identity_pool(input: &[u8]) {
    let backend = Backend { is_identity_pool: true, ..Backend::answering(input.to_vec()) };
    let client = backend.client();
    run(async {
        observe(client.identity_id().await);
        observe(client.credentials().await);
        observe(client.s3().expect("a bucket").presign_get("a", Duration::from_secs(60)).await);
        let classic = client.classic_flow("arn:aws:iam::123456789012:role/app").build().expect("a role");
        observe(classic.credentials().await);
    });
}

/// Stored sessions, challenges, guests and uploads.
fn store(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        read_stored(text.to_owned());
    }
    if let Ok(state) = serde_json::from_slice::<UploadState>(input) {
        let written = serde_json::to_string(&state).expect("a state");
        assert_eq!(serde_json::from_str::<UploadState>(&written).expect("the same state"), state);
        let mut headers = HeaderMap::new();
        headers.insert("etag", HeaderValue::from_static("\"e\""));
        let client = Backend { headers, ..Backend::answering("") }.client();
        run(async {
            observe(client.s3().expect("a bucket").resume_upload(state, vec![7; 100]).await);
        });
    }
}

fn read_stored(value: String) {
    let client = Backend::answering("{}").client_with(Stored(Some(value)));
    run(async {
        observe(client.current_user().await);
        observe(client.pending_challenge().await);
        observe(client.id_token().await);
        observe(client.credentials().await);
    });
}

/// JSON answers of DynamoDB.
fn dynamodb(input: &[u8]) {
    let Some((selector, answer)) = input.split_first() else { return };
    let client = Backend::answering(answer.to_vec()).client();
    let notes = client.dynamodb().expect("a table");
    let key = || Item::new().with("pk", "me");
    run(async {
        match selector % 7 {
            0 => {
                if let Ok(page) = notes.scan::<Item>().page().await {
                    for item in page.items {
                        observe(Value::from_item(item.clone()));
                        // A parsed item can be written, and is the same.
                        observe(notes.put(&item).await);
                        assert_eq!(item.iter().count(), item.len());
                    }
                }
            }
            1 => observe(notes.query::<Value>(attribute("pk").eq("me")).all().await),
            2 => observe(notes.scan::<Item>().count().await),
            3 => observe(notes.batch_get::<Item>([key()]).await),
            4 => observe(notes.batch_write().put(key()).delete(key()).await),
            5 => observe(client.transact_get().get(notes.get::<Item>(key())).await),
            _ => observe(notes.delete(key()).return_old::<Value>().await),
        }
    });
}

/// XML answers of S3.
fn s3_documents(input: &[u8]) {
    let Some((selector, answer)) = input.split_first() else { return };
    let client = Backend::answering(answer.to_vec()).client();
    let bucket = client.s3().expect("a bucket");
    run(async {
        match selector % 5 {
            0 => observe(bucket.list("").items().try_for_each(|_| async { Ok(()) }).await),
            1 => observe(bucket.list("a/").page().await),
            2 => observe(bucket.delete_many(["a", "b"]).await),
            3 => observe(bucket.copy("a", "b").await),
            _ => observe(bucket.upload("a", vec![7; 6 << 20]).part_size(5 << 20).await),
        }
    });
}

/// Headers of S3: after the selecting byte, a line `name: value` for each header, an empty line, and the body.
fn s3_headers(input: &[u8]) {
    let Some((selector, answer)) = input.split_first() else { return };
    let (headers, body) = head_and_body(answer);
    let status = if selector % 4 == 1 { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let client = Backend { status, headers, ..Backend::answering(body) }.client();
    let bucket = client.s3().expect("a bucket");
    run(async {
        match selector % 5 {
            0 => observe(bucket.head("a").await),
            1 => {
                if let Ok(object) = bucket.get("a").range(3..9).await {
                    observe(object.bytes().await);
                }
            }
            2 => {
                if let Ok(object) = bucket.get("a").await {
                    observe(object.bytes().await);
                }
            }
            _ => observe(bucket.put("a", "x").await),
        }
    });
}

/// Errors of all services: two selecting bytes, then as in [`s3_headers`].
fn refusals(input: &[u8]) {
    let [selector, status, answer @ ..] = input else { return };
    let (headers, body) = head_and_body(answer);
    let statuses = [200, 301, 304, 400, 401, 403, 404, 405, 409, 412, 416, 429, 500, 501, 503];
    let status = StatusCode::from_u16(statuses[usize::from(*status) % statuses.len()]).expect("a status");
    let client = Backend { status, headers, ..Backend::answering(body) }.client();
    run(async {
        match selector % 5 {
            0 => observe(client.sign_in("ada", "Correct-horse-1").await),
            1 => observe(client.dynamodb().expect("a table").put(Item::new().with("pk", "me")).await),
            2 => observe(client.s3().expect("a bucket").put("a", "x").await),
            3 => observe(client.s3().expect("a bucket").head("a").await),
            _ => {
                let answer = client.api("execute-api").get("https://api.example.com/notes").await;
                if let Ok(answer) = &answer {
                    let _ = (answer.text().map(drop), answer.json::<Value>().map(drop));
                }
                observe(answer);
            }
        }
    });
}

/// URLs, keys and headers from an app, one per line.
fn urls(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut lines = text.splitn(4, '\n');
    let [url, key, name, value] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let client = Backend::answering("").client();
    let bucket = client.s3().expect("a bucket");
    run(async {
        let request = client.api("execute-api").get(url).segment(key).query(name, value).header(name, value);
        observe(request.await);
        observe(client.api(name).post(url).text(value).await);
        observe(client.api("iotdevicegateway").get(url).presign(Duration::from_secs(60)).await);
        observe(bucket.presign_get(key, Duration::from_secs(60)).await);
        observe(bucket.presign_get(key, Duration::from_secs(60)).file_name(value).await);
        observe(bucket.copy(key, value).await);
        observe(client.bucket(name).map(drop));
    });
}

/// Redirects from managed login. The first byte selects: the URL, its parameters beside the state, the claims of the tokens, or the whole
/// answer of the token endpoint.
fn redirects(input: &[u8]) {
    let Some((selector, input)) = input.split_first() else { return };
    let text = String::from_utf8_lossy(input);
    let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(input));
    let answer = match selector % 4 {
        2 => {
            json!({ "id_token": token, "access_token": token, "refresh_token": "refresh" }).to_string().into()
        }
        _ => input.to_vec(),
    };
    let client = Backend::answering(answer).client_with(MemoryStore::new());
    run(async {
        let sign_in = client.sign_in_with_redirect("https://app.example/").nonce("n").await.expect("a URL");
        let state = sign_in.url().split('&').find(|pair| pair.starts_with("state=")).expect("a state");
        let url = match selector % 4 {
            0 => text.clone().into_owned(),
            1 => format!("https://app.example/?{state}&{text}"),
            _ => format!("https://app.example/?{state}&code=c"),
        };
        if let Ok(Some(result)) = &client.handle_redirect(&url).await {
            let _ = format!("{result:?}");
        }
        observe(client.handle_redirect(&url).await);
        observe(client.logout_url(&text));
        observe(client.sign_in_with_redirect(text).await);
    });
}

/// Tokens for servers. The first byte selects: a token, its header and its claims in a line each, the key set of a user pool, the header of
/// a load balancer, or its key.
fn verify(input: &[u8]) {
    const ARN: &str =
        "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/notes/50dc6c495c0c9188";

    let Some((selector, input)) = input.split_first() else { return };
    let text = String::from_utf8_lossy(input);
    let transport = Backend::answering(input.to_vec());
    let pools = UserPoolVerifier::builder().user_pool(USER_POOL, [APP_CLIENT]).transport(transport.clone());
    let pools = pools.build().expect("a verifier");
    let balancers = AlbVerifier::builder().load_balancer(ARN).user_pool(USER_POOL, [APP_CLIENT]);
    let balancers = balancers.transport(transport).build().expect("a verifier");
    let issuer = format!("https://cognito-idp.eu-west-1.amazonaws.com/{USER_POOL}");
    let jws = |header: &str, claims: &str, base64: &dyn Fn(&[u8]) -> String| {
        format!("{}.{}.{}", base64(header.as_bytes()), base64(claims.as_bytes()), base64(&[1; 256]))
    };
    let unpadded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let padded = |bytes: &[u8]| URL_SAFE.encode(bytes);
    run(async {
        let requirements = Requirements::access_token().scope("a").max_age(Duration::from_secs(1));
        let error = match selector % 5 {
            0 => pools.verify(&text, &requirements).await.err(),
            1 => {
                let (header, claims) = text.split_once('\n').unwrap_or_default();
                pools.verify(&jws(header, claims, &unpadded), &requirements).await.err()
            }
            2 => {
                let claims = json!({ "iss": issuer }).to_string();
                let jwt = jws(r#"{"alg":"RS256","kid":"one"}"#, &claims, &unpadded);
                pools.verify(&jwt, &requirements).await.err()
            }
            3 => balancers.verify(&text).await.err(),
            _ => {
                let header = json!({
                    "alg": "ES256", "kid": "one", "signer": ARN, "iss": issuer, "client": APP_CLIENT,
                });
                balancers.verify(&jws(&header.to_string(), "{}", &padded)).await.err()
            }
        };
        // Nothing here has a good signature.
        let error = error.expect("an error");
        let _ = (format!("{error} {error:?}"), error.kind());
    });
}

fn head_and_body(input: &[u8]) -> (HeaderMap, Bytes) {
    let mut headers = HeaderMap::new();
    let mut rest = input;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if line.is_empty() {
            break;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    (headers, Bytes::copy_from_slice(rest))
}

/// Reads the result as an app would.
fn observe<T>(outcome: Result<T, Error>) {
    if let Err(error) = outcome {
        quotes_itself(&error);
    }
}

/// Formats an error as an app would for its log.
fn quotes_itself(error: &Error) {
    let _ = (format!("{error}"), format!("{error:?}"), error.message().len(), error.kind());
}

/// Runs the future with a paused clock, which jumps to the next timer.
fn run(call: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(call);
}
