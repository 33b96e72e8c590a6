//! Passkeys.

use serde_json::json;

use super::{Cause, Request, Step};

pub fn of_passkey(operation: &str, error: &str) -> Option<Cause> {
    use Step::{Admin, Repeat};

    let passwords_only =
        || json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } } });
    Some(match (operation, error) {
        ("StartWebAuthnRegistration", "WebAuthnNotEnabled") => {
            Cause::asked("the pool allows no passkeys", "WebAuthn is not enabled", &[]).pool(passwords_only)
        }
        ("CompleteWebAuthnRegistration", "WebAuthnNotEnabled") => Cause::asked(
            "the pool allows passkeys no more",
            "WebAuthn is not enabled",
            &[Admin(
                "UpdateUserPool",
                r#"{"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD"]}}}"#,
            )],
        ),
        ("StartWebAuthnRegistration", "WebAuthnConfigurationMissing") => {
            Cause::asked("the pool has no relying party id", "no relying party ID", &[])
                .mfa(|| json!({ "WebAuthnConfiguration": null }))
        }
        ("CompleteWebAuthnRegistration", "WebAuthnChallengeNotFound") => {
            Cause::asked("the registration is complete", "was not found or has expired", &[Repeat(1)])
        }
        ("CompleteWebAuthnRegistration", "WebAuthnClientMismatch") => {
            Cause::asked("another app client started it", "for a different client", &[])
                .request(Request::OtherClient)
        }
        ("CompleteWebAuthnRegistration", "WebAuthnOriginNotAllowed") => {
            Cause::asked("a page of another domain", "origin does not align", &[])
                .request(Request::Credential("{}", r#"{"phishedBy":"evil.example"}"#))
        }
        ("CompleteWebAuthnRegistration", "WebAuthnRelyingPartyMismatch") => {
            Cause::asked("a passkey of a parent domain", "a different relying party ID", &[])
                .request(Request::Credential(r#"{"rp":{"id":"notes.example","name":"Notes"}}"#, "{}"))
        }
        ("CompleteWebAuthnRegistration", "WebAuthnCredentialNotSupported") => {
            Cause::asked("an authenticator that cannot check who uses it", "unsupported device", &[])
                .mfa(|| {
                    json!({ "WebAuthnConfiguration": {
                        "RelyingPartyId": "app.notes.example", "UserVerification": "required",
                    } })
                })
                .request(Request::Credential(
                    r#"{"authenticatorSelection":{"userVerification":"discouraged"}}"#,
                    r#"{"verifiesUser":false}"#,
                ))
        }
        ("StartWebAuthnRegistration", "LimitExceeded") => {
            Cause::asked("20 passkeys", "maximum number of WebAuthn credentials", &[])
                .request(Request::ManyPasskeys)
        }
        ("DeleteWebAuthnCredential", "ResourceNotFound") => Cause::asked(
            "a passkey that was deleted",
            "The WebAuthn credential does not exist.",
            &[Repeat(1)],
        ),
        _ => return None,
    })
}
