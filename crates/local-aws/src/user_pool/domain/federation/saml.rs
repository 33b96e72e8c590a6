//! SAML 2.0: the request by redirect, and the response by POST.

use http::Request;
use http_body_util::Full;

use super::{Claims, Pending, Refusal, fetch};
use crate::{
    clock::{rfc3339, unix_seconds},
    saml::{self, AuthnRequest, Metadata, SamlError},
    user_pool::domain::{Visit, providers::IdentityProvider},
};

impl Visit<'_> {
    pub(super) async fn saml_location(
        &self,
        pending: &Pending,
        provider: &IdentityProvider,
        relay_state: &str,
    ) -> Result<String, Refusal> {
        let metadata = metadata(provider).await?;
        let request = AuthnRequest {
            id: pending.saml_id.clone(),
            issuer: self.entity_id().ok_or_else(|| Refusal::new("server_error", "The user pool is gone."))?,
            response_url: self.assertion_consumer(),
        };
        let url = request.url(&metadata.sign_in_url, relay_state, &rfc3339(self.now));
        url.map(|url| url.to_string()).map_err(|error| Refusal::new("server_error", error.to_string()))
    }

    /// The claims of a response to this request, for this user pool.
    pub(super) async fn saml_claims(
        &self,
        pending: &Pending,
        provider: &IdentityProvider,
        response: &str,
    ) -> Result<Claims, Refusal> {
        let refused = |reason: &str| Refusal::invalid(format!("Error in SAML response processing: {reason}"));
        let metadata = metadata(provider).await?;
        let assertion =
            saml::read(response, &metadata, unix_seconds(self.now)).map_err(|error| match error {
                SamlError::Refused { status, message } if status.ends_with("RequestDenied") => {
                    Refusal::new("access_denied", message)
                }
                error => refused(&error.to_string()),
            })?;
        if assertion.issuer != metadata.entity_id {
            return Err(refused("Issuer is not the provider"));
        }
        if Some(assertion.audience) != self.entity_id() {
            return Err(refused("Audience restriction failed"));
        }
        if assertion.in_response_to.as_ref() != Some(&pending.saml_id) {
            return Err(refused("InResponseTo does not match the request"));
        }
        if assertion.recipient.is_some_and(|recipient| recipient != self.assertion_consumer()) {
            return Err(refused("Recipient is another"));
        }
        Ok(Claims::of_saml(&assertion.subject, assertion.attributes))
    }

    /// The name of the user pool at SAML providers.
    fn entity_id(&self) -> Option<String> {
        let mut pools = self.account.user_pools.lock();
        pools.by_domain(self.domain).map(|pool| format!("urn:amazon:cognito:sp:{}", pool.id))
    }

    fn assertion_consumer(&self) -> String {
        format!("{}/saml2/idpresponse", self.base())
    }
}

async fn metadata(provider: &IdentityProvider) -> Result<Metadata, Refusal> {
    let unreadable =
        |error: &dyn std::fmt::Display| Refusal::new("server_error", format!("SAML metadata: {error}"));
    if let Some(document) = provider.detail("MetadataFile") {
        return Metadata::read(document).map_err(|error| unreadable(&error));
    }
    let url = provider.detail("MetadataURL").unwrap_or_default();
    let request = Request::get(url).body(Full::default()).map_err(|error| unreadable(&error))?;
    let (_, body) = fetch::fetch(request).await?;
    Metadata::read(&String::from_utf8_lossy(&body)).map_err(|error| unreadable(&error))
}
