//! An object's content, on its way.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::StatusCode;
use http::response::Parts;

use super::{ByteRange, GetOptions};
use crate::error::{Error, ErrorKind};
use crate::platform::{self, Body, BoxStream, Crc32, TransportError};
use crate::s3::bucket::Bucket;
use crate::s3::metadata::{Extent, text, whole_crc32};

/// An object's content, piece by piece.
///
/// When the connection breaks, the rest is asked for again (a range of the same ETag), up to three times without any
/// progress. The last item is an error of kind `Network` or `Timeout` when that did not help, `ConditionFailed` when the
/// object was replaced meanwhile, and `InvalidResponse` when the content does not have S3's checksum.
pub struct ObjectBody(BoxStream<'static, Result<Bytes, Error>>);

impl ObjectBody {
    pub(super) fn new(
        bucket: Bucket,
        key: &str,
        version_id: Option<String>,
        head: &Parts,
        body: Body,
    ) -> Self {
        let headers = &head.headers;
        let extent = Extent::from_headers(headers);
        let start = extent.map_or(0, |extent| extent.start);
        let length: Option<u64> = text(headers, "content-length").and_then(|length| length.parse().ok());
        let end = extent.map(|extent| extent.end).or(length);
        let checksum = if extent.is_none() { whole_crc32(headers) } else { None };
        let reading = Reading {
            bucket,
            key: key.to_owned(),
            version_id,
            etag: text(headers, "etag"),
            body,
            position: start,
            end,
            checksum: checksum.map(|expected| (Crc32::new(), expected)),
            resumptions_left: Reading::MAX_RESUMPTIONS,
        };
        Self(Box::pin(stream::try_unfold(reading, |mut reading| async move {
            Ok(reading.next().await?.map(|piece| (piece, reading)))
        })))
    }
}

impl Stream for ObjectBody {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ObjectBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ObjectBody(..)")
    }
}

/// How far a download has come.
struct Reading {
    bucket: Bucket,
    key: String,
    version_id: Option<String>,
    etag: Option<String>,
    body: Body,
    /// Where in the object the next piece begins.
    position: u64,
    /// Where in the object the content ends, where that is known.
    end: Option<u64>,
    /// What the content hashes to so far, and what it should in the end.
    checksum: Option<(Crc32, u32)>,
    resumptions_left: u32,
}

impl Reading {
    const MAX_RESUMPTIONS: u32 = 3;

    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let broken = match self.body.next().await {
                Some(Ok(piece)) if piece.is_empty() => continue,
                Some(Ok(piece)) => {
                    self.position += piece.len() as u64;
                    if let Some((hasher, _)) = &mut self.checksum {
                        hasher.update(&piece);
                    }
                    self.resumptions_left = Self::MAX_RESUMPTIONS;
                    return Ok(Some(piece));
                }
                Some(Err(error)) => error,
                None if self.is_cut_short() => TransportError::interrupted("the answer ended too early"),
                None => return self.verify().map(|()| None),
            };
            self.resume(broken).await?;
        }
    }

    /// Browsers unpack compressed objects, whose length then says nothing, and report cut connections themselves.
    fn is_cut_short(&self) -> bool {
        platform::HANDS_OUT_BODIES_AS_SENT && self.end.is_some_and(|end| self.position < end)
    }

    /// The checksum is that of the content as S3 has it: what was unpacked on the way has not the length that S3 said.
    fn verify(&mut self) -> Result<(), Error> {
        let Some((hasher, expected)) = self.checksum.take() else { return Ok(()) };
        let is_as_sent = self.end == Some(self.position);
        if is_as_sent && hasher.finalize() != expected {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                "the object was damaged on the way: its content does not have S3's checksum",
            )
            .during("GetObject"));
        }
        Ok(())
    }

    /// Asks for the rest of the same content.
    async fn resume(&mut self, broken: TransportError) -> Result<(), Error> {
        let give_up = |broken: TransportError| Err(Error::from(broken).during("GetObject"));
        let (Some(etag), Some(end)) = (&self.etag, self.end) else { return give_up(broken) };
        if self.resumptions_left == 0 || self.position >= end {
            return give_up(broken);
        }
        self.resumptions_left -= 1;
        let options = GetOptions {
            range: Some(ByteRange::Between(self.position, end)),
            if_match: Some(etag.clone()),
            version_id: self.version_id.clone(),
            ..GetOptions::default()
        };
        let request = self.bucket.read_request("GetObject", http::Method::GET, &self.key, &options)?;
        let (head, body) = self.bucket.send(request).await?.into_parts();
        let continues = Extent::from_headers(&head.headers)
            .is_some_and(|extent| extent.start == self.position && extent.end == end);
        if head.status != StatusCode::PARTIAL_CONTENT || !continues {
            return give_up(broken);
        }
        self.body = body;
        Ok(())
    }
}
