//! Many items: query and scan, page by page.

use std::marker::PhantomData;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::answer::Answer;
use super::get::Projection;
use super::item::read;
use super::request::{Input, Request};
use super::{Attribute, Condition, Expression, FromItem, IntoItem, Item, Table};
use crate::aws_request::Repeat;
use crate::error::Error;
use crate::json::ParseError;
use crate::pagination::Pagination;
use crate::platform::{BoxFuture, BoxStream};

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
    wanted: Wanted,
    kind: PhantomData<fn() -> K>,
}

/// What is searched, whatever the kind.
#[derive(Clone, Debug)]
struct Wanted {
    table: Table,
    key_condition: Option<Condition>,
    filter: Option<Condition>,
    projection: Option<Projection>,
    index_name: Option<String>,
    consistent_read: bool,
    descending: bool,
    segment: Option<(u32, u32)>,
    page_size: Option<u32>,
    exclusive_start_key: Option<Result<Item, Error>>,
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
pub struct ItemPage<T> {
    /// The items. There may be none although more pages follow, since the filter is applied after reading.
    pub items: Vec<T>,
    /// Where the next page starts: give it to [`Search::exclusive_start_key`]. `None` after the last page.
    pub last_evaluated_key: Option<Item>,
    /// How many items were read, before the filter.
    pub scanned_count: u64,
}

impl Search<Query> {
    pub(super) fn query(table: &Table, key_condition: impl Into<Condition>) -> Self {
        Self::new(table, Some(key_condition.into()))
    }

    /// Goes through the sort keys backwards. Default: forwards.
    pub fn descending(mut self) -> Self {
        self.wanted.descending = true;
        self
    }
}

impl Search<Scan> {
    pub(super) fn scan(table: &Table) -> Self {
        Self::new(table, None)
    }

    /// Goes through one of `total_segments` parts of the table, counted from 0, so that several programs can share the work.
    pub fn segment(mut self, segment: u32, total_segments: u32) -> Self {
        self.wanted.segment = Some((segment, total_segments));
        self
    }
}

impl<K> Search<K> {
    fn new(table: &Table, key_condition: Option<Condition>) -> Self {
        let wanted = Wanted {
            table: table.clone(),
            key_condition,
            filter: None,
            projection: None,
            index_name: None,
            consistent_read: false,
            descending: false,
            segment: None,
            page_size: None,
            exclusive_start_key: None,
        };
        Self { wanted, kind: PhantomData }
    }

    /// Gives only items for which this holds. They are read, and paid for, all the same.
    pub fn filter(mut self, condition: impl Into<Condition>) -> Self {
        self.wanted.filter = Some(condition.into());
        self
    }

    /// Gives only these attributes, as far as the items have them.
    pub fn attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.wanted.projection = Projection::of(attributes);
        self
    }

    /// Gives only what this projection expression names.
    pub fn projection(mut self, expression: Expression) -> Self {
        self.wanted.projection = Some(Projection::from(expression));
        self
    }

    /// Searches this secondary index.
    pub fn index_name(mut self, name: impl Into<String>) -> Self {
        self.wanted.index_name = Some(name.into());
        self
    }

    /// Sees every write that succeeded before; global secondary indexes cannot. Default: what was written within the last moments
    /// may be missing.
    pub fn consistent_read(mut self) -> Self {
        self.wanted.consistent_read = true;
        self
    }

    /// Reads at most so many items for a page, before the filter (DynamoDB's `Limit`). Default: as many as fit into 1 MB.
    pub fn page_size(mut self, items: u32) -> Self {
        self.wanted.page_size = Some(items);
        self
    }

    /// Starts behind this key, which an earlier [`ItemPage::last_evaluated_key`] named.
    pub fn exclusive_start_key(mut self, last_evaluated_key: impl IntoItem) -> Self {
        self.wanted.exclusive_start_key = Some(last_evaluated_key.into_item());
        self
    }

    /// Fetches one page.
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// As said at [`Search`].
    pub async fn page<T: FromItem>(self) -> Result<ItemPage<T>, Error> {
        self.wanted.page().await?.into_page()
    }

    /// The pages to the end. After an error the stream ends.
    pub fn pages<T: FromItem + 'static>(self) -> BoxStream<'static, Result<ItemPage<T>, Error>> {
        Box::pin(self.wanted.raw_pages().map(|page| page?.into_page()))
    }

    /// The items of all pages. After an error of the network or of DynamoDB the stream ends; an item that does not fit `T` is an
    /// error in its place.
    pub fn items<T: FromItem + 'static>(self) -> BoxStream<'static, Result<T, Error>> {
        let pages = self.wanted.raw_pages();
        Box::pin(pages.map_ok(|page| stream::iter(page.into_items())).try_flatten())
    }

    /// The items of all pages in memory.
    ///
    /// Waits at most 112 seconds for each page, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// As said at [`Search`].
    pub async fn all<T: FromItem>(self) -> Result<Vec<T>, Error> {
        let mut pages = self.wanted.raw_pages();
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
    /// Waits at most 112 seconds for each page, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// As said at [`Search`].
    pub async fn count(self) -> Result<u64, Error> {
        self.wanted.count().await
    }
}

impl Wanted {
    fn page(self) -> BoxFuture<'static, Result<RawPage, Error>> {
        Box::pin(async { self.prepare(None)?.fetch().await })
    }

    fn raw_pages(self) -> BoxStream<'static, Result<RawPage, Error>> {
        let first = self.prepare(None);
        Box::pin(stream::try_unfold(Some(first), |next| async {
            let Some(prepared) = next else { return Ok(None) };
            let mut prepared = prepared?;
            let page = prepared.fetch().await?;
            let next = page.last_evaluated_key.is_some().then_some(Ok(prepared));
            Ok(Some((page, next)))
        }))
    }

    fn count(mut self) -> BoxFuture<'static, Result<u64, Error>> {
        Box::pin(async move {
            self.projection = None;
            let mut prepared = self.prepare(Some("COUNT"))?;
            let mut count: u64 = 0;
            loop {
                let page = prepared.fetch().await?;
                count = count.saturating_add(page.count);
                if page.last_evaluated_key.is_none() {
                    return Ok(count);
                }
            }
        })
    }

    fn prepare(self, select: Option<&'static str>) -> Result<Prepared, Error> {
        let operation = if self.key_condition.is_some() { "Query" } else { "Scan" };
        let (segment, total_segments) = self.segment.unzip();
        let input = Input::on(&self.table)
            .maybe("IndexName", self.index_name)
            .expression("KeyConditionExpression", self.key_condition.map(Condition::into_pieces))?
            .expression("FilterExpression", self.filter.map(Condition::into_pieces))?
            .expression("ProjectionExpression", self.projection.map(Projection::into_pieces))?
            .maybe("Select", select)
            .maybe("ConsistentRead", self.consistent_read.then_some(true))
            .maybe("ScanIndexForward", self.descending.then_some(false))
            .maybe("Segment", segment)
            .maybe("TotalSegments", total_segments)
            .maybe("Limit", self.page_size);
        let start = self.exclusive_start_key.transpose()?;
        let seen = Pagination::starting_at(start.as_ref());
        let request = self.table.request(operation, input.into_members(), Repeat::Safe);
        Ok(Prepared { request, start, counts: select.is_some(), seen })
    }
}

/// A search that knows where it stands.
#[derive(Debug)]
struct Prepared {
    request: Request,
    /// The key behind which the next page starts.
    start: Option<Item>,
    /// Whether only the number of items is wanted.
    counts: bool,
    seen: Pagination,
}

#[derive(Debug)]
struct RawPage {
    operation: &'static str,
    items: Vec<Item>,
    last_evaluated_key: Option<Item>,
    count: u64,
    scanned_count: u64,
}

impl RawPage {
    fn into_items<T: FromItem>(self) -> impl Iterator<Item = Result<T, Error>> {
        self.items.into_iter().map(move |item| read(item, self.operation))
    }

    fn into_page<T: FromItem>(mut self) -> Result<ItemPage<T>, Error> {
        let (last_evaluated_key, scanned_count) = (self.last_evaluated_key.take(), self.scanned_count);
        Ok(ItemPage {
            items: self.into_items().collect::<Result<_, _>>()?,
            last_evaluated_key,
            scanned_count,
        })
    }
}

impl Prepared {
    async fn fetch(&mut self) -> Result<RawPage, Error> {
        if let Some(start) = self.start.clone() {
            self.request.input.set("ExclusiveStartKey", start.into_json());
        }
        let answer = self.request.send().await?;
        self.read(answer).map_err(|error| error.during(self.request.operation))
    }

    fn read(&mut self, answer: Answer) -> Result<RawPage, Error> {
        // DynamoDB always says both, of which a count has only the second.
        let items = match answer.items {
            Some(items) => items,
            None if self.counts => Vec::new(),
            None => return Err(ParseError::Member("Items").into()),
        };
        let count = match answer.count {
            Some(count) => count,
            None if self.counts => return Err(ParseError::Member("Count").into()),
            None => 0,
        };
        if let Some(last_evaluated_key) = &answer.last_evaluated_key {
            self.seen
                .go_on(last_evaluated_key, items.is_empty() && count == 0 && answer.scanned_count == 0)?;
        }
        self.start.clone_from(&answer.last_evaluated_key);
        Ok(RawPage {
            operation: self.request.operation,
            items,
            last_evaluated_key: answer.last_evaluated_key,
            count,
            scanned_count: answer.scanned_count,
        })
    }
}
