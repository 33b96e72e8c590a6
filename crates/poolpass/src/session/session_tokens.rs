//! Tokens that came from elsewhere, for [`Client::adopt_session`](crate::Client::adopt_session).

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// The tokens of a session that another SDK or the app's backend began.
///
/// ```no_run
/// use poolpass::{Client, Error, SessionTokens};
///
/// # async fn example(client: Client, id: String, access: String, refresh: String) -> Result<(), Error> {
/// let user = client.adopt_session(SessionTokens::new(id, access, refresh)).await?;
/// println!("{} is still signed in", user.username());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SessionTokens {
    pub(super) id_token: SecretString,
    pub(super) access_token: SecretString,
    pub(super) refresh_token: SecretString,
    pub(super) device: Option<DeviceTokens>,
}

/// The key of a device that another SDK has confirmed, in a user pool that tracks devices.
#[derive(Clone)]
pub struct DeviceTokens {
    pub(super) key: String,
    pub(super) group_key: String,
    pub(super) password: SecretString,
}

impl SessionTokens {
    /// The tokens as AWS's `AuthenticationResult` names them: `IdToken`, `AccessToken` and `RefreshToken`.
    pub fn new(
        id_token: impl Into<SecretString>,
        access_token: impl Into<SecretString>,
        refresh_token: impl Into<SecretString>,
    ) -> Self {
        Self {
            id_token: id_token.into(),
            access_token: access_token.into(),
            refresh_token: refresh_token.into(),
            device: None,
        }
    }

    /// The ID token: a secret.
    pub fn id_token(&self) -> &str {
        self.id_token.expose_secret()
    }

    /// The access token: a secret.
    pub fn access_token(&self) -> &str {
        self.access_token.expose_secret()
    }

    /// The refresh token: the most valuable secret.
    pub fn refresh_token(&self) -> &str {
        self.refresh_token.expose_secret()
    }

    /// The device of the session, if it has one.
    pub fn device_tokens(&self) -> Option<&DeviceTokens> {
        self.device.as_ref()
    }

    /// Sets the device of the session. Without it, the next sign-in on this device is one from a new device.
    #[must_use]
    pub fn device(mut self, device: DeviceTokens) -> Self {
        self.device = Some(device);
        self
    }

    /// Reads the session that `aws-amplify` or `amazon-cognito-identity-js` has left in a page's `localStorage`, for the app client
    /// `client_id`. `get` returns the value of a key of that storage. `None` where nobody is signed in.
    ///
    /// Nothing is removed. Once the session is adopted, remove what the other SDK has left: if refresh tokens rotate, the two
    /// would invalidate each other's.
    pub fn from_amplify_storage(client_id: &str, get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        read(client_id, &get)
    }
}

impl DeviceTokens {
    /// The device key, its group key and the password that the other SDK has chosen for the device.
    pub fn new(
        key: impl Into<String>,
        group_key: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> Self {
        Self { key: key.into(), group_key: group_key.into(), password: password.into() }
    }

    /// The device key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key of the device's group.
    pub fn group_key(&self) -> &str {
        &self.group_key
    }

    /// The password that proves the device: a secret.
    pub fn password(&self) -> &str {
        self.password.expose_secret()
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.key.is_empty() && !self.group_key.is_empty() && !self.password.expose_secret().is_empty()
    }
}

/// Both packages use the same keys.
fn read(client_id: &str, get: &dyn Fn(&str) -> Option<String>) -> Option<SessionTokens> {
    let prefix = format!("CognitoIdentityServiceProvider.{client_id}");
    let username = get(&format!("{prefix}.LastAuthUser"))?;
    let value = |name: &str| get(&format!("{prefix}.{username}.{name}")).filter(|value| !value.is_empty());
    let tokens = SessionTokens::new(value("idToken")?, value("accessToken")?, value("refreshToken")?);
    Some(match (value("deviceKey"), value("deviceGroupKey"), value("randomPasswordKey")) {
        (Some(key), Some(group_key), Some(password)) => {
            tokens.device(DeviceTokens::new(key, group_key, password))
        }
        _ => tokens,
    })
}

impl fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionTokens").finish_non_exhaustive()
    }
}

impl fmt::Debug for DeviceTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceTokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn storage(values: &[(&str, &str)]) -> HashMap<String, String> {
        let whole = |(name, value): &(&str, &str)| {
            (format!("CognitoIdentityServiceProvider.client.{name}"), (*value).to_owned())
        };
        values.iter().map(whole).collect()
    }

    fn read(values: &[(&str, &str)]) -> Option<SessionTokens> {
        let storage = storage(values);
        SessionTokens::from_amplify_storage("client", |key| storage.get(key).cloned())
    }

    const TOKENS: [(&str, &str); 4] = [
        ("LastAuthUser", "ada.b"),
        ("ada.b.idToken", "id"),
        ("ada.b.accessToken", "access"),
        ("ada.b.refreshToken", "refresh"),
    ];
    const DEVICE: [(&str, &str); 3] =
        [("ada.b.deviceKey", "key"), ("ada.b.deviceGroupKey", "group"), ("ada.b.randomPasswordKey", "hush")];

    #[test]
    fn the_session_of_the_last_person_is_read_with_the_device() {
        let tokens = read(&[&TOKENS[..], &DEVICE].concat()).unwrap();
        let shown = [&tokens.id_token, &tokens.access_token, &tokens.refresh_token];
        assert_eq!(shown.map(|token| token.expose_secret()), ["id", "access", "refresh"]);
        let device = tokens.device.unwrap();
        assert_eq!((device.key.as_str(), device.group_key.as_str()), ("key", "group"));
        assert_eq!(device.password.expose_secret(), "hush");
        assert!(read(&TOKENS).unwrap().device.is_none());
        assert!(read(&[&TOKENS[..], &DEVICE[..2]].concat()).unwrap().device.is_none());
    }

    #[test]
    fn where_something_is_missing_nobody_is_signed_in() {
        for missing in 0..TOKENS.len() {
            let mut values = TOKENS.to_vec();
            values.remove(missing);
            assert!(read(&values).is_none(), "{missing}");
            let mut values = TOKENS.to_vec();
            values[missing].1 = "";
            assert!(read(&values).is_none(), "{missing}");
        }
        let storage = storage(&TOKENS);
        assert!(SessionTokens::from_amplify_storage("other", |key| storage.get(key).cloned()).is_none());
    }

    #[test]
    fn debug_shows_nothing() {
        let tokens = read(&[&TOKENS[..], &DEVICE].concat()).unwrap();
        assert_eq!(
            format!("{tokens:?} {:?}", tokens.device),
            "SessionTokens { .. } Some(DeviceTokens { .. })"
        );
    }
}
