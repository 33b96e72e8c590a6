//! The user of a person whom an identity provider has named.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Claims, Refusal};
use crate::{
    clock::unix_seconds,
    user_pool::{
        client::AppClient,
        domain::{Visit, providers::IdentityProvider, requests::AuthorizationRequest, session::Person},
        pool::{Group, UserPool},
        schema::{Attributes, Writer},
        triggers,
        user::{User, UserStatus},
    },
};

/// An identity at a provider that signs a user in: an entry of the attribute `identities`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::user_pool) struct ExternalIdentity {
    pub(in crate::user_pool) user_id: String,
    pub(in crate::user_pool) provider_name: String,
    provider_type: String,
    issuer: Option<String>,
    /// Whether the user was created by this identity, and not linked to it.
    pub(in crate::user_pool) primary: bool,
    /// Milliseconds.
    date_created: i64,
    /// The claim that `user_id` is compared with, if it is not the subject.
    #[serde(skip)]
    pub(in crate::user_pool) claim: Option<String>,
}

impl ExternalIdentity {
    pub(in crate::user_pool) fn new(
        provider: &IdentityProvider,
        user_id: String,
        is_primary: bool,
        now: SystemTime,
    ) -> Self {
        Self {
            user_id,
            provider_name: provider.name.clone(),
            provider_type: provider.kind.name().to_owned(),
            issuer: None,
            primary: is_primary,
            date_created: unix_seconds(now) * 1000,
            claim: None,
        }
    }

    fn is(&self, provider: &str, subject: &str, claims: &Claims) -> bool {
        let value = self.claim.as_ref().map_or(Some(subject.to_owned()), |claim| claims.text(claim));
        self.provider_name == provider && value.as_deref() == Some(&self.user_id)
    }
}

impl User {
    /// Replaces the identities, which are also an attribute.
    pub(in crate::user_pool) fn set_identities(&mut self, identities: Vec<ExternalIdentity>) {
        match identities.is_empty() {
            true => self.attributes.remove(IDENTITIES),
            false => self.attributes.insert(IDENTITIES.to_owned(), json!(identities).to_string()),
        };
        self.identities = identities;
    }
}

const IDENTITIES: &str = "identities";

impl Visit<'_> {
    /// Finds or creates the user. Cognito keeps one user per provider and subject, unless it is linked to another.
    pub(super) fn external_person(
        &self,
        request: &AuthorizationRequest,
        provider: &IdentityProvider,
        claims: &Claims,
    ) -> Result<Person, Refusal> {
        let subject = claims.subject(provider)?;
        let attributes = claims.mapped(provider);
        let gone = || Refusal::new("server_error", "The user pool or the app client is gone.");
        let call = self.call();
        let mut user = {
            let mut pools = self.account.user_pools.lock();
            let pool = pools.by_domain(self.domain).ok_or_else(gone)?;
            let client = pool.clients.get(&request.client_id).cloned().ok_or_else(gone)?;
            if let Some(username) = known_user(pool, provider, &subject, claims) {
                update(pool, &username, attributes, self.now)?;
                let user = pool.user(&username).map_err(|_| gone())?;
                if !user.enabled {
                    return Err(Refusal::invalid("User is not enabled"));
                }
                triggers::signed_in(&call, pool, &client, user, false)
                    .map_err(|error| trigger_error(&error))?;
                return Ok(person(user, provider, self.now));
            }
            new_user(pool, provider, &subject, attributes, self.now)?
        };
        let (pre_sign_up, client) = self.pre_sign_up(request, &user).ok_or_else(gone)?;
        // Without a lock, since functions link users here.
        let decision = pre_sign_up.run(self.account).map_err(|error| trigger_error(&error))?;
        self.link_by_script(provider, &subject);
        let mut pools = self.account.user_pools.lock();
        let pool = pools.by_domain(self.domain).ok_or_else(gone)?;
        let is_taken = pool.users.contains_key(&user.username);
        if is_taken || known_user(pool, provider, &subject, claims).is_some() {
            // AWS: if the user was created or linked meanwhile, the next sign-in succeeds.
            return Err(Refusal::invalid(format!("Already found an entry for username {}", user.username)));
        }
        decision.apply(&mut user);
        user.status = UserStatus::ExternalProvider;
        let found = person(&user, provider, self.now);
        let username = user.username.clone();
        pool.users.insert(username.clone(), user);
        triggers::user_confirmed(&call, pool, &client, "ConfirmSignUp", &username)
            .map_err(|error| trigger_error(&error))?;
        Ok(found)
    }

    fn pre_sign_up(
        &self,
        request: &AuthorizationRequest,
        user: &User,
    ) -> Option<(triggers::ExternalSignUp, std::sync::Arc<AppClient>)> {
        let mut pools = self.account.user_pools.lock();
        let pool = pools.by_domain(self.domain)?;
        let client = pool.clients.get(&request.client_id)?.clone();
        Some((triggers::before_external_sign_up(pool, &client, user), client))
    }

    /// Does what a function does that calls AdminLinkProviderForUser, if the pool's triggers say so.
    fn link_by_script(&self, provider: &IdentityProvider, subject: &str) {
        let mut pools = self.account.user_pools.lock();
        let Some(pool) = pools.by_domain(self.domain) else { return };
        let Some(username) = self.account.triggers.linked_user(&pool.id) else { return };
        if let Ok(user) = pool.find_mut(&username) {
            let mut identities = user.identities.clone();
            identities.push(ExternalIdentity::new(provider, subject.to_owned(), false, self.now));
            user.set_identities(identities);
        }
    }
}

fn known_user(
    pool: &UserPool,
    provider: &IdentityProvider,
    subject: &str,
    claims: &Claims,
) -> Option<String> {
    let mut users = pool.users.values();
    let found = users.find(|user| user.identities.iter().any(|it| it.is(&provider.name, subject, claims)));
    found.map(|user| user.username.clone())
}

fn new_user(
    pool: &mut UserPool,
    provider: &IdentityProvider,
    subject: &str,
    attributes: Attributes,
    now: SystemTime,
) -> Result<User, Refusal> {
    let missing: Vec<_> = pool.schema.required().filter(|name| !attributes.contains_key(*name)).collect();
    if !missing.is_empty() {
        return Err(Refusal::invalid(format!("attributes required: [{}]", missing.join(", "))));
    }
    check(pool, &attributes, None)?;
    let username = format!("{}_{subject}", provider.name);
    let mut user = User::new(username, uuid::Uuid::new_v4().to_string(), Attributes::new(), now);
    user.write_attributes(attributes, now);
    user.set_identities(vec![ExternalIdentity::new(provider, subject.to_owned(), true, now)]);
    // Cognito has a group for the users of each provider.
    let name = format!("{}_{}", pool.id, provider.name);
    pool.groups.entry(name.clone()).or_insert_with(|| Group {
        name: name.clone(),
        description: Some(format!("Autogenerated group for users who sign in using {}", provider.name)),
        role_arn: None,
        precedence: None,
        created: now,
    });
    user.groups.insert(name);
    Ok(user)
}

/// Writes the mapped attributes at each sign-in, as Cognito does.
fn update(
    pool: &mut UserPool,
    username: &str,
    attributes: Attributes,
    now: SystemTime,
) -> Result<(), Refusal> {
    check(pool, &attributes, pool.users.get(username).map(|user| &user.attributes))?;
    if let Ok(user) = pool.user_mut(username) {
        user.write_attributes(attributes, now);
    }
    Ok(())
}

fn check(pool: &UserPool, attributes: &Attributes, current: Option<&Attributes>) -> Result<(), Refusal> {
    let checked = pool.schema.check_write(Writer::Administrator, attributes, current);
    checked.map_err(|error| Refusal::invalid(error.message.trim_end().to_owned()))
}

fn person(user: &User, provider: &IdentityProvider, now: SystemTime) -> Person {
    Person {
        username: user.username.clone(),
        sub: user.sub.clone(),
        provider: Some(provider.name.clone()),
        time: now,
        claims: None,
    }
}

fn trigger_error(error: &crate::error::AwsError) -> Refusal {
    Refusal::invalid(error.message.clone().into_owned())
}
