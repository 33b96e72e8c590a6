//! DynamoDB against a server: items keep their content, and belong to one person.

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt};
use poolpass::dynamodb::{
    AttributeValue, Expression, FromItem, Item, ItemPage, Query, ReturnValues, Table, attribute,
};
use poolpass::{Client, ErrorKind};
use poolpass_tests::Demo;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

struct Fixture {
    demo: Demo,
    client: Client,
    table: Table,
    me: String,
}

impl Fixture {
    async fn new() -> Result<Self> {
        let demo = Demo::start().await?;
        let client = demo.person("lin").await?;
        let (table, me) = (client.dynamodb()?, client.identity_id().await?);
        Ok(Self { demo, client, table, me })
    }

    /// The key of one of the person's items; also an item without anything else.
    fn key(&self, sk: &str) -> Item {
        Item::new().with("pk", &self.me).with("sk", sk)
    }

    fn mine<T>(&self, prefix: &str) -> Query<T> {
        let pk = attribute("pk").eq(&self.me);
        // DynamoDB takes no empty text in the condition of a key.
        self.table.query(if prefix.is_empty() { pk } else { pk.and(attribute("sk").begins_with(prefix)) })
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

impl Fixture {
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
    let fixture = Fixture::new().await?;
    let (note, key) = (fixture.note("note#1"), fixture.key("note#1"));
    fixture.table.put(&note).await?;
    assert_eq!(fixture.table.get(&key).await?, Some(note.clone()));
    assert_eq!(fixture.table.get::<Note>(fixture.key("none")).await?, None);

    let some = fixture.table.get::<Item>(&key).consistent_read().attributes(["text", "stars"]).await?;
    assert_eq!(some, Some(Item::new().with("text", note.text.as_str()).with("stars", u64::MAX)));

    let replaced = fixture.table.put(&key).return_old().await?;
    assert_eq!(replaced, Some(note));
    assert_eq!(fixture.table.get::<Note>(&key).await.unwrap_err().kind(), ErrorKind::InvalidResponse);

    fixture.table.delete(&key).await?;
    fixture.table.delete(&key).await?;
    assert_eq!(fixture.table.get::<Item>(&key).await?, None);
    Ok(())
}

#[tokio::test]
async fn numbers_and_every_other_type_survive() -> Result<()> {
    let fixture = Fixture::new().await?;
    let item = fixture
        .key("types")
        .with("u64", u64::MAX)
        .with("i64", i64::MIN)
        .with("long", AttributeValue::number("12345678901234567890123456789012345678"))
        .with("fraction", AttributeValue::number("0.33333333333333333333333333333333333333"))
        .with("tenth", 0.1)
        .with("negative", -1.5)
        .with("bytes", AttributeValue::B(vec![0, 1, 254, 255]))
        .with("yes", true)
        .with("nothing", AttributeValue::Null)
        .with("list", vec![AttributeValue::from("a"), 1.into(), vec![AttributeValue::from("b")].into()])
        .with("map", Item::new().with("inner", Item::new().with("n", 1)))
        .with("texts", AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]))
        .with("numbers", AttributeValue::Ns(vec!["1".to_owned(), u64::MAX.to_string()]))
        .with("all", AttributeValue::Bs(vec![vec![1], vec![2]]));
    fixture.table.put(&item).await?;
    let back: Item = fixture.table.get(fixture.key("types")).await?.context("no item")?;
    for (name, value) in &item {
        let back = back.get(name).with_context(|| name.to_owned())?;
        match (value, back) {
            (AttributeValue::Ns(sent), AttributeValue::Ns(came)) => {
                ensure!(sent.len() == came.len() && sent.iter().all(|number| came.contains(number)));
            }
            _ => assert_eq!(back, value, "{name}"),
        }
    }

    // 39 digits are more than DynamoDB has; nothing is rounded on the way.
    let error = fixture.table.put(fixture.key("wide").with("n", i128::MAX)).await.unwrap_err();
    assert_eq!(error.aws_code(), Some("ValidationException"));
    let fits = fixture.key("wide").with("n", i128::MAX / 10);
    fixture.table.put(&fits).await?;
    assert_eq!(fixture.table.get::<Item>(fixture.key("wide")).await?, Some(fits));
    Ok(())
}

#[tokio::test]
async fn json_is_an_item_too_and_loses_no_digit() -> Result<()> {
    let fixture = Fixture::new().await?;
    let json = json!({
        "pk": fixture.me, "sk": "json", "big": u64::MAX, "small": i64::MIN, "safe": 9_007_199_254_740_993_u64,
        "tenth": 0.1, "nothing": null, "list": [1, { "deep": true }, "x"],
    });
    fixture.table.put(&json).await?;
    assert_eq!(fixture.table.get(fixture.key("json")).await?, Some(json));

    let deep = attribute("list").element(1).member("deep");
    let some: Option<Value> =
        fixture.table.get(fixture.key("json")).attributes([deep, attribute("tenth")]).await?;
    assert_eq!(some, Some(json!({ "list": [{ "deep": true }], "tenth": 0.1 })));
    Ok(())
}

#[tokio::test]
async fn conditions_hold_or_refuse() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (note, key) = (fixture.note("note#1"), fixture.key("note#1"));
    let put_new = || fixture.table.put(&note).condition(attribute("pk").not_exists());
    put_new().await?;
    let error = put_new().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.aws_code()),
        (ErrorKind::ConditionFailed, Some("ConditionalCheckFailedException"))
    );

    let edit = |seen: u32| {
        let untouched = attribute("edits").not_exists().or(attribute("edits").eq(seen));
        fixture.table.update(&key).set("text", "edited").add("edits", 1).condition(untouched)
    };
    edit(0).await?;
    let new = edit(1).return_values(ReturnValues::UpdatedNew).await?;
    assert_eq!(new, Some(Item::new().with("edits", 2).with("text", "edited")));
    assert_eq!(edit(1).await.unwrap_err().kind(), ErrorKind::ConditionFailed);

    let unchanged = fixture.table.delete(&key).condition(attribute("edits").eq(2));
    let gone: Option<Note> = unchanged.return_old().await?;
    assert_eq!(gone.map(|note| note.text), Some("edited".to_owned()));
    Ok(())
}

#[tokio::test]
async fn conditions_mean_what_they_say() -> Result<()> {
    let fixture = Fixture::new().await?;
    let item = fixture
        .key("n")
        .with("title", "Milk and bread")
        .with("count", 5)
        .with("tags", set(&["home"]))
        .with("place", json!({ "city": "Cork", "floors": [1, 2] }));
    fixture.table.put(&item).await?;

    let (count, city) = (|| attribute("count"), || attribute("place").member("city"));
    let longer_than = |limit: u32| Expression::new("size(title) > :limit").value(":limit", limit);
    for holds in [
        count().eq(5).and(count().ne(4)).and(count().lt(6)).and(count().le(5)).and(count().gt(4)),
        count().ge(5).and(count().between(5, 9)).and(count().is_in([1, 5])),
        count().eq(4).or(city().eq("Cork")).and(attribute("title").begins_with("Milk")),
        attribute("tags").contains("home").and(attribute("title").contains("and")),
        attribute("place").member("floors").element(1).eq(2),
        !attribute("absent").exists(),
        !count().eq(4).or(count().eq(6)),
        count().eq(5).and(longer_than(3)),
        longer_than(3).into(),
    ] {
        fixture.table.put(&item).condition(holds).await?;
    }
    for fails in [
        attribute("pk").not_exists(),
        count().eq(4).or(city().eq("Cork")).and(attribute("title").begins_with("Bread")),
        count().eq(5).and(longer_than(99)),
        !count().between(5, 9),
        // A dot is part of the name.
        attribute("place.city").exists(),
    ] {
        let error = fixture.table.put(fixture.key("n")).condition(fails).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConditionFailed);
    }
    assert_eq!(fixture.table.get(fixture.key("n")).await?, Some(item));
    Ok(())
}

#[tokio::test]
async fn an_update_makes_all_its_changes_or_none() -> Result<()> {
    let fixture = Fixture::new().await?;
    let key = fixture.key("u");
    let item = key
        .clone()
        .with("count", 1)
        .with("log", json!(["a"]))
        .with("draft", true)
        .with("tags", set(&["x", "y"]));
    fixture.table.put(item).await?;
    let update = || {
        fixture
            .table
            .update(&key)
            .set("title", "new")
            .set_if_not_exists("made", 1)
            .append("log", ["b"])
            .remove("draft")
            .add("count", 41)
            .add("labels", set(&["new"]))
            .delete_from_set("tags", set(&["x"]))
    };
    let expected = key
        .clone()
        .with("title", "new")
        .with("made", 1)
        .with("log", json!(["a", "b"]))
        .with("count", 42)
        .with("labels", set(&["new"]))
        .with("tags", set(&["y"]));
    assert_eq!(update().return_values(ReturnValues::AllNew).await?.as_ref(), Some(&expected));
    let refused = update().condition(attribute("count").eq(1)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    assert_eq!(fixture.table.get(&key).await?, Some(expected));

    let plain = Expression::new("SET #c = #c - :one").name("#c", "count").value(":one", 1);
    let counted =
        fixture.table.update(&key).expression(plain).return_values(ReturnValues::UpdatedNew).await?;
    assert_eq!(counted, Some(json!({ "count": 41 })));
    Ok(())
}

#[tokio::test]
async fn queries_and_scans_come_as_pages_and_as_streams() -> Result<()> {
    let fixture = Fixture::new().await?;
    let notes = (0..60).map(|number| fixture.key(&format!("note#{number:02}")).with("even", number % 2 == 0));
    fixture.table.batch_write().put_all(notes).put(fixture.key("other")).await?;
    assert_eq!(fixture.count("BatchWriteItem"), 3);

    let all: Vec<Item> = fixture.mine("note#").page_size(7).items().try_collect().await?;
    assert_eq!((all.len(), fixture.count("Query")), (60, 9));
    let sort_keys: Vec<_> = all.iter().map(|item| item.get("sk").map(|sk| format!("{sk:?}"))).collect();
    ensure!(sort_keys.is_sorted());

    let newest = fixture.mine::<Item>("note#").descending().page_size(1).page().await?;
    assert_eq!(newest.items[0].get("sk"), Some(&"note#59".into()));
    let last_evaluated_key = newest.last_evaluated_key.context("no more pages")?;
    let second = fixture
        .mine::<Item>("note#")
        .descending()
        .page_size(1)
        .exclusive_start_key(last_evaluated_key)
        .page()
        .await?;
    assert_eq!(second.items[0].get("sk"), Some(&"note#58".into()));

    let even = fixture.mine("note#").filter(attribute("even").eq(true)).attributes(["sk"]).page_size(5);
    let even: Vec<Item> = even.await?;
    assert_eq!((even.len(), even[0].len()), (30, 1));

    // The role confines everybody to a partition, and a scan to nothing.
    let error = fixture.table.scan::<Item>().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    Ok(())
}

#[tokio::test]
async fn a_search_reads_no_further_than_it_is_asked() -> Result<()> {
    let fixture = Fixture::new().await?;
    fixture
        .table
        .batch_write()
        .put_all((0..60).map(|n| fixture.key(&format!("{n:02}")).with("n", n)))
        .await?;

    let first: Vec<Item> = fixture.mine("").page_size(5).items().take(6).try_collect().await?;
    assert_eq!((first.len(), fixture.count("Query")), (6, 2));
    // A request that is not awaited is not sent.
    drop(fixture.table.delete(fixture.key("00")).into_future());
    assert_eq!(fixture.count("DeleteItem"), 0);

    let between = attribute("pk").eq(&fixture.me).and(attribute("sk").between("10", "13"));
    assert_eq!(fixture.table.query::<Item>(between).count().await?, 4);

    // Most pages are empty after the filter. The key of a page may leave the program and come back.
    let late = || fixture.mine::<Value>("").page_size(25).filter(attribute("n").ge(55));
    assert_eq!((late().count().await?, late().all().await?.len()), (5, 5));
    let first: ItemPage<Value> = late().page().await?;
    let last_evaluated_key = Value::from_item(first.last_evaluated_key.context("no more pages")?)?;
    let rest: Vec<ItemPage<Value>> =
        late().exclusive_start_key(last_evaluated_key).pages().try_collect().await?;
    assert_eq!((first.items.len(), first.scanned_count), (0, 25));
    assert_eq!(rest.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [0, 5]);
    Ok(())
}

#[tokio::test]
async fn what_a_batch_leaves_unprocessed_is_done_after_all() -> Result<()> {
    let fixture = Fixture::new().await?;
    let (name, key) = (fixture.table.name(), json!({ "pk": { "S": fixture.me }, "sk": { "S": "1" } }));
    let answers = |operation: &str, times: u32, body: &Value| {
        fixture
            .demo
            .fault(json!({ "operation": operation, "times": times, "action": { "body": body.to_string() } }))
    };

    let left = json!({ "UnprocessedItems": { name: [{ "PutRequest": { "Item": key } }] } });
    answers("BatchWriteItem", 2, &left)?;
    fixture.table.batch_write().put(fixture.key("1")).await?;
    let left = json!({ "Responses": {}, "UnprocessedKeys": { name: { "Keys": [key] } } });
    answers("BatchGetItem", 1, &left)?;
    assert_eq!(fixture.table.batch_get::<Item>([fixture.key("1")]).await?, [fixture.key("1")]);

    answers("BatchGetItem", 9, &left)?;
    let error = fixture.table.batch_get::<Item>([fixture.key("1")]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    Ok(())
}

#[tokio::test]
async fn batches_and_transactions_read_and_write_many() -> Result<()> {
    let fixture = Fixture::new().await?;
    let items = (0..120).map(|number| fixture.key(&number.to_string()));
    fixture.table.batch_write().put_all(items).await?;
    let keys = (0..130).map(|number| fixture.key(&number.to_string()));
    let found: Vec<Item> = fixture.table.batch_get(keys).await?;
    assert_eq!((found.len(), fixture.count("BatchGetItem")), (120, 2));
    fixture.table.batch_write().delete_all([fixture.key("0"), fixture.key("1")]).await?;
    assert_eq!(fixture.table.get::<Item>(fixture.key("0")).await?, None);

    let transaction = || {
        fixture
            .client
            .transact_write()
            .put(fixture.table.put(fixture.key("new")).condition(attribute("pk").not_exists()))
            .update(fixture.table.update(fixture.key("total")).add("notes", 1))
            .delete(fixture.table.delete(fixture.key("2")))
            .condition_check(fixture.table.condition_check(fixture.key("3"), attribute("pk").exists()))
    };
    transaction().await?;
    let error = transaction().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.aws_code()),
        (ErrorKind::ConditionFailed, Some("TransactionCanceledException"))
    );
    // Which of the four it was.
    ensure!(error.message().contains("[ConditionalCheckFailed, None, None, None]"), "{error}");
    let read = |sk: &str| fixture.table.get::<Item>(fixture.key(sk));
    let found = fixture.client.transact_get().get(read("total")).get(read("2")).get(read("new")).await?;
    assert_eq!(found, [Some(fixture.key("total").with("notes", 1)), None, Some(fixture.key("new"))]);
    Ok(())
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_twice() -> Result<()> {
    let fixture = Fixture::new().await?;
    let lost = |operation: &str| json!({ "operation": operation, "times": 1, "action": "dropAfterHandling" });
    let count = fixture.key("count");
    let edits = async || -> Result<Option<AttributeValue>> {
        let item: Option<Item> = fixture.table.get(&count).await?;
        Ok(item.and_then(|item| item.get("edits").cloned()))
    };
    let add = || fixture.table.update(&count).add("edits", 1);

    fixture.demo.fault(lost("UpdateItem"))?;
    assert_eq!(add().await.unwrap_err().kind(), ErrorKind::Network);
    assert_eq!(edits().await?, Some(1.into()));

    // A transaction is sent again, and counts once.
    fixture.demo.fault(lost("TransactWriteItems"))?;
    fixture.client.transact_write().update(add()).await?;
    assert_eq!((fixture.count("TransactWriteItems"), edits().await?), (2, Some(2.into())));

    // An update that only sets is sent again, and so is reading.
    fixture.demo.fault(lost("UpdateItem"))?;
    fixture.table.update(&count).set("edits", 7).await?;
    fixture.demo.fault(lost("Query"))?;
    assert_eq!(fixture.mine::<Item>("count").count().await?, 1);

    // A plain put is sent again, one under a condition is not.
    fixture.demo.fault(lost("PutItem"))?;
    fixture.table.put(fixture.key("a")).await?;
    fixture.demo.fault(lost("PutItem"))?;
    let error =
        fixture.table.put(fixture.key("b")).condition(attribute("pk").not_exists()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    Ok(())
}

#[tokio::test]
async fn another_persons_partition_is_out_of_reach() -> Result<()> {
    let fixture = Fixture::new().await?;
    fixture.table.put(fixture.note("diary")).await?;
    let eve = fixture.demo.person("eve").await?;
    let guest = fixture.demo.client()?.build()?;
    for stranger in [eve, guest] {
        let table = stranger.dynamodb()?;
        let own = Item::new().with("pk", stranger.identity_id().await?).with("sk", "mine");
        let foreign = fixture.key("diary");
        table.put(&own).await?;
        let mark = |key: &Item| table.update(key).set("stolen", true);
        let denied = [
            table.get::<Item>(&foreign).await.map(drop),
            table.put(&foreign).await,
            mark(&foreign).await,
            table.delete(&foreign).await,
            table.query::<Item>(attribute("pk").eq(&fixture.me)).all().await.map(drop),
            table.scan::<Item>().page().await.map(drop),
            table.batch_get::<Item>([&foreign]).await.map(drop),
            table.batch_get::<Item>([&own, &foreign]).await.map(drop),
            table.batch_write().put(own.clone().with("stolen", true)).delete(&foreign).await,
            stranger.transact_write().update(mark(&own)).update(mark(&foreign)).await,
            stranger
                .transact_write()
                .put(table.put(&own))
                .condition_check(table.condition_check(&foreign, attribute("pk").exists()))
                .await,
            stranger.transact_get().get(table.get::<Item>(&foreign)).await.map(drop),
            table.query::<Item>(attribute("pk").eq(&fixture.me)).count().await.map(drop),
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
        assert_eq!(table.get::<Item>(&own).await?, Some(own));
    }
    assert_eq!(fixture.table.get(fixture.key("diary")).await?, Some(fixture.note("diary")));
    Ok(())
}

#[tokio::test]
async fn what_aws_refuses_is_named() -> Result<()> {
    let fixture = Fixture::new().await?;
    let error = fixture.client.table("nowhere").get::<Item>(fixture.key("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    let error = fixture.table.get::<Item>(Item::new().with("pk", &fixture.me)).await.unwrap_err();
    assert_eq!((error.kind(), error.aws_code()), (ErrorKind::Aws, Some("ValidationException")));
    fixture.demo.fault(json!({ "operation": "GetItem", "action": "throttle" }))?;
    let error = fixture.table.get::<Item>(fixture.key("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    Ok(())
}

#[tokio::test]
async fn trouble_on_the_way_is_overcome_and_nonsense_is_told() -> Result<()> {
    let fixture = Fixture::new().await?;
    let item = fixture.key("a");
    fixture.table.put(&item).await?;
    for action in [json!("throttle"), json!("drop"), json!({ "status": 500 })] {
        fixture.demo.fault(json!({ "operation": "GetItem", "times": 2, "action": action }))?;
        assert_eq!(fixture.table.get(&item).await?, Some(item.clone()), "{action}");
        fixture.demo.aws.faults().clear();
    }
    for nonsense in
        ["[]", "<html>", r#"{"Item": {"pk": {"X": "?"}}}"#, r#"{"Item": {"pk": {}}}"#, r#"{"Item": 7}"#]
    {
        fixture.demo.fault(json!({ "operation": "GetItem", "action": { "body": nonsense } }))?;
        let error = fixture.table.get::<Item>(&item).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{nonsense}");
        fixture.demo.aws.faults().clear();
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_that_was_cut_is_asked_for_again() -> Result<()> {
    let fixture = Fixture::new().await?;
    fixture.table.put(fixture.note("a")).await?;
    fixture.demo.fault(json!({ "operation": "GetItem", "times": 1, "action": { "truncate": 20 } }))?;
    assert_eq!(fixture.table.get(fixture.key("a")).await?, Some(fixture.note("a")));
    assert_eq!(fixture.count("GetItem"), 2);
    Ok(())
}

fn set(elements: &[&str]) -> AttributeValue {
    AttributeValue::Ss(elements.iter().map(|&element| element.to_owned()).collect())
}
