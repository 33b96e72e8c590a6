//! Transactions.

use std::sync::Arc;

use poolpass::dynamodb::Item;

use super::attribute_value::{attributes, item};
use super::condition::places;
use super::item_request::{delete, put, update};
use super::{Attribute, Attributes, Change, Condition, Table, WriteOptions};
use crate::call::call;
use crate::client::Client;
use crate::error::PoolpassError;

/// One read of a transaction.
#[derive(Clone, Debug, uniffi::Record)]
pub struct TransactGet {
    /// Its table.
    pub table: Arc<Table>,
    /// Its key.
    pub key: Attributes,
    /// Returns only these attributes. Default: all.
    #[uniffi(default)]
    pub attributes: Option<Vec<Arc<Attribute>>>,
}

/// One write of a transaction. If its condition does not hold, the transaction writes nothing.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum TransactWrite {
    /// Stores an item.
    Put {
        /// Its table.
        table: Arc<Table>,
        /// The item.
        item: Attributes,
        /// Its condition.
        options: WriteOptions,
    },
    /// Deletes an item.
    Delete {
        /// Its table.
        table: Arc<Table>,
        /// Its key.
        key: Attributes,
        /// Its condition.
        options: WriteOptions,
    },
    /// Changes an item.
    Update {
        /// Its table.
        table: Arc<Table>,
        /// Its key.
        key: Attributes,
        /// The changes.
        changes: Vec<Change>,
        /// Its condition.
        options: WriteOptions,
    },
    /// Checks a condition on an item that the transaction does not write.
    ConditionCheck {
        /// The item's table.
        table: Arc<Table>,
        /// The item's key.
        key: Attributes,
        /// The condition.
        condition: Arc<Condition>,
        /// If the condition does not hold, the reason for this item carries the stored item.
        return_old_on_condition_check_failure: bool,
    },
}

#[uniffi::export]
impl Client {
    /// Reads up to 100 items of one or more tables as of one moment, in the order of `gets` (TransactGetItems).
    pub async fn transact_get(
        &self,
        gets: Vec<TransactGet>,
    ) -> Result<Vec<Option<Attributes>>, PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move {
            let mut transaction = client.transact_get();
            for TransactGet { table, key, attributes } in gets {
                let mut get = table.inner.get::<Item>(item(key));
                if let Some(wanted) = attributes {
                    get = get.attributes(places(&wanted));
                }
                transaction = transaction.get(get);
            }
            Ok(transaction.await?.into_iter().map(|item| item.map(attributes)).collect())
        })
        .await
    }

    /// Writes up to 100 items of one or more tables, all or none (TransactWriteItems). Transactions with the
    /// same `client_request_token` are done once.
    pub async fn transact_write(
        &self,
        writes: Vec<TransactWrite>,
        client_request_token: Option<String>,
    ) -> Result<(), PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move {
            let mut transaction = client.transact_write();
            if let Some(token) = client_request_token {
                transaction = transaction.client_request_token(token);
            }
            for write in writes {
                transaction = match write {
                    TransactWrite::Put { table, item, options } => {
                        transaction.put(put(&table.inner, item, options))
                    }
                    TransactWrite::Delete { table, key, options } => {
                        transaction.delete(delete(&table.inner, key, options))
                    }
                    TransactWrite::Update { table, key, changes, options } => {
                        transaction.update(update(&table.inner, key, changes, options))
                    }
                    TransactWrite::ConditionCheck {
                        table,
                        key,
                        condition,
                        return_old_on_condition_check_failure,
                    } => {
                        let check = table.inner.condition_check(item(key), condition.0.clone());
                        transaction.condition_check(if return_old_on_condition_check_failure {
                            check.return_old_on_condition_check_failure()
                        } else {
                            check
                        })
                    }
                };
            }
            Ok(transaction.await?)
        })
        .await
    }
}
