//! Sign-ins, their refresh tokens, and their end.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng as _;

use super::{
    authentication::AuthClaims, client::AppClient, device::DeviceIds, domain::Scopes,
    sessions::TrackedSession, user::User,
};
use crate::error::AwsError;

/// The sign-ins of a user pool. All tokens of one sign-in contain its ID as `origin_jti`.
#[derive(Default)]
pub(super) struct SignIns {
    by_id: HashMap<String, SignIn>,
    refresh_tokens: HashMap<String, RefreshToken>,
}

#[derive(Clone)]
pub(super) struct SignIn {
    pub(super) id: String,
    pub(super) username: String,
    /// The `sub`, which differs from that of a later user with the same name.
    pub(super) sub: String,
    pub(super) client_id: String,
    /// The time of the password.
    pub(super) time: SystemTime,
    /// Groups the log entries of one sign-in.
    pub(super) event_id: String,
    /// The device, in a pool that tracks devices. It need not be confirmed.
    pub(super) device: Option<DeviceIds>,
    pub(super) claims: Option<AuthClaims>,
    /// The record of it, if the pool tracked sessions when it began.
    pub(super) session: Option<TrackedSession>,
    /// Of a sign-in at the pool's domain. Others have the scope for the user's own operations.
    pub(super) scopes: Option<Scopes>,
    /// Of the first ID token; refreshed ones have none.
    pub(super) nonce: Option<String>,
    expires: SystemTime,
    revoked: bool,
}

/// The parts of a new sign-in that not every sign-in has.
#[derive(Default)]
pub(super) struct SignInDetails {
    pub(super) claims: Option<AuthClaims>,
    pub(super) session: Option<TrackedSession>,
    pub(super) scopes: Option<Scopes>,
    /// When the person signed in, if that was earlier.
    pub(super) time: Option<SystemTime>,
}

struct RefreshToken {
    sign_in: String,
    /// The time when a newer token replaced it.
    rotated: Option<SystemTime>,
}

impl SignIn {
    pub(super) fn is_revoked(&self) -> bool {
        self.revoked
    }
}

impl SignIns {
    /// Records a sign-in and returns its refresh token.
    pub(super) fn begin(
        &mut self,
        client: &AppClient,
        user: &User,
        details: SignInDetails,
        now: SystemTime,
    ) -> (SignIn, String) {
        self.by_id.retain(|_, sign_in| now < sign_in.expires + FORGOTTEN_AFTER);
        self.refresh_tokens.retain(|_, token| self.by_id.contains_key(&token.sign_in));

        let sign_in = SignIn {
            id: uuid::Uuid::new_v4().to_string(),
            username: user.username.clone(),
            sub: user.sub.clone(),
            client_id: client.id.clone(),
            time: details.time.unwrap_or(now),
            event_id: uuid::Uuid::new_v4().to_string(),
            device: None,
            claims: details.claims,
            session: details.session,
            scopes: details.scopes,
            nonce: None,
            expires: now + client.settings.refresh_token_lifetime(),
            revoked: false,
        };
        self.by_id.insert(sign_in.id.clone(), sign_in.clone());
        let token = self.new_token(&sign_in.id);
        (sign_in, token)
    }

    /// Records the device of a sign-in.
    pub(super) fn set_device(&mut self, sign_in: &mut SignIn, device: Option<DeviceIds>) {
        sign_in.device = device;
        self.by_id.insert(sign_in.id.clone(), sign_in.clone());
    }

    /// The sign-in that a refresh token belongs to, if it may still be used.
    pub(super) fn refresh(
        &self,
        client: &AppClient,
        token: &str,
        now: SystemTime,
    ) -> Result<SignIn, AwsError> {
        let invalid = || AwsError::new("NotAuthorizedException", "Invalid Refresh Token");
        let record = self.refresh_tokens.get(token).ok_or_else(invalid)?;
        let sign_in = self.by_id.get(&record.sign_in).ok_or_else(invalid)?;
        if sign_in.client_id != client.id {
            return Err(invalid());
        }
        if sign_in.revoked {
            return Err(AwsError::new("NotAuthorizedException", "Refresh Token has been revoked"));
        }
        if now >= sign_in.expires {
            return Err(AwsError::new("NotAuthorizedException", "Refresh Token has expired"));
        }
        let grace = client.settings.rotation_grace();
        if record.rotated.is_some_and(|rotated| now >= rotated + grace) {
            return Err(AwsError::new(
                "RefreshTokenReuseException",
                "Refresh token has been rotated out and cannot be used again.",
            ));
        }
        Ok(sign_in.clone())
    }

    /// Replaces a refresh token that [`SignIns::refresh`] accepted. The new token's lifetime still starts at the sign-in.
    pub(super) fn rotate(&mut self, token: &str, now: SystemTime) -> Option<String> {
        let record = self.refresh_tokens.get_mut(token)?;
        // The grace period starts with the first rotation.
        record.rotated.get_or_insert(now);
        let sign_in = record.sign_in.clone();
        Some(self.new_token(&sign_in))
    }

    /// The sign-ins of a user that may still be refreshed, with their records.
    pub(super) fn active<'a>(
        &'a self,
        username: &'a str,
        now: SystemTime,
    ) -> impl Iterator<Item = (&'a SignIn, &'a TrackedSession)> {
        self.by_id
            .values()
            .filter(move |sign_in| sign_in.username == username && !sign_in.revoked && now < sign_in.expires)
            .filter_map(|sign_in| Some((sign_in, sign_in.session.as_ref()?)))
    }

    /// Makes room for a new session: ends those that were not used for the longest time, until fewer than `max` are left.
    pub(super) fn evict(&mut self, username: &str, max: usize, now: SystemTime) {
        let mut active: Vec<_> = self
            .active(username, now)
            .map(|(sign_in, session)| (session.last_active, sign_in.id.clone()))
            .collect();
        active.sort();
        let excess = (active.len() + 1).saturating_sub(max);
        for (_, id) in active.into_iter().take(excess) {
            self.revoke_sign_in(&id);
        }
    }

    /// The record of a sign-in, for a refresh.
    pub(super) fn session_mut(&mut self, id: &str) -> Option<&mut TrackedSession> {
        self.by_id.get_mut(id)?.session.as_mut()
    }

    /// Ends one sign-in.
    pub(super) fn revoke_sign_in(&mut self, id: &str) {
        if let Some(sign_in) = self.by_id.get_mut(id) {
            sign_in.revoked = true;
        }
    }

    /// The sign-in of an access token.
    pub(super) fn find(&self, id: &str) -> Option<&SignIn> {
        self.by_id.get(id)
    }

    /// The app client that a refresh token was issued to.
    pub(super) fn client_of(&self, token: &str) -> Option<&str> {
        let record = self.refresh_tokens.get(token)?;
        self.by_id.get(&record.sign_in).map(|sign_in| sign_in.client_id.as_str())
    }

    /// Ends the sign-in that a refresh token belongs to.
    pub(super) fn revoke(&mut self, token: &str) {
        if let Some(record) = self.refresh_tokens.get(token)
            && let Some(sign_in) = self.by_id.get_mut(&record.sign_in)
        {
            sign_in.revoked = true;
        }
    }

    /// Ends all sign-ins of a user.
    pub(super) fn revoke_user(&mut self, username: &str) {
        for sign_in in self.by_id.values_mut().filter(|sign_in| sign_in.username == username) {
            sign_in.revoked = true;
        }
    }

    /// Ends all sign-ins.
    pub(super) fn revoke_all(&mut self) {
        for sign_in in self.by_id.values_mut() {
            sign_in.revoked = true;
        }
    }

    fn new_token(&mut self, sign_in: &str) -> String {
        let mut bytes = [0; 96];
        rand::rng().fill_bytes(&mut bytes);
        let token = URL_SAFE_NO_PAD.encode(bytes);
        self.refresh_tokens
            .insert(token.clone(), RefreshToken { sign_in: sign_in.to_owned(), rotated: None });
        token
    }
}

/// How long an expired token is reported as expired. Later it is unknown.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 3600);
