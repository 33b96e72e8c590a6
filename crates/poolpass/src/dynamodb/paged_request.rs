//! The requests of a query or a scan, one for each page.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::answer::Answer;
use super::item::read;
use super::projection::Projection;
use super::request::{Input, Request};
use super::{Condition, FromItem, Item, QueryOptions, Table};
use crate::aws_request::Repeat;
use crate::error::Error;
use crate::json::ParseError;
use crate::pagination::Pagination;
use crate::platform::{BoxFuture, BoxStream};

/// One page of items.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ItemPage<T> {
    /// The items. A page may be empty although more pages follow, because the filter is applied after reading.
    pub items: Vec<T>,
    /// The key after which the next page starts: pass it to [`exclusive_start_key`](super::Query::exclusive_start_key).
    /// `None` after the last page.
    pub last_evaluated_key: Option<Item>,
    /// The number of items that were read, before the filter.
    pub scanned_count: u64,
}

/// A query or a scan, whatever type its items are read as.
#[derive(Clone, Debug)]
pub(super) struct PagedInput {
    table: Table,
    key_condition: Option<Condition>,
    pub(super) descending: bool,
    pub(super) segment: Option<(u32, u32)>,
    pub(super) options: QueryOptions,
    /// The error of an invalid start key.
    invalid: Option<Error>,
}

impl PagedInput {
    pub(super) fn new(table: &Table, key_condition: Option<Condition>) -> Self {
        Self {
            table: table.clone(),
            key_condition,
            descending: false,
            segment: None,
            options: QueryOptions::default(),
            invalid: None,
        }
    }

    pub(super) fn start_after(&mut self, key: Result<Item, Error>) {
        match key {
            Ok(key) => (self.options.exclusive_start_key, self.invalid) = (Some(key), None),
            Err(error) => self.invalid = Some(error),
        }
    }

    pub(super) fn items<T: FromItem + 'static>(self) -> BoxStream<'static, Result<T, Error>> {
        let pages = self.raw_pages();
        Box::pin(pages.map_ok(|page| stream::iter(page.into_items())).try_flatten())
    }

    pub(super) fn pages<T: FromItem + 'static>(self) -> BoxStream<'static, Result<ItemPage<T>, Error>> {
        Box::pin(self.raw_pages().map(|page| page?.into_page()))
    }

    pub(super) async fn all<T: FromItem>(self) -> Result<Vec<T>, Error> {
        let mut pages = self.raw_pages();
        let mut items = Vec::new();
        while let Some(page) = pages.try_next().await? {
            for item in page.into_items() {
                items.push(item?);
            }
        }
        Ok(items)
    }

    pub(super) fn page(self) -> BoxFuture<'static, Result<RawPage, Error>> {
        Box::pin(async { self.request(None)?.fetch().await })
    }

    fn raw_pages(self) -> BoxStream<'static, Result<RawPage, Error>> {
        let first = self.request(None);
        Box::pin(stream::try_unfold(Some(first), |next| async {
            let Some(paged) = next else { return Ok(None) };
            let mut paged = paged?;
            let page = paged.fetch().await?;
            let next = page.last_evaluated_key.is_some().then_some(Ok(paged));
            Ok(Some((page, next)))
        }))
    }

    pub(super) fn count(mut self) -> BoxFuture<'static, Result<u64, Error>> {
        Box::pin(async move {
            self.options.attributes.clear();
            self.options.projection = None;
            let mut paged = self.request(Some("COUNT"))?;
            let mut count: u64 = 0;
            loop {
                let page = paged.fetch().await?;
                count = count.saturating_add(page.count);
                if page.last_evaluated_key.is_none() {
                    return Ok(count);
                }
            }
        })
    }

    fn request(self, select: Option<&'static str>) -> Result<PagedRequest, Error> {
        if let Some(error) = self.invalid {
            return Err(error);
        }
        let options = self.options;
        let projection =
            options.projection.map(Projection::from).or_else(|| Projection::of(options.attributes));
        let operation = if self.key_condition.is_some() { "Query" } else { "Scan" };
        let (segment, total_segments) = self.segment.unzip();
        let input = Input::on(&self.table)
            .maybe("IndexName", options.index_name)
            .expression("KeyConditionExpression", self.key_condition.map(Condition::into_pieces))?
            .expression("FilterExpression", options.filter.map(Condition::into_pieces))?
            .expression("ProjectionExpression", projection.map(Projection::into_pieces))?
            .maybe("Select", select)
            .maybe("ConsistentRead", options.consistent_read.then_some(true))
            .maybe("ScanIndexForward", self.descending.then_some(false))
            .maybe("Segment", segment)
            .maybe("TotalSegments", total_segments)
            .maybe("Limit", options.page_size);
        let start = options.exclusive_start_key;
        let seen = Pagination::starting_at(start.as_ref());
        let request = self.table.request(operation, input.into_members(), Repeat::Safe);
        Ok(PagedRequest { request, start, counts: select.is_some(), seen })
    }
}

/// A query or a scan on its way, with the place of its next page.
#[derive(Debug)]
struct PagedRequest {
    request: Request,
    /// The key behind which the next page starts.
    start: Option<Item>,
    /// Whether only the number of items is wanted.
    counts: bool,
    seen: Pagination,
}

#[derive(Debug)]
pub(super) struct RawPage {
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

    pub(super) fn into_page<T: FromItem>(mut self) -> Result<ItemPage<T>, Error> {
        let (last_evaluated_key, scanned_count) = (self.last_evaluated_key.take(), self.scanned_count);
        Ok(ItemPage {
            items: self.into_items().collect::<Result<_, _>>()?,
            last_evaluated_key,
            scanned_count,
        })
    }
}

impl PagedRequest {
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
