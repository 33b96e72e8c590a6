//! The end of a sign-in, with a passkey for the next time if the app sent the browser to `/passkeys/add`.

use super::{state::Step, visit::Visit};
use crate::{error::AwsError, exchange::Response, user_pool::domain};

impl Visit<'_> {
    /// `GET /passkeys/add`. Someone who is not signed in yet signs in first.
    pub(super) fn passkey_page(&self) -> Response {
        match self.session_user() {
            Some(_) if self.settings.is_local => self.offer_passkey(None),
            _ => self.go_to("login"),
        }
    }

    /// Goes on after a sign-in. Without a ticket, the browser's session is the proof of it.
    pub(super) fn finish(&self, ticket: Option<&str>) -> Response {
        if self.authorization.adds_passkey { self.offer_passkey(ticket) } else { self.go_to_app(ticket) }
    }

    fn offer_passkey(&self, ticket: Option<&str>) -> Response {
        match self.begin_passkey(ticket) {
            Ok(()) => self.go_to("step"),
            Err(error) => self.refuse_passkey(&error),
        }
    }

    fn begin_passkey(&self, ticket: Option<&str>) -> Result<(), AwsError> {
        let options =
            domain::passkey_options(self.account, self.request, &self.authorization.id, ticket)?.to_string();
        self.set_step(Step::AddPasskey { ticket: ticket.map(str::to_owned), options });
        Ok(())
    }

    fn refuse_passkey(&self, error: &AwsError) -> Response {
        domain::fail(self.account, &self.authorization.id, "invalid_request", &error.message)
    }

    /// The authenticator's answer, or the wish to go on without a passkey.
    pub(super) fn add_passkey(&self, ticket: Option<&str>) -> Response {
        if self.form.get("skip").is_some() {
            return self.go_to_app(ticket);
        }
        let credential = serde_json::from_str(self.form.text("credential")).unwrap_or_default();
        let id = &self.authorization.id;
        match domain::add_passkey(self.account, self.request, id, ticket, &credential) {
            Ok(()) => self.go_to_app(ticket),
            // Each challenge counts once, so that the next attempt has a new one.
            Err(error) => match self.begin_passkey(ticket) {
                Ok(()) => self.step_page(Some(error.into())),
                Err(error) => self.refuse_passkey(&error),
            },
        }
    }

    fn go_to_app(&self, ticket: Option<&str>) -> Response {
        match ticket {
            Some(ticket) => domain::complete(self.account, self.request, &self.authorization.id, ticket),
            None => domain::resume(self.account, self.request, &self.authorization.id),
        }
    }
}
