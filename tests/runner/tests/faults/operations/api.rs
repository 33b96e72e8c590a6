//! The app's own API.

use http::Method;
use poolpass::Error;
use poolpass::api::{ApiRequest, Authorization};
use poolpass::platform::BoxFuture;

use super::{Operation, SIGNED_IN, WITH_CREDENTIALS};
use crate::fixture::Fixture;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Client.api GET", WITH_CREDENTIALS, |fixture| send(request(fixture, Method::GET))),
    Operation::new("Client.api HEAD", WITH_CREDENTIALS, |fixture| send(request(fixture, Method::HEAD))),
    Operation::new("Client.api PUT", WITH_CREDENTIALS, |fixture| send(request(fixture, Method::PUT))),
    Operation::new("Client.api DELETE", WITH_CREDENTIALS, |fixture| send(request(fixture, Method::DELETE))),
    Operation::new("Client.api POST", WITH_CREDENTIALS, |fixture| send(request(fixture, Method::POST))),
    Operation::new("Client.api PATCH", WITH_CREDENTIALS, |fixture| send(request(fixture, Method::PATCH))),
    Operation::new("Client.api POST safe to repeat", WITH_CREDENTIALS, |fixture| {
        send(request(fixture, Method::POST).safe_to_repeat())
    }),
    Operation::new("Client.api GET by ID token", SIGNED_IN, |fixture| {
        send(request(fixture, Method::GET).authorization(Authorization::IdToken))
    }),
    Operation::new("Client.api GET by access token", SIGNED_IN, |fixture| {
        send(request(fixture, Method::GET).authorization(Authorization::AccessToken))
    }),
];

fn request(fixture: &Fixture, method: Method) -> ApiRequest {
    fixture.client.api("execute-api").request(method, "/notes")
}

fn send(request: ApiRequest) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async { request.await.map(drop) })
}
