//! The SAML provider: metadata, and the sign-in that a request of the binding HTTP-Redirect begins.

use std::time::Duration;

use http::{HeaderValue, header};
use serde_json::Value;

use super::{Visit, control::attributes, keys, page};
use crate::{
    exchange::{Response, full},
    form::Form,
    saml::{self, AuthnRequest, SamlError},
};

impl Visit<'_> {
    /// `GET /metadata`, for CreateIdentityProvider and CreateSAMLProvider.
    pub(super) fn saml_metadata(&self) -> Response {
        let Ok(key) = keys::key() else { return page::error(self, "The provider has no key.") };
        let document = saml::metadata(&self.issuer(), &format!("{}/sign-in", self.url()), &key.certificate);
        let mut response = http::Response::new(full(document));
        let xml = HeaderValue::from_static("application/samlmetadata+xml");
        response.headers_mut().insert(header::CONTENT_TYPE, xml);
        response
    }

    /// `GET /sign-in`: the page that asks who the person is.
    pub(super) fn ask_for_saml(&self) -> Response {
        match AuthnRequest::read(Form::of_query(self.request).text("SAMLRequest")) {
            Ok(request) => page::ask(self, "", &request.issuer),
            Err(error) => page::error(self, &error.to_string()),
        }
    }

    /// `POST /sign-in`: the person's choice, which the browser posts to the user pool.
    pub(super) fn answer_saml(&self) -> Response {
        let query = Form::of_query(self.request);
        let form = Form::of_body(self.request);
        let request = match AuthnRequest::read(query.text("SAMLRequest")) {
            Ok(request) => request,
            Err(error) => return page::error(self, &error.to_string()),
        };
        let is_cancelled = form.get("cancel").is_some();
        let refused = |status, message: &str| {
            let now = self.account.clock.now();
            saml::failure(&self.issuer(), &request.response_url, &request.id, now, status, message)
        };
        let answer = if is_cancelled {
            refused("RequestDenied", "The person cancelled.")
        } else if let Some(error) = self.failure(&form) {
            refused("AuthnFailed", &error)
        } else {
            let Some(person) = page::chosen(&form) else {
                return page::ask_again(self, &form, &request.issuer);
            };
            let subject = self.kind.subject(self.name, &person.id);
            match self.saml_response(&request, &subject, &person.claims(self.kind)) {
                Ok(response) => response,
                Err(error) => return page::error(self, &error.to_string()),
            }
        };
        let mut parameters = vec![("SAMLResponse", answer.as_str())];
        parameters.extend(query.get("RelayState").map(|state| ("RelayState", state)));
        page::post_back(self, &request.response_url, &parameters)
    }

    fn saml_response(
        &self,
        request: &AuthnRequest,
        subject: &str,
        claims: &Value,
    ) -> Result<String, SamlError> {
        let key = keys::key().map_err(|error| SamlError::Unreadable(error.to_string()))?;
        let claims = claims.as_object().map(attributes).unwrap_or_default();
        saml::Response {
            issuer: &self.issuer(),
            audience: &request.issuer,
            subject,
            destination: Some(&request.response_url),
            in_response_to: Some(&request.id),
            attributes: claims,
            now: self.account.clock.now(),
            lifetime: Duration::from_secs(self.kind.token_seconds().unsigned_abs()),
        }
        .encode(&key.signing.private, &key.certificate)
    }
}
