//! The device of a session: confirmed before the session is used, so that its refreshes are accepted.
//!
//! A user pool that tracks devices refuses to refresh a session whose device was never confirmed. So the device is confirmed when the
//! person signs in, and, where that failed, again before the next refresh.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::manager::Shared;
use super::{DeviceTask, Session, SessionManager};
use crate::diagnostics::{self, Fields};
use crate::error::{Error, ErrorKind};
use crate::platform::{BoxFuture, Random, timeout};
use crate::srp::DeviceVerifier;
use crate::user_pool::{Call, DeviceIds, StoredDevice};

/// A sign-in or a refresh waits for ConfirmDevice no longer than this.
const LIMIT: Duration = Duration::from_secs(10);

/// The codes of AWS that say of a device that it will never be confirmed.
const FINAL: [&str; 3] =
    ["InvalidParameterException", "ResourceNotFoundException", "InvalidUserPoolConfigurationException"];

impl SessionManager {
    /// The person has said whether this device shall be remembered.
    pub(crate) async fn person_was_asked(&self, device_key: &str) -> Result<(), Error> {
        let shared = self.shared();
        let writing = shared.write().await?;
        let session = shared.stored(&writing).await?;
        let asks = |session: &Session| {
            session.device_task == Some(DeviceTask::AskPerson) && session.device_key() == Some(device_key)
        };
        match session.filter(|session| asks(session)) {
            Some(session) => {
                let session = Session { device_task: None, ..(*session).clone() };
                shared.save(&session.into(), &writing).await
            }
            None => Ok(()),
        }
    }
}

impl Shared {
    /// Keeps what the session's new device has to prove later, before AWS is told.
    pub(super) async fn keep_new_device(&self, session: &Session, ids: DeviceIds) {
        self.keep_device(session, ids, password(self.pool.pipeline().random())).await;
    }

    /// Keeps what the session's device has to prove later.
    pub(super) async fn keep_device(
        &self,
        session: &Session,
        ids: DeviceIds,
        password: Result<SecretString, Error>,
    ) {
        let device = password.map(|password| StoredDevice {
            sub: session.id_token.sub().to_owned(),
            names: names(session),
            ids,
            password,
        });
        let kept = match device {
            Ok(device) => self.pool.devices().save(device).await,
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            warn("the keys of the device were not kept", &error);
        }
    }

    /// Keeps and confirms the device of new tokens, if it is a new one.
    pub(super) async fn confirm_new_device(&self, session: &mut Session, device: Option<DeviceIds>) {
        if let Some(device) = device {
            self.keep_new_device(session, device).await;
            self.confirm_device(session).await;
        }
    }

    /// Has AWS confirm the device of the session, if that is left to do (ConfirmDevice). A failure leaves the session as it is.
    pub(super) fn confirm_device<'a>(&'a self, session: &'a mut Session) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Some(key) = session.device_key.clone() else { return };
            if session.device_task != Some(DeviceTask::Confirm) {
                return;
            }
            let devices = self.pool.devices();
            let Some(device) = devices.by_key(&key).await else { return };
            let confirmed = timeout(LIMIT, self.send_confirmation(session, &device)).await;
            match confirmed.unwrap_or_else(|| Err(Error::new(ErrorKind::Timeout, "AWS does not answer"))) {
                Ok(asks) => session.device_task = asks.then_some(DeviceTask::AskPerson),
                // An answer was lost.
                Err(error) if error.aws_code() == Some("DeviceKeyExistsException") => {
                    session.device_task = None;
                }
                Err(error) => {
                    warn("AWS has not confirmed the device: it may refuse the next refresh", &error);
                    // It will never be confirmed, and so is of no use at the next sign-in.
                    if error.aws_code().is_some_and(|code| FINAL.contains(&code)) {
                        let _ = devices.forget(&key).await;
                    }
                }
            }
        })
    }

    /// Returns whether the person has to be asked.
    async fn send_confirmation(&self, session: &Session, device: &StoredDevice) -> Result<bool, Error> {
        let mut salt = [0; 16];
        self.pool.pipeline().random().fill(&mut salt)?;
        let verifier = DeviceVerifier::new(device.identity(), device.password.expose_secret(), &salt);
        let call = Call::confirm_device(&device.ids.key, &verifier, self.pool.devices().name());
        let mut answer = self.pool.send(call.authorised(session.access_token.jwt())).await?;
        Ok(answer.flag("UserConfirmationNecessary")?)
    }
}

/// The names that the person signs in with, as far as the ID token tells: the user name comes first.
fn names(session: &Session) -> Vec<String> {
    let claims = session.id_token.claims();
    let aliases = ["email", "phone_number", "preferred_username"].map(|name| claims.text(name));
    let aliases = aliases.into_iter().flatten();
    [session.id_token.username()].into_iter().chain(aliases).map(str::to_owned).collect()
}

fn password(random: &dyn Random) -> Result<SecretString, Error> {
    let mut bytes = Zeroizing::new([0; 40]);
    random.fill(bytes.as_mut())?;
    Ok(STANDARD.encode(bytes.as_ref()).into())
}

fn warn(event: &'static str, error: &Error) {
    diagnostics::warn(event, &Fields { kind: Some(error.kind().code()), ..Fields::default() });
}
