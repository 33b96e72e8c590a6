//! Poolpass as a credentials provider of the official AWS SDKs for Rust.

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

use crate::client::Client;
use crate::error::ErrorKind;

/// Lets the official AWS SDKs act as the person who is signed in, or as a guest: give a clone of the client to
/// `aws_config::ConfigLoader::credentials_provider`.
///
/// The SDKs ask again shortly before the credentials expire. They do not notice when somebody signs in or out before that:
/// make a new SDK configuration then.
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
    use super::*;
    use crate::Config;

    #[tokio::test]
    async fn a_client_without_an_identity_pool_is_a_configuration_error() {
        let config = Config::builder().user_pool("eu-west-1_Ab1", "client").build().unwrap();
        let client = Client::new(config).unwrap();
        let error = client.provide_credentials().await.unwrap_err();
        assert!(matches!(error, CredentialsError::InvalidConfiguration(_)), "{error:?}");
    }
}
