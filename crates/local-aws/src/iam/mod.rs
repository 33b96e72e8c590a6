//! IAM: roles, their policies, and the decision whether a caller may do what it asks for.

mod condition;
mod context;
mod pattern;
mod policy;

pub use context::Context;
pub use policy::{Decision, MalformedPolicy, Policy, PolicyKind, TrustedPrincipal, evaluate};
