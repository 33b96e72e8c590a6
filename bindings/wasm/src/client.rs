//! The front door.

use js_sys::{Function, Promise};
use poolpass::{AuthFlow, Client, Config, RefreshOperation, RetryPolicy, SignInOptions};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::account::JsAccount;
use crate::api::JsApi;
use crate::bucket::JsBucket;
use crate::call::call;
use crate::challenge::JsChallenge;
use crate::clock::JsClock;
use crate::error::Thrown;
use crate::session::{self, access_token, credentials, id_token, user};
use crate::store::{JsStore, Store};
use crate::table::JsTable;
use crate::values::{Options, maybe};

/// `Client` of the crate `poolpass`.
#[wasm_bindgen(js_name = Client)]
#[derive(Debug)]
pub struct JsClient(Client);

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

    /// What tells this app's session from others in the same browser.
    #[wasm_bindgen(getter, js_name = clientId)]
    pub fn client_id(&self) -> Option<String> {
        self.0.config().user_pool().map(|pool| pool.client_id().to_string())
    }

    /// `Client::sign_in_with`.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(
        &self,
        username: String,
        password: String,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Promise {
        let client = self.0.clone();
        call(signal, async move {
            let sign_in = sign_in_options(username, password, &Options::new(options))?;
            Ok(session::step(client.sign_in_with(sign_in).await?))
        })
    }

    /// `Client::pending_challenge`.
    #[wasm_bindgen(js_name = pendingChallenge)]
    pub fn pending_challenge(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move { Ok(maybe(client.pending_challenge().await?.map(JsChallenge::new))) })
    }

    /// `Client::current_user`.
    #[wasm_bindgen(js_name = currentUser)]
    pub fn current_user(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move { Ok(maybe(client.current_user().await?.as_ref().map(user))) })
    }

    /// `Client::id_token`.
    #[wasm_bindgen(js_name = idToken)]
    pub fn id_token(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move { Ok(id_token(&client.id_token().await?)) })
    }

    /// `Client::access_token`.
    #[wasm_bindgen(js_name = accessToken)]
    pub fn access_token(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move { Ok(access_token(&client.access_token().await?)) })
    }

    /// `Client::refresh`.
    pub fn refresh(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move { Ok(user(&client.refresh().await?)) })
    }

    /// `Client::sign_out`; whether AWS has revoked the tokens.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move { Ok(client.sign_out().await?.is_revoked().into()) })
    }

    /// `Client::sign_out_everywhere`.
    #[wasm_bindgen(js_name = signOutEverywhere)]
    pub fn sign_out_everywhere(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move {
            client.sign_out_everywhere().await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Calls `listener` with every event of `Client::events`, as long as the client lives.
    #[wasm_bindgen(js_name = onEvent)]
    pub fn on_event(&self, listener: Function) {
        session::forward(self.0.events(), listener);
    }

    /// `Client::credentials`.
    pub fn credentials(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move {
            let held = client.credentials().await?;
            Ok(credentials(&held, &client.identity_id().await?))
        })
    }

    /// `Client::identity_id`.
    #[wasm_bindgen(js_name = identityId)]
    pub fn identity_id(&self, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        call(signal, async move { Ok(client.identity_id().await?.into()) })
    }

    /// `Client::with_role`.
    #[wasm_bindgen(js_name = withRole)]
    pub fn with_role(&self, role_arn: String) -> Self {
        Self(self.0.with_role(role_arn))
    }

    /// `Client::account`.
    pub fn account(&self, client_metadata: JsValue) -> Result<JsAccount, JsValue> {
        Ok(JsAccount::new(self.0.account(), client_metadata)?)
    }

    /// `Client::s3`, or `Client::bucket` with a name.
    pub fn bucket(&self, name: Option<String>, region: Option<String>) -> Result<JsBucket, JsValue> {
        Ok(JsBucket::new(&self.0, name, region)?)
    }

    /// `Client::dynamodb`, or `Client::table` with a name.
    pub fn table(&self, name: Option<String>) -> Result<JsTable, JsValue> {
        Ok(JsTable::new(&self.0, name)?)
    }

    /// `Client::signed`.
    pub fn signed(&self, service: String, region: Option<String>) -> Result<JsApi, JsValue> {
        Ok(JsApi::new(&self.0, service, region)?)
    }
}

impl JsClient {
    pub(crate) fn inner(&self) -> Client {
        self.0.clone()
    }
}

fn build(config: &str, store: JsStore, options: &Options) -> Result<Client, Thrown> {
    let mut builder = Client::builder(Config::from_json(config)?).store(Store(store));
    if let Some(now) = options.value("now") {
        builder = builder.clock(JsClock(now.unchecked_into()));
    }
    if let Some(attempts) = options.number("maxAttempts")? {
        builder = builder.retry(RetryPolicy { max_attempts: attempts as u32, ..RetryPolicy::default() });
    }
    builder = match options.text("refreshOperation")?.as_deref() {
        None => builder,
        Some("GetTokensFromRefreshToken") => {
            builder.refresh_operation(RefreshOperation::GetTokensFromRefreshToken)
        }
        Some("InitiateAuth") => builder.refresh_operation(RefreshOperation::RefreshTokenAuth),
        Some(_) => return Err(Thrown::invalid_input("there is no such refreshOperation")),
    };
    for (key, value) in options.texts("refreshMetadata")? {
        builder = builder.refresh_metadata(key, value);
    }
    Ok(builder.build()?)
}

fn sign_in_options(username: String, password: String, options: &Options) -> Result<SignInOptions, Thrown> {
    let mut sign_in = SignInOptions::new(username, password);
    sign_in = match options.text("flow")?.as_deref() {
        None | Some("srp") => sign_in,
        Some("password") => sign_in.flow(AuthFlow::UserPassword),
        Some(_) => return Err(Thrown::invalid_input("flow is neither \"srp\" nor \"password\"")),
    };
    for (key, value) in options.texts("clientMetadata")? {
        sign_in = sign_in.client_metadata(key, value);
    }
    Ok(sign_in)
}
