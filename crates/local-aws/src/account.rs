use crate::{
    clock::Clock, faults::Faults, iam::Iam, identity_pool::IdentityPools, messages::Messages,
    request_counts::RequestCounts, server::Options, sts::Sts, user_pool::UserPools,
};

/// Everything that the one AWS account of this server holds.
pub(crate) struct Account {
    pub(crate) region: String,
    pub(crate) clock: Clock,
    pub(crate) messages: Messages,
    pub(crate) faults: Faults,
    pub(crate) request_counts: RequestCounts,
    pub(crate) user_pools: UserPools,
    pub(crate) identity_pools: IdentityPools,
    pub(crate) iam: Iam,
    pub(crate) sts: Sts,
}

/// The account's number, as it stands in ARNs.
pub(crate) const ACCOUNT_ID: &str = "000000000000";

impl Account {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            region: options.region.clone(),
            clock: Clock::default(),
            messages: Messages::default(),
            faults: Faults::default(),
            request_counts: RequestCounts::default(),
            user_pools: UserPools::default(),
            identity_pools: IdentityPools::default(),
            iam: Iam::default(),
            sts: Sts::default(),
        }
    }
}
