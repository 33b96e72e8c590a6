//! DynamoDB: queries and scans.

use poolpass::dynamodb::{Item, Query, Scan, Search, Table};
use wasm_bindgen::prelude::*;

use crate::attribute_value::{Reading, item};
use crate::condition::condition;
use crate::error::Exception;
use crate::table::{projection, reading};
use crate::values::{Options, list, maybe, object};

/// One page: `items`, `lastEvaluatedKey` and `scannedCount`.
pub(crate) async fn page(table: &Table, options: &Options) -> Result<JsValue, Exception> {
    let page = match options.value("keyCondition") {
        None => with_options(scan(table, options)?, options)?.page::<Item>().await?,
        Some(key) => with_options(query(table, key, options)?, options)?.page::<Item>().await?,
    };
    let reading = reading(options)?;
    // Whatever the app wants: the next page starts there, and nowhere near it.
    let last_evaluated_key = page.last_evaluated_key.map(|key| Reading { exact: true }.item(&key));
    let items = list(page.items.into_iter().map(|item| reading.item(&item)));
    Ok(object(&[
        ("items", items),
        ("lastEvaluatedKey", maybe(last_evaluated_key)),
        ("scannedCount", (page.scanned_count as f64).into()),
    ])
    .into())
}

/// How many items there are.
pub(crate) async fn count(table: &Table, options: &Options) -> Result<JsValue, Exception> {
    let count = match options.value("keyCondition") {
        None => with_options(scan(table, options)?, options)?.count().await?,
        Some(key) => with_options(query(table, key, options)?, options)?.count().await?,
    };
    Ok((count as f64).into())
}

fn query(table: &Table, key: JsValue, options: &Options) -> Result<Search<Query>, Exception> {
    let query = table.query(condition(key)?);
    Ok(if options.flag("descending")? { query.descending() } else { query })
}

fn scan(table: &Table, options: &Options) -> Result<Search<Scan>, Exception> {
    let scan = table.scan();
    Ok(match (options.number("segment")?, options.number("totalSegments")?) {
        (Some(segment), Some(total)) => scan.segment(segment as u32, total as u32),
        _ => scan,
    })
}

fn with_options<K>(mut search: Search<K>, options: &Options) -> Result<Search<K>, Exception> {
    if let Some(filter) = options.value("filter") {
        search = search.filter(condition(filter)?);
    }
    if let Some(attributes) = projection(options)? {
        search = search.attributes(attributes);
    }
    if let Some(index) = options.text("indexName")? {
        search = search.index_name(index);
    }
    if options.flag("consistentRead")? {
        search = search.consistent_read();
    }
    if let Some(size) = options.number("pageSize")? {
        search = search.page_size(size as u32);
    }
    if let Some(key) = options.value("exclusiveStartKey") {
        search = search.exclusive_start_key(item(&key)?);
    }
    Ok(search)
}
