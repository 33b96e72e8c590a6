//! The SDK's events for an app's log.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber, dispatcher};
use uniffi::UnexpectedUniFFICallbackError;

/// Hears what the SDK does: attempts of requests, retries and their reasons, a corrected clock, refreshes of the session, lost locks.
#[uniffi::export(rust, foreign)]
pub trait LogListener: Send + Sync {
    /// Called with each event, on any thread, while the SDK waits: it has to return soon.
    fn on_event(&self, event: LogEvent) -> Result<(), LogListenerError>;
}

/// The listener failed; the SDK goes on.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum LogListenerError {
    /// Why.
    #[error("{detail}")]
    Failed {
        /// The cause in words.
        detail: String,
    },
}

impl From<UnexpectedUniFFICallbackError> for LogListenerError {
    fn from(error: UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: error.reason }
    }
}

/// Something that the SDK did. It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct LogEvent {
    /// How serious it is.
    pub level: LogLevel,
    /// The event, such as `request failed`.
    pub message: String,
    /// The event's fields: some of `operation`, `attempt`, `status`, `kind` and `requestId`.
    pub fields: HashMap<String, String>,
}

/// How serious an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// All is well.
    Debug,
    /// Something happened that seldom does, and the SDK has dealt with it.
    Info,
    /// Something failed.
    Warn,
}

/// Keeps a listener among those that are called.
#[derive(Clone)]
pub(crate) struct Registration(#[expect(dead_code, reason = "held for its life")] Arc<dyn LogListener>);

impl Registration {
    pub(crate) fn new(listener: Arc<dyn LogListener>) -> Self {
        static INSTALLED: Once = Once::new();

        // A process that has a subscriber already hears the events by that.
        INSTALLED.call_once(|| drop(dispatcher::set_global_default(Dispatch::new(Forwarder))));
        listeners().push(Arc::downgrade(&listener));
        Self(listener)
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogListener")
    }
}

fn listeners() -> MutexGuard<'static, Vec<Weak<dyn LogListener>>> {
    static LISTENERS: Mutex<Vec<Weak<dyn LogListener>>> = Mutex::new(Vec::new());

    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands the SDK's events to the listeners of all clients, as the subscriber of the process.
struct Forwarder;

impl Subscriber for Forwarder {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target() == "poolpass" { Interest::sometimes() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "poolpass" && !listeners().is_empty()
    }

    fn event(&self, event: &Event<'_>) {
        let heard_by: Vec<_> = {
            let mut all = listeners();
            all.retain(|listener| listener.strong_count() > 0);
            all.iter().filter_map(Weak::upgrade).collect()
        };
        let level = match *event.metadata().level() {
            Level::WARN | Level::ERROR => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            _ => LogLevel::Debug,
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields(mut fields) = fields;
        let message = fields.remove("message").unwrap_or_default();
        for listener in heard_by {
            let _ = listener.on_event(LogEvent { level, message: message.clone(), fields: fields.clone() });
        }
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

#[derive(Default)]
struct Fields(HashMap<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        // As Swift and Kotlin write it.
        let name = if field.name() == "request_id" { "requestId" } else { field.name() };
        self.0.insert(name.to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}
