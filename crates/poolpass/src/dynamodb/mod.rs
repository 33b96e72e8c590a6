//! DynamoDB: items in a table.
//!
//! [`Client::dynamodb`](crate::Client::dynamodb) is the table of the configuration, [`Client::table`](crate::Client::table) any
//! other. Items are [`Item`]s, or any type of yours that [`serde`] knows:
//!
//! ```no_run
//! use poolpass::dynamodb::{Key, Query};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Note {
//!     pk: String,
//!     sk: String,
//!     text: String,
//! }
//!
//! # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
//! let table = client.dynamodb()?;
//! let me = client.identity_id().await?;
//! table.put(&Note { pk: me.clone(), sk: "note#1".to_owned(), text: "Hello!".to_owned() }).await?;
//!
//! let one: Option<Note> = table.get(Key::new("pk", &me).and("sk", "note#1")).await?;
//! let mine = Query::new("pk = :me AND begins_with(sk, :notes)").value(":me", &me).value(":notes", "note#");
//! let all: Vec<Note> = table.query_all(mine).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Numbers
//!
//! DynamoDB's numbers have up to 38 digits. [`Number`] keeps them as text, so an [`Item`] loses nothing. In types of
//! yours, integers up to 64 bits and `f64` are exact as far as they reach; an `i128` is refused, never rounded.

mod batch;
mod item;
mod number;
mod operations;
mod pages;
mod placeholders;
mod table;
mod transaction;
mod value;

pub use batch::Batch;
pub use item::{FromItem, Item, Key, ToItem};
pub use number::Number;
pub use operations::{GetOptions, Returned, Update, WriteOptions};
pub use pages::{Page, Query, Scan};
pub use table::Table;
pub use transaction::Transaction;
pub use value::AttributeValue;
