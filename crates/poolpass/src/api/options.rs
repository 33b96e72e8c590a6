//! The options of a request.

use std::time::Duration;

use crate::aws_request::AwsRequest;

/// Proves who sends a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authorization {
    /// A signature (SigV4) with the person's AWS credentials.
    #[default]
    Iam,
    /// The ID token in the `Authorization` header, as API Gateway's user pool and JWT authorizers and AppSync accept it.
    IdToken,
    /// The access token in the `Authorization` header, for authorizers that check scopes.
    AccessToken,
    /// The session of a load balancer (ALB, action `authenticate-cognito`) in front of the app: a browser adds its cookies to requests to
    /// the page's own origin. An app without a browser sets the header `cookie`. The app must not answer such requests with HTML.
    LoadBalancerSession,
}

impl Authorization {
    const ALL: [Self; 4] = [Self::Iam, Self::IdToken, Self::AccessToken, Self::LoadBalancerSession];

    /// The authorization as a short text, such as `idToken`, the same in every language.
    pub fn code(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::IdToken => "idToken",
            Self::AccessToken => "accessToken",
            Self::LoadBalancerSession => "loadBalancerSession",
        }
    }

    /// The authorization that has this [code](Self::code).
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|authorization| authorization.code() == code)
    }
}

/// The options of an [`ApiRequest`](super::ApiRequest), each of which its builder also has as a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub struct ApiOptions {
    /// Proves who sends the request. Default: a signature.
    pub authorization: Authorization,
    /// Writes `Bearer ` before the token. API Gateway accepts it with and without, AppSync only without, load balancers and most other
    /// servers only with.
    pub bearer: bool,
    /// Declares the request safe to repeat, so that it is also sent again when its answer was lost.
    pub safe_to_repeat: bool,
    /// Returns an answer with any status. Default: a status other than 2xx is an error.
    pub any_status: bool,
    /// How long each attempt waits for the answer: for all of it, or for its head when the answer is streamed. Default: 30 seconds.
    pub timeout: Duration,
    /// Appends the session token to a presigned URL after signing, as AWS IoT requires (the default for `iotdevicegateway`). Other
    /// services require it to be signed.
    pub session_token_after_signing: bool,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            authorization: Authorization::Iam,
            bearer: false,
            safe_to_repeat: false,
            any_status: false,
            timeout: AwsRequest::DEFAULT_TIMEOUT,
            session_token_after_signing: false,
        }
    }
}
