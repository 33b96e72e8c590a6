//! ListObjectsV2.

use std::borrow::Cow;
use std::time::SystemTime;

use futures_util::{TryStreamExt, stream};
use http::Method;
use percent_encoding::percent_decode_str;

use super::bucket::Bucket;
use super::query::Query;
use super::xml;
use crate::dates;
use crate::error::Error;
use crate::pagination::{self, Pagination};
use crate::platform::BoxStream;
use crate::xml::Element;

const OPERATION: &str = "ListObjectsV2";

/// Settings for a listing. Default: all keys with the prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListOptions {
    /// Groups keys: those that contain this text after the prefix are not listed, and their part up to it becomes one common prefix.
    /// With `/`, a listing looks like a folder with its subfolders.
    pub delimiter: Option<String>,
    /// Lists only keys that sort after this one.
    pub start_after: Option<String>,
    /// The maximum number of keys and common prefixes in a page. Default and limit: 1000.
    pub page_size: Option<u32>,
    /// Continues after an earlier page, with that page's [`next_continuation_token`](ListPage::next_continuation_token).
    pub continuation_token: Option<String>,
}

/// A page of a listing, sorted by the UTF-8 bytes of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListPage {
    /// The objects.
    pub objects: Vec<ListedObject>,
    /// The common prefixes of the keys that contain the delimiter.
    pub common_prefixes: Vec<String>,
    /// The token for the next page, as [`ListOptions::continuation_token`]. `None` on the last page.
    pub next_continuation_token: Option<String>,
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedObject {
    /// The whole key, including the prefix.
    pub key: String,
    /// The size in bytes.
    pub size: u64,
    /// The ETag, in quotation marks, as `if_match` takes it.
    pub etag: Option<String>,
    /// The time of the last write.
    pub last_modified: Option<SystemTime>,
    /// The storage class, such as `STANDARD`.
    pub storage_class: Option<String>,
}

/// A listing, made by [`Bucket::list`] (ListObjectsV2).
///
/// [`items`](Self::items) and [`pages`](Self::pages) fetch the pages one after the other, each when it is needed.
/// [`page`](Self::page) fetches one page, for apps that hand out pages themselves.
///
/// ```no_run
/// # async fn example(bucket: poolpass::s3::Bucket) -> Result<(), poolpass::Error> {
/// use futures_util::TryStreamExt;
///
/// let mut mine = bucket.list(bucket.private_path("").await?).items();
/// while let Some(object) = mine.try_next().await? {
///     println!("{} {}", object.size, object.key);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until items, pages or page is called"]
pub struct ListObjects {
    bucket: Bucket,
    prefix: String,
    options: ListOptions,
}

impl Bucket {
    /// Lists the objects whose keys begin with `prefix` (ListObjectsV2).
    ///
    /// Waits at most 112 seconds for each page, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// See [`Bucket`]. A stream of items or pages ends after an error.
    pub fn list(&self, prefix: impl Into<String>) -> ListObjects {
        ListObjects { bucket: self.clone(), prefix: prefix.into(), options: ListOptions::default() }
    }
}

impl ListObjects {
    /// Sets all options at once.
    pub fn options(mut self, options: ListOptions) -> Self {
        self.options = options;
        self
    }

    /// Groups keys: those that contain this text after the prefix are not listed, and their part up to it becomes one common prefix.
    /// With `/`, a listing looks like a folder with its subfolders.
    pub fn delimiter(mut self, text: impl Into<String>) -> Self {
        self.options.delimiter = Some(text.into());
        self
    }

    /// Lists only keys that sort after this one.
    pub fn start_after(mut self, key: impl Into<String>) -> Self {
        self.options.start_after = Some(key.into());
        self
    }

    /// Sets the maximum number of keys and common prefixes in a page. Default and limit: 1000.
    pub fn page_size(mut self, keys: u32) -> Self {
        self.options.page_size = Some(keys);
        self
    }

    /// Continues after an earlier page, with that page's [`next_continuation_token`](ListPage::next_continuation_token).
    pub fn continuation_token(mut self, token: impl Into<String>) -> Self {
        self.options.continuation_token = Some(token.into());
        self
    }

    /// The objects of all pages.
    pub fn items(self) -> BoxStream<'static, Result<ListedObject, Error>> {
        let objects = |page: ListPage| stream::iter(page.objects.into_iter().map(Ok));
        Box::pin(self.pages().map_ok(objects).try_flatten())
    }

    /// All pages, each fetched when it is needed.
    pub fn pages(self) -> BoxStream<'static, Result<ListPage, Error>> {
        let seen = Pagination::starting_at(self.options.continuation_token.as_deref());
        let pages = stream::try_unfold(Some((self, seen)), |rest| async move {
            let Some((mut list, mut seen)) = rest else { return Ok(None) };
            let page = list.fetch().await?;
            if let Some(next) = &page.next_continuation_token {
                let is_empty = page.objects.is_empty() && page.common_prefixes.is_empty();
                seen.go_on(next.as_str(), is_empty).map_err(|error| error.during(OPERATION))?;
            }
            list.options.continuation_token.clone_from(&page.next_continuation_token);
            let rest = page.next_continuation_token.is_some().then_some((list, seen));
            Ok(Some((page, rest)))
        });
        Box::pin(pages)
    }

    /// Fetches one page.
    ///
    /// # Errors
    ///
    /// As [`Bucket::list`].
    pub async fn page(self) -> Result<ListPage, Error> {
        self.fetch().await
    }

    async fn fetch(&self) -> Result<ListPage, Error> {
        let request = self.bucket.bucket_request(OPERATION, Method::GET, &self.query())?;
        let answer = self.bucket.whole(request).await?;
        xml::read(answer.body(), "ListBucketResult", OPERATION, |list| {
            let page = ListPage::from_xml(list)?;
            page.check(list, self)?;
            Ok(page)
        })
    }

    fn query(&self) -> Query {
        let ListOptions { delimiter, start_after, page_size, continuation_token } = &self.options;
        let page_size = page_size.map(|size| size.to_string());
        // Parameters are signed in alphabetical order.
        Query::new()
            .with_some("continuation-token", continuation_token.as_deref())
            .with_some("delimiter", delimiter.as_deref())
            .with("encoding-type", "url")
            .with("list-type", "2")
            .with_some("max-keys", page_size.as_deref())
            .with("prefix", &self.prefix)
            .with_some("start-after", start_after.as_deref())
    }
}

impl ListPage {
    fn from_xml(list: &Element) -> Result<Self, Error> {
        let plain = |text: String| plain(list, text);
        let mut page = Self::default();
        for object in list.all("Contents") {
            page.objects.push(ListedObject {
                key: plain(object.name_of("Key")?)?,
                size: object.count("Size")?,
                etag: object.maybe_text("ETag"),
                last_modified: object.maybe_text("LastModified").and_then(|date| dates::from_rfc3339(&date)),
                storage_class: object.maybe_text("StorageClass"),
            });
        }
        for common in list.all("CommonPrefixes") {
            page.common_prefixes.push(plain(common.text("Prefix")?)?);
        }
        let token = list.maybe_text("NextContinuationToken").filter(|token| !token.trim().is_empty());
        let is_truncated =
            if list.child("IsTruncated").is_some() { list.flag("IsTruncated")? } else { token.is_some() };
        if is_truncated {
            page.next_continuation_token = Some(token.ok_or_else(pagination::without_next_page)?);
        }
        Ok(page)
    }

    /// Refuses keys that were not asked for: an app that lists a prefix may delete what is listed.
    fn check(&self, list: &Element, asked: &ListObjects) -> Result<(), Error> {
        let prefix = asked.prefix.as_str();
        if let Some(listed) = list.maybe_text("Prefix")
            && listed != prefix
            && plain(list, listed)? != prefix
        {
            return Err(Error::invalid_response("the listing is of another prefix"));
        }
        let mut keys = self.objects.iter().map(|object| &object.key).chain(&self.common_prefixes);
        if !keys.all(|key| key.starts_with(prefix)) {
            return Err(Error::invalid_response("the listing has keys that do not begin with the prefix"));
        }
        if self.next_continuation_token.is_some()
            && self.next_continuation_token == asked.options.continuation_token
        {
            return Err(Error::invalid_response("the token for the next page is the one for this page"));
        }
        Ok(())
    }
}

/// Decodes a key. XML cannot carry every character, so keys are requested encoded; some servers ignore that.
fn plain(list: &Element, text: String) -> Result<String, Error> {
    let is_encoded = list.maybe_text("EncodingType").as_deref() == Some("url");
    if is_encoded { decode(&text) } else { Ok(text) }
}

/// Decodes a key that is encoded as in forms: a plus is a space, and a plus itself is percent-encoded.
fn decode(text: &str) -> Result<String, Error> {
    let spaced = if text.contains('+') { Cow::from(text.replace('+', " ")) } else { Cow::from(text) };
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded.map(Cow::into_owned).map_err(|_| Error::invalid_response("a key is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_aws::ScriptedAws;

    fn page(xml: &str) -> Result<ListPage, Error> {
        xml::read(xml.as_bytes(), "ListBucketResult", "ListObjectsV2", ListPage::from_xml)
    }

    #[test]
    fn lists_whose_kinds_interleave_are_read() {
        let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
            <Contents><Key> a </Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>3</Size></Contents>
            <CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>
            <Contents><Key>c&amp;d</Key><Size>0</Size></Contents>
            <IsTruncated>true</IsTruncated><NextContinuationToken>t==</NextContinuationToken></ListBucketResult>"#;
        let page = page(xml).unwrap();
        let keys: Vec<_> = page.objects.iter().map(|object| object.key.as_str()).collect();
        assert_eq!(keys, [" a ", "c&d"]);
        assert_eq!(page.objects[0].etag.as_deref(), Some("\"e\""));
        assert_eq!(page.common_prefixes, ["b/"]);
        assert_eq!(page.next_continuation_token.as_deref(), Some("t=="));
    }

    #[test]
    fn encoded_keys_are_decoded_and_plain_ones_left_alone() {
        let page = |encoding: &str| {
            let xml = format!(
                "<ListBucketResult>{encoding}<IsTruncated>false</IsTruncated><NextContinuationToken>x</NextContinuationToken>\
                 <Contents><Key>a+b%2Bc/%C3%A9%0A</Key><Size>1</Size><LastModified>1994-11-06T08:49:37.000Z</LastModified></Contents>\
                 <CommonPrefixes><Prefix>d+e/</Prefix></CommonPrefixes></ListBucketResult>"
            );
            page(&xml).unwrap()
        };
        let encoded = page("<EncodingType>url</EncodingType>");
        assert_eq!(encoded.objects[0].key, "a b+c/é\n");
        assert_eq!(encoded.common_prefixes, ["d e/"]);
        assert_eq!(encoded.next_continuation_token, None);
        let moment = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(784_111_777);
        assert_eq!(encoded.objects[0].last_modified, Some(moment));
        assert_eq!(page("").objects[0].key, "a+b%2Bc/%C3%A9%0A");
    }

    #[test]
    fn a_listing_that_goes_on_without_saying_where_is_an_error() {
        for (truncated, token) in [
            ("true", ""),
            ("true", "<NextContinuationToken/>"),
            ("true", "<NextContinuationToken> </NextContinuationToken>"),
            ("True", ""),
            ("1", ""),
            ("yes", "<NextContinuationToken>t</NextContinuationToken>"),
            ("", "<NextContinuationToken>t</NextContinuationToken>"),
        ] {
            let xml =
                format!("<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{token}</ListBucketResult>");
            let kind = page(&xml).unwrap_err().kind();
            assert_eq!(kind, crate::ErrorKind::InvalidResponse, "{truncated:?} {token}");
        }
        for truncated in ["<IsTruncated> True </IsTruncated>", "<IsTruncated>1</IsTruncated>", ""] {
            let token = "<NextContinuationToken>t</NextContinuationToken>";
            let xml = format!("<ListBucketResult>{truncated}{token}</ListBucketResult>");
            assert_eq!(page(&xml).unwrap().next_continuation_token.as_deref(), Some("t"), "{truncated}");
        }
    }

    fn listed(keys: &[&str], next: Option<&str>) -> String {
        let contents: String =
            keys.iter().map(|key| format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>")).collect();
        let next = next.map_or_else(String::new, |next| {
            format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{next}</NextContinuationToken>")
        });
        format!("<ListBucketResult>{contents}{next}</ListBucketResult>")
    }

    async fn listing_of(pages: &[String]) -> (usize, Result<(), Error>) {
        let aws = pages.iter().fold(ScriptedAws::default(), |aws, page| aws.answer_text(200, &[], page));
        let mut listing = aws.client(|config| config.bucket("photos")).s3().unwrap().list("a").items();
        let mut count = 0;
        loop {
            match listing.try_next().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => return (count, Ok(())),
                Err(error) => return (count, Err(error)),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_listing_that_goes_in_a_circle_is_an_error() {
        let page = |next| listed(&["a1"], Some(next));
        for circle in [vec![page("A"), page("A")], vec![page("A"), page("B"), page("A")]] {
            let (_, outcome) = listing_of(&circle).await;
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidResponse, "{error}");
            assert_eq!(error.operation(), Some("ListObjectsV2"));
        }
        let (count, outcome) = listing_of(&[page("A"), page("B"), listed(&["a2", "a3"], None)]).await;
        assert!(outcome.is_ok() && count == 4, "{count} {outcome:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_listing_of_empty_pages_without_end_is_an_error() {
        let pages: Vec<_> = (0..1100).map(|page| listed(&[], Some(&page.to_string()))).collect();
        assert_eq!(listing_of(&pages).await.1.unwrap_err().kind(), crate::ErrorKind::InvalidResponse);
    }

    #[tokio::test]
    async fn keys_without_the_prefix_are_an_error() {
        let (count, outcome) = listing_of(&[listed(&["a1", "b1"], None)]).await;
        assert_eq!((count, outcome.unwrap_err().kind()), (0, crate::ErrorKind::InvalidResponse));
        for (prefix, is_right) in [("a", true), ("%61", false), ("b", false), ("", false)] {
            let empty = format!("<ListBucketResult><Prefix>{prefix}</Prefix></ListBucketResult>");
            assert_eq!(listing_of(&[empty]).await.1.is_ok(), is_right, "{prefix}");
        }
        let encoded =
            "<ListBucketResult><EncodingType>url</EncodingType><Prefix>%61</Prefix></ListBucketResult>";
        assert!(listing_of(&[encoded.to_owned()]).await.1.is_ok());
    }

    #[test]
    fn objects_without_key_or_size_are_errors() {
        for contents in
            ["", "<Key/><Size>1</Size>", "<Key>a</Key>", "<Size>1</Size>", "<Key>a</Key><Size>-1</Size>"]
        {
            let xml = format!("<ListBucketResult><Contents>{contents}</Contents></ListBucketResult>");
            assert_eq!(page(&xml).unwrap_err().kind(), crate::ErrorKind::InvalidResponse, "{contents}");
        }
    }

    #[test]
    fn a_key_that_is_not_utf_8_is_an_error() {
        assert!(decode("%FF").is_err());
    }
}
