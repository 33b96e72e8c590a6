//! Signing in with a user name, and stepping up.

use secrecy::SecretString;

use super::Client;
use crate::error::Error;
use crate::sign_in::challenge::Challenge;
use crate::sign_in::{PasswordlessSignInBuilder, SignInBuilder, SignInStep, StepUpBuilder};

/// Sign-in with a user name.
impl Client {
    /// Signs in with a user name and a password (InitiateAuth, RespondToAuthChallenge). A successful sign-in replaces the present
    /// session.
    ///
    /// The user name may be an email address or a phone number where the user pool allows these as aliases. The password never
    /// leaves the device, unless [`SignInBuilder::flow`] chooses another flow. It takes at most two minutes, and ten seconds more
    /// while another process hangs with the session's lock.
    ///
    /// # Errors
    ///
    /// `NotAuthorized` for a wrong password, `UserNotFound` (where the app client tells), `UserNotConfirmed`,
    /// `PasswordResetRequired`, `TooManyAttempts`, `TriggerRejected`. `InvalidInput` for an empty user name or password,
    /// `Conflict` while another step of a sign-in is under way, `InvalidConfig` without a user pool: nothing was sent.
    /// `InvalidResponse` for an answer that AWS would not give.
    pub fn sign_in(&self, username: impl Into<String>, password: impl Into<SecretString>) -> SignInBuilder {
        SignInBuilder::new(self.inner.sign_in.clone(), username.into(), password.into())
    }

    /// Signs in with a user name alone (InitiateAuth): with a code, a passkey or another factor that the person chooses (USER_AUTH), or by
    /// the challenges of the user pool's own triggers (CUSTOM_AUTH).
    ///
    /// The next step is the challenge of the [preferred](PasswordlessSignInBuilder::preferred) factor where that is available, otherwise a
    /// [`SelectChallenge`](crate::challenge::SelectChallenge). It takes at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `UserNotFound` (where the app client tells), `UserNotConfirmed`, `TooManyAttempts`, `CodeDeliveryFailed`, `TriggerRejected`. `Aws`
    /// where the app client or the user pool's feature plan does not allow the flow. `InvalidInput` for an empty user name or a flow
    /// that needs a password, `Conflict` while another step of a sign-in is under way, `InvalidConfig` without a user pool: nothing
    /// was sent.
    pub fn sign_in_without_password(&self, username: impl Into<String>) -> PasswordlessSignInBuilder {
        PasswordlessSignInBuilder::new(self.inner.sign_in.clone(), username.into())
    }

    /// Signs in whoever has just confirmed the sign-up, without another code (InitiateAuth with USER_AUTH).
    ///
    /// [`Account::confirm_sign_up`](crate::Account::confirm_sign_up) keeps AWS's `Session` in the store, for the app client that allows
    /// USER_AUTH, so that this works after a reload too. It takes at most 70 seconds.
    ///
    /// # Errors
    ///
    /// `ChallengeExpired` if no sign-up was confirmed with this store, or too long ago: sign in. `Conflict` while another step of a
    /// sign-in is under way, `InvalidConfig` without a user pool: nothing was sent.
    pub async fn auto_sign_in(&self) -> Result<SignInStep, Error> {
        self.flow()?.auto_sign_in().await
    }

    /// Has the signed-in person prove more strongly, or again, who they are (InitiateAuth with USER_AUTH and TARGET_ACR_VALUES).
    ///
    /// `level` is `urn:cognito:loa:1` (a password), `urn:cognito:loa:2` (a code by SMS or email), `urn:cognito:loa:3` (a passkey, or a
    /// password and a code by SMS or email), `urn:cognito:loa:4` (a password and a TOTP code), or the name that the user pool has given
    /// to one of them. If the session has reached that level, no longer ago than [`StepUpBuilder::max_age`], the step is `Done` at once
    /// and nothing is sent. Of names that the user pool has given, only the same one counts as reached.
    ///
    /// Otherwise challenges follow, as in a sign-in, but only for the factors that are missing. New tokens take the place of the
    /// session's when the last one is answered, and AWS revokes the old ones. Until then, and if a challenge fails, the session stays as
    /// it is. Listeners hear [`Refreshed`](crate::SessionEvent::Refreshed); to other processes it is a new sign-in. A backend must
    /// check the claims `acr` and `auth_time` of the tokens itself.
    ///
    /// The app client has to allow USER_AUTH (`ALLOW_USER_AUTH`), and the user pool needs the Essentials plan or a higher one. This
    /// follows AWS's documentation; it has not been tried against AWS.
    ///
    /// It takes at most 70 seconds, and the time to get the [access token](Self::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut` when nobody is signed in. `FeatureUnavailableInTier` on a lower plan, `Aws` with the code
    /// `InvalidParameterException` if the person has not set up the factors for the level, or has reached it under another name.
    /// `InvalidInput` for an empty level, `Conflict` while another step of a sign-in is under way, `InvalidConfig` without a user
    /// pool: nothing was sent. `InvalidResponse` if AWS answers with tokens below the level.
    pub fn step_up(&self, level: impl Into<String>) -> StepUpBuilder {
        StepUpBuilder::new(self.inner.sign_in.clone(), level.into())
    }

    /// The challenge that waits for its answer, also after a reload or in another process that shares the store.
    ///
    /// Nothing is sent. `None` when there is none, or when it is older than 15 minutes, the longest that Cognito waits.
    ///
    /// Waits at most ten seconds, for the store.
    ///
    /// # Errors
    ///
    /// `Store`; `InvalidConfig` without a user pool.
    pub async fn pending_challenge(&self) -> Result<Option<Challenge>, Error> {
        self.flow()?.pending_challenge().await
    }
}
