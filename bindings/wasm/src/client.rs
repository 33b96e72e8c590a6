//! The front door.

use std::time::Duration;

use js_sys::{Array, Function, Promise};
use poolpass::{
    AuthFactor, AuthFlow, Client, Config, PasswordlessSignInOptions, RefreshOperation, RetryPolicy,
    SessionTokens, SignInOptions, StepUpBuilder,
};
use wasm_bindgen::prelude::*;

use crate::account;
use crate::api::JsApiClient;
use crate::call::{Work, call, no_such_method};
use crate::challenge::JsChallenge;
use crate::clock::JsClock;
#[cfg(feature = "dynamodb")]
use crate::dynamodb::transact;
use crate::error::Exception;
use crate::logins;
use crate::redirect;
use crate::session;
use crate::store::{JsStore, Store};
use crate::user_context::{JsUserContextData, device_fingerprint};
use crate::values::{Options, maybe};

/// `Client` of the crate `poolpass`.
#[wasm_bindgen(js_name = Client)]
#[derive(Debug)]
pub struct JsClient(pub(crate) Client);

#[wasm_bindgen(js_class = Client)]
impl JsClient {
    /// `config` is the text of a `poolpass.json` or an `amplify_outputs.json`.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, store: JsStore, options: JsValue) -> Result<JsClient, JsValue> {
        Ok(Self(build(config, store, &Options::new(options))?))
    }

    /// The region of the configuration.
    #[wasm_bindgen(getter)]
    pub fn region(&self) -> String {
        self.0.config().region().to_string()
    }

    /// Distinguishes this app's session from others in the same browser.
    #[wasm_bindgen(getter, js_name = clientId)]
    pub fn client_id(&self) -> Option<String> {
        self.0.config().user_pool().map(|pool| pool.client_id().to_string())
    }

    /// Does what `method` names, with the members of `input`: `account.…` for the person's account, `transact.…` for a
    /// transaction.
    pub fn call(&self, method: String, input: JsValue) -> Promise {
        let (input, client) = (Options::new(input), self.0.clone());
        let options = input.clone();
        let work: Work = match method.split_once('.') {
            Some(("account", method)) => {
                Box::pin(account::perform(client.account(), method.to_owned(), input))
            }
            #[cfg(feature = "dynamodb")]
            Some(("transact", method)) => Box::pin(transact(client, method.to_owned(), input)),
            _ => Box::pin(perform(client, method, input)),
        };
        call(&options, work)
    }

    /// Calls `listener` with every event of `Client::events`, as long as the client lives.
    #[wasm_bindgen(js_name = onEvent)]
    pub fn on_event(&self, listener: Function) {
        session::forward(self.0.events(), listener);
    }

    /// `SessionTokens::from_amplify_storage` of this app client: `get` reads a value of the storage.
    #[wasm_bindgen(js_name = readAmplifySession)]
    pub fn read_amplify_session(&self, get: &Function) -> JsValue {
        let get = |key: &str| get.call1(&JsValue::UNDEFINED, &key.into()).ok()?.as_string();
        let client_id = self.client_id().unwrap_or_default();
        maybe(SessionTokens::from_amplify_storage(&client_id, get).as_ref().map(session::tokens_object))
    }

    /// `Client::with_role`.
    #[wasm_bindgen(js_name = withRole)]
    pub fn with_role(&self, role_arn: String) -> Self {
        Self(self.0.with_role(role_arn))
    }

    /// `Client::add_login`, with the provider's code and name.
    #[wasm_bindgen(js_name = addLogin)]
    pub fn add_login(&self, code: &str, name: Option<String>, source: Function) -> Result<(), JsValue> {
        Ok(logins::add(&self.0, code, name, source)?)
    }

    /// `Client::remove_login`.
    #[wasm_bindgen(js_name = removeLogin)]
    pub fn remove_login(&self, code: &str, name: Option<String>) -> Result<(), JsValue> {
        Ok(logins::remove(&self.0, code, name)?)
    }

    /// `Client::logins`: the code and the name of each.
    pub fn logins(&self) -> Array {
        logins::all(&self.0)
    }

    /// `Client::classic_flow`.
    #[wasm_bindgen(js_name = classicFlow)]
    pub fn classic_flow(&self, role_arn: String, options: JsValue) -> Result<JsClient, JsValue> {
        Ok(Self(logins::classic_flow(&self.0, role_arn, &Options::new(options))?))
    }

    /// `Client::api`.
    pub fn api(&self, service: String, region: Option<String>) -> Result<JsApiClient, JsValue> {
        Ok(JsApiClient::new(&self.0, service, region)?)
    }
}

/// The methods of `Client` of the crate `poolpass`.
async fn perform(client: Client, method: String, input: Options) -> Result<JsValue, Exception> {
    Ok(match method.as_str() {
        "signIn" => {
            let sign_in = client.sign_in(input.needed("username")?, input.needed("password")?);
            let flow = flow(&input)?.unwrap_or_default();
            let options = SignInOptions { flow, client_metadata: input.texts("clientMetadata")? };
            session::step(sign_in.options(options).await?)
        }
        "signInWithoutPassword" => {
            let sign_in = client.sign_in_without_password(input.needed("username")?);
            let options = PasswordlessSignInOptions {
                flow: flow(&input)?.unwrap_or(AuthFlow::UserAuth),
                preferred: input.text("preferred")?.map(AuthFactor::from_code),
                client_metadata: input.texts("clientMetadata")?,
            };
            session::step(sign_in.options(options).await?)
        }
        "autoSignIn" => session::step(client.auto_sign_in().await?),
        "pendingChallenge" => maybe(client.pending_challenge().await?.map(JsChallenge::new)),
        "currentUser" => maybe(client.current_user().await?.as_ref().map(session::user)),
        "idToken" => session::id_token(&client.id_token().await?),
        "accessToken" => session::access_token(&client.access_token().await?),
        "refresh" => session::user(&client.refresh().await?),
        "stepUp" => session::step(step_up(&client, &input)?.await?),
        "adoptSession" => session::user(&client.adopt_session(session::tokens(&input)?).await?),
        "signInWithRedirect" => redirect::begin(&client, &input).await?,
        "handleRedirect" => redirect::handle(&client, &input).await?,
        "logoutUrl" => client.logout_url(&input.needed("logoutUri")?)?.into(),
        "signOut" => client.sign_out().associated(input.flag("associated")?).await?.code().into(),
        "signOutEverywhere" => {
            client.sign_out_everywhere().await?;
            JsValue::UNDEFINED
        }
        "credentials" => {
            let credentials = client.credentials().await?;
            session::credentials(&credentials, &client.identity_id().await?)
        }
        "identityId" => client.identity_id().await?.into(),
        "unlinkLogin" => {
            let provider = logins::provider(&input.needed("code")?, input.text("name")?)?;
            client.unlink_login(&provider).await?;
            JsValue::UNDEFINED
        }
        _ => return Err(no_such_method()),
    })
}

fn build(config: &str, store: JsStore, options: &Options) -> Result<Client, Exception> {
    let mut builder = Client::builder(Config::from_json(config)?).store(Store(store));
    if let Some(now) = options.function("now")? {
        builder = builder.clock(JsClock(now));
    }
    if let Some(attempts) = options.number("maxAttempts")? {
        builder = builder.retry(RetryPolicy { max_attempts: attempts as u32, ..RetryPolicy::default() });
    }
    if let Some(code) = options.text("refreshOperation")? {
        let operation = RefreshOperation::from_code(&code)
            .ok_or_else(|| Exception::invalid_input("there is no such refreshOperation"))?;
        builder = builder.refresh_operation(operation);
    }
    for (key, value) in options.texts("refreshMetadata")? {
        builder = builder.refresh_metadata(key, value);
    }
    if let Some(name) = options.text("deviceName")? {
        builder = builder.device_name(name);
    }
    if let Some(fingerprint) = options.options("deviceFingerprint")? {
        builder = builder.device_fingerprint(device_fingerprint(&fingerprint)?);
    }
    if let Some(provider) = options.function("userContextData")? {
        builder = builder.user_context_data(JsUserContextData(provider));
    }
    Ok(builder.build()?)
}

fn step_up(client: &Client, input: &Options) -> Result<StepUpBuilder, Exception> {
    let mut step_up = client.step_up(input.needed("level")?);
    if let Some(seconds) = input.number("maxAge")? {
        let max_age = Duration::try_from_secs_f64(seconds);
        step_up = step_up.max_age(max_age.map_err(|_| Exception::invalid_input("maxAge is not a time"))?);
    }
    for (key, value) in input.texts("clientMetadata")? {
        step_up = step_up.client_metadata(key, value);
    }
    Ok(step_up)
}

fn flow(options: &Options) -> Result<Option<AuthFlow>, Exception> {
    let Some(code) = options.text("flow")? else { return Ok(None) };
    let flow = AuthFlow::from_code(&code);
    flow.map(Some).ok_or_else(|| Exception::invalid_input("there is no such flow"))
}
