//! DynamoDB. Signatures and policies are checked here; `dynoxide` does the rest.

mod access;
mod error_messages;
mod expression;
mod limits;
#[cfg(test)]
mod limits_tests;
mod operands;
mod semantics;
#[cfg(test)]
mod tests;

use std::fmt;

use dynoxide::{Database, DynoxideError};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use s3s::crypto::Crc32;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use self::access::KeyNames;
use crate::{
    account::{ACCOUNT_ID, Account},
    caller::Caller,
    error::AwsError,
    exchange::{Request, Response, full},
};

const CONTENT_TYPE_JSON_1_0: &str = "application/x-amz-json-1.0";
/// The region that the engine puts into ARNs.
const ENGINE_ARN: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// The tables of the account.
pub(crate) struct DynamoDb {
    database: Database,
}

impl DynamoDb {
    /// # Errors
    /// If SQLite cannot create an in-memory database.
    pub(crate) fn new() -> Result<Self, DynoxideError> {
        Ok(Self { database: Database::memory()? })
    }

    /// The partition keys of a table and its indexes. Empty if there is no such table.
    fn partition_keys(&self, table: &str) -> KeyNames {
        self.key_names(table, "HASH")
    }

    /// The sort keys of a table and its indexes.
    fn sort_keys(&self, table: &str) -> KeyNames {
        self.key_names(table, "RANGE")
    }

    /// The attributes of a local index. `None` for other indexes, and for an index with all attributes.
    fn projection(&self, table: &str, index: &str) -> Option<Vec<String>> {
        let table = self.database.get_table_metadata(table).ok()??;
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let indexes = parse(table.lsi_definitions.as_deref()?);
        let index = indexes.as_array()?.iter().find(|definition| definition["IndexName"] == index)?;
        if index["Projection"]["ProjectionType"] == "ALL" {
            return None;
        }
        let table_keys = parse(&table.key_schema);
        let keys = [&table_keys, &index["KeySchema"]].into_iter().filter_map(Value::as_array).flatten();
        let keys = keys.map(|element| &element["AttributeName"]);
        let others = index["Projection"]["NonKeyAttributes"].as_array().into_iter().flatten();
        Some(keys.chain(others).filter_map(Value::as_str).map(str::to_owned).collect())
    }

    fn key_names(&self, table: &str, key_type: &str) -> KeyNames {
        let Ok(Some(table)) = self.database.get_table_metadata(table) else { return KeyNames::new() };
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let mut keys = KeyNames::new();
        keys.extend(key_name(&parse(&table.key_schema), key_type).map(|key| (String::new(), key)));
        for definitions in [&table.gsi_definitions, &table.lsi_definitions].into_iter().flatten() {
            for index in parse(definitions).as_array().into_iter().flatten() {
                let name = index["IndexName"].as_str().unwrap_or_default();
                keys.extend(key_name(&index["KeySchema"], key_type).map(|key| (name.to_owned(), key)));
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

/// Handles a request to DynamoDB.
pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    match operate(account, request) {
        Ok(body) => reply(StatusCode::OK, body),
        Err(Refusal::Before(error)) => error_response(&error),
        Err(Refusal::ByEngine(error)) => {
            let error = error_messages::of_service(&request.operation, error);
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
            reply(status, error.to_json())
        }
    }
}

/// An error of local-aws or of the engine.
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
    semantics::check(&account.dynamodb, &request.operation, &input)?;
    with_room(|| execute(account, &request.operation, input))
}

/// The engine parses and evaluates expressions recursively. The longest ones that DynamoDB accepts need more than the default
/// stack of a thread.
fn with_room<T: Send>(work: impl FnOnce() -> Result<T, Refusal> + Send) -> Result<T, Refusal> {
    const STACK_BYTES: usize = 64 * 1024 * 1024;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(AwsError::internal(&"the engine panicked").into()),
            Err(error) => Err(AwsError::internal(&error).into()),
        }
    })
}

fn execute(account: &Account, operation: &str, input: Value) -> Result<String, Refusal> {
    let database = &account.dynamodb.database;
    match operation {
        "GetItem" => run(input, |input| database.get_item(input)),
        "PutItem" => run(input, |input| database.put_item(input)),
        "UpdateItem" => semantics::update_item(database, input),
        "DeleteItem" => run(input, |input| database.delete_item(input)),
        "Query" => run(input.clone(), |input| database.query(input))
            .map(|answer| semantics::counted(&input, &answer)),
        "Scan" => {
            run(input.clone(), |input| database.scan(input)).map(|answer| semantics::counted(&input, &answer))
        }
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

/// Passes the engine the same value that the policies were checked with.
fn run<I: DeserializeOwned, O: Serialize>(
    input: Value,
    operation: impl FnOnce(I) -> Result<O, DynoxideError>,
) -> Result<String, Refusal> {
    let input =
        serde_json::from_value(input).map_err(|error| error_messages::unreadable(&error.to_string()))?;
    let output = operation(input)?;
    serde_json::to_string(&output).map_err(|error| AwsError::internal(&error).into())
}

/// Corrects the region in the ARNs of table descriptions.
fn with_region(account: &Account, body: &str) -> String {
    body.replace(ENGINE_ARN, &format!("arn:aws:dynamodb:{}:{ACCOUNT_ID}:", account.region))
}

fn key_name(schema: &Value, key_type: &str) -> Option<String> {
    let mut elements = schema.as_array()?.iter();
    let element = elements.find(|element| element["KeyType"] == key_type)?;
    element["AttributeName"].as_str().map(str::to_owned)
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
