//! Uploads from JavaScript's bytes, `Blob`s and streams.

use std::fmt;
use std::io;

use bytes::Bytes;
use futures_util::stream;
use js_sys::{Function, JSON, Promise, Reflect, Uint8Array};
use poolpass::platform::{BoxFuture, UploadSource};
use poolpass::s3::{Upload, UploadBody, UploadState};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use crate::error::{Exception, remembered};
use crate::object_options::put_options;
use crate::realms::bytes_in;
use crate::values::{Options, in_memory, maybe, object};

/// The upload with the settings in the members of `input`.
pub(crate) fn prepared(upload: Upload, input: &Options) -> Result<Upload, Exception> {
    let mut upload = upload.options(put_options(input)?);
    if let Some(size) = input.number("partSize")? {
        upload = upload.part_size(size as u64);
    }
    if let Some(parts) = input.number("concurrency")? {
        upload = upload.concurrency(parts as usize);
    }
    if let Some(listener) = input.function("onProgress")? {
        upload = upload.on_progress(move |progress| {
            let sent = (progress.sent as f64).into();
            let total = maybe(progress.total.map(|total| total as f64));
            notify(&listener, &object(&[("sent", sent), ("total", total)]));
        });
    }
    if let Some(listener) = input.function("onResumable")? {
        upload = upload.on_resumable(move |state| {
            if let Ok(state) =
                serde_json::to_string(&state).map_err(drop).and_then(|json| JSON::parse(&json).map_err(drop))
            {
                notify(&listener, &state);
            }
        });
    }
    Ok(upload)
}

/// Reads the state that an upload handed out.
pub(crate) fn state(input: &Options) -> Result<UploadState, Exception> {
    // `stringify` throws for circular values, and returns undefined for values without a JSON form.
    let json =
        JSON::stringify(&input.value("state").unwrap_or_default()).ok().and_then(|json| json.as_string());
    serde_json::from_slice(json.unwrap_or_default().as_bytes())
        .map_err(|_| Exception::invalid_input("this is not the state of an upload"))
}

/// Reads the content of an upload.
pub(crate) fn body(input: &Options) -> Result<UploadBody, Exception> {
    let body = input.value("body").unwrap_or_default();
    if let Some(bytes) = bytes_in(&body) {
        return Ok(in_memory(&bytes)?.into());
    }
    // `js/body.ts` passes nothing else.
    if has_method(&body, "arrayBuffer") {
        return Ok(UploadBody::source(BlobSource(body.unchecked_into())));
    }
    Ok(UploadBody::stream(pieces(body.unchecked_ref())?))
}

fn has_method(value: &JsValue, name: &str) -> bool {
    Reflect::get(value, &name.into()).is_ok_and(|method| method.is_function())
}

#[wasm_bindgen]
extern "C" {
    /// A `Blob` of any realm. Errors of its methods are caught, so that a foreign `Blob` cannot end the module.
    type Blob;

    #[wasm_bindgen(method, getter, catch)]
    fn size(this: &Blob) -> Result<f64, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn slice(this: &Blob, start: f64, end: f64) -> Result<Blob, JsValue>;

    #[wasm_bindgen(method, js_name = arrayBuffer, catch)]
    fn array_buffer(this: &Blob) -> Result<Promise, JsValue>;
}

/// The number of bytes that a `Blob` holds in JavaScript's memory at a time, on their way into the module's.
const BLOB_PIECE: usize = 1024 * 1024;

/// A `Blob` or `File`, read slice by slice: the browser keeps it on disk.
struct BlobSource(Blob);

impl UploadSource for BlobSource {
    fn size(&self) -> u64 {
        self.0.size().unwrap_or_default() as u64
    }

    fn read(&self, offset: u64, length: usize) -> BoxFuture<'_, io::Result<Bytes>> {
        Box::pin(async move {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(length)?;
            while bytes.len() < length {
                let start = offset as f64 + bytes.len() as f64;
                let end = start + BLOB_PIECE.min(length - bytes.len()) as f64;
                let slice = self.0.slice(start, end).map_err(unreadable)?;
                let piece = slice.array_buffer().map_err(unreadable)?;
                let piece = JsFuture::from(piece).await.map_err(unreadable)?;
                let piece = Uint8Array::new(&piece);
                if piece.length() == 0 {
                    break;
                }
                bytes.extend_from_slice(&piece.to_vec());
            }
            Ok(bytes.into())
        })
    }
}

impl fmt::Debug for BlobSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.size())
    }
}

fn pieces(
    body: &ReadableStream,
) -> Result<impl futures_util::Stream<Item = io::Result<Bytes>> + 'static, Exception> {
    let reader = ReadableStreamDefaultReader::new(body)
        .map_err(|_| Exception::invalid_input("the ReadableStream is being read by somebody else"))?;
    let pieces = stream::try_unfold(Reader(reader), |reader| async move {
        let piece = JsFuture::from(reader.0.read()).await.map_err(unreadable)?;
        if Reflect::get(&piece, &"done".into()).is_ok_and(|done| done.is_truthy()) {
            return Ok(None);
        }
        let value = Reflect::get(&piece, &"value".into()).map_err(unreadable)?;
        match bytes_in(&value) {
            Some(bytes) => Ok(Some((Bytes::from(bytes.to_vec()), reader))),
            None => Err(io::Error::other("the stream is not made of Uint8Arrays")),
        }
    });
    Ok(pieces)
}

/// Tells whoever produces the stream when nobody reads it any more.
struct Reader(ReadableStreamDefaultReader);

impl Drop for Reader {
    fn drop(&mut self) {
        let cancelled = JsFuture::from(self.0.cancel());
        spawn_local(async move {
            // After the stream's end there is nothing to cancel; how it ends otherwise is the producer's affair.
            let _ = cancelled.await;
        });
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn unreadable(thrown: JsValue) -> io::Error {
    io::Error::other(remembered(&thrown))
}

fn notify(listener: &Function, value: &JsValue) {
    // `js/` reports what a listener throws.
    let _ = listener.call1(&JsValue::UNDEFINED, value);
}
