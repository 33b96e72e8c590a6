use http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::texts::Texts;
use crate::{
    LocalAws, Options,
    test_support::{Answer, Draft, Keys},
    user_agent,
};

pub(super) const PASSWORD: &str = "Correct-Horse-1";
pub(super) const REDIRECT: &str = "myapp://callback";

/// A user pool with a domain on a running server.
pub(super) struct Pages {
    pub(super) aws: LocalAws,
    pool_id: String,
    pub(super) client_id: String,
}

impl Pages {
    pub(super) async fn new(pool: Value) -> Self {
        Self::with_client(pool, json!({})).await
    }

    pub(super) async fn with_client(pool: Value, client: Value) -> Self {
        let aws = LocalAws::start(Options::default()).await.unwrap();
        let mut pages = Self { aws, pool_id: String::new(), client_id: String::new() };
        let mut input = json!({ "PoolName": "notes", "AutoVerifiedAttributes": ["email"] });
        merge(&mut input, pool);
        let pool = pages.admin("CreateUserPool", input).await;
        pages.pool_id = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        pages.admin("CreateUserPoolDomain", json!({ "Domain": "notes" })).await;
        let mut input = json!({
            "ClientName": "Notes",
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email"],
            "CallbackURLs": [REDIRECT],
            "SupportedIdentityProviders": ["COGNITO"],
        });
        merge(&mut input, client);
        let client = pages.admin("CreateUserPoolClient", input).await;
        pages.client_id = client["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned();
        pages
    }

    pub(super) async fn admin(&self, operation: &str, mut input: Value) -> Value {
        if !self.pool_id.is_empty() {
            input["UserPoolId"] = json!(self.pool_id);
        }
        let draft = Draft::json(&format!("AWSCognitoIdentityProviderService.{operation}"), &input);
        let account = self.aws.account();
        let draft = draft.signed("cognito-idp", &Keys::root(), account.clock.now());
        draft.send(account).await.expect_ok().json()
    }

    pub(super) async fn add_user(&self, username: &str, attributes: &[(&str, &str)]) {
        let attributes: Vec<_> =
            attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let user = json!({ "Username": username, "UserAttributes": attributes, "MessageAction": "SUPPRESS" });
        self.admin("AdminCreateUser", user).await;
        let password = json!({ "Username": username, "Password": PASSWORD, "Permanent": true });
        self.admin("AdminSetUserPassword", password).await;
    }

    pub(super) async fn add_ada(&self) {
        self.add_user("ada", &[("email", "ada@example.com"), ("email_verified", "true")]).await;
    }

    pub(super) fn authorize(&self, more: &[(&str, &str)]) -> String {
        let mut url = Url::parse(&format!("{}/_domain/notes/oauth2/authorize", self.aws.url())).unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("response_type", "code")
            .append_pair("scope", "openid email")
            .append_pair("state", "some state")
            .extend_pairs(more);
        url.into()
    }

    /// Walks through the pages in a browser that keeps its cookies.
    pub(super) async fn try_browse(&self, more: &[(&str, &str)], steps: Value) -> Result<String, String> {
        let url = self.authorize(more);
        let script = json!({ "url": url, "redirectUri": REDIRECT, "browser": "ada's", "steps": steps });
        let script = serde_json::from_value(script).unwrap();
        let answer = user_agent::browse(self.aws.account(), script).await?;
        Ok(answer["url"].as_str().unwrap().to_owned())
    }

    /// As [`try_browse`](Self::try_browse), for a way that ends with a code.
    pub(super) async fn browse(&self, more: &[(&str, &str)], steps: Value) -> String {
        let url = self.try_browse(more, steps).await.unwrap();
        assert!(url.contains("?code=") && url.contains("state=some+state"), "{url}");
        url
    }

    /// The page that a browser sees after these steps.
    pub(super) async fn seen(&self, more: &[(&str, &str)], steps: Value) -> String {
        self.try_browse(more, steps).await.unwrap_err()
    }

    pub(super) async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let mut draft = Draft::new("GET", path);
        if let Some(cookie) = cookie {
            draft = draft.header("cookie", cookie);
        }
        draft.send(self.aws.account()).await
    }

    /// The path of the sign-in page.
    pub(super) async fn login(&self, more: &[(&str, &str)]) -> String {
        let url = Url::parse(&self.authorize(more)).unwrap();
        let answer = self.get(&format!("{}?{}", url.path(), url.query().unwrap()), None).await;
        answer.headers["location"].to_str().unwrap().to_owned()
    }
}

fn merge(target: &mut Value, members: Value) {
    let Value::Object(members) = members else { return };
    for (name, value) in members {
        target[name] = value;
    }
}

pub(super) fn password(value: &str) -> Value {
    json!({ "fill": { "username": "ada", "password": value }, "press": "Sign in" })
}

#[tokio::test]
async fn a_password_signs_in_and_a_wrong_one_can_be_repeated() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    pages.browse(&[], json!([password(PASSWORD)])).await;
    let again = json!([password("Wrong-Horse-1"), { "see": "Incorrect username or password.", "fill": { "password": PASSWORD } }]);
    pages.browse(&[("prompt", "login")], again).await;
}

#[tokio::test]
async fn too_many_wrong_passwords_lock_the_account_for_a_while() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let mut steps = vec![password("Wrong-Horse-1"); 6];
    steps.push(password(PASSWORD));
    let page = pages.seen(&[], json!(steps)).await;
    assert!(page.contains("Password attempts exceeded"), "{page}");
}

#[tokio::test]
async fn a_new_person_signs_up_confirms_the_address_and_is_signed_in() {
    let pages = Pages::new(json!({})).await;
    let account = json!({ "username": "grace", "email": "grace@example.com", "password": PASSWORD });
    let steps = json!([
        { "press": "Create an account" },
        { "fill": { "username": "grace", "password": "short", "email": "grace@example.com" } },
        { "see": "Password did not conform with policy", "fill": account },
        { "see": "We sent a code to g***@e***", "fill": { "code": "000000" } },
        { "see": "Invalid verification code provided", "press": "Send a new code" },
        { "see": "A new code is on its way.", "fill": { "code": { "codeTo": "grace@example.com" } } },
    ]);
    pages.browse(&[], steps).await;
}

#[tokio::test]
async fn an_unconfirmed_account_gets_a_new_code_at_sign_in() {
    let pages = Pages::new(json!({})).await;
    let account = json!({ "username": "ada", "email": "ada@example.com", "password": PASSWORD });
    pages.seen(&[], json!([{ "press": "Create an account" }, { "fill": account }])).await;
    let confirm =
        json!({ "see": "Confirm your account", "fill": { "code": { "codeTo": "ada@example.com" } } });
    pages.browse(&[], json!([password(PASSWORD), confirm])).await;
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_code() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let reset = json!({ "code": { "codeTo": "ada@example.com" }, "password": "Another-Horse-2" });
    let wrong = json!({ "code": "123", "password": "Another-Horse-2" });
    let steps = json!([
        { "press": "Forgot your password?" },
        { "fill": { "username": "ada" }, "press": "Next" },
        { "fill": wrong },
        { "see": "Invalid verification code", "fill": reset, "press": "Change password" },
    ]);
    pages.browse(&[], steps).await;
    pages.browse(&[("prompt", "login")], json!([password("Another-Horse-2")])).await;
}

#[tokio::test]
async fn a_temporary_password_is_replaced_by_an_own_one() {
    let pages = Pages::new(json!({})).await;
    let user = json!({ "Username": "ada", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
    pages.admin("AdminCreateUser", user).await;
    let short = json!({ "see": "temporary", "fill": { "password": "short" } });
    let own =
        json!({ "see": "Password did not conform with policy", "fill": { "password": "Another-Horse-2" } });
    pages.browse(&[], json!([password(PASSWORD), short, own])).await;
}

#[tokio::test]
async fn an_authenticator_app_is_set_up_and_then_asked_for() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let mfa = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    pages.admin("SetUserPoolMfaConfig", mfa).await;
    let steps = json!([
        password(PASSWORD),
        { "see": "Set up a second factor", "press": "Authenticator app" },
        { "see": "Scan the picture", "fill": { "code": "000000" } },
        { "see": "Code mismatch", "fill": { "code": { "totpOf": "page" } } },
    ]);
    pages.browse(&[], steps).await;
    let page = pages.seen(&[("prompt", "login")], json!([password(PASSWORD)])).await;
    assert!(page.contains("Your authenticator app shows the code."), "{page}");
}

#[tokio::test]
async fn a_person_with_several_factors_chooses_one() {
    let pages = Pages::new(json!({})).await;
    pages
        .add_user(
            "ada",
            &[
                ("email", "ada@example.com"),
                ("email_verified", "true"),
                ("phone_number", "+491701234567"),
                ("phone_number_verified", "true"),
            ],
        )
        .await;
    let mfa = json!({
        "MfaConfiguration": "OPTIONAL",
        "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
        "EmailMfaConfiguration": {},
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    pages.admin("UpdateUserPool", json!({
        "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/a@b.c" },
        "AutoVerifiedAttributes": ["email"],
    })).await;
    pages.admin("SetUserPoolMfaConfig", mfa).await;
    let enabled = json!({ "Enabled": true });
    pages
        .admin(
            "AdminSetUserMFAPreference",
            json!({
                "Username": "ada", "SMSMfaSettings": enabled, "EmailMfaSettings": enabled,
            }),
        )
        .await;
    for (button, address, hint) in
        [("Code by SMS", "+491701234567", "+*******4567"), ("Code by email", "ada@example.com", "a***@e***")]
    {
        let code = json!({ "see": hint, "fill": { "code": { "codeTo": address } } });
        let steps =
            json!([password(PASSWORD), { "see": "How do you want to sign in?", "press": button }, code]);
        pages.browse(&[("prompt", "login")], steps).await;
    }
}

pub(super) async fn pages_with_choice() -> Pages {
    let factors = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] });
    let pages = Pages::new(json!({ "Policies": { "SignInPolicy": factors } })).await;
    let passkeys = json!({ "RelyingPartyId": "localhost", "UserVerification": "preferred" });
    pages
        .admin(
            "SetUserPoolMfaConfig",
            json!({ "WebAuthnConfiguration": passkeys, "MfaConfiguration": "OFF" }),
        )
        .await;
    pages.add_ada().await;
    pages
}

#[tokio::test]
async fn the_first_factor_is_chosen_where_there_is_a_choice() {
    let pages = pages_with_choice().await;
    let name = json!({ "fill": { "username": "ada" }, "press": "Next" });
    let code = json!({ "see": "a***@e***", "fill": { "code": { "codeTo": "ada@example.com" } } });
    pages.browse(&[], json!([name, { "press": "Code by email" }, code])).await;
    let wrong = json!({ "fill": { "password": "Wrong-Horse-1" }, "press": "Sign in" });
    let right = json!({ "fill": { "password": PASSWORD }, "press": "Sign in" });
    let again =
        json!({ "see": "Incorrect username or password.", "fill": { "username": "ada" }, "press": "Next" });
    pages.browse(&[("prompt", "login")], json!([name, wrong, again, right])).await;
}

#[tokio::test]
async fn a_session_does_not_take_the_place_of_a_proof_that_the_app_wants() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    pages.browse(&[], json!([password(PASSWORD)])).await;
    pages.aws.account().clock.advance_seconds(60);
    for more in [("max_age", "30"), ("prompt", "login")] {
        let page = pages.seen(&[more], json!([])).await;
        assert!(!page.contains("You are signed in") && page.contains("Forgot your password?"), "{page}");
    }
    pages.browse(&[("max_age", "30")], json!([password(PASSWORD)])).await;
}

#[tokio::test]
async fn a_login_hint_is_filled_in_and_the_language_is_the_app_s() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    pages.browse(&[("login_hint", "ada")], json!([{ "fill": { "password": PASSWORD } }])).await;
    for (lang, text) in
        [("de", "Passwort vergessen?"), ("fr-CA", "Mot de passe oublié ?"), ("xx", "Forgot your password?")]
    {
        let page = pages.seen(&[("lang", lang), ("prompt", "login")], json!([])).await;
        assert!(page.contains(text), "{page}");
    }
    assert_eq!(Texts::of(None).lang, "en");
}

#[tokio::test]
async fn pages_escape_what_they_are_given_and_load_nothing_from_elsewhere() {
    let pages = Pages::new(json!({})).await;
    let evil = "\"><script>alert(1)</script>";
    let page = pages.get(&pages.login(&[("login_hint", evil)]).await, None).await.expect_ok();
    assert!(!page.text().contains("<script>") && page.text().contains("alert(1)"), "{}", page.text());
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("error", evil).finish();
    let page = pages.get(&format!("/_domain/notes/error?{query}"), None).await;
    assert!(page.status == StatusCode::BAD_REQUEST && !page.text().contains("<script>"), "{}", page.text());
}

#[tokio::test]
async fn a_form_that_another_site_made_is_refused() {
    let pages = Pages::new(json!({})).await;
    pages.add_ada().await;
    let login = pages.login(&[]).await;
    let page = pages.get(&login, None).await;
    let cookie = page.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly")
            && cookie.contains("SameSite=Lax")
            && cookie.contains("Path=/_domain/notes")
    );
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let token = cookie.split_once('=').unwrap().1.to_owned();
    let form = |token: &str| {
        let pairs = [("_csrf", token), ("username", "ada"), ("password", PASSWORD)];
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    let post = |cookie: Option<String>, token: &str| {
        let mut draft = Draft::new("POST", &login).body(form(token));
        if let Some(cookie) = cookie {
            draft = draft.header("cookie", &cookie);
        }
        draft.send(pages.aws.account())
    };
    for (cookie, token) in
        [(None, ""), (None, token.as_str()), (Some(cookie.clone()), ""), (Some(cookie.clone()), "x")]
    {
        assert_eq!(post(cookie, token).await.status, StatusCode::FORBIDDEN, "{token}");
    }
    assert_eq!(post(Some(cookie), &token).await.status, StatusCode::FOUND);
}

#[tokio::test]
async fn a_step_belongs_to_the_browser_that_began_it() {
    let pages = pages_with_choice().await;
    let name = json!({ "fill": { "username": "ada" }, "press": "Next" });
    let page = pages.seen(&[], json!([name])).await;
    let step =
        page.split_whitespace().find(|word| word.starts_with("http://")).unwrap().trim_end_matches(':');
    let step = Url::parse(step).unwrap();
    let other =
        pages.get(&format!("{}?{}", step.path(), step.query().unwrap()), Some("XSRF-TOKEN=other")).await;
    assert!(other.headers["location"].to_str().unwrap().contains("/login?"), "{:?}", other.headers);
}
