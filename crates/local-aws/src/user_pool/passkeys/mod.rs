//! Passkeys (WebAuthn): their configuration, and the operations with which users register, list and delete them.

mod ceremony;
mod configuration;
mod origin;
mod registration;
mod sign_in;
#[cfg(test)]
mod tests;

pub(super) use ceremony::{Assertion, Credential};
pub(super) use configuration::{FactorConfiguration, WebAuthnConfiguration};
pub(super) use registration::{
    PendingRegistration, complete as complete_registration, complete_web_authn_registration,
    delete_web_authn_credential, list_web_authn_credentials, start as start_registration,
    start_web_authn_registration,
};

/// The passkeys of a user.
#[derive(Default)]
pub(super) struct Passkeys {
    pub(super) credentials: Vec<Credential>,
    /// The newest registration that was started.
    pub(super) pending: Option<PendingRegistration>,
}

impl Passkeys {
    pub(super) fn of_relying_party(&self, id: &str) -> impl Iterator<Item = &Credential> {
        self.credentials.iter().filter(move |credential| credential.relying_party_id == id)
    }
}
