//! S3's XML documents.

use bytes::Bytes;

use crate::error::Error;
use crate::json::ParseError;
use crate::xml::Element;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// The body of a request.
pub(super) fn write(root: &Element) -> Bytes {
    root.to_document(NAMESPACE).into()
}

/// Reads the response to `operation`, whose root element is `root`. Errors quote nothing of the response.
pub(super) fn read<T>(
    body: &[u8],
    root: &'static str,
    operation: &'static str,
    read: impl FnOnce(&Element) -> Result<T, Error>,
) -> Result<T, Error> {
    let answer = document(body, root, operation).map_err(Error::from).and_then(|document| read(&document));
    answer.map_err(|error| error.during(operation))
}

/// Checks the root's name. Some servers name it after the operation, or `Response` instead of `Result`.
fn document(body: &[u8], root: &'static str, operation: &str) -> Result<Element, ParseError> {
    let document = Element::parse(body)?;
    let is_expected = stem(document.name()).is_some_and(|name| Some(name) == stem(root) || name == operation);
    if is_expected { Ok(document) } else { Err(ParseError::Member(root)) }
}

fn stem(root: &str) -> Option<&str> {
    ["Result", "Response", "Output"].iter().find_map(|end| root.strip_suffix(end))
}

/// Whether XML 1.0 can carry the text. It has no control characters, and readers change line breaks.
pub(super) fn can_write(text: &str) -> bool {
    !text.chars().any(|char| char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_s3s_xml_is_an_error_that_quotes_nothing() {
        for body in
            ["", "{}", "<html>", "<html></html>", "<ListPartsResult><Size>secret</Size></ListPartsResult>"]
        {
            let size = read(body.as_bytes(), "ListPartsResult", "ListParts", |list| Ok(list.count("Size")?));
            let error = size.unwrap_err();
            assert_eq!(error.operation(), Some("ListParts"));
            assert!(!format!("{error:?}").contains("secret"), "{body}");
        }
    }

    #[test]
    fn a_root_that_other_servers_name_in_their_way_is_taken() {
        let is_read = |root: &str| {
            let body = format!("<{root}><Size>7</Size></{root}>");
            let size =
                read(body.as_bytes(), "InitiateResult", "CreateMultipartUpload", |it| Ok(it.count("Size")?));
            size.is_ok_and(|size| size == 7)
        };
        for root in ["InitiateResult", "InitiateResponse", "InitiateOutput", "CreateMultipartUploadOutput"] {
            assert!(is_read(root), "{root}");
        }
        for root in ["Initiate", "Result", "OtherResult", "CreateMultipartUpload", "html"] {
            assert!(!is_read(root), "{root}");
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_known() {
        assert!(can_write("a b&<>\"\u{1f389}"));
        for text in ["a\rb", "\0", "\u{ffff}"] {
            assert!(!can_write(text), "{text:?}");
        }
    }
}
