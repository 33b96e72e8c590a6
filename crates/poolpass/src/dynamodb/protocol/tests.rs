//! The content of DynamoDB's refusals, and the checksum of its answers.

use std::sync::Arc;

use http::{Method, Uri};

use super::*;
use crate::aws_request::tests::Script;
use crate::aws_request::tests::refusal::refusal_of;
use crate::aws_request::{AuthScheme, AwsRequest};
use crate::dynamodb::Item;
use crate::error::{Error, ErrorKind};

async fn send(script: &Arc<Script>) -> Result<Bytes, Error> {
    let request = AwsRequest::new("PutItem", Method::PUT, Uri::from_static("https://dynamodb.example/"));
    let request = AwsRequest { protocol: &OF_THE_APP, ..request };
    script.pipeline().bytes(&request, &AuthScheme::None).await
}

#[test]
fn a_batch_of_16_megabytes_as_dynamodb_counts_fits_however_small_its_attributes_are() {
    // `"a":{"S":"b"},` counts as two bytes.
    assert!(answer_limit("BatchGetItem") >= 16 * 1024 * 1024 / 2 * r#""a":{"S":"b"},"#.len());
    assert!(answer_limit("TransactGetItems") >= 4 * 1024 * 1024 / 2 * r#""a":{"S":"b"},"#.len());
    assert!(answer_limit("Query") >= 1024 * 1024 / 2 * r#""a":{"S":"b"},"#.len());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_damaged_counts_as_no_success() {
    let crc32 = |body: &str| {
        vec![
            ("x-amz-crc32", crc32fast::hash(body.as_bytes()).to_string()),
            ("content-length", body.len().to_string()),
        ]
    };
    let script = Script::new().answer_with(200, crc32("{}"), "{]").answer_with(200, crc32("done"), "done");
    assert_eq!(send(&script).await.unwrap(), "done");
}

#[test]
fn a_transaction_in_progress_is_tried_again() {
    let body = r#"{"__type":"TransactionInProgressException","message":"m"}"#;
    assert!(refusal_of(&PROTOCOL, 400, &[], body).is_passing());
}

#[test]
fn a_cancelled_transaction_is_judged_by_its_reasons() {
    for (reasons, kind) in [
        (r#"[{"Code":"ValidationError","Message":"too large"}]"#, ErrorKind::Aws),
        (
            r#"[{"Code":"None"},{"Code":"ItemCollectionSizeLimitExceeded"},{"Code":"TransactionConflict"}]"#,
            ErrorKind::Aws,
        ),
        (
            r#"[{"Code":"None"},{"Code":"ConditionalCheckFailed"},{"Code":"ThrottlingError"}]"#,
            ErrorKind::ConditionFailed,
        ),
        (r#"[{"Code":"TransactionConflict"},{"Code":"None"}]"#, ErrorKind::Conflict),
        (r#"[{"Code":"ThrottlingError"},{"Code":"None"}]"#, ErrorKind::Throttled),
        (
            r#"[{"Code":"ProvisionedThroughputExceeded"},{"Code":"TransactionConflict"}]"#,
            ErrorKind::Throttled,
        ),
        (r#"[{"Code":"RequestLimitExceeded"}]"#, ErrorKind::Throttled),
        ("[]", ErrorKind::Conflict),
    ] {
        let body = format!(
            r#"{{"__type":"TransactionCanceledException","CancellationReasons":{reasons},"Message":"m"}}"#
        );
        let refusal = refusal_of(&PROTOCOL, 400, &[], body.leak());
        assert_eq!(refusal.error.kind(), kind, "{reasons}");
        assert_eq!(refusal.is_throttled(), kind == ErrorKind::Throttled, "{reasons}");
    }
    // Older servers tell the reasons in the message alone.
    let body = r#"{"__type":"TransactionCanceledException","message":"Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]"}"#;
    let error = refusal_of(&PROTOCOL, 400, &[], body).error;
    assert_eq!(error.kind(), ErrorKind::Aws);
    let codes: Vec<_> = error.cancellation_reasons().iter().map(CancellationReason::code).collect();
    assert_eq!(codes, [None, Some("ValidationError")]);
}

#[test]
fn the_item_that_did_not_meet_a_condition_can_be_read() {
    let body = r#"{"__type":"ConditionalCheckFailedException","message":"m","Item":{"pk":{"S":"ada"}}}"#;
    let error = refusal_of(&PROTOCOL, 400, &[], body).error;
    assert_eq!(error.item(), Some(Item::new().with("pk", "ada")));
    let body = r#"{"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"None"},
        {"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{"pk":{"S":"ada"}}}]}"#;
    let error = refusal_of(&PROTOCOL, 400, &[], body).error;
    let reasons = error.cancellation_reasons();
    assert_eq!((reasons[0].code(), reasons[0].message(), reasons[0].item()), (None, None, None));
    assert_eq!(reasons[1].message(), Some("The conditional request failed"));
    assert_eq!(reasons[1].item(), Some(Item::new().with("pk", "ada")));
    assert!(!format!("{error:?}").contains("ada"), "{error:?}");
}

#[tokio::test]
async fn a_body_that_the_transport_has_unpacked_is_not_damaged() {
    let checksum = ("x-amz-crc32", crc32fast::hash(b"packed").to_string());
    // Apple's URLSession keeps both headers; OkHttp takes both away; others leave the length as it was.
    let (encoding, length) = (("content-encoding", "gzip".to_owned()), ("content-length", "6".to_owned()));
    for left in [vec![encoding, length.clone()], vec![], vec![length]] {
        let headers = [vec![checksum.clone()], left].concat();
        let script = Script::new().answer_with(200, headers, "unpacked");
        assert_eq!(send(&script).await.unwrap(), "unpacked");
    }
}

/// Code, message, item and reasons.
fn read(json: &str) -> (Option<String>, Option<String>, Option<Item>, Vec<CancellationReason>) {
    let error = refusal_of(&PROTOCOL, 400, &[], json.to_owned().leak()).error;
    let message = Some(error.message().to_owned()).filter(|message| !message.contains("HTTP status"));
    let code = error.aws_code().map(str::to_owned);
    (code, message, error.item(), error.cancellation_reasons().to_vec())
}

#[test]
fn an_item_of_any_size_is_read_and_hides_no_code() {
    let text = "x".repeat(400 * 1024);
    let json = format!(r#"{{"Item":{{"t":{{"S":"{text}"}}}},"__type":"x#B","message":"m"}}"#);
    let (code, message, item, _) = read(&json);
    assert_eq!((code.as_deref(), message.as_deref()), (Some("B"), Some("m")));
    assert_eq!(item, Some(Item::new().with("t", text)));

    let tiny: Vec<_> = (0..130_000).map(|n| format!(r#""{n}":{{"BOOL":true}}"#)).collect();
    let (code, _, item, _) = read(&format!(r#"{{"__type":"A","Item":{{{}}}}}"#, tiny.join(",")));
    assert_eq!((code.as_deref(), item.unwrap().len()), (Some("A"), 130_000));
}

#[test]
fn each_reason_has_its_own_item() {
    let json = r#"{"__type":"T","CancellationReasons":[
        {"Code":"None"},
        {"Code":"ConditionalCheckFailed","Message":"m","Item":{"a":{"N":"1"}}},
        {"Code":"ConditionalCheckFailed","Item":null},
        {"Item":{"b":{"N":"2"}},"Code":"ConditionalCheckFailed"}]}"#;
    let (_, _, item, reasons) = read(json);
    assert_eq!(item, None);
    let codes: Vec<_> = reasons.iter().map(CancellationReason::code).collect();
    let failed = Some("ConditionalCheckFailed");
    assert_eq!(codes, [None, failed, failed, failed]);
    let items: Vec<_> = reasons.iter().map(CancellationReason::item).collect();
    assert_eq!(items, [None, Some(Item::new().with("a", 1)), None, Some(Item::new().with("b", 2))]);
}

#[test]
fn members_that_are_something_else_are_not_there() {
    let json = r#"{"__type":7,"code":"C","message":["m"],"Message":null,"errorMessage":"e","Item":"i",
        "CancellationReasons":{"Code":"x"},"more":{"code":"inner"}}"#;
    let (code, message, item, reasons) = read(json);
    assert_eq!((code.as_deref(), message.as_deref()), (Some("C"), Some("e")));
    assert!(item.is_none() && reasons.is_empty());

    let (code, _, _, reasons) = read(r#"{"code":"C","CancellationReasons":["x",7,{"Code":"D","Item":[]}]}"#);
    assert_eq!((code.as_deref(), reasons.len()), (Some("C"), 3));
    assert_eq!((reasons[0].code(), reasons[2].code(), reasons[2].item()), (None, Some("D"), None));

    for json in ["", "[]", "7", "{", "{}}", "{\"code\":\"C\"} x", "\u{0}"] {
        assert_eq!(read(json).0, None, "{json}");
    }
}

#[test]
fn what_is_no_list_of_a_transaction_takes_no_memory() {
    let json = format!(r#"{{"code":"C","CancellationReasons":[{}0]}}"#, "[[],{}],".repeat(100_000));
    let (code, _, _, reasons) = read(&json);
    assert_eq!((code.as_deref(), reasons.len()), (Some("C"), MOST_REASONS));
}
