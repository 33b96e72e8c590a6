//! The app's own API.

use http::Method;
use poolpass::Error;
use poolpass::api::{ApiRequest, Authorization};
use poolpass::platform::BoxFuture;

use super::{Operation, SIGNED_IN, WITH_CREDENTIALS};
use crate::stage::Stage;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Client.api GET", WITH_CREDENTIALS, |stage| send(request(stage, Method::GET))),
    Operation::new("Client.api HEAD", WITH_CREDENTIALS, |stage| send(request(stage, Method::HEAD))),
    Operation::new("Client.api PUT", WITH_CREDENTIALS, |stage| send(request(stage, Method::PUT))),
    Operation::new("Client.api DELETE", WITH_CREDENTIALS, |stage| send(request(stage, Method::DELETE))),
    Operation::new("Client.api POST", WITH_CREDENTIALS, |stage| send(request(stage, Method::POST))),
    Operation::new("Client.api PATCH", WITH_CREDENTIALS, |stage| send(request(stage, Method::PATCH))),
    Operation::new("Client.api POST safe to repeat", WITH_CREDENTIALS, |stage| {
        send(request(stage, Method::POST).safe_to_repeat())
    }),
    Operation::new("Client.api GET by ID token", SIGNED_IN, |stage| {
        send(request(stage, Method::GET).authorization(Authorization::IdToken))
    }),
    Operation::new("Client.api GET by access token", SIGNED_IN, |stage| {
        send(request(stage, Method::GET).authorization(Authorization::AccessToken))
    }),
];

fn request(stage: &Stage, method: Method) -> ApiRequest {
    stage.client.api("execute-api").request(method, "/notes")
}

fn send(request: ApiRequest) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async { request.await.map(drop) })
}
