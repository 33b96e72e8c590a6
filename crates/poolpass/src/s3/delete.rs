//! DeleteObject and DeleteObjects.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};

use super::bucket::Bucket;
use super::key::ObjectKey;
use super::put::set_body;
use super::query::Query;
use super::xml;
use crate::aws_request::Repeat;
use crate::error::{AwsRefusal, Error};

/// What became of each key that was to be deleted.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeletedMany {
    /// The keys that have no object any more, whether or not they had one before.
    pub deleted: Vec<String>,
    /// The keys whose objects S3 refused to delete, and why.
    pub refused: Vec<(String, Error)>,
}

impl Bucket {
    /// Deletes an object (DeleteObject). That there is none is not an error. With versioning, S3 keeps the old versions.
    ///
    /// # Errors
    ///
    /// See [`Bucket`].
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let key = ObjectKey::parse(key)?;
        let request = self.object_request("DeleteObject", Method::DELETE, &key, &Query::new())?;
        self.whole(&request).await.map(drop)
    }

    /// Deletes any number of objects, a thousand in a request (DeleteObjects).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]; then some objects may have been deleted. That S3 refuses single keys is in the result.
    pub async fn delete_many<K: AsRef<str>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<DeletedMany, Error> {
        /// S3's limit.
        const KEYS_PER_REQUEST: usize = 1000;

        let keys: Vec<K> = keys.into_iter().collect();
        for key in &keys {
            ObjectKey::parse(key.as_ref())?;
        }
        let mut outcome = DeletedMany::default();
        let (writable, others): (Vec<&str>, Vec<&str>) =
            keys.iter().map(AsRef::as_ref).partition(|key| xml::can_write(key));
        for key in others {
            match self.delete(key).await {
                Ok(()) => outcome.deleted.push(key.to_owned()),
                Err(error) if error.aws_code().is_some() => outcome.refused.push((key.to_owned(), error)),
                Err(error) => return Err(error),
            }
        }
        for batch in writable.chunks(KEYS_PER_REQUEST) {
            let answer = self.delete_batch(batch).await?;
            let refused = answer.errors.into_iter().map(|error| {
                let refusal = AwsRefusal {
                    http_status: 200,
                    aws_code: Some(error.code),
                    message: error.message,
                    request_id: None,
                };
                (error.key, Error::from_aws(refusal).during("DeleteObjects"))
            });
            outcome.deleted.extend(answer.deleted.into_iter().map(|deleted| deleted.key));
            outcome.refused.extend(refused);
        }
        Ok(outcome)
    }

    async fn delete_batch(&self, keys: &[&str]) -> Result<xml::DeleteResult, Error> {
        let query = Query::new().flag("delete");
        let mut request = self.bucket_request("DeleteObjects", Method::POST, &query)?.repeat(Repeat::Safe);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        set_body(&mut request, Bytes::from(xml::write_delete(keys)?))?;
        xml::read(self.whole(&request).await?.body(), "DeleteObjects")
    }
}
