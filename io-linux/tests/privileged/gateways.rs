//! Two gateways in one namespace, each with its own address, TUN device and routing table.

use std::net::{IpAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use esp_core::sa::SaKey;
use ipsec_gateway::{Command, ConnectionState, Gateway, GatewayConfig, Input};
use ipsec_io_linux::clock::MonotonicClock;
use ipsec_io_linux::event_loop::{Notice, RunError, Runner, RunnerConfig, RunnerHandle, View};
use ipsec_io_linux::rng::os_rng;
use ipsec_io_linux::routes::RouteConfig;
use ipsec_policy::{GatewayId, PeerGateway, PeerId, PreSharedKey, TunnelId, VpcId, VpnGateway, VpnTunnel};

use crate::namespace::{Case, ip};

/// The cases of this file.
pub(crate) const ALL: &[Case] = &[
    ("gateways_connect_carry_rekey_and_shut_down_with_raw_esp", || pair(Protection::Esp)),
    ("gateways_connect_carry_rekey_and_shut_down_in_udp", || pair(Protection::EspInUdp)),
    ("gateways_connect_carry_rekey_and_shut_down_with_ah", || pair(Protection::Ah)),
    ("a_gateway_survives_a_peer_that_cannot_be_reached", unreachable_peer),
];

const LEFT: Side = Side { address: [192, 0, 2, 1], subnet: "10.1.0.0/24", tun: "ipsec0", table: 4501 };
const RIGHT: Side = Side { address: [192, 0, 2, 2], subnet: "10.2.0.0/24", tun: "ipsec1", table: 4502 };

/// What carries the packets.
#[derive(Clone, Copy, PartialEq)]
enum Protection {
    Esp,
    EspInUdp,
    Ah,
}

/// One end.
#[derive(Clone, Copy)]
struct Side {
    address: [u8; 4],
    subnet: &'static str,
    tun: &'static str,
    table: u32,
}

/// A gateway that runs in a thread.
struct Running {
    handle: RunnerHandle,
    thread: JoinHandle<Result<(), RunError>>,
    said: Arc<Mutex<Vec<String>>>,
}

fn start(side: Side, other: Side, protection: Protection) -> Running {
    let address = IpAddr::from(side.address);
    let subnets = |side: Side| vec![side.subnet.parse().unwrap()];
    let id = GatewayId::new("gateway").unwrap();
    let vpc = ipsec_policy::Vpc { id: VpcId::new("vpc").unwrap(), cidrs: subnets(side) };
    let subnet = vpc.cidrs[0];
    let mut config = GatewayConfig::new(VpnGateway::new(id.clone(), vpc, subnet, address.into()));
    config.default_options.nat.force_encapsulation = protection == Protection::EspInUdp;
    let peer = PeerGateway::new(PeerId::new("peer").unwrap(), other.address.into());
    let psk = PreSharedKey::new("a-key-of-both").unwrap();
    let mut tunnel = VpnTunnel::new(tunnel_id(), id, peer.id.clone(), subnets(side), subnets(other), psk);
    if protection == Protection::Ah {
        tunnel.ipsec.protocol = ipsec_policy::IpsecProtocol::Ah;
    }
    // With one that begins there is one SA to count on, from the start.
    tunnel.initiate = side.table == LEFT.table;
    let clock = MonotonicClock::start();
    let mut gateway = Gateway::new(config, os_rng().unwrap()).unwrap();
    gateway.add_tunnel(clock.now(), tunnel, peer).unwrap();
    let mut config = RunnerConfig::new(address, side.tun);
    config.routes = RouteConfig { table: side.table, rule_priority: side.table, ..RouteConfig::default() };
    let said = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&said);
    let observer = Box::new(move |now, notice: Notice<'_>| {
        lines.lock().unwrap().push(match notice {
            Notice::Gateway(event) => format!("{now} {event:?}"),
            Notice::Host { severity, text } => format!("{now} {severity} {text}"),
        });
    });
    let (runner, handle) = Runner::new(config, gateway, clock, observer).unwrap();
    Running { handle, thread: std::thread::spawn(move || runner.run()), said }
}

fn tunnel_id() -> TunnelId {
    TunnelId::new("t1").unwrap()
}

impl Running {
    /// Asks until `ask` has an answer.
    fn wait<T: Send + 'static>(
        &self,
        what: &str,
        ask: impl Fn(&mut View<'_>) -> Option<T> + Send + Sync + 'static,
    ) -> T {
        let ask = Arc::new(ask);
        for _ in 0..1000 {
            let ask = Arc::clone(&ask);
            if let Some(answer) = self.handle.call(move |view| ask(view)).unwrap() {
                return answer;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("never: {what}\n{}", self.said.lock().unwrap().join("\n"));
    }

    fn inbound_packets(&self) -> u64 {
        self.wait("inbound SA", |view| {
            let status = view.gateway.status(&tunnel_id())?;
            let (ike, child) = (status.ike?, status.children.last()?.clone());
            let key = SaKey { protocol: child.protocol, destination: ike.local.ip(), spi: child.inbound };
            view.datapath.usage(&key).map(|usage| usage.packets)
        })
    }

    fn shut_down(self) {
        self.handle.shut_down().unwrap();
        self.thread.join().unwrap().unwrap();
    }
}

fn pair(protection: Protection) {
    ip("link set lo up");
    ip("addr add 192.0.2.1/32 dev lo");
    ip("addr add 192.0.2.2/32 dev lo");
    let (left, right) = (start(LEFT, RIGHT, protection), start(RIGHT, LEFT, protection));
    let connected = |view: &mut View<'_>| {
        let status = view.gateway.status(&tunnel_id())?;
        (status.state == ConnectionState::Connected).then(|| status.children.last().cloned())?
    };
    let child = left.wait("left connected", connected);
    right.wait("right connected", connected);
    assert_eq!(child.encapsulated, protection == Protection::EspInUdp);

    // The routes of both ends stand in this namespace, and the last hop of a packet has no host: what counts is that
    // each end's SA verified it.
    let from_left = UdpSocket::bind("192.0.2.1:0").unwrap();
    ip("addr add 10.1.0.1/32 dev lo");
    let inner = UdpSocket::bind("10.1.0.1:0").unwrap();
    for _ in 0..10 {
        inner.send_to(b"through the tunnel", "10.2.0.9:7").unwrap();
    }
    // Outside the selectors: dropped, not carried.
    from_left.send_to(b"not through the tunnel", "10.2.0.9:7").unwrap();
    for _ in 0..200 {
        if right.inbound_packets() >= 10 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(right.inbound_packets(), 10);

    let before = child.inbound;
    left.handle
        .call(|view| view.gateway.handle_input(view.now, Input::Command(Command::RekeyChild(tunnel_id()))))
        .unwrap();
    left.wait("rekeyed", move |view| {
        let status = view.gateway.status(&tunnel_id())?;
        status.children.iter().any(|child| child.inbound != before).then_some(())
    });
    left.shut_down();
    right.wait("right told of the end", |view| {
        let status = view.gateway.status(&tunnel_id())?;
        (status.state != ConnectionState::Connected).then_some(())
    });
    right.shut_down();
    assert!(!ip("rule show").contains("450"), "rules are withdrawn");
    assert_eq!(ip("route show table all type unreachable"), "");
}

fn unreachable_peer() {
    ip("link set lo up");
    ip("addr add 192.0.2.1/32 dev lo");
    let left = start(LEFT, RIGHT, Protection::Esp);
    left.wait("a line about it", |view| (view.now.as_micros() > 1_500_000).then_some(()));
    let said = left.said.lock().unwrap().join("\n");
    assert!(
        said.contains("nothing can be sent from 192.0.2.1:500 to 192.0.2.2:500: no route leads there"),
        "{said}"
    );
    left.shut_down();
}
