//! A clock that stands still while a request is being processed, and jumps forward while every task waits.
//!
//! The SDK runs on a tokio runtime with a paused clock, which jumps to the next timer when the runtime is idle. For tokio, a
//! runtime that waits for sockets is idle, but one with a blocking task is not. So each exchange with the proxy holds a blocking
//! task, and releases it while the proxy waits on purpose.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, SystemTime};

use poolpass::platform::{Clock, SystemClock};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Stops the clock of a runtime while it exists.
#[derive(Debug)]
pub struct ClockHold {
    _ends: mpsc::Sender<()>,
}

impl ClockHold {
    /// Stops the clock of the current runtime.
    pub fn begin() -> Self {
        let (ends, ended) = mpsc::channel();
        tokio::task::spawn_blocking(move || ended.recv());
        Self { _ends: ends }
    }
}

/// The time of one runtime that runs cells. Clones share it.
#[derive(Clone, Debug)]
pub struct CellTime {
    exchanges: Arc<Mutex<HashMap<u64, Exchange>>>,
    next: Arc<AtomicU64>,
    sleeps: tokio::sync::mpsc::UnboundedSender<Sleep>,
}

#[derive(Debug, Default)]
struct Exchange {
    hold: Option<ClockHold>,
    /// Whether the proxy waits on purpose.
    waits: bool,
    /// How many bytes of the answer's body have arrived.
    received: usize,
    arrived: Arc<Notify>,
}

/// A request by the proxy to wait after `sent` bytes of the body have arrived.
#[derive(Debug)]
struct Sleep {
    exchange: u64,
    sent: usize,
    duration: Duration,
    slept: oneshot::Sender<()>,
}

impl CellTime {
    /// Starts the task that handles the proxy's waits on the current runtime.
    pub fn start() -> Self {
        let (sleeps, mut requested) = tokio::sync::mpsc::unbounded_channel();
        let time = Self { exchanges: Arc::default(), next: Arc::default(), sleeps };
        let timer = time.clone();
        tokio::spawn(async move {
            while let Some(sleep) = requested.recv().await {
                tokio::spawn(timer.clone().run(sleep));
            }
        });
        time
    }

    /// A request is about to be sent.
    pub fn begin(&self) -> ExchangeGuard {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.exchanges().insert(id, Exchange { hold: Some(ClockHold::begin()), ..Exchange::default() });
        ExchangeGuard { id, time: self.clone() }
    }

    /// Waits in the cell's time. The proxy, which runs on another runtime, calls it.
    pub async fn sleep(&self, exchange: u64, sent: usize, duration: Duration) {
        let (slept, over) = oneshot::channel();
        let requested = self.sleeps.send(Sleep { exchange, sent, duration, slept });
        if requested.is_err() || over.await.is_err() {
            // The cell is over.
            std::future::pending::<()>().await;
        }
    }

    async fn run(self, sleep: Sleep) {
        loop {
            let arrived = {
                let mut exchanges = self.exchanges();
                let Some(exchange) = exchanges.get_mut(&sleep.exchange) else { return };
                if exchange.received >= sleep.sent {
                    exchange.waits = true;
                    exchange.hold = None;
                    break;
                }
                Arc::clone(&exchange.arrived)
            };
            arrived.notified().await;
        }
        tokio::time::sleep(sleep.duration).await;
        if let Some(exchange) = self.exchanges().get_mut(&sleep.exchange) {
            exchange.waits = false;
            exchange.hold = Some(ClockHold::begin());
        }
        let _ = sleep.slept.send(());
    }

    fn exchanges(&self) -> MutexGuard<'_, HashMap<u64, Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request or its answer in transit. It is dropped when nothing waits for it any more.
#[derive(Debug)]
pub struct ExchangeGuard {
    /// The id by which the proxy knows the exchange.
    pub id: u64,
    time: CellTime,
}

impl ExchangeGuard {
    /// No answer will arrive, so only the clock can end the wait.
    pub fn nothing_comes(&self) {
        self.set(|exchange| {
            exchange.waits = true;
            exchange.hold = None;
        });
    }

    /// Waits for more of the answer.
    pub fn wait_on(&self) {
        self.set(|exchange| {
            if !exchange.waits && exchange.hold.is_none() {
                exchange.hold = Some(ClockHold::begin());
            }
        });
    }

    /// A piece of the answer has arrived.
    pub fn arrived(&self, bytes: usize) {
        self.set(|exchange| {
            exchange.received += bytes;
            exchange.arrived.notify_waiters();
            exchange.arrived.notify_one();
            exchange.hold = None;
        });
    }

    fn set(&self, change: impl FnOnce(&mut Exchange)) {
        if let Some(exchange) = self.time.exchanges().get_mut(&self.id) {
            change(exchange);
        }
    }
}

impl Drop for ExchangeGuard {
    fn drop(&mut self) {
        self.time.exchanges().remove(&self.id);
    }
}

/// The devices' clock: the machine's time plus the time that has passed in the cells.
#[derive(Clone, Debug)]
pub struct CellClock {
    began: Instant,
    ahead: Arc<AtomicU64>,
}

impl CellClock {
    /// A clock that is right at first, on the current runtime.
    pub fn start() -> Self {
        Self { began: Instant::now(), ahead: Arc::default() }
    }

    /// How far it is ahead of the machine's clock.
    pub fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead.load(Ordering::Relaxed)) + self.began.elapsed()
    }

    /// Moves the clock forward.
    pub fn pass(&self, time: Duration) {
        self.ahead.fetch_add(time.as_millis() as u64, Ordering::Relaxed);
    }
}

impl Clock for CellClock {
    fn now(&self) -> SystemTime {
        SystemClock.now() + self.ahead()
    }
}
