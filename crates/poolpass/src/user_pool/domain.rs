//! The user pool's domain: the pages of managed login, and the endpoints of OAuth 2.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Uri;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{AuthenticationResult, UserPool};
use crate::aws_request::{AuthScheme, AwsRequest, Protocol, RefusalDetails};
use crate::error::{Error, ErrorKind};
use crate::json::Object;
use crate::percent;
use crate::platform::BoxFuture;

/// How the domain's endpoints answer: OAuth's JSON, whose members begin with small letters.
const OAUTH: Protocol = Protocol {
    allows_body: |answer| answer.body().trim_ascii_start().first() == Some(&b'{'),
    read_refusal,
    ..Protocol::JSON
};

impl UserPool {
    /// A URL below the domain. `path_and_query` is percent-encoded.
    ///
    /// # Errors
    ///
    /// Kind `InvalidConfig` where the configuration has no domain.
    pub(crate) fn domain_url(&self, path_and_query: &str) -> Result<Uri, Error> {
        let domain = self.domain.as_ref().ok_or_else(|| {
            Error::invalid_config(
                "this needs the user pool's domain, which the configuration lacks: add it as userPool.domain",
            )
        })?;
        domain.join(path_and_query)
    }

    /// Whether tokens of this user pool may name `issuer`. Cognito has two forms of its name.
    pub(crate) fn is_issuer(&self, issuer: &str) -> bool {
        let host = issuer.strip_prefix("https://");
        let host = host.map(|host| host.strip_prefix("issuer-").unwrap_or(host));
        host == Some(&self.login_provider())
    }

    /// Exchanges an authorization code for tokens at `/oauth2/token`. A code works once. Without the scope `openid`, the ID token is
    /// empty.
    pub(crate) fn exchange_code<'a>(
        &'a self,
        code: &'a SecretString,
        redirect_uri: &'a str,
        code_verifier: &'a SecretString,
    ) -> BoxFuture<'a, Result<AuthenticationResult, Error>> {
        Box::pin(async move {
            let form = [
                ("grant_type", "authorization_code"),
                ("client_id", self.client_id.as_str()),
                ("code", code.expose_secret()),
                ("redirect_uri", redirect_uri),
                ("code_verifier", code_verifier.expose_secret()),
            ];
            let asked_at = self.pipeline.device_now();
            let mut answer = self.token(&form).await?;
            let result = AuthenticationResult {
                id_token: answer.maybe_secret("id_token")?.unwrap_or_default(),
                access_token: answer.secret("access_token")?,
                refresh_token: answer.maybe_secret("refresh_token")?,
                device_key: None,
                new_device: None,
            };
            self.learn_time(&result, asked_at);
            Ok(result)
        })
    }

    async fn token(&self, form: &[(&str, &str)]) -> Result<Object, Error> {
        let mut request = AwsRequest::form(TOKEN, self.domain_url("/oauth2/token")?, form, &OAUTH);
        request.total_timeout = Some(Self::TOTAL_TIMEOUT);
        let basic = self.client_secret().map(|secret| basic(self.client_id.as_str(), secret));
        let authorization = basic.as_ref().map_or(AuthScheme::None, |basic| AuthScheme::Header(basic));
        self.pipeline.json(&request, &authorization).await.map_err(|error| {
            let Some(code) = error.aws_code() else { return error };
            // Throttling and its like have codes of AWS's, as everywhere.
            let Some(kind) = kind_of(code, error.message()) else { return error };
            match code {
                "invalid_grant" => error.with_message(
                    "the authorization code was used already, is too old or belongs to another sign-in: begin again",
                ),
                "invalid_client" => error.with_message(
                    "the app client does not exist, or needs another client secret: correct the configuration",
                ),
                _ => error,
            }
            .with_kind(kind)
        })
    }
}

/// The name of the endpoint, as the operation in errors.
pub(crate) const TOKEN: &str = "Token";

/// HTTP Basic with the app client's id and secret (RFC 6749, section 2.3.1).
fn basic(id: &str, secret: &str) -> Zeroizing<String> {
    let pair = Zeroizing::new(format!("{}:{}", percent::component(id), percent::component(secret)));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

fn read_refusal(details: &mut RefusalDetails, answer: &http::Response<Bytes>) {
    let Ok(mut refusal) = Object::parse(answer.body()) else { return };
    if let Ok(Some(code)) = refusal.maybe_text("error") {
        details.code = Some(code);
        details.message = refusal.maybe_text("error_description").ok().flatten().or(details.message.take());
    }
}

/// The kind of one of OAuth's errors, from the token endpoint or from a redirect; `None` where there is none for it.
pub(crate) fn kind_of(code: &str, description: &str) -> Option<ErrorKind> {
    let says = |words: &str| description.contains(words);
    Some(match code {
        // Cognito passes on how the provider names it; the second is Apple's.
        "access_denied" | "user_cancelled_authorize" => ErrorKind::Cancelled,
        _ if says("access_denied") || says("user_cancelled") => ErrorKind::Cancelled,
        _ if says("Already found an entry for username") => ErrorKind::Conflict,
        _ if says("failed with error") => ErrorKind::TriggerRejected,
        "invalid_grant" => ErrorKind::ChallengeExpired,
        "invalid_client" => ErrorKind::NotAuthorized,
        "unauthorized_client" => ErrorKind::OperationNotEnabled,
        "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => {
            ErrorKind::SignedOut
        }
        "server_error" | "temporarily_unavailable" => ErrorKind::Unavailable,
        _ => return None,
    })
}
