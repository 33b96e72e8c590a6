//! The signed-in person's passkeys.

use std::time::SystemTime;

use secrecy::ExposeSecret;

use super::Account;
use super::list::{AccountList, Source};
use crate::dates;
use crate::error::Error;
use crate::input;
use crate::json::Object;
use crate::platform::Authenticator;
use crate::user_pool::Call;

/// A passkey of the signed-in person: a WebAuthn credential that the user pool knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passkey {
    /// The id of the credential, in base64url.
    pub credential_id: String,
    /// The name that Cognito gave the passkey, after the authenticator's maker.
    pub friendly_name: String,
    /// The relying party's id: the domain that the passkey signs in to.
    pub relying_party_id: String,
    /// The ways to reach the authenticator, such as `internal`, `hybrid` and `usb`.
    pub transports: Vec<String>,
    /// `platform` for an authenticator within a device, `cross-platform` for one that is carried around.
    pub authenticator_attachment: Option<String>,
    /// The time of the registration.
    pub created: SystemTime,
}

static PASSKEYS: Source<Passkey> = Source {
    operation: "ListWebAuthnCredentials",
    items: "Credentials",
    token: "NextToken",
    page_size: Some(("MaxResults", 20)),
    read: Passkey::read,
};

impl Passkey {
    fn read(mut passkey: Object) -> Result<Self, Error> {
        Ok(Self {
            credential_id: passkey.text("CredentialId")?,
            friendly_name: passkey.text("FriendlyCredentialName")?,
            relying_party_id: passkey.text("RelyingPartyId")?,
            transports: passkey.text_list("AuthenticatorTransports")?,
            authenticator_attachment: passkey.maybe_text("AuthenticatorAttachment")?,
            created: dates::from_unix(passkey.number("CreatedAt")?)
                .ok_or_else(|| Error::invalid_response("the time of a passkey's registration is no time"))?,
        })
    }
}

/// The registration of a passkey that waits for the authenticator.
///
/// ```no_run
/// # async fn navigator_credentials_create(options: &str) -> String { String::new() }
/// # async fn example(account: poolpass::Account) -> Result<(), poolpass::Error> {
/// let registration = account.start_passkey_registration().await?;
/// let credential = navigator_credentials_create(registration.creation_options()).await;
/// registration.complete(&credential).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "the passkey is registered by complete"]
pub struct PasskeyRegistration {
    account: Account,
    creation_options: String,
}

impl PasskeyRegistration {
    /// The options for the authenticator: a `PublicKeyCredentialCreationOptionsJSON` of WebAuthn.
    pub fn creation_options(&self) -> &str {
        &self.creation_options
    }

    /// Registers the passkey that the authenticator made (CompleteWebAuthnRegistration). `credential` is its
    /// `RegistrationResponseJSON`.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `ChallengeExpired`: start again; the registration was completed before, replaced by another one, or took too long.
    /// `InvalidInput` for a text that is not a JSON object: nothing was sent. `Aws` with the code `WebAuthnOriginNotAllowedException`
    /// or `WebAuthnRelyingPartyMismatchException` for a passkey of another domain or app, and with
    /// `WebAuthnCredentialNotSupportedException` for an authenticator that Cognito does not take. `TooManyAttempts` for more
    /// passkeys than Cognito keeps. `SignedOut`, `SessionEnded`. After `Network` or `Timeout` the passkey may be registered:
    /// see [`Account::passkeys`].
    pub async fn complete(&self, credential: &str) -> Result<(), Error> {
        let credential = input::credential(credential)?;
        self.account.signed_in(Call::complete_web_authn_registration(credential)).await.map(drop)
    }
}

impl Account {
    /// Starts the registration of a passkey for the signed-in person (StartWebAuthnRegistration). AWS knows one registration of a
    /// person: the newest.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `Aws` with the code `WebAuthnNotEnabledException` or `WebAuthnConfigurationMissingException` for a user pool without passkeys
    /// or without a relying party's id. `TooManyAttempts` for a person who has as many passkeys as Cognito keeps. `SignedOut`,
    /// `SessionEnded`.
    pub async fn start_passkey_registration(&self) -> Result<PasskeyRegistration, Error> {
        let mut answer = self.signed_in(Call::start_web_authn_registration()).await?;
        let options = answer.object("CredentialCreationOptions")?;
        let creation_options = options.to_secret().expose_secret().to_owned();
        Ok(PasskeyRegistration { account: self.clone(), creation_options })
    }

    /// Creates a passkey with `authenticator` and registers it for the signed-in person (StartWebAuthnRegistration,
    /// CompleteWebAuthnRegistration).
    ///
    /// Each of the two calls takes at most 60 seconds, besides the time to get the [access token](crate::Client::access_token) and
    /// the time that the person takes.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the person says no, `Timeout` when the person does not act in time, `Conflict` when the authenticator has a
    /// passkey of this person already, `InvalidConfig` when the page or the app may not use the relying party's id, and `Platform`
    /// when the authenticator fails or there is none. The others are those of
    /// [`start_passkey_registration`](Self::start_passkey_registration) and [`PasskeyRegistration::complete`].
    pub async fn register_passkey(&self, authenticator: &dyn Authenticator) -> Result<(), Error> {
        let registration = self.start_passkey_registration().await?;
        let credential = authenticator.create(registration.creation_options()).await?;
        registration.complete(&credential).await
    }

    /// Lists the signed-in person's passkeys (ListWebAuthnCredentials). A page has at most 20.
    pub fn passkeys(&self) -> AccountList<Passkey> {
        AccountList::new(self, &PASSKEYS)
    }

    /// Deletes a passkey of the signed-in person from the user pool (DeleteWebAuthnCredential). The authenticator keeps its part, which
    /// signs in nowhere.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `NotFound` for a passkey that the person does not have, `SignedOut`, `SessionEnded`. `InvalidInput` for an empty id.
    pub async fn delete_passkey(&self, credential_id: &str) -> Result<(), Error> {
        let id = input::not_empty(credential_id, "the passkey's id is empty")?;
        self.signed_in(Call::delete_web_authn_credential(id)).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;
    use serde_json::{Value, json};

    use super::super::tests::signed_in;
    use super::*;
    use crate::error::ErrorKind;
    use crate::platform::{AuthenticatorError, AuthenticatorErrorKind, BoxFuture};
    use crate::user_pool::scripted::ScriptedPool;

    /// Gives this answer.
    #[derive(Debug)]
    struct Fixed(Result<&'static str, AuthenticatorErrorKind>);

    impl Authenticator for Fixed {
        fn create<'a>(&'a self, options: &'a str) -> BoxFuture<'a, Result<String, AuthenticatorError>> {
            assert_eq!(options, r#"{"challenge":"AAAA"}"#);
            let answer = self.0.map(str::to_owned);
            Box::pin(async { answer.map_err(|kind| AuthenticatorError::new(kind, "the reason")) })
        }

        fn get<'a>(&'a self, options: &'a str) -> BoxFuture<'a, Result<String, AuthenticatorError>> {
            self.create(options)
        }
    }

    fn passkey(id: &str) -> Value {
        json!({
            "CredentialId": id, "FriendlyCredentialName": "Passkey", "RelyingPartyId": "notes.example",
            "AuthenticatorTransports": ["internal"], "CreatedAt": 1_795_847_400.25,
        })
    }

    fn started(pool: &ScriptedPool) -> &ScriptedPool {
        pool.answer(json!({ "CredentialCreationOptions": { "challenge": "AAAA" } }))
    }

    #[tokio::test]
    async fn what_the_authenticator_made_is_sent_as_json() {
        let pool = ScriptedPool::default();
        let client = signed_in(&pool).await;
        started(&pool).answer(json!({}));
        client.account().register_passkey(&Fixed(Ok(r#"{"id":"AQ","type":"public-key"}"#))).await.unwrap();
        assert_eq!(pool.operations(), ["StartWebAuthnRegistration", "CompleteWebAuthnRegistration"]);
        assert_eq!(pool.last_input()["Credential"], json!({ "id": "AQ", "type": "public-key" }));
    }

    #[tokio::test]
    async fn an_authenticator_that_fails_leaves_the_registration_open() {
        let pool = ScriptedPool::default();
        let client = signed_in(&pool).await;
        for (kind, expected) in [
            (AuthenticatorErrorKind::Cancelled, ErrorKind::Cancelled),
            (AuthenticatorErrorKind::TimedOut, ErrorKind::Timeout),
            (AuthenticatorErrorKind::AlreadyRegistered, ErrorKind::Conflict),
            (AuthenticatorErrorKind::NotAssociated, ErrorKind::InvalidConfig),
            (AuthenticatorErrorKind::Unsupported, ErrorKind::Platform),
            (AuthenticatorErrorKind::Failed, ErrorKind::Platform),
        ] {
            started(&pool);
            let error = client.account().register_passkey(&Fixed(Err(kind))).await.unwrap_err();
            assert_eq!(error.kind(), expected);
            assert!(error.message().starts_with("the reason"), "{error}");
        }
        started(&pool);
        let error = client.account().register_passkey(&Fixed(Ok("nonsense"))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!pool.operations().contains(&"CompleteWebAuthnRegistration".to_owned()));
    }

    #[tokio::test]
    async fn a_refusal_says_what_to_correct() {
        let pool = ScriptedPool::default();
        let client = signed_in(&pool).await;
        pool.refuse("WebAuthnOriginNotAllowedException", "Origin not allowed.");
        let error = client.account().start_passkey_registration().await.unwrap_err();
        assert_eq!(error.aws_code(), Some("WebAuthnOriginNotAllowedException"));
        for words in
            ["Origin not allowed. ", "RelyingPartyId", "android:apk-key-hash:", "apple-app-site-association"]
        {
            assert!(error.message().contains(words), "{error}");
        }
    }

    #[tokio::test]
    async fn every_page_is_fetched_and_none_twice() {
        let pool = ScriptedPool::default();
        let client = signed_in(&pool).await;
        pool.answer(json!({ "Credentials": [passkey("a"), passkey("b")], "NextToken": "more" }));
        pool.answer(json!({ "Credentials": [passkey("c")] }));
        let all: Vec<Passkey> = client.account().passkeys().page_size(2).items().try_collect().await.unwrap();
        let ids: Vec<&str> = all.iter().map(|passkey| passkey.credential_id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        assert_eq!(pool.last_input()["NextToken"], "more");
        assert_eq!(pool.last_input()["MaxResults"], 2);

        for _ in 0..2 {
            pool.answer(json!({ "Credentials": [passkey("a")], "NextToken": "more" }));
        }
        let circle = client.account().passkeys().pages().try_collect::<Vec<_>>().await.unwrap_err();
        assert_eq!(circle.kind(), ErrorKind::InvalidResponse);
        assert_eq!(circle.operation(), Some("ListWebAuthnCredentials"));
    }

    #[tokio::test]
    async fn an_entry_that_lacks_something_is_no_passkey() {
        let pool = ScriptedPool::default();
        let client = signed_in(&pool).await;
        for (member, value) in [
            ("CredentialId", Value::Null),
            ("CreatedAt", json!(-1)),
            ("CreatedAt", json!(1e300)),
            ("AuthenticatorTransports", json!([1])),
        ] {
            let mut entry = passkey("a");
            entry[member] = value;
            pool.answer(json!({ "Credentials": [entry] }));
            let error = client.account().passkeys().page().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{member}");
        }
    }

    #[tokio::test]
    async fn nothing_is_sent_for_input_that_cannot_be_right() {
        let pool = ScriptedPool::default();
        let client = signed_in(&pool).await;
        let account = client.account();
        for size in [0, 21] {
            let error = account.passkeys().page_size(size).page().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
        assert_eq!(account.delete_passkey("").await.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert!(pool.operations().is_empty());
    }
}
