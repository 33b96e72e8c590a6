//! DynamoDB.

use anyhow::Result;
use poolpass::Error;
use poolpass::dynamodb::{Condition, Item, ReturnValues, Table, attribute};
use serde_json::Value;

use super::{Operation, Probe, Step, WITH_CREDENTIALS};
use crate::fixture::Fixture;

/// The item is there.
const STORED: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        table(fixture)?.put(item(fixture)).await?;
        Ok(())
    })
};

const IS_THERE: Probe = |fixture| Box::pin(async { Ok(u32::from(stored(fixture).await?.is_some())) });
const IS_GONE: Probe = |fixture| Box::pin(async { Ok(u32::from(stored(fixture).await?.is_none())) });
/// How often one was added to the number, or that it was set to one.
const NUMBER: Probe = |fixture| {
    Box::pin(async {
        let item = stored(fixture).await?;
        Ok(item.and_then(|item| item["n"].as_u64()).unwrap_or_default() as u32)
    })
};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("Table.get", STORED, |fixture| {
        Box::pin(async { table(fixture)?.get::<Value>(key(fixture)).await.map(drop) })
    }),
    Operation::new("Table.query", STORED, |fixture| {
        Box::pin(async {
            table(fixture)?.query::<Value>(attribute("pk").eq(fixture.user.as_str())).all().await.map(drop)
        })
    }),
    Operation::new("Table.scan", STORED, |fixture| {
        Box::pin(async { table(fixture)?.scan::<Value>().page_size(5).page().await.map(drop) })
    }),
    Operation::new("Table.batchGet", STORED, |fixture| {
        Box::pin(async { table(fixture)?.batch_get::<Value>([key(fixture)]).await.map(drop) })
    }),
    Operation::new("Client.transactGet", STORED, |fixture| {
        Box::pin(async {
            fixture.client.transact_get().get(table(fixture)?.get::<Item>(key(fixture))).await.map(drop)
        })
    }),
    Operation::new("Table.put", WITH_CREDENTIALS, |fixture| {
        Box::pin(async { table(fixture)?.put(item(fixture)).await })
    })
    .done(IS_THERE),
    Operation::new("Table.put if", WITH_CREDENTIALS, |fixture| {
        Box::pin(async { table(fixture)?.put(item(fixture)).condition(attribute("pk").not_exists()).await })
    })
    .done(IS_THERE),
    Operation::new("Table.put returning", WITH_CREDENTIALS, |fixture| {
        Box::pin(async { table(fixture)?.put(item(fixture)).return_old::<Value>().await.map(drop) })
    })
    .done(IS_THERE),
    Operation::new("Table.delete", STORED, |fixture| {
        Box::pin(async { table(fixture)?.delete(key(fixture)).await })
    })
    .done(IS_GONE),
    Operation::new("Table.delete if", STORED, |fixture| {
        Box::pin(async { table(fixture)?.delete(key(fixture)).condition(there()).await })
    })
    .done(IS_GONE),
    Operation::new("Table.delete returning", STORED, |fixture| {
        Box::pin(async { table(fixture)?.delete(key(fixture)).return_old::<Value>().await.map(drop) })
    })
    .done(IS_GONE),
    Operation::new("Table.update set", STORED, |fixture| {
        Box::pin(async { table(fixture)?.update(key(fixture)).set("n", 1).await })
    })
    .done(NUMBER),
    Operation::new("Table.update add", STORED, |fixture| {
        Box::pin(async {
            let update = table(fixture)?.update(key(fixture)).add("n", 1);
            update.return_values::<Value>(ReturnValues::AllNew).await.map(drop)
        })
    })
    .done(NUMBER),
    Operation::new("Table.update if", STORED, |fixture| {
        Box::pin(async {
            table(fixture)?.update(key(fixture)).set("n", 1).condition(attribute("n").not_exists()).await
        })
    })
    .done(NUMBER),
    Operation::new("Table.batchWrite", WITH_CREDENTIALS, |fixture| {
        Box::pin(async { table(fixture)?.batch_write().put(item(fixture)).await })
    })
    .done(IS_THERE),
    Operation::new("Client.transactWrite", STORED, |fixture| {
        Box::pin(async {
            fixture.client.transact_write().update(table(fixture)?.update(key(fixture)).add("n", 1)).await
        })
    })
    .done(NUMBER),
];

fn table(fixture: &Fixture) -> Result<Table, Error> {
    fixture.client.dynamodb()
}

fn key(fixture: &Fixture) -> Item {
    Item::new().with("pk", fixture.user.as_str()).with("sk", "note")
}

fn item(fixture: &Fixture) -> Item {
    key(fixture).with("text", "hello")
}

fn there() -> Condition {
    attribute("pk").exists()
}

async fn stored(fixture: &Fixture) -> Result<Option<Value>> {
    Ok(table(fixture)?.get(key(fixture)).consistent_read().await?)
}
