//! The path MTU of Security Associations, which anyone outside may claim to know better (RFC 4301 §8.2).

use core::net::IpAddr;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

use crate::drop_reason::DropReason;
use crate::net::{IPV6_MIN_MTU, TooBig};
use crate::sa::{IpsecProtocol, OutboundSa, SaKey, Spi, UdpEncap};
use crate::soft::limits::DatapathLimits;
use crate::soft::sad::{Entry, Sad};
use crate::time::Instant;

#[cfg(test)]
mod tests;

/// How many packets back a router may speak of. A second of a fast tunnel; beyond, it is rather a guess.
const RECENT: u64 = 1 << 16;

/// What a router told of a path: octets in the low 16 bits, milliseconds of when it did above. Zero is nothing.
#[derive(Debug, Default)]
pub(crate) struct PathMtu(AtomicU64);

impl PathMtu {
    /// The longest outer packet that the path carries as far as is known, `link` at most. What was told longer than `age`
    /// ago is forgotten, so that a path which became wider is found out.
    pub(crate) fn get(&self, now: Instant, link: usize, age: Duration) -> usize {
        let told = self.0.load(Ordering::Relaxed);
        let at = Instant::from_millis(told >> 16);
        let octets = usize::try_from(told & 0xffff).unwrap_or(usize::MAX);
        let holds = octets != 0 && now.saturating_duration_since(at) < age;
        if holds { octets.min(link) } else { link }
    }

    fn set(&self, now: Instant, octets: usize) {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX).min(0xffff);
        let millis = (now.as_micros() / 1_000).min(u64::MAX >> 16);
        self.0.store(millis << 16 | octets, Ordering::Relaxed);
    }
}

/// Lowers the path MTU of the Security Association whose packet was too big.
///
/// The message has no proof. It must name an SPI that we send with, the addresses and ports of that, a sequence number
/// of the last 65,536 and a size below that of the packet; and cannot lower the path MTU below what `limits` allow.
pub(crate) fn take(
    sad: &Sad,
    limits: &DatapathLimits,
    link_mtu: usize,
    now: Instant,
    told: &TooBig,
) -> Result<(), DropReason> {
    let protocol = if told.is_ah { IpsecProtocol::Ah } else { IpsecProtocol::Esp };
    let spi = Spi::new(told.spi).ok_or(DropReason::ReservedSpi)?;
    let key = SaKey { protocol, destination: told.destination, spi };
    let entry = sad.outbound(&key).filter(|entry| is_ours(entry, told)).ok_or(DropReason::UnknownSpi)?;
    if !is_recent(entry.sa.last_sequence(), told.sequence) || told.mtu >= told.packet_len {
        return Err(DropReason::ImplausiblePathMtu);
    }
    let octets = match told.destination {
        IpAddr::V4(_) => told.mtu.max(limits.least_path_mtu),
        // No link may have less (RFC 8201 §4).
        IpAddr::V6(_) if told.mtu < IPV6_MIN_MTU => return Err(DropReason::ImplausiblePathMtu),
        IpAddr::V6(_) => told.mtu,
    };
    if octets <= entry.path_mtu.get(now, link_mtu, limits.path_mtu_age) {
        entry.path_mtu.set(now, octets);
    }
    Ok(())
}

fn is_ours(entry: &Entry<OutboundSa>, told: &TooBig) -> bool {
    let ports = |ports: UdpEncap| (ports.local_port, ports.remote_port);
    entry.path.local == told.source && entry.path.encap.map(ports) == told.ports
}

/// Whether a packet with this low half of a sequence number is among the last that were sent.
fn is_recent(last: u64, low: u32) -> bool {
    let [.., l0, l1, l2, l3] = last.to_be_bytes();
    let back = u64::from(u32::from_be_bytes([l0, l1, l2, l3]).wrapping_sub(low));
    back < last.min(RECENT)
}
