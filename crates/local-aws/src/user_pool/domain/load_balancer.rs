//! The settings that a load balancer needs of a user pool whose people it signs in.

use crate::user_pool::UserPools;

impl UserPools {
    /// # Errors
    /// The reason, if the app client cannot sign people in for a load balancer.
    pub(crate) fn check_load_balancer(
        &self,
        pool: &str,
        client_id: &str,
        domain: &str,
    ) -> Result<(), String> {
        let mut pools = self.lock();
        let pool = pools.by_id(pool).map_err(|error| error.message.into_owned())?;
        let client = pool
            .clients
            .get(client_id)
            .ok_or_else(|| format!("User pool client {client_id} does not exist."))?;
        if client.secret.is_none() {
            return Err("The user pool client must have a client secret".to_owned());
        }
        if !client.settings.oauth.allows_flow("code") {
            return Err("The user pool client must allow the authorization code grant".to_owned());
        }
        if pool.domain.name() != Some(domain) {
            return Err(format!("The user pool has no domain '{domain}'"));
        }
        Ok(())
    }
}
