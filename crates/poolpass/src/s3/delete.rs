//! DeleteObject and DeleteObjects.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};

use super::bucket::Bucket;
use super::key::ObjectKey;
use super::put::set_body;
use super::query::Query;
use super::xml;
use crate::aws_request::{AwsRequest, Repeat, Sent};
use crate::error::{AwsRefusal, Error, Secrets};
use crate::platform::BoxFuture;
use crate::xml::Element;

/// The result of deleting several objects.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeletedObjects {
    /// The keys that no longer have an object, whether or not they had one before.
    pub deleted: Vec<String>,
    /// The keys whose objects S3 refused to delete, each with its error.
    pub errors: Vec<(String, Error)>,
}

impl Bucket {
    /// Deletes an object (DeleteObject). Deleting a missing object succeeds. With versioning, S3 keeps the old versions.
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`].
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let key = ObjectKey::parse(key)?;
        let request = self.object_request("DeleteObject", Method::DELETE, &key, &Query::new())?;
        self.whole(request).await.map(drop)
    }

    /// Deletes any number of objects, a thousand per request (DeleteObjects). The result has the errors of single keys.
    ///
    /// Waits at most 112 seconds for each thousand keys, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. Some objects may have been deleted before the error.
    pub async fn delete_many<K: AsRef<str>>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<DeletedObjects, Error> {
        let keys = keys.into_iter().map(|key| key.as_ref().to_owned()).collect();
        self.delete_all(keys).await
    }

    fn delete_all(&self, keys: Vec<String>) -> BoxFuture<'_, Result<DeletedObjects, Error>> {
        /// S3's limit.
        const KEYS_PER_REQUEST: usize = 1000;

        Box::pin(async move {
            for key in &keys {
                ObjectKey::parse(key)?;
            }
            let mut outcome = DeletedObjects::default();
            let (writable, others): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| xml::can_write(key));
            for key in others {
                match self.delete(&key).await {
                    Ok(()) => outcome.deleted.push(key),
                    Err(error) if error.aws_code().is_some() => outcome.errors.push((key, error)),
                    Err(error) => return Err(error),
                }
            }
            for batch in writable.chunks(KEYS_PER_REQUEST) {
                let answer = self.whole(self.delete_request(batch)?).await?;
                let secrets = answer.extensions().get().map(Sent::secrets).unwrap_or_default();
                xml::read(answer.body(), "DeleteResult", "DeleteObjects", |result| {
                    outcome.add(batch, result, &secrets)
                })?;
            }
            Ok(outcome)
        })
    }

    fn delete_request(&self, keys: &[String]) -> Result<AwsRequest, Error> {
        let query = Query::new().flag("delete");
        let mut request = self.bucket_request("DeleteObjects", Method::POST, &query)?.repeat(Repeat::Safe);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        set_body(&mut request, xml::write(&document(keys)))?;
        Ok(request)
    }
}

impl DeletedObjects {
    /// Adds the response to a request for the `asked` keys. A key that the response leaves out may still have its object.
    fn add(&mut self, asked: &[String], result: &Element, secrets: &Secrets) -> Result<(), Error> {
        let mut left: Vec<&str> = Vec::with_capacity(asked.len());
        for key in asked.iter().map(String::as_str) {
            if !left.contains(&key) {
                left.push(key);
            }
        }
        let mut told = |key: &str| {
            left.retain(|left| *left != key);
            let unasked = || Error::invalid_response("S3's response names a key that was not asked for");
            if asked.iter().any(|asked| asked == key) { Ok(()) } else { Err(unasked()) }
        };
        for deleted in result.all("Deleted") {
            let key = deleted.text("Key")?;
            told(&key)?;
            self.deleted.push(key);
        }
        for error in result.all("Error") {
            let refusal = AwsRefusal {
                http_status: 200,
                aws_code: Some(error.text("Code")?),
                message: error.maybe_text("Message"),
                request_id: None,
                ..AwsRefusal::default()
            };
            let refusal = Error::from_aws(refusal).during("DeleteObjects").without(secrets);
            let key = error.text("Key")?;
            told(&key)?;
            // A key with both outcomes may still have its object.
            self.deleted.retain(|deleted| *deleted != key);
            self.errors.push((key, refusal));
        }
        for key in left {
            let untold = Error::invalid_response("S3's response leaves out the key");
            self.errors.push((key.to_owned(), untold.during("DeleteObjects")));
        }
        Ok(())
    }
}

fn document(keys: &[String]) -> Element {
    let mut document = Element::new("Delete");
    for key in keys {
        document = document.with(Element::new("Object").with_text("Key", key));
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_aws::ScriptedAws;

    #[test]
    fn keys_are_written_escaped() {
        let keys = ["a&b<c>".to_owned(), " d".to_owned()];
        assert_eq!(
            xml::write(&document(&keys)),
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b&lt;c&gt;</Key></Object>\
             <Object><Key> d</Key></Object></Delete>"
        );
    }

    #[test]
    fn what_became_of_each_key_is_read() {
        let xml = "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error>\
                   <Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted></DeleteResult>";
        let mut outcome = DeletedObjects::default();
        let asked = ["a", "b", "b", "c"].map(str::to_owned);
        xml::read(xml.as_bytes(), "DeleteResult", "DeleteObjects", |result| {
            outcome.add(&asked, result, &Secrets::default())
        })
        .unwrap();
        assert_eq!(outcome.deleted, ["b"]);
        let errors: Vec<_> = outcome.errors.iter().map(|(key, error)| (key.as_str(), error.kind())).collect();
        assert_eq!(errors, [("a", crate::ErrorKind::AccessDenied), ("c", crate::ErrorKind::InvalidResponse)]);

        let mut outcome = DeletedObjects::default();
        let asked = ["a".to_owned()];
        let other = xml::read(xml.as_bytes(), "DeleteResult", "DeleteObjects", |result| {
            outcome.add(&asked, result, &Secrets::default())
        });
        assert_eq!(other.unwrap_err().kind(), crate::ErrorKind::InvalidResponse);
    }

    #[tokio::test]
    async fn an_error_of_a_key_tells_no_secret_of_the_request() {
        let xml = "<DeleteResult><Error><Key>a</Key><Code>AccessDenied token-of-a-guest</Code>\
                   <Message>746f6b656e2d6f662d612d6775657374 was refused</Message></Error></DeleteResult>";
        let aws = ScriptedAws::default().answer_text(200, &[], xml);
        let client = aws.client(|config| config.bucket("photos"));
        let outcome = client.s3().unwrap().delete_many(["a"]).await.unwrap();
        let [(_, error)] = &outcome.errors[..] else { panic!("{outcome:?}") };
        assert_eq!(error.message(), "[redacted] was refused");
        assert_eq!(error.aws_code(), Some("AccessDenied [redacted]"));
    }
}
