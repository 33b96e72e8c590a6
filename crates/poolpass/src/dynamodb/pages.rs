//! Query and Scan, whose results come in pages.

use std::sync::Arc;

use futures_util::{TryStreamExt, stream};
use serde::Deserialize;
use serde_dynamo::Item as Wire;

use super::item::{FromItem, Item, Key};
use super::placeholders::Placeholders;
use super::table::{Input, Table};
use super::value::AttributeValue;
use crate::aws_request::Repeat;
use crate::error::Error;
use crate::platform::{BoxStream, MaybeSend};

/// The items of one partition, or a part of them, in the order of their sort keys.
///
/// ```
/// use poolpass::dynamodb::Query;
///
/// let newest = Query::new("pk = :me AND begins_with(sk, :notes)")
///     .value(":me", "eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
///     .value(":notes", "note#")
///     .filter("attribute_not_exists(archived)")
///     .descending();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Query {
    key_condition: String,
    descending: bool,
    reading: Reading,
}

/// All items of a table or index. It reads, and costs, all of them; policies that confine a person to a partition refuse it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Scan {
    /// Which of how many parts of the table.
    segment: Option<(u32, u32)>,
    reading: Reading,
}

/// Some of the items of a query or scan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items. There may be none although more pages follow, when a filter leaves out a whole page.
    pub items: Vec<T>,
    /// Where the next page starts, for `start_at`. `None` on the last page.
    pub next: Option<Key>,
}

/// What queries and scans have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reading {
    filter: Option<String>,
    projection: Option<String>,
    index: Option<String>,
    consistent: bool,
    page_size: Option<u32>,
    start: Option<Key>,
    placeholders: Placeholders,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    #[serde(default)]
    items: Vec<Wire>,
    last_evaluated_key: Option<Wire>,
}

impl Table {
    /// The items that `query` finds, page after page as they are needed (Query).
    ///
    /// # Errors
    ///
    /// Items are errors as described at [`Table`], and `InvalidResponse` when an item is not what `T` expects; the first
    /// error is the last item.
    pub fn query<T: FromItem + MaybeSend + 'static>(
        &self,
        query: Query,
    ) -> BoxStream<'static, Result<T, Error>> {
        self.items(Request::Query(query))
    }

    /// The items that `query` finds, all of them in memory (Query).
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn query_all<T: FromItem + MaybeSend + 'static>(&self, query: Query) -> Result<Vec<T>, Error> {
        self.query(query).try_collect().await
    }

    /// One page of what `query` finds: at most 1 MB before the filter (Query).
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn query_page<T: FromItem>(&self, query: &Query) -> Result<Page<T>, Error> {
        self.page("Query", &query.input(self)).await
    }

    /// All items, page after page as they are needed (Scan).
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub fn scan<T: FromItem + MaybeSend + 'static>(
        &self,
        scan: Scan,
    ) -> BoxStream<'static, Result<T, Error>> {
        self.items(Request::Scan(scan))
    }

    /// One page of the items: at most 1 MB before the filter (Scan).
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn scan_page<T: FromItem>(&self, scan: &Scan) -> Result<Page<T>, Error> {
        self.page("Scan", &scan.input(self)).await
    }

    async fn page<T: FromItem>(&self, operation: &'static str, input: &Input<'_>) -> Result<Page<T>, Error> {
        let output: Output = self.call(operation, input, Repeat::Safe).await?;
        let items = output.items.into_iter().map(|item| T::from_item(item.into()));
        Ok(Page {
            items: items.collect::<Result<_, _>>().map_err(|error: Error| error.during(operation))?,
            next: output.last_evaluated_key.map(|key| Key::from(Item::from(key))),
        })
    }

    fn items<T: FromItem + MaybeSend + 'static>(
        &self,
        request: Request,
    ) -> BoxStream<'static, Result<T, Error>> {
        let start = Some((Arc::new(self.clone()), request));
        let pages = stream::try_unfold(start, |rest| async move {
            let Some((table, mut request)) = rest else { return Ok::<_, Error>(None) };
            let page: Page<T> = match &request {
                Request::Query(query) => table.query_page(query).await?,
                Request::Scan(scan) => table.scan_page(scan).await?,
            };
            let rest = page.next.map(|next| {
                request.reading().start = Some(next);
                (table, request)
            });
            Ok(Some((stream::iter(page.items.into_iter().map(Ok)), rest)))
        });
        Box::pin(pages.try_flatten())
    }
}

enum Request {
    Query(Query),
    Scan(Scan),
}

impl Request {
    fn reading(&mut self) -> &mut Reading {
        match self {
            Self::Query(query) => &mut query.reading,
            Self::Scan(scan) => &mut scan.reading,
        }
    }
}

impl Query {
    /// Which partition and which part of it (key condition expression), such as `pk = :me AND sk > :from`.
    pub fn new(key_condition: impl Into<String>) -> Self {
        Self { key_condition: key_condition.into(), descending: false, reading: Reading::default() }
    }

    /// In falling order of the sort key. Default: rising.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Leaves out what it does not hold for (filter expression), after it was read and paid for.
    pub fn filter(mut self, expression: impl Into<String>) -> Self {
        self.reading.filter = Some(expression.into());
        self
    }

    /// Only these attributes (projection expression).
    pub fn projection(mut self, expression: impl Into<String>) -> Self {
        self.reading.projection = Some(expression.into());
        self
    }

    /// Over a secondary index instead of the table.
    pub fn index(mut self, name: impl Into<String>) -> Self {
        self.reading.index = Some(name.into());
        self
    }

    /// Sees every write that succeeded before, at twice the price. Default: may be a moment behind.
    pub fn consistent(mut self) -> Self {
        self.reading.consistent = true;
        self
    }

    /// How many items DynamoDB reads for a page at most, before the filter. Default: as many as fit into 1 MB.
    pub fn page_size(mut self, items: u32) -> Self {
        self.reading.page_size = Some(items);
        self
    }

    /// Starts behind this key: an earlier page's [`next`](Page::next).
    pub fn start_at(mut self, key: Key) -> Self {
        self.reading.start = Some(key);
        self
    }

    /// What `#placeholder` stands for: an attribute's name that expressions cannot spell.
    pub fn name(mut self, placeholder: impl Into<String>, name: impl Into<String>) -> Self {
        self.reading.placeholders.name(placeholder, name);
        self
    }

    /// What `:placeholder` stands for.
    pub fn value(mut self, placeholder: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        self.reading.placeholders.value(placeholder, value);
        self
    }

    fn input<'a>(&'a self, table: &'a Table) -> Input<'a> {
        Input {
            key_condition_expression: Some(&self.key_condition),
            scan_index_forward: self.descending.then_some(false),
            ..self.reading.input(table)
        }
    }
}

impl Scan {
    /// The whole table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Part `segment`, counted from 0, of `total` parts that are scanned side by side.
    pub fn segment(mut self, segment: u32, total: u32) -> Self {
        self.segment = Some((segment, total));
        self
    }

    /// Leaves out what it does not hold for (filter expression), after it was read and paid for.
    pub fn filter(mut self, expression: impl Into<String>) -> Self {
        self.reading.filter = Some(expression.into());
        self
    }

    /// Only these attributes (projection expression).
    pub fn projection(mut self, expression: impl Into<String>) -> Self {
        self.reading.projection = Some(expression.into());
        self
    }

    /// Over a secondary index instead of the table.
    pub fn index(mut self, name: impl Into<String>) -> Self {
        self.reading.index = Some(name.into());
        self
    }

    /// Sees every write that succeeded before, at twice the price. Default: may be a moment behind.
    pub fn consistent(mut self) -> Self {
        self.reading.consistent = true;
        self
    }

    /// How many items DynamoDB reads for a page at most, before the filter. Default: as many as fit into 1 MB.
    pub fn page_size(mut self, items: u32) -> Self {
        self.reading.page_size = Some(items);
        self
    }

    /// Starts behind this key: an earlier page's [`next`](Page::next).
    pub fn start_at(mut self, key: Key) -> Self {
        self.reading.start = Some(key);
        self
    }

    /// What `#placeholder` stands for: an attribute's name that expressions cannot spell.
    pub fn name(mut self, placeholder: impl Into<String>, name: impl Into<String>) -> Self {
        self.reading.placeholders.name(placeholder, name);
        self
    }

    /// What `:placeholder` stands for.
    pub fn value(mut self, placeholder: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        self.reading.placeholders.value(placeholder, value);
        self
    }

    fn input<'a>(&'a self, table: &'a Table) -> Input<'a> {
        Input {
            segment: self.segment.map(|(segment, _)| segment),
            total_segments: self.segment.map(|(_, total)| total),
            ..self.reading.input(table)
        }
    }
}

impl Reading {
    fn input<'a>(&'a self, table: &'a Table) -> Input<'a> {
        Input {
            filter_expression: self.filter.as_deref(),
            projection_expression: self.projection.as_deref(),
            index_name: self.index.as_deref(),
            consistent_read: self.consistent.then_some(true),
            limit: self.page_size,
            exclusive_start_key: self.start.clone().map(|key| Item::from(key).into()),
            placeholders: self.placeholders.clone().into(),
            ..table.input()
        }
    }
}
