//! A loopback AWS: user pools, identity pools, STS, IAM, S3, DynamoDB and an API on one port, for quickstarts,
//! tests and offline development.
//!
//! It refuses what AWS refuses, in AWS's words. It is provisioned by AWS's own calls, signed with the root
//! credentials `test`/`test`, and keeps everything in memory: when it stops, nothing
//! remains.
//!
//! ```no_run
//! # async fn example() -> Result<(), local_aws::StartError> {
//! let aws = local_aws::LocalAws::start(local_aws::Options::default()).await?;
//! println!("listening on {}", aws.url());
//! aws.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Beside the AWS services it serves control endpoints, for tests:
//! `/_local/messages` ([`Messages`]), `/_local/faults` ([`Faults`]), `/_local/requests` ([`RequestCounts`]),
//! `/_local/clock` ([`Clock`]) and `/_local/echoes` ([`Echo`]).

mod account;
mod aws_json;
mod caller;
mod clock;
mod control;
mod cors;
mod dynamodb;
mod echo;
mod error;
mod exchange;
mod execute_api;
mod faults;
mod iam;
mod identity_pool;
mod messages;
mod model;
pub mod provision;
mod query_protocol;
mod request_counts;
mod route;
mod s3;
mod server;
mod sigv4;
mod sts;
#[cfg(test)]
mod test_support;
mod unsupported;
mod user_pool;

pub use clock::Clock;
pub use echo::{Echo, EchoEncoding, EchoFormat};
pub use faults::{Fault, FaultRule, Faults};
pub use messages::{Medium, Message, Messages, Purpose};
pub use request_counts::RequestCounts;
pub use server::{LocalAws, Options, StartError};
