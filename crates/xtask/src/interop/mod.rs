//! Runs `tests/interop`: third-party clients against local-aws, and the SDK against third-party servers.

pub(crate) mod botocore;
pub(crate) mod clients;
pub(crate) mod dynamodb_local;
pub(crate) mod iam;
pub(crate) mod local_aws;
pub(crate) mod ministack;
pub(crate) mod node;
pub(crate) mod oidc_provider;
mod python;
mod server;
