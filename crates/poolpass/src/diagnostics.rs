//! Events for an app's log: what the SDK does, without anything that it works with.
//!
//! Without the feature `tracing` nothing of this is compiled in.

/// The fields of an event. It has no others.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(
    not(feature = "tracing"),
    expect(dead_code, reason = "nobody reads it without the feature `tracing`")
)]
pub(crate) struct Fields<'a> {
    /// The operation, such as `GetItem` or `execute-api POST`.
    pub(crate) operation: Option<&'a str>,
    /// How often the request has been sent, this time included.
    pub(crate) attempt: Option<u32>,
    /// The HTTP status of the answer.
    pub(crate) status: Option<u16>,
    /// The kind of the error.
    pub(crate) kind: Option<&'static str>,
    /// The service's id of the request.
    pub(crate) request_id: Option<&'a str>,
}

/// Whether anybody listens, so that what an event needs is worth its time.
#[inline]
pub(crate) fn is_enabled() -> bool {
    #[cfg(feature = "tracing")]
    return tracing::level_filters::LevelFilter::current() != tracing::level_filters::LevelFilter::OFF;
    #[cfg(not(feature = "tracing"))]
    false
}

/// A level is part of an event's static description, so each has an event of its own.
#[cfg(feature = "tracing")]
fn emit(level: tracing::Level, message: &'static str, fields: &Fields<'_>) {
    macro_rules! event {
        ($level:ident) => {
            tracing::event!(
                target: "poolpass",
                tracing::Level::$level,
                message,
                operation = fields.operation,
                attempt = fields.attempt,
                status = fields.status,
                kind = fields.kind,
                request_id = fields.request_id,
            )
        };
    }
    match level {
        tracing::Level::WARN => event!(WARN),
        tracing::Level::INFO => event!(INFO),
        _ => event!(DEBUG),
    }
}

/// All is well.
#[inline]
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nothing is compiled in"))]
pub(crate) fn debug(message: &'static str, fields: &Fields<'_>) {
    #[cfg(feature = "tracing")]
    emit(tracing::Level::DEBUG, message, fields);
}

/// Something happened that seldom does, and the SDK has dealt with it.
#[inline]
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nothing is compiled in"))]
pub(crate) fn info(message: &'static str, fields: &Fields<'_>) {
    #[cfg(feature = "tracing")]
    emit(tracing::Level::INFO, message, fields);
}

/// Something failed.
#[inline]
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nothing is compiled in"))]
pub(crate) fn warn(message: &'static str, fields: &Fields<'_>) {
    #[cfg(feature = "tracing")]
    emit(tracing::Level::WARN, message, fields);
}
