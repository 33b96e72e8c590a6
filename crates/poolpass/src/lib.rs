//! poolpass

pub mod srp;
