//! The OpenID tokens of GetOpenIdToken, for AssumeRoleWithWebIdentity.

use std::{collections::BTreeMap, sync::OnceLock};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::{
    error::AwsError,
    sts::{COGNITO_IDENTITY, WebIdentity},
};

/// Signs and verifies the tokens of this account's identity pools. The key is created on first use.
#[derive(Default)]
pub(super) struct OpenIdTokens {
    keys: OnceLock<Option<Keys>>,
}

struct Keys {
    signing: EncodingKey,
    verifying: DecodingKey,
}

#[derive(Deserialize, Serialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    amr: Vec<String>,
    iat: i64,
    exp: i64,
    #[serde(rename = "https://aws.amazon.com/tags", default, skip_serializing_if = "Option::is_none")]
    tags: Option<Tags>,
}

/// Session tags. Each key has a list with one value.
#[derive(Deserialize, Serialize)]
struct Tags {
    principal_tags: BTreeMap<String, [String; 1]>,
}

impl OpenIdTokens {
    pub(super) fn issue(&self, identity: &WebIdentity, now: i64, seconds: i64) -> Result<String, AwsError> {
        let tags = identity.tags.iter().map(|(key, value)| (key.clone(), [value.clone()]));
        let claims = Claims {
            iss: issuer(),
            sub: identity.subject.clone(),
            aud: identity.audience.clone(),
            amr: identity.authentication_methods.clone(),
            iat: now,
            exp: now + seconds,
            tags: (!identity.tags.is_empty()).then(|| Tags { principal_tags: tags.collect() }),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.keys()?.signing)
            .map_err(|error| AwsError::internal(&error))
    }

    /// # Errors
    /// `InvalidIdentityToken` or `ExpiredTokenException`, with the messages of AssumeRoleWithWebIdentity.
    pub(super) fn verify(&self, token: &str, now: i64) -> Result<WebIdentity, AwsError> {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[issuer()]);
        // The trust policy checks the audience, and the expiry is compared with this server's clock, not the machine's.
        validation.validate_aud = false;
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.keys()?.verifying, &validation)
            .map_err(|_| {
                AwsError::new(
                    "InvalidIdentityToken",
                    "Couldn't retrieve verification key from your identity provider,  please reference \
                     AssumeRoleWithWebIdentity documentation for requirements",
                )
            })?
            .claims;
        if now >= claims.exp {
            let message = format!(
                "Token expired: current date/time {now} must be before the expiration date/time {}",
                claims.exp
            );
            return Err(AwsError::new("ExpiredTokenException", message));
        }
        let tags = claims.tags.map(|tags| tags.principal_tags).unwrap_or_default();
        Ok(WebIdentity {
            subject: claims.sub,
            audience: claims.aud,
            authentication_methods: claims.amr,
            tags: tags.into_iter().map(|(key, [value])| (key, value)).collect(),
        })
    }

    fn keys(&self) -> Result<&Keys, AwsError> {
        let keys = self.keys.get_or_init(|| {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
            let private = pair.to_pkcs8v1().ok()?;
            Some(Keys {
                signing: EncodingKey::from_ec_der(private.as_ref()),
                verifying: DecodingKey::from_ec_der(pair.public_key().as_ref()),
            })
        });
        keys.as_ref().ok_or_else(|| AwsError::internal(&"no signing key"))
    }
}

impl std::fmt::Debug for OpenIdTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenIdTokens").finish_non_exhaustive()
    }
}

fn issuer() -> String {
    format!("https://{COGNITO_IDENTITY}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forged_and_expired_tokens_are_refused() {
        let identity = WebIdentity {
            subject: "eu-west-1:id".into(),
            audience: "eu-west-1:pool".into(),
            authentication_methods: vec!["unauthenticated".into()],
            tags: [("team".to_owned(), "blue".to_owned())].into(),
        };
        let tokens = OpenIdTokens::default();
        let token = tokens.issue(&identity, 1_000, 600).expect("a token");
        assert_eq!(tokens.verify(&token, 1_599), Ok(identity.clone()));
        assert_eq!(tokens.verify(&token, 1_600).expect_err("expired").code, "ExpiredTokenException");
        let forged = OpenIdTokens::default().issue(&identity, 1_000, 600).expect("a token");
        for wrong in [forged.as_str(), "", "a.b.c", &token.replacen('.', "x.", 1)] {
            assert_eq!(tokens.verify(wrong, 1_001).expect_err("forged").code, "InvalidIdentityToken");
        }
    }
}
