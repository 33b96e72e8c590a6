//! Requests to DynamoDB.

use http::HeaderValue;
use http::header::ACCEPT_ENCODING;
use serde_json::Value;

use super::answer::Answer;
use super::expression::{Piece, Placeholders};
use super::protocol::{PROTOCOL, answer_limit};
use super::{Item, Table};
use crate::aws_request::{AuthScheme, AwsRequest, Repeat};
use crate::client::Client;
use crate::config::Service;
use crate::error::Error;
use crate::json::{Object, ParseError};
use crate::platform::{self, BoxFuture};

/// A request to DynamoDB. It can be sent more than once.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) client: Client,
    pub(super) operation: &'static str,
    pub(super) input: Object,
    pub(super) repeat: Repeat,
}

impl Request {
    /// Sends it. The future is boxed so that it is compiled once for all operations.
    pub(super) fn send(&self) -> BoxFuture<'_, Result<Answer, Error>> {
        Box::pin(async {
            let config = self.client.config();
            let endpoint = config.endpoint(Service::DynamoDb, config.region());
            let input = self.input.to_bytes();
            let mut request = AwsRequest::json(&endpoint, "1.0", "DynamoDB_20120810", self.operation, input)?;
            request.protocol = &PROTOCOL;
            request.answer_limit = answer_limit(self.operation);
            // The checksum is that of the body as it was sent, and some HTTP clients ask for a compressed body by themselves
            // and decompress it. Browsers cannot be told not to.
            if platform::HANDS_OUT_BODIES_AS_SENT {
                request.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            }
            let authorization = AuthScheme::SigV4 {
                service: Service::DynamoDb.signing_name(),
                region: config.region(),
                source: self.client.identity_pool()?,
            };
            let answer = self.client.pipeline().bytes(&request.repeat(self.repeat), &authorization).await?;
            Answer::parse(&answer).map_err(|error| self.unexpected(error))
        })
    }

    /// Sends it, and returns the item of the answer.
    pub(super) fn item(self) -> BoxFuture<'static, Result<Option<Item>, Error>> {
        Box::pin(async move { Ok(self.send().await?.item) })
    }

    /// The error for an answer that differs from AWS's documentation.
    pub(super) fn unexpected(&self, error: ParseError) -> Error {
        Error::from(error).during(self.operation)
    }
}

/// The members of a request, and the placeholders of all its expressions.
#[derive(Debug, Default)]
pub(super) struct Input {
    members: Object,
    placeholders: Placeholders,
}

impl Input {
    pub(super) fn on(table: &Table) -> Self {
        Self::default().with("TableName", table.name())
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members = self.members.with(name, value);
        self
    }

    pub(super) fn maybe(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        self.members = self.members.maybe(name, value);
        self
    }

    /// Adds an expression, if there is one.
    pub(super) fn expression(mut self, name: &str, pieces: Option<Vec<Piece>>) -> Result<Self, Error> {
        let Some(pieces) = pieces else { return Ok(self) };
        let text = self.placeholders.write(pieces)?;
        Ok(self.with(name, text))
    }

    pub(super) fn into_members(self) -> Object {
        self.placeholders.write_to(self.members)
    }
}
