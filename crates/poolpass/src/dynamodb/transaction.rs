//! TransactWriteItems and TransactGetItems.

use serde::{Deserialize, Serialize};
use serde_dynamo::Item as Wire;

use super::item::{FromItem, Item, Key, ToItem};
use super::operations::{Update, WriteOptions};
use super::placeholders::{Placeholders, WirePlaceholders};
use super::table::Table;
use crate::aws_request::Repeat;
use crate::error::Error;

/// Up to a hundred writes to one table that all happen, or none of them.
///
/// ```no_run
/// # async fn example(table: poolpass::dynamodb::Table, me: String) -> Result<(), poolpass::Error> {
/// use poolpass::dynamodb::{Item, Key, Update, WriteOptions};
///
/// table
///     .transaction()
///     .put(&Item::new().with("pk", &me).with("sk", "note#2"), WriteOptions::new().condition("attribute_not_exists(pk)"))?
///     .update(Key::new("pk", &me).and("sk", "total"), Update::new("ADD notes :one").value(":one", 1))
///     .commit()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a transaction happens when it is committed"]
pub struct Transaction {
    table: Table,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    kind: Kind,
    condition: Option<String>,
    placeholders: Placeholders,
}

#[derive(Clone, Debug)]
enum Kind {
    Put(Item),
    Update(Key, String),
    Delete(Key),
    ConditionCheck(Key),
}

impl Table {
    /// Starts a transaction (TransactWriteItems).
    pub fn transaction(&self) -> Transaction {
        Transaction { table: self.clone(), steps: Vec::new() }
    }

    /// Reads up to a hundred items as they all are at one moment, in the order of `keys` (TransactGetItems).
    ///
    /// # Errors
    ///
    /// See [`Table`]; `Conflict` while a transaction is changing one of them.
    pub async fn transact_get<T: FromItem>(
        &self,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<Vec<Option<T>>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            transact_items: Vec<Get<'a>>,
        }

        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Get<'a> {
            get: Place<'a>,
        }

        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Place<'a> {
            table_name: &'a str,
            key: Wire,
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Output {
            responses: Vec<Response>,
        }

        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Response {
            item: Option<Wire>,
        }

        let transact_items = keys
            .into_iter()
            .map(|key| Get { get: Place { table_name: self.name(), key: Item::from(key).into() } })
            .collect();
        let output: Output = self.call("TransactGetItems", &Input { transact_items }, Repeat::Safe).await?;
        output
            .responses
            .into_iter()
            .map(|response| response.item.map(|item| T::from_item(item.into())).transpose())
            .collect::<Result<_, Error>>()
            .map_err(|error| error.during("TransactGetItems"))
    }
}

impl Transaction {
    /// And put this item. Old items are not given back.
    ///
    /// # Errors
    ///
    /// Kind `InvalidInput` when `item` makes no item.
    pub fn put(self, item: &impl ToItem, options: WriteOptions) -> Result<Self, Error> {
        let kind = Kind::Put(item.to_item()?);
        Ok(self.write(kind, options))
    }

    /// And change the item under this key, or make it. No attributes are given back.
    pub fn update(mut self, key: impl Into<Key>, update: Update) -> Self {
        let (expression, condition, placeholders) = update.into_parts();
        self.steps.push(Step { kind: Kind::Update(key.into(), expression), condition, placeholders });
        self
    }

    /// And delete the item under this key. Old items are not given back.
    pub fn delete(self, key: impl Into<Key>, options: WriteOptions) -> Self {
        self.write(Kind::Delete(key.into()), options)
    }

    /// And only if this condition holds for the item under this key, which is left alone.
    pub fn check(self, key: impl Into<Key>, condition: WriteOptions) -> Self {
        self.write(Kind::ConditionCheck(key.into()), condition)
    }

    /// Does it. A token goes along by which DynamoDB recognizes a repetition for ten minutes and does it once.
    ///
    /// # Errors
    ///
    /// See [`Table`]; then nothing was done, except that `Network` and `Timeout` leave it open. `ConditionFailed` when a
    /// condition does not hold, `Conflict` when another transaction got in the way.
    pub async fn commit(self) -> Result<(), Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Input<'a> {
            transact_items: Vec<WireStep<'a>>,
            client_request_token: String,
        }

        #[derive(Deserialize)]
        struct Output {}

        let mut token = [0; 16];
        self.table.client().road().random().fill(&mut token)?;
        let input = Input {
            transact_items: self.steps.into_iter().map(|step| step.into_wire(self.table.name())).collect(),
            client_request_token: hex::encode(token),
        };
        let Output {} = self.table.call("TransactWriteItems", &input, Repeat::Safe).await?;
        Ok(())
    }

    fn write(mut self, kind: Kind, options: WriteOptions) -> Self {
        let (condition, placeholders) = options.into_parts();
        self.steps.push(Step { kind, condition, placeholders });
        self
    }
}

#[derive(Serialize)]
enum WireStep<'a> {
    Put(Fields<'a>),
    Update(Fields<'a>),
    Delete(Fields<'a>),
    ConditionCheck(Fields<'a>),
}

#[derive(Serialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Fields<'a> {
    table_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Wire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Wire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition_expression: Option<String>,
    #[serde(flatten)]
    placeholders: WirePlaceholders,
}

impl Step {
    fn into_wire(self, table_name: &str) -> WireStep<'_> {
        let fields = Fields {
            table_name,
            condition_expression: self.condition,
            placeholders: self.placeholders.into(),
            ..Fields::default()
        };
        let wire = |key: Key| Some(Item::from(key).into());
        match self.kind {
            Kind::Put(item) => WireStep::Put(Fields { item: Some(item.into()), ..fields }),
            Kind::Update(key, expression) => {
                WireStep::Update(Fields { key: wire(key), update_expression: Some(expression), ..fields })
            }
            Kind::Delete(key) => WireStep::Delete(Fields { key: wire(key), ..fields }),
            Kind::ConditionCheck(key) => WireStep::ConditionCheck(Fields { key: wire(key), ..fields }),
        }
    }
}
