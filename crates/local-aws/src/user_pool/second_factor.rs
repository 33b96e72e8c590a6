//! The challenges after the password: a new password, a second factor, or its set-up.

use serde_json::{Map, Value, json};

use super::{
    Call, auth_events,
    authentication::{AuthMethod, Authentication},
    challenge::Challenge,
    client::AppClient,
    code::Code,
    delivery::{masked, medium_name},
    device::DeviceIds,
    domain, invalid_parameter,
    mfa::{Factor, MfaConfiguration},
    not_authorized,
    pool::{UserPool, user_not_found},
    sign_in::wrong_password,
    sign_ins::SignInDetails,
    tokens, triggers,
    user::{User, UserStatus, password_reset_required, user_not_confirmed},
};
use crate::{error::AwsError, messages::Purpose};

/// A running sign-in of a known user. Each method returns the next challenge or the tokens.
pub(super) struct SignInStep<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) pool: &'a mut UserPool,
    pub(super) client: &'a AppClient,
    /// The real username.
    pub(super) username: String,
    pub(super) authentication: Authentication,
}

/// `ChallengeParameters`.
pub(super) type ChallengeParameters = Map<String, Value>;

impl SignInStep<'_> {
    /// Continues after a correct password.
    pub(super) fn after_first_factor(self) -> Result<Value, AwsError> {
        let user = self.user()?;
        match user.status {
            UserStatus::Confirmed => self.ask_for_second_factor(),
            UserStatus::Unconfirmed => Err(user_not_confirmed()),
            UserStatus::ExternalProvider => Err(wrong_password()),
            UserStatus::ResetRequired => Err(password_reset_required()),
            UserStatus::ForceChangePassword => {
                if user.temporary_password_expires.is_some_and(|expires| self.call.now >= expires) {
                    return Err(not_authorized(
                        "Temporary password has expired and must be reset by an administrator.",
                    ));
                }
                let parameters = new_password_parameters(self.pool, user);
                Ok(self.open("NEW_PASSWORD_REQUIRED", Challenge::NewPassword, parameters))
            }
        }
    }

    /// Requires the second factor, or signs in if none is needed.
    pub(super) fn ask_for_second_factor(self) -> Result<Value, AwsError> {
        let mfa = self.pool.settings.mfa_configuration;
        let has_trusted_device = self.has_trusted_device();
        let user = self.user()?;
        let mut factors = match mfa {
            MfaConfiguration::Off => Vec::new(),
            _ if has_trusted_device => Vec::new(),
            _ => self.pool.factors_of(user),
        };
        if factors.is_empty() && mfa == MfaConfiguration::On && !has_trusted_device {
            factors = implied_factors(self.pool, user);
        }
        if !self.authentication.is_enough() {
            factors = self.factors_for_the_level(factors, user)?;
        }
        let preferred = user.mfa.preferred.filter(|preferred| factors.contains(preferred));
        match (preferred, factors.as_slice()) {
            (Some(factor), _) | (None, &[factor]) => self.ask_for(factor),
            (None, []) if mfa == MfaConfiguration::On && !has_trusted_device => self.ask_for_setup(),
            (None, []) => self.finish(),
            (None, _) => {
                let names: Vec<_> = factors.iter().map(|factor| factor.name()).collect();
                let mut parameters = identity_parameters(user);
                parameters.insert("MFAS_CAN_CHOOSE".to_owned(), json!(json!(names).to_string()));
                Ok(self.open("SELECT_MFA_TYPE", Challenge::SelectMfaType { factors }, parameters))
            }
        }
    }

    /// Requires one of the user's factors, and sends its code.
    pub(super) fn ask_for(self, factor: Factor) -> Result<Value, AwsError> {
        let user = self.user()?;
        let mut parameters = identity_parameters(user);
        let challenge = match factor {
            Factor::SoftwareToken => {
                let token = user.mfa.software_token.as_ref();
                if let Some(name) = token.and_then(|token| token.friendly_name.as_ref()) {
                    parameters.insert("FRIENDLY_DEVICE_NAME".to_owned(), json!(name));
                }
                Challenge::SoftwareToken
            }
            Factor::Sms => self.send_code(user, factor, "phone_number", false, &mut parameters)?,
            Factor::Email => self.send_code(user, factor, "email", false, &mut parameters)?,
        };
        Ok(self.open(factor.name(), challenge, parameters))
    }

    /// Sends a code to the address that the user chose for the mail factor.
    pub(super) fn ask_for_setup_by_email(self) -> Result<Value, AwsError> {
        let user = self.user()?;
        let mut parameters = identity_parameters(user);
        let challenge = self.send_code(user, Factor::Email, "email", true, &mut parameters)?;
        Ok(self.open(Factor::Email.name(), challenge, parameters))
    }

    /// Signs the user in, after the presented device has proved itself if it is a remembered one.
    pub(super) fn finish(self) -> Result<Value, AwsError> {
        let device = self.presented_device().map(|device| (device.ids.clone(), device.remembered));
        match device {
            Some((ids, true)) => Ok(self.ask_for_device(ids)),
            known => self.issue_tokens(known.map(|(ids, _)| ids)),
        }
    }

    /// Signs the user in with this device. In a pool that tracks devices, a sign-in without one gets the ids of a new one.
    pub(super) fn issue_tokens(self, device: Option<DeviceIds>) -> Result<Value, AwsError> {
        let Self { call, pool, client, username, authentication } = self;
        auth_events::passed(call, pool, &username)?;
        let is_new = device.is_none() && pool.settings.device_configuration.is_some();
        let device = if is_new { Some(DeviceIds::new(&pool.region)) } else { device };
        let user = pool.users.get(&username).ok_or_else(user_not_found)?;
        triggers::signed_in(call, pool, client, user, is_new)?;
        if call.managed_login.is_some() {
            let claims = authentication.claims(&pool.settings.acr_configuration);
            return domain::signed_in(call, pool, &username, claims);
        }
        let session = pool.begin_session(&username, call);
        let user = pool.users.get(&username).ok_or_else(user_not_found)?;
        let claims = authentication.claims(&pool.settings.acr_configuration);
        let details = SignInDetails { claims, session, ..SignInDetails::default() };
        let (mut sign_in, refresh_token) = pool.sign_ins.begin(client, user, details, call.now);
        pool.sign_ins.set_device(&mut sign_in, device);
        let claims = triggers::before_tokens(call, pool, client, user, "Authentication")?;
        let tokens = tokens::Issue { pool, client, user, sign_in: &sign_in, claims, now: call.now };
        let mut result = tokens.result(Some(refresh_token))?;
        if let Some(device) = sign_in.device.filter(|_| is_new) {
            result["NewDeviceMetadata"] = device.to_json();
        }
        Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
    }

    /// The second factors that complete the level that the client asks for: among those that are asked for anyway, or else among all that
    /// the user can use.
    fn factors_for_the_level(&self, asked: Vec<Factor>, user: &User) -> Result<Vec<Factor>, AwsError> {
        let completes = |factor: &Factor| self.authentication.is_enough_with(&[AuthMethod::from(*factor)]);
        let among = |factors: Vec<Factor>| factors.into_iter().filter(completes).collect::<Vec<_>>();
        let mut factors = among(asked);
        if factors.is_empty() {
            factors = among(self.pool.usable_factors(user));
        }
        if factors.is_empty() {
            return Err(level_out_of_reach());
        }
        Ok(factors)
    }

    pub(super) fn user(&self) -> Result<&User, AwsError> {
        self.pool.user(&self.username)
    }

    fn ask_for_setup(self) -> Result<Value, AwsError> {
        let offered = self.pool.offered_factors;
        if !offered.software_token && !offered.email {
            // A phone number cannot be set up during a sign-in.
            return Err(AwsError::new(
                "MFAMethodNotFoundException",
                "No MFA mechanism registerd in the account.",
            ));
        }
        // Cognito lists SMS nevertheless.
        let names: Vec<_> = [Factor::Sms, Factor::SoftwareToken, Factor::Email]
            .into_iter()
            .filter(|factor| offered.has(*factor))
            .map(Factor::name)
            .collect();
        let mut parameters = identity_parameters(self.user()?);
        parameters.insert("MFAS_CAN_SETUP".to_owned(), json!(json!(names).to_string()));
        let challenge = Challenge::MfaSetup { software_token: None, is_verified: false };
        Ok(self.open("MFA_SETUP", challenge, parameters))
    }

    fn send_code(
        &self,
        user: &User,
        factor: Factor,
        attribute: &str,
        sets_up: bool,
        parameters: &mut ChallengeParameters,
    ) -> Result<Challenge, AwsError> {
        let code = Code::new(self.call.now, self.client.settings.challenge_lifetime());
        self.call.send_code(self.pool, user, attribute, Purpose::SignIn, code.digits())?;
        let address = user.attribute(attribute).unwrap_or_default();
        parameters.insert("CODE_DELIVERY_DELIVERY_MEDIUM".to_owned(), json!(medium_name(attribute)));
        parameters.insert("CODE_DELIVERY_DESTINATION".to_owned(), json!(masked(attribute, address)));
        Ok(Challenge::Code { factor, code, sets_up })
    }

    /// Opens a challenge, and names the user in its parameters.
    pub(super) fn open(self, name: &str, challenge: Challenge, mut parameters: ChallengeParameters) -> Value {
        let (username, authentication) = (self.username, self.authentication);
        parameters.entry("USER_ID_FOR_SRP").or_insert_with(|| json!(username));
        let session =
            self.pool.challenges.open(self.client, &username, challenge, authentication, self.call.now);
        let mut answer = json!({ "ChallengeName": name, "Session": session });
        answer["ChallengeParameters"] = Value::Object(parameters);
        answer
    }
}

/// The user cannot reach the level that the client asks for.
pub(super) fn level_out_of_reach() -> AwsError {
    invalid_parameter("The user has no authentication factors that satisfy the requested ACR values.")
}

/// A pool that requires a second factor accepts a verified address as one.
fn implied_factors(pool: &UserPool, user: &User) -> Vec<Factor> {
    [(Factor::Sms, "phone_number"), (Factor::Email, "email")]
        .into_iter()
        .filter(|(factor, attribute)| pool.offered_factors.has(*factor) && user.is_verified(attribute))
        .map(|(factor, _)| factor)
        .collect()
}

/// The user's attributes and the missing required ones, as JSON text.
fn new_password_parameters(pool: &UserPool, user: &User) -> ChallengeParameters {
    let missing: Vec<_> = pool
        .schema
        .required()
        .filter(|name| user.attribute(name).is_none())
        .map(|name| format!("userAttributes.{name}"))
        .collect();
    let mut parameters = identity_parameters(user);
    parameters.insert("requiredAttributes".to_owned(), json!(json!(missing).to_string()));
    parameters.insert("userAttributes".to_owned(), json!(json!(user.attributes).to_string()));
    parameters
}

fn identity_parameters(user: &User) -> ChallengeParameters {
    Map::from_iter([("USER_ID_FOR_SRP".to_owned(), json!(user.username))])
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{PASSWORD, TestPool, merge},
        *,
    };

    const MAIL: &str = "ada@example.com";
    const PHONE: &str = "+491701234567";

    fn pool(mfa: &str, factors: &[Factor]) -> TestPool {
        let test = TestPool::new();
        let mut config = json!({ "MfaConfiguration": mfa });
        for factor in factors {
            match factor {
                Factor::Sms => config["SmsMfaConfiguration"] = json!({ "SmsConfiguration": {} }),
                Factor::Email => config["EmailMfaConfiguration"] = json!({}),
                Factor::SoftwareToken => config["SoftwareTokenMfaConfiguration"] = json!({ "Enabled": true }),
            }
        }
        test.admin("SetUserPoolMfaConfig", config).unwrap();
        let verified = [("email", MAIL), ("email_verified", "true"), ("phone_number", PHONE)];
        test.add_user("ada", &[&verified[..], &[("phone_number_verified", "true")]].concat());
        test
    }

    fn enable(test: &TestPool, settings: Value) -> Result<Value, AwsError> {
        let mut input = json!({ "Username": "ada" });
        merge(&mut input, settings);
        test.admin("AdminSetUserMFAPreference", input)
    }

    fn answer(test: &TestPool, challenge: &Value, response: &str, code: &str) -> Result<Value, AwsError> {
        let name = challenge["ChallengeName"].as_str().unwrap();
        test.answer(name, Some(&challenge["Session"]), json!({ "USERNAME": "ada", response: code }))
    }

    fn wrong(right: &str) -> &'static str {
        if right == "000000" { "000001" } else { "000000" }
    }

    #[test]
    fn codes_by_sms_and_mail_sign_in() {
        let test = pool("OPTIONAL", &[Factor::Sms, Factor::Email]);
        for (setting, challenge_name, response, to, destination) in [
            ("SMSMfaSettings", "SMS_MFA", "SMS_MFA_CODE", PHONE, "+*******4567"),
            ("EmailMfaSettings", "EMAIL_OTP", "EMAIL_OTP_CODE", MAIL, "a***@e***"),
        ] {
            enable(&test, json!({ setting: { "Enabled": true, "PreferredMfa": true } })).unwrap();
            let challenge = test.sign_in_by_srp("ada", PASSWORD).unwrap();
            assert_eq!(challenge["ChallengeName"], challenge_name);
            assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], destination);
            let code = test.code_to(to);
            let error = answer(&test, &challenge, response, wrong(&code)).unwrap_err();
            assert_eq!(error.to_string(), "CodeMismatchException: Invalid code or auth state for the user.");
            assert!(answer(&test, &challenge, response, &code).unwrap()["AuthenticationResult"].is_object());
            assert!(answer(&test, &challenge, response, &code).is_err(), "the session is used");
        }
    }

    #[test]
    fn a_code_of_an_earlier_sign_in_does_not_answer_a_later_one() {
        let test = pool("OPTIONAL", &[Factor::Sms]);
        enable(&test, json!({ "SMSMfaSettings": { "Enabled": true } })).unwrap();
        let first = test.sign_in("ada", PASSWORD).unwrap();
        let first_code = test.code_to(PHONE);
        let second = test.sign_in("ada", PASSWORD).unwrap();
        if first_code != test.code_to(PHONE) {
            assert!(answer(&test, &second, "SMS_MFA_CODE", &first_code).is_err());
        }
        assert!(answer(&test, &first, "SMS_MFA_CODE", &first_code).is_ok());
    }

    #[test]
    fn five_wrong_codes_end_the_challenge() {
        let test = pool("OPTIONAL", &[Factor::Sms]);
        enable(&test, json!({ "SMSMfaSettings": { "Enabled": true } })).unwrap();
        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        let code = test.code_to(PHONE);
        for _ in 0..5 {
            answer(&test, &challenge, "SMS_MFA_CODE", wrong(&code)).unwrap_err();
        }
        assert_eq!(
            answer(&test, &challenge, "SMS_MFA_CODE", &code).unwrap_err().code,
            "NotAuthorizedException"
        );
    }

    #[test]
    fn several_factors_without_a_preference_are_chosen_from() {
        let test = pool("OPTIONAL", &[Factor::Sms, Factor::Email]);
        let enabled = json!({ "Enabled": true });
        enable(&test, json!({ "SMSMfaSettings": enabled, "EmailMfaSettings": enabled })).unwrap();
        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        assert_eq!(challenge["ChallengeName"], "SELECT_MFA_TYPE");
        assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"], r#"["SMS_MFA","EMAIL_OTP"]"#);
        assert!(answer(&test, &challenge, "ANSWER", "SOFTWARE_TOKEN_MFA").is_err());
        let chosen = answer(&test, &challenge, "ANSWER", "EMAIL_OTP").unwrap();
        assert_eq!(chosen["ChallengeName"], "EMAIL_OTP");
        assert!(answer(&test, &chosen, "EMAIL_OTP_CODE", &test.code_to(MAIL)).is_ok());
    }

    #[test]
    fn a_pool_that_insists_takes_a_verified_phone_for_a_factor() {
        let test = pool("ON", &[Factor::Sms, Factor::SoftwareToken]);
        let challenge = test.sign_in("ada", PASSWORD).unwrap();
        assert_eq!(challenge["ChallengeName"], "SMS_MFA");
        assert!(answer(&test, &challenge, "SMS_MFA_CODE", &test.code_to(PHONE)).is_ok());
    }

    #[test]
    fn a_pool_that_insists_on_sms_lets_nobody_in_without_a_phone() {
        let test = pool("ON", &[Factor::Sms]);
        test.add_user("bob", &[]);
        assert_eq!(test.sign_in("bob", PASSWORD).unwrap_err().code, "MFAMethodNotFoundException");
        let test = pool("ON", &[Factor::Sms, Factor::SoftwareToken]);
        test.add_user("bob", &[]);
        let challenge = test.sign_in("bob", PASSWORD).unwrap();
        let names = &challenge["ChallengeParameters"]["MFAS_CAN_SETUP"];
        assert_eq!(names, r#"["SMS_MFA","SOFTWARE_TOKEN_MFA"]"#);
    }

    #[test]
    fn a_mail_address_can_be_set_up_during_the_sign_in() {
        let test = pool("ON", &[Factor::Email]);
        test.add_user("bob", &[]);
        let challenge = test.sign_in("bob", PASSWORD).unwrap();
        assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"], r#"["EMAIL_OTP"]"#);
        let set_up = json!({ "USERNAME": "bob", "EMAIL": "bob@example.com" });
        let email_challenge = test.answer("MFA_SETUP", Some(&challenge["Session"]), set_up).unwrap();
        assert_eq!(email_challenge["ChallengeName"], "EMAIL_OTP");
        let code = json!({ "USERNAME": "bob", "EMAIL_OTP_CODE": test.code_to("bob@example.com") });
        let signed_in = test.answer("EMAIL_OTP", Some(&email_challenge["Session"]), code).unwrap();
        let token = &signed_in["AuthenticationResult"]["AccessToken"];
        let user = test.call("GetUser", json!({ "AccessToken": token })).unwrap();
        assert_eq!(user["UserMFASettingList"], json!(["EMAIL_OTP"]));
    }

    #[test]
    fn factors_that_the_pool_does_not_offer_or_that_are_not_verified_cannot_be_enabled() {
        let test = pool("OPTIONAL", &[Factor::Sms]);
        assert!(enable(&test, json!({ "EmailMfaSettings": { "Enabled": true } })).is_err());
        let unverified = json!({
            "Username": "ada",
            "UserAttributes": [{ "Name": "phone_number", "Value": "+491700000000" }],
        });
        test.admin("AdminUpdateUserAttributes", unverified).unwrap();
        assert!(enable(&test, json!({ "SMSMfaSettings": { "Enabled": true } })).is_err());
        assert!(enable(&test, json!({ "SMSMfaSettings": { "PreferredMfa": true } })).is_err());
    }

    #[test]
    fn the_first_sign_in_asks_for_a_new_password_and_the_missing_attributes() {
        let schema = json!([{ "Name": "email", "Required": false }, { "Name": "name", "Required": false }]);
        let test = TestPool::with(json!({ "Schema": schema }), json!({}));
        let user = json!({
            "Username": "ada", "TemporaryPassword": "Temp-Horse-1", "MessageAction": "SUPPRESS",
            "UserAttributes": [{ "Name": "email", "Value": MAIL }, { "Name": "email_verified", "Value": "true" }],
        });
        test.admin("AdminCreateUser", user).unwrap();
        let challenge = test.sign_in_by_srp("ada", "Temp-Horse-1").unwrap();
        assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        let parameters = &challenge["ChallengeParameters"];
        assert_eq!(parameters["requiredAttributes"], "[]");
        let attributes: Value = serde_json::from_str(parameters["userAttributes"].as_str().unwrap()).unwrap();
        assert_eq!(attributes, json!({ "email": MAIL, "email_verified": "true" }));

        let respond = |responses: Value| {
            let mut all = json!({ "USERNAME": "ada", "NEW_PASSWORD": PASSWORD });
            merge(&mut all, responses);
            test.answer("NEW_PASSWORD_REQUIRED", Some(&challenge["Session"]), all)
        };
        let weak = respond(json!({ "NEW_PASSWORD": "short" })).unwrap_err();
        assert_eq!(weak.code, "InvalidPasswordException");
        let provided = respond(json!({ "userAttributes.email": "other@example.com" })).unwrap_err();
        assert_eq!(provided.to_string(), "NotAuthorizedException: Cannot modify an already provided email");
        let signed_in = respond(json!({ "userAttributes.name": "Ada" })).unwrap();
        assert!(signed_in["AuthenticationResult"].is_object());
        assert!(test.sign_in("ada", PASSWORD).is_ok());
        assert!(test.sign_in("ada", "Temp-Horse-1").is_err());
    }

    #[test]
    fn a_temporary_password_expires() {
        let test = TestPool::new();
        let user =
            json!({ "Username": "ada", "TemporaryPassword": "Temp-Horse-1", "MessageAction": "SUPPRESS" });
        test.admin("AdminCreateUser", user).unwrap();
        test.advance(7 * 24 * 3600);
        assert_eq!(
            test.sign_in("ada", "Temp-Horse-1").unwrap_err().to_string(),
            "NotAuthorizedException: Temporary password has expired and must be reset by an administrator."
        );
    }
}
