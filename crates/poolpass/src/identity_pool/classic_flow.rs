//! The classic (basic) flow: the identity pool issues a token, for which STS hands out credentials of a role that the app names.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::Login;
use super::operations::{Operations, checked, identity_in};
use crate::aws_request::{AuthScheme, AwsRequest, Protocol, Repeat};
use crate::credentials::Credentials;
use crate::dates;
use crate::error::{Error, ErrorKind};
use crate::json::{Object, ParseError};
use crate::platform::BoxFuture;
use crate::xml::Element;

pub(super) const ASSUME_ROLE: &str = "AssumeRoleWithWebIdentity";
const ROOT: &str = "AssumeRoleWithWebIdentityResponse";

/// 200 with the operation's document.
const STS: Protocol =
    Protocol { allows_body: |answer| Element::is_root(ROOT, answer.body()), ..Protocol::JSON };

/// The role and the options of AssumeRoleWithWebIdentity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClassicFlow {
    pub(crate) role_arn: String,
    pub(crate) session_name: Option<String>,
    pub(crate) duration: Option<Duration>,
    pub(crate) policy: Option<String>,
}

impl ClassicFlow {
    /// Refuses what AWS's model refuses, before anything is sent.
    pub(crate) fn check(&self) -> Result<(), Error> {
        const SECONDS: std::ops::RangeInclusive<u64> = 900..=43_200;

        let fits_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        let complaint =
            if !(20..=2048).contains(&self.role_arn.len()) || !self.role_arn.starts_with("arn:") {
                "the role is not an ARN such as arn:aws:iam::123456789012:role/app"
            } else if self
                .session_name
                .as_ref()
                .is_some_and(|name| !(2..=64).contains(&name.len()) || !name.bytes().all(fits_name))
            {
                "the session name has 2 to 64 letters, digits and characters of _+=,.@-"
            } else if self.duration.is_some_and(|duration| !SECONDS.contains(&duration.as_secs())) {
                "the duration is 15 minutes to 12 hours"
            } else if self.policy.as_ref().is_some_and(|policy| {
                policy.chars().count() > 2048 || Object::parse(policy.as_bytes()).is_err()
            }) {
                "the session policy is a JSON object of at most 2048 characters"
            } else {
                return Ok(());
            };
        Err(Error::invalid_input(complaint))
    }
}

impl Operations {
    /// GetOpenIdToken, AssumeRoleWithWebIdentity: gets credentials of the role, and the identity id.
    pub(super) fn classic_credentials<'a>(
        &'a self,
        identity_id: &'a str,
        login: Option<&'a Login>,
        flow: &'a Arc<ClassicFlow>,
    ) -> BoxFuture<'a, Result<(String, Credentials), Error>> {
        let input = Object::new()
            .with("IdentityId", identity_id)
            .maybe("Logins", login.map(|login| login.to_object()));
        Box::pin(async move {
            let mut answer = self.call("GetOpenIdToken", input).await.map_err(not_enabled)?;
            let identity_id = identity_in(&mut answer)?;
            let token = answer.secret("Token")?;
            let credentials = self.assume_role(flow, &identity_id, &token).await.map_err(advised)?;
            Ok((identity_id, credentials))
        })
    }

    async fn assume_role(
        &self,
        flow: &ClassicFlow,
        identity_id: &str,
        token: &SecretString,
    ) -> Result<Credentials, Error> {
        // CloudTrail shows it. It must not contain a colon.
        let default_name = identity_id.replace(':', ".");
        let seconds = flow.duration.map(|duration| duration.as_secs().to_string());
        let mut form = vec![
            ("Action", ASSUME_ROLE),
            ("Version", "2011-06-15"),
            ("RoleArn", &flow.role_arn),
            ("RoleSessionName", flow.session_name.as_ref().unwrap_or(&default_name)),
            ("WebIdentityToken", token.expose_secret()),
        ];
        form.extend(seconds.as_ref().map(|seconds| ("DurationSeconds", seconds.as_str())));
        form.extend(flow.policy.as_ref().map(|policy| ("Policy", policy.as_str())));
        let mut request = AwsRequest::form(ASSUME_ROLE, self.sts.uri().clone(), &form, &STS);
        request.total_timeout = Some(Self::TOTAL_TIMEOUT);
        let request = request.repeat(Repeat::Safe);
        let answer = self.pipeline.bytes(&request, &AuthScheme::None).await?;
        granted(&answer)
    }
}

fn granted(document: &[u8]) -> Result<Credentials, Error> {
    let root = Element::parse(document)?;
    let credentials = root
        .child("AssumeRoleWithWebIdentityResult")
        .and_then(|result| result.child("Credentials"))
        .ok_or(ParseError::Member("Credentials"))?;
    let expiration = dates::from_rfc3339(&credentials.text("Expiration")?)
        .ok_or_else(|| Error::invalid_response("the credentials' expiration is not a time"))?;
    checked(Credentials::new(
        credentials.text("AccessKeyId")?,
        credentials.text("SecretAccessKey")?,
        Some(credentials.text("SessionToken")?),
        Some(expiration),
    ))
}

/// AWS has the code of a wrong parameter for an identity pool that does not allow the flow.
fn not_enabled(error: Error) -> Error {
    let message = error.message();
    if !message.contains("asic (classic) flow is not") {
        return error;
    }
    let message = format!(
        "{message} Allow the classic flow in the identity pool (AllowClassicFlow, without role mappings), or use no role of your own."
    );
    error.with_kind(ErrorKind::OperationNotEnabled).with_message(message)
}

/// STS does not say why a role's trust policy refuses.
fn advised(error: Error) -> Error {
    match error.aws_code() {
        Some("AccessDenied") => {
            let message = format!(
                "{} The role's trust policy has to name cognito-identity.amazonaws.com as its federated principal, this identity pool as \
                 its aud, and amr as this login is: authenticated, or unauthenticated for guests.",
                error.message()
            );
            error.with_message(message)
        }
        Some("IDPCommunicationError") => error.with_kind(ErrorKind::Unavailable),
        Some("InvalidIdentityToken" | "IDPRejectedClaim" | "ExpiredTokenException") => {
            error.with_kind(ErrorKind::NotAuthorized)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow() -> ClassicFlow {
        ClassicFlow {
            role_arn: "arn:aws:iam::123456789012:role/app".into(),
            session_name: None,
            duration: None,
            policy: None,
        }
    }

    #[test]
    fn what_aws_refuses_by_its_form_is_not_sent() {
        assert!(flow().check().is_ok());
        let named = |name: &str| ClassicFlow { session_name: Some(name.into()), ..flow() };
        let lasting = |seconds| ClassicFlow { duration: Some(Duration::from_secs(seconds)), ..flow() };
        let narrowed = |policy: &str| ClassicFlow { policy: Some(policy.into()), ..flow() };
        for right in
            [named("ada@example.com"), lasting(900), lasting(43_200), narrowed(r#"{"Version":"2012-10-17"}"#)]
        {
            assert!(right.check().is_ok(), "{right:?}");
        }
        for wrong in [
            ClassicFlow { role_arn: "app".into(), ..flow() },
            ClassicFlow { role_arn: "arn:aws:iam::1:role".into(), ..flow() },
            ClassicFlow { role_arn: "aws:iam::123456789012:role/app".into(), ..flow() },
            ClassicFlow {
                role_arn: format!("arn:aws:iam::123456789012:role/{}", "a".repeat(2048)),
                ..flow()
            },
            named("a"),
            named("a:b"),
            named(&"a".repeat(65)),
            lasting(899),
            lasting(43_201),
            narrowed("{"),
            narrowed(&format!("{{\"a\":\"{}\"}}", "a".repeat(2048))),
        ] {
            assert_eq!(wrong.check().unwrap_err().kind(), ErrorKind::InvalidInput, "{wrong:?}");
        }
    }

    #[test]
    fn an_answer_without_credentials_is_an_invalid_response() {
        let document = |credentials: &str| {
            format!(
                "<{ROOT}><AssumeRoleWithWebIdentityResult>{credentials}</AssumeRoleWithWebIdentityResult></{ROOT}>"
            )
        };
        let full = "<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                    <SessionToken>t</SessionToken><Expiration>2026-01-02T03:04:05Z</Expiration></Credentials>";
        assert_eq!(granted(document(full).as_bytes()).unwrap().access_key_id(), "ASIA1");
        for wrong in [
            document(""),
            document(&full.replace("2026-01", "soon")),
            document(&full.replace("ASIA1", "AS IA")),
            "<a/>".to_owned(),
            "no".to_owned(),
        ] {
            assert_eq!(granted(wrong.as_bytes()).unwrap_err().kind(), ErrorKind::InvalidResponse, "{wrong}");
        }
    }
}
