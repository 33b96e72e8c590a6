//! The person who is signed in.

use std::sync::Arc;

use super::{Claims, Session};

/// The person who is signed in, as the ID token describes them.
///
/// It is a picture of one moment: after a refresh, ask [`Client::current_user`](crate::Client::current_user) again.
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
    /// The user name in the user pool. Where people sign in with an alias, it is not what they typed.
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

    /// The groups of the user pool that the person is in.
    pub fn groups(&self) -> Vec<&str> {
        self.session.id_token().groups()
    }

    /// Everything that the ID token says.
    pub fn claims(&self) -> &Claims {
        self.session.id_token().claims()
    }
}

impl From<Arc<Session>> for User {
    fn from(session: Arc<Session>) -> Self {
        Self { session }
    }
}
