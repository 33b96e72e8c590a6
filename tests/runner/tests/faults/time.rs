//! Time that stands still while a request is really on its way, and passes at once while everybody only waits.
//!
//! The SDK runs on a tokio runtime whose clock is paused: it jumps to the next timer when there is nothing to do. Sockets are not
//! something to do in tokio's eyes, but a blocking task is. So each exchange with the proxy keeps one while it works, and gives it up
//! while the proxy waits on purpose.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, SystemTime};

use poolpass::platform::{Clock, SystemClock};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Real work under way: while there is any, the clock stands still.
#[derive(Debug)]
pub struct Work {
    _ends: mpsc::Sender<()>,
}

impl Work {
    /// Begins, on the runtime whose clock it holds.
    pub fn begin() -> Self {
        let (ends, ended) = mpsc::channel();
        tokio::task::spawn_blocking(move || ended.recv());
        Self { _ends: ends }
    }
}

/// The time of one runtime on which cells are played. Clones are the same.
#[derive(Clone, Debug)]
pub struct CellTime {
    exchanges: Arc<Mutex<HashMap<u64, Exchange>>>,
    next: Arc<AtomicU64>,
    sleeps: tokio::sync::mpsc::UnboundedSender<Sleep>,
}

#[derive(Debug, Default)]
struct Exchange {
    work: Option<Work>,
    /// The proxy waits on purpose.
    waits: bool,
    /// Bytes of the answer's body that have arrived.
    received: usize,
    arrived: Arc<Notify>,
}

/// The proxy's wish to wait, once `sent` bytes of the body have arrived.
#[derive(Debug)]
struct Sleep {
    exchange: u64,
    sent: usize,
    duration: Duration,
    slept: oneshot::Sender<()>,
}

impl CellTime {
    /// Starts the timekeeper on the present runtime.
    pub fn start() -> Self {
        let (sleeps, mut wishes) = tokio::sync::mpsc::unbounded_channel();
        let time = Self { exchanges: Arc::default(), next: Arc::default(), sleeps };
        let keeper = time.clone();
        tokio::spawn(async move {
            while let Some(wish) = wishes.recv().await {
                tokio::spawn(keeper.clone().grant(wish));
            }
        });
        time
    }

    /// A request is about to be sent.
    pub fn begin(&self) -> Ticket {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.exchanges().insert(id, Exchange { work: Some(Work::begin()), ..Exchange::default() });
        Ticket { id, time: self.clone() }
    }

    /// Waits in the cell's time. For the proxy, which runs elsewhere.
    pub async fn sleep(&self, exchange: u64, sent: usize, duration: Duration) {
        let (slept, over) = oneshot::channel();
        let asked = self.sleeps.send(Sleep { exchange, sent, duration, slept });
        if asked.is_err() || over.await.is_err() {
            // The cell is over.
            std::future::pending::<()>().await;
        }
    }

    async fn grant(self, wish: Sleep) {
        loop {
            let arrived = {
                let mut exchanges = self.exchanges();
                let Some(exchange) = exchanges.get_mut(&wish.exchange) else { return };
                if exchange.received >= wish.sent {
                    exchange.waits = true;
                    exchange.work = None;
                    break;
                }
                Arc::clone(&exchange.arrived)
            };
            arrived.notified().await;
        }
        tokio::time::sleep(wish.duration).await;
        if let Some(exchange) = self.exchanges().get_mut(&wish.exchange) {
            exchange.waits = false;
            exchange.work = Some(Work::begin());
        }
        let _ = wish.slept.send(());
    }

    fn exchanges(&self) -> MutexGuard<'_, HashMap<u64, Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request on its way, or its answer. Dropped when nobody waits for it any more.
#[derive(Debug)]
pub struct Ticket {
    /// Names the exchange to the proxy.
    pub id: u64,
    time: CellTime,
}

impl Ticket {
    /// Nothing will come; who waits has only the clock to wait for.
    pub fn nothing_comes(&self) {
        self.set(|exchange| {
            exchange.waits = true;
            exchange.work = None;
        });
    }

    /// More of the answer is waited for.
    pub fn wait_on(&self) {
        self.set(|exchange| {
            if !exchange.waits && exchange.work.is_none() {
                exchange.work = Some(Work::begin());
            }
        });
    }

    /// A piece of the answer has arrived.
    pub fn arrived(&self, bytes: usize) {
        self.set(|exchange| {
            exchange.received += bytes;
            exchange.arrived.notify_waiters();
            exchange.arrived.notify_one();
            exchange.work = None;
        });
    }

    fn set(&self, change: impl FnOnce(&mut Exchange)) {
        if let Some(exchange) = self.time.exchanges().get_mut(&self.id) {
            change(exchange);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.time.exchanges().remove(&self.id);
    }
}

/// The devices' clock: the machine's, and the time that has passed in the cells.
#[derive(Clone, Debug)]
pub struct CellClock {
    began: Instant,
    ahead: Arc<AtomicU64>,
}

impl CellClock {
    /// A clock that goes right at first, on the present runtime.
    pub fn start() -> Self {
        Self { began: Instant::now(), ahead: Arc::default() }
    }

    /// How far it is ahead of the machine's.
    pub fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead.load(Ordering::Relaxed)) + self.began.elapsed()
    }

    /// Time passes.
    pub fn pass(&self, time: Duration) {
        self.ahead.fetch_add(time.as_millis() as u64, Ordering::Relaxed);
    }
}

impl Clock for CellClock {
    fn now(&self) -> SystemTime {
        SystemClock.now() + self.ahead()
    }
}
