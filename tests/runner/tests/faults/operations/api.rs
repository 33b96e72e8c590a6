//! The app's own API.

use http::Method;
use poolpass::Error;
use poolpass::platform::BoxFuture;
use poolpass::signed::SignedRequest;

use super::{Operation, SIGNED_IN, WITH_CREDENTIALS};
use crate::stage::Stage;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Client.signed GET", WITH_CREDENTIALS, |stage| send(request(stage, Method::GET))),
    Operation::new("Client.signed HEAD", WITH_CREDENTIALS, |stage| send(request(stage, Method::HEAD))),
    Operation::new("Client.signed PUT", WITH_CREDENTIALS, |stage| send(request(stage, Method::PUT))),
    Operation::new("Client.signed DELETE", WITH_CREDENTIALS, |stage| send(request(stage, Method::DELETE))),
    Operation::new("Client.signed POST", WITH_CREDENTIALS, |stage| send(request(stage, Method::POST))),
    Operation::new("Client.signed PATCH", WITH_CREDENTIALS, |stage| send(request(stage, Method::PATCH))),
    Operation::new("Client.signed POST safe to repeat", WITH_CREDENTIALS, |stage| {
        send(request(stage, Method::POST).safe_to_repeat())
    }),
    Operation::new("Client.signed GET by ID token", SIGNED_IN, |stage| {
        send(request(stage, Method::GET).with_id_token())
    }),
    Operation::new("Client.signed GET by access token", SIGNED_IN, |stage| {
        send(request(stage, Method::GET).with_access_token())
    }),
];

fn request(stage: &Stage, method: Method) -> SignedRequest {
    stage.client.signed("execute-api").request(method, "/notes")
}

fn send(request: SignedRequest) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async { request.send().await.map(drop) })
}
