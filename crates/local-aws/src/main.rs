//! A loopback AWS.
fn main() {}
