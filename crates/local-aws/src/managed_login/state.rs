//! Where each browser is on its way through the pages.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use serde_json::Value;

/// The steps of all visits, by authorization request and browser.
#[derive(Default)]
pub(crate) struct ManagedLogins(Mutex<HashMap<(String, String), (Step, SystemTime)>>);

/// The progress after the first page.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A sign-up waits for its code.
    ConfirmSignUp { username: String, destination: String, session: Option<String>, is_sent_again: bool },
    /// A new password waits for the code.
    ResetPassword { username: String, destination: String },
    /// A challenge of the sign-in.
    Challenge(Challenge),
    /// The sign-in is done, and a passkey can be added. Without a ticket, the person goes on with the browser's session.
    AddPasskey { ticket: Option<String>, options: String },
}

/// A challenge as the user pool poses it.
#[derive(Clone, Debug)]
pub(super) struct Challenge {
    pub(super) username: String,
    pub(super) name: String,
    pub(super) session: String,
    pub(super) parameters: Value,
    /// `AvailableChallenges` of SELECT_CHALLENGE.
    pub(super) available: Vec<String>,
    /// The person's choice of a set-up.
    pub(super) setup: Option<Setup>,
}

#[derive(Clone, Debug)]
pub(super) enum Setup {
    SoftwareToken { secret: String },
    Email,
}

/// Cognito's pages wait no longer.
const LIFETIME: Duration = Duration::from_secs(3600);

impl ManagedLogins {
    pub(super) fn set(&self, request_id: &str, browser: &str, step: Step, now: SystemTime) {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        steps.retain(|_, (_, expires)| now < *expires);
        steps.insert((request_id.to_owned(), browser.to_owned()), (step, now + LIFETIME));
    }

    pub(super) fn get(&self, request_id: &str, browser: &str, now: SystemTime) -> Option<Step> {
        let steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (step, expires) = steps.get(&(request_id.to_owned(), browser.to_owned()))?;
        (now < *expires).then(|| step.clone())
    }
}
