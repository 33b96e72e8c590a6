//! How DynamoDB answers: the checksum of its answers, and the items in its refusals.
//!
//! A refusal may contain 4 MB of items. They are read straight into items, and unused members are skipped: a tree of dynamic values
//! would take many times their bytes.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::answer::items_of_refusal;
use crate::aws_request::{JsonRefusal, Protocol, RefusalDetails};
use crate::error::CancellationReason;
use crate::json::stream::{self, Unexpected, Value};
use crate::platform;

/// DynamoDB's protocol.
pub(super) const PROTOCOL: Protocol = Protocol { is_damaged, read_refusal, ..Protocol::JSON };

/// DynamoDB's protocol in a request that the app writes itself.
pub(crate) const OF_THE_APP: Protocol = Protocol { is_damaged, read_refusal, ..Protocol::API };

/// A transaction has no more items.
const MOST_REASONS: usize = 100;

const MIB: usize = 1024 * 1024;

/// The longest answer to `operation`, in bytes.
///
/// DynamoDB counts items without JSON's punctuation, which makes tiny attributes seven times as long: `"a":{"S":"b"},` counts as two
/// bytes. BatchGetItem gives 16 MB as DynamoDB counts, TransactGetItems 4 MB, Query and Scan 1 MB.
pub(super) fn answer_limit(operation: &str) -> usize {
    match operation {
        "BatchGetItem" => 128 * MIB,
        "TransactGetItems" => 32 * MIB,
        _ => 16 * MIB,
    }
}

/// Whether the body differs from DynamoDB's checksum. The checksum is that of the body as it was sent: a body that the transport has
/// decompressed has lost its encoding, and has another length.
fn is_damaged(headers: &HeaderMap, body: &[u8]) -> bool {
    let number = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()?.parse().ok());
    let is_as_sent = platform::HANDS_OUT_BODIES_AS_SENT
        && !headers.contains_key(CONTENT_ENCODING)
        && number(CONTENT_LENGTH) == u64::try_from(body.len()).ok();
    let sent = number(HeaderName::from_static("x-amz-crc32"));
    is_as_sent && sent.is_some_and(|sent| sent != u64::from(platform::crc32(body)))
}

/// Reads the item that did not meet a condition, and the reasons of a cancelled transaction.
fn read_refusal(details: &mut RefusalDetails, answer: &http::Response<Bytes>) {
    details.is_passing = details.code.as_deref() == Some("TransactionInProgressException");
    let json = answer.body().strip_prefix(b"\xef\xbb\xbf").unwrap_or(answer.body());
    let mut refusal = Refusal::default();
    if stream::read(json, |json| refusal.read(json)).is_err() {
        return;
    }
    let (item, items) = if refusal.has_items { items_of_refusal(json) } else { Default::default() };
    let mut items = items.into_iter();
    let reasons = refusal.reasons.into_iter().map(|mut reason| CancellationReason {
        code: reason.code().filter(|code| code != "None"),
        message: reason.message(),
        item: items.next().flatten(),
    });
    details.item = item;
    details.cancellation_reasons = reasons.collect();
}

#[derive(Default)]
struct Refusal {
    has_items: bool,
    reasons: Vec<JsonRefusal>,
}

impl Refusal {
    fn read(&mut self, json: Value<'_>) -> Result<(), Unexpected> {
        JsonRefusal::default().read(json, &mut |name, member| {
            self.has_items |= name == "Item";
            if name == "CancellationReasons" {
                member.value(&mut |json| self.read_reasons(json))
            } else {
                Ok(())
            }
        })
    }

    fn read_reasons(&mut self, json: Value<'_>) -> Result<(), Unexpected> {
        let Value::List(list) = json else { return Ok(()) };
        self.reasons.clear();
        while self.reasons.len() < MOST_REASONS {
            let (mut reason, has_items) = (JsonRefusal::default(), &mut self.has_items);
            let is_there = list.next(&mut |json| match json {
                Value::Object(_) => reason.read(json, &mut |name, _| {
                    *has_items |= name == "Item";
                    Ok(())
                }),
                _ => Ok(()),
            })?;
            if !is_there {
                break;
            }
            self.reasons.push(reason);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
