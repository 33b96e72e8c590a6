//! Poolpass signs people in to Amazon Cognito and lets their app use AWS directly.

#![cfg_attr(
    target_arch = "wasm32",
    allow(
        clippy::arc_with_non_send_sync,
        reason = "a browser has one thread; elsewhere the same Arcs are shared"
    )
)]

// Calls only go down.
mod client;

// The SDKs want futures that may move between threads, which a browser does not have.
#[cfg(all(feature = "aws-sdk", not(target_arch = "wasm32")))]
mod aws_sdk;

pub mod dynamodb;
pub mod s3;
pub mod signed;

mod account;
pub mod challenge;
mod mfa;
mod sign_in;

mod identity_pool;
mod session;

mod user_pool;

pub mod srp;

mod aws_request;
mod config;
mod credentials;
mod error;
mod input;
pub mod sigv4;

pub mod platform;

#[cfg(test)]
mod scripted_aws;

pub use account::{Account, MfaPreference, MfaSetting, MfaSettings, SignUp, SignedUp, UserAttributes};
pub use aws_request::RetryPolicy;
pub use challenge::Challenge;
pub use client::{Client, ClientBuilder};
pub use config::{
    ClientId, Config, ConfigBuilder, Endpoint, Endpoints, IdentityPoolId, Region, Service, UserPoolConfig,
    UserPoolId,
};
pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
pub use mfa::{MfaMethod, TotpSetup};
pub use session::{
    AccessToken, Claims, EndReason, Events, IdToken, RefreshOperation, RefreshToken, SessionEvent, SignOut,
    SignedInUser,
};
pub use sign_in::{AuthFlow, SignIn, SignInOptions};
pub use user_pool::CodeDelivery;
