//! Step-up: stronger or more recent tokens of the same person take the place of the session's.

use std::sync::Arc;

use super::detached::detached;
use super::manager::{Shared, signed_out};
use super::{AccessToken, Session, SessionEvent, SessionManager};
use crate::error::Error;
use crate::user_pool::{AuthenticationResult, DeviceIds};

impl SessionManager {
    /// Stores the tokens of a completed step-up to `level`, and has AWS revoke those that they replace. It runs to the end even if the
    /// caller goes away.
    ///
    /// It is all or nothing: the session stays as it was if the tokens are below the level or cannot be stored. If the person has
    /// signed out in the meantime, or somebody else has signed in, that stands.
    pub(crate) async fn step_up(
        &self,
        result: AuthenticationResult,
        level: String,
    ) -> Result<Arc<Session>, Error> {
        let (mut session, new_device) = self.new_session(result)?;
        let shared = Arc::clone(self.shared());
        detached(async move {
            match shared.replace_by_stronger(&mut session, new_device, &level).await {
                Ok((session, replaced)) => {
                    shared.events.publish(&SessionEvent::Refreshed);
                    shared.abandon(&replaced);
                    Ok(session)
                }
                Err(error) => {
                    shared.abandon(&session);
                    Err(error)
                }
            }
        })
        .await
    }
}

impl Shared {
    /// Stores `session` in the place of the session that it returns as the second.
    async fn replace_by_stronger(
        &self,
        session: &mut Session,
        new_device: Option<DeviceIds>,
        level: &str,
    ) -> Result<(Arc<Session>, Arc<Session>), Error> {
        if !may_meet(session.access_token(), level) {
            return Err(Error::invalid_response("AWS has not reached the level that the step-up asked for"));
        }
        self.confirm_new_device(session, new_device).await;
        let writing = self.write().await?;
        let stored = self.stored(&writing).await?;
        let Some(replaced) = stored.filter(|stored| stored.is_of_the_person_of(session)) else {
            return Err(signed_out());
        };
        if session.device_key.is_none() {
            session.device_key.clone_from(&replaced.device_key);
            session.device_task = replaced.device_task;
        }
        session.refresh_operation = replaced.refresh_operation;
        let session = Arc::new(session.clone());
        self.save(&session, &writing).await?;
        Ok((session, replaced))
    }
}

/// Whether a token of authentication level `acr` is good enough where `level` is asked for.
///
/// The levels that AWS names are in order. Names that a user pool has chosen are not, so that only the same one is good enough.
pub(crate) fn meets(acr: Option<&str>, level: &str) -> bool {
    acr == Some(level) || rank(level).is_some_and(|rank_of_level| acr.and_then(rank) >= Some(rank_of_level))
}

/// Whether new tokens may have the level that AWS was asked for. AWS may have reached a higher one, whose name says nothing to us if
/// the user pool has chosen it.
fn may_meet(token: &AccessToken, level: &str) -> bool {
    let acr = token.claims().text("acr");
    let is_comparable = rank(level).is_some() && acr.and_then(rank).is_some();
    meets(acr, level) || acr.is_some() && !is_comparable
}

/// The place of one of AWS's own levels, `urn:cognito:loa:1` to `urn:cognito:loa:4`.
fn rank(level: &str) -> Option<u8> {
    let rank = level.strip_prefix("urn:cognito:loa:")?.parse().ok()?;
    (1..=4).contains(&rank).then_some(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_s_levels_are_in_order_and_others_only_equal_themselves() {
        for (acr, level, expected) in [
            (Some("urn:cognito:loa:4"), "urn:cognito:loa:3", true),
            (Some("urn:cognito:loa:3"), "urn:cognito:loa:3", true),
            (Some("urn:cognito:loa:2"), "urn:cognito:loa:3", false),
            (None, "urn:cognito:loa:1", false),
            (Some("urn:cognito:loa:5"), "urn:cognito:loa:4", false),
            (Some("urn:cognito:loa:4"), "urn:cognito:loa:5", false),
            (Some("gold"), "gold", true),
            (Some("gold"), "silver", false),
            (Some("urn:cognito:loa:4"), "silver", false),
            (Some("gold"), "urn:cognito:loa:1", false),
            (None, "gold", false),
        ] {
            assert_eq!(meets(acr, level), expected, "{acr:?} for {level}");
        }
    }
}
