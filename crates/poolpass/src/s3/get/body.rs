//! The content of an object as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::Method;
use http::response::Parts;

use super::answer::{content_length, is_packed};
use super::checksum::Checksum;
use super::{Answer, ByteRange, GetOptions};
use crate::error::{Error, ErrorKind};
use crate::platform::{self, Body, BoxStream, TransportError};
use crate::s3::bucket::Bucket;
use crate::s3::headers::header_text;
use crate::s3::metadata::Extent;

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
        let is_packed = is_packed(headers);
        let reading = Reading {
            bucket,
            key: key.to_owned(),
            etag: header_text(headers, "etag"),
            options,
            body,
            start,
            position: start,
            passing_over: 0,
            end,
            total: extent.map_or(end, |extent| extent.total),
            is_packed,
            host_unpacks: !platform::HANDS_OUT_BODIES_AS_SENT,
            checksum,
            resumptions_left: Reading::MAX_RESUMPTIONS,
        };
        let length = if reading.is_unpacked() { None } else { end.map(|end| end - start) };
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
    /// Where in the object the content begins.
    start: u64,
    /// Where in the object the next piece begins, provided that the bytes are those that S3 has.
    position: u64,
    /// How many bytes arrive once more and are not handed out again.
    passing_over: u64,
    /// Where in the object the content ends, where that is known.
    end: Option<u64>,
    /// The size of the object, where that is known.
    total: Option<u64>,
    /// Whether the content is packed (`content-encoding`).
    is_packed: bool,
    /// Whether the host unpacks what is packed, and hides that it did.
    host_unpacks: bool,
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

    /// What of a piece was not handed out before.
    fn take(&mut self, mut piece: Bytes) -> Result<Option<Bytes>, Error> {
        let known = usize::try_from(self.passing_over).unwrap_or(usize::MAX).min(piece.len());
        let piece = piece.split_off(known);
        self.passing_over -= known as u64;
        if piece.is_empty() {
            return Ok(None);
        }
        self.position += piece.len() as u64;
        if self.position > self.end.unwrap_or(u64::MAX) && !self.is_unpacked() {
            return Err(Error::invalid_response("the content is longer than S3 says"));
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&piece);
        }
        self.resumptions_left = Self::MAX_RESUMPTIONS;
        Ok(Some(piece))
    }

    /// Whether the bytes are not those that S3 has. A browser tells of an encoding only where CORS exposes the header, and so does
    /// what is longer than S3 says.
    fn is_unpacked(&self) -> bool {
        let is_longer = self.end.is_some_and(|end| self.position > end);
        if self.host_unpacks { self.is_packed || is_longer } else { self.is_packed && is_longer }
    }

    /// Browsers unpack compressed objects, whose length then says nothing, and report cut connections themselves.
    fn is_cut_short(&self) -> bool {
        let is_short = !self.host_unpacks && self.end.is_some_and(|end| self.position < end);
        is_short || self.passing_over > 0
    }

    /// The checksum is that of the content as S3 has it: what was unpacked on the way has not the length that S3 said. Where nothing
    /// says the length and the host unpacks in silence, it is not known which of the two this is.
    fn verify(&mut self) -> Result<(), Error> {
        let Some(checksum) = self.checksum.take() else { return Ok(()) };
        let is_whole = self.end.map_or(!self.host_unpacks, |end| end == self.position);
        let is_as_sent = is_whole && !self.is_unpacked();
        if is_as_sent && !checksum.matches() {
            return Err(Error::invalid_response(
                "the object was damaged on the way: its content does not have S3's checksum",
            ));
        }
        Ok(())
    }

    /// Asks for the rest of the same content, or for all of it where the host's bytes are not those that S3 counts.
    async fn resume(&mut self, broken: TransportError) -> Result<(), Error> {
        let (Some(etag), Some(end)) = (self.etag.clone(), self.end) else { return Err(broken.into()) };
        let from_the_beginning = self.is_unpacked();
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
            self.passing_over = self.position - self.start;
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
    async fn a_content_that_breaks_off_goes_on_where_it_was() {
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

    /// Ten bytes of S3 that the host unpacks to twenty letters.
    async fn unpacked(is_packed: bool, aws: &ScriptedAws) -> (Option<u64>, Result<Vec<Bytes>, Error>) {
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
            passing_over: 0,
            end: Some(10),
            total: Some(10),
            is_packed,
            host_unpacks: true,
            checksum: None,
            resumptions_left: Reading::MAX_RESUMPTIONS,
        };
        let length = if reading.is_unpacked() { None } else { reading.end };
        (length, reading.into_stream().try_collect().await)
    }

    #[tokio::test(start_paused = true)]
    async fn a_content_that_the_host_unpacks_is_resumed_from_the_beginning() {
        let [etag, length] = WHOLE;
        for is_packed in [true, false] {
            let headers = [etag, length, ("content-encoding", "gzip")];
            let aws = ScriptedAws::default()
                .answer_cut_off(200, &headers, "abcde")
                .answer_cut_off(200, &headers, "abcdefghijklmno")
                .answer_text(200, &headers, "abcdefghijklmnopqrst");
            let (length, pieces) = unpacked(is_packed, &aws).await;
            assert_eq!(pieces.unwrap().concat(), b"abcdefghijklmnopqrst", "{is_packed}");
            assert_eq!(length, (!is_packed).then_some(10));
            let again = aws.take_sent();
            assert!(again.iter().all(|request| !request.headers().contains_key("range")));
            assert!(again.iter().all(|request| request.headers()["if-match"] == "\"e\""));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_content_that_comes_back_shorter_is_an_error() {
        let aws = (0..4).fold(ScriptedAws::default(), |aws, _| aws.answer_text(200, &WHOLE, "abc"));
        assert_eq!(unpacked(true, &aws).await.1.unwrap_err().kind(), ErrorKind::Network);
    }
}
