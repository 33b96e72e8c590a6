use std::{fmt, sync::Arc};

use dynoxide::DynoxideError;

use crate::{
    authenticator::Authenticators,
    clock::Clock,
    dynamodb::DynamoDb,
    echo::Echoes,
    execute_api::Api,
    faults::Faults,
    iam::Iam,
    identity_pool::IdentityPools,
    limits::Limits,
    load_balancer::LoadBalancers,
    managed_login::ManagedLogins,
    messages::Messages,
    request_counts::RequestCounts,
    s3::S3,
    stand_in::StandIns,
    sts::Sts,
    user_agent::Browsers,
    user_pool::{Triggers, UserContexts, UserPools},
};

/// Everything that the one AWS account of this server holds.
pub(crate) struct Account {
    pub(crate) region: String,
    pub(crate) clock: Clock,
    pub(crate) messages: Messages,
    pub(crate) faults: Faults,
    pub(crate) echoes: Echoes,
    pub(crate) request_counts: RequestCounts,
    pub(crate) limits: Limits,
    pub(crate) authenticators: Authenticators,
    pub(crate) user_pools: UserPools,
    pub(crate) triggers: Triggers,
    pub(crate) user_contexts: UserContexts,
    pub(crate) identity_pools: IdentityPools,
    pub(crate) managed_logins: ManagedLogins,
    pub(crate) stand_ins: StandIns,
    /// The browsers of tests.
    pub(crate) browsers: Browsers,
    pub(crate) iam: Iam,
    pub(crate) sts: Arc<Sts>,
    pub(crate) s3: S3,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) api: Api,
    pub(crate) load_balancers: LoadBalancers,
}

/// The account's number in ARNs.
pub(crate) const ACCOUNT_ID: &str = "000000000000";

impl Account {
    /// # Errors
    /// If the in-memory database cannot be created.
    pub(crate) fn new(region: impl Into<String>) -> Result<Self, DynoxideError> {
        let sts = Arc::new(Sts::default());
        let s3 = S3::new(sts.clone());
        Ok(Self {
            region: region.into(),
            clock: Clock::default(),
            messages: Messages::default(),
            faults: Faults::default(),
            echoes: Echoes::default(),
            request_counts: RequestCounts::default(),
            limits: Limits::default(),
            authenticators: Authenticators::default(),
            user_pools: UserPools::default(),
            triggers: Triggers::default(),
            user_contexts: UserContexts::default(),
            identity_pools: IdentityPools::default(),
            managed_logins: ManagedLogins::default(),
            stand_ins: StandIns::default(),
            browsers: Browsers::default(),
            iam: Iam::default(),
            sts,
            s3,
            dynamodb: DynamoDb::new()?,
            api: Api::default(),
            load_balancers: LoadBalancers::default(),
        })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("region", &self.region).finish_non_exhaustive()
    }
}
