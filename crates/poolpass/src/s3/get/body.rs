//! The content of an object as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::Method;
use http::response::Parts;

use super::Answer;
use super::answer::{content_length, is_compressed};
use super::checksum::Checksum;
use crate::error::{Error, ErrorKind};
use crate::platform::{self, Body, BoxStream, TransportError};
use crate::s3::bucket::Bucket;
use crate::s3::headers::header_text;
use crate::s3::metadata::Extent;
use crate::s3::object_options::{ByteRange, GetOptions};

/// The content of an object as a stream of pieces.
///
/// If the connection breaks, the rest is requested again (a range of the same ETag), up to three times without progress. Content that
/// a browser decompresses is requested again from the beginning, and the pieces that were handed out are skipped. The last item is an
/// error of kind `Network` or `Timeout` if that does not help, `ConditionFailed` if the object was replaced meanwhile, and
/// `InvalidResponse` if the content does not have S3's checksum or length.
pub struct ObjectBody {
    pieces: BoxStream<'static, Result<Bytes, Error>>,
    pub(super) length: Option<u64>,
}

impl ObjectBody {
    pub(super) fn new(
        bucket: Bucket,
        key: &str,
        options: GetOptions,
        head: &Parts,
        extent: Option<Extent>,
        body: Body,
    ) -> Self {
        let headers = &head.headers;
        let start = extent.map_or(0, |extent| extent.start);
        let end = extent.map(|extent| extent.end).or_else(|| content_length(headers));
        let checksum = if options.range.is_none() { Checksum::from_headers(headers) } else { None };
        let is_compressed = is_compressed(headers);
        let reading = Reading {
            bucket,
            key: key.to_owned(),
            etag: header_text(headers, "etag"),
            options,
            body,
            start,
            position: start,
            skipping: 0,
            end,
            total: extent.map_or(end, |extent| extent.total),
            is_compressed,
            host_decompresses: !platform::HANDS_OUT_BODIES_AS_SENT,
            checksum,
            resumptions_left: Reading::MAX_RESUMPTIONS,
        };
        let length = if reading.is_decompressed() { None } else { end.map(|end| end - start) };
        Self { pieces: reading.into_stream(), length }
    }
}

impl Stream for ObjectBody {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ObjectBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ObjectBody(..)")
    }
}

/// The progress of a download.
struct Reading {
    bucket: Bucket,
    key: String,
    etag: Option<String>,
    options: GetOptions,
    body: Body,
    /// The position in the object at which the content begins.
    start: u64,
    /// The position in the object of the next piece, if the bytes are those that S3 stores.
    position: u64,
    /// The number of bytes that arrive again and must be skipped.
    skipping: u64,
    /// The position in the object at which the content ends, if it is known.
    end: Option<u64>,
    /// The size of the object, if it is known.
    total: Option<u64>,
    /// Whether the content is compressed (`content-encoding`).
    is_compressed: bool,
    /// Whether the host decompresses content silently, as browsers do.
    host_decompresses: bool,
    checksum: Option<Checksum>,
    resumptions_left: u32,
}

impl Reading {
    const MAX_RESUMPTIONS: u32 = 3;

    fn into_stream(self) -> BoxStream<'static, Result<Bytes, Error>> {
        Box::pin(stream::try_unfold(self, |mut reading| async move {
            let piece = reading.next().await.map_err(|error| error.during("GetObject"))?;
            Ok(piece.map(|piece| (piece, reading)))
        }))
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let broken = match self.body.next().await {
                Some(Ok(piece)) => match self.take(piece)? {
                    Some(piece) => return Ok(Some(piece)),
                    None => continue,
                },
                Some(Err(error)) => error,
                None if self.is_cut_short() => TransportError::interrupted("the answer ended too early"),
                None => return self.verify().map(|()| None),
            };
            self.resume(broken).await?;
        }
    }

    /// The part of a piece that was not handed out before.
    fn take(&mut self, mut piece: Bytes) -> Result<Option<Bytes>, Error> {
        let known = usize::try_from(self.skipping).unwrap_or(usize::MAX).min(piece.len());
        let piece = piece.split_off(known);
        self.skipping -= known as u64;
        if piece.is_empty() {
            return Ok(None);
        }
        self.position += piece.len() as u64;
        if self.position > self.end.unwrap_or(u64::MAX) && !self.is_decompressed() {
            return Err(Error::invalid_response("the content is longer than S3 says"));
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&piece);
        }
        self.resumptions_left = Self::MAX_RESUMPTIONS;
        Ok(Some(piece))
    }

    /// Whether the host has decompressed the bytes. A browser shows the encoding only if CORS exposes the header; otherwise content
    /// that is longer than S3 says gives it away.
    fn is_decompressed(&self) -> bool {
        let is_longer = self.end.is_some_and(|end| self.position > end);
        if self.host_decompresses { self.is_compressed || is_longer } else { self.is_compressed && is_longer }
    }

    /// Whether the response ended too early. Browsers report that themselves, and the length says nothing about decompressed content.
    fn is_cut_short(&self) -> bool {
        let is_short = !self.host_decompresses && self.end.is_some_and(|end| self.position < end);
        is_short || self.skipping > 0
    }

    /// Verifies the checksum, which S3 computes over the bytes that it stores. Decompressed content has another length and is not
    /// verified, nor is content of unknown length on a host that decompresses silently.
    fn verify(&mut self) -> Result<(), Error> {
        let Some(checksum) = self.checksum.take() else { return Ok(()) };
        let is_whole = self.end.map_or(!self.host_decompresses, |end| end == self.position);
        let is_as_sent = is_whole && !self.is_decompressed();
        if is_as_sent && !checksum.matches() {
            return Err(Error::invalid_response(
                "the object was damaged on the way: its content does not have S3's checksum",
            ));
        }
        Ok(())
    }

    /// Requests the rest of the same content, or all of it if the host decompresses it.
    async fn resume(&mut self, broken: TransportError) -> Result<(), Error> {
        let (Some(etag), Some(end)) = (self.etag.clone(), self.end) else { return Err(broken.into()) };
        let from_the_beginning = self.is_decompressed();
        if self.resumptions_left == 0 || (self.position >= end && !from_the_beginning) {
            return Err(broken.into());
        }
        self.resumptions_left -= 1;
        let range = if from_the_beginning {
            self.options.range
        } else {
            Some(ByteRange::Between(self.position, end))
        };
        let options = GetOptions {
            range,
            if_match: Some(etag),
            version_id: self.options.version_id.clone(),
            ..GetOptions::default()
        };
        let answer = self.bucket.read("GetObject", Method::GET, &self.key, &options).await;
        let Answer { head, extent, body } = match answer {
            Err(error) if error.kind() == ErrorKind::InvalidResponse => return Err(broken.into()),
            answer => answer?,
        };
        let goes_on = if from_the_beginning {
            extent.map(|extent| extent.end).or_else(|| content_length(&head.headers)) == Some(end)
        } else {
            extent.is_some_and(|extent| {
                let is_same_size = match (self.total, extent.total) {
                    (Some(total), Some(of_the_rest)) => total == of_the_rest,
                    _ => true,
                };
                extent.start == self.position && extent.end == end && is_same_size
            })
        };
        if !goes_on {
            return Err(broken.into());
        }
        if from_the_beginning {
            self.skipping = self.position - self.start;
        }
        self.body = body;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;
    use crate::scripted_aws::ScriptedAws;

    const PART: [(&str, &str); 3] =
        [("etag", "\"e\""), ("content-length", "6"), ("content-range", "bytes 4-9/10")];
    const WHOLE: [(&str, &str); 2] = [("etag", "\"e\""), ("content-length", "10")];

    async fn content(aws: &ScriptedAws, options: GetOptions) -> Result<String, Error> {
        let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
        let content = bucket.get("a").options(options).await?.bytes().await?;
        Ok(String::from_utf8(content.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn content_that_breaks_off_continues_where_it_was() {
        let aws =
            ScriptedAws::default().answer_cut_off(200, &WHOLE, "0123").answer_text(206, &PART, "456789");
        assert_eq!(content(&aws, GetOptions::default()).await.unwrap(), "0123456789");
        let rest = &aws.take_sent()[1];
        assert_eq!(rest.headers()["range"], "bytes=4-9");
        assert_eq!(rest.headers()["if-match"], "\"e\"");
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_of_another_content_is_an_error() {
        let part = |name: &str, value: &'static str| {
            PART.map(|(other, old)| if other == name { (other, value) } else { (other, old) })
        };
        for (status, headers, body) in [
            (206, part("content-range", "bytes 4-9/11"), "456789"),
            (206, part("content-range", "bytes 3-8/10"), "345678"),
            (206, part("content-range", "bytes 4-8/10"), "45678"),
            (206, part("etag", "\"f\""), "456789"),
            (200, part("etag", "\"e\""), "456789"),
        ] {
            let aws = ScriptedAws::default().answer_cut_off(200, &WHOLE, "0123");
            let aws = aws.answer_text(status, &headers, body);
            let error = content(&aws, GetOptions::default()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Network, "{status} {headers:?}");
        }
    }

    #[tokio::test]
    async fn a_content_that_is_longer_than_said_is_an_error() {
        let aws = ScriptedAws::default().answer_text(200, &WHOLE, "0123456789A");
        let error = content(&aws, GetOptions::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidResponse, Some("GetObject")));
    }

    #[tokio::test]
    async fn a_content_without_its_checksum_is_an_error() {
        let [etag, length] = WHOLE;
        for (crc32, is_right) in [("poTHxg==", true), ("AAAAAA==", false)] {
            let headers = [etag, length, ("x-amz-checksum-crc32", crc32)];
            let aws = ScriptedAws::default().answer_text(200, &headers, "0123456789");
            assert_eq!(content(&aws, GetOptions::default()).await.is_ok(), is_right, "{crc32}");
            // In chunks, without a length.
            let aws = ScriptedAws::default().answer_text(
                200,
                &[etag, ("x-amz-checksum-crc32", crc32)],
                "0123456789",
            );
            assert_eq!(content(&aws, GetOptions::default()).await.is_ok(), is_right, "{crc32}");
        }
    }

    /// Ten bytes of S3 that the host decompresses to twenty letters.
    async fn decompressed(
        is_compressed: bool,
        aws: &ScriptedAws,
    ) -> (Option<u64>, Result<Vec<Bytes>, Error>) {
        let bucket = aws.client(|config| config.bucket("photos")).s3().unwrap();
        let reading = Reading {
            bucket,
            key: "a".to_owned(),
            etag: Some("\"e\"".to_owned()),
            options: GetOptions::default(),
            body: Body::from_stream(stream::iter([
                Ok(Bytes::from_static(b"abcdefghijkl")),
                Err(TransportError::interrupted("connection reset")),
            ])),
            start: 0,
            position: 0,
            skipping: 0,
            end: Some(10),
            total: Some(10),
            is_compressed,
            host_decompresses: true,
            checksum: None,
            resumptions_left: Reading::MAX_RESUMPTIONS,
        };
        let length = if reading.is_decompressed() { None } else { reading.end };
        (length, reading.into_stream().try_collect().await)
    }

    #[tokio::test(start_paused = true)]
    async fn content_that_the_host_decompresses_is_resumed_from_the_beginning() {
        let [etag, length] = WHOLE;
        for is_compressed in [true, false] {
            let headers = [etag, length, ("content-encoding", "gzip")];
            let aws = ScriptedAws::default()
                .answer_cut_off(200, &headers, "abcde")
                .answer_cut_off(200, &headers, "abcdefghijklmno")
                .answer_text(200, &headers, "abcdefghijklmnopqrst");
            let (length, pieces) = decompressed(is_compressed, &aws).await;
            assert_eq!(pieces.unwrap().concat(), b"abcdefghijklmnopqrst", "{is_compressed}");
            assert_eq!(length, (!is_compressed).then_some(10));
            let again = aws.take_sent();
            assert!(again.iter().all(|request| !request.headers().contains_key("range")));
            assert!(again.iter().all(|request| request.headers()["if-match"] == "\"e\""));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_content_that_comes_back_shorter_is_an_error() {
        let aws = (0..4).fold(ScriptedAws::default(), |aws, _| aws.answer_text(200, &WHOLE, "abc"));
        assert_eq!(decompressed(true, &aws).await.1.unwrap_err().kind(), ErrorKind::Network);
    }
}
