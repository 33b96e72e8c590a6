//! The device keys of the people who sign in here, as the store keeps them.
//!
//! A user pool that tracks devices gives every person a device key of their own. It is kept by the person's `sub`, and outlives the
//! session: whoever signs in again, by whichever name, does so from the same device.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Call, UserPool};
use crate::config::ClientId;
use crate::error::Error;
use crate::json::{Object, ParseError};
use crate::platform::{BoxFuture, SessionStore, lock_within};
use crate::srp::{DeviceVerifier, Identity};

/// The version of the format; records of another version are ignored.
const VERSION: u64 = 1;

/// The devices that one client keeps.
#[derive(Debug)]
pub(crate) struct Devices {
    store: Arc<dyn SessionStore>,
    key: String,
    lock: String,
    /// The name that new devices get (`DeviceName`).
    name: Option<String>,
}

/// A device key of one person, with the password that proves it.
#[derive(Clone)]
pub(crate) struct StoredDevice {
    pub(crate) sub: String,
    /// The person's user name in the user pool, then the other names that they sign in with.
    pub(crate) names: Vec<String>,
    pub(crate) ids: DeviceIds,
    pub(crate) password: SecretString,
}

/// `NewDeviceMetadata`: the keys of a device that the user pool does not know yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeviceIds {
    pub(crate) key: String,
    pub(crate) group_key: String,
}

type Change<'a> = Box<dyn FnOnce(&mut Vec<StoredDevice>) + Send + 'a>;

impl Devices {
    /// So many people may share a device; the one who was away longest is forgotten first.
    const MOST_PEOPLE: usize = 50;
    const MOST_NAMES: usize = 8;
    const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

    pub(super) fn new(client_id: &ClientId, store: Arc<dyn SessionStore>, name: Option<String>) -> Self {
        let key = |name| store_key(client_id, name);
        Self { store, key: key("devices"), lock: key("devices.write"), name }
    }

    /// The name that new devices get.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The device of the person with this name. A store that cannot be read has none: the sign-in goes on as from a new device.
    pub(crate) async fn of(&self, name: &str) -> Option<StoredDevice> {
        let devices = self.load().await.unwrap_or_default();
        find(&devices, name).map(|place| devices[place].clone())
    }

    pub(crate) async fn by_key(&self, key: &str) -> Option<StoredDevice> {
        self.load().await.unwrap_or_default().into_iter().find(|device| device.ids.key == key)
    }

    /// Keeps the person's device in the place of an earlier one.
    pub(crate) async fn save(&self, device: StoredDevice) -> Result<(), Error> {
        let keep = move |devices: &mut Vec<StoredDevice>| {
            devices.retain(|kept| kept.sub != device.sub);
            let surplus = (devices.len() + 1).saturating_sub(Self::MOST_PEOPLE);
            devices.drain(..surplus);
            devices.push(device);
        };
        self.change(Box::new(keep)).await
    }

    /// Notes that the person with this user name also signs in with another one.
    pub(super) async fn note_name(&self, username: &str, name: &str) {
        let devices = self.load().await.unwrap_or_default();
        let is_new = |device: &StoredDevice| {
            device.names.first().is_some_and(|first| first == username)
                && !device.names.iter().any(|known| known == name)
        };
        if devices.iter().any(is_new) {
            let note = |devices: &mut Vec<StoredDevice>| {
                for device in devices.iter_mut().filter(|device| is_new(device)) {
                    device.names.truncate(Self::MOST_NAMES - 1);
                    device.names.push(name.to_owned());
                }
            };
            // If it fails, the next sign-in by this name asks for the second factor once more.
            let _ = self.change(Box::new(note)).await;
        }
    }

    /// The user pool does not know this device of the person who is called `name`.
    ///
    /// It is forgotten, unless the name is one that may have become somebody else's: then the name is.
    pub(crate) async fn forget_stale(&self, key: &str, name: &str) {
        let forget = |devices: &mut Vec<StoredDevice>| {
            devices.retain(|device| device.ids.key != key || !device.is_surely_of(name));
            for device in devices.iter_mut().filter(|device| device.ids.key == key) {
                let username = device.names.first().cloned();
                device.names.retain(|known| username.as_ref() == Some(known) || !is_same(known, name));
            }
        };
        // If it fails, the next sign-in finds out again.
        let _ = self.change(Box::new(forget)).await;
    }

    pub(crate) async fn forget(&self, key: &str) -> Result<(), Error> {
        if self.by_key(key).await.is_none() {
            return Ok(());
        }
        self.change(Box::new(|devices| devices.retain(|device| device.ids.key != key))).await
    }

    /// The change and the future are boxed so that they are compiled once.
    fn change<'a>(&'a self, change: Change<'a>) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let _lock = lock_within(Self::LOCK_TIMEOUT, &*self.store, &self.lock).await?;
            let mut devices = self.load().await?;
            change(&mut devices);
            let value = Object::new()
                .with("version", VERSION)
                .with("devices", devices.iter().map(StoredDevice::to_object).collect::<Vec<_>>())
                .to_secret();
            let saved = self.store.save(&self.key, value.clone()).await;
            saved.map_err(|error| Error::not_saved(error, &value))
        })
    }

    async fn load(&self) -> Result<Vec<StoredDevice>, Error> {
        let value = self.store.load(&self.key).await?;
        Ok(value.and_then(|value| read(&value).ok()).unwrap_or_default())
    }
}

impl DeviceIds {
    /// `None` where the user pool names no device: some servers send empty metadata.
    pub(super) fn read(mut metadata: Object) -> Result<Option<Self>, ParseError> {
        let keys = (metadata.maybe_text("DeviceKey")?, metadata.maybe_text("DeviceGroupKey")?);
        Ok(match keys {
            (Some(key), Some(group_key)) => Some(Self { key, group_key }),
            _ => None,
        })
    }
}

impl StoredDevice {
    /// The device in the formulas of SRP.
    pub(crate) fn identity(&self) -> Identity<'_> {
        Identity::device(&self.ids.group_key, &self.ids.key)
    }

    /// Whether nobody else can have this name.
    fn is_surely_of(&self, name: &str) -> bool {
        self.sub == name || self.names.first().is_some_and(|username| username == name)
    }

    fn to_object(&self) -> Object {
        Object::new()
            .with("sub", self.sub.as_str())
            .with("names", self.names.clone())
            .with("key", self.ids.key.as_str())
            .with("groupKey", self.ids.group_key.as_str())
            .with("password", self.password.expose_secret())
    }

    fn read(mut device: Object) -> Result<Self, ParseError> {
        let ids = DeviceIds { key: device.text("key")?, group_key: device.text("groupKey")? };
        let (sub, names) = (device.text("sub")?, device.text_list("names")?);
        if names.is_empty() {
            return Err(ParseError::Member("names"));
        }
        Ok(Self { sub, names, ids, password: device.secret("password")? })
    }
}

fn read(value: &SecretString) -> Result<Vec<StoredDevice>, ParseError> {
    let mut record = Object::parse(value.expose_secret().as_bytes())?;
    if record.count("version")? != VERSION {
        return Ok(Vec::new());
    }
    record.objects("devices")?.into_iter().map(StoredDevice::read).collect()
}

/// The place of the device of this person: best by user name, then by another name, then by a name in another case. The later one
/// wins.
fn find(devices: &[StoredDevice], name: &str) -> Option<usize> {
    let by = |is_it: &dyn Fn(&StoredDevice) -> bool| devices.iter().rposition(is_it);
    by(&|device| device.is_surely_of(name))
        .or_else(|| by(&|device| device.names.iter().any(|known| known == name)))
        .or_else(|| by(&|device| device.names.iter().any(|known| is_same(known, name))))
}

/// The key of one of an app client's values in a store that several may share.
pub(crate) fn store_key(client_id: &ClientId, name: &str) -> String {
    // Store keys have no "+", which app client ids may have.
    format!("{}.{name}", client_id.as_str().replace('+', "-"))
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

impl UserPool {
    pub(crate) fn devices(&self) -> &Devices {
        &self.devices
    }
}

impl Call {
    /// ConfirmDevice. The second of two calls is refused, for which the caller has to be prepared.
    pub(crate) fn confirm_device(key: &str, verifier: &DeviceVerifier, name: Option<&str>) -> Self {
        let config = Object::new()
            .with("PasswordVerifier", verifier.password_verifier())
            .with("Salt", verifier.salt());
        let input = Object::new()
            .with("DeviceKey", key)
            .with("DeviceSecretVerifierConfig", config)
            .maybe("DeviceName", name);
        Self::safe("ConfirmDevice", input)
    }

    /// GetDevice.
    pub(crate) fn device(key: &str) -> Self {
        Self::safe("GetDevice", Object::new().with("DeviceKey", key))
    }

    /// UpdateDeviceStatus.
    pub(crate) fn update_device_status(key: &str, remembered: bool) -> Self {
        let status = if remembered { "remembered" } else { "not_remembered" };
        let input = Object::new().with("DeviceKey", key).with("DeviceRememberedStatus", status);
        Self::safe("UpdateDeviceStatus", input)
    }

    /// ForgetDevice.
    pub(crate) fn forget_device(key: &str) -> Self {
        Self::once("ForgetDevice", Object::new().with("DeviceKey", key))
    }
}

/// Whether the user pool does not know the device whose key was sent.
pub(crate) fn is_unknown_device(error: &Error) -> bool {
    error.aws_code() == Some("ResourceNotFoundException")
        && error.message().to_ascii_lowercase().contains("device")
}

impl fmt::Debug for StoredDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredDevice").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::MemoryStore;

    fn devices() -> Devices {
        Devices::new(&"client".parse().unwrap(), Arc::new(MemoryStore::new()), None)
    }

    fn device(sub: &str, names: &[&str]) -> StoredDevice {
        StoredDevice {
            sub: sub.to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            ids: DeviceIds { key: format!("key of {sub}"), group_key: "-group".to_owned() },
            password: "hush".into(),
        }
    }

    async fn sub(devices: &Devices, name: &str) -> Option<String> {
        devices.of(name).await.map(|device| device.sub)
    }

    #[tokio::test]
    async fn a_person_is_found_by_every_name_and_an_exact_one_comes_first() {
        let devices = devices();
        devices.save(device("1", &["ada", "Ada@example.com"])).await.unwrap();
        devices.save(device("2", &["ADA", "+49170"])).await.unwrap();
        devices.save(device("3", &["eve", "ada"])).await.unwrap();
        for (name, expected) in [
            ("ada", Some("1")),
            ("ADA", Some("2")),
            ("Ada", Some("3")),
            ("ada@EXAMPLE.com", Some("1")),
            ("+49170", Some("2")),
            ("2", Some("2")),
            ("nobody", None),
        ] {
            assert_eq!(sub(&devices, name).await.as_deref(), expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_person_has_one_device_and_the_one_who_was_away_longest_is_forgotten() {
        let devices = devices();
        for person in 0..=Devices::MOST_PEOPLE {
            devices.save(device(&person.to_string(), &[&format!("name {person}")])).await.unwrap();
        }
        assert_eq!(sub(&devices, "name 0").await, None);
        assert_eq!(sub(&devices, "name 1").await.as_deref(), Some("1"));
        devices.save(device("1", &["another name"])).await.unwrap();
        assert_eq!(sub(&devices, "name 1").await, None);
        devices.save(device("new", &["new"])).await.unwrap();
        assert_eq!(
            (sub(&devices, "another name").await, sub(&devices, "name 2").await),
            (Some("1".to_owned()), None)
        );
    }

    #[tokio::test]
    async fn a_stale_device_is_forgotten_unless_the_name_may_be_somebody_else_s() {
        let devices = devices();
        devices.save(device("1", &["ada", "ada@example.com"])).await.unwrap();
        devices.forget_stale("key of another", "ada").await;
        devices.forget_stale("key of 1", "ADA@example.com").await;
        assert_eq!(sub(&devices, "ada@example.com").await, None);
        assert_eq!(sub(&devices, "ada").await.as_deref(), Some("1"));
        devices.forget_stale("key of 1", "ada").await;
        assert_eq!(sub(&devices, "ada").await, None);
    }

    #[tokio::test]
    async fn a_name_that_led_to_a_person_is_noted() {
        let devices = devices();
        devices.note_name("ada", "the-ada").await;
        assert_eq!(sub(&devices, "the-ada").await, None);
        devices.save(device("1", &["ada"])).await.unwrap();
        for name in ["the-ada", "a", "b", "c", "d", "e", "f", "g", "h"] {
            devices.note_name("ada", name).await;
            assert_eq!(sub(&devices, name).await.as_deref(), Some("1"));
        }
        assert_eq!(devices.of("ada").await.unwrap().names.len(), Devices::MOST_NAMES);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?} {:?}", device("1", &["ada"]), devices());
        assert!(!shown.contains("hush") && !shown.contains("ada"), "{shown}");
    }
}
