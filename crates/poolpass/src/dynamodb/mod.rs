//! DynamoDB: the items of a table, as far as the person's role allows.
//!
//! A [`Table`] comes from [`Client::dynamodb`](crate::Client::dynamodb) (the table of the configuration) or
//! [`Client::table`](crate::Client::table). Await its operations directly, or set options first:
//!
//! ```no_run
//! use poolpass::dynamodb::{Item, ReturnValues, attribute};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Note {
//!     pk: String,
//!     sk: String,
//!     title: String,
//!     revision: u64,
//! }
//!
//! # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
//! let notes = client.dynamodb()?;
//! let me = client.identity_id().await?;
//!
//! let note = Note { pk: me.clone(), sk: "1".to_owned(), title: "Milk".to_owned(), revision: 1 };
//! notes.put(&note).condition(attribute("pk").not_exists()).await?;
//!
//! let key = Item::new().with("pk", &me).with("sk", "1");
//! let read: Option<Note> = notes.get(&key).consistent_read().await?;
//!
//! let edited: Option<Note> =
//!     notes.update(&key).set("title", "Oat milk").add("revision", 1).return_values(ReturnValues::AllNew).await?;
//!
//! let all: Vec<Note> = notes.query(attribute("pk").eq(&me)).descending().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is sent again
//!
//! A throttled request had no effect, and is always sent again, as the client's [`RetryPolicy`](crate::RetryPolicy) says. If the
//! answer is lost, or DynamoDB had an internal error, the request may have had its effect:
//!
//! | Operation | then |
//! |---|---|
//! | get, query, scan, batch get, transact get | sent again |
//! | put, delete without condition | sent again: the item ends up the same |
//! | update that only sets, removes, or changes sets, without condition | sent again: the item ends up the same |
//! | any of these with a condition, or asked for the old item | an error: a second answer would reflect the first request |
//! | update that counts, appends or is a plain expression | an error: it might count twice |
//! | batch write | sent again: it has only puts and deletes without condition |
//! | transact write | sent again: DynamoDB does it once for each token |
//!
//! A put, delete or update that is sent again overwrites a write that somebody else made in between. If that matters, use a
//! condition.

mod answer;
mod attribute_value;
mod batch;
mod condition;
mod condition_check;
mod expression;
mod get;
mod item;
mod json;
mod paged_request;
mod projection;
pub(crate) mod protocol;
mod put_delete;
mod query;
mod query_options;
mod request;
mod scan;
mod table;
#[cfg(test)]
mod tests;
mod transaction;
mod typed;
mod update;
mod write;

pub use attribute_value::AttributeValue;
pub use batch::{BatchGet, BatchWrite};
pub use condition::{Attribute, Condition, attribute};
pub use condition_check::ConditionCheck;
pub use expression::Expression;
pub use get::GetItem;
pub use item::{FromItem, IntoItem, Item};
pub use paged_request::ItemPage;
pub use put_delete::{DeleteItem, PutItem};
pub use query::Query;
pub use query_options::QueryOptions;
pub use scan::Scan;
pub use table::Table;
pub use transaction::{TransactGet, TransactWrite};
pub use update::{ReturnValues, UpdateItem};
pub use write::Returning;
