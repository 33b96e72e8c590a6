//! All items of a table.

use std::marker::PhantomData;

use super::paged_request::PagedInput;
use super::{Attribute, Condition, Expression, FromItem, IntoItem, ItemPage, QueryOptions, Table};
use crate::error::Error;
use crate::platform::{BoxFuture, BoxStream};

/// Reads every item of a table (`Scan`); made by [`Table::scan`]. This reads, and costs, the whole table.
///
/// Awaited, it gives the items of all pages, as [`all`](Scan::all) does. DynamoDB answers in pages of at most 1 MB:
/// [`items`](Scan::items) and [`pages`](Scan::pages) fetch each page when it is needed; [`page`](Scan::page) fetches one.
///
/// # Errors
///
/// As for [`Table`], and kind `InvalidResponse` when an item does not fit `T`.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until it is awaited, or until items, pages, page, all or count is called"]
pub struct Scan<T> {
    input: PagedInput,
    item: PhantomData<fn() -> T>,
}

impl<T> Scan<T> {
    pub(super) fn new(table: &Table) -> Self {
        Self { input: PagedInput::new(table, None), item: PhantomData }
    }

    /// Scans one of `total_segments` segments of the table, counted from 0, so that several workers can share the scan.
    pub fn segment(mut self, segment: u32, total_segments: u32) -> Self {
        self.input.segment = Some((segment, total_segments));
        self
    }

    /// Returns only items for which this condition holds. DynamoDB reads, and charges for, the others too.
    pub fn filter(mut self, condition: impl Into<Condition>) -> Self {
        self.input.options.filter = Some(condition.into());
        self
    }

    /// Returns only these attributes. Default: all.
    pub fn attributes<A: Into<Attribute>>(mut self, attributes: impl IntoIterator<Item = A>) -> Self {
        self.input.options.attributes = attributes.into_iter().map(Into::into).collect();
        self.input.options.projection = None;
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
        self.input.start_after(last_evaluated_key.into_item());
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

impl<T: FromItem + 'static> Scan<T> {
    /// Returns the items of all pages, and fetches each page when it is needed. An item that does not fit `T` is an error in its
    /// place; after any other error the stream ends.
    pub fn items(self) -> BoxStream<'static, Result<T, Error>> {
        self.input.items()
    }

    /// Fetches all pages, each when it is needed. The stream ends after an error.
    pub fn pages(self) -> BoxStream<'static, Result<ItemPage<T>, Error>> {
        self.input.pages()
    }

    /// Fetches one page.
    ///
    /// Waits at most 112 seconds, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// As for [`Scan`].
    pub async fn page(self) -> Result<ItemPage<T>, Error> {
        self.input.page().await?.into_page()
    }

    /// Returns the items of all pages in one list.
    ///
    /// Waits at most 112 seconds for each page, and for the [credentials](crate::Client::credentials).
    ///
    /// # Errors
    ///
    /// As for [`Scan`].
    pub async fn all(self) -> Result<Vec<T>, Error> {
        self.input.all().await
    }
}

impl<T: FromItem + Send + 'static> IntoFuture for Scan<T> {
    type Output = Result<Vec<T>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.input.all())
    }
}
