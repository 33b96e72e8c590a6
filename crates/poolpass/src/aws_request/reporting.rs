//! Reports the attempts of a request to the app's log, and why it is sent again.

use http::HeaderMap;

use super::Pipeline;
use super::failure::Failure;
use super::secrets::Sent;
use crate::diagnostics::{self, Fields};
use crate::error::ErrorKind;
use crate::platform::{Response, TransportErrorKind};

/// No service writes longer ids.
const LONGEST_ID: usize = 128;

impl Pipeline {
    /// The clock's offset before AWS's time is learned, for [`report_clock`](Self::report_clock).
    pub(super) fn known_offset(&self) -> Option<i64> {
        diagnostics::is_enabled().then(|| self.clock.offset())
    }

    pub(super) fn report_clock(&self, known: Option<i64>) {
        if known.is_some_and(|known| known != self.clock.offset()) {
            diagnostics::info("the clock was corrected", &Fields::default());
        }
    }
}

impl Sent {
    pub(super) fn report_success(&self, attempt: u32, response: &Response) {
        if diagnostics::is_enabled() {
            let fields = self.fields(attempt);
            let status = Some(response.status().as_u16());
            let request_id = self.harmless(request_id(response.headers()));
            diagnostics::debug("request succeeded", &Fields { status, request_id, ..fields });
        }
    }

    pub(super) fn report_failure(&self, attempt: u32, failure: &Failure) {
        if diagnostics::is_enabled() {
            let (kind, status, request_id) = match failure {
                Failure::Refused(refusal) => {
                    (refusal.error.kind(), refusal.error.http_status(), refusal.error.request_id())
                }
                Failure::Final(error) => (error.kind(), error.http_status(), error.request_id()),
                Failure::NoAnswer(error) => (kind_of(error.kind), None, None),
            };
            let (kind, request_id) = (Some(kind.code()), self.harmless(request_id));
            let fields = Fields { status, kind, request_id, ..self.fields(attempt) };
            diagnostics::warn("request failed", &fields);
        }
    }

    pub(super) fn report_total_timeout(&self) {
        if diagnostics::is_enabled() {
            let kind = Some(ErrorKind::Timeout.code());
            let operation = Some(&*self.request.operation);
            diagnostics::warn("request abandoned", &Fields { operation, kind, ..Fields::default() });
        }
    }

    /// `attempt` is the one that has just ended.
    pub(super) fn report(&self, attempt: u32, message: &'static str) {
        if diagnostics::is_enabled() {
            diagnostics::info(message, &self.fields(attempt));
        }
    }

    fn fields(&self, attempt: u32) -> Fields<'_> {
        Fields { operation: Some(&self.request.operation), attempt: Some(attempt), ..Fields::default() }
    }

    /// The id, unless it quotes a secret of the request: whoever answers writes it.
    fn harmless<'i>(&self, request_id: Option<&'i str>) -> Option<&'i str> {
        request_id.filter(|id| {
            id.len() <= LONGEST_ID
                && id.bytes().all(|byte| byte.is_ascii_graphic())
                && self.secrets().cut_from(id).is_none()
        })
    }
}

fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-amzn-requestid", "x-amz-request-id", "apigw-requestid"]
        .into_iter()
        .find_map(|name| headers.get(name)?.to_str().ok())
}

fn kind_of(failure: TransportErrorKind) -> ErrorKind {
    match failure {
        TransportErrorKind::NotSent | TransportErrorKind::Interrupted => ErrorKind::Network,
        TransportErrorKind::TimedOut => ErrorKind::Timeout,
        TransportErrorKind::Redirected => ErrorKind::InvalidResponse,
        TransportErrorKind::Unsupported => ErrorKind::Platform,
    }
}
