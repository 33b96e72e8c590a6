//! The operations of multipart uploads, one function each.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};

use crate::aws_request::{AwsRequest, Repeat};
use crate::error::{Error, ErrorKind};
use crate::json::ParseError;
use crate::pagination::{self, Pagination};
use crate::s3::bucket::Bucket;
use crate::s3::headers::{header_text, set_header};
use crate::s3::key::ObjectKey;
use crate::s3::metadata::{crc32_from_base64, crc32_to_base64};
use crate::s3::object_options::PutOptions;
use crate::s3::put::{PutResult, check_crc32, set_body, stored_otherwise};
use crate::s3::query::Query;
use crate::s3::xml;
use crate::xml::Element;

const CHECKSUM_TYPE: HeaderName = HeaderName::from_static("x-amz-checksum-type");
const FULL_OBJECT: HeaderValue = HeaderValue::from_static("FULL_OBJECT");

/// One multipart upload at S3.
#[derive(Debug)]
pub(in crate::s3) struct Multipart<'a> {
    pub(super) bucket: &'a Bucket,
    pub(super) key: ObjectKey<'a>,
    pub(super) upload_id: String,
    /// Whether S3 checks the whole object against one checksum. AWS does; some compatible servers only hash parts.
    pub(super) whole_checksum: bool,
}

/// A part that S3 has.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) number: u32,
    pub(super) etag: String,
    pub(super) crc32: u32,
    pub(super) length: u64,
}

impl<'a> Multipart<'a> {
    /// CreateMultipartUpload. If the first response is lost, the repetition leaves an upload without parts behind.
    pub(in crate::s3) async fn create(
        bucket: &'a Bucket,
        key: ObjectKey<'a>,
        options: &PutOptions,
    ) -> Result<Self, Error> {
        let answer = bucket.whole(create_request(bucket, &key, options)?).await?;
        let root = "InitiateMultipartUploadResult";
        let upload_id =
            xml::read(
                answer.body(),
                root,
                "CreateMultipartUpload",
                |result| Ok(result.name_of("UploadId")?),
            )?;
        // A browser sees the header only if CORS exposes it. Without it, S3 did what the request asked for.
        let whole_checksum = answer.headers().get(CHECKSUM_TYPE).is_none_or(|kind| kind == FULL_OBJECT);
        Ok(Self { bucket, key, upload_id, whole_checksum })
    }

    /// UploadPart.
    pub(super) async fn upload(&self, number: u32, body: Bytes) -> Result<Part, Error> {
        let length = body.len() as u64;
        let query = Query::new().with("partNumber", &number.to_string());
        let mut request = self.request("UploadPart", Method::PUT, query)?;
        let crc32 = set_body(&mut request, body)?;
        let answer = self.bucket.whole(request).await?;
        check_crc32(answer.headers(), crc32).map_err(|error| error.during("UploadPart"))?;
        let etag = header_text(answer.headers(), "etag").ok_or_else(|| {
            Error::invalid_response(
                "S3's response has no ETag; for browsers, the bucket's CORS rules must expose it (ExposeHeaders)",
            )
            .during("UploadPart")
        })?;
        Ok(Part { number, etag, crc32, length })
    }

    /// ListParts: the parts that S3 has with a checksum. Parts without one cannot be compared.
    pub(super) async fn parts(&self) -> Result<Vec<Part>, Error> {
        let mut parts = Vec::new();
        let mut marker: Option<String> = None;
        let mut seen = Pagination::default();
        loop {
            let query = Query::new().with_some("part-number-marker", marker.as_deref());
            let answer = self.bucket.whole(self.request("ListParts", Method::GET, query)?).await?;
            let known = parts.len();
            let next = xml::read(answer.body(), "ListPartsResult", "ListParts", |page| {
                if page.maybe_text("UploadId").is_some_and(|id| id != self.upload_id) {
                    return Err(Error::invalid_response("S3 lists the parts of another upload"));
                }
                let next = add_parts(&mut parts, page)?;
                if let Some(next) = &next {
                    seen.go_on(next.as_str(), parts.len() == known)?;
                }
                Ok(next)
            })?;
            if next.is_none() {
                return Ok(parts);
            }
            marker = next;
        }
    }

    /// CompleteMultipartUpload. `parts` are in ascending order. `crc32` is the checksum of the whole.
    pub(super) async fn complete(
        &self,
        parts: &[Part],
        crc32: u32,
        options: &PutOptions,
    ) -> Result<PutResult, Error> {
        let request = self.complete_request(parts, crc32, options)?;
        let answer = self.bucket.whole(request).await?;
        let root = "CompleteMultipartUploadResult";
        PutResult::from_document(&answer, root, "CompleteMultipartUpload", |result| {
            let stored = result.maybe_text("ChecksumCRC32").and_then(|stored| crc32_from_base64(&stored));
            match stored {
                Some(stored) if self.whole_checksum && stored != crc32 => Err(stored_otherwise()),
                _ => Ok(()),
            }
        })
    }

    /// AbortMultipartUpload: S3 discards the parts.
    pub(super) async fn abort(&self) -> Result<(), Error> {
        let request = self.request("AbortMultipartUpload", Method::DELETE, Query::new())?;
        let mut once = request.clone();
        once.repeat = Repeat::IfNotDone;
        match self.bucket.whole(once).await {
            Ok(_) => return Ok(()),
            Err(error) if !leaves_outcome_open(&error) => return Err(error),
            Err(_) => {}
        }
        match self.bucket.whole(request).await {
            // The first request succeeded, and its response was lost.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    fn complete_request(
        &self,
        parts: &[Part],
        crc32: u32,
        options: &PutOptions,
    ) -> Result<AwsRequest, Error> {
        // After a lost response, `Job::complete` looks at the object before it completes the upload again.
        let mut request = self.request("CompleteMultipartUpload", Method::POST, Query::new())?;
        options.set_conditions(&mut request)?;
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        if self.whole_checksum {
            request.headers.insert(CHECKSUM_TYPE, FULL_OBJECT);
            set_header(&mut request.headers, "x-amz-checksum-crc32", Some(&crc32_to_base64(crc32)))?;
        }
        request.body = xml::write(&document(parts));
        Ok(request)
    }

    fn request(&self, operation: &'static str, method: Method, query: Query) -> Result<AwsRequest, Error> {
        let query = query.with("uploadId", &self.upload_id);
        self.bucket.object_request(operation, method, &self.key, &query)
    }
}

fn create_request(bucket: &Bucket, key: &ObjectKey<'_>, options: &PutOptions) -> Result<AwsRequest, Error> {
    let query = Query::new().flag("uploads");
    let request = bucket.object_request("CreateMultipartUpload", Method::POST, key, &query)?;
    let mut request = request.repeat(Repeat::Safe);
    request.headers = options.headers()?;
    let algorithm = HeaderName::from_static("x-amz-checksum-algorithm");
    request.headers.insert(algorithm, HeaderValue::from_static("CRC32"));
    request.headers.insert(CHECKSUM_TYPE, FULL_OBJECT);
    Ok(request)
}

/// Reads a page of parts, and the marker of the next page.
fn add_parts(parts: &mut Vec<Part>, page: &Element) -> Result<Option<String>, Error> {
    for part in page.all("Part") {
        let (number, length) = (part.count("PartNumber")?, part.count("Size")?);
        let number = u32::try_from(number).map_err(|_| ParseError::Member("PartNumber"))?;
        let crc32 = part.maybe_text("ChecksumCRC32").and_then(|crc32| crc32_from_base64(&crc32));
        if let (Some(crc32), Some(etag)) = (crc32, part.maybe_text("ETag")) {
            parts.push(Part { number, etag, crc32, length });
        }
    }
    if !page.flag("IsTruncated")? {
        return Ok(None);
    }
    let marker = page.maybe_text("NextPartNumberMarker").filter(|marker| !marker.is_empty());
    marker.map(Some).ok_or_else(pagination::without_next_page)
}

fn document(parts: &[Part]) -> Element {
    let mut document = Element::new("CompleteMultipartUpload");
    for part in parts {
        let listed = Element::new("Part")
            .with_text("PartNumber", part.number.to_string())
            .with_text("ETag", &part.etag)
            .with_text("ChecksumCRC32", crc32_to_base64(part.crc32));
        document = document.with(listed);
    }
    document
}

/// Whether S3 may have done the work despite the error. It has not done what it throttled.
pub(super) fn leaves_outcome_open(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Throttled => false,
        ErrorKind::InvalidResponse => true,
        kind => kind.is_transient(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_aws::ScriptedAws;

    #[test]
    fn parts_are_written() {
        let part = Part { number: 1, etag: "\"e\"".to_owned(), crc32: crc32fast::hash(b"hello"), length: 5 };
        assert_eq!(
            xml::write(&document(&[part])),
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part><PartNumber>1</PartNumber>\
             <ETag>&quot;e&quot;</ETag><ChecksumCRC32>NhCmhg==</ChecksumCRC32></Part></CompleteMultipartUpload>"
        );
    }

    #[test]
    fn parts_that_can_be_compared_are_read() {
        let mut parts = Vec::new();
        let mut read = |xml: &str| {
            let xml = format!("<ListPartsResult>{xml}</ListPartsResult>");
            xml::read(xml.as_bytes(), "ListPartsResult", "ListParts", |page| add_parts(&mut parts, page))
        };
        let next = read(
            "<Part><PartNumber>2</PartNumber><Size>5</Size><ETag>e</ETag><ChecksumCRC32>NhCmhg==</ChecksumCRC32></Part>\
             <Part><PartNumber>3</PartNumber><Size>5</Size><ETag>e</ETag></Part>\
             <IsTruncated>true</IsTruncated><NextPartNumberMarker>3</NextPartNumberMarker>",
        );
        assert_eq!(next.unwrap().as_deref(), Some("3"));
        assert_eq!(read("<NextPartNumberMarker>3</NextPartNumberMarker>").unwrap(), None);
        assert!(read("<IsTruncated>true</IsTruncated>").is_err());
        assert!(read("<Part><PartNumber>4294967296</PartNumber><Size>5</Size></Part>").is_err());
        assert!(read("<Part><PartNumber>1</PartNumber><Size>secret</Size></Part>").is_err());
        assert_eq!(parts.len(), 1);
        assert_eq!((parts[0].number, parts[0].crc32), (2, crc32fast::hash(b"hello")));
    }

    #[tokio::test(start_paused = true)]
    async fn parts_that_are_listed_in_a_circle_or_of_another_upload_are_an_error() {
        let page = |marker: u32| {
            format!(
                "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>{marker}</NextPartNumberMarker>\
                 </ListPartsResult>"
            )
        };
        let other = "<ListPartsResult><UploadId>v</UploadId></ListPartsResult>".to_owned();
        for pages in [vec![page(1), page(1)], vec![page(1), page(2), page(1)], vec![other]] {
            let aws = pages.iter().fold(ScriptedAws::default(), |aws, page| aws.answer_text(200, &[], page));
            let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
            let key = ObjectKey::parse("a").unwrap();
            let multipart =
                Multipart { bucket: &bucket, key, upload_id: "u".to_owned(), whole_checksum: true };
            let error = multipart.parts().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
            assert_eq!(error.operation(), Some("ListParts"));
        }
    }

    #[tokio::test]
    async fn an_upload_without_a_name_is_an_error() {
        for id in ["", "<UploadId/>", "<UploadId> </UploadId>"] {
            let begun = format!("<InitiateMultipartUploadResult>{id}</InitiateMultipartUploadResult>");
            let aws = ScriptedAws::default().answer_text(200, &[], &begun);
            let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
            let key = ObjectKey::parse("a").unwrap();
            let error = Multipart::create(&bucket, key, &PutOptions::default()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{id}");
        }
    }

    #[tokio::test]
    async fn parts_and_objects_with_another_checksum_are_an_error() {
        let complete = |checksum: &str| {
            format!(
                "<CompleteMultipartUploadResult><ETag>e</ETag><ChecksumCRC32>{checksum}</ChecksumCRC32>\
                 </CompleteMultipartUploadResult>"
            )
        };
        for (checksum, is_right) in [("NhCmhg==", true), ("AAAAAA==", false)] {
            let headers = [("etag", "\"e\""), ("x-amz-checksum-crc32", checksum)];
            let aws = ScriptedAws::default()
                .answer_text(200, &headers, "")
                .answer_text(200, &[], &complete(checksum))
                .answer_text(200, &[], "<CompleteMultipartUploadResult/>");
            let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
            let key = ObjectKey::parse("a").unwrap();
            let multipart =
                Multipart { bucket: &bucket, key, upload_id: "u".to_owned(), whole_checksum: true };
            assert_eq!(multipart.upload(1, Bytes::from_static(b"hello")).await.is_ok(), is_right);
            let (crc32, options) = (crc32fast::hash(b"hello"), PutOptions::default());
            assert_eq!(multipart.complete(&[], crc32, &options).await.is_ok(), is_right);
            assert!(multipart.complete(&[], crc32, &options).await.is_err());
        }
    }
}
