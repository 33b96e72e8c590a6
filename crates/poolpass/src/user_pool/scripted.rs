//! A user pool whose answers a test scripts, for what no server would say.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_channel::oneshot;
use serde_json::{Value, json};

use crate::aws_request::RetryPolicy;
use crate::client::{Client, ClientBuilder};
use crate::config::{Config, ConfigBuilder};
use crate::platform::{BoxFuture, Clock, Random, RandomError, Request, Response, Transport, TransportError};

/// Answers in turn, and keeps what was asked. Clones share everything.
#[derive(Clone, Default)]
pub(crate) struct ScriptedPool(Arc<Inner>);

#[derive(Default)]
struct Inner {
    answers: Mutex<VecDeque<Scripted>>,
    asked: Mutex<Vec<(String, Value)>>,
    seconds_passed: AtomicU64,
    random_values: AtomicU64,
}

struct Scripted {
    outcome: Result<(u16, Value), TransportError>,
    held: Option<oneshot::Receiver<()>>,
}

impl ScriptedPool {
    /// The time at which every test begins.
    pub(crate) fn start() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    /// A client of this pool that sends everything once.
    pub(crate) fn client(&self) -> ClientBuilder {
        self.client_with(|config| config)
    }

    /// A client of this pool with more settings than its id, client and domain.
    pub(crate) fn client_with(&self, configure: fn(ConfigBuilder) -> ConfigBuilder) -> ClientBuilder {
        let config = Config::builder().user_pool("eu-west-1_AbCdEfGhI", "client").domain("auth.example.com");
        let config = configure(config).build().unwrap();
        let once = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
        Client::builder(config).transport(self.clone()).clock(self.clone()).random(self.clone()).retry(once)
    }

    pub(crate) fn answer(&self, answer: Value) -> &Self {
        self.push(Ok((200, answer)))
    }

    pub(crate) fn answer_with(&self, status: u16, answer: Value) -> &Self {
        self.push(Ok((status, answer)))
    }

    pub(crate) fn refuse(&self, code: &str, message: &str) -> &Self {
        self.refuse_with(400, code, message)
    }

    pub(crate) fn refuse_with(&self, status: u16, code: &str, message: &str) -> &Self {
        self.push(Ok((status, json!({ "__type": code, "message": message }))))
    }

    /// Drops what is scripted and was not asked for.
    pub(crate) fn forget_answers(&self) -> &Self {
        self.0.answers.lock().unwrap().clear();
        self
    }

    /// The connection breaks.
    pub(crate) fn lose(&self) -> &Self {
        self.push(Err(TransportError::interrupted("reset")))
    }

    /// Holds back the answer that was scripted last until the sender has sent.
    pub(crate) fn hold(&self) -> oneshot::Sender<()> {
        let (release, held) = oneshot::channel();
        self.0.answers.lock().unwrap().back_mut().unwrap().held = Some(held);
        release
    }

    /// The operations that were asked for, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().iter().map(|(operation, _)| operation.clone()).collect()
    }

    /// The inputs of all requests, in order.
    pub(crate) fn inputs(&self) -> Vec<Value> {
        self.0.asked.lock().unwrap().iter().map(|(_, input)| input.clone()).collect()
    }

    /// The input of the last request.
    pub(crate) fn last_input(&self) -> Value {
        self.0.asked.lock().unwrap().last().unwrap().1.clone()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn asked(&self, requests: usize) {
        while self.0.asked.lock().unwrap().len() < requests {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.0.seconds_passed.fetch_add(time.as_secs(), Ordering::Relaxed);
    }

    fn push(&self, outcome: Result<(u16, Value), TransportError>) -> &Self {
        self.0.answers.lock().unwrap().push_back(Scripted { outcome, held: None });
        self
    }
}

impl Transport for ScriptedPool {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let (operation, input) = read(&request);
        self.0.asked.lock().unwrap().push((operation.clone(), input));
        let answer = self.0.answers.lock().unwrap().pop_front();
        let Scripted { outcome, held } =
            answer.unwrap_or_else(|| panic!("no answer to {operation} is scripted"));
        Box::pin(async move {
            if let Some(held) = held {
                held.await.unwrap();
            }
            let (status, answer) = outcome?;
            let body = Bytes::from(answer.to_string());
            Ok(http::Response::builder().status(status).body(body.into()).unwrap())
        })
    }
}

/// The operation and its input; of the domain's endpoints the path, and the form with the header `authorization`.
fn read(request: &Request) -> (String, Value) {
    if let Some(target) = request.headers().get("x-amz-target") {
        let (_, operation) = target.to_str().unwrap().rsplit_once('.').unwrap();
        return (operation.to_owned(), serde_json::from_slice(request.body()).unwrap());
    }
    let form = std::str::from_utf8(request.body()).unwrap();
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let decoded = |text| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let mut input: serde_json::Map<String, Value> =
        pairs.map(|(name, value)| (name.to_owned(), decoded(value).into())).collect();
    if let Some(authorization) = request.headers().get("authorization") {
        input.insert("authorization".to_owned(), authorization.to_str().unwrap().into());
    }
    (request.uri().path().to_owned(), input.into())
}

impl Clock for ScriptedPool {
    fn now(&self) -> SystemTime {
        Self::start() + Duration::from_secs(self.0.seconds_passed.load(Ordering::Relaxed))
    }
}

/// 1, 1, 1…, then 2, 2, 2…: the same in every run, and never the same twice in one.
impl Random for ScriptedPool {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        bytes.fill((self.0.random_values.fetch_add(1, Ordering::Relaxed) % 255 + 1) as u8);
        Ok(())
    }
}

impl fmt::Debug for ScriptedPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScriptedPool")
    }
}
