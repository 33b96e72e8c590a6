//! The operations of users and administrators on devices.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Pools,
    device::{Device, device_not_found},
    invalid_parameter,
    pool::{UserPool, user_not_found},
    srp::Verifier,
};
use crate::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmDevice {
    access_token: String,
    device_key: String,
    device_secret_verifier_config: Option<SecretVerifier>,
    device_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecretVerifier {
    password_verifier: Option<String>,
    salt: Option<String>,
}

/// The input of every other operation. An operation of the user has `AccessToken`, one of an administrator the other two ids.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeviceInput {
    access_token: Option<String>,
    user_pool_id: Option<String>,
    username: Option<String>,
    device_key: Option<String>,
    device_remembered_status: Option<RememberedStatus>,
    limit: Option<usize>,
    pagination_token: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RememberedStatus {
    Remembered,
    NotRemembered,
}

const LARGEST_PAGE: usize = 60;

/// ConfirmDevice: registers the device that the sign-in of the access token was given.
pub(super) fn confirm_device(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ConfirmDevice = call.input()?;
    let mut pools = call.pools();
    let (pool, caller) = pools.by_access_token(&input.access_token, call.now)?;
    let user = pool.user(&caller.username)?;
    if user.device(&input.device_key).is_some() {
        return Err(AwsError::new("DeviceKeyExistsException", "Device already exists."));
    }
    let given = pool.sign_ins.find(&caller.sign_in).and_then(|sign_in| sign_in.device.clone());
    let configuration = pool.settings.device_configuration.filter(|_| given.is_some());
    let (Some(configuration), Some(ids)) =
        (configuration, given.filter(|device| device.key == input.device_key))
    else {
        return Err(invalid_parameter("Invalid device key given."));
    };
    let verifier = input.device_secret_verifier_config.and_then(|config| {
        Verifier::registered(config.salt.as_deref()?, config.password_verifier.as_deref()?)
    });
    let verifier = verifier.ok_or_else(|| invalid_parameter("Invalid device secret verifier given."))?;
    let asks_user = configuration.asks_user();
    let device = Device {
        ids,
        name: input.device_name,
        verifier,
        remembered: !asks_user,
        created: call.now,
        modified: call.now,
        authenticated: call.now,
    };
    pool.user_mut(&caller.username)?.devices.push(device);
    Ok(json!({ "UserConfirmationNecessary": asks_user }))
}

/// GetDevice and AdminGetDevice.
pub(super) fn device(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DeviceInput = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = input.owner(&mut pools, call)?;
    let user = pool.user(&username)?;
    let device = user.device(input.key()).filter(|device| device.remembered || input.is_administrative());
    let device = device.ok_or_else(device_not_found)?;
    Ok(json!({ "Device": device.to_json(pool, user) }))
}

/// ListDevices and AdminListDevices. The user sees only remembered devices. The token of a page is the key of the last device
/// before it.
pub(super) fn list_devices(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DeviceInput = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = input.owner(&mut pools, call)?;
    let user = pool.user(&username)?;
    let start = match &input.pagination_token {
        None => 0,
        Some(token) => {
            let place = user.devices.iter().position(|device| device.ids.key == *token);
            place.ok_or_else(|| invalid_parameter("Invalid pagination token given."))? + 1
        }
    };
    let limit = input.limit.filter(|limit| *limit > 0).unwrap_or(LARGEST_PAGE);
    let visible = |device: &&Device| device.remembered || input.is_administrative();
    let mut rest = user.devices[start..].iter().filter(visible).peekable();
    let page: Vec<_> = rest.by_ref().take(limit).collect();
    let mut answer =
        json!({ "Devices": page.iter().map(|device| device.to_json(pool, user)).collect::<Vec<_>>() });
    if let (Some(last), Some(_)) = (page.last(), rest.peek()) {
        answer["PaginationToken"] = json!(last.ids.key);
    }
    Ok(answer)
}

/// UpdateDeviceStatus and AdminUpdateDeviceStatus.
pub(super) fn update_device_status(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DeviceInput = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = input.owner(&mut pools, call)?;
    let device = pool.user_mut(&username)?.device_mut(input.key())?;
    if let Some(status) = input.device_remembered_status {
        device.remembered = status == RememberedStatus::Remembered;
        device.modified = call.now;
    }
    Ok(json!({}))
}

/// ForgetDevice and AdminForgetDevice. It also ends the sign-ins of the device at their next refresh.
pub(super) fn forget_device(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: DeviceInput = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = input.owner(&mut pools, call)?;
    let user = pool.user_mut(&username)?;
    user.device(input.key()).ok_or_else(device_not_found)?;
    user.devices.retain(|device| device.ids.key != input.key());
    Ok(json!({}))
}

impl DeviceInput {
    fn is_administrative(&self) -> bool {
        self.access_token.is_none()
    }

    fn key(&self) -> &str {
        self.device_key.as_deref().unwrap_or_default()
    }

    /// The pool and the real username of the devices' owner.
    fn owner<'a>(
        &self,
        pools: &'a mut Pools,
        call: &Call<'_>,
    ) -> Result<(&'a mut UserPool, String), AwsError> {
        if let Some(token) = &self.access_token {
            let (pool, caller) = pools.by_access_token(token, call.now)?;
            return Ok((pool, caller.username));
        }
        // GetDevice and ForgetDevice of users do not require the token in AWS's model.
        if !call.request.operation.starts_with("Admin") {
            return Err(invalid_parameter("Missing required parameter AccessToken"));
        }
        let pool = pools.by_id(self.user_pool_id.as_deref().unwrap_or_default())?;
        let username = self.username.as_deref().and_then(|typed| pool.find(typed));
        let username = username.ok_or_else(user_not_found)?.username.clone();
        Ok((pool, username))
    }
}
