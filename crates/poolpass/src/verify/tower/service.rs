//! The layer and its service.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::bearer::Bearer;
use super::{answer, grpc};
use crate::platform::BoxFuture;
use crate::verify::{Requirements, UserPoolVerifier};

/// Lets requests pass that have a good bearer token, and hands the token on as the request extension
/// [`VerifiedToken`](crate::verify::VerifiedToken): `Extension<VerifiedToken>` in a handler of axum, `request.extensions().get()` in hyper and
/// tonic.
///
/// It answers every other request itself, with an empty body and the `WWW-Authenticate` of RFC 6750 and RFC 9470:
///
/// | request | answer |
/// |---|---|
/// | without a token | 401 |
/// | with several `Authorization` headers, or an unreadable one | 400 `invalid_request` |
/// | with a bad or expired token | 401 `invalid_token` |
/// | with a token that lacks a scope or a group | 403 `insufficient_scope` |
/// | after too weak or too old a sign-in | 401 `insufficient_user_authentication` with `acr_values` and `max_age` |
/// | while the public keys cannot be fetched | 503 with `Retry-After` |
///
/// A request of gRPC (content type `application/grpc`, or a longer one) gets the status 200 and gRPC's own: `UNAUTHENTICATED` for 400 and
/// 401, `PERMISSION_DENIED` for 403, `UNAVAILABLE` for 503, with the reason as its message and `WWW-Authenticate` as metadata.
///
/// Such an answer has the [`VerifyError`](crate::verify::VerifyError) as an extension, for the server's log. Preflight requests of browsers
/// have no token: put a CORS layer outside of this one.
///
/// ```
/// use poolpass::verify::tower::VerifyLayer;
/// use poolpass::verify::{Requirements, UserPoolVerifier};
///
/// # fn main() -> Result<(), poolpass::Error> {
/// let verifier = UserPoolVerifier::builder().user_pool("eu-west-1_AbCdEfGhI", ["1example23456789"]).build()?;
/// let to_read = VerifyLayer::new(verifier.clone(), Requirements::access_token().scope("notes/read"));
/// let to_write = VerifyLayer::new(verifier, Requirements::access_token().scope("notes/write"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct VerifyLayer {
    verifier: UserPoolVerifier,
    requirements: Arc<Requirements>,
}

/// A service behind a [`VerifyLayer`].
#[derive(Clone, Debug)]
pub struct VerifyService<S> {
    inner: S,
    layer: VerifyLayer,
}

impl VerifyLayer {
    /// A layer for the routes that have these requirements.
    pub fn new(verifier: UserPoolVerifier, requirements: Requirements) -> Self {
        Self { verifier, requirements: Arc::new(requirements) }
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = VerifyService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        VerifyService { inner, layer: self.clone() }
    }
}

impl<S, B, R> Service<Request<B>> for VerifyService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<R>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The service that was polled is the one that is ready.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        let VerifyLayer { verifier, requirements } = self.layer.clone();
        Box::pin(async move {
            let refusal = match Bearer::of(request.headers()) {
                Bearer::Token(jwt) => match verifier.verify(jwt, &requirements).await {
                    Ok(token) => {
                        request.extensions_mut().insert(token);
                        return inner.call(request).await;
                    }
                    Err(error) => answer::refused(error, &requirements),
                },
                Bearer::Missing => answer::without_token(&requirements),
                Bearer::Invalid => answer::invalid_request(),
            };
            Ok(match grpc::content_type(request.headers()) {
                Some(content_type) => grpc::refusal(refusal, content_type),
                None => refusal,
            })
        })
    }
}
