//! The operations of multipart uploads, one function each.

use std::collections::HashMap;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};

use crate::aws_request::Repeat;
use crate::error::Error;
use crate::s3::bucket::{Bucket, set_header};
use crate::s3::key::ObjectKey;
use crate::s3::metadata::{crc32_from_base64, crc32_to_base64, text};
use crate::s3::put::{PutOptions, Stored, set_body};
use crate::s3::query::Query;
use crate::s3::xml;

const CHECKSUM_TYPE: HeaderName = HeaderName::from_static("x-amz-checksum-type");
const FULL_OBJECT: HeaderValue = HeaderValue::from_static("FULL_OBJECT");

/// One multipart upload at S3.
#[derive(Debug)]
pub(super) struct Multipart<'a> {
    pub(super) bucket: &'a Bucket,
    pub(super) key: ObjectKey<'a>,
    pub(super) upload_id: String,
    /// Whether S3 checks the assembled object against one checksum. AWS does; some servers that speak S3 only hash parts.
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
    /// CreateMultipartUpload. A repetition whose first answer was lost leaves behind an upload without parts.
    pub(super) async fn create(
        bucket: &'a Bucket,
        key: ObjectKey<'a>,
        options: &PutOptions,
    ) -> Result<Self, Error> {
        let query = Query::new().flag("uploads");
        let mut request =
            bucket.object_request("CreateMultipartUpload", Method::POST, &key, &query)?.repeat(Repeat::Safe);
        request.headers = options.headers()?;
        let algorithm = HeaderName::from_static("x-amz-checksum-algorithm");
        request.headers.insert(algorithm, HeaderValue::from_static("CRC32"));
        request.headers.insert(CHECKSUM_TYPE, FULL_OBJECT);
        let answer = bucket.whole(&request).await?;
        let result: xml::InitiateMultipartUploadResult = xml::read(answer.body(), "CreateMultipartUpload")?;
        // A browser does not see the header unless CORS exposes it: then it is as was asked for.
        let whole_checksum = answer.headers().get(CHECKSUM_TYPE).is_none_or(|kind| kind == FULL_OBJECT);
        Ok(Self { bucket, key, upload_id: result.upload_id, whole_checksum })
    }

    /// UploadPart.
    pub(super) async fn upload(&self, number: u32, body: Bytes) -> Result<Part, Error> {
        let length = body.len() as u64;
        let query = Query::new().with("partNumber", &number.to_string()).with("uploadId", &self.upload_id);
        let mut request = self.bucket.object_request("UploadPart", Method::PUT, &self.key, &query)?;
        let crc32 = set_body(&mut request, body)?;
        let answer = self.bucket.whole(&request).await?;
        let etag = text(answer.headers(), "etag").ok_or_else(|| {
            Error::invalid_response(
                "S3's answer has no ETag; in a browser the bucket's CORS rules have to expose it (ExposeHeaders)",
            )
            .during("UploadPart")
        })?;
        Ok(Part { number, etag, crc32, length })
    }

    /// ListParts: the parts that S3 has and has a checksum of. What it has no checksum of cannot be compared.
    pub(super) async fn parts(&self) -> Result<HashMap<u32, Part>, Error> {
        let mut parts = HashMap::new();
        let mut marker: Option<String> = None;
        loop {
            let query = Query::new()
                .with_some("part-number-marker", marker.as_deref())
                .with("uploadId", &self.upload_id);
            let request = self.bucket.object_request("ListParts", Method::GET, &self.key, &query)?;
            let answer = self.bucket.whole(&request).await?;
            let page: xml::ListPartsResult = xml::read(answer.body(), "ListParts")?;
            let comparable = page.parts.into_iter().filter_map(|part| {
                let crc32 = crc32_from_base64(&part.crc32?)?;
                Some((
                    part.part_number,
                    Part { number: part.part_number, etag: part.etag?, crc32, length: part.size },
                ))
            });
            parts.extend(comparable);
            match page.next_part_number_marker {
                // A marker that does not move would list for ever.
                Some(next) if page.is_truncated && marker.as_ref() != Some(&next) => marker = Some(next),
                _ => return Ok(parts),
            }
        }
    }

    /// CompleteMultipartUpload. `parts` are in ascending order; `crc32` is that of the whole.
    pub(super) async fn complete(
        &self,
        parts: &[Part],
        crc32: u32,
        options: &PutOptions,
    ) -> Result<Stored, Error> {
        let listed: Vec<_> = parts
            .iter()
            .map(|part| xml::CompletedPart {
                number: part.number,
                etag: part.etag.clone(),
                crc32: crc32_to_base64(part.crc32),
            })
            .collect();
        let query = Query::new().with("uploadId", &self.upload_id);
        let mut request = self
            .bucket
            .object_request("CompleteMultipartUpload", Method::POST, &self.key, &query)?
            .repeat(Repeat::Safe);
        options.set_conditions(&mut request)?;
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        if self.whole_checksum {
            request.headers.insert(CHECKSUM_TYPE, FULL_OBJECT);
            set_header(&mut request.headers, "x-amz-checksum-crc32", Some(&crc32_to_base64(crc32)))?;
        }
        request.body = xml::write_complete(&listed)?.into();
        let answer = self.bucket.whole(&request).await?;
        let result: xml::CompleteMultipartUploadResult = xml::read(answer.body(), "CompleteMultipartUpload")?;
        Ok(Stored { etag: result.etag, ..Stored::from_headers(answer.headers()) })
    }

    /// AbortMultipartUpload: S3 forgets the parts.
    pub(super) async fn abort(&self) -> Result<(), Error> {
        let query = Query::new().with("uploadId", &self.upload_id);
        let request =
            self.bucket.object_request("AbortMultipartUpload", Method::DELETE, &self.key, &query)?;
        self.bucket.whole(&request).await.map(drop)
    }
}
