//! The devices that the user pool remembers.

use std::collections::HashMap;
use std::time::SystemTime;

use poolpass::AccountListOptions;

use crate::account::Account;
use crate::call::call;
use crate::convert::{counts, hash_map};
use crate::error::PoolpassError;

/// A device from which the signed-in person has signed in, and which the user pool remembers.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Device {
    /// The device key, such as `eu-west-1_a1b2c3d4-5678-90ab-cdef-1234567890ab`.
    pub key: String,
    /// The name that the device was given when it was confirmed.
    pub name: Option<String>,
    /// Cognito's other attributes of the device, by AWS's names, such as `last_ip_used`.
    pub attributes: HashMap<String, String>,
    /// The time of the first sign-in.
    pub created: SystemTime,
    /// The time of the last change.
    pub last_modified: SystemTime,
    /// The time of the last sign-in.
    pub last_authenticated: SystemTime,
}

/// A page of devices.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DevicePage {
    /// The devices.
    pub items: Vec<Device>,
    /// The token for the next page. None on the last page.
    pub next_token: Option<String>,
}

/// A change of a device. One method makes all of them, since each exported method adds 2 to 3 KB to the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum DeviceChange {
    /// The user pool shall remember the device (UpdateDeviceStatus).
    Remember,
    /// The user pool shall no longer remember the device (UpdateDeviceStatus).
    DoNotRemember,
    /// The device shall be removed (ForgetDevice).
    Forget,
}

#[uniffi::export]
impl Account {
    /// Fetches a page of the signed-in person's remembered devices (ListDevices).
    pub async fn devices_page(
        &self,
        page_size: Option<i32>,
        next_token: Option<String>,
    ) -> Result<DevicePage, PoolpassError> {
        let options = AccountListOptions { page_size: counts(page_size, "pageSize")?, next_token };
        let list = self.inner.devices().options(options);
        call(&self.cancel, async move {
            let page = list.page().await?;
            let items = page.items.into_iter().map(Device::from).collect();
            Ok(DevicePage { items, next_token: page.next_token })
        })
        .await
    }

    /// Reads one remembered device of the signed-in person (GetDevice).
    pub async fn device(&self, key: String) -> Result<Device, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.device(&key).await?.into()) }).await
    }

    /// Returns the key of this device; none if the user pool does not track devices. Nothing is sent.
    pub async fn current_device_key(&self) -> Result<Option<String>, PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move { Ok(account.current_device_key().await?) }).await
    }

    /// Changes a device, by default this one.
    pub async fn change_device(
        &self,
        change: DeviceChange,
        key: Option<String>,
    ) -> Result<(), PoolpassError> {
        let account = self.inner.clone();
        call(&self.cancel, async move {
            let key = key.as_deref();
            match change {
                DeviceChange::Remember => account.remember_device(key).await?,
                DeviceChange::DoNotRemember => account.do_not_remember_device(key).await?,
                DeviceChange::Forget => account.forget_device(key).await?,
            }
            Ok(())
        })
        .await
    }
}

impl From<poolpass::Device> for Device {
    fn from(device: poolpass::Device) -> Self {
        Self {
            key: device.key,
            name: device.name,
            attributes: hash_map(device.attributes),
            created: device.created,
            last_modified: device.last_modified,
            last_authenticated: device.last_authenticated,
        }
    }
}

/// Shows no attributes: they are personal data.
impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device").field("key", &self.key).finish_non_exhaustive()
    }
}
