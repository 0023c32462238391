//! What other threads may ask of a running event loop.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use esp_core::time::Instant;
use ipsec_gateway::Gateway;
use mio::Waker;

use crate::backend::Userspace;

/// Requests that may wait; a thread that asks beyond it waits itself.
const WAITING: usize = 64;

/// The event loop is not running any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the gateway is not running any more")]
pub struct RunnerGone;

/// What a request sees: the gateway and its datapath between two turns of the event loop.
#[derive(Debug)]
pub struct View<'a> {
    /// The time.
    pub now: Instant,
    /// The gateway. What it puts out is carried out after the request.
    pub gateway: &'a mut Gateway,
    /// The datapath, for its counters.
    pub datapath: &'a Userspace,
}

/// What another thread asks for.
pub(crate) enum Request {
    /// To look at or change the gateway.
    Call(Box<dyn FnOnce(&mut View<'_>) + Send>),
    /// To live at another address from now on, and to say whether that worked.
    Readdress(IpAddr, SyncSender<Result<(), String>>),
    /// To take everything down and return.
    ShutDown,
}

/// Reaches a [`Runner`](super::Runner) from other threads. May be cloned.
#[derive(Clone, Debug)]
pub struct RunnerHandle {
    requests: SyncSender<Request>,
    waker: Arc<Waker>,
}

impl RunnerHandle {
    pub(crate) fn new(waker: Waker) -> (Self, Receiver<Request>) {
        let (requests, receiver) = sync_channel(WAITING);
        (Self { requests, waker: Arc::new(waker) }, receiver)
    }

    /// Runs `call` in the event loop between two turns and returns what it returns. It holds the loop up while it
    /// runs: look, change, and leave.
    ///
    /// # Errors
    ///
    /// The event loop has ended.
    pub fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut View<'_>) -> T + Send + 'static,
    ) -> Result<T, RunnerGone> {
        let (answer, answered) = sync_channel(1);
        self.send(Request::Call(Box::new(move |view| {
            // Nobody waits if the asking thread has ended meanwhile, which is no concern here.
            let _ = answer.send(call(view));
        })))?;
        answered.recv().map_err(|_| RunnerGone)
    }

    /// Moves the gateway to another address of this host: the sockets and every tunnel, see
    /// [`Gateway::change_address`](ipsec_gateway::Gateway::change_address). The inner result says in words why it stays
    /// where it is.
    ///
    /// # Errors
    ///
    /// The event loop has ended.
    pub fn change_address(&self, address: IpAddr) -> Result<Result<(), String>, RunnerGone> {
        let (answer, answered) = sync_channel(1);
        self.send(Request::Readdress(address, answer))?;
        answered.recv().map_err(|_| RunnerGone)
    }

    /// Lets the event loop delete all SAs at the peers and here, withdraw its routes and return. Does not wait.
    ///
    /// # Errors
    ///
    /// The event loop has ended.
    pub fn shut_down(&self) -> Result<(), RunnerGone> {
        self.send(Request::ShutDown)
    }

    fn send(&self, request: Request) -> Result<(), RunnerGone> {
        self.requests.send(request).map_err(|_| RunnerGone)?;
        self.waker.wake().map_err(|_| RunnerGone)
    }
}
