//! A layer that verifies the bearer token of each request before a service sees it.

mod answer;
mod bearer;
mod grpc;
mod service;

pub use service::{VerifyLayer, VerifyService};
