//! DynamoDB against a server: items keep what was put into them, and belong to one person.

use anyhow::{Context, Result, ensure};
use futures_util::TryStreamExt;
use poolpass::dynamodb::{
    AttributeValue, Batch, GetOptions, Item, Key, Number, Query, Returned, Scan, Table, Update, WriteOptions,
};
use poolpass::{Client, ErrorKind};
use poolpass_tests::Demo;
use serde::{Deserialize, Serialize};
use serde_json::json;

struct World {
    demo: Demo,
    client: Client,
    table: Table,
    me: String,
}

impl World {
    async fn new() -> Result<Self> {
        let demo = Demo::start().await?;
        let client = demo.person("lin").await?;
        let (table, me) = (client.dynamodb()?, client.identity_id().await?);
        Ok(Self { demo, client, table, me })
    }

    fn key(&self, sk: &str) -> Key {
        Key::new("pk", &self.me).and("sk", sk)
    }

    fn item(&self, sk: &str) -> Item {
        self.key(sk).into()
    }

    fn count(&self, operation: &str) -> u64 {
        self.demo.aws.request_counts().of(operation)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    pk: String,
    sk: String,
    text: String,
    stars: u64,
    price: f64,
    tags: Vec<String>,
    parent: Option<String>,
}

impl World {
    fn note(&self, sk: &str) -> Note {
        Note {
            pk: self.me.clone(),
            sk: sk.to_owned(),
            text: "Zoë \u{1f389}".to_owned(),
            stars: u64::MAX,
            price: 0.1,
            tags: vec!["a".to_owned(), "b".to_owned()],
            parent: None,
        }
    }
}

#[tokio::test]
async fn typed_items_are_put_read_and_deleted() -> Result<()> {
    let world = World::new().await?;
    let note = world.note("note#1");
    world.table.put(&note).await?;
    assert_eq!(world.table.get(world.key("note#1")).await?, Some(note.clone()));
    assert_eq!(world.table.get::<Note>(world.key("none")).await?, None);

    let options = GetOptions::new().consistent().projection("#t, stars").name("#t", "text");
    let some: Item = world.table.get_with(world.key("note#1"), options).await?.context("no item")?;
    assert_eq!(some.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["stars", "text"]);

    let replaced = world.table.put_with(&world.item("note#1"), WriteOptions::new().return_old()).await?;
    assert_eq!(replaced, Some(note));
    let error = world.table.get::<Note>(world.key("note#1")).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidResponse, Some("GetItem")));

    world.table.delete(world.key("note#1")).await?;
    world.table.delete(world.key("note#1")).await?;
    assert_eq!(world.table.get::<Item>(world.key("note#1")).await?, None);
    Ok(())
}

#[tokio::test]
async fn numbers_and_every_other_type_survive() -> Result<()> {
    let world = World::new().await?;
    let number = |text: &str| text.parse::<Number>().map(AttributeValue::from);
    let item = world
        .item("types")
        .with("u64", u64::MAX)
        .with("i64", i64::MIN)
        .with("long", number("12345678901234567890123456789012345678")?)
        .with("fraction", number("0.33333333333333333333333333333333333333")?)
        .with("tenth", number("0.1")?)
        .with("negative", number("-1.5")?)
        .with("bytes", vec![0_u8, 1, 254, 255])
        .with("yes", true)
        .with("nothing", AttributeValue::Null)
        .with("list", vec![AttributeValue::from("a"), 1.into(), vec![AttributeValue::from("b")].into()])
        .with("map", Item::new().with("inner", Item::new().with("n", 1)))
        .with("texts", AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]))
        .with("numbers", AttributeValue::Ns(vec![1.into(), u64::MAX.into()]))
        .with("all", AttributeValue::Bs(vec![vec![1], vec![2]]));
    world.table.put(&item).await?;
    let back: Item = world.table.get(world.key("types")).await?.context("no item")?;
    for (name, value) in item.iter() {
        let back = back.get(name).with_context(|| name.to_owned())?;
        match (value, back) {
            (AttributeValue::Ns(sent), AttributeValue::Ns(came)) => {
                ensure!(sent.len() == came.len() && sent.iter().all(|number| came.contains(number)));
            }
            _ => assert_eq!(back, value, "{name}"),
        }
    }

    // 39 digits are more than DynamoDB has; nothing is rounded on the way.
    let wide = world.item("wide").with("n", i128::MAX);
    let error = world.table.put(&wide).await.unwrap_err();
    assert_eq!(error.aws_code(), Some("ValidationException"));
    let fits = world.item("wide").with("n", i128::MAX / 10);
    world.table.put(&fits).await?;
    let back: Item = world.table.get(world.key("wide")).await?.context("no item")?;
    assert_eq!(back.get("n").and_then(|n| n.as_n()?.to()), Some(i128::MAX / 10));
    Ok(())
}

#[tokio::test]
async fn conditions_hold_or_refuse() -> Result<()> {
    let world = World::new().await?;
    let new_only = || WriteOptions::new().condition("attribute_not_exists(pk)");
    let note = world.note("note#1");
    world.table.put_with::<Item>(&note, new_only()).await?;
    let error = world.table.put_with::<Item>(&note, new_only()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.aws_code()),
        (ErrorKind::ConditionFailed, Some("ConditionalCheckFailedException"))
    );

    let one_more = |seen: u32| {
        Update::new("SET #t = :text ADD edits :one")
            .name("#t", "text")
            .value(":text", "edited")
            .value(":one", 1)
            .condition("attribute_not_exists(edits) OR edits = :seen")
            .value(":seen", seen)
    };
    let none: Option<Item> = world.table.update(world.key("note#1"), one_more(0)).await?;
    assert_eq!(none, None);
    let new: Item = world
        .table
        .update(world.key("note#1"), one_more(1).returning(Returned::UpdatedNew))
        .await?
        .context("nothing came back")?;
    assert_eq!(new, Item::new().with("edits", 2).with("text", "edited"));
    let error = world.table.update::<Item>(world.key("note#1"), one_more(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed);

    let unchanged = WriteOptions::new().condition("edits = :seen").value(":seen", 2).return_old();
    let gone: Option<Note> = world.table.delete_with(world.key("note#1"), unchanged).await?;
    assert_eq!(gone.map(|note| note.text), Some("edited".to_owned()));
    Ok(())
}

#[tokio::test]
async fn queries_and_scans_come_as_pages_and_as_streams() -> Result<()> {
    let world = World::new().await?;
    let mut batch = Batch::new();
    for number in 0..60 {
        batch = batch.put(&world.item(&format!("note#{number:02}")).with("even", number % 2 == 0))?;
    }
    world.table.batch_write(batch.put(&world.item("other"))?).await?;
    assert_eq!(world.count("BatchWriteItem"), 3);

    let notes = || {
        Query::new("pk = :me AND begins_with(sk, :notes)").value(":me", &world.me).value(":notes", "note#")
    };
    let all: Vec<Item> = world.table.query(notes().page_size(7)).try_collect().await?;
    assert_eq!(all.len(), 60);
    assert_eq!(world.count("Query"), 9);
    let sort_keys: Vec<_> = all.iter().filter_map(|item| item.get("sk")?.as_s()).collect();
    ensure!(sort_keys.is_sorted());

    let newest = world.table.query_page::<Item>(&notes().descending().page_size(1)).await?;
    assert_eq!(newest.items[0].get("sk"), Some(&"note#59".into()));
    let next = newest.next.context("no more pages")?;
    let second = world.table.query_page::<Item>(&notes().descending().page_size(1).start_at(next)).await?;
    assert_eq!(second.items[0].get("sk"), Some(&"note#58".into()));

    let even: Vec<Item> = world
        .table
        .query_all(notes().filter("even = :yes").value(":yes", true).projection("sk").page_size(5))
        .await?;
    assert_eq!((even.len(), even[0].len()), (30, 1));

    // The role confines everybody to a partition, and a scan to nothing.
    let error = world.table.scan::<Item>(Scan::new()).try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    Ok(())
}

#[tokio::test]
async fn batches_and_transactions_read_and_write_many() -> Result<()> {
    let world = World::new().await?;
    let mut batch = Batch::new();
    for number in 0..120 {
        batch = batch.put(&world.item(&format!("{number}")))?;
    }
    world.table.batch_write(batch).await?;
    let keys = (0..130).map(|number| world.key(&number.to_string()));
    let found: Vec<Item> = world.table.batch_get(keys).await?;
    assert_eq!(found.len(), 120);
    assert_eq!(world.count("BatchGetItem"), 2);
    world.table.batch_write(Batch::new().delete(world.key("0")).delete(world.key("1"))).await?;
    assert_eq!(world.table.get::<Item>(world.key("0")).await?, None);

    let add = Update::new("ADD notes :one").value(":one", 1);
    let transaction = |sk: &str| -> Result<_> {
        Ok(world
            .table
            .transaction()
            .put(&world.item(sk), WriteOptions::new().condition("attribute_not_exists(pk)"))?
            .update(world.key("total"), add.clone())
            .delete(world.key("2"), WriteOptions::new())
            .check(world.key("3"), WriteOptions::new().condition("attribute_exists(pk)")))
    };
    transaction("new")?.commit().await?;
    let error = transaction("new")?.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed, "{error}");
    let read = world.table.transact_get::<Item>([world.key("total"), world.key("2"), world.key("new")]).await?;
    assert_eq!(read[0].as_ref().and_then(|item| item.get("notes")), Some(&1.into()));
    assert_eq!((read[1].is_none(), read[2].is_some()), (true, true));
    Ok(())
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_twice() -> Result<()> {
    let world = World::new().await?;
    let lost = |operation: &str| json!({ "operation": operation, "times": 1, "action": "dropAfterHandling" });
    let edits = async || -> Result<Option<u32>> {
        let item: Option<Item> = world.table.get(world.key("count")).await?;
        Ok(item.and_then(|item| item.get("edits")?.as_n()?.to()))
    };
    let add = Update::new("ADD edits :one").value(":one", 1);

    world.demo.fault(lost("UpdateItem"))?;
    let error = world.table.update::<Item>(world.key("count"), add.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert_eq!(edits().await?, Some(1));

    // A transaction is sent again, and counts once.
    world.demo.fault(lost("TransactWriteItems"))?;
    world.table.transaction().update(world.key("count"), add).commit().await?;
    assert_eq!((world.count("TransactWriteItems"), edits().await?), (2, Some(2)));

    // A plain put is sent again, one under a condition is not.
    world.demo.fault(lost("PutItem"))?;
    world.table.put(&world.item("a")).await?;
    world.demo.fault(lost("PutItem"))?;
    let new_only = WriteOptions::new().condition("attribute_not_exists(pk)");
    let error = world.table.put_with::<Item>(&world.item("b"), new_only).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    Ok(())
}

#[tokio::test]
async fn another_persons_partition_is_out_of_reach() -> Result<()> {
    let world = World::new().await?;
    world.table.put(&world.note("diary")).await?;
    let eve = world.demo.person("eve").await?;
    let guest = world.demo.client()?.build()?;
    for stranger in [eve, guest] {
        let (table, own) = (stranger.dynamodb()?, stranger.identity_id().await?);
        let own = || Key::new("pk", &own).and("sk", "mine");
        let foreign = || world.key("diary");
        table.put(&Item::from(own())).await?;
        let add = || Update::new("SET stolen = :yes").value(":yes", true);
        let denied = [
            table.get::<Item>(foreign()).await.map(drop),
            table.put(&Item::from(foreign())).await,
            table.update::<Item>(foreign(), add()).await.map(drop),
            table.delete(foreign()).await,
            table.query_all::<Item>(Query::new("pk = :them").value(":them", &world.me)).await.map(drop),
            table.scan_page::<Item>(&Scan::new()).await.map(drop),
            table.batch_get::<Item>([foreign()]).await.map(drop),
            table.batch_get::<Item>([own(), foreign()]).await.map(drop),
            table.batch_write(Batch::new().put(&Item::from(own()))?.delete(foreign())).await,
            table.transaction().update(own(), add()).update(foreign(), add()).commit().await,
            table.transact_get::<Item>([own(), foreign()]).await.map(drop),
        ];
        for (number, outcome) in denied.into_iter().enumerate() {
            let error = outcome.err().with_context(|| format!("operation {number} was allowed"))?;
            assert_eq!(
                (error.kind(), error.aws_code()),
                (ErrorKind::AccessDenied, Some("AccessDeniedException")),
                "{number}: {error}"
            );
        }
        // Nothing of a refused batch or transaction was done.
        assert_eq!(table.get::<Item>(own()).await?, Some(Item::from(own())));
    }
    assert_eq!(world.table.get(world.key("diary")).await?, Some(world.note("diary")));
    Ok(())
}

#[tokio::test]
async fn what_aws_refuses_is_named() -> Result<()> {
    let world = World::new().await?;
    let error = world.client.table("nowhere").get::<Item>(world.key("x")).await.unwrap_err();
    ensure!(matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::NotFound), "{error}");
    let error = world.table.get::<Item>(Key::new("pk", &world.me)).await.unwrap_err();
    assert_eq!((error.kind(), error.aws_code()), (ErrorKind::Aws, Some("ValidationException")));
    world.demo.fault(json!({ "operation": "GetItem", "action": "throttle" }))?;
    let error = world.table.get::<Item>(world.key("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_was_cut_or_damaged_is_asked_for_again() -> Result<()> {
    let world = World::new().await?;
    world.table.put(&world.note("a")).await?;
    world.demo.fault(json!({ "operation": "GetItem", "times": 1, "action": { "truncate": 20 } }))?;
    assert_eq!(world.table.get(world.key("a")).await?, Some(world.note("a")));
    assert_eq!(world.count("GetItem"), 2);
    Ok(())
}
