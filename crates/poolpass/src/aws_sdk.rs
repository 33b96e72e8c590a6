//! A client as a credentials provider of the official AWS SDK for Rust.

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

use crate::client::Client;
use crate::error::ErrorKind;

/// Provides the official AWS SDK with the credentials of the person who is signed in, or of a guest: pass a clone of the client to
/// `aws_config::ConfigLoader::credentials_provider`.
///
/// The SDK asks for new credentials shortly before they expire. It compares the expiration with the device's clock, on which the time
/// is given, right or wrong. It does not notice when somebody signs in or out: make a new SDK configuration then.
impl ProvideCredentials for Client {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let credentials = self.credentials().await.map_err(|error| match error.kind() {
                ErrorKind::SignedOut | ErrorKind::SessionEnded => CredentialsError::not_loaded(error),
                ErrorKind::InvalidConfig => CredentialsError::invalid_configuration(error),
                _ => CredentialsError::provider_error(error),
            })?;
            Ok(SdkCredentials::new(
                credentials.access_key_id(),
                credentials.secret_access_key(),
                credentials.session_token().map(str::to_owned),
                credentials.expiration(),
                "Poolpass",
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::Config;
    use crate::platform::Clock;
    use crate::scripted_aws::ScriptedAws;

    #[tokio::test]
    async fn a_client_without_an_identity_pool_is_a_configuration_error() {
        let config = Config::builder().user_pool("eu-west-1_Ab1", "client").build().unwrap();
        let client = Client::new(config).unwrap();
        let error = client.provide_credentials().await.unwrap_err();
        assert!(matches!(error, CredentialsError::InvalidConfiguration(_)), "{error:?}");
    }

    /// When the credentials of [`ScriptedAws`] expire.
    const EXPIRATION: u64 = 4_102_444_800;
    const HOUR: Duration = Duration::from_secs(3600);

    fn expiration() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(EXPIRATION)
    }

    /// A device whose clock is two hours behind, an hour before the credentials expire.
    #[derive(Debug)]
    struct Late;

    impl Clock for Late {
        fn now(&self) -> SystemTime {
            expiration() - 3 * HOUR
        }
    }

    #[tokio::test]
    async fn a_device_two_hours_behind_asks_again_before_the_credentials_expire() {
        let config = Config::builder()
            .identity_pool("eu-west-1:9f1d63d7-4c3e-4b0c-9d77-3b7e1f5d0a11")
            .build()
            .unwrap();
        let client = Client::builder(config).transport(ScriptedAws::default()).clock(Late).build().unwrap();
        client.pipeline().learn(expiration() - HOUR);
        let credentials = client.provide_credentials().await.unwrap();
        let left = credentials.expiry().unwrap().duration_since(Late.now()).unwrap();
        assert_eq!(left, HOUR, "by the device's own clock");
    }
}
