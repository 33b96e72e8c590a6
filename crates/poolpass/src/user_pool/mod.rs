//! The operations of Cognito user pools that a client may call, one function each.
//!
//! Nothing here decides anything: it turns arguments into AWS's JSON and answers into types. Challenge names stay open
//! strings, since AWS adds new ones.

mod account;
mod authentication;
mod code_delivery_details;
mod devices;
pub(crate) mod domain;
#[cfg(test)]
pub(crate) mod scripted;
mod tokens;
mod user_context;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

pub(crate) use account::{MfaChoice, NewUser};
pub(crate) use authentication::{AuthAnswer, TotpOwner};
pub use code_delivery_details::CodeDeliveryDetails;
pub(crate) use devices::{DeviceIds, Devices, StoredDevice, is_unknown_device, store_key};
pub(crate) use tokens::AuthenticationResult;
pub(crate) use user_context::UserContext;
pub use user_context::{DeviceFingerprint, UserContextData};

use crate::aws_request::{AuthScheme, AwsRequest, Pipeline, Protocol, Repeat};
use crate::config::{ClientId, Config, Endpoint, Service, UserPoolId};
use crate::error::Error;
use crate::json::Object;
use crate::platform::{BoxFuture, SessionStore};
use crate::srp::AppClient;

/// Metadata that an app passes to the user pool's Lambda triggers.
pub(crate) type ClientMetadata = BTreeMap<String, String>;

/// One user pool, as one app client sees it.
pub(crate) struct UserPool {
    pipeline: Pipeline,
    endpoint: Endpoint,
    id: UserPoolId,
    client_id: ClientId,
    client_secret: Option<SecretString>,
    domain: Option<Endpoint>,
    user_context: Option<UserContext>,
    devices: Devices,
}

/// A call of one operation, before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    operation: &'static str,
    repeat: Repeat,
    input: Object,
    is_refresh: bool,
}

impl UserPool {
    const TARGET: &str = "AWSCognitoIdentityProviderService";
    /// A rotated refresh token works on for at most 60 seconds. All attempts have to fit into that, or the last one reuses a token
    /// whose new one was lost, which ends the session.
    const REFRESH_TIMEOUT: Duration = Duration::from_secs(15);
    const REFRESH_TOTAL_TIMEOUT: Duration = Duration::from_secs(50);
    /// The longest time of any other call with all its attempts: somebody waits for it.
    const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);

    /// `None` where the configuration has no user pool.
    pub(crate) fn of(
        config: &Config,
        pipeline: Pipeline,
        store: Arc<dyn SessionStore>,
        device_name: Option<String>,
        user_context: Option<UserContext>,
    ) -> Option<Self> {
        let pool = config.user_pool()?;
        Some(Self {
            pipeline,
            endpoint: config.endpoint(Service::CognitoIdp, pool.id().region()),
            id: pool.id().clone(),
            client_id: pool.client_id().clone(),
            client_secret: pool.client_secret().cloned(),
            domain: pool.domain().cloned(),
            user_context,
            devices: Devices::new(pool.client_id(), store, device_name),
        })
    }

    /// The error of a call that needs a user pool where none is configured.
    pub(crate) fn is_missing() -> Error {
        Error::invalid_config("this needs a user pool, which the configuration lacks")
    }

    pub(crate) fn id(&self) -> &UserPoolId {
        &self.id
    }

    /// The user pool's name among an identity pool's login providers.
    pub(crate) fn login_provider(&self) -> String {
        let region = self.id.region();
        format!("cognito-idp.{region}.{}/{}", region.dns_suffix(), self.id)
    }

    pub(crate) fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Sends a call and reads the answer.
    pub(crate) fn send(&self, call: Call) -> BoxFuture<'_, Result<Object, Error>> {
        Box::pin(async move {
            let input = call.input.to_bytes();
            let request = AwsRequest::json(&self.endpoint, "1.1", Self::TARGET, call.operation, input)?;
            let mut request = request.repeat(call.repeat);
            if call.has_empty_answer() {
                request.protocol = &Protocol::JSON_OR_EMPTY;
            }
            request.total_timeout = Some(Self::TOTAL_TIMEOUT);
            if call.is_refresh {
                request.timeout = Self::REFRESH_TIMEOUT;
                request.total_timeout = Some(Self::REFRESH_TOTAL_TIMEOUT);
            }
            self.pipeline.json(&request, &AuthScheme::None).await
        })
    }

    /// SECRET_HASH for the user name of one call, where the app client has a secret.
    fn secret_hash(&self, username: &str) -> Option<String> {
        let secret = self.client_secret.as_ref()?;
        let client = AppClient { id: self.client_id.as_str(), secret: secret.expose_secret() };
        Some(client.secret_hash(username))
    }

    fn client_secret(&self) -> Option<&str> {
        self.client_secret.as_ref().map(|secret| secret.expose_secret())
    }
}

impl Call {
    /// A call that may be repeated: doing it twice has the same effect as doing it once.
    fn safe(operation: &'static str, input: Object) -> Self {
        Self { operation, repeat: Repeat::Safe, input, is_refresh: false }
    }

    /// A call that is repeated only when AWS has certainly not done it.
    fn once(operation: &'static str, input: Object) -> Self {
        Self { operation, repeat: Repeat::IfNotDone, input, is_refresh: false }
    }

    /// The call with one more member of its input.
    fn with(self, name: &str, value: Object) -> Self {
        Self { input: self.input.with(name, value), ..self }
    }

    pub(crate) fn operation(&self) -> &'static str {
        self.operation
    }

    /// The call with values for the user pool's Lambda triggers.
    pub(crate) fn client_metadata(self, metadata: &ClientMetadata) -> Self {
        Self { input: self.input.texts("ClientMetadata", metadata), ..self }
    }

    /// The call as the person whose access token this is.
    pub(crate) fn authorised(&self, access_token: &str) -> Self {
        let input = self.input.clone().with("AccessToken", access_token);
        Self { input, ..self.clone() }
    }

    /// A call that has to end within the time that a rotated refresh token works on.
    fn refreshing(self) -> Self {
        Self { is_refresh: true, ..self }
    }

    /// Whether AWS documents that a success has no members, and so may have no body. A `Session` comes back renewed.
    fn has_empty_answer(&self) -> bool {
        matches!(
            self.operation,
            "ChangePassword"
                | "CompleteWebAuthnRegistration"
                | "ConfirmForgotPassword"
                | "ConfirmSignUp"
                | "DeleteUser"
                | "DeleteUserAttributes"
                | "DeleteWebAuthnCredential"
                | "ForgetDevice"
                | "GlobalSignOut"
                | "RevokeToken"
                | "RevokeUserSession"
                | "SetUserMFAPreference"
                | "UpdateDeviceStatus"
                | "VerifyUserAttribute"
        ) && !self.input.has("Session")
    }
}

impl fmt::Debug for UserPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserPool")
            .field("id", &self.id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
