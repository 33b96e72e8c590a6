//! Signing in: from a user name to a session, through as many challenges as the user pool asks for.
//!
//! [`flow`] has the steps, and a file for each way to sign in lies beside it, such as [`password`]. [`challenge`] has the
//! challenges and their answers; [`pending`] keeps the [`record`] of a sign-in that waits for the person.

mod auth_factor;
mod builder;
pub mod challenge;
mod choice;
mod custom;
mod device;
mod flow;
mod password;
mod passwordless;
mod pending;
mod record;
mod redirect;
mod step_up;
#[cfg(test)]
mod tests;

use self::challenge::Challenge;
pub use auth_factor::AuthFactor;
pub use builder::{SignInBuilder, SignInOptions};
pub(crate) use flow::SignInFlow;
pub use passwordless::{PasswordlessSignInBuilder, PasswordlessSignInOptions};
pub(crate) use record::SignUpSession;
pub(crate) use redirect::Redirects;
pub use redirect::{
    IdentityProvider, RedirectOptions, RedirectResult, RedirectSignIn, RedirectSignInBuilder,
    UserAgentSignInBuilder,
};
pub use step_up::StepUpBuilder;

use crate::session::User;

/// The result of a step of a sign-in: the person is signed in, or a challenge comes next.
///
/// ```no_run
/// use poolpass::{Challenge, Client, Error, SignInStep};
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// let mut step = client.sign_in("ada", "correct horse").await?;
/// loop {
///     step = match step {
///         SignInStep::Done(user) => break println!("hello {}", user.username()),
///         SignInStep::Challenge(Challenge::SoftwareTokenMfa(challenge)) => challenge.answer("123456").await?,
///         SignInStep::Challenge(Challenge::SmsMfa(challenge)) => {
///             println!("code sent to {}", challenge.destination().unwrap_or("your phone"));
///             challenge.answer("123456").await?
///         }
///         SignInStep::Challenge(other) => panic!("this app cannot answer {}", other.name()),
///     };
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a challenge has to be answered before anybody is signed in"]
pub enum SignInStep {
    /// The person is signed in, and the session is stored.
    Done(User),
    /// The user pool asks for something else first.
    Challenge(Challenge),
}

impl SignInStep {
    /// The person, if they are signed in.
    pub fn done(self) -> Option<User> {
        match self {
            Self::Done(user) => Some(user),
            Self::Challenge(_) => None,
        }
    }

    /// The challenge, if one comes next.
    pub fn challenge(self) -> Option<Challenge> {
        match self {
            Self::Done(_) => None,
            Self::Challenge(challenge) => Some(challenge),
        }
    }
}

/// How a sign-in proves who the person is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthFlow {
    /// The password never leaves the device (USER_SRP_AUTH). The app client has to allow it (`ALLOW_USER_SRP_AUTH`).
    #[default]
    UserSrpAuth,
    /// The password is sent over TLS, as a user migration trigger needs it (USER_PASSWORD_AUTH). The app client has to allow
    /// it (`ALLOW_USER_PASSWORD_AUTH`).
    UserPasswordAuth,
    /// The person chooses among first factors: password, code or passkey (USER_AUTH). The app client has to allow it
    /// (`ALLOW_USER_AUTH`), and the user pool needs the feature plan Essentials or Plus.
    UserAuth,
    /// The user pool's own triggers ask their challenges, after SRP where there is a password (CUSTOM_AUTH). The app client has to
    /// allow it (`ALLOW_CUSTOM_AUTH`).
    CustomAuth,
}

impl AuthFlow {
    /// The flows, each with its [code](Self::code).
    const ALL: [(Self, &'static str); 4] = [
        (Self::UserSrpAuth, "userSrpAuth"),
        (Self::UserPasswordAuth, "userPasswordAuth"),
        (Self::UserAuth, "userAuth"),
        (Self::CustomAuth, "customAuth"),
    ];

    /// The flow as a short text, such as `userSrpAuth`, the same in every language.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(flow, _)| *flow == self).map(|(_, code)| *code).unwrap_or_default()
    }

    /// The flow that has this [code](Self::code).
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == code).map(|(flow, _)| flow)
    }
}
