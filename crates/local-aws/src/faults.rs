use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::echo::Echo;

/// Faults that tests inject. Also at `/_local/faults`: `POST` adds a list of [`FaultRule`]s, `GET` shows them with
/// their counts, `DELETE` removes them all.
///
/// The first rule that matches a request is the one that applies to it.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<ActiveRule>>,
}

/// A rule that makes requests fail.
///
/// ```json
/// { "operation": "InitiateAuth", "skip": 1, "times": 2, "action": { "status": 503 } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// The AWS operation, for instance `GetObject`; `*` is every operation.
    pub operation: String,
    /// How many matching requests pass first. Default 0.
    #[serde(default)]
    pub skip: u64,
    /// How many requests it then applies to. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The fault.
    pub action: Fault,
}

/// A fault of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fault {
    /// The connection is cut before the request is handled.
    Drop,
    /// The request is handled, then the connection is cut: the answer is lost.
    DropAfterHandling,
    /// The request is refused as throttled.
    Throttle,
    /// Every refresh token is revoked first, then the request is handled.
    RevokeRefreshTokens,
    /// The request is handled after this many milliseconds.
    #[serde(untagged)]
    Delay {
        /// Milliseconds.
        delay_ms: u64,
    },
    /// The request is handled, but only the first bytes of the answer's body arrive before the connection is cut.
    #[serde(untagged)]
    Truncate {
        /// The number of bytes that arrive.
        truncate: usize,
    },
    /// The answer is this body.
    #[serde(untagged)]
    Body {
        /// The body.
        body: String,
        /// The content type. Default: the service's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
        /// The HTTP status. Default 200.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// The answer quotes the secrets of the request. `/_local/echoes` lists the texts that no error may show.
    #[serde(untagged)]
    Echo {
        /// The format and the encoding.
        echo: Echo,
    },
    /// The request is refused with this HTTP status, in the service's error format.
    #[serde(untagged)]
    Status {
        /// The HTTP status.
        status: u16,
        /// AWS's error code. Default `InternalErrorException`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// AWS's message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ActiveRule {
    #[serde(flatten)]
    rule: FaultRule,
    /// Requests that matched.
    seen: u64,
    /// Requests that it was applied to.
    hits: u64,
}

impl Faults {
    /// Adds a rule after the others.
    pub fn add(&self, rule: FaultRule) {
        self.rules().push(ActiveRule { rule, seen: 0, hits: 0 });
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// Removes the rules that echo.
    pub(crate) fn end_echoes(&self) {
        self.rules().retain(|active| !matches!(active.rule.action, Fault::Echo { .. }));
    }

    /// The number of requests that rules were applied to since the last [`Faults::clear`].
    pub fn hits(&self) -> u64 {
        self.rules().iter().map(|active| active.hits).sum()
    }

    /// The rules with their counts, as `GET /_local/faults` shows them.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(&*self.rules()).unwrap_or_default()
    }

    /// The fault of this request, which is counted.
    pub(crate) fn next(&self, operation: &str) -> Option<Fault> {
        for active in self.rules().iter_mut() {
            if active.rule.operation != "*" && active.rule.operation != operation {
                continue;
            }
            active.seen += 1;
            let used_up = active.rule.times.is_some_and(|times| active.hits >= times);
            if active.seen > active.rule.skip && !used_up {
                active.hits += 1;
                return Some(active.rule.action.clone());
            }
        }
        None
    }

    fn rules(&self) -> MutexGuard<'_, Vec<ActiveRule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::echo::{EchoEncoding, EchoFormat};

    fn rule(value: serde_json::Value) -> FaultRule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_action_is_read_from_json_and_written_back_the_same() {
        for (action, fault) in [
            (json!("drop"), Fault::Drop),
            (json!("dropAfterHandling"), Fault::DropAfterHandling),
            (json!("throttle"), Fault::Throttle),
            (json!("revokeRefreshTokens"), Fault::RevokeRefreshTokens),
            (json!({ "delayMs": 20 }), Fault::Delay { delay_ms: 20 }),
            (json!({ "truncate": 7 }), Fault::Truncate { truncate: 7 }),
            (
                json!({ "body": "<html>", "contentType": "text/html", "status": 200 }),
                Fault::Body {
                    body: "<html>".into(),
                    content_type: Some("text/html".into()),
                    status: Some(200),
                },
            ),
            (
                json!({ "echo": { "format": "restXml", "encoding": "base64After1" } }),
                Fault::Echo {
                    echo: Echo { format: EchoFormat::RestXml, encoding: EchoEncoding::Base64After1 },
                },
            ),
            (
                json!({ "status": 503, "code": "ServiceUnavailable" }),
                Fault::Status { status: 503, code: Some("ServiceUnavailable".into()), message: None },
            ),
        ] {
            let rule = rule(json!({ "operation": "*", "action": action }));
            assert_eq!(rule.action, fault);
            assert_eq!(serde_json::to_value(&rule.action).unwrap(), action);
        }
    }

    #[test]
    fn a_misspelt_rule_is_refused() {
        for wrong in [
            json!({ "operation": "*", "action": "explode" }),
            json!({ "operation": "*", "action": { "delay": 20 } }),
            json!({ "operation": "*", "action": "drop", "time": 1 }),
            json!({ "action": "drop" }),
        ] {
            assert!(serde_json::from_value::<FaultRule>(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn skip_and_times_choose_the_requests() {
        let faults = Faults::default();
        faults.add(rule(json!({ "operation": "GetUser", "skip": 1, "times": 2, "action": "drop" })));

        let hit: Vec<_> = (0..5).map(|_| faults.next("GetUser").is_some()).collect();
        assert_eq!(hit, [false, true, true, false, false]);
        assert_eq!(faults.next("InitiateAuth"), None);
        assert_eq!(faults.hits(), 2);
        assert_eq!(faults.to_json()[0]["seen"], 5);
        assert_eq!(faults.to_json()[0]["hits"], 2);

        faults.clear();
        assert_eq!(faults.to_json(), json!([]));
    }

    #[test]
    fn a_used_up_rule_gives_way_to_the_next() {
        let faults = Faults::default();
        faults.add(rule(json!({ "operation": "GetUser", "times": 1, "action": "drop" })));
        faults.add(rule(json!({ "operation": "*", "action": "throttle" })));

        assert_eq!(faults.next("GetUser"), Some(Fault::Drop));
        assert_eq!(faults.next("GetUser"), Some(Fault::Throttle));
        assert_eq!(faults.next("GetObject"), Some(Fault::Throttle));
    }
}
