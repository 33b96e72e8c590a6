//! Whether a pool may send messages: its role for SMS, its identity for mail, and the account's limit.

use serde::{Deserialize, Serialize};

use super::{Call, invalid_parameter, pool::UserPool};
use crate::{
    account::ACCOUNT_ID,
    error::AwsError,
    iam::{Context, Decision, TrustedPrincipal, evaluate},
    messages::Medium,
};

/// `SmsConfiguration` of a user pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SmsConfiguration {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sns_caller_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sns_region: Option<String>,
}

/// `EmailConfiguration` of a user pool.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct EmailConfiguration {
    email_sending_account: EmailSendingAccount,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to_email_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration_set: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum EmailSendingAccount {
    /// Cognito sends itself, up to the account's daily limit.
    #[default]
    CognitoDefault,
    /// An identity of Amazon SES.
    Developer,
}

const COGNITO: &str = "cognito-idp.amazonaws.com";

/// # Errors
/// AWS's error for what the pool lacks.
pub(super) fn check(call: &Call<'_>, pool: &UserPool, medium: Medium) -> Result<(), AwsError> {
    match (medium, &pool.settings.sms_configuration) {
        (Medium::Sms, Some(configuration)) => configuration.check(call),
        (Medium::Sms, None) => Ok(()),
        (Medium::Email, _) => pool.settings.email_configuration.check(call),
    }
}

impl SmsConfiguration {
    /// Cognito assumes the role, which must let it publish. A role that nobody created counts as right, so that a pool can be set up
    /// without IAM.
    ///
    /// # Errors
    /// `InvalidSmsRoleTrustRelationshipException`, `InvalidSmsRoleAccessPolicyException`.
    pub(super) fn check(&self, call: &Call<'_>) -> Result<(), AwsError> {
        let Some(role) = self.sns_caller_arn.as_deref().and_then(|arn| call.account.iam.role_by_arn(arn))
        else {
            return Ok(());
        };
        let mut context = Context::default();
        if let Some(external_id) = &self.external_id {
            context.set("sts:ExternalId", external_id);
        }
        if !role.trust.trusts(TrustedPrincipal::Service(COGNITO), "sts:AssumeRole", &context) {
            return Err(AwsError::new(
                "InvalidSmsRoleTrustRelationshipException",
                "Role does not have a trust relationship allowing Cognito to assume the role",
            ));
        }
        let policies = call.account.iam.policies_of(&role.name);
        let policies = policies.iter().map(|policy| &**policy);
        if evaluate(policies, "sns:Publish", "*", &Context::default()) != Decision::Allowed {
            return Err(AwsError::new(
                "InvalidSmsRoleAccessPolicyException",
                "Role does not have permission to publish with SNS",
            ));
        }
        Ok(())
    }
}

impl EmailConfiguration {
    /// # Errors
    /// `InvalidParameterException` without the identity that the configuration says it has.
    pub(super) fn validate(&self) -> Result<(), AwsError> {
        if self.email_sending_account == EmailSendingAccount::Developer && self.source_arn.is_none() {
            return Err(invalid_parameter(
                "SourceArn is required when the email sending account is DEVELOPER.",
            ));
        }
        Ok(())
    }

    /// Amazon SES is not here: every identity of this account counts as verified, no policy opens those of others, and there are no
    /// configuration sets. AWS refuses another account's identity already when the pool is set up.
    ///
    /// # Errors
    /// `InvalidEmailRoleAccessPolicyException`, `CodeDeliveryFailureException`, `LimitExceededException`.
    fn check(&self, call: &Call<'_>) -> Result<(), AwsError> {
        if self.email_sending_account == EmailSendingAccount::CognitoDefault {
            return call.account.limits.take_mail(call.now);
        }
        let is_foreign =
            self.source_arn.as_deref().is_none_or(|arn| arn.split(':').nth(4) != Some(ACCOUNT_ID));
        if is_foreign {
            return Err(AwsError::new(
                "InvalidEmailRoleAccessPolicyException",
                "Cognito is not allowed to use your email identity",
            ));
        }
        if let Some(set) = &self.configuration_set {
            return Err(AwsError::new(
                "CodeDeliveryFailureException",
                format!("Configuration set <{set}> does not exist."),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::TestPool;
    use crate::error::AwsError;

    const ROLE: &str = "arn:aws:iam::000000000000:role/sms";
    const PHONE: &str = "+491701234567";

    fn trust(external_id: &str) -> String {
        json!({ "Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" }, "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "sts:ExternalId": external_id } },
        }})
        .to_string()
    }

    fn sign_up(test: &TestPool) -> Result<Value, AwsError> {
        let attributes = json!([{ "Name": "phone_number", "Value": PHONE }, { "Name": "email", "Value": "ada@example.com" }]);
        let name = format!("user-{}", uuid::Uuid::new_v4());
        let input = json!({ "Username": name, "Password": "Correct-Horse-1", "UserAttributes": attributes });
        test.call("SignUp", input)
    }

    fn code(result: Result<Value, AwsError>) -> String {
        result.map_or_else(|error| error.code.into_owned(), |_| "ok".to_owned())
    }

    #[test]
    fn an_sms_needs_a_role_that_trusts_cognito_and_may_publish() {
        let sms = json!({ "SnsCallerArn": ROLE, "ExternalId": "pool" });
        let test = TestPool::with(
            json!({ "AutoVerifiedAttributes": ["phone_number"], "SmsConfiguration": sms }),
            json!({}),
        );
        assert_eq!(code(sign_up(&test)), "ok", "nobody created the role");

        let role = crate::iam::Role::new("sms", "/", &trust("other"), test.account.clock.now()).unwrap();
        test.account.iam.create(role).unwrap();
        assert_eq!(code(sign_up(&test)), "InvalidSmsRoleTrustRelationshipException");
        let configuration = json!({ "SmsMfaConfiguration": { "SmsConfiguration": sms } });
        let refused = test.admin("SetUserPoolMfaConfig", configuration.clone());
        assert_eq!(code(refused), "InvalidSmsRoleTrustRelationshipException");

        let trusted = |role: &mut crate::iam::Role| {
            role.trust = crate::iam::Role::trust_policy(&trust("pool"))?;
            Ok(())
        };
        test.account.iam.update("sms", trusted).unwrap();
        assert_eq!(code(sign_up(&test)), "InvalidSmsRoleAccessPolicyException");

        let publish = json!({ "Version": "2012-10-17", "Statement":
            { "Effect": "Allow", "Action": "sns:Publish", "Resource": "*" } });
        test.account.iam.update("sms", |role| role.put_policy("publish", &publish.to_string())).unwrap();
        assert_eq!(code(sign_up(&test)), "ok");
        assert_eq!(code(test.admin("SetUserPoolMfaConfig", configuration)), "ok");
    }

    #[test]
    fn a_mail_needs_an_identity_of_the_account() {
        let identity = |account: &str| format!("arn:aws:ses:eu-west-1:{account}:identity/example.com");
        for (configuration, expected) in [
            (json!({}), "ok"),
            (json!({ "EmailSendingAccount": "DEVELOPER", "SourceArn": identity("000000000000") }), "ok"),
            (
                json!({ "EmailSendingAccount": "DEVELOPER", "SourceArn": identity("111111111111") }),
                "InvalidEmailRoleAccessPolicyException",
            ),
            (
                json!({
                    "EmailSendingAccount": "DEVELOPER", "SourceArn": identity("000000000000"),
                    "ConfigurationSet": "none",
                }),
                "CodeDeliveryFailureException",
            ),
        ] {
            let test = TestPool::with(json!({ "EmailConfiguration": configuration }), json!({}));
            assert_eq!(code(sign_up(&test)), expected);
            let pool = test.admin("DescribeUserPool", json!({})).unwrap();
            for (name, value) in configuration.as_object().unwrap() {
                assert_eq!(pool["UserPool"]["EmailConfiguration"][name], *value);
            }
        }
        let test = TestPool::new();
        let incomplete =
            json!({ "PoolName": "p", "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" } });
        assert_eq!(code(test.admin("CreateUserPool", incomplete)), "InvalidParameterException");
    }

    #[test]
    fn cognito_itself_sends_only_so_many_mails_a_day() {
        let test = TestPool::new();
        test.account.limits.set(crate::limits::LimitValues { mails_per_day: Some(1), ..Default::default() });
        assert_eq!(code(sign_up(&test)), "ok");
        assert_eq!(code(sign_up(&test)), "LimitExceededException");
        test.advance(24 * 3600);
        assert_eq!(code(sign_up(&test)), "ok");
    }
}
