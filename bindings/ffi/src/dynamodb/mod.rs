//! DynamoDB.

mod attribute_value;
mod condition;
mod search;
mod table;
mod transaction;

pub use attribute_value::AttributeValue;
pub(crate) use attribute_value::attributes;
pub use condition::{Attribute, Condition, Expression};
pub use search::{ItemPage, ScanSegment, SearchOptions};
pub use table::{Change, GetItemOptions, Precondition, ReturnValues, Table};
pub use transaction::{TransactGet, TransactWrite};

use std::collections::HashMap;

/// Attributes by their names.
pub(crate) type Attributes = HashMap<String, AttributeValue>;
