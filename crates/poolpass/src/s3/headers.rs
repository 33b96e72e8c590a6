//! The headers of S3's requests and responses.

mod text;

use std::time::SystemTime;

use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, IF_MATCH,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, RANGE,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::object_options::{GetOptions, PutOptions};
use crate::aws_request::{AwsRequest, Repeat};
use crate::dates;
use crate::error::Error;
use crate::input::not_empty;

pub(super) use text::decoded;

/// The prefix of the headers that carry the app's own metadata.
pub(super) const USER_METADATA: &str = "x-amz-meta-";

impl PutOptions {
    /// The headers that describe the object, without the conditions.
    pub(super) fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        let named = [
            (CONTENT_TYPE, &self.content_type),
            (CACHE_CONTROL, &self.cache_control),
            (CONTENT_DISPOSITION, &self.content_disposition),
            (CONTENT_ENCODING, &self.content_encoding),
            (CONTENT_LANGUAGE, &self.content_language),
            (HeaderName::from_static("x-amz-storage-class"), &self.storage_class),
            (HeaderName::from_static("x-amz-server-side-encryption"), &self.server_side_encryption),
            (HeaderName::from_static("x-amz-server-side-encryption-aws-kms-key-id"), &self.kms_key_id),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                let value = header_value(name.as_str(), value)?;
                headers.insert(name, value);
            }
        }
        for (name, value) in &self.metadata {
            not_empty(name, "a metadata name is empty")?;
            let value = maybe_empty_header_value(name, value)?;
            let name = HeaderName::try_from(format!("{USER_METADATA}{name}"))
                .map_err(|_| Error::invalid_input("a metadata name must be a valid part of a header name"))?;
            let replaced = headers.try_insert(&name, value);
            if replaced.map_err(|_| Error::invalid_input("there is too much metadata"))?.is_some() {
                return Err(Error::invalid_input(format!(
                    "two metadata names differ only in case: {}",
                    name.as_str()
                )));
            }
        }
        Ok(headers)
    }

    /// Sets the conditions. A conditional request must not be sent twice: the second would meet the object of the first.
    pub(super) fn set_conditions(&self, request: &mut AwsRequest) -> Result<(), Error> {
        if self.if_absent {
            request.headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        if let Some(etag) = &self.if_match {
            request.headers.insert(IF_MATCH, header_value("if_match", etag)?);
        }
        if self.is_conditional() {
            request.repeat = Repeat::IfNotDone;
        }
        Ok(())
    }

    pub(super) fn is_conditional(&self) -> bool {
        self.if_absent || self.if_match.is_some()
    }
}

impl GetOptions {
    pub(super) fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        match self.range {
            Some(range) => {
                headers.insert(RANGE, header_value("range", &range.to_header()?)?);
            }
            // S3 has no checksum for a part of an object.
            None => {
                let name = HeaderName::from_static("x-amz-checksum-mode");
                headers.insert(name, HeaderValue::from_static("ENABLED"));
            }
        }
        if let Some(etag) = &self.if_match {
            headers.insert(IF_MATCH, header_value("if_match", etag)?);
        }
        if let Some(etag) = &self.if_none_match {
            headers.insert(IF_NONE_MATCH, header_value("if_none_match", etag)?);
        }
        if let Some(time) = self.if_modified_since {
            headers.insert(IF_MODIFIED_SINCE, http_date(time)?);
        }
        if let Some(time) = self.if_unmodified_since {
            headers.insert(IF_UNMODIFIED_SINCE, http_date(time)?);
        }
        Ok(headers)
    }
}

/// A header of a response as text, or `None` if the response does not have it.
pub(super) fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| text::plain(value.as_bytes()))
}

/// Sets a header if the caller gave a value.
pub(super) fn set_header(
    headers: &mut HeaderMap,
    name: &'static str,
    value: Option<&str>,
) -> Result<(), Error> {
    let Some(value) = value else { return Ok(()) };
    headers.insert(HeaderName::from_static(name), header_value(name, value)?);
    Ok(())
}

/// A header's value that must not be empty: S3 ignores empty ones.
pub(super) fn header_value(name: &str, value: &str) -> Result<HeaderValue, Error> {
    not_empty(value, "an option is empty: leave it out instead")?;
    maybe_empty_header_value(name, value)
}

/// A header's value in plain ASCII: S3 stores nothing else in headers, and HTTP drops blanks at the ends.
pub(super) fn maybe_empty_header_value(name: &str, value: &str) -> Result<HeaderValue, Error> {
    let is_kept = value.trim() == value && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let value = HeaderValue::from_str(value).ok().filter(|_| is_kept);
    value.ok_or_else(|| {
        Error::invalid_input(format!("{name} must be one line of plain ASCII without blanks at its ends"))
    })
}

fn http_date(time: SystemTime) -> Result<HeaderValue, Error> {
    let date = dates::to_http(time).and_then(|date| HeaderValue::try_from(date).ok());
    date.ok_or_else(|| Error::invalid_input("the date is out of the range of HTTP dates"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn options_become_headers() {
        let options = PutOptions {
            content_type: Some("text/plain".to_owned()),
            metadata: [("author".to_owned(), "ada".to_owned())].into(),
            ..PutOptions::default()
        };
        let headers = options.headers().unwrap();
        assert_eq!(headers["content-type"], "text/plain");
        assert_eq!(headers["x-amz-meta-author"], "ada");
        assert_eq!(headers.len(), 2);
    }

    #[test]
    fn what_does_not_fit_into_headers_is_refused() {
        let refused = |options: PutOptions| options.headers().unwrap_err().kind() == ErrorKind::InvalidInput;
        let metadata = |name: &str, value: &str| PutOptions {
            metadata: [(name.to_owned(), value.to_owned())].into(),
            ..PutOptions::default()
        };
        assert!(refused(metadata("name", "Zoë")));
        assert!(refused(metadata("name", "a\r\nx-amz-acl: public-read")));
        assert!(refused(metadata("na me", "a")));
        assert!(refused(metadata("", "a")));
        assert!(refused(metadata("name", " a")));
        assert!(refused(metadata("name", "a ")));
        assert!(refused(metadata("name", "a\tb")));
        assert!(metadata("name", "").headers().is_ok());
        let both = [("Author".to_owned(), "a".to_owned()), ("author".to_owned(), "b".to_owned())];
        assert!(refused(PutOptions { metadata: both.into(), ..PutOptions::default() }));
        let many = (0..40_000).map(|n| (n.to_string(), String::new())).collect();
        assert!(refused(PutOptions { metadata: many, ..PutOptions::default() }));
        assert!(refused(PutOptions { cache_control: Some(String::new()), ..PutOptions::default() }));
        assert!(refused(PutOptions { content_type: Some("é".to_owned()), ..PutOptions::default() }));
    }

    #[test]
    fn conditions_become_headers() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let options = GetOptions {
            range: Some((0..1).into()),
            if_none_match: Some("\"abc\"".to_owned()),
            if_modified_since: Some(moment),
            ..GetOptions::default()
        };
        let headers = options.headers().unwrap();
        assert_eq!(headers["range"], "bytes=0-0");
        assert_eq!(headers["if-none-match"], "\"abc\"");
        assert_eq!(headers["if-modified-since"], "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(!headers.contains_key("x-amz-checksum-mode"));

        let never = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::MAX / 4);
        let options = GetOptions { if_unmodified_since: Some(never), ..GetOptions::default() };
        assert_eq!(options.headers().unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
