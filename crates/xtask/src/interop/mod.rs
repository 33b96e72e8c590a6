//! Other people's clients on our server, and our client on other people's servers: `tests/interop`.

pub(crate) mod botocore;
pub(crate) mod clients;
pub(crate) mod dynamodb_local;
pub(crate) mod iam;
pub(crate) mod local_aws;
pub(crate) mod ministack;
pub(crate) mod node;
mod python;
mod server;
