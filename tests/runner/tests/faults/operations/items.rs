//! DynamoDB.

use anyhow::Result;
use poolpass::Error;
use poolpass::dynamodb::{Condition, Item, ReturnValues, Table, attribute};
use serde_json::Value;

use super::{Operation, Probe, Step, WITH_CREDENTIALS};
use crate::stage::Stage;

/// The item is there.
const STORED: Step = |stage| {
    Box::pin(async {
        stage.sign_in().await?;
        table(stage)?.put(item(stage)).await?;
        Ok(())
    })
};

const IS_THERE: Probe = |stage| Box::pin(async { Ok(u32::from(stored(stage).await?.is_some())) });
const IS_GONE: Probe = |stage| Box::pin(async { Ok(u32::from(stored(stage).await?.is_none())) });
/// How often one was added to the number, or that it was set to one.
const NUMBER: Probe = |stage| {
    Box::pin(async {
        let item = stored(stage).await?;
        Ok(item.and_then(|item| item["n"].as_u64()).unwrap_or_default() as u32)
    })
};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Table.get", STORED, |stage| {
        Box::pin(async { table(stage)?.get::<Value>(key(stage)).await.map(drop) })
    }),
    Operation::new("Table.query", STORED, |stage| {
        Box::pin(async {
            table(stage)?.query::<Value>(attribute("pk").eq(stage.user.as_str())).all().await.map(drop)
        })
    }),
    Operation::new("Table.scan", STORED, |stage| {
        Box::pin(async { table(stage)?.scan::<Value>().page_size(5).page().await.map(drop) })
    }),
    Operation::new("Table.batchGet", STORED, |stage| {
        Box::pin(async { table(stage)?.batch_get::<Value>([key(stage)]).await.map(drop) })
    }),
    Operation::new("Client.transactGet", STORED, |stage| {
        Box::pin(async {
            stage.client.transact_get().get(table(stage)?.get::<Item>(key(stage))).await.map(drop)
        })
    }),
    Operation::new("Table.put", WITH_CREDENTIALS, |stage| {
        Box::pin(async { table(stage)?.put(item(stage)).await })
    })
    .done(IS_THERE),
    Operation::new("Table.put if", WITH_CREDENTIALS, |stage| {
        Box::pin(async { table(stage)?.put(item(stage)).condition(attribute("pk").not_exists()).await })
    })
    .done(IS_THERE),
    Operation::new("Table.put returning", WITH_CREDENTIALS, |stage| {
        Box::pin(async { table(stage)?.put(item(stage)).return_old::<Value>().await.map(drop) })
    })
    .done(IS_THERE),
    Operation::new("Table.delete", STORED, |stage| {
        Box::pin(async { table(stage)?.delete(key(stage)).await })
    })
    .done(IS_GONE),
    Operation::new("Table.delete if", STORED, |stage| {
        Box::pin(async { table(stage)?.delete(key(stage)).condition(there()).await })
    })
    .done(IS_GONE),
    Operation::new("Table.delete returning", STORED, |stage| {
        Box::pin(async { table(stage)?.delete(key(stage)).return_old::<Value>().await.map(drop) })
    })
    .done(IS_GONE),
    Operation::new("Table.update set", STORED, |stage| {
        Box::pin(async { table(stage)?.update(key(stage)).set("n", 1).await })
    })
    .done(NUMBER),
    Operation::new("Table.update add", STORED, |stage| {
        Box::pin(async {
            let update = table(stage)?.update(key(stage)).add("n", 1);
            update.return_values::<Value>(ReturnValues::AllNew).await.map(drop)
        })
    })
    .done(NUMBER),
    Operation::new("Table.update if", STORED, |stage| {
        Box::pin(async {
            table(stage)?.update(key(stage)).set("n", 1).condition(attribute("n").not_exists()).await
        })
    })
    .done(NUMBER),
    Operation::new("Table.batchWrite", WITH_CREDENTIALS, |stage| {
        Box::pin(async { table(stage)?.batch_write().put(item(stage)).await })
    })
    .done(IS_THERE),
    Operation::new("Client.transactWrite", STORED, |stage| {
        Box::pin(async {
            stage.client.transact_write().update(table(stage)?.update(key(stage)).add("n", 1)).await
        })
    })
    .done(NUMBER),
];

fn table(stage: &Stage) -> Result<Table, Error> {
    stage.client.dynamodb()
}

fn key(stage: &Stage) -> Item {
    Item::new().with("pk", stage.user.as_str()).with("sk", "note")
}

fn item(stage: &Stage) -> Item {
    key(stage).with("text", "hello")
}

fn there() -> Condition {
    attribute("pk").exists()
}

async fn stored(stage: &Stage) -> Result<Option<Value>> {
    Ok(table(stage)?.get(key(stage)).consistent_read().await?)
}
