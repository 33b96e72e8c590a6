//! Poolpass signs people in to Amazon Cognito and lets their app use AWS directly, without a backend.
//!
//! - **Who are you?** [`Client::sign_in`] proves the password with SRP, and returns [`SignInStep::Done`] or a [`Challenge`], whose
//!   answer is the next step. [`Client::account`] has sign-up and everything that people do to their account.
//! - **What you hold.** The session is kept in a [`SessionStore`](platform::SessionStore) and refreshed shortly before it
//!   expires; [`Client::events`] says what happens to it. [`Client::credentials`] turns it into AWS credentials, or makes a
//!   guest of anyone who is not signed in.
//! - **What you may do.** [`Client::s3`], [`Client::dynamodb`] and [`Client::api`] sign each request with these
//!   credentials. IAM policies limit it to the person's own data; [`Client::identity_id`] is what they go by.
//!
//! ```no_run
//! use poolpass::{Challenge, Client, Config, SignInStep};
//!
//! # async fn run(code: &str) -> Result<(), poolpass::Error> {
//! let client = Client::new(Config::from_file("poolpass.json")?)?;
//! match client.sign_in("ada", "correct horse").await? {
//!     SignInStep::Done(user) => println!("hello {}", user.username()),
//!     SignInStep::Challenge(Challenge::SoftwareTokenMfa(challenge)) => drop(challenge.answer(code).await?),
//!     SignInStep::Challenge(other) => println!("{} comes next", other.name()),
//! }
//! let bucket = client.s3()?;
//! bucket.put(&bucket.private_path("note.txt").await?, "only mine").await?;
//! # Ok(())
//! # }
//! ```
//!
//! Every call fails with an [`Error`], whose [`kind`](Error::kind) says what to do about it. Requests are sent again where
//! that is safe ([`RetryPolicy`]); a wrong device clock is corrected.
//!
//! Natively the futures have to run on a tokio runtime. The crate compiles for `wasm32-unknown-unknown`, where `fetch` takes
//! the place of reqwest. For programs that bring their own Cognito or AWS client there are [`srp`] and [`sigv4`].
//!
//! # Features
//!
//! - `s3`, `dynamodb` (on by default): [`Client::s3`] and [`Client::dynamodb`]. A program that only signs in and makes signed requests
//!   leaves them out, with `default-features = false`.
//! - `http2` (native, on by default): the SDK's own transport speaks HTTP/2 with servers that offer it. Every AWS service that
//!   Poolpass uses takes HTTP/1.1.
//! - `tracing` (off by default): events of the target `poolpass` for an app's log: each attempt of a request, each retry and its
//!   reason, a corrected clock, the refresh of the session, and a lost lock of the store. Their fields are `operation`, `attempt`,
//!   `status`, `kind` and `request_id`; no event contains anything else, and no secret. Other crates
//!   have events of their own, whose traces quote requests: subscribe to this target alone.
//! - `loopback-redirect` (native, off by default): [`LoopbackUserAgent`](platform::LoopbackUserAgent), which opens the system's browser
//!   for a sign-in by redirect and catches the redirect on the loopback interface.
//! - `software-authenticator` (native, off by default): [`SoftwareAuthenticator`](platform::SoftwareAuthenticator), for tests of apps with
//!   passkeys.
//! - `verify` (native, off by default): the module [`verify`], with which a server verifies tokens.
//! - `tower` (native, off by default): [`verify::tower`], a layer for servers built with axum, hyper or tonic.
//! - `aws-sdk` (native, off by default): a [`Client`] is a credentials provider for the official AWS SDK.

// An app's log is the app's: a line that the SDK writes may show a secret.
#![deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro)]
#![cfg_attr(
    target_arch = "wasm32",
    allow(
        clippy::arc_with_non_send_sync,
        reason = "a browser has one thread; elsewhere the same Arcs are shared"
    )
)]
#![cfg_attr(
    not(all(feature = "s3", feature = "dynamodb")),
    allow(
        dead_code,
        unused_imports,
        reason = "some helpers are there for S3 or DynamoDB alone; the build with all features finds what nobody uses"
    )
)]

// A module uses those of its own block and of the blocks below.
// The SDKs want futures that may move between threads, which a browser does not have.
pub mod api;
#[cfg(all(feature = "aws-sdk", not(target_arch = "wasm32")))]
mod aws_sdk;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(feature = "s3")]
pub mod s3;
#[cfg(all(feature = "verify", not(target_arch = "wasm32")))]
pub mod verify;

mod client;

mod account;
mod mfa;
mod sign_in;

mod identity_pool;
mod session;

pub mod srp;
mod user_pool;

// Asks for credentials through a trait, which identity_pool implements.
mod aws_request;
mod credentials;
mod presigned_url;
pub mod sigv4;

mod authority;
mod config;
mod dates;
mod diagnostics;
mod error;
mod input;
mod json;
mod pagination;
mod percent;
pub mod platform;
mod xml;

#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod scripted_aws;

pub use account::{
    Account, AccountCall, AccountList, AccountListOptions, AccountOptions, AccountPage, Device,
    MfaPreference, MfaSetting, MfaSettings, Passkey, PasskeyRegistration, RevokeSession, SignUp,
    SignUpOptions, SignUpResult, UserAttributes, UserAuthFactors, UserSession,
};
pub use aws_request::RetryPolicy;
pub use client::{ClassicFlowBuilder, Client, ClientBuilder, SignOutBuilder};
pub use config::{
    ClientId, Config, ConfigBuilder, Endpoint, Endpoints, IdentityPoolId, Region, Service, UserPoolConfig,
    UserPoolId,
};
pub use credentials::Credentials;
pub use error::{CancellationReason, Error, ErrorKind, StepUpRequirement};
pub use identity_pool::{LoginProvider, LoginToken, LoginTokenError, ProviderToken};
pub use mfa::{MfaMethod, SoftwareTokenSetup};
pub use session::{
    AccessToken, Claims, DeviceTokens, Events, IdToken, RefreshOperation, SessionEndReason, SessionEvent,
    SessionTokens, SignOut, User,
};
pub use sign_in::challenge::{self, Challenge};
pub use sign_in::{
    AuthFactor, AuthFlow, IdentityProvider, PasswordlessSignInBuilder, PasswordlessSignInOptions,
    RedirectOptions, RedirectResult, RedirectSignIn, RedirectSignInBuilder, SignInBuilder, SignInOptions,
    SignInStep, StepUpBuilder, UserAgentSignInBuilder,
};
pub use user_pool::{CodeDeliveryDetails, DeviceFingerprint, UserContextData};

/// The examples of the project's README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The examples of the crate's README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct CrateReadme;
