#![doc = include_str!("../README.md")]

mod account;
mod authenticator;
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
mod form;
mod html;
mod iam;
mod identity_pool;
mod limits;
mod load_balancer;
mod managed_login;
mod messages;
mod model;
pub mod provision;
mod query_protocol;
mod request_counts;
mod route;
mod s3;
mod saml;
mod server;
mod sigv4;
mod stand_in;
mod sts;
#[cfg(test)]
mod test_support;
mod unsupported;
mod user_agent;
mod user_pool;
mod xml_tree;

pub use clock::Clock;
pub use echo::{Echo, EchoEncoding, EchoFormat};
pub use faults::{Fault, FaultRule, Faults};
pub use limits::{Category, LimitValues, Limits};
pub use messages::{Medium, Message, Messages, Purpose};
pub use request_counts::RequestCounts;
pub use server::{LocalAws, Options, StartError};
pub use user_pool::{Trigger, TriggerError, Triggers};
