//! Reads refusals in each of AWS's protocols.

use std::time::SystemTime;

use super::json_refusal::JsonRefusal;
use crate::config::Region;
use crate::error::{CancellationReason, Item};
use crate::xml::Element;

/// The content of a refusal, before its kind is known.
#[derive(Debug, Default)]
pub(crate) struct RefusalDetails {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    /// The server's time, where the service adds it when it refuses because of the time.
    pub(crate) server_time: Option<SystemTime>,
    /// Where the resource is, where the service says so to requests in another region.
    pub(crate) region: Option<Region>,
    /// The same request may succeed in a moment, although neither status nor kind says so.
    pub(crate) is_passing: bool,
    pub(crate) cancellation_reasons: Vec<CancellationReason>,
    pub(crate) item: Option<Item>,
    /// The document, where the service speaks XML.
    pub(crate) xml: Option<Element>,
}

/// XML documents of errors are small; what is larger is not one. A JSON document may hold megabytes of items.
pub(super) const XML_LIMIT: usize = 256 * 1024;

impl RefusalDetails {
    pub(super) fn parse(body: &[u8]) -> Self {
        // Some servers begin with a byte order mark, which JSON does not have.
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        match first(body) {
            Some(b'{') => {
                let mut json = JsonRefusal::parse(body);
                Self { code: json.code(), message: json.message(), ..Self::default() }
            }
            Some(b'<') if body.len() <= XML_LIMIT => Self::parse_xml(body),
            _ => Self::default(),
        }
    }

    fn parse_xml(body: &[u8]) -> Self {
        let Ok(root) = Element::parse(body) else { return Self::default() };
        // Some services answer `<Error>`; IAM and STS wrap it in `<ErrorResponse>`, EC2 in `<Response><Errors>`.
        let error = root.child("Errors").unwrap_or(&root);
        let error = error.child("Error").unwrap_or(error);
        Self {
            code: error.maybe_text("Code"),
            message: error.maybe_text("Message"),
            request_id: root.maybe_text("RequestId").or_else(|| root.maybe_text("RequestID")),
            xml: Some(root),
            ..Self::default()
        }
    }
}

/// The first byte that is not white space.
pub(super) fn first(body: &[u8]) -> Option<&u8> {
    body.iter().find(|byte| !byte.is_ascii_whitespace())
}

/// Whether it is an error in AWS's JSON protocol.
pub(super) fn has_error_type(body: &[u8]) -> bool {
    const NAME: &[u8] = b"\"__type\"";

    body.windows(NAME.len()).any(|text| text == NAME) && JsonRefusal::parse(body).has_type()
}
