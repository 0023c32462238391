//! The cases: one for each suite, mode and pair of families, with packets of several shapes in both directions.

use std::net::SocketAddr;

use esp_core::sa::{IpsecProtocol, Mode, UdpEncap};
use esp_core::suite::SaSuite;
use serde_json::{Value, json};

use crate::algorithms;
use crate::peer::{Peer, hex};
use crate::support::{
    OurEnd, Plan, arrive, headers, modes, octets, open_numbered, outer, routed, seal_numbered, udp,
};

/// One pair of Security Associations with scapy.
pub(crate) enum Case {
    /// Packets both ways through the datapath.
    Pair(Plan),
    /// Packets whose extended sequence number has a high half that is not 0, through the transforms.
    HighHalf(Plan),
}

const SPI: u32 = 0x1001;
/// Payloads of these lengths: around the cipher blocks, and none.
const LENGTHS: [usize; 4] = [0, 1, 37, 600];
/// The high half and the low half of the numbers in [`Case::HighHalf`].
const HIGH: u64 = 0x0102_0304;
const LOW: u64 = 0xffff_fffe;

pub(crate) fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for suite in algorithms::suites() {
        for (mode, outer_ipv4, inner_ipv4) in modes() {
            let plan = Plan { suite, mode, outer_ipv4, inner_ipv4, encap: None, spi: SPI };
            all.push(Case::Pair(plan));
            if suite.esn() && mode == Mode::Transport {
                all.push(Case::HighHalf(plan));
            }
            if suite.protocol() == IpsecProtocol::Esp && has_every_shape(suite) {
                let encap = Some(UdpEncap { local_port: 4_500, remote_port: 4_500 });
                all.push(Case::Pair(Plan { encap, ..plan }));
            }
        }
    }
    all
}

/// The suites that go with packets of every shape, and in UDP: what is around the algorithms does not depend on them.
fn has_every_shape(suite: SaSuite) -> bool {
    ["aes128-sha1", "aes128gcm16", "sha256", "sha256-esn"].contains(&suite.to_string().as_str())
}

impl Case {
    pub(crate) fn plan(&self) -> &Plan {
        match self {
            Self::Pair(plan) | Self::HighHalf(plan) => plan,
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Pair(plan) => plan.name(),
            Self::HighHalf(plan) => format!("{}::high-half", plan.name()),
        }
    }

    /// How many packets go both ways together.
    pub(crate) fn packets(&self) -> usize {
        match self {
            Self::Pair(plan) => packets(plan).iter().map(|each| 1 + usize::from(each.back.is_some())).sum(),
            Self::HighHalf(_) => 2,
        }
    }

    pub(crate) fn run(&self, peer: &Peer) -> Result<(), String> {
        match self {
            Self::Pair(plan) => both_ways(peer, plan),
            Self::HighHalf(plan) => high_half(peer, plan),
        }
    }
}

fn both_ways(peer: &Peer, plan: &Plan) -> Result<(), String> {
    let ours = OurEnd::new(plan)?;
    for Exchange { packet, back, is_routed } in packets(plan) {
        let way = |packet: Vec<u8>| if is_routed { arrive(packet) } else { packet };
        let sealed = way(ours.seal(&packet).map_err(|reason| format!("we do not seal: {reason}"))?);
        let opened = peer.ask(&request(plan, "open", plan.spi, 1, 0, &sealed))?;
        same("scapy opened what we sealed", &way(packet), &opened)?;
        let Some(back) = back else { continue };
        // Every packet comes to a fresh end of ours, so that they may all have the same number.
        let sealed = way(peer.ask(&request(plan, "seal", plan.spi + 1, 7, 0, &back))?);
        let opened =
            OurEnd::new(plan)?.open(&sealed).map_err(|reason| format!("we do not open: {reason}"))?;
        same("we opened what scapy sealed", &way(back), &opened)?;
    }
    Ok(())
}

/// Both halves of the number are under the ICV, and only the low one is sent.
fn high_half(peer: &Peer, plan: &Plan) -> Result<(), String> {
    let (near, far) = plan.ends();
    let (near, far) = (SocketAddr::new(near, 5_000), SocketAddr::new(far, 9));
    let (packet, back) = (udp(near, far, 17, &[], b"there"), udp(far, near, 17, &[], b"back"));
    let sequence = (HIGH << 32) | LOW;
    let sealed = seal_numbered(plan, plan.spi, sequence, &packet)
        .map_err(|reason| format!("we do not seal: {reason}"))?;
    let opened = peer.ask(&request(plan, "open", plan.spi, 1, HIGH, &sealed))?;
    same("scapy opened what we sealed", &payload(&packet), &payload(&opened))?;
    let sealed = peer.ask(&request(plan, "seal", plan.spi + 1, LOW, HIGH, &back))?;
    let opened =
        open_numbered(plan, sequence, &sealed).map_err(|reason| format!("we do not open: {reason}"))?;
    same("we opened what scapy sealed", &payload(&back), &payload(&opened))
}

/// What is behind the IP header: our ESP packets have another header before them than the packet had.
fn payload(packet: &[u8]) -> Vec<u8> {
    packet[if packet[0] >> 4 == 4 { 20 } else { 40 }..].to_vec()
}

/// A packet from us, and one from the other end.
struct Exchange {
    packet: Vec<u8>,
    back: Option<Vec<u8>>,
    /// Whether both go by a node on the way.
    is_routed: bool,
}

fn packets(plan: &Plan) -> Vec<Exchange> {
    let (near, far) = plan.ends();
    let (near, far) = (SocketAddr::new(near, 5_000), SocketAddr::new(far, 9));
    let both = |first: u8, before: &[u8], payload: &[u8]| Exchange {
        packet: udp(near, far, first, before, payload),
        back: Some(udp(far, near, first, before, payload)),
        is_routed: false,
    };
    if !has_every_shape(plan.suite) {
        let len = LENGTHS[plan.name().len() % LENGTHS.len()];
        return vec![both(17, &[], &octets(3, len))];
    }
    let mut all: Vec<_> = LENGTHS.iter().map(|&len| both(17, &[], &octets(3, len))).collect();
    if plan.mode == Mode::Transport && plan.encap.is_none() {
        all.extend(headers(near.is_ipv4()).into_iter().map(|(first, before)| both(first, &before, b"x")));
    }
    if plan.mode == Mode::Transport && plan.protocol() == IpsecProtocol::Ah {
        // scapy does not predict where a source route of IPv4 ends, so it can open such packets only.
        let back = (!near.is_ipv4()).then(|| routed(far, near, b"x"));
        all.push(Exchange { packet: routed(near, far, b"x"), back, is_routed: true });
    }
    all
}

fn request(plan: &Plan, what: &str, spi: u32, sequence: u64, high: u64, packet: &[u8]) -> Value {
    let suite = plan.suite;
    // Tunnel headers are those of whoever seals.
    let (ours, theirs) = outer(plan.outer_ipv4);
    let tunnel = (plan.mode == Mode::Tunnel).then(|| [theirs.to_string(), ours.to_string()]);
    // Of the combined modes alone scapy is told how long their ICV is.
    let icv_len = suite.integrity().is_none().then(|| suite.icv_len());
    json!({
        "do": what,
        "protocol": plan.protocol().to_string(),
        "spi": spi,
        "sequence": sequence,
        "crypt": suite.cipher().and_then(algorithms::cipher),
        "crypt_key": hex(&plan.encryption_key()),
        "icv_len": icv_len,
        "auth": suite.integrity().and_then(algorithms::integrity),
        "auth_key": hex(&plan.integrity_key()),
        "tunnel": tunnel,
        "udp": plan.encap.map(|ports| [ports.remote_port, ports.local_port]),
        "esn": suite.esn().then_some(high),
        "packet": hex(packet),
    })
}

fn same(what: &str, expected: &[u8], found: &[u8]) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what}:\nexpected {}\nfound    {}", hex(expected), hex(found)))
}
