//! Time as an input: the device's clock, and AWS's time as far as it has been learned.

mod offsets;
mod server_clock;

use std::fmt;
use std::time::SystemTime;

pub(crate) use server_clock::ServerClock;

use super::{MaybeSend, MaybeSync, sys};

/// Provides the device's time.
pub trait Clock: fmt::Debug + MaybeSend + MaybeSync {
    /// The device's wall clock time, right or wrong.
    fn now(&self) -> SystemTime;
}

/// The device's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        sys::now()
    }
}
