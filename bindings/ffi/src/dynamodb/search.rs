//! Queries and scans.

use std::sync::Arc;

use poolpass::dynamodb::{self, Item, Query, Scan, Search, Table};

use super::attribute_value::{attributes, item};
use super::condition::places;
use super::{Attribute, Attributes, Condition};
use crate::convert::{count, counts, signed};
use crate::error::PoolpassError;

/// What a query or a scan looks for.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SearchOptions {
    /// Only items for which this holds. DynamoDB reads, and charges for, the others as well.
    #[uniffi(default)]
    pub filter: Option<Arc<Condition>>,
    /// Only these attributes. Default: all.
    #[uniffi(default)]
    pub attributes: Option<Vec<Arc<Attribute>>>,
    /// Searches this index.
    #[uniffi(default)]
    pub index_name: Option<String>,
    /// Sees every write that came before, at twice the price.
    #[uniffi(default = false)]
    pub consistent_read: bool,
    /// How many items are read for one page at most. Default: as many as fit into 1 MB.
    #[uniffi(default)]
    pub page_size: Option<i32>,
    /// The `last_evaluated_key` of the page before.
    #[uniffi(default)]
    pub exclusive_start_key: Option<Attributes>,
}

/// A part of a table that is scanned side by side with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ScanSegment {
    /// Which part, counted from 0.
    pub segment: i32,
    /// How many parts.
    pub total_segments: i32,
}

/// A page of items.
#[derive(Clone, Debug, uniffi::Record)]
pub struct ItemPage {
    /// The items.
    pub items: Vec<Attributes>,
    /// Where the next page begins; none after the last.
    pub last_evaluated_key: Option<Attributes>,
    /// How many items DynamoDB has read, before the filter.
    pub scanned_count: i64,
}

pub(super) fn query(
    table: &Table,
    key_condition: &Condition,
    descending: bool,
    options: SearchOptions,
) -> Result<Search<Query>, PoolpassError> {
    let query = table.query(key_condition.0.clone());
    with_options(if descending { query.descending() } else { query }, options)
}

pub(super) fn scan(
    table: &Table,
    segment: Option<ScanSegment>,
    options: SearchOptions,
) -> Result<Search<Scan>, PoolpassError> {
    let scan = table.scan();
    let scan = match segment {
        Some(ScanSegment { segment, total_segments }) => {
            scan.segment(count(segment.into(), "segment")?, count(total_segments.into(), "totalSegments")?)
        }
        None => scan,
    };
    with_options(scan, options)
}

fn with_options<K>(mut search: Search<K>, options: SearchOptions) -> Result<Search<K>, PoolpassError> {
    if let Some(filter) = options.filter {
        search = search.filter(filter.0.clone());
    }
    if let Some(wanted) = options.attributes {
        search = search.attributes(places(&wanted));
    }
    if let Some(index) = options.index_name {
        search = search.index_name(index);
    }
    if options.consistent_read {
        search = search.consistent_read();
    }
    if let Some(size) = counts(options.page_size, "pageSize")? {
        search = search.page_size(size);
    }
    if let Some(key) = options.exclusive_start_key {
        search = search.exclusive_start_key(item(key));
    }
    Ok(search)
}

impl From<dynamodb::ItemPage<Item>> for ItemPage {
    fn from(page: dynamodb::ItemPage<Item>) -> Self {
        Self {
            items: page.items.into_iter().map(attributes).collect(),
            last_evaluated_key: page.last_evaluated_key.map(attributes),
            scanned_count: signed(page.scanned_count),
        }
    }
}
