//! Queries and scans, page by page.

use poolpass::dynamodb::{Item, Query, QueryOptions, Scan, Table};
use wasm_bindgen::prelude::*;

use super::attribute_value::{Reading, item};
use super::condition::condition;
use super::item_request::{projection, reading};
use crate::error::Exception;
use crate::values::{Options, list, maybe, object};

/// One page: `items`, `lastEvaluatedKey` and `scannedCount`.
pub(crate) async fn page(table: &Table, input: &Options) -> Result<JsValue, Exception> {
    let page = match input.value("keyCondition") {
        None => scan(table, input)?.page().await?,
        Some(key) => query(table, key, input)?.page().await?,
    };
    let reading = reading(input)?;
    // Exact, whatever the app asks for: the next page starts after this very key.
    let last_evaluated_key = page.last_evaluated_key.map(|key| Reading { exact: true }.item(&key));
    let items = list(page.items.into_iter().map(|item| reading.item(&item)));
    Ok(object(&[
        ("items", items),
        ("lastEvaluatedKey", maybe(last_evaluated_key)),
        ("scannedCount", (page.scanned_count as f64).into()),
    ])
    .into())
}

/// The number of items.
pub(crate) async fn count(table: &Table, input: &Options) -> Result<JsValue, Exception> {
    let count = match input.value("keyCondition") {
        None => scan(table, input)?.count().await?,
        Some(key) => query(table, key, input)?.count().await?,
    };
    Ok((count as f64).into())
}

fn query(table: &Table, key: JsValue, input: &Options) -> Result<Query<Item>, Exception> {
    let mut query = table.query(condition(key)?);
    if input.flag("descending")? {
        query = query.descending();
    }
    Ok(query.options(options(input)?))
}

fn scan(table: &Table, input: &Options) -> Result<Scan<Item>, Exception> {
    let mut scan = table.scan();
    if let (Some(segment), Some(total)) = (input.number("segment")?, input.number("totalSegments")?) {
        scan = scan.segment(segment as u32, total as u32);
    }
    Ok(scan.options(options(input)?))
}

fn options(input: &Options) -> Result<QueryOptions, Exception> {
    Ok(QueryOptions {
        filter: input.value("filter").map(condition).transpose()?,
        attributes: projection(input)?.unwrap_or_default(),
        projection: None,
        index_name: input.text("indexName")?,
        consistent_read: input.flag("consistentRead")?,
        page_size: input.number("pageSize")?.map(|size| size as u32),
        exclusive_start_key: input.value("exclusiveStartKey").map(|key| item(&key)).transpose()?,
    })
}
