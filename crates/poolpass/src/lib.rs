//! Poolpass signs people in to Amazon Cognito and lets their app use AWS directly.

// Calls only go down.
mod client;

pub mod srp;

mod aws_request;
mod config;
mod credentials;
mod error;
pub mod sigv4;

pub mod platform;

pub use aws_request::RetryPolicy;
pub use client::{Client, ClientBuilder};
pub use config::{
    ClientId, Config, ConfigBuilder, Endpoint, Endpoints, IdentityPoolId, Region, Service, UserPoolConfig,
    UserPoolId,
};
pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
