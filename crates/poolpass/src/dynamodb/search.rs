//! Queries and scans.

use std::marker::PhantomData;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::paged_request::SearchInput;
use super::{Attribute, Condition, Expression, FromItem, IntoItem, ItemPage, QueryOptions, Table};
use crate::error::Error;
use crate::platform::{BoxFuture, BoxStream};

/// Finds the items of one partition (`Query`); made by [`Table::query`].
///
/// Awaited, it gives the items of all pages, as [`all`](Search::all) does. DynamoDB answers in pages of at most 1 MB:
/// [`items`](Search::items) and [`pages`](Search::pages) fetch each page when it is needed; [`page`](Search::page) fetches one.
///
/// ```no_run
/// # async fn example(notes: poolpass::dynamodb::Table, me: String) -> Result<(), poolpass::Error> {
/// use futures_util::TryStreamExt;
/// use poolpass::dynamodb::attribute;
///
/// let mine = attribute("pk").eq(&me).and(attribute("sk").begins_with("2026-"));
/// let newest: Vec<serde_json::Value> = notes.query(mine.clone()).descending().await?;
///
/// let mut open = notes.query::<serde_json::Value>(mine).filter(attribute("done").eq(false)).items();
/// while let Some(note) = open.try_next().await? {
///     println!("{note}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As for [`Table`], and kind `InvalidResponse` when an item does not fit `T`.
pub type Query<T> = Search<T, ByKey>;

/// Reads every item of a table (`Scan`); made by [`Table::scan`]. This reads, and costs, the whole table.
///
/// Awaited, it gives the items of all pages, as [`all`](Search::all) does. [`items`](Search::items) and [`pages`](Search::pages) fetch
/// each page when it is needed; [`page`](Search::page) fetches one.
///
/// # Errors
///
/// As for [`Table`], and kind `InvalidResponse` when an item does not fit `T`.
pub type Scan<T> = Search<T, Everything>;

/// A [`Query`] or a [`Scan`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited, or until items, pages, page, all or count is called"]
pub struct Search<T, K> {
    input: SearchInput,
    types: PhantomData<fn() -> (T, K)>,
}

/// Makes a [`Search`] a [`Query`].
#[derive(Clone, Copy, Debug)]
pub enum ByKey {}

/// Makes a [`Search`] a [`Scan`].
#[derive(Clone, Copy, Debug)]
pub enum Everything {}

impl<T> Query<T> {
    pub(super) fn query(table: &Table, key_condition: impl Into<Condition>) -> Self {
        Self::new(table, Some(key_condition.into()))
    }

    /// Returns the items in descending order of the sort key. Default: ascending.
    pub fn descending(mut self) -> Self {
        self.input.descending = true;
        self
    }
}

impl<T> Scan<T> {
    pub(super) fn scan(table: &Table) -> Self {
        Self::new(table, None)
    }

    /// Scans one of `total_segments` segments of the table, counted from 0, so that several workers can share the scan.
    pub fn segment(mut self, segment: u32, total_segments: u32) -> Self {
        self.input.segment = Some((segment, total_segments));
        self
    }
}

impl<T, K> Search<T, K> {
    fn new(table: &Table, key_condition: Option<Condition>) -> Self {
        let input = SearchInput {
            table: table.clone(),
            key_condition,
            descending: false,
            segment: None,
            options: QueryOptions::default(),
            invalid: None,
        };
        Self { input, types: PhantomData }
    }

    /// Returns only items for which this condition holds. DynamoDB reads, and charges for, the others too.
    pub fn filter(mut self, condition: impl Into<Condition>) -> Self {
        self.input.options.filter = Some(condition.into());
        self
    }

    /// Returns only these attributes. Default: all.
    pub fn attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.input.options.attributes = attributes.into_iter().map(Into::into).collect();
        self
    }

    /// Returns only the attributes that this projection expression names. Default: all.
    pub fn projection(mut self, expression: Expression) -> Self {
        self.input.options.projection = Some(expression);
        self
    }

    /// Searches this secondary index. Default: the table itself.
    pub fn index_name(mut self, name: impl Into<String>) -> Self {
        self.input.options.index_name = Some(name.into());
        self
    }

    /// Sees every write that succeeded before it, at twice the price. Global secondary indexes do not support this. Default: writes
    /// of the last moments may be missing.
    pub fn consistent_read(mut self) -> Self {
        self.input.options.consistent_read = true;
        self
    }

    /// Reads at most this many items per page, before the filter (DynamoDB's `Limit`). Default: as many as fit into 1 MB.
    pub fn page_size(mut self, items: u32) -> Self {
        self.input.options.page_size = Some(items);
        self
    }

    /// Starts after this key: the [`last_evaluated_key`](ItemPage::last_evaluated_key) of an earlier page.
    pub fn exclusive_start_key(mut self, last_evaluated_key: impl IntoItem) -> Self {
        match last_evaluated_key.into_item() {
            Ok(key) => self.input.options.exclusive_start_key = Some(key),
            Err(error) => self.input.invalid = Some(error),
        }
        self
    }

    /// Sets all of these options at once.
    pub fn options(mut self, options: QueryOptions) -> Self {
        self.input.options = options;
        self
    }

    /// Counts the items of all pages without transferring them. This costs as much as reading them.
    ///
    /// Waits at most 112 seconds for each page, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// As for [`Table`].
    pub async fn count(self) -> Result<u64, Error> {
        self.input.count().await
    }
}

impl<T: FromItem, K> Search<T, K> {
    /// Fetches one page.
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// As for [`Query`].
    pub async fn page(self) -> Result<ItemPage<T>, Error> {
        self.input.page().await?.into_page()
    }

    /// Fetches all pages, each when it is needed. The stream ends after an error.
    pub fn pages(self) -> BoxStream<'static, Result<ItemPage<T>, Error>>
    where
        T: 'static,
    {
        Box::pin(self.input.raw_pages().map(|page| page?.into_page()))
    }

    /// Returns the items of all pages, and fetches each page when it is needed. An item that does not fit `T` is an error in its
    /// place; after any other error the stream ends.
    pub fn items(self) -> BoxStream<'static, Result<T, Error>>
    where
        T: 'static,
    {
        let pages = self.input.raw_pages();
        Box::pin(pages.map_ok(|page| stream::iter(page.into_items())).try_flatten())
    }

    /// Returns the items of all pages in one list.
    ///
    /// Waits at most 112 seconds for each page, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// As for [`Query`].
    pub async fn all(self) -> Result<Vec<T>, Error> {
        let mut pages = self.input.raw_pages();
        let mut items = Vec::new();
        while let Some(page) = pages.try_next().await? {
            for item in page.into_items() {
                items.push(item?);
            }
        }
        Ok(items)
    }
}

impl<T: FromItem + Send + 'static, K: 'static> IntoFuture for Search<T, K> {
    type Output = Result<Vec<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.all())
    }
}
