//! S3.

use js_sys::Promise;
use poolpass::s3::{Bucket, DeletedObjects, ListPage, ObjectMetadata, PutResult};
use poolpass::{Client, Region};
use wasm_bindgen::prelude::*;

use crate::body::JsBody;
use crate::call::{call, no_such_method};
use crate::client::JsClient;
use crate::error::Exception;
use crate::object_options::{copy_options, get_options, list_options, put_options};
use crate::presigned_url::{expires_in, presigned};
use crate::upload;
use crate::values::{Options, date, list, maybe, object, texts};

/// `Bucket` of the crate `poolpass`.
#[wasm_bindgen(js_name = Bucket)]
#[derive(Debug)]
pub struct JsBucket(Bucket);

#[wasm_bindgen(js_class = Client)]
impl JsClient {
    /// `Client::s3`, or `Client::bucket` with a name.
    pub fn bucket(&self, name: Option<String>, region: Option<String>) -> Result<JsBucket, JsValue> {
        Ok(JsBucket(bucket(&self.0, name, region)?))
    }
}

fn bucket(client: &Client, name: Option<String>, region: Option<String>) -> Result<Bucket, Exception> {
    let bucket = match name {
        Some(name) => client.bucket(name)?,
        None => client.s3()?,
    };
    Ok(match region {
        Some(region) => bucket.in_region(region.parse::<Region>()?)?,
        None => bucket,
    })
}

#[wasm_bindgen(js_class = Bucket)]
impl JsBucket {
    /// `Bucket::name`.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// Does what `method` names, with the members of `input`.
    pub fn call(&self, method: String, input: JsValue) -> Promise {
        let (input, bucket) = (Options::new(input), self.0.clone());
        call(&input.clone(), Box::pin(perform(bucket, method, input)))
    }
}

/// The methods of `Bucket` of the crate `poolpass`.
async fn perform(bucket: Bucket, method: String, input: Options) -> Result<JsValue, Exception> {
    Ok(match method.as_str() {
        "privatePath" => bucket.private_path(&input.needed("name")?).await?.into(),
        "put" => {
            let body = input.bytes("body")?.unwrap_or_default();
            put_result(&bucket.put(input.needed("key")?, body).options(put_options(&input)?).await?)
        }
        "upload" => {
            let upload = bucket.upload(input.needed("key")?, upload::body(&input)?);
            put_result(&upload::prepared(upload, &input)?.await?)
        }
        "resumeUpload" => {
            let upload = bucket.resume_upload(upload::state(&input)?, upload::body(&input)?);
            put_result(&upload::prepared(upload, &input)?.await?)
        }
        "abortUpload" => {
            bucket.abort_upload(&upload::state(&input)?).await?;
            JsValue::UNDEFINED
        }
        "get" => {
            let found = bucket.get(input.needed("key")?).options(get_options(&input)?).await?;
            let metadata = metadata(found.metadata());
            let length = maybe(found.content_length().map(|length| length as f64));
            let body = JsBody::new(found.into_stream()).into();
            object(&[("metadata", metadata), ("length", length), ("body", body)]).into()
        }
        "head" => metadata(&bucket.head(input.needed("key")?).options(get_options(&input)?).await?),
        "delete" => {
            bucket.delete(&input.needed("key")?).await?;
            JsValue::UNDEFINED
        }
        "deleteMany" => deleted(bucket.delete_many(input.text_list("keys")?).await?),
        "copy" => {
            let (from, to) = (input.needed("from")?, input.needed("to")?);
            put_result(&bucket.copy(from, to).options(copy_options(&input)?).await?)
        }
        "listPage" => {
            let list = bucket.list(input.needed("prefix")?).options(list_options(&input)?);
            page(list.page().await?)
        }
        "presignGet" => {
            let key = input.needed("key")?;
            let mut presign = bucket.presign_get(key, expires_in(&input)?);
            if let Some(name) = input.text("fileName")? {
                presign = presign.file_name(name);
            }
            presigned(&presign.await?)
        }
        "presignPut" => {
            let key = input.needed("key")?;
            presigned(&bucket.presign_put(key, expires_in(&input)?).options(put_options(&input)?).await?)
        }
        _ => return Err(no_such_method()),
    })
}

fn put_result(result: &PutResult) -> JsValue {
    object(&[("etag", maybe(result.etag.as_deref())), ("versionId", maybe(result.version_id.as_deref()))])
        .into()
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

fn deleted(outcome: DeletedObjects) -> JsValue {
    let errors = outcome
        .errors
        .into_iter()
        .map(|(key, error)| object(&[("key", key.into()), ("error", Exception::from(error).into())]));
    object(&[("deleted", list(outcome.deleted)), ("errors", list(errors))]).into()
}

fn page(page: ListPage) -> JsValue {
    let objects = page.objects.into_iter().map(|listed| {
        object(&[
            ("key", listed.key.into()),
            ("size", (listed.size as f64).into()),
            ("etag", maybe(listed.etag)),
            ("lastModified", maybe(listed.last_modified.map(date))),
            ("storageClass", maybe(listed.storage_class)),
        ])
    });
    object(&[
        ("objects", list(objects)),
        ("commonPrefixes", list(page.common_prefixes)),
        ("nextContinuationToken", maybe(page.next_continuation_token)),
    ])
    .into()
}
