//! One refresh at a time, and never a lost one.
//!
//! All callers wait for the same refresh. It runs on a task of its own, so that a rotated refresh token is not lost when a caller gives
//! up, and it stores the new tokens before anyone gets them.

use std::sync::Arc;
use std::time::Duration;

use super::detached::detached;
use super::device_task::DeviceTask;
use super::exchange::exchange;
use super::manager::{Shared, signed_out};
use super::state::{Outcome, RunningRefresh};
use super::{Session, SessionEndReason, SessionEvent};
use crate::diagnostics::{self, Fields};
use crate::error::{Error, ErrorKind};
use crate::platform::{BoxFuture, timeout, within_grace_period};
use crate::user_pool::DeviceIds;

/// The longest wait for AWS, both operations together: less than the minute for which a rotated token still works.
const EXCHANGE_LIMIT: Duration = Duration::from_secs(55);

/// Whether fresh tokens of another process are good enough.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RefreshMode {
    IfStale,
    Always,
}

impl Shared {
    /// Gets tokens that are valid for a while, from this refresh or that of another process. As long as those of `session` are valid, this waits for the
    /// refresh within its grace period only; the refresh goes on.
    pub(super) async fn refresh_if_due(self: &Arc<Self>, session: &Arc<Session>) -> Outcome {
        let running = self.join(session, RefreshMode::IfStale);
        if session.is_valid(self.now()) {
            return within_grace_period(running.grace, running.outcome)
                .await
                .unwrap_or_else(|| Err(Error::new(ErrorKind::Timeout, "the refresh goes on")));
        }
        running.outcome.await
    }

    /// Gets tokens that AWS issues now.
    pub(super) async fn refresh_now(self: &Arc<Self>, session: &Arc<Session>) -> Outcome {
        self.join(session, RefreshMode::Always).outcome.await
    }

    fn join(self: &Arc<Self>, session: &Arc<Session>, mode: RefreshMode) -> RunningRefresh {
        self.state()
            .join_refresh(session, || Box::pin(detached(Arc::clone(self).run(Arc::clone(session), mode))))
    }

    async fn run(self: Arc<Self>, session: Arc<Session>, mode: RefreshMode) -> Outcome {
        diagnostics::debug("the refresh of the session started", &Fields::default());
        let outcome = self.refresh(mode).await;
        match &outcome {
            Ok(_) => diagnostics::info("the session was refreshed", &Fields::default()),
            Err(error) => {
                let kind = Some(error.kind().code());
                diagnostics::warn("the refresh of the session failed", &Fields { kind, ..Fields::default() });
            }
        }
        self.finish(&session, outcome.is_err());
        outcome
    }

    fn finish(&self, session: &Session, failed: bool) {
        self.state().finish_refresh(session);
        if failed {
            self.delay_retry();
        }
    }

    async fn refresh(self: &Arc<Self>, mode: RefreshMode) -> Outcome {
        let _lock = self.lock_refresh().await?;
        let unsaved = self.state().unsaved();
        if let Some(unsaved) = unsaved {
            return self.commit(unsaved).await;
        }
        // Another process may have refreshed, or signed out, while this one waited.
        let session = self.current().await?.ok_or_else(signed_out)?;
        if mode == RefreshMode::IfStale && !session.is_stale(self.pool.pipeline().latest()) {
            return Ok(session);
        }
        let session = self.with_confirmed_device(session).await;
        match self.exchange_in_time(&session).await {
            Ok((fresh, None)) => self.commit(Arc::new(fresh)).await,
            Ok((fresh, Some(new_device))) => {
                self.keep_new_device(&fresh, new_device).await;
                let fresh = self.commit(Arc::new(fresh)).await?;
                let confirmed = self.with_confirmed_device(Arc::clone(&fresh)).await;
                let is_replaced = self.replace(&confirmed).await.unwrap_or_default();
                Ok(if is_replaced { confirmed } else { fresh })
            }
            Err(refusal) => match SessionEndReason::of(&refusal) {
                Some(reason) => self.end(&session, reason, refusal).await,
                None => Err(refusal),
            },
        }
    }

    /// Gets new tokens, and the ids of a new device if AWS names one.
    pub(super) fn exchange_in_time<'a>(
        &'a self,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<(Session, Option<DeviceIds>), Error>> {
        Box::pin(async {
            timeout(EXCHANGE_LIMIT, exchange(&self.pool, &self.settings, session)).await.unwrap_or_else(
                || {
                    Err(Error::new(
                        ErrorKind::Timeout,
                        "AWS has not refreshed the session in time: try again",
                    ))
                },
            )
        })
    }

    /// The session after another attempt to confirm its device, if that is left to do.
    async fn with_confirmed_device(&self, session: Arc<Session>) -> Arc<Session> {
        if session.device_task != Some(DeviceTask::Confirm) {
            return session;
        }
        let mut confirmed = (*session).clone();
        self.confirm_device(&mut confirmed).await;
        Arc::new(confirmed)
    }

    /// Stores the new tokens, unless their session is over by now.
    async fn commit(self: &Arc<Self>, fresh: Arc<Session>) -> Outcome {
        match self.replace(&fresh).await {
            Ok(true) => {
                self.events.publish(&SessionEvent::Refreshed);
                Ok(fresh)
            }
            Ok(false) => {
                self.state().take_unsaved();
                let replacement = self.state().session();
                self.abandon(&fresh);
                // A step-up may have replaced the session.
                if let Some(session) = replacement.filter(|session| session.is_of_the_person_of(&fresh)) {
                    return Ok(session);
                }
                Err(Error::new(ErrorKind::SignedOut, "the session that was being refreshed is over"))
            }
            Err(error) => {
                self.state().keep_unsaved(fresh);
                Err(error)
            }
        }
    }

    /// Whether `fresh` was stored in the place of older tokens of the same sign-in.
    async fn replace(&self, fresh: &Arc<Session>) -> Result<bool, Error> {
        let writing = self.write().await?;
        match self.stored(&writing).await? {
            Some(stored) if stored.id == fresh.id => self.save(fresh, &writing).await.map(|()| true),
            _ => Ok(false),
        }
    }

    /// Ends the session, since AWS has refused its refresh token for good.
    async fn end(&self, session: &Session, reason: SessionEndReason, refusal: Error) -> Outcome {
        let writing = self.write().await?;
        match self.stored(&writing).await? {
            Some(stored) if stored.id == session.id && stored.refresh_token == session.refresh_token => {}
            // A process that ignores the store's lock was faster: the refused token is not the last one.
            Some(stored) if stored.id == session.id => {
                diagnostics::warn("another process refreshed without the store's lock", &Fields::default());
                return Ok(stored);
            }
            // A step-up has replaced the session.
            Some(stored) if stored.is_of_the_person_of(session) => return Ok(stored),
            _ => return Err(signed_out()),
        }
        let removed = self.remove(&writing).await;
        self.events.publish(&SessionEvent::SessionEnded { reason });
        removed.and(Err(refusal.with_kind(ErrorKind::SessionEnded)))
    }
}
