//! The operations of the matrix: each public method of the SDK that sends a request, by its name in `tests/surface.json`.

mod account;
mod api;
mod challenges;
mod items;
mod logins;
mod objects;
mod passkeys;
mod redirect;
mod session;

use anyhow::Result;
use poolpass::Error;
use poolpass::platform::BoxFuture;

use crate::fixture::Fixture;

/// One row of the matrix.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The method, and after a blank how it is called where there are several ways.
    pub name: &'static str,
    /// Whether the person is in the pool that demands a second factor.
    pub strict: bool,
    /// Prepares what the operation needs.
    pub prepare: Step,
    /// The call itself.
    pub call: Call,
    /// How often its work has been done, as AWS's state shows it.
    pub done: Option<Probe>,
    /// Whether what it needs would expire before the tokens do.
    pub at_once: bool,
}

/// See [`Operation::prepare`].
pub type Step = for<'a> fn(&'a Fixture) -> BoxFuture<'a, Result<()>>;
/// See [`Operation::call`].
pub type Call = for<'a> fn(&'a Fixture) -> BoxFuture<'a, Result<(), Error>>;
/// See [`Operation::done`].
pub type Probe = for<'a> fn(&'a Fixture) -> BoxFuture<'a, Result<u32>>;

/// All of them.
pub fn all() -> Vec<Operation> {
    [
        session::OPERATIONS,
        redirect::OPERATIONS,
        logins::OPERATIONS,
        account::OPERATIONS,
        challenges::OPERATIONS,
        passkeys::OPERATIONS,
        objects::OPERATIONS,
        items::OPERATIONS,
        api::OPERATIONS,
    ]
    .concat()
}

impl Operation {
    const fn new(name: &'static str, prepare: Step, call: Call) -> Self {
        Self { name, strict: false, prepare, call, done: None, at_once: false }
    }

    const fn done(self, probe: Probe) -> Self {
        Self { done: Some(probe), ..self }
    }

    const fn at_once(self) -> Self {
        Self { at_once: true, ..self }
    }

    const fn strict(self) -> Self {
        Self { strict: true, ..self }
    }
}

/// The person exists.
const EXISTS: Step = |fixture| Box::pin(fixture.add_user(false, false));
/// The person is signed in.
const SIGNED_IN: Step = |fixture| Box::pin(fixture.sign_in());
/// The person is signed in and has credentials.
const WITH_CREDENTIALS: Step = |fixture| {
    Box::pin(async {
        fixture.sign_in().await?;
        fixture.client.credentials().await?;
        Ok(())
    })
};
