//! S3's XML documents.

use bytes::Bytes;

use crate::error::Error;
use crate::json::Misfit;
use crate::xml::Element;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// The body of a request.
pub(super) fn write(root: &Element) -> Bytes {
    root.to_document(NAMESPACE).into()
}

/// Reads the answer to `operation`, whose root is called `root`. What does not fit is an error that quotes nothing of it.
pub(super) fn read<T>(
    body: &[u8],
    root: &'static str,
    operation: &'static str,
    read: impl FnOnce(&Element) -> Result<T, Error>,
) -> Result<T, Error> {
    let answer = document(body, root).map_err(Error::from).and_then(|document| read(&document));
    answer.map_err(|error| error.during(operation))
}

fn document(body: &[u8], root: &'static str) -> Result<Element, Misfit> {
    let document = Element::parse(body)?;
    if document.name() == root { Ok(document) } else { Err(Misfit::Member(root)) }
}

/// XML 1.0 has no control characters, and readers change those that it has (a carriage return becomes a line feed).
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
    fn what_xml_cannot_hold_is_known() {
        assert!(can_write("a b&<>\"\u{1f389}"));
        for text in ["a\rb", "\0", "\u{ffff}"] {
            assert!(!can_write(text), "{text:?}");
        }
    }
}
