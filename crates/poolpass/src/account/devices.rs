//! The signed-in person's devices, in a user pool that tracks devices.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use super::Account;
use super::list::{AccountList, Source};
use crate::dates;
use crate::error::{Error, ErrorKind};
use crate::input;
use crate::json::{Object, ParseError};
use crate::user_pool::Call;

/// A device from which the signed-in person has signed in, and which the user pool remembers.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// The device key, such as `eu-west-1_a1b2c3d4-5678-90ab-cdef-1234567890ab`.
    pub key: String,
    /// The name that the device was given when it was confirmed ([`ClientBuilder::device_name`](crate::ClientBuilder::device_name)).
    pub name: Option<String>,
    /// Cognito's other attributes of the device, by AWS's names, such as `last_ip_used`.
    pub attributes: BTreeMap<String, String>,
    /// The time of the first sign-in.
    pub created: SystemTime,
    /// The time of the last change.
    pub last_modified: SystemTime,
    /// The time of the last sign-in.
    pub last_authenticated: SystemTime,
}

static DEVICES: Source<Device> = Source {
    operation: "ListDevices",
    items: "Devices",
    token: "PaginationToken",
    page_size: Some(("Limit", 60)),
    read: Device::read,
};

impl Device {
    fn read(mut device: Object) -> Result<Self, Error> {
        let mut attributes = BTreeMap::new();
        for mut attribute in device.objects("DeviceAttributes")? {
            attributes.insert(attribute.text("Name")?, attribute.maybe_text("Value")?.unwrap_or_default());
        }
        let mut time = |name| {
            let seconds = device.number(name)?;
            dates::from_unix(seconds).ok_or_else(|| Error::from(ParseError::Member(name)))
        };
        Ok(Self {
            created: time("DeviceCreateDate")?,
            last_modified: time("DeviceLastModifiedDate")?,
            last_authenticated: time("DeviceLastAuthenticatedDate")?,
            key: device.text("DeviceKey")?,
            name: attributes.get("device_name").cloned(),
            attributes,
        })
    }
}

/// Shows no attributes: they are personal data.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Account {
    /// Lists the signed-in person's remembered devices (ListDevices). A page has at most 60.
    pub fn devices(&self) -> AccountList<Device> {
        AccountList::new(self, &DEVICES)
    }

    /// Reads one remembered device of the signed-in person (GetDevice).
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `NotFound` for a device that the person does not have, or that is not remembered. `SignedOut`, `SessionEnded`. `InvalidInput`
    /// for an empty key.
    pub async fn device(&self, key: &str) -> Result<Device, Error> {
        let mut answer = self.signed_in(Call::device(device_key(key)?)).await?;
        Device::read(answer.object("Device")?).map_err(|error| error.during("GetDevice"))
    }

    /// Returns the key of this device; `None` if the user pool does not track devices. Nothing is sent.
    ///
    /// Waits at most ten seconds, for the store.
    ///
    /// # Errors
    ///
    /// `SignedOut`, `Store`.
    pub async fn current_device_key(&self) -> Result<Option<String>, Error> {
        let session = self.flow()?.manager().current().await?;
        let session = session.ok_or_else(|| Error::new(ErrorKind::SignedOut, "nobody is signed in"))?;
        Ok(session.device_key().map(str::to_owned))
    }

    /// Has the user pool remember a device, by default this one (UpdateDeviceStatus). At the next sign-in from a remembered device,
    /// its key can replace the second factor.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `NotFound` for a device that the person does not have, or if the user pool does not track devices. `SignedOut`,
    /// `SessionEnded`. `InvalidInput` for an empty key.
    pub async fn remember_device(&self, key: Option<&str>) -> Result<(), Error> {
        self.set_device_status(key, true).await
    }

    /// Has the user pool no longer remember a device, by default this one (UpdateDeviceStatus). The next sign-in from it asks for the
    /// second factor; its session goes on.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// As [`remember_device`](Self::remember_device).
    pub async fn do_not_remember_device(&self, key: Option<&str>) -> Result<(), Error> {
        self.set_device_status(key, false).await
    }

    /// Removes a device from the signed-in person's account, by default this one (ForgetDevice). Its session ends at the next refresh,
    /// which is the way to sign out a lost device.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// As [`remember_device`](Self::remember_device). `Store` when the device is forgotten, but its key may still be in the store.
    pub async fn forget_device(&self, key: Option<&str>) -> Result<(), Error> {
        let key = self.device_key_or_own(key).await?;
        self.signed_in(Call::forget_device(&key)).await?;
        self.pool()?.devices().forget(&key).await
    }

    async fn set_device_status(&self, key: Option<&str>, remembered: bool) -> Result<(), Error> {
        let key = self.device_key_or_own(key).await?;
        self.signed_in(Call::update_device_status(&key, remembered)).await?;
        self.flow()?.manager().person_was_asked(&key).await
    }

    async fn device_key_or_own(&self, key: Option<&str>) -> Result<String, Error> {
        match key {
            Some(key) => Ok(device_key(key)?.to_owned()),
            None => self.current_device_key().await?.ok_or_else(|| {
                Error::new(ErrorKind::NotFound, "this session has no device: the user pool tracks none")
            }),
        }
    }
}

fn device_key(key: &str) -> Result<&str, Error> {
    input::not_empty(key, "the device key is empty")
}
