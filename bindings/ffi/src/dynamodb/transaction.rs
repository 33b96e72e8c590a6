//! Transactions.

use std::sync::Arc;

use poolpass::dynamodb::Item;

use super::attribute_value::{attributes, item};
use super::condition::places;
use super::table::{Precondition, delete, put, update};
use super::{Attribute, Attributes, Change, Condition, Table};
use crate::call::call;
use crate::client::Client;
use crate::error::PoolpassError;

/// An item that a transaction reads.
#[derive(Clone, Debug, uniffi::Record)]
pub struct TransactGet {
    /// Its table.
    pub table: Arc<Table>,
    /// Its key.
    pub key: Attributes,
    /// Only these attributes. Default: all.
    #[uniffi(default)]
    pub attributes: Option<Vec<Arc<Attribute>>>,
}

/// One write of a transaction. Where its condition does not hold, nothing is written.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum TransactWrite {
    /// Writes an item.
    Put {
        /// Its table.
        table: Arc<Table>,
        /// The item.
        item: Attributes,
        /// What has to hold before.
        precondition: Precondition,
    },
    /// Deletes an item.
    Delete {
        /// Its table.
        table: Arc<Table>,
        /// Its key.
        key: Attributes,
        /// What has to hold before.
        precondition: Precondition,
    },
    /// Changes an item.
    Update {
        /// Its table.
        table: Arc<Table>,
        /// Its key.
        key: Attributes,
        /// The changes.
        changes: Vec<Change>,
        /// What has to hold before.
        precondition: Precondition,
    },
    /// Only checks a condition.
    Check {
        /// The item's table.
        table: Arc<Table>,
        /// The item's key.
        key: Attributes,
        /// What has to hold.
        condition: Arc<Condition>,
        /// The error tells the item for which it does not hold.
        return_old: bool,
    },
}

#[uniffi::export]
impl Client {
    /// Reads up to 100 items of one or more tables at one moment (TransactGetItems), in the order asked for.
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

    /// Writes up to 100 items of one or more tables, all or none (TransactWriteItems). With the same `token` it is done once.
    pub async fn transact_write(
        &self,
        writes: Vec<TransactWrite>,
        token: Option<String>,
    ) -> Result<(), PoolpassError> {
        let client = self.inner.clone();
        call(&self.cancel, async move {
            let mut transaction = client.transact_write();
            if let Some(token) = token {
                transaction = transaction.token(token);
            }
            for write in writes {
                transaction = match write {
                    TransactWrite::Put { table, item, precondition } => {
                        transaction.put(put(&table.inner, item, precondition))
                    }
                    TransactWrite::Delete { table, key, precondition } => {
                        transaction.delete(delete(&table.inner, key, precondition))
                    }
                    TransactWrite::Update { table, key, changes, precondition } => {
                        transaction.update(update(&table.inner, key, changes, precondition))
                    }
                    TransactWrite::Check { table, key, condition, return_old } => {
                        let check = table.inner.check(item(key), condition.0.clone());
                        transaction.check(if return_old {
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
