//! The options of a query or a scan.

use super::{Attribute, Condition, Expression, Item};

/// The options that a [`Query`](super::Query) and a [`Scan`](super::Scan) share.
#[derive(Clone, Debug, Default)]
pub struct QueryOptions {
    /// Returns only items for which this condition holds. DynamoDB reads, and charges for, the others too.
    pub filter: Option<Condition>,
    /// Returns only these attributes. Default: all.
    pub attributes: Vec<Attribute>,
    /// Returns only the attributes that this projection expression names, in place of `attributes`.
    pub projection: Option<Expression>,
    /// Searches this secondary index. Default: the table itself.
    pub index_name: Option<String>,
    /// Sees every write that succeeded before it, at twice the price. Default: writes of the last moments may be missing.
    pub consistent_read: bool,
    /// Reads at most this many items per page, before the filter (DynamoDB's `Limit`). Default: as many as fit into 1 MB.
    pub page_size: Option<u32>,
    /// Starts after this key: the [`last_evaluated_key`](super::ItemPage::last_evaluated_key) of an earlier page.
    pub exclusive_start_key: Option<Item>,
}
