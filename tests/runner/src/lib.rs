//! What the tests of the SDK against local-aws have in common.

mod test_pool;

pub use test_pool::{DeviceClock, PASSWORD, TestPool};
