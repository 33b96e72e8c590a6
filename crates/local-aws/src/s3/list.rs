//! Lists pages of keys and common prefixes.

use std::ops::Bound;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::{
    S3Response, S3Result,
    dto::{
        CommonPrefix, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
        ListObjectsV2Output, Object as ObjectEntry, ObjectStorageClass, Owner,
    },
    s3_error,
};

use super::{
    objects::length,
    store::{Bucket, Store},
};
use crate::account::ACCOUNT_ID;

const URL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
const MOST_KEYS: i32 = 1000;

pub(super) fn v2(store: &Store, input: ListObjectsV2Input) -> S3Result<S3Response<ListObjectsV2Output>> {
    let max_keys = max_keys(input.max_keys)?;
    let after = match &input.continuation_token {
        Some(token) => Some(read_token(token)?),
        None => input.start_after.clone(),
    };
    let encode = Encode::new(input.encoding_type.as_ref());
    let page = store.bucket(&input.bucket, |bucket| {
        Ok(Page::of(
            bucket,
            input.prefix.as_deref().unwrap_or_default(),
            input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty()),
            after.as_deref(),
            max_keys,
        ))
    })?;
    Ok(S3Response::new(ListObjectsV2Output {
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_ref().map(|next| URL_SAFE_NO_PAD.encode(next)),
        key_count: Some(page.count()),
        contents: Some(page.objects(encode, input.fetch_owner == Some(true))),
        common_prefixes: Some(page.prefixes(encode)),
        name: Some(input.bucket),
        prefix: Some(encode.text(&input.prefix.unwrap_or_default())),
        delimiter: input.delimiter.map(|delimiter| encode.text(&delimiter)),
        start_after: input.start_after.map(|start| encode.text(&start)),
        continuation_token: input.continuation_token,
        max_keys: Some(max_keys),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

pub(super) fn v1(store: &Store, input: ListObjectsInput) -> S3Result<S3Response<ListObjectsOutput>> {
    let max_keys = max_keys(input.max_keys)?;
    let encode = Encode::new(input.encoding_type.as_ref());
    let page = store.bucket(&input.bucket, |bucket| {
        Ok(Page::of(
            bucket,
            input.prefix.as_deref().unwrap_or_default(),
            input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty()),
            input.marker.as_deref(),
            max_keys,
        ))
    })?;
    // Without a delimiter the last key is the marker, which the client has.
    let next_marker = page.next.as_ref().filter(|_| input.delimiter.is_some()).map(|next| encode.text(next));
    Ok(S3Response::new(ListObjectsOutput {
        is_truncated: Some(page.next.is_some()),
        next_marker,
        contents: Some(page.objects(encode, true)),
        common_prefixes: Some(page.prefixes(encode)),
        name: Some(input.bucket),
        prefix: Some(encode.text(&input.prefix.unwrap_or_default())),
        delimiter: input.delimiter.map(|delimiter| encode.text(&delimiter)),
        marker: Some(encode.text(&input.marker.unwrap_or_default())),
        max_keys: Some(max_keys),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

/// Whether keys are written percent-encoded, since XML cannot contain every character.
#[derive(Clone, Copy)]
pub(super) struct Encode(bool);

impl Encode {
    pub(super) fn new(encoding: Option<&EncodingType>) -> Self {
        Self(encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL))
    }

    pub(super) fn text(self, text: &str) -> String {
        if self.0 { utf8_percent_encode(text, URL).to_string() } else { text.to_owned() }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Entry {
    Object { key: String, etag: String, size: u64, modified: std::time::SystemTime, storage_class: String },
    Prefix(String),
}

struct Page {
    entries: Vec<Entry>,
    /// The last key or prefix of this page, if there is more.
    next: Option<String>,
}

impl Page {
    fn of(
        bucket: &Bucket,
        prefix: &str,
        delimiter: Option<&str>,
        after: Option<&str>,
        max_keys: i32,
    ) -> Self {
        let most = usize::try_from(max_keys).unwrap_or_default();
        let mut entries: Vec<Entry> = Vec::new();
        let mut last = String::new();
        if most == 0 {
            return Self { entries, next: None };
        }
        let start = after.filter(|after| *after > prefix).unwrap_or(prefix);
        for (key, object) in bucket.objects.range::<str, _>((Bound::Included(start), Bound::Unbounded)) {
            let Some(rest) = key.strip_prefix(prefix) else { break };
            let group = delimiter.and_then(|delimiter| {
                rest.split_once(delimiter).map(|(start, _)| format!("{prefix}{start}{delimiter}"))
            });
            let name = group.as_deref().unwrap_or(key);
            // Keys after an already listed common prefix belong to it.
            let is_past =
                after.is_none_or(|after| name > after && !(group.is_some() && after.starts_with(name)));
            if !is_past || (!entries.is_empty() && name == last) {
                continue;
            }
            if entries.len() == most {
                return Self { entries, next: Some(last) };
            }
            name.clone_into(&mut last);
            entries.push(match group {
                Some(prefix) => Entry::Prefix(prefix),
                None => Entry::Object {
                    key: key.clone(),
                    etag: object.etag.clone(),
                    size: object.size(),
                    modified: object.modified,
                    storage_class: object.attributes.storage_class.as_ref().map_or_else(
                        || ObjectStorageClass::STANDARD.to_owned(),
                        |class| class.as_str().to_owned(),
                    ),
                },
            });
        }
        Self { entries, next: None }
    }

    fn count(&self) -> i32 {
        i32::try_from(self.entries.len()).unwrap_or(MOST_KEYS)
    }

    fn objects(&self, encode: Encode, with_owner: bool) -> Vec<ObjectEntry> {
        let owner = with_owner.then(|| Owner { id: Some(ACCOUNT_ID.to_owned()), display_name: None });
        self.entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Object { key, etag, size, modified, storage_class } => Some(ObjectEntry {
                    key: Some(encode.text(key)),
                    e_tag: Some(s3s::dto::ETag::Strong(etag.clone())),
                    size: Some(length(*size)),
                    last_modified: Some((*modified).into()),
                    storage_class: Some(storage_class.clone().into()),
                    owner: owner.clone(),
                    ..Default::default()
                }),
                Entry::Prefix(_) => None,
            })
            .collect()
    }

    fn prefixes(&self, encode: Encode) -> Vec<CommonPrefix> {
        self.entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Prefix(prefix) => Some(CommonPrefix { prefix: Some(encode.text(prefix)) }),
                Entry::Object { .. } => None,
            })
            .collect()
    }
}

fn max_keys(requested: Option<i32>) -> S3Result<i32> {
    match requested {
        None => Ok(MOST_KEYS),
        Some(number) if number < 0 => {
            Err(s3_error!(InvalidArgument, "Argument maxKeys must be an integer between 0 and 2147483647"))
        }
        Some(number) => Ok(number.min(MOST_KEYS)),
    }
}

fn read_token(token: &str) -> S3Result<String> {
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::SystemTime};

    use super::*;
    use crate::s3::store::{Attributes, Object};

    fn bucket(keys: &[&str]) -> Bucket {
        let mut bucket = Bucket::new(SystemTime::UNIX_EPOCH);
        for key in keys {
            let object = Object {
                content: Vec::new(),
                etag: String::new(),
                modified: SystemTime::UNIX_EPOCH,
                attributes: Attributes::default(),
                checksum: s3s::dto::Checksum::default(),
            };
            bucket.objects.insert((*key).to_owned(), Arc::new(object));
        }
        bucket
    }

    /// All pages of `size`, prefixes in angle brackets.
    fn pages(bucket: &Bucket, prefix: &str, delimiter: Option<&str>, size: i32) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut after = None;
        loop {
            let page = Page::of(bucket, prefix, delimiter, after.as_deref(), size);
            let names = page.entries.iter().map(|entry| match entry {
                Entry::Object { key, .. } => key.clone(),
                Entry::Prefix(prefix) => format!("<{prefix}>"),
            });
            pages.push(names.collect());
            match page.next {
                Some(next) => after = Some(next),
                None => return pages,
            }
        }
    }

    #[test]
    fn pages_of_every_size_show_everything_once() {
        let bucket = bucket(&["a", "a/", "a//b", "a/b", "a/b/c", "a0", "b/x", "b/y", "ä/é", "ä/ü/z"]);
        for delimiter in [None, Some("/"), Some("/b")] {
            for prefix in ["", "a", "a/", "ä/"] {
                let whole = pages(&bucket, prefix, delimiter, 1000).concat();
                for size in 1..5 {
                    assert_eq!(
                        pages(&bucket, prefix, delimiter, size).concat(),
                        whole,
                        "{prefix} {delimiter:?} {size}"
                    );
                }
            }
        }
    }

    #[test]
    fn common_prefixes_stand_among_the_keys() {
        let bucket = bucket(&["a", "a//b", "a/b", "b/x", "b/y", "c"]);
        assert_eq!(pages(&bucket, "", Some("/"), 10), [["a", "<a/>", "<b/>", "c"]]);
        assert_eq!(pages(&bucket, "a/", Some("/"), 10), [["<a//>", "a/b"]]);
        assert_eq!(pages(&bucket, "x", Some("/"), 10), [[""; 0]]);
        assert_eq!(pages(&bucket, "", None, 0), [[""; 0]]);
    }

    #[test]
    fn start_after_may_lie_inside_a_prefix() {
        let bucket = bucket(&["b/x", "b/y", "c"]);
        let page = Page::of(&bucket, "", Some("/"), Some("b/x"), 10);
        assert_eq!(page.entries.len(), 1);
    }

    #[test]
    fn url_encoding_leaves_slashes() {
        assert_eq!(Encode(true).text("a b/+%ü"), "a%20b/%2B%25%C3%BC");
    }
}
