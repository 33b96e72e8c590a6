//! Many items: query and scan, page by page.

use std::marker::PhantomData;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_dynamo::Item as WireItem;

use super::expression::Placeholders;
use super::get::Projection;
use super::item::read;
use super::{Attribute, Condition, Expression, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
use crate::client::Client;
use crate::error::Error;
use crate::platform::BoxStream;

/// Finds items (`Query`, `Scan`); made by [`Table::query`] and [`Table::scan`].
///
/// DynamoDB answers in pages of at most 1 MB. [`items`](Self::items) and [`pages`](Self::pages) fetch them one after the other,
/// each when it is wanted; [`page`](Self::page) fetches one, for apps that hand out pages themselves. Errors as for [`Table`], and
/// kind `InvalidResponse` when an item does not fit `T`.
///
/// ```no_run
/// # async fn example(notes: poolpass::dynamodb::Table, me: String) -> Result<(), poolpass::Error> {
/// use futures_util::TryStreamExt;
/// use poolpass::dynamodb::attribute;
///
/// let mine = attribute("pk").eq(&me).and(attribute("sk").begins_with("2026-"));
/// let mut open = notes.query(mine).filter(attribute("done").eq(false)).descending().items::<serde_json::Value>();
/// while let Some(note) = open.try_next().await? {
///     println!("{note}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until items, pages, page, all or count is called"]
pub struct Search<K> {
    table: Table,
    key_condition: Option<Condition>,
    filter: Option<Condition>,
    projection: Option<Projection>,
    index: Option<String>,
    consistent: bool,
    descending: bool,
    segment: Option<(u32, u32)>,
    page_size: Option<u32>,
    start_after: Option<Result<Item, Error>>,
    kind: PhantomData<fn() -> K>,
}

/// A [`Search`] in one partition.
#[derive(Clone, Copy, Debug)]
pub enum Query {}

/// A [`Search`] through everything.
#[derive(Clone, Copy, Debug)]
pub enum Scan {}

/// What one request found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items. There may be none although more pages follow, since the filter is applied after reading.
    pub items: Vec<T>,
    /// Where the next page starts: give it to [`Search::start_after`]. `None` after the last page.
    pub last_key: Option<Item>,
    /// How many items were read, before the filter.
    pub scanned_count: u64,
}

impl Search<Query> {
    pub(super) fn query(table: &Table, key_condition: impl Into<Condition>) -> Self {
        Self { key_condition: Some(key_condition.into()), ..Self::new(table) }
    }

    /// Goes through the sort keys backwards. Default: forwards.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }
}

impl Search<Scan> {
    pub(super) fn scan(table: &Table) -> Self {
        Self::new(table)
    }

    /// Goes through one of `total` parts of the table, counted from 0, so that several programs can share the work.
    pub fn segment(mut self, segment: u32, total: u32) -> Self {
        self.segment = Some((segment, total));
        self
    }
}

impl<K> Search<K> {
    fn new(table: &Table) -> Self {
        Self {
            table: table.clone(),
            key_condition: None,
            filter: None,
            projection: None,
            index: None,
            consistent: false,
            descending: false,
            segment: None,
            page_size: None,
            start_after: None,
            kind: PhantomData,
        }
    }

    /// Gives only items for which this holds. They are read, and paid for, all the same.
    pub fn filter(mut self, condition: impl Into<Condition>) -> Self {
        self.filter = Some(condition.into());
        self
    }

    /// Gives only these attributes, as far as the items have them.
    pub fn attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.projection = Projection::of(attributes);
        self
    }

    /// Gives only what this projection expression names.
    pub fn projection(mut self, expression: Expression) -> Self {
        self.projection = Some(Projection::from(expression));
        self
    }

    /// Searches this secondary index.
    pub fn index(mut self, name: impl Into<String>) -> Self {
        self.index = Some(name.into());
        self
    }

    /// Sees every write that succeeded before; global secondary indexes cannot. Default: what was written within the last moments
    /// may be missing.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// Reads at most so many items for a page, before the filter (DynamoDB's `Limit`). Default: as many as fit into 1 MB.
    pub fn page_size(mut self, items: u32) -> Self {
        self.page_size = Some(items);
        self
    }

    /// Starts behind this key, which an earlier [`Page::last_key`] named.
    pub fn start_after(mut self, last_key: impl IntoItem) -> Self {
        self.start_after = Some(last_key.into_item());
        self
    }

    /// Fetches one page.
    ///
    /// # Errors
    ///
    /// As said at [`Search`].
    pub async fn page<T: FromItem>(self) -> Result<Page<T>, Error> {
        self.prepare(None)?.fetch().await?.into_page()
    }

    /// The pages to the end. After an error the stream ends.
    pub fn pages<T: FromItem + 'static>(self) -> BoxStream<'static, Result<Page<T>, Error>> {
        Box::pin(self.raw_pages(None).map(|page| page?.into_page()))
    }

    /// The items of all pages. After an error of the network or of DynamoDB the stream ends; an item that does not fit `T` is an
    /// error in its place.
    pub fn items<T: FromItem + 'static>(self) -> BoxStream<'static, Result<T, Error>> {
        let pages = self.raw_pages(None);
        Box::pin(pages.map_ok(|page| stream::iter(page.into_items())).try_flatten())
    }

    /// The items of all pages in memory.
    ///
    /// # Errors
    ///
    /// As said at [`Search`].
    pub async fn all<T: FromItem>(self) -> Result<Vec<T>, Error> {
        let mut pages = self.raw_pages(None);
        let mut items = Vec::new();
        while let Some(page) = pages.try_next().await? {
            for item in page.into_items() {
                items.push(item?);
            }
        }
        Ok(items)
    }

    /// How many items there are, over all pages, without fetching them. Reading them costs the same.
    ///
    /// # Errors
    ///
    /// As said at [`Search`].
    pub async fn count(mut self) -> Result<u64, Error> {
        self.projection = None;
        let mut pages = self.raw_pages(Some("COUNT"));
        let mut count: u64 = 0;
        while let Some(page) = pages.try_next().await? {
            count = count.saturating_add(page.count);
        }
        Ok(count)
    }

    fn raw_pages(self, select: Option<&'static str>) -> BoxStream<'static, Result<RawPage, Error>> {
        let first = self.prepare(select);
        Box::pin(stream::try_unfold(Some(first), |next| async {
            let Some(prepared) = next else { return Ok(None) };
            let mut prepared = prepared?;
            let page = prepared.fetch().await?;
            Ok(Some((page, prepared.input.exclusive_start_key.is_some().then_some(Ok(prepared)))))
        }))
    }

    fn prepare(self, select: Option<&'static str>) -> Result<Prepared, Error> {
        let operation = if self.key_condition.is_some() { "Query" } else { "Scan" };
        let mut placeholders = Placeholders::default();
        let key_condition = self.key_condition.map(Condition::into_pieces);
        let filter = self.filter.map(Condition::into_pieces);
        let (segment, total_segments) = self.segment.unzip();
        let input = Input {
            table_name: self.table.name().to_owned(),
            index_name: self.index,
            key_condition_expression: placeholders.write_maybe(key_condition)?,
            filter_expression: placeholders.write_maybe(filter)?,
            projection_expression: placeholders.write_maybe(self.projection)?,
            select,
            consistent_read: self.consistent,
            scan_index_forward: self.descending.then_some(false),
            segment,
            total_segments,
            limit: self.page_size,
            exclusive_start_key: self.start_after.transpose()?.map(Item::into_wire),
            placeholders,
        };
        Ok(Prepared { client: self.table.client().clone(), operation, input })
    }
}

/// A search that knows where it stands.
#[derive(Debug)]
struct Prepared {
    client: Client,
    operation: &'static str,
    input: Input,
}

#[derive(Debug)]
struct RawPage {
    operation: &'static str,
    items: Vec<Item>,
    last_key: Option<Item>,
    count: u64,
    scanned_count: u64,
}

impl RawPage {
    fn into_items<T: FromItem>(self) -> impl Iterator<Item = Result<T, Error>> {
        self.items.into_iter().map(move |item| read(item, self.operation))
    }

    fn into_page<T: FromItem>(mut self) -> Result<Page<T>, Error> {
        let (last_key, scanned_count) = (self.last_key.take(), self.scanned_count);
        Ok(Page { items: self.into_items().collect::<Result<_, _>>()?, last_key, scanned_count })
    }
}

impl Prepared {
    async fn fetch(&mut self) -> Result<RawPage, Error> {
        let request = self.client.dynamodb_request(self.operation, &self.input, Repeat::Safe)?;
        let output: Output = self.client.send_to_dynamodb(&request).await?;
        let last_key = output.last_evaluated_key.filter(|key| !key.is_empty());
        if last_key.is_some() && last_key == self.input.exclusive_start_key {
            return Err(
                Error::invalid_response("the next page starts where this one started").during(self.operation)
            );
        }
        self.input.exclusive_start_key.clone_from(&last_key);
        Ok(RawPage {
            operation: self.operation,
            items: output.items.into_iter().map(Item::from_wire).collect(),
            last_key: last_key.map(Item::from_wire),
            count: output.count,
            scanned_count: output.scanned_count,
        })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    table_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    index_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_condition_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    projection_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    select: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    consistent_read: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scan_index_forward: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_segments: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exclusive_start_key: Option<WireItem>,
    #[serde(flatten)]
    placeholders: Placeholders,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    #[serde(default)]
    items: Vec<WireItem>,
    #[serde(default)]
    count: u64,
    #[serde(default)]
    scanned_count: u64,
    last_evaluated_key: Option<WireItem>,
}
