//! Bodies that arrive while they are read.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::call::call;
use crate::values::Options;

type Pieces = futures_util::stream::LocalBoxStream<'static, Result<Bytes, poolpass::Error>>;

/// A body that arrives while it is read.
#[wasm_bindgen(js_name = Body)]
pub struct JsBody(Rc<RefCell<Option<Pieces>>>);

impl fmt::Debug for JsBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

impl JsBody {
    pub(crate) fn new(pieces: impl Stream<Item = Result<Bytes, poolpass::Error>> + 'static) -> Self {
        Self(Rc::new(RefCell::new(Some(Box::pin(pieces)))))
    }
}

#[wasm_bindgen(js_class = Body)]
impl JsBody {
    /// The next piece, or undefined at the end. One call at a time.
    pub fn next(&self, options: JsValue) -> Promise {
        let pieces = Rc::clone(&self.0);
        let next = async move {
            let Some(mut stream) = pieces.borrow_mut().take() else { return Ok(JsValue::UNDEFINED) };
            let Some(piece) = stream.next().await else { return Ok(JsValue::UNDEFINED) };
            let piece = bytes(&piece?);
            *pieces.borrow_mut() = Some(stream);
            Ok(piece)
        };
        call(&Options::new(options), Box::pin(next))
    }

    /// Stops the transfer.
    pub fn cancel(&self) {
        self.0.borrow_mut().take();
    }
}

/// The bytes of a piece, copied out of the module's memory.
fn bytes(piece: &[u8]) -> JsValue {
    Uint8Array::from(piece).into()
}
