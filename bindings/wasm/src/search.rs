//! DynamoDB: queries, scans and transactions.

use js_sys::{Array, Promise};
use poolpass::Client;
use poolpass::dynamodb::{Item, Search, Table};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::attribute_value::item;
use crate::call::call;
use crate::client::JsClient;
use crate::condition::condition;
use crate::error::Thrown;
use crate::table::{changed, projection, reading};
use crate::values::{Options, maybe, object};

/// One page: `items`, `lastKey` and `scannedCount`.
pub(crate) async fn page(table: &Table, key: JsValue, options: &Options) -> Result<JsValue, Thrown> {
    let page = if key.is_undefined() {
        with_options(scan(table, options)?, options)?.page::<Item>().await?
    } else {
        with_options(query(table, key, options)?, options)?.page::<Item>().await?
    };
    let reading = reading(options)?;
    let items: Array = page.items.into_iter().map(|item| reading.item(item)).collect();
    Ok(object(&[
        ("items", items.into()),
        ("lastKey", maybe(page.last_key.map(|key| reading.item(key)))),
        ("scannedCount", (page.scanned_count as f64).into()),
    ])
    .into())
}

/// How many items there are.
pub(crate) async fn count(table: &Table, key: JsValue, options: &Options) -> Result<JsValue, Thrown> {
    let count = if key.is_undefined() {
        with_options(scan(table, options)?, options)?.count().await?
    } else {
        with_options(query(table, key, options)?, options)?.count().await?
    };
    Ok((count as f64).into())
}

fn query(
    table: &Table,
    key: JsValue,
    options: &Options,
) -> Result<Search<poolpass::dynamodb::Query>, Thrown> {
    let query = table.query(condition(key)?);
    Ok(if options.flag("descending")? { query.descending() } else { query })
}

fn scan(table: &Table, options: &Options) -> Result<Search<poolpass::dynamodb::Scan>, Thrown> {
    let scan = table.scan();
    Ok(match (options.number("segment")?, options.number("totalSegments")?) {
        (Some(segment), Some(total)) => scan.segment(segment as u32, total as u32),
        _ => scan,
    })
}

fn with_options<K>(mut search: Search<K>, options: &Options) -> Result<Search<K>, Thrown> {
    if let Some(filter) = options.value("filter") {
        search = search.filter(condition(filter)?);
    }
    if let Some(attributes) = projection(options)? {
        search = search.attributes(attributes);
    }
    if let Some(index) = options.text("index")? {
        search = search.index(index);
    }
    if options.flag("consistent")? {
        search = search.consistent();
    }
    if let Some(size) = options.number("pageSize")? {
        search = search.page_size(size as u32);
    }
    if let Some(key) = options.value("startAfter") {
        search = search.start_after(item(&key)?);
    }
    Ok(search)
}

#[wasm_bindgen(js_class = Client)]
impl JsClient {
    /// `Client::transact_get`: each get has a `key`, and a `table` unless it is the configuration's.
    #[wasm_bindgen(js_name = transactGet)]
    pub fn transact_get(&self, gets: Array, options: JsValue, signal: Option<AbortSignal>) -> Promise {
        let client = self.inner();
        call(signal, async move {
            let mut transaction = client.transact_get();
            for get in gets.iter() {
                let get = Options::new(get);
                let table = table_of(&client, &get)?;
                let mut wanted = table.get::<Item>(item(&get.value("key").unwrap_or_default())?);
                if let Some(attributes) = projection(&get)? {
                    wanted = wanted.attributes(attributes);
                }
                transaction = transaction.get(wanted);
            }
            let reading = reading(&Options::new(options))?;
            let items = transaction.await?;
            Ok(items.into_iter().map(|it| maybe(it.map(|it| reading.item(it)))).collect::<Array>().into())
        })
    }

    /// `Client::transact_write`: each write has `put`, `update`, `delete` or `check`.
    #[wasm_bindgen(js_name = transactWrite)]
    pub fn transact_write(
        &self,
        writes: Array,
        token: Option<String>,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let client = self.inner();
        call(signal, async move {
            let mut transaction = client.transact_write();
            if let Some(token) = token {
                transaction = transaction.token(token);
            }
            for write in writes.iter() {
                let write = Options::new(write);
                let table = table_of(&client, &write)?;
                let wanted = write.value("condition").map(condition).transpose()?;
                let unconditional = || Thrown::invalid_input("a check needs a condition");
                transaction = if let Some(new) = write.value("put") {
                    let put = table.put(item(&new)?);
                    transaction.put(match wanted {
                        Some(wanted) => put.condition(wanted),
                        None => put,
                    })
                } else if let Some(key) = write.value("delete") {
                    let delete = table.delete(item(&key)?);
                    transaction.delete(match wanted {
                        Some(wanted) => delete.condition(wanted),
                        None => delete,
                    })
                } else if let Some(key) = write.value("update") {
                    let update = changed(table.update(item(&key)?), &write)?;
                    transaction.update(match wanted {
                        Some(wanted) => update.condition(wanted),
                        None => update,
                    })
                } else {
                    let key = item(&write.value("check").unwrap_or_default())?;
                    transaction.check(table.check(key, wanted.ok_or_else(unconditional)?))
                };
            }
            transaction.await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

fn table_of(client: &Client, options: &Options) -> Result<Table, Thrown> {
    Ok(match options.text("table")? {
        Some(name) => client.table(name),
        None => client.dynamodb()?,
    })
}
