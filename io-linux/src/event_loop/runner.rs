//! The turns of the loop.

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use esp_core::net::Cidr;
use esp_core::sa::IpsecProtocol;
use esp_core::soft::DatapathLimits;
use esp_core::time::Instant;
use ipsec_gateway::{Gateway, GatewayEvent, Input, Severity};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Waker};

use super::handle::{Request, RunnerHandle, View};
use super::holds::Holds;
use super::ready::{Ready, Source};
use super::{Notice, Observer, RunError, RunnerConfig, StartError};
use crate::backend::{STORAGE, Userspace};
use crate::clock::MonotonicClock;
use crate::netlink::{Interface, Netlink};
use crate::rate::RateLimit;
use crate::routes::Routes;
use crate::sockets::Sockets;
use crate::tun::{Tun, inner_mtu};

/// Events that one poll reports: more than there are sources.
const EVENTS: usize = 16;
/// The MTU of Ethernet.
const ETHERNET_MTU: u16 = 1500;
/// Lines about this host in [`HOST_NOTICES_PER`].
const HOST_NOTICES: u32 = 5;
const HOST_NOTICES_PER: Duration = Duration::from_secs(10);

/// A gateway at work on this host.
pub struct Runner {
    pub(super) gateway: Gateway,
    pub(super) clock: MonotonicClock,
    pub(super) sockets: Sockets,
    pub(super) datapath: Userspace,
    pub(super) routes: Routes,
    pub(super) holds: Holds,
    pub(super) config: RunnerConfig,
    pub(super) outer_interface: Option<String>,
    pub(super) ready: Ready,
    pub(super) buffer: Vec<u8>,
    poll: Poll,
    requests: Receiver<Request>,
    observer: Observer,
    host_notices: RateLimit,
}

impl core::fmt::Debug for Runner {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Runner")
            .field("config", &self.config)
            .field("gateway", &self.gateway)
            .finish_non_exhaustive()
    }
}

impl Runner {
    /// Opens sockets, TUN device and routing tables around `gateway`, which may have tunnels already. `clock` is the
    /// one that the gateway's calls so far took their time from.
    ///
    /// All of it happens in the network namespace that the calling thread is in.
    ///
    /// # Errors
    ///
    /// What could not be opened; nothing is left behind then.
    pub fn new(
        config: RunnerConfig,
        gateway: Gateway,
        clock: MonotonicClock,
        observer: Observer,
    ) -> Result<(Self, RunnerHandle), StartError> {
        let mark = Some(config.routes.mark);
        let interface = Netlink::open()?.interface_of(config.address)?;
        let sockets = Sockets::open(config.address, mark)?;
        let outer_mtu = config.outer_mtu.unwrap_or_else(|| path_mtu(interface.as_ref()));
        let tun = Tun::create(&config.tun_name, inner_mtu(outer_mtu, config.address))?;
        let routes = Routes::open(config.routes, tun.index())?;
        let poll = Poll::new().map_err(StartError::Poll)?;
        let waker = Waker::new(poll.registry(), Source::Requests.token()).map_err(StartError::Poll)?;
        let (handle, requests) = RunnerHandle::new(waker);
        let runner = Self {
            gateway,
            clock,
            sockets,
            datapath: Userspace::new(tun, DatapathLimits::default(), outer_mtu),
            routes,
            holds: Holds::default(),
            config,
            outer_interface: interface.map(|link| link.name),
            ready: Ready::default(),
            buffer: vec![0; STORAGE],
            poll,
            requests,
            observer,
            host_notices: RateLimit::new(HOST_NOTICES, HOST_NOTICES_PER),
        };
        runner.watch(runner.sockets.ike.as_raw_fd(), Source::Ike).map_err(StartError::Poll)?;
        runner.watch(runner.sockets.nat_t.as_raw_fd(), Source::NatT).map_err(StartError::Poll)?;
        runner.watch(runner.datapath.tun().as_raw_fd(), Source::Tun).map_err(StartError::Poll)?;
        Ok((runner, handle))
    }

    /// Runs until [`RunnerHandle::shut_down`]; then deletes all SAs at the peers and here and withdraws every route.
    ///
    /// # Errors
    ///
    /// The poll failed. The routes are left as they are, so that nothing leaves in clear.
    pub fn run(mut self) -> Result<(), RunError> {
        self.tell_of_the_start();
        self.drain(self.clock.now());
        loop {
            if self.turn(Instant::FAR_FUTURE)? == Turn::ShutDown {
                return self.shut_down();
            }
        }
    }

    /// One turn: waits until something is to be done, no longer than to `latest`, and does a bounded part of it.
    fn turn(&mut self, latest: Instant) -> Result<Turn, RunError> {
        self.wait(latest)?;
        let now = self.clock.now();
        if self.gateway.next_timeout().is_some_and(|(at, _)| at <= now) {
            self.gateway.handle_input(now, Input::Timeout);
        }
        self.drain(now);
        for source in Source::ALL {
            if self.ready.has(source) {
                let left = match source {
                    Source::Requests => match self.serve_requests() {
                        Some(left) => left,
                        None => {
                            self.ready.set(source, false);
                            return Ok(Turn::ShutDown);
                        }
                    },
                    Source::Tun => self.receive_inner(),
                    Source::Esp => self.receive_raw(IpsecProtocol::Esp),
                    Source::Ah => self.receive_raw(IpsecProtocol::Ah),
                    Source::NatT => self.receive_nat_t(),
                    Source::Ike => self.receive_ike(),
                };
                self.ready.set(source, left);
                self.drain(self.clock.now());
            }
        }
        Ok(Turn::GoOn)
    }

    fn wait(&mut self, latest: Instant) -> Result<(), RunError> {
        let mut events = Events::with_capacity(EVENTS);
        let timeout = if self.ready.any() {
            Some(Duration::ZERO)
        } else {
            let until = self.gateway.next_timeout().map_or(latest, |(at, _)| at.min(latest));
            (until != Instant::FAR_FUTURE).then(|| until.saturating_duration_since(self.clock.now()))
        };
        match self.poll.poll(&mut events, timeout) {
            Err(e) if e.kind() != io::ErrorKind::Interrupted => return Err(RunError(e)),
            _ => {}
        }
        for event in &events {
            self.ready.reported(event.token());
        }
        Ok(())
    }

    /// Whether requests may be left; `None` when the loop is to end. With every handle gone it goes on: an embedder may
    /// have nothing to ask.
    fn serve_requests(&mut self) -> Option<bool> {
        match self.requests.try_recv() {
            Ok(Request::Call(call)) => {
                let now = self.clock.now();
                call(&mut View { now, gateway: &mut self.gateway, datapath: &self.datapath });
                Some(true)
            }
            Ok(Request::Readdress(address, answer)) => {
                // Nobody waits if the asking thread has ended meanwhile.
                let _ = answer.send(self.readdress(address));
                Some(true)
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => Some(false),
            Ok(Request::ShutDown) => None,
        }
    }

    /// Goes on at another address: new sockets take the place of the old ones before anything leaves from there.
    fn readdress(&mut self, address: IpAddr) -> Result<(), String> {
        let words = |error: &dyn core::fmt::Display| error.to_string();
        let interface = Netlink::open().and_then(|mut netlink| netlink.interface_of(address));
        let interface = interface.map_err(|error| words(&error))?;
        let sockets = Sockets::open(address, Some(self.config.routes.mark)).map_err(|error| words(&error))?;
        let now = self.clock.now();
        self.gateway.change_address(now, address).map_err(|refusal| words(&refusal))?;
        // Closing the old ones takes them out of the poll.
        self.sockets = sockets;
        self.config.address = address;
        self.outer_interface = interface.map(|link| link.name);
        for (fd, source) in
            [(self.sockets.ike.as_raw_fd(), Source::Ike), (self.sockets.nat_t.as_raw_fd(), Source::NatT)]
        {
            self.watch(fd, source).map_err(|error| words(&error))?;
        }
        self.tell(now, Severity::Info, format!("running at {address} from now on"));
        Ok(())
    }

    fn shut_down(mut self) -> Result<(), RunError> {
        let begin = self.clock.now();
        self.gateway.shut_down(begin);
        self.drain(begin);
        let latest = begin.saturating_add(self.config.shutdown_grace);
        // The gateway waits for nothing any more when every peer has answered.
        while self.gateway.next_timeout().is_some() && self.clock.now() < latest {
            self.turn(latest)?;
        }
        let now = self.clock.now();
        for error in self.routes.clear() {
            self.tell(now, Severity::Warning, error.to_string());
        }
        Ok(())
    }

    pub(super) fn watch(&self, fd: RawFd, source: Source) -> io::Result<()> {
        self.poll.registry().register(&mut SourceFd(&fd), source.token(), Interest::READABLE)
    }

    pub(super) fn tell_event(&mut self, now: Instant, event: &GatewayEvent) {
        (self.observer)(now, Notice::Gateway(event));
    }

    /// Tells of something about this host, at a bounded rate.
    pub(super) fn tell(&mut self, now: Instant, severity: Severity, text: String) {
        let Some(suppressed) = self.host_notices.admit(now) else { return };
        if suppressed > 0 {
            let text = format!("{suppressed} lines about this host were left out");
            (self.observer)(now, Notice::Host { severity: Severity::Warning, text });
        }
        (self.observer)(now, Notice::Host { severity, text });
    }

    fn tell_of_the_start(&mut self) {
        let now = self.clock.now();
        let tun = self.datapath.tun();
        let text = format!(
            "running at {}, UDP {} and {}; inner packets of up to {} octets pass through {}",
            self.config.address,
            self.sockets.ike.local().port(),
            self.sockets.nat_t.local().port(),
            tun.mtu(),
            tun.name()
        );
        self.tell(now, Severity::Info, text);
        let leftovers: Vec<String> = self.routes.leftovers().map(ToString::to_string).collect();
        if !leftovers.is_empty() {
            let text = format!(
                "a run before this one was not shut down cleanly; so that nothing leaves in clear, {} cannot be \
                 reached until a tunnel carries it or this run is shut down",
                leftovers.join(", ")
            );
            self.tell(now, Severity::Warning, text);
        }
    }

    /// Warns where the kernel would drop a peer's packets because the way back leads into the tunnel.
    pub(super) fn check_reverse_path(&mut self, now: Instant, destination: &Cidr, peers: &[IpAddr]) {
        let Some(interface) = self.outer_interface.clone() else { return };
        let caught = peers.iter().find(|peer| peer.is_ipv4() && destination.contains(**peer));
        if let Some(peer) = caught
            && crate::routes::filters_strictly(&interface)
        {
            let text = format!(
                "the remote subnet {destination} contains the peer's outer address {peer}, and this host filters \
                 the reverse path strictly on {interface}: it will drop what the peer sends. Set \
                 net.ipv4.conf.{interface}.rp_filter to 2"
            );
            self.tell(now, Severity::Warning, text);
        }
    }
}

/// What the path to a peer is taken to carry when nobody says.
fn path_mtu(interface: Option<&Interface>) -> u16 {
    let link = interface.and_then(|link| u16::try_from(link.mtu).ok());
    link.map_or(ETHERNET_MTU, |mtu| mtu.min(ETHERNET_MTU))
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    GoOn,
    ShutDown,
}
