//! CloudFormation templates, as far as `examples/infra` needs them: parameters, conditions, and the resources of the services that
//! local-aws has. It refuses everything else.

mod create;
mod document;
mod scope;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(super) use self::scope::Created;
use self::scope::Scope;
use super::{ProvisionError, client::Client};
use crate::{
    server::LocalAws,
    sts::{ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY},
};

/// A parsed template, with functions in their long form, such as `{ "Ref": "Table" }`.
pub(super) struct Template(Value);

impl Template {
    pub(super) fn parse(yaml: &str) -> Result<Self, ProvisionError> {
        document::parse(yaml).map(Self)
    }

    /// A property of a resource, where `created` stand for the resources that it refers to.
    pub(super) fn property(
        &self,
        resource: &str,
        pointer: &str,
        region: &str,
        created: BTreeMap<String, Created>,
    ) -> Result<Value, ProvisionError> {
        let property = self.0["Resources"][resource]["Properties"]
            .pointer(pointer)
            .ok_or_else(|| refused(format!("the resource {resource} has no {pointer}")))?;
        let mut scope = Scope::new(region, &self.0, &BTreeMap::new())?;
        scope.created = created;
        scope.resolve(property)
    }

    /// Creates the resources in the order of their references.
    async fn create(
        &self,
        client: &Client,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Stack, ProvisionError> {
        let mut scope = Scope::new(&client.region, &self.0, parameters)?;
        let mut listener_rules = Vec::new();
        let mut pending: Map<String, Value> = self.0["Resources"].as_object().cloned().unwrap_or_default();
        pending.retain(|_, resource| scope.is_wanted(resource));
        while !pending.is_empty() {
            let ready = pending.iter().find_map(|(name, resource)| {
                let properties = scope.resolve(&resource["Properties"]).ok()?;
                Some((name.clone(), resource["Type"].clone(), properties))
            });
            let Some((name, kind, properties)) = ready else {
                let (name, resource) =
                    pending.iter().next().ok_or_else(|| refused("nothing is left".to_owned()))?;
                scope.resolve(&resource["Properties"])?;
                return Err(refused(format!("the resource {name} refers to itself")));
            };
            pending.remove(&name);
            let kind = kind.as_str().unwrap_or_default();
            let created = create::resource(client, &name, kind, &properties).await?;
            scope.created.insert(name, created);
            if kind == create::LISTENER_RULE {
                listener_rules.push(properties);
            }
        }
        let output = scope.resolve(&self.0["Outputs"]["PoolpassJson"]["Value"])?;
        let text = output.as_str().unwrap_or_default();
        let poolpass_json: Value = serde_json::from_str(text)
            .map_err(|error| refused(format!("the output PoolpassJson is no JSON: {error}")))?;
        let is_object = |value: &Value| value.is_object() || value.is_null();
        if !poolpass_json.is_object()
            || !is_object(&poolpass_json["s3"])
            || !is_object(&poolpass_json["userPool"])
        {
            return Err(refused("the output PoolpassJson is no poolpass.json".to_owned()));
        }
        Ok(Stack { poolpass_json, listener_rules })
    }
}

/// The outcome of a creation.
struct Stack {
    /// The output `PoolpassJson`.
    poolpass_json: Value,
    /// The properties of the listener rules.
    listener_rules: Vec<Value>,
}

impl LocalAws {
    /// Creates the resources of a CloudFormation template on this server. Returns its output `PoolpassJson`, completed with this
    /// server's addresses.
    ///
    /// # Errors
    /// [`ProvisionError::Template`] for a template that local-aws cannot create, and the other kinds for a call that fails.
    pub async fn create_stack(
        &self,
        template: &str,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Value, ProvisionError> {
        let url = self.url();
        let client = Client::new(url, self.region(), ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY);
        let stack = Template::parse(template)?.create(&client, parameters).await?;
        for rule in &stack.listener_rules {
            self.allow_callbacks(rule);
        }
        let mut config = stack.poolpass_json;
        let services = ["cognitoIdp", "cognitoIdentity", "sts", "s3", "dynamodb"];
        config["endpoints"] = services.into_iter().map(|service| (service.to_owned(), json!(url))).collect();
        config["s3"]["forcePathStyle"] = json!(true);
        let domain = config["userPool"]["domain"].as_str().and_then(|domain| domain.strip_prefix("https://"));
        if let Some(name) = domain.and_then(|domain| domain.split('.').next()) {
            config["userPool"]["domain"] = json!(format!("{url}/_domain/{name}"));
        }
        Ok(config)
    }

    /// Lets the user pool send people back to a listener rule at this server, for each of its host names.
    fn allow_callbacks(&self, rule: &Value) {
        let listener = rule["ListenerArn"].as_str().unwrap_or_default();
        let name = listener.split('/').nth(2).unwrap_or_default();
        let hosts = |condition: &Value| match &condition["HostHeaderConfig"]["Values"] {
            Value::Null => condition["Values"].clone(),
            values => values.clone(),
        };
        let conditions = rule["Conditions"].as_array().into_iter().flatten();
        let of_hosts = conditions.filter(|condition| condition["Field"] == "host-header").map(hosts);
        let hosts: Vec<String> = of_hosts
            .filter_map(|values| serde_json::from_value::<Vec<String>>(values).ok())
            .flatten()
            .collect();
        let callback =
            |host: &String| format!("http://{host}:{}/_alb/{name}/oauth2/idpresponse", self.port());
        let callbacks: Vec<String> = hosts.iter().map(callback).collect();
        for action in rule["Actions"].as_array().into_iter().flatten() {
            if let Some(client_id) = action["AuthenticateCognitoConfig"]["UserPoolClientId"].as_str() {
                self.add_callback_urls(client_id, &callbacks);
            }
        }
    }
}

fn refused(message: String) -> ProvisionError {
    ProvisionError::Template { message }
}
