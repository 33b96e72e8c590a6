//! S3's XML documents.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Reads an answer. What does not fit is an error that quotes nothing of it.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes, operation: &'static str) -> Result<T, Error> {
    quick_xml::de::from_reader(body.as_ref())
        .map_err(|_| Error::invalid_response("the answer is not the XML that S3 documents").during(operation))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListBucketResult {
    #[serde(default)]
    pub(super) contents: Vec<Contents>,
    #[serde(default)]
    pub(super) common_prefixes: Vec<CommonPrefix>,
    /// `url` where keys and prefixes are encoded.
    pub(super) encoding_type: Option<String>,
    #[serde(default)]
    pub(super) is_truncated: bool,
    pub(super) next_continuation_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Contents {
    pub(super) key: String,
    pub(super) size: u64,
    #[serde(rename = "ETag")]
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    pub(super) storage_class: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CommonPrefix {
    pub(super) prefix: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct CopyObjectResult {
    #[serde(rename = "ETag")]
    pub(super) etag: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DeleteResult {
    #[serde(rename = "Deleted", default)]
    pub(super) deleted: Vec<Deleted>,
    #[serde(rename = "Error", default)]
    pub(super) errors: Vec<DeleteError>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Deleted {
    pub(super) key: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteError {
    pub(super) key: String,
    pub(super) code: String,
    pub(super) message: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InitiateMultipartUploadResult {
    pub(super) upload_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListPartsResult {
    #[serde(rename = "Part", default)]
    pub(super) parts: Vec<ListedPart>,
    #[serde(default)]
    pub(super) is_truncated: bool,
    pub(super) next_part_number_marker: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedPart {
    pub(super) part_number: u32,
    pub(super) size: u64,
    #[serde(rename = "ETag")]
    pub(super) etag: Option<String>,
    #[serde(rename = "ChecksumCRC32")]
    pub(super) crc32: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CompleteMultipartUploadResult {
    #[serde(rename = "ETag")]
    pub(super) etag: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct CompletedPart {
    #[serde(rename = "PartNumber")]
    pub(super) number: u32,
    #[serde(rename = "ETag")]
    pub(super) etag: String,
    #[serde(rename = "ChecksumCRC32")]
    pub(super) crc32: String,
}

pub(super) fn write_complete(parts: &[CompletedPart]) -> Result<String, Error> {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(rename = "@xmlns")]
        namespace: &'static str,
        #[serde(rename = "Part")]
        parts: &'a [CompletedPart],
    }

    write("CompleteMultipartUpload", &Document { namespace: NAMESPACE, parts })
}

pub(super) fn write_delete(keys: &[&str]) -> Result<String, Error> {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(rename = "@xmlns")]
        namespace: &'static str,
        #[serde(rename = "Object")]
        objects: Vec<Named<'a>>,
    }

    #[derive(Serialize)]
    struct Named<'a> {
        #[serde(rename = "Key")]
        key: &'a str,
    }

    let objects = keys.iter().map(|key| Named { key }).collect();
    write("Delete", &Document { namespace: NAMESPACE, objects })
}

/// XML 1.0 has no control characters, and readers change those that it has (a carriage return becomes a line feed).
pub(super) fn can_write(text: &str) -> bool {
    !text.chars().any(|char| char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}'))
}

fn write(root: &str, document: &impl Serialize) -> Result<String, Error> {
    quick_xml::se::to_string_with_root(root, document)
        .map_err(|error| Error::invalid_input(format!("a value does not fit into XML: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_whose_kinds_interleave_are_read() {
        let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
            <Contents><Key> a </Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>3</Size></Contents>
            <CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>
            <Contents><Key>c&amp;d</Key><Size>0</Size></Contents>
            <IsTruncated>true</IsTruncated><NextContinuationToken>t==</NextContinuationToken></ListBucketResult>"#;
        let list: ListBucketResult = read(&Bytes::from(xml), "ListObjectsV2").unwrap();
        assert_eq!(
            list.contents.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(),
            [" a ", "c&d"]
        );
        assert_eq!(list.contents[0].etag.as_deref(), Some("\"e\""));
        assert_eq!(list.common_prefixes[0].prefix, "b/");
        assert!(list.is_truncated);
        assert_eq!(list.next_continuation_token.as_deref(), Some("t=="));
    }

    #[test]
    fn documents_are_written_with_their_values_escaped() {
        let xml = write_delete(&["a&b<c>", " d"]).unwrap();
        assert_eq!(
            xml,
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b&lt;c&gt;</Key></Object>\
             <Object><Key> d</Key></Object></Delete>"
        );
        let part = CompletedPart { number: 1, etag: "\"e\"".to_owned(), crc32: "NhCmhg==".to_owned() };
        let xml = write_complete(&[part]).unwrap();
        assert!(
            xml.contains("<PartNumber>1</PartNumber>")
                && xml.contains("<ChecksumCRC32>NhCmhg==</ChecksumCRC32>"),
            "{xml}"
        );
    }

    #[test]
    fn what_is_not_s3s_xml_is_an_error_that_quotes_nothing() {
        for body in
            ["", "<html>", "<ListPartsResult><Part><Size>secret</Size></Part></ListPartsResult>", "{}"]
        {
            let error = read::<ListPartsResult>(&Bytes::from(body), "ListParts").map(drop);
            assert!(error.is_ok() == (body == "{}") || !format!("{error:?}").contains("secret"), "{body}");
        }
    }
}
