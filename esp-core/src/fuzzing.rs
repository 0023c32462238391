//! Bodies of fuzz targets: each takes any octets and panics only where this crate is wrong.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::backend::SaBackend;
use crate::command::{PolicyAction, PolicyId, PolicyParams, SaCommand};
use crate::drop_reason::DropReason;
use crate::esp::Sealer;
use crate::net::{Fragments, IcmpError, IpView, OuterHeader, TooBig, TunnelOptions};
use crate::packet_buf::PacketBuf;
use crate::sa::{Direction, IpsecProtocol, Mode, ReqId, SaKeys, SaParams, Spi, UdpEncap, VolumeLimits};
use crate::secret::SecretBytes;
use crate::selector::{AddressRange, PortRange, Selectors, TrafficSelector};
use crate::soft::{Datapath, DatapathLimits, DatapathOptions, Outbound};
use crate::suite::{Cipher, Integrity, SaSuite};
use crate::time::Instant;

#[cfg(test)]
mod tests;

const NOW: Instant = Instant::from_secs(1);
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

/// Looks at an IP packet, and does with it whatever is done with one that nobody has verified.
pub fn ip_view(data: &[u8]) {
    let _ = TooBig::parse(data);
    let Ok(view) = IpView::parse(data) else { return };
    assert!(view.header_len <= view.total_len && view.total_len <= data.len(), "{view:?}");
    assert_eq!(view.source.is_ipv4(), view.destination.is_ipv4());
    let mut storage =
        vec![0; PacketBuf::HEADROOM.saturating_add(data.len()).saturating_add(PacketBuf::TAILROOM)];
    if let Ok(mut fragments) = Fragments::new(data, 100) {
        let mut payload = 0_usize;
        while let Some(fragment) = fragments.next_into(&mut storage) {
            // An offset beyond what the header can tell is the one thing that may be wrong with a later one.
            let Ok(fragment) = fragment else { return };
            let of_fragment = IpView::parse(fragment.as_slice());
            assert!(of_fragment.is_ok(), "a fragment is no packet: {of_fragment:?}");
            payload = payload.saturating_add(fragment.len().saturating_sub(view.header_len));
        }
        assert_eq!(payload, view.total_len.saturating_sub(view.header_len), "fragments are the packet");
    }
    let source = if view.is_ipv4() { HERE } else { IpAddr::V6(Ipv6Addr::LOCALHOST) };
    if let Some(mut packet) = PacketBuf::copy_from(&mut storage, data)
        && (IcmpError::TooBig { mtu: 1_280 }).answer(&mut packet, source)
    {
        let answer = IpView::parse(packet.as_slice());
        assert!(answer.is_ok_and(|answer| answer.destination == view.source), "{answer:?}");
    }
}

/// Puts octets through the way in: once as a whole outer packet, and once as what a peer who has the keys protects. The
/// first five octets choose the room around them and what the datapath is asked to do.
pub fn esp_datapath_inbound(data: &[u8]) {
    let Some((&[head, tail, next_header, tos, choice], data)) = data.split_first_chunk() else { return };
    let (_, datapath) = ends(choice & 1 != 0);
    let mut storage = room(head, data, tail);
    if let Some(mut packet) = PacketBuf::new(&mut storage, head.into(), data.len()) {
        let _ = datapath.inbound(NOW, &mut packet);
    }
    let _ = datapath.take_too_big(NOW, data);

    let Some(sealer) = suite().and_then(|suite| Sealer::new(suite, Spi::MIN, &keys()).ok()) else { return };
    let mut storage = room(255, data, 255);
    let Some(mut packet) = PacketBuf::new(&mut storage, 255, data.len()) else { return };
    let encap = (choice & 2 != 0).then_some(UdpEncap { local_port: 4_500, remote_port: 4_500 });
    let outer = OuterHeader { encap, tos, ..OuterHeader::new(THERE, HERE) };
    if sealer.seal(1, next_header, &mut packet).is_err() || outer.prepend(&mut packet).is_err() {
        return;
    }
    if datapath.inbound(NOW, &mut packet).is_ok() {
        let view = IpView::parse(packet.as_slice());
        assert!(view.is_ok_and(|view| view.total_len == packet.len()), "{view:?}");
    }
}

/// Puts octets through the way out, with any room around them, and what comes of it through the way in: it is the
/// same. The first three octets choose the room and what the datapath is asked to do.
pub fn esp_datapath_outbound(data: &[u8]) {
    let Some((&[head, tail, choice], data)) = data.split_first_chunk() else { return };
    let (near, far) = ends(choice & 1 != 0);
    let mut storage = room(head, data, tail);
    let mut scratch = room(head, data, tail);
    let Some(mut packet) = PacketBuf::new(&mut storage, head.into(), data.len()) else { return };
    let mut sent: Vec<Vec<u8>> = Vec::new();
    let forwarded = near.forward(NOW, &mut packet, &mut scratch, |outcome, packet| match outcome {
        Outbound::Protected(to) => {
            if to.outer_len != 0 || to.outer.prepend(packet).is_ok() {
                sent.push(packet.as_slice().to_vec());
            }
        }
        Outbound::Reply(_) => assert!(IpView::parse(packet.as_slice()).is_ok(), "the answer is no packet"),
        // No policy bypasses anything.
        Outbound::Bypass | Outbound::Fragment { .. } => sent.push(Vec::new()),
    });
    let _ = forwarded;
    for outer in sent {
        assert!(!outer.is_empty(), "a packet left in clear");
        let mut storage = room(0, &outer, 0);
        let Some(mut packet) = PacketBuf::new(&mut storage, 0, outer.len()) else { return };
        let opened = far.inbound(NOW, &mut packet);
        // What has one hop left is not forwarded at the other end.
        let is_last_hop = choice & 1 != 0 && opened == Err(DropReason::TtlExceeded);
        assert!(opened.is_ok() || is_last_hop, "what was sealed is refused: {opened:?}");
    }
}

fn room(head: u8, data: &[u8], tail: u8) -> Vec<u8> {
    let mut storage = vec![0; usize::from(head)];
    storage.extend_from_slice(data);
    storage.resize(storage.len().saturating_add(tail.into()), 0);
    storage
}

/// None but where this crate is wrong: the two go together.
fn suite() -> Option<SaSuite> {
    SaSuite::esp(Cipher::Aes128Cbc, Some(Integrity::HmacSha1_96), false).ok()
}

fn keys() -> SaKeys {
    SaKeys { encryption: SecretBytes::copy_from(&[1; 16]), integrity: SecretBytes::copy_from(&[2; 20]) }
}

/// Both ends of a tunnel that carries everything, from the first to the second.
fn ends(forwards: bool) -> (Datapath, Datapath) {
    let options = DatapathOptions { forwards, ..DatapathOptions::default() };
    let datapath = || Datapath::with_options(DatapathLimits::default(), options);
    let (mut near, mut far) = (datapath(), datapath());
    let selectors = everything();
    let Some(suite) = suite() else { return (near, far) };
    let outbound = SaParams {
        direction: Direction::Outbound,
        spi: Spi::MIN,
        protocol: IpsecProtocol::Esp,
        mode: Mode::Tunnel,
        local: THERE,
        remote: HERE,
        encap: None,
        suite,
        keys: keys(),
        selectors: selectors.clone(),
        replay_window: 64,
        limits: VolumeLimits::default(),
        expires: None,
        reqid: ReqId(1),
        tunnel: TunnelOptions { clamp_mss: true, ..TunnelOptions::default() },
        original: None,
    };
    let inbound = SaParams { direction: Direction::Inbound, local: HERE, remote: THERE, ..outbound.clone() };
    let (protocol, mode) = (outbound.protocol, outbound.mode);
    let action = PolicyAction::Protect { reqid: ReqId(1), protocol, mode, local: THERE, remote: Some(HERE) };
    let policy = PolicyParams { id: PolicyId(1), selectors, action, priority: 1 };
    let applied = near
        .apply(NOW, &SaCommand::AddPolicy(Box::new(policy)))
        .and_then(|()| near.apply(NOW, &SaCommand::AddSa(Box::new(outbound))))
        .and_then(|()| far.apply(NOW, &SaCommand::AddSa(Box::new(inbound))));
    assert!(applied.is_ok(), "{applied:?}");
    (near, far)
}

fn everything() -> Selectors {
    let ranges = [
        (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::BROADCAST)),
        (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::from_bits(u128::MAX))),
    ];
    let all = |(first, last)| {
        let addresses = AddressRange::new(first, last)?;
        Some(TrafficSelector { protocol: 0, ports: PortRange::ANY, addresses })
    };
    let side: Vec<TrafficSelector> = ranges.into_iter().filter_map(all).collect();
    Selectors { local: side.clone(), remote: side }
}
