//! DynamoDB.

mod attribute_value;
mod condition;
mod item_request;
mod query;
mod table;
mod transaction;

pub use attribute_value::AttributeValue;
pub(crate) use attribute_value::attributes;
pub use condition::{Attribute, Condition, Expression};
pub use item_request::{Change, GetItemOptions, ReturnValues, WriteOptions};
pub use query::{ItemPage, QueryOptions, ScanSegment};
pub use table::Table;
pub use transaction::{TransactGet, TransactWrite};

use std::collections::HashMap;

/// Attributes by their names.
pub(crate) type Attributes = HashMap<String, AttributeValue>;
