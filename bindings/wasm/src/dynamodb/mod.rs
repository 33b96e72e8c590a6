//! DynamoDB.

mod attribute_value;
mod condition;
mod item_request;
mod query;
mod refused_items;
mod table;
mod transaction;

pub(crate) use refused_items::members;
pub(crate) use transaction::perform as transact;
