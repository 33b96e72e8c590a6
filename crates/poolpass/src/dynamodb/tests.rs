//! Requests to DynamoDB and the handling of its answers. Its behaviour is tested against servers.

use futures_util::TryStreamExt;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE};
use serde_json::{Value, json};

use super::*;
use crate::error::{Error, ErrorKind};
use crate::platform::BoxFuture;
use crate::scripted_aws::ScriptedAws;

fn notes(aws: &ScriptedAws) -> Table {
    aws.client(|config| config.table("notes")).dynamodb().unwrap()
}

/// Sends one request, answered by `{}`, and returns its body.
async fn sent<T>(request: impl FnOnce(&Table) -> BoxFuture<'static, Result<T, Error>>) -> Value {
    let aws = ScriptedAws::default().answer(json!({}));
    request(&notes(&aws)).await.map(|_| ()).unwrap();
    aws.take_sent_json().remove(0)
}

/// Whether a request is sent again when its answer is lost.
async fn is_repeated<T>(request: impl FnOnce(&Table) -> BoxFuture<'static, Result<T, Error>>) -> bool {
    let empty = json!({"Items": [], "Responses": {}});
    let aws = ScriptedAws::default().lose_the_answer().answer(empty);
    match request(&notes(&aws)).await {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Network);
            false
        }
    }
}

fn key() -> Item {
    Item::new().with("pk", "me").with("sk", 7)
}

#[tokio::test]
async fn the_protocol_is_aws_json_1_0_signed_for_dynamodb() {
    let aws = ScriptedAws::default().answer(json!({}));
    notes(&aws).put(key()).await.unwrap();
    let request = aws.take_sent().remove(0);
    assert_eq!(request.uri(), "https://dynamodb.eu-west-1.amazonaws.com/");
    assert_eq!(request.headers()[CONTENT_TYPE], "application/x-amz-json-1.0");
    assert_eq!(request.headers()["x-amz-target"], "DynamoDB_20120810.PutItem");
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("/eu-west-1/dynamodb/aws4_request"), "{authorization}");
}

#[tokio::test]
async fn answers_are_not_to_be_packed_and_whoever_packs_them_all_the_same_breaks_no_signature() {
    let aws = ScriptedAws::default().answer(json!({}));
    notes(&aws).put(key()).await.unwrap();
    let request = aws.take_sent().remove(0);
    assert_eq!(request.headers()[ACCEPT_ENCODING], "identity");
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(!authorization.contains("accept-encoding"), "{authorization}");
}

#[tokio::test]
async fn get_says_what_is_wanted() {
    let body =
        sent(|notes| notes.get::<Item>(key()).consistent_read().attributes(["sk", "a.b"]).into_future())
            .await;
    let expected = json!({
        "TableName": "notes",
        "Key": {"pk": {"S": "me"}, "sk": {"N": "7"}},
        "ConsistentRead": true,
        "ProjectionExpression": "#n0, #n1",
        "ExpressionAttributeNames": {"#n0": "sk", "#n1": "a.b"},
    });
    assert_eq!(body, expected);
    assert_eq!(
        sent(|notes| notes.get::<Item>(json!({"pk": "me"})).into_future()).await,
        json!({"TableName": "notes", "Key": {"pk": {"S": "me"}}})
    );
}

#[tokio::test]
async fn an_item_is_found_or_not() {
    let aws = ScriptedAws::default()
        .answer(json!({"Item": {"n": {"N": "18446744073709551615"}}}))
        .answer(json!({}))
        .answer(json!({"Item": {"n": {"S": "text"}}}));
    let notes = notes(&aws);
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Found {
        n: u64,
    }
    assert_eq!(notes.get(key()).await.unwrap(), Some(Found { n: u64::MAX }));
    assert_eq!(notes.get::<Found>(key()).await.unwrap(), None);
    let error = notes.get::<Found>(key()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidResponse, Some("GetItem")));
}

#[tokio::test]
async fn put_and_delete_carry_their_condition() {
    let body = sent(|notes| {
        let put = notes.put(json!({"pk": "me"})).condition(attribute("pk").not_exists());
        put.return_old::<Item>().into_future()
    })
    .await;
    let expected = json!({
        "TableName": "notes",
        "Item": {"pk": {"S": "me"}},
        "ConditionExpression": "attribute_not_exists(#n0)",
        "ExpressionAttributeNames": {"#n0": "pk"},
        "ReturnValues": "ALL_OLD",
    });
    assert_eq!(body, expected);
    let body = sent(|notes| notes.delete(key()).condition(attribute("n").gt(1)).into_future()).await;
    let expected = json!({
        "TableName": "notes",
        "Key": {"pk": {"S": "me"}, "sk": {"N": "7"}},
        "ConditionExpression": "#n0 > :v0",
        "ExpressionAttributeNames": {"#n0": "n"},
        "ExpressionAttributeValues": {":v0": {"N": "1"}},
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn an_update_is_written_clause_by_clause() {
    let body = sent(|notes| {
        notes
            .update(key())
            .add("count", 1)
            .set("title", "new")
            .remove("draft")
            .set_if_not_exists("made", 1)
            .append("log", ["x"])
            .delete_from_set("tags", AttributeValue::Ss(vec!["a".to_owned()]))
            .remove(attribute("list").element(0))
            .condition(attribute("title").eq("old"))
            .return_values::<Item>(ReturnValues::AllNew)
            .into_future()
    })
    .await;
    assert_eq!(
        body["UpdateExpression"],
        "SET #n0 = :v1, #n1 = if_not_exists(#n1, :v2), #n2 = list_append(#n2, :v3) REMOVE #n3, #n4[0] ADD #n5 :v4 DELETE #n6 :v5"
    );
    assert_eq!(body["ConditionExpression"], "#n0 = :v0");
    assert_eq!(body["ReturnValues"], "ALL_NEW");
    assert_eq!(body["ExpressionAttributeNames"]["#n6"], "tags");
    assert_eq!(body["ExpressionAttributeValues"][":v3"], json!({"L": [{"S": "x"}]}));

    let plain = Expression::new("SET n = n + :one").value(":one", 1);
    let body = sent(|notes| notes.update(key()).expression(plain.clone()).into_future()).await;
    assert_eq!(body["UpdateExpression"], "SET n = n + :one");
    let body = sent(|notes| notes.update(key()).into_future()).await;
    assert_eq!(body.get("UpdateExpression"), None);

    let aws = ScriptedAws::default();
    let error = notes(&aws).update(key()).set("a", 1).expression(plain).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(aws.take_sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_what_may_be_done_twice_is_sent_again_after_a_lost_answer() {
    let exists = || attribute("pk").exists();
    let set = || AttributeValue::Ss(vec!["a".to_owned()]);
    assert!(is_repeated(|notes| notes.get::<Item>(key()).into_future()).await);
    assert!(is_repeated(|notes| notes.query::<Item>(attribute("pk").eq("me")).into_future()).await);
    assert!(is_repeated(|notes| notes.batch_get::<Item>([key()]).into_future()).await);
    assert!(is_repeated(|notes| notes.batch_write().put(key()).into_future()).await);

    assert!(is_repeated(|notes| notes.put(key()).into_future()).await);
    assert!(!is_repeated(|notes| notes.put(key()).condition(exists()).into_future()).await);
    assert!(!is_repeated(|notes| notes.put(key()).return_old::<Item>().into_future()).await);

    assert!(is_repeated(|notes| notes.delete(key()).into_future()).await);
    assert!(!is_repeated(|notes| notes.delete(key()).condition(exists()).into_future()).await);
    assert!(!is_repeated(|notes| notes.delete(key()).return_old::<Item>().into_future()).await);

    let plain = || Expression::new("SET n = n + :one").value(":one", 1);
    assert!(is_repeated(|notes| notes.update(key()).set("a", 1).remove("b").into_future()).await);
    assert!(is_repeated(|notes| notes.update(key()).add("tags", set()).into_future()).await);
    assert!(
        is_repeated(|notes| {
            notes.update(key()).set("a", 1).return_values::<Item>(ReturnValues::AllNew).into_future()
        })
        .await
    );
    assert!(!is_repeated(|notes| notes.update(key()).add("n", 1).into_future()).await);
    assert!(!is_repeated(|notes| notes.update(key()).append("log", ["x"]).into_future()).await);
    assert!(!is_repeated(|notes| notes.update(key()).remove(attribute("l").element(0)).into_future()).await);
    assert!(!is_repeated(|notes| notes.update(key()).expression(plain()).into_future()).await);
    assert!(!is_repeated(|notes| notes.update(key()).set("a", 1).condition(exists()).into_future()).await);
    assert!(
        !is_repeated(|notes| {
            notes.update(key()).set("a", 1).return_values::<Item>(ReturnValues::UpdatedOld).into_future()
        })
        .await
    );
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_sent_again_with_its_token() {
    let aws = ScriptedAws::default().lose_the_answer().answer(json!({})).answer(json!({}));
    let notes = notes(&aws);
    let client = aws.client(|config| config);
    let write = || {
        client
            .transact_write()
            .put(notes.put(key()).condition(attribute("pk").not_exists()))
            .update(notes.update(key()).add("n", 1))
            .delete(notes.delete(key()))
            .condition_check(notes.condition_check(key(), attribute("n").lt(3)))
    };
    write().await.unwrap();
    write().client_request_token("order-17").await.unwrap();
    let sent = aws.take_sent_json();
    assert_eq!(sent[0], sent[1]);
    assert_eq!(sent[0]["ClientRequestToken"].as_str().unwrap().len(), 32);
    assert_eq!(sent[2]["ClientRequestToken"], "order-17");
    let kinds: Vec<_> = sent[0]["TransactItems"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|item| item.as_object().unwrap().keys().cloned())
        .collect();
    assert_eq!(kinds, ["Put", "Update", "Delete", "ConditionCheck"]);
    assert_eq!(sent[0]["TransactItems"][3]["ConditionCheck"]["ConditionExpression"], "#n0 < :v0");
}

#[tokio::test]
async fn the_item_for_which_a_condition_does_not_hold_is_told_when_asked_for() {
    let exists = || attribute("pk").exists();
    let put = |notes: &Table| notes.put(key()).condition(exists());
    let update = |notes: &Table| notes.update(key()).set("a", 1).condition(exists());
    let delete = |notes: &Table| notes.delete(key()).condition(exists());
    let asked = |body: &Value| body.get("ReturnValuesOnConditionCheckFailure").cloned();

    assert_eq!(asked(&sent(|notes| put(notes).into_future()).await), None);
    assert_eq!(asked(&sent(|notes| update(notes).into_future()).await), None);
    assert_eq!(asked(&sent(|notes| delete(notes).into_future()).await), None);
    let all_old = Some(json!("ALL_OLD"));
    let body = sent(|notes| put(notes).return_old_on_condition_check_failure().into_future()).await;
    assert_eq!(asked(&body), all_old);
    let body = sent(|notes| update(notes).return_old_on_condition_check_failure().into_future()).await;
    assert_eq!(asked(&body), all_old);
    let returning =
        |notes: &Table| delete(notes).return_old_on_condition_check_failure().return_old::<Item>();
    assert_eq!(asked(&sent(|notes| returning(notes).into_future()).await), all_old);

    let aws = ScriptedAws::default().answer(json!({}));
    let notes = notes(&aws);
    let write = aws.client(|config| config).transact_write();
    let write = write
        .put(put(&notes).return_old_on_condition_check_failure())
        .update(update(&notes).return_old_on_condition_check_failure())
        .delete(delete(&notes).return_old_on_condition_check_failure())
        .condition_check(notes.condition_check(key(), exists()).return_old_on_condition_check_failure())
        .condition_check(notes.condition_check(key(), exists()));
    write.await.unwrap();
    let sent = aws.take_sent_json().remove(0);
    let actions = sent["TransactItems"].as_array().unwrap();
    let asked: Vec<_> =
        actions.iter().flat_map(|action| action.as_object().unwrap().values().map(asked)).collect();
    assert_eq!(asked, [all_old.clone(), all_old.clone(), all_old.clone(), all_old, None]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_transaction_is_sent_again_with_its_token_only_where_dynamodb_was_too_busy() {
    let cancelled = |codes: &[&str]| {
        let reasons: Vec<_> = codes.iter().map(|code| json!({"Code": code})).collect();
        json!({"__type": "TransactionCanceledException", "Message": "m", "CancellationReasons": reasons})
    };
    for (codes, kind) in [
        (&["None", "ThrottlingError"][..], None),
        (&["ProvisionedThroughputExceeded", "None"], None),
        (&["TransactionConflict", "ThrottlingError"], None),
        (&["TransactionConflict", "None"], Some(ErrorKind::Conflict)),
        (&["None", "ConditionalCheckFailed"], Some(ErrorKind::ConditionFailed)),
        (&["ThrottlingError", "ConditionalCheckFailed"], Some(ErrorKind::ConditionFailed)),
        (&["ItemCollectionSizeLimitExceeded", "ThrottlingError"], Some(ErrorKind::Aws)),
        (&["ValidationError", "TransactionConflict"], Some(ErrorKind::Aws)),
    ] {
        let aws = ScriptedAws::default().answer_with(400, cancelled(codes)).answer(json!({}));
        let notes = notes(&aws);
        let write = aws.client(|config| config).transact_write().put(notes.put(key()));
        let outcome = write.delete(notes.delete(key().with("sk", 8))).await;
        assert_eq!(outcome.as_ref().err().map(Error::kind), kind, "{codes:?}");
        let sent = aws.take_sent_json();
        match outcome {
            Ok(()) => assert_eq!(sent[0]["ClientRequestToken"], sent[1]["ClientRequestToken"]),
            Err(error) => {
                assert_eq!(sent.len(), 1, "{codes:?}");
                let told: Vec<_> = error.cancellation_reasons().iter().map(|one| one.code()).collect();
                let codes: Vec<_> =
                    codes.iter().map(|code| Some(*code).filter(|code| *code != "None")).collect();
                assert_eq!(told, codes);
            }
        }
    }
}

#[tokio::test]
async fn transact_get_answers_in_order() {
    let aws = ScriptedAws::default()
        .answer(json!({"Responses": [{}, {"Item": {"n": {"N": "1"}}}]}))
        .answer(json!({"Responses": [{}]}));
    let notes = notes(&aws);
    let client = aws.client(|config| config);
    let two = || {
        client.transact_get().get(notes.get::<Item>(key()).consistent_read()).get(notes.get::<Item>(key()))
    };
    assert_eq!(two().await.unwrap(), [None, Some(Item::new().with("n", 1))]);
    assert_eq!(two().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    let sent = aws.take_sent_json();
    let expected = json!({"Get": {"TableName": "notes", "Key": {"pk": {"S": "me"}, "sk": {"N": "7"}}}});
    assert_eq!(sent[0]["TransactItems"][0], expected);
}

#[tokio::test]
async fn a_query_goes_from_page_to_page_and_no_further_than_wanted() {
    let page = |n: u32, last: bool| {
        let mut page = json!({"Items": [{"sk": {"N": n.to_string()}}], "Count": 1, "ScannedCount": 2});
        if !last {
            page["LastEvaluatedKey"] = json!({"sk": {"N": n.to_string()}});
        }
        page
    };
    let script =
        || ScriptedAws::default().answer(page(1, false)).answer(page(2, false)).answer(page(3, true));
    let of_me = || attribute("pk").eq("me");

    let aws = script();
    let all: Vec<Value> = notes(&aws).query(of_me()).descending().page_size(1).all().await.unwrap();
    assert_eq!(all, [json!({"sk": 1}), json!({"sk": 2}), json!({"sk": 3})]);
    let sent = aws.take_sent_json();
    let expected = json!({
        "TableName": "notes",
        "KeyConditionExpression": "#n0 = :v0",
        "ScanIndexForward": false,
        "Limit": 1,
        "ExclusiveStartKey": {"sk": {"N": "2"}},
        "ExpressionAttributeNames": {"#n0": "pk"},
        "ExpressionAttributeValues": {":v0": {"S": "me"}},
    });
    assert_eq!((&sent[0].get("ExclusiveStartKey"), &sent[2]), (&None, &expected));

    let aws = script();
    let mut items = notes(&aws).query::<Item>(of_me()).items();
    items.try_next().await.unwrap().unwrap();
    items.try_next().await.unwrap().unwrap();
    assert_eq!(aws.take_sent().len(), 2);

    let aws = script();
    let pages: Vec<ItemPage<Item>> = notes(&aws).query(of_me()).pages().try_collect().await.unwrap();
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[1].last_evaluated_key, Some(Item::new().with("sk", 2)));

    let aws = script();
    let query = notes(&aws).query(of_me());
    let first: ItemPage<Item> = query.clone().page().await.unwrap();
    let second: ItemPage<Item> =
        query.exclusive_start_key(first.last_evaluated_key.unwrap()).page().await.unwrap();
    assert_eq!((second.items, second.scanned_count), (vec![Item::new().with("sk", 2)], 2));
}

#[tokio::test]
async fn a_scan_says_what_is_wanted_and_counts_without_reading() {
    let aws = ScriptedAws::default()
        .answer(json!({"Count": 2, "ScannedCount": 5, "LastEvaluatedKey": {"sk": {"N": "1"}}}))
        .answer(json!({"Count": 1, "ScannedCount": 1}));
    let scan =
        notes(&aws).scan::<Item>().index_name("by-date").filter(attribute("done").eq(false)).segment(0, 2);
    assert_eq!(scan.attributes(["title"]).consistent_read().count().await.unwrap(), 3);
    let expected = json!({
        "TableName": "notes",
        "IndexName": "by-date",
        "FilterExpression": "#n0 = :v0",
        "Select": "COUNT",
        "ConsistentRead": true,
        "Segment": 0,
        "TotalSegments": 2,
        "ExpressionAttributeNames": {"#n0": "done"},
        "ExpressionAttributeValues": {":v0": {"BOOL": false}},
    });
    assert_eq!(aws.take_sent_json()[0], expected);
}

#[tokio::test(start_paused = true)]
async fn pages_that_go_in_a_circle_are_an_error() {
    let page = |n: u32| json!({"Items": [{"sk": {"N": "1"}}], "ScannedCount": 1, "LastEvaluatedKey": {"sk": {"N": n.to_string()}}});
    for circle in [&[1, 1][..], &[1, 2, 1], &[1, 2, 3, 2]] {
        let aws = || circle.iter().fold(ScriptedAws::default(), |aws, n| aws.answer(page(*n)));
        let all = notes(&aws()).scan::<Item>().all().await.unwrap_err();
        let pages: Result<Vec<ItemPage<Item>>, _> = notes(&aws()).scan().pages().try_collect().await;
        let count = notes(&aws()).scan::<Item>().count().await.unwrap_err();
        for error in [all, pages.unwrap_err(), count] {
            assert_eq!(
                (error.kind(), error.operation()),
                (ErrorKind::InvalidResponse, Some("Scan")),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn pages_that_do_not_advance_and_items_that_do_not_fit_are_errors() {
    let stuck = || json!({"Items": [], "LastEvaluatedKey": {"sk": {"N": "1"}}});
    let aws = ScriptedAws::default().answer(stuck()).answer(stuck());
    let error = notes(&aws).scan::<Item>().all().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidResponse, Some("Scan")));

    // B, C, D, B, C, D, …
    let key = |n: usize| json!({"Items": [], "LastEvaluatedKey": {"sk": {"N": (n % 3).to_string()}}});
    let first = json!({"Items": [], "LastEvaluatedKey": {"sk": {"N": "9"}}});
    let aws = (0..20).fold(ScriptedAws::default().answer(first), |aws, n| aws.answer(key(n)));
    let error = notes(&aws).scan::<Item>().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(aws.take_sent().len() < 10);

    let aws = ScriptedAws::default().answer(json!({"Items": [{"n": {"N": "1"}}, {"n": {"S": "x"}}]}));
    let mut numbers = notes(&aws).scan::<std::collections::BTreeMap<String, u8>>().items();
    assert!(numbers.try_next().await.is_ok());
    assert_eq!(numbers.try_next().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn an_answer_without_what_it_always_has_is_not_an_empty_one() {
    let invalid = |error: Error| assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    for empty in [json!({}), json!({"Items": null, "Responses": null}), json!({"Output": {}})] {
        let aws = (0..5).fold(ScriptedAws::default(), |aws, _| aws.answer(empty.clone()));
        let notes = notes(&aws);
        invalid(notes.query::<Item>(attribute("pk").eq("me")).all().await.unwrap_err());
        invalid(notes.scan::<Item>().page().await.unwrap_err());
        invalid(notes.scan::<Item>().count().await.unwrap_err());
        invalid(notes.batch_get::<Item>([key()]).await.unwrap_err());
        let client = aws.client(|config| config);
        invalid(client.transact_get().get(notes.get::<Item>(key())).await.unwrap_err());
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_batch_leaves_unprocessed_is_sent_again() {
    let keys = |range: std::ops::Range<u32>| range.map(|n| Item::new().with("n", n));
    let left = json!({"notes": {"Keys": [{"n": {"N": "3"}}]}});
    let aws = ScriptedAws::default()
        .answer(json!({"Responses": {"notes": [{"n": {"N": "1"}}]}, "UnprocessedKeys": left}))
        .answer(json!({"Responses": {"notes": [{"n": {"N": "3"}}]}, "UnprocessedKeys": {}}))
        .answer(json!({"Responses": {}}));
    let found: Vec<Item> = notes(&aws).batch_get(keys(0..120)).attributes(["n"]).await.unwrap();
    assert_eq!(found, [Item::new().with("n", 1), Item::new().with("n", 3)]);
    let sent = aws.take_sent_json();
    let asked: Vec<_> =
        sent.iter().map(|body| body["RequestItems"]["notes"]["Keys"].as_array().unwrap().len()).collect();
    assert_eq!(asked, [100, 1, 20]);
    assert_eq!(sent[1]["RequestItems"]["notes"]["ExpressionAttributeNames"], json!({"#n0": "n"}));

    let left = json!({"notes": [{"DeleteRequest": {"Key": {"n": {"N": "24"}}}}]});
    let aws = ScriptedAws::default()
        .answer(json!({"UnprocessedItems": left}))
        .answer(json!({"UnprocessedItems": {}}))
        .answer(json!({}));
    notes(&aws).batch_write().put_all(keys(0..20)).delete_all(keys(20..30)).await.unwrap();
    let sent = aws.take_sent_json();
    let asked: Vec<_> =
        sent.iter().map(|body| body["RequestItems"]["notes"].as_array().unwrap().len()).collect();
    assert_eq!(asked, [25, 1, 5]);
    assert_eq!(sent[0]["RequestItems"]["notes"][19], json!({"PutRequest": {"Item": {"n": {"N": "19"}}}}));
    assert_eq!(sent[1]["RequestItems"], left);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_gets_nowhere_is_given_up() {
    let left = || json!({"UnprocessedItems": {"notes": [{"PutRequest": {"Item": {"n": {"N": "1"}}}}]}});
    let aws = ScriptedAws::default().answer(left()).answer(left()).answer(left());
    let error = notes(&aws).batch_write().put(json!({"n": 1})).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Throttled, Some("BatchWriteItem")));
    assert_eq!(aws.take_sent().len(), 3);
    let nothing: [Item; 0] = [];
    notes(&aws).batch_write().put_all(nothing).await.unwrap();
    assert!(aws.take_sent().is_empty());
}

#[tokio::test]
async fn what_cannot_be_sent_is_not() {
    let aws = ScriptedAws::default();
    let notes = notes(&aws);
    let refused = |error: Error| assert_eq!(error.kind(), ErrorKind::InvalidInput);
    refused(notes.get::<Item>("no key").await.unwrap_err());
    refused(notes.put([1, 2]).await.unwrap_err());
    refused(notes.batch_get::<Item>([7]).await.unwrap_err());
    refused(notes.batch_write().delete(7).put(key()).await.unwrap_err());
    refused(notes.scan::<Item>().exclusive_start_key(7).all().await.unwrap_err());
    let clash = Expression::new("#x = :x").name("#x", "a").value(":x", 1);
    let clash = notes.query::<Item>(clash.clone()).filter(clash.name("#x", "b"));
    refused(clash.all().await.unwrap_err());
    assert!(aws.take_sent().is_empty());

    let error = aws.client(|config| config).dynamodb().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
}
