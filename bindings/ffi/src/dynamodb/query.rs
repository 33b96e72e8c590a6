//! Queries and scans, page by page.

use std::sync::Arc;

use poolpass::dynamodb::{self, Item, Query, Scan, Table};

use super::attribute_value::{attributes, item};
use super::condition::places;
use super::{Attribute, Attributes, Condition};
use crate::convert::{count, counts, signed};
use crate::error::PoolpassError;

/// The options that a query and a scan share.
#[derive(Clone, Debug, uniffi::Record)]
pub struct QueryOptions {
    /// Returns only items for which this condition holds. DynamoDB reads, and charges for, the others too.
    pub filter: Option<Arc<Condition>>,
    /// Returns only these attributes. Default: all.
    pub attributes: Option<Vec<Arc<Attribute>>>,
    /// Searches this secondary index. Default: the table itself.
    pub index_name: Option<String>,
    /// Sees every write that succeeded before it, at twice the price. Default: writes of the last moments may be missing.
    pub consistent_read: bool,
    /// Reads at most this many items per page, before the filter. Default: as many as fit into 1 MB.
    pub page_size: Option<i32>,
    /// Starts after this key: the `last_evaluated_key` of an earlier page.
    pub exclusive_start_key: Option<Attributes>,
}

/// A segment of a table, so that several workers can share a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ScanSegment {
    /// The segment, counted from 0.
    pub segment: i32,
    /// The number of segments.
    pub total_segments: i32,
}

/// One page of items.
#[derive(Clone, Debug, uniffi::Record)]
pub struct ItemPage {
    /// The items. A page may be empty although more pages follow, because the filter is applied after reading.
    pub items: Vec<Attributes>,
    /// The key after which the next page starts; none after the last page.
    pub last_evaluated_key: Option<Attributes>,
    /// The number of items that were read, before the filter.
    pub scanned_count: i64,
}

pub(super) fn query(
    table: &Table,
    key_condition: &Condition,
    descending: bool,
    options: QueryOptions,
) -> Result<Query<Item>, PoolpassError> {
    let mut query = table.query(key_condition.0.clone());
    if descending {
        query = query.descending();
    }
    Ok(query.options(core(options)?))
}

pub(super) fn scan(
    table: &Table,
    segment: Option<ScanSegment>,
    options: QueryOptions,
) -> Result<Scan<Item>, PoolpassError> {
    let mut scan = table.scan();
    if let Some(ScanSegment { segment, total_segments }) = segment {
        scan =
            scan.segment(count(segment.into(), "segment")?, count(total_segments.into(), "totalSegments")?);
    }
    Ok(scan.options(core(options)?))
}

fn core(options: QueryOptions) -> Result<dynamodb::QueryOptions, PoolpassError> {
    Ok(dynamodb::QueryOptions {
        filter: options.filter.map(|filter| filter.0.clone()),
        attributes: places(&options.attributes.unwrap_or_default()),
        projection: None,
        index_name: options.index_name,
        consistent_read: options.consistent_read,
        page_size: counts(options.page_size, "pageSize")?,
        exclusive_start_key: options.exclusive_start_key.map(item),
    })
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
