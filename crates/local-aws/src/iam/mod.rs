//! IAM: roles, their policies, and the decision whether a caller may do something.

mod condition;
mod context;
mod operations;
#[cfg(test)]
mod operations_tests;
#[cfg(test)]
mod oracle_tests;
mod pattern;
mod policy;
mod providers;
mod role;

pub(crate) use self::{
    context::Context,
    operations::handle,
    policy::{Decision, Policy, PolicyKind, TrustedPrincipal, evaluate},
    providers::Provider,
    role::{Iam, Role, parse},
};
