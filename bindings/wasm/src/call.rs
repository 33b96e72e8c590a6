//! One call from JavaScript: a promise that an `AbortSignal` can cancel.
//!
//! Each handle has one function for all its methods, which takes the method's name: a function of its own for
//! each would be compiled and wrapped in JavaScript for each, and a browser downloads both. `js/` has the methods and types.

use std::pin::Pin;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

use crate::error::Exception;
use crate::failure::guarded;
use crate::realms::signal_in;
use crate::values::Options;

pub(crate) type Work = Pin<Box<dyn Future<Output = Result<JsValue, Exception>>>>;

/// Runs `work` until it is done or the `signal` among its options is aborted; then it is dropped, which stops its requests.
pub(crate) fn call(options: &Options, work: Work) -> Promise {
    let signal = options.value("signal").map(|signal| signal_in(&signal));
    guarded(future_to_promise(async move {
        match signal {
            None => Ok(work.await?),
            Some(None) => Err(Exception::invalid_input("signal is not an AbortSignal").into()),
            Some(Some(signal)) => Ok(cancellable(&signal, work).await?),
        }
    }))
}

/// `js/` calls nothing else.
pub(crate) fn no_such_method() -> Exception {
    Exception::invalid_input("there is no such method")
}

async fn cancellable(signal: &AbortSignal, work: Work) -> Result<JsValue, Exception> {
    if signal.aborted() {
        return Err(Exception::cancelled(signal.reason()));
    }
    let (sender, aborted) = oneshot::channel::<()>();
    let on_abort = Closure::once(move || {
        // Nobody listens any more once the work is done.
        let _ = sender.send(());
    });
    let listener = on_abort.as_ref().unchecked_ref();
    signal.add_event_listener_with_callback("abort", listener)?;
    let outcome = select(work, aborted).await;
    signal.remove_event_listener_with_callback("abort", listener)?;
    match outcome {
        Either::Left((outcome, _)) => outcome,
        Either::Right(_) => Err(Exception::cancelled(signal.reason())),
    }
}
