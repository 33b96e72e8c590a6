//! S3.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use js_sys::{Array, Promise};
use poolpass::s3::{
    Bucket, ByteRange, CopyOptions, GetOptions, ListOptions, ListPage, ObjectMetadata, PresignedUrl,
    PutOptions, Stored,
};
use poolpass::{Client, Region};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::api::bytes;
use crate::call::call;
use crate::error::Thrown;
use crate::upload;
use crate::values::{Options, date, list, maybe, object, texts};

/// `Bucket` of the crate `poolpass`.
#[wasm_bindgen(js_name = Bucket)]
#[derive(Debug)]
pub struct JsBucket(Bucket);

impl JsBucket {
    pub(crate) fn new(client: &Client, name: Option<String>, region: Option<String>) -> Result<Self, Thrown> {
        let bucket = match name {
            Some(name) => client.bucket(name)?,
            None => client.s3()?,
        };
        Ok(Self(match region {
            Some(region) => bucket.in_region(region.parse::<Region>()?)?,
            None => bucket,
        }))
    }
}

#[wasm_bindgen(js_class = Bucket)]
impl JsBucket {
    /// `Bucket::name`.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// `Bucket::private_key`.
    #[wasm_bindgen(js_name = privateKey)]
    pub fn private_key(&self, name: String, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move { Ok(bucket.private_key(&name).await?.into()) })
    }

    /// `Bucket::put_with`.
    pub fn put(&self, key: String, body: Vec<u8>, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            let options = put_options(&Options::new(options))?;
            Ok(stored(&bucket.put_with(&key, body, options).await?))
        })
    }

    /// `Bucket::upload`, or `Bucket::resume_upload` with `options.resume`.
    pub fn upload(
        &self,
        key: String,
        body: JsValue,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move { upload::run(&bucket, key, body, &Options::new(options)).await })
    }

    /// `Bucket::abort_upload`; `state` is the JSON that the upload handed out.
    #[wasm_bindgen(js_name = abortUpload)]
    pub fn abort_upload(&self, state: String, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            bucket.abort_upload(&upload::state(&state)?).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// `Bucket::get_with`: `metadata` and `body`.
    pub fn get(&self, key: String, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            let found = bucket.get_with(&key, get_options(&Options::new(options))?).await?;
            let metadata = metadata(found.metadata());
            Ok(object(&[("metadata", metadata), ("body", JsBody::new(found.into_stream()).into())]).into())
        })
    }

    /// `Bucket::head_with`.
    pub fn head(&self, key: String, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            Ok(metadata(&bucket.head_with(&key, get_options(&Options::new(options))?).await?))
        })
    }

    /// `Bucket::delete`.
    pub fn delete(&self, key: String, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            bucket.delete(&key).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// `Bucket::delete_many`.
    #[wasm_bindgen(js_name = deleteMany)]
    pub fn delete_many(&self, keys: Vec<String>, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            let outcome = bucket.delete_many(keys).await?;
            let refused = outcome.refused.into_iter().map(|(key, error)| {
                JsValue::from(object(&[("key", key.into()), ("error", Thrown::from(error).into())]))
            });
            let refused: Array = refused.collect();
            Ok(object(&[("deleted", list(outcome.deleted)), ("refused", refused.into())]).into())
        })
    }

    /// `Bucket::copy_with`.
    pub fn copy(&self, from: String, to: String, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            let options = Options::new(options);
            let copy = CopyOptions {
                from_bucket: options.text("fromBucket")?,
                from_version_id: options.text("fromVersionId")?,
                if_source_matches: options.text("ifSourceMatches")?,
                replace: options.options("replace").map(|options| put_options(&options)).transpose()?,
            };
            Ok(stored(&bucket.copy_with(&from, &to, copy).await?))
        })
    }

    /// `Bucket::list_page`.
    #[wasm_bindgen(js_name = listPage)]
    pub fn list_page(&self, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            let options = Options::new(options);
            let wanted = ListOptions {
                prefix: options.text("prefix")?,
                delimiter: options.text("delimiter")?,
                start_after: options.text("startAfter")?,
                page_size: options.number("pageSize")?.map(|size| size as u32),
                continuation: options.text("continuation")?,
            };
            Ok(page(bucket.list_page(&wanted).await?))
        })
    }

    /// `Bucket::presign_get`, or `Bucket::presign_download` with a file name.
    #[wasm_bindgen(js_name = presignGet)]
    pub fn presign_get(
        &self,
        key: String,
        seconds: f64,
        file_name: Option<String>,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            let life = Duration::from_secs(seconds as u64);
            Ok(presigned(&match file_name {
                Some(name) => bucket.presign_download(&key, &name, life).await?,
                None => bucket.presign_get(&key, life).await?,
            }))
        })
    }

    /// `Bucket::presign_put`.
    #[wasm_bindgen(js_name = presignPut)]
    pub fn presign_put(
        &self,
        key: String,
        seconds: f64,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let bucket = self.0.clone();
        call(signal, async move {
            let life = Duration::from_secs(seconds as u64);
            Ok(presigned(&bucket.presign_put(&key, life, put_options(&Options::new(options))?).await?))
        })
    }
}

type Pieces = futures_util::stream::LocalBoxStream<'static, Result<Bytes, poolpass::Error>>;

/// A body that arrives while it is read.
#[wasm_bindgen(js_name = Body)]
pub struct JsBody(Rc<RefCell<Option<Pieces>>>);

impl std::fmt::Debug for JsBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
    pub fn next(&self, signal: Option<AbortSignal>) -> Promise {
        let pieces = Rc::clone(&self.0);
        call(signal, async move {
            let Some(mut stream) = pieces.borrow_mut().take() else { return Ok(JsValue::UNDEFINED) };
            let Some(piece) = stream.next().await else { return Ok(JsValue::UNDEFINED) };
            let piece = bytes(&piece?);
            *pieces.borrow_mut() = Some(stream);
            Ok(piece)
        })
    }

    /// Stops the transfer.
    pub fn cancel(&self) {
        self.0.borrow_mut().take();
    }
}

/// What `options` say about an object that is written.
pub(crate) fn put_options(options: &Options) -> Result<PutOptions, Thrown> {
    Ok(PutOptions {
        content_type: options.text("contentType")?,
        cache_control: options.text("cacheControl")?,
        content_disposition: options.text("contentDisposition")?,
        content_encoding: options.text("contentEncoding")?,
        content_language: options.text("contentLanguage")?,
        metadata: options.texts("metadata")?,
        if_absent: options.flag("ifAbsent")?,
        if_match: options.text("ifMatch")?,
        storage_class: options.text("storageClass")?,
        server_side_encryption: options.text("serverSideEncryption")?,
        kms_key_id: options.text("kmsKeyId")?,
    })
}

pub(crate) fn stored(stored: &Stored) -> JsValue {
    object(&[("etag", maybe(stored.etag.as_deref())), ("versionId", maybe(stored.version_id.as_deref()))])
        .into()
}

fn get_options(options: &Options) -> Result<GetOptions, Thrown> {
    Ok(GetOptions {
        range: options.options("range").map(|range| byte_range(&range)).transpose()?,
        if_match: options.text("ifMatch")?,
        if_none_match: options.text("ifNoneMatch")?,
        if_modified_since: options.time("ifModifiedSince")?,
        if_unmodified_since: options.time("ifUnmodifiedSince")?,
        version_id: options.text("versionId")?,
    })
}

fn byte_range(range: &Options) -> Result<ByteRange, Thrown> {
    let number = |name| Ok::<_, Thrown>(range.number(name)?.map(|number| number as u64));
    match (number("start")?, number("end")?, number("last")?) {
        (Some(start), Some(end), None) => Ok(ByteRange::Between(start, end)),
        (Some(start), None, None) => Ok(ByteRange::From(start)),
        (None, Some(end), None) => Ok(ByteRange::Between(0, end)),
        (None, None, Some(last)) => Ok(ByteRange::Last(last)),
        _ => Err(Thrown::invalid_input("a range has start, end or both, or else last")),
    }
}

fn metadata(metadata: &ObjectMetadata) -> JsValue {
    let text = |text: &Option<String>| maybe(text.as_deref());
    let user = metadata.metadata.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    object(&[
        ("size", maybe(metadata.size.map(|size| size as f64))),
        ("etag", text(&metadata.etag)),
        ("lastModified", maybe(metadata.last_modified.map(date))),
        ("contentType", text(&metadata.content_type)),
        ("cacheControl", text(&metadata.cache_control)),
        ("contentDisposition", text(&metadata.content_disposition)),
        ("contentEncoding", text(&metadata.content_encoding)),
        ("contentLanguage", text(&metadata.content_language)),
        ("metadata", texts(user)),
        ("versionId", text(&metadata.version_id)),
        ("storageClass", text(&metadata.storage_class)),
        ("serverSideEncryption", text(&metadata.server_side_encryption)),
    ])
    .into()
}

fn page(page: ListPage) -> JsValue {
    let objects = page.objects.into_iter().map(|listed| {
        JsValue::from(object(&[
            ("key", listed.key.into()),
            ("size", (listed.size as f64).into()),
            ("etag", maybe(listed.etag)),
            ("lastModified", maybe(listed.last_modified.map(date))),
            ("storageClass", maybe(listed.storage_class)),
        ]))
    });
    object(&[
        ("objects", objects.collect::<Array>().into()),
        ("commonPrefixes", list(page.common_prefixes)),
        ("next", maybe(page.next)),
    ])
    .into()
}

fn presigned(url: &PresignedUrl) -> JsValue {
    let headers = url.headers().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    object(&[
        ("url", url.as_str().into()),
        ("headers", texts(headers)),
        ("expiresAt", date(url.expires_at())),
    ])
    .into()
}
