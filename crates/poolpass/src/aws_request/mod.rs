//! The request pipeline: authorizes, sends and retries every request.
//!
//! Every request to AWS passes through it, so retries, time limits, clock correction and errors are the same for every
//! service and on every platform.

mod body;
mod failure;
mod json_refusal;
mod load_balancer;
mod protocol;
mod refusal;
mod refusal_details;
mod reporting;
mod request;
mod retry;
mod secrets;
mod step_up;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use backon::ExponentialBackoff;
use bytes::Bytes;
use futures_util::FutureExt;
use http::HeaderValue;
use http::header::{AUTHORIZATION, HOST};
use zeroize::Zeroizing;

pub(crate) use json_refusal::JsonRefusal;
pub(crate) use protocol::Protocol;
pub(crate) use refusal_details::RefusalDetails;
pub(crate) use request::{AuthScheme, AwsRequest, Repeat};
pub use retry::RetryPolicy;
pub(crate) use secrets::Sent;

use crate::credentials::{Credentials, CredentialsSource};
use crate::error::Error;
use crate::json::Object;
use crate::platform::{
    self, Body, BoxFuture, Clock, Random, Request, Response, SameOriginCookies, ServerClock, Transport,
    TransportError, TransportErrorKind, sleep, time_limit, timeout,
};
use crate::sigv4;
use body::{Incomplete, TimeLimit, watched};
use failure::{Failure, redirect_explained};
use load_balancer::load_balancer_session_ended;
use protocol::{firewall_refusal, is_html, unproven};
use refusal::Refusal;
use retry::{RetryBudget, Verdict};

/// The request pipeline that everything in one client shares.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    transport: Arc<dyn Transport>,
    clock: ServerClock,
    random: Arc<dyn Random>,
    policy: RetryPolicy,
    budget: Arc<RetryBudget>,
}

impl Pipeline {
    /// The longest time without a byte of an answer's body.
    const BODY_STALL: Duration = Duration::from_secs(30);
    /// A request is not sent again after the time of two attempts and this time for the waits between them.
    const PAUSES: Duration = Duration::from_secs(2);

    pub(crate) fn new(
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        policy: RetryPolicy,
    ) -> Self {
        Self { transport, clock: ServerClock::new(clock), random, policy, budget: Arc::default() }
    }

    /// AWS's time, as far as it is known.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The clock, for callers that try which of two times is right.
    pub(crate) fn clock(&self) -> &ServerClock {
        &self.clock
    }

    /// AWS's time, or the later of two if it is in dispute. Renewals go by it.
    pub(crate) fn latest(&self) -> SystemTime {
        self.clock.latest()
    }

    /// Learns the time from a new token: AWS issued it at `issued_at`, if the token says so, in answer to a request that was sent at
    /// `asked_at` on the device's clock.
    pub(crate) fn token_was_issued(&self, issued_at: Option<SystemTime>, asked_at: SystemTime) {
        let known = self.known_offset();
        self.clock.observe_token(issued_at, asked_at);
        self.report_clock(known);
    }

    /// The device's own time, right or wrong.
    pub(crate) fn device_now(&self) -> SystemTime {
        self.clock.device_now()
    }

    /// Converts `time`, a moment of AWS's time, to the device's clock.
    pub(crate) fn on_device_clock(&self, time: SystemTime) -> SystemTime {
        self.clock.on_device(time)
    }

    /// Learns AWS's time, as from a refusal that has just arrived.
    #[cfg(all(test, feature = "aws-sdk"))]
    pub(crate) fn learn(&self, server_time: SystemTime) {
        self.clock.observe_refusal(Some(server_time), &http::HeaderMap::new(), self.device_now(), true);
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// The waits between the attempts of an operation that is more than one request.
    pub(crate) fn delays(&self) -> Result<ExponentialBackoff, Error> {
        self.policy.delays(self.random())
    }

    /// Sends a JSON 1.0 or 1.1 request and reads the answer.
    ///
    /// An answer without a body reads as `{}` if the request accepts it as a success.
    pub(crate) fn json<'a>(
        &'a self,
        request: &'a AwsRequest,
        authorization: &'a AuthScheme<'a>,
    ) -> BoxFuture<'a, Result<Object, Error>> {
        Box::pin(async move {
            let answer = self.bytes(request, authorization).await?;
            let json: &[u8] = if answer.is_empty() { b"{}" } else { &answer };
            Object::parse(json).map_err(|error| Error::from(error).during(request.operation.clone()))
        })
    }

    /// Sends the request as [`send`](Self::send) does, and reads the whole body into memory.
    ///
    /// A body that breaks off or was damaged on the way counts as no answer, and an error inside a success counts as a refusal, so
    /// both are repeated where that is safe.
    pub(crate) fn whole<'a>(
        &'a self,
        request: &'a AwsRequest,
        authorization: &'a AuthScheme<'a>,
    ) -> BoxFuture<'a, Result<http::Response<Bytes>, Error>> {
        Box::pin(async move {
            let answer = self.answer(request, authorization, Delivery::Whole);
            let (head, body) = answer.await?.into_parts();
            let body = body.bytes(request.answer_limit).await?;
            Ok(http::Response::from_parts(head, body))
        })
    }

    /// Sends the request and returns the body of the answer.
    pub(crate) async fn bytes(
        &self,
        request: &AwsRequest,
        authorization: &AuthScheme<'_>,
    ) -> Result<Bytes, Error> {
        Ok(self.whole(request, authorization).await?.into_body())
    }

    /// Sends the request until it succeeds or until sending again cannot help. The body is a stream.
    ///
    /// The answer's status is 2xx; any other status is an error, unless the request sets [`any_status`](AwsRequest::any_status).
    pub(crate) fn send<'a>(
        &'a self,
        request: &'a AwsRequest,
        authorization: &'a AuthScheme<'a>,
    ) -> BoxFuture<'a, Result<Response, Error>> {
        self.answer(request, authorization, Delivery::Streamed)
    }

    /// The future is boxed so that its code is compiled once, and not into every caller.
    fn answer<'a>(
        &'a self,
        request: &'a AwsRequest,
        authorization: &'a AuthScheme<'a>,
        delivery: Delivery,
    ) -> BoxFuture<'a, Result<Response, Error>> {
        Box::pin(async move {
            let mut sent = Sent::new(request);
            let attempts = self.attempts(request, authorization, delivery, &mut sent);
            let answer = match request.total_timeout {
                None => attempts.await,
                Some(limit) => timeout(limit, attempts).await.unwrap_or_else(|| {
                    sent.report_total_timeout();
                    let detail = format!("no answer within {} s, repetitions included", limit.as_secs());
                    Err(TransportError::timed_out(detail).into())
                }),
            };
            // Every error passes here, whatever it quotes.
            match answer {
                Err(error) => Err(error.during(request.operation.clone()).without(&sent.secrets())),
                Ok(answer) if delivery == Delivery::Streamed => Ok(answer.map(|body| sent.guard(body))),
                Ok(mut answer) => {
                    if request.protocol.is_of_aws {
                        answer.extensions_mut().insert(sent);
                    }
                    Ok(answer)
                }
            }
        })
    }

    /// The headers of each attempt are added to `sent`.
    async fn attempts(
        &self,
        request: &AwsRequest,
        authorization: &AuthScheme<'_>,
        delivery: Delivery,
        sent: &mut Sent,
    ) -> Result<Response, Error> {
        let mut attempts = self.budget.attempts(&self.policy, self.random());
        let mut attempt = 0;
        let mut time_corrected = false;
        let mut credentials_renewed = false;
        let mut token = None;
        let mut token_renewed = false;
        let mut last_repetition =
            Box::pin(time_limit(request.timeout.saturating_mul(2).saturating_add(Self::PAUSES)));
        // The first poll starts the timer.
        let _ = last_repetition.as_mut().now_or_never();
        loop {
            if let (AuthScheme::Token(source), None) = (authorization, &token) {
                token = Some(source.token(None).await?);
            }
            let (signed, credentials) = self.authorize(request, authorization, token.as_ref()).await?;
            sent.headers.push(signed.headers().clone());
            attempt += 1;
            let (signed_at, asked_at) = (self.now(), self.device_now());
            let outcome =
                self.attempt(request, signed, delivery, credentials.as_ref().map(|_| signed_at)).await;
            let failure = match outcome {
                Ok(response)
                    if matches!(authorization, AuthScheme::LoadBalancerSession)
                        && is_html(response.headers()) =>
                {
                    Failure::Final(load_balancer_session_ended(Some(response.status())))
                }
                Ok(response) => {
                    self.budget.succeeded(&attempts);
                    sent.report_success(attempt, &response);
                    return Ok(response);
                }
                Err(failure) => self.explained(failure, request.protocol, asked_at, authorization),
            };
            sent.report_failure(attempt, &failure);

            let is_late = last_repetition.as_mut().now_or_never().is_some();
            if let Failure::Refused(refusal) = &failure
                && !is_late
            {
                if refusal.is_about_time() && !time_corrected && self.clock.has_left(signed_at) {
                    time_corrected = true;
                    sent.report(attempt, "the clock was corrected, and the request is sent again");
                    continue;
                }
                if let (Some((source, refused)), true, false) =
                    (&credentials, refusal.is_about_expiry(&request.method), credentials_renewed)
                {
                    credentials_renewed = true;
                    sent.report(attempt, "the credentials had expired, and the request is sent again");
                    source.forget(refused).await;
                    continue;
                }
                if let (AuthScheme::Token(source), Some(refused), true, false) =
                    (authorization, &token, refusal.is_about_the_token(), token_renewed)
                {
                    token_renewed = true;
                    sent.report(
                        attempt,
                        "the token was refused, and the request is sent again with a new one",
                    );
                    token = Some(source.token(Some(refused)).await?);
                    continue;
                }
            }
            match attempts.verdict(&failure, request.repeat) {
                Verdict::WaitAndRepeat(delay) if !is_late => {
                    sent.report(attempt, "the request is sent again after a wait");
                    sleep(delay).await;
                }
                Verdict::WaitAndRepeat(_) | Verdict::GiveUp => {
                    return match failure {
                        Failure::Refused(refusal) if request.any_status => Ok(refusal.into_answer()),
                        failure => Err(failure.into()),
                    };
                }
            }
        }
    }

    async fn authorize<'a>(
        &self,
        request: &AwsRequest,
        authorization: &AuthScheme<'a>,
        token: Option<&Zeroizing<String>>,
    ) -> Result<(Request, Option<(&'a dyn CredentialsSource, Credentials)>), Error> {
        let mut http = request.to_http();
        match authorization {
            AuthScheme::None => Ok((http, None)),
            AuthScheme::Header(_) | AuthScheme::Token(_) => {
                let given = match authorization {
                    AuthScheme::Header(value) => value,
                    _ => token.map_or("", |token| token.as_str()),
                };
                let mut value = HeaderValue::try_from(given)
                    .map_err(|_| Error::invalid_input("the token is not one that fits into a header"))?;
                value.set_sensitive(true);
                http.headers_mut().insert(AUTHORIZATION, value);
                Ok((http, None))
            }
            AuthScheme::LoadBalancerSession => {
                http.extensions_mut().insert(SameOriginCookies);
                Ok((http, None))
            }
            AuthScheme::SigV4 { service, region, source } => {
                let credentials = source.credentials().await?;
                let scope = sigv4::Scope { service, region };
                let payload_sha256 = platform::sha256(&request.body).await;
                sigv4::sign_hashed(&mut http, payload_sha256, &scope, &credentials, self.now())?;
                Ok((http, Some((*source, credentials))))
            }
        }
    }

    /// Sends the request once.
    async fn attempt(
        &self,
        request: &AwsRequest,
        mut signed: Request,
        delivery: Delivery,
        signed_at: Option<SystemTime>,
    ) -> Result<Response, Failure> {
        // HTTP clients set it themselves from the URL.
        signed.headers_mut().remove(HOST);
        let asked_at = self.device_now();
        let mut time = TimeLimit::new(request.timeout);
        let (head, body) = time.head(self.transport.send(signed)).await?.into_parts();
        // An app's own API has a clock of its own.
        if request.protocol.is_of_aws {
            let accepted = signed_at.filter(|_| head.status.is_success());
            let known = self.known_offset();
            self.clock.observe_answer(&head.headers, asked_at, accepted);
            self.report_clock(known);
        }
        let body = watched(body, Self::BODY_STALL);

        if let Some(error) = firewall_refusal(head.status, &head.headers).filter(|_| !request.any_status) {
            return Err(Failure::Final(error));
        }
        if !head.status.is_success() {
            // The status says more than an error about the body.
            let body = time.body(body, request.answer_limit).await.unwrap_or_default();
            let answer = http::Response::from_parts(head, body);
            return Err(Failure::Refused(Box::new(Refusal::parse(answer, request.protocol))));
        }
        if !(request.protocol.allows_head)(&head) {
            return Err(Failure::Final(unproven(head.status)));
        }
        if delivery == Delivery::Streamed {
            return Ok(Response::from_parts(head, body));
        }
        let body = match time.body(body, request.answer_limit).await {
            Ok(body) => body,
            Err(Incomplete::Broken(error)) => return Err(Failure::NoAnswer(error)),
            Err(Incomplete::TooLong) => {
                let message = format!("the answer is longer than {} bytes", request.answer_limit);
                return Err(Failure::Final(Error::invalid_response(message)));
            }
        };
        proven(request.protocol, http::Response::from_parts(head, body))
    }

    /// Learns the time from the failure, and explains it by the request's region.
    fn explained(
        &self,
        failure: Failure,
        protocol: &Protocol,
        asked_at: SystemTime,
        authorization: &AuthScheme<'_>,
    ) -> Failure {
        match failure {
            Failure::Refused(refusal)
                if matches!(authorization, AuthScheme::LoadBalancerSession)
                    && refusal.is_about_a_load_balancer_session() =>
            {
                Failure::Final(load_balancer_session_ended(Some(refusal.status())))
            }
            Failure::Refused(refusal) => Failure::Refused(match authorization {
                AuthScheme::SigV4 { region, .. } => {
                    let is_explicit = refusal.error.aws_code().is_some();
                    if refusal.is_about_time() && (is_explicit || protocol.is_of_aws) {
                        let (headers, time) = (refusal.headers(), refusal.server_time);
                        let known = self.known_offset();
                        self.clock.observe_refusal(time, headers, asked_at, is_explicit);
                        self.report_clock(known);
                    }
                    Box::new(refusal.of_request_to(region))
                }
                _ => refusal,
            }),
            Failure::NoAnswer(error)
                if matches!(authorization, AuthScheme::LoadBalancerSession)
                    && error.kind == TransportErrorKind::Redirected =>
            {
                Failure::Final(load_balancer_session_ended(None))
            }
            Failure::NoAnswer(error) => Failure::NoAnswer(redirect_explained(error, protocol, authorization)),
            Failure::Final(error) => Failure::Final(error),
        }
    }
}

/// How the caller gets an answer's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    /// As it arrives.
    Streamed,
    /// After all of it has arrived.
    Whole,
}

/// The success, or the failure that it turns out to be.
fn proven(protocol: &'static Protocol, answer: http::Response<Bytes>) -> Result<Response, Failure> {
    if (protocol.is_damaged)(answer.headers(), answer.body()) {
        return Err(Failure::NoAnswer(TransportError::interrupted("the answer was damaged on the way")));
    }
    // Only the app knows what its own API means by such a document.
    if protocol.is_of_aws
        && let Some(refusal) = Refusal::inside(&answer, protocol)
    {
        return Err(Failure::Refused(Box::new(refusal)));
    }
    if !(protocol.allows_body)(&answer) {
        return Err(Failure::Final(unproven(answer.status())));
    }
    Ok(answer.map(Body::from))
}
