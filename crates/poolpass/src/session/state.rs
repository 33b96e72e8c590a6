//! This process's knowledge about the session, and the ways in which it changes.

use std::sync::Arc;
use std::time::SystemTime;

use futures_util::FutureExt;
use futures_util::future::Shared;

use super::{Session, SessionEndReason, SessionEvent};
use crate::error::Error;
use crate::platform::{BoxFuture, GracePeriod, grace_period};

/// The session in memory, the refreshed tokens that the store still has to take, the running refresh, and the delay after a
/// failure. They change together: tokens and a delay do not outlive the session that they belong to.
#[derive(Default)]
pub(super) struct State {
    /// The session as it was last read from or written to the store.
    session: Option<Arc<Session>>,
    /// Refreshed tokens that the store has failed to take. Nobody gets them before it does.
    unsaved: Option<Arc<Session>>,
    /// A session from elsewhere that the store has failed to take.
    unsaved_adoption: Option<Arc<Session>>,
    refresh: Option<RunningRefresh>,
    /// Whether the store has been read: what the first look finds is not an event.
    is_read: bool,
    /// After a failure, valid tokens are handed out without another attempt until this time.
    retry_time: Option<SystemTime>,
}

/// A refresh that is under way.
#[derive(Clone)]
pub(super) struct RunningRefresh {
    session: Arc<Session>,
    pub(super) outcome: Shared<BoxFuture<'static, Outcome>>,
    pub(super) grace: GracePeriod,
}

pub(super) type Outcome = Result<Arc<Session>, Error>;

impl State {
    pub(super) fn session(&self) -> Option<Arc<Session>> {
        self.session.clone()
    }

    /// Whether the store has been read.
    pub(super) fn is_read(&self) -> bool {
        self.is_read
    }

    /// Whether this sign-in is still the current one.
    pub(super) fn is_current(&self, session: &Session) -> bool {
        self.session.as_ref().is_some_and(|current| current.id == session.id)
    }

    /// The store has taken the session, or has been told to remove it.
    pub(super) fn set(&mut self, session: Option<Arc<Session>>) {
        self.session = session;
        self.is_read = true;
        self.unsaved = None;
        self.unsaved_adoption = None;
        self.retry_time = None;
    }

    /// The store has been read: takes over what another process has stored, and returns what has happened since the last look.
    pub(super) fn observe(&mut self, stored: Option<Session>) -> Option<SessionEvent> {
        let (event, session) = match (self.session.take(), stored) {
            // Another process has done what was left to do for the device.
            (Some(known), Some(stored))
                if known.is_same(&stored) && known.device_task != stored.device_task =>
            {
                (None, Some(stored.into()))
            }
            // A store that still has what was replaced is behind: an old refresh token must not be used any more.
            (Some(known), Some(stored)) if known.is_same(&stored) || known.is_newer(&stored) => {
                (None, Some(known))
            }
            (Some(known), Some(stored)) if known.id == stored.id => {
                (Some(SessionEvent::Refreshed), Some(stored.into()))
            }
            (Some(_), Some(stored)) => (Some(SessionEvent::SignedIn), Some(stored.into())),
            (Some(_), None) => {
                (Some(SessionEvent::SessionEnded { reason: SessionEndReason::SignedOutElsewhere }), None)
            }
            (None, Some(stored)) => (self.is_read.then_some(SessionEvent::SignedIn), Some(stored.into())),
            (None, None) => (None, None),
        };
        self.is_read = true;
        // Tokens of a sign-in that is over will not be stored any more.
        self.unsaved.take_if(|unsaved| session.as_ref().is_none_or(|session| session.id != unsaved.id));
        self.session = session;
        event
    }

    pub(super) fn unsaved(&self) -> Option<Arc<Session>> {
        self.unsaved.clone()
    }

    /// The store has failed to take refreshed tokens.
    pub(super) fn keep_unsaved(&mut self, refreshed: Arc<Session>) {
        self.unsaved = Some(refreshed);
    }

    pub(super) fn take_unsaved(&mut self) -> Option<Arc<Session>> {
        self.unsaved.take()
    }

    /// The store has failed to take a session from elsewhere.
    pub(super) fn keep_unsaved_adoption(&mut self, session: Arc<Session>) {
        self.unsaved_adoption = Some(session);
    }

    pub(super) fn take_unsaved_adoption(&mut self) -> Option<Arc<Session>> {
        self.unsaved_adoption.take()
    }

    /// The current session, if a refresh of it is under way.
    pub(super) fn being_refreshed(&self) -> Option<Arc<Session>> {
        let (session, refresh) = (self.session.as_ref()?, self.refresh.as_ref()?);
        (session.id == refresh.session.id).then(|| Arc::clone(session))
    }

    /// The running refresh of `session`, or else the one that `start` begins.
    pub(super) fn join_refresh(
        &mut self,
        session: &Arc<Session>,
        start: impl FnOnce() -> BoxFuture<'static, Outcome>,
    ) -> RunningRefresh {
        // One that has an outcome is over, although its task was stopped before it could say so.
        let joinable =
            |refresh: &&RunningRefresh| refresh.session.id == session.id && refresh.outcome.peek().is_none();
        if let Some(refresh) = self.refresh.as_ref().filter(joinable) {
            return refresh.clone();
        }
        let refresh =
            RunningRefresh { session: Arc::clone(session), outcome: start().shared(), grace: grace_period() };
        self.refresh.insert(refresh).clone()
    }

    /// The refresh of `session` is over.
    pub(super) fn finish_refresh(&mut self, session: &Session) {
        self.refresh.take_if(|refresh| refresh.session.id == session.id);
    }

    /// An attempt has failed: the next one follows after `time`, as long as the tokens are valid.
    pub(super) fn set_retry_time(&mut self, time: Option<SystemTime>) {
        self.retry_time = time;
    }

    pub(super) fn is_too_early_to_retry(&self, now: SystemTime) -> bool {
        self.retry_time.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::test_tokens::{result, tokens};
    use super::*;
    use crate::error::ErrorKind;

    const ELSEWHERE: SessionEvent =
        SessionEvent::SessionEnded { reason: SessionEndReason::SignedOutElsewhere };

    /// Tokens that were issued `issued_at` seconds after 1970, in the sign-in called `id`.
    fn session(id: &str, issued_at: u64) -> Session {
        let refresh_token = format!("{id} {issued_at}");
        let issued_at = UNIX_EPOCH + Duration::from_secs(issued_at);
        Session::begin(id.to_owned(), tokens(&result("ada", issued_at, Some(&refresh_token)))).unwrap()
    }

    /// The state after the store was read.
    fn read(stored: Option<Session>) -> State {
        let mut state = State::default();
        assert_eq!(state.observe(stored), None);
        state
    }

    fn issued_at(state: &State) -> Option<u64> {
        let issued_at = state.session()?.access_token.issued_at();
        Some(issued_at.duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn the_first_look_into_the_store_is_not_an_event() {
        assert!(!State::default().is_read());
        let mut state = read(Some(session("one", 1)));
        assert!(state.is_read());
        assert!(state.is_current(&session("one", 2)));
        assert_eq!(state.observe(Some(session("one", 1))), None);

        let mut state = read(None);
        assert_eq!(state.observe(Some(session("one", 1))), Some(SessionEvent::SignedIn));
    }

    #[test]
    fn what_another_process_has_stored_is_taken_over() {
        let mut state = read(Some(session("one", 1)));
        assert_eq!(state.observe(Some(session("one", 2))), Some(SessionEvent::Refreshed));
        assert_eq!(issued_at(&state), Some(2));
        assert_eq!(state.observe(Some(session("two", 1))), Some(SessionEvent::SignedIn));
        assert!(!state.is_current(&session("one", 2)));
        assert_eq!(state.observe(None), Some(ELSEWHERE));
        assert!(state.session().is_none());
        assert_eq!(state.observe(None), None);
    }

    #[test]
    fn a_store_that_is_behind_does_not_bring_old_tokens_back() {
        let mut state = read(Some(session("one", 2)));
        assert_eq!(state.observe(Some(session("one", 1))), None);
        assert_eq!(issued_at(&state), Some(2));
    }

    #[test]
    fn unsaved_tokens_wait_for_the_store_as_long_as_their_sign_in_lasts() {
        for (stored, is_kept) in
            [(Some(session("one", 1)), true), (Some(session("two", 1)), false), (None, false)]
        {
            let mut state = read(Some(session("one", 1)));
            state.keep_unsaved(session("one", 2).into());
            state.observe(stored);
            assert_eq!(state.unsaved().is_some(), is_kept);
            assert_eq!(state.take_unsaved().is_some(), is_kept);
            assert!(state.unsaved().is_none());
        }
    }

    #[test]
    fn what_is_saved_or_removed_ends_the_delay_and_replaces_unsaved_tokens() {
        for session_now in [Some(Arc::new(session("one", 2))), None] {
            let mut state = read(Some(session("one", 1)));
            state.keep_unsaved(session("one", 2).into());
            state.set_retry_time(UNIX_EPOCH.checked_add(Duration::from_secs(10)));
            assert!(state.is_too_early_to_retry(UNIX_EPOCH));
            state.set(session_now);
            assert!(!state.is_too_early_to_retry(UNIX_EPOCH));
            assert!(state.unsaved().is_none());
        }
    }

    #[test]
    fn a_delay_ends_by_itself() {
        let mut state = read(Some(session("one", 1)));
        assert!(!state.is_too_early_to_retry(UNIX_EPOCH));
        let until = UNIX_EPOCH + Duration::from_secs(10);
        state.set_retry_time(Some(until));
        assert!(state.is_too_early_to_retry(until - Duration::from_millis(1)));
        assert!(!state.is_too_early_to_retry(until));
    }

    fn pending() -> BoxFuture<'static, Outcome> {
        Box::pin(std::future::pending())
    }

    fn never() -> BoxFuture<'static, Outcome> {
        panic!("the running refresh is joined")
    }

    #[test]
    fn a_refresh_serves_one_sign_in_until_it_is_over() {
        let (one, two) = (Arc::new(session("one", 1)), Arc::new(session("two", 1)));
        let mut state = read(Some(session("one", 1)));
        assert!(state.being_refreshed().is_none());
        state.join_refresh(&one, pending);
        state.join_refresh(&one, never);
        assert!(state.being_refreshed().is_some_and(|session| session.id == "one"));
        state.finish_refresh(&two);
        assert!(state.being_refreshed().is_some(), "that of another sign-in is over");
        state.finish_refresh(&one);
        assert!(state.being_refreshed().is_none());

        state.join_refresh(&two, pending);
        assert!(state.being_refreshed().is_none(), "the refresh is of another sign-in");
        let mut is_started = false;
        state.join_refresh(&one, || {
            is_started = true;
            pending()
        });
        assert!(is_started);
    }

    #[test]
    fn a_refresh_that_has_an_outcome_is_not_joined() {
        let one = Arc::new(session("one", 1));
        let mut state = read(Some(session("one", 1)));
        let failed = || -> BoxFuture<'static, Outcome> {
            Box::pin(async { Err(Error::new(ErrorKind::Cancelled, "stopped")) })
        };
        let running = state.join_refresh(&one, failed);
        assert!(running.outcome.now_or_never().is_some());
        let again = state.join_refresh(&one, pending);
        assert!(again.outcome.now_or_never().is_none());
    }
}
