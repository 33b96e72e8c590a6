//! Stores of the session that are written in JavaScript.

use std::fmt;

use js_sys::Promise;
use poolpass::platform::{BoxFuture, SessionStore, StoreError, StoreLock};
use secrecy::{ExposeSecret, SecretString};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::error::remembered;

#[wasm_bindgen]
extern "C" {
    /// `SharedStore` of `js/stores/store.ts`.
    pub type JsStore;

    #[wasm_bindgen(method, catch)]
    fn load(this: &JsStore, key: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn save(this: &JsStore, key: &str, value: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn remove(this: &JsStore, key: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn lock(this: &JsStore, name: &str) -> Result<JsLock, JsValue>;

    /// `Lock` of `js/stores/locks.ts`.
    type JsLock;

    #[wasm_bindgen(method, getter)]
    fn granted(this: &JsLock) -> Promise;

    #[wasm_bindgen(method)]
    fn release(this: &JsLock);
}

/// A JavaScript store as the SDK takes it.
pub(crate) struct Store(pub(crate) JsStore);

impl SessionStore for Store {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, StoreError>> {
        Box::pin(async move {
            let value = settled(self.0.load(key)).await?;
            Ok(value.as_string().map(SecretString::from))
        })
    }

    fn save<'a>(&'a self, key: &'a str, value: SecretString) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { settled(self.0.save(key, value.expose_secret())).await.map(drop) })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move { settled(self.0.remove(key)).await.map(drop) })
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<StoreLock, StoreError>> {
        Box::pin(async move {
            // Dropped when the wait ends early, so that the lock is not granted to a call that is gone.
            let lock = Lock(self.0.lock(name).map_err(failure)?);
            settled(Ok(lock.0.granted())).await?;
            Ok(StoreLock::new(lock))
        })
    }
}

/// A lock that is held or waited for. Dropping it releases it, or ends the wait.
struct Lock(JsLock);

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.release();
    }
}

async fn settled(promise: Result<Promise, JsValue>) -> Result<JsValue, StoreError> {
    match promise {
        Ok(promise) => JsFuture::from(promise).await.map_err(failure),
        Err(thrown) => Err(failure(thrown)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn failure(thrown: JsValue) -> StoreError {
    StoreError(remembered(&thrown))
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}
