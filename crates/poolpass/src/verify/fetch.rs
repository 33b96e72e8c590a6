//! Fetches public keys, and learns the time from the server that has them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};

use super::error::{VerifyError, VerifyErrorKind};
use crate::error::Error;
use crate::platform::{
    Clock, HttpTransport, Request, ServerClock, SystemClock, Transport, TransportError, sleep, timeout,
};

/// The transport and the clock of a verifier.
#[derive(Debug)]
pub(super) struct KeyServer {
    transport: Arc<dyn Transport>,
    clock: ServerClock,
}

impl KeyServer {
    const TIMEOUT: Duration = Duration::from_secs(5);
    const ATTEMPTS: u32 = 2;
    const PAUSE: Duration = Duration::from_millis(100);
    /// The longest document that is read.
    const LIMIT: usize = 256 * 1024;

    /// The platform's transport and clock take the place of those that the app does not give.
    pub(super) fn new(
        transport: Option<Arc<dyn Transport>>,
        clock: Option<Arc<dyn Clock>>,
    ) -> Result<Self, Error> {
        let transport = match transport {
            Some(transport) => transport,
            None => Arc::new(HttpTransport::new()?),
        };
        let clock = ServerClock::new(clock.unwrap_or_else(|| Arc::new(SystemClock)));
        Ok(Self { transport, clock })
    }

    /// The time, corrected by what the servers of the keys say.
    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Fetches a document; `None` if the server says that it does not have it.
    pub(super) async fn fetch(&self, url: &Uri) -> Result<Option<Bytes>, VerifyError> {
        let mut attempts = 1;
        loop {
            let failure = match timeout(Self::TIMEOUT, self.get(url)).await {
                Some(Ok((status, document))) => match status {
                    StatusCode::OK => return Ok(Some(document)),
                    StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
                        return Ok(None);
                    }
                    status => format!("HTTP status {}", status.as_u16()),
                },
                Some(Err(error)) => error.to_string(),
                None => "no answer within 5 seconds".to_owned(),
            };
            if attempts == Self::ATTEMPTS {
                let host = url.host().unwrap_or_default();
                return Err(keys_unavailable(format!(
                    "the public keys at {host} could not be fetched: {failure}"
                )));
            }
            attempts += 1;
            sleep(Self::PAUSE).await;
        }
    }

    async fn get(&self, url: &Uri) -> Result<(StatusCode, Bytes), TransportError> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = url.clone();
        let asked_at = self.clock.device_now();
        let answer = self.transport.send(request).await?;
        let (head, body) = answer.into_parts();
        self.learn_the_time(&head.headers, asked_at);
        Ok((head.status, body.bytes(Self::LIMIT).await?))
    }

    /// Believes the `Date` of the answer. The keys come from the same server over the same connection: whoever could forge the date could
    /// forge the keys.
    fn learn_the_time(&self, headers: &HeaderMap, asked_at: SystemTime) {
        self.clock.observe_answer(headers, asked_at, None);
        if let Some([by_dates, _]) = self.clock.disputed() {
            self.clock.settle(by_dates, false);
        }
    }
}

pub(super) fn keys_unavailable(message: String) -> VerifyError {
    VerifyError::new(VerifyErrorKind::KeysUnavailable, message)
}
