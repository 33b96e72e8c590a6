//! A table, and how its operations are called.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::Item as Wire;

use super::placeholders::WirePlaceholders;
use crate::aws_request::{Authorization, AwsRequest, Repeat};
use crate::client::Client;
use crate::config::{Region, Service};
use crate::error::Error;

/// One DynamoDB table, with the credentials of the person (or guest) at the client.
///
/// Clones are cheap. All operations can fail with `AccessDenied`, `NotFound` (the table), `ConditionFailed`, `Conflict`,
/// `Throttled`, `Unavailable`, `Network` and `Timeout`, with kind `Aws` and code `ValidationException` for what DynamoDB does
/// not understand, and with what [`Client::credentials`] fails with.
///
/// # Repetition
///
/// What fails in passing is repeated where that is safe. Reads are. So are a put and a delete without a condition: done
/// twice they leave the same item, though another writer's change in between is lost, as it would be with a later write. An
/// update, and whatever has a condition or gives back the old item, is repeated only when it certainly was not done:
/// otherwise a repetition could count twice, or fail by its own success. An error of kind `Network` or `Timeout` then leaves
/// open whether it was done. A [`Transaction`](super::Transaction) carries a token by which DynamoDB does it once.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
    region: Region,
}

impl Table {
    pub(crate) fn new(client: Client, name: String, region: Region) -> Self {
        Self { client, name, region }
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same table in `region`. Default: the region of the configuration.
    #[must_use]
    pub fn in_region(self, region: Region) -> Self {
        Self { region, ..self }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The input of an operation on this table, to be filled in.
    pub(super) fn input(&self) -> Input<'_> {
        Input { table_name: &self.name, ..Input::default() }
    }

    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        input: &impl Serialize,
        repeat: Repeat,
    ) -> Result<T, Error> {
        let endpoint = self.client.config().endpoint(Service::DynamoDb, &self.region);
        let request = AwsRequest::json(&endpoint, "1.0", "DynamoDB_20120810", operation, input)?;
        let source = self.client.identity_pool()?;
        let service = Service::DynamoDb.signing_name();
        let authorization = Authorization::SigV4 { service, region: &self.region, source };
        self.client.road().json(&request.repeat(repeat), &authorization).await
    }
}

/// The input of every operation on one table: each has some of it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Input<'a> {
    pub(super) table_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Wire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<Wire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) update_expression: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) condition_expression: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_condition_expression: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) filter_expression: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) projection_expression: Option<&'a str>,
    #[serde(flatten)]
    pub(super) placeholders: WirePlaceholders,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) consistent_read: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) return_values: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scan_index_forward: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exclusive_start_key: Option<Wire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) segment: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total_segments: Option<u32>,
}
