//! DynamoDB: the engine is `dynoxide`, in front of it stand signatures and policies.

mod access;
mod expression;
mod limits;
mod semantics;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt};

use dynoxide::{Database, DynoxideError};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use s3s::crypto::Crc32;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use self::access::PartitionKeys;
use crate::{
    account::{ACCOUNT_ID, Account},
    caller::Caller,
    error::AwsError,
    exchange::{Request, Response, full},
};

const CONTENT_TYPE_JSON_1_0: &str = "application/x-amz-json-1.0";
/// What the engine puts into ARNs for a region.
const ENGINE_ARN: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// The tables of the account.
pub(crate) struct DynamoDb {
    database: Database,
}

impl DynamoDb {
    /// # Errors
    /// When SQLite cannot make a database in memory.
    pub(crate) fn new() -> Result<Self, DynoxideError> {
        Ok(Self { database: Database::memory()? })
    }

    /// The partition keys of a table and of its indexes; none when there is no such table.
    fn partition_keys(&self, table: &str) -> PartitionKeys {
        let Ok(Some(table)) = self.database.get_table_metadata(table) else { return PartitionKeys::new() };
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let mut keys = BTreeMap::new();
        keys.extend(partition_key(&parse(&table.key_schema)).map(|key| (String::new(), key)));
        for definitions in [&table.gsi_definitions, &table.lsi_definitions].into_iter().flatten() {
            for index in parse(definitions).as_array().into_iter().flatten() {
                let name = index["IndexName"].as_str().unwrap_or_default();
                keys.extend(partition_key(&index["KeySchema"]).map(|key| (name.to_owned(), key)));
            }
        }
        keys
    }
}

impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb").finish_non_exhaustive()
    }
}

/// The answers of DynamoDB.
pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    match operate(account, request) {
        Ok(body) => reply(StatusCode::OK, body),
        Err(Refusal::Before(error)) => error_response(&error),
        Err(Refusal::ByEngine(error)) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
            reply(status, error.to_json())
        }
    }
}

/// An error that is not the engine's.
pub(crate) fn error_response(error: &AwsError) -> Response {
    let namespace = "com.amazon.coral.service";
    let body = json!({ "__type": format!("{namespace}#{}", error.code), "message": error.message });
    reply(error.status, body.to_string())
}

enum Refusal {
    Before(AwsError),
    ByEngine(DynoxideError),
}

impl From<AwsError> for Refusal {
    fn from(error: AwsError) -> Self {
        Self::Before(error)
    }
}

impl From<DynoxideError> for Refusal {
    fn from(error: DynoxideError) -> Self {
        Self::ByEngine(error)
    }
}

fn operate(account: &Account, request: &Request) -> Result<String, Refusal> {
    let caller = Caller::of(account, request)?;
    let input: Value = match serde_json::from_slice(&request.body) {
        Ok(input @ Value::Object(_)) => input,
        _ => return Err(DynoxideError::SerializationException(String::new()).into()),
    };
    let keys_of = |table: &str| account.dynamodb.partition_keys(table);
    for access in access::of_request(account, &request.operation, &input, keys_of) {
        caller
            .authorize(account, &access.action, &access.resource, &access.context)
            .map_err(|denied| AwsError::new("AccessDeniedException", denied.to_string()))?;
    }
    limits::check(&input)?;
    semantics::check(&request.operation, &input)?;
    let database = &account.dynamodb.database;
    match request.operation.as_str() {
        "GetItem" => run(input, |input| database.get_item(input)),
        "PutItem" => run(input, |input| database.put_item(input)),
        "UpdateItem" => semantics::update_item(database, input),
        "DeleteItem" => run(input, |input| database.delete_item(input)),
        "Query" => run(input, |input| database.query(input)),
        "Scan" => run(input, |input| database.scan(input)),
        "BatchGetItem" => run(input, |input| database.batch_get_item(input)),
        "BatchWriteItem" => run(input, |input| database.batch_write_item(input)),
        "TransactGetItems" => semantics::transact_get_items(database, input),
        "TransactWriteItems" => run(input, |input| database.transact_write_items(input)),
        "ListTables" => run(input, |input| database.list_tables(input)),
        "UpdateTimeToLive" => run(input, |input| database.update_time_to_live(input)),
        "DescribeTimeToLive" => run(input, |input| database.describe_time_to_live(input)),
        "CreateTable" => {
            run(input, |input| database.create_table(input)).map(|body| with_region(account, &body))
        }
        "UpdateTable" => {
            run(input, |input| database.update_table(input)).map(|body| with_region(account, &body))
        }
        "DeleteTable" => {
            run(input, |input| database.delete_table(input)).map(|body| with_region(account, &body))
        }
        "DescribeTable" => {
            run(input, |input| database.describe_table(input)).map(|body| with_region(account, &body))
        }
        _ => Err(AwsError::new("UnknownOperationException", "").into()),
    }
}

/// Gives the engine the very value that the policies were asked about, so that both see the same request.
fn run<I: DeserializeOwned, O: Serialize>(
    input: Value,
    operation: impl FnOnce(I) -> Result<O, DynoxideError>,
) -> Result<String, Refusal> {
    let input = serde_json::from_value(input).map_err(|error| read_error(&error.to_string()))?;
    let output = operation(input)?;
    serde_json::to_string(&output).map_err(|error| AwsError::internal(&error).into())
}

/// The engine marks what kind of error a malformed input is.
fn read_error(message: &str) -> DynoxideError {
    for marker in ["VALIDATION_AS_READ:", "VALIDATION_REQUEST:", "VALIDATION:"] {
        if let Some(message) = message.strip_prefix(marker) {
            return DynoxideError::ValidationException(message.to_owned());
        }
    }
    for marker in ["SERIALIZATION_AS_READ:", "SERIALIZATION:"] {
        if let Some(message) = message.strip_prefix(marker) {
            return DynoxideError::SerializationException(message.to_owned());
        }
    }
    if ["missing field", "unknown variant", "invalid type: null", "AttributeValue"]
        .iter()
        .any(|m| message.contains(m))
    {
        return DynoxideError::ValidationException(message.to_owned());
    }
    DynoxideError::SerializationException(message.to_owned())
}

/// Descriptions of tables carry ARNs, in which the engine does not know the region.
fn with_region(account: &Account, body: &str) -> String {
    body.replace(ENGINE_ARN, &format!("arn:aws:dynamodb:{}:{ACCOUNT_ID}:", account.region))
}

fn partition_key(schema: &Value) -> Option<String> {
    let mut elements = schema.as_array()?.iter();
    let hash = elements.find(|element| element["KeyType"] == "HASH")?;
    hash["AttributeName"].as_str().map(str::to_owned)
}

fn reply(status: StatusCode, body: String) -> Response {
    let checksum = Crc32::checksum_u32(body.as_bytes());
    let mut response = http::Response::new(full(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE_JSON_1_0));
    headers.insert("x-amz-crc32", checksum.into());
    response
}
