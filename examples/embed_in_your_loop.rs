//! An embedder's own loop: two gateways in two threads, the clock of the machine, the userspace datapath, and a channel for
//! each direction in the place of sockets. The handshake and the protected packet are real.
//!
//! `run` is the whole of what an embedder writes; everything else here is configuration and the story.
#![allow(clippy::print_stdout, reason = "it tells a story")]
#![allow(clippy::disallowed_methods, reason = "an embedder reads the clock, so that the gateway need not")]

use std::error::Error;
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use esp_core::backend::SaBackend;
use esp_core::command::{SaCommand, SaEvent};
use esp_core::net::OuterPacket;
use esp_core::packet_buf::PacketBuf;
use esp_core::soft::{Datapath, DatapathLimits, Outbound};
use esp_core::time::Instant;
use getrandom::SysRng;
use ike_proto::endpoint::Transmit;
use ipsec_gateway::{Gateway, GatewayConfig, GatewayEvent, Input, Output, Severity};
use ipsec_policy::{PeerGateway, PreSharedKey, Vpc, VpnGateway, VpnTunnel};
use rand_core::UnwrapErr;

type Failure = Box<dyn Error + Send + Sync>;

/// The loop. It ends when the gateway is connected, and hands the datapath back.
fn run(
    mut gateway: Gateway,
    wire: &Sender<Transmit>,
    socket: &Receiver<Transmit>,
) -> Result<Datapath, Failure> {
    let mut datapath = Datapath::new(DatapathLimits::default());
    loop {
        // Outputs are carried out in the order in which they come.
        match gateway.poll_output() {
            Output::Transmit(datagram) => wire.send(datagram)?,
            Output::Sa(command) => {
                if let (Err(error), SaCommand::AddSa(sa)) = (datapath.apply(now(), &command), &command) {
                    let event = SaEvent::Refused { key: sa.key(), reason: error.to_string() };
                    gateway.handle_input(now(), Input::Sa(event));
                }
            }
            Output::Route(change) => println!("{}: route {change:?}", gateway.configured().id),
            Output::Event(GatewayEvent::Log { entry, .. }) if entry.severity == Severity::Info => {
                println!("{}: {}", gateway.configured().id, entry.text);
            }
            Output::Event(_) => {}
            Output::Timeout(next) => {
                if let Some(event) = datapath.poll_event() {
                    gateway.handle_input(now(), Input::Sa(event));
                    continue;
                }
                if gateway.is_healthy(None) == Some(true) {
                    return Ok(datapath);
                }
                let wait = next.map_or(Duration::MAX, |(at, _)| at.saturating_duration_since(now()));
                match socket.recv_timeout(wait) {
                    Ok(Transmit { local: remote, remote: local, payload }) => {
                        gateway.handle_input(now(), Input::Datagram { local, remote, payload: &payload });
                    }
                    Err(RecvTimeoutError::Timeout) => gateway.handle_input(now(), Input::Timeout),
                    Err(gone) => return Err(gone.into()),
                }
            }
        }
    }
}

/// The gateway's clock counts from an arbitrary beginning.
fn now() -> Instant {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    Instant::ZERO + START.elapsed()
}

fn main() -> Result<(), Failure> {
    let (to_right, right_socket) = channel();
    let (to_left, left_socket) = channel();
    let left = gateway("left", "192.0.2.1", "10.1.0.0/24", ("right", "192.0.2.2", "10.2.0.0/24"))?;
    let right = gateway("right", "192.0.2.2", "10.2.0.0/24", ("left", "192.0.2.1", "10.1.0.0/24"))?;
    let far = thread::spawn(move || run(right, &to_left, &right_socket));
    let near = run(left, &to_right, &left_socket)?;
    let far = far.join().map_err(|_| "the right gateway's thread ended")??;

    // A packet from 10.1.0.5 to 10.2.0.7 goes into the tunnel at one end and comes out at the other.
    let mut storage = [0; 512];
    let mut packet = PacketBuf::copy_from(&mut storage, &INNER).ok_or("no room")?;
    let Outbound::Protected(way) = near.seal(now(), &mut packet)? else { return Err("not protected".into()) };
    let (source, destination) = ((way.outer.local, 0).into(), (way.outer.remote, 0).into());
    println!("sealed {} octets into {} octets of ESP, SPI {}", INNER.len(), packet.as_slice().len(), way.spi);
    far.open(now(), &OuterPacket { source, destination, protocol: 50, tos: 0 }, &mut packet)?;
    println!(
        "opened at the other end: {}",
        if packet.as_slice() == INNER { "the same packet" } else { "another" }
    );
    if packet.as_slice() == INNER { Ok(()) } else { Err("another packet came out".into()) }
}

/// An IPv4 packet from 10.1.0.5 to 10.2.0.7 with 8 octets of UDP.
const INNER: [u8; 28] =
    [69, 0, 0, 28, 0, 1, 0, 0, 64, 17, 101, 198, 10, 1, 0, 5, 10, 2, 0, 7, 0, 7, 0, 7, 0, 8, 0, 0];

/// A gateway with one tunnel: its name, address and subnet, and the same of its peer. The left one begins.
fn gateway(id: &str, address: &str, subnet: &str, peer: (&str, &str, &str)) -> Result<Gateway, Failure> {
    let vpc = Vpc { id: format!("vpc-{id}").parse()?, cidrs: vec![subnet.parse()?] };
    let own = VpnGateway::new(id.parse()?, vpc, subnet.parse()?, address.parse::<IpAddr>()?.into());
    let mut gateway = Gateway::new(GatewayConfig::new(own), Box::new(UnwrapErr(SysRng)))?;
    let there = PeerGateway::new(peer.0.parse()?, peer.1.parse()?);
    let (local, remote) = (vec![subnet.parse()?], vec![peer.2.parse()?]);
    let key = PreSharedKey::new("an-Example#Key")?;
    let mut tunnel = VpnTunnel::new("t-1".parse()?, id.parse()?, there.id.clone(), local, remote, key);
    tunnel.initiate = id == "left";
    gateway.add_tunnel(now(), tunnel, there)?;
    Ok(gateway)
}
