//! The signed-in person.

use std::sync::Arc;
use std::time::SystemTime;

use super::{Claims, Session};

/// The person who is signed in, as the ID token describes them.
///
/// The value does not change: after a refresh, call [`Client::current_user`](crate::Client::current_user) again.
///
/// ```no_run
/// # async fn example(client: poolpass::Client) -> Result<(), poolpass::Error> {
/// if let Some(user) = client.current_user().await? {
///     println!("{} <{}>", user.username(), user.email().unwrap_or("no address"));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct User {
    session: Arc<Session>,
}

impl User {
    /// The user name in the user pool. It differs from what people typed if they signed in with an alias.
    pub fn username(&self) -> &str {
        self.session.id_token().username()
    }

    /// The user's id (`sub`), which never changes.
    pub fn sub(&self) -> &str {
        self.session.id_token().sub()
    }

    /// The email address, where the app client may read it.
    pub fn email(&self) -> Option<&str> {
        self.session.id_token().email()
    }

    /// The person's groups in the user pool.
    pub fn groups(&self) -> Vec<&str> {
        self.session.id_token().groups()
    }

    /// Whether the user pool wants to know if this device shall be remembered (`UserConfirmationNecessary` of ConfirmDevice).
    ///
    /// Ask the person, then call [`Account::remember_device`](crate::Account::remember_device) or
    /// [`Account::do_not_remember_device`](crate::Account::do_not_remember_device). It is false in user pools that do not track
    /// devices, or remember all of them.
    pub fn device_confirmation_necessary(&self) -> bool {
        self.session.asks_about_device()
    }

    /// The level at which the person has proved who they are, such as `urn:cognito:loa:4`, if the sign-in or the step-up asked for
    /// one. A refresh keeps it.
    pub fn acr(&self) -> Option<&str> {
        self.claims().text("acr")
    }

    /// The methods with which the person has proved who they are, such as `pwd`, `otp` and `mfa`, where AWS says so. A refresh keeps
    /// them.
    pub fn amr(&self) -> Vec<&str> {
        self.claims().list("amr")
    }

    /// When the person last proved who they are, by AWS's clock. A refresh does not change it.
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.claims().auth_time()
    }

    /// All claims of the ID token.
    pub fn claims(&self) -> &Claims {
        self.session.id_token().claims()
    }
}

impl From<Arc<Session>> for User {
    fn from(session: Arc<Session>) -> Self {
        Self { session }
    }
}
